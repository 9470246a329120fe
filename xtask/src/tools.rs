//! The programs the page is built with: finds each in its pinned version, or installs it into the user's cache.
//!
//! Trunk must find every one of them on `PATH` in exactly the version it expects, because otherwise it downloads
//! (which fails where only package registries can be reached).

use crate::lockfile;
use crate::machine::{self, version};
use crate::project::{Cache, Project, on_path, program_endings};
use crate::say::{self, Failure};
use crate::step;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The newest Trunk that the pinned compiler builds.
pub(crate) const TRUNK: &str = "0.21.14";
/// The program that drives Firefox.
pub(crate) const GECKODRIVER: &str = "0.37.1";
/// The npm package with `wasm-opt`; Trunk.toml names the same version.
pub(crate) const BINARYEN: &str = "132.0.0";
/// What `wasm-opt --version` of that package answers.
pub(crate) const WASM_OPT: &str = "132";
/// The npm package that shortens JavaScript.
pub(crate) const TERSER: &str = "5.51.4";
/// The npm package that looks for accessibility violations.
pub(crate) const AXE_CORE: &str = "4.14.1";
/// The compilation target of the page.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// rustup's component with the sources of the standard library.
pub(crate) const STD_SOURCES: &str = "rust-src";

/// A program from the crate registry, in one version.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    pub(crate) package: &'static str,
    pub(crate) program: &'static str,
    pub(crate) version: String,
    /// Beyond `--locked --debug`: optimising these tools takes longer than they ever run.
    options: &'static [&'static str],
    hint: &'static str,
}

impl Tool {
    pub(crate) fn trunk() -> Self {
        Self {
            package: "trunk",
            program: "trunk",
            version: TRUNK.to_owned(),
            // Without the update check, which would ask the network; `rustls` needs no OpenSSL headers.
            options: &["--no-default-features", "--features", "rustls"],
            hint: "once, about 6 minutes on two cores",
        }
    }

    /// The command line tool must have the very version of the library.
    pub(crate) fn wasm_bindgen(project: &Project) -> Result<Self, Failure> {
        let lockfile = project.root.join("Cargo.lock");
        let text = fs::read_to_string(&lockfile)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", lockfile.display())))?;
        let version = lockfile::version_of(&text, "wasm-bindgen")
            .ok_or_else(|| Failure::new(format!("{} does not name wasm-bindgen", lockfile.display())))?;
        Ok(Self {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: version.to_owned(),
            options: &[],
            hint: "once, about 3 minutes on two cores",
        })
    }

    /// What drives Firefox; Debian has the browser and not this.
    pub(crate) fn geckodriver() -> Self {
        Self {
            package: "geckodriver",
            program: "geckodriver",
            version: GECKODRIVER.to_owned(),
            options: &[],
            hint: "once, about 2 minutes on two cores",
        }
    }

    /// A cargo subcommand of the deep tiers.
    pub(crate) fn subcommand(package: &'static str, version: &str) -> Self {
        Self { package, program: package, version: version.to_owned(), options: &[], hint: "once, some minutes" }
    }

    fn folder(&self, cache: &Cache) -> PathBuf {
        cache.tools.join(format!("{}-{}", self.program, self.version))
    }

    /// The program in this very version, from our cache or from `PATH`.
    pub(crate) fn find(&self, cache: &Cache) -> Option<PathBuf> {
        let cached = program_endings()
            .iter()
            .map(|ending| self.folder(cache).join("bin").join(format!("{}{ending}", self.program)))
            .find(|path| path.is_file());
        cached
            .into_iter()
            .chain(on_path(&[self.program]))
            .find(|path| version(path).as_deref() == Some(self.version.as_str()))
    }

