//! Each step: what it sends in which phase, and what an answer means for it.

mod central;
mod entra;
mod package;

pub use central::in_company;
pub(super) use package::has_to_tidy;

use super::trouble::{TRIES, Verdict, decide};
use super::{Evidence, Known, KnownSite, PackagePhase, Pause, Phase, Run, Task};
use crate::flow::effect::{Answer, heard};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode as Code};
use crate::flow::plan::{Action, Brief, Step};
use crate::flow::route::RouteKind;
use crate::gather::Gather;
use crate::protocol::business_central as bc;
use crate::protocol::date;
use crate::protocol::entropy::Entropy;
use crate::protocol::graph::{self, AppRole, BatchItem, Grant, Graph};
use crate::protocol::http::{CallError, Refusal, Request};
use crate::protocol::json::Misread;
use crate::protocol::oauth::Resource;
use crate::search::replaced;

/// How often a person's part is looked for.
pub(super) const WATCH_MS: u64 = 4_000;

/// How long a person's part is waited for before we say that it never came.
const WATCH_LIMIT_MS: u64 = 10 * 60_000;

/// How long a verification waits for reads to catch up with writes.
const VERIFY_MS: u64 = 60_000;

/// Which API a step speaks to.
pub(super) fn resource(step: &Step) -> Resource {
    match step {
        Step::Record(_)
        | Step::PermissionSet { .. }
        | Step::TakeSet(_)
        | Step::RemovePackage(_)
        | Step::AdminCenter
        | Step::VerifyBusinessCentral => Resource::BusinessCentral,
        _ => Resource::Graph,
    }
}

/// The description of the record in a lane, which becomes the user's name.
pub(super) fn description(run: &Run, lane: Option<usize>) -> String {
    let known = lane.and_then(|lane| run.known.sites.get(lane));
    describe(&run.brief, &run.known, known)
}

fn describe(brief: &Brief, known: &Known, site: Option<&KnownSite>) -> String {
    site.and_then(|site| site.description.clone())
        .unwrap_or_else(|| brief.choices.description(known.app_id.as_deref().unwrap_or("{client id}")))
}

/// The next request of a step; `None` when something it needs is not known.
pub(super) fn request(run: &Run, index: usize, now: u64) -> Option<(Resource, Request)> {
    let task = &run.tasks[index];
    let secret_name = run.secret_names.last().map_or("", String::as_str);
    let request = build(task.lane, &task.step, task.action, &task.phase, &run.brief, &run.known, secret_name, now)?;
    Some((resource(&task.step), request))
}

/// The requests a line of the plan will send; what is not known yet stands in braces.
pub fn preview(step: &Step, action: Action, lane: Option<usize>, brief: &Brief, known: &Known) -> Vec<Request> {
    let or = |value: &Option<String>, name: &str| Some(value.clone().unwrap_or_else(|| format!("{{{name}}}")));
    let known = Known {
        app_object: or(&known.app_object, "application id"),
        app_id: or(&known.app_id, "client id"),
        service_principal: or(&known.service_principal, "service principal id"),
        sites: known
            .sites
            .iter()
            .map(|site| KnownSite {
                user: or(&site.user, "user id"),
                package: Some("{package id}".into()),
                ..site.clone()
            })
            .gather(),
        ..Known::default()
    };
    let phases: &[Phase] = match (step, action) {
        (Step::Record(_), _) if brief.undo => &[Phase::Act],
        (Step::PermissionSet { .. } | Step::Consent(_), Action::Remove) => return Vec::new(),
        (Step::Record(RouteKind::PartnerApi | RouteKind::OData), Action::Create) => &[Phase::Act, Phase::Enable],
        (Step::Record(RouteKind::Host | RouteKind::PartnerApi | RouteKind::OData), Action::Change)
            if lane.and_then(|lane| known.sites.get(lane)).is_some_and(|here| here.user_is_lost) =>
        {
            &[Phase::Act, Phase::Enable]
        }
        (Step::Record(RouteKind::Package), _) => package::SHOWN,
        _ => &[Phase::Act],
    };
    let name = format!("{} - {{date}}", brief.secret_name);
    phases.iter().filter_map(|phase| build(lane, step, action, phase, brief, &known, &name, 0)).map(readable).gather()
}

/// Percent-encoded braces of placeholders read badly on a screen.
fn readable(mut request: Request) -> Request {
    for (coded, plain) in [("%7B", "{"), ("%7D", "}"), ("%20id", " id")] {
        request.url = replaced(&request.url, coded, plain);
    }
    if let crate::protocol::http::Body::Json(body) = &mut request.body
        && let Some(end) = body.get_mut("passwordCredential").and_then(|secret| secret.get_mut("endDateTime"))
    {
        *end = "{date}".into();
    }
    request
}

