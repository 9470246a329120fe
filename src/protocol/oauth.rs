//! OAuth 2.0 authorization code flow with PKCE against Microsoft Entra (sign-in.md 1), public client, no library.

use super::http::{Body, CallError, Method, Refusal, Request, Response};
use super::json::{self, Misread, Node};
use super::secret::Secret;
use super::url;

/// The APIs a token can be for. One token is for one of them (sign-in.md 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Microsoft Graph.
    Graph,
    /// Business Central.
    BusinessCentral,
}

impl Resource {
    /// Prefix of the resource's scopes. These are names, not addresses: they stay Microsoft's own even when the
    /// endpoints point at a stand-in.
    pub fn identifier(self) -> &'static str {
        match self {
            Self::Graph => "https://graph.microsoft.com",
            Self::BusinessCentral => "https://api.businesscentral.dynamics.com",
        }
    }

    /// A scope of this resource in full.
    pub fn scope(self, value: &str) -> String {
        format!("{}/{value}", self.identifier())
    }
}

/// Where an authority's endpoints are: `{login}/{tenant}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Origin of the login service.
    pub login: String,
    /// Tenant id, domain, or `organizations`.
    pub tenant: String,
}

impl Authority {
    fn endpoint(&self, leaf: &str) -> String {
        format!("{}/{}/oauth2/v2.0/{leaf}", self.login, url::encode(&self.tenant))
    }

    /// The OpenID Connect discovery document, which turns a domain into a tenant id (sign-in.md 2.5).
    pub fn discovery(&self) -> Request {
        Request::get(format!("{}/{}/v2.0/.well-known/openid-configuration", self.login, url::encode(&self.tenant)))
    }

    /// The page on which an administrator consents to another application, short form without redirect (graph.md 9).
    pub fn admin_consent(&self, client_id: &str) -> String {
        format!("{}/{}/adminconsent?client_id={}", self.login, url::encode(&self.tenant), url::encode(client_id))
    }
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
}

/// Asked with every sign-in so that sign-out can name the account (sign-in.md 1.7).
const CLAIMS: &str = r#"{"id_token":{"login_hint":{"essential":false}}}"#;

impl AuthorizeRequest<'_> {
    /// The URL to leave to.
    pub fn url(&self) -> String {
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
            ("claims", CLAIMS),
        ];
        pairs.extend(self.prompt.map(|prompt| ("prompt", prompt)));
        pairs.extend(self.login_hint.map(|hint| ("login_hint", hint)));
        format!("{}?{}", self.authority.endpoint("authorize"), url::write_pairs(&pairs))
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
    if code_twice || error_twice || state_twice || (code.is_some() && error.is_some()) {
        return None;
    }
    let state = state?;
    if let Some(code) = code {
        return Some(AuthorizeAnswer::Code { state, code: Secret::new(code) });
    }
    let message = once("error_description").0.unwrap_or_default();
    Some(AuthorizeAnswer::Refused {
        state,
        refusal: Refusal {
            status: 0,
            code: error?,
            details: aadsts(&message).into_iter().collect(),
            request_id: once("correlation_id").0.or_else(|| labelled(&message, "Correlation ID: ")).unwrap_or_default(),
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

/// Redeems a code for a token of one resource (sign-in.md 1.4). No custom header, so no preflight.
pub fn redeem_code(
    authority: &Authority,
    client_id: &str,
    redirect_uri: &str,
    scopes: &[String],
    code: &Secret,
    verifier: &Secret,
    correlation_id: &str,
) -> Request {
    let scope = with_openid(scopes);
    token_request(
        authority,
        correlation_id,
        &[
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope.as_str()),
            ("code", code.open()),
            ("code_verifier", verifier.open()),
            ("grant_type", "authorization_code"),
            ("client_info", "1"),
        ],
    )
}

/// Trades the refresh token for a token of one resource (sign-in.md 1.5).
pub fn refresh(
    authority: &Authority,
    client_id: &str,
    redirect_uri: &str,
    scopes: &[String],
    refresh_token: &Secret,
    correlation_id: &str,
) -> Request {
    let scope = with_openid(scopes);
    token_request(
        authority,
        correlation_id,
        &[
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope.as_str()),
            ("refresh_token", refresh_token.open()),
            ("grant_type", "refresh_token"),
            ("client_info", "1"),
        ],
    )
}

fn with_openid(scopes: &[String]) -> String {
    format!("{} openid profile offline_access", scopes.join(" "))
}

fn token_request(authority: &Authority, correlation_id: &str, fields: &[(&str, &str)]) -> Request {
    let body = url::write_pairs(fields);
    let address = format!("{}?client-request-id={}", authority.endpoint("token"), url::encode(correlation_id));
    let mut request = Request::new(Method::Post, address);
    request.body = Body::Form(Secret::new(body));
    request
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
}

/// Reads the token endpoint's answer.
pub fn read_token(response: &Response) -> Result<TokenAnswer, CallError> {
    if matches!(response.status, 429 | 500..=599) {
        return Err(CallError::Busy { status: response.status, after_ms: response.retry_after_ms() });
    }
    let value = json::parse(response.body.open()).map_err(CallError::Unreadable)?;
    let node = Node::root(&value);
    if !response.is_success() {
        return Err(CallError::Refused(Box::new(token_refusal(response.status, &node))));
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
        scopes: node.shown("scope").split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        refresh_token: secret("refresh_token"),
        refresh_expires_in_ms: match node.optional("refresh_token_expires_in") {
            Some(seconds) => Some(seconds.whole()?.saturating_mul(1000)),
            None => None,
        },
        id_token: secret("id_token"),
    })
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
        .collect();
    if details.is_empty() {
        details.extend(aadsts(&message));
    }
    details.extend(node.maybe("suberror"));
    Refusal { status, code: node.shown("error"), details, request_id: node.shown("correlation_id"), message }
}

/// The number in `AADSTS65004: …`.
fn aadsts(message: &str) -> Option<String> {
    let rest = &message[message.find("AADSTS")? + 6..];
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

fn labelled(message: &str, label: &str) -> Option<String> {
    let rest = &message[message.find(label)? + label.len()..];
    let value: String = rest.chars().take_while(|sign| sign.is_ascii_hexdigit() || *sign == '-').collect();
    (!value.is_empty()).then_some(value)
}

/// Where to go to end the session at Entra (sign-in.md 1.7).
pub fn sign_out_url(authority: &Authority, return_to: &str, login_hint: Option<&str>) -> String {
    let mut pairs = vec![("post_logout_redirect_uri", return_to)];
    pairs.extend(login_hint.map(|hint| ("logout_hint", hint)));
    format!("{}?{}", authority.endpoint("logout"), url::write_pairs(&pairs))
}

/// The tenant id out of a discovery document, whose `issuer` ends in `/{tenant id}/v2.0`.
pub fn read_tenant(response: &Response) -> Result<String, CallError> {
    if !response.is_success() {
        return Err(CallError::Refused(Box::new(Refusal { status: response.status, ..Refusal::default() })));
    }
    let value = json::parse(response.body.open()).map_err(CallError::Unreadable)?;
    let node = Node::root(&value);
    let issuer = node.string("issuer").map_err(CallError::Unreadable)?;
    issuer
        .rsplit('/')
        .find(|part| super::claims::is_guid(part))
        .map(str::to_owned)
        .ok_or_else(|| CallError::Unreadable(Misread::new("$.issuer".into(), "a tenant id is expected here".into())))
}

#[cfg(test)]
#[path = "oauth_tests.rs"]
mod tests;
