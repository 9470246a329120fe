//! Arrangements for tests that only reach the cloud over HTTP: what an administrator, or bad luck, did behind the page's back.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::model::{
    AccessControl, Area, Environment, EnvironmentStatus, License, PermissionSet, Right, Scope, State, User,
};
use super::pages::{PartnerPage, RecordNames, WebService};
use super::scale::{self, Scale};
use super::seed::PARTNER_EXTENSION;
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
    /// Replaces every permission set of a user: in all companies, or in the one named.
    PermissionSets {
        user_name: String,
        role_ids: Vec<String>,
        #[serde(default)]
        company: String,
    },
    /// Publishes a page as a web service; one with this service name is replaced.
    PublishPage(WebService),
    /// Takes a web service away, by service name.
    UnpublishPage(String),
    /// Whether page 9861 refuses writes to all but the state.
    OdataReadOnly(bool),
    /// Other property names for page 9861: `{"client_id": "ClientId"}`, `null` for a property that is not there.
    OdataCard(Map<String, Value>),
    /// Another shape of the partner's page; what is not named keeps its default.
    PartnerPage(Box<PartnerPage>),
    /// Another version, such as `30.0`.
    Version(String),
    /// Installs or removes an extension, by name.
    Extension { name: String, installed: bool },
    /// Grows the environment, and the number of the tenant's environments; without sizes 500 permission sets, 300 companies,
    /// 40 environments and pages of 100 rows.
    Scale(Scale),
    /// Gives a company another name; its id stays.
    RenameCompany { from: String, to: String },
    /// A sandbox made as a copy of the environment, with everything in it.
    CopyEnvironment(String),
    /// A permission set that an extension brings, by the extension's name; it opens the items.
    AddPermissionSet { role_id: String, extension: String },
    /// A user of any licence type, with permission sets in all companies or none.
    AddUser {
        user_name: String,
        license: License,
        #[serde(default)]
        role_ids: Vec<String>,
    },
}

/// Carries out an arrangement written as JSON; the error says what is wrong with it.
pub(super) fn arrange(bc: &mut BusinessCentral, wish: &Value, ids: &mut Ids) -> Result<(), String> {
    let wish: Arrangement = serde_json::from_value(wish.clone()).map_err(|error| error.to_string())?;
    if let What::CopyEnvironment(name) = wish.what {
        return bc.copy_environment(wish.tenant, &wish.environment, name);
    }
    if let What::Scale(scale) = wish.what {
        let tenant = bc.tenant_mut(wish.tenant).ok_or("there is no such tenant")?;
        return scale::grow(tenant, &wish.environment, scale);
    }
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
        What::PermissionSets { user_name, role_ids, company } => {
            give(environment, &user_name, &role_ids, &company, ids)?;
        }
        What::PublishPage(page) => {
            environment.web_services.retain(|known| known.service != page.service);
            environment.web_services.push(page);
        }
        What::UnpublishPage(service) => {
            let before = environment.web_services.len();
            environment.web_services.retain(|known| known.service != service);
            if environment.web_services.len() == before {
                return Err(format!("there is no web service `{service}`"));
            }
        }
        What::OdataReadOnly(read_only) => environment.odata_read_only = read_only,
        What::OdataCard(names) => {
            let mut all = json!(RecordNames::card());
            if let Value::Object(members) = &mut all {
                members.extend(names);
            }
            environment.odata_card = serde_json::from_value(all).map_err(|error| error.to_string())?;
        }
        What::PartnerPage(page) => environment.partner_page = *page,
        What::Version(version) => environment.version = read_version(&version)?,
        What::Extension { name, installed } => {
            let found = environment.extensions.iter_mut().find(|extension| extension.name == name);
            let found = found.ok_or_else(|| format!("there is no extension `{name}`"))?;
            found.installed = installed;
            if found.id == PARTNER_EXTENSION {
                environment.partner_extension_installed = installed;
            }
        }
        // Done before, because it needs the whole tenant.
        What::CopyEnvironment(_) | What::Scale(_) => {}
        What::AddPermissionSet { role_id, extension } => {
            let from = environment.extensions.iter().find(|it| it.name == extension);
            let from = from.ok_or_else(|| format!("there is no extension `{extension}`"))?;
            environment.permission_sets.push(PermissionSet {
                name: role_id.clone(),
                role_id,
                app_id: from.id,
                extension_name: extension,
                scope: Scope::System,
                opens: vec![(Area::Items, Right::Write)],
            });
        }
        What::RenameCompany { from, to } => rename_company(environment, &from, &to)?,
        What::AddUser { user_name, license, role_ids } => {
            environment.users.push(User {
                security_id: ids.uuid(),
                full_name: user_name.clone(),
                user_name: user_name.to_uppercase(),
                state: State::Enabled,
                expires_at_ms: None,
                contact_email: String::new(),
                license,
                oid: None,
                application_id: None,
            });
            give(environment, &user_name.to_uppercase(), &role_ids, "", ids)?;
        }
    }
    Ok(())
}

fn read_version(text: &str) -> Result<[u32; 4], String> {
    let mut version = [0; 4];
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > version.len() {
        return Err(format!("`{text}` is no version"));
    }
    for (place, part) in version.iter_mut().zip(parts) {
        *place = part.parse().map_err(|_| format!("`{text}` is no version"))?;
    }
    Ok(version)
}

/// Assignments name companies, so they follow.
fn rename_company(environment: &mut Environment, from: &str, to: &str) -> Result<(), String> {
    let company = environment.companies.iter_mut().find(|company| company.name == from);
    let company = company.ok_or_else(|| format!("there is no company `{from}`"))?;
    to.clone_into(&mut company.name);
    to.clone_into(&mut company.display_name);
    for row in environment.access_control.iter_mut().filter(|row| row.company == from) {
        to.clone_into(&mut row.company);
    }
    Ok(())
}

fn give(
    environment: &mut Environment,
    user_name: &str,
    role_ids: &[String],
    company: &str,
    ids: &mut Ids,
) -> Result<(), String> {
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
            company: company.to_owned(),
            app_id: set.app_id,
            scope: set.scope,
        });
    }
    environment.access_control.retain(|row| row.user != user);
    environment.access_control.extend(rows);
    Ok(())
}
