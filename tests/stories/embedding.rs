//! Life inside somebody else's page: who is spoken with, what is told, and that no secret crosses without both agreements.

use crate::world::{CLIENT_ID, FOLDER, World, config};
use entrada::embed::contract;
use entrada::flow::host::{Standing, Surface};
use entrada::flow::{Event, Intent, Place};
use entrada::protocol::json;
use entrada::view_model::{Page, ViewModel};
use entrada_cloud::{ConsentAnswer, Effect as Fault};
use serde_json::{Value, json};

const PORTAL: &str = "https://portal.example";

/// A message of the page around, as the frame's script hands it in.
fn says(from: &str, data: &Value) -> Event {
    contract::heard(&json::parse(&json!({ "from": from, "data": data }).to_string()).unwrap())
}

fn hello(from: &str, options: &Value) -> Event {
    says(from, &json!({ "entrada": 1, "type": "hello", "id": "element", "seq": 1, "options": options }))
}

/// A frame in the portal's page, which has greeted it; `credential` is the configuration's half of the agreement.
fn framed(credential: bool, options: &Value) -> World {
    let mut world = World::new();
    let mut config = config();
    config["embedding"] = json!({ "hosts": [{ "origin": PORTAL, "credential": credential }] });
    world.config = Ok(config.to_string());
    world.surface = Surface::Frame;
    world.greeting = Some(hello(PORTAL, options));
    world.open();
    world
}

fn signed_in(credential: bool) -> World {
    let mut world = framed(credential, &json!({ "preset": "magento", "environment": "Production" }));
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world
}

impl World {
    /// Messages of a type, without their envelope.
    fn told_of(&self, kind: &str) -> Vec<&Value> {
        self.told.iter().map(|it| &it["data"]).filter(|data| data["type"] == kind).collect()
    }
}

#[test]
fn a_host_is_told_the_whole_run_and_never_a_secret() {
    let mut world = signed_in(false);
    world.told.clear();
    world.set_up();
    let secret = world.secret().expect("a secret on the screen");
    assert!(
        world.told.iter().all(|it| it["to"] == PORTAL && it["data"]["entrada"] == 1 && it["data"]["id"] == "element")
    );
    let order: Vec<u64> = world.told.iter().map(|it| it["data"]["seq"].as_u64().unwrap()).collect();
    assert!(order.windows(2).all(|pair| pair[1] == pair[0] + 1), "{order:?}");

    let plan = world.told_of("plan-ready");
    assert_eq!(plan.len(), 1);
    assert_eq!(plan[0]["environments"], json!(["Production"]));
    assert!(plan[0]["changes"].as_u64().unwrap() > 5, "{plan:?}");

    // Each step by its own number: from pending to done, never back.
    let steps = world.told_of("step-changed");
    for task in 0..world.model.run.as_ref().unwrap().tasks.len() {
        let states: Vec<_> = steps.iter().filter(|it| it["index"] == task as u64).map(|it| &it["state"]).collect();
        assert!(states.last().is_none_or(|state| **state == "done"), "{task}: {states:?}");
    }
    assert!(steps.iter().any(|it| it["step"] == "record" && it["lane"] == "Production" && it["state"] == "running"));
    assert!(steps.iter().any(|it| it["step"] == "application" && it["lane"].is_null()));

    let completed = world.told_of("completed");
    assert_eq!(completed.len(), 1, "{completed:?}");
    assert_eq!(completed[0]["outcome"], "complete");
    assert_eq!(completed[0]["clientId"], world.app_id());
    assert_eq!(completed[0]["tenantId"], world.model.account().unwrap().tenant);
    let known = &world.model.run.as_ref().unwrap().known;
    assert_eq!(completed[0]["applicationObjectId"], *known.app_object.as_ref().unwrap());
    let environment = &completed[0]["environments"][0];
    assert_eq!(environment["name"], "Production");
    assert_eq!(environment["outcome"], "complete");
    assert_eq!(environment["userId"], *known.sites[0].user.as_ref().unwrap());
    assert!(completed[0]["expires"].as_str().unwrap().starts_with("2027-11-23"), "{completed:?}");

    // The page offers no button, and whoever presses it all the same gets nothing.
    let Page::HandOver(view) = world.page() else { panic!("{:?}", world.codes()) };
    assert_eq!(view.to_host, None);
    world.press(Intent::HandToHost);
    assert!(world.told_of("credential").is_empty());
    let all = Value::from(world.told.clone()).to_string();
    assert!(!all.contains(&secret) && !all.contains("eyJ"), "a secret or a token crossed");
}

