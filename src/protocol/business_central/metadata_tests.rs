//! Tests of the metadata scanner, held against an XML library.
use super::*;
use proptest::prelude::*;
use std::fmt::Write as _;

/// The same question asked of a real XML reader.
fn reference(document: &roxmltree::Document<'_>) -> Option<RecordApi> {
    let plain = |name: &str| name.replace(['_', ' '], "").to_ascii_lowercase();
    let mut best: Option<(usize, RecordApi)> = None;
    for set in document.descendants().filter(|node| node.tag_name().name() == "EntitySet") {
        let (Some(service), Some(of)) = (set.attribute("Name"), set.attribute("EntityType")) else { continue };
        let record = document.descendants().filter(|node| node.tag_name().name() == "EntityType").find_map(|node| {
            let schema = node.parent()?;
            let names = ["Namespace", "Alias"].map(|name| schema.attribute(name));
            let called = |schema: &str| format!("{schema}.{}", node.attribute("Name").unwrap_or_default()) == of;
            if !names.into_iter().flatten().any(called) {
                return None;
            }
            let keys: Vec<_> = node.descendants().filter(|node| node.tag_name().name() == "PropertyRef").collect();
            let properties: Vec<_> = node.children().filter(|node| node.tag_name().name() == "Property").collect();
            let field = |wanted: &str| {
                let found = properties.iter().rfind(|node| {
                    plain(node.attribute("Name").unwrap_or_default()) == wanted
                        && (wanted != "clientid" || node.attribute("Type") == Some("Edm.Guid"))
                });
                found.and_then(|node| node.attribute("Name")).map(str::to_owned)
            };
            let client_id = field("clientid")?;
            if keys.len() != 1 || keys[0].attribute("Name") != Some(&client_id) {
                return None;
            }
            let likeness = properties
                .iter()
                .filter(|node| CARD.contains(&plain(node.attribute("Name").unwrap_or_default()).as_str()))
                .count();
            let fields = RecordFields {
                client_id,
                description: field("description")?,
                contact: field("contactinformation"),
                state: field("state")?,
                user_id: field("userid"),
            };
            Some((likeness, fields))
        });
        if let Some((likeness, fields)) = record
            && best.as_ref().is_none_or(|(best, _)| likeness > *best)
        {
            let collection = Collection::WebService(service.to_owned());
            best = Some((likeness, RecordApi { collection, fields, action: None }));
        }
    }
    best.map(|(_, api)| api)
}

