//! Who calls Business Central, as the bearer token says: verified here, judged by the Business Central part.

use uuid::Uuid;

/// The verified bearer of an access token for Business Central.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in person, through some application, with delegated scopes.
    Person {
        /// Tenant the token was issued in.
        tenant: Uuid,
        /// Object id of the person in that tenant.
        oid: Uuid,
        /// User principal name.
        upn: String,
        /// Display name.
        name: String,
        /// Directory roles active in the token (`wids`).
        role_template_ids: Vec<Uuid>,
        /// Delegated scopes of the token, such as `Financials.ReadWrite.All`.
        scopes: Vec<String>,
        /// True when the person is a partner acting through delegated administration (`sign-in.md` 2.5).
        delegated_partner: bool,
    },
    /// An application with its own credential (client credentials).
    App {
        /// Tenant the token was issued in.
        tenant: Uuid,
        /// Application (client) id.
        client_id: Uuid,
        /// App role values of the token, such as `API.ReadWrite.All`.
        roles: Vec<String>,
    },
}

impl Caller {
    /// Tenant the token was issued in.
    pub fn tenant(&self) -> Uuid {
        match self {
            Self::Person { tenant, .. } | Self::App { tenant, .. } => *tenant,
        }
    }
}

/// Why a bearer token gives no caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenProblem {
    /// No `Authorization: Bearer …` header.
    Missing,
    /// Not a token this cloud issued, or its signature does not hold.
    Malformed,
    /// Its time is over.
    Expired,
    /// Issued for another resource (`sign-in.md` 2.2: one resource per token).
    WrongAudience,
    /// Issued in a tenant that has no place here.
    WrongTenant,
}
