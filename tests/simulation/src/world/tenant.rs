//! Looks at the tenant after everything that may have changed it, and lets the rules judge.

use super::World;
use crate::facts::{Fact, facts};
use crate::invariants::{self as rules, Maker};
use crate::schedule::Wish;
use entrada_cloud::control::Edit;
use serde_json::Value;

impl World {
    /// What changed, and whether it may.
    pub(super) fn look_at_the_tenant(&mut self, maker: Maker) {
        let after = facts(&self.cloud);
        if after == self.facts {
            return;
        }
        let before = std::mem::replace(&mut self.facts, after);
        for fact in self.facts.difference(&before) {
            if let Fact::Application { app_id, unique_name: Some(name), .. } = fact {
                let named = (name.clone(), *app_id);
                if !self.ledger.named.contains(&named) {
                    self.ledger.named.push(named);
                }
            }
        }
        if self.tell {
            let news: Vec<String> = self
                .facts
                .difference(&before)
                .map(|fact| format!("           + {fact:?}"))
                .chain(before.difference(&self.facts).map(|fact| format!("           - {fact:?}")))
                .collect();
            self.report.story.extend(news);
        }
        if maker != Maker::Other {
            let verdict = rules::every_change_was_confirmed(&before, &self.facts, &self.ledger);
            self.judge("every change belongs to a confirmed plan", verdict);
            let secret = |fact: &&Fact| matches!(fact, Fact::Secret { .. });
            // Somebody who confirmed later may have wanted less.
            let both = self.tabs.len() > 1 && self.schedule.scenario.wish == Wish::Synchronise;
            let plan = self.ledger.confirmed.last().filter(|it| Maker::Tab(it.tab) == maker && !both).cloned();
            if let (Some(_), Some(plan), false) =
                (self.facts.difference(&before).find(secret), plan, self.foreign_since)
            {
                // What somebody took away in between the verification will tell, which comes after the secret.
                let plan = rules::without_what_others_took(&plan, &self.facts, &self.ledger);
                let verdict = rules::credential_comes_last(&self.facts, &plan, &self.ledger);
                self.judge("no credential to something half built", verdict);
            }
        }
        let verdict = rules::one_application_per_name(&self.facts);
        self.judge("one application per unique name", verdict);
        for fact in self.facts.difference(&before) {
            let mut maker = maker;
            if let Some(thing) = rules::thing(fact).filter(|it| !self.ledger.born.contains_key(it)) {
                if self.by_package {
                    maker = self.who_asked(fact).unwrap_or(maker);
                }
                self.ledger.born.insert(thing, maker);
            }
            self.ledger.makers.insert(fact.clone(), maker);
        }
        if !self.cloud.log().iter().any(|it| it.fault.as_deref() == Some("twice")) {
            let verdict = rules::one_secret_per_name(&self.facts, &self.ledger);
            self.judge("a secret is asked for once", verdict);
        }
        for fact in before.difference(&self.facts) {
            if let Fact::Application { app_id, .. } = fact
                && !self.facts.iter().any(|it| matches!(it, Fact::Application { app_id: left, .. } if left == app_id))
            {
                self.ledger.deleted.insert(*app_id, maker);
            }
            self.ledger.takers.insert(fact.clone(), maker);
        }
    }

    /// What a package made shows at anybody's next request; it is of whoever made the application that it is for.
    fn who_asked(&self, fact: &Fact) -> Option<Maker> {
        match fact {
            Fact::Record { client_id, .. } => self.ledger.born.get(&(String::new(), *client_id)).copied(),
            Fact::User { application, .. } => self.ledger.born.get(&(String::new(), (*application)?)).copied(),
            _ => None,
        }
    }

    pub(super) fn arrange(&mut self, wish: &Value, maker: Maker) {
        if let Err(why) = self.cloud.arrange_business_central(wish) {
            self.note(|| format!("could not be arranged: {why}"));
        }
        self.look_at_the_tenant(maker);
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        let now = self.cloud.time(self.now);
        let _ = self.cloud.edit(None, edit, now);
        self.look_at_the_tenant(Maker::Other);
    }
}
