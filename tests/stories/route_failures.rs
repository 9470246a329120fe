//! What goes wrong on each way into Business Central: refusals as findings, lost answers, stopping and reloading.

use crate::program::{COMPANIES, Program};
use crate::routes::{Way, all};
use crate::world::World;
use entrada::flow::route::RouteKind;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Place};
use entrada::view_model::{ChangeKind, CheckState, Page};
use entrada_cloud::Effect;
use entrada_cloud::business_central::{License, PackageStatus, State};
use serde_json::json;

fn outcome(world: &World) -> Option<Outcome> {
    world.model.run.as_ref().and_then(|run| run.outcome)
}

fn assert_code(world: &World, wanted: &str) {
    assert!(world.codes().contains(&wanted.to_owned()), "{wanted} is not among {:?}", world.codes());
}

#[test]
fn a_page_that_only_reads_is_a_finding_and_another_way_goes_on() {
    let locked = {
        let mut way = Way::odata();
        way.arranged.push(json!({ "odata_read_only": true }));
        way
    };
    let list =
        Way { arranged: vec![json!({ "publish_page": { "page": 9860, "service": "EntraList" } })], ..Way::odata() };
    for way in [locked, list] {
        let mut world = way.world();
        assert_eq!(world.model.route(world.site("Sandbox")), Some(RouteKind::OData));
        world.set_up();
        assert_eq!(outcome(&world), Some(Outcome::Partial));
        assert_code(&world, "page_read_only");
        assert!(world.secret().is_none());
        // By hand instead; what cannot be written can still be read, so the client id itself is proven.
        world.press(Intent::Back);
        world.press(Intent::Route { environment: "Sandbox".into(), kind: RouteKind::Guided });
        world.start_run();
        Way::guided().finish(&mut world);
        assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
        let done = world.hand_over_done();
        let user = done.evidence.iter().find(|row| row.label == "Application user").unwrap();
        assert!(user.state == CheckState::Pass && user.value.contains("by the client id"), "{user:#?}");
    }
}

/// Until the package route is at some point.
fn package_until(world: &mut World, there: impl Fn(&entrada_cloud::business_central::ConfigPackage) -> bool) {
    world.start_run();
    for _ in 0..500 {
        if world.inside("Sandbox").packages.first().is_some_and(&there) {
            return;
        }
        assert!(world.step(), "the package never came there");
    }
}

#[test]
fn a_package_that_cannot_be_imported_is_told_in_business_centrals_words_and_removed() {
    let mut world = Way::package().world();
    package_until(&mut world, |package| !package.content.is_empty());
    world.inside("Sandbox").packages[0].content = b"no archive".to_vec();
    world.settle();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_code(&world, "package_failed");
    let Page::Run(run) = world.page() else { panic!() };
    let finding = run.lanes.iter().flat_map(|lane| &lane.steps).find_map(|step| step.finding.clone()).unwrap();
    assert!(finding.why.contains("GZip"), "{finding:#?}");
    assert!(world.inside("Sandbox").packages.is_empty(), "nothing of it stays behind");
    world.press(Intent::Resume);
    assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
    assert!(world.inside("Sandbox").packages.is_empty());
}

#[test]
fn records_that_fail_are_counted_and_told() {
    let mut world = Way::package().world();
    // Enough for packages and for table 9012, but neither SUPER nor SECURITY: the state's own check fails.
    let sets =
        json!({ "permission_sets": { "user_name": "ADA", "role_ids": ["D365 BUS FULL ACCESS", "D365 AUTOMATION"] } });
    world.arrange("Sandbox", &sets);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_code(&world, "package_failed");
    let Page::Run(run) = world.page() else { panic!() };
    let finding = run.lanes.iter().flat_map(|lane| &lane.steps).find_map(|step| step.finding.clone()).unwrap();
    assert!(finding.why.contains("numberOfErrors 1"), "{finding:#?}");
    assert!(world.inside("Sandbox").packages.is_empty());
    assert!(world.secret().is_none());
}

#[test]
fn an_import_that_never_ends_is_given_up_and_its_package_removed() {
    // A partner's session has no tasks, and an import that fails in it tells nobody (business-central.md 3.5).
    let mut world = Way::package().world();
    for user in &mut world.inside("Sandbox").users {
        if user.user_name == "ADA" {
            user.license = License::ExternalAdministrator;
        }
    }
    package_until(&mut world, |package| !package.content.is_empty());
    world.inside("Sandbox").packages[0].content = b"no archive".to_vec();
    let begun = world.now;
    world.settle();
    assert_code(&world, "still_busy");
    assert!(world.now - begun >= 8 * 60_000);
    assert!(world.inside("Sandbox").packages.is_empty());
}

