//! An authority: who signs people in, at which addresses, and under which name (sign-in.md 1 and 2.5).
//!
//! Microsoft Entra's addresses follow from its origin and a tenant; any other OpenID provider says where it is in its
//! discovery document (OpenID Connect Discovery 1.0), whose issuer is compared to the letter.

use super::claims::is_guid;
use super::http::{CallError, Refusal, Request, Response};
use super::json::{self, Misread, Node, Value, json};
use super::url;
use crate::gather::Also;

/// Addresses of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Under which name it signs.
    pub issuer: Issuer,
    /// Where the page is left to.
    pub authorize: String,
    /// Where codes and refresh tokens are redeemed.
    pub token: String,
    /// Where the session ends; a provider need not have it.
    pub end_session: Option<String>,
}

/// The name an authority signs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issuer {
    /// Entra's: `{login}/{tenant id}/v2.0`, where the id is only known once somebody has signed in when the tenant was
    /// given as a domain or as `organizations`.
    Entra {
        /// Origin of the login service.
        login: String,
        /// Tenant id, domain, or `organizations`.
        tenant: String,
    },
    /// Exactly this.
    Exact(String),
}

impl Issuer {
    /// True when a token or an answer of this issuer may be one of this authority.
    pub fn accepts(&self, issuer: &str) -> bool {
        match self {
            Self::Exact(own) => own == issuer,
            Self::Entra { login, tenant } => {
                tenant_of(login, issuer).is_some_and(|found| !is_guid(tenant) || tenant.eq_ignore_ascii_case(found))
            }
        }
    }

    /// The tenant in an issuer of Entra, or for another provider the host of its name.
    pub fn tenant<'a>(&self, issuer: &'a str) -> Option<&'a str> {
        match self {
            Self::Entra { login, .. } => tenant_of(login, issuer),
            Self::Exact(_) => Some(issuer.split('/').nth(2).unwrap_or(issuer)),
        }
    }

    /// True for Entra.
    pub fn is_entra(&self) -> bool {
        matches!(self, Self::Entra { .. })
    }
}

/// The id in `{login}/{tenant id}/v2.0`.
fn tenant_of<'a>(login: &str, issuer: &'a str) -> Option<&'a str> {
    let id = issuer.strip_prefix(login)?.strip_prefix('/')?.strip_suffix("/v2.0")?;
    is_guid(id).then_some(id)
}

impl Authority {
    /// A tenant of Entra; `tenant` is an id, a domain, or `organizations`.
    pub fn entra(login: &str, tenant: &str) -> Self {
        let at = |leaf: &str| format!("{login}/{}/oauth2/v2.0/{leaf}", url::encode(tenant));
        Self {
            authorize: at("authorize"),
            token: at("token"),
            end_session: Some(at("logout")),
            issuer: Issuer::Entra { login: login.to_owned(), tenant: tenant.to_owned() },
        }
    }

    /// Reads the discovery document of an issuer. The document must name this very issuer, and lead to https only.
    pub fn discovered(issuer: &str, response: &Response) -> Result<Self, CallError> {
        let value = document(response)?;
        let node = Node::root(&value);
        addresses(issuer, &node).map_err(CallError::Unreadable)
    }

    /// As a value that survives leaving the page.
    pub fn to_value(&self) -> Value {
        let (issuer, tenant) = match &self.issuer {
            Issuer::Exact(issuer) => (issuer.as_str(), ""),
            Issuer::Entra { tenant, .. } => ("", tenant.as_str()),
        };
        let mut value = json!({
            "issuer": issuer, "tenant": tenant, "authorization_endpoint": &self.authorize,
            "token_endpoint": &self.token,
        });
        if let Some(address) = &self.end_session {
            value.insert("end_session_endpoint", address.as_str().into());
        }
        value
    }

    /// Takes that value up again, if it is still what the configuration says: for another provider the same issuer
    /// with addresses as sound as in the first place, for Entra the addresses that follow from its origin.
    pub fn from_value(issuer: Option<&str>, login: &str, kept: &Node<'_>) -> Option<Self> {
        let Some(issuer) = issuer else {
            let authority = Self::entra(login, &kept.string("tenant").ok()?);
            let same = kept.maybe("authorization_endpoint").as_ref() == Some(&authority.authorize)
                && kept.maybe("token_endpoint").as_ref() == Some(&authority.token)
                && kept.maybe("end_session_endpoint") == authority.end_session;
            return same.then_some(authority);
        };
        addresses(issuer, kept).ok()
    }

