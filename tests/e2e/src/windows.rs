//! Windows and frames of one browser: a person looks at one of them at a time, and so does [`Screen`].

use std::collections::BTreeSet;

use thirtyfour::{By, WindowHandle};

use crate::Screen;

impl Screen {
    /// The window looked at.
    pub async fn window(&self) -> WindowHandle {
        self.driver().window().await.expect("a window is looked at")
    }

    /// All windows.
    pub async fn windows(&self) -> Vec<WindowHandle> {
        self.driver().windows().await.expect("there are windows")
    }

    /// Looks at a window, at its page and not into a frame.
    pub async fn look_at(&self, window: &WindowHandle) {
        self.driver().switch_to_window(window.clone()).await.expect("the window is there");
    }

    /// Looks into a frame of the page looked at, or of an element in it.
    pub async fn enter(&self, css: &str) {
        let look = "const it = document.querySelector(arguments[0]); return !!it && (!it.matches('entrada-setup') || !!it.shadowRoot)";
        self.until_with(&format!("there is {css}"), look, &[serde_json::json!(css)]).await;
        let find =
            "const it = document.querySelector(arguments[0]); return it.shadowRoot?.querySelector('iframe') ?? it";
        let found = self.driver().execute(find, vec![serde_json::json!(css)]).await.expect("a script can run");
        let frame = found.element().expect("it was just there");
        frame.enter_frame().await.unwrap_or_else(|error| panic!("cannot look into {css}: {error}"));
    }

    /// Looks at the page of this window again.
    pub async fn leave_frame(&self) {
        self.driver().enter_default_frame().await.expect("there is a page");
    }

    /// Waits for a window that is not among these, and looks at it.
    pub async fn new_window(&self, known: &[WindowHandle]) -> WindowHandle {
        let known: BTreeSet<String> = known.iter().map(ToString::to_string).collect();
        let window = self
            .until_so("a new window has opened", async || {
                let all = self.driver().windows().await.ok()?;
                all.into_iter().find(|window| !known.contains(&window.to_string()))
            })
            .await;
        self.look_at(&window).await;
        window
    }

    /// Waits until a window is gone.
    pub async fn gone(&self, window: &WindowHandle) {
        let name = window.to_string();
        self.until_so("the window has closed", async || {
            let all = self.driver().windows().await.ok()?;
            all.iter().all(|window| window.to_string() != name).then_some(())
        })
        .await;
    }

    /// Opens an empty window beside the others and looks at it.
    pub async fn another_window(&self) -> WindowHandle {
        let window = self.driver().new_window().await.expect("a window can be opened");
        self.look_at(&window).await;
        window
    }

    /// Closes the window looked at.
    pub async fn close_window(&self) {
        self.driver().close_window().await.expect("a window can be closed");
    }

    /// Whether an element exists for the driver, wherever it is looked at.
    pub async fn has(&self, css: &str) -> bool {
        self.driver().find(By::Css(css)).await.is_ok()
    }
}
