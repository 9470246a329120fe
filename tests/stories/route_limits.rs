//! What `limits.rs` proves of the usual way, on every other way into Business Central: a busy service at each kind of
//! request, five requests side by side where a sixth would be refused, withheld answers to writes, and the pinned language.

use crate::program::{COMPANIES, Program};
use crate::routes::Way;
use crate::world::World;
use entrada::flow::Intent;
use entrada::flow::run::Outcome;
use entrada::view_model::Page;
use entrada_cloud::{ConsentAnswer, Effect};
use serde_json::json;

fn signed_in(arranged: impl FnOnce(&mut World)) -> World {
    let mut world = World::new();
    arranged(&mut world);
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.press(Intent::Preset("magento".into()));
    world
}

#[test]
fn where_every_answer_takes_its_time_five_run_side_by_side_and_none_is_refused() {
    let mut world = signed_in(|world| {
        world.arrange("Sandbox", &json!({ "partner_extension": true }));
        for name in ["Training", "Test", "Demo"] {
            world.arrange("Production", &json!({ "copy_environment": name }));
        }
        world.control("edit", &json!({ "limits": { "service_ms": 400, "running": 5, "waiting": 0 } }));
    });
    for name in ["Production", "Sandbox", "Training", "Test", "Demo"] {
        world.click(Intent::Environment { name: name.into(), chosen: true });
    }
    world.settle();
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    assert_eq!(world.most_at_once, 5, "no more, and no fewer than allowed");
    let refused: Vec<&String> =
        world.cloud.log().iter().filter(|entry| entry.status == 429).map(|entry| &entry.url).collect();
    assert_eq!(refused, Vec::<&String>::new());
}

/// Every kind of request that only these ways make.
fn kinds() -> Vec<(Way, &'static str, &'static str)> {
    let mut all = vec![
        (Way::odata(), "GET", "/ODataV4/$metadata"),
        (Way::odata(), "GET", "/EntraCard"),
        (Way::odata(), "POST", "/EntraCard"),
        (Way::odata(), "PATCH", "/EntraCard("),
        (Way::shaped(true, true), "POST", "Microsoft.NAV.switchOn"),
        (Way::guided(), "GET", "/users("),
        (Way::package(), "GET", "/configurationPackages("),
    ];
    for (method, path) in [
        ("GET", "/configurationPackages?"),
        ("POST", "/configurationPackages"),
        ("PATCH", "/content"),
        ("POST", "Microsoft.NAV.import"),
        ("POST", "Microsoft.NAV.apply"),
        ("DELETE", "/configurationPackages("),
    ] {
        all.push((Way::package(), method, path));
    }
    all
}

#[test]
fn a_busy_service_is_waited_for_at_every_kind_of_request() {
    for (way, method, path) in kinds() {
        for (status, after) in [(429, Some(9)), (429, None), (503, Some(9)), (503, None), (504, None)] {
            let place = format!("{method} {path} {status} {after:?}");
            let mut world = way.world();
            let busy = Effect::Status { status, retry_after: after, code: "Application_TooManyRequests".into() };
            world.fault(method, path, busy, 1);
            world.press(Intent::CheckAgain);
            let begun = world.now;
            assert_eq!(world.model.blocker(), None, "{place}: {:?}", world.codes());
            world.start_run();
            way.finish(&mut world);
            assert!(matches!(world.page(), Page::HandOver(_)), "{place}: {:?}", world.codes());
            let log = world.cloud.log();
            let struck: Vec<usize> = (0..log.len()).filter(|at| log[*at].fault.is_some()).collect();
            assert_eq!(struck.len(), 1, "{place}: never met");
            let (was, url) = (log[struck[0]].at_ms, log[struck[0]].url.clone());
            let again = log[struck[0] + 1..].iter().find(|it| it.method == method && it.url == url).unwrap();
            let least = after.map_or(250, |seconds| seconds * 1_000);
            assert!(again.at_ms - was >= least, "{place}: asked again after {} ms", again.at_ms - was);
            assert!(world.now - begun < 5 * 60_000, "{place}");
            let app_id = world.app_id();
            assert_eq!(world.tally_in(way.environment, &app_id), [1, 1, 0], "{place}");
            assert_eq!(Program::of(&world).companies(&mut world), COMPANIES, "{place}");
        }
    }
}

#[test]
fn a_withheld_answer_to_a_write_ends_in_its_finding_and_trying_again_repeats_nothing() {
    for (effect, wanted) in [(Effect::NoCors, "answer_blocked"), (Effect::DropBefore, "unreachable")] {
        let mut world = World::ready("magento");
        // The probe of the silent address is a GET.
        world.fault("", "/entraApplications", effect.clone(), 1000);
        world.set_up();
        assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Partial), "{effect:?}");
        assert!(world.codes().contains(&wanted.to_owned()), "{effect:?}: {:?}", world.codes());
        assert!(world.secret().is_none());
        world.cloud.clear_faults();
        world.press(Intent::Resume);
        let app_id = world.app_id();
        assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
        assert_eq!(world.tally_in("Production", &app_id), [1, 1, 0], "{effect:?}");
    }
}

#[test]
fn texts_are_matched_in_english_in_an_environment_that_speaks_danish() {
    // `World` refuses any request to Business Central that pins no language; here is what would come otherwise.
    let mut world = World::ready("magento");
    for user in &mut world.inside("Production").users {
        if user.license == entrada_cloud::business_central::License::FullUser {
            user.license = entrada_cloud::business_central::License::ExternalAdministrator;
        }
    }
    world.set_up();
    assert!(world.codes().contains(&"no_full_user".to_owned()), "{:?}", world.codes());
    let entry = world.cloud.log().iter().rfind(|it| it.status == 400).unwrap();
    let said = entry.response_body.as_ref().unwrap()["error"]["message"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Register a user"), "{said}");
    assert_eq!(world.inside("Production").country, "DK");
}
