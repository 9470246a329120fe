//! What to do when a request did not bring what it should: wait and try again, look, ask the person, or give up with
//! a finding that says why. Budgets and named errors come from graph.md 12 and business-central.md 1.5.

use super::{Pause, Phase, Run};
use crate::flow::event::Intent;
use crate::flow::finding::{Finding, FindingCode as Code};
use crate::flow::plan::Step;
use crate::protocol::business_central::is_of_bridge;
use crate::protocol::entropy::Entropy;
use crate::protocol::http::{CallError, Refusal, Silence};
use crate::search;

/// What follows from an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The step is done.
    Done,
    /// The step goes on with this phase.
    Next(Phase),
    /// The same again after a while.
    Pause { ms: u64, why: Pause },
    /// A person has to do something; look again after a while.
    Watch { finding: Option<Finding>, ms: u64 },
    /// Given up.
    Fail(Finding),
}

/// How long replication may take before we say so; minutes have been reported (graph.md 12).
pub(super) const REPLICATION_MS: u64 = 5 * 60_000;

/// Attempts against a silent or busy service.
pub(super) const TRIES: u32 = 6;

/// Decides about a failed call of a step.
pub(super) fn decide(
    run: &mut Run,
    index: usize,
    error: &CallError,
    now: u64,
    offline: bool,
    entropy: &mut Entropy,
) -> Verdict {
    let task = &mut run.tasks[index];
    let word = task.step.word();
    let since = *task.trouble_since.get_or_insert(now);
    task.troubles += 1;
    let troubles = task.troubles;
    let retry = |why: Pause, wished: Option<u64>, entropy: &mut Entropy| {
        let backoff = (1000_u64 << troubles.min(5)).min(30_000);
        let ms = wished.unwrap_or(backoff / 2 + backoff * entropy.permille() / 2000);
        Verdict::Pause { ms, why }
    };
    match error {
        CallError::Busy { status, after_ms } => {
            // Some services do the work and then answer 503 or 504: what cannot be repeated is looked for first.
            if *status != 429 && !is_repeatable(&task.step, &task.phase) {
                return Verdict::Next(Phase::Look);
            }
            if troubles > TRIES {
                return Verdict::Fail(Finding::of_call(error, word, now).action(Intent::Resume));
            }
            let why = if *status == 429 { Pause::Throttled } else { Pause::Unavailable };
            retry(why, after_ms.map(u64::from), entropy)
        }
        CallError::Silent(silence) => {
            if offline || *silence == Silence::Offline {
                task.troubles -= 1;
                if !is_repeatable(&task.step, &task.phase) {
                    // It may have arrived before the network went: once there is one again, that is looked for first.
                    task.phase = Phase::Look;
                }
                return Verdict::Pause { ms: 5_000, why: Pause::Offline };
            }
            // Even after the last try the unknown must be looked for; the scheduler ends it before another try.
            if !is_repeatable(&task.step, &task.phase) {
                return Verdict::Next(Phase::Look);
            }
            if troubles > TRIES {
                return Verdict::Fail(Finding::of_call(error, word, now).action(Intent::Resume));
            }
            retry(Pause::NoAnswer, None, entropy)
        }
        CallError::Unreadable(_) => Verdict::Fail(Finding::of_call(error, word, now).action(Intent::Resume)),
        CallError::Refused(refusal) if is_replication(&task.step, refusal) => {
            if now.saturating_sub(since) >= REPLICATION_MS {
                let finding = Finding::error(Code::ReplicationSlow).with("step", word).refused(refusal, now);
                return Verdict::Fail(finding.action(Intent::Resume));
            }
            let ms = (1000_u64 << troubles.min(5)).min(30_000);
            Verdict::Pause { ms, why: Pause::Replication }
        }
        CallError::Refused(refusal) if refusal.status >= 500 => {
            if !is_repeatable(&task.step, &task.phase) {
                return Verdict::Next(Phase::Look);
            }
            if troubles > TRIES {
                return Verdict::Fail(Finding::of_call(error, word, now).action(Intent::Resume));
            }
            retry(Pause::Unavailable, None, entropy)
        }
        CallError::Refused(refusal) => refused(run, index, refusal, now),
    }
}

/// True when sending the same again cannot do it twice (design section 5, column "safe to repeat").
fn is_repeatable(step: &Step, phase: &Phase) -> bool {
    !(matches!(step, Step::Secret) && *phase == Phase::Act)
}

/// The named errors that only mean "not everywhere yet" right after a creation (graph.md 12); nothing else is retried.
fn is_replication(step: &Step, refusal: &Refusal) -> bool {
    let entra = matches!(
        step,
        Step::Application | Step::ServicePrincipal | Step::Consent(_) | Step::Secret | Step::VerifyEntra
    );
    let says = |text: &str| refusal.says(text);
    entra
        && match refusal.status {
            404 => refusal.has_code("Request_ResourceNotFound"),
            400 => {
                refusal.has_code("NoBackingApplicationObject")
                    || says("does not reference a valid application object")
                    || says("Not a valid reference update")
                    || says("objects being referenced don't exist")
                    || says("objects being referenced do not exist")
            }
            403 => says("backing application of the service principal"),
            409 => refusal.has_code("Directory_ConcurrencyViolation"),
            _ => false,
        }
}

