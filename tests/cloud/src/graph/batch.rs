//! `POST /v1.0/$batch` (`graph.md` 12): each item counts for itself.

use std::collections::HashMap;

use http::Method;
use serde_json::{Map, Value, json};

use crate::faults::Effect;
use crate::graph::error::GraphError;
use crate::graph::{error_answer, refusal, single, stamp};
use crate::log::Who;
use crate::wire::{header, json as json_answer, set};
use crate::{Cloud, Request, Response};

const MOST: usize = 20;

struct Item {
    id: String,
    method: Method,
    url: String,
    depends_on: Vec<String>,
    request: Request,
}

/// Answers a batch.
pub(crate) fn handle(cloud: &mut Cloud, request: &Request, now: u64) -> Response {
    let mut response = match read(cloud, request) {
        Ok(items) => run(cloud, items, now),
        Err(error) => error_answer(cloud, &error, request, now),
    };
    stamp(cloud, &mut response, request);
    response
}

fn malformed(why: impl Into<String>) -> GraphError {
    GraphError::new(400, "BadRequest", why)
}

fn read(cloud: &Cloud, request: &Request) -> Result<Vec<Item>, GraphError> {
    if request.method() != Method::POST {
        return Err(super::not_allowed());
    }
    let body: Value = serde_json::from_slice(request.body()).map_err(|_| malformed("Invalid batch payload format."))?;
    let requests =
        body.get("requests").and_then(Value::as_array).ok_or_else(|| malformed("Invalid batch payload format."))?;
    if requests.is_empty() || requests.len() > MOST {
        return Err(malformed(format!("Number of batch request steps must be between 1 and {MOST}.")));
    }
    let mut items: Vec<Item> = Vec::new();
    for entry in requests {
        let item = read_item(cloud, request, entry)?;
        if items.iter().any(|known| known.id == item.id) {
            return Err(malformed(format!("Request id '{}' is used twice.", item.id)));
        }
        if let Some(unknown) = item.depends_on.iter().find(|id| !items.iter().any(|known| known.id == **id)) {
            return Err(malformed(format!(
                "Request '{}' depends on '{unknown}', which does not come before it.",
                item.id
            )));
        }
        items.push(item);
    }
    // All side by side, or all in sequence (`graph.md` 12).
    let depending = items.iter().filter(|item| !item.depends_on.is_empty()).count();
    if depending != 0 && depending + 1 < items.len() {
        return Err(malformed("A batch is either all parallel or all in sequence."));
    }
    Ok(items)
}

fn read_item(cloud: &Cloud, outer: &Request, entry: &Value) -> Result<Item, GraphError> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let id =
        text("id").filter(|id| !id.is_empty()).ok_or_else(|| malformed("Request id must be a non-empty string."))?;
    let method = text("method")
        .and_then(|method| Method::from_bytes(method.to_uppercase().as_bytes()).ok())
        .ok_or_else(|| malformed(format!("Request '{id}' has no method.")))?;
    let url = text("url")
        .filter(|url| !url.contains("://") && !url.contains("$batch"))
        .ok_or_else(|| malformed(format!("Request '{id}' needs a relative url.")))?;
    let url = format!("/v1.0/{}", url.trim_start_matches('/'));
    let empty = Map::new();
    let headers = entry.get("headers").and_then(Value::as_object).unwrap_or(&empty);
    let body = entry.get("body").filter(|body| !body.is_null());
    let has_kind = headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    if body.is_some() && !has_kind {
        return Err(malformed(format!("Request '{id}' has a body but no Content-Type header.")));
    }
    let mut request =
        http::Request::builder().method(method.clone()).uri(format!("{}{url}", cloud.settings.origins.graph));
    if let Some(token) = header(outer, "authorization") {
        request = request.header("authorization", token);
    }
    for (name, value) in headers {
        if !name.eq_ignore_ascii_case("authorization") {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
    }
    let request = request
        .body(body.map(|body| body.to_string().into_bytes()).unwrap_or_default())
        .map_err(|_| malformed(format!("Request '{id}' is not a valid request.")))?;
    let depends_on = entry.get("dependsOn").and_then(Value::as_array).into_iter().flatten();
    Ok(Item {
        id: id.to_owned(),
        method,
        url,
        depends_on: depends_on.filter_map(Value::as_str).map(str::to_owned).collect(),
        request,
    })
}

