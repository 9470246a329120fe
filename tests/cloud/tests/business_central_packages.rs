//! Configuration packages for table 9012: the file, the statuses, the order of the fields, and everything that goes wrong
//! without a word (`business-central.md` 3.5).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod business_central_support;

use std::io::Write as _;

use business_central_support::{Answer, CLIENT, World, full_app, partner, person, world};
use entrada_cloud::business_central::{License, State};
use entrada_cloud::caller::Caller;
use entrada_cloud::seed;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use uuid::Uuid;

const ANY: (&str, &str) = ("if-match", "*");
const FULL: &str = "<Description ProcessingOrder=\"1\">Magento</Description>\
     <State ProcessingOrder=\"2\" ValidateField=\"1\">0</State>";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn key(id: Uuid) -> String {
    format!("<ClientId PrimaryKey=\"1\">{id}</ClientId>")
}

fn xml(records: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<DataList Code=\"ENTRA\" PackageName=\"Entra\" LanguageID=\"1033\" \
         ProductVersion=\"28.0\">\n  <AADApplicationList>\n    <TableID>9012</TableID>\n{records}\n  </AADApplicationList>\n\
         </DataList>"
    )
}

fn record(fields: &str) -> String {
    format!("<AADApplication>{}{fields}</AADApplication>", key(CLIENT))
}

/// One caller with one package.
struct Packages {
    world: World,
    caller: Caller,
    id: String,
}

impl Packages {
    fn new(mut world: World, caller: Caller) -> Self {
        let path = world.automation("configurationPackages");
        let made = world.send(&caller, "POST", &path, &[], &json!({ "code": "entra" })).expect(201);
        assert_eq!((made.body["code"].as_str(), made.body["importStatus"].as_str()), (Some("ENTRA"), Some("No")));
        let id = made.body["id"].as_str().unwrap().to_owned();
        Self { world, caller, id }
    }

    fn path(&mut self, tail: &str) -> String {
        let id = self.id.clone();
        self.world.automation(&format!("configurationPackages({id}){tail}"))
    }

    fn upload(&mut self, bytes: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
        let path = self.path("/file('ENTRA')/content");
        let url = format!("https://api.businesscentral.dynamics.com{path}");
        let mut request = http::Request::builder().method("PATCH").uri(url).header("accept-language", "en-US");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.world.send_bytes(Ok(self.caller.clone()), request, bytes)
    }

    fn act(&mut self, action: &str) -> Answer {
        let path = self.path(&format!("/Microsoft.NAV.{action}"));
        self.world.send(&self.caller, "POST", &path, &[], &Value::Null)
    }

    fn read(&mut self) -> Value {
        let path = self.path("");
        self.world.get(&self.caller, &path).expect(200).body
    }

    /// Uploads and imports; the package afterwards.
    fn import(&mut self, bytes: Vec<u8>) -> Value {
        self.upload(bytes, &[ANY, ("content-type", "application/octet-stream")]).expect(204);
        self.act("import").expect(200);
        self.world.now += 1_000;
        self.read()
    }

    fn apply(&mut self) -> Value {
        self.act("apply").expect(200);
        self.world.now += 1_000;
        self.read()
    }

    fn state(&mut self) -> Option<(State, String, bool)> {
        let environment = self.world.production();
        let record = environment.entra_application(CLIENT)?;
        Some((record.state, record.description.clone(), environment.application_user(CLIENT).is_some()))
    }
}

fn packages() -> Packages {
    Packages::new(world(), person(&seed::ADA))
}

fn counts(package: &Value) -> (i64, i64, i64) {
    let number = |name: &str| package[name].as_i64().unwrap();
    (number("numberOfTables"), number("numberOfRecords"), number("numberOfErrors"))
}

#[track_caller]
fn completed(package: &Value, which: &str) {
    assert_eq!(package[which], "Completed", "{package}");
}

