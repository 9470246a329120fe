//! The fifth and sixth screen: the credential, and the evidence.

use super::words::{action, finding};
use super::{ActionView, CheckState, CopyView, DoneView, EvidenceView, FindingView, FormatView, HandOverView, plan};
use crate::flow::hand_over::{self, Credential};
use crate::flow::plan::{Action, Step};
use crate::flow::run::{Evidence, Proof, Run, TaskState, in_company};
use crate::flow::{Finding, FindingCode, Format, Intent, Model, Piece};
use crate::gather::{Also, Gather};
use crate::protocol::date;
use crate::protocol::secret::Secret;
use crate::text::{Catalogue, Message, en};

/// The fifth screen.
pub(super) fn hand_over(model: &Model, run: &Run, words: &Catalogue) -> Option<HandOverView> {
    let credential = hand_over::credential(model)?;
    let parts = [
        (en::VALUE_SECRET, Piece::Secret),
        (en::VALUE_CLIENT, Piece::ClientId),
        (en::VALUE_TENANT, Piece::TenantId),
        (en::VALUE_EXPIRY, Piece::Expiry),
        (en::VALUE_SCOPE, Piece::Scope),
        (en::VALUE_TOKEN_URL, Piece::TokenUrl),
    ];
    let several = credential.environments.len() > 1;
    let bases = credential.environments.iter().enumerate().map(|(index, (environment, _))| {
        let label = words.say(en::VALUE_BASE_URL);
        (if several { [&label, ", ", environment].concat() } else { label }, Piece::BaseUrl(index))
    });
    let value = |(label, piece): (String, Piece)| {
        Some(CopyView {
            label,
            value: hand_over::piece(&credential, piece)?,
            hidden: piece == Piece::Secret,
            piece,
            copied: model.copied == Some(piece),
        })
    };
    let formats = [
        (en::FORMAT_ENV, Format::Env),
        (en::FORMAT_JSON, Format::Json),
        (en::FORMAT_MAGENTO, Format::Magento),
        (en::FORMAT_CURL, Format::Curl),
        (en::FORMAT_POWERSHELL, Format::PowerShell),
        (en::FORMAT_REST, Format::RestClient),
    ];
    Some(HandOverView {
        values: parts
            .into_iter()
            .map(|(label, piece)| (words.say(label), piece))
            .chain(bases)
            .filter_map(value)
            .gather(),
        formats: formats
            .into_iter()
            .map(|(label, format)| FormatView {
                format,
                label: words.say(label),
                content: hand_over::format(&credential, format),
                copied: model.copied == Some(Piece::Format(format)),
            })
            .gather(),
        stored: run.stored,
        ends: credential.ends.map(|ends| words.fill(en::ENDS, &[("date", &date::day(ends))])).unwrap_or_default(),
        to_host: model.can_hand_to_host().then(|| ActionView {
            label: words.fill(en::DO_HAND_TO_HOST, &[("origin", &model.host.origin)]),
            intent: Intent::HandToHost,
        }),
        handed: run.handed.then(|| words.fill(en::HANDED_TO_HOST, &[("origin", &model.host.origin)])),
        notes: unfinished(run, words),
    })
}

/// Environments that are not ready yet, as one finding; and what could not be read back.
fn unfinished(run: &Run, words: &Catalogue) -> Vec<FindingView> {
    let mut notes = Vec::new();
    let open = run.unfinished();
    if run.outcome.is_some() && !open.is_empty() {
        let found = Finding::warning(FindingCode::EnvironmentUnfinished).with("environments", open.join(", "));
        notes.push(finding(words, &found.action(Intent::Resume)));
    }
    for task in &run.tasks {
        if let (Step::VerifyEntra | Step::VerifyBusinessCentral, TaskState::Failed(found)) = (&task.step, &task.state)
            && found.code != FindingCode::Blocked
        {
            let mut found = found.clone();
            if !found.actions.contains(&Intent::Resume) {
                found.actions.push(Intent::Resume);
            }
            notes.push(finding(words, &found));
        }
    }
    notes
}

/// The sixth screen.
pub(super) fn done(model: &Model, run: &Run, words: &Catalogue) -> Option<DoneView> {
    let credential = hand_over::credential(model)?;
    let has_user = run.tasks.iter().any(|task| matches!(task.step, Step::Record(_)) && task.action != Action::Skip);
    let vendor = run.known.app_object.is_none();
    let names: Vec<&str> = credential.environments.iter().map(|(name, _)| name.as_str()).gather();
    let text = if has_user {
        words.fill(en::DONE_TEXT, &[("name", &credential.name), ("environment", &names.join(", "))])
    } else {
        words.fill(en::DONE_TEXT_NO_USER, &[("name", &credential.name)])
    };
    let mut actions: Vec<Intent> = Vec::new();
    if has_user {
        actions.also((0..run.brief.sites.len()).map(Intent::OpenCard));
    }
    actions.push(Intent::StartOver);
    if model.can_undo() {
        actions.push(Intent::Undo);
    }
    Some(DoneView {
        title: words.say(en::DONE_TITLE),
        text,
        notes: unfinished(run, words),
        evidence: evidence(run, &credential, words),
        unproven: words.say(if vendor { en::UNPROVEN_VENDOR } else { en::UNPROVEN }),
        command: (!vendor).then(|| CopyView {
            label: words.say(en::PROOF_LABEL),
            value: Secret::new(hand_over::proof_command(&credential)),
            hidden: false,
            piece: Piece::ProofCommand,
            copied: model.copied == Some(Piece::ProofCommand),
        }),
        reminder: credential.ends.and_then(|_| action(words, &Intent::DownloadCalendar)),
        actions: actions.iter().filter_map(|intent| named_action(run, intent, words)).gather(),
    })
}

