//! Signing in without leaving the page: in a frame Microsoft's pages refuse to be shown, and what a frame stores is not
//! what a window stores (sign-in.md 3.4). So a window opens, and its answer comes as a message.
//!
//! The page stays loaded meanwhile, so the attempt (state, nonce, verifier) stays here and is never written down. At most
//! one attempt waits: a new one puts the old one away, and an answer counts once. Whether a window was closed is not
//! asked, because Microsoft's pages make every opener believe so (sign-in.md 3.3): the person says it, or the time does.

use super::Wish;
use super::attempt::Attempt;
use crate::flow::checkpoint::Interrupted;
use crate::flow::effect::{Effect, Piece};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::{Model, Place, Timer};
use crate::protocol::json::{self, Node};
use crate::protocol::oauth::{self, AuthorizeAnswer};
use crate::protocol::url;

/// What the state of such an attempt begins with: `redirect.html` looks at it to know where an answer goes.
pub(super) const MARK: &str = "relay.";

/// How long a window is waited for.
const PATIENCE_MS: u64 = 5 * 60_000;

/// An attempt whose answer is waited for.
#[derive(Debug)]
pub(in crate::flow) struct Waiting {
    attempt: Attempt,
    /// To begin again with.
    wish: Wish,
}

impl Model {
    /// True while a window is waited for.
    pub fn awaits_window(&self) -> bool {
        self.relay.is_some()
    }

    /// Opens the window for an attempt, in the click that asked for it.
    pub(super) fn open_relay(&mut self, attempt: Attempt, wish: Wish, url: &str, out: &mut Out) {
        // Nothing was left: what was under way goes on.
        self.back_from_leaving(out);
        self.close_relay(out);
        self.net.timer(Timer::Relay(attempt.state.clone()), PATIENCE_MS, out);
        out.push(Effect::OpenRelay { url: format!("{}relay.html#{url}", self.deployment().folder) });
        self.relay = Some(Box::new(Waiting { attempt, wish }));
    }

    /// Puts the waiting attempt away. Its answer will be none of ours.
    pub(in crate::flow) fn close_relay(&mut self, out: &mut Out) {
        if self.relay.take().is_some() {
            out.push(Effect::CloseRelay);
        }
    }

    /// The person wants the window once more; every attempt has values of its own.
    pub(in crate::flow) fn open_relay_again(&mut self, out: &mut Out) {
        if let Some(waiting) = &self.relay {
            self.sign_in(waiting.wish.clone(), out);
        }
    }

    /// The browser, or the page around, did not let the window open.
    pub(in crate::flow) fn popup_blocked(&mut self, out: &mut Out) {
        self.give_up(FindingCode::PopupBlocked, out);
    }

    /// Nobody answered for five minutes.
    pub(in crate::flow) fn relay_elapsed(&mut self, state: &str, out: &mut Out) {
        if self.relay.as_ref().is_some_and(|waiting| waiting.attempt.state == state) {
            self.give_up(FindingCode::RelayTimedOut, out);
        }
    }

    fn give_up(&mut self, code: FindingCode, out: &mut Out) {
        self.close_relay(out);
        let again = if self.account().is_some() { None } else { Some(Intent::SignIn) };
        let mut finding = Finding::error(code);
        finding.actions.extend(again);
        finding.actions.extend([Intent::OpenAlone, Intent::Copy(Piece::Invitation)]);
        self.notices.push(finding);
    }

    /// A message from the window that was opened. Whoever sent it has to be of our own origin and know the state; what
    /// does not fit is not answered and changes nothing (sign-in.md 4.3 rules 3 and 11).
    pub(in crate::flow) fn relay_answered(&mut self, origin: &str, message: &str, out: &mut Out) {
        let ours = url::origin(&self.deployment().folder);
        let Some(waiting) = self.relay.take_if(|_| ours.as_deref() == Some(origin)) else { return };
        let Some(answer) = read(message, &waiting.attempt.state) else {
            self.relay = Some(waiting);
            return;
        };
        out.push(Effect::CloseRelay);
        if matches!(answer, AuthorizeAnswer::Code { .. }) {
            self.begin_anew();
        }
        self.accept(waiting.attempt, answer, out);
    }

    /// What a page load does where the page is left for a sign-in: everything is read anew with the new tokens, and what
    /// a run was in the middle of is looked for.
    fn begin_anew(&mut self) {
        if let (Some(run), Place::Run | Place::HandOver) = (&self.run, self.place) {
            self.interrupted = Some(Interrupted { secrets: run.unstored_secrets() });
            self.notices.push(Finding::info(FindingCode::Interrupted));
        }
        self.net.clear();
        self.run = None;
        self.plan = None;
        self.facts = crate::flow::checks::Facts::default();
        self.place = Place::Welcome;
    }
}

/// The authorization answer in a message of the relay page, when it is one and belongs to this state.
fn read(message: &str, state: &str) -> Option<AuthorizeAnswer> {
    let value = json::parse(message).ok()?;
    let node = Node::root(&value);
    node.only(&["entrada", "type", "state", "answer"]).ok()?;
    let ours = value["entrada"].as_u64() == Some(1)
        && node.string("type").ok()? == "sign-in-answer"
        && node.string("state").ok()? == state;
    let answer = oauth::read_answer(&node.string("answer").ok()?).filter(|_| ours)?;
    let (AuthorizeAnswer::Code { state: told, .. } | AuthorizeAnswer::Refused { state: told, .. }) = &answer;
    (told == state).then_some(answer)
}
