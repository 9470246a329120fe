//! `userPermissions` below a user: which permission sets it holds, and the rules for giving and taking them
//! (`business-central.md` 2 and 2.1).

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, Kind, SCOPE, guid, read, text, write};
use super::errors::Refusal;
use super::model::{AccessControl, Environment, License, Scope, State};
use super::odata::{Call, Segment, no_content};
use super::permission_sets;
use super::text::Message;
use super::users;
use crate::Response;
use crate::ids::Ids;

/// The page part.
pub(super) static USER_PERMISSIONS: EntitySet<'static> = EntitySet {
    name: "userPermissions",
    kind: "userPermission",
    properties: &[
        read("id", Kind::Guid),
        read("userSecurityId", Kind::Guid),
        write("roleId", Kind::Code(20)),
        read("displayName", Kind::Text(30)),
        write("company", Kind::Text(30)),
        write("appId", Kind::Guid),
        read("extensionName", Kind::Text(250)),
        write("scope", SCOPE),
    ],
};

const TABLE: &str = "Access Control";

fn row(environment: &Environment, assignment: &AccessControl) -> Value {
    let set = environment.permission_set(assignment);
    json!({
        "id": assignment.id,
        "userSecurityId": assignment.user,
        "roleId": assignment.role_id,
        "displayName": set.map_or("", |set| set.name.as_str()),
        "company": assignment.company,
        "appId": assignment.app_id,
        "extensionName": set.map_or("", |set| set.extension_name.as_str()),
        "scope": assignment.scope.word(),
    })
}

/// The assignments of one user.
pub(super) fn rows(environment: &Environment, user: Uuid) -> Vec<Value> {
    environment.assignments(user).map(|assignment| row(environment, assignment)).collect()
}

/// Whether taking SUPER from a user, or disabling it, would leave no enabled SUPER user (`business-central.md` 2).
/// With an assignment id, only losing that one assignment counts.
pub(super) fn is_last_super(environment: &Environment, user: Uuid, losing: Option<Uuid>) -> bool {
    let holds = |id: Uuid, without: Option<Uuid>| {
        environment
            .assignments(id)
            .any(|row| row.role_id == "SUPER" && row.company.is_empty() && Some(row.id) != without)
    };
    let counts_now = environment.user(user).is_some_and(|user| user.state == State::Enabled) && holds(user, None);
    let keeps = losing.is_some() && holds(user, losing);
    counts_now
        && !keeps
        && !environment
            .users
            .iter()
            .any(|other| other.security_id != user && other.state == State::Enabled && holds(other.security_id, None))
}

/// `users({user})/userPermissions` and one of its rows.
pub(super) fn handle(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    user: Uuid,
    segment: &Segment,
    context: &str,
    ids: &mut Ids,
) -> Result<Response, Refusal> {
    users::find(environment, user)?;
    match (call.method, segment.id()?) {
        (&Method::GET, None) => call.list(&USER_PERMISSIONS, context, rows(environment, user)),
        (&Method::POST, None) => {
            let body = USER_PERMISSIONS.read_body(call.body)?;
            let made = assignment(environment, principal, user, &body, ids.uuid())?;
            let row = row(environment, &made);
            environment.access_control.push(made);
            call.single(&USER_PERMISSIONS, context, StatusCode::CREATED, row)
        }
        (method, Some(id)) => {
            let found = find(environment, user, id)?.clone();
            match *method {
                Method::GET => call.single(&USER_PERMISSIONS, context, StatusCode::OK, row(environment, &found)),
                Method::PATCH => {
                    call.match_tag(&row(environment, &found))?;
                    let changed = changed(environment, principal, call, &found)?;
                    let row = row(environment, &changed);
                    replace(environment, id, Some(changed));
                    call.single(&USER_PERMISSIONS, context, StatusCode::OK, row)
                }
                Method::DELETE => {
                    call.match_tag(&row(environment, &found))?;
                    may_manage(environment, principal, &found.company)?;
                    if found.role_id == "SUPER" && is_last_super(environment, user, Some(id)) {
                        return Err(Refusal::dialog(Message::LastSuper));
                    }
                    replace(environment, id, None);
                    Ok(no_content())
                }
                _ => Err(Refusal::no_method(method, USER_PERMISSIONS.name)),
            }
        }
        (method, None) => Err(Refusal::no_method(method, USER_PERMISSIONS.name)),
    }
}

