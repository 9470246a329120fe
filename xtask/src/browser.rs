//! Finds a Chromium and its driver for the tests, installs them where that is ours to do, and writes down the
//! capabilities the wasm tests start it with.

use crate::machine::{self, CHROMEDRIVER, CHROMIUM, System, major, version};
use crate::project::{Cache, Project, on_path};
use crate::say::{self, Failure};
use crate::step;
use crate::tools::Tool;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A browser and the program that drives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// The browser: `CHROMIUM` or `CHROME`, then `PATH`, then where installers put it.
pub(crate) fn find_chromium() -> Option<PathBuf> {
    from_environment(&["CHROMIUM", "CHROME"])
        .or_else(|| on_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]))
        .or_else(|| installed_chromes().into_iter().find(|candidate| candidate.is_file()))
}

fn installed_chromes() -> Vec<PathBuf> {
    if cfg!(target_os = "macos") {
        [
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
        ]
        .map(PathBuf::from)
        .to_vec()
    } else if cfg!(windows) {
        ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"]
            .into_iter()
            .filter_map(env::var_os)
            .map(|folder| PathBuf::from(folder).join(r"Google\Chrome\Application\chrome.exe"))
            .collect()
    } else {
        Vec::new()
    }
}

/// The driver: `CHROMEDRIVER`, then `PATH`, then beside Debian's browser.
pub(crate) fn find_driver() -> Option<PathBuf> {
    from_environment(&["CHROMEDRIVER"]).or_else(|| on_path(&["chromedriver", "chromium.chromedriver"])).or_else(|| {
        ["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"]
            .into_iter()
            .map(PathBuf::from)
            .find(|candidate| candidate.is_file())
    })
}

fn from_environment(names: &[&str]) -> Option<PathBuf> {
    names.iter().filter_map(env::var_os).map(PathBuf::from).find(|path| path.is_file())
}

/// Firefox and the program that drives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Firefox {
    pub(crate) firefox: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Firefox: `FIREFOX`, then `PATH`, then where installers put it.
pub(crate) fn find_firefox() -> Option<PathBuf> {
    let installed: &[&str] = if cfg!(target_os = "macos") {
        &["/Applications/Firefox.app/Contents/MacOS/firefox"]
    } else if cfg!(windows) {
        &[r"C:\Program Files\Mozilla Firefox\firefox.exe"]
    } else {
        &[]
    };
    from_environment(&["FIREFOX"])
        .or_else(|| on_path(&["firefox", "firefox-esr"]))
        .or_else(|| installed.iter().map(PathBuf::from).find(|candidate| candidate.is_file()))
}

/// Its driver: `GECKODRIVER`, then our cache, then `PATH`; any version will do.
pub(crate) fn find_geckodriver() -> Option<PathBuf> {
    from_environment(&["GECKODRIVER"])
        .or_else(|| Tool::geckodriver().find(&Cache::find()))
        .or_else(|| on_path(&["geckodriver"]))
}

/// Finds Firefox and its driver; gets what is missing where that is ours to do.
pub(crate) fn ensure_firefox(project: &Project) -> Result<Firefox, Failure> {
    if find_firefox().is_none()
        && System::here() == System::Debian
        && machine::is_root()
        && on_path(&["apt-get"]).is_some()
    {
        install_with_apt(project, &["firefox-esr"])?;
    }
    let firefox = find_firefox()
        .ok_or_else(|| Failure::new("no Firefox found (FIREFOX may name one)").cure(machine::FIREFOX.advice()))?;
    let driver = match find_geckodriver() {
        Some(driver) => driver,
        None => Tool::geckodriver().ensure(project, &Cache::find())?,
    };
    Ok(Firefox { firefox, driver })
}

/// The version of a browser. Chrome on Windows opens a window instead of answering, so there it stays unknown.
pub(crate) fn chromium_version(chromium: &Path) -> Option<String> {
    if cfg!(windows) { None } else { version(chromium) }
}

/// Finds the browser and its driver; on Debian and Ubuntu as root (a build machine) installs what is missing.
pub(crate) fn ensure(project: &Project) -> Result<Browser, Failure> {
    if (find_chromium().is_none() || find_driver().is_none())
        && System::here() == System::Debian
        && machine::is_root()
        && on_path(&["apt-get"]).is_some()
    {
        install_with_apt(project, &["chromium", "chromium-driver", "fonts-liberation", "curl"])?;
    }
    let chromium = find_chromium()
        .ok_or_else(|| Failure::new("no Chromium or Chrome found (CHROMIUM may name one)").cure(CHROMIUM.advice()))?;
    let driver = find_driver()
        .ok_or_else(|| Failure::new("no chromedriver found (CHROMEDRIVER may name one)").cure(CHROMEDRIVER.advice()))?;
    if let (Some(browser), Some(drives)) = (chromium_version(&chromium), version(&driver))
        && major(&browser) != major(&drives)
    {
        return Err(Failure::new(format!(
            "{} is version {browser} but {} drives version {drives}",
            chromium.display(),
            driver.display()
        ))
        .cure(format!("Both must have the same main version. {}", CHROMEDRIVER.advice())));
    }
    Ok(Browser { chromium, driver })
}

fn install_with_apt(project: &Project, packages: &[&str]) -> Result<(), Failure> {
    let mut update = project.command("apt-get");
    update.arg("update");
    if let Err(failure) = step::run(project, "apt-get update", "apt-update", &mut update) {
        // The lists that are there may still know the packages.
        say::trouble(failure);
    }
    let mut install = project.command("apt-get");
    install
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    step::run(project, &format!("installing {}", packages.join(", ")), "apt-install", &mut install).map(drop)
}

/// Writes the capabilities for `wasm-bindgen-test-runner` and returns the path for its variable.
pub(crate) fn write_capabilities(project: &Project, browser: &Browser) -> Result<PathBuf, Failure> {
    let path = project.work().join("webdriver.json");
    fs::create_dir_all(project.work())
        .and_then(|()| fs::write(&path, capabilities(&browser.chromium, machine::is_root())))
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    Ok(path)
}

/// `--no-sandbox` because Chromium refuses to start its sandbox as root;
/// `--disable-dev-shm-usage` because containers have a tiny `/dev/shm`.
fn capabilities(chromium: &Path, root: bool) -> String {
    let mut arguments = vec!["--headless=new", "--disable-gpu", "--disable-dev-shm-usage"];
    if root {
        arguments.push("--no-sandbox");
    }
    let arguments: Vec<String> = arguments.into_iter().map(json_string).collect();
    format!(
        "{{\n  \"goog:chromeOptions\": {{\n    \"binary\": {},\n    \"args\": [{}]\n  }}\n}}\n",
        json_string(&chromium.to_string_lossy()),
        arguments.join(", ")
    )
}

pub(crate) fn json_string(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if control < ' ' => {
                // Writing into a String cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_paths_survive_in_the_capabilities() {
        let text = capabilities(Path::new(r"C:\Program Files\chrome.exe"), false);
        assert!(text.contains(r#""C:\\Program Files\\chrome.exe""#));
        assert!(!text.contains("no-sandbox"));
    }

    #[test]
    fn root_runs_without_the_sandbox_that_refuses_root() {
        assert!(capabilities(Path::new("/usr/bin/chromium"), true).contains("--no-sandbox"));
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(json_string("a\n\"b\""), "\"a\\u000a\\\"b\\\"\"");
    }
}
