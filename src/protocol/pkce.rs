//! Proof Key for Code Exchange, RFC 7636, method S256 only.

use super::{base64, secret::Secret};
use sha2::{Digest, Sha256};

/// A verifier and its challenge; one pair per sign-in attempt.
#[derive(Debug, Clone)]
pub struct Pkce {
    /// Kept in this tab until the code is redeemed (RFC 7636 section 4.1).
    pub verifier: Secret,
    /// Sent with the authorize request (section 4.2).
    pub challenge: String,
}

impl Pkce {
    /// Makes the pair from 32 random bytes, the amount section 7.1 recommends.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let verifier = base64::encode_url(&bytes);
        let challenge = challenge(&verifier);
        Self { verifier: Secret::new(verifier), challenge }
    }
}

/// `BASE64URL(SHA256(verifier))`.
pub fn challenge(verifier: &str) -> String {
    base64::encode_url(&Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_rfc_7636_appendix_b_holds() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_verifier_has_256_bits() {
        assert_eq!(Pkce::from_random([0xff; 32]).verifier.len(), 43);
    }
}
