//! Which room may look at which. The compiler keeps the browser out of the pure rooms; this keeps the rest.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms it may name with `crate::`.
const ARROWS: [(&str, &[&str]); 8] = [
    ("protocol", &["protocol"]),
    ("text", &["text"]),
    ("config", &["config", "protocol"]),
    ("flow", &["flow", "protocol", "config", "text"]),
    ("view_model", &["view_model", "flow", "protocol", "text"]),
    ("ui", &["ui", "view_model", "flow", "text"]),
    ("embed", &["embed", "flow", "protocol"]),
    ("browser", &["browser", "flow", "protocol", "view_model", "embed"]),
];

/// What no pure room may mention, whatever the target.
const IMPURE: [&str; 9] = [
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "gloo_net",
    "yew::",
    "SystemTime",
    "Instant::now",
    "getrandom",
    "std::thread",
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Rooms named after `crate::` in a line, comments left out.
fn named(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("crate::")
        .map(|(place, word)| {
            let rest = &code[place + word.len()..];
            rest.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect()
        })
        .filter(|room: &String| !room.is_empty())
        .collect()
}

fn offences(room: &str, allowed: &[&str], text: &str) -> Vec<String> {
    let known = |name: &str| ARROWS.iter().any(|(room, _)| *room == name);
    text.lines()
        .flat_map(|line| named(line).into_iter().map(move |name| (name, line)))
        .filter(|(name, _)| known(name) && !allowed.contains(&name.as_str()))
        .map(|(name, line)| format!("{room} must not look at {name}: {}", line.trim()))
        .collect()
}

#[test]
fn no_use_points_the_wrong_way() {
    let mut found = Vec::new();
    let mut read = 0;
    for (room, allowed) in ARROWS {
        for path in files(&source().join(room)) {
            read += 1;
            let text = fs::read_to_string(&path).expect("a source file can be read");
            found.extend(offences(room, allowed, &text).into_iter().map(|it| format!("{}: {it}", path.display())));
        }
    }
    assert!(read > 40, "only {read} files were read");
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn pure_rooms_mention_neither_browser_nor_clock() {
    let mut found = Vec::new();
    for room in ["protocol", "config", "flow", "view_model", "text", "embed"] {
        for path in files(&source().join(room)) {
            let text = fs::read_to_string(&path).expect("a source file can be read");
            for (index, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                if let Some(word) = IMPURE.iter().find(|word| code.contains(**word)) {
                    found.push(format!("{}:{} mentions {word}", path.display(), index + 1));
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn nothing_is_drawn_from_text_and_no_raw_colour_stands_outside_the_tokens() {
    for path in files(&source().join("ui")) {
        let text = fs::read_to_string(&path).expect("a source file can be read");
        for word in ["from_html_unchecked", "inner_html", "set_inner_html", "style="] {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
    let css = fs::read_to_string(source().join("../www/app.css")).expect("the style sheet can be read");
    for (index, line) in css.lines().enumerate() {
        let colour = line.contains("rgb(")
            || line.contains("hsl(")
            || line.split('#').skip(1).any(|rest| {
                let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
                matches!(digits, 3 | 4 | 6 | 8) && line.trim_end().ends_with(';')
            });
        assert!(!colour, "app.css:{} has a raw colour: {line}", index + 1);
    }
}

#[test]
fn a_wrong_arrow_is_noticed() {
    let text = "use crate::flow::Event; // crate::ui\nlet x = crate::browser::Runtime;";
    assert_eq!(offences("protocol", &["protocol"], text).len(), 2);
    assert_eq!(offences("flow", &["flow", "browser"], text).len(), 0);
}
