//! Composition root: the only place where `browser` and `ui` meet.

#[cfg(target_arch = "wasm32")]
fn main() {
    use entrada::browser::Runtime;
    use entrada::ui::{App, AppProps};
    use yew::Callback;

    // A panic of the page that ships is a bare trap, told by www/start.js; no hook ever runs. Yew's own, which writes to the
    // console and is what a debug build keeps, would only be bytes.
    #[cfg(not(debug_assertions))]
    yew::set_custom_panic_hook(Box::new(|_| ()));
    let Some(root) = web_sys::window().and_then(|window| window.document()?.get_element_by_id("app")) else { return };
    let runtime = Runtime::new();
    let (subscriber, dispatcher) = (runtime.clone(), runtime.clone());
    // What stands in the page until now is the loading state; Yew draws beside it, so it goes first.
    root.set_text_content(None);
    yew::Renderer::<App>::with_root_and_props(
        root,
        AppProps {
            first: runtime.view(),
            subscribe: Callback::from(move |listener: Callback<_>| {
                subscriber.subscribe(Box::new(move |view| listener.emit(view)));
            }),
            dispatch: Callback::from(move |event| dispatcher.dispatch(event)),
        },
    )
    .render();
    runtime.start();
}

/// The page runs in a browser only; on the host this program exists so that the workspace builds as one.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
