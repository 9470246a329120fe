//! App roles granted to applications, and delegated grants (`graph.md` 7).

use http::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::Cloud;
use crate::graph::error::GraphError;
use crate::graph::render::{self, ASSIGNMENTS, PERMISSION_GRANTS};
use crate::graph::{Call, Outcome, not_allowed, query};
use crate::seed::GRAPH_APP_ID;
use crate::state::AppRoleAssignment;
use crate::wire::empty;

/// `appRoleAssignedTo` (roles others hold on this principal) and `appRoleAssignments` (roles this principal received).
pub(crate) fn app_roles(cloud: &mut Cloud, call: &Call, at: usize, received: bool, id: Option<&str>) -> Outcome {
    let tenant = call.tenant(cloud)?;
    let here = tenant.service_principals[at].id;
    let belongs = |known: &AppRoleAssignment| if received { known.principal == here } else { known.resource == here };
    match (&call.method, id) {
        (&Method::GET, None) => {
            call.may_read_applications()?;
            let items = tenant
                .app_role_assignments
                .iter()
                .filter(|known| belongs(known) && known.visible_ms <= call.now)
                .map(|known| render::assignment(tenant, known))
                .collect();
            query::list(cloud, call, &ASSIGNMENTS, items)
        }
        (&Method::GET, Some(id)) => {
            call.may_read_applications()?;
            let known = tenant
                .app_role_assignments
                .iter()
                .find(|known| known.id == id && belongs(known) && known.visible_ms <= call.now);
            let item = known.map(|known| render::assignment(tenant, known)).ok_or_else(|| GraphError::missing(id))?;
            query::one(cloud, call, &ASSIGNMENTS, 200, item)
        }
        (&Method::POST, None) => grant(cloud, call, here, received),
        (&Method::DELETE, Some(id)) => {
            let found = tenant.app_role_assignments.iter().position(|known| known.id == id && belongs(known));
            let found = found.ok_or_else(|| GraphError::missing(id))?;
            let of_graph = is_graph(cloud, call, tenant.app_role_assignments[found].resource)?;
            call.may_grant_role(cloud, of_graph)?;
            call.tenant_mut(cloud)?.app_role_assignments.remove(found);
            Ok(empty(204))
        }
        _ => Err(not_allowed()),
    }
}

fn is_graph(cloud: &Cloud, call: &Call, principal: Uuid) -> Result<bool, GraphError> {
    let tenant = call.tenant(cloud)?;
    Ok(tenant.service_principals.iter().any(|known| known.id == principal && known.app_id == GRAPH_APP_ID))
}

/// 400: a wrong kind of id, or a service principal that has not replicated (`graph.md` 7, 12).
fn not_valid_reference() -> GraphError {
    GraphError::bad("Not a valid reference update.")
}

fn grant(cloud: &mut Cloud, call: &Call, here: Uuid, received: bool) -> Outcome {
    let fields = call.fields()?;
    let id = |name: &str| {
        fields.get(name).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(|| {
            GraphError::property(
                name,
                "MissingValue",
                format!("A value is required for property '{name}' of resource 'AppRoleAssignment'."),
            )
        })
    };
    let (principal, resource, role) = (id("principalId")?, id("resourceId")?, id("appRoleId")?);
    call.may_grant_role(cloud, is_graph(cloud, call, resource)?)?;
    if (if received { principal } else { resource }) != here {
        return Err(not_valid_reference());
    }
    let tenant = call.tenant(cloud)?;
    let seen = |id: Uuid| {
        tenant
            .service_principals
            .iter()
            .find(|known| known.id == id && known.deleted_ms.is_none() && known.visible_ms <= call.now)
    };
    let (Some(_), Some(offer)) = (seen(principal), seen(resource)) else {
        return Err(not_valid_reference());
    };
    // The all-zero role is the default access of a resource without roles.
    if offer.app_role(role).is_none() && !(role.is_nil() && offer.app_roles.is_empty()) {
        return Err(GraphError::bad(format!(
            "Permission being assigned was not found on application '{}'.",
            offer.app_id
        )));
    }
    let held = tenant
        .app_role_assignments
        .iter()
        .any(|known| (known.principal, known.resource, known.role) == (principal, resource, role));
    if held {
        let message = "Permission being assigned already exists on the object";
        let mut error = GraphError::bad(message);
        error.details.push(("InvalidUpdate".to_owned(), message.to_owned(), "permission".to_owned()));
        return Err(error);
    }
    let assignment = AppRoleAssignment {
        id: cloud.ids.opaque().chars().take(43).collect(),
        principal,
        resource,
        role,
        created_ms: call.now,
        visible_ms: cloud.visible_from(call.now),
    };
    let tenant = call.tenant_mut(cloud)?;
    let shown = render::assignment(tenant, &assignment);
    tenant.app_role_assignments.push(assignment);
    query::one(cloud, call, &ASSIGNMENTS, 201, shown)
}

const READS_GRANTS: [&str; 4] = [
    "DelegatedPermissionGrant.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// `/oauth2PermissionGrants`: reading only; granting delegated permissions is the consent page's job here.
pub(crate) fn permission_grants(cloud: &mut Cloud, call: &Call) -> Outcome {
    if call.method != Method::GET {
        return Err(not_allowed());
    }
    call.need_scope(&READS_GRANTS)?;
    let items = call.tenant(cloud)?.permission_grants.iter().map(render::permission_grant).collect();
    query::list(cloud, call, &PERMISSION_GRANTS, items)
}

/// The delegated grants of one client.
pub(crate) fn permission_grants_of(cloud: &mut Cloud, call: &Call, client: Uuid) -> Outcome {
    call.need_scope(&READS_GRANTS)?;
    let grants = &call.tenant(cloud)?.permission_grants;
    let items = grants.iter().filter(|grant| grant.client == client).map(render::permission_grant).collect();
    query::list(cloud, call, &PERMISSION_GRANTS, items)
}
