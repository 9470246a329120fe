//! The sentences of every finding: what, why, what to do, who can. Keyed by the stable code word, because this room
//! looks at nothing, `flow` included; `tests/catalogue.rs` joins both lists. The long form is `docs/errors.md`.
//!
//! House rules, checked below: short (each byte is in the wasm), no blame, no exclamation mark, only the slots that
//! `flow::finding` documents, and portal places by their full path.

mod calls;
mod checks;
mod sign_in;

use super::{Message, Part};

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

/// Names of those who can, in the order of [`Who`].
const WHO: Part = (
    "who.you\nwho.entra_admin\nwho.business_central_admin\nwho.host\nwho.wait\nwho.partner\nwho.support\n",
    "You\n\
     An administrator of your Microsoft Entra tenant\n\
     An administrator of Business Central\n\
     Whoever hosts this page\n\
     Nobody: it takes a little time\n\
     The supplier of the integration\n\
     Support, with the details shown here\n",
);

impl Who {
    /// Its name.
    pub fn message(self) -> Message {
        Message(START + 3 * CODES + self as u16)
    }
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

/// Declares one file's sentences: code, who, what, why, fix.
macro_rules! sentences_of {
    ($($code:ident $who:ident $what:literal $why:literal $fix:literal)*) => {
        pub(super) const LINES: crate::text::Part = (
            concat!($(stringify!($code), ".what\n", stringify!($code), ".why\n", stringify!($code), ".fix\n"),*),
            concat!($($what, "\n", $why, "\n", $fix, "\n"),*),
        );
        pub(super) static WHO: &[super::Who] = &[$(super::Who::$who),*];
    };
}
use sentences_of;

const START: u16 = super::screens::END;
#[expect(clippy::cast_possible_truncation, reason = "some hundred")]
const CODES: u16 = (sign_in::WHO.len() + checks::WHO.len() + calls::WHO.len()) as u16;
/// The place behind the last.
#[cfg(not(target_arch = "wasm32"))]
pub(super) const END: u16 = START + 3 * CODES + Who::Support as u16 + 1;
/// The findings in the order of `flow::finding`, then who can.
pub(super) const LINES: [Part; 4] = [sign_in::LINES, checks::LINES, calls::LINES, WHO];

/// The sentences of a code, which is given by its place in `flow::finding`.
pub fn sentences(place: u16) -> Option<Sentences> {
    let who = *sign_in::WHO.iter().chain(checks::WHO).chain(calls::WHO).nth(place.into())?;
    let what = START + 3 * place;
    Some(Sentences { what: Message(what), why: Message(what + 1), fix: Message(what + 2), who })
}

/// Every code with its sentences, for native tools.
#[cfg(not(target_arch = "wasm32"))]
pub fn all() -> impl Iterator<Item = (&'static str, Sentences)> {
    (0..CODES).filter_map(sentences).map(|said| (said.what.key().trim_end_matches(".what"), said))
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
            assert_eq!(own.what.key(), format!("{code}.what"));
            assert_eq!(own.why.key(), format!("{code}.why"));
            assert_eq!(own.fix.key(), format!("{code}.fix"));
        }
        assert!(all().count() > 60, "the tables are joined");
        assert_eq!(sentences(CODES), None);
    }

    #[test]
    fn who_can_is_named() {
        for (who, key) in [(Who::You, "who.you"), (Who::Wait, "who.wait"), (Who::Support, "who.support")] {
            assert_eq!(who.message().key(), key);
        }
    }

    #[test]
    fn sentences_keep_their_length() {
        for (code, own) in all() {
            for (message, limit) in [(own.what, 70), (own.why, 180), (own.fix, 220)] {
                let length = message.english().chars().count();
                assert!(
                    (8..=limit).contains(&length),
                    "{code}: {length} characters, {limit} at most: {}",
                    message.english()
                );
            }
        }
    }

    #[test]
    fn sentences_keep_their_form() {
        for (code, own) in all() {
            assert!(!own.what.english().ends_with('.'), "{code}: a headline has no full stop");
            for message in [own.why, own.fix] {
                assert!(message.english().ends_with(['.', '}']), "{}: a sentence ends in a full stop", message.key());
            }
            for message in [own.what, own.why, own.fix] {
                let text = message.english();
                assert!(slots(text).is_ok(), "{}: {:?}", message.key(), slots(text));
                assert!(text.trim() == text && !text.contains("  "), "{}: stray space", message.key());
                for word in ["!", "lease ", "went wrong", "sorry", "invalid", "unfortunately", "simply", "Azure AD"] {
                    assert!(!text.contains(word), "{}: {word:?}", message.key());
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
