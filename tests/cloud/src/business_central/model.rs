//! What the stand-in remembers of Business Central: plain data without rules, open to tests that arrange a situation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::packages::ConfigPackage;
use super::pages::{PartnerPage, RecordNames, WebService};
use super::seed::PARTNER_EXTENSION;

/// Business Central of one tenant.
#[derive(Clone, Debug, Serialize)]
pub struct BcTenant {
    /// Tenant id.
    pub id: Uuid,
    /// Domains that may stand for the id in addresses (`business-central.md` 1.1).
    pub domains: Vec<String>,
    /// Its environments, in the order the admin center lists them.
    pub environments: Vec<Environment>,
    /// Applications allowed to call the admin API (`business-central.md` 1.2).
    pub authorized_apps: Vec<Uuid>,
}

/// Production or sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EnvironmentKind {
    /// Real books.
    Production,
    /// A place to try things.
    Sandbox,
}

/// Environment status as the admin API words it (`business-central.md` 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvironmentStatus {
    /// Not ready yet.
    NotReady,
    /// Going away for good.
    Removing,
    /// Being made.
    Preparing,
    /// In use.
    Active,
    /// Getting a new version.
    Upgrading,
    /// Could not be made.
    CreatingFailed,
    /// Could not be removed.
    RemovingFailed,
    /// Being deleted.
    SoftDeleting,
    /// Could not be deleted.
    SoftDeletingFailed,
    /// Deleted, can be recovered for a while.
    SoftDeleted,
    /// Being recovered.
    Recovering,
    /// Could not be recovered.
    RecoveringFailed,
}

/// One environment.
#[derive(Clone, Debug, Serialize)]
pub struct Environment {
    /// Name, compared without case.
    pub name: String,
    /// Production or sandbox.
    pub kind: EnvironmentKind,
    /// Whether it can be used.
    pub status: EnvironmentStatus,
    /// Country code; it also decides the language of messages when the caller asks for none.
    pub country: String,
    /// Version: major, minor, build, revision.
    pub version: [u32; 4],
    /// Whether the partner extension with the `entraApplications` API page is installed.
    pub partner_extension_installed: bool,
    /// The shape of that API page.
    pub partner_page: PartnerPage,
    /// Pages published as web services.
    pub web_services: Vec<WebService>,
    /// Whether page 9861 refuses writes to what its variable makes editable only once a record is shown
    /// (`business-central.md` 3.4); its state can always be changed.
    pub odata_read_only: bool,
    /// Property names of page 9861; they are not established for every version (`business-central.md` 10).
    pub odata_card: RecordNames,
    /// Rows of one answer, when fewer than the service's own limit.
    pub page_rows: Option<usize>,
    /// Configuration packages of every company.
    pub packages: Vec<ConfigPackage>,
    /// Its companies.
    pub companies: Vec<Company>,
    /// Its users, application users included.
    pub users: Vec<User>,
    /// Which user holds which permission set where.
    pub access_control: Vec<AccessControl>,
    /// The permission sets that exist.
    pub permission_sets: Vec<PermissionSet>,
    /// Table 9012: the Microsoft Entra application records.
    pub entra_applications: Vec<EntraApplication>,
    /// Published extensions.
    pub extensions: Vec<Extension>,
}

/// One company.
#[derive(Clone, Debug, Serialize)]
pub struct Company {
    /// Company id, the key in addresses.
    pub id: Uuid,
    /// Name, at most 30 characters, the key in access control.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Whether it is a trial company.
    pub evaluation: bool,
}

/// Enabled or disabled, for users and for application records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// May sign in.
    Enabled,
    /// May not.
    Disabled,
}

impl State {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
        }
    }

    /// Reads the word in JSON.
    pub fn read(word: &str) -> Option<Self> {
        match word {
            "Enabled" => Some(Self::Enabled),
            "Disabled" => Some(Self::Disabled),
            _ => None,
        }
    }
}

/// Licence type of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "snake_case"))]
pub enum License {
    /// A licensed person.
    FullUser,
    /// A person with a licence that only reads most things.
    LimitedUser,
    /// A device everybody shares.
    DeviceOnlyUser,
    /// An accountant from outside.
    ExternalAccountant,
    /// An administrator of the tenant without a licence, made at first sign-in.
    InternalAdministrator,
    /// A partner with delegated administration, made at first sign-in.
    ExternalAdministrator,
    /// Made for an outside caller by the platform; never listed (`business-central.md` 2).
    ExternalUser,
    /// An application.
    Application,
}

/// One user of an environment.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// User security id.
    pub security_id: Uuid,
    /// User name, a Code field: upper case, unique.
    pub user_name: String,
    /// Full name.
    pub full_name: String,
    /// Enabled or disabled.
    pub state: State,
    /// End of validity in milliseconds since 1970; `None` for never.
    pub expires_at_ms: Option<u64>,
    /// Contact e-mail.
    pub contact_email: String,
    /// Licence type.
    pub license: License,
    /// The person's object id in Entra.
    pub oid: Option<Uuid>,
    /// The application's client id, for application users.
    pub application_id: Option<Uuid>,
}

/// Where a permission set comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Scope {
    /// Shipped with an extension.
    System,
    /// Made by a user.
    Tenant,
}

impl Scope {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Tenant => "Tenant",
        }
    }

    /// Reads the word in JSON.
    pub fn read(word: &str) -> Option<Self> {
        match word {
            "System" => Some(Self::System),
            "Tenant" => Some(Self::Tenant),
            _ => None,
        }
    }
}

