//! `cargo xtask …`: every command of the project, for Linux, macOS and Windows.
//!
//! This is the first thing a newcomer compiles, so it depends on the compressors that weigh the page and on the page's own reader
//! of `config.json`, and does everything else with the standard library and the programs of the project.

mod bench;
mod browser;
mod budget;
mod cli;
mod demo;
mod doctor;
mod examples;
mod headers;
mod lockfile;
mod machine;
mod module;
mod mutations;
mod names;
mod pack;
mod page;
mod project;
mod say;
mod screenshots;
mod scripts;
mod simulate;
mod step;
mod strangers;
mod tiers;
mod tools;
mod weight;

use cli::{Command, USAGE};
use project::Project;
use say::Failure;
use std::path::{Path, PathBuf};
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
        Command::Headers { config, out } => {
            let config = config.map_or_else(|| project.root.join("www").join("config.json"), PathBuf::from);
            let beside = config.parent().unwrap_or(Path::new(".")).to_owned();
            let folder = out.map_or(beside, PathBuf::from);
            for name in headers::write(&config, &folder)? {
                say::line(format_args!("  {}", folder.join(name).display()));
            }
        }
        Command::Size { record } => page::report_size(&project, record)?,
        Command::Demo { port, open } => demo::run(&project, port, open)?,
        Command::Test(depth) => return Ok(tiers::run(&project, depth)),
        Command::Simulate { arguments } => return simulate::run(&project, &arguments),
        Command::Bench => bench::run(&project)?,
        Command::Screenshots => screenshots::take(&project)?,
    }
    Ok(ExitCode::SUCCESS)
}
