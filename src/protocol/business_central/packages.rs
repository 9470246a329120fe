//! Configuration packages, the experimental way to the Entra application record (business-central.md 3.5).
//!
//! Read in the source of microsoft/BCApps on 2026-11-23, never run against a tenant: `ConfigXMLExchange.Codeunit.al`
//! (attributes of the root, first child `TableID`, attributes of the first record's fields, element names without
//! spaces and dots; the stream is read as XML, so an XML declaration decides the encoding and UTF-8 will do),
//! `ConfigPackageManagement.Codeunit.al` (key fields are inserted first, the others follow by processing order),
//! `ConfigValidateManagement.Codeunit.al` (options are ordinals; a value is validated only where asked and only when
//! it differs), `AutomationImportRSPackage.Codeunit.al` (gunzips), `APIV2AutConfigPackages.Page.al` (requests and
//! statuses).

use super::answers::{page, success};
use super::{Site, get, literal, write};
use crate::protocol::http::{Body, CallError, Method, Request, Response};
use crate::protocol::json::{Misread, Node, json};
use crate::protocol::url;

/// How far an import or an application is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Not asked for.
    No,
    /// Waits for its turn.
    Scheduled,
    /// Under way.
    InProgress,
    /// Done; records may still have failed, see [`PackageStatus::errors`].
    Completed,
    /// Failed as a whole.
    Error,
}

impl Progress {
    /// True while something may still happen by itself.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Scheduled | Self::InProgress)
    }
}

/// A configuration package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageStatus {
    /// Key.
    pub id: String,
    /// Of the file.
    pub import: Progress,
    /// Of the records.
    pub apply: Progress,
    /// Records that failed. Their errors are not told over the API (business-central.md 3.5).
    pub errors: u64,
    /// Why the import failed, empty when it did not.
    pub import_error: String,
    /// Why the application failed, empty when it did not.
    pub apply_error: String,
}

/// The code of the package for a client id: at most 20 capitals, and always the same one, so that a package left
/// behind is found again.
pub fn package_code(client_id: &str) -> String {
    let digits = client_id.chars().filter(char::is_ascii_alphanumeric).take(8).map(|sign| sign.to_ascii_uppercase());
    "ENTRADA-".chars().chain(digits).collect()
}

/// Text of an element or of an attribute in double quotes. What XML 1.0 cannot hold is left out; line ends are
/// escaped because a reader would turn them into others.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' => safe.push_str("&#9;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {}
            _ => safe.push(sign),
        }
    }
    safe
}

/// The file of the package, before compression: one record of table 9012, created by its key, then described, then
/// enabled by a validated state (option 0), which makes Business Central create the user (business-central.md 3.1).
pub fn package_xml(code: &str, client_id: &str, description: &str) -> String {
    let code = &escape(code);
    [
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><DataList MinCountForAsyncImport=\"5\" PackageName=\"",
        code,
        "\" Code=\"",
        code,
        "\"><AADApplicationList><TableID>9012</TableID><AADApplication><ClientId PrimaryKey=\"1\" ProcessingOrder=\"1\">",
        &escape(client_id),
        "</ClientId><Description ProcessingOrder=\"2\">",
        &escape(description),
        "</Description><State ValidateField=\"1\" ProcessingOrder=\"3\">0</State></AADApplication></AADApplicationList></DataList>",
    ]
    .concat()
}

impl Site {
    fn package_address(&self, company: &str, id: &str, rest: &str) -> String {
        self.automation(company, &["/configurationPackages(", &url::encode(id), ")", rest].concat())
    }

    /// Looks for a package left behind.
    pub fn find_package(&self, company: &str, code: &str) -> Request {
        get(self.automation(company, &["/configurationPackages?$filter=code%20eq%20", &literal(code)].concat()))
    }

    /// An empty package.
    pub fn create_package(&self, company: &str, code: &str) -> Request {
        write(Method::Post, self.automation(company, "/configurationPackages"))
            .json(json!({ "code": code, "packageName": code }))
    }

    /// Its content.
    pub fn upload_package(&self, company: &str, id: &str, code: &str, xml: String) -> Request {
        let rest = ["/file(", &literal(code), ")/content"].concat();
        let mut request = write(Method::Patch, self.package_address(company, id, &rest)).if_match(None);
        request.body = Body::Gzip(xml);
        request
    }

    /// Reads the content into the package.
    pub fn import_package(&self, company: &str, id: &str) -> Request {
        write(Method::Post, self.package_address(company, id, "/Microsoft.NAV.import"))
    }

    /// Writes the package's records into their tables.
    pub fn apply_package(&self, company: &str, id: &str) -> Request {
        write(Method::Post, self.package_address(company, id, "/Microsoft.NAV.apply"))
    }

    /// How far it is.
    pub fn package(&self, company: &str, id: &str) -> Request {
        get(self.package_address(company, id, ""))
    }

    /// Removes the package; the records it wrote stay.
    pub fn delete_package(&self, company: &str, id: &str) -> Request {
        write(Method::Delete, self.package_address(company, id, "")).if_match(None)
    }
}

fn progress(node: &Node<'_>, name: &str) -> Result<Progress, Misread> {
    let node = node.member(name)?;
    Ok(match node.text()? {
        "No" => Progress::No,
        "Scheduled" => Progress::Scheduled,
        "InProgress" => Progress::InProgress,
        "Completed" => Progress::Completed,
        "Error" => Progress::Error,
        _ => return node.misread("a status is expected here"),
    })
}

fn status(node: &Node<'_>) -> Result<PackageStatus, Misread> {
    Ok(PackageStatus {
        id: node.string("id")?,
        import: progress(node, "importStatus")?,
        apply: progress(node, "applyStatus")?,
        errors: node.member("numberOfErrors")?.whole()?,
        import_error: node.shown("importError"),
        apply_error: node.shown("applyError"),
    })
}

/// A package, as creating and reading answer it.
pub fn read_package(response: &Response) -> Result<PackageStatus, CallError> {
    let value = success(response)?;
    status(&Node::root(&value)).map_err(CallError::Unreadable)
}

/// Packages found.
pub fn read_packages(response: &Response) -> Result<Vec<PackageStatus>, CallError> {
    page(response, status).map(|(rows, _)| rows)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[path = "packages_tests.rs"]
mod tests;
