//! Writes JSON text: on one line for the wire, indented for people.

use super::Value;
use std::fmt;

impl Value {
    /// On one line.
    pub fn to_line(&self) -> String {
        let mut text = String::new();
        write(self, None, &mut text);
        text
    }

    /// Indented by two spaces.
    pub fn to_pretty(&self) -> String {
        let mut text = String::new();
        write(self, Some(0), &mut text);
        text
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_line())
    }
}

fn write(value: &Value, indent: Option<usize>, text: &mut String) {
    let inner = indent.map(|indent| indent + 1);
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => text.push_str(number),
        Value::Text(string) => quote(string, text),
        Value::List(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                next(place, inner, text);
                write(item, inner, text);
            }
            close(items.is_empty(), indent, ']', text);
        }
        Value::Object(members) => {
            text.push('{');
            for (place, (name, member)) in members.iter().enumerate() {
                next(place, inner, text);
                quote(name, text);
                text.push_str(if indent.is_some() { ": " } else { ":" });
                write(member, inner, text);
            }
            close(members.is_empty(), indent, '}', text);
        }
    }
}

fn next(place: usize, indent: Option<usize>, text: &mut String) {
    if place > 0 {
        text.push(',');
    }
    new_line(indent, text);
}

fn close(empty: bool, indent: Option<usize>, sign: char, text: &mut String) {
    if !empty {
        new_line(indent, text);
    }
    text.push(sign);
}

fn new_line(indent: Option<usize>, text: &mut String) {
    if let Some(indent) = indent {
        text.push('\n');
        for _ in 0..indent {
            text.push_str("  ");
        }
    }
}

fn quote(string: &str, text: &mut String) {
    text.push('"');
    for sign in string.chars() {
        match sign {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\0'..='\u{1f}' => {
                text.push_str("\\u00");
                for shift in [4, 0] {
                    text.push(char::from_digit((sign as u32 >> shift) & 15, 16).unwrap_or('0'));
                }
            }
            _ => text.push(sign),
        }
    }
    text.push('"');
}
