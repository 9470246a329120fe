//! Our reader and writer against `serde_json`, which nobody doubts, and the paths of errors.

use super::*;
use proptest::prelude::*;

#[test]
fn an_error_names_its_place() {
    let value = parse(r#"{"presets":[{"id":"a"},{"id":7}]}"#).unwrap();
    let root = Node::root(&value);
    let items = root.member("presets").unwrap().items().unwrap();
    assert_eq!(items[1].member("id").unwrap().text().unwrap_err().at, "$.presets[1].id");
    assert_eq!(items[0].member("name").unwrap_err().to_string(), "$.presets[0].name: this is required");
    assert!(root.only(&["preset"]).unwrap_err().problem.contains("allowed are: preset"));
    assert_eq!(root.text().unwrap_err().at, "$");
}

#[test]
fn numbers_may_come_as_text() {
    let value = parse(r#"{"expires_in":"3599","x":-1}"#).unwrap();
    let root = Node::root(&value);
    assert_eq!(root.member("expires_in").unwrap().whole(), Ok(3599));
    assert!(root.member("x").unwrap().whole().is_err());
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for text in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "1.",
        "-",
        "nul",
        "\"\n\"",
        "\"\\x\"",
        "\"\\ud800\"",
        "[1]x",
        "'a'",
    ] {
        assert!(parse(text).is_err(), "{text:?}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text:?}");
    }
    assert_eq!(parse("{\n  \"a\": ?\n}").unwrap_err().problem, "a value is expected here, at line 2 column 8");
}

#[test]
fn nesting_ends_before_the_stack_does() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(parse(&deep(128)).is_ok());
    assert!(parse(&deep(100_000)).is_err());
}

#[test]
fn of_two_members_with_one_name_the_later_counts() {
    assert_eq!(parse(r#"{"a":1,"a":2}"#).unwrap()["a"].as_u64(), Some(2));
}

#[test]
fn objects_are_written_in_their_order() {
    let value = json!({ "b": "x", "a": vec![true.into(), Value::Null, 7_u32.into()], "c": None::<String> });
    assert_eq!(value.to_line(), r#"{"b":"x","a":[true,null,7],"c":null}"#);
    assert_eq!(
        value.to_pretty(),
        "{\n  \"b\": \"x\",\n  \"a\": [\n    true,\n    null,\n    7\n  ],\n  \"c\": null\n}"
    );
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f32>().prop_map(|number| f64::from(number).into()),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_and_written_alike(value in any_json()) {
        let (line, pretty) = (value.to_string(), serde_json::to_string_pretty(&value).unwrap());
        prop_assert_eq!(parse(&line).unwrap().to_line(), line.clone());
        prop_assert_eq!(parse(&pretty).unwrap().to_pretty(), pretty);
    }

    #[test]
    fn text_that_looks_like_json_is_judged_alike(text in r#"[\[\]{}:,"\\ubn0-9eE.+\- a-f\x00-\x20é😀]{0,12}"#) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Their numbers must fit a float; ours keep their text.
        if !theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range")) {
            prop_assert_eq!(parse(&text).is_ok(), theirs.is_ok(), "{:?}", text);
        }
    }
}
