//! A [`Value`] from and to whatever speaks serde, which is how values cross to a page that bundles the program (feature `module`;
//! the page itself does not carry this). Written by hand: a derived reader could not say where it stopped.

use super::{Misread, Value};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use std::cell::Cell;
use std::fmt;

/// How deep lists and objects may stand in each other. What contains itself ends here; nothing we read is a tenth as deep.
const DEPTH: usize = 64;

const PLAIN: &str = "text, a number, true, false, a list or a plain object is expected here";

/// What was read, or the place of the first thing that is no plain value. An absence (`null`, in JavaScript `undefined` too) of a
/// member is as if the member was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain(pub Result<Value, Misread>);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wrong = Cell::new(None);
        let root = Place { above: None, depth: 0, wrong: &wrong };
        let read = root.deserialize(from);
        Ok(Self(read.map_err(|_| wrong.take().unwrap_or_else(|| Misread::new("$".into(), PLAIN.into())))))
    }
}

/// Where in a value something stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    above: Option<(&'a Place<'a>, Step<'a>)>,
    depth: usize,
    /// The first trouble; an error of serde is a text without a place.
    wrong: &'a Cell<Option<Misread>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Item(usize),
    Member(&'a str),
}

impl Place<'_> {
    fn below<'a>(&'a self, step: Step<'a>) -> Place<'a> {
        Place { above: Some((self, step)), depth: self.depth + 1, wrong: self.wrong }
    }

    fn path(&self) -> String {
        match self.above {
            None => "$".to_owned(),
            Some((above, Step::Item(index))) => format!("{}[{index}]", above.path()),
            Some((above, Step::Member(name))) => format!("{}.{name}", above.path()),
        }
    }

    /// Keeps the trouble that was met first, which is the deepest.
    fn note(&self, problem: &str) {
        let first = self.wrong.take().unwrap_or_else(|| Misread::new(self.path(), problem.to_owned()));
        self.wrong.set(Some(first));
    }

    fn refuse<T, E: serde::de::Error>(&self, problem: &str) -> Result<T, E> {
        self.note(problem);
        Err(E::custom(problem))
    }

    fn enter<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth < DEPTH { Ok(()) } else { self.refuse("this is nested too deep") }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self).inspect_err(|_| self.note(PLAIN))
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        // JSON has no word for the others.
        if number.is_finite() {
            Ok(Value::Number(number.to_string()))
        } else {
            self.refuse("a finite number is expected here")
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self.below(Step::Item(items.len())))? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut members = Vec::new();
        while let Some(name) = from.next_key::<String>()? {
            let member = from.next_value_seed(self.below(Step::Member(&name)))?;
            if !member.is_null() {
                members.push((name, member));
            }
        }
        Ok(Value::Object(members))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(flag) => to.serialize_bool(*flag),
            // JavaScript has no other numbers.
            Self::Number(text) => to.serialize_f64(text.parse().map_err(S::Error::custom)?),
            Self::Text(text) => to.serialize_str(text),
            Self::List(items) => to.collect_seq(items),
            Self::Object(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
        }
    }
}
