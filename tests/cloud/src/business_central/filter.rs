//! `$filter`: comparisons, `startswith`, `contains`, `endswith`, joined by `and`, `or`, `not` and brackets.

use serde_json::Value;
use uuid::Uuid;

use super::entity::{EntitySet, Kind, Property};
use super::errors::Refusal;
use super::text::Message;

/// A read filter.
pub(super) enum Filter<'a> {
    Compare(&'a Property<'a>, Comparison, Literal),
    Search(Search, &'a Property<'a>, String),
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
}

#[derive(Clone, Copy)]
pub(super) enum Search {
    StartsWith,
    EndsWith,
    Contains,
}

/// A value in a filter.
pub(super) enum Literal {
    Text(String),
    Guid(Uuid),
    Bool(bool),
    Number(f64),
    Null,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
}

impl<'a> Filter<'a> {
    /// Reads a filter over an entity set's properties.
    pub(super) fn read(text: &str, set: &EntitySet<'a>) -> Result<Self, Refusal> {
        let mut reader = Reader { tokens: tokens(text)?, at: 0, set: *set };
        let filter = reader.either()?;
        if reader.at < reader.tokens.len() {
            return Err(syntax(&format!("unexpected text after position {}", reader.at)));
        }
        Ok(filter)
    }

    /// Whether a row passes.
    pub(super) fn passes(&self, row: &Value) -> bool {
        match self {
            Self::Compare(property, comparison, literal) => {
                let equal = equals(property, row.get(property.name).unwrap_or(&Value::Null), literal);
                equal == (*comparison == Comparison::Equal)
            }
            Self::Search(search, property, part) => {
                let value = row.get(property.name).and_then(Value::as_str).unwrap_or_default();
                let (value, part) = (folded(property, value), folded(property, part));
                match search {
                    Search::StartsWith => value.starts_with(&part),
                    Search::EndsWith => value.ends_with(&part),
                    Search::Contains => value.contains(&part),
                }
            }
            Self::Not(inner) => !inner.passes(row),
            Self::Both(left, right) => left.passes(row) && right.passes(row),
            Self::Either(left, right) => left.passes(row) || right.passes(row),
        }
    }
}

/// Code fields compare without case (`business-central.md` 2.1); texts as they are.
fn folded(property: &Property<'_>, text: &str) -> String {
    if matches!(property.kind, Kind::Code(_)) { text.to_uppercase() } else { text.to_owned() }
}

fn equals(property: &Property<'_>, value: &Value, literal: &Literal) -> bool {
    match literal {
        Literal::Text(text) => value.as_str().is_some_and(|value| folded(property, value) == folded(property, text)),
        Literal::Guid(id) => value.as_str().and_then(|value| Uuid::parse_str(value).ok()) == Some(*id),
        Literal::Bool(wanted) => value.as_bool() == Some(*wanted),
        Literal::Number(wanted) => value.as_f64().is_some_and(|value| (value - wanted).abs() < f64::EPSILON),
        Literal::Null => value.is_null(),
    }
}

fn syntax(detail: &str) -> Refusal {
    Refusal::bad("BadRequest", Message::QuerySyntax { detail: detail.to_owned() })
}

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            '\'' => {
                let mut value = String::new();
                loop {
                    match letters.next() {
                        // A quote inside a text is written twice.
                        Some('\'') if letters.peek() == Some(&'\'') => {
                            letters.next();
                            value.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => value.push(other),
                        None => return Err(syntax("a text has no closing quote")),
                    }
                }
                tokens.push(Token::Text(value));
            }
            other => {
                let mut word = String::from(other);
                while let Some(next) = letters.next_if(|next| !" (),'".contains(*next)) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    set: EntitySet<'a>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Token, Refusal> {
        let token = self.tokens.get(self.at).cloned().ok_or_else(|| syntax("the filter ends too early"))?;
        self.at += 1;
        Ok(token)
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Word(next)) if next == word);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, token: &Token) -> Result<(), Refusal> {
        if self.next()? == *token { Ok(()) } else { Err(syntax("a bracket or comma is missing")) }
    }

    fn either(&mut self) -> Result<Filter<'a>, Refusal> {
        let mut left = self.both()?;
        while self.takes("or") {
            left = Filter::Either(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Filter<'a>, Refusal> {
        let mut left = self.one()?;
        while self.takes("and") {
            left = Filter::Both(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Filter<'a>, Refusal> {
        if self.takes("not") {
            return Ok(Filter::Not(Box::new(self.one()?)));
        }
        match self.next()? {
            Token::Open => {
                let inner = self.either()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Token::Word(word) => match word.as_str() {
                "startswith" => self.search(Search::StartsWith),
                "endswith" => self.search(Search::EndsWith),
                "contains" => self.search(Search::Contains),
                name => {
                    let property = self.set.property(name)?;
                    self.comparison(property)
                }
            },
            _ => Err(syntax("a property name is expected")),
        }
    }

    fn search(&mut self, search: Search) -> Result<Filter<'a>, Refusal> {
        self.expect(&Token::Open)?;
        let Token::Word(name) = self.next()? else {
            return Err(syntax("a property name is expected"));
        };
        let property = self.set.property(&name)?;
        self.expect(&Token::Comma)?;
        let Token::Text(part) = self.next()? else {
            return Err(syntax("a text is expected"));
        };
        self.expect(&Token::Close)?;
        if matches!(property.kind, Kind::Code(_) | Kind::Text(_)) {
            Ok(Filter::Search(search, property, part))
        } else {
            Err(incompatible(property))
        }
    }

    fn comparison(&mut self, property: &'a Property<'a>) -> Result<Filter<'a>, Refusal> {
        let comparison = if self.takes("eq") {
            Comparison::Equal
        } else if self.takes("ne") {
            Comparison::Different
        } else {
            return Err(syntax("`eq` or `ne` is expected"));
        };
        let literal = match self.next()? {
            Token::Text(text) => Literal::Text(text),
            Token::Word(word) => match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                other => match (Uuid::parse_str(other), other.parse::<f64>()) {
                    (Ok(id), _) => Literal::Guid(id),
                    (_, Ok(number)) => Literal::Number(number),
                    _ => return Err(syntax("a value is expected")),
                },
            },
            _ => return Err(syntax("a value is expected")),
        };
        let fits = matches!(
            (property.kind, &literal),
            // A quoted id is a text, and ids do not compare with texts.
            (Kind::Guid, Literal::Guid(_))
                | (Kind::Code(_) | Kind::Text(_) | Kind::Choice(_), Literal::Text(_))
                | (Kind::Bool, Literal::Bool(_))
                | (Kind::Number, Literal::Number(_))
                | (_, Literal::Null)
        );
        if fits { Ok(Filter::Compare(property, comparison, literal)) } else { Err(incompatible(property)) }
    }
}

fn incompatible(property: &Property<'_>) -> Refusal {
    Refusal::bad("BadRequest", Message::IncompatibleTypes { property: property.name.to_owned() })
}
