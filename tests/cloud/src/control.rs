//! Control routes, on every origin and only here: look at the state, reset it, and arrange what a test needs.
//!
//! `GET /_cloud/state` · `POST /_cloud/reset` · `POST /_cloud/faults` (one [`Fault`] or a list; `DELETE` ends them all) ·
//! `POST /_cloud/gates {"open":name}` (lets go on what a fault holds there) · `POST /_cloud/latency {"ms":n,"preflights_ms":n}` ·
//! `POST /_cloud/clock {"advance_ms":n}` · `POST /_cloud/lag {"ms":n}` · `POST /_cloud/edit` (one [`Edit`] or a list;
//! `{"business_central": wish}` for what lies inside Business Central; `{"cors": {"part": "odata", "allowed": false}}`,
//! `{"network": {"part": "admin", "up": false}}`, `{"limits": {"service_ms": 200}}`,
//! `{"challenge": {"claims": {"access_token": {…}}, "by_refresh": false}}`) ·
//! `POST /_cloud/business-central` (one arrangement or a list, see [`crate::business_central::BusinessCentral::arrange`]) ·
//! `POST /_cloud/violations` (where browsers report what the page tried against its policy) ·
//! `POST /_cloud/assertion {"issuer","subject","audience"}` (what an outside issuer would hand to a workload).

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::log::redact;
use crate::login::external_assertion;
use crate::state::{CredentialPolicy, Tenant};
use crate::wire::{empty, json as json_answer, set};
use crate::{Challenge, Cloud, Fault, Limits, Part, Request, Response};

/// An arrangement of the directory. Every one takes an optional `tenant` (id or domain), by default the first tenant.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Blocks a service principal, by application id.
    DisableServicePrincipal(Uuid),
    /// Unblocks it.
    EnableServicePrincipal(Uuid),
    /// Removes a service principal altogether, such as Business Central's.
    DropServicePrincipal(Uuid),
    /// Takes an app role away from an application.
    RemoveRoleAssignment {
        /// Application id of the holder.
        app_id: Uuid,
        /// Value of the role, such as `API.ReadWrite.All`; all roles when absent.
        #[serde(default)]
        role: Option<String>,
    },
    /// Lets every secret of an application expire.
    ExpireSecret(Uuid),
    /// Removes every secret of an application.
    RemoveSecrets(Uuid),
    /// Soft-deletes an application and its service principal.
    DeleteApplication(Uuid),
    /// Takes back every consent given to an application.
    RevokeConsent(Uuid),
    /// Sets the policy on application credentials.
    Policy {
        /// True when no secret may be added.
        #[serde(default)]
        secrets_forbidden: bool,
        /// Longest life of a secret in days.
        #[serde(default)]
        secret_max_days: Option<u64>,
        /// Longest life of a certificate in days.
        #[serde(default)]
        certificate_max_days: Option<u64>,
    },
    /// Sets the directory roles of a person.
    Roles {
        /// User principal name.
        upn: String,
        /// Template ids.
        roles: Vec<Uuid>,
    },
    /// Whether every user may register applications.
    UsersMayRegisterApplications(bool),
    /// Whether `Application.ReadWrite.All` covers granting app roles.
    ApplicationScopeGrantsRoles(bool),
    /// Whether a soft-deleted application still holds its `uniqueName`.
    DeletedKeepsUniqueName(bool),
    /// Whether Business Central's admin API answers pages of other origins.
    AdminApiCors(bool),
    /// Whether a part of Business Central answers pages of other origins.
    Cors {
        /// The part.
        part: Part,
        /// Whether it does.
        allowed: bool,
    },
    /// Whether a part of Business Central can be reached at all.
    Network {
        /// The part.
        part: Part,
        /// Whether it can.
        up: bool,
    },
    /// What Business Central allows one user; what is not named keeps its default.
    Limits(Limits),
    /// What Graph wants of every token; `null` when nothing more.
    Challenge(Option<Challenge>),
}

#[derive(Deserialize)]
struct EditRequest {
    #[serde(default)]
    tenant: Option<String>,
    #[serde(flatten)]
    edit: Edit,
}

