//! Service to service: what the receiving system does with client id and credential (`business-central.md` 9, `sign-in.md` 2).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entrada_cloud::control::Edit;
use entrada_cloud::seed;
use serde_json::{Value, json};
use support::{BC_APP, NOW, PAGE, World, body, code_of, head};
use uuid::Uuid;

const SCOPE: &str = "https://api.businesscentral.dynamics.com/.default";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn claims(answer: &Value) -> Value {
    let payload = answer["access_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn service() -> (World, String, String) {
    let mut world = World::new();
    let (token, _) = world.sign_in("ada@cronus.example");
    let (client, secret) = world.service(&token, "entrada-magento-1");
    (world, client, secret)
}

#[test]
fn the_right_secret_gives_a_token_with_the_granted_roles() {
    let (mut world, client, secret) = service();
    let response = world.client_credentials("cronus.example", &client, &secret);
    assert_eq!(response.status(), 200);
    assert_eq!(head(&response, "access-control-allow-origin"), None);
    let answer = body(&response);
    assert!(answer.get("refresh_token").is_none());
    let claims = claims(&answer);
    assert_eq!(claims["roles"], json!(["API.ReadWrite.All", "Automation.ReadWrite.All"]));
    assert_eq!(
        (claims["tid"].as_str(), claims["appid"].as_str()),
        (Some(seed::CRONUS.to_string().as_str()), Some(client.as_str()))
    );
    assert!(world.cloud.violations().is_empty(), "{:?}", world.cloud.violations());
}

#[test]
fn a_page_cannot_ask_for_such_a_token_and_reads_no_answer() {
    let (mut world, client, secret) = service();
    let fields = [
        ("client_id", client.as_str()),
        ("client_secret", &secret),
        ("grant_type", "client_credentials"),
        ("scope", SCOPE),
    ];
    let response = world.token_from(Some(PAGE), "cronus.example", &fields);
    assert_eq!(code_of(&body(&response)), 9_002_326);
    assert_eq!(head(&response, "access-control-allow-origin"), None);
}

#[test]
fn every_missing_or_wrong_part_has_its_refusal() {
    let (mut world, client, secret) = service();
    let unknown = Uuid::nil().to_string();
    for (tenant, client_id, secret, scope, status, expected) in [
        ("cronus.example", client.as_str(), "wrong", SCOPE, 401, 7_000_215),
        ("cronus.example", &unknown, &secret, SCOPE, 400, 700_016),
        ("fabrikam.example", &client, &secret, SCOPE, 400, 700_016),
        ("organizations", &client, &secret, SCOPE, 400, 50_059),
        ("nowhere.example", &client, &secret, SCOPE, 400, 90_002),
        (
            "cronus.example",
            &client,
            &secret,
            "https://api.businesscentral.dynamics.com/API.ReadWrite.All",
            400,
            1_002_012,
        ),
        ("cronus.example", &client, &secret, "User.Read", 400, 1_002_012),
        ("cronus.example", &client, &secret, "https://nobody.example/.default", 400, 500_011),
        ("cronus.example", &client, &secret, "", 400, 900_144),
    ] {
        let fields = [
            ("client_id", client_id),
            ("client_secret", secret),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ];
        let response = world.token_from(None, tenant, &fields);
        let answer = body(&response);
        assert_eq!((response.status().as_u16(), code_of(&answer)), (status, expected), "{answer}");
    }
    let fields = [("client_id", client.as_str()), ("grant_type", "client_credentials"), ("scope", SCOPE)];
    assert_eq!(code_of(&body(&world.token_from(None, "cronus.example", &fields))), 7_000_218);
}

#[test]
fn taking_a_part_away_takes_the_token_away() {
    let (mut world, client, secret) = service();
    let id = Uuid::parse_str(&client).unwrap();
    let ask = |world: &mut World| body(&world.client_credentials("cronus.example", &client, &secret));
    world.cloud.edit(None, &Edit::RemoveRoleAssignment { app_id: id, role: None }, NOW).unwrap();
    assert!(claims(&ask(&mut world)).get("roles").is_none(), "a token comes, without roles");
    world.cloud.edit(None, &Edit::DisableServicePrincipal(id), NOW).unwrap();
    assert_eq!(code_of(&ask(&mut world)), 7_000_112);
    world.cloud.edit(None, &Edit::EnableServicePrincipal(id), NOW).unwrap();
    world.cloud.edit(None, &Edit::ExpireSecret(id), NOW).unwrap();
    assert_eq!(code_of(&ask(&mut world)), 7_000_222);
    world.cloud.edit(None, &Edit::RemoveSecrets(id), NOW).unwrap();
    assert_eq!(code_of(&ask(&mut world)), 7_000_215);
    world.cloud.edit(None, &Edit::DropServicePrincipal(id), NOW).unwrap();
    assert_eq!(code_of(&ask(&mut world)), 7_000_229);
    world.cloud.edit(None, &Edit::DeleteApplication(id), NOW).unwrap();
    assert_eq!(code_of(&ask(&mut world)), 700_016);
}

#[test]
fn a_secret_ends_at_its_end_date() {
    let (mut world, client, secret) = service();
    world.now += 731 * 24 * 60 * 60 * 1000;
    assert_eq!(code_of(&body(&world.client_credentials("cronus.example", &client, &secret))), 7_000_222);
}

#[test]
fn a_new_application_and_its_secret_are_unknown_until_they_replicated() {
    let mut world = World::new();
    let (token, _) = world.sign_in("ada@cronus.example");
    let (client, secret) = world.service(&token, "entrada-a");
    world.cloud.set_lag(60_000);
    let path = format!("/applications(appId='{client}')/addPassword");
    let second = body(&world.graph(&token, "POST", &path, json!({})))["secretText"].as_str().unwrap().to_owned();
    assert_eq!(code_of(&body(&world.client_credentials("cronus.example", &client, &second))), 7_000_215);
    assert_eq!(world.client_credentials("cronus.example", &client, &secret).status(), 200);
    let fresh = world.application(&token, "entrada-b")["appId"].as_str().unwrap().to_owned();
    assert_eq!(code_of(&body(&world.client_credentials("cronus.example", &fresh, "x"))), 700_016);
    world.now += 60_000;
    assert_eq!(world.client_credentials("cronus.example", &client, &second).status(), 200);
    assert_eq!(code_of(&body(&world.client_credentials("cronus.example", &fresh, "x"))), 7_000_229);
}

/// A certificate made for this test, and the key that belongs to it.
fn certificate() -> (Vec<u8>, jsonwebtoken::EncodingKey) {
    let pem = include_str!("../src/test-only-signing-key.pem");
    let der = STANDARD.decode(include_str!("fixtures/certificate.txt").replace('\n', "")).unwrap();
    (der, jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap())
}

#[test]
fn a_certificate_proves_the_client_as_a_secret_does() {
    let (mut world, client, _) = service();
    let (token, _) = world.sign_in("ada@cronus.example");
    let (der, key) = certificate();
    let sent = json!({ "keyCredentials": [{ "type": "AsymmetricX509Cert", "usage": "Verify",
        "key": STANDARD.encode(&der), "displayName": "CN=test" }] });
    let response = world.graph(&token, "PATCH", &format!("/applications(appId='{client}')"), sent);
    assert_eq!(response.status(), 204, "{}", body(&response));
    let shown = world.get(&token, &format!("/applications(appId='{client}')"));
    assert_eq!(shown["keyCredentials"][0]["key"], Value::Null);
    let shown = world.get(&token, &format!("/applications(appId='{client}')?$select=keyCredentials"));
    assert_eq!(shown["keyCredentials"][0]["key"], STANDARD.encode(&der));
    let thumbprint = shown["keyCredentials"][0]["customKeyIdentifier"].as_str().unwrap().to_owned();
    assert_eq!(thumbprint.len(), 40);

    let bytes: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&thumbprint[at * 2..at * 2 + 2], 16).unwrap()).collect();
    let audience = format!("https://login.microsoftonline.com/{}/oauth2/v2.0/token", seed::CRONUS);
    let assertion = |key: &jsonwebtoken::EncodingKey, audience: &str, end: u64| {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
        // As Microsoft's Python library sends them: the thumbprint padded, the time with a fraction.
        header.x5t = Some(base64::engine::general_purpose::URL_SAFE.encode(&bytes));
        let claims = json!({ "iss": client, "sub": client, "aud": audience, "jti": "1", "exp": end as f64 + 0.25 });
        jsonwebtoken::encode(&header, &claims, key).unwrap()
    };
    let ask = |world: &mut World, assertion: &str| {
        let fields = [
            ("client_id", client.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ];
        body(&world.token_from(None, "cronus.example", &fields))
    };
    let soon = NOW / 1000 + 300;
    assert!(ask(&mut world, &assertion(&key, &audience, soon))["access_token"].is_string());
    assert_eq!(code_of(&ask(&mut world, &assertion(&key, "https://elsewhere.example/", soon))), 700_023);
    assert_eq!(code_of(&ask(&mut world, &assertion(&key, &audience, NOW / 1000 - 600))), 700_024);
    let mut forged = assertion(&key, &audience, soon);
    let end = forged.len() - 8;
    forged.replace_range(end.., "AAAAAAAA");
    assert_eq!(code_of(&ask(&mut world, &forged)), 700_027);
    assert_eq!(code_of(&ask(&mut world, "not.a.jwt")), 50_027);
}

