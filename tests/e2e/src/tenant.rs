//! What the cloud holds, as its control route tells it, in a form in which two moments or two worlds can be compared in depth.

use std::collections::BTreeMap;

use entrada_cloud::Cloud;
use serde_json::{Map, Value, json};

use crate::{Outsider, World};

/// Everything in every directory and every Business Central, lists in an order of their own. Nothing is left out but what was
/// soft-deleted, which [`TenantState::deleted`] holds, and what only a deleted service principal was granted.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantState {
    /// What is there.
    pub alive: Value,
    /// What Entra keeps for 30 days: `application …` and `service principal …` with their object ids.
    pub deleted: BTreeMap<String, String>,
}

impl World {
    /// The state as it is, ids and times included: for two moments of one world.
    pub fn state(&self) -> TenantState {
        let url = format!("{}/_cloud/state", self.cloud.origins.graph);
        let state = Outsider::read(&url).json();
        let mut directories = state["tenants"].clone();
        let mut deleted = BTreeMap::new();
        for tenant in directories.as_array_mut().expect("tenants") {
            bury(tenant, &mut deleted);
        }
        let mut alive = json!({ "directories": directories, "business_central": state["business_central"] });
        sort(&mut alive);
        TenantState { alive, deleted }
    }

    /// The state without what is another one in every world: new ids have names or are called new, times and days are only said
    /// to be there, and a secret's lifetime is told in days.
    pub fn comparable_state(&self) -> TenantState {
        let TenantState { mut alive, deleted } = self.state();
        let seeded = Cloud::new(self.cloud.cloud().settings().clone()).state_json(0);
        let mut names = BTreeMap::new();
        ids_in(&seeded, &mut |id| {
            names.insert(id.to_owned(), id.to_owned());
        });
        name_ours(&alive, &mut names);
        let mut texts: Vec<(String, String)> = Vec::new();
        for (origin, name) in self.origins().into_iter().zip(["{page}", "{login}", "{graph}", "{central}"]) {
            texts.push((origin, name.to_owned()));
        }
        // The description of a record, which becomes a user name, ends in the beginning of the client id.
        for (id, name) in names.iter().filter(|(_, name)| name.starts_with("{client")) {
            let start = &id[..8];
            texts.push((start.to_owned(), format!("{name} start")));
            texts.push((start.to_uppercase(), format!("{name} START")));
        }
        anonymize(&mut alive, &names, &texts);
        sort(&mut alive);
        TenantState { alive, deleted: deleted.into_keys().map(|name| (name, String::new())).collect() }
    }
}

impl TenantState {
    /// Where two states differ, one line for each place: `-` only in the first, `+` only in the second.
    pub fn difference(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        compare("", &self.alive, &other.alive, &mut lines);
        for name in self.deleted.keys().filter(|name| !other.deleted.contains_key(*name)) {
            lines.push(format!("- deleted {name}"));
        }
        for name in other.deleted.keys().filter(|name| !self.deleted.contains_key(*name)) {
            lines.push(format!("+ deleted {name}"));
        }
        lines
    }

    /// The object id of something deleted whose name begins so.
    pub fn deleted_id(&self, name: &str) -> &str {
        let found: Vec<_> = self.deleted.iter().filter(|(known, _)| known.starts_with(name)).collect();
        assert!(found.len() == 1, "deleted {name}: {:?}", self.deleted);
        found[0].1
    }
}

/// Takes out what is soft-deleted.
fn bury(tenant: &mut Value, deleted: &mut BTreeMap<String, String>) {
    let mut gone = Vec::new();
    for (list, what) in [("applications", "application"), ("service_principals", "service principal")] {
        let all = std::mem::take(tenant[list].as_array_mut().expect("a list"));
        let (dead, alive): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| !it["deleted_ms"].is_null());
        for it in dead {
            let id = it["id"].as_str().expect("an id").to_owned();
            let name = it["display_name"].as_str().or(it["properties"]["displayName"].as_str()).unwrap_or_default();
            deleted.insert(format!("{what} {name}"), id.clone());
            gone.push(json!(id));
        }
        tenant[list] = Value::Array(alive);
    }
    let grants = tenant["app_role_assignments"].as_array_mut().expect("a list");
    grants.retain(|grant| !gone.contains(&grant["principal"]));
}

