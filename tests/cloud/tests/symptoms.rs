//! The doctor's table (`business-central.md` 9): every symptom this cloud can produce, produced over the control routes after a
//! set-up that worked, and seen by an outside program, by the administrator's page, or at the token endpoint.
//!
//! Not here, because this cloud has no such thing: redirect URIs of consent pages (`sign_in.rs`, `admin_consent.rs` have them),
//! installing extensions, on-premises audiences, security groups of environments, telemetry.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test it is in")]

mod support;
mod symptoms_table;

use entrada_cloud::seed;
use serde_json::{Value, json};
use support::{BC_SCOPES, World, body, form};
use symptoms_table::Caller::{
    self, Administrator, Omar, Program, ProgramAtGraph, ProgramElsewhere, ProgramGuessing, ProgramLate,
    ProgramMisspelling,
};
use symptoms_table::{AUTOMATION_USERS, COMPANIES, CUSTOMERS, RECORD};

const HOST: &str = "https://api.businesscentral.dynamics.com";
const BC_SCOPE: &str = "https://api.businesscentral.dynamics.com/.default";

struct Access {
    world: World,
    client: String,
    secret: String,
    admin: String,
    company: String,
    user: String,
}

fn call(world: &mut World, token: &str, method: &str, path: &str, sent: &str) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("accept-language", "en-US")];
    if !sent.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    let response = world.send(method, &format!("{HOST}{path}"), &headers, sent);
    (response.status().as_u16(), body(&response))
}

fn person_token(world: &mut World, upn: &str) -> String {
    let (_, refresh) = world.sign_in(upn);
    body(&world.refresh("organizations", &refresh, BC_SCOPES))["access_token"].as_str().unwrap().to_owned()
}

/// A set-up that works: Magento 2 may read customers.
fn set_up() -> Access {
    let mut world = World::new();
    let (graph, _) = world.sign_in(seed::ADA.upn);
    let (client, secret) = world.service(&graph, "entrada-magento-1");
    let admin = person_token(&mut world, seed::ADA.upn);
    let company = call(&mut world, &admin, "GET", COMPANIES, "").1["value"][0]["id"].as_str().unwrap().to_owned();
    let mut access = Access { world, client, secret, admin, company, user: String::new() };
    access.edit(r#"{"business_central":{"do":{"register_by_hand":{"client_id":"CLIENT","description":"Magento 2"}}}}"#);
    access.edit(
        r#"{"business_central":{"do":{"permission_sets":{"user_name":"MAGENTO 2","role_ids":["D365 CUSTOMER, VIEW"]}}}}"#,
    );
    let admin = access.admin.clone();
    let path = access.filled(&format!("{AUTOMATION_USERS}?$filter=userName%20eq%20'MAGENTO%202'"));
    let users = call(&mut access.world, &admin, "GET", &path, "").1;
    users["value"][0]["userSecurityId"].as_str().unwrap().clone_into(&mut access.user);
    access
}

impl Access {
    fn filled(&self, text: &str) -> String {
        text.replace("CLIENT", &self.client).replace("COMPANY", &self.company).replace("USER", &self.user)
    }

    fn edit(&mut self, edit: &str) {
        let sent = edit.replace("CLIENT", &self.client);
        let answer = self.world.send("POST", &format!("{HOST}/_cloud/edit"), &[], &sent);
        assert_eq!(answer.status(), 204, "{edit}: {}", body(&answer));
    }

    /// The caller's token, or the refusal of the token endpoint.
    fn token(&mut self, caller: Caller) -> Result<String, (u16, Value)> {
        let graph_scope = format!("{}/.default", seed::GRAPH_RESOURCE);
        let (tenant, secret, scope) = match caller {
            Administrator => return Ok(self.admin.clone()),
            Omar => return Ok(person_token(&mut self.world, seed::OMAR.upn)),
            Program | ProgramLate => (seed::CRONUS_DOMAIN, self.secret.as_str(), BC_SCOPE),
            ProgramGuessing => (seed::CRONUS_DOMAIN, "not the secret", BC_SCOPE),
            ProgramElsewhere => (seed::FABRIKAM_DOMAIN, self.secret.as_str(), BC_SCOPE),
            ProgramAtGraph => (seed::CRONUS_DOMAIN, self.secret.as_str(), graph_scope.as_str()),
            ProgramMisspelling => {
                (seed::CRONUS_DOMAIN, self.secret.as_str(), "https://api.businesscentral.example/.default")
            }
        };
        let fields = [
            ("client_id", self.client.as_str()),
            ("client_secret", secret),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ];
        let url = format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let response = self.world.send("POST", &url, &headers, &form(&fields));
        let answer = body(&response);
        match answer["access_token"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None => Err((response.status().as_u16(), answer)),
        }
    }
}

/// Status, code and text of a refusal in any of the three shapes.
fn refusal(status: u16, answer: &Value) -> (u16, String, String) {
    if answer["error_codes"].is_array() {
        let text = answer["error_description"].as_str().unwrap_or_default().to_owned();
        return (status, format!("AADSTS{}", support::code_of(answer)), text);
    }
    let error = if answer["error"].is_object() { &answer["error"] } else { answer };
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (status, text("code"), text("message"))
}

#[test]
fn before_anything_goes_wrong_the_program_reads_what_it_was_given() {
    let mut access = set_up();
    let token = access.token(Program).unwrap();
    for path in [COMPANIES, CUSTOMERS] {
        let path = access.filled(path);
        let (status, answer) = call(&mut access.world, &token, "GET", &path, "");
        assert_eq!(status, 200, "{answer}");
    }
}

#[test]
fn every_symptom_of_the_table_is_produced_by_an_edit_and_shows_as_the_table_says() {
    let symptoms = symptoms_table::all();
    let mut wrong = Vec::new();
    for symptom in &symptoms {
        let mut access = set_up();
        for edit in symptom.edits {
            access.edit(edit);
        }
        let (status, answer) = match access.token(symptom.caller) {
            Err(refused) => refused,
            Ok(token) => {
                if matches!(symptom.caller, ProgramLate) {
                    access.world.now += 24 * 60 * 60 * 1_000;
                }
                let path = access.filled(symptom.path);
                call(&mut access.world, &token, symptom.method, &path, symptom.sent)
            }
        };
        let (status, code, text) = refusal(status, &answer);
        if (status, code.as_str()) != (symptom.status, symptom.code) || !text.contains(symptom.text) {
            wrong.push(format!("{}: {status} {code} {text}", symptom.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), symptoms.len(), wrong.join("\n"));
    assert!(symptoms.len() >= 40, "the table has {} rows", symptoms.len());
}

#[test]
fn a_stale_entity_tag_is_told_from_a_missing_one() {
    let mut access = set_up();
    let path = access.filled(RECORD);
    let admin = access.admin.clone();
    let (_, before) = call(&mut access.world, &admin, "GET", &path, "");
    let tag = before["@odata.etag"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {admin}");
    let headers =
        [("authorization", bearer.as_str()), ("if-match", tag.as_str()), ("content-type", "application/json")];
    let mut patch = |sent: &Value| {
        let response = access.world.send("PATCH", &format!("{HOST}{path}"), &headers, &sent.to_string());
        refusal(response.status().as_u16(), &body(&response))
    };
    assert_eq!(patch(&json!({ "contactInformation": "ops" })).0, 200);
    let (status, code, _) = patch(&json!({ "contactInformation": "dev" }));
    assert_eq!((status, code.as_str()), (409, "Request_EntityChanged"));
}
