//! The sign-in service: routes its addresses and holds what it remembers between requests.

mod admin_consent;
mod assertion;
mod authorize;
mod client;
mod consent;
mod discovery;
mod error;
mod flow;
mod logout;
mod pages;
mod scopes;
mod token;
mod token_answer;
mod walk;

use std::collections::HashMap;

use http::Method;
use uuid::Uuid;

use crate::state::{Directory, Person, Tenant};
use crate::wire::{Fields, empty, header, set};
use crate::{Cloud, Request, Response};

pub(crate) use assertion::{external_assertion, is_certificate, thumbprint};
pub use walk::{ConsentAnswer, SignInStop};

/// What the sign-in service remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoginState {
    /// Sign-ins under way, by the id their pages carry.
    flows: HashMap<String, flow::Flow>,
    /// Browsers that are signed in, by cookie.
    sessions: HashMap<String, Vec<Account>>,
    /// Authorization codes, used ones included.
    codes: HashMap<String, token::Code>,
    /// Refresh tokens. An old one stays valid when a new one is given out (`sign-in.md` 1.5).
    refresh_tokens: HashMap<String, token::Refresh>,
}

impl LoginState {
    /// Authorization codes, used ones included.
    pub(crate) fn code_texts(&self) -> impl Iterator<Item = String> {
        self.codes.keys().cloned()
    }

    /// Refresh tokens.
    pub(crate) fn refresh_token_texts(&self) -> impl Iterator<Item = String> {
        self.refresh_tokens.keys().cloned()
    }
}

/// Somebody who signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) home: Uuid,
    pub(crate) oid: Uuid,
    /// True when the second factor was given.
    pub(crate) second_factor: bool,
}

/// The path segment that picks the tenant (`sign-in.md` 2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// `organizations` or `common`: the account's home tenant.
    Home,
    /// One tenant.
    Tenant(Uuid),
}

impl Authority {
    pub(crate) fn read(directory: &Directory, segment: &str) -> Result<Self, error::LoginError> {
        if matches!(segment, "organizations" | "common") {
            return Ok(Self::Home);
        }
        directory.tenant_named(segment).map(|tenant| Self::Tenant(tenant.id)).ok_or_else(|| unknown_tenant(segment))
    }

    /// The tenant an account signs in to.
    pub(crate) fn target(&self, home: Uuid) -> Uuid {
        match self {
            Self::Home => home,
            Self::Tenant(id) => *id,
        }
    }
}

fn unknown_tenant(segment: &str) -> error::LoginError {
    error::LoginError::new(
        90_002,
        "invalid_request",
        format!(
            "Tenant '{segment}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud."
        ),
    )
}

/// Scheme and authority of an address.
pub(crate) fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some(format!("{scheme}://{}", &rest[..end]))
}

/// Answers one request to the sign-in origin.
pub(crate) fn handle(cloud: &mut Cloud, request: &Request, now: u64) -> Response {
    let path = request.uri().path().trim_matches('/').to_owned();
    let (segment, rest) = path.split_once('/').unwrap_or((path.as_str(), ""));
    let segment = crate::wire::decode(segment);
    let method = request.method();
    match (method, segment.as_str(), rest) {
        (&Method::GET, "common", "discovery/instance") => discovery::instance(cloud, request),
        (&Method::POST, "stand-in", page) => post_page(cloud, request, page, now),
        (&Method::GET, _, "v2.0/.well-known/openid-configuration") => discovery::document(cloud, &segment, now),
        (&Method::GET, _, "discovery/v2.0/keys") => discovery::keys(cloud, &segment, now),
        (&Method::GET, _, "oauth2/v2.0/authorize") => {
            authorize::start(cloud, request, &segment, &Fields::of_query(request), now)
        }
        (&Method::POST, _, "oauth2/v2.0/authorize") => {
            authorize::start(cloud, request, &segment, &Fields::of_form(request), now)
        }
        (&Method::POST, _, "oauth2/v2.0/token") => token::handle(cloud, request, &segment, now),
        (&Method::GET, _, "oauth2/v2.0/logout") => logout::start(cloud, request, &Fields::of_query(request)),
        (&Method::POST, _, "oauth2/v2.0/logout") => logout::start(cloud, request, &Fields::of_form(request)),
        (&Method::GET, _, "adminconsent") => admin_consent::start(cloud, request, &segment, false, now),
        (&Method::GET, _, "v2.0/adminconsent") => admin_consent::start(cloud, request, &segment, true, now),
        (_, _, "oauth2/v2.0/token" | "oauth2/v2.0/authorize" | "oauth2/v2.0/logout") => empty(405),
        _ => empty(404),
    }
}

fn post_page(cloud: &mut Cloud, request: &Request, page: &str, now: u64) -> Response {
    let fields = Fields::of_form(request);
    match page {
        "account" => flow::account_chosen(cloud, request, &fields, now),
        "second-factor" => flow::second_factor_given(cloud, request, &fields, now),
        "consent" => flow::consent_answered(cloud, request, &fields, now),
        "logout" => logout::account_chosen(cloud, request, &fields),
        _ => empty(404),
    }
}

/// An injected refusal. A code that is a number becomes the AADSTS number.
pub(crate) fn refusal(cloud: &mut Cloud, status: u16, code: &str, now: u64) -> Response {
    let number = code.parse().unwrap_or(90_033);
    let error =
        error::LoginError::new(number, "temporarily_unavailable", "A transient error has occurred. Please try again.");
    let login = cloud.settings.origins.login.clone();
    error.status(status).answer(&mut cloud.ids, None, &login, now)
}

const COOKIE: &str = "ESTSAUTH";

fn session_id(request: &Request) -> Option<String> {
    header(request, "cookie")?
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// The accounts signed in in this browser.
fn session(cloud: &Cloud, request: &Request) -> Vec<Account> {
    session_id(request).and_then(|id| cloud.login.sessions.get(&id).cloned()).unwrap_or_default()
}

/// Adds an account to this browser's session and returns the cookie to set.
fn join_session(cloud: &mut Cloud, request: &Request, account: Account) -> String {
    let known = session_id(request).filter(|id| cloud.login.sessions.contains_key(id));
    let id = known.unwrap_or_else(|| cloud.ids.opaque());
    let accounts = cloud.login.sessions.entry(id.clone()).or_default();
    accounts.retain(|known| (known.home, known.oid) != (account.home, account.oid));
    accounts.push(account);
    let secure = if cloud.settings.origins.login.starts_with("https") { "; Secure" } else { "" };
    format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

fn set_cookie(response: &mut Response, cookie: &str) {
    set(response, "set-cookie", cookie);
}

/// The opaque `login_hint` claim of an account (`sign-in.md` 1.7).
fn login_hint(account: Account) -> String {
    format!("O.{}.{}", account.oid.simple(), account.home.simple())
}

/// `client_info`: the home account id, base64url.
fn client_info(account: Account) -> String {
    use base64::Engine;
    let text = format!("{{\"uid\":\"{}\",\"utid\":\"{}\"}}", account.oid, account.home);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

/// The person behind an account, when they may act in this tenant (member or delegated partner).
fn standing<'a>(directory: &'a Directory, tenant: &Tenant, account: Account) -> Option<&'a Person> {
    let person = directory.person(account.home, account.oid)?;
    let stands = account.home == tenant.id || tenant.partner(account.home, account.oid).is_some();
    stands.then_some(person)
}
