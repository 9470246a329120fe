//! The journeys live in `tests/`; this library holds what they share.
//!
//! A [`World`] is one local cloud with the built page on ports of its own and one browser of its own, so tests run side
//! by side. [`Journey`] does what a person does, by what a person sees. [`Traffic`] is what the browser sent, told by the
//! browser itself; [`Leftovers`] looks everywhere a secret could stay.
//!
//! `ENTRADA_DIST`, `CHROMEDRIVER`, `CHROMIUM`, `ENTRADA_SHARED`, `ENTRADA_STRANGERS` and `AXE_JS` say where things are; `cargo xtask test` sets them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here is a test")]
#![allow(clippy::print_stderr, reason = "a test that proves less than usual says so")]

mod axe;
mod business_central;
mod driver;
pub mod files;
mod frames;
mod journey;
mod leftovers;
mod made;
mod parameters;
mod provider;
mod screen;
mod sites;
mod tenant;
mod third_party;
mod tour;
mod traffic;
pub mod trials;
mod visitor;
mod windows;
mod world;

pub use business_central::{Al, BusinessCentralPage, Inside, Setup};
pub use driver::Engine;
pub use frames::{Frames, percentile};
pub use journey::{Consent, Handed, Journey, PlanLine};
pub use leftovers::Leftovers;
pub use made::{Made, Moment};
pub use parameters::{Parameters, Row, form_of, query_of, table};
pub use provider::Provider;
pub use screen::{Said, Screen};
pub use sites::{HostPages, Sites};
pub use tenant::TenantState;
pub use third_party::{Answer, Outsider};
pub use tour::{PROBLEM, tour};
pub use traffic::{Sent, Traffic};
pub use visitor::Visitor;
pub use world::{Setting, World, dist};
