//! Every sentence. English is compiled in, as the source; other languages are JSON files in `www/text/`, loaded only
//! by those who want them, because three languages inside the wasm would cost everybody their bytes.
//! `tests/catalogue.rs` checks that every key exists in every language with the same `{slots}`.

pub mod en;
pub mod findings;
pub mod screens;

use std::rc::Rc;

/// One sentence, by reference: every use in the program is then a single number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message(pub &'static Sentence);

impl std::ops::Deref for Message {
    type Target = Sentence;

    fn deref(&self) -> &Sentence {
        self.0
    }
}

/// A key in the language files and its English text.
#[derive(Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Key, the constant's name.
    pub key: &'static str,
    /// English.
    pub english: &'static str,
}

/// Declares messages as constants, and on the host the list of all of them for the catalogue test.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $(
            $(#[$doc])*
            #[doc = $text]
            pub const $name: $crate::text::Message =
                $crate::text::Message(&$crate::text::Sentence { key: stringify!($name), english: $text });
        )*

        /// All messages of this file; native tools only, so that the page carries none it does not use.
        #[cfg(not(target_arch = "wasm32"))]
        pub const ALL: &[$crate::text::Message] = &[$($name),*];
    };
}
pub(crate) use messages;

/// The sentences of the language in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    language: String,
    overlay: Rc<Vec<(String, String)>>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self { language: "en".into(), overlay: Rc::default() }
    }
}

impl Catalogue {
    /// A language with the keys and sentences of its file.
    pub fn with(language: &str, sentences: Vec<(String, String)>) -> Self {
        Self { language: language.to_owned(), overlay: Rc::new(sentences) }
    }

    /// Language tag.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// A sentence without slots; English where the language lacks it.
    #[inline(never)]
    pub fn get(&self, message: Message) -> &str {
        self.overlay.iter().find(|(key, _)| key == message.key).map_or(message.english, |(_, text)| text)
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

    const GREETING: Message = Message(&Sentence { key: "GREETING", english: "Hello {name}, {count} new" });

    #[test]
    fn slots_are_filled_once() {
        let english = Catalogue::default();
        assert_eq!(english.fill(GREETING, &[("name", "{count}"), ("count", "2")]), "Hello {count}, 2 new");
        assert_eq!(fill("{unknown} {", &[]), "{unknown} {");
    }

    #[test]
    fn a_language_lays_over_english() {
        let danish = Catalogue::with("da", vec![("GREETING".into(), "Hej {name}".into())]);
        assert_eq!(danish.fill(GREETING, &[("name", "Ada")]), "Hej Ada");
    }

    #[test]
    fn the_first_wanted_language_on_offer_wins() {
        let offered = ["en".to_owned(), "da".to_owned()];
        assert_eq!(negotiate(&["de-AT".into(), "da-DK".into()], &offered, "en"), "da");
        assert_eq!(negotiate(&["fr".into()], &offered, "en"), "en");
    }
}
