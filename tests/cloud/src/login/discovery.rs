//! Documents that tell a client where things are (`sign-in.md` 2.5, 2.7).

use serde_json::{Value, json};

use crate::login::Authority;
use crate::tokens::key_set;
use crate::wire::json as json_answer;
use crate::{Cloud, Request, Response};

/// The OpenID configuration of a tenant, or of `organizations` with the `{tenantid}` placeholder.
pub(crate) fn document(cloud: &mut Cloud, segment: &str, now: u64) -> Response {
    let login = cloud.settings.origins.login.clone();
    let tenant = match Authority::read(&cloud.directory, segment) {
        Ok(Authority::Tenant(id)) => id.to_string(),
        Ok(Authority::Home) => "{tenantid}".to_owned(),
        Err(mut error) => {
            error.error = "invalid_tenant";
            return error.answer(&mut cloud.ids, None, &login, now);
        }
    };
    let path = if tenant == "{tenantid}" { segment.to_owned() } else { tenant.clone() };
    json_answer(
        200,
        &json!({
            "token_endpoint": format!("{login}/{path}/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "jwks_uri": format!("{login}/{path}/discovery/v2.0/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": format!("{login}/{tenant}/v2.0"),
            "request_uri_parameter_supported": false,
            "authorization_endpoint": format!("{login}/{path}/oauth2/v2.0/authorize"),
            "http_logout_supported": true,
            "frontchannel_logout_supported": true,
            "end_session_endpoint": format!("{login}/{path}/oauth2/v2.0/logout"),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
            "tenant_region_scope": Value::Null,
            "cloud_instance_name": host(&login),
            "msgraph_host": host(&cloud.settings.origins.graph),
        }),
    )
}

fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// The signing keys.
pub(crate) fn keys(cloud: &mut Cloud, segment: &str, now: u64) -> Response {
    let login = cloud.settings.origins.login.clone();
    match Authority::read(&cloud.directory, segment) {
        Ok(_) => json_answer(200, &key_set(&format!("{login}/{{tenantid}}/v2.0"))),
        Err(error) => error.answer(&mut cloud.ids, None, &login, now),
    }
}

/// Instance discovery, which Microsoft's libraries ask before they trust an authority.
pub(crate) fn instance(cloud: &Cloud, _request: &Request) -> Response {
    let login = &cloud.settings.origins.login;
    let host = host(login);
    json_answer(
        200,
        &json!({
            "tenant_discovery_endpoint": format!("{login}/common/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
        }),
    )
}
