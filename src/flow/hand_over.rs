//! Giving the credential away: its parts, and ready-made texts for the receiving system. Every text that holds the
//! secret is itself a [`Secret`].

use super::Model;
use super::effect::{Format, Piece};
use super::run::{Outcome, Run};
use crate::gather::Gather;
use crate::protocol::business_central as bc;
use crate::protocol::json::json;
use crate::protocol::secret::Secret;
use crate::protocol::{date, url};

/// What the receiving system needs.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Application name.
    pub name: String,
    /// Client id.
    pub client_id: String,
    /// Tenant id.
    pub tenant: String,
    /// The secret; absent when none was made in this run.
    pub secret: Option<Secret>,
    /// When it ends, ms since 1970.
    pub ends: Option<u64>,
    /// Scope for the token request.
    pub scope: String,
    /// Token URL.
    pub token_url: String,
    /// Environments the application may use: name, and base of its APIs. Never empty: without an environment it is the
    /// admin center's.
    pub environments: Vec<(String, String)>,
}

impl Credential {
    /// The first environment: name, and base of its APIs.
    fn first(&self) -> (&str, &str) {
        self.environments.first().map_or(("", ""), |(name, base)| (name, base))
    }

    /// What a proof reads: the companies of the first environment, or the environments.
    fn proof_url(&self) -> String {
        let (name, base) = self.first();
        if name.is_empty() { format!("{base}/applications/environments") } else { format!("{base}/api/v2.0/companies") }
    }
}

/// The credential of the run on this page; its secret is gone once the hand-over was left.
pub fn credential(model: &Model) -> Option<Credential> {
    let run = model.run.as_ref()?;
    let made = run.known.secret.as_ref();
    Some(Credential {
        name: run.brief.name.clone(),
        client_id: run.known.app_id.clone()?,
        tenant: run.brief.tenant.clone(),
        secret: made.map(|secret| secret.text.clone()).filter(|text| !text.is_empty()),
        ends: made.map(|secret| secret.ends),
        scope: run.brief.scope.clone(),
        token_url: run.brief.authority.token.clone(),
        environments: environments(run),
    })
}

/// Environments that are ready; while none is, all of them.
fn environments(run: &Run) -> Vec<(String, String)> {
    let sites = || run.brief.sites.iter().map(|site| (site.environment.clone(), site.site.base().to_owned()));
    let ready = |(lane, _): &(usize, _)| run.lane_outcome(*lane) == Outcome::Complete;
    let mut list: Vec<_> = sites().enumerate().filter(ready).map(|(_, site)| site).gather();
    if list.is_empty() {
        list = sites().gather();
    }
    if list.is_empty() {
        list.push((String::new(), bc::admin_base(&run.brief.business_central)));
    }
    list
}

/// One part, for copying.
pub fn piece(credential: &Credential, piece: Piece) -> Option<Secret> {
    Some(match piece {
        Piece::ClientId => Secret::new(credential.client_id.clone()),
        Piece::TenantId => Secret::new(credential.tenant.clone()),
        Piece::Secret => credential.secret.clone()?,
        Piece::Expiry => Secret::new(date::day(credential.ends?)),
        Piece::Scope => Secret::new(credential.scope.clone()),
        Piece::TokenUrl => Secret::new(credential.token_url.clone()),
        Piece::BaseUrl(index) => Secret::new(credential.environments.get(index)?.1.clone()),
        Piece::Format(wanted) => format(credential, wanted),
        Piece::ProofCommand => Secret::new(proof_command(credential)),
        Piece::Invitation
        | Piece::Description(_)
        | Piece::SupportReport
        | Piece::ConsentLink
        | Piece::PageConsent
        | Piece::Calendar => {
            return None;
        }
    })
}

/// File name of a format.
pub fn file_name(format: Format) -> &'static str {
    match format {
        Format::Env => "business-central.env",
        Format::Json => "business-central.json",
        Format::Magento => "business-central-magento.txt",
        Format::Curl => "business-central.sh",
        Format::PowerShell => "business-central.ps1",
        Format::RestClient => "business-central.http",
    }
}

