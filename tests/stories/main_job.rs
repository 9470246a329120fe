//! The main job, from the first click to the credential.

use crate::world::World;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Place};
use entrada::view_model::{ChangeKind, CheckState, Page};

#[test]
fn from_welcome_to_done() {
    let mut world = World::ready("magento");
    let Page::Choose(choose) = world.page() else { panic!("{:?}", world.codes()) };
    assert_eq!(choose.blocked, None, "{:#?}", choose.checks);
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?} {:?}", world.page(), world.codes());
    assert!(world.guarded, "leaving with an unstored secret is asked about");
    assert!(world.secret().is_some_and(|secret| secret.len() >= 16));
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    let Page::Done(done) = world.page() else { panic!() };
    assert!(
        done.evidence.len() >= 6 && done.evidence.iter().all(|row| row.state == CheckState::Pass),
        "{:#?}",
        done.evidence
    );
    assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Complete));
    assert!(world.secret().is_none(), "the text is gone once the hand-over is left");
    assert!(!world.guarded);
    assert_eq!(world.storage.as_ref().unwrap().len(), 0, "{:?}", world.storage);
    world.assert_contract();
}

#[test]
fn the_credential_is_there_after_five_dependent_round_trips() {
    let mut world = World::ready("magento");
    world.start_run();
    let begun = world.now;
    world.run_until(60_000, |world| world.model.place == Place::HandOver);
    assert_eq!(world.model.place, Place::HandOver);
    let trips = (world.now - begun) / world.latency;
    assert!(trips <= 5, "{trips} dependent round trips");
}

#[test]
fn a_second_run_with_the_same_choices_keeps_everything_and_writes_nothing() {
    let mut world = World::ready("magento");
    world.set_up();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    let place = world.cloud.log().len();
    world.press(Intent::StartOver);
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?} {:?}", world.model.blocker(), world.codes()) };
    assert!(plan.lines.iter().all(|line| line.kind == ChangeKind::Keep), "{:#?}", plan.lines);
    assert!(plan.confirm.is_none());
    assert_eq!(world.writes_since(place), Vec::<String>::new());
    world.assert_contract();
}

#[test]
fn a_new_secret_is_made_only_when_asked_for() {
    let mut world = World::ready("magento");
    world.set_up();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.press(Intent::StartOver);
    world.press(Intent::WantSecret(true));
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!() };
    let made: Vec<_> = plan.lines.iter().filter(|line| line.kind == ChangeKind::Create).collect();
    assert_eq!(made.len(), 1);
    let place = world.cloud.log().len();
    world.press(Intent::Confirm);
    assert!(matches!(world.page(), Page::HandOver(_)));
    let writes = world.writes_since(place);
    assert!(writes.len() == 1 && writes[0].contains("addPassword"), "{writes:?}");
}

#[test]
fn the_plan_shows_the_very_requests_that_are_sent() {
    let mut world = World::ready("magento");
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!() };
    let shown: Vec<String> = plan.lines.iter().flat_map(|line| &line.requests).map(|it| it.line.clone()).collect();
    assert!(
        shown.iter().any(|line| line
            .starts_with("PATCH https://graph.microsoft.com/v1.0/applications(uniqueName='entrada-magento-main')")),
        "{shown:#?}"
    );
    assert!(shown.iter().any(|line| line.contains("addPassword")));
    assert!(plan.lines.iter().flat_map(|line| &line.requests).all(|it| it.rest.contains("Bearer ••••")));
    let place = world.sent.len();
    world.press(Intent::Confirm);
    let sent = world.sent[place..].iter().filter(|(_, url)| url.contains("businesscentral")).count();
    assert!(sent >= 4);
}

#[test]
fn what_is_taken_away_after_it_was_read_is_missed_and_the_next_plan_makes_it_good() {
    let mut world = World::ready("magento");
    let finish = |world: &mut World| {
        world.press(Intent::Stored(true));
        world.press(Intent::Finish);
        let Page::Done(done) = world.page() else { panic!("{:?}", world.codes()) };
        (done.notes.iter().map(|it| it.code.clone()).collect::<Vec<_>>(), done.evidence)
    };
    world.set_up();
    assert!(finish(&mut world).0.is_empty());
    let app_id = world.app_id();
    world.press(Intent::StartOver);
    world.press(Intent::WantSecret(true));
    world.press(Intent::Plan);
    // While the plan is on the screen somebody takes the consent away, which the plan keeps.
    let tenant = world.cloud.tenant_mut("cronus.example").unwrap();
    let id = tenant.service_principals.iter().find(|it| it.app_id.to_string() == app_id).unwrap().id;
    tenant.app_role_assignments.retain(|it| it.principal != id);
    world.press(Intent::Confirm);
    let Page::HandOver(credential) = world.page() else { panic!("{:?}", world.codes()) };
    assert_eq!(credential.notes.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["not_seen"]);
    let (notes, evidence) = finish(&mut world);
    assert_eq!(notes, ["not_seen"]);
    let missed = evidence.iter().filter(|row| row.state != CheckState::Pass).map(|row| row.label.as_str());
    assert_eq!(missed.collect::<Vec<_>>(), ["Admin consent"], "{evidence:#?}");
    let place = world.cloud.log().len();
    world.press(Intent::Resume);
    assert_eq!(world.writes_since(place), [""; 0], "trying again only reads");
    world.press(Intent::StartOver);
    world.press(Intent::CheckAgain);
    world.press(Intent::WantSecret(true));
    world.set_up();
    let (notes, evidence) = finish(&mut world);
    assert!(notes.is_empty() && evidence.iter().all(|row| row.state == CheckState::Pass), "{evidence:#?}");
}
