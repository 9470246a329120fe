//! Tests of configuration packages: what we write is read by a reader nobody here wrote.
use super::*;
use crate::protocol::secret::Secret;
use proptest::prelude::*;
use std::io::{Read as _, Write as _};

const CLIENT: &str = "1a2b3c4d-e474-4da0-8000-000000000001";

/// Through gzip and back, as the browser and Business Central do it.
fn through_gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap_or_default();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.finish().unwrap_or_default().as_slice())
        .read_to_end(&mut bytes)
        .unwrap_or_default();
    bytes
}

#[test]
fn an_independent_reader_finds_what_the_source_asks_for() {
    let code = package_code(CLIENT);
    assert_eq!(code, "ENTRADA-1A2B3C4D");
    assert!(code.len() <= 20);
    let bytes = through_gzip(&package_xml(&code, CLIENT, "Shop & Søn <1> \"x\" 'y' 🍕"));
    let text = String::from_utf8(bytes).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();

    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "DataList");
    assert_eq!(root.attribute("Code"), Some(code.as_str()));
    assert_eq!(root.attribute("PackageName"), Some(code.as_str()));
    let lists: Vec<_> = root.children().collect();
    assert_eq!(lists.len(), 1);
    let list = lists[0];
    assert_eq!(list.tag_name().name(), "AADApplicationList");
    let first = list.first_child().unwrap();
    assert_eq!((first.tag_name().name(), first.text()), ("TableID", Some("9012")));
    // Fewer children than this stay in the importing session.
    assert!(list.children().count() < root.attribute("MinCountForAsyncImport").unwrap().parse().unwrap());

    let record = list.last_element_child().unwrap();
    assert_eq!(record.tag_name().name(), "AADApplication");
    let fields: Vec<_> = record
        .children()
        .map(|it| {
            let set = |name: &str| it.attribute(name).unwrap_or("-").to_owned();
            (it.tag_name().name(), it.text().unwrap(), set("PrimaryKey"), set("ValidateField"), set("ProcessingOrder"))
        })
        .collect();
    let field = |name, value, key: &str, validate: &str, order: &str| {
        (name, value, key.to_owned(), validate.to_owned(), order.to_owned())
    };
    assert_eq!(
        fields,
        [
            field("ClientId", CLIENT, "1", "-", "1"),
            field("Description", "Shop & Søn <1> \"x\" 'y' 🍕", "-", "-", "2"),
            field("State", "0", "-", "1", "3"),
        ]
    );
}

proptest! {
    #[test]
    fn any_description_arrives_as_it_was(text in any::<String>()) {
        let xml = package_xml(&package_code(CLIENT), CLIENT, &text);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let found = document.descendants().find(|node| node.has_tag_name("Description")).unwrap();
        let possible = |sign: &char| !matches!(*sign, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
        prop_assert_eq!(found.text().unwrap_or_default(), text.chars().filter(possible).collect::<String>());
    }

    #[test]
    fn no_code_is_too_long_or_strange(text in any::<String>()) {
        let code = package_code(&text);
        prop_assert!(code.len() <= 20 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-'));
    }
}

#[test]
fn fifty_utf16_units_arrive() {
    let description = "🍕".repeat(25);
    assert_eq!(description.encode_utf16().count(), 50);
    let xml = package_xml("C", CLIENT, &description);
    let document = roxmltree::Document::parse(&xml).unwrap();
    assert!(document.descendants().any(|node| node.text() == Some(&description)));
}

#[test]
fn requests_are_those_of_the_automation_api() {
    let site = Site::new("https://bc", "t", "e");
    let base = "https://bc/v2.0/t/e/api/microsoft/automation/v2.0/companies(c)/configurationPackages";
    let upload = site.upload_package("c", "p", "ENTRADA-1", "<x/>".into());
    assert_eq!(upload.url, format!("{base}(p)/file(%27ENTRADA-1%27)/content"));
    assert!(upload.headers.contains(&("If-Match", "*".into())));
    assert!(matches!((upload.method, upload.body), (Method::Patch, Body::Gzip(text)) if text == "<x/>"));
    assert_eq!(site.find_package("c", "A'B").url, format!("{base}?$filter=code%20eq%20%27A%27%27B%27"));
    assert_eq!(site.import_package("c", "p").url, format!("{base}(p)/Microsoft.NAV.import"));
    assert_eq!(site.apply_package("c", "p").url, format!("{base}(p)/Microsoft.NAV.apply"));
    assert_eq!(site.package("c", "p").url, format!("{base}(p)"));
    assert_eq!(site.delete_package("c", "p").method, Method::Delete);
}

#[test]
fn statuses_are_read_strictly() {
    let answer = |body: &str| Response { status: 200, headers: Vec::new(), body: Secret::new(body) };
    let body = r#"{"id":"p","code":"C","numberOfErrors":2,"importStatus":"Completed","importError":"","applyStatus":"Scheduled","applyError":"late"}"#;
    let status = read_package(&answer(body)).unwrap();
    assert_eq!((status.import, status.apply, status.errors), (Progress::Completed, Progress::Scheduled, 2));
    assert!(status.apply.is_under_way() && !status.import.is_under_way());
    assert_eq!(status.apply_error, "late");
    assert_eq!(read_packages(&answer(&format!(r#"{{"value":[{body}]}}"#))).unwrap(), [status]);
    assert!(read_package(&answer(&body.replace("Scheduled", "Soon"))).is_err());
}
