//! The token endpoint: which grant it is, and every refusal a client can meet (`sign-in.md` 1.4, 1.5, 2.2).

use http::header::HeaderValue;
use uuid::Uuid;

use crate::cors::{self, Readers};
use crate::login::authorize::{AuthorizeRequest, unknown_client};
use crate::login::error::LoginError;
use crate::login::scopes::{Scopes, Wanted, find_resource};
use crate::login::token_answer::{self, Person};
use crate::login::{Account, Authority, authorize, client, flow, origin_of, standing};
use crate::state::{Application, Tenant};
use crate::wire::{Fields, header, json, set};
use crate::{Cloud, Request, Response};

/// An authorization code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) request: AuthorizeRequest,
    pub(crate) tenant: Uuid,
    pub(crate) account: Account,
    pub(crate) created_ms: u64,
    pub(crate) used: bool,
}

/// A refresh token: bound to user and client, not to a resource or tenant.
#[derive(Clone, Debug)]
pub(crate) struct Refresh {
    pub(crate) client_id: Uuid,
    pub(crate) account: Account,
    pub(crate) is_spa: bool,
    /// When the person signed in: the 24 hours count from here and do not slide.
    pub(crate) signed_in_ms: u64,
    pub(crate) scope_text: String,
    /// Claims of the sign-in, which every token of it has.
    pub(crate) claims: serde_json::Value,
}

const CODE_LIFE_MS: u64 = 10 * 60 * 1000;
/// A single-page application's refresh token lives a day (`sign-in.md` 1.5); others ninety.
pub(crate) const SPA_REFRESH_LIFE_MS: u64 = 24 * 60 * 60 * 1000;
pub(crate) const REFRESH_LIFE_MS: u64 = 90 * SPA_REFRESH_LIFE_MS;

/// Answers a token request.
pub(crate) fn handle(cloud: &mut Cloud, request: &Request, segment: &str, now: u64) -> Response {
    let form = Fields::of_form(request);
    let outcome = redeem(cloud, request, segment, &form, now);
    let mut response = match outcome {
        Ok(body) => {
            let mut response = json(200, &body);
            set(&mut response, "cache-control", "no-store, no-cache");
            response.headers_mut().insert("pragma", HeaderValue::from_static("no-cache"));
            response
        }
        Err(error) => {
            let query = Fields::of_query(request);
            let correlation = form
                .filled("client-request-id")
                .or_else(|| query.filled("client-request-id"))
                .or_else(|| header(request, "client-request-id"))
                .filter(|id| Uuid::parse_str(id).is_ok());
            let login = cloud.settings.origins.login.clone();
            error.answer(&mut cloud.ids, correlation, &login, now)
        }
    };
    // Only a page of the client's own registered `spa` origins may read the answer, and never one to a confidential grant.
    let own_page = form.get("grant_type") != Some("client_credentials")
        && form
            .filled("client_id")
            .and_then(|id| Uuid::parse_str(id).ok())
            .and_then(|id| cloud.directory.application(id))
            .is_some_and(|(_, application)| is_spa_origin(application, header(request, "origin")));
    if own_page {
        cors::allow(request, &mut response, &Readers::Asker, "");
    }
    response
}

fn is_spa_origin(application: &Application, origin: Option<&str>) -> bool {
    origin.is_some_and(|origin| {
        application.redirect_uris("spa").into_iter().filter_map(origin_of).any(|known| known == origin)
    })
}

