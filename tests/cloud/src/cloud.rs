//! The whole cloud as one value: picks the service, lets faults strike, writes CORS headers, keeps the log.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use crate::business_central::BusinessCentral;
use crate::caller::{Caller, TokenProblem};
use crate::challenge::Challenge;
use crate::contract::Contract;
use crate::cors::{self, Part, Readers};
use crate::faults::{Effect, Fault, Faults, Held};
use crate::ids::Ids;
use crate::limits::{Limits, Usage, Verdict};
use crate::log::{LogEntry, Who, redact_body, redact_url};
use crate::login::LoginState;
use crate::seed::{BUSINESS_CENTRAL_APP_ID, GRAPH_APP_ID};
use crate::state::{Directory, Tenant};
use crate::tokens::{Holder, Tokens};
use crate::wire::{empty, header, json, set};
use crate::{Request, Response, Settings, control, graph, limits, login, world};

/// The three services, each on an origin of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// `login.microsoftonline.com`.
    Login,
    /// `graph.microsoft.com`.
    Graph,
    /// `api.businesscentral.dynamics.com`.
    BusinessCentral,
}

/// Microsoft's cloud, as far as Entrada meets it. A clone is a second, independent world in the same state.
#[derive(Clone)]
pub struct Cloud {
    pub(crate) settings: Settings,
    pub(crate) ids: Ids,
    pub(crate) directory: Directory,
    pub(crate) login: LoginState,
    pub(crate) tokens: Tokens,
    pub(crate) business_central: BusinessCentral,
    pub(crate) faults: Faults,
    pub(crate) log: Vec<LogEntry>,
    /// The log holds no bodies.
    pub(crate) brief: bool,
    pub(crate) items: Vec<LogEntry>,
    /// Requests at gates that are shut.
    pub(crate) held: Vec<Held>,
    /// Every answer comes this much later.
    pub(crate) latency_ms: u64,
    /// Every answer to a preflight does.
    pub(crate) preflight_latency_ms: u64,
    pub(crate) clock_offset_ms: i64,
    pub(crate) lag_ms: u64,
    /// Parts of Business Central whose answers a page may not read.
    closed: BTreeSet<Part>,
    /// What Graph wants of every token.
    pub(crate) challenge: Option<Challenge>,
    /// Parts of Business Central that cannot be reached at all.
    unreachable: BTreeSet<Part>,
    usage: Usage,
    contract: Option<Arc<Contract>>,
    pub(crate) violations: Vec<String>,
}

impl Cloud {
    /// The seeded cloud.
    pub fn new(settings: Settings) -> Self {
        let mut ids = Ids::new(settings.seed);
        let business_central = BusinessCentral::seeded(&mut ids);
        Self {
            directory: world::directory(&settings, &mut ids),
            login: LoginState::default(),
            tokens: Tokens::default(),
            business_central,
            faults: Faults::default(),
            log: Vec::new(),
            brief: false,
            items: Vec::new(),
            held: Vec::new(),
            latency_ms: 0,
            preflight_latency_ms: 0,
            clock_offset_ms: 0,
            lag_ms: 0,
            closed: BTreeSet::new(),
            challenge: None,
            unreachable: BTreeSet::new(),
            usage: Usage::default(),
            contract: None,
            violations: Vec::new(),
            ids,
            settings,
        }
    }

    /// Back to the seeded state; sign-ins, tokens, faults, log, lag and clock are gone. The contract stays.
    pub fn reset(&mut self) {
        let contract = self.contract.take();
        *self = Self::new(self.settings.clone());
        self.contract = contract;
    }

