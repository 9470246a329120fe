//! Taking back what was made, with trouble of its own, and what has to be true afterwards.

use super::World;
use crate::facts::{Fact, Facts};
use crate::invariants::{self as rules, Maker};
use crate::person::Visit;
use crate::schedule::WayBack;
use entrada::flow::Place;
use entrada::flow::finding::FindingCode;
use entrada::flow::plan::Reason;
use entrada::flow::route::RouteKind;
use entrada::flow::run::{Task, TaskState};

impl World {
    /// The person at the first tab wants everything back as it was.
    pub(super) fn take_back(&mut self, way: &WayBack) {
        let model = &self.tabs[0].0.model;
        let offered = model.can_undo() && matches!(model.place, Place::Run | Place::HandOver | Place::Done);
        let Some(before) = self.confirmed_at[0].clone().filter(|_| offered) else { return };
        self.note(|| "=== take it back".into());
        // The others stand by meanwhile; what their pages have begun goes on.
        let others: Vec<Visit> = self.tabs.iter().skip(1).map(|(_, person)| person.visit).collect();
        for (_, person) in self.tabs.iter_mut().skip(1) {
            person.visit = Visit::Partial;
        }
        if let Some(what) = way.since {
            self.disturb(what);
        }
        self.trouble_begins(way);
        self.wants_it_back();
        self.go();
        if self.report.violation.is_none() {
            self.clear_up();
            // A page that was loaded anew does not offer it, and sets up again.
            if self.tabs[0].1.regrets && self.tabs[0].1.visit != Visit::Undone {
                self.wants_it_back();
                self.go();
            }
        }
        for (visit, (_, person)) in others.into_iter().zip(self.tabs.iter_mut().skip(1)) {
            person.visit = visit;
        }
        if self.report.violation.is_none() && self.tabs[0].1.regrets && !self.told_that_it_is_gone {
            self.must_be_undone(&before);
        }
    }

    fn trouble_begins(&mut self, way: &WayBack) {
        self.calm = false;
        self.schedule.scenario.second = None;
        let from = self.cloud.log().last().map_or(0, |entry| entry.number + 1);
        for fault in &way.faults {
            let mut fault = fault.clone();
            fault.matcher.number = fault.matcher.number.map(|number| from + number);
            self.cloud.add_fault(fault);
        }
        self.due = 0;
        self.schedule.disturbances =
            way.disturbances.iter().map(|(moment, what)| (self.moments + moment, *what)).collect();
    }

    fn wants_it_back(&mut self) {
        let (_, person) = &mut self.tabs[0];
        person.visit = Visit::Open;
        person.regrets = true;
        person.takes_heart(if self.calm { 12 } else { 4 });
        self.will_look(0);
    }

    /// Somebody got a secret while it was taken back.
    fn application_stays(&mut self) {
        let app = self.our_app();
        let of_others = |fact: &Fact| {
            matches!(fact, Fact::Secret { app_id, .. } if Some(*app_id) == app)
                && self.ledger.makers.get(fact) != Some(&Maker::Tab(0))
        };
        if !self.facts.iter().any(of_others) {
            self.broken("what somebody else needs since stays", "nobody else has a secret of it");
        }
    }

    fn must_be_undone(&mut self, before: &Facts) {
        let (tab, person) = &self.tabs[0];
        // What was asked for without an answer turned out not to be there.
        if tab.model.notices.iter().any(|it| it.code == FindingCode::NothingToTakeBack) {
            return;
        }
        // What could not be read is not drafted, and the screen says why.
        if person.visit == Visit::Complete && !tab.model.notices.is_empty() {
            return;
        }
        // There is nothing to take back that nobody else needs, and the plan says so.
        let nothing = tab.model.plan.as_ref().is_some_and(|plan| plan.brief.undo && plan.is_empty());
        if person.visit == Visit::Complete && nothing {
            return;
        }
        let late = |task: &Task| matches!(&task.state, TaskState::Failed(it) if it.code == FindingCode::SecretSince);
        let short = matches!(person.visit, Visit::Partial | Visit::Nothing);
        if short && tab.model.run.as_ref().is_some_and(|run| run.tasks.iter().any(late)) {
            return self.application_stays();
        }
        if person.visit != Visit::Undone {
            let why = format!("{:?}: {}", person.visit, self.standing(0));
            return self.broken("taking it back ends", &why);
        }
        let shared = self
            .ledger
            .confirmed
            .iter()
            .rev()
            .find(|it| it.tab == 0 && it.plan.brief.undo)
            .is_some_and(|it| it.plan.lines.iter().any(|line| matches!(line.reason, Reason::Since)));
        if shared && let Some(shown) = self.way_back_at.clone() {
            let verdict = rules::only_the_secret_went(&shown, &self.facts, &self.ledger, 0);
            return self.judge("what somebody else needs since stays", verdict);
        }
        // What was there at the first answer somebody else made, as far as a page can tell; a proxy that sends a creation twice
        // looks the same. It stays, which is the safe side.
        let twice = self.cloud.log().iter().any(|it| it.fault.as_deref() == Some("twice"));
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
        let stays = self.facts.iter().filter(|_| twice);
        let before: Facts = before.iter().chain(late).chain(stays).cloned().collect();
        // Two packages for one application: each of both may be the one that made the record.
        let either = |fact: &Fact| match fact {
            // Enabled twice, it looks as if somebody else had enabled it.
            Fact::Record { .. } | Fact::User { .. } if twice => true,
            Fact::Record { environment, .. } | Fact::User { environment, .. } | Fact::Set { environment, .. } => {
                self.tabs.len() > 1 && by_package(environment)
            }
            _ => false,
        };
        let certain = |facts: &Facts| -> Facts { facts.iter().filter(|it| !either(it)).cloned().collect() };
        let verdict = rules::undone(&certain(&before), &certain(&self.facts), &self.ledger, 0);
        self.judge("taking it back leaves what was before", verdict);
    }
}
