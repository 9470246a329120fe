//! One sign-in under way: account, second factor, permissions, consent, code. Each page's answer moves it on.

use serde_json::Value;
use uuid::Uuid;

use crate::login::authorize::{AuthorizeRequest, WayBack, unknown_client};
use crate::login::consent::{self, Asked};
use crate::login::error::LoginError;
use crate::login::scopes::find_resource;
use crate::login::token::Code;
use crate::login::{
    Account, Authority, admin_consent, client_info, join_session, login_hint, pages, session, set_cookie, standing,
};
use crate::seed::GRAPH_RESOURCE;
use crate::wire::Fields;
use crate::{Cloud, Request, Response};

/// A sign-in whose next page is out.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) purpose: Purpose,
    pub(crate) account: Option<Account>,
    /// True once the consent page was answered with yes.
    pub(crate) consented: bool,
}

/// What the person signs in for.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    Authorize(Box<AuthorizeRequest>),
    AdminConsent(Box<admin_consent::AdminConsent>),
}

impl Flow {
    pub(crate) fn new(purpose: Purpose) -> Self {
        Self { purpose, account: None, consented: false }
    }

    pub(crate) fn authority(&self) -> &Authority {
        match &self.purpose {
            Purpose::Authorize(request) => &request.authority,
            Purpose::AdminConsent(request) => &request.authority,
        }
    }

    pub(crate) fn client_id(&self) -> Uuid {
        match &self.purpose {
            Purpose::Authorize(request) => request.client_id,
            Purpose::AdminConsent(request) => request.client_id,
        }
    }

    pub(crate) fn back(&self) -> Option<&WayBack> {
        match &self.purpose {
            Purpose::Authorize(request) => Some(&request.back),
            Purpose::AdminConsent(request) => request.back.as_ref(),
        }
    }
}

/// Starts a sign-in: from the browser's session where prompt and hints allow it, else with the account picker.
pub(crate) fn begin(cloud: &mut Cloud, request: &Request, mut flow: Flow, now: u64) -> Response {
    let accounts = session(cloud, request);
    if let Purpose::Authorize(authorize) = &flow.purpose {
        let fitting: Vec<Account> =
            accounts.into_iter().filter(|account| fits_hints(cloud, authorize, *account)).collect();
        let prompt = authorize.prompt.as_deref();
        let chosen = if fitting.len() == 1 { fitting.first().copied() } else { None };
        match (prompt, chosen) {
            (Some("none"), None) => {
                let error = if fitting.is_empty() {
                    LoginError::new(
                        50_058,
                        "login_required",
                        "A silent sign-in request was sent but no user is signed in.",
                    )
                } else {
                    LoginError::new(
                        16_000,
                        "interaction_required",
                        "Either multiple user identities are available for the current request or selected account is \
                         not supported for the scenario.",
                    )
                };
                return authorize.back.clone().refuse(cloud, &error, now);
            }
            // These ask anew, whoever is signed in.
            (Some("login" | "select_account" | "create" | "no_session"), _) | (_, None) => {}
            (_, Some(account)) => flow.account = Some(account),
        }
    }
    advance(cloud, request, flow, now)
}

fn fits_hints(cloud: &Cloud, request: &AuthorizeRequest, account: Account) -> bool {
    let hint_fits = request.login_hint.as_ref().is_none_or(|hint| {
        *hint == login_hint(account)
            || cloud
                .directory
                .person(account.home, account.oid)
                .is_some_and(|person| person.upn.eq_ignore_ascii_case(hint))
    });
    let domain_fits = request.domain_hint.as_ref().is_none_or(|domain| {
        matches!(domain.as_str(), "organizations" | "common")
            || cloud.directory.tenant_named(domain).is_some_and(|tenant| tenant.id == account.home)
    });
    hint_fits && domain_fits
}

fn take(cloud: &mut Cloud, fields: &Fields) -> Option<Flow> {
    cloud.login.flows.remove(fields.get("flow").unwrap_or_default())
}

fn lost(cloud: &mut Cloud, now: u64) -> Response {
    let error = LoginError::new(
        90_033,
        "temporarily_unavailable",
        "This sign-in page is out of date. Go back to the application and start again.",
    );
    pages::stop(cloud, &error, None, None, now)
}

/// The account picker was answered.
pub(crate) fn account_chosen(cloud: &mut Cloud, request: &Request, fields: &Fields, now: u64) -> Response {
    let Some(mut flow) = take(cloud, fields) else {
        return lost(cloud, now);
    };
    let upn = fields.filled("other_account").or_else(|| fields.filled("account")).unwrap_or_default().trim().to_owned();
    flow.account = None;
    if upn.is_empty() {
        return advance(cloud, request, flow, now);
    }
    let Some((home, person)) = cloud.directory.person_named(&upn) else {
        let error = LoginError::new(
            50_034,
            "invalid_grant",
            format!(
                "The user account {upn} does not exist in the directory. To sign into this application, the account must be added to the directory."
            ),
        );
        return pages::stop(cloud, &error, None, None, now);
    };
    let account = Account { home: home.id, oid: person.oid, second_factor: false };
    flow.account = Some(account);
    let cookie = join_session(cloud, request, account);
    let mut response = advance(cloud, request, flow, now);
    set_cookie(&mut response, &cookie);
    response
}

