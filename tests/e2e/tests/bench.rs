//! How long a person waits over a long line, from *Set up access* to the credential on the screen, beside the order in which NaviPartner's
//! AL wizard asks (business-central.md 7). Run by `cargo xtask bench`; what is asserted are counts, times are only told.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]
#![allow(clippy::print_stderr, reason = "telling is what it is for")]

use std::fmt::Write as _;
use std::time::Duration;

use entrada_cloud::business_central::State;
use entrada_cloud::seed::{self, CRONUS_DOMAIN};
use entrada_e2e::{Setting, Traffic, World};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

const ADA: &str = "ada@cronus.example";
const LATENCIES: [u64; 3] = [50, 150, 400];
/// How often each is measured; the median is told.
const TIMES: usize = 3;
/// The goal (design section 11).
const GOAL: f64 = 1.25;

/// What lies on the line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Every answer is late, those to the browser's preflights too: a line as it is.
    Whole,
    /// The browser's preflights are answered at once.
    WithoutPreflights,
}

struct Measured {
    trips: usize,
    took: Duration,
}

/// The cloud does not judge here, because judging takes time that is not the page's.
async fn world() -> World {
    World::with(Setting { judged: false, ..Setting::default() }).await
}

/// Marks the click and the first sight of the credential on the page's own clock.
const MARKS: &str = "let click;
    document.querySelector('#confirm').addEventListener('click', () => { click = performance.now() }, { capture: true });
    window.seen = new Promise(tell => new MutationObserver((_, observer) => {
      const title = document.querySelector('#app h1');
      if (title?.textContent !== 'Take the credential with you') return;
      observer.disconnect();
      tell(performance.now() - click);
    }).observe(document.body, { subtree: true, childList: true, characterData: true }));";

async fn entrada(latency: u64, line: Line) -> Measured {
    let world = world().await;
    let journey = world.journey();
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    let before = world.screen.traffic().await;
    let of_preflights = if line == Line::Whole { latency } else { 0 };
    world.arrange("latency", &json!({ "ms": latency, "preflights_ms": of_preflights }));
    world.screen.eval(MARKS).await;
    journey.confirm().await;
    let took = world.screen.awaited("window.seen").await;
    let sent = world.screen.traffic().await.since(&before);
    let program: Vec<_> = sent.iter().filter(|sent| sent.kind == "Fetch").collect();
    let preflights: Vec<_> = sent.iter().filter(|sent| sent.method == "OPTIONS").collect();
    let secret = program.iter().position(|sent| sent.url.ends_with("/addPassword")).expect("a secret was asked for");
    let calls = Traffic::round_trips(&program, secret);
    assert!((2..=5).contains(&calls), "{calls} dependent round trips");
    let trips = match line {
        Line::WithoutPreflights => calls,
        Line::Whole => Traffic::round_trips_with_preflights(&program, secret, &preflights),
    };
    // Every call goes to another origin, and only the same address is not asked about twice.
    assert!(line == Line::WithoutPreflights || trips == 2 * calls, "{trips} of {calls} calls");
    Measured { trips, took: Duration::from_secs_f64(took.as_f64().expect("a time") / 1000.0) }
}

/// A program without a browser: no preflights, one request after the other.
struct Plain {
    client: reqwest::Client,
    requests: usize,
}