fn redeem(
    cloud: &mut Cloud,
    request: &Request,
    segment: &str,
    form: &Fields,
    now: u64,
) -> Result<serde_json::Value, LoginError> {
    if let Some(name) = form.repeated() {
        return Err(LoginError::new(
            9_000_411,
            "invalid_request",
            format!("The request is not properly formatted. The parameter '{name}' is duplicated."),
        ));
    }
    let authority = Authority::read(&cloud.directory, segment)?;
    let grant = form.filled("grant_type").ok_or_else(|| LoginError::missing("grant_type"))?;
    let origin = header(request, "origin");
    match grant {
        "authorization_code" => code_grant(cloud, &authority, segment, form, origin, now),
        "refresh_token" => refresh_grant(cloud, &authority, segment, form, origin, now),
        "client_credentials" => client::grant(cloud, &authority, segment, form, origin, now),
        other => Err(LoginError::new(
            70_003,
            "unsupported_grant_type",
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

/// The client of a request, known to the directory.
pub(crate) fn client_id(cloud: &Cloud, form: &Fields, segment: &str) -> Result<Uuid, LoginError> {
    let text = form.filled("client_id").ok_or_else(|| LoginError::missing("client_id"))?;
    Uuid::parse_str(text)
        .ok()
        .filter(|id| cloud.directory.application(*id).is_some())
        .ok_or_else(|| unknown_client(text, segment))
}

/// `AADSTS9002326`: a page at a foreign origin, or a confidential client in a page.
pub(crate) fn cross_origin(origin: &str) -> LoginError {
    LoginError::new(
        9_002_326,
        "invalid_request",
        format!(
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request \
             origin: '{origin}'."
        ),
    )
}

/// The rules of the `Origin` header, and of secrets beside it (`sign-in.md` 1.4, 2.1).
fn check_platform(
    cloud: &mut Cloud,
    client: Uuid,
    is_spa: bool,
    form: &Fields,
    origin: Option<&str>,
    now: u64,
) -> Result<(), LoginError> {
    match (is_spa, origin) {
        (true, None) => Err(LoginError::new(
            9_002_327,
            "invalid_request",
            "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
        )),
        (true, Some(origin)) => {
            let known = cloud
                .directory
                .application(client)
                .is_some_and(|(_, application)| is_spa_origin(application, Some(origin)));
            let has_secret = form.get("client_secret").is_some() || form.get("client_assertion").is_some();
            if known && !has_secret { Ok(()) } else { Err(cross_origin(origin)) }
        }
        (false, Some(origin)) => Err(cross_origin(origin)),
        (false, None) => client::authenticate(cloud, client, form, now),
    }
}

fn code_grant(
    cloud: &mut Cloud,
    authority: &Authority,
    segment: &str,
    form: &Fields,
    origin: Option<&str>,
    now: u64,
) -> Result<serde_json::Value, LoginError> {
    let client = client_id(cloud, form, segment)?;
    let sent = form.filled("code").ok_or_else(|| LoginError::missing("code"))?;
    let code = cloud
        .login
        .codes
        .get(sent)
        .filter(|code| code.request.client_id == client)
        .cloned()
        .ok_or_else(|| LoginError::new(70_000, "invalid_grant", "Provided grant is invalid or malformed."))?;
    check_platform(cloud, client, code.request.is_spa, form, origin, now)?;
    if code.request.authority != *authority {
        return Err(LoginError::new(
            700_005,
            "invalid_grant",
            "Provided Authorization Code is intended to use against other tenant, thus rejected.",
        ));
    }
    if form.get("redirect_uri") != Some(code.request.back.redirect_uri.as_str()) {
        return Err(LoginError::new(
            500_112,
            "invalid_grant",
            format!(
                "The reply address '{}' does not match the reply address '{}' provided when requesting Authorization code.",
                form.get("redirect_uri").unwrap_or_default(),
                code.request.back.redirect_uri
            ),
        ));
    }
    if let Some(challenge) = &code.request.challenge {
        let verifier = form.filled("code_verifier").ok_or_else(|| LoginError::missing("code_verifier"))?;
        if token_answer::challenge_of(verifier) != *challenge {
            return Err(LoginError::new(
                501_481,
                "invalid_grant",
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            ));
        }
    }
    if code.used {
        return Err(LoginError::new(
            54_005,
            "invalid_grant",
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
             refresh token.",
        ));
    }
    if now >= code.created_ms.saturating_add(CODE_LIFE_MS) {
        return Err(LoginError::new(
            70_008,
            "invalid_grant",
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
             authorization request for this user and resource.",
        ));
    }
    let scope_text = scope_of(form, &code.request.scopes, &code.request.scope_text)?;
    let scopes = Scopes::read(&scope_text)?;
    // The first use counts even when the scopes are refused: a code is never good twice.
    if let Some(code) = cloud.login.codes.get_mut(sent) {
        code.used = true;
    }
    let claims = claims_of(form)?.unwrap_or_else(|| code.request.claims.clone());
    let person = Person {
        client_id: client,
        tenant: code.tenant,
        account: code.account,
        is_spa: code.request.is_spa,
        signed_in_ms: code.created_ms,
        scope_text: code.request.scope_text.clone(),
        oidc_asked: code.request.scopes.oidc.clone(),
        nonce: code.request.nonce.clone(),
        access_claims: claims.clone(),
        claims,
        client_info: code.request.client_info || form.get("client_info") == Some("1"),
    };
    person_token(cloud, &person, &scopes, now)
}

/// The `claims` a token request carries itself; without them those of the sign-in hold (`sign-in.md` 1.4, 1.5).
fn claims_of(form: &Fields) -> Result<Option<serde_json::Value>, LoginError> {
    form.filled("claims").map(authorize::read_claims).transpose()
}

/// The scope of a redemption: its own, else the one asked at authorize if that names a single resource.
fn scope_of(form: &Fields, asked: &Scopes, asked_text: &str) -> Result<String, LoginError> {
    match form.get("scope") {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        None if asked.resources.len() == 1 => Ok(asked_text.to_owned()),
        _ => Err(LoginError::new(
            28_003,
            "invalid_request",
            "Provided value for the input parameter scope cannot be empty when requesting an access token using the \
             provided authorization code. Please specify a valid scope.",
        )),
    }
}

fn refresh_grant(
    cloud: &mut Cloud,
    authority: &Authority,
    segment: &str,
    form: &Fields,
    origin: Option<&str>,
    now: u64,
) -> Result<serde_json::Value, LoginError> {
    let client = client_id(cloud, form, segment)?;
    let sent = form.filled("refresh_token").ok_or_else(|| LoginError::missing("refresh_token"))?;
    let refresh = cloud.login.refresh_tokens.get(sent).filter(|refresh| refresh.client_id == client).cloned();
    let refresh = refresh.ok_or_else(|| {
        LoginError::new(9_002_313, "invalid_grant", "Invalid request. Request is malformed or invalid.")
            .suberror("bad_token")
    })?;
    check_platform(cloud, client, refresh.is_spa, form, origin, now)?;
    let life = if refresh.is_spa { SPA_REFRESH_LIFE_MS } else { REFRESH_LIFE_MS };
    if now >= refresh.signed_in_ms.saturating_add(life) {
        return Err(if refresh.is_spa {
            LoginError::new(
                700_084,
                "invalid_grant",
                "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime \
                 of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by \
                 the SPA to the sign in page.",
            )
        } else {
            LoginError::new(700_082, "invalid_grant", "The refresh token has expired due to inactivity.")
        });
    }
    let scope_text = form.filled("scope").unwrap_or(&refresh.scope_text).to_owned();
    let scopes = Scopes::read(&scope_text)?;
    let person = Person {
        client_id: client,
        tenant: authority.target(refresh.account.home),
        account: refresh.account,
        is_spa: refresh.is_spa,
        signed_in_ms: refresh.signed_in_ms,
        scope_text: refresh.scope_text.clone(),
        oidc_asked: scopes.oidc.clone(),
        nonce: None,
        access_claims: passed_on(cloud, &refresh, form)?,
        claims: claims_of(form)?.unwrap_or_default(),
        client_info: form.get("client_info") == Some("1"),
    };
    person_token(cloud, &person, &scopes, now)
}

/// Claims that a client passes on from a challenge. Some of them only a person can bring (`sign-in.md` 2.6): the refusal
/// repeats them, and the client has to forward them unchanged.
fn passed_on(cloud: &Cloud, refresh: &Refresh, form: &Fields) -> Result<serde_json::Value, LoginError> {
    let Some(claims) = claims_of(form)? else { return Ok(refresh.claims.clone()) };
    let for_a_person = cloud.challenge.as_ref().is_some_and(|it| !it.by_refresh && it.met_by(&claims));
    if for_a_person && !cloud.challenge.as_ref().is_some_and(|it| it.met_by(&refresh.claims)) {
        return Err(flow::second_factor_required().suberror("basic_action").claims(claims.to_string()));
    }
    Ok(claims)
}

fn one_resource(scopes: &Scopes) -> Result<&Wanted, LoginError> {
    match scopes.resources.as_slice() {
        [one] => Ok(one),
        [] => Err(LoginError::new(
            28_002,
            "invalid_scope",
            "Provided value for the input parameter scope is not valid when requesting an access token. Please \
             specify a valid scope.",
        )),
        _ => Err(LoginError::new(
            700_022,
            "invalid_grant",
            "The provided value for the input parameter scope is not valid because it contains more than one resource.",
        )),
    }
}

fn person_token(
    cloud: &mut Cloud,
    person: &Person,
    scopes: &Scopes,
    now: u64,
) -> Result<serde_json::Value, LoginError> {
    let wanted = one_resource(scopes)?;
    let tenant = cloud.directory.tenant(person.tenant).ok_or_else(|| super::unknown_tenant("(deleted)"))?;
    let resource = check_standing(cloud, tenant, person, wanted)?;
    let granted = check_consent(tenant, person, resource, wanted)?;
    let is_business_central = resource == crate::seed::BUSINESS_CENTRAL_APP_ID;
    let needs_second_factor =
        cloud.directory.person(person.account.home, person.account.oid).is_some_and(|somebody| somebody.second_factor)
            && !person.account.second_factor;
    if is_business_central && needs_second_factor {
        return Err(flow::second_factor_challenge());
    }
    Ok(token_answer::for_person(cloud, person, scopes, wanted, resource, granted, now))
}

fn check_standing(cloud: &Cloud, tenant: &Tenant, person: &Person, wanted: &Wanted) -> Result<Uuid, LoginError> {
    let Some(somebody) = standing(&cloud.directory, tenant, person.account) else {
        return Err(LoginError::new(
            50_020,
            "invalid_grant",
            format!(
                "User account from identity provider does not exist in tenant '{}' and cannot access the application '{}' \
                 in that tenant.",
                tenant.name, person.client_id
            ),
        ));
    };
    if !somebody.enabled {
        return Err(LoginError::new(50_057, "invalid_grant", "The user account is disabled."));
    }
    let known = cloud.directory.application(person.client_id);
    let (home, application) = known.ok_or_else(|| unknown_client(&person.client_id.to_string(), &tenant.name))?;
    if !application.multi_tenant() && home.id != tenant.id {
        return Err(unknown_client(&person.client_id.to_string(), &tenant.name));
    }
    let principal = tenant.service_principal(person.client_id);
    let disabled = application.properties.get("isDisabled") == Some(&serde_json::Value::Bool(true));
    if disabled || principal.is_some_and(|principal| !principal.enabled) {
        return Err(flow::disabled_application(&person.client_id.to_string(), application.text("displayName")));
    }
    Ok(find_resource(tenant, &wanted.resource, true)?.app_id)
}

/// Scopes granted on the resource; `AADSTS65001` when one that was asked is not among them.
fn check_consent(tenant: &Tenant, person: &Person, resource: Uuid, wanted: &Wanted) -> Result<Vec<String>, LoginError> {
    let granted = match (tenant.service_principal(person.client_id), tenant.service_principal(resource)) {
        (Some(client), Some(resource)) => tenant.granted_scopes(client.id, resource.id, person.account.oid),
        _ => Vec::new(),
    };
    let holds = |value: &String| granted.iter().any(|known| known.eq_ignore_ascii_case(value));
    let enough = if wanted.is_default() { !granted.is_empty() } else { wanted.values.iter().all(holds) };
    if enough {
        return Ok(granted);
    }
    if tenant.partner(person.account.home, person.account.oid).is_some() && granted.is_empty() {
        return Err(LoginError::new(
            90_099,
            "invalid_grant",
            format!(
                "The application '{}' has not been authorized in the tenant '{}'. Applications must be authorized to \
                 access the customer tenant before partner delegated administrators can use them.",
                person.client_id, tenant.id
            ),
        ));
    }
    Err(LoginError::new(
        65_001,
        "invalid_grant",
        format!(
            "The user or administrator has not consented to use the application with ID '{}'. Send an interactive \
             authorization request for this user and resource.",
            person.client_id
        ),
    )
    .suberror("consent_required"))
}
