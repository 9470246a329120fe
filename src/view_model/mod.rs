//! What a screen needs, and nothing else: flat, in the person's language, derived from the model. Components read
//! this and send [`Intent`]s; they compute no fact.

mod choose;
mod derive;
mod finish;
mod lists;
mod plan;
mod run;
mod screens;
mod sites;
mod words;

pub use screens::*;

use crate::flow::{Intent, Piece};
use crate::protocol::secret::Secret;
use crate::text::Catalogue;

/// The whole screen.
#[derive(Debug, Clone)]
pub struct ViewModel {
    /// Somebody's page has mounted this one: title, language and scrolling of the document are theirs.
    pub mounted: bool,
    /// Language tag in use, for `lang`.
    pub language: String,
    /// Sentences of that language, for the words that belong to a screen rather than to a fact.
    pub words: Catalogue,
    /// Languages to choose from: tag and own name.
    pub languages: Vec<(String, String)>,
    /// Top bar.
    pub header: HeaderView,
    /// The journey.
    pub stages: Vec<StageView>,
    /// For the polite live region; changes when there is something to say.
    pub announcement: String,
    /// Page-wide notices.
    pub notices: Vec<FindingView>,
    /// Support link: label and address.
    pub support: Option<(String, String)>,
    /// The screen.
    pub page: Page,
}

/// Top bar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderView {
    /// Signed-in person's name and sign-in name.
    pub account: Option<(String, String)>,
    /// Tenant name and domain.
    pub tenant: Option<(String, String)>,
    /// Whose page this one is shown in.
    pub host: Option<String>,
}

/// Where a stage of the journey stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageState {
    /// Left behind.
    Past,
    /// Here.
    Current,
    /// To come.
    Ahead,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageView {
    /// Name.
    pub label: String,
    /// State.
    pub state: StageState,
}

/// The screens.
#[derive(Debug, Clone)]
pub enum Page {
    /// Screen 1.
    Welcome(WelcomeView),
    /// Something short is going on: leaving, redeeming, loading.
    Busy {
        /// Heading.
        title: String,
        /// What exactly.
        detail: String,
        /// What can be done meanwhile.
        actions: Vec<ActionView>,
    },
    /// Screen 2.
    Choose(Box<ChooseView>),
    /// Screen 3.
    Plan(PlanView),
    /// Screen 4.
    Run(RunView),
    /// Screen 5.
    HandOver(HandOverView),
    /// Screen 6.
    Done(DoneView),
    /// The page cannot work as it is hosted.
    Problem(FindingView),
}

/// How serious something is; carries icon, word and ARIA role in the UI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Good to know.
    Info,
    /// It worked.
    Success,
    /// Can go on, look at it.
    Warning,
    /// Cannot go on like this.
    Error,
}

/// A button with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionView {
    /// What the button says.
    pub label: String,
    /// What it means.
    pub intent: Intent,
}

/// Something a person should know: what, why, what to do, who can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingView {
    /// Stable code, shown small.
    pub code: String,
    /// Severity.
    pub severity: Severity,
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Who can do it.
    pub who: String,
    /// Codes, correlation id and time for support, one per line; empty when there was no server answer.
    pub support: Vec<String>,
    /// Buttons, best first.
    pub actions: Vec<ActionView>,
    /// Link to read on or to the place in a portal: label and address.
    pub link: Option<(String, String)>,
}

/// A choice among several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionView {
    /// Value.
    pub value: String,
    /// In words.
    pub label: String,
    /// More words, possibly none.
    pub hint: String,
    /// Chosen.
    pub chosen: bool,
    /// Cannot be chosen; the hint says why.
    pub disabled: bool,
    /// What choosing means.
    pub intent: Intent,
}

/// A box to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickView {
    /// Stable key for the list.
    pub key: String,
    /// In words.
    pub label: String,
    /// More words.
    pub hint: String,
    /// Small mark such as "from preset" or "broad rights".
    pub badge: Option<String>,
    /// Ticked.
    pub ticked: bool,
    /// Cannot be ticked; the hint says why.
    pub disabled: bool,
    /// What toggling means.
    pub intent: Intent,
}

/// A text field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldView {
    /// Value in the model.
    pub value: String,
    /// What is wrong, if anything.
    pub error: Option<String>,
}

/// A list that has to be read first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListView<T> {
    /// Not yet asked for; the text says what is missing.
    Waiting(String),
    /// Being read.
    Reading(String),
    /// Here it is.
    Known(Vec<T>),
    /// Could not be read.
    Failed(Box<FindingView>),
}

/// A value with a copy button.
#[derive(Debug, Clone)]
pub struct CopyView {
    /// What it is.
    pub label: String,
    /// The value; opened only by the field that shows it.
    pub value: Secret,
    /// Shown as dots until revealed.
    pub hidden: bool,
    /// What copying means.
    pub piece: Piece,
    /// True just after it was copied.
    pub copied: bool,
}

impl PartialEq for CopyView {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label
            && self.copied == other.copied
            && self.piece == other.piece
            && self.value.open() == other.value.open()
    }
}
