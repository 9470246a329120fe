//! `dist/` from any static host, below any path.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::{Consent, Setting, World, dist, files};

#[tokio::test(flavor = "multi_thread")]
async fn below_a_path_the_whole_journey_works() {
    let world = World::with(Setting { base: "/tools/entrada/".to_owned(), ..Setting::default() }).await;
    assert!(world.page().ends_with("/tools/entrada/"));
    let journey = world.journey();
    journey.open_with("?preset=magento&environment=Production").await;
    journey.sign_in_as("ada@cronus.example", Consent::ForTheOrganization).await;
    let address = world.screen.address().await;
    assert_eq!(
        address,
        format!("{}?preset=magento&environment=Production", world.page()),
        "back where it began, nothing added"
    );
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    assert_eq!(handed.companies(&handed.token()).status, 200);
    let traffic = world.screen.traffic().await;
    let page = world.page();
    let outside: Vec<_> = traffic
        .all()
        .iter()
        .filter(|sent| sent.origin() == world.origins()[0] && !sent.url.starts_with(&page))
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_only_serves_files_is_enough() {
    let world = World::open().await;
    let config = std::fs::read_to_string(dist().join("config.json")).expect("the page has a configuration");
    let config = config.replace("00000000-0000-0000-0000-000000000000", "c0ffee00-e474-4da0-8000-000000000001");
    let host = files::serve(&dist(), "/a/b%20c/", &[("config.json", Some(&config))]).await;
    let journey = world.journey();
    world.screen.go(&host.address).await;
    journey.see("Give an integration access to Business Central").await;
    // Its sentences in another language are a file of their own, found relative to the page.
    let german = "const list = document.querySelector('#language'); list.value = 'de'; list.dispatchEvent(new Event('change', { bubbles: true }))";
    world.screen.eval(german).await;
    world.screen.until("the page speaks German", "return document.documentElement.lang === 'de'").await;
    world.all_is_well(&[]).await;
}
