//! A browser page and a server in front of an in-process cloud, for these tests only.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails as a test does")]
#![allow(clippy::needless_pass_by_value, clippy::unused_self, reason = "shorter calls read better in tests")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrada_cloud::{Cloud, ConsentAnswer, Contract, Response, Settings, seed};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const NOW: u64 = 1_800_000_000_000;
pub(crate) const PAGE: &str = "http://localhost:8080";
pub(crate) const REDIRECT: &str = "http://localhost:8080/redirect.html";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXkdBjftJe";
pub(crate) const GRAPH_SCOPES: &str = "openid profile offline_access User.Read Application.ReadWrite.All";
pub(crate) const BC_SCOPES: &str = "https://api.businesscentral.dynamics.com/user_impersonation \
     https://api.businesscentral.dynamics.com/Financials.ReadWrite.All";
pub(crate) const BC_APP: &str = "996def3d-b36c-4153-8607-a6fd3c01b89f";

pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) now: u64,
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER.as_bytes()))
}

pub(crate) fn body(response: &Response) -> Value {
    serde_json::from_slice(response.body()).unwrap_or(Value::Null)
}

pub(crate) fn head(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
}

/// The AADSTS number of a refusal of the token endpoint.
pub(crate) fn code_of(answer: &Value) -> u64 {
    answer["error_codes"][0].as_u64().unwrap_or_default()
}

/// Fields of a redirect's query or fragment.
pub(crate) fn fields_of(url: &str) -> Vec<(String, String)> {
    let text = url.split_once(['#', '?']).unwrap().1;
    text.split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned())
        })
        .collect()
}

