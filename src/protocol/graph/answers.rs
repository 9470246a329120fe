//! What Graph answers, reduced to what we use. Unknown members are ignored: Graph adds some every month.

use crate::gather::Gather;
use crate::protocol::date;
use crate::protocol::http::{self, CallError, Refusal, Response};
use crate::protocol::json::{self, Misread, Node, Value};
use crate::protocol::secret::Secret;

/// A directory role the person holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRole {
    /// The same in every tenant (graph.md 8).
    pub template_id: String,
    /// In words.
    pub name: String,
}

/// The tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Tenant id.
    pub id: String,
    /// Company name.
    pub name: String,
    /// Default domain first.
    pub domain: String,
}

/// An application role a resource offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRole {
    /// Differs by resource, the same in every tenant.
    pub id: String,
    /// `API.ReadWrite.All`.
    pub value: String,
}

/// A service principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    /// Object id.
    pub id: String,
    /// `accountEnabled`; tokens are refused when false.
    pub enabled: bool,
    /// Enabled roles for applications.
    pub roles: Vec<AppRole>,
    /// Name of the verified publisher, if verified.
    pub publisher: Option<String>,
    /// Id of the verified publisher, if verified.
    pub publisher_id: Option<String>,
}

/// An application registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Object id.
    pub id: String,
    /// Client id.
    pub app_id: String,
    /// Display name.
    pub name: String,
    /// The key we give it; absent on applications made elsewhere.
    pub unique_name: Option<String>,
    /// `isDisabled`; tokens are refused then.
    pub disabled: bool,
    /// `AzureADMyOrg` for ours.
    pub audience: String,
    /// Business Central roles it declares, by role id.
    pub declared_roles: Vec<String>,
    /// Declared permissions of other resources exist.
    pub declares_others: bool,
    /// The whole `requiredResourceAccess`, so that a change can keep what is foreign.
    pub required_access: Value,
    /// Redirect URIs of platform web.
    pub redirect_uris: Vec<String>,
    /// Its secrets, without text.
    pub secrets: Vec<SecretInfo>,
    /// Tags.
    pub tags: Vec<String>,
}

/// A client secret as Graph lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretInfo {
    /// Its id.
    pub key_id: String,
    /// The name it was given.
    pub name: String,
    /// First characters of the text.
    pub hint: String,
    /// Expiry, ms since 1970.
    pub ends: Option<u64>,
}

impl SecretInfo {
    /// Name and key id, so that it can be found among its like.
    pub fn named(&self) -> String {
        [&self.name, ", ", &self.key_id].concat()
    }
}

/// A client secret as it was made, once.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// Its id.
    pub key_id: String,
    /// The text.
    pub text: Secret,
    /// Expiry, ms since 1970.
    pub ends: u64,
}

/// One role held by a service principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Assignment id.
    pub id: String,
    /// Service principal of the resource.
    pub resource_id: String,
    /// Role.
    pub role_id: String,
}

/// What the tenant's default policy says of secrets (graph.md 3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CredentialPolicy {
    /// New secrets are refused.
    pub secrets_forbidden: bool,
    /// Longest life of a new secret.
    pub max_days: Option<u64>,
}

/// The body of a successful answer, or the error that stands there instead.
pub fn success(response: &Response) -> Result<Value, CallError> {
    http::read_json(response, refusal)
}

