//! The second screen: environments, companies and permission sets to tick.

use super::words::finding;
use super::{EnvironmentView, FieldView, ListView, TickView};
use crate::flow::assess::{BARRED_SET, is_broad};
use crate::flow::checks::{Lookup, SiteFacts};
use crate::flow::choices::{Choices, SetKey};
use crate::flow::{Intent, Model};
use crate::gather::{Also, Gather};
use crate::text::{Catalogue, Message, en};

pub(super) fn environments(model: &Model, choices: &Choices, words: &Catalogue) -> EnvironmentView {
    let tick = |name: &str, hint: String, disabled: bool| {
        let chosen = choices.environments.iter().any(|known| known == name);
        TickView {
            key: name.to_owned(),
            label: name.to_owned(),
            hint,
            badge: None,
            ticked: chosen,
            disabled,
            intent: Intent::Environment { name: name.to_owned(), chosen: !chosen },
        }
    };
    match &model.facts.environments {
        Lookup::Unasked | Lookup::Asking => EnvironmentView::Reading,
        Lookup::Known(list) => EnvironmentView::Listed(
            list.iter()
                .map(|it| {
                    let slots = [("kind", it.kind.as_str()), ("country", &it.country), ("version", &it.version)];
                    let hint = if !it.active {
                        words.fill(en::ENVIRONMENT_NOT_ACTIVE, &[("status", &it.status)])
                    } else if it.version.is_empty() {
                        words.fill(en::ENVIRONMENT_SHORT, &slots)
                    } else {
                        words.fill(en::ENVIRONMENT_HINT, &slots)
                    };
                    tick(&it.name, hint, !it.active)
                })
                .gather(),
        ),
        Lookup::Failed(reason) => {
            let typed = model.environment_typed.trim();
            let site = model.facts.sites.iter().find(|site| site.environment == typed);
            let failed = model.facts.sites.iter().find_map(|site| site.companies.failed());
            let known = model.facts.sites.iter().filter(|site| site.companies.known().is_some());
            EnvironmentView::Typed {
                found: known.map(|site| tick(&site.environment, String::new(), false)).gather(),
                field: FieldView {
                    value: model.environment_typed.clone(),
                    error: if model.environment_is_odd() {
                        Some(words.say(en::ENVIRONMENT_ODD))
                    } else {
                        failed.map(|it| finding(words, it).what)
                    },
                },
                finding: Box::new(finding(words, reason)),
                probing: site.is_some_and(|site| site.companies.is_open()),
            }
        }
    }
}

/// Rows of all chosen environments, each key once, with the environments that do not have it.
fn merged<T>(model: &Model, take: fn(&SiteFacts) -> &Lookup<Vec<T>>, same: fn(&T, &T) -> bool) -> Vec<(&T, Vec<&str>)> {
    let mut rows: Vec<(&T, Vec<&str>)> = Vec::new();
    // How many environments were looked through when a row was last found.
    let mut found: Vec<usize> = Vec::new();
    let mut before: Vec<&str> = Vec::new();
    for site in &model.facts.sites {
        let Some(list) = take(site).known() else { continue };
        before.push(&site.environment);
        let mut next = 0;
        for row in list {
            // Lists are in the same order everywhere, so a row is looked for behind the one before it.
            let known = rows.len();
            let place = (next..known).chain(0..next).find(|place| same(rows[*place].0, row)).unwrap_or(known);
            if place == known {
                rows.push((row, before[..before.len() - 1].to_vec()));
                found.push(0);
            }
            found[place] = before.len();
            next = place + 1;
        }
        for ((_, absent), _) in rows.iter_mut().zip(&found).filter(|(_, found)| **found < before.len()) {
            absent.push(&site.environment);
        }
    }
    rows
}

