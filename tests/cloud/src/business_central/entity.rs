//! Entity sets: their properties with types, and the reading of a request body against them.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::errors::Refusal;
use super::text::Message;

/// Type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Guid,
    /// Upper-case comparison: `Code` fields ignore case (`business-central.md` 2.1).
    Code(usize),
    Text(usize),
    Bool,
    Number,
    DateTime,
    /// An option, written as its word.
    Choice(&'static [&'static str]),
}

/// One property.
#[derive(Clone, Copy, Debug)]
pub(super) struct Property<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
    /// Whether a request body may carry it.
    pub(super) writable: bool,
}

/// One entity set. Most are fixed; those of a partner's page and of published pages are named by whoever made them.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntitySet<'a> {
    /// Name in the address.
    pub(super) name: &'a str,
    /// Type name in error texts.
    pub(super) kind: &'a str,
    pub(super) properties: &'a [Property<'a>],
}

/// A property that can only be read.
pub(super) const fn read(name: &str, kind: Kind) -> Property<'_> {
    Property { name, kind, writable: false }
}

/// A property a body may carry.
pub(super) const fn write(name: &str, kind: Kind) -> Property<'_> {
    Property { name, kind, writable: true }
}

/// State of users and application records.
pub(super) const STATE: Kind = Kind::Choice(&["Enabled", "Disabled"]);
/// Scope of permission sets.
pub(super) const SCOPE: Kind = Kind::Choice(&["System", "Tenant"]);

impl<'a> EntitySet<'a> {
    /// A property by name, or the error naming it.
    pub(super) fn property(&self, name: &str) -> Result<&'a Property<'a>, Refusal> {
        self.properties.iter().find(|property| property.name == name).ok_or_else(|| {
            Refusal::bad(
                "BadRequest",
                Message::UnknownProperty { property: name.to_owned(), kind: self.kind.to_owned() },
            )
        })
    }

    /// A request body: a JSON object of known, writable properties with values of their types.
    pub(super) fn read_body(&self, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
        let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(body) else {
            return Err(Refusal::bad("BadRequest", Message::InvalidBody));
        };
        let mut read = Map::new();
        for (name, value) in members {
            if name.contains('@') {
                continue;
            }
            let property = self.property(&name)?;
            if !property.writable {
                return Err(Refusal::bad("BadRequest_InvalidOperation", Message::ReadOnlyProperty { property: name }));
            }
            check(property, &value)?;
            read.insert(name, value);
        }
        Ok(read)
    }
}

fn check(property: &Property<'_>, value: &Value) -> Result<(), Refusal> {
    let fits = match (property.kind, value) {
        (Kind::Guid, Value::String(text)) => Uuid::parse_str(text).is_ok(),
        (Kind::Code(limit) | Kind::Text(limit), Value::String(text)) => {
            // The platform counts UTF-16 code units.
            let length = text.encode_utf16().count();
            if length > limit {
                return Err(Refusal::bad("Application_StringExceededLength", Message::TooLong { length, limit }));
            }
            true
        }
        (Kind::Bool, Value::Bool(_)) | (Kind::Number, Value::Number(_)) => true,
        (Kind::DateTime, Value::String(text)) => OffsetDateTime::parse(text, &Rfc3339).is_ok(),
        (Kind::Choice(words), Value::String(text)) => words.contains(&text.as_str()),
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::bad("BadRequest", Message::WrongType { property: property.name.to_owned() }))
    }
}

/// The text of a property in a body that was read.
pub(super) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

/// The id of a property in a body that was read.
pub(super) fn guid(body: &Map<String, Value>, name: &str) -> Option<Uuid> {
    text(body, name).and_then(|text| Uuid::parse_str(text).ok())
}

/// A time in milliseconds since 1970 as JSON writes it.
pub(super) fn date_time(ms: u64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    moment.ok().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

/// A time read from JSON; `None` for anything before 1970, the empty date among them.
pub(super) fn read_date_time(text: &str) -> Option<u64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Upper case as a Code field stores it: letter by letter, so that nothing grows longer.
pub(super) fn code(text: &str) -> String {
    text.trim()
        .chars()
        .map(|letter| {
            let mut upper = letter.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(one), None) => one,
                _ => letter,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_code_is_upper_case_without_growing() {
        assert_eq!(code(" NaviPartner Straße æø "), "NAVIPARTNER STRAßE ÆØ");
    }
}
