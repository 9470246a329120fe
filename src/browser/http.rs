//! Sends requests with `fetch`: no cookies, no referrer, no cache, and an end to waiting.

use crate::flow::effect::Answer;
use crate::gather::Gather;
use crate::protocol::http::{Body, Method, Request, Response, Silence};
use crate::protocol::secret::Secret;
use gloo_net::http::{Method as Verb, RequestBuilder};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, window};

/// Sends one request. A status of any kind is an answer; only the lack of one is silence.
pub(super) async fn send(request: &Request, timeout_ms: u64) -> Answer {
    let silence = || {
        let online = window().is_none_or(|window| window.navigator().on_line());
        if online { Silence::Unreachable } else { Silence::Offline }
    };
    let controller = AbortController::new().map_err(|_| silence())?;
    let expired = Rc::new(Cell::new(false));
    let timer = deadline(&controller, &expired, timeout_ms);

    let verb = match request.method {
        Method::Get => Verb::GET,
        Method::Post => Verb::POST,
        Method::Patch => Verb::PATCH,
        Method::Put => Verb::PUT,
        Method::Delete => Verb::DELETE,
    };
    let mut builder = RequestBuilder::new(&request.url)
        .method(verb)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .cache(RequestCache::NoStore)
        .abort_signal(Some(&controller.signal()));
    if request.opaque {
        builder = builder.mode(RequestMode::NoCors);
    }
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if let Some(token) = &request.bearer {
        builder = builder.header("Authorization", &format!("Bearer {}", token.open()));
    }
    let built = match &request.body {
        Body::Empty => builder.build(),
        Body::Json(body) => builder.header("Content-Type", "application/json").body(body.to_string()),
        Body::Form(form) => builder
            .header("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
            .body(form.open().to_owned()),
        Body::Gzip(text) => {
            let bytes = gzip(text).await.map_err(|_| silence())?;
            builder.header("Content-Type", "application/octet-stream").body(bytes)
        }
    };
    let answer = async {
        let response = built.map_err(|_| ())?.send().await.map_err(|_| ())?;
        let headers = response.headers().entries().map(|(name, value)| (name.to_ascii_lowercase(), value)).gather();
        let status = response.status();
        let body = response.text().await.map_err(|_| ())?;
        Ok::<_, ()>(Response { status, headers, body: Secret::new(body) })
    }
    .await;
    if let (Some(window), Some(timer)) = (window(), timer) {
        window.clear_timeout_with_handle(timer);
    }
    answer.map_err(|()| if expired.get() { Silence::TimedOut } else { silence() })
}

/// Compresses a text with what the browser has built in.
async fn gzip(text: &str) -> Result<JsValue, JsValue> {
    let blob = Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into()))?;
    // Not in web-sys yet.
    let class = js_sys::Reflect::get(&js_sys::global(), &"CompressionStream".into())?;
    let class: js_sys::Function = class.dyn_into()?;
    let packed = js_sys::Reflect::construct(&class, &js_sys::Array::of1(&"gzip".into()))?;
    // A compression stream has the two members that the dictionary of `pipeThrough` asks for.
    let stream = blob.stream().pipe_through(packed.unchecked_ref());
    let whole = web_sys::Response::new_with_opt_readable_stream(Some(&stream))?;
    JsFuture::from(whole.array_buffer()?).await
}

fn deadline(controller: &AbortController, expired: &Rc<Cell<bool>>, timeout_ms: u64) -> Option<i32> {
    let (controller, expired) = (controller.clone(), Rc::clone(expired));
    let give_up = Closure::once_into_js(move || {
        expired.set(true);
        controller.abort();
    });
    let ms = i32::try_from(timeout_ms).unwrap_or(i32::MAX);
    window()?.set_timeout_with_callback_and_timeout_and_arguments_0(give_up.unchecked_ref(), ms).ok()
}

/// Loads a text that lies beside the page.
pub(super) async fn load(path: &str) -> Result<String, String> {
    let response = RequestBuilder::new(path)
        .credentials(RequestCredentials::SameOrigin)
        .cache(RequestCache::NoCache)
        .send()
        .await
        .map_err(|error| error.to_string())?;
    if !response.ok() {
        return Err(format!("HTTP {}", response.status()));
    }
    response.text().await.map_err(|error| error.to_string())
}
