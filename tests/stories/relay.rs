//! Signing in from a frame: the page stays, a window of its own asks Microsoft, and the answer comes as a message.

use crate::world::{FOLDER, World, config};
use entrada::embed::contract;
use entrada::flow::host::Surface;
use entrada::flow::{Event, Intent, Piece, Place};
use entrada::protocol::json;
use entrada::protocol::oauth::Resource;
use entrada::view_model::{Page, ViewModel};
use entrada_cloud::ConsentAnswer;

const OURS: &str = "https://setup.example";
const ADA: &str = "ada@cronus.example";

/// A frame in a partner's page, which has greeted it.
fn framed_with(change: impl FnOnce(&mut World)) -> World {
    let mut world = World::new();
    let partner = "https://partner.example";
    let mut config = config();
    config["embedding"] = serde_json::json!({ "hosts": [{ "origin": partner }] });
    world.config = Ok(config.to_string());
    world.surface = Surface::Frame;
    let hello = serde_json::json!({ "from": partner, "data": { "entrada": 1, "type": "hello", "id": "a", "seq": 1, "options": {} } });
    world.greeting = Some(contract::heard(&json::parse(&hello.to_string()).unwrap()));
    change(&mut world);
    world.open();
    world
}

fn framed() -> World {
    framed_with(|_| ())
}

fn framed_as(upn: &str) -> World {
    let mut world = framed();
    world.press(Intent::SignIn);
    world.come_back_as(upn, ConsentAnswer::AcceptForOrganization).unwrap();
    world
}

fn token_calls(world: &World) -> usize {
    world.sent.iter().filter(|(_, url)| url.contains("/token")).count()
}

/// The authorization request of the window that was opened last.
fn asked(world: &World) -> String {
    let opened = world.relays.last().expect("no window was opened");
    opened.strip_prefix(&format!("{FOLDER}relay.html#")).expect("the relay page beside this one").to_owned()
}

fn state_of(url: &str) -> String {
    url.split(['?', '&']).find_map(|part| part.strip_prefix("state=")).expect("a state").to_owned()
}

/// What the relay page sends for an answer of Entra.
fn message(state: &str, answer: &str) -> String {
    serde_json::json!({ "entrada": 1, "type": "sign-in-answer", "state": state, "answer": answer }).to_string()
}

/// The answer Entra gives to the window that was opened last.
fn answer(world: &mut World, consent: ConsentAnswer) -> String {
    let url = asked(world);
    let back = world.cloud.sign_in_code(&url, ADA, consent, world.now).expect("Entra answers");
    back.split_once('#').expect("in the fragment").1.to_owned()
}

fn say(world: &mut World, origin: &str, message: &str) {
    world.event(Event::RelayAnswered { origin: origin.into(), message: message.into() });
    world.settle();
}

fn waits(world: &World) -> bool {
    matches!(world.page(), Page::Busy { ref actions, .. } if actions.iter().any(|it| it.intent == Intent::CancelSignIn))
}

#[test]
fn a_frame_signs_in_without_leaving_and_without_storing_anything() {
    let mut world = framed();
    world.click(Intent::SignIn);
    assert!(waits(&world) && world.departed.is_none());
    let url = asked(&world);
    assert!(state_of(&url).starts_with("relay.") && url.contains("code_challenge_method=S256"));
    assert!(world.storage.as_ref().unwrap().keys().all(|key| !key.contains("signin")), "no record, no verifier");
    let answer = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    say(&mut world, OURS, &message(&state_of(&url), &answer));
    assert_eq!(world.model.place, Place::Choose);
    assert!(!world.relay_open, "the window is let go");
    world.press(Intent::Preset("magento".into()));
    world.only("Production");
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
}

#[test]
fn blocked_storage_is_no_obstacle_in_a_frame() {
    let mut world = framed_with(|world| world.storage = None);
    world.click(Intent::SignIn);
    let answer = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    let state = state_of(&asked(&world));
    say(&mut world, OURS, &message(&state, &answer));
    assert_eq!(world.model.place, Place::Choose);
}

#[test]
fn state_mismatch_and_forged_messages_change_nothing() {
    let mut world = framed();
    world.click(Intent::SignIn);
    let state = state_of(&asked(&world));
    let answer = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    let sound = message(&state, &answer);
    let other = "relay.00000000-0000-0000-0000-000000000000";
    for (origin, text) in [
        ("https://evil.example", sound.clone()),
        ("https://setup.example.evil", sound.clone()),
        ("null", sound.clone()),
        ("", sound.clone()),
        (OURS, message(other, &answer)),
        (OURS, message(&state, &answer.replace(&state, other))),
        (OURS, message(&state, "code=a&code=b")),
        (OURS, message(&state, &format!("{answer}&state={state}"))),
        (OURS, message(&state, "")),
        (OURS, sound.replace("\"entrada\":1", "\"entrada\":2")),
        (OURS, sound.replace("\"entrada\":1", "\"entrada\":\"1\"")),
        (OURS, sound.replace("sign-in-answer", "credential")),
        (OURS, sound.replacen('{', "{\"more\":true,", 1)),
        (OURS, format!("[{sound}]")),
        (OURS, "null".into()),
        (OURS, "{".into()),
        (OURS, String::new()),
    ] {
        say(&mut world, origin, &text);
        assert!(waits(&world), "{origin} {text}");
        assert_eq!((token_calls(&world), world.codes()), (0, Vec::new()), "{origin} {text}");
    }
    say(&mut world, OURS, &sound);
    assert_eq!(world.model.place, Place::Choose, "the sound one still counts");
}

