//! Strangers against us, and us against strangers: Microsoft's own browser library (`@azure/msal-browser`) signs in to
//! the local cloud as it would to Entra, and our page signs in at an OpenID provider that nobody here wrote
//! (`oidc-provider`). The programs are in `tests/strangers`, `cargo xtask test` brings their packages.
//!
//! Ignored in a plain `cargo test`, because they need Node's packages: `cargo xtask test` runs them as a tier of their own.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use std::env;
use std::path::{Path, PathBuf};

use entrada_cloud::Challenge;
use entrada_e2e::{Consent, Parameters, Provider, Row, Setting, World, dist, files, form_of, query_of, table};
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
    let preflights = traffic.all().iter().filter(|sent| sent.method == "OPTIONS" && sent.url.contains("/token"));
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm packages; `cargo xtask test` brings them"]
async fn microsofts_library_answers_the_claims_challenges_of_the_local_cloud() {
    let world = msal().await;
    msal_signs_in(&world).await;
    // Once answered by the refresh token, once only by going to the person (sign-in.md 2.6).
    for (value, by_refresh) in [("c1", true), ("c2", false)] {
        let claims = json!({ "access_token": { "acrs": { "essential": true, "value": value } } });
        world.cloud.cloud().set_challenge(Some(Challenge { claims, by_refresh }));
        world.screen.click("#call").await;
        if !by_refresh {
            state(&world, "signed in").await;
            world.screen.click("#call").await;
        }
        let called = state(&world, "called").await;
        assert_eq!(called["me"]["status"], 200, "{called}");
        world.screen.click("#renew").await;
        state(&world, "renewed").await;
    }
    let traffic = world.screen.traffic().await;
    let forwarded = traffic.all().iter().filter(|sent| sent.url.contains("/authorize?"));
    let forwarded = forwarded.filter(|sent| query_of(sent).iter().any(|(_, value)| value.contains(r#""value":"c2""#)));
    assert_eq!(forwarded.count(), 1, "the claims were forwarded to the sign-in");
    world.all_is_well(&["/v1.0/me", "/v2.0/token"]).await;
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
    let (table_of_both, _) = text.split_once("\n## ").expect("another table follows");
    let written: Vec<Row> = table_of_both.lines().filter_map(Row::read).collect();
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

/// Client id of our page at the provider.
const CLIENT: &str = "c0ffee00-e474-4da0-8000-0000000000aa";

/// Our page, configured by nothing but the provider's issuer. Graph and Business Central are the local cloud's, which knows
/// nothing of the provider.
async fn at_the_provider(world: &World) -> (Provider, files::Host) {
    let mut provider = Provider::start(&strangers());
    let config = std::fs::read_to_string(dist().join("config.json")).expect("the page has a configuration");
    let mut config: Value = serde_json::from_str(&config).expect("JSON");
    config["clientId"] = json!(CLIENT);
    let origins = &world.cloud.origins;
    config["endpoints"] = json!({
        "authority": provider.issuer, "graph": origins.graph, "businessCentral": origins.business_central,
    });
    let host = files::serve(&dist(), "/", &[("config.json", Some(&config.to_string()))]).await;
    provider.expect(CLIENT, &host.address);
    world.screen.go(&host.address).await;
    world.journey().see("Give an integration access to Business Central").await;
    (provider, host)
}

/// Signs in at the provider's own pages.
async fn petra_signs_in(world: &World) {
    world.screen.click("#sign-in").await;
    world.screen.click("#login").await;
    world.screen.click("#consent").await;
}

fn events(provider: &Provider) -> Vec<(String, String)> {
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    provider.said().iter().map(|it| (text(it, "event"), text(it, "grant"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm packages; `cargo xtask test` brings them"]
async fn a_certified_provider_accepts_our_sign_in_from_discovery_to_sign_out() {
    let world = World::open().await;
    let (provider, host) = at_the_provider(&world).await;
    petra_signs_in(&world).await;
    let (screen, journey) = (&world.screen, world.journey());
    journey.see("Choose what to set up").await;
    screen.until("everything was asked", "return !document.querySelector('.state--running')").await;
    // What comes after the sign-in is another service's matter: the local cloud's, which does not know these tokens. The
    // page says who signed in where, and what was refused.
    let text = screen.text("#app").await;
    let realm = provider.issuer.trim_start_matches("http://");
    for shown in
        ["petra@provider.example", realm, "401 InvalidAuthenticationToken", "The list of environments was refused"]
    {
        assert!(text.contains(shown), "“{shown}” is not in sight:\n{text}");
    }
    let said = |name: &str, grant: &str| (name.to_owned(), grant.to_owned());
    let signed_in = [
        said("authorization.success", ""),
        said("grant.success", "authorization_code"),
        said("grant.success", "refresh_token"),
    ];
    assert_eq!(events(&provider), signed_in);

    // The first screen again, at the very address, and the provider's session is over: it asks who it is.
    screen.press_named("Sign out").await;
    screen.click("#leave").await;
    journey.see("Give an integration access to Business Central").await;
    assert_eq!(screen.address().await, host.address);
    assert_eq!(events(&provider).last(), Some(&said("end_session.success", "")));
    screen.click("#sign-in").await;
    screen.find("#login").await;

    let traffic = screen.traffic().await;
    let to_provider: Vec<_> = traffic.all().iter().filter(|sent| sent.url.starts_with(&provider.issuer)).collect();
    assert!(to_provider.iter().all(|sent| sent.status.is_none_or(|status| status < 400)), "{to_provider:#?}");
    assert!(to_provider[0].url.ends_with("/.well-known/openid-configuration"), "{to_provider:#?}");
    let names = |fields: Vec<(String, String)>| fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let sign_out = to_provider.iter().find(|sent| sent.url.contains("/session/end?")).expect("it was told");
    // No token in an address (checklist 4.3 rule 10): the client id says who leaves.
    assert_eq!(names(query_of(sign_out)), ["post_logout_redirect_uri", "client_id"]);
    let back = traffic.all().iter().find(|sent| sent.url.contains("redirect.html#")).expect("it came back");
    assert!(back.url.contains("&iss=http%3A%2F%2Flocalhost"), "the provider names itself (RFC 9207)");
    let refreshed = to_provider.iter().find(|sent| form_of(sent).iter().any(|(_, value)| value == "refresh_token"));
    let scope = form_of(refreshed.expect("Business Central's token came by refresh"));
    let scope = scope.iter().find(|(name, _)| name == "scope").map(|(_, value)| value.clone()).unwrap_or_default();
    assert!(scope.contains("businesscentral") && !scope.contains("graph"), "one resource per token: {scope}");
    world.all_is_well(&["401"]).await;
}

/// Runs in every page before the page's own script: `change` may alter what this tab kept or what came back.
async fn a_certified_provider_meets(change: &str) -> (World, Provider, files::Host) {
    let world = World::open().await;
    let (provider, host) = at_the_provider(&world).await;
    world.screen.before_every_page(change).await;
    petra_signs_in(&world).await;
    world.journey().see("Give an integration access to Business Central").await;
    (world, provider, host)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm packages; `cargo xtask test` brings them"]
async fn a_certified_provider_refuses_another_verifier_and_the_page_says_so() {
    let other = "for (const [key, text] of Object.entries(sessionStorage)) if (key.startsWith('entrada.signin.'))
        sessionStorage.setItem(key, text.replace(/\"verifier\":\"[^\"]*/, `\"verifier\":\"${'A'.repeat(43)}`))";
    let (world, provider, _host) = a_certified_provider_meets(other).await;
    let last = provider.said().last().cloned().unwrap_or_default();
    assert_eq!((&last["event"], &last["error"]), (&json!("grant.error"), &json!("invalid_grant")), "{last}");
    assert_eq!(last["detail"], "code_verifier does not match code_challenge", "{last}");
    assert_eq!(world.journey().findings().await, ["sign_in_failed"]);
    assert!(world.screen.text("#app").await.contains("It answered: invalid_grant"));
    world.all_is_well(&["/token"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs npm packages; `cargo xtask test` brings them"]
async fn an_answer_that_names_another_issuer_is_not_redeemed() {
    let mix_up = "if (location.hash.includes('&iss=')) history.replaceState(null, '', location.hash.replace(/&iss=[^&]*/, '&iss=https%3A%2F%2Fevil.example'))";
    let (world, provider, _host) = a_certified_provider_meets(mix_up).await;
    assert_eq!(events(&provider), [("authorization.success".to_owned(), String::new())], "no token call");
    assert_eq!(world.journey().findings().await, ["identity_rejected"]);
    world.all_is_well(&[]).await;
}
