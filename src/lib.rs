//! Entrada sets up service-to-service access to Dynamics 365 Business Central from a static page.
//!
//! The rooms, and which way they may look (enforced by the compiler's target tables and by `tests/arrows.rs`):
//!
//! - [`protocol`]: what other people's servers say. Looks at nothing.
//! - [`text`]: every sentence. Looks at nothing.
//! - [`config`]: what the host of the page decided. Looks at `protocol`.
//! - [`flow`]: all decisions, `update(model, event, moment) -> effects`. Looks at `protocol`, `config`, message ids.
//! - [`view_model`]: what a screen needs, derived from the model. Looks at `flow`, `text`.
//! - [`embed`]: the contract with the page around this one, derived from the model. Looks at `flow`, `protocol`.
//! - `ui` (browser only): Yew components. Look at `view_model`, `text` and `flow::Event`.
//! - `browser` (browser only): performs effects, reports events, decides nothing.
//! - `mount` (browser only): puts them together, for the page itself and a frame; with the feature `module` for pages that bundle.
//!
//! `gather` and `search` are no rooms: small words for lists and texts that any of them may use.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod config;
pub mod embed;
pub mod flow;
mod gather;
#[cfg(target_arch = "wasm32")]
pub mod mount;
pub mod protocol;
mod search;
pub mod text;
#[cfg(target_arch = "wasm32")]
pub mod ui;
pub mod view_model;
