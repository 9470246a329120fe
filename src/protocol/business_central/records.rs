//! The Microsoft Entra application record, table 9012, behind whichever page shows it (business-central.md 3).
//!
//! A partner's API page and page 9861 or 9860 published as OData differ in address and in how fields are spelt, and
//! in nothing else. [`RecordApi`] describes one of them; requests and readers take it. The bridge of a Business Central
//! page around this one is a third kind: it has no address, and the same requests go to it as messages.

use super::answers::{Page, page, success};
use super::bridge;
use super::{Site, get, write};
use crate::gather::Also;
use crate::protocol::http::{CallError, Method, Request, Response};
use crate::protocol::json::{Misread, Node, Value, object};
use crate::protocol::url;

/// A client id that no application has.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// The record (business-central.md 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraRecord {
    /// Client id, the key.
    pub client_id: String,
    /// Becomes the user name.
    pub description: String,
    /// State.
    pub enabled: bool,
    /// The user, once enabled for the first time; `None` too when the page does not show it.
    pub user_id: Option<String>,
    /// What the server calls this very state of the record, for `If-Match`.
    pub etag: Option<String>,
}

/// Names of the fields as the server spells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFields {
    /// Client id, which must be the key in addresses too.
    pub client_id: String,
    /// Description.
    pub description: String,
    /// Contact information, if the page has it.
    pub contact: Option<String>,
    /// State.
    pub state: String,
    /// User id, if the page has it.
    pub user_id: Option<String>,
}

impl RecordFields {
    /// The names of Entrada's companion extension.
    pub fn companion() -> Self {
        Self {
            client_id: "clientId".into(),
            description: "description".into(),
            contact: Some("contactInformation".into()),
            state: "state".into(),
            user_id: Some("userId".into()),
        }
    }
}

/// A partner's API page as configured.
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
    /// Names of the fields.
    pub fields: RecordFields,
    /// Bound action that enables the record, where a change of the state is not wanted.
    pub action: Option<String>,
}

/// Where the page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collection {
    /// A custom API: publisher, group and version, and the entity set (business-central.md 1.1).
    Api([String; 3], String),
    /// A web service of this name (business-central.md 3.4).
    WebService(String),
    /// No page: the Business Central page around this one does it.
    Bridge,
}

/// A page over the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordApi {
    /// Where it is.
    pub collection: Collection,
    /// How it spells the fields.
    pub fields: RecordFields,
    /// Bound action that enables the record.
    pub action: Option<String>,
}

impl RecordApi {
    /// The partner's page.
    pub fn partner(api: &PartnerApi) -> Self {
        let place = [&api.publisher, &api.group, &api.version].map(Clone::clone);
        Self {
            collection: Collection::Api(place, api.entity_set.clone()),
            fields: api.fields.clone(),
            action: api.action.clone(),
        }
    }

    /// The bridge of the Business Central page around this one.
    pub fn bridge() -> Self {
        Self { collection: Collection::Bridge, fields: RecordFields::companion(), action: None }
    }

    /// True for the bridge.
    pub fn is_bridge(&self) -> bool {
        self.collection == Collection::Bridge
    }

    /// True for a page published as OData.
    pub fn is_odata(&self) -> bool {
        matches!(self.collection, Collection::WebService(_))
    }
}

impl Site {
    /// The page in one company. For OData the form `Company(Id={guid})` is the recommended one (business-central.md
    /// 1.1) and the only one a renamed company survives.
    fn collection(&self, api: &RecordApi, company: &str) -> String {
        let (mut address, set) = match &api.collection {
            Collection::Api(place, set) => {
                let place = place.each_ref().map(|part| url::encode(part)).join("/");
                ([&self.base, "/api/", &place, "/companies("].concat(), set)
            }
            Collection::WebService(service) => ([&self.base, "/ODataV4/Company(Id="].concat(), service),
            // Has no address; whoever asks it does not come here.
            Collection::Bridge => return String::new(),
        };
        for part in [&url::encode(company), ")/", &url::encode(set)] {
            address.push_str(part);
        }
        address
    }

    /// One record; guid keys are not quoted in OData version 4.
    fn record(&self, api: &RecordApi, company: &str, client_id: &str) -> String {
        [&self.collection(api, company), "(", &url::encode(client_id), ")"].concat()
    }

