//! One visit in virtual time: tabs, people and Microsoft's cloud, one thing after the other.

mod browser;
mod ends;
mod people;
mod tenant;
mod trouble;
mod way_back;

use crate::facts::{Facts, facts};
use crate::invariants::{Ledger, Maker, thing};
use crate::person::{Person, Visit};
use crate::schedule::{Scenario, Schedule};
use crate::start;
use crate::tab::Tab;
use entrada::flow::plan::Plan;
use entrada::flow::route::RouteKind;
use entrada::flow::{EffectId, Event};
use entrada::protocol::http::{Request, Silence};
use entrada_cloud::{Cloud, Effect, Fault, seed};
use fastrand::Rng;
use std::collections::BTreeMap;

/// More moments than any visit has: one that goes on is one that never ends.
const MOMENTS: u64 = 24_000;
/// In one visit of so many every state is drawn.
const DRAWN_EVERY: u64 = 5;
/// One visit in so many is held against Graph's contract.
const CONTRACT_EVERY: u64 = 200;

#[derive(Debug)]
enum What {
    /// Something for the page.
    Page(Event),
    /// A request arrives at its server.
    Arrives { id: EffectId, request: Box<Request>, sent: u64, timeout_ms: u64 },
    /// The person looks at the screen.
    Look,
    /// The network is back.
    Online,
}

#[derive(Debug)]
struct Item {
    tab: usize,
    load: u32,
    what: What,
}

/// What came of a visit.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How each person's visit stood when the trouble ended.
    pub troubled: Vec<&'static str>,
    /// How it ended after that.
    pub ended: Vec<&'static str>,
    /// Tries of runs.
    pub attempts: u32,
    /// Faults that struck.
    pub faults: u64,
    /// Disturbances that happened.
    pub disturbances: u64,
    /// Requests that reached a service.
    pub requests: u64,
    /// The first rule that was broken.
    pub violation: Option<String>,
    /// What happened, when it was asked for.
    pub story: Vec<String>,
}

/// The visit.
pub struct World {
    cloud: Cloud,
    config: String,
    now: u64,
    begun: u64,
    order: u64,
    moments: u64,
    line: BTreeMap<(u64, u64), Item>,
    tabs: Vec<(Tab, Person)>,
    dice: Rng,
    schedule: Schedule,
    due: usize,
    calm: bool,
    foreign_since: bool,
    /// A service says "not found" of what is there, and who is told so believes it.
    told_that_it_is_gone: bool,
    /// Some of it goes by configuration packages.
    by_package: bool,
    facts: Facts,
    ledger: Ledger,
    /// Facts when the plan of the last set-up was confirmed, by tab.
    confirmed_at: Vec<Option<Facts>>,
    /// Facts when the way back was confirmed.
    way_back_at: Option<Facts>,
    /// A way back that was confirmed and has not begun.
    asked_back: Option<Plan>,
    /// What screens said, for ids of secrets that are named.
    said: String,
    events: u64,
    report: Report,
    tell: bool,
}

impl World {
    /// The visit of a schedule; `tell` keeps a story.
    pub fn play(schedule: &Schedule, tell: bool) -> Report {
        let mut tenant = start::tenant(&schedule.scenario);
        // Holding every exchange against the contract takes longer than all the rest, so a few visits stand for all.
        if schedule.seed.is_multiple_of(CONTRACT_EVERY) {
            tenant.cloud.share_contract(&start::fresh());
        }
        let mut world = Self::new(schedule.clone(), tenant, tell);
        world.whole();
        world.report.requests = world.cloud.log().len() as u64;
        world.report.faults = world.cloud.log().iter().filter(|it| it.fault.is_some()).count() as u64;
        world.report
    }

    /// What a calm visit leaves in the tenant.
    pub fn prepare(scenario: &Scenario, tenant: start::Tenant) -> start::Tenant {
        let schedule = Schedule {
            seed: 0,
            scenario: scenario.clone(),
            faults: Vec::new(),
            disturbances: Vec::new(),
            way_back: None,
        };
        let mut world = Self::new(schedule, tenant, false);
        world.load(0);
        world.go();
        let holds = world.tabs.swap_remove(0).1.holds;
        start::Tenant { cloud: world.cloud, now: world.now, holds }
    }

    fn new(schedule: Schedule, tenant: start::Tenant, tell: bool) -> Self {
        let scenario = &schedule.scenario;
        let start::Tenant { mut cloud, now, holds } = tenant;
        cloud.forget_log();
        cloud.set_lag(scenario.lag_ms);
        for fault in &schedule.faults {
            cloud.add_fault(fault.clone());
        }
        let facts = facts(&cloud);
        let makers = facts.iter().map(|fact| (fact.clone(), Maker::Other)).collect();
        let born = facts.iter().filter_map(|fact| Some((thing(fact)?, Maker::Other)));
        let born = born.collect();
        let seen = holds.iter().filter_map(|id| id.parse().ok()).collect();
        let lies = |fault: &Fault| matches!(fault.effect, Effect::Status { status: 404, .. });
        let late = schedule.way_back.iter().flat_map(|way| &way.faults);
        let told_that_it_is_gone = schedule.faults.iter().chain(late).any(lies);
        let by_package = scenario.places.iter().any(|place| place.route == RouteKind::Package);
        let mut person = Person::default();
        person.holds = holds;
        Self {
            now,
            begun: now,
            cloud,
            config: start::config(),
            order: 0,
            moments: 0,
            line: BTreeMap::new(),
            tabs: vec![(Tab::new(seed::ADA.upn), person)],
            dice: Rng::with_seed(schedule.seed ^ 0x00e2_74da),
            schedule,
            due: 0,
            calm: false,
            foreign_since: false,
            told_that_it_is_gone,
            by_package,
            facts,
            ledger: Ledger {
                makers,
                born,
                deleted: BTreeMap::new(),
                looked: Vec::new(),
                unsure: Vec::new(),
                takers: BTreeMap::new(),
                confirmed: Vec::new(),
                seen,
                named: Vec::new(),
            },
            confirmed_at: vec![None],
            way_back_at: None,
            asked_back: None,
            said: String::new(),
            events: 0,
            report: Report::default(),
            tell,
        }
    }