    /// Lets something go wrong later.
    pub fn add_fault(&mut self, fault: Fault) {
        self.faults.add(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// Requests that wait at a gate.
    pub fn held(&self, gate: &str) -> Vec<&Held> {
        self.held.iter().filter(|held| held.gate == gate).collect()
    }

    /// Lets go on who waits at a gate. Whoever sits behind sockets is woken by the control route only.
    pub fn open_gate(&mut self, gate: &str) {
        self.held.retain(|held| held.gate != gate);
    }

    /// From now on every answer comes this much later, as over a long line, and those to preflights so much.
    pub fn set_latency(&mut self, ms: u64, preflights_ms: u64) {
        self.latency_ms = ms;
        self.preflight_latency_ms = preflights_ms;
    }

    /// Notes that a request waits at a gate.
    pub(crate) fn hold(&mut self, gate: &str, method: &str, url: &str) {
        self.held.push(Held { gate: gate.to_owned(), method: method.to_owned(), url: url.to_owned() });
    }

    /// Moves this cloud's clock against the time given to [`Self::handle`].
    pub fn advance_clock(&mut self, ms: i64) {
        self.clock_offset_ms = self.clock_offset_ms.saturating_add(ms);
    }

    /// From now on new directory objects stay unseen for this long (`graph.md` 12).
    pub fn set_lag(&mut self, ms: u64) {
        self.lag_ms = ms;
    }

    /// Whether Business Central's admin API answers pages of other origins (unknown in reality).
    pub fn set_admin_api_cors(&mut self, allowed: bool) {
        self.set_cors(Part::Admin, allowed);
    }

    /// Whether a part of Business Central answers pages of other origins. Where it does not, its preflight fails and a browser
    /// tells its page nothing.
    pub fn set_cors(&mut self, part: Part, allowed: bool) {
        if allowed {
            self.closed.remove(&part)
        } else {
            self.closed.insert(part)
        };
    }

    /// Whether a part of Business Central can be reached. Where it cannot, no request arrives and none is answered.
    pub fn set_network(&mut self, part: Part, up: bool) {
        if up {
            self.unreachable.remove(&part)
        } else {
            self.unreachable.insert(part)
        };
    }

    /// What Graph wants of every token from now on; nothing more with `None`.
    pub fn set_challenge(&mut self, challenge: Option<Challenge>) {
        self.challenge = challenge;
    }

    /// Other limits on what one user may ask of Business Central.
    pub fn set_limits(&mut self, limits: Limits) {
        self.usage.limits = limits;
    }

    /// The most requests of one user that Business Central had at once, waiting ones included. Only with a
    /// [`Limits::service_ms`] do requests overlap.
    pub fn most_requests_at_once(&self) -> usize {
        self.usage.most_at_once()
    }

    /// Leaves the signatures of tokens out from now on. A page reads its tokens and never checks a signature, and signing is what
    /// takes most of the time of a sign-in.
    pub fn set_unsigned(&mut self) {
        self.tokens.unsigned = true;
    }

    /// Judges every Graph exchange from now on.
    pub fn set_contract(&mut self, contract: Option<Contract>) {
        self.contract = contract.map(Arc::new);
    }

    /// Judges by the contract of another cloud: compiling one takes longer than most tests.
    pub fn share_contract(&mut self, of: &Self) {
        self.contract.clone_from(&of.contract);
    }

    /// Where Graph exchanges left the contract.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Everything asked so far.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// Keeps no bodies in the log from now on: reading and redacting them takes a fifth of a simulated visit.
    pub fn set_brief_log(&mut self) {
        self.brief = true;
    }

    /// Begins a new log, and counts requests from 0 again.
    pub fn forget_log(&mut self) {
        self.log.clear();
        self.faults.restart();
    }

    /// A tenant, by id or domain.
    pub fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.directory.tenant_named(name)
    }

    /// A tenant by id or domain, so that a test can arrange things.
    pub fn tenant_mut(&mut self, name: &str) -> Option<&mut Tenant> {
        let id = self.directory.tenant_named(name)?.id;
        self.directory.tenant_mut(id)
    }

    /// Business Central's own state, to look at.
    pub fn business_central(&self) -> &BusinessCentral {
        &self.business_central
    }

    /// Business Central's own state.
    pub fn business_central_mut(&mut self) -> &mut BusinessCentral {
        &mut self.business_central
    }

    /// Every token and client secret given out so far, for tests that look whether one of them stayed somewhere.
    pub fn everything_secret(&self) -> Vec<String> {
        let applications = self.directory.tenants.iter().flat_map(|tenant| &tenant.applications);
        let secrets = applications.flat_map(|application| &application.secrets).map(|secret| secret.text.clone());
        let tokens = self.tokens.texts().chain(self.login.refresh_token_texts());
        secrets.chain(tokens).filter(|text| !text.is_empty()).collect()
    }

    /// Every authorization code given out so far, used ones included.
    pub fn every_code(&self) -> Vec<String> {
        self.login.code_texts().collect()
    }

    /// The settings this cloud was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The cloud's time for a caller's time.
    pub fn time(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.clock_offset_ms)
    }

