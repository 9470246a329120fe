//! The seeded environments: who is a user where, which permission sets exist and what they open.
//!
//! Tenants and people are those of `crate::seed`. Ids follow from names, so they are the same at every start.

use uuid::{Uuid, uuid};

use super::model::{
    AccessControl, Area, BcTenant, Company, Environment, EnvironmentKind, EnvironmentStatus, Extension, License,
    PermissionSet, Right, Scope, State, User,
};
use super::pages::{PartnerPage, RecordNames, WebService};
use crate::ids::Ids;
use crate::seed::{self, SeedPerson};

/// No extension: SUPER belongs to the platform, and sets made by users belong to nobody.
pub const PLATFORM: Uuid = Uuid::nil();
/// The Base Application (`business-central.md` 2.1).
pub const BASE_APPLICATION: Uuid = uuid!("437dbf0e-84ff-417a-965d-ed2bb9650972");
/// The System Application.
pub const SYSTEM_APPLICATION: Uuid = uuid!("63ca2fa4-4f03-4f2b-a480-172fef340d3f");
/// NaviPartner's extension (an id of our own choosing).
pub const NAVIPARTNER_EXTENSION: Uuid = uuid!("b0000000-0000-4000-8000-00000000a001");
/// An extension that ships a permission set of the same name as one a user made.
pub const WEBSHOP_EXTENSION: Uuid = uuid!("b0000000-0000-4000-8000-00000000a002");
/// The partner extension with the `entraApplications` API page (`business-central.md` 3.3).
pub const PARTNER_EXTENSION: Uuid = uuid!("b0000000-0000-4000-8000-00000000a003");
/// The permission set that exists twice, from an extension and made by a user.
pub const AMBIGUOUS_SET: &str = "WEBSHOP API";

/// A stable id for a name below another id.
fn named(parent: Uuid, name: &str) -> Uuid {
    Uuid::new_v5(&parent, name.as_bytes())
}

/// Every tenant that has Business Central.
pub(super) fn tenants(ids: &mut Ids) -> Vec<BcTenant> {
    use EnvironmentKind::{Production, Sandbox};
    let domains = |domain: &str, initial: &str| vec![domain.to_owned(), initial.to_owned()];
    let cronus_companies = ["CRONUS International Ltd.", "CRONUS Danmark A/S"];
    let cronus_users: [(&SeedPerson, &str); 3] =
        [(&seed::ADA, "SUPER"), (&seed::BEA, "SUPER"), (&seed::OMAR, "D365 BUS FULL ACCESS")];

    // Spring 2026 brought the read pages; the sandbox is older and has none (`business-central.md` 2).
    let mut production = environment(seed::CRONUS, "Production", Production, "DK", [28, 3, 44_512, 0]);
    production.partner_extension_installed = true;
    let mut sandbox = environment(seed::CRONUS, "Sandbox", Sandbox, "DK", [27, 5, 41_307, 0]);
    for environment in [&mut production, &mut sandbox] {
        add_companies(environment, seed::CRONUS, &cronus_companies);
        add_people(environment, seed::CRONUS, &cronus_users, ids);
    }
    let hidden = external_user(&production, seed::CRONUS);
    production.users.push(hidden);
    let mut archive = environment(seed::CRONUS, "Archive", Sandbox, "DK", [27, 5, 41_307, 0]);
    archive.status = EnvironmentStatus::SoftDeleted;

    let mut fabrikam = environment(seed::FABRIKAM, "Production", Production, "US", [28, 3, 44_512, 0]);
    add_companies(&mut fabrikam, seed::FABRIKAM, &["Fabrikam Ltd."]);
    add_people(&mut fabrikam, seed::FABRIKAM, &[(&seed::GUS, "SUPER")], ids);

    vec![
        BcTenant {
            id: seed::CRONUS,
            domains: domains(seed::CRONUS_DOMAIN, "cronusint.onmicrosoft.com"),
            environments: vec![production, sandbox, archive],
            authorized_apps: Vec::new(),
        },
        BcTenant {
            id: seed::FABRIKAM,
            domains: domains(seed::FABRIKAM_DOMAIN, "fabrikam.onmicrosoft.com"),
            environments: vec![fabrikam],
            authorized_apps: Vec::new(),
        },
    ]
}