    /// Finds the program, or installs it.
    pub(crate) fn ensure(&self, project: &Project, cache: &Cache) -> Result<PathBuf, Failure> {
        if let Some(found) = self.find(cache) {
            return Ok(found);
        }
        let mut install = project.cargo();
        install
            .args(["install", "--locked", "--debug", "--root"])
            .arg(self.folder(cache))
            .args(["--version", &self.version, self.package])
            .args(self.options)
            .env("CARGO_TARGET_DIR", &cache.build);
        let title = format!("installing {} {} ({})", self.package, self.version, self.hint);
        step::run(project, &title, &format!("install-{}", self.program), &mut install)?;
        self.find(cache).ok_or_else(|| {
            Failure::new(format!(
                "{} was installed into {} but does not run",
                self.program,
                self.folder(cache).display()
            ))
        })
    }
}

/// Everything `trunk build` needs.
#[derive(Debug)]
pub(crate) struct PageTools {
    pub(crate) trunk: PathBuf,
    pub(crate) wasm_bindgen: PathBuf,
    pub(crate) wasm_opt: Option<PathBuf>,
}

/// Finds or installs what the page is built with.
pub(crate) fn for_the_page(project: &Project) -> Result<PageTools, Failure> {
    let cache = Cache::find();
    ensure_wasm_target(project)?;
    ensure_std_sources(project)?;
    Ok(PageTools {
        wasm_bindgen: Tool::wasm_bindgen(project)?.ensure(project, &cache)?,
        trunk: Tool::trunk().ensure(project, &cache)?,
        wasm_opt: ensure_wasm_opt(project, &cache),
    })
}

/// The program that runs wasm tests in a browser; it comes with the wasm-bindgen tool.
pub(crate) fn wasm_test_runner(project: &Project) -> Result<PathBuf, Failure> {
    let wasm_bindgen = Tool::wasm_bindgen(project)?.ensure(project, &Cache::find())?;
    let folder = wasm_bindgen.parent().unwrap_or(Path::new("."));
    program_endings()
        .iter()
        .map(|ending| folder.join(format!("wasm-bindgen-test-runner{ending}")))
        .find(|path| path.is_file())
        .ok_or_else(|| Failure::new(format!("there is no wasm-bindgen-test-runner beside {}", wasm_bindgen.display())))
}

/// Whether the pinned compiler can make wasm.
pub(crate) fn has_wasm_target(project: &Project) -> bool {
    below_rustlib(project).is_some_and(|folder| folder.join(WASM_TARGET).join("lib").is_dir())
}

/// Whether the sources of the standard library are there, which the page is built with.
pub(crate) fn has_std_sources(project: &Project) -> bool {
    below_rustlib(project).is_some_and(|folder| folder.join("src/rust/library/Cargo.lock").is_file())
}

/// Where the pinned compiler keeps what belongs to it.
fn below_rustlib(project: &Project) -> Option<PathBuf> {
    let output = project.command("rustc").args(["--print", "sysroot"]).stdin(Stdio::null()).output().ok()?;
    Some(Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("lib/rustlib"))
}

/// Adds the sources of the standard library when they are missing.
fn ensure_std_sources(project: &Project) -> Result<(), Failure> {
    if has_std_sources(project) {
        return Ok(());
    }
    rustup(project, &["component", "add", STD_SOURCES], "adding the standard library's sources")
}

/// Adds the wasm target to the pinned toolchain when it is missing.
pub(crate) fn ensure_wasm_target(project: &Project) -> Result<(), Failure> {
    if has_wasm_target(project) {
        return Ok(());
    }
    rustup(project, &["target", "add", WASM_TARGET], "adding the wasm target")
}

/// Adds the formatter and the linter when one of them is missing (rustup may be told not to install by itself).
pub(crate) fn ensure_components(project: &Project) -> Result<(), Failure> {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(subcommand, _)| !answers(project.cargo().args([subcommand, "--version"])))
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut arguments = vec!["component", "add"];
    arguments.extend(&missing);
    rustup(project, &arguments, &format!("adding {}", missing.join(" and ")))
}

fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn rustup(project: &Project, arguments: &[&str], title: &str) -> Result<(), Failure> {
    if on_path(&["rustup"]).is_none() {
        return Err(Failure::new(format!(
            "{title} needs rustup, which is not on PATH (without rustup: install it with the compiler's own package)"
        ))
        .cure(machine::RUSTUP.advice()));
    }
    let mut command = project.command("rustup");
    command.args(arguments);
    step::run(project, title, "rustup", &mut command).map(drop)
}

/// `wasm-opt` in the version Trunk.toml names, from our cache or from `PATH`.
pub(crate) fn find_wasm_opt(cache: &Cache) -> Option<PathBuf> {
    let folder = binaryen_folder(cache).join("node_modules").join(".bin");
    program_endings()
        .iter()
        .map(|ending| folder.join(format!("wasm-opt{ending}")))
        .find(|path| path.is_file())
        .into_iter()
        .chain(on_path(&["wasm-opt"]))
        .find(|path| version(path).as_deref() == Some(WASM_OPT))
}

fn binaryen_folder(cache: &Cache) -> PathBuf {
    cache.tools.join(format!("binaryen-{WASM_OPT}"))
}

/// Finds or installs `wasm-opt`. Without it the page works and is merely bigger, so nothing here is fatal.
fn ensure_wasm_opt(project: &Project, cache: &Cache) -> Option<PathBuf> {
    if let Some(found) = find_wasm_opt(cache) {
        return Some(found);
    }
    let without = |why: &str| {
        say::line(format_args!("  built without wasm-opt, so the wasm file is bigger: {why}"));
        None
    };
    let title = format!("installing wasm-opt (npm package binaryen {BINARYEN})");
    match npm_install(project, &binaryen_folder(cache), &format!("binaryen@{BINARYEN}"), &title) {
        Ok(()) => find_wasm_opt(cache).or_else(|| without("the installed one does not run with this Node")),
        Err(failure) => without(&failure.to_string()),
    }
}

/// terser, which shortens scripts, from our cache or from npm; plain JavaScript, so the same on every system. Without it the
/// scripts are merely longer.
pub(crate) fn terser(project: &Project) -> Option<PathBuf> {
    let folder = Cache::find().tools.join(format!("terser-{TERSER}"));
    let program = folder.join("node_modules").join("terser").join("bin").join("terser");
    if !program.is_file() {
        let title = format!("installing the npm package terser {TERSER}");
        if let Err(failure) = npm_install(project, &folder, &format!("terser@{TERSER}"), &title) {
            say::line(format_args!("  built without terser, so the scripts are longer: {failure}"));
        }
    }
    program.is_file().then_some(program)
}

/// Node, in which terser runs.
pub(crate) fn node() -> Option<PathBuf> {
    on_path(&["node"])
}

/// axe-core, which looks for accessibility violations inside a page, from our cache or from npm. Without Node the
/// journeys say that this test is skipped.
pub(crate) fn axe(project: &Project) -> Option<PathBuf> {
    let folder = Cache::find().tools.join(format!("axe-core-{AXE_CORE}"));
    let program = folder.join("node_modules").join("axe-core").join("axe.min.js");
    if !program.is_file() {
        let title = format!("installing the npm package axe-core {AXE_CORE}");
        if let Err(failure) = npm_install(project, &folder, &format!("axe-core@{AXE_CORE}"), &title) {
            say::line(format_args!("  screens are not looked at with axe-core: {failure}"));
        }
    }
    program.is_file().then_some(program)
}

/// Installs one npm package into a folder of its own.
fn npm_install(project: &Project, folder: &Path, package: &str, title: &str) -> Result<(), Failure> {
    let (Some(npm), Some(_)) = (on_path(&["npm"]), on_path(&["node"])) else {
        return Err(Failure::new(format!("Node is not on PATH. {}", machine::NODE.advice().replace('\n', " "))));
    };
    fs::create_dir_all(folder).map_err(|error| Failure::new(format!("cannot make {}: {error}", folder.display())))?;
    let mut install = project.command(npm);
    install
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(folder)
        .arg(package);
    let log = format!("install-{}", package.split('@').next().unwrap_or_default());
    step::run(project, title, &log, &mut install).map(drop)
}
