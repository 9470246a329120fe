//! One screen per file.

pub(super) mod busy;
pub(super) mod choose;
pub(super) mod done;
pub(super) mod hand_over;
pub(super) mod plan;
pub(super) mod problem;
pub(super) mod run;
pub(super) mod welcome;
