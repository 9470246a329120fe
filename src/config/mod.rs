//! What the host of the page decided: `www/config.json`, parsed once and strictly.
//!
//! A mistake in it is shown on screen with the path inside the JSON and what is allowed there, because the person
//! who sees it first is usually the partner who just edited the file. Nothing is guessed.

mod embedding;
mod endpoints;
mod preset;

pub use embedding::HostRule;
pub use endpoints::Endpoints;
pub use preset::{Preset, PresetKind, WantedSet};

use crate::protocol::business_central::{PartnerApi, RecordFields};
use crate::protocol::claims::is_guid;
use crate::protocol::json::{Misread, Node, parse};
use crate::protocol::url;

/// Who publishes this page, as Entra shows it on the consent screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// Name of the verified publisher.
    pub name: String,
    /// Its id, if the host wants it compared too.
    pub verified_id: Option<String>,
}

/// Rules for client secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRules {
    /// Lifetimes offered, ascending.
    pub months: Vec<u32>,
    /// The one chosen at first.
    pub default_months: u32,
    /// None above this is offered.
    pub max_months: u32,
}

/// A link to whoever helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// What the link says.
    pub label: String,
    /// Where it leads.
    pub url: String,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Client id of the page's own registration.
    pub client_id: String,
    /// `organizations` or a tenant.
    pub authority: String,
    /// Expected publisher.
    pub publisher: Publisher,
    /// Where the services are.
    pub endpoints: Endpoints,
    /// Integrations offered, at least one.
    pub presets: Vec<Preset>,
    /// The partner's API page, if there is one.
    pub partner_api: Option<PartnerApi>,
    /// Whether a page published as OData is looked for.
    pub odata: bool,
    /// Whether the guided route is offered.
    pub guided: bool,
    /// Whether the configuration package is offered. It is experimental and never chosen by itself.
    pub package: bool,
    /// Rules for secrets.
    pub credentials: CredentialRules,
    /// Languages offered.
    pub languages: Vec<String>,
    /// The one used when the browser wants none of them.
    pub default_language: String,
    /// Support link.
    pub support: Option<Support>,
    /// Pages that may show this one inside them.
    pub hosts: Vec<HostRule>,
}

/// What cannot be loaded is told apart from what cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file did not arrive.
    #[error("config.json could not be loaded ({0})")]
    Missing(String),
    /// The file arrived and is wrong.
    #[error("config.json is wrong at {0}")]
    Wrong(Misread),
    /// The file is right, but the client id is still the placeholder.
    #[error("config.json has no client id yet")]
    NotRegistered,
}

const LANGUAGES: [&str; 3] = ["en", "da", "de"];
const NO_CLIENT: &str = "00000000-0000-0000-0000-000000000000";

/// Reads the whole file.
pub fn read(text: &str) -> Result<Config, ConfigError> {
    let config = read_unregistered(text)?;
    if config.client_id == NO_CLIENT { Err(ConfigError::NotRegistered) } else { Ok(config) }
}

/// The same, whether or not there is a client id yet; for whoever prepares a deployment.
pub fn read_unregistered(text: &str) -> Result<Config, ConfigError> {
    let value = parse(text).map_err(ConfigError::Wrong)?;
    config(&Node::root(&value)).map_err(ConfigError::Wrong)
}

