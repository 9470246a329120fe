//! `$metadata` of the published pages: EDMX of OData version 4 (`business-central.md` 3.4).

use std::fmt::Write as _;

use super::entity::{Kind, Property, read};
use super::model::Environment;
use super::pages::RecordNames;
use super::web_services::{Columns, columns};
use crate::wire::escape;

const COMPANY: &[Property<'static>] =
    &[read("Name", Kind::Text(30)), read("Display_Name", Kind::Text(250)), read("Id", Kind::Guid)];

/// The whole document.
pub(super) fn document(environment: &Environment) -> String {
    let list = RecordNames::list();
    let (mut types, mut sets) = (String::new(), String::new());
    entity(&mut types, &mut sets, "Company", COMPANY, "Name");
    for page in environment.odata_pages() {
        match columns(environment, page.page, &list) {
            Some(Columns::Records(records)) => {
                let key = if page.page == 9860 { &list.client_id } else { &environment.odata_card.client_id };
                entity(&mut types, &mut sets, &page.service, records.properties(), key);
            }
            Some(Columns::Plain(columns)) => entity(&mut types, &mut sets, &page.service, columns, "No"),
            None => {}
        }
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>\
         <Schema Namespace=\"NAV\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">{types}\
         <EntityContainer Name=\"NAV\">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"
    )
}

fn entity(types: &mut String, sets: &mut String, name: &str, properties: &[Property<'_>], key: &str) {
    let name = escape(name);
    // Writing to a String cannot fail.
    let _ = write!(types, "<EntityType Name=\"{name}\"><Key><PropertyRef Name=\"{}\" /></Key>", escape(key));
    for property in properties {
        let (kind, length) = edm(property.kind);
        let _ = write!(types, "<Property Name=\"{}\" Type=\"{kind}\"", escape(property.name));
        if property.name == key {
            types.push_str(" Nullable=\"false\"");
        }
        if let Some(length) = length {
            let _ = write!(types, " MaxLength=\"{length}\"");
        }
        types.push_str(" />");
    }
    types.push_str("</EntityType>");
    let _ = write!(sets, "<EntitySet Name=\"{name}\" EntityType=\"NAV.{name}\" />");
}

/// Type and length of a property; an option is a text.
fn edm(kind: Kind) -> (&'static str, Option<usize>) {
    match kind {
        Kind::Guid => ("Edm.Guid", None),
        Kind::Code(length) | Kind::Text(length) => ("Edm.String", Some(length)),
        Kind::Bool => ("Edm.Boolean", None),
        Kind::Number => ("Edm.Int32", None),
        Kind::DateTime => ("Edm.DateTimeOffset", None),
        Kind::Choice(_) => ("Edm.String", None),
    }
}