    /// The page on which an administrator consents to another application, short form without redirect (graph.md 9).
    /// Only Entra has one.
    pub fn admin_consent(&self, client_id: &str) -> Option<String> {
        let Issuer::Entra { login, tenant } = &self.issuer else { return None };
        Some(format!("{login}/{}/adminconsent?client_id={}", url::encode(tenant), url::encode(client_id)))
    }

    /// Where to go to end the session there (sign-in.md 1.7; OpenID Connect RP-Initiated Logout 1.0 for others, which
    /// are told the client id, because no token goes into an address).
    pub fn sign_out(&self, client_id: &str, return_to: &str, login_hint: Option<&str>) -> Option<String> {
        let mut pairs = vec![("post_logout_redirect_uri", return_to)];
        if !self.issuer.is_entra() {
            pairs.push(("client_id", client_id));
        }
        pairs.also(login_hint.map(|hint| ("logout_hint", hint)));
        Some(url::with_query(self.end_session.as_ref()?, &pairs))
    }
}

fn addresses(issuer: &str, node: &Node<'_>) -> Result<Authority, Misread> {
    let named = node.member("issuer")?;
    if named.text()? != issuer {
        return named.misread("another issuer than the configured one");
    }
    let address = |node: Node<'_>| {
        let text = node.text()?;
        let sound = url::origin(text).is_some_and(|origin| url::is_trustworthy(&origin)) && !text.contains('#');
        if sound { Ok(text.to_owned()) } else { node.misread("an https address is expected here") }
    };
    // Silence about it means nothing: Entra, for one, supports PKCE and does not say so.
    if let Some(methods) = node.optional("code_challenge_methods_supported")
        && !methods.texts()?.iter().any(|method| method == "S256")
    {
        return methods.misread("S256 is expected here");
    }
    Ok(Authority {
        issuer: Issuer::Exact(issuer.to_owned()),
        authorize: address(node.member("authorization_endpoint")?)?,
        token: address(node.member("token_endpoint")?)?,
        end_session: node.optional("end_session_endpoint").map(address).transpose()?,
    })
}

/// The request for the discovery document of an issuer.
pub fn discovery(issuer: &str) -> Request {
    Request::get(format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))
}

/// The request for the discovery document of one of Entra's tenants, which turns a domain into an id (sign-in.md 2.5).
pub fn tenant_discovery(login: &str, tenant: &str) -> Request {
    discovery(&format!("{login}/{}/v2.0", url::encode(tenant)))
}

/// The tenant id out of a discovery document of Entra, whose issuer is `{login}/{tenant id}/v2.0`.
pub fn read_tenant(login: &str, response: &Response) -> Result<String, CallError> {
    let value = document(response)?;
    let node = Node::root(&value);
    let issuer = node.member("issuer").map_err(CallError::Unreadable)?;
    let id = issuer.text().map_err(CallError::Unreadable)?;
    let id = tenant_of(login, id).map(str::to_owned);
    id.map_or_else(|| issuer.misread("a tenant id is expected here").map_err(CallError::Unreadable), Ok)
}

