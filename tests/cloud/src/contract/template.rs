//! Path templates such as `/applications(appId='{appId}')/addPassword`: reading parameter values out of a path.

use std::cmp::Reverse;

use percent_encoding::percent_decode_str;

/// One path of the contract, segment by segment.
#[derive(Debug)]
pub(super) struct Template {
    segments: Vec<Vec<Piece>>,
}

#[derive(Debug)]
enum Piece {
    Literal(String),
    Parameter(String),
}

impl Template {
    /// Reads a template; `None` when a brace is left open.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let segments = path.split('/').skip(1).map(pieces).collect::<Option<Vec<_>>>()?;
        Some(Self { segments })
    }

    /// Sorts templates so that the one with the fewest parameters, then the most literal text, is asked first.
    pub(super) fn rank(&self) -> (usize, Reverse<usize>) {
        let (mut parameters, mut literal) = (0, 0);
        for piece in self.segments.iter().flatten() {
            match piece {
                Piece::Literal(text) => literal += text.len(),
                Piece::Parameter(_) => parameters += 1,
            }
        }
        (parameters, Reverse(literal))
    }

    /// The parameter values when the path has this shape. Values come decoded, with doubled OData quotes undone.
    pub(super) fn read(&self, path: &str) -> Option<Vec<(String, String)>> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        if segments.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (pieces, segment) in self.segments.iter().zip(segments) {
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            read_segment(pieces, &segment, &mut values)?;
        }
        Some(values)
    }
}

fn pieces(segment: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = segment;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            pieces.push(Piece::Literal(rest[..open].to_owned()));
        }
        let close = rest[open..].find('}')? + open;
        pieces.push(Piece::Parameter(rest[open + 1..close].to_owned()));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Some(pieces)
}

fn read_segment(pieces: &[Piece], segment: &str, values: &mut Vec<(String, String)>) -> Option<()> {
    let mut rest = segment;
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
            Piece::Parameter(name) => {
                // The value ends where the *last* occurrence of the closing literal starts: a name may hold quotes itself.
                let end = match pieces.get(index + 1) {
                    Some(Piece::Literal(after)) => rest.rfind(after.as_str())?,
                    _ => rest.len(),
                };
                let value = &rest[..end];
                // A bare key is an id; `$count`, `$ref` and `delta()` are other paths of Graph, not ids.
                let bare = pieces.len() == 1;
                if value.is_empty() || (bare && (value.starts_with('$') || value.contains('('))) {
                    return None;
                }
                values.push((name.clone(), value.replace("''", "'")));
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::Template;

    fn read(template: &str, path: &str) -> Option<Vec<(String, String)>> {
        Template::parse(template).unwrap().read(path)
    }

    #[test]
    fn a_key_in_quotes_is_read_with_its_escapes_undone() {
        let values = read("/applications(uniqueName='{uniqueName}')", "/applications(uniqueName='it%27%27s')");
        assert_eq!(values, Some(vec![("uniqueName".to_owned(), "it's".to_owned())]));
        assert!(read("/applications(uniqueName='{uniqueName}')", "/applications(uniqueName='')").is_none());
    }

    #[test]
    fn a_count_or_a_function_is_no_id() {
        assert!(read("/applications/{application-id}", "/applications/$count").is_none());
        assert!(read("/applications/{application-id}", "/applications/delta()").is_none());
        assert!(read("/applications/{application-id}", "/applications/7/owners").is_none());
    }

    #[test]
    fn literal_paths_are_asked_before_keys() {
        let literal = Template::parse("/directory/deletedItems/graph.application").unwrap();
        let key = Template::parse("/directory/deletedItems/{directoryObject-id}").unwrap();
        assert!(literal.rank() < key.rank());
    }
}
