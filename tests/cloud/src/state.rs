//! The directory: tenants with their people, applications, service principals, grants and policies. Plain data.

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Every tenant of the stand-in world.
#[derive(Clone, Debug, Serialize)]
pub struct Directory {
    /// The tenants, Microsoft's own included.
    pub tenants: Vec<Tenant>,
}

/// One tenant.
#[derive(Clone, Debug, Serialize)]
pub struct Tenant {
    /// Directory (tenant) id.
    pub id: Uuid,
    /// Name of the organization.
    pub name: String,
    /// Verified domains, the default one first.
    pub domains: Vec<String>,
    /// Its members.
    pub people: Vec<Person>,
    /// People of other tenants acting here by delegation (GDAP), without an object of their own (`sign-in.md` 2.5).
    pub partners: Vec<Partner>,
    /// Applications registered here, soft-deleted ones included.
    pub applications: Vec<Application>,
    /// Service principals, soft-deleted ones included.
    pub service_principals: Vec<ServicePrincipal>,
    /// App roles granted to service principals.
    pub app_role_assignments: Vec<AppRoleAssignment>,
    /// Delegated permissions granted to applications.
    pub permission_grants: Vec<PermissionGrant>,
    /// What applications may do with credentials (`graph.md` 3).
    pub credential_policy: CredentialPolicy,
    /// True when every user may register applications.
    pub users_may_register_applications: bool,
    /// True when every user may consent to permissions that are not reserved for administrators.
    pub users_may_consent: bool,
    /// True when `Application.ReadWrite.All` covers granting app roles of other APIs than Graph (`graph.md` 0.2, recent).
    pub application_scope_grants_roles: bool,
    /// True when a soft-deleted application still holds its `uniqueName` (`graph.md` 1: not documented).
    pub deleted_keeps_unique_name: bool,
}

/// A member of a tenant.
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// Object id.
    pub oid: Uuid,
    /// User principal name.
    pub upn: String,
    /// Display name.
    pub name: String,
    /// Active directory roles, by template id.
    pub roles: Vec<Uuid>,
    /// Eligible roles that were not activated (PIM), by template id.
    pub eligible_roles: Vec<Uuid>,
    /// True when Business Central asks this person for a second factor (conditional access).
    pub second_factor: bool,
    /// False when the account is blocked.
    pub enabled: bool,
}

/// A person of another tenant with delegated roles here.
#[derive(Clone, Debug, Serialize)]
pub struct Partner {
    /// Home tenant.
    pub home: Uuid,
    /// Object id in the home tenant.
    pub oid: Uuid,
    /// Roles by delegation.
    pub roles: Vec<Uuid>,
}

/// An application registration.
#[derive(Clone, Debug, Serialize)]
pub struct Application {
    /// Object id.
    pub id: Uuid,
    /// Application (client) id.
    pub app_id: Uuid,
    /// Alternate key, set only through an upsert (`graph.md` 1).
    pub unique_name: Option<String>,
    /// When it was made.
    pub created_ms: u64,
    /// Client id of the tool that made it.
    pub created_by: Option<Uuid>,
    /// Object ids of its owners.
    pub owners: Vec<Uuid>,
    /// Every writable plain property, as stored (`displayName`, `web`, `spa`, `tags`, …).
    pub properties: Map<String, Value>,
    /// Client secrets.
    pub secrets: Vec<ClientSecret>,
    /// Certificates, as `keyCredential` items with `keyId`.
    pub keys: Vec<Map<String, Value>>,
    /// Federated identity credentials, with `id`.
    pub federated: Vec<Map<String, Value>>,
    /// The publisher Microsoft verified, if any.
    pub verified_publisher: Option<String>,
    /// Not seen by other calls before this time (`graph.md` 12).
    pub visible_ms: u64,
    /// When it was soft-deleted.
    pub deleted_ms: Option<u64>,
}

/// A client secret.
#[derive(Clone, Debug, Serialize)]
pub struct ClientSecret {
    /// Its id.
    pub key_id: Uuid,
    /// Its name.
    pub display_name: Option<String>,
    /// Valid from.
    pub start_ms: u64,
    /// Valid until.
    pub end_ms: u64,
    /// First three characters.
    pub hint: String,
    /// The value. Never serialised.
    #[serde(skip)]
    pub text: String,
    /// The token endpoint does not know it before this time (`graph.md` 12).
    pub visible_ms: u64,
}

