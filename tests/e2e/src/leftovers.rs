//! Looks everywhere a secret or a token could stay after it was used.

use serde_json::{Value, json};

use crate::{Screen, World};

/// Where a browser keeps things, as one text per place.
#[derive(Clone, Debug)]
pub struct Leftovers {
    places: Vec<(String, String)>,
}

const LOOK: &str = "
  const all = storage => JSON.stringify(Object.entries(storage));
  const values = [...document.querySelectorAll('input, textarea, select')].map(it => it.value).join('\\n');
  return {
    sessionStorage: all(sessionStorage), localStorage: all(localStorage), cookies: document.cookie,
    address: location.href, referrer: document.referrer, name: window.name, state: JSON.stringify(history.state),
    entries: JSON.stringify(performance.getEntries()), html: document.documentElement.outerHTML,
    fields: values, globals: Object.keys(window).filter(key => typeof window[key] === 'string').map(key => window[key]).join('\\n'),
  }";

impl Leftovers {
    /// Collects from a window, its history and its console.
    pub async fn of(screen: &Screen) -> Self {
        let found = screen.eval(LOOK).await;
        let mut places: Vec<(String, String)> = found
            .as_object()
            .expect("the script returns an object")
            .iter()
            .map(|(place, text)| (place.clone(), text.as_str().unwrap_or_default().to_owned()))
            .collect();
        let history = screen.devtools("Page.getNavigationHistory", json!({})).await;
        // What a person can go back to. How the browser first came to an entry it remembers for itself alone.
        let entries = history["entries"].as_array().into_iter().flatten();
        let entries: Vec<String> = entries.map(|entry| format!("{} {}", entry["url"], entry["title"])).collect();
        places.push(("history".to_owned(), entries.join("\n")));
        let console: Vec<String> = screen.console().await.into_iter().map(|said| said.text).collect();
        places.push(("console".to_owned(), console.join("\n")));
        // IndexedDB and the cache storage have no use here at all, so a name is already too much.
        let databases = screen.driver().execute_async("const done = arguments[arguments.length - 1]; Promise.all([indexedDB.databases(), caches.keys()]).then(found => done(JSON.stringify(found)))", Vec::new()).await;
        let databases =
            databases.expect("the browser lists its databases").json().as_str().unwrap_or_default().to_owned();
        assert_eq!(databases, "[[],[]]", "the page keeps a database or a cache");
        Self { places }
    }

    /// Adds another text to look through, such as a support report.
    #[must_use]
    pub fn and(mut self, place: &str, text: &str) -> Self {
        self.places.push((place.to_owned(), text.to_owned()));
        self
    }

    /// Fails when one of these is found anywhere, saying where and never what.
    pub fn hold_none_of(&self, secrets: &[String]) {
        assert!(!secrets.is_empty(), "there is something to look for");
        for (number, secret) in secrets.iter().enumerate() {
            assert!(secret.len() > 8, "too short to look for");
            for (place, text) in &self.places {
                let encoded = json!(secret).to_string();
                let inside = encoded.trim_matches('"');
                assert!(
                    !text.contains(secret.as_str()) && !text.contains(inside),
                    "secret number {number} is still in {place}"
                );
            }
        }
    }

    /// Codes that were used must be gone as well, except from the browser's own record of how the page was reached, which
    /// no page can change: a code works once, and only together with a verifier that is gone.
    pub fn hold_no_code(&self, codes: &[String]) {
        let places = self.places.iter().filter(|(place, _)| place != "entries").cloned().collect();
        Self { places }.hold_none_of(codes);
    }

    /// The text of one place.
    pub fn place(&self, name: &str) -> &str {
        self.places.iter().find(|(place, _)| place == name).map_or("", |(_, text)| text)
    }
}

impl World {
    /// Fails when a token, a code or a client secret of this cloud is anywhere to be found, in the browser or in `more`.
    pub async fn nothing_secret_is_left(&self, more: &[(&str, &str)]) {
        let found = more.iter().fold(Leftovers::of(&self.screen).await, |found, (place, text)| found.and(place, text));
        found.hold_none_of(&self.everything_secret());
        found.hold_no_code(&self.cloud.cloud().every_code());
    }

    /// Every token and client secret this cloud gave out, known on this side only.
    pub fn everything_secret(&self) -> Vec<String> {
        self.cloud.cloud().everything_secret()
    }

    /// The state of a window's storage as it would survive a reload.
    pub async fn stored(&self) -> Value {
        self.screen.eval("return Object.fromEntries(Object.entries(sessionStorage))").await
    }
}
