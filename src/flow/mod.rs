//! All decisions. `update(model, event, moment)` changes the model and says what the browser should do; it reads no
//! clock, draws no randomness and touches no browser, so a whole set-up runs in a native test in milliseconds.
//!
//! [`session`] signs in, `net` sends and gets tokens, [`checks`] reads facts, [`assess`] judges them, [`plan`] says
//! what would change, [`run`] changes it, [`hand_over`] gives the credential away, [`checkpoint`] survives a
//! reload, [`host`] judges the page around this one.

pub mod assess;
pub mod calendar;
pub mod checkpoint;
pub mod checks;
pub mod choices;
pub mod effect;
pub mod event;
pub mod finding;
pub mod hand_over;
pub mod host;
mod intents;
pub mod moment;
mod net;
pub mod plan;
mod refusals;
pub mod route;
pub mod run;
pub mod session;
pub mod start;
mod theme;

pub use crate::config::ConfigError;
pub use effect::{Effect, EffectId, Format, Piece};
pub use event::{Event, Intent, Start};
pub use finding::{Finding, FindingCode, Weight};
pub use moment::Moment;

use crate::config::{Config, Preset};
use crate::protocol::oauth::Resource;
use crate::text::Catalogue;
use checks::{Facts, Question};
use choices::Choices;
use moment::Out;
use net::Net;
use plan::Plan;
use run::Run;
use session::Session;
use std::rc::Rc;

/// The configuration together with where the page lies.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// What the host decided.
    pub config: Config,
    /// Address of the page's folder, with a closing slash.
    pub folder: String,
    /// Path and query to show after a sign-in.
    pub home: String,
    /// The one redirect URI of this deployment; no part of it comes from a person (sign-in.md 4.3 rule 4).
    pub redirect_uri: String,
}

impl Deployment {
    /// The preset of this id.
    pub(crate) fn preset(&self, id: &str) -> Option<&Preset> {
        self.config.presets.iter().find(|preset| preset.id == id)
    }
}

/// Whether the page can work at all.
#[derive(Debug)]
pub enum Setup {
    /// Before the first event.
    Waiting,
    /// It cannot, and why.
    Broken(Finding),
    /// It can.
    Ready,
}

/// Which screen the person is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Screen 1.
    Welcome,
    /// Screen 2.
    Choose,
    /// Screen 3.
    Plan,
    /// Screen 4.
    Run,
    /// Screen 5.
    HandOver,
    /// Screen 6.
    Done,
}

/// What a timer is for.
#[derive(Debug, Clone)]
pub(in crate::flow) enum Timer {
    /// The person stopped typing for a moment.
    Typed {
        /// Which keystroke set it.
        count: u64,
    },
    /// The page around has been silent for a while.
    Host,
    /// Redeem a code again, after the token service had no time for it.
    Redeem(Box<session::Redemption>),
    /// The page around was asked for something under the timer's own number.
    Bridge,
    /// The window of the attempt with this state has been waited for long enough.
    Relay(String),
    /// Ask for a token again.
    Renew(Resource),
    /// Ask a question again.
    Ask {
        /// What.
        question: Box<Question>,
        /// Which try this will be.
        attempt: u32,
    },
    /// A step of a run waits.
    Task {
        /// Which run.
        run: u64,
        /// Which step.
        index: usize,
    },
}

/// Everything the page knows.
#[derive(Debug)]
pub struct Model {
    /// Whether the page can work.
    pub setup: Setup,
    deployment: Rc<Deployment>,
    /// Build id.
    pub build: &'static str,
    /// Sentences in use; carried, never read here.
    pub catalogue: Rc<Catalogue>,
    /// Language in use or asked for.
    pub language: String,
    /// The page around this one.
    pub host: host::Host,
    /// Sign-in.
    pub session: Session,
    before_leaving: Option<Session>,
    departure: Option<session::Departure>,
    left_with: Option<String>,
    /// What only a person can bring, at the next sign-in (sign-in.md 2.6).
    step_up: Option<String>,
    relay: Option<Box<session::Waiting>>,
    whereabouts: Vec<(String, session::Located)>,
    renewals: u32,
    /// Screen.
    pub place: Place,
    /// Tenant typed on the first screen.
    pub tenant_typed: String,
    /// Environment typed on the second screen, when the list was refused.
    pub environment_typed: String,
    /// Choices; present once the configuration is.
    pub choices: Option<Choices>,
    /// What was read.
    pub facts: Facts,
    /// The plan on the third screen.
    pub plan: Option<Plan>,
    /// The run, from the fourth screen on.
    pub run: Option<Run>,
    /// The way back was asked for, and what is there now is being read.
    undoing: bool,
    /// What an interrupted run left to look for.
    pub interrupted: Option<checkpoint::Interrupted>,
    /// Page-wide notices.
    pub notices: Vec<Finding>,
    /// What was copied last.
    pub copied: Option<Piece>,
    /// No network.
    pub offline: bool,
    /// Server clock minus local clock in ms, when they differ enough to matter.
    pub clock_offset: i64,
    /// Local time of the last event.
    pub now: u64,
    typed: u64,
    runs: u64,
    ticking: bool,
    net: Net,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            setup: Setup::Waiting,
            deployment: Rc::new(Deployment::nowhere()),
            build: "",
            catalogue: Rc::default(),
            language: "en".into(),
            host: host::Host::default(),
            session: Session::SignedOut,
            before_leaving: None,
            departure: None,
            left_with: None,
            step_up: None,
            relay: None,
            whereabouts: Vec::new(),
            renewals: 0,
            place: Place::Welcome,
            tenant_typed: String::new(),
            environment_typed: String::new(),
            choices: None,
            facts: Facts::default(),
            plan: None,
            run: None,
            undoing: false,
            interrupted: None,
            notices: Vec::new(),
            copied: None,
            offline: false,
            clock_offset: 0,
            now: 0,
            typed: 0,
            runs: 0,
            ticking: false,
            net: Net::default(),
        }
    }
}

