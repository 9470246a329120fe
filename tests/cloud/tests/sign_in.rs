//! Signing in: authorize, consent, code, refresh, and every refusal a page can meet (`sign-in.md` 1 and 2).

mod support;

use entrada_cloud::{ConsentAnswer, Fault, Effect, seed};
use serde_json::Value;
use support::{
    BC_SCOPES, GRAPH_SCOPES, NOW, PAGE, REDIRECT, VERIFIER, World, body, code_of, field, fields_of, form, head,
};

fn claims(token: &str) -> Value {
    use base64::Engine;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn an_administrator_signs_in_consents_and_gets_tokens_for_both_resources() {
    let mut world = World::new();
    let url = world.authorize_url("organizations", &[]);
    let back =
        world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::AcceptForOrganization, NOW).unwrap();
    assert!(back.starts_with(&format!("{REDIRECT}#")));
    assert_eq!(field(&back, "state").unwrap(), "state|with spice&=");
    assert!(field(&back, "client_info").is_some() && field(&back, "session_state").is_some());
    let code = field(&back, "code").unwrap();
    let response = world.redeem("organizations", &code, GRAPH_SCOPES);
    assert_eq!(response.status(), 200);
    assert_eq!(head(&response, "access-control-allow-origin").as_deref(), Some(PAGE));
    let graph = body(&response);
    assert_eq!(graph["token_type"], "Bearer");
    assert!((3600..=5400).contains(&graph["expires_in"].as_u64().unwrap()));
    assert_eq!(graph["refresh_token_expires_in"], 86_400);
    let scope = graph["scope"].as_str().unwrap();
    assert!(scope.contains("Application.ReadWrite.All") && scope.contains("openid"), "{scope}");
    let id = claims(graph["id_token"].as_str().unwrap());
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["tid"], seed::CRONUS.to_string());
    assert_eq!(id["iss"], format!("https://login.microsoftonline.com/{}/v2.0", seed::CRONUS));

    let response = world.refresh(&seed::CRONUS.to_string(), graph["refresh_token"].as_str().unwrap(), BC_SCOPES);
    let bc = body(&response);
    assert_eq!(response.status(), 200, "{bc}");
    let access = claims(bc["access_token"].as_str().unwrap());
    assert_eq!(access["aud"], "https://api.businesscentral.dynamics.com");
    assert_eq!(access["scp"], "user_impersonation Financials.ReadWrite.All");
    assert_ne!(bc["refresh_token"], graph["refresh_token"]);
}