#[test]
fn a_federated_credential_trusts_exactly_its_issuer_subject_and_audience() {
    let (mut world, client, _) = service();
    let (token, _) = world.sign_in("ada@cronus.example");
    let issuer = "https://token.actions.githubusercontent.com";
    let subject = "repo:acme/sync:ref:refs/heads/main";
    let audience = "api://AzureADTokenExchange";
    let path = format!("/applications(appId='{client}')/federatedIdentityCredentials(name='gh-main')");
    let sent = json!({ "issuer": issuer, "subject": subject, "audiences": [audience] });
    assert_eq!(world.upsert(&token, &path, sent.clone()).status(), 201);
    assert_eq!(world.upsert(&token, &path, sent).status(), 204);
    for (issuer, subject, audience, expected) in [
        (issuer, subject, audience, 0),
        ("https://other.example", subject, audience, 700_211),
        (issuer, "repo:acme/sync:ref:refs/heads/other", audience, 700_213),
        (issuer, subject, "api://other", 700_212),
    ] {
        let assertion = world.cloud.external_assertion(issuer, subject, audience, NOW);
        let fields = [
            ("client_id", client.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ];
        let answer = body(&world.token_from(None, "cronus.example", &fields));
        assert_eq!(code_of(&answer), expected, "{answer}");
    }
    assert!(world.cloud.violations().is_empty(), "{:?}", world.cloud.violations());
}

#[test]
fn a_business_central_that_left_the_tenant_is_an_unknown_resource() {
    let (mut world, client, secret) = service();
    world.cloud.edit(None, &Edit::DropServicePrincipal(Uuid::parse_str(BC_APP).unwrap()), NOW).unwrap();
    assert_eq!(code_of(&body(&world.client_credentials("cronus.example", &client, &secret))), 500_011);
}
