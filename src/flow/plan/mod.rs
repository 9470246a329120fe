//! The plan: what would change, what stays, and why, as a value. Nothing is written before it was shown.

mod body;
mod draft;
mod undo;

pub(super) use draft::is_given;

use super::choices::Choices;
use super::route::RouteKind;
use super::run;
use crate::protocol::authority::Authority;
use crate::protocol::business_central::{PermissionSet, RecordApi, Site, UserPermission};
use crate::protocol::graph::AppRole;
use crate::protocol::http::Request;
use crate::protocol::json::Value;

/// What happens to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Made anew.
    Create,
    /// Left as it is.
    Keep,
    /// Changed.
    Change,
    /// Left out.
    Skip,
    /// Taken away.
    Remove,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It does not exist.
    Missing,
    /// It is as it should be.
    Same,
    /// It differs in these things: `name`, `roles`, `redirect`, `tags`.
    Differs(Vec<&'static str>),
    /// It is the vendor's.
    Vendor,
    /// It exists and is disabled.
    Disabled,
    /// Not wanted.
    NotWanted,
    /// Needs the user, which is left out.
    NeedsUser,
    /// A valid secret exists until then (ms).
    ValidUntil(u64),
    /// Wanted although a valid one exists.
    Wanted,
    /// Made by an interrupted run and never shown.
    NeverShown,
    /// This environment does not have it.
    NotThere,
    /// Not among the chosen ones, and only those are to stay.
    NotChosen,
    /// The run that is taken back made it.
    Made,
    /// The run that is taken back changed it.
    Changed,
    /// Given for all companies or for one, and wanted otherwise.
    Wider,
    /// The last secret ends then (ms), which is over or near.
    Ends(u64),
    /// The record is enabled and its user is not, or is gone.
    UserLost,
    /// Left behind by an interrupted run.
    LeftBehind,
    /// Made since the run that is taken back; what it needs stays.
    Since,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The application registration.
    Application,
    /// Its service principal.
    ServicePrincipal,
    /// Admin consent to these roles.
    Consent(Vec<AppRole>),
    /// The record in Business Central, and with it the user.
    Record(RouteKind),
    /// A permission set in a company; empty for all.
    PermissionSet {
        /// Which.
        set: PermissionSet,
        /// Company name.
        company: String,
    },
    /// Chosen sets that this environment does not have.
    MissingSets(Vec<String>),
    /// Taking a permission set away.
    TakeSet(UserPermission),
    /// Removing a configuration package that an interrupted run left behind, by its id.
    RemovePackage(String),
    /// Admission to the admin center API.
    AdminCenter,
    /// Removing a secret nobody saw.
    RemoveSecret {
        /// Its id.
        key_id: String,
        /// Its name.
        name: String,
    },
    /// The secret.
    Secret,
    /// Reading back from Entra.
    VerifyEntra,
    /// Reading back from Business Central.
    VerifyBusinessCentral,
}

impl Step {
    /// Stable word, for findings and keys.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::ServicePrincipal => "service-principal",
            Self::Consent(_) => "consent",
            Self::Record(_) => "record",
            Self::PermissionSet { .. } | Self::MissingSets(_) => "permission-set",
            Self::TakeSet(_) => "take-set",
            Self::RemovePackage(_) => "remove-package",
            Self::AdminCenter => "admin-center",
            Self::RemoveSecret { .. } => "remove-secret",
            Self::Secret => "secret",
            Self::VerifyEntra => "verify-entra",
            Self::VerifyBusinessCentral => "verify-business-central",
        }
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Which environment of the brief it belongs to; `None` for what the tenant has once.
    pub lane: Option<usize>,
    /// What.
    pub step: Step,
    /// What happens to it.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The requests that will go out, with `{…}` where a value is not known yet.
    pub requests: Vec<Request>,
}

impl Line {
    /// True when something is written.
    pub fn writes(&self) -> bool {
        matches!(self.action, Action::Create | Action::Change | Action::Remove)
    }
}

/// All that a run needs to know, fixed when the plan is made.
#[derive(Debug, Clone)]
pub struct Brief {
    /// Graph origin.
    pub graph: String,
    /// Origin of Business Central's APIs.
    pub business_central: String,
    /// The environments, each a lane.
    pub sites: Vec<SiteBrief>,
    /// Key of the application, when it is ours.
    pub unique_name: Option<String>,
    /// Display name.
    pub name: String,
    /// Full body of the application, for creating it.
    pub body: Value,
    /// Changed members only, for an application that exists.
    pub change: Value,
    /// The same members as they were, for the way back.
    pub before: Value,
    /// This is the way back of an earlier run.
    pub undo: bool,
    /// Business Central's service principal.
    pub central_sp: String,
    /// Stem of the secret's name.
    pub secret_name: String,
    /// Lifetime in months.
    pub months: u32,
    /// Choices from which the record's description is made.
    pub choices: Choices,
    /// Tenant id.
    pub tenant: String,
    /// Server clock minus local clock.
    pub clock_offset: i64,
    /// Where the application gets its tokens, and an administrator consents to it.
    pub authority: Authority,
    /// What the application asks a token for.
    pub scope: String,
    /// Roles the application should hold in the end.
    pub roles: Vec<AppRole>,
}

/// What a run needs to know about one environment.
#[derive(Debug, Clone)]
pub struct SiteBrief {
    /// Its name.
    pub environment: String,
    /// Its addresses.
    pub site: Site,
    /// Company through which the automation API is addressed.
    pub company: String,
    /// The page over the record, for the routes that write through one.
    pub api: Option<RecordApi>,
    /// The page over the record that is read back from: the same, or one that was not to be written through.
    pub reads: Option<RecordApi>,
    /// Where the web client is, for links.
    pub web_client: String,
    /// Whether it tells what kind of user somebody is.
    pub tells_kinds: bool,
    /// Whether the user shall end with exactly the chosen sets.
    pub exact: bool,
}

/// The plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Lines in the order of the work.
    pub lines: Vec<Line>,
    /// What the run needs.
    pub brief: Brief,
    /// What is known before the run.
    pub known: run::Known,
}

impl Plan {
    /// True when nothing would be written.
    pub fn is_empty(&self) -> bool {
        !self.lines.iter().any(Line::writes)
    }

    /// How many lines do this.
    pub fn count(&self, action: Action) -> usize {
        self.lines.iter().filter(|line| line.action == action).count()
    }
}