impl Model {
    /// A page that stands somewhere, which it has to know before it is first drawn: a document that is not ours keeps its title.
    pub fn at(surface: host::Surface) -> Self {
        Self { host: host::Host::at(surface), ..Self::default() }
    }

    /// The deployment; one that leads nowhere until the page can work (`update` stops before anybody asks).
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The same, for whoever changes the model meanwhile.
    pub(crate) fn shared_deployment(&self) -> Rc<Deployment> {
        Rc::clone(&self.deployment)
    }

    /// The time of the server as far as known, ms since 1970; used for dates that servers judge.
    pub fn server_now(&self) -> u64 {
        self.now.saturating_add_signed(self.clock_offset)
    }

    /// The chosen preset.
    pub fn preset(&self) -> Option<&Preset> {
        self.deployment.preset(&self.choices.as_ref()?.preset)
    }

    fn tick(&mut self, on: bool, out: &mut Out) {
        if self.ticking != on {
            self.ticking = on;
            out.push(Effect::Tick(on));
        }
    }
}

/// The heart of the page: what happened goes in, what to do comes out.
pub fn update(model: &mut Model, event: Event, moment: Moment) -> Vec<Effect> {
    let mut out = Out::new(moment);
    let back = model.now.saturating_sub(out.now);
    model.now = out.now;
    if back > 0 {
        model.session_clock_went_back(back);
        if let Some(run) = &mut model.run {
            run.clock_went_back(back);
        }
    }
    match event {
        Event::Started(start) => {
            model.start(*start, &mut out);
            model.hear_early(&mut out);
        }
        Event::TextLoaded { language, text } => model.text_loaded(&language, text.as_deref()),
        Event::Resized(height) => model.host.height = height,
        Event::HostSaid(said) => model.host_said(*said, &mut out),
        _ if !matches!(model.setup, Setup::Ready) => {}
        // Nobody works in a frame of somebody who may not show us.
        Event::Intent(_) if !model.host.is_open() => {}
        Event::Replied { id, answer } => model.replied(id, &answer, &mut out),
        Event::Elapsed { id } => model.elapsed(id, &mut out),
        Event::Ticked => {}
        Event::StorageRefused => model.storage_refused(&mut out),
        Event::RelayAnswered { origin, message } => model.relay_answered(&origin, &message, &mut out),
        Event::PopupBlocked => model.popup_blocked(&mut out),
        Event::Restored => model.back_from_leaving(&mut out),
        Event::Copied { piece, worked } => model.copied(piece, worked),
        Event::Online(online) => model.online(online, &mut out),
        Event::Intent(intent) => model.intend(intent, &mut out),
    }
    model.settle(&mut out);
    out.effects
}

impl Model {
    fn elapsed(&mut self, id: EffectId, out: &mut Out) {
        match self.net.take_timer(id) {
            Some(Timer::Typed { count }) if count == self.typed => self.typing_paused(out),
            Some(Timer::Host) => self.host_is_silent(),
            Some(Timer::Redeem(redemption)) => self.redeem(redemption, out),
            Some(Timer::Bridge) => self.bridge_is_silent(id, out),
            Some(Timer::Relay(state)) => self.relay_elapsed(&state, out),
            Some(Timer::Renew(resource)) => self.renew(resource, out),
            Some(Timer::Ask { question, attempt }) => self.ask(*question, attempt, out),
            Some(Timer::Task { run, index }) => self.task_elapsed(run, index, out),
            Some(Timer::Typed { .. }) | None => {}
        }
    }

    /// Puts the page-wide notices of this code away.
    #[inline(never)]
    fn drop_notice(&mut self, code: FindingCode) {
        self.notices.retain(|notice| notice.code != code);
    }

    fn copied(&mut self, piece: Piece, worked: bool) {
        self.drop_notice(FindingCode::CopyRefused);
        if worked {
            self.copied = Some(piece);
        } else {
            self.notices.push(Finding::warning(FindingCode::CopyRefused));
        }
    }

    /// What follows from any event: a fuller list of facts may allow the next question, a clock may stop.
    fn settle(&mut self, out: &mut Out) {
        self.age_session(out.now);
        self.ask_what_follows(out);
        self.show_way_back(out);
        let clocks = self.place == Place::Run && self.run.as_ref().is_some_and(Run::is_active);
        self.tick(clocks, out);
    }
}
