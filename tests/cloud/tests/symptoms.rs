//! The doctor's table (`business-central.md` 9): every symptom this cloud can produce, produced over the control routes after a
//! set-up that worked, and seen by an outside program, by the administrator's page, or at the token endpoint.
//!
//! Not here, because this cloud has no such thing: redirect URIs of consent pages (`sign_in.rs`, `admin_consent.rs` have them),
//! installing extensions, on-premises audiences, security groups of environments, telemetry.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::seed;
use serde_json::{Value, json};
use support::{BC_SCOPES, World, body, form};

const HOST: &str = "https://api.businesscentral.dynamics.com";
const BC_SCOPE: &str = "https://api.businesscentral.dynamics.com/.default";

/// Who calls, with what.
#[derive(Clone, Copy)]
enum Caller {
    /// The outside program, with a fresh token of its own.
    Program,
    /// The program with a secret it made up.
    ProgramGuessing,
    /// The program in a tenant that does not know it.
    ProgramElsewhere,
    /// The program with a token for Graph.
    ProgramAtGraph,
    /// The program asking for a resource nobody knows.
    ProgramMisspelling,
    /// The program with a token that is a day old.
    ProgramLate,
    /// The administrator who set it up.
    Administrator,
    /// An ordinary user of Business Central.
    Omar,
}
use Caller::{
    Administrator, Omar, Program, ProgramAtGraph, ProgramElsewhere, ProgramGuessing, ProgramLate, ProgramMisspelling,
};

/// One symptom.
struct Symptom {
    name: &'static str,
    /// Sent to `/_cloud/edit`; `CLIENT` stands for the client id.
    edits: &'static [&'static str],
    caller: Caller,
    method: &'static str,
    /// Below the host; `COMPANY`, `USER` and `CLIENT` are replaced.
    path: &'static str,
    sent: &'static str,
    status: u16,
    /// Code of Business Central, or `AADSTS` number of the token endpoint.
    code: &'static str,
    text: &'static str,
}

const COMPANIES: &str = "/v2.0/Production/api/v2.0/companies";
const CUSTOMERS: &str = "/v2.0/Production/api/v2.0/companies(COMPANY)/customers";
const VENDORS: &str = "/v2.0/Production/api/v2.0/companies(COMPANY)/vendors";
const ITEMS: &str = "/v2.0/Production/api/v2.0/companies(COMPANY)/items";
const AUTOMATION_USERS: &str = "/v2.0/Production/api/microsoft/automation/v2.0/companies(COMPANY)/users";
const ASSIGN: &str = "/v2.0/Production/api/microsoft/automation/v2.0/companies(COMPANY)/users(USER)/userPermissions";
const RECORD: &str = "/v2.0/Production/api/entrada/setup/v1.0/companies(COMPANY)/entraApplications(CLIENT)";
const CARD: &str = "/v2.0/Production/ODataV4/Company(COMPANY)/EntraApps";
const ENVIRONMENTS: &str = "/admin/v2.29/applications/environments";
const PUBLISH: &str = r#"{"business_central":{"do":{"publish_page":{"page":9861,"service":"EntraApps"}}}}"#;

fn get(
    name: &'static str,
    edits: &'static [&'static str],
    caller: Caller,
    path: &'static str,
    (status, code, text): (u16, &'static str, &'static str),
) -> Symptom {
    Symptom { name, edits, caller, method: "GET", path, sent: "", status, code, text }
}

fn write(
    name: &'static str,
    edits: &'static [&'static str],
    caller: Caller,
    (method, path, sent): (&'static str, &'static str, &'static str),
    (status, code, text): (u16, &'static str, &'static str),
) -> Symptom {
    Symptom { name, edits, caller, method, path, sent, status, code, text }
}

const REJECTED: (u16, &str, &str) =
    (401, "Authentication_InvalidCredentials", "could not be authenticated or authorized");
const BAD_TOKEN: (u16, &str, &str) = (401, "Authentication_InvalidCredentials", "rejected the client credentials");

