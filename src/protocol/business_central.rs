//! Business Central's APIs: environments, companies, users, permission sets and the Microsoft Entra application
//! record. Addresses, bodies and traps: `business-central.md`. Nothing here is sent; see `flow`.

use super::http::{self, CallError, Method, Refusal, Request, Response};
use super::json::{self, Misread, Node, Value, json};
use super::url;

pub use super::code_field::code;

/// Newest version of the admin center API (business-central.md 1.1).
const ADMIN_VERSION: &str = "v2.29";

/// An environment as either list gives it (business-central.md 1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Name, part of every address.
    pub name: String,
    /// `Production` or `Sandbox`.
    pub kind: String,
    /// Localisation.
    pub country: String,
    /// Only `Active` ones can be used. The smaller list has no status and only names usable ones.
    pub active: bool,
    /// The status in the server's word, empty when not told.
    pub status: String,
    /// `26.3.…`, empty when not told.
    pub version: String,
    /// Where its web client is.
    pub web_client: String,
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Id, part of addresses.
    pub id: String,
    /// Name, the key of permission assignments.
    pub name: String,
    /// For people; empty when the same as the name.
    pub display_name: String,
}

/// A permission set; the role id alone is not unique (business-central.md 2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PermissionSet {
    /// `D365 BUS FULL ACCESS`.
    pub role_id: String,
    /// The extension it comes from.
    pub app_id: String,
    /// `System` or `Tenant`.
    pub scope: String,
    /// In words.
    pub name: String,
    /// The extension in words.
    pub extension: String,
}

impl PermissionSet {
    /// True when both mean the same set.
    pub fn is(&self, role_id: &str, app_id: &str, scope: &str) -> bool {
        self.role_id.eq_ignore_ascii_case(role_id)
            && self.app_id.eq_ignore_ascii_case(app_id)
            && self.scope.eq_ignore_ascii_case(scope)
    }
}

/// A user of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Security id, the key.
    pub security_id: String,
    /// For an application: the record's description in capitals.
    pub user_name: String,
    /// State of the user.
    pub enabled: bool,
}

/// A permission set given to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPermission {
    /// Key of the assignment.
    pub id: String,
    /// Set.
    pub role_id: String,
    /// Extension of the set.
    pub app_id: String,
    /// Scope of the set.
    pub scope: String,
    /// Company name, empty for all.
    pub company: String,
}

/// The Microsoft Entra application record, table 9012 (business-central.md 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraRecord {
    /// Client id, the key.
    pub client_id: String,
    /// Becomes the user name.
    pub description: String,
    /// State.
    pub enabled: bool,
    /// The user, once enabled for the first time.
    pub user_id: Option<String>,
}

/// Where a partner extension publishes the record as an API page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerApi {
    /// API publisher.
    pub publisher: String,
    /// API group.
    pub group: String,
    /// API version.
    pub version: String,
    /// Entity set.
    pub entity_set: String,
}

/// The environments a person may administer.
pub fn admin_environments(origin: &str) -> Request {
    get(format!("{origin}/admin/{ADMIN_VERSION}/applications/BusinessCentral/environments"))
}

/// The environments a person may use; smaller and less documented (business-central.md 1.2).
pub fn user_environments(origin: &str) -> Request {
    get(format!("{origin}/environments/v1.2"))
}

/// `Accept-Language` pins the language of error texts, which the matcher reads (business-central.md 1.5).
fn get(url: String) -> Request {
    Request::get(url).header("Accept-Language", "en-US")
}

fn write(method: Method, url: String) -> Request {
    Request::new(method, url).header("Accept-Language", "en-US")
}

/// Builds requests to one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    base: String,
}

/// A text in an OData filter.
fn literal(text: &str) -> String {
    url::encode(&format!("'{}'", text.replace('\'', "''")))
}

impl Site {
    /// The environment `name` of a tenant.
    pub fn new(origin: &str, tenant: &str, environment: &str) -> Self {
        Self { base: format!("{origin}/v2.0/{}/{}", url::encode(tenant), url::encode(environment)) }
    }

    /// The address the receiving system will use.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Companies; also the probe that tells whether the environment exists.
    pub fn companies(&self) -> Request {
        get(format!("{}/api/v2.0/companies?$select=id,name,displayName", self.base))
    }

    fn automation(&self, company: &str, path: &str) -> String {
        format!("{}/api/microsoft/automation/v2.0/companies({}){path}", self.base, url::encode(company))
    }

    /// Permission sets there are.
    pub fn permission_sets(&self, company: &str) -> Request {
        get(self.automation(company, "/permissionSets?$select=id,displayName,appId,extensionName,scope"))
    }

