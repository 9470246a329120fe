//! A value with a copy button, hidden behind dots where it is a secret.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::button::{self, Rank};
use crate::flow::{Intent, Piece};
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::view_model::CopyView;

/// Stands for a hidden value: the value itself is not in the page before it is revealed, neither for a screen reader
/// nor for a password manager.
const DOTS: &str = "••••••••••••••••••••••••••••••••";

/// Whether hidden values are in sight, and the way to change that.
pub(crate) type Reveal<'a> = Option<(bool, &'a Callback<MouseEvent>)>;

pub(crate) fn field(cx: &Cx, view: &CopyView, reveal: Reveal<'_>) -> Html {
    let dots = view.hidden && !reveal.is_some_and(|(revealed, _)| revealed);
    let value = if dots { DOTS } else { view.value.open() };
    let id = format!("copy-{:?}", view.piece);
    html! {
        <div class={classes!("copy", view.hidden.then_some("copy--secret"))}>
            <label class="field__label" for={id.clone()}>{view.label.clone()}</label>
            <input {id} type="text" readonly=true value={value.to_owned()} onfocus={select_all()} autocomplete="off" spellcheck="false" />
            if let Some((revealed, toggle)) = reveal.filter(|_| view.hidden) {
                {button::button(cx.say(if revealed { words::HIDE } else { words::SHOW }), Rank::Secondary, toggle.clone())}
            }
            {copy_button(cx, &view.label, view.piece, view.copied)}
        </div>
    }
}

pub(crate) fn copy_button(cx: &Cx, what: &str, piece: Piece, copied: bool) -> Html {
    let (class, label) = if copied { ("button button--done", words::COPIED) } else { ("button", words::COPY) };
    html! {
        <button type="button" {class} onclick={cx.on(&Intent::Copy(piece))}>{cx.say(label)}<span class="unseen">{" "}{what.to_owned()}</span></button>
    }
}

/// So that the value can be copied by hand where the clipboard is refused.
fn select_all() -> Callback<FocusEvent> {
    Callback::from(|event: FocusEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            input.select();
        }
    })
}
