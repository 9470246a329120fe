//! The page around this one: who it is, what it may say, and what it may be told (sign-in.md 4.3 rule 11).
//!
//! Whatever comes from outside is judged here: origin, identity of the element, and order. What does not fit is counted
//! and never answered, because an answer would tell a stranger something. A secret crosses only when the deployment's
//! configuration names the very origin *and* the person presses the button that names it.

use super::effect::Effect;
use super::finding::{Finding, FindingCode};
use super::hand_over::{self, Credential};
use super::moment::Out;
use super::session::Session;
use super::{Model, Place, Setup, Timer};
use crate::config::HostRule;
use crate::protocol::json::Value;

/// How long a frame waits to be spoken to before it says that nobody does.
const SILENCE_MS: u64 = 10_000;

/// Messages that may arrive while `config.json` is still on its way; nobody sends more than the first.
const EARLY: usize = 8;

/// Where the page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Surface {
    /// In a window of its own.
    #[default]
    Page,
    /// In a frame of somebody's page.
    Frame,
    /// Mounted by a page that has taken the program in.
    Module,
}

/// How far this page and the one around it are with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// There is none.
    #[default]
    Alone,
    /// It has not spoken yet.
    Awaited,
    /// It has not spoken for a while.
    Silent,
    /// It spoke from an origin that the configuration does not name.
    Refused,
    /// It may speak.
    Open,
    /// It is about to remove us.
    Closed,
}

/// What a Business Central page offers to do itself (business-central.md 5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bridge {
    /// Version of what answers there.
    pub version: String,
    /// Id of the tenant it runs in.
    pub tenant: String,
    /// Environment it runs in.
    pub environment: String,
    /// Company it runs in.
    pub company: String,
}

/// What the first message may bring.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Choices to begin with, and `theme.…`: name and value.
    pub pairs: Vec<(String, String)>,
    /// The bridge.
    pub bridge: Option<Bridge>,
}

/// What came of a request to the bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BridgeAnswer {
    /// Which request.
    pub request: String,
    /// The whole message, for whoever asked.
    pub message: Value,
}

/// One message, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// None of ours, or broken.
    Noise,
    /// The first one.
    Hello(Box<Options>),
    /// An answer of the bridge.
    BridgeAnswer(Box<BridgeAnswer>),
    /// The frame is about to be removed.
    Close,
}

/// A message and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSaid {
    /// Origin, as the browser tells it.
    pub from: String,
    /// The element it belongs to.
    pub id: String,
    /// Its place among that element's messages.
    pub seq: u64,
    /// The message.
    pub word: Word,
}

/// What the page around is told because somebody wanted it; everything else it is told is derived from the model.
#[derive(Debug, Clone)]
pub enum Tell {
    /// The credential, after both agreements.
    Credential(Box<Credential>),
    /// Work for the bridge: the members of the message.
    Bridge(Value),
}

/// What is known of the page around.
#[derive(Debug, Default)]
pub struct Host {
    /// Where the page stands.
    pub surface: Surface,
    /// How far it is with the page around.
    pub standing: Standing,
    /// Origin of the page around: the one accepted, or the one refused.
    pub origin: String,
    /// The element that speaks for it.
    pub id: String,
    /// The configuration allows the credential to go there.
    pub credential: bool,
    /// What it offers to do itself.
    pub bridge: Option<Bridge>,
    /// Height of the page's content in CSS pixels, as the frame measured it.
    pub height: u64,
    /// Messages that were not for us, or not sound.
    pub ignored: u32,
    heard: u64,
    early: Vec<HostSaid>,
}

impl Host {
    /// Somewhere, before anything was said.
    pub(super) fn at(surface: Surface) -> Self {
        Self { surface, ..Self::default() }
    }

    /// The page cannot be left for a sign-in: leaving would take a frame nowhere and a host's page away.
    pub fn stays(&self) -> bool {
        self.surface != Surface::Page
    }

    /// A person may work here: nobody is around, or somebody who may be.
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Alone | Standing::Open)
    }

    /// What is wrong with the page around.
    pub fn trouble(&self) -> Option<Finding> {
        match self.standing {
            Standing::Refused => Some(Finding::error(FindingCode::HostNotAllowed).with("origin", self.origin.clone())),
            Standing::Silent => Some(Finding::error(FindingCode::HostSilent)),
            _ => None,
        }
    }

    /// Whether a message is heard. Origin, element and order have to fit; whoever is refused may still turn out to be
    /// somebody else, because only a frame's own parent gets this far.
    fn hears(&mut self, said: &HostSaid, rules: &[HostRule]) -> bool {
        let hello = matches!(said.word, Word::Hello(_));
        let known = self.standing == Standing::Open;
        if self.surface == Surface::Page || said.word == Word::Noise || hello == known {
            return false;
        }
        if known {
            let fits = said.from == self.origin && said.id == self.id && said.seq > self.heard;
            self.heard = self.heard.max(if fits { said.seq } else { 0 });
            return fits;
        }
        if self.standing == Standing::Closed {
            return false;
        }
        let rule = rules.iter().find(|rule| rule.origin == said.from);
        self.origin.clone_from(&said.from);
        // A page that mounts the program itself is no stranger: it could read and change everything here anyway.
        if rule.is_none() && self.surface == Surface::Frame {
            self.standing = Standing::Refused;
            return false;
        }
        self.standing = Standing::Open;
        self.credential = rule.is_some_and(|rule| rule.credential);
        self.id.clone_from(&said.id);
        self.heard = said.seq;
        true
    }
}

impl Model {
    /// The page begins somewhere.
    pub(super) fn begin_host(&mut self, surface: Surface, out: &mut Out) {
        self.host.surface = surface;
        if surface != Surface::Page {
            self.host.standing = Standing::Awaited;
            self.net.timer(Timer::Host, SILENCE_MS, out);
        }
    }