#[test]
fn a_package_that_makes_no_user_is_told() {
    let mut world = Way::package().world();
    world.set_up();
    let app_id = world.app_id();
    world.hand_over_done();
    // The record stays enabled, its user is gone: applying the same values again changes nothing.
    world.arrange("Sandbox", &json!({ "remove_application_user": app_id }));
    world.press(Intent::StartOver);
    world.press(Intent::Route { environment: "Sandbox".into(), kind: RouteKind::Package });
    world.set_up();
    assert_code(&world, "package_without_user");
    assert!(world.inside("Sandbox").packages.is_empty());
}

#[test]
fn who_may_not_use_packages_is_told_before_or_during_the_run() {
    // An administrator without a licence reads them and may not write them (business-central.md 2).
    let mut world = Way::package().world();
    for user in &mut world.inside("Sandbox").users {
        if user.user_name == "ADA" {
            user.license = License::InternalAdministrator;
        }
    }
    world.set_up();
    assert_code(&world, "packages_forbidden");
    assert!(world.secret().is_none());
    // Who may not even read them sees it before the plan.
    let mut world = Way::package().world();
    world.arrange("Sandbox", &json!({ "permission_sets": { "user_name": "ADA", "role_ids": ["SECURITY"] } }));
    world.press(Intent::CheckAgain);
    assert_code(&world, "packages_forbidden");
    assert!(world.model.blocker().is_some());
    world.press(Intent::Route { environment: "Sandbox".into(), kind: RouteKind::Guided });
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
}

#[test]
fn a_lost_answer_at_any_write_of_any_route_leads_to_one_record_and_no_package() {
    let writes = |kind: RouteKind, action: bool| -> Vec<(&str, &str)> {
        let mut all = vec![("POST", "userPermissions"), ("POST", "addPassword")];
        all.extend(match kind {
            RouteKind::PartnerApi if action => [("POST", "/applications"), ("POST", "Microsoft.NAV.switchOn")].to_vec(),
            RouteKind::PartnerApi => [("POST", "ntraApplications"), ("PATCH", "ntraApplications(")].to_vec(),
            RouteKind::OData => [("POST", "/EntraCard"), ("PATCH", "/EntraCard(")].to_vec(),
            // Told in `bridge.rs`; nothing of it goes over HTTP.
            RouteKind::Host | RouteKind::Guided => Vec::new(),
            RouteKind::Package => [
                ("POST", "/configurationPackages"),
                ("PATCH", "/content"),
                ("POST", "Microsoft.NAV.import"),
                ("POST", "Microsoft.NAV.apply"),
                ("DELETE", "/configurationPackages("),
            ]
            .to_vec(),
        });
        all
    };
    let ways = [Way::partner(), Way::shaped(true, false), Way::odata(), Way::guided(), Way::package()];
    for way in ways {
        for (method, path) in writes(way.kind, way.routes.is_some()) {
            for effect in [Effect::DropBefore, Effect::DropAfter] {
                let place = format!("{:?}: {method} {path} {effect:?}", way.kind);
                let mut world = way.world();
                world.fault(method, path, effect, 1);
                world.start_run();
                way.finish(&mut world);
                assert!(matches!(world.page(), Page::HandOver(_)), "{place}: {:?}", world.codes());
                let struck = world.cloud.log().iter().filter(|it| it.fault.is_some()).count();
                assert_eq!(struck, 1, "{place}: nothing was lost");
                let app_id = world.app_id();
                assert_eq!(world.tally_in(way.environment, &app_id), [1, 1, 0], "{place}");
                assert_eq!(Program::of(&world).companies(&mut world), COMPANIES, "{place}");
                world.assert_contract();
            }
        }
    }
}

/// Events of a whole run of the package route.
fn length() -> usize {
    let mut world = Way::package().world();
    world.start_run();
    let mut steps = 0;
    while world.model.place == Place::Run && world.step() {
        steps += 1;
    }
    assert!(steps > 15, "{steps}");
    steps
}

#[test]
fn stopping_the_package_route_at_any_point_leaves_no_package_and_trying_again_completes_it() {
    for point in 0..length() {
        let mut world = Way::package().world();
        world.start_run();
        for _ in 0..point {
            world.step();
        }
        world.press(Intent::Cancel);
        assert!(outcome(&world).is_some(), "after {point} events the run has not ended");
        assert!(world.inside("Sandbox").packages.is_empty(), "after {point} events a package stays behind");
        if outcome(&world) != Some(Outcome::Complete) {
            world.press(Intent::Resume);
        }
        assert!(matches!(world.page(), Page::HandOver(_)), "after {point} events: {:?}", world.codes());
        let app_id = world.app_id();
        assert_eq!(world.tally_in("Sandbox", &app_id), [1, 1, 0], "after {point} events");
    }
}