fn run(cloud: &mut Cloud, items: Vec<Item>, now: u64) -> Response {
    // A drop that names an item loses the whole batch: before anything happened, or afterwards.
    for item in &items {
        if cloud.faults.take(item.method.as_str(), &item.url, |effect| *effect == Effect::DropBefore).is_some() {
            return lost();
        }
    }
    let mut statuses: HashMap<String, u16> = HashMap::new();
    let mut answers = Vec::new();
    let mut answer_lost = false;
    let mut delay_ms = 0;
    let mut gate = None;
    for item in items {
        let failed = item.depends_on.iter().any(|id| statuses.get(id).is_none_or(|status| *status >= 400));
        let is_struck = |effect: &Effect| {
            matches!(effect, Effect::DropAfter | Effect::Status { .. } | Effect::StatusAfter { .. })
                || matches!(effect, Effect::Delay { .. } | Effect::Hold { .. })
        };
        let fault = if failed { None } else { cloud.faults.take(item.method.as_str(), &item.url, is_struck) };
        let mut response = match &fault {
            _ if failed => {
                let error = GraphError::new(424, "FailedDependency", "A request this one depends on failed.");
                error_answer(cloud, &error, &item.request, now)
            }
            Some(Effect::Status { status, retry_after, code }) => {
                let mut response = refusal(cloud, *status, code, &item.request, now);
                if let Some(seconds) = retry_after {
                    set(&mut response, "retry-after", &seconds.to_string());
                }
                response
            }
            _ => single(cloud, &item.request, now),
        };
        let done = (!failed && !matches!(fault, Some(Effect::Status { .. }))).then(|| response.status().as_u16());
        if let Some(Effect::StatusAfter { status, retry_after, code }) = &fault {
            response = refusal(cloud, *status, code, &item.request, now);
            if let Some(seconds) = retry_after {
                set(&mut response, "retry-after", &seconds.to_string());
            }
        }
        match &fault {
            Some(Effect::DropAfter) => answer_lost = true,
            Some(Effect::Delay { ms }) => delay_ms += ms,
            Some(Effect::Hold { gate: name }) => {
                cloud.hold(name, item.method.as_str(), &item.url);
                gate = Some(name.clone());
            }
            _ => {}
        }
        statuses.insert(item.id.clone(), response.status().as_u16());
        let who = cloud.who_at_graph(&item.request, now);
        let mut entry = crate::cloud::entry(&item.request, &response, who, now, cloud.brief);
        entry.fault = fault.map(|effect| effect.word().to_owned());
        entry.done = done;
        entry.number = cloud.faults.number();
        cloud.items.push(entry);
        answers.push(answer(&item.id, &mut response));
    }
    if answer_lost {
        return lost();
    }
    let mut response = json_answer(200, &json!({ "responses": answers }));
    if delay_ms > 0 {
        set(&mut response, "x-cloud-delay", &delay_ms.to_string());
    }
    if let Some(gate) = gate {
        set(&mut response, "x-cloud-hold", &gate);
    }
    response
}

fn lost() -> Response {
    let mut response = crate::wire::empty(599);
    set(&mut response, "x-cloud-batch-lost", "1");
    response
}

fn answer(id: &str, response: &mut Response) -> Value {
    // Item headers are plain JSON: readable whatever CORS exposes.
    let mut headers = Map::new();
    for (name, value) in response.headers() {
        if let Ok(value) = value.to_str() {
            let name = match name.as_str() {
                "content-type" => "Content-Type",
                "retry-after" => "Retry-After",
                "location" => "Location",
                "cache-control" => "Cache-Control",
                "www-authenticate" => "WWW-Authenticate",
                other => other,
            };
            headers.insert(name.to_owned(), value.into());
        }
    }
    let mut answer = json!({ "id": id, "status": response.status().as_u16(), "headers": headers });
    if let Ok(body) = serde_json::from_slice::<Value>(response.body()) {
        answer["body"] = body;
    }
    answer
}

impl Cloud {
    /// Who sent a Graph request.
    fn who_at_graph(&self, request: &Request, now: u64) -> Who {
        self.who(request, crate::Service::Graph, now)
    }
}
