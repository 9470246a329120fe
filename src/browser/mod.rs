//! The thin edge: performs effects, reports events, decides nothing. Each file wraps one Web API.

mod http;
mod page;
mod panic;
mod runtime;
mod storage;

pub use panic::install as install_panic_panel;
pub use runtime::Runtime;
