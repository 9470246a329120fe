//! Requests under way: which answer belongs to what, which token goes with which request, and what a 401 means.
//!
//! A token is attached here and nowhere else, and only when the request's origin is the resource's own
//! (sign-in.md 4.3 rule 9); that holds for links a server sends us too.

use super::checks::Question;
use super::effect::{Answer, Effect, EffectId};
use super::finding::{Finding, FindingCode};
use super::host::{BridgeAnswer, Tell};
use super::moment::Out;
use super::session::{Redemption, Session};
use super::{Model, Timer};
use crate::protocol::business_central as bc;
use crate::protocol::challenge;
use crate::protocol::http::{Body, Method, Request, Response, Silence};
use crate::protocol::oauth::Resource;
use crate::protocol::url;
use crate::search;

/// Longest time we wait for an answer. Business Central's own limit is eight minutes (business-central.md 1.5), but
/// no read takes more than seconds, and a dead connection should be noticed while the person still watches.
const TIMEOUT_MS: u64 = 60_000;

/// A write is waited for as long as Business Central may work on it (eight minutes, business-central.md 1.5) and a
/// little longer: giving up earlier would mean repeating what is still being done.
const WRITE_TIMEOUT_MS: u64 = 8 * 60_000 + 15_000;

/// How long the page around may take to read something.
const LOOK_MS: u64 = 15_000;

/// How long it may take to do something: it asks the person first.
const QUESTION_MS: u64 = 5 * 60_000;

/// Requests of one user that Business Central serves at once (business-central.md 1.5); the others wait here rather
/// than being refused there.
const SIDE_BY_SIDE: usize = 5;

/// From so many silences in a row on one address it is worth finding out whether it is the network.
const SUSPICIOUS: u32 = 3;

