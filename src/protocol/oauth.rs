//! OAuth 2.0 authorization code flow with PKCE against Microsoft Entra (sign-in.md 1), public client, no library.

use super::authority::Authority;
use super::base64;
use super::claims::is_guid;
use super::http::{Body, CallError, Method, Refusal, Request, Response};
use super::json::{self, Misread, Node};
use super::secret::Secret;
use super::url;
use crate::gather::{Also, Gather};
use crate::search::around;

/// The APIs a token can be for. One token is for one of them (sign-in.md 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Microsoft Graph.
    Graph,
    /// Business Central.
    BusinessCentral,
}

/// Everything that goes into an authorize URL (sign-in.md 1.1).
#[derive(Debug, Clone)]
pub struct AuthorizeRequest<'a> {
    /// Where.
    pub authority: &'a Authority,
    /// RFC 6749 4.1.1, required.
    pub client_id: &'a str,
    /// Exactly as registered.
    pub redirect_uri: &'a str,
    /// May name several resources; OpenID scopes are added here.
    pub scopes: &'a [String],
    /// RFC 6749 10.12.
    pub state: &'a str,
    /// OpenID Connect Core 3.1.2.1.
    pub nonce: &'a str,
    /// RFC 7636 4.3.
    pub challenge: &'a str,
    /// Microsoft's correlation id, repeated on the token call.
    pub correlation_id: &'a str,
    /// `select_account`, `consent`; absent lets the server decide.
    pub prompt: Option<&'a str>,
    /// Who is expected.
    pub login_hint: Option<&'a str>,
    /// What a resource wants of the token, passed on as it said it (sign-in.md 2.6).
    pub claims: Option<&'a str>,
}

/// Asked with every sign-in so that sign-out can name the account (sign-in.md 1.7).
const CLAIMS: &str = r#"{"id_token":{"login_hint":{"essential":false}}}"#;

/// The same, beside what a resource wants: its object keeps every member it has.
pub fn claims_with(wanted: Option<&str>) -> String {
    let ours = || json::parse(CLAIMS).unwrap_or_default();
    match wanted.and_then(|text| json::parse(text).ok()) {
        Some(mut value) if value.is_object() => {
            if value.get("id_token").is_none() {
                value.insert("id_token", ours()["id_token"].clone());
            }
            value.to_line()
        }
        _ => CLAIMS.to_owned(),
    }
}

impl AuthorizeRequest<'_> {
    /// The URL to leave to.
    pub fn url(&self) -> String {
        let claims = claims_with(self.claims);
        let scope = format!("{} openid profile offline_access", self.scopes.join(" "));
        let mut pairs = vec![
            ("client_id", self.client_id),
            ("response_type", "code"),
            ("redirect_uri", self.redirect_uri),
            ("response_mode", "fragment"),
            ("scope", scope.trim_start()),
            ("state", self.state),
            ("nonce", self.nonce),
            ("code_challenge", self.challenge),
            ("code_challenge_method", "S256"),
            ("client-request-id", self.correlation_id),
            ("claims", &claims),
        ];
        pairs.also(self.prompt.map(|prompt| ("prompt", prompt)));
        pairs.also(self.login_hint.map(|hint| ("login_hint", hint)));
        url::with_query(&self.authority.authorize, &pairs)
    }
}

/// What came back to the redirect URI.
#[derive(Debug, Clone)]
pub enum AuthorizeAnswer {
    /// A code to redeem.
    Code {
        /// Which attempt this belongs to.
        state: String,
        /// Single use, about ten minutes.
        code: Secret,
        /// Who says so (RFC 9207); not everybody does.
        issuer: Option<String>,
    },
    /// The server or the person said no.
    Refused {
        /// Which attempt this belongs to.
        state: String,
        /// What was said; `details` holds the AADSTS number.
        refusal: Refusal,
    },
}