    /// Answers one request. `now_ms` is the caller's clock, in milliseconds since 1970.
    pub fn handle(&mut self, request: &Request, now_ms: u64) -> Response {
        if request.uri().path().starts_with("/_cloud/") {
            return control::handle(self, request, self.time(now_ms));
        }
        let now = self.time(now_ms);
        let Some(service) = self.service(request) else {
            return empty(421);
        };
        let url = path_and_query(request);
        if service == Service::BusinessCentral && self.unreachable.contains(&Part::of(request.uri().path())) {
            return dropped();
        }
        if cors::is_preflight(request) {
            let mut response = self.preflight(request, service, &url);
            if self.preflight_latency_ms > 0 {
                set(&mut response, "x-cloud-delay", &self.preflight_latency_ms.to_string());
            }
            return response;
        }
        if !request.uri().path().starts_with("/stand-in/") && !request.uri().path().ends_with("/authorize") {
            self.faults.arrive();
        }
        let method = request.method().as_str().to_owned();
        let stop = self.faults.take(&method, &url, |effect| matches!(effect, Effect::HoldBefore { .. }));
        if let Some(Effect::HoldBefore { gate }) = stop {
            self.hold(&gate, &method, &url);
            let mut response = dropped();
            set(&mut response, "x-cloud-hold-before", &gate);
            return response;
        }
        let delay = self.faults.take(&method, &url, |effect| matches!(effect, Effect::Delay { .. }));
        let hold = self.faults.take(&method, &url, |effect| matches!(effect, Effect::Hold { .. }));
        let fault = self.faults.take(&method, &url, |effect| !effect.only_waits());
        let who = self.who(request, service, now);
        let mut waited = 0;
        let mut done = None;
        let mut response = match &fault {
            Some(Effect::DropBefore) => dropped(),
            Some(Effect::Status { status, retry_after, code }) => {
                self.refuse(service, *status, *retry_after, code, request, now)
            }
            Some(Effect::Opaque) => empty(503),
            Some(Effect::Html { done: false }) => portal(),
            _ => match self.limited(service, &who, now) {
                Verdict::Served { after_ms } => {
                    waited = after_ms;
                    let mut response = self.serve(service, request, now);
                    if fault == Some(Effect::Twice) {
                        response = self.serve(service, request, now);
                    }
                    done = Some(response.status().as_u16());
                    response
                }
                refused => limits::refusal(refused, self.ids.uuid()),
            },
        };
        if service == Service::Graph {
            let unlike = matches!(fault, Some(Effect::DropBefore | Effect::Opaque | Effect::Html { done: false }));
            self.judge(request, &response, unlike);
        }
        if let Some(Effect::StatusAfter { status, retry_after, code }) = &fault {
            response = self.refuse(service, *status, *retry_after, code, request, now);
        }
        self.finish(service, request, &mut response);
        match &fault {
            Some(Effect::DropAfter) => response = dropped(),
            Some(Effect::NoCors) => {
                cors::forbid(&mut response);
                set(&mut response, "x-cloud-fault", "no-cors");
            }
            Some(Effect::Opaque) => {
                cors::forbid(&mut response);
                set(&mut response, "x-cloud-fault", "opaque");
            }
            Some(Effect::Truncated { permille }) => truncate(&mut response, *permille),
            Some(Effect::Html { done: true }) => {
                response = portal();
                self.finish(service, request, &mut response);
            }
            _ => {}
        }
        let mut fault_name = fault.as_ref().map(Effect::word);
        if response.headers().contains_key("x-cloud-batch-lost") {
            response = dropped();
            fault_name = Some("drop_item");
        }
        // A delay of the whole batch takes the place of those of its items.
        let delay = match delay {
            Some(Effect::Delay { ms }) => ms,
            _ => header_number(&response, "x-cloud-delay"),
        };
        let delay = waited + self.latency_ms + delay;
        if let Some(Effect::Hold { gate }) = hold {
            self.hold(&gate, &method, &url);
            set(&mut response, "x-cloud-hold", &gate);
        }
        if delay > 0 {
            set(&mut response, "x-cloud-delay", &delay.to_string());
        }
        let items = std::mem::take(&mut self.items);
        let mut entry = entry(request, &response, who, now, self.brief);
        entry.fault = fault_name.map(str::to_owned);
        entry.done = done;
        entry.number = self.faults.number();
        entry.items = items;
        self.log.push(entry);
        response
    }

    /// The limits Business Central puts on one user.
    fn limited(&mut self, service: Service, who: &Who, now: u64) -> Verdict {
        match who {
            Who::Person(user) | Who::App(user) if service == Service::BusinessCentral => self.usage.arrive(user, now),
            _ => Verdict::Served { after_ms: 0 },
        }
    }

