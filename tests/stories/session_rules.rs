//! Rules of a session: how long it lasts, what it was granted, whose it is, and that nothing of it stays.

use crate::world::World;
use entrada::flow::session::Session;
use entrada::flow::{Event, Intent, Piece, Place};
use entrada::protocol::oauth::Resource;
use entrada::view_model::Page;
use entrada_cloud::control::Edit;
use entrada_cloud::seed::{CRONUS, ENTRADA_CLIENT_ID, FABRIKAM, PARTNER};
use entrada_cloud::{ConsentAnswer, Effect};

const HOUR: u64 = 3_600_000;

fn asked(world: &World, part: &str) -> usize {
    world.sent.iter().filter(|(_, url)| url.contains(part)).count()
}

#[test]
fn the_end_of_a_session_is_told_in_its_last_hour_and_stops_a_run_when_it_came() {
    let mut world = World::ready("magento");
    world.now += 22 * HOUR;
    world.press(Intent::CheckAgain);
    assert!(!world.codes().contains(&"session_short".to_owned()), "two hours are enough for anything");
    world.now += HOUR + HOUR / 2;
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"session_short".to_owned()), "{:?}", world.codes());
    world.press(Intent::Plan);
    assert!(world.codes().contains(&"session_short".to_owned()), "and once more before the run: {:?}", world.codes());
    let Page::Plan(plan) = world.page() else { panic!() };
    assert!(plan.notes[0].what.contains("30") || plan.notes[0].what.contains("29"), "{}", plan.notes[0].what);
    assert!(plan.notes[0].actions.iter().any(|action| action.intent == Intent::SignIn));
    world.press(Intent::Back);
    world.now += 2 * HOUR;
    let tokens = asked(&world, "/token");
    world.press(Intent::CheckAgain);
    assert_eq!(asked(&world, "/token"), tokens, "a refresh token whose time is over is not even sent");
    assert!(world.model.blocker().is_some(), "no run begins");
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert!(!world.codes().contains(&"session_ended".to_owned()));
}

#[test]
fn a_session_that_ended_while_everything_was_read_begins_no_run() {
    let mut world = World::ready("magento");
    assert!(world.model.blocker().is_none());
    world.now += 25 * HOUR;
    let sent = world.sent.len();
    world.press(Intent::Plan);
    assert!(!matches!(world.page(), Page::Plan(_)));
    assert!(format!("{:?}", world.model.blocker()).contains("session"), "{:?}", world.model.blocker());
    assert_eq!(world.sent.len(), sent, "and nothing is asked");
}

#[test]
fn a_clock_that_is_set_back_makes_no_token_younger() {
    const MINUTE: u64 = 60_000;
    let mut world = World::ready("magento");
    world.now += 50 * MINUTE;
    world.press(Intent::CheckAgain);
    world.clock_error = -45 * 60_000;
    world.press(Intent::CheckAgain);
    // A token lives 90 minutes at most, and by the page's clock it is 47 old.
    world.now += 42 * MINUTE;
    world.set_up();
    let refused = world.cloud.log().iter().filter(|entry| entry.status == 401).count();
    assert_eq!(refused, 0, "no token is used after its end");
    assert!(world.secret().is_some());
}

#[test]
fn renewing_does_not_prolong_the_session() {
    let mut world = World::ready("magento");
    let first = world.model.session_left_ms().unwrap();
    assert!((23 * HOUR..=24 * HOUR).contains(&first));
    world.now += 3 * HOUR;
    world.press(Intent::CheckAgain);
    let left = world.model.session_left_ms().unwrap();
    assert!(left <= first - 3 * HOUR, "{left}");
}

#[test]
fn the_newest_refresh_token_is_used_and_a_bad_one_never_again() {
    let mut world = World::ready("magento");
    world.now += 2 * HOUR;
    world.press(Intent::CheckAgain);
    let used: Vec<String> = world.refresh_tokens_sent();
    let unique: std::collections::BTreeSet<&String> = used.iter().collect();
    assert!(used.len() >= 3 && unique.len() >= 2, "rotated: {}", used.len());
    world.tamper = Some(|url, body| {
        if url.contains("/token") {
            *body = r#"{"error":"invalid_grant","suberror":"bad_token","error_description":"AADSTS50076: x"}"#.into();
        }
    });
    world.status = Some(400);
    world.now += 2 * HOUR;
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"session_ended".to_owned()), "{:?}", world.codes());
    assert!(format!("{:?}", world.model.session).contains("refresh: None"), "it is gone");
    let tries = world.refresh_tokens_sent().len();
    world.tamper = None;
    world.status = None;
    world.press(Intent::CheckAgain);
    assert_eq!(world.refresh_tokens_sent().len(), tries);
}

