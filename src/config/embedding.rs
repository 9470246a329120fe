//! Who may show this page inside their own: exact origins, nothing else.

use super::{flag, origin};
use crate::protocol::json::{Misread, Node};

/// One page that may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    /// Its origin, as browsers write it.
    pub origin: String,
    /// Whether a person may hand it the secret. Both have to agree.
    pub credential: bool,
}

pub(super) fn hosts(node: &Node<'_>) -> Result<Vec<HostRule>, Misread> {
    node.only(&["hosts"])?;
    let hosts = node.each_of("hosts", |node| {
        node.only(&["origin", "credential"])?;
        let place = node.member("origin")?;
        let origin = origin(&place)?;
        let default_port =
            if origin.starts_with("https:") { origin.ends_with(":443") } else { origin.ends_with(":80") };
        // Compared as text with what the browser tells, which writes it in one way only (HTML, "origin").
        if default_port || origin.contains(|sign: char| sign.is_ascii_uppercase()) {
            return place.misread("an origin in lower case without its default port is expected here");
        }
        Ok(HostRule { origin, credential: flag(node, "credential", false)? })
    })?;
    let twice = |index: &usize| hosts[..*index].iter().any(|other| other.origin == hosts[*index].origin);
    if (0..hosts.len()).any(|index| twice(&index)) {
        return node.member("hosts")?.misread("each origin is expected here once");
    }
    Ok(hosts)
}
