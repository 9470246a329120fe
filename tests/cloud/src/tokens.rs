//! Signed tokens. The signatures and the published key are real; whether a bearer token holds is answered from the
//! list of tokens this cloud issued, because checking a signature on every call would only cost time.

use std::collections::HashMap;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::caller::TokenProblem;

/// Key id in the JWKS and in every token header.
pub const KEY_ID: &str = "entrada-local-cloud-test-key";

/// Made for this repository alone and good for nothing else: whoever trusts it trusts everybody.
const TEST_ONLY_KEY: &str = include_str!("test-only-signing-key.pem");
const MODULUS: &str = "pYavXBzrVfpsHx4rZlcCnvE0ISXy1FCtCJskepXQelfvISdAiMP_XY9KzkKIn_oAo_ulGz_aNJwNAVDv7wKPkvfuPvXiDExIHWUpbNAt5UCpok0PIpWy_BjlKFfYOlVIu9KrZ7lrL8uoF0uhefG_nB0I38Y0UWXczus5Bp53NoDWgjUuov7SVADsKwGJrzrcrKILAankHTVQKaj4cuuaReGkWCGaLd7jat3SvxzTj1MUX555euOMUTDiKknvVMKat9_ax7koKgksoLWiIv6LCvBZsNXg62FgsjnmnB_qiAVkFNQSdkAG5PPZof-L1EECJjzvHoGaybFxt4BKiW8LTQ";
const EXPONENT: &str = "AQAB";

/// Who holds an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A person, through an application, with delegated scopes.
    Person { home: Uuid, oid: Uuid, upn: String, name: String, scopes: Vec<String>, roles: Vec<Uuid> },
    /// An application on its own, with app roles.
    App { roles: Vec<String> },
}

/// An access token this cloud gave out.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// Application id of the resource it is for.
    pub(crate) resource: Uuid,
    pub(crate) tenant: Uuid,
    pub(crate) client_id: Uuid,
    pub(crate) holder: Holder,
    /// Claims it was asked for with.
    pub(crate) claims: Value,
    pub(crate) expires_ms: u64,
}

/// All access tokens given out since the last reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    issued: HashMap<String, Issued>,
    /// Leave signatures out.
    pub(crate) unsigned: bool,
}

impl Tokens {
    /// A token with these claims. Without its signature, when nobody looks at it and ten thousand of them are made.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        if !self.unsigned {
            return sign(claims);
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.unsigned", part(&json!({ "alg": "RS256", "kid": KEY_ID, "typ": "JWT" })), part(claims))
    }

    /// Remembers a token.
    pub(crate) fn keep(&mut self, token: String, issued: Issued) {
        self.issued.insert(token, issued);
    }

    /// The tokens themselves.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        self.issued.keys().cloned()
    }

    /// What the bearer of an `Authorization` header may do at a resource.
    pub(crate) fn bearer(
        &self,
        authorization: Option<&str>,
        resource: Uuid,
        now_ms: u64,
    ) -> Result<&Issued, TokenProblem> {
        let text = authorization.ok_or(TokenProblem::Missing)?;
        let (scheme, token) = text.split_once(' ').ok_or(TokenProblem::Missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
            return Err(TokenProblem::Missing);
        }
        let issued = self.issued.get(token.trim()).ok_or(TokenProblem::Malformed)?;
        if issued.resource != resource {
            return Err(TokenProblem::WrongAudience);
        }
        if issued.expires_ms <= now_ms {
            return Err(TokenProblem::Expired);
        }
        Ok(issued)
    }
}

/// Signs claims (RS256). Empty only if the embedded key cannot be read, which a test rules out.
pub(crate) fn sign(claims: &Value) -> String {
    static KEY: OnceLock<Option<EncodingKey>> = OnceLock::new();
    let key = KEY.get_or_init(|| EncodingKey::from_rsa_pem(TEST_ONLY_KEY.as_bytes()).ok());
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(KEY_ID.to_owned());
    key.as_ref().and_then(|key| jsonwebtoken::encode(&header, claims, key).ok()).unwrap_or_default()
}

/// The public half, for whoever checks a signature made here.
pub(crate) fn public_key() -> Option<DecodingKey> {
    DecodingKey::from_rsa_components(MODULUS, EXPONENT).ok()
}

/// The key set document. Keys for every tenant carry the issuer with the `{tenantid}` placeholder (`sign-in.md` 2.7).
pub(crate) fn key_set(issuer: &str) -> Value {
    json!({ "keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "x5t": KEY_ID,
        "n": MODULUS, "e": EXPONENT, "issuer": issuer,
    }] })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, Validation};
    use serde_json::{Value, json};

    #[test]
    fn the_published_key_verifies_what_the_private_one_signed() {
        let token = super::sign(&json!({ "sub": "me", "exp": 4_000_000_000_u64 }));
        let mut rules = Validation::new(Algorithm::RS256);
        rules.validate_aud = false;
        let key = super::public_key().unwrap();
        let read = jsonwebtoken::decode::<Value>(&token, &key, &rules).unwrap();
        assert_eq!(read.claims["sub"], "me");
        let mut broken = token;
        broken.replace_range(10..11, "!");
        assert!(jsonwebtoken::decode::<Value>(&broken, &key, &rules).is_err());
    }
}
