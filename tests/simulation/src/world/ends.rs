//! How a visit has to end, and taking it back.

use super::World;
use crate::facts::Fact;
use crate::invariants::{self as rules, Confirmed, Maker};
use crate::person::Visit;
use crate::start;
use entrada::flow::plan::Reason;
use entrada::flow::route::RouteKind;
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
            let (tab, person) = &mut self.tabs[index];
            tab.cut_off_until = 0;
            person.limit = 12;
            if person.visit != Visit::Complete {
                person.visit = Visit::Open;
            }
            self.will_look(index);
        }
    }

    pub(super) fn must_be_complete(&mut self) {
        for index in 0..self.tabs.len() {
            let visit = self.tabs[index].1.visit;
            if visit != Visit::Complete && self.report.violation.is_none() {
                let why = format!(
                    "tab {index} ends {visit:?} at {:?}: {}",
                    self.tabs[index].0.model.place,
                    self.standing(index)
                );
                self.broken("going on without trouble completes", &why);
            }
        }
        if self.report.violation.is_none() && !self.foreign_since {
            let confirmed: Vec<Confirmed> = self.ledger.confirmed.clone();
            if let Some(last) = confirmed.iter().rev().find(|it| !it.plan.brief.undo) {
                let verdict = rules::complete_is_true(&self.facts, &last.plan, &self.ledger);
                self.judge("complete means complete", verdict);
            }
        }
        let said = self.screens();
        let verdict = rules::every_secret_is_known(&self.facts, &self.ledger, &said);
        self.judge("no secret that nobody saw and no screen names", verdict);
        if self.report.violation.is_none() && !self.cloud.violations().is_empty() {
            let why = self.cloud.violations().join("; ");
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

    /// The person wants everything back as it was.
    pub(super) fn take_back(&mut self) {
        let Some(before) = self.confirmed_at[0].clone() else { return };
        if !self.tabs[0].0.model.can_undo() || self.foreign_since {
            return;
        }
        self.note(|| "=== take it back".into());
        let (_, person) = &mut self.tabs[0];
        person.visit = Visit::Open;
        person.regrets = true;
        person.limit += 12;
        let kept = self.confirmed_at[0].take();
        self.will_look(0);
        self.go();
        drop(kept);
        if self.report.violation.is_some() {
            return;
        }
        // What could not be read is not drafted, and the screen says why.
        if self.tabs[0].1.visit == Visit::Complete && !self.tabs[0].0.model.notices.is_empty() {
            return;
        }
        if self.tabs[0].1.visit != Visit::Undone {
            let why = format!("{:?}: {}", self.tabs[0].1.visit, self.standing(0));
            return self.broken("taking it back ends", &why);
        }
        // What somebody else needs since then stays, and the plan says so.
        let shared = |it: &Confirmed| it.plan.lines.iter().any(|line| matches!(line.reason, Reason::Since));
        if self.ledger.confirmed.last().is_some_and(shared) {
            return;
        }
        // What was there at the first answer somebody else made, as far as a page can tell; a proxy that sends a creation twice
        // looks the same. It stays, which is the safe side.
        let found = |it: &entrada_cloud::LogEntry| it.fault.as_deref() == Some("twice");
        let before =
            if self.cloud.log().iter().any(found) { before.union(&self.facts).cloned().collect() } else { before };
        // A package goes on by itself: what an interrupted run asked for may come after the next plan was confirmed.
        let by_package = |at: &str| {
            let places = &self.schedule.scenario.places;
            places.iter().any(|it| it.environment == at && it.route == RouteKind::Package)
        };
        let late = self.facts.iter().filter(|fact| match fact {
            Fact::Record { environment, .. } | Fact::User { environment, .. } | Fact::Set { environment, .. } => {
                by_package(environment)
            }
            _ => false,
        });
        let before = before.into_iter().chain(late.cloned()).collect();
        let verdict = rules::undone(&before, &self.facts, &self.ledger, 0);
        self.judge("taking it back leaves what was before", verdict);
    }
}
