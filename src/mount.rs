//! The entries for every way this page lives: by itself and in a frame (`own`), or taken in by a page that bundles it (`module`, a
//! build of its own). With `main.rs` the only place where `browser` and `ui` meet.

#[cfg(feature = "module")]
mod module;
#[cfg(not(feature = "module"))]
mod own;

#[cfg(feature = "module")]
pub use module::{HostMessage, MountOptions, Mounted, mount};
#[cfg(not(feature = "module"))]
pub use own::{framed, page};

use crate::browser::{Place, Runtime};
use crate::flow::Event;
use crate::ui::{App, AppProps};
use web_sys::Element;
use yew::{AppHandle, Callback};

/// Puts the page into an element and begins.
fn put(root: Element, place: Place) -> (Runtime, AppHandle<App>) {
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
    (runtime, app)
}