#[test]
fn a_replayed_answer_is_not_heard() {
    let mut world = framed();
    world.click(Intent::SignIn);
    let state = state_of(&asked(&world));
    let answer = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    let sound = message(&state, &answer);
    say(&mut world, OURS, &sound);
    let calls = token_calls(&world);
    for _ in 0..3 {
        say(&mut world, OURS, &sound);
    }
    assert_eq!((token_calls(&world), world.model.place), (calls, Place::Choose));
    // Nor by a later attempt, whose state is another.
    world.click(Intent::GrantConsent(Resource::BusinessCentral));
    say(&mut world, OURS, &sound);
    assert!(waits(&world));
    assert_eq!(token_calls(&world), calls);
}

#[test]
fn popup_blocked_is_a_finding_with_ways_out() {
    let mut world = framed();
    world.popups = false;
    world.press(Intent::SignIn);
    assert_eq!(world.codes(), ["popup_blocked"]);
    assert!(matches!(world.page(), Page::Welcome(_)));
    let actions = ViewModel::from(&world.model).notices[0].actions.clone();
    let intents: Vec<_> = actions.into_iter().map(|action| action.intent).collect();
    assert_eq!(intents, [Intent::SignIn, Intent::OpenAlone, Intent::Copy(Piece::Invitation)]);
    world.press(Intent::OpenAlone);
    assert!(world.opened[0].starts_with(&format!("{FOLDER}?preset=")), "{:?}", world.opened);
    world.press(Intent::Copy(Piece::Invitation));
    assert_eq!(world.clipboard.as_ref().unwrap().1.open(), world.opened[0]);
    world.popups = true;
    world.click(Intent::SignIn);
    assert!(waits(&world));
    assert_eq!(world.codes(), Vec::<String>::new());
}

#[test]
fn a_window_that_never_answers_is_given_up_after_five_minutes() {
    let mut world = framed();
    world.click(Intent::SignIn);
    let state = state_of(&asked(&world));
    let answer = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    world.run_until(4 * 60_000, |_| false);
    assert!(waits(&world), "four minutes are no reason to give up");
    world.run_until(2 * 60_000, |_| false);
    assert_eq!(world.codes(), ["relay_timed_out"]);
    assert!(matches!(world.page(), Page::Welcome(_)) && !world.relay_open);
    say(&mut world, OURS, &message(&state, &answer));
    assert_eq!((token_calls(&world), world.codes()), (0, vec!["relay_timed_out".to_owned()]));
}

#[test]
fn interaction_in_progress_never_sticks_a_second_attempt_replaces_the_first() {
    let mut world = framed();
    world.click(Intent::SignIn);
    let first = state_of(&asked(&world));
    let late = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    world.click(Intent::OpenRelayAgain);
    let second = asked(&world);
    assert_ne!(first, state_of(&second));
    assert_eq!(world.relays.len(), 2);
    say(&mut world, OURS, &message(&first, &late));
    assert!(waits(&world) && token_calls(&world) == 0, "the first one was put away");
    let answer = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    say(&mut world, OURS, &message(&state_of(&second), &answer));
    assert_eq!(world.model.place, Place::Choose);
    // The timer of the first and of the second have nothing to end any more.
    world.run_until(10 * 60_000, |_| false);
    assert_eq!(world.model.place, Place::Choose);
    assert!(!world.codes().iter().any(|code| code == "relay_timed_out"));
}

#[test]
fn cancelling_is_no_error_and_what_comes_later_is_not_heard() {
    let mut world = framed();
    world.click(Intent::SignIn);
    let state = state_of(&asked(&world));
    let late = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    world.press(Intent::CancelSignIn);
    assert!(matches!(world.page(), Page::Welcome(_)) && !world.relay_open);
    say(&mut world, OURS, &message(&state, &late));
    world.run_until(10 * 60_000, |_| false);
    assert_eq!((token_calls(&world), world.codes()), (0, Vec::new()));
}

