//! The administrator's consent addresses, short form and `v2.0` (`graph.md` 9, `sign-in.md` 2.3).

use serde_json::Value;
use uuid::Uuid;

use crate::login::authorize::{ResponseMode, WayBack, redirect_mismatch, unknown_client};
use crate::login::consent::{add_grant, ensure_principal};
use crate::login::error::LoginError;
use crate::login::flow::{self, Flow, Purpose};
use crate::login::scopes::{Scopes, find_resource};
use crate::login::{Account, Authority, consent, pages};
use crate::seed::{GRAPH_APP_ID, roles};
use crate::state::{AppRoleAssignment, Tenant};
use crate::wire::Fields;
use crate::{Cloud, Request, Response};

/// An administrator's consent under way.
#[derive(Clone, Debug)]
pub(crate) struct AdminConsent {
    pub(crate) authority: Authority,
    pub(crate) client_id: Uuid,
    pub(crate) back: Option<WayBack>,
    /// Scopes of the `v2.0` form; the short form asks for everything declared.
    scope: Option<String>,
}

/// One permission to grant: resource service principal, id, value, words, and whether it is an app role.
struct Permission {
    resource: Uuid,
    resource_name: String,
    of_graph: bool,
    id: Uuid,
    value: String,
    words: String,
    is_role: bool,
}

/// Answers the first request.
pub(crate) fn start(cloud: &mut Cloud, request: &Request, segment: &str, v2: bool, now: u64) -> Response {
    match read(cloud, segment, v2, &Fields::of_query(request)) {
        Ok(consent) => flow::begin(cloud, request, Flow::new(Purpose::AdminConsent(Box::new(consent))), now),
        Err(error) => pages::stop(cloud, &error, None, None, now),
    }
}

fn read(cloud: &Cloud, segment: &str, v2: bool, fields: &Fields) -> Result<AdminConsent, LoginError> {
    if v2 && segment == "common" {
        return Err(LoginError::new(
            50_059,
            "invalid_request",
            "No tenant-identifying information found: use the tenant's id or 'organizations'.",
        ));
    }
    let authority = Authority::read(&cloud.directory, segment)?;
    let client = fields.filled("client_id").ok_or_else(|| LoginError::missing("client_id"))?;
    let client_id = Uuid::parse_str(client).map_err(|_| unknown_client(client, segment))?;
    let (_, application) = cloud.directory.application(client_id).ok_or_else(|| unknown_client(client, segment))?;
    let redirect_uri = fields.filled("redirect_uri");
    let registered = |uri: &str| {
        ["web", "spa", "publicClient"].into_iter().any(|platform| application.redirect_uris(platform).contains(&uri))
    };
    let back = match redirect_uri {
        None if v2 => {
            return Err(LoginError::new(900_971, "invalid_request", "No reply address provided."));
        }
        None => None,
        Some(uri) if !registered(uri) => return Err(redirect_mismatch(uri, client)),
        Some(uri) => Some(WayBack {
            redirect_uri: uri.to_owned(),
            mode: ResponseMode::Query,
            state: fields.get("state").map(str::to_owned),
            correlation: None,
        }),
    };
    let scope =
        if v2 { Some(fields.filled("scope").ok_or_else(|| LoginError::missing("scope"))?.to_owned()) } else { None };
    Ok(AdminConsent { authority, client_id, back, scope })
}

fn declared(cloud: &Cloud, tenant: &Tenant, client: Uuid, only: Option<Uuid>) -> Vec<Permission> {
    let required = cloud
        .directory
        .application(client)
        .map(|(_, application)| application.required_permissions())
        .unwrap_or_default();
    let mut found = Vec::new();
    for (app_id, id, is_role) in required {
        if only.is_some_and(|only| only != app_id) {
            continue;
        }
        let Some(resource) = tenant.service_principal(app_id) else {
            continue;
        };
        let offered = if is_role { resource.app_role(id) } else { resource.scope(id) };
        let Some(offered) = offered else {
            continue;
        };
        let text = |name: &str| offered.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        found.push(Permission {
            resource: resource.id,
            resource_name: resource.display_name.clone(),
            of_graph: app_id == GRAPH_APP_ID,
            id,
            value: text("value"),
            words: text(if is_role { "displayName" } else { "adminConsentDisplayName" }),
            is_role,
        });
    }
    found
}

