//! `cargo xtask test`: every tier in its order, whatever failed before, with a time for each and one closing line.

use crate::browser::{self, Browser};
use crate::cli::Depth;
use crate::examples;
use crate::module::FEATURE;
use crate::page;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::simulate;
use crate::step::{self, Stopwatch, seconds};
use crate::strangers::{self, Missing};
use crate::tools::{self, Tool, WASM_TARGET};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Turns every warning of the compiler and of clippy into an error.
const NO_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];
/// Random cases per property in the deep tier (the usual number is 256).
const DEEP_CASES: &str = "20000";
/// Cases of what is quick and meets everything from outside (`tests/fuzz.rs`).
const FUZZ_CASES: &str = "1000000";
const CARGO_DENY: &str = "0.20.2";
const CARGO_MUTANTS: &str = "27.1.0";

/// One tier of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    Format,
    LintsHost,
    LintsWasm,
    Native,
    Simulation,
    WasmInBrowser,
    Build,
    Journeys,
    JourneysInFirefox,
    Strangers,
    Docs,
    Properties,
    Dependencies,
    Advisories,
    Mutants,
}

impl Tier {
    const fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::LintsHost => "lints, host",
            Self::LintsWasm => "lints, wasm",
            Self::Native => "native tests",
            Self::Simulation => "ten thousand bad days",
            Self::WasmInBrowser => "wasm tests in a browser",
            Self::Build => "release build and size",
            Self::Journeys => "journeys in a browser",
            Self::JourneysInFirefox => "journeys in Firefox",
            Self::Strangers => "strangers",
            Self::Docs => "documentation",
            Self::Properties => "properties, many cases",
            Self::Dependencies => "licences, bans, sources",
            Self::Advisories => "security advisories",
            Self::Mutants => "mutants",
        }
    }
}

/// The tiers of each depth, in the order they run: what fails fast comes first.
fn tiers(depth: Depth) -> Vec<Tier> {
    let mut tiers = vec![Tier::Format, Tier::LintsHost, Tier::Native];
    match depth {
        Depth::Fast => return tiers,
        Depth::Strangers => return vec![Tier::Strangers],
        Depth::Whole | Depth::Deep => {}
    }
    tiers.insert(2, Tier::LintsWasm);
    tiers.extend([
        Tier::Simulation,
        Tier::WasmInBrowser,
        Tier::Build,
        Tier::Journeys,
        Tier::JourneysInFirefox,
        Tier::Strangers,
        Tier::Docs,
    ]);
    if depth == Depth::Deep {
        tiers.extend([Tier::Properties, Tier::Dependencies, Tier::Advisories, Tier::Mutants]);
    }
    tiers
}

/// How a tier ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    Passed {
        tests: Option<u64>,
    },
    Failed,
    /// Only for what needs something this machine cannot get; says why.
    Skipped(String),
}

/// One line of the summary.
#[derive(Debug)]
struct TierResult {
    tier: Tier,
    ending: Ending,
    time: Duration,
}

