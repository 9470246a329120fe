//! What people do in front of their tabs, and at Microsoft's own pages.

use super::World;
use crate::facts::Fact;
use crate::invariants::{Confirmed, Maker};
use crate::person::{Act, Visit};
use crate::start;
use crate::tab::FOLDER;
use entrada::flow::plan::{Action, Step};
use entrada::flow::run::description_of;
use entrada::flow::{Event, Intent, Place};
use entrada_cloud::business_central::State;
use entrada_cloud::{ConsentAnswer, seed};
use serde_json::json;

impl World {
    pub(super) fn look(&mut self, index: usize) {
        let meddled = self.foreign_since || self.tabs.len() > 1;
        let (tab, person) = &mut self.tabs[index];
        if person.visit != Visit::Open {
            return;
        }
        if tab.away_until > self.now || tab.asleep_until > self.now {
            return self.will_look(index);
        }
        let quiet = tab.pending == 0;
        person.meddled = meddled;
        let act = person.act(&tab.model, tab.departed.is_some(), quiet, &self.schedule.scenario);
        if person.visit == Visit::Complete
            && tab.model.place == Place::Plan
            && let Some(plan) = tab.model.plan.clone().filter(|plan| !plan.brief.undo)
        {
            // All of it is there already, and that was the last word.
            self.ledger.confirmed.push(Confirmed { tab: index, plan });
        }
        self.read_the_screen(index);
        match act {
            Act::Wait => {}
            Act::Press(intent) => self.press(index, intent),
            Act::Do(intents) => {
                for intent in intents {
                    self.press(index, intent);
                }
                self.will_look(index);
            }
            Act::ComeBack => self.come_back(index),
            Act::Reload => {
                self.tabs[index].0.address = FOLDER.into();
                self.load(index);
            }
            Act::ByHand(lane) => self.by_hand(index, lane, false),
            Act::TakeBackByHand(lane) => self.by_hand(index, lane, true),
        }
    }

    /// Takes down which secrets the screen shows or names.
    pub(super) fn read_the_screen(&mut self, index: usize) {
        let model = &self.tabs[index].0.model;
        for line in model.plan.iter().flat_map(|plan| &plan.lines) {
            if let Step::RemoveSecret { name, .. } = &line.step {
                self.said.push_str(name);
            }
        }
        if model.place == Place::HandOver
            && let Some(secret) = model.run.as_ref().and_then(|run| run.known.secret.as_ref())
            && !secret.text.is_empty()
            && let Ok(id) = secret.key_id.parse()
            && !self.ledger.seen.contains(&id)
        {
            self.ledger.seen.push(id);
            let app = self.cloud.tenant(&seed::CRONUS.to_string());
            let works = app.is_some_and(|tenant| {
                let secrets = tenant.applications.iter().flat_map(|app| &app.secrets);
                secrets.into_iter().any(|it| it.key_id == id && it.text == secret.text.open())
            });
            if !works && !self.foreign_since {
                self.broken("a secret that is shown works", &id.to_string());
            }
        }
    }

    pub(super) fn press(&mut self, index: usize, intent: Intent) {
        if matches!(intent, Intent::Confirm)
            && let Some(plan) = self.tabs[index].0.model.plan.clone()
        {
            if plan.brief.undo {
                // It holds only when nothing has changed since it was drafted.
                self.asked_back = Some(plan);
            } else {
                self.confirmed_at[index] = Some(self.facts.clone());
                self.ledger.confirmed.push(Confirmed { tab: index, plan });
            }
        }
        self.event(index, Event::Intent(intent));
    }

    pub(super) fn come_back(&mut self, index: usize) {
        let tab = &mut self.tabs[index].0;
        let Some(url) = tab.departed.take() else { return };
        let back = self.cloud.sign_in_code(&url, tab.upn, ConsentAnswer::AcceptForOrganization, self.now);
        let fragment = match &back {
            Ok(back) => back.split_once('#').map(|(_, fragment)| fragment.to_owned()),
            Err(stop) => {
                let way = stop.way_back.as_ref();
                way.and_then(|back| back.split_once('#')).map(|(_, fragment)| fragment.to_owned())
            }
        };
        tab.address = fragment.map_or_else(|| FOLDER.into(), |fragment| format!("{FOLDER}#{fragment}"));
        self.load(index);
    }

    /// What the person does in Business Central's own pages.
    pub(super) fn by_hand(&mut self, index: usize, lane: usize, delete: bool) {
        let Some(run) = &self.tabs[index].0.model.run else { return };
        let (Some(app_id), Some(site)) = (run.known.app_id.clone(), run.brief.sites.get(lane)) else { return };
        let environment = site.environment.clone();
        let description = description_of(run, lane);
        let goes = |task: &entrada::flow::run::Task| {
            task.lane == Some(lane) && matches!(task.step, Step::Record(_)) && task.action == Action::Remove
        };
        let disable = delete && !run.tasks.iter().any(goes);
        let record = self.facts.iter().find_map(|fact| match fact {
            Fact::Record { environment: at, client_id, enabled, .. }
                if *at == environment && client_id.to_string() == app_id =>
            {
                Some(*enabled)
            }
            _ => None,
        });
        if record == Some(false) && !delete {
            self.note(|| format!("by hand in {environment}: enabled"));
            let id = app_id.parse().ok();
            let has_user = self.facts.iter().any(|fact| {
                matches!(fact, Fact::User { environment: at, application, .. } if *at == environment && *application == id)
            });
            let by = Maker::Tab(index);
            if let (Some(id), true) = (id, has_user) {
                start::switch(&mut self.cloud, &environment, Some(id), State::Enabled);
                return self.look_at_the_tenant(by);
            }
            // Enabling makes the user of a record that never had one; the stand-in makes it with the record.
            if let Err(why) = self
                .cloud
                .arrange_business_central(&json!({ "environment": environment, "do": { "remove_record": app_id } }))
            {
                self.note(|| why.clone());
            }
            return self.arrange(
                &json!({ "environment": environment,
                "do": { "register_by_hand": { "client_id": app_id, "description": description } } }),
                by,
            );
        }
        if disable {
            self.note(|| format!("by hand in {environment}: disabled"));
            start::switch(&mut self.cloud, &environment, app_id.parse().ok(), State::Disabled);
            return self.look_at_the_tenant(Maker::Tab(index));
        }
        if record.is_some() == delete {
            let by = Maker::Tab(index);
            self.note(|| format!("by hand in {environment}: {}", if delete { "deleted" } else { "registered" }));
            if delete {
                self.arrange(&json!({ "environment": environment, "do": { "remove_application_user": app_id } }), by);
                self.arrange(&json!({ "environment": environment, "do": { "remove_record": app_id } }), by);
            } else {
                self.arrange(
                    &json!({ "environment": environment,
                    "do": { "register_by_hand": { "client_id": app_id, "description": description } } }),
                    by,
                );
            }
        }
    }
}
