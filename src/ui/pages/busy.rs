//! Something short is going on; no stage of the journey.

use yew::prelude::*;

use crate::ui::el::{el, of};

pub(crate) fn page(title: &str, detail: &str) -> Html {
    of("div", "boot")
        .add(of("span", "spinner").set("aria-hidden", "true"))
        .add(el("h1").set("tabindex", "-1").text(title))
        .add(el("p").text(detail))
        .into()
}
