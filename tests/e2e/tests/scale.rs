//! A large customer: 500 permission sets, 300 companies, 40 environments, short pages. What is asserted are counts; the
//! times of keystrokes and ticks depend on the machine and are printed (`-- --nocapture`).
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::{Consent, Frames, Sent, World};
use serde_json::{Value, json};
use thirtyfour::Key;

const ADA: &str = "ada@cronus.example";
/// More rows than these are not drawn before somebody asks for them.
const ROWS: u64 = 50;
/// Business Central lets one user wait for so many answers at once (business-central.md 1.5).
const AT_ONCE: usize = 5;

/// Makes the tenant large: one large environment and many small ones, or many large ones.
fn grow(world: &World, all_large: bool) {
    let production = |what: &Value| world.arrange("business-central", &json!({ "do": what }));
    if all_large {
        production(&json!({ "scale": { "environments": 0 } }));
        let copies: Vec<Value> =
            (3..40).map(|number| json!({ "do": { "copy_environment": format!("Branch-{number:02}") } })).collect();
        world.arrange("business-central", &json!(copies));
    } else {
        production(&json!({ "scale": {} }));
    }
}

async fn at_the_choices(world: &World) {
    let journey = world.journey();
    journey.open().await;
    journey.sign_in_as(ADA, Consent::ForTheOrganization).await;
    journey.choose_preset("Magento 2").await;
    journey.choose_environment("Production").await;
    journey.can_plan().await;
}

async fn foot(world: &World, list: &str) -> String {
    world.screen.text(&format!("[data-list={list}] .checklist__foot")).await
}

async fn until_rows(world: &World, list: &str, rows: u64) {
    let count = "return document.querySelectorAll(`[data-list=${arguments[0]}] .option`).length === arguments[1]";
    world.screen.until_with(&format!("{list} has {rows} rows"), count, &[json!(list), json!(rows)]).await;
}