    /// Users with this name; names of users are capitals, filters compare as the database does.
    pub fn users_named(&self, company: &str, name: &str) -> Request {
        let filter = format!(
            "/users?$select=userSecurityId,userName,displayName,state&$filter=userName%20eq%20{}",
            literal(&code(name))
        );
        get(self.automation(company, &filter))
    }

    /// One user.
    pub fn user(&self, company: &str, security_id: &str) -> Request {
        get(self.automation(
            company,
            &format!("/users({})?$select=userSecurityId,userName,displayName,state", url::encode(security_id)),
        ))
    }

    /// The permission sets of a user.
    pub fn user_permissions(&self, company: &str, security_id: &str) -> Request {
        get(self.automation(company, &format!("/users({})/userPermissions", url::encode(security_id))))
    }

    /// Gives a permission set; role id, app id and scope always together (business-central.md 2). An empty
    /// `for_company` means all companies.
    pub fn give(&self, company: &str, security_id: &str, set: &PermissionSet, for_company: &str) -> Request {
        let path = format!("/users({})/userPermissions", url::encode(security_id));
        write(Method::Post, self.automation(company, &path))
            .json(json!({ "roleId": &set.role_id, "appId": &set.app_id, "scope": &set.scope, "company": for_company }))
    }

    fn partner(&self, api: &PartnerApi, company: &str, path: &str) -> String {
        let [publisher, group, version, set] =
            [&api.publisher, &api.group, &api.version, &api.entity_set].map(|part| url::encode(part));
        format!("{}/api/{publisher}/{group}/{version}/companies({}){path}", self.base, url::encode(company))
            .replace("{set}", &set)
    }

    /// Detects the partner's API page: 404 means that the extension is not installed (business-central.md 3.3).
    pub fn find_record(&self, api: &PartnerApi, company: &str, client_id: &str) -> Request {
        get(self.partner(api, company, &format!("/{{set}}?$filter=clientId%20eq%20{}", url::encode(client_id))))
    }

    /// Whether the partner's API page is there at all.
    pub fn probe_partner(&self, api: &PartnerApi, company: &str) -> Request {
        get(self.partner(api, company, "/{set}?$top=1"))
    }

    /// Creates the record, disabled: enabling modifies the stored record, so it comes second (business-central.md 3.3).
    pub fn create_record(
        &self,
        api: &PartnerApi,
        company: &str,
        client_id: &str,
        description: &str,
        contact: &str,
    ) -> Request {
        write(Method::Post, self.partner(api, company, "/{set}"))
            .json(json!({ "clientId": client_id, "description": description, "contactInformation": contact }))
    }

    /// Enables the record, which creates the application user.
    pub fn enable_record(&self, api: &PartnerApi, company: &str, client_id: &str) -> Request {
        write(Method::Patch, self.partner(api, company, &format!("/{{set}}({})", url::encode(client_id))))
            .header("If-Match", "*")
            .json(json!({ "state": "Enabled" }))
    }
}

/// The body of a successful answer, or the error that stands there instead.
pub fn success(response: &Response) -> Result<Value, CallError> {
    http::read_json(response, refusal)
}

/// Both error shapes: `{"error":{code,message}}` with the correlation id inside the message, and the admin API's
/// flat `{code,message}` (business-central.md 1.4). An XML body, as for `NoEnvironment`, is searched for its code.
fn refusal(response: &Response) -> Refusal {
    let text = response.body.open();
    let value = json::parse(text).unwrap_or(Value::Null);
    let error = if value["error"].is_object() { &value["error"] } else { &value };
    let mut code = error["code"].as_str().unwrap_or_default().to_owned();
    if code.is_empty() && text.contains("NoEnvironment") {
        "NoEnvironment".clone_into(&mut code);
    }
    let message = error["message"].as_str().unwrap_or_default();
    let (message, request_id) = message.split_once("CorrelationId:").unwrap_or((message, ""));
    Refusal {
        status: response.status,
        code,
        message: message.trim().to_owned(),
        details: Vec::new(),
        request_id: request_id.trim().trim_end_matches('.').to_owned(),
    }
}

/// One page of a list and the address of the next, which is followed unchanged.
pub type Page<T> = (Vec<T>, Option<String>);

