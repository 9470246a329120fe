//! Every finding is explained on the page and in `docs/errors.md`, and every sentence exists in every language with the
//! same slots. Read from the sources where the program itself does not know: what a code may fill into its sentences
//! stands in the documentation of `FindingCode`.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where its ground is missing")]

use entrada::flow::finding::FindingCode;
use entrada::text::{self, LANGUAGES, Message, findings};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn file(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every message of the page.
fn messages() -> Vec<Message> {
    text::all().collect()
}

/// The names between braces.
fn slots(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// Code and the slots its documentation promises, out of `codes! { … }`.
fn promised_slots() -> BTreeMap<String, BTreeSet<String>> {
    let source = file("src/flow/finding.rs");
    let (_, list) = source.split_once("\ncodes! {\n").expect("the list of codes");
    let (list, _) = list.split_once("\n}\n").expect("the end of the list");
    let mut promised = BTreeMap::new();
    let mut slots = BTreeSet::new();
    for line in list.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            if let Some((_, names)) = doc.split_once("Slots:") {
                slots = names.trim().trim_end_matches('.').split(',').map(first_word).collect();
            }
        } else if let Some((_, code)) = line.split_once(" = ") {
            promised.insert(code.trim_matches(['"', ';']).to_owned(), std::mem::take(&mut slots));
        }
    }
    promised
}

/// `number (AADSTS number)` is the slot `number`.
fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Code and headline of each entry of `docs/errors.md`, in order.
fn documented() -> Vec<(String, String)> {
    let text = file("docs/errors.md");
    let entries = text.split("\n### ").skip(1);
    entries
        .map(|entry| {
            let (code, rest) = entry.split_once('\n').expect("an entry has lines");
            let says = rest.strip_prefix("- **Says:** ").unwrap_or_else(|| panic!("{code}: Says comes first"));
            for part in ["\n- **Cause:** ", "\n- **Who, how:** ", "\n- **By then:** "] {
                assert_eq!(rest.matches(part).count(), 1, "{code}: one{part:?}");
            }
            (code.to_owned(), says.lines().next().unwrap_or_default().to_owned())
        })
        .collect()
}

#[test]
fn every_code_has_sentences_in_the_same_order() {
    let codes: Vec<_> = FindingCode::ALL.iter().map(|code| code.code()).collect();
    let explained: Vec<_> = findings::all().map(|(code, _)| code).collect();
    assert_eq!(explained, codes);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "codes are unique");
}

#[test]
fn sentences_use_only_the_slots_their_code_documents() {
    let promised = promised_slots();
    assert_eq!(promised.len(), FindingCode::ALL.len(), "the list was read whole");
    for (code, sentences) in findings::all() {
        for message in [sentences.what, sentences.why, sentences.fix] {
            for slot in slots(message.english()) {
                assert!(promised[code].contains(slot), "{}: {{{slot}}} is not documented", message.key());
            }
        }
    }
}

#[test]
fn every_code_is_documented_with_what_the_page_says() {
    let expected: Vec<_> =
        findings::all().map(|(code, sentences)| (code.to_owned(), sentences.what.english().to_owned())).collect();
    assert_eq!(documented(), expected);
}

#[test]
fn keys_are_unique() {
    let messages = messages();
    let mut keys = BTreeSet::new();
    for message in &messages {
        assert!(keys.insert(message.key()), "{} stands twice", message.key());
    }
    assert!(messages.iter().all(|message| !message.english().is_empty()));
}

#[test]
fn no_file_of_messages_is_forgotten_here() {
    let declaring: BTreeSet<_> = fs::read_dir(path("src/text"))
        .expect("src/text")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| fs::read_to_string(path).is_ok_and(|source| source.contains("messages! {")))
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect();
    assert_eq!(declaring, BTreeSet::from(["en".to_owned(), "screens".to_owned()]));
}

const ORDER: &str = "not in the order of src/text/; `cargo test --test catalogue -- --ignored` puts it right";

/// Not a test: a tool for whoever adds sentences, who may write them into the language files anywhere.
#[test]
#[ignore = "writes the language files in order, proves nothing"]
fn put_languages_in_order() {
    for (language, _) in LANGUAGES.into_iter().filter(|(language, _)| *language != "en") {
        let name = format!("www/text/{language}.json");
        let text = file(&name);
        let line_of = |message: Message| {
            let start = format!("  \"{}\": ", message.key());
            let line =
                text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{name} lacks {start}"));
            line.trim_end_matches(',').to_owned()
        };
        let lines: Vec<_> = text::all().map(line_of).collect();
        fs::write(path(&name), format!("{{\n{}\n}}\n", lines.join(",\n"))).expect("it can be written");
    }
}

#[test]
fn every_language_has_every_sentence_with_the_same_slots() {
    for (language, _) in LANGUAGES.into_iter().filter(|(language, _)| *language != "en") {
        let name = format!("www/text/{language}.json");
        let text = file(&name);
        let spoken: BTreeMap<String, String> = serde_json::from_str(&text).expect("an object of texts");
        let lines = text.lines().filter(|line| line.starts_with("  \"")).count();
        assert_eq!(lines, spoken.len(), "{name}: one line for each key, each key once");

        let messages = messages();
        for message in &messages {
            let said = spoken.get(message.key()).unwrap_or_else(|| panic!("{name} lacks {}", message.key()));
            assert_eq!(slots(said), slots(message.english()), "{name}: {}", message.key());
            assert!(said.trim() == said && !said.is_empty(), "{name}: {}", message.key());
        }
        let keys: BTreeSet<_> = messages.iter().map(|message| message.key()).collect();
        let extra: Vec<_> = spoken.keys().filter(|key| !keys.contains(key.as_str())).collect();
        assert!(extra.is_empty(), "{name} has keys nobody uses: {extra:?}");

        // The page finds a sentence by its place.
        for (line, message) in text.lines().skip(1).zip(&messages) {
            let key = line.trim_start().trim_start_matches('"').split('"').next().unwrap_or_default();
            assert_eq!(key, message.key(), "{name}: {ORDER}");
        }

        let same = messages.iter().filter(|message| spoken[message.key()] == message.english()).count();
        assert!(same * 20 < messages.len(), "{name}: {same} sentences are still English");
    }
}
