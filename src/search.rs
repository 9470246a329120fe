//! Looking for words in texts. The standard library's search is built for long texts and long words; ours are sentences, and its
//! two algorithms would weigh more than all that is looked for. And reading numbers, for the same reason.

/// What stands before and behind the first place of a word; an empty one stands at the beginning.
#[inline(never)]
pub(crate) fn around<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let mut place = 0;
    while !text.as_bytes().get(place..)?.starts_with(word.as_bytes()) {
        place += 1;
    }
    let (before, rest) = text.split_at(place);
    Some((before, &rest[word.len()..]))
}

/// The text with another word in every place of one that is not empty.
#[inline(never)]
pub(crate) fn replaced(text: &str, word: &str, other: &str) -> String {
    let (mut whole, mut rest) = (String::new(), text);
    while let (Some((before, behind)), false) = (around(rest, word), word.is_empty()) {
        whole.push_str(before);
        whole.push_str(other);
        rest = behind;
    }
    whole + rest
}

/// A whole number written in digits alone. The standard library's reader allows a sign and is a copy for each type.
#[inline(never)]
pub(crate) fn whole(text: &str) -> Option<u64> {
    let (mut digits, mut value) = (text.chars(), 0_u64);
    value += u64::from(digits.next()?.to_digit(10)?);
    for digit in digits {
        value = value.checked_mul(10)?.checked_add(digit.to_digit(10)?.into())?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_is_found() {
        assert_eq!(around("a, b, c", ", "), Some(("a", "b, c")));
        assert_eq!(around("æøå CorrelationId: x", "CorrelationId:"), Some(("æøå ", " x")));
        assert_eq!(around("whole", "whole"), Some(("", "")));
        assert_eq!(around("sho", "short"), None);
        assert_eq!(around("", "a"), None);
        assert_eq!(around("a", ""), Some(("", "a")));
    }

    #[test]
    fn a_whole_number_has_nothing_but_digits() {
        for (text, value) in [("0", 0), ("007", 7), ("18446744073709551615", u64::MAX)] {
            assert_eq!(whole(text), Some(value));
        }
        for text in ["", "+1", "-1", "1.0", " 1", "1e3", "٣", "18446744073709551616", "99999999999999999999"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn every_place_is_replaced_once() {
        assert_eq!(replaced("%7Bid%7D/%7B", "%7B", "{"), "{id%7D/{");
        assert_eq!(replaced("aa", "a", "aa"), "aaaa");
        assert_eq!(replaced("a", "", "b"), "a");
    }
}
