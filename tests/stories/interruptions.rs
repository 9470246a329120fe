//! Lost answers, cancelling and reloading at every point.

use crate::world::World;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Place};
use entrada::view_model::{ChangeKind, Page};
use entrada_cloud::Effect;

const ADA: &str = "ada@cronus.example";

/// Applications with our unique name, and all their secrets.
fn tally(world: &World) -> (usize, usize) {
    let tenant = world.cloud.tenant("cronus.example").unwrap();
    let ours = |app: &&entrada_cloud::state::Application| app.unique_name.as_deref() == Some("entrada-magento-main");
    let found: Vec<_> = tenant.applications.iter().filter(ours).collect();
    (found.len(), found.iter().map(|app| app.secrets.len()).sum())
}

#[test]
fn a_lost_answer_at_any_write_leads_to_one_of_everything() {
    let writes = [
        ("PATCH", "applications(uniqueName"),
        ("PATCH", "servicePrincipals("),
        ("POST", "appRoleAssignedTo"),
        ("POST", "entraApplications"),
        ("PATCH", "entraApplications"),
        ("POST", "userPermissions"),
        ("POST", "addPassword"),
    ];
    for (method, path) in writes {
        for effect in [Effect::DropBefore, Effect::DropAfter] {
            let mut world = World::ready("magento");
            world.fault(method, path, effect.clone(), 1);
            world.set_up();
            assert!(matches!(world.page(), Page::HandOver(_)), "{method} {path} {effect:?}: {:?}", world.codes());
            assert_eq!(tally(&world), (1, 1), "{method} {path} {effect:?}");
            world.assert_contract();
        }
    }
}

#[test]
fn a_five_hundred_after_the_work_was_done_leaves_no_unseen_secret() {
    let mut world = World::ready("magento");
    world.fault("POST", "addPassword", Effect::DropAfter, 3);
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    assert_eq!(tally(&world), (1, 1));
}

/// Number of events a whole run takes.
fn length() -> usize {
    let mut world = World::ready("magento");
    world.start_run();
    let mut steps = 0;
    while world.model.place == Place::Run && world.step() {
        steps += 1;
    }
    assert!(steps > 5);
    steps
}

#[test]
fn cancelling_at_any_point_says_where_things_stand_and_resume_completes() {
    for point in 0..length() {
        let mut world = World::ready("magento");
        world.start_run();
        for _ in 0..point {
            world.step();
        }
        world.press(Intent::Cancel);
        let outcome = world.model.run.as_ref().and_then(|run| run.outcome);
        assert!(outcome.is_some(), "after {point} events the run has not ended");
        if outcome != Some(Outcome::Complete) {
            world.press(Intent::Resume);
        }
        assert!(matches!(world.page(), Page::HandOver(_)), "after {point} events: {:?}", world.codes());
        assert_eq!(tally(&world), (1, 1), "after {point} events");
    }
}

#[test]
fn reloading_at_any_point_finds_everything_again_and_completes() {
    for point in 0..=length() {
        let mut world = World::ready("magento");
        world.start_run();
        for _ in 0..point {
            world.step();
        }
        let made_before = tally(&world).1;
        world.reload_as(ADA);
        assert_eq!(world.model.place, Place::Choose);
        assert!(
            world.model.interrupted.is_some(),
            "after {point} events the page does not know that it was interrupted"
        );
        world.press(Intent::Plan);
        let Page::Plan(plan) = world.page() else { panic!("after {point} events: {:?}", world.codes()) };
        let removed = plan.lines.iter().filter(|line| line.kind == ChangeKind::Remove).count();
        assert_eq!(removed, made_before, "after {point} events: a secret nobody saw is named and removed");
        world.press(Intent::Confirm);
        assert!(matches!(world.page(), Page::HandOver(_)), "after {point} events: {:?}", world.codes());
        assert_eq!(tally(&world), (1, 1), "after {point} events");
    }
}

