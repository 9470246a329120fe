//! Entrada in a partner's page: three sites, partitioned storage, Microsoft's pages with `Cross-Origin-Opener-Policy`
//! (`sign-in.md` 3.3, 3.4). The pains of `sign-in.md` 5 that belong to frames and popups are test names here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::trials::{self, still_waits};
use entrada_e2e::{Consent, Sites};
use serde_json::json;

const ADA: &str = "ada@cronus.example";

/// Without this nothing below would prove anything: a browser that is told to share storage between a frame and a tab lets
/// every sign-in work that fails for people.
#[tokio::test(flavor = "multi_thread")]
async fn storage_and_channels_of_a_frame_in_another_site_are_partitioned() {
    let sites = Sites::open().await;
    let screen = &sites.world.screen;
    let quiet = format!("{}icon.svg", sites.world.page());
    sites.host.put(
        "/quiet",
        "",
        &format!("<!doctype html><iframe id=entrada src=\"{quiet}\" width=300 height=300></iframe>"),
    );
    screen.go(&format!("{}/quiet", sites.host.origin("partner"))).await;
    let host = screen.window().await;
    screen.enter("#entrada").await;
    let listen = "localStorage.setItem('probe', 'frame'); window.heard = []; const channel = window.channel = new BroadcastChannel('probe');
        channel.onmessage = event => heard.push(event.data)";
    screen.eval(listen).await;

    // The same document as a page of its own, twice: these two hear each other, so the channel works and was listened to.
    let first = screen.another_window().await;
    screen.go(&quiet).await;
    screen.eval(listen).await;
    screen.another_window().await;
    screen.go(&quiet).await;
    screen.eval("new BroadcastChannel('probe').postMessage('from a tab')").await;
    screen.look_at(&first).await;
    screen.until("the other tab heard it", "return heard.includes('from a tab')").await;

    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    // The frame listens: a message of its own partition arrives, and arrives later than the tab's would have.
    screen.eval("new BroadcastChannel('probe').postMessage('from the frame')").await;
    screen.until("the frame hears itself", "return heard.includes('from the frame')").await;
    assert_eq!(screen.eval("return heard").await, json!(["from the frame"]), "a channel crosses into the frame");
    screen.look_at(&first).await;
    screen.eval("localStorage.setItem('probe', 'tab')").await;
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    assert_eq!(screen.eval("return localStorage.getItem('probe')").await, json!("frame"), "storage is shared");
}

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_pages_refuse_frames_and_cut_off_their_opener() {
    let sites = Sites::open().await;
    let login = sites.world.cloud.origins.login.clone();
    let page = format!("{login}/organizations/oauth2/v2.0/logout");
    let html = "<!doctype html><button id=open onclick=\"window.opened = window.open('PAGE')\">Open</button><iframe id=entrada src=\"PAGE\"></iframe>";
    sites.host.put("/login", "", &html.replace("PAGE", &page));
    let screen = &sites.world.screen;
    screen.go(&format!("{}/login", sites.host.origin("partner"))).await;
    let (host, known) = (screen.window().await, screen.windows().await);
    // The browser blocks pop-ups nobody clicked for, as it does for people.
    assert_eq!(screen.eval("return open('about:blank') === null").await, json!(true));
    screen.click("#open").await;
    screen.new_window(&known).await;
    screen.until("Microsoft's page is there", "return !!document.querySelector('h1')").await;
    assert_eq!(screen.eval("return opener === null").await, json!(true));
    screen.look_at(&host).await;
    assert_eq!(screen.eval("return opened.closed").await, json!(true), "“closed” proves nothing");
    let inside = "return document.querySelector('#entrada').contentDocument === null";
    assert_eq!(screen.eval(inside).await, json!(true));
    screen.enter("#entrada").await;
    assert_eq!(screen.eval("return location.protocol").await, json!("chrome-error:"), "the browser refuses the frame");
}

