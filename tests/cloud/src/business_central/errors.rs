//! Error answers: OData's nested shape with the correlation id inside the message, and the admin API's flat one
//! (`business-central.md` 1.4).

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::text::{Language, Message};
use crate::Response;

/// A refused request, before it is put into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: Message,
    /// Seconds; 503 always carries it (`business-central.md` 1.5).
    pub(super) retry_after: Option<u32>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: Message) -> Self {
        Self { status, code, message, retry_after: None }
    }

    /// A 400 with the code of its exception family.
    pub(super) fn bad(code: &'static str, message: Message) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 401: every cause looks the same, which is what makes it hard to find (`business-central.md` 9).
    pub(super) fn unauthorized(message: Message) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Authentication_InvalidCredentials", message)
    }

    /// 403 on the automation API for an application user without its permission set (`business-central.md` 9).
    pub(super) fn automation_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", Message::AutomationDenied)
    }

    /// 404 with its code.
    pub(super) fn missing(code: &'static str, message: Message) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// No such thing at this address: not in this version, or its extension is not installed.
    pub(super) fn no_segment(segment: &str) -> Self {
        Self::missing("BadRequest_ResourceNotFound", Message::SegmentNotFound { segment: segment.to_owned() })
    }

    /// No company given, or one that is not there.
    pub(super) fn no_company() -> Self {
        Self::missing("Internal_CompanyNotFound", Message::CompanyNotFound)
    }

    /// No row with this key.
    pub(super) fn no_record(table: &'static str, key: String) -> Self {
        Self::missing("Internal_RecordNotFound", Message::RecordNotFound { table, key })
    }

    /// A row with this key is there already.
    pub(super) fn same_key(table: &'static str, key: String) -> Self {
        Self::bad("Internal_EntityWithSameKeyExists", Message::SameKey { table, key })
    }

    /// An AL error raised to the user.
    pub(super) fn dialog(message: Message) -> Self {
        Self::bad("Application_DialogException", message)
    }

    /// Missing object permission: a 400, not a 403 (`business-central.md` 9).
    pub(super) fn no_permission(object: &'static str, right: &'static str) -> Self {
        Self::bad("Internal_ServerError", Message::NoPermission { object, right })
    }

    /// The method does not exist here.
    pub(super) fn no_method(method: &http::Method, segment: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "BadRequest_MethodNotAllowed",
            Message::MethodNotAllowed { method: method.to_string(), segment: segment.to_owned() },
        )
    }

    /// The row changed since it was read.
    pub(super) fn changed() -> Self {
        Self::new(StatusCode::CONFLICT, "Request_EntityChanged", Message::EntityChanged)
    }

    /// An environment that exists and cannot be used for now.
    pub(super) fn unavailable(name: &str) -> Self {
        Self {
            retry_after: Some(60),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Internal_TenantUnavailable",
                Message::EnvironmentUnavailable { name: name.to_owned() },
            )
        }
    }

    /// The sentence in English, for callers that are not HTTP.
    pub(super) fn english(&self) -> String {
        self.message.text(Language::English)
    }

    /// The answer in OData's shape. There are two spaces before the id in the real texts.
    pub(super) fn answer(&self, language: Language, correlation: Uuid) -> Response {
        let message = format!("{}  CorrelationId:  {correlation}.", self.message.text(language));
        let body = json!({ "error": { "code": self.code, "message": message } });
        let mut response = json_response(self.status, &body);
        let headers = response.headers_mut();
        if let Ok(value) = correlation.to_string().parse() {
            headers.insert("ms-correlation-x", value);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(http::header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// An error of the admin API: flat, without a correlation id in the text.
pub(super) fn admin_error(status: StatusCode, code: &str, message: &str) -> Response {
    json_response(status, &json!({ "code": code, "message": message }))
}

/// A JSON answer.
pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json; charset=utf-8"));
    response
}
