//! A page on table 9012 under names of its own: its entity set, its rows, and what a request body wants changed.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::entity::{EntitySet, Kind, Property, STATE, guid, read, text, write};
use super::errors::Refusal;
use super::model::{EntraApplication, Environment, State};
use super::pages::RecordNames;

/// A field of the table, or a variable of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    SystemId,
    ClientId,
    Description,
    ContactInformation,
    State,
    UserId,
    PermissionGranted,
    AppId,
    AppName,
    UserName,
    UserTelemetryId,
}

/// A page on the table, ready to answer.
pub(super) struct RecordPage<'a> {
    fields: Vec<Field>,
    properties: Vec<Property<'a>>,
}

/// What a body wants changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) client_id: Option<Uuid>,
    pub(super) description: Option<String>,
    pub(super) contact_information: Option<String>,
    pub(super) state: Option<State>,
    pub(super) permission_granted: Option<bool>,
    pub(super) app_id: Option<Uuid>,
}

impl<'a> RecordPage<'a> {
    /// The page with these names.
    pub(super) fn new(names: &'a RecordNames) -> Self {
        let optional = |field, name: &'a Option<String>, kind, writable| {
            name.as_deref().map(|name| (field, if writable { write(name, kind) } else { read(name, kind) }))
        };
        let all = [
            optional(Field::SystemId, &names.system_id, Kind::Guid, false),
            Some((Field::ClientId, write(&names.client_id, Kind::Guid))),
            Some((Field::Description, write(&names.description, Kind::Text(50)))),
            optional(Field::ContactInformation, &names.contact_information, Kind::Text(50), true),
            optional(Field::State, &names.state, STATE, true),
            optional(Field::UserId, &names.user_id, Kind::Guid, false),
            optional(Field::PermissionGranted, &names.permission_granted, Kind::Bool, true),
            optional(Field::AppId, &names.app_id, Kind::Guid, true),
            optional(Field::AppName, &names.app_name, Kind::Text(250), false),
            optional(Field::UserName, &names.user_name, Kind::Code(50), false),
            optional(Field::UserTelemetryId, &names.user_telemetry_id, Kind::Guid, false),
        ];
        let (fields, properties) = all.into_iter().flatten().unzip();
        Self { fields, properties }
    }

    /// The entity set in addresses and error texts.
    pub(super) fn set<'b>(&'b self, name: &'b str, kind: &'b str) -> EntitySet<'b> {
        EntitySet { name, kind, properties: &self.properties }
    }

    /// Its properties.
    pub(super) fn properties(&self) -> &[Property<'a>] {
        &self.properties
    }

    /// One record.
    pub(super) fn row(&self, environment: &Environment, record: &EntraApplication) -> Value {
        let user = environment.user(record.user_id);
        let value = |field: &Field| match field {
            Field::SystemId => json!(record.system_id()),
            Field::ClientId => json!(record.client_id),
            Field::Description => json!(record.description),
            Field::ContactInformation => json!(record.contact_information),
            Field::State => json!(record.state.word()),
            Field::UserId => json!(record.user_id),
            Field::PermissionGranted => json!(record.permission_granted),
            Field::AppId => json!(record.app_id),
            Field::AppName => json!(record.app_name),
            Field::UserName => json!(user.map_or("", |user| user.user_name.as_str())),
            // Made of the security id, so that it stays the same.
            Field::UserTelemetryId => {
                json!(user.map_or(Uuid::nil(), |user| Uuid::new_v5(&user.security_id, b"telemetry")))
            }
        };
        let members = self.fields.iter().zip(&self.properties);
        Value::Object(members.map(|(field, property)| (property.name.to_owned(), value(field))).collect())
    }

    /// Reads a body against the page.
    pub(super) fn change(&self, set: &EntitySet<'_>, body: &[u8]) -> Result<Change, Refusal> {
        let body: Map<String, Value> = set.read_body(body)?;
        let mut change = Change::default();
        for (field, property) in self.fields.iter().zip(&self.properties) {
            let name = property.name;
            match field {
                Field::ClientId => change.client_id = guid(&body, name),
                Field::Description => change.description = text(&body, name).map(str::to_owned),
                Field::ContactInformation => change.contact_information = text(&body, name).map(str::to_owned),
                Field::State => change.state = text(&body, name).and_then(State::read),
                Field::PermissionGranted => change.permission_granted = body.get(name).and_then(Value::as_bool),
                Field::AppId => change.app_id = guid(&body, name),
                // Bodies with one of these were refused when they were read.
                Field::SystemId | Field::UserId | Field::AppName | Field::UserName | Field::UserTelemetryId => {}
            }
        }
        Ok(change)
    }
}
