//! Pictures of every screen, for the README and for whoever judges the look: `cargo xtask screenshots`.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use std::env;
use std::path::PathBuf;

use entrada_e2e::{Consent, World, tour};

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
