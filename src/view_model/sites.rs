//! The second screen, environment by environment: ways to register, and live checks.

use super::words::finding;
use super::{CheckState, CheckView, OptionView, RouteView};
use crate::flow::assess::{Check, Detail};
use crate::flow::route::{Gap, Offer, RouteKind};
use crate::flow::{Intent, Model, Weight};
use crate::gather::Gather;
use crate::text::{Catalogue, Message, en};

/// Name of a route, and what speaks for it.
pub(super) fn route_words(kind: RouteKind) -> (Message, Message) {
    match kind {
        RouteKind::Host => (en::ROUTE_HOST, en::ROUTE_HOST_HINT),
        RouteKind::PartnerApi => (en::ROUTE_PARTNER, en::ROUTE_PARTNER_HINT),
        RouteKind::OData => (en::ROUTE_ODATA, en::ROUTE_ODATA_HINT),
        RouteKind::Guided => (en::ROUTE_GUIDED, en::ROUTE_GUIDED_HINT),
        RouteKind::Package => (en::ROUTE_PACKAGE, en::ROUTE_PACKAGE_HINT),
    }
}

/// The ways to register in each chosen environment whose companies are known.
pub(super) fn routes(model: &Model, words: &Catalogue) -> Vec<RouteView> {
    let sites = model.facts.sites.iter().filter(|site| site.companies.known().is_some());
    sites
        .map(|site| {
            let offers = model.routes(site);
            let taken = model.route(site);
            let wished = model.choices.as_ref().and_then(|choices| choices.route_for(&site.environment));
            let reading = model.facts.registered.known().is_none() || site.record.is_open();
            let why = match taken {
                _ if reading => words.say(en::ROUTE_READING),
                None => words.say(en::ROUTE_NONE),
                Some(kind) => {
                    let reason = if wished == Some(kind) { en::ROUTE_YOURS } else { en::ROUTE_BEST };
                    words.fill(reason, &[("route", words.get(route_words(kind).0))])
                }
            };
            let options = offers.into_iter().map(|offer| option(&site.environment, offer, taken, words)).gather();
            RouteView { environment: site.environment.clone(), why, options }
        })
        .gather()
}

fn option(environment: &str, offer: Offer, taken: Option<RouteKind>, words: &Catalogue) -> OptionView {
    let (label, hint) = route_words(offer.kind);
    let hint = match offer.gap {
        None => hint,
        Some(Gap::Reading) => en::ROUTE_READING,
        Some(Gap::NotInstalled) => en::ROUTE_PARTNER_GONE,
        Some(Gap::NotPublished) => en::ROUTE_ODATA_GONE,
        Some(Gap::Retired) => en::ROUTE_ODATA_RETIRED,
        Some(Gap::Unreadable) => en::ROUTE_UNREADABLE,
        Some(Gap::NotNeeded) => en::ROUTE_NOT_NEEDED,
    };
    OptionView {
        value: offer.kind.word().into(),
        label: words.say(label),
        hint: words.say(hint),
        chosen: taken == Some(offer.kind),
        disabled: offer.gap.is_some_and(|gap| gap != Gap::NotNeeded),
        intent: Intent::Route { environment: environment.to_owned(), kind: offer.kind },
    }
}

pub(super) fn check_label(key: &str) -> Message {
    match key {
        "session" => en::CHECK_SESSION,
        "roles" => en::CHECK_ROLES,
        "publisher" => en::CHECK_PUBLISHER,
        "business-central" => en::CHECK_BUSINESS_CENTRAL,
        "name" => en::CHECK_NAME,
        "environments" => en::CHECK_ENVIRONMENTS,
        "environment" => en::CHECK_ENVIRONMENT,
        "admin-center" => en::CHECK_ADMIN,
        "users" => en::CHECK_USERS,
        "route" => en::CHECK_ROUTE,
        "permission-sets" => en::CHECK_SETS,
        _ => en::CHECK_POLICY,
    }
}

pub(super) fn check(words: &Catalogue, check: &Check) -> CheckView {
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
            let known: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).gather();
            known.join(", ")
        }
        Detail::UsersReadable => words.say(en::FOUND_USERS),
        Detail::Sets(count) => words.fill(en::FOUND_SETS, &[("count", &count.to_string())]),
        Detail::Policy(None) => words.say(en::FOUND_POLICY),
        Detail::Policy(Some(days)) => words.fill(en::FOUND_POLICY_DAYS, &[("days", &days.to_string())]),
        Detail::NameFree => words.say(en::FOUND_NAME_FREE),
        Detail::AlreadyThere(id) => words.fill(en::FOUND_ALREADY, &[("id", id)]),
        Detail::Route(route) => words.say(route_words(*route).0),
        Detail::Environments(count) => words.fill(en::FOUND_ENVIRONMENTS, &[("count", &count.to_string())]),
    };
    // A passing check keeps its finding only when there is something to know beside it.
    let keep = check.state != CheckState::Pass || check.finding.as_ref().is_some_and(|it| it.weight == Weight::Info);
    CheckView {
        key: check.key,
        environment: check.environment.clone(),
        label: words.say(check_label(check.key)),
        state: check.state,
        word: words.say(word),
        detail,
        finding: found.filter(|_| keep),
    }
}
