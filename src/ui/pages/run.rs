//! Screen 4: the steps, side by side, with every wait in sight.

use yew::prelude::*;

use crate::flow::Intent;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::el::{El, each, el, many, of};
use crate::ui::parts::button::{Rank, actions, button};
use crate::ui::parts::{head, state, step_row};
use crate::view_model::{LaneView, OutcomeView, RunView, StepState};

pub(crate) fn page(cx: &Cx, view: &RunView) -> Html {
    many(vec![
        head(&view.title, &view.lede),
        progress(cx, &view.lanes).into(),
        each(view.outcome.iter().map(|outcome| ended(cx, outcome))),
        of("div", "lanes").all(view.lanes.iter().map(|lane| one(cx, lane))).into(),
        bar(cx, view),
    ])
}

fn one(cx: &Cx, lane: &LaneView) -> El {
    let word = (!lane.word.is_empty()).then(|| of("span", state::lane_class(lane.severity)).text(&lane.word));
    of("section", "card")
        .add(of("div", "row__line").add(el("h2").text(&lane.title)).maybe(word))
        .add(of("ol", "rows").all(lane.steps.iter().map(|step| step_row::row(cx, step))))
}

fn progress(cx: &Cx, lanes: &[LaneView]) -> El {
    let steps = || lanes.iter().flat_map(|lane| &lane.steps);
    let finished =
        steps().filter(|step| matches!(step.state, StepState::Done | StepState::Kept | StepState::Skipped)).count();
    el("progress").put("max", &steps().count().to_string()).put("value", &finished.to_string()).label(
        "aria-label",
        cx,
        words::RUN_PROGRESS,
    )
}

fn ended(cx: &Cx, outcome: &OutcomeView) -> El {
    let content = el("div")
        .add(of("p", "notice__title").text(&outcome.title))
        .add(el("p").text(&outcome.text))
        .add(actions(cx, &outcome.actions, Rank::Primary));
    of("section", state::notice_class(outcome.severity)).set("id", "outcome").add(content)
}

fn bar(cx: &Cx, view: &RunView) -> Html {
    if !view.can_cancel && !view.cancelling {
        return Html::default();
    }
    let hint = if view.cancelling { words::RUN_CANCELLING } else { words::RUN_CANCEL_HINT };
    let stop = view.can_cancel.then(|| button(cx, cx.say(words::RUN_CANCEL), Rank::Secondary, &Intent::Cancel));
    of("div", "page__actions").add(el("p").say(cx, hint)).maybe(stop).into()
}
