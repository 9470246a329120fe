//! Applications: create, upsert, read, change, delete (`graph.md` 1, 2).

use http::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Cloud;
use crate::graph::address::{Key, Segment};
use crate::graph::error::GraphError;
use crate::graph::render::{self, APPLICATIONS};
use crate::graph::{Call, Outcome, application_body, credentials, federated, not_allowed, query};
use crate::state::{Application, Tenant};
use crate::wire::{empty, set};

/// `/applications`.
pub(crate) fn collection(cloud: &mut Cloud, call: &Call) -> Outcome {
    match call.method {
        Method::GET => {
            call.may_read_applications()?;
            let tenant = call.tenant(cloud)?;
            let with_keys = call.query.select.iter().any(|name| name == "keyCredentials");
            let items = tenant
                .applications
                .iter()
                .filter(|application| application.deleted_ms.is_none() && application.visible_ms <= call.now)
                .map(|application| render::application(tenant, application, with_keys))
                .collect();
            query::list(cloud, call, &APPLICATIONS, items)
        }
        Method::POST => {
            if call.fields()?.contains_key("uniqueName") {
                // Alternate key: set only by the address of an upsert (`graph.md` 1).
                return Err(GraphError::property(
                    "uniqueName",
                    "InvalidValue",
                    "Property 'uniqueName' is read-only and cannot be set.",
                ));
            }
            create(cloud, call, None)
        }
        _ => Err(not_allowed()),
    }
}

/// Where the addressed application stands in its tenant. `unseen`: also one that has not replicated yet.
pub(crate) fn find(tenant: &Tenant, key: &Key, now: u64, unseen: bool) -> Option<usize> {
    tenant.applications.iter().position(|application| {
        let fits = match key {
            Key::Id(text) => Uuid::parse_str(text).is_ok_and(|id| id == application.id),
            Key::AppId(text) => Uuid::parse_str(text).is_ok_and(|id| id == application.app_id),
            Key::UniqueName(name) => application.unique_name.as_deref() == Some(name),
        };
        fits && application.deleted_ms.is_none() && (unseen || application.visible_ms <= now)
    })
}

/// `/applications/{key}` and below.
pub(crate) fn object(cloud: &mut Cloud, call: &Call, key: &Key, rest: &[Segment]) -> Outcome {
    let is_upsert = call.method == Method::PATCH && rest.is_empty() && matches!(key, Key::UniqueName(_));
    if let (Key::UniqueName(_), Some(below)) = (key, rest.first()) {
        // Actions and collections below an application go by id or appId (`graph.md` 3; not in the contract otherwise).
        return Err(GraphError::unknown_segment(&below.name));
    }
    // The unique key is checked where the write happens, so an upsert sees what reads do not see yet.
    let found = find(call.tenant(cloud)?, key, call.now, is_upsert);
    let Some(at) = found else {
        return match key {
            Key::UniqueName(name) if is_upsert && call.create_if_missing => create(cloud, call, Some(name)),
            _ => {
                call.may_read_applications()?;
                Err(GraphError::missing(&key.describe()))
            }
        };
    };
    match (&call.method, rest.first().map(|segment| segment.name.as_str())) {
        (&Method::GET, None) => {
            call.may_read_applications()?;
            let tenant = call.tenant(cloud)?;
            let with_keys = call.query.select.iter().any(|name| name == "keyCredentials");
            let item = render::application(tenant, &tenant.applications[at], with_keys);
            query::one(cloud, call, &APPLICATIONS, 200, item)
        }
        (&Method::PATCH, None) => update(cloud, call, at, is_upsert && call.create_if_missing),
        (&Method::DELETE, None) => delete(cloud, call, at),
        (&Method::GET, Some("owners")) => {
            call.may_read_applications()?;
            let tenant = call.tenant(cloud)?;
            let owners = &tenant.applications[at].owners;
            let people = tenant.people.iter().filter(|person| owners.contains(&person.oid));
            let items = people
                .map(|person| {
                    let mut item = render::person(person);
                    item["@odata.type"] = "#microsoft.graph.user".into();
                    item
                })
                .collect();
            let collection = query::Collection {
                context: "directoryObjects",
                properties: &["id", "displayName"],
                filterable: &["id"],
            };
            query::list(cloud, call, &collection, items)
        }
        (_, Some("federatedIdentityCredentials")) => federated::handle(cloud, call, at, &rest[0], &rest[1..]),
        (&Method::POST, Some("addPassword")) => credentials::add_password(cloud, call, at),
        (&Method::POST, Some("removePassword")) => credentials::remove_password(cloud, call, at),
        (&Method::POST, Some("addKey" | "removeKey")) => {
            // Needs a proof signed by a key the application already has (`graph.md` 5): a browser never has one.
            call.may_change_application(cloud, &call.tenant(cloud)?.applications[at])?;
            Err(GraphError::new(
                400,
                "Authentication_MissingOrMalformed",
                "Access Token missing or malformed: the proof is not valid.",
            ))
        }
        (_, None) => Err(not_allowed()),
        (_, Some(other)) => Err(GraphError::unknown_segment(other)),
    }
}

