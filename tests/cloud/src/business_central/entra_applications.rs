//! The partner extension's API page on table 9012, and that table's own rules in their order (`business-central.md` 3.1, 3.3).

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, Kind, STATE, code, guid, read, text, write};
use super::errors::Refusal;
use super::model::{Area, EntraApplication, Environment, License, Right, State, User};
use super::odata::{Call, Segment, no_content};
use super::text::Message;
use crate::Response;
use crate::ids::Ids;

/// The page.
pub(super) static ENTRA_APPLICATIONS: EntitySet = EntitySet {
    name: "entraApplications",
    kind: "entraApplication",
    properties: &[
        write("clientId", Kind::Guid),
        write("description", Kind::Text(50)),
        write("contactInformation", Kind::Text(50)),
        write("state", STATE),
        read("userId", Kind::Guid),
        write("permissionGranted", Kind::Bool),
    ],
};

const TABLE: &str = "AAD Application";

fn row(record: &EntraApplication) -> Value {
    json!({
        "clientId": record.client_id,
        "description": record.description,
        "contactInformation": record.contact_information,
        "state": record.state.word(),
        "userId": record.user_id,
        "permissionGranted": record.permission_granted,
    })
}

fn key(client_id: Uuid) -> String {
    format!("Client Id='{{{client_id}}}'")
}

fn find(environment: &Environment, client_id: Uuid) -> Result<&EntraApplication, Refusal> {
    environment.entra_application(client_id).ok_or_else(|| Refusal::no_record(TABLE, key(client_id)))
}

/// `entraApplications` and `entraApplications({clientId})`.
pub(super) fn handle(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    segment: &Segment,
    context: &str,
    company: &str,
    ids: &mut Ids,
) -> Result<Response, Refusal> {
    let right = if call.method == Method::GET { Right::Read } else { Right::Write };
    access::permit(environment, principal, Area::EntraApplications, right, Some(company))?;
    match (call.method, segment.id()?) {
        (&Method::GET, None) => {
            let mut records: Vec<&EntraApplication> = environment.entra_applications.iter().collect();
            records.sort_by_key(|record| record.client_id);
            call.list(&ENTRA_APPLICATIONS, context, records.into_iter().map(row).collect())
        }
        (&Method::POST, None) => {
            let body = ENTRA_APPLICATIONS.read_body(call.body)?;
            let record = insert(environment, &body)?;
            let row = row(&record);
            environment.entra_applications.push(record);
            call.single(&ENTRA_APPLICATIONS, context, StatusCode::CREATED, row)
        }
        (&Method::GET, Some(id)) => {
            call.single(&ENTRA_APPLICATIONS, context, StatusCode::OK, row(find(environment, id)?))
        }
        (&Method::PATCH, Some(id)) => {
            call.match_tag(&row(find(environment, id)?))?;
            let body = ENTRA_APPLICATIONS.read_body(call.body)?;
            modify(environment, principal, id, &body, company, ids)?;
            call.single(&ENTRA_APPLICATIONS, context, StatusCode::OK, row(find(environment, id)?))
        }
        (&Method::DELETE, Some(id)) => {
            let user = find(environment, id)?.user_id;
            call.match_tag(&row(find(environment, id)?))?;
            environment.remove_user(user);
            environment.entra_applications.retain(|record| record.client_id != id);
            Ok(no_content())
        }
        (method, _) => Err(Refusal::no_method(method, ENTRA_APPLICATIONS.name)),
    }
}

/// A new record: the client id is required, the state starts as Disabled. Enabling inside the insert runs `Modify` on a record
/// that is not stored yet and fails (`business-central.md` 3.3).
fn insert(environment: &Environment, body: &Map<String, Value>) -> Result<EntraApplication, Refusal> {
    let Some(client_id) = guid(body, "clientId").filter(|id| !id.is_nil()) else {
        return Err(Refusal::bad(
            "Application_FieldValidationException",
            Message::FieldEmpty { field: "Client Id", table: TABLE, key: key(Uuid::nil()) },
        ));
    };
    if environment.entra_application(client_id).is_some() {
        return Err(Refusal::same_key(TABLE, key(client_id)));
    }
    let description = text(body, "description").unwrap_or_default().to_owned();
    if text(body, "state") == Some(State::Enabled.word()) {
        if description.is_empty() {
            return Err(description_required(client_id));
        }
        return Err(Refusal::no_record(TABLE, key(client_id)));
    }
    Ok(EntraApplication {
        client_id,
        description,
        contact_information: text(body, "contactInformation").unwrap_or_default().to_owned(),
        state: State::Disabled,
        user_id: Uuid::nil(),
        permission_granted: body.get("permissionGranted").and_then(Value::as_bool).unwrap_or(false),
    })
}

