//! A partner's page with `<entrada-setup>` on a site of its own, and a page that mounts the program: what they hear, what they
//! never hear, and that removing the element ends everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::trials::{self, PAGE};
use entrada_e2e::{Consent, Engine, HostPages, Setting, Sites, World, dist, files};
use serde_json::{Value, json};

const ADA: &str = "ada@cronus.example";

async fn partner(credential: bool, settings: &str) -> Sites {
    trials::partner_in(Engine::Chromium, credential, settings).await
}

/// Looks at the partner's page: details of the events of a type.
async fn told(sites: &Sites, kind: &str) -> Vec<Value> {
    let of = "return events.filter(([type]) => type === arguments[0]).map(([, detail]) => detail)";
    sites.world.screen.eval_with(of, vec![json!(kind)]).await.as_array().expect("a list").clone()
}

/// Sets up in the frame as far as the credential, and looks at the partner's page. Returns what the person was shown.
async fn set_up(sites: &Sites) -> entrada_e2e::Handed {
    let journey = sites.world.journey();
    sites.go().await;
    sites.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.show_plan().await;
    journey.confirm().await;
    journey.read_credential().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_page_of_a_partner_hears_the_whole_run_and_no_secret() {
    let sites = partner(false, "").await;
    let screen = &sites.world.screen;
    let handed = set_up(&sites).await;
    assert!(!screen.has("#hand-to-host").await, "the configuration does not allow it");
    // What the host set is what is seen: its accent on the main button, and its origin at the top.
    let accent = "return getComputedStyle(document.documentElement).getPropertyValue('--brand')";
    assert_eq!(screen.eval(accent).await, json!("#0b6a0b"));
    assert_eq!(screen.text(".topbar__host").await, format!("Shown inside {}", sites.host.origin("partner")));
    screen.leave_frame().await;
    screen.until("the run is told to its end", "return events.some(([type]) => type === 'completed')").await;

    let order = screen.eval("return [...new Set(events.map(([type]) => type))]").await;
    let order: Vec<&str> = order.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let place = |kind: &str| order.iter().position(|it| *it == kind).unwrap_or_else(|| panic!("no {kind}: {order:?}"));
    assert!(place("ready") < place("plan-ready") && place("plan-ready") < place("step-changed"));
    assert!(place("step-changed") < place("completed") && order.contains(&"resized"), "{order:?}");

    let completed = &told(&sites, "completed").await[0];
    assert_eq!((&completed["outcome"], &completed["version"]), (&json!("complete"), &json!(1)));
    assert_eq!(completed["clientId"], json!(handed.client_id));
    assert_eq!(completed["tenantId"], json!(handed.tenant_id));
    assert_eq!(completed["environments"][0]["name"], json!("Production"));
    assert!(completed["environments"][0]["userId"].is_string(), "{completed}");
    assert!(completed["expires"].as_str().unwrap().starts_with(&handed.expires), "{completed}");

    // The frame is as high as what stands in it.
    let height = told(&sites, "resized").await.last().unwrap()["height"].clone();
    let shown = "return element.shadowRoot.querySelector('iframe').getBoundingClientRect().height";
    assert_eq!(screen.eval(shown).await, height);

    // Searched in every message the host's window saw, not only in those the element passed on.
    let heard = screen.eval("return JSON.stringify([heard, events])").await.to_string();
    assert!(heard.contains("plan-ready") && !heard.contains(&handed.secret) && !heard.contains("eyJ"));
    assert!(told(&sites, "credential").await.is_empty());
    sites.world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_both_agreements_exactly_one_message_holds_the_credential() {
    let sites = partner(true, "").await;
    let screen = &sites.world.screen;
    let handed = set_up(&sites).await;
    let holding = "return heard.filter(([, data]) => JSON.stringify(data).includes(arguments[0])).length";
    screen.leave_frame().await;
    assert_eq!(screen.eval_with(holding, vec![json!(handed.secret)]).await, json!(0), "not before the press");
    screen.enter("#entrada").await;
    assert_eq!(screen.text("#hand-to-host").await, format!("Hand the secret to {}", sites.host.origin("partner")));
    screen.click("#hand-to-host").await;
    screen.until("the page says so", "return document.body.innerText.includes('The secret was handed to')").await;
    screen.leave_frame().await;
    screen.until("it has arrived", "return events.some(([type]) => type === 'credential')").await;
    assert_eq!(screen.eval_with(holding, vec![json!(handed.secret)]).await, json!(1));
    let credential = &told(&sites, "credential").await[0];
    assert_eq!(credential["secret"], json!(handed.secret));
    assert_eq!(credential["clientId"], json!(handed.client_id));
    assert_eq!(credential["tokenUrl"], json!(handed.token_url));
    assert!(told(&sites, "bubbled").await.is_empty(), "who listens higher up does not hear it");
    sites.world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_replayed_and_malformed_messages_are_ignored_both_ways() {
    trials::forged_messages_of_a_host(&partner(true, "").await).await;
}

/// A host without headers: there the browser shows the frame whoever frames it, and the program has to refuse.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_not_named_is_refused_by_the_program_and_hears_nothing() {
    let world = World::open().await;
    let host = HostPages::open().await;
    let mut config: Value =
        serde_json::from_str(&std::fs::read_to_string(dist().join("config.json")).unwrap()).unwrap();
    config["clientId"] = json!("c0ffee00-e474-4da0-8000-000000000001");
    config["embedding"] = json!({ "hosts": [{ "origin": "https://portal.example", "credential": true }] });
    let config = config.to_string();
    let entrada = files::serve(&dist(), "/", &[("config.json", Some(&config))]).await;
    host.put("/", "", &PAGE.replace("PAGE", &entrada.address).replace("SETTINGS", ""));
    let screen = &world.screen;
    screen.go(&host.origin("stranger")).await;
    screen.enter("#entrada").await;
    screen.until("the page refuses", "return !!document.querySelector('[data-code=host_not_allowed]')").await;
    assert!(screen.text("#page").await.contains(&host.origin("stranger")));
    assert!(!screen.has("#sign-in").await);
    screen.leave_frame().await;
    screen.until("the element gives up", "return events.some(([type]) => type === 'failed')").await;
    assert_eq!(screen.eval("return events.map(([, detail]) => detail.finding)").await, json!(["no_answer"]));
    assert_eq!(screen.eval("return heard").await, json!([]));

    // In a plain frame, without a greeting, it says that nobody speaks.
    host.put("/plain", "", &format!("<!doctype html><iframe id=entrada src=\"{}\"></iframe>", entrada.address));
    screen.go(&format!("{}/plain", host.origin("stranger"))).await;
    screen.enter("#entrada").await;
    screen.until("the page says so", "return !!document.querySelector('[data-code=host_silent]')").await;
}

/// Served with its headers, the page is not even shown to whom they do not name.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_the_browser_refuses_ends_in_no_answer_and_removing_the_element_ends_everything() {
    let sites = partner(false, "").await;
    let screen = &sites.world.screen;
    let elsewhere = format!("src=\"{}/organizations/oauth2/v2.0/logout\"", sites.world.cloud.origins.login);
    let refused =
        PAGE.replace("PAGE", &sites.world.page()).replace("preset=magento", &elsewhere).replace("SETTINGS", "");
    sites.host.put("/refused", "", &refused);
    screen.go(&format!("{}/refused", sites.host.origin("partner"))).await;
    screen.until("the element gives up", "return events.some(([type]) => type === 'failed')").await;
    assert_eq!(told(&sites, "failed").await[0]["finding"], json!("no_answer"));

    screen.go(&sites.host.origin("partner")).await;
    screen.until("the frame is ready", "return events.some(([type]) => type === 'resized')").await;
    screen.eval("window.before = events.length; element.remove(); postMessage({ entrada: 1, type: 'failed', id: events[0][1].id, seq: 999, finding: 'late' }, '*')").await;
    screen.until("the late message was heard", "return heard.some(([, data]) => data?.finding === 'late')").await;
    assert_eq!(
        screen.eval("return [events.length - before, element.shadowRoot.querySelectorAll('iframe').length]").await,
        json!([0, 0])
    );
    // Put back, it begins anew, with an identity of its own.
    screen.eval("document.body.append(element)").await;
    screen.until("it is ready again", "return events.filter(([type]) => type === 'ready').length === 2").await;
    let ids = "return new Set(events.filter(([type]) => type === 'ready').map(([, detail]) => detail.id)).size";
    assert_eq!(screen.eval(ids).await, json!(2));
}

/// A page that takes the program in, without a bundler; and that unmounting leaves nothing that runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_mounts_the_program_gets_it_whole_and_is_rid_of_it_again() {
    let world = World::open().await;
    let page = "<!doctype html><html lang=fr><title>Shop</title><link rel=icon href=data:,><link rel=stylesheet href=module/entrada.css><h1>Shop</h1><main id=place></main>
        <script>
          window.events = []; window.ears = []; window.timers = new Set();
          const { addEventListener: add, removeEventListener: remove, setTimeout: later, clearTimeout: never } = window;
          window.addEventListener = (name, ear, ...more) => { ears.push([name, ear]); return add.call(window, name, ear, ...more) };
          window.removeEventListener = (name, ear, ...more) => { ears = ears.filter(it => it[0] !== name || it[1] !== ear); return remove.call(window, name, ear, ...more) };
          window.setTimeout = (run, ...more) => { const timer = later(() => { timers.delete(timer); run(...more.slice(1)) }, more[0]); timers.add(timer); return timer };
          window.clearTimeout = timer => { timers.delete(timer); never(timer) };
        </script>
        <script type=module>
          import init, { mount } from './module/entrada.js';
          await init();
          window.begin = options => mount(document.querySelector('#place'), { base: '/', config: CONFIG, onEvent: event => events.push(event), options });
          window.page = begin({ preset: 'heyloyalty', theme: { accent: '#0b6a0b' } });
        </script>";
    let mut config: Value =
        serde_json::from_str(&std::fs::read_to_string(dist().join("config.json")).unwrap()).unwrap();
    config["clientId"] = json!("c0ffee00-e474-4da0-8000-000000000001");
    config["languages"] = json!(["en", "da"]);
    let page = page.replace("CONFIG", &config.to_string());
    let shop = files::serve(&dist(), "/", &[("shop.html", Some(&page)), ("config.json", None)]).await;
    let screen = &world.screen;
    screen.go(&format!("{}shop.html", shop.address)).await;
    screen.until("it is ready", "return events.some(it => it.type === 'ready')").await;
    assert_eq!(
        screen.eval("return [events[0].version, events[0].type, events[0].language, events[0].entrada]").await,
        json!([1, "ready", "en", null])
    );
    screen.until("the first screen stands in the element", "return !!document.querySelector('#place h1')").await;
    assert_eq!(
        screen
            .eval("return [document.title, document.documentElement.lang, document.querySelector('#place').lang]")
            .await,
        json!(["Shop", "fr", "en"])
    );
    // The partner's own heading keeps its look, the program's has its own.
    let weights =
        "return [...document.querySelectorAll('body > h1, #place h1')].map(it => getComputedStyle(it).fontWeight)";
    assert_eq!(screen.eval(weights).await, json!(["700", "600"]));
    // A message of nobody's is no trouble, and what a getter throws is its owner's; closing is answered.
    let strange = "const cycle = { type: 'close' }; cycle.self = cycle; page.send(cycle); page.send(() => 1); page.send(Symbol());
        try { page.send({ type: 'close', options: { get preset() { throw new Error('mine') } } }) } catch (error) { return error.message }";
    assert_eq!(screen.eval(strange).await, json!("mine"));
    assert_eq!(screen.eval("return events.some(it => it.type === 'closed')").await, json!(false));
    screen.eval("page.send({ type: 'close' })").await;
    screen.until("it says that it closed", "return events.some(it => it.type === 'closed')").await;

    screen.eval("window.before = events.length; page.unmount(); page.unmount(); page.send({ type: 'close' })").await;
    screen.eval("dispatchEvent(new Event('offline'))").await;
    assert_eq!(screen.eval("return document.querySelector('#place').childNodes.length").await, json!(0));
    let left = screen.eval("return [ears.map(([name]) => name), timers.size, events.length - before]").await;
    assert_eq!(left, json!([[], 0, 0]), "listeners, timers, events");
    // And it can be mounted again.
    screen.eval("page = begin({ preset: 'magento', lang: 'da' })").await;
    screen.until("it is ready again", "return events.filter(it => it.type === 'ready').length === 2").await;
    screen.until("in another language", "return document.querySelector('#place').lang === 'da'").await;
}

