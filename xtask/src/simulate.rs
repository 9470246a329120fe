//! `cargo xtask simulate`: whole set-ups under seeded schedules of faults, in virtual time (tests/simulation).

use crate::mutations;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::step;
use std::process::{Command, ExitCode};

/// Schedules that every change has to survive.
pub(crate) const EVERY_CHANGE: &str = "10000";
/// The profile of the workspace in which ten thousand of them fit into a minute.
pub(crate) const PROFILE: &str = "simulation";

/// Plays what was asked for in front of the person.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<ExitCode, Failure> {
    if arguments.iter().any(|word| word == "--mutations") {
        mutations::run(project)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = program(project)?;
    let status = command
        .args(arguments)
        .status()
        .map_err(|error| Failure::new(format!("cannot start the simulation: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays what every change has to survive, and prints the table.
pub(crate) fn every_change(project: &Project) -> Result<(), Failure> {
    let mut command = program(project)?;
    command.args(["--seeds", EVERY_CHANGE]);
    let finished = step::run(project, "playing 10,000 schedules", "simulation", &mut command)?;
    say::line(step::read_log(&finished.log).trim_end());
    Ok(())
}

fn program(project: &Project) -> Result<Command, Failure> {
    let mut build = project.cargo();
    build.args(["build", "--profile", PROFILE, "--package", "entrada-simulation"]);
    step::run(project, "compiling the simulation", "simulation-build", &mut build)?;
    let name = format!("entrada-simulate{}", std::env::consts::EXE_SUFFIX);
    Ok(project.command(project.target.join(PROFILE).join(name)))
}
