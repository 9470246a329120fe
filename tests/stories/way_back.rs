//! The way back on bad days: somebody else is at work, answers are lost or come from elsewhere, and what was made without
//! an answer goes too.

use crate::world::World;
use entrada::flow::Intent;
use entrada::flow::run::Outcome;
use entrada::view_model::{ChangeKind, Page};
use entrada_cloud::Effect;
use entrada_cloud::state::ClientSecret;

fn set_up(world: &mut World) {
    world.set_up();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    assert!(matches!(world.page(), Page::Done(_)), "{:?}", world.codes());
}

fn outcome(world: &World) -> Option<Outcome> {
    world.model.run.as_ref().and_then(|run| run.outcome)
}

fn says(world: &World, code: &str) -> bool {
    world.codes().iter().any(|it| it == code)
}

const THEIRS: &str = "f0e10000-0000-4000-8000-000000000001";

/// Somebody else gets a secret of the application.
fn foreign_secret(world: &mut World) {
    let app_id = world.app_id().parse().unwrap();
    let secret = ClientSecret {
        key_id: THEIRS.parse().unwrap(),
        display_name: Some("Somebody else's".into()),
        start_ms: world.now,
        end_ms: world.now + 86_400_000,
        hint: "abc".into(),
        text: "somebody's".into(),
        visible_ms: 0,
    };
    world.cloud.tenant_mut("cronus.example").unwrap().application_mut(app_id).unwrap().secrets.push(secret);
}

fn is_there(world: &World) -> bool {
    world.cloud.tenant("cronus.example").unwrap().application(world.app_id().parse().unwrap()).is_some()
}

/// Applications, records and users that are left of ours.
fn left(world: &World) -> usize {
    let state = world.cloud.state_json(world.now);
    let tenant = &state["tenants"][0];
    let alive = |it: &&serde_json::Value| it["deleted_ms"].is_null() && !it["unique_name"].is_null();
    let applications = tenant["applications"].as_array().unwrap().iter().filter(alive).count();
    let records: usize = state["business_central"]["tenants"][0]["environments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["entra_applications"].as_array().unwrap().len())
        .sum();
    applications + records
}

#[test]
fn a_secret_made_while_the_plan_is_on_the_screen_changes_the_plan() {
    let mut world = World::ready("magento");
    set_up(&mut world);
    world.press(Intent::Undo);
    foreign_secret(&mut world);
    let place = world.cloud.log().len();
    world.press(Intent::Confirm);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    let kinds: Vec<_> = plan.lines.iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [ChangeKind::Remove, ChangeKind::Keep], "only our own secret goes now");
    assert!(plan.lines[1].title.contains(THEIRS), "{:?}", plan.lines[1]);
    assert!(says(&world, "way_back_changed"), "{:?}", world.codes());
    assert_eq!(world.writes_since(place), Vec::<String>::new());
    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert!(is_there(&world));
    assert!(!says(&world, "way_back_changed"), "it was read");
}

#[test]
fn a_secret_made_while_it_is_taken_back_keeps_the_application() {
    let mut world = World::ready("magento");
    let before = left(&world);
    set_up(&mut world);
    world.press(Intent::Undo);
    world.click(Intent::Confirm);
    world.run_until(60_000, |world| {
        world.cloud.log().last().is_some_and(|it| it.method == "DELETE" && it.url.contains("ntraApplications"))
    });
    foreign_secret(&mut world);
    world.settle();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert!(says(&world, "secret_since") && is_there(&world), "{:?}", world.codes());
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(format!("{run:?}").contains(THEIRS), "it is named with its id");
    // Its owner does not need it after all.
    let app_id = world.app_id().parse().unwrap();
    let application = world.cloud.tenant_mut("cronus.example").unwrap().application_mut(app_id).unwrap();
    application.secrets.retain(|it| it.key_id.to_string() != THEIRS);
    world.press(Intent::Resume);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(left(&world), before);
}

