//! Tests of `oauth`.
use super::*;

fn authority() -> Authority {
    Authority::entra("https://login.example", "organizations")
}

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: Secret::new(body) }
}

#[test]
fn every_authorize_url_has_pkce_code_flow_and_fragment() {
    let scopes = ["https://g.example/User.Read".to_owned(), "https://b.example/user_impersonation".to_owned()];
    let url = AuthorizeRequest {
        authority: &authority(),
        client_id: "c1",
        redirect_uri: "https://x.example/redirect.html",
        scopes: &scopes,
        state: "s1",
        nonce: "n1",
        challenge: "ch",
        correlation_id: "id",
        prompt: Some("select_account"),
        login_hint: None,
        claims: None,
    }
    .url();
    let (address, query) = url.split_once('?').unwrap();
    assert_eq!(address, "https://login.example/organizations/oauth2/v2.0/authorize");
    let pairs = url::pairs(query);
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(value("response_type"), Some("code"));
    assert_eq!(value("response_mode"), Some("fragment"));
    assert_eq!(value("code_challenge_method"), Some("S256"));
    assert_eq!(
        value("scope"),
        Some("https://g.example/User.Read https://b.example/user_impersonation openid profile offline_access")
    );
    assert_eq!(value("prompt"), Some("select_account"));
}

#[test]
fn an_answer_is_a_code_or_a_refusal() {
    let Some(AuthorizeAnswer::Code { state, code, issuer }) = read_answer("code=abc&state=s1&session_state=x&iss=i")
    else {
        panic!()
    };
    assert_eq!((state.as_str(), code.open(), issuer.as_deref()), ("s1", "abc", Some("i")));
    let text = "error=access_denied&error_description=AADSTS65004%3a+User+declined.+Correlation+ID%3a+0a-1b+Timestamp&state=s1";
    let Some(AuthorizeAnswer::Refused { refusal, .. }) = read_answer(text) else { panic!() };
    assert!(refusal.has_code("access_denied") && refusal.has_code("65004"));
    assert_eq!(refusal.request_id, "0a-1b");
}

#[test]
fn doubled_mixed_or_stateless_answers_are_void() {
    for text in [
        "code=1&code=2&state=s",
        "code=1&state=a&state=b",
        "code=1&error=x&state=s",
        "code=1&state=s&iss=a&iss=b",
        "code=1",
        "state=s",
        "",
        "/x?code=1",
    ] {
        assert!(read_answer(text).is_none(), "{text}");
    }
}

#[test]
fn a_token_request_is_a_plain_form_without_secret_in_the_url() {
    let request = TokenRequest {
        authority: &authority(),
        client_id: "c1",
        redirect_uri: "https://x/r",
        scopes: &["https://g.example/User.Read".to_owned()],
        correlation_id: "id-1",
        claims: Some("{\"access_token\":{}}"),
    }
    .redeem(&Secret::new("the-code"), &Secret::new("the-verifier"));
    assert_eq!(request.url, "https://login.example/organizations/oauth2/v2.0/token?client-request-id=id-1");
    assert!(request.headers.is_empty(), "a header of our own would cost a preflight");
    let Body::Form(form) = &request.body else { panic!() };
    assert!(form.open().contains("grant_type=authorization_code") && form.open().contains("code=the-code"));
    assert!(form.open().contains("claims=%7B%22access_token%22%3A%7B%7D%7D"), "as it was said: {}", form.open());
    assert!(!format!("{request:?}").contains("the-code"));
}

#[test]
fn token_answers_are_read_with_numbers_as_text_too() {
    let read = read_token(&answer(
        200,
        r#"{"token_type":"Bearer","access_token":"at","expires_in":"3599","refresh_token":"rt","refresh_token_expires_in":86399,"scope":"a b"}"#,
    ))
    .unwrap();
    assert_eq!((read.expires_in_ms, read.refresh_expires_in_ms), (3_599_000, Some(86_399_000)));
    assert_eq!(read.scopes, ["a", "b"]);
}

