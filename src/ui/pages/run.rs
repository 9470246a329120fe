//! Screen 4: the steps, side by side, with every wait in sight.

use yew::prelude::*;

use crate::flow::Intent;
use crate::text::screens as words;
use crate::ui::cx::Cx;
use crate::ui::parts::button::{Rank, actions, button};
use crate::ui::parts::state::Tone;
use crate::ui::parts::{head, step_row};
use crate::view_model::{LaneView, OutcomeView, RunView, StepState};

pub(crate) fn page(cx: &Cx, view: &RunView) -> Html {
    html! {
        <>
            {head(view.title.clone(), cx.say(words::RUN_LEDE))}
            {progress(cx, &view.lanes)}
            if let Some(outcome) = &view.outcome { {ended(cx, outcome)} }
            <div class="lanes">{for view.lanes.iter().map(|lane| one(cx, lane))}</div>
            if view.can_cancel || view.cancelling { {bar(cx, view)} }
        </>
    }
}

fn one(cx: &Cx, lane: &LaneView) -> Html {
    html! {
        <section class="card">
            <h2>{lane.title.clone()}</h2>
            <ol class="rows">{for lane.steps.iter().map(|step| step_row::row(cx, step))}</ol>
        </section>
    }
}

fn progress(cx: &Cx, lanes: &[LaneView]) -> Html {
    let steps = || lanes.iter().flat_map(|lane| &lane.steps);
    let finished = steps().filter(|step| matches!(step.state, StepState::Done | StepState::Kept | StepState::Skipped)).count();
    html! { <progress max={steps().count().to_string()} value={finished.to_string()} aria-label={cx.say(words::RUN_PROGRESS)} /> }
}

fn ended(cx: &Cx, outcome: &OutcomeView) -> Html {
    html! {
        <section class={classes!("notice", outcome.severity.tone())}>
            <div>
                <p class="notice__title">{outcome.title.clone()}</p>
                <p>{outcome.text.clone()}</p>
                {actions(cx, &outcome.actions, Rank::Primary)}
            </div>
        </section>
    }
}

fn bar(cx: &Cx, view: &RunView) -> Html {
    html! {
        <div class="page__actions">
            <p>{cx.say(if view.cancelling { words::RUN_CANCELLING } else { words::RUN_CANCEL_HINT })}</p>
            if view.can_cancel { {button(cx.say(words::RUN_CANCEL), Rank::Secondary, cx.on(&Intent::Cancel))} }
        </div>
    }
}
