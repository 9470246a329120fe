//! The order of the work: starts every step that can start, follows what came of it, ends the run.

use super::trouble::{TRIES, Verdict};
use super::{Outcome, PackagePhase, Pause, Phase, Run, SIDE_BY_SIDE, Task, TaskState, steps};
use crate::flow::effect::{Answer, Effect};
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::net::Purpose;
use crate::flow::plan::Step;
use crate::flow::{Intent, Model, Place, Timer, checkpoint};
use crate::gather::Gather;

impl Model {
    /// The person confirmed the plan.
    pub(in crate::flow) fn begin_run(&mut self, out: &mut Out) {
        let Some(plan) = self.plan.take() else { return };
        self.runs += 1;
        self.run = Some(Run::new(self.runs, plan));
        self.place = Place::Run;
        self.save_checkpoint(out);
        self.advance(out);
    }

    /// Starts every step that can start, and ends the run when none is left.
    pub(in crate::flow) fn advance(&mut self, out: &mut Out) {
        let mut index = 0;
        while let Some(run) = self.run.as_mut().filter(|run| index < run.tasks.len()) {
            if matches!(run.tasks[index].state, TaskState::Pending) {
                if run.stopping {
                    run.tasks[index].state = TaskState::Stopped;
                } else if let Some(step) = run.blocked_by(index) {
                    let finding = Finding::info(FindingCode::Blocked).with("step", step);
                    run.tasks[index].state = TaskState::Failed(finding);
                } else if run.is_ready(index) && self.has_room(index) {
                    self.start_task(index, out);
                }
            }
            index += 1;
        }
        self.end_run(out);
    }

    /// Keeps the number of side-by-side writes to Business Central below its limit.
    fn has_room(&self, index: usize) -> bool {
        let Some(run) = &self.run else { return false };
        let is_set = |task: &Task| matches!(task.step, Step::PermissionSet { .. } | Step::TakeSet(_));
        let busy = run.tasks.iter().filter(|task| is_set(task) && matches!(task.state, TaskState::Running)).count();
        !is_set(&run.tasks[index]) || busy < SIDE_BY_SIDE
    }

    fn start_task(&mut self, index: usize, out: &mut Out) {
        let now = out.now;
        let Some(run) = &mut self.run else { return };
        let name = format!("{} - {} {}", run.brief.secret_name, crate::protocol::date::day(now), out.entropy.short());
        let task = &mut run.tasks[index];
        task.started.get_or_insert(now);
        if matches!(task.step, Step::Secret) && task.phase == Phase::Act {
            // A new name per attempt: after a lost answer the unknown secret can be told from others (graph.md 3).
            run.secret_names.push(name);
        }
        self.send_task(index, out);
    }

    fn send_task(&mut self, index: usize, out: &mut Out) {
        let Some(run) = &mut self.run else { return };
        let now = out.now;
        let Some((resource, request)) = steps::request(run, index, now) else {
            // What it needs is not known although its predecessors are done: say so instead of hanging.
            let step = run.tasks[index].step.word();
            run.tasks[index].state = TaskState::Failed(Finding::error(FindingCode::Blocked).with("step", step));
            return;
        };
        let id = run.id;
        let task = &mut run.tasks[index];
        task.state = TaskState::Running;
        task.attempts += 1;
        let is_secret = matches!(task.step, Step::Secret);
        if is_secret {
            // The name must be on record before the secret can exist, or a reload could not find it. Until then the page
            // may be left freely; from now on leaving could lose a secret that nobody saw.
            self.save_checkpoint(out);
            out.push(Effect::Guard(true));
        }
        self.send(resource, request, Purpose::Task { run: id, index }, out);
    }

    pub(in crate::flow) fn task_answered(&mut self, run_id: u64, index: usize, answer: &Answer, out: &mut Out) {
        let refused = self.run.as_ref().and_then(|run| run.tasks.get(index)).and_then(|task| {
            let resource = steps::resource(&task.step);
            self.token_refused(resource).cloned()
        });
        let now = out.now;
        let Some(run) = self.run.as_mut().filter(|run| run.id == run_id) else { return };
        let verdict = match refused {
            Some(finding) if answer.is_err() => Verdict::Fail(finding),
            _ => steps::judge(run, index, answer, now, self.offline, &mut out.entropy),
        };
        self.follow(index, verdict, out);
        self.advance(out);
    }

