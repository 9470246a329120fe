//! The fifth and sixth screen: the credential, and the evidence.

use super::words::action;
use super::{CheckState, CopyView, DoneView, EvidenceView, FormatView, HandOverView};
use crate::flow::hand_over::{self, Credential};
use crate::flow::plan::{Action, Step};
use crate::flow::run::{Evidence, Run};
use crate::flow::{Format, Intent, Model, Piece};
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
        (en::VALUE_BASE_URL, Piece::BaseUrl),
    ];
    let value = |(label, piece): (Message, Piece)| {
        Some(CopyView {
            label: words.say(label),
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
        values: parts.into_iter().filter_map(value).collect(),
        formats: formats
            .into_iter()
            .map(|(label, format)| FormatView {
                format,
                label: words.say(label),
                content: hand_over::format(&credential, format),
                copied: model.copied == Some(Piece::Format(format)),
            })
            .collect(),
        stored: run.stored,
        ends: credential.ends.map(|ends| words.fill(en::ENDS, &[("date", &date::day(ends))])).unwrap_or_default(),
    })
}

/// The sixth screen.
pub(super) fn done(model: &Model, run: &Run, words: &Catalogue) -> Option<DoneView> {
    let credential = hand_over::credential(model)?;
    let has_user = run.tasks.iter().any(|task| matches!(task.step, Step::Record(_)) && task.action != Action::Skip);
    let slots = [("name", credential.name.as_str()), ("environment", &credential.environment)];
    let mut actions: Vec<Intent> = Vec::new();
    if has_user {
        actions.push(Intent::OpenCard);
    }
    actions.push(Intent::StartOver);
    Some(DoneView {
        title: words.say(en::DONE_TITLE),
        text: words.fill(if has_user { en::DONE_TEXT } else { en::DONE_TEXT_NO_USER }, &slots),
        evidence: evidence(run, &credential, words),
        unproven: words.say(en::UNPROVEN),
        command: CopyView {
            label: words.say(en::PROOF_LABEL),
            value: Secret::new(hand_over::proof_command(&credential)),
            hidden: false,
            piece: Piece::ProofCommand,
            copied: model.copied == Some(Piece::ProofCommand),
        },
        reminder: credential.ends.and_then(|_| action(words, &Intent::DownloadCalendar)),
        actions: actions.iter().filter_map(|intent| action(words, intent)).collect(),
    })
}

fn evidence(run: &Run, credential: &Credential, words: &Catalogue) -> Vec<EvidenceView> {
    let mut rows = Vec::new();
    let mut row = |label: Message, value: String, source: Message, state: CheckState| {
        let word = match state {
            CheckState::Pass => en::SAY_PASS,
            CheckState::Running => en::SAY_RUNNING,
            CheckState::Warn | CheckState::Fail => en::EVIDENCE_NOT_SEEN,
            CheckState::Unknown => en::SAY_KEPT,
        };
        rows.push(EvidenceView {
            label: words.say(label),
            value,
            source: words.say(source),
            state,
            word: words.say(word),
        });
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
                row(en::EVIDENCE_APPLICATION, credential.client_id.clone(), source, seen(*application));
                row(
                    en::EVIDENCE_PRINCIPAL,
                    there(*service_principal, en::EVIDENCE_ENABLED),
                    source,
                    seen(*service_principal),
                );
                row(
                    en::EVIDENCE_ROLES,
                    [roles.as_slice(), missing_roles].concat().join(", "),
                    source,
                    seen(missing_roles.is_empty()),
                );
                if credential.ends.is_some() {
                    let value = secret_hint.as_ref().map_or_else(
                        || words.say(en::EVIDENCE_NOT_SEEN),
                        |hint| words.fill(en::EVIDENCE_HINT, &[("hint", hint)]),
                    );
                    row(en::EVIDENCE_SECRET, value, source, seen(secret_hint.is_some()));
                }
            }
            (Step::VerifyBusinessCentral, Some(Evidence::BusinessCentral { user, sets, missing_sets })) => {
                let source = en::SOURCE_CENTRAL;
                let name = user.clone().unwrap_or_else(|| words.say(en::EVIDENCE_NOT_SEEN));
                row(en::EVIDENCE_USER, name, source, seen(user.is_some()));
                row(
                    en::EVIDENCE_SETS,
                    [sets.as_slice(), missing_sets].concat().join(", "),
                    source,
                    seen(missing_sets.is_empty()),
                );
            }
            (Step::VerifyEntra, None) => {
                row(en::STEP_VERIFY_ENTRA, words.say(en::EVIDENCE_READING), en::SOURCE_GRAPH, CheckState::Running);
            }
            (Step::VerifyBusinessCentral, None) => {
                row(en::STEP_VERIFY_CENTRAL, words.say(en::EVIDENCE_READING), en::SOURCE_CENTRAL, CheckState::Running);
            }
            _ => {}
        }
    }
    rows
}
