//! Strangers against us, and us against strangers: Microsoft's own browser library (`@azure/msal-browser`) signs in to
//! the local cloud as it would to Entra. The programs are in `tests/strangers`, `cargo xtask test` brings their packages.
//!
//! Ignored in a plain `cargo test`, because they need Node's packages: `cargo xtask test` runs them as a tier of their own.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use std::env;
use std::path::{Path, PathBuf};

use entrada_e2e::{Consent, Parameters, Row, Setting, World, table};
use serde_json::{Value, json};

const ADA: &str = "ada@cronus.example";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What `tests/strangers/prepare.mjs` made.
fn strangers() -> PathBuf {
    let folder = env::var_os("ENTRADA_STRANGERS").expect("ENTRADA_STRANGERS names what prepare.mjs made");
    PathBuf::from(folder)
}

/// The page around Microsoft's library, at the local cloud over TLS.
async fn msal() -> World {
    let page = Some(strangers().join("msal"));
    let world = World::with(Setting { page, tls: true, ..Setting::default() }).await;
    world.screen.go(&world.page()).await;
    state(&world, "ready").await;
    world
}

/// Waits until the page says so, and reads what else it says.
async fn state(world: &World, wanted: &str) -> Value {
    let script = "const state = document.querySelector('#state')?.textContent;
        return !!state && (state.startsWith('failed') || state === arguments[0]) && [state, document.querySelector('#answer').textContent]";
    let said = world.screen.until_with(&format!("the page is “{wanted}”"), script, &[json!(wanted)]).await;
    let text = said[1].as_str().unwrap_or_default();
    assert_eq!(said[0], json!(wanted), "{text}");
    serde_json::from_str(text).unwrap_or_default()
}

