//! For everyone: no accessibility violation on any screen, the whole journey without a mouse, and nothing that has to
//! be scrolled sideways on a phone.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here is a test")]

use entrada_e2e::{Consent, PROBLEM, World, tour};
use serde_json::{Value, json};
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn no_screen_has_an_accessibility_violation_in_light_or_dark() {
    let world = World::open().await;
    tour(&world, async |name| world.screen.is_accessible(name, 20).await).await;
    world.all_is_well(&PROBLEM).await;
}

/// Words that are cut off or make the page wider than the window.
const TOO_WIDE: &str = "
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide <= 0) return null;
    const out = [...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > innerWidth + 0.5 && it.getClientRects().length);
    return `${wide} px too wide: ` + out.slice(0, 5).map(it => `${it.tagName}.${it.className} “${it.textContent.slice(0, 40)}”`).join(', ')";

#[tokio::test(flavor = "multi_thread")]
async fn no_screen_scrolls_sideways_at_320_pixels_in_any_language() {
    let world = World::open().await;
    world.screen.resize(320, 800).await;
    tour(&world, async |name| {
        for language in ["de", "da", "en"] {
            if world.screen.shows("#language").await {
                let speak = "const list = document.querySelector('#language'); list.value = arguments[0]; list.dispatchEvent(new Event('change', { bubbles: true }))";
                world.screen.eval_with(speak, vec![json!(language)]).await;
                world.screen.until_with(&format!("the page speaks {language}"), "return document.documentElement.lang === arguments[0]", &[json!(language)]).await;
            }
            let found = world.screen.eval(TOO_WIDE).await;
            assert_eq!(found, Value::Null, "{name} in {language}");
        }
    })
    .await;
    world.all_is_well(&PROBLEM).await;
}

/// A person with a keyboard and nothing else.
struct Hands<'a>(&'a World);

