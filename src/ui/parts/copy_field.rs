//! A value with a copy button, hidden behind dots where it is a secret.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::button::{self, Rank};
use crate::flow::{Intent, Piece};
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::view_model::CopyView;

/// Whether hidden values are in sight, and the way to change that.
pub(crate) type Reveal<'a> = Option<(bool, &'a Callback<MouseEvent>)>;

pub(crate) fn field(cx: &Cx, view: &CopyView, reveal: Reveal<'_>) -> Html {
    let dots = view.hidden && !reveal.is_some_and(|(revealed, _)| revealed);
    let kind = if dots { "password" } else { "text" };
    let id = format!("copy-{:?}", view.piece);
    html! {
        <div class={classes!("copy", view.hidden.then_some("copy--secret"))}>
            <label class="field__label" for={id.clone()}>{view.label.clone()}</label>
            <input {id} type={kind} readonly=true value={view.value.open().to_owned()} onfocus={select_all()} autocomplete="off" spellcheck="false" />
            if let Some((revealed, toggle)) = reveal.filter(|_| view.hidden) {
                {button::button(cx.say(if revealed { words::HIDE } else { words::SHOW }), Rank::Secondary, toggle.clone())}
            }
            {copy_button(cx, &view.label, view.piece, view.copied)}
        </div>
    }
}

pub(crate) fn copy_button(cx: &Cx, what: &str, piece: Piece, copied: bool) -> Html {
    let label = if copied { words::COPIED } else { words::COPY };
    html! {
        <button type="button" class={classes!("button", copied.then_some("button--done"))} aria-label={cx.fill(words::COPY_THIS, &[("what", what)])}
            onclick={cx.on(&Intent::Copy(piece))}>{cx.say(label)}</button>
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
