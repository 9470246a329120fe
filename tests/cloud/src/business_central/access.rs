//! Who may come into an environment, and what they may do there: the decisions of `business-central.md` 2, 3 and 9.

use uuid::Uuid;

use super::entity::code;
use super::errors::Refusal;
use super::model::{AccessControl, Area, Environment, License, Right, Scope, State, User};
use super::seed::PLATFORM;
use super::text::Message;
use crate::caller::Caller;
use crate::ids::Ids;
use crate::seed::roles;

/// Which part of the service is called; each wants its own app role (`business-central.md` 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    /// The standard API.
    Standard,
    /// The automation API.
    Automation,
    /// An extension's API.
    Custom,
    /// Pages published as web services.
    WebServices,
}

/// A caller that was let in.
#[derive(Clone, Debug)]
pub(super) struct Principal {
    /// Security id of the user the caller acts as.
    pub(super) user: Uuid,
    license: License,
    /// Whether the token of an application carries `API.ReadWrite.All`.
    api_role: bool,
}

impl Principal {
    /// A session in the background that acts as a user.
    pub(super) fn of_user(environment: &Environment, user: Uuid) -> Self {
        let license = environment.user(user).map_or(License::ExternalUser, |user| user.license);
        Self { user, license, api_role: true }
    }
}

const API_ROLE: &str = "API.ReadWrite.All";
const AUTOMATION_ROLE: &str = "Automation.ReadWrite.All";
const PERSON_SCOPES: [&str; 2] = ["Financials.ReadWrite.All", "user_impersonation"];

/// Whether the directory roles of a person make an internal administrator (`business-central.md` 1.2, 2).
pub(super) fn is_internal_admin(role_template_ids: &[Uuid]) -> bool {
    role_template_ids.iter().any(|role| {
        [roles::GLOBAL_ADMINISTRATOR, roles::DYNAMICS_365_ADMINISTRATOR, roles::BUSINESS_CENTRAL_ADMINISTRATOR]
            .contains(role)
    })
}

/// Lets a caller in as a user of the environment, or refuses with the one 401 that never says why.
pub(super) fn enter(
    environment: &mut Environment,
    caller: &Caller,
    surface: Surface,
    ids: &mut Ids,
    now_ms: u64,
) -> Result<Principal, Refusal> {
    let user = match caller {
        Caller::App { client_id, roles, .. } => enter_as_app(environment, *client_id, roles, surface),
        Caller::Person { oid, upn, name, role_template_ids, scopes, delegated_partner, .. } => {
            if !scopes.iter().any(|scope| PERSON_SCOPES.contains(&scope.as_str())) {
                return Err(refused());
            }
            let license = if *delegated_partner {
                Some(License::ExternalAdministrator)
            } else {
                is_internal_admin(role_template_ids).then_some(License::InternalAdministrator)
            };
            let known = environment.users.iter().any(|user| user.oid == Some(*oid));
            if let (false, Some(license)) = (known, license) {
                sign_in_first_time(environment, *oid, upn, name, license, ids);
            }
            environment.users.iter().find(|user| user.oid == Some(*oid))
        }
    };
    let user = user.filter(|user| may_sign_in(user, now_ms)).ok_or_else(refused)?;
    let api_role = match caller {
        Caller::App { roles, .. } => roles.iter().any(|role| role == API_ROLE),
        Caller::Person { .. } => true,
    };
    Ok(Principal { user: user.security_id, license: user.license, api_role })
}

fn refused() -> Refusal {
    Refusal::unauthorized(Message::NotAuthorized)
}

fn may_sign_in(user: &User, now_ms: u64) -> bool {
    user.state == State::Enabled && user.expires_at_ms.is_none_or(|end| now_ms < end)
}

/// The user an application acts as. Causes (a) to (c) of the 401 row in `business-central.md` 9: no record in this
/// environment, record disabled, app role missing; and the user itself.
fn enter_as_app<'a>(
    environment: &'a Environment,
    client_id: Uuid,
    roles: &[String],
    surface: Surface,
) -> Option<&'a User> {
    let holds = |wanted: &str| roles.iter().any(|role| role == wanted);
    let role_fits = match surface {
        // One role opens APIs and web services (`business-central.md` 1.3).
        Surface::Standard | Surface::WebServices => holds(API_ROLE),
        Surface::Automation => holds(AUTOMATION_ROLE),
        // Both app scopes are entitled to table 9012 and to pages of extensions (`business-central.md` 2).
        Surface::Custom => holds(API_ROLE) || holds(AUTOMATION_ROLE),
    };
    let record = environment.entra_application(client_id).filter(|record| record.state == State::Enabled)?;
    environment.user(record.user_id).filter(|user| role_fits && user.license == License::Application)
}

