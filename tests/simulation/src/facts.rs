//! Everything in the tenant that a set-up could touch, as a set of small facts: two sets compare deeply, and their difference
//! reads like a list of what happened.

use entrada_cloud::business_central::State;
use entrada_cloud::{Cloud, seed};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One fact. Ids that are new each time (of assignments) are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the local cloud's")]
pub enum Fact {
    Application { app_id: Uuid, unique_name: Option<String>, content: String },
    Secret { app_id: Uuid, key_id: Uuid, name: String },
    Principal { app_id: Uuid, enabled: bool },
    Grant { app_id: Uuid, resource: Uuid, role: Uuid },
    Record { environment: String, client_id: Uuid, enabled: bool, description: String },
    User { environment: String, id: Uuid, application: Option<Uuid>, enabled: bool, name: String },
    Set { environment: String, user: Uuid, role_id: String, extension: Uuid, company: String },
    Package { environment: String, code: String },
    Admitted { app_id: Uuid },
}

/// The facts of the tenant.
pub type Facts = BTreeSet<Fact>;

/// The tenant as it is now. What is soft-deleted is not there.
pub fn facts(cloud: &Cloud) -> Facts {
    let mut facts = Facts::new();
    let Some(tenant) = cloud.tenant(&seed::CRONUS.to_string()) else { return facts };
    for app in tenant.applications.iter().filter(|it| it.deleted_ms.is_none()) {
        let content = serde_json::to_string(&app.properties).unwrap_or_default();
        facts.insert(Fact::Application { app_id: app.app_id, unique_name: app.unique_name.clone(), content });
        for secret in &app.secrets {
            let name = secret.display_name.clone().unwrap_or_default();
            facts.insert(Fact::Secret { app_id: app.app_id, key_id: secret.key_id, name });
        }
    }
    let alive = || tenant.service_principals.iter().filter(|it| it.deleted_ms.is_none());
    let app_of = |id: Uuid| alive().find(|it| it.id == id).map(|it| it.app_id);
    // The page's own comes with the person's consent to it, before any plan.
    for principal in alive().filter(|it| it.app_id != seed::ENTRADA_CLIENT_ID) {
        facts.insert(Fact::Principal { app_id: principal.app_id, enabled: principal.enabled });
    }
    for grant in &tenant.app_role_assignments {
        // What a deleted service principal held comes back with it and counts for nothing until then.
        if let (Some(app_id), Some(resource)) = (app_of(grant.principal), app_of(grant.resource)) {
            facts.insert(Fact::Grant { app_id, resource, role: grant.role });
        }
    }
    let Some(central) = cloud.business_central().tenant(seed::CRONUS) else { return facts };
    for app_id in &central.authorized_apps {
        facts.insert(Fact::Admitted { app_id: *app_id });
    }
    for it in &central.environments {
        let environment = || it.name.clone();
        for record in &it.entra_applications {
            facts.insert(Fact::Record {
                environment: environment(),
                client_id: record.client_id,
                enabled: record.state == State::Enabled,
                description: record.description.clone(),
            });
        }
        for user in &it.users {
            facts.insert(Fact::User {
                environment: environment(),
                id: user.security_id,
                application: user.application_id,
                enabled: user.state == State::Enabled,
                name: user.user_name.clone(),
            });
        }
        for given in &it.access_control {
            facts.insert(Fact::Set {
                environment: environment(),
                user: given.user,
                role_id: given.role_id.clone(),
                extension: given.app_id,
                company: given.company.clone(),
            });
        }
        for package in &it.packages {
            facts.insert(Fact::Package { environment: environment(), code: package.code.clone() });
        }
    }
    facts
}