    fn follow(&mut self, index: usize, verdict: Verdict, out: &mut Out) {
        let now = out.now;
        let Some(run) = &mut self.run else { return };
        let (id, stopping) = (run.id, run.stopping);
        let goes_on = matches!(verdict, Verdict::Pause { .. } | Verdict::Next(Phase::Package(_)));
        let ends = matches!(verdict, Verdict::Next(Phase::Package(PackagePhase::Delete | PackagePhase::Abandon)));
        let verdict = match verdict {
            // Nothing of a package stays behind when the person stops.
            _ if stopping && goes_on && !ends && steps::has_to_tidy(run, index) => {
                Verdict::Next(Phase::Package(PackagePhase::Abandon))
            }
            Verdict::Next(Phase::Package(PackagePhase::Create)) if stopping => {
                Verdict::Pause { ms: 0, why: Pause::Working }
            }
            verdict => verdict,
        };
        let task = &mut run.tasks[index];
        match verdict {
            Verdict::Done => {
                task.state = TaskState::Done;
                task.ended = Some(now);
                if matches!(task.step, Step::Secret) {
                    self.place = Place::HandOver;
                    self.save_checkpoint(out);
                }
            }
            Verdict::Next(phase) => {
                let anew = phase == Phase::Act;
                // Looking and trying again is one trouble that goes on: its count ends it, and slows it down.
                let verifies = matches!(task.step, Step::VerifyEntra | Step::VerifyBusinessCentral);
                let waits = phase == Phase::Look && task.troubles > 1 && !verifies;
                // A step further is a new beginning; going back to look and to begin again is not.
                let further = match phase {
                    Phase::Enable | Phase::User => task.phase != Phase::Look,
                    Phase::Package(PackagePhase::Find | PackagePhase::Sweep | PackagePhase::Create) => false,
                    Phase::Package(_) => phase != task.phase,
                    _ => false,
                };
                if further {
                    task.troubles = 0;
                    task.trouble_since = None;
                }
                task.phase = phase;
                if waits && !stopping {
                    let ms = (1000_u64 << task.troubles.min(5)).min(30_000);
                    self.follow(index, Verdict::Pause { ms, why: Pause::Unavailable }, out);
                } else if anew && task.troubles > TRIES && !verifies {
                    let finding = Finding::error(FindingCode::StillBusy).with("step", task.step.word());
                    self.follow(index, Verdict::Fail(finding.action(Intent::Resume)), out);
                } else if stopping && anew {
                    task.state = TaskState::Stopped;
                } else if anew {
                    self.start_task(index, out);
                } else {
                    self.send_task(index, out);
                }
            }
            Verdict::Pause { ms, why } if !stopping => {
                task.state = TaskState::Waiting { since: now, until: now + ms, why };
                let timer = self.net.timer(Timer::Task { run: id, index }, ms, out);
                if let Some(run) = &mut self.run {
                    run.tasks[index].timer = Some(timer);
                }
            }
            Verdict::Watch { finding, ms } if !stopping => {
                let since = match &task.state {
                    TaskState::Asking { since, .. } => *since,
                    _ => task.started.unwrap_or(now),
                };
                task.phase = Phase::Watch;
                // Who is asked may have done it before we can see it.
                task.doubtful |= matches!(task.step, Step::Record(_)) && !run.brief.undo;
                task.state = TaskState::Asking { since, finding };
                let timer = self.net.timer(Timer::Task { run: id, index }, ms, out);
                if let Some(run) = &mut self.run {
                    run.tasks[index].timer = Some(timer);
                }
            }
            Verdict::Pause { .. } | Verdict::Watch { .. } => task.state = TaskState::Stopped,
            Verdict::Fail(finding) => {
                task.state = TaskState::Failed(finding);
                task.ended = Some(now);
            }
        }
    }