/// One assignment of a permission set to a user.
#[derive(Clone, Debug, Serialize)]
pub struct AccessControl {
    /// System id of the row.
    pub id: Uuid,
    /// User security id.
    pub user: Uuid,
    /// Role id of the permission set.
    pub role_id: String,
    /// Company name; empty means all companies.
    pub company: String,
    /// Extension the permission set comes from; zero for sets made by users and for the platform's own.
    pub app_id: Uuid,
    /// Where the permission set comes from.
    pub scope: Scope,
}

/// A part of Business Central a permission set can open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Area {
    /// Every object.
    Everything,
    /// Every business table.
    BusinessData,
    /// Customers.
    Customers,
    /// Items.
    Items,
    /// Vendors.
    Vendors,
    /// Sales orders.
    SalesOrders,
    /// The pages of the automation API for an application caller.
    Automation,
    /// Users and their permission sets.
    Users,
    /// Table 9012.
    EntraApplications,
    /// Extension management.
    Extensions,
    /// The tables of configuration packages.
    ConfigurationPackages,
}

/// How far a permission set opens an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Right {
    /// Look.
    Read,
    /// Look and change.
    Write,
}

/// One permission set.
#[derive(Clone, Debug, Serialize)]
pub struct PermissionSet {
    /// Role id, at most 20 characters, upper case in the table's own ordering but shown as written.
    pub role_id: String,
    /// Name for people.
    pub name: String,
    /// Extension it comes from; zero for sets made by users and for the platform's own.
    pub app_id: Uuid,
    /// Name of that extension.
    pub extension_name: String,
    /// Where it comes from.
    pub scope: Scope,
    /// What it opens.
    pub opens: Vec<(Area, Right)>,
}

/// One row of table 9012 (`business-central.md` 3.1).
#[derive(Clone, Debug, Serialize)]
pub struct EntraApplication {
    /// Client id, the key.
    pub client_id: Uuid,
    /// Becomes the user name; at most 50 characters.
    pub description: String,
    /// At most 50 characters.
    pub contact_information: String,
    /// Whether the application may come in.
    pub state: State,
    /// The user made for it; zero before.
    pub user_id: Uuid,
    /// A note the card sets after consent, nothing more.
    pub permission_granted: bool,
    /// Extension that owns the record; zero for none.
    pub app_id: Uuid,
    /// Name of that extension.
    pub app_name: String,
}

impl EntraApplication {
    /// A fresh row: disabled, without a user.
    pub fn new(client_id: Uuid) -> Self {
        Self {
            client_id,
            description: String::new(),
            contact_information: String::new(),
            state: State::Disabled,
            user_id: Uuid::nil(),
            permission_granted: false,
            app_id: Uuid::nil(),
            app_name: String::new(),
        }
    }

    /// System id of the row.
    pub fn system_id(&self) -> Uuid {
        Uuid::new_v5(&self.client_id, b"AAD Application")
    }
}

/// One published extension.
#[derive(Clone, Debug, Serialize)]
pub struct Extension {
    /// Package id, the key.
    pub package_id: Uuid,
    /// Extension id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Publisher.
    pub publisher: String,
    /// Version: major, minor, build, revision.
    pub version: [u32; 4],
    /// Whether it is installed.
    pub installed: bool,
}

impl BcTenant {
    /// An environment by name, without case.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.eq_ignore_ascii_case(name))
    }

    /// An environment by name, without case, to change it.
    pub fn environment_mut(&mut self, name: &str) -> Option<&mut Environment> {
        self.environments.iter_mut().find(|environment| environment.name.eq_ignore_ascii_case(name))
    }
}

impl Environment {
    /// A user by security id.
    pub fn user(&self, security_id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.security_id == security_id)
    }

    /// The application record of a client id.
    pub fn entra_application(&self, client_id: Uuid) -> Option<&EntraApplication> {
        self.entra_applications.iter().find(|record| record.client_id == client_id)
    }

    /// The application record of a client id, to change it.
    pub fn entra_application_mut(&mut self, client_id: Uuid) -> Option<&mut EntraApplication> {
        self.entra_applications.iter_mut().find(|record| record.client_id == client_id)
    }

    /// The user of an application: same application id and licence type Application (`business-central.md` 3.1).
    pub fn application_user(&self, client_id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.license == License::Application && user.application_id == Some(client_id))
    }

    /// The permission set an assignment points at.
    pub fn permission_set(&self, assignment: &AccessControl) -> Option<&PermissionSet> {
        self.available_sets().find(|set| {
            set.role_id.eq_ignore_ascii_case(&assignment.role_id)
                && set.app_id == assignment.app_id
                && set.scope == assignment.scope
        })
    }

    /// The permission sets there are: those of an extension only while it is installed (`business-central.md` 2).
    pub fn available_sets(&self) -> impl Iterator<Item = &PermissionSet> {
        self.permission_sets.iter().filter(|set| self.is_installed(set.app_id))
    }

    /// Whether an extension is installed; no extension at all always is.
    pub fn is_installed(&self, app_id: Uuid) -> bool {
        if app_id == PARTNER_EXTENSION {
            return self.partner_extension_installed;
        }
        app_id.is_nil() || self.extensions.iter().any(|extension| extension.id == app_id && extension.installed)
    }

    /// Assignments of a user.
    pub fn assignments(&self, security_id: Uuid) -> impl Iterator<Item = &AccessControl> {
        self.access_control.iter().filter(move |row| row.user == security_id)
    }

    /// Removes a user with every assignment.
    pub fn remove_user(&mut self, security_id: Uuid) {
        self.users.retain(|user| user.security_id != security_id);
        self.access_control.retain(|row| row.user != security_id);
    }
}