fn environment(tenant: Uuid, name: &str, kind: EnvironmentKind, country: &str, version: [u32; 4]) -> Environment {
    Environment {
        name: name.to_owned(),
        kind,
        status: EnvironmentStatus::Active,
        country: country.to_owned(),
        version,
        partner_extension_installed: false,
        partner_page: PartnerPage::default(),
        web_services: web_services(),
        odata_read_only: false,
        odata_card: RecordNames::card(),
        page_rows: None,
        packages: Vec::new(),
        companies: Vec::new(),
        users: Vec::new(),
        access_control: Vec::new(),
        permission_sets: permission_sets(),
        entra_applications: Vec::new(),
        extensions: extensions(named(tenant, name), version),
    }
}

/// What is published before anybody thinks of applications: metadata is never only about them.
fn web_services() -> Vec<WebService> {
    let published = |page, service: &str, publisher: &str| WebService {
        page,
        service: service.to_owned(),
        publisher: publisher.to_owned(),
        published: true,
    };
    vec![
        published(21, "CustomerCard", "Microsoft"),
        published(30, "ItemCard", "Microsoft"),
        published(6_014_400, "RetailItems", "NaviPartner"),
        WebService { published: false, ..published(26, "VendorCard", "Microsoft") },
    ]
}

fn add_companies(environment: &mut Environment, tenant: Uuid, names: &[&str]) {
    let parent = named(tenant, &environment.name);
    environment.companies.extend(names.iter().map(|name| Company {
        id: named(parent, name),
        name: (*name).to_owned(),
        display_name: (*name).to_owned(),
        evaluation: false,
    }));
}

fn add_people(environment: &mut Environment, tenant: Uuid, people: &[(&SeedPerson, &str)], ids: &mut Ids) {
    let parent = named(tenant, &environment.name);
    for (person, role_id) in people {
        let security_id = named(parent, person.upn);
        let short = person.upn.split('@').next().unwrap_or(person.upn);
        environment.users.push(User {
            security_id,
            user_name: short.to_uppercase(),
            full_name: person.name.to_owned(),
            state: State::Enabled,
            expires_at_ms: None,
            contact_email: person.upn.to_owned(),
            license: License::FullUser,
            oid: Some(person.oid),
            application_id: None,
        });
        let found = environment.permission_sets.iter().find(|set| set.role_id == *role_id);
        environment.access_control.extend(found.map(|set| AccessControl {
            id: ids.uuid(),
            user: security_id,
            role_id: set.role_id.clone(),
            company: String::new(),
            app_id: set.app_id,
            scope: set.scope,
        }));
    }
}

/// A user the listing hides (`business-central.md` 2).
fn external_user(environment: &Environment, tenant: Uuid) -> User {
    User {
        security_id: named(named(tenant, &environment.name), "external"),
        user_name: "EXTERNAL ACCOUNTING".to_owned(),
        full_name: "External accounting service".to_owned(),
        state: State::Enabled,
        expires_at_ms: None,
        contact_email: String::new(),
        license: License::ExternalUser,
        oid: None,
        application_id: None,
    }
}

fn extensions(parent: Uuid, version: [u32; 4]) -> Vec<Extension> {
    [
        (SYSTEM_APPLICATION, "System Application", "Microsoft"),
        (BASE_APPLICATION, "Base Application", "Microsoft"),
        (NAVIPARTNER_EXTENSION, "NP Retail", "NaviPartner"),
        (WEBSHOP_EXTENSION, "Webshop Connector", "Contoso"),
        (PARTNER_EXTENSION, "Entrada Setup", "Entrada"),
    ]
    .into_iter()
    .map(|(id, name, publisher)| Extension {
        package_id: named(parent, name),
        id,
        name: name.to_owned(),
        publisher: publisher.to_owned(),
        version: if publisher == "Microsoft" { version } else { [1, 4, 0, 0] },
        installed: true,
    })
    .collect()
}

/// What a set opens, in short.
type Opens = &'static [(Area, Right)];
/// Role ids and names with what they open.
type Sets = &'static [(&'static str, &'static str, Opens)];

const ALL: Opens = &[(Area::Everything, Right::Write)];
/// Full business access reaches configuration packages through D365 SETUP, reading access looks at them
/// (`business-central.md` 2).
const DATA: Opens =
    &[(Area::BusinessData, Right::Write), (Area::Users, Right::Read), (Area::ConfigurationPackages, Right::Write)];