#[test]
fn a_package_in_the_right_order_makes_record_and_user_step_by_step() {
    let mut packages = packages();
    let file = gzip(xml(&record(FULL)).as_bytes());
    packages.upload(file, &[ANY, ("content-type", "application/octet-stream")]).expect(204);
    assert_eq!(packages.act("import").expect(200).text, "");
    let mut seen = vec![packages.read()["importStatus"].as_str().unwrap().to_owned()];
    packages.act("import").refused(400, "Application_DialogException", "in progress");
    for _ in 0..8 {
        packages.world.now += 100;
        seen.push(packages.read()["importStatus"].as_str().unwrap().to_owned());
    }
    seen.dedup();
    assert_eq!(seen, ["Scheduled", "InProgress", "Completed"]);
    let imported = packages.read();
    assert_eq!(counts(&imported), (1, 1, 0));
    assert_eq!((imported["packageName"].as_str(), imported["languageId"].as_i64()), (Some("Entra"), Some(1033)));
    assert_eq!(packages.state(), None, "an import writes nothing into the table");
    let applied = packages.apply();
    completed(&applied, "applyStatus");
    assert_eq!(counts(&applied), (1, 0, 0), "what was applied leaves the package");
    assert_eq!(packages.state(), Some((State::Enabled, "Magento".to_owned(), true)));
    let path = packages.world.automation("users?$filter=userName%20eq%20'Magento'");
    assert_eq!(packages.world.get(&person(&seed::ADA), &path).expect(200).column("state"), ["Enabled"]);
    let path = packages.path("");
    packages.world.send(&person(&seed::ADA), "DELETE", &path, &[], &Value::Null).refused(
        400,
        "BadRequest_InvalidToken",
        "",
    );
    packages.world.send(&person(&seed::ADA), "DELETE", &path, &[ANY], &Value::Null).expect(204);
    packages.world.get(&person(&seed::ADA), &path).refused(404, "Internal_RecordNotFound", "Config. Package");
    assert!(packages.state().is_some(), "the record stays");
}

#[test]
fn the_state_before_the_description_fails_and_leaves_a_bare_row() {
    let mut packages = packages();
    let wrong = "<Description ProcessingOrder=\"2\">Magento</Description>\
         <State ProcessingOrder=\"1\" ValidateField=\"1\">0</State>";
    completed(&packages.import(gzip(xml(&record(wrong)).as_bytes())), "importStatus");
    let applied = packages.apply();
    completed(&applied, "applyStatus");
    assert_eq!((counts(&applied), applied["applyError"].as_str()), ((1, 1, 1), Some("")), "counted, without a word");
    assert_eq!(packages.state(), Some((State::Disabled, String::new(), false)));
    let errors = packages.world.production().packages[0].errors.clone();
    assert!(errors[0].text.contains("Description") && errors[0].field == 2, "{errors:?}");
}

#[test]
fn without_orders_fields_go_by_number_so_the_state_comes_first() {
    let mut packages = packages();
    let fields = "<Description>Magento</Description><State ValidateField=\"1\">0</State>";
    packages.import(gzip(xml(&record(fields)).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 1, 1));
    assert_eq!(packages.state(), Some((State::Disabled, String::new(), false)));
}

#[test]
fn a_state_that_is_not_validated_is_enabled_without_a_user() {
    let mut packages = packages();
    let fields = "<Description ProcessingOrder=\"1\">Magento</Description><State ProcessingOrder=\"2\">0</State>";
    packages.import(gzip(xml(&record(fields)).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 0, 0));
    assert_eq!(packages.state(), Some((State::Enabled, "Magento".to_owned(), false)));
    packages.world.get(&full_app(), "/v2.0/Production/api/v2.0/companies").expect(401);
}

#[test]
fn the_tables_key_counts_without_its_attribute_and_a_missing_key_is_an_error() {
    let mut packages = packages();
    let unmarked = record(FULL).replace(" PrimaryKey=\"1\"", "");
    packages.import(gzip(xml(&unmarked).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 0, 0), "the source takes the key from the table itself");
    assert_eq!(packages.state(), Some((State::Enabled, "Magento".to_owned(), true)));

    let mut packages = self::packages();
    packages.import(gzip(xml(&format!("<AADApplication>{FULL}</AADApplication>")).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 1, 1));
    assert_eq!(packages.state(), None);
}

