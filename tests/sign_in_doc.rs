//! `docs/sign-in.md` names a test for every rule, case, pain and mutation: each of them has to exist.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !entry.ends_with("target") {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// Names of tests in a text: in backticks, three words or more in snake case.
fn named(text: &str) -> Vec<&str> {
    let words = text.split('`').skip(1).step_by(2);
    words
        .filter(|word| word.matches('_').count() >= 1 && !word.contains(['.', '/', '=']))
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'))
        .collect()
}

/// The last columns of the tables and the lines between them; the first column may hold Entra's and MSAL's own words.
fn said(line: &str) -> String {
    if line.starts_with('|') { line.split('|').skip(3).collect() } else { line.to_owned() }
}

#[test]
fn every_test_that_the_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/sign-in.md")).unwrap();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("tests"), &mut files);
    let code: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let mut seen = 0;
    for line in text.lines() {
        let line = said(line);
        for name in named(&line) {
            let known = ["session_rules", "step_up", "bad_input", "main_job", "sign_in", "bad_token", "user_cancelled"];
            if !known.contains(&name) {
                assert!(
                    code.contains(&format!("fn {name}(")),
                    "docs/sign-in.md names a test that is not there: {name}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn every_rule_case_and_pain_has_its_line() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sign-in.md")).unwrap();
    let rows = |heading: &str| {
        let part = text.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
        part.lines().filter(|line| line.starts_with("| ")).count() - 1
    };
    assert_eq!((rows("## Checklist (4.3)"), rows("## The nine cases (3.2)"), rows("## The pains (5)")), (15, 9, 14));
    assert!(rows("## Mutations") >= 60);
}
