//! Directory objects as Graph shows them. Secrets and private parts are never among them.

use serde_json::{Map, Value, json};

use crate::graph::query::Collection;
use crate::seed::{ENTRADA_PUBLISHER_ID, roles};
use crate::state::{AppRoleAssignment, Application, ClientSecret, PermissionGrant, Person, ServicePrincipal, Tenant};
use crate::wire::timestamp;

/// `applications`.
pub(crate) const APPLICATIONS: Collection<'static> = Collection {
    context: "applications",
    properties: &[
        "id",
        "deletedDateTime",
        "appId",
        "createdDateTime",
        "createdByAppId",
        "displayName",
        "description",
        "notes",
        "uniqueName",
        "signInAudience",
        "publisherDomain",
        "identifierUris",
        "tags",
        "isDisabled",
        "disabledByMicrosoftStatus",
        "serviceManagementReference",
        "groupMembershipClaims",
        "isFallbackPublicClient",
        "defaultRedirectUri",
        "tokenEncryptionKeyId",
        "samlMetadataUrl",
        "optionalClaims",
        "addIns",
        "api",
        "appRoles",
        "info",
        "keyCredentials",
        "passwordCredentials",
        "publicClient",
        "requiredResourceAccess",
        "verifiedPublisher",
        "web",
        "spa",
        "servicePrincipalLockConfiguration",
        "parentalControlSettings",
        "authenticationBehaviors",
    ],
    filterable: &["id", "appId", "displayName", "tags", "createdDateTime", "signInAudience", "identifierUris"],
};

/// `servicePrincipals`.
pub(crate) const SERVICE_PRINCIPALS: Collection<'static> = Collection {
    context: "servicePrincipals",
    properties: &[
        "id",
        "deletedDateTime",
        "appId",
        "appDisplayName",
        "displayName",
        "accountEnabled",
        "appOwnerOrganizationId",
        "appRoleAssignmentRequired",
        "appRoles",
        "oauth2PermissionScopes",
        "servicePrincipalNames",
        "servicePrincipalType",
        "signInAudience",
        "tags",
        "verifiedPublisher",
        "keyCredentials",
        "passwordCredentials",
        "disabledByMicrosoftStatus",
        "notes",
        "description",
        "homepage",
        "loginUrl",
        "replyUrls",
        "alternativeNames",
    ],
    filterable: &[
        "id",
        "appId",
        "displayName",
        "tags",
        "accountEnabled",
        "appOwnerOrganizationId",
        "servicePrincipalNames",
    ],
};

/// `appRoleAssignments` and `appRoleAssignedTo`.
pub(crate) const ASSIGNMENTS: Collection<'static> = Collection {
    context: "appRoleAssignments",
    properties: &[
        "id",
        "deletedDateTime",
        "appRoleId",
        "createdDateTime",
        "principalDisplayName",
        "principalId",
        "principalType",
        "resourceDisplayName",
        "resourceId",
    ],
    filterable: &["resourceId", "principalId", "appRoleId", "principalDisplayName"],
};

/// `oauth2PermissionGrants`.
pub(crate) const PERMISSION_GRANTS: Collection<'static> = Collection {
    context: "oauth2PermissionGrants",
    properties: &["id", "clientId", "consentType", "principalId", "resourceId", "scope"],
    filterable: &["clientId", "consentType", "principalId", "resourceId"],
};

/// `federatedIdentityCredentials`.
pub(crate) const FEDERATED: Collection<'static> = Collection {
    context: "federatedIdentityCredentials",
    properties: &["id", "name", "issuer", "subject", "audiences", "description"],
    filterable: &["name", "issuer", "subject"],
};

/// `directoryRoles`.
pub(crate) const DIRECTORY_ROLES: Collection<'static> = Collection {
    context: "directoryRoles",
    properties: &["id", "deletedDateTime", "description", "displayName", "roleTemplateId"],
    filterable: &["displayName", "roleTemplateId", "id"],
};

fn verified_publisher(name: Option<&String>) -> Value {
    match name {
        Some(name) => json!({
            "displayName": name, "verifiedPublisherId": ENTRADA_PUBLISHER_ID, "addedDateTime": "2024-01-01T00:00:00Z",
        }),
        None => json!({ "displayName": null, "verifiedPublisherId": null, "addedDateTime": null }),
    }
}

/// A secret without its value.
pub(crate) fn secret(secret: &ClientSecret) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": secret.display_name,
        "endDateTime": timestamp(secret.end_ms),
        "hint": secret.hint,
        "keyId": secret.key_id,
        "secretText": null,
        "startDateTime": timestamp(secret.start_ms),
    })
}