/// Administrators of the tenant and delegated partners become users at their first sign-in and get SUPER
/// (`business-central.md` 2, unlicensed internal admins).
fn sign_in_first_time(
    environment: &mut Environment,
    oid: Uuid,
    upn: &str,
    name: &str,
    license: License,
    ids: &mut Ids,
) {
    let security_id = ids.uuid();
    let short = upn.split('@').next().unwrap_or(upn);
    environment.users.push(User {
        security_id,
        user_name: free_user_name(environment, &code(short)),
        full_name: name.to_owned(),
        state: State::Enabled,
        expires_at_ms: None,
        contact_email: upn.to_owned(),
        license,
        oid: Some(oid),
        application_id: None,
    });
    environment.access_control.push(AccessControl {
        id: ids.uuid(),
        user: security_id,
        role_id: "SUPER".to_owned(),
        company: String::new(),
        app_id: PLATFORM,
        scope: Scope::System,
    });
}

fn free_user_name(environment: &Environment, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 1;
    while environment.users.iter().any(|user| user.user_name == name) {
        number += 1;
        name = format!("{wanted}{number}");
    }
    name
}

/// Whether a user holds one of the sets in a company; an assignment for all companies counts for each.
/// With no company (`None`) any assignment counts.
fn holds_set(environment: &Environment, user: Uuid, sets: &[&str], company: Option<&str>) -> bool {
    environment.assignments(user).filter(|row| in_company(row, company)).any(|row| sets.contains(&row.role_id.as_str()))
}

fn in_company(row: &AccessControl, company: Option<&str>) -> bool {
    company.is_none_or(|company| row.company.is_empty() || row.company.eq_ignore_ascii_case(company))
}

/// Whether a user holds SUPER or SECURITY for a company; `""` asks for an assignment that covers all companies.
pub(super) fn manages_security(environment: &Environment, user: Uuid, company: &str) -> bool {
    holds_set(environment, user, &["SUPER", "SECURITY"], Some(company))
}

/// Refuses what no permission set of the caller opens, with the text that names the object (`business-central.md` 9).
pub(super) fn permit(
    environment: &Environment,
    principal: &Principal,
    area: Area,
    right: Right,
    company: Option<&str>,
) -> Result<(), Refusal> {
    let unlicensed = matches!(principal.license, License::InternalAdministrator);
    // Administrators without a licence manage users and settings; business data and the tables of configuration packages they
    // only read (`business-central.md` 2).
    let read_only = is_business(area) || area == Area::ConfigurationPackages;
    let entitled = !(unlicensed && right == Right::Write && read_only);
    let opened = environment
        .assignments(principal.user)
        .filter(|row| in_company(row, company))
        .filter_map(|row| environment.permission_set(row))
        .flat_map(|set| &set.opens)
        .any(|(open, up_to)| covers(*open, area) && *up_to >= right);
    if entitled && opened {
        return Ok(());
    }
    // An application on the automation API without D365 AUTOMATION is turned away as a whole (`business-central.md` 9).
    if area == Area::Automation {
        return Err(Refusal::automation_denied());
    }
    Err(Refusal::no_permission(object(area), if right == Right::Write { "Insert, Modify" } else { "Read" }))
}

/// Lists of companies need little: any permission set in any company will do (`business-central.md` 9), none at all will not.
pub(super) fn permit_listing(environment: &Environment, principal: &Principal) -> Result<(), Refusal> {
    if environment.assignments(principal.user).next().is_some() {
        Ok(())
    } else {
        Err(Refusal::no_permission("TableData 2000000006 Company", "Read"))
    }
}

/// The automation pages for one caller: applications need the automation permission set, people the right to look at users.
pub(super) fn permit_automation(
    environment: &Environment,
    principal: &Principal,
    company: Option<&str>,
) -> Result<(), Refusal> {
    let area = if principal.license == License::Application { Area::Automation } else { Area::Users };
    permit(environment, principal, area, Right::Read, company)
}

/// The read pages of 2026 are outside the automation entitlement of applications (`business-central.md` 1.3).
pub(super) fn permit_read_pages(principal: &Principal) -> Result<(), Refusal> {
    if principal.api_role {
        Ok(())
    } else {
        Err(Refusal::no_permission("Page 20767 APIV2 - Access Control", "Execute"))
    }
}

fn is_business(area: Area) -> bool {
    matches!(area, Area::BusinessData | Area::Customers | Area::Items | Area::Vendors | Area::SalesOrders)
}

fn covers(open: Area, wanted: Area) -> bool {
    open == wanted || open == Area::Everything || (open == Area::BusinessData && is_business(wanted))
}

fn object(area: Area) -> &'static str {
    match area {
        Area::Everything | Area::BusinessData => "TableData 17 G/L Entry",
        Area::Customers => "TableData 18 Customer",
        Area::Items => "TableData 27 Item",
        Area::Vendors => "TableData 23 Vendor",
        Area::SalesOrders => "TableData 36 Sales Header",
        Area::Automation => "Page 30004 APIV2 - Aut. Users",
        Area::Users => "TableData 2000000120 User",
        Area::EntraApplications => "TableData 9012 AAD Application",
        Area::Extensions => "TableData 2000000153 NAV App Installed App",
        Area::ConfigurationPackages => "TableData 8623 Config. Package",
    }
}
