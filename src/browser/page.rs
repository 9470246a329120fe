//! The page itself: address, leaving, windows, clipboard, downloads, and the browser's own news.

use super::runtime::{Echo, Runtime};
use super::{http, storage};
use crate::flow::host::Surface;
use crate::flow::{ConfigError, Event, Start};
use crate::gather::Gather;
use js_sys::{Array, Function};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, HtmlAnchorElement, HtmlElement, HtmlTextAreaElement, PageTransitionEvent, Url, window,
};

/// Where the page stands, and what it was given there.
#[derive(Default, Clone)]
pub struct Place {
    /// Where.
    pub surface: Surface,
    /// Takes what the page around is told.
    pub tell: Option<Function>,
    /// Address of the folder of the page's own files, with a closing slash; the page by itself and in a frame lies beside them.
    #[cfg(feature = "module")]
    pub base: String,
    /// The configuration, when it was given rather than lies there; or what keeps it from being one.
    #[cfg(feature = "module")]
    pub config: Option<Result<String, ConfigError>>,
}

impl Place {
    /// What the address of each of the page's own files begins with.
    #[cfg(feature = "module")]
    pub(super) fn folder(&self) -> &str {
        &self.base
    }

    /// The same, without the module: they lie beside the document.
    #[cfg(not(feature = "module"))]
    #[expect(clippy::unused_self, reason = "the module's answer depends on it")]
    pub(super) fn folder(&self) -> &'static str {
        ""
    }

    async fn config(&self) -> Result<String, ConfigError> {
        #[cfg(feature = "module")]
        if let Some(config) = &self.config {
            return config.clone();
        }
        http::load(&[self.folder(), "config.json"].concat()).await.map_err(ConfigError::Missing)
    }
}

/// A listener on the window, for as long as this is kept.
pub(super) struct Ear {
    name: &'static str,
    listener: Closure<dyn Fn(web_sys::Event)>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        if let Some(window) = window() {
            window.remove_event_listener_with_callback(self.name, self.listener.as_ref().unchecked_ref()).ok();
        }
    }
}

/// What the page finds when it starts; the address is read before anything else happens.
async fn start(place: &Place) -> Option<Start> {
    let window = window()?;
    // In the module the document is somebody else's, and so is what stands in its address.
    #[cfg(feature = "module")]
    let address = place.base.clone();
    #[cfg(not(feature = "module"))]
    let address = window.location().href().ok()?;
    #[cfg(not(feature = "module"))]
    if let Some(path) = crate::flow::start::cleaned(&address) {
        replace_address(&path);
    }
    let languages = window.navigator().languages().iter().filter_map(|tag| tag.as_string()).gather();
    Some(Start {
        address,
        storage: storage::read_all(),
        languages,
        surface: place.surface,
        build: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
        config: place.config().await,
    })
}

impl Runtime {
    /// Reads what is there and begins.
    pub fn start(&self) {
        let place = self.place().clone();
        self.later(Box::pin(async move {
            let found = start(&place).await?;
            Some(Event::Started(Box::new(found)))
        }));
    }
}

/// Listens to the browser for as long as the page lives.
pub(super) fn listen(page: &Echo) -> Vec<Ear> {
    let Some(window) = window() else { return Vec::new() };
    let on = |name: &'static str, listener: Closure<dyn Fn(web_sys::Event)>| {
        window.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok();
        Ear { name, listener }
    };
    let [guarded, restored, relayed, online, offline] = [(); 5].map(|()| page.clone());
    vec![
        on(
            "beforeunload",
            Closure::new(move |event: web_sys::Event| {
                if guarded.guarded() {
                    event.prevent_default();
                }
            }),
        ),
        on(
            "pageshow",
            Closure::new(move |event: web_sys::Event| {
                if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                    restored.dispatch(Event::Restored);
                }
            }),
        ),
        on("message", Closure::new(move |event: web_sys::Event| relayed.relay_said(event.unchecked_ref()))),
        on("online", Closure::new(move |_| online.dispatch(Event::Online(true)))),
        on("offline", Closure::new(move |_| offline.dispatch(Event::Online(false)))),
    ]
}

/// Sets custom properties of the document, from which its style sheets take colours and font.
pub(super) fn look(looks: &[(&'static str, String)]) {
    let root = window().and_then(|window| window.document()?.document_element()?.dyn_into::<HtmlElement>().ok());
    if let Some(root) = root {
        for (name, value) in looks {
            root.style().set_property(name, value).ok();
        }
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
    let command = js_sys::Reflect::get(&document, &"execCommand".into()).ok()?.dyn_into::<Function>().ok()?;
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
