//! Bad days in a real browser: killed, loaded again or without a network in the middle of a run. In the end the tenant is as
//! after a day on which nothing happened; what is not, a test names.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use std::time::Duration;

use entrada_cloud::{Effect, Fault};
use entrada_e2e::{Consent, Handed, Journey, Made, Moment, TenantState, World};
use serde_json::json;
use tokio::sync::OnceCell;

const ADA: &str = "ada@cronus.example";
const GATE: &str = "here";

/// Sets up until the moment has come.
async fn run_until(moment: Moment, world: &World, journey: &Journey<'_>) {
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    world.hold_at(GATE, moment);
    journey.confirm().await;
    world.until_moment(GATE, moment).await;
}

/// Takes the credential along, reads the evidence, and asks whether it is true.
async fn to_the_end(journey: &Journey<'_>) -> Handed {
    let handed = journey.read_credential().await;
    journey.stored().await;
    journey.finish().await;
    let evidence = journey.evidence().await;
    assert!(evidence.len() >= 6 && evidence.iter().all(|(_, state)| state == "Fine"), "{evidence:?}");
    assert_eq!(handed.companies(&handed.token()).status, 200);
    handed
}

/// The tenant after a day on which nothing happened.
async fn undisturbed() -> &'static TenantState {
    static STATE: OnceCell<TenantState> = OnceCell::const_new();
    STATE
        .get_or_init(|| async {
            let world = World::open().await;
            let journey = world.journey();
            journey.to_the_plan(ADA, "Magento 2", "Production").await;
            let before = world.comparable_state();
            journey.confirm().await;
            to_the_end(&journey).await;
            let after = world.comparable_state();
            // What is compared sees what a set-up makes, and nothing a second reading would not see again.
            assert_eq!(before.difference(&after).len(), 8, "{:#?}", before.difference(&after));
            assert_eq!(after.difference(&world.comparable_state()), Vec::<String>::new());
            after
        })
        .await
}

async fn as_if_nothing_had_been(world: &World) {
    let difference = undisturbed().await.difference(&world.comparable_state());
    assert_eq!(difference, Vec::<String>::new());
}

/// The browser is gone in the middle, with everything it remembered. On another day, in another browser, the same person chooses
/// the same; what is there is read.
async fn killed_and_taken_up_in_another_browser(moment: Moment) {
    let world = World::open().await;
    let visitor = world.visitor().await;
    run_until(moment, &world, &visitor.journey(&world)).await;
    visitor.kill().await;

    let journey = world.journey();
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    assert_eq!(Made::in_the(&world.cloud.cloud()), moment.made, "nothing is written before the plan is confirmed");
    let kept = journey.plan().await.iter().filter(|line| line.word == "Keep").count();
    let made = moment.made;
    // The service principal came with the consent, which is one line for both roles.
    let there = made.applications + 2 * (made.grants / 2) + made.enabled_records + made.sets + made.secrets;
    assert_eq!(kept, there, "{:#?}", journey.plan().await);
    let place = world.log_length();
    journey.confirm().await;
    to_the_end(&journey).await;
    let writes = world.writes_that_worked_since(place);
    assert!(!writes.is_empty(), "the rest was done");
    as_if_nothing_had_been(&world).await;
    world.all_is_well(&[]).await;
}

/// The page is loaded again in the middle; this tab still knows what was chosen.
async fn loaded_again_and_gone_on(moment: Moment) {
    let world = World::open().await;
    let journey = world.journey();
    run_until(moment, &world, &journey).await;
    world.screen.reload().await;
    journey.see_finding("interrupted").await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    assert_eq!(Made::in_the(&world.cloud.cloud()), moment.made);
    journey.show_plan().await;
    let plan = journey.plan().await;
    let removed = plan.iter().filter(|line| line.word == "Remove").count();
    assert_eq!(removed, moment.made.secrets, "a secret that nobody saw is removed: {plan:#?}");
    journey.confirm().await;
    to_the_end(&journey).await;
    as_if_nothing_had_been(&world).await;
    world.all_is_well(&[]).await;
}

macro_rules! cut_off {
    ($($name:ident: $how:ident at $moment:ident;)+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            $how(Moment::$moment).await;
        }
    )+};
}

