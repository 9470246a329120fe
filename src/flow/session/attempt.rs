//! One attempt to sign in, and the record of it that survives leaving the page.

use crate::config::Endpoints;
use crate::protocol::authority::Authority;
use crate::protocol::json::{self, Node, Value, json, texts};
use crate::protocol::secret::Secret;

/// One attempt to sign in. Nothing in it is shared with another one (sign-in.md 4.3 rule 2).
#[derive(Debug, Clone)]
pub(in crate::flow) struct Attempt {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: Secret,
    /// The tenant as it was asked for.
    pub(super) typed: String,
    /// Where the code will be redeemed: at the authority that was asked, and nowhere else (rule 7).
    pub(super) authority: Authority,
    /// Graph scopes beyond the usual ones.
    pub(super) extra: Vec<String>,
    /// Claims that a resource wants (sign-in.md 2.6).
    pub(super) claims: Option<String>,
    /// This attempt is about consent.
    pub(super) consent: bool,
    pub(super) created: u64,
    pub(super) return_to: String,
}

impl Attempt {
    pub(super) fn to_record(&self) -> Secret {
        Secret::new(
            json!({
                "v": 2_u32, "state": &self.state, "nonce": &self.nonce, "verifier": self.verifier.open(),
                "typed": &self.typed, "authority": self.authority.to_value(), "extra": texts(&self.extra),
                "claims": self.claims.as_deref().map_or(Value::Null, Value::from), "consent": self.consent, "created": self.created,
                "returnTo": &self.return_to,
            })
            .to_line(),
        )
    }

    /// Reads a record. One whose authority is not the configured one is none of ours: the configuration changed
    /// meanwhile, or somebody wrote it.
    pub(super) fn from_record(text: &str, endpoints: &Endpoints) -> Option<Self> {
        let value = json::parse(text).ok()?;
        let node = Node::root(&value);
        let version = node.member("v").ok()?.whole().ok()?;
        (version == 2).then_some(())?;
        let kept = node.member("authority").ok()?;
        Some(Self {
            state: node.string("state").ok()?,
            nonce: node.string("nonce").ok()?,
            verifier: Secret::new(node.string("verifier").ok()?),
            typed: node.string("typed").ok()?,
            authority: Authority::from_value(endpoints.issuer.as_deref(), &endpoints.login, &kept)?,
            extra: node.member("extra").ok()?.texts().ok()?,
            claims: node.maybe("claims"),
            consent: node.member("consent").ok()?.flag().ok()?,
            created: node.member("created").ok()?.whole().ok()?,
            return_to: node.string("returnTo").ok()?,
        })
    }
}