/// Names for the ids of what this page made: applications, service principals and their users.
fn name_ours(alive: &Value, names: &mut BTreeMap<String, String>) {
    let mut name = |id: &Value, name: String| {
        if let Some(id) = id.as_str() {
            names.entry(id.to_owned()).or_insert(name);
        }
    };
    let each = |value: &Value, list: &str| value[list].as_array().cloned().unwrap_or_default();
    for tenant in each(alive, "directories") {
        for it in each(&tenant, "applications") {
            if let Some(unique) = it["unique_name"].as_str() {
                name(&it["app_id"], format!("{{client {unique}}}"));
                name(&it["id"], format!("{{application {unique}}}"));
            }
        }
        for it in each(&tenant, "service_principals") {
            let called = it["display_name"].as_str().unwrap_or_default();
            name(&it["id"], format!("{{principal {called}}}"));
        }
    }
    for tenant in each(&alive["business_central"], "tenants") {
        for environment in each(&tenant, "environments") {
            for it in each(&environment, "entra_applications") {
                let described = it["description"].as_str().unwrap_or_default();
                let described = described.rsplit_once(' ').map_or(described, |(start, _)| start);
                name(&it["user_id"], format!("{{user of {described}}}"));
            }
        }
    }
}

fn anonymize(value: &mut Value, names: &BTreeMap<String, String>, texts: &[(String, String)]) {
    match value {
        Value::Object(members) => {
            if let (Some(start), Some(end)) = (members.get("start_ms"), members.get("end_ms")) {
                let life = end.as_u64().unwrap_or_default().saturating_sub(start.as_u64().unwrap_or_default());
                // The end is sent in whole seconds.
                let days = (life + 43_200_000) / 86_400_000;
                members.insert("end_ms".to_owned(), json!(format!("{days} days later")));
                members.insert("hint".to_owned(), json!("{hint}"));
                if let Some(called) = members.get("display_name").and_then(Value::as_str) {
                    let stem = called.rsplit_once(" - ").map_or(called, |(stem, _)| stem).to_owned();
                    members.insert("display_name".to_owned(), json!(format!("{stem} - {{day and random}}")));
                }
            }
            *members = std::mem::take(members)
                .into_iter()
                .map(|(key, mut value)| {
                    if key.ends_with("_ms") && value.is_u64() {
                        value = json!("{time}");
                    } else {
                        anonymize(&mut value, names, texts);
                    }
                    (key, value)
                })
                .collect::<Map<_, _>>();
            // Ids that are only texts: whose they are, the other members say.
            if members.contains_key("principal") || members.contains_key("client") {
                members.insert("id".to_owned(), json!("{new}"));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| anonymize(item, names, texts)),
        Value::String(text) => {
            let mut told = text.clone();
            for at in (0..told.len().saturating_sub(35)).rev() {
                if let Some(id) = told.get(at..at + 36).filter(|id| is_id(id)) {
                    let name = names.get(id).map_or("{new}", String::as_str).to_owned();
                    told.replace_range(at..at + 36, &name);
                }
            }
            for (what, name) in texts {
                told = told.replace(what.as_str(), name);
            }
            for at in (0..told.len().saturating_sub(9)).rev() {
                if told.get(at..at + 10).is_some_and(is_day) {
                    told.replace_range(at..at + 10, "{day}");
                }
            }
            *text = told;
        }
        _ => {}
    }
}

fn fits(text: &str, pattern: &str, is_sign: fn(char) -> bool) -> bool {
    text.chars().count() == pattern.len()
        && text.chars().zip(pattern.chars()).all(|(it, wanted)| if wanted == '-' { it == '-' } else { is_sign(it) })
}

fn is_id(text: &str) -> bool {
    fits(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", |sign| sign.is_ascii_hexdigit())
}

fn is_day(text: &str) -> bool {
    fits(text, "xxxx-xx-xx", |sign| sign.is_ascii_digit())
}

fn ids_in(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => members.values().for_each(|value| ids_in(value, found)),
        Value::Array(items) => items.iter().for_each(|value| ids_in(value, found)),
        Value::String(text) if is_id(text) => found(text),
        _ => {}
    }
}

/// The order of writes is not part of a state.
fn sort(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(sort),
        Value::Array(items) => {
            items.iter_mut().for_each(sort);
            items.sort_by_cached_key(ToString::to_string);
        }
        _ => {}
    }
}