#[test]
fn token_refusals_keep_code_number_and_correlation() {
    let body = r#"{"error":"invalid_grant","error_description":"AADSTS65001: x","error_codes":[65001],"suberror":"consent_required","correlation_id":"c-9"}"#;
    let Err(CallError::Refused(refusal)) = read_token(&answer(400, body)) else { panic!() };
    assert!(refusal.has_code("65001") && refusal.has_code("consent_required") && refusal.has_code("invalid_grant"));
    assert_eq!(refusal.request_id, "c-9");
}

#[test]
fn other_answers_are_busy_or_unreadable() {
    assert!(matches!(read_token(&answer(503, "")), Err(CallError::Busy { status: 503, .. })));
    assert!(matches!(read_token(&answer(200, "<html>")), Err(CallError::Unreadable(_))));
    assert!(matches!(
        read_token(&answer(200, r#"{"token_type":"pop","access_token":"x","expires_in":1}"#)),
        Err(CallError::Unreadable(_))
    ));
}

#[test]
fn claims_of_a_challenge_go_along_with_every_member_they_have() {
    let wanted = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}},"userinfo":{"x":null}}"#;
    let line = claims_with(Some(wanted));
    assert!(line.starts_with(wanted.trim_end_matches('}').trim_end_matches(":null")), "{line}");
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["access_token"]["acrs"]["value"], "c1");
    assert_eq!(value["id_token"]["login_hint"]["essential"], false);
    let own = r#"{"id_token":{"acr":{"value":"c2"}}}"#;
    assert_eq!(claims_with(Some(own)), own, "what it says of the ID token counts");
    assert_eq!(claims_with(Some("no json")), CLAIMS);
    assert_eq!(claims_with(Some("[1]")), CLAIMS, "claims are an object (OpenID Connect Core 5.5)");
    assert_eq!(claims_with(None), CLAIMS);
}

#[test]
fn only_what_an_authorization_server_adds_is_taken_out_of_an_address() {
    assert!(["code", "state", "error", "iss", "session_state"].into_iter().all(is_answer_parameter));
    assert!(!["preset", "environment", "tenant", "codes", "", "CODE"].into_iter().any(is_answer_parameter));
}

#[test]
fn refusals_that_mean_not_now_are_told_from_refusals() {
    for body in [
        r#"{"error":"temporarily_unavailable"}"#,
        r#"{"error":"invalid_request","error_codes":[90033]}"#,
        r#"{"error":"invalid_grant","error_description":"AADSTS50033: x"}"#,
    ] {
        assert!(matches!(read_token(&answer(400, body)), Err(CallError::Busy { status: 400, .. })), "{body}");
    }
}

#[test]
fn a_refusal_keeps_the_claims_it_wants() {
    let body = r#"{"error":"interaction_required","error_codes":[50076],"claims":"{\"access_token\":{}}"}"#;
    let Err(CallError::Refused(refusal)) = read_token(&answer(400, body)) else { panic!() };
    assert_eq!(refusal.claims.as_deref(), Some(r#"{"access_token":{}}"#));
    let Some(AuthorizeAnswer::Refused { refusal, .. }) = read_answer("error=x&state=s&claims=%7B%7D") else { panic!() };
    assert_eq!(refusal.claims.as_deref(), Some("{}"));
}

#[test]
fn the_home_of_a_guest_is_read_and_nonsense_is_left_out() {
    let read = |info: &str| {
        let info = base64::encode_url(info.as_bytes());
        let body = format!(r#"{{"token_type":"Bearer","access_token":"at","expires_in":1,"client_info":"{info}"}}"#);
        read_token(&answer(200, &body)).unwrap().home
    };
    let id = "11111111-2222-3333-4444-555555555555";
    assert_eq!(read(&format!(r#"{{"uid":"u","utid":"{id}"}}"#)).as_deref(), Some(id));
    assert_eq!(read(r#"{"utid":"x"}"#), None);
    assert_eq!(read("?"), None);
}
