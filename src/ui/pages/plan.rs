//! Screen 3: every change, its reason and its request, before anything is written.

use yew::prelude::*;

use crate::gather::Gather;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::el::{El, each, el, many, of};
use crate::ui::parts::button::{Rank, button, main_button};
use crate::ui::parts::{card, head, notice, plan_line};
use crate::view_model::{ActionView, PlanLineView, PlanView};

pub(crate) fn page(cx: &Cx, view: &PlanView) -> Html {
    let other = |action: &ActionView| button(cx, &action.label, Rank::Secondary, &action.intent);
    let confirm = view
        .confirm
        .as_ref()
        .map(|confirm| main_button(cx, &confirm.label, &confirm.intent, false, "confirm-note").set("id", "confirm"));
    many(vec![
        head(&view.title, &view.summary),
        each(view.notes.iter().map(|note| notice::notice(cx, note))),
        card(cx, words::PLAN_CHANGES).all(groups(&view.lines).into_iter().map(|lines| group(cx, lines))).into(),
        of("div", "page__actions")
            .add(el("p").set("id", "confirm-note").say(cx, words::PLAN_SAFE))
            .all(view.others.iter().map(other))
            .maybe(confirm)
            .into(),
    ])
}

/// Lines that follow each other and belong to the same environment.
fn groups(lines: &[PlanLineView]) -> Vec<&[PlanLineView]> {
    lines.chunk_by(|one, next| one.group == next.group).gather()
}

fn group(cx: &Cx, lines: &[PlanLineView]) -> El {
    let title = lines.first().map(|line| line.group.as_str()).filter(|title| !title.is_empty());
    of("div", "group")
        .maybe(title.map(|title| el("h3").text(title)))
        .add(of("ul", "rows").all(lines.iter().map(|line| plan_line::row(cx, line))))
}