#[test]
fn a_session_whose_end_is_not_told_ends_after_a_day() {
    let mut world = World::new();
    world.tamper = Some(|url, body| {
        if url.contains("/token") {
            *body = body.replace("refresh_token_expires_in", "something_else");
        }
    });
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    let left = world.model.session_left_ms().unwrap();
    assert!((23 * HOUR..=24 * HOUR).contains(&left), "{left}");
}

#[test]
fn renewing_at_a_service_that_is_down_comes_to_an_end() {
    let mut world = World::ready("magento");
    world.now += 2 * HOUR;
    world.fault("POST", "/token", Effect::Status { status: 503, retry_after: None, code: String::new() }, 999);
    let before = world.sent.len();
    world.press(Intent::CheckAgain);
    let times: Vec<u64> =
        world.sent[before..].iter().filter(|(_, url)| url.contains("/token")).map(|it| it.0).collect();
    assert!((5..=10).contains(&times.len()), "tried again, and not without end: {times:?}");
    let spans: Vec<u64> = times.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(
        spans.iter().any(|ms| *ms >= 2000) && times[times.len() - 1] - times[0] >= 10_000,
        "longer each time: {times:?}"
    );
    assert!(world.codes().contains(&"still_busy".to_owned()), "{:?}", world.codes());
}

#[test]
fn fewer_permissions_than_asked_for_are_awaited_a_little_and_then_said() {
    let mut world = World::new();
    world.tamper = Some(|url, body| {
        if url.contains("/token") {
            *body = body.replace("https://graph.microsoft.com/Application.ReadWrite.All", "");
        }
    });
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.codes().iter().filter(|code| *code == "permission_missing").count(), 1, "{:?}", world.codes());
    assert!(asked(&world, "/token") <= 6, "and not asked for without end");
    // The first click lets Entra ask for what is missing, the second asks in so many words.
    world.press(Intent::GrantConsent(Resource::Graph));
    assert!(!world.departed.as_ref().unwrap().contains("prompt="), "{:?}", world.departed);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.press(Intent::GrantConsent(Resource::Graph));
    assert!(world.departed.as_ref().unwrap().contains("prompt=consent"));
    world.tamper = None;
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert!(!world.codes().contains(&"permission_missing".to_owned()));
}

#[test]
fn a_permission_that_is_only_late_is_never_mentioned() {
    let mut world = World::new();
    world.late_scopes = 2;
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.late_scopes, 0, "two tokens came without it");
    assert!(!world.codes().contains(&"permission_missing".to_owned()), "{:?}", world.codes());
}