#[test]
fn a_second_apply_of_the_same_record_changes_only_what_differs() {
    let mut packages = packages();
    packages.import(gzip(xml(&record(FULL)).as_bytes()));
    packages.apply();
    let user = packages.world.production().application_user(CLIENT).unwrap().security_id;
    packages.world.set_user_state(user, State::Disabled);
    packages.import(gzip(xml(&record(FULL)).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 0, 0));
    let user = packages.world.production().application_user(CLIENT).unwrap().clone();
    assert_eq!(user.state, State::Disabled, "the state did not differ, so its trigger did not run");
}

#[test]
fn values_that_do_not_evaluate_are_errors_of_the_import() {
    let long = "x".repeat(60);
    for (fields, errors, state) in [
        // A word instead of the ordinal is an error at first, and understood when it is applied.
        (FULL.replace(">0<", ">Enabled<"), 1, Some((State::Enabled, "Magento".to_owned(), true))),
        (FULL.replace(">0<", ">7<"), 1, Some((State::Disabled, "Magento".to_owned(), false))),
        (FULL.replace("Magento", &long), 1, Some((State::Enabled, long[..50].to_owned(), true))),
    ] {
        let mut packages = packages();
        let imported = packages.import(gzip(xml(&record(&fields)).as_bytes()));
        completed(&imported, "importStatus");
        assert_eq!(counts(&imported).2, errors, "{fields}");
        assert_eq!(counts(&packages.apply()).2, 0, "{fields}");
        assert_eq!(packages.state(), state, "{fields}");
    }
    let mut packages = packages();
    let imported = packages.import(gzip(xml(&record(FULL).replace(&CLIENT.to_string(), "magento")).as_bytes()));
    assert_eq!(counts(&imported).2, 1);
    assert_eq!(counts(&packages.apply()), (1, 1, 1));
}

#[test]
fn a_file_that_is_none_fails_with_a_text_in_the_environments_language() {
    let good = xml(&record(FULL));
    for (bytes, part) in [
        (good.clone().into_bytes(), "magiske tal"),
        (gzip(b"<DataList"), "gyldig pakke"),
        (gzip(good.replace("Code=\"ENTRA\"", "Code=\"OTHER\"").as_bytes()), "kode skal være den samme"),
        (gzip(good.replace("utf-8", "utf-16").as_bytes()), "byte order mark"),
        (gzip(good.replace("1033", "engelsk").as_bytes()), "LanguageID"),
    ] {
        let mut packages = packages();
        let failed = packages.import(bytes);
        assert_eq!(failed["importStatus"], "Error", "{failed}");
        assert!(failed["importError"].as_str().unwrap().contains(part), "{failed}");
        packages.act("apply").refused(400, "Application_DialogException", "import status is not completed");
        // A better file helps.
        completed(&packages.import(gzip(good.as_bytes())), "importStatus");
    }
}

#[test]
fn utf_16_is_read_with_and_without_its_mark() {
    let text = xml(&record(FULL)).replace("utf-8", "utf-16").replace("Magento", "Købmand");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [wide(&format!("\u{feff}{text}")), wide(&text), big] {
        let mut packages = packages();
        completed(&packages.import(gzip(&bytes)), "importStatus");
        packages.apply();
        assert_eq!(packages.state().map(|state| state.1), Some("Købmand".to_owned()));
    }
}

