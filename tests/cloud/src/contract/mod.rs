//! The contract with Microsoft Graph: the OpenAPI subset, and whether a request or an answer keeps to it.
//!
//! It only judges what is put before it; it sends nothing and changes nothing. Violations are sentences without
//! values from bodies, because bodies may hold secrets.

mod batch;
mod operation;
mod schema;
mod template;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use jsonschema::Validator;
use serde_json::Value;

use operation::Operation;
use template::Template;

/// The file inside the shared folder.
const FILE: &str = "openapi/graph-v1.0-subset.yaml";

/// A loaded OpenAPI description.
pub struct Contract {
    /// Paths of the description, the most literal first, so that `/me` is never read as a key.
    paths: Vec<(Template, HashMap<String, Operation>)>,
    /// Converted components, the root every `$ref` is resolved against.
    components: Value,
    /// Path of the server address, such as `/v1.0`.
    base: String,
    /// Validators by the place of their schema, made at first use.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// Why there is no contract.
#[derive(Debug)]
pub enum ContractError {
    /// The file cannot be read.
    Unreadable(std::io::Error),
    /// The file is not YAML.
    NotYaml(serde_norway::Error),
    /// The YAML is not the OpenAPI this reader understands; the text names the place.
    NotOpenApi(String),
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "the contract file cannot be read: {error}"),
            Self::NotYaml(error) => write!(f, "the contract file is not YAML: {error}"),
            Self::NotOpenApi(place) => {
                write!(f, "the contract file is not usable OpenAPI: {place}")
            }
        }
    }
}

impl std::error::Error for ContractError {}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract").field("paths", &self.paths.len()).finish_non_exhaustive()
    }
}

impl Contract {
    /// Reads an OpenAPI 3.0 file in YAML.
    pub fn load(path: &Path) -> Result<Self, ContractError> {
        let text = std::fs::read_to_string(path).map_err(ContractError::Unreadable)?;
        Self::parse(&text)
    }

