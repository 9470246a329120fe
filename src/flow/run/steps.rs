//! Each step: what it sends in which phase, and what an answer means for it.

use super::trouble::{REPLICATION_MS, TRIES, Verdict, decide};
use super::{Evidence, Known, Pause, Phase, Run, Task};
use crate::flow::effect::{Answer, heard};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode as Code};
use crate::flow::plan::{Action, Brief, Step, is_given};
use crate::flow::route::RouteKind;
use crate::protocol::business_central as bc;
use crate::protocol::date;
use crate::protocol::entropy::Entropy;
use crate::protocol::graph::{self, AppRole, BatchItem, Graph};
use crate::protocol::http::{CallError, Refusal, Request, Response};
use crate::protocol::json::Misread;
use crate::protocol::oauth::Resource;

/// How often a person's part is looked for.
pub(super) const WATCH_MS: u64 = 4_000;

/// How long a person's part is waited for before we say that it never came.
const WATCH_LIMIT_MS: u64 = 10 * 60_000;

/// How long a verification waits for reads to catch up with writes.
const VERIFY_MS: u64 = 60_000;

/// Which API a step speaks to.
pub(super) fn resource(step: &Step) -> Resource {
    match step {
        Step::Record(_) | Step::PermissionSet { .. } | Step::VerifyBusinessCentral => Resource::BusinessCentral,
        _ => Resource::Graph,
    }
}

/// The description of the record, which becomes the user's name.
pub(super) fn description(run: &Run) -> String {
    describe(&run.brief, &run.known)
}

fn describe(brief: &Brief, known: &Known) -> String {
    known
        .description
        .clone()
        .unwrap_or_else(|| brief.choices.description(known.app_id.as_deref().unwrap_or("{client id}")))
}

/// The next request of a step; `None` when something it needs is not known.
pub(super) fn request(run: &Run, index: usize, now: u64) -> Option<(Resource, Request)> {
    let task = &run.tasks[index];
    let secret_name = run.secret_names.last().map_or("", String::as_str);
    let request = build(&task.step, task.action, &task.phase, &run.brief, &run.known, secret_name, now)?;
    Some((resource(&task.step), request))
}

/// The requests a line of the plan will send; what is not known yet stands in braces.
pub fn preview(step: &Step, action: Action, brief: &Brief, known: &Known) -> Vec<Request> {
    let or = |value: &Option<String>, name: &str| Some(value.clone().unwrap_or_else(|| format!("{{{name}}}")));
    let known = Known {
        app_object: or(&known.app_object, "application id"),
        app_id: or(&known.app_id, "client id"),
        service_principal: or(&known.service_principal, "service principal id"),
        user: or(&known.user, "user id"),
        description: known.description.clone(),
        ..Known::default()
    };
    let phases: &[Phase] = match (step, action) {
        (Step::Record(RouteKind::PartnerApi), Action::Create) => &[Phase::Act, Phase::Enable],
        _ => &[Phase::Act],
    };
    let name = format!("{} - {{date}}", brief.secret_name);
    phases.iter().filter_map(|phase| build(step, action, phase, brief, &known, &name, 0)).map(readable).collect()
}

/// Percent-encoded braces of placeholders read badly on a screen.
fn readable(mut request: Request) -> Request {
    request.url = request.url.replace("%7B", "{").replace("%7D", "}").replace("%20id", " id");
    if let crate::protocol::http::Body::Json(body) = &mut request.body
        && let Some(end) = body.get_mut("passwordCredential").and_then(|secret| secret.get_mut("endDateTime"))
    {
        *end = "{date}".into();
    }
    request
}