#[test]
fn a_secret_of_a_browser_that_is_gone_is_named_by_its_key_id_and_stays_until_somebody_decides() {
    let mut world = World::ready("magento");
    world.set_up();
    let made = secrets(&world);
    // Another browser: nothing is remembered, and whether somebody holds the text cannot be read.
    world.storage.as_mut().unwrap().clear();
    world.reload_as(ADA);
    world.press(Intent::Preset("magento".into()));
    world.only("Production");
    for wanted in [false, true] {
        world.press(Intent::WantSecret(wanted));
        world.press(Intent::Plan);
        let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
        let named = plan.lines.iter().find(|line| line.title.contains(&made[0])).unwrap();
        assert_eq!(named.kind, ChangeKind::Keep);
        assert_eq!(plan.lines.iter().any(|line| line.kind == ChangeKind::Create), wanted);
        if !wanted {
            world.press(Intent::Back);
        }
    }
    world.press(Intent::Confirm);
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    assert_eq!(secrets(&world).len(), 2);
}

/// Key ids of all secrets of ours.
fn secrets(world: &World) -> Vec<String> {
    let ours = world.cloud.tenant("cronus.example").unwrap().applications.iter();
    let ours = ours.filter(|app| app.unique_name.as_deref() == Some("entrada-magento-main"));
    ours.flat_map(|app| app.secrets.iter().map(|secret| secret.key_id.to_string())).collect()
}

#[test]
fn a_stored_secret_survives_a_reload() {
    let mut world = World::ready("magento");
    world.set_up();
    world.press(Intent::Stored(true));
    world.reload_as(ADA);
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(plan.lines.iter().all(|line| line.kind == ChangeKind::Keep), "{:#?}", plan.lines);
}

#[test]
fn an_unstored_secret_keeps_us_from_leaving_by_mistake() {
    let mut world = World::ready("magento");
    world.set_up();
    for intent in [Intent::Finish, Intent::StartOver, Intent::Back, Intent::SwitchAccount] {
        world.press(intent.clone());
        assert!(matches!(world.page(), Page::HandOver(_)), "{intent:?}");
        assert!(world.secret().is_some() && world.guarded);
    }
}

#[test]
fn a_late_answer_of_an_abandoned_environment_is_ignored() {
    let mut calm = World::signed_in(ADA);
    calm.only("Sandbox");

    let mut hasty = World::signed_in(ADA);
    hasty.latency = 5_000;
    hasty.click_only("Production");
    hasty.latency = 50;
    hasty.click_only("Sandbox");
    hasty.settle();
    assert_eq!(hasty.model.facts.sites.len(), 1);
    assert_eq!(hasty.site("Sandbox").companies, calm.site("Sandbox").companies);
    assert_eq!(hasty.site("Sandbox").record, calm.site("Sandbox").record);
    assert!(hasty.site("Sandbox").companies.known().is_some());
}

#[test]
fn after_a_lost_answer_the_page_looks_and_cleans_up_before_it_asks_again() {
    let mut world = World::ready("magento");
    world.fault("POST", "addPassword", Effect::DropAfter, 1);
    let place = world.sent.len();
    world.set_up();
    assert_eq!(
        about_the_secret(&world, place),
        ["addPassword", "applications(appId=", "removePassword", "addPassword"]
    );
}

#[test]
fn an_answer_lost_while_there_was_no_network_is_looked_for_before_it_is_asked_again() {
    let mut world = World::ready("magento");
    world.fault("POST", "addPassword", Effect::DropAfter, 1);
    let place = world.sent.len();
    world.start_run();
    let asked = |world: &World| world.sent[place..].iter().any(|(_, url)| url.contains("addPassword"));
    while !asked(&world) {
        assert!(world.step(), "{:?}", world.codes());
    }
    world.event(entrada::flow::Event::Online(false));
    world.run_until(40_000, |_| false);
    assert_eq!(tally(&world), (1, 1), "it was made, and nobody saw it");
    world.event(entrada::flow::Event::Online(true));
    world.settle();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    assert_eq!(
        about_the_secret(&world, place),
        ["addPassword", "applications(appId=", "removePassword", "addPassword"]
    );
    assert_eq!(tally(&world), (1, 1));
}

