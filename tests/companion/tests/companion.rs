//! The companion extension in `www/al`: its source is AL, and its API page is the one the page calls by default.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its ground is missing")]

use entrada::config::{self, Config};
use entrada::protocol::business_central::RecordFields;
use entrada_cloud::business_central::BusinessCentral;
use entrada_cloud::caller::Caller;
use entrada_cloud::ids::Ids;
use entrada_cloud::seed;
use entrada_companion::{Field, Object, Source};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The fields the page reads and writes by default (`business-central.md` 3.3), and whether the extension lets them be written.
const FIELDS: [(&str, &str, bool); 8] = [
    ("clientId", "Rec.\"Client Id\"", true),
    ("description", "Rec.Description", true),
    ("contactInformation", "Rec.\"Contact Information\"", true),
    ("state", "Rec.State", true),
    ("userId", "Rec.\"User ID\"", false),
    ("permissionGranted", "Rec.\"Permission Granted\"", true),
    ("appId", "Rec.\"App ID\"", false),
    ("appName", "Rec.\"App Name\"", false),
];

/// Numbers for per-tenant extensions.
const PER_TENANT: std::ops::RangeInclusive<u64> = 50_000..=99_999;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn file(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn al_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of AL") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(al_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "al") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Every source of the extension, with its file name.
fn sources() -> Vec<(String, Source)> {
    let sources: Vec<_> = al_files(&path("www/al"))
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source that can be read");
            let name = path.file_name().expect("a file name").to_string_lossy().into_owned();
            (name, Source::read(text).expect("the grammar"))
        })
        .collect();
    assert!(!sources.is_empty(), "www/al has no AL");
    sources
}

/// The only object of a kind.
fn only<'a>(sources: &'a [(String, Source)], kind: &str) -> Object<'a> {
    let mut found: Vec<_> =
        sources.iter().flat_map(|(_, source)| source.objects()).filter(|object| object.kind() == kind).collect();
    assert_eq!(found.len(), 1, "one {kind}");
    found.remove(0)
}

/// The only page of a type.
fn page<'a>(sources: &'a [(String, Source)], of_type: &str) -> Object<'a> {
    let mut found: Vec<_> = sources
        .iter()
        .flat_map(|(_, source)| source.objects())
        .filter(|object| object.kind() == "page" && object.property("PageType").as_deref() == Some(of_type))
        .collect();
    assert_eq!(found.len(), 1, "one {of_type}");
    found.remove(0)
}

fn manifest() -> Value {
    serde_json::from_str(&file("www/al/app.json")).expect("app.json is JSON")
}

/// The shipped configuration, read by the page's own reader; it ships without a client id, which the reader refuses.
fn configuration() -> Config {
    let mut value: Value = serde_json::from_str(&file("www/config.json")).expect("config.json is JSON");
    value["clientId"] = json!("11111111-2222-4333-8444-555555555555");
    config::read(&value.to_string()).unwrap_or_else(|error| panic!("config.json: {error}"))
}

#[test]
fn every_source_is_al() {
    for (name, source) in sources() {
        assert_eq!(source.faults(), Vec::<String>::new(), "{name}");
        assert_eq!(source.objects().len(), 1, "{name}: one object a file");
    }
}

#[test]
fn a_missing_brace_bracket_or_end_is_noticed() {
    let page = file("www/al/src/EntradaEntraApplications.Page.al");
    let (body, _) = page.rsplit_once('}').expect("a brace");
    let broken = [
        body.to_owned(),
        page.replacen("\n{", "\n", 1),
        page.replacen("repeater(Applications)", "repeater(Applications", 1),
        page.replacen("'entrada';", "'entrada'", 1),
    ];
    for text in broken {
        assert_ne!(text, page);
        assert_ne!(Source::read(text.as_str()).expect("the grammar").faults(), Vec::<String>::new(), "{text}");
    }
    let trigger = file("www/al/src/EntradaSetupCard.Page.al");
    let text = trigger.replacen("end;", "", 1);
    assert_ne!(text, trigger);
    assert_ne!(Source::read(text).expect("the grammar").faults(), Vec::<String>::new());
}

