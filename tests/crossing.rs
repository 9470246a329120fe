//! What crosses between the module and the page that bundles it (feature `module`), in a real browser: plain values both ways, and
//! what becomes of those that are not plain.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use entrada::browser::{given, taken};
use entrada::mount::{HostMessage, MountOptions, Mounted, mount};
use entrada::protocol::json::parse;
use js_sys::{Array, JSON, Promise, Reflect, eval};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, window};

wasm_bindgen_test_configure!(run_in_browser);

// The clippy for hosts does not know this ban, so nothing can be "expected" of it.
#[allow(clippy::disallowed_methods, reason = "the page around a test has no such policy, and hosts write JavaScript")]
fn js(code: &str) -> JsValue {
    eval(&format!("({code})")).expect("JavaScript")
}

/// What a value became, as JSON text, or the place and the problem.
fn crossed(code: &str) -> Result<String, (String, String)> {
    taken(&js(code)).map(|value| value.to_line()).map_err(|error| (error.at.clone(), error.problem.clone()))
}

#[wasm_bindgen_test]
fn plain_values_cross_both_ways_as_json_would() {
    for text in [
        "null",
        "true",
        "-7",
        "0.5",
        "1e21",
        "9007199254740991",
        r#""æøå \" \\ \n 😀""#,
        "[]",
        "{}",
        r#"[1,[true,null,"a"],{"b":[]}]"#,
        r#"{"type":"hello","options":{"theme":{"accent":"red"},"list":["a","b"],"":{"x":false}}}"#,
    ] {
        let ours = taken(&js(text)).expect(text);
        let back = given(&ours).expect(text);
        let line = |value: &JsValue| String::from(JSON::stringify(value).expect("JSON"));
        assert_eq!(line(&back), line(&js(text)), "{text}");
        // What was read from text becomes the same value.
        assert_eq!(line(&given(&parse(text).expect(text)).expect(text)), line(&js(text)), "{text}");
    }
}

