//! OData as Business Central speaks it: addresses, query options, pages, entity tags (`business-central.md` 1.1, 1.5).

use std::collections::HashSet;
use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::entity::EntitySet;
use super::errors::{Refusal, json_response};
use super::filter::Filter;
use super::text::{Language, Message};
use crate::Response;

/// Rows of one answer unless the caller asks for fewer (`business-central.md` 1.5).
const PAGE: usize = 20_000;

/// One path segment: a name and perhaps a key in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) name: String,
    pub(super) key: Option<String>,
}

impl Segment {
    /// Reads `users(6b1e…)` or `users`.
    pub(super) fn read(raw: &str) -> Self {
        let decoded = percent_decode_str(raw).decode_utf8_lossy();
        match decoded.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
            Some((name, key)) => Self { name: name.to_owned(), key: Some(key.to_owned()) },
            None => Self { name: decoded.into_owned(), key: None },
        }
    }

    /// The key as an id; anything else in the brackets is a syntax error.
    pub(super) fn id(&self) -> Result<Option<Uuid>, Refusal> {
        let Some(key) = &self.key else { return Ok(None) };
        Uuid::parse_str(key)
            .map(Some)
            .map_err(|_| Refusal::missing("BadRequest_NotFound", Message::KeySyntax { key: key.clone() }))
    }
}

/// What a handler sees of a request.
pub(super) struct Call<'a> {
    pub(super) method: &'a Method,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    /// Query options, decoded, in order.
    pub(super) options: Vec<(String, String)>,
    /// Address up to the API version, without a slash at its end.
    pub(super) root: String,
    /// Address of this request without its query.
    pub(super) address: String,
    pub(super) language: Language,
    /// Rows of one answer, when the environment gives fewer than the service may.
    pub(super) page_rows: Option<usize>,
}

