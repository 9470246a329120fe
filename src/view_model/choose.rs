//! The second screen: choices, lists and live checks.

use super::words::finding;
use super::{CheckState, CheckView, ChooseView, EnvironmentView, FieldView, ListView, OptionView, TickView};
use crate::flow::assess::{BARRED_SET, Blocker, Check, Detail, is_broad};
use crate::flow::checks::Lookup;
use crate::flow::choices::{Choices, NAME_LIMIT, SetKey};
use crate::flow::route::RouteKind;
use crate::flow::{Intent, Model, Weight};
use crate::protocol::date;
use crate::text::{Catalogue, en};

/// The screen, or nothing before there are choices.
pub(super) fn view(model: &Model, words: &Catalogue) -> Option<ChooseView> {
    let choices = model.choices.as_ref()?;
    let account = model.account()?;
    let organization = model.facts.directory.known().and_then(|directory| directory.organization.as_ref());
    let deployment = model.deployment();
    let wants_secret = model.wants_secret();
    let ends = date::day(date::add_months(model.server_now(), choices.months));
    Some(ChooseView {
        tenant: (
            organization.map_or_else(|| account.username.clone(), |it| it.name.clone()),
            organization.map(|it| it.domain.clone()).unwrap_or_default(),
            account.tenant.clone(),
        ),
        presets: deployment
            .config
            .presets
            .iter()
            .map(|preset| OptionView {
                value: preset.id.clone(),
                label: preset.name.clone(),
                hint: preset.description.clone(),
                chosen: preset.id == choices.preset,
                disabled: false,
                intent: Intent::Preset(preset.id.clone()),
            })
            .collect(),
        name: FieldView { value: choices.name.clone(), error: name_error(choices, words) },
        vendor: model.is_vendor(),
        environment: environment(model, choices, words),
        all_companies: choices.companies.is_none(),
        companies: companies(model, choices, words),
        permission_sets: permission_sets(model, choices, words),
        permission_sets_chosen: words.fill(en::SETS_CHOSEN, &[("count", &choices.sets.len().to_string())]),
        app_roles: app_roles(model, choices, words),
        want_user: TickView {
            key: "want-user".into(),
            label: words.say(en::WANT_USER),
            hint: words.say(en::WANT_USER_HINT),
            badge: None,
            ticked: choices.want_user,
            disabled: false,
            intent: Intent::WantUser(!choices.want_user),
        },
        routes: routes(model, words),
        want_secret: TickView {
            key: "want-secret".into(),
            label: words.say(en::WANT_SECRET),
            hint: model.valid_secret().and_then(|secret| secret.ends).map_or_else(
                || words.say(en::WANT_SECRET_HINT),
                |ends| words.fill(en::HAS_SECRET_HINT, &[("date", &date::day(ends))]),
            ),
            badge: None,
            ticked: wants_secret,
            disabled: false,
            intent: Intent::WantSecret(!wants_secret),
        },
        months: deployment
            .config
            .credentials
            .months
            .iter()
            .map(|months| OptionView {
                value: months.to_string(),
                label: words.fill(en::MONTHS, &[("months", &months.to_string())]),
                hint: String::new(),
                chosen: *months == choices.months,
                disabled: false,
                intent: Intent::Months(*months),
            })
            .collect(),
        ends: words.fill(en::ENDS, &[("date", &ends)]),
        checks: model.checks().iter().map(|it| check(words, it)).collect(),
        blocked: model.blocker().map(|blocker| match blocker {
            Blocker::Check(key) => words.fill(en::BLOCKED_CHECK, &[("check", words.get(check_label(key)))]),
            Blocker::NoEnvironment => words.say(en::BLOCKED_ENVIRONMENT),
            Blocker::Reading => words.say(en::BLOCKED_READING),
        }),
        resuming: model.interrupted.is_some(),
    })
}

fn name_error(choices: &Choices, words: &Catalogue) -> Option<String> {
    if choices.trimmed_name().is_empty() {
        Some(words.say(en::NAME_EMPTY))
    } else if choices.name_fits() {
        None
    } else {
        Some(words.fill(en::NAME_UNFIT, &[("limit", &NAME_LIMIT.to_string())]))
    }
}

