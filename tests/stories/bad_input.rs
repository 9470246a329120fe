//! Configuration, links and names that are wrong or hostile.

use crate::world::{FOLDER, World, config};
use entrada::flow::Intent;
use entrada::view_model::Page;
use serde_json::json;

fn opened(config: &str) -> World {
    let mut world = World::new();
    world.config = Ok(config.to_owned());
    world.open();
    world
}

#[test]
fn a_broken_configuration_is_shown_with_its_place() {
    let mut hostile = config();
    hostile["endpoints"] = json!({ "login": "http://evil.example", "graph": "https://graph.microsoft.com", "businessCentral": "https://x" });
    for (text, place) in [
        ("{", "$"),
        (hostile.to_string().as_str(), "$.endpoints.login"),
        ("[]", "$"),
        ("{\"clientId\":5}", "$.clientId"),
    ] {
        let mut world = opened(text);
        let Page::Problem(finding) = world.page() else { panic!() };
        assert_eq!(finding.code, "config_wrong");
        assert!(format!("{} {} {}", finding.what, finding.why, finding.fix).contains(place), "{finding:?}");
        world.press(Intent::SignIn);
        assert_eq!(world.departed, None);
        assert!(world.sent.is_empty());
    }
}

#[test]
fn a_missing_or_unfinished_configuration_is_told_apart() {
    let mut world = World::new();
    world.config = Err("HTTP 404".into());
    world.open();
    assert_eq!(world.codes(), ["config_missing"]);
    let mut unfinished = config();
    unfinished["clientId"] = json!("00000000-0000-0000-0000-000000000000");
    assert_eq!(opened(&unfinished.to_string()).codes(), ["not_registered"]);
}

#[test]
fn a_link_preselects_and_cannot_override() {
    let mut world = World::new();
    world.address = format!(
        "{FOLDER}?preset=kds&environment=Sandbox&clientId=evil&login=https://evil.example&redirect_uri=https://evil.example&returnTo=//evil"
    );
    world.open();
    let choices = world.model.choices.as_ref().unwrap();
    assert_eq!(choices.environments, ["Sandbox"]);
    assert_eq!(
        world.codes().iter().filter(|code| *code == "link_ignored").count(),
        4 + usize::from(choices.preset != "kds")
    );
    world.press(Intent::SignIn);
    let url = world.departed.clone().unwrap();
    assert!(
        url.starts_with("https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=c0ffee00-")
    );
    assert!(url.contains("redirect_uri=https%3A%2F%2Fsetup.example%2Fentrada%2Fredirect.html&"));
    assert!(!url.contains("evil"));
    world.come_back_as("ada@cronus.example", entrada_cloud::ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.choices.as_ref().unwrap().environments, ["Sandbox"]);
    assert!(world.address.starts_with(FOLDER));
}

#[test]
fn a_page_over_plain_http_says_why_it_cannot_work() {
    let mut world = World::new();
    world.address = "http://setup.example/".into();
    world.open();
    assert_eq!(world.codes(), ["insecure_page"]);
}

#[test]
fn strange_names_reach_both_services_unchanged() {
    for name in ["O'Brien \"Shop\" & Söhne", "🍕 Pizza 100%", "متجر الجبر", "a+b=c;d", "100 % \\ back"] {
        let mut world = World::ready("magento");
        world.press(Intent::Name(name.into()));
        world.set_up();
        assert!(matches!(world.page(), Page::HandOver(_)), "{name}: {:?}", world.codes());
        let app_id = world.app_id();
        let tenant = world.cloud.tenant("cronus.example").unwrap();
        let app = tenant.application(app_id.parse().unwrap()).unwrap();
        assert_eq!(app.text("displayName"), name);
        world.assert_contract();
    }
}

#[test]
fn names_that_cannot_be_are_refused_before_anything_is_sent() {
    let mut world = World::ready("magento");
    for (name, code) in
        [("", "name_empty"), ("   ", "name_empty"), (&*"x".repeat(121), "name_unfit"), ("a\u{202e}b", "name_unfit")]
    {
        world.press(Intent::Name(name.into()));
        assert!(world.codes().contains(&code.to_owned()), "{name:?}: {:?}", world.codes());
        world.press(Intent::Plan);
        assert!(matches!(world.page(), Page::Choose(_)), "{name:?}");
    }
    world.press(Intent::Name("Shop".into()));
    assert_eq!(world.model.blocker(), None);
}

#[test]
fn a_checkpoint_of_another_time_is_dropped() {
    let mut world = World::new();
    for text in ["", "{", "{\"v\":99}", "{\"v\":1,\"choices\":{\"preset\":\"gone\"}}", "[1]"] {
        world.storage.as_mut().unwrap().insert("entrada.checkpoint".into(), text.into());
        world.open();
        assert!(matches!(world.page(), Page::Welcome(_)), "{text}");
    }
}
