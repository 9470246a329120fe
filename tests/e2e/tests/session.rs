//! The session of the page by itself, in a real browser: one more sign-in for a claims challenge that crosses CORS, another tenant by
//! its domain, and a sign-out that leaves nothing.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_cloud::seed::{CRONUS, PARTNER, PIA, roles};
use entrada_e2e::{Consent, Sent, Setting, World};
use serde_json::{Value, json};

const ADA: &str = "ada@cronus.example";

/// Whether one more sign-in is asked for (`interaction_needed`), as a person reads it.
const ASKS: &str = "document.body.innerText.includes('Microsoft Entra wants one more sign-in step')";

/// What Graph wants, as it comes in a challenge.
fn wanted(value: &str) -> Value {
    json!({ "access_token": { "acrs": { "essential": true, "value": value } } })
}

/// The program's requests since then to an address with this part.
async fn sent_since(world: &World, before: usize, part: &str) -> Vec<Sent> {
    let traffic = world.screen.traffic().await;
    let fetched = |sent: &&Sent| matches!(sent.kind.as_str(), "Fetch" | "XHR") && sent.url.contains(part);
    traffic.all()[before..].iter().filter(fetched).cloned().collect()
}

async fn so_far(world: &World) -> usize {
    world.screen.traffic().await.all().len()
}

/// Presses something that leads away to Microsoft and back, and waits for the page that comes after this one.
async fn away_and_back(world: &World, press: &str) {
    let screen = &world.screen;
    screen.eval("window.before = true").await;
    screen.press_named(press).await;
    screen.until("another page of ours", "return !window.before && !!document.querySelector('#app h1')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claims_challenge_crosses_cors_and_is_met_by_one_refresh_else_by_one_sign_in() {
    let world = World::with(Setting { apart: true, ..Setting::default() }).await;
    let (screen, journey) = (&world.screen, world.journey());
    let graph = format!("{}/v1.0/", world.cloud.origins.graph);
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.can_plan().await;

    // What a refresh can bring is brought without a word.
    world.arrange("edit", &json!({ "challenge": { "claims": wanted("c1"), "by_refresh": true } }));
    let before = so_far(&world).await;
    screen.press_named("Check again").await;
    screen
        .until_so("Graph was asked again with what it wants", async || {
            let asked = sent_since(&world, before, &graph).await;
            asked.iter().any(|sent| sent.status.is_some_and(|status| status < 300)).then_some(())
        })
        .await;
    journey.can_plan().await;
    let refused = sent_since(&world, before, &graph).await.iter().filter(|sent| sent.status == Some(401)).count();
    let tokens = sent_since(&world, before, "/oauth2/v2.0/token").await;
    assert!(refused > 0, "nothing was challenged");
    assert_eq!(tokens.len(), 1, "one token for all that were challenged");
    assert!(tokens[0].content.contains("grant_type=refresh_token") && tokens[0].content.contains("claims="));
    assert!(tokens[0].content.contains("c1"), "the claims are passed on");
    assert_eq!(screen.eval(&format!("return {ASKS}")).await, json!(false));

    // What only a person can bring is refused to the refresh, and asked for by a finding.
    world.arrange("edit", &json!({ "challenge": { "claims": wanted("c2") } }));
    let before = so_far(&world).await;
    screen.press_named("Check again").await;
    screen.until("a person is asked for", &format!("return {ASKS}")).await;
    assert_eq!(sent_since(&world, before, "/oauth2/v2.0/token").await.len(), 1, "one try, and no second one");
    let left = so_far(&world).await;
    away_and_back(&world, "Sign in").await;
    journey.through_microsoft(ADA, Consent::ForTheOrganization).await;
    journey.see("Choose what to set up").await;
    journey.can_plan().await;
    assert_eq!(screen.eval(&format!("return {ASKS}")).await, json!(false));
    let traffic = screen.traffic().await;
    let sign_ins = |sent: &&Sent| sent.kind == "Document" && sent.url.contains("/oauth2/v2.0/authorize?");
    let sign_ins: Vec<&Sent> = traffic.all()[left..].iter().filter(sign_ins).collect();
    assert_eq!(sign_ins.len(), 1, "{sign_ins:#?}");
    assert!(sign_ins[0].url.contains("claims=") && sign_ins[0].url.contains("c2"), "{}", sign_ins[0].url);
    assert!(sign_ins[0].url.contains("login_hint="), "the same person");
    // The choices came back with them, and what was challenged is answered now.
    assert_eq!(
        screen.eval("return document.querySelector('#preset').selectedOptions[0].textContent").await,
        "Magento 2"
    );
    journey.show_plan().await;
    world.all_is_well(&["401", "400"]).await;
}

/// Everything a sign-out has to leave empty, looked for from the page itself and by the browser.
async fn nothing_is_left(world: &World) {
    let screen = &world.screen;
    journey_is_at_its_beginning(world).await;
    let left = screen
        .eval(
            "return [sessionStorage.length, localStorage.length, document.cookie, location.search, location.hash, window.name,
               JSON.stringify(history.state)]",
        )
        .await;
    assert_eq!(left, json!([0, 0, "", "", "", "", "null"]));
    let cookies = screen.driver().get_all_cookies().await.expect("the browser tells its cookies");
    assert!(cookies.is_empty(), "{cookies:?}");
    world.nothing_secret_is_left(&[]).await;
}

