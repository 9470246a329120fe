//! OData query options, as far as the page uses them: `$select`, `$filter`, `$search`, `$orderby`, `$top`, `$count`, paging.

use serde_json::{Map, Value};

use crate::graph::error::GraphError;
use crate::graph::filter::Filter;
use crate::graph::{Call, context};
use crate::wire::{Fields, decode, json};
use crate::{Cloud, Response};

/// The options of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) select: Vec<String>,
    pub(crate) filter: Option<Filter>,
    pub(crate) search: Option<String>,
    pub(crate) order_by: Option<(String, bool)>,
    pub(crate) top: Option<usize>,
    pub(crate) count: bool,
    skip: usize,
}

const DEFAULT_PAGE: usize = 100;
const LARGEST_PAGE: usize = 999;

impl Query {
    pub(crate) fn read(text: &str) -> Result<Self, GraphError> {
        let mut query = Self::default();
        for (name, value) in Fields::read(text).0 {
            match name.trim_start_matches('$') {
                "select" => {
                    query.select =
                        value.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
                }
                "filter" => query.filter = Some(Filter::read(&value)?),
                "search" => query.search = Some(value),
                "orderby" => {
                    let mut words = value.split_ascii_whitespace();
                    let property = words.next().unwrap_or_default().to_owned();
                    query.order_by = Some((property, words.next() == Some("desc")));
                }
                "top" => {
                    query.top =
                        Some(value.parse().ok().filter(|top| (1..=LARGEST_PAGE).contains(top)).ok_or_else(|| {
                            GraphError::query(format!(
                                "Invalid page size specified: '{value}'. Must be between 1 and 999 inclusive."
                            ))
                        })?);
                }
                "count" => query.count = value == "true",
                "skiptoken" => {
                    query.skip = value.strip_prefix("RFNwdAIAAQ").and_then(|text| text.parse().ok()).ok_or_else(|| {
                        GraphError::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
                    })?;
                }
                "expand" | "format" => {}
                other => {
                    return Err(GraphError::new(
                        400,
                        "BadRequest",
                        format!(
                            "The query specified in the URI is not valid. The option '${}' is unknown.",
                            decode(other)
                        ),
                    ));
                }
            }
        }
        Ok(query)
    }
}

/// What a collection lets a caller do.
pub(crate) struct Collection<'a> {
    /// Name in `@odata.context`.
    pub(crate) context: &'a str,
    /// Properties its items have.
    pub(crate) properties: &'a [&'a str],
    /// Properties `$filter` may name.
    pub(crate) filterable: &'a [&'a str],
}

/// Answers a collection: filters, sorts, pages and selects.
pub(crate) fn list(
    cloud: &Cloud,
    call: &Call,
    collection: &Collection<'_>,
    items: Vec<Value>,
) -> Result<Response, GraphError> {
    let query = &call.query;
    check(call, collection)?;
    let mut items = items;
    if let Some(filter) = &query.filter {
        items.retain(|item| filter.holds(item));
    }
    if let Some(search) = &query.search {
        let wanted = search_words(search)?;
        items.retain(|item| name_has_words(item, &wanted));
    }
    if let Some((property, descending)) = &query.order_by {
        items.sort_by_key(|item| item.get(property).and_then(Value::as_str).unwrap_or_default().to_lowercase());
        if *descending {
            items.reverse();
        }
    }
    let total = items.len();
    let page = query.top.unwrap_or(DEFAULT_PAGE);
    let more = total > query.skip + page;
    let shown: Vec<Value> =
        items.into_iter().skip(query.skip).take(page).map(|item| select(item, &query.select)).collect();
    let mut body = Map::new();
    body.insert("@odata.context".into(), context(cloud, collection.context).into());
    if query.count && call.eventual {
        body.insert("@odata.count".into(), total.into());
    }
    if more {
        body.insert("@odata.nextLink".into(), next_link(cloud, call, query.skip + page).into());
    }
    body.insert("value".into(), Value::Array(shown));
    Ok(json(200, &Value::Object(body)))
}

fn next_link(cloud: &Cloud, call: &Call, skip: usize) -> String {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    let mut parts: Vec<&str> =
        query.split('&').filter(|part| !part.is_empty() && !part.contains("skiptoken=")).collect();
    let token = format!("$skiptoken=RFNwdAIAAQ{skip}");
    parts.push(&token);
    format!("{}{path}?{}", cloud.settings.origins.graph, parts.join("&"))
}

/// Advanced queries need the header and the count (`graph.md` 2).
fn check(call: &Call, collection: &Collection<'_>) -> Result<(), GraphError> {
    let query = &call.query;
    check_select(&query.select, collection)?;
    let advanced = || {
        GraphError::query(
            "Request with $filter, $search or $orderby of this kind is only supported with the header \
             'ConsistencyLevel: eventual' and the query parameter '$count=true'.",
        )
    };
    if let Some(filter) = &query.filter {
        for property in filter.properties() {
            if !collection.filterable.contains(&property.as_str()) {
                return Err(GraphError::query(format!(
                    "Unsupported or invalid query filter clause specified for property '{property}'."
                )));
            }
        }
        if (filter.is_advanced() || query.order_by.is_some()) && !(call.eventual && query.count) {
            return Err(advanced());
        }
    }
    if query.search.is_some() && !call.eventual {
        return Err(advanced());
    }
    Ok(())
}

fn check_select(select: &[String], collection: &Collection<'_>) -> Result<(), GraphError> {
    match select.iter().find(|name| !collection.properties.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(GraphError::new(
            400,
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{unknown}' on type \
                 'microsoft.graph.{}'.",
                collection.context.trim_end_matches('s')
            ),
        )),
    }
}

/// Answers one object with its selected properties.
pub(crate) fn one(
    cloud: &Cloud,
    call: &Call,
    collection: &Collection<'_>,
    status: u16,
    item: Value,
) -> Result<Response, GraphError> {
    check_select(&call.query.select, collection)?;
    let mut item = select(item, &call.query.select);
    if let Value::Object(fields) = &mut item {
        fields.insert("@odata.context".into(), context(cloud, &format!("{}/$entity", collection.context)).into());
    }
    Ok(json(status, &item))
}

fn select(item: Value, names: &[String]) -> Value {
    match item {
        Value::Object(fields) if !names.is_empty() => Value::Object(
            fields.into_iter().filter(|(name, _)| names.contains(name) || name.starts_with('@')).collect(),
        ),
        other => other,
    }
}

/// `"displayName:some words"`, quotes included (`graph.md` 2).
fn search_words(search: &str) -> Result<Vec<String>, GraphError> {
    let wrong =
        || GraphError::new(400, "BadRequest", "Syntax error in $search: use \"displayName:text\" in double quotes.");
    let inside = search.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"')).ok_or_else(wrong)?;
    let (property, text) = inside.split_once(':').ok_or_else(wrong)?;
    if property != "displayName" {
        return Err(GraphError::query(format!("Property '{property}' is not searchable here.")));
    }
    Ok(words(text))
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn name_has_words(item: &Value, wanted: &[String]) -> bool {
    let known = words(item.get("displayName").and_then(Value::as_str).unwrap_or_default());
    wanted.iter().all(|word| known.iter().any(|known| known.starts_with(word.as_str())))
}
