//! The steps in one environment: what they send, and what the answers mean.

use super::super::trouble::Verdict;
use super::super::{Evidence, KnownSite, Pause, Phase, Proof, Run};
use super::{Lane, WATCH_MS, describe, description, package, settle_evidence, unreadable};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode as Code};
use crate::flow::plan::{Action, SiteBrief, Step, is_given};
use crate::flow::route::RouteKind;
use crate::protocol::business_central::{self as bc, PermissionSet, UserPermission};
use crate::protocol::graph;
use crate::protocol::http::{CallError, Refusal, Request, Response};

/// How long a user is looked for that should be there.
pub(super) const USER_MS: u64 = 30_000;

/// The next request; `None` when something it needs is not known.
pub(super) fn request(
    step: &Step,
    action: Action,
    phase: &Phase,
    brief: &SiteBrief,
    here: &KnownSite,
    lane: &Lane<'_>,
) -> Option<Request> {
    let (site, company) = (&brief.site, brief.company.as_str());
    let client_id = lane.known.app_id.as_deref()?;
    let description = || describe(lane.brief, lane.known, Some(here));
    let user = here.user.as_deref();
    Some(match (step, phase) {
        (_, Phase::More(link)) => bc::next_page(link),
        (Step::Record(_), _) if lane.brief.undo => match (&brief.api, action, user) {
            (Some(api), Action::Remove, _) => site.delete_record(api, company, client_id, None),
            (Some(api), ..) => site.disable_record(api, company, client_id),
            // Nothing but the card can delete or disable it: a person does, and we look until the user is gone or disabled.
            (None, _, Some(user)) => site.user(company, user),
            (None, _, None) => site.users_named(company, &description()),
        },
        (Step::Record(RouteKind::Host), Phase::User) => site.user(company, user?),
        (Step::Record(RouteKind::Guided), _) | (Step::Record(_), Phase::User) => {
            site.users_named(company, &description())
        }
        (Step::Record(RouteKind::Package), Phase::Package(at)) => {
            package::request(*at, brief, here, client_id, &description())?
        }
        (Step::Record(_), Phase::Look) => site.find_record(brief.api.as_ref()?, company, client_id),
        // A state that does not change does nothing (business-central.md 3.1), so it is changed twice.
        (Step::Record(_), Phase::Act) if action == Action::Change && here.user_is_lost => {
            site.disable_record(brief.api.as_ref()?, company, client_id)
        }
        (Step::Record(_), _) if *phase == Phase::Enable || action == Action::Change => {
            site.enable_record(brief.api.as_ref()?, company, client_id, here.etag.as_deref())
        }
        (Step::Record(_), _) => site.create_record(brief.api.as_ref()?, company, client_id, &description(), ""),
        (Step::PermissionSet { .. } | Step::TakeSet(_) | Step::VerifyBusinessCentral, Phase::Look) => {
            site.user_permissions(company, user?)
        }
        (Step::PermissionSet { set, company: within }, Phase::Bridge) => site.give_by_bridge(client_id, set, within),
        (Step::PermissionSet { set, company: within }, _) => site.give(company, user?, set, within),
        (Step::RemovePackage(id), _) => site.delete_package(company, id),
        (Step::TakeSet(permission), _) => site.take(company, user?, &permission.id, permission.etag.as_deref()),
        (Step::VerifyBusinessCentral, Phase::Kind) => site.kind_of_user(company, user?),
        (Step::VerifyBusinessCentral, _) => match &brief.reads {
            Some(api) => site.find_record(api, company, client_id),
            None => site.user(company, user?),
        },
        _ => return None,
    })
}

fn here(run: &mut Run, index: usize) -> Option<&mut KnownSite> {
    let lane = run.tasks[index].lane?;
    run.known.sites.get_mut(lane)
}

fn brief(run: &Run, index: usize) -> Option<&SiteBrief> {
    run.brief.sites.get(run.tasks[index].lane?)
}

