//! A walk past every screen and state of the page, for whoever wants to look at all of them.

use entrada_cloud::{Effect, Fault};
use serde_json::json;

use crate::{Consent, World, files};

/// Faults of this walk leave these words in the console, which is the browser's doing.
pub const PROBLEM: [&str; 4] = ["environments", "userPermissions", "entraApplications", "config.json"];

fn refused() -> Effect {
    Effect::Status { status: 403, retry_after: None, code: "Authorization_RequestDenied".to_owned() }
}

/// Walks past every screen and calls `visit` with its name at each.
pub async fn tour(world: &World, visit: impl AsyncFn(&str)) {
    let (screen, journey) = (&world.screen, world.journey());
    journey.open_with("?preset=magento&clientId=other").await;
    journey.see_finding("link_ignored").await;
    visit("welcome-from-a-link").await;
    screen.go("about:blank").await;
    journey.open().await;
    visit("welcome").await;

    // Both lists of environments are refused at first, so that its name has to be typed.
    world.cloud.cloud().add_fault(Fault::times("GET", "/environments", refused(), 2));
    journey.sign_in_as("ada@cronus.example", Consent::ForTheOrganization).await;
    journey.see_finding("environments_forbidden").await;
    visit("choose-typed").await;
    screen.press_named("Check again").await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Sandbox").await;
    screen.until("the plan can be shown", "return !!document.querySelector('#show-plan:not([aria-disabled])')").await;
    visit("choose").await;
    journey.tick("Only these").await;
    visit("choose-no-company").await;
    journey.tick("All companies").await;
    journey.show_plan().await;
    visit("plan").await;
    screen.eval("for (const it of document.querySelectorAll('details')) it.open = true").await;
    visit("plan-requests").await;

    // One permission set is refused once, so that the run stops in the middle.
    world.cloud.cloud().add_fault(Fault::once("POST", "/userPermissions", refused()));
    journey.confirm().await;
    screen.until("the page asks for a hand", "return !!document.querySelector('.ask #client-id')?.value").await;
    visit("run").await;
    let by_hand =
        json!({ "client_id": screen.value("#client-id").await, "description": screen.value("#description").await });
    world.arrange("business-central", &json!({ "environment": "Sandbox", "do": { "register_by_hand": by_hand } }));
    screen.find("#outcome").await;
    visit("run-stopped").await;
    screen.press_named("Try again").await;
    journey.see("Take the credential with you").await;
    visit("hand-over").await;
    journey.read_credential().await;
    visit("hand-over-revealed").await;
    screen.click("#tab-1").await;
    visit("hand-over-format").await;
    journey.stored().await;
    journey.finish().await;
    visit("done").await;
    screen.press_named("Set up something else").await;
    journey.see("Choose what to set up").await;
    journey.show_plan().await;
    visit("plan-nothing-to-do").await;

    several(world, &visit).await;

    let host = files::serve(&crate::dist(), "/", &[("config.json", Some("{ \"clientId\": 7 }"))]).await;
    screen.go(&host.address).await;
    journey.see_finding("config_wrong").await;
    visit("problem").await;
}

/// The screens that look different where there are several environments, one of which fails half-way.
async fn several(world: &World, visit: &impl AsyncFn(&str)) {
    let (screen, journey) = (&world.screen, world.journey());
    world.three_environments();
    journey.open().await;
    journey.sign_in_as("ada@cronus.example", Consent::ForTheOrganization).await;
    journey.choose_preset("HeyLoyalty").await;
    for environment in ["Production", "Sandbox", "Training"] {
        journey.choose_environment(environment).await;
    }
    journey.can_plan().await;
    visit("several-choose").await;
    journey.open_routes().await;
    visit("several-choose-routes").await;
    journey.show_plan().await;
    visit("several-plan").await;
    world.cloud.cloud().add_fault(Fault::times("POST", "/Sandbox/api/microsoft/automation", refused(), 100));
    journey.confirm().await;
    journey.see("Take the credential with you").await;
    journey.see_finding("environment_unfinished").await;
    visit("several-hand-over-unfinished").await;
    screen.press_named("Try again").await;
    screen.find("#outcome").await;
    visit("several-run-stopped").await;
    world.cloud.cloud().clear_faults();
    screen.press_named("Try again").await;
    screen.until("every environment is complete", "return !!document.querySelector('#base-url-3')").await;
    visit("several-hand-over").await;
    journey.stored().await;
    journey.finish().await;
    visit("several-done").await;
}
