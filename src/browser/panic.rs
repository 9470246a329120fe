//! When the program itself fails: a dead instance cannot draw, so the panel that stands hidden in `index.html` is shown.

use web_sys::window;

/// Shows the panel on a panic. Yew would otherwise install a hook of its own. The message names a place in our code,
/// never a value.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let Some(document) = window().and_then(|window| window.document()) else { return };
        if let Some(app) = document.get_element_by_id("app") {
            app.set_attribute("hidden", "").ok();
        }
        if let Some(panel) = document.get_element_by_id("failed") {
            panel.remove_attribute("hidden").ok();
        }
        if let Some(details) = document.get_element_by_id("failed-details") {
            details.set_text_content(Some(&place));
        }
    }));
}
