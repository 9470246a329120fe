//! A large customer, a slow service, and answers that never come: lists are followed to their end, at most five requests
//! wait at once, and what is still being done is not asked for again.

use crate::world::World;
use entrada::flow::Intent;
use entrada::flow::run::Outcome;
use entrada::view_model::{EnvironmentView, ListView, Page};
use entrada_cloud::{ConsentAnswer, Effect};
use serde_json::json;
use std::collections::BTreeSet;

fn status(status: u16, retry_after: Option<u64>) -> Effect {
    Effect::Status { status, retry_after, code: "Application_TooManyRequests".into() }
}

fn outcome(world: &World) -> Option<Outcome> {
    world.model.run.as_ref().and_then(|run| run.outcome)
}

#[test]
fn a_large_customer_is_read_to_the_end_five_at_a_time() {
    let mut world = World::new();
    world.control("business-central", &json!({ "do": { "scale": {} } }));
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.press(Intent::Preset("magento".into()));
    let Page::Choose(choose) = world.page() else { panic!("{:?}", world.codes()) };
    let EnvironmentView::Listed(environments) = choose.environment else { panic!("{:?}", world.codes()) };
    assert!(environments.len() >= 40, "{}", environments.len());
    assert!(environments.iter().any(|tick| tick.disabled), "those that are not active cannot be chosen");
    world.most_at_once = 0;
    let place = world.sent.len();
    let usable: Vec<String> =
        environments.iter().filter(|tick| !tick.disabled).take(8).map(|tick| tick.key.clone()).collect();
    for name in usable {
        world.click(Intent::Environment { name, chosen: true });
    }
    world.settle();
    let Page::Choose(choose) = world.page() else { panic!("{:?}", world.codes()) };
    let (ListView::Known(sets), ListView::Known(companies)) = (&choose.permission_sets, &choose.companies) else {
        panic!("{:?}", world.codes())
    };
    assert!(sets.len() >= 500 && companies.len() >= 300, "{} sets, {} companies", sets.len(), companies.len());
    assert!((2..=5).contains(&world.most_at_once), "{}", world.most_at_once);
    let asked: Vec<&String> = world.sent[place..].iter().map(|(_, url)| url).collect();
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len(), "every page once");
    assert!(asked.iter().any(|url| url.contains("skiptoken")), "pages were followed");
    // The others are grown without the extension that would register by itself.
    world.only("Production");
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    assert!(world.most_at_once <= 5, "{}", world.most_at_once);
    world.assert_contract();
}

#[test]
fn every_kind_of_request_to_business_central_obeys_a_busy_service() {
    let kinds = [
        ("GET", "/companies?"),
        ("GET", "permissionSets"),
        ("GET", "entraApplications"),
        ("GET", "/users"),
        ("POST", "entraApplications"),
        ("PATCH", "entraApplications"),
        ("POST", "userPermissions"),
        ("GET", "userPermissions"),
    ];
    for (method, path) in kinds {
        for (code, after) in [(429, Some(11)), (429, None), (503, Some(11)), (503, None), (504, None)] {
            let mut world = World::signed_in("ada@cronus.example");
            world.fault(method, path, status(code, after), 2);
            let begun = world.now;
            world.press(Intent::Preset("magento".into()));
            world.only("Production");
            assert_eq!(world.model.blocker(), None, "{method} {path} {code}: {:?}", world.codes());
            world.set_up();
            assert_eq!(outcome(&world), Some(Outcome::Complete), "{method} {path} {code}: {:?}", world.codes());
            let least = after.map_or(500, |seconds| seconds * 1000);
            // Two that go side by side meet one fault each.
            assert!(world.now - begun >= least, "{method} {path} {code}: {} ms", world.now - begun);
        }
    }
}

#[test]
fn a_write_that_takes_seven_minutes_is_waited_for_and_not_repeated() {
    for path in ["entraApplications", "userPermissions"] {
        let mut world = World::ready("magento");
        world.fault("POST", path, Effect::Delay { ms: 7 * 60_000 }, 1);
        let place = world.cloud.log().len();
        world.set_up();
        assert_eq!(outcome(&world), Some(Outcome::Complete), "{path}: {:?}", world.codes());
        let writes = world.writes_that_worked_since(place);
        assert_eq!(writes.iter().collect::<BTreeSet<_>>().len(), writes.len(), "{writes:#?}");
        let asked = world.sent.iter().filter(|(_, url)| url.ends_with("/entraApplications")).count();
        assert_eq!(asked, 1, "{path}");
    }
}

#[test]
fn an_answer_the_browser_withholds_is_told_from_a_network_that_is_down() {
    for (effect, wanted) in [(Effect::NoCors, "answer_blocked"), (Effect::DropBefore, "unreachable")] {
        let mut world = World::signed_in("ada@cronus.example");
        world.fault("", "permissionSets", effect.clone(), 1000);
        world.press(Intent::Preset("magento".into()));
        world.only("Production");
        assert!(world.codes().contains(&wanted.to_owned()), "{effect:?}: {:?}", world.codes());
        assert!(world.model.blocker().is_some());

        let mut world = World::ready("magento");
        world.fault("", "userPermissions", effect.clone(), 1000);
        world.set_up();
        assert_eq!(outcome(&world), Some(Outcome::Partial));
        assert!(world.codes().contains(&wanted.to_owned()), "{effect:?}: {:?}", world.codes());
    }
}

#[test]
fn who_waits_in_line_is_told_when_the_session_ends_meanwhile() {
    let mut world = World::new();
    world.control("business-central", &json!({ "do": { "scale": {} } }));
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    let Page::Choose(choose) = world.page() else { panic!("{:?}", world.codes()) };
    let EnvironmentView::Listed(environments) = choose.environment else { panic!("{:?}", world.codes()) };
    // The token still looks good to the page when it asks, and is not by the time the first answers come.
    for tick in environments.iter().filter(|tick| !tick.disabled).take(12) {
        world.click(Intent::Environment { name: tick.key.clone(), chosen: true });
    }
    world.now += 25 * 3_600_000;
    world.settle();
    let waiting = world.model.facts.sites.iter().filter(|site| site.companies.is_open()).count();
    assert_eq!((world.model.facts.sites.len(), waiting), (12, 0), "{:?}", world.codes());
}
