//! The few things we need of URLs (RFC 3986): percent-encoding, queries and fragments, origins, and paths that are
//! safe to return to. No general URL parser: its IDNA tables would weigh more than this whole room.

use crate::gather::Gather;

/// Percent-encodes everything but RFC 3986's unreserved characters; right for a path segment and a query value.
pub fn encode(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.push('%');
            coded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            coded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    coded
}

/// Decodes percent-encoding; `+` is a space in queries and fragments of OAuth answers (form encoding).
/// Broken escapes stay as they are, bytes that are no UTF-8 become U+FFFD.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let digit = |ahead: usize| char::from(*bytes.get(place + ahead)?).to_digit(16);
        match (bytes[place], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high << 4 | low).to_le_bytes()[0]);
                place += 2;
            }
            (b'+', ..) => plain.push(b' '),
            (byte, ..) => plain.push(byte),
        }
        place += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Name and value pairs of a query or fragment, without its leading `?` or `#`, in order, duplicates kept.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .gather()
}

/// Writes pairs as a query or a form body.
#[inline(never)]
pub fn write_pairs(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(&encode(name));
        text.push('=');
        text.push_str(&encode(value));
    }
    text
}

/// An address with these pairs added to its query, which it may or may not have.
pub fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}{}", write_pairs(pairs))
}

/// An address in its parts; `query` and `fragment` without their signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host and port: `https://setup.example:8443`.
    pub origin: String,
    /// Begins with `/`.
    pub path: String,
    /// Between `?` and `#`.
    pub query: String,
    /// After `#`.
    pub fragment: String,
}

impl Address {
    /// Cuts an absolute http(s) address; `None` when it is not one or carries a user name.
    pub fn parse(text: &str) -> Option<Self> {
        let origin = origin(text)?;
        let rest = &text[origin.len()..];
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(Self {
            origin,
            path: if path.is_empty() { "/".into() } else { path.into() },
            query: query.into(),
            fragment: fragment.into(),
        })
    }

    /// The folder the page lies in, with a closing slash: `https://x.example/tools/`.
    pub fn folder(&self) -> String {
        let end = self.path.rfind('/').map_or(0, |place| place + 1);
        format!("{}{}", self.origin, &self.path[..end])
    }

    /// Path and query, which is what may be shown in the address bar after a sign-in.
    pub fn path_and_query(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// Scheme, host and port of an absolute http(s) URL, as written. `None` for other schemes, for URLs with
/// credentials in them, and for hosts with characters no host has.
pub fn origin(url: &str) -> Option<String> {
    let scheme = if url.starts_with("https://") {
        8
    } else if url.starts_with("http://") {
        7
    } else {
        return None;
    };
    let rest = &url[scheme..];
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let host = &rest[..end];
    let sound = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte));
    sound.then(|| url[..scheme + end].to_owned())
}

/// True for https, and for http on this machine (localhost and its subdomains, the loopback addresses): the only
/// origins a secure context can be, and the only ones Entra accepts as redirect URI (graph.md 13).
pub fn is_trustworthy(origin: &str) -> bool {
    if origin.starts_with("https://") {
        return true;
    }
    let Some(host) = origin.strip_prefix("http://") else {
        return false;
    };
    let host = if host.starts_with('[') {
        host.split(']').next().unwrap_or("").trim_start_matches('[')
    } else {
        host.split(':').next().unwrap_or("")
    };
    host == "localhost" || host.ends_with(".localhost") || host == "::1" || host == "127.0.0.1"
}

/// True for a path on our own origin that is safe to return to: one leading slash, no backslash, no control
/// character, nothing a browser could read as another host (sign-in.md 4.3 rule 5).
pub fn is_local_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control)
        && !path.split(['?', '#']).next().unwrap_or("").contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_survives_a_round_trip() {
        for text in ["", "a b+c", "CRONUS Danmark A/S", "名前 🍕 'quoted' 100%", "\u{202e}rtl"] {
            assert_eq!(decode(&encode(text)), text);
        }
    }

    #[test]
    fn broken_escapes_do_not_crash() {
        assert_eq!(decode("%"), "%");
        assert_eq!(decode("%4"), "%4");
        assert_eq!(decode("%zz%41"), "%zzA");
        assert_eq!(decode("%+F%-1"), "% F%-1");
        assert_eq!(decode("%ff"), "\u{fffd}");
    }

    #[test]
    fn addresses_are_cut_into_their_parts() {
        let address = Address::parse("https://x.example/tools/index.html?preset=magento#code=1&state=2").unwrap();
        assert_eq!(address.origin, "https://x.example");
        assert_eq!(address.folder(), "https://x.example/tools/");
        assert_eq!(address.path_and_query(), "/tools/index.html?preset=magento");
        assert_eq!(pairs(&address.fragment)[1], ("state".into(), "2".into()));
        assert_eq!(Address::parse("https://x.example").unwrap().folder(), "https://x.example/");
    }

    #[test]
    fn hostile_origins_are_refused() {
        for url in ["javascript:alert(1)", "https://user:pw@host/", "https://", "//host", "https://a b/", "ftp://x"] {
            assert_eq!(origin(url), None, "{url}");
        }
        assert_eq!(origin("https://good.example\\@evil.example/").as_deref(), Some("https://good.example"));
        assert!(!is_trustworthy("http://shop.example"));
        assert!(!is_trustworthy("http://localhost.evil.example"));
        assert!(is_trustworthy("http://login.localhost:8080"));
        assert!(is_trustworthy("http://[::1]:80"));
    }

    #[test]
    fn only_local_paths_may_be_returned_to() {
        for path in ["/", "/?preset=magento", "/tools/?a=https://x"] {
            assert!(is_local_path(path), "{path}");
        }
        for path in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "javascript:x", "/x:y"] {
            assert!(!is_local_path(path), "{path}");
        }
    }
}