cut_off! {
    killed_before_the_application_exists: killed_and_taken_up_in_another_browser at BEFORE_THE_APPLICATION;
    killed_after_the_application: killed_and_taken_up_in_another_browser at AFTER_THE_APPLICATION;
    killed_before_the_record_is_enabled: killed_and_taken_up_in_another_browser at BEFORE_THE_RECORD_IS_ENABLED;
    killed_after_the_record: killed_and_taken_up_in_another_browser at AFTER_THE_RECORD;
    killed_during_the_permission_sets: killed_and_taken_up_in_another_browser at DURING_THE_PERMISSION_SETS;
    loaded_again_before_the_application_exists: loaded_again_and_gone_on at BEFORE_THE_APPLICATION;
    loaded_again_after_the_application: loaded_again_and_gone_on at AFTER_THE_APPLICATION;
    loaded_again_before_the_record_is_enabled: loaded_again_and_gone_on at BEFORE_THE_RECORD_IS_ENABLED;
    loaded_again_after_the_record: loaded_again_and_gone_on at AFTER_THE_RECORD;
    loaded_again_during_the_permission_sets: loaded_again_and_gone_on at DURING_THE_PERMISSION_SETS;
    loaded_again_after_the_secret_before_it_was_shown: loaded_again_and_gone_on at AFTER_THE_SECRET;
}

/// Another browser cannot know whether somebody saw the secret that is there, so it neither removes it nor keeps quiet about it: the
/// plan names it with its key id, and makes another one when the person says that its text is lost.
#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_secret_before_it_was_shown() {
    let world = World::open().await;
    let visitor = world.visitor().await;
    run_until(Moment::AFTER_THE_SECRET, &world, &visitor.journey(&world)).await;
    visitor.kill().await;
    let lost = Made::key_ids(&world.cloud.cloud()).pop().expect("a secret was made");

    let journey = world.journey();
    journey.to_the_plan(ADA, "Magento 2", "Production").await;
    assert_eq!(journey.heading().await, "Nothing to change");
    let names_it = |line: &entrada_e2e::PlanLine| line.word == "Keep" && line.what.contains(&lost);
    assert!(journey.plan().await.iter().any(names_it), "{:#?}", journey.plan().await);

    // Its text is lost: another one is made, and the plan names the one that stays.
    world.screen.press_named("Back to the choices").await;
    journey.see("Choose what to set up").await;
    journey.tick("Make a client secret").await;
    journey.show_plan().await;
    let plan = journey.plan().await;
    let created: Vec<_> = plan.iter().filter(|line| line.word == "Create").collect();
    assert!(created.len() == 1 && created[0].what.starts_with("Client secret"), "{plan:#?}");
    assert!(plan.iter().any(names_it), "{plan:#?}");
    journey.confirm().await;
    to_the_end(&journey).await;
    let difference = undisturbed().await.difference(&world.comparable_state());
    assert!(
        difference.len() == 1 && difference[0].starts_with("+ ") && difference[0].contains(".secrets[]"),
        "all that differs is the secret that was named: {difference:#?}"
    );
    world.all_is_well(&[]).await;
}

/// The person stops: what is under way is answered, nothing new begins, and it is said where things stand.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_at_the_next_safe_point_and_gone_on() {
    let world = World::open().await;
    let journey = world.journey();
    let moment = Moment::BEFORE_THE_RECORD_IS_ENABLED;
    run_until(moment, &world, &journey).await;
    world.screen.press_named("Stop here").await;
    let stops =
        "return document.querySelector('.page__actions')?.innerText.includes('Stops after the requests under way')";
    world.screen.until("the page says that it stops", stops).await;
    let place = world.log_length();
    world.open_gate(GATE);
    journey.see_outcome("Part of it is set up").await;
    let writes = world.writes_since(place);
    assert!(
        writes.len() == 1 && writes[0].contains("/entraApplications("),
        "what was under way, and no more: {writes:#?}"
    );
    let made = Made { enabled_records: 1, ..moment.made };
    assert_eq!(Made::in_the(&world.cloud.cloud()), made);
    world.screen.press_named("Try again").await;
    to_the_end(&journey).await;
    as_if_nothing_had_been(&world).await;
    world.all_is_well(&[]).await;
}

