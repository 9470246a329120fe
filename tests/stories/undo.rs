//! Taking a run back: a plan of its own that leaves the tenant as it was.

use crate::world::World;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Piece, Place};
use entrada::view_model::{ChangeKind, Page};
use entrada_cloud::Effect;
use serde_json::{Value, json};

fn finish(world: &mut World) {
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    assert!(matches!(world.page(), Page::Done(_)), "{:?}", world.codes());
}

fn undo(world: &mut World) {
    world.press(Intent::Undo);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(plan.confirm.is_some());
    world.press(Intent::Confirm);
}

fn outcome(world: &World) -> Option<Outcome> {
    world.model.run.as_ref().and_then(|run| run.outcome)
}

/// What of the tenant a set-up can touch.
fn snapshot(world: &World) -> Value {
    let state = world.cloud.state_json(world.now);
    let alive = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().filter(|it| it["deleted_ms"].is_null()).cloned().collect()
    };
    // Ids of assignments are new each time; who has what is not.
    let without_ids = |list: &Value| -> Vec<String> {
        let strip = |row: &Value| {
            let mut row = row.clone();
            row.as_object_mut().unwrap().retain(|key, _| key != "id" && !key.contains("created"));
            row.to_string()
        };
        let mut rows: Vec<String> = list.as_array().unwrap().iter().map(strip).collect();
        rows.sort();
        rows
    };
    let tenant = &state["tenants"][0];
    // What a deleted service principal held comes back with it and counts for nothing until then.
    let principals = alive(&tenant["service_principals"]);
    let lives = |row: &&Value| principals.iter().any(|it| it["id"] == row["principal"]);
    let grants: Value = tenant["app_role_assignments"].as_array().unwrap().iter().filter(lives).cloned().collect();
    let environments = state["business_central"]["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|tenant| tenant["environments"].as_array().unwrap());
    let sites: Vec<Value> = environments
        .map(|it| json!({ "name": it["name"], "records": it["entra_applications"], "users": it["users"], "given": without_ids(&it["access_control"]), "packages": it["packages"] }))
        .collect();
    json!({
        "applications": alive(&tenant["applications"]),
        "principals": principals,
        "grants": without_ids(&grants),
        "sites": sites,
    })
}

#[test]
fn a_complete_run_is_taken_back_and_the_tenant_is_as_before() {
    let mut world = World::ready("magento");
    let before = snapshot(&world);
    world.set_up();
    finish(&mut world);
    assert_ne!(snapshot(&world), before);
    undo(&mut world);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(snapshot(&world), before);
    world.assert_contract();
    // The same can be set up again.
    world.press(Intent::Back);
    assert_eq!(world.model.place, Place::Choose);
}

#[test]
fn the_plan_of_the_way_back_can_be_put_away() {
    let mut world = World::ready("magento");
    world.set_up();
    finish(&mut world);
    let place = world.cloud.log().len();
    world.press(Intent::Undo);
    let Page::Plan(plan) = world.page() else { panic!() };
    let kinds: Vec<_> = plan.lines.iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [ChangeKind::Remove, ChangeKind::Remove], "the record with its user, then the application");
    world.press(Intent::Back);
    assert!(matches!(world.page(), Page::Done(_)));
    assert_eq!(world.writes_since(place), Vec::<String>::new());
}

#[test]
fn a_partial_run_is_taken_back() {
    let mut world = World::ready("magento");
    let before = snapshot(&world);
    world.fault(
        "POST",
        "userPermissions",
        Effect::Status { status: 400, retry_after: None, code: "Application_DialogException".into() },
        100,
    );
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    world.cloud.clear_faults();
    undo(&mut world);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(snapshot(&world), before);
}

#[test]
fn what_was_there_before_stays_and_goes_back_to_what_it_was() {
    // A first set-up, then a second one that adds a permission set, takes one away and makes another secret.
    let mut world = World::ready("magento");
    world.set_up();
    finish(&mut world);
    world.press(Intent::StartOver);
    let before = snapshot(&world);
    let read = world.set_key("Production", "D365 READ");
    let retail = world.set_key("Production", "NPR NP RETAIL");
    world.press(Intent::PermissionSet { key: read, chosen: true });
    world.press(Intent::PermissionSet { key: retail, chosen: false });
    world.press(Intent::Exact(true));
    world.press(Intent::WantSecret(true));
    world.set_up();
    finish(&mut world);
    assert_ne!(snapshot(&world), before);
    undo(&mut world);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(snapshot(&world), before);
}

