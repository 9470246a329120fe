//! The claims of an ID token that we show or plan from, and the checks that cost nothing (sign-in.md 2.7).
//!
//! The signature is not checked: the token came from the token endpoint over TLS in answer to our own code and
//! verifier, which OpenID Connect Core 3.1.3.7 item 6 accepts; an RSA implementation would double the page.

use super::authority::Issuer;
use super::{base64, json};

/// Who signed in, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdToken {
    /// Tenant (`tid`); for a provider other than Entra, which may have none, the host of its issuer.
    pub tenant: String,
    /// Object id of the person in that tenant (`oid`), or the subject of another provider.
    pub object_id: String,
    /// Display name.
    pub name: String,
    /// Sign-in name; for showing only, never a key (sign-in.md 2.5).
    pub username: String,
    /// The opaque hint for later sign-ins and for sign-out, when the server gives one.
    pub login_hint: Option<String>,
    /// Directory roles held in that tenant, as template ids (`wids`), when the registration asks for them. The only
    /// place where a partner's delegated roles show (sign-in.md 2.5).
    pub roles: Vec<String>,
    /// When the server issued it, ms since 1970: tells how wrong the local clock is.
    pub issued_at: u64,
    /// When it ends, ms since 1970.
    pub expires_at: u64,
}

/// Why an ID token is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not three base64url parts around JSON, or a claim is missing.
    #[error("unreadable: {0}")]
    Unreadable(json::Misread),
    /// Made for another application.
    #[error("audience is another application")]
    Audience,
    /// Issuer and tenant do not belong together, or the issuer is not the one asked.
    #[error("issuer does not match")]
    Issuer,
    /// Not the answer to our request.
    #[error("nonce does not match")]
    Nonce,
    /// Issued and ended in an order that cannot be.
    #[error("lifetime makes no sense")]
    Lifetime,
}

/// What the token must agree with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Our client id.
    pub client_id: &'a str,
    /// The nonce of this attempt.
    pub nonce: &'a str,
    /// The authority that was asked.
    pub issuer: &'a Issuer,
    /// The issuer its answer named (RFC 9207), if it named one.
    pub named: Option<&'a str>,
}

/// Longest life an ID token may claim: Entra's is about an hour, and a day is generous for anybody's.
const LONGEST_LIFE_MS: u64 = 24 * 3_600_000;

/// Reads the token and holds it against the request. The local clock plays no part: a computer whose clock is wrong
/// can still set things up, and [`IdToken::issued_at`] lets the page say so.
pub fn read(token: &str, expected: Expected<'_>) -> Result<IdToken, IdTokenError> {
    let unreadable = |problem: &str| IdTokenError::Unreadable(json::Misread::new("id_token".into(), problem.into()));
    let mut parts = token.split('.');
    let payload = parts.nth(1).ok_or_else(|| unreadable("three parts are expected"))?;
    if parts.count() != 1 {
        return Err(unreadable("three parts are expected"));
    }
    let bytes = base64::decode(payload).ok_or_else(|| unreadable("base64url is expected"))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("UTF-8 is expected"))?;
    let value = json::parse(&text).map_err(IdTokenError::Unreadable)?;
    let node = json::Node::root(&value);
    let claim = |name: &str| node.string(name).map_err(IdTokenError::Unreadable);
    let seconds = |name: &str| {
        node.member(name)
            .and_then(|value| value.whole())
            .map(|value| value.saturating_mul(1000))
            .map_err(IdTokenError::Unreadable)
    };

    if claim("aud")? != expected.client_id {
        return Err(IdTokenError::Audience);
    }
    if claim("nonce")? != expected.nonce {
        return Err(IdTokenError::Nonce);
    }
    let issuer = claim("iss")?;
    if !expected.issuer.accepts(&issuer) || expected.named.is_some_and(|named| named != issuer) {
        return Err(IdTokenError::Issuer);
    }
    // Entra signs for many tenants: the one in the issuer's name is the one that counts, and `tid` has to agree.
    let tenant = expected.issuer.tenant(&issuer).unwrap_or_default();
    let (told, object) = if expected.issuer.is_entra() {
        (claim("tid")?, claim("oid")?)
    } else {
        (node.maybe("tid").unwrap_or_else(|| tenant.to_owned()), claim("sub")?)
    };
    if expected.issuer.is_entra() && told != tenant {
        return Err(IdTokenError::Issuer);
    }
    let (issued_at, expires_at) = (seconds("iat")?, seconds("exp")?);
    if expires_at <= issued_at || expires_at - issued_at > LONGEST_LIFE_MS {
        return Err(IdTokenError::Lifetime);
    }
    Ok(IdToken {
        object_id: object,
        name: node.shown("name"),
        username: node.shown("preferred_username"),
        login_hint: node.maybe("login_hint"),
        roles: node.optional("wids").and_then(|ids| ids.texts().ok()).unwrap_or_default(),
        tenant: told,
        issued_at,
        expires_at,
    })
}

