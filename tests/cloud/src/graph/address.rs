//! Reading a Graph address: `applications(uniqueName='it''s')/addPassword`.

use crate::graph::error::GraphError;
use crate::wire::decode;

/// A path below `/v1.0/`, segment by segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) Vec<Segment>);

/// One segment: its name, and what stands in parentheses behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) name: String,
    /// Key name (empty for a bare key) and value.
    pub(crate) key: Option<(String, String)>,
}

/// How an object is addressed (`graph.md` 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id(String),
    AppId(String),
    UniqueName(String),
}

impl Address {
    pub(crate) fn read(path: &str) -> Result<Self, GraphError> {
        let path = decode(path);
        let mut segments = Vec::new();
        let mut start = 0;
        let mut quoted = false;
        for (at, sign) in path.char_indices() {
            match sign {
                '\'' => quoted = !quoted,
                '/' if !quoted => {
                    segments.push(&path[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        segments.push(&path[start..]);
        if quoted {
            return Err(GraphError::new(400, "BadRequest", "Unterminated string literal in the address."));
        }
        segments
            .into_iter()
            .filter(|segment| !segment.is_empty())
            .map(Segment::read)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The object a collection address names, and what follows it; `None` for the collection itself.
    pub(crate) fn object(&self) -> Result<Option<(Key, &[Segment])>, GraphError> {
        let Some(first) = self.0.first() else {
            return Ok(None);
        };
        if let Some((name, value)) = &first.key {
            let key = match name.as_str() {
                "" | "id" => Key::Id(value.clone()),
                "appId" => Key::AppId(value.clone()),
                "uniqueName" if first.name == "applications" => Key::UniqueName(value.clone()),
                other => {
                    return Err(GraphError::new(400, "BadRequest", format!("Unknown key property '{other}'.")));
                }
            };
            return Ok(Some((key, &self.0[1..])));
        }
        Ok(self.0.get(1).map(|id| (Key::Id(id.name.clone()), &self.0[2..])))
    }
}

impl Segment {
    fn read(text: &str) -> Result<Self, GraphError> {
        let broken = || GraphError::new(400, "BadRequest", format!("The segment '{text}' is not well formed."));
        let Some((name, rest)) = text.split_once('(') else {
            return Ok(Self { name: text.to_owned(), key: None });
        };
        let inside = rest.strip_suffix(')').ok_or_else(broken)?;
        let (key, value) = match inside.split_once('=') {
            Some((key, value)) if !key.contains('\'') => (key.trim(), value.trim()),
            _ => ("", inside.trim()),
        };
        let value = match value.strip_prefix('\'') {
            Some(quoted) => quoted.strip_suffix('\'').ok_or_else(broken)?.replace("''", "'"),
            None => value.to_owned(),
        };
        Ok(Self { name: name.to_owned(), key: Some((key.to_owned(), value)) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Key};

    #[test]
    fn quotes_slashes_and_equal_signs_inside_a_key_belong_to_it() {
        let address = Address::read("applications(uniqueName='it%27%27s%2Fa=b')/addPassword").unwrap();
        let (key, rest) = address.object().unwrap().unwrap();
        assert_eq!(key, Key::UniqueName("it's/a=b".to_owned()));
        assert_eq!(rest[0].name, "addPassword");
    }

    #[test]
    fn a_plain_id_and_a_broken_key() {
        let address = Address::read("servicePrincipals/123/appRoleAssignments").unwrap();
        let (key, rest) = address.object().unwrap().unwrap();
        assert_eq!((key, rest.len()), (Key::Id("123".to_owned()), 1));
        assert!(Address::read("applications(uniqueName='x)").is_err());
    }
}
