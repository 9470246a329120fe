//! Whoever and whatever disturbs, and how it is cleared up.

use super::{What, World};
use crate::facts::Fact;
use crate::invariants::Maker;
use crate::person::Person;
use crate::schedule::Disturbance;
use crate::start;
use crate::tab::{FOLDER, Tab};
use entrada::flow::{Event, Intent};
use entrada_cloud::control::Edit;
use entrada_cloud::seed;

impl World {
    pub(super) fn disturb_if_due(&mut self) {
        while let Some((moment, what)) = self.schedule.disturbances.get(self.due).copied() {
            if moment > self.moments {
                break;
            }
            self.due += 1;
            self.report.disturbances += 1;
            self.note(|| format!("--- {what:?}"));
            self.disturb(what);
        }
        if self.schedule.scenario.second.is_some_and(|moment| moment <= self.moments) && self.tabs.len() == 1 {
            let upn = if self.schedule.scenario.same_person { seed::ADA.upn } else { seed::BEA.upn };
            self.tabs.push((Tab::new(upn), Person::default()));
            self.confirmed_at.push(None);
            self.load(1);
        }
    }

    pub(super) fn disturb(&mut self, what: Disturbance) {
        let app = self.our_app();
        let tab = &mut self.tabs[0].0;
        match what {
            Disturbance::Reload => {
                tab.address = FOLDER.into();
                self.load(0);
            }
            Disturbance::Away { hours } => {
                tab.storage.clear();
                tab.address = FOLDER.into();
                tab.away_until = self.now + hours * 3_600_000;
                self.load(0);
            }
            Disturbance::Cancel => self.event(0, Event::Intent(Intent::Cancel)),
            Disturbance::Clock { ms } => tab.clock_error += ms,
            Disturbance::Offline { ms } => {
                tab.cut_off_until = self.now + ms;
                tab.says_offline = true;
                self.event(0, Event::Online(false));
                self.later(ms, 0, What::Online);
            }
            Disturbance::Tunnel { ms } => tab.cut_off_until = self.now + ms,
            Disturbance::Sleep { ms } => {
                tab.asleep_until = self.now + ms;
                self.will_look(0);
            }
            Disturbance::NoSecrets => {
                self.edit(&Edit::Policy { secrets_forbidden: true, secret_max_days: None, certificate_max_days: None });
            }
            Disturbance::NoRoles => {
                for upn in [seed::ADA.upn, seed::BEA.upn] {
                    self.edit(&Edit::Roles { upn: upn.into(), roles: Vec::new() });
                }
            }
            Disturbance::NoUsers => {
                start::take_users_rights(&mut self.cloud, true);
                self.look_at_the_tenant(Maker::Other);
            }
            Disturbance::ForeignSecret
            | Disturbance::ForeignDelete
            | Disturbance::ForeignSet
            | Disturbance::ForeignDisable => {
                let Some(app) = app else { return };
                self.foreign_since = true;
                start::interfere(&mut self.cloud, what, app, self.now);
                self.look_at_the_tenant(Maker::Other);
            }
        }
    }

    pub(super) fn our_app(&self) -> Option<uuid::Uuid> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::Application { app_id, unique_name: Some(_), .. } => Some(*app_id),
            _ => None,
        })
    }
}