fn compare(place: &str, first: &Value, second: &Value, lines: &mut Vec<String>) {
    match (first, second) {
        _ if first == second => {}
        (Value::Object(one), Value::Object(two)) => {
            let keys: std::collections::BTreeSet<_> = one.keys().chain(two.keys()).collect();
            for key in keys {
                compare(&format!("{place}.{key}"), &first[key], &second[key], lines);
            }
        }
        (Value::Array(one), Value::Array(two)) => {
            let only = |these: &[Value], those: &[Value]| -> Vec<Value> {
                let mut left = those.to_vec();
                let mut only = Vec::new();
                for it in these {
                    match left.iter().position(|other| other == it) {
                        Some(at) => drop(left.remove(at)),
                        None => only.push(it.clone()),
                    }
                }
                only
            };
            let (gone, come) = (only(one, two), only(two, one));
            if gone.len() == 1 && come.len() == 1 {
                compare(&format!("{place}[]"), &gone[0], &come[0], lines);
                return;
            }
            lines.extend(gone.iter().map(|it| format!("- {place}[] {it}")));
            lines.extend(come.iter().map(|it| format!("+ {place}[] {it}")));
        }
        _ => {
            lines.push(format!("- {place} {first}"));
            lines.push(format!("+ {place} {second}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(alive: Value) -> TenantState {
        TenantState { alive, deleted: BTreeMap::new() }
    }

    #[test]
    fn what_differs_is_told_by_its_place() {
        let one = state(json!({ "a": [{ "x": 1 }, { "x": 2 }], "b": "same" }));
        assert_eq!(one.difference(&one), Vec::<String>::new());
        let changed = state(json!({ "a": [{ "x": 1 }, { "x": 3 }], "b": "same" }));
        assert_eq!(one.difference(&changed), ["- .a[].x 2", "+ .a[].x 3"]);
        let more = state(json!({ "a": [{ "x": 1 }, { "x": 2 }, { "x": 2 }], "b": "same" }));
        assert_eq!(one.difference(&more), [r#"+ .a[] {"x":2}"#]);
    }

    #[test]
    fn ids_that_were_seeded_stay_and_new_ones_are_named() {
        let (old, ours, new) = (
            "11111111-aaaa-bbbb-cccc-000000000000",
            "22222222-aaaa-bbbb-cccc-000000000000",
            "33333333-aaaa-bbbb-cccc-000000000000",
        );
        let names = BTreeMap::from([(old.to_owned(), old.to_owned()), (ours.to_owned(), "{client}".to_owned())]);
        let texts = [("22222222".to_owned(), "{start}".to_owned())];
        let mut value = json!([format!("{old} {ours}!{new}"), "Shop 22222222 on 2026-11-25", { "created_ms": 5 }]);
        anonymize(&mut value, &names, &texts);
        assert_eq!(
            value,
            json!([format!("{old} {{client}}!{{new}}"), "Shop {start} on {day}", { "created_ms": "{time}" }])
        );
    }
}
