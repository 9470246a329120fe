//! The fourth screen: lanes of steps with their waits, and how it ended.

use super::words::{action, finding};
use super::{AskView, CopyView, CountdownView, LaneView, OutcomeView, RunView, Severity, StepState, StepView, plan};
use crate::flow::plan::{Action, Step};
use crate::flow::route::RouteKind;
use crate::flow::run::{Outcome, Pause, Run, Task, TaskState};
use crate::flow::{FindingCode, Intent, Model, Piece};
use crate::gather::Gather;
use crate::protocol::secret::Secret;
use crate::text::{Catalogue, en, screens};

/// The screen.
pub(super) fn view(model: &Model, run: &Run, words: &Catalogue) -> RunView {
    let lane = |title: String, belongs: &dyn Fn(&Task) -> bool| LaneView {
        title,
        word: String::new(),
        severity: Severity::Info,
        steps: run
            .tasks
            .iter()
            .enumerate()
            .filter(|(_, task)| belongs(task))
            .map(|(index, task)| step(model, run, index, task, words))
            .gather(),
    };
    let credential = |task: &Task| matches!(task.step, Step::Secret | Step::VerifyEntra | Step::VerifyBusinessCentral);
    let mut lanes = vec![lane(words.say(en::LANE_ENTRA), &|task| task.lane.is_none() && !credential(task))];
    let several = run.brief.sites.len() > 1;
    for (number, site) in run.brief.sites.iter().enumerate() {
        let title = if several { site.environment.clone() } else { words.say(en::LANE_CENTRAL) };
        let mut view = lane(title, &|task| task.lane == Some(number) && (several || !credential(task)));
        if several && run.is_lane_over(number) {
            let (severity, word) = match run.lane_outcome(number) {
                Outcome::Complete if !run.brief.undo => (Severity::Success, en::LANE_COMPLETE),
                Outcome::Partial => (Severity::Warning, en::LANE_PARTIAL),
                Outcome::Nothing => (Severity::Error, en::LANE_NOTHING),
                Outcome::Complete | Outcome::Undone => (Severity::Success, en::LANE_UNDONE),
            };
            view.severity = severity;
            view.word = words.say(word);
        }
        lanes.push(view);
    }
    lanes.push(lane(words.say(en::LANE_CREDENTIAL), &|task| credential(task) && (task.lane.is_none() || !several)));
    lanes.retain(|lane| !lane.steps.is_empty());
    RunView {
        title: words.say(match run.outcome {
            Some(_) => en::RUN_STOPPED_TITLE,
            None if run.brief.undo => en::UNDO_RUN_TITLE,
            None => en::RUN_TITLE,
        }),
        // Inside another page nothing is silent: the sign-in after a reload takes a window, and a click for it. And a way
        // back is offered only by the page that went there.
        lede: words.say(if model.host.stays() || run.brief.undo {
            screens::RUN_LEDE_INSIDE
        } else {
            screens::RUN_LEDE
        }),
        lanes,
        can_cancel: run.outcome.is_none() && !run.stopping,
        cancelling: run.outcome.is_none() && run.stopping,
        outcome: run.outcome.map(|it| outcome(it, run, words)),
    }
}

fn outcome(outcome: Outcome, run: &Run, words: &Catalogue) -> OutcomeView {
    let unstored = run.holds_unstored_secret();
    let (severity, title, text) = match outcome {
        Outcome::Complete => (Severity::Success, en::OUTCOME_COMPLETE, en::OUTCOME_COMPLETE_MORE),
        Outcome::Partial if run.brief.undo => {
            (Severity::Warning, en::OUTCOME_HALF_UNDONE, en::OUTCOME_HALF_UNDONE_MORE)
        }
        Outcome::Partial if unstored => (Severity::Warning, en::OUTCOME_PARTIAL, en::OUTCOME_PARTIAL_SECRET),
        Outcome::Partial => (Severity::Warning, en::OUTCOME_PARTIAL, en::OUTCOME_PARTIAL_MORE),
        Outcome::Nothing => (Severity::Error, en::OUTCOME_NOTHING, en::OUTCOME_NOTHING_MORE),
        // Only what somebody else needs is kept on the way back.
        Outcome::Undone if run.tasks.iter().any(|task| matches!(task.state, TaskState::Kept)) => {
            (Severity::Success, en::OUTCOME_HALF_UNDONE, en::WHY_SINCE)
        }
        Outcome::Undone => (Severity::Success, en::OUTCOME_UNDONE, en::OUTCOME_UNDONE_MORE),
    };
    let open = matches!(outcome, Outcome::Partial | Outcome::Nothing);
    // With a secret in hand there is no way back to the choices before it was stored.
    let back = if unstored { Intent::ShowCredential } else { Intent::Back };
    let mut intents = if open { vec![Intent::Resume, back] } else { vec![back] };
    if outcome == Outcome::Partial && !run.brief.undo {
        intents.push(Intent::Undo);
    }
    if open {
        intents.push(Intent::Copy(Piece::SupportReport));
    }
    OutcomeView {
        severity,
        title: words.say(title),
        text: words.say(text),
        actions: intents.iter().filter_map(|intent| action(words, intent)).gather(),
    }
}

/// Seconds with one decimal, without a decimal from ten on.
fn seconds(ms: u64) -> String {
    if ms >= 10_000 { (ms / 1000).to_string() } else { format!("{}.{}", ms / 1000, ms % 1000 / 100) }
}