#[test]
fn a_disabled_record_is_disabled_again() {
    let mut world = World::ready("magento");
    world.set_up();
    finish(&mut world);
    let app_id = world.app_id();
    world.control(
        "business-central",
        &json!({ "do": { "record_state": { "client_id": app_id, "state": "Disabled" } } }),
    );
    // The state of the user follows that of the record, as the card does it (business-central.md 3.1).
    let user_name = entrada::flow::run::description_of(world.model.run.as_ref().unwrap(), 0).to_uppercase();
    world.control(
        "business-central",
        &json!({ "do": { "user_state": { "user_name": user_name, "state": "Disabled" } } }),
    );
    world.press(Intent::StartOver);
    let before = snapshot(&world);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Complete));
    undo(&mut world);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(snapshot(&world), before);
}

#[test]
fn by_hand_the_record_goes_by_hand_too() {
    let mut world = World::ready("magento");
    world.only("Sandbox");
    let before = snapshot(&world);
    world.press(Intent::Plan);
    world.click(Intent::Confirm);
    world.run_until(30_000, World::asking);
    world.click(Intent::Copy(Piece::Description(0)));
    let description = world.clipboard.clone().unwrap().1.open().to_owned();
    let app_id = world.app_id();
    world.control(
        "business-central",
        &json!({ "environment": "Sandbox", "do": { "register_by_hand": { "client_id": app_id, "description": description } } }),
    );
    world.settle();
    finish(&mut world);
    world.press(Intent::Undo);
    world.click(Intent::Confirm);
    world.run_until(30_000, World::asking);
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    let ask = run.lanes.iter().flat_map(|lane| &lane.steps).find_map(|step| step.ask.clone()).unwrap();
    assert!(ask.steps.iter().any(|step| step.contains("delete")), "{ask:?}");
    for what in [json!({ "remove_application_user": app_id }), json!({ "remove_record": app_id })] {
        world.control("business-central", &json!({ "environment": "Sandbox", "do": what }));
    }
    world.settle();
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(snapshot(&world), before);
}

#[test]
fn a_record_that_nobody_deletes_keeps_the_application() {
    let mut world = World::ready("magento");
    world.only("Sandbox");
    world.press(Intent::Plan);
    world.click(Intent::Confirm);
    world.run_until(30_000, World::asking);
    let app_id = world.app_id();
    let description = entrada::flow::run::description_of(world.model.run.as_ref().unwrap(), 0);
    world.control(
        "business-central",
        &json!({ "environment": "Sandbox", "do": { "register_by_hand": { "client_id": app_id, "description": description } } }),
    );
    world.settle();
    finish(&mut world);
    undo(&mut world);
    assert_eq!(outcome(&world), Some(Outcome::Nothing));
    assert!(world.codes().contains(&"record_still_there".to_owned()), "{:?}", world.codes());
    let tenant = world.cloud.tenant("cronus.example").unwrap();
    assert!(tenant.application(app_id.parse().unwrap()).is_some(), "the application goes last");
}

#[test]
fn a_lost_answer_at_any_removal_leads_to_the_same_end() {
    for (method, path) in [("DELETE", "entraApplications"), ("DELETE", "/applications/")] {
        for effect in [Effect::DropBefore, Effect::DropAfter] {
            let mut world = World::ready("magento");
            let before = snapshot(&world);
            world.set_up();
            finish(&mut world);
            world.fault(method, path, effect.clone(), 1);
            undo(&mut world);
            assert_eq!(outcome(&world), Some(Outcome::Undone), "{method} {path} {effect:?}: {:?}", world.codes());
            assert_eq!(snapshot(&world), before, "{method} {path} {effect:?}");
        }
    }
}

