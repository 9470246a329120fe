//! What is on the screen: Yew components that read [`crate::view_model`] and send [`crate::flow::Intent`]s.
//!
//! Nothing here knows an address, a token, storage or the time. Most parts are plain functions from a view to
//! [`yew::Html`]; a component exists only where something dies with the screen (a filter being typed, a revealed
//! field, a chosen tab) or where the page itself must be touched (focus, language, title).

mod app;
mod cx;
mod el;
mod pages;
mod parts;

pub use app::{App, AppProps};
