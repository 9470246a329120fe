//! Table 9012 behind whatever page shows it, its own rules in their order, and a partner's API page on it
//! (`business-central.md` 3.1, 3.3).

use http::{Method, StatusCode};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, code};
use super::errors::Refusal;
use super::model::{Area, EntraApplication, Environment, License, Right, State, User};
use super::odata::{Call, Segment, no_content};
use super::record_page::{Change, RecordPage};
use super::text::Message;
use crate::Response;
use crate::ids::Ids;

const TABLE: &str = "AAD Application";

fn key(client_id: Uuid) -> String {
    format!("Client Id='{{{client_id}}}'")
}

fn find(environment: &Environment, client_id: Uuid) -> Result<&EntraApplication, Refusal> {
    environment.entra_application(client_id).ok_or_else(|| Refusal::no_record(TABLE, key(client_id)))
}

/// The partner's page: its entity set, one record, or the action on one record.
#[expect(clippy::too_many_arguments, reason = "everything a page may use, each of another kind")]
pub(super) fn handle(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    segment: &Segment,
    action: Option<&Segment>,
    context: &str,
    company: &str,
    ids: &mut Ids,
) -> Result<Response, Refusal> {
    let shape = environment.partner_page.clone();
    let page = RecordPage::new(&shape.names);
    let set = page.set(&shape.entity_set, &shape.entity);
    let key = match segment.id()? {
        Some(id) if shape.keyed_by_system_id => {
            let record = environment.entra_applications.iter().find(|record| record.system_id() == id);
            Some(record.ok_or_else(|| Refusal::no_record(TABLE, format!("SystemId='{{{id}}}'")))?.client_id)
        }
        other => other,
    };
    if let Some(action) = action {
        let Some(client_id) = key.filter(|_| shape.action.as_deref() == Some(action.name.as_str())) else {
            return Err(Refusal::no_segment(&action.name));
        };
        if call.method != Method::POST {
            return Err(Refusal::no_method(call.method, &action.name));
        }
        access::permit(environment, principal, Area::EntraApplications, Right::Write, Some(company))?;
        let enable = Change { state: Some(State::Enabled), ..Change::default() };
        modify(environment, principal, client_id, &enable, company, ids)?;
        // A bound action that updates its record answers 200 without a body (tests of the automation API in BCApps).
        return Ok(Response::new(Vec::new()));
    }
    answer(environment, principal, call, &page, &set, key, context, company, ids)
}

/// Reading and writing through one page; `key` is the client id in the address.
#[expect(clippy::too_many_arguments, reason = "everything a page may use, each of another kind")]
pub(super) fn answer(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    page: &RecordPage<'_>,
    set: &EntitySet<'_>,
    key: Option<Uuid>,
    context: &str,
    company: &str,
    ids: &mut Ids,
) -> Result<Response, Refusal> {
    let right = if call.method == Method::GET { Right::Read } else { Right::Write };
    access::permit(environment, principal, Area::EntraApplications, right, Some(company))?;
    let row = |environment: &Environment, id| Ok(page.row(environment, find(environment, id)?));
    match (call.method, key) {
        (&Method::GET, None) => {
            let mut records: Vec<&EntraApplication> = environment.entra_applications.iter().collect();
            records.sort_by_key(|record| record.client_id);
            call.list(set, context, records.into_iter().map(|record| page.row(environment, record)).collect())
        }
        (&Method::POST, None) => {
            let record = insert(environment, &page.change(set, call.body)?)?;
            let row = page.row(environment, &record);
            environment.entra_applications.push(record);
            call.single(set, context, StatusCode::CREATED, row)
        }
        (&Method::GET, Some(id)) => call.single(set, context, StatusCode::OK, row(environment, id)?),
        (&Method::PATCH, Some(id)) => {
            call.match_tag(&row(environment, id)?)?;
            let change = page.change(set, call.body)?;
            modify(environment, principal, id, &change, company, ids)?;
            call.single(set, context, StatusCode::OK, row(environment, id)?)
        }
        (&Method::DELETE, Some(id)) => {
            let user = find(environment, id)?.user_id;
            call.match_tag(&row(environment, id)?)?;
            environment.remove_user(user);
            environment.entra_applications.retain(|record| record.client_id != id);
            Ok(no_content())
        }
        (method, _) => Err(Refusal::no_method(method, set.name)),
    }
}

/// A new record: the client id is required, the state starts as Disabled. Enabling inside the insert runs `Modify` on a record
/// that is not stored yet and fails (`business-central.md` 3.3).
fn insert(environment: &Environment, change: &Change) -> Result<EntraApplication, Refusal> {
    let Some(client_id) = change.client_id.filter(|id| !id.is_nil()) else {
        return Err(client_id_required());
    };
    if environment.entra_application(client_id).is_some() {
        return Err(Refusal::same_key(TABLE, key(client_id)));
    }
    let record = EntraApplication {
        description: change.description.clone().unwrap_or_default(),
        contact_information: change.contact_information.clone().unwrap_or_default(),
        permission_granted: change.permission_granted.unwrap_or(false),
        app_id: change.app_id.unwrap_or_default(),
        ..EntraApplication::new(client_id)
    };
    if change.state == Some(State::Enabled) {
        if record.description.is_empty() {
            return Err(description_required(client_id));
        }
        return Err(not_stored(client_id));
    }
    Ok(record)
}

/// A change, all of it or nothing.
fn modify(
    environment: &mut Environment,
    principal: &Principal,
    client_id: Uuid,
    change: &Change,
    company: &str,
    ids: &mut Ids,
) -> Result<(), Refusal> {
    if change.client_id.is_some_and(|new| new != client_id) {
        return Err(Refusal::dialog(Message::RenameRefused));
    }
    let mut record = find(environment, client_id)?.clone();
    if let Some(description) = &change.description {
        record.description.clone_from(description);
    }
    if let Some(contact) = &change.contact_information {
        record.contact_information.clone_from(contact);
    }
    record.permission_granted = change.permission_granted.unwrap_or(record.permission_granted);
    record.app_id = change.app_id.unwrap_or(record.app_id);
    if let Some(state) = change.state.filter(|state| *state != record.state) {
        change_state(environment, principal, &mut record, state, company, ids)?;
    }
    if let Some(stored) = environment.entra_application_mut(client_id) {
        *stored = record;
    }
    Ok(())
}

/// The state trigger: its checks, the user it makes, and the user's own state, which follows the record's.
pub(super) fn change_state(
    environment: &mut Environment,
    principal: &Principal,
    record: &mut EntraApplication,
    state: State,
    company: &str,
    ids: &mut Ids,
) -> Result<(), Refusal> {
    let made = validate_state(environment, principal, record, state, company, ids)?;
    environment.users.extend(made);
    if let Some(user) = environment.users.iter_mut().find(|user| user.security_id == record.user_id) {
        user.state = state;
    }
    record.state = state;
    Ok(())
}

/// The row is not stored, so nothing can modify it.
pub(super) fn not_stored(client_id: Uuid) -> Refusal {
    Refusal::no_record(TABLE, key(client_id))
}

/// The table's insert trigger: no row without a client id.
pub(super) fn client_id_required() -> Refusal {
    Refusal::bad(
        "Application_FieldValidationException",
        Message::FieldEmpty { field: "Client Id", table: TABLE, key: key(Uuid::nil()) },
    )
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
        description: description.chars().take(50).collect(),
        state: State::Enabled,
        ..EntraApplication::new(client_id)
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