#[test]
fn a_secret_that_was_removed_without_an_answer_is_removed() {
    let mut world = World::ready("magento");
    set_up(&mut world);
    world.press(Intent::StartOver);
    world.press(Intent::WantSecret(true));
    set_up(&mut world);
    let after = Effect::StatusAfter { status: 502, retry_after: None, code: "BadGateway".into() };
    world.fault("POST", "removePassword", after, 1);
    world.press(Intent::Undo);
    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    let app_id = world.app_id().parse().unwrap();
    let secrets = &world.cloud.tenant("cronus.example").unwrap().application(app_id).unwrap().secrets;
    assert_eq!(secrets.len(), 1, "the first one is still in use");
}

#[test]
fn a_page_of_somebody_on_the_way_is_no_removal() {
    for path in ["/applications/", "ntraApplications"] {
        let mut world = World::ready("magento");
        let before = left(&world);
        set_up(&mut world);
        world.fault("DELETE", path, Effect::Html { done: false }, 1);
        world.press(Intent::Undo);
        world.press(Intent::Confirm);
        assert_ne!(outcome(&world), Some(Outcome::Undone), "{path}: 200 with HTML is no answer of the service");
        assert!(is_there(&world), "{path}");
        world.press(Intent::Resume);
        assert_eq!(outcome(&world), Some(Outcome::Undone), "{path}: {:?}", world.codes());
        assert_eq!(left(&world), before, "{path}");
    }
}

#[test]
fn what_was_made_without_a_readable_answer_goes_too() {
    let mut world = World::ready("magento");
    let before = left(&world);
    world.fault("POST", "ntraApplications", Effect::Truncated { permille: 300 }, 100);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial), "{:?}", world.codes());
    assert_eq!(left(&world), before + 2, "application and record are there");
    world.cloud.clear_faults();
    world.press(Intent::Undo);
    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Undone), "{:?}", world.codes());
    assert_eq!(left(&world), before);
}

#[test]
fn where_nothing_came_of_it_there_is_nothing_to_take_back() {
    let mut world = World::ready("magento");
    world.fault("PATCH", "applications(", Effect::DropBefore, 100);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial), "nobody knows that nothing was made");
    world.cloud.clear_faults();
    world.press(Intent::Undo);
    assert!(says(&world, "nothing_to_take_back") && matches!(world.page(), Page::Run(_)), "{:?}", world.codes());
}

#[test]
fn a_token_service_out_of_reach_is_asked_again() {
    let mut world = World::ready("magento");
    world.now += 70 * 60_000;
    world.fault("POST", "/token", Effect::DropBefore, 100);
    world.set_up();
    assert!(outcome(&world).is_some() && says(&world, "unreachable"), "{:?}", world.codes());
    world.cloud.clear_faults();
    world.press(Intent::Resume);
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn a_clock_that_is_set_back_prolongs_no_wait() {
    let mut world = World::ready("magento");
    world.only("Sandbox");
    world.press(Intent::Plan);
    world.click(Intent::Confirm);
    world.run_until(30_000, World::asking);
    world.clock_error -= 86_400_000;
    world.settle();
    assert!(says(&world, "user_never_appeared"), "after ten minutes, not after a day: {:?}", world.codes());
}

#[test]
fn what_could_not_be_read_back_is_said_and_read_again() {
    let mut world = World::ready("magento");
    world.press(Intent::Plan);
    world.click(Intent::Confirm);
    world.run_until(60_000, |world| world.cloud.log().last().is_some_and(|it| it.url.contains("addPassword")));
    world.fault("POST", "$batch", Effect::Truncated { permille: 400 }, 1);
    world.settle();
    let notes = |world: &World| match world.page() {
        Page::HandOver(hand_over) => hand_over.notes,
        page => panic!("{page:?}"),
    };
    let said = notes(&world);
    assert!(said.len() == 1 && said[0].actions.iter().any(|it| it.intent == Intent::Resume), "{said:?}");
    world.press(Intent::Resume);
    assert_eq!(notes(&world), Vec::new());
}

#[test]
fn where_no_secret_can_be_read_no_more_are_made() {
    let mut world = World::ready("magento");
    world.fault("POST", "addPassword", Effect::Html { done: true }, 5_000);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial), "{:?}", world.codes());
    let made = world.cloud.log().iter().filter(|it| it.url.contains("addPassword")).count();
    assert!(made <= 7, "{made} secrets");
    let app_id = world.app_id().parse().unwrap();
    let left = world.cloud.tenant("cronus.example").unwrap().application(app_id).unwrap().secrets.len();
    assert_eq!(left, 0, "what nobody saw is removed");
}

