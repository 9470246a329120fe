//! One step at work: its state, where in its work it is, and what a verification read back for it.

use crate::flow::effect::EffectId;
use crate::flow::finding::Finding;
use crate::flow::plan::{Action, Step};
use crate::flow::route::RouteKind;
use crate::protocol::business_central::UserPermission;

/// Where in its work a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Its one write, or its first.
    Act,
    /// Enabling the record.
    Enable,
    /// Reading what is there, because a write said "exists already" or its answer was lost.
    Look,
    /// Removing a secret whose text was lost.
    RemoveLost(String),
    /// Looking whether a person has done their part.
    Watch,
    /// Reading what kind of user it is.
    Kind,
    /// Looking for the user of an enabled record on a page that does not show it.
    User,
    /// Giving a permission set through the page around, because the automation API refused it.
    Bridge,
    /// Following a list of what is there to its next page.
    More(String),
    /// Working with a configuration package.
    Package(PackagePhase),
}

/// Where in its work a configuration package is (business-central.md 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackagePhase {
    /// Looking for one of an earlier attempt.
    Find,
    /// Removing it.
    Sweep,
    /// Creating it.
    Create,
    /// Uploading its content.
    Upload,
    /// Asking for the import.
    Import,
    /// Waiting for the import.
    Imported,
    /// Asking for it to be applied.
    Apply,
    /// Waiting until it is applied.
    Applied,
    /// Looking for the user it made.
    User,
    /// Removing the package.
    Delete,
    /// Removing the package of an attempt that failed.
    Abandon,
}

/// Why a step waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Entra does not know yet what it just created (graph.md 12).
    Replication,
    /// The service asks us to slow down.
    Throttled,
    /// The service is not available.
    Unavailable,
    /// No answer came.
    NoAnswer,
    /// No network.
    Offline,
    /// The service is at work on what we asked for.
    Working,
}

/// State of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskState {
    /// Waits for others.
    Pending,
    /// A request is under way.
    Running,
    /// Waits before the next attempt.
    Waiting {
        /// Since when, local ms.
        since: u64,
        /// Until when, local ms.
        until: u64,
        /// Why.
        why: Pause,
    },
    /// Needs the person; read again every few seconds.
    Asking {
        /// Since when, local ms.
        since: u64,
        /// What stands in the way, when something does.
        finding: Option<Finding>,
    },
    /// Done.
    Done,
    /// Was already so.
    Kept,
    /// Left out.
    Skipped,
    /// Failed.
    Failed(Finding),
    /// Stopped by the person, or never begun because of it.
    Stopped,
}

/// One step at work.
#[derive(Debug, Clone)]
pub struct Task {
    /// Which environment of the brief it belongs to.
    pub lane: Option<usize>,
    /// What.
    pub step: Step,
    /// What happens to it.
    pub action: Action,
    /// State.
    pub state: TaskState,
    /// Requests sent for it.
    pub attempts: u32,
    /// Begun, local ms.
    pub started: Option<u64>,
    /// Ended, local ms.
    pub ended: Option<u64>,
    pub(super) phase: Phase,
    /// When trouble began; retries end some time after.
    pub(super) trouble_since: Option<u64>,
    pub(super) troubles: u32,
    pub(super) timer: Option<EffectId>,
    /// It was there already, although the plan had not seen it: nothing of ours.
    pub(in crate::flow) found: bool,
    /// A write of it got no answer that says whether it was done.
    pub(super) doubtful: bool,
    /// Why an attempt is being cleaned up.
    pub(super) why: Option<Finding>,
    /// What a verification read back so far.
    pub evidence: Option<Evidence>,
}

/// How far the user in an environment is known to be the application's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The record was read by its client id.
    ClientId,
    /// It is some application's user and has our name.
    Application,
    /// It has our name, and nothing says what kind of user it is.
    Name,
    /// It has our name and is no application's.
    Other,
}

/// What a verification read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// From Entra.
    Entra {
        /// The application is there.
        application: bool,
        /// The service principal is there and enabled.
        service_principal: bool,
        /// Roles held, by value.
        roles: Vec<String>,
        /// Roles that should be held and were not seen.
        missing_roles: Vec<String>,
        /// The new secret is listed, with this hint; `None` when no secret was made or it was not seen.
        secret_hint: Option<String>,
    },
    /// From Business Central.
    BusinessCentral {
        /// Where.
        environment: String,
        /// Name of the user, when it is there and enabled.
        user: Option<String>,
        /// How far it is known to be ours.
        proof: Proof,
        /// Permission sets read.
        given: Vec<UserPermission>,
        /// Permission sets that should be there and were not seen.
        missing_sets: Vec<String>,
        /// Permission sets that should be gone and were still seen.
        extra_sets: Vec<String>,
    },
}

impl Task {
    pub(super) fn new(lane: Option<usize>, step: Step, action: Action) -> Self {
        let state = match action {
            Action::Keep => TaskState::Kept,
            Action::Skip => TaskState::Skipped,
            Action::Create | Action::Change | Action::Remove => TaskState::Pending,
        };
        // A package of an earlier, interrupted attempt would be in the way of a new one.
        let phase = match &step {
            Step::Record(RouteKind::Package) if action != Action::Remove => Phase::Package(PackagePhase::Find),
            // What is to be taken away is looked up first: it has a key that only the server knows.
            // And whoever has got a secret of the application since it was planned needs it.
            Step::PermissionSet { .. } | Step::Consent(_) | Step::Application if action == Action::Remove => {
                Phase::Look
            }
            _ => Phase::Act,
        };
        Self {
            lane,
            step,
            action,
            state,
            attempts: 0,
            started: None,
            ended: None,
            phase,
            trouble_since: None,
            troubles: 0,
            timer: None,
            found: false,
            doubtful: false,
            why: None,
            evidence: None,
        }
    }

    /// True when nothing more is to be done about it.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, TaskState::Done | TaskState::Kept | TaskState::Skipped)
    }

    /// True when nothing more will come of it by itself.
    pub fn is_over(&self) -> bool {
        self.is_settled() || matches!(self.state, TaskState::Failed(_) | TaskState::Stopped)
    }

    /// True when it may have changed something: done, in the middle of several writes, or without a clear answer.
    pub(in crate::flow) fn wrote(&self) -> bool {
        let untouched = matches!(self.phase, Phase::Act | Phase::Watch | Phase::Package(PackagePhase::Find))
            || (self.phase == Phase::Look && self.action == Action::Remove);
        matches!(self.state, TaskState::Done) || self.doubtful || (self.attempts > 0 && !untouched)
    }

    pub(super) fn reset(&mut self) {
        self.state = TaskState::Pending;
        // A person's part is waited for anew, not counted from the first attempt.
        self.started = None;
        self.ended = None;
        self.trouble_since = None;
        self.troubles = 0;
        self.timer = None;
        match self.phase {
            Phase::Watch => self.phase = Phase::Act,
            // What an attempt left behind is found and removed before the next.
            Phase::Package(_) => self.phase = Phase::Package(PackagePhase::Find),
            _ => {}
        }
    }
}