#[test]
fn the_table_is_known_by_the_first_child_and_the_records_by_their_name() {
    let good = xml(&record(FULL));
    let outcome = |text: String| {
        let mut packages = packages();
        let imported = packages.import(gzip(text.as_bytes()));
        completed(&imported, "importStatus");
        counts(&imported)
    };
    assert_eq!(outcome(good.replace("AADApplicationList", "Whatever").replace("TableID", "Number")), (1, 1, 0));
    assert_eq!(outcome(good.replace("<TableID>9012</TableID>", "")), (0, 0, 0), "the first child is a record");
    assert_eq!(outcome(good.replace("9012", "99999")), (1, 1, 1), "a table that does not exist");
    assert_eq!(outcome(good.replace("AADApplication>", "AAD_Application>")), (1, 0, 0), "no record of that name");
}

#[test]
fn only_what_the_first_record_carries_is_written() {
    let mut packages = packages();
    let second = Uuid::from_u128(9);
    let records = format!(
        "<AADApplication>{}<Description ProcessingOrder=\"1\">First</Description></AADApplication>\
         <AADApplication>{}<Description>Second</Description><ContactInformation>ops</ContactInformation></AADApplication>",
        key(CLIENT),
        key(second)
    );
    assert_eq!(counts(&packages.import(gzip(xml(&records).as_bytes()))), (1, 2, 0));
    assert_eq!(counts(&packages.apply()), (1, 0, 0));
    let made = packages.world.production().entra_application(second).unwrap().clone();
    assert_eq!((made.description.as_str(), made.contact_information.as_str()), ("Second", ""));
}

#[test]
fn the_tables_own_rules_decide_at_apply() {
    // No enabled full user.
    let mut world = world();
    for user in &mut world.production().users {
        if user.license == License::FullUser && user.user_name != "ADA" {
            user.state = State::Disabled;
        }
    }
    let mut packages = Packages::new(world, person(&seed::ADA));
    packages.import(gzip(xml(&record(FULL)).as_bytes()));
    packages.act("apply").expect(200);
    let ada = packages.world.user_named("ADA");
    packages.world.set_user_state(ada, State::Disabled);
    packages.world.now += 1_000;
    packages.world.get(&person(&seed::MIA), "/v2.0/Production/api/v2.0/companies").expect(200);
    let errors = packages.world.production().packages[0].errors.clone();
    assert!(errors[0].text.contains("Register a user"), "{errors:?}");

    // A caller with RIMD on the table but neither SUPER nor SECURITY.
    let mut world = self::world();
    let wish =
        json!({ "permission_sets": { "user_name": "OMAR", "role_ids": ["D365 BUS FULL ACCESS", "D365 AUTOMATION"] } });
    world.arrange(&wish);
    let mut packages = Packages::new(world, person(&seed::OMAR));
    packages.import(gzip(xml(&record(FULL)).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 1, 1));
    assert_eq!(packages.state(), Some((State::Disabled, String::new(), false)), "the user is rolled back too");
    let errors = packages.world.production().packages[0].errors.clone();
    assert!(errors[0].text.contains("SUPER or SECURITY"), "{errors:?}");

    // A user name that is taken.
    let mut world = self::world();
    world.bc.register_by_hand(seed::CRONUS, "Production", Uuid::from_u128(4), "Magento", &mut world.ids).unwrap();
    let mut packages = Packages::new(world, person(&seed::ADA));
    packages.import(gzip(xml(&record(FULL)).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 1, 1));

    // Business data without rights on table 9012.
    let mut packages = Packages::new(self::world(), person(&seed::OMAR));
    packages.import(gzip(xml(&record(FULL)).as_bytes()));
    assert_eq!(counts(&packages.apply()), (1, 1, 1));
    assert_eq!(packages.state(), None);
}