async fn msal_signs_in(world: &World) -> Value {
    world.screen.click("#sign-in").await;
    world.screen.click("#account-ada").await;
    world.screen.click("#consent-organization").await;
    world.screen.click("#consent-accept").await;
    state(world, "signed in").await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm packages; `cargo xtask test` brings them"]
async fn microsofts_library_works_against_the_local_cloud_unchanged() {
    let world = msal().await;
    let answer = msal_signs_in(&world).await;
    assert_eq!(answer["claims"]["preferred_username"], ADA);
    assert_eq!(answer["uniqueId"], answer["claims"]["oid"]);
    // Asked for with every request, and what sign-out names the account by (sign-in.md 1.1, 1.7).
    assert!(answer["claims"]["login_hint"].is_string(), "{answer}");

    world.screen.click("#call").await;
    let called = state(&world, "called").await;
    assert_eq!((&called["me"]["status"], &called["companies"]["status"]), (&json!(200), &json!(200)), "{called}");
    assert_eq!(called["me"]["body"]["userPrincipalName"], ADA);
    assert_eq!(called["companies"]["body"]["value"].as_array().map(Vec::len), Some(2));
    world.screen.click("#renew").await;
    state(&world, "renewed").await;

    // With the hint of its account the library is signed out without a question, and Entra's session is over.
    world.screen.click("#sign-out").await;
    state(&world, "ready").await;
    world.screen.click("#sign-in").await;
    world.screen.find("#account-picker").await;
    let traffic = world.screen.traffic().await;
    let refused: Vec<_> = traffic.all().iter().filter(|sent| sent.status.is_none_or(|status| status >= 400)).collect();
    assert!(refused.iter().all(|sent| sent.status.is_none()), "{refused:#?}");
    let preflights = traffic.all().iter().filter(|sent| sent.kind == "Preflight" && sent.url.contains("/token"));
    assert_eq!(preflights.count(), 0, "a token call is a simple request (sign-in.md 1.4)");
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm packages; `cargo xtask test` brings them"]
async fn refusals_of_the_local_cloud_are_to_microsofts_library_what_entras_are() {
    let world = msal().await;
    world.screen.click("#sign-in").await;
    world.screen.click("#account-ada").await;
    world.screen.click("#consent-cancel").await;
    let declined = state(&world, "failed: ServerError access_denied").await;
    assert!(declined["message"].as_str().is_some_and(|text| text.contains("AADSTS65004")), "{declined}");
    world.screen.go(&world.page()).await;
    state(&world, "ready").await;
    world.screen.click("#sign-in").await;
    world.screen.click("#consent-organization").await;
    world.screen.click("#consent-accept").await;
    state(&world, "signed in").await;

    // After a day the refresh token is over (sign-in.md 1.5). The library then asks in a hidden frame, which Entra
    // answers as long as its session is there and its cookie comes along.
    world.cloud.cloud().advance_clock(DAY_MS);
    world.screen.click("#renew").await;
    state(&world, "renewed").await;
    let traffic = world.screen.traffic().await;
    let silent =
        traffic.all().iter().filter(|sent| sent.url.contains("/authorize?") && sent.url.contains("prompt=none"));
    assert_eq!(silent.count(), 1, "the frame was asked");

    // Without it there is only one way left, and the library's own class of error says so.
    world.cloud.cloud().advance_clock(DAY_MS);
    world.screen.devtools("Network.clearBrowserCookies", json!({})).await;
    world.screen.click("#renew").await;
    let ended = state(&world, "failed: InteractionRequiredAuthError login_required").await;
    assert!(ended["message"].as_str().is_some_and(|text| text.contains("AADSTS50058")), "{ended}");
    let violations = world.cloud.cloud().violations().to_vec();
    assert!(violations.is_empty(), "outside the contract: {violations:#?}");
    let said = world.screen.console().await;
    let strange: Vec<_> = said
        .iter()
        // Its own frame, about which the browser warns; and the refusal that was wanted.
        .filter(|said| !said.text.contains("allow-scripts and allow-same-origin") && !said.text.contains("/v2.0/token"))
        .collect();
    assert!(strange.is_empty(), "the console is not empty: {strange:#?}");
}

/// Our page does the same against the same cloud: signs in, asks for both resources, signs out.
async fn ours() -> (World, Parameters) {
    let world = World::with(Setting { tls: true, ..Setting::default() }).await;
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    world.screen.press_named("Sign out").await;
    journey.see("Give an integration access to Business Central").await;
    world.all_is_well(&[]).await;
    let parameters = Parameters::of(&world.screen.traffic().await, &world.page());
    (world, parameters)
}

async fn theirs() -> Parameters {
    let world = msal().await;
    msal_signs_in(&world).await;
    world.screen.click("#call").await;
    state(&world, "called").await;
    world.screen.click("#sign-out").await;
    state(&world, "ready").await;
    Parameters::of(&world.screen.traffic().await, &world.page())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm packages; `cargo xtask test` brings them"]
async fn every_difference_to_microsofts_library_is_explained() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sign-in-parameters.md");
    let text = std::fs::read_to_string(&file).expect("docs/sign-in-parameters.md is there");
    let written: Vec<Row> = text.lines().filter_map(Row::read).collect();
    let (_world, ours) = ours().await;
    let mut rows = table(&ours, &theirs().await);
    for row in &mut rows {
        // What was explained before stays explained as long as both still send what they sent then.
        let known = written.iter().find(|known| (&known.leg, &known.name) == (&row.leg, &row.name));
        let same = known.filter(|known| (&known.ours, &known.theirs) == (&row.ours, &row.theirs));
        row.why = same.map(|known| known.why.clone()).unwrap_or_default();
    }
    let lines: Vec<String> = rows.iter().map(Row::line).collect();
    let unexplained: Vec<_> = rows.iter().filter(|row| row.differs() && row.why.is_empty()).map(Row::line).collect();
    let needless: Vec<_> = rows.iter().filter(|row| !row.differs() && !row.why.is_empty()).map(Row::line).collect();
    let gone: Vec<_> = written.iter().filter(|known| !rows.contains(known)).map(Row::line).collect();
    assert!(
        unexplained.is_empty() && needless.is_empty() && gone.is_empty() && rows.len() == written.len(),
        "docs/sign-in-parameters.md is not true any more.\nnot explained: {unexplained:#?}\nexplained without need: \
         {needless:#?}\ngone: {gone:#?}\nThe table as it is now:\n{}",
        lines.join("\n")
    );
}
