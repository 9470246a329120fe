//! Claims challenges: a resource wants more of a token than it has (sign-in.md 2.6).

use crate::world::World;
use entrada::flow::{Intent, Place};
use entrada::view_model::Page;
use entrada_cloud::control::Edit;
use entrada_cloud::{Challenge, ConsentAnswer};
use serde_json::{Value, json};

fn wanted() -> Value {
    json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } })
}

fn challenge(world: &mut World, by_refresh: bool) {
    world.edit(&Edit::Challenge(Some(Challenge { claims: wanted(), by_refresh })));
}

fn asked(world: &World, part: &str) -> usize {
    world.sent.iter().filter(|(_, url)| url.contains(part)).count()
}

/// The `claims` parameter of an address, as JSON.
fn claims_of(url: &str) -> Value {
    let text = url.split(['?', '&']).find_map(|part| part.strip_prefix("claims=")).unwrap();
    serde_json::from_str(&entrada::protocol::url::decode(text)).unwrap()
}

#[test]
fn a_challenge_is_met_by_the_refresh_token_without_a_word() {
    let mut world = World::ready("magento");
    challenge(&mut world, true);
    let tokens = asked(&world, "/token");
    world.press(Intent::CheckAgain);
    assert_eq!(asked(&world, "/token"), tokens + 1, "one token for all that were challenged");
    assert!(world.codes().iter().all(|code| !code.contains("interaction")), "{:?}", world.codes());
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn a_challenge_that_was_met_is_over() {
    let mut world = World::ready("magento");
    challenge(&mut world, true);
    world.press(Intent::CheckAgain);
    world.edit(&Edit::Challenge(None));
    world.now += 2 * 3_600_000;
    let tokens = asked(&world, "/token");
    world.press(Intent::CheckAgain);
    assert_eq!(asked(&world, "/token"), tokens + 2, "each resource renews once, and neither for the challenge");
    assert!(world.codes().iter().all(|code| !code.contains("interaction")), "{:?}", world.codes());
}

#[test]
fn what_only_a_person_can_bring_is_asked_for_once_and_forwarded_unchanged() {
    let mut world = World::ready("magento");
    challenge(&mut world, false);
    let (tokens, graph) = (asked(&world, "/token"), asked(&world, "graph.microsoft.com"));
    world.press(Intent::CheckAgain);
    assert!(world.codes().contains(&"interaction_needed".to_owned()), "{:?}", world.codes());
    assert_eq!(asked(&world, "/token"), tokens + 1, "the refresh token was tried once");
    assert_eq!(asked(&world, "graph.microsoft.com"), graph + 1, "and the refused token never again");
    assert!(matches!(world.page(), Page::Choose(_)), "the person is still signed in");

    world.press(Intent::SignIn);
    let claims = claims_of(world.departed.as_ref().unwrap());
    assert_eq!(claims["access_token"], wanted()["access_token"]);
    assert!(claims["id_token"]["login_hint"].is_object(), "beside what the page asks for itself");
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.place, Place::Choose);
    assert!(world.codes().iter().all(|code| !code.contains("interaction")), "{:?}", world.codes());
    assert_eq!(world.model.choices.as_ref().unwrap().preset, "magento", "the choices survived");
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    // The next sign-in is an ordinary one.
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.press(Intent::SwitchAccount);
    assert_eq!(claims_of(world.departed.as_ref().unwrap())["access_token"], Value::Null);
}

#[test]
fn a_resource_that_is_never_satisfied_is_not_asked_for_ever() {
    let mut world = World::ready("magento");
    // Whatever the refresh brings, the next token is challenged too.
    world.edit(&Edit::Challenge(Some(Challenge {
        claims: json!({ "access_token": { "never": null } }),
        by_refresh: true,
    })));
    world.break_claims = true;
    let (tokens, graph) = (asked(&world, "/token"), asked(&world, "graph.microsoft.com"));
    world.press(Intent::CheckAgain);
    assert_eq!(asked(&world, "/token"), tokens + 1);
    assert_eq!(asked(&world, "graph.microsoft.com"), graph + 2, "once with each token");
    assert!(world.codes().contains(&"interaction_needed".to_owned()), "{:?}", world.codes());
}

#[test]
fn a_challenge_in_the_middle_of_a_run_stops_it_with_the_way_on() {
    let mut world = World::ready("magento");
    world.start_run();
    world.run_until(60_000, |world| world.model.run.as_ref().is_some_and(|run| run.known.app_id.is_some()));
    challenge(&mut world, false);
    world.settle();
    assert!(world.codes().contains(&"interaction_needed".to_owned()), "{:?}", world.codes());
    world.press(Intent::SignIn);
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    world.assert_contract();
}

#[test]
fn claims_in_a_refused_renewal_are_forwarded_to_the_next_sign_in() {
    // Mia's organization wants a second factor for Business Central, and only says so when a token for it is fetched.
    let mut world = World::signed_in("mia@cronus.example");
    assert!(world.codes().contains(&"interaction_needed".to_owned()), "{:?}", world.codes());
    world.press(Intent::SignIn);
    let claims = claims_of(world.departed.as_ref().unwrap());
    assert!(claims["access_token"]["capolids"].is_object(), "{claims}");
    world.come_back_as("mia@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert!(world.model.facts.environments.known().is_some(), "{:?}", world.codes());
}
