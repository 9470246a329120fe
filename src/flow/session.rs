//! Signing in: one record per attempt, no lock, no silent frames (sign-in.md 3.2 and 7).
//!
//! Tokens live here, in memory only. A record in this tab's storage holds what an attempt needs after the page was
//! left (state, nonce, verifier); it is deleted when it is first read, whatever comes of it.

use super::effect::{Answer, Effect, heard};
use super::finding::{Finding, FindingCode};
use super::moment::Out;
use super::net::Purpose;
use super::refusals::{refresh_finding, session_ended, sign_in_finding};
use super::{Model, Place, Timer};
use crate::protocol::claims::{self, Expected};
use crate::protocol::http::CallError;
use crate::protocol::json::{self, Node, json, texts};
use crate::protocol::oauth::{self, Authority, AuthorizeAnswer, AuthorizeRequest, Resource};
use crate::protocol::pkce::Pkce;
use crate::protocol::secret::Secret;
use crate::protocol::url;

/// Key of a sign-in record in this tab's storage, before the state.
pub(super) const RECORD: &str = "entrada.signin.";

/// A sign-in that takes longer has usually been forgotten in another window; Entra's code lives ten minutes.
const RECORD_LIFE_MS: u64 = 15 * 60_000;

/// Tokens are renewed this long before they end, as MSAL does (sign-in.md 1.6).
const MARGIN_MS: u64 = 5 * 60_000;

/// Microsoft's clocks and ours may differ by this much before we say so.
const CLOCK_TOLERANCE_MS: u64 = 5 * 60_000;

/// Delegated permissions the page asks for: Graph's first, because the code is redeemed for Graph.
pub const SCOPES: [(Resource, &str); 4] = [
    (Resource::Graph, "User.Read"),
    (Resource::Graph, "Application.ReadWrite.All"),
    (Resource::BusinessCentral, "user_impersonation"),
    (Resource::BusinessCentral, "Financials.ReadWrite.All"),
];

/// One attempt to sign in.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    state: String,
    nonce: String,
    verifier: Secret,
    tenant: String,
    /// Graph scopes beyond the usual ones.
    extra: Vec<String>,
    created: u64,
    return_to: String,
}

impl Attempt {
    fn to_record(&self) -> Secret {
        Secret::new(
            json!({
                "v": 1_u32, "state": &self.state, "nonce": &self.nonce, "verifier": self.verifier.open(),
                "tenant": &self.tenant, "extra": texts(&self.extra), "created": self.created, "returnTo": &self.return_to,
            })
            .to_line(),
        )
    }

    fn from_record(text: &str) -> Option<Self> {
        let value = json::parse(text).ok()?;
        let node = Node::root(&value);
        let version = node.member("v").ok()?.whole().ok()?;
        (version == 1).then_some(())?;
        Some(Self {
            state: node.string("state").ok()?,
            nonce: node.string("nonce").ok()?,
            verifier: Secret::new(node.string("verifier").ok()?),
            tenant: node.string("tenant").ok()?,
            extra: node.member("extra").ok()?.texts().ok()?,
            created: node.member("created").ok()?.whole().ok()?,
            return_to: node.string("returnTo").ok()?,
        })
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Tenant id.
    pub tenant: String,
    /// Name.
    pub name: String,
    /// Sign-in name, for showing.
    pub username: String,
    /// Opaque hint for sign-out and further sign-ins.
    pub login_hint: Option<String>,
}

#[derive(Debug)]
struct Access {
    token: Secret,
    obtained: u64,
    expires: u64,
}

/// A signed-in account with its tokens.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    graph: Option<Access>,
    business_central: Option<Access>,
    refresh: Option<Secret>,
    renewing: Vec<Resource>,
    refused: Vec<(Resource, Finding)>,
    extra: Vec<String>,
}

impl SignedIn {
    fn access(&mut self, resource: Resource) -> &mut Option<Access> {
        match resource {
            Resource::Graph => &mut self.graph,
            Resource::BusinessCentral => &mut self.business_central,
        }
    }

    pub(super) fn refused(&self, resource: Resource) -> Option<&Finding> {
        self.refused.iter().find(|(refused, _)| *refused == resource).map(|(_, finding)| finding)
    }
}

