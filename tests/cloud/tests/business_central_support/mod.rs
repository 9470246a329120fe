//! A small client for the Business Central tests: it builds the request and the caller, and reads the answer.
#![allow(dead_code, reason = "each test file uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]
#![allow(clippy::unused_self, reason = "shorter calls read better in tests")]

use entrada_cloud::business_central::{BusinessCentral, Environment, State};
use entrada_cloud::caller::{Caller, TokenProblem};
use entrada_cloud::ids::Ids;
use entrada_cloud::seed::{self, SeedPerson};
use http::HeaderMap;
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

/// Client id of the application under test.
pub(crate) const CLIENT: Uuid = uuid!("d0000000-0000-4000-8000-000000000001");
/// Noon, 22 November 2026.
pub(crate) const NOW: u64 = 1_795_348_800_000;
const HOST: &str = "https://api.businesscentral.dynamics.com";

pub(crate) struct World {
    pub(crate) bc: BusinessCentral,
    pub(crate) ids: Ids,
    pub(crate) now: u64,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The body as text, whatever it is.
    pub(crate) text: String,
}

impl Answer {
    /// The code of an OData error.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// The text of an OData error.
    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// The rows of a list.
    pub(crate) fn rows(&self) -> &[Value] {
        self.body["value"].as_array().map_or(&[], Vec::as_slice)
    }

    /// One property of every row.
    pub(crate) fn column(&self, name: &str) -> Vec<&str> {
        self.rows().iter().map(|row| row[name].as_str().unwrap_or_default()).collect()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Expects an error with a code and a part of its text.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, part: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.body);
        assert!(self.message().contains(part), "{}", self.body);
    }
}

pub(crate) fn world() -> World {
    let mut ids = Ids::new(1);
    World { bc: BusinessCentral::seeded(&mut ids), ids, now: NOW }
}

pub(crate) fn person_in(tenant: Uuid, person: &SeedPerson) -> Caller {
    Caller::Person {
        tenant,
        oid: person.oid,
        upn: person.upn.to_owned(),
        name: person.name.to_owned(),
        role_template_ids: person.roles.to_vec(),
        scopes: vec!["user_impersonation".to_owned(), "Financials.ReadWrite.All".to_owned()],
        delegated_partner: false,
    }
}

pub(crate) fn person(person: &SeedPerson) -> Caller {
    person_in(seed::CRONUS, person)
}

/// Pia of the partner, acting in Cronus.
pub(crate) fn partner() -> Caller {
    Caller::Person {
        tenant: seed::CRONUS,
        oid: seed::PIA.oid,
        upn: seed::PIA.upn.to_owned(),
        name: seed::PIA.name.to_owned(),
        role_template_ids: seed::PIA_IN_CRONUS.to_vec(),
        scopes: vec!["user_impersonation".to_owned()],
        delegated_partner: true,
    }
}

pub(crate) fn app(roles: &[&str]) -> Caller {
    Caller::App {
        tenant: seed::CRONUS,
        client_id: CLIENT,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    }
}

/// An application with both roles of Business Central.
pub(crate) fn full_app() -> Caller {
    app(&["API.ReadWrite.All", "Automation.ReadWrite.All"])
}

impl World {
    pub(crate) fn production(&mut self) -> &mut Environment {
        self.bc.environment_mut(seed::CRONUS, "Production").unwrap()
    }

    /// Id of the n-th company of Production.
    pub(crate) fn company(&mut self, index: usize) -> Uuid {
        self.production().companies[index].id
    }

    /// Sends a request as a caller, asking for English. Paths start after the host.
    pub(crate) fn send(
        &mut self,
        caller: &Caller,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut all = vec![("accept-language", "en-US")];
        all.extend_from_slice(headers);
        self.send_raw(Ok(caller.clone()), method, path, &all, body)
    }

    pub(crate) fn send_raw(
        &mut self,
        caller: Result<Caller, TokenProblem>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let url = if path.starts_with("https:") { path.to_owned() } else { format!("{HOST}{path}") };
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send_bytes(caller, request, body)
    }

    /// Sends what is no JSON.
    pub(crate) fn send_bytes(
        &mut self,
        caller: Result<Caller, TokenProblem>,
        request: http::request::Builder,
        body: Vec<u8>,
    ) -> Answer {
        let response = self.bc.handle(&request.body(body).unwrap(), caller, &mut self.ids, self.now);
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body).unwrap();
        let is_json = parts.headers.get("content-type").is_some_and(|kind| kind.to_str().unwrap().contains("json"));
        let body = if is_json { serde_json::from_str(&text).unwrap() } else { Value::Null };
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    pub(crate) fn get(&mut self, caller: &Caller, path: &str) -> Answer {
        self.send(caller, "GET", path, &[], &Value::Null)
    }

    /// Path of an automation entity in the first company of Production.
    pub(crate) fn automation(&mut self, entity: &str) -> String {
        format!("/v2.0/Production/api/microsoft/automation/v2.0/companies({})/{entity}", self.company(0))
    }

    /// Path of a standard entity in a company of Production.
    pub(crate) fn standard(&mut self, company: usize, entity: &str) -> String {
        format!("/v2.0/Production/api/v2.0/companies({})/{entity}", self.company(company))
    }

    /// Path of the partner's API page.
    pub(crate) fn records(&mut self, key: &str) -> String {
        format!("/v2.0/Production/api/entrada/setup/v1.0/companies({})/entraApplications{key}", self.company(0))
    }

    /// Arranges something in Production.
    pub(crate) fn arrange(&mut self, wish: &Value) {
        self.bc.arrange(&json!({ "do": wish }), &mut self.ids).unwrap();
    }

    /// Path of a published page in the first company of Production.
    pub(crate) fn service(&mut self, tail: &str) -> String {
        format!("/v2.0/Production/ODataV4/Company('CRONUS%20International%20Ltd.')/{tail}")
    }

    /// Registers and enables the application the way the page does; gives its user.
    pub(crate) fn register(&mut self, description: &str) -> Uuid {
        let ada = person(&seed::ADA);
        let path = self.records("");
        self.send(&ada, "POST", &path, &[], &json!({ "clientId": CLIENT, "description": description })).expect(201);
        let path = self.records(&format!("({CLIENT})"));
        let answer = self.send(&ada, "PATCH", &path, &[("if-match", "*")], &json!({ "state": "Enabled" })).expect(200);
        Uuid::parse_str(answer.body["userId"].as_str().unwrap()).unwrap()
    }

    /// Gives a user a permission set; returns the whole answer.
    pub(crate) fn assign(&mut self, caller: &Caller, user: Uuid, body: &Value) -> Answer {
        let path = self.automation(&format!("users({user})/userPermissions"));
        self.send(caller, "POST", &path, &[], body)
    }

    /// Registers the application with one permission set in all companies.
    pub(crate) fn register_with(&mut self, role_id: &str) -> Uuid {
        let user = self.register("Magento integration");
        self.assign(&person(&seed::ADA), user, &json!({ "roleId": role_id })).expect(201);
        user
    }

    pub(crate) fn user_named(&mut self, name: &str) -> Uuid {
        let users = &self.production().users;
        users.iter().find(|user| user.user_name == name).unwrap().security_id
    }

    pub(crate) fn set_user_state(&mut self, id: Uuid, state: State) {
        let users = &mut self.production().users;
        users.iter_mut().find(|user| user.security_id == id).unwrap().state = state;
    }
}
