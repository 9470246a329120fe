//! One local cloud with the built page, and one browser: everything a test has to itself.

use std::env;
use std::path::{Path, PathBuf};

use entrada_cloud::server::{self, Hosts, Running, Start};
use serde_json::{Value, json};

use crate::driver::{Driver, Engine, Wish};
use crate::{Journey, Screen};

/// The built page: `ENTRADA_DIST`, or `dist/` of this repository.
pub fn dist() -> PathBuf {
    let folder = env::var_os("ENTRADA_DIST").map_or_else(|| root().join("dist"), PathBuf::from);
    assert!(folder.join("index.html").is_file(), "no page in {}: make it with `cargo xtask build`", folder.display());
    folder
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The contract for Graph. Without it a journey proves less, which must not go unseen on a build machine.
fn contract() -> Option<PathBuf> {
    let shared = env::var_os("ENTRADA_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let file = shared.join("openapi/graph-v1.0-subset.yaml");
    if file.is_file() {
        return Some(file);
    }
    assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "there is no contract at {}", file.display());
    eprintln!("Graph exchanges are not judged by a contract: there is no {}", file.display());
    None
}

/// What is special about a world.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Path the page is served below.
    pub base: String,
    /// Languages the browser asks for.
    pub languages: String,
    /// Another folder than the built page.
    pub page: Option<PathBuf>,
    /// Everything over https, with a certificate that only this browser takes.
    pub tls: bool,
    /// Which browser.
    pub engine: Engine,
    /// Graph exchanges are judged by the contract, which takes time.
    pub judged: bool,
    /// Every origin on a name of its own, so that each is another site.
    pub apart: bool,
    /// Origins whose pages may show the page in a frame, and whether each may be handed the credential.
    pub embedded_by: Vec<(String, bool)>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            base: "/".to_owned(),
            languages: "en".to_owned(),
            page: None,
            tls: false,
            engine: Engine::Chromium,
            judged: true,
            apart: false,
            embedded_by: Vec::new(),
        }
    }
}

/// A cloud and a browser.
pub struct World {
    /// The cloud behind its sockets.
    pub cloud: Running,
    /// The browser.
    pub screen: Screen,
    /// Ended last, when nobody uses the browser any more.
    driver: Driver,
}

impl World {
    /// Everything as usual.
    pub async fn open() -> Self {
        Self::with(Setting::default()).await
    }

    /// With something special.
    pub async fn with(setting: Setting) -> Self {
        let start = Start {
            page: Some(setting.page.unwrap_or_else(dist)),
            page_base: setting.base,
            hosts: if setting.apart { Hosts::apart() } else { Hosts::default() },
            embedded_by: setting.embedded_by,
            contract: if setting.judged { contract() } else { None },
            tls: setting.tls,
            ..Start::default()
        };
        let cloud = server::start(start).await.expect("the local cloud starts");
        let driver = Driver::start(setting.engine);
        let screen = Screen::new(
            driver
                .browser(&Wish { languages: setting.languages, tells_questions: false, any_certificate: setting.tls })
                .await,
            setting.engine,
        );
        if setting.engine == Engine::Chromium {
            let downloads = json!({ "behavior": "allow", "downloadPath": driver.downloads().to_string_lossy() });
            screen.devtools("Browser.setDownloadBehavior", downloads).await;
        }
        Self { cloud, screen, driver }
    }

    /// Address of the page.
    pub fn page(&self) -> String {
        self.cloud.page.clone().expect("the page is served")
    }

    /// The person in front of the screen.
    pub fn journey(&self) -> Journey<'_> {
        Journey::at(self, &self.screen)
    }

    /// The four origins a page of this configuration may talk to.
    pub fn origins(&self) -> [String; 4] {
        let origins = &self.cloud.origins;
        let page = self.page();
        let end = page.match_indices('/').nth(2).map_or(page.len(), |(at, _)| at);
        [page[..end].to_owned(), origins.login.clone(), origins.graph.clone(), origins.business_central.clone()]
    }

    /// How many requests of the cloud's log wrote, seen from this one on. Sign-in does not count.
    pub fn writes_since(&self, first: usize) -> Vec<String> {
        let graph_and_central = [&self.cloud.origins.graph, &self.cloud.origins.business_central];
        let cloud = self.cloud.cloud();
        let entries = cloud.log()[first..].iter().flat_map(|entry| std::iter::once(entry).chain(&entry.items));
        entries
            .filter(|entry| {
                entry.write
                    && graph_and_central
                        .iter()
                        .any(|origin| entry.url.starts_with(origin.as_str()) || entry.url.starts_with('/'))
            })
            .map(|entry| format!("{} {}", entry.method, entry.url))
            .collect()
    }

    /// The writes to Graph and Business Central that worked, with what they carried, to find any that was done twice.
    pub fn writes_that_worked_since(&self, first: usize) -> Vec<String> {
        let graph_and_central = [&self.cloud.origins.graph, &self.cloud.origins.business_central];
        let cloud = self.cloud.cloud();
        let entries = cloud.log()[first..].iter().flat_map(|entry| std::iter::once(entry).chain(&entry.items));
        entries
            .filter(|entry| entry.write && entry.status < 300 && !entry.url.ends_with("$batch"))
            .filter(|entry| {
                entry.url.starts_with('/')
                    || graph_and_central.iter().any(|origin| entry.url.starts_with(origin.as_str()))
            })
            .map(|entry| format!("{} {} {:?}", entry.method, entry.url, entry.request_body))
            .collect()
    }

    /// Three active environments in which the extension is installed: Production, Sandbox and Training.
    pub fn three_environments(&self) {
        self.arrange("business-central", &json!({ "environment": "Sandbox", "do": { "partner_extension": true } }));
        self.arrange("business-central", &json!({ "do": { "copy_environment": "Training" } }));
    }

    /// Waits for a downloaded file and reads it. Browsers keep its name with an empty file, and move what has arrived there when it
    /// is complete.
    pub async fn downloaded(&self, name: &str) -> String {
        let file = self.driver.downloads().join(name);
        let read = async || std::fs::read_to_string(&file).ok().filter(|text| !text.is_empty());
        self.screen.until_so(&format!("{name} is downloaded"), read).await
    }

    /// How long the cloud's log is.
    pub fn log_length(&self) -> usize {
        self.cloud.cloud().log().len()
    }

    /// A control request, sent as a person at the other portal would cause it.
    pub fn arrange(&self, route: &str, body: &Value) {
        let url = format!("{}/_cloud/{route}", self.cloud.origins.graph);
        let answer = crate::Outsider::post_json(&url, body);
        assert_eq!(answer.status, 204, "{route}: {}", answer.text);
    }

    /// What holds for every journey: Graph's contract was kept, the console said nothing but `expected` network
    /// remarks, and nothing was refused by the content security policy.
    pub async fn all_is_well(&self, expected: &[&str]) {
        let violations = self.cloud.cloud().violations().to_vec();
        assert!(violations.is_empty(), "outside the contract or the policy: {violations:#?}");
        self.screen.console_is_clean(expected).await;
    }
}
