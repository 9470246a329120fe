//! What hurts people elsewhere (sign-in.md 5), each as a test of its name. Those of frames and popups are journeys:
//! `tests/e2e/tests/frames.rs`. `docs/sign-in.md` lists them together.

use crate::world::{FOLDER, World};
use entrada::flow::{Event, Intent, Place};
use entrada::view_model::{Page, ViewModel};
use entrada_cloud::ConsentAnswer;
use entrada_cloud::seed::CRONUS;
use std::collections::BTreeMap;

const ADA: &str = "ada@cronus.example";

fn token_calls(world: &World) -> usize {
    world.sent.iter().filter(|(_, url)| url.contains("/token")).count()
}

/// Signs in at Entra; the fragment that leads back.
fn answer(world: &mut World, upn: &str) -> String {
    let url = world.departed.clone().unwrap();
    let consent = ConsentAnswer::AcceptForOrganization;
    let back = world.cloud.sign_in_code(&url, upn, consent, world.now).unwrap();
    back.split_once('#').unwrap().1.to_owned()
}

fn load(world: &mut World, fragment: &str) {
    world.address = format!("{FOLDER}#{fragment}");
    world.open();
}

/// `interaction_in_progress`: a cancelled attempt, in whatever way, keeps nobody from the next one.
#[test]
fn interaction_in_progress_cannot_happen() {
    let mut world = World::new();
    world.open();
    for give_up in ["back button", "reload", "tab of its own", "error answer"] {
        world.press(Intent::SignIn);
        let url = world.departed.clone().unwrap_or_else(|| panic!("{give_up}: not left"));
        match give_up {
            "back button" => {
                world.event(Event::Restored);
                world.departed = None;
            }
            "reload" => {
                world.address = FOLDER.into();
                world.open();
            }
            "tab of its own" => world.departed = None,
            _ => {
                let state = url.split(['?', '&']).find_map(|part| part.strip_prefix("state=")).unwrap().to_owned();
                load(&mut world, &format!("error=server_error&state={state}"));
            }
        }
        if give_up == "tab of its own" {
            // The attempt is still open here; another tab of the same origin does not even know.
            let mut other = World::new();
            other.cloud = world.cloud.clone();
            other.open();
            other.press(Intent::SignIn);
            assert!(other.departed.is_some());
            world.event(Event::Restored);
        }
        assert!(matches!(world.page(), Page::Welcome(_)), "{give_up}");
    }
    world.press(Intent::SignIn);
    world.come_back_as(ADA, ConsentAnswer::AcceptForOrganization).unwrap();
    assert_eq!(world.model.place, Place::Choose);
}

/// The page comes out of the back/forward cache: it shows what it showed before it was left, also when signed in.
#[test]
fn bfcache_does_not_leave_the_page_signing_in() {
    let mut world = World::ready("magento");
    world.press(Intent::SwitchAccount);
    assert!(matches!(world.page(), Page::Busy { .. }));
    world.event(Event::Restored);
    assert!(matches!(world.page(), Page::Choose(_)), "the session that was there is there again");
    world.set_up();
    assert!(matches!(world.page(), Page::HandOver(_)), "and works: {:?}", world.codes());
    assert!(world.storage.as_ref().unwrap().keys().all(|key| !key.contains("signin")));
}

/// `hash_empty_error`: nothing reads the fragment before the sign-in does, and what is not an answer stays as it is.
#[test]
fn hash_empty_error_cannot_happen() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    let fragment = answer(&mut world, ADA);
    // A fragment of somebody else beside the answer's.
    load(&mut world, &format!("{fragment}&section=2"));
    assert_eq!(world.model.place, Place::Choose, "{:?}", world.codes());
    assert!(!world.address.contains("code="), "{}", world.address);
    for route in ["/settings?code=1", "top", "code-of-conduct", "/code=1&state=2/x"] {
        let mut world = World::new();
        load(&mut world, route);
        assert_eq!((world.codes(), token_calls(&world)), (Vec::new(), 0), "{route}");
    }
    // The address is clean before anything can fail, the configuration included.
    let mut world = World::new();
    world.config = Err("HTTP 404".into());
    load(&mut world, "code=secret&state=s");
    assert_eq!(world.address, FOLDER);
}

/// `monitor_window_timeout`: there are no silent frames to wait for. A session is renewed with its refresh token, and
/// when that is over, a person is asked.
#[test]
fn monitor_window_timeout_cannot_happen() {
    let mut world = World::ready("magento");
    for _ in 0..10 {
        world.now += 3 * 3_600_000;
        world.press(Intent::CheckAgain);
        assert_eq!(world.departed, None);
        assert!(world.opened.is_empty());
    }
    assert!(world.codes().contains(&"session_ended".to_owned()), "{:?}", world.codes());
    assert!(world.sent.iter().all(|(_, url)| !url.contains("/authorize") && !url.contains("prompt=none")));
}