/// A button, with the environment's name where there are several.
fn named_action(run: &Run, intent: &Intent, words: &Catalogue) -> Option<ActionView> {
    let mut view = action(words, intent)?;
    if let (Intent::OpenCard(lane), true) = (intent, run.brief.sites.len() > 1)
        && let Some(site) = run.brief.sites.get(*lane)
    {
        view.label = [&view.label, ": ", &site.environment].concat();
    }
    Some(view)
}

fn evidence(run: &Run, credential: &Credential, words: &Catalogue) -> Vec<EvidenceView> {
    let mut rows = Vec::new();
    let several = run.brief.sites.len() > 1;
    let mut row = |label: String, value: String, source: Message, state: CheckState| {
        let word = match state {
            CheckState::Pass => en::SAY_PASS,
            CheckState::Running => en::SAY_RUNNING,
            CheckState::Warn | CheckState::Fail => en::EVIDENCE_NOT_SEEN,
            CheckState::Unknown => en::SAY_KEPT,
        };
        rows.push(EvidenceView { label, value, source: words.say(source), state, word: words.say(word) });
    };
    let seen = |yes: bool| if yes { CheckState::Pass } else { CheckState::Warn };
    for task in &run.tasks {
        match (&task.step, &task.evidence) {
            (
                Step::VerifyEntra,
                Some(Evidence::Entra { application, service_principal, roles, missing_roles, secret_hint }),
            ) => {
                let there = |yes: bool, message: Message| words.say(if yes { message } else { en::EVIDENCE_NOT_SEEN });
                let source = en::SOURCE_GRAPH;
                // A vendor's registration is in the vendor's tenant, where nobody here can read it.
                if run.known.app_object.is_some() {
                    row(words.say(en::EVIDENCE_APPLICATION), credential.client_id.clone(), source, seen(*application));
                }
                row(
                    words.say(en::EVIDENCE_PRINCIPAL),
                    there(*service_principal, en::EVIDENCE_ENABLED),
                    source,
                    seen(*service_principal),
                );
                row(
                    words.say(en::EVIDENCE_ROLES),
                    [roles.as_slice(), missing_roles].concat().join(", "),
                    source,
                    seen(missing_roles.is_empty()),
                );
                if credential.ends.is_some() {
                    let value = secret_hint.as_ref().map_or_else(
                        || words.say(en::EVIDENCE_NOT_SEEN),
                        |hint| words.fill(en::EVIDENCE_HINT, &[("hint", hint)]),
                    );
                    row(words.say(en::EVIDENCE_SECRET), value, source, seen(secret_hint.is_some()));
                }
            }
            (
                Step::VerifyBusinessCentral,
                Some(Evidence::BusinessCentral { environment, user, proof, given, missing_sets, extra_sets }),
            ) => {
                let at = |label: Message| {
                    let label = words.say(label);
                    if several { [&label, ", ", environment].concat() } else { label }
                };
                let source = en::SOURCE_CENTRAL;
                let name = match user {
                    None => words.say(en::EVIDENCE_NOT_SEEN),
                    Some(name) => {
                        let message = match proof {
                            Proof::ClientId => en::EVIDENCE_BY_ID,
                            Proof::Application => en::EVIDENCE_BY_KIND,
                            Proof::Name => en::EVIDENCE_BY_NAME,
                            Proof::Other => en::EVIDENCE_OTHER,
                        };
                        words.fill(message, &[("name", name)])
                    }
                };
                row(at(en::EVIDENCE_USER), name, source, seen(user.is_some() && *proof != Proof::Other));
                let sets: Vec<String> = given.iter().map(|it| in_company(&it.role_id, &it.company)).gather();
                row(
                    at(en::EVIDENCE_SETS),
                    [sets.as_slice(), missing_sets].concat().join(", "),
                    source,
                    seen(missing_sets.is_empty() && extra_sets.is_empty()),
                );
            }
            (Step::AdminCenter, None) if task.is_settled() => {
                row(
                    words.say(en::STEP_ADMIN_CENTER),
                    credential.client_id.clone(),
                    en::SOURCE_CENTRAL,
                    CheckState::Pass,
                );
            }
            (Step::VerifyEntra | Step::VerifyBusinessCentral, None) => {
                // What was never begun, because a step before it failed, is not being read: it was not seen.
                let (value, state) = if task.is_over() {
                    (en::EVIDENCE_NOT_SEEN, CheckState::Warn)
                } else {
                    (en::EVIDENCE_READING, CheckState::Running)
                };
                let source = if task.lane.is_none() { en::SOURCE_GRAPH } else { en::SOURCE_CENTRAL };
                let title = plan::title(task.lane, &task.step, &run.brief, words);
                let site = task.lane.filter(|_| several).and_then(|lane| run.brief.sites.get(lane));
                let label = site.map_or_else(|| title.clone(), |site| [&title, ", ", &site.environment].concat());
                row(label, words.say(value), source, state);
            }
            _ => {}
        }
    }
    rows
}
