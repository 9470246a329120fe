//! Inside a Business Central page: the page around registers the application in AL (route h), the rest goes over HTTP. The
//! other side is `entrada_cloud`'s imitation of the companion extension, and what a person or bad luck makes of its answers.

use crate::program::{COMPANIES, Program};
use crate::routes::route_view;
use crate::world::{Answers, World, config};
use entrada::flow::host::{Standing, Surface};
use entrada::flow::route::RouteKind;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Model};
use entrada::view_model::{ChangeKind, CheckState, Page, StepState};
use entrada_cloud::business_central::State;
use entrada_cloud::{ConsentAnswer, Effect, seed};
use serde_json::{Value, json};

/// Origin of the Business Central client.
const CLIENT: &str = "https://businesscentral.dynamics.com";

/// What `hello` says in this tenant's Production.
fn bridge() -> Value {
    json!({
        "kind": "business-central", "version": "1.0.0.0", "tenant": seed::CRONUS, "environment": "Production",
        "company": "CRONUS International Ltd.",
    })
}

/// Ada has opened the page inside Business Central and signed in; nothing is chosen yet but the preset.
fn opened(bridge: &Value) -> World {
    let mut world = World::new();
    let mut config = config();
    config["embedding"] = json!({ "hosts": [{ "origin": CLIENT, "credential": false }] });
    world.config = Ok(config.to_string());
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    // Signing in from a frame is told elsewhere; here the frame begins where it is over.
    world.model.host.surface = Surface::Frame;
    world.model.host.standing = Standing::Awaited;
    world.say(CLIENT, "hello", &json!({ "options": { "bridge": bridge } }));
    assert_eq!(world.model.host.standing, Standing::Open);
    world.answers = Some(honest());
    world.press(Intent::Preset("magento".into()));
    world
}

/// The same with an environment chosen.
fn inside() -> World {
    let mut world = opened(&bridge());
    world.only("Production");
    world
}

/// The extension as it is, with Ada in front of it, who says yes.
fn honest() -> Answers {
    Box::new(|cloud, request| vec![(20, ask(cloud, request))])
}

fn ask(cloud: &mut entrada_cloud::Cloud, request: &Value) -> Value {
    cloud.bridge(seed::CRONUS, "Production", seed::ADA.oid, request).unwrap()
}

fn no(request: &Value, error: &str, code: &str) -> Value {
    json!({ "request": request["request"], "ok": false, "error": error, "code": code })
}

/// Everything honest but this action.
fn but(
    action: &'static str,
    mut instead: impl FnMut(&mut entrada_cloud::Cloud, &Value) -> Vec<(u64, Value)> + 'static,
) -> Answers {
    Box::new(
        move |cloud, request| {
            if request["action"] == action { instead(cloud, request) } else { vec![(20, ask(cloud, request))] }
        },
    )
}

fn asked(world: &World) -> Vec<String> {
    let requests = world.messages("bridge-request").into_iter();
    requests.map(|it| it["action"].as_str().unwrap().to_owned()).collect()
}

fn outcome(world: &World) -> Option<Outcome> {
    world.model.run.as_ref().and_then(|run| run.outcome)
}

fn assert_code(world: &World, wanted: &str) {
    assert!(world.codes().contains(&wanted.to_owned()), "{wanted} is not among {:?}", world.codes());
}

fn route(model: &Model) -> Option<RouteKind> {
    model.route(model.facts.site("Production").unwrap())
}

#[test]
fn the_page_around_registers_and_a_program_gets_in() {
    let mut world = inside();
    let view = route_view(&world, "Production");
    assert!(view.why.starts_with("Through this Business Central page: the best way"), "{}", view.why);
    let partner = view.options.iter().find(|option| option.value == "partner-api").unwrap();
    assert!(!partner.disabled && partner.hint.contains("Choose it to have it looked for"), "{partner:?}");
    assert_eq!(asked(&world), ["look"]);

    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    let line = plan.lines.iter().find(|line| line.title.contains("application card")).unwrap();
    assert!(line.title.ends_with("in Production, made by this Business Central page"), "{}", line.title);
    assert_eq!((line.kind, line.requests.len()), (ChangeKind::Create, 1));
    assert_eq!(line.requests[0].line, "bridge:register");
    assert!(!line.requests[0].rest.contains("Bearer"), "a message carries no token: {}", line.requests[0].rest);

    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    assert_eq!(asked(&world), ["look", "register", "look"], "made once, read back");
    let written: Vec<_> = world.sent.iter().filter(|(_, url)| url.contains("ntraApplications")).collect();
    assert_eq!(written, Vec::<&(u64, String)>::new(), "nothing of the record goes over HTTP");

    let app_id = world.app_id();
    assert_eq!(world.tally_in("Production", &app_id), [1, 1, 0]);
    let user = world.inside("Production").entra_applications[0].user_id;
    let completed = world.messages("completed").pop().unwrap();
    assert_eq!(completed["clientId"], app_id.as_str());
    assert_eq!(completed["environments"], json!([{ "name": "Production", "outcome": "complete", "userId": user }]));
    assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
    let secret = world.secret().unwrap();
    let done = world.hand_over_done();
    let row = done.evidence.iter().find(|row| row.label == "Application user").unwrap();
    assert!(row.state == CheckState::Pass && row.value.contains("by the client id"), "{row:#?}");

    // No secret crosses without the double agreement.
    assert!(world.told.iter().all(|message| !message.to_string().contains(&secret)));

    world.press(Intent::StartOver);
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(plan.lines.iter().all(|line| line.kind == ChangeKind::Keep), "{:#?}", plan.lines);
    world.assert_contract();
}

