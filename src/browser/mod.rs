//! The thin edge: performs effects, reports events, decides nothing. Each file wraps one Web API.

mod crossing;
mod http;
mod page;
mod relay;
mod runtime;
mod storage;

pub use crossing::{NotPlain, given, taken};
pub use page::Place;
pub use runtime::Runtime;
