//! The thin edge in a real browser: address, storage, loading, and that the screens mount and follow the model.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use entrada::browser::Runtime;
use entrada::flow::host::Surface;
use entrada::flow::{Event, Intent, Start};
use entrada::ui::{App, AppProps};
use entrada::view_model::{Page, ViewModel};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, Element, Storage, window};
use yew::Callback;

wasm_bindgen_test_configure!(run_in_browser);

fn config() -> String {
    include_str!("../www/config.json")
        .replace("00000000-0000-0000-0000-000000000000", "c0ffee00-e474-4da0-8000-000000000001")
}

fn begun() -> Runtime {
    let runtime = Runtime::new();
    runtime.dispatch(Event::Started(Box::new(Start {
        surface: Surface::Page,
        address: "http://localhost/tools/".into(),
        config: Ok(config()),
        storage: Some(Vec::new()),
        languages: vec!["en".into()],
        build: "test",
    })));
    runtime
}

fn document() -> Document {
    window().and_then(|window| window.document()).expect("a page")
}

fn storage() -> Storage {
    window().and_then(|window| window.session_storage().ok().flatten()).expect("storage")
}

fn mount(runtime: &Runtime) -> Element {
    let root = document().create_element("div").expect("an element");
    document().body().expect("a body").append_child(&root).expect("in the page");
    let (subscriber, dispatcher) = (runtime.clone(), runtime.clone());
    let props = AppProps {
        first: runtime.view(),
        subscribe: Callback::from(move |listener: Callback<Rc<ViewModel>>| {
            subscriber.subscribe(Box::new(move |view| listener.emit(view)));
        }),
        dispatch: Callback::from(move |event| dispatcher.dispatch(event)),
    };
    yew::Renderer::<App>::with_root_and_props(root.clone(), props).render();
    root
}

fn text_of(root: &Element, selector: &str) -> String {
    let found = root.query_selector(selector).expect("a selector").expect("such an element");
    found.text_content().unwrap_or_default()
}

#[wasm_bindgen_test]
async fn the_address_is_cleaned_at_once_and_a_missing_configuration_is_told() {
    let history = window().and_then(|window| window.history().ok()).expect("a history");
    let here = window().expect("a window").location();
    let before = here.pathname().expect("a path");
    let answer = format!("{before}#code=abc&state=xyz&section=2");
    history.replace_state_with_url(&JsValue::NULL, "", Some(&answer)).expect("an address");
    let runtime = Runtime::new();
    let heard = Rc::new(std::cell::Cell::new(false));
    let told = {
        let heard = Rc::clone(&heard);
        js_sys::Promise::new(&mut |resolve, _| {
            let heard = Rc::clone(&heard);
            runtime.subscribe(Box::new(move |view| {
                if let Page::Problem(finding) = &view.page {
                    heard.set(finding.code == "config_missing");
                    resolve.call0(&JsValue::NULL).ok();
                }
            }));
        })
    };
    runtime.start();
    wasm_bindgen_futures::JsFuture::from(told).await.expect("an answer");
    assert!(heard.get());
    assert_eq!(here.hash().expect("a fragment"), "#section=2");
}

#[wasm_bindgen_test]
fn a_choice_is_kept_for_this_tab() {
    storage().clear().expect("empty storage");
    let runtime = begun();
    runtime.dispatch(Event::Intent(Intent::Preset("heyloyalty".into())));
    let kept = storage().get_item("entrada.checkpoint").expect("storage").expect("a checkpoint");
    assert!(kept.contains("heyloyalty"), "{kept}");
    assert_eq!(storage().length(), Ok(1));
}

#[wasm_bindgen_test]
async fn the_first_screen_mounts_and_speaks() {
    let runtime = begun();
    let root = mount(&runtime);
    yew::scheduler::flush().await;
    assert_eq!(root.query_selector_all("h1").expect("headings").length(), 1);
    assert!(!text_of(&root, "h1").is_empty());
    assert!(root.query_selector("#sign-in").expect("a selector").is_some());
    assert!(root.query_selector("[aria-live=polite]").expect("a selector").is_some());
    runtime.dispatch(Event::Online(false));
    yew::scheduler::flush().await;
    assert!(root.query_selector("[data-code=offline]").expect("a selector").is_some());
    root.remove();
}

#[wasm_bindgen_test]
async fn a_broken_configuration_shows_its_place() {
    let runtime = Runtime::new();
    runtime.dispatch(Event::Started(Box::new(Start {
        surface: Surface::Page,
        address: "http://localhost/".into(),
        config: Ok("{\"clientId\":1}".into()),
        storage: None,
        languages: Vec::new(),
        build: "test",
    })));
    let root = mount(&runtime);
    yew::scheduler::flush().await;
    assert!(root.text_content().unwrap_or_default().contains("$.clientId"));
    root.remove();
}
