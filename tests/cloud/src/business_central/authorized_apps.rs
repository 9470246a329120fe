//! `authorizedAadApps` of the admin API: which applications may administer this tenant on their own
//! (`business-central.md` 1.2; bodies as the documentation of the admin API shows them).

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::errors::{admin_error, json_response};
use super::model::BcTenant;
use super::odata::no_content;
use crate::Response;
use crate::caller::Caller;

fn row(app_id: Uuid, consents: &BTreeSet<Uuid>) -> Value {
    json!({ "appId": app_id, "isAdminConsentGranted": consents.contains(&app_id) })
}

/// `authorizedAadApps` and one of them; `rest` is what follows that word. The caller may administer the tenant.
/// `consents` are the applications whose `AdminCenter.ReadWrite.All` this tenant has granted.
pub(super) fn handle(
    tenant: &mut BcTenant,
    consents: &BTreeSet<Uuid>,
    caller: &Caller,
    method: &Method,
    rest: &[String],
) -> Response {
    // Only people tend this list: an application must not let itself or another one in.
    if matches!(caller, Caller::App { .. }) {
        return admin_error(StatusCode::FORBIDDEN, "Unauthorized", "This address cannot be used by an application.");
    }
    let id = match rest {
        [] => None,
        [id] => match Uuid::parse_str(id) {
            Ok(id) => Some(id),
            Err(_) => {
                return admin_error(StatusCode::BAD_REQUEST, "InvalidInput", "The application's client ID is no GUID.");
            }
        },
        _ => return admin_error(StatusCode::NOT_FOUND, "Unknown", "There is nothing at this address."),
    };
    match (method, id) {
        (&Method::GET, None) => {
            // A bare list, not the `value` of other addresses.
            let rows: Vec<Value> = tenant.authorized_apps.iter().map(|app_id| row(*app_id, consents)).collect();
            json_response(StatusCode::OK, &rows.into())
        }
        (&Method::PUT, Some(id)) => {
            if !tenant.authorized_apps.contains(&id) {
                tenant.authorized_apps.push(id);
            }
            json_response(StatusCode::OK, &row(id, consents))
        }
        (&Method::DELETE, Some(id)) => {
            let before = tenant.authorized_apps.len();
            tenant.authorized_apps.retain(|known| *known != id);
            if tenant.authorized_apps.len() == before {
                return admin_error(StatusCode::NOT_FOUND, "ResourceNotFound", "The application is not authorized.");
            }
            no_content()
        }
        _ => admin_error(StatusCode::METHOD_NOT_ALLOWED, "Unknown", "This method is not allowed here."),
    }
}
