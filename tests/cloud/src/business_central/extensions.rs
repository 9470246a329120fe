//! `extensions` of the automation API: what is published and installed (`business-central.md` 2).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::entity::{EntitySet, Kind, read};
use super::errors::Refusal;
use super::model::{Environment, Extension};
use super::odata::{Call, Segment};
use super::seed::PARTNER_EXTENSION;
use crate::Response;

static EXTENSIONS: EntitySet<'static> = EntitySet {
    name: "extensions",
    kind: "extension",
    properties: &[
        read("packageId", Kind::Guid),
        read("id", Kind::Guid),
        read("displayName", Kind::Text(250)),
        read("publisher", Kind::Text(250)),
        read("versionMajor", Kind::Number),
        read("versionMinor", Kind::Number),
        read("versionBuild", Kind::Number),
        read("versionRevision", Kind::Number),
        read("isInstalled", Kind::Bool),
        read("publishedAs", Kind::Text(20)),
    ],
};

fn row(environment: &Environment, extension: &Extension) -> Value {
    let partner = extension.id == PARTNER_EXTENSION;
    let [major, minor, build, revision] = extension.version;
    json!({
        "packageId": extension.package_id,
        "id": extension.id,
        "displayName": extension.name,
        "publisher": extension.publisher,
        "versionMajor": major,
        "versionMinor": minor,
        "versionBuild": build,
        "versionRevision": revision,
        "isInstalled": if partner { environment.partner_extension_installed } else { extension.installed },
        "publishedAs": if partner { "PTE" } else { "Global" },
    })
}

/// `extensions` and one of them.
pub(super) fn handle(
    environment: &Environment,
    call: &Call<'_>,
    segment: &Segment,
    context: &str,
) -> Result<Response, Refusal> {
    match (call.method, segment.id()?) {
        (&Method::GET, None) => {
            let rows = environment.extensions.iter().map(|extension| row(environment, extension)).collect();
            call.list(&EXTENSIONS, context, rows)
        }
        (&Method::GET, Some(id)) => {
            let found = environment
                .extensions
                .iter()
                .find(|extension| extension.package_id == id)
                .ok_or_else(|| Refusal::no_record("Published Application", format!("Package ID='{{{id}}}'")))?;
            call.single(&EXTENSIONS, context, StatusCode::OK, row(environment, found))
        }
        (method, _) => Err(Refusal::no_method(method, EXTENSIONS.name)),
    }
}
