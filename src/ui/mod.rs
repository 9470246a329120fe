//! What is on the screen: Yew components that read [`crate::view_model`] and send [`crate::flow::Intent`]s.
//!
//! Nothing here knows an address, a token, storage or the time. All parts are plain functions from a view to [`yew::Html`];
//! the one component keeps what dies with the screen (a filter being typed, a revealed field, a chosen tab) and touches the
//! page itself (focus, language, title).

mod app;
mod cx;
mod el;
mod pages;
mod parts;

pub use app::{App, AppProps};
