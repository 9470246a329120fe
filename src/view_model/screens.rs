//! The six screens, as types.

use super::{ActionView, CopyView, FieldView, FindingView, ListView, OptionView, Severity, TickView};
use crate::flow::Format;
pub use crate::flow::assess::State as CheckState;
pub use crate::flow::plan::Action as ChangeKind;
use crate::protocol::secret::Secret;

/// Screen 1: what will happen, who can, who publishes this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WelcomeView {
    /// Name of the integration a link has preselected.
    pub preset: Option<String>,
    /// Permissions asked for: name, and why.
    pub permissions: Vec<(String, String)>,
    /// Expected verified publisher.
    pub publisher: String,
    /// Tenant typed in.
    pub tenant: FieldView,
    /// The link for the administrator who can.
    pub invitation: String,
    /// True just after it was copied.
    pub invitation_copied: bool,
}

/// One live check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckView {
    /// Stable word.
    pub key: &'static str,
    /// The environment it is about; empty when it is about the tenant.
    pub environment: String,
    /// What is checked.
    pub label: String,
    /// State.
    pub state: CheckState,
    /// State in a word.
    pub word: String,
    /// What was found.
    pub detail: String,
    /// More, when it is not fine.
    pub finding: Option<FindingView>,
}

/// How the environment is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentView {
    /// The list is being read.
    Reading,
    /// From a list.
    Listed(Vec<TickView>),
    /// The list was refused: typed by hand, with the reason.
    Typed {
        /// Names that were looked up and found.
        found: Vec<TickView>,
        /// Field.
        field: FieldView,
        /// Why there is no list.
        finding: Box<FindingView>,
        /// The typed name is being looked up.
        probing: bool,
    },
}

/// How the application is registered in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteView {
    /// Environment.
    pub environment: String,
    /// Which way is taken, and why.
    pub why: String,
    /// All ways, with what speaks for or against each.
    pub options: Vec<OptionView>,
}

/// Screen 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChooseView {
    /// Tenant: name, domain, id.
    pub tenant: (String, String, String),
    /// Tenant the account is at home in, when it is another one.
    pub home: Option<String>,
    /// Tenant to go to instead.
    pub other_tenant: FieldView,
    /// Integrations.
    pub presets: Vec<OptionView>,
    /// Where the chosen integration is described: label and address.
    pub documentation: Option<(String, String)>,
    /// Application name.
    pub name: FieldView,
    /// A vendor's application brings its own credential.
    pub vendor: bool,
    /// Environments.
    pub environment: EnvironmentView,
    /// How many are chosen, in words.
    pub environments_chosen: String,
    /// All companies.
    pub all_companies: bool,
    /// Companies.
    pub companies: ListView<TickView>,
    /// Permission sets.
    pub permission_sets: ListView<TickView>,
    /// How many are ticked, in words.
    pub permission_sets_chosen: String,
    /// Application roles.
    pub app_roles: Vec<TickView>,
    /// Whether the record is made.
    pub want_user: TickView,
    /// Whether other permission sets are taken away; only where there is a user that has any.
    pub exact: Option<TickView>,
    /// How it is registered, by environment.
    pub routes: Vec<RouteView>,
    /// Whether a secret is made.
    pub want_secret: TickView,
    /// Lifetimes.
    pub months: Vec<OptionView>,
    /// "Ends on …"
    pub ends: String,
    /// Live checks.
    pub checks: Vec<CheckView>,
    /// Why the plan cannot be shown yet.
    pub blocked: Option<String>,
    /// An earlier run was interrupted.
    pub resuming: bool,
}

/// A request as it will go out, token masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestView {
    /// `PATCH https://…`
    pub line: String,
    /// Headers and body.
    pub rest: String,
}

/// One line of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLineView {
    /// Environment it belongs to, or Entra, where there are several.
    pub group: String,
    /// Kind.
    pub kind: ChangeKind,
    /// Kind in a word.
    pub word: String,
    /// What, in the words of the portals.
    pub title: String,
    /// Why.
    pub reason: String,
    /// The very requests.
    pub requests: Vec<RequestView>,
}

