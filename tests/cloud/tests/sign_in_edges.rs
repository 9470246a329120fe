//! Signing in, the rarer ways: confidential web clients, several accounts, blocked people, `form_post`.
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::{ConsentAnswer, Response, seed};
use serde_json::json;
use support::{GRAPH_SCOPES, NOW, PAGE, VERIFIER, World, body, challenge, code_of, field, form, head};

const WEB: &str = "https://web.example/callback";

/// A single-tenant web application with a secret: client id and secret.
fn web_client(world: &mut World) -> (String, String) {
    let (token, _) = world.sign_in("ada@cronus.example");
    let sent = json!({ "displayName": "Web", "signInAudience": "AzureADMyOrg", "web": { "redirectUris": [WEB] } });
    let made = body(&world.upsert(&token, "/applications(uniqueName='web')", sent));
    let path = format!("/applications/{}/addPassword", made["id"].as_str().unwrap());
    let secret = body(&world.graph(&token, "POST", &path, json!({})));
    (made["appId"].as_str().unwrap().to_owned(), secret["secretText"].as_str().unwrap().to_owned())
}

fn web_authorize(tenant: &str, client: &str) -> String {
    let fields = [
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", WEB),
        ("scope", "openid offline_access User.Read"),
        ("state", "s"),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ];
    format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize?{}", form(&fields))
}

#[test]
fn a_web_client_redeems_with_its_secret_from_a_server_and_never_from_a_page() {
    let mut world = World::new();
    let (client, secret) = web_client(&mut world);
    let url = web_authorize("cronus.example", &client);
    for (origin, secret, expected) in [
        (None, secret.as_str(), 0),
        (None, "", 7_000_218),
        (None, "wrong", 7_000_215),
        (Some(PAGE), &secret, 9_002_326),
    ] {
        let back = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap();
        assert!(back.starts_with(&format!("{WEB}?")));
        let code = field(&back, "code").unwrap();
        let mut fields = vec![
            ("client_id", client.as_str()),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", WEB),
            ("code_verifier", VERIFIER),
            ("scope", "User.Read offline_access"),
        ];
        if !secret.is_empty() {
            fields.push(("client_secret", secret));
        }
        let response = world.token_from(origin, "cronus.example", &fields);
        let answer = body(&response);
        assert_eq!(code_of(&answer), expected, "{answer}");
        assert_eq!(head(&response, "access-control-allow-origin"), None);
        // Only a page's refresh token has the fixed day (`sign-in.md` 1.5).
        assert!(answer.get("refresh_token_expires_in").is_none());
    }
}

#[test]
fn a_single_tenant_application_is_refused_at_organizations_and_unknown_elsewhere() {
    let mut world = World::new();
    let (client, _) = web_client(&mut world);
    for (tenant, expected) in [("organizations", 50_194), ("common", 50_194), ("fabrikam.example", 700_016)] {
        let url = web_authorize(tenant, &client);
        let stop = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap_err();
        assert_eq!(stop.code, expected, "{tenant}");
    }
}

#[test]
fn blocked_people_and_unassigned_applications_are_stopped() {
    let mut world = World::new();
    let (_, refresh) = world.sign_in("ada@cronus.example");
    let url = world.authorize_url("organizations", &[]);
    let principal = |world: &mut World, required: bool| {
        let tenant = world.cloud.tenant_mut("cronus.example").unwrap();
        tenant.service_principal_mut(seed::ENTRADA_CLIENT_ID).unwrap().assignment_required = required;
    };
    principal(&mut world, true);
    let stop = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap_err();
    assert_eq!(stop.code, 50_105);
    principal(&mut world, false);
    world.cloud.tenant_mut("cronus.example").unwrap().people[0].enabled = false;
    let stop = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap_err();
    assert_eq!(stop.code, 50_057);
    assert_eq!(code_of(&body(&world.refresh("organizations", &refresh, GRAPH_SCOPES))), 50_057);
}

fn choose(world: &mut World, url: &str, cookie: &str, person: &str) -> (Response, String) {
    let page = world.send("GET", url, &[("cookie", cookie)], "");
    let flow = head(&page, "x-cloud-flow").unwrap();
    let answer = world.send(
        "POST",
        "https://login.microsoftonline.com/stand-in/account",
        &[("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie)],
        &form(&[("flow", &flow), ("account", person)]),
    );
    let cookie = head(&answer, "set-cookie").unwrap().split(';').next().unwrap().to_owned();
    (answer, cookie)
}

#[test]
fn two_accounts_in_one_browser_make_a_silent_request_ambiguous_until_a_hint_names_one() {
    let mut world = World::new();
    world.sign_in("ada@cronus.example");
    let url = world.authorize_url("organizations", &[("prompt", "select_account")]);
    let (_, cookie) = choose(&mut world, &url, "", "ada@cronus.example");
    let (_, cookie) = choose(&mut world, &url, &cookie, "anton@cronus.example");
    let ask = |world: &mut World, changes: &[(&str, &str)]| {
        let url = world.authorize_url("organizations", changes);
        let answer = world.send("GET", &url, &[("cookie", &cookie)], "");
        head(&answer, "location").unwrap()
    };
    let unclear = ask(&mut world, &[("prompt", "none")]);
    assert!(field(&unclear, "error_description").unwrap().starts_with("AADSTS16000"));
    let clear = ask(&mut world, &[("prompt", "none"), ("login_hint", "anton@cronus.example")]);
    assert!(field(&clear, "code").is_some());
    let nobody = ask(&mut world, &[("prompt", "none"), ("domain_hint", "fabrikam.example")]);
    assert_eq!(field(&nobody, "error").as_deref(), Some("login_required"));
}

#[test]
fn form_post_answers_with_a_page_that_posts_to_the_client() {
    let mut world = World::new();
    world.sign_in("ada@cronus.example");
    let url = world.authorize_url("organizations", &[("response_mode", "form_post")]);
    let (page, _) = choose(&mut world, &url, "", "ada@cronus.example");
    let text = String::from_utf8(page.body().clone()).unwrap();
    assert!(text.contains("name=\"code\"") && text.contains("name=\"state\" value=\"state|with spice&amp;=\""));
    assert!(text.contains(&format!("action=\"{}\"", support::REDIRECT)));
}

#[test]
fn a_stale_page_says_so_and_grants_nothing() {
    let mut world = World::new();
    let page = world.send(
        "POST",
        "https://login.microsoftonline.com/stand-in/consent",
        &[("content-type", "application/x-www-form-urlencoded")],
        &form(&[("flow", "made-up"), ("answer", "accept")]),
    );
    assert_eq!((page.status().as_u16(), head(&page, "x-cloud-stop").as_deref()), (400, Some("90033")));
    assert!(world.cloud.tenant("cronus.example").unwrap().permission_grants.is_empty());
}
