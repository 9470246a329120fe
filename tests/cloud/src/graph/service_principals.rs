//! Service principals: read, create, upsert, enable, delete (`graph.md` 6).

use http::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::Cloud;
use crate::graph::address::{Key, Segment};
use crate::graph::error::GraphError;
use crate::graph::render::{self, SERVICE_PRINCIPALS};
use crate::graph::{Call, Outcome, grants, not_allowed, query};
use crate::seed::{BUSINESS_CENTRAL_APP_ID, MICROSOFT_TENANT};
use crate::state::Tenant;
use crate::wire::{empty, set};
use crate::world::{business_central, principal_of};

/// `/servicePrincipals`.
pub(crate) fn collection(cloud: &mut Cloud, call: &Call) -> Outcome {
    match call.method {
        Method::GET => {
            call.may_read_applications()?;
            let items = call
                .tenant(cloud)?
                .service_principals
                .iter()
                .filter(|principal| principal.deleted_ms.is_none() && principal.visible_ms <= call.now)
                .map(render::service_principal)
                .collect();
            query::list(cloud, call, &SERVICE_PRINCIPALS, items)
        }
        Method::POST => {
            let app_id = call.fields()?.get("appId").and_then(Value::as_str).unwrap_or_default().to_owned();
            create(cloud, call, &app_id, false)
        }
        _ => Err(not_allowed()),
    }
}

/// Where the addressed service principal stands. `unseen`: also one that has not replicated yet.
pub(crate) fn find(tenant: &Tenant, key: &Key, now: u64, unseen: bool) -> Option<usize> {
    tenant.service_principals.iter().position(|principal| {
        let fits = match key {
            Key::Id(text) => Uuid::parse_str(text).is_ok_and(|id| id == principal.id),
            Key::AppId(text) => Uuid::parse_str(text).is_ok_and(|id| id == principal.app_id),
            Key::UniqueName(_) => false,
        };
        fits && principal.deleted_ms.is_none() && (unseen || principal.visible_ms <= now)
    })
}

/// `/servicePrincipals/{key}` and below.
pub(crate) fn object(cloud: &mut Cloud, call: &Call, key: &Key, rest: &[Segment]) -> Outcome {
    let is_upsert = call.method == Method::PATCH && rest.is_empty() && matches!(key, Key::AppId(_));
    let Some(at) = find(call.tenant(cloud)?, key, call.now, is_upsert) else {
        return match key {
            Key::AppId(app_id) if is_upsert && call.create_if_missing => create(cloud, call, app_id, true),
            _ => {
                call.may_read_applications()?;
                Err(GraphError::missing(&key.describe()))
            }
        };
    };
    match (&call.method, rest.first().map(|segment| segment.name.as_str())) {
        (&Method::GET, None) => {
            call.may_read_applications()?;
            let item = render::service_principal(&call.tenant(cloud)?.service_principals[at]);
            query::one(cloud, call, &SERVICE_PRINCIPALS, 200, item)
        }
        (&Method::PATCH, None) => update(cloud, call, at),
        (&Method::DELETE, None) => {
            let principal = &call.tenant(cloud)?.service_principals[at];
            call.may_change_service_principal(cloud, principal)?;
            let now = call.now;
            call.tenant_mut(cloud)?.service_principals[at].deleted_ms = Some(now);
            Ok(empty(204))
        }
        (_, Some(name @ ("appRoleAssignedTo" | "appRoleAssignments"))) => {
            let received = name == "appRoleAssignments";
            grants::app_roles(cloud, call, at, received, rest.get(1).map(|segment| segment.name.as_str()))
        }
        (&Method::GET, Some("oauth2PermissionGrants")) => {
            let id = call.tenant(cloud)?.service_principals[at].id;
            grants::permission_grants_of(cloud, call, id)
        }
        (_, None) => Err(not_allowed()),
        (_, Some(other)) => Err(GraphError::unknown_segment(other)),
    }
}

