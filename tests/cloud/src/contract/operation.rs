//! One operation of the contract: its parameters, its body, its answers.

use std::collections::HashMap;

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Contract, schema};

const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];

/// What may be sent to one path with one method, and what may come back.
pub(super) struct Operation {
    /// `METHOD path`, the key of its validators.
    place: String,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    /// Status (`200`, `4XX`, `default`) to the JSON schema of the answer, or `None` where no body belongs.
    responses: HashMap<String, Option<Value>>,
}

struct Parameter {
    name: String,
    place: Place,
    required: bool,
    schema: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Path,
    Query,
    Header,
}

struct Body {
    required: bool,
    schema: Value,
}

/// The operations of one path item, by lower-case method.
pub(super) fn read_all(path: &str, item: &Value, components: &Value) -> Result<HashMap<String, Operation>, String> {
    let shared = read_parameters(path, item.get("parameters"), components)?;
    let mut operations = HashMap::new();
    for method in METHODS {
        let Some(described) = item.get(method) else {
            continue;
        };
        let place = format!("{} {path}", method.to_ascii_uppercase());
        let mut parameters = read_parameters(&place, described.get("parameters"), components)?;
        for parameter in &shared {
            let overridden = parameters.iter().any(|own| own.name == parameter.name && own.place == parameter.place);
            if !overridden {
                parameters.push(Parameter {
                    name: parameter.name.clone(),
                    place: parameter.place,
                    required: parameter.required,
                    schema: parameter.schema.clone(),
                });
            }
        }
        let body = described.get("requestBody").map(|body| Body {
            required: body.get("required") == Some(&Value::Bool(true)),
            schema: json_schema(body).unwrap_or(Value::Bool(true)),
        });
        let responses = described
            .get("responses")
            .and_then(Value::as_object)
            .ok_or_else(|| format!("{place} has no `responses`"))?
            .iter()
            .map(|(status, response)| {
                let response = schema::resolve(response, components);
                (status.to_ascii_uppercase(), json_schema(response))
            })
            .collect();
        operations.insert(method.to_owned(), Operation { place, parameters, body, responses });
    }
    Ok(operations)
}

fn read_parameters(place: &str, listed: Option<&Value>, components: &Value) -> Result<Vec<Parameter>, String> {
    let Some(Value::Array(listed)) = listed else {
        return Ok(Vec::new());
    };
    listed
        .iter()
        .map(|parameter| {
            let parameter = schema::resolve(parameter, components);
            let text = |name| parameter.get(name).and_then(Value::as_str);
            let name = text("name").ok_or_else(|| format!("{place} has a parameter without a name"))?;
            let place = match text("in") {
                Some("path") => Place::Path,
                Some("query") => Place::Query,
                Some("header") => Place::Header,
                _ => {
                    return Err(format!("{place} has parameter `{name}` in an unknown place"));
                }
            };
            Ok(Parameter {
                name: name.to_owned(),
                place,
                required: parameter.get("required") == Some(&Value::Bool(true)),
                schema: schema::convert(parameter.get("schema").unwrap_or(&Value::Bool(true))),
            })
        })
        .collect()
}

fn json_schema(message: &Value) -> Option<Value> {
    message.get("content")?.get("application/json")?.get("schema").map(schema::convert)
}

impl Operation {
    /// Makes every validator once; gives those that cannot be made.
    pub(super) fn check_itself(&self, contract: &Contract) -> Vec<String> {
        let parameters =
            self.parameters.iter().map(|each| (format!("{} {:?} {}", self.place, each.place, each.name), &each.schema));
        let body = self.body.iter().map(|body| (format!("{} body", self.place), &body.schema));
        let responses = self
            .responses
            .iter()
            .filter_map(|(status, schema)| Some((format!("{} {status}", self.place), schema.as_ref()?)));
        parameters
            .chain(body)
            .chain(responses)
            .filter_map(|(place, schema)| contract.validator(&place, schema).err())
            .collect()
    }

