//! `configurationPackages` of the automation API: create, upload, import, apply, delete (`business-central.md` 2, 3.5;
//! `APIV2 - Aut. Config. Packages`, page 30000 of `BCApps`).
//!
//! Import and apply run in a background session: the action only schedules them, and the status tells later how it went.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, Kind, code, read, text, write};
use super::errors::Refusal;
use super::model::{Area, Environment, License, Right};
use super::odata::{Call, Segment, no_content};
use super::packages::{ConfigPackage, PackageStatus, PackageTask, PackageWork};
use super::text::{Language, Message};
use super::{package_apply, package_file};
use crate::Response;
use crate::ids::Ids;

/// The page.
static CONFIGURATION_PACKAGES: EntitySet<'static> = EntitySet {
    name: "configurationPackages",
    kind: "configurationPackage",
    properties: &[
        read("id", Kind::Guid),
        write("code", Kind::Code(20)),
        write("packageName", Kind::Text(50)),
        write("languageId", Kind::Number),
        write("productVersion", Kind::Text(248)),
        write("processingOrder", Kind::Number),
        write("excludeConfigurationTables", Kind::Bool),
        read("numberOfTables", Kind::Number),
        read("numberOfRecords", Kind::Number),
        read("numberOfErrors", Kind::Number),
        read("importStatus", Kind::Text(20)),
        read("importError", Kind::Text(2048)),
        read("applyStatus", Kind::Text(20)),
        read("applyError", Kind::Text(2048)),
    ],
};

/// The part with the uploaded file.
static FILE: EntitySet<'static> = EntitySet { name: "file", kind: "file", properties: &[read("code", Kind::Code(20))] };

const TABLE: &str = "Config. Package";
/// A scheduled task begins this much later (the page asks for 200 ms).
const TASK_DELAY_MS: u64 = 200;
/// How long the work of a small package takes here.
const WORK_MS: u64 = 400;

/// Name of the page in addresses.
pub(super) fn is(name: &str) -> bool {
    name == CONFIGURATION_PACKAGES.name
}

fn row(package: &ConfigPackage) -> Value {
    json!({
        "id": package.id,
        "code": package.code,
        "packageName": package.name,
        "languageId": package.language_id,
        "productVersion": package.product_version,
        "processingOrder": package.processing_order,
        "excludeConfigurationTables": package.exclude_config_tables,
        "numberOfTables": package.tables.len(),
        "numberOfRecords": package.tables.iter().map(|table| table.records.len()).sum::<usize>(),
        "numberOfErrors": package.errors.len(),
        "importStatus": package.import_status.word(),
        "importError": package.import_error,
        "applyStatus": package.apply_status.word(),
        "applyError": package.apply_error,
    })
}

fn file_row(package: &ConfigPackage) -> Value {
    json!({ "code": package.code, "content": STANDARD.encode(&package.content) })
}

/// `configurationPackages`, one of them, its file and its actions; `below` is what follows the page in the address.
#[expect(clippy::too_many_arguments, reason = "everything a page may use, each of another kind")]
pub(super) fn handle(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    segment: &Segment,
    below: &[Segment],
    context: &str,
    company: &str,
    ids: &mut Ids,
    now_ms: u64,
) -> Result<Response, Refusal> {
    let right = if call.method == Method::GET { Right::Read } else { Right::Write };
    access::permit(environment, principal, Area::ConfigurationPackages, right, Some(company))?;
    let Some(id) = segment.id()? else {
        if let Some(more) = below.first() {
            return Err(Refusal::no_segment(&more.name));
        }
        return match *call.method {
            Method::GET => {
                let own = environment.packages.iter().filter(|package| package.company == company);
                call.list(&CONFIGURATION_PACKAGES, context, own.map(row).collect())
            }
            Method::POST => {
                let package = insert(environment, call, company, ids)?;
                let row = row(&package);
                environment.packages.push(package);
                call.single(&CONFIGURATION_PACKAGES, context, StatusCode::CREATED, row)
            }
            _ => Err(Refusal::no_method(call.method, CONFIGURATION_PACKAGES.name)),
        };
    };
    let missing = || Refusal::no_record(TABLE, format!("SystemId='{{{id}}}'"));
    let at = environment.packages.iter().position(|package| package.id == id && package.company == company);
    let at = at.ok_or_else(missing)?;
    let license = environment.user(principal.user).map(|user| user.license);
    let package = environment.packages.get_mut(at).ok_or_else(missing)?;
    match below {
        [] => one(environment, call, at, context),
        [action] if action.name == "Microsoft.NAV.import" && action.key.is_none() => {
            begin(package, call, PackageWork::Import, principal.user, license, now_ms)
        }
        [action] if action.name == "Microsoft.NAV.apply" && action.key.is_none() => {
            begin(package, call, PackageWork::Apply, principal.user, license, now_ms)
        }
        [part, rest @ ..] if part.name == FILE.name => file(package, call, part, rest, context),
        [first, ..] => Err(Refusal::no_segment(&first.name)),
    }
}

