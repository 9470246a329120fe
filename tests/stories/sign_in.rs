//! Signing in: what Entra, other tabs, blocked storage and wrong clocks do to it.

use crate::world::{FOLDER, World};
use entrada::flow::{Intent, Place};
use entrada::view_model::Page;
use entrada_cloud::ConsentAnswer;
use entrada_cloud::control::Edit;

fn token_calls(world: &World) -> usize {
    world.sent.iter().filter(|(_, url)| url.contains("/token")).count()
}

#[test]
fn declined_consent_is_told_calmly_and_can_be_tried_again() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::Decline).unwrap();
    assert!(matches!(world.page(), Page::Welcome(_)));
    assert_eq!(world.codes(), ["consent_declined"]);
    assert_eq!(token_calls(&world), 0);
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.place, Place::Choose);
}

#[test]
fn an_ordinary_user_is_given_the_link_for_an_administrator() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("omar@cronus.example", ConsentAnswer::Accept).unwrap();
    // Entra shows "need admin approval" itself and comes back as if declined (sign-in.md 2.3), so the page cannot tell
    // the two apart; its remedy covers both.
    assert_eq!(world.codes(), ["consent_declined"]);
    let view = entrada::view_model::ViewModel::from(&world.model);
    assert!(view.notices[0].actions.iter().any(|it| it.intent == Intent::Copy(entrada::flow::Piece::Invitation)));
    world.press(Intent::Copy(entrada::flow::Piece::Invitation));
    let (_, link) = world.clipboard.as_ref().unwrap();
    assert!(link.open().starts_with(FOLDER) && link.open().contains("preset="));
}

#[test]
fn a_forged_answer_is_never_redeemed() {
    let mut world = World::new();
    for fragment in ["code=stolen&state=guessed", "error=access_denied&state=guessed", "code=a&code=b&state=x"] {
        world.address = format!("{FOLDER}#{fragment}");
        world.open();
        assert_eq!(token_calls(&world), 0, "{fragment}");
        assert!(matches!(world.page(), Page::Welcome(_)));
        assert!(!world.address.contains("code=") && !world.address.contains("state="), "{}", world.address);
    }
}

#[test]
fn an_answer_works_once_and_only_in_the_tab_that_asked() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    let url = world.departed.clone().unwrap();
    let before = world.storage.clone();
    let back =
        world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::AcceptForOrganization, world.now).unwrap();
    let fragment = back.split_once('#').unwrap().1.to_owned();

    // Another tab has its own storage and knows nothing of this attempt.
    let mine = world.storage.replace(std::collections::BTreeMap::new());
    world.address = format!("{FOLDER}#{fragment}");
    world.open();
    assert_eq!((world.codes(), token_calls(&world)), (vec!["answer_not_ours".to_owned()], 0));

    world.storage = mine;
    world.address = format!("{FOLDER}#{fragment}");
    world.open();
    assert_eq!(world.model.place, Place::Choose);
    let calls = token_calls(&world);

    // The same address again, as from history: the record is gone.
    world.address = format!("{FOLDER}#{fragment}");
    world.open();
    assert_eq!(world.codes(), ["answer_not_ours"]);
    assert_eq!(token_calls(&world), calls);

    // A duplicated tab has a copy of the record; Entra refuses the used code, and the page says so without looping.
    world.storage = before;
    world.address = format!("{FOLDER}#{fragment}");
    world.open();
    assert_eq!(world.codes(), ["sign_in_failed"]);
    assert_eq!(token_calls(&world), calls + 1);
}

#[test]
fn two_attempts_share_no_value() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    let first = world.departed.clone().unwrap();
    world.address = FOLDER.into();
    world.open();
    world.press(Intent::SignIn);
    let second = world.departed.clone().unwrap();
    for name in ["state", "nonce", "code_challenge", "client-request-id"] {
        let value = |url: &str| {
            url.split(['?', '&']).find_map(|part| part.strip_prefix(&format!("{name}="))).map(str::to_owned)
        };
        assert!(value(&first).is_some());
        assert_ne!(value(&first), value(&second), "{name}");
    }
}

#[test]
fn an_answer_after_fifteen_minutes_asks_for_a_fresh_start() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    world.now += 16 * 60_000;
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!((world.codes(), token_calls(&world)), (vec!["sign_in_expired".to_owned()], 0));
}

