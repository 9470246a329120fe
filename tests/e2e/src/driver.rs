//! chromedriver as a process of its own, on a port it picks itself, gone with the test whatever becomes of that.

use std::env;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};

/// How a browser is to be.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Languages the browser asks for.
    pub(crate) languages: String,
    /// Takes a certificate that nobody vouches for: the local cloud makes its own at every start.
    pub(crate) any_certificate: bool,
}

/// A running chromedriver. Dropping it ends it, its browser, and removes the profile.
pub(crate) struct Driver {
    process: Child,
    port: u16,
    profile: PathBuf,
}

impl Driver {
    /// Starts the program and reads from its output which port it took.
    pub(crate) fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let program = env::var_os("CHROMEDRIVER").map_or_else(|| PathBuf::from("chromedriver"), PathBuf::from);
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        let mut lines = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("chromedriver says on which port it listens");
        // Read on, so that it never blocks on a full pipe; the thread ends with the process.
        std::thread::spawn(move || lines.for_each(drop));
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let profile = env::temp_dir().join(format!("entrada-e2e-{}-{number}", std::process::id()));
        // Another process may have had this id, and left its profile behind when it was killed.
        let _ = std::fs::remove_dir_all(&profile);
        std::fs::create_dir_all(&profile).expect("the folder for temporary files can be written");
        Self { process, port, profile }
    }

    /// Opens a browser.
    pub(crate) async fn browser(&self, wish: &Wish) -> WebDriver {
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", self.port), capabilities(&self.profile, wish))
            .await
            .unwrap_or_else(|error| panic!("no browser: {error}"));
        // We end it ourselves, together with its driver.
        driver.clone().leak().expect("it has not quit");
        driver
    }

    /// Where files go that a person downloads.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.profile.join("downloads")
    }

    /// Asks chromedriver to end; it closes its browsers first.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.shut_down().is_err() {
            // It did not answer: then at least it does not stay.
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        // The browser's last child may still write; what stays lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

fn capabilities(profile: &Path, wish: &Wish) -> Capabilities {
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
        "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
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
