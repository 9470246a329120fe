//! The contract with host pages in its three places: what `src/embed/` writes and reads, what `www/contract.d.ts` and
//! `www/embed.d.ts` promise to partners, and what `www/embed.js` and `docs/embedding.md` pass on and tell.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its ground is missing")]

use entrada::embed::contract::TYPES;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// `plan-ready` is the interface `PlanReady`.
fn interface(kind: &str) -> String {
    kind.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

/// The text between the braces of an interface, comments left out.
fn body(types: &str, start: &str) -> String {
    let (_, rest) = types.split_once(start).unwrap_or_else(|| panic!("there is no {start}"));
    let (_, rest) = rest.split_once('{').expect("a brace");
    let mut depth = 1;
    let end = rest.find(|sign: char| {
        depth += i32::from(sign == '{') - i32::from(sign == '}');
        depth == 0
    });
    let lines = rest[..end.expect("its end")].lines().map(str::trim);
    lines.filter(|line| !line.starts_with("/*") && !line.starts_with('*')).collect::<Vec<_>>().join("\n")
}

/// Names of members, those of objects inside included.
fn members(text: &str) -> BTreeSet<String> {
    let cut = |sign: char| !(sign.is_alphanumeric() || sign == '_' || sign == '?');
    let named = text.match_indices(':').filter_map(|(at, _)| text[..at].rsplit(cut).next());
    named.map(|name| name.trim_end_matches('?').to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Names between quotes and before a colon in what `json!` is given, and those of members that are added: `("name", …`.
fn written(code: &str) -> BTreeSet<String> {
    let quoted = code.split('"').collect::<Vec<_>>();
    let names = quoted.windows(3).enumerate().filter(|(at, _)| at % 2 == 0);
    let named =
        |around: &[&str]| around[2].starts_with(':') || (around[0].ends_with('(') && around[2].starts_with(", "));
    names.filter(|(_, around)| named(around)).map(|(_, around)| around[1].to_owned()).collect()
}

/// What the sources write for a type: the text of its `json!` calls.
fn source_of(kind: &str) -> String {
    let (told, contract) = (file("src/embed/told.rs"), file("src/embed/contract.rs"));
    let between = |text: &str, from: &str, to: &str| {
        let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("there is no {from}"));
        rest.split_once(to).unwrap_or_else(|| panic!("there is no {to} after {from}")).0.to_owned()
    };
    match kind {
        "ready" => between(&told, "\"ready\", ", ");"),
        "resized" => between(&told, "\"resized\", ", ");"),
        "plan-ready" => between(&told, "fn plan(", "\n}\n"),
        "step-changed" => between(&told, "\"step-changed\",", "));"),
        "completed" => between(&told, "let sites = run.brief.sites", "\n}\n"),
        "blocked" => between(&told, "fn block(", ";"),
        "failed" => between(&told, "\"failed\", json!(", "})"),
        "closed" => String::new(),
        "credential" => between(&contract, "\"credential\",", "),\n        Tell"),
        "bridge-request" => {
            let bridge = file("src/protocol/business_central/bridge.rs");
            between(&bridge, "fn ask(", "/// What the page around said")
                + &between(&file("src/flow/net.rs"), "members", "out.push(Effect::Tell")
        }
        other => panic!("{other} is new: say where it is written"),
    }
}

#[test]
fn partners_are_promised_what_is_written() {
    let types = file("www/contract.d.ts");
    for kind in TYPES {
        let start = format!("interface {} extends Told<\"{kind}\">", interface(kind));
        let promised = members(&body(&types, &start));
        assert_eq!(written(&source_of(kind)), promised, "{kind}");
    }
    assert_eq!(types.matches("extends Told<").count(), TYPES.len());
}

#[test]
fn every_event_is_passed_on_typed_and_documented() {
    let (script, types, guide) = (file("www/embed.js"), file("www/embed.d.ts"), file("docs/embedding.md"));
    let (_, list) = script.split_once("const TYPES = [").expect("the list of types");
    let (list, _) = list.split_once(']').expect("its end");
    let passed: Vec<&str> = list.split(',').map(|kind| kind.trim().trim_matches('"')).collect();
    assert_eq!(passed, TYPES);
    let map = body(&types, "interface EntradaEventMap");
    assert_eq!(map.lines().filter(|line| !line.is_empty()).count(), TYPES.len());
    for kind in TYPES {
        assert!(map.contains(&format!("\"entrada-{kind}\": CustomEvent<{}>;", interface(kind))), "{kind}");
        assert!(guide.contains(&format!("| `entrada-{kind}` |")), "docs/embedding.md does not tell of {kind}");
    }
}

#[test]
fn what_can_be_set_is_the_same_everywhere() {
    let (script, types, guide) = (file("www/embed.js"), file("www/contract.d.ts"), file("docs/embedding.md"));
    let listed = |start: &str, end: char| {
        let (_, list) = script.split_once(start).expect("a list");
        list.split_once(end).expect("its end").0.to_owned()
    };
    let options: BTreeSet<String> =
        listed("const OPTIONS = [", ']').split('"').skip(1).step_by(2).map(str::to_owned).collect();
    let mut promised = members(&body(&types, "interface SetupOptions"));
    for name in ["theme", "bridge"] {
        assert!(promised.remove(name), "{name}");
    }
    assert_eq!(options, promised);
    let themes = members(&listed("const THEME = {", '}'));
    assert_eq!(themes, members(&body(&types, "interface Theme")));
    let flow = file("src/flow/theme.rs");
    for theme in &themes {
        assert!(flow.contains(&format!("(\"{theme}\", ")), "{theme} is not read");
    }
    let css = file("www/tokens.css");
    for property in listed("const THEME = {", '}').split('"').skip(1).step_by(2) {
        let property = format!("--entrada-{property}");
        assert!(flow.contains(&format!("\"{property}\"")) && css.contains(&format!("var({property}")), "{property}");
        assert!(guide.contains(&format!("| `{property}` |")), "docs/embedding.md does not tell of {property}");
    }
}

/// The element speaks to one origin, and so does the frame's pipe: a wildcard would tell everybody.
#[test]
fn nothing_is_posted_to_just_anybody() {
    for name in ["www/embed.js", "www/frame.js"] {
        let script = file(name);
        assert!(script.contains("postMessage(") && !script.contains("\"*\"") && !script.contains("'*'"), "{name}");
    }
}

mod forgeries {
    //! Any sequence of messages from anywhere, held against a second, plain reading of the rules.

    use entrada::embed::{Told, contract, told};
    use entrada::flow::host::{Standing, Surface};
    use entrada::flow::{Event, Model, Moment, Start, update};
    use entrada::protocol::entropy::Entropy;
    use entrada::protocol::json;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::{Value, json};

    const PORTAL: &str = "https://portal.example";

    fn framed() -> Model {
        let mut config: Value = serde_json::from_str(&super::file("www/config.json")).expect("JSON");
        config["clientId"] = json!("c0ffee00-e474-4da0-8000-000000000001");
        config["embedding"] = json!({ "hosts": [{ "origin": PORTAL, "credential": true }] });
        let mut model = Model::at(Surface::Frame);
        let start = Start {
            address: "https://setup.example/".into(),
            config: Ok(config.to_string()),
            storage: None,
            languages: vec!["en".into()],
            surface: Surface::Frame,
            build: "test",
        };
        happens(&mut model, Event::Started(Box::new(start)));
        model
    }

    fn happens(model: &mut Model, event: Event) {
        update(model, event, Moment { now: 1, entropy: Entropy::new([7; 32]) });
    }

    fn one(of: &[Value]) -> impl Strategy<Value = Value> + use<> {
        select(of.to_vec())
    }

    /// Nearly sound: each member is right more often than not.
    fn message() -> impl Strategy<Value = (String, Value)> {
        let origins = [PORTAL, PORTAL, PORTAL, "https://portal.example.evil", "http://portal.example", "null", ""];
        let kinds = ["hello", "hello", "close", "bridge-answer", "ready", "credential", ""].map(Value::from);
        let odd = || one(&[json!(null), json!(true), json!("1"), json!(-1), json!(1.5), json!([1]), json!({ "a": 1 })]);
        let options = one(&[
            json!(null),
            json!({}),
            json!({ "preset": "heyloyalty", "theme": { "accent": "#fff" } }),
            json!({ "x": [1] }),
        ]);
        (
            select(origins.map(str::to_owned).to_vec()),
            prop_oneof![9 => Just(json!(1)), 1 => odd()],
            prop_oneof![9 => one(&kinds), 1 => odd()],
            prop_oneof![9 => one(&[json!("a"), json!("a"), json!("b"), json!("")]), 1 => odd()],
            prop_oneof![9 => (0_u64..12).prop_map(Value::from), 1 => odd()],
            prop_oneof![9 => options, 1 => odd()],
        )
            .prop_map(|(from, entrada, kind, id, seq, options)| {
                let data = json!({ "entrada": entrada, "type": kind, "id": id, "seq": seq, "options": options,
                    "request": "r", "ok": true });
                (from, data)
            })
    }

    /// The rules once more, without what the program knows: element and place of the last message that was heard.
    #[derive(Default)]
    struct Plain {
        heard: Option<(String, u64)>,
        closed: bool,
    }

    impl Plain {
        fn hears(&mut self, from: &str, data: &Value) {
            let (Some(1), Some(kind), Some(id), Some(seq)) =
                (data["entrada"].as_u64(), data["type"].as_str(), data["id"].as_str(), data["seq"].as_u64())
            else {
                return;
            };
            let options = &data["options"];
            if from != PORTAL || self.closed || id.is_empty() || seq == 0 {
                return;
            }
            match (&self.heard, kind) {
                (None, "hello") if options.is_null() || options.is_object() => self.heard = Some((id.to_owned(), seq)),
                (Some((known, last)), "close" | "bridge-answer") if known == id && seq > *last => {
                    self.closed = kind == "close";
                    self.heard = Some((id.to_owned(), seq));
                }
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn no_forgery_is_accepted_and_none_is_answered(messages in proptest::collection::vec(message(), 0..12)) {
            let (mut model, mut teller, mut plain) = (framed(), Told::default(), Plain::default());
            let mut answers = Vec::new();
            for (from, data) in messages {
                let text = json!({ "from": from, "data": data }).to_string();
                happens(&mut model, contract::heard(&json::parse(&text).expect("JSON")));
                answers.extend(told(&model, &mut teller));
                plain.hears(&from, &data);
                prop_assert_eq!(model.host.standing == Standing::Open, plain.heard.is_some() && !plain.closed, "{}", text);
                prop_assert_eq!(model.host.standing == Standing::Closed, plain.closed, "{}", text);
            }
            let expected = usize::from(plain.heard.is_some()) + usize::from(plain.closed);
            let to_portal = answers.iter().filter(|it| it["to"] == PORTAL).count();
            prop_assert_eq!((answers.len(), to_portal), (expected, expected));
        }
    }
}
