//! Reads JSON text (RFC 8259) and nothing else: no comments, no trailing commas, no byte order mark.

use super::Value;

/// How deep lists and objects may stand in each other; a hostile answer must not use up the stack.
const DEPTH: u32 = 128;

/// Reads a whole text; an error says what is wrong and at which byte.
pub(super) fn read(text: &str) -> Result<Value, (&'static str, usize)> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value().and_then(|value| {
        reader.skip_space();
        if reader.at < text.len() { Err("nothing more is expected here") } else { Ok(value) }
    });
    value.map_err(|problem| (problem, reader.at))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

type Read<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn peek(&self) -> u8 {
        // A zero byte stands in no valid place, so it can stand for the end.
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// Takes this sign if it comes next, after space.
    fn take(&mut self, sign: u8) -> bool {
        self.skip_space();
        let found = self.peek() == sign;
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Read<Value> {
        self.skip_space();
        match self.peek() {
            b'{' | b'[' if self.depth == DEPTH => Err("this is nested too deep"),
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::list),
            b'"' => self.string().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                for (word, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
                {
                    if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err("a value is expected here")
            }
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<Value>) -> Read<Value> {
        self.at += 1;
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Read<Value> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            if !self.take(b',') {
                return Err("a comma or a closing bracket is expected here");
            }
        }
    }

    fn object(&mut self) -> Read<Value> {
        let mut members = Vec::new();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != b'"' {
                return Err("a name in quotes is expected here");
            }
            let name = self.string()?;
            if !self.take(b':') {
                return Err("a colon is expected here");
            }
            members.push((name, self.value()?));
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take(b',') {
                return Err("a comma or a closing brace is expected here");
            }
        }
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | 0..0x20) {
                self.at += 1;
            }
            string.push_str(&self.text[start..self.at]);
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Ok(string);
                }
                b'\\' => {
                    self.at += 1;
                    string.push(self.escaped()?);
                }
                _ => return Err("a closing quote is expected here"),
            }
        }
    }

    fn escaped(&mut self) -> Read<char> {
        let sign = self.peek();
        self.at += 1;
        Ok(match sign {
            b'"' | b'\\' | b'/' => char::from(sign),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.four_digits()?;
                if (0xd800..0xdc00).contains(&code) && self.peek() == b'\\' {
                    self.at += 1;
                    if self.peek() == b'u' {
                        self.at += 1;
                        let low = self.four_digits()?;
                        if (0xdc00..0xe000).contains(&low) {
                            code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                        }
                    }
                }
                // Half of a pair alone is no character.
                return char::from_u32(code).ok_or("a whole character is expected here");
            }
            _ => {
                self.at -= 1;
                return Err("an escape is expected here");
            }
        })
    }

    fn four_digits(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.peek()).to_digit(16).ok_or("four hexadecimal digits are expected here")?;
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        self.at += usize::from(self.peek() == b'-');
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), b'+' | b'-'));
            self.digits()?;
        }
        Ok(Value::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err("a digit is expected here") } else { Ok(()) }
    }
}
