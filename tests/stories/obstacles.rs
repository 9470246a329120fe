//! What stands in the way: roles, rights, policies, lag, throttling, missing parts. Each story ends in the right outcome
//! with the right finding.

use crate::world::World;
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Piece, Place};
use entrada::view_model::{ChangeKind, CheckState, Page, StepState};
use entrada_cloud::control::Edit;
use entrada_cloud::seed::BUSINESS_CENTRAL_APP_ID;
use entrada_cloud::{ConsentAnswer, Effect};
use serde_json::json;

fn status(status: u16, retry_after: Option<u64>, code: &str) -> Effect {
    Effect::Status { status, retry_after, code: code.into() }
}

fn outcome(world: &World) -> Option<Outcome> {
    world.model.run.as_ref().and_then(|run| run.outcome)
}

fn assert_codes(world: &World, wanted: &str) {
    assert!(world.codes().contains(&wanted.to_owned()), "{wanted} is not among {:?}", world.codes());
}

#[test]
fn a_user_without_the_entra_role_is_warned_and_then_told_who_can() {
    let mut world = World::signed_in("ada@cronus.example");
    world.press(Intent::SignOut);
    world.reload_as("bea@cronus.example");
    assert_codes(&world, "role_missing");
    world.press(Intent::Preset("magento".into()));
    world.only("Production");
    world.edit(&Edit::UsersMayRegisterApplications(false));
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Nothing));
    assert_codes(&world, "directory_forbidden");
}

#[test]
fn a_user_without_rights_in_business_central_is_told_before_the_plan() {
    let mut world = World::signed_in("ada@cronus.example");
    world.press(Intent::SignOut);
    world.reload_as("anton@cronus.example");
    world.press(Intent::Preset("magento".into()));
    world.press(Intent::EnvironmentTyped("Production".into()));
    world.press(Intent::Probe);
    assert!(
        ["environment_forbidden", "security_missing"].iter().any(|code| world.codes().contains(&(*code).to_owned())),
        "{:?}",
        world.codes()
    );
    world.press(Intent::Plan);
    assert!(matches!(world.page(), Page::Choose(_)));
}

#[test]
fn a_tenant_without_business_central_is_told_to_activate_it() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    match world.come_back_as("nora@northwind.example", ConsentAnswer::AcceptForOrganization) {
        // Entra's own page says it (650052) and has no way back to us.
        Err(stop) => assert!([650_052, 500_011].contains(&stop.code), "{stop:?}"),
        Ok(()) => assert_codes(&world, "business_central_absent"),
    }
}

#[test]
fn business_central_removed_from_the_tenant_fails_a_check() {
    let mut world = World::ready("magento");
    world.edit(&Edit::DropServicePrincipal(BUSINESS_CENTRAL_APP_ID));
    world.press(Intent::CheckAgain);
    assert_codes(&world, "business_central_absent");
    assert!(world.model.blocker().is_some());
}

#[test]
fn a_refused_environment_list_lets_the_name_be_typed_and_checked() {
    for effect in [status(403, None, "Forbidden"), Effect::NoCors, Effect::Opaque] {
        let mut world = World::new();
        world.fault("", "/admin/", effect.clone(), 50);
        world.fault("", "/environments/v1.2", effect.clone(), 50);
        world.open();
        world.press(Intent::SignIn);
        world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
        let wanted =
            if matches!(effect, Effect::Status { .. }) { "environments_forbidden" } else { "environments_unreachable" };
        assert_codes(&world, wanted);
        world.press(Intent::Preset("magento".into()));
        world.press(Intent::EnvironmentTyped("Prodution".into()));
        world.press(Intent::Probe);
        assert_codes(&world, "environment_unknown");
        assert!(world.model.blocker().is_some());
        world.press(Intent::EnvironmentTyped("Production".into()));
        world.press(Intent::Probe);
        assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
        world.set_up();
        assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    }
}

#[test]
fn a_foreign_application_of_the_same_name_is_a_choice() {
    // Somebody made an application of this name by hand.
    let world = World::ready("magento");
    let name = world.model.choices.as_ref().unwrap().name.clone();
    drop(world);
    let make = |world: &mut World| {
        world.press(Intent::Preset("other".into()));
        world.press(Intent::Name(name.clone()));
        world.press(Intent::PermissionSet { key: first_set(world, "D365 READ"), chosen: true });
        world.set_up();
        world.press(Intent::Stored(true));
        world.press(Intent::Finish);
        world.press(Intent::StartOver);
        let app = world.app_id_named(&name);
        // As if made by hand: without the tags by which ours are told.
        let tenant = world.cloud.tenant_mut("cronus.example").unwrap();
        for made in tenant.applications.iter_mut().filter(|made| made.app_id.to_string() == app) {
            made.properties.remove("tags");
        }
        world.press(Intent::Preset("magento".into()));
        app
    };
    let mut world = World::ready("magento");
    let foreign = make(&mut world);
    assert_codes(&world, "name_taken");
    assert!(world.model.blocker().is_some());

    world.press(Intent::MakeAnother);
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.set_up();
    assert_ne!(world.app_id(), foreign);

    let mut world = World::ready("magento");
    let foreign = make(&mut world);
    world.press(Intent::UseExisting { app_id: foreign.clone() });
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.set_up();
    assert_eq!(world.app_id(), foreign);
}

