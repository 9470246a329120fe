//! A local stand-in for Microsoft's cloud: sign-in, Graph and Business Central, for tests and for the demo.

pub mod business_central;
pub mod caller;
pub mod contract;
pub mod ids;
pub mod seed;

/// A request with its absolute URI: the authority picks the origin.
pub type Request = http::Request<Vec<u8>>;
/// The answer.
pub type Response = http::Response<Vec<u8>>;
