//! What a page sends to sign somebody in, parameter by parameter, in a form that can be written down: values that are
//! random or secret are told by their shape, the others as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{Sent, Traffic};

/// The name of a request, and how it is known.
type Leg = (&'static str, fn(&Sent) -> bool);

/// The requests of a sign-in, in the order they leave.
const LEGS: [Leg; 4] = [
    ("authorize", |sent| sent.kind == "Document" && sent.url.contains("/oauth2/v2.0/authorize?")),
    ("code", |sent| is_grant(sent, "authorization_code")),
    ("refresh", |sent| is_grant(sent, "refresh_token")),
    ("sign-out", |sent| sent.kind == "Document" && sent.url.contains("/oauth2/v2.0/logout?")),
];

/// Headers a program sets. Everything else in a request is the browser's own and says nothing about the program.
const BROWSERS_OWN: [&str; 7] = [
    "accept",
    "referer",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "upgrade-insecure-requests",
    "user-agent",
];

/// Parameters whose value is the same in every sign-in and tells nothing about anybody.
const CONSTANT: [&str; 12] = [
    "response_type",
    "response_mode",
    "code_challenge_method",
    "prompt",
    "grant_type",
    "client_info",
    "clidata",
    "pocd",
    "claims",
    "x-client-SKU",
    "x-ms-lib-capability",
    "content-type",
];

fn is_grant(sent: &Sent, kind: &str) -> bool {
    sent.method == "POST"
        && sent.url.contains("/oauth2/v2.0/token")
        && form_of(sent).iter().any(|(name, value)| name == "grant_type" && value == kind)
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let filled = text.split('&').filter(|pair| !pair.is_empty());
    filled
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn request_of(sent: &Sent) -> Value {
    serde_json::from_str(&sent.content).unwrap_or_else(|error| panic!("not a request: {error}"))
}

/// The fields of a form that was posted.
pub fn form_of(sent: &Sent) -> Vec<(String, String)> {
    pairs(request_of(sent)["postData"].as_str().unwrap_or_default())
}

/// The fields of the query.
pub fn query_of(sent: &Sent) -> Vec<(String, String)> {
    let query = sent.url.split('#').next().unwrap_or_default().split_once('?');
    pairs(query.map_or("", |(_, query)| query))
}

/// Where and under which name something was sent: leg, `query`/`body`/`header`, name.
type Place = (usize, &'static str, String);

/// Everything one page sent in one sign-in.
#[derive(Clone, Debug, Default)]
pub struct Parameters(BTreeMap<Place, String>);

impl Parameters {
    /// Reads them off what the browser sent. Only the first request of each leg counts.
    pub fn of(traffic: &Traffic, page: &str) -> Self {
        let mut found = BTreeMap::new();
        for (leg, (name, is_it)) in LEGS.iter().enumerate() {
            let sent = traffic.all().iter().find(|sent| is_it(sent));
            let sent = sent.unwrap_or_else(|| panic!("nothing was sent for the leg “{name}”"));
            let headers = request_of(sent)["headers"].as_object().cloned().unwrap_or_default();
            let headers = headers
                .into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().unwrap_or_default().to_owned()))
                .filter(|(name, _)| sent.kind != "Document" && !BROWSERS_OWN.contains(&name.as_str()));
            let query = query_of(sent).into_iter().map(|pair| ("query", pair));
            let body = form_of(sent).into_iter().map(|pair| ("body", pair));
            for (place, (name, value)) in query.chain(body).chain(headers.map(|pair| ("header", pair))) {
                let shape = shape(&name, &value, page);
                let twice = found.insert((leg, place, name.clone()), shape);
                assert!(twice.is_none(), "{name} was sent twice");
            }
        }
        Self(found)
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, sign)| match at {
            8 | 13 | 18 | 23 => sign == '-',
            _ => sign.is_ascii_hexdigit(),
        })
}