fn first_set(world: &World, role_id: &str) -> String {
    let sets = world.site("Production").sets.known().unwrap();
    let set = sets.iter().find(|set| set.role_id == role_id).unwrap();
    entrada::flow::choices::SetKey::of(set).word()
}

#[test]
fn five_minutes_of_replication_lag_are_waited_out_visibly() {
    let mut world = World::ready("magento");
    world.cloud.set_lag(4 * 60_000);
    world.start_run();
    let begun = world.now;
    world.run_until(60_000, |world| {
        let Page::Run(run) = world.page() else { return false };
        run.lanes
            .iter()
            .flat_map(|lane| &lane.steps)
            .any(|step| step.state == StepState::Waiting && step.countdown.is_some())
    });
    let Page::Run(run) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(run.lanes.iter().flat_map(|lane| &lane.steps).any(|step| step.state == StepState::Waiting));
    world.settle();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    assert!(world.now - begun >= 4 * 60_000);
    world.assert_contract();
}

#[test]
fn endless_replication_lag_ends_partial_and_can_be_resumed() {
    let mut world = World::ready("magento");
    world.cloud.set_lag(20 * 60_000);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_codes(&world, "replication_slow");
    assert!(world.secret().is_none());
    world.now += 20 * 60_000;
    world.cloud.set_lag(0);
    world.press(Intent::Resume);
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn throttling_is_obeyed_with_and_without_retry_after() {
    for (after, least) in [(Some(17), 17_000), (None, 500)] {
        let mut world = World::ready("magento");
        world.fault("POST", "addPassword", status(429, after, "TooManyRequests"), 1);
        world.fault("POST", "userPermissions", status(429, after, "Application_TooManyRequests"), 1);
        world.fault("PATCH", "applications(", status(429, after, "TooManyRequests"), 1);
        world.start_run();
        let begun = world.now;
        world.settle();
        assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
        assert!(world.now - begun >= least * 3, "{} ms", world.now - begun);
    }
}

#[test]
fn a_service_that_stays_busy_ends_in_a_finding_not_in_a_loop() {
    let mut world = World::ready("magento");
    world.fault("PATCH", "applications(", status(503, None, "serviceNotAvailable"), 100);
    world.set_up();
    // A service may do the work and answer 503 all the same, so nobody is told that nothing was changed.
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_codes(&world, "still_busy");
}

#[test]
fn a_forbidden_secret_is_told_and_everything_else_stays() {
    let mut world = World::ready("magento");
    world.edit(&Edit::Policy { secrets_forbidden: true, secret_max_days: None, certificate_max_days: None });
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_codes(&world, "secret_forbidden");
}

#[test]
fn a_secret_that_is_too_long_can_be_shortened() {
    let mut world = World::ready("magento");
    world.edit(&Edit::Policy { secrets_forbidden: false, secret_max_days: Some(200), certificate_max_days: None });
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_codes(&world, "secret_too_long");
    world.press(Intent::Back);
    world.press(Intent::Months(6));
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn a_refused_grant_offers_three_ways_and_goes_on_when_someone_consents() {
    let mut world = World::ready("magento");
    world.fault("POST", "appRoleAssignedTo", status(403, None, "Authorization_RequestDenied"), 10);
    world.start_run();
    world.run_until(20_000, |world| world.codes().contains(&"grant_forbidden".to_owned()));
    assert_codes(&world, "grant_forbidden");
    let Page::Run(run) = world.page() else { panic!() };
    let asking =
        run.lanes.iter().flat_map(|lane| &lane.steps).find(|step| step.state == StepState::Asking).unwrap().clone();
    assert_eq!(asking.finding.as_ref().unwrap().actions.len(), 3);
    world.click(Intent::Copy(Piece::ConsentLink));
    let (_, link) = world.clipboard.clone().unwrap();
    assert!(
        link.open().contains("/adminconsent?client_id="),
        "the short form: the new application has no redirect to us"
    );
    world.click(Intent::OpenConsentPage);
    assert_eq!(world.opened, [link.open().to_owned()]);
    // Another administrator consents on that page; the page notices by reading the grants.
    let now = world.now;
    let _ = world.cloud.sign_in_code(link.open(), "ada@cronus.example", ConsentAnswer::AcceptForOrganization, now);
    world.settle();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn a_refused_grant_that_nobody_gives_ends_partial() {
    let mut world = World::ready("magento");
    world.fault("POST", "appRoleAssignedTo", status(403, None, "Authorization_RequestDenied"), 1000);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_codes(&world, "grant_forbidden");
    assert!(world.secret().is_none());
}

#[test]
fn more_permission_for_grants_is_asked_for_on_demand_and_the_run_is_found_again() {
    let mut world = World::ready("magento");
    world.edit(&Edit::ApplicationScopeGrantsRoles(false));
    world.start_run();
    world.run_until(20_000, |world| world.codes().contains(&"grant_forbidden".to_owned()));
    world.press(Intent::GrantMorePermission);
    assert!(world.departed.as_ref().unwrap().contains("AppRoleAssignment.ReadWrite.All"));
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.codes()) };
    assert!(plan.lines.iter().any(|line| line.kind == ChangeKind::Keep));
    world.press(Intent::Confirm);
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn a_disabled_record_is_enabled_and_nothing_is_made_twice() {
    let mut world = World::ready("magento");
    world.set_up();
    let app_id = world.app_id();
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.control(
        "business-central",
        &json!({ "do": { "record_state": { "client_id": app_id, "state": "Disabled" } } }),
    );
    world.press(Intent::StartOver);
    assert_codes(&world, "record_disabled");
    world.press(Intent::Plan);
    let Page::Plan(plan) = world.page() else { panic!("{:?}", world.model.blocker()) };
    let changed: Vec<_> = plan.lines.iter().filter(|line| line.kind == ChangeKind::Change).collect();
    assert_eq!(changed.len(), 1, "{:#?}", plan.lines);
    world.press(Intent::Confirm);
    assert_eq!(outcome(&world), Some(Outcome::Complete), "{:?}", world.codes());
    assert_eq!(world.model.place, Place::Done, "no new secret, so nothing to hand over");
}

#[test]
fn an_ambiguous_permission_set_has_to_be_chosen() {
    let mut world = World::new();
    let mut config = crate::world::config();
    config["presets"][0]["permissionSets"] = json!(["WEBSHOP API"]);
    world.config = Ok(config.to_string());
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.only("Production");
    assert_codes(&world, "permission_set_ambiguous");
    assert!(world.model.blocker().is_some());
    let key = first_set(&world, "WEBSHOP API");
    world.press(Intent::PermissionSet { key, chosen: true });
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn super_cannot_be_given() {
    let mut world = World::ready("magento");
    let key = first_set(&world, "SUPER");
    world.press(Intent::PermissionSet { key: key.clone(), chosen: true });
    let Page::Choose(choose) = world.page() else { panic!() };
    let entrada::view_model::ListView::Known(sets) = &choose.permission_sets else { panic!() };
    let barred = sets.iter().find(|set| set.key == key).unwrap();
    assert!(barred.disabled && !barred.ticked && !barred.hint.is_empty());
}

#[test]
fn the_guided_route_goes_on_when_the_person_has_registered() {
    let mut world = World::ready("magento");
    world.only("Sandbox");
    assert_codes(&world, "partner_api_missing");
    world.press(Intent::Plan);
    assert!(matches!(world.page(), Page::Plan(_)), "{:?} {:?}", world.model.blocker(), world.codes());
    world.click(Intent::Confirm);
    world.run_until(30_000, |world| matches!(world.page(), Page::Run(run) if run.lanes.iter().flat_map(|lane| &lane.steps).any(|step| step.ask.is_some())));
    world.click(Intent::Copy(Piece::Description(0)));
    let description = world.clipboard.clone().unwrap().1.open().to_owned();
    assert!(description.chars().count() <= 50);
    world.click(Intent::OpenCard(0));
    assert!(world.opened[0].contains("page=9861"), "{:?}", world.opened);
    let app_id = world.app_id();
    world.control(
        "business-central",
        &json!({ "environment": "Sandbox", "do": { "register_by_hand": { "client_id": app_id, "description": description } } }),
    );
    world.settle();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    let Page::Done(done) = world.page() else { panic!() };
    assert!(done.evidence.iter().all(|row| row.state == CheckState::Pass), "{:#?}", done.evidence);
}

#[test]
fn by_hand_the_evidence_says_how_far_it_reaches() {
    // Version 27 tells nothing but the name; 28 tells that it is an application's user; a person's is no evidence.
    for (version, license, wanted) in [
        ("27.5", None, "found by its name: the client id cannot be read here"),
        ("28.3", None, "an application’s user found by its name"),
        ("28.3", Some("full_user"), "is no application’s user"),
    ] {
        let mut world = World::ready("magento");
        world.control("business-central", &json!({ "environment": "Sandbox", "do": { "version": version } }));
        world.press(Intent::CheckAgain);
        world.only("Sandbox");
        world.press(Intent::Plan);
        world.click(Intent::Confirm);
        world.run_until(30_000, World::asking);
        let app_id = world.app_id();
        let description = entrada::flow::run::description_of(world.model.run.as_ref().unwrap(), 0);
        let what = match license {
            None => json!({ "register_by_hand": { "client_id": app_id, "description": description } }),
            Some(license) => json!({ "add_user": { "user_name": description, "license": license } }),
        };
        world.control("business-central", &json!({ "environment": "Sandbox", "do": what }));
        world.settle();
        world.press(Intent::Stored(true));
        world.press(Intent::Finish);
        let Page::Done(done) = world.page() else { panic!("{:?}", world.codes()) };
        let row = done.evidence.iter().find(|row| row.value.contains(wanted));
        let row = row.unwrap_or_else(|| panic!("{version}: {wanted}: {:#?}", done.evidence));
        assert_eq!(row.state, if license.is_some() { CheckState::Warn } else { CheckState::Pass });
    }
}

#[test]
fn a_guided_user_that_never_appears_ends_partial_without_a_credential() {
    let mut world = World::ready("magento");
    world.only("Sandbox");
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    assert_codes(&world, "user_never_appeared");
    assert!(world.secret().is_none());
}

#[test]
fn only_chosen_companies_get_the_permission_sets() {
    let mut world = World::ready("magento");
    world.press(Intent::AllCompanies(false));
    assert_codes(&world, "no_company");
    world.press(Intent::Company { name: "CRONUS Danmark A/S".into(), chosen: true });
    assert_eq!(world.model.blocker(), None, "{:?}", world.codes());
    world.set_up();
    let Page::HandOver(_) = world.page() else { panic!("{:?}", world.codes()) };
    let given =
        world.cloud.log().iter().filter(|entry| entry.method == "POST" && entry.url.contains("userPermissions"));
    for entry in given {
        assert_eq!(entry.request_body.as_ref().unwrap()["company"], "CRONUS Danmark A/S");
    }
}

#[test]
fn an_unverified_publisher_is_a_warning_before_anything_is_written() {
    let mut world = World::new();
    let mut config = crate::world::config();
    config["publisher"] = json!({ "name": "Somebody Else Ltd." });
    world.config = Ok(config.to_string());
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_codes(&world, "publisher_other");
}

#[test]
fn a_secret_that_is_never_answered_ends_in_a_finding_and_not_in_a_loop() {
    for effect in [status(503, None, "serviceNotAvailable"), Effect::DropBefore, Effect::DropAfter] {
        let mut world = World::ready("magento");
        world.fault("POST", "addPassword", effect.clone(), 1000);
        world.set_up();
        assert_eq!(outcome(&world), Some(Outcome::Partial), "{effect:?}");
        let asked = world.sent.iter().filter(|(_, url)| url.contains("addPassword")).count();
        assert!((2..=8).contains(&asked), "{effect:?}: asked {asked} times");
        let tenant = world.cloud.tenant("cronus.example").unwrap();
        let app = tenant.application(world.app_id().parse().unwrap()).unwrap();
        assert_eq!(app.secrets.len(), 0, "{effect:?}: no secret is left that nobody saw");
        assert_codes(&world, "still_busy");
    }
}

#[test]
fn a_set_that_is_said_to_exist_and_is_not_there_ends_in_a_finding() {
    let mut world = World::ready("magento");
    world.fault("POST", "userPermissions", status(400, None, "Internal_EntityWithSameKeyExists"), 1000);
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial));
    let asked = world.sent.iter().filter(|(_, url)| url.ends_with("userPermissions")).count();
    assert!(asked < 60, "asked {asked} times");
}

#[test]
fn a_grant_that_is_said_to_exist_and_never_shows_ends_in_a_finding() {
    let mut world = World::ready("magento");
    world.tamper = Some(|url, body| {
        let said = json!({ "error": { "code": "Request_BadRequest",
            "message": "Permission being assigned already exists on the object" } });
        let answer = |id: &str| json!({ "id": id, "status": 400, "body": said });
        if url.ends_with("$batch") && body.contains("\"id\":\"API.ReadWrite.All\"") {
            *body =
                json!({ "responses": [answer("API.ReadWrite.All"), answer("Automation.ReadWrite.All")] }).to_string();
        } else if url.contains("appRoleAssignments") {
            *body = json!({ "value": [] }).to_string();
        }
    });
    world.set_up();
    assert_eq!(outcome(&world), Some(Outcome::Partial), "{:?}", world.codes());
    assert_codes(&world, "replication_slow");
}