#[test]
fn reloading_in_the_package_route_at_any_point_ends_with_one_record_and_no_package() {
    let mut left = 0;
    for point in 0..=length() {
        let mut world = Way::package().world();
        world.start_run();
        for _ in 0..point {
            world.step();
        }
        world.reload_as("ada@cronus.example");
        left += world.inside("Sandbox").packages.len();
        world.press(Intent::Plan);
        assert!(matches!(world.page(), Page::Plan(_)), "after {point} events: {:?}", world.codes());
        world.press(Intent::Confirm);
        assert!(matches!(world.page(), Page::HandOver(_)), "after {point} events: {:?}", world.codes());
        let app_id = world.app_id();
        assert_eq!(world.tally_in("Sandbox", &app_id), [1, 1, 0], "after {point} events");
    }
    assert!(left > 5, "only {left} of the reloads came while there was a package");
}

#[test]
fn a_leftover_package_whose_work_is_done_is_a_line_of_the_plan() {
    let mut world = Way::package().world();
    package_until(&mut world, |package| package.apply_status == PackageStatus::Completed);
    world.reload_as("ada@cronus.example");
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    let removed: Vec<_> = plan.lines.iter().filter(|line| line.kind == ChangeKind::Remove).collect();
    assert!(removed.len() == 1 && removed[0].title.starts_with("Configuration package"), "{removed:#?}");
    assert!(removed[0].reason.contains("interrupted run"));
    assert!(removed[0].requests[0].line.starts_with("DELETE "));
    world.press(Intent::Confirm);
    assert!(world.inside("Sandbox").packages.is_empty());
}

#[test]
fn a_record_that_changed_since_it_was_read_is_read_again_and_enabled() {
    for (name, way) in all().into_iter().filter(|(_, way)| matches!(way.kind, RouteKind::PartnerApi | RouteKind::OData))
    {
        let mut world = way.world();
        world.set_up();
        let app_id = world.app_id();
        world.hand_over_done();
        let record = json!({ "record_state": { "client_id": app_id, "state": "Disabled" } });
        world.arrange(way.environment, &record);
        world.press(Intent::StartOver);
        assert_code(&world, "record_disabled");
        world.press(Intent::Plan);
        let is_ours = |it: &entrada_cloud::business_central::EntraApplication| it.client_id.to_string() == app_id;
        for record in &mut world.inside(way.environment).entra_applications {
            if is_ours(record) {
                record.permission_granted = true;
                record.contact_information = "somebody else".into();
            }
        }
        let place = world.cloud.log().len();
        world.press(Intent::Confirm);
        assert_eq!(outcome(&world), Some(Outcome::Complete), "{name}: {:?}", world.codes());
        let stale = world.cloud.log().iter().skip(place).filter(|entry| entry.status == 409).count();
        // An action carries no version, and a page that shows none of it does not notice.
        assert_eq!(stale, usize::from(way.routes.is_none()), "{name}");
        let found = world.inside(way.environment).entra_applications.iter().find(|it| is_ours(it)).unwrap();
        assert_eq!((found.state, &*found.contact_information), (State::Enabled, "somebody else"), "{name}");
    }
}

#[test]
fn guiding_ends_with_a_finding_when_nobody_registers_and_goes_on_when_somebody_did_later() {
    let mut world = Way::guided().world();
    world.set_up();
    assert_code(&world, "user_never_appeared");
    world.click(Intent::Resume);
    Way::guided().finish(&mut world);
    assert_eq!(Program::of(&world).companies(&mut world), COMPANIES);
}

#[test]
fn a_long_import_or_apply_whose_answer_was_lost_is_followed_and_not_told_as_a_failure() {
    for (path, apply) in [("Microsoft.NAV.import", false), ("Microsoft.NAV.apply", true)] {
        let mut world = Way::package().world();
        world.fault("POST", path, Effect::DropAfter, 1);
        package_until(&mut world, |package| {
            package.task.is_some() && (package.import_status == PackageStatus::Completed) == apply
        });
        // It takes longer than the page waits before it asks again, so that finds it at work.
        for task in world.inside("Sandbox").packages.iter_mut().filter_map(|package| package.task.as_mut()) {
            task.ends_ms += 30_000;
        }
        let place = world.cloud.log().len();
        world.settle();
        assert!(matches!(world.page(), Page::HandOver(_)), "{path}: {:?}", world.codes());
        let refused = world.cloud.log().iter().skip(place).filter(|it| it.url.contains(path) && it.status == 400);
        assert_eq!(refused.count(), 1, "{path}: it was not asked again while at work");
        let app_id = world.app_id();
        assert_eq!(world.tally_in("Sandbox", &app_id), [1, 1, 0]);
    }
}