#[test]
fn with_both_agreements_the_credential_crosses_once_per_press_and_in_no_other_message() {
    let mut world = signed_in(true);
    world.set_up();
    let secret = world.secret().unwrap();
    assert!(!Value::from(world.told.clone()).to_string().contains(&secret), "not before the press");
    let Page::HandOver(view) = world.page() else { panic!() };
    let button = view.to_host.expect("the button");
    assert_eq!(button.label, "Hand the secret to https://portal.example");
    world.press(button.intent);
    let credential = world.told_of("credential");
    assert_eq!(credential.len(), 1);
    assert_eq!(credential[0]["secret"], secret);
    assert_eq!(credential[0]["clientId"], world.app_id());
    let holding = world.told.iter().filter(|it| it.to_string().contains(&secret)).count();
    assert_eq!(holding, 1);
    let Page::HandOver(view) = world.page() else { panic!() };
    assert_eq!(view.handed.as_deref(), Some("The secret was handed to https://portal.example."));
    assert!(!view.stored, "the host having it does not mean that it is stored");

    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.press(Intent::HandToHost);
    assert_eq!(world.told_of("credential").len(), 1, "afterwards it is nowhere");
}

#[test]
fn the_button_hands_over_on_the_screen_of_the_credential_only() {
    let mut world = signed_in(true);
    world.press(Intent::HandToHost);
    world.start_run();
    world.click(Intent::HandToHost);
    world.run_until(60_000, |world| world.model.place == Place::HandOver);
    assert!(world.told_of("credential").is_empty());
}

#[test]
fn a_page_of_its_own_tells_nobody_and_shows_no_host() {
    let mut world = World::ready("magento");
    world.event(hello(PORTAL, &json!({})));
    world.set_up();
    let Page::HandOver(view) = world.page() else { panic!() };
    assert_eq!((view.to_host, ViewModel::from(&world.model).header.host), (None, None));
    world.press(Intent::HandToHost);
    assert_eq!(world.told, Vec::<Value>::new());
    assert_eq!(world.model.host.ignored, 1);
}

#[test]
fn a_host_that_is_not_named_gets_no_answer_and_nobody_can_work_in_it() {
    for origin in ["https://evil.example", "https://portal.example.evil.example", "http://portal.example", "null"] {
        let mut world = framed(true, &json!({}));
        world.greeting = Some(hello(origin, &json!({ "preset": "heyloyalty" })));
        world.told.clear();
        world.open();
        let Page::Problem(finding) = world.page() else { panic!("{origin}") };
        assert_eq!(finding.code, "host_not_allowed");
        assert!(finding.what.contains(origin), "{}", finding.what);
        world.press(Intent::SignIn);
        world.event(says(origin, &json!({ "entrada": 1, "type": "close", "id": "element", "seq": 2 })));
        assert_eq!((world.told.len(), world.departed.clone()), (0, None), "{origin}");
        assert!(world.sent.is_empty());
        assert_ne!(world.model.choices.as_ref().unwrap().preset, "heyloyalty");
    }
}

#[test]
fn without_hosts_in_the_configuration_the_page_is_never_framed() {
    let mut world = framed(true, &json!({}));
    world.config = Ok(config().to_string());
    world.told.clear();
    world.open();
    assert_eq!(world.codes(), ["host_not_allowed"]);
    assert!(world.told.is_empty());
}

