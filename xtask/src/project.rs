//! Where things are: the repository, what it builds, and the folders of the user's cache.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository and its build folder.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
}

impl Project {
    /// The repository this program was started from (`cargo run` tells), else built from.
    pub(crate) fn find() -> Self {
        let crate_dir =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = crate_dir.parent().unwrap_or(&crate_dir).to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR")
            .filter(|value| !value.is_empty())
            .map_or_else(|| root.join("target"), |value| root.join(value));
        Self { root, target }
    }

    /// The page as static hosts get it.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Logs, stamps and small files made for other programs.
    pub(crate) fn work(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// `cargo` at the root of the repository.
    pub(crate) fn cargo(&self) -> Command {
        self.command("cargo")
    }

    /// Another program at the root of the repository, without what `cargo run` adds to the environment:
    /// build scripts that watch those variables would run again at every change between `cargo` and `cargo xtask`.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(set_by_cargo_run) {
                command.env_remove(name);
            }
        }
        if compiled_once(&|name| env::var_os(name)) {
            command.env("CARGO_INCREMENTAL", "0");
        }
        command
    }
}

/// A build machine compiles everything once, in a fresh clone: what cargo would keep for a next time is a gigabyte of disk, and
/// one such machine has already run out of it.
fn compiled_once(variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
    variable("CI").is_some_and(|ci| ci == "true") && variable("CARGO_INCREMENTAL").is_none()
}

fn set_by_cargo_run(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || matches!(name, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE")
}

/// The user's cache for Entrada: tools survive `cargo clean` and serve every clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cache {
    /// One folder per tool and version.
    pub(crate) tools: PathBuf,
    /// Where the tools are compiled.
    pub(crate) build: PathBuf,
}

impl Cache {
    /// `ENTRADA_TOOLS`, or the place the system keeps caches in.
    pub(crate) fn find() -> Self {
        Self::from_environment(&|name| env::var_os(name).filter(|value| !value.is_empty()))
    }

    fn from_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        if let Some(tools) = variable("ENTRADA_TOOLS") {
            let tools = PathBuf::from(tools);
            let build = tools.join("build");
            return Self { tools, build };
        }
        let home = || variable("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let cache = if cfg!(windows) {
            variable("LOCALAPPDATA").map_or_else(home, PathBuf::from)
        } else if cfg!(target_os = "macos") {
            home().join("Library").join("Caches")
        } else {
            variable("XDG_CACHE_HOME").map_or_else(|| home().join(".cache"), PathBuf::from)
        };
        let cache = cache.join("entrada");
        Self { tools: cache.join("tools"), build: cache.join("build") }
    }
}

/// The first of `names` on `PATH`, with the endings the system uses for programs.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        env::split_paths(&path).find_map(|folder| {
            program_endings()
                .iter()
                .map(|ending| folder.join(format!("{name}{ending}")))
                .find(|candidate| candidate.is_file())
        })
    })
}

/// `.cmd` because npm's programs on Windows are command scripts.
pub(crate) fn program_endings() -> &'static [&'static str] {
    if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] }
}

/// `PATH` with some folders before everything else.
pub(crate) fn path_with(first: &[&Path]) -> OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().map(|folder| folder.to_path_buf()).chain(env::split_paths(&old));
    env::join_paths(folders).unwrap_or(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_live_where_the_variable_says() {
        let cache = Cache::from_environment(&|name| (name == "ENTRADA_TOOLS").then(|| OsString::from("here")));
        assert_eq!(cache.tools, Path::new("here"));
        assert_eq!(cache.build, Path::new("here").join("build"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn tools_live_in_the_cache_of_the_user() {
        let cache = Cache::from_environment(&|name| (name == "HOME").then(|| OsString::from("/home/eva")));
        assert_eq!(cache.tools, Path::new("/home/eva/.cache/entrada/tools"));
        assert_eq!(cache.build, Path::new("/home/eva/.cache/entrada/build"));
    }

    #[test]
    fn only_a_build_machine_keeps_nothing_for_a_next_compilation() {
        let on = |variables: &'static [(&str, &str)]| {
            compiled_once(&|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
        };
        assert!(on(&[("CI", "true")]));
        assert!(!on(&[]));
        assert!(!on(&[("CI", "false")]));
        assert!(!on(&[("CI", "true"), ("CARGO_INCREMENTAL", "1")]), "what a person sets stays");
    }

    #[test]
    fn variables_a_person_sets_for_cargo_stay() {
        assert!(set_by_cargo_run("CARGO_PKG_NAME"));
        assert!(set_by_cargo_run("CARGO_MANIFEST_DIR"));
        assert!(!set_by_cargo_run("CARGO_HOME"));
        assert!(!set_by_cargo_run("CARGO_TARGET_DIR"));
        assert!(!set_by_cargo_run("CARGO_NET_OFFLINE"));
    }
}
