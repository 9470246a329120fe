//! Each way to register an application inside Business Central, and several environments in one run, each followed by
//! somebody else's program that reads companies with what was read off the screen.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_cloud::{Effect, Fault};
use entrada_e2e::{Consent, Handed, World};
use serde_json::{Value, json};

const ADA: &str = "ada@cronus.example";

fn in_environment(world: &World, environment: &str, what: &Value) {
    world.arrange("business-central", &json!({ "environment": environment, "do": what }));
}

/// From the open page to the choices of Magento in one environment, its ways known.
async fn choose(world: &World, environment: &str) {
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment(environment).await;
    journey.can_plan().await;
}

/// From the choices to Done.
async fn go_through(world: &World) -> Handed {
    let journey = world.journey();
    journey.show_plan().await;
    journey.confirm().await;
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    let evidence = journey.evidence().await;
    assert!(evidence.iter().all(|(_, state)| state == "Fine"), "{evidence:?}");
    handed
}

/// The program of somebody else: companies, and a page the permission sets of the preset open.
fn reads_companies(handed: &Handed, base_url: &str) {
    let token = handed.token();
    let companies = entrada_e2e::Outsider::get(&format!("{base_url}/api/v2.0/companies"), &token);
    assert_eq!(companies.status, 200, "{}", companies.text);
    let companies = companies.json();
    let company = companies["value"][0]["id"].as_str().expect("a company");
    let items = entrada_e2e::Outsider::get(&format!("{base_url}/api/v2.0/companies({company})/items"), &token);
    assert_eq!(items.status, 200, "{}", items.text);
}