fn config(root: &Node<'_>) -> Result<Config, Misread> {
    root.only(&[
        "clientId",
        "authority",
        "publisher",
        "endpoints",
        "presets",
        "routes",
        "credentials",
        "languages",
        "defaultLanguage",
        "support",
        "embedding",
    ])?;
    let languages = match root.optional("languages") {
        Some(list) => list.each(language)?,
        None => vec!["en".into()],
    };
    let default_language = optional(root, "defaultLanguage", language)?;
    let default_language = default_language.or_else(|| languages.first().cloned()).unwrap_or_else(|| "en".into());
    if !languages.contains(&default_language) {
        return root.member("defaultLanguage")?.misread("one of the languages is expected here");
    }
    let routes = root.optional("routes");
    if let Some(routes) = &routes {
        routes.only(&["partnerApi", "odata", "guided", "package"])?;
    }
    let route = |name: &str| routes.as_ref().map_or(Ok(true), |routes| flag(routes, name, true));
    let [odata, guided, package] = [route("odata")?, route("guided")?, route("package")?];
    let partner_api =
        routes.as_ref().and_then(|routes| routes.optional("partnerApi")).map(|node| partner_api(&node)).transpose()?;
    if let (Some(routes), true) = (&routes, partner_api.is_none() && !(odata || guided || package)) {
        return routes.misread("at least one way into Business Central is expected here");
    }
    Ok(Config {
        client_id: required(root, "clientId", guid)?,
        authority: optional(root, "authority", authority)?.unwrap_or_else(|| "organizations".into()),
        publisher: publisher(&root.member("publisher")?)?,
        endpoints: root
            .optional("endpoints")
            .map_or_else(|| Ok(Endpoints::worldwide()), |node| endpoints::read(&node))?,
        presets: preset::read_all(&root.member("presets")?)?,
        partner_api,
        odata,
        guided,
        package,
        credentials: root.optional("credentials").map_or_else(
            || Ok(CredentialRules { months: vec![6, 12, 24], default_months: 12, max_months: 24 }),
            |node| credentials(&node),
        )?,
        languages,
        default_language,
        support: root.optional("support").map(|node| support(&node)).transpose()?,
        hosts: root.optional("embedding").map_or_else(|| Ok(Vec::new()), |node| embedding::hosts(&node))?,
    })
}

/// Text with something in it and nothing that breaks a line or turns its direction.
fn words(node: &Node<'_>, longest: usize) -> Result<String, Misread> {
    let text = node.text()?.trim();
    if text.is_empty() || text.chars().count() > longest || text.contains(char::is_control) {
        return node.misread(format!("text of 1 to {longest} characters on one line is expected here"));
    }
    Ok(text.to_owned())
}

