//! The main job: from Welcome to Done, and what a third party can do with the credential afterwards.

use entrada_e2e::{Consent, World};

const ADA: &str = "ada@cronus.example";

#[tokio::test(flavor = "multi_thread")]
async fn from_welcome_to_done() {
    let world = World::open().await;
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.show_plan().await;
    for line in journey.plan().await {
        eprintln!("{line:?}");
    }
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    eprintln!("{:?}", journey.evidence().await);
    let token = handed.token();
    assert_eq!(handed.companies(&token).status, 200);
    world.all_is_well(&[]).await;
}
