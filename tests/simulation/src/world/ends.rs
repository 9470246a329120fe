//! How a visit has to end.

use super::World;
use crate::invariants::{self as rules, Maker};
use crate::person::{Person, Visit};
use crate::start;
use entrada::flow::finding::FindingCode;
use entrada::flow::plan::Step;
use entrada::flow::run::{Task, TaskState};
use entrada::view_model::ViewModel;
use entrada_cloud::control::Edit;
use std::fmt::Write;

impl World {
    /// The trouble is over, and everybody goes on where they stand.
    pub(super) fn clear_up(&mut self) {
        self.note(|| "=== the trouble is over".into());
        self.calm = true;
        self.cloud.clear_faults();
        self.cloud.set_lag(0);
        self.now += self.schedule.scenario.lag_ms;
        self.edit(&Edit::Policy { secrets_forbidden: false, secret_max_days: None, certificate_max_days: None });
        start::give_roles(&mut self.cloud);
        start::take_users_rights(&mut self.cloud, false);
        self.look_at_the_tenant(Maker::Other);
        for index in 0..self.tabs.len() {
            self.tabs[index].0.cut_off_until = 0;
        }
    }

    /// Everybody goes on where they stand, and comes to a good end.
    pub(super) fn all_go_on(&mut self) {
        for index in 0..self.tabs.len() {
            self.wake(index);
        }
        self.go();
        self.must_be_complete();
    }

    /// Who has not reached what they want takes heart again.
    pub(super) fn wake(&mut self, index: usize) {
        let (_, person) = &mut self.tabs[index];
        if person.visit != Visit::Complete && !person.regrets {
            person.visit = Visit::Open;
        }
        person.takes_heart(12);
        self.will_look(index);
    }

    /// Everybody could read back from Entra what they made; who could not is told so.
    fn has_read_back(&self) -> bool {
        let over = |task: &Task| matches!(task.state, TaskState::Done) || missed(task);
        let open = |task: &Task| matches!(task.step, Step::VerifyEntra) && !over(task);
        self.tabs.iter().all(|(tab, _)| !tab.model.run.iter().flat_map(|run| &run.tasks).any(open))
    }

    /// The verification of this tab says that it did not see everything.
    fn verification_told(&self, tab: usize) -> bool {
        self.tabs[tab].0.model.run.as_ref().is_some_and(|run| run.tasks.iter().any(missed))
    }

    pub(super) fn must_be_complete(&mut self) {
        for index in 0..self.tabs.len() {
            let visit = self.tabs[index].1.visit;
            // Who takes back is judged by that.
            let settled = visit == Visit::Complete || self.tabs[index].1.regrets;
            if !settled && self.report.violation.is_none() {
                let why = format!(
                    "tab {index} ends {visit:?} at {:?}: {}",
                    self.tabs[index].0.model.place,
                    self.standing(index)
                );
                self.broken("going on without trouble completes", &why);
            }
        }
        if self.report.violation.is_none() && !self.foreign_since {
            // The last word counts: two people may want different permission sets, or one of them nothing any more.
            let last = self.ledger.confirmed.last().filter(|it| !it.plan.brief.undo);
            let whole = |person: &Person| person.visit == Visit::Complete && !person.regrets;
            if let Some(last) = last.filter(|it| whole(&self.tabs[it.tab].1)) {
                let plan = if self.verification_told(last.tab) {
                    rules::without_what_others_took(last, &self.facts, &self.ledger)
                } else {
                    last.plan.clone()
                };
                let verdict = rules::complete_is_true(&self.facts, &plan, &self.ledger);
                self.judge("complete means complete", verdict);
            }
        }
        // A proxy that sends it twice makes a second secret, and the page sees that only when it shows within the minute
        // that a verification takes.
        let twice =
            |it: &entrada_cloud::LogEntry| it.fault.as_deref() == Some("twice") && it.url.contains("addPassword");
        let late =
            self.cloud.log().iter().any(twice) && (self.schedule.scenario.lag_ms > 60_000 || !self.has_read_back());
        // Whoever is told that a secret is gone believes it.
        let lie = |it: &entrada_cloud::LogEntry| {
            it.fault.as_deref() == Some("status") && it.status == 404 && it.url.contains("removePassword")
        };
        if !late && !self.cloud.log().iter().any(lie) {
            let said = self.screens();
            let apps =
                self.tabs.iter().filter_map(|(tab, _)| tab.model.run.as_ref()?.known.app_id.as_ref()?.parse().ok());
            let verdict = rules::every_secret_is_known(&self.facts, &self.ledger, &said, &apps.collect::<Vec<_>>());
            self.judge("no secret that nobody saw and no screen names", verdict);
        }
        // Whether a server answers at all is tried with a request that nobody may read (src/flow/net.rs).
        let unlike: Vec<&String> = self
            .cloud
            .violations()
            .iter()
            .filter(|it| !(it.starts_with("GET ") && it.contains("no such method")))
            .collect();
        if self.report.violation.is_none() && !unlike.is_empty() {
            let why = format!("{unlike:?}");
            self.broken("Graph's contract", &why);
        }
    }

    /// Everything that the last screens say.
    pub(super) fn screens(&self) -> String {
        let mut said = self.said.clone();
        for (tab, _) in &self.tabs {
            let _ = write!(said, "{:?}", ViewModel::from(&tab.model).page);
        }
        said
    }
}

/// A verification that read everything and did not see all of it.
fn missed(task: &Task) -> bool {
    matches!(&task.state, TaskState::Failed(it) if it.code == FindingCode::NotSeen)
}
