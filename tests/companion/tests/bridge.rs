//! The bridge of the companion extension: AL, the two scripts of the control add-in and the contract with the page name
//! the same things. Nothing here is compiled or run by Business Central; `tests/e2e` runs the scripts in a browser.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its ground is missing")]

use entrada::protocol::business_central::{PermissionSet, RecordApi, Site, bridge_response, read_record, was_there};
use entrada::protocol::http::{Body, Request};
use entrada::protocol::json::{self, Value};
use entrada_cloud::business_central::BusinessCentral;
use entrada_cloud::ids::Ids;
use entrada_cloud::seed;
use entrada_companion::{Object, Routine, Source};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What goes on to AL of each message of the frame: the contract's members, and the event of the control add-in.
const FORWARDED: [(&str, &str, &[&str]); 3] = [
    (
        "bridge-request",
        "BridgeRequested",
        &["request", "action", "clientId", "description", "contact", "permissionSets", "environment"],
    ),
    ("completed", "Completed", &["outcome", "clientId", "tenantId", "applicationObjectId", "environments", "expires"]),
    ("credential", "CredentialOffered", &["clientId", "tenantId", "secret", "expires", "scope", "tokenUrl"]),
];

const ACTIONS: [&str; 5] = ["look", "register", "permissions", "disable", "remove"];

fn al() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/al")
}

fn file(name: &str) -> String {
    fs::read_to_string(al().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn source(name: &str) -> Source {
    Source::read(file(&format!("src/{name}"))).expect("the grammar")
}

fn object(source: &Source) -> Object<'_> {
    source.objects().into_iter().next().expect("an object")
}

fn routines(source: &Source, kind: &str) -> Vec<Routine> {
    object(source).routines().into_iter().filter(|routine| routine.kind == kind).collect()
}

fn signatures(routines: &[Routine]) -> BTreeSet<(String, Vec<(String, String)>)> {
    routines.iter().map(|routine| (routine.name.clone(), routine.parameters.clone())).collect()
}

fn routine(source: &Source, name: &str) -> Routine {
    let mut all = object(source).routines().into_iter();
    all.find(|routine| routine.name == name).unwrap_or_else(|| panic!("{name} is missing"))
}

/// What stands in single quotes, in order.
fn quoted(text: &str) -> Vec<&str> {
    text.split('\'').skip(1).step_by(2).collect()
}

/// What stands behind every occurrence of `before`, up to `end`.
fn behind<'a>(text: &'a str, before: &str, end: char) -> BTreeSet<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[test]
fn the_add_in_ships_the_files_it_names() {
    let source = source("EntradaFrame.ControlAddIn.al");
    let addin = object(&source);
    assert_eq!(addin.kind(), "controladdin");
    for name in ["Scripts", "StartupScript", "StyleSheets"] {
        let path = addin.property(name).unwrap_or_else(|| panic!("{name} is not set"));
        assert!(al().join(&path).is_file(), "{name}: {path}");
        // Nothing from elsewhere: it would run in the client's own origin.
        assert!(!path.contains("://"), "{path}");
    }
}

#[test]
fn the_script_raises_the_events_that_the_add_in_declares() {
    let source = source("EntradaFrame.ControlAddIn.al");
    let declared: BTreeSet<String> = routines(&source, "event").into_iter().map(|event| event.name).collect();
    let entrada = file("addin/entrada.js");
    let start = file("addin/start.js");
    let mut raised = behind(&entrada, "event: '", '\'');
    raised.extend(behind(&start, "tellAl('", '\''));
    let raised: BTreeSet<String> = raised.into_iter().map(str::to_owned).collect();
    assert_eq!(raised, declared);
}

#[test]
fn the_page_hears_every_event_with_its_parameters() {
    let addin = source("EntradaFrame.ControlAddIn.al");
    let host = source("EntradaHost.Page.al");
    let page = object(&host);
    assert_eq!(page.property("PageType").as_deref(), Some("UserControlHost"));
    assert_eq!(page.controls(), [object(&addin).name()]);
    assert_eq!(signatures(&routines(&host, "trigger")), signatures(&routines(&addin, "event")));
}

#[test]
fn the_script_has_a_global_function_for_every_procedure_that_al_calls() {
    let addin = source("EntradaFrame.ControlAddIn.al");
    let declared: BTreeSet<(String, usize)> = routines(&addin, "procedure")
        .into_iter()
        .map(|procedure| (procedure.name, procedure.parameters.len()))
        .collect();
    assert!(!declared.is_empty());
    // Global functions begin their line.
    let script = file("addin/entrada.js");
    let there: BTreeSet<(String, usize)> = script
        .lines()
        .filter_map(|line| line.strip_prefix("function "))
        .filter_map(|rest| rest.split_once('('))
        .map(|(name, rest)| {
            let parameters = rest.split(')').next().unwrap_or_default();
            (name.to_owned(), parameters.split(',').filter(|it| !it.trim().is_empty()).count())
        })
        .collect();
    assert_eq!(there, declared);

    let page = source("EntradaHost.Page.al");
    let called = object(&page).text().to_owned();
    let called = behind(&called, "CurrPage.Frame.", '(');
    let declared: BTreeSet<&str> = declared.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(called, declared);
}

