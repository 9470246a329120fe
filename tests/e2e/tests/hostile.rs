//! Bad configurations, hostile links, forged sign-in answers, a browser that refuses, strange names: clear words, no
//! crash, nothing sent where it should not go.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_cloud::seed::CRONUS_DOMAIN;
use entrada_e2e::{Consent, Traffic, World, dist, files};
use serde_json::{Value, json};

const ADA: &str = "ada@cronus.example";

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_configuration_is_named_by_code_and_place() {
    let world = World::open().await;
    let good = std::fs::read_to_string(dist().join("config.json")).expect("the page has a configuration");
    let mut good: Value = serde_json::from_str(&good).expect("the shipped configuration is JSON");
    let placeholder = good.to_string();
    good["clientId"] = json!("c0ffee00-e474-4da0-8000-000000000001");
    let with = |pointer: &str, value: Value| {
        let mut config = good.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = config.pointer_mut(parent).expect("it is there");
        match name.parse::<usize>() {
            Ok(index) => parent[index] = value,
            Err(_) => parent[name] = value,
        }
        Some(config.to_string())
    };
    let endpoints = |login: &str| {
        let endpoints = json!({ "login": login, "graph": "https://graph.microsoft.com", "businessCentral": "https://api.businesscentral.dynamics.com" });
        with("/endpoints", endpoints)
    };
    let cases = [
        (None, "config_missing", "HTTP 404"),
        (Some("{ \"clientId\": ".to_owned()), "config_wrong", "line 1 column"),
        (Some("<!doctype html><p>Not found".to_owned()), "config_wrong", "line 1 column"),
        (Some("[]".to_owned()), "config_wrong", "$"),
        (Some(placeholder), "not_registered", "placeholder"),
        (with("/clientId", json!("not a guid")), "config_wrong", "$.clientId"),
        (with("/presets/3/permissionSets", json!("SUPER")), "config_wrong", "$.presets[3].permissionSets"),
        (with("/presets/0/appRoles/1", json!(7)), "config_wrong", "$.presets[0].appRoles[1]"),
        (with("/credentials/months/1", json!(1200)), "config_wrong", "$.credentials.months[1]"),
        (with("/surprise", json!(true)), "config_wrong", "$.surprise"),
        (with("/support/url", json!("javascript:alert(1)")), "config_wrong", "$.support.url"),
        (endpoints("http://login.example"), "config_wrong", "$.endpoints.login"),
        (endpoints("javascript:alert(1)"), "config_wrong", "$.endpoints.login"),
        (endpoints("https://login.microsoftonline.com@evil.example"), "config_wrong", "$.endpoints.login"),
        (endpoints("https://evil.example/login.microsoftonline.com"), "config_wrong", "$.endpoints.login"),
        (endpoints("//evil.example"), "config_wrong", "$.endpoints.login"),
    ];
    for (config, code, place) in cases {
        let host = files::serve(&dist(), "/", &[("config.json", config.as_deref())]).await;
        world.screen.go(&host.address).await;
        world.journey().see_finding(code).await;
        let text = world.screen.text("main").await;
        assert!(text.contains(place), "{code} should name {place}: {text}");
        assert!(!world.screen.shows("#sign-in").await, "nobody signs in with {code}");
        let traffic = world.screen.traffic().await;
        let elsewhere = traffic.all().iter().find(|sent| !sent.origin().starts_with("http://localhost:"));
        assert!(elsewhere.is_none(), "{elsewhere:?}");
    }
    world.all_is_well(&["config.json"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_overrides_nothing_and_is_told_so() {
    let world = World::open().await;
    let journey = world.journey();
    let hostile = [
        ("clientId", "11111111-1111-1111-1111-111111111111"),
        ("client_id", "11111111-1111-1111-1111-111111111111"),
        ("redirect_uri", "https://evil.example/"),
        ("login", "https://evil.example"),
        ("endpoints", "https://evil.example"),
        ("returnTo", "//evil.example/"),
        ("authority", "https://evil.example/common"),
        ("preset", "<img src=x onerror=alert(1)>"),
        ("tenant", "evil.example/../x"),
        ("lang", "../../evil"),
    ];
    let query: Vec<String> = hostile.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    journey.open_with(&format!("?{}", query.join("&"))).await;
    let told = world.screen.text("main").await;
    for (name, _) in hostile {
        assert!(told.contains(&format!("“{name}” cannot be set by a link")), "{name}: {told}");
    }
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    let traffic = world.screen.traffic().await;
    let authorize = traffic.all().iter().find(|sent| sent.url.contains("/authorize?")).expect("it asked for a sign-in");
    let [page, login, ..] = world.origins();
    assert!(authorize.url.starts_with(&format!("{login}/organizations/")), "{}", authorize.url);
    assert!(authorize.url.contains("client_id=c0ffee00-e474-4da0-8000-000000000001"), "{}", authorize.url);
    assert!(
        authorize.url.contains(&format!("redirect_uri={}", percent(&format!("{page}/redirect.html")))),
        "{}",
        authorize.url
    );
    assert!(!authorize.url.contains("evil"), "{}", authorize.url);
    assert!(world.screen.address().await.starts_with(&format!("{page}/")));
    world.all_is_well(&[]).await;
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn token_calls(traffic: &Traffic) -> usize {
    traffic.of_the_program().filter(|sent| sent.url.contains("/oauth2/v2.0/token")).count()
}

/// Opens an address as if it had been followed from elsewhere: a new fragment alone would load nothing.
async fn follow(world: &World, address: &str) {
    world.screen.go("about:blank").await;
    world.screen.go(address).await;
    world.journey().see("Give an integration access to Business Central").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_forged_or_used_before_are_never_traded() {
    let world = World::open().await;
    let journey = world.journey();
    let page = world.page();

    // Nobody began a sign-in here.
    for forged in [
        "#code=abc&state=11111111-1111-1111-1111-111111111111",
        "#code=abc&state=",
        "#error=access_denied&state=x",
        "redirect.html#code=abc&state=x",
    ] {
        follow(&world, &format!("{page}{forged}")).await;
        journey.see_finding("answer_not_ours").await;
        let address = world.screen.address().await;
        assert!(!address.contains("code=") && !address.contains("state="), "{address}");
    }
    assert_eq!(token_calls(&world.screen.traffic().await), 0);

    // A sign-in was begun in this tab, and the answer that comes is for another one.
    journey.open().await;
    world.screen.click("#sign-in").await;
    world.screen.find("#account-picker").await;
    follow(&world, &format!("{page}#code=abc&state=11111111-1111-1111-1111-111111111111")).await;
    journey.see_finding("answer_not_ours").await;
    assert_eq!(token_calls(&world.screen.traffic().await), 0);
    assert_eq!(
        world.stored().await.as_object().map(|kept| kept.keys().filter(|key| key.contains("signin")).count()),
        Some(0)
    );

    // A real answer, once, and then again as a bookmark or a thief would.
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    // Both tokens were used by then.
    world.screen.find("[data-list=environments] input").await;
    let traffic = world.screen.traffic().await;
    let answer = traffic
        .all()
        .iter()
        .rev()
        .find(|sent| sent.url.contains("redirect.html#code="))
        .expect("Entra answered")
        .url
        .clone();
    let calls = token_calls(&traffic);
    assert!(calls >= 2, "the code was traded, and the other token fetched");
    for _ in 0..2 {
        follow(&world, &answer).await;
        journey.see_finding("answer_not_ours").await;
    }
    assert_eq!(token_calls(&world.screen.traffic().await), calls, "a used answer is not traded again");
    world.nothing_secret_is_left(&[]).await;
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn declining_the_consent_leads_back_with_words() {
    let world = World::open().await;
    let journey = world.journey();
    journey.open().await;
    world.screen.click("#sign-in").await;
    journey.through_microsoft(ADA, Consent::Decline).await;
    journey.see_finding("consent_declined").await;
    assert_eq!(token_calls(&world.screen.traffic().await), 0);
    // And the way is open again.
    journey.sign_in_as(ADA, Consent::Accept).await;
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_storage_the_page_is_not_left_and_says_why() {
    let world = World::open().await;
    let blocked = "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('blocked', 'SecurityError') } })";
    world.screen.before_every_page(blocked).await;
    let journey = world.journey();
    journey.open().await;
    world.screen.click("#sign-in").await;
    journey.see_finding("storage_blocked").await;
    assert_eq!(world.screen.address().await, world.page());
    let traffic = world.screen.traffic().await;
    assert!(!traffic.all().iter().any(|sent| sent.url.contains("/authorize")), "nobody was sent away");
    world.all_is_well(&[]).await;
}

async fn with_a_clock_off_by(ms: i64) {
    let world = World::open().await;
    world.screen.before_every_page(&format!("const now = Date.now; Date.now = () => now() + ({ms})")).await;
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.see_finding("clock_wrong").await;
    assert!(world.screen.text("main").await.contains("60 minutes off"));
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    assert_eq!(handed.companies(&handed.token()).status, 200);
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_an_hour_ahead_stops_nothing() {
    with_a_clock_off_by(3_600_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_an_hour_behind_stops_nothing() {
    with_a_clock_off_by(-3_600_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_taken_as_they_are_or_refused_with_a_reason() {
    let world = World::open().await;
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    let unfit = ["x".repeat(121), "🥐".repeat(46), "shop\u{202e}gnp.exe".to_owned(), "   ".to_owned()];
    for name in unfit {
        journey.name_it(&name).await;
        world.screen.until("the name is refused", "return document.querySelector('#name').getAttribute('aria-invalid') === 'true' && !!document.querySelector('#name-error').innerText").await;
        world
            .screen
            .until("the plan waits for a name", "return !!document.querySelector('#show-plan[aria-disabled]')")
            .await;
    }
    let name = "O'Brien & \"متجر الكتب\" <b>🥐</b> $(rm) `x` \\ %41 שלום 𝔘𝔫𝔦";
    journey.name_it(name).await;
    world
        .screen
        .until("the name is taken", "return document.querySelector('#name').getAttribute('aria-invalid') === 'false'")
        .await;
    journey.show_plan().await;
    let plan = journey.plan().await;
    assert!(plan[0].what.contains(name), "{plan:?}");
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    assert!(world.screen.text("main").await.contains(name));
    assert_eq!(handed.companies(&handed.token()).status, 200);
    {
        let cloud = world.cloud.cloud();
        let client = handed.client_id.parse().expect("a client id");
        let application =
            cloud.tenant(CRONUS_DOMAIN).and_then(|tenant| tenant.application(client)).expect("it was made");
        assert_eq!(application.text("displayName"), name);
    }
    world.all_is_well(&[]).await;
}

/// The policy really stands between the page and whoever got a script into it; this is also what shows that the other
/// tests would notice a violation.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_forbids_does_not_happen_and_is_noticed() {
    let world = World::open().await;
    world.journey().open().await;
    let attack = "const done = arguments[arguments.length - 1];
        const tries = [
          () => fetch('http://localhost:9/'),
          () => { const it = document.createElement('script'); it.textContent = 'window.owned = true'; document.body.append(it) },
          () => { document.body.innerHTML = '<p>x</p>' },
          () => new Promise((yes, no) => { const it = new Image(); it.onload = yes; it.onerror = no; it.src = 'http://localhost:9/x.png' }),
          () => setTimeout('window.owned = true'),
        ];
        Promise.allSettled(tries.map(async it => it())).then(all => done([all.map(it => it.status), !!window.owned]))";
    let result = world.screen.driver().execute_async(attack, Vec::new()).await.expect("the script runs");
    let refused = "rejected";
    assert_eq!(*result.json(), json!([[refused, refused, refused, refused, refused], false]));
    let said = world.screen.console().await;
    assert!(said.len() >= 4, "{said:?}");
    let traffic = world.screen.traffic().await;
    let out = traffic.all().iter().filter(|sent| sent.url.contains(":9/") && sent.status.is_some()).count();
    assert_eq!(out, 0, "nothing got out");
}

/// A mistake of the program is a trap of the shipped wasm, which cannot speak any more. Here its memory is overwritten, so that
/// the next thing it does goes wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_has_stopped_says_so_and_can_be_loaded_again() {
    let world = World::open().await;
    world.journey().open().await;
    // What goes wrong in a script of somebody else, an extension say, is not the program's end.
    let foreign = "const done = arguments[0]; setTimeout(() => { setTimeout(done); throw new TypeError('not ours') })";
    world.screen.driver().execute_async(foreign, Vec::new()).await.expect("the script runs");
    assert!(!world.screen.shows("#failed:not([hidden])").await);

    let overwrite = "const done = arguments[0];
        import(document.querySelector('link[rel=modulepreload]').href)
          .then(script => script.default())
          .then(program => Object.values(program).find(it => it instanceof WebAssembly.Memory))
          .then(memory => done(!!new Uint8Array(memory.buffer).fill(255)))";
    let done = world.screen.driver().execute_async(overwrite, Vec::new()).await.expect("the script runs");
    assert_eq!(*done.json(), json!(true));
    world.screen.click("#sign-in").await;
    world.screen.find("#failed").await;
    let text = world.screen.text("#failed").await;
    assert!(text.contains("The program has stopped because of a mistake of its own."), "{text}");
    assert!(!world.screen.shows("#app:not([hidden])").await);
    let details = world.screen.eval("return document.querySelector('#failed-details').textContent").await;
    assert!(details.as_str().is_some_and(|it| it.starts_with("stopped: RuntimeError: ")), "{details}");

    world.screen.click("#failed a").await;
    world.screen.find("#sign-in").await;
    assert!(!world.screen.shows("#failed:not([hidden])").await);
}
