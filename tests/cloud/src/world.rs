//! The seeded directory, built from the constants of [`crate::seed`].

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Settings;
use crate::ids::Ids;
use crate::seed::{self, SeedPerson};
use crate::state::{Application, CredentialPolicy, Directory, Partner, Person, ServicePrincipal, Tenant};

/// 1 January 2024: when the seeded objects were made.
const SEEDED_MS: u64 = 1_704_067_200_000;

/// All tenants as they are before anybody signs in.
pub(crate) fn directory(settings: &Settings, ids: &mut Ids) -> Directory {
    let mut cronus = tenant(seed::CRONUS, "Cronus International", &[seed::CRONUS_DOMAIN, "cronusint.onmicrosoft.com"]);
    cronus.people = [seed::ADA, seed::ANTON, seed::BEA, seed::OMAR, seed::MIA].map(person).to_vec();
    if let Some(mia) = cronus.people.iter_mut().find(|person| person.oid == seed::MIA.oid) {
        mia.second_factor = true;
    }
    cronus.partners = vec![Partner { home: seed::PARTNER, oid: seed::PIA.oid, roles: seed::PIA_IN_CRONUS.to_vec() }];
    let mut fabrikam = tenant(seed::FABRIKAM, "Fabrikam", &[seed::FABRIKAM_DOMAIN, "fabrikam.onmicrosoft.com"]);
    fabrikam.people = vec![person(seed::GUS)];
    let mut northwind = tenant(seed::NORTHWIND, "Northwind", &[seed::NORTHWIND_DOMAIN, "northwind.onmicrosoft.com"]);
    northwind.people = vec![person(seed::NORA)];
    let mut partner = tenant(seed::PARTNER, "Partner Inc.", &[seed::PARTNER_DOMAIN, "partnerinc.onmicrosoft.com"]);
    partner.people = vec![person(seed::PIA)];
    let mut vendor = tenant(seed::VENDOR, "Entrada Project", &[seed::VENDOR_DOMAIN, "entrada.onmicrosoft.com"]);
    let entrada = entrada(settings, ids);
    vendor.service_principals.push(principal_of(&entrada, seed::VENDOR, ids.uuid(), SEEDED_MS));
    vendor.applications.push(entrada);
    vendor.applications.extend(seed::VENDOR_INTEGRATIONS.map(|(app_id, name)| integration(app_id, name, ids)));
    for tenant in [&mut cronus, &mut fabrikam, &mut northwind, &mut partner, &mut vendor] {
        tenant.service_principals.push(graph(ids.uuid()));
    }
    for tenant in [&mut cronus, &mut fabrikam, &mut partner] {
        tenant.service_principals.push(business_central(ids.uuid(), SEEDED_MS));
    }
    Directory { tenants: vec![cronus, fabrikam, northwind, partner, vendor] }
}

fn tenant(id: Uuid, name: &str, domains: &[&str]) -> Tenant {
    Tenant {
        id,
        name: name.to_owned(),
        domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        people: Vec::new(),
        partners: Vec::new(),
        applications: Vec::new(),
        service_principals: Vec::new(),
        app_role_assignments: Vec::new(),
        permission_grants: Vec::new(),
        credential_policy: CredentialPolicy::default(),
        users_may_register_applications: false,
        users_may_consent: true,
        application_scope_grants_roles: true,
        deleted_keeps_unique_name: false,
    }
}

fn person(seed: SeedPerson) -> Person {
    Person {
        oid: seed.oid,
        upn: seed.upn.to_owned(),
        name: seed.name.to_owned(),
        roles: seed.roles.to_vec(),
        eligible_roles: Vec::new(),
        second_factor: false,
        enabled: true,
    }
}