/// The record on a page of a partner's extension, or on one published as OData.
pub(super) fn record(run: &mut Run, index: usize, response: &Response, now: u64) -> Result<Verdict, CallError> {
    let phase = run.tasks[index].phase.clone();
    let Some(api) = brief(run, index).and_then(|brief| brief.api.as_ref()) else {
        return unreadable("$", "a page over the record is expected");
    };
    let (shows_users, bridge) = (api.fields.user_id.is_some(), api.is_bridge());
    let record = match phase {
        Phase::User if bridge => return known_user(run, index, response, now),
        Phase::User => return find_user(run, index, response, now),
        Phase::Look => {
            let (rows, _) = bc::read_records(api, response)?;
            let Some(row) = rows.into_iter().next() else { return Ok(Verdict::Next(Phase::Act)) };
            Some(row)
        }
        _ => bc::read_record(api, response)?,
    };
    // An action answers nothing that could be relied on: look at what it did.
    let Some(record) = record else { return Ok(Verdict::Next(Phase::Look)) };
    // It was there before our first attempt, so somebody else made it since the plan.
    let task = &mut run.tasks[index];
    let makes = bridge && task.action == Action::Create && task.attempts == 1;
    task.found |= makes && bc::was_there(response);
    let Some(here) = here(run, index) else { return Ok(Verdict::Done) };
    here.description = Some(record.description);
    here.etag = record.etag;
    match (record.enabled, record.user_id) {
        (true, Some(user)) => {
            here.user = Some(user);
            // What the page around says of users is held against what Business Central itself says.
            Ok(if bridge { Verdict::Next(Phase::User) } else { Verdict::Done })
        }
        // A page that does not show the user: it is found by its name, which is the description.
        (true, None) if !shows_users => Ok(Verdict::Next(Phase::User)),
        _ if phase == Phase::Enable => unreadable("$.userId", "the user of the enabled record is expected"),
        _ => {
            let task = &mut run.tasks[index];
            task.found &= task.action == Action::Create;
            Ok(Verdict::Next(Phase::Enable))
        }
    }
}

/// The user that the page around named, as Business Central shows it: called like the record, and enabled.
fn known_user(run: &mut Run, index: usize, response: &Response, now: u64) -> Result<Verdict, CallError> {
    let wanted = description(run, run.tasks[index].lane);
    let user = graph::or_missing(bc::read_user(response))?;
    if user.as_ref().is_some_and(|user| user.enabled && bc::code(&user.user_name) == bc::code(&wanted)) {
        return Ok(Verdict::Done);
    }
    let since = *run.tasks[index].trouble_since.get_or_insert(now);
    if user.is_none() && now.saturating_sub(since) < USER_MS {
        return Ok(Verdict::Pause { ms: 1_500, why: Pause::Working });
    }
    let environment = brief(run, index).map(|brief| brief.environment.clone()).unwrap_or_default();
    if let Some(here) = here(run, index) {
        here.user = None;
    }
    // The next attempt asks the page around again.
    run.tasks[index].phase = Phase::Look;
    let finding = Finding::error(Code::BridgeMismatch).with("environment", environment);
    Ok(Verdict::Fail(finding.action(Intent::Resume).action(Intent::Back)))
}

/// True when a permission set was refused over HTTP and the page around may give it.
pub(super) fn can_bridge(run: &Run, index: usize, refusal: &Refusal) -> bool {
    let task = &run.tasks[index];
    let bridged = brief(run, index).and_then(|brief| brief.api.as_ref()).is_some_and(bc::RecordApi::is_bridge);
    let barred = matches!(refusal.status, 401 | 403) || (refusal.status == 400 && refusal.says("permission"));
    let gives = matches!(task.step, Step::PermissionSet { .. }) && task.action == Action::Create;
    bridged && gives && barred && task.phase == Phase::Act && !refusal.says("defined multiple times")
}

