//! The page by itself, and in a frame. Either lives as long as its document.

use super::put;
use crate::browser::{Place, taken};
use crate::embed::contract;
use crate::flow::host::Surface;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{Element, window};

/// The page by itself, in the element that is meant for it.
pub fn page() {
    let root = window().and_then(|window| window.document()?.query_selector("#app[data-entrada]").ok()?);
    if let Some(root) = root {
        std::mem::forget(put(root, Place::default()));
    }
}

/// The page in a frame: `tell` takes what the page around is told. Returns what takes what it says, and the height of the content
/// (`www/frame.js`).
#[wasm_bindgen]
pub fn framed(root: Element, tell: Function) -> JsValue {
    let (runtime, app) = put(root, Place { surface: Surface::Frame, tell: Some(tell) });
    std::mem::forget(app);
    // What is no plain value is a message all the same: one of nobody's, which is counted.
    let hear = move |said: JsValue| runtime.dispatch(contract::heard(&taken(&said).unwrap_or_default()));
    Closure::<dyn Fn(JsValue)>::new(hear).into_js_value()
}