fn entrada(settings: &Settings, ids: &mut Ids) -> Application {
    let properties = json!({
        "displayName": seed::ENTRADA_NAME,
        "signInAudience": "AzureADMultipleOrgs",
        "spa": { "redirectUris": settings.page_redirect_uris },
        "web": { "redirectUris": [] },
        "tags": [],
        "requiredResourceAccess": [
            { "resourceAppId": seed::GRAPH_APP_ID, "resourceAccess": [
                { "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope" },
                { "id": "bdfbf15f-ee85-4955-8675-146e8e5296b5", "type": "Scope" },
            ] },
            { "resourceAppId": seed::BUSINESS_CENTRAL_APP_ID, "resourceAccess": [
                { "id": seed::SCOPE_USER_IMPERSONATION, "type": "Scope" },
                { "id": seed::SCOPE_FINANCIALS, "type": "Scope" },
            ] },
        ],
    });
    let publisher = Some(seed::ENTRADA_PUBLISHER.to_owned());
    seeded(seed::ENTRADA_CLIENT_ID, properties, publisher, ids)
}

fn seeded(app_id: Uuid, properties: Value, verified_publisher: Option<String>, ids: &mut Ids) -> Application {
    Application {
        id: ids.uuid(),
        app_id,
        unique_name: None,
        created_ms: SEEDED_MS,
        created_by: None,
        owners: Vec::new(),
        properties: if let Value::Object(fields) = properties { fields } else { Map::new() },
        secrets: Vec::new(),
        keys: Vec::new(),
        federated: Vec::new(),
        verified_publisher,
        visible_ms: 0,
        deleted_ms: None,
    }
}

/// A vendor's multi-tenant integration, which brings its own credential; customers only admit it.
fn integration(app_id: Uuid, name: &str, ids: &mut Ids) -> Application {
    let properties = json!({
        "displayName": name,
        "signInAudience": "AzureADMultipleOrgs",
        "web": { "redirectUris": [] },
        "tags": [],
        "requiredResourceAccess": [
            { "resourceAppId": seed::BUSINESS_CENTRAL_APP_ID, "resourceAccess": [{ "id": seed::ROLE_API, "type": "Role" }] },
        ],
    });
    seeded(app_id, properties, None, ids)
}

/// The service principal an application gets in a tenant.
pub(crate) fn principal_of(application: &Application, owner_tenant: Uuid, id: Uuid, now: u64) -> ServicePrincipal {
    let tags = application.properties.get("tags").and_then(Value::as_array);
    let list = |name: &str| application.properties.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut names = vec![application.app_id.to_string()];
    names.extend(list("identifierUris").iter().filter_map(Value::as_str).map(str::to_owned));
    ServicePrincipal {
        id,
        app_id: application.app_id,
        display_name: application.text("displayName").to_owned(),
        enabled: true,
        owner_tenant,
        app_roles: list("appRoles"),
        scopes: Vec::new(),
        names,
        tags: tags.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        assignment_required: false,
        verified_publisher: application.verified_publisher.clone(),
        created_ms: now,
        visible_ms: 0,
        deleted_ms: None,
    }
}

fn scope(id: &str, value: &str, admin: bool, words: &str) -> Value {
    json!({
        "id": id, "value": value, "type": if admin { "Admin" } else { "User" }, "isEnabled": true,
        "adminConsentDisplayName": words, "adminConsentDescription": words,
        "userConsentDisplayName": words, "userConsentDescription": words,
    })
}

fn app_role(id: Uuid, value: &str, words: &str) -> Value {
    json!({
        "id": id, "value": value, "displayName": words, "description": words, "isEnabled": true,
        "allowedMemberTypes": ["Application"], "origin": "Application",
    })
}

fn first_party(id: Uuid, app_id: Uuid, name: &str, resource: &str, now: u64) -> ServicePrincipal {
    ServicePrincipal {
        id,
        app_id,
        display_name: name.to_owned(),
        enabled: true,
        owner_tenant: seed::MICROSOFT_TENANT,
        app_roles: Vec::new(),
        scopes: Vec::new(),
        names: vec![app_id.to_string(), resource.to_owned()],
        tags: Vec::new(),
        assignment_required: false,
        verified_publisher: None,
        created_ms: now,
        visible_ms: 0,
        deleted_ms: None,
    }
}

