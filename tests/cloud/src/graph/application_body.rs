//! What an application may look like: every rule on its properties, each refusal naming the property (`graph.md` 1, 13).

use serde_json::{Map, Value, json};

use crate::graph::error::GraphError;

const READ_ONLY: [&str; 7] =
    ["id", "appId", "createdDateTime", "createdByAppId", "deletedDateTime", "publisherDomain", "verifiedPublisher"];

/// Handled outside the plain properties.
const SPECIAL: [&str; 3] = ["passwordCredentials", "keyCredentials", "uniqueName"];

fn kind_of(name: &str) -> Option<fn(&Value) -> bool> {
    let text: fn(&Value) -> bool = |value| value.is_string() || value.is_null();
    let object: fn(&Value) -> bool = |value| value.is_object() || value.is_null();
    Some(match name {
        "displayName"
        | "description"
        | "notes"
        | "signInAudience"
        | "serviceManagementReference"
        | "groupMembershipClaims"
        | "defaultRedirectUri"
        | "tokenEncryptionKeyId"
        | "samlMetadataUrl" => text,
        "tags" | "identifierUris" => |value| value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        "requiredResourceAccess" | "appRoles" | "addIns" => {
            |value| value.as_array().is_some_and(|items| items.iter().all(Value::is_object))
        }
        "web"
        | "spa"
        | "publicClient"
        | "api"
        | "info"
        | "optionalClaims"
        | "servicePrincipalLockConfiguration"
        | "parentalControlSettings"
        | "authenticationBehaviors" => object,
        "isDisabled" | "isFallbackPublicClient" => |value| value.is_boolean() || value.is_null(),
        _ => return None,
    })
}

/// Checks the plain properties of a create or update and returns them.
pub(crate) fn check(fields: &Map<String, Value>) -> Result<Map<String, Value>, GraphError> {
    let mut plain = Map::new();
    for (name, value) in fields {
        if name.starts_with("@odata") || SPECIAL.contains(&name.as_str()) {
            continue;
        }
        if READ_ONLY.contains(&name.as_str()) {
            return Err(GraphError::property(
                name,
                "InvalidValue",
                format!("Property '{name}' is read-only and cannot be set."),
            ));
        }
        let kind = kind_of(name)
            .ok_or_else(|| GraphError::property(name, "InvalidProperty", format!("Invalid property '{name}'.")))?;
        if !kind(value) {
            return Err(invalid(name, "does not have the expected type"));
        }
        plain.insert(name.clone(), value.clone());
    }
    check_texts(&plain)?;
    check_tags(&plain)?;
    check_redirects(&plain)?;
    check_permissions(&plain)?;
    Ok(plain)
}

fn invalid(name: &str, why: &str) -> GraphError {
    GraphError::property(
        name,
        "InvalidValue",
        format!("Invalid value specified for property '{name}' of resource 'Application': it {why}."),
    )
}

fn length(fields: &Map<String, Value>, name: &str) -> usize {
    fields.get(name).and_then(Value::as_str).map_or(0, |text| text.chars().count())
}

fn check_texts(fields: &Map<String, Value>) -> Result<(), GraphError> {
    if let Some(name) = fields.get("displayName")
        && name.as_str().is_none_or(|name| name.trim().is_empty())
    {
        return Err(required("displayName"));
    }
    // 120 for work accounts, 90 when personal accounts are allowed (`graph.md` 1).
    let audience = fields.get("signInAudience").and_then(Value::as_str);
    if let Some(audience) = audience
        && !matches!(
            audience,
            "AzureADMyOrg" | "AzureADMultipleOrgs" | "AzureADandPersonalMicrosoftAccount" | "PersonalMicrosoftAccount"
        )
    {
        return Err(invalid("signInAudience", "is not a known audience"));
    }
    let name_limit = if audience.is_some_and(|audience| audience.contains("Personal")) { 90 } else { 120 };
    for (name, limit) in [("displayName", name_limit), ("description", 1024)] {
        if length(fields, name) > limit {
            return Err(invalid(name, &format!("exceeds the maximum length of {limit}")));
        }
    }
    Ok(())
}

/// 400: a property that has to be there.
pub(crate) fn required(name: &str) -> GraphError {
    GraphError::property(
        name,
        "MissingValue",
        format!("A value is required for property '{name}' of resource 'Application'."),
    )
}

fn check_tags(fields: &Map<String, Value>) -> Result<(), GraphError> {
    let tags: Vec<&str> =
        fields.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (at, tag) in tags.iter().enumerate() {
        if tag.is_empty() || tag.chars().count() > 256 {
            return Err(invalid("tags", "has an entry that is not 1 to 256 characters long"));
        }
        if tag.chars().any(char::is_whitespace) {
            return Err(invalid("tags", "has an entry with white space"));
        }
        if tags[..at].contains(tag) {
            return Err(invalid("tags", "has the same entry twice"));
        }
    }
    Ok(())
}

