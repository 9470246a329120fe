//! Requests to one environment (business-central.md 1.1, 2).

use super::answers::PermissionSet;
use super::{code, get, literal, write};
use crate::protocol::http::{Method, Request};
use crate::protocol::json::json;
use crate::protocol::url;

/// Builds requests to one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub(super) base: String,
    pub(super) environment: String,
}

impl Site {
    /// The environment `name` of a tenant.
    pub fn new(origin: &str, tenant: &str, environment: &str) -> Self {
        Self {
            base: format!("{origin}/v2.0/{}/{}", url::encode(tenant), url::encode(environment)),
            environment: environment.to_owned(),
        }
    }

    /// The address the receiving system will use.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Companies; also the probe that tells whether the environment exists.
    pub fn companies(&self) -> Request {
        get(format!("{}/api/v2.0/companies?$select=id,name,displayName", self.base))
    }

    pub(super) fn automation(&self, company: &str, path: &str) -> String {
        format!("{}/api/microsoft/automation/v2.0/companies({}){path}", self.base, url::encode(company))
    }

    /// Permission sets there are.
    pub fn permission_sets(&self, company: &str) -> Request {
        get(self.automation(company, "/permissionSets?$select=id,displayName,appId,extensionName,scope"))
    }

    /// Users with this name; names of users are capitals, filters compare as the database does.
    pub fn users_named(&self, company: &str, name: &str) -> Request {
        let filter = format!(
            "/users?$select=userSecurityId,userName,displayName,state&$filter=userName%20eq%20{}",
            literal(&code(name))
        );
        get(self.automation(company, &filter))
    }

    /// One user.
    pub fn user(&self, company: &str, security_id: &str) -> Request {
        get(self.automation(
            company,
            &format!("/users({})?$select=userSecurityId,userName,displayName,state", url::encode(security_id)),
        ))
    }

    /// The permission sets of a user.
    pub fn user_permissions(&self, company: &str, security_id: &str) -> Request {
        get(self.automation(company, &format!("/users({})/userPermissions", url::encode(security_id))))
    }

    /// Gives a permission set; role id, app id and scope always together (business-central.md 2). An empty
    /// `for_company` means all companies.
    pub fn give(&self, company: &str, security_id: &str, set: &PermissionSet, for_company: &str) -> Request {
        let path = format!("/users({})/userPermissions", url::encode(security_id));
        write(Method::Post, self.automation(company, &path))
            .json(json!({ "roleId": &set.role_id, "appId": &set.app_id, "scope": &set.scope, "company": for_company }))
    }

    /// Takes a permission set away.
    pub fn take(&self, company: &str, security_id: &str, permission: &str, etag: Option<&str>) -> Request {
        let path = ["/users(", &url::encode(security_id), ")/userPermissions(", &url::encode(permission), ")"].concat();
        write(Method::Delete, self.automation(company, &path)).if_match(etag)
    }

    /// What kind of user somebody is, told with their permission sets; 404 before 2026 (business-central.md 2).
    pub fn kind_of_user(&self, company: &str, security_id: &str) -> Request {
        let filter = "/accessControls?$select=userSecurityId,userLicenseType&$filter=userSecurityId%20eq%20";
        get(self.automation(company, &[filter, &url::encode(security_id)].concat()))
    }
}
