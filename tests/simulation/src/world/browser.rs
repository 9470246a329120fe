//! The browser's part: loads pages, performs effects, carries requests and answers.

use super::{DRAWN_EVERY, What, World, say, short};
use crate::facts::Fact;
use crate::invariants::{Asked, Confirmed, Maker};
use crate::person::Visit;
use crate::tab::{ORIGIN, Tab};
use crate::wire;
use entrada::flow::{Effect, EffectId, Event, Moment, Start, update};
use entrada::protocol::entropy::Entropy;
use entrada::protocol::http::{Body, Method, Request, Silence};
use entrada::view_model::ViewModel;
use entrada_cloud::{LogEntry, seed};

impl World {
    pub(super) fn load(&mut self, index: usize) {
        let tab = &mut self.tabs[index].0;
        tab.load += 1;
        tab.pending = 0;
        tab.model = entrada::flow::Model::default();
        tab.departed = None;
        tab.guarded = false;
        tab.look_due = false;
        let start = Start {
            address: tab.address.clone(),
            config: Ok(self.config.clone()),
            storage: Some(tab.storage.clone().into_iter().collect()),
            languages: vec!["en".into()],
            surface: entrada::flow::host::Surface::Page,
            build: "simulation",
        };
        self.tabs[index].1.begins_anew();
        self.event(index, Event::Started(Box::new(start)));
    }

    pub(super) fn event(&mut self, index: usize, event: Event) {
        self.events += 1;
        let mut seed = [0_u8; 32];
        seed[..8].copy_from_slice(&self.events.to_be_bytes());
        seed[8..16].copy_from_slice(&self.schedule.seed.to_be_bytes());
        if self.tell {
            let text = say(&event);
            if !text.is_empty() {
                self.note(|| format!("tab {index}: {text}"));
            }
        }
        let tab = &mut self.tabs[index].0;
        let now = self.now.saturating_add_signed(tab.clock_error);
        let effects = update(&mut tab.model, event, Moment { now, entropy: Entropy::new(seed) });
        if self.asked_back.is_some() && !tab.model.is_looking_back() {
            let begun = tab.model.run.as_ref().is_some_and(|run| run.brief.undo);
            if let Some(plan) = self.asked_back.take().filter(|_| begun) {
                self.way_back_at = Some(self.facts.clone());
                self.ledger.confirmed.push(Confirmed { tab: index, plan });
            }
        }
        for effect in effects {
            self.perform(index, effect);
        }
        let tab = &self.tabs[index].0;
        let held = tab.model.run.as_ref().is_some_and(entrada::flow::run::Run::holds_unstored_secret);
        if held && !tab.guarded && tab.departed.is_none() {
            self.broken("leaving is asked about while a secret is not stored", "the browser would not ask");
        }
        // Every state must be drawable; a screen that cannot be derived is a crash for the person. Drawing takes a fifth of a
        // visit, so some visits stand for all.
        if self.schedule.seed.is_multiple_of(DRAWN_EVERY) {
            drop(ViewModel::from(&self.tabs[index].0.model));
        }
        self.will_look(index);
    }

    pub(super) fn will_look(&mut self, index: usize) {
        let (tab, person) = &mut self.tabs[index];
        if !tab.look_due && person.visit == Visit::Open {
            tab.look_due = true;
            let pace = [200, 900, 3_000][self.dice.usize(..3)];
            let wait = pace.max(tab.away_until.max(tab.asleep_until).saturating_sub(self.now));
            self.later(wait, index, What::Look);
        }
    }

    pub(super) fn perform(&mut self, index: usize, effect: Effect) {
        let tab = &mut self.tabs[index].0;
        match effect {
            Effect::Fetch { id, request, timeout_ms } => {
                let sent = self.now;
                let way = self.way();
                self.later(way, index, What::Arrives { id, request, sent, timeout_ms });
            }
            Effect::Wait { id, ms } => self.later(ms, index, What::Page(Event::Elapsed { id })),
            Effect::Store { key, value } => {
                if value.contains("eyJ") {
                    self.broken("nothing secret is stored", &key);
                } else {
                    tab.storage.insert(key, value);
                }
            }
            Effect::Forget { key } => drop(tab.storage.remove(&key)),
            Effect::CleanAddress { path } => tab.address = format!("{ORIGIN}{path}"),
            Effect::Depart { key, record, url } => {
                tab.storage.insert(key, record.open().to_owned());
                tab.departed = Some(url);
            }
            Effect::Leave { url } => tab.departed = Some(url),
            Effect::Copy { piece, .. } => {
                self.later(1, index, What::Page(Event::Copied { piece, worked: true }));
            }
            Effect::Guard(on) => tab.guarded = on,
            Effect::LoadText { language } => {
                self.later(1, index, What::Page(Event::TextLoaded { language, text: None }));
            }
            // Windows and frames are not part of these visits.
            Effect::Tick(_)
            | Effect::Open { .. }
            | Effect::Download { .. }
            | Effect::OpenRelay { .. }
            | Effect::CloseRelay
            | Effect::Tell(_)
            | Effect::Theme(_) => {}
        }
    }

