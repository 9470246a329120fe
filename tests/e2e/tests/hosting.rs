//! The headers `cargo xtask build` puts into `dist/`, on the page's files in a browser: everything works under them, and nothing
//! is tried that they forbid (`sign-in.md` 4.2).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::{Consent, Screen, Sites};
use serde_json::{Value, json};

const ADA: &str = "ada@cronus.example";

/// The headers a page of our own origin gets, asked for by a page of our own origin.
async fn headers(screen: &Screen, path: &str) -> Value {
    let ask = "const done = arguments[arguments.length - 1];
        fetch(arguments[0], { cache: 'no-store' }).then(answer => done(Object.fromEntries(answer.headers)))";
    let answer = screen.driver().execute_async(ask, vec![json!(path)]).await.expect("it is there");
    answer.json().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_tried_that_the_headers_forbid() {
    let sites = Sites::open().await;
    let (world, screen, journey) = (&sites.world, &sites.world.screen, sites.world.journey());
    journey.open().await;
    let policy = headers(screen, "./").await["content-security-policy"].as_str().expect("a policy").to_owned();
    let login = &world.cloud.origins.login;
    for part in ["default-src 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'", login.as_str()] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(policy.contains(&format!("frame-ancestors {}", sites.host.origin("partner"))), "{policy}");
    // The page itself is cut off from other windows, those of the sign-in must not be (sign-in.md 3.3).
    for (path, opener) in [
        ("./", json!("same-origin")),
        ("index.html", json!("same-origin")),
        ("relay.html", json!(null)),
        ("redirect.html", json!(null)),
    ] {
        let sent = headers(screen, path).await;
        assert_eq!(sent["cross-origin-opener-policy"], opener, "{path}");
        assert_eq!(sent["cache-control"], json!("no-cache"), "{path}");
        for (name, value) in [("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")] {
            assert_eq!(sent[name], json!(value), "{path}");
        }
        assert!(sent["permissions-policy"].as_str().is_some_and(|it| it.contains("camera=()")), "{path}");
    }

    // The main job at top level, redirect page included, then inside a frame, relay page included.
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    whole(&sites, "Magento 2").await;
    sites.go().await;
    sites.sign_in_as(ADA, Consent::ForTheOrganization).await;
    whole(&sites, "HeyLoyalty").await;
    world.all_is_well(&[]).await;

    // All four would have been heard: whoever breaks the policy on purpose is, in the frame and on each page.
    let offend = "try { document.body.insertAdjacentHTML('beforeend', '<b>x') } catch {}
        const it = document.createElement('script'); try { it.text = 'window.ran = true' } catch {} document.head.append(it);
        return !!window.ran";
    let page = world.page();
    for place in ["", "index.html", "relay.html", "redirect.html#state=relay.00000000-0000-4000-8000-000000000000"] {
        if !place.is_empty() {
            screen.go(&format!("{page}{place}")).await;
        }
        let before = world.cloud.cloud().violations().len();
        assert_eq!(screen.eval(offend).await, json!(false), "{place}");
        let heard = async || (world.cloud.cloud().violations().len() > before).then_some(());
        screen.until_so("the violation is reported", heard).await;
    }
    let all = world.cloud.cloud().violations().to_vec();
    assert!(all.iter().all(|report| report.contains("trusted-types") || report.contains("script-src")), "{all:#?}");
}

async fn whole(sites: &Sites, preset: &str) {
    let journey = sites.world.journey();
    journey.choose_preset(preset).await;
    journey.choose_environment("Production").await;
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    assert!(!handed.client_id.is_empty());
    journey.stored().await;
    journey.finish().await;
}
