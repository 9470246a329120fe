//! Signing in: one record per attempt, no lock, no silent frames (sign-in.md 3.2 and 7).
//!
//! Tokens live here, in memory only. A record in this tab's storage holds what an attempt needs after the page was
//! left (state, nonce, verifier); it is deleted when it is first read, whatever comes of it.
//!
//! `leave` goes to the sign-in, `answer` takes what comes back, `tokens` keeps tokens good and gives them up,
//! `relay` signs in without leaving, `authority` finds out where to go, `attempt` is what an attempt remembers.

mod answer;
mod attempt;
mod authority;
mod leave;
mod relay;
mod tokens;

pub(super) use answer::Redemption;
pub(super) use authority::Located;
pub(super) use leave::{Departure, Wish};
pub(super) use relay::Waiting;

use super::Model;
use super::finding::Finding;
use crate::config::Endpoints;
use crate::gather::Gather;
use crate::protocol::authority::Authority;
use crate::protocol::oauth::Resource;
use crate::protocol::secret::Secret;

/// Key of a sign-in record in this tab's storage, before the state.
pub(super) const RECORD: &str = "entrada.signin.";

/// Tokens are renewed this long before they end, as MSAL does (sign-in.md 1.6).
const MARGIN_MS: u64 = 5 * 60_000;

/// Delegated permissions the page asks for: Graph's first, because the code is redeemed for Graph.
pub const SCOPES: [(Resource, &str); 4] = [
    (Resource::Graph, "User.Read"),
    (Resource::Graph, "Application.ReadWrite.All"),
    (Resource::BusinessCentral, "user_impersonation"),
    (Resource::BusinessCentral, "Financials.ReadWrite.All"),
];

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Tenant id.
    pub tenant: String,
    /// Name.
    pub name: String,
    /// Sign-in name, for showing.
    pub username: String,
    /// Opaque hint for sign-out and further sign-ins.
    pub login_hint: Option<String>,
    /// Tenant the account is at home in, when that is another one: a guest, or a partner.
    pub home: Option<String>,
    /// Directory roles that the ID token names, as template ids.
    pub roles: Vec<String>,
}

#[derive(Debug)]
struct Access {
    token: Secret,
    obtained: u64,
    /// From when on it is not used any more.
    stale: u64,
}

impl Access {
    /// Asked for at one time and arrived at another; it ends by the first, and is newer than whatever was sent before
    /// the second.
    fn new(token: Secret, since: u64, obtained: u64, lives_ms: u64) -> Self {
        // A token of a minute is used all the same: one that is stale on arrival would be renewed for ever.
        let used = lives_ms.saturating_sub(MARGIN_MS).max(lives_ms / 2).max(60_000);
        Self { token, obtained, stale: since.saturating_add(used) }
    }
}

/// A signed-in account with its tokens.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// Where tokens are renewed and the session ends.
    authority: Authority,
    graph: Option<Access>,
    business_central: Option<Access>,
    refresh: Option<Secret>,
    /// When the refresh token ends; renewing it does not move that (sign-in.md 1.5).
    ends: u64,
    /// What a resource wants of its next token.
    challenge: Option<(Resource, String)>,
    /// The person was just asked for consent: asking the same way again would change nothing.
    consented: bool,
    /// How often in a row a token came with fewer permissions than asked for.
    lacking: u32,
    renewing: Vec<Resource>,
    refused: Vec<(Resource, Finding)>,
    /// Graph permissions beyond the usual ones.
    extra: Vec<String>,
}

impl SignedIn {
    fn access(&mut self, resource: Resource) -> &mut Option<Access> {
        match resource {
            Resource::Graph => &mut self.graph,
            Resource::BusinessCentral => &mut self.business_central,
        }
    }

    pub(super) fn refused(&self, resource: Resource) -> Option<&Finding> {
        self.refused.iter().find(|(refused, _)| *refused == resource).map(|(_, finding)| finding)
    }
}

/// Where the sign-in stands.
#[derive(Debug)]
pub enum Session {
    /// Nobody.
    SignedOut,
    /// The page is being left for Entra.
    Leaving,
    /// The code is being traded.
    Redeeming,
    /// Somebody.
    SignedIn(Box<SignedIn>),
}

impl Model {
    /// The signed-in account.
    pub fn account(&self) -> Option<&Account> {
        match &self.session {
            Session::SignedIn(session) => Some(&session.account),
            _ => None,
        }
    }

    /// How long the sign-in lasts at most; `None` when nobody is signed in.
    pub fn session_left_ms(&self) -> Option<u64> {
        match &self.session {
            Session::SignedIn(session) => Some(session.ends.saturating_sub(self.now)),
            _ => None,
        }
    }

    /// The authority of the signed-in account.
    pub(super) fn authority(&self) -> Option<&Authority> {
        match &self.session {
            Session::SignedIn(session) => Some(&session.authority),
            _ => None,
        }
    }
}

/// The permissions of a resource by name; `extra` are further ones of Graph.
fn permissions(wanted: Resource, extra: &[String]) -> impl Iterator<Item = &str> {
    let usual = SCOPES.iter().filter(move |(of, _)| *of == wanted).map(|(_, value)| *value);
    usual.chain(extra.iter().map(String::as_str).filter(move |_| wanted == Resource::Graph))
}

/// The usual ones in one line, for people.
pub(super) fn names(resource: Resource) -> String {
    permissions(resource, &[]).gather().join(", ")
}

/// The same in full.
fn scopes(endpoints: &Endpoints, wanted: Resource, extra: &[String]) -> Vec<String> {
    permissions(wanted, extra).map(|value| endpoints.scope(wanted, value)).gather()
}
