//! Faults, CORS, the log and the control routes.
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::{Effect, Fault, Who, seed};
use serde_json::{Value, json};
use support::{BC_SCOPES, GRAPH_SCOPES, PAGE, World, body, head};

const STATE: &str = "https://login.microsoftonline.com/_cloud/state";

fn world() -> (World, String, String) {
    let mut world = World::new();
    let (token, refresh) = world.sign_in("ada@cronus.example");
    (world, token, refresh)
}

fn control(world: &mut World, path: &str, sent: &Value) -> u16 {
    let url = format!("https://graph.microsoft.com/_cloud/{path}");
    world.send("POST", &url, &[("content-type", "application/json")], &sent.to_string()).status().as_u16()
}

fn applications(world: &World) -> usize {
    world.cloud.tenant("cronus.example").unwrap().applications.len()
}

#[test]
fn a_request_dropped_before_does_nothing_and_one_dropped_after_did_it() {
    let (mut world, token, _) = world();
    for (effect, done) in [(Effect::DropBefore, 0), (Effect::DropAfter, 1)] {
        world.cloud.add_fault(Fault::once("PATCH", "/applications", effect));
        let response = world.upsert(&token, "/applications(uniqueName='a')", json!({ "displayName": "a" }));
        assert_eq!((response.status().as_u16(), head(&response, "x-cloud-fault").as_deref()), (599, Some("drop")));
        assert_eq!(applications(&world), done);
    }
}

#[test]
fn a_drop_that_names_an_item_loses_the_whole_batch() {
    let (mut world, token, _) = world();
    let sent = json!({ "requests": [{ "id": "1", "method": "POST", "url": "/applications",
        "headers": { "Content-Type": "application/json" }, "body": { "displayName": "a" } }] });
    for (effect, done) in [(Effect::DropBefore, 0), (Effect::DropAfter, 1)] {
        world.cloud.add_fault(Fault::once("POST", "/v1.0/applications", effect));
        assert_eq!(world.graph(&token, "POST", "/$batch", sent.clone()).status(), 599);
        assert_eq!(applications(&world), done);
    }
}

#[test]
fn even_a_lost_request_is_judged_by_the_contract() {
    let (mut world, token, _) = world();
    world.cloud.add_fault(Fault::once("GET", "/groups", Effect::DropBefore));
    world.graph(&token, "GET", "/groups", Value::Null);
    assert_eq!(world.cloud.violations().is_empty(), entrada_cloud::Contract::locate().is_none());
}

#[test]
fn a_delay_and_another_fault_meet_in_one_answer() {
    let (mut world, token, _) = world();
    world.cloud.add_fault(Fault::once("GET", "/me", Effect::Delay { ms: 250 }));
    let status = Effect::Status { status: 503, retry_after: None, code: String::new() };
    world.cloud.add_fault(Fault::once("GET", "/me", status));
    let response = world.graph(&token, "GET", "/me", Value::Null);
    assert_eq!((response.status().as_u16(), head(&response, "x-cloud-delay").as_deref()), (503, Some("250")));
}

#[test]
fn latency_lies_on_every_answer_and_on_preflights_beside_other_delays() {
    let (mut world, token, _) = world();
    assert_eq!(control(&mut world, "latency", &json!({ "ms": 80 })), 204);
    world.cloud.add_fault(Fault::once("GET", "/me", Effect::Delay { ms: 250 }));
    let waits = |response: &entrada_cloud::Response| head(response, "x-cloud-delay");
    assert_eq!(waits(&world.graph(&token, "GET", "/me", Value::Null)).as_deref(), Some("330"));
    let asks = [("origin", PAGE), ("access-control-request-method", "PATCH")];
    assert_eq!(waits(&world.send("OPTIONS", "https://graph.microsoft.com/v1.0/me", &asks, "")).as_deref(), Some("80"));
    assert_eq!(control(&mut world, "latency", &json!({ "ms": 80, "preflights_ms": 0 })), 204);
    assert_eq!(waits(&world.send("OPTIONS", "https://graph.microsoft.com/v1.0/me", &asks, "")), None);
    assert_eq!(control(&mut world, "latency", &json!({ "ms": 0 })), 204);
    assert_eq!(waits(&world.graph(&token, "GET", "/me", Value::Null)), None);
}

