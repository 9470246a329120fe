//! What a browser shows, and hands on it. Waiting is looking until something is so, never a pause that hopes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::cdp::ChromeDevTools;
use thirtyfour::session::http::CmdResponse;
use thirtyfour::{By, Key, RequestData, SessionId, TypingData, WebDriver, WebElement};

use crate::driver::Engine;
use crate::traffic::Traffic;

/// Longer than anything here takes on a busy machine; a test that passes never waits that long.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the page is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// One line of the browser's console: the page's own, or the browser's remark about the page.
#[derive(Clone, Debug)]
pub struct Said {
    /// `SEVERE`, `WARNING`, `INFO`.
    pub level: String,
    /// `network`, `security`, `console-api`, `javascript`, …
    pub source: String,
    /// What.
    pub text: String,
}

/// A browser window.
pub struct Screen {
    driver: WebDriver,
    engine: Engine,
    traffic: Mutex<Traffic>,
    console: Mutex<Vec<Said>>,
}

/// A log of chromedriver; the WebDriver standard has none.
#[derive(Debug)]
struct Log(&'static str);

impl FormatRequestData for Log {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(http::Method::POST, format!("session/{session}/se/log")).add_body(json!({ "type": self.0 }))
    }
}

impl Screen {
    pub(crate) fn new(driver: WebDriver, engine: Engine) -> Self {
        Self { driver, engine, traffic: Mutex::default(), console: Mutex::default() }
    }

    /// The WebDriver session itself.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Goes to an address.
    pub async fn go(&self, url: &str) {
        self.driver.goto(url).await.unwrap_or_else(|error| panic!("cannot go to {url}: {error}"));
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page loads again");
    }

