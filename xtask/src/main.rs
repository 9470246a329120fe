//! `cargo xtask …`: every command of the project, for Linux, macOS and Windows.
//!
//! This is the first thing a newcomer compiles, so it has two dependencies (the compressors that weigh the page) and
//! does everything else with the standard library and the programs of the project.

mod browser;
mod budget;
mod cli;
mod demo;
mod doctor;
mod lockfile;
mod machine;
mod names;
mod page;
mod project;
mod say;
mod screenshots;
mod step;
mod strangers;
mod tiers;
mod tools;
mod weight;

use cli::{Command, USAGE};
use project::Project;
use say::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    match cli::parse(&arguments) {
        Err(error) => {
            say::trouble(format_args!("{error}\n\n{USAGE}"));
            ExitCode::from(2)
        }
        Ok(command) => match run(command) {
            Ok(code) => code,
            Err(failure) => {
                say::trouble(failure);
                ExitCode::FAILURE
            }
        },
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    let project = Project::find();
    match command {
        Command::Help => say::line(USAGE),
        Command::Doctor => doctor::examine(&project)?,
        Command::Build { base } => {
            page::build(&project, base.as_deref())?;
            page::report_size(&project, false)?;
        }
        Command::Size { record } => page::report_size(&project, record)?,
        Command::Demo { port, open } => demo::run(&project, port, open)?,
        Command::Test(depth) => return Ok(tiers::run(&project, depth)),
        Command::Screenshots => screenshots::take(&project)?,
    }
    Ok(ExitCode::SUCCESS)
}
