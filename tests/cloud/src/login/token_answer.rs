//! Successful answers of the token endpoint: the claims of each token and the fields around them (`sign-in.md` 1.4, 1.6).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Cloud;
use crate::login::scopes::{Scopes, Wanted};
use crate::login::token::{REFRESH_LIFE_MS, Refresh, SPA_REFRESH_LIFE_MS};
use crate::login::{Account, client_info, login_hint};
use crate::seed::{BUSINESS_CENTRAL_APP_ID, BUSINESS_CENTRAL_RESOURCE, GRAPH_APP_ID, GRAPH_RESOURCE};
use crate::tokens::{Holder, Issued};

/// A person whose grant is about to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) client_id: Uuid,
    pub(crate) tenant: Uuid,
    pub(crate) account: Account,
    pub(crate) is_spa: bool,
    pub(crate) signed_in_ms: u64,
    /// Scopes of the sign-in, which a later refresh falls back on.
    pub(crate) scope_text: String,
    pub(crate) oidc_asked: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) claims: Value,
    /// Claims for the access token, from the sign-in or passed on with a refresh.
    pub(crate) access_claims: Value,
    pub(crate) client_info: bool,
}

/// PKCE: the S256 challenge of a verifier (RFC 7636 4.2).
pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// The `aud` of an access token.
fn audience(resource: Uuid) -> String {
    match resource {
        GRAPH_APP_ID => GRAPH_RESOURCE.to_owned(),
        BUSINESS_CENTRAL_APP_ID => BUSINESS_CENTRAL_RESOURCE.to_owned(),
        other => other.to_string(),
    }
}

/// Between 60 and 90 minutes (`sign-in.md` 1.6).
fn lifetime(cloud: &mut Cloud) -> u64 {
    3600 + cloud.ids.below(1800)
}

fn access_claims(
    cloud: &Cloud,
    tenant: Uuid,
    client: Uuid,
    resource: Uuid,
    now: u64,
    seconds: u64,
) -> Map<String, Value> {
    let name = cloud
        .directory
        .application(client)
        .map(|(_, application)| application.text("displayName").to_owned())
        .unwrap_or_default();
    let mut claims = Map::new();
    for (key, value) in [
        ("aud", json!(audience(resource))),
        ("iss", json!(format!("https://sts.windows.net/{tenant}/"))),
        ("iat", json!(now / 1000)),
        ("nbf", json!(now / 1000)),
        ("exp", json!(now / 1000 + seconds)),
        ("appid", json!(client)),
        ("app_displayname", json!(name)),
        ("tid", json!(tenant)),
        ("ver", json!("1.0")),
    ] {
        claims.insert(key.to_owned(), value);
    }
    claims
}

/// Tokens for a person.
pub(crate) fn for_person(
    cloud: &mut Cloud,
    person: &Person,
    scopes: &Scopes,
    wanted: &Wanted,
    resource: Uuid,
    granted: Vec<String>,
    now: u64,
) -> Value {
    let seconds = lifetime(cloud);
    let account = person.account;
    let (upn, name) = cloud
        .directory
        .person(account.home, account.oid)
        .map(|somebody| (somebody.upn.clone(), somebody.name.clone()))
        .unwrap_or_default();
    let roles = cloud
        .directory
        .tenant(person.tenant)
        .map(|tenant| tenant.roles_of(account.home, account.oid))
        .unwrap_or_default();
    let held: Vec<String> = granted
        .into_iter()
        .filter(|scope| !matches!(scope.as_str(), "openid" | "profile" | "email" | "offline_access"))
        .collect();
    let mut claims = access_claims(cloud, person.tenant, person.client_id, resource, now, seconds);
    for (key, value) in [
        ("idtyp", json!("user")),
        ("oid", json!(account.oid)),
        ("sub", json!(account.oid)),
        ("name", json!(name)),
        ("upn", json!(upn)),
        ("scp", json!(held.join(" "))),
        ("wids", json!(roles)),
        ("uti", json!(cloud.ids.uuid())),
    ] {
        claims.insert(key.to_owned(), value);
    }
    let access_token = cloud.tokens.sign(&Value::Object(claims));
    cloud.tokens.keep(
        access_token.clone(),
        Issued {
            resource,
            tenant: person.tenant,
            client_id: person.client_id,
            holder: Holder::Person {
                home: account.home,
                oid: account.oid,
                upn: upn.clone(),
                name: name.clone(),
                scopes: held.clone(),
                roles: roles.clone(),
            },
            claims: person.access_claims.clone(),
            expires_ms: now + seconds * 1000,
        },
    );
    let mut body = Map::new();
    body.insert("token_type".into(), "Bearer".into());
    body.insert("scope".into(), scope_text(person, scopes, wanted, resource, &held).into());
    body.insert("expires_in".into(), seconds.into());
    body.insert("ext_expires_in".into(), seconds.into());
    body.insert("access_token".into(), access_token.into());
    if scopes.has_oidc("offline_access") || person.oidc_asked.iter().any(|scope| scope == "offline_access") {
        refresh_token(cloud, person, &mut body, now);
    }
    if scopes.has_oidc("openid") || person.oidc_asked.iter().any(|scope| scope == "openid") {
        body.insert("id_token".into(), id_token(cloud, person, &upn, &name, &roles, now).into());
    }
    if person.client_info {
        body.insert("client_info".into(), client_info(account).into());
    }
    Value::Object(body)
}

