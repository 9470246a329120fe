//! The page itself: address, leaving, windows, clipboard, downloads, and the browser's own news.

use super::runtime::Runtime;
use super::{http, storage};
use crate::flow::{Event, Start};
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, HtmlAnchorElement, HtmlElement, HtmlTextAreaElement, PageTransitionEvent, Url, window,
};

/// What the page finds when it starts; the address is read before anything else happens.
pub(super) async fn start() -> Option<Start> {
    let window = window()?;
    let address = window.location().href().ok()?;
    if let Some(path) = crate::flow::start::cleaned(&address) {
        replace_address(&path);
    }
    let languages = window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    Some(Start {
        address,
        storage: storage::read_all(),
        languages,
        build: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
        config: http::load("config.json").await,
    })
}

impl Runtime {
    /// Reads what is there and begins.
    pub fn start(&self) {
        let runtime = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            if let Some(found) = start().await {
                runtime.dispatch(Event::Started(Box::new(found)));
            }
        });
    }
}

/// Listens to the browser for as long as the page lives.
pub(super) fn listen(runtime: &Runtime) {
    let Some(window) = window() else { return };
    let on = |name: &str, listener: Closure<dyn Fn(web_sys::Event)>| {
        window.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok();
        listener.forget();
    };
    let guarded = runtime.guarded();
    on(
        "beforeunload",
        Closure::new(move |event: web_sys::Event| {
            if guarded.get() {
                event.prevent_default();
            }
        }),
    );
    let restored = runtime.clone();
    on(
        "pageshow",
        Closure::new(move |event: web_sys::Event| {
            if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                restored.dispatch(Event::Restored);
            }
        }),
    );
    for (name, online) in [("online", true), ("offline", false)] {
        let runtime = runtime.clone();
        on(name, Closure::new(move |_| runtime.dispatch(Event::Online(online))));
    }
}

/// Changes the address without loading anything.
pub(super) fn replace_address(path: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        history.replace_state_with_url(&JsValue::NULL, "", Some(path)).ok();
    }
}

pub(super) fn leave(url: &str) {
    if let Some(window) = window() {
        window.location().assign(url).ok();
    }
}

pub(super) fn open(url: &str) {
    if let Some(window) = window() {
        window.open_with_url_and_target_and_features(url, "_blank", "noopener,noreferrer").ok();
    }
}

/// Puts a text on the clipboard; where the modern way is refused (frames, old browsers), by a hidden field.
pub(super) async fn copy(text: &str) -> bool {
    let Some(window) = window() else { return false };
    // In an insecure context `navigator.clipboard` is undefined and calling it would throw.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
    if !clipboard.is_undefined() && JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_by_field(text).unwrap_or(false)
}

fn copy_by_field(text: &str) -> Option<bool> {
    let document = window()?.document()?;
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    let body = document.body()?;
    let before = document.active_element();
    field.set_class_name("unseen");
    field.set_value(text);
    body.append_child(&field).ok()?;
    field.select();
    let command = js_sys::Reflect::get(&document, &"execCommand".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    let worked = command.call1(&document, &"copy".into()).is_ok_and(|worked| worked.is_truthy());
    field.set_value("");
    field.remove();
    if let Some(before) = before.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        before.focus().ok();
    }
    Some(worked)
}

/// Offers a text as a file. The object URL lives only as long as the click.
pub(super) fn download(name: &str, kind: &str, content: &str) {
    let offer = || -> Option<()> {
        let document = window()?.document()?;
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&content.into()), &options).ok()?;
        let url = Url::create_object_url_with_blob(&blob).ok()?;
        let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
        link.set_href(&url);
        link.set_download(name);
        document.body()?.append_child(&link).ok()?;
        link.click();
        link.remove();
        Url::revoke_object_url(&url).ok()
    };
    offer();
}