/// The most requests that waited for an answer of Business Central at the same time.
fn most_at_once(world: &World, sent: &[Sent]) -> usize {
    let central = &world.origins()[3];
    let sent: Vec<_> = sent.iter().filter(|it| it.kind == "Fetch" && it.origin() == central).collect();
    let open_at =
        |time: f64| sent.iter().filter(|it| it.left <= time && it.ended.is_none_or(|ended| ended > time)).count();
    sent.iter().map(|it| open_at(it.left)).max().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_are_searched_and_not_drawn_whole() {
    let world = World::open().await;
    grow(&world, false);
    at_the_choices(&world).await;
    world.journey().tick("Only these").await;
    for (list, all) in [("environments", 40), ("permission-sets", 500), ("companies", 300)] {
        let told = foot(&world, list).await;
        assert!(told.starts_with(&format!("{all} found")), "{list}: {told}");
        until_rows(&world, list, ROWS.min(all)).await;
    }
    // What is not drawn is there for whoever goes on.
    world.screen.click("[data-list=companies] .checklist__rows .button").await;
    until_rows(&world, "companies", 100).await;

    // Pages were followed to the last row.
    world.screen.write("#permission-sets", "npr ticket 498").await;
    until_rows(&world, "permission-sets", 2).await;
    world.screen.click("[data-list=permission-sets] .option input").await;
    world
        .screen
        .until(
            "it is ticked",
            "return [...document.querySelectorAll('.chip')].some(it => it.innerText.includes('NPR TICKET 498'))",
        )
        .await;
    world.screen.write("#companies", "299").await;
    until_rows(&world, "companies", 1).await;
    world.screen.write("#environments", "soft").await;
    until_rows(&world, "environments", 3).await;
    let idle =
        "return [...document.querySelectorAll('[data-list=environments] [type=checkbox]')].every(it => it.disabled)";
    assert_eq!(world.screen.eval(idle).await, json!(true), "only active environments are offered");
    world.journey().tick("All companies").await;
    world.journey().can_plan().await;

    let sent = world.screen.traffic().await;
    let pages = sent.of_the_program().filter(|it| it.url.contains("/permissionSets")).count();
    assert_eq!(pages, 5, "500 sets, 100 to a page");
    let most = most_at_once(&world, sent.all());
    assert!((2..=AT_ONCE).contains(&most), "{most} requests at once");
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_forty_environments_can_be_chosen_within_the_limits() {
    let world = World::open().await;
    grow(&world, true);
    at_the_choices(&world).await;
    let before = world.screen.traffic().await;
    let names = "return [...document.querySelectorAll('[data-list=environments] .option:not(:has(:disabled, :checked))')].map(it => it.querySelector('span').firstChild.textContent)";
    let names = world.screen.eval(names).await;
    let names: Vec<&str> = names.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(names.len() > 35, "{names:?}");
    Frames::start(&world.screen).await;
    for name in &names {
        world.journey().choose_environment(name).await;
    }
    let ticked = Frames::read(&world.screen, names.len()).await;
    world.journey().can_plan().await;
    eprintln!("ticking {} environments, most of 500 sets and 300 companies: {ticked}", names.len());
    let told = foot(&world, "environments").await;
    assert!(told.ends_with(&format!("{} chosen", names.len() + 1)), "{told}");

    let sent = world.screen.traffic().await.since(&before);
    let most = most_at_once(&world, &sent);
    assert!((2..=AT_ONCE).contains(&most), "{most} requests at once");
    for name in &names {
        let pages = sent.iter().filter(|it| it.kind == "Fetch" && it.url.contains(&format!("/{name}/")));
        let pages = pages.filter(|it| it.url.contains("/permissionSets")).count();
        assert_eq!(pages, if *name == "Sandbox" { 1 } else { 5 }, "{name}");
    }
    world.all_is_well(&["entraApplications"]).await;
}

/// Types key by key into a search, going back to the whole list after every word, which is the dearest keystroke.
async fn type_into(world: &World, list: &str, words: &[&str]) -> (usize, Frames) {
    let screen = &world.screen;
    screen.click(&format!("#{list}")).await;
    Frames::start(screen).await;
    let mut keys = 0;
    for word in words {
        for key in word.chars() {
            screen.keys(key.to_string()).await;
        }
        screen.eval("document.activeElement.select()").await;
        screen.keys(Key::Delete).await;
        keys += word.chars().count() + 1;
    }
    (keys, Frames::read(screen, keys).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_keystroke_and_tick_in_long_lists_is_drawn() {
    let world = World::open().await;
    grow(&world, false);
    at_the_choices(&world).await;
    let screen = &world.screen;
    world.journey().tick("Only these").await;
    for (list, words, all) in [
        ("permission-sets", &["npr ticket 498", "sales doc", "webshop"][..], 500),
        ("companies", &["aarhus 123", "odense", "cronus danm"], 300),
        ("environments", &["test-12", "production", "sandbox, dk"], 40),
    ] {
        let (keys, typed) = type_into(&world, list, words).await;
        eprintln!("typing {keys} keys in {all} {list}: {typed}");
        assert_eq!(typed.cost.len(), keys);
        assert!(foot(&world, list).await.starts_with(&format!("{all} found")));
        until_rows(&world, list, ROWS.min(all)).await;
    }
    let ticks = 30;
    Frames::start(screen).await;
    for index in 0..ticks {
        screen.click(&format!("[data-list=permission-sets] .option:nth-child({}) input", index + 11)).await;
    }
    let ticked = Frames::read(screen, ticks).await;
    eprintln!("ticking {ticks} of 500 permission sets: {ticked}");
    let name = "A shop name that is long enough";
    screen.click("#name").await;
    Frames::start(screen).await;
    for key in name.chars() {
        screen.keys(key.to_string()).await;
    }
    let named = Frames::read(screen, name.len()).await;
    eprintln!("typing {} keys of a name beside the lists: {named}", name.len());
    assert!(screen.value("#name").await.ends_with(name));
    world.all_is_well(&[]).await;
}
