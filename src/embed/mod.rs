//! The contract with the page around this one: reading what it says ([`contract`]), and saying what happened here, which
//! is derived from the model as a screen is ([`told`]). Decisions are `flow::host`'s. The same words for partners stand in
//! `www/embed.d.ts` and `docs/embedding.md`; `tests/embed.rs` holds them together.

pub mod contract;
mod told;

pub use told::{Told, told};
