//! Tests of requests and answers.
use super::*;
use crate::protocol::http::{CallError, Response};
use crate::protocol::secret::Secret;

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: Secret::new(body) }
}

fn partner() -> PartnerApi {
    PartnerApi { publisher: "np".into(), group: "setup".into(), version: "v1.0".into(), entity_set: "apps".into() }
}

#[test]
fn names_are_encoded_by_segment() {
    let site = Site::new("https://bc", "cronus.example", "My Sandbox/1");
    assert_eq!(site.base(), "https://bc/v2.0/cronus.example/My%20Sandbox%2F1");
    assert!(site.users_named("c", "o'brien").url.ends_with("userName%20eq%20%27O%27%27BRIEN%27"));
    assert_eq!(
        site.enable_record(&partner(), "c1", "id").url,
        "https://bc/v2.0/cronus.example/My%20Sandbox%2F1/api/np/setup/v1.0/companies(c1)/apps(id)"
    );
}

#[test]
fn every_request_pins_the_language_of_errors() {
    let site = Site::new("https://bc", "t", "e");
    for request in [site.companies(), site.permission_sets("c"), site.create_record(&partner(), "c", "i", "d", "")] {
        assert!(request.headers.contains(&("Accept-Language", "en-US".into())), "{}", request.url);
    }
}

#[test]
fn errors_of_all_three_shapes_are_read() {
    let odata = r#"{"error":{"code":"Internal_ServerError","message":"You do not have …  CorrelationId:  0a1b-22."}}"#;
    let Err(CallError::Refused(refusal)) = read_users(&answer(400, odata)) else { panic!() };
    assert_eq!((refusal.code.as_str(), refusal.request_id.as_str()), ("Internal_ServerError", "0a1b-22"));
    let flat = r#"{"code":"environmentNotFound","message":"m"}"#;
    let Err(CallError::Refused(refusal)) = read_environments(&answer(404, flat)) else { panic!() };
    assert_eq!(refusal.code, "environmentNotFound");
    let Err(CallError::Refused(refusal)) = read_companies(&answer(404, "<error><code>NoEnvironment</code></error>"))
    else {
        panic!()
    };
    assert_eq!(refusal.code, "NoEnvironment");
}

#[test]
fn the_empty_user_id_is_no_user() {
    let body = r#"{"clientId":"c","state":"Disabled","userId":"00000000-0000-0000-0000-000000000000"}"#;
    assert_eq!(read_record(&answer(200, body)).unwrap().user_id, None);
}

#[test]
fn only_active_environments_count_and_the_small_list_needs_no_status() {
    let body = r#"{"value":[{"name":"A","status":"Upgrading","versionDetails":{"version":"26.1"}},{"name":"B","type":"Sandbox"}]}"#;
    let found = read_environments(&answer(200, body)).unwrap();
    assert_eq!(
        found.iter().map(|it| (it.active, it.version.as_str())).collect::<Vec<_>>(),
        [(false, "26.1"), (true, "")]
    );
}
