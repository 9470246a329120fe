//! Microsoft Graph v1.0: one request builder and one answer type per call we make. Contract: the OpenAPI subset in
//! `../shared/openapi`; traps: `graph.md`. Nothing here is sent; see `flow`.

mod answers;
mod batch;

pub use answers::*;
pub use batch::{BatchItem, batch, read_batch};

use super::http::{Method, Request};
use super::json::{Value, json};
use super::url;

/// Business Central's own application id in every tenant (graph.md 6).
pub const BUSINESS_CENTRAL_APP: &str = "996def3d-b36c-4153-8607-a6fd3c01b89f";

/// Builds requests against one Graph origin; relative ones for a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    root: String,
}

const SP_FIELDS: &str = "id,appId,displayName,accountEnabled,appRoles,verifiedPublisher,appOwnerOrganizationId";
const APP_FIELDS: &str =
    "id,appId,displayName,uniqueName,signInAudience,tags,web,requiredResourceAccess,passwordCredentials,isDisabled";

/// A value inside quotes of an OData key or filter: quotes doubled, then percent-encoded.
fn quoted(text: &str) -> String {
    url::encode(&text.replace('\'', "''"))
}

impl Graph {
    /// Absolute requests to this origin.
    pub fn at(origin: &str) -> Self {
        Self { root: format!("{origin}/v1.0") }
    }

    /// Relative requests, for [`batch`].
    pub fn relative() -> Self {
        Self { root: String::new() }
    }

    fn get(&self, path: &str) -> Request {
        Request::get(format!("{}{path}", self.root))
    }

    fn write(&self, method: Method, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.root))
    }

    /// Who is signed in.
    pub fn me(&self) -> Request {
        self.get("/me?$select=id,displayName,userPrincipalName")
    }

    /// Directory roles active now, direct or by group; the type cast needs `ConsistencyLevel` and `$count` (graph.md 8).
    pub fn my_roles(&self) -> Request {
        self.get(
            "/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true&$select=id,displayName,roleTemplateId",
        )
        .header("ConsistencyLevel", "eventual")
    }

    /// The tenant.
    pub fn organization(&self) -> Request {
        self.get("/organization?$select=id,displayName,verifiedDomains")
    }

    /// A service principal by its application's id.
    pub fn service_principal(&self, app_id: &str) -> Request {
        self.get(&format!("/servicePrincipals(appId='{}')?$select={SP_FIELDS}", quoted(app_id)))
    }

    /// What roles the service principal of an application holds.
    pub fn grants(&self, app_id: &str) -> Request {
        self.get(&format!("/servicePrincipals(appId='{}')/appRoleAssignments", quoted(app_id)))
    }

    /// An application by the name that is ours and unique (graph.md 1).
    pub fn application_by_unique_name(&self, unique_name: &str) -> Request {
        self.get(&format!("/applications(uniqueName='{}')?$select={APP_FIELDS}", quoted(unique_name)))
    }

    /// An application by its client id.
    pub fn application_by_app_id(&self, app_id: &str) -> Request {
        self.get(&format!("/applications(appId='{}')?$select={APP_FIELDS}", quoted(app_id)))
    }

    /// Applications that bear this display name; names are not unique.
    pub fn applications_named(&self, display_name: &str) -> Request {
        self.get(&format!(
            "/applications?$filter=displayName%20eq%20'{}'&$select=id,appId,displayName,uniqueName,tags&$top=10",
            quoted(display_name)
        ))
    }

    /// The tenant's rules for application credentials; needs `Policy.Read.All`.
    pub fn credential_policy(&self) -> Request {
        self.get("/policies/defaultAppManagementPolicy")
    }

    /// Creates or updates the application with this unique name: 201 with body, or 204 without (graph.md 1).
    pub fn upsert_application(&self, unique_name: &str, body: Value) -> Request {
        self.write(Method::Patch, &format!("/applications(uniqueName='{}')", quoted(unique_name)))
            .header("Prefer", "create-if-missing")
            .json(body)
    }

    /// Changes an application that exists.
    pub fn update_application(&self, object_id: &str, body: Value) -> Request {
        self.write(Method::Patch, &format!("/applications/{}", url::encode(object_id))).json(body)
    }

    /// Creates the service principal of an application, or finds it: 201 with body, or 204 without (graph.md 6).
    pub fn upsert_service_principal(&self, app_id: &str, display_name: &str) -> Request {
        self.write(Method::Patch, &format!("/servicePrincipals(appId='{}')", quoted(app_id)))
            .header("Prefer", "create-if-missing")
            .json(json!({ "displayName": display_name }))
    }

    /// Lets the service principal have tokens, or no longer (graph.md 6).
    pub fn enable_service_principal(&self, object_id: &str, enabled: bool) -> Request {
        self.write(Method::Patch, &format!("/servicePrincipals/{}", url::encode(object_id)))
            .json(json!({ "accountEnabled": enabled }))
    }

    /// Grants one application role, which for a resource other than Graph is the admin consent (graph.md 7).
    pub fn grant(&self, resource_sp: &str, client_sp: &str, role: &str) -> Request {
        self.write(Method::Post, &format!("/servicePrincipals/{}/appRoleAssignedTo", url::encode(resource_sp)))
            .json(json!({ "principalId": client_sp, "resourceId": resource_sp, "appRoleId": role }))
    }

    /// Makes a client secret; the answer is the only time its text is seen (graph.md 3).
    pub fn add_secret(&self, object_id: &str, display_name: &str, ends: &str) -> Request {
        self.write(Method::Post, &format!("/applications/{}/addPassword", url::encode(object_id)))
            .json(json!({ "passwordCredential": json!({ "displayName": display_name, "endDateTime": ends }) }))
    }

    /// Deletes an application; it can be restored for 30 days (graph.md 2).
    pub fn delete_application(&self, object_id: &str) -> Request {
        self.write(Method::Delete, &format!("/applications/{}", url::encode(object_id)))
    }

    /// Deletes a service principal.
    pub fn delete_service_principal(&self, id: &str) -> Request {
        self.write(Method::Delete, &format!("/servicePrincipals/{}", url::encode(id)))
    }

    /// Takes one application role away again.
    pub fn revoke(&self, resource_sp: &str, grant: &str) -> Request {
        let [resource, grant] = [resource_sp, grant].map(url::encode);
        self.write(Method::Delete, &format!("/servicePrincipals/{resource}/appRoleAssignedTo/{grant}"))
    }

    /// Removes a client secret.
    pub fn remove_secret(&self, object_id: &str, key_id: &str) -> Request {
        self.write(Method::Post, &format!("/applications/{}/removePassword", url::encode(object_id)))
            .json(json!({ "keyId": key_id }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_names_cannot_leave_the_filter() {
        let request = Graph::at("https://g").applications_named("O'Brien & Söner' or 1 eq 1");
        assert_eq!(
            request.url,
            "https://g/v1.0/applications?$filter=displayName%20eq%20'O%27%27Brien%20%26%20S%C3%B6ner%27%27%20or%201%20eq%201'&$select=id,appId,displayName,uniqueName,tags&$top=10"
        );
    }

    #[test]
    fn upserts_ask_to_create_what_is_missing() {
        let request = Graph::relative().upsert_service_principal("a1", "Shop");
        assert_eq!(request.url, "/servicePrincipals(appId='a1')");
        assert_eq!(request.headers, [("Prefer", "create-if-missing".to_owned())]);
    }
}
