//! `$batch`: up to twenty requests in one round trip, each answered for itself (graph.md 12).

use crate::gather::Gather;
use crate::protocol::http::{Body, CallError, Method, Request, Response};
use crate::protocol::json::{self, Node, Value, json, object};
use crate::protocol::secret::Secret;

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
            let request = &item.request;
            let mut headers: Vec<(&str, Value)> =
                request.headers.iter().map(|(name, value)| (*name, value.into())).gather();
            let mut entry = json!({ "id": &item.id, "method": request.method.name(), "url": &request.url });
            if let Body::Json(body) = &request.body {
                headers.push(("Content-Type", "application/json".into()));
                entry.insert("body", body.clone());
            }
            if !headers.is_empty() {
                entry.insert("headers", object(&mut headers));
            }
            entry
        })
        .gather();
    Request::new(Method::Post, format!("{origin}/v1.0/$batch")).json(json!({ "requests": requests }))
}

/// The answers of a batch; order on the wire means nothing, the id does.
#[derive(Debug, Clone)]
pub struct Answers(Vec<(String, Response)>);

impl Answers {
    /// The answer to the item of this id.
    pub fn get(&self, id: &str) -> Option<&Response> {
        self.0.iter().find(|(of, _)| of == id).map(|(_, answer)| answer)
    }
}

/// Takes a batch answer apart.
pub fn read_batch(response: &Response) -> Result<Answers, CallError> {
    let value = super::answers::success(response)?;
    let node = Node::root(&value);
    let mut answers = Vec::new();
    for item in node.member("responses").and_then(|list| list.items()).map_err(CallError::Unreadable)? {
        answers.push(read_item(&item).map_err(CallError::Unreadable)?);
    }
    Ok(Answers(answers))
}

fn read_item(item: &Node<'_>) -> Result<(String, Response), json::Misread> {
    let status = item.member("status")?.whole()?;
    let headers =
        item.optional("headers").and_then(|headers| headers.value().as_object()).map_or_else(Vec::new, |map| {
            map.iter()
                .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
                .gather()
        });
    let body = item.optional("body").map(|body| body.value().to_line()).unwrap_or_default();
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
        assert_eq!(answers.get("a").unwrap().retry_after_ms(), Some(7000));
        assert_eq!(answers.get("b").unwrap().status, 204);
    }
}
