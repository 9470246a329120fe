//! Every sentence. English is compiled in, as the source; other languages are JSON files in `www/text/`, loaded only
//! by those who want them, because three languages inside the wasm would cost everybody their bytes.
//! `tests/catalogue.rs` checks that every key exists in every language, in the same order and with the same `{slots}`.

pub mod en;
pub mod findings;
pub mod screens;

use crate::gather::Gather;
use std::rc::Rc;

/// One sentence: its place among all. The English text, and what a language file holds, are lines in the same order, so the
/// wasm carries neither keys nor a table of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message(u16);

/// What the files of sentences hold, in the order of their places: keys and English, a line each.
type Part = (&'static str, &'static str);

const PARTS: [Part; 6] =
    [en::LINES, screens::LINES, findings::LINES[0], findings::LINES[1], findings::LINES[2], findings::LINES[3]];

/// The English alone: whoever took it from the parts would keep their keys in the wasm.
const ENGLISH: [&str; PARTS.len()] = {
    let (mut english, mut part) = ([""; PARTS.len()], 0);
    while part < PARTS.len() {
        english[part] = PARTS[part].1;
        part += 1;
    }
    english
};

/// Declares messages as constants. `START`, in scope, is the place of the first.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "only counts")]
        enum Place { $($name,)* Behind }

        $(
            $(#[$doc])*
            #[doc = $text]
            pub const $name: $crate::text::Message = $crate::text::Message(START + Place::$name as u16);
        )*

        /// The place behind the last.
        pub(super) const END: u16 = START + Place::Behind as u16;
        pub(super) const LINES: super::Part =
            (concat!($(stringify!($name), "\n"),*), concat!($($text, "\n"),*));
    };
}
pub(crate) use messages;

/// Every message, for native tools.
#[cfg(not(target_arch = "wasm32"))]
pub fn all() -> impl Iterator<Item = Message> {
    (0..findings::END).map(Message)
}

