//! The application registration itself: what we set on it, and what has to change on one that exists.

use super::SiteBrief;
use crate::flow::choices::Choices;
use crate::flow::session::Account;
use crate::gather::Gather;
use crate::protocol::graph::{AppRole, Application, BUSINESS_CENTRAL_APP};
use crate::protocol::json::{Value, json, object};
use crate::protocol::{date, url};

/// Host of Business Central's web client when the environment does not name its own.
pub(super) const WEB_CLIENT: &str = "https://businesscentral.dynamics.com";

/// Every member that we set on an application of our own (design section 5).
pub(super) fn application_body(
    choices: &Choices,
    roles: &[AppRole],
    sites: &[SiteBrief],
    account: &Account,
    now: u64,
) -> Value {
    let access: Vec<Value> = roles.iter().map(|role| json!({ "id": &role.id, "type": "Role" })).gather();
    let mut redirects: Vec<Value> = Vec::new();
    for site in sites {
        let client = url::origin(&site.web_client).unwrap_or_else(|| WEB_CLIENT.into());
        let redirect = format!("{client}/OAuthLanding.htm").into();
        if !redirects.contains(&redirect) {
            redirects.push(redirect);
        }
    }
    json!({
        "displayName": choices.trimmed_name(),
        "signInAudience": "AzureADMyOrg",
        "requiredResourceAccess": vec![json!({ "resourceAppId": BUSINESS_CENTRAL_APP, "resourceAccess": access })],
        // Lets "Grant Consent" on the card inside Business Central work (business-central.md 4).
        "web": json!({ "redirectUris": redirects }),
        "tags": vec!["entrada".into(), format!("entrada-preset-{}", choices.preset).into()],
        "notes": format!("Set up with Entrada by {} on {}.", account.username, date::day(now)),
        // Nobody can add a credential behind our back on the service principal (graph.md 13).
        "servicePrincipalLockConfiguration": json!({ "isEnabled": true, "allProperties": true }),
    })
}

/// How an application that exists differs from the wanted one.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Members to change, as they shall be.
    pub(super) change: Value,
    /// The same members as they are.
    pub(super) before: Value,
    /// What differs, in words.
    pub(super) differs: Vec<&'static str>,
}

/// What has to change on an application that exists, and what it is called. On an application that is not ours only
/// the declared roles are touched, and what it declares besides stays.
pub(super) fn difference(application: &Application, body: &Value, roles: &[AppRole], ours: bool) -> Difference {
    let mut change = object(&mut []);
    let mut before = object(&mut []);
    let mut differs = Vec::new();
    if roles.iter().any(|role| !application.declared_roles.contains(&role.id)) {
        change.insert("requiredResourceAccess", merged_access(&application.required_access, roles));
        before.insert("requiredResourceAccess", application.required_access.clone());
        differs.push("roles");
    }
    if ours {
        if application.name != body["displayName"].as_str().unwrap_or_default() {
            change.insert("displayName", body["displayName"].clone());
            before.insert("displayName", Value::from(&application.name));
            differs.push("name");
        }
        if application.disabled {
            change.insert("isDisabled", Value::from(false));
            before.insert("isDisabled", Value::from(true));
            differs.push("state");
        }
        // PATCH replaces a collection whole (graph.md 2), so what is there is sent again.
        let mut merge =
            |member: &'static str, word: &'static str, there: &[String], wanted: &Value, wrap: fn(Value) -> Value| {
                let old: Vec<Value> = there.iter().map(Value::from).gather();
                let mut all = old.clone();
                for item in wanted.items() {
                    if !all.contains(item) {
                        all.push(item.clone());
                    }
                }
                if all.len() > old.len() {
                    before.insert(member, wrap(Value::List(old)));
                    change.insert(member, wrap(Value::List(all)));
                    differs.push(word);
                }
            };
        merge(
            "web",
            "redirect",
            &application.redirect_uris,
            &body["web"]["redirectUris"],
            |all| json!({ "redirectUris": all }),
        );
        merge("tags", "tags", &application.tags, &body["tags"], |all| all);
    }
    Difference { change, before, differs }
}

fn merged_access(there: &Value, roles: &[AppRole]) -> Value {
    let mut all = there.items().to_vec();
    let place = all.iter().position(|entry| entry["resourceAppId"] == BUSINESS_CENTRAL_APP).unwrap_or_else(|| {
        all.push(json!({ "resourceAppId": BUSINESS_CENTRAL_APP, "resourceAccess": Vec::new() }));
        all.len() - 1
    });
    if let Some(Value::List(entries)) = all[place].get_mut("resourceAccess") {
        for role in roles {
            if !entries.iter().any(|entry| entry["id"] == role.id.as_str()) {
                entries.push(json!({ "id": &role.id, "type": "Role" }));
            }
        }
    }
    Value::List(all)
}
