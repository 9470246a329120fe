//! The steps at Entra: what their answers mean.

use super::super::trouble::{REPLICATION_MS, Verdict};
use super::super::{Evidence, Pause, Phase, Run};
use super::{VERIFY_MS, settle_evidence, unreadable, watch_again};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode as Code};
use crate::flow::plan::Action;
use crate::gather::Gather;
use crate::protocol::graph::{self, AppRole, SecretInfo};
use crate::protocol::http::{CallError, Refusal, Response};

pub(super) fn application(
    run: &mut Run,
    index: usize,
    phase: &Phase,
    response: &Response,
) -> Result<Verdict, CallError> {
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
    let Some(found) = found else {
        // Nothing of ours can be there yet unless an answer of ours was lost, so somebody else made it since the plan.
        run.tasks[index].found = !run.tasks[index].doubtful;
        return Ok(Verdict::Next(Phase::Look));
    };
    run.known.app_object = Some(found.id);
    run.known.app_id = Some(found.app_id);
    Ok(Verdict::Done)
}

pub(super) fn service_principal(
    run: &mut Run,
    index: usize,
    phase: &Phase,
    response: &Response,
) -> Result<Verdict, CallError> {
    let found = if *phase == Phase::Look {
        Some(graph::read_service_principal(response)?)
    } else {
        graph::read_upserted(response, graph::read_service_principal)?
    };
    let Some(found) = found else {
        let task = &mut run.tasks[index];
        task.found = !task.doubtful && task.action == Action::Create;
        return Ok(Verdict::Next(Phase::Look));
    };
    run.known.service_principal = Some(found.id);
    Ok(Verdict::Done)
}

pub(super) fn consent(
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
    let mut trouble: Option<CallError> = None;
    for role in roles {
        let Some(answer) = answers.get(&role.value) else {
            return unreadable("$.responses", "one answer per role is expected");
        };
        match graph::success(answer) {
            // Whatever comes of the others: this one is ours, and the next attempt finds it there.
            Ok(_) => run.tasks[index].doubtful = true,
            Err(error) => {
                let exists = matches!(&error, CallError::Refused(refusal)
                    if refusal.status == 400 && refusal.says("already exists"));
                // "Exists already" is looked at when nothing else stands in the way.
                if trouble.is_none() || !exists {
                    trouble = Some(error);
                }
            }
        }
    }
    trouble.map_or(Ok(Verdict::Done), Err)
}

pub(super) fn removed(response: &Response, phase: &Phase) -> Result<Verdict, CallError> {
    match graph::success(response) {
        Err(CallError::Refused(refusal)) if refusal.status == 404 => {}
        result => {
            result?;
        }
    }
    Ok(if matches!(phase, Phase::RemoveLost(_)) { Verdict::Next(Phase::Act) } else { Verdict::Done })
}

/// Looks whether somebody else needs it by now, then removes it; "not found" is looked at, because a copy of the directory
/// that has not heard of the application says the same.
pub(super) fn remove_application(
    run: &mut Run,
    index: usize,
    phase: &Phase,
    response: &Response,
) -> Result<Verdict, CallError> {
    if *phase != Phase::Look {
        if graph::or_missing(graph::success(response))?.is_some() {
            return Ok(Verdict::Done);
        }
        run.tasks[index].troubles += 1;
        return Ok(Verdict::Next(Phase::Look));
    }
    let Some(application) = graph::or_missing(graph::read_application(response))? else { return Ok(Verdict::Done) };
    let is_known = |it: &SecretInfo| run.known.secrets.contains(&it.key_id) || run.known.secrets.contains(&it.name);
    Ok(match application.secrets.iter().find(|it| !is_known(it)) {
        None => Verdict::Next(Phase::Act),
        Some(since) => {
            Verdict::Fail(Finding::error(Code::SecretSince).with("name", since.named()).action(Intent::Resume))
        }
    })
}

/// Graph does not know the secret that is to be removed: it is gone, or it is so young that not every copy of the directory
/// has it. Neither is in graph.md; other tools have met both: Vault's Azure secrets engine (`deleteAppPassword` in its
/// `client.go`) takes this text for "gone", others repeat the removal right after `addPassword`. The list of secrets tells which.
pub(super) fn is_unknown_secret(refusal: &Refusal) -> bool {
    refusal.status == 400 && refusal.says("No password credential found")
}

/// Looks which of the two it is.
pub(super) fn still_listed(key_id: &str, response: &Response) -> Result<Verdict, CallError> {
    let application = graph::or_missing(graph::read_application(response))?;
    let listed = application.is_some_and(|it| it.secrets.iter().any(|secret| secret.key_id == key_id));
    Ok(if listed { Verdict::Next(Phase::Act) } else { Verdict::Done })
}

