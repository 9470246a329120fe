//! Environments both ways: the short list for any user, and the admin API for administrators and partners
//! (`business-central.md` 1.2).

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::is_internal_admin;
use super::authorized_apps;
use super::errors::{admin_error, json_response};
use super::model::{BcTenant, Environment, EnvironmentKind, EnvironmentStatus};
use crate::Response;
use crate::caller::Caller;

/// Latest admin API version (`business-central.md` 1.1).
const LATEST_MINOR: u32 = 29;

fn kind(environment: &Environment) -> &'static str {
    match environment.kind {
        EnvironmentKind::Production => "Production",
        EnvironmentKind::Sandbox => "Sandbox",
    }
}

fn short_row(tenant: &BcTenant, environment: &Environment, origin: &str) -> Value {
    json!({
        "aadTenantId": tenant.id,
        "applicationFamily": "BusinessCentral",
        "type": kind(environment),
        "name": environment.name,
        "countryCode": environment.country,
        "webServiceUrl": origin,
        "webClientLoginUrl": format!("https://businesscentral.dynamics.com/{}/{}", tenant.id, environment.name),
        "ringName": "PROD",
    })
}

fn admin_row(tenant: &BcTenant, environment: &Environment, origin: &str) -> Value {
    let [major, minor, build, revision] = environment.version;
    let mut row = short_row(tenant, environment, origin);
    let version = json!({
        "version": format!("{major}.{minor}.{build}.{revision}"),
        "gracePeriodStartDate": "2027-05-01T00:00:00Z",
        "enforcedUpdatePeriodStartDate": "2027-06-01T00:00:00Z",
    });
    let more = json!({
        "friendlyName": environment.name,
        "status": environment.status,
        "locationName": "West Europe",
        "geoName": "Europe",
        "appInsightsKey": "",
        "AppSourceAppsUpdateCadence": "Default",
        "versionDetails": version,
    });
    if let (Value::Object(row), Value::Object(more)) = (&mut row, more) {
        row.extend(more);
    }
    row
}

/// `GET /environments/v1.2`: any signed-in caller of the tenant. Which role it needs is undocumented; public scripts use it
/// with an ordinary delegated token (`business-central.md` 1.2).
pub(super) fn list_for_user(tenant: Option<&BcTenant>, method: &Method, origin: &str) -> Response {
    if method != Method::GET {
        return admin_error(StatusCode::METHOD_NOT_ALLOWED, "Unknown", "Only GET is allowed here.");
    }
    let rows: Vec<Value> = tenant
        .into_iter()
        .flat_map(|tenant| tenant.environments.iter().map(move |each| (tenant, each)))
        // The short list has no status to tell a deleted environment by, so it names none.
        .filter(|(_, each)| each.status != EnvironmentStatus::SoftDeleted)
        .map(|(tenant, each)| short_row(tenant, each, origin))
        .collect();
    json_response(StatusCode::OK, &json!({ "value": rows }))
}

/// `/admin/{version}/…`, with its roles. Applications need the app role and to be listed as authorized.
pub(super) fn admin(
    tenant: Option<&mut BcTenant>,
    consents: &BTreeSet<Uuid>,
    caller: &Caller,
    method: &Method,
    segments: &[String],
    origin: &str,
) -> Response {
    let version_known = segments
        .first()
        .and_then(|version| version.strip_prefix("v2."))
        .and_then(|minor| minor.parse::<u32>().ok())
        .is_some_and(|minor| minor <= LATEST_MINOR);
    if !version_known {
        return admin_error(StatusCode::NOT_FOUND, "Unknown", "This version of the API does not exist.");
    }
    if !may_administer(tenant.as_deref(), caller) {
        return admin_error(
            StatusCode::FORBIDDEN,
            "Unknown",
            "The caller may not administer this tenant's environments.",
        );
    }
    if let ([_, word, rest @ ..], Some(tenant)) = (segments, tenant) {
        if word == "authorizedAadApps" {
            return authorized_apps::handle(tenant, consents, caller, method, rest);
        }
        return applications(Some(tenant), method, segments, origin);
    }
    applications(None, method, segments, origin)
}

/// `GET /admin/{version}/applications/…`: the environments.
fn applications(tenant: Option<&BcTenant>, method: &Method, segments: &[String], origin: &str) -> Response {
    if method != Method::GET {
        return admin_error(StatusCode::METHOD_NOT_ALLOWED, "Unknown", "Only GET is allowed here.");
    }
    let environments =
        || tenant.into_iter().flat_map(|tenant| tenant.environments.iter().map(move |each| (tenant, each)));
    let words: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    let family_known = |family: &str| family.eq_ignore_ascii_case("BusinessCentral");
    match words.as_slice() {
        ["applications", "environments"] => {
            let rows: Vec<Value> = environments().map(|(tenant, each)| admin_row(tenant, each, origin)).collect();
            json_response(StatusCode::OK, &json!({ "value": rows }))
        }
        ["applications", family, "environments", ..] if !family_known(family) => {
            admin_error(StatusCode::NOT_FOUND, "applicationTypeDoesNotExist", "There is no such application family.")
        }
        ["applications", _, "environments"] => {
            let rows: Vec<Value> = environments().map(|(tenant, each)| admin_row(tenant, each, origin)).collect();
            json_response(StatusCode::OK, &json!({ "value": rows }))
        }
        ["applications", _, "environments", name] => {
            match environments().find(|(_, each)| each.name.eq_ignore_ascii_case(name)) {
                Some((tenant, each)) => json_response(StatusCode::OK, &admin_row(tenant, each, origin)),
                None => admin_error(StatusCode::NOT_FOUND, "environmentNotFound", "There is no such environment."),
            }
        }
        _ => admin_error(StatusCode::NOT_FOUND, "Unknown", "There is nothing at this address."),
    }
}

fn may_administer(tenant: Option<&BcTenant>, caller: &Caller) -> bool {
    match caller {
        Caller::Person { role_template_ids, delegated_partner, .. } => {
            *delegated_partner || is_internal_admin(role_template_ids)
        }
        Caller::App { client_id, roles, .. } => {
            roles.iter().any(|role| role == "AdminCenter.ReadWrite.All")
                && tenant.is_some_and(|tenant| tenant.authorized_apps.contains(client_id))
        }
    }
}
