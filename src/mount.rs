//! The one entry for every way this page lives: by itself, in a frame, or taken in by a page that bundles it. With `main.rs`
//! the only place where `browser` and `ui` meet.

use crate::browser::{Place, Runtime};
use crate::embed::contract;
use crate::flow::Event;
use crate::flow::host::Surface;
use crate::protocol::json::{self, Value, json};
use crate::ui::{App, AppProps};
use js_sys::{Function, Reflect};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use web_sys::{Element, window};
use yew::{AppHandle, Callback};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("mount.d.ts");
#[wasm_bindgen(typescript_custom_section)]
const CONTRACT: &str = include_str!("../www/contract.d.ts");

#[wasm_bindgen]
extern "C" {
    /// What a host gives; described in `mount.d.ts`.
    #[wasm_bindgen(typescript_type = "MountOptions")]
    pub type MountOptions;
    /// What a host says.
    #[wasm_bindgen(typescript_type = "HostMessage")]
    pub type HostMessage;
}

/// A page that lives in an element.
#[wasm_bindgen]
pub struct Mounted {
    /// Gone when it ended.
    parts: Option<(Runtime, AppHandle<App>)>,
    surface: Surface,
    origin: String,
    spoken: Cell<u32>,
}

/// Puts the page into an element and begins.
#[wasm_bindgen]
pub fn mount(element: Element, options: &MountOptions) -> Mounted {
    let given = |name: &str| Reflect::get(options, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let surface = if given("frame").is_truthy() { Surface::Frame } else { Surface::Module };
    let mut base = given("base").as_string().unwrap_or_default();
    if surface == Surface::Module {
        element.set_attribute("data-entrada", "").ok();
        base = absolute(&base);
    }
    let place = Place {
        surface,
        base,
        config: plain(&given("config")).filter(Value::is_object).map(|config| config.to_line()),
        tell: given("onEvent").dyn_into::<Function>().ok(),
    };
    let mounted = put(element, place);
    if surface == Surface::Module {
        let options = plain(&given("options")).unwrap_or_default();
        mounted.say(&json!({ "type": "hello", "options": options }));
    }
    mounted
}

#[wasm_bindgen]
impl Mounted {
    /// Hands in what the host says.
    pub fn send(&self, message: &HostMessage) {
        // What is no plain value is a message all the same: one of nobody's, which is counted.
        self.say(&plain(message).unwrap_or_default());
    }

    /// Ends the page and frees what it held. The element stays, empty.
    pub fn unmount(&mut self) {
        if let Some((runtime, app)) = self.parts.take() {
            app.destroy();
            runtime.end();
        }
    }
}

impl Mounted {
    fn say(&self, value: &Value) {
        let Some((runtime, _)) = &self.parts else { return };
        let event = if self.surface == Surface::Frame {
            contract::heard(value)
        } else {
            self.spoken.set(self.spoken.get() + 1);
            contract::spoken(value, &self.origin, self.spoken.get().into())
        };
        runtime.dispatch(event);
    }
}

/// The page by itself, in the element that is meant for it.
pub fn page() {
    let root = window().and_then(|window| window.document()?.query_selector("#app[data-entrada]").ok()?);
    if let Some(root) = root {
        // It lives as long as the document.
        std::mem::forget(put(root, Place::default()));
    }
}

fn put(root: Element, place: Place) -> Mounted {
    let surface = place.surface;
    let origin = window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    let runtime = Runtime::at(place);
    let (subscriber, dispatcher) = (runtime.clone(), runtime.clone());
    // What stands in the element until now is the loading state; Yew draws beside it, so it goes first.
    root.set_text_content(None);
    let app = yew::Renderer::<App>::with_root_and_props(
        root,
        AppProps {
            first: runtime.view(),
            subscribe: Callback::from(move |listener: Callback<_>| {
                subscriber.subscribe(Box::new(move |view| listener.emit(view)));
            }),
            dispatch: Callback::from(move |event: Event| dispatcher.dispatch(event)),
        },
    )
    .render();
    runtime.start();
    Mounted { parts: Some((runtime, app)), surface, origin, spoken: Cell::new(0) }
}

/// A folder's absolute address with its closing slash; the document's own folder when none is given.
fn absolute(base: &str) -> String {
    let document = window().and_then(|window| window.document()?.base_uri().ok()?).unwrap_or_default();
    let base = if base.is_empty() { "./" } else { base };
    let url = web_sys::Url::new_with_base(base, &document).map(|url| url.href()).unwrap_or_default();
    if url.ends_with('/') { url } else { url + "/" }
}

fn plain(value: &JsValue) -> Option<Value> {
    let text = js_sys::JSON::stringify(value).ok()?.as_string()?;
    json::parse(&text).ok()
}