pub(crate) fn field(url: &str, name: &str) -> Option<String> {
    fields_of(url).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

impl World {
    pub(crate) fn new() -> Self {
        let settings = Settings { page_redirect_uris: vec![REDIRECT.to_owned()], seed: 1, ..Settings::default() };
        let mut cloud = Cloud::new(settings);
        let contract = Contract::locate().map(|path| Contract::load(&path).unwrap());
        cloud.set_contract(contract);
        Self { cloud, now: NOW }
    }

    pub(crate) fn send(&mut self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.cloud.handle(&request.body(body.as_bytes().to_vec()).unwrap(), self.now)
    }

    pub(crate) fn authorize_url(&self, tenant: &str, changes: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let scope = format!("{GRAPH_SCOPES} {BC_SCOPES}");
        let client = seed::ENTRADA_CLIENT_ID.to_string();
        let mut fields = vec![
            ("client_id", client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("response_mode", "fragment"),
            ("scope", &scope),
            ("state", "state|with spice&="),
            ("nonce", "n-1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("client_info", "1"),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize?{}", form(&fields))
    }

    /// The code of a sign-in that must succeed.
    pub(crate) fn code(&mut self, tenant: &str, person: &str, answer: ConsentAnswer) -> String {
        let url = self.authorize_url(tenant, &[]);
        let back = self.cloud.sign_in_code(&url, person, answer, self.now).unwrap();
        field(&back, "code").unwrap_or_else(|| panic!("no code in {back}"))
    }

    pub(crate) fn token(&mut self, tenant: &str, fields: &[(&str, &str)]) -> Response {
        self.token_from(Some(PAGE), tenant, fields)
    }

    pub(crate) fn token_from(&mut self, origin: Option<&str>, tenant: &str, fields: &[(&str, &str)]) -> Response {
        let url = format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token");
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded;charset=utf-8")];
        headers.extend(origin.map(|origin| ("origin", origin)));
        self.send("POST", &url, &headers, &form(fields))
    }

    pub(crate) fn redeem(&mut self, tenant: &str, code: &str, scope: &str) -> Response {
        let client = seed::ENTRADA_CLIENT_ID.to_string();
        self.token(
            tenant,
            &[
                ("client_id", &client),
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
                ("scope", scope),
            ],
        )
    }

    pub(crate) fn refresh(&mut self, tenant: &str, token: &str, scope: &str) -> Response {
        let client = seed::ENTRADA_CLIENT_ID.to_string();
        let fields = [
            ("client_id", client.as_str()),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        self.token(tenant, &fields)
    }

    /// Signs in with consent for the organization; access token for Graph and refresh token.
    pub(crate) fn sign_in(&mut self, person: &str) -> (String, String) {
        let code = self.code("organizations", person, ConsentAnswer::AcceptForOrganization);
        let answer = body(&self.redeem("organizations", &code, GRAPH_SCOPES));
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        (text("access_token"), text("refresh_token"))
    }

    /// Signs in somebody who cannot consent, after an administrator did.
    pub(crate) fn sign_in_after_consent(&mut self, person: &str) -> String {
        self.sign_in("ada@cronus.example");
        self.sign_in(person).0
    }

    pub(crate) fn graph(&mut self, token: &str, method: &str, path: &str, sent: Value) -> Response {
        self.graph_with(token, method, path, &[], sent)
    }

    pub(crate) fn graph_with(
        &mut self,
        token: &str,
        method: &str,
        path: &str,
        extra: &[(&str, &str)],
        sent: Value,
    ) -> Response {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("authorization", bearer.as_str()), ("origin", PAGE)];
        headers.extend(extra);
        let text = if sent.is_null() {
            String::new()
        } else {
            headers.push(("content-type", "application/json"));
            sent.to_string()
        };
        self.send(method, &format!("https://graph.microsoft.com/v1.0{path}"), &headers, &text)
    }

    /// Upserts an application by `uniqueName` and returns its body (object id, client id).
    pub(crate) fn application(&mut self, token: &str, name: &str) -> Value {
        let sent = json!({ "displayName": name, "signInAudience": "AzureADMyOrg" });
        let response = self.upsert(token, &format!("/applications(uniqueName='{name}')"), sent);
        assert_eq!(response.status(), 201, "{}", body(&response));
        body(&response)
    }

    pub(crate) fn upsert(&mut self, token: &str, path: &str, sent: Value) -> Response {
        self.graph_with(token, "PATCH", path, &[("prefer", "create-if-missing")], sent)
    }

    pub(crate) fn get(&mut self, token: &str, path: &str) -> Value {
        let response = self.graph(token, "GET", path, Value::Null);
        assert_eq!(response.status(), 200, "{path}: {}", body(&response));
        body(&response)
    }

    /// Application, service principal, both roles and a secret: client id and secret.
    pub(crate) fn service(&mut self, token: &str, name: &str) -> (String, String) {
        let application = self.application(token, name);
        let app_id = application["appId"].as_str().unwrap().to_owned();
        let principal = body(&self.upsert(token, &format!("/servicePrincipals(appId='{app_id}')"), json!({})));
        let resource = self.get(token, &format!("/servicePrincipals(appId='{BC_APP}')"));
        for role in [seed::ROLE_API, seed::ROLE_AUTOMATION] {
            let path = format!("/servicePrincipals/{}/appRoleAssignedTo", resource["id"].as_str().unwrap());
            let sent = json!({ "principalId": principal["id"], "resourceId": resource["id"], "appRoleId": role });
            assert_eq!(self.graph(token, "POST", &path, sent).status(), 201);
        }
        let path = format!("/applications/{}/addPassword", application["id"].as_str().unwrap());
        let secret =
            body(&self.graph(token, "POST", &path, json!({ "passwordCredential": { "displayName": "first" } })));
        (app_id, secret["secretText"].as_str().unwrap().to_owned())
    }

    pub(crate) fn client_credentials(&mut self, tenant: &str, client: &str, secret: &str) -> Response {
        let scope = "https://api.businesscentral.dynamics.com/.default";
        let fields =
            [("client_id", client), ("client_secret", secret), ("grant_type", "client_credentials"), ("scope", scope)];
        self.token_from(None, tenant, &fields)
    }
}