/// What an answer is for.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
    /// Finds out where a tenant signs in.
    Locate(String),
    /// Trades the code.
    Redeem(Box<Redemption>),
    /// Renews a token, possibly with claims.
    Refresh(Resource, Option<String>),
    /// Fills facts.
    Check {
        /// Which.
        question: Box<Question>,
        /// Which try this is.
        attempt: u32,
    },
    /// Finds out whether a server that seems silent can be reached at all, for the call that it stands for.
    Probe(Box<Call>),
    /// Works on step number so-and-so of a run.
    Task {
        /// Which run.
        run: u64,
        /// Which step.
        index: usize,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Call {
    purpose: Purpose,
    resource: Option<Resource>,
    /// Kept to send it again after a renewed token; without its bearer.
    request: Request,
    /// Sent again after its token had gone stale.
    renewed: bool,
    /// Sent again with a token that has what a challenge asked for.
    stepped: bool,
    /// When it was sent last.
    sent: u64,
}

impl Call {
    fn new(purpose: Purpose, resource: Option<Resource>, request: Request) -> Self {
        Self { purpose, resource, request, renewed: false, stepped: false, sent: 0 }
    }
}

impl Call {
    /// It goes to the page around instead of to a server.
    fn is_bridged(&self) -> bool {
        self.request.url.starts_with(bc::BRIDGE)
    }
}

/// Requests, timers, and requests that wait for a token.
#[derive(Debug, Default)]
pub(super) struct Net {
    last: u64,
    calls: Vec<(EffectId, Box<Call>)>,
    timers: Vec<(EffectId, Timer)>,
    #[expect(clippy::vec_box, reason = "calls move between lists and functions: as pointers they cost little code")]
    held: Vec<Box<Call>>,
    /// Waiting for a place among the requests that Business Central serves at once.
    #[expect(clippy::vec_box, reason = "as above")]
    queue: Vec<Box<Call>>,
    /// Addresses that were silent, and how often in a row.
    silences: Vec<(String, u32)>,
    /// Answers that came too late or twice; shown in the support report.
    pub(super) ignored: u32,
}

impl Net {
    pub(super) fn id(&mut self) -> EffectId {
        self.last += 1;
        EffectId(self.last)
    }

    pub(super) fn timer(&mut self, timer: Timer, ms: u64, out: &mut Out) -> EffectId {
        let id = self.id();
        self.timers.push((id, timer));
        out.wait(id, ms);
        id
    }

    pub(super) fn take_timer(&mut self, id: EffectId) -> Option<Timer> {
        let place = self.timers.iter().position(|(of, _)| *of == id)?;
        Some(self.timers.swap_remove(place).1)
    }

    /// Forgets everything under way; answers to it will be ignored.
    pub(super) fn clear(&mut self) {
        self.calls.clear();
        self.timers.clear();
        self.held.clear();
        self.queue.clear();
        self.silences.clear();
    }

    fn in_business_central(&self) -> usize {
        self.calls.iter().filter(|(_, call)| call.resource == Some(Resource::BusinessCentral)).count()
    }

    /// Counts a silence, or ends the count; true when it has become suspicious.
    fn count_silence(&mut self, url: &str, silent: bool) -> bool {
        let address = url.split('?').next().unwrap_or(url);
        let known = self.silences.iter().position(|(of, _)| of == address);
        match (known, silent) {
            (Some(place), false) => {
                self.silences.swap_remove(place);
                false
            }
            (Some(place), true) => {
                self.silences[place].1 += 1;
                self.silences[place].1 >= SUSPICIOUS
            }
            (None, true) => {
                self.silences.push((address.to_owned(), 1));
                false
            }
            (None, false) => false,
        }
    }
}

impl Model {
    /// Sends a request without token (token endpoint, discovery).
    pub(super) fn send_plain(&mut self, request: Request, purpose: Purpose, out: &mut Out) {
        self.emit(Box::new(Call::new(purpose, None, request)), None, out);
    }

    /// Sends a request with the token of a resource, getting one first if need be.
    pub(super) fn send(&mut self, resource: Resource, request: Request, purpose: Purpose, out: &mut Out) {
        self.send_call(Box::new(Call::new(purpose, Some(resource), request)), resource, out);
    }

    fn send_call(&mut self, call: Box<Call>, resource: Resource, out: &mut Out) {
        if call.is_bridged() {
            return self.ask_bridge(call, out);
        }
        let home = url::origin(&call.request.url);
        if home.as_deref() != Some(self.deployment().config.endpoints.origin(resource)) {
            // A server's link that leads elsewhere: no token goes there.
            self.deliver(call, &Err(Silence::Unreachable), out);
            return;
        }
        if resource == Resource::BusinessCentral && self.net.in_business_central() >= SIDE_BY_SIDE {
            self.net.queue.push(call);
            return;
        }
        match self.token(resource, out.now) {
            Some(token) => self.emit(call, Some(token), out),
            None if self.token_refused(resource).is_some() => self.deliver(call, &Err(Silence::Unreachable), out),
            None => {
                self.net.held.push(call);
                self.renew(resource, out);
            }
        }
    }

    /// Asks the page around. It has no token to check and no place among the requests that Business Central serves at once.
    fn ask_bridge(&mut self, mut call: Box<Call>, out: &mut Out) {
        let Body::Json(members) = &call.request.body else { return };
        if !self.has_bridge(members["environment"].as_str().unwrap_or_default()) {
            return self.deliver(call, &Ok(bc::bridge_refusal(bc::GONE, "")), out);
        }
        let mut members = members.clone();
        let reads = call.request.method == Method::Get;
        call.resource = None;
        let id = self.net.timer(Timer::Bridge, if reads { LOOK_MS } else { QUESTION_MS }, out);
        members.insert("request", id.0.to_string().into());
        self.net.calls.push((id, call));
        out.push(Effect::Tell(Tell::Bridge(members)));
    }

    /// Takes the call that the page around was asked for under this number.
    fn take_bridged(&mut self, id: EffectId) -> Option<Box<Call>> {
        let place = self.net.calls.iter().position(|(of, call)| *of == id && call.is_bridged())?;
        self.net.take_timer(id);
        Some(self.net.calls.swap_remove(place).1)
    }

    /// The page around answered: a question of ours once, else it is counted and dropped.
    pub(super) fn bridge_answered(&mut self, answer: &BridgeAnswer, out: &mut Out) {
        match search::whole(&answer.request).and_then(|id| self.take_bridged(EffectId(id))) {
            Some(call) => self.deliver(call, &Ok(bc::bridge_response(&answer.message)), out),
            None => self.host.ignored += 1,
        }
    }

    /// The page around did not answer in time.
    pub(super) fn bridge_is_silent(&mut self, id: EffectId, out: &mut Out) {
        if let Some(call) = self.take_bridged(id) {
            self.deliver(call, &Ok(bc::bridge_refusal(bc::SILENT, "")), out);
        }
    }

    fn emit(&mut self, mut call: Box<Call>, bearer: Option<crate::protocol::secret::Secret>, out: &mut Out) {
        let id = self.net.id();
        let mut request = call.request.clone();
        request.bearer = bearer;
        if call.resource == Some(Resource::Graph) {
            // Microsoft's support asks for this id (graph.md 10).
            request.headers.push(("client-request-id", out.entropy.guid()));
        }
        let writes = call.resource == Some(Resource::BusinessCentral) && request.method != Method::Get;
        call.sent = out.now;
        self.net.calls.push((id, call));
        let timeout_ms = if writes { WRITE_TIMEOUT_MS } else { TIMEOUT_MS };
        out.push(Effect::Fetch { id, request: Box::new(request), timeout_ms });
    }

    /// An answer arrived: to a known question once, else it is counted and dropped.
    pub(super) fn replied(&mut self, id: EffectId, answer: &Answer, out: &mut Out) {
        let Some(place) = self.net.calls.iter().position(|(of, _)| *of == id) else {
            self.net.ignored += 1;
            return;
        };
        let (_, mut call) = self.net.calls.swap_remove(place);
        self.next_in_line(out);
        if let Purpose::Probe(call) = call.purpose {
            // It can be reached, so the browser kept the answer from us: CORS, or a proxy that took the headers away.
            let silence = if answer.is_ok() { Silence::Blocked } else { Silence::Unreachable };
            self.deliver(call, &Err(silence), out);
            return;
        }
        let silent = matches!(answer, Err(Silence::Unreachable)) && call.resource.is_some();
        if self.net.count_silence(&call.request.url, silent) && !self.offline {
            let request = Request::probe(&call.request.url);
            self.emit(Box::new(Call::new(Purpose::Probe(call), None, request)), None, out);
            return;
        }
        if let (Some(resource), Ok(response)) = (call.resource, answer)
            && let Some(claims) = challenge::wanted_claims(response)
        {
            self.challenged(call, resource, claims, out);
            return;
        }
        if let (Some(resource), Ok(response)) = (call.resource, answer)
            && self.is_stale_token(response, resource, call.renewed)
        {
            call.renewed = true;
            self.drop_token(resource, call.sent);
            self.send_call(call, resource, out);
            return;
        }
        self.deliver(call, answer, out);
    }

    /// A resource wants more of a token (sign-in.md 2.6): one that has it is fetched with the refresh token, once. When
    /// that is not to be had, or is not enough either, a person has to sign in for it; nothing is tried again by itself.
    fn challenged(&mut self, mut call: Box<Call>, resource: Resource, claims: String, out: &mut Out) {
        if call.stepped {
            self.want_step_up(resource, claims);
            self.deliver(call, &Err(Silence::Unreachable), out);
            return;
        }
        call.stepped = true;
        self.drop_token(resource, call.sent);
        self.want_claims(resource, claims);
        self.send_call(call, resource, out);
    }

    /// A place became free: the call that waited longest takes it. One that is not sent after all, because there is no
    /// token for it, takes no place, so the next one follows; else nobody would ever call it again.
    fn next_in_line(&mut self, out: &mut Out) {
        while !self.net.queue.is_empty() && self.net.in_business_central() < SIDE_BY_SIDE {
            let call = self.net.queue.remove(0);
            self.send_call(call, Resource::BusinessCentral, out);
        }
    }

    /// A 401 of Graph means a token that ended or was revoked: renew once, silently. Business Central answers 401
    /// also when it knows the token well but not the person (business-central.md 9), so there it is renewed only
    /// when the token is old enough for that to be the reason.
    fn is_stale_token(&self, response: &Response, resource: Resource, renewed: bool) -> bool {
        response.status == 401 && !renewed && (resource == Resource::Graph || self.token_is_old(resource))
    }

    #[expect(clippy::boxed_local, reason = "it is boxed wherever it comes from")]
    fn deliver(&mut self, call: Box<Call>, answer: &Answer, out: &mut Out) {
        match call.purpose {
            Purpose::Locate(tenant) => self.located(&tenant, answer, out),
            Purpose::Redeem(redemption) => self.redeemed(redemption, answer, call.sent, out),
            Purpose::Refresh(resource, asked) => self.renewed((resource, asked), answer, call.sent, out),
            Purpose::Check { question, attempt } => self.answered(question, attempt, answer, out),
            Purpose::Task { run, index } => self.task_answered(run, index, answer, out),
            // Never delivered: `replied` turns it into the call it stands for.
            Purpose::Probe(_) => {}
        }
    }

    /// Sends what waited for this token, or tells those who wait that it will not come.
    pub(super) fn release(&mut self, resource: Resource, out: &mut Out) {
        for call in std::mem::take(&mut self.net.held) {
            if call.resource == Some(resource) {
                self.send_call(call, resource, out);
            } else {
                self.net.held.push(call);
            }
        }
    }

    /// Why there is no token for a resource, if there is none to be had.
    pub(super) fn token_refused(&self, resource: Resource) -> Option<&Finding> {
        match &self.session {
            Session::SignedIn(session) => session.refused(resource),
            _ => None,
        }
    }

    /// The network came back: whoever waited for it goes on.
    pub(super) fn online(&mut self, online: bool, out: &mut Out) {
        self.offline = !online;
        self.drop_notice(FindingCode::Offline);
        if online {
            self.wake_run(out);
        } else {
            self.notices.push(Finding::warning(FindingCode::Offline));
        }
    }
}