pub(super) fn secret(run: &mut Run, index: usize, phase: &Phase, response: &Response) -> Result<Verdict, CallError> {
    if *phase == Phase::Look {
        let application = graph::read_application(response)?;
        let lost = application.secrets.into_iter().find(|it| run.secret_names.contains(&it.name));
        return Ok(Verdict::Next(lost.map_or(Phase::Act, |lost| Phase::RemoveLost(lost.key_id))));
    }
    let secret = match graph::read_new_secret(response) {
        // Made, but its text cannot be read: as good as a lost answer.
        Err(CallError::Unreadable(_)) if response.is_success() => {
            // Where no answer can ever be read, secrets are not made and removed for ever.
            run.tasks[index].troubles += 1;
            return Ok(Verdict::Next(Phase::Look));
        }
        other => other?,
    };
    run.known.secret = Some(secret);
    Ok(Verdict::Done)
}

pub(super) fn verify_entra(run: &mut Run, index: usize, response: &Response, now: u64) -> Result<Verdict, CallError> {
    let answers = graph::read_batch(response)?;
    let part = |id: &str| answers.get(id);
    let application = part("application").map(graph::read_application).and_then(Result::ok);
    let principal = part("principal").map(graph::read_service_principal).and_then(Result::ok);
    let grants = part("grants").map(graph::read_grants).and_then(Result::ok).unwrap_or_default();
    let held =
        |role: &&AppRole| grants.iter().any(|it| it.resource_id == run.brief.central_sp && it.role_id == role.id);
    let secrets = application.as_ref().map(|application| application.secrets.as_slice()).unwrap_or_default();
    let made = run.known.secret.as_ref().map(|secret| secret.key_id.clone());
    // A secret whose answer was lost and that only now came into sight: nobody saw it, so it goes.
    if let Some(stray) =
        secrets.iter().find(|it| run.secret_names.contains(&it.name) && Some(&it.key_id) != made.as_ref())
    {
        let named = stray.named();
        let remove = Phase::RemoveLost(stray.key_id.clone());
        let task = &mut run.tasks[index];
        let waited = now.saturating_sub(*task.trouble_since.get_or_insert(now));
        // At once when it is seen at once, also for somebody who has just pressed *Stop*.
        if waited == 0 {
            return Ok(Verdict::Next(remove));
        }
        task.phase = remove;
        // Where it stays listed although it counts as removed, it is not removed for ever.
        return Ok(if waited >= VERIFY_MS {
            Verdict::Fail(Finding::error(Code::SecretLost).with("name", named))
        } else {
            Verdict::Pause { ms: 2_000, why: Pause::Replication }
        });
    }
    let hint = made.as_ref().and_then(|key| secrets.iter().find(|it| &it.key_id == key)).map(|it| it.hint.clone());
    let roles =
        |holds: bool| run.brief.roles.iter().filter(|role| held(role) == holds).map(|role| role.value.clone()).gather();
    let evidence = Evidence::Entra {
        application: application.is_some() || run.known.app_object.is_none(),
        service_principal: principal.as_ref().is_some_and(|principal| principal.enabled),
        roles: roles(true),
        missing_roles: roles(false),
        secret_hint: hint.clone(),
    };
    let complete = matches!(&evidence, Evidence::Entra { application: true, service_principal: true, missing_roles, .. }
        if missing_roles.is_empty() && (made.is_none() || hint.is_some()));
    Ok(settle_evidence(&mut run.tasks[index], evidence, complete, now))
}

/// Takes roles away: looks which assignments they are, then removes those.
pub(super) fn revoke(
    run: &mut Run,
    roles: &[AppRole],
    phase: &Phase,
    response: &Response,
) -> Result<Verdict, CallError> {
    if *phase == Phase::Look {
        let mut grants = graph::or_missing(graph::read_grants(response))?.unwrap_or_default();
        let central = &run.brief.central_sp;
        grants.retain(|it| &it.resource_id == central && roles.iter().any(|role| role.id == it.role_id));
        let gone = grants.is_empty();
        run.known.grants = grants;
        return Ok(if gone { Verdict::Done } else { Verdict::Next(Phase::Act) });
    }
    let answers = graph::read_batch(response)?;
    for grant in &run.known.grants {
        let Some(answer) = answers.get(&grant.id) else {
            return unreadable("$.responses", "one answer per assignment is expected");
        };
        graph::or_missing(graph::success(answer))?;
    }
    Ok(Verdict::Done)
}