/// The browser's own question, from before the secret can exist until the person says that it is stored.
#[tokio::test(flavor = "multi_thread")]
async fn the_browser_asks_before_a_secret_is_left_that_nobody_stored() {
    let world = World::open().await;
    let visitor = world.visitor().await;
    let journey = visitor.journey(&world);
    run_until(Moment::BEFORE_THE_RECORD, &world, &journey).await;
    assert!(!visitor.was_asked_before_leaving().await, "nothing can be lost yet");
    run_until_again(&world, &journey, Some(Moment::BEFORE_THE_SECRET)).await;
    assert!(visitor.was_asked_before_leaving().await, "from now on it may exist");
    run_until_again(&world, &journey, None).await;
    journey.read_credential().await;
    assert!(visitor.was_asked_before_leaving().await, "it is on the screen");
    run_until_again(&world, &journey, None).await;
    journey.read_credential().await;
    journey.stored().await;
    assert!(!visitor.was_asked_before_leaving().await, "it is stored");
}

/// After a reload: signs in and goes on, up to a moment.
async fn run_until_again(world: &World, journey: &Journey<'_>, moment: Option<Moment>) {
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.show_plan().await;
    if let Some(moment) = moment {
        world.hold_at(GATE, moment);
    }
    journey.confirm().await;
    if let Some(moment) = moment {
        world.until_moment(GATE, moment).await;
    }
}

async fn network(world: &World, there: bool) {
    let conditions = json!({ "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    world.screen.devtools("Network.emulateNetworkConditions", conditions).await;
}

/// How long the train is in the tunnel.
const TUNNEL: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_for_half_a_minute_in_the_middle_of_a_run() {
    let world = World::open().await;
    let journey = world.journey();
    run_until(Moment::AFTER_THE_RECORD, &world, &journey).await;
    network(&world, false).await;
    let since = tokio::time::Instant::now();
    journey.see_finding("offline").await;
    world.open_gate(GATE);
    let waits = "return [...document.querySelectorAll('.step-row')].some(it => it.innerText.includes(arguments[0]))";
    let reason = "No network. It goes on when the connection is back.";
    world.screen.until_with("a step says why it waits", waits, &[json!(reason)]).await;
    let sent = world.log_length();
    // Not a wait for something: half a minute without a network is what this is about.
    tokio::time::sleep_until(since + TUNNEL).await;
    assert_eq!(world.screen.eval_with(waits, vec![json!(reason)]).await, json!(true), "it still says so");
    assert!(journey.findings().await.contains(&"offline".to_owned()));
    assert_eq!(world.log_length(), sent, "nothing arrived");
    network(&world, true).await;
    to_the_end(&journey).await;
    assert!(!journey.findings().await.contains(&"offline".to_owned()));
    as_if_nothing_had_been(&world).await;
    // The browser remarks on every request that found no network.
    world.all_is_well(&["ERR_INTERNET_DISCONNECTED"]).await;
}

/// The network goes while the answer with the secret is on its way: it is looked for, removed, and another one is made.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_when_the_secret_was_on_its_way() {
    let world = World::open().await;
    let journey = world.journey();
    world.cloud.cloud().add_fault(Fault::once("POST", "/addPassword", Effect::DropAfter));
    run_until(Moment::AFTER_THE_SECRET, &world, &journey).await;
    let place = world.log_length();
    network(&world, false).await;
    journey.see_finding("offline").await;
    world.open_gate(GATE);
    let waits = "return document.querySelector('[data-step^=secret]').innerText.includes('No network')";
    world.screen.until("the step says why it waits", waits).await;
    network(&world, true).await;
    to_the_end(&journey).await;
    let writes = world.writes_that_worked_since(place);
    let about_it: Vec<_> = ["removePassword", "addPassword"]
        .iter()
        .map(|word| writes.iter().position(|write| write.contains(word)).expect("it was sent"))
        .collect();
    assert!(about_it[0] < about_it[1], "looked for before another one was made: {writes:#?}");
    as_if_nothing_had_been(&world).await;
    world.all_is_well(&["ERR_INTERNET_DISCONNECTED", "ERR_EMPTY_RESPONSE"]).await;
}
