//! The way back: a plan of its own that takes away what a run made, shown and confirmed like any other.
//!
//! It is drafted from what the run did, not from what was planned: what it found, it leaves alone. The application goes
//! last, so that what is left can still be found by it; Entra keeps it for 30 days (graph.md 2). Before it is drafted the
//! application is read: whoever has got a secret of it since needs all the rest, so only our own secret goes then. It is
//! read again when the way back is confirmed, and once more right before the application goes.

use super::{Action, Brief, Line, Plan, Reason, Step};
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::run::{self, Run, Task};
use crate::flow::{Model, Place};
use crate::gather::Gather;
use crate::protocol::business_central::PermissionSet;

impl Model {
    /// True when the run on this page made something that can be taken away again.
    pub fn can_undo(&self) -> bool {
        let taken_back =
            |run: &Run| run.tasks.iter().any(|task| task.wrote() && !task.found && reverse(run, task, false).is_some());
        self.run.as_ref().is_some_and(|run| run.outcome.is_some() && !run.brief.undo && taken_back(run))
    }

    /// What is there now is being read for a way back.
    pub fn is_looking_back(&self) -> bool {
        self.undoing
    }

    /// Reads what is there now, before a way back is shown and again before it is gone.
    pub(in crate::flow) fn look_before_way_back(&mut self, out: &mut Out) {
        self.undoing = true;
        self.ask_application(out);
    }

    /// Shows the way back that was asked for, once it was read what is there now; goes it when that is what was confirmed.
    pub(in crate::flow) fn show_way_back(&mut self, out: &mut Out) {
        if !self.undoing || self.facts.registered.is_open() {
            return;
        }
        self.undoing = false;
        if let Some(finding) = self.facts.registered.failed() {
            let finding = finding.clone();
            self.drop_notice(finding.code);
            self.notices.push(finding);
            return;
        }
        self.drop_notice(FindingCode::WayBackChanged);
        let shown = self.plan.take();
        self.plan = self.build_undo_plan();
        match (shown, &self.plan) {
            (_, None) => {
                self.leave_undo();
                self.drop_notice(FindingCode::NothingToTakeBack);
                self.notices.push(Finding::info(FindingCode::NothingToTakeBack));
            }
            (None, Some(_)) => self.place = Place::Plan,
            (Some(shown), Some(now)) if is_same(&shown, now) => self.begin_run(out),
            (Some(_), Some(_)) => self.notices.push(Finding::info(FindingCode::WayBackChanged)),
        }
    }

    /// The plan that takes the run back.
    fn build_undo_plan(&self) -> Option<Plan> {
        let run = self.run.as_ref().filter(|_| self.can_undo())?;
        let mut brief = Brief { undo: true, ..run.brief.clone() };
        brief.change = brief.before.clone();
        // The text of the secret ends with the secret.
        let application = self.facts.registered.known().and_then(|it| it.as_ref()?.application.as_ref());
        let secrets = application.map(|it| it.secrets.as_slice()).unwrap_or_default();
        let mut known = run::Known { secret: None, secrets: run.names_of_secrets(secrets), ..run.known.clone() };
        // What was made without an answer is known by now, or it was not made.
        if let Some(application) = application {
            known.app_object.get_or_insert_with(|| application.id.clone());
            known.app_id.get_or_insert_with(|| application.app_id.clone());
        }
        let principal = self.facts.registered.known().and_then(|it| it.as_ref()?.service_principal.as_ref());
        if let (None, Some(principal)) = (&known.service_principal, principal) {
            known.service_principal = Some(principal.id.clone());
        }
        let is_known = |step: &Step| match step {
            Step::Application => known.app_object.is_some(),
            Step::ServicePrincipal => known.service_principal.is_some(),
            _ => known.app_id.is_some(),
        };
        let since = secrets.iter().filter(|it| !run.knows(it)).gather();
        let shared = !since.is_empty();
        let application_goes =
            !shared && run.tasks.iter().any(|task| made(task) && matches!(task.step, Step::Application));
        let mut lines: Vec<Line> = Vec::new();
        // In the order of the work: environments first, the application last.
        let turn = |task: &Task| match (task.lane, &task.step) {
            (Some(_), _) => 0,
            (None, Step::Application) => 2,
            (None, _) => 1,
        };
        for now in 0..3 {
            for task in run.tasks.iter().filter(|task| turn(task) == now && task.wrote() && !task.found) {
                if shared && !matches!(task.step, Step::Secret) {
                    continue;
                }
                if let Some((step, action, reason)) = reverse(run, task, application_goes).filter(|it| is_known(&it.0))
                {
                    let requests = run::preview(&step, action, task.lane, &brief, &known);
                    lines.push(Line { lane: task.lane, step, action, reason, requests });
                }
            }
        }
        for secret in secrets.iter().filter(|it| !application_goes && run.lost(it)) {
            let step = Step::RemoveSecret { key_id: secret.key_id.clone(), name: secret.named() };
            let requests = run::preview(&step, Action::Remove, None, &brief, &known);
            lines.push(Line { lane: None, step, action: Action::Remove, reason: Reason::NeverShown, requests });
        }
        for secret in since {
            let step = Step::RemoveSecret { key_id: String::new(), name: secret.named() };
            lines.push(Line { lane: None, step, action: Action::Keep, reason: Reason::Since, requests: Vec::new() });
        }
        (!lines.is_empty()).then_some(Plan { lines, brief, known })
    }
}

