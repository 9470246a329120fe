//! `cargo xtask bench`: how long a person waits over a long line, in the built page, beside the AL wizard's order.

use crate::browser;
use crate::page;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::step;
use crate::tiers;

/// Builds the page if needed, measures, and prints the table.
pub(crate) fn run(project: &Project) -> Result<(), Failure> {
    let browser = browser::ensure(project)?;
    page::build_if_changed(project)?;
    let table = project.work().join("bench.txt");
    // What is printed afterwards has to be of this run.
    let _ = std::fs::remove_file(&table);
    let mut command = project.cargo();
    command
        .args(["test", "--package", "entrada-e2e", "--test", "bench", "--", "--ignored"])
        .env("ENTRADA_BENCH", &table);
    tiers::for_journeys(project, &browser, &mut command)?;
    step::run(project, "measuring over long lines", "bench", &mut command)?;
    let told = std::fs::read_to_string(&table)
        .map_err(|error| Failure::new(format!("no table in {}: {error}", table.display())))?;
    say::line(told.trim_end());
    Ok(())
}
