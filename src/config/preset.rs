//! Presets: what an integration needs, so that nobody has to know it by heart.

use super::{guid, words};
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
    /// Role ids of the permission sets it needs.
    pub permission_sets: Vec<String>,
    /// Values of the Business Central application roles it needs.
    pub app_roles: Vec<String>,
}

/// Roles Business Central offers to applications (business-central.md 1.3).
pub(super) const APP_ROLES: [&str; 3] = ["API.ReadWrite.All", "Automation.ReadWrite.All", "AdminCenter.ReadWrite.All"];

pub(super) fn read_all(list: &Node<'_>) -> Result<Vec<Preset>, Misread> {
    let mut presets: Vec<Preset> = Vec::new();
    for node in list.items()? {
        let preset = read(&node)?;
        if presets.iter().any(|other| other.id == preset.id) {
            return node.member("id")?.misread("this id is used twice");
        }
        if presets.iter().any(|other| other.application_name == preset.application_name) {
            return node
                .member("applicationName")?
                .misread("this name is used twice; two integrations could not be told apart");
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
    ])?;
    let kind_node = node.member("kind")?;
    let kind = match kind_node.text()? {
        "ownApplication" => PresetKind::Own,
        "vendorApplication" => PresetKind::Vendor { client_id: guid(&node.member("clientId")?)? },
        _ => return kind_node.misread("\"ownApplication\" or \"vendorApplication\" is expected here"),
    };
    let application_name = words(&node.member("applicationName")?, 90)?;
    Ok(Preset {
        id: id(&node.member("id")?)?,
        name: words(&node.member("name")?, 80)?,
        description: node.optional("description").map_or(Ok(String::new()), |node| words(&node, 300))?,
        kind,
        secret_name: node.optional("secretName").map_or(Ok(application_name.clone()), |node| words(&node, 90))?,
        application_name,
        permission_sets: node.each_of("permissionSets", |item| words(item, 20))?,
        app_roles: app_roles(&node.member("appRoles")?)?,
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