#[test]
fn a_lost_secret_that_stays_whatever_is_done_is_named_and_not_removed_for_ever() {
    let mut world = World::ready("magento");
    world.fault("POST", "addPassword", Effect::DropAfter, 1);
    // "Not found" is what one hears of a secret that is gone, too.
    let gone = Effect::Status { status: 404, retry_after: None, code: "Request_ResourceNotFound".into() };
    world.fault("POST", "removePassword", gone, 1000);
    let place = world.sent.len();
    world.set_up();
    let removals = about_the_secret(&world, place).into_iter().filter(|word| *word == "removePassword").count();
    assert!((2..40).contains(&removals), "{removals} within a minute");
    assert!(world.secret().is_some(), "the new one is there all the same");
    let app_id = world.app_id().parse().unwrap();
    let listed = world.cloud.tenant("cronus.example").unwrap().application(app_id).unwrap().secrets.clone();
    let lost = listed.first().unwrap().key_id.to_string();
    assert_eq!(listed.len(), 2, "the lost one and the new one");
    let page = format!("{:?}", world.page());
    assert!(page.contains("secret_lost") && page.contains(&lost), "named with its id: {:?}", world.codes());
}

#[test]
fn a_second_secret_is_removed_also_for_whoever_stops_while_it_is_looked_for() {
    let mut world = World::ready("magento");
    world.fault("POST", "addPassword", Effect::Twice, 1);
    let place = world.sent.len();
    world.start_run();
    let looks = |world: &World| {
        let asked = world.sent[place..].iter().position(|(_, url)| url.contains("addPassword"));
        asked.is_some_and(|at| world.sent[place + at..].iter().any(|(_, url)| url.contains("$batch")))
    };
    while !looks(&world) {
        assert!(world.step(), "{:?}", world.codes());
    }
    assert_eq!(tally(&world), (1, 2), "there is one that nobody saw");
    world.press(Intent::Cancel);
    assert_eq!(tally(&world), (1, 1));
}

/// Requests about the secret, in their order.
fn about_the_secret(world: &World, place: usize) -> Vec<&'static str> {
    let word = |url: &str| {
        ["addPassword", "removePassword", "applications(appId="].into_iter().find(|word| url.contains(word))
    };
    world.sent[place..].iter().filter_map(|(_, url)| word(url)).collect()
}

#[test]
fn no_network_is_waited_out() {
    let mut world = World::ready("magento");
    world.start_run();
    world.event(entrada::flow::Event::Online(false));
    world.fault("", "", Effect::DropBefore, 3);
    world.run_until(40_000, |_| false);
    assert!(world.codes().contains(&"offline".to_owned()));
    world.event(entrada::flow::Event::Online(true));
    world.settle();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn the_first_screen_after_a_reload_says_that_a_run_was_interrupted() {
    let mut world = World::ready("magento");
    world.start_run();
    assert!(!world.guarded, "before there is a secret the page may be left freely");
    world.open();
    assert_eq!(world.codes(), ["interrupted"]);
}

#[test]
fn another_application_made_beside_a_namesake_is_found_again_on_the_next_visit() {
    let mut world = World::ready("magento");
    world.press(Intent::MakeAnother);
    world.set_up();
    let app_id = world.app_id();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    // A new visit: nothing is remembered, the name is taken, and the earlier one is offered by its client id.
    world.storage.as_mut().unwrap().clear();
    world.reload_as(ADA);
    world.only("Production");
    assert!(world.codes().contains(&"name_taken".to_owned()), "{:?}", world.codes());
    world.press(Intent::UseExisting { app_id });
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(plan.lines.iter().all(|line| line.kind == ChangeKind::Keep), "{:#?}", plan.lines);
}

#[test]
fn who_chooses_before_the_tenant_was_read_is_not_left_waiting_for_it() {
    for hasty in [Intent::Preset("magento".into()), Intent::Name("Another name".into())] {
        let mut world = World::signed_in(ADA);
        world.click(Intent::CheckAgain);
        world.click(hasty.clone());
        world.settle();
        assert!(world.model.facts.directory.known().is_some(), "{hasty:?}: {:?}", world.model.facts.directory);
        assert!(world.model.facts.registered.known().is_some(), "{hasty:?}");
    }
}

#[test]
fn of_two_readings_of_the_tenant_the_later_one_counts() {
    let mut world = World::signed_in(ADA);
    world.latency = 5_000;
    world.click(Intent::CheckAgain);
    world.latency = 50;
    let tenant = "cronus.example";
    world.cloud.tenant_mut(tenant).unwrap().name = "Renamed".into();
    world.click(Intent::CheckAgain);
    world.settle();
    let organization = world.model.facts.directory.known().and_then(|directory| directory.organization.clone());
    assert_eq!(organization.map(|it| it.name).as_deref(), Some("Renamed"));
}
