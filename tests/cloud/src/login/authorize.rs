//! The authorize request: reads it, and refuses it where Entra does (`sign-in.md` 1.1, 2.1, 2.2).
//!
//! Until client and redirect URI are proven, a refusal is a page and never a redirect; afterwards it goes back to the client.

use serde_json::Value;
use uuid::Uuid;

use crate::login::error::LoginError;
use crate::login::flow::{Flow, Purpose};
use crate::login::scopes::Scopes;
use crate::login::{Authority, flow, pages};
use crate::wire::{Fields, encode, escape, html, redirect};
use crate::{Cloud, Request, Response};

/// How the answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// A valid authorize request.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizeRequest {
    pub(crate) authority: Authority,
    /// The tenant segment as sent.
    pub(crate) segment: String,
    pub(crate) client_id: Uuid,
    pub(crate) back: WayBack,
    /// True when the redirect URI is registered for the `spa` platform.
    pub(crate) is_spa: bool,
    pub(crate) scopes: Scopes,
    pub(crate) scope_text: String,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) prompt: Option<String>,
    pub(crate) login_hint: Option<String>,
    pub(crate) domain_hint: Option<String>,
    pub(crate) claims: Value,
    pub(crate) client_info: bool,
}

/// Where and how a client gets its answer.
#[derive(Clone, Debug)]
pub(crate) struct WayBack {
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
    pub(crate) correlation: Option<String>,
}

impl WayBack {
    /// Sends the browser back with these fields; `state` is echoed verbatim.
    pub(crate) fn send(&self, mut fields: Vec<(String, String)>) -> Response {
        if let Some(state) = &self.state {
            fields.push(("state".to_owned(), state.clone()));
        }
        if self.mode == ResponseMode::FormPost {
            return html(200, pages::form_post(&self.redirect_uri, &fields));
        }
        redirect(&self.url(&fields))
    }

    fn url(&self, fields: &[(String, String)]) -> String {
        let text = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let mark = match self.mode {
            ResponseMode::Fragment => '#',
            ResponseMode::Query | ResponseMode::FormPost if self.redirect_uri.contains('?') => '&',
            ResponseMode::Query | ResponseMode::FormPost => '?',
        };
        format!("{}{mark}{text}", self.redirect_uri)
    }

    /// Sends the browser back with a refusal.
    pub(crate) fn refuse(&self, cloud: &mut Cloud, error: &LoginError, now: u64) -> Response {
        let login = cloud.settings.origins.login.clone();
        let fields = error.fields(&mut cloud.ids, self.correlation.as_deref(), &login, now);
        self.send(fields)
    }

    /// The address a "return to the application" link carries.
    pub(crate) fn refusal_url(&self, cloud: &mut Cloud, error: &LoginError, now: u64) -> String {
        let login = cloud.settings.origins.login.clone();
        let mut fields = error.fields(&mut cloud.ids, self.correlation.as_deref(), &login, now);
        if let Some(state) = &self.state {
            fields.push(("state".to_owned(), state.clone()));
        }
        self.url(&fields)
    }
}

enum Refusal {
    Page(LoginError),
    Back(Box<WayBack>, LoginError),
}

/// Answers an authorize request with a page, or sends the browser back.
pub(crate) fn start(cloud: &mut Cloud, request: &Request, segment: &str, fields: &Fields, now: u64) -> Response {
    match read(cloud, segment, fields) {
        Ok(authorize) => flow::begin(cloud, request, Flow::new(Purpose::Authorize(Box::new(authorize))), now),
        Err(Refusal::Page(error)) => pages::stop(cloud, &error, None, None, now),
        Err(Refusal::Back(back, error)) => back.refuse(cloud, &error, now),
    }
}

