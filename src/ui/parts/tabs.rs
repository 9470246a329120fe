//! Tabs after the ARIA pattern: one is in the tab order, the arrow keys move and choose.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::button::{self, Rank};
use crate::ui::cx::{Cx, Turn};
use crate::ui::el::{El, On, of};

/// The row of tabs.
pub(crate) fn tabs(cx: &Cx, label: &str, names: &[&str], chosen: usize) -> El {
    let tab = |(index, name): (usize, &&str)| {
        let (selected, order) = if index == chosen { ("true", "0") } else { ("false", "-1") };
        button::plain(name, Rank::Subtle)
            .set("class", "tab")
            .set("role", "tab")
            .put("id", &format!("tab-{index}"))
            .set("aria-controls", "tab-panel")
            .set("aria-selected", selected)
            .set("tabindex", order)
            .on(On::Click, cx.turning(move |_| Some(Turn::Tab(index))))
    };
    of("div", "tabs")
        .set("role", "tablist")
        .put("aria-label", label)
        .on(On::Key, keys(cx, names.len(), chosen))
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

fn keys(cx: &Cx, count: usize, chosen: usize) -> Callback<Event> {
    cx.turning(move |event| {
        let next = match event.dyn_ref::<KeyboardEvent>()?.key().as_str() {
            "ArrowRight" => (chosen + 1) % count,
            "ArrowLeft" => (chosen + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return None,
        };
        event.prevent_default();
        // The focus follows.
        let tab = event.target_dyn_into::<HtmlElement>().and_then(|tab| tab.parent_element()).and_then(|list| {
            list.children().item(u32::try_from(next).unwrap_or_default())?.dyn_into::<HtmlElement>().ok()
        });
        if let Some(tab) = tab {
            tab.focus().ok();
        }
        Some(Turn::Tab(next))
    })
}