    /// Reads OpenAPI 3.0 from YAML text.
    pub fn parse(yaml: &str) -> Result<Self, ContractError> {
        let document: Value = serde_norway::from_str(yaml).map_err(ContractError::NotYaml)?;
        let components = schema::convert(document.get("components").unwrap_or(&Value::Null));
        let base = document
            .pointer("/servers/0/url")
            .and_then(Value::as_str)
            .and_then(|url| url.split_once("://"))
            .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].trim_end_matches('/').to_owned()))
            .unwrap_or_default();
        let listed = document
            .get("paths")
            .and_then(Value::as_object)
            .ok_or_else(|| ContractError::NotOpenApi("`paths` is missing".to_owned()))?;
        let mut paths = Vec::with_capacity(listed.len());
        for (path, item) in listed {
            let template = Template::parse(path)
                .ok_or_else(|| ContractError::NotOpenApi(format!("path `{path}` has an open brace")))?;
            let operations = operation::read_all(path, item, &components).map_err(ContractError::NotOpenApi)?;
            paths.push((template, operations));
        }
        paths.sort_by_key(|(template, _)| template.rank());
        Ok(Self { paths, components, base, validators: Mutex::default() })
    }

    /// Where the contract lies: the folder named by `ENTRADA_SHARED`, else `../shared` beside the repository; `None` when absent.
    pub fn locate() -> Option<PathBuf> {
        let folder = std::env::var_os("ENTRADA_SHARED")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
        let file = folder.join(FILE);
        file.is_file().then_some(file)
    }

    /// Schemas of the contract itself that cannot be used, such as a reference that leads nowhere.
    pub fn check_itself(&self) -> Vec<String> {
        self.paths
            .iter()
            .flat_map(|(_, operations)| operations.values())
            .flat_map(|operation| operation.check_itself(self))
            .collect()
    }

    /// Everything in which a request leaves the contract. The path may carry the server's base path (`/v1.0`) or not (as inside a batch).
    /// The requests inside `POST /$batch` are judged as if sent alone.
    pub fn check_request(&self, method: &str, path_and_query: &str, headers: &HeaderMap, body: &[u8]) -> Vec<String> {
        let label = label(method, path_and_query);
        let mut violations = match self.find(method, path_and_query) {
            Ok(found) => found.check_request(self, path_and_query, headers, body),
            Err(violation) => vec![violation],
        };
        if batch::is_batch(method, self.relative(path_and_query)) {
            violations.extend(batch::check_requests(self, body));
        }
        prefixed(&label, violations)
    }

    /// Everything in which an answer leaves the contract. The answers inside a batch need their requests: see [`Self::check_exchange`].
    pub fn check_response(&self, method: &str, path_and_query: &str, status: u16, body: &[u8]) -> Vec<String> {
        let label = format!("{} -> {status}", label(method, path_and_query));
        let violations = match self.find(method, path_and_query) {
            Ok(found) => found.operation.check_response(self, status, body),
            // An error answer to what the contract does not know is right; the request already counts as a violation.
            Err(_) if status >= 400 => Vec::new(),
            Err(violation) => vec![violation],
        };
        prefixed(&label, violations)
    }

    /// Request and answer together: the only way to judge each answer inside a batch, because it names its request by id alone.
    pub fn check_exchange(
        &self,
        method: &str,
        path_and_query: &str,
        headers: &HeaderMap,
        request_body: &[u8],
        status: u16,
        response_body: &[u8],
    ) -> Vec<String> {
        let mut violations = self.check_request(method, path_and_query, headers, request_body);
        violations.extend(self.check_response(method, path_and_query, status, response_body));
        if batch::is_batch(method, self.relative(path_and_query)) && status == 200 {
            violations.extend(self.check_batch_response(request_body, response_body));
        }
        violations
    }

    /// Judges each answer inside a `$batch` answer against the request with the same id.
    pub fn check_batch_response(&self, request_body: &[u8], response_body: &[u8]) -> Vec<String> {
        batch::check_responses(self, request_body, response_body)
    }

    /// The path below the server's base path, without its query.
    fn relative<'a>(&self, path_and_query: &'a str) -> &'a str {
        let path = path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path);
        match path.strip_prefix(self.base.as_str()) {
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        }
    }

    fn find(&self, method: &str, path_and_query: &str) -> Result<Found<'_>, String> {
        let path = self.relative(path_and_query);
        let mut path_known = false;
        for (template, operations) in &self.paths {
            let Some(values) = template.read(path) else {
                continue;
            };
            path_known = true;
            if let Some(operation) = operations.get(&method.to_ascii_lowercase()) {
                return Ok(Found { operation, values });
            }
        }
        Err(if path_known {
            "the contract has no such method on this path".to_owned()
        } else {
            "the contract has no such path".to_owned()
        })
    }

    /// The validator of a schema, made once per place.
    fn validator(&self, place: &str, schema: &Value) -> Result<Arc<Validator>, String> {
        let mut made = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = made.get(place) {
            return Ok(Arc::clone(validator));
        }
        let validator = schema::compile(schema, &self.components).map_err(|error| format!("{place}: {error}"))?;
        let validator = Arc::new(validator);
        made.insert(place.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

/// The operation a request means, with the values of its path parameters.
struct Found<'a> {
    operation: &'a Operation,
    values: Vec<(String, String)>,
}

impl Found<'_> {
    fn check_request(
        &self,
        contract: &Contract,
        path_and_query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<String> {
        let query = path_and_query.split_once('?').map_or("", |(_, query)| query);
        let mut violations = self.operation.check_parameters(contract, &self.values, query, headers);
        violations.extend(self.operation.check_body(contract, headers, body));
        violations
    }
}

/// Method and path without the query, which may carry names.
fn label(method: &str, path_and_query: &str) -> String {
    let path = path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path);
    format!("{method} {path}")
}

fn prefixed(label: &str, violations: Vec<String>) -> Vec<String> {
    violations.into_iter().map(|violation| format!("{label}: {violation}")).collect()
}
