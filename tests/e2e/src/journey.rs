//! What a person does on the page, in a person's words. Everything is found by what a person sees or hears: headings,
//! labels, button texts, and the stable ids people's own scripts use.

use serde_json::{Value, json};

use crate::{Answer, Outsider, Screen, World};

/// How a person answers the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// For themselves.
    Accept,
    /// For everybody.
    ForTheOrganization,
    /// Not at all.
    Decline,
}

/// One line of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanLine {
    /// `Create`, `Keep`, `Change`, `Leave out`, `Remove`.
    pub word: String,
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What the hand-over screen shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Client id.
    pub client_id: String,
    /// Tenant id.
    pub tenant_id: String,
    /// Secret, revealed.
    pub secret: String,
    /// Day it ends.
    pub expires: String,
    /// Scope.
    pub scope: String,
    /// Token URL.
    pub token_url: String,
    /// Base URL of the APIs.
    pub base_url: String,
}

impl Handed {
    /// Asks for a token with these values, as somebody else's program.
    pub fn ask_token(&self) -> Answer {
        Outsider::token(&self.token_url, &self.client_id, &self.secret, &self.scope)
    }

    /// A token, which must come.
    pub fn token(&self) -> String {
        let answer = self.ask_token();
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// Lists the companies with a token.
    pub fn companies(&self, token: &str) -> Answer {
        Outsider::get(&format!("{}/api/v2.0/companies", self.base_url), token)
    }

    /// Reads an entity of the first company that a listing returned.
    pub fn entity(&self, token: &str, company: &str, entity: &str) -> Answer {
        Outsider::get(&format!("{}/api/v2.0/companies({company})/{entity}", self.base_url), token)
    }
}

/// Which of Microsoft's pages a window shows; nothing when it was answered already or is none of them.
const MICROSOFT: &str = "const has = css => document.querySelector(css) !== null;
    if (document.documentElement.dataset.used) return null;
    return has('#account-picker') ? 'account' : has('#consent-accept') ? 'consent' : has('#error-code') ? 'stop' : null";

/// A person at the screen.
#[derive(Clone, Copy)]
pub struct Journey<'a> {
    world: &'a World,
    screen: &'a Screen,
}

impl<'a> Journey<'a> {
    pub(crate) fn at(world: &'a World, screen: &'a Screen) -> Self {
        Self { world, screen }
    }

