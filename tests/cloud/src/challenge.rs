//! Claims challenges of Microsoft Graph (`sign-in.md` 2.6, `graph.md` 11): arranged by a test, raised at every token
//! that does not have what is wanted, and answered either by a refresh that passes the claims on or only by a person.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::graph;
use crate::seed::GRAPH_APP_ID;
use crate::wire::{header, set};
use crate::{Cloud, Request, Response};

/// What Graph wants of every token from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// The claims, as a client has to pass them on: `{"access_token": {…}}`.
    pub claims: Value,
    /// Whether a refresh with these claims is enough; else it is refused and a person has to sign in.
    #[serde(default)]
    pub by_refresh: bool,
}

impl Challenge {
    /// True when a token asked for with these claims has what is wanted.
    pub(crate) fn met_by(&self, claims: &Value) -> bool {
        let wanted = self.claims.get("access_token").and_then(Value::as_object);
        wanted.is_some_and(|wanted| {
            wanted.iter().all(|(name, value)| claims.get("access_token").and_then(|it| it.get(name)) == Some(value))
        })
    }
}

/// The refusal of a token that is good but not good enough; none when there is nothing to want.
pub(crate) fn raise(cloud: &mut Cloud, request: &Request, now: u64) -> Option<Response> {
    let challenge = cloud.challenge.clone()?;
    let issued = cloud.tokens.bearer(header(request, "authorization"), GRAPH_APP_ID, now).ok()?;
    if challenge.met_by(&issued.claims) {
        return None;
    }
    let mut response = graph::refusal(cloud, 401, "InvalidAuthenticationToken", request, now);
    // Several challenges in one header, the parameters in no order one could count on.
    let claims = STANDARD.encode(challenge.claims.to_string());
    let login = &cloud.settings.origins.login;
    let text = format!(
        "PoP realm=\"\", authorization_uri=\"{login}/common/oauth2/authorize\", Bearer claims=\"{claims}\", realm=\"\", \
         error=\"insufficient_claims\", authorization_uri=\"{login}/common/oauth2/authorize\", client_id=\"{GRAPH_APP_ID}\""
    );
    set(&mut response, "www-authenticate", &text);
    Some(response)
}
