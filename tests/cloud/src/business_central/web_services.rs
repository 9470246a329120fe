//! `/ODataV4`: pages published as web services, with their metadata (`business-central.md` 1.1, 3.4).
//!
//! Whatever was published shows under the name somebody chose, until version 30 takes Microsoft's own pages away.

use http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::access::{self, Principal};
use super::companies;
use super::entity::{EntitySet, Kind, Property, read};
use super::entra_applications;
use super::errors::{Refusal, json_response};
use super::metadata;
use super::model::{Area, Environment, Right, State};
use super::odata::{Call, Segment};
use super::pages::{RecordNames, WebService};
use super::record_page::RecordPage;
use super::text::Message;
use crate::Response;
use crate::ids::Ids;

/// The card of table 9012.
const CARD: u32 = 9861;
/// Its list.
const LIST: u32 = 9860;

/// An ordinary published page: columns, area, and which of the demo rows it shows.
struct Plain {
    page: u32,
    area: Area,
    rows_of: &'static str,
    columns: &'static [Property<'static>],
}

const NUMBER_NAME: &[Property<'static>] = &[read("No", Kind::Code(20)), read("Name", Kind::Text(100))];
const NUMBER_DESCRIPTION: &[Property<'static>] = &[read("No", Kind::Code(20)), read("Description", Kind::Text(100))];

static PLAIN: [Plain; 4] = [
    Plain { page: 21, area: Area::Customers, rows_of: "customers", columns: NUMBER_NAME },
    Plain { page: 26, area: Area::Vendors, rows_of: "vendors", columns: NUMBER_NAME },
    Plain { page: 30, area: Area::Items, rows_of: "items", columns: NUMBER_DESCRIPTION },
    Plain { page: 6_014_400, area: Area::Items, rows_of: "items", columns: NUMBER_DESCRIPTION },
];

/// Everything below `/ODataV4`.
pub(super) fn handle(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    below: &[Segment],
    ids: &mut Ids,
) -> Result<Response, Refusal> {
    let (company, rest) = match below {
        [first, rest @ ..] if first.name == "Company" && first.key.is_some() => (Some(first), rest),
        other => (None, other),
    };
    match (company, rest) {
        (None, []) => service_document(environment, call),
        (None, [only]) if only.name == "$metadata" => metadata_document(environment, call),
        (_, [entity]) => {
            let Some(service) = environment.odata_pages().find(|page| page.service == entity.name).cloned() else {
                return Err(Refusal::no_segment(&entity.name));
            };
            let company = chosen(environment, call, company)?;
            published(environment, principal, call, &service, entity, &company, ids)
        }
        (_, other) => Err(Refusal::no_segment(other.get(1).map_or("Company", |segment| segment.name.as_str()))),
    }
}

/// `Company('name')`, `Company(Id={guid})`, `Company({guid})`, or `?company=` (`business-central.md` 1.1).
fn chosen(environment: &Environment, call: &Call<'_>, segment: Option<&Segment>) -> Result<String, Refusal> {
    let wanted = match segment.and_then(|segment| segment.key.as_deref()) {
        Some(key) => match key.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(name) => Some(name.replace("''", "'")),
            None => Some(key.strip_prefix("Id=").unwrap_or(key).to_owned()),
        },
        None => call.option("company").map(str::to_owned),
    };
    let wanted = wanted.ok_or_else(Refusal::no_company)?;
    companies::named(environment, &wanted).map(|company| company.name.clone()).ok_or_else(Refusal::no_company)
}

/// What a page shows of its columns; `None` for a page this stand-in does not know.
pub(super) fn columns<'a>(environment: &'a Environment, page: u32, list: &'a RecordNames) -> Option<Columns<'a>> {
    match page {
        CARD => Some(Columns::Records(RecordPage::new(&environment.odata_card))),
        LIST => Some(Columns::Records(RecordPage::new(list))),
        other => PLAIN.iter().find(|known| known.page == other).map(|known| Columns::Plain(known.columns)),
    }
}

/// Columns of a published page.
pub(super) enum Columns<'a> {
    Records(RecordPage<'a>),
    Plain(&'static [Property<'static>]),
}