/// The second factor was approved.
pub(crate) fn second_factor_given(cloud: &mut Cloud, request: &Request, fields: &Fields, now: u64) -> Response {
    let Some(mut flow) = take(cloud, fields) else {
        return lost(cloud, now);
    };
    let Some(account) = flow.account.as_mut() else {
        return lost(cloud, now);
    };
    account.second_factor = true;
    let account = *account;
    let cookie = join_session(cloud, request, account);
    let mut response = advance(cloud, request, flow, now);
    set_cookie(&mut response, &cookie);
    response
}

/// The consent page was answered.
pub(crate) fn consent_answered(cloud: &mut Cloud, request: &Request, fields: &Fields, now: u64) -> Response {
    let Some(mut flow) = take(cloud, fields) else {
        return lost(cloud, now);
    };
    let Some(account) = flow.account else {
        return lost(cloud, now);
    };
    let accepted = fields.get("answer") == Some("accept");
    match &flow.purpose {
        Purpose::AdminConsent(admin) => {
            let admin = (**admin).clone();
            admin_consent::finish(cloud, &admin, account, accepted, now)
        }
        Purpose::Authorize(_) if !accepted => match flow.back().cloned() {
            Some(back) => back.refuse(cloud, &declined(), now),
            None => lost(cloud, now),
        },
        Purpose::Authorize(authorize) => {
            let organization = fields.get("organization").is_some();
            let target = authorize.authority.target(account.home);
            let asked = match asked(cloud, authorize, target, account) {
                Ok(asked) => asked,
                Err(error) => return authorize.back.clone().refuse(cloud, &error, now),
            };
            consent::grant(cloud, target, authorize.client_id, account, organization, &asked, now);
            flow.consented = true;
            advance(cloud, request, flow, now)
        }
    }
}

/// `AADSTS65004`: the person said no.
pub(crate) fn declined() -> LoginError {
    LoginError::new(65_004, "access_denied", "User declined to consent to access the app.")
}

/// Shows the next page, or ends the sign-in.
fn advance(cloud: &mut Cloud, request: &Request, flow: Flow, now: u64) -> Response {
    let Some(account) = flow.account else {
        let signed_in = session(cloud, request);
        return pages::account_picker(cloud, flow, &signed_in);
    };
    let target = flow.authority().target(account.home);
    if let Err(error) = check_account(cloud, &flow, target, account) {
        return pages::stop(cloud, &error, None, None, now);
    }
    match &flow.purpose {
        Purpose::AdminConsent(admin) => {
            let admin = (**admin).clone();
            admin_consent::show(cloud, flow, &admin, target, account, now)
        }
        Purpose::Authorize(authorize) => {
            let authorize = (**authorize).clone();
            advance_authorize(cloud, flow, &authorize, target, account, now)
        }
    }
}

fn check_account(cloud: &Cloud, flow: &Flow, target: Uuid, account: Account) -> Result<(), LoginError> {
    let Some(tenant) = cloud.directory.tenant(target) else {
        return Err(super::unknown_tenant(&target.to_string()));
    };
    let Some(person) = standing(&cloud.directory, tenant, account) else {
        let upn =
            cloud.directory.person(account.home, account.oid).map(|person| person.upn.clone()).unwrap_or_default();
        return Err(LoginError::new(
            50_020,
            "invalid_request",
            format!(
                "User account '{upn}' from identity provider does not exist in tenant '{}' and cannot access the \
                 application '{}' in that tenant. The account needs to be added as an external user in the tenant first.",
                tenant.name,
                flow.client_id()
            ),
        ));
    };
    if !person.enabled {
        return Err(LoginError::new(50_057, "invalid_grant", "The user account is disabled."));
    }
    let Some((home, application)) = cloud.directory.application(flow.client_id()) else {
        return Err(unknown_client(&flow.client_id().to_string(), &tenant.name));
    };
    if !application.multi_tenant() && home.id != target {
        return Err(unknown_client(&flow.client_id().to_string(), &tenant.name));
    }
    let disabled = application.properties.get("isDisabled") == Some(&Value::Bool(true));
    let principal = tenant.service_principal(application.app_id);
    if disabled || principal.is_some_and(|principal| !principal.enabled) {
        return Err(disabled_application(&application.app_id.to_string(), application.text("displayName")));
    }
    if principal.is_some_and(|principal| principal.assignment_required) {
        return Err(LoginError::new(
            50_105,
            "invalid_grant",
            "Your administrator has configured the application to block users unless they are specifically granted \
             ('assigned') access to the application.",
        ));
    }
    Ok(())
}

