//! `users` of the automation API (`business-central.md` 2).

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, Kind, STATE, date_time, read, read_date_time, text, write};
use super::errors::Refusal;
use super::model::{Environment, License, State, User};
use super::odata::{Call, Segment, part};
use super::text::Message;
use super::user_permissions;
use crate::Response;

/// The page.
pub(super) static USERS: EntitySet<'static> = EntitySet {
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

/// What BC writes where a date is not set.
const NO_DATE: &str = "0001-01-01T00:00:00Z";

/// The end of a user's validity as JSON writes it.
pub(super) fn expiry(user: &User) -> String {
    user.expires_at_ms.map_or_else(|| NO_DATE.to_owned(), date_time)
}

fn row(user: &User) -> Value {
    json!({
        "userSecurityId": user.security_id,
        "userName": user.user_name,
        "displayName": user.full_name,
        "state": user.state.word(),
        "expiryDate": expiry(user),
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