fn build(
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
    if let Phase::RemoveLost(key) = phase {
        return Some(graph.remove_secret(object?, key));
    }
    Some(match step {
        Step::Application => match (phase, action, &brief.unique_name) {
            (Phase::Look, _, Some(name)) => graph.application_by_unique_name(name),
            (_, Action::Create, Some(name)) => graph.upsert_application(name, brief.body.clone()),
            _ => graph.update_application(object?, brief.change.clone()),
        },
        Step::ServicePrincipal => match phase {
            Phase::Look => graph.service_principal(app_id?),
            _ => graph.upsert_service_principal(app_id?, &brief.name),
        },
        Step::Consent(roles) => match phase {
            Phase::Look | Phase::Watch => graph.grants(app_id?),
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
                graph::batch(&brief.graph, &roles.iter().map(item).collect::<Option<Vec<_>>>()?)
            }
        },
        Step::Record(RouteKind::PartnerApi) => {
            let api = &bc::RecordApi::partner(brief.partner_api.as_ref()?);
            match (phase, action) {
                (Phase::Look, _) => brief.site.find_record(api, &brief.company, app_id?),
                (Phase::Enable, _) | (_, Action::Change) => {
                    brief.site.enable_record(api, &brief.company, app_id?, None)
                }
                _ => brief.site.create_record(api, &brief.company, app_id?, &describe(brief, known), ""),
            }
        }
        Step::Record(RouteKind::Guided) => brief.site.users_named(&brief.company, &describe(brief, known)),
        Step::PermissionSet { set, company } => match phase {
            Phase::Look => brief.site.user_permissions(&brief.company, known.user.as_deref()?),
            _ => brief.site.give(&brief.company, known.user.as_deref()?, set, company),
        },
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
        Step::VerifyBusinessCentral => match phase {
            Phase::Look => brief.site.user_permissions(&brief.company, known.user.as_deref()?),
            _ => brief.site.user(&brief.company, known.user.as_deref()?),
        },
    })
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
    let result = heard(answer).and_then(|response| match (&step, &phase) {
        (Step::Secret | Step::VerifyEntra, Phase::RemoveLost(_)) | (Step::RemoveSecret { .. }, _) => {
            removed(response, &phase)
        }
        (Step::Application, _) => application(run, index, &phase, response),
        (Step::ServicePrincipal, _) => service_principal(run, &phase, response),
        (Step::Consent(roles), _) => consent(run, index, roles, &phase, response, now),
        (Step::Record(RouteKind::PartnerApi), _) => record(run, index, &phase, response),
        (Step::Record(RouteKind::Guided), _) => guided(run, response),
        (Step::PermissionSet { set, company }, _) => permission_set(set, company, &phase, response),
        (Step::Secret, _) => secret(run, &phase, response),
        (Step::VerifyEntra, _) => verify_entra(run, index, response, now),
        (Step::VerifyBusinessCentral, _) => verify_business_central(run, index, &phase, response, now),
    });
    match result {
        Ok(verdict) => verdict,
        Err(CallError::Refused(refusal)) if exists_already(&step, &phase, &refusal) => {
            let task = &mut run.tasks[index];
            task.troubles += 1;
            if task.troubles > TRIES {
                return Verdict::Fail(
                    Finding::of_call(&CallError::Refused(refusal), step.word(), now).action(Intent::Resume),
                );
            }
            match step {
                Step::Record(_) => Verdict::Next(Phase::Enable),
                _ => Verdict::Next(Phase::Look),
            }
        }
        // While we watch for a person, a refused look changes nothing: look again.
        Err(_) if phase == Phase::Watch => watch_again(&run.tasks[index]),
        Err(error) => {
            if let (Step::Secret, Phase::RemoveLost(_)) = (&step, &phase)
                && let CallError::Refused(refusal) = &error
                && refusal.status < 500
                && refusal.status != 409
            {
                let name = run.secret_names.last().cloned().unwrap_or_default();
                return Verdict::Fail(Finding::error(Code::SecretLost).with("name", name).refused(refusal, now));
            }
            decide(run, index, &error, now, offline, entropy)
        }
    }
}