fn document(response: &Response) -> Result<Value, CallError> {
    if matches!(response.status, 429 | 500..=599) {
        return Err(CallError::Busy { status: response.status, after_ms: response.retry_after_ms() });
    }
    if !response.is_success() {
        return Err(CallError::Refused(Box::new(Refusal { status: response.status, ..Refusal::default() })));
    }
    json::parse(response.body.open()).map_err(CallError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::secret::Secret;

    const ID: &str = "11111111-2222-3333-4444-555555555555";

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: Secret::new(body) }
    }

    fn found(change: impl FnOnce(&mut serde_json::Value)) -> Result<Authority, CallError> {
        let mut document = serde_json::json!({
            "issuer": "https://id.example/realm", "authorization_endpoint": "https://id.example/auth?kind=x",
            "token_endpoint": "https://tokens.example/token", "end_session_endpoint": "https://id.example/end",
            "code_challenge_methods_supported": ["plain", "S256"],
        });
        change(&mut document);
        Authority::discovered("https://id.example/realm", &answer(200, &document.to_string()))
    }

    #[test]
    fn a_discovery_document_says_where_everything_is() {
        let authority = found(|_| ()).unwrap();
        assert_eq!(authority.authorize, "https://id.example/auth?kind=x");
        assert_eq!(authority.token, "https://tokens.example/token");
        assert_eq!(
            authority.sign_out("c1", "https://x.example/", None).unwrap(),
            "https://id.example/end?post_logout_redirect_uri=https%3A%2F%2Fx.example%2F&client_id=c1"
        );
        assert_eq!(authority.admin_consent("c1"), None);
        assert_eq!(
            discovery("https://id.example/realm/").url,
            "https://id.example/realm/.well-known/openid-configuration"
        );
        let endless = found(|it| it["end_session_endpoint"] = serde_json::Value::Null).unwrap();
        assert_eq!(endless.sign_out("c1", "https://x.example/", None), None);
        let silent = found(|it| it["code_challenge_methods_supported"] = serde_json::Value::Null);
        assert!(silent.is_ok(), "silence about PKCE is no refusal of it");
    }

    #[test]
    fn a_document_of_another_issuer_or_without_https_or_pkce_is_refused() {
        let refuse = |name: &'static str, value: serde_json::Value| found(|it| it[name] = value).unwrap_err();
        for (name, value) in [
            ("issuer", serde_json::json!("https://id.example/realm/")),
            ("issuer", serde_json::json!("https://evil.example/realm")),
            ("authorization_endpoint", serde_json::json!("http://id.example/auth")),
            ("authorization_endpoint", serde_json::json!("https://id.example/auth#x")),
            ("token_endpoint", serde_json::json!("https://user@id.example/token")),
            ("token_endpoint", serde_json::json!(null)),
            ("end_session_endpoint", serde_json::json!("javascript:alert(1)")),
            ("code_challenge_methods_supported", serde_json::json!(["plain"])),
        ] {
            let CallError::Unreadable(misread) = refuse(name, value) else { panic!("{name}") };
            assert_eq!(misread.at, format!("$.{name}"));
        }
        assert!(matches!(Authority::discovered("https://x", &answer(404, "")), Err(CallError::Refused(_))));
    }

    #[test]
    fn what_was_kept_while_the_page_was_left_is_taken_up_for_the_same_issuer_only() {
        let authority = found(|_| ()).unwrap();
        let kept = authority.to_value();
        let take = |issuer: Option<&str>| Authority::from_value(issuer, "https://login.example", &Node::root(&kept));
        assert_eq!(take(Some("https://id.example/realm")), Some(authority));
        assert_eq!(take(Some("https://id.example/other")), None);
        assert_eq!(take(None), None);

        let entra = Authority::entra("https://login.example", ID);
        let take = |login: &str, kept: &Value| Authority::from_value(None, login, &Node::root(kept));
        assert_eq!(take("https://login.example", &entra.to_value()).as_ref(), Some(&entra));
        assert_eq!(take("https://login.other", &entra.to_value()), None);
        let mut forged = entra.to_value();
        *forged.get_mut("token_endpoint").unwrap() = Value::from("https://evil.example/token");
        assert_eq!(take("https://login.example", &forged), None);
    }

    #[test]
    fn a_tenant_of_entra_is_its_own_issuer() {
        let authority = Authority::entra("https://login.example", "contoso.com");
        assert_eq!(authority.authorize, "https://login.example/contoso.com/oauth2/v2.0/authorize");
        let own = format!("https://login.example/{ID}/v2.0");
        assert!(authority.issuer.accepts(&own));
        assert_eq!(authority.issuer.tenant(&own), Some(ID));
        for other in [
            "https://login.example/contoso.com/v2.0".to_owned(),
            format!("https://login.example.evil/{ID}/v2.0"),
            format!("https://login.example/{ID}/v1.0"),
            format!("https://login.example/x/{ID}/v2.0"),
            String::new(),
        ] {
            assert!(!authority.issuer.accepts(&other), "{other}");
        }
        let asked = Authority::entra("https://login.example", "99999999-2222-3333-4444-555555555555").issuer;
        assert!(!asked.accepts(&own), "asked for by id, answered by another");
    }

    #[test]
    fn a_discovery_document_names_the_tenant() {
        let login = "https://login.example";
        assert_eq!(
            tenant_discovery(login, "a b").url,
            "https://login.example/a%20b/v2.0/.well-known/openid-configuration"
        );
        let read = |issuer: &str| read_tenant(login, &answer(200, &format!(r#"{{"issuer":"{issuer}"}}"#)));
        assert_eq!(read(&format!("https://login.example/{ID}/v2.0")).unwrap(), ID);
        assert!(matches!(read(&format!("https://evil.example/{ID}/v2.0")), Err(CallError::Unreadable(_))));
        assert!(matches!(read_tenant(login, &answer(400, "")), Err(CallError::Refused(_))));
        assert!(
            matches!(read_tenant(login, &answer(503, "")), Err(CallError::Busy { .. })),
            "unknown is something else"
        );
    }
}
