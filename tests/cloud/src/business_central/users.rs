//! `users` of the automation API, and the 2026 page `accessControls` (`business-central.md` 2).

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, Kind, SCOPE, STATE, date_time, read, read_date_time, text, write};
use super::errors::Refusal;
use super::model::{Environment, License, State, User};
use super::odata::{Call, Segment, part};
use super::text::{Language, Message};
use super::user_permissions;
use crate::Response;

/// The page.
pub(super) static USERS: EntitySet = EntitySet {
    name: "users",
    kind: "user",
    properties: &[
        read("userSecurityId", Kind::Guid),
        read("userName", Kind::Code(50)),
        read("displayName", Kind::Text(80)),
        write("state", STATE),
        write("expiryDate", Kind::DateTime),
        write("contactEmail", Kind::Text(250)),
    ],
};

/// The page of 2026.
pub(super) static ACCESS_CONTROLS: EntitySet = EntitySet {
    name: "accessControls",
    kind: "accessControl",
    properties: &[
        read("id", Kind::Guid),
        read("userSecurityId", Kind::Guid),
        read("roleId", Kind::Code(20)),
        read("roleName", Kind::Text(30)),
        read("company", Kind::Text(30)),
        read("userName", Kind::Code(50)),
        read("fullName", Kind::Text(80)),
        read("userLicenseType", Kind::Text(30)),
        read("scope", SCOPE),
        read("appId", Kind::Guid),
        read("appName", Kind::Text(250)),
    ],
};

/// What BC writes where a date is not set.
const NO_DATE: &str = "0001-01-01T00:00:00Z";

fn row(user: &User) -> Value {
    json!({
        "userSecurityId": user.security_id,
        "userName": user.user_name,
        "displayName": user.full_name,
        "state": user.state.word(),
        "expiryDate": user.expires_at_ms.map_or_else(|| NO_DATE.to_owned(), date_time),
        "contactEmail": user.contact_email,
    })
}

/// Application users are listed, without client id or licence; users of type External User are not (`business-central.md` 2).
fn listed(user: &User) -> bool {
    user.license != License::ExternalUser
}

/// A user that shows on the page, by its key.
pub(super) fn find(environment: &Environment, security_id: Uuid) -> Result<&User, Refusal> {
    environment.user(security_id).filter(|user| listed(user)).ok_or_else(|| missing(security_id))
}

fn missing(security_id: Uuid) -> Refusal {
    Refusal::no_record("User", format!("User Security ID='{{{security_id}}}'"))
}

/// `users` and `users({id})`.
pub(super) fn handle(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    segment: &Segment,
    context: &str,
) -> Result<Response, Refusal> {
    let with_parts = |environment: &Environment, user: &User| {
        let mut row = row(user);
        if call.expands("userPermissions") {
            row["userPermissions"] = part(user_permissions::rows(environment, user.security_id));
        }
        row
    };
    match (call.method, segment.id()?) {
        (&Method::GET, None) => {
            let rows = environment
                .users
                .iter()
                .filter(|user| listed(user))
                .map(|user| with_parts(environment, user))
                .collect();
            call.list(&USERS, context, rows)
        }
        (&Method::GET, Some(id)) => {
            let row = with_parts(environment, find(environment, id)?);
            call.single(&USERS, context, StatusCode::OK, row)
        }
        (&Method::PATCH, Some(id)) => {
            call.match_tag(&row(find(environment, id)?))?;
            change(environment, principal, call, id)?;
            call.single(&USERS, context, StatusCode::OK, row(find(environment, id)?))
        }
        (method, _) => Err(Refusal::no_method(method, USERS.name)),
    }
}

fn change(environment: &mut Environment, principal: &Principal, call: &Call<'_>, id: Uuid) -> Result<(), Refusal> {
    let body = USERS.read_body(call.body)?;
    if !access::manages_security(environment, principal.user, "") {
        return Err(Refusal::bad("Internal_ServerError", Message::SuperOrSecurity));
    }
    let state = text(&body, "state").and_then(State::read);
    if state == Some(State::Disabled) && user_permissions::is_last_super(environment, id, None) {
        return Err(Refusal::dialog(Message::LastSuper));
    }
    let Some(user) = environment.users.iter_mut().find(|user| user.security_id == id) else {
        return Err(missing(id));
    };
    // Only the user changes: the state of an application's record stays as it was (`business-central.md` 2.1).
    user.state = state.unwrap_or(user.state);
    if let Some(date) = text(&body, "expiryDate") {
        // The empty date lies before 1970 and reads as no date.
        user.expires_at_ms = read_date_time(date);
    }
    if let Some(address) = text(&body, "contactEmail") {
        address.clone_into(&mut user.contact_email);
    }
    Ok(())
}

/// The licence in words, as the page computes it: in the caller's language (`business-central.md` 2).
fn license_name(license: License, language: Language) -> &'static str {
    match (license, language) {
        (License::FullUser, Language::English) => "Full User",
        (License::FullUser, Language::Danish) => "Fuld bruger",
        (License::InternalAdministrator, Language::English) => "Internal Administrator",
        (License::InternalAdministrator, Language::Danish) => "Intern administrator",
        (License::ExternalAdministrator, Language::English) => "External Administrator",
        (License::ExternalAdministrator, Language::Danish) => "Ekstern administrator",
        (License::ExternalUser, Language::English) => "External User",
        (License::ExternalUser, Language::Danish) => "Ekstern bruger",
        (License::Application, Language::English) => "Application",
        (License::Application, Language::Danish) => "Applikation",
    }
}

/// Rows of `accessControls`; users without any permission set do not show (`business-central.md` 2).
pub(super) fn access_control_rows(environment: &Environment, language: Language) -> Vec<Value> {
    environment
        .access_control
        .iter()
        .filter_map(|assignment| Some((assignment, environment.user(assignment.user)?)))
        .map(|(assignment, user)| {
            let set = environment.permission_set(assignment);
            json!({
                "id": assignment.id,
                "userSecurityId": user.security_id,
                "roleId": assignment.role_id,
                "roleName": set.map_or("", |set| set.name.as_str()),
                "company": assignment.company,
                "userName": user.user_name,
                "fullName": user.full_name,
                "userLicenseType": license_name(user.license, language),
                "scope": assignment.scope.word(),
                "appId": assignment.app_id,
                "appName": set.map_or("", |set| set.extension_name.as_str()),
            })
        })
        .collect()
}
