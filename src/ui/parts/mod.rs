//! The parts screens are made of, one per file.

pub(super) mod button;
pub(super) mod check_row;
pub(super) mod checklist;
pub(super) mod copy_field;
pub(super) mod field;
pub(super) mod list;
pub(super) mod notice;
pub(super) mod plan_line;
pub(super) mod select;
pub(super) mod state;
pub(super) mod step_row;
pub(super) mod tabs;

use yew::prelude::*;

/// A link out of the page. The other page learns neither where it was opened from nor how to reach back.
pub(super) fn link(label: &str, url: &str) -> Html {
    html! { <a href={url.to_owned()} target="_blank" rel="noopener noreferrer">{label.to_owned()}</a> }
}

/// Heading and first paragraph of a screen. The heading takes the focus when the screen appears.
pub(super) fn head(title: impl Into<AttrValue>, lede: impl Into<AttrValue>) -> Html {
    let lede = lede.into();
    html! {
        <div class="page__head">
            <h1 tabindex="-1">{title.into()}</h1>
            if !lede.is_empty() { <p class="page__lede">{lede}</p> }
        </div>
    }
}

/// Something to unfold.
pub(super) fn more(summary: impl Into<AttrValue>, open: bool, content: Html) -> Html {
    html! { <details class="more" {open}><summary>{summary.into()}</summary><div>{content}</div></details> }
}