#[expect(clippy::too_many_arguments, reason = "all that a request may be made of; bundling it would only hide that")]
fn build(
    lane: Option<usize>,
    step: &Step,
    action: Action,
    phase: &Phase,
    brief: &Brief,
    known: &Known,
    secret_name: &str,
    now: u64,
) -> Option<Request> {
    let graph = Graph::at(&brief.graph);
    let object = known.app_object.as_deref();
    let app_id = known.app_id.as_deref();
    if let Some(lane) = lane {
        let (site, here) = (brief.sites.get(lane)?, known.sites.get(lane)?);
        return central::request(step, action, phase, site, here, &Lane { brief, known });
    }
    if let Phase::RemoveLost(key) = phase {
        return Some(graph.remove_secret(object?, key));
    }
    Some(match step {
        Step::Application if action == Action::Remove && *phase == Phase::Look => graph.application_by_app_id(app_id?),
        Step::Application if action == Action::Remove => graph.delete_application(object?),
        Step::ServicePrincipal if action == Action::Remove => {
            graph.delete_service_principal(known.service_principal.as_deref()?)
        }
        Step::Application => match (phase, action, &brief.unique_name) {
            (Phase::Look, _, Some(name)) => graph.application_by_unique_name(name),
            (_, Action::Create, Some(name)) => graph.upsert_application(name, brief.body.clone()),
            _ => graph.update_application(object?, brief.change.clone()),
        },
        Step::ServicePrincipal => match phase {
            Phase::Look => graph.service_principal(app_id?),
            _ if action == Action::Change => {
                graph.enable_service_principal(known.service_principal.as_deref()?, !brief.undo)
            }
            _ => graph.upsert_service_principal(app_id?, &brief.name),
        },
        Step::Consent(roles) => match phase {
            Phase::Look | Phase::Watch => graph.grants(app_id?),
            _ if action == Action::Remove => {
                let item = |grant: &Grant| BatchItem {
                    id: grant.id.clone(),
                    request: Graph::relative().revoke(&brief.central_sp, &grant.id),
                };
                graph::batch(&brief.graph, &known.grants.iter().map(item).gather())
            }
            _ => {
                let item = |role: &AppRole| {
                    Some(BatchItem {
                        id: role.value.clone(),
                        request: Graph::relative().grant(
                            &brief.central_sp,
                            known.service_principal.as_deref()?,
                            &role.id,
                        ),
                    })
                };
                graph::batch(&brief.graph, &roles.iter().map(item).gather_all()?)
            }
        },
        Step::AdminCenter if action == Action::Remove => bc::remove_authorized_app(&brief.business_central, app_id?),
        Step::AdminCenter => bc::authorize_app(&brief.business_central, app_id?),
        Step::RemoveSecret { .. } if *phase == Phase::Look => graph.application_by_app_id(app_id?),
        Step::RemoveSecret { key_id, .. } => graph.remove_secret(object?, key_id),
        Step::Secret => {
            if phase == &Phase::Look {
                graph.application_by_app_id(app_id?)
            } else {
                let server_now = now.saturating_add_signed(brief.clock_offset);
                graph.add_secret(object?, secret_name, &date::rfc3339(date::add_months(server_now, brief.months)))
            }
        }
        Step::VerifyEntra => {
            let relative = Graph::relative();
            let item = |id: &str, request: Request| BatchItem { id: id.into(), request };
            let mut items =
                vec![item("principal", relative.service_principal(app_id?)), item("grants", relative.grants(app_id?))];
            if object.is_some() {
                items.push(item("application", relative.application_by_app_id(app_id?)));
            }
            graph::batch(&brief.graph, &items)
        }
        Step::Record(_)
        | Step::PermissionSet { .. }
        | Step::TakeSet(_)
        | Step::RemovePackage(_)
        | Step::MissingSets(_)
        | Step::VerifyBusinessCentral => return None,
    })
}

/// What the requests of a lane share with the tenant.
struct Lane<'a> {
    brief: &'a Brief,
    known: &'a Known,
}

