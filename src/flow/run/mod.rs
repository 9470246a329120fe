//! The run: works through the plan as fast as the APIs allow.
//!
//! A step starts as soon as the steps it needs are done; steps that need nothing of each other go side by side. The
//! credential comes last, so that nobody ever holds one to something half built. What to send and how to read it is in
//! `steps`, what to do about trouble in `trouble`, the order in `schedule`; here is what a run consists of.

mod schedule;
mod steps;
mod trouble;

pub use steps::preview;

use super::effect::EffectId;
use super::finding::Finding;
use super::plan::{Action, Brief, Plan, Step};
use crate::protocol::graph::NewSecret;

/// Business Central serves five requests of a user at once (business-central.md 1.5); one place is left for reads.
const SIDE_BY_SIDE: usize = 4;

/// What the run has learnt, from the facts before and the answers since.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Object id of the application.
    pub app_object: Option<String>,
    /// Client id.
    pub app_id: Option<String>,
    /// Object id of the service principal.
    pub service_principal: Option<String>,
    /// Security id of the user in Business Central.
    pub user: Option<String>,
    /// Description of the record, if it exists already.
    pub description: Option<String>,
    /// The new secret.
    pub secret: Option<NewSecret>,
}

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
    phase: Phase,
    /// When trouble began; retries end some time after.
    trouble_since: Option<u64>,
    troubles: u32,
    timer: Option<EffectId>,
    /// What a verification read back so far.
    pub evidence: Option<Evidence>,
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
        /// Name of the user, when it is there and enabled.
        user: Option<String>,
        /// Permission sets read, as `ROLE (company)`.
        sets: Vec<String>,
        /// Permission sets that should be there and were not seen.
        missing_sets: Vec<String>,
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of the plan is true.
    Complete,
    /// Some of it is; the rest can be tried again.
    Partial,
    /// Nothing was changed.
    Nothing,
}

/// A run.
#[derive(Debug)]
pub struct Run {
    id: u64,
    /// What it needs.
    pub brief: Brief,
    /// What it has learnt.
    pub known: Known,
    /// Steps.
    pub tasks: Vec<Task>,
    /// The person asked to stop.
    pub stopping: bool,
    /// The person ticked "I have stored it".
    pub stored: bool,
    /// Display names of secrets that were asked for; one of them may exist without anybody having seen it.
    secret_names: Vec<String>,
    /// Set when it ended.
    pub outcome: Option<Outcome>,
}

impl Run {
    fn new(id: u64, plan: Plan) -> Self {
        let mut tasks: Vec<Task> = plan.lines.into_iter().map(|line| Task::new(line.step, line.action)).collect();
        tasks.push(Task::new(Step::VerifyEntra, Action::Create));
        if tasks.iter().any(|task| matches!(task.step, Step::Record(_)) && task.state != TaskState::Skipped) {
            tasks.push(Task::new(Step::VerifyBusinessCentral, Action::Create));
        }
        Self {
            id,
            brief: plan.brief,
            known: plan.known,
            tasks,
            stopping: false,
            stored: false,
            secret_names: Vec::new(),
            outcome: None,
        }
    }

    /// True while requests, waits or people are awaited.
    pub fn is_active(&self) -> bool {
        self.tasks
            .iter()
            .any(|task| matches!(task.state, TaskState::Running | TaskState::Waiting { .. } | TaskState::Asking { .. }))
    }

    /// Names of secrets that were asked for and not confirmed as stored.
    pub fn unstored_secrets(&self) -> Vec<String> {
        if self.stored { Vec::new() } else { self.secret_names.clone() }
    }

    /// The text of the new secret is on this page and may be lost by leaving.
    pub fn holds_unstored_secret(&self) -> bool {
        self.known.secret.is_some() && !self.stored
    }

    /// True when this step has what it needs.
    fn is_ready(&self, index: usize) -> bool {
        let done = |wanted: fn(&Step) -> bool| self.tasks.iter().all(|task| !wanted(&task.step) || task.is_settled());
        let is_secret = |step: &Step| matches!(step, Step::Secret);
        match &self.tasks[index].step {
            Step::Application | Step::RemoveSecret { .. } => true,
            Step::ServicePrincipal | Step::Record(_) => done(|step| matches!(step, Step::Application)),
            Step::Consent(_) => done(|step| matches!(step, Step::ServicePrincipal)),
            Step::PermissionSet { .. } => done(|step| matches!(step, Step::Record(_))),
            Step::Secret => {
                let before =
                    |step: &Step| !matches!(step, Step::Secret | Step::VerifyEntra | Step::VerifyBusinessCentral);
                done(before)
            }
            Step::VerifyEntra | Step::VerifyBusinessCentral => {
                self.tasks.iter().all(|task| {
                    task.is_settled() || matches!(task.step, Step::VerifyEntra | Step::VerifyBusinessCentral)
                }) || self.tasks.iter().any(|task| is_secret(&task.step) && task.state == TaskState::Done)
            }
        }
    }

    /// The first step that this one needs and that failed, if any.
    fn blocked_by(&self, index: usize) -> Option<&'static str> {
        let failed = |task: &&Task| matches!(task.state, TaskState::Failed(_) | TaskState::Stopped);
        let needs = |step: &Step| match &self.tasks[index].step {
            Step::Application | Step::RemoveSecret { .. } => false,
            Step::ServicePrincipal | Step::Record(_) => matches!(step, Step::Application),
            Step::Consent(_) => matches!(step, Step::Application | Step::ServicePrincipal),
            Step::PermissionSet { .. } => matches!(step, Step::Application | Step::Record(_)),
            Step::Secret => !matches!(step, Step::VerifyEntra | Step::VerifyBusinessCentral | Step::Secret),
            Step::VerifyEntra | Step::VerifyBusinessCentral => {
                !matches!(step, Step::VerifyEntra | Step::VerifyBusinessCentral)
            }
        };
        self.tasks.iter().filter(failed).find(|task| needs(&task.step)).map(|task| task.step.word())
    }

    fn judge(&self) -> Outcome {
        let plan = |task: &&Task| !matches!(task.step, Step::VerifyEntra | Step::VerifyBusinessCentral);
        if self.tasks.iter().filter(plan).all(Task::is_settled) {
            Outcome::Complete
        } else if self.tasks.iter().filter(plan).any(Task::wrote) {
            Outcome::Partial
        } else {
            Outcome::Nothing
        }
    }
}

impl Task {
    fn new(step: Step, action: Action) -> Self {
        let state = match action {
            Action::Keep => TaskState::Kept,
            Action::Skip => TaskState::Skipped,
            Action::Create | Action::Change | Action::Remove => TaskState::Pending,
        };
        Self {
            step,
            action,
            state,
            attempts: 0,
            started: None,
            ended: None,
            phase: Phase::Act,
            trouble_since: None,
            troubles: 0,
            timer: None,
            evidence: None,
        }
    }

    /// True when nothing more is to be done about it.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, TaskState::Done | TaskState::Kept | TaskState::Skipped)
    }

    /// True when it may have changed something: done, or in the middle of several writes.
    fn wrote(&self) -> bool {
        self.state == TaskState::Done || (self.attempts > 0 && self.phase != Phase::Act && self.phase != Phase::Watch)
    }

    fn reset(&mut self) {
        self.state = TaskState::Pending;
        self.trouble_since = None;
        self.troubles = 0;
        self.timer = None;
        if self.phase == Phase::Watch {
            self.phase = Phase::Act;
        }
    }
}

/// The description of a run's record, for showing and copying.
pub fn description_of(run: &Run) -> String {
    steps::description(run)
}