#[test]
fn a_silent_host_is_named_after_a_while_and_may_still_speak() {
    let mut world = framed(false, &json!({}));
    world.greeting = None;
    world.told.clear();
    world.open();
    assert_eq!(world.codes(), ["host_silent"]);
    world.press(Intent::SignIn);
    assert_eq!(world.departed, None);
    world.event(hello(PORTAL, &json!({})));
    assert_eq!(world.told_of("ready").len(), 1);
    assert!(matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn a_frame_shows_whose_page_it_is_in() {
    let world = framed(false, &json!({}));
    assert_eq!(ViewModel::from(&world.model).header.host.as_deref(), Some("Shown inside https://portal.example"));
}

/// Nothing is silent there: after a reload the sign-in takes a window, and a click for it.
#[test]
fn a_run_inside_another_page_does_not_invite_to_leave_it() {
    let lede = |mut world: World| {
        world.start_run();
        let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
        run.lede
    };
    assert!(lede(signed_in(false)).contains("Better leave this page open"));
    assert!(lede(World::ready("magento")).contains("may reload or close"));
}

#[test]
fn replayed_foreign_and_broken_messages_change_nothing_and_are_not_answered() {
    let mut world = signed_in(true);
    world.set_up();
    let (told, ignored) = (world.told.len(), world.model.host.ignored);
    let close = |id: &str, seq: u64| json!({ "entrada": 1, "type": "close", "id": id, "seq": seq });
    let messages = [
        says(PORTAL, &close("element", 1)),
        says(PORTAL, &close("other", 2)),
        says("https://evil.example", &close("element", 2)),
        says("", &close("element", 2)),
        says(PORTAL, &json!({ "entrada": 2, "type": "close", "id": "element", "seq": 2 })),
        says(PORTAL, &json!({ "entrada": 1, "type": "credential", "id": "element", "seq": 2 })),
        says(PORTAL, &json!("close")),
        says(PORTAL, &Value::Null),
        hello(PORTAL, &json!({ "preset": "heyloyalty" })),
        says(
            PORTAL,
            &json!({ "entrada": 1, "type": "hello", "id": "element", "seq": 3, "options": { "preset": "heyloyalty" } }),
        ),
        says(
            PORTAL,
            &json!({ "entrada": 1, "type": "bridge-answer", "id": "element", "seq": 4, "request": "r", "ok": true }),
        ),
    ];
    let count = messages.len();
    for message in messages {
        world.event(message);
    }
    assert_eq!(world.model.host.ignored as usize, usize::try_from(ignored).unwrap() + count);
    assert_eq!(world.told.len(), told);
    assert!(world.secret().is_some() && world.model.choices.as_ref().unwrap().preset == "magento");
}

#[test]
fn options_preselect_and_override_nothing() {
    let world = framed(
        false,
        &json!({
            "lang": "da", "preset": "heyloyalty", "tenant": "cronus.example", "environment": "Sandbox", "company": "CRONUS A/S",
            "clientId": "evil", "login": "https://evil.example", "endpoints": { "login": "https://evil.example" },
            "theme": { "accent": "#107c10", "font": "x;}", "surface": "url(https://evil.example)", "radius": "6px" },
        }),
    );
    let choices = world.model.choices.as_ref().unwrap();
    assert_eq!(
        (choices.preset.as_str(), choices.environments.as_slice()),
        ("heyloyalty", ["Sandbox".to_owned()].as_slice())
    );
    assert_eq!(choices.companies.as_deref(), Some(["CRONUS A/S".to_owned()].as_slice()));
    assert_eq!(world.model.tenant_typed, "cronus.example");
    assert_eq!(world.looks, [("--entrada-accent", "#107c10".to_owned()), ("--entrada-radius", "6px".to_owned())]);
    let notices = &world.model.notices;
    let ignored: Vec<&str> = notices.iter().map(|it| it.slots[0].1.as_str()).collect();
    assert_eq!(ignored, ["clientId", "endpoints", "login", "theme.font", "theme.surface"]);
    let deployment = world.model.deployment();
    assert_eq!(deployment.config.client_id, CLIENT_ID);
    assert_eq!(deployment.config.endpoints.login, "https://login.microsoftonline.com");
    // The language was asked for, and the host hears which one it is.
    assert_eq!(world.told_of("ready")[0]["language"], "da");
}

#[test]
fn a_link_may_not_set_what_only_a_host_may() {
    let mut world = World::new();
    world.address = format!("{FOLDER}?company=CRONUS&theme.accent=%23000");
    world.open();
    assert_eq!(world.codes(), ["link_ignored", "link_ignored"]);
    assert!(world.looks.is_empty() && world.model.choices.as_ref().unwrap().companies.is_none());
}

#[test]
fn closing_is_answered_once_and_leaves_nothing_but_the_trace_of_what_nobody_stored() {
    let mut world = signed_in(true);
    world.set_up();
    world.event(says(PORTAL, &json!({ "entrada": 1, "type": "close", "id": "element", "seq": 2 })));
    world.event(says(PORTAL, &json!({ "entrada": 1, "type": "close", "id": "element", "seq": 3 })));
    assert_eq!(world.told_of("closed").len(), 1);
    assert_eq!(world.model.host.standing, Standing::Closed);
    assert!(world.secret().is_none() && world.model.account().is_none() && !world.guarded);
    let told = world.told.len();
    world.press(Intent::SignIn);
    world.press(Intent::HandToHost);
    world.settle();
    assert_eq!((world.told.len(), world.departed.clone()), (told, None));
    // The next visit finds the secret that nobody stored.
    world.open();
    assert!(world.model.interrupted.as_ref().is_some_and(|it| it.secrets.len() == 1), "{:?}", world.storage);
}

#[test]
fn heights_are_told_when_they_change_and_only_to_whom_they_concern() {
    let mut world = framed(false, &json!({}));
    for height in [640, 640, 700] {
        world.event(Event::Resized(height));
    }
    let heights: Vec<_> = world.told_of("resized").iter().map(|it| it["height"].clone()).collect();
    assert_eq!(heights, [json!(640), json!(700)]);
}

#[test]
fn a_host_hears_what_keeps_a_person_and_what_failed() {
    let mut world = signed_in(false);
    world.press(Intent::Name(String::new()));
    assert_eq!(world.told_of("blocked").last().unwrap()["finding"], "name_empty");
    assert_eq!(world.told_of("blocked").last().unwrap()["by"], "check");

    let mut world = signed_in(false);
    world.fault("PATCH", "/v1.0/applications", refused(), 50);
    world.start_run();
    world.settle();
    let failed = world.told_of("failed");
    assert_eq!(failed.len(), 1, "{failed:?} {:?}", world.codes());
    assert!(world.told_of("completed").is_empty());
}

#[test]
fn a_second_try_ends_in_a_second_completed() {
    let mut world = signed_in(false);
    world.fault("POST", "addPassword", refused(), 1);
    world.start_run();
    world.settle();
    assert_eq!(world.told_of("completed").last().unwrap()["outcome"], "partial", "{:?}", world.codes());
    world.press(Intent::Resume);
    assert_eq!(world.told_of("completed").len(), 2);
    assert_eq!(world.told_of("completed").last().unwrap()["outcome"], "complete");
}

fn refused() -> Fault {
    Fault::Status { status: 403, retry_after: None, code: "Authorization_RequestDenied".into() }
}

/// A page that has mounted the program.
fn module(config: &Value) -> World {
    let mut world = World::new();
    world.config = Ok(config.to_string());
    world.surface = Surface::Module;
    let word = json::parse(r#"{"type":"hello","options":{"preset":"heyloyalty"}}"#).unwrap();
    world.greeting = Some(contract::spoken(&word, "https://shop.example", 1));
    world.open();
    world
}

#[test]
fn a_page_that_mounts_the_program_hears_plain_events_and_needs_no_rule() {
    let world = module(&config());
    assert_eq!(world.told.len(), 1);
    assert_eq!((&world.told[0]["type"], &world.told[0]["to"]), (&json!("ready"), &Value::Null));
    assert_eq!(world.model.choices.as_ref().unwrap().preset, "heyloyalty");
    assert!(!world.model.host.credential);
    let mut world = module(&json!({}));
    assert_eq!(world.told.pop().unwrap()["finding"], "config_wrong");
}

#[test]
fn signing_out_forgets_the_person_and_not_the_page_around() {
    let mut world = signed_in(false);
    world.press(Intent::SignOut);
    assert_eq!(world.model.host.standing, Standing::Open);
    assert!(matches!(world.page(), Page::Welcome(_)));
}
