//! Presets: what an integration needs, so that nobody has to know it by heart.

use super::{address, flag, guid, optional, required, words};
use crate::gather::Gather;
use crate::protocol::business_central::PermissionSet;
use crate::protocol::json::{Misread, Node};

/// Where the integration's identity comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresetKind {
    /// An application is registered in the customer's own tenant.
    Own,
    /// A vendor's multi-tenant application is admitted; it brings its own credential.
    Vendor {
        /// The vendor's client id.
        client_id: String,
    },
}

/// A permission set a preset asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedSet {
    /// Role id.
    pub role_id: String,
    /// The extension it comes from, where several have one of this role id.
    pub app_id: Option<String>,
    /// `System` or `Tenant`, for the same reason.
    pub scope: Option<String>,
    /// Why it is needed, or what would do instead; for people.
    pub why: Option<String>,
}

impl WantedSet {
    /// True for a set of an environment that this asks for; more than one may fit.
    pub fn fits(&self, set: &PermissionSet) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(found))
        };
        self.role_id.eq_ignore_ascii_case(&set.role_id)
            && same(&self.app_id, &set.app_id)
            && same(&self.scope, &set.scope)
    }
}

/// One integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Part of the application's unique name: lower-case letters, digits, hyphens.
    pub id: String,
    /// For people.
    pub name: String,
    /// One sentence for people.
    pub description: String,
    /// Whose application.
    pub kind: PresetKind,
    /// Suggested display name.
    pub application_name: String,
    /// Stem of the secret's display name.
    pub secret_name: String,
    /// Permission sets it needs.
    pub permission_sets: Vec<WantedSet>,
    /// Values of the Business Central application roles it needs.
    pub app_roles: Vec<String>,
    /// Whether it needs a user in an environment. One that only calls the admin center does not, and needs no
    /// environment either (business-central.md 1.2).
    pub application_user: bool,
    /// Where the integration is described.
    pub documentation: Option<String>,
}

impl Preset {
    /// Role ids of the permission sets.
    pub fn role_ids(&self) -> Vec<String> {
        self.permission_sets.iter().map(|set| set.role_id.clone()).gather()
    }
}

/// Roles Business Central offers to applications (business-central.md 1.3).
pub(super) const APP_ROLES: [&str; 3] = ["API.ReadWrite.All", "Automation.ReadWrite.All", "AdminCenter.ReadWrite.All"];

/// Reads all presets. Display names may be shared, as two of NaviPartner's are: applications are told apart by their
/// unique names, which come from the ids. A vendor's application may stand there once only.
pub(super) fn read_all(list: &Node<'_>) -> Result<Vec<Preset>, Misread> {
    let mut presets: Vec<Preset> = Vec::new();
    for node in list.items()? {
        let preset = read(&node)?;
        for other in &presets {
            if other.id == preset.id {
                return node.member("id")?.misread("this id is used twice");
            }
            if preset.kind != PresetKind::Own && other.kind == preset.kind {
                return node.member("clientId")?.misread("this application is used twice");
            }
        }
        presets.push(preset);
    }
    if presets.is_empty() { list.misread("at least one preset is expected here") } else { Ok(presets) }
}

fn read(node: &Node<'_>) -> Result<Preset, Misread> {
    node.only(&[
        "id",
        "name",
        "description",
        "kind",
        "clientId",
        "applicationName",
        "secretName",
        "permissionSets",
        "appRoles",
        "applicationUser",
        "documentation",
    ])?;
    let kind_node = node.member("kind")?;
    let kind = match kind_node.text()? {
        "ownApplication" => PresetKind::Own,
        "vendorApplication" => PresetKind::Vendor { client_id: required(node, "clientId", guid)? },
        _ => return kind_node.misread("\"ownApplication\" or \"vendorApplication\" is expected here"),
    };
    // What would be read and never used is a misunderstanding.
    for (name, kind_of) in [("clientId", "vendor's"), ("secretName", "own")] {
        if let (true, Some(node)) = ((kind == PresetKind::Own) == (name == "clientId"), node.optional(name)) {
            return node.misread(["only an ", kind_of, " application has this"].concat());
        }
    }
    let application_name = required(node, "applicationName", |node| words(node, 90))?;
    let permission_sets = node.each_of("permissionSets", wanted_set)?;
    let application_user = flag(node, "applicationUser", true)?;
    if !(application_user || permission_sets.is_empty()) {
        return node.member("permissionSets")?.misread("without an application user there is nobody to give these to");
    }
    Ok(Preset {
        id: required(node, "id", id)?,
        name: required(node, "name", |node| words(node, 80))?,
        description: optional(node, "description", |node| words(node, 300))?.unwrap_or_default(),
        kind,
        secret_name: optional(node, "secretName", |node| words(node, 90))?.unwrap_or_else(|| application_name.clone()),
        application_name,
        permission_sets,
        app_roles: app_roles(&node.member("appRoles")?)?,
        application_user,
        documentation: optional(node, "documentation", address)?,
    })
}

/// A role id alone, or an object that says more.
fn wanted_set(node: &Node<'_>) -> Result<WantedSet, Misread> {
    if !node.value().is_object() {
        return Ok(WantedSet { role_id: words(node, 20)?, app_id: None, scope: None, why: None });
    }
    node.only(&["roleId", "appId", "scope", "why"])?;
    Ok(WantedSet {
        role_id: required(node, "roleId", |node| words(node, 20))?,
        app_id: optional(node, "appId", guid)?,
        scope: optional(node, "scope", |node| match node.text()? {
            scope @ ("System" | "Tenant") => Ok(scope.to_owned()),
            _ => node.misread("\"System\" or \"Tenant\" is expected here"),
        })?,
        why: optional(node, "why", |node| words(node, 300))?,
    })
}

fn id(node: &Node<'_>) -> Result<String, Misread> {
    let text = node.text()?;
    let sound = (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if sound {
        Ok(text.to_owned())
    } else {
        node.misread("1 to 40 lower-case letters, digits or hyphens are expected here")
    }
}

fn app_roles(list: &Node<'_>) -> Result<Vec<String>, Misread> {
    let mut roles = Vec::new();
    for item in list.items()? {
        let role = item.text()?;
        if !APP_ROLES.contains(&role) {
            return item.misread(format!("one of {} is expected here", APP_ROLES.join(", ")));
        }
        if !roles.iter().any(|known| known == role) {
            roles.push(role.to_owned());
        }
    }
    if roles.is_empty() { list.misread("at least one role is expected here") } else { Ok(roles) }
}
