//! Several environments in one run: each its own lane with its own outcome.

use crate::world::World;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Piece, Place};
use entrada::view_model::{ChangeKind, CheckState, Page, Severity};
use entrada_cloud::Effect;
use serde_json::json;

const THREE: [&str; 3] = ["Production", "Sandbox", "Training"];

/// Three active environments with the partner's extension, all chosen.
fn three() -> World {
    three_with(&crate::world::config())
}

fn three_with(config: &serde_json::Value) -> World {
    let mut world = World::new();
    world.config = Ok(config.to_string());
    world.control("business-central", &json!({ "environment": "Sandbox", "do": { "partner_extension": true } }));
    world.control("business-central", &json!({ "do": { "copy_environment": "Training" } }));
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", entrada_cloud::ConsentAnswer::AcceptForOrganization).unwrap();
    world.press(Intent::Preset("magento".into()));
    for environment in THREE {
        world.press(Intent::Environment { name: environment.into(), chosen: true });
    }
    world
}

fn lane(world: &World, title: &str) -> (String, Severity) {
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    let lane = run.lanes.iter().find(|lane| lane.title == title).unwrap();
    (lane.word.clone(), lane.severity)
}

#[test]
fn three_environments_are_set_up_side_by_side() {
    let mut world = three();
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.start_run();
    let begun = world.now;
    world.run_until(60_000, |world| world.model.place == Place::HandOver);
    let trips = (world.now - begun) / world.latency;
    assert!(trips <= 6, "{trips} dependent round trips for three environments");
    world.settle();
    world.press(Intent::Stored(true));
    let Page::HandOver(hand_over) = world.page() else { panic!("{:?}", world.codes()) };
    let bases = hand_over.values.iter().filter(|value| matches!(value.piece, Piece::BaseUrl(_))).count();
    assert_eq!(bases, 3);
    world.press(Intent::Finish);
    let Page::Done(done) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(done.evidence.iter().all(|row| row.state == CheckState::Pass), "{:#?}", done.evidence);
    assert!(done.notes.is_empty());
    world.assert_contract();
}

#[test]
fn one_that_fails_half_way_keeps_nobody_from_the_others_and_is_resumed_without_a_repeated_write() {
    let mut world = three();
    world.fault(
        "POST",
        "/Sandbox/api/microsoft/automation",
        Effect::Status { status: 400, retry_after: None, code: "Application_DialogException".into() },
        100,
    );
    let place = world.cloud.log().len();
    world.set_up();
    // Two are complete, so there is a credential, and it says where it works.
    let Page::HandOver(hand_over) = world.page() else { panic!("{:?}", world.codes()) };
    assert_eq!(hand_over.notes.len(), 1);
    assert_eq!(hand_over.notes[0].code, "environment_unfinished");
    assert!(hand_over.notes[0].what.contains("Sandbox"), "{:?}", hand_over.notes[0]);
    assert_eq!(hand_over.values.iter().filter(|value| matches!(value.piece, Piece::BaseUrl(_))).count(), 2);
    assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Partial));
    assert!(world.guarded);

    // Still broken: the second attempt ends the same way, and the credential is not lost.
    world.press(Intent::Resume);
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(run.outcome.as_ref().unwrap().actions.iter().any(|action| action.intent == Intent::ShowCredential));
    assert_eq!(lane(&world, "Production"), ("Complete".into(), Severity::Success));
    assert_eq!(lane(&world, "Training"), ("Complete".into(), Severity::Success));
    assert_eq!(lane(&world, "Sandbox"), ("Partly done".into(), Severity::Warning));
    world.press(Intent::ShowCredential);
    assert!(matches!(world.page(), Page::HandOver(_)) && world.secret().is_some());

    // Mended: what is missing is done, and nothing else.
    world.cloud.clear_faults();
    let before = world.cloud.log().len();
    world.press(Intent::Resume);
    assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Complete), "{:?}", world.codes());
    let Page::HandOver(hand_over) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(hand_over.notes.is_empty() && world.secret().is_some());
    let resumed = world.writes_since(before);
    assert!(
        resumed.iter().all(|write| write.contains("/Sandbox/") && write.contains("userPermissions")),
        "{resumed:#?}"
    );
    let mut done: Vec<String> = world.writes_that_worked_since(place);
    let count = done.len();
    done.sort();
    done.dedup();
    assert_eq!(done.len(), count, "a write was repeated: {done:#?}");
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    // What was read back is what is there now, not what was there when the first attempt ended.
    let Page::Done(done) = world.page() else { panic!("{:?}", world.codes()) };
    let sets: Vec<&str> = done
        .evidence
        .iter()
        .filter(|row| row.label.starts_with("Permission sets"))
        .map(|row| row.value.as_str())
        .collect();
    assert_eq!(sets.len(), 3);
    for value in sets {
        assert!(value.contains("D365 BUS FULL ACCESS") && value.contains("NPR NP RETAIL"), "{:#?}", done.evidence);
    }
    assert!(done.evidence.iter().all(|row| row.state == CheckState::Pass), "{:#?}", done.evidence);
    world.assert_contract();
}