#[test]
fn what_the_page_around_made_it_takes_back() {
    let mut world = inside();
    world.set_up();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.press(Intent::Undo);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(plan.lines.iter().flat_map(|line| &line.requests).any(|it| it.line == "bridge:remove"), "{plan:#?}");
    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    let there = world.inside("Production");
    assert!(there.entra_applications.is_empty());
    assert!(there.users.iter().all(|user| user.application_id.is_none()));
}

#[test]
fn the_other_environments_take_another_way() {
    let mut world = inside();
    world.arrange("Sandbox", &json!({ "partner_extension": true }));
    world.press(Intent::Environment { name: "Sandbox".into(), chosen: true });
    assert_eq!(route(&world.model), Some(RouteKind::Host));
    assert_eq!(world.model.route(world.site("Sandbox")), Some(RouteKind::PartnerApi));
    let view = route_view(&world, "Sandbox");
    assert!(view.options.iter().all(|option| option.value != "host"), "{view:?}");
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    let app_id = world.app_id();
    assert_eq!((world.tally_in("Production", &app_id), world.tally_in("Sandbox", &app_id)), ([1, 1, 0], [1, 1, 0]));
    let all = world.messages("bridge-request");
    assert!(all.iter().all(|it| it["environment"] == "Production"), "{all:?}");
}

#[test]
fn a_bridge_of_another_tenant_or_environment_is_none() {
    let cases = [("tenant", json!(seed::FABRIKAM)), ("tenant", Value::Null), ("environment", json!("Test"))];
    for (name, value) in cases {
        let mut other = bridge();
        other[name] = value;
        let mut world = opened(&other);
        world.only("Production");
        assert_eq!(asked(&world), Vec::<String>::new(), "{other}");
        assert_eq!(route(&world.model), Some(RouteKind::PartnerApi), "{other}");
    }
}

#[test]
fn a_no_is_a_finding_with_the_words_of_business_central_and_the_next_try_goes_on() {
    let mut world = inside();
    let words = "A question in Business Central was answered with No.";
    world.answers = Some(but("register", move |_, request| vec![(9_000, no(request, words, "declined"))]));
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_code(&world, "bridge_refused");
    let Page::Run(run) = world.page() else { panic!() };
    let step = run.lanes.iter().flat_map(|lane| &lane.steps).find(|step| step.finding.is_some()).unwrap();
    let finding = step.finding.as_ref().unwrap();
    assert!(finding.why.contains("Production") && finding.why.contains(words), "{finding:?}");
    assert!(world.secret().is_none(), "nobody holds a credential to something half built");
    assert!(world.inside("Production").entra_applications.is_empty());

    world.answers = Some(honest());
    world.press(Intent::Resume);
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    assert_eq!(world.tally_in("Production", &world.app_id()), [1, 1, 0]);
}

#[test]
fn what_table_9012_demands_has_its_own_finding_over_the_bridge_too() {
    let mut world = inside();
    world.arrange("Production", &json!({ "permission_sets": { "user_name": "ADA", "role_ids": ["D365 AUTOMATION"] } }));
    world.set_up();
    assert_code(&world, "security_missing");
    assert!(world.inside("Production").entra_applications.is_empty(), "what failed is undone");
}