/// A change, all of it or nothing.
fn modify(
    environment: &mut Environment,
    principal: &Principal,
    client_id: Uuid,
    body: &Map<String, Value>,
    company: &str,
    ids: &mut Ids,
) -> Result<(), Refusal> {
    if guid(body, "clientId").is_some_and(|new| new != client_id) {
        return Err(Refusal::dialog(Message::RenameRefused));
    }
    let mut record = find(environment, client_id)?.clone();
    if let Some(description) = text(body, "description") {
        description.clone_into(&mut record.description);
    }
    if let Some(contact) = text(body, "contactInformation") {
        contact.clone_into(&mut record.contact_information);
    }
    if let Some(granted) = body.get("permissionGranted").and_then(Value::as_bool) {
        record.permission_granted = granted;
    }
    let state = text(body, "state").and_then(State::read).unwrap_or(record.state);
    let mut made = None;
    if state != record.state {
        made = validate_state(environment, principal, &mut record, state, company, ids)?;
    }
    environment.users.extend(made);
    if state_follows(environment, &record, state) {
        record.state = state;
    }
    if let Some(stored) = environment.entra_application_mut(client_id) {
        *stored = record;
    }
    Ok(())
}

/// The state trigger's checks in their order (`business-central.md` 3.1): description, an enabled full user, the unique user
/// name, and last the caller's own rights. Gives the user to make, if one is to be made.
fn validate_state(
    environment: &Environment,
    principal: &Principal,
    record: &mut EntraApplication,
    state: State,
    company: &str,
    ids: &mut Ids,
) -> Result<Option<User>, Refusal> {
    let mut made = None;
    if state == State::Enabled && environment.user(record.user_id).is_none() {
        if record.description.trim().is_empty() {
            return Err(description_required(record.client_id));
        }
        // A web service session has no dialogs; the confirm question answers itself with yes.
        if let Some(user) = environment.application_user(record.client_id) {
            record.user_id = user.security_id;
        } else {
            let user = new_user(environment, record, ids)?;
            record.user_id = user.security_id;
            made = Some(user);
        }
    }
    if access::manages_security(environment, principal.user, company) {
        Ok(made)
    } else {
        Err(Refusal::dialog(Message::SecurityForState))
    }
}

fn new_user(environment: &Environment, record: &EntraApplication, ids: &mut Ids) -> Result<User, Refusal> {
    let registered =
        environment.users.iter().any(|user| user.license == License::FullUser && user.state == State::Enabled);
    if !registered {
        return Err(Refusal::dialog(Message::RegisterUserFirst));
    }
    let user_name = code(&record.description);
    if environment.users.iter().any(|user| user.user_name == user_name) {
        return Err(Refusal::dialog(Message::UserNameTaken { user_name }));
    }
    Ok(User {
        security_id: ids.uuid(),
        user_name,
        full_name: record.description.clone(),
        state: State::Disabled,
        expires_at_ms: None,
        contact_email: String::new(),
        license: License::Application,
        oid: None,
        application_id: Some(record.client_id),
    })
}

/// The user's own state follows the record's, but only when the record's state changes.
fn state_follows(environment: &mut Environment, record: &EntraApplication, state: State) -> bool {
    if state == record.state {
        return false;
    }
    if let Some(user) = environment.users.iter_mut().find(|user| user.security_id == record.user_id) {
        user.state = state;
    }
    true
}

fn description_required(client_id: Uuid) -> Refusal {
    Refusal::bad(
        "Application_FieldValidationException",
        Message::FieldEmpty { field: "Description", table: TABLE, key: key(client_id) },
    )
}

/// What a person does by hand on the card (`business-central.md` 3.6): enter client id and description, enable. Refuses as the
/// card does; the person is taken to hold SUPER.
pub(super) fn register_by_hand(
    environment: &mut Environment,
    client_id: Uuid,
    description: &str,
    ids: &mut Ids,
) -> Result<Uuid, Refusal> {
    if environment.entra_application(client_id).is_some() {
        return Err(Refusal::same_key(TABLE, key(client_id)));
    }
    let mut record = EntraApplication {
        client_id,
        description: description.chars().take(50).collect(),
        contact_information: String::new(),
        state: State::Enabled,
        user_id: Uuid::nil(),
        permission_granted: false,
    };
    if record.description.trim().is_empty() {
        return Err(description_required(client_id));
    }
    let known = environment.application_user(client_id).map(|user| user.security_id);
    record.user_id = if let Some(user) = known {
        user
    } else {
        let user = new_user(environment, &record, ids)?;
        let id = user.security_id;
        environment.users.push(user);
        id
    };
    let user_id = record.user_id;
    if let Some(user) = environment.users.iter_mut().find(|user| user.security_id == user_id) {
        user.state = State::Enabled;
    }
    environment.entra_applications.push(record);
    Ok(user_id)
}