    /// The address in the address bar.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.expect("there is an address").to_string()
    }

    /// A command of the browser's developer tools.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let tools = ChromeDevTools::new(self.driver.handle.clone());
        tools.execute_cdp_with_params(command, parameters).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Runs a script in every page from now on, before the page's own.
    pub async fn before_every_page(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// A window of this size, in CSS pixels; the browser itself has a least width.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Whether the system of this person prefers dark.
    pub async fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// The value of a script's `return`.
    pub async fn eval(&self, script: &str) -> Value {
        self.eval_with(script, Vec::new()).await
    }

    /// The same with arguments, which the script finds in `arguments`.
    pub async fn eval_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.driver.execute(script.to_owned(), arguments).await {
            Ok(answer) => answer.json().clone(),
            Err(error) => panic!("script failed: {error}\n{script}"),
        }
    }

    /// What a promise of the page becomes. Nobody looks at the page meanwhile, so nothing disturbs what is being measured.
    pub async fn awaited(&self, promise: &str) -> Value {
        let script = format!("const [told] = arguments; Promise.resolve({promise}).then(told)");
        match self.driver.execute_async(script, Vec::new()).await {
            Ok(answer) => answer.json().clone(),
            Err(error) => panic!("waited in vain for {promise}: {error}\n{}", self.describe().await),
        }
    }

    /// Waits until a script returns something (neither `null` nor `false`), and returns that.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        self.until_with(what, script, &[]).await
    }

    /// The same with arguments.
    pub async fn until_with(&self, what: &str, script: &str, arguments: &[Value]) -> Value {
        let look = async || {
            // A page that is just being left has no script context: that is "not yet".
            let answer = self.driver.execute(script.to_owned(), arguments.to_vec()).await.ok()?;
            Some(answer.json().clone()).filter(|value| !value.is_null() && *value != Value::Bool(false))
        };
        self.until_so(what, look).await
    }

    /// Looks again and again until there is something to see.
    pub async fn until_so<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let looking = async {
            loop {
                if let Some(seen) = look().await {
                    return seen;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        if let Ok(seen) = tokio::time::timeout(PATIENCE, looking).await {
            return seen;
        }
        panic!("waited in vain until {what}\n{}", self.describe().await)
    }

    /// What is on the screen, for whoever reads why a test failed. Inputs are left out: one may hold a secret.
    pub async fn describe(&self) -> String {
        let look = "const failed = document.querySelector('#failed-details'); return (document.body?.innerText ?? '') + (failed?.textContent ?? '')";
        let text = self.driver.execute(look, Vec::new()).await;
        let text = text.ok().and_then(|text| text.json().as_str().map(str::to_owned)).unwrap_or_default();
        let address = self.driver.current_url().await.map(|url| url.path().to_owned()).unwrap_or_default();
        let console: Vec<String> = self.console().await.into_iter().map(|said| said.text).collect();
        format!("at {address} the page says:\n{text}\nconsole: {console:#?}")
    }

    /// Waits until an element is there, and returns it.
    pub async fn find(&self, css: &str) -> WebElement {
        self.until_with(
            &format!("there is {css}"),
            "const it = document.querySelector(arguments[0]); return !!it && it.getClientRects().length > 0",
            &[json!(css)],
        )
        .await;
        self.driver.find(By::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Whether something is on the screen right now.
    pub async fn shows(&self, css: &str) -> bool {
        self.eval_with("return !!document.querySelector(arguments[0])", vec![json!(css)]).await == json!(true)
    }

    /// Clicks.
    pub async fn click(&self, css: &str) {
        let element = self.find(css).await;
        self.press(&element, css).await;
    }

    /// Clicks an element. What covers it for a moment (a bar that sticks) is scrolled away from first.
    pub(crate) async fn press(&self, element: &WebElement, name: &str) {
        let center = "arguments[0].scrollIntoView({ block: 'center' })";
        self.driver
            .execute(center, vec![element.to_json().expect("it is an element")])
            .await
            .expect("it can be scrolled to");
        element.click().await.unwrap_or_else(|error| panic!("cannot click {name}: {error}"));
    }

    /// Clicks the button or link of this name.
    pub async fn press_named(&self, name: &str) {
        self.mark_named(name).await;
        self.click("[data-wanted]").await;
    }

    /// Marks the button or link of this name as `[data-wanted]`.
    pub async fn mark_named(&self, name: &str) {
        self.until_with(
            &format!("there is a button named “{name}”"),
            "const of = it => (it.getAttribute('aria-label') || it.textContent).trim();
             for (const it of document.querySelectorAll('[data-wanted]')) it.removeAttribute('data-wanted');
             for (const it of document.querySelectorAll('button, a[href], summary')) {
               it.toggleAttribute('data-wanted', of(it) === arguments[0] && it.getClientRects().length > 0);
             }
             return document.querySelector('[data-wanted]') !== null",
            &[json!(name)],
        )
        .await;
    }

    /// Pastes into a field what is on the clipboard, by the keyboard.
    pub async fn paste(&self, css: &str) {
        let field = self.find(css).await;
        field.send_keys(Key::Control + "v").await.expect("a field takes keys");
    }

    /// Replaces what stands in a field.
    pub async fn write(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        self.press(&field, css).await;
        field.send_keys(Key::Control + "a").await.expect("a field takes keys");
        field.send_keys(Key::Delete).await.expect("a field takes keys");
        // As an input method does it: chromedriver has no keys for signs beyond the first plane, such as emoji.
        self.devtools("Input.insertText", json!({ "text": text })).await;
    }

    /// Presses keys, wherever the focus is.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO))
            .send_keys(keys.into())
            .perform()
            .await
            .expect("keys can be pressed");
    }

    /// A picture of what the window shows, as PNG, once nothing moves any more but what always turns.
    pub async fn window_picture(&self) -> Vec<u8> {
        let still = "return document.getAnimations().every(it => it.effect.getComputedTiming().iterations === Infinity || it.playState === 'finished')";
        self.until("nothing moves any more", still).await;
        self.driver.screenshot_as_png().await.expect("a picture can be taken")
    }

    /// A picture of the whole page, as PNG. The window grows to the page first, so that what sticks to an edge stands
    /// where the page ends.
    pub async fn picture(&self, width: u32) -> Vec<u8> {
        let height = self.eval("return document.documentElement.scrollHeight").await.as_u64().unwrap_or(800);
        self.resize(width, u32::try_from(height).unwrap_or(800)).await;
        self.window_picture().await
    }

    /// What stands in a field.
    pub async fn value(&self, css: &str) -> String {
        self.find(css).await;
        let value = self.eval_with("return document.querySelector(arguments[0]).value", vec![json!(css)]).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// The text of an element.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await;
        let text = self.eval_with("return document.querySelector(arguments[0]).innerText", vec![json!(css)]).await;
        text.as_str().unwrap_or_default().trim().to_owned()
    }

    /// Everything the browser sent so far.
    pub async fn traffic(&self) -> Traffic {
        let news = self.driver.cmd(Log("performance")).await.and_then(CmdResponse::value).expect("there is a log");
        let mut traffic = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        traffic.read(&news);
        traffic.clone()
    }

    /// Fails when the console said anything but `expected` remarks about the network.
    pub(crate) async fn console_is_clean(&self, expected: &[&str]) {
        let said: Vec<_> = self.console().await;
        let strange: Vec<_> = said
            .iter()
            .filter(|said| !(said.source == "network" && expected.iter().any(|known| said.text.contains(known))))
            .collect();
        assert!(strange.is_empty(), "the console is not empty: {strange:#?}");
    }

    /// Everything the console said so far. Firefox tells nobody: there it stays empty.
    pub async fn console(&self) -> Vec<Said> {
        if self.engine == Engine::Firefox {
            return Vec::new();
        }
        let news: Value = match self.driver.cmd(Log("browser")).await.and_then(CmdResponse::value) {
            Ok(news) => news,
            Err(error) => panic!("no console: {error}"),
        };
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let mut console = self.console.lock().unwrap_or_else(PoisonError::into_inner);
        console.extend(news.as_array().into_iter().flatten().map(|entry| Said {
            level: text(entry, "level"),
            source: text(entry, "source"),
            text: text(entry, "message"),
        }));
        console.clone()
    }
}
