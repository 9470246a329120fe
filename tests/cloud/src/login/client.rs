//! Clients with a credential: the client-credentials grant and the proof of secret or assertion (`sign-in.md` 2.2, `business-central.md` 9).

use serde_json::Value;
use uuid::Uuid;

use crate::Cloud;
use crate::login::authorize::unknown_client;
use crate::login::error::LoginError;
use crate::login::scopes::{Scopes, find_resource};
use crate::login::token::cross_origin;
use crate::login::{Authority, assertion, flow, token_answer};
use crate::wire::Fields;

/// Answers `grant_type=client_credentials`.
pub(crate) fn grant(
    cloud: &mut Cloud,
    authority: &Authority,
    segment: &str,
    form: &Fields,
    origin: Option<&str>,
    now: u64,
) -> Result<Value, LoginError> {
    if let Some(origin) = origin {
        // A page must not hold a credential: no CORS, and a plain refusal besides.
        return Err(cross_origin(origin));
    }
    let Authority::Tenant(tenant_id) = *authority else {
        return Err(LoginError::new(
            50_059,
            "invalid_request",
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        ));
    };
    let sent = form.filled("client_id").ok_or_else(|| LoginError::missing("client_id"))?;
    let scope_text = form.filled("scope").ok_or_else(|| LoginError::missing("scope"))?;
    let client = Uuid::parse_str(sent).map_err(|_| unknown_client(sent, segment))?;
    let tenant = cloud.directory.tenant(tenant_id).ok_or_else(|| super::unknown_tenant(segment))?;
    let (home, application) = cloud
        .directory
        .application(client)
        .filter(|(_, application)| application.visible_ms <= now)
        .ok_or_else(|| unknown_client(sent, &tenant.name))?;
    if tenant.service_principal(client).is_none_or(|principal| principal.visible_ms > now) {
        return Err(if home.id == tenant_id {
            LoginError::new(
                7_000_229,
                "invalid_client",
                format!("The client application {client} is missing service principal in the tenant {tenant_id}."),
            )
            .status(401)
        } else {
            unknown_client(sent, &tenant.name)
        });
    }
    let name = application.text("displayName").to_owned();
    let is_disabled = application.properties.get("isDisabled") == Some(&Value::Bool(true))
        || tenant.service_principal(client).is_some_and(|principal| !principal.enabled);
    authenticate(cloud, client, form, now)?;
    if is_disabled {
        return Err(flow::disabled_application(sent, &name));
    }
    let scopes = Scopes::read(scope_text)?;
    let wanted = match scopes.resources.as_slice() {
        [one] if one.is_default() && scopes.oidc.is_empty() => one,
        _ => {
            return Err(LoginError::new(
                1_002_012,
                "invalid_scope",
                format!(
                    "The provided value for scope {scope_text} is not valid. Client credential flows must have a scope \
                     value with /.default suffixed to the resource identifier (application ID URI)."
                ),
            ));
        }
    };
    let tenant = cloud.directory.tenant(tenant_id).ok_or_else(|| super::unknown_tenant(segment))?;
    let resource = find_resource(tenant, &wanted.resource, false)?;
    let principal = tenant.service_principal(client).map(|principal| principal.id).unwrap_or_default();
    let roles = tenant.role_values(principal, resource.id, now);
    if roles.is_empty() && resource.assignment_required {
        return Err(LoginError::new(
            501_051,
            "invalid_grant",
            format!(
                "Application '{client}'({name}) is not assigned to a role for the application '{}'.",
                wanted.resource
            ),
        ));
    }
    let resource = resource.app_id;
    Ok(token_answer::for_application(cloud, tenant_id, client, resource, roles, now))
}

/// Proves the client by secret or assertion.
pub(crate) fn authenticate(cloud: &mut Cloud, client: Uuid, form: &Fields, now: u64) -> Result<(), LoginError> {
    if let Some(assertion) = form.filled("client_assertion") {
        return assertion::check(cloud, client, form.get("client_assertion_type"), assertion, now);
    }
    let refuse = |code: u32, text: String| LoginError::new(code, "invalid_client", text).status(401);
    let Some(secret) = form.get("client_secret") else {
        return Err(refuse(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".to_owned(),
        ));
    };
    let Some((_, application)) = cloud.directory.application(client) else {
        return Err(unknown_client(&client.to_string(), "(unknown)"));
    };
    let known = application
        .secrets
        .iter()
        .find(|known| known.text == secret && known.visible_ms <= now && known.start_ms <= now);
    match known {
        Some(known) if known.end_ms > now => Ok(()),
        Some(_) => Err(refuse(
            7_000_222,
            format!(
                "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new \
                 keys for your app, or consider using certificate credentials for added security."
            ),
        )),
        None => Err(refuse(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{client}'."
            ),
        )),
    }
}
