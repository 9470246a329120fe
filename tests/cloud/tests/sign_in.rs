//! Signing in: authorize, consent, code, refresh, and every refusal a page can meet (`sign-in.md` 1 and 2).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::{ConsentAnswer, Effect, Fault, seed};
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
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::AcceptForOrganization, NOW).unwrap();
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

/// Authorize with changed fields as Ada; the redirect, or the AADSTS number of the page.
fn ada(world: &mut World, tenant: &str, changes: &[(&str, &str)]) -> Result<String, u32> {
    let url = world.authorize_url(tenant, changes);
    world
        .cloud
        .sign_in_code(&url, "ada@cronus.example", ConsentAnswer::AcceptForOrganization, NOW)
        .map_err(|stop| stop.code)
}

fn refusal(url: &str) -> (String, String) {
    let text = field(url, "error_description").unwrap_or_default();
    let code = text.trim_start_matches("AADSTS").split(':').next().unwrap_or_default().to_owned();
    (field(url, "error").unwrap_or_default(), code)
}

#[test]
fn what_proves_no_client_is_shown_as_a_page_and_never_redirected() {
    let mut world = World::new();
    for (tenant, changes, code) in [
        ("organizations", ("client_id", "11111111-1111-4111-8111-111111111111"), 700_016),
        ("organizations", ("client_id", ""), 900_144),
        ("organizations", ("redirect_uri", "http://localhost:8080/other.html"), 50_011),
        ("organizations", ("redirect_uri", "http://localhost:8080/Redirect.html"), 50_011),
        ("organizations", ("redirect_uri", ""), 900_971),
        ("nowhere.example", ("nonce", "n"), 90_002),
    ] {
        assert_eq!(ada(&mut world, tenant, &[changes]), Err(code), "{tenant} {changes:?}");
    }
}

#[test]
fn protocol_mistakes_go_back_to_the_client_with_its_state() {
    let mut world = World::new();
    for (change, error, code) in [
        (("response_type", "token"), "unsupported_response_type", "700054"),
        (("response_type", "banana"), "unsupported_response_type", "70007"),
        (("response_mode", "banana"), "invalid_request", "70007"),
        (("code_challenge", ""), "invalid_request", "9002325"),
        (("code_challenge_method", "plain"), "invalid_request", "9002325"),
        (("scope", "%%%"), "invalid_scope", "70011"),
        (("scope", ""), "invalid_request", "900144"),
        (("scope", "openid https://nobody.example/x"), "invalid_resource", "500011"),
        (("scope", "openid Nonsense.Read"), "invalid_client", "650053"),
        (("prompt", "banana"), "invalid_request", "90023"),
        (("prompt", "none"), "login_required", "50058"),
        (("claims", "{"), "invalid_request", "900442"),
    ] {
        let back =
            ada(&mut world, "organizations", &[change]).unwrap_or_else(|code| panic!("page {code} for {change:?}"));
        assert_eq!(refusal(&back), (error.to_owned(), code.to_owned()), "{change:?}");
        assert_eq!(field(&back, "state").as_deref(), Some("state|with spice&="), "{change:?}");
        assert!(field(&back, "trace_id").is_some() && field(&back, "correlation_id").is_some());
    }
}

#[test]
fn a_repeated_parameter_is_refused() {
    let mut world = World::new();
    let url = world.authorize_url("organizations", &[]) + "&state=another";
    let stop = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap_err();
    assert_eq!(stop.code, 9_000_411);
}

#[test]
fn the_answer_comes_in_the_query_unless_asked_otherwise() {
    let mut world = World::new();
    let back = ada(&mut world, "organizations", &[("response_mode", "")]).unwrap();
    assert!(back.starts_with(&format!("{REDIRECT}?code=")));
}

#[test]
fn declined_consent_comes_back_as_access_denied() {
    let mut world = World::new();
    let url = world.authorize_url("organizations", &[]);
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Decline, NOW).unwrap();
    assert_eq!(refusal(&back), ("access_denied".to_owned(), "65004".to_owned()));
}

