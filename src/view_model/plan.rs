//! The third screen: every change with its reason and its very requests.

use super::words::{action, finding, reason};
use super::{ActionView, ChangeKind, PlanLineView, PlanView, RequestView};
use crate::flow::plan::{Action, Brief, Line, Plan, Reason, Step};
use crate::flow::route::RouteKind;
use crate::flow::{Finding, FindingCode, Intent, Model};
use crate::gather::Gather;
use crate::protocol::business_central::BRIDGE;
use crate::protocol::http::{Body, Request};
use crate::text::{Catalogue, en};

/// The screen.
pub(super) fn view(model: &Model, plan: &Plan, words: &Catalogue) -> PlanView {
    let number = |action| plan.count(action).to_string();
    let nothing = plan.is_empty();
    let summary = words.fill(
        en::PLAN_SUMMARY,
        &[
            ("create", &number(Action::Create)),
            ("change", &number(Action::Change)),
            ("remove", &number(Action::Remove)),
            ("keep", &number(Action::Keep)),
        ],
    );
    let mut notes: Vec<_> =
        model.check_session().and_then(|check| check.finding).iter().map(|it| finding(words, it)).gather();
    if model.interrupted.is_some() {
        notes.push(finding(words, &Finding::info(FindingCode::Interrupted)));
    }
    for line in &plan.lines {
        // The way back removes a secret too, one that somebody holds.
        if let (Step::RemoveSecret { name, .. }, Reason::NeverShown) = (&line.step, &line.reason) {
            notes.push(finding(words, &Finding::warning(FindingCode::SecretNeverShown).with("name", name.clone())));
        }
    }
    let others = if nothing { vec![Intent::Back, Intent::StartOver] } else { vec![Intent::Back] };
    let mut others: Vec<ActionView> = others.iter().filter_map(|intent| action(words, intent)).gather();
    let mut confirm = action(words, &Intent::Confirm);
    if plan.brief.undo {
        // The same buttons mean something else here: go back to the run, and take it back.
        for (button, label) in confirm.iter_mut().chain(&mut others).zip([en::DO_UNDO_CONFIRM, en::DO_KEEP]) {
            button.label = words.say(label);
        }
    }
    let undo = plan.brief.undo;
    PlanView {
        title: words.say(match (undo, nothing) {
            (true, _) => en::UNDO_TITLE,
            (_, true) => en::PLAN_NOTHING,
            _ => en::PLAN_TITLE,
        }),
        summary: if undo {
            format!("{summary} {}", words.get(en::UNDO_MORE))
        } else if nothing {
            format!("{summary} {}", words.get(en::PLAN_NOTHING_MORE))
        } else {
            summary
        },
        lines: plan.lines.iter().map(|it| line(it, &plan.brief, words)).gather(),
        notes,
        confirm: confirm.filter(|_| !nothing),
        others,
    }
}

fn line(line: &Line, brief: &Brief, words: &Catalogue) -> PlanLineView {
    let word = match line.action {
        ChangeKind::Create => en::WORD_CREATE,
        ChangeKind::Keep => en::WORD_KEEP,
        ChangeKind::Change => en::WORD_CHANGE,
        ChangeKind::Skip => en::WORD_SKIP,
        ChangeKind::Remove => en::WORD_REMOVE,
    };
    let several = brief.sites.len() > 1;
    let site = line.lane.and_then(|lane| brief.sites.get(lane));
    let group = site.map_or_else(|| words.say(en::LANE_ENTRA), |site| site.environment.clone());
    PlanLineView {
        group: if several { group } else { String::new() },
        kind: line.action,
        word: words.say(word),
        title: title(line.lane, &line.step, brief, words),
        reason: reason(words, &line.reason),
        requests: line.requests.iter().map(request).gather(),
    }
}

/// A step in the words of the portals.
pub(super) fn title(lane: Option<usize>, step: &Step, brief: &Brief, words: &Catalogue) -> String {
    let site = lane.and_then(|lane| brief.sites.get(lane));
    let environment = site.map_or("", |site| site.environment.as_str());
    let within = |company: &str| {
        if company.is_empty() { words.say(en::IN_ALL) } else { words.fill(en::IN_ONE, &[("company", company)]) }
    };
    match step {
        Step::Application => words.fill(en::STEP_APPLICATION, &[("name", &brief.name)]),
        Step::ServicePrincipal => words.say(en::STEP_PRINCIPAL),
        Step::Consent(roles) => {
            let roles: Vec<&str> = roles.iter().map(|role| role.value.as_str()).gather();
            words.fill(en::STEP_CONSENT, &[("roles", &roles.join(", "))])
        }
        Step::Record(RouteKind::Host) => words.fill(en::STEP_RECORD_HOST, &[("environment", environment)]),
        Step::Record(_) => words.fill(en::STEP_RECORD, &[("environment", environment)]),
        Step::PermissionSet { set, company } => {
            words.fill(en::STEP_SET, &[("set", &set.role_id), ("company", &within(company))])
        }
        Step::TakeSet(given) => {
            words.fill(en::STEP_SET, &[("set", &given.role_id), ("company", &within(&given.company))])
        }
        Step::MissingSets(sets) => words.fill(en::STEP_MISSING_SETS, &[("sets", &sets.join(", "))]),
        Step::RemovePackage(_) => words.say(en::STEP_REMOVE_PACKAGE),
        Step::AdminCenter => words.say(en::STEP_ADMIN_CENTER),
        Step::RemoveSecret { name, .. } => words.fill(en::STEP_REMOVE_SECRET, &[("name", name)]),
        Step::Secret => words.fill(en::STEP_SECRET, &[("months", &brief.months.to_string())]),
        Step::VerifyEntra => words.say(en::STEP_VERIFY_ENTRA),
        Step::VerifyBusinessCentral => words.say(en::STEP_VERIFY_CENTRAL),
    }
}

/// A request as it will go out; the token is never part of the plan, so there is nothing to mask but its place.
fn request(request: &Request) -> RequestView {
    // What goes to the page around is no HTTP request and carries no token.
    let bridge = request.url.starts_with(BRIDGE);
    let mut rest = String::from(if bridge { "" } else { "Authorization: Bearer ••••••••\n" });
    for (name, value) in &request.headers {
        rest.push_str(name);
        rest.push_str(": ");
        rest.push_str(value);
        rest.push('\n');
    }
    if let Body::Json(body) = &request.body {
        rest.push_str(if bridge { "" } else { "Content-Type: application/json\n\n" });
        rest.push_str(&body.to_pretty());
    }
    let line = if bridge { request.url.clone() } else { format!("{} {}", request.method.name(), request.url) };
    RequestView { line, rest }
}