/// Microsoft Graph with the scopes of `graph.md` 8 and its own app role for applications, to tell it from others.
fn graph(id: Uuid) -> ServicePrincipal {
    let mut principal = first_party(id, seed::GRAPH_APP_ID, "Microsoft Graph", seed::GRAPH_RESOURCE, SEEDED_MS);
    principal.scopes = vec![
        scope("37f7f235-527c-4136-accd-4a02d197296e", "openid", false, "Sign users in"),
        scope("14dad69e-099b-42c9-810b-d002981feec1", "profile", false, "View users' basic profile"),
        scope("64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", "email", false, "View users' email address"),
        scope("7427e0e9-2fba-42fe-b0c0-848c9e6a8182", "offline_access", false, "Maintain access to given data"),
        scope("e1fe6dd8-ba31-4d61-89e7-88639da4683d", "User.Read", false, "Sign in and read your profile"),
        scope(
            "bdfbf15f-ee85-4955-8675-146e8e5296b5",
            "Application.ReadWrite.All",
            true,
            "Read and write all applications",
        ),
        scope("c79f8feb-a9db-4090-85f9-90d820caa0eb", "Application.Read.All", true, "Read all applications"),
        scope(
            "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
            "AppRoleAssignment.ReadWrite.All",
            true,
            "Manage app permission grants and app role assignments",
        ),
        scope("572fea84-0151-49b2-9301-11cb16974376", "Policy.Read.All", true, "Read your organization's policies"),
        scope("741c54c3-0c1e-44a1-818b-3f97ab4e8c83", "RoleManagement.Read.Directory", true, "Read directory roles"),
        scope(
            "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d",
            "RoleEligibilitySchedule.Read.Directory",
            true,
            "Read who may activate a directory role",
        ),
        scope(
            "344a729c-0285-42c6-9014-f12b9b8d6129",
            "RoleAssignmentSchedule.Read.Directory",
            true,
            "Read active directory role assignments",
        ),
        scope("06da0dbc-49e2-44d2-8312-53f166ab848a", "Directory.Read.All", true, "Read directory data"),
        scope(
            "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
            "DelegatedPermissionGrant.ReadWrite.All",
            true,
            "Manage all delegated permission grants",
        ),
    ];
    principal.app_roles = vec![app_role(
        uuid::uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
        "Application.Read.All",
        "Read all applications",
    )];
    principal
}

/// Business Central with its app roles and delegated scopes (`business-central.md` 1.3).
pub(crate) fn business_central(id: Uuid, now: u64) -> ServicePrincipal {
    let mut principal = first_party(
        id,
        seed::BUSINESS_CENTRAL_APP_ID,
        "Dynamics 365 Business Central",
        seed::BUSINESS_CENTRAL_RESOURCE,
        now,
    );
    principal.scopes = vec![
        scope(
            &seed::SCOPE_USER_IMPERSONATION.to_string(),
            "user_impersonation",
            false,
            "Access Dynamics 365 Business Central as you",
        ),
        scope(
            &seed::SCOPE_FINANCIALS.to_string(),
            "Financials.ReadWrite.All",
            false,
            "Read and write your financial data in Dynamics 365 Business Central",
        ),
    ];
    principal.app_roles = vec![
        app_role(seed::ROLE_API, "API.ReadWrite.All", "Full access to web services APIs"),
        app_role(seed::ROLE_AUTOMATION, "Automation.ReadWrite.All", "Full access to automation"),
        app_role(seed::ROLE_ADMIN_CENTER, "AdminCenter.ReadWrite.All", "Full access to the admin centre API"),
        app_role(seed::ROLE_APP_ACCESS, "app_access", "Access according to the application's permissions"),
    ];
    principal
}
