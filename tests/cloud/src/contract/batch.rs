//! `POST /$batch`: each request and each answer inside is judged as if it had been sent alone (`graph.md` 12).

use std::collections::HashSet;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::Contract;

/// Most requests one batch may hold.
const LIMIT: usize = 20;

/// Whether a request is a batch.
pub(super) fn is_batch(method: &str, path: &str) -> bool {
    method.eq_ignore_ascii_case("POST") && path == "/$batch"
}

/// The requests inside. A body the outer schema already refuses adds nothing here.
pub(super) fn check_requests(contract: &Contract, body: &[u8]) -> Vec<String> {
    let items = items(body, "requests");
    let mut violations = Vec::new();
    if items.len() > LIMIT {
        violations.push(format!("{} requests in one batch, {LIMIT} are allowed", items.len()));
    }
    let mut ids = HashSet::new();
    for item in &items {
        let Some(id) = text(item, "id") else { continue };
        if !ids.insert(id.to_owned()) {
            violations.push(format!("batch id `{id}` is used twice"));
        }
    }
    for item in &items {
        for depended in item.get("dependsOn").and_then(Value::as_array).into_iter().flatten() {
            if !depended.as_str().is_some_and(|id| ids.contains(id)) {
                violations.push("a `dependsOn` names an id that is not in the batch".to_owned());
            }
        }
        let (Some(method), Some(url)) = (text(item, "method"), text(item, "url")) else {
            continue;
        };
        let path = rooted(url);
        if is_batch(method, &path) {
            violations.push("a batch inside a batch".to_owned());
            continue;
        }
        violations.extend(contract.check_request(method, &path, &headers(item), &body_of(item)));
    }
    violations
}

/// The answers inside, each against the request of the same id; an answer nobody asked for and a request left without one count too.
pub(super) fn check_responses(contract: &Contract, request_body: &[u8], response_body: &[u8]) -> Vec<String> {
    let requests = items(request_body, "requests");
    let responses = items(response_body, "responses");
    let mut violations = Vec::new();
    for request in &requests {
        let id = text(request, "id").unwrap_or_default();
        let answers: Vec<&Value> = responses.iter().filter(|answer| text(answer, "id") == Some(id)).collect();
        let [answer] = answers.as_slice() else {
            violations.push(format!("batch id `{id}` has {} answers", answers.len()));
            continue;
        };
        let (Some(method), Some(url)) = (text(request, "method"), text(request, "url")) else {
            continue;
        };
        let Some(status) = answer.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok())
        else {
            continue;
        };
        violations.extend(contract.check_response(method, &rooted(url), status, &body_of(answer)));
    }
    for answer in &responses {
        let asked = requests.iter().any(|request| text(request, "id") == text(answer, "id"));
        if !asked {
            violations.push("a batch answer has an id nobody asked for".to_owned());
        }
    }
    violations
}

fn items(body: &[u8], name: &str) -> Vec<Value> {
    serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|mut value| value.get_mut(name).map(Value::take))
        .and_then(|items| match items {
            Value::Array(items) => Some(items),
            _ => None,
        })
        .unwrap_or_default()
}

fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name).and_then(Value::as_str)
}

/// Batch addresses are relative and may leave the first slash away.
fn rooted(url: &str) -> String {
    if url.starts_with('/') { url.to_owned() } else { format!("/{url}") }
}

fn headers(item: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in item.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = value.as_str().map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            headers.insert(name, value);
        }
    }
    headers
}

fn body_of(item: &Value) -> Vec<u8> {
    match item.get("body") {
        None | Some(Value::Null) => Vec::new(),
        Some(body) => body.to_string().into_bytes(),
    }
}