fn insert(environment: &Environment, call: &Call<'_>, company: &str, ids: &mut Ids) -> Result<ConfigPackage, Refusal> {
    let body = CONFIGURATION_PACKAGES.read_body(call.body)?;
    let mut package = ConfigPackage { id: ids.uuid(), company: company.to_owned(), ..ConfigPackage::default() };
    package.code = code(text(&body, "code").unwrap_or_default());
    if package.code.is_empty() {
        return Err(Refusal::bad(
            "Application_FieldValidationException",
            Message::FieldEmpty { field: "Code", table: TABLE, key: "Code=''".to_owned() },
        ));
    }
    if environment.packages.iter().any(|known| known.company == company && known.code == package.code) {
        return Err(Refusal::same_key(TABLE, format!("Code='{}'", package.code)));
    }
    fill(&mut package, &body);
    Ok(package)
}

fn fill(package: &mut ConfigPackage, body: &serde_json::Map<String, Value>) {
    let number = |name: &str| body.get(name).and_then(Value::as_i64);
    if let Some(name) = text(body, "packageName") {
        name.clone_into(&mut package.name);
    }
    if let Some(version) = text(body, "productVersion") {
        version.clone_into(&mut package.product_version);
    }
    package.language_id = number("languageId").unwrap_or(package.language_id);
    package.processing_order = number("processingOrder").unwrap_or(package.processing_order);
    package.exclude_config_tables =
        body.get("excludeConfigurationTables").and_then(Value::as_bool).unwrap_or(package.exclude_config_tables);
}

/// Reading, changing, deleting one package.
fn one(environment: &mut Environment, call: &Call<'_>, at: usize, context: &str) -> Result<Response, Refusal> {
    let package = &mut environment.packages[at];
    match *call.method {
        Method::GET => call.single(&CONFIGURATION_PACKAGES, context, StatusCode::OK, row(package)),
        Method::PATCH => {
            call.match_tag(&row(package))?;
            let body = CONFIGURATION_PACKAGES.read_body(call.body)?;
            if text(&body, "code").is_some_and(|new| code(new) != package.code) {
                // The code names the file and every table of the package.
                return Err(Refusal::bad(
                    "BadRequest_InvalidOperation",
                    Message::ReadOnlyProperty { property: "code".to_owned() },
                ));
            }
            fill(package, &body);
            call.single(&CONFIGURATION_PACKAGES, context, StatusCode::OK, row(package))
        }
        Method::DELETE => {
            call.match_tag(&row(package))?;
            environment.packages.remove(at);
            Ok(no_content())
        }
        _ => Err(Refusal::no_method(call.method, CONFIGURATION_PACKAGES.name)),
    }
}

