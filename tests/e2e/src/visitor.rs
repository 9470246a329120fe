//! One more browser on the same cloud: another profile, another person or the same one on another day.

use std::time::Duration;

use thirtyfour::extensions::cdp::ChromeDevTools;

use crate::driver::{Driver, Engine, Wish};
use crate::{Journey, Screen, World};

/// A browser that shares nothing with others but what the cloud knows.
pub struct Visitor {
    /// The browser.
    pub screen: Screen,
    driver: Driver,
}

impl World {
    /// Opens another browser.
    pub async fn visitor(&self) -> Visitor {
        let driver = Driver::start(Engine::Chromium);
        let wish = Wish { languages: "en".to_owned(), tells_questions: true, any_certificate: false };
        let screen = Screen::new(driver.browser(&wish).await, Engine::Chromium);
        Visitor { screen, driver }
    }
}

impl Visitor {
    /// The person in front of it.
    pub fn journey<'a>(&'a self, world: &'a World) -> Journey<'a> {
        Journey::at(world, &self.screen)
    }

    /// Ends the browser's own process at once, as a power cut does: no page is asked, nothing is written.
    pub async fn kill(self) {
        let tools = ChromeDevTools::new(self.screen.driver().handle.clone());
        // Nobody is left to answer.
        let answer = tokio::time::timeout(Duration::from_secs(30), tools.execute_cdp("Browser.crash")).await;
        assert!(!matches!(answer, Ok(Ok(_))), "the browser answers after its end");
        let died = async || self.screen.driver().current_url().await.is_err().then_some(());
        self.screen.until_so("the browser is dead", died).await;
        drop(self.driver);
    }

    /// Loads the page again; whether the browser asked whether to leave it. It was left in any case.
    pub async fn was_asked_before_leaving(&self) -> bool {
        let before = self.screen.traffic().await.questions().len();
        self.screen.eval("window.isStillHere = true; setTimeout(() => location.reload(), 0)").await;
        self.screen
            .until("the page is another one", "return !window.isStillHere && !!document.querySelector('#app h1')")
            .await;
        self.screen.traffic().await.questions()[before..].iter().any(|question| question == "beforeunload")
    }

    /// What the console said beside `expected` remarks about the network.
    pub async fn console_is_clean(&self, expected: &[&str]) {
        self.screen.console_is_clean(expected).await;
    }
}
