//! The run: works through the plan as fast as the APIs allow.
//!
//! A step starts as soon as the steps it needs are done; steps that need nothing of each other go side by side. The
//! credential comes last, so that nobody ever holds one to something half built. What to send and how to read it is in
//! `steps`, what to do about trouble in `trouble`, the order in `schedule`, what one step is in `task`; here is the run itself.

mod schedule;
mod steps;
mod task;
mod trouble;

pub use steps::{in_company, preview};
pub use task::{Evidence, PackagePhase, Pause, Phase, Proof, Task, TaskState};

use super::plan::{Action, Brief, Plan, Step};
use crate::gather::Gather;
use crate::protocol::graph::{Grant, NewSecret, SecretInfo};

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
    /// The new secret.
    pub secret: Option<NewSecret>,
    /// On the way back: ids and names of the secrets that it was drafted with.
    pub secrets: Vec<String>,
    /// Role assignments to be taken away.
    pub grants: Vec<Grant>,
    /// What is known of each environment, in the order of the brief.
    pub sites: Vec<KnownSite>,
}

/// What the run has learnt about one environment.
#[derive(Debug, Clone, Default)]
pub struct KnownSite {
    /// Security id of the application's user.
    pub user: Option<String>,
    /// Description of the record, if it exists already.
    pub description: Option<String>,
    /// Version of the record when it was read last.
    pub etag: Option<String>,
    /// The record was enabled when it was read and its user was not.
    pub user_is_lost: bool,
    /// Id of the configuration package, while there is one.
    pub package: Option<String>,
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
    /// What an earlier run had made is gone again.
    Undone,
}

/// A run.
#[derive(Debug)]
pub struct Run {
    /// Tells runs of one page apart.
    pub id: u64,
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
    /// The secret was handed to the page around this one.
    pub handed: bool,
    /// Display names of secrets that were asked for; one of them may exist without anybody having seen it.
    secret_names: Vec<String>,
    /// Set when it ended.
    pub outcome: Option<Outcome>,
}

impl Run {
    fn new(id: u64, plan: Plan) -> Self {
        let mut tasks: Vec<Task> =
            plan.lines.into_iter().map(|line| Task::new(line.lane, line.step, line.action)).gather();
        // Taking back proves itself: what is gone answers 404 to the next look, and that is what ends each step.
        if !plan.brief.undo {
            tasks.push(Task::new(None, Step::VerifyEntra, Action::Create));
        }
        let lanes = if plan.brief.undo { 0 } else { plan.brief.sites.len() };
        for lane in 0..lanes {
            let record =
                |task: &Task| matches!(task.step, Step::Record(_)) && !matches!(task.state, TaskState::Skipped);
            if tasks.iter().any(|task| task.lane == Some(lane) && record(task)) {
                tasks.push(Task::new(Some(lane), Step::VerifyBusinessCentral, Action::Create));
            }
        }
        Self {
            id,
            brief: plan.brief,
            known: plan.known,
            tasks,
            stopping: false,
            stored: false,
            handed: false,
            secret_names: Vec::new(),
            outcome: None,
        }
    }

    /// The computer's clock was set back, perhaps by a day: no wait takes longer for it.
    pub(super) fn clock_went_back(&mut self, ms: u64) {
        let back = |time: &mut u64| *time = time.saturating_sub(ms);
        for task in &mut self.tasks {
            [&mut task.started, &mut task.ended, &mut task.trouble_since].into_iter().flatten().for_each(back);
            match &mut task.state {
                TaskState::Waiting { since, until, .. } => [since, until].into_iter().for_each(back),
                TaskState::Asking { since, .. } => back(since),
                _ => {}
            }
        }
    }

    /// True while requests, waits or people are awaited.
    pub fn is_active(&self) -> bool {
        self.tasks
            .iter()
            .any(|task| matches!(task.state, TaskState::Running | TaskState::Waiting { .. } | TaskState::Asking { .. }))
    }

    /// The name of the newest secret that was asked for.
    pub(super) fn secret_name(&self) -> &str {
        self.secret_names.last().map_or("", String::as_str)
    }

    /// It made this secret, or found it when it was planned.
    pub(super) fn knows(&self, secret: &SecretInfo) -> bool {
        let is = |task: &Task| match &task.step {
            Step::RemoveSecret { key_id, name } => *key_id == secret.key_id || name.ends_with(&*secret.key_id),
            _ => false,
        };
        self.secret_names.contains(&secret.name) || self.tasks.iter().any(is)
    }

    /// True for a secret that it asked for and whose text never came.
    pub(super) fn lost(&self, secret: &SecretInfo) -> bool {
        let made = self.known.secret.as_ref().is_some_and(|made| made.key_id == secret.key_id);
        self.secret_names.contains(&secret.name) && !made
    }

    /// By what these secrets, and those of this run that may come into sight yet, are told from later ones.
    pub(super) fn names_of_secrets(&self, listed: &[SecretInfo]) -> Vec<String> {
        let mut names = self.secret_names.clone();
        for secret in listed {
            names.push(secret.key_id.clone());
        }
        names
    }

