//! Refusals of the sign-in service, worded as it words them (`sign-in.md` 1.3, 1.4).

use serde_json::{Map, Value, json};

use crate::Response;
use crate::ids::Ids;
use crate::wire::{json as json_answer, login_timestamp, set};

/// A refusal with its AADSTS number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoginError {
    /// The number after `AADSTS`.
    pub(crate) code: u32,
    /// OAuth error name.
    pub(crate) error: &'static str,
    /// What happened.
    pub(crate) text: String,
    pub(crate) suberror: Option<&'static str>,
    /// Claims challenge to pass on, as JSON text.
    pub(crate) claims: Option<String>,
    pub(crate) status: u16,
}

impl LoginError {
    pub(crate) fn new(code: u32, error: &'static str, text: impl Into<String>) -> Self {
        Self { code, error, text: text.into(), suberror: None, claims: None, status: 400 }
    }

    pub(crate) fn suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    pub(crate) fn claims(mut self, claims: String) -> Self {
        self.claims = Some(claims);
        self
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The required field that is not there.
    pub(crate) fn missing(name: &str) -> Self {
        Self::new(
            900_144,
            "invalid_request",
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    /// Text with the marks support asks for.
    pub(crate) fn described(&self, trace: &str, correlation: &str, now: u64) -> String {
        format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}",
            self.code,
            self.text,
            login_timestamp(now)
        )
    }

    /// The JSON refusal of the token endpoint.
    pub(crate) fn answer(&self, ids: &mut Ids, correlation: Option<&str>, login: &str, now: u64) -> Response {
        let trace = ids.uuid().to_string();
        let correlation = correlation.map_or_else(|| ids.uuid().to_string(), str::to_owned);
        let mut body = Map::new();
        body.insert("error".into(), self.error.into());
        body.insert("error_description".into(), self.described(&trace, &correlation, now).into());
        body.insert("error_codes".into(), json!([self.code]));
        body.insert("timestamp".into(), login_timestamp(now).into());
        body.insert("trace_id".into(), trace.into());
        body.insert("correlation_id".into(), correlation.into());
        body.insert("error_uri".into(), format!("{login}/error?code={}", self.code).into());
        if let Some(suberror) = self.suberror {
            body.insert("suberror".into(), suberror.into());
        }
        if let Some(claims) = &self.claims {
            body.insert("claims".into(), claims.clone().into());
        }
        let mut response = json_answer(self.status, &Value::Object(body));
        set(&mut response, "cache-control", "no-store, no-cache");
        set(&mut response, "pragma", "no-cache");
        response
    }

    /// The fields of a refusal that goes back to the client through the browser (`sign-in.md` 1.3).
    pub(crate) fn fields(
        &self,
        ids: &mut Ids,
        correlation: Option<&str>,
        login: &str,
        now: u64,
    ) -> Vec<(String, String)> {
        let trace = ids.uuid().to_string();
        let correlation = correlation.map_or_else(|| ids.uuid().to_string(), str::to_owned);
        let mut fields = vec![
            ("error".to_owned(), self.error.to_owned()),
            ("error_description".to_owned(), self.described(&trace, &correlation, now)),
            ("error_uri".to_owned(), format!("{login}/error?code={}", self.code)),
            ("timestamp".to_owned(), login_timestamp(now)),
            ("trace_id".to_owned(), trace),
            ("correlation_id".to_owned(), correlation),
        ];
        if let Some(suberror) = self.suberror {
            fields.push(("suberror".to_owned(), suberror.to_owned()));
        }
        if let Some(claims) = &self.claims {
            fields.push(("claims".to_owned(), claims.clone()));
        }
        fields
    }
}
