//! Business Central, as far as setting up service-to-service access touches it.

use serde_json::{Map, Value};

use crate::caller::{Caller, TokenProblem};
use crate::ids::Ids;
use crate::{Request, Response};

/// Every environment of every tenant.
#[derive(Debug, Default)]
pub struct BusinessCentral {}

impl BusinessCentral {
    /// The state every test and demo starts from.
    pub fn seeded(_ids: &mut Ids) -> Self {
        Self::default()
    }

    /// Answers one request to the Business Central origin.
    pub fn handle(
        &mut self,
        _request: &Request,
        _caller: Result<Caller, TokenProblem>,
        _ids: &mut Ids,
        _now_ms: u64,
    ) -> Response {
        let mut response = Response::new(b"{}".to_vec());
        *response.status_mut() = http::StatusCode::NOT_FOUND;
        response
    }

    /// The whole state for `GET /_cloud/state`.
    pub fn state_json(&self) -> Value {
        Value::Object(Map::new())
    }
}
