//! The contract with Graph is read from the OpenAPI subset and finds what leaves it.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

use entrada_cloud::contract::Contract;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

const APP: &str = "11111111-2222-4333-8444-555555555555";

/// The contract, or `None` with a word about it where the shared folder is absent. CI must have it.
fn contract() -> Option<Contract> {
    let Some(path) = Contract::locate() else {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "the Graph contract must be there in CI: set ENTRADA_SHARED"
        );
        eprintln!("skipped: no Graph contract beside the repository (ENTRADA_SHARED names its folder)");
        return None;
    };
    Some(Contract::load(&path).unwrap())
}

fn json_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers
}

fn request(contract: &Contract, method: &str, path: &str, body: &Value) -> Vec<String> {
    let (headers, body) =
        if body.is_null() { (HeaderMap::new(), Vec::new()) } else { (json_headers(), body.to_string().into_bytes()) };
    contract.check_request(method, path, &headers, &body)
}

fn response(contract: &Contract, method: &str, path: &str, status: u16, body: &Value) -> Vec<String> {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    contract.check_response(method, path, status, &body)
}

#[track_caller]
fn clean(violations: &[String]) {
    assert!(violations.is_empty(), "{violations:#?}");
}

#[track_caller]
fn only(violations: &[String], part: &str) {
    assert_eq!(violations.len(), 1, "{violations:#?}");
    assert!(violations[0].contains(part), "{violations:#?}");
}

#[test]
fn the_calls_of_a_set_up_keep_to_the_contract() {
    let Some(contract) = contract() else { return };
    let application = json!({
        "displayName": "Magento", "signInAudience": "AzureADMyOrg", "tags": ["entrada"], "notes": null,
        "requiredResourceAccess": [{ "resourceAppId": APP, "resourceAccess": [{ "id": APP, "type": "Role" }] }],
        "web": { "redirectUris": ["https://businesscentral.dynamics.com/OAuthLanding.htm"] },
    });
    clean(&request(&contract, "PATCH", "/v1.0/applications(uniqueName='entrada-magento-1')", &application));
    clean(&request(&contract, "PATCH", &format!("/v1.0/servicePrincipals(appId='{APP}')"), &json!({})));
    clean(&request(
        &contract,
        "POST",
        &format!("/v1.0/servicePrincipals/{APP}/appRoleAssignedTo"),
        &json!({ "principalId": APP, "resourceId": APP, "appRoleId": APP }),
    ));
    clean(&request(
        &contract,
        "POST",
        &format!("/v1.0/applications/{APP}/addPassword"),
        &json!({ "passwordCredential": { "displayName": "x", "endDateTime": "2027-11-22T00:00:00Z" } }),
    ));
    clean(&request(&contract, "GET", "/v1.0/me?$select=id,displayName", &Value::Null));
    clean(&request(
        &contract,
        "GET",
        "/v1.0/applications?$filter=displayName%20eq%20'x'&$top=5&$count=true",
        &Value::Null,
    ));
}

#[test]
fn a_path_or_method_outside_the_contract_is_found() {
    let Some(contract) = contract() else { return };
    only(&request(&contract, "GET", "/v1.0/aplications", &Value::Null), "no such path");
    only(&request(&contract, "GET", "/v1.0/applications/$count", &Value::Null), "no such path");
    only(&request(&contract, "PUT", "/v1.0/applications", &json!({})), "no such method");
}

#[test]
fn an_unknown_repeated_or_ill_typed_query_parameter_is_found() {
    let Some(contract) = contract() else { return };
    only(&request(&contract, "GET", "/v1.0/me?select=id", &Value::Null), "`select`");
    only(&request(&contract, "GET", "/v1.0/applications?$top=1000", &Value::Null), "`$top`");
    only(&request(&contract, "GET", "/v1.0/applications?$top=many", &Value::Null), "`$top`");
    only(&request(&contract, "GET", "/v1.0/me?$select=id&$select=id", &Value::Null), "twice");
    only(&request(&contract, "GET", "/v1.0/me?$select=id,id", &Value::Null), "`$select`");
}

#[test]
fn a_path_or_header_parameter_of_the_wrong_shape_is_found() {
    let Some(contract) = contract() else { return };
    only(&request(&contract, "GET", "/v1.0/applications(appId='Magento')", &Value::Null), "`appId`");
    let mut headers = HeaderMap::new();
    headers.insert("ConsistencyLevel", HeaderValue::from_static("strong"));
    only(&contract.check_request("GET", "/v1.0/applications", &headers, b""), "`ConsistencyLevel`");
}

#[test]
fn a_misspelt_or_ill_typed_body_field_is_found_at_its_place() {
    let Some(contract) = contract() else { return };
    let misspelt = json!({ "displayname": "x", "web": { "redirectUri": [] } });
    let found = request(&contract, "POST", "/v1.0/applications", &misspelt);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("/displayname") && found[1].contains("/web/redirectUri"), "{found:#?}");
    only(&request(&contract, "POST", "/v1.0/applications", &json!({ "tags": "entrada" })), "/tags");
}

