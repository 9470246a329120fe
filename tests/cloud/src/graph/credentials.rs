//! Secrets and certificates of applications, and the tenant's policy on them (`graph.md` 3, 5).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Cloud;
use crate::graph::error::GraphError;
use crate::graph::{Call, Outcome, context, render};
use crate::login;
use crate::state::{ClientSecret, CredentialPolicy};
use crate::wire::{empty, json as json_answer, read_time, timestamp};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Start plus two years, when nothing else is said (`graph.md` 3).
const DEFAULT_LIFE_MS: u64 = 730 * DAY_MS;

/// `addPassword`.
pub(crate) fn add_password(cloud: &mut Cloud, call: &Call, at: usize) -> Outcome {
    call.may_change_application(cloud, &call.tenant(cloud)?.applications[at])?;
    let empty_body = Map::new();
    let wanted = match call.body.get("passwordCredential") {
        None | Some(Value::Null) => &empty_body,
        Some(value) => value.as_object().ok_or_else(|| GraphError::bad("Invalid value for passwordCredential."))?,
    };
    let secret = new_secret(cloud, call, wanted)?;
    let tenant = call.tenant_mut(cloud)?;
    let application = &mut tenant.applications[at];
    let mut shown = render::secret(&secret);
    shown["secretText"] = json!(secret.text);
    application.secrets.push(secret);
    shown["@odata.context"] = json!(context(cloud, "microsoft.graph.passwordCredential"));
    Ok(json_answer(200, &shown))
}

/// `removePassword`.
pub(crate) fn remove_password(cloud: &mut Cloud, call: &Call, at: usize) -> Outcome {
    call.may_change_application(cloud, &call.tenant(cloud)?.applications[at])?;
    let id = call.body.get("keyId").and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok());
    let id =
        id.ok_or_else(|| GraphError::property("keyId", "MissingValue", "A value is required for property 'keyId'."))?;
    let application = &mut call.tenant_mut(cloud)?.applications[at];
    let before = application.secrets.len();
    application.secrets.retain(|secret| secret.key_id != id);
    if application.secrets.len() == before {
        return Err(GraphError::bad("No password credential found with keyId."));
    }
    Ok(empty(204))
}

/// The secrets a `POST /applications` asks for.
pub(crate) fn read_new_secrets(
    cloud: &mut Cloud,
    call: &Call,
    fields: &Map<String, Value>,
) -> Result<Vec<ClientSecret>, GraphError> {
    let wanted = fields.get("passwordCredentials").and_then(Value::as_array).cloned().unwrap_or_default();
    wanted
        .iter()
        .map(|item| {
            let item = item.as_object().ok_or_else(|| GraphError::bad("Invalid value for passwordCredentials."))?;
            new_secret(cloud, call, item)
        })
        .collect()
}

fn time_of(item: &Map<String, Value>, name: &str) -> Result<Option<u64>, GraphError> {
    match item.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().and_then(read_time).map(Some).ok_or_else(|| {
            GraphError::property(name, "InvalidValue", format!("Invalid value specified for property '{name}'."))
        }),
    }
}

fn new_secret(cloud: &mut Cloud, call: &Call, item: &Map<String, Value>) -> Result<ClientSecret, GraphError> {
    for (name, value) in item {
        match name.as_str() {
            "displayName" | "startDateTime" | "endDateTime" => {}
            // The server makes the value (`graph.md` 3).
            "secretText" | "hint" | "keyId" | "customKeyIdentifier" if value.is_null() => {}
            other => {
                return Err(GraphError::property(
                    other,
                    "InvalidValue",
                    format!("Property '{other}' of a password credential is read-only."),
                ));
            }
        }
    }
    let start = time_of(item, "startDateTime")?.unwrap_or(call.now);
    let end = time_of(item, "endDateTime")?.unwrap_or(start + DEFAULT_LIFE_MS);
    if end <= start || end <= call.now {
        return Err(GraphError::property(
            "endDateTime",
            "InvalidValue",
            "New password must have an expiry date after its start date and in the future.",
        ));
    }
    let policy = &call.tenant(cloud)?.credential_policy;
    check_policy(policy, end - start)?;
    let text = cloud.ids.secret();
    Ok(ClientSecret {
        key_id: cloud.ids.uuid(),
        display_name: item.get("displayName").and_then(Value::as_str).map(str::to_owned),
        start_ms: start,
        end_ms: end,
        hint: text.chars().take(3).collect(),
        text,
        visible_ms: cloud.visible_from(call.now),
    })
}