/// The error body of graph.md 10; a body that is no JSON still gives the status.
fn refusal(response: &Response) -> Refusal {
    let value = json::parse(response.body.open()).unwrap_or(Value::Null);
    let error = &value["error"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let details = error["details"].as_list().map(|details| details.iter().map(|detail| text(&detail["code"])).gather());
    let request_id = [&error["innerError"]["request-id"], &error["innererror"]["request-id"]]
        .into_iter()
        .find_map(Value::as_str)
        .or_else(|| response.header("request-id"))
        .unwrap_or_default()
        .to_owned();
    Refusal {
        status: response.status,
        code: text(&error["code"]),
        message: text(&error["message"]),
        details: details.unwrap_or_default(),
        request_id,
        claims: None,
    }
}

fn read<T>(response: &Response, take: impl Fn(&Node<'_>) -> Result<T, Misread>) -> Result<T, CallError> {
    let value = success(response)?;
    take(&Node::root(&value)).map_err(CallError::Unreadable)
}

fn list<T>(response: &Response, take: impl Fn(&Node<'_>) -> Result<T, Misread>) -> Result<Vec<T>, CallError> {
    let mut all = Vec::new();
    rows(response, &mut |row| {
        all.push(take(row)?);
        Ok(())
    })?;
    Ok(all)
}

#[inline(never)]
fn rows(response: &Response, visit: &mut dyn FnMut(&Node<'_>) -> Result<(), Misread>) -> Result<(), CallError> {
    let value = success(response)?;
    Node::root(&value).member("value").and_then(|list| list.walk(visit)).map_err(CallError::Unreadable)
}

/// `None` for 404: not there, or not there yet.
pub fn or_missing<T>(result: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(CallError::Refused(refusal)) if refusal.status == 404 => Ok(None),
        Err(other) => Err(other),
    }
}

/// Directory roles.
pub fn read_roles(response: &Response) -> Result<Vec<DirectoryRole>, CallError> {
    list(response, |node| {
        Ok(DirectoryRole { template_id: node.shown("roleTemplateId"), name: node.shown("displayName") })
    })
}

/// The one organization.
pub fn read_organization(response: &Response) -> Result<Organization, CallError> {
    let mut found = list(response, |node| {
        let domains = node.optional("verifiedDomains").map(|domains| domains.items()).transpose()?.unwrap_or_default();
        let default = domains.iter().find(|domain| domain.value()["isDefault"] == true).or(domains.first());
        Ok(Organization {
            id: node.string("id")?,
            name: node.shown("displayName"),
            domain: default.map(|domain| domain.shown("name")).unwrap_or_default(),
        })
    })?;
    found
        .pop()
        .ok_or_else(|| CallError::Unreadable(Misread::new("$.value".into(), "one organization is expected".into())))
}

/// A service principal.
pub fn read_service_principal(response: &Response) -> Result<ServicePrincipal, CallError> {
    read(response, |node| {
        let for_applications = |role: &Node<'_>| {
            let types = role.value()["allowedMemberTypes"].as_list();
            role.value()["isEnabled"] != false
                && types.is_some_and(|types| types.iter().any(|kind| *kind == "Application"))
        };
        let mut roles = Vec::new();
        if let Some(list) = node.optional("appRoles") {
            list.walk(&mut |role| {
                if for_applications(role) {
                    roles.push(AppRole { id: role.string("id")?, value: role.shown("value") });
                }
                Ok(())
            })?;
        }
        let publisher = node.optional("verifiedPublisher");
        let of_publisher = |name: &str| publisher.and_then(|publisher| publisher.maybe(name));
        Ok(ServicePrincipal {
            id: node.string("id")?,
            enabled: node.optional("accountEnabled").is_none_or(|enabled| *enabled.value() != false),
            roles,
            publisher: of_publisher("displayName"),
            publisher_id: of_publisher("verifiedPublisherId"),
        })
    })
}

fn application(node: &Node<'_>) -> Result<Application, Misread> {
    let access = node.optional("requiredResourceAccess").map(|access| access.items()).transpose()?.unwrap_or_default();
    let mut declared_roles = Vec::new();
    let mut declares_others = false;
    for resource in &access {
        if resource.shown("resourceAppId") != super::BUSINESS_CENTRAL_APP {
            declares_others = true;
            continue;
        }
        for entry in resource.member("resourceAccess")?.items()? {
            if entry.shown("type") == "Role" {
                declared_roles.push(entry.string("id")?);
            } else {
                declares_others = true;
            }
        }
    }
    let texts = |node: Option<Node<'_>>| node.map(|list| list.texts()).transpose().map(Option::unwrap_or_default);
    Ok(Application {
        id: node.string("id")?,
        app_id: node.string("appId")?,
        name: node.shown("displayName"),
        unique_name: node.maybe("uniqueName"),
        disabled: node.value()["isDisabled"] == true,
        audience: node.shown("signInAudience"),
        declared_roles,
        declares_others,
        required_access: node.value()["requiredResourceAccess"].clone(),
        redirect_uris: texts(node.optional("web").and_then(|web| web.optional("redirectUris")))?,
        secrets: node.each_of("passwordCredentials", |secret| {
            Ok(SecretInfo {
                key_id: secret.string("keyId")?,
                name: secret.shown("displayName"),
                hint: secret.shown("hint"),
                ends: date::parse(&secret.shown("endDateTime")),
            })
        })?,
        tags: texts(node.optional("tags"))?,
    })
}

/// One application.
pub fn read_application(response: &Response) -> Result<Application, CallError> {
    read(response, application)
}

/// Several applications.
pub fn read_applications(response: &Response) -> Result<Vec<Application>, CallError> {
    list(response, application)
}

/// The answer to an upsert: `Some` when something was created, `None` when it existed (204).
pub fn read_upserted<T>(
    response: &Response,
    take: fn(&Response) -> Result<T, CallError>,
) -> Result<Option<T>, CallError> {
    if response.status == 204 { Ok(None) } else { take(response).map(Some) }
}

/// Roles held.
pub fn read_grants(response: &Response) -> Result<Vec<Grant>, CallError> {
    list(response, |node| {
        Ok(Grant {
            id: node.string("id")?,
            resource_id: node.string("resourceId")?,
            role_id: node.string("appRoleId")?,
        })
    })
}

/// The new secret.
pub fn read_new_secret(response: &Response) -> Result<NewSecret, CallError> {
    read(response, |node| {
        let ends = node.member("endDateTime")?;
        let Some(ends_ms) = date::parse(ends.text()?) else {
            return ends.misread("a UTC date is expected here");
        };
        Ok(NewSecret { key_id: node.string("keyId")?, text: Secret::new(node.string("secretText")?), ends: ends_ms })
    })
}

/// The default policy, as far as it limits secrets of applications created now.
pub fn read_policy(response: &Response) -> Result<CredentialPolicy, CallError> {
    read(response, |node| {
        let mut policy = CredentialPolicy::default();
        if node.value()["isEnabled"] != true {
            return Ok(policy);
        }
        let rules = node.optional("applicationRestrictions").and_then(|rules| rules.optional("passwordCredentials"));
        for rule in rules.map(|rules| rules.items()).transpose()?.unwrap_or_default() {
            if rule.shown("state") == "disabled" {
                continue;
            }
            match rule.shown("restrictionType").as_str() {
                "passwordAddition" => policy.secrets_forbidden = true,
                "passwordLifetime" => policy.max_days = date::duration_days(&rule.shown("maxLifetime")),
                _ => {}
            }
        }
        Ok(policy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: vec![("request-id".into(), "r-header".into())], body: Secret::new(body) }
    }

    #[test]
    fn refusals_keep_every_code() {
        let body = r#"{"error":{"code":"Request_BadRequest","message":"m","details":[{"code":"NoBackingApplicationObject"}],"innerError":{"request-id":"r1"}}}"#;
        let Err(CallError::Refused(refusal)) = read_application(&answer(400, body)) else { panic!() };
        assert!(refusal.has_code("NoBackingApplicationObject"));
        assert_eq!(refusal.request_id, "r1");
        let Err(CallError::Refused(refusal)) = read_application(&answer(500, "<html>")) else { panic!() };
        assert_eq!((refusal.status, refusal.request_id.as_str()), (500, "r-header"));
    }

    #[test]
    fn only_enabled_roles_for_applications_count() {
        let body = r#"{"id":"s","appRoles":[{"id":"1","value":"A","isEnabled":true,"allowedMemberTypes":["Application"]},
            {"id":"2","value":"B","isEnabled":false,"allowedMemberTypes":["Application"]},{"id":"3","value":"C","allowedMemberTypes":["User"]}]}"#;
        let found = read_service_principal(&answer(200, body)).unwrap();
        assert_eq!(found.roles, [AppRole { id: "1".into(), value: "A".into() }]);
    }

    #[test]
    fn declared_roles_of_business_central_are_told_from_others() {
        let body = r#"{"id":"o","appId":"a","requiredResourceAccess":[
            {"resourceAppId":"996def3d-b36c-4153-8607-a6fd3c01b89f","resourceAccess":[{"id":"r1","type":"Role"},{"id":"s1","type":"Scope"}]}]}"#;
        let found = read_application(&answer(200, body)).unwrap();
        assert_eq!(found.declared_roles, ["r1"]);
        assert!(found.declares_others);
    }

    #[test]
    fn a_disabled_policy_restricts_nothing() {
        let rules = r#""applicationRestrictions":{"passwordCredentials":[{"restrictionType":"passwordAddition","state":"enabled"},
            {"restrictionType":"passwordLifetime","state":"enabled","maxLifetime":"P90D"}]}"#;
        assert_eq!(
            read_policy(&answer(200, &format!("{{\"isEnabled\":false,{rules}}}"))).unwrap(),
            CredentialPolicy::default()
        );
        let enabled = read_policy(&answer(200, &format!("{{\"isEnabled\":true,{rules}}}"))).unwrap();
        assert_eq!(enabled, CredentialPolicy { secrets_forbidden: true, max_days: Some(90) });
    }

    #[test]
    fn throttling_is_no_refusal() {
        assert!(matches!(read_grants(&answer(429, "")), Err(CallError::Busy { status: 429, .. })));
    }
}