#[test]
fn an_answer_after_sign_out_is_not_heard() {
    let mut world = framed_as(ADA);
    world.click(Intent::GrantConsent(Resource::BusinessCentral));
    let state = state_of(&asked(&world));
    let late = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    world.press(Intent::SignOut);
    let calls = token_calls(&world);
    say(&mut world, OURS, &message(&state, &late));
    assert_eq!((token_calls(&world), world.codes()), (calls, Vec::new()));
    assert!(matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn signing_out_of_a_frame_opens_microsofts_page_and_leaves_nothing() {
    let mut world = framed_as(ADA);
    world.press(Intent::SignOut);
    assert_eq!(world.departed, None, "the frame stays where it is");
    assert!(world.opened[0].contains("/logout?") && world.opened[0].contains("logout_hint="), "{:?}", world.opened);
    assert_eq!(world.storage.as_ref().unwrap().len(), 0);
    assert!(world.model.account().is_none());
}

#[test]
fn a_step_up_goes_the_same_way_and_keeps_the_choices() {
    let mut world = framed_as(ADA);
    world.press(Intent::Preset("magento".into()));
    world.only("Production");
    world.press(Intent::CheckPolicy);
    world.click(Intent::CheckPolicy);
    assert!(waits(&world) && asked(&world).contains("Policy.Read.All"));
    let state = state_of(&asked(&world));
    let answer = answer(&mut world, ConsentAnswer::AcceptForOrganization);
    say(&mut world, OURS, &message(&state, &answer));
    world.press(Intent::CheckPolicy);
    assert!(world.model.facts.policy.known().is_some(), "{:?}", world.model.facts.policy);
    assert_eq!(world.model.choices.as_ref().unwrap().preset, "magento");
}

/// What was read and drafted with the old tokens is not taken over: it may be another person's, or another tenant's.
#[test]
fn a_sign_in_in_a_frame_begins_anew_as_a_page_load_does() {
    let mut world = framed_as(ADA);
    world.press(Intent::Preset("magento".into()));
    world.only("Production");
    world.press(Intent::Plan);
    assert!(world.model.plan.is_some());
    again(&mut world);
    assert!(world.model.plan.is_none(), "the plan was drafted for the session before");
    assert!(!world.codes().contains(&"interrupted".to_owned()), "nothing was under way");
    world.start_run();
    again(&mut world);
    assert!(world.model.run.is_none(), "{:?}", world.model.place);
    assert!(world.codes().contains(&"interrupted".to_owned()), "what was under way is looked for: {:?}", world.codes());
}

/// Signs in once more, in the window that a wish for consent opens.
fn again(world: &mut World) {
    world.click(Intent::GrantConsent(Resource::BusinessCentral));
    let answer = answer(world, ConsentAnswer::AcceptForOrganization);
    let state = state_of(&asked(world));
    say(world, OURS, &message(&state, &answer));
}

#[test]
fn declining_a_step_up_leaves_the_session_as_it_was() {
    let mut world = framed_as(ADA);
    world.click(Intent::GrantConsent(Resource::BusinessCentral));
    let state = state_of(&asked(&world));
    let refusal = message(&state, &format!("error=access_denied&error_description=AADSTS65004%3A+no&state={state}"));
    say(&mut world, OURS, &refusal);
    assert_eq!(world.codes().first().map(String::as_str), Some("consent_declined"));
    assert!(world.model.account().is_some() && matches!(world.page(), Page::Choose(_)));
}

#[test]
fn another_tenant_is_reached_by_the_same_window() {
    let mut world = framed();
    world.press(Intent::TenantTyped("fabrikam.example".into()));
    world.click(Intent::SignIn);
    let url = asked(&world);
    let fabrikam = entrada_cloud::seed::FABRIKAM.to_string();
    assert!(url.contains("/fabrikam.example/oauth2/") || url.contains(&format!("/{fabrikam}/oauth2/")), "{url}");
    let back = world
        .cloud
        .sign_in_code(&url, "gus@fabrikam.example", ConsentAnswer::AcceptForOrganization, world.now)
        .expect("Entra answers");
    let answer = back.split_once('#').expect("in the fragment").1.to_owned();
    say(&mut world, OURS, &message(&state_of(&url), &answer));
    assert_eq!(world.model.account().unwrap().tenant, fabrikam);
}

#[test]
fn the_relay_page_knows_where_every_cloud_signs_in() {
    let relay = include_str!("../../www/relay.js");
    let with = |cloud: &str| {
        let mut config = config();
        config["endpoints"] = serde_json::json!({ "cloud": cloud, "businessCentral": "https://bc.example" });
        config["endpoints"]["graph"] = "https://graph.example".into();
        entrada::config::read(&config.to_string())
    };
    let all = ["worldwide", "us-government", "us-government-dod", "china"];
    for cloud in all {
        let login = with(cloud).unwrap().endpoints.login;
        let key = if cloud.contains('-') { format!("\"{cloud}\"") } else { cloud.to_owned() };
        assert!(relay.contains(&format!("\n  {key}: \"{login}\",\n")), "{cloud}");
    }
    let error = with("mars").unwrap_err().to_string();
    assert!(error.contains(&format!("one of {} is", all.join(", "))), "these are all: {error}");
}

#[test]
fn a_page_of_its_own_hears_no_such_message_and_opens_no_window() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    assert!(world.relays.is_empty());
    let url = world.departed.clone().unwrap();
    let state = state_of(&url);
    assert!(!state.starts_with("relay."));
    let back = world.cloud.sign_in_code(&url, ADA, ConsentAnswer::AcceptForOrganization, world.now).unwrap();
    let answer = back.split_once('#').unwrap().1.to_owned();
    say(&mut world, OURS, &message(&state, &answer));
    assert_eq!(token_calls(&world), 0);
}
