//! A local stand-in for Microsoft's cloud: sign-in, Graph and Business Central, for tests and for the demo.
//!
//! [`Cloud::handle`] is pure: a request and a time go in, an answer comes out, and nothing else is touched. Native tests
//! call it directly; the `entrada-cloud` program ([`server`]) puts it behind three origins, so that CORS is real.
//!
//! # Faults, in-process
//! A fault shows as headers of the answer, which only the in-process caller sees (the server acts on them instead):
//! - status 599 with `x-cloud-fault: drop`: no answer arrives. The server closes the connection.
//! - `x-cloud-delay: ms`: the answer comes that much later. The server waits.
//! - `x-cloud-hold: gate`: the answer waits at a gate; `x-cloud-hold-before: gate`: the request does. The server lets them wait.
//! - `x-cloud-fault: no-cors` or `opaque`: the answer carries no CORS header, so a browser hides it from its page; an
//!   in-process client that plays a browser must hide every answer to a cross-origin request that lacks
//!   `access-control-allow-origin`.
//!
//! # Control
//! [`Cloud`]'s own methods, or over HTTP on every origin, `/_cloud/…` (see [`control`]).

pub mod business_central;
pub mod caller;
mod challenge;
mod cloud;
pub mod contract;
pub mod control;
mod cors;
pub mod faults;
mod graph;
pub mod ids;
pub mod limits;
pub mod log;
mod login;
pub mod page;
pub mod seed;
pub mod server;
pub mod state;
mod tokens;
mod wire;
mod world;

pub use caller::{Caller, TokenProblem};
pub use challenge::Challenge;
pub use cloud::{Cloud, Service};
pub use contract::Contract;
pub use cors::Part;
pub use faults::{Effect, Fault, Held, Matcher};
pub use ids::Ids;
pub use limits::Limits;
pub use log::{LogEntry, Who};
pub use login::{ConsentAnswer, SignInStop};
pub use tokens::KEY_ID;

/// A request with its absolute URI: the authority picks the origin.
pub type Request = http::Request<Vec<u8>>;
/// The answer.
pub type Response = http::Response<Vec<u8>>;

/// Where the three services are reached. No trailing slash.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Origins {
    /// Sign-in.
    pub login: String,
    /// Microsoft Graph.
    pub graph: String,
    /// Business Central.
    pub business_central: String,
}

impl Default for Origins {
    /// Microsoft's own hosts: used in-process, where no network is involved.
    fn default() -> Self {
        Self {
            login: "https://login.microsoftonline.com".to_owned(),
            graph: "https://graph.microsoft.com".to_owned(),
            business_central: "https://api.businesscentral.dynamics.com".to_owned(),
        }
    }
}

/// What a cloud is made with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where the services are reached.
    pub origins: Origins,
    /// Redirect URIs registered as `spa` for the page's own application.
    pub page_redirect_uris: Vec<String>,
    /// Every id and secret comes from a generator with this seed.
    pub seed: u64,
}