/// Where the sign-in stands.
#[derive(Debug)]
pub enum Session {
    /// Nobody.
    SignedOut,
    /// The page is being left for Entra.
    Leaving,
    /// The code is being traded.
    Redeeming,
    /// Somebody.
    SignedIn(Box<SignedIn>),
}

impl Model {
    /// The signed-in account.
    pub fn account(&self) -> Option<&Account> {
        match &self.session {
            Session::SignedIn(session) => Some(&session.account),
            _ => None,
        }
    }

    fn authority(&self, tenant: &str) -> Authority {
        Authority { login: self.deployment().config.endpoints.login.clone(), tenant: tenant.to_owned() }
    }

    /// The tenant a sign-in goes to: the one typed, else the configured authority.
    pub(super) fn wanted_tenant(&self) -> String {
        let typed = self.tenant_typed.trim();
        if typed.is_empty() { self.deployment().config.authority.clone() } else { typed.to_owned() }
    }

    /// Leaves the page for Entra. `extra` are further Graph permissions, asked for only when wanted.
    pub(super) fn sign_in(&mut self, prompt: Option<&'static str>, extra: Vec<String>, out: &mut Out) {
        let deployment = self.deployment();
        let pkce = Pkce::from_random(out.entropy.block());
        let tenant = self.account().map_or_else(|| self.wanted_tenant(), |account| account.tenant.clone());
        let attempt = Attempt {
            state: out.entropy.guid(),
            nonce: out.entropy.guid(),
            verifier: pkce.verifier,
            extra,
            created: out.now,
            return_to: deployment.home.clone(),
            tenant,
        };
        let mut scopes: Vec<String> = SCOPES.iter().map(|(resource, value)| resource.scope(value)).collect();
        scopes.extend(attempt.extra.iter().cloned());
        let hint =
            self.account().filter(|_| prompt != Some("select_account")).and_then(|account| account.login_hint.clone());
        let authority = self.authority(&attempt.tenant);
        let url = AuthorizeRequest {
            authority: &authority,
            client_id: &deployment.config.client_id,
            redirect_uri: &deployment.redirect_uri,
            scopes: &scopes,
            state: &attempt.state,
            nonce: &attempt.nonce,
            challenge: &pkce.challenge,
            correlation_id: &out.entropy.guid(),
            prompt,
            login_hint: hint.as_deref(),
        }
        .url();
        self.save_checkpoint(out);
        self.before_leaving = Some(std::mem::replace(&mut self.session, Session::Leaving));
        out.push(Effect::Guard(false));
        out.push(Effect::Depart { key: format!("{RECORD}{}", attempt.state), record: attempt.to_record(), url });
    }

    /// The tab could not keep the record, so we are still here.
    pub(super) fn storage_refused(&mut self) {
        self.back_from_leaving();
        self.notices.push(Finding::error(FindingCode::StorageBlocked).action(super::event::Intent::SignIn));
    }

    /// The page shows again although it was left: the person came back (sign-in.md 3.2 case 1).
    pub(super) fn back_from_leaving(&mut self) {
        if matches!(self.session, Session::Leaving) {
            self.session = self.before_leaving.take().unwrap_or(Session::SignedOut);
        }
    }

    /// Looks at what Entra sent back. Every record of this tab is used up by it: the matching one because it is
    /// single-use, the others because a page load without their answer means that they were given up.
    pub(super) fn read_sign_in(
        &mut self,
        answer: Option<AuthorizeAnswer>,
        records: Vec<(String, String)>,
        out: &mut Out,
    ) {
        let mut matching = None;
        let state = match &answer {
            Some(AuthorizeAnswer::Code { state, .. } | AuthorizeAnswer::Refused { state, .. }) => Some(state.clone()),
            None => None,
        };
        for (key, text) in records {
            if key.strip_prefix(RECORD) == state.as_deref() {
                matching = Attempt::from_record(&text).filter(|attempt| Some(&attempt.state) == state.as_ref());
            }
            out.push(Effect::Forget { key });
        }
        let Some(answer) = answer else { return };
        let Some(attempt) = matching else {
            self.notices.push(Finding::warning(FindingCode::AnswerNotOurs));
            return;
        };
        // A record from the future means that the clock was turned back: its age is unknown, so it is not trusted.
        let age = out.now.checked_sub(attempt.created);
        if age.is_none_or(|age| age > RECORD_LIFE_MS) {
            self.notices.push(Finding::warning(FindingCode::SignInExpired).action(super::event::Intent::SignIn));
            return;
        }
        if attempt.tenant != self.deployment().config.authority {
            self.tenant_typed.clone_from(&attempt.tenant);
        }
        match answer {
            AuthorizeAnswer::Code { code, .. } => self.redeem(attempt, &code, out),
            AuthorizeAnswer::Refused { refusal, .. } => {
                self.notices.push(sign_in_finding(&self.wanted_tenant(), &refusal, out.now));
            }
        }
    }