fn find(environment: &Environment, user: Uuid, id: Uuid) -> Result<&AccessControl, Refusal> {
    environment
        .assignments(user)
        .find(|row| row.id == id)
        .ok_or_else(|| Refusal::no_record(TABLE, format!("System ID='{{{id}}}'")))
}

fn replace(environment: &mut Environment, id: Uuid, with: Option<AccessControl>) {
    environment.access_control.retain(|row| row.id != id);
    environment.access_control.extend(with);
}

/// The platform's own check, for the company the assignment is about (`business-central.md` 2).
fn may_manage(environment: &Environment, principal: &Principal, company: &str) -> Result<(), Refusal> {
    if access::manages_security(environment, principal.user, company) {
        Ok(())
    } else {
        Err(Refusal::bad("Internal_ServerError", Message::SuperOrSecurity))
    }
}

/// A change is an assignment made of the old values with the sent ones over them.
fn changed(
    environment: &Environment,
    principal: &Principal,
    call: &Call<'_>,
    old: &AccessControl,
) -> Result<AccessControl, Refusal> {
    let sent = USER_PERMISSIONS.read_body(call.body)?;
    may_manage(environment, principal, &old.company)?;
    let mut body = Map::new();
    body.insert("company".to_owned(), old.company.clone().into());
    if !sent.contains_key("roleId") {
        body.insert("roleId".to_owned(), old.role_id.clone().into());
        body.insert("appId".to_owned(), old.app_id.to_string().into());
        body.insert("scope".to_owned(), old.scope.word().into());
    }
    body.extend(sent);
    let loses_super = old.role_id == "SUPER" && is_last_super(environment, old.user, Some(old.id));
    let made = assignment(environment, principal, old.user, &body, old.id)?;
    if loses_super && (made.role_id != "SUPER" || !made.company.is_empty()) {
        return Err(Refusal::dialog(Message::LastSuper));
    }
    Ok(made)
}

/// A new assignment, after every rule of the insert.
pub(super) fn assignment(
    environment: &Environment,
    principal: &Principal,
    user: Uuid,
    body: &Map<String, Value>,
    id: Uuid,
) -> Result<AccessControl, Refusal> {
    let role_id = text(body, "roleId").unwrap_or_default();
    if role_id.is_empty() {
        return Err(Refusal::bad(
            "Application_FieldValidationException",
            Message::FieldEmpty { field: "Role ID", table: TABLE, key: format!("User Security ID='{{{user}}}'") },
        ));
    }
    let scope = text(body, "scope").and_then(Scope::read);
    let set = permission_sets::resolve(environment, role_id, guid(body, "appId"), scope)?;
    let company = company(environment, text(body, "company").unwrap_or_default())?;
    may_manage(environment, principal, &company)?;
    let for_application = environment.user(user).is_some_and(|user| user.license == License::Application);
    if for_application && set.role_id == "SUPER" {
        return Err(Refusal::bad("Internal_ServerError", Message::SuperForApplication));
    }
    let made = AccessControl { id, user, role_id: set.role_id.clone(), company, app_id: set.app_id, scope: set.scope };
    let twice = environment.assignments(user).any(|row| {
        // A changed row is not its own duplicate.
        row.id != made.id
            && row.role_id == made.role_id
            && row.app_id == made.app_id
            && row.scope == made.scope
            && row.company == made.company
    });
    if twice {
        let key = format!("User Security ID='{{{user}}}',Role ID='{}',Company Name='{}'", made.role_id, made.company);
        return Err(Refusal::same_key(TABLE, key));
    }
    Ok(made)
}

/// The company's name as the table writes it; empty means all companies.
fn company(environment: &Environment, name: &str) -> Result<String, Refusal> {
    if name.is_empty() {
        return Ok(String::new());
    }
    environment
        .companies
        .iter()
        .find(|company| company.name.eq_ignore_ascii_case(name))
        .map(|company| company.name.clone())
        .ok_or_else(|| {
            Refusal::bad("Internal_InvalidTableRelation", Message::CompanyUnknown { company: name.to_owned() })
        })
}
