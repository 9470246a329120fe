//! Who signs people in: tenants by domain, and any other OpenID provider by its discovery document.

use crate::world::{FOLDER, World, config};
use entrada::flow::{Intent, Place};
use entrada::protocol::secret::Secret;
use entrada::view_model::Page;
use entrada_cloud::seed::{CRONUS, FABRIKAM};
use entrada_cloud::{ConsentAnswer, Effect};
use serde_json::json;

/// The local cloud's first tenant, taken for an OpenID provider like any other.
fn provider() -> String {
    format!("https://login.microsoftonline.com/{CRONUS}/v2.0")
}

fn with_provider(issuer: &str) -> World {
    let mut world = World::new();
    let mut config = config();
    config["endpoints"] = json!({ "authority": issuer, "graph": "https://graph.microsoft.com",
        "businessCentral": "https://api.businesscentral.dynamics.com" });
    world.config = Ok(config.to_string());
    world
}

fn asked(world: &World, part: &str) -> usize {
    world.sent.iter().filter(|(_, url)| url.contains(part)).count()
}

#[test]
fn any_openid_provider_is_found_by_its_discovery_document() {
    let mut world = with_provider(&provider());
    world.open();
    assert_eq!(asked(&world, "/.well-known/openid-configuration"), 1, "read when the page starts");
    world.press(Intent::SignIn);
    let url = world.departed.clone().unwrap();
    assert!(url.starts_with(&format!("https://login.microsoftonline.com/{CRONUS}/oauth2/v2.0/authorize?")), "{url}");
    assert!(url.contains("code_challenge_method=S256") && url.contains("&prompt=consent"), "{url}");
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.place, Place::Choose, "{:?}", world.codes());
    world.press(Intent::Preset("magento".into()));
    world.only("Production");
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "{:?}", world.codes());
    world.press(Intent::Stored(true));
    world.press(Intent::Finish);
    world.press(Intent::SignOut);
    let url = world.departed.clone().unwrap();
    assert!(url.contains("/logout?") && url.contains("client_id=") && !url.contains("id_token"), "{url}");
}

#[test]
fn a_discovery_document_that_does_not_fit_keeps_us_on_the_page_with_the_reason() {
    let lies: [fn(&str, &mut String); 3] = [
        |url, body| {
            if url.contains("/.well-known/") {
                *body = body.replace("/v2.0\",\"jwks_uri", "/v2.0/\",\"jwks_uri");
            }
        },
        |url, body| {
            if url.contains("/.well-known/") {
                *body = body.replace("\"token_endpoint\":\"https://", "\"token_endpoint\":\"http://");
            }
        },
        |url, body| {
            if url.contains("/.well-known/") {
                "<html>".clone_into(body);
            }
        },
    ];
    for lie in lies {
        let mut world = with_provider(&provider());
        world.tamper = Some(lie);
        world.open();
        assert_eq!(world.codes(), Vec::<String>::new(), "nobody asked yet");
        world.press(Intent::SignIn);
        assert_eq!((world.departed.as_ref(), world.codes()), (None, vec!["authority_unreadable".to_owned()]));
        assert!(matches!(world.page(), Page::Welcome(_)));
        // The next click asks again.
        world.tamper = None;
        world.press(Intent::SignIn);
        assert!(world.departed.is_some());
    }
}

#[test]
fn a_click_before_the_discovery_document_came_waits_for_it() {
    let mut world = with_provider(&provider());
    world.latency = 5_000;
    world.start();
    world.click(Intent::SignIn);
    assert!(world.departed.is_none() && matches!(world.page(), Page::Busy { .. }));
    world.settle();
    assert!(world.departed.is_some());
    assert_eq!(asked(&world, "/.well-known/"), 1, "one question for both");
}

#[test]
fn going_back_while_the_discovery_document_is_awaited_gives_up_the_sign_in() {
    let mut world = with_provider(&provider());
    world.latency = 5_000;
    world.start();
    world.click(Intent::SignIn);
    world.event(entrada::flow::Event::Restored);
    world.settle();
    assert!(world.departed.is_none() && matches!(world.page(), Page::Welcome(_)));
}

#[test]
fn a_code_is_redeemed_at_the_authority_that_was_asked_and_nowhere_else() {
    // Whoever could write this tab's storage could lead the code elsewhere, were it not held against the configuration.
    for (name, value) in [
        ("token_endpoint", "https://login.microsoftonline.com.evil.example/token"),
        ("token_endpoint", "https://evil.example/organizations/oauth2/v2.0/token"),
        ("tenant", "fabrikam.example"),
    ] {
        let mut world = World::new();
        world.open();
        world.press(Intent::SignIn);
        let record = world.storage.as_mut().unwrap().iter_mut().find(|(key, _)| key.contains("signin")).unwrap().1;
        let mut json: serde_json::Value = serde_json::from_str(record).unwrap();
        json["authority"][name] = json!(value);
        *record = json.to_string();
        world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
        assert_eq!((world.codes(), asked(&world, "/token")), (vec!["answer_not_ours".to_owned()], 0), "{name} {value}");
    }
    // An untouched record, written anew, is good: it is what it says that counts.
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    let record = world.storage.as_mut().unwrap().iter_mut().find(|(key, _)| key.contains("signin")).unwrap().1;
    let json: serde_json::Value = serde_json::from_str(record).unwrap();
    *record = json.to_string();
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.place, Place::Choose, "{:?}", world.codes());
    // Another provider says itself where tokens are, so its record is held against its issuer.
    let mut world = with_provider(&provider());
    world.open();
    world.press(Intent::SignIn);
    let mut config = config();
    config["endpoints"] = json!({ "authority": "https://id.example", "graph": "https://graph.microsoft.com",
        "businessCentral": "https://api.businesscentral.dynamics.com" });
    world.config = Ok(config.to_string());
    world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!((world.codes(), asked(&world, "/token")), (vec!["answer_not_ours".to_owned()], 0));
}