#[test]
fn an_ordinary_user_needs_an_administrator_and_has_a_way_back() {
    let mut world = World::new();
    let url = world.authorize_url("organizations", &[]);
    let stop = world.cloud.sign_in_code(&url, "omar@cronus.example", ConsentAnswer::Accept, NOW).unwrap_err();
    assert_eq!(stop.code, 90_094);
    assert!(stop.html.contains("id=\"way-back\""));
    let back = stop.way_back.unwrap();
    assert_eq!(refusal(&back), ("access_denied".to_owned(), "65004".to_owned()));
    assert_eq!(field(&back, "state").as_deref(), Some("state|with spice&="));
}

#[test]
fn an_ordinary_user_consents_to_what_is_not_reserved_for_administrators() {
    let mut world = World::new();
    let url = world.authorize_url("organizations", &[("scope", "openid User.Read")]);
    let back = world.cloud.sign_in_code(&url, "omar@cronus.example", ConsentAnswer::Accept, NOW).unwrap();
    assert!(field(&back, "code").is_some());
}

#[test]
fn consent_for_one_person_does_not_cover_another_and_consent_for_all_does() {
    let mut world = World::new();
    let url = world.authorize_url("organizations", &[]);
    world.cloud.sign_in_code(&url, "ada@cronus.example", ConsentAnswer::Accept, NOW).unwrap();
    let stop = world.cloud.sign_in_code(&url, "omar@cronus.example", ConsentAnswer::Accept, NOW).unwrap_err();
    assert_eq!(stop.code, 90_094);
    world.cloud.sign_in_code(&url, "anton@cronus.example", ConsentAnswer::AcceptForOrganization, NOW).unwrap();
    let back = world.cloud.sign_in_code(&url, "omar@cronus.example", ConsentAnswer::Decline, NOW).unwrap();
    assert!(field(&back, "code").is_some(), "no consent page is left to decline");
}

#[test]
fn business_central_missing_in_the_tenant_is_said_before_anything_is_granted() {
    let mut world = World::new();
    let url = world.authorize_url("organizations", &[]);
    let back =
        world.cloud.sign_in_code(&url, "nora@northwind.example", ConsentAnswer::AcceptForOrganization, NOW).unwrap();
    assert_eq!(refusal(&back), ("invalid_client".to_owned(), "650052".to_owned()));
    assert!(world.cloud.tenant("northwind.example").unwrap().permission_grants.is_empty());
}

#[test]
fn an_account_without_standing_in_the_tenant_is_stopped() {
    let mut world = World::new();
    let url = world.authorize_url("fabrikam.example", &[]);
    for (person, code) in [("ada@cronus.example", 50_020), ("nobody@cronus.example", 50_034)] {
        let stop = world.cloud.sign_in_code(&url, person, ConsentAnswer::Accept, NOW).unwrap_err();
        assert_eq!(stop.code, code);
    }
}

