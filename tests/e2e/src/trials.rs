//! Trials that are the same in every browser: what a hostile or careless page around the frame can try, and what becomes of it.

use serde_json::json;

use crate::{Consent, Engine, HostPages, Setting, Sites, World};

const ADA: &str = "ada@cronus.example";

/// Ten lines of a partner, and a test's ears.
pub const PAGE: &str = "<!doctype html><html lang=en><title>Partner</title><link rel=icon href=data:,><h1>Partner</h1>
<style>entrada-setup { --entrada-accent: #0b6a0b; --entrada-radius: 6px }</style>
<script src=\"PAGEv1/embed.js\"></script>
<script>
  window.heard = []; window.events = []; window.ears = [];
  addEventListener('message', event => heard.push([event.origin, event.data]));
  addEventListener('entrada-credential', event => events.push(['bubbled', event.detail]));
</script>
<entrada-setup id=entrada preset=magento environment=Production lang=en></entrada-setup>
<script>
  window.element = document.querySelector('entrada-setup');
  element.config = { patience: 3000, SETTINGS };
  for (const type of ['ready', 'resized', 'plan-ready', 'step-changed', 'completed', 'blocked', 'failed', 'closed', 'credential'])
    element.addEventListener('entrada-' + type, event => events.push([type, event.detail]));
</script>";

/// The page of Entrada, and a partner whose origin may, or may not, be handed the credential.
pub async fn partner_in(engine: Engine, credential: bool, settings: &str) -> Sites {
    let host = HostPages::open().await;
    let embedded_by = vec![(host.origin("partner"), credential)];
    let world = World::with(Setting { apart: true, embedded_by, engine, ..Setting::default() }).await;
    let sites = Sites { world, host };
    sites.host.put("/", "", &PAGE.replace("PAGE", &sites.world.page()).replace("SETTINGS", settings));
    sites
}

fn token_calls(sites: &Sites) -> usize {
    sites.world.cloud.cloud().log().iter().filter(|entry| entry.url.contains("/oauth2/v2.0/token")).count()
}

/// Notes in the frame which window it opens and what it hears, to forge and replay with.
const EAVESDROP: &str = "
    const open = window.open;
    window.open = (...all) => { window.asked = all[0]; return open.apply(window, all) };
    window.caught = [];
    addEventListener('message', event => caught.push(event.data));";

async fn state(sites: &Sites) -> String {
    let asked = sites.world.screen.eval("return new URLSearchParams(window.asked.split('?')[1]).get('state')").await;
    asked.as_str().expect("a state").to_owned()
}

/// Still waiting for the window, and nothing was traded.
pub async fn still_waits(sites: &Sites, calls: usize) {
    sites.world.journey().see("Waiting for the sign-in").await;
    assert_eq!(token_calls(sites), calls);
}

/// Forged, replayed and malformed messages, to the frame and to the relay page of a sign-in: nothing of it counts, and the true one does.
pub async fn forged_answers_of_a_sign_in(sites: &Sites) {
    let (world, screen) = (&sites.world, &sites.world.screen);
    sites.go().await;
    screen.eval(EAVESDROP).await;
    let host = screen.window().await;
    let relay = sites.open_relay("#sign-in").await;
    screen.until("the relay page is ready", "return !document.querySelector('#continue').hidden").await;
    assert!(screen.address().await.ends_with("/relay.html"), "the address it was given is gone from its own");

    // From the page around, and from the frame itself: the right state, the wrong sender.
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    let state = state(sites).await;
    let sound = json!({ "entrada": 1, "type": "sign-in-answer", "state": state, "answer": format!("code=stolen&state={state}") });
    screen.eval_with("postMessage(arguments[0], '*')", vec![sound.clone()]).await;
    screen.until("the frame has heard itself", "return caught.length > 0").await;
    still_waits(sites, 0).await;
    screen.look_at(&host).await;
    screen
        .eval_with(
            "document.querySelector('#entrada').contentWindow.postMessage(arguments[0], '*')",
            vec![sound.clone()],
        )
        .await;
    screen.enter("#entrada").await;
    screen.until("the frame has heard its host", "return caught.length > 1").await;
    still_waits(sites, 0).await;

    // From the relay's own window: the right sender, the wrong message.
    screen.look_at(&relay).await;
    let other =
        json!({ "entrada": 1, "type": "sign-in-answer", "state": "relay.other", "answer": "code=a&state=relay.other" });
    let twice = json!({ "entrada": 1, "type": "sign-in-answer", "state": state, "answer": format!("code=a&code=b&state={state}") });
    for message in [other, twice, json!(null), json!("x"), json!(7), json!([sound]), json!({ "answer": "code=a" })] {
        screen.eval_with("opener.postMessage(arguments[0], location.origin)", vec![message]).await;
    }
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    screen.until("the frame has heard all of it", "return caught.length > 8").await;
    still_waits(sites, 0).await;

    // To the relay, over the channel, from another page of our own origin.
    screen.another_window().await;
    screen.go(&format!("{}icon.svg", world.page())).await;
    let speak = "const channel = new BroadcastChannel('entrada.signin.' + arguments[0]);
        for (const it of [null, 7, {}, ['code=a&state=' + arguments[0]], '', 'code=a', 'code=a&state=relay.other']) channel.postMessage(it)";
    screen.eval_with(speak, vec![json!(state)]).await;
    screen.close_window().await;
    screen.look_at(&relay).await;
    screen.eval("postMessage({ entrada: 1, type: 'sign-in-answer', state: 'x', answer: 'code=a' }, '*')").await;
    assert!(screen.shows("#continue:not([hidden])").await, "the relay still waits");

    let microsoft = sites.go_on().await;
    world.journey().through_microsoft_in(&microsoft, ADA, Consent::ForTheOrganization).await;
    screen.gone(&relay).await;
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    world.journey().see("Choose what to set up").await;
    let calls = token_calls(sites);
    let replay = "const answer = caught.findLast(it => it?.type === 'sign-in-answer'); caught.length = 0; postMessage(answer, '*'); return answer.answer";
    let replayed = screen.eval(replay).await;
    assert!(replayed.as_str().is_some_and(|answer| answer.contains("code=")), "the true answer is replayed");
    screen.until("the frame has heard it again", "return caught.length > 0").await;
    assert_eq!(token_calls(sites), calls);
}

/// A frame that may not open windows: a finding says so, and the link it offers leads to a sign-in.
pub async fn a_sandbox_without_windows(sites: &Sites) {
    let (world, screen) = (&sites.world, &sites.world.screen);
    sites.partner_page("/sandbox", "", "sandbox=\"allow-scripts allow-same-origin allow-forms\"");
    sites.go_to("/sandbox").await;
    let host = screen.window().await;
    screen.click("#sign-in").await;
    world.journey().see_finding("popup_blocked").await;
    // It stands above the button that was pressed, and is seen all the same.
    let in_sight = "const it = document.querySelector('[data-code=popup_blocked]').getBoundingClientRect(); return it.top >= 0 && it.top < innerHeight / 2";
    screen.until("the finding is in sight", in_sight).await;
    assert_eq!(screen.windows().await.len(), 1);
    screen.press_named("Copy the link for an administrator").await;
    screen.look_at(&host).await;
    screen.paste("#paste").await;
    let link = screen.value("#paste").await;
    assert!(link.starts_with(&world.page()) && link.contains("preset="), "{link}");
    // The way out leads somewhere: a window of its own, where the sign-in goes by leaving the page.
    screen.another_window().await;
    screen.go(&link).await;
    world.journey().sign_in_as(ADA, Consent::ForTheOrganization).await;
}

/// A frame without an origin of its own cannot load the program: a page says so in words.
pub async fn a_sandbox_without_an_origin(sites: &Sites) {
    let screen = &sites.world.screen;
    sites.partner_page("/opaque", "", "sandbox=\"allow-scripts allow-popups\"");
    sites.go_to("/opaque").await;
    let told = "return location.pathname === '/sandboxed.html' && document.querySelector('main')?.innerText";
    let told = screen.until("it says so", told).await;
    assert!(told.as_str().unwrap().contains("allow-same-origin"), "{told}");
}

/// Wrong, replayed and malformed messages between a page and its element's frame: ignored both ways.
pub async fn forged_messages_of_a_host(sites: &Sites) {
    let screen = &sites.world.screen;
    // The page around notes what the element says, to say it again.
    sites.go().await;
    screen.leave_frame().await;
    screen.until("the frame is ready", "return events.some(([type]) => type === 'ready')").await;
    let forge = "
        const frame = window.inner = element.shadowRoot.querySelector('iframe').contentWindow, at = new URL(element.shadowRoot.querySelector('iframe').src).origin;
        const id = events[0][1].id, say = (data) => frame.postMessage(data, at);
        const cycle = { entrada: 1, type: 'close', id, seq: 9 }; cycle.self = cycle;
        for (const data of [null, 7, 'close', [], {}, cycle, { entrada: 1, type: 'close', id, seq: 1 }, { entrada: 1, type: 'close', id: 'x', seq: 9 },
            { entrada: 2, type: 'close', id, seq: 9 }, { entrada: 1, type: 'close', id, seq: 9.5 }, { entrada: 1, type: 'close', id, seq: -1 },
            { entrada: 1, type: 'hello', id, seq: 9, options: { preset: 'heyloyalty' } }, { entrada: 1, type: 'credential', id, seq: 10 }]) say(data);";
    screen.eval(forge).await;
    // A frame beside it is not the page around, whatever it says.
    let beside = "
        const other = document.createElement('iframe');
        other.srcdoc = `<script>parent.inner.postMessage(${JSON.stringify({ entrada: 1, type: 'close', id: events[0][1].id, seq: 50 })}, '*'); parent.postMessage(${JSON.stringify({ entrada: 1, type: 'failed', id: events[0][1].id, seq: 99, finding: 'forged' })}, '*')<` + '/script>';
        document.body.append(other);";
    screen.eval(beside).await;
    screen.until("the forged event was heard", "return heard.some(([, data]) => data?.finding === 'forged')").await;
    screen
        .eval("postMessage({ entrada: 1, type: 'failed', id: events[0][1].id, seq: 100, finding: 'forged' }, '*')")
        .await;
    screen.enter("#entrada").await;
    sites.world.journey().see("Give an integration access to Business Central").await;
    assert_eq!(sites.world.screen.eval("return document.querySelectorAll('.notice').length").await, json!(0));
    screen.leave_frame().await;
    let strange = "return events.filter(([type]) => !['ready', 'resized'].includes(type))";
    assert_eq!(screen.eval(strange).await, json!([]));

    // Closing in order is answered, and then nothing of it is left.
    screen.eval("element.close()").await;
    screen.until("it says that it closed", "return events.some(([type]) => type === 'closed')").await;
    screen.until("the frame is gone", "return !element.shadowRoot.querySelector('iframe')").await;
}
