//! Composition root of the page by itself.

#[cfg(target_arch = "wasm32")]
fn main() {
    // A panic of the page that ships is a bare trap, told by www/start.js; no hook ever runs. Yew's own, which writes to the
    // console and is what a debug build keeps, would only be bytes.
    #[cfg(not(debug_assertions))]
    yew::set_custom_panic_hook(Box::new(|_| ()));
    entrada::mount::page();
}

/// The page runs in a browser only; on the host this program exists so that the workspace builds as one.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
