//! `permissionSets` of the automation API, and finding the one set an assignment means (`business-central.md` 2).

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::entity::{EntitySet, Kind, SCOPE, read};
use super::errors::Refusal;
use super::model::{Environment, PermissionSet, Scope};
use super::odata::{Call, Segment};
use super::text::Message;
use crate::Response;

/// The page; `id` is the role id.
static PERMISSION_SETS: EntitySet<'static> = EntitySet {
    name: "permissionSets",
    kind: "permissionSet",
    properties: &[
        read("id", Kind::Code(20)),
        read("displayName", Kind::Text(30)),
        read("appId", Kind::Guid),
        read("extensionName", Kind::Text(250)),
        read("scope", SCOPE),
    ],
};

/// The list, and nothing but the list.
pub(super) fn handle(
    environment: &Environment,
    call: &Call<'_>,
    segment: &Segment,
    context: &str,
) -> Result<Response, Refusal> {
    if call.method != Method::GET || segment.key.is_some() {
        return Err(Refusal::no_method(call.method, &segment.name));
    }
    call.list(&PERMISSION_SETS, context, rows(environment))
}

/// Rows in the order of the table's key: scope, extension, role. What an extension ships comes and goes with it.
fn rows(environment: &Environment) -> Vec<Value> {
    let mut sets: Vec<&PermissionSet> = environment.available_sets().collect();
    sets.sort_by_key(|set| (set.scope.word(), set.app_id, set.role_id.to_uppercase()));
    sets.into_iter()
        .map(|set| {
            json!({
                "id": set.role_id,
                "displayName": set.name,
                "appId": set.app_id,
                "extensionName": set.extension_name,
                "scope": set.scope.word(),
            })
        })
        .collect()
}

/// The one set a role id means, narrowed by extension and scope where they were sent: none is a missing record, several an
/// error of their own. A zero extension id counts as not sent.
pub(super) fn resolve<'a>(
    environment: &'a Environment,
    role_id: &str,
    app_id: Option<Uuid>,
    scope: Option<Scope>,
) -> Result<&'a PermissionSet, Refusal> {
    let app_id = app_id.filter(|id| !id.is_nil());
    let mut matching = environment.available_sets().filter(|set| {
        set.role_id.to_uppercase() == role_id.to_uppercase()
            && app_id.is_none_or(|id| set.app_id == id)
            && scope.is_none_or(|scope| set.scope == scope)
    });
    let Some(found) = matching.next() else {
        return Err(Refusal::no_record("Aggregate Permission Set", format!("Role ID='{role_id}'")));
    };
    if matching.next().is_some() {
        return Err(Refusal::dialog(Message::DefinedSeveralTimes { role_id: found.role_id.clone() }));
    }
    Ok(found)
}
