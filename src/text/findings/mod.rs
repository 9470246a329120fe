//! The sentences of every finding: what, why, what to do, who can. Keyed by the stable code word, because this room
//! looks at nothing, `flow` included; `tests/catalogue.rs` joins both lists. The long form is `docs/errors.md`.
//!
//! House rules, checked below: short (each byte is in the wasm), no blame, no exclamation mark, only the slots that
//! `flow::finding` documents, and portal places by their full path.

mod calls;
mod checks;
mod sign_in;

use super::Message;

/// A message of this file.
macro_rules! message {
    ($key:expr, $english:expr) => {
        crate::text::Message(&crate::text::Sentence { key: $key, english: $english })
    };
}
use message;

/// Who can put it right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The person in front of the page.
    You,
    /// Somebody with a role in Microsoft Entra.
    EntraAdmin,
    /// Somebody who manages users in Business Central.
    BusinessCentralAdmin,
    /// Whoever put this page on a server.
    Host,
    /// Nobody: time does it.
    Wait,
    /// The supplier of the integration or its extension.
    Partner,
    /// Whoever can read the details meant for support.
    Support,
}

impl Who {
    /// Its name.
    pub fn message(self) -> Message {
        match self {
            Self::You => message!("who.you", "You"),
            Self::EntraAdmin => message!("who.entra_admin", "An administrator of your Microsoft Entra tenant"),
            Self::BusinessCentralAdmin => {
                message!("who.business_central_admin", "An administrator of Business Central")
            }
            Self::Host => message!("who.host", "Whoever hosts this page"),
            Self::Wait => message!("who.wait", "Nobody: it takes a little time"),
            Self::Partner => message!("who.partner", "The supplier of the integration"),
            Self::Support => message!("who.support", "Support, with the details shown here"),
        }
    }

    /// All of them, for the catalogue test.
    #[cfg(not(target_arch = "wasm32"))]
    pub const ALL: [Self; 7] =
        [Self::You, Self::EntraAdmin, Self::BusinessCentralAdmin, Self::Host, Self::Wait, Self::Partner, Self::Support];
}

/// What a finding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentences {
    /// Headline, without a full stop.
    pub what: Message,
    /// Cause.
    pub why: Message,
    /// Remedy.
    pub fix: Message,
    /// Who can apply the remedy.
    pub who: Who,
}

/// The key of a code's headline ends in this.
const WHAT: &str = ".what";

impl Sentences {
    /// The code these belong to; kept in the key, so that the wasm holds the word once.
    fn code(&self) -> &'static str {
        self.what.key.strip_suffix(WHAT).unwrap_or(self.what.key)
    }
}

/// Declares one file's sentences as `TABLE`: code, who, what, why, fix.
macro_rules! sentences_of {
    ($($code:ident $who:ident $what:literal $why:literal $fix:literal)*) => {
        pub(super) static TABLE: &[super::Sentences] = &[$(super::Sentences {
            what: super::message!(concat!(stringify!($code), ".what"), $what),
            why: super::message!(concat!(stringify!($code), ".why"), $why),
            fix: super::message!(concat!(stringify!($code), ".fix"), $fix),
            who: super::Who::$who,
        }),*];
    };
}
use sentences_of;

/// In the order of `flow::finding`.
fn table() -> impl Iterator<Item = &'static Sentences> {
    sign_in::TABLE.iter().chain(checks::TABLE).chain(calls::TABLE)
}

/// The sentences of a code.
pub fn sentences(code: &str) -> Option<&'static Sentences> {
    table().find(|sentences| sentences.code() == code)
}

/// Every code with its sentences, for the catalogue test.
#[cfg(not(target_arch = "wasm32"))]
pub fn all() -> impl Iterator<Item = (&'static str, &'static Sentences)> {
    table().map(|sentences| (sentences.code(), sentences))
}

/// Every message of this file, for the catalogue test.
#[cfg(not(target_arch = "wasm32"))]
pub fn messages() -> impl Iterator<Item = Message> {
    let of_findings = table().flat_map(|sentences| [sentences.what, sentences.why, sentences.fix]);
    of_findings.chain(Who::ALL.into_iter().map(Who::message))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Names between braces, or the text after which a brace is not a slot.
    fn slots(text: &str) -> Result<BTreeSet<&str>, &str> {
        let mut found = BTreeSet::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let after = rest[open..].strip_prefix('{').ok_or(rest)?;
            let (name, behind) = after.split_once('}').ok_or(rest)?;
            if name.is_empty() || !name.chars().all(|sign| sign.is_ascii_lowercase()) {
                return Err(rest);
            }
            found.insert(name);
            rest = behind;
        }
        Ok(found)
    }

    #[test]
    fn a_code_leads_to_its_own_sentences() {
        for (code, own) in all() {
            assert_eq!(sentences(code), Some(own), "{code} stands twice or is hidden by another");
            assert_eq!(own.why.key, format!("{code}.why"));
            assert_eq!(own.fix.key, format!("{code}.fix"));
        }
        assert_eq!(sentences("no_such_code"), None);
        assert_eq!(sentences("config_missing.what"), None);
    }

    #[test]
    fn keys_are_unique() {
        let keys: Vec<_> = messages().map(|message| message.key).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        assert!(keys.len() > 200, "the tables are joined");
    }

    #[test]
    fn sentences_keep_their_length() {
        for (code, own) in all() {
            for (message, limit) in [(own.what, 70), (own.why, 180), (own.fix, 220)] {
                let length = message.english.chars().count();
                assert!(
                    (8..=limit).contains(&length),
                    "{code}: {length} characters, {limit} at most: {}",
                    message.english
                );
            }
        }
    }

    #[test]
    fn sentences_keep_their_form() {
        for (code, own) in all() {
            assert!(!own.what.english.ends_with('.'), "{code}: a headline has no full stop");
            for message in [own.why, own.fix] {
                assert!(message.english.ends_with(['.', '}']), "{}: a sentence ends in a full stop", message.key);
            }
            for message in [own.what, own.why, own.fix] {
                let text = message.english;
                assert!(slots(text).is_ok(), "{}: {:?}", message.key, slots(text));
                assert!(text.trim() == text && !text.contains("  "), "{}: stray space", message.key);
                for word in ["!", "lease ", "went wrong", "sorry", "invalid", "unfortunately", "simply", "Azure AD"] {
                    assert!(!text.contains(word), "{}: {word:?}", message.key);
                }
            }
        }
    }

    #[test]
    fn a_broken_slot_is_noticed() {
        assert_eq!(slots("{a} and {b}"), Ok(BTreeSet::from(["a", "b"])));
        for broken in ["{", "}", "{A}", "{}", "{a", "a}", "{a b}"] {
            assert!(slots(broken).is_err(), "{broken}");
        }
    }
}
