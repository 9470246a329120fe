//! The administrator's consent addresses (`graph.md` 9).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::{ConsentAnswer, seed};
use serde_json::json;
use support::{BC_APP, NOW, World, body, field, form};

const LANDING: &str = "https://businesscentral.dynamics.com/OAuthLanding.htm";

/// A fresh application that declares Business Central's roles but was granted nothing: client id.
fn declared(world: &mut World) -> String {
    let (token, _) = world.sign_in("ada@cronus.example");
    let sent = json!({ "displayName": "Magento", "signInAudience": "AzureADMyOrg",
        "web": { "redirectUris": [LANDING] },
        "requiredResourceAccess": [{ "resourceAppId": BC_APP, "resourceAccess": [
            { "id": seed::ROLE_API, "type": "Role" }, { "id": seed::ROLE_AUTOMATION, "type": "Role" }] }] });
    let made = body(&world.upsert(&token, "/applications(uniqueName='m')", sent));
    made["appId"].as_str().unwrap().to_owned()
}

fn granted(world: &World, client: &str) -> usize {
    let tenant = world.cloud.tenant("cronus.example").unwrap();
    tenant.service_principal(client.parse().unwrap()).map_or(0, |principal| {
        tenant.app_role_assignments.iter().filter(|known| known.principal == principal.id).count()
    })
}

fn short(tenant: &str, client: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/adminconsent?client_id={client}")
}

#[test]
fn the_short_form_grants_what_the_application_declares_and_ends_on_a_page() {
    let mut world = World::new();
    let client = declared(&mut world);
    let page = world
        .cloud
        .sign_in_code(&short("cronus.example", &client), "anton@cronus.example", ConsentAnswer::Accept, NOW)
        .unwrap_err();
    assert_eq!(page.code, 0);
    assert!(page.html.contains("Consent granted"));
    assert_eq!(granted(&world, &client), 2);
}

#[test]
fn the_card_in_business_central_gets_its_answer_in_the_query() {
    let mut world = World::new();
    let client = declared(&mut world);
    let url = format!("{}&{}", short("common", &client), form(&[("redirect_uri", LANDING), ("state", "s 1")]));
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap();
    assert!(back.starts_with(&format!("{LANDING}?")));
    assert_eq!(field(&back, "admin_consent").as_deref(), Some("True"));
    assert_eq!(field(&back, "tenant"), Some(seed::CRONUS.to_string()));
    assert_eq!(field(&back, "state").as_deref(), Some("s 1"));
    assert_eq!(granted(&world, &client), 2);
}

#[test]
fn a_refusal_says_admin_consent_true_all_the_same() {
    let mut world = World::new();
    let client = declared(&mut world);
    let url = format!("{}&{}", short("cronus.example", &client), form(&[("redirect_uri", LANDING)]));
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Decline, NOW).unwrap();
    assert_eq!(field(&back, "admin_consent").as_deref(), Some("True"));
    assert_eq!(field(&back, "error").as_deref(), Some("consent_required"));
    assert!(field(&back, "error_description").unwrap().starts_with("AADSTS65004"));
    assert_eq!(granted(&world, &client), 0);
}

#[test]
fn only_administrators_and_registered_addresses_pass() {
    let mut world = World::new();
    let client = declared(&mut world);
    let mut stop =
        |url: &str, person: &str| world.cloud.sign_in_code(url, person, ConsentAnswer::Accept, NOW).unwrap_err().code;
    assert_eq!(stop(&short("cronus.example", &client), "omar@cronus.example"), 90_094);
    assert_eq!(stop(&short("cronus.example", &client), "bea@cronus.example"), 90_094);
    let foreign =
        format!("{}&{}", short("cronus.example", &client), form(&[("redirect_uri", "https://evil.example/")]));
    assert_eq!(stop(&foreign, "ada@cronus.example"), 50_011);
    assert_eq!(stop(&short("fabrikam.example", &client), "gus@fabrikam.example"), 700_016);
    let v2 = |tenant: &str, fields: &[(&str, &str)]| {
        format!("https://login.microsoftonline.com/{tenant}/v2.0/adminconsent?client_id={client}&{}", form(fields))
    };
    let scope = ("scope", "https://api.businesscentral.dynamics.com/.default");
    assert_eq!(stop(&v2("common", &[scope, ("redirect_uri", LANDING)]), "ada@cronus.example"), 50_059);
    assert_eq!(stop(&v2("cronus.example", &[scope]), "ada@cronus.example"), 900_971);
    assert_eq!(stop(&v2("cronus.example", &[("redirect_uri", LANDING)]), "ada@cronus.example"), 900_144);
    let good = v2("organizations", &[scope, ("redirect_uri", LANDING), ("state", "x")]);
    let back = world.cloud.sign_in_code(&good, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap();
    assert_eq!(field(&back, "scope").as_deref(), Some(scope.1));
    assert_eq!(granted(&world, &client), 2);
}
