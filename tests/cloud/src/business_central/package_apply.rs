//! Applying a configuration package to table 9012: first the keys of every record, then the other fields in their order
//! (`BASE:System/RapidStart/ConfigPackageManagement.Codeunit.al`, `ConfigValidateManagement.Codeunit.al`;
//! `business-central.md` 3.5).
//!
//! A record that fails is rolled back to its key, counted, and stays in the package; one that succeeds leaves the package.
//! Either way the apply is Completed in the end.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::access::{self, Principal};
use super::entra_applications;
use super::errors::Refusal;
use super::model::{Area, EntraApplication, Environment, Right, State};
use super::package_file::{AAD_APPLICATION, FIELDS, Kind, boolean};
use super::packages::{ConfigPackage, PackageField, PackageTable};
use crate::ids::Ids;

/// Number of the key field.
const KEY: u32 = 1;
/// Number of the state.
const STATE: u32 = 2;

type Values = BTreeMap<u32, String>;

/// Applies the package as a user.
pub(super) fn apply(environment: &mut Environment, package: &mut ConfigPackage, principal: &Principal, ids: &mut Ids) {
    // Without a record there is nothing to do, and what was wrong before stays (`ApplyPackage` leaves early).
    if package.tables.iter().all(|table| table.records.is_empty()) {
        return;
    }
    package.errors.clear();
    let tables = package.tables.clone();
    for table in &tables {
        if table.id == AAD_APPLICATION {
            apply_table(environment, package, table, principal, ids);
        } else {
            for record in table.records.keys() {
                package.error(table.id, *record, 0, format!("The table {} does not exist.", table.id));
            }
        }
    }
}

fn apply_table(
    environment: &mut Environment,
    package: &mut ConfigPackage,
    table: &PackageTable,
    principal: &Principal,
    ids: &mut Ids,
) {
    for (number, values) in &table.records {
        if let Err((field, why)) = insert_key(environment, principal, table, values, &package.company) {
            package.error(table.id, *number, field, why.english());
        }
    }
    let mut applied = Vec::new();
    for (number, values) in &table.records {
        let key_failed = package.errors.iter().any(|error| (error.table, error.record) == (table.id, *number));
        if key_failed {
            continue;
        }
        let users = environment.users.clone();
        match modify(environment, principal, table, values, &package.company, ids) {
            Ok(()) => applied.push(*number),
            Err((field, why)) => {
                environment.users = users;
                package.error(table.id, *number, field, why.english());
            }
        }
    }
    if let Some(kept) = package.tables.iter_mut().find(|known| known.id == table.id) {
        kept.records.retain(|number, _| !applied.contains(number));
    }
}

/// Fields in the order they are written: processing order, then number.
fn ordered(table: &PackageTable, primary_key: bool) -> Vec<(u32, &PackageField)> {
    let mut fields: Vec<(u32, &PackageField)> = table
        .fields
        .iter()
        .filter(|(_, field)| field.included && field.primary_key == primary_key)
        .map(|(number, field)| (*number, field))
        .collect();
    fields.sort_by_key(|(number, field)| (field.processing_order, *number));
    fields
}

fn client_id(values: &Values) -> Uuid {
    values.get(&KEY).and_then(|text| Uuid::parse_str(text.trim()).ok()).unwrap_or_default()
}

/// The first round: a row with its key, if there is none. The table's real key counts whether the file marks it or not; what
/// else is marked as key is written before the insert.
fn insert_key(
    environment: &mut Environment,
    principal: &Principal,
    table: &PackageTable,
    values: &Values,
    company: &str,
) -> Result<(), (u32, Refusal)> {
    let id = client_id(values);
    if environment.entra_application(id).is_some() {
        return Ok(());
    }
    let mut record = EntraApplication::new(id);
    for (number, field) in ordered(table, true).into_iter().filter(|(number, _)| *number != KEY) {
        let text = values.get(&number).map_or("", String::as_str);
        if number == STATE && field.validate && read_state(text).is_some_and(|state| state != record.state) {
            // The trigger modifies a row that is not stored yet.
            return Err((number, entra_applications::not_stored(id)));
        }
        assign(&mut record, number, text);
    }
    access::permit(environment, principal, Area::EntraApplications, Right::Write, Some(company))
        .map_err(|refusal| (KEY, refusal))?;
    if id.is_nil() {
        return Err((KEY, entra_applications::client_id_required()));
    }
    environment.entra_applications.push(record);
    Ok(())
}

/// The second round: every other field, with its trigger where the file asks for it and the value is another one.
fn modify(
    environment: &mut Environment,
    principal: &Principal,
    table: &PackageTable,
    values: &Values,
    company: &str,
    ids: &mut Ids,
) -> Result<(), (u32, Refusal)> {
    let id = client_id(values);
    let mut record = match environment.entra_application(id) {
        Some(record) => record.clone(),
        None => return Err((KEY, entra_applications::not_stored(id))),
    };
    for (number, field) in ordered(table, false) {
        let text = values.get(&number).map_or("", String::as_str);
        let state = read_state(text).filter(|state| number == STATE && field.validate && *state != record.state);
        match state {
            Some(state) => entra_applications::change_state(environment, principal, &mut record, state, company, ids)
                .map_err(|refusal| (number, refusal))?,
            None => assign(&mut record, number, text),
        }
    }
    access::permit(environment, principal, Area::EntraApplications, Right::Write, Some(company))
        .map_err(|refusal| (KEY, refusal))?;
    if let Some(stored) = environment.entra_application_mut(id) {
        *stored = record;
    }
    Ok(())
}

/// A state as the package stores it, or as its ordinal.
fn read_state(text: &str) -> Option<State> {
    match text.trim() {
        "Enabled" | "0" => Some(State::Enabled),
        "Disabled" | "1" => Some(State::Disabled),
        _ => None,
    }
}

/// Writes a value without any trigger. What does not evaluate leaves the field as it is; too long a text is cut.
fn assign(record: &mut EntraApplication, number: u32, text: &str) {
    let kind = FIELDS.iter().find(|(known, ..)| *known == number).map(|(.., kind)| *kind);
    let cut = || match kind {
        Some(Kind::Text(limit)) => text.chars().take(limit).collect(),
        _ => text.to_owned(),
    };
    match number {
        2 => record.state = read_state(text).unwrap_or(record.state),
        5 => record.app_id = Uuid::parse_str(text.trim()).unwrap_or(record.app_id),
        6 => record.app_name = cut(),
        10 => record.description = cut(),
        11 => record.contact_information = cut(),
        12 => record.permission_granted = boolean(text).unwrap_or(record.permission_granted),
        20 => record.user_id = Uuid::parse_str(text.trim()).unwrap_or(record.user_id),
        // The key is what the record was found by.
        _ => {}
    }
}
