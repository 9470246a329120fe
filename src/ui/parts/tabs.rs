//! Tabs after the ARIA pattern: one is in the tab order, the arrow keys move and choose.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;
use yew::virtual_dom::ListenerKind;

use super::button::{self, Rank};
use crate::ui::el::{El, of};

/// The row of tabs; `list` is the handle through which the focus follows the arrow keys.
pub(crate) fn tabs(list: &NodeRef, label: &str, names: &[&str], chosen: usize, choose: &Callback<usize>) -> El {
    let tab = |(index, name): (usize, &&str)| {
        let (selected, order) = if index == chosen { ("true", "0") } else { ("false", "-1") };
        let click = choose.reform(move |_: Event| index);
        button::plain(name, Rank::Subtle)
            .set("class", "tab")
            .set("role", "tab")
            .put("id", &format!("tab-{index}"))
            .set("aria-controls", "tab-panel")
            .set("aria-selected", selected)
            .set("tabindex", order)
            .on(ListenerKind::onclick, click)
    };
    of("div", "tabs")
        .set("role", "tablist")
        .put("aria-label", label)
        .node(list)
        .on(ListenerKind::onkeydown, keys(list, names.len(), chosen, choose))
        .all(names.iter().enumerate().map(tab))
}

/// What the chosen tab shows.
pub(crate) fn panel(chosen: usize, content: Html) -> El {
    of("div", "page__stack")
        .set("role", "tabpanel")
        .set("id", "tab-panel")
        .put("aria-labelledby", &format!("tab-{chosen}"))
        .add(content)
}

fn keys(list: &NodeRef, count: usize, chosen: usize, choose: &Callback<usize>) -> Callback<Event> {
    let (list, choose) = (list.clone(), choose.clone());
    Callback::from(move |event: Event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else { return };
        let next = match key.as_str() {
            "ArrowRight" => (chosen + 1) % count,
            "ArrowLeft" => (chosen + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        choose.emit(next);
        let tab =
            list.cast::<HtmlElement>().and_then(|list| list.children().item(u32::try_from(next).unwrap_or_default()));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
            tab.focus().ok();
        }
    })
}
