//! A value with a copy button, hidden behind dots where it is a secret.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::button::{self, Rank};
use crate::flow::{Intent, Piece};
use crate::text::screens as words;
use crate::ui::cx::{Cx, Turn};
use crate::ui::el::{El, On, el, of};
use crate::view_model::CopyView;

/// Stands for a hidden value: the value itself is not in the page before it is revealed, neither for a screen reader
/// nor for a password manager.
const DOTS: &str = "••••••••••••••••••••••••••••••••";

/// `revealed` says whether a hidden value is in sight, where that can be turned.
pub(crate) fn field(cx: &Cx, view: &CopyView, revealed: Option<bool>) -> El {
    let dots = view.hidden && revealed != Some(true);
    let toggle = revealed.filter(|_| view.hidden).map(|revealed| {
        let label = if revealed { words::HIDE } else { words::SHOW };
        button::plain(cx.say(label), Rank::Secondary).on(On::Click, cx.turning(move |_| Some(Turn::Reveal(!revealed))))
    });
    let id = id(view.piece);
    of("div", if view.hidden { "copy copy--secret" } else { "copy" })
        .add(of("label", "field__label").put("for", &id).text(&view.label))
        .add(value(&id, if dots { DOTS } else { view.value.open() }))
        .maybe(toggle)
        .add(copy_button(cx, &view.label, view.piece, view.copied))
}

/// A value to read and select. It selects itself, so that it can be copied by hand where the clipboard is refused.
pub(crate) fn value(id: &str, value: &str) -> El {
    let select = Callback::from(|event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            input.select();
        }
    });
    el("input")
        .put("id", id)
        .set("type", "text")
        .flag("readonly", true)
        .set("spellcheck", "false")
        .value(value)
        .on(On::Focus, select)
}

pub(crate) fn copy_button(cx: &Cx, what: &str, piece: Piece, copied: bool) -> El {
    let (class, label) = if copied { ("button button--done", words::COPIED) } else { ("button", words::COPY) };
    of("button", class)
        .set("type", "button")
        .say(cx, label)
        .add(of("span", "unseen").text(" ").text(what))
        .click(cx, &Intent::Copy(piece))
}

/// Stable, because tests and people's own scripts find the values by it.
fn id(piece: Piece) -> String {
    let numbered = |word: &str, number: usize| {
        if number == 0 { word.to_owned() } else { [word, "-", &(number + 1).to_string()].concat() }
    };
    let word = match piece {
        Piece::BaseUrl(number) => return numbered("base-url", number),
        Piece::Description(number) => return numbered("description", number),
        Piece::ClientId => "client-id",
        Piece::TenantId => "tenant-id",
        Piece::Secret => "client-secret",
        Piece::Expiry => "expires",
        Piece::Scope => "scope",
        Piece::TokenUrl => "token-url",
        Piece::ConsentLink => "consent-link",
        Piece::PageConsent => "page-consent",
        Piece::Invitation => "invitation",
        Piece::Format(_) | Piece::ProofCommand | Piece::SupportReport | Piece::Calendar => "text",
    };
    word.to_owned()
}
