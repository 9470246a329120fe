//! Tests of requests and answers.
use super::*;
use crate::protocol::http::{Body, CallError, Method, Request, Response};
use crate::protocol::secret::Secret;

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: Secret::new(body) }
}

fn partner() -> RecordApi {
    RecordApi::partner(&PartnerApi {
        publisher: "np".into(),
        group: "setup".into(),
        version: "v1.0".into(),
        entity_set: "apps".into(),
        fields: RecordFields::companion(),
        action: None,
    })
}

/// Page 9861 published as OData: names as the metadata spells them (business-central.md 3.4).
fn web_service() -> RecordApi {
    RecordApi {
        collection: Collection::WebService("Entra Apps".into()),
        fields: RecordFields {
            client_id: "Client_Id".into(),
            description: "Description".into(),
            contact: Some("Contact_Information".into()),
            state: "State".into(),
            user_id: None,
        },
        action: None,
    }
}

#[test]
fn names_are_encoded_by_segment() {
    let site = Site::new("https://bc", "cronus.example", "My Sandbox/1");
    assert_eq!(site.base(), "https://bc/v2.0/cronus.example/My%20Sandbox%2F1");
    assert!(site.users_named("c", "o'brien").url.ends_with("userName%20eq%20%27O%27%27BRIEN%27"));
    assert_eq!(
        site.enable_record(&partner(), "c1", "id", None).url,
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
    assert_eq!(read_record(&partner(), &answer(200, body)).unwrap().unwrap().user_id, None);
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

fn body(request: &Request) -> String {
    let Body::Json(value) = &request.body else { panic!("{request:?}") };
    value.to_string()
}

#[test]
fn a_web_service_is_reached_by_company_id_with_unquoted_keys() {
    let (site, api) = (Site::new("https://bc", "t", "e"), web_service());
    let all = "https://bc/v2.0/t/e/ODataV4/Company(Id=c1)/Entra%20Apps";
    assert_eq!(site.find_record(&api, "c1", "i1").url, format!("{all}?$filter=Client_Id%20eq%20i1"));
    assert_eq!(site.probe_records(&api, "c1").url, format!("{all}?$top=1"));
    let created = site.create_record(&api, "c1", "i1", "Shop \"1\"", "help");
    assert_eq!((created.url.as_str(), created.method), (all, Method::Post));
    assert_eq!(body(&created), r#"{"Client_Id":"i1","Description":"Shop \"1\"","Contact_Information":"help"}"#);
    let enabled = site.enable_record(&api, "c1", "i1", Some("W/\"1\""));
    assert_eq!(enabled.url, format!("{all}(i1)"));
    assert_eq!(body(&enabled), r#"{"State":"Enabled"}"#);
    assert!(enabled.headers.contains(&("If-Match", "W/\"1\"".into())));
    let deleted = site.delete_record(&api, "c1", "i1", None);
    assert_eq!((deleted.url, deleted.method), (format!("{all}(i1)"), Method::Delete));
    assert!(deleted.headers.contains(&("If-Match", "*".into())));
}

#[test]
fn an_action_takes_the_place_of_the_change_and_an_empty_contact_is_not_sent() {
    let (site, mut api) = (Site::new("https://bc", "t", "e"), partner());
    api.action = Some("enable".into());
    let enabled = site.enable_record(&api, "c1", "i1", None);
    assert!(enabled.url.ends_with("/api/np/setup/v1.0/companies(c1)/apps(i1)/Microsoft.NAV.enable"));
    assert!(matches!((enabled.method, enabled.body), (Method::Post, Body::Empty)));
    assert_eq!(read_record(&api, &answer(204, "")).unwrap(), None);
    assert_eq!(body(&site.create_record(&api, "c1", "i1", "d", "")), r#"{"clientId":"i1","description":"d"}"#);
}

#[test]
fn records_are_read_by_the_names_of_their_page() {
    let text = r#"{"value":[{"@odata.etag":"W/\"7\"","Client_Id":"i1","Description":"Shop","State":"Enabled"}]}"#;
    let (rows, _) = read_records(&web_service(), &answer(200, text)).unwrap();
    let expected = EntraRecord {
        client_id: "i1".into(),
        description: "Shop".into(),
        enabled: true,
        user_id: None,
        etag: Some("W/\"7\"".into()),
    };
    assert_eq!(rows, [expected]);
    // The same answer does not fit the other page, which is noticed rather than read as empty.
    let Err(CallError::Unreadable(misread)) = read_records(&partner(), &answer(200, text)) else { panic!() };
    assert_eq!(misread.at, "$.value[0].clientId");
}

#[test]
fn the_admin_center_keeps_a_bare_list() {
    assert_eq!(authorized_apps("https://bc").url, "https://bc/admin/v2.29/authorizedAadApps");
    let put = authorize_app("https://bc", "a1");
    assert_eq!((put.method, put.url.as_str()), (Method::Put, "https://bc/admin/v2.29/authorizedAadApps/a1"));
    assert_eq!(remove_authorized_app("https://bc", "a1").method, Method::Delete);
    let rows = read_authorized_apps(&answer(200, r#"[{"appId":"a1","isAdminConsentGranted":false}]"#)).unwrap();
    assert_eq!(rows, [AuthorizedApp { client_id: "a1".into(), consented: false }]);
    assert!(read_authorized_apps(&answer(200, r#"{"value":[]}"#)).is_err());
}

#[test]
fn the_version_that_retires_odata_is_recognised() {
    assert_eq!(major("30.0.1234.0"), Some(ODATA_RETIRED));
    assert_eq!(major("26"), Some(26));
    assert_eq!((major(""), major("x.1")), (None, None));
}

#[test]
fn taking_a_set_away_names_the_assignment_and_its_state() {
    let site = Site::new("https://bc", "t", "e");
    let request = site.take("c", "u", "p", Some("W/1"));
    assert!(request.url.ends_with("/companies(c)/users(u)/userPermissions(p)"));
    assert_eq!(request.method, Method::Delete);
    assert!(request.headers.contains(&("If-Match", "W/1".into())));
    let text = r#"{"value":[{"@odata.etag":"W/1","id":"p","roleId":"R","extensionName":"Base"}]}"#;
    let (rows, _) = read_user_permissions(&answer(200, text)).unwrap();
    assert_eq!((rows[0].etag.as_deref(), rows[0].extension.as_str()), (Some("W/1"), "Base"));
}

#[test]
fn a_user_is_an_applications_when_a_row_says_so() {
    let rows = |kinds: &[&str]| {
        let rows: Vec<String> = kinds.iter().map(|kind| format!(r#"{{"userLicenseType":"{kind}"}}"#)).collect();
        read_is_application(&answer(200, &format!(r#"{{"value":[{}]}}"#, rows.join(",")))).unwrap()
    };
    assert_eq!((rows(&[]), rows(&["Full User"])), (None, Some(false)));
    assert_eq!(rows(&["Application", "Application"]), Some(true));
}