/// 400 when no application stands behind the id, or none that has replicated (`graph.md` 12).
fn no_backing(app_id: &str) -> GraphError {
    let message =
        format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
    let mut error = GraphError::bad(message.clone());
    error.details.push(("NoBackingApplicationObject".to_owned(), message, "appId".to_owned()));
    error
}

fn create(cloud: &mut Cloud, call: &Call, app_id: &str, is_upsert: bool) -> Outcome {
    let id = Uuid::parse_str(app_id).map_err(|_| {
        GraphError::property(
            "appId",
            "InvalidValue",
            "Invalid value specified for property 'appId' of resource 'ServicePrincipal'.",
        )
    })?;
    let tenant = call.tenant(cloud)?;
    call.may_create_service_principal(cloud, tenant.application(id))?;
    if tenant.service_principal(id).is_some() {
        return Err(GraphError::key_taken(format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} \
             is already in use."
        )));
    }
    let new_id = cloud.ids.uuid();
    let mut principal = if id == BUSINESS_CENTRAL_APP_ID {
        business_central(new_id, call.now)
    } else {
        let (home, application) = cloud.directory.application(id).ok_or_else(|| no_backing(app_id))?;
        if application.visible_ms > call.now {
            // The same moment has two faces: POST names the missing object, the upsert speaks of the local tenant.
            return Err(if is_upsert {
                GraphError::new(
                    403,
                    "Authorization_RequestDenied",
                    "When using this permission, the backing application of the service principal being created must \
                     in the local tenant",
                )
            } else {
                no_backing(app_id)
            });
        }
        if home.id != call.issued.tenant && !application.multi_tenant() {
            return Err(no_backing(app_id));
        }
        principal_of(application, home.id, new_id, call.now)
    };
    principal.visible_ms = cloud.visible_from(call.now);
    apply(call, &mut principal)?;
    let shown = render::service_principal(&principal);
    call.tenant_mut(cloud)?.service_principals.push(principal);
    let mut response = query::one(cloud, call, &SERVICE_PRINCIPALS, 201, shown)?;
    let location = format!("{}/v1.0/servicePrincipals/{new_id}", cloud.settings.origins.graph);
    set(&mut response, "location", &location);
    Ok(response)
}

/// Takes over the properties a caller may set.
fn apply(call: &Call, principal: &mut crate::state::ServicePrincipal) -> Result<(), GraphError> {
    let Some(fields) = call.body.as_object() else {
        return Ok(());
    };
    let wrong = |name: &str| {
        GraphError::property(
            name,
            "InvalidValue",
            format!("Invalid value specified for property '{name}' of resource 'ServicePrincipal'."),
        )
    };
    for (name, value) in fields {
        match name.as_str() {
            "appId" if value.as_str().is_some_and(|sent| sent.eq_ignore_ascii_case(&principal.app_id.to_string())) => {}
            "accountEnabled" => principal.enabled = value.as_bool().ok_or_else(|| wrong(name))?,
            "appRoleAssignmentRequired" => {
                principal.assignment_required = value.as_bool().ok_or_else(|| wrong(name))?;
            }
            "displayName" => {
                // It would rename somebody else's application in this tenant (`graph.md` 6).
                if principal.owner_tenant == MICROSOFT_TENANT {
                    return Err(GraphError::denied());
                }
                value.as_str().ok_or_else(|| wrong(name))?.clone_into(&mut principal.display_name);
            }
            "tags" => {
                let tags = value.as_array().ok_or_else(|| wrong(name))?;
                principal.tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            "notes" | "description" | "homepage" | "loginUrl" => {}
            other if other.starts_with('@') => {}
            other => return Err(wrong(other)),
        }
    }
    Ok(())
}

fn update(cloud: &mut Cloud, call: &Call, at: usize) -> Outcome {
    let principal = &call.tenant(cloud)?.service_principals[at];
    call.may_change_service_principal(cloud, principal)?;
    call.fields()?;
    let mut changed = principal.clone();
    apply(call, &mut changed)?;
    call.tenant_mut(cloud)?.service_principals[at] = changed;
    Ok(empty(204))
}
