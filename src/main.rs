//! Composition root of the page by itself.

/// A third of the code of the standard library's allocator. What grows moves, which costs a copy; memory that the browser adds
/// is joined to what lies before it, so that a large answer does not leave a hole of its size.
#[cfg(target_arch = "wasm32")]
struct Small;

#[cfg(target_arch = "wasm32")]
impl rlsf::GlobalTlsfOptions for Small {
    const ENABLE_REALLOCATION: bool = false;
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: rlsf::GlobalTlsf<Small> = rlsf::GlobalTlsf::new();

// What it exports is called by a page that bundles it, and by nothing here.
#[cfg(all(target_arch = "wasm32", feature = "module"))]
use entrada as _;

#[cfg(target_arch = "wasm32")]
fn main() {
    // A panic of the page that ships is a bare trap, told by www/start.js; no hook ever runs. Yew's own, which writes to the
    // console and is what a debug build keeps, would only be bytes.
    #[cfg(not(debug_assertions))]
    yew::set_custom_panic_hook(Box::new(|_| ()));
    // A page that bundles the program says itself where it is to stand.
    #[cfg(not(feature = "module"))]
    entrada::mount::page();
}

/// The page runs in a browser only; on the host this program exists so that the workspace builds as one.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