/// Answers one control request. `now` is the cloud's time.
pub(crate) fn handle(cloud: &mut Cloud, request: &Request, now: u64) -> Response {
    let mut response = match (request.method().as_str(), request.uri().path()) {
        ("OPTIONS", _) => empty(204),
        ("GET", "/_cloud/state") => json_answer(200, &cloud.state_json(now)),
        ("POST", "/_cloud/reset") => {
            cloud.reset();
            empty(204)
        }
        ("POST", "/_cloud/violations") => {
            let report = String::from_utf8_lossy(request.body()).into_owned();
            cloud.violations.push(format!("content security policy: {report}"));
            empty(204)
        }
        ("DELETE", "/_cloud/faults") => {
            cloud.clear_faults();
            empty(204)
        }
        ("POST", path) => match post(cloud, path, request.body(), now) {
            Ok(Some(body)) => json_answer(200, &body),
            Ok(None) => empty(204),
            Err(why) => json_answer(400, &json!({ "error": why })),
        },
        _ => empty(404),
    };
    set(&mut response, "access-control-allow-origin", "*");
    set(&mut response, "access-control-allow-headers", "content-type");
    set(&mut response, "access-control-allow-methods", "GET, POST, DELETE");
    response
}

fn post(cloud: &mut Cloud, path: &str, body: &[u8], now: u64) -> Result<Option<Value>, String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let many = |value: Value| if let Value::Array(items) = value { items } else { vec![value] };
    match path {
        "/_cloud/faults" => {
            for item in many(body) {
                let fault: Fault = serde_json::from_value(item).map_err(|error| error.to_string())?;
                cloud.add_fault(fault);
            }
        }
        "/_cloud/clock" => {
            let ms = body.get("advance_ms").and_then(Value::as_i64).ok_or("advance_ms is missing")?;
            cloud.advance_clock(ms);
        }
        "/_cloud/gates" => {
            cloud.open_gate(body.get("open").and_then(Value::as_str).ok_or("open is missing")?);
        }
        "/_cloud/latency" => {
            let ms = body.get("ms").and_then(Value::as_u64).ok_or("ms is missing")?;
            cloud.set_latency(ms, body.get("preflights_ms").and_then(Value::as_u64).unwrap_or(ms));
        }
        "/_cloud/lag" => cloud.set_lag(body.get("ms").and_then(Value::as_u64).ok_or("ms is missing")?),
        "/_cloud/edit" => {
            for item in many(body) {
                if let Some(wish) = item.get("business_central") {
                    cloud.arrange_business_central(wish)?;
                    continue;
                }
                let wanted: EditRequest = serde_json::from_value(item).map_err(|error| error.to_string())?;
                cloud.edit(wanted.tenant.as_deref(), &wanted.edit, now)?;
            }
        }
        "/_cloud/business-central" => {
            for item in many(body) {
                cloud.business_central.arrange(&item, &mut cloud.ids)?;
            }
        }
        "/_cloud/assertion" => {
            let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
            let assertion = external_assertion(text("issuer"), text("subject"), text("audience"), now);
            return Ok(Some(json!({ "assertion": assertion })));
        }
        _ => return Err("no such control route".to_owned()),
    }
    Ok(None)
}

impl Cloud {
    /// The whole state, secrets redacted.
    pub fn state_json(&self, now: u64) -> Value {
        let mut state = json!({
            "now_ms": now,
            "lag_ms": self.lag_ms,
            "tenants": self.directory.tenants,
            "business_central": self.business_central.state_json(),
            "faults": self.faults,
            "held": self.held,
            "latency_ms": self.latency_ms,
            "log": self.log,
            "violations": self.violations,
        });
        redact(&mut state);
        state
    }

    /// Arranges one thing. `now` is the cloud's time.
    pub fn edit(&mut self, tenant: Option<&str>, edit: &Edit, now: u64) -> Result<(), String> {
        match edit {
            Edit::AdminApiCors(allowed) => self.set_admin_api_cors(*allowed),
            Edit::Cors { part, allowed } => self.set_cors(*part, *allowed),
            Edit::Network { part, up } => self.set_network(*part, *up),
            Edit::Limits(limits) => self.set_limits(*limits),
            Edit::Challenge(challenge) => self.set_challenge(challenge.clone()),
            _ => return self.edit_directory(tenant, edit, now),
        }
        Ok(())
    }