fn refused(run: &Run, index: usize, refusal: &Refusal, now: u64) -> Verdict {
    let task = &run.tasks[index];
    let word = task.step.word();
    let environment = task.lane.and_then(|lane| run.brief.sites.get(lane)).map(|site| site.environment.clone());
    let environment = environment.unwrap_or_default();
    let says = |text: &str| refusal.says(text);
    let error = |code: Code| Finding::error(code).refused(refusal, now);
    let finding = match &task.step {
        Step::Consent(_) if refusal.status == 403 && !run.brief.undo => {
            // Someone else may consent, or this person with one more permission; meanwhile we watch the grants.
            let finding = error(Code::GrantForbidden)
                .action(Intent::GrantMorePermission)
                .action(Intent::OpenConsentPage)
                .action(Intent::Copy(crate::flow::Piece::ConsentLink));
            return Verdict::Watch { finding: Some(finding), ms: super::steps::WATCH_MS };
        }
        Step::Secret if refusal.has_code("CredentialTypeNotAllowedAsPerAppPolicy") => error(Code::SecretForbidden),
        Step::Secret if refusal.has_code("CredentialInvalidLifetimeAsPerAppPolicy") => {
            let mut days =
                refusal.message.split_whitespace().filter_map(|part| search::whole(part.trim_end_matches(['.', ','])));
            error(Code::SecretTooLong)
                .with("days", days.next_back().map_or("?".into(), |days| days.to_string()))
                .action(Intent::Back)
        }
        Step::Application | Step::ServicePrincipal | Step::Secret | Step::RemoveSecret { .. } | Step::Consent(_)
            if refusal.has_code("Directory_QuotaExceeded") =>
        {
            error(Code::QuotaExceeded).action(Intent::Resume)
        }
        Step::Application
        | Step::ServicePrincipal
        | Step::Consent(_)
        | Step::Secret
        | Step::RemoveSecret { .. }
        | Step::VerifyEntra
            if matches!(refusal.status, 401 | 403) =>
        {
            error(Code::DirectoryForbidden).with("step", word).action(Intent::SwitchAccount).action(Intent::Resume)
        }
        Step::AdminCenter if matches!(refusal.status, 401 | 403) => {
            error(Code::AdminCenterForbidden).action(Intent::SwitchAccount).action(Intent::Resume)
        }
        Step::Record(_)
        | Step::PermissionSet { .. }
        | Step::TakeSet(_)
        | Step::RemovePackage(_)
        | Step::VerifyBusinessCentral => {
            if says("SUPER or SECURITY") || (says("SUPER") && says("SECURITY")) {
                error(Code::SecurityMissing).with("environment", environment).action(Intent::SwitchAccount)
            } else if says("register a user before") || says("register a user first") || says("register a user") {
                error(Code::NoFullUser).with("environment", environment).action(Intent::Resume)
            } else if is_of_bridge(&refusal.code) {
                Finding::of_bridge(refusal, environment, now).action(Intent::Resume).action(Intent::Back)
            } else if says("defined multiple times") || says("defined several times") {
                let set =
                    if let Step::PermissionSet { set, .. } = &task.step { set.role_id.clone() } else { String::new() };
                error(Code::PermissionSetAmbiguous).with("set", set).with("count", "2").action(Intent::Back)
            } else if refusal.status == 404 && refusal.code == "NoEnvironment" {
                error(Code::EnvironmentUnknown).with("environment", environment).action(Intent::Back)
            } else if matches!(task.phase, Phase::Package(_))
                && (matches!(refusal.status, 401 | 403) || (refusal.status == 400 && says("permission")))
            {
                // Who may read packages may still not be allowed to write them (business-central.md 2).
                error(Code::PackagesForbidden).with("environment", environment).action(Intent::Back)
            } else if matches!(refusal.status, 401 | 403) {
                error(Code::BusinessCentralForbidden).with("step", word).action(Intent::SwitchAccount)
            } else if matches!(&*refusal.code, "BadRequest_InvalidOperation" | "BadRequest_MethodNotAllowed")
                && matches!(task.step, Step::Record(_))
            {
                error(Code::PageReadOnly).with("environment", environment).action(Intent::Back)
            } else if says("user name") && says("already exists") {
                error(Code::UserNameTaken)
                    .with("name", crate::protocol::business_central::code(&super::steps::description(run, task.lane)))
                    .action(Intent::Back)
            } else if refusal.status == 400 && (says("permission") || refusal.code == "Internal_ServerError") {
                error(Code::BusinessCentralPermission).with("detail", refusal.message.clone()).action(Intent::Resume)
            } else {
                generic(refusal, word, now)
            }
        }
        _ => generic(refusal, word, now),
    };
    Verdict::Fail(finding)
}

fn generic(refusal: &Refusal, word: &str, now: u64) -> Finding {
    Finding::of_call(&CallError::Refused(Box::new(refusal.clone())), word, now).action(Intent::Resume)
}
