//! What was asked and answered, with every secret taken out before it is kept.

use serde::Serialize;
use serde_json::Value;

use crate::wire::Fields;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct LogEntry {
    /// When it came, in the cloud's time.
    pub at_ms: u64,
    /// Method.
    pub method: String,
    /// Address, secrets redacted.
    pub url: String,
    /// Status of the answer (599 when the answer was lost by a fault).
    pub status: u16,
    /// `Origin` header.
    pub origin: Option<String>,
    /// Who asked, as the bearer token says.
    pub who: Who,
    /// True when the request could change something.
    pub write: bool,
    /// Fault that struck, if any.
    pub fault: Option<String>,
    /// The status the service itself came to, whatever was answered; `None` when a fault kept the request from it. The log is
    /// in the order in which the requests took effect, so this tells what really happened.
    pub done: Option<u16>,
    /// Number of the request among all that arrived (see [`crate::Matcher`]).
    pub number: u64,
    /// Request body, secrets redacted.
    pub request_body: Option<Value>,
    /// Answer body, secrets redacted; pages are left out.
    pub response_body: Option<Value>,
    /// The items of a `$batch`.
    pub items: Vec<LogEntry>,
}

/// Who a request came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A person, by user principal name.
    Person(String),
    /// An application, by client id.
    App(String),
    /// Nobody with a valid token.
    Nobody,
}

const REDACTED: &str = "(redacted)";
const SECRET_NAMES: [&str; 16] = [
    "secretText",
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "code",
    "code_verifier",
    "client_assertion",
    "assertion",
    "id_token_hint",
    "password",
    "authorization",
    "Authorization",
    "device_code",
    "token",
    "flow",
];

/// A body without its secrets. Anything that is neither JSON nor a form is described by its size only.
pub(crate) fn redact_body(body: &[u8], content_type: &str) -> Option<Value> {
    if body.is_empty() {
        return None;
    }
    if content_type.contains("json")
        && let Ok(mut value) = serde_json::from_slice::<Value>(body)
    {
        redact(&mut value);
        return Some(value);
    }
    if content_type.contains("x-www-form-urlencoded")
        && let Ok(text) = std::str::from_utf8(body)
    {
        let fields = Fields::read(text).0.into_iter().map(|(name, value)| {
            let value = if SECRET_NAMES.contains(&name.as_str()) { REDACTED.to_owned() } else { value };
            (name, Value::String(value))
        });
        return Some(Value::Object(fields.collect()));
    }
    Some(Value::String(format!("({} bytes)", body.len())))
}

/// Takes secrets out of a JSON value. A Graph error's `code` and a role's plain words stay: only texts under a secret's
/// name go, and `code` only where it is long enough to be an authorization code.
pub(crate) fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_secret = SECRET_NAMES.contains(&name.as_str());
                match field {
                    Value::String(text) if is_secret && (name != "code" || text.len() > 80) => {
                        REDACTED.clone_into(text);
                    }
                    _ => redact(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

/// An address without its secrets.
pub(crate) fn redact_url(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let query: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if SECRET_NAMES.contains(&name) => format!("{name}={REDACTED}"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::{redact_body, redact_url};

    #[test]
    fn no_secret_survives_in_bodies_or_addresses() {
        let json = redact_body(br#"{"a":[{"secretText":"hush"}],"error":{"code":"X"}}"#, "application/json").unwrap();
        assert_eq!(json["a"][0]["secretText"], "(redacted)");
        assert_eq!(json["error"]["code"], "X");
        let form = redact_body(b"client_secret=hush&grant_type=x", "application/x-www-form-urlencoded").unwrap();
        assert_eq!(form["client_secret"], "(redacted)");
        assert_eq!(form["grant_type"], "x");
        assert_eq!(redact_url("http://h/p?code=abc&state=s"), "http://h/p?code=(redacted)&state=s");
    }
}
