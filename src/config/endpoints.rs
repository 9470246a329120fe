//! Where the services are, and under which names their permissions are asked for.
//!
//! Microsoft's clouds are built in as far as Microsoft's own documents name their addresses. Business Central's are
//! named for the worldwide cloud only (which is also where Microsoft 365 GCC lives): in the others they have to be
//! configured, because nothing found says that, or where, it is offered there.

use super::{address, optional, origin, required};
use crate::protocol::authority::Authority;
use crate::protocol::json::{Misread, Node};
use crate::protocol::oauth::Resource;
use crate::protocol::url;

/// The three services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Origin of Entra's login service, or of the issuer in [`Endpoints::issuer`].
    pub login: String,
    /// Another OpenID provider than Entra, which says in its discovery document where it is.
    pub issuer: Option<String>,
    /// Origin of Microsoft Graph.
    pub graph: String,
    /// Origin of Business Central's APIs.
    pub business_central: String,
    /// What Graph's permissions begin with. A name, not an address: a stand-in for Graph goes by the same one.
    pub graph_resource: String,
    /// What Business Central's permissions begin with.
    pub business_central_resource: String,
}

/// Name, login, Graph. Graph's resource goes by the address of its service.
///
/// Login: MicrosoftDocs/entra-docs `docs/identity-platform/authentication-national-cloud.md` (15 January 2025). Graph:
/// microsoftgraph/microsoft-graph-docs-contrib `concepts/deployments.md` (GCC uses the worldwide cloud, GCC High L4,
/// `DoD` L5; the same page still has China's older login host). Neither page, nor any other of Microsoft's that was
/// found, names Business Central for the last three; "Business Applications operated by 21Vianet" (Power Platform docs,
/// `business-applications-availability-china`) does not list it.
const CLOUDS: [(&str, &str, &str); 4] = [
    ("worldwide", "https://login.microsoftonline.com", "https://graph.microsoft.com"),
    ("us-government", "https://login.microsoftonline.us", "https://graph.microsoft.us"),
    ("us-government-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    ("china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
];

const BUSINESS_CENTRAL: &str = "https://api.businesscentral.dynamics.com";

impl Endpoints {
    /// Microsoft's worldwide cloud.
    pub fn worldwide() -> Self {
        let (_, login, graph) = CLOUDS[0];
        Self {
            login: login.into(),
            issuer: None,
            graph: graph.into(),
            business_central: BUSINESS_CENTRAL.into(),
            graph_resource: graph.into(),
            business_central_resource: BUSINESS_CENTRAL.into(),
        }
    }

    /// Origin of a resource's service: the only one its tokens are sent to.
    pub fn origin(&self, resource: Resource) -> &str {
        match resource {
            Resource::Graph => &self.graph,
            Resource::BusinessCentral => &self.business_central,
        }
    }

    /// A permission of a resource in full.
    pub fn scope(&self, resource: Resource, value: &str) -> String {
        let name = match resource {
            Resource::Graph => &self.graph_resource,
            Resource::BusinessCentral => &self.business_central_resource,
        };
        format!("{name}/{value}")
    }

    /// The authority for a tenant, when that can be told without asking anybody.
    pub fn entra(&self, tenant: &str) -> Option<Authority> {
        self.issuer.is_none().then(|| Authority::entra(&self.login, tenant))
    }
}

/// Exactly one of `cloud`, `login` and `authority` says who signs in.
pub(super) fn read(node: &Node<'_>) -> Result<Endpoints, Misread> {
    node.only(&[
        "cloud",
        "login",
        "authority",
        "graph",
        "businessCentral",
        "graphResource",
        "businessCentralResource",
    ])?;
    let mut endpoints = Endpoints::worldwide();
    // Graph and Business Central may only be left out where a cloud brings them.
    let (mut graph_known, mut central_known) = (false, false);
    match (node.optional("cloud"), node.optional("login"), node.optional("authority")) {
        (Some(cloud), None, None) => {
            let name = cloud.text()?;
            let Some((known, login, graph)) = CLOUDS.iter().find(|(known, ..)| *known == name) else {
                return cloud.misread(format!("one of {} is expected here", CLOUDS.map(|(name, ..)| name).join(", ")));
            };
            endpoints.login = (*login).into();
            endpoints.graph = (*graph).into();
            endpoints.graph_resource = (*graph).into();
            (graph_known, central_known) = (true, *known == CLOUDS[0].0);
        }
        (None, Some(login), None) => endpoints.login = origin(&login)?,
        (None, None, Some(authority)) => {
            let issuer = address(&authority)?;
            if issuer.contains(['?', '#']) {
                return authority.misread("an issuer without query and fragment is expected here");
            }
            endpoints.login = url::origin(&issuer).unwrap_or_default();
            endpoints.issuer = Some(issuer);
        }
        _ => return node.misread("exactly one of cloud, login, authority is expected here"),
    }
    if let (Some(_), _) | (_, false) = (node.optional("graph"), graph_known) {
        endpoints.graph = required(node, "graph", origin)?;
    }
    if let (Some(_), _) | (_, false) = (node.optional("businessCentral"), central_known) {
        endpoints.business_central = required(node, "businessCentral", origin)?;
    }
    for (name, place) in [
        ("graphResource", &mut endpoints.graph_resource),
        ("businessCentralResource", &mut endpoints.business_central_resource),
    ] {
        if let Some(name) = optional(node, name, resource)? {
            *place = name;
        }
    }
    Ok(endpoints)
}

/// An App ID URI: `https://…` or `api://…`. No white space, because permissions are told apart by it.
fn resource(node: &Node<'_>) -> Result<String, Misread> {
    let text = node.text()?.trim_end_matches('/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("api://")).unwrap_or_default();
    if rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/:".contains(&byte)) {
        return node.misread("a resource name such as https://graph.microsoft.com is expected here");
    }
    Ok(text.to_owned())
}
