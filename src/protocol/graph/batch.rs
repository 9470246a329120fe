//! `$batch`: up to twenty requests in one round trip, each answered for itself (graph.md 12).

use crate::protocol::http::{Body, CallError, Method, Request, Response};
use crate::protocol::json::{self, Node};
use crate::protocol::secret::Secret;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One request of a batch; its URL is relative to `/v1.0`.
#[derive(Debug, Clone)]
pub struct BatchItem {
    /// Unique within the batch.
    pub id: String,
    /// From [`super::Graph::relative`].
    pub request: Request,
}

/// Puts the items, which run side by side, into one request.
pub fn batch(origin: &str, items: &[BatchItem]) -> Request {
    let requests: Vec<Value> = items
        .iter()
        .map(|item| {
            let mut headers: serde_json::Map<String, Value> =
                item.request.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            let mut entry = json!({ "id": item.id, "method": item.request.method.name(), "url": item.request.url });
            if let Body::Json(body) = &item.request.body {
                headers.insert("Content-Type".into(), json!("application/json"));
                entry["body"] = body.clone();
            }
            if !headers.is_empty() {
                entry["headers"] = Value::Object(headers);
            }
            entry
        })
        .collect();
    Request::new(Method::Post, format!("{origin}/v1.0/$batch")).json(json!({ "requests": requests }))
}

/// Takes a batch answer apart; order on the wire means nothing, the id does.
pub fn read_batch(response: &Response) -> Result<BTreeMap<String, Response>, CallError> {
    let value = super::answers::success(response)?;
    let node = Node::root(&value);
    let mut answers = BTreeMap::new();
    for item in node.member("responses").and_then(|list| list.items()).map_err(CallError::Unreadable)? {
        let (id, answer) = read_item(&item).map_err(CallError::Unreadable)?;
        answers.insert(id, answer);
    }
    Ok(answers)
}

fn read_item(item: &Node<'_>) -> Result<(String, Response), json::Misread> {
    let status = item.member("status")?.whole()?;
    let headers =
        item.optional("headers").and_then(|headers| headers.value().as_object()).map_or_else(Vec::new, |map| {
            map.iter()
                .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
                .collect()
        });
    let body = item.optional("body").map(|body| body.value().to_string()).unwrap_or_default();
    let Ok(status) = u16::try_from(status) else {
        return item.misread("a status code is expected here");
    };
    Ok((item.string("id")?, Response { status, headers, body: Secret::new(body) }))
}

#[cfg(test)]
mod tests {
    use super::super::Graph;
    use super::*;

    #[test]
    fn a_batch_carries_headers_and_bodies_only_where_there_are_some() {
        let graph = Graph::relative();
        let request = batch(
            "https://g",
            &[
                BatchItem { id: "me".into(), request: graph.me() },
                BatchItem { id: "grant".into(), request: graph.grant("r", "c", "role") },
            ],
        );
        let Body::Json(body) = &request.body else { panic!() };
        assert_eq!(body["requests"][0]["headers"], Value::Null);
        assert_eq!(body["requests"][1]["headers"]["Content-Type"], "application/json");
        assert_eq!(body["requests"][1]["body"]["appRoleId"], "role");
    }

    #[test]
    fn answers_are_found_by_id_in_any_order() {
        let text = r#"{"responses":[{"id":"b","status":204},{"id":"a","status":429,"headers":{"Retry-After":"7"},"body":{"error":{"code":"x"}}}]}"#;
        let answers = read_batch(&Response { status: 200, headers: vec![], body: Secret::new(text) }).unwrap();
        assert_eq!(answers["a"].retry_after_ms(), Some(7000));
        assert_eq!(answers["b"].status, 204);
    }
}