/// Screen 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    /// Heading.
    pub title: String,
    /// "3 to create, 2 kept" or "Nothing to do".
    pub summary: String,
    /// Lines.
    pub lines: Vec<PlanLineView>,
    /// Things to know before confirming.
    pub notes: Vec<FindingView>,
    /// Button, absent when nothing is to be done.
    pub confirm: Option<ActionView>,
    /// Ways to go on when nothing is to be done, and the way back.
    pub others: Vec<ActionView>,
}

/// State of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Waits for others.
    Pending,
    /// Under way.
    Running,
    /// Waits before the next attempt.
    Waiting,
    /// Needs the person.
    Asking,
    /// Done.
    Done,
    /// Was already so.
    Kept,
    /// Left out.
    Skipped,
    /// Failed.
    Failed,
    /// Stopped by the person.
    Stopped,
}

/// A running clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountdownView {
    /// "Next attempt in 12 s: …"
    pub text: String,
    /// Part that has passed, 0 to 100.
    pub percent: u8,
}

/// What the person is asked to do outside.
#[derive(Debug, Clone, PartialEq)]
pub struct AskView {
    /// What to do, in order.
    pub steps: Vec<String>,
    /// Values to copy.
    pub values: Vec<CopyView>,
    /// Buttons.
    pub actions: Vec<ActionView>,
    /// "Looking every few seconds …"
    pub watching: String,
}

/// One step of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct StepView {
    /// Stable key.
    pub key: String,
    /// What.
    pub title: String,
    /// State.
    pub state: StepState,
    /// State in a word.
    pub word: String,
    /// What came of it.
    pub detail: String,
    /// "1.2 s", "2 attempts".
    pub measure: String,
    /// Wait in progress.
    pub countdown: Option<CountdownView>,
    /// Something to do outside.
    pub ask: Option<AskView>,
    /// Why it failed.
    pub finding: Option<FindingView>,
}

/// Steps that belong together: Entra, Business Central, credential.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneView {
    /// Name.
    pub title: String,
    /// How it ended, in a word; empty while it is under way.
    pub word: String,
    /// How serious that is.
    pub severity: Severity,
    /// Steps in order.
    pub steps: Vec<StepView>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeView {
    /// Severity.
    pub severity: Severity,
    /// Heading.
    pub title: String,
    /// Where things stand.
    pub text: String,
    /// Ways to go on.
    pub actions: Vec<ActionView>,
}

/// Screen 4.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// Heading.
    pub title: String,
    /// Whether the page may be left while it works.
    pub lede: String,
    /// Lanes.
    pub lanes: Vec<LaneView>,
    /// True while it may be stopped.
    pub can_cancel: bool,
    /// "Stops after the current requests".
    pub cancelling: bool,
    /// Set when it ended before the hand-over.
    pub outcome: Option<OutcomeView>,
}

/// A ready-made text for the receiving system.
#[derive(Debug, Clone)]
pub struct FormatView {
    /// Which.
    pub format: Format,
    /// Name.
    pub label: String,
    /// Text.
    pub content: Secret,
    /// True just after it was copied.
    pub copied: bool,
}

/// Screen 5.
#[derive(Debug, Clone)]
pub struct HandOverView {
    /// Values.
    pub values: Vec<CopyView>,
    /// Formats.
    pub formats: Vec<FormatView>,
    /// "I have stored it".
    pub stored: bool,
    /// "Ends on …"
    pub ends: String,
    /// The button that hands the secret to the page around, where the configuration allows it.
    pub to_host: Option<ActionView>,
    /// That it was handed there.
    pub handed: Option<String>,
    /// What is not ready yet.
    pub notes: Vec<FindingView>,
}

/// One thing read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceView {
    /// What.
    pub label: String,
    /// What was read.
    pub value: String,
    /// Where it was read.
    pub source: String,
    /// State.
    pub state: CheckState,
    /// State in a word.
    pub word: String,
}

/// Screen 6.
#[derive(Debug, Clone, PartialEq)]
pub struct DoneView {
    /// Heading.
    pub title: String,
    /// One sentence.
    pub text: String,
    /// Evidence.
    pub evidence: Vec<EvidenceView>,
    /// What is not ready yet.
    pub notes: Vec<FindingView>,
    /// What a browser cannot prove.
    pub unproven: String,
    /// The command that proves it, for those who have the credential.
    pub command: Option<CopyView>,
    /// Name of the reminder, when there is an expiry.
    pub reminder: Option<ActionView>,
    /// Ways to go on: open the card, start over.
    pub actions: Vec<ActionView>,
}