fn permissions(cloud: &Cloud, consent: &AdminConsent, target: Uuid) -> Result<Vec<Permission>, LoginError> {
    let tenant = cloud.directory.tenant(target).ok_or_else(|| super::unknown_tenant("(deleted)"))?;
    let Some(text) = &consent.scope else {
        return Ok(declared(cloud, tenant, consent.client_id, None));
    };
    let mut found = Vec::new();
    for wanted in &Scopes::read(text)?.resources {
        let resource = find_resource(tenant, &wanted.resource, true)?;
        if wanted.is_default() {
            found.extend(declared(cloud, tenant, consent.client_id, Some(resource.app_id)));
            continue;
        }
        for value in &wanted.values {
            let scope = resource.scope_named(value).ok_or_else(|| {
                LoginError::new(
                    650_053,
                    "invalid_client",
                    format!("The application asked for scope '{value}' that doesn't exist on the resource."),
                )
            })?;
            let id = scope.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
            found.push(Permission {
                resource: resource.id,
                resource_name: resource.display_name.clone(),
                of_graph: resource.app_id == GRAPH_APP_ID,
                id: id.unwrap_or_default(),
                value: value.clone(),
                words: scope.get("adminConsentDisplayName").and_then(Value::as_str).unwrap_or_default().to_owned(),
                is_role: false,
            });
        }
    }
    Ok(found)
}

/// Shows the page, to those who may consent.
pub(crate) fn show(
    cloud: &mut Cloud,
    flow: Flow,
    consent: &AdminConsent,
    target: Uuid,
    account: Account,
    now: u64,
) -> Response {
    let wanted = match permissions(cloud, consent, target) {
        Ok(wanted) => wanted,
        Err(error) => return pages::stop(cloud, &error, None, None, now),
    };
    let held =
        cloud.directory.tenant(target).map(|tenant| tenant.roles_of(account.home, account.oid)).unwrap_or_default();
    let graph_roles = wanted.iter().any(|permission| permission.is_role && permission.of_graph);
    let may_graph = held.contains(&roles::GLOBAL_ADMINISTRATOR) || held.contains(&roles::PRIVILEGED_ROLE_ADMINISTRATOR);
    if !consent::may_consent_for_organization(&held) || (graph_roles && !may_graph) {
        let error = LoginError::new(
            90_094,
            "access_denied",
            "The grant requires admin permission. Ask an administrator to grant permission to this application.",
        );
        let way_back = consent.back.clone().map(|back| back.refusal_url(cloud, &flow::declined(), now));
        return pages::stop(cloud, &error, way_back.as_deref(), Some(flow), now);
    }
    let list: String = wanted
        .iter()
        .map(|wanted| pages::permission_line(&wanted.resource_name, &wanted.value, &wanted.words, wanted.is_role))
        .collect();
    let top = pages::application_badge(cloud, &flow)
        + "<p>If you accept, this application gets access for all users in your organization. No one else will be \
           asked.</p>";
    pages::consent_page(cloud, flow, "Permissions requested: review for your organization", &top, &list, "")
}

/// Grants everything, or takes the no back to the application.
pub(crate) fn finish(
    cloud: &mut Cloud,
    consent: &AdminConsent,
    account: Account,
    accepted: bool,
    now: u64,
) -> Response {
    let target = consent.authority.target(account.home);
    if !accepted {
        // The refusal carries `admin_consent=True` all the same (`graph.md` 9): look at `error` first.
        let mut error = flow::declined();
        error.error = "consent_required";
        let Some(back) = &consent.back else {
            return pages::stop(cloud, &error, None, None, now);
        };
        let login = cloud.settings.origins.login.clone();
        let mut fields = vec![("admin_consent".to_owned(), "True".to_owned())];
        fields.extend(error.fields(&mut cloud.ids, None, &login, now));
        return back.send(fields);
    }
    match permissions(cloud, consent, target) {
        Ok(wanted) => grant(cloud, target, consent.client_id, &wanted, now),
        Err(error) => return pages::stop(cloud, &error, None, None, now),
    }
    let Some(back) = &consent.back else {
        return pages::done(
            "Consent granted",
            "Your organization has approved this application. You can close this window.",
        );
    };
    let mut fields = vec![("admin_consent".to_owned(), "True".to_owned()), ("tenant".to_owned(), target.to_string())];
    if let Some(scope) = &consent.scope {
        fields.push(("scope".to_owned(), scope.clone()));
    }
    back.send(fields)
}

fn grant(cloud: &mut Cloud, target: Uuid, client_id: Uuid, wanted: &[Permission], now: u64) {
    let Some(client) = ensure_principal(cloud, target, client_id, now) else {
        return;
    };
    for permission in wanted {
        let id = cloud.ids.opaque();
        let visible_ms = cloud.visible_from(now);
        let Some(tenant) = cloud.directory.tenant_mut(target) else {
            return;
        };
        if !permission.is_role {
            let value = std::iter::once(permission.value.clone());
            add_grant(tenant, format!("grant-{id}"), client, None, permission.resource, value);
            continue;
        }
        let held = tenant.app_role_assignments.iter().any(|known| {
            known.principal == client && known.resource == permission.resource && known.role == permission.id
        });
        if !held {
            tenant.app_role_assignments.push(AppRoleAssignment {
                id,
                principal: client,
                resource: permission.resource,
                role: permission.id,
                created_ms: now,
                visible_ms,
            });
        }
    }
}