/// An application. `with_keys`: `key` of certificates is shown only when `keyCredentials` was selected (`graph.md` 2).
pub(crate) fn application(tenant: &Tenant, application: &Application, with_keys: bool) -> Value {
    let mut fields = Map::new();
    for name in APPLICATIONS.properties {
        fields.insert((*name).to_owned(), Value::Null);
    }
    let empty_lists = ["addIns", "appRoles", "identifierUris", "requiredResourceAccess", "tags"];
    for name in empty_lists {
        fields.insert(name.to_owned(), json!([]));
    }
    for (name, value) in [
        (
            "api",
            json!({ "acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null,
            "oauth2PermissionScopes": [], "preAuthorizedApplications": [] }),
        ),
        (
            "info",
            json!({ "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
            "termsOfServiceUrl": null }),
        ),
        ("parentalControlSettings", json!({ "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow" })),
        ("publicClient", json!({ "redirectUris": [] })),
        ("spa", json!({ "redirectUris": [] })),
        (
            "web",
            json!({ "homePageUrl": null, "logoutUrl": null, "redirectUris": [], "redirectUriSettings": [],
            "implicitGrantSettings": { "enableAccessTokenIssuance": false, "enableIdTokenIssuance": false } }),
        ),
        ("publisherDomain", json!(tenant.domains.first())),
        ("verifiedPublisher", verified_publisher(application.verified_publisher.as_ref())),
    ] {
        fields.insert(name.to_owned(), value);
    }
    for (name, value) in &application.properties {
        match (fields.get_mut(name), value) {
            // A platform sent in part keeps the defaults of the rest.
            (Some(Value::Object(known)), Value::Object(sent)) => {
                known.extend(sent.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            _ => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    let keys = application.keys.iter().map(|key| {
        let mut key = key.clone();
        if !with_keys {
            key.insert("key".to_owned(), Value::Null);
        }
        Value::Object(key)
    });
    for (name, value) in [
        ("id", json!(application.id)),
        ("appId", json!(application.app_id)),
        ("uniqueName", json!(application.unique_name)),
        ("createdDateTime", json!(timestamp(application.created_ms / 1000 * 1000))),
        ("createdByAppId", json!(application.created_by)),
        ("deletedDateTime", json!(application.deleted_ms.map(|at| timestamp(at / 1000 * 1000)))),
        ("passwordCredentials", application.secrets.iter().map(secret).collect()),
        ("keyCredentials", keys.collect()),
    ] {
        fields.insert(name.to_owned(), value);
    }
    // Returned only when selected by name (`sign-in.md` 2.1).
    if fields.get("authenticationBehaviors") == Some(&Value::Null) {
        fields.remove("authenticationBehaviors");
    }
    Value::Object(fields)
}

/// A service principal.
pub(crate) fn service_principal(principal: &ServicePrincipal) -> Value {
    json!({
        "id": principal.id,
        "deletedDateTime": principal.deleted_ms.map(|at| timestamp(at / 1000 * 1000)),
        "accountEnabled": principal.enabled,
        "alternativeNames": [],
        "appDisplayName": principal.display_name,
        "appId": principal.app_id,
        "appOwnerOrganizationId": principal.owner_tenant,
        "appRoleAssignmentRequired": principal.assignment_required,
        "appRoles": principal.app_roles,
        "description": null,
        "disabledByMicrosoftStatus": null,
        "displayName": principal.display_name,
        "homepage": null,
        "keyCredentials": [],
        "loginUrl": null,
        "notes": null,
        "oauth2PermissionScopes": principal.scopes,
        "passwordCredentials": [],
        "replyUrls": [],
        "servicePrincipalNames": principal.names,
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": principal.tags,
        "verifiedPublisher": verified_publisher(principal.verified_publisher.as_ref()),
    })
}

/// A granted app role.
pub(crate) fn assignment(tenant: &Tenant, assignment: &AppRoleAssignment) -> Value {
    let name = |id| {
        tenant
            .service_principals
            .iter()
            .find(|principal| principal.id == id)
            .map(|principal| principal.display_name.clone())
    };
    json!({
        "id": assignment.id,
        "deletedDateTime": null,
        "appRoleId": assignment.role,
        "createdDateTime": timestamp(assignment.created_ms),
        "principalDisplayName": name(assignment.principal),
        "principalId": assignment.principal,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": name(assignment.resource),
        "resourceId": assignment.resource,
    })
}

/// A delegated grant.
pub(crate) fn permission_grant(grant: &PermissionGrant) -> Value {
    json!({
        "id": grant.id,
        "clientId": grant.client,
        "consentType": if grant.person.is_some() { "Principal" } else { "AllPrincipals" },
        "principalId": grant.person,
        "resourceId": grant.resource,
        "scope": grant.scopes.join(" "),
    })
}

/// A directory role. Its object id differs from its template id, as in the real directory.
pub(crate) fn directory_role(tenant: &Tenant, template: uuid::Uuid) -> Value {
    let id = uuid::Uuid::new_v5(&tenant.id, template.as_bytes());
    json!({
        "id": id,
        "deletedDateTime": null,
        "description": null,
        "displayName": roles::name(template),
        "roleTemplateId": template,
    })
}

/// The signed-in person.
pub(crate) fn person(person: &Person) -> Value {
    let (given, family) = person.name.split_once(' ').unwrap_or((person.name.as_str(), ""));
    json!({
        "id": person.oid,
        "businessPhones": [],
        "displayName": person.name,
        "givenName": given,
        "jobTitle": null,
        "mail": person.upn,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": family,
        "userPrincipalName": person.upn,
    })
}