/// Reads a fragment or query. `None` when it is no answer at all: then nothing in it is ours. A parameter that
/// stands twice makes the whole answer void (RFC 6749 section 3.1), because two readers could see two answers.
pub fn read_answer(text: &str) -> Option<AuthorizeAnswer> {
    let pairs = url::pairs(text);
    let once = |name: &str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone());
        (values.next(), values.next().is_some())
    };
    let ((code, code_twice), (error, error_twice), (state, state_twice)) = (once("code"), once("error"), once("state"));
    let (issuer, issuer_twice) = once("iss");
    if code_twice || error_twice || state_twice || issuer_twice || (code.is_some() && error.is_some()) {
        return None;
    }
    let state = state?;
    if let Some(code) = code {
        return Some(AuthorizeAnswer::Code { state, code: Secret::new(code), issuer });
    }
    let message = once("error_description").0.unwrap_or_default();
    Some(AuthorizeAnswer::Refused {
        state,
        refusal: Refusal {
            status: 0,
            code: error?,
            details: aadsts(&message).into_iter().gather(),
            request_id: once("correlation_id").0.or_else(|| labelled(&message, "Correlation ID: ")).unwrap_or_default(),
            claims: once("claims").0,
            message,
        },
    })
}

/// True for parameters that only an authorization server puts into an address; these are what we take out of it.
pub fn is_answer_parameter(name: &str) -> bool {
    matches!(
        name,
        "code"
            | "state"
            | "error"
            | "error_description"
            | "error_uri"
            | "error_subcode"
            | "suberror"
            | "session_state"
            | "client_info"
            | "clientdata"
            | "admin_consent"
            | "trace_id"
            | "correlation_id"
            | "timestamp"
            | "iss"
            | "cloud_instance_name"
            | "cloud_instance_host_name"
            | "cloud_graph_host_name"
            | "msgraph_host"
            | "claims"
    )
}

/// What both calls of the token endpoint have in common.
#[derive(Debug, Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Where: for a code the authority it came from (sign-in.md 1.4).
    pub authority: &'a Authority,
    /// RFC 6749 4.1.3.
    pub client_id: &'a str,
    /// The same as in the authorize request.
    pub redirect_uri: &'a str,
    /// Of one resource; OpenID scopes are added here.
    pub scopes: &'a [String],
    /// The correlation id of support.
    pub correlation_id: &'a str,
    /// What a resource wants of the token.
    pub claims: Option<&'a str>,
}

impl TokenRequest<'_> {
    /// Redeems a code for a token of one resource (sign-in.md 1.4).
    pub fn redeem(self, code: &Secret, verifier: &Secret) -> Request {
        self.with("authorization_code", &[("code", code.open()), ("code_verifier", verifier.open())])
    }

    /// Trades the refresh token for a token of one resource (sign-in.md 1.5).
    pub fn refresh(self, refresh_token: &Secret) -> Request {
        self.with("refresh_token", &[("refresh_token", refresh_token.open())])
    }

    /// A plain form. No custom header, so no preflight.
    fn with(self, grant: &str, fields: &[(&str, &str)]) -> Request {
        let scope = format!("{} openid profile offline_access", self.scopes.join(" "));
        let mut pairs = vec![
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", scope.trim_start()),
            ("grant_type", grant),
            ("client_info", "1"),
        ];
        pairs.extend(fields);
        pairs.also(self.claims.map(|claims| ("claims", claims)));
        let address = url::with_query(&self.authority.token, &[("client-request-id", self.correlation_id)]);
        let mut request = Request::new(Method::Post, address);
        request.body = Body::Form(Secret::new(url::write_pairs(&pairs)));
        request
    }
}