    /// The screen in front of them.
    pub fn screen(&self) -> &'a Screen {
        self.screen
    }

    /// Opens the page.
    pub async fn open(&self) {
        self.open_with("").await;
    }

    /// Opens the page with something behind its address.
    pub async fn open_with(&self, query: &str) {
        self.screen.go(&format!("{}{query}", self.world.page())).await;
        self.see("Give an integration access to Business Central").await;
    }

    /// Waits for a screen with this heading.
    pub async fn see(&self, heading: &str) {
        self.screen
            .until_with(
                &format!("the heading is “{heading}”"),
                "const it = document.querySelector('#app h1'); return !!it && it.textContent === arguments[0]",
                &[json!(heading)],
            )
            .await;
    }

    /// The heading in sight.
    pub async fn heading(&self) -> String {
        self.screen.text("#app h1").await
    }

    /// Signs in: picks the account, answers the consent page when it comes, and waits for the choices.
    pub async fn sign_in_as(&self, upn: &str, consent: Consent) {
        self.screen.click("#sign-in").await;
        self.through_microsoft(upn, consent).await;
        self.see("Choose what to set up").await;
    }

    /// Walks through Microsoft's pages, whichever come, until the page is back and has stopped turning.
    pub async fn through_microsoft(&self, upn: &str, consent: Consent) {
        let account = format!("#account-{}", upn.split('@').next().unwrap_or_default());
        let look = "const has = css => document.querySelector(css) !== null;
            if (document.documentElement.dataset.used) return null;
            if (has('#account-picker')) return 'account';
            if (has('#consent-accept')) return 'consent';
            if (has('#error-code')) return 'stop';
            return has('#app h1') && !has('#app .boot') ? 'back' : null";
        // Microsoft's pages have an origin of their own: what is seen on the page itself before it is left is not "back".
        self.screen
            .until(
                "the page was left or came back",
                "return location.origin !== arguments[0] || !document.querySelector('#sign-in')",
            )
            .await;
        loop {
            let what = self.screen.until("a page of the sign-in, or the page itself", look).await;
            let button = match what.as_str() {
                Some("account") => account.as_str(),
                Some("consent") if consent == Consent::Decline => "#consent-cancel",
                Some("consent") => "#consent-accept",
                Some("stop") => panic!("the sign-in stopped: {}", self.screen.text("#error-code").await),
                _ => return,
            };
            if button == "#consent-accept" && consent == Consent::ForTheOrganization {
                self.screen.click("#consent-organization").await;
            }
            // A page that was answered is not answered twice, however long its successor takes.
            self.screen.eval("document.documentElement.dataset.used = 'yes'").await;
            self.screen.click(button).await;
        }
    }

    /// Walks through Microsoft's pages in a window of their own, until that window has closed itself.
    pub async fn through_microsoft_in(&self, window: &thirtyfour::WindowHandle, upn: &str, consent: Consent) {
        let account = format!("#account-{}", upn.split('@').next().unwrap_or_default());
        let name = window.to_string();
        loop {
            let what = self
                .screen
                .until_so("a page of the sign-in, or its end", async || {
                    let all = self.screen.driver().windows().await.ok()?;
                    if all.iter().all(|window| window.to_string() != name) {
                        return Some(String::new());
                    }
                    let answer = self.screen.driver().execute(MICROSOFT, Vec::new()).await.ok()?;
                    answer.json().as_str().map(str::to_owned)
                })
                .await;
            let button = match what.as_str() {
                "" => return,
                "account" => account.as_str(),
                "consent" if consent == Consent::Decline => "#consent-cancel",
                "consent" => "#consent-accept",
                _ => panic!("the sign-in stopped: {}", self.screen.text("#error-code").await),
            };
            if button == "#consent-accept" && consent == Consent::ForTheOrganization {
                self.screen.click("#consent-organization").await;
            }
            self.screen.eval("document.documentElement.dataset.used = 'yes'").await;
            self.screen.click(button).await;
        }
    }

    async fn choose(&self, list: &str, label: &str) {
        self.screen
            .until_with(
                &format!("{list} offers “{label}”"),
                "const list = document.querySelector(arguments[0]);
                 const it = list && [...list.options].find(it => it.textContent === arguments[1]);
                 if (!it || it.disabled) return null;
                 for (const one of list.options) one.toggleAttribute('data-wanted', one === it);
                 return true",
                &[json!(list), json!(label)],
            )
            .await;
        let option = self.screen.driver().find(thirtyfour::By::Css(format!("{list} option[data-wanted]"))).await;
        option.expect("it was just seen").click().await.expect("an option can be chosen");
    }

    /// Chooses the integration.
    pub async fn choose_preset(&self, name: &str) {
        self.choose("#preset", name).await;
    }

    /// Ticks an environment of the list, unless it is ticked already.
    pub async fn choose_environment(&self, name: &str) {
        let find = "const all = [...document.querySelectorAll('[data-list=environments] .option')];
            const it = all.find(it => it.querySelector('span').firstChild.textContent === arguments[0])?.querySelector('input');
            if (!it || it.disabled) return null;
            for (const one of document.querySelectorAll('[data-box]')) one.removeAttribute('data-box');
            it.setAttribute('data-box', '');
            return { ticked: it.checked }";
        let found = self.screen.until_with(&format!("{name} can be chosen"), find, &[json!(name)]).await;
        if found["ticked"] == json!(false) {
            self.screen.click("[data-list=environments] [data-box]").await;
        }
    }

    /// Names the application.
    pub async fn name_it(&self, name: &str) {
        self.screen.write("#name", name).await;
    }

    /// Ticks or unticks the box whose label begins with this.
    pub async fn tick(&self, label: &str) {
        self.screen
            .until_with(
                &format!("there is a box labelled “{label}”"),
                "const all = [...document.querySelectorAll('label.option')];
                 for (const it of all) it.removeAttribute('data-wanted');
                 const it = all.find(it => it.querySelector('input') && it.innerText.trim().startsWith(arguments[0]));
                 it?.setAttribute('data-wanted', '');
                 return !!it",
                &[json!(label)],
            )
            .await;
        self.screen.click("label.option[data-wanted] input").await;
    }

    /// Searches a permission set and ticks it.
    pub async fn tick_set(&self, role_id: &str) {
        self.screen.write("#permission-sets", role_id).await;
        self.tick(role_id).await;
    }

    /// The way that is taken in an environment, by its stable word.
    pub async fn route(&self, environment: &str) -> String {
        let script = "return document.querySelector(`input[name=\"route-${arguments[0]}\"]:checked`)?.value";
        let route = self.screen.until_with("a way is taken", script, &[json!(environment)]).await;
        route.as_str().unwrap_or_default().to_owned()
    }

    /// Unfolds every choice of ways.
    pub async fn open_routes(&self) {
        self.screen.eval("for (const it of document.querySelectorAll('.way details')) it.open = true").await;
    }

    /// Takes another way in an environment.
    pub async fn choose_route(&self, environment: &str, route: &str) {
        self.open_routes().await;
        self.screen.click(&format!("input[name=\"route-{environment}\"][value={route}]")).await;
        let script =
            "return document.querySelector(`input[name=\"route-${arguments[0]}\"]:checked`)?.value === arguments[1]";
        self.screen.until_with("the way is taken", script, &[json!(environment), json!(route)]).await;
    }

    /// Waits until the page asks to register by hand, and reads what it asks for: client id and description.
    pub async fn asked_to_register(&self) -> (String, String) {
        let asks =
            "return !!document.querySelector('.ask #description') && document.querySelector('.ask #client-id').value";
        let client_id = self.screen.until("the page asks for a hand", asks).await;
        let client_id = client_id.as_str().unwrap_or_default().to_owned();
        (client_id, self.screen.value("#description").await)
    }

    /// How the lane of this title ended, in a word.
    pub async fn lane(&self, title: &str) -> String {
        let script = "const all = [...document.querySelectorAll('.lanes .card')];
            return all.find(it => it.querySelector('h2').textContent === arguments[0])?.querySelector('.row__line .state')?.innerText";
        let word = self.screen.until_with(&format!("{title} has ended"), script, &[json!(title)]).await;
        word.as_str().unwrap_or_default().to_owned()
    }

    /// Base URLs of all environments on the hand-over screen.
    pub async fn base_urls(&self) -> Vec<String> {
        let all = self.screen.eval("return [...document.querySelectorAll('[id^=base-url]')].map(it => it.value)").await;
        all.as_array().into_iter().flatten().filter_map(|url| url.as_str().map(str::to_owned)).collect()
    }

    /// Waits until nothing stands in the way of the plan.
    pub async fn can_plan(&self) {
        self.screen
            .until("the plan can be shown", "return !!document.querySelector('#show-plan:not([aria-disabled])')")
            .await;
    }

    /// Goes on to the plan, as soon as nothing stands in the way.
    pub async fn show_plan(&self) {
        self.can_plan().await;
        self.screen.click("#show-plan").await;
        self.screen.until("the plan is shown", "return !!document.querySelector('.plan-line')").await;
    }

    /// The lines of the plan.
    pub async fn plan(&self) -> Vec<PlanLine> {
        let lines = self
            .screen
            .eval(
                "return [...document.querySelectorAll('.plan-line')].map(it => ({
                   word: it.querySelector('.badge').textContent, what: it.querySelector('.plan-line__what').textContent,
                   why: it.querySelector('.quiet').textContent }))",
            )
            .await;
        let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let lines = lines.as_array().cloned().unwrap_or_default();
        lines
            .iter()
            .map(|line| PlanLine { word: text(line, "word"), what: text(line, "what"), why: text(line, "why") })
            .collect()
    }

    /// Sets up access.
    pub async fn confirm(&self) {
        self.screen.click("#confirm").await;
    }

    /// Waits for the hand-over and reveals the secret.
    pub async fn read_credential(&self) -> Handed {
        self.see("Take the credential with you").await;
        if self.screen.shows("#client-secret").await {
            self.screen.press_named("Show").await;
        }
        self.values().await
    }

    async fn values(&self) -> Handed {
        let read = |id: &'static str| async move {
            if self.screen.shows(id).await { self.screen.value(id).await } else { String::new() }
        };
        Handed {
            client_id: read("#client-id").await,
            tenant_id: read("#tenant-id").await,
            secret: read("#client-secret").await,
            expires: read("#expires").await,
            scope: read("#scope").await,
            token_url: read("#token-url").await,
            base_url: read("#base-url").await,
        }
    }

    /// Says that the secret is stored.
    pub async fn stored(&self) {
        self.screen.click("#stored").await;
        self.screen
            .until("the page lets go on", "return !!document.querySelector('#finish:not([aria-disabled])')")
            .await;
    }

    /// Leaves the hand-over, and waits until everything was read back.
    pub async fn finish(&self) {
        self.screen.click("#finish").await;
        self.see("Access is set up").await;
        self.screen
            .until(
                "everything was read back",
                "return !!document.querySelector('.evidence') && !document.querySelector('.evidence .state--running')",
            )
            .await;
    }

    /// The rows of the evidence: what, and the state in a word.
    pub async fn evidence(&self) -> Vec<(String, String)> {
        let rows = self
            .screen
            .eval("return [...document.querySelectorAll('.evidence tbody tr')].map(it => [it.querySelector('th').innerText, it.querySelector('.state').innerText])")
            .await;
        let rows = rows.as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| (row[0].as_str().unwrap_or_default().to_owned(), row[1].as_str().unwrap_or_default().to_owned()))
            .collect()
    }

    /// Asks what taking the run back would change, and waits for that plan.
    pub async fn see_the_way_back(&self) {
        self.screen.press_named("Take it back").await;
        self.see("What taking back would change").await;
    }

    /// Waits until the run has ended with this title.
    pub async fn see_outcome(&self, title: &str) {
        let script = "return document.querySelector('#outcome .notice__title')?.textContent === arguments[0]";
        self.screen.until_with(&format!("the run has ended: {title}"), script, &[json!(title)]).await;
    }

    /// Codes of the findings in sight.
    pub async fn findings(&self) -> Vec<String> {
        let codes =
            self.screen.eval("return [...document.querySelectorAll('[data-code]')].map(it => it.dataset.code)").await;
        codes.as_array().into_iter().flatten().filter_map(|code| code.as_str().map(str::to_owned)).collect()
    }

    /// Waits for a finding.
    pub async fn see_finding(&self, code: &str) {
        let script = "return !!document.querySelector(`[data-code=\"${arguments[0]}\"]`)";
        self.screen.until_with(&format!("the finding {code} is shown"), script, &[json!(code)]).await;
    }

    /// From the open page to the plan, with the choices of a preset in an environment.
    pub async fn to_the_plan(&self, upn: &str, preset: &str, environment: &str) {
        self.open().await;
        self.sign_in_as(upn, Consent::ForTheOrganization).await;
        self.choose_preset(preset).await;
        self.choose_environment(environment).await;
        self.show_plan().await;
    }
}