#[test]
fn a_partner_acts_in_the_customers_tenant_only_after_the_customer_consented() {
    let mut world = World::new();
    let tenant = seed::CRONUS.to_string();
    let url = world.authorize_url(&tenant, &[]);
    let stop = world.cloud.sign_in_code(&url, "pia@partner.example", ConsentAnswer::Accept, NOW).unwrap_err();
    assert_eq!(stop.code, 90_099);
    world.sign_in("ada@cronus.example");
    let back = world.cloud.sign_in_code(&url, "pia@partner.example", ConsentAnswer::Accept, NOW).unwrap();
    let code = field(&back, "code").unwrap();
    let graph = body(&world.redeem(&tenant, &code, GRAPH_SCOPES));
    let access = claims(graph["access_token"].as_str().unwrap());
    assert_eq!(access["tid"], tenant);
    let roles = access["wids"].as_array().unwrap();
    assert!(roles.contains(&seed::roles::BUSINESS_CENTRAL_ADMINISTRATOR.to_string().into()));
    let token = graph["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.graph(&token, "GET", "/me", Value::Null).status(), 404);
}

#[test]
fn a_refresh_token_works_in_another_tenant_where_its_person_stands() {
    let mut world = World::new();
    world.sign_in("ada@cronus.example");
    let plain = "openid offline_access User.Read";
    let url = world.authorize_url("organizations", &[("scope", plain)]);
    let back = world.cloud.sign_in_code(&url, "pia@partner.example", ConsentAnswer::Accept, NOW).unwrap();
    let code = field(&back, "code").unwrap();
    let home = body(&world.redeem("organizations", &code, plain));
    assert_eq!(claims(home["access_token"].as_str().unwrap())["tid"], seed::PARTNER.to_string());
    let refresh = home["refresh_token"].as_str().unwrap();
    let there = body(&world.refresh("cronus.example", refresh, GRAPH_SCOPES));
    assert_eq!(claims(there["access_token"].as_str().unwrap())["tid"], seed::CRONUS.to_string());
}

#[test]
fn the_second_factor_is_asked_at_refresh_and_given_interactively_with_the_claims() {
    let mut world = World::new();
    let (_, refresh) = world.sign_in("mia@cronus.example");
    let answer = body(&world.refresh("organizations", &refresh, BC_SCOPES));
    assert_eq!((answer["error"].as_str(), code_of(&answer)), (Some("interaction_required"), 50_076));
    let challenge = answer["claims"].as_str().unwrap().to_owned();
    let url = world.authorize_url("organizations", &[("claims", &challenge)]);
    let back = world.cloud.sign_in_code(&url, "mia@cronus.example", ConsentAnswer::Accept, NOW).unwrap();
    let code = field(&back, "code").unwrap();
    let again = body(&world.redeem("organizations", &code, GRAPH_SCOPES));
    let answer = world.refresh("organizations", again["refresh_token"].as_str().unwrap(), BC_SCOPES);
    assert_eq!(answer.status(), 200, "{}", body(&answer));
}

#[test]
fn every_way_to_misuse_a_code_has_its_refusal() {
    let mut world = World::new();
    let client = seed::ENTRADA_CLIENT_ID.to_string();
    let right = |code: &str| {
        vec![
            ("client_id".to_owned(), client.clone()),
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("code".to_owned(), code.to_owned()),
            ("redirect_uri".to_owned(), REDIRECT.to_owned()),
            ("code_verifier".to_owned(), VERIFIER.to_owned()),
            ("scope".to_owned(), GRAPH_SCOPES.to_owned()),
        ]
    };
    let both = format!("{GRAPH_SCOPES} {BC_SCOPES}");
    let cases: Vec<(&str, &str, &str, Option<&str>, u64)> = vec![
        ("code", "nonsense", "organizations", Some(PAGE), 70_000),
        ("code", "", "organizations", Some(PAGE), 900_144),
        ("client_id", "22222222-2222-4222-8222-222222222222", "organizations", Some(PAGE), 700_016),
        ("code_verifier", "another-verifier", "organizations", Some(PAGE), 501_481),
        ("code_verifier", "", "organizations", Some(PAGE), 900_144),
        ("redirect_uri", PAGE, "organizations", Some(PAGE), 500_112),
        ("grant_type", "password", "organizations", Some(PAGE), 70_003),
        ("grant_type", "", "organizations", Some(PAGE), 900_144),
        ("scope", &both, "organizations", Some(PAGE), 700_022),
        ("scope", "openid offline_access", "organizations", Some(PAGE), 28_002),
        ("scope", "", "organizations", Some(PAGE), 28_003),
        ("scope", "%%%", "organizations", Some(PAGE), 70_011),
        ("scope", "Policy.Read.All", "organizations", Some(PAGE), 65_001),
        ("client_secret", "hush", "organizations", Some(PAGE), 9_002_326),
        ("nonce", "1", "organizations", None, 9_002_327),
        ("nonce", "1", "organizations", Some("http://evil.example"), 9_002_326),
        ("nonce", "1", "cronus.example", Some(PAGE), 700_005),
        ("nonce", "1", "nowhere.example", Some(PAGE), 90_002),
    ];
    for (name, value, tenant, origin, expected) in cases {
        let code = world.code("organizations", "ada@cronus.example", ConsentAnswer::Accept);
        let mut fields = right(&code);
        fields.retain(|(known, _)| known != name);
        fields.push((name.to_owned(), value.to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let response = world.token_from(origin, tenant, &fields);
        let answer = body(&response);
        assert_eq!((response.status().as_u16(), code_of(&answer)), (400, expected), "{name}={value}: {answer}");
        for field in ["error", "error_description", "timestamp", "trace_id", "correlation_id"] {
            assert!(answer[field].is_string(), "{field}");
        }
        let text = answer["error_description"].as_str().unwrap();
        assert!(
            text.starts_with(&format!("AADSTS{expected}: "))
                && text.contains("Trace ID: ")
                && text.contains("Timestamp: ")
        );
        assert!(!text.contains("hush"));
        // Readable only by the client's own page.
        let readable = head(&response, "access-control-allow-origin").is_some();
        assert_eq!(readable, origin == Some(PAGE) && name != "client_id", "{name}={value}");
    }
}

#[test]
fn missing_consent_carries_its_suberror() {
    let mut world = World::new();
    let code = world.code("organizations", "ada@cronus.example", ConsentAnswer::Accept);
    let answer = body(&world.redeem("organizations", &code, "Policy.Read.All"));
    assert_eq!(answer["suberror"], "consent_required");
    assert_eq!(answer["error"], "invalid_grant");
}

#[test]
fn a_code_is_good_once_and_for_ten_minutes() {
    let mut world = World::new();
    let code = world.code("organizations", "ada@cronus.example", ConsentAnswer::Accept);
    assert_eq!(world.redeem("organizations", &code, GRAPH_SCOPES).status(), 200);
    let answer = body(&world.redeem("organizations", &code, GRAPH_SCOPES));
    assert_eq!((answer["error"].as_str(), code_of(&answer)), (Some("invalid_grant"), 54_005));
    let code = world.code("organizations", "ada@cronus.example", ConsentAnswer::Accept);
    world.now += 10 * 60 * 1000;
    assert_eq!(code_of(&body(&world.redeem("organizations", &code, GRAPH_SCOPES))), 70_008);
}

#[test]
fn a_refresh_token_dies_a_day_after_the_sign_in_however_often_it_is_renewed() {
    let mut world = World::new();
    let (_, mut refresh) = world.sign_in("ada@cronus.example");
    let first = refresh.clone();
    world.now += 23 * 60 * 60 * 1000;
    let answer = body(&world.refresh("organizations", &refresh, GRAPH_SCOPES));
    assert_eq!(answer["refresh_token_expires_in"], 3600);
    refresh = answer["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(world.refresh("organizations", &first, GRAPH_SCOPES).status(), 200, "the old one is not revoked");
    world.now += 60 * 60 * 1000;
    let answer = body(&world.refresh("organizations", &refresh, GRAPH_SCOPES));
    assert_eq!((answer["error"].as_str(), code_of(&answer)), (Some("invalid_grant"), 700_084));
}

#[test]
fn every_way_to_misuse_a_refresh_token_has_its_refusal() {
    let mut world = World::new();
    let (_, refresh) = world.sign_in("ada@cronus.example");
    let answer = body(&world.refresh("organizations", "nonsense", GRAPH_SCOPES));
    assert_eq!((answer["error"].as_str(), answer["suberror"].as_str()), (Some("invalid_grant"), Some("bad_token")));
    let both = format!("{GRAPH_SCOPES} {BC_SCOPES}");
    assert_eq!(code_of(&body(&world.refresh("organizations", &refresh, &both))), 700_022);
    assert_eq!(code_of(&body(&world.refresh("organizations", &refresh, "openid"))), 28_002);
    assert_eq!(code_of(&body(&world.refresh("fabrikam.example", &refresh, GRAPH_SCOPES))), 50_020);
    let client = seed::ENTRADA_CLIENT_ID.to_string();
    let fields = [
        ("client_id", client.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
        ("scope", GRAPH_SCOPES),
    ];
    assert_eq!(code_of(&body(&world.token_from(None, "organizations", &fields))), 9_002_327);
}

#[test]
fn a_browser_that_is_signed_in_needs_no_picker_and_silent_requests_work() {
    let mut world = World::new();
    world.sign_in("ada@cronus.example");
    let url = world.authorize_url("organizations", &[("login_hint", "ada@cronus.example")]);
    let picker = world.send("GET", &url, &[], "");
    let flow = head(&picker, "x-cloud-flow").unwrap();
    let answer = world.send(
        "POST",
        "https://login.microsoftonline.com/stand-in/account",
        &[("content-type", "application/x-www-form-urlencoded")],
        &form(&[("flow", &flow), ("account", "ada@cronus.example")]),
    );
    let cookie = head(&answer, "set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let silent = world.authorize_url("organizations", &[("prompt", "none")]);
    let back = head(&world.send("GET", &silent, &[("cookie", &cookie)], ""), "location").unwrap();
    assert!(field(&back, "code").is_some());
    let more = world.authorize_url("organizations", &[("prompt", "none"), ("scope", "openid Policy.Read.All")]);
    let back = head(&world.send("GET", &more, &[("cookie", &cookie)], ""), "location").unwrap();
    assert_eq!(refusal(&back), ("consent_required".to_owned(), "65001".to_owned()));
    let choose = world.authorize_url("organizations", &[("prompt", "select_account")]);
    let page = world.send("GET", &choose, &[("cookie", &cookie)], "");
    assert_eq!(head(&page, "x-cloud-page").as_deref(), Some("account"));
    let consent = world.authorize_url("organizations", &[("prompt", "consent")]);
    let page = world.send("GET", &consent, &[("cookie", &cookie)], "");
    assert_eq!(head(&page, "x-cloud-page").as_deref(), Some("consent"));
}

#[test]
fn sign_in_pages_refuse_frames_and_show_the_publisher() {
    let mut world = World::new();
    let url = world.authorize_url("cronus.example", &[]);
    let page = world.send("GET", &url, &[], "");
    assert_eq!(head(&page, "x-frame-options").as_deref(), Some("DENY"));
    assert_eq!(head(&page, "cross-origin-opener-policy").as_deref(), Some("same-origin"));
    assert!(head(&page, "content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(head(&page, "access-control-allow-origin"), None);
    let text = String::from_utf8(page.body().clone()).unwrap();
    assert!(text.contains("id=\"account-ada\"") && text.contains("id=\"account-pia\"") && !text.contains("gus@"));
    let flow = head(&page, "x-cloud-flow").unwrap();
    let consent = world.send(
        "POST",
        "https://login.microsoftonline.com/stand-in/account",
        &[("content-type", "application/x-www-form-urlencoded")],
        &form(&[("flow", &flow), ("account", "ada@cronus.example")]),
    );
    let text = String::from_utf8(consent.body().clone()).unwrap();
    assert!(text.contains(seed::ENTRADA_PUBLISHER) && text.contains("data-verified=\"true\""));
    for scope in ["User.Read", "Application.ReadWrite.All", "user_impersonation", "Financials.ReadWrite.All"] {
        assert!(text.contains(&format!("data-permission=\"{scope}\"")), "{scope}");
    }
    assert!(text.contains("id=\"consent-organization\""));
}

#[test]
fn a_disabled_application_gets_no_tokens() {
    let mut world = World::new();
    let (_, refresh) = world.sign_in("ada@cronus.example");
    let tenant = world.cloud.tenant_mut("cronus.example").unwrap();
    tenant.service_principal_mut(seed::ENTRADA_CLIENT_ID).unwrap().enabled = false;
    let answer = body(&world.refresh("organizations", &refresh, GRAPH_SCOPES));
    assert_eq!((answer["error"].as_str(), code_of(&answer)), (Some("unauthorized_client"), 7_000_112));
}

#[test]
fn an_injected_refusal_of_the_token_endpoint_is_readable_by_the_page() {
    let mut world = World::new();
    let (_, refresh) = world.sign_in("ada@cronus.example");
    let effect = Effect::Status { status: 503, retry_after: Some(7), code: "90033".to_owned() };
    world.cloud.add_fault(Fault::once("POST", "/oauth2/v2.0/token", effect));
    let response = world.refresh("organizations", &refresh, GRAPH_SCOPES);
    assert_eq!((response.status().as_u16(), head(&response, "retry-after").as_deref()), (503, Some("7")));
    assert_eq!(body(&response)["error"], "temporarily_unavailable");
    assert_eq!(head(&response, "access-control-allow-origin").as_deref(), Some(PAGE));
}

#[test]
fn discovery_names_the_tenant_and_is_readable_from_any_page() {
    let mut world = World::new();
    let url = "https://login.microsoftonline.com/cronus.example/v2.0/.well-known/openid-configuration";
    let response = world.send("GET", url, &[("origin", PAGE)], "");
    assert_eq!(body(&response)["issuer"], format!("https://login.microsoftonline.com/{}/v2.0", seed::CRONUS));
    assert_eq!(head(&response, "access-control-allow-origin").as_deref(), Some("*"));
    let response = world.send("GET", &url.replace("cronus.example", "organizations"), &[], "");
    assert_eq!(body(&response)["issuer"], "https://login.microsoftonline.com/{tenantid}/v2.0");
    let response = world.send("GET", &url.replace("cronus.example", "nowhere.example"), &[], "");
    assert_eq!((response.status().as_u16(), code_of(&body(&response))), (400, 90_002));
    let keys = world.send("GET", "https://login.microsoftonline.com/organizations/discovery/v2.0/keys", &[], "");
    assert_eq!(body(&keys)["keys"][0]["kid"], entrada_cloud::KEY_ID);
}

#[test]
fn signing_out_needs_the_hint_or_a_choice_and_returns_only_to_registered_addresses() {
    let mut world = World::new();
    let claims_asked = r#"{"id_token":{"login_hint":{"essential":false}}}"#;
    let url = world.authorize_url("organizations", &[("claims", claims_asked)]);
    let picker = world.send("GET", &url, &[], "");
    let flow = head(&picker, "x-cloud-flow").unwrap();
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let consent = world.send(
        "POST",
        "https://login.microsoftonline.com/stand-in/account",
        &[kind],
        &form(&[("flow", &flow), ("account", "ada@cronus.example")]),
    );
    let cookie = head(&consent, "set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let flow = head(&consent, "x-cloud-flow").unwrap();
    let back = world.send(
        "POST",
        "https://login.microsoftonline.com/stand-in/consent",
        &[kind],
        &form(&[("flow", &flow), ("answer", "accept")]),
    );
    let code = field(&head(&back, "location").unwrap(), "code").unwrap();
    let answer = body(&world.redeem("organizations", &code, GRAPH_SCOPES));
    let hint = claims(answer["id_token"].as_str().unwrap())["login_hint"].as_str().unwrap().to_owned();
    let logout = |fields: &[(&str, &str)]| {
        format!("https://login.microsoftonline.com/organizations/oauth2/v2.0/logout?{}", form(fields))
    };
    let page = world.send("GET", &logout(&[]), &[("cookie", &cookie)], "");
    assert_eq!(head(&page, "x-cloud-page").as_deref(), Some("sign-out"));
    let elsewhere = logout(&[("logout_hint", &hint), ("post_logout_redirect_uri", "https://evil.example/")]);
    let page = world.send("GET", &elsewhere, &[("cookie", &cookie)], "");
    assert_eq!(head(&page, "x-cloud-page").as_deref(), Some("done"));
    let home = logout(&[("logout_hint", &hint), ("post_logout_redirect_uri", REDIRECT), ("state", "s")]);
    let back = head(&world.send("GET", &home, &[("cookie", &cookie)], ""), "location").unwrap();
    assert_eq!(fields_of(&back), [("state".to_owned(), "s".to_owned())]);
    let silent = world.authorize_url("organizations", &[("prompt", "none")]);
    let back = head(&world.send("GET", &silent, &[("cookie", &cookie)], ""), "location").unwrap();
    assert_eq!(refusal(&back).0, "login_required");
}

#[test]
fn a_token_request_brings_its_own_claims() {
    // Microsoft's library asks for the hint with every token call, and takes the ID token of the last one (sign-in.md 1.4, 1.5).
    let mut world = World::new();
    let (_, refresh) = world.sign_in("ada@cronus.example");
    let client = seed::ENTRADA_CLIENT_ID.to_string();
    let mut ask = |claims: &str| {
        let fields = [
            ("client_id", client.as_str()),
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh),
            ("scope", GRAPH_SCOPES),
            ("claims", claims),
        ];
        body(&world.token("organizations", &fields))
    };
    let answer = ask(r#"{"id_token":{"login_hint":{"essential":false}}}"#);
    assert!(claims(answer["id_token"].as_str().unwrap())["login_hint"].is_string(), "{answer}");
    let answer = ask("");
    assert!(claims(answer["id_token"].as_str().unwrap())["login_hint"].is_null(), "{answer}");
    assert_eq!(code_of(&ask("{")), 900_442);
}
