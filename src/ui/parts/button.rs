//! Buttons: one that says something ready made, and rows of them.

use yew::prelude::*;

use crate::ui::cx::Cx;
use crate::view_model::ActionView;

/// How much a button asks for attention.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    Primary,
    Large,
    Secondary,
    Subtle,
}

impl Rank {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Large => "button button--primary button--large",
            Self::Secondary => "button",
            Self::Subtle => "button button--subtle",
        }
    }
}

pub(crate) fn button(label: impl Into<AttrValue>, rank: Rank, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" class={rank.class()} {onclick}>{label.into()}</button> }
}

/// The main button of a screen. Where it cannot be pressed yet it stays reachable, because the reason stands beside it
/// under `reason` and would otherwise be passed over.
pub(crate) fn main_button(cx: &Cx, action: &ActionView, blocked: bool, reason: &'static str) -> Html {
    let onclick = if blocked { Callback::noop() } else { cx.on(&action.intent) };
    html! {
        <button type="button" class={Rank::Primary.class()} {onclick} aria-disabled={blocked.then_some("true")} aria-describedby={reason}>
            {action.label.clone()}
        </button>
    }
}

/// Buttons in a row; the first has the given rank, the others are secondary.
pub(crate) fn actions(cx: &Cx, actions: &[ActionView], first: Rank) -> Html {
    let one = |(index, action): (usize, &ActionView)| {
        button(action.label.clone(), if index == 0 { first } else { Rank::Secondary }, cx.on(&action.intent))
    };
    html! { if !actions.is_empty() { <div class="actions">{for actions.iter().enumerate().map(one)}</div> } }
}