fn check_policy(policy: &CredentialPolicy, life_ms: u64) -> Result<(), GraphError> {
    if !policy.enabled {
        return Ok(());
    }
    if policy.secrets_forbidden {
        return Err(GraphError::new(
            400,
            "CredentialTypeNotAllowedAsPerAppPolicy",
            "Credential type not allowed as per assigned policy: passwords cannot be added.",
        ));
    }
    if let Some(days) = policy.secret_max_days
        && life_ms > days * DAY_MS
    {
        return Err(too_long(days));
    }
    Ok(())
}

fn too_long(days: u64) -> GraphError {
    GraphError::new(
        400,
        "CredentialInvalidLifetimeAsPerAppPolicy",
        format!(
            "Credential lifetime exceeds the max value allowed as per assigned policy of id \
             '00000000-0000-0000-0000-000000000000' (P{days}D)."
        ),
    )
}

/// The whole new list of certificates, when one was sent: it replaces the old one (`graph.md` 5).
pub(crate) fn read_keys(
    cloud: &mut Cloud,
    call: &Call,
    fields: &Map<String, Value>,
) -> Result<Option<Vec<Map<String, Value>>>, GraphError> {
    let Some(sent) = fields.get("keyCredentials") else {
        return Ok(None);
    };
    let wrong = |why: &str| {
        GraphError::property("keyCredentials", "InvalidValue", format!("Key credential is invalid: {why}."))
    };
    let items = sent.as_array().ok_or_else(|| wrong("a list is expected"))?;
    let policy = call.tenant(cloud)?.credential_policy.clone();
    let mut keys = Vec::new();
    for item in items {
        let item = item.as_object().ok_or_else(|| wrong("an object is expected"))?;
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        if text("type") != Some("AsymmetricX509Cert") || text("usage") != Some("Verify") {
            return Err(wrong("type must be AsymmetricX509Cert and usage Verify"));
        }
        let key = text("key").ok_or_else(|| wrong("key is missing"))?;
        if !login::is_certificate(key) {
            return Err(wrong("key is not a certificate in base64"));
        }
        let start = time_of(item, "startDateTime")?.unwrap_or(call.now);
        let end = time_of(item, "endDateTime")?.unwrap_or(start + 365 * DAY_MS);
        if end <= start {
            return Err(wrong("the end is not after the start"));
        }
        let known = text("keyId").and_then(|id| Uuid::parse_str(id).ok());
        if known.is_none()
            && let (true, Some(days)) = (policy.enabled, policy.certificate_max_days)
            && end - start > days * DAY_MS
        {
            return Err(too_long(days));
        }
        let mut kept = Map::new();
        let name: Option<String> = text("displayName").map(|name| name.chars().take(90).collect());
        for (field, value) in [
            (
                "customKeyIdentifier",
                item.get("customKeyIdentifier")
                    .cloned()
                    .filter(|id| !id.is_null())
                    .unwrap_or_else(|| json!(login::thumbprint(key))),
            ),
            ("displayName", json!(name)),
            ("endDateTime", json!(timestamp(end))),
            ("key", json!(key)),
            ("keyId", json!(known.unwrap_or_else(|| cloud.ids.uuid()))),
            ("startDateTime", json!(timestamp(start))),
            ("type", json!("AsymmetricX509Cert")),
            ("usage", json!("Verify")),
        ] {
            kept.insert(field.to_owned(), value);
        }
        keys.push(kept);
    }
    Ok(Some(keys))
}