/// "Exists already" in each service's words: an earlier attempt whose answer was lost, or somebody was quicker.
fn exists_already(step: &Step, phase: &Phase, refusal: &Refusal) -> bool {
    let says = |text: &str| refusal.says(text);
    *phase == Phase::Act
        && match step {
            Step::ServicePrincipal => refusal.has_code("Request_MultipleObjectsWithSameKeyValue"),
            Step::Consent(_) => refusal.status == 400 && says("already exists"),
            Step::Record(RouteKind::PartnerApi) => {
                refusal.has_code("Internal_EntityWithSameKeyExists") && !says("user name")
            }
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
    match &run.tasks[index].state {
        super::TaskState::Asking { finding: Some(finding), .. } => finding.clone().action(Intent::Resume),
        _ => Finding::error(Code::UserNeverAppeared)
            .with("description", description(run))
            .action(Intent::Resume)
            .action(Intent::OpenCard),
    }
}

fn unreadable<T>(at: &str, problem: &str) -> Result<T, CallError> {
    Err(CallError::Unreadable(Misread::new(at.into(), problem.into())))
}

fn application(run: &mut Run, index: usize, phase: &Phase, response: &Response) -> Result<Verdict, CallError> {
    if *phase == Phase::Act && run.tasks[index].action == Action::Change {
        graph::success(response)?;
        return Ok(Verdict::Done);
    }
    let found = if *phase == Phase::Look {
        Some(graph::read_application(response)?)
    } else {
        graph::read_upserted(response, graph::read_application)?
    };
    // 204: it existed after all, so its ids have to be read.
    let Some(found) = found else { return Ok(Verdict::Next(Phase::Look)) };
    run.known.app_object = Some(found.id);
    run.known.app_id = Some(found.app_id);
    Ok(Verdict::Done)
}

fn service_principal(run: &mut Run, phase: &Phase, response: &Response) -> Result<Verdict, CallError> {
    let found = if *phase == Phase::Look {
        Some(graph::read_service_principal(response)?)
    } else {
        graph::read_upserted(response, graph::read_service_principal)?
    };
    let Some(found) = found else { return Ok(Verdict::Next(Phase::Look)) };
    run.known.service_principal = Some(found.id);
    Ok(Verdict::Done)
}

fn consent(
    run: &mut Run,
    index: usize,
    roles: &[AppRole],
    phase: &Phase,
    response: &Response,
    now: u64,
) -> Result<Verdict, CallError> {
    if *phase != Phase::Act {
        let since = *run.tasks[index].trouble_since.get_or_insert(now);
        let held = graph::read_grants(response)?;
        let all = roles
            .iter()
            .all(|role| held.iter().any(|grant| grant.resource_id == run.brief.central_sp && grant.role_id == role.id));
        return Ok(match (all, phase) {
            (true, _) => Verdict::Done,
            (false, Phase::Watch) => watch_again(&run.tasks[index]),
            // "Exists already", yet not in the list: reads lag behind writes (graph.md 7).
            (false, _) if now.saturating_sub(since) >= REPLICATION_MS => {
                Verdict::Fail(Finding::error(Code::ReplicationSlow).with("step", "consent").action(Intent::Resume))
            }
            (false, _) => Verdict::Pause { ms: 2_000, why: Pause::Replication },
        });
    }
    let answers = graph::read_batch(response)?;
    let mut exists = None;
    for role in roles {
        let Some(answer) = answers.get(&role.value) else {
            return unreadable("$.responses", "one answer per role is expected");
        };
        match graph::success(answer) {
            Ok(_) => {}
            Err(CallError::Refused(refusal)) if refusal.status == 400 && refusal.message.contains("already exists") => {
                exists = Some(refusal);
            }
            Err(error) => return Err(error),
        }
    }
    exists.map_or(Ok(Verdict::Done), |refusal| Err(CallError::Refused(refusal)))
}

fn record(run: &mut Run, index: usize, phase: &Phase, response: &Response) -> Result<Verdict, CallError> {
    let Some(api) = run.brief.partner_api.as_ref().map(bc::RecordApi::partner) else {
        return unreadable("$", "the record's page is not configured");
    };
    let record = if *phase == Phase::Look {
        let (rows, _) = bc::read_records(&api, response)?;
        let Some(row) = rows.into_iter().next() else { return Ok(Verdict::Next(Phase::Act)) };
        row
    } else {
        match bc::read_record(&api, response)? {
            Some(record) => record,
            // A page's action answers nothing, so the record is read; one that enables nothing is not called for ever.
            None if run.tasks[index].troubles < TRIES => {
                run.tasks[index].troubles += 1;
                return Ok(Verdict::Next(Phase::Look));
            }
            None => return unreadable("$", "the action answers and the record stays disabled"),
        }
    };
    run.known.description = Some(record.description);
    match (record.enabled, record.user_id) {
        (true, Some(user)) => {
            run.known.user = Some(user);
            Ok(Verdict::Done)
        }
        _ if *phase == Phase::Enable => unreadable("$.userId", "the user of the enabled record is expected"),
        _ => Ok(Verdict::Next(Phase::Enable)),
    }
}

fn guided(run: &mut Run, response: &Response) -> Result<Verdict, CallError> {
    let (rows, _) = bc::read_users(response)?;
    let wanted = description(run);
    Ok(match rows.into_iter().find(|user| user.enabled && user.user_name.eq_ignore_ascii_case(&wanted)) {
        Some(user) => {
            run.known.user = Some(user.security_id);
            Verdict::Done
        }
        None => Verdict::Watch { finding: None, ms: WATCH_MS },
    })
}

fn permission_set(
    set: &bc::PermissionSet,
    company: &str,
    phase: &Phase,
    response: &Response,
) -> Result<Verdict, CallError> {
    if *phase == Phase::Look {
        let (given, _) = bc::read_user_permissions(response)?;
        return Ok(if is_given(&given, set, company) { Verdict::Done } else { Verdict::Next(Phase::Act) });
    }
    bc::success(response)?;
    Ok(Verdict::Done)
}

fn removed(response: &Response, phase: &Phase) -> Result<Verdict, CallError> {
    match graph::success(response) {
        Err(CallError::Refused(refusal)) if refusal.status == 404 => {}
        result => {
            result?;
        }
    }
    Ok(if matches!(phase, Phase::RemoveLost(_)) { Verdict::Next(Phase::Act) } else { Verdict::Done })
}

fn secret(run: &mut Run, phase: &Phase, response: &Response) -> Result<Verdict, CallError> {
    if *phase == Phase::Look {
        let application = graph::read_application(response)?;
        let lost = application.secrets.into_iter().find(|it| run.secret_names.contains(&it.name));
        return Ok(Verdict::Next(lost.map_or(Phase::Act, |lost| Phase::RemoveLost(lost.key_id))));
    }
    let secret = match graph::read_new_secret(response) {
        // Made, but its text cannot be read: as good as a lost answer.
        Err(CallError::Unreadable(_)) if response.is_success() => return Ok(Verdict::Next(Phase::Look)),
        other => other?,
    };
    run.known.secret = Some(secret);
    Ok(Verdict::Done)
}

fn verify_entra(run: &mut Run, index: usize, response: &Response, now: u64) -> Result<Verdict, CallError> {
    let answers = graph::read_batch(response)?;
    let part = |id: &str| answers.get(id);
    let application = part("application").map(graph::read_application).and_then(Result::ok);
    let principal = part("principal").map(graph::read_service_principal).and_then(Result::ok);
    let grants = part("grants").map(graph::read_grants).and_then(Result::ok).unwrap_or_default();
    let held =
        |role: &&AppRole| grants.iter().any(|it| it.resource_id == run.brief.central_sp && it.role_id == role.id);
    let (roles, missing): (Vec<&AppRole>, Vec<&AppRole>) = run.brief.roles.iter().partition(held);
    let secrets = application.as_ref().map(|application| application.secrets.as_slice()).unwrap_or_default();
    let made = run.known.secret.as_ref().map(|secret| secret.key_id.clone());
    // A secret whose answer was lost and that only now came into sight: nobody saw it, so it goes.
    if let Some(stray) =
        secrets.iter().find(|it| run.secret_names.contains(&it.name) && Some(&it.key_id) != made.as_ref())
    {
        return Ok(Verdict::Next(Phase::RemoveLost(stray.key_id.clone())));
    }
    let hint = made.as_ref().and_then(|key| secrets.iter().find(|it| &it.key_id == key)).map(|it| it.hint.clone());
    let values = |roles: Vec<&AppRole>| roles.into_iter().map(|role| role.value.clone()).collect::<Vec<_>>();
    let evidence = Evidence::Entra {
        application: application.is_some() || run.known.app_object.is_none(),
        service_principal: principal.as_ref().is_some_and(|principal| principal.enabled),
        roles: values(roles),
        missing_roles: values(missing),
        secret_hint: hint.clone(),
    };
    let complete = matches!(&evidence, Evidence::Entra { application: true, service_principal: true, missing_roles, .. }
        if missing_roles.is_empty() && (made.is_none() || hint.is_some()));
    Ok(settle_evidence(&mut run.tasks[index], evidence, complete, now))
}

fn verify_business_central(
    run: &mut Run,
    index: usize,
    phase: &Phase,
    response: &Response,
    now: u64,
) -> Result<Verdict, CallError> {
    if *phase == Phase::Act {
        let user = graph::or_missing(bc::read_user(response))?;
        let name = user.filter(|user| user.enabled).map(|user| user.user_name);
        let task = &mut run.tasks[index];
        task.evidence = Some(Evidence::BusinessCentral { user: name, sets: Vec::new(), missing_sets: Vec::new() });
        return Ok(Verdict::Next(Phase::Look));
    }
    let (given, _) = bc::read_user_permissions(response)?;
    let in_company =
        |role: &str, company: &str| if company.is_empty() { role.to_owned() } else { format!("{role} ({company})") };
    let missing_sets: Vec<String> = run
        .tasks
        .iter()
        .filter(|task| task.is_settled() && task.action != Action::Skip)
        .filter_map(|task| match &task.step {
            Step::PermissionSet { set, company } if !is_given(&given, set, company) => {
                Some(in_company(&set.role_id, company))
            }
            _ => None,
        })
        .collect();
    let user = match &run.tasks[index].evidence {
        Some(Evidence::BusinessCentral { user, .. }) => user.clone(),
        _ => None,
    };
    let complete = user.is_some() && missing_sets.is_empty();
    let sets = given.iter().map(|it| in_company(&it.role_id, &it.company)).collect();
    let evidence = Evidence::BusinessCentral { user, sets, missing_sets };
    Ok(settle_evidence(&mut run.tasks[index], evidence, complete, now))
}

/// Incomplete evidence is read again for a while, because reads may lag behind writes; then it is shown as it is.
fn settle_evidence(task: &mut Task, evidence: Evidence, complete: bool, now: u64) -> Verdict {
    task.evidence = Some(evidence);
    let since = *task.trouble_since.get_or_insert(now);
    if complete || now.saturating_sub(since) >= VERIFY_MS {
        return Verdict::Done;
    }
    task.troubles += 1;
    Verdict::Pause { ms: (1000_u64 << task.troubles.min(4)).min(15_000), why: Pause::Replication }
}
