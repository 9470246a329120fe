//! A state is always a picture and a word, in the tone of what it means.

use crate::ui::el::{El, of};
use crate::view_model::{ChangeKind, CheckState, Severity, StepState};

/// The tone of a finding or an outcome that stands by itself.
pub(crate) fn notice_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "notice tone--info",
        Severity::Success => "notice tone--success",
        Severity::Warning => "notice tone--warning",
        Severity::Error => "notice tone--error",
    }
}

/// How an environment ended, in the line of its name.
pub(crate) fn lane_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "state tone--info",
        Severity::Success => "state tone--success",
        Severity::Warning => "state tone--warning",
        Severity::Error => "state tone--error",
    }
}

pub(crate) fn check(state: CheckState, word: &str) -> El {
    let class = match state {
        CheckState::Pass => "state tone--success",
        CheckState::Warn => "state tone--warning",
        CheckState::Fail => "state tone--error",
        CheckState::Running => "state tone--info state--running",
        CheckState::Unknown => "state tone--quiet",
    };
    of("span", class).text(word)
}

pub(crate) fn step(state: StepState, word: &str) -> El {
    let class = match state {
        StepState::Pending | StepState::Skipped => "state tone--quiet",
        StepState::Running => "state tone--info state--running",
        StepState::Waiting => "state tone--waiting",
        StepState::Asking => "state tone--info",
        StepState::Done => "state tone--success",
        StepState::Kept => "state tone--kept",
        StepState::Failed => "state tone--error",
        StepState::Stopped => "state tone--warning",
    };
    of("span", class).text(word)
}

pub(crate) fn change(kind: ChangeKind, word: &str) -> El {
    let class = match kind {
        ChangeKind::Create => "badge tone--success",
        ChangeKind::Change => "badge tone--info",
        ChangeKind::Remove => "badge tone--error",
        ChangeKind::Keep | ChangeKind::Skip => "badge tone--quiet",
    };
    of("span", class).text(word)
}
