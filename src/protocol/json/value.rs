//! A JSON value and its building. Numbers keep the text they came as: we count months and seconds, and a reader for
//! floating point numbers would bring tables that weigh more than this whole room.

use crate::gather::Gather;
use crate::search;
use std::ops::Index;

/// Any JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// As it was written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Members in the order they were written; of two with one name the later counts.
    Object(Vec<(String, Value)>),
}

static NULL: Value = Value::Null;

impl Value {
    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members().iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A member of an object, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        match self {
            Self::Object(members) => members.iter_mut().rev().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// True or false, if it is one of them.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The number, if it is a whole one that fits.
    pub fn as_u64(&self) -> Option<u64> {
        if let Self::Number(text) = self { search::whole(text) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The items; none when it is no list.
    pub fn items(&self) -> &[Value] {
        self.as_list().unwrap_or_default()
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&[(String, Value)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The members; none when it is no object.
    pub fn members(&self) -> &[(String, Value)] {
        self.as_object().unwrap_or_default()
    }

    /// True for `null`.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// True for an object.
    pub fn is_object(&self) -> bool {
        self.as_object().is_some()
    }

    /// Adds whatever becomes a value to an object.
    #[inline(never)]
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.insert(name, value.into());
    }

    /// Adds a member to an object.
    #[inline(never)]
    pub fn insert(&mut self, name: &str, value: Value) {
        if let Self::Object(members) = self {
            members.push((name.to_owned(), value));
        }
    }
}

/// An object of these members, which are taken out of the slice. Not generic over their number, so that it exists once.
#[inline(never)]
pub fn object(members: &mut [(&str, Value)]) -> Value {
    Value::Object(members.iter_mut().map(|(name, value)| ((*name).to_owned(), std::mem::take(value))).gather())
}

/// A list of texts.
#[inline(never)]
pub fn texts(items: &[String]) -> Value {
    Value::List(items.iter().map(Value::from).gather())
}

/// Writes an object as it looks: `json!({ "name": value, … })`. Values are anything that becomes a [`Value`].
macro_rules! json {
    ({}) => {
        $crate::protocol::json::object(&mut [])
    };
    ({ $($name:literal: $value:expr),* $(,)? }) => {{
        // One call for each member: an array of them would be built, moved and dropped in place.
        let mut object = $crate::protocol::json::object(&mut []);
        $(object.set($name, $value);)*
        object
    }};
}
pub(crate) use json;

impl Index<&str> for Value {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&NULL)
    }
}

impl Index<usize> for Value {
    type Output = Value;

    fn index(&self, place: usize) -> &Value {
        self.items().get(place).unwrap_or(&NULL)
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, text: &str) -> bool {
        self.as_str() == Some(text)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, text: &&str) -> bool {
        self.as_str() == Some(text)
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, flag: &bool) -> bool {
        self.as_bool() == Some(*flag)
    }
}

impl From<&str> for Value {
    #[inline(never)]
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::from(u64::from(number))
    }
}

impl From<u64> for Value {
    #[inline(never)]
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