/// What an answer means.
pub(super) fn judge(
    run: &mut Run,
    index: usize,
    answer: &Answer,
    now: u64,
    offline: bool,
    entropy: &mut Entropy,
) -> Verdict {
    let step = run.tasks[index].step.clone();
    let phase = run.tasks[index].phase.clone();
    let removes = run.tasks[index].action == Action::Remove;
    let result = heard(answer).and_then(|response| match (&step, &phase) {
        (Step::RemoveSecret { key_id, .. }, Phase::Look) => entra::still_listed(key_id, response),
        (Step::Secret | Step::VerifyEntra, Phase::RemoveLost(_)) | (Step::RemoveSecret { .. }, _) => {
            entra::removed(response, &phase)
        }
        (Step::Application, _) if removes => entra::remove_application(run, index, &phase, response),
        // On the way back what is gone needs no restoring either: somebody was quicker.
        (Step::Application | Step::ServicePrincipal | Step::AdminCenter, _) if removes || run.brief.undo => {
            graph::or_missing(bc::accepted(response)).map(|_| Verdict::Done)
        }
        (Step::Consent(roles), _) if removes => entra::revoke(run, roles, &phase, response),
        (Step::Record(_), _) if run.brief.undo => central::take_back(run, index, response),
        (Step::Application, _) => entra::application(run, index, &phase, response),
        (Step::ServicePrincipal, _) => entra::service_principal(run, index, &phase, response),
        (Step::Consent(roles), _) => entra::consent(run, index, roles, &phase, response, now),
        (Step::Secret, _) => entra::secret(run, index, &phase, response),
        (Step::VerifyEntra, _) => entra::verify_entra(run, index, response, now),
        (Step::AdminCenter, _) => bc::success(response).map(|_| Verdict::Done),
        (Step::Record(RouteKind::Package), _) => package::judge(run, index, response, now),
        (Step::Record(RouteKind::Guided), _) => central::guided(run, index, response),
        (Step::Record(_), _) => central::record(run, index, response, now),
        (Step::PermissionSet { set, company }, _) => central::permission_set(run, index, set, company, response),
        (Step::TakeSet(permission), _) => central::take_set(run, index, permission, response),
        // Already gone is as good as removed.
        (Step::RemovePackage(_), _) => graph::or_missing(bc::success(response)).map(|_| Verdict::Done),
        (Step::VerifyBusinessCentral, _) => central::verify(run, index, response, now),
        (Step::MissingSets(_), _) => Ok(Verdict::Done),
    });
    let writes = matches!(phase, Phase::Act | Phase::Enable) && !matches!(step, Step::Record(RouteKind::Guided));
    run.tasks[index].doubtful |= writes && result.as_ref().is_err_and(CallError::leaves_doubt);
    match result {
        Ok(verdict) => verdict,
        Err(CallError::Refused(refusal)) if exists_already(&step, &phase, &refusal) => {
            let task = &mut run.tasks[index];
            // Nothing of ours can be there yet unless an answer of ours was lost, so somebody else made it since the plan.
            task.found |= phase == Phase::Act && !task.doubtful;
            task.troubles += 1;
            if task.troubles > TRIES {
                return Verdict::Fail(
                    Finding::of_call(&CallError::Refused(refusal), step.word(), now).action(Intent::Resume),
                );
            }
            match step {
                Step::Record(RouteKind::Package) => Verdict::Next(Phase::Package(PackagePhase::Find)),
                Step::Record(_) => Verdict::Next(Phase::Enable),
                _ => Verdict::Next(Phase::Look),
            }
        }
        Err(CallError::Refused(refusal)) if entra::is_unknown_secret(&refusal) && run.tasks[index].troubles < TRIES => {
            let task = &mut run.tasks[index];
            task.troubles += 1;
            if matches!(step, Step::VerifyEntra) {
                task.phase = Phase::Act;
                Verdict::Pause { ms: 2_000, why: Pause::Replication }
            } else {
                Verdict::Next(Phase::Look)
            }
        }
        // An answer was lost and the request for it was sent again: what it asked for is under way.
        Err(CallError::Refused(refusal)) if package::is_under_way(&phase, &refusal) => {
            Verdict::Next(Phase::Package(if phase == Phase::Package(PackagePhase::Import) {
                PackagePhase::Imported
            } else {
                PackagePhase::Applied
            }))
        }
        // The automation API does not let this person give sets, and the page around may (business-central.md 3.3).
        Err(CallError::Refused(refusal)) if central::can_bridge(run, index, &refusal) => Verdict::Next(Phase::Bridge),
        // Somebody changed it in between: read it again and go on from there.
        Err(CallError::Refused(refusal)) if is_stale(&step, &refusal) && run.tasks[index].troubles < TRIES => {
            let task = &mut run.tasks[index];
            task.troubles += 1;
            // When it turns out to be as wanted, it was somebody else, unless an answer of ours was lost.
            task.found |= matches!(step, Step::Record(_)) && task.action == Action::Change && !task.doubtful;
            Verdict::Next(Phase::Look)
        }
        // While we watch for a person, a refused look changes nothing: look again.
        Err(_) if phase == Phase::Watch => watch_again(&run.tasks[index]),
        Err(error) => {
            let verdict = decide(run, index, &error, now, offline, entropy);
            if let (Step::Record(_), CallError::Refused(refusal)) = (&step, &error)
                && matches!(&*refusal.code, bc::SILENT | bc::GONE)
            {
                // It may have been done all the same: the next attempt looks first.
                run.tasks[index].phase = Phase::Look;
            }
            match (phase, verdict) {
                (Phase::Package(at), Verdict::Fail(finding)) => package::give_up(run, index, at, finding),
                // Whatever keeps it from being removed: the secret that nobody saw is named with its id.
                (Phase::RemoveLost(key), Verdict::Fail(mut finding)) => {
                    finding.code = Code::SecretLost;
                    finding.slots = vec![("name", [run.secret_name(), ", ", &key].concat())];
                    Verdict::Fail(finding)
                }
                (_, verdict) => verdict,
            }
        }
    }
}