#[test]
fn the_api_page_stands_where_the_configuration_looks_for_it() {
    let sources = sources();
    let page = page(&sources, "API");
    let api = configuration().partner_api.expect("config.json has the companion's address");
    let of = |name: &str| page.property(name).unwrap_or_else(|| panic!("{name} is not set"));
    assert_eq!(of("PageType"), "API");
    assert_eq!(of("APIPublisher"), api.publisher);
    assert_eq!(of("APIGroup"), api.group);
    assert_eq!(of("APIVersion"), api.version);
    assert_eq!(of("EntitySetName"), api.entity_set);
    assert_eq!(format!("{}s", of("EntityName")), of("EntitySetName"));
    // The page addresses a record by its client id, and inserts it in one go.
    assert_eq!(of("SourceTable"), "AAD Application");
    assert_eq!(of("ODataKeyFields"), "Client Id");
    assert_eq!(of("DelayedInsert"), "true");
    // Nothing switches writing off.
    for name in ["Editable", "InsertAllowed", "ModifyAllowed", "DeleteAllowed"] {
        assert_ne!(page.property(name).as_deref(), Some("false"), "{name}");
    }
}

#[test]
fn its_fields_are_the_ones_the_page_reads_and_writes() {
    let expected: Vec<_> = FIELDS
        .iter()
        .map(|(name, source, editable)| Field {
            name: (*name).to_owned(),
            source: (*source).to_owned(),
            editable: *editable,
        })
        .collect();
    let fields = page(&sources(), "API").fields();
    assert_eq!(fields, expected);

    let api = configuration().partner_api.expect("the companion's address");
    let RecordFields { client_id, description, contact, state, user_id } = RecordFields::companion();
    assert_eq!((&api.fields, &api.action), (&RecordFields::companion(), &None), "config.json names no other shape");
    let can_be_written = |name: &str| fields.iter().find(|field| field.name == name).map(|field| field.editable);
    for name in [Some(client_id), Some(description), contact, Some(state)].into_iter().flatten() {
        assert_eq!(can_be_written(&name), Some(true), "{name}");
    }
    assert_eq!(can_be_written(&user_id.expect("the companion shows the user")), Some(false));
}