#[test]
fn silence_ends_in_a_finding_and_a_late_answer_changes_nothing() {
    let mut world = inside();
    // Done, but told only after the page has given up.
    world.answers = Some(but("register", |cloud, request| vec![(400_000, ask(cloud, request))]));
    world.start_run();
    world.run_until(60_000, |world| asked(world).contains(&"register".into()));
    let begun = world.now;
    world.run_until(10 * 60_000, |world| outcome(world).is_some());
    assert_code(&world, "bridge_silent");
    assert!((290_000..=310_000).contains(&(world.now - begun)), "{} ms", world.now - begun);
    let ignored = world.model.host.ignored;
    world.settle();
    assert_eq!(world.model.host.ignored, ignored + 1, "the late answer is counted and dropped");
    assert_code(&world, "bridge_silent");

    world.answers = Some(honest());
    world.press(Intent::Resume);
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    assert_eq!(asked(&world), ["look", "register", "look", "look"], "found, not made twice");
    assert_eq!(world.tally_in("Production", &world.app_id()), [1, 1, 0]);
    // It was ours all the same, so it is taken back.
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.press(Intent::Undo);
    world.press(Intent::Confirm);
    assert!(world.inside("Production").entra_applications.is_empty(), "{:?}", world.codes());
}

#[test]
fn answers_to_other_requests_and_second_answers_change_nothing() {
    let mut world = inside();
    world.answers = Some(but("register", |cloud, request| {
        let right = ask(cloud, request);
        let with = |id: Value| {
            let mut other = no(request, "wrong", "refused");
            other["request"] = id;
            other
        };
        let twice = no(request, "the second answer", "refused");
        vec![
            (1, with(json!("1"))),
            (2, with(json!("4711"))),
            (3, with(json!(""))),
            (4, with(json!(" 1"))),
            (5, with(json!(7))),
            (6, right.clone()),
            (7, twice),
            (8, right),
        ]
    }));
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    assert_eq!(world.model.host.ignored, 7);
    assert_eq!(world.tally_in("Production", &world.app_id()), [1, 1, 0]);
}

#[test]
fn an_answer_without_a_request_is_nothing() {
    let mut world = inside();
    let codes = world.codes();
    for members in [json!({ "ok": true }), json!({ "request": "1", "ok": true, "userId": "x" }), json!({})] {
        world.say(CLIENT, "bridge-answer", &members);
    }
    assert_eq!(world.model.host.ignored, 3);
    assert_eq!(world.codes(), codes);
}

#[test]
fn a_session_that_ended_is_a_finding_and_a_new_one_goes_on() {
    let mut world = inside();
    world.answers =
        Some(but("register", |_, request| vec![(50, no(request, "This session does not answer.", "gone"))]));
    world.set_up();
    assert_code(&world, "bridge_gone");
    world.answers = Some(honest());
    world.press(Intent::Resume);
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
}

#[test]
fn closing_the_page_around_in_the_middle_forgets_everything() {
    let mut world = inside();
    world.answers = Some(but("register", |_, _| Vec::new()));
    world.start_run();
    world.run_until(60_000, |world| asked(world).contains(&"register".into()));
    world.say(CLIENT, "close", &json!({}));
    world.settle();
    assert_eq!(world.messages("closed").len(), 1);
    assert!(world.model.run.is_none() && world.secret().is_none());
    let place = world.cloud.log().len();
    world.press(Intent::Resume);
    assert_eq!(world.cloud.log().len(), place, "nobody works in a frame that was closed");
}

#[test]
fn a_user_that_is_not_the_one_business_central_shows_gets_nothing() {
    let somebody = "not a user of this environment";
    for user in [json!(seed::ADA.oid), json!("00000000-1111-4222-8333-444444444444"), Value::Null] {
        let mut world = inside();
        let named = user.clone();
        world.answers = Some(but("register", move |cloud, request| {
            let mut answer = ask(cloud, request);
            // Somebody else's user: a real one, or none at all.
            let ada =
                cloud.state_json(0)["business_central"]["tenants"][0]["environments"][0]["users"][0]["security_id"]
                    .clone();
            answer["userId"] = if named == json!(seed::ADA.oid) { ada } else { named.clone() };
            vec![(20, answer)]
        }));
        let before = world.inside("Production").access_control.len();
        world.set_up();
        assert_ne!(outcome(&world), Some(Outcome::Complete), "{user} {somebody}");
        assert_eq!(world.inside("Production").access_control.len(), before, "{user}: nothing was given to it");
        assert!(world.secret().is_none());
        assert_code(&world, if user.is_null() { "unreadable" } else { "bridge_mismatch" });
        // The next try asks again.
        world.answers = Some(honest());
        world.press(Intent::Resume);
        assert_eq!(outcome(&world), Some(Outcome::Complete), "{user}: {:?}", world.codes());
        assert_eq!(world.tally_in("Production", &world.app_id()), [1, 1, 0]);
    }
}

#[test]
fn a_bridge_that_does_not_answer_is_passed_over_with_a_warning() {
    let mut world = opened(&bridge());
    world.answers = Some(but("look", |_, _| Vec::new()));
    world.only("Production");
    assert_eq!(route(&world.model), Some(RouteKind::PartnerApi), "the next best way");
    assert_code(&world, "bridge_silent");
    assert_eq!(world.model.blocker(), None, "a warning");
    let view = route_view(&world, "Production");
    let host = view.options.iter().find(|option| option.value == "host").unwrap();
    assert!(host.disabled && host.hint == "Not available: reading it failed.", "{host:?}");
    world.answers = Some(honest());
    world.press(Intent::CheckAgain);
    assert_eq!(route(&world.model), Some(RouteKind::Host), "{:?}", world.codes());
    assert!(!world.codes().contains(&"bridge_silent".to_owned()));
}