/// A step that never began because another failed is no failure of its own: one line says what it waits for.
fn is_blocked(task: &Task) -> bool {
    matches!(&task.state, TaskState::Failed(found) if found.code == FindingCode::Blocked)
}

fn step(model: &Model, run: &Run, index: usize, task: &Task, words: &Catalogue) -> StepView {
    let (state, word) = match &task.state {
        TaskState::Pending => (StepState::Pending, en::SAY_PENDING),
        TaskState::Running => (StepState::Running, en::SAY_WORKING),
        TaskState::Waiting { .. } => (StepState::Waiting, en::SAY_WAITING),
        TaskState::Asking { .. } => (StepState::Asking, en::SAY_ASKING),
        TaskState::Done => (StepState::Done, en::SAY_DONE),
        TaskState::Kept => (StepState::Kept, en::SAY_KEPT),
        TaskState::Skipped => (StepState::Skipped, en::SAY_SKIPPED),
        TaskState::Failed(_) if is_blocked(task) => (StepState::Pending, en::SAY_PENDING),
        TaskState::Failed(_) => (StepState::Failed, en::SAY_FAILED),
        TaskState::Stopped => (StepState::Stopped, en::SAY_STOPPED),
    };
    let measure = task.started.map_or_else(String::new, |started| {
        let spent = seconds(task.ended.unwrap_or(model.now).saturating_sub(started));
        if task.attempts > 1 {
            words.fill(en::MEASURE_ATTEMPTS, &[("seconds", &spent), ("attempts", &task.attempts.to_string())])
        } else {
            words.fill(en::MEASURE, &[("seconds", &spent)])
        }
    });
    let mut detail = String::new();
    let (countdown, ask, found) = match &task.state {
        TaskState::Waiting { since, until, why } => {
            (Some(countdown(*since, *until, *why, model.now, words)), None, None)
        }
        TaskState::Asking { finding: found, .. } => {
            let ask = if found.is_some() { consent_ask(words) } else { guide(model, run, task, words) };
            (None, Some(ask), found.as_ref().map(|it| finding(words, it)))
        }
        TaskState::Failed(found) if is_blocked(task) => {
            detail = finding(words, found).why;
            (None, None, None)
        }
        TaskState::Failed(found) => (None, None, Some(finding(words, found))),
        TaskState::Running if matches!(task.step, Step::Record(RouteKind::Host)) => {
            detail = words.say(en::BRIDGE_ASKS);
            (None, None, None)
        }
        _ => (None, None, None),
    };
    StepView {
        key: format!("{}-{index}", task.step.word()),
        title: plan::title(task.lane, &task.step, &run.brief, words),
        state,
        word: words.say(word),
        detail,
        measure,
        countdown,
        ask,
        finding: found,
    }
}

fn countdown(since: u64, until: u64, why: Pause, now: u64, words: &Catalogue) -> CountdownView {
    let left = until.saturating_sub(now);
    let whole = until.saturating_sub(since).max(1);
    let message = match why {
        Pause::Replication => en::PAUSE_REPLICATION,
        Pause::Throttled => en::PAUSE_THROTTLED,
        Pause::Unavailable => en::PAUSE_UNAVAILABLE,
        Pause::NoAnswer => en::PAUSE_NO_ANSWER,
        Pause::Offline => en::PAUSE_OFFLINE,
        Pause::Working => en::PAUSE_WORKING,
    };
    let percent = (100 - (left * 100 / whole).min(100)).min(100);
    CountdownView {
        text: words.fill(message, &[("seconds", &left.div_ceil(1000).to_string())]),
        percent: u8::try_from(percent).unwrap_or(100),
    }
}

/// The guided route: what to do on the card, with the exact values.
fn guide(model: &Model, run: &Run, task: &Task, words: &Catalogue) -> AskView {
    let copy = |label, piece: Piece, value: String| CopyView {
        label: words.say(label),
        value: Secret::new(value),
        hidden: false,
        piece,
        copied: model.copied == Some(piece),
    };
    let lane = task.lane.unwrap_or_default();
    let guided = matches!(task.step, Step::Record(RouteKind::Guided)) && !run.brief.undo;
    AskView {
        steps: if guided {
            [en::GUIDE_1, en::GUIDE_2, en::GUIDE_3].map(|step| words.say(step)).to_vec()
        } else if run.brief.undo {
            let goes = task.action == Action::Remove;
            [en::GUIDE_1, if goes { en::GUIDE_REMOVE } else { en::GUIDE_DISABLE }].map(|step| words.say(step)).to_vec()
        } else {
            Vec::new()
        },
        values: vec![
            copy(en::VALUE_CLIENT, Piece::ClientId, run.known.app_id.clone().unwrap_or_default()),
            copy(en::VALUE_DESCRIPTION, Piece::Description(lane), crate::flow::run::description_of(run, lane)),
        ],
        actions: action(words, &Intent::OpenCard(lane)).into_iter().gather(),
        watching: words.say(if run.brief.undo { en::REMOVE_WATCHING } else { en::GUIDE_WATCHING }),
    }
}

/// Someone has to consent: the finding has the buttons, here is only that we look.
fn consent_ask(words: &Catalogue) -> AskView {
    AskView { steps: Vec::new(), values: Vec::new(), actions: Vec::new(), watching: words.say(en::CONSENT_WATCHING) }
}
