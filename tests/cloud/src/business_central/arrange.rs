//! Arrangements for tests that only reach the cloud over HTTP: what an administrator, or bad luck, did behind the page's back.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::{AccessControl, Environment, EnvironmentStatus, State};
use super::{BusinessCentral, entra_applications};
use crate::ids::Ids;
use crate::seed;

/// One arrangement in one environment; Cronus and Production unless said otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrangement {
    #[serde(default = "cronus")]
    tenant: Uuid,
    #[serde(default = "production")]
    environment: String,
    #[serde(rename = "do")]
    what: What,
}

fn cronus() -> Uuid {
    seed::CRONUS
}

fn production() -> String {
    "Production".to_owned()
}

/// What is arranged.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum What {
    /// Installs or removes the partner extension.
    PartnerExtension(bool),
    /// Puts the environment into a status.
    EnvironmentStatus(EnvironmentStatus),
    /// A person makes and enables the record on the card.
    RegisterByHand { client_id: Uuid, description: String },
    /// Sets the state of the record, and of it alone.
    RecordState { client_id: Uuid, state: State },
    /// Removes the record and leaves its user.
    RemoveRecord(Uuid),
    /// Removes the application's user and leaves the record.
    RemoveApplicationUser(Uuid),
    /// Sets the state of a user, and of it alone.
    UserState { user_name: String, state: State },
    /// Replaces every permission set of a user, in all companies.
    PermissionSets { user_name: String, role_ids: Vec<String> },
}

/// Carries out an arrangement written as JSON; the error says what is wrong with it.
pub(super) fn arrange(bc: &mut BusinessCentral, wish: &Value, ids: &mut Ids) -> Result<(), String> {
    let wish: Arrangement = serde_json::from_value(wish.clone()).map_err(|error| error.to_string())?;
    let environment = bc
        .environment_mut(wish.tenant, &wish.environment)
        .ok_or_else(|| format!("there is no environment `{}`", wish.environment))?;
    match wish.what {
        What::PartnerExtension(installed) => environment.partner_extension_installed = installed,
        What::EnvironmentStatus(status) => environment.status = status,
        What::RegisterByHand { client_id, description } => {
            entra_applications::register_by_hand(environment, client_id, &description, ids)
                .map_err(|refusal| refusal.english())?;
        }
        What::RecordState { client_id, state } => {
            environment.entra_application_mut(client_id).ok_or("there is no such record")?.state = state;
        }
        What::RemoveRecord(client_id) => {
            environment.entra_application(client_id).ok_or("there is no such record")?;
            environment.entra_applications.retain(|record| record.client_id != client_id);
        }
        What::RemoveApplicationUser(client_id) => {
            let user = environment.application_user(client_id).ok_or("there is no such user")?.security_id;
            environment.remove_user(user);
        }
        What::UserState { user_name, state } => {
            let user = environment.users.iter_mut().find(|user| user.user_name == user_name);
            user.ok_or("there is no such user")?.state = state;
        }
        What::PermissionSets { user_name, role_ids } => give(environment, &user_name, &role_ids, ids)?,
    }
    Ok(())
}

fn give(environment: &mut Environment, user_name: &str, role_ids: &[String], ids: &mut Ids) -> Result<(), String> {
    let user = environment.users.iter().find(|user| user.user_name == user_name);
    let user = user.ok_or("there is no such user")?.security_id;
    let mut rows = Vec::with_capacity(role_ids.len());
    for role_id in role_ids {
        let set = environment.permission_sets.iter().find(|set| set.role_id == *role_id);
        let set = set.ok_or_else(|| format!("there is no permission set `{role_id}`"))?;
        rows.push(AccessControl {
            id: ids.uuid(),
            user,
            role_id: set.role_id.clone(),
            company: String::new(),
            app_id: set.app_id,
            scope: set.scope,
        });
    }
    environment.access_control.retain(|row| row.user != user);
    environment.access_control.extend(rows);
    Ok(())
}