    fn whole(&mut self) {
        self.load(0);
        self.go();
        self.report.troubled = self.tabs.iter().map(|(_, person)| word(person.visit)).collect();
        if self.report.violation.is_none() {
            let way = self.schedule.way_back.take();
            self.clear_up();
            if let Some(way) = way.as_ref().filter(|way| way.early) {
                self.take_back(way);
            }
            self.all_go_on();
            if let Some(way) = way.as_ref().filter(|way| !way.early && self.report.violation.is_none()) {
                self.take_back(way);
                self.all_go_on();
            }
        }
        self.report.ended = self.tabs.iter().map(|(_, person)| word(person.visit)).collect();
        self.report.attempts = self.tabs.iter().map(|(_, person)| person.attempts).sum();
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        if self.tell {
            let line = format!("{:>9.2} s  {}", (self.now - self.begun) as f64 / 1000.0, text());
            self.report.story.push(line);
        }
    }

    fn broken(&mut self, rule: &str, why: &str) {
        self.note(|| format!("BROKEN: {rule}: {why}"));
        if self.report.violation.is_none() {
            self.report.violation = Some(format!("{rule}: {why}"));
        }
    }

    fn judge(&mut self, rule: &str, verdict: Result<(), String>) {
        if let Err(why) = verdict {
            self.broken(rule, &why);
        }
    }

    fn later(&mut self, ms: u64, tab: usize, what: What) {
        self.order += 1;
        let load = self.tabs[tab].0.load;
        if !matches!(what, What::Look) {
            self.tabs[tab].0.pending += 1;
        }
        self.line.insert((self.now + ms, self.order), Item { tab, load, what });
    }

    /// Lets things happen until nothing is under way.
    fn go(&mut self) {
        while self.report.violation.is_none() {
            let Some(((at, _), item)) = self.line.pop_first() else {
                if self.end_of_visits() {
                    return;
                }
                continue;
            };
            self.moments += 1;
            if self.moments > MOMENTS {
                return self.broken("every run ends", "the page never becomes quiet");
            }
            self.now = self.now.max(at);
            if !self.calm {
                self.disturb_if_due();
            }
            self.happen(item);
        }
    }

    /// Nothing is under way: true when that is how it should be.
    fn end_of_visits(&mut self) -> bool {
        for index in 0..self.tabs.len() {
            if self.tabs[index].1.visit == Visit::Open {
                let before = self.order;
                self.look(index);
                if self.order == before && self.line.is_empty() && self.tabs[index].1.visit == Visit::Open {
                    let place = self.tabs[index].0.model.place;
                    let why = format!("tab {index} hangs at {place:?}: {}", self.standing(index));
                    self.broken("every run ends", &why);
                    return true;
                }
                return false;
            }
        }
        if !self.calm
            && let Some((_, _)) = self.schedule.disturbances.get(self.due)
        {
            // What was to come comes too late.
            self.due = self.schedule.disturbances.len();
        }
        true
    }

    fn standing(&self, index: usize) -> String {
        let model = &self.tabs[index].0.model;
        let tasks = model.run.iter().flat_map(|run| &run.tasks);
        let tasks: Vec<String> = tasks.map(|task| format!("{} {:?}", task.step.word(), task.state)).collect();
        let notices: Vec<&str> = model.notices.iter().map(|it| it.code.code()).collect();
        format!("{:?} blocked by {:?}; {}", notices, model.blocker(), tasks.join(", "))
    }

    fn happen(&mut self, item: Item) {
        let Item { tab, load, what } = item;
        let stale = load != self.tabs[tab].0.load;
        if !matches!(what, What::Look) && !stale {
            self.tabs[tab].0.pending -= 1;
        }
        match what {
            What::Arrives { id, request, sent, timeout_ms } => self.arrive(tab, load, id, &request, sent, timeout_ms),
            _ if stale => {}
            What::Look => {
                self.tabs[tab].0.look_due = false;
                self.look(tab);
            }
            What::Online => {
                self.tabs[tab].0.says_offline = false;
                self.event(tab, Event::Online(true));
            }
            What::Page(event) => {
                let wake = self.tabs[tab].0.asleep_until;
                if wake > self.now {
                    // A connection does not outlive the night, a timer rings when the lid is opened.
                    let event = match event {
                        Event::Replied { id, .. } => Event::Replied { id, answer: Err(Silence::Unreachable) },
                        event => event,
                    };
                    self.later(wake - self.now, tab, What::Page(event));
                } else {
                    self.event(tab, event);
                }
            }
        }
    }
}

fn word(visit: Visit) -> &'static str {
    match visit {
        Visit::Open => "open",
        Visit::Complete => "complete",
        Visit::Partial => "partial",
        Visit::Nothing => "nothing",
        Visit::Undone => "undone",
    }
}

fn short(url: &str) -> &str {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split_once('/').map_or(path, |(_, rest)| rest);
    &path[..path.len().min(110)]
}

fn say(event: &Event) -> String {
    match event {
        Event::Started(_) => "the page is loaded".into(),
        Event::Intent(intent) => format!("presses {intent:?}"),
        Event::Replied { answer: Err(silence), .. } => format!("hears nothing: {silence:?}"),
        Event::Online(online) => format!("online: {online}"),
        _ => String::new(),
    }
}