    fn redeem(&mut self, attempt: Attempt, code: &Secret, out: &mut Out) {
        if url::is_local_path(&attempt.return_to) {
            out.push(Effect::CleanAddress { path: attempt.return_to.clone() });
        }
        self.session = Session::Redeeming;
        let deployment = self.deployment();
        let request = oauth::redeem_code(
            &self.authority(&attempt.tenant),
            &deployment.config.client_id,
            &deployment.redirect_uri,
            &graph_scopes(&attempt.extra),
            code,
            &attempt.verifier,
            &out.entropy.guid(),
        );
        self.send_plain(request, Purpose::Redeem(Box::new(attempt)), out);
    }

    pub(super) fn redeemed(&mut self, attempt: Attempt, answer: &Answer, out: &mut Out) {
        self.session = Session::SignedOut;
        let result = heard(answer).and_then(oauth::read_token);
        let token = match result {
            Ok(token) => token,
            Err(CallError::Refused(refusal)) => {
                self.notices.push(sign_in_finding(&self.wanted_tenant(), &refusal, out.now));
                return;
            }
            Err(error) => {
                let finding = Finding::of_call(&error, "sign-in", out.now);
                self.notices.push(finding.action(super::event::Intent::SignIn));
                return;
            }
        };
        let deployment = self.deployment();
        let expected = Expected {
            client_id: &deployment.config.client_id,
            nonce: &attempt.nonce,
            login_origin: &deployment.config.endpoints.login,
            tenant: Some(&attempt.tenant),
        };
        let identity = token.id_token.as_ref().map(|id_token| claims::read(id_token.open(), expected));
        let identity = match identity {
            Some(Ok(identity)) => identity,
            Some(Err(error)) => return self.reject_identity(&error.to_string()),
            None => return self.reject_identity("no ID token"),
        };
        let drift = i64::try_from(identity.issued_at).unwrap_or(i64::MAX).saturating_sub_unsigned(out.now);
        self.clock_offset = drift;
        if drift.unsigned_abs() > CLOCK_TOLERANCE_MS {
            let minutes = ((drift.unsigned_abs() + 30_000) / 60_000).to_string();
            self.notices.push(Finding::warning(FindingCode::ClockWrong).with("minutes", minutes));
        } else {
            self.clock_offset = 0;
        }
        self.session = Session::SignedIn(Box::new(SignedIn {
            account: Account {
                tenant: identity.tenant,
                name: identity.name,
                username: identity.username,
                login_hint: identity.login_hint,
            },
            graph: Some(Access {
                token: token.access_token,
                obtained: out.now,
                expires: out.now + token.expires_in_ms,
            }),
            business_central: None,
            refresh: token.refresh_token,
            renewing: Vec::new(),
            refused: Vec::new(),
            extra: attempt.extra,
        }));
        self.place = Place::Choose;
        self.ask_everything(out);
    }

    fn reject_identity(&mut self, detail: &str) {
        self.notices.push(Finding::error(FindingCode::IdentityRejected).with("detail", detail));
    }

    /// A token that will still be good when it arrives.
    pub(super) fn token(&mut self, resource: Resource, now: u64) -> Option<Secret> {
        let Session::SignedIn(session) = &mut self.session else { return None };
        let access = session.access(resource);
        // `obtained` in the future: the clock was turned back, so nobody knows the token's age (sign-in.md 1.6).
        if access.as_ref().is_some_and(|access| now + MARGIN_MS >= access.expires || access.obtained > now) {
            *access = None;
        }
        access.as_ref().map(|access| access.token.clone())
    }

