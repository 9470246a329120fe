//! Who has to consent to what, who may, and the grants that come of it (`sign-in.md` 2.3, `graph.md` 9).

use serde_json::Value;
use uuid::Uuid;

use crate::Cloud;
use crate::login::Account;
use crate::login::error::LoginError;
use crate::login::scopes::Wanted;
use crate::seed::roles;
use crate::state::{Application, PermissionGrant, ServicePrincipal, Tenant};
use crate::world::principal_of;

/// What is asked of one resource, and what of it nobody granted yet.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Service principal of the resource.
    pub(crate) resource: Uuid,
    pub(crate) resource_name: String,
    /// Every scope asked, with its words and whether it is reserved for administrators.
    pub(crate) scopes: Vec<AskedScope>,
    /// Values not granted yet.
    pub(crate) missing: Vec<String>,
}

/// One scope on a consent page.
#[derive(Clone, Debug)]
pub(crate) struct AskedScope {
    pub(crate) value: String,
    pub(crate) words: String,
    pub(crate) admin: bool,
}

/// Reads scopes against what the resource offers and what was granted. An unknown scope is `AADSTS650053`.
pub(crate) fn ask(
    tenant: &Tenant,
    application: Option<&Application>,
    resource: &ServicePrincipal,
    wanted: &Wanted,
    person: Uuid,
) -> Result<Asked, LoginError> {
    let client = application.and_then(|application| tenant.service_principal(application.app_id));
    let granted = client.map(|client| tenant.granted_scopes(client.id, resource.id, person)).unwrap_or_default();
    let mut scopes = Vec::new();
    if wanted.is_default() {
        // `.default` asks for everything declared, and only while nothing is granted yet (`sign-in.md` 2.2).
        let declared = application.map(Application::required_permissions).unwrap_or_default();
        for (app_id, id, is_role) in declared {
            if app_id == resource.app_id
                && !is_role
                && let Some(scope) = resource.scope(id)
            {
                scopes.push(words(scope));
            }
        }
    } else {
        for value in &wanted.values {
            let scope = resource.scope_named(value).ok_or_else(|| {
                LoginError::new(
                    650_053,
                    "invalid_client",
                    format!(
                        "The application asked for scope '{value}' that doesn't exist on the resource '{}'. Contact \
                         the app vendor.",
                        resource.app_id
                    ),
                )
            })?;
            scopes.push(words(scope));
        }
    }
    let missing = if wanted.is_default() && !granted.is_empty() {
        Vec::new()
    } else {
        let values = scopes.iter().map(|scope| scope.value.clone());
        values.filter(|value| !granted.contains(value)).collect()
    };
    Ok(Asked { resource: resource.id, resource_name: resource.display_name.clone(), scopes, missing })
}

fn words(scope: &Value) -> AskedScope {
    let text = |name: &str| scope.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    AskedScope { value: text("value"), words: text("adminConsentDisplayName"), admin: text("type") == "Admin" }
}

/// True when these roles may consent to delegated permissions for the whole organization (`graph.md` 0.3).
pub(crate) fn may_consent_for_organization(held: &[Uuid]) -> bool {
    let enough = [
        roles::GLOBAL_ADMINISTRATOR,
        roles::PRIVILEGED_ROLE_ADMINISTRATOR,
        roles::APPLICATION_ADMINISTRATOR,
        roles::CLOUD_APPLICATION_ADMINISTRATOR,
    ];
    held.iter().any(|role| enough.contains(role))
}

/// Why this person cannot give the missing consent, if they cannot.
pub(crate) fn blocked(cloud: &Cloud, target: Uuid, account: Account, asked: &[Asked]) -> Option<LoginError> {
    let tenant = cloud.directory.tenant(target)?;
    if tenant.partner(account.home, account.oid).is_some() {
        // Delegated administrators cannot consent in the customer's tenant (`sign-in.md` 2.5).
        return Some(LoginError::new(
            90_099,
            "access_denied",
            format!(
                "The application has not been authorized in the tenant '{}'. Applications must be authorized to \
                 access the customer tenant before partner delegated administrators can use them.",
                tenant.name
            ),
        ));
    }
    if may_consent_for_organization(&tenant.roles_of(account.home, account.oid)) {
        return None;
    }
    let needs_admin = asked
        .iter()
        .flat_map(|asked| asked.scopes.iter().filter(|scope| asked.missing.contains(&scope.value)))
        .any(|scope| scope.admin);
    (needs_admin || !tenant.users_may_consent).then(|| {
        LoginError::new(
            90_094,
            "access_denied",
            "The grant requires admin permission. Ask an administrator to grant permission to this application.",
        )
    })
}

/// Writes the grants, and the client's service principal when the tenant does not have it yet.
pub(crate) fn grant(
    cloud: &mut Cloud,
    target: Uuid,
    client_id: Uuid,
    account: Account,
    organization: bool,
    asked: &[Asked],
    now: u64,
) {
    let Some(client) = ensure_principal(cloud, target, client_id, now) else {
        return;
    };
    let organization = organization
        && cloud
            .directory
            .tenant(target)
            .is_some_and(|tenant| may_consent_for_organization(&tenant.roles_of(account.home, account.oid)));
    let person = (!organization).then_some(account.oid);
    for asked in asked {
        let id = format!("grant-{}", cloud.ids.opaque());
        let Some(tenant) = cloud.directory.tenant_mut(target) else {
            return;
        };
        let values = asked.scopes.iter().map(|scope| scope.value.clone());
        add_grant(tenant, id, client, person, asked.resource, values);
    }
}

/// Adds scopes to the grant of a client for a person or for everybody.
pub(crate) fn add_grant(
    tenant: &mut Tenant,
    id: String,
    client: Uuid,
    person: Option<Uuid>,
    resource: Uuid,
    values: impl Iterator<Item = String>,
) {
    let at = tenant
        .permission_grants
        .iter()
        .position(|grant| grant.client == client && grant.resource == resource && grant.person == person)
        .unwrap_or_else(|| {
            tenant.permission_grants.push(PermissionGrant { id, client, person, resource, scopes: Vec::new() });
            tenant.permission_grants.len() - 1
        });
    let grant = &mut tenant.permission_grants[at];
    for value in values {
        if !grant.scopes.contains(&value) {
            grant.scopes.push(value);
        }
    }
}

/// The client's service principal in a tenant, made at consent when missing.
pub(crate) fn ensure_principal(cloud: &mut Cloud, target: Uuid, client_id: Uuid, now: u64) -> Option<Uuid> {
    if let Some(principal) = cloud.directory.tenant(target)?.service_principal(client_id) {
        return Some(principal.id);
    }
    let id = cloud.ids.uuid();
    let (home, application) = cloud.directory.application(client_id)?;
    let principal = principal_of(application, home.id, id, now);
    cloud.directory.tenant_mut(target)?.service_principals.push(principal);
    Some(id)
}