#[test]
fn a_record_that_was_written_for_another_state_is_not_used() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    let storage = world.storage.as_mut().unwrap();
    let (key, record) = storage.iter_mut().find(|(key, _)| key.starts_with("entrada.signin.")).unwrap();
    *record = record.replace(key.trim_start_matches("entrada.signin."), "00000000-0000-4000-8000-000000000000");
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!((token_calls(&world), world.codes()), (0, vec!["answer_not_ours".to_owned()]));
}

#[test]
fn an_attempt_from_the_future_is_not_trusted() {
    // The clock was turned back meanwhile: nobody knows how old the record is.
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    world.clock_error = -3_600_000;
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!((world.codes(), token_calls(&world)), (vec!["sign_in_expired".to_owned()], 0));
}

#[test]
fn blocked_storage_keeps_us_on_the_page_with_the_reason() {
    let mut world = World::new();
    world.storage = None;
    world.open();
    world.press(Intent::SignIn);
    assert_eq!(world.departed, None);
    assert_eq!(world.codes(), ["storage_blocked"]);
    assert!(matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn coming_back_by_the_back_button_is_no_error() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    assert!(matches!(world.page(), Page::Busy { .. }));
    world.event(entrada::flow::Event::Restored);
    assert!(matches!(world.page(), Page::Welcome(_)));
    world.open();
    assert_eq!(world.codes(), Vec::<String>::new());
    assert!(world.storage.as_ref().unwrap().keys().all(|key| !key.contains("signin")), "given-up records are gone");
}

#[test]
fn a_clock_wrong_by_an_hour_is_said_and_does_not_stop_the_work() {
    for error in [-3_600_000, 3_600_000] {
        let mut world = World::new();
        world.clock_error = error;
        world.open();
        world.press(Intent::SignIn);
        world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
        assert!(world.codes().contains(&"clock_wrong".to_owned()), "{:?}", world.codes());
        let said = entrada::view_model::ViewModel::from(&world.model).notices[0].what.clone();
        assert!(said.contains(" 60 "), "{said}");
        world.press(Intent::Preset("magento".into()));
        world.only("Production");
        world.set_up();
        assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
        let ends = world.model.run.as_ref().unwrap().known.secret.as_ref().unwrap().ends;
        let year = entrada::protocol::date::add_months(world.now, 12);
        assert!(ends.abs_diff(year) < 60_000, "the end is counted from the server's time");
    }
}

#[test]
fn consent_for_business_central_can_be_given_later() {
    let mut world = World::signed_in("ada@cronus.example");
    // Consent is taken back behind our back; the next renewal is refused and says so.
    world.edit(&Edit::RevokeConsent(entrada_cloud::seed::ENTRADA_CLIENT_ID));
    world.now += 2 * 3_600_000;
    world.press(Intent::CheckAgain);
    assert!(
        world.codes().iter().any(|code| code == "business_central_consent_missing"
            || code == "session_ended"
            || code == "sign_in_failed"),
        "{:?}",
        world.codes()
    );
    world.press(Intent::GrantConsent(entrada::protocol::oauth::Resource::BusinessCentral));
    let url = world.departed.clone().unwrap();
    assert!(!url.contains("prompt="), "Entra asks for what is missing, and for nothing else");
    assert!(url.contains("user_impersonation") && url.contains("Application.ReadWrite.All"));
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.place, Place::Choose);
    assert!(world.model.facts.environments.known().is_some());
}

#[test]
fn reading_the_policy_asks_for_one_more_permission_only_then() {
    let mut world = World::ready("magento");
    let first = world.sent.iter().filter(|(_, url)| url.contains("/policies/")).count();
    assert_eq!(first, 0, "not read without being asked");
    world.press(Intent::CheckPolicy);
    assert!(matches!(world.model.facts.policy, entrada::flow::checks::Lookup::Failed(_)));
    world.press(Intent::CheckPolicy);
    assert!(world.departed.as_ref().unwrap().contains("Policy.Read.All"));
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.press(Intent::CheckPolicy);
    assert!(world.model.facts.policy.known().is_some(), "{:?}", world.model.facts.policy);
    assert_eq!(world.model.choices.as_ref().unwrap().preset, "magento", "the choices survived");
}

