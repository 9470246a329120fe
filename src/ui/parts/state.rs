//! A state is always a picture and a word, in the tone of what it means.

use yew::prelude::*;

use crate::view_model::{ChangeKind, CheckState, Severity, StepState};

/// The class that carries picture and colours.
pub(crate) trait Tone {
    fn tone(self) -> &'static str;
}

impl Tone for Severity {
    fn tone(self) -> &'static str {
        match self {
            Self::Info => "tone--info",
            Self::Success => "tone--success",
            Self::Warning => "tone--warning",
            Self::Error => "tone--error",
        }
    }
}

impl Tone for CheckState {
    fn tone(self) -> &'static str {
        match self {
            Self::Pass => "tone--success",
            Self::Warn => "tone--warning",
            Self::Fail => "tone--error",
            Self::Running => "tone--info state--running",
            Self::Unknown => "tone--quiet",
        }
    }
}

impl Tone for StepState {
    fn tone(self) -> &'static str {
        match self {
            Self::Pending | Self::Skipped => "tone--quiet",
            Self::Running => "tone--info state--running",
            Self::Waiting => "tone--waiting",
            Self::Asking => "tone--info",
            Self::Done => "tone--success",
            Self::Kept => "tone--kept",
            Self::Failed => "tone--error",
            Self::Stopped => "tone--warning",
        }
    }
}

impl Tone for ChangeKind {
    fn tone(self) -> &'static str {
        match self {
            Self::Create => "tone--success",
            Self::Change => "tone--info",
            Self::Remove => "tone--error",
            Self::Keep | Self::Skip => "tone--quiet",
        }
    }
}

pub(crate) fn state(tone: impl Tone, word: impl Into<AttrValue>) -> Html {
    html! { <span class={classes!("state", tone.tone())}>{word.into()}</span> }
}
