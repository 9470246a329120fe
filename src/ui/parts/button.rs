//! Buttons: one that says something ready made, and rows of them.

use yew::prelude::*;

use crate::flow::Intent;
use crate::ui::cx::Cx;
use crate::ui::el::{El, of};
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

/// A button without a meaning yet.
pub(crate) fn plain(label: &str, rank: Rank) -> El {
    of("button", rank.class()).set("type", "button").text(label)
}

pub(crate) fn button(cx: &Cx, label: &str, rank: Rank, intent: &Intent) -> El {
    plain(label, rank).click(cx, intent)
}

/// The main button of a screen. Where it cannot be pressed yet it stays reachable, because the reason stands beside it
/// under `reason` and would otherwise be passed over.
pub(crate) fn main_button(cx: &Cx, label: &str, intent: &Intent, blocked: bool, reason: &'static str) -> El {
    let button = plain(label, Rank::Primary).set("aria-describedby", reason);
    if blocked { button.set("aria-disabled", "true") } else { button.click(cx, intent) }
}

/// Buttons in a row; the first has the given rank, the others are secondary.
pub(crate) fn actions(cx: &Cx, actions: &[ActionView], first: Rank) -> Html {
    if actions.is_empty() {
        return Html::default();
    }
    let one = |(index, action): (usize, &ActionView)| {
        button(cx, &action.label, if index == 0 { first } else { Rank::Secondary }, &action.intent)
    };
    of("div", "actions").all(actions.iter().enumerate().map(one)).into()
}