/// Five hyphenated groups of hex digits.
pub fn is_guid(text: &str) -> bool {
    let mut groups = text.split('-');
    [8, 4, 4, 4, 12].iter().all(|length| {
        groups.next().is_some_and(|group| group.len() == *length && group.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }) && groups.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    fn token(change: impl FnOnce(&mut Value)) -> String {
        let mut claims = json!({
            "aud": "client", "nonce": "n1", "tid": TENANT, "oid": "o1", "name": "Ada", "preferred_username": "ada@x",
            "iss": format!("https://login.example/{TENANT}/v2.0"), "iat": 1000, "exp": 4600,
        });
        change(&mut claims);
        format!("h.{}.s", base64::encode_url(claims.to_string().as_bytes()))
    }

    fn entra(tenant: &str) -> Issuer {
        Issuer::Entra { login: "https://login.example".into(), tenant: tenant.into() }
    }

    fn expected(issuer: &Issuer) -> Expected<'_> {
        Expected { client_id: "client", nonce: "n1", issuer, named: None }
    }

    #[test]
    fn a_fitting_token_is_read() {
        let read = read(&token(|_| ()), expected(&entra("organizations"))).unwrap();
        assert_eq!((read.name.as_str(), read.issued_at), ("Ada", 1_000_000));
    }

    #[test]
    fn every_disagreement_is_refused() {
        let anybody = entra("organizations");
        let refuse = |name: &'static str, value: Value| read(&token(|claims| claims[name] = value), expected(&anybody));
        assert_eq!(refuse("aud", json!("other")), Err(IdTokenError::Audience));
        assert_eq!(refuse("nonce", json!("n2")), Err(IdTokenError::Nonce));
        assert_eq!(refuse("iss", json!("https://evil.example/x/v2.0")), Err(IdTokenError::Issuer));
        assert_eq!(refuse("tid", json!("not-a-guid")), Err(IdTokenError::Issuer));
        for odd in [
            "1111111-2222-3333-4444-555555555555",
            "g1111111-2222-3333-4444-555555555555",
            "11111111-2222-3333-4444-555555555555-6",
        ] {
            assert!(!is_guid(odd), "{odd}");
        }
        assert_eq!(refuse("tid", json!("99999999-2222-3333-4444-555555555555")), Err(IdTokenError::Issuer));
        for ends in [900, 1000, 1000 + 86_401] {
            assert_eq!(refuse("exp", json!(ends)), Err(IdTokenError::Lifetime), "{ends}");
        }
        assert!(refuse("exp", json!(1000 + 86_400)).is_ok());
        assert!(matches!(refuse("oid", json!(null)), Err(IdTokenError::Unreadable(_))));
        assert!(matches!(read("only.two", expected(&anybody)), Err(IdTokenError::Unreadable(_))));
    }

    #[test]
    fn a_token_of_another_tenant_than_asked_is_refused() {
        let asked = |tenant: &str| read(&token(|_| ()), expected(&entra(tenant)));
        assert_eq!(asked("99999999-2222-3333-4444-555555555555"), Err(IdTokenError::Issuer));
        assert!(asked("contoso.com").is_ok());
        assert!(asked(TENANT).is_ok());
    }

    #[test]
    fn a_token_of_another_issuer_than_the_answer_named_is_refused() {
        let issuer = entra("organizations");
        let named = |named: &str| read(&token(|_| ()), Expected { named: Some(named), ..expected(&issuer) });
        assert!(named(&format!("https://login.example/{TENANT}/v2.0")).is_ok());
        assert_eq!(named("https://login.example/99999999-2222-3333-4444-555555555555/v2.0"), Err(IdTokenError::Issuer));
    }

    #[test]
    fn another_provider_needs_neither_tenant_nor_object_id() {
        let issuer = Issuer::Exact("https://id.example/realm".into());
        let other = |claims: &mut Value| {
            *claims = json!({ "aud": "client", "nonce": "n1", "iss": "https://id.example/realm", "sub": "s1",
                "iat": 1000, "exp": 4600 });
        };
        let who = read(&token(other), expected(&issuer)).unwrap();
        assert_eq!((who.tenant.as_str(), who.object_id.as_str()), ("id.example", "s1"));
        let forged = token(|claims| {
            other(claims);
            claims["iss"] = json!("https://id.example/realm/");
        });
        assert_eq!(read(&forged, expected(&issuer)), Err(IdTokenError::Issuer));
    }
}
