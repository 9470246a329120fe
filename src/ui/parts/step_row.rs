//! One step of the run: its state in a word, its wait, what it asks for, why it failed.

use yew::prelude::*;

use super::button::{self, Rank};
use super::state::state;
use super::{copy_field, notice};
use crate::ui::cx::Cx;
use crate::view_model::{AskView, StepView};

pub(crate) fn row(cx: &Cx, step: &StepView) -> Html {
    let told = [step.detail.as_str(), step.measure.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    html! {
        <li class="step-row" key={step.key.clone()} data-step={step.key.clone()}>
            <b>{step.title.clone()}</b>
            {state(step.state, step.word.clone())}
            <div class="step-row__why">
                if !told.is_empty() { <p class="quiet">{told}</p> }
                if let Some(wait) = &step.countdown {
                    <p class="quiet">{wait.text.clone()}</p>
                    <progress max="100" value={wait.percent.to_string()} aria-hidden="true" />
                }
                if let Some(ask) = &step.ask { {asking(cx, ask)} }
                if let Some(finding) = &step.finding { <p>{finding.what.clone()}</p>{notice::explain(cx, finding)} }
            </div>
        </li>
    }
}

fn asking(cx: &Cx, ask: &AskView) -> Html {
    html! {
        <div class="ask">
            <ol class="numbered">{for ask.steps.iter().map(|step| html! { <li><span>{step.clone()}</span></li> })}</ol>
            {for ask.values.iter().map(|value| copy_field::field(cx, value, None))}
            {button::actions(cx, &ask.actions, Rank::Primary)}
            if !ask.watching.is_empty() { {super::list::reading(ask.watching.clone())} }
        </div>
    }
}