    /// Looks for a record. 404 means that the page is not there (business-central.md 3.3, 3.4).
    pub fn find_record(&self, api: &RecordApi, company: &str, client_id: &str) -> Request {
        if api.is_bridge() {
            return bridge::look(self, client_id);
        }
        let filter = ["?$filter=", &url::encode(&api.fields.client_id), "%20eq%20", &url::encode(client_id)].concat();
        get(self.collection(api, company) + &filter)
    }

    /// Whether the page is there at all.
    pub fn probe_records(&self, api: &RecordApi, company: &str) -> Request {
        if api.is_bridge() {
            return bridge::look(self, NOBODY);
        }
        get(self.collection(api, company) + "?$top=1")
    }

    /// Creates the record, disabled: enabling modifies the stored record, so it comes second (business-central.md
    /// 3.3). An empty contact is left out.
    pub fn create_record(
        &self,
        api: &RecordApi,
        company: &str,
        client_id: &str,
        description: &str,
        contact: &str,
    ) -> Request {
        if api.is_bridge() {
            return bridge::register(self, client_id, description, contact);
        }
        let fields = &api.fields;
        let contact_field = fields.contact.as_deref().filter(|_| !contact.is_empty());
        let mut members = vec![
            (fields.client_id.as_str(), Value::from(client_id)),
            (fields.description.as_str(), Value::from(description)),
        ];
        members.also(contact_field.map(|name| (name, Value::from(contact))));
        write(Method::Post, self.collection(api, company)).json(object(&mut members))
    }

    /// Enables the record, which creates the application user: by the page's action if it has one (its answer holds
    /// no record), else by changing the state. Without an etag whatever is stored is changed.
    pub fn enable_record(&self, api: &RecordApi, company: &str, client_id: &str, etag: Option<&str>) -> Request {
        if api.is_bridge() {
            return bridge::register(self, client_id, "", "");
        }
        let address = self.record(api, company, client_id);
        match &api.action {
            Some(action) => write(Method::Post, [&address, "/Microsoft.NAV.", &url::encode(action)].concat()),
            None => write(Method::Patch, address)
                .if_match(etag)
                .json(object(&mut [(api.fields.state.as_str(), Value::from("Enabled"))])),
        }
    }

    /// Disables the record again, as it was.
    pub fn disable_record(&self, api: &RecordApi, company: &str, client_id: &str) -> Request {
        if api.is_bridge() {
            return bridge::disable(self, client_id);
        }
        write(Method::Patch, self.record(api, company, client_id))
            .if_match(None)
            .json(object(&mut [(api.fields.state.as_str(), Value::from("Disabled"))]))
    }

    /// Removes the record, and with it the application user (business-central.md 3.1).
    pub fn delete_record(&self, api: &RecordApi, company: &str, client_id: &str, etag: Option<&str>) -> Request {
        if api.is_bridge() {
            return bridge::remove(self, client_id);
        }
        write(Method::Delete, self.record(api, company, client_id)).if_match(etag)
    }
}

fn record(fields: &RecordFields, node: &Node<'_>) -> Result<EntraRecord, Misread> {
    let user = fields.user_id.as_ref().and_then(|name| node.maybe(name));
    Ok(EntraRecord {
        client_id: node.string(&fields.client_id)?,
        description: node.shown(&fields.description),
        enabled: node.shown(&fields.state) == "Enabled",
        user_id: user.filter(|id| !id.is_empty() && !id.starts_with("00000000-0000")),
        etag: node.maybe("@odata.etag"),
    })
}

/// Records found.
pub fn read_records(api: &RecordApi, response: &Response) -> Result<Page<EntraRecord>, CallError> {
    if api.is_bridge() {
        return Ok((read_record(api, response)?.map_or_else(Vec::new, |record| vec![record]), None));
    }
    page(response, |node| record(&api.fields, node))
}

/// One record, as creating and changing answer it. `None` when the answer has no body, as that of an action, and when
/// the bridge says that there is none.
pub fn read_record(api: &RecordApi, response: &Response) -> Result<Option<EntraRecord>, CallError> {
    let value = success(response)?;
    if value.is_null() || (api.is_bridge() && value["recordId"].is_null()) {
        return Ok(None);
    }
    record(&api.fields, &Node::root(&value)).map(Some).map_err(CallError::Unreadable)
}
