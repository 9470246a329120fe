//! Pictures of every screen, for the README and for whoever judges the look: `cargo xtask screenshots`.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use std::env;
use std::path::PathBuf;

use entrada_e2e::{Consent, Inside, World, tour};

fn folder() -> PathBuf {
    let folder = PathBuf::from(env::var_os("ENTRADA_SHOTS").expect("ENTRADA_SHOTS names a folder"));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures, proves nothing; `cargo xtask screenshots` runs it"]
async fn pictures_of_every_screen() {
    let folder = folder();
    let world = World::open().await;
    tour(&world, async |name| {
        for (width, height) in [(1280, 900), (320, 800)] {
            world.screen.resize(width, height).await;
            for (dark, word) in [(false, "light"), (true, "dark")] {
                world.screen.dark(dark).await;
                let file = folder.join(format!("{name}-{width}-{word}.png"));
                std::fs::write(file, world.screen.picture(width).await).expect("the picture can be written");
            }
        }
        world.screen.dark(false).await;
        world.screen.resize(1280, 900).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes a picture, proves nothing; `cargo xtask screenshots` runs it"]
async fn picture_for_the_readme() {
    let world = World::open().await;
    let (screen, journey) = (&world.screen, world.journey());
    screen.resize(1280, 900).await;
    journey.open().await;
    journey.sign_in_as("ada@cronus.example", Consent::ForTheOrganization).await;
    journey.choose_environment("Production").await;
    screen.until("the checks are through", "return !!document.querySelector('#show-plan:not([aria-disabled])')").await;
    // As after the last click: nothing has the focus.
    screen.eval("document.activeElement.blur(); scrollTo(0, 0)").await;
    std::fs::write(folder().join("readme.png"), screen.window_picture().await).expect("the picture can be written");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures, proves nothing; `cargo xtask screenshots` runs it"]
async fn pictures_inside_business_central() {
    let folder = folder();
    let inside = Inside::open(true).await;
    let (screen, journey) = (&inside.sites.world.screen, inside.sites.world.journey());
    let visit = async |name: &str| {
        for (width, height) in [(1280, 900), (320, 800)] {
            screen.resize(width, height).await;
            for (dark, word) in [(false, "light"), (true, "dark")] {
                screen.dark(dark).await;
                let file = folder.join(format!("inside-{name}-{width}-{word}.png"));
                std::fs::write(file, screen.window_picture().await).expect("the picture can be written");
            }
        }
        screen.dark(false).await;
        screen.resize(1280, 900).await;
    };
    // What is looked at has to be in sight: the frame scrolls, the window does not.
    let show = async |css: &str| {
        screen.eval(&format!("document.querySelector('{css}').scrollIntoView({{ block: 'center' }})")).await;
    };
    inside.sign_in().await;
    journey.choose_preset("Magento 2").await;
    journey.can_plan().await;
    journey.open_routes().await;
    show("#routes, details[open]").await;
    visit("choose-routes").await;
    journey.show_plan().await;
    screen.eval("for (const it of document.querySelectorAll('details')) it.open = true").await;
    visit("plan").await;
    journey.confirm().await;
    screen
        .until("the page waits for Business Central", "return document.body.innerText.includes('asks you first')")
        .await;
    visit("run-asked").await;
    inside.answer(false).await;
    journey.see_finding("bridge_refused").await;
    show("[data-code=bridge_refused], .finding").await;
    visit("run-refused").await;
    screen.press_named("Try again").await;
    inside.answer(true).await;
    journey.see("Take the credential with you").await;
    visit("hand-over").await;
}
