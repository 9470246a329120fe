//! Whole set-ups under seeded schedules of faults: ten thousand bad days in a minute.
//!
//! [`schedule`] draws a visit from a seed: what is set up, what goes wrong, who disturbs. [`world`] plays it against the
//! in-process cloud in virtual time, with [`tab`]s as browsers and [`person`]s in front of them. [`invariants`] are what must
//! hold whatever happens. [`minimise`] makes the story of a broken rule short; [`report`] adds visits up.

pub mod facts;
pub mod invariants;
pub mod minimise;
pub mod person;
pub mod report;
pub mod schedule;
pub mod start;
pub mod tab;
pub mod wire;
pub mod world;
