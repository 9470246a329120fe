//! Federated identity credentials (`graph.md` 4).

use http::Method;
use serde_json::{Map, Value, json};

use crate::Cloud;
use crate::graph::address::Segment;
use crate::graph::error::GraphError;
use crate::graph::render::FEDERATED;
use crate::graph::{Call, Outcome, not_allowed, query};
use crate::wire::empty;

/// `/applications/{key}/federatedIdentityCredentials` and below.
pub(crate) fn handle(cloud: &mut Cloud, call: &Call, at: usize, segment: &Segment, rest: &[Segment]) -> Outcome {
    let by_name = segment.key.as_ref().filter(|(key, _)| key == "name").map(|(_, value)| value.clone());
    let by_id = segment.key.as_ref().filter(|(key, _)| key.is_empty()).map(|(_, value)| value.clone());
    let by_id = by_id.or_else(|| rest.first().map(|id| id.name.clone()));
    let application = &call.tenant(cloud)?.applications[at];
    if call.method == Method::GET {
        call.may_read_applications()?;
    } else {
        call.may_change_application(cloud, application)?;
    }
    let position = application.federated.iter().position(|credential| {
        let value = |name: &str| credential.get(name).and_then(Value::as_str);
        match (&by_name, &by_id) {
            (Some(name), _) => value("name") == Some(name),
            (None, Some(id)) => value("id") == Some(id) || value("name") == Some(id),
            (None, None) => false,
        }
    });
    let is_one = by_name.is_some() || by_id.is_some();
    match (&call.method, is_one, position) {
        (&Method::GET, false, _) => {
            let items = application.federated.iter().cloned().map(Value::Object).collect();
            query::list(cloud, call, &FEDERATED, items)
        }
        (&Method::POST, false, _) => create(cloud, call, at, None),
        (&Method::GET, true, Some(found)) => {
            let item = Value::Object(application.federated[found].clone());
            query::one(cloud, call, &FEDERATED, 200, item)
        }
        (&Method::PATCH, true, Some(found)) => {
            let mut changed = application.federated[found].clone();
            let fields = call.fields()?;
            if fields.get("name").is_some_and(|name| Some(name) != changed.get("name")) {
                return Err(wrong("name", "it cannot be changed"));
            }
            changed.extend(
                fields.iter().filter(|(name, _)| *name != "id").map(|(name, value)| (name.clone(), value.clone())),
            );
            check(&changed)?;
            check_unique(&application.federated, &changed, Some(found))?;
            call.tenant_mut(cloud)?.applications[at].federated[found] = changed;
            Ok(empty(204))
        }
        (&Method::PATCH, true, None) if by_name.is_some() && call.create_if_missing => create(cloud, call, at, by_name),
        (&Method::DELETE, true, Some(found)) => {
            call.tenant_mut(cloud)?.applications[at].federated.remove(found);
            Ok(empty(204))
        }
        (&(Method::GET | Method::PATCH | Method::DELETE), true, None) => {
            Err(GraphError::missing(&by_name.or(by_id).unwrap_or_default()))
        }
        _ => Err(not_allowed()),
    }
}

fn wrong(property: &str, why: &str) -> GraphError {
    GraphError::property(
        property,
        "InvalidValue",
        format!("Invalid value specified for property '{property}' of resource 'FederatedIdentityCredential': {why}."),
    )
}

fn create(cloud: &mut Cloud, call: &Call, at: usize, name: Option<String>) -> Outcome {
    let mut credential: Map<String, Value> = Map::new();
    credential.insert("description".into(), Value::Null);
    for (field, value) in call.fields()? {
        if !field.starts_with('@') {
            credential.insert(field.clone(), value.clone());
        }
    }
    if let Some(name) = name {
        credential.insert("name".into(), name.into());
    }
    check(&credential)?;
    let known = &call.tenant(cloud)?.applications[at].federated;
    if known.len() >= 20 {
        return Err(GraphError::bad("The application already has the maximum of 20 federated identity credentials."));
    }
    check_unique(known, &credential, None)?;
    credential.insert("id".into(), json!(cloud.ids.uuid()));
    let shown = Value::Object(credential.clone());
    call.tenant_mut(cloud)?.applications[at].federated.push(credential);
    query::one(cloud, call, &FEDERATED, 201, shown)
}

fn check(credential: &Map<String, Value>) -> Result<(), GraphError> {
    for field in credential.keys() {
        if !matches!(field.as_str(), "id" | "name" | "issuer" | "subject" | "audiences" | "description") {
            return Err(wrong(field, "it is unknown"));
        }
    }
    let text = |name: &str| credential.get(name).and_then(Value::as_str).unwrap_or_default();
    for (name, limit) in [("name", 120), ("issuer", 600), ("subject", 600)] {
        let length = text(name).chars().count();
        if length == 0 || length > limit {
            return Err(wrong(name, &format!("it must have 1 to {limit} characters")));
        }
    }
    if text("description").chars().count() > 600 {
        return Err(wrong("description", "it must have at most 600 characters"));
    }
    if !text("name").chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.' | '~')) {
        return Err(wrong("name", "it must be safe in a URL"));
    }
    if !text("issuer").starts_with("https://") {
        return Err(wrong("issuer", "it must be an https address"));
    }
    let audiences = credential.get("audiences").and_then(Value::as_array);
    match audiences.map(Vec::as_slice) {
        Some([Value::String(one)]) if (1..=600).contains(&one.chars().count()) => Ok(()),
        _ => Err(wrong("audiences", "exactly one audience is expected")),
    }
}

fn check_unique(
    known: &[Map<String, Value>],
    credential: &Map<String, Value>,
    own: Option<usize>,
) -> Result<(), GraphError> {
    for (at, other) in known.iter().enumerate() {
        if Some(at) == own {
            continue;
        }
        if other.get("name") == credential.get("name") {
            return Err(GraphError::key_taken("FederatedIdentityCredential with this name already exists."));
        }
        if other.get("issuer") == credential.get("issuer") && other.get("subject") == credential.get("subject") {
            return Err(GraphError::key_taken(
                "FederatedIdentityCredential with this issuer and subject already exists.",
            ));
        }
    }
    Ok(())
}