/// `AADSTS7000112`.
pub(crate) fn disabled_application(client: &str, name: &str) -> LoginError {
    LoginError::new(7_000_112, "unauthorized_client", format!("Application '{client}'({name}) is disabled."))
}

fn asked(
    cloud: &Cloud,
    authorize: &AuthorizeRequest,
    target: Uuid,
    account: Account,
) -> Result<Vec<Asked>, LoginError> {
    let Some(tenant) = cloud.directory.tenant(target) else {
        return Err(super::unknown_tenant(&authorize.segment));
    };
    let mut wanted = authorize.scopes.resources.clone();
    if !authorize.scopes.oidc.is_empty() {
        // The scopes of sign-in itself are scopes of Graph's service principal.
        let graph = wanted.iter_mut().find(|wanted| wanted.resource == GRAPH_RESOURCE && !wanted.is_default());
        if let Some(graph) = graph {
            graph.values.extend(authorize.scopes.oidc.iter().cloned());
        } else {
            wanted.push(super::scopes::Wanted {
                resource: GRAPH_RESOURCE.to_owned(),
                values: authorize.scopes.oidc.clone(),
                prefixed: false,
            });
        }
    }
    let application = cloud.directory.application(authorize.client_id).map(|(_, application)| application);
    let mut asked = Vec::new();
    for wanted in &wanted {
        let resource = find_resource(tenant, &wanted.resource, true)?;
        asked.push(consent::ask(tenant, application, resource, wanted, account.oid)?);
    }
    Ok(asked)
}

fn wants_second_factor(claims: &Value) -> bool {
    let access = claims.get("access_token");
    access.is_some_and(|access| access.get("capolids").is_some() || access.get("acrs").is_some())
}

fn advance_authorize(
    cloud: &mut Cloud,
    flow: Flow,
    authorize: &AuthorizeRequest,
    target: Uuid,
    account: Account,
    now: u64,
) -> Response {
    let silent = authorize.prompt.as_deref() == Some("none");
    let second_factor = cloud.directory.person(account.home, account.oid).is_some_and(|person| person.second_factor)
        && wants_second_factor(&authorize.claims)
        && !account.second_factor;
    if second_factor {
        if silent {
            return authorize.back.refuse(cloud, &second_factor_required(), now);
        }
        return pages::second_factor(cloud, flow);
    }
    let asked = match asked(cloud, authorize, target, account) {
        Ok(asked) => asked,
        Err(error) => return authorize.back.refuse(cloud, &error, now),
    };
    let ask_anyway = authorize.prompt.as_deref() == Some("consent") && !flow.consented;
    let missing = asked.iter().any(|asked| !asked.missing.is_empty());
    if missing || ask_anyway {
        if let Some(error) = consent::blocked(cloud, target, account, &asked) {
            if silent {
                return authorize.back.refuse(cloud, &consent_required(authorize.client_id), now);
            }
            let way_back = authorize.back.refusal_url(cloud, &declined(), now);
            return pages::stop(cloud, &error, Some(&way_back), Some(flow), now);
        }
        if silent {
            return authorize.back.refuse(cloud, &consent_required(authorize.client_id), now);
        }
        return pages::consent(cloud, flow, target, account, &asked);
    }
    issue_code(cloud, authorize, target, account, now)
}

pub(crate) fn second_factor_required() -> LoginError {
    LoginError::new(
        50_076,
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must \
         use multi-factor authentication to access the resource.",
    )
    .suberror("basic_action")
}

/// `AADSTS50076` with the claims a client has to pass on (`sign-in.md` 2.4).
pub(crate) fn second_factor_challenge() -> LoginError {
    second_factor_required().claims(
        r#"{"access_token":{"capolids":{"essential":true,"values":["5ec0ffee-0000-4000-8000-00000000ca01"]}}}"#
            .to_owned(),
    )
}

/// `AADSTS65001` on the browser's way back.
fn consent_required(client: Uuid) -> LoginError {
    LoginError::new(
        65_001,
        "consent_required",
        format!(
            "The user or administrator has not consented to use the application with ID '{client}'. Send an \
             interactive authorization request for this user and resource."
        ),
    )
    .suberror("consent_required")
}

fn issue_code(cloud: &mut Cloud, authorize: &AuthorizeRequest, target: Uuid, account: Account, now: u64) -> Response {
    let code = cloud.ids.opaque();
    cloud.login.codes.insert(
        code.clone(),
        Code { request: authorize.clone(), tenant: target, account, created_ms: now, used: false },
    );
    let mut fields = vec![("code".to_owned(), code)];
    if authorize.client_info {
        fields.push(("client_info".to_owned(), client_info(account)));
    }
    fields.push(("session_state".to_owned(), cloud.ids.uuid().to_string()));
    authorize.back.send(fields)
}
