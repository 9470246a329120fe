//! The parts screens are made of, one per file.

pub(super) mod button;
pub(super) mod check_row;
pub(super) mod checklist;
pub(super) mod copy_field;
pub(super) mod field;
pub(super) mod list;
pub(super) mod notice;
pub(super) mod plan_line;
pub(super) mod state;
pub(super) mod step_row;
pub(super) mod tabs;

use yew::prelude::*;

use super::cx::Cx;
use super::el::{El, el, of};
use crate::text::Message;

/// A link out of the page. The other page learns neither where it was opened from nor how to reach back.
pub(super) fn link(label: &str, url: &str) -> El {
    el("a").put("href", url).set("target", "_blank").set("rel", "noopener noreferrer").text(label)
}

/// Heading and first paragraph of a screen. The heading takes the focus when the screen appears.
pub(super) fn head(title: &str, lede: &str) -> Html {
    let lede = (!lede.is_empty()).then(|| of("p", "page__lede").text(lede));
    of("div", "page__head").add(el("h1").set("tabindex", "-1").text(title)).maybe(lede).into()
}

/// A card with its heading.
pub(super) fn card(cx: &Cx, title: Message) -> El {
    of("section", "card").add(el("h2").say(cx, title))
}

/// A card with its heading and a sentence below.
pub(super) fn card_with(title: &str, text: &str) -> El {
    of("section", "card").add(of("div", "card__head").add(el("h2").text(title)).add(el("p").text(text)))
}

/// Something to unfold.
pub(super) fn more(summary: &str, open: bool, content: El) -> El {
    of("details", "more").flag("open", open).add(el("summary").text(summary)).add(content)
}