/// Decoded query options.
pub(super) fn options(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// A row's entity tag: it follows the content, so any change makes the old one stale. Expanded parts have tags of their own.
pub(super) fn etag(row: &Value) -> String {
    let own: Vec<_> = row.as_object().into_iter().flatten().filter(|(_, value)| !value.is_array()).collect();
    let digest = STANDARD.encode(Sha256::digest(serde_json::to_vec(&own).unwrap_or_default()));
    format!("W/\"{}\"", STANDARD.encode(format!("44;{digest}1;00;")))
}

impl Call<'_> {
    /// A query option.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        self.option(name)
            .map(|value| {
                value.parse().map_err(|_| {
                    Refusal::bad("BadRequest", Message::QuerySyntax { detail: format!("{name} is not a number") })
                })
            })
            .transpose()
    }

    fn refuse_unknown_options(&self) -> Result<(), Refusal> {
        const KNOWN: [&str; 8] = ["$filter", "$select", "$top", "$skip", "$skiptoken", "$count", "$orderby", "$expand"];
        // `$schemaversion` only changes which filter functions exist (`business-central.md` 1.5).
        let unknown = self
            .options
            .iter()
            .find(|(name, _)| name.starts_with('$') && name != "$schemaversion" && !KNOWN.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some((name, _)) => Err(Refusal::bad(
                "BadRequest",
                Message::QuerySyntax { detail: format!("the query option '{name}' is not supported") },
            )),
        }
    }

    /// Refuses a change whose `If-Match` is missing or stale (`business-central.md` 1.4, 1.5).
    pub(super) fn match_tag(&self, row: &Value) -> Result<(), Refusal> {
        let given = self.headers.get(http::header::IF_MATCH).and_then(|value| value.to_str().ok()).map(str::trim);
        match given {
            Some("*") => Ok(()),
            Some(tag) if tag == etag(row) => Ok(()),
            Some(tag) if tag.starts_with("W/\"") && tag.ends_with('"') => Err(Refusal::changed()),
            _ => Err(Refusal::bad("BadRequest_InvalidToken", Message::ConcurrencyTokenInvalid)),
        }
    }

    /// Names in `$expand`.
    pub(super) fn expands(&self, name: &str) -> bool {
        self.option("$expand").is_some_and(|wanted| wanted.split(',').any(|part| part.trim() == name))
    }

    /// Filters, orders, pages and cuts rows into an answer.
    pub(super) fn list(&self, set: &EntitySet<'_>, context: &str, mut rows: Vec<Value>) -> Result<Response, Refusal> {
        self.refuse_unknown_options()?;
        if let Some(text) = self.option("$filter") {
            let filter = Filter::read(text, set)?;
            rows.retain(|row| filter.passes(row));
        }
        self.order(set, &mut rows)?;
        let count = rows.len();
        let mut rows: Vec<Value> = rows.into_iter().skip(self.number("$skip")?.unwrap_or(0)).collect();
        rows.truncate(self.number("$top")?.unwrap_or(usize::MAX));

        let offset = self.number("$skiptoken")?.unwrap_or(0);
        let asked = self.preferred_page();
        let longest = self.page_rows.unwrap_or(PAGE).clamp(1, PAGE);
        let page = asked.unwrap_or(longest).clamp(1, longest);
        let next = offset.saturating_add(page);
        let more = next < rows.len();
        let selected = self.selected(set)?;
        let rows: Vec<Value> =
            rows.into_iter().skip(offset).take(page).map(|row| tagged(row, selected.as_ref(), None)).collect();

        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), format!("{}/$metadata#{context}", self.root).into());
        if self.option("$count") == Some("true") {
            body.insert("@odata.count".to_owned(), count.into());
        }
        body.insert("value".to_owned(), rows.into());
        if more {
            body.insert("@odata.nextLink".to_owned(), self.next_link(next).into());
        }
        let mut response = odata(StatusCode::OK, &Value::Object(body));
        if let Some(Ok(applied)) = asked.map(|_| format!("odata.maxpagesize={page}").parse()) {
            response.headers_mut().insert("preference-applied", applied);
        }
        Ok(response)
    }

    /// One row as an answer.
    pub(super) fn single(
        &self,
        set: &EntitySet<'_>,
        context: &str,
        status: StatusCode,
        row: Value,
    ) -> Result<Response, Refusal> {
        self.refuse_unknown_options()?;
        let selected = self.selected(set)?;
        let context = format!("{}/$metadata#{context}/$entity", self.root);
        let tag = etag(&row);
        let mut response = odata(status, &tagged(row, selected.as_ref(), Some(context)));
        if let Ok(tag) = tag.parse() {
            response.headers_mut().insert(http::header::ETAG, tag);
        }
        Ok(response)
    }

    /// Rows a page may hold, from `Prefer: odata.maxpagesize=N`.
    fn preferred_page(&self) -> Option<usize> {
        self.headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split([',', ';']))
            .find_map(|each| {
                let each = each.trim();
                each.strip_prefix("odata.maxpagesize=").or_else(|| each.strip_prefix("maxpagesize="))
            })
            .and_then(|size| size.parse().ok())
    }

    fn selected<'a>(&self, set: &EntitySet<'a>) -> Result<Option<HashSet<&'a str>>, Refusal> {
        self.option("$select")
            .map(|names| names.split(',').map(|name| set.property(name.trim()).map(|found| found.name)).collect())
            .transpose()
    }

    fn order(&self, set: &EntitySet<'_>, rows: &mut [Value]) -> Result<(), Refusal> {
        let Some(order) = self.option("$orderby") else { return Ok(()) };
        for part in order.split(',').rev() {
            let (name, direction) = part.trim().split_once(' ').unwrap_or((part.trim(), "asc"));
            let property = set.property(name)?;
            let key = |row: &Value| row.get(property.name).map(Value::to_string).unwrap_or_default();
            rows.sort_by_key(key);
            if direction.trim() == "desc" {
                rows.reverse();
            }
        }
        Ok(())
    }

    fn next_link(&self, next: usize) -> String {
        let mut link = format!("{}?", self.address);
        for (name, value) in self.options.iter().filter(|(name, _)| name != "$skiptoken") {
            let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            // Writing to a String cannot fail.
            let _ = write!(link, "{name}={value}&");
        }
        link + &format!("$skiptoken={next}")
    }
}

/// A row with its tag in front, cut to the selected properties; expanded parts stay.
fn tagged(row: Value, selected: Option<&HashSet<&str>>, context: Option<String>) -> Value {
    let tag = etag(&row);
    let mut body = Map::new();
    if let Some(context) = context {
        body.insert("@odata.context".to_owned(), context.into());
    }
    body.insert("@odata.etag".to_owned(), tag.into());
    if let Value::Object(members) = row {
        let kept = members
            .into_iter()
            .filter(|(name, value)| value.is_array() || selected.is_none_or(|names| names.contains(name.as_str())));
        body.extend(kept);
    }
    Value::Object(body)
}

/// An answer without content.
pub(super) fn no_content() -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn odata(status: StatusCode, body: &Value) -> Response {
    let mut response = json_response(status, body);
    let headers = response.headers_mut();
    headers.insert("odata-version", HeaderValue::from_static("4.0"));
    headers.insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; odata.metadata=minimal; odata.streaming=true"),
    );
    response
}

/// An expanded part inside a row: its rows, each with its tag.
pub(super) fn part(rows: Vec<Value>) -> Value {
    json!(rows.into_iter().map(|row| tagged(row, None, None)).collect::<Vec<_>>())
}