/// `sign-in.md` 5: "cross-site iframe broken in v5" (#8391, #8441, #8211, #8687).
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_set_up_completes_inside_a_cross_site_frame() {
    let sites = Sites::open().await;
    let (world, journey) = (&sites.world, sites.world.journey());
    sites.go().await;
    let host = world.screen.window().await;
    sites.sign_in_as(ADA, Consent::ForTheOrganization).await;
    assert_eq!(world.screen.windows().await.len(), 1, "both windows have closed themselves");
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    assert_eq!(handed.companies(&handed.token()).status, 200, "a third party gets in");

    // No `allow` on the frame: the clipboard's modern way is refused there, and the other one works.
    world.screen.press_named("Copy Client id").await;
    world.screen.look_at(&host).await;
    world.screen.paste("#paste").await;
    assert_eq!(world.screen.value("#paste").await, handed.client_id);
    world.screen.enter("#entrada").await;
    world.screen.press_named(".env").await;
    world.screen.press_named("Download").await;
    let env = world.downloaded("business-central.env").await;
    assert!(env.contains(&handed.client_id) && env.contains(&handed.secret));
    journey.stored().await;
    journey.finish().await;

    // Nothing secret reached the page around, and nothing was left in the frame's own storage.
    assert_eq!(world.stored().await, json!({}));
    world.screen.look_at(&host).await;
    let heard = world.screen.eval("return JSON.stringify(heard)").await.to_string();
    for secret in world.everything_secret() {
        assert!(!heard.contains(&secret), "a secret reached the page around");
    }
    for code in world.cloud.cloud().every_code() {
        assert!(!heard.contains(&code), "a code reached the page around");
    }
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_replayed_and_malformed_messages_are_ignored_by_frame_and_relay() {
    trials::forged_answers_of_a_sign_in(&Sites::open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_address_forged_to_lead_elsewhere_is_refused_in_words() {
    let sites = Sites::open().await;
    let (world, screen) = (&sites.world, &sites.world.screen);
    let page = world.page();
    let login = &world.cloud.origins.login;
    let redirect: String = page.replace(':', "%3A").replace('/', "%2F") + "redirect.html";
    let request =
        format!("response_type=code&redirect_uri={redirect}&state=relay.00000000-0000-4000-8000-000000000000");
    let path = format!("organizations/oauth2/v2.0/authorize?{request}");
    let host = login.strip_prefix("http://").unwrap();
    let cases = [
        (format!("https://evil.example/{path}"), "elsewhere"),
        (format!("https://login.localhost.evil.example/{path}"), "elsewhere"),
        (format!("https://{host}/{path}"), "elsewhere"),
        (format!("http://ada:secret@{host}/{path}"), "credentials"),
        (format!("http://{host}@evil.example/{path}"), "insecure"),
        (format!("http://evil.example/{path}"), "insecure"),
        ("javascript:alert(document.domain)".to_owned(), "insecure"),
        ("data:text/html,<script>alert(1)</script>".to_owned(), "insecure"),
        ("//evil.example/".to_owned(), "broken"),
        (String::new(), "broken"),
        (format!("{login}/{}", path.replace("redirect.html", "other.html")), "foreign"),
        (format!("{login}/{}", path.replace("state=relay.", "state=")), "foreign"),
        (format!("{login}/{}", path.replace("response_type=code", "response_type=token")), "foreign"),
        (format!("{login}/{path}&state=relay.00000000-0000-4000-8000-000000000001"), "foreign"),
        // A sound one, opened by a link instead of by a frame of ours.
        (format!("{login}/{path}"), "alone"),
    ];
    for (address, why) in cases {
        screen.go("about:blank").await;
        screen.go(&format!("{page}relay.html#{address}")).await;
        let told = screen.until("the relay page says why", "return document.querySelector('#state').dataset.why").await;
        assert_eq!(told, json!(why), "{address}");
        assert!(!screen.text("#state").await.is_empty());
        assert!(!screen.shows("#continue:not([hidden])").await, "{address}");
        assert!(screen.address().await.ends_with("/relay.html"), "{address} is scrubbed");
    }
    // Opened by a stranger: the address is sound, the opener cannot be read.
    sites.host.put(
        "/stranger",
        "",
        &format!(
            "<!doctype html><button id=open onclick=\"window.open('{page}relay.html#{login}/{path}')\">Open</button>"
        ),
    );
    screen.go(&format!("{}/stranger", sites.host.origin("stranger"))).await;
    let known = screen.windows().await;
    screen.click("#open").await;
    screen.new_window(&known).await;
    let told = screen.until("the relay page says why", "return document.querySelector('#state').dataset.why").await;
    assert_eq!(told, json!("alone"));
}

/// `sign-in.md` 5: "popup blocked: Teams desktop, Edge, async gap" (#7419, #6171, #7230, #1825).
#[tokio::test(flavor = "multi_thread")]
async fn popup_blocked_by_a_sandbox_ends_in_a_finding_with_a_way_out() {
    trials::a_sandbox_without_windows(&Sites::open().await).await;
}

/// A host that cuts itself off from every window of its frames (COOP `same-origin`) makes `window.open` answer as a blocker does.
#[tokio::test(flavor = "multi_thread")]
async fn popups_under_coop_of_the_host_are_told_in_both_windows() {
    let sites = Sites::open().await;
    let (world, screen) = (&sites.world, &sites.world.screen);
    sites.partner_page("/coop", "Cross-Origin-Opener-Policy: same-origin\r\n", "");
    sites.go_to("/coop").await;
    let host = screen.window().await;
    sites.open_relay("#sign-in").await;
    let told = screen.until("the relay page says why", "return document.querySelector('#state').dataset.why").await;
    assert_eq!(told, json!("alone"));
    screen.close_window().await;
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    world.journey().see_finding("popup_blocked").await;
    // “Open in a window of its own” needs no handle, so it works here.
    let known = screen.windows().await;
    screen.press_named("Open in a window of its own").await;
    screen.new_window(&known).await;
    world.journey().sign_in_as(ADA, Consent::ForTheOrganization).await;

    // A host that leaves its popups alone is no obstacle.
    sites.partner_page("/", "Cross-Origin-Opener-Policy: same-origin-allow-popups\r\n", "");
    screen.look_at(&host).await;
    sites.go().await;
    sites.sign_in_by("#sign-in", ADA, Consent::ForTheOrganization).await;
    world.journey().see("Choose what to set up").await;
}

/// `sign-in.md` 5: popups under COOP, `user_cancelled` (#5709, #7479, #6570, #8047), v5 popup never returns, no cancel signal
/// (#8282, #8521, #8572), `interaction_in_progress` stuck (#2941, #4171, …).
#[tokio::test(flavor = "multi_thread")]
async fn user_cancelled_is_never_inferred_and_a_closed_window_is_opened_again() {
    let sites = Sites::open().await;
    let (screen, journey) = (&sites.world.screen, sites.world.journey());
    sites.go().await;
    let host = screen.window().await;
    // Both windows closed by the person.
    sites.open_relay("#sign-in").await;
    let relay = screen.window().await;
    sites.go_on().await;
    screen.until("Microsoft's page is there", "return !!document.querySelector('#account-picker')").await;
    screen.close_window().await;
    screen.look_at(&relay).await;
    screen.close_window().await;
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    still_waits(&sites, 0).await;
    assert_eq!(journey.findings().await, Vec::<String>::new());
    // Given up by a word, and begun again.
    screen.press_named("Cancel").await;
    journey.see("Give an integration access to Business Central").await;
    sites.open_relay("#sign-in").await;
    let abandoned = screen.window().await;
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    still_waits(&sites, 0).await;
    // Once more while the first one waits: its window goes, the new one counts.
    screen.press_named("Open again").await;
    screen.gone(&abandoned).await;
    let all = screen.windows().await;
    assert_eq!(all.len(), 2);
    screen.new_window(std::slice::from_ref(&host)).await;
    let relay = screen.window().await;
    let microsoft = sites.go_on().await;
    journey.through_microsoft_in(&microsoft, ADA, Consent::Decline).await;
    screen.gone(&relay).await;
    screen.look_at(&host).await;
    screen.enter("#entrada").await;
    journey.see_finding("consent_declined").await;
    sites.sign_in_as(ADA, Consent::ForTheOrganization).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn step_up_and_sign_out_go_through_windows_as_well() {
    let sites = Sites::open().await;
    let (world, screen, journey) = (&sites.world, &sites.world.screen, sites.world.journey());
    sites.go().await;
    sites.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.can_plan().await;
    // The first press reads it and is refused, the second asks for the permission.
    let unfold = "for (const it of document.querySelectorAll('details')) it.open = true";
    screen.eval(unfold).await;
    screen.press_named("Read the policy").await;
    screen
        .until_so("the policy was refused", async || {
            let cloud = world.cloud.cloud();
            cloud
                .log()
                .iter()
                .flat_map(|entry| std::iter::once(entry).chain(&entry.items))
                .find(|it| it.url.contains("/policies/"))
                .map(drop)
        })
        .await;
    screen.eval(unfold).await;
    screen.mark_named("Read the policy").await;
    sites.sign_in_by("[data-wanted]", ADA, Consent::ForTheOrganization).await;
    journey.see("Choose what to set up").await;
    journey.can_plan().await;
    let preset = "return document.querySelector('#preset').selectedOptions[0].textContent";
    assert_eq!(screen.eval(preset).await, json!("Magento 2"), "the choices stayed");

    let known = screen.windows().await;
    screen.press_named("Sign out").await;
    journey.see("Give an integration access to Business Central").await;
    assert_eq!(world.stored().await, json!({}));
    screen.new_window(&known).await;
    journey.see("Give an integration access to Business Central").await;
    assert!(
        screen.address().await.starts_with(&world.page()),
        "Microsoft's session has ended, and its window came back to us"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_without_an_origin_of_its_own_says_so_in_words() {
    trials::a_sandbox_without_an_origin(&Sites::open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_beside_the_program_are_for_everyone() {
    let sites = Sites::open().await;
    let (world, screen) = (&sites.world, &sites.world.screen);
    sites.go().await;
    let host = screen.window().await;
    sites.open_relay("#sign-in").await;
    screen.until("the relay page is ready", "return !document.querySelector('#continue').hidden").await;
    let focused = "return document.activeElement.id";
    assert_eq!(screen.eval(focused).await, json!("continue"), "by keyboard it is one key");
    screen.is_accessible("relay page", 10).await;
    // Not in the window that a script has opened: there the redirect page closes itself.
    screen.look_at(&host).await;
    for place in ["relay.html", "redirect.html#state=relay.x", "sandboxed.html"] {
        screen.go(&format!("{}{place}", world.page())).await;
        screen.is_accessible(place, 5).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_configured_gets_no_frame() {
    let sites = Sites::open().await;
    let screen = &sites.world.screen;
    screen.go(&format!("{}/", sites.host.origin("stranger"))).await;
    screen.enter("#entrada").await;
    assert_eq!(screen.eval("return location.protocol").await, json!("chrome-error:"));
    let said = screen.console().await;
    assert!(said.iter().any(|said| said.text.contains("frame-ancestors")), "{said:#?}");
}
