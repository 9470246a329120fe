//! HTTP requests and responses as values. Who sends them, and when, is decided elsewhere.

use super::json::{self, Value};
use super::secret::Secret;
use crate::search;

/// The methods the APIs we call know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or runs an action.
    Post,
    /// Changes, or creates by key with `Prefer: create-if-missing`.
    Patch,
    /// Puts something at an address that is already known; the admin center's way.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request carries.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON. None of our JSON bodies holds a secret: Entra makes the client secret and we only read it.
    Json(Value),
    /// `application/x-www-form-urlencoded` for the token endpoint; holds codes and tokens, so it is secret as a whole.
    Form(Secret),
    /// Text to be sent compressed, as `application/octet-stream`: UTF-8, then gzip. The browser has both built in.
    Gzip(String),
}

/// One request. The bearer token is attached last, by whoever knows which origin it belongs to.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute, except inside a Graph batch.
    pub url: String,
    /// Without `Authorization` and `Content-Type`, which follow from the other fields.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Body,
    /// Access token, if any.
    pub bearer: Option<Secret>,
    /// Only whether an answer comes is asked: the browser sends it without CORS and shows nothing of the answer.
    pub opaque: bool,
}

impl Request {
    /// A request without body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self::to(method, url.into())
    }

    #[inline(never)]
    fn to(method: Method, url: String) -> Self {
        Self { method, url, headers: Vec::new(), body: Body::Empty, bearer: None, opaque: false }
    }

    /// A read.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::Get, url)
    }

    /// Whether a server can be reached at all: the bare address, no token, no query.
    pub fn probe(url: &str) -> Self {
        Self { opaque: true, ..Self::get(url.split('?').next().unwrap_or(url)) }
    }

    /// With a JSON body.
    #[inline(never)]
    #[must_use]
    pub fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// With one more header.
    #[must_use]
    pub fn header(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with_header(name, value.into())
    }

    #[inline(never)]
    fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Only if the thing is still in the state of this etag; without one, in whatever state it is.
    #[must_use]
    pub fn if_match(self, etag: Option<&str>) -> Self {
        self.header("If-Match", etag.unwrap_or("*"))
    }
}

/// One answer. Headers are those the browser lets us read (CORS); names are lower case.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Readable headers, lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body; token answers and new credentials are in it, so it does not show in debug output.
    pub body: Secret,
}

impl Response {
    /// A header by lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// `Retry-After` in milliseconds, when it is a number of seconds; the date form is not used by Graph, Entra or
    /// Business Central (graph.md 12, business-central.md 1.5).
    pub fn retry_after_ms(&self) -> Option<u32> {
        let seconds = search::whole(self.header("retry-after")?.trim())?;
        u32::try_from(seconds.min(3600) * 1000).ok()
    }
}

/// Why there is no answer at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// The browser gave no reason: no network, a blocker, or an answer without CORS headers.
    Unreachable,
    /// The server can be reached, and the browser keeps its answer from us: no CORS headers.
    Blocked,
    /// The browser knows that it has no network.
    Offline,
    /// We stopped waiting.
    TimedOut,
}

/// A request that did not bring what it should. Small, because every `?` on the way moves it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server understood and said no.
    #[error("refused with {} {}", .0.status, .0.code)]
    Refused(Box<Refusal>),
    /// The server asks us to come back later (429, 502, 503, 504).
    #[error("busy with {status}")]
    Busy {
        /// Status code.
        status: u16,
        /// Its own wish, if it has one.
        after_ms: Option<u32>,
    },
    /// No answer arrived; the work may or may not have been done.
    #[error("no answer: {0:?}")]
    Silent(Silence),
    /// An answer arrived that does not fit the contract.
    #[error("unreadable answer: {0}")]
    Unreadable(json::Misread),
}

impl CallError {
    /// What was asked for may have been done all the same.
    pub fn leaves_doubt(&self) -> bool {
        match self {
            Self::Silent(_) | Self::Unreadable(_) => true,
            Self::Busy { status, .. } => *status != 429,
            Self::Refused(refusal) => refusal.status >= 500,
        }
    }
}

/// Nothing for a successful answer, or its error; how a service words its refusals is the service's own.
pub(super) fn accept(response: &Response, refusal: fn(&Response) -> Refusal) -> Result<(), CallError> {
    if matches!(response.status, 429 | 502 | 503 | 504) {
        return Err(CallError::Busy { status: response.status, after_ms: response.retry_after_ms() });
    }
    if response.is_success() { Ok(()) } else { Err(CallError::Refused(Box::new(refusal(response)))) }
}

/// The JSON body of a successful answer, or the error that stands there instead.
pub(super) fn read_json(response: &Response, refusal: fn(&Response) -> Refusal) -> Result<Value, CallError> {
    accept(response, refusal)?;
    if response.body.is_empty() {
        return Ok(Value::Null);
    }
    json::parse(response.body.open()).map_err(CallError::Unreadable)
}

/// What a refusing server said. Messages are for developers and may change; codes decide (graph.md 10).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Main error code, possibly empty.
    pub code: String,
    /// The server's own words.
    pub message: String,
    /// Further codes (`details[].code`, AADSTS numbers).
    pub details: Vec<String>,
    /// The id its support asks for.
    pub request_id: String,
    /// What a further sign-in has to bring, as JSON text to pass on unchanged (sign-in.md 2.6).
    pub claims: Option<String>,
}

impl Refusal {
    /// True when the main or a further code equals this.
    pub fn has_code(&self, code: &str) -> bool {
        self.code == code || self.details.iter().any(|detail| detail == code)
    }

    /// True when the message contains these words, whatever their case. The words are ASCII, as the messages are that
    /// we match: requests pin English (business-central.md 1.5).
    pub fn says(&self, words: &str) -> bool {
        self.message.as_bytes().windows(words.len()).any(|part| part.eq_ignore_ascii_case(words.as_bytes()))
    }
}
