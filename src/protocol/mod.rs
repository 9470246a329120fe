//! What other people's servers say: plain data in, plain data out, no I/O, no clock, no randomness.
//!
//! Everything here follows a published contract: RFC 6749, 7636 and OpenID Connect for [`authority`], [`oauth`],
//! [`pkce`] and [`claims`]; Microsoft Graph v1.0 for [`graph`]; the Business Central APIs for [`business_central`]. Nothing
//! here knows what Entrada wants to do with an answer.

pub mod authority;
pub mod base64;
pub mod business_central;
pub mod challenge;
pub mod claims;
mod code_field;
pub mod date;
pub mod entropy;
pub mod graph;
pub mod http;
pub mod json;
pub mod oauth;
pub mod pkce;
pub mod secret;
pub mod url;