#[test]
fn what_delays_everything_delays_a_batch_once() {
    let (mut world, token, _) = world();
    let items = json!({ "requests": [
        { "id": "1", "method": "GET", "url": "/me" }, { "id": "2", "method": "GET", "url": "/organization" } ] });
    world.cloud.add_fault(Fault::times("", "/", Effect::Delay { ms: 100 }, 10));
    let waits = |response: &entrada_cloud::Response| head(response, "x-cloud-delay");
    assert_eq!(waits(&world.graph(&token, "POST", "/$batch", items.clone())).as_deref(), Some("100"));
    world.cloud.clear_faults();
    world.cloud.add_fault(Fault::once("GET", "/organization", Effect::Delay { ms: 70 }));
    assert_eq!(waits(&world.graph(&token, "POST", "/$batch", items)).as_deref(), Some("70"));
}

#[test]
fn an_answer_without_cors_headers_was_still_carried_out_and_an_opaque_one_was_not() {
    let (mut world, token, _) = world();
    world.cloud.add_fault(Fault::once("PATCH", "/applications", Effect::NoCors));
    let response = world.upsert(&token, "/applications(uniqueName='a')", json!({ "displayName": "a" }));
    assert_eq!((head(&response, "access-control-allow-origin"), applications(&world)), (None, 1));
    world.cloud.add_fault(Fault::times("PATCH", "/applications", Effect::Opaque, 2));
    let preflight = world.send(
        "OPTIONS",
        "https://graph.microsoft.com/v1.0/applications(uniqueName='b')",
        &[("origin", PAGE), ("access-control-request-method", "PATCH")],
        "",
    );
    assert_eq!(head(&preflight, "access-control-allow-origin"), None);
    let response = world.upsert(&token, "/applications(uniqueName='b')", json!({ "displayName": "b" }));
    assert_eq!((head(&response, "access-control-allow-origin"), applications(&world)), (None, 1));
}