fn find_user(run: &mut Run, index: usize, response: &Response, now: u64) -> Result<Verdict, CallError> {
    let wanted = description(run, run.tasks[index].lane);
    if let Some(user) = user_named(response, &wanted)? {
        if let Some(here) = here(run, index) {
            here.user = Some(user);
        }
        return Ok(Verdict::Done);
    }
    let since = *run.tasks[index].trouble_since.get_or_insert(now);
    if now.saturating_sub(since) >= USER_MS {
        return unreadable("$.value", "the user of the enabled record is expected");
    }
    Ok(Verdict::Pause { ms: 1_500, why: Pause::Working })
}

/// A person registers, we look for the user it makes. Only its name can be compared (business-central.md 3.6).
pub(super) fn guided(run: &mut Run, index: usize, response: &Response) -> Result<Verdict, CallError> {
    let wanted = description(run, run.tasks[index].lane);
    Ok(match user_named(response, &wanted)? {
        Some(user) => {
            // There at the first look: somebody made it since the plan.
            let task = &mut run.tasks[index];
            task.found |= task.attempts == 1;
            if let Some(here) = here(run, index) {
                here.user = Some(user);
            }
            Verdict::Done
        }
        None => Verdict::Watch { finding: None, ms: WATCH_MS },
    })
}

/// Security id of the enabled user of that name.
pub(super) fn user_named(response: &Response, wanted: &str) -> Result<Option<String>, CallError> {
    let (rows, _) = bc::read_users(response)?;
    let ours = |user: &bc::User| user.enabled && bc::code(&user.user_name) == bc::code(wanted);
    Ok(rows.into_iter().find(ours).map(|user| user.security_id))
}

fn is_this(given: &UserPermission, set: &PermissionSet, company: &str) -> bool {
    set.is(&given.role_id, &given.app_id, &given.scope) && given.company.eq_ignore_ascii_case(company)
}

/// Taking the record back: deleted or disabled again through its page, or by a person on its card.
pub(super) fn take_back(run: &Run, index: usize, response: &Response) -> Result<Verdict, CallError> {
    let task = &run.tasks[index];
    if brief(run, index).is_some_and(|brief| brief.api.is_some()) {
        graph::or_missing(bc::accepted(response))?;
        return Ok(Verdict::Done);
    }
    let known = task.lane.and_then(|lane| run.known.sites.get(lane)?.user.as_ref());
    // Who is only disabled by somebody is still there.
    let counts = |user: &bc::User| user.enabled || task.action == Action::Remove;
    let there = if known.is_some() {
        graph::or_missing(bc::read_user(response))?.is_some_and(|user| counts(&user))
    } else {
        let wanted = bc::code(&description(run, task.lane));
        let (rows, _) = bc::read_users(response)?;
        rows.iter().any(|user| bc::code(&user.user_name) == wanted && counts(user))
    };
    Ok(if there { Verdict::Watch { finding: None, ms: WATCH_MS } } else { Verdict::Done })
}

pub(super) fn permission_set(
    run: &mut Run,
    index: usize,
    set: &PermissionSet,
    company: &str,
    response: &Response,
) -> Result<Verdict, CallError> {
    if matches!(run.tasks[index].phase, Phase::Look | Phase::More(_)) {
        let (given, next) = bc::read_user_permissions(response)?;
        if run.tasks[index].action == Action::Remove {
            return Ok(match (given.into_iter().find(|it| is_this(it, set, company)), next) {
                (Some(found), _) => {
                    run.tasks[index].step = Step::TakeSet(found);
                    Verdict::Next(Phase::Act)
                }
                (None, Some(link)) => Verdict::Next(Phase::More(link)),
                (None, None) => Verdict::Done,
            });
        }
        return Ok(match next {
            _ if is_given(&given, set, company) => Verdict::Done,
            Some(link) => Verdict::Next(Phase::More(link)),
            None => Verdict::Next(Phase::Act),
        });
    }
    bc::success(response)?;
    Ok(Verdict::Done)
}

