//! Screen 6: what was read back, what a browser cannot prove, and what to do before it expires.

use yew::prelude::*;

use crate::text::{Message, screens as words};
use crate::ui::cx::Cx;
use crate::ui::el::{El, each, el, many, of};
use crate::ui::parts::button::{Rank, actions};
use crate::ui::parts::copy_field::copy_button;
use crate::ui::parts::{card, card_with, head, notice, state};
use crate::view_model::{ActionView, CopyView, DoneView, EvidenceView};

pub(crate) fn page(cx: &Cx, view: &DoneView) -> Html {
    let reminder = |reminder: &ActionView| {
        card(cx, words::REMINDER_TITLE).add(el("p").say(cx, words::REMINDER_TEXT)).add(actions(
            cx,
            std::slice::from_ref(reminder),
            Rank::Primary,
        ))
    };
    let next = card(cx, words::NEXT_TITLE).add(actions(cx, &view.actions, Rank::Secondary));
    many(vec![
        head(&view.title, &view.text),
        each(view.notes.iter().map(|note| notice::notice(cx, note))),
        of("div", "page__columns")
            .add(of("div", "page__stack").add(evidence(cx, &view.evidence)).add(proof(cx, view)))
            .add(of("div", "page__stack").maybe(view.reminder.as_ref().map(reminder)).add(next))
            .into(),
    ])
}

fn evidence(cx: &Cx, rows: &[EvidenceView]) -> El {
    let row = |row: &EvidenceView| {
        el("tr")
            .add(el("th").set("scope", "row").text(&row.label))
            .add(el("td").text(&row.value).add(of("small", "quiet").text(&row.source)))
            .add(el("td").add(state::check(row.state, &row.word)))
    };
    let column = |word: Message| el("th").set("scope", "col").say(cx, word);
    let head =
        el("tr").all([words::EVIDENCE_WHAT, words::EVIDENCE_READ, words::EVIDENCE_STATE].into_iter().map(column));
    let table = of("table", "evidence").add(el("thead").add(head)).add(el("tbody").all(rows.iter().map(row)));
    card(cx, words::EVIDENCE).add(table)
}

fn proof(cx: &Cx, view: &DoneView) -> El {
    let command = |command: &CopyView| {
        of("div", "group")
            .add(of("pre", "http").set("tabindex", "0").set("id", "proof").text(command.value.open()))
            .add(of("div", "actions").add(copy_button(cx, &command.label, command.piece, command.copied)))
    };
    card_with(cx.say(words::PROVE_TITLE), &view.unproven).maybe(view.command.as_ref().map(command))
}
