//! Facts: what is read before anything is planned. Each is asked once, again when what it depends on changes, and a
//! late answer to an old question is dropped by its generation.

mod ask;
mod take;

pub(super) use ask::is_retired;

use super::finding::Finding;
use crate::protocol::business_central::{
    AuthorizedApp, Company, EntraRecord, Environment, PermissionSet, RecordApi, User, UserPermission,
};
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
    /// A page over the record answered; the record, if there is an application to have one.
    Readable(Option<EntraRecord>),
    /// There is no such page.
    NoPage,
}

impl RecordFact {
    /// The record, if a page shows one.
    pub fn record(&self) -> Option<&EntraRecord> {
        if let Self::Readable(record) = self { record.as_ref() } else { None }
    }
}

/// The application's user in Business Central.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFact {
    /// The user.
    pub user: User,
    /// Its permission sets.
    pub permissions: Vec<UserPermission>,
}

/// Everything read of one chosen environment.
#[derive(Debug)]
pub struct SiteFacts {
    /// Its name.
    pub environment: String,
    /// Answers to questions that carry another number belong to something that is no longer meant.
    number: u64,
    /// Companies.
    pub companies: Lookup<Vec<Company>>,
    /// Permission sets.
    pub sets: Lookup<Vec<PermissionSet>>,
    /// Whether the Business Central page around this one answered for this environment.
    pub bridge: Lookup<bool>,
    /// Whether the partner's API page is there.
    pub partner: Lookup<bool>,
    /// The page published as OData, if any.
    pub odata: Lookup<Option<RecordApi>>,
    /// Whether configuration packages may be read, and the id of one that an interrupted run left behind; only asked
    /// when that route is chosen.
    pub packages: Lookup<Option<String>>,
    /// The record.
    pub record: Lookup<RecordFact>,
    /// The user.
    pub user: Lookup<Option<UserFact>>,
}

impl SiteFacts {
    fn new(environment: &str, number: u64) -> Self {
        Self {
            environment: environment.to_owned(),
            number,
            companies: Lookup::Unasked,
            sets: Lookup::Unasked,
            bridge: Lookup::Unasked,
            partner: Lookup::Unasked,
            odata: Lookup::Unasked,
            packages: Lookup::Unasked,
            record: Lookup::Unasked,
            user: Lookup::Unasked,
        }
    }

    /// Id of a company through which the automation API is addressed; any will do.
    pub(in crate::flow) fn any_company(&self) -> Option<&str> {
        self.companies.known()?.first().map(|company| company.id.as_str())
    }

    /// The record, if one was read.
    pub fn known_record(&self) -> Option<&EntraRecord> {
        self.record.known()?.record()
    }

    /// True when the record is enabled and the user it should have is disabled or gone.
    pub fn user_is_lost(&self) -> bool {
        let there = |fact: &UserFact| fact.user.enabled;
        self.known_record().is_some_and(|record| record.enabled)
            && self.user.known().is_some_and(|user| !user.as_ref().is_some_and(there))
    }

    /// Forgets what depends on the application; questions under way are dropped with the old number, so those that
    /// do not depend on it are asked again.
    fn reread(&mut self, number: u64) {
        self.number = number;
        self.record = Lookup::Unasked;
        self.user = Lookup::Unasked;
        self.packages = Lookup::Unasked;
        for_reasking(&mut self.companies);
        for_reasking(&mut self.sets);
        for_reasking(&mut self.bridge);
        for_reasking(&mut self.partner);
        for_reasking(&mut self.odata);
    }
}

fn for_reasking<T>(lookup: &mut Lookup<T>) {
    if matches!(lookup, Lookup::Asking) {
        *lookup = Lookup::Unasked;
    }
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
    /// Client ids that may use the admin center API; only asked when that role is chosen.
    pub admin_apps: Lookup<Vec<AuthorizedApp>>,
    /// Chosen environments, in the order they were chosen.
    pub sites: Vec<SiteFacts>,
    application_generation: u64,
    /// Which reading of person and tenant is the last.
    round: u64,
    /// The last number given to a site.
    numbers: u64,
}

impl Facts {
    /// What was read of an environment.
    pub fn site(&self, environment: &str) -> Option<&SiteFacts> {
        self.sites.iter().find(|site| site.environment == environment)
    }

    fn site_numbered(&mut self, number: u64) -> Option<&mut SiteFacts> {
        self.sites.iter_mut().find(|site| site.number == number)
    }

    /// An environment as the list shows it.
    pub fn listed(&self, environment: &str) -> Option<&Environment> {
        self.environments.known()?.iter().find(|it| it.name == environment)
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Makes the sites be the chosen ones; what was read of those that stay is kept.
    pub(in crate::flow) fn choose(&mut self, environments: &[String]) {
        let same = self.sites.iter().map(|site| &site.environment).eq(environments.iter());
        if same {
            return;
        }
        let mut before = std::mem::take(&mut self.sites);
        for environment in environments {
            let kept = before.iter().position(|site| &site.environment == environment);
            let site = match kept {
                Some(place) => before.swap_remove(place),
                None => SiteFacts::new(environment, self.next_number()),
            };
            self.sites.push(site);
        }
    }
}

/// What is asked. `site` is the number of the environment's facts.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// Person, tenant, application and namesakes in one batch. Another preset or name makes its application an old one, but
    /// not what it says about person and tenant, which nobody would ask again.
    Everything { round: u64, generation: u64 },
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
    /// Applications that may use the admin center API.
    AdminApps,
    /// Something about one environment.
    Site { site: u64, about: About },
}

/// What is asked about an environment.
#[derive(Debug, Clone)]
pub(crate) enum About {
    /// Companies, page by page.
    Companies { so_far: Vec<Company>, next: Option<String> },
    /// Permission sets, page by page.
    Sets { so_far: Vec<PermissionSet>, next: Option<String> },
    /// The record, through the bridge of the page around.
    Bridge,
    /// Whether the partner's page is there, and the record on it.
    Partner,
    /// Which pages are published as OData.
    Metadata,
    /// The record on the page published as OData.
    Record,
    /// Whether configuration packages may be read, and whether one of ours is there.
    Packages,
    /// The user by name or id.
    User,
    /// The user's permission sets.
    Permissions { user: Box<User>, so_far: Vec<UserPermission>, next: Option<String> },
}