fn create(cloud: &mut Cloud, call: &Call, unique_name: Option<&str>) -> Outcome {
    let becomes_owner = if unique_name.is_some() {
        // An upsert is listed under Application.ReadWrite.All only (`graph.md` 1).
        call.need_scope(&["Application.ReadWrite.All", "Directory.ReadWrite.All"])?;
        call.may_create_application(cloud)?
    } else {
        call.may_create_application(cloud)?
    };
    let fields = call.fields()?;
    let mut properties = application_body::check(fields)?;
    if !properties.contains_key("displayName") {
        return Err(application_body::required("displayName"));
    }
    application_body::defaults(&mut properties);
    check_identifier_uris(call.tenant(cloud)?, &properties, None)?;
    let tenant = call.tenant(cloud)?;
    if let Some(name) = unique_name {
        let held = tenant.deleted_keeps_unique_name
            && tenant.applications.iter().any(|known| known.unique_name.as_deref() == Some(name));
        if held {
            return Err(GraphError::key_taken(
                "Another object with the same value for property uniqueName already exists.",
            ));
        }
        if fields.get("uniqueName").is_some_and(|sent| sent.as_str() != Some(name)) {
            return Err(GraphError::property(
                "uniqueName",
                "InvalidValue",
                "Property 'uniqueName' does not match the address.",
            ));
        }
        refuse_passwords(fields)?;
    }
    let keys = credentials::read_keys(cloud, call, fields)?;
    let secrets = credentials::read_new_secrets(cloud, call, fields)?;
    let mut application = Application {
        id: cloud.ids.uuid(),
        app_id: cloud.ids.uuid(),
        unique_name: unique_name.map(str::to_owned),
        created_ms: call.now,
        created_by: Some(call.issued.client_id),
        owners: Vec::new(),
        properties,
        secrets,
        keys: keys.unwrap_or_default(),
        federated: Vec::new(),
        verified_publisher: None,
        visible_ms: cloud.visible_from(call.now),
        deleted_ms: None,
    };
    if becomes_owner {
        application.owners.extend(call.person());
    }
    let tenant = call.tenant_mut(cloud)?;
    let mut shown = render::application(tenant, &application, true);
    for (at, secret) in application.secrets.iter().enumerate() {
        // The only answer that ever carries the value.
        shown["passwordCredentials"][at]["secretText"] = secret.text.clone().into();
    }
    let id = application.id;
    tenant.applications.push(application);
    let mut response = query::one(cloud, call, &APPLICATIONS, 201, shown)?;
    let location = format!("{}/v1.0/applications/{id}", cloud.settings.origins.graph);
    set(&mut response, "location", &location);
    Ok(response)
}

/// Secrets cannot be set by an update or upsert (`graph.md` 0.1).
fn refuse_passwords(fields: &Map<String, Value>) -> Result<(), GraphError> {
    let sent = fields.get("passwordCredentials").and_then(Value::as_array).is_some_and(|items| !items.is_empty());
    if sent {
        return Err(GraphError::property(
            "passwordCredentials",
            "InvalidValue",
            "Property 'passwordCredentials' cannot be updated: use addPassword.",
        ));
    }
    Ok(())
}

fn check_identifier_uris(
    tenant: &Tenant,
    properties: &Map<String, Value>,
    own: Option<Uuid>,
) -> Result<(), GraphError> {
    let wanted = properties.get("identifierUris").and_then(Value::as_array);
    for uri in wanted.into_iter().flatten() {
        let taken = tenant.applications.iter().any(|known| {
            Some(known.id) != own
                && known.deleted_ms.is_none()
                && known
                    .properties
                    .get("identifierUris")
                    .and_then(Value::as_array)
                    .is_some_and(|uris| uris.contains(uri))
        });
        if taken {
            return Err(GraphError::key_taken(
                "Another object with the same value for property identifierUris already exists.",
            ));
        }
    }
    Ok(())
}

fn update(cloud: &mut Cloud, call: &Call, at: usize, is_upsert: bool) -> Outcome {
    let tenant = call.tenant(cloud)?;
    let application = &tenant.applications[at];
    call.may_change_application(cloud, application)?;
    let fields = call.fields()?;
    let properties = application_body::check(fields)?;
    if is_upsert && !properties.contains_key("displayName") {
        return Err(application_body::required("displayName"));
    }
    refuse_passwords(fields)?;
    if let Some(sent) = fields.get("uniqueName")
        && sent.as_str() != application.unique_name.as_deref()
    {
        return Err(GraphError::property("uniqueName", "InvalidValue", "Property 'uniqueName' is immutable."));
    }
    check_identifier_uris(tenant, &properties, Some(application.id))?;
    let app_id = application.app_id;
    let keys = credentials::read_keys(cloud, call, fields)?;
    let tenant = call.tenant_mut(cloud)?;
    let application = &mut tenant.applications[at];
    // A collection is replaced whole, a platform keeps what was not sent (`graph.md` 2).
    for (name, value) in properties {
        match (application.properties.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(sent)) => known.extend(sent),
            (_, value) => {
                application.properties.insert(name, value);
            }
        }
    }
    if let Some(keys) = keys {
        application.keys = keys;
    }
    let name = application.text("displayName").to_owned();
    if let Some(principal) = tenant.service_principal_mut(app_id) {
        principal.display_name = name;
    }
    Ok(empty(204))
}

/// Soft delete; the service principal in the home tenant goes with it (`graph.md` 2).
fn delete(cloud: &mut Cloud, call: &Call, at: usize) -> Outcome {
    call.may_change_application(cloud, &call.tenant(cloud)?.applications[at])?;
    let now = call.now;
    let tenant = call.tenant_mut(cloud)?;
    let application = &mut tenant.applications[at];
    application.deleted_ms = Some(now);
    let app_id = application.app_id;
    if let Some(principal) = tenant.service_principal_mut(app_id) {
        principal.deleted_ms = Some(now);
    }
    Ok(empty(204))
}
