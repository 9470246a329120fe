//! The read pages of 2026: `accessControls`, `usersPermissions`, `userPermissionSets` (`business-central.md` 2).
//!
//! They came with a change of spring 2026, so with version 28, the release of that spring; older versions answer 404.

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, Kind, SCOPE, STATE, read};
use super::errors::Refusal;
use super::model::{AccessControl, Environment, License, User};
use super::odata::{Call, Segment, part};
use super::text::Language;
use super::users::expiry;
use crate::Response;

/// First version that has the pages.
const FIRST_VERSION: u32 = 28;

static ACCESS_CONTROLS: EntitySet<'static> = EntitySet {
    name: "accessControls",
    kind: "accessControl",
    properties: &[
        read("id", Kind::Guid),
        read("userSecurityId", Kind::Guid),
        read("roleId", Kind::Code(20)),
        read("roleName", Kind::Text(30)),
        read("company", Kind::Text(30)),
        read("userName", Kind::Code(50)),
        read("fullName", Kind::Text(80)),
        read("userLicenseType", Kind::Text(30)),
        read("scope", SCOPE),
        read("appId", Kind::Guid),
        read("appName", Kind::Text(250)),
    ],
};

static USERS_PERMISSIONS: EntitySet<'static> = EntitySet {
    name: "usersPermissions",
    kind: "usersPermission",
    properties: &[
        read("id", Kind::Guid),
        read("userSecurityId", Kind::Guid),
        read("userName", Kind::Code(50)),
        read("fullName", Kind::Text(80)),
        read("state", STATE),
        read("expiryDate", Kind::DateTime),
        read("licenseType", Kind::Text(30)),
        read("authenticationEmail", Kind::Text(250)),
        read("contactEmail", Kind::Text(250)),
        read("applicationId", Kind::Guid),
    ],
};

static USER_PERMISSION_SETS: EntitySet<'static> = EntitySet {
    name: "userPermissionSets",
    kind: "userPermissionSet",
    properties: &[
        read("id", Kind::Guid),
        read("userSecurityId", Kind::Guid),
        read("type", Kind::Text(20)),
        read("roleId", Kind::Code(20)),
        read("roleName", Kind::Text(30)),
        read("securityGroupCode", Kind::Code(20)),
        read("company", Kind::Text(30)),
        read("scope", SCOPE),
        read("appId", Kind::Guid),
        read("appName", Kind::Text(250)),
    ],
};

/// Whether this version has a page of this name.
pub(super) fn known(environment: &Environment, name: &str) -> bool {
    environment.version[0] >= FIRST_VERSION
        && [ACCESS_CONTROLS.name, USERS_PERMISSIONS.name, USER_PERMISSION_SETS.name].contains(&name)
}

/// One of the pages; all are for reading.
pub(super) fn handle(
    environment: &Environment,
    principal: &Principal,
    call: &Call<'_>,
    entity: &Segment,
    context: &str,
) -> Result<Response, Refusal> {
    access::permit_read_pages(principal)?;
    if call.method != Method::GET || entity.key.is_some() {
        return Err(Refusal::no_method(call.method, &entity.name));
    }
    if entity.name == ACCESS_CONTROLS.name {
        call.list(&ACCESS_CONTROLS, context, access_controls(environment, call.language))
    } else if entity.name == USERS_PERMISSIONS.name {
        call.list(&USERS_PERMISSIONS, context, users(environment, call))
    } else {
        let rows = environment.access_control.iter().map(|row| permission_set(environment, row)).collect();
        call.list(&USER_PERMISSION_SETS, context, rows)
    }
}

/// The licence in words, as the pages compute it: in the caller's language.
fn license_name(license: License, language: Language) -> &'static str {
    let (english, danish) = match license {
        License::FullUser => ("Full User", "Fuld bruger"),
        License::LimitedUser => ("Limited User", "Begrænset bruger"),
        License::DeviceOnlyUser => ("Device Only User", "Kun enhed-bruger"),
        License::InternalAdministrator => ("Internal Administrator", "Intern administrator"),
        License::ExternalAdministrator => ("External Administrator", "Ekstern administrator"),
        License::ExternalAccountant => ("External Accountant", "Ekstern bogholder"),
        License::ExternalUser => ("External User", "Ekstern bruger"),
        License::Application => ("Application", "Applikation"),
    };
    match language {
        Language::English => english,
        Language::Danish => danish,
    }
}

/// Every assignment with the licence of its user; users without any permission set do not show.
fn access_controls(environment: &Environment, language: Language) -> Vec<Value> {
    let known = environment.access_control.iter().filter_map(|row| Some((row, environment.user(row.user)?)));
    known
        .map(|(row, user)| {
            let set = environment.permission_set(row);
            json!({
                "id": row.id,
                "userSecurityId": user.security_id,
                "roleId": row.role_id,
                "roleName": set.map_or("", |set| set.name.as_str()),
                "company": row.company,
                "userName": user.user_name,
                "fullName": user.full_name,
                "userLicenseType": license_name(user.license, language),
                "scope": row.scope.word(),
                "appId": row.app_id,
                "appName": set.map_or("", |set| set.extension_name.as_str()),
            })
        })
        .collect()
}

/// People of six licence types; the page's view leaves applications out, although it has their client id as a column.
fn users(environment: &Environment, call: &Call<'_>) -> Vec<Value> {
    let shown = |user: &&User| {
        matches!(
            user.license,
            License::FullUser
                | License::LimitedUser
                | License::DeviceOnlyUser
                | License::ExternalUser
                | License::ExternalAdministrator
                | License::ExternalAccountant
        )
    };
    let row = |user: &User| {
        let mut row = json!({
            "id": Uuid::new_v5(&user.security_id, b"User"),
            "userSecurityId": user.security_id,
            "userName": user.user_name,
            "fullName": user.full_name,
            "state": user.state.word(),
            "expiryDate": expiry(user),
            "licenseType": license_name(user.license, call.language),
            "authenticationEmail": user.contact_email,
            "contactEmail": user.contact_email,
            "applicationId": user.application_id.unwrap_or_default(),
        });
        if call.expands(USER_PERMISSION_SETS.name) {
            let sets = environment.assignments(user.security_id);
            row[USER_PERMISSION_SETS.name] = part(sets.map(|set| permission_set(environment, set)).collect());
        }
        row
    };
    environment.users.iter().filter(shown).map(row).collect()
}

fn permission_set(environment: &Environment, row: &AccessControl) -> Value {
    let set = environment.permission_set(row);
    json!({
        "id": row.id,
        "userSecurityId": row.user,
        "type": "User",
        "roleId": row.role_id,
        "roleName": set.map_or("", |set| set.name.as_str()),
        "securityGroupCode": "",
        "company": row.company,
        "scope": row.scope.word(),
        "appId": row.app_id,
        "appName": set.map_or("", |set| set.extension_name.as_str()),
    })
}