/// Signing in takes nobody away from the partner's page: it goes by a window, as in a frame.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_set_up_completes_in_a_page_that_mounts_the_program() {
    let folder = Folder::with_shop();
    let world = World::with(Setting { page: Some(folder.0.clone()), ..Setting::default() }).await;
    let (screen, journey) = (&world.screen, world.journey());
    screen.go(&format!("{}shop.html?from=search#part", world.page())).await;
    journey.see("Give an integration access to Business Central").await;
    let host = screen.window().await;
    let known = screen.windows().await;
    screen.click("#sign-in").await;
    let relay = screen.new_window(&known).await;
    let known = screen.windows().await;
    screen.click("#continue").await;
    let microsoft = screen.new_window(&known).await;
    journey.through_microsoft_in(&microsoft, ADA, Consent::ForTheOrganization).await;
    screen.gone(&relay).await;
    screen.look_at(&host).await;
    journey.see("Choose what to set up").await;
    journey.choose_environment("Production").await;
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    screen.until("the run is told to its end", "return events.some(it => it.type === 'completed')").await;
    let completed = screen.eval("return events.find(it => it.type === 'completed')").await;
    assert_eq!((&completed["outcome"], &completed["clientId"]), (&json!("complete"), &json!(handed.client_id)));
    assert!(screen.address().await.ends_with("/shop.html?from=search#part"), "the address is the partner's");
    let heard = screen.eval("return JSON.stringify(events)").await.to_string();
    assert!(!heard.contains(&handed.secret) && !heard.contains("eyJ"), "a secret or a token was told");
    world.all_is_well(&[]).await;
}

/// The built page with a shop beside it, for as long as a test takes.
struct Folder(std::path::PathBuf);

impl Folder {
    fn with_shop() -> Self {
        fn copy(from: &std::path::Path, to: &std::path::Path) {
            std::fs::create_dir_all(to).unwrap();
            for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
                let to = to.join(entry.file_name());
                if entry.path().is_dir() {
                    copy(&entry.path(), &to);
                } else {
                    std::fs::copy(entry.path(), to).unwrap();
                }
            }
        }
        let folder = Self(std::env::temp_dir().join(format!("entrada-shop-{}", std::process::id())));
        copy(&dist(), &folder.0);
        let page = "<!doctype html><html lang=en><title>Shop</title><link rel=icon href=data:,><link rel=stylesheet href=module/entrada.css>
            <main id=app></main><script type=module src=shop.js></script>";
        let script = "import init, { mount } from './module/entrada.js';
            window.events = [];
            await init();
            mount(document.querySelector('#app'), { onEvent: event => events.push(event), options: { preset: 'magento' } });";
        std::fs::write(folder.0.join("shop.html"), page).unwrap();
        std::fs::write(folder.0.join("shop.js"), script).unwrap();
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
