//! A list to tick from, with a search when it is long and the ticked ones in sight above it.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::field;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::view_model::TickView;

/// From this length on a list is searched rather than read.
const LONG: usize = 8;

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
    let wanted = use_state(String::new);
    if items.len() < LONG {
        return html! { <div role="group" aria-label={label}>{for items.iter().map(|item| field::tick(cx, item))}</div> };
    }
    let oninput = {
        let wanted = wanted.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                wanted.set(input.value().to_lowercase());
            }
        })
    };
    let shown: Vec<&TickView> = items.iter().filter(|item| matches(item, &wanted)).collect();
    let count = shown.len().to_string();
    html! {
        <>
            <div class="chips">{for items.iter().filter(|item| item.ticked).map(|item| chip(cx, item))}</div>
            <div class="checklist" role="group" aria-label={label}>
                <input type="search" id={*id} {oninput} placeholder={cx.say(words::SEARCH)} aria-label={cx.say(words::SEARCH)}
                    autocomplete="off" spellcheck="false" aria-describedby={format!("{id}-foot")} />
                <div class="checklist__rows">{for shown.into_iter().map(|item| field::tick(cx, item))}</div>
                <p class="checklist__foot" id={format!("{id}-foot")}>{cx.fill(words::SEARCH_FOUND, &[("count", &count)])}{" · "}{chosen}</p>
            </div>
        </>
    }
}

fn matches(item: &TickView, wanted: &str) -> bool {
    item.label.to_lowercase().contains(wanted) || item.hint.to_lowercase().contains(wanted)
}

fn chip(cx: &Cx, item: &TickView) -> Html {
    html! {
        <span class="chip" key={item.key.clone()}>
            {item.label.clone()}
            if !item.disabled {
                <button type="button" aria-label={cx.fill(words::REMOVE, &[("what", &item.label)])} onclick={cx.on(&item.intent)}><span class="icon" /></button>
            }
        </span>
    }
}