/// What the page wrote about the record itself: method and path.
fn writes_about_the_record(world: &World, parts: &[&str]) -> Vec<String> {
    let writes = world.writes_since(0);
    writes.into_iter().filter(|write| parts.iter().any(|part| write.contains(part))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn through_the_api_page_of_the_extension() {
    let world = World::open().await;
    choose(&world, "Production").await;
    assert_eq!(world.journey().route("Production").await, "partner-api");
    assert!(world.screen.text(".way").await.contains("the best way that is available here"));
    let handed = go_through(&world).await;
    reads_companies(&handed, &handed.base_url);
    let writes = writes_about_the_record(&world, &["entraApplications", "ODataV4", "configurationPackages"]);
    assert!(!writes.is_empty() && writes.iter().all(|write| write.contains("/api/entrada/setup/v1.0/")), "{writes:?}");
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_the_card_published_as_a_web_service() {
    let world = World::open().await;
    // Whoever published it chose the name.
    in_environment(&world, "Sandbox", &json!({ "publish_page": { "page": 9861, "service": "OurEntraCards" } }));
    choose(&world, "Sandbox").await;
    assert_eq!(world.journey().route("Sandbox").await, "odata");
    let handed = go_through(&world).await;
    reads_companies(&handed, &handed.base_url);
    let writes = writes_about_the_record(&world, &["entraApplications", "ODataV4", "configurationPackages"]);
    assert!(!writes.is_empty() && writes.iter().all(|write| write.contains("/OurEntraCards")), "{writes:?}");
    world.all_is_well(&["entraApplications"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_when_an_outsider_registers_what_the_page_says() {
    let world = World::open().await;
    let journey = world.journey();
    choose(&world, "Sandbox").await;
    assert_eq!(journey.route("Sandbox").await, "guided");
    journey.show_plan().await;
    journey.confirm().await;
    let (client_id, description) = journey.asked_to_register().await;
    let told = world.screen.text(".ask").await;
    assert!(told.contains("Set State to Enabled"), "{told}");
    assert!(!world.screen.shows("[data-step^=secret] .state--running").await, "nobody holds a credential yet");

    // What the person does on the card inside Business Central.
    let by_hand = json!({ "register_by_hand": { "client_id": client_id, "description": description } });
    in_environment(&world, "Sandbox", &by_hand);
    let handed = journey.read_credential().await;
    assert_eq!(handed.client_id, client_id);
    journey.stored().await;
    journey.finish().await;
    assert!(handed.base_url.ends_with("/Sandbox"), "{}", handed.base_url);
    reads_companies(&handed, &handed.base_url);
    // The sandbox has no partner extension; looking for its page is how that is found out.
    world.all_is_well(&["entraApplications"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_configuration_package_that_the_browser_packs_and_business_central_applies() {
    let world = World::open().await;
    let journey = world.journey();
    choose(&world, "Sandbox").await;
    assert_ne!(journey.route("Sandbox").await, "package", "it is experimental: never taken unless chosen");
    journey.choose_route("Sandbox", "package").await;
    assert!(world.screen.text(".way").await.contains("experimental"));
    let handed = go_through(&world).await;
    reads_companies(&handed, &handed.base_url);
    let writes = writes_about_the_record(&world, &["configurationPackages"]);
    for part in ["/content", "Microsoft.NAV.import", "Microsoft.NAV.apply", "DELETE"] {
        assert!(writes.iter().any(|write| write.contains(part)), "{part}: {writes:#?}");
    }
    {
        let mut cloud = world.cloud.cloud();
        let central = cloud.business_central_mut();
        let sandbox = central.environment(entrada_cloud::seed::CRONUS, "Sandbox").expect("Sandbox");
        assert!(sandbox.packages.is_empty(), "the package is gone");
        let client = handed.client_id.parse().expect("a client id");
        assert!(sandbox.entra_application(client).is_some() && sandbox.application_user(client).is_some());
    }
    world.all_is_well(&["entraApplications"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_version_30_on_published_pages_are_not_offered_and_it_is_said_why() {
    let world = World::open().await;
    in_environment(&world, "Sandbox", &json!({ "publish_page": { "page": 9861, "service": "OurEntraCards" } }));
    in_environment(&world, "Sandbox", &json!({ "version": "30.0" }));
    choose(&world, "Sandbox").await;
    assert_eq!(world.journey().route("Sandbox").await, "guided");
    world.journey().open_routes().await;
    let options = world.screen.text(".way").await;
    assert!(options.contains("from version 30 on"), "{options}");
    let odata = "return document.querySelector('input[name=route-Sandbox][value=odata]').disabled";
    assert_eq!(world.screen.eval(odata).await, json!(true));
    assert!(world.screen.shows("input[name=route-Sandbox][value=package]:not(:disabled)").await);
    world.all_is_well(&["entraApplications"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_environments_one_fails_half_way_and_is_resumed_without_a_repeated_write() {
    let world = World::open().await;
    let (screen, journey) = (&world.screen, world.journey());
    world.three_environments();
    choose(&world, "Production").await;
    for environment in ["Sandbox", "Training"] {
        journey.choose_environment(environment).await;
    }
    journey.show_plan().await;
    let groups = screen.eval("return [...document.querySelectorAll('.group h3')].map(it => it.textContent)").await;
    for environment in ["Production", "Sandbox", "Training"] {
        let known = groups.as_array().expect("a list");
        assert_eq!(known.iter().filter(|it| **it == json!(environment)).count(), 1, "{groups}");
    }

    // What the sandbox refuses half-way: the record is there, its permission sets are not.
    let place = world.log_length();
    let refusal = Effect::Status { status: 400, retry_after: None, code: "Application_DialogException".to_owned() };
    world.cloud.cloud().add_fault(Fault::times("POST", "/Sandbox/api/microsoft/automation", refusal, 100));
    journey.confirm().await;
    let first = journey.read_credential().await;
    assert!(journey.findings().await.contains(&"environment_unfinished".to_owned()));
    assert!(screen.text("[data-code=environment_unfinished]").await.contains("Sandbox"));
    assert_eq!(journey.base_urls().await.len(), 2, "the credential says where it works");

    // It still refuses: that is said lane by lane, and the credential is not lost.
    screen.press_named("Try again").await;
    screen.find("#outcome").await;
    let word = |lane: &'static str| async move { journey.lane(lane).await };
    assert_eq!(word("Production").await, "Complete");
    assert_eq!(word("Training").await, "Complete");
    assert_eq!(word("Sandbox").await, "Partly done");
    screen.press_named("Show the credential").await;
    assert_eq!(journey.read_credential().await, first);

    // Mended: what is missing is done, and nothing else.
    world.cloud.cloud().clear_faults();
    let before = world.log_length();
    screen.press_named("Try again").await;
    screen
        .until(
            "every environment is complete",
            "return !!document.querySelector('#base-url-3') && !document.querySelector('[data-code=environment_unfinished]')",
        )
        .await;
    let resumed = world.writes_since(before);
    assert!(
        !resumed.is_empty()
            && resumed.iter().all(|write| write.contains("/Sandbox/") && write.contains("userPermissions")),
        "{resumed:#?}"
    );
    let mut done = world.writes_that_worked_since(place);
    let count = done.len();
    done.sort();
    done.dedup();
    assert_eq!(done.len(), count, "a write was repeated: {done:#?}");

    let handed = journey.read_credential().await;
    assert_eq!(handed.secret, first.secret);
    let bases = journey.base_urls().await;
    journey.stored().await;
    journey.finish().await;
    let sets = "return [...document.querySelectorAll('.evidence tbody tr')].map(it => it.innerText).filter(it => it.startsWith('Permission sets'))";
    let sets = screen.eval(sets).await;
    let sets: Vec<&str> = sets.as_array().expect("rows").iter().filter_map(Value::as_str).collect();
    let complete = |row: &&str| row.contains("NPR NP RETAIL") && row.contains("D365 BUS FULL ACCESS");
    assert!(sets.len() == 3 && sets.iter().all(complete), "what was read back is what is there now: {sets:#?}");
    for base in &bases {
        reads_companies(&handed, base);
    }
    assert_eq!(bases.len(), 3);
    world.nothing_secret_is_left(&[]).await;
    world.all_is_well(&["userPermissions"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendors_application_is_let_in_and_leaves_no_credential() {
    let world = World::open().await;
    let (screen, journey) = (&world.screen, world.journey());
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Adyen webhook").await;
    journey.choose_environment("Production").await;
    journey.show_plan().await;
    let plan = journey.plan().await;
    let secret = plan.iter().find(|line| line.what.contains("secret")).expect("a line about the secret");
    assert_eq!((secret.word.as_str(), secret.why.as_str()), ("Leave out", "It belongs to the vendor."));
    journey.confirm().await;
    journey.see("Access is set up").await;
    screen
        .until(
            "everything was read back",
            "return !!document.querySelector('.evidence') && !document.querySelector('.evidence .state--running')",
        )
        .await;
    assert!(journey.evidence().await.iter().all(|(_, state)| state == "Fine"));
    let writes = world.writes_since(0);
    assert!(
        !writes.iter().any(|write| write.contains("addPassword") || write.contains("/applications")),
        "{writes:#?}"
    );
    assert!(writes.iter().any(|write| write.contains("appRoleAssignedTo")), "{writes:#?}");
    world.nothing_secret_is_left(&[]).await;
    world.all_is_well(&[]).await;
}