fn environment(model: &Model, choices: &Choices, words: &Catalogue) -> EnvironmentView {
    match &model.facts.environments {
        Lookup::Unasked | Lookup::Asking => EnvironmentView::Reading,
        Lookup::Known(list) => EnvironmentView::Listed(
            list.iter()
                .map(|it| {
                    let slots = [("kind", it.kind.as_str()), ("country", &it.country), ("version", &it.version)];
                    OptionView {
                        value: it.name.clone(),
                        label: it.name.clone(),
                        hint: if !it.active {
                            words.fill(en::ENVIRONMENT_NOT_ACTIVE, &[("status", &it.status)])
                        } else if it.version.is_empty() {
                            words.fill(en::ENVIRONMENT_SHORT, &slots)
                        } else {
                            words.fill(en::ENVIRONMENT_HINT, &slots)
                        },
                        chosen: choices.environment.as_ref() == Some(&it.name),
                        disabled: !it.active,
                        intent: Intent::Environment(it.name.clone()),
                    }
                })
                .collect(),
        ),
        Lookup::Failed(reason) => {
            let typed = if model.environment_typed.is_empty() {
                choices.environment.clone().unwrap_or_default()
            } else {
                model.environment_typed.clone()
            };
            let failed = model.facts.companies.failed().filter(|_| choices.environment.is_some());
            EnvironmentView::Typed {
                field: FieldView {
                    value: typed,
                    error: if model.environment_is_odd() {
                        Some(words.say(en::ENVIRONMENT_ODD))
                    } else {
                        failed.map(|it| finding(words, it).what)
                    },
                },
                finding: Box::new(finding(words, reason)),
                probing: choices.environment.is_some() && model.facts.companies.is_open(),
                found: model.facts.companies.known().is_some(),
            }
        }
    }
}

fn companies(model: &Model, choices: &Choices, words: &Catalogue) -> ListView<TickView> {
    match &model.facts.companies {
        Lookup::Unasked => ListView::Waiting(words.say(en::COMPANIES_WAITING)),
        Lookup::Asking => ListView::Reading(words.say(en::COMPANIES_READING)),
        Lookup::Failed(failed) => ListView::Failed(Box::new(finding(words, failed))),
        Lookup::Known(list) => ListView::Known(
            list.iter()
                .map(|company| {
                    let chosen = choices.companies.as_ref().is_some_and(|names| names.contains(&company.name));
                    let shown = company.display_name.trim();
                    TickView {
                        key: company.id.clone(),
                        label: company.name.clone(),
                        hint: if shown == company.name { String::new() } else { shown.to_owned() },
                        badge: None,
                        ticked: chosen,
                        disabled: false,
                        intent: Intent::Company { name: company.name.clone(), chosen: !chosen },
                    }
                })
                .collect(),
        ),
    }
}

fn permission_sets(model: &Model, choices: &Choices, words: &Catalogue) -> ListView<TickView> {
    let wanted = model.preset().map(|preset| preset.permission_sets).unwrap_or_default();
    match &model.facts.sets {
        Lookup::Failed(failed) => ListView::Failed(Box::new(finding(words, failed))),
        Lookup::Asking => ListView::Reading(words.say(en::SETS_READING)),
        Lookup::Unasked if model.facts.companies.is_open() && choices.environment.is_some() => {
            ListView::Reading(words.say(en::SETS_READING))
        }
        Lookup::Unasked => ListView::Waiting(words.say(en::COMPANIES_WAITING)),
        Lookup::Known(list) => ListView::Known(
            list.iter()
                .map(|set| {
                    let key = SetKey::of(set);
                    let ticked = choices.sets.contains(&key);
                    let barred = set.role_id.eq_ignore_ascii_case(BARRED_SET);
                    let from = if set.extension.is_empty() { words.get(en::SCOPE_TENANT) } else { &set.extension };
                    let recommended = wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&set.role_id));
                    TickView {
                        intent: Intent::PermissionSet { key: key.word(), chosen: !ticked },
                        key: key.word(),
                        label: set.role_id.clone(),
                        hint: if barred {
                            words.say(en::SET_BARRED)
                        } else {
                            words.fill(en::SET_FROM, &[("name", &set.name), ("extension", from)])
                        },
                        badge: if recommended {
                            Some(words.say(en::SET_BADGE_PRESET))
                        } else {
                            is_broad(&set.role_id).then(|| words.say(en::SET_BADGE_BROAD))
                        },
                        ticked,
                        disabled: barred,
                    }
                })
                .collect(),
        ),
    }
}

