//! Soft-deleted applications and service principals (`graph.md` 2).

use http::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::Cloud;
use crate::graph::address::Segment;
use crate::graph::error::GraphError;
use crate::graph::render::{self, APPLICATIONS, SERVICE_PRINCIPALS};
use crate::graph::{Call, Outcome, context, not_allowed, query};
use crate::state::Tenant;
use crate::wire::{empty, json};

/// Gone for good after this long.
const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1000;

enum Deleted {
    Application(usize),
    ServicePrincipal(usize),
}

/// `/directory/deletedItems` and below.
pub(crate) fn handle(cloud: &mut Cloud, call: &Call, rest: &[Segment]) -> Outcome {
    let names: Vec<&str> = rest.iter().map(|segment| segment.name.as_str()).collect();
    let kept = |deleted: Option<u64>| deleted.is_some_and(|at| at + KEPT_MS > call.now);
    match (&call.method, names.as_slice()) {
        (&Method::GET, ["deletedItems", "microsoft.graph.application" | "graph.application"]) => {
            call.may_read_applications()?;
            let tenant = call.tenant(cloud)?;
            let gone = tenant.applications.iter().filter(|known| kept(known.deleted_ms));
            let items = gone.map(|known| render::application(tenant, known, false)).collect();
            query::list(cloud, call, &APPLICATIONS, items)
        }
        (&Method::GET, ["deletedItems", "microsoft.graph.servicePrincipal" | "graph.servicePrincipal"]) => {
            call.may_read_applications()?;
            let gone = call.tenant(cloud)?.service_principals.iter().filter(|known| kept(known.deleted_ms));
            let items = gone.map(render::service_principal).collect();
            query::list(cloud, call, &SERVICE_PRINCIPALS, items)
        }
        (&Method::GET, ["deletedItems", id]) => {
            call.may_read_applications()?;
            let tenant = call.tenant(cloud)?;
            let found = find(tenant, id, call.now)?;
            Ok(json(200, &shown(cloud, tenant, &found)))
        }
        (&Method::DELETE, ["deletedItems", id]) => {
            call.may_handle_deleted(cloud)?;
            let found = find(call.tenant(cloud)?, id, call.now)?;
            let tenant = call.tenant_mut(cloud)?;
            match found {
                Deleted::Application(at) => drop(tenant.applications.remove(at)),
                Deleted::ServicePrincipal(at) => {
                    let id = tenant.service_principals.remove(at).id;
                    tenant.app_role_assignments.retain(|known| known.principal != id && known.resource != id);
                }
            }
            Ok(empty(204))
        }
        (&Method::POST, ["deletedItems", id, "restore"]) => {
            call.may_handle_deleted(cloud)?;
            let found = find(call.tenant(cloud)?, id, call.now)?;
            check_name_free(call.tenant(cloud)?, &found)?;
            let tenant = call.tenant_mut(cloud)?;
            match found {
                // The service principal does not come back with its application: that is a second call.
                Deleted::Application(at) => tenant.applications[at].deleted_ms = None,
                Deleted::ServicePrincipal(at) => tenant.service_principals[at].deleted_ms = None,
            }
            Ok(json(200, &shown(cloud, call.tenant(cloud)?, &found)))
        }
        (_, ["deletedItems", ..]) => Err(not_allowed()),
        _ => Err(GraphError::unknown_segment(names.first().copied().unwrap_or_default())),
    }
}

fn find(tenant: &Tenant, id: &str, now: u64) -> Result<Deleted, GraphError> {
    let missing = || GraphError::missing(id);
    let id = Uuid::parse_str(id).map_err(|_| missing())?;
    let kept = |deleted: Option<u64>| deleted.is_some_and(|at| at + KEPT_MS > now);
    let application = tenant.applications.iter().position(|known| known.id == id && kept(known.deleted_ms));
    let principal = tenant.service_principals.iter().position(|known| known.id == id && kept(known.deleted_ms));
    application.map(Deleted::Application).or(principal.map(Deleted::ServicePrincipal)).ok_or_else(missing)
}

fn check_name_free(tenant: &Tenant, found: &Deleted) -> Result<(), GraphError> {
    let taken = match found {
        Deleted::Application(at) => {
            let name = &tenant.applications[*at].unique_name;
            name.is_some()
                && tenant.applications.iter().any(|known| known.deleted_ms.is_none() && known.unique_name == *name)
        }
        Deleted::ServicePrincipal(at) => tenant.service_principal(tenant.service_principals[*at].app_id).is_some(),
    };
    if taken { Err(GraphError::key_taken("Another object with the same key value already exists.")) } else { Ok(()) }
}

fn shown(cloud: &Cloud, tenant: &Tenant, found: &Deleted) -> Value {
    let (kind, mut item) = match found {
        Deleted::Application(at) => ("application", render::application(tenant, &tenant.applications[*at], false)),
        Deleted::ServicePrincipal(at) => {
            ("servicePrincipal", render::service_principal(&tenant.service_principals[*at]))
        }
    };
    item["@odata.context"] = context(cloud, "directoryObjects/$entity").into();
    item["@odata.type"] = format!("#microsoft.graph.{kind}").into();
    item
}