    /// Path, query and header parameters: known, present where required, and of the right shape.
    pub(super) fn check_parameters(
        &self,
        contract: &Contract,
        path_values: &[(String, String)],
        query: &str,
        headers: &HeaderMap,
    ) -> Vec<String> {
        let mut violations = Vec::new();
        for (name, value) in path_values {
            self.check_value(contract, Place::Path, name, value, &mut violations);
        }
        let mut seen: Vec<String> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                violations.push("the query is not percent-encoded UTF-8".to_owned());
                continue;
            };
            if seen.contains(&name) {
                violations.push(format!("query parameter `{name}` is given twice"));
            }
            if !self.check_value(contract, Place::Query, &name, &value, &mut violations) {
                violations.push(format!("the contract has no query parameter `{name}` here"));
            }
            seen.push(name);
        }
        for parameter in &self.parameters {
            let missing = match parameter.place {
                Place::Path => false,
                Place::Query => !seen.contains(&parameter.name),
                Place::Header => match headers.get(&parameter.name).map(|value| value.to_str()) {
                    None => true,
                    Some(Ok(value)) => {
                        self.check_value(contract, Place::Header, &parameter.name, value, &mut violations);
                        false
                    }
                    Some(Err(_)) => {
                        violations.push(format!("header `{}` is not plain text", parameter.name));
                        false
                    }
                },
            };
            if missing && parameter.required {
                violations.push(format!("required parameter `{}` is missing", parameter.name));
            }
        }
        violations
    }

    /// Judges one value; false when no such parameter is declared.
    fn check_value(&self, contract: &Contract, place: Place, name: &str, value: &str, into: &mut Vec<String>) -> bool {
        let Some(parameter) =
            self.parameters.iter().find(|parameter| parameter.place == place && parameter.name == name)
        else {
            // A template always declares its own parameters; elsewhere the caller decides what that means.
            return place == Place::Path;
        };
        let value = typed(value, schema::resolve(&parameter.schema, &contract.components));
        match contract.validator(&format!("{} {place:?} {name}", self.place), &parameter.schema) {
            Ok(validator) => into.extend(schema::violations(&validator, &format!("parameter `{name}`"), &value)),
            Err(violation) => into.push(violation),
        }
        true
    }

    /// The request body: there when required, absent when none is declared, JSON, of the right shape, without unknown fields.
    pub(super) fn check_body(&self, contract: &Contract, headers: &HeaderMap, body: &[u8]) -> Vec<String> {
        let Some(declared) = &self.body else {
            return if body.is_empty() { Vec::new() } else { vec!["the contract has no body here".to_owned()] };
        };
        if body.is_empty() {
            return if declared.required { vec!["the required body is missing".to_owned()] } else { Vec::new() };
        }
        let mut violations = Vec::new();
        let json_type = headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !json_type {
            violations.push("the body is not sent as `application/json`".to_owned());
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            violations.push("the body is not JSON".to_owned());
            return violations;
        };
        match contract.validator(&format!("{} body", self.place), &declared.schema) {
            Ok(validator) => violations.extend(schema::violations(&validator, "body", &value)),
            Err(violation) => violations.push(violation),
        }
        violations.extend(schema::undeclared(&declared.schema, &contract.components, &value, ""));
        violations
    }

    /// The answer: a declared status, and a body of the declared shape or none.
    pub(super) fn check_response(&self, contract: &Contract, status: u16, body: &[u8]) -> Vec<String> {
        let candidates = [status.to_string(), format!("{}XX", status / 100), "DEFAULT".to_owned()];
        let Some((key, declared)) = candidates.iter().find_map(|key| self.responses.get_key_value(key)) else {
            return vec!["the contract has no such status".to_owned()];
        };
        let Some(declared) = declared else {
            return if body.is_empty() {
                Vec::new()
            } else {
                vec!["the contract has no body with this status".to_owned()]
            };
        };
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return vec!["the answer is not JSON".to_owned()];
        };
        match contract.validator(&format!("{} {key}", self.place), declared) {
            Ok(validator) => schema::violations(&validator, "answer", &value),
            Err(violation) => vec![violation],
        }
    }
}

fn decode(text: &str) -> Option<String> {
    // In a query `+` means a space, which Graph accepts as well as `%20`.
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// A parameter's text as the JSON value its schema speaks about; what cannot be read stays text and fails there.
fn typed(value: &str, schema: &Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => value.parse::<i64>().map_or_else(|_| value.into(), Value::from),
        Some("boolean") => value.parse::<bool>().map_or_else(|_| value.into(), Value::from),
        Some("array") => value.split(',').map(|item| Value::from(item.trim())).collect(),
        _ => value.into(),
    }
}