fn app_roles(model: &Model, choices: &Choices, words: &Catalogue) -> Vec<TickView> {
    let needed = model.preset().map(|preset| preset.app_roles).unwrap_or_default();
    [
        ("API.ReadWrite.All", en::ROLE_API),
        ("Automation.ReadWrite.All", en::ROLE_AUTOMATION),
        ("AdminCenter.ReadWrite.All", en::ROLE_ADMIN),
    ]
    .into_iter()
    .map(|(value, hint)| {
        let ticked = choices.app_roles.iter().any(|role| role == value);
        TickView {
            key: value.into(),
            label: value.into(),
            hint: words.say(hint),
            badge: needed.iter().any(|role| role == value).then(|| words.say(en::ROLE_NEEDED)),
            ticked,
            disabled: false,
            intent: Intent::AppRole { value: value.into(), chosen: !ticked },
        }
    })
    .collect()
}

fn routes(model: &Model, words: &Catalogue) -> Vec<OptionView> {
    let available = model.routes();
    let taken = model.route();
    let deployment = model.deployment();
    let option = |kind: RouteKind, label, hint| OptionView {
        value: kind.word().into(),
        label: words.say(label),
        hint: words.say(hint),
        chosen: taken == Some(kind),
        disabled: !available.contains(&kind),
        intent: Intent::Route(kind),
    };
    let mut options = Vec::new();
    if deployment.config.partner_api.is_some() {
        let gone = model.facts.record.known().is_some() && !available.contains(&RouteKind::PartnerApi);
        let hint = if gone { en::ROUTE_PARTNER_GONE } else { en::ROUTE_PARTNER_HINT };
        options.push(option(RouteKind::PartnerApi, en::ROUTE_PARTNER, hint));
    }
    if deployment.config.guided {
        options.push(option(RouteKind::Guided, en::ROUTE_GUIDED, en::ROUTE_GUIDED_HINT));
    }
    options
}

fn check_label(key: &str) -> crate::text::Message {
    match key {
        "roles" => en::CHECK_ROLES,
        "publisher" => en::CHECK_PUBLISHER,
        "business-central" => en::CHECK_BUSINESS_CENTRAL,
        "name" => en::CHECK_NAME,
        "environment" => en::CHECK_ENVIRONMENT,
        "users" => en::CHECK_USERS,
        "route" => en::CHECK_ROUTE,
        "permission-sets" => en::CHECK_SETS,
        _ => en::CHECK_POLICY,
    }
}

fn check(words: &Catalogue, check: &Check) -> CheckView {
    let word = match check.state {
        CheckState::Pass => en::SAY_PASS,
        CheckState::Warn => en::SAY_WARN,
        CheckState::Fail => en::SAY_FAIL,
        CheckState::Running => en::SAY_RUNNING,
        CheckState::Unknown if check.finding.is_some() => en::SAY_UNKNOWN,
        CheckState::Unknown => en::SAY_NOT_YET,
    };
    let found = check.finding.as_ref().map(|it| finding(words, it));
    let said = found.as_ref().map(|it| it.what.clone()).unwrap_or_default();
    let detail = match &check.detail {
        Detail::None => said,
        Detail::Roles(roles) => words.fill(en::FOUND_ROLES, &[("roles", &roles.join(", "))]),
        Detail::Publisher(name) => words.fill(en::FOUND_PUBLISHER, &[("name", name)]),
        Detail::Present => words.say(en::FOUND_PRESENT),
        Detail::Environment(parts) => {
            let known: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            known.join(", ")
        }
        Detail::UsersReadable => words.say(en::FOUND_USERS),
        Detail::Sets(count) => words.fill(en::FOUND_SETS, &[("count", &count.to_string())]),
        Detail::Policy(None) => words.say(en::FOUND_POLICY),
        Detail::Policy(Some(days)) => words.fill(en::FOUND_POLICY_DAYS, &[("days", &days.to_string())]),
        Detail::NameFree => words.say(en::FOUND_NAME_FREE),
        Detail::AlreadyThere(id) => words.fill(en::FOUND_ALREADY, &[("id", id)]),
        Detail::Route(RouteKind::PartnerApi) => words.say(en::ROUTE_PARTNER),
        Detail::Route(RouteKind::Guided) => words.say(en::ROUTE_GUIDED),
    };
    // A passing check keeps its finding only when there is something to know beside it.
    let keep = check.state != CheckState::Pass || check.finding.as_ref().is_some_and(|it| it.weight == Weight::Info);
    CheckView {
        key: check.key,
        label: words.say(check_label(check.key)),
        state: check.state,
        word: words.say(word),
        detail,
        finding: found.filter(|_| keep),
    }
}