/// Otherwise the stories would be told against a page nobody can install.
#[test]
fn the_stand_in_answers_with_no_field_the_extension_lacks() {
    let mut ids = Ids::new(1);
    let mut cloud = BusinessCentral::seeded(&mut ids);
    let company = cloud.environment_mut(seed::CRONUS, "Production").expect("Production").companies[0].id;
    let api = configuration().partner_api.expect("the companion's address");
    let request = http::Request::post(format!(
        "https://api.businesscentral.dynamics.com/v2.0/Production/api/{}/{}/{}/companies({company})/{}",
        api.publisher, api.group, api.version, api.entity_set
    ))
    .body(json!({ "clientId": "11111111-2222-4333-8444-555555555555", "description": "Shop" }).to_string().into_bytes())
    .expect("a request");
    let ada = Caller::Person {
        tenant: seed::CRONUS,
        oid: seed::ADA.oid,
        upn: seed::ADA.upn.to_owned(),
        name: seed::ADA.name.to_owned(),
        role_template_ids: seed::ADA.roles.to_vec(),
        scopes: vec!["user_impersonation".to_owned()],
        delegated_partner: false,
    };
    let answer = cloud.handle(&request, Ok(ada), &mut ids, 1_795_348_800_000);
    assert_eq!(answer.status(), 201, "{}", String::from_utf8_lossy(answer.body()));

    let record: serde_json::Map<_, _> = serde_json::from_slice(answer.body()).expect("a record");
    let answered: BTreeSet<_> = record.keys().map(String::as_str).filter(|name| !name.starts_with('@')).collect();
    assert!(answered.contains("clientId"), "{answered:?}");
    let offered = BTreeSet::from(FIELDS.map(|(name, _, _)| name));
    assert_eq!(answered.difference(&offered).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn the_permission_set_gives_the_extensions_own_objects_and_the_table_and_nothing_else() {
    let sources = sources();
    let set = only(&sources, "permissionset");
    assert_eq!(set.property("Assignable").as_deref(), Some("true"));
    assert!(set.name().len() <= 20, "a role id has at most 20 characters");
    let granted: BTreeSet<_> =
        set.permissions().into_iter().map(|permission| (permission.kind, permission.name, permission.rights)).collect();
    let mut expected: BTreeSet<_> = sources
        .iter()
        .flat_map(|(_, source)| source.objects())
        .filter(|object| matches!(object.kind(), "page" | "codeunit" | "table"))
        .map(|object| (object.kind().to_owned(), object.name(), "X".to_owned()))
        .collect();
    for (kind, name, rights) in [
        ("tabledata", only(&sources, "table").name().as_str(), "RIM"),
        ("table", "AAD Application", "X"),
        ("tabledata", "AAD Application", "RIMD"),
    ] {
        expected.insert((kind.to_owned(), name.to_owned(), rights.to_owned()));
    }
    // Users and their permission sets are not among them: whoever may change those holds SUPER or SECURITY.
    assert_eq!(granted, expected);
}

#[test]
fn object_numbers_and_names_are_unique_and_inside_the_range() {
    let manifest = manifest();
    let ranges: Vec<(u64, u64)> = manifest["idRanges"]
        .as_array()
        .expect("idRanges")
        .iter()
        .map(|range| (range["from"].as_u64().expect("from"), range["to"].as_u64().expect("to")))
        .collect();
    for (from, to) in &ranges {
        assert!(from <= to && PER_TENANT.contains(from) && PER_TENANT.contains(to), "{from} to {to}");
    }
    let mut numbers = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (file, source) in sources() {
        for object in source.objects() {
            assert!(object.name().len() <= 30, "{file}: names have at most 30 characters");
            if object.kind() == "controladdin" {
                continue; // has a name and no number
            }
            let id = u64::from(object.id().unwrap_or_else(|| panic!("{file}: no number")));
            assert!(ranges.iter().any(|(from, to)| (*from..=*to).contains(&id)), "{file}: {id} is outside the range");
            assert!(numbers.insert((object.kind().to_owned(), id)), "{file}: {id} is used twice");
            assert!(names.insert((object.kind().to_owned(), object.name())), "{file}: {} is used twice", object.name());
        }
    }
}

#[test]
fn the_page_extension_adds_to_the_list_of_entra_applications() {
    assert_eq!(only(&sources(), "pageextension").extends(), "AAD Application List");
}

/// Members and forms the compiler asks for (Microsoft's page on JSON files: id, name, publisher, version, ranges, runtime,
/// and application where base application objects are used).
#[test]
fn the_manifest_has_what_the_compiler_asks_for() {
    let manifest = manifest();
    let text = |name: &str| manifest[name].as_str().unwrap_or_else(|| panic!("{name} is missing")).to_owned();
    let id = text("id");
    assert!(entrada::protocol::claims::is_guid(&id), "{id}");
    assert!(!text("name").is_empty() && !text("publisher").is_empty());
    for name in ["version", "application", "platform"] {
        let version = text(name);
        let parts: Vec<_> = version.split('.').map(str::parse::<u32>).collect();
        assert!(parts.len() == 4 && parts.iter().all(Result::is_ok), "{name}: {version}");
    }
    // UserControlHost needs runtime 15.0 (business-central.md 5.1), which came with version 26; a later one would not
    // install there.
    assert_eq!((text("runtime").as_str(), text("application").as_str()), ("15.0", "26.0.0.0"));
    assert_eq!(text("target"), "Cloud");
    assert_eq!(manifest["dependencies"], json!([]));
}
