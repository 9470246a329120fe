//! chromedriver or geckodriver as a process of its own, on a port it picks itself, gone with the test whatever becomes of that.
//!
//! Both start a profile of their own that is otherwise as a person has it: third-party storage is partitioned (a test proves
//! it) and the popup blocker is on, which chromedriver and geckodriver would both switch off (`sign-in.md` 3.4, "test trap").

use std::env;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};

/// Which browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with chromedriver.
    #[default]
    Chromium,
    /// Firefox with geckodriver.
    Firefox,
}

/// How a browser is to be.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Languages the browser asks for.
    pub(crate) languages: String,
    /// Its log also tells what the browser asks a person. It is answered with yes in any case.
    pub(crate) tells_questions: bool,
    /// Takes a certificate that nobody vouches for: the local cloud makes its own at every start.
    pub(crate) any_certificate: bool,
}

/// A running driver. Dropping it ends it, its browser, and removes the profile.
pub(crate) struct Driver {
    engine: Engine,
    process: Child,
    session: Mutex<String>,
    port: u16,
    profile: PathBuf,
}

impl Driver {
    /// Starts the program and reads from its output which port it took.
    pub(crate) fn start(engine: Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let profile = env::temp_dir().join(format!("entrada-e2e-{}-{number}", std::process::id()));
        // Another process may have had this id, and left its profile behind when it was killed.
        let _ = std::fs::remove_dir_all(&profile);
        std::fs::create_dir_all(&profile).expect("the folder for temporary files can be written");
        let (variable, name, says) = match engine {
            Engine::Chromium => ("CHROMEDRIVER", "chromedriver", "successfully on port "),
            Engine::Firefox => ("GECKODRIVER", "geckodriver", "Listening on 127.0.0.1:"),
        };
        let program = env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from);
        let mut command = Command::new(&program);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        if engine == Engine::Firefox {
            command.arg("--profile-root").arg(&profile);
        }
        let mut process = command.spawn().unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        let mut lines = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once(says)?.1.trim().trim_end_matches('.').parse().ok())
            .expect("the driver says on which port it listens");
        // Read on, so that it never blocks on a full pipe; the thread ends with the process.
        std::thread::spawn(move || lines.for_each(drop));
        Self { engine, process, session: Mutex::default(), port, profile }
    }

    /// Opens a browser.
    pub(crate) async fn browser(&self, wish: &Wish) -> WebDriver {
        let capabilities = match self.engine {
            Engine::Chromium => chromium(&self.profile, wish),
            Engine::Firefox => firefox(&self.downloads(), wish),
        };
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", self.port), capabilities)
            .await
            .unwrap_or_else(|error| panic!("no browser: {error}"));
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&driver.session_id().to_string());
        // We end it ourselves, together with its driver.
        driver.clone().leak().expect("it has not quit");
        driver
    }

    /// Where files go that a person downloads.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.profile.join("downloads")
    }

    /// Asks the driver to close its browser; chromedriver ends itself as well.
    fn shut_down(&self) -> std::io::Result<()> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let asks = match self.engine {
            Engine::Chromium => "GET /shutdown".to_owned(),
            Engine::Firefox => format!("DELETE /session/{session}"),
        };
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let port = self.port;
        stream
            .write_all(format!("{asks} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").as_bytes())?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.shut_down().is_err() || self.engine == Engine::Firefox {
            // It did not answer, or it serves on without a browser: then at least it does not stay.
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        // The browser's last child may still write; what stays lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

fn chromium(profile: &Path, wish: &Wish) -> Capabilities {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox", // Chromium refuses its sandbox to root, which build machines are
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--hide-scrollbars",
        "--window-size=1280,900",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let mut options = json!({
        "args": arguments,
        // Popups are blocked for a person, so they are here: a window that opens without a click must not go unseen.
        "excludeSwitches": ["disable-popup-blocking"],
        "perfLoggingPrefs": { "enableNetwork": true, "enablePage": wish.tells_questions },
        // Not the browser's own start page, which loads a hundred files.
        "prefs": { "session.restore_on_startup": 4, "session.startup_urls": ["about:blank"], "intl.accept_languages": wish.languages, "download.prompt_for_download": false },
    });
    if let Some(chromium) = env::var_os("CHROMIUM") {
        options["binary"] = json!(chromium.to_string_lossy());
    }
    let mut capabilities = Capabilities::new();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("acceptInsecureCerts".to_owned(), json!(wish.any_certificate));
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL", "performance": "ALL" }));
    // A page that asks before it is left must not hang a test that leaves it on purpose.
    capabilities.insert("unhandledPromptBehavior".to_owned(), json!("accept"));
    capabilities
}

fn firefox(downloads: &Path, wish: &Wish) -> Capabilities {
    let mut options = json!({
        "args": ["-headless", "--width=1280", "--height=900"],
        "prefs": {
            "intl.accept_languages": wish.languages,
            "dom.disable_open_during_load": true, // geckodriver switches the popup blocker off
            "browser.download.folderList": 2,
            "browser.download.dir": downloads.to_string_lossy(),
            "browser.download.useDownloadDir": true,
            "browser.download.alwaysOpenPanel": false,
            "browser.helperApps.neverAsk.saveToDisk": "text/plain,text/calendar,application/json",
        },
    });
    if let Some(binary) = env::var_os("FIREFOX") {
        options["binary"] = json!(binary.to_string_lossy());
    }
    let mut capabilities = Capabilities::new();
    capabilities.insert("browserName".to_owned(), json!("firefox"));
    capabilities.insert("moz:firefoxOptions".to_owned(), options);
    capabilities.insert("acceptInsecureCerts".to_owned(), json!(wish.any_certificate));
    capabilities.insert("unhandledPromptBehavior".to_owned(), json!("accept"));
    capabilities
}
