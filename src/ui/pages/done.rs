//! Screen 6: what was read back, what a browser cannot prove, and what to do before it expires.

use yew::prelude::*;

use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::parts::button::{Rank, actions};
use crate::ui::parts::copy_field::copy_button;
use crate::ui::parts::head;
use crate::ui::parts::state::state;
use crate::view_model::{DoneView, EvidenceView};

pub(crate) fn page(cx: &Cx, view: &DoneView) -> Html {
    html! {
        <>
            {head(view.title.clone(), view.text.clone())}
            <div class="page__columns">
                <div class="page__stack">{evidence(cx, &view.evidence)}{proof(cx, view)}</div>
                <div class="page__stack">
                    if let Some(reminder) = &view.reminder {
                        <section class="card">
                            <h2>{cx.say(words::REMINDER_TITLE)}</h2>
                            <p>{cx.say(words::REMINDER_TEXT)}</p>
                            {actions(cx, std::slice::from_ref(reminder), Rank::Primary)}
                        </section>
                    }
                    <section class="card"><h2>{cx.say(words::NEXT_TITLE)}</h2>{actions(cx, &view.actions, Rank::Secondary)}</section>
                </div>
            </div>
        </>
    }
}

fn evidence(cx: &Cx, rows: &[EvidenceView]) -> Html {
    let row = |row: &EvidenceView| {
        html! {
            <tr>
                <th scope="row">{row.label.clone()}</th>
                <td>{row.value.clone()}<small class="quiet">{row.source.clone()}</small></td>
                <td>{state(row.state, row.word.clone())}</td>
            </tr>
        }
    };
    let head = [words::EVIDENCE_WHAT, words::EVIDENCE_READ, words::EVIDENCE_STATE];
    html! {
        <section class="card">
            <h2>{cx.say(words::EVIDENCE)}</h2>
            <table class="evidence">
                <thead><tr>{for head.map(|word| html! { <th scope="col">{cx.say(word)}</th> })}</tr></thead>
                <tbody>{for rows.iter().map(row)}</tbody>
            </table>
        </section>
    }
}

fn proof(cx: &Cx, view: &DoneView) -> Html {
    html! {
        <section class="card">
            <div class="card__head"><h2>{cx.say(words::PROVE_TITLE)}</h2><p>{view.unproven.clone()}</p></div>
            <pre class="http" tabindex="0">{view.command.value.open().to_owned()}</pre>
            <div class="actions">{copy_button(cx, &view.command.label, view.command.piece, view.command.copied)}</div>
        </section>
    }
}
