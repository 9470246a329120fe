//! What Business Central allows one user at once and in five minutes, and parts of it a browser cannot read or reach
//! (`business-central.md` 1.5, 6).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::control::Edit;
use entrada_cloud::{Limits, Part, Response};
use serde_json::{Value, json};
use support::{BC_SCOPES, PAGE, World, body, head};

const HOST: &str = "https://api.businesscentral.dynamics.com";
const COMPANIES: &str = "/v2.0/Production/api/v2.0/companies";

struct Person {
    world: World,
    bearer: String,
}

fn ada() -> Person {
    let mut world = World::new();
    let (_, refresh) = world.sign_in("ada@cronus.example");
    let token = body(&world.refresh("organizations", &refresh, BC_SCOPES))["access_token"].as_str().unwrap().to_owned();
    Person { world, bearer: format!("Bearer {token}") }
}

impl Person {
    fn get(&mut self, path: &str) -> Response {
        let headers = [("authorization", self.bearer.as_str()), ("origin", PAGE)];
        self.world.send("GET", &format!("{HOST}{path}"), &headers, "")
    }

    fn control(&mut self, sent: &Value) {
        let url = "https://graph.microsoft.com/_cloud/edit";
        let answer = self.world.send("POST", url, &[("content-type", "application/json")], &sent.to_string());
        assert_eq!(answer.status(), 204, "{}", body(&answer));
    }
}

#[test]
fn the_sixth_request_at_once_waits_and_the_hundred_and_first_is_refused() {
    let mut ada = ada();
    ada.control(&json!({ "limits": { "service_ms": 200 } }));
    let delays: Vec<Option<String>> = (0..6).map(|_| head(&ada.get(COMPANIES), "x-cloud-delay")).collect();
    assert_eq!(delays.iter().flatten().collect::<Vec<_>>(), ["200", "200", "200", "200", "200", "400"]);
    assert_eq!(ada.world.cloud.most_requests_at_once(), 6);
    for _ in 6..100 {
        assert_eq!(ada.get(COMPANIES).status(), 200);
    }
    let refused = ada.get(COMPANIES);
    let error = &body(&refused)["error"];
    assert_eq!((refused.status().as_u16(), error["code"].as_str()), (429, Some("Application_TooManyRequests")));
    assert!(error["message"].as_str().unwrap().contains("Actual (101). Maximum (100)"), "{error}");
    assert_eq!(head(&refused, "access-control-allow-origin").as_deref(), Some(PAGE), "a page reads the refusal");
    ada.world.now += 60_000;
    assert_eq!(ada.get(COMPANIES).status(), 200);
}

#[test]
fn a_wait_beyond_eight_minutes_is_given_up_with_a_time_to_come_back() {
    let mut ada = ada();
    let limits = Limits { service_ms: 60_000, ..Limits::default() };
    ada.world.cloud.edit(None, &Edit::Limits(limits), 0).unwrap();
    let last = (0..46).map(|_| ada.get(COMPANIES)).last().unwrap();
    assert_eq!((last.status().as_u16(), head(&last, "retry-after").as_deref()), (503, Some("30")));
}

#[test]
fn six_thousand_in_five_minutes_and_not_one_more() {
    let mut ada = ada();
    ada.world.cloud.set_limits(Limits { per_window: 3, ..Limits::default() });
    let statuses: Vec<u16> = (0..4).map(|_| ada.get(COMPANIES).status().as_u16()).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    ada.world.now += 300_000;
    assert_eq!(ada.get(COMPANIES).status(), 200);
}

#[test]
fn each_part_can_be_closed_to_pages_or_cut_off_alone() {
    let parts = [
        (Part::Admin, "/admin/v2.29/applications/environments"),
        (Part::Environments, "/environments/v1.2"),
        (Part::Automation, "/v2.0/Production/api/microsoft/automation/v2.0/companies"),
        (Part::Api, COMPANIES),
        (Part::Odata, "/v2.0/Production/ODataV4/$metadata"),
    ];
    for (closed, _) in parts {
        let mut ada = ada();
        ada.control(&json!({ "cors": { "part": closed, "allowed": false } }));
        for (part, path) in parts {
            let answer = ada.get(path);
            let readable = head(&answer, "access-control-allow-origin").is_some();
            assert_eq!((answer.status().as_u16(), readable), (200, part != closed), "{path} with {closed:?} closed");
            let asked = [("origin", PAGE), ("access-control-request-method", "GET")];
            let preflight = ada.world.send("OPTIONS", &format!("{HOST}{path}"), &asked, "");
            assert_eq!(preflight.status() == 204, part != closed, "{path}");
        }
        ada.control(&json!({ "cors": { "part": closed, "allowed": true } }));
        ada.control(&json!({ "network": { "part": closed, "up": false } }));
        for (part, path) in parts {
            let answer = ada.get(path);
            let lost = head(&answer, "x-cloud-fault").as_deref() == Some("drop");
            assert_eq!(lost, part == closed, "{path} with {closed:?} cut off");
        }
        ada.control(&json!({ "network": { "part": closed, "up": true } }));
        for (_, path) in parts {
            assert_eq!(ada.get(path).status(), 200);
        }
    }
}

#[test]
fn a_failing_service_answers_in_business_centrals_shape() {
    let mut ada = ada();
    for (status, code) in [(408, "Unknown"), (503, "Internal_TenantUnavailable"), (504, "Unknown")] {
        let effect = entrada_cloud::Effect::Status { status, retry_after: Some(7), code: code.to_owned() };
        ada.world.cloud.add_fault(entrada_cloud::Fault::once("GET", "/companies", effect));
        let answer = ada.get(COMPANIES);
        assert_eq!((answer.status().as_u16(), body(&answer)["error"]["code"].as_str()), (status, Some(code)));
        assert_eq!(head(&answer, "retry-after").as_deref(), Some("7"));
    }
}