#[test]
fn a_failed_environment_is_found_again_after_a_reload() {
    let mut world = three();
    world.fault(
        "PATCH",
        "/Training/",
        Effect::Status { status: 400, retry_after: None, code: "Application_DialogException".into() },
        100,
    );
    world.set_up();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    let Page::Done(done) = world.page() else { panic!("{:?}", world.codes()) };
    assert_eq!(done.notes[0].code, "environment_unfinished");
    let still = done.evidence.iter().find(|row| row.label.contains("Training")).expect("a row about it");
    assert_eq!(still.state, CheckState::Warn, "nothing is being read any more, and nothing was seen: {still:?}");
    world.cloud.clear_faults();
    world.reload_as("ada@cronus.example");
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    for line in &plan.lines {
        let wanted = if line.group == "Training" { line.kind } else { ChangeKind::Keep };
        assert_eq!(line.kind, wanted, "{line:#?}");
    }
    assert!(plan.lines.iter().any(|line| line.group == "Training" && line.kind == ChangeKind::Create));
    world.press(Intent::Confirm);
    assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Complete), "{:?}", world.codes());
    assert_eq!(world.model.place, Place::Done, "the secret is valid, so there is nothing to hand over");
}

#[test]
fn where_no_environment_is_complete_there_is_no_credential() {
    let mut world = three();
    world.fault(
        "PATCH",
        "entraApplications",
        Effect::Status { status: 400, retry_after: None, code: "Application_DialogException".into() },
        100,
    );
    world.set_up();
    assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Partial));
    assert!(world.secret().is_none());
    assert!(!world.guarded);
}

#[test]
fn a_set_that_one_environment_lacks_is_told_before_the_plan_and_left_out_there() {
    let mut world = three();
    world.control(
        "business-central",
        &json!({ "environment": "Sandbox", "do": { "extension": { "name": "NP Retail", "installed": false } } }),
    );
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"permission_set_missing".to_owned()), "{:?}", world.codes());
    assert_eq!(world.model.blocker(), None, "the others have it");
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    let skipped: Vec<_> = plan.lines.iter().filter(|line| line.kind == ChangeKind::Skip).collect();
    assert_eq!(skipped.len(), 1, "{skipped:#?}");
    assert_eq!(skipped[0].group, "Sandbox");
    assert!(skipped[0].title.contains("NPR NP RETAIL"));
    world.press(Intent::Confirm);
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn a_company_that_one_environment_lacks_is_told_and_left_out_there() {
    let mut world = three();
    world.control(
        "business-central",
        &json!({ "environment": "Sandbox", "do": { "rename_company": { "from": "CRONUS Danmark A/S", "to": "My Company" } } }),
    );
    world.press(Intent::CheckAgain);
    world.press(Intent::AllCompanies(false));
    world.press(Intent::Company { name: "CRONUS Danmark A/S".into(), chosen: true });
    assert!(world.codes().contains(&"company_missing".to_owned()), "{:?}", world.codes());
    assert!(world.model.blocker().is_some(), "in the sandbox none of the chosen companies is there");
    world.press(Intent::Company { name: "My Company".into(), chosen: true });
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.set_up();
    let given =
        world.cloud.log().iter().filter(|entry| entry.method == "POST" && entry.url.contains("userPermissions"));
    for entry in given {
        let company = entry.request_body.as_ref().unwrap()["company"].as_str().unwrap();
        assert_eq!(company, if entry.url.contains("/Sandbox/") { "My Company" } else { "CRONUS Danmark A/S" });
    }
}

#[test]
fn no_more_than_five_requests_wait_for_business_central_at_once() {
    let mut world = three();
    world.most_at_once = 0;
    world.press(Intent::CheckAgain);
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    assert!((2..=5).contains(&world.most_at_once), "{}", world.most_at_once);
}

#[test]
fn a_set_that_comes_from_another_extension_elsewhere_has_to_be_chosen() {
    let mut config = crate::world::config();
    config["presets"][0]["permissionSets"] = json!(["SHOP ACCESS"]);
    let mut world = three_with(&config);
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"permission_set_missing".to_owned()), "{:?}", world.codes());
    for (environment, extension) in [("Production", "Webshop Connector"), ("Sandbox", "NP Retail")] {
        let what = json!({ "add_permission_set": { "role_id": "SHOP ACCESS", "extension": extension } });
        world.control("business-central", &json!({ "environment": environment, "do": what }));
    }
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"permission_set_ambiguous".to_owned()), "{:?}", world.codes());
    assert!(world.model.blocker().is_some());
}

#[test]
fn a_company_that_was_renamed_is_told_and_can_be_taken_out() {
    let mut world = World::ready("magento");
    world.press(Intent::AllCompanies(false));
    let old = "CRONUS Danmark A/S".to_owned();
    world.press(Intent::Company { name: old.clone(), chosen: true });
    let renamed = json!({ "rename_company": { "from": old, "to": "CRONUS Nordic A/S" } });
    world.control("business-central", &json!({ "do": renamed }));
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"company_missing".to_owned()), "{:?}", world.codes());
    assert!(world.model.blocker().is_some());
    let Page::Choose(choose) = world.page() else { panic!() };
    let entrada::view_model::ListView::Known(companies) = choose.companies else { panic!() };
    let row = companies.iter().find(|row| row.label == old).unwrap();
    assert!(row.ticked && row.hint.contains("Not in Production"), "{row:?}");
    world.press(row.intent.clone());
    world.press(Intent::Company { name: "CRONUS Nordic A/S".into(), chosen: true });
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
}