#[cfg(not(target_arch = "wasm32"))]
impl Message {
    /// Key in the language files: the constant's name, or the code of a finding and the part of it.
    pub fn key(self) -> &'static str {
        self.line(PARTS.map(|(keys, _)| keys))
    }

    /// English.
    pub fn english(self) -> &'static str {
        self.line(ENGLISH)
    }

    fn line(self, parts: [&'static str; PARTS.len()]) -> &'static str {
        parts.into_iter().flat_map(str::lines).nth(self.0.into()).unwrap_or_default()
    }
}

/// FNV-1a over keys, each with the line's end behind it.
const fn mark(mut mark: u32, keys: &[u8]) -> u32 {
    let mut at = 0;
    while at < keys.len() {
        mark = (mark ^ keys[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    mark
}

const NO_KEYS: u32 = 0x811c_9dc5;
/// Tells whether a language file belongs to this program: one from before the last update lies in caches.
const ALL_KEYS: u32 = {
    let (mut all, mut part) = (NO_KEYS, 0);
    while part < PARTS.len() {
        all = mark(all, PARTS[part].0.as_bytes());
        part += 1;
    }
    all
};

/// The sentences of the language in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    language: String,
    lines: Rc<Vec<String>>,
}

impl Default for Catalogue {
    fn default() -> Self {
        let lines = ENGLISH.iter().flat_map(|part| part.lines()).map(str::to_owned).gather();
        Self { language: "en".into(), lines: Rc::new(lines) }
    }
}

impl Catalogue {
    /// A language with the keys and sentences of its file; `None` unless these are the keys of this program in its order.
    pub fn with<'a>(language: &str, sentences: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut keys, mut lines) = (NO_KEYS, Vec::new());
        for (key, sentence) in sentences {
            keys = mark(mark(keys, key.as_bytes()), b"\n");
            lines.push(sentence.to_owned());
        }
        (keys == ALL_KEYS).then(|| Self { language: language.to_owned(), lines: Rc::new(lines) })
    }

    /// Language tag.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// A sentence without slots.
    #[inline(never)]
    pub fn get(&self, message: Message) -> &str {
        self.lines.get(usize::from(message.0)).map_or("", String::as_str)
    }

    /// A sentence as an owned text.
    #[inline(never)]
    pub fn say(&self, message: Message) -> String {
        self.get(message).to_owned()
    }

    /// A sentence with its `{slots}` filled.
    #[inline(never)]
    pub fn fill(&self, message: Message, slots: &[(&str, &str)]) -> String {
        fill(self.get(message), slots)
    }
}

/// Fills `{slots}` in one pass, so that a value which looks like a slot stays what it is.
pub fn fill(text: &str, slots: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        filled.push_str(before);
        let found = after.find('}').and_then(|close| {
            let name = &after[1..close];
            slots.iter().find(|(slot, _)| *slot == name).map(|(_, value)| (close, *value))
        });
        if let Some((close, value)) = found {
            filled.push_str(value);
            rest = &after[close + 1..];
        } else {
            filled.push('{');
            rest = &after[1..];
        }
    }
    filled.push_str(rest);
    filled
}

/// Languages the page knows, with their own names.
pub const LANGUAGES: [(&str, &str); 3] = [("en", "English"), ("da", "Dansk"), ("de", "Deutsch")];

/// Chooses a language: the first the browser wants that is offered, else the default.
pub fn negotiate(wanted: &[String], offered: &[String], default: &str) -> String {
    wanted
        .iter()
        .filter_map(|tag| tag.split('-').next())
        .find_map(|primary| offered.iter().find(|language| language.eq_ignore_ascii_case(primary)))
        .map_or_else(|| default.to_owned(), Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_once() {
        assert_eq!(fill("Hello {name}, {count} new", &[("name", "{count}"), ("count", "2")]), "Hello {count}, 2 new");
        assert_eq!(fill("{unknown} {", &[]), "{unknown} {");
        let english = Catalogue::default();
        assert_eq!(english.fill(en::ENDS, &[("date", "1 May")]), "Ends on 1 May.");
    }

    #[test]
    fn every_message_stands_in_its_place() {
        let english = Catalogue::default();
        for message in all() {
            assert_eq!(english.get(message), message.english());
            assert!(!message.key().is_empty() && !message.english().is_empty());
        }
        assert_eq!(english.lines.len(), usize::from(findings::END), "no sentence has two lines");
        for (message, key, text) in [
            (en::STAGE_WELCOME, "STAGE_WELCOME", "Welcome"),
            (screens::SKIP_TO_CONTENT, "SKIP_TO_CONTENT", "Skip to the content"),
            (findings::Who::You.message(), "who.you", "You"),
        ] {
            assert_eq!((message.key(), message.english()), (key, text));
        }
    }

    #[test]
    fn a_language_needs_every_key_of_this_program_in_order() {
        let sentences: Vec<_> = all().map(|message| (message.key(), "ord")).collect();
        let language = |sentences: &[(&'static str, &'static str)]| Catalogue::with("da", sentences.iter().copied());
        let danish = language(&sentences).unwrap();
        assert_eq!((danish.language(), danish.get(en::STAGE_PLAN)), ("da", "ord"));
        assert_eq!(language(&sentences[1..]), None);
        let mut turned = sentences.clone();
        turned.swap(3, 4);
        assert_eq!(language(&turned), None);
        let mut joined = sentences;
        joined.push(("NEW", "ny"));
        assert_eq!(language(&joined), None);
    }

    #[test]
    fn the_first_wanted_language_on_offer_wins() {
        let offered = ["en".to_owned(), "da".to_owned()];
        assert_eq!(negotiate(&["de-AT".into(), "da-DK".into()], &offered, "en"), "da");
        assert_eq!(negotiate(&["fr".into()], &offered, "en"), "en");
    }
}