impl Plain {
    async fn send(&mut self, method: Method, url: &str, token: &str, body: Option<Value>) -> Value {
        self.requests += 1;
        let mut request = self.client.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{url}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A page of the sign-in; the token of its form.
    async fn page(&mut self, method: Method, url: &str, form: &str) -> String {
        self.requests += 1;
        let request = self.client.request(method, url).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(form.to_owned()).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{url}: {}", answer.status());
        let html = answer.text().await.expect("a page");
        let flow = html.split_once("name=\"flow\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        flow.map(|(flow, _)| flow.to_owned()).unwrap_or_default()
    }
}

/// How the AL wizard goes (business-central.md 7), in its order: search by name, create, register inside Business Central, consent on
/// Microsoft's page, secret. It waits 20 seconds before each of up to three consent windows; those are not waited here.
struct Wizard {
    requests: usize,
    /// Of these, what AL does without a line, because it runs inside Business Central.
    inside: usize,
    took: Duration,
}

async fn wizard(latency: u64) -> Wizard {
    const NAME: &str = "NaviPartner Magento 2 integration";
    let world = world().await;
    world.journey().to_the_plan(ADA, "Magento 2", "Production").await;
    let [_, login, graph, central] = world.origins();
    let traffic = world.screen.traffic().await;
    let token = |origin: &str| {
        let bearer = traffic
            .all()
            .iter()
            .rev()
            .filter(|sent| sent.origin() == origin)
            .find_map(|sent| sent.authorization.clone());
        bearer.expect("the page spoke to it").replace("Bearer ", "")
    };
    let (for_graph, for_central) = (token(&graph), token(&central));
    let company = {
        let cloud = world.cloud.cloud();
        cloud.business_central().tenant(seed::CRONUS).expect("Cronus").environments[0].companies[0].id
    };
    let api = format!("{central}/v2.0/{}/Production/api", seed::CRONUS);
    let records = format!("{api}/entrada/setup/v1.0/companies({company})/entraApplications");
    world.arrange("latency", &json!({ "ms": latency }));
    let mut plain = Plain { client: reqwest::Client::new(), requests: 0 };
    let began = Instant::now();

    let search = format!("{graph}/v1.0/applications?$filter=displayName%20eq%20'{}'", NAME.replace(' ', "%20"));
    let found = plain.send(Method::GET, &search, &for_graph, None).await;
    assert_eq!(found["value"], json!([]));
    let roles = [seed::ROLE_API, seed::ROLE_AUTOMATION].map(|id| json!({ "id": id, "type": "Role" }));
    let application = json!({
        "displayName": NAME, "signInAudience": "AzureADMyOrg",
        "web": { "redirectUris": ["https://businesscentral.dynamics.com/OAuthLanding.htm"] },
        "requiredResourceAccess": [{ "resourceAppId": seed::BUSINESS_CENTRAL_APP_ID, "resourceAccess": roles }],
    });
    let made = plain.send(Method::POST, &format!("{graph}/v1.0/applications"), &for_graph, Some(application)).await;
    let (client, object) = (made["appId"].as_str().expect("a client id"), made["id"].as_str().expect("an object id"));

    let before = plain.requests;
    let record = json!({ "clientId": client, "description": NAME });
    plain.send(Method::POST, &records, &for_central, Some(record)).await;
    // AL holds the row it has just written; here any version of it will do.
    let enable = plain.client.patch(format!("{records}({client})")).bearer_auth(&for_central).header("If-Match", "*");
    let enabled = enable.json(&json!({ "state": "Enabled" })).send().await.expect("an answer");
    plain.requests += 1;
    assert!(enabled.status().is_success(), "{}", enabled.status());
    let user = {
        let cloud = world.cloud.cloud();
        let production = &cloud.business_central().tenant(seed::CRONUS).expect("Cronus").environments[0];
        let user = production.application_user(client.parse().expect("a client id")).expect("its user");
        assert_eq!(user.state, State::Enabled);
        user.security_id
    };
    let permissions = format!("{api}/microsoft/automation/v2.0/companies({company})/users({user})/userPermissions");
    for set in ["D365 BUS FULL ACCESS", "NPR NP RETAIL"] {
        plain.send(Method::POST, &permissions, &for_central, Some(json!({ "roleId": set }))).await;
    }
    let inside = plain.requests - before;

    // The window: Microsoft asks who it is and whether they consent.
    let consent = format!("{login}/{CRONUS_DOMAIN}/adminconsent?client_id={client}");
    let flow = plain.page(Method::GET, &consent, "").await;
    let flow =
        plain.page(Method::POST, &format!("{login}/stand-in/account"), &format!("flow={flow}&account={ADA}")).await;
    plain.page(Method::POST, &format!("{login}/stand-in/consent"), &format!("flow={flow}&answer=accept")).await;

    let secret = json!({ "passwordCredential": { "displayName": format!("{NAME} - today"), "endDateTime": "2126-11-25T00:00:00Z" } });
    let add = format!("{graph}/v1.0/applications/{object}/addPassword");
    let secret = plain.send(Method::POST, &add, &for_graph, Some(secret)).await;
    let took = began.elapsed();
    assert!(secret["secretText"].is_string());
    {
        let cloud = world.cloud.cloud();
        let tenant = cloud.tenant(CRONUS_DOMAIN).expect("Cronus");
        let principal = tenant.service_principal(client.parse().expect("a client id")).expect("consent made it").id;
        let grants = tenant.app_role_assignments.iter().filter(|it| it.principal == principal).count();
        assert_eq!(grants, 2, "it was consented to");
    }
    assert_eq!((plain.requests, inside), (10, 4));
    Wizard { requests: plain.requests, inside, took }
}

fn median<T>(mut all: Vec<T>, key: impl Fn(&T) -> Duration) -> T {
    all.sort_by_key(key);
    all.swap_remove(all.len() / 2)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("few"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "cargo xtask bench"]
async fn from_the_click_to_the_credential_over_a_long_line() {
    let mut told = String::from(
        "From \u{201c}Set up access\u{201d} to the credential, Magento in Production, everything new.\n\
         Round trips are those that had to wait for one another.\n\n\
         latency   what                                          round trips     time   per round trip x latency\n",
    );
    for latency in LATENCIES {
        let ms = f64::from(u32::try_from(latency).expect("short"));
        for line in [Line::Whole, Line::WithoutPreflights] {
            let mut all = Vec::new();
            for _ in 0..TIMES {
                all.push(entrada(latency, line).await);
            }
            let Measured { trips, took } = median(all, |it| it.took);
            let what = match line {
                Line::Whole => "Entrada in Chromium, preflights included",
                Line::WithoutPreflights => "Entrada in Chromium, preflights at once",
            };
            let ratio = milliseconds(took) / (count(trips) * ms);
            let word = if ratio <= GOAL { "" } else { "  above the goal" };
            let time = milliseconds(took);
            writeln!(told, "{latency:>4} ms   {what:<45} {trips:>11} {time:>5.0} ms   {ratio:.2}{word}")
                .expect("a text");
        }
        let mut all = Vec::new();
        for _ in 0..TIMES {
            all.push(wizard(latency).await);
        }
        let Wizard { requests, inside, took } = median(all, |it| it.took);
        let (time, ratio) = (milliseconds(took), milliseconds(took) / (count(requests) * ms));
        let what = "the AL wizard's order by a plain client";
        writeln!(told, "{latency:>4} ms   {what:<45} {requests:>11} {time:>5.0} ms   {ratio:.2}").expect("a text");
        let outside = count(requests - inside) * ms;
        writeln!(
            told,
            "          the wizard itself: {inside} of these are no requests in AL, so at least {outside:.0} ms, and 20 to 60 s of fixed waits"
        )
        .expect("a text");
    }
    writeln!(told, "\nThe goal is at most {GOAL} (design section 11); times are medians of {TIMES}.").expect("a text");
    eprintln!("{told}");
    if let Some(file) = std::env::var_os("ENTRADA_BENCH") {
        std::fs::write(file, told).expect("the table can be written");
    }
}