#[test]
fn whoever_got_a_secret_since_keeps_all_that_it_needs() {
    let mut world = World::ready("magento");
    world.set_up();
    finish(&mut world);
    // Somebody else finds everything and only wants a secret of their own.
    let mut other = World::ready("magento");
    other.cloud = world.cloud.clone();
    other.press(Intent::CheckAgain);
    let without = snapshot(&other);
    other.press(Intent::WantSecret(true));
    other.set_up();
    let theirs = other.secret().unwrap();
    finish(&mut other);
    world.cloud = other.cloud.clone();

    world.press(Intent::Undo);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    let kinds: Vec<_> = plan.lines.iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [ChangeKind::Remove, ChangeKind::Keep], "our secret goes, theirs is named and stays");
    world.press(Intent::Confirm);
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    assert_eq!(run.outcome.unwrap().title, "Part of it was taken back");
    let (now, before) = (snapshot(&world), without);
    for part in ["principals", "grants", "sites"] {
        assert_eq!(now[part], before[part], "{part}");
    }
    let application = |state: &Value| {
        let all = state["applications"].as_array().unwrap();
        all.iter().find(|it| it["unique_name"] == "entrada-magento-main").unwrap().clone()
    };
    let secrets = application(&now)["secrets"].as_array().unwrap().clone();
    assert!(secrets.len() == 1 && theirs.starts_with(secrets[0]["hint"].as_str().unwrap()), "{secrets:?}");
}

#[test]
fn a_way_back_that_cannot_see_what_is_there_is_not_taken() {
    let mut world = World::ready("magento");
    world.set_up();
    finish(&mut world);
    world.fault("GET", "applications(uniqueName", Effect::DropBefore, 100);
    world.fault("POST", "$batch", Effect::DropBefore, 100);
    world.press(Intent::Undo);
    assert!(matches!(world.page(), Page::Done(_)), "{:?}", world.codes());
    assert!(!world.codes().is_empty(), "and it is said why");
    world.cloud.clear_faults();
    undo(&mut world);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
}

#[test]
fn what_somebody_else_made_meanwhile_is_not_taken_back() {
    let mut world = World::ready("magento");
    world.press(Intent::Plan);
    let mut other = World::ready("magento");
    other.cloud = world.cloud.clone();
    other.press(Intent::Plan);
    other.press(Intent::Confirm);
    world.cloud = other.cloud.clone();
    let made = snapshot(&world);
    world.press(Intent::Confirm);
    finish(&mut world);
    world.press(Intent::Undo);
    assert_eq!(world.codes(), Vec::<String>::new(), "the secret that goes was shown, and nobody says otherwise");
    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(
        snapshot(&world),
        made,
        "application, record and permission sets of somebody else stay, only our secret goes"
    );
}

#[test]
fn what_was_enabled_without_a_page_over_the_record_is_disabled_by_hand() {
    let mut world = World::ready("magento");
    world.only("Sandbox");
    world.press(Intent::Plan);
    world.click(Intent::Confirm);
    world.run_until(30_000, World::asking);
    let app_id = world.app_id();
    let description = entrada::flow::run::description_of(world.model.run.as_ref().unwrap(), 0);
    let control = |world: &mut World, what: Value| {
        world.control("business-central", &json!({ "environment": "Sandbox", "do": what }));
    };
    let state = |world: &mut World, state: &str| {
        let user = description.to_uppercase();
        control(world, json!({ "record_state": { "client_id": app_id, "state": state } }));
        control(world, json!({ "user_state": { "user_name": user, "state": state } }));
    };
    control(&mut world, json!({ "register_by_hand": { "client_id": app_id, "description": description } }));
    world.settle();
    finish(&mut world);
    state(&mut world, "Disabled");
    world.press(Intent::StartOver);
    let before = snapshot(&world);
    world.press(Intent::Plan);
    world.click(Intent::Confirm);
    world.run_until(30_000, World::asking);
    state(&mut world, "Enabled");
    world.settle();
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    world.press(Intent::Undo);
    world.click(Intent::Confirm);
    world.run_until(30_000, World::asking);
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    let ask = run.lanes.iter().flat_map(|lane| &lane.steps).find_map(|step| step.ask.clone()).unwrap();
    assert!(ask.steps.iter().any(|step| step.contains("Disabled") && !step.contains("delete")), "{ask:?}");
    // Nobody does it: the record was there before, so nobody is told to delete it.
    world.settle();
    assert_eq!(world.codes(), ["record_still_enabled"]);
    world.click(Intent::Resume);
    world.run_until(30_000, World::asking);
    state(&mut world, "Disabled");
    world.settle();
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(snapshot(&world), before);
}
