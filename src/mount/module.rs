//! The page taken in by a page that bundles it: what that one gives, says and is told crosses by serde-wasm-bindgen.

use super::put;
use crate::browser::{NotPlain, Place, Runtime, taken};
use crate::embed::contract;
use crate::flow::host::Surface;
use crate::protocol::json::{Value, json};
use crate::ui::App;
use js_sys::{Function, Object, Reflect};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use web_sys::{Element, window};
use yew::AppHandle;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("module.d.ts");
#[wasm_bindgen(typescript_custom_section)]
const CONTRACT: &str = include_str!("../../www/contract.d.ts");

#[wasm_bindgen]
extern "C" {
    /// What a host gives; described in `module.d.ts`.
    #[wasm_bindgen(typescript_type = "MountOptions")]
    pub type MountOptions;
    /// What a host says.
    #[wasm_bindgen(typescript_type = "HostMessage")]
    pub type HostMessage;
}

/// A page that lives in an element.
#[wasm_bindgen]
pub struct Mounted {
    /// Gone when it ended. In a cell of its own: when a getter of a message throws, nothing of that call is given back, and the page
    /// has to be ended all the same.
    parts: RefCell<Option<(Runtime, AppHandle<App>)>>,
    origin: String,
    spoken: Cell<u32>,
}

/// Puts the page into an element and begins.
#[wasm_bindgen]
pub fn mount(element: Element, options: &MountOptions) -> Mounted {
    let given = |name: &str| member(options, &name.into());
    // All of it crosses before anything is done, so that what throws there leaves nothing behind.
    let place = Place {
        surface: Surface::Module,
        base: absolute(&given("base").as_string().unwrap_or_default()),
        config: config(&given("config")),
        tell: given("onEvent").dyn_into::<Function>().ok(),
    };
    let hello = json!({ "type": "hello", "options": choices(&given("options")) });
    element.set_attribute("data-entrada", "").ok();
    let origin = window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    let parts = RefCell::new(Some(put(element, place)));
    let mounted = Mounted { parts, origin, spoken: Cell::new(0) };
    mounted.say(&hello);
    mounted
}

#[wasm_bindgen]
impl Mounted {
    /// Hands in what the host says.
    pub fn send(&self, message: &HostMessage) {
        // What is no plain value is a message all the same: one of nobody's, which is counted.
        self.say(&taken(message).unwrap_or_default());
    }

    /// Ends the page and frees what it held. The element stays, empty.
    pub fn unmount(&self) {
        if let Some((runtime, app)) = self.parts.take() {
            app.destroy();
            runtime.end();
        }
    }
}

impl Mounted {
    fn say(&self, value: &Value) {
        let runtime = self.parts.borrow().as_ref().map(|(runtime, _)| runtime.clone());
        if let Some(runtime) = runtime {
            self.spoken.set(self.spoken.get() + 1);
            runtime.dispatch(contract::spoken(value, &self.origin, self.spoken.get().into()));
        }
    }
}

/// The configuration as the text that is read in every other case too; `None` when none was given.
fn config(given: &JsValue) -> Option<Result<String, crate::flow::ConfigError>> {
    let config = || taken(given).map(|config| config.to_line()).map_err(crate::flow::ConfigError::Wrong);
    (!given.is_undefined() && !given.is_null()).then(config)
}

/// The choices to begin with. What does not cross is named where it stands, without a value: `flow` leaves it out and says so, and the
/// others hold.
fn choices(given: &JsValue) -> Value {
    let mut choices = json!({});
    if given.is_undefined() || given.is_null() {
        return choices;
    }
    let Some(object) = given.dyn_ref::<Object>() else { return json!({ "options": "" }) };
    for name in Object::keys(object) {
        let Some(word) = name.as_string() else { continue };
        match taken(&member(given, &name)) {
            // Nothing was chosen.
            Ok(Value::Null) => {}
            Ok(choice) => choices.insert(&word, choice),
            Err(trouble) => choices.insert(&place(&word, &trouble), Value::default()),
        }
    }
    choices
}

/// Where in the choices something is not plain: `theme.accent`.
fn place(name: &str, trouble: &NotPlain) -> String {
    [name, trouble.at.trim_start_matches('$')].concat()
}

/// A member of what the host gave; what a getter throws is nobody's.
fn member(of: &JsValue, name: &JsValue) -> JsValue {
    Reflect::get(of, name).unwrap_or(JsValue::UNDEFINED)
}

/// A folder's absolute address with its closing slash; the document's own folder when none is given.
fn absolute(base: &str) -> String {
    let document = window().and_then(|window| window.document()?.base_uri().ok()?).unwrap_or_default();
    let base = if base.is_empty() { "./" } else { base };
    let url = web_sys::Url::new_with_base(base, &document).map(|url| url.href()).unwrap_or_default();
    if url.ends_with('/') { url } else { url + "/" }
}
