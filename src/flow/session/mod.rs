//! Signing in: one record per attempt, no lock, no silent frames (sign-in.md 3.2 and 7).
//!
//! Tokens live here, in memory only. A record in this tab's storage holds what an attempt needs after the page was
//! left (state, nonce, verifier); it is deleted when it is first read, whatever comes of it.

//!
//! [`leave`] goes to the sign-in, [`answer`] takes what comes back, [`tokens`] keeps tokens good and gives them up,
//! [`authority`] finds out where to go, [`attempt`] is what an attempt remembers.

mod answer;
mod attempt;
mod authority;
mod leave;
mod tokens;

pub(super) use attempt::Attempt;
pub(super) use authority::Located;
pub(super) use leave::{Departure, Wish};

use super::Model;
use super::finding::Finding;
use crate::config::Endpoints;
use crate::protocol::authority::Authority;
use crate::protocol::oauth::Resource;
use crate::protocol::secret::Secret;

/// Key of a sign-in record in this tab's storage, before the state.
pub(super) const RECORD: &str = "entrada.signin.";

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
}

#[derive(Debug)]
struct Access {
    token: Secret,
    obtained: u64,
    expires: u64,
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

    /// The authority of the signed-in account.
    pub(super) fn authority(&self) -> Option<&Authority> {
        match &self.session {
            Session::SignedIn(session) => Some(&session.authority),
            _ => None,
        }
    }
}

/// The permissions of a resource in full; `extra` are further ones of Graph.
fn scopes(endpoints: &Endpoints, wanted: Resource, extra: &[String]) -> Vec<String> {
    let usual = SCOPES.iter().filter(|(of, _)| *of == wanted).map(|(_, value)| *value);
    let extra = extra.iter().map(String::as_str).filter(|_| wanted == Resource::Graph);
    usual.chain(extra).map(|value| endpoints.scope(wanted, value)).collect()
}
