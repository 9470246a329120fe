//! The bridge: a Business Central page around this one that registers in AL (business-central.md 3.3, a2). Its requests
//! are values like all others, so that plan, run and reading back need no second kind; their address begins with
//! [`BRIDGE`], and `flow::net` sends them to the page around instead of to a server. `www/al` is the other side.

use super::{PermissionSet, Site};
use crate::protocol::http::{Method, Request, Response};
use crate::protocol::json::{Value, json};
use crate::protocol::secret::Secret;

/// How the address of a request to the bridge begins.
pub const BRIDGE: &str = "bridge:";

/// How the codes of its refusals begin.
const CODE: &str = "Bridge_";

/// Nobody answered in time.
pub const SILENT: &str = "Bridge_silent";
/// There is nobody left to answer.
pub const GONE: &str = "Bridge_gone";

/// True when a refusal came over the bridge.
pub fn is_of_bridge(code: &str) -> bool {
    code.starts_with(CODE)
}

fn ask(method: Method, action: &str, site: &Site, client_id: &str, more: &mut [(&str, Value)]) -> Request {
    let mut body = json!({ "action": action, "clientId": client_id, "environment": &site.environment });
    for (name, value) in more {
        body.insert(name, std::mem::take(value));
    }
    Request::new(method, [BRIDGE, action].concat()).json(body)
}

/// Reads the record.
pub(super) fn look(site: &Site, client_id: &str) -> Request {
    ask(Method::Get, "look", site, client_id, &mut [])
}

/// Makes the record unless it is there, and enables it.
pub(super) fn register(site: &Site, client_id: &str, description: &str, contact: &str) -> Request {
    let more = &mut [("description", description.into()), ("contact", contact.into())];
    ask(Method::Post, "register", site, client_id, more)
}

/// Disables the record.
pub(super) fn disable(site: &Site, client_id: &str) -> Request {
    ask(Method::Post, "disable", site, client_id, &mut [])
}

/// Removes the record and its user.
pub(super) fn remove(site: &Site, client_id: &str) -> Request {
    ask(Method::Post, "remove", site, client_id, &mut [])
}

impl Site {
    /// Gives the application's user a permission set through the bridge; an empty company means all.
    pub fn give_by_bridge(&self, client_id: &str, set: &PermissionSet, company: &str) -> Request {
        let set = json!({
            "roleId": &set.role_id, "appId": &set.app_id, "scope": &set.scope, "company": company,
        });
        ask(Method::Post, "permissions", self, client_id, &mut [("permissionSets", Value::List(vec![set]))])
    }
}

/// What the page around said, as the answer to the request it belongs to.
pub fn bridge_response(message: &Value) -> Response {
    if message["ok"] == true {
        return answer(200, message.to_line());
    }
    let word = message["code"].as_str().unwrap_or("refused");
    bridge_refusal(&[CODE, word].concat(), message["error"].as_str().unwrap_or_default())
}

/// Stands for an answer that did not come, or for the one that says no.
pub fn bridge_refusal(code: &str, text: &str) -> Response {
    answer(400, json!({ "error": json!({ "code": code, "message": text }) }).to_line())
}

fn answer(status: u16, body: String) -> Response {
    Response { status, headers: Vec::new(), body: Secret::new(body) }
}

/// True when the record was there before it was to be registered.
pub fn was_there(response: &Response) -> bool {
    super::success(response).is_ok_and(|value| value["created"] == false)
}