#[test]
fn a_record_leads_back_to_this_origin_only() {
    for path in ["//evil.example/", "/\\evil.example", "https://evil.example/", "/x:y"] {
        let mut world = World::new();
        world.open();
        world.press(Intent::SignIn);
        let record = world.storage.as_mut().unwrap().iter_mut().find(|(key, _)| key.contains("signin")).unwrap().1;
        let mut json: serde_json::Value = serde_json::from_str(record).unwrap();
        json["returnTo"] = json!(path);
        *record = json.to_string();
        world.come_back_as("ada@cronus.example", ConsentAnswer::AcceptForOrganization).unwrap();
        assert_eq!(world.model.place, Place::Choose);
        assert_eq!(world.address, FOLDER, "{path}");
    }
}

#[test]
fn an_answer_that_names_another_issuer_is_not_redeemed() {
    for (issuer, redeemed) in [
        (format!("https://login.microsoftonline.com/{CRONUS}/v2.0"), true),
        (format!("https://login.microsoftonline.com/{FABRIKAM}/v2.0"), true),
        ("https://evil.example/v2.0".to_owned(), false),
        ("https://login.microsoftonline.com/organizations/v2.0".to_owned(), false),
    ] {
        let mut world = World::new();
        world.open();
        world.press(Intent::SignIn);
        let url = world.departed.clone().unwrap();
        let consent = ConsentAnswer::AcceptForOrganization;
        let back = world.cloud.sign_in_code(&url, "ada@cronus.example", consent, world.now).unwrap();
        let fragment = back.split_once('#').unwrap().1;
        world.address = format!("{FOLDER}#{fragment}&iss={}", entrada::protocol::url::encode(&issuer));
        world.open();
        assert_eq!(asked(&world, "/token") > 0, redeemed, "{issuer}");
        let fits = issuer.contains(&CRONUS.to_string());
        assert_eq!(world.codes().contains(&"identity_rejected".to_owned()), !fits, "{issuer}: {:?}", world.codes());
        assert_eq!(world.model.account().is_some(), fits);
        assert!(!world.address.contains("iss="));
    }
}

#[test]
fn a_tenant_is_looked_up_while_it_is_typed_and_an_unknown_one_is_said() {
    let mut world = World::new();
    world.open();
    world.press(Intent::TenantTyped("nowhere.example".into()));
    assert_eq!(world.codes(), ["tenant_unknown"]);
    world.press(Intent::SignIn);
    assert_eq!((world.departed.as_ref(), world.codes()), (None, vec!["tenant_unknown".to_owned()]));
    world.press(Intent::TenantTyped("fabrikam.example".into()));
    assert_eq!(world.codes(), Vec::<String>::new(), "the right one takes the finding away");
    world.press(Intent::SignIn);
    assert!(world.departed.as_ref().unwrap().contains(&FABRIKAM.to_string()));
}

#[test]
fn a_tenant_of_a_link_is_looked_up_at_once() {
    let mut world = World::new();
    world.address = format!("{FOLDER}?tenant=nowhere.example");
    world.open();
    assert_eq!(world.codes(), ["tenant_unknown"]);
    world.address = format!("{FOLDER}?tenant=fabrikam.example");
    world.open();
    assert_eq!(world.codes(), Vec::<String>::new());
}

#[test]
fn when_the_tenant_cannot_be_looked_up_entra_decides() {
    let mut world = World::new();
    world.fault("GET", "/.well-known/", Effect::NoCors, 9);
    world.open();
    world.press(Intent::TenantTyped("fabrikam.example".into()));
    world.press(Intent::SignIn);
    assert!(world.departed.as_ref().unwrap().contains("/fabrikam.example/oauth2/v2.0/authorize"));
    world.come_back_as("gus@fabrikam.example", ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.account().unwrap().tenant, FABRIKAM.to_string());
}

#[test]
fn nothing_secret_is_in_the_record_of_an_attempt_but_the_verifier() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    let storage = world.storage.as_ref().unwrap();
    let (_, record) = storage.iter().find(|(key, _)| key.contains("signin")).unwrap();
    let json: serde_json::Value = serde_json::from_str(record).unwrap();
    let names: Vec<&String> = json.as_object().unwrap().keys().collect();
    let allowed =
        ["v", "state", "nonce", "verifier", "typed", "authority", "extra", "claims", "consent", "created", "returnTo"];
    assert!(names.iter().all(|name| allowed.contains(&name.as_str())), "{names:?}");
    assert!(!format!("{:?}", Secret::new(record)).contains("verifier"), "and it does not show in a log");
}