    /// One way of a request: never twice the same, so that requests overtake each other.
    pub(super) fn way(&mut self) -> u64 {
        let usual = self.schedule.scenario.latency_ms;
        usual / 2 + self.dice.u64(..usual.max(1))
    }

    pub(super) fn arrive(
        &mut self,
        index: usize,
        load: u32,
        id: EffectId,
        request: &Request,
        sent: u64,
        timeout_ms: u64,
    ) {
        let (tab, now) = (&self.tabs[index].0, self.now);
        let asks = asked(request).map(|it| (index, it));
        if tab.cut_off_until > now {
            self.ledger.unsure.extend(asks);
            let tab = &self.tabs[index].0;
            // A browser may know it for one request and never have told the page.
            let knows = tab.says_offline || self.dice.u8(..4) == 0;
            let silence = if knows { Silence::Offline } else { Silence::Unreachable };
            return self.reply(index, load, 0, Event::Replied { id, answer: Err(silence) });
        }
        let Some(out) = wire::outgoing(request, ORIGIN) else {
            return self.broken("requests can be sent", &request.url);
        };
        let answer = self.cloud.handle(&out, now);
        // A clear no leaves nobody unsure.
        let unclear = |it: &LogEntry| it.fault.is_some() && !(400..500).contains(&it.status);
        if self.cloud.log().last().is_some_and(unclear) {
            self.ledger.unsure.extend(asks);
        }
        let goes_back = |tab: &Tab| tab.model.run.as_ref().is_some_and(|run| run.brief.undo);
        if request.url.contains("/applications(appId=") && goes_back(&self.tabs[index].0) {
            let secret = |fact: &Fact| if let Fact::Secret { key_id, .. } = fact { Some(*key_id) } else { None };
            self.ledger.looked = self.facts.iter().filter_map(secret).collect();
        }
        if self.tell {
            let entry = self.cloud.log().last().cloned();
            let entry = entry.map(|it| (it.number, it.status, it.fault, it.done));
            let text = format!("tab {index}: {} {} -> {entry:?}", request.method.name(), short(&request.url));
            self.note(|| text);
        }
        // A package goes on by itself, and shows at the next look.
        if request.method != Method::Get || self.by_package {
            self.look_at_the_tenant(Maker::Tab(index));
        }
        let (answer, delay) = wire::incoming(request, &answer, ORIGIN);
        let back = self.way() + delay;
        let (back, answer) = if now + back > sent + timeout_ms {
            ((sent + timeout_ms).saturating_sub(now), Err(Silence::TimedOut))
        } else {
            (back, answer)
        };
        // Now and then a broken extension or proxy makes the browser tell the same answer twice.
        if self.dice.u8(..64) == 0 && !self.calm {
            self.reply(index, load, back + 3, Event::Replied { id, answer: answer.clone() });
        }
        self.reply(index, load, back, Event::Replied { id, answer });
    }

    pub(super) fn reply(&mut self, index: usize, load: u32, ms: u64, event: Event) {
        if load == self.tabs[index].0.load {
            self.later(ms, index, What::Page(event));
        }
    }
}

/// What a request asks for that somebody else may ask for as well.
fn asked(request: &Request) -> Option<Asked> {
    let url = request.url.as_str();
    match request.method {
        Method::Patch if url.contains("applications(uniqueName") => return Some(Asked::Application),
        Method::Patch if url.contains("servicePrincipals(appId") => return Some(Asked::ServicePrincipal),
        Method::Post | Method::Patch => {}
        _ => return None,
    }
    let (_, path) = url.split_once(&format!("/v2.0/{}/", seed::CRONUS))?;
    let environment = path.split('/').next()?.to_owned();
    if !path.contains("/userPermissions") {
        return Some(Asked::Record(environment));
    }
    let Body::Json(body) = &request.body else { return None };
    Some(Asked::Set(environment, body.get("roleId")?.as_str()?.to_owned()))
}