    fn preflight(&mut self, request: &Request, service: Service, url: &str) -> Response {
        let method = header(request, "access-control-request-method").unwrap_or_default().to_owned();
        // A preflight that fails is all the browser ever sends, so it uses the fault up.
        let struck = self.faults.take(&method, url, |effect| *effect == Effect::Opaque).is_some()
            || self.faults.take("OPTIONS", url, |effect| matches!(effect, Effect::DropBefore)).is_some();
        if struck {
            let mut response = empty(503);
            set(&mut response, "x-cloud-fault", "opaque");
            return response;
        }
        let readers = self.readers(request, service);
        cors::preflight(request, &readers)
    }

    fn readers(&self, request: &Request, service: Service) -> Readers {
        let asker_is_spa =
            header(request, "origin").is_some_and(|origin| self.spa_origins().iter().any(|known| known == origin));
        cors::readers(service, request.uri().path(), &self.closed, asker_is_spa)
    }

    /// Origins of every registered `spa` redirect URI.
    fn spa_origins(&self) -> BTreeSet<String> {
        let applications = self.directory.tenants.iter().flat_map(|tenant| &tenant.applications);
        applications.flat_map(|application| application.redirect_uris("spa")).filter_map(login::origin_of).collect()
    }

    fn finish(&self, service: Service, request: &Request, response: &mut Response) {
        let is_token = service == Service::Login && request.uri().path().ends_with("/oauth2/v2.0/token");
        if !is_token {
            // The token endpoint has decided already, client by client.
            let readers = self.readers(request, service);
            cors::allow(request, response, &readers, cors::exposed(service));
        }
        if service == Service::Graph && !response.headers().contains_key("request-id") {
            set(response, "request-id", "00000000-0000-0000-0000-000000000000");
        }
    }

    fn serve(&mut self, service: Service, request: &Request, now: u64) -> Response {
        match service {
            Service::Login => login::handle(self, request, now),
            Service::Graph => graph::handle(self, request, now),
            Service::BusinessCentral => {
                let caller = self.caller(request, now);
                if let (Ok(caller), true) = (&caller, request.uri().path().starts_with("/admin/")) {
                    self.tell_admin_consents(caller.tenant(), now);
                }
                self.business_central.handle(request, caller, &mut self.ids, now)
            }
        }
    }

    /// The admin API shows whether Entra's consent is there (`business-central.md` 1.2).
    fn tell_admin_consents(&mut self, id: Uuid, now: u64) {
        let Some(tenant) = self.directory.tenant(id) else { return };
        let Some(resource) = tenant.service_principal(BUSINESS_CENTRAL_APP_ID) else { return };
        let consented = tenant
            .service_principals
            .iter()
            .filter(|holder| {
                tenant.role_values(holder.id, resource.id, now).iter().any(|role| role == "AdminCenter.ReadWrite.All")
            })
            .map(|holder| holder.app_id)
            .collect();
        self.business_central.set_admin_consents(id, consented);
    }

    /// Judges a Graph exchange; of one whose answer a fault took away, the request alone.
    fn judge(&mut self, request: &Request, response: &Response, lost: bool) {
        if let Some(contract) = &self.contract {
            let path = without_page_token(request.uri().path_and_query().map_or("/", |path| path.as_str()));
            let method = request.method().as_str();
            let status = response.status().as_u16();
            let found = if lost || status == 599 {
                contract.check_request(method, &path, request.headers(), request.body())
            } else {
                contract.check_exchange(method, &path, request.headers(), request.body(), status, response.body())
            };
            self.violations.extend(found);
        }
    }

    fn refuse(
        &mut self,
        service: Service,
        status: u16,
        retry_after: Option<u64>,
        code: &str,
        request: &Request,
        now: u64,
    ) -> Response {
        let mut response = match service {
            Service::Graph => graph::refusal(self, status, code, request, now),
            Service::Login => login::refusal(self, status, code, now),
            Service::BusinessCentral => json(
                status,
                &serde_json::json!({ "error": {
                    "code": code,
                    "message": format!("The service refused the request.  CorrelationId:  {}.", self.ids.uuid()),
                } }),
            ),
        };
        if let Some(seconds) = retry_after {
            set(&mut response, "retry-after", &seconds.to_string());
        }
        if service == Service::Login {
            let readers = self.readers(request, service);
            cors::allow(request, &mut response, &readers, "");
        }
        response
    }