    /// Nobody has spoken for a while.
    pub(super) fn host_is_silent(&mut self) {
        if self.host.standing == Standing::Awaited {
            self.host.standing = Standing::Silent;
        }
    }

    /// Somebody around this page said something.
    pub(super) fn host_said(&mut self, said: HostSaid, out: &mut Out) {
        if matches!(self.setup, Setup::Waiting) {
            if self.host.early.len() < EARLY {
                self.host.early.push(said);
            }
            return;
        }
        if !self.host.hears(&said, &self.deployment.config.hosts) {
            self.host.ignored += 1;
            return;
        }
        match said.word {
            Word::Hello(options) => {
                self.preselect(options.pairs, true, out);
                self.host.bridge = options.bridge;
                self.load_text(out);
            }
            Word::Close => self.close(out),
            Word::BridgeAnswer(answer) => self.bridge_answered(&answer, out),
            Word::Noise => self.host.ignored += 1,
        }
    }

    /// Whether the page around registers in this environment itself. It may be one of another tenant than the person has
    /// signed in to, where an environment has the same name.
    pub fn has_bridge(&self, environment: &str) -> bool {
        let Some(bridge) = self.host.bridge.as_ref().filter(|_| self.host.standing == Standing::Open) else {
            return false;
        };
        let tenant = self.account().is_some_and(|account| account.tenant.eq_ignore_ascii_case(&bridge.tenant));
        tenant && bridge.environment.eq_ignore_ascii_case(environment)
    }

    /// What was said before the configuration was there.
    pub(super) fn hear_early(&mut self, out: &mut Out) {
        for said in std::mem::take(&mut self.host.early) {
            self.host_said(said, out);
        }
    }

    /// The frame will be removed: forgets everything it holds. The record of what a run may have left half done stays
    /// in this tab, so that the next visit looks for it.
    fn close(&mut self, out: &mut Out) {
        self.host.standing = Standing::Closed;
        self.session = Session::SignedOut;
        self.before_leaving = None;
        self.close_relay(out);
        self.net.clear();
        self.run = None;
        self.plan = None;
        self.facts = super::checks::Facts::default();
        self.place = Place::Welcome;
        out.push(Effect::Guard(false));
    }

    /// The credential, if the page around may have it.
    fn for_host(&self) -> Option<Credential> {
        let allowed = self.host.standing == Standing::Open && self.host.credential;
        hand_over::credential(self).filter(|it| allowed && it.secret.is_some())
    }

    /// Whether the button that hands the secret over is there.
    pub fn can_hand_to_host(&self) -> bool {
        self.place == Place::HandOver && self.for_host().is_some()
    }

    /// The person hands the secret to the page around.
    pub(super) fn hand_to_host(&mut self, out: &mut Out) {
        if !self.can_hand_to_host() {
            return;
        }
        if let (Some(credential), Some(run)) = (self.for_host(), &mut self.run) {
            run.handed = true;
            out.push(Effect::Tell(Tell::Credential(Box::new(credential))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTAL: &str = "https://portal.example";

    fn said(from: &str, id: &str, seq: u64, word: Word) -> HostSaid {
        HostSaid { from: from.into(), id: id.into(), seq, word }
    }

    fn hello() -> Word {
        Word::Hello(Box::default())
    }

    fn rules() -> Vec<HostRule> {
        vec![HostRule { origin: PORTAL.into(), credential: true }]
    }

    fn framed() -> Host {
        Host { surface: Surface::Frame, standing: Standing::Awaited, ..Host::default() }
    }

    #[test]
    fn only_the_named_origin_is_heard() {
        for origin in
            ["https://portal.example.evil", "http://portal.example", "https://portal.example:8443", "null", ""]
        {
            let mut host = framed();
            assert!(!host.hears(&said(origin, "a", 1, hello()), &rules()), "{origin}");
            assert_eq!((host.standing, host.credential), (Standing::Refused, false));
            assert!(!host.is_open());
        }
        let mut host = framed();
        assert!(host.hears(&said(PORTAL, "a", 1, hello()), &rules()));
        assert!(host.is_open() && host.credential);
    }

    #[test]
    fn what_is_replayed_out_of_order_or_anothers_is_not_heard() {
        let mut host = framed();
        assert!(!host.hears(&said(PORTAL, "a", 1, Word::Close), &rules()), "nothing goes before the first message");
        assert!(host.hears(&said(PORTAL, "a", 3, hello()), &rules()));
        for (from, id, seq) in [(PORTAL, "a", 3), (PORTAL, "a", 2), (PORTAL, "b", 4), ("https://other.example", "a", 4)]
        {
            assert!(!host.hears(&said(from, id, seq, Word::Close), &rules()), "{from} {id} {seq}");
        }
        assert!(!host.hears(&said(PORTAL, "a", 4, hello()), &rules()), "a second first message changes nothing");
        assert!(!host.hears(&said(PORTAL, "a", 5, Word::Noise), &rules()));
        assert!(host.hears(&said(PORTAL, "a", 6, Word::Close), &rules()));
    }

    #[test]
    fn a_page_of_its_own_hears_nobody() {
        let mut host = Host::default();
        assert!(!host.hears(&said(PORTAL, "a", 1, hello()), &rules()));
        assert_eq!(host.standing, Standing::Alone);
    }

    #[test]
    fn a_page_that_mounts_the_program_needs_no_rule_and_gets_no_secret_without_one() {
        let mut host = Host { surface: Surface::Module, standing: Standing::Awaited, ..Host::default() };
        assert!(host.hears(&said("https://shop.example", "module", 1, hello()), &rules()));
        assert!(!host.credential);
    }
}