fn check_redirects(fields: &Map<String, Value>) -> Result<(), GraphError> {
    let mut count = 0;
    for platform in ["web", "spa", "publicClient"] {
        let uris = fields.get(platform).and_then(|value| value.get("redirectUris")).and_then(Value::as_array);
        for uri in uris.into_iter().flatten() {
            count += 1;
            let property = format!("{platform}.redirectUris");
            let Some(uri) = uri.as_str() else {
                return Err(invalid(&property, "has an entry that is not a text"));
            };
            if let Some(why) = redirect_problem(uri, platform) {
                return Err(invalid(&property, why));
            }
        }
    }
    if count > 256 {
        return Err(invalid("redirectUris", "has more than 256 entries"));
    }
    Ok(())
}

/// Why a redirect URI is not accepted (`graph.md` 13).
fn redirect_problem(uri: &str, platform: &str) -> Option<&'static str> {
    if uri.chars().count() > 256 {
        return Some("has an entry longer than 256 characters");
    }
    if uri.chars().any(|sign| matches!(sign, '!' | '$' | '\'' | '(' | ')' | ',' | ';') || sign.is_whitespace()) {
        return Some("has an entry with a character that is not allowed");
    }
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    if uri.contains('#') {
        return Some("has an entry with a fragment");
    }
    if host.is_empty() || host.contains('*') || rest.starts_with("[::1]") {
        return Some("has an entry without a usable host");
    }
    match scheme {
        "https" => None,
        "http" if matches!(host, "localhost" | "127.0.0.1") => None,
        _ if platform == "publicClient" && !scheme.is_empty() => None,
        _ => Some("must start with HTTPS, or be HTTP on localhost"),
    }
}

fn check_permissions(fields: &Map<String, Value>) -> Result<(), GraphError> {
    let name = "requiredResourceAccess";
    let resources = fields.get(name).and_then(Value::as_array);
    let mut permissions = 0;
    let is_id =
        |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(|text| uuid::Uuid::parse_str(text).is_ok());
    for resource in resources.into_iter().flatten() {
        if !is_id(resource.get("resourceAppId")) {
            return Err(invalid(name, "has an entry without a resourceAppId"));
        }
        for access in resource.get("resourceAccess").and_then(Value::as_array).into_iter().flatten() {
            permissions += 1;
            let kind = access.get("type").and_then(Value::as_str);
            if !is_id(access.get("id")) || !matches!(kind, Some("Role" | "Scope")) {
                return Err(invalid(name, "has an entry without an id or with a type other than Role and Scope"));
            }
        }
    }
    if resources.is_some_and(|resources| resources.len() > 50) || permissions > 400 {
        return Err(invalid(name, "exceeds 50 resources or 400 permissions"));
    }
    Ok(())
}

/// What an application has that was made without saying so.
pub(crate) fn defaults(plain: &mut Map<String, Value>) {
    // The property table and the sample answers disagree (`graph.md` 1): this is the one that hurts who leaves it out.
    plain.entry("signInAudience").or_insert_with(|| json!("AzureADandPersonalMicrosoftAccount"));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;

    #[test]
    fn every_refusal_names_its_property() {
        let long = "x".repeat(121);
        let cases = [
            (json!({ "displayName": long }), "displayName"),
            (json!({ "displayName": " " }), "displayName"),
            (json!({ "tags": ["a b"] }), "tags"),
            (json!({ "tags": ["a", "a"] }), "tags"),
            (json!({ "web": { "redirectUris": ["http://example.com/"] } }), "web.redirectUris"),
            (json!({ "spa": { "redirectUris": ["https://a/b(c)"] } }), "spa.redirectUris"),
            (json!({ "requiredResourceAccess": [{ "resourceAppId": "x" }] }), "requiredResourceAccess"),
            (json!({ "appId": "x" }), "appId"),
            (json!({ "colour": "red" }), "colour"),
            (json!({ "signInAudience": "Everybody" }), "signInAudience"),
        ];
        for (body, property) in cases {
            let error = check(body.as_object().unwrap()).unwrap_err();
            assert_eq!((error.status, error.details[0].2.as_str()), (400, property));
        }
        let good = json!({ "displayName": "Café \u{1F600}", "tags": ["entrada"],
            "web": { "redirectUris": ["https://businesscentral.dynamics.com/OAuthLanding.htm", "http://localhost:1/x"] } });
        assert!(check(good.as_object().unwrap()).is_ok());
    }
}
