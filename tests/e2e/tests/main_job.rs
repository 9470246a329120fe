//! The main job: from Welcome to Done in a real browser over four origins, and what the credential is good for then.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use std::collections::HashSet;

use entrada_cloud::seed::CRONUS_DOMAIN;
use entrada_cloud::{Effect, Fault, Who};
use entrada_e2e::{Consent, Handed, Leftovers, Traffic, World};
use serde_json::json;

const ADA: &str = "ada@cronus.example";
/// What an integration gets when anything about its identity is wrong: one answer for every cause (business-central.md 9).
const NOT_LET_IN: (u16, &str) = (401, "Authentication_InvalidCredentials");
/// What it gets when it may come in but not read that (business-central.md 9).
const NOT_PERMITTED: (u16, &str) = (400, "Internal_ServerError");

/// From the open page to Done, with a preset in an environment.
async fn set_up(world: &World, preset: &str, environment: &str) -> Handed {
    let journey = world.journey();
    journey.to_the_plan(ADA, preset, environment).await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    handed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_gets_in_with_what_was_read_off_the_screen() {
    let world = World::open().await;
    let journey = world.journey();
    let handed = set_up(&world, "Magento 2", "Production").await;

    let evidence = journey.evidence().await;
    assert!(evidence.len() >= 6 && evidence.iter().all(|(_, state)| state == "Fine"), "{evidence:?}");
    let token = handed.token();
    let companies = handed.companies(&token);
    assert_eq!(companies.status, 200, "{}", companies.text);
    assert_eq!(companies.json()["value"].as_array().map(Vec::len), Some(2));

    let traffic = world.screen.traffic().await;
    nothing_went_elsewhere(&world, &traffic);
    each_token_went_to_its_own_origin(&world, &traffic);
    world.all_is_well(&[]).await;
}

/// Every request of the browser, whoever caused it, went to one of the four origins.
fn nothing_went_elsewhere(world: &World, traffic: &Traffic) {
    let origins = world.origins();
    let elsewhere: Vec<_> =
        traffic.all().iter().filter(|sent| !origins.iter().any(|known| known == sent.origin())).collect();
    let elsewhere: Vec<_> = elsewhere.iter().map(|sent| &sent.url).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    assert!(traffic.of_the_program().count() > 10, "the browser tells what it sent");
}

fn each_token_went_to_its_own_origin(world: &World, traffic: &Traffic) {
    let [page, login, graph, central] = world.origins();
    let tokens_to = |origin: &str| -> HashSet<String> {
        traffic
            .all()
            .iter()
            .filter(|sent| sent.origin() == origin)
            .filter_map(|sent| sent.authorization.clone())
            .collect()
    };
    assert_eq!((tokens_to(&page).len(), tokens_to(&login).len()), (0, 0));
    let (to_graph, to_central) = (tokens_to(&graph), tokens_to(&central));
    assert!(!to_graph.is_empty() && !to_central.is_empty());
    assert!(to_graph.is_disjoint(&to_central), "one token went to two origins");
    // Each was taken by the service it was sent to: a token for the other one counts as nobody's.
    let cloud = world.cloud.cloud();
    for entry in cloud.log().iter().filter(|entry| !entry.url.starts_with(&login)) {
        assert!(!matches!(entry.who, Who::Nobody), "{} {} had no valid token", entry.method, entry.url);
    }
    let secrets = cloud.everything_secret();
    let to_page = traffic.all().iter().filter(|sent| sent.origin() == page && sent.kind != "Document");
    for sent in to_page {
        assert!(!secrets.iter().any(|secret| sent.content.contains(secret.as_str())), "a secret went to {}", sent.url);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_of_the_six_parts_taken_away_takes_the_access_away() {
    let world = World::open().await;
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Other integration").await;
    journey.choose_environment("Production").await;
    journey.tick_set("D365 CUSTOMER, VIEW").await;
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;

    let client = handed.client_id.clone();
    let old_token = handed.token();
    let companies = handed.companies(&old_token).json();
    let company = companies["value"][0]["id"].as_str().expect("a company").to_owned();
    assert_eq!(handed.entity(&old_token, &company, "customers").status, 200);
    let refused = handed.entity(&old_token, &company, "vendors");
    assert_eq!((refused.status, refused.error_code().as_str()), NOT_PERMITTED, "{}", refused.text);
    assert!(refused.text.contains("TableData 23 Vendor"), "{}", refused.text);

    // What the six parts were, to put each one back before the next is taken.
    let (tenant, central) = {
        let mut cloud = world.cloud.cloud();
        (cloud.tenant(CRONUS_DOMAIN).expect("Cronus").clone(), cloud.business_central_mut().clone())
    };
    let user = central.tenant(tenant.id).expect("Cronus").environments[0]
        .application_user(client.parse().expect("a client id"))
        .expect("the application has a user")
        .user_name
        .clone();
    let in_production = |what: serde_json::Value| json!({ "do": what });
    let parts = [
        ("record", "business-central", in_production(json!({ "remove_record": client })), NOT_LET_IN),
        (
            "enabled state",
            "business-central",
            in_production(json!({ "record_state": { "client_id": client, "state": "Disabled" } })),
            NOT_LET_IN,
        ),
        ("user", "business-central", in_production(json!({ "remove_application_user": client })), NOT_LET_IN),
        ("app role", "edit", json!({ "remove_role_assignment": { "app_id": client } }), NOT_LET_IN),
        (
            "permission set",
            "business-central",
            in_production(json!({ "permission_sets": { "user_name": user, "role_ids": [] } })),
            NOT_PERMITTED,
        ),
    ];
    for (part, route, taken, expected) in parts {
        world.arrange(route, &taken);
        // A fresh token: the roles in an old one live as long as it does.
        let token = handed.token();
        for answer in [handed.companies(&token), handed.entity(&token, &company, "customers")] {
            assert_eq!((answer.status, answer.error_code().as_str()), expected, "without {part}: {}", answer.text);
        }
        {
            let mut cloud = world.cloud.cloud();
            *cloud.tenant_mut(CRONUS_DOMAIN).expect("Cronus") = tenant.clone();
            *cloud.business_central_mut() = central.clone();
        }
        assert_eq!(handed.companies(&handed.token()).status, 200, "with {part} again");
    }
    for (taken, number) in
        [(json!({ "expire_secret": client }), "AADSTS7000222"), (json!({ "remove_secrets": client }), "AADSTS7000215")]
    {
        world.arrange("edit", &taken);
        let answer = handed.ask_token();
        assert_eq!(answer.status, 401, "{}", answer.text);
        assert!(answer.text.contains(number) && answer.json()["error"] == "invalid_client", "{}", answer.text);
    }
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_five_round_trips_lead_to_the_credential() {
    const LATENCY: f64 = 0.6;
    let world = World::open().await;
    let journey = world.journey();
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    let before = world.screen.traffic().await;
    world.cloud.cloud().add_fault(Fault::times("", "/", Effect::Delay { ms: 600 }, 10_000));
    journey.confirm().await;
    journey.read_credential().await;
    let sent = world.screen.traffic().await.since(&before);
    let program: Vec<_> = sent.iter().filter(|sent| sent.kind == "Fetch").collect();
    let secret = program.iter().position(|sent| sent.url.ends_with("/addPassword")).expect("a secret was asked for");
    let trips = Traffic::round_trips(&program, secret);
    let steps: Vec<_> = program.iter().map(|sent| format!("{:.3} {} {}", sent.left, sent.method, sent.url)).collect();
    assert!((2..=5).contains(&trips), "{trips} round trips: {steps:#?}");
    let ended = program[secret].ended.expect("it was answered");
    let took = ended - program[0].left;
    eprintln!("{trips} round trips of {LATENCY} s led to the credential in {took:.3} s");
    assert!(
        took <= 1.25 * LATENCY * f64::from(u32::try_from(trips).expect("few")),
        "{trips} round trips took {took} s: {steps:#?}"
    );
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_with_the_same_choices_keeps_everything_and_writes_nothing() {
    let world = World::open().await;
    let journey = world.journey();
    set_up(&world, "Magento 2", "Production").await;
    let first = world.log_length();
    assert!(world.writes_since(0).len() >= 6, "the first run wrote: {:?}", world.writes_since(0));

    // As somebody else would: another visit, nothing remembered.
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    let plan = journey.plan().await;
    assert!(plan.len() >= 7 && plan.iter().all(|line| line.word == "Keep"), "{plan:#?}");
    assert_eq!(journey.heading().await, "Nothing to change");
    assert!(!world.screen.shows("#confirm").await, "there is nothing to confirm");
    assert_eq!(world.writes_since(first), Vec::<String>::new());
    world.all_is_well(&[]).await;
}

/// What the page answers when the browser asks whether it may be left.
async fn asks_before_leaving(world: &World) -> bool {
    let asked = "const asked = new Event('beforeunload', { cancelable: true }); window.dispatchEvent(asked); return asked.defaultPrevented";
    world.screen.eval(asked).await == json!(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_stays_behind() {
    let world = World::open().await;
    let journey = world.journey();
    let permission = json!({ "permissions": ["clipboardReadWrite"], "origin": world.origins()[0] });
    world.screen.devtools("Browser.grantPermissions", permission).await;
    journey.to_the_plan(ADA, "Magento 2", "Production").await;

    // One step fails, so that there is something to report to support.
    let refusal = Effect::Status { status: 403, retry_after: None, code: "Authorization_RequestDenied".to_owned() };
    world.cloud.cloud().add_fault(Fault::once("POST", "/userPermissions", refusal));
    journey.confirm().await;
    world.screen.find("#outcome").await;
    world.screen.press_named("Copy the details for support").await;
    let report = world
        .screen
        .until(
            "the report is on the clipboard",
            "return navigator.clipboard.readText().then(text => text.includes('Entrada') && text)",
        )
        .await;
    let report = report.as_str().expect("a text").to_owned();
    assert!(report.contains("business_central_forbidden"), "{report}");
    world.nothing_secret_is_left(&[("support report", &report)]).await;

    world.screen.press_named("Try again").await;
    let handed = journey.read_credential().await;
    let secrets = world.everything_secret();
    assert!(secrets.contains(&handed.secret), "the cloud knows the secret it made");
    assert!(asks_before_leaving(&world).await, "leaving now would lose the secret");
    // While the secret is in sight it is nowhere but in sight.
    let others: Vec<String> = secrets.iter().filter(|secret| **secret != handed.secret).cloned().collect();
    Leftovers::of(&world.screen).await.hold_none_of(&others);
    assert!(!world.stored().await.to_string().contains(&handed.secret));
    journey.stored().await;
    assert!(!asks_before_leaving(&world).await, "the secret is stored, so leaving loses nothing");
    journey.finish().await;

    world.nothing_secret_is_left(&[("support report", &report)]).await;
    assert_eq!(world.stored().await, json!({}), "the checkpoint is gone");
    let left = Leftovers::of(&world.screen).await;
    assert_eq!((left.place("cookies"), left.place("localStorage")), ("", "[]"));
    world.all_is_well(&["userPermissions"]).await;

    // Signing out ends the session at Microsoft too, and leaves nothing either.
    world.screen.press_named("Sign out").await;
    journey.see("Give an integration access to Business Central").await;
    world.nothing_secret_is_left(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_reload_in_the_middle_of_a_run_the_lost_secret_is_named_and_removed() {
    let world = World::open().await;
    let journey = world.journey();
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    // The secret is made, and its answer is on the way for longer than anybody waits.
    world.cloud.cloud().add_fault(Fault::once("POST", "addPassword", Effect::Delay { ms: 600_000 }));
    journey.confirm().await;
    let made = || {
        let cloud = world.cloud.cloud();
        let applications = &cloud.tenant(CRONUS_DOMAIN).expect("Cronus").applications;
        let ours =
            applications.iter().find(|application| application.unique_name.as_deref() == Some("entrada-magento-main"));
        ours.map(|application| {
            application.secrets.iter().filter_map(|secret| secret.display_name.clone()).collect::<Vec<_>>()
        })
        .unwrap_or_default()
    };
    world
        .screen
        .until("the secret is being made", "return !!document.querySelector('[data-step^=secret] .state--running')")
        .await;
    let lost = loop {
        if let Some(name) = made().first() {
            break name.clone();
        }
        tokio::task::yield_now().await;
    };

    world.screen.reload().await;
    journey.see("Give an integration access to Business Central").await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    assert!(world.screen.text("main").await.contains("An earlier run was interrupted"));
    journey.show_plan().await;
    let plan = journey.plan().await;
    let removed: Vec<_> = plan.iter().filter(|line| line.word == "Remove").collect();
    assert!(removed.len() == 1 && removed[0].what.contains(&lost), "{plan:#?}");
    assert!(journey.findings().await.contains(&"secret_never_shown".to_owned()));
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    let left = made();
    assert!(left.len() == 1 && left[0] != lost, "{left:?}");
    assert_eq!(handed.companies(&handed.token()).status, 200);
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credential_and_the_reminder_can_be_taken_along_as_files() {
    let world = World::open().await;
    let (screen, journey) = (&world.screen, world.journey());
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    journey.confirm().await;
    let handed = journey.read_credential().await;

    screen.press_named(".env").await;
    screen.press_named("Download").await;
    let env = world.downloaded("business-central.env").await;
    for (name, value) in [
        ("BC_CLIENT_ID", &handed.client_id),
        ("BC_CLIENT_SECRET", &handed.secret),
        ("BC_TENANT_ID", &handed.tenant_id),
        ("BC_TOKEN_URL", &handed.token_url),
        ("BC_SCOPE", &handed.scope),
        ("BC_BASE_URL", &handed.base_url),
        ("BC_CLIENT_SECRET_ENDS", &handed.expires),
    ] {
        assert!(env.contains(&format!("{name}='{value}'\n")), "{name} is not in the file as on the screen");
    }
    journey.stored().await;
    journey.finish().await;

    screen.press_named("Download the reminder (.ics)").await;
    let reminder = world.downloaded("secret-expiry.ics").await;
    assert!(reminder.starts_with("BEGIN:VCALENDAR\r\n") && reminder.ends_with("END:VCALENDAR\r\n"), "{reminder}");
    assert!(reminder.contains(&handed.client_id) && !reminder.contains(&handed.secret));
    let day = handed.expires.replace('-', "");
    assert!(reminder.contains(&day) || reminder.contains("DTSTART"), "{reminder}");

    // The command that proves the rest runs as it stands there, asks for the secret, and lists the companies.
    let command = screen.text("#proof").await;
    assert!(!command.contains(&handed.secret));
    let output = entrada_e2e::Outsider::shell(&command, &handed.secret);
    assert!(output.contains("CRONUS International Ltd."), "{output}");
    world.all_is_well(&[]).await;
}
