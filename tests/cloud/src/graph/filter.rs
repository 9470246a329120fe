//! `$filter`: the comparisons and functions the page uses, read into a tree and asked of JSON objects.

use serde_json::Value;

use crate::graph::error::GraphError;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    /// Property, operator (`eq`, `ne`, `ge`, `le`), value.
    Compare(String, String, Value),
    /// `startsWith` or `endsWith`, property, text.
    Edge(bool, String, String),
    In(String, Vec<Value>),
    /// `tags/any(t:t eq 'x')`.
    Any(String, Value),
}

impl Filter {
    pub(crate) fn read(text: &str) -> Result<Self, GraphError> {
        let mut reader = Reader { words: split(text)?, at: 0 };
        let filter = reader.or()?;
        if reader.at == reader.words.len() { Ok(filter) } else { Err(invalid()) }
    }

    /// True when the object meets the condition.
    pub(crate) fn holds(&self, item: &Value) -> bool {
        match self {
            Self::And(left, right) => left.holds(item) && right.holds(item),
            Self::Or(left, right) => left.holds(item) || right.holds(item),
            Self::Not(inner) => !inner.holds(item),
            Self::Compare(property, operator, value) => compare(item.get(property), operator, value),
            Self::Edge(start, property, text) => {
                let known = item.get(property).and_then(Value::as_str).unwrap_or_default().to_lowercase();
                let text = text.to_lowercase();
                if *start { known.starts_with(&text) } else { known.ends_with(&text) }
            }
            Self::In(property, values) => values.iter().any(|value| compare(item.get(property), "eq", value)),
            Self::Any(property, value) => item
                .get(property)
                .and_then(Value::as_array)
                .is_some_and(|items| items.iter().any(|item| compare(Some(item), "eq", value))),
        }
    }

    /// Every property it names.
    pub(crate) fn properties(&self) -> Vec<String> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                let mut names = left.properties();
                names.extend(right.properties());
                names
            }
            Self::Not(inner) => inner.properties(),
            Self::Compare(name, ..) | Self::Edge(_, name, _) | Self::In(name, _) | Self::Any(name, _) => {
                vec![name.clone()]
            }
        }
    }

    /// True for what only the advanced index answers: `ne`, `not`, `endsWith` (`graph.md` 2).
    pub(crate) fn is_advanced(&self) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.is_advanced() || right.is_advanced(),
            Self::Not(_) => true,
            Self::Compare(_, operator, _) => operator == "ne",
            Self::Edge(start, ..) => !start,
            Self::In(..) | Self::Any(..) => false,
        }
    }
}

