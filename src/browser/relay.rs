//! The window of a sign-in that does not leave the page: opens it while the click lasts, keeps the handle, and hands in what
//! that very window says. What it says is judged in `flow`.

use crate::flow::Event;
use wasm_bindgen::JsValue;
use web_sys::{MessageEvent, Window, window};

/// The window opened last.
#[derive(Default)]
pub(super) struct Relay(Option<Window>);

impl Relay {
    /// Opens a window, with a way back to this one; false when there is none.
    pub(super) fn open(&mut self, url: &str) -> bool {
        let features = "popup,width=560,height=720";
        let opened = window().map(|window| window.open_with_url_and_target_and_features(url, "_blank", features));
        self.0 = opened.and_then(Result::ok).flatten();
        self.0.is_some()
    }

    pub(super) fn close(&mut self) {
        if let Some(window) = self.0.take() {
            window.close().ok();
        }
    }

    /// A message for this page's window as an event, if the window that was opened sent it.
    pub(super) fn hear(&self, message: &MessageEvent) -> Option<Event> {
        let relay: &JsValue = self.0.as_ref()?.as_ref();
        let from = message.source()?;
        if AsRef::<JsValue>::as_ref(&from) != relay {
            return None;
        }
        // What has no JSON is none of ours.
        let message_text = js_sys::JSON::stringify(&message.data()).ok()?.as_string()?;
        Some(Event::RelayAnswered { origin: message.origin(), message: message_text })
    }
}