const LOOK: Opens =
    &[(Area::BusinessData, Right::Read), (Area::Users, Right::Read), (Area::ConfigurationPackages, Right::Read)];
const PACKAGES: Opens = &[(Area::ConfigurationPackages, Right::Write)];
const NOTHING: Opens = &[];
const SECURITY: Opens = &[(Area::Users, Right::Write), (Area::EntraApplications, Right::Write)];
/// D365 AUTOMATION holds every right on table 9012 (`business-central.md` 3.2).
const AUTOMATION: Opens =
    &[(Area::Automation, Right::Write), (Area::Users, Right::Read), (Area::EntraApplications, Right::Write)];
const EXTENSIONS: Opens = &[(Area::Extensions, Right::Write)];
const CUSTOMERS: Opens = &[(Area::Customers, Right::Read)];
const CUSTOMERS_EDIT: Opens = &[(Area::Customers, Right::Write)];
const ITEMS: Opens = &[(Area::Items, Right::Read)];
const ITEMS_EDIT: Opens = &[(Area::Items, Right::Write)];
const VENDORS: Opens = &[(Area::Vendors, Right::Read)];
const VENDORS_EDIT: Opens = &[(Area::Vendors, Right::Write)];
const SALES: Opens = &[(Area::SalesOrders, Right::Read), (Area::Customers, Right::Read), (Area::Items, Right::Read)];
const SALES_EDIT: Opens =
    &[(Area::SalesOrders, Right::Write), (Area::Customers, Right::Read), (Area::Items, Right::Read)];

const BASE_SETS: Sets = &[
    ("D365 ACC. PAYABLE", "Dyn. 365 Accounts payable", VENDORS_EDIT),
    ("D365 ACC. RECEIVABLE", "Dyn. 365 Accounts receivable", CUSTOMERS_EDIT),
    ("D365 ASSEMBLY, EDIT", "Dynamics 365 Assembly Edit", ITEMS_EDIT),
    ("D365 ASSEMBLY, VIEW", "Dynamics 365 Assembly View", ITEMS),
    ("D365 AUTOMATION", "Dynamics 365 Automation", AUTOMATION),
    ("D365 BACKUP/RESTORE", "Backup or restore database", NOTHING),
    ("D365 BANKING", "Dynamics 365 Banking", NOTHING),
    ("D365 BASIC", "Dynamics 365 Basic access", NOTHING),
    ("D365 BASIC ISV", "Dyn. 365 Basic ISV Access", NOTHING),
    ("D365 BUS FULL ACCESS", "Dyn. 365 Full Business Acc.", DATA),
    ("D365 BUS PREMIUM", "Dyn. 365 Prem. Business Acc.", DATA),
    ("D365 CASH FLOW", "Dynamics 365 Cash Flow", NOTHING),
    ("D365 COMPANY HUB", "Dynamics 365 Company Hub", NOTHING),
    ("D365 CUSTOMER, EDIT", "Dyn. 365 Edit customers", CUSTOMERS_EDIT),
    ("D365 CUSTOMER, VIEW", "Dyn. 365 View customers", CUSTOMERS),
    ("D365 EXTENSION MGT", "Dyn. 365 Extension mgt. (old)", NOTHING),
    ("D365 FA, EDIT", "Dyn. 365 Edit fixed assets", NOTHING),
    ("D365 FA, VIEW", "Dyn. 365 View fixed assets", NOTHING),
    ("D365 FINANCIAL REP.", "Dyn. 365 Financial reports", NOTHING),
    ("D365 FULL ACCESS", "Dynamics 365 Full access", DATA),
    ("D365 GLOBAL DIM MGT", "Global dimensions management", NOTHING),
    ("D365 HR, EDIT", "Dyn. 365 Edit human resources", NOTHING),
    ("D365 HR, VIEW", "Dyn. 365 View human resources", NOTHING),
    ("D365 INV DOC, CREATE", "Dyn. 365 Create inventory doc", ITEMS_EDIT),
    ("D365 INV, SETUP", "Dyn. 365 Inventory setup", ITEMS_EDIT),
    ("D365 ITEM AVAIL CALC", "Dyn. 365 Item availability", ITEMS),
    ("D365 ITEM, EDIT", "Dyn. 365 Edit items", ITEMS_EDIT),
    ("D365 ITEM, VIEW", "Dyn. 365 View items", ITEMS),
    ("D365 JOBS, EDIT", "Dyn. 365 Edit projects", NOTHING),
    ("D365 JOBS, VIEW", "Dyn. 365 View projects", NOTHING),
    ("D365 JOURNALS, EDIT", "Dyn. 365 Edit journals", NOTHING),
    ("D365 JOURNALS, POST", "Dyn. 365 Post journals", NOTHING),
    ("D365 MONITOR FIELDS", "Monitored field changes", NOTHING),
    ("D365 OPPORTUNITY MGT", "Dyn. 365 Opportunities", CUSTOMERS),
    ("D365 PURCH DOC, EDIT", "Dyn. 365 Edit purchase doc.", VENDORS),
    ("D365 PURCH DOC, POST", "Dyn. 365 Post purchase doc.", VENDORS),
    ("D365 RAPIDSTART", "Dynamics 365 RapidStart", PACKAGES),
    ("D365 READ", "Dynamics 365 Read access", LOOK),
    ("D365 SALES DOC, EDIT", "Dyn. 365 Edit sales doc.", SALES_EDIT),
    ("D365 SALES DOC, POST", "Dyn. 365 Post sales doc.", SALES_EDIT),
    ("D365 SALES DOC, VIEW", "Dyn. 365 View sales doc.", SALES),
    ("D365 SETUP", "Dynamics 365 Company setup", PACKAGES),
    ("D365 SNAPSHOT DEBUG", "Snapshot debugging", NOTHING),
    ("D365 TEAM MEMBER", "Dynamics 365 Team Member", LOOK),
    ("D365 VENDOR, EDIT", "Dyn. 365 Edit vendors", VENDORS_EDIT),
    ("D365 VENDOR, VIEW", "Dyn. 365 View vendors", VENDORS),
    ("D365 WHSE, EDIT", "Dyn. 365 Edit warehouse", ITEMS),
    ("LOCAL", "Country/region-specific func.", NOTHING),
    ("LOCAL READ", "Country/region-specific read", NOTHING),
    ("SECURITY", "Assign permissions to users", SECURITY),
];

