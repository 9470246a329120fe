//! Which page may read which answer. The one place that writes CORS headers.
//!
//! Login: discovery and keys for everybody, the token endpoint only for origins of registered `spa` redirect URIs
//! (`sign-in.md` 2.1), nothing for confidential clients. Graph: `*` (`graph.md` 12). Business Central: the asking
//! origin; its parts are unknown in reality and therefore each a switch (`business-central.md` 6).

use std::collections::BTreeSet;

use http::header::{self, HeaderName};
use serde::{Deserialize, Serialize};

use crate::wire::{empty, header as read_header, set};
use crate::{Request, Response, Service};

/// What Graph lets a page read beside the plain headers (`graph.md` 12, seen in a real answer).
const GRAPH_EXPOSES: &str = "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, \
     ReadWriteConsistencyToken, Retry-After, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, \
     X-Planner-Operationid, x-ms-permissions-recommendations";

/// True for a preflight.
pub(crate) fn is_preflight(request: &Request) -> bool {
    request.method() == http::Method::OPTIONS && read_header(request, "access-control-request-method").is_some()
}

/// Who may read the answers at this address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Nobody from another origin.
    Nobody,
    /// Everybody.
    Everybody,
    /// The origin that asks.
    Asker,
}

/// A part of Business Central of which nobody knows whether a browser may read it, each on its own
/// (`business-central.md` 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The admin API.
    Admin,
    /// The short list of environments.
    Environments,
    /// The automation API.
    Automation,
    /// The standard API and those of extensions.
    Api,
    /// Pages published as web services.
    Odata,
}

impl Part {
    /// The part an address of Business Central belongs to.
    pub(crate) fn of(path: &str) -> Self {
        if path.starts_with("/admin/") {
            Self::Admin
        } else if path.starts_with("/environments/") {
            Self::Environments
        } else if path.contains("/api/microsoft/automation/") {
            Self::Automation
        } else if path.contains("/ODataV4") {
            Self::Odata
        } else {
            Self::Api
        }
    }
}

/// Who may read, where the address alone decides. The token endpoint decides per client instead.
pub(crate) fn readers(service: Service, path: &str, closed: &BTreeSet<Part>, asker_is_spa: bool) -> Readers {
    match service {
        Service::Graph => Readers::Everybody,
        Service::BusinessCentral if closed.contains(&Part::of(path)) => Readers::Nobody,
        Service::BusinessCentral => Readers::Asker,
        Service::Login if path.contains("/.well-known/") || path.contains("/discovery/") => Readers::Everybody,
        Service::Login if path.ends_with("/oauth2/v2.0/token") && asker_is_spa => Readers::Asker,
        Service::Login => Readers::Nobody,
    }
}

/// Answers a preflight.
pub(crate) fn preflight(request: &Request, readers: &Readers) -> Response {
    let mut response = empty(if *readers == Readers::Nobody { 403 } else { 204 });
    if *readers == Readers::Nobody {
        return response;
    }
    allow(request, &mut response, readers, "");
    set(&mut response, "access-control-allow-methods", "GET, POST, PATCH, PUT, DELETE, OPTIONS");
    if let Some(wanted) = read_header(request, "access-control-request-headers") {
        set(&mut response, "access-control-allow-headers", wanted);
    }
    set(&mut response, "access-control-max-age", "600");
    response
}

/// Lets the asking page read an answer, and which headers of it.
pub(crate) fn allow(request: &Request, response: &mut Response, readers: &Readers, exposed: &str) {
    let Some(origin) = read_header(request, "origin") else {
        return;
    };
    match readers {
        Readers::Nobody => return,
        Readers::Everybody => set(response, "access-control-allow-origin", "*"),
        Readers::Asker => {
            set(response, "access-control-allow-origin", origin);
            response.headers_mut().append(header::VARY, header::HeaderValue::from_static("Origin"));
        }
    }
    if !exposed.is_empty() {
        set(response, "access-control-expose-headers", exposed);
    }
}

/// The headers a service exposes.
pub(crate) fn exposed(service: Service) -> &'static str {
    match service {
        Service::Graph => GRAPH_EXPOSES,
        // Nothing is known for Business Central (`business-central.md` 6); login's answers are plain JSON.
        Service::BusinessCentral | Service::Login => "",
    }
}

/// Takes every CORS header out again.
pub(crate) fn forbid(response: &mut Response) {
    for name in ["access-control-allow-origin", "access-control-expose-headers", "access-control-allow-headers"] {
        response.headers_mut().remove(HeaderName::from_static(name));
    }
}
