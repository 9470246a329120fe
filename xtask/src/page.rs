//! Makes `dist/` from the sources with Trunk, and skips the work when nothing changed since the last time.

use crate::budget::{self, Budget, Verdict};
use crate::headers;
use crate::module;
use crate::names;
use crate::pack;
use crate::project::{Project, path_with};
use crate::say::{self, Failure};
use crate::scripts;
use crate::step;
use crate::tools::{self, PageTools};
use crate::weight::{self, thousands};
use std::fs;
use std::io;
use std::path::Path;

/// What the page is made of; anything else may change without a new build.
const SOURCES: [&str; 8] =
    ["index.html", "Trunk.toml", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo", "src", "www"];
/// The addresses inside `dist/` are relative unless a base path is given (Trunk.toml says the same).
const RELATIVE: &str = "./";

/// How the program that ships is compiled, beyond `profile.release`: with a standard library rebuilt for size and panics that
/// are a bare trap (`www/start.js` tells the person), 16 KB of brotli less. Both are unstable, so the pinned stable compiler
/// is told to allow it, for these two builds (ARCHITECTURE.md, "Decisions, and why").
pub(crate) const COMPILED_WITH: [(&str, &str); 5] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    ("CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT", "true"),
    ("CARGO_PROFILE_RELEASE_PANIC", "immediate-abort"),
];

/// Builds `dist/`; `base` is the path the page will live below, when a host needs absolute addresses.
pub(crate) fn build(project: &Project, base: Option<&str>) -> Result<(), Failure> {
    require_index(project)?;
    let tools = tools::for_the_page(project)?;
    trunk(project, &tools, base.unwrap_or(RELATIVE))
}

/// Builds `dist/` unless it is already what these sources give.
pub(crate) fn build_if_changed(project: &Project) -> Result<(), Failure> {
    require_index(project)?;
    let tools = tools::for_the_page(project)?;
    let stamp = stamp(project, &tools, RELATIVE);
    let kept = fs::read_to_string(stamp_file(project)).unwrap_or_default();
    if stamp.is_ok_and(|stamp| stamp == kept) {
        say::line("  the page is up to date");
        return Ok(());
    }
    trunk(project, &tools, RELATIVE)
}

fn require_index(project: &Project) -> Result<(), Failure> {
    let index = project.root.join("index.html");
    if index.is_file() { Ok(()) } else { Err(Failure::new(format!("there is no {}", index.display()))) }
}

fn trunk(project: &Project, tools: &PageTools, base: &str) -> Result<(), Failure> {
    // The stamp of an older build must not outlive a build that fails half way.
    let _ = fs::remove_file(stamp_file(project));
    // Trunk is told to stay off the network, and passes that on to cargo, so the crates are fetched first.
    let mut fetch = project.cargo();
    // The standard library's own dependencies are crates too.
    fetch.args(["fetch", "--target", tools::WASM_TARGET]).envs(COMPILED_WITH);
    step::run(project, "fetching crates", "fetch", &mut fetch)?;
    let folders: Vec<&Path> = [Some(&tools.wasm_bindgen), tools.wasm_opt.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|program| program.parent())
        .collect();
    let mut command = project.command(&tools.trunk);
    command
        .args(["build", "--offline", "true", "--skip-version-check", "--color", "never"])
        .args(["--public-url", base])
        // Trunk 0.21 wants `true` or `false` in this variable and stops at the usual `1`.
        .env_remove("NO_COLOR")
        .envs(COMPILED_WITH)
        .env("PATH", path_with(&folders));
    if tools.wasm_opt.is_some() {
        command.arg("--release");
    } else {
        // In Trunk, "release" decides about wasm-opt; the cargo profile alone gives the same page without that step.
        command.args(["--cargo-profile", "release", "--minify", "true"]);
    }
    step::run(project, "building the page (release)", "trunk", &mut command)?;
    if let Some(wasm_opt) = &tools.wasm_opt {
        names::shorten(project, wasm_opt, &names::only_file(&project.dist(), "_bg.wasm")?, &[])?;
    }
    // The configuration may have changed since the headers in www/ were written; the page goes out with those that fit it.
    headers::write_into(&project.dist())?;
    let program = tools.wasm_opt.is_some().then(|| pack::pack_page(project)).transpose()?;
    scripts::shorten(project)?;
    if let Some(program) = program {
        pack::check(project, &program)?;
    }
    module::build(project, tools)?;
    let stamp =
        stamp(project, tools, base).map_err(|error| Failure::new(format!("cannot read what was built: {error}")))?;
    fs::write(stamp_file(project), stamp)
        .map_err(|error| Failure::new(format!("cannot write into {}: {error}", project.work().display())))
}

