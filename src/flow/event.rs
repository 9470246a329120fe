//! Everything that can happen: answers, timers, the browser's news, and what the person does.

use super::effect::{Answer, EffectId, Format, Piece};
use super::host::{HostSaid, Surface};
use super::route::RouteKind;
use crate::config::ConfigError;
use crate::protocol::oauth::Resource;

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The page was loaded; the first event, once.
    Started(Box<Start>),
    /// An answer to `Effect::Fetch`.
    Replied {
        /// Id of the question.
        id: EffectId,
        /// The answer.
        answer: Answer,
    },
    /// A timer of `Effect::Wait` ran out.
    Elapsed {
        /// Id of the timer.
        id: EffectId,
    },
    /// A second passed.
    Ticked,
    /// The tab's storage did not keep the sign-in record, so the page was not left.
    StorageRefused,
    /// The window that was opened last sent a message.
    RelayAnswered {
        /// Origin, as the browser tells it.
        origin: String,
        /// The message as JSON.
        message: String,
    },
    /// The browser did not open a window.
    PopupBlocked,
    /// The page came back from the back/forward cache (sign-in.md 3.2 case 1).
    Restored,
    /// A copy was tried.
    Copied {
        /// What.
        piece: Piece,
        /// Whether the clipboard took it.
        worked: bool,
    },
    /// A language's sentences arrived, or not.
    TextLoaded {
        /// Language.
        language: String,
        /// JSON of keys and sentences.
        text: Option<String>,
    },
    /// The browser's network state changed.
    Online(bool),
    /// The page around this one said something.
    HostSaid(Box<HostSaid>),
    /// The content of the frame has another height, in CSS pixels.
    Resized(u64),
    /// The person did something.
    Intent(Intent),
}

/// What the page finds when it starts.
#[derive(Debug, Clone)]
pub struct Start {
    /// The whole address.
    pub address: String,
    /// Text of `config.json`, or why there is none.
    pub config: Result<String, ConfigError>,
    /// This tab's entries of ours, or `None` when storage is blocked.
    pub storage: Option<Vec<(String, String)>>,
    /// Languages the browser wants, best first.
    pub languages: Vec<String>,
    /// Where the page stands.
    pub surface: Surface,
    /// Build id for the support report.
    pub build: &'static str,
}

/// What a person can do. Buttons of the view model carry these ready made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Sign in.
    SignIn,
    /// Sign in with another account.
    SwitchAccount,
    /// Sign in as the same person at the tenant that was typed.
    SwitchTenant,
    /// Open the window of a sign-in that is waited for once more.
    OpenRelayAgain,
    /// Wait for it no longer.
    CancelSignIn,
    /// Open this page in a window of its own, with the choices.
    OpenAlone,
    /// Sign out and leave nothing.
    SignOut,
    /// Tenant to sign in to, by domain or id; empty for one's own.
    TenantTyped(String),
    /// Use another language.
    Language(String),
    /// Choose an integration.
    Preset(String),
    /// Application name.
    Name(String),
    /// Register beside an application that has the same name.
    MakeAnother,
    /// Use an application that exists.
    UseExisting {
        /// Client id.
        app_id: String,
    },
    /// One environment.
    Environment {
        /// Name.
        name: String,
        /// Chosen.
        chosen: bool,
    },
    /// Environment typed by hand.
    EnvironmentTyped(String),
    /// Look whether the typed environment exists.
    Probe,
    /// All companies, or chosen ones.
    AllCompanies(bool),
    /// One company, by name.
    Company {
        /// Name.
        name: String,
        /// Chosen.
        chosen: bool,
    },
    /// One permission set.
    PermissionSet {
        /// Key of the set in the view model.
        key: String,
        /// Chosen.
        chosen: bool,
    },
    /// One application role.
    AppRole {
        /// `API.ReadWrite.All`
        value: String,
        /// Chosen.
        chosen: bool,
    },
    /// Whether a secret is made.
    WantSecret(bool),
    /// How long it lives.
    Months(u32),
    /// Whether the record in Business Central is made.
    WantUser(bool),
    /// How it is made in an environment.
    Route {
        /// Where.
        environment: String,
        /// How.
        kind: RouteKind,
    },
    /// Whether permission sets that are not chosen are taken away.
    Exact(bool),
    /// Read everything again.
    CheckAgain,
    /// Read the tenant's credential policy, which needs one more permission.
    CheckPolicy,
    /// Ask for consent to what is missing for a resource.
    GrantConsent(Resource),
    /// See the plan.
    Plan,
    /// Back to the choices.
    Back,
    /// Set up access.
    Confirm,
    /// Stop at the next safe point.
    Cancel,
    /// See the plan that takes back what the run made.
    Undo,
    /// Try the failed steps again.
    Resume,
    /// Ask for the larger permission that grants need in some tenants.
    GrantMorePermission,
    /// Open the consent page for the new application.
    OpenConsentPage,
    /// Open the card in Business Central, in this lane's environment.
    OpenCard(usize),
    /// Open Business Central's sign-up or admin page.
    OpenAdminCenter,
    /// Copy something.
    Copy(Piece),
    /// Download the credential.
    Download(Format),
    /// Download the reminder.
    DownloadCalendar,
    /// Back to the credential, after trying again what had failed.
    ShowCredential,
    /// "I have stored it."
    Stored(bool),
    /// Hand the secret to the page around this one.
    HandToHost,
    /// Leave the hand-over.
    Finish,
    /// Begin another set-up.
    StartOver,
    /// Put a page-wide notice away.
    Dismiss,
}
