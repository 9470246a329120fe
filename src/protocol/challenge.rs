//! The claims challenge: a resource refuses a token that is good but not good enough, and says what is missing
//! (sign-in.md 2.6, graph.md 11).

use super::http::Response;
use super::{base64, json};

/// The claims a resource wants, as JSON text to pass on unchanged; `None` when the answer is no such challenge.
///
/// Challenges may be several, in one header or in many that a browser joins with commas; their parameters come in any
/// order, quoted or not (RFC 9110 11.6.1).
pub fn wanted_claims(response: &Response) -> Option<String> {
    if !matches!(response.status, 401 | 403) {
        return None;
    }
    let challenges = challenges(response.header("www-authenticate")?);
    let fitting = challenges.iter().find(|(scheme, parameters)| {
        scheme.eq_ignore_ascii_case("bearer") && value(parameters, "error") == Some("insufficient_claims")
    });
    let bytes = base64::decode(value(&fitting?.1, "claims")?)?;
    let text = String::from_utf8(bytes).ok()?;
    json::parse(&text).ok()?.is_object().then_some(text)
}

type Parameters = Vec<(String, String)>;

fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn challenges(header: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    for part in parts(header) {
        let (front, value) = part.split_once('=').unwrap_or((part, ""));
        let mut words = front.split_whitespace();
        // `Bearer realm="x"` opens a challenge, and so does a scheme that stands alone; `realm="x"` continues one.
        let name = match (words.next(), words.next()) {
            (Some(scheme), name) if name.is_some() || front == part => {
                found.push((scheme.to_owned(), Vec::new()));
                name
            }
            (name, _) => name,
        };
        if let (Some(name), Some((_, parameters))) = (name, found.last_mut()) {
            parameters.push((name.to_owned(), unquoted(value.trim())));
        }
    }
    found
}

/// Cuts at commas outside quotes.
fn parts(header: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    header
        .split(move |sign| {
            let cuts = sign == ',' && !quoted;
            if sign == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && sign == '\\' && !escaped;
            cuts
        })
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut text = String::new();
    let mut signs = inner.strip_suffix('"').unwrap_or(inner).chars();
    while let Some(sign) = signs.next() {
        text.extend(if sign == '\\' { signs.next() } else { Some(sign) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::secret::Secret;

    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}"#;

    fn read(status: u16, header: &str) -> Option<String> {
        let headers = vec![("www-authenticate".to_owned(), header.to_owned())];
        wanted_claims(&Response { status, headers, body: Secret::new("") })
    }

    #[test]
    fn a_challenge_is_found_whatever_stands_around_it() {
        let plain = base64::encode_url(CLAIMS.as_bytes());
        let padded = format!("{plain}{}", "=".repeat((4 - plain.len() % 4) % 4));
        for header in [
            format!(
                r#"Bearer realm="", authorization_uri="https://l/common", error="insufficient_claims", claims="{plain}""#
            ),
            format!(r#"Bearer claims="{padded}", error="insufficient_claims", realm="a, Bearer b=\"c\"""#),
            format!(
                r#"Basic realm="x", Bearer error="invalid_token", bearer error="insufficient_claims",claims="{plain}""#
            ),
            format!(r"Negotiate, Bearer error=insufficient_claims, claims={padded}, Basic realm=y"),
            format!("BEARER  ERROR=\"insufficient_claims\" , CLAIMS=\"{plain}\""),
        ] {
            assert_eq!(read(401, &header).as_deref(), Some(CLAIMS), "{header}");
        }
    }

    #[test]
    fn anything_else_is_no_challenge() {
        let plain = base64::encode_url(CLAIMS.as_bytes());
        let list = base64::encode_url(b"[1]");
        for header in [
            String::new(),
            "Bearer".to_owned(),
            format!(r#"Bearer error="invalid_token", claims="{plain}""#),
            format!(r#"Basic error="insufficient_claims", claims="{plain}""#),
            format!(r#"Bearer error="insufficient_claims", Basic claims="{plain}""#),
            format!(r#"Bearer realm="error=insufficient_claims, claims={plain}""#),
            format!(r#"Bearer realm="\", error=insufficient_claims, claims={plain}, ""#),
            r#"Bearer error="insufficient_claims", claims="%%%""#.to_owned(),
            r#"Bearer error="insufficient_claims""#.to_owned(),
            format!(r#"Bearer error="insufficient_claims", claims="{list}""#),
        ] {
            assert_eq!(read(401, &header), None, "{header}");
        }
        assert_eq!(read(200, &format!(r#"Bearer error="insufficient_claims", claims="{plain}""#)), None);
    }
}
