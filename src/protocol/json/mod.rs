//! Reading JSON strictly, with the path of whatever is wrong.
//!
//! One small walker instead of derived readers: the page reads many shapes once each, and every derived reader
//! costs wasm bytes, while an error that names `presets[3].months[1]` is wanted everywhere. Reader and writer are our
//! own too: with `serde_json` in their place the page weighs some 14 KB more after compression. Native tests hold
//! them against it.

#[cfg(feature = "module")]
mod plain;
mod read;
mod value;
mod write;

#[cfg(feature = "module")]
pub use plain::Plain;
pub(crate) use value::json;
pub use value::{Value, object, texts};

use crate::gather::Gather;
use crate::search;

/// What was expected where. One pointer, because it travels in the `Result` of every reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", .0.at, .0.problem)]
pub struct Misread(Box<Misreading>);

/// The two halves of a [`Misread`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misreading {
    /// Path from the root, `$` alone for the root: `$.presets[3].id`.
    pub at: String,
    /// What was expected, in plain words; for developers and for whoever hosts the page.
    pub problem: String,
}

impl Misread {
    /// A mistake at a place.
    #[cold]
    #[inline(never)]
    pub fn new(at: String, problem: String) -> Self {
        Self(Box::new(Misreading { at, problem }))
    }
}

impl std::ops::Deref for Misread {
    type Target = Misreading;

    fn deref(&self) -> &Misreading {
        &self.0
    }
}

/// A value together with the root it was reached from. Its path is only looked for when an error wants to name it:
/// reading is common, errors are not.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    value: &'a Value,
    root: &'a Value,
}

/// The path from `here` to the very value `wanted`.
fn path(here: &Value, wanted: &Value, so_far: &str) -> Option<String> {
    if std::ptr::eq(here, wanted) {
        return Some(so_far.to_owned());
    }
    match here {
        Value::List(items) => {
            items.iter().enumerate().find_map(|(index, item)| path(item, wanted, &format!("{so_far}[{index}]")))
        }
        Value::Object(members) => {
            members.iter().find_map(|(name, member)| path(member, wanted, &format!("{so_far}.{name}")))
        }
        _ => None,
    }
}

/// Parses text; the error tells line and column.
pub fn parse(text: &str) -> Result<Value, Misread> {
    read::read(text).map_err(|(problem, at)| {
        let before = &text.as_bytes()[..at.min(text.len())];
        let line = before.split(|byte| *byte == b'\n').count();
        let column = before.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        Misread::new("$".into(), format!("{problem}, at line {line} column {column}"))
    })
}

impl<'a> Node<'a> {
    /// The root of a parsed text.
    pub fn root(value: &'a Value) -> Self {
        Self { value, root: value }
    }

    /// Where this stands.
    #[cold]
    #[inline(never)]
    pub fn at(&self) -> String {
        path(self.root, self.value, "$").unwrap_or_default()
    }

    /// The value itself.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// An error at this place.
    pub fn misread<T>(&self, problem: impl AsRef<str>) -> Result<T, Misread> {
        Err(self.wrong(problem.as_ref()))
    }

    #[cold]
    #[inline(never)]
    fn wrong(&self, problem: &str) -> Misread {
        Misread::new(self.at(), problem.to_owned())
    }

    /// A member that may be absent; `null` counts as absent.
    #[inline(never)]
    pub fn optional(&self, name: &str) -> Option<Node<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, ..*self })
    }

    /// A member that must be there.
    #[inline(never)]
    pub fn member(&self, name: &str) -> Result<Node<'a>, Misread> {
        if !self.value.is_object() {
            return self.misread("an object is expected here");
        }
        self.optional(name)
            .map_or_else(|| Err(Misread::new(format!("{}.{name}", self.at()), "this is required".into())), Ok)
    }

    /// Text.
    #[inline(never)]
    pub fn text(&self) -> Result<&'a str, Misread> {
        self.value.as_str().map_or_else(|| self.misread("text is expected here"), Ok)
    }

    /// True or false.
    #[inline(never)]
    pub fn flag(&self) -> Result<bool, Misread> {
        self.value.as_bool().map_or_else(|| self.misread("true or false is expected here"), Ok)
    }

    /// A whole number, also when it came as text, as token endpoints do (sign-in.md 1.4).
    pub fn whole(&self) -> Result<u64, Misread> {
        self.value
            .as_u64()
            .or_else(|| self.value.as_str().and_then(search::whole))
            .map_or_else(|| self.misread("a whole number is expected here"), Ok)
    }

    /// The items of a list.
    #[inline(never)]
    pub fn items(&self) -> Result<Vec<Node<'a>>, Misread> {
        let Some(items) = self.value.as_list() else {
            return self.misread("a list is expected here");
        };
        Ok(items.iter().map(|value| Node { value, ..*self }).gather())
    }

    /// Reads every item of a list. The loop is shared by all types of items; only `take` differs.
    pub fn each<T>(&self, take: impl Fn(&Node<'a>) -> Result<T, Misread>) -> Result<Vec<T>, Misread> {
        let mut taken = Vec::new();
        self.walk(&mut |item| {
            taken.push(take(item)?);
            Ok(())
        })?;
        Ok(taken)
    }

    /// Visits every item of a list.
    #[inline(never)]
    pub fn walk(&self, visit: &mut dyn FnMut(&Node<'a>) -> Result<(), Misread>) -> Result<(), Misread> {
        let Some(items) = self.value.as_list() else {
            return self.misread("a list is expected here");
        };
        items.iter().try_for_each(|value| visit(&Node { value, ..*self }))
    }

    /// Reads every item of a list that may be absent.
    pub fn each_of<T>(&self, name: &str, take: impl Fn(&Node<'a>) -> Result<T, Misread>) -> Result<Vec<T>, Misread> {
        match self.optional(name) {
            Some(list) => list.each(take),
            None => Ok(Vec::new()),
        }
    }

    /// The items of a list of texts.
    #[inline(never)]
    pub fn texts(&self) -> Result<Vec<String>, Misread> {
        self.each(|item| item.text().map(str::to_owned))
    }

    /// Text of a member, `None` when it is absent or something else.
    #[inline(never)]
    pub fn maybe(&self, name: &str) -> Option<String> {
        self.value.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// Text of a member, owned.
    #[inline(never)]
    pub fn string(&self, name: &str) -> Result<String, Misread> {
        Ok(self.member(name)?.text()?.to_owned())
    }

    /// Text of a member that may be absent or null; anything but text counts as empty. For fields that are only
    /// shown, where a strange value must not stop the work.
    #[inline(never)]
    pub fn shown(&self, name: &str) -> String {
        self.maybe(name).unwrap_or_default()
    }

    /// Refuses members that are not on the list; `$schema` is always allowed.
    pub fn only(&self, allowed: &[&str]) -> Result<(), Misread> {
        let Some(members) = self.value.as_object() else {
            return self.misread("an object is expected here");
        };
        for (name, _) in members {
            if name != "$schema" && !allowed.contains(&name.as_str()) {
                return Err(Misread::new(
                    format!("{}.{name}", self.at()),
                    format!("this is not known here; allowed are: {}", allowed.join(", ")),
                ));
            }
        }
        Ok(())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