/// Runs the tiers. What failed has been shown when it failed, so the last line is the count.
pub(crate) fn run(project: &Project, depth: Depth) -> ExitCode {
    let whole = Stopwatch::start();
    let mut results = Vec::new();
    let tiers = tiers(depth);
    for (index, tier) in tiers.iter().copied().enumerate() {
        say::line(format_args!("[{}/{}] {}", index + 1, tiers.len(), tier.name()));
        let watch = Stopwatch::start();
        let ending = match run_tier(project, tier) {
            Ok(ending) => ending,
            Err(failure) => {
                say::trouble(format_args!("  {failure}"));
                Ending::Failed
            }
        };
        if let Ending::Skipped(why) = &ending {
            say::line(format_args!("  skipped: {why}"));
        }
        results.push(TierResult { tier, ending, time: watch.elapsed() });
    }
    say::line("");
    say::line(summary(&results, whole.elapsed()));
    if results.iter().any(|result| result.ending == Ending::Failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run_tier(project: &Project, tier: Tier) -> Result<Ending, Failure> {
    match tier {
        Tier::Format => {
            tools::ensure_components(project)?;
            simple(
                project,
                "cargo fmt",
                "fmt",
                project.cargo().args(["fmt", "--all", "--check", "--", "--color", "never"]),
            )
        }
        Tier::LintsHost => {
            tools::ensure_components(project)?;
            let mut command = project.cargo();
            command.args(["clippy", "--workspace", "--all-targets"]).args(NO_WARNINGS);
            simple(project, "cargo clippy", "clippy-host", &mut command)
        }
        Tier::LintsWasm => {
            tools::ensure_components(project)?;
            tools::ensure_wasm_target(project)?;
            let lint = |title: &str, log: &str, features: &[&str]| {
                let mut command = project.cargo();
                command
                    .args(["clippy", "--package", "entrada", "--lib", "--bins", "--target", WASM_TARGET])
                    .args(features)
                    .args(NO_WARNINGS)
                    // What must not be called in a browser is not what must not be called in pure code.
                    .env("CLIPPY_CONF_DIR", project.root.join("xtask").join("clippy-wasm"));
                simple(project, title, log, &mut command)
            };
            lint("cargo clippy for wasm", "clippy-wasm", &[])?;
            lint("cargo clippy for the module", "clippy-module", &["--features", FEATURE, "--test", "crossing"])
        }
        Tier::Native => counted(project, "cargo test", "native", &mut native_tests(project)),
        Tier::Simulation => simulate::every_change(project).map(|()| Ending::Passed { tests: None }),
        Tier::WasmInBrowser => wasm_in_browser(project),
        Tier::Build => {
            page::build(project, None)?;
            page::report_size(project, false)?;
            Ok(Ending::Passed { tests: None })
        }
        Tier::Journeys => {
            let browser = browser::ensure(project)?;
            let mut command = project.cargo();
            command.args(["test", "--package", "entrada-e2e", "--no-fail-fast"]);
            for_journeys(project, &browser, &mut command)?;
            counted(project, "cargo test of the journeys", "journeys", &mut command)
        }
        Tier::JourneysInFirefox => journeys_in_firefox(project),
        Tier::Strangers => strangers(project),
        Tier::Docs => docs(project),
        Tier::Properties => {
            let mut command = native_tests(project);
            command.env("PROPTEST_CASES", DEEP_CASES);
            let many = counted(project, "cargo test with many cases", "properties", &mut command)?;
            let mut command = project.cargo();
            command.args(["test", "--quiet", "--package", "entrada", "--test", "fuzz", "fuzz_"]);
            command.env("PROPTEST_CASES", FUZZ_CASES);
            counted(project, "cargo test --test fuzz with a million cases", "fuzz", &mut command)?;
            Ok(many)
        }
        Tier::Dependencies => deny(project, &["bans", "licenses", "sources"], "deny"),
        Tier::Advisories => deny(project, &["advisories"], "advisories"),
        Tier::Mutants => mutants(project),
    }
}

fn simple(project: &Project, title: &str, log: &str, command: &mut Command) -> Result<Ending, Failure> {
    step::run(project, title, log, command)?;
    Ok(Ending::Passed { tests: None })
}

fn counted(project: &Project, title: &str, log: &str, command: &mut Command) -> Result<Ending, Failure> {
    let finished = step::run(project, title, log, command)?;
    let tests = tests_passed(&step::read_log(&finished.log));
    Ok(Ending::Passed { tests: Some(tests) })
}

fn native_tests(project: &Project) -> Command {
    let mut command = project.cargo();
    command.args(["test", "--workspace", "--exclude", "entrada-e2e", "--no-fail-fast"]);
    command
}

fn wasm_in_browser(project: &Project) -> Result<Ending, Failure> {
    tools::ensure_wasm_target(project)?;
    let runner = tools::wasm_test_runner(project)?;
    let browser = browser::ensure(project)?;
    let capabilities = browser::write_capabilities(project, &browser)?;
    let tests = |title: &str, log: &str, which: &[&str]| {
        let mut command = project.cargo();
        command
            .args(["test", "--package", "entrada", "--target", WASM_TARGET, "--no-fail-fast"])
            .args(which)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner)
            .env("CHROMEDRIVER", &browser.driver)
            // The runner takes the first driver it finds a variable for.
            .env_remove("GECKODRIVER")
            .env_remove("SAFARIDRIVER")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            // Limits for a busy machine, in seconds; a test that ends is not slowed by them.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        step::run(project, title, log, &mut command).map(|finished| tests_passed(&step::read_log(&finished.log)))
    };
    let page = tests("cargo test for wasm", "wasm-tests", &["--test", "browser"])?;
    let module = tests("cargo test of the module", "module-tests", &["--test", "crossing", "--features", FEATURE])?;
    Ok(Ending::Passed { tests: Some(page + module) })
}

/// The main journeys once more, and what a hostile page around the frame tries. A person's machine may lack Firefox; a build machine may not.
fn journeys_in_firefox(project: &Project) -> Result<Ending, Failure> {
    let firefox = match browser::ensure_firefox(project) {
        Ok(firefox) => firefox,
        Err(failure) if say::in_ci() => return Err(failure),
        Err(failure) => return Ok(Ending::Skipped(format!("Firefox cannot be driven here ({failure})"))),
    };
    let mut command = project.cargo();
    command
        .args(["test", "--package", "entrada-e2e", "--test", "firefox", "--no-fail-fast", "--", "--ignored"])
        .env("ENTRADA_DIST", project.dist())
        .env("GECKODRIVER", &firefox.driver)
        .env("FIREFOX", &firefox.firefox);
    counted(project, "cargo test of the journeys in Firefox", "journeys-firefox", &mut command)
}

/// What the journeys need to know: where the page is and which browser to drive.
pub(crate) fn for_journeys(project: &Project, browser: &Browser, command: &mut Command) -> Result<(), Failure> {
    let dist = project.dist();
    if !dist.join("index.html").is_file() {
        return Err(
            Failure::new(format!("there is no page in {}", dist.display())).cure("Make it with `cargo xtask build`.")
        );
    }
    command.env("ENTRADA_DIST", dist).env("CHROMEDRIVER", &browser.driver).env("CHROMIUM", &browser.chromium);
    if let Some(axe) = tools::axe(project) {
        command.env("AXE_JS", axe);
    }
    Ok(())
}

/// The page and the local cloud against programs nobody here wrote. Only these journeys need npm packages, so `cargo test`
/// ignores them and this tier asks for them.
fn strangers(project: &Project) -> Result<Ending, Failure> {
    let prepared = match strangers::prepare(project) {
        Ok(prepared) => prepared,
        Err(Missing::Node(why)) if !say::in_ci() => return Ok(Ending::Skipped(why)),
        Err(Missing::Node(why)) => return Err(Failure::new(why)),
        Err(Missing::Failed(failure)) => return Err(failure),
    };
    examples::check(project)?;
    let browser = browser::ensure(project)?;
    let mut command = project.cargo();
    command.args(["test", "--package", "entrada-e2e", "--test", "strangers", "--no-fail-fast", "--", "--ignored"]);
    for_journeys(project, &browser, &mut command)?;
    command.env("ENTRADA_STRANGERS", prepared);
    counted(project, "cargo test of the strangers", "strangers", &mut command)
}

fn docs(project: &Project) -> Result<Ending, Failure> {
    tools::ensure_wasm_target(project)?;
    let mut host = project.cargo();
    host.args(["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-D warnings");
    step::run(project, "cargo doc", "doc-host", &mut host)?;
    // The rooms that exist only in the browser are documented only there.
    let mut wasm = project.cargo();
    wasm.args(["doc", "--no-deps", "--package", "entrada", "--lib", "--target", WASM_TARGET])
        .env("RUSTDOCFLAGS", "-D warnings");
    simple(project, "cargo doc for wasm", "doc-wasm", &mut wasm)
}

/// Installs a subcommand of the deep tier; a machine that cannot have it skips the tier and says why.
fn subcommand(project: &Project, package: &'static str, version: &str) -> Result<std::path::PathBuf, Ending> {
    Tool::subcommand(package, version)
        .ensure(project, &crate::project::Cache::find())
        .map_err(|failure| Ending::Skipped(format!("{package} could not be installed ({failure})")))
}

fn deny(project: &Project, checks: &[&str], log: &str) -> Result<Ending, Failure> {
    let program = match subcommand(project, "cargo-deny", CARGO_DENY) {
        Ok(program) => program,
        Err(skipped) => return Ok(skipped),
    };
    let mut command = project.command(program);
    command.args(["check"]).args(checks);
    match step::run(project, &format!("cargo deny check {}", checks.join(" ")), log, &mut command) {
        Ok(_) => Ok(Ending::Passed { tests: None }),
        Err(failure) => {
            let text = step::read_log(&project.work().join(format!("{log}.log")));
            if text.contains("failed to fetch advisory database") {
                Ok(Ending::Skipped("the advisory database cannot be fetched from here".to_owned()))
            } else {
                Err(failure)
            }
        }
    }
}

fn mutants(project: &Project) -> Result<Ending, Failure> {
    let program = match subcommand(project, "cargo-mutants", CARGO_MUTANTS) {
        Ok(program) => program,
        Err(skipped) => return Ok(skipped),
    };
    let mut command = project.command(program);
    command.args(["mutants", "--package", "entrada", "--no-shuffle", "--output"]).arg(project.work());
    simple(project, "cargo mutants (hours)", "mutants", &mut command)
}

/// Adds up what every test program of a log reports.
fn tests_passed(log: &str) -> u64 {
    log.lines()
        .filter(|line| line.trim_start().starts_with("test result:"))
        .filter_map(|line| line.split(" passed").next()?.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// The table of tiers and, as the last line, how many passed and failed.
fn summary(results: &[TierResult], whole: Duration) -> String {
    let width = results.iter().map(|result| result.tier.name().len()).max().unwrap_or(0);
    let mut lines: Vec<String> = results
        .iter()
        .map(|result| {
            let (word, remark) = match &result.ending {
                Ending::Passed { tests: None } => ("passed", String::new()),
                Ending::Passed { tests: Some(tests) } => ("passed", format!("  {tests} tests")),
                Ending::Failed => ("FAILED", String::new()),
                Ending::Skipped(why) => ("skipped", format!("  {}", why.lines().next().unwrap_or_default())),
            };
            let line = format!("{:width$}  {word:7}  {:>12}{remark}", result.tier.name(), seconds(result.time));
            line.trim_end().to_owned()
        })
        .collect();
    let count = |wanted: fn(&Ending) -> bool| results.iter().filter(|result| wanted(&result.ending)).count();
    let passed = count(|ending| matches!(ending, Ending::Passed { .. }));
    let failed = count(|ending| *ending == Ending::Failed);
    let skipped = count(|ending| matches!(ending, Ending::Skipped(_)));
    lines.push(format!("in all {}", seconds(whole)));
    lines.push(if skipped == 0 {
        format!("{passed} passed, {failed} failed")
    } else {
        format!("{passed} passed, {failed} failed, {skipped} skipped")
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_depth_holds_the_one_before_it_in_the_same_order() {
        let contains = |whole: &[Tier], part: &[Tier]| {
            let kept: Vec<Tier> = whole.iter().copied().filter(|tier| part.contains(tier)).collect();
            kept == part
        };
        assert!(contains(&tiers(Depth::Whole), &tiers(Depth::Fast)));
        assert!(contains(&tiers(Depth::Deep), &tiers(Depth::Whole)));
        assert!(contains(&tiers(Depth::Whole), &tiers(Depth::Strangers)));
    }

    #[test]
    fn the_journeys_walk_through_a_page_that_was_just_built() {
        let order = tiers(Depth::Whole);
        let place = |wanted| order.iter().position(|tier| *tier == wanted).unwrap();
        assert!(place(Tier::Build) < place(Tier::Journeys));
    }

    #[test]
    fn tests_of_all_programs_are_added_up() {
        let log = "running 2 tests\ntest result: ok. 12 passed; 0 failed; 1 ignored\n\
                   test result: FAILED. 3 passed; 2 failed\nno tests to run!\n";
        assert_eq!(tests_passed(log), 15);
        assert_eq!(tests_passed(""), 0);
    }

    #[test]
    fn the_last_line_counts_the_tiers() {
        let result = |tier, ending| TierResult { tier, ending, time: Duration::from_millis(1500) };
        let mut results = vec![
            result(Tier::Format, Ending::Passed { tests: None }),
            result(Tier::Native, Ending::Passed { tests: Some(7) }),
            result(Tier::Docs, Ending::Failed),
        ];
        let text = summary(&results, Duration::from_secs(5));
        assert_eq!(text.lines().last(), Some("2 passed, 1 failed"));
        assert!(text.contains("7 tests"));
        results.push(result(Tier::Mutants, Ending::Skipped("no network\nat all".to_owned())));
        let text = summary(&results, Duration::from_secs(5));
        assert_eq!(text.lines().last(), Some("2 passed, 1 failed, 1 skipped"));
        assert!(!text.contains("at all"));
    }
}