/// A service principal.
#[derive(Clone, Debug, Serialize)]
pub struct ServicePrincipal {
    /// Object id.
    pub id: Uuid,
    /// Application (client) id.
    pub app_id: Uuid,
    /// Display name.
    pub display_name: String,
    /// False blocks tokens.
    pub enabled: bool,
    /// Tenant the application is registered in.
    pub owner_tenant: Uuid,
    /// App roles it offers, as Graph shows them.
    pub app_roles: Vec<Value>,
    /// Delegated scopes it offers, as Graph shows them.
    pub scopes: Vec<Value>,
    /// Identifiers it answers to, such as its resource URI.
    pub names: Vec<String>,
    /// Tags, copied from the application.
    pub tags: Vec<String>,
    /// True when a principal needs an assignment before it gets a token.
    pub assignment_required: bool,
    /// The publisher Microsoft verified, if any.
    pub verified_publisher: Option<String>,
    /// When it was made.
    pub created_ms: u64,
    /// Not seen by other calls before this time.
    pub visible_ms: u64,
    /// When it was soft-deleted.
    pub deleted_ms: Option<u64>,
}

/// One app role granted to one service principal.
#[derive(Clone, Debug, Serialize)]
pub struct AppRoleAssignment {
    /// Id of the assignment (an opaque text in Graph).
    pub id: String,
    /// The service principal that received the role.
    pub principal: Uuid,
    /// The service principal that offers it.
    pub resource: Uuid,
    /// The role.
    pub role: Uuid,
    /// When it was granted.
    pub created_ms: u64,
    /// Not listed before this time.
    pub visible_ms: u64,
}

/// Delegated permissions granted to one client for one resource.
#[derive(Clone, Debug, Serialize)]
pub struct PermissionGrant {
    /// Id of the grant.
    pub id: String,
    /// Service principal of the client.
    pub client: Uuid,
    /// `None` for the whole organization, else one person.
    pub person: Option<Uuid>,
    /// Service principal of the resource.
    pub resource: Uuid,
    /// Scope values.
    pub scopes: Vec<String>,
}

/// The tenant's default application management policy, as far as it concerns application credentials.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CredentialPolicy {
    /// False is Microsoft's default.
    pub enabled: bool,
    /// True when no secret may be added.
    pub secrets_forbidden: bool,
    /// Longest life of a secret in days.
    pub secret_max_days: Option<u64>,
    /// Longest life of a certificate in days.
    pub certificate_max_days: Option<u64>,
}

impl Directory {
    /// The tenant with this id.
    pub fn tenant(&self, id: Uuid) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.id == id)
    }

    /// The tenant with this id, to change it.
    pub fn tenant_mut(&mut self, id: Uuid) -> Option<&mut Tenant> {
        self.tenants.iter_mut().find(|tenant| tenant.id == id)
    }

    /// The tenant a path segment names: an id or a verified domain.
    pub fn tenant_named(&self, name: &str) -> Option<&Tenant> {
        if let Ok(id) = Uuid::parse_str(name) {
            return self.tenant(id);
        }
        self.tenants.iter().find(|tenant| tenant.domains.iter().any(|domain| domain.eq_ignore_ascii_case(name)))
    }

    /// The application with this client id and the tenant it is registered in, soft-deleted ones left out.
    pub fn application(&self, app_id: Uuid) -> Option<(&Tenant, &Application)> {
        self.tenants.iter().find_map(|tenant| {
            tenant
                .applications
                .iter()
                .find(|application| application.app_id == app_id && application.deleted_ms.is_none())
                .map(|application| (tenant, application))
        })
    }

    /// A person and their home tenant, by user principal name.
    pub fn person_named(&self, upn: &str) -> Option<(&Tenant, &Person)> {
        self.tenants.iter().find_map(|tenant| {
            tenant.people.iter().find(|person| person.upn.eq_ignore_ascii_case(upn)).map(|person| (tenant, person))
        })
    }

    /// A person by home tenant and object id.
    pub fn person(&self, home: Uuid, oid: Uuid) -> Option<&Person> {
        self.tenant(home)?.people.iter().find(|person| person.oid == oid)
    }
}

impl Tenant {
    /// The service principal of an application here, soft-deleted ones left out.
    pub fn service_principal(&self, app_id: Uuid) -> Option<&ServicePrincipal> {
        self.service_principals.iter().find(|principal| principal.app_id == app_id && principal.deleted_ms.is_none())
    }

    /// The same, to change it.
    pub fn service_principal_mut(&mut self, app_id: Uuid) -> Option<&mut ServicePrincipal> {
        self.service_principals
            .iter_mut()
            .find(|principal| principal.app_id == app_id && principal.deleted_ms.is_none())
    }

