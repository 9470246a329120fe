//! One step of the run: its state in a word, its wait, what it asks for, why it failed.

use yew::prelude::*;

use super::button::{self, Rank};
use super::{copy_field, notice, state};
use crate::gather::Gather;
use crate::ui::cx::Cx;
use crate::ui::el::{El, el, many, of};
use crate::view_model::{AskView, CountdownView, FindingView, StepView};

pub(crate) fn row(cx: &Cx, step: &StepView) -> El {
    let told =
        [step.detail.as_str(), step.measure.as_str()].into_iter().filter(|text| !text.is_empty()).gather().join(" · ");
    let told = (!told.is_empty()).then(|| of("p", "quiet").text(&told));
    let why = of("div", "step-row__why")
        .maybe(told)
        .maybe(step.countdown.as_ref().map(wait))
        .maybe(step.ask.as_ref().map(|ask| asking(cx, ask)))
        .maybe(step.finding.as_ref().map(|finding| failed(cx, finding)));
    of("li", "step-row")
        .key(&step.key)
        .put("data-step", &step.key)
        .add(el("b").text(&step.title))
        .add(state::step(step.state, &step.word))
        .add(why)
}

fn wait(wait: &CountdownView) -> Html {
    let bar = el("progress").set("max", "100").put("value", &wait.percent.to_string()).set("aria-hidden", "true");
    many(vec![of("p", "quiet").text(&wait.text).into(), bar.into()])
}

fn failed(cx: &Cx, finding: &FindingView) -> Html {
    many(vec![el("p").put("data-code", &finding.code).text(&finding.what).into(), notice::explain(cx, finding)])
}

fn asking(cx: &Cx, ask: &AskView) -> El {
    let watching = (!ask.watching.is_empty()).then(|| super::list::reading(&ask.watching));
    of("div", "ask")
        .add(of("ol", "numbered").all(ask.steps.iter().map(|step| el("li").add(el("span").text(step)))))
        .all(ask.values.iter().map(|value| copy_field::field(cx, value, None)))
        .add(button::actions(cx, &ask.actions, Rank::Primary))
        .maybe(watching)
}