    fn service(&self, request: &Request) -> Option<Service> {
        let host = request
            .uri()
            .authority()
            .map(ToString::to_string)
            .or_else(|| header(request, "host").map(str::to_owned))?;
        let origins = &self.settings.origins;
        let is = |origin: &str| origin.split_once("://").is_some_and(|(_, known)| known.eq_ignore_ascii_case(&host));
        if is(&origins.login) {
            Some(Service::Login)
        } else if is(&origins.graph) {
            Some(Service::Graph)
        } else if is(&origins.business_central) {
            Some(Service::BusinessCentral)
        } else {
            None
        }
    }

    fn caller(&self, request: &Request, now: u64) -> Result<Caller, TokenProblem> {
        let issued = self.tokens.bearer(header(request, "authorization"), BUSINESS_CENTRAL_APP_ID, now)?;
        let tenant = self.directory.tenant(issued.tenant).ok_or(TokenProblem::WrongTenant)?;
        if tenant.service_principal(BUSINESS_CENTRAL_APP_ID).is_none() {
            return Err(TokenProblem::WrongTenant);
        }
        Ok(match &issued.holder {
            Holder::Person { home, oid, upn, name, scopes, roles } => Caller::Person {
                tenant: issued.tenant,
                oid: *oid,
                upn: upn.clone(),
                name: name.clone(),
                role_template_ids: roles.clone(),
                scopes: scopes.clone(),
                delegated_partner: *home != issued.tenant,
            },
            Holder::App { roles } => {
                Caller::App { tenant: issued.tenant, client_id: issued.client_id, roles: roles.clone() }
            }
        })
    }

    pub(crate) fn who(&self, request: &Request, service: Service, now: u64) -> Who {
        let resource = match service {
            Service::Login => return Who::Nobody,
            Service::Graph => GRAPH_APP_ID,
            Service::BusinessCentral => BUSINESS_CENTRAL_APP_ID,
        };
        match self.tokens.bearer(header(request, "authorization"), resource, now) {
            Ok(issued) => match &issued.holder {
                Holder::Person { upn, .. } => Who::Person(upn.clone()),
                Holder::App { .. } => Who::App(issued.client_id.to_string()),
            },
            Err(_) => Who::Nobody,
        }
    }

    /// The time from which an object made now is seen by other calls.
    pub(crate) fn visible_from(&self, now: u64) -> u64 {
        now.saturating_add(self.lag_ms)
    }
}

fn path_and_query(request: &Request) -> String {
    request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

fn header_number(response: &Response, name: &str) -> u64 {
    response.headers().get(name).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or_default()
}

/// `$skiptoken` comes from the link Graph itself gave out, so the contract does not list it.
fn without_page_token(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let kept: Vec<&str> = query.split('&').filter(|part| !part.contains("skiptoken=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// The answer that stands for no answer: the server closes the connection instead of sending it.
fn dropped() -> Response {
    let mut response = empty(599);
    set(&mut response, "x-cloud-fault", "drop");
    response
}

/// What stands between the page and the service answers in its place.
fn portal() -> Response {
    let mut response = empty(200);
    set(&mut response, "content-type", "text/html; charset=utf-8");
    *response.body_mut() = b"<!doctype html><title>Sign in to this network</title><p>Please accept the terms.".to_vec();
    response
}

/// Cuts the body, at a place where a character ends: what arrives of it is text all the same.
fn truncate(response: &mut Response, permille: u16) {
    let body = response.body_mut();
    let mut end = body.len() * usize::from(permille) / 1000;
    while end > 0 && body.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    body.truncate(end);
}

/// One line of the log.
pub(crate) fn entry(request: &Request, response: &Response, who: Who, at_ms: u64, brief: bool) -> LogEntry {
    let kind = |headers: &http::HeaderMap| {
        headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let answer_kind = kind(response.headers());
    LogEntry {
        at_ms,
        method: request.method().to_string(),
        url: redact_url(&request.uri().to_string()),
        status: response.status().as_u16(),
        origin: header(request, "origin").map(str::to_owned),
        who,
        write: !matches!(*request.method(), http::Method::GET | http::Method::HEAD | http::Method::OPTIONS)
            && !request.uri().path().ends_with("/$batch"),
        fault: None,
        done: None,
        number: 0,
        request_body: if brief { None } else { redact_body(request.body(), &kind(request.headers())) },
        response_body: if !brief && answer_kind.contains("json") {
            redact_body(response.body(), &answer_kind)
        } else {
            None
        },
        items: Vec::new(),
    }
}