    /// The service principal that answers to a resource name in scopes.
    pub fn resource(&self, name: &str) -> Option<&ServicePrincipal> {
        self.service_principals
            .iter()
            .find(|principal| principal.deleted_ms.is_none() && principal.names.iter().any(|known| known == name))
    }

    /// The application with this client id, soft-deleted ones left out.
    pub fn application(&self, app_id: Uuid) -> Option<&Application> {
        self.applications.iter().find(|application| application.app_id == app_id && application.deleted_ms.is_none())
    }

    /// The same, to change it.
    pub fn application_mut(&mut self, app_id: Uuid) -> Option<&mut Application> {
        self.applications
            .iter_mut()
            .find(|application| application.app_id == app_id && application.deleted_ms.is_none())
    }

    /// Roles a person holds here: their own, or by delegation.
    pub fn roles_of(&self, home: Uuid, oid: Uuid) -> Vec<Uuid> {
        if home == self.id {
            return self
                .people
                .iter()
                .find(|person| person.oid == oid)
                .map(|person| person.roles.clone())
                .unwrap_or_default();
        }
        self.partner(home, oid).map(|partner| partner.roles.clone()).unwrap_or_default()
    }

    /// The delegated administrator, when this person is one here.
    pub fn partner(&self, home: Uuid, oid: Uuid) -> Option<&Partner> {
        self.partners.iter().find(|partner| partner.home == home && partner.oid == oid)
    }

    /// App role values a service principal holds on a resource, those not yet replicated left out.
    pub fn role_values(&self, principal: Uuid, resource: Uuid, now_ms: u64) -> Vec<String> {
        let Some(offer) = self.service_principals.iter().find(|candidate| candidate.id == resource) else {
            return Vec::new();
        };
        self.app_role_assignments
            .iter()
            .filter(|assignment| {
                assignment.principal == principal && assignment.resource == resource && assignment.visible_ms <= now_ms
            })
            .filter_map(|assignment| offer.app_role(assignment.role))
            .filter_map(|role| role.get("value").and_then(Value::as_str).map(str::to_owned))
            .collect()
    }

    /// Scope values granted to a client on a resource for this person (own and organization-wide grants together).
    pub fn granted_scopes(&self, client: Uuid, resource: Uuid, person: Uuid) -> Vec<String> {
        let mut scopes: Vec<String> = Vec::new();
        for grant in &self.permission_grants {
            let reaches = grant.person.is_none() || grant.person == Some(person);
            if grant.client == client && grant.resource == resource && reaches {
                for scope in &grant.scopes {
                    if !scopes.contains(scope) {
                        scopes.push(scope.clone());
                    }
                }
            }
        }
        scopes
    }
}

impl Application {
    /// Text property, or empty.
    pub fn text(&self, name: &str) -> &str {
        self.properties.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Redirect URIs of one platform: `web`, `spa` or `publicClient`.
    pub fn redirect_uris(&self, platform: &str) -> Vec<&str> {
        self.properties
            .get(platform)
            .and_then(|value| value.get("redirectUris"))
            .and_then(Value::as_array)
            .map(|uris| uris.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    }

    /// True when other tenants may use it.
    pub fn multi_tenant(&self) -> bool {
        self.text("signInAudience") != "AzureADMyOrg"
    }

    /// The permissions it declares: resource application id, permission id, and whether it is an app role.
    pub fn required_permissions(&self) -> Vec<(Uuid, Uuid, bool)> {
        let mut found = Vec::new();
        let resources = self.properties.get("requiredResourceAccess").and_then(Value::as_array);
        for resource in resources.into_iter().flatten() {
            let app_id = resource.get("resourceAppId").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
            let accesses = resource.get("resourceAccess").and_then(Value::as_array);
            for access in accesses.into_iter().flatten() {
                let id = access.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
                let is_role = access.get("type").and_then(Value::as_str) == Some("Role");
                if let (Some(app_id), Some(id)) = (app_id, id) {
                    found.push((app_id, id, is_role));
                }
            }
        }
        found
    }
}

impl ServicePrincipal {
    /// The app role with this id.
    pub fn app_role(&self, id: Uuid) -> Option<&Value> {
        permission(&self.app_roles, id)
    }

    /// The delegated scope with this id.
    pub fn scope(&self, id: Uuid) -> Option<&Value> {
        permission(&self.scopes, id)
    }

    /// The delegated scope with this value.
    pub fn scope_named(&self, value: &str) -> Option<&Value> {
        self.scopes.iter().find(|scope| {
            scope.get("value").and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(value))
        })
    }
}

fn permission(offered: &[Value], id: Uuid) -> Option<&Value> {
    offered
        .iter()
        .find(|entry| entry.get("id").and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok()) == Some(id))
}