#[wasm_bindgen_test]
fn what_is_given_is_a_plain_object() {
    let value = given(&parse(r#"{"a":{"b":1}}"#).expect("JSON")).expect("a value");
    let inner = Reflect::get(&value, &"a".into()).expect("a member");
    for object in [&value, &inner] {
        let prototype = js_sys::Object::get_prototype_of(object);
        assert_eq!(JsValue::from(prototype), Reflect::get(&js("Object"), &"prototype".into()).expect("a prototype"));
    }
}

#[wasm_bindgen_test]
fn a_member_without_a_value_is_as_if_it_was_not_there() {
    assert_eq!(crossed("{ a: undefined, b: null, c: 0 }"), Ok(r#"{"c":0}"#.into()));
    assert_eq!(crossed("[undefined, 1, null]"), Ok("[null,1,null]".into()));
    assert_eq!(crossed("undefined"), Ok("null".into()));
}

#[wasm_bindgen_test]
fn what_is_not_plain_is_refused_where_it_stands() {
    for (code, at) in [
        ("() => 1", "$"),
        ("{ theme: { accent: () => 1 } }", "$.theme.accent"),
        ("{ list: [1, Symbol('x')] }", "$.list[1]"),
        ("{ a: new Set([1]) }", "$.a"),
        ("{ a: new Uint8Array(3) }", "$.a"),
        ("{ a: new Map([[1, 2]]) }", "$.a"),
        ("{ a: 2n ** 70n }", "$.a"),
    ] {
        let (place, problem) = crossed(code).expect_err(code);
        assert_eq!(place, at, "{code}");
        assert_eq!(problem, "text, a number, true, false, a list or a plain object is expected here", "{code}");
    }
    for number in ["NaN", "Infinity", "-Infinity"] {
        let (place, problem) = crossed(&format!("{{ months: [12, {number}] }}")).expect_err(number);
        assert_eq!((place.as_str(), problem.as_str()), ("$.months[1]", "a finite number is expected here"));
    }
}

#[wasm_bindgen_test]
fn what_has_a_plain_meaning_is_taken_by_it() {
    assert_eq!(crossed("{ a: 12n, b: new Map([['x', 1]]) }"), Ok(r#"{"a":12,"b":{"x":1}}"#.into()));
    assert_eq!(
        crossed("new (class { constructor() { this.own = 1 } get other() { return 2 } })()"),
        Ok(r#"{"own":1}"#.into())
    );
    assert_eq!(crossed("[new Date(0), Object.create(null), '\\ud800']"), Ok("[{},{},\"\u{fffd}\"]".into()));
}

/// Depth is what is bounded: whoever contains itself twice has to end as soon as whoever does once.
#[wasm_bindgen_test]
fn what_contains_itself_ends() {
    for code in [
        "(() => { const a = { x: 1 }; a.self = a; return a })()",
        "(() => { const a = {}; a.one = a; a.two = a; return a })()",
        "(() => { const a = []; a.push(a, a); return a })()",
    ] {
        let (place, problem) = crossed(code).expect_err(code);
        assert!(place.len() > 60, "{place}");
        assert_eq!(problem, "this is nested too deep");
    }
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(crossed(&nested(64)).is_ok() && crossed(&nested(65)).is_err());
}

fn place() -> Element {
    let document = window().and_then(|window| window.document()).expect("a page");
    let root = document.create_element("div").expect("an element");
    document.body().expect("a body").append_child(&root).expect("in the page");
    root
}

fn begin(root: &Element, options: &JsValue) -> Mounted {
    mount(root.clone(), options.unchecked_ref::<MountOptions>())
}

const CONFIG: &str = include_str!("../www/config.json");

/// Options with a sound configuration, and `more`; told events go to the list `heard`.
fn options(more: &str) -> (JsValue, Array) {
    let config = CONFIG.replace("00000000-0000-0000-0000-000000000000", "c0ffee00-e474-4da0-8000-000000000001");
    let both = js(&format!(
        "(() => {{ const heard = []; return [{{ config: {config}, onEvent: event => heard.push(event), {more} }}, heard] }})()"
    ));
    let both = both.unchecked_into::<Array>();
    (both.get(0), both.get(1).unchecked_into())
}

/// Waits until something is so, a frame of the screen at a time.
async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..600 {
        if so() {
            return;
        }
        let next = Promise::new(&mut |resolve, _| {
            window().expect("a window").request_animation_frame(&resolve).expect("a frame");
        });
        JsFuture::from(next).await.expect("a frame");
    }
    assert!(so(), "{what}");
}

fn has(root: &Element, selector: &str) -> bool {
    root.query_selector(selector).expect("a selector").is_some()
}

fn types(heard: &Array) -> Vec<String> {
    heard.iter().filter_map(|event| Reflect::get(&event, &"type".into()).ok()?.as_string()).collect()
}

#[wasm_bindgen_test]
async fn events_are_what_the_types_promise() {
    let root = place();
    let (options, heard) = options("options: { preset: 'magento' }");
    let page = begin(&root, &options);
    until("it is ready", || types(&heard).contains(&"ready".to_owned())).await;
    let line = String::from(JSON::stringify(&heard.get(0)).expect("JSON"));
    assert_eq!(line, r#"{"type":"ready","id":"module","seq":1,"version":1,"language":"en"}"#);
    page.unmount();
    root.remove();
}

#[wasm_bindgen_test]
async fn a_choice_that_is_not_plain_is_named_on_the_screen_and_the_others_hold() {
    let root = place();
    let (options, heard) = options(
        "options: { preset: 'heyloyalty', company: undefined, environment: () => 1, theme: { accent: NaN }, tenant: (() => { const a = {}; a.a = a; return a })() }",
    );
    let page = begin(&root, &options);
    until("it is ready", || types(&heard).contains(&"ready".to_owned())).await;
    until("the screen stands", || has(&root, "h1")).await;
    let text = root.text_content().unwrap_or_default();
    for name in ["environment", "theme.accent", "tenant.a.a"] {
        assert!(text.contains(name), "{name} is not named: {text}");
    }
    assert!(!text.contains("“company"), "nothing was chosen there: {text}");
    page.unmount();
    root.remove();
}

#[wasm_bindgen_test]
async fn a_configuration_that_is_not_plain_is_told_with_its_place() {
    for (config, at) in [
        ("{ presets: [{ id: 'a', months: NaN }] }", "$.presets[0].months"),
        ("{ clientId: () => 1 }", "$.clientId"),
        ("7", "$"),
        ("{ clientId: 1n }", "$.clientId"),
    ] {
        let root = place();
        let page = begin(&root, &js(&format!("{{ config: {config} }}")));
        until("the trouble is told", || has(&root, "[data-code=config_wrong]")).await;
        assert!(root.text_content().unwrap_or_default().contains(at), "{at}");
        page.unmount();
        root.remove();
    }
}

#[wasm_bindgen_test]
async fn messages_that_are_not_plain_are_counted_and_change_nothing() {
    let root = place();
    let (options, heard) = options("");
    let page = begin(&root, &options);
    until("it is ready", || types(&heard).contains(&"ready".to_owned())).await;
    for code in
        ["undefined", "7", "() => 1", "{ type: 'close', more: () => 1 }", "{ type: 'bridge-answer', request: NaN }"]
    {
        page.send(js(code).unchecked_ref::<HostMessage>());
    }
    until("the screen stands", || has(&root, "h1")).await;
    assert!(!types(&heard).contains(&"closed".to_owned()));
    page.send(js("{ type: 'close' }").unchecked_ref::<HostMessage>());
    until("it is closed", || types(&heard).contains(&"closed".to_owned())).await;
    page.unmount();
    until("the element is empty", || root.child_nodes().length() == 0).await;
    root.remove();
}
