//! Reads AL source as far as `tests/companion.rs` has to: objects with their ids, properties, page fields and
//! permissions, and above all the places that are not AL.
//!
//! The grammar is `tree-sitter-al`'s. It knows the syntax and nothing of Business Central: a field of the source table
//! that does not exist, or a property in the wrong place, passes here and would not pass Microsoft's compiler.

use tree_sitter::{Node, Parser, Tree};

/// A file whose grammar was read; what is wrong with it is in [`Source::faults`].
#[derive(Debug)]
pub struct Source {
    text: String,
    tree: Tree,
}

/// The grammar could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Grammar and parser do not fit.
    #[error("the AL grammar does not fit the parser: {0}")]
    Grammar(#[from] tree_sitter::LanguageError),
    /// The parser gave nothing back.
    #[error("the parser stopped")]
    Stopped,
}

impl Source {
    /// Reads a whole file.
    pub fn read(text: impl Into<String>) -> Result<Self, ReadError> {
        let text = text.into();
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_al::LANGUAGE.into())?;
        let tree = parser.parse(&text, None).ok_or(ReadError::Stopped)?;
        Ok(Self { text, tree })
    }

    /// Every place that is not AL, as `line:column: what`.
    pub fn faults(&self) -> Vec<String> {
        all(self.tree.root_node())
            .into_iter()
            .filter(|node| node.is_error() || node.is_missing())
            .map(|node| {
                let place = node.start_position();
                let what = if node.is_missing() { format!("{} is missing", node.kind()) } else { "not AL".to_owned() };
                format!("{}:{}: {what}", place.row + 1, place.column + 1)
            })
            .collect()
    }

    /// The objects declared in the file.
    pub fn objects(&self) -> Vec<Object<'_>> {
        children(self.tree.root_node())
            .into_iter()
            .filter(|node| node.child_by_field_name("object_name").is_some())
            .map(|node| Object { part: Part { node, text: &self.text } })
            .collect()
    }
}

/// The node and everything below it, in the order of the source.
fn all(node: Node<'_>) -> Vec<Node<'_>> {
    let mut found = vec![node];
    let mut next = 0;
    while let Some(node) = found.get(next).copied() {
        next += 1;
        found.splice(next..next, children(node));
    }
    found
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    node.children(&mut node.walk()).collect()
}

/// A piece of the source with properties in its body.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    node: Node<'a>,
    text: &'a str,
}

impl<'a> Part<'a> {
    fn written(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn named(&self, field: &str) -> String {
        self.node.child_by_field_name(field).map_or_else(String::new, |node| bare(self.written(node)))
    }

    fn property_node(&self, name: &str) -> Option<Node<'a>> {
        children(self.node.child_by_field_name("body")?)
            .into_iter()
            .filter(|node| node.kind() == "property")
            .find(|node| {
                node.child_by_field_name("name").is_some_and(|it| self.written(it).eq_ignore_ascii_case(name))
            })?
            .child_by_field_name("value")
    }

    fn property(&self, name: &str) -> Option<String> {
        self.property_node(name).map(|node| bare(self.written(node)))
    }
}

/// Text without the quotes around it; a doubled quote inside stands for one.
fn bare(written: &str) -> String {
    for quote in ['\'', '"'] {
        if let Some(inner) = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.replace(&String::from_iter([quote, quote]), &quote.to_string());
        }
    }
    written.to_owned()
}

/// An object: page, page extension, permission set …
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    part: Part<'a>,
}

impl Object<'_> {
    /// `page`, `pageextension`, `permissionset`.
    pub fn kind(&self) -> &str {
        let kind = self.part.node.kind();
        kind.strip_suffix("_declaration").unwrap_or(kind)
    }

    /// The object's number; none for what has no number.
    pub fn id(&self) -> Option<u32> {
        self.part.named("object_id").parse().ok()
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.part.named("object_name")
    }

    /// What a page extension extends.
    pub fn extends(&self) -> String {
        self.part.named("base_object")
    }

    /// A property as written, without quotes.
    pub fn property(&self, name: &str) -> Option<String> {
        self.part.property(name)
    }

    /// The fields of a page, in order.
    pub fn fields(&self) -> Vec<Field> {
        let text = self.part.text;
        all(self.part.node)
            .into_iter()
            .filter(|node| node.kind() == "page_field")
            .map(|node| Part { node, text })
            .map(|part| Field {
                name: part.named("name"),
                source: part.named("source"),
                editable: part.property("Editable").is_none_or(|value| value.eq_ignore_ascii_case("true")),
            })
            .collect()
    }

    /// What can be called here or is raised here, in order: `procedure`, `event`, `trigger`.
    pub fn routines(&self) -> Vec<Routine> {
        let text = self.part.text;
        let of = |node: Node<'_>| {
            // A keyword has the name of what it begins.
            if !node.is_named() {
                return None;
            }
            let kind = match node.kind() {
                "event_declaration" => "event",
                "procedure" | "interface_procedure" => "procedure",
                "trigger_declaration" => "trigger",
                _ => return None,
            };
            let part = Part { node, text };
            let parameters = node.child_by_field_name("parameters").map(children).unwrap_or_default();
            let parameters = parameters
                .into_iter()
                .filter(|node| node.kind() == "parameter")
                .map(|node| Part { node, text })
                .map(|part| (part.named("name"), part.named("type")))
                .collect();
            Some(Routine { kind, name: part.named("name"), parameters, text: part.written(node).to_owned() })
        };
        all(self.part.node).into_iter().filter_map(of).collect()
    }

    /// The control add-ins that a page uses.
    pub fn controls(&self) -> Vec<String> {
        let text = self.part.text;
        let controls = all(self.part.node).into_iter().filter(|node| node.kind() == "usercontrol_section");
        controls.map(|node| Part { node, text }.named("source")).collect()
    }

    /// The whole object as written.
    pub fn text(&self) -> &str {
        self.part.written(self.part.node)
    }

    /// What a permission set grants: kind and name of the object, and the rights.
    pub fn permissions(&self) -> Vec<Permission> {
        let Some(list) = self.part.property_node("Permissions") else { return Vec::new() };
        children(list)
            .into_iter()
            .filter(|node| node.kind() == "tabledata_permission")
            .map(|node| {
                let part = Part { node, text: self.part.text };
                let kind = node.child(0).map_or("", |keyword| part.written(keyword)).to_ascii_lowercase();
                Permission { kind, name: part.named("table_name"), rights: part.named("permission") }
            })
            .collect()
    }
}

/// A field of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name, which an API page answers with.
    pub name: String,
    /// What it shows, as written.
    pub source: String,
    /// Whether it can be written.
    pub editable: bool,
}

/// Something that is called or raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    /// `procedure`, `event`, `trigger`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Names and types of what it takes.
    pub parameters: Vec<(String, String)>,
    /// As written.
    pub text: String,
}

/// One line of a permission set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// `page`, `table`, `tabledata`.
    pub kind: String,
    /// Object.
    pub name: String,
    /// Rights; small letters are indirect ones.
    pub rights: String,
}
