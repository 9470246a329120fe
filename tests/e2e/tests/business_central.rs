//! Entrada inside a Business Central page: the companion extension's own scripts around the frame, AL played behind them, three sites
//! in one browser. The page around registers (route h); what it hears is searched for what should not have crossed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_cloud::seed;
use entrada_e2e::Inside;
use serde_json::{Value, json};

/// Up to the question whether the application shall be registered.
async fn begin(inside: &Inside) {
    let journey = inside.sites.world.journey();
    inside.sign_in().await;
    journey.choose_preset("Magento 2").await;
    journey.can_plan().await;
    // Nobody chose the environment: the page around is in it.
    assert_eq!(journey.route("Production").await, "host");
    journey.show_plan().await;
    let plan = journey.plan().await;
    let line = plan.iter().find(|line| line.what.contains("application card")).expect("the record is a line");
    assert!(line.word == "Create" && line.what.contains("made by this Business Central page"), "{line:?}");
    journey.confirm().await;
}

/// Record and user as Business Central has them now.
fn record(inside: &Inside) -> Option<(String, String)> {
    let mut cloud = inside.sites.world.cloud.cloud();
    let there =
        cloud.business_central_mut().environment_mut(seed::CRONUS, "Production").expect("there is a Production");
    let record = there.entra_applications.first()?;
    Some((record.client_id.to_string(), record.user_id.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_around_registers_and_hears_the_ids_and_no_secret() {
    let inside = Inside::open(false).await;
    let journey = inside.sites.world.journey();
    begin(&inside).await;
    let question = inside.answer(true).await;
    assert!(question.contains(&inside.sites.world.page()) && question.contains("register"), "{question}");
    journey.see("Take the credential with you").await;
    let handed = journey.read_credential().await;
    assert_eq!(handed.companies(&handed.token()).status, 200, "a program gets in");

    let (client_id, user_id) = record(&inside).expect("there is a record");
    assert_eq!(client_id, handed.client_id);
    let completed = inside.page.al().completed.clone();
    assert_eq!(completed.len(), 1, "told once: {completed:?}");
    assert_eq!(completed[0]["outcome"], "complete");
    assert_eq!(completed[0]["clientId"], client_id.as_str());
    assert_eq!(completed[0]["tenantId"], handed.tenant_id.as_str());
    let sites = json!([{ "name": "Production", "outcome": "complete", "userId": user_id }]);
    assert_eq!(completed[0]["environments"], sites);

    // The configuration does not allow it, so there is no button, and the secret is in nothing that was heard.
    let screen = &inside.sites.world.screen;
    assert!(!screen.has("#hand-to-host").await);
    let heard = inside.heard().await;
    assert!(heard.contains("bridge-request") && heard.contains(&client_id), "{heard}");
    assert!(!heard.contains(&handed.secret));
    assert!(inside.page.al().storage.is_empty());
    let events: Vec<String> = inside.page.al().events.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(events[0], "ControlReady");
    assert!(events.iter().all(|name| name != "CredentialOffered"), "{events:?}");
    inside.sites.world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_both_agreements_and_a_yes_the_secret_is_kept_once() {
    let inside = Inside::open(true).await;
    let journey = inside.sites.world.journey();
    begin(&inside).await;
    inside.answer(true).await;
    journey.see("Take the credential with you").await;
    let handed = journey.read_credential().await;
    assert!(!inside.heard().await.contains(&handed.secret), "nothing crosses before the button");

    let screen = &inside.sites.world.screen;
    screen.press_named(&format!("Hand the secret to {}", inside.page.origin())).await;
    let question = inside.answer(false).await;
    assert!(question.contains("client secret"), "{question}");
    assert!(inside.page.al().storage.is_empty(), "a No keeps nothing");
    screen.press_named(&format!("Hand the secret to {}", inside.page.origin())).await;
    inside.answer(true).await;
    let key = format!("entrada-secret-{}", handed.client_id);
    screen
        .until_so("isolated storage has it", async || inside.page.al().storage.contains_key(&key).then_some(()))
        .await;
    assert_eq!(inside.page.al().storage[&key], vec![handed.secret.clone()], "once");
    // Of all that AL heard only these two events had it, and the outcome had not.
    let with: Vec<(String, Value)> = inside.page.al().events.clone();
    let with = with.iter().filter(|(_, values)| values.to_string().contains(&handed.secret));
    assert_eq!(with.map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["CredentialOffered"; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_in_business_central_is_a_finding_and_the_next_try_goes_on() {
    let inside = Inside::open(false).await;
    let journey = inside.sites.world.journey();
    begin(&inside).await;
    inside.answer(false).await;
    journey.see_finding("bridge_refused").await;
    assert!(record(&inside).is_none());
    let screen = &inside.sites.world.screen;
    let said = screen.text("main").await;
    assert!(said.contains("A question in Business Central was answered with No."), "{said}");
    screen.press_named("Try again").await;
    inside.answer(true).await;
    journey.see("Take the credential with you").await;
    assert!(record(&inside).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_business_central_that_ended_is_a_finding() {
    let inside = Inside::open(false).await;
    let journey = inside.sites.world.journey();
    inside.sign_in().await;
    journey.choose_preset("Magento 2").await;
    journey.can_plan().await;
    journey.show_plan().await;
    inside.page.al().ended = true;
    journey.confirm().await;
    journey.see_finding("bridge_gone").await;
    assert!(record(&inside).is_none());
}

/// Nobody else may show the frame, and whoever tries is told nothing.
#[tokio::test(flavor = "multi_thread")]
async fn another_site_around_the_same_frame_gets_no_bridge() {
    let inside = Inside::open(false).await;
    let origin = inside.sites.host.origin("elsewhere");
    let html = format!(
        "<!doctype html><title>Elsewhere</title><script>window.heard = []; addEventListener('message', event => heard.push(event.data))</script>
         <iframe id=entrada src=\"{page}\" style=\"width:900px;height:600px\" onload=\"contentWindow.postMessage({{ entrada: 1, type: 'hello', id: 'x', seq: 1,
         options: {{ environment: 'Production', bridge: {{ kind: 'business-central', tenant: '{tenant}', environment: 'Production' }} }} }}, '*')\"></iframe>",
        page = inside.sites.world.page(),
        tenant = seed::CRONUS,
    );
    inside.sites.host.put("/", "", &html);
    let screen = &inside.sites.world.screen;
    screen.go(&format!("{origin}/")).await;
    screen.enter("#entrada").await;
    assert_eq!(screen.eval("return location.protocol").await, json!("chrome-error:"), "the browser refuses the frame");
    screen.leave_frame().await;
    assert_eq!(screen.eval("return heard").await, json!([]), "a stranger is told nothing");
}
