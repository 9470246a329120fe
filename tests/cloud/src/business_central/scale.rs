//! A large customer: hundreds of permission sets and companies, dozens of environments in every status, short pages.

use uuid::Uuid;

use super::model::{
    Area, BcTenant, Company, Environment, EnvironmentKind, EnvironmentStatus, PermissionSet, Right, Scope,
};
use super::seed::{NAVIPARTNER_EXTENSION, PLATFORM};
use serde::Deserialize;

/// How large.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Scale {
    /// Permission sets of the environment named.
    permission_sets: usize,
    /// Its companies.
    companies: usize,
    /// Rows of one answer of it.
    page_rows: usize,
    /// Environments of the tenant.
    environments: usize,
}

impl Default for Scale {
    fn default() -> Self {
        Self { permission_sets: 500, companies: 300, page_rows: 100, environments: 40 }
    }
}

/// Words that let people search in vain and with success.
const TOPICS: [&str; 10] =
    ["Sales", "Purchase", "Warehouse", "Service", "Project", "Payroll", "Webshop", "Kitchen", "Ticket", "Loyalty"];
const TOWNS: [&str; 10] =
    ["Aarhus", "Billund", "Esbjerg", "Greve", "Holbæk", "Ikast", "Kolding", "Lyngby", "Odense", "Århus Nord"];

/// Grows a tenant, its first environment of this name, to the size wished for. Never shrinks anything.
pub(super) fn grow(tenant: &mut BcTenant, environment: &str, scale: Scale) -> Result<(), String> {
    let place = tenant.environments.iter().position(|known| known.name.eq_ignore_ascii_case(environment));
    let place = place.ok_or_else(|| format!("there is no environment `{environment}`"))?;
    let large = &mut tenant.environments[place];
    let small = large.clone();
    add_sets(large, scale.permission_sets);
    add_companies(large, scale.companies);
    large.page_rows = Some(scale.page_rows);
    for number in tenant.environments.len()..scale.environments {
        tenant.environments.push(further(&small, number));
    }
    Ok(())
}

fn add_sets(environment: &mut Environment, wanted: usize) {
    for number in environment.permission_sets.len()..wanted {
        let topic = TOPICS[number % TOPICS.len()];
        // Every tenth exists a second time, made by somebody under the name of the one an extension ships.
        let twin = number % 10 == 9;
        let number = if twin { number - 1 } else { number };
        let topic = if twin { TOPICS[number % TOPICS.len()] } else { topic };
        environment.permission_sets.push(PermissionSet {
            role_id: format!("NPR {} {number:03}", topic.to_uppercase()),
            name: format!("{topic} {number:03}{}", if twin { " (our own)" } else { "" }),
            app_id: if twin { PLATFORM } else { NAVIPARTNER_EXTENSION },
            extension_name: if twin { String::new() } else { "NP Retail".to_owned() },
            scope: if twin { Scope::Tenant } else { Scope::System },
            opens: vec![(Area::Items, Right::Read)],
        });
    }
}

fn add_companies(environment: &mut Environment, wanted: usize) {
    let parent = Uuid::new_v5(&Uuid::NAMESPACE_OID, environment.name.as_bytes());
    for number in environment.companies.len()..wanted {
        let name = format!("{} {number:03} A/S", TOWNS[number % TOWNS.len()]);
        environment.companies.push(Company {
            id: Uuid::new_v5(&parent, name.as_bytes()),
            display_name: format!("Butik {name}"),
            name,
            evaluation: number.is_multiple_of(50),
        });
    }
}

/// One more environment like the small one, with ids of its own, another version, and now and then not in use.
fn further(small: &Environment, number: usize) -> Environment {
    const ASIDE: [EnvironmentStatus; 4] = [
        EnvironmentStatus::Upgrading,
        EnvironmentStatus::Preparing,
        EnvironmentStatus::SoftDeleted,
        EnvironmentStatus::Recovering,
    ];
    let mut environment = small.clone();
    environment.name = format!("Test-{number:02}");
    environment.kind = if number.is_multiple_of(8) { EnvironmentKind::Production } else { EnvironmentKind::Sandbox };
    environment.status =
        if number.is_multiple_of(5) { ASIDE[number / 5 % ASIDE.len()] } else { EnvironmentStatus::Active };
    environment.version = [24 + u32::try_from(number % 7).unwrap_or_default(), 1, 4_000, 0];
    environment.entra_applications.clear();
    environment.packages.clear();
    let parent = Uuid::new_v5(&Uuid::NAMESPACE_OID, environment.name.as_bytes());
    for company in &mut environment.companies {
        company.id = Uuid::new_v5(&parent, company.id.as_bytes());
    }
    for row in &mut environment.access_control {
        row.id = Uuid::new_v5(&parent, row.id.as_bytes());
        row.user = Uuid::new_v5(&parent, row.user.as_bytes());
    }
    for user in &mut environment.users {
        user.security_id = Uuid::new_v5(&parent, user.security_id.as_bytes());
    }
    environment
}