/// The same would be done: it follows from the run, which is over, and from the secrets that are there.
fn is_same(shown: &Plan, now: &Plan) -> bool {
    shown.lines.len() == now.lines.len() && shown.known.secrets == now.known.secrets
}

fn made(task: &Task) -> bool {
    task.action == Action::Create && task.wrote() && !task.found
}

/// What takes this step back; `None` when something else does, or there is nothing to take back.
fn reverse(run: &Run, task: &Task, application_goes: bool) -> Option<(Step, Action, Reason)> {
    let removes = |step: Step| Some((step, Action::Remove, Reason::Made));
    let restores = |step: Step, action: Action| Some((step, action, Reason::Changed));
    let lane_goes =
        || run.tasks.iter().any(|it| it.lane == task.lane && made(it) && matches!(it.step, Step::Record(_)));
    match (&task.step, task.action) {
        (Step::Application, Action::Create) => removes(Step::Application),
        (Step::Application, _) => restores(Step::Application, Action::Change),
        (Step::ServicePrincipal, Action::Change) => restores(Step::ServicePrincipal, Action::Change),
        // They go with the application.
        (Step::ServicePrincipal | Step::Consent(_) | Step::Secret, _) if application_goes => None,
        (Step::Secret, _) => {
            let key_id = run.known.secret.as_ref()?.key_id.clone();
            removes(Step::RemoveSecret { key_id, name: run.secret_name().to_owned() })
        }
        (Step::Record(_), Action::Change) => restores(task.step.clone(), Action::Change),
        // Permission sets go with the user.
        (Step::PermissionSet { .. } | Step::TakeSet(_), _) if lane_goes() => None,
        (Step::TakeSet(taken), _) => {
            let set = PermissionSet {
                role_id: taken.role_id.clone(),
                app_id: taken.app_id.clone(),
                scope: taken.scope.clone(),
                name: String::new(),
                extension: String::new(),
            };
            restores(Step::PermissionSet { set, company: taken.company.clone() }, Action::Create)
        }
        // A secret that nobody had seen or a leftover package cannot come back, and nobody misses it.
        (
            Step::RemoveSecret { .. }
            | Step::RemovePackage(_)
            | Step::MissingSets(_)
            | Step::VerifyEntra
            | Step::VerifyBusinessCentral,
            _,
        ) => None,
        (
            Step::ServicePrincipal
            | Step::Consent(_)
            | Step::AdminCenter
            | Step::Record(_)
            | Step::PermissionSet { .. },
            _,
        ) => removes(task.step.clone()),
    }
}
