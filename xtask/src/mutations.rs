//! `cargo xtask simulate --mutations`: breaks each safety rule of the page on purpose, in a copy of the sources, and sees the
//! simulation find it. The list is `tests/simulation/mutations.json`.

use crate::project::Project;
use crate::say::{self, Failure};
use crate::simulate::{EVERY_CHANGE, PROFILE};
use crate::step;
use entrada::protocol::json;
use std::fs;
use std::path::Path;

/// What the simulation is made of.
const SOURCES: [&str; 9] =
    ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "clippy.toml", ".cargo", "src", "www", "tests", "xtask"];

/// Runs all of them; fails when one is not found.
pub(crate) fn run(project: &Project) -> Result<(), Failure> {
    let list = project.root.join("tests/simulation/mutations.json");
    let text = fs::read_to_string(&list).map_err(|error| trouble(&list, &error))?;
    let list = json::parse(&text).map_err(|error| Failure::new(format!("{}: {error:?}", list.display())))?;
    let copy = project.work().join("mutations");
    let mut survivors = 0;
    say::line("| Broken rule | Found as | Seed |");
    say::line("|---|---|---|");
    for mutation in list.as_list().unwrap_or_default() {
        let word = |name: &str| mutation[name].as_str().unwrap_or_default().to_owned();
        copy_sources(project, &copy)?;
        let file = copy.join(word("file"));
        let source = fs::read_to_string(&file).map_err(|error| trouble(&file, &error))?;
        if source.matches(&word("from")).count() != 1 {
            return Err(Failure::new(format!("{}: {:?} does not stand there once", file.display(), word("from"))));
        }
        fs::write(&file, source.replace(&word("from"), &word("to"))).map_err(|error| trouble(&file, &error))?;
        let found = play(project, &copy)?;
        survivors += u32::from(found.is_none());
        let (rule, seed) = found.unwrap_or_else(|| ("**not found**".into(), "-".into()));
        say::line(format_args!("| {} | {rule} | {seed} |", word("rule")));
    }
    if survivors > 0 {
        return Err(Failure::new(format!("{survivors} broken rules were not found")));
    }
    Ok(())
}

/// The rule and the seed of the first violation.
fn play(project: &Project, copy: &Path) -> Result<Option<(String, String)>, Failure> {
    // Its own target folder, kept from one mutation to the next: only what was changed is compiled again.
    let target = project.work().join("mutations-target");
    let mut build = project.command("cargo");
    build.current_dir(copy).env("CARGO_TARGET_DIR", &target).env("ENTRADA_SHARED", project.root.join("../shared"));
    build.args(["build", "--profile", PROFILE, "--package", "entrada-simulation"]);
    step::run(project, "compiling a broken rule", "mutation-build", &mut build)?;
    let program = target.join(PROFILE).join(format!("entrada-simulate{}", std::env::consts::EXE_SUFFIX));
    let output = project
        .command(program)
        .args(["--seeds", EVERY_CHANGE, "--stop"])
        .output()
        .map_err(|error| Failure::new(format!("cannot start the simulation: {error}")))?;
    let told = String::from_utf8_lossy(&output.stdout);
    let first = told.lines().find_map(|line| line.strip_prefix("seed ")?.split_once(": "));
    Ok(first.map(|(seed, why)| (why.split(':').next().unwrap_or_default().to_owned(), seed.to_owned())))
}

fn copy_sources(project: &Project, copy: &Path) -> Result<(), Failure> {
    fs::create_dir_all(copy).map_err(|error| trouble(copy, &error))?;
    for name in SOURCES {
        copy_newer(&project.root.join(name), &copy.join(name))?;
    }
    Ok(())
}

/// Copies what differs, so that what is alike is not compiled again.
fn copy_newer(from: &Path, to: &Path) -> Result<(), Failure> {
    if from.is_dir() {
        fs::create_dir_all(to).map_err(|error| trouble(to, &error))?;
        for entry in fs::read_dir(from).map_err(|error| trouble(from, &error))? {
            let name = entry.map_err(|error| trouble(from, &error))?.file_name();
            if name != "node_modules" {
                copy_newer(&from.join(&name), &to.join(&name))?;
            }
        }
        return Ok(());
    }
    let wanted = fs::read(from).map_err(|error| trouble(from, &error))?;
    if fs::read(to).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    fs::write(to, wanted).map_err(|error| trouble(to, &error))
}

fn trouble(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}