/// How a text is read.
type Reading = fn(&Node<'_>) -> Result<String, Misread>;

/// A member that must be there, read in this way.
#[inline(never)]
fn required(node: &Node<'_>, name: &str, read: Reading) -> Result<String, Misread> {
    read(&node.member(name)?)
}

/// A member that may be absent, read in this way.
#[inline(never)]
fn optional(node: &Node<'_>, name: &str, read: Reading) -> Result<Option<String>, Misread> {
    node.optional(name).map(|node| read(&node)).transpose()
}

/// A member that is true or false, and this when it is absent.
fn flag(node: &Node<'_>, name: &str, absent: bool) -> Result<bool, Misread> {
    node.optional(name).map_or(Ok(absent), |node| node.flag())
}

fn guid(node: &Node<'_>) -> Result<String, Misread> {
    let text = node.text()?;
    if is_guid(text) { Ok(text.to_ascii_lowercase()) } else { node.misread("a GUID is expected here") }
}

fn authority(node: &Node<'_>) -> Result<String, Misread> {
    let text = node.text()?;
    let domain = text.contains('.') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    if text == "organizations" || is_guid(text) || domain {
        Ok(text.to_owned())
    } else {
        node.misread("\"organizations\", a tenant id or a domain is expected here")
    }
}

fn origin(node: &Node<'_>) -> Result<String, Misread> {
    let text = node.text()?.trim_end_matches('/');
    match url::origin(text) {
        Some(origin) if origin == text && url::is_trustworthy(&origin) => Ok(origin),
        _ => node.misread("an https origin without path is expected here (http only for localhost)"),
    }
}

fn publisher(node: &Node<'_>) -> Result<Publisher, Misread> {
    node.only(&["name", "verifiedPublisherId"])?;
    Ok(Publisher {
        name: required(node, "name", |node| words(node, 120))?,
        verified_id: optional(node, "verifiedPublisherId", |node| words(node, 60))?,
    })
}

fn partner_api(node: &Node<'_>) -> Result<PartnerApi, Misread> {
    node.only(&["publisher", "group", "version", "entitySet", "fields", "action"])?;
    let part = |name: &str| required(node, name, |node| identifier(node, b"._"));
    Ok(PartnerApi {
        publisher: part("publisher")?,
        group: part("group")?,
        version: part("version")?,
        entity_set: part("entitySet")?,
        fields: node.optional("fields").map_or_else(|| Ok(RecordFields::companion()), |node| record_fields(&node))?,
        action: optional(node, "action", |node| identifier(node, b"_"))?,
    })
}

/// Names that differ from the companion extension's. A page that does not show a field says so with an empty name.
fn record_fields(node: &Node<'_>) -> Result<RecordFields, Misread> {
    node.only(&["clientId", "description", "contactInformation", "state", "userId"])?;
    let mut fields = RecordFields::companion();
    for (name, field) in
        [("clientId", &mut fields.client_id), ("description", &mut fields.description), ("state", &mut fields.state)]
    {
        if let Some(name) = optional(node, name, |node| identifier(node, b"_"))? {
            *field = name;
        }
    }
    for (name, field) in [("contactInformation", &mut fields.contact), ("userId", &mut fields.user_id)] {
        if let Some(node) = node.optional(name) {
            *field = if node.text()?.is_empty() { None } else { Some(identifier(&node, b"_")?) };
        }
    }
    Ok(fields)
}

/// A part of an address or of a body that stands there as it is: ASCII letters, digits and these signs.
fn identifier(node: &Node<'_>, signs: &[u8]) -> Result<String, Misread> {
    let text = node.text()?;
    let sound = (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(&byte));
    if sound {
        Ok(text.to_owned())
    } else if signs.contains(&b'.') {
        node.misread("letters, digits, dots and underscores are expected here")
    } else {
        node.misread("letters, digits and underscores are expected here")
    }
}

fn months(node: &Node<'_>) -> Result<u32, Misread> {
    match node.whole()? {
        months @ 1..=24 => u32::try_from(months).map_or_else(|_| node.misread("too large"), Ok),
        _ => node.misread("a number of months from 1 to 24 is expected here"),
    }
}

fn credentials(node: &Node<'_>) -> Result<CredentialRules, Misread> {
    node.only(&["months", "defaultMonths", "maxMonths"])?;
    let max_months = node.optional("maxMonths").map_or(Ok(24), |node| months(&node))?;
    let list = node.member("months")?;
    let mut offered = Vec::new();
    for item in list.items()? {
        let months = months(&item)?;
        if let (true, Err(place)) = (months <= max_months, offered.binary_search(&months)) {
            offered.insert(place, months);
        }
    }
    let Some(shortest) = offered.first().copied() else {
        return list.misread("at least one lifetime that does not exceed maxMonths is expected here");
    };
    let default_months = match node.optional("defaultMonths") {
        Some(node) => {
            let wanted = months(&node)?;
            if !offered.contains(&wanted) {
                return node.misread("one of the offered lifetimes is expected here");
            }
            wanted
        }
        None => shortest,
    };
    Ok(CredentialRules { months: offered, default_months, max_months })
}

fn language(node: &Node<'_>) -> Result<String, Misread> {
    let text = node.text()?;
    if LANGUAGES.contains(&text) {
        Ok(text.to_owned())
    } else {
        node.misread(format!("one of {} is expected here", LANGUAGES.join(", ")))
    }
}

fn support(node: &Node<'_>) -> Result<Support, Misread> {
    node.only(&["label", "url"])?;
    Ok(Support { url: required(node, "url", address)?, label: required(node, "label", |node| words(node, 80))? })
}

/// An address a person may be sent to.
fn address(node: &Node<'_>) -> Result<String, Misread> {
    let text = node.text()?;
    let sound =
        url::origin(text).is_some_and(|origin| url::is_trustworthy(&origin)) && !text.contains(char::is_control);
    if sound { Ok(text.to_owned()) } else { node.misread("an https address is expected here") }
}

#[cfg(test)]
mod tests;
