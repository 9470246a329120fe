//! The tenant as a whole: its environments, and the applications that may administer it (business-central.md 1.2).

use super::answers::{page, success};
use super::{get, write};
use crate::protocol::http::{CallError, Method, Request, Response};
use crate::protocol::json::Node;
use crate::protocol::url;
use crate::search;

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

/// The environments a person may administer.
pub fn admin_environments(origin: &str) -> Request {
    get(format!("{origin}/admin/{ADMIN_VERSION}/applications/BusinessCentral/environments"))
}

/// The environments a person may use; smaller and less documented (business-central.md 1.2).
pub fn user_environments(origin: &str) -> Request {
    get(format!("{origin}/environments/v1.2"))
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

/// From this version on (2027 wave 1), pages of Microsoft's apps can no longer be OData endpoints (business-central.md
/// 0.3).
pub const ODATA_RETIRED: u32 = 30;

/// From this version on (2026 wave 1) there are pages that tell what kind of user somebody is (business-central.md 2:
/// spring 2026).
pub const READ_PAGES: u32 = 28;

/// The major part of a version like `26.3.…`.
pub fn major(version: &str) -> Option<u32> {
    u32::try_from(search::whole(version.split('.').next()?.trim())?).ok()
}

/// Base of the admin center API, for programs that use nothing else.
pub fn admin_base(origin: &str) -> String {
    [origin, "/admin/", ADMIN_VERSION].concat()
}

/// An application on the tenant's list of those that may call the admin center on their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizedApp {
    /// Client id.
    pub client_id: String,
    /// Whether its app role has been consented to as well, which it needs besides.
    pub consented: bool,
}

/// The list. Only people may read or change it, no applications.
pub fn authorized_apps(origin: &str) -> Request {
    get(authorized(origin, ""))
}

/// Puts an application on the list; one that is there already stays.
pub fn authorize_app(origin: &str, client_id: &str) -> Request {
    write(Method::Put, authorized(origin, client_id))
}

/// Takes an application off the list. Consent and permission sets stay as they are.
pub fn remove_authorized_app(origin: &str, client_id: &str) -> Request {
    write(Method::Delete, authorized(origin, client_id))
}

fn authorized(origin: &str, client_id: &str) -> String {
    let slash = if client_id.is_empty() { "" } else { "/" };
    [origin, "/admin/", ADMIN_VERSION, "/authorizedAadApps", slash, &url::encode(client_id)].concat()
}

/// The list, which has no `value` around it as others have.
pub fn read_authorized_apps(response: &Response) -> Result<Vec<AuthorizedApp>, CallError> {
    let value = success(response)?;
    let rows = Node::root(&value).each(|node| {
        Ok(AuthorizedApp { client_id: node.string("appId")?, consented: node.member("isAdminConsentGranted")?.flag()? })
    });
    rows.map_err(CallError::Unreadable)
}