    pub(super) fn token_is_old(&self, resource: Resource) -> bool {
        let Session::SignedIn(session) = &self.session else { return false };
        let access = match resource {
            Resource::Graph => &session.graph,
            Resource::BusinessCentral => &session.business_central,
        };
        access.as_ref().is_none_or(|access| self.now.saturating_sub(access.obtained) > 10 * 60_000)
    }

    pub(super) fn drop_token(&mut self, resource: Resource) {
        if let Session::SignedIn(session) = &mut self.session {
            *session.access(resource) = None;
        }
    }

    /// Trades the refresh token for a token of one resource; at most one such call per resource at a time.
    pub(super) fn renew(&mut self, resource: Resource, out: &mut Out) {
        let Session::SignedIn(session) = &mut self.session else { return };
        if session.renewing.contains(&resource) {
            return;
        }
        let Some(refresh) = session.refresh.clone() else {
            session.refused.push((resource, session_ended()));
            self.release(resource, out);
            return;
        };
        session.renewing.push(resource);
        let (tenant, extra) = (session.account.tenant.clone(), session.extra.clone());
        let scopes = match resource {
            Resource::Graph => graph_scopes(&extra),
            Resource::BusinessCentral => scopes_of(resource),
        };
        let deployment = self.deployment();
        let request = oauth::refresh(
            &self.authority(&tenant),
            &deployment.config.client_id,
            &deployment.redirect_uri,
            &scopes,
            &refresh,
            &out.entropy.guid(),
        );
        self.send_plain(request, Purpose::Refresh(resource), out);
    }

    pub(super) fn renewed(&mut self, resource: Resource, answer: &Answer, out: &mut Out) {
        let result = heard(answer).and_then(oauth::read_token);
        let now = out.now;
        let finding = match &result {
            Err(CallError::Refused(refusal)) => Some(refresh_finding(&self.wanted_tenant(), resource, refusal, now)),
            _ => None,
        };
        let Session::SignedIn(session) = &mut self.session else { return };
        session.renewing.retain(|renewing| *renewing != resource);
        match result {
            Ok(token) => {
                *session.access(resource) =
                    Some(Access { token: token.access_token, obtained: now, expires: now + token.expires_in_ms });
                if let Some(refresh) = token.refresh_token {
                    session.refresh = Some(refresh);
                }
                session.refused.retain(|(refused, _)| *refused != resource);
                self.renewals = 0;
            }
            Err(CallError::Refused(refusal)) => {
                if refusal.has_code("bad_token")
                    || finding.as_ref().is_some_and(|f| f.code == FindingCode::SessionEnded)
                {
                    session.refresh = None;
                }
                session.refused.extend(finding.map(|finding| (resource, finding)));
            }
            Err(error) => {
                // The token service is busy or out of reach: try again a few times, then say so.
                self.renewals += 1;
                if self.renewals <= 4 {
                    let wished = if let CallError::Busy { after_ms, .. } = &error { *after_ms } else { None };
                    let ms = wished.unwrap_or(1000 << self.renewals);
                    self.net.timer(Timer::Renew(resource), ms, out);
                    return;
                }
                self.renewals = 0;
                session.refused.push((resource, Finding::of_call(&error, "sign-in", now)));
            }
        }
        self.release(resource, out);
    }

    /// Ends the session here and at Entra, leaving nothing in this tab.
    pub(super) fn sign_out(&mut self, out: &mut Out) {
        let Some(account) = self.account().cloned() else { return };
        let deployment = self.deployment();
        let return_to = deployment.folder.clone();
        let url = oauth::sign_out_url(&self.authority(&account.tenant), &return_to, account.login_hint.as_deref());
        self.session = Session::SignedOut;
        self.net.clear();
        self.forget_work(out);
        out.push(Effect::Leave { url });
    }
}

fn graph_scopes(extra: &[String]) -> Vec<String> {
    let mut scopes = scopes_of(Resource::Graph);
    scopes.extend(extra.iter().cloned());
    scopes
}

fn scopes_of(resource: Resource) -> Vec<String> {
    SCOPES.iter().filter(|(of, _)| *of == resource).map(|(of, value)| of.scope(value)).collect()
}