/// What the answer calls granted: everything held on the resource, written the way it was asked for.
fn scope_text(person: &Person, scopes: &Scopes, wanted: &Wanted, resource: Uuid, held: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    if resource == GRAPH_APP_ID {
        for oidc in scopes.oidc.iter().chain(&person.oidc_asked) {
            // `offline_access` is answered with the refresh token itself, never listed.
            if oidc != "offline_access" && !words.contains(oidc) {
                words.push(oidc.clone());
            }
        }
    }
    for scope in held {
        words.push(if wanted.prefixed { format!("{}/{scope}", wanted.resource) } else { scope.clone() });
    }
    if wanted.is_default() {
        words.push(format!("{}/.default", wanted.resource));
    }
    words.join(" ")
}

fn refresh_token(cloud: &mut Cloud, person: &Person, body: &mut Map<String, Value>, now: u64) {
    let token = cloud.ids.opaque();
    let life = if person.is_spa { SPA_REFRESH_LIFE_MS } else { REFRESH_LIFE_MS };
    let left = person.signed_in_ms.saturating_add(life).saturating_sub(now) / 1000;
    cloud.login.refresh_tokens.insert(
        token.clone(),
        Refresh {
            client_id: person.client_id,
            account: person.account,
            is_spa: person.is_spa,
            signed_in_ms: person.signed_in_ms,
            scope_text: person.scope_text.clone(),
            claims: person.access_claims.clone(),
        },
    );
    body.insert("refresh_token".into(), token.into());
    if person.is_spa {
        body.insert("refresh_token_expires_in".into(), left.into());
    }
}

fn id_token(cloud: &mut Cloud, person: &Person, upn: &str, name: &str, roles: &[Uuid], now: u64) -> String {
    let login = &cloud.settings.origins.login;
    let mut claims = json!({
        "aud": person.client_id,
        "iss": format!("{login}/{}/v2.0", person.tenant),
        "iat": now / 1000,
        "nbf": now / 1000,
        "exp": now / 1000 + 3600,
        "name": name,
        "preferred_username": upn,
        "oid": person.account.oid,
        "sub": person.account.oid,
        "tid": person.tenant,
        "ver": "2.0",
        // The page's registration has groupMembershipClaims on DirectoryRole (`graph.md` 8, `sign-in.md` 2.5).
        "wids": roles,
        "uti": cloud.ids.uuid(),
    });
    if let Some(nonce) = &person.nonce {
        claims["nonce"] = json!(nonce);
    }
    if person.claims.get("id_token").is_some_and(|asked| asked.get("login_hint").is_some()) {
        claims["login_hint"] = json!(login_hint(person.account));
    }
    cloud.tokens.sign(&claims)
}

/// A token for an application on its own; `roles` only when it holds any.
pub(crate) fn for_application(
    cloud: &mut Cloud,
    tenant: Uuid,
    client: Uuid,
    resource: Uuid,
    roles: Vec<String>,
    now: u64,
) -> Value {
    let seconds = 3599;
    let principal = cloud
        .directory
        .tenant(tenant)
        .and_then(|tenant| tenant.service_principal(client))
        .map(|principal| principal.id)
        .unwrap_or_default();
    let mut claims = access_claims(cloud, tenant, client, resource, now, seconds);
    for (key, value) in [
        ("idtyp", json!("app")),
        ("oid", json!(principal)),
        ("sub", json!(principal)),
        ("uti", json!(cloud.ids.uuid())),
    ] {
        claims.insert(key.to_owned(), value);
    }
    if !roles.is_empty() {
        claims.insert("roles".to_owned(), json!(roles));
    }
    let token = cloud.tokens.sign(&Value::Object(claims));
    cloud.tokens.keep(
        token.clone(),
        Issued {
            resource,
            tenant,
            client_id: client,
            holder: Holder::App { roles },
            claims: Value::Null,
            expires_ms: now + seconds * 1000,
        },
    );
    json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token })
}
