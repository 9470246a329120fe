//! Something short is going on; no stage of the journey.

use yew::prelude::*;

use crate::ui::cx::Cx;
use crate::ui::el::{el, of};
use crate::ui::parts::button::{Rank, button};
use crate::view_model::ActionView;

pub(crate) fn page(cx: &Cx, title: &str, detail: &str, actions: &[ActionView]) -> Html {
    let buttons = actions.iter().map(|action| button(cx, &action.label, Rank::Secondary, &action.intent));
    of("div", "boot")
        .add(of("span", "spinner").set("aria-hidden", "true"))
        .add(el("h1").set("tabindex", "-1").text(title))
        .add(el("p").text(detail))
        .add(of("div", "actions").all(buttons))
        .into()
}
