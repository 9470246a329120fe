//! A list to tick from, with a search when it is long and the ticked ones in sight above it. Of a long list only the
//! first rows are drawn until somebody asks for more: five hundred cost a keystroke more than a frame
//! (`tests/e2e/tests/scale.rs` prints the times).

use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew::virtual_dom::ListenerKind;

use super::button::{self, Rank};
use super::field;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::el::{El, el, many, of};
use crate::view_model::TickView;

/// From this length on a list is searched rather than read.
const LONG: usize = 8;
/// So many rows are drawn at first, and so many more each time.
const ROWS: usize = 50;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ChecklistProps {
    pub(crate) cx: Cx,
    pub(crate) id: &'static str,
    pub(crate) label: AttrValue,
    pub(crate) items: Vec<TickView>,
    /// How many are ticked, in words.
    #[prop_or_default]
    pub(crate) chosen: AttrValue,
}

#[component]
pub(crate) fn Checklist(props: &ChecklistProps) -> Html {
    let ChecklistProps { cx, id, label, items, chosen } = props;
    // What is searched, and how many rows are drawn of what is found.
    let search = use_state(|| (String::new(), ROWS));
    let (wanted, rows) = &*search;
    if items.len() < LONG {
        return el("div")
            .set("role", "group")
            .set("data-list", id)
            .put("aria-label", label)
            .all(items.iter().map(|item| field::tick(cx, item)))
            .into();
    }
    let typed = {
        let search = search.setter();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                search.set((input.value().to_ascii_lowercase(), ROWS));
            }
        })
    };
    let shown: Vec<&TickView> = items.iter().filter(|item| matches(item, wanted)).collect();
    let more = shown.len().saturating_sub(*rows).min(ROWS);
    let more = (more > 0).then(|| {
        let (all, wanted, rows) = (search.setter(), wanted.clone(), rows + ROWS);
        let show = Callback::from(move |_: Event| all.set((wanted.clone(), rows)));
        let label = cx.fill(words::SEARCH_MORE, &[("count", &more.to_string())]);
        button::plain(&label, Rank::Subtle).key("more").on(ListenerKind::onclick, show)
    });
    let found = cx.fill(words::SEARCH_FOUND, &[("count", &shown.len().to_string())]);
    let foot = format!("{id}-foot");
    let input = el("input")
        .set("type", "search")
        .set("id", id)
        .label("placeholder", cx, words::SEARCH)
        .label("aria-label", cx, words::SEARCH)
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .put("aria-describedby", &foot)
        .on(ListenerKind::oninput, typed);
    many(vec![
        of("div", "chips").all(items.iter().filter(|item| item.ticked).map(|item| chip(cx, item))).into(),
        of("div", "checklist")
            .set("role", "group")
            .set("data-list", id)
            .put("aria-label", label)
            .add(input)
            .add(
                of("div", "checklist__rows")
                    .all(shown.into_iter().take(*rows).map(|item| field::tick(cx, item)).chain(more)),
            )
            .add(of("p", "checklist__foot").put("id", &foot).text(&format!("{found} · {chosen}")))
            .into(),
    ])
}

fn matches(item: &TickView, wanted: &str) -> bool {
    item.label.to_ascii_lowercase().contains(wanted) || item.hint.to_ascii_lowercase().contains(wanted)
}

fn chip(cx: &Cx, item: &TickView) -> El {
    let remove = (!item.disabled).then(|| {
        let label = cx.fill(words::REMOVE, &[("what", &item.label)]);
        el("button").set("type", "button").put("aria-label", &label).click(cx, &item.intent).add(of("span", "icon"))
    });
    of("span", "chip").key(&item.key).text(&item.label).maybe(remove)
}