/// A successful token answer.
#[derive(Debug, Clone)]
pub struct TokenAnswer {
    /// For the resource asked.
    pub access_token: Secret,
    /// Lifetime in ms, counted from before the request (sign-in.md 1.6).
    pub expires_in_ms: u64,
    /// Granted scopes, possibly more or fewer than asked.
    pub scopes: Vec<String>,
    /// The newest refresh token; the older one is dropped.
    pub refresh_token: Option<Secret>,
    /// Rest of the refresh token's life in ms; for a single-page app at most 24 h from the sign-in.
    pub refresh_expires_in_ms: Option<u64>,
    /// With the code, and with every refresh that asks for `openid`.
    pub id_token: Option<Secret>,
    /// Tenant the account is at home in, which for a guest or a partner is another one (`client_info`, sign-in.md 2.5).
    pub home: Option<String>,
}

/// Reads the token endpoint's answer.
pub fn read_token(response: &Response) -> Result<TokenAnswer, CallError> {
    if matches!(response.status, 429 | 500..=599) {
        return Err(CallError::Busy { status: response.status, after_ms: response.retry_after_ms() });
    }
    let value = json::parse(response.body.open()).map_err(CallError::Unreadable)?;
    let node = Node::root(&value);
    if !response.is_success() {
        let refusal = token_refusal(response.status, &node);
        // Refusals that only mean "not now" (sign-in.md 2.4, last row).
        if ["temporarily_unavailable", "90033", "90055", "50033"].iter().any(|code| refusal.has_code(code)) {
            return Err(CallError::Busy { status: response.status, after_ms: response.retry_after_ms() });
        }
        return Err(CallError::Refused(Box::new(refusal)));
    }
    token_fields(&node).map_err(CallError::Unreadable)
}

fn token_fields(node: &Node<'_>) -> Result<TokenAnswer, Misread> {
    let kind = node.string("token_type")?;
    if !kind.eq_ignore_ascii_case("Bearer") {
        return node.member("token_type")?.misread("Bearer is expected here");
    }
    let secret = |name: &str| node.maybe(name).map(Secret::new);
    Ok(TokenAnswer {
        access_token: Secret::new(node.string("access_token")?),
        expires_in_ms: node.member("expires_in")?.whole()?.saturating_mul(1000),
        scopes: node.shown("scope").split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).gather(),
        refresh_token: secret("refresh_token"),
        refresh_expires_in_ms: match node.optional("refresh_token_expires_in") {
            Some(seconds) => Some(seconds.whole()?.saturating_mul(1000)),
            None => None,
        },
        id_token: secret("id_token"),
        home: node.maybe("client_info").and_then(|text| home(&text)),
    })
}

/// `utid` of `client_info`, base64url of `{"uid": …, "utid": …}`. What cannot be read is as good as absent: it is only
/// shown.
fn home(client_info: &str) -> Option<String> {
    let text = String::from_utf8(base64::decode(client_info)?).ok()?;
    let value = json::parse(&text).ok()?;
    value["utid"].as_str().filter(|id| is_guid(id)).map(str::to_owned)
}

/// The error body of sign-in.md 1.4.
fn token_refusal(status: u16, node: &Node<'_>) -> Refusal {
    let message = node.shown("error_description");
    let mut details: Vec<String> = node
        .optional("error_codes")
        .and_then(|codes| codes.items().ok())
        .unwrap_or_default()
        .iter()
        .filter_map(|code| code.whole().ok())
        .map(|code| code.to_string())
        .gather();
    if details.is_empty() {
        details.also(aadsts(&message));
    }
    details.also(node.maybe("suberror"));
    Refusal {
        status,
        code: node.shown("error"),
        details,
        request_id: node.shown("correlation_id"),
        claims: node.maybe("claims"),
        message,
    }
}

/// The number in `AADSTS65004: …`.
fn aadsts(message: &str) -> Option<String> {
    let (_, rest) = around(message, "AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

fn labelled(message: &str, label: &str) -> Option<String> {
    let (_, rest) = around(message, label)?;
    let value: String = rest.chars().take_while(|sign| sign.is_ascii_hexdigit() || *sign == '-').collect();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
#[path = "oauth_tests.rs"]
mod tests;