    /// Names of secrets that were asked for and not confirmed as stored.
    pub fn unstored_secrets(&self) -> Vec<String> {
        if self.stored { Vec::new() } else { self.secret_names.clone() }
    }

    /// The text of the new secret is on this page and may be lost by leaving.
    pub fn holds_unstored_secret(&self) -> bool {
        self.known.secret.is_some() && !self.stored
    }

    /// True when task `other` has to be done before task `index`. The credential comes after everything else, so that
    /// nobody holds one to something half built.
    fn needs(&self, index: usize, other: usize) -> bool {
        let (task, other) = (&self.tasks[index], &self.tasks[other]);
        if self.brief.undo {
            // The application last, so that what is left can still be found by it.
            let application = |step: &Step| matches!(step, Step::Application);
            return application(&task.step) && !application(&other.step);
        }
        let same_lane = task.lane == other.lane;
        let tenant_wide = other.lane.is_none();
        match (&task.step, &other.step) {
            (Step::Application | Step::RemoveSecret { .. } | Step::MissingSets(_), _) | (_, Step::MissingSets(_)) => {
                false
            }
            (Step::ServicePrincipal | Step::Record(_), Step::Application)
            | (Step::Consent(_), Step::Application | Step::ServicePrincipal)
            | (Step::AdminCenter, Step::Application | Step::ServicePrincipal | Step::Consent(_)) => true,
            (Step::PermissionSet { .. }, Step::Application | Step::Record(_)) => same_lane || tenant_wide,
            // Rights are added before others are taken away, so that the integration never stands without.
            (Step::TakeSet(_), Step::Application | Step::Record(_) | Step::PermissionSet { .. }) => {
                same_lane || tenant_wide
            }
            (Step::Secret, step) => !is_verification(step) && !matches!(step, Step::Secret),
            (Step::VerifyEntra, step) => tenant_wide && !is_verification(step),
            (Step::VerifyBusinessCentral, step) => (same_lane || tenant_wide) && !is_verification(step),
            _ => false,
        }
    }

    /// True when this step has what it needs.
    fn is_ready(&self, index: usize) -> bool {
        let needed = |other: &usize| *other != index && self.needs(index, *other);
        let mut others = (0..self.tasks.len()).filter(needed);
        if matches!(self.tasks[index].step, Step::Secret) {
            // An environment that failed does not keep the others from their credential, but it has had its turn.
            return others.all(|other| self.tasks[other].is_over());
        }
        others.all(|other| self.tasks[other].is_settled())
    }

    /// The first step that this one needs and that failed, if any.
    fn blocked_by(&self, index: usize) -> Option<&'static str> {
        let tasks = || 0..self.tasks.len();
        let failed = |other: &usize| {
            let state = &self.tasks[*other].state;
            *other != index && matches!(state, TaskState::Failed(_) | TaskState::Stopped) && self.needs(index, *other)
        };
        let word = |other: usize| self.tasks[other].step.word();
        if !matches!(self.tasks[index].step, Step::Secret) {
            return tasks().find(failed).map(word);
        }
        // The secret fits as soon as one environment is complete, and it is too early to say that none will be while
        // one is still at work.
        let complete = (0..self.brief.sites.len()).any(|lane| self.lane_outcome(lane) == Outcome::Complete);
        let over = tasks().all(|other| !self.needs(index, other) || self.tasks[other].is_over());
        tasks().filter(failed).find(|other| self.tasks[*other].lane.is_none() || (over && !complete)).map(word)
    }

    /// How far one environment is.
    pub fn lane_outcome(&self, lane: usize) -> Outcome {
        let steps = || self.tasks.iter().filter(|task| task.lane == Some(lane) && !is_verification(&task.step));
        if steps().all(Task::is_settled) {
            Outcome::Complete
        } else if steps().any(Task::wrote) {
            Outcome::Partial
        } else {
            Outcome::Nothing
        }
    }

    /// True when nothing more will come of an environment by itself.
    pub fn is_lane_over(&self, lane: usize) -> bool {
        self.tasks.iter().filter(|task| task.lane == Some(lane) && !is_verification(&task.step)).all(Task::is_over)
    }

    /// Environments that are not as they should be.
    pub fn unfinished(&self) -> Vec<&str> {
        let lanes = self.brief.sites.iter().enumerate();
        let open = lanes.filter(|(lane, _)| self.lane_outcome(*lane) != Outcome::Complete);
        open.map(|(_, site)| site.environment.as_str()).gather()
    }

    fn judge(&self) -> Outcome {
        let plan = |task: &&Task| !is_verification(&task.step);
        if self.tasks.iter().filter(plan).all(Task::is_settled) {
            if self.brief.undo { Outcome::Undone } else { Outcome::Complete }
        } else if self.tasks.iter().filter(plan).any(Task::wrote) {
            Outcome::Partial
        } else {
            Outcome::Nothing
        }
    }
}

fn is_verification(step: &Step) -> bool {
    matches!(step, Step::VerifyEntra | Step::VerifyBusinessCentral)
}

/// The description of the record in an environment, for showing and copying.
pub fn description_of(run: &Run, lane: usize) -> String {
    steps::description(run, Some(lane))
}