#[test]
fn who_may_touch_packages() {
    let mut world = world();
    let path = world.automation("configurationPackages");
    let refused = |world: &mut World, caller: &Caller| {
        world.get(caller, &path).expect(200);
        world.send(caller, "POST", &path, &[], &json!({ "code": "X" })).refused(
            400,
            "Internal_ServerError",
            "TableData 8623 Config. Package",
        );
    };
    refused(&mut world, &person(&seed::MIA));
    world.arrange(&json!({ "permission_sets": { "user_name": "OMAR", "role_ids": ["D365 READ"] } }));
    refused(&mut world, &person(&seed::OMAR));
    world.arrange(&json!({ "permission_sets": { "user_name": "OMAR", "role_ids": ["D365 READ", "D365 RAPIDSTART"] } }));
    world.send(&person(&seed::OMAR), "POST", &path, &[], &json!({ "code": "X" })).expect(201);
    world.send(&partner(), "POST", &path, &[], &json!({ "code": "Y" })).expect(201);
}

#[test]
fn a_delegated_administrators_session_has_nobody_to_write_a_failure_down() {
    let mut packages = Packages::new(world(), partner());
    let imported = packages.import(gzip(xml(&record(FULL)).as_bytes()));
    completed(&imported, "importStatus");
    completed(&packages.apply(), "applyStatus");
    assert_eq!(packages.state(), Some((State::Enabled, "Magento".to_owned(), true)));

    let mut packages = Packages::new(world(), partner());
    let stuck = packages.import(b"no gzip".to_vec());
    assert_eq!((stuck["importStatus"].as_str(), stuck["importError"].as_str()), (Some("Scheduled"), Some("")));
    packages.world.now += 3_600_000;
    assert_eq!(packages.read()["importStatus"], "Scheduled");
    packages.act("import").refused(400, "Application_DialogException", "in progress");
}

#[test]
fn the_page_has_its_own_rules() {
    let mut packages = packages();
    let ada = person(&seed::ADA);
    packages.act("import").refused(400, "Application_DialogException", "RapidStart file");
    packages.act("apply").refused(400, "Application_DialogException", "import status");
    let all = packages.world.automation("configurationPackages");
    packages.world.send(&ada, "POST", &all, &[], &json!({ "code": "Entra" })).refused(
        400,
        "Internal_EntityWithSameKeyExists",
        "ENTRA",
    );
    packages.world.send(&ada, "POST", &all, &[], &json!({})).refused(
        400,
        "Application_FieldValidationException",
        "Code",
    );
    let filtered =
        packages.world.automation("configurationPackages?$filter=code%20eq%20'entra'&$select=code,importStatus");
    assert_eq!(packages.world.get(&ada, &filtered).expect(200).column("importStatus"), ["No"]);
    let other = format!("/v2.0/Production/api/microsoft/automation/v2.0/companies({})", packages.world.company(1));
    assert!(packages.world.get(&ada, &format!("{other}/configurationPackages")).expect(200).rows().is_empty());
    let octets = ("content-type", "application/octet-stream");
    packages.upload(vec![1], &[octets]).refused(400, "BadRequest_InvalidToken", "");
    packages.upload(vec![1], &[ANY, ("content-type", "application/json")]).refused(400, "BadRequest", "");
    packages.upload(vec![1], &[ANY, octets]).expect(204);
    let wrong = packages.path("/file('OTHER')/content");
    packages.world.get(&ada, &wrong).refused(404, "Internal_RecordNotFound", "");
    let unknown = packages.path("/Microsoft.NAV.export");
    packages.world.send(&ada, "POST", &unknown, &[], &Value::Null).refused(404, "BadRequest_ResourceNotFound", "");
    let path = packages.path("");
    packages.world.send(&ada, "PATCH", &path, &[ANY], &json!({ "code": "NEW" })).refused(
        400,
        "BadRequest_InvalidOperation",
        "",
    );
    let changed = packages.world.send(&ada, "PATCH", &path, &[ANY], &json!({ "packageName": "New" })).expect(200);
    assert_eq!(changed.body["packageName"], "New");
    let file = packages.path("/file");
    assert_eq!(packages.world.get(&ada, &file).expect(200).column("code"), ["ENTRA"]);
    // Nothing was ever imported that had records: Completed, and nothing done.
    completed(&packages.import(gzip(b"<x Code='entra'/>")), "importStatus");
    completed(&packages.apply(), "applyStatus");
}
