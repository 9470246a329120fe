//! OpenAPI 3.0 schemas as JSON schemas, and the search for body fields a schema does not declare.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// A schema tree with OpenAPI's `nullable` turned into JSON schema's `null` type.
pub(super) fn convert(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut converted: Map<String, Value> =
                members.iter().map(|(name, member)| (name.clone(), convert(member))).collect();
            if members.get("nullable") == Some(&Value::Bool(true)) {
                converted.remove("nullable");
                if let Some(Value::String(kind)) = members.get("type") {
                    converted.insert("type".to_owned(), json!([kind, "null"]));
                }
                if let Some(Value::Array(allowed)) = converted.get_mut("enum") {
                    allowed.push(Value::Null);
                }
            }
            Value::Object(converted)
        }
        Value::Array(items) => Value::Array(items.iter().map(convert).collect()),
        other => other.clone(),
    }
}

/// A validator for a converted schema whose references point into the converted components.
pub(super) fn compile(schema: &Value, components: &Value) -> Result<Validator, String> {
    // Only what the schema refers to comes along: with every component each operation would take many times as long.
    let mut needed = Map::new();
    gather(schema, components, &mut needed);
    let root = json!({ "allOf": [schema], "components": { "schemas": needed } });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(&root)
        .map_err(|error| format!("the schema itself is not usable: {error}"))
}

/// Every component schema a schema refers to, directly or through others.
fn gather(schema: &Value, components: &Value, into: &mut Map<String, Value>) {
    match schema {
        Value::Object(members) => {
            let name = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| reference.strip_prefix("#/components/schemas/"));
            if let Some(name) = name
                && !into.contains_key(name)
                && let Some(found) = components.get("schemas").and_then(|schemas| schemas.get(name))
            {
                into.insert(name.to_owned(), found.clone());
                gather(found, components, into);
            }
            members.values().for_each(|member| gather(member, components, into));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, components, into)),
        _ => {}
    }
}

/// What a validator finds wrong, each with its place and without the value.
pub(super) fn violations(validator: &Validator, what: &str, value: &Value) -> Vec<String> {
    validator
        .iter_errors(value)
        .map(|error| {
            let place = error.instance_path().to_string();
            let place = if place.is_empty() { "/" } else { place.as_str() }.to_owned();
            format!("{what} at {place}: {}", error.masked_with("the value"))
        })
        .collect()
}

/// The schema behind a `$ref` into the components, or the schema itself.
pub(super) fn resolve<'a>(schema: &'a Value, components: &'a Value) -> &'a Value {
    let mut current = schema;
    // References may point at references; a ring would be a broken contract and ends here.
    for _ in 0..16 {
        let Some(pointer) =
            current.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/components"))
        else {
            return current;
        };
        let Some(next) = components.pointer(pointer) else {
            return current;
        };
        current = next;
    }
    current
}

/// Fields of a body that its schema does not declare. The schemas leave `additionalProperties` open (both kinds of
/// object are open types in Graph), so a plain validation would let a misspelt field through.
pub(super) fn undeclared(schema: &Value, components: &Value, value: &Value, at: &str) -> Vec<String> {
    let parts = parts(schema, components);
    match value {
        Value::Object(members) => {
            let open = parts.iter().any(|part| part.get("additionalProperties").is_some_and(Value::is_object));
            let described = parts.iter().any(|part| part.get("properties").is_some());
            if open || !described {
                return Vec::new();
            }
            members
                .iter()
                .flat_map(|(name, member)| {
                    let place = format!("{at}/{name}");
                    let declared: Vec<&Value> =
                        parts.iter().filter_map(|part| part.get("properties").and_then(|all| all.get(name))).collect();
                    if declared.is_empty() {
                        // Annotations (`@odata.type`, `owners@odata.bind`) belong to the protocol, not to the schema.
                        if name.contains('@') {
                            return Vec::new();
                        }
                        return vec![format!("body at {place}: the contract declares no such field")];
                    }
                    declared.into_iter().flat_map(|schema| undeclared(schema, components, member, &place)).collect()
                })
                .collect()
        }
        Value::Array(items) => parts
            .iter()
            .filter_map(|part| part.get("items"))
            .flat_map(|schema| {
                items
                    .iter()
                    .enumerate()
                    .flat_map(move |(index, item)| undeclared(schema, components, item, &format!("{at}/{index}")))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The schema with everything `allOf`, `anyOf` and `oneOf` add to it.
fn parts<'a>(schema: &'a Value, components: &'a Value) -> Vec<&'a Value> {
    let schema = resolve(schema, components);
    let mut all = vec![schema];
    for combiner in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(alternatives)) = schema.get(combiner) {
            all.extend(alternatives.iter().flat_map(|each| parts(each, components)));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{compile, convert, undeclared};

    #[test]
    fn nullable_becomes_the_null_type_with_its_enum() {
        let converted = convert(&json!({ "type": "string", "nullable": true, "enum": ["a"] }));
        assert_eq!(converted, json!({ "type": ["string", "null"], "enum": ["a", null] }));
    }

    #[test]
    fn null_or_reference_rejects_a_wrong_type_inside() {
        let components = convert(
            &json!({ "schemas": { "web": { "type": "object", "properties": { "uris": { "type": "array" } } } } }),
        );
        let schema = convert(&json!({ "anyOf": [
            { "$ref": "#/components/schemas/web" },
            { "type": "object", "nullable": true, "not": { "type": "object" } }
        ] }));
        let validator = compile(&schema, &components).unwrap();
        assert!(validator.is_valid(&json!(null)));
        assert!(validator.is_valid(&json!({ "uris": [] })));
        assert!(!validator.is_valid(&json!({ "uris": "x" })));
    }

    #[test]
    fn a_misspelt_field_is_found_at_any_depth() {
        let components =
            json!({ "schemas": { "web": { "type": "object", "properties": { "uris": { "type": "array" } } } } });
        let schema = json!({ "type": "object", "properties": { "web": { "anyOf": [ { "$ref": "#/components/schemas/web" } ] } } });
        let body = json!({ "web": { "uri": [] }, "@odata.type": "x" });
        assert_eq!(
            undeclared(&schema, &components, &body, ""),
            ["body at /web/uri: the contract declares no such field"]
        );
    }
}