/// One entity type, and how strangely it is written.
#[derive(Debug, Clone)]
struct Written {
    properties: Vec<(&'static str, bool)>,
    keys: Vec<usize>,
    style: u32,
}

fn written() -> impl Strategy<Value = Written> {
    let names = prop::sample::subsequence(
        vec![
            "Client_Id",
            "client id",
            "Description",
            "State",
            "Contact_Information",
            "User_ID",
            "App_ID",
            "App_Name",
            "No",
            "Name",
            "Client_Id_2",
            "Beschreibung",
        ],
        0..12,
    );
    (names, prop::collection::vec(any::<bool>(), 12), prop::collection::vec(0..12_usize, 0..3), any::<u32>()).prop_map(
        |(names, guids, keys, style)| {
            let mut properties: Vec<_> = names.into_iter().zip(guids).collect();
            // Every other one is nearly right, so that the interesting side is met often.
            if style & 32 != 0 {
                properties.retain(|(name, _)| !["Client_Id", "Description", "State"].contains(name));
                properties.splice(0..0, [("Client_Id", style & 0xc0 != 0), ("Description", false), ("State", false)]);
                return Written { properties, keys: vec![0], style };
            }
            Written { keys: keys.into_iter().filter(|key| *key < properties.len()).collect(), properties, style }
        },
    )
}

fn attributes(style: u32, pairs: [(&str, &str); 2]) -> String {
    let (quote, gap) = (if style & 1 == 0 { '"' } else { '\'' }, if style & 2 == 0 { "" } else { " \n\t" });
    let [first, second] = if style & 4 == 0 { pairs } else { [pairs[1], pairs[0]] };
    [first, second].map(|(name, value)| format!(" {name}{gap}={gap}{quote}{value}{quote}")).concat()
}

fn write(types: &[Written], namespace: &str, prefix: &str) -> String {
    let mut body = String::new();
    let mut sets = String::new();
    for (index, it) in types.iter().enumerate() {
        let style = it.style;
        let name = format!("Service{index}");
        if style & 8 != 0 {
            body += "<!-- <EntityType Name=\"x\"> > --><![CDATA[</EntityType><Property Name='State'/>]]>";
        }
        let _ = write!(
            body,
            "<{prefix}EntityType{} Note=\"a > b = 'c/\">",
            attributes(style, [("Name", &name), ("A", "x")])
        );
        let _ = write!(body, "<{prefix}Key>");
        for key in &it.keys {
            let name = it.properties[*key].0;
            let _ = write!(body, "<{prefix}PropertyRef{}/>", attributes(style, [("Name", name), ("Alias", "a")]));
        }
        let _ = write!(body, "</{prefix}Key>");
        for (property, guid) in &it.properties {
            let kind = if *guid { "Edm.Guid" } else { "Edm.String" };
            let _ = write!(body, "<{prefix}Property{}", attributes(style, [("Name", property), ("Type", kind)]));
            body += if style & 16 == 0 { "/>" } else { " ><Annotation Term=\"T\" String='State'/>" };
            if style & 16 != 0 {
                let _ = write!(body, "</{prefix}Property>");
            }
        }
        let _ = writeln!(body, "<NavigationProperty Name='State' Type='x'/></{prefix}EntityType>");
        let _ = write!(
            sets,
            "<{prefix}EntitySet{}/>",
            attributes(style, [("Name", &name), ("EntityType", &format!("{namespace}.{name}"))])
        );
    }
    let declared = if prefix.is_empty() {
        "xmlns='urn:edm'".to_owned()
    } else {
        format!("xmlns:{}='urn:edm'", &prefix[..prefix.len() - 1])
    };
    format!(
        "<?xml version='1.0'?><Edmx {declared}><{prefix}Schema Namespace='{namespace}'><{prefix}EntityType Name='Empty'/>{body}<EntityContainer>{sets}</EntityContainer></{prefix}Schema></Edmx>"
    )
}

proptest! {
    #[test]
    fn it_finds_what_an_xml_library_finds(
        types in prop::collection::vec(written(), 0..40),
        namespace in "[A-Z][a-z.]{0,9}[a-z]",
        prefix in prop::sample::select(vec!["", "edm:"]),
    ) {
        let xml = write(&types, &namespace, prefix);
        prop_assert_eq!(find_page(&xml), reference(&roxmltree::Document::parse(&xml).unwrap()), "{}", xml);
    }

    #[test]
    fn no_text_brings_it_down(text in "(<|>|/|!--|-->|\\[CDATA\\[|\"|'|=| |EntityType|Schema|EntitySet|Property|Name|é|🍕)*") {
        let _ = find_page(&text);
    }

    #[test]
    fn metadata_may_break_off_anywhere(cut in 0..2000_usize) {
        let cut = CARD_AND_LIST.char_indices().map(|(place, _)| place).nth(cut).unwrap_or(CARD_AND_LIST.len());
        let _ = find_page(&CARD_AND_LIST[..cut]);
    }
}

/// As a server writes it: both pages published, the list first (business-central.md 3.4).
const CARD_AND_LIST: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="NAV" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EntityType Name="EntraList"><Key><PropertyRef Name="Client_Id" /></Key>
    <Property Name="Client_Id" Type="Edm.Guid" Nullable="false" />
    <Property Name="Description" Type="Edm.String" MaxLength="50" /><Property Name="State" Type="Edm.String" />
  </EntityType>
  <EntityType Name="Kunden_Übersicht"><Key><PropertyRef Name="No" /></Key>
    <Property Name="No" Type="Edm.String" Nullable="false" MaxLength="20" /></EntityType>
  <EntityType Name="EntraCard"><Key><PropertyRef Name="Client_Id" /></Key>
    <Property Name="Client_Id" Type="Edm.Guid" Nullable="false" />
    <Property Name="Description" Type="Edm.String" MaxLength="50" /><Property Name="State" Type="Edm.String" />
    <Property Name="Contact_Information" Type="Edm.String" MaxLength="50" />
    <Property Name="App_ID" Type="Edm.Guid" /><Property Name="User_ID" Type="Edm.Guid" />
  </EntityType>
  <EntityContainer Name="NAV"><EntitySet Name="EntraList" EntityType="NAV.EntraList" />
    <EntitySet Name="Kunden_Übersicht" EntityType="NAV.Kunden_Übersicht" />
    <EntitySet Name="EntraCard" EntityType="NAV.EntraCard" /></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"#;

#[test]
fn the_card_is_preferred_to_the_list() {
    let page = find_page(CARD_AND_LIST).unwrap();
    assert_eq!(Some(&page), reference(&roxmltree::Document::parse(CARD_AND_LIST).unwrap()).as_ref());
    assert_eq!(page.collection, Collection::WebService("EntraCard".into()));
    assert_eq!(page.fields.contact.as_deref(), Some("Contact_Information"));
    assert_eq!(page.fields.user_id.as_deref(), Some("User_ID"));

    let without_card = CARD_AND_LIST.replace("<EntitySet Name=\"EntraCard\" EntityType=\"NAV.EntraCard\" />", "");
    let page = find_page(&without_card).unwrap();
    assert_eq!(page.collection, Collection::WebService("EntraList".into()));
    assert_eq!((page.fields.contact, page.fields.user_id), (None, None));
}

#[test]
fn other_tables_with_such_names_are_not_taken() {
    assert_eq!(find_page(&CARD_AND_LIST.replace("Edm.Guid", "Edm.String")), None);
    assert_eq!(find_page(&CARD_AND_LIST.replace("NAV.Entra", "Other.Entra")), None);
    assert_eq!(find_page(&CARD_AND_LIST.replace("\"State\"", "\"Status\"")), None);
    assert_eq!(find_page(""), None);
}

#[test]
fn hundreds_of_types_are_walked_through() {
    let one = Written {
        properties: vec![("Client_Id", true), ("Description", false), ("State", false)],
        keys: vec![0],
        style: 31,
    };
    let plain = Written { properties: vec![("No", false); 60], keys: vec![0], style: 24 };
    let mut types = vec![plain; 600];
    types[431] = one;
    let xml = write(&types, "Microsoft.NAV", "edm:");
    assert!(xml.len() > 1_000_000);
    let page = find_page(&xml).unwrap();
    assert_eq!(page.collection, Collection::WebService("Service431".into()));
    assert_eq!(Some(page), reference(&roxmltree::Document::parse(&xml).unwrap()));
}

#[test]
fn a_refused_metadata_is_a_refusal() {
    use crate::protocol::secret::Secret;
    let answer = |status, body: &str| Response { status, headers: Vec::new(), body: Secret::new(body) };
    assert!(matches!(read_metadata(&answer(404, "<e/>")), Err(CallError::Refused(_))));
    assert!(matches!(read_metadata(&answer(503, "")), Err(CallError::Busy { .. })));
    assert!(read_metadata(&answer(200, CARD_AND_LIST)).unwrap().is_some());
}
