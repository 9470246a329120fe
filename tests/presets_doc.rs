//! The table in `docs/presets.md` says what `www/config.json` ships.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its ground is missing")]

use serde_json::Value;
use std::fs;
use std::path::Path;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {value}"))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A list of codes in one cell.
fn codes<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(code).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn members<'a>(preset: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    preset[name].as_array().into_iter().flatten()
}

/// A permission set is named by its role id, alone or with what tells it from others of that id.
fn role_id(set: &Value) -> &str {
    set.as_str().unwrap_or_else(|| text(set, "roleId"))
}

fn kind(preset: &Value) -> String {
    let mut kind = match text(preset, "kind") {
        "ownApplication" => "own application".to_owned(),
        "vendorApplication" => format!("vendor's application {}", code(text(preset, "clientId"))),
        other => panic!("docs/presets.md has no words for the kind {other}"),
    };
    if preset["applicationUser"] == Value::Bool(false) {
        kind.push_str(", no user in Business Central");
    }
    kind
}

/// What a preset's line holds before the column that is written by hand.
fn cells(preset: &Value) -> Vec<String> {
    vec![
        code(text(preset, "id")),
        text(preset, "name").to_owned(),
        kind(preset),
        codes(members(preset, "permissionSets").map(role_id)),
        codes(members(preset, "appRoles").map(|role| role.as_str().expect("a role is text"))),
    ]
}

/// Lines of the table without its head, in cells.
fn documented(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.filter(|row| !row.starts_with("id |")).map(|row| row.split(" | ").map(str::to_owned).collect()).collect()
}

/// The first line that is not as it should be, in words that say what to write.
fn difference(presets: &[Value], rows: &[Vec<String>]) -> Option<String> {
    for (index, preset) in presets.iter().enumerate() {
        let expected = cells(preset);
        let row = rows.get(index).map_or(&[][..], Vec::as_slice);
        let why = row.get(expected.len()).filter(|_| row.first() == expected.first());
        if row.get(..expected.len()) != Some(&expected[..]) || why.is_none_or(|why| why.trim().is_empty()) {
            let why = why.map_or("(write why it needs these)", String::as_str);
            return Some(format!("line {} of the table has to be:\n| {} | {why} |\n", index + 1, expected.join(" | ")));
        }
    }
    rows.get(presets.len()).map(|row| format!("no preset of config.json is {}; remove its line", row[0]))
}

fn presets() -> Vec<Value> {
    let config: Value = serde_json::from_str(&file("www/config.json")).expect("config.json is JSON");
    config["presets"].as_array().expect("presets").clone()
}

#[test]
fn the_table_equals_the_configuration() {
    if let Some(difference) = difference(&presets(), &documented(&file("docs/presets.md"))) {
        panic!("docs/presets.md: {difference}");
    }
}

#[test]
fn every_kind_of_difference_is_told() {
    let presets = presets();
    let rows: Vec<_> = presets
        .iter()
        .map(|preset| {
            let mut row = cells(preset);
            row.push("because".to_owned());
            row
        })
        .collect();
    assert_eq!(difference(&presets, &rows), None);

    let told = difference(&presets, &rows[1..]).expect("a missing line is told");
    assert!(told.contains(&format!("| {} | (write why", cells(&presets[0]).join(" | "))), "{told}");

    let mut changed = rows.clone();
    changed[1][3] = "`SUPER`".to_owned();
    let told = difference(&presets, &changed).expect("another set is told");
    assert!(told.contains(&format!("| {} | because |", cells(&presets[1]).join(" | "))), "{told}");

    let mut silent = rows.clone();
    silent[0].pop();
    assert!(difference(&presets, &silent).is_some(), "a line says why");

    let mut extra = rows.clone();
    extra.push(vec!["`gone`".to_owned()]);
    assert!(difference(&presets, &extra).is_some_and(|told| told.contains("`gone`")));
}