fn stamp_file(project: &Project) -> std::path::PathBuf {
    project.work().join("page.stamp")
}

/// Names one build: every source, the tools, the base path, and what stands in `dist/` (somebody may have changed that).
fn stamp(project: &Project, tools: &PageTools, base: &str) -> io::Result<String> {
    let mut sources = Fingerprint::default();
    for name in SOURCES {
        sources.add_path(&project.root.join(name), name)?;
    }
    let mut dist = Fingerprint::default();
    dist.add_path(&project.dist(), "dist")?;
    Ok(format!(
        "sources {:016x}\ndist {:016x}\nbase {base}\ntrunk {}\nwasm-opt {}\nterser {}\ncompiled {COMPILED_WITH:?}\nmodule {}\n",
        sources.0,
        dist.0,
        tools::TRUNK,
        if tools.wasm_opt.is_some() { tools::WASM_OPT } else { "none" },
        tools::TERSER,
        module::FEATURE,
    ))
}

/// FNV-1a over names and contents. It tells changes apart; it defends against nobody.
struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    fn add(&mut self, bytes: &[u8]) {
        // The length keeps "ab" + "c" apart from "a" + "bc".
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn add_path(&mut self, path: &Path, name: &str) -> io::Result<()> {
        if path.is_dir() {
            for file in weight::files_below(path)? {
                self.add(file.as_bytes());
                self.add(&fs::read(path.join(&file))?);
            }
        } else if path.is_file() {
            self.add(name.as_bytes());
            self.add(&fs::read(path)?);
        }
        Ok(())
    }
}

/// Prints what `dist/` weighs and judges it by the budget; `record` writes the measured value down.
pub(crate) fn report_size(project: &Project, record: bool) -> Result<(), Failure> {
    let dist = project.dist();
    let weight = weight::weigh(&dist).map_err(|error| {
        Failure::new(format!("cannot weigh {}: {error}", dist.display())).cure("Make it with `cargo xtask build`.")
    })?;
    say::line("");
    say::line(weight.table());
    let file = project.root.join("tests").join("size-budget.txt");
    let text =
        fs::read_to_string(&file).map_err(|error| Failure::new(format!("cannot read {}: {error}", file.display())))?;
    let budget = Budget::parse(&text).map_err(|error| Failure::new(error.to_string()))?;
    let measured = weight.first_load();
    match budget.judge(measured) {
        Verdict::Within { remarks } => {
            for remark in remarks {
                say::line(format_args!("  {remark}"));
            }
        }
        Verdict::TooHeavy { over } => {
            return Err(Failure::new(format!(
                "the first load is {} bytes, {} more than it may weigh (limit {}{})",
                thousands(measured),
                thousands(over),
                thousands(budget.limit),
                budget.ratchet.map_or_else(String::new, |ratchet| format!(", ratchet {}", thousands(ratchet)))
            ))
            .cure("See which file grew in the table above."));
        }
    }
    if record {
        fs::write(&file, budget::with_last(&text, measured))
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
        say::line(format_args!("  recorded in {}", file.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(parts: &[&str]) -> u64 {
        let mut fingerprint = Fingerprint::default();
        for part in parts {
            fingerprint.add(part.as_bytes());
        }
        fingerprint.0
    }

    #[test]
    fn a_fingerprint_tells_changes_apart() {
        assert_eq!(fingerprint(&["a", "b"]), fingerprint(&["a", "b"]));
        assert_ne!(fingerprint(&["a", "b"]), fingerprint(&["b", "a"]));
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_ne!(fingerprint(&[]), fingerprint(&[""]));
    }
}