#[test]
fn what_goes_on_to_al_is_what_the_contract_names_and_the_secret_only_with_the_credential() {
    let script = file("addin/entrada.js");
    let (_, table) = script.split_once("const FORWARDED = {").expect("the table");
    let (table, _) = table.split_once("};").expect("its end");
    let mut expected = Vec::new();
    for (message, event, members) in FORWARDED {
        if message.contains('-') {
            expected.push(message);
        }
        expected.push(event);
        expected.extend_from_slice(members);
    }
    assert_eq!(quoted(table), expected);
    for (message, _, members) in FORWARDED {
        assert_eq!(members.contains(&"secret"), message == "credential", "{message}");
    }
    assert_eq!(script.matches("secret").count(), 1, "the word stands in the table and nowhere else");
}

#[test]
fn al_reads_every_member_of_a_request_and_knows_every_action() {
    let action = source("EntradaBridgeAction.Codeunit.al");
    let text = object(&action).text().to_owned();
    let mut read = behind(&text, "TextOf(Request, '", '\'');
    read.extend(behind(&text, "Request.Get('", '\''));
    let bridge = file("src/EntradaBridge.Codeunit.al");
    read.extend(behind(&bridge, "Request.Get('", '\''));
    let (_, _, members) = FORWARDED[0];
    assert_eq!(read, members.iter().copied().collect::<BTreeSet<_>>());

    let run = routine(&action, "OnRun").text;
    let (_, cases) = run.split_once("case TextOf(Request, 'action') of").expect("the case");
    let known: Vec<&str> =
        cases.lines().filter_map(|line| line.trim().strip_prefix('\'')?.strip_suffix("':")).collect();
    assert_eq!(known, ACTIONS);
}

/// What the page sends over the bridge, by its own code.
fn requests() -> Vec<Request> {
    let site = Site::new("https://api.businesscentral.dynamics.com", "cronus.example", "Production");
    let (api, client_id) = (RecordApi::bridge(), "11111111-2222-4333-8444-555555555555");
    let set = PermissionSet {
        role_id: "D365 BUS FULL ACCESS".into(),
        app_id: "437dbf0e-84ff-417a-965d-ed2bb9650972".into(),
        scope: "System".into(),
        name: String::new(),
        extension: String::new(),
    };
    vec![
        site.find_record(&api, "", client_id),
        site.create_record(&api, "", client_id, "Shop", "me@example.com"),
        site.give_by_bridge(client_id, &set, ""),
        site.disable_record(&api, "", client_id),
        site.delete_record(&api, "", client_id, None),
    ]
}

fn body(request: &Request) -> &Value {
    let Body::Json(body) = &request.body else { panic!("{request:?}") };
    body
}

#[test]
fn what_the_page_asks_is_what_al_reads() {
    let requests = requests();
    let actions: Vec<_> = requests.iter().map(|it| body(it)["action"].as_str().unwrap_or_default()).collect();
    assert_eq!(actions, ACTIONS);
    let mut sent: BTreeSet<&str> = BTreeSet::from(["request"]);
    for request in &requests {
        sent.extend(body(request).members().iter().map(|(name, _)| name.as_str()));
    }
    assert_eq!(sent, FORWARDED[0].2.iter().copied().collect::<BTreeSet<_>>());
    let action = file("src/EntradaBridgeAction.Codeunit.al");
    let read = behind(&action, "TextOf(PermissionSet, \'", '\'');
    let sets = body(&requests[2])["permissionSets"].items();
    let sent: BTreeSet<&str> = sets.iter().flat_map(Value::members).map(|(name, _)| name.as_str()).collect();
    assert_eq!(read, sent);
}

/// Names that AL puts into an answer to a request that worked.
fn answered() -> BTreeSet<String> {
    let describe = routine(&source("EntradaBridgeAction.Codeunit.al"), "Describe").text;
    let mut names = behind(&describe, "Answer.Add(\'", '\'');
    names.extend(["request", "ok"]);
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_page_reads_what_al_answers() {
    // Of every member AL names, as it would write it.
    let message = r#"{"request":"7","ok":true,"recordId":"a","created":false,"clientId":"c","description":"Shop",
        "state":"Enabled","userId":"u"}"#;
    let message = json::parse(message).expect("JSON");
    let names: BTreeSet<String> = message.members().iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, answered());
    let response = bridge_response(&message);
    assert!(was_there(&response));
    let record = read_record(&RecordApi::bridge(), &response).expect("an answer").expect("a record");
    assert_eq!((record.client_id.as_str(), record.description.as_str(), record.enabled), ("c", "Shop", true));
    assert_eq!(record.user_id.as_deref(), Some("u"));
}