fn read(cloud: &Cloud, segment: &str, fields: &Fields) -> Result<AuthorizeRequest, Refusal> {
    let page = Refusal::Page;
    if let Some(name) = fields.repeated() {
        return Err(page(LoginError::new(
            9_000_411,
            "invalid_request",
            format!("The request is not properly formatted. The parameter '{}' is duplicated.", escape(name)),
        )));
    }
    let authority = Authority::read(&cloud.directory, segment).map_err(page)?;
    let client = fields.filled("client_id").ok_or_else(|| page(LoginError::missing("client_id")))?;
    let unknown = || unknown_client(client, segment);
    let client_id = Uuid::parse_str(client).map_err(|_| page(unknown()))?;
    let (home, application) = cloud.directory.application(client_id).ok_or_else(|| page(unknown()))?;
    match &authority {
        Authority::Home if !application.multi_tenant() => {
            return Err(page(LoginError::new(
                50_194,
                "invalid_request",
                format!(
                    "Application '{client_id}'({}) is not configured as a multi-tenant application. Usage of the \
                     /common endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the \
                     application to be multi-tenant.",
                    application.text("displayName")
                ),
            )));
        }
        Authority::Tenant(id) if *id != home.id && !application.multi_tenant() => return Err(page(unknown())),
        _ => {}
    }
    let redirect_uri = fields
        .filled("redirect_uri")
        .ok_or_else(|| page(LoginError::new(900_971, "invalid_request", "No reply address provided.")))?;
    let is_spa = application.redirect_uris("spa").contains(&redirect_uri);
    if !is_spa && !application.redirect_uris("web").contains(&redirect_uri) {
        return Err(page(redirect_mismatch(redirect_uri, client)));
    }
    let mode = match fields.filled("response_mode") {
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") => ResponseMode::FormPost,
        _ => ResponseMode::Query,
    };
    let back = WayBack {
        redirect_uri: redirect_uri.to_owned(),
        mode,
        state: fields.get("state").map(str::to_owned),
        correlation: fields.filled("client-request-id").map(str::to_owned),
    };
    let refuse = |error: LoginError| Refusal::Back(Box::new(back.clone()), error);
    check_protocol(fields, is_spa).map_err(refuse)?;
    let scope_text = fields.filled("scope").ok_or_else(|| refuse(LoginError::missing("scope")))?.to_owned();
    let scopes = Scopes::read(&scope_text).map_err(refuse)?;
    let claims = match fields.filled("claims") {
        None => Value::Null,
        Some(text) => read_claims(text).map_err(refuse)?,
    };
    Ok(AuthorizeRequest {
        authority,
        segment: segment.to_owned(),
        client_id,
        is_spa,
        scopes,
        scope_text,
        nonce: fields.filled("nonce").map(str::to_owned),
        challenge: fields.filled("code_challenge").map(str::to_owned),
        prompt: fields.filled("prompt").map(str::to_owned),
        login_hint: fields.filled("login_hint").map(str::to_owned),
        domain_hint: fields.filled("domain_hint").map(str::to_owned),
        claims,
        client_info: fields.get("client_info") == Some("1"),
        back,
    })
}

/// The `claims` parameter, of an authorize request or of a token request.
pub(crate) fn read_claims(text: &str) -> Result<Value, LoginError> {
    serde_json::from_str(text)
        .map_err(|_| LoginError::new(900_442, "invalid_request", "The 'claims' parameter is not a valid JSON object."))
}

fn check_protocol(fields: &Fields, is_spa: bool) -> Result<(), LoginError> {
    match fields.filled("response_type") {
        None => return Err(LoginError::missing("response_type")),
        Some("code") => {}
        Some(kind) if kind.split(' ').all(|part| matches!(part, "code" | "token" | "id_token")) => {
            // Implicit answers are not enabled for any application here (`sign-in.md` 2.1).
            return Err(LoginError::new(
                700_054,
                "unsupported_response_type",
                format!("response_type '{kind}' is not enabled for the application."),
            ));
        }
        Some(kind) => {
            return Err(LoginError::new(
                70_007,
                "unsupported_response_type",
                format!("'{kind}' is not a supported value of 'response_type' when requesting a token."),
            ));
        }
    }
    if let Some(mode) = fields.filled("response_mode")
        && !matches!(mode, "query" | "fragment" | "form_post")
    {
        return Err(LoginError::new(
            70_007,
            "invalid_request",
            format!("'{mode}' is not a supported value of 'response_mode' when requesting a token."),
        ));
    }
    let challenge = fields.filled("code_challenge");
    let method = fields.filled("code_challenge_method");
    if is_spa && (challenge.is_none() || method != Some("S256")) {
        return Err(LoginError::new(
            9_002_325,
            "invalid_request",
            "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
        ));
    }
    if challenge.is_some_and(|challenge| challenge.len() != 43) {
        return Err(LoginError::new(501_491, "invalid_request", "The code_challenge has an invalid size."));
    }
    if let Some(prompt) = fields.filled("prompt")
        && !matches!(prompt, "login" | "none" | "consent" | "select_account" | "create" | "no_session")
    {
        return Err(LoginError::new(90_023, "invalid_request", format!("Unsupported 'prompt' value: '{prompt}'.")));
    }
    Ok(())
}

/// `AADSTS50011`, always a page: answering at an unregistered address would be an open redirector.
pub(crate) fn redirect_mismatch(redirect_uri: &str, client: &str) -> LoginError {
    LoginError::new(
        50_011,
        "invalid_request",
        format!(
            "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured \
             for the application '{client}'."
        ),
    )
}

/// `AADSTS700016`.
pub(crate) fn unknown_client(client: &str, directory: &str) -> LoginError {
    LoginError::new(
        700_016,
        "unauthorized_client",
        format!(
            "Application with identifier '{client}' was not found in the directory '{directory}'. This can happen if \
             the application has not been installed by the administrator of the tenant or consented to by any user in \
             the tenant. You may have sent your authentication request to the wrong tenant."
        ),
    )
}
