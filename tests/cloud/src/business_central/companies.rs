//! Companies on both APIs, and the standard entities an outside caller reads inside one (`business-central.md` 1.1, 9).

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Principal};
use super::entity::{EntitySet, Kind, read};
use super::errors::Refusal;
use super::model::{Area, Company, Environment, Right};
use super::odata::{Call, Segment};
use crate::Response;

/// `companies` of the standard API; the automation API answers the same (`business-central.md` 1.1).
pub(super) static COMPANIES: EntitySet<'static> = EntitySet {
    name: "companies",
    kind: "company",
    properties: &[
        read("id", Kind::Guid),
        read("systemVersion", Kind::Text(20)),
        read("timestamp", Kind::Number),
        read("name", Kind::Text(30)),
        read("displayName", Kind::Text(250)),
        read("businessProfileId", Kind::Text(250)),
        read("systemCreatedAt", Kind::DateTime),
        read("systemCreatedBy", Kind::Guid),
        read("systemModifiedAt", Kind::DateTime),
        read("systemModifiedBy", Kind::Guid),
    ],
};

/// `automationCompanies` of the automation API.
pub(super) static AUTOMATION_COMPANIES: EntitySet<'static> = EntitySet {
    name: "automationCompanies",
    kind: "automationCompany",
    properties: &[
        read("id", Kind::Guid),
        read("name", Kind::Text(30)),
        read("evaluationCompany", Kind::Bool),
        read("displayName", Kind::Text(250)),
        read("businessProfileId", Kind::Text(250)),
    ],
};

/// When the seeded companies were made.
const CREATED: &str = "2025-04-02T08:15:00Z";

fn company_row(environment: &Environment, company: &Company) -> Value {
    let [major, minor, build, revision] = environment.version;
    json!({
        "id": company.id,
        "systemVersion": format!("{major}.{minor}.{build}.{revision}"),
        "timestamp": 20_711,
        "name": company.name,
        "displayName": company.display_name,
        "businessProfileId": "",
        "systemCreatedAt": CREATED,
        "systemCreatedBy": Uuid::nil(),
        "systemModifiedAt": CREATED,
        "systemModifiedBy": Uuid::nil(),
    })
}

fn automation_row(company: &Company) -> Value {
    json!({
        "id": company.id,
        "name": company.name,
        "evaluationCompany": company.evaluation,
        "displayName": company.display_name,
        "businessProfileId": "",
    })
}

/// `companies` and `companies({id})`.
pub(super) fn handle(
    environment: &Environment,
    principal: &Principal,
    call: &Call<'_>,
    segment: &Segment,
) -> Result<Response, Refusal> {
    access::permit_listing(environment, principal)?;
    rows(environment, call, segment, &COMPANIES, "companies", |company| company_row(environment, company))
}

/// `automationCompanies` and one of them.
pub(super) fn handle_automation(
    environment: &Environment,
    call: &Call<'_>,
    segment: &Segment,
    context: &str,
) -> Result<Response, Refusal> {
    rows(environment, call, segment, &AUTOMATION_COMPANIES, context, automation_row)
}

fn rows(
    environment: &Environment,
    call: &Call<'_>,
    segment: &Segment,
    set: &EntitySet<'_>,
    context: &str,
    row: impl Fn(&Company) -> Value,
) -> Result<Response, Refusal> {
    match (call.method, segment.id()?) {
        (&Method::GET, None) => call.list(set, context, environment.companies.iter().map(row).collect()),
        (&Method::GET, Some(id)) => {
            let company =
                environment.companies.iter().find(|company| company.id == id).ok_or_else(Refusal::no_company)?;
            call.single(set, context, StatusCode::OK, row(company))
        }
        (method, _) => Err(Refusal::no_method(method, set.name)),
    }
}

