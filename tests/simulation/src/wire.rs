//! What a browser does between the page and a server: writes requests out, and hides what the page may not read.

use entrada::flow::effect::Answer;
use entrada::protocol::http::{Body, Request, Response, Silence};
use entrada::protocol::secret::Secret;
use std::io::Write;

/// The request as it goes out from a page of this origin; `None` when no such request can be sent.
pub fn outgoing(request: &Request, origin: &str) -> Option<entrada_cloud::Request> {
    let mut builder = http::Request::builder().method(request.method.name()).uri(&request.url).header("origin", origin);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    if let Some(token) = &request.bearer {
        builder = builder.header("authorization", format!("Bearer {}", token.open()));
    }
    let (kind, body) = match &request.body {
        Body::Empty => (None, Vec::new()),
        Body::Json(value) => (Some("application/json"), value.to_string().into_bytes()),
        Body::Form(form) => (Some("application/x-www-form-urlencoded;charset=utf-8"), form.open().as_bytes().to_vec()),
        Body::Gzip(text) => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(text.as_bytes()).ok()?;
            (Some("application/octet-stream"), packed.finish().ok()?)
        }
    };
    if let Some(kind) = kind {
        builder = builder.header("content-type", kind);
    }
    builder.body(body).ok()
}

/// What the page gets to see of an answer, and how much later it comes.
pub fn incoming(request: &Request, answer: &entrada_cloud::Response, origin: &str) -> (Answer, u64) {
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let delay = header("x-cloud-delay").and_then(|ms| ms.parse().ok()).unwrap_or(0);
    let lost = header("x-cloud-fault") == Some("drop");
    if request.opaque {
        let nothing = Response { status: 0, headers: Vec::new(), body: Secret::new("") };
        return (if lost { Err(Silence::Unreachable) } else { Ok(nothing) }, delay);
    }
    let readable = header("access-control-allow-origin").is_some_and(|it| it == "*" || it == origin);
    if lost || !readable {
        return (Err(Silence::Unreachable), delay);
    }
    let headers = answer.headers().iter();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    let body = Secret::new(String::from_utf8_lossy(answer.body()).into_owned());
    (Ok(Response { status: answer.status().as_u16(), headers: headers.collect(), body }), delay)
}
