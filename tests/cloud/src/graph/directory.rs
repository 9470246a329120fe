//! Who is signed in, which roles they hold, and in which organization (`graph.md` 8).

use http::Method;
use serde_json::json;
use uuid::Uuid;

use crate::Cloud;
use crate::graph::address::Segment;
use crate::graph::error::GraphError;
use crate::graph::query::Collection;
use crate::graph::render::{self, DIRECTORY_ROLES};
use crate::graph::{Call, Outcome, not_allowed, query};
use crate::state::Person;
use crate::tokens::Holder;

const USERS: Collection<'static> = Collection {
    context: "users",
    properties: &[
        "id",
        "businessPhones",
        "displayName",
        "givenName",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
    ],
    filterable: &[],
};

const ORGANIZATIONS: Collection<'static> = Collection {
    context: "organization",
    properties: &["id", "displayName", "verifiedDomains", "tenantType", "countryLetterCode", "createdDateTime"],
    filterable: &[],
};

/// The person behind the token. A delegated partner has no object in this tenant (`sign-in.md` 2.5), an application is no person.
fn signed_in<'a>(cloud: &'a Cloud, call: &Call) -> Result<&'a Person, GraphError> {
    if matches!(call.issued.holder, Holder::App { .. }) {
        return Err(GraphError::new(
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        ));
    }
    let id = call.person().ok_or_else(GraphError::not_found)?;
    cloud.directory.person(call.issued.tenant, id).ok_or_else(GraphError::not_found)
}

/// `/me` and below.
pub(crate) fn me(cloud: &mut Cloud, call: &Call, rest: &[Segment]) -> Outcome {
    if call.method != Method::GET {
        return Err(not_allowed());
    }
    call.need_scope(&["User.Read", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All"])?;
    let names: Vec<&str> = rest.iter().map(|segment| segment.name.as_str()).collect();
    let person = signed_in(cloud, call)?;
    match names.as_slice() {
        [] => query::one(cloud, call, &USERS, 200, render::person(person)),
        ["transitiveMemberOf"] => {
            let tenant = call.tenant(cloud)?;
            let items = person
                .roles
                .iter()
                .map(|role| {
                    let mut item = render::directory_role(tenant, *role);
                    item["@odata.type"] = json!("#microsoft.graph.directoryRole");
                    item
                })
                .collect();
            query::list(cloud, call, &Collection { context: "directoryObjects", ..DIRECTORY_ROLES }, items)
        }
        ["transitiveMemberOf", "microsoft.graph.directoryRole" | "graph.directoryRole"] => {
            if !(call.eventual && call.query.count) {
                // The cast is an advanced query: it needs both.
                return Err(GraphError::query(
                    "Request with an OData cast is only supported with the header 'ConsistencyLevel: eventual' and the \
                     query parameter '$count=true'.",
                ));
            }
            let tenant = call.tenant(cloud)?;
            let items = person.roles.iter().map(|role| render::directory_role(tenant, *role)).collect();
            query::list(cloud, call, &DIRECTORY_ROLES, items)
        }
        _ => Err(GraphError::unknown_segment(names.last().copied().unwrap_or_default())),
    }
}

/// `/organization`.
pub(crate) fn organization(cloud: &mut Cloud, call: &Call) -> Outcome {
    if call.method != Method::GET {
        return Err(not_allowed());
    }
    call.need_scope(&["User.Read", "Organization.Read.All", "Directory.Read.All"])?;
    let tenant = call.tenant(cloud)?;
    let domains: Vec<_> = tenant
        .domains
        .iter()
        .enumerate()
        .map(|(at, name)| {
            json!({
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": at == 0,
                "isInitial": name.ends_with(".onmicrosoft.com"),
                "name": name,
                "type": "Managed",
            })
        })
        .collect();
    let item = json!({
        "id": tenant.id,
        "displayName": tenant.name,
        "verifiedDomains": domains,
        "tenantType": "AAD",
        "countryLetterCode": "DK",
        "createdDateTime": "2020-01-01T00:00:00Z",
    });
    query::list(cloud, call, &ORGANIZATIONS, vec![item])
}

/// `/roleManagement/directory/…ScheduleInstances/filterByCurrentUser(on='principal')`: PIM.
pub(crate) fn role_schedule(cloud: &mut Cloud, call: &Call, rest: &[Segment]) -> Outcome {
    let names: Vec<&str> = rest.iter().map(|segment| segment.name.as_str()).collect();
    let ["directory", kind, "filterByCurrentUser"] = names.as_slice() else {
        return Err(GraphError::unknown_segment(names.last().copied().unwrap_or_default()));
    };
    let eligible = match *kind {
        "roleEligibilityScheduleInstances" => true,
        "roleAssignmentScheduleInstances" => false,
        other => return Err(GraphError::unknown_segment(other)),
    };
    if call.method != Method::GET {
        return Err(not_allowed());
    }
    call.need_scope(if eligible {
        &["RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.Directory"]
    } else {
        &["RoleAssignmentSchedule.Read.Directory", "RoleManagement.Read.Directory"]
    })?;
    let person = signed_in(cloud, call)?;
    let held = if eligible { &person.eligible_roles } else { &person.roles };
    let items = held
        .iter()
        .map(|role| {
            let mut item = json!({
                "id": Uuid::new_v5(&person.oid, role.as_bytes()).to_string(),
                "principalId": person.oid,
                "roleDefinitionId": role,
                "directoryScopeId": "/",
                "appScopeId": null,
                "memberType": "Direct",
                "startDateTime": "2024-01-01T00:00:00Z",
                "endDateTime": null,
            });
            if !eligible {
                item["assignmentType"] = json!("Assigned");
            }
            item
        })
        .collect();
    let collection = Collection {
        context: kind,
        properties: &[
            "id",
            "principalId",
            "roleDefinitionId",
            "directoryScopeId",
            "appScopeId",
            "memberType",
            "startDateTime",
            "endDateTime",
            "assignmentType",
        ],
        filterable: &["roleDefinitionId"],
    };
    query::list(cloud, call, &collection, items)
}
