//! The file of a configuration package, and how an import reads it: gzip, XML, tables, records
//! (`BASE:System/RapidStart/ConfigXMLExchange.Codeunit.al`; `business-central.md` 3.5).

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use roxmltree::{Document, Node};
use uuid::Uuid;

use super::entity::code;
use super::packages::{ConfigPackage, PackageField, PackageTable};
use super::text::Message;

/// Table 9012.
pub(super) const AAD_APPLICATION: u32 = 9012;
/// Element of one of its records: the table's name without the space.
const RECORD: &str = "AADApplication";

/// How a field's text becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Guid,
    Text(usize),
    Bool,
    State,
}

/// The fields of table 9012: number, element, kind (`business-central.md` 3.1).
pub(super) const FIELDS: [(u32, &str, Kind); 8] = [
    (1, "ClientId", Kind::Guid),
    (2, "State", Kind::State),
    (5, "AppID", Kind::Guid),
    (6, "AppName", Kind::Text(250)),
    (10, "Description", Kind::Text(50)),
    (11, "ContactInformation", Kind::Text(50)),
    (12, "PermissionGranted", Kind::Bool),
    (20, "UserID", Kind::Guid),
];

/// The only key field.
const KEY: u32 = 1;

/// Reads the uploaded file into the package. What is wrong with the file as a whole is the error; what is wrong with a value
/// stands among the package's errors.
pub(super) fn import(package: &mut ConfigPackage) -> Result<(), Message> {
    let mut plain = Vec::new();
    if MultiGzDecoder::new(package.content.as_slice()).read_to_end(&mut plain).is_err() {
        return Err(Message::PackageNotGzip);
    }
    let text = decode(&plain)?;
    let document = Document::parse(&text).map_err(|error| Message::PackageXml { detail: error.to_string() })?;
    // The root may have any name; only its attributes are read.
    let root = document.root_element();
    let attribute = |name: &str| root.attribute(name).unwrap_or_default();
    if code(&cut(attribute("Code"), 20)) != package.code {
        return Err(Message::PackageCodesDiffer);
    }
    let number = |name: &str, now: i64| match attribute(name) {
        "" => Ok(now),
        text => text.trim().parse().map_err(|_| Message::PackageXml { detail: format!("{name} is no number") }),
    };
    let language_id = number("LanguageID", package.language_id)?;
    let processing_order = number("ProcessingOrder", package.processing_order)?;
    package.language_id = language_id;
    package.processing_order = processing_order;
    package.name = cut(attribute("PackageName"), 50);
    package.product_version = cut(attribute("ProductVersion"), 248);
    package.exclude_config_tables = boolean(attribute("ExcludeConfigTables")).unwrap_or(package.exclude_config_tables);
    for list in root.children().filter(Node::is_element) {
        // The first child says which table, whatever it is called.
        let first = list.children().find(|child| !is_space(child)).map(|child| inner_text(&child));
        if let Some(id) = first.and_then(|text| text.trim().parse().ok()) {
            import_table(package, id, &list);
        }
    }
    Ok(())
}

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// Text as .NET's XML reader finds it: a byte order mark, else the first characters, else UTF-8; and a declaration of UTF-16
/// over single bytes is refused.
fn decode(bytes: &[u8]) -> Result<String, Message> {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|error| Message::PackageXml { detail: error.to_string() })
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [b'<', 0, ..] => wide(bytes, u16::from_le_bytes),
        [0, b'<', ..] => wide(bytes, u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes))
                .map_err(|error| Message::PackageXml { detail: error.to_string() })?;
            let declaration = text.split_once("?>").map_or("", |(declaration, _)| declaration).to_ascii_lowercase();
            if declaration.starts_with("<?xml") && declaration.contains("utf-16") {
                let detail = "there is no Unicode byte order mark, cannot switch to Unicode".to_owned();
                return Err(Message::PackageXml { detail });
            }
            Ok(text.to_owned())
        }
    }
}

fn is_space(node: &Node<'_, '_>) -> bool {
    node.is_text() && node.text().is_none_or(|text| text.trim().is_empty())
}

fn inner_text(node: &Node<'_, '_>) -> String {
    if node.is_element() {
        node.descendants().filter(Node::is_text).filter_map(|part| part.text()).collect()
    } else {
        node.text().unwrap_or_default().to_owned()
    }
}

fn field_of<'a, 'b>(record: &Node<'a, 'b>, element: &str) -> Option<Node<'a, 'b>> {
    record.children().find(|child| child.has_tag_name(element))
}

