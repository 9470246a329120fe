//! Whole journeys against the in-process cloud, in virtual time. Each story ends in an outcome and a finding.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on has failed")]

mod authorities;
mod bad_input;
mod bridge;
mod doctor;
mod embedding;
mod environments;
mod interruptions;
mod limits;
mod main_job;
mod obstacles;
mod pains;
mod presets;
mod program;
mod relay;
mod route_failures;
mod route_limits;
mod routes;
mod session_rules;
mod sign_in;
mod step_up;
mod synchronise;
mod undo;
mod way_back;
mod world;
