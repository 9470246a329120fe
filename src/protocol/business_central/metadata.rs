//! Finds the published page over the Entra application record in the metadata of the OData services
//! (business-central.md 3.4): the service's name is the admin's choice, the names of its fields the server's.
//!
//! The metadata names no tables, so a page is known by what it shows: a guid called client id as its only key, a
//! description and a state. Not a general XML reader: it walks over tags, which takes a fiftieth of a crate's bytes.
//! Native tests hold it against an XML library. Whether a page can be written is not told anywhere.

use super::answers::accepted_text;
use super::records::{Collection, RecordApi, RecordFields};
use super::{Site, get};
use crate::gather::Also;
use crate::protocol::http::{CallError, Request, Response};
use crate::search::around;

impl Site {
    /// The metadata of all published pages and queries.
    pub fn metadata(&self) -> Request {
        get([&self.base, "/ODataV4/$metadata"].concat())
    }
}

/// The published page over the record, if there is one.
pub fn read_metadata(response: &Response) -> Result<Option<RecordApi>, CallError> {
    Ok(find_page(accepted_text(response)?))
}

/// An entity type while its properties go by.
#[derive(Default, Clone)]
struct EntityType<'a> {
    /// Namespace and alias of its schema.
    schema: [&'a str; 2],
    name: &'a str,
    /// The name in the only key; `None` again when there is a second.
    key: Option<&'a str>,
    keys: u32,
    /// Client id, description, state, contact information, user id: empty when it has none.
    fields: [&'a str; 5],
    /// How many properties of the card it has.
    likeness: u32,
}

impl EntityType<'_> {
    fn is_record(&self) -> bool {
        let [client_id, description, state, ..] = self.fields;
        self.keys == 1 && self.key == Some(client_id) && !description.is_empty() && !state.is_empty()
    }

    fn is_called(&self, qualified: &str) -> bool {
        self.schema.iter().any(|schema| {
            !schema.is_empty()
                && qualified.strip_prefix(schema).and_then(|rest| rest.strip_prefix('.')) == Some(self.name)
        })
    }
}

/// What the card shows (business-central.md 3.4), the first five in the order of [`EntityType::fields`]. Of several
/// pages the one that shows most is taken: list 9860 shows less and is read only.
const CARD: [&str; 9] = [
    "clientid",
    "description",
    "state",
    "contactinformation",
    "userid",
    "appid",
    "appname",
    "username",
    "permissiongranted",
];

/// Names are compared without case, underscores and spaces.
fn is_alike(name: &str, plain: &str) -> bool {
    let letters = name.bytes().filter(|byte| !matches!(byte, b'_' | b' ')).map(|byte| byte.to_ascii_lowercase());
    letters.eq(plain.bytes())
}

/// The page over the record in this metadata.
pub fn find_page(metadata: &str) -> Option<RecordApi> {
    let mut records: Vec<EntityType<'_>> = Vec::new();
    let mut schema = [""; 2];
    let mut open: Option<EntityType<'_>> = None;
    walk(metadata, &mut |name, rest| {
        let called = attribute(rest, "Name").unwrap_or_default();
        match name {
            "Schema" => schema = ["Namespace", "Alias"].map(|name| attribute(rest, name).unwrap_or_default()),
            "EntityType" => open = Some(EntityType { schema, name: called, ..EntityType::default() }),
            "/EntityType" => records.also(open.take().filter(EntityType::is_record)),
            _ => {
                let Some(open) = &mut open else { return };
                if name == "PropertyRef" {
                    open.keys += 1;
                    open.key = Some(called);
                } else if name == "Property"
                    && let Some(place) = CARD.iter().position(|plain| is_alike(called, plain))
                {
                    open.likeness += 1;
                    if (place > 0 || attribute(rest, "Type") == Some("Edm.Guid"))
                        && let Some(field) = open.fields.get_mut(place)
                    {
                        *field = called;
                    }
                }
            }
        }
    });
    let mut best: Option<(&EntityType<'_>, &str)> = None;
    walk(metadata, &mut |name, rest| {
        if name != "EntitySet" {
            return;
        }
        let (Some(set), Some(of)) = (attribute(rest, "Name"), attribute(rest, "EntityType")) else { return };
        if let Some(record) = records.iter().find(|record| record.is_called(of))
            && best.is_none_or(|(best, _)| record.likeness > best.likeness)
        {
            best = Some((record, set));
        }
    });
    let (record, service) = best?;
    let [client_id, description, state, contact, user_id] = record.fields.map(str::to_owned);
    let some = |name: String| (!name.is_empty()).then_some(name);
    Some(RecordApi {
        collection: Collection::WebService(service.to_owned()),
        fields: RecordFields { client_id, description, contact: some(contact), state, user_id: some(user_id) },
        action: None,
    })
}

/// Visits every tag: its name without prefix, a closing one with its slash, and what follows the name. An element
/// without content is visited as if it were closed behind it. Comments, CDATA and instructions are stepped over; the
/// text may break off anywhere.
fn walk<'a>(xml: &'a str, visit: &mut dyn FnMut(&str, &'a str)) {
    let mut rest = xml;
    while let Some(place) = rest.find('<') {
        rest = &rest[place + 1..];
        let special = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>"), ("!", ">")];
        if let Some((start, end)) = special.iter().find(|(start, _)| rest.starts_with(start)) {
            let Some((_, behind)) = around(&rest[start.len()..], end) else { return };
            rest = behind;
            continue;
        }
        let mut quote = 0;
        let end = rest.bytes().position(|byte| {
            match byte {
                b'"' | b'\'' if quote == 0 => quote = byte,
                _ if byte == quote => quote = 0,
                _ => {}
            }
            quote == 0 && byte == b'>'
        });
        let Some(end) = end else { return };
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let (empty, tag) = tag.strip_suffix('/').map_or((false, tag), |tag| (true, tag));
        let (name, rest) = tag.split_at(tag.find(|sign: char| sign.is_ascii_whitespace()).unwrap_or(tag.len()));
        let name = name.rsplit(':').next().unwrap_or_default();
        if !closing {
            visit(name, rest);
        }
        // Only the end of an entity type matters.
        if (closing || empty) && name == "EntityType" {
            visit("/EntityType", "");
        }
    }
}

/// The value of an attribute, as it stands there: OData's names hold nothing that would be escaped.
fn attribute<'a>(mut rest: &'a str, wanted: &str) -> Option<&'a str> {
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
        let (value, next) = after[1..].split_once(quote)?;
        if name.trim_ascii() == wanted {
            return Some(value);
        }
        rest = next;
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[path = "metadata_tests.rs"]
mod tests;
