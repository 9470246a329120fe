//! What a run made is taken back, and the tenant is what it was; what Entra keeps for 30 days can be brought back.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_cloud::{Effect, Fault};
use entrada_e2e::{Consent, Handed, Journey, Outsider, TenantState, World};
use serde_json::{Value, json};

const ADA: &str = "ada@cronus.example";
const NAME: &str = "NaviPartner Magento 2 integration";
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Takes the run on the screen back: sees what would go, confirms, and waits until it is gone.
async fn take_back(world: &World, journey: &Journey<'_>) {
    let place = world.log_length();
    journey.see_the_way_back().await;
    let plan = journey.plan().await;
    assert!(!plan.is_empty() && plan.iter().all(|line| line.word == "Remove"), "{plan:#?}");
    assert_eq!(world.writes_since(place), Vec::<String>::new(), "nothing is taken away before it was confirmed");
    journey.confirm().await;
    journey.see_outcome("Everything was taken back").await;
}

/// The tenant is what it was, but for what Entra keeps for a while (graph.md 2).
fn is_as_before(world: &World, before: &TenantState) {
    let kept = [format!("+ deleted application {NAME}"), format!("+ deleted service principal {NAME}")];
    assert_eq!(before.difference(&world.state()), kept);
}

/// From the plan to the end of a set-up.
async fn set_up(journey: &Journey<'_>) -> Handed {
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    handed
}

/// A token of the administrator for Graph, as the page sent it last.
async fn administrators_token(world: &World) -> String {
    let graph = &world.origins()[2];
    let traffic = world.screen.traffic().await;
    let bearer =
        traffic.all().iter().rev().filter(|sent| sent.origin() == graph).find_map(|sent| sent.authorization.clone());
    bearer.expect("the page spoke to Graph").strip_prefix("Bearer ").expect("a bearer token").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_complete_the_tenant_is_as_before_and_what_was_removed_can_be_restored_for_thirty_days() {
    let world = World::open().await;
    let journey = world.journey();
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    let before = world.state();
    let handed = set_up(&journey).await;
    let set_up = world.state();
    assert_eq!(before.difference(&set_up).len(), 8, "{:#?}", before.difference(&set_up));
    take_back(&world, &journey).await;
    is_as_before(&world, &before);
    assert!(handed.ask_token().text.contains("AADSTS700016"), "the credential ended with its application");

    // Almost thirty days later, by hand, with nothing but Graph: a new visit for a token that is still good.
    world.arrange("clock", &json!({ "advance_ms": 30 * DAY_MS - 60 * 60 * 1000 }));
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.can_plan().await;
    let token = administrators_token(&world).await;
    let graph = format!("{}/v1.0", world.origins()[2]);
    let gone = world.state();
    let restore = |id: &str| Outsider::post(&format!("{graph}/directory/deletedItems/{id}/restore"), &token);
    let principal = format!("{graph}/servicePrincipals(appId='{}')", handed.client_id);

    let answer = restore(gone.deleted_id("application"));
    assert_eq!((answer.status, answer.json()["@odata.type"].clone()), (200, json!("#microsoft.graph.application")));
    // The service principal does not come back with its application (graph.md 2).
    assert_eq!(Outsider::get(&principal, &token).status, 404);
    assert_ne!(handed.ask_token().status, 200);

    let answer = restore(gone.deleted_id("service principal"));
    assert_eq!(
        (answer.status, answer.json()["@odata.type"].clone()),
        (200, json!("#microsoft.graph.servicePrincipal"))
    );
    assert_eq!(Outsider::get(&principal, &token).status, 200);

    // With both back, Entra is as it was after the set-up: secret and grants came with them. Business Central is not, because its
    // record was deleted and nothing brings that back.
    let restored = world.state();
    assert!(restored.deleted.is_empty(), "{:?}", restored.deleted);
    let central: Vec<_> = set_up.difference(&restored);
    assert!(
        central.len() == 4 && central.iter().all(|line| line.starts_with("- .business_central.")),
        "record, user and two permission sets: {central:#?}"
    );
    let token = handed.token();
    let refused = handed.companies(&token);
    assert_eq!((refused.status, refused.error_code().as_str()), (401, "Authentication_InvalidCredentials"));

    // And setting up again finds what was restored and makes the rest.
    world.screen.press_named("Check again").await;
    journey.show_plan().await;
    journey.confirm().await;
    journey.see("Access is set up").await;
    assert_eq!(handed.companies(&handed.token()).status, 200, "the old credential works again");
    world.all_is_well(&["servicePrincipals", "applications", "404"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_partial_the_tenant_is_as_before() {
    let world = World::open().await;
    let journey = world.journey();
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    let before = world.state();
    let refusal = Effect::Status { status: 400, retry_after: None, code: "Application_DialogException".to_owned() };
    world.cloud.cloud().add_fault(Fault::times("POST", "/userPermissions", refusal, 100));
    journey.confirm().await;
    journey.see_outcome("Part of it is set up").await;
    let made = before.difference(&world.state());
    assert!(made.len() == 6 && made.iter().all(|line| line.starts_with("+ ")), "all but sets: {made:#?}");
    assert_eq!(secrets_in(&made), 0, "nobody holds a credential to something half built");
    take_back(&world, &journey).await;
    is_as_before(&world, &before);
    world.all_is_well(&["userPermissions", "404"]).await;
}

fn secrets_in(lines: &[String]) -> usize {
    let values = lines.iter().filter_map(|line| line.split_once("[] ")).map(|(_, value)| value);
    let values = values.filter_map(|value| serde_json::from_str::<Value>(value).ok());
    values.filter_map(|value| value["secrets"].as_array().map(Vec::len)).sum()
}
