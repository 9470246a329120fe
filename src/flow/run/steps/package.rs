//! The experimental route: a configuration package that holds one record (business-central.md 3.5).
//!
//! Nothing of it stays behind: the package is removed when it has done its work, and when it failed. One that an
//! interrupted attempt left is found by its code and removed first.

use super::super::trouble::Verdict;
use super::super::{KnownSite, PackagePhase as At, Pause, Phase, Run};
use super::central::{USER_MS, user_named};
use super::{description, unreadable};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode as Code};
use crate::flow::plan::{SiteBrief, Step};
use crate::flow::route::RouteKind;
use crate::protocol::business_central::{self as bc, Progress};
use crate::protocol::graph;
use crate::protocol::http::{CallError, Refusal, Request, Response};

/// What the plan shows of it: everything that writes.
pub(super) const SHOWN: &[Phase] = &[
    Phase::Package(At::Create),
    Phase::Package(At::Upload),
    Phase::Package(At::Import),
    Phase::Package(At::Apply),
    Phase::Package(At::Delete),
];

/// Business Central's own limit for one operation (business-central.md 1.5); importing and applying one record takes
/// seconds, so whoever waits longer waits in vain.
const PATIENCE_MS: u64 = 8 * 60_000;

const LOOK_MS: u64 = 1_500;

pub(super) fn request(
    at: At,
    brief: &SiteBrief,
    here: &KnownSite,
    client_id: &str,
    description: &str,
) -> Option<Request> {
    let (site, company) = (&brief.site, brief.company.as_str());
    // In the plan the client id may be a placeholder in braces, which stays one.
    let placeholder = client_id.starts_with('{');
    let code = if placeholder { ["ENTRADA-", client_id].concat() } else { bc::package_code(client_id) };
    let id = here.package.as_deref();
    Some(match at {
        At::Find => site.find_package(company, &code),
        At::Create => site.create_package(company, &code),
        At::Upload => site.upload_package(company, id?, &code, bc::package_xml(&code, client_id, description)),
        At::Import => site.import_package(company, id?),
        At::Apply => site.apply_package(company, id?),
        At::Imported | At::Applied => site.package(company, id?),
        At::User => site.users_named(company, description),
        At::Sweep | At::Delete | At::Abandon => site.delete_package(company, id?),
    })
}

pub(super) fn judge(run: &mut Run, index: usize, response: &Response, now: u64) -> Result<Verdict, CallError> {
    let Phase::Package(at) = run.tasks[index].phase else { return unreadable("$", "a package is expected") };
    let next = |at: At| Ok(Verdict::Next(Phase::Package(at)));
    match at {
        At::Find => {
            let found = bc::read_packages(response)?.into_iter().next().map(|package| package.id);
            let sweep = found.is_some();
            remember(run, index, found);
            next(if sweep { At::Sweep } else { At::Create })
        }
        At::Sweep => {
            graph::or_missing(bc::accepted(response))?;
            remember(run, index, None);
            next(At::Create)
        }
        At::Create => {
            let package = bc::read_package(response)?;
            remember(run, index, Some(package.id));
            next(At::Upload)
        }
        At::Upload => bc::accepted(response).and(next(At::Import)),
        At::Import => bc::accepted(response).and(next(At::Imported)),
        At::Apply => bc::accepted(response).and(next(At::Applied)),
        At::Imported | At::Applied => {
            let package = bc::read_package(response)?;
            let (progress, said) = if at == At::Imported {
                (package.import, package.import_error)
            } else {
                (package.apply, package.apply_error)
            };
            match progress {
                // Errors of a record are counted and not told (business-central.md 3.5).
                Progress::Completed if package.errors > 0 => Ok(failed(run, index, at, count(package.errors))),
                Progress::Completed => next(if at == At::Imported { At::Apply } else { At::User }),
                Progress::Error => Ok(failed(run, index, at, said)),
                // Not even scheduled yet: the request for it was answered, so it is only a matter of moments.
                Progress::No | Progress::Scheduled | Progress::InProgress => Ok(wait(run, index, at, now)),
            }
        }
        At::User => {
            let wanted = description(run, run.tasks[index].lane);
            if let Some(user) = user_named(response, &wanted)? {
                if let Some(here) = run.tasks[index].lane.and_then(|lane| run.known.sites.get_mut(lane)) {
                    here.user = Some(user);
                }
                return next(At::Delete);
            }
            let since = *run.tasks[index].trouble_since.get_or_insert(now);
            if now.saturating_sub(since) < USER_MS {
                return Ok(Verdict::Pause { ms: LOOK_MS, why: Pause::Working });
            }
            Ok(give_up(run, index, at, Finding::error(Code::PackageWithoutUser).with("description", wanted)))
        }
        At::Delete => {
            graph::or_missing(bc::accepted(response))?;
            remember(run, index, None);
            Ok(Verdict::Done)
        }
        // Whatever became of the rest: what is told is why the attempt failed.
        At::Abandon => {
            remember(run, index, None);
            Ok(match run.tasks[index].why.take() {
                Some(finding) => Verdict::Fail(finding),
                // Removed because the person wants to stop: the next attempt begins anew.
                None if run.stopping => Verdict::Pause { ms: 0, why: Pause::Working },
                None => Verdict::Next(Phase::Package(At::Find)),
            })
        }
    }
}

/// Business Central refuses to begin what has begun already.
pub(super) fn is_under_way(phase: &Phase, refusal: &Refusal) -> bool {
    matches!(phase, Phase::Package(At::Import | At::Apply)) && refusal.says("in progress")
}

/// The person wants to stop: true when there is a package that has to be removed first.
pub(in crate::flow::run) fn has_to_tidy(run: &Run, index: usize) -> bool {
    let task = &run.tasks[index];
    matches!(task.step, Step::Record(RouteKind::Package))
        && !matches!(task.phase, Phase::Package(At::Delete | At::Abandon))
        && task.lane.and_then(|lane| run.known.sites.get(lane)?.package.as_ref()).is_some()
}

/// An attempt failed: the package goes, then the finding is told.
pub(super) fn give_up(run: &mut Run, index: usize, at: At, finding: Finding) -> Verdict {
    let there = run.tasks[index].lane.and_then(|lane| run.known.sites.get(lane)?.package.as_ref()).is_some();
    let task = &mut run.tasks[index];
    // The first reason is the one that counts, also when removing fails too.
    let finding = task.why.take().unwrap_or(finding);
    if !there || at == At::Abandon {
        return Verdict::Fail(finding);
    }
    task.why = Some(finding);
    Verdict::Next(Phase::Package(At::Abandon))
}

fn failed(run: &mut Run, index: usize, at: At, detail: String) -> Verdict {
    let finding = Finding::error(Code::PackageFailed).with("detail", detail).action(Intent::Resume);
    give_up(run, index, at, finding)
}

fn count(errors: u64) -> String {
    ["numberOfErrors ", &errors.to_string()].concat()
}

fn wait(run: &mut Run, index: usize, at: At, now: u64) -> Verdict {
    let since = *run.tasks[index].trouble_since.get_or_insert(now);
    if now.saturating_sub(since) >= PATIENCE_MS {
        let finding = Finding::error(Code::StillBusy).with("step", "record").action(Intent::Resume);
        return give_up(run, index, at, finding);
    }
    Verdict::Pause { ms: LOOK_MS, why: Pause::Working }
}

fn remember(run: &mut Run, index: usize, package: Option<String>) {
    if let Some(here) = run.tasks[index].lane.and_then(|lane| run.known.sites.get_mut(lane)) {
        here.package = package;
    }
}
