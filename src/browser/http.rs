//! Sends requests with `fetch`: no cookies, no referrer, no cache, and an end to waiting.

use crate::flow::effect::Answer;
use crate::protocol::http::{Body, Request, Response, Silence};
use crate::protocol::secret::Secret;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, Response as Reply, window,
};

/// The headers of an answer that anybody here looks at.
const READ_HEADERS: [&str; 2] = ["retry-after", "request-id"];

/// Sends one request. A status of any kind is an answer; only the lack of one is silence.
pub(super) async fn send(request: &Request, timeout_ms: u64) -> Answer {
    let silence = || {
        let online = window().is_none_or(|window| window.navigator().on_line());
        if online { Silence::Unreachable } else { Silence::Offline }
    };
    let controller = AbortController::new().map_err(|_| silence())?;
    let expired = Rc::new(Cell::new(false));
    let timer = deadline(&controller, &expired, timeout_ms);

    let answer = async {
        let init = RequestInit::new();
        init.set_method(request.method.name());
        init.set_credentials(RequestCredentials::Omit);
        init.set_referrer_policy(ReferrerPolicy::NoReferrer);
        init.set_cache(RequestCache::NoStore);
        init.set_signal(Some(&controller.signal()));
        let headers = Headers::new()?;
        for (name, value) in &request.headers {
            headers.append(name, value)?;
        }
        if let Some(token) = &request.bearer {
            headers.append("Authorization", &["Bearer ", token.open()].concat())?;
        }
        let (kind, body) = match &request.body {
            Body::Empty => ("", JsValue::UNDEFINED),
            Body::Json(body) => ("application/json", body.to_line().into()),
            Body::Form(form) => ("application/x-www-form-urlencoded;charset=utf-8", form.open().into()),
        };
        if !kind.is_empty() {
            headers.append("Content-Type", kind)?;
        }
        init.set_headers_headers(&headers);
        init.set_body(&body);
        let reply = fetch(&request.url, &init).await?;
        let headers = READ_HEADERS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), reply.headers().get(name).ok()??)))
            .collect();
        let body = Secret::new(read_text(&reply).await?);
        Ok::<_, JsValue>(Response { status: reply.status(), headers, body })
    }
    .await;
    if let (Some(window), Some(timer)) = (window(), timer) {
        window.clear_timeout_with_handle(timer);
    }
    answer.map_err(|_| if expired.get() { Silence::TimedOut } else { silence() })
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
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::SameOrigin);
    init.set_cache(RequestCache::NoCache);
    let text = async {
        let reply = fetch(path, &init).await?;
        if reply.ok() { read_text(&reply).await } else { Err(format!("HTTP {}", reply.status()).into()) }
    };
    text.await.map_err(|error| {
        let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        message.or_else(|| error.as_string()).unwrap_or_default()
    })
}

async fn fetch(url: &str, init: &RequestInit) -> Result<Reply, JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    JsFuture::from(window.fetch_with_str_and_init(url, init)).await?.dyn_into()
}

async fn read_text(reply: &Reply) -> Result<String, JsValue> {
    Ok(JsFuture::from(reply.text()?).await?.as_string().unwrap_or_default())
}