/// The first screen, as for somebody who was never here.
async fn journey_is_at_its_beginning(world: &World) {
    world.journey().see("Give an integration access to Business Central").await;
    world.screen.find("#sign-in").await;
    let seen = world.screen.text("body").await;
    for trace in ["Ada Lindqvist", "Pia Partner", "cronus", "partner.example", "Magento"] {
        assert!(!seen.to_lowercase().contains(&trace.to_lowercase()), "{trace} is still on the screen: {seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_is_reached_by_its_domain_and_sign_out_leaves_nothing() {
    let world = World::with(Setting { apart: true, ..Setting::default() }).await;
    let (screen, journey) = (&world.screen, world.journey());
    journey.open_with("?tenant=nowhere.example").await;
    journey.see_finding("tenant_unknown").await;

    // A customer's administrator, who lets everybody of the tenant use the page.
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    screen.until("the choice is kept for this tab", "return sessionStorage.length > 0").await;
    away_and_back(&world, "Sign out").await;
    nothing_is_left(&world).await;
    // Going back shows a page without a session too, whether the browser kept it or loads it.
    screen.driver().back().await.expect("a person can go back");
    journey_is_at_its_beginning(&world).await;

    // Their partner, at home first; another tenant is looked up while its name is typed.
    world.arrange(
        "edit",
        &json!({ "tenant": "partner.example", "roles": { "upn": PIA.upn, "roles": [roles::GLOBAL_ADMINISTRATOR] } }),
    );
    journey.open().await;
    journey.sign_in_as(PIA.upn, Consent::ForTheOrganization).await;
    screen.press_named("Sign in to another tenant").await;
    screen.write("#tenant", "nowhere.example").await;
    journey.see_finding("tenant_unknown").await;
    screen.write("#tenant", "cronus.example").await;
    screen.until("the name is known", "return !document.querySelector('[data-code=tenant_unknown]')").await;
    let before = so_far(&world).await;
    away_and_back(&world, "Sign in there").await;
    journey.see("Choose what to set up").await;
    // The same person, known to Entra by the hint: no page to answer.
    let traffic = screen.traffic().await;
    let there = format!("/{CRONUS}/oauth2/v2.0/authorize?");
    let sign_ins = |sent: &&Sent| sent.kind == "Document" && sent.url.contains("/oauth2/v2.0/authorize?");
    let sign_ins: Vec<&Sent> = traffic.all()[before..].iter().filter(sign_ins).collect();
    assert_eq!(sign_ins.len(), 1, "{sign_ins:#?}");
    assert!(sign_ins[0].url.contains(&there) && sign_ins[0].url.contains("login_hint="), "{}", sign_ins[0].url);
    // In the customer's tenant, with the roles held there, and it says whose guest this is.
    let page = screen.text("#page").await;
    assert!(page.contains("cronus.example") && page.contains(&CRONUS.to_string()), "{page}");
    assert!(page.contains(&PARTNER.to_string()), "the home tenant is named: {page}");
    screen
        .until("the roles held here", "return document.body.innerText.includes('Cloud Application Administrator')")
        .await;
    journey.choose_environment("Production").await;
    journey.can_plan().await;
    away_and_back(&world, "Sign out").await;
    nothing_is_left(&world).await;
    world.all_is_well(&["400"]).await;
}