/// One table: its fields as the first record describes them, unless an earlier import did, then its records.
fn import_table(package: &mut ConfigPackage, id: u32, list: &Node<'_, '_>) {
    if id != AAD_APPLICATION {
        // No other table exists in this stand-in.
        if !package.tables.iter().any(|table| table.id == id) {
            package.tables.push(PackageTable { id, ..PackageTable::default() });
        }
        let record = add_record(package, id, BTreeMap::new());
        package.error(id, record, 0, format!("The table {id} does not exist in the database."));
        return;
    }
    let records: Vec<Node<'_, '_>> = list.children().filter(|child| child.has_tag_name(RECORD)).collect();
    if !package.tables.iter().any(|table| table.id == id) {
        let fields = described(records.first());
        package.tables.push(PackageTable { id, fields, records: BTreeMap::new() });
    }
    let fields =
        package.tables.iter().find(|table| table.id == id).map(|table| table.fields.clone()).unwrap_or_default();
    let included: Vec<(u32, &str, Kind)> =
        FIELDS.into_iter().filter(|(number, ..)| fields.get(number).is_some_and(|field| field.included)).collect();
    let value = |record: &Node<'_, '_>, element: &str| {
        field_of(record, element).map(|node| inner_text(&node)).unwrap_or_default()
    };
    let any = records.iter().any(|record| included.iter().any(|(_, element, _)| !value(record, element).is_empty()));
    if !any {
        return;
    }
    for record in records.iter().filter(|record| record.children().any(|child| !is_space(&child))) {
        let mut values = BTreeMap::new();
        let mut wrong = Vec::new();
        for (field, element, kind) in &included {
            let raw = value(record, element);
            let stored = if raw.is_empty() { Ok(raw.clone()) } else { evaluated(&raw, *kind) };
            if let Err(why) = &stored {
                wrong.push((*field, why.clone()));
            }
            values.insert(*field, stored.unwrap_or(raw));
        }
        let number = add_record(package, id, values);
        for (field, why) in wrong {
            package.error(id, number, field, why);
        }
    }
}

fn add_record(package: &mut ConfigPackage, table: u32, values: BTreeMap<u32, String>) -> u32 {
    let Some(table) = package.tables.iter_mut().find(|known| known.id == table) else { return 0 };
    let number = table.records.keys().next_back().map_or(1, |last| last + 1);
    table.records.insert(number, values);
    number
}

/// Fields as the attributes of the first record say. The key is always in; of the others only what that record carries.
fn described(first: Option<&Node<'_, '_>>) -> BTreeMap<u32, PackageField> {
    let mut fields = BTreeMap::new();
    for (number, element, _) in FIELDS {
        let is_key = number == KEY;
        let mut field = PackageField { included: is_key, primary_key: is_key, ..PackageField::default() };
        if let Some(node) = first.and_then(|record| field_of(record, element)) {
            let set = |name: &str| node.attribute(name) == Some("1");
            field = PackageField {
                included: true,
                primary_key: set("PrimaryKey"),
                validate: set("ValidateField"),
                processing_order: node
                    .attribute("ProcessingOrder")
                    .and_then(|text| text.trim().parse().ok())
                    .unwrap_or_default(),
            };
        }
        fields.insert(number, field);
    }
    fields
}

/// A value of the file as the package stores it. Options travel as ordinals and are stored as words; what does not evaluate is
/// an error and stays as it was sent.
fn evaluated(raw: &str, kind: Kind) -> Result<String, String> {
    match kind {
        Kind::Guid => {
            Uuid::parse_str(raw.trim()).map(|id| id.to_string()).map_err(|_| format!("{raw} is not a valid GUID."))
        }
        Kind::Text(limit) if raw.encode_utf16().count() > limit => {
            Err(format!("The field can only contain {limit} characters ({raw})."))
        }
        Kind::Text(_) => Ok(raw.to_owned()),
        Kind::Bool => {
            boolean(raw).map(|value| value.to_string()).ok_or_else(|| format!("{raw} is not a valid Boolean."))
        }
        Kind::State => match raw.trim() {
            "0" => Ok("Enabled".to_owned()),
            "1" => Ok("Disabled".to_owned()),
            other => Err(format!("{other} is not a valid option. Valid options are Enabled,Disabled.")),
        },
    }
}

/// A yes or no in any way it may be written.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}