    pub(in crate::flow) fn task_elapsed(&mut self, run_id: u64, index: usize, out: &mut Out) {
        let Some(run) = self.run.as_mut().filter(|run| run.id == run_id) else { return };
        match &run.tasks[index].state {
            TaskState::Waiting { why: Pause::Offline, .. } if self.offline => {
                let timer = self.net.timer(Timer::Task { run: run_id, index }, 5_000, out);
                run.tasks[index].timer = Some(timer);
            }
            TaskState::Waiting { .. } => self.send_task(index, out),
            TaskState::Asking { since, .. } => {
                let since = *since;
                if steps::has_waited_enough(out.now.saturating_sub(since)) {
                    let finding = steps::never_came(run, index);
                    run.tasks[index].state = TaskState::Failed(finding);
                    self.advance(out);
                    return;
                }
                let asking = std::mem::replace(&mut run.tasks[index].state, TaskState::Running);
                self.send_task(index, out);
                // The instructions stay on the screen while we look.
                if let Some(run) = &mut self.run {
                    run.tasks[index].state = asking;
                }
            }
            _ => {}
        }
        self.advance(out);
    }

    /// The network is back: whoever waited for it goes on at once.
    pub(in crate::flow) fn wake_run(&mut self, out: &mut Out) {
        let waiting: Vec<usize> = self
            .run
            .iter()
            .flat_map(|run| run.tasks.iter().enumerate())
            .filter(|(_, task)| matches!(task.state, TaskState::Waiting { why: Pause::Offline | Pause::NoAnswer, .. }))
            .map(|(index, _)| index)
            .gather();
        for index in waiting {
            self.forget_timer(index);
            self.send_task(index, out);
        }
    }

    fn forget_timer(&mut self, index: usize) {
        if let Some(timer) = self.run.as_mut().and_then(|run| run.tasks[index].timer.take()) {
            self.net.take_timer(timer);
        }
    }

    /// Stops at the next safe point: requests under way are answered, nothing new begins.
    pub(in crate::flow) fn cancel_run(&mut self, out: &mut Out) {
        let Some(run) = self.run.as_mut().filter(|run| run.outcome.is_none()) else { return };
        run.stopping = true;
        for index in 0..run.tasks.len() {
            let waiting =
                |run: &Run| matches!(run.tasks[index].state, TaskState::Waiting { .. } | TaskState::Asking { .. });
            if self.run.as_ref().is_some_and(waiting) {
                self.forget_timer(index);
                self.follow(index, Verdict::Pause { ms: 0, why: Pause::Working }, out);
            }
        }
        self.advance(out);
    }

    /// Tries again what failed or was stopped.
    pub(in crate::flow) fn resume_run(&mut self, out: &mut Out) {
        let Some(run) = &mut self.run else { return };
        run.stopping = false;
        run.outcome = None;
        for task in &mut run.tasks {
            if matches!(task.state, TaskState::Failed(_) | TaskState::Stopped) {
                task.reset();
            }
        }
        self.place = Place::Run;
        self.advance(out);
    }

    fn end_run(&mut self, out: &mut Out) {
        let Some(run) = &mut self.run else { return };
        let pending = run.tasks.iter().any(|task| matches!(task.state, TaskState::Pending));
        if run.outcome.is_some() || pending || run.is_active() {
            return;
        }
        let outcome = run.judge();
        run.outcome = Some(outcome);
        let unstored = run.holds_unstored_secret();
        if outcome == Outcome::Complete && self.place == Place::Run {
            // After a second attempt the credential of the first may still be waiting to be stored.
            self.place = if unstored { Place::HandOver } else { Place::Done };
        }
        if outcome == Outcome::Undone || (outcome == Outcome::Complete && self.place == Place::Done) {
            self.interrupted = None;
            out.push(Effect::Forget { key: checkpoint::KEY.into() });
        }
        out.push(Effect::Guard(unstored));
    }
}