fn only_reading(call: &Call<'_>, name: &str) -> Result<(), Refusal> {
    if call.method == Method::GET { Ok(()) } else { Err(Refusal::no_method(call.method, name)) }
}

fn service_document(environment: &Environment, call: &Call<'_>) -> Result<Response, Refusal> {
    only_reading(call, "ODataV4")?;
    let sets: Vec<Value> = environment
        .odata_pages()
        .map(|page| json!({ "name": page.service, "kind": "EntitySet", "url": page.service }))
        .collect();
    let body = json!({ "@odata.context": format!("{}/$metadata", call.root), "value": sets });
    Ok(json_response(http::StatusCode::OK, &body))
}

fn metadata_document(environment: &Environment, call: &Call<'_>) -> Result<Response, Refusal> {
    only_reading(call, "$metadata")?;
    let mut response = Response::new(metadata::document(environment).into_bytes());
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    Ok(response)
}

fn published(
    environment: &mut Environment,
    principal: &Principal,
    call: &Call<'_>,
    service: &WebService,
    entity: &Segment,
    company: &str,
    ids: &mut Ids,
) -> Result<Response, Refusal> {
    let context = format!("Company('{company}')/{}", service.service);
    let names = match service.page {
        CARD => environment.odata_card.clone(),
        LIST => RecordNames::list(),
        page => {
            let plain = PLAIN.iter().find(|known| known.page == page);
            let plain = plain.ok_or_else(|| Refusal::no_segment(&service.service))?;
            let set = EntitySet { name: &service.service, kind: &service.service, properties: plain.columns };
            access::permit(environment, principal, plain.area, Right::Read, Some(company))?;
            only_reading(call, &service.service)?;
            let label = plain.columns[1].name;
            let rows = companies::demo_rows(plain.rows_of).iter().map(|[no, name]| json!({ "No": no, label: name }));
            return call.list(&set, &context, rows.collect());
        }
    };
    if service.page == LIST {
        // The list is not editable; it is good for looking (`business-central.md` 3.4).
        only_reading(call, &service.service)?;
    }
    // `({guid})` or `({name}={guid})`.
    let bare = entity.key.as_deref().map(|key| key.rsplit_once('=').map_or(key, |(_, value)| value).to_owned());
    let key = Segment { name: entity.name.clone(), key: bare }.id()?;
    let page = RecordPage::new(&names);
    let set = page.set(&service.service, &service.service);
    if matches!(*call.method, Method::POST | Method::PATCH) {
        editable(environment, call, &page, &set, &names, key)?;
    }
    entra_applications::answer(environment, principal, call, &page, &set, key, &context, company, ids)
}

/// Every control of the card but the state is editable only while a variable of the page says so: while the record shown is
/// disabled, and on newer versions not before one was shown, so not on a new record
/// (`BASE:System/AadApplication/AADApplicationCard.Page.al`; `business-central.md` 3.4).
fn editable(
    environment: &Environment,
    call: &Call<'_>,
    page: &RecordPage<'_>,
    set: &EntitySet<'_>,
    names: &RecordNames,
    key: Option<uuid::Uuid>,
) -> Result<(), Refusal> {
    let enabled =
        key.and_then(|id| environment.entra_application(id)).is_some_and(|record| record.state == State::Enabled);
    if !enabled && !environment.odata_read_only {
        return Ok(());
    }
    let change = page.change(set, call.body)?;
    let touched = [
        change.client_id.map(|_| Some(&names.client_id)),
        change.description.map(|_| Some(&names.description)),
        change.contact_information.map(|_| names.contact_information.as_ref()),
        change.app_id.map(|_| names.app_id.as_ref()),
    ];
    match touched.into_iter().flatten().flatten().next() {
        None => Ok(()),
        Some(name) => {
            Err(Refusal::bad("BadRequest_InvalidOperation", Message::ReadOnlyProperty { property: name.clone() }))
        }
    }
}