/// Single quotes for POSIX shells: nothing inside is special but the quote itself.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Single quotes for PowerShell: a quote inside is doubled.
fn powershell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The credential as a text for the receiving system.
pub fn format(credential: &Credential, format: Format) -> Secret {
    let secret = credential.secret.as_ref().map_or("", Secret::open);
    let ends = credential.ends.map(date::day).unwrap_or_default();
    let Credential { client_id, tenant, scope, token_url, name, .. } = credential;
    let (environment, base_url) = credential.first();
    let companies = credential.proof_url();
    Secret::new(match format {
        Format::Env => [
            ("BC_TENANT_ID", tenant.as_str()),
            ("BC_CLIENT_ID", client_id),
            ("BC_CLIENT_SECRET", secret),
            ("BC_CLIENT_SECRET_ENDS", &ends),
            ("BC_SCOPE", scope),
            ("BC_TOKEN_URL", token_url),
            ("BC_ENVIRONMENT", environment),
            ("BC_BASE_URL", base_url),
        ]
        .iter()
        .map(|(key, value)| [key, "=", &shell(value), "\n"].concat())
        .chain(credential.environments.iter().enumerate().skip(1).map(|(index, (name, base))| {
            let number = (index + 1).to_string();
            ["BC_ENVIRONMENT_", &number, "=", &shell(name), "\nBC_BASE_URL_", &number, "=", &shell(base), "\n"].concat()
        }))
        .gather()
        .concat(),
        Format::Json => {
            let value = json!({
                "tenantId": tenant, "clientId": client_id, "clientSecret": secret, "clientSecretEnds": &ends,
                "scope": scope, "tokenUrl": token_url, "environment": environment, "baseUrl": base_url,
                "environments": credential.environments.iter().map(|(name, base)| json!({ "name": name, "baseUrl": base })).gather(),
            });
            value.to_pretty() + "\n"
        }
        Format::Magento => format!(
            "Integration name: {name}\nTenant ID: {tenant}\nEnvironment: {environment}\nClient ID: {client_id}\nClient secret: {secret}\nOAuth scope: {scope}\nAccess token URL: {token_url}\nBase URL: {base_url}\n{}",
            credential
                .environments
                .iter()
                .skip(1)
                .map(|(name, base)| ["\nEnvironment: ", name, "\nBase URL: ", base, "\n"].concat())
                .collect::<String>()
        ),
        Format::Curl => format!(
            "token=$(curl -sS {} \\\n  --data-urlencode grant_type=client_credentials \\\n  --data-urlencode {} \\\n  --data-urlencode {} \\\n  --data-urlencode {} | sed -n 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/p')\ncurl -sS -H \"Authorization: Bearer $token\" {}\n",
            shell(token_url),
            shell(&format!("client_id={client_id}")),
            shell(&format!("client_secret={secret}")),
            shell(&format!("scope={scope}")),
            shell(&companies),
        ),
        Format::PowerShell => format!(
            "$body = @{{ grant_type = 'client_credentials'; client_id = {}; client_secret = {}; scope = {} }}\n$token = (Invoke-RestMethod -Method Post -Uri {} -Body $body).access_token\n(Invoke-RestMethod -Uri {} -Headers @{{ Authorization = \"Bearer $token\" }}).value\n",
            powershell(client_id),
            powershell(secret),
            powershell(scope),
            powershell(token_url),
            powershell(&companies),
        ),
        Format::RestClient => format!(
            "# @name token\nPOST {token_url}\nContent-Type: application/x-www-form-urlencoded\n\ngrant_type=client_credentials\n&client_id={client_id}\n&client_secret={}\n&scope={}\n\n###\nGET {companies}\nAuthorization: Bearer {{{{token.response.body.access_token}}}}\n",
            url::encode(secret),
            url::encode(scope),
        ),
    })
}

/// A browser cannot ask for a token with a client secret (Entra gives such answers no CORS headers), so the proof is a
/// command. It asks for the secret instead of carrying it, so it may be kept and shared.
pub fn proof_command(credential: &Credential) -> String {
    let Credential { client_id, scope, token_url, .. } = credential;
    format!(
        "read -rsp 'Client secret: ' s; t=$(curl -sS {} --data-urlencode grant_type=client_credentials --data-urlencode {} --data-urlencode \"client_secret=$s\" --data-urlencode {} | sed -n 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/p'); curl -sS -H \"Authorization: Bearer $t\" {}",
        shell(token_url),
        shell(&format!("client_id={client_id}")),
        shell(&format!("scope={scope}")),
        shell(&credential.proof_url()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential() -> Credential {
        Credential {
            name: "Shop".into(),
            client_id: "c1".into(),
            tenant: "t1".into(),
            secret: Some(Secret::new("a'b$`\"~\\")),
            ends: Some(1_795_412_640_000),
            scope: "https://api.businesscentral.dynamics.com/.default".into(),
            token_url: "https://login/t1/oauth2/v2.0/token".into(),
            environments: vec![("Production".into(), "https://bc/v2.0/t1/Production".into())],
        }
    }

    #[test]
    fn shells_see_the_secret_as_it_is() {
        let text = format(&credential(), Format::Env);
        assert!(text.open().contains("BC_CLIENT_SECRET='a'\\''b$`\"~\\'\n"), "{}", text.open());
        assert!(format(&credential(), Format::PowerShell).open().contains("client_secret = 'a''b$`\"~\\'"));
    }

    #[test]
    fn json_stays_json_whatever_the_secret() {
        let value: serde_json::Value = serde_json::from_str(format(&credential(), Format::Json).open()).unwrap();
        assert_eq!(value["clientSecret"], "a'b$`\"~\\");
        assert_eq!(value["clientSecretEnds"], "2026-11-23");
    }

    #[test]
    fn the_proof_command_does_not_carry_the_secret() {
        assert!(!proof_command(&credential()).contains("a'b"));
    }

    #[test]
    fn a_credential_without_secret_offers_none_to_copy() {
        let without = Credential { secret: None, ..credential() };
        assert!(piece(&without, Piece::Secret).is_none());
        assert_eq!(piece(&without, Piece::ClientId).unwrap().open(), "c1");
    }
}