#[test]
fn the_person_may_take_another_way_than_the_page_around() {
    let mut world = inside();
    world.press(Intent::Route { environment: "Production".into(), kind: RouteKind::PartnerApi });
    assert_eq!(route(&world.model), Some(RouteKind::PartnerApi));
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    assert!(!asked(&world).contains(&"register".into()));
}

#[test]
fn by_hand_inside_business_central_is_still_read_back_by_the_client_id() {
    let mut world = inside();
    world.press(Intent::Route { environment: "Production".into(), kind: RouteKind::Guided });
    world.start_run();
    world.run_until(60_000, World::asking);
    let description = world.model.piece(entrada::flow::Piece::Description(0)).unwrap().open().to_owned();
    let client_id = world.app_id();
    let what = json!({ "register_by_hand": { "client_id": client_id, "description": description } });
    world.arrange("Production", &what);
    world.settle();
    let done = world.hand_over_done();
    let row = done.evidence.iter().find(|row| row.label == "Application user").unwrap();
    assert!(row.state == CheckState::Pass && row.value.contains("by the client id"), "{row:#?}");
}

#[test]
fn sets_that_the_automation_api_refuses_are_given_through_the_page_around() {
    let mut world = inside();
    let refused = Effect::Status { status: 403, retry_after: None, code: "Authentication_InvalidCredentials".into() };
    world.fault("POST", "userPermissions", refused, 100);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    let requests = world.messages("bridge-request");
    let given: Vec<&Value> = requests.iter().filter(|it| it["action"] == "permissions").collect();
    assert_eq!(given.len(), 2, "one for each set");
    assert!(given.iter().all(|it| it["permissionSets"][0]["appId"].is_string()), "{given:?}");
    let there = world.inside("Production");
    let user = there.entra_applications[0].user_id;
    assert_eq!(there.assignments(user).count(), 2);
    assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
}

#[test]
fn a_record_that_somebody_made_since_the_plan_is_not_taken_back() {
    let mut world = inside();
    world.answers = Some(but("register", |cloud, request| {
        // Somebody was quicker: the extension finds it there.
        let first = ask(cloud, request);
        assert_eq!(first["created"], true);
        vec![(20, ask(cloud, request))]
    }));
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.press(Intent::Undo);
    world.press(Intent::Confirm);
    assert_eq!(world.inside("Production").entra_applications.len(), 1, "{:?}", world.codes());
    assert!(!asked(&world).contains(&"remove".into()));
}

#[test]
fn a_disabled_record_is_enabled_and_disabled_again_on_the_way_back() {
    let mut world = inside();
    world.set_up();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    let app_id = world.app_id();
    let what = json!({ "record_state": { "client_id": app_id, "state": "Disabled" } });
    world.arrange("Production", &what);
    let name = world.inside("Production").entra_applications[0].description.to_uppercase();
    world.arrange("Production", &json!({ "user_state": { "user_name": name, "state": "Disabled" } }));
    world.press(Intent::StartOver);
    world.press(Intent::CheckAgain);
    assert_code(&world, "record_disabled");
    world.set_up();
    let codes = world.codes();
    assert_eq!(world.inside("Production").entra_applications[0].state, State::Enabled, "{codes:?}");
    world.press(Intent::Undo);
    let Page::Plan(plan) = world.page() else { panic!("{:?} {:?}", world.codes(), world.page()) };
    assert!(plan.lines.iter().flat_map(|line| &line.requests).any(|it| it.line == "bridge:disable"), "{plan:#?}");
    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(world.inside("Production").entra_applications[0].state, State::Disabled);
    assert!(asked(&world).contains(&"disable".into()));
}

#[test]
fn while_business_central_asks_the_step_says_so() {
    let mut world = inside();
    world.answers = Some(but("register", |cloud, request| vec![(60_000, ask(cloud, request))]));
    world.start_run();
    world.run_until(30_000, |world| asked(world).contains(&"register".into()));
    let Page::Run(run) = world.page() else { panic!() };
    let step = run.lanes.iter().flat_map(|lane| &lane.steps).find(|step| step.key.starts_with("record")).unwrap();
    assert_eq!(step.state, StepState::Running);
    assert!(step.detail.contains("asks you first"), "{step:?}");
    world.settle();
    assert_eq!(outcome(&world), Some(Outcome::Complete));
}
