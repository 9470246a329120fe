//! Small readers and writers for HTTP: forms, queries, headers, times, answers. Decides nothing.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Request, Response};

const COMPONENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'\'')
    .add(b'+')
    .add(b',')
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'!')
    .add(b'$')
    .add(b'(')
    .add(b')')
    .add(b'*');

/// The fields of a query or form, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// Reads `a=b&c=d`, with `+` as a space.
    pub(crate) fn read(text: &str) -> Self {
        Self(
            text.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode_form(name), decode_form(value))
                })
                .collect(),
        )
    }

    /// The fields of a form body; empty when it is not one.
    pub(crate) fn of_form(request: &Request) -> Self {
        let is_form = header(request, "content-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"));
        if is_form { std::str::from_utf8(request.body()).map(Self::read).unwrap_or_default() } else { Self::default() }
    }

    /// The fields of the query.
    pub(crate) fn of_query(request: &Request) -> Self {
        Self::read(request.uri().query().unwrap_or_default())
    }

    /// First value of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// First value of a field, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    /// The first field that comes more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.0
            .iter()
            .enumerate()
            .find(|(at, (name, _))| self.0[..*at].iter().any(|(earlier, _)| earlier == name))
            .map(|(_, (name, _))| name.as_str())
    }
}

fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}

/// Percent-decodes one component.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Percent-encodes one component.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// Writes `a=b&c=d`.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// A header as text.
pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Sets a header; a value that no header may carry is left out.
pub(crate) fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

fn answer(status: u16, body: Vec<u8>) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> Response {
    answer(status, Vec::new())
}

/// A JSON answer.
pub(crate) fn json(status: u16, value: &Value) -> Response {
    let mut response = answer(status, value.to_string().into_bytes());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// A page.
pub(crate) fn html(status: u16, page: String) -> Response {
    let mut response = answer(status, page.into_bytes());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A redirect of a browser.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = answer(302, Vec::new());
    if let Ok(to) = HeaderValue::try_from(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `2027-05-01T00:00:00Z`, the way Graph writes times.
pub(crate) fn timestamp(ms: u64) -> String {
    moment(ms).format(&Rfc3339).unwrap_or_default()
}

/// `2027-05-01 00:00:00Z`, the way the token endpoint writes times.
pub(crate) fn login_timestamp(ms: u64) -> String {
    timestamp(ms / 1000 * 1000).replace('T', " ")
}

fn moment(ms: u64) -> OffsetDateTime {
    let seconds = i64::try_from(ms / 1000).unwrap_or(i64::MAX);
    let base = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    base + time::Duration::milliseconds(i64::try_from(ms % 1000).unwrap_or(0))
}

/// Reads an RFC 3339 time.
pub(crate) fn read_time(text: &str) -> Option<u64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Text made safe inside HTML, attributes included.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::{Fields, encode, read_time, timestamp};

    #[test]
    fn fields_keep_order_and_find_what_comes_twice() {
        let fields = Fields::read("a=1&b=x+y%26z&a=2&c");
        assert_eq!(fields.get("b"), Some("x y&z"));
        assert_eq!(fields.repeated(), Some("a"));
        assert_eq!(fields.filled("c"), None);
    }

    #[test]
    fn times_go_there_and_back() {
        let ms = 1_800_000_000_123;
        assert_eq!(read_time(&timestamp(ms)), Some(ms));
        assert_eq!(read_time("not a time"), None);
    }

    #[test]
    fn a_component_survives_encoding() {
        assert_eq!(super::decode(&encode("ä&=+ '/?#")), "ä&=+ '/?#");
    }
}
