//! The Microsoft Entra application record, table 9012, behind whichever page shows it (business-central.md 3).

use super::answers::{Page, page, success};
use super::{Site, get, write};
use crate::protocol::http::{CallError, Method, Request, Response};
use crate::protocol::json::{Misread, Node, json};
use crate::protocol::url;

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

impl Site {
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