impl Hands<'_> {
    async fn press(&self, key: Key) {
        self.0.screen.keys(key).await;
    }

    /// Goes on with Tab until the focus is on something that matches, and looks that every stop on the way is in sight.
    async fn tab_to(&self, css: &str) {
        let on_it = "const it = document.activeElement;
            if (!it || it === document.body) return 'nothing';
            const style = getComputedStyle(it), box = it.getBoundingClientRect();
            const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none'
              || getComputedStyle(it.parentElement).outlineStyle !== 'none' || getComputedStyle(it.parentElement).boxShadow !== 'none';
            const name = it.id || it.textContent.trim().slice(0, 40) || it.value;
            if (location.origin === arguments[1] && !ring) return `invisible ${name}`;
            if (box.bottom < 0 || box.top > innerHeight) return `outside ${name}`;
            // What sticks to the edge of the window must not lie over it (WCAG 2.2, 2.4.11): some of it has to be in sight.
            const free = [0.1, 0.5, 0.9].some(part => {
              const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part);
              return top && (it.contains(top) || top.contains(it));
            });
            if (!free) return `covered ${name}`;
            return it.matches(arguments[0]) ? 'there' : `on ${name}`";
        self.0.screen.find(css).await;
        let mut way = Vec::new();
        for _ in 0..200 {
            self.press(Key::Tab).await;
            let page = &self.0.origins()[0];
            let stop = self.0.screen.eval_with(on_it, vec![json!(css), json!(page)]).await;
            let stop = stop.as_str().unwrap_or_default().to_owned();
            if stop == "there" {
                return;
            }
            let unseen = ["invisible", "outside", "covered"].iter().any(|word| stop.starts_with(word));
            assert!(!unseen, "the focus cannot be seen: {stop}");
            way.push(stop);
        }
        panic!("the keyboard does not reach {css}: {way:#?}");
    }

    /// Waits for a screen and looks that its heading has the focus, so that Tab begins at its top.
    async fn arrive(&self, heading: &str) {
        self.0.journey().see(heading).await;
        self.0.screen.until("the heading has the focus", "return document.activeElement?.tagName === 'H1'").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_journey_works_without_a_mouse() {
    let world = World::open().await;
    let (screen, journey, hands) = (&world.screen, world.journey(), Hands(&world));
    journey.open().await;
    hands.tab_to("#sign-in").await;
    hands.press(Key::Enter).await;
    hands.tab_to("#account-ada").await;
    hands.press(Key::Enter).await;
    hands.tab_to("#consent-organization").await;
    hands.press(Key::Space).await;
    hands.tab_to("#consent-accept").await;
    hands.press(Key::Enter).await;

    hands.arrive("Choose what to set up").await;
    hands.tab_to("#preset").await;
    // The last of the list, and from there by its first letters.
    hands.press(Key::End).await;
    screen.until("the last preset is chosen", "return document.querySelector('#preset').value === 'other'").await;
    hands.tab_to("[data-list=environments] input").await;
    hands.press(Key::Space).await;
    screen
        .until(
            "Production is chosen",
            "const it = document.querySelector('[data-list=environments] .option'); return it.innerText.startsWith('Production') && it.querySelector('input').checked",
        )
        .await;
    hands.tab_to("[name=all-companies]").await;
    hands.press(Key::Down).await;
    screen
        .until("companies can be chosen", "return document.querySelector('.nested input[type=checkbox]') !== null")
        .await;
    hands.press(Key::Up).await;
    screen.until("all companies are meant again", "return document.querySelector('.nested') === null").await;
    hands.tab_to("#permission-sets").await;
    screen.keys("customer, view").await;
    screen.until("one set is found", "return document.querySelectorAll('.checklist__rows input').length === 1").await;
    hands.tab_to(".checklist__rows input").await;
    hands.press(Key::Space).await;
    screen.until("the set is ticked", "return !!document.querySelector('.chip')").await;
    screen.until("the plan can be shown", "return !!document.querySelector('#show-plan:not([aria-disabled])')").await;
    hands.tab_to("#show-plan").await;
    hands.press(Key::Enter).await;

    hands.arrive("The plan").await;
    hands.tab_to(".plan-line summary").await;
    hands.press(Key::Enter).await;
    screen.until("the request is shown", "return document.querySelector('.plan-line details').open").await;
    hands.tab_to("#confirm").await;
    hands.press(Key::Space).await;

    hands.arrive("Take the credential with you").await;
    hands.tab_to(".copy--secret .button").await;
    hands.press(Key::Enter).await;
    screen
        .until("the secret is revealed", "return !document.querySelector('#client-secret').value.includes('•')")
        .await;
    hands.tab_to("#stored").await;
    hands.press(Key::Space).await;
    hands.tab_to("[role=tab]").await;
    hands.press(Key::Right).await;
    screen.until("the next tab is chosen", "return document.activeElement.id === 'tab-1' && document.activeElement.getAttribute('aria-selected') === 'true'").await;
    hands.press(Key::Home).await;
    screen
        .until(
            "the first tab is chosen",
            "return document.activeElement.id === 'tab-0' && !!document.querySelector('#client-id')",
        )
        .await;
    hands.tab_to("#finish").await;
    hands.press(Key::Enter).await;
    hands.arrive("Access is set up").await;
    hands.tab_to("#page .button").await;
    world.all_is_well(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_said_aloud() {
    let world = World::open().await;
    let (screen, journey) = (&world.screen, world.journey());
    journey.open().await;
    let live = "return document.querySelector('[aria-live=polite]').textContent";
    journey.sign_in_as("ada@cronus.example", Consent::ForTheOrganization).await;
    journey.choose_environment("Sandbox").await;
    journey.show_plan().await;
    journey.confirm().await;
    screen.until("the page says that it needs a hand", &format!("{live}.includes('Needs you')")).await;
    assert_eq!(screen.eval("return document.querySelectorAll('[aria-live]').length").await, json!(1), "one voice");
    assert_eq!(
        screen.eval("return document.querySelectorAll('h1').length").await,
        json!(2),
        "this screen's, and that of the hidden panel"
    );
    world.all_is_well(&["entraApplications"]).await;
}