fn page<T>(response: &Response, take: impl Fn(&Node<'_>) -> Result<T, Misread>) -> Result<Page<T>, CallError> {
    let mut rows = Vec::new();
    let next = read(response, &mut |node| {
        rows = node.member("value")?.each(&take)?;
        Ok(())
    })?;
    Ok((rows, next))
}

/// What all answers have in common, once for all: success or the error, reading, and the address of the next page.
#[inline(never)]
fn read(
    response: &Response,
    take: &mut dyn FnMut(&Node<'_>) -> Result<(), Misread>,
) -> Result<Option<String>, CallError> {
    let value = success(response)?;
    let node = Node::root(&value);
    take(&node).map_err(CallError::Unreadable)?;
    Ok(node.maybe("@odata.nextLink"))
}

/// Follows a next link.
pub fn next_page(link: &str) -> Request {
    get(link.to_owned())
}

/// Environments of either list.
pub fn read_environments(response: &Response) -> Result<Vec<Environment>, CallError> {
    page(response, |node| {
        let status = node.shown("status");
        let version = node
            .optional("versionDetails")
            .map_or_else(|| node.shown("applicationVersion"), |details| details.shown("version"));
        Ok(Environment {
            name: node.string("name")?,
            kind: node.shown("type"),
            country: node.shown("countryCode"),
            active: status.is_empty() || status == "Active",
            status,
            version,
            web_client: node.shown("webClientLoginUrl"),
        })
    })
    .map(|(rows, _)| rows)
}

/// Companies.
pub fn read_companies(response: &Response) -> Result<Page<Company>, CallError> {
    page(response, |node| {
        Ok(Company { id: node.string("id")?, name: node.string("name")?, display_name: node.shown("displayName") })
    })
}

/// Permission sets; their `id` is the role id (business-central.md 2).
pub fn read_permission_sets(response: &Response) -> Result<Page<PermissionSet>, CallError> {
    page(response, |node| {
        Ok(PermissionSet {
            role_id: node.string("id")?,
            app_id: node.shown("appId"),
            scope: node.shown("scope"),
            name: node.shown("displayName"),
            extension: node.shown("extensionName"),
        })
    })
}

fn user(node: &Node<'_>) -> Result<User, Misread> {
    Ok(User {
        security_id: node.string("userSecurityId")?,
        user_name: node.shown("userName"),
        enabled: node.shown("state") == "Enabled",
    })
}

/// Users.
pub fn read_users(response: &Response) -> Result<Page<User>, CallError> {
    page(response, user)
}

/// One user.
pub fn read_user(response: &Response) -> Result<User, CallError> {
    let value = success(response)?;
    user(&Node::root(&value)).map_err(CallError::Unreadable)
}

/// The permission sets of a user.
pub fn read_user_permissions(response: &Response) -> Result<Page<UserPermission>, CallError> {
    page(response, |node| {
        Ok(UserPermission {
            id: node.string("id")?,
            role_id: node.string("roleId")?,
            app_id: node.shown("appId"),
            scope: node.shown("scope"),
            company: node.shown("company"),
        })
    })
}

fn record(node: &Node<'_>) -> Result<EntraRecord, Misread> {
    let user = node.shown("userId");
    Ok(EntraRecord {
        client_id: node.string("clientId")?,
        description: node.shown("description"),
        enabled: node.shown("state") == "Enabled",
        user_id: (!user.is_empty() && !user.starts_with("00000000-0000")).then_some(user),
    })
}

/// Records found.
pub fn read_records(response: &Response) -> Result<Page<EntraRecord>, CallError> {
    page(response, record)
}

/// One record, as creating and changing answer it.
pub fn read_record(response: &Response) -> Result<EntraRecord, CallError> {
    let value = success(response)?;
    record(&Node::root(&value)).map_err(CallError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
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
        for request in [site.companies(), site.permission_sets("c"), site.create_record(&partner(), "c", "i", "d", "")]
        {
            assert!(request.headers.contains(&("Accept-Language", "en-US".into())), "{}", request.url);
        }
    }

    #[test]
    fn errors_of_all_three_shapes_are_read() {
        let odata =
            r#"{"error":{"code":"Internal_ServerError","message":"You do not have …  CorrelationId:  0a1b-22."}}"#;
        let Err(CallError::Refused(refusal)) = read_users(&answer(400, odata)) else { panic!() };
        assert_eq!((refusal.code.as_str(), refusal.request_id.as_str()), ("Internal_ServerError", "0a1b-22"));
        let flat = r#"{"code":"environmentNotFound","message":"m"}"#;
        let Err(CallError::Refused(refusal)) = read_environments(&answer(404, flat)) else { panic!() };
        assert_eq!(refusal.code, "environmentNotFound");
        let Err(CallError::Refused(refusal)) =
            read_companies(&answer(404, "<error><code>NoEnvironment</code></error>"))
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
}