#[test]
fn a_busy_token_service_is_waited_for_and_the_code_is_not_lost() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    world.fault("POST", "/token", Effect::Status { status: 503, retry_after: Some(7), code: String::new() }, 2);
    let before = world.now;
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.place, Place::Choose, "{:?}", world.codes());
    assert!(world.now - before >= 14_000, "as long as it wished");

    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    world.fault("POST", "/token", Effect::Status { status: 503, retry_after: None, code: String::new() }, 99);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!((asked(&world, "/token"), world.codes()), (4, vec!["still_busy".to_owned()]));
    let times: Vec<u64> = world.sent.iter().filter(|(_, url)| url.contains("/token")).map(|(at, _)| *at).collect();
    let waits: Vec<u64> = times.windows(2).map(|two| (two[1] - two[0]) / 1000).collect();
    assert_eq!(waits, [2, 4, 8], "without a wish each wait is twice as long");
    assert!(matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn nothing_is_tried_by_itself_after_a_refusal() {
    // The server's own loop detection (50196) is the last line; this page does not even come near it.
    for number in [50_196, 50_076, 65_001, 53_003, 700_084] {
        let mut world = World::ready("magento");
        world.refuse_tokens = Some(number);
        world.now += 2 * HOUR;
        let tokens = asked(&world, "/token");
        world.press(Intent::CheckAgain);
        let tried = asked(&world, "/token") - tokens;
        assert!((1..=2).contains(&tried), "{number}: once per resource, {tried}");
        world.now += HOUR;
        world.event(Event::Ticked);
        world.event(Event::Online(true));
        world.settle();
        assert_eq!(asked(&world, "/token") - tokens, tried, "{number}");
        assert_eq!(world.departed, None, "{number}: only a click leaves the page");
    }
}

#[test]
fn sign_out_leaves_neither_storage_nor_memory() {
    let mut world = World::ready("magento");
    world.press(Intent::Name("A name of my own".into()));
    world.set_up();
    let secret = world.secret().unwrap();
    world.press(Intent::Stored(true));
    world.press(Intent::SignOut);
    assert_eq!(world.storage.as_ref().unwrap().len(), 0);
    let model = &world.model;
    assert!(matches!(model.session, Session::SignedOut));
    assert!(model.run.is_none() && model.plan.is_none() && model.interrupted.is_none() && model.notices.is_empty());
    assert!(
        model.facts.directory.is_unasked() && model.facts.sites.is_empty() && model.facts.environments.is_unasked()
    );
    assert_eq!(model.session_left_ms(), None);
    assert!(model.piece(Piece::Secret).is_none());
    assert!(!model.invitation().contains(&CRONUS.to_string()), "the tenant is forgotten too");
    let text = format!("{model:?}");
    for word in [secret.as_str(), "eyJ", "ada@cronus", "A name of my own", "CRONUS", &CRONUS.to_string()] {
        assert!(!text.contains(word), "{word} is still there");
    }
    // An answer that was under way meets nobody.
    let mut world = World::ready("magento");
    world.click(Intent::CheckAgain);
    assert!(format!("{:?}", world.model).contains("purpose:"), "something is under way");
    world.click(Intent::SignOut);
    assert!(!format!("{:?}", world.model).contains("purpose:"), "and is forgotten");
    world.settle();
    assert!(world.model.facts.directory.is_unasked() && matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn coming_back_takes_the_record_of_the_attempt_away() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    assert!(world.storage.as_ref().unwrap().keys().any(|key| key.contains("signin")));
    world.event(Event::Restored);
    assert!(world.storage.as_ref().unwrap().keys().all(|key| !key.contains("signin")));
    assert!(matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn a_partner_works_in_the_customers_tenant_with_the_roles_held_there() {
    let mut world = World::signed_in("ada@cronus.example");
    world.press(Intent::SignOut);
    let mut partner = World::new();
    partner.cloud = world.cloud;
    partner.open();
    partner.press(Intent::TenantTyped("cronus.example".into()));
    partner.press(Intent::SignIn);
    let url = partner.departed.clone().unwrap();
    assert!(url.contains(&format!("/{CRONUS}/oauth2/v2.0/authorize")), "{url}");
    partner.come_back_as("pia@partner.example", ConsentAnswer::Accept).unwrap();
    let account = partner.model.account().unwrap();
    assert_eq!((account.tenant.as_str(), account.home.as_deref()), (&*CRONUS.to_string(), Some(&*PARTNER.to_string())));
    let Page::Choose(choose) = partner.page() else { panic!() };
    assert_eq!(choose.home, Some(PARTNER.to_string()));
    let roles = choose.checks.iter().find(|check| check.key == "roles").unwrap();
    assert!(roles.detail.contains("Cloud Application Administrator"), "{roles:?}");
    partner.only("Production");
    partner.press(Intent::Preset("magento".into()));
    partner.only("Production");
    partner.set_up();
    assert!(matches!(partner.page(), Page::HandOver(_)), "{:?}", partner.codes());
}

#[test]
fn switching_the_tenant_asks_the_same_person_to_sign_in_there() {
    let mut world = World::signed_in("ada@cronus.example");
    assert_eq!(world.model.account().unwrap().home, None, "at home");
    world.press(Intent::SwitchTenant);
    assert_eq!(world.departed, None, "nothing was typed");
    world.press(Intent::TenantTyped("nowhere.example".into()));
    assert!(world.codes().contains(&"tenant_unknown".to_owned()));
    world.press(Intent::SwitchTenant);
    assert_eq!(world.departed, None);
    assert_eq!(world.model.account().unwrap().tenant, CRONUS.to_string(), "still signed in here");
    world.press(Intent::TenantTyped(FABRIKAM.to_string()));
    world.press(Intent::SwitchTenant);
    let url = world.departed.clone().unwrap();
    assert!(url.contains(&format!("/{FABRIKAM}/oauth2/v2.0/authorize")) && url.contains("login_hint="), "{url}");
}

#[test]
fn a_partner_of_a_customer_who_has_not_consented_is_given_the_link_for_it() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    let url = world.departed.clone().unwrap();
    let state = url.split(['?', '&']).find_map(|part| part.strip_prefix("state=")).unwrap().to_owned();
    world.address = format!(
        "{}#error=invalid_grant&error_description=AADSTS90099%3A+not+authorized&state={state}",
        crate::world::FOLDER
    );
    world.open();
    assert_eq!(world.codes(), ["partner_not_authorized"]);
    world.press(Intent::TenantTyped("cronus.example".into()));
    world.press(Intent::Copy(Piece::PageConsent));
    let (_, link) = world.clipboard.as_ref().unwrap();
    assert_eq!(
        link.open(),
        format!("https://login.microsoftonline.com/cronus.example/adminconsent?client_id={ENTRADA_CLIENT_ID}")
    );
}

#[test]
fn another_account_is_chosen_at_entra_and_not_in_the_tenant_of_this_one() {
    let mut world = World::signed_in("ada@cronus.example");
    world.press(Intent::SwitchAccount);
    let url = world.departed.clone().unwrap();
    assert!(url.contains("/organizations/oauth2/v2.0/authorize") && url.contains("prompt=select_account"), "{url}");
    assert!(!url.contains("login_hint=") && !url.contains(&CRONUS.to_string()), "{url}");
    world.come_back_as("gus@fabrikam.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.account().unwrap().tenant, FABRIKAM.to_string());
}

#[test]
fn consent_taken_back_for_everything_is_told_for_graph_too() {
    let mut world = World::ready("magento");
    world.edit(&Edit::RevokeConsent(ENTRADA_CLIENT_ID));
    world.now += 2 * HOUR;
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"permission_missing".to_owned()), "{:?}", world.codes());
    assert!(!world.codes().contains(&"session_ended".to_owned()), "{:?}", world.codes());
}

fn refused() -> Effect {
    Effect::Status { status: 401, retry_after: None, code: String::new() }
}

/// 401 of Business Central also means "this user may not" (business-central.md 9).
#[test]
fn a_401_of_business_central_renews_only_a_token_that_is_old() {
    for (minutes, renewals) in [(5, 0), (11, 1)] {
        let mut world = World::ready("magento");
        world.now += minutes * 60_000;
        world.fault("GET", "/automation/", refused(), 1);
        let tokens = asked(&world, "/token");
        world.press(Intent::CheckAgain);
        assert_eq!(asked(&world, "/token") - tokens, renewals, "after {minutes} minutes");
    }
}

#[test]
fn a_token_that_was_refused_is_not_sent_again_however_new_it_is() {
    let mut world = World::ready("magento");
    world.now += 2 * HOUR;
    world.fault("POST", "/$batch", refused(), 1);
    let (tokens, batches) = (asked(&world, "/token"), asked(&world, "/$batch"));
    world.press(Intent::CheckAgain);
    assert_eq!(asked(&world, "/token") - tokens, 3, "one for Business Central, and a second one for Graph");
    assert_eq!(asked(&world, "/$batch") - batches, 2);
}

/// How often tokens were asked for.
fn renewals(world: &World) -> usize {
    world.sent.iter().filter(|(_, url)| url.contains("/oauth2/v2.0/token")).count()
}

#[test]
fn a_token_is_renewed_five_minutes_before_it_ends_and_not_earlier() {
    for (minutes_left, renewed) in [(6, false), (4, true)] {
        let mut world = World::signed_in("ada@cronus.example");
        let lives = world.cloud.log().iter().filter_map(|it| it.response_body.as_ref()?["expires_in"].as_u64());
        let shortest = lives.min().unwrap();
        world.now += (shortest - minutes_left * 60) * 1000;
        let before = renewals(&world);
        world.press(Intent::CheckAgain);
        assert_eq!(renewals(&world) > before, renewed, "{minutes_left} minutes before the end");
    }
}

#[test]
fn after_a_sign_out_no_number_is_given_away_again() {
    let mut world = World::signed_in("ada@cronus.example");
    world.latency = 30_000;
    world.click(Intent::CheckAgain);
    world.click(Intent::SignOut);
    // The page is there again (back/forward cache) while old answers are still on their way; `World` watches the numbers.
    world.event(Event::Restored);
    for _ in 0..40 {
        world.click(Intent::TenantTyped("cronus.example".into()));
    }
    world.settle();
    assert!(world.model.account().is_none(), "an answer to somebody who has left changes nothing");
}
