//! Colours, corner and font that the page around may set. They come from outside and end in style sheets, so each value
//! has to be one of a few plain shapes; everything else is refused, never repaired.

use crate::gather::Gather;

/// A name, what its value may be, and the property it sets.
type Token = (&'static str, fn(&str) -> bool, &'static str);

/// Names a host may use, what they may be, and the property each one sets, from which `www/tokens.css` derives the rest.
const TOKENS: [Token; 6] = [
    ("accent", is_colour, "--entrada-accent"),
    ("accentText", is_colour, "--entrada-accent-text"),
    ("surface", is_colour, "--entrada-surface"),
    ("text", is_colour, "--entrada-text"),
    ("radius", is_length, "--entrada-radius"),
    ("font", is_font, "--entrada-font"),
];

/// The property a token sets, when its value is sound.
pub(super) fn property(name: &str, value: &str) -> Option<&'static str> {
    TOKENS.iter().find(|(token, fits, _)| *token == name && fits(value)).map(|(.., property)| *property)
}

/// `#rgb`, `#rrggbb`, or three numbers in `rgb()`, `hsl()` or `oklch()`. None can be transparent, because a frame that
/// is seen through invites clicks meant for something else.
fn is_colour(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix('#') {
        return matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let inside = text.split_once('(').filter(|(kind, _)| ["rgb", "hsl", "oklch"].contains(kind));
    let Some(numbers) = inside.and_then(|(_, rest)| rest.strip_suffix(')')) else { return false };
    let numbers: Vec<&str> = numbers.split([' ', ',']).filter(|number| !number.is_empty()).gather();
    numbers.len() == 3 && numbers.iter().all(|number| is_number(number.trim_end_matches('%')))
}

fn is_number(text: &str) -> bool {
    text.len() <= 8
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `0`, or a number of `px`, `rem` or `em`.
fn is_length(text: &str) -> bool {
    let number = ["px", "rem", "em"].iter().find_map(|unit| text.strip_suffix(unit));
    is_number(number.unwrap_or(text)) && (number.is_some() || text == "0")
}

/// A sign beyond ASCII that can be seen. All of them are plain in a style sheet, so nobody has to know which are letters: the
/// tables for that are a kilobyte.
fn is_foreign(sign: char) -> bool {
    !sign.is_ascii() && !sign.is_control()
}

/// Names of fonts, with commas between and quotes around.
fn is_font(text: &str) -> bool {
    let quotes = text.bytes().filter(|byte| *byte == b'"').count();
    (1..=200).contains(&text.len())
        && quotes.is_multiple_of(2)
        && text.chars().all(|sign| sign.is_ascii_alphanumeric() || is_foreign(sign) || " -_,\"".contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_pass() {
        for (name, value) in [
            ("accent", "#0f6cbd"),
            ("accent", "#FFF"),
            ("accentText", "rgb(255, 255, 255)"),
            ("surface", "hsl(210 40% 98%)"),
            ("text", "oklch(21% 0.034 264.6)"),
            ("radius", "0"),
            ("radius", "0.5rem"),
            ("font", "\"Segoe UI\", system-ui, sans-serif"),
            ("font", "游ゴシック, Søren"),
        ] {
            assert!(property(name, value).is_some(), "{name}: {value}");
        }
    }

    #[test]
    fn whatever_could_be_more_than_a_value_does_not() {
        for (name, value) in [
            ("accent", "red"),
            ("accent", "#12345678"),
            ("accent", "rgb(0 0 0 / 0)"),
            ("accent", "rgb(0,0,0,0)"),
            ("accent", "url(https://evil.example)"),
            ("accent", "var(--x)"),
            ("accent", "rgb(0 0 0);background:url(x)"),
            ("accent", "rgb(. . .)"),
            ("radius", "4"),
            ("radius", "calc(1px)"),
            ("radius", "100vw"),
            ("font", "x;}"),
            ("font", "\"open"),
            ("font", "a\u{85}b"),
            ("font", "url(x)"),
            ("font", ""),
            ("page", "#fff"),
        ] {
            assert_eq!(property(name, value), None, "{name}: {value}");
        }
    }
}