/// The company of a request: `companies({id})` in the path, or `?company=` with an id or name (`business-central.md` 1.1).
pub(super) fn chosen<'a>(
    environment: &'a Environment,
    call: &Call<'_>,
    in_path: Option<&Segment>,
) -> Result<&'a Company, Refusal> {
    let wanted = match in_path {
        Some(segment) => segment.id()?.map(|id| id.to_string()),
        None => call.option("company").map(str::to_owned),
    };
    let wanted = wanted.ok_or_else(Refusal::no_company)?;
    named(environment, &wanted).ok_or_else(Refusal::no_company)
}

/// A company by id or name.
pub(super) fn named<'a>(environment: &'a Environment, wanted: &str) -> Option<&'a Company> {
    environment.companies.iter().find(|company| {
        Uuid::parse_str(wanted).is_ok_and(|id| id == company.id) || company.name.eq_ignore_ascii_case(wanted)
    })
}

/// Number and name of every row of a standard entity.
pub(super) fn demo_rows(entity: &str) -> &'static [[&'static str; 2]] {
    STANDARD.iter().find(|known| known.set.name == entity).map_or(&[], |known| known.rows)
}

/// One standard entity with its area, columns and rows.
struct Standard {
    set: EntitySet<'static>,
    area: Area,
    rows: &'static [[&'static str; 2]],
}

const COLUMNS: &[super::entity::Property<'static>] =
    &[read("id", Kind::Guid), read("number", Kind::Code(20)), read("displayName", Kind::Text(100))];

static STANDARD: [Standard; 4] = [
    Standard {
        set: EntitySet { name: "customers", kind: "customer", properties: COLUMNS },
        area: Area::Customers,
        rows: &[["10000", "Adatum Corporation"], ["20000", "Trey Research"], ["30000", "School of Fine Art"]],
    },
    Standard {
        set: EntitySet { name: "items", kind: "item", properties: COLUMNS },
        area: Area::Items,
        rows: &[["1896-S", "ATHENS Desk"], ["1900-S", "PARIS Guest Chair"], ["1906-S", "ATHENS Mobile Pedestal"]],
    },
    Standard {
        set: EntitySet { name: "vendors", kind: "vendor", properties: COLUMNS },
        area: Area::Vendors,
        rows: &[["10000", "Fabrikam, Inc."], ["20000", "First Up Consultants"]],
    },
    Standard {
        set: EntitySet {
            name: "salesOrders",
            kind: "salesOrder",
            properties: &[
                read("id", Kind::Guid),
                read("number", Kind::Code(20)),
                read("customerName", Kind::Text(100)),
            ],
        },
        area: Area::SalesOrders,
        rows: &[["S-ORD101001", "Adatum Corporation"], ["S-ORD101002", "Trey Research"]],
    },
];

/// `customers`, `items`, `vendors`, `salesOrders`: read-only here, and only with a permission set that opens them.
pub(super) fn handle_standard(
    environment: &Environment,
    principal: &Principal,
    call: &Call<'_>,
    company: &Company,
    segment: &Segment,
    context: &str,
) -> Result<Response, Refusal> {
    let Some(standard) = STANDARD.iter().find(|known| known.set.name == segment.name) else {
        return Err(Refusal::no_segment(&segment.name));
    };
    let right = if call.method == Method::GET { Right::Read } else { Right::Write };
    access::permit(environment, principal, standard.area, right, Some(&company.name))?;
    if call.method != Method::GET {
        return Err(Refusal::no_method(call.method, standard.set.name));
    }
    let label = standard.set.properties[2].name;
    let mut rows = standard.rows.iter().map(|[number, name]| {
        // Ids follow from company and number, so that every start of the cloud gives the same ones.
        let id = Uuid::new_v5(&company.id, format!("{}/{number}", standard.set.name).as_bytes());
        (id, json!({ "id": id, "number": number, label: name }))
    });
    match segment.id()? {
        None => call.list(&standard.set, context, rows.map(|(_, row)| row).collect()),
        Some(wanted) => {
            let (_, row) = rows
                .find(|(id, _)| *id == wanted)
                .ok_or_else(|| Refusal::no_record(standard.set.kind, format!("Id='{{{wanted}}}'")))?;
            call.single(&standard.set, context, StatusCode::OK, row)
        }
    }
}
