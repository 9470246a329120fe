//! Pages whose names somebody chose: a partner's API page on table 9012, and pages published as web services.
//! Plain data, open to tests that arrange a situation.

use serde::{Deserialize, Serialize};

use super::model::Environment;

/// The fields of table 9012 a page shows, by the names it gives them. A field without a name is not on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordNames {
    /// System id of the row.
    pub system_id: Option<String>,
    /// Client id, the table's key.
    pub client_id: String,
    /// Becomes the user name.
    pub description: String,
    /// Whom to ask.
    pub contact_information: Option<String>,
    /// Enabled or disabled.
    pub state: Option<String>,
    /// The user made for the application.
    pub user_id: Option<String>,
    /// The note about consent.
    pub permission_granted: Option<String>,
    /// Extension that owns the record.
    pub app_id: Option<String>,
    /// Name of that extension.
    pub app_name: Option<String>,
    /// Name of the user, a variable of the card.
    pub user_name: Option<String>,
    /// Telemetry id of the user, a variable of card and list.
    pub user_telemetry_id: Option<String>,
}

impl Default for RecordNames {
    /// The names of the partner page the page of this project expects (`business-central.md` 3.3).
    fn default() -> Self {
        let named = |name: &str| Some(name.to_owned());
        Self {
            system_id: None,
            client_id: "clientId".to_owned(),
            description: "description".to_owned(),
            contact_information: named("contactInformation"),
            state: named("state"),
            user_id: named("userId"),
            permission_granted: named("permissionGranted"),
            app_id: None,
            app_name: None,
            user_name: None,
            user_telemetry_id: None,
        }
    }
}

impl RecordNames {
    /// Page 9861 as OData shows it: its controls' names with underscores for spaces (`business-central.md` 3.4; controls of
    /// `BASE:System/AadApplication/AADApplicationCard.Page.al`).
    pub fn card() -> Self {
        let named = |name: &str| Some(name.to_owned());
        Self {
            system_id: None,
            client_id: "Client_Id".to_owned(),
            description: "Description".to_owned(),
            contact_information: named("Contact_Information"),
            state: named("State"),
            user_id: named("User_ID"),
            permission_granted: None,
            app_id: named("App_ID"),
            app_name: named("App_Name"),
            user_name: named("User_name"),
            user_telemetry_id: named("User_Telemetry_Id"),
        }
    }

    /// Page 9860. Its key control is called "Client ID", unlike the card's (`…/AADApplicationList.Page.al`).
    pub fn list() -> Self {
        let named = |name: &str| Some(name.to_owned());
        Self {
            client_id: "Client_ID".to_owned(),
            description: "Description".to_owned(),
            state: named("State"),
            user_telemetry_id: named("User_Telemetry_Id"),
            system_id: None,
            contact_information: None,
            user_id: None,
            permission_granted: None,
            app_id: None,
            app_name: None,
            user_name: None,
        }
    }
}

/// A partner's API page on table 9012 (`business-central.md` 3.3, a1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PartnerPage {
    /// `APIPublisher`.
    pub publisher: String,
    /// `APIGroup`.
    pub group: String,
    /// `APIVersion`.
    pub version: String,
    /// `EntitySetName`.
    pub entity_set: String,
    /// `EntityName`.
    pub entity: String,
    /// Whether the system id is the key in addresses, not the client id.
    pub keyed_by_system_id: bool,
    /// Its properties.
    pub names: RecordNames,
    /// Bound action that enables the record, with its namespace: `Microsoft.NAV.enable`.
    pub action: Option<String>,
}

impl Default for PartnerPage {
    fn default() -> Self {
        Self {
            publisher: "entrada".to_owned(),
            group: "setup".to_owned(),
            version: "v1.0".to_owned(),
            entity_set: "entraApplications".to_owned(),
            entity: "entraApplication".to_owned(),
            keyed_by_system_id: false,
            names: RecordNames::default(),
            action: None,
        }
    }
}

/// A row of the page "Web Services": something published as OData.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebService {
    /// Object id of the page: 9861 is the card of table 9012, 9860 its list.
    pub page: u32,
    /// Service name, the entity set in addresses.
    pub service: String,
    /// Publisher of the app the page comes from.
    #[serde(default = "microsoft")]
    pub publisher: String,
    /// Whether it is switched on.
    #[serde(default = "on")]
    pub published: bool,
}

fn microsoft() -> String {
    "Microsoft".to_owned()
}

fn on() -> bool {
    true
}

/// From here on pages of Microsoft's own apps are no OData endpoints any more (`business-central.md` 0.3).
pub const ODATA_ENDS: u32 = 30;

impl Environment {
    /// The pages OData shows in this version.
    pub fn odata_pages(&self) -> impl Iterator<Item = &WebService> {
        let retired = self.version[0] >= ODATA_ENDS;
        self.web_services.iter().filter(move |page| page.published && !(retired && page.publisher == "Microsoft"))
    }
}
