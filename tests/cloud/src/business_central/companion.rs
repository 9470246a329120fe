//! What the companion extension's bridge does (`www/al/src/EntradaBridge.Codeunit.al` and `EntradaBridgeAction.Codeunit.al`),
//! on the rules of table 9012 and of access control that stand here anyway. The questions it asks are the client's part: whoever
//! plays the person answers them before this is called.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::Principal;
use super::model::{EntraApplication, Environment, State};
use super::{entra_applications, user_permissions};
use crate::ids::Ids;

/// Longest description and contact information (`business-central.md` 3.1).
const LONGEST: usize = 50;

/// The answer to one request, in the session of a person of this environment. Always one: an error becomes its text, and nothing of
/// what was begun stays.
pub(super) fn answer(environment: &mut Environment, person: Uuid, request: &Value, ids: &mut Ids) -> Value {
    let mut answer = json!({ "request": request["request"] });
    let mut changed = environment.clone();
    match act(&mut changed, person, request, ids) {
        Ok(created) => {
            *environment = changed;
            answer["ok"] = json!(true);
            let client_id = client_id(request).unwrap_or_default();
            if let Some(record) = environment.entra_application(client_id) {
                answer["recordId"] = json!(record.system_id());
                answer["created"] = json!(created);
                answer["clientId"] = json!(record.client_id);
                answer["description"] = json!(record.description);
                answer["state"] = json!(if record.state == State::Enabled { "Enabled" } else { "Disabled" });
                if !record.user_id.is_nil() {
                    answer["userId"] = json!(record.user_id);
                }
            }
        }
        Err(text) => {
            answer["ok"] = json!(false);
            answer["error"] = json!(text);
            answer["code"] = json!("refused");
        }
    }
    answer
}

fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request[name].as_str().unwrap_or_default()
}

fn client_id(request: &Value) -> Result<Uuid, String> {
    text(request, "clientId").parse().map_err(|_| "The request has no client ID that can be read.".to_owned())
}

/// Whether a record was made.
fn act(environment: &mut Environment, person: Uuid, request: &Value, ids: &mut Ids) -> Result<bool, String> {
    let client_id = client_id(request)?;
    let wanted = text(request, "environment");
    if !wanted.eq_ignore_ascii_case(&environment.name) {
        return Err(format!("The request is for environment {wanted}, and this is {}.", environment.name));
    }
    let user = environment.users.iter().find(|user| user.oid == Some(person)).map(|user| user.security_id);
    let principal = Principal::of_user(environment, user.ok_or("You are not a user of this environment.")?);
    // Entra applications belong to no company; the session is in the first one.
    let company = environment.companies.first().map(|company| company.name.clone()).unwrap_or_default();
    match text(request, "action") {
        "register" => {
            let created = environment.entra_application(client_id).is_none();
            if created {
                environment.entra_applications.push(fresh(client_id, request)?);
            }
            set_state(environment, &principal, client_id, State::Enabled, &company, ids)?;
            return Ok(created);
        }
        "permissions" => {
            let record = environment.entra_application(client_id);
            let user = record.map(|record| record.user_id).filter(|user| !user.is_nil());
            let user = user.ok_or_else(|| {
                format!("The application with client ID {client_id} has no user in this environment yet.")
            })?;
            for set in request["permissionSets"].as_array().into_iter().flatten() {
                give(environment, &principal, user, set.as_object().unwrap_or(&Map::new()), ids)?;
            }
        }
        "disable" if environment.entra_application(client_id).is_some() => {
            set_state(environment, &principal, client_id, State::Disabled, &company, ids)?;
        }
        "look" | "disable" => {}
        "remove" => {
            if let Some(record) = environment.entra_application(client_id).cloned() {
                environment.remove_user(record.user_id);
                environment.entra_applications.retain(|it| it.client_id != client_id);
            }
        }
        other => return Err(format!("This version of the extension does not know the action \"{other}\".")),
    }
    Ok(false)
}

fn fresh(client_id: Uuid, request: &Value) -> Result<EntraApplication, String> {
    let short = |name: &str| {
        let value = text(request, name);
        if value.chars().count() > LONGEST {
            return Err(format!("The text \"{value}\" is longer than {LONGEST} characters."));
        }
        Ok(value.to_owned())
    };
    Ok(EntraApplication {
        description: short("description")?,
        contact_information: short("contact")?,
        ..EntraApplication::new(client_id)
    })
}

fn set_state(
    environment: &mut Environment,
    principal: &Principal,
    client_id: Uuid,
    state: State,
    company: &str,
    ids: &mut Ids,
) -> Result<(), String> {
    let Some(mut record) = environment.entra_application(client_id).cloned() else { return Ok(()) };
    if record.state == state {
        return Ok(());
    }
    entra_applications::change_state(environment, principal, &mut record, state, company, ids)
        .map_err(|refusal| refusal.english())?;
    if let Some(stored) = environment.entra_application_mut(client_id) {
        *stored = record;
    }
    Ok(())
}

fn give(
    environment: &mut Environment,
    principal: &Principal,
    user: Uuid,
    set: &Map<String, Value>,
    ids: &mut Ids,
) -> Result<(), String> {
    let name = |name: &str| set.get(name).and_then(Value::as_str).unwrap_or_default();
    if name("roleId") == "SUPER" {
        return Err("SUPER cannot be given to an application.".to_owned());
    }
    let there = |row: &super::model::AccessControl| {
        row.user == user
            && row.role_id == name("roleId")
            && row.company == name("company")
            && row.app_id.to_string() == name("appId").to_lowercase()
    };
    if environment.access_control.iter().any(there) {
        return Ok(());
    }
    let made = user_permissions::assignment(environment, principal, user, set, ids.uuid())
        .map_err(|refusal| refusal.english())?;
    environment.access_control.push(made);
    Ok(())
}