/// Texts compare without regard to case, as in the directory.
fn compare(known: Option<&Value>, operator: &str, value: &Value) -> bool {
    let key = |value: &Value| match value {
        Value::String(text) => text.to_lowercase(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let known = known.unwrap_or(&Value::Null);
    let (left, right) = (key(known), key(value));
    match operator {
        "eq" => known.is_null() == value.is_null() && left == right,
        "ne" => known.is_null() != value.is_null() || left != right,
        "ge" => left >= right,
        "le" => left <= right,
        _ => false,
    }
}

fn invalid() -> GraphError {
    GraphError::new(400, "BadRequest", "Invalid filter clause.")
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Name(String),
    Text(String),
    Sign(char),
}

fn split(text: &str) -> Result<Vec<Word>, GraphError> {
    let mut words = Vec::new();
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            ' ' => {}
            '(' | ')' | ',' | ':' => words.push(Word::Sign(sign)),
            '\'' => {
                let mut value = String::new();
                loop {
                    match signs.next() {
                        None => return Err(invalid()),
                        Some('\'') if signs.peek() == Some(&'\'') => {
                            signs.next();
                            value.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => value.push(other),
                    }
                }
                words.push(Word::Text(value));
            }
            other => {
                let mut name = String::from(other);
                while let Some(next) = signs.peek() {
                    // A colon ends a lambda's variable but belongs to a time such as 2026-01-01T00:00:00Z.
                    let ends = matches!(next, ' ' | '(' | ')' | ',' | '\'')
                        || (*next == ':' && !name.starts_with(|first: char| first.is_ascii_digit()));
                    if ends {
                        break;
                    }
                    name.extend(signs.next());
                }
                words.push(Word::Name(name));
            }
        }
    }
    Ok(words)
}

struct Reader {
    words: Vec<Word>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<Word> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word
    }

    fn is_name(&self, name: &str) -> bool {
        matches!(self.words.get(self.at), Some(Word::Name(known)) if known == name)
    }

    fn sign(&mut self, wanted: char) -> Result<(), GraphError> {
        if self.next() == Some(Word::Sign(wanted)) { Ok(()) } else { Err(invalid()) }
    }

    fn name(&mut self) -> Result<String, GraphError> {
        match self.next() {
            Some(Word::Name(name)) => Ok(name),
            _ => Err(invalid()),
        }
    }

    fn value(&mut self) -> Result<Value, GraphError> {
        match self.next() {
            Some(Word::Text(text)) => Ok(Value::String(text)),
            Some(Word::Name(name)) => Ok(match name.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                other => Value::String(other.to_owned()),
            }),
            _ => Err(invalid()),
        }
    }

    fn or(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.and()?;
        while self.is_name("or") {
            self.at += 1;
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.unary()?;
        while self.is_name("and") {
            self.at += 1;
            left = Filter::And(Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Filter, GraphError> {
        if self.is_name("not") {
            self.at += 1;
            return Ok(Filter::Not(Box::new(self.unary()?)));
        }
        if self.words.get(self.at) == Some(&Word::Sign('(')) {
            self.at += 1;
            let inner = self.or()?;
            self.sign(')')?;
            return Ok(inner);
        }
        let name = self.name()?;
        if let Some(property) = name.strip_suffix("/any") {
            self.sign('(')?;
            let variable = self.name()?;
            self.sign(':')?;
            if self.name()? != variable || self.name()? != "eq" {
                return Err(invalid());
            }
            let value = self.value()?;
            self.sign(')')?;
            return Ok(Filter::Any(property.to_owned(), value));
        }
        if name.eq_ignore_ascii_case("startswith") || name.eq_ignore_ascii_case("endswith") {
            self.sign('(')?;
            let property = self.name()?;
            self.sign(',')?;
            let Value::String(text) = self.value()? else {
                return Err(invalid());
            };
            self.sign(')')?;
            return Ok(Filter::Edge(name.eq_ignore_ascii_case("startswith"), property, text));
        }
        match self.name()?.as_str() {
            operator @ ("eq" | "ne" | "ge" | "le") => Ok(Filter::Compare(name, operator.to_owned(), self.value()?)),
            "in" => {
                self.sign('(')?;
                let mut values = vec![self.value()?];
                while self.words.get(self.at) == Some(&Word::Sign(',')) {
                    self.at += 1;
                    values.push(self.value()?);
                }
                self.sign(')')?;
                Ok(Filter::In(name, values))
            }
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Filter;

    #[test]
    fn conditions_are_read_and_asked() {
        let item = json!({ "displayName": "O'Neil's shop", "tags": ["entrada"], "appId": "1", "isDisabled": null,
            "createdDateTime": "2026-05-01T00:00:00Z" });
        for (text, holds) in [
            ("displayName eq 'o''neil''s SHOP'", true),
            ("displayName ne 'x' and tags/any(t:t eq 'entrada')", true),
            ("startsWith(displayName,'O''N') or appId eq '2'", true),
            ("not (appId in ('1','2'))", false),
            ("createdDateTime ge 2026-01-01T00:00:00Z", true),
            ("isDisabled eq null", true),
        ] {
            assert_eq!(Filter::read(text).unwrap().holds(&item), holds, "{text}");
        }
        for text in ["displayName", "a eq 'x", "a eq 'x' b", "tags/any(t:u eq 'x')", "a like 'b'"] {
            assert!(Filter::read(text).is_err(), "{text}");
        }
    }
}
