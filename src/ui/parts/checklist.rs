//! A list to tick from, with a search when it is long and the ticked ones in sight above it. Of a long list only the
//! first rows are drawn until somebody asks for more: five hundred cost a keystroke more than a frame
//! (`tests/e2e/tests/scale.rs` prints the times).

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::button::{self, Rank};
use super::field;
use crate::gather::Gather;
use crate::search::around;
use crate::text::screens as words;
use crate::ui::cx::{Cx, Turn};
use crate::ui::el::{El, On, el, many, of};
use crate::view_model::TickView;

/// From this length on a list is searched rather than read.
const LONG: usize = 8;
/// So many rows are drawn at first, and so many more each time.
const ROWS: usize = 50;

/// `chosen` says in words how many are ticked.
pub(crate) fn checklist(cx: &Cx, id: &'static str, label: &str, items: &[TickView], chosen: &str) -> Html {
    if items.len() < LONG {
        return el("div")
            .set("role", "group")
            .set("data-list", id)
            .put("aria-label", label)
            .all(items.iter().map(|item| field::tick(cx, item)))
            .into();
    }
    // What is searched, and how many rows more are drawn of what is found.
    let (wanted, more) = cx.search(id);
    let rows = ROWS + more;
    let typed =
        cx.turning(move |event| Some(Turn::Search(id, event.target_dyn_into::<HtmlInputElement>()?.value(), 0)));
    let lower = wanted.to_ascii_lowercase();
    let shown: Vec<&TickView> = items.iter().filter(|item| matches(item, &lower)).gather();
    let hidden = shown.len().saturating_sub(rows).min(ROWS);
    let more = (hidden > 0).then(|| {
        let (wanted, more) = (wanted.to_owned(), more + ROWS);
        let show = cx.turning(move |_| Some(Turn::Search(id, wanted.clone(), more)));
        let label = cx.fill(words::SEARCH_MORE, &[("count", &hidden.to_string())]);
        button::plain(&label, Rank::Subtle).key("more").on(On::Click, show)
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
        .value(wanted)
        .on(On::Input, typed);
    many(vec![
        of("div", "chips").all(items.iter().filter(|item| item.ticked).map(|item| chip(cx, item))).into(),
        of("div", "checklist")
            .set("role", "group")
            .set("data-list", id)
            .put("aria-label", label)
            .add(input)
            .add(
                of("div", "checklist__rows")
                    .all(shown.into_iter().take(rows).map(|item| field::tick(cx, item)).chain(more)),
            )
            .add(of("p", "checklist__foot").put("id", &foot).text(&format!("{found} · {chosen}")))
            .into(),
    ])
}

fn matches(item: &TickView, wanted: &str) -> bool {
    let has = |text: &str| around(&text.to_ascii_lowercase(), wanted).is_some();
    has(&item.label) || has(&item.hint)
}

fn chip(cx: &Cx, item: &TickView) -> El {
    let remove = (!item.disabled).then(|| {
        let label = cx.fill(words::REMOVE, &[("what", &item.label)]);
        el("button").set("type", "button").put("aria-label", &label).click(cx, &item.intent).add(of("span", "icon"))
    });
    of("span", "chip").key(&item.key).text(&item.label).maybe(remove)
}
