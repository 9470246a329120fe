//! Facts: what is read before anything is planned. Each is asked once, again when what it depends on changes, and a
//! late answer to an old question is dropped by its generation.

mod ask;
mod take;

use super::finding::Finding;
use crate::protocol::business_central::{Company, EntraRecord, Environment, PermissionSet, User, UserPermission};
use crate::protocol::graph::{Application, CredentialPolicy, DirectoryRole, Grant, Organization, ServicePrincipal};

/// A fact and how far we are with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Lookup<T> {
    /// Not asked.
    #[default]
    Unasked,
    /// Asked.
    Asking,
    /// Known.
    Known(T),
    /// Asked in vain.
    Failed(Finding),
}

impl<T> Lookup<T> {
    /// The fact, if known.
    pub fn known(&self) -> Option<&T> {
        if let Self::Known(fact) = self { Some(fact) } else { None }
    }

    /// Why it is not known, if that is known.
    pub fn failed(&self) -> Option<&Finding> {
        if let Self::Failed(finding) = self { Some(finding) } else { None }
    }

    /// True before it was asked.
    pub fn is_unasked(&self) -> bool {
        matches!(self, Self::Unasked)
    }

    /// True until it is known or has failed.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Unasked | Self::Asking)
    }
}

/// About the person and the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Active directory roles; `None` when they could not be read.
    pub roles: Option<Vec<DirectoryRole>>,
    /// The tenant.
    pub organization: Option<Organization>,
    /// Business Central's service principal, if Business Central was ever activated.
    pub business_central: Option<ServicePrincipal>,
    /// This page's own service principal, which carries the publisher badge.
    pub page: Option<ServicePrincipal>,
}

/// About the application that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The registration; `None` for a vendor's, which lives in the vendor's tenant.
    pub application: Option<Application>,
    /// Client id.
    pub app_id: String,
    /// Its service principal here.
    pub service_principal: Option<ServicePrincipal>,
    /// Roles it holds.
    pub grants: Vec<Grant>,
}

/// About the record in Business Central.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordFact {
    /// The partner's API page answered; the record, if there is an application to have one.
    Readable(Option<EntraRecord>),
    /// There is no such page.
    NoPage,
}

/// The application's user in Business Central.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFact {
    /// The user.
    pub user: User,
    /// Its permission sets.
    pub permissions: Vec<UserPermission>,
}

/// Everything read.
#[derive(Debug, Default)]
pub struct Facts {
    /// Person and tenant.
    pub directory: Lookup<Directory>,
    /// The application; `Known(None)` when it does not exist.
    pub registered: Lookup<Option<Registered>>,
    /// Applications with the wanted display name.
    pub namesakes: Lookup<Vec<Application>>,
    /// The tenant's credential policy; only asked on demand.
    pub policy: Lookup<CredentialPolicy>,
    /// Environments.
    pub environments: Lookup<Vec<Environment>>,
    /// Companies of the environment.
    pub companies: Lookup<Vec<Company>>,
    /// Permission sets of the environment.
    pub sets: Lookup<Vec<PermissionSet>>,
    /// The record.
    pub record: Lookup<RecordFact>,
    /// The user.
    pub user: Lookup<Option<UserFact>>,
    application_generation: u64,
    site_generation: u64,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// Person, tenant, application and namesakes in one batch.
    Everything { generation: u64 },
    /// Application and namesakes again.
    Application { generation: u64 },
    /// Service principal and grants of an application that exists.
    Details { generation: u64, found: Box<Option<Application>>, app_id: String },
    /// The credential policy.
    Policy,
    /// Environments from the admin center.
    AdminEnvironments,
    /// Environments from the smaller list, with the finding of the first.
    UserEnvironments { first: Box<Finding> },
    /// Companies, page by page.
    Companies { generation: u64, so_far: Vec<Company>, next: Option<String> },
    /// Permission sets, page by page.
    Sets { generation: u64, so_far: Vec<PermissionSet>, next: Option<String> },
    /// The record, or whether there is a page for it.
    Record { generation: u64 },
    /// The user by name or id.
    User { generation: u64 },
    /// The user's permission sets.
    Permissions { generation: u64, user: Box<User>, so_far: Vec<UserPermission>, next: Option<String> },
}