const SYSTEM_SETS: Sets = &[
    ("EXTEN. MGT. - ADMIN", "Extension mgt. - Admin", EXTENSIONS),
    ("EXTEN. MGT. - VIEW", "Extension mgt. - View", &[(Area::Extensions, Right::Read)]),
    ("LOGIN", "Minimum sign-in access", NOTHING),
    ("TROUBLESHOOT TOOLS", "Troubleshoot tools", NOTHING),
];

const PLATFORM_SETS: Sets =
    &[("SUPER", "This role has all permissions", ALL), ("SUPER (DATA)", "Superuser of data", DATA)];

const NAVIPARTNER_SETS: Sets = &[
    ("NPR NP RETAIL", "NP Retail", SALES_EDIT),
    ("NPR KDS WebService", "NP KDS Web Service", ITEMS),
    ("NPR EXT JQ REFRESHER", "NP External JQ Refresher", NOTHING),
    ("NPR Adyen Webhook", "NP Adyen Webhook", NOTHING),
    ("NPR Spfy Webhook", "NP Shopify Webhook", ITEMS),
];

fn permission_sets() -> Vec<PermissionSet> {
    let groups: [(Sets, Uuid, &str, Scope); 6] = [
        (PLATFORM_SETS, PLATFORM, "", Scope::System),
        (SYSTEM_SETS, SYSTEM_APPLICATION, "System Application", Scope::System),
        (BASE_SETS, BASE_APPLICATION, "Base Application", Scope::System),
        (NAVIPARTNER_SETS, NAVIPARTNER_EXTENSION, "NP Retail", Scope::System),
        (&[(AMBIGUOUS_SET, "Webshop API", SALES_EDIT)], WEBSHOP_EXTENSION, "Webshop Connector", Scope::System),
        (&[(AMBIGUOUS_SET, "Webshop API (our own)", ITEMS)], PLATFORM, "", Scope::Tenant),
    ];
    groups
        .into_iter()
        .flat_map(|(sets, app_id, extension_name, scope)| {
            sets.iter().map(move |(role_id, name, opens)| PermissionSet {
                role_id: (*role_id).to_owned(),
                name: (*name).to_owned(),
                app_id,
                extension_name: extension_name.to_owned(),
                scope,
                opens: opens.to_vec(),
            })
        })
        .collect()
}