/// Otherwise the stories and the journeys would be told against a bridge that nobody can install.
#[test]
fn the_stand_in_answers_with_the_names_of_al_and_knows_its_actions() {
    let mut ids = Ids::new(1);
    let mut cloud = BusinessCentral::seeded(&mut ids);
    for request in requests().into_iter().cycle().take(8) {
        let asked: serde_json::Value = serde_json::from_str(&body(&request).to_line()).expect("JSON");
        let answer = cloud.bridge(seed::CRONUS, "Production", seed::ADA.oid, &asked, &mut ids).expect("Production");
        assert_eq!(answer["ok"], true, "{asked}: {answer}");
        let names: BTreeSet<String> = answer.as_object().expect("an object").keys().cloned().collect();
        match asked["action"].as_str() {
            Some("register") => {
                assert_eq!(names, answered());
                assert_eq!(answer["created"], true);
            }
            _ => assert!(names.is_subset(&answered()), "{names:?}"),
        }
    }
    let unknown = serde_json::json!({ "request": "1", "action": "dance", "environment": "Production",
        "clientId": "11111111-2222-4333-8444-555555555555" });
    let answer = cloud.bridge(seed::CRONUS, "Production", seed::ADA.oid, &unknown, &mut ids).expect("Production");
    assert_eq!((&answer["ok"], &answer["code"]), (&serde_json::json!(false), &serde_json::json!("refused")));
}

#[test]
fn an_answer_always_comes() {
    let bridge = source("EntradaBridge.Codeunit.al");
    let answer = routine(&bridge, "Answer").text;
    // Only Run turns an error into a value, and nothing behind it raises one.
    assert!(answer.contains("if BridgeAction.Run() then"), "{answer}");
    assert!(!object(&bridge).text().contains(" Error("), "the bridge itself raises nothing");
    for member in ["ok", "error", "code"] {
        assert!(answer.contains(&format!("Given.Add('{member}'")), "{member}");
    }
    let host = source("EntradaHost.Page.al");
    assert!(routine(&host, "BridgeRequested").text.contains("AnswerBridge(Bridge.Answer(Request))"));
}

#[test]
fn every_write_asks_first() {
    let action = source("EntradaBridgeAction.Codeunit.al");
    for (name, write) in [
        ("Register", "AADApplication.Insert("),
        ("GivePermissionSets", "GivePermissionSet(OneSet"),
        ("Disable", "AADApplication.Modify("),
        ("Remove", "AADApplication.Delete("),
    ] {
        let text = routine(&action, name).text;
        let asks = text.find(" Ask(").unwrap_or_else(|| panic!("{name} does not ask"));
        assert!(asks < text.find(write).unwrap_or_else(|| panic!("{name} does not write")), "{name}");
    }
    // No other place writes.
    let text = object(&action).text().to_owned();
    let writes = |what: &str| text.matches(what).count();
    assert_eq!((writes(".Insert("), writes(".Modify("), writes(".Delete(")), (2, 2, 1));
    assert_eq!(routine(&action, "GivePermissionSet").text.matches(".Insert(").count(), 1);
}

#[test]
fn the_secret_is_kept_encrypted_after_a_question_and_reaches_no_other_extension() {
    let credential = source("EntradaCredential.Codeunit.al");
    let take = routine(&credential, "Take").text;
    let asks = take.find("if not Confirm(").expect("it asks");
    assert!(asks < take.find("Keep(ClientId, Secret)").expect("it keeps"), "{take}");
    assert!(take.find("MostCharacters()").expect("a limit") < asks, "too long is said before it is asked");
    assert!(routine(&credential, "MostCharacters").text.contains("exit(215)"));
    let keep = routine(&credential, "Keep");
    assert!(keep.parameters.contains(&("Secret".to_owned(), "SecretText".to_owned())), "{keep:?}");
    let text = object(&credential).text().to_owned();
    assert_eq!(text.matches("IsolatedStorage.SetEncrypted(").count(), 1);
    assert!(!text.contains("IsolatedStorage.Set("), "never in the clear");
    for name in ["EntradaCredential", "EntradaBridge", "EntradaBridgeAction"] {
        let source = source(&format!("{name}.Codeunit.al"));
        assert_eq!(object(&source).property("Access").as_deref(), Some("Internal"), "{name}");
    }
    // An event of this app can be heard by others only when it is public.
    assert!(!file("src/EntradaBridge.Codeunit.al").contains("[IntegrationEvent"));
    // The trigger that hears it cannot be marked as not to be debugged.
    assert!(file("app.json").contains("\"allowDebugging\": false"));
}

#[test]
fn what_the_frame_is_told_first_has_the_bridge_in_it() {
    let bridge = source("EntradaBridge.Codeunit.al");
    let options = routine(&bridge, "Options").text;
    let told = behind(&options, "Told.Add('", '\'');
    let of_bridge = behind(&options, "Bridge.Add('", '\'');
    assert_eq!(told, BTreeSet::from(["tenant", "environment", "lang", "bridge"]));
    assert_eq!(of_bridge, BTreeSet::from(["kind", "version", "tenant", "environment", "company"]));
    assert!(options.contains("Bridge.Add('kind', 'business-central')"));
}