/// `file`, `file('CODE')` and `file('CODE')/content`.
fn file(
    package: &mut ConfigPackage,
    call: &Call<'_>,
    part: &Segment,
    rest: &[Segment],
    context: &str,
) -> Result<Response, Refusal> {
    let own = part.key.as_deref().map(|key| code(key.trim_matches('\'')) == package.code);
    match (own, rest) {
        (None, []) if call.method == Method::GET => {
            call.list(&FILE, &format!("{context}({})/file", package.id), vec![json!({ "code": package.code })])
        }
        (Some(false), _) => Err(Refusal::no_record("Tenant Config. Package File", format!("Code={}", part.name))),
        (Some(true), [content]) if content.name == "content" => match *call.method {
            Method::GET => {
                let mut response = Response::new(package.content.clone());
                let kind = HeaderValue::from_static("application/octet-stream");
                response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
                Ok(response)
            }
            Method::PATCH => {
                call.match_tag(&file_row(package))?;
                let kind = call.headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
                if !kind.is_some_and(|kind| kind.starts_with("application/octet-stream")) {
                    return Err(Refusal::bad("BadRequest", Message::InvalidBody));
                }
                package.content = call.body.to_vec();
                Ok(no_content())
            }
            _ => Err(Refusal::no_method(call.method, "content")),
        },
        (_, []) => Err(Refusal::no_method(call.method, FILE.name)),
        (_, [more, ..]) => Err(Refusal::no_segment(&more.name)),
    }
}

/// An action: checks in the page's order, then the work is under way and the answer is 200 without a body (which is what
/// Microsoft's own tests of the page expect).
fn begin(
    package: &mut ConfigPackage,
    call: &Call<'_>,
    work: PackageWork,
    user: Uuid,
    license: Option<License>,
    now_ms: u64,
) -> Result<Response, Refusal> {
    if call.method != Method::POST {
        return Err(Refusal::no_method(call.method, CONFIGURATION_PACKAGES.name));
    }
    let busy = package.import_status.is_pending() || package.apply_status.is_pending();
    match work {
        PackageWork::Import if busy => return Err(Refusal::dialog(Message::PackageBusyImport)),
        PackageWork::Apply if busy => return Err(Refusal::dialog(Message::PackageBusyApply)),
        PackageWork::Import if package.content.is_empty() => return Err(Refusal::dialog(Message::PackageWithoutFile)),
        PackageWork::Apply if package.import_status != PackageStatus::Completed => {
            return Err(Refusal::dialog(Message::PackageNotImported));
        }
        PackageWork::Import => package.import_status = PackageStatus::Scheduled,
        PackageWork::Apply => package.apply_status = PackageStatus::Scheduled,
    }
    // Delegated administrators cannot have tasks (`business-central.md` 2): for them a plain session starts at once.
    let scheduled = license != Some(License::ExternalAdministrator);
    let begins_ms = if scheduled { now_ms + TASK_DELAY_MS } else { now_ms };
    package.task = Some(PackageTask { work, user, begins_ms, ends_ms: begins_ms + WORK_MS, scheduled });
    Ok(Response::new(Vec::new()))
}

/// Lets time pass: tasks begin and end. Called before every request to the environment.
pub(super) fn advance(environment: &mut Environment, ids: &mut Ids, now_ms: u64) {
    for at in 0..environment.packages.len() {
        let Some(package) = environment.packages.get_mut(at) else { continue };
        let Some(task) = package.task.clone().filter(|task| task.begins_ms <= now_ms) else { continue };
        let status = match task.work {
            PackageWork::Import => &mut package.import_status,
            PackageWork::Apply => &mut package.apply_status,
        };
        *status = PackageStatus::InProgress;
        if task.ends_ms <= now_ms {
            package.task = None;
            let mut package = package.clone();
            finish(environment, &mut package, &task, ids);
            environment.packages[at] = package;
        }
    }
}

fn finish(environment: &mut Environment, package: &mut ConfigPackage, task: &PackageTask, ids: &mut Ids) {
    match task.work {
        PackageWork::Import => match package_file::import(package) {
            Ok(()) => {
                package.import_error.clear();
                package.import_status = PackageStatus::Completed;
            }
            // The failure codeunit belongs to the task. A plain session rolls back and nobody writes anything: the package
            // stays scheduled for ever, and neither imports nor applies again.
            Err(_) if !task.scheduled => package.import_status = PackageStatus::Scheduled,
            Err(message) => {
                // No request, so no `Accept-Language`: the session speaks the environment's language.
                package.import_error = message.text(Language::choose(None, &environment.country));
                package.import_status = PackageStatus::Error;
            }
        },
        PackageWork::Apply => {
            let principal = Principal::of_user(environment, task.user);
            package_apply::apply(environment, package, &principal, ids);
            package.apply_error.clear();
            package.apply_status = PackageStatus::Completed;
        }
    }
}
