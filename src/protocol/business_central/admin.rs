//! The lists of environments (business-central.md 1.2).

use super::answers::page;
use super::get;
use crate::protocol::http::{CallError, Request, Response};

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
