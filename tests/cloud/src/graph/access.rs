//! Who may do what: the token's scope AND the person's directory role AND ownership (`graph.md` 1, 6, 7, 8).
//!
//! For an application on its own (client credentials) its app roles stand for the scopes and no directory role is asked.

use uuid::Uuid;

use crate::Cloud;
use crate::graph::Call;
use crate::graph::error::GraphError;
use crate::seed::roles;
use crate::state::{Application, ServicePrincipal};
use crate::tokens::Holder;

const APPLICATION_ADMINISTRATORS: [Uuid; 3] =
    [roles::GLOBAL_ADMINISTRATOR, roles::APPLICATION_ADMINISTRATOR, roles::CLOUD_APPLICATION_ADMINISTRATOR];

const READS_APPLICATIONS: [&str; 4] =
    ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const WRITES_APPLICATIONS: [&str; 2] = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];

impl Call {
    /// 403 unless the token carries one of these scopes.
    pub(crate) fn need_scope(&self, wanted: &[&str]) -> Result<(), GraphError> {
        let held = match &self.issued.holder {
            Holder::Person { scopes, .. } => scopes,
            Holder::App { roles } => roles,
        };
        if held.iter().any(|scope| wanted.contains(&scope.as_str())) { Ok(()) } else { Err(GraphError::denied()) }
    }

    /// 403 unless the token may read applications and service principals.
    pub(crate) fn may_read_applications(&self) -> Result<(), GraphError> {
        self.need_scope(&READS_APPLICATIONS)
    }

    fn is_app(&self) -> bool {
        matches!(self.issued.holder, Holder::App { .. })
    }

    fn holds_any(&self, cloud: &Cloud, wanted: &[Uuid]) -> bool {
        let Holder::Person { home, oid, .. } = &self.issued.holder else {
            return false;
        };
        cloud
            .directory
            .tenant(self.issued.tenant)
            .is_some_and(|tenant| tenant.roles_of(*home, *oid).iter().any(|role| wanted.contains(role)))
    }

    fn is_owner(&self, application: &Application) -> bool {
        self.person().is_some_and(|oid| application.owners.contains(&oid))
    }

    /// 403 unless the caller may register applications. `Ok(true)`: the caller becomes the owner.
    pub(crate) fn may_create_application(&self, cloud: &Cloud) -> Result<bool, GraphError> {
        self.need_scope(&["Application.ReadWrite.All", "Directory.ReadWrite.All", "AppRegistration.Create"])?;
        if self.is_app() || self.holds_any(cloud, &APPLICATION_ADMINISTRATORS) {
            return Ok(false);
        }
        let by_role = self.holds_any(cloud, &[roles::APPLICATION_DEVELOPER, roles::SECURITY_ADMINISTRATOR]);
        let by_default = self.tenant(cloud)?.users_may_register_applications && self.person().is_some();
        if by_role || by_default { Ok(true) } else { Err(GraphError::denied()) }
    }

    /// 403 unless the caller may change this application.
    pub(crate) fn may_change_application(&self, cloud: &Cloud, application: &Application) -> Result<(), GraphError> {
        self.need_scope(&WRITES_APPLICATIONS)?;
        let allowed = self.is_app() || self.holds_any(cloud, &APPLICATION_ADMINISTRATORS) || self.is_owner(application);
        if allowed { Ok(()) } else { Err(GraphError::denied()) }
    }

    /// 403 unless the caller may make the service principal of an application: administrators for any, owners for their own.
    pub(crate) fn may_create_service_principal(
        &self,
        cloud: &Cloud,
        own: Option<&Application>,
    ) -> Result<(), GraphError> {
        self.need_scope(&WRITES_APPLICATIONS)?;
        let owns = own.is_some_and(|application| self.is_owner(application));
        if self.is_app() || self.holds_any(cloud, &APPLICATION_ADMINISTRATORS) || owns {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
    }

    /// 403 unless the caller may change this service principal.
    pub(crate) fn may_change_service_principal(
        &self,
        cloud: &Cloud,
        principal: &ServicePrincipal,
    ) -> Result<(), GraphError> {
        let own = self.tenant(cloud)?.application(principal.app_id);
        self.may_create_service_principal(cloud, own)
    }

    /// 403 unless the caller may grant an app role of this resource (`graph.md` 7).
    pub(crate) fn may_grant_role(&self, cloud: &Cloud, resource_is_graph: bool) -> Result<(), GraphError> {
        let by_grant_scope =
            self.need_scope(&["AppRoleAssignment.ReadWrite.All"]).and_then(|()| self.may_read_applications());
        let by_application_scope = !resource_is_graph
            && self.tenant(cloud)?.application_scope_grants_roles
            && self.need_scope(&["Application.ReadWrite.All"]).is_ok();
        if by_grant_scope.is_err() && !by_application_scope {
            return Err(GraphError::denied());
        }
        let enough: &[Uuid] = if resource_is_graph {
            &[roles::GLOBAL_ADMINISTRATOR, roles::PRIVILEGED_ROLE_ADMINISTRATOR]
        } else {
            &[
                roles::GLOBAL_ADMINISTRATOR,
                roles::APPLICATION_ADMINISTRATOR,
                roles::CLOUD_APPLICATION_ADMINISTRATOR,
                roles::PRIVILEGED_ROLE_ADMINISTRATOR,
                roles::USER_ADMINISTRATOR,
                roles::IDENTITY_GOVERNANCE_ADMINISTRATOR,
                roles::HYBRID_IDENTITY_ADMINISTRATOR,
                roles::DIRECTORY_WRITERS,
            ]
        };
        if self.is_app() || self.holds_any(cloud, enough) { Ok(()) } else { Err(GraphError::denied()) }
    }

    /// 403 unless the caller may restore or purge deleted applications (`graph.md` 2).
    pub(crate) fn may_handle_deleted(&self, cloud: &Cloud) -> Result<(), GraphError> {
        self.need_scope(&WRITES_APPLICATIONS)?;
        let administrators = [
            roles::GLOBAL_ADMINISTRATOR,
            roles::APPLICATION_ADMINISTRATOR,
            roles::CLOUD_APPLICATION_ADMINISTRATOR,
            roles::HYBRID_IDENTITY_ADMINISTRATOR,
        ];
        if self.is_app() || self.holds_any(cloud, &administrators) { Ok(()) } else { Err(GraphError::denied()) }
    }
}
