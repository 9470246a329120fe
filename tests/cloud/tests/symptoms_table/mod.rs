//! The rows of the doctor's table (`business-central.md` 9) this cloud can produce.

/// Every symptom.
pub(crate) fn all() -> Vec<Symptom> {
    [at_the_token_endpoint(), at_the_door(), inside(), writing()].into_iter().flatten().collect()
}

/// Who calls, with what.
#[derive(Clone, Copy)]
pub(crate) enum Caller {
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
pub(crate) struct Symptom {
    pub(crate) name: &'static str,
    /// Sent to `/_cloud/edit`; `CLIENT` stands for the client id.
    pub(crate) edits: &'static [&'static str],
    pub(crate) caller: Caller,
    pub(crate) method: &'static str,
    /// Below the host; `COMPANY`, `USER` and `CLIENT` are replaced.
    pub(crate) path: &'static str,
    pub(crate) sent: &'static str,
    pub(crate) status: u16,
    /// Code of Business Central, or `AADSTS` number of the token endpoint.
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
}

pub(crate) const COMPANIES: &str = "/v2.0/Production/api/v2.0/companies";
pub(crate) const CUSTOMERS: &str = "/v2.0/Production/api/v2.0/companies(COMPANY)/customers";
const VENDORS: &str = "/v2.0/Production/api/v2.0/companies(COMPANY)/vendors";
const ITEMS: &str = "/v2.0/Production/api/v2.0/companies(COMPANY)/items";
pub(crate) const AUTOMATION_USERS: &str = "/v2.0/Production/api/microsoft/automation/v2.0/companies(COMPANY)/users";
const ASSIGN: &str = "/v2.0/Production/api/microsoft/automation/v2.0/companies(COMPANY)/users(USER)/userPermissions";
pub(crate) const RECORD: &str = "/v2.0/Production/api/entrada/setup/v1.0/companies(COMPANY)/entraApplications(CLIENT)";
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