/// `popup_blocked`: at top level no window is opened at all.
#[test]
fn popup_blocked_cannot_happen_at_top_level() {
    let mut world = World::new();
    world.open();
    world.press(Intent::SignIn);
    assert!(world.departed.is_some() && world.opened.is_empty());
}

/// Redirect loops: the page is left by a click and by nothing else, whatever comes back and however often.
#[test]
fn redirect_loops_cannot_happen() {
    let mut world = World::new();
    for round in 0..20 {
        let fragment = match round % 4 {
            0 => "error=login_required&state=x",
            1 => "code=a&state=unknown",
            2 => "error=interaction_required&error_description=AADSTS50196&state=x",
            _ => "",
        };
        load(&mut world, fragment);
        world.event(Event::Online(true));
        world.settle();
        assert_eq!((world.departed.as_ref(), token_calls(&world)), (None, 0), "{fragment}");
        assert!(matches!(world.page(), Page::Welcome(_)));
    }
    // Even the answer to an attempt of ours, refused each time, waits for the next click.
    for _ in 0..3 {
        world.press(Intent::SignIn);
        let url = world.departed.clone().unwrap();
        let state = url.split(['?', '&']).find_map(|part| part.strip_prefix("state=")).unwrap().to_owned();
        load(&mut world, &format!("error=interaction_required&error_description=AADSTS50076&state={state}"));
        assert_eq!((world.departed.as_ref(), world.codes()), (None, vec!["interaction_needed".to_owned()]));
    }
}

/// `state_mismatch`, `state_not_found`: every attempt has its own record, and tabs know nothing of each other.
#[test]
fn state_mismatch_between_tabs_cannot_happen() {
    let mut world = World::new();
    let mut tabs: Vec<(BTreeMap<String, String>, String)> = Vec::new();
    for _ in 0..3 {
        world.storage = Some(BTreeMap::new());
        world.address = FOLDER.into();
        world.open();
        world.press(Intent::SignIn);
        let fragment = answer(&mut world, ADA);
        tabs.push((world.storage.clone().unwrap(), fragment));
    }
    // The answer of the next tab ends in this one: not used, and this tab's own attempt is over with this page load.
    for index in 0..3 {
        world.storage = Some(tabs[index].0.clone());
        let fragment = tabs[(index + 1) % 3].1.clone();
        let calls = token_calls(&world);
        load(&mut world, &fragment);
        assert_eq!((world.codes(), token_calls(&world)), (vec!["answer_not_ours".to_owned()], calls));
    }
    // Each in its own tab, in any order: all three are signed in.
    for index in [2, 0, 1] {
        world.storage = Some(tabs[index].0.clone());
        let fragment = tabs[index].1.clone();
        load(&mut world, &fragment);
        assert_eq!(world.model.place, Place::Choose, "{index}: {:?}", world.codes());
    }
}

/// Many accounts, guest tenants, the wrong active account: a session is one account in one tenant, and both are shown.
#[test]
fn the_wrong_account_cannot_be_active_unseen() {
    let mut world = World::ready("magento");
    let header = ViewModel::from(&world.model).header;
    assert_eq!(header.account.as_ref().unwrap().1, ADA);
    assert_eq!(header.tenant.as_ref().unwrap().1, "cronus.example");
    let Page::Choose(choose) = world.page() else { panic!() };
    assert_eq!(choose.tenant.2, CRONUS.to_string());
    // Another account comes only by choosing it, and then nothing of the first one is left.
    world.press(Intent::SwitchAccount);
    assert!(world.departed.as_ref().unwrap().contains("prompt=select_account"));
    world.come_back_as("gus@fabrikam.example", ConsentAnswer::AcceptForOrganization).unwrap();
    let header = ViewModel::from(&world.model).header;
    assert_eq!(header.account.as_ref().unwrap().1, "gus@fabrikam.example");
    assert_eq!(header.tenant.as_ref().unwrap().1, "fabrikam.example");
    assert!(!format!("{:?}", world.model.facts).contains("cronus"));
}

/// Bridge page set-up mistakes: the redirect page comes with the build, is the only redirect URI, and does nothing but
/// pass the answer on.
#[test]
fn the_redirect_page_cannot_be_set_up_wrongly() {
    let www = |name: &str| std::fs::read_to_string(format!("{}/www/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (page, script) = (www("redirect.html"), www("redirect.js"));
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<script src=\"redirect.js\"></script>") && !page.contains("https://"));
    for word in ["fetch", "XMLHttpRequest", "import", "localStorage", "sessionStorage", "cookie", "console"] {
        assert!(!script.contains(word), "redirect.js: {word}");
    }
    for address in [FOLDER.to_owned(), format!("{FOLDER}index.html"), format!("{FOLDER}?preset=magento#x")] {
        let mut world = World::new();
        world.address = address;
        world.open();
        world.press(Intent::SignIn);
        let uri = entrada::protocol::url::encode(&format!("{FOLDER}redirect.html"));
        assert!(world.departed.as_ref().unwrap().contains(&format!("redirect_uri={uri}&")), "{:?}", world.departed);
    }
}