/// A value, told so that two sign-ins of one page tell the same.
fn shape(name: &str, value: &str, page: &str) -> String {
    match name {
        "x-client-VER" => return "its version".to_owned(),
        "x-client-current-telemetry" | "x-client-last-telemetry" => return "what it did before".to_owned(),
        _ => {}
    }
    if CONSTANT.contains(&name) {
        return format!("`{value}`");
    }
    if name == "scope" {
        // Their order means nothing.
        let words: BTreeSet<&str> = value.split(' ').collect();
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
    }
    if let Some(path) = value.strip_prefix(page) {
        return format!("`<page>/{path}`");
    }
    if is_guid(value) {
        return "GUID".to_owned();
    }
    if let Some(members) = members(value) {
        return format!("base64url of JSON with {members}");
    }
    let routing = value.strip_prefix("Oid:").and_then(|rest| rest.split_once('@'));
    if routing.is_some_and(|(oid, tenant)| is_guid(oid) && is_guid(tenant)) {
        return "`Oid:`GUID`@`GUID".to_owned();
    }
    if value.len() == 43 && value.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_')) {
        return "43 base64url signs (256 bits)".to_owned();
    }
    "opaque".to_owned()
}

/// The names in base64url-coded JSON, where it is that.
fn members(value: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(&base64url(value)?).ok()?;
    let names: Vec<String> = value.as_object()?.keys().map(|name| format!("`{name}`")).collect();
    Some(names.join(", "))
}

fn base64url(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut count) = (Vec::new(), 0_u32, 0);
    for sign in text.trim_end_matches('=').bytes() {
        let six = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((held >> count).to_le_bytes()[0]);
        }
    }
    Some(bytes)
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `authorize`, `code`, `refresh`, `sign-out`.
    pub leg: String,
    /// Name, and where it is when not in the usual place.
    pub name: String,
    /// What our page sends.
    pub ours: String,
    /// What the other page sends.
    pub theirs: String,
    /// Why they differ; empty where they do not.
    pub why: String,
}

impl Row {
    /// Whether the two pages send something else.
    pub fn differs(&self) -> bool {
        self.ours != self.theirs
    }

    /// A row of a Markdown table, if this line is one with five cells (and not its head).
    pub fn read(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split(" | ").map(str::trim).collect();
        let [leg, name, ours, theirs, why] = cells.as_slice() else { return None };
        if *leg == "request" || leg.starts_with("--") {
            return None;
        }
        let [leg, name, ours, theirs, why] = [leg, name, ours, theirs, why].map(|cell| (*cell).to_owned());
        Some(Self { leg, name, ours, theirs, why })
    }

    /// As a line of the table.
    pub fn line(&self) -> String {
        format!("| {} | {} | {} | {} | {} |", self.leg, self.name, self.ours, self.theirs, self.why)
    }
}

/// The two side by side.
pub fn table(ours: &Parameters, theirs: &Parameters) -> Vec<Row> {
    let places: BTreeSet<&Place> = ours.0.keys().chain(theirs.0.keys()).collect();
    let said = |parameters: &Parameters, place: &Place| parameters.0.get(place).map_or("–".to_owned(), Clone::clone);
    places
        .into_iter()
        .map(|place| {
            let (leg, part, name) = place;
            let is_post = matches!(LEGS[*leg].0, "code" | "refresh");
            let mut name = format!("`{name}`");
            if *part == "header" || (is_post && *part == "query") {
                let _ = write!(name, " ({part})");
            }
            Row {
                leg: LEGS[*leg].0.to_owned(),
                name,
                ours: said(ours, place),
                theirs: said(theirs, place),
                why: String::new(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_their_shape_and_secrets_never() {
        let told = |name: &str, value: &str| shape(name, value, "https://localhost:1/");
        assert_eq!(told("state", "c0ffee00-e474-4da0-8000-000000000001"), "GUID");
        assert_eq!(told("state", "eyJpZCI6MSwibWV0YSI6e319"), "base64url of JSON with `id`, `meta`");
        assert_eq!(told("code_verifier", &"a-_Z".repeat(11)[..43]), "43 base64url signs (256 bits)");
        assert_eq!(told("refresh_token", "1.AXkA-secret"), "opaque");
        assert_eq!(told("redirect_uri", "https://localhost:1/redirect.html"), "`<page>/redirect.html`");
        assert_eq!(told("scope", "b a"), told("scope", "a b"));
    }

    #[test]
    fn a_row_reads_what_it_wrote() {
        let row = Row {
            leg: "code".to_owned(),
            name: "`a` (query)".to_owned(),
            ours: "–".to_owned(),
            theirs: "`retry-after, h429`".to_owned(),
            why: "because".to_owned(),
        };
        assert_eq!(Row::read(&row.line()), Some(row));
        assert_eq!(Row::read("| request | parameter | Entrada | MSAL | why they differ |"), None);
        assert_eq!(Row::read("|--|--|--|--|--|"), None);
    }
}
