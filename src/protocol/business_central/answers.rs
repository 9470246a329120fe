//! What the automation API answers, and what all answers have in common (business-central.md 1.4, 2).

use crate::protocol::http::{self, CallError, Refusal, Response};
use crate::protocol::json::{self, Misread, Node, Value};
use crate::search::around;

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
    /// The extension in words, empty when not told.
    pub extension: String,
    /// What the server calls this very state of the assignment, for `If-Match`.
    pub etag: Option<String>,
}

/// The body of a successful answer, or the error that stands there instead.
pub fn success(response: &Response) -> Result<Value, CallError> {
    http::read_json(response, refusal)
}

/// Nothing, or the error. A body is of no interest, but one that is no JSON did not come from the service: a portal or
/// proxy on the way answers 200 with a page of its own, and nothing was done.
pub fn accepted(response: &Response) -> Result<(), CallError> {
    success(response).map(drop)
}

/// The text of a successful answer that is no JSON.
pub(super) fn accepted_text(response: &Response) -> Result<&str, CallError> {
    http::accept(response, refusal)?;
    Ok(response.body.open())
}

/// Both error shapes: `{"error":{code,message}}` with the correlation id inside the message, and the admin API's
/// flat `{code,message}` (business-central.md 1.4). An XML body, as for `NoEnvironment`, is searched for its code.
fn refusal(response: &Response) -> Refusal {
    let text = response.body.open();
    let value = json::parse(text).unwrap_or(Value::Null);
    let error = if value["error"].is_object() { &value["error"] } else { &value };
    let mut code = error["code"].as_str().unwrap_or_default().to_owned();
    if code.is_empty() && around(text, "NoEnvironment").is_some() {
        "NoEnvironment".clone_into(&mut code);
    }
    let message = error["message"].as_str().unwrap_or_default();
    let (message, request_id) = around(message, "CorrelationId:").unwrap_or((message, ""));
    Refusal {
        status: response.status,
        code,
        message: message.trim().to_owned(),
        details: Vec::new(),
        request_id: request_id.trim().trim_end_matches('.').to_owned(),
        claims: None,
    }
}

/// One page of a list and the address of the next, which is followed unchanged.
pub type Page<T> = (Vec<T>, Option<String>);

pub(super) fn page<T>(
    response: &Response,
    take: impl Fn(&Node<'_>) -> Result<T, Misread>,
) -> Result<Page<T>, CallError> {
    let mut rows = Vec::new();
    let next = read(response, &mut |row| {
        rows.push(take(row)?);
        Ok(())
    })?;
    Ok((rows, next))
}

/// What all pages have in common, once for all: success or the error, the rows, and the address of the next page.
#[inline(never)]
fn read(
    response: &Response,
    visit: &mut dyn FnMut(&Node<'_>) -> Result<(), Misread>,
) -> Result<Option<String>, CallError> {
    let value = success(response)?;
    let node = Node::root(&value);
    node.member("value").and_then(|list| list.walk(visit)).map_err(CallError::Unreadable)?;
    Ok(node.maybe("@odata.nextLink"))
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
            extension: node.shown("extensionName"),
            etag: node.maybe("@odata.etag"),
        })
    })
}

/// Whether a user is an application's, by the rows of its permission sets; `None` without rows. The license type is a
/// text for people, in English because requests pin the language (business-central.md 2).
pub fn read_is_application(response: &Response) -> Result<Option<bool>, CallError> {
    let (rows, _) = page(response, |node| Ok(node.shown("userLicenseType") == "Application"))?;
    Ok(rows.into_iter().reduce(|one, other| one || other))
}