/// The server knows a newer version of the row than we do (business-central.md 1.4).
fn is_stale(step: &Step, refusal: &Refusal) -> bool {
    let versioned = matches!(step, Step::Record(RouteKind::PartnerApi | RouteKind::OData) | Step::TakeSet(_));
    versioned && (refusal.code == "Request_EntityChanged" || refusal.code == "BadRequest_InvalidToken")
}

/// "Exists already" in each service's words: an earlier attempt whose answer was lost, or somebody was quicker.
fn exists_already(step: &Step, phase: &Phase, refusal: &Refusal) -> bool {
    let says = |text: &str| refusal.says(text);
    matches!(phase, Phase::Act | Phase::Package(PackagePhase::Create))
        && match step {
            Step::ServicePrincipal => refusal.has_code("Request_MultipleObjectsWithSameKeyValue"),
            Step::Consent(_) => refusal.status == 400 && says("already exists"),
            Step::Record(_) => refusal.has_code("Internal_EntityWithSameKeyExists") && !says("user name"),
            Step::PermissionSet { .. } => {
                refusal.has_code("Internal_EntityWithSameKeyExists") || says("already exists")
            }
            _ => false,
        }
}

fn watch_again(task: &Task) -> Verdict {
    let finding = if let super::TaskState::Asking { finding, .. } = &task.state { finding.clone() } else { None };
    Verdict::Watch { finding, ms: WATCH_MS }
}

pub(super) fn has_waited_enough(waited_ms: u64) -> bool {
    waited_ms >= WATCH_LIMIT_MS
}

/// The finding when a person's part never came.
pub(super) fn never_came(run: &Run, index: usize) -> Finding {
    if let super::TaskState::Asking { finding: Some(finding), .. } = &run.tasks[index].state {
        return finding.clone().action(Intent::Resume);
    }
    let lane = run.tasks[index].lane;
    let code = match (run.brief.undo, run.tasks[index].action) {
        (false, _) => Code::UserNeverAppeared,
        (true, Action::Remove) => Code::RecordStillThere,
        // It was there before the run: nobody is told to delete it.
        (true, _) => Code::RecordStillEnabled,
    };
    Finding::error(code)
        .with("description", description(run, lane))
        .action(Intent::Resume)
        .action(Intent::OpenCard(lane.unwrap_or_default()))
}

fn unreadable<T>(at: &str, problem: &str) -> Result<T, CallError> {
    Err(CallError::Unreadable(Misread::new(at.into(), problem.into())))
}

/// Incomplete evidence is read again for a while, because reads may lag behind writes; then it is shown as it is, and said.
fn settle_evidence(task: &mut Task, evidence: Evidence, complete: bool, now: u64) -> Verdict {
    task.evidence = Some(evidence);
    let since = *task.trouble_since.get_or_insert(now);
    if complete {
        return Verdict::Done;
    }
    if now.saturating_sub(since) >= VERIFY_MS {
        return Verdict::Fail(Finding::warning(Code::NotSeen).with("step", task.step.word()));
    }
    task.troubles += 1;
    Verdict::Pause { ms: (1000_u64 << task.troubles.min(4)).min(15_000), why: Pause::Replication }
}