#[test]
fn a_record_that_changes_under_every_hand_is_given_up_on() {
    let mut world = World::ready("magento");
    let conflict = Effect::Status { status: 409, retry_after: None, code: "Request_EntityChanged".into() };
    world.fault("PATCH", "ntraApplications", conflict, 5_000);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial), "{:?}", world.codes());
    let asked =
        world.cloud.log().iter().filter(|it| it.method == "PATCH" && it.url.contains("ntraApplications")).count();
    assert!(asked <= 8, "{asked} times");
}

#[test]
fn a_lost_secret_that_cannot_be_removed_is_named_with_its_id() {
    let mut world = World::ready("magento");
    world.fault("POST", "addPassword", Effect::DropAfter, 1);
    let forbidden = Effect::Status { status: 403, retry_after: None, code: "Authorization_RequestDenied".into() };
    world.fault("POST", "removePassword", forbidden, 100);
    world.set_up();
    let secrets = |world: &World| -> Vec<String> {
        let app_id = world.app_id().parse().unwrap();
        let application = world.cloud.tenant("cronus.example").unwrap().application(app_id).unwrap();
        application.secrets.iter().map(|it| it.key_id.to_string()).collect()
    };
    let lost = secrets(&world);
    assert!(says(&world, "secret_lost") && lost.len() == 1, "{:?}", world.codes());
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(format!("{run:?}").contains(&lost[0]), "its id is on the screen");
    world.cloud.clear_faults();
    world.press(Intent::Resume);
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    let left = secrets(&world);
    assert!(left.len() == 1 && left != lost, "removed, and another one made: {left:?}");
}

#[test]
fn roles_granted_by_a_batch_that_failed_are_taken_back() {
    let mut world = World::ready("magento");
    set_up(&mut world);
    // Since then somebody took the consent away.
    let app_id = world.app_id();
    let held = |world: &World| {
        let tenant = world.cloud.tenant("cronus.example").unwrap();
        let principal =
            tenant.service_principals.iter().find(|it| it.app_id.to_string() == app_id && it.deleted_ms.is_none());
        let id = principal.unwrap().id;
        tenant.app_role_assignments.iter().filter(|it| it.principal == id).count()
    };
    assert_eq!(held(&world), 2);
    let tenant = world.cloud.tenant_mut("cronus.example").unwrap();
    let id = tenant.service_principals.iter().find(|it| it.app_id.to_string() == app_id).unwrap().id;
    tenant.app_role_assignments.retain(|it| it.principal != id);
    world.press(Intent::StartOver);
    world.press(Intent::CheckAgain);
    let refused = Effect::Status { status: 400, retry_after: None, code: "Request_BadRequest".into() };
    world.fault("POST", "appRoleAssignedTo", refused, 1);
    world.set_up();
    assert_eq!((outcome(&world), held(&world)), (Some(Outcome::Partial), 1), "{:?}", world.codes());
    world.press(Intent::Resume);
    assert_eq!(held(&world), 2, "{:?}", world.codes());
    world.press(Intent::Undo);
    world.press(Intent::Confirm);
    assert_eq!((outcome(&world), held(&world)), (Some(Outcome::Undone), 0), "{:?}", world.codes());
}