fn at_the_token_endpoint() -> Vec<Symptom> {
    vec![
        get("app id unknown in that tenant", &[], ProgramElsewhere, COMPANIES, (400, "AADSTS700016", "was not found")),
        get(
            "application deleted",
            &[r#"{"delete_application":"CLIENT"}"#],
            Program,
            COMPANIES,
            (400, "AADSTS700016", ""),
        ),
        get("wrong secret", &[], ProgramGuessing, COMPANIES, (401, "AADSTS7000215", "Invalid client secret")),
        get(
            "expired secret",
            &[r#"{"expire_secret":"CLIENT"}"#],
            Program,
            COMPANIES,
            (401, "AADSTS7000222", "expired"),
        ),
        get(
            "service principal missing",
            &[r#"{"drop_service_principal":"CLIENT"}"#],
            Program,
            COMPANIES,
            (401, "AADSTS7000229", "missing service principal"),
        ),
        get(
            "service principal disabled",
            &[r#"{"disable_service_principal":"CLIENT"}"#],
            Program,
            COMPANIES,
            (400, "AADSTS7000112", "disabled"),
        ),
        get("resource misspelt", &[], ProgramMisspelling, COMPANIES, (400, "AADSTS500011", "")),
        get(
            "Business Central not in the tenant",
            &[r#"{"drop_service_principal":"996def3d-b36c-4153-8607-a6fd3c01b89f"}"#],
            Program,
            COMPANIES,
            (400, "AADSTS500011", ""),
        ),
    ]
}

fn at_the_door() -> Vec<Symptom> {
    vec![
        get(
            "token without roles",
            &[r#"{"remove_role_assignment":{"app_id":"CLIENT"}}"#],
            Program,
            COMPANIES,
            REJECTED,
        ),
        get(
            "record missing",
            &[r#"{"business_central":{"do":{"remove_record":"CLIENT"}}}"#],
            Program,
            COMPANIES,
            REJECTED,
        ),
        get(
            "record disabled",
            &[r#"{"business_central":{"do":{"record_state":{"client_id":"CLIENT","state":"Disabled"}}}}"#],
            Program,
            COMPANIES,
            REJECTED,
        ),
        get(
            "user disabled",
            &[r#"{"business_central":{"do":{"user_state":{"user_name":"MAGENTO 2","state":"Disabled"}}}}"#],
            Program,
            COMPANIES,
            REJECTED,
        ),
        get(
            "user removed",
            &[r#"{"business_central":{"do":{"remove_application_user":"CLIENT"}}}"#],
            Program,
            COMPANIES,
            REJECTED,
        ),
        get("record in another environment only", &[], Program, "/v2.0/Sandbox/api/v2.0/companies", REJECTED),
        get("token for another audience", &[], ProgramAtGraph, COMPANIES, BAD_TOKEN),
        get("token expired", &[], ProgramLate, COMPANIES, BAD_TOKEN),
        get(
            "automation role missing",
            &[r#"{"remove_role_assignment":{"app_id":"CLIENT","role":"Automation.ReadWrite.All"}}"#],
            Program,
            AUTOMATION_USERS,
            REJECTED,
        ),
        get(
            "D365 AUTOMATION missing",
            &[],
            Program,
            AUTOMATION_USERS,
            (403, "Authorization_RequestDenied", "not allowed to use the automation API"),
        ),
        get("admin API: not authorised", &[], Program, ENVIRONMENTS, (403, "Unknown", "may not administer")),
        get("admin API: an ordinary person", &[], Omar, ENVIRONMENTS, (403, "Unknown", "may not administer")),
    ]
}

fn inside() -> Vec<Symptom> {
    vec![
        get(
            "no permission set at all",
            &[r#"{"business_central":{"do":{"permission_sets":{"user_name":"MAGENTO 2","role_ids":[]}}}}"#],
            Program,
            COMPANIES,
            (400, "Internal_ServerError", "You do not have the following permissions on"),
        ),
        get(
            "permission set missing for the table",
            &[],
            Program,
            VENDORS,
            (400, "Internal_ServerError", "You do not have the following permissions on TableData 23 Vendor: Read"),
        ),
        get(
            "permission set only in another company",
            &[r#"{"business_central":{"do":{"permission_sets":{"user_name":"MAGENTO 2",
                "role_ids":["D365 CUSTOMER, VIEW"],"company":"CRONUS Danmark A/S"}}}}"#],
            Program,
            CUSTOMERS,
            (400, "Internal_ServerError", "TableData 18 Customer"),
        ),
        get(
            "the set's extension was removed",
            &[
                r#"{"business_central":{"do":{"permission_sets":{"user_name":"MAGENTO 2","role_ids":["NPR KDS WebService"]}}}}"#,
                r#"{"business_central":{"do":{"extension":{"name":"NP Retail","installed":false}}}}"#,
            ],
            Program,
            ITEMS,
            (400, "Internal_ServerError", "TableData 27 Item"),
        ),
        get(
            "wrong environment",
            &[],
            Program,
            "/v2.0/Prodution/api/v2.0/companies",
            (404, "NoEnvironment", "'Prodution'"),
        ),
        get(
            "wrong tenant in the address",
            &[],
            Program,
            "/v2.0/fabrikam.example/Production/api/v2.0/companies",
            (404, "NoEnvironment", "'Production'"),
        ),
        get(
            "environment not in use",
            &[r#"{"business_central":{"do":{"environment_status":"Upgrading"}}}"#],
            Program,
            COMPANIES,
            (503, "Internal_TenantUnavailable", "not accessible"),
        ),
        get(
            "extension with the page not installed",
            &[r#"{"business_central":{"do":{"partner_extension":false}}}"#],
            Administrator,
            RECORD,
            (404, "BadRequest_ResourceNotFound", "segment 'entrada'"),
        ),
        get(
            "page not published",
            &[],
            Administrator,
            CARD,
            (404, "BadRequest_ResourceNotFound", "segment 'EntraApps'"),
        ),
        get(
            "published page retired",
            &[PUBLISH, r#"{"business_central":{"do":{"version":"30.0"}}}"#],
            Administrator,
            CARD,
            (404, "BadRequest_ResourceNotFound", "segment 'EntraApps'"),
        ),
        get(
            "page too new for this version",
            &[r#"{"business_central":{"do":{"version":"27.5"}}}"#],
            Administrator,
            "/v2.0/Production/api/microsoft/automation/v2.0/companies(COMPANY)/accessControls",
            (404, "BadRequest_ResourceNotFound", "accessControls"),
        ),
        get(
            "company renamed",
            &[
                r#"{"business_central":{"do":{"rename_company":{"from":"CRONUS International Ltd.","to":"CRONUS A/S"}}}}"#,
            ],
            Program,
            "/v2.0/Production/api/v2.0/customers?company=CRONUS%20International%20Ltd.",
            (404, "Internal_CompanyNotFound", "company cannot be found"),
        ),
        get(
            "no company given",
            &[],
            Program,
            "/v2.0/Production/api/v2.0/customers",
            (404, "Internal_CompanyNotFound", "company cannot be found"),
        ),
        get(
            "throttled",
            &[r#"{"limits":{"per_window":0}}"#],
            Program,
            COMPANIES,
            (429, "Application_TooManyRequests", "Too many requests reached"),
        ),
    ]
}

fn writing() -> Vec<Symptom> {
    let role = r#"{"roleId":"D365 CUSTOMER, EDIT","appId":"437dbf0e-84ff-417a-965d-ed2bb9650972","scope":"System"}"#;
    vec![
        write(
            "entity tag absent",
            &[],
            Administrator,
            ("PATCH", RECORD, r#"{"state":"Disabled"}"#),
            (400, "BadRequest_InvalidToken", "If-Match"),
        ),
        write(
            "our administrator lacks rights",
            &[
                r#"{"business_central":{"do":{"permission_sets":{"user_name":"ADA","role_ids":["D365 BUS FULL ACCESS"]}}}}"#,
            ],
            Administrator,
            ("POST", ASSIGN, role),
            (400, "Internal_ServerError", "must be granted either the SUPER or SECURITY"),
        ),
        write(
            "permission set defined several times",
            &[],
            Administrator,
            ("POST", ASSIGN, r#"{"roleId":"WEBSHOP API"}"#),
            (400, "Application_DialogException", "defined multiple times"),
        ),
        write(
            "assigned already",
            &[],
            Administrator,
            ("POST", ASSIGN, r#"{"roleId":"D365 CUSTOMER, VIEW"}"#),
            (400, "Internal_EntityWithSameKeyExists", "already exists"),
        ),
        write(
            "permission set not in this environment",
            &[r#"{"business_central":{"do":{"extension":{"name":"NP Retail","installed":false}}}}"#],
            Administrator,
            ("POST", ASSIGN, r#"{"roleId":"NPR NP RETAIL"}"#),
            (404, "Internal_RecordNotFound", "NPR NP RETAIL"),
        ),
        write(
            "SUPER for an application",
            &[],
            Administrator,
            ("POST", ASSIGN, r#"{"roleId":"SUPER"}"#),
            (400, "Internal_ServerError", "SUPER"),
        ),
        write(
            "read-only control",
            &[PUBLISH, r#"{"business_central":{"do":{"odata_read_only":true}}}"#],
            Administrator,
            ("POST", CARD, r#"{"Client_Id":"00000000-0000-4000-8000-000000000009","Description":"Second"}"#),
            (400, "BadRequest_InvalidOperation", "read-only"),
        ),
    ]
}

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
    let symptoms: Vec<Symptom> =
        [at_the_token_endpoint(), at_the_door(), inside(), writing()].into_iter().flatten().collect();
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