    fn edit_directory(&mut self, tenant: Option<&str>, edit: &Edit, now: u64) -> Result<(), String> {
        let name = tenant.map_or_else(|| crate::seed::CRONUS.to_string(), str::to_owned);
        let tenant = self.tenant_mut(&name).ok_or_else(|| format!("no tenant '{name}'"))?;
        apply(tenant, edit, now).ok_or_else(|| format!("nothing to edit for {edit:?}"))
    }

    /// Arranges something inside Business Central (see `BusinessCentral::arrange` for the wishes it knows).
    pub fn arrange_business_central(&mut self, wish: &Value) -> Result<(), String> {
        self.business_central.arrange(wish, &mut self.ids)
    }

    /// What the companion extension answers to a request of the page in its frame (see `BusinessCentral::bridge`).
    pub fn bridge(&mut self, tenant: Uuid, environment: &str, person: Uuid, request: &Value) -> Option<Value> {
        self.business_central.bridge(tenant, environment, person, request, &mut self.ids)
    }

    /// What an outside issuer would hand to a workload: a federated assertion this cloud accepts as that issuer's.
    pub fn external_assertion(&self, issuer: &str, subject: &str, audience: &str, now_ms: u64) -> String {
        external_assertion(issuer, subject, audience, self.time(now_ms))
    }
}

fn apply(tenant: &mut Tenant, edit: &Edit, now: u64) -> Option<()> {
    match edit {
        Edit::DisableServicePrincipal(id) => tenant.service_principal_mut(*id)?.enabled = false,
        Edit::EnableServicePrincipal(id) => tenant.service_principal_mut(*id)?.enabled = true,
        Edit::DropServicePrincipal(id) => {
            let gone = tenant.service_principal(*id)?.id;
            tenant.service_principals.retain(|known| known.id != gone);
            tenant.app_role_assignments.retain(|known| known.principal != gone && known.resource != gone);
            tenant.permission_grants.retain(|known| known.client != gone && known.resource != gone);
        }
        Edit::RemoveRoleAssignment { app_id, role } => {
            let holder = tenant.service_principal(*app_id)?.id;
            let wanted: Vec<Uuid> = tenant
                .service_principals
                .iter()
                .flat_map(|offer| &offer.app_roles)
                .filter(|known| role.is_none() || known.get("value").and_then(Value::as_str) == role.as_deref())
                .filter_map(|known| known.get("id").and_then(Value::as_str))
                .filter_map(|id| Uuid::parse_str(id).ok())
                .collect();
            tenant.app_role_assignments.retain(|known| known.principal != holder || !wanted.contains(&known.role));
        }
        Edit::ExpireSecret(id) => {
            for secret in &mut tenant.application_mut(*id)?.secrets {
                secret.end_ms = now.saturating_sub(1);
            }
        }
        Edit::RemoveSecrets(id) => tenant.application_mut(*id)?.secrets.clear(),
        Edit::DeleteApplication(id) => {
            tenant.application_mut(*id)?.deleted_ms = Some(now);
            if let Some(principal) = tenant.service_principal_mut(*id) {
                principal.deleted_ms = Some(now);
            }
        }
        Edit::RevokeConsent(id) => {
            let client = tenant.service_principal(*id)?.id;
            tenant.permission_grants.retain(|grant| grant.client != client);
        }
        Edit::Policy { secrets_forbidden, secret_max_days, certificate_max_days } => {
            tenant.credential_policy = CredentialPolicy {
                enabled: *secrets_forbidden || secret_max_days.is_some() || certificate_max_days.is_some(),
                secrets_forbidden: *secrets_forbidden,
                secret_max_days: *secret_max_days,
                certificate_max_days: *certificate_max_days,
            };
        }
        Edit::Roles { upn, roles } => {
            tenant.people.iter_mut().find(|person| person.upn.eq_ignore_ascii_case(upn))?.roles.clone_from(roles);
        }
        Edit::UsersMayRegisterApplications(may) => tenant.users_may_register_applications = *may,
        Edit::ApplicationScopeGrantsRoles(covers) => tenant.application_scope_grants_roles = *covers,
        Edit::DeletedKeepsUniqueName(keeps) => tenant.deleted_keeps_unique_name = *keeps,
        // Not the directory's.
        Edit::AdminApiCors(_) | Edit::Cors { .. } | Edit::Network { .. } | Edit::Limits(_) | Edit::Challenge(_) => {}
    }
    Some(())
}
