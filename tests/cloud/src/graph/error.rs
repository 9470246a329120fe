//! Graph's refusals (`graph.md` 10).

use serde_json::{Value, json};

use crate::wire::timestamp;

/// A refusal: status, code, message, and the details a client may branch on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Code, message and target of each detail.
    pub(crate) details: Vec<(String, String, String)>,
}

impl GraphError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), details: Vec::new() }
    }

    /// 400 `Request_BadRequest`.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// 400 for one property.
    pub(crate) fn property(name: &str, detail: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut error = Self::bad(message.clone());
        error.details.push((detail.to_owned(), message, name.to_owned()));
        error
    }

    /// 404 without naming the object.
    pub(crate) fn not_found() -> Self {
        Self::new(
            404,
            "Request_ResourceNotFound",
            "Resource does not exist or one of its queried reference-property objects are not present.",
        )
    }

    /// 404 for a key.
    pub(crate) fn missing(key: &str) -> Self {
        Self::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }

    /// 403: scope or role too low.
    pub(crate) fn denied() -> Self {
        Self::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    }

    /// 400: no such address.
    pub(crate) fn unknown_segment(name: &str) -> Self {
        Self::new(400, "BadRequest", format!("Resource not found for the segment '{name}'."))
    }

    /// 400: query option not supported here.
    pub(crate) fn query(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    /// 409: a key is taken.
    pub(crate) fn key_taken(message: impl Into<String>) -> Self {
        Self::new(409, "Request_MultipleObjectsWithSameKeyValue", message)
    }

    /// The body.
    pub(crate) fn body(&self, request_id: &str, client_request_id: &str, now: u64) -> Value {
        let date = timestamp(now / 1000 * 1000);
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "innerError": { "date": date, "request-id": request_id, "client-request-id": client_request_id },
        });
        if !self.details.is_empty() {
            error["details"] = self
                .details
                .iter()
                .map(|(code, message, target)| json!({ "code": code, "message": message, "target": target }))
                .collect();
        }
        json!({ "error": error })
    }
}
