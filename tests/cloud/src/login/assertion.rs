//! Client assertions: a JWT signed with the application's certificate, or one from an outside issuer (`graph.md` 4, 5).
//!
//! No outside issuer can be reached from here, so this cloud plays all of them: an assertion "from outside" has to be
//! signed with the test key (see `/_cloud/assertion`), and then issuer, subject and audience decide as in Entra.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::Cloud;
use crate::login::error::LoginError;
use crate::state::Application;
use crate::tokens::{public_key, sign};
use crate::wire::read_time;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SKEW_MS: u64 = 5 * 60 * 1000;

fn refuse(code: u32, text: impl Into<String>) -> LoginError {
    LoginError::new(code, "invalid_client", text).status(401)
}

/// Proves a client by its assertion.
pub(crate) fn check(
    cloud: &Cloud,
    client: Uuid,
    kind: Option<&str>,
    assertion: &str,
    now: u64,
) -> Result<(), LoginError> {
    if kind != Some(ASSERTION_TYPE) {
        return Err(LoginError::new(
            900_144,
            "invalid_request",
            format!(
                "The request body must contain the following parameter: 'client_assertion_type' with the value '{ASSERTION_TYPE}'."
            ),
        ));
    }
    let malformed = || refuse(50_027, "JWT token is invalid or malformed.");
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| malformed())?;
    let claims = unverified_claims(assertion).ok_or_else(malformed)?;
    let Some((_, application)) = cloud.directory.application(client) else {
        return Err(super::authorize::unknown_client(&client.to_string(), "(unknown)"));
    };
    let issuer = text(&claims, "iss");
    if issuer == client.to_string() {
        check_certificate(cloud, application, &header, assertion, &claims, now)
    } else {
        check_federated(application, assertion, &claims, now)
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn unverified_claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    match serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()? {
        Value::Object(claims) => Some(claims),
        _ => None,
    }
}

fn check_time(claims: &Map<String, Value>, now: u64) -> Result<(), LoginError> {
    // A NumericDate may have a fraction (RFC 7519 2), and Microsoft's Python library sends one.
    let time_ms = |name: &str| claims.get(name).and_then(Value::as_f64).map(|seconds| seconds * 1000.0);
    let (now_ms, skew_ms) = (now as f64, SKEW_MS as f64);
    let over = time_ms("exp").is_none_or(|end| end + skew_ms <= now_ms);
    let early = time_ms("nbf").is_some_and(|start| start > now_ms + skew_ms);
    if over || early {
        return Err(refuse(700_024, "Client assertion is not within its valid time range."));
    }
    Ok(())
}

fn verify(token: &str, algorithm: Algorithm, key: &DecodingKey) -> bool {
    let mut rules = Validation::new(algorithm);
    // Time and audience are checked by hand: the clock is an input here.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(token, key, &rules).is_ok()
}

fn check_certificate(
    cloud: &Cloud,
    application: &Application,
    header: &jsonwebtoken::Header,
    assertion: &str,
    claims: &Map<String, Value>,
    now: u64,
) -> Result<(), LoginError> {
    if text(claims, "sub") != application.app_id.to_string() {
        return Err(refuse(700_021, "Client assertion application identifier doesn't match 'client_id' parameter."));
    }
    let login = &cloud.settings.origins.login;
    if !text(claims, "aud").starts_with(&format!("{login}/")) {
        return Err(refuse(700_023, "Client assertion audience claim does not match Realm issuer."));
    }
    check_time(claims, now)?;
    let unsigned = || {
        refuse(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. \
                 Client assertion failed signature validation for app '{}'.",
                application.app_id
            ),
        )
    };
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::PS256) {
        return Err(unsigned());
    }
    for key in &application.keys {
        let Some(der) = key.get("key").and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok()) else {
            continue;
        };
        let sha1 = URL_SAFE_NO_PAD.encode(sha1_smol::Sha1::from(&der).digest().bytes());
        let sha256 = URL_SAFE_NO_PAD.encode(Sha256::digest(&der));
        // Some libraries send the thumbprint with padding.
        let is = |sent: Option<&String>, known: &str| sent.is_some_and(|sent| sent.trim_end_matches('=') == known);
        let named = is(header.x5t.as_ref(), &sha1) || is(header.x5t_s256.as_ref(), &sha256);
        let key_holds = named && certificate_key(&der).is_some_and(|public| verify(assertion, header.alg, &public));
        if key_holds {
            let end = key.get("endDateTime").and_then(Value::as_str).and_then(read_time);
            return if end.is_none_or(|end| end > now) {
                Ok(())
            } else {
                Err(refuse(700_027, "Client assertion failed signature validation. The key was expired."))
            };
        }
    }
    Err(unsigned())
}

/// The public key inside a certificate.
fn certificate_key(der: &[u8]) -> Option<DecodingKey> {
    let certificate = Certificate::from_der(der).ok()?;
    let bits = certificate.tbs_certificate.subject_public_key_info.subject_public_key;
    Some(DecodingKey::from_rsa_der(bits.as_bytes()?))
}

/// True for the public part of a certificate, base64 of DER: what a `keyCredential` carries.
pub(crate) fn is_certificate(base64: &str) -> bool {
    STANDARD.decode(base64).is_ok_and(|der| Certificate::from_der(&der).is_ok())
}

/// Thumbprint (SHA-1, upper-case hexadecimal) of a certificate in base64.
pub(crate) fn thumbprint(base64: &str) -> Option<String> {
    let der = STANDARD.decode(base64).ok()?;
    Some(sha1_smol::Sha1::from(&der).digest().to_string().to_uppercase())
}

fn check_federated(
    application: &Application,
    assertion: &str,
    claims: &Map<String, Value>,
    now: u64,
) -> Result<(), LoginError> {
    let value = |credential: &Map<String, Value>, name: &str| {
        credential.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (issuer, subject, audience) = (text(claims, "iss"), text(claims, "sub"), text(claims, "aud"));
    let of_issuer: Vec<_> = application.federated.iter().filter(|known| value(known, "issuer") == issuer).collect();
    if of_issuer.is_empty() {
        return Err(refuse(
            700_211,
            format!("No matching federated identity record found for presented assertion issuer '{issuer}'."),
        ));
    }
    let Some(credential) = of_issuer.into_iter().find(|known| value(known, "subject") == subject) else {
        return Err(refuse(
            700_213,
            format!("No matching federated identity record found for presented assertion subject '{subject}'."),
        ));
    };
    let audience_fits =
        credential.get("audiences").and_then(Value::as_array).is_some_and(|known| known.contains(&json!(audience)));
    if !audience_fits {
        return Err(refuse(
            700_212,
            format!("No matching federated identity record found for presented assertion audience '{audience}'."),
        ));
    }
    check_time(claims, now)?;
    let holds = public_key().is_some_and(|key| verify(assertion, Algorithm::RS256, &key));
    if holds { Ok(()) } else { Err(refuse(700_027, "Client assertion failed signature validation.")) }
}

/// What an outside issuer would hand to a workload: an assertion signed with the test key.
pub(crate) fn external_assertion(issuer: &str, subject: &str, audience: &str, now: u64) -> String {
    sign(&json!({
        "iss": issuer, "sub": subject, "aud": audience,
        "iat": now / 1000, "nbf": now / 1000, "exp": now / 1000 + 600,
    }))
}
