//! The main journeys in Firefox: the page of its own, and the page inside somebody else's, friendly or not. A tier of their own
//! (`cargo xtask test`), because Firefox and its driver have to be there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::trials;
use entrada_e2e::{Consent, Engine, Journey, Setting, Sites, World};
use serde_json::json;

const ADA: &str = "ada@cronus.example";

/// From the signed-in page to the end; whoever reads the credential off the screen gets in.
async fn set_up(journey: &Journey<'_>) {
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    assert_eq!(handed.companies(&handed.token()).status, 200);
    journey.stored().await;
    journey.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a tier of its own: cargo xtask test"]
async fn the_main_job_in_firefox() {
    let world = World::with(Setting { engine: Engine::Firefox, ..Setting::default() }).await;
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    set_up(&journey).await;
    assert!(world.cloud.cloud().violations().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a tier of its own: cargo xtask test"]
async fn the_main_job_inside_a_cross_site_frame_in_firefox() {
    let sites = Sites::open_in(Engine::Firefox).await;
    let (world, screen) = (&sites.world, &sites.world.screen);
    // Storage is partitioned here as well, or the rest proves nothing.
    let page = world.page();
    screen.go(&page).await;
    screen.eval("localStorage.setItem('probe', 'tab')").await;
    sites.go().await;
    assert_eq!(screen.eval("return localStorage.getItem('probe')").await, json!(null), "storage is shared");
    sites.sign_in_as(ADA, Consent::ForTheOrganization).await;
    set_up(&world.journey()).await;
    assert_eq!(world.stored().await, json!({}));
    assert!(world.cloud.cloud().violations().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a tier of its own: cargo xtask test"]
async fn forged_answers_of_a_sign_in_are_ignored_in_firefox() {
    trials::forged_answers_of_a_sign_in(&Sites::open_in(Engine::Firefox).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a tier of its own: cargo xtask test"]
async fn forged_messages_of_a_host_are_ignored_in_firefox() {
    trials::forged_messages_of_a_host(&trials::partner_in(Engine::Firefox, true, "").await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a tier of its own: cargo xtask test"]
async fn a_sandbox_without_windows_has_a_way_out_in_firefox() {
    trials::a_sandbox_without_windows(&Sites::open_in(Engine::Firefox).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a tier of its own: cargo xtask test"]
async fn a_sandbox_without_an_origin_is_told_in_firefox() {
    trials::a_sandbox_without_an_origin(&Sites::open_in(Engine::Firefox).await).await;
}
