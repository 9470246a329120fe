//! Business Central's APIs: environments, companies, users, permission sets and the Microsoft Entra application
//! record. Addresses, bodies and traps: `business-central.md`. Nothing here is sent; see `flow`.

mod admin;
mod answers;
mod bridge;
mod links;
mod metadata;
mod packages;
mod records;
mod site;

pub use admin::{
    AuthorizedApp, Environment, ODATA_RETIRED, READ_PAGES, admin_base, admin_environments, authorize_app,
    authorized_apps, major, read_authorized_apps, read_environments, remove_authorized_app, user_environments,
};
pub use answers::{
    Company, Page, PermissionSet, User, UserPermission, accepted, read_companies, read_is_application,
    read_permission_sets, read_user, read_user_permissions, read_users, success,
};
pub use bridge::{BRIDGE, GONE, SILENT, bridge_refusal, bridge_response, is_of_bridge, was_there};
pub use links::{new_record_link, record_link};
pub use metadata::{find_page, read_metadata};
pub use packages::{PackageStatus, Progress, package_code, package_xml, read_package, read_packages};
pub use records::{Collection, EntraRecord, PartnerApi, RecordApi, RecordFields, read_record, read_records};
pub use site::Site;

pub use super::code_field::code;

use super::http::{Method, Request};
use super::url;

/// `Accept-Language` pins the language of error texts, which the matcher reads (business-central.md 1.5).
fn get(url: String) -> Request {
    Request::get(url).header("Accept-Language", "en-US")
}

fn write(method: Method, url: String) -> Request {
    Request::new(method, url).header("Accept-Language", "en-US")
}

/// A text in an OData filter.
fn literal(text: &str) -> String {
    url::encode(&format!("'{}'", text.replace('\'', "''")))
}

/// Follows a next link.
pub fn next_page(link: &str) -> Request {
    get(link.to_owned())
}

#[cfg(test)]
mod tests;