#[test]
fn business_central_answers_the_page_and_its_admin_api_only_if_switched_on() {
    let (mut world, _, refresh) = world();
    let token = body(&world.refresh("organizations", &refresh, BC_SCOPES))["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("origin", PAGE)];
    let host = "https://api.businesscentral.dynamics.com";
    let url = format!("{host}/admin/v2.29/applications/environments");
    let response = world.send("GET", &url, &headers, "");
    assert_eq!(response.status(), 200, "{}", body(&response));
    assert_eq!(head(&response, "access-control-allow-origin").as_deref(), Some(PAGE));
    assert_eq!(control(&mut world, "edit", &json!({ "admin_api_cors": false })), 204);
    assert_eq!(head(&world.send("GET", &url, &headers, ""), "access-control-allow-origin"), None);
    let companies = format!("{host}/v2.0/Production/api/v2.0/companies");
    let response = world.send("GET", &companies, &headers, "");
    assert_eq!(
        (response.status().as_u16(), head(&response, "access-control-allow-origin").as_deref()),
        (200, Some(PAGE))
    );
    assert_eq!(world.cloud.log().last().unwrap().who, Who::Person("ada@cronus.example".to_owned()));
    let wrong = world.send("GET", &companies, &[("authorization", "Bearer nonsense")], "");
    assert_eq!(wrong.status(), 401);
}

#[test]
fn an_application_with_its_record_reads_companies_as_itself() {
    let (mut world, token, _) = world();
    let (client, secret) = world.service(&token, "entrada-a");
    let answer = body(&world.client_credentials("cronus.example", &client, &secret));
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let url = "https://api.businesscentral.dynamics.com/v2.0/Production/api/v2.0/companies";
    let response = world.send("GET", url, &[("authorization", &bearer)], "");
    assert_eq!(response.status(), 401, "no record in this environment yet");
    assert_eq!(world.cloud.log().last().unwrap().who, Who::App(client));
}

#[test]
fn the_log_holds_every_request_and_no_secret() {
    let (mut world, token, refresh) = world();
    world.service(&token, "a");
    let log = serde_json::to_string(world.cloud.log()).unwrap();
    for secret in [token.as_str(), refresh.as_str(), support::VERIFIER] {
        assert!(!log.contains(secret));
    }
    let tokens = world.cloud.log().iter().filter(|entry| entry.url.ends_with("/oauth2/v2.0/token")).count();
    assert_eq!(tokens, 1);
    let writes: Vec<&str> = world
        .cloud
        .log()
        .iter()
        .filter(|entry| entry.write && entry.url.contains("graph"))
        .map(|entry| entry.method.as_str())
        .collect();
    assert_eq!(writes, ["PATCH", "PATCH", "POST", "POST", "POST"]);
}

#[test]
fn the_control_routes_do_what_the_methods_do() {
    let (mut world, token, refresh) = world();
    let client = world.application(&token, "a")["appId"].as_str().unwrap().to_owned();
    let fault = json!([{ "matcher": { "method": "GET", "path": "/me" }, "effect": { "kind": "status", "status": 429, "retry_after": 1 }, "times": 1 }]);
    assert_eq!(control(&mut world, "faults", &fault), 204);
    assert_eq!(world.graph(&token, "GET", "/me", Value::Null).status(), 429);
    assert_eq!(control(&mut world, "faults", &fault), 204);
    assert_eq!(world.send("DELETE", "https://graph.microsoft.com/_cloud/faults", &[], "").status(), 204);
    assert_eq!(world.graph(&token, "GET", "/me", Value::Null).status(), 200, "its faults were ended");
    assert_eq!(control(&mut world, "lag", &json!({ "ms": 1000 })), 204);
    world.application(&token, "b");
    assert_eq!(world.graph(&token, "GET", "/applications(uniqueName='b')", Value::Null).status(), 404);
    assert_eq!(control(&mut world, "clock", &json!({ "advance_ms": 1000 })), 204);
    assert_eq!(world.graph(&token, "GET", "/applications(uniqueName='b')", Value::Null).status(), 200);
    assert_eq!(
        control(&mut world, "edit", &json!([{ "tenant": "cronus.example", "delete_application": client }])),
        204
    );
    assert_eq!(world.graph(&token, "GET", "/applications(uniqueName='a')", Value::Null).status(), 404);
    for (path, wrong) in
        [("faults", json!({ "x": 1 })), ("edit", json!({ "nothing": 1 })), ("clock", json!({})), ("no", json!({}))]
    {
        assert_eq!(control(&mut world, path, &wrong), 400, "{path}");
    }
    let state = body(&world.send("GET", STATE, &[], ""));
    assert_eq!(state["tenants"][0]["id"], seed::CRONUS.to_string());
    assert!(state["log"].as_array().unwrap().len() > 5 && state["business_central"].is_object());
    assert!(state["violations"].is_array());
    assert_eq!(control(&mut world, "reset", &json!({})), 204);
    assert!(world.cloud.log().is_empty());
    assert_eq!(world.refresh("organizations", &refresh, GRAPH_SCOPES).status(), 400);
}

#[test]
fn the_same_seed_and_requests_give_the_same_answers() {
    let ids = || {
        let (mut world, token, _) = world();
        world.service(&token, "a")
    };
    assert_eq!(ids(), ids());
}

#[test]
fn a_clone_is_a_world_of_its_own() {
    let (mut world, token, _) = world();
    let before = world.cloud.clone();
    world.application(&token, "a");
    assert_eq!(applications(&world), 1);
    world.cloud = before;
    assert_eq!(applications(&world), 0);
    world.application(&token, "a");
}

#[test]
fn an_unknown_host_is_nobodys_request() {
    let mut world = World::new();
    assert_eq!(world.send("GET", "https://example.com/", &[], "").status(), 421);
}
