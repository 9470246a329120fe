//! Entrada in a partner's page: three sites, partitioned storage, Microsoft's pages with `Cross-Origin-Opener-Policy`
//! (`sign-in.md` 3.3, 3.4). The pains of `sign-in.md` 5 that belong to frames and popups are test names here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::Sites;
use serde_json::json;

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
