//! Says what this machine has and lacks for the project, and how to get what is missing.

use crate::browser;
use crate::machine::{self, CHROMEDRIVER, CHROMIUM, CURL, FIREFOX, GIT, NODE, RUSTUP, Remedy, System, version};
use crate::project::{Cache, Project, on_path};
use crate::say::{self, Failure};
use crate::tools::{self, Tool};
use std::path::PathBuf;

/// How one thing stands.
#[derive(Debug)]
enum State {
    /// There, in this version or place.
    Here(String),
    /// Missing, and `cargo xtask` gets it by itself when it needs it.
    WillInstall(String),
    /// Missing, and only a person can get it.
    Missing(Remedy),
}

/// What does not work without a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// `demo` and `build`.
    Build,
    /// Only `test` and `screenshots`.
    Test,
    /// Nothing: it makes something better.
    Optional,
}

struct Row {
    name: &'static str,
    need: Need,
    state: State,
}

/// Prints the table; an error when something that `build` and `demo` need is missing and only a person can get it.
pub(crate) fn examine(project: &Project) -> Result<(), Failure> {
    let rows = rows(project)?;
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    say::line(format_args!("Tools are kept in {}\n", Cache::find().tools.display()));
    let mut blocked = Vec::new();
    for row in &rows {
        let text = match &row.state {
            State::Here(version) => format!("ok       {version}"),
            State::WillInstall(how) => format!("missing  cargo xtask gets it: {how}"),
            State::Missing(remedy) => {
                if row.need == Need::Build {
                    blocked.push(row.name);
                }
                let purpose = match row.need {
                    Need::Build => "needed",
                    Need::Test => "needed for `test` and `screenshots`",
                    Need::Optional => "optional",
                };
                let indent = format!("\n  {:width$}           ", "");
                let commands = remedy.for_system(System::here()).replace('\n', &indent);
                format!("missing  {purpose}. Get it with{indent}{commands}")
            }
        };
        say::line(format_args!("  {:width$}  {text}", row.name));
    }
    say::line("");
    if blocked.is_empty() {
        say::line("Ready for `cargo xtask demo` and `cargo xtask build`.");
        Ok(())
    } else {
        Err(Failure::new(format!("`demo` and `build` cannot work without: {}", blocked.join(", "))))
    }
}

fn rows(project: &Project) -> Result<Vec<Row>, Failure> {
    let cache = Cache::find();
    let rustup = on_path(&["rustup"]);
    let with_rustup = |here: bool, name: &str, command: &str| {
        if here {
            State::Here(name.to_owned())
        } else if rustup.is_some() {
            State::WillInstall(format!("rustup {command} {name}"))
        } else {
            State::Missing(RUSTUP)
        }
    };
    let wasm_target = with_rustup(tools::has_wasm_target(project), tools::WASM_TARGET, "target add");
    let std_sources = with_rustup(tools::has_std_sources(project), tools::STD_SOURCES, "component add");
    let has_npm = on_path(&["npm"]).is_some() && on_path(&["node"]).is_some();
    let wasm_opt = match tools::find_wasm_opt(&cache) {
        Some(_) => State::Here(tools::WASM_OPT.to_owned()),
        None if has_npm => State::WillInstall(format!("npm package binaryen {}", tools::BINARYEN)),
        None => State::Missing(NODE),
    };
    Ok(vec![
        program("rustc (pinned)", Need::Build, Some(PathBuf::from("rustc")), RUSTUP),
        program("rustup", Need::Optional, rustup, RUSTUP),
        Row { name: "wasm target", need: Need::Build, state: wasm_target },
        Row { name: "std sources", need: Need::Build, state: std_sources },
        tool("trunk", &Tool::trunk(), &cache),
        tool("wasm-bindgen", &Tool::wasm_bindgen(project)?, &cache),
        program("node", Need::Optional, on_path(&["node"]), NODE),
        Row { name: "wasm-opt", need: Need::Optional, state: wasm_opt },
        chromium(),
        driver(),
        program("curl", Need::Test, on_path(&["curl"]), CURL),
        program("git", Need::Optional, on_path(&["git"]), GIT),
        firefox(),
        geckodriver(),
    ])
}

fn program(name: &'static str, need: Need, path: Option<PathBuf>, remedy: Remedy) -> Row {
    let state = path.and_then(|path| version(&path)).map_or(State::Missing(remedy), State::Here);
    Row { name, need, state }
}

fn tool(name: &'static str, tool: &Tool, cache: &Cache) -> Row {
    let state = match tool.find(cache) {
        Some(_) => State::Here(tool.version.clone()),
        None => State::WillInstall(format!("cargo install {} {}", tool.package, tool.version)),
    };
    Row { name, need: Need::Build, state }
}

/// A build machine (Debian, root) gets browser and driver by itself.
fn apt_is_ours() -> bool {
    System::here() == System::Debian && machine::is_root() && on_path(&["apt-get"]).is_some()
}

fn chromium() -> Row {
    let state = match browser::find_chromium() {
        Some(path) => State::Here(browser::chromium_version(&path).unwrap_or_else(|| path.display().to_string())),
        None if apt_is_ours() => State::WillInstall("apt-get install chromium".to_owned()),
        None => State::Missing(CHROMIUM),
    };
    Row { name: "chromium", need: Need::Test, state }
}

fn firefox() -> Row {
    let state = match browser::find_firefox() {
        Some(path) => State::Here(browser::chromium_version(&path).unwrap_or_else(|| path.display().to_string())),
        None if apt_is_ours() => State::WillInstall("apt-get install firefox-esr".to_owned()),
        None => State::Missing(FIREFOX),
    };
    Row { name: "firefox", need: Need::Optional, state }
}

fn geckodriver() -> Row {
    let state = browser::find_geckodriver()
        .and_then(|path| version(&path))
        .map_or_else(|| State::WillInstall(format!("cargo install geckodriver {}", tools::GECKODRIVER)), State::Here);
    Row { name: "geckodriver", need: Need::Optional, state }
}

fn driver() -> Row {
    let state = match browser::find_driver().and_then(|path| version(&path)) {
        Some(version) => State::Here(version),
        None if apt_is_ours() => State::WillInstall("apt-get install chromium-driver".to_owned()),
        None => State::Missing(CHROMEDRIVER),
    };
    Row { name: "chromedriver", need: Need::Test, state }
}
