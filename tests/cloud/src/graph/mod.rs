//! Microsoft Graph v1.0: reads the address, lets [`access`] judge the caller, and hands over to the part that knows the object.

mod access;
mod address;
mod application_body;
mod applications;
mod batch;
mod credentials;
mod deleted;
mod directory;
mod error;
mod federated;
mod filter;
mod grants;
mod policies;
mod query;
mod render;
mod service_principals;

use http::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::seed::GRAPH_APP_ID;
use crate::state::Tenant;
use crate::tokens::{Holder, Issued};
use crate::wire::{header, json, set};
use crate::{Cloud, Request, Response, TokenProblem, challenge};

use address::{Address, Key};
use error::GraphError;
use query::Query;

type Outcome = Result<Response, GraphError>;

/// One call, read and attributed.
pub(crate) struct Call {
    method: Method,
    query: Query,
    /// Path and query as sent, for links to the next page.
    path: String,
    body: Value,
    create_if_missing: bool,
    eventual: bool,
    issued: Issued,
    now: u64,
}

impl Call {
    fn tenant<'a>(&self, cloud: &'a Cloud) -> Result<&'a Tenant, GraphError> {
        cloud.directory.tenant(self.issued.tenant).ok_or_else(GraphError::not_found)
    }

    fn tenant_mut<'a>(&self, cloud: &'a mut Cloud) -> Result<&'a mut Tenant, GraphError> {
        cloud.directory.tenant_mut(self.issued.tenant).ok_or_else(GraphError::not_found)
    }

    /// The fields of the body.
    fn fields(&self) -> Result<&Map<String, Value>, GraphError> {
        self.body.as_object().ok_or_else(|| GraphError::bad("Expected a JSON object as the request body."))
    }

    /// The caller's object id, when the caller is a person who is a member here.
    fn person(&self) -> Option<Uuid> {
        match &self.issued.holder {
            Holder::Person { home, oid, .. } if *home == self.issued.tenant => Some(*oid),
            _ => None,
        }
    }
}

/// Answers one request to the Graph origin, `$batch` included.
pub(crate) fn handle(cloud: &mut Cloud, request: &Request, now: u64) -> Response {
    if let Some(challenged) = challenge::raise(cloud, request, now) {
        return challenged;
    }
    let path = request.uri().path();
    if path == "/v1.0/$batch" || path == "/v1.0/%24batch" {
        return batch::handle(cloud, request, now);
    }
    single(cloud, request, now)
}

/// Answers one request that is no batch.
pub(crate) fn single(cloud: &mut Cloud, request: &Request, now: u64) -> Response {
    let mut response = match read(cloud, request, now).and_then(|(call, address)| route(cloud, &call, &address)) {
        Ok(response) => response,
        Err(error) => error_answer(cloud, &error, request, now),
    };
    stamp(cloud, &mut response, request);
    response
}

fn error_answer(cloud: &mut Cloud, error: &GraphError, request: &Request, now: u64) -> Response {
    let request_id = cloud.ids.uuid().to_string();
    let client = header(request, "client-request-id").map_or_else(|| request_id.clone(), str::to_owned);
    let mut response = json(error.status, &error.body(&request_id, &client, now));
    set(&mut response, "request-id", &request_id);
    set(&mut response, "client-request-id", &client);
    if error.status == 401 {
        set(
            &mut response,
            "www-authenticate",
            &format!(
                "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", client_id=\"{GRAPH_APP_ID}\"",
                cloud.settings.origins.login
            ),
        );
    }
    response
}

fn stamp(cloud: &mut Cloud, response: &mut Response, request: &Request) {
    if !response.headers().contains_key("request-id") {
        let id = cloud.ids.uuid().to_string();
        set(response, "request-id", &id);
        set(response, "client-request-id", header(request, "client-request-id").unwrap_or(&id));
    }
    set(response, "cache-control", "no-cache");
}