pub(super) fn take_set(
    run: &mut Run,
    index: usize,
    permission: &UserPermission,
    response: &Response,
) -> Result<Verdict, CallError> {
    if matches!(run.tasks[index].phase, Phase::Look | Phase::More(_)) {
        let (given, next) = bc::read_user_permissions(response)?;
        return Ok(match (given.into_iter().find(|it| it.id == permission.id), next) {
            (Some(newer), _) => {
                run.tasks[index].step = Step::TakeSet(newer);
                Verdict::Next(Phase::Act)
            }
            (None, Some(link)) => Verdict::Next(Phase::More(link)),
            (None, None) => Verdict::Done,
        });
    }
    // Already gone is as good as taken away.
    graph::or_missing(bc::accepted(response))?;
    Ok(Verdict::Done)
}

/// Reads back: the record by its client id where a page shows it, else the user by its id; then the permission sets.
pub(super) fn verify(run: &mut Run, index: usize, response: &Response, now: u64) -> Result<Verdict, CallError> {
    let phase = run.tasks[index].phase.clone();
    if phase == Phase::Kind {
        // The page is young, and not being allowed to read it takes nothing from what was read before.
        let kind = bc::read_is_application(response).ok().flatten();
        if let Some(Evidence::BusinessCentral { proof, .. }) = &mut run.tasks[index].evidence {
            *proof = match kind {
                Some(true) => Proof::Application,
                Some(false) => Proof::Other,
                None => Proof::Name,
            };
        }
        return Ok(Verdict::Next(Phase::Look));
    }
    if !matches!(phase, Phase::Look | Phase::More(_)) {
        let Some(brief) = brief(run, index) else { return Ok(Verdict::Done) };
        let user = match &brief.reads {
            Some(api) => {
                let (rows, _) = bc::read_records(api, response)?;
                // A page that does not show users cannot show that one is missing.
                let has_user = |row: &bc::EntraRecord| row.user_id.is_some() || api.fields.user_id.is_none();
                rows.into_iter().find(|row| row.enabled && has_user(row)).map(|row| bc::code(&row.description))
            }
            None => graph::or_missing(bc::read_user(response))?.filter(|user| user.enabled).map(|user| user.user_name),
        };
        let next = if brief.reads.is_none() && brief.tells_kinds { Phase::Kind } else { Phase::Look };
        let evidence = Evidence::BusinessCentral {
            environment: brief.environment.clone(),
            user,
            proof: if brief.reads.is_some() { Proof::ClientId } else { Proof::Name },
            given: Vec::new(),
            missing_sets: Vec::new(),
            extra_sets: Vec::new(),
        };
        run.tasks[index].evidence = Some(evidence);
        return Ok(Verdict::Next(next));
    }
    let (page, next) = bc::read_user_permissions(response)?;
    let lane = run.tasks[index].lane;
    let Some(mut evidence) = run.tasks[index].evidence.take() else { return Ok(Verdict::Next(Phase::Act)) };
    let Evidence::BusinessCentral { user, given, missing_sets, extra_sets, .. } = &mut evidence else {
        return Ok(Verdict::Done);
    };
    if phase == Phase::Look {
        given.clear();
    }
    given.extend(page);
    if let Some(link) = next {
        run.tasks[index].evidence = Some(evidence);
        return Ok(Verdict::Next(Phase::More(link)));
    }
    missing_sets.clear();
    extra_sets.clear();
    for task in run.tasks.iter().filter(|task| task.lane == lane && task.is_settled() && task.action != Action::Skip) {
        match &task.step {
            Step::PermissionSet { set, company } if !is_given(given, set, company) => {
                missing_sets.push(in_company(&set.role_id, company));
            }
            Step::TakeSet(taken) if given.iter().any(|it| it.id == taken.id) => {
                extra_sets.push(in_company(&taken.role_id, &taken.company));
            }
            _ => {}
        }
    }
    let complete = user.is_some() && missing_sets.is_empty() && extra_sets.is_empty();
    run.tasks[index].phase = Phase::Act;
    Ok(settle_evidence(&mut run.tasks[index], evidence, complete, now))
}

/// A permission set with the company it is given in.
pub fn in_company(role: &str, company: &str) -> String {
    if company.is_empty() { role.to_owned() } else { [role, " (", company, ")"].concat() }
}