#[test]
fn a_violation_never_repeats_a_value_from_the_body() {
    let Some(contract) = contract() else { return };
    let body = json!({ "passwordCredential": { "secretText": 12_345_678, "keyId": "s3cr3t" } });
    let found = request(&contract, "POST", &format!("/v1.0/applications/{APP}/addPassword"), &body);
    assert!(!found.is_empty());
    assert!(found.iter().all(|text| !text.contains("s3cr3t") && !text.contains("12345678")), "{found:#?}");
}

#[test]
fn a_missing_body_an_undeclared_body_and_a_body_without_its_type_are_found() {
    let Some(contract) = contract() else { return };
    only(&request(&contract, "POST", "/v1.0/applications", &Value::Null), "required body");
    only(&request(&contract, "GET", "/v1.0/me", &json!({})), "no body here");
    only(&contract.check_request("POST", "/v1.0/applications", &HeaderMap::new(), b"{}"), "application/json");
    only(&contract.check_request("POST", "/v1.0/applications", &json_headers(), b"{"), "not JSON");
}

#[test]
fn an_answer_must_have_a_declared_status_and_shape() {
    let Some(contract) = contract() else { return };
    let path = "/v1.0/applications(uniqueName='x')";
    clean(&response(&contract, "PATCH", path, 204, &Value::Null));
    clean(&response(&contract, "PATCH", path, 201, &json!({ "id": APP, "appId": APP })));
    only(&response(&contract, "PATCH", path, 200, &json!({})), "no such status");
    only(&response(&contract, "PATCH", path, 204, &json!({})), "no body with this status");
    only(&response(&contract, "PATCH", path, 201, &json!({ "id": 5 })), "/id");
    clean(&response(&contract, "GET", "/v1.0/me", 403, &json!({ "error": { "code": "x", "message": "y" } })));
    only(&response(&contract, "GET", "/v1.0/me", 403, &json!({ "error": { "code": "x" } })), "message");
    only(&response(&contract, "GET", "/v1.0/applications", 200, &json!([])), "/");
}

#[test]
fn each_request_inside_a_batch_is_judged_as_if_sent_alone() {
    let Some(contract) = contract() else { return };
    let batch = |requests: Value| request(&contract, "POST", "/v1.0/$batch", &json!({ "requests": requests }));
    clean(&batch(json!([
        { "id": "1", "method": "GET", "url": "/me" },
        { "id": "2", "method": "PATCH", "url": "/applications(uniqueName='x')", "dependsOn": ["1"],
          "headers": { "Content-Type": "application/json" }, "body": { "displayName": "x" } },
    ])));
    only(&batch(json!([{ "id": "1", "method": "GET", "url": "/mee" }])), "GET /mee: the contract has no such path");
    only(
        &batch(
            json!([{ "id": "1", "method": "PATCH", "url": "/applications(uniqueName='x')", "body": { "displayName": "x" } }]),
        ),
        "application/json",
    );
    only(
        &batch(json!([{ "id": "1", "method": "GET", "url": "/me" }, { "id": "1", "method": "GET", "url": "/me" }])),
        "used twice",
    );
    only(&batch(json!([{ "id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"] }])), "dependsOn");
    let many: Vec<Value> = (0..21).map(|id| json!({ "id": id.to_string(), "method": "GET", "url": "/me" })).collect();
    assert!(batch(json!(many)).iter().any(|text| text.contains("21 requests")));
}

#[test]
fn each_answer_inside_a_batch_is_judged_against_its_request() {
    let Some(contract) = contract() else { return };
    let asked = json!({ "requests": [{ "id": "1", "method": "GET", "url": "/me" }, { "id": "2", "method": "GET", "url": "/organization" }] });
    let check = |answers: Value| {
        contract.check_exchange(
            "POST",
            "/v1.0/$batch",
            &json_headers(),
            asked.to_string().as_bytes(),
            200,
            json!({ "responses": answers }).to_string().as_bytes(),
        )
    };
    clean(&check(
        json!([{ "id": "2", "status": 200, "body": { "value": [] } }, { "id": "1", "status": 200, "body": { "id": APP } }]),
    ));
    only(&check(json!([{ "id": "1", "status": 200, "body": { "id": APP } }])), "`2` has 0 answers");
    only(
        &check(
            json!([{ "id": "1", "status": 200, "body": { "id": 3 } }, { "id": "2", "status": 200, "body": { "value": [] } }]),
        ),
        "GET /me -> 200",
    );
}

#[test]
fn every_operation_of_the_contract_has_a_usable_schema() {
    let Some(contract) = contract() else { return };
    clean(&contract.check_itself());
    let broken = r"{ paths: { '/a': { get: { responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/no' } } } } } } } } }";
    only(&Contract::parse(broken).unwrap().check_itself(), "not usable");
}

#[test]
fn a_file_that_is_no_openapi_is_refused_with_its_reason() {
    let refused = |text: &str| Contract::parse(text).unwrap_err().to_string();
    assert!(refused(": :\n  - ]").contains("not YAML"));
    assert!(refused("openapi: 3.0.4").contains("`paths` is missing"));
    assert!(refused("paths: { '/a/{b': {} }").contains("open brace"));
    assert!(refused("paths: { '/a': { get: {} } }").contains("no `responses`"));
}