/// An injected refusal in Graph's shape.
pub(crate) fn refusal(cloud: &mut Cloud, status: u16, code: &str, request: &Request, now: u64) -> Response {
    let code = match (code, status) {
        ("", 429) => "TooManyRequests",
        ("", 403) => "Authorization_RequestDenied",
        ("", 404) => "Request_ResourceNotFound",
        ("", 409) => "Directory_ConcurrencyViolation",
        ("", _) => "serviceNotAvailable",
        (code, _) => code,
    };
    let error = GraphError::new(status, code, "The service refused the request.");
    error_answer(cloud, &error, request, now)
}

fn read(cloud: &Cloud, request: &Request, now: u64) -> Result<(Call, Address), GraphError> {
    let issued = cloud.tokens.bearer(header(request, "authorization"), GRAPH_APP_ID, now).map_err(|problem| {
        GraphError::new(
            401,
            "InvalidAuthenticationToken",
            match problem {
                TokenProblem::Missing => "Access token is empty.",
                TokenProblem::Malformed => "CompactToken parsing failed or the token's signature is invalid.",
                TokenProblem::Expired => "Lifetime validation failed, the token is expired.",
                TokenProblem::WrongAudience | TokenProblem::WrongTenant => {
                    "Access token validation failure. Invalid audience."
                }
            },
        )
    })?;
    let path = request.uri().path();
    let Some(relative) = path.strip_prefix("/v1.0/") else {
        return Err(GraphError::new(400, "BadRequest", "Invalid version: use v1.0."));
    };
    let address = Address::read(relative)?;
    let query = Query::read(request.uri().query().unwrap_or_default())?;
    let body = if request.body().is_empty() {
        Value::Null
    } else {
        let is_json = header(request, "content-type").is_some_and(|kind| kind.contains("json"));
        if !is_json {
            return Err(GraphError::new(
                415,
                "BadRequest",
                "Write requests must declare Content-Type: application/json.",
            ));
        }
        serde_json::from_slice(request.body()).map_err(|_| GraphError::bad("Unable to read JSON request payload."))?
    };
    let prefers = |wanted: &str| {
        header(request, "prefer")
            .is_some_and(|text| text.split(',').any(|part| part.trim().eq_ignore_ascii_case(wanted)))
    };
    let call = Call {
        method: request.method().clone(),
        query,
        path: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
        body,
        create_if_missing: prefers("create-if-missing"),
        eventual: header(request, "consistencylevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
        issued: issued.clone(),
        now,
    };
    Ok((call, address))
}

fn route(cloud: &mut Cloud, call: &Call, address: &Address) -> Outcome {
    let segments = &address.0;
    let Some(first) = segments.first() else {
        return Err(GraphError::unknown_segment(""));
    };
    match first.name.as_str() {
        "me" => directory::me(cloud, call, &segments[1..]),
        "organization" if segments.len() == 1 => directory::organization(cloud, call),
        "roleManagement" => directory::role_schedule(cloud, call, &segments[1..]),
        "policies" => policies::handle(cloud, call, &segments[1..]),
        "oauth2PermissionGrants" if segments.len() == 1 => grants::permission_grants(cloud, call),
        "directory" => deleted::handle(cloud, call, &segments[1..]),
        "applications" => match address.object()? {
            None => applications::collection(cloud, call),
            Some((key, rest)) => applications::object(cloud, call, &key, rest),
        },
        "servicePrincipals" => match address.object()? {
            None => service_principals::collection(cloud, call),
            Some((key, rest)) => service_principals::object(cloud, call, &key, rest),
        },
        other => Err(GraphError::unknown_segment(other)),
    }
}

/// The method is not one this address knows (`graph.md` 10).
fn not_allowed() -> GraphError {
    GraphError::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
}

fn context(cloud: &Cloud, what: &str) -> String {
    format!("{}/v1.0/$metadata#{what}", cloud.settings.origins.graph)
}

impl Key {
    fn describe(&self) -> String {
        match self {
            Self::Id(text) | Self::AppId(text) | Self::UniqueName(text) => text.clone(),
        }
    }
}