/// What stands in the place of a list that is not there yet; `None` when every environment's is, or one failed.
fn not_yet<T>(
    model: &Model,
    take: fn(&SiteFacts) -> &Lookup<Vec<T>>,
    reading: Message,
    words: &Catalogue,
) -> Option<ListView<TickView>> {
    let sites = &model.facts.sites;
    if sites.is_empty() {
        return Some(ListView::Waiting(words.say(en::COMPANIES_WAITING)));
    }
    // One environment's list is enough to choose from; the others join it when they arrive.
    if sites.iter().any(|site| take(site).known().is_some()) {
        return None;
    }
    if let Some(failed) = sites.iter().find_map(|site| take(site).failed()) {
        return Some(ListView::Failed(Box::new(finding(words, failed))));
    }
    let open = sites.iter().any(|site| site.companies.failed().is_none());
    Some(if open { ListView::Reading(words.say(reading)) } else { ListView::Waiting(words.say(en::COMPANIES_WAITING)) })
}

fn absent_hint(hint: String, absent: &[&str], words: &Catalogue) -> String {
    if absent.is_empty() {
        return hint;
    }
    let missing = words.fill(en::NOT_IN, &[("environments", &absent.join(", "))]);
    if hint.is_empty() { missing } else { [&hint, ". ", &missing].concat() }
}

pub(super) fn companies(model: &Model, choices: &Choices, words: &Catalogue) -> ListView<TickView> {
    if let Some(instead) = not_yet(model, |site| &site.companies, en::COMPANIES_READING, words) {
        return instead;
    }
    let chosen = choices.companies.as_deref().unwrap_or_default();
    let row = |name: &str, hint: String, absent: &[&str]| {
        let ticked = chosen.iter().any(|known| known == name);
        TickView {
            key: name.to_owned(),
            label: name.to_owned(),
            hint: absent_hint(hint, absent, words),
            badge: None,
            ticked,
            disabled: false,
            intent: Intent::Company { name: name.to_owned(), chosen: !ticked },
        }
    };
    let rows = merged(model, |site| &site.companies, |one, other| one.name == other.name);
    // One that was chosen and is nowhere any more stays in sight, or nobody could take it out.
    let everywhere: Vec<&str> = model.facts.sites.iter().map(|site| site.environment.as_str()).gather();
    let gone = chosen.iter().filter(|name| !rows.iter().any(|(company, _)| &company.name == *name));
    let mut all: Vec<TickView> = gone.map(|name| row(name, String::new(), &everywhere)).gather();
    all.also(rows.iter().map(|(company, absent)| {
        let shown = company.display_name.trim();
        row(&company.name, if shown == company.name { String::new() } else { shown.to_owned() }, absent)
    }));
    ListView::Known(all)
}

pub(super) fn permission_sets(model: &Model, choices: &Choices, words: &Catalogue) -> ListView<TickView> {
    if let Some(instead) = not_yet(model, |site| &site.sets, en::SETS_READING, words) {
        return instead;
    }
    let wanted = model.preset().map(|preset| preset.permission_sets.as_slice()).unwrap_or_default();
    let rows = merged(model, |site| &site.sets, |one, other| one.is(&other.role_id, &other.app_id, &other.scope));
    ListView::Known(
        rows.into_iter()
            .map(|(set, absent)| {
                let key = SetKey::of(set);
                let ticked = choices.sets.contains(&key);
                let barred = set.role_id.eq_ignore_ascii_case(BARRED_SET);
                let from = if set.extension.is_empty() { words.get(en::SCOPE_TENANT) } else { &set.extension };
                let asked = wanted.iter().find(|wanted| wanted.fits(set));
                let hint = if barred {
                    words.say(en::SET_BARRED)
                } else if let Some(why) = asked.and_then(|asked| asked.why.as_deref()) {
                    [words.fill(en::SET_FROM, &[("name", &set.name), ("extension", from)]).as_str(), ". ", why].concat()
                } else {
                    words.fill(en::SET_FROM, &[("name", &set.name), ("extension", from)])
                };
                TickView {
                    intent: Intent::PermissionSet { key: key.word(), chosen: !ticked },
                    key: key.word(),
                    label: set.role_id.clone(),
                    hint: absent_hint(hint, &absent, words),
                    badge: if asked.is_some() {
                        Some(words.say(en::SET_BADGE_PRESET))
                    } else {
                        is_broad(&set.role_id).then(|| words.say(en::SET_BADGE_BROAD))
                    },
                    ticked,
                    disabled: barred,
                }
            })
            .gather(),
    )
}
