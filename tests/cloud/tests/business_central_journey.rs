//! The whole way through the cloud: an administrator sets up access over HTTP, an outside program uses it, and loses it when
//! any one part is taken away (issue 2, show 2).

#![allow(clippy::panic, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::{Response, seed};
use serde_json::{Value, json};
use support::{BC_SCOPES, World, body};

const BC: &str = "https://api.businesscentral.dynamics.com";

/// A finished set-up: the world, the application's id and secret, and the administrator's token for Business Central.
struct Access {
    world: World,
    client: String,
    secret: String,
    admin: String,
    company: String,
}

fn call(world: &mut World, token: &str, method: &str, path: &str, sent: &Value) -> Response {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("accept-language", "en-US"), ("if-match", "*")];
    let text = if sent.is_null() { String::new() } else { sent.to_string() };
    if !text.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    world.send(method, &format!("{BC}{path}"), &headers, &text)
}

#[track_caller]
fn expect(response: &Response, status: u16) -> Value {
    assert_eq!(response.status(), status, "{}", body(response));
    body(response)
}

fn set_up() -> Access {
    let mut world = World::new();
    let (graph, refresh) = world.sign_in(seed::ADA.upn);
    let (client, secret) = world.service(&graph, "entrada-magento-1");
    let answer = body(&world.refresh("organizations", &refresh, BC_SCOPES));
    let admin = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();

    let base = format!("/v2.0/{}/Production/api", seed::CRONUS);
    let companies = expect(&call(&mut world, &admin, "GET", &format!("{base}/v2.0/companies"), &Value::Null), 200);
    let company = companies["value"][0]["id"].as_str().unwrap_or_default().to_owned();
    let records = format!("{base}/entrada/setup/v1.0/companies({company})/entraApplications");
    let record = json!({ "clientId": client, "description": "Magento 2" });
    expect(&call(&mut world, &admin, "POST", &records, &record), 201);
    let enabled = call(&mut world, &admin, "PATCH", &format!("{records}({client})"), &json!({ "state": "Enabled" }));
    let user = expect(&enabled, 200)["userId"].as_str().unwrap_or_default().to_owned();
    let permissions = format!("{base}/microsoft/automation/v2.0/companies({company})/users({user})/userPermissions");
    let set = json!({ "roleId": "D365 CUSTOMER, VIEW", "scope": "System", "company": "" });
    expect(&call(&mut world, &admin, "POST", &permissions, &set), 201);
    assert_eq!(world.cloud.violations(), [""; 0], "the set-up keeps to the Graph contract");
    Access { world, client, secret, admin, company }
}

impl Access {
    /// A fresh token by client credentials and then one entity, as an outside program does it; status and error code.
    fn use_it(&mut self, entity: &str) -> (u16, String) {
        let token = self.world.client_credentials(seed::CRONUS_DOMAIN, &self.client, &self.secret);
        let answer = body(&token);
        let Some(token) = answer["access_token"].as_str() else {
            return (token.status().as_u16(), format!("AADSTS{}", support::code_of(&answer)));
        };
        let path = match entity {
            "companies" => "/v2.0/Production/api/v2.0/companies".to_owned(),
            other => format!("/v2.0/Production/api/v2.0/companies({})/{other}", self.company),
        };
        let answer = call(&mut self.world, token, "GET", &path, &Value::Null);
        (answer.status().as_u16(), body(&answer)["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    fn control(&mut self, path: &str, sent: &Value) {
        let response = self.world.send("POST", &format!("{BC}{path}"), &[], &sent.to_string());
        assert_eq!(response.status(), 204, "{}", body(&response));
    }

    fn arrange(&mut self, wish: &Value) {
        self.control("/_cloud/business-central", &json!({ "do": wish }));
    }

    #[track_caller]
    fn lost(&mut self, status: u16, code: &str) {
        for entity in ["companies", "customers"] {
            assert_eq!(self.use_it(entity), (status, code.to_owned()), "{entity}");
        }
    }
}

#[test]
fn an_outside_program_reads_what_it_was_given_and_nothing_else() {
    let mut access = set_up();
    assert_eq!(access.use_it("companies"), (200, String::new()));
    assert_eq!(access.use_it("customers"), (200, String::new()));
    assert_eq!(access.use_it("vendors"), (400, "Internal_ServerError".to_owned()));
}

#[test]
fn without_the_record_everything_is_refused() {
    let mut access = set_up();
    access.arrange(&json!({ "remove_record": access.client }));
    access.lost(401, "Authentication_InvalidCredentials");
}

#[test]
fn with_the_record_disabled_everything_is_refused() {
    let mut access = set_up();
    access.arrange(&json!({ "record_state": { "client_id": access.client, "state": "Disabled" } }));
    access.lost(401, "Authentication_InvalidCredentials");
}

#[test]
fn without_the_user_everything_is_refused() {
    let mut access = set_up();
    access.arrange(&json!({ "remove_application_user": access.client }));
    access.lost(401, "Authentication_InvalidCredentials");
}

#[test]
fn without_the_app_role_everything_is_refused() {
    let mut access = set_up();
    access.control("/_cloud/edit", &json!({ "remove_role_assignment": { "app_id": access.client } }));
    access.lost(401, "Authentication_InvalidCredentials");
}

#[test]
fn without_a_permission_set_everything_is_refused() {
    let mut access = set_up();
    access.arrange(&json!({ "permission_sets": { "user_name": "MAGENTO 2", "role_ids": [] } }));
    access.lost(400, "Internal_ServerError");
}

#[test]
fn without_a_valid_secret_there_is_not_even_a_token() {
    let mut access = set_up();
    access.control("/_cloud/edit", &json!({ "expire_secret": access.client }));
    access.lost(401, "AADSTS7000222");
}

#[test]
fn a_token_for_graph_or_without_permission_opens_nothing_in_business_central() {
    let mut access = set_up();
    let (graph, _) = access.world.sign_in(seed::ADA.upn);
    let path = "/v2.0/Production/api/v2.0/companies";
    for token in [graph.as_str(), "nonsense"] {
        let answer = call(&mut access.world, token, "GET", path, &Value::Null);
        assert_eq!(expect(&answer, 401)["error"]["code"], "Authentication_InvalidCredentials");
    }
    let admin = access.admin.clone();
    expect(&call(&mut access.world, &admin, "GET", path, &Value::Null), 200);
    access.world.now += 24 * 60 * 60 * 1000;
    expect(&call(&mut access.world, &admin, "GET", path, &Value::Null), 401);
}