#[test]
fn the_session_renews_its_tokens_without_a_word() {
    let mut world = World::ready("magento");
    world.now += 3 * 3_600_000;
    world.press(Intent::CheckAgain);
    assert_eq!(world.codes().iter().filter(|code| code.contains("session")).count(), 0);
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)));
}

#[test]
fn after_a_day_the_page_asks_for_a_new_sign_in() {
    let mut world = World::ready("magento");
    world.now += 25 * 3_600_000;
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"session_ended".to_owned()), "{:?}", world.codes());
}

#[test]
fn sign_out_leaves_nothing_here_and_ends_the_session_there() {
    let mut world = World::ready("magento");
    world.press(Intent::SignOut);
    assert!(world.departed.as_ref().unwrap().contains("/logout?post_logout_redirect_uri="));
    assert!(world.departed.as_ref().unwrap().contains("logout_hint="));
    assert_eq!(world.storage.as_ref().unwrap().len(), 0);
    assert!(matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn a_guest_signs_in_to_the_tenant_that_was_typed() {
    let mut world = World::new();
    world.open();
    world.press(Intent::TenantTyped("fabrikam.example".into()));
    world.press(Intent::SignIn);
    let address = format!("/{}/oauth2/v2.0/authorize", entrada_cloud::seed::FABRIKAM);
    assert!(world.departed.as_ref().unwrap().contains(&address), "the domain was looked up before");
    world.come_back_as("gus@fabrikam.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.account().unwrap().tenant, entrada_cloud::seed::FABRIKAM.to_string());
}

#[test]
fn nonsense_in_the_tenant_field_goes_nowhere() {
    let mut world = World::new();
    world.open();
    for text in ["not a tenant", "evil/../x", "a b.example"] {
        world.press(Intent::TenantTyped(text.into()));
        world.press(Intent::SignIn);
        assert_eq!(world.departed, None, "{text}");
    }
}

#[test]
fn an_answer_that_asks_for_approval_names_who_can_give_it() {
    let mut world = World::new();
    for (description, code) in [
        ("AADSTS90094: admin", "admin_approval_needed"),
        ("AADSTS90095: admin", "admin_approval_needed"),
        ("AADSTS53003: blocked", "sign_in_blocked"),
        ("AADSTS50105: not assigned", "assignment_required"),
        ("AADSTS90002: tenant", "tenant_unknown"),
        ("AADSTS650052: no service principal", "business_central_absent"),
        ("AADSTS700016: no app", "page_not_registered_there"),
        ("AADSTS50020: guest", "account_not_in_tenant"),
        ("AADSTS50076: second factor", "interaction_needed"),
        ("AADSTS999999: new", "sign_in_failed"),
    ] {
        world.address = FOLDER.into();
        world.open();
        world.press(Intent::SignIn);
        let url = world.departed.clone().unwrap();
        let state = url.split(['?', '&']).find_map(|part| part.strip_prefix("state=")).unwrap().to_owned();
        let text = entrada::protocol::url::encode(description);
        world.address = format!("{FOLDER}#error=server_error&error_description={text}&state={state}");
        world.open();
        assert_eq!(world.codes(), [code], "{description}");
    }
}

#[test]
fn a_token_never_follows_a_link_to_another_origin() {
    let mut world = World::new();
    world.tamper = Some(|url, body| {
        if url.contains("/companies") && !url.contains("companies(") {
            *body = body.replacen('{', "{\"@odata.nextLink\":\"https://evil.example/steal\",", 1);
        }
    });
    world.open();
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.only("Production");
    assert!(world.sent.iter().any(|(_, url)| url.contains("/companies")));
    assert!(world.sent.iter().all(|(_, url)| !url.contains("evil")), "{:?}", world.sent);
    assert!(world.model.facts.sites[0].companies.failed().is_some());
}

#[test]
fn every_request_goes_to_an_origin_of_the_configuration() {
    let mut world = World::ready("magento");
    world.set_up();
    let allowed = [
        "https://login.microsoftonline.com/",
        "https://graph.microsoft.com/",
        "https://api.businesscentral.dynamics.com/",
    ];
    assert!(world.sent.len() > 15);
    for (_, url) in &world.sent {
        assert!(allowed.iter().any(|origin| url.starts_with(origin)), "{url}");
    }
}
