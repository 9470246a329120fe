//! Small joints between facts and sentences: findings, buttons, reasons, dates.

use super::{ActionView, FindingView, Severity};
use crate::flow::plan::Reason;
use crate::flow::{Finding, Intent, Piece, Weight};
use crate::gather::Gather;
use crate::protocol::date;
use crate::text::{Catalogue, en, findings};

/// A finding in the person's language. Slots whose value is a step's word are put into words too.
pub(super) fn finding(words: &Catalogue, found: &Finding) -> FindingView {
    let code = found.code.code();
    let slots: Vec<(&str, String)> = found
        .slots
        .iter()
        .map(|(slot, value)| (*slot, if *slot == "step" { step_word(words, value) } else { value.clone() }))
        .gather();
    let slots: Vec<(&str, &str)> = slots.iter().map(|(slot, value)| (*slot, value.as_str())).gather();
    let (what, why, fix, who) = findings::sentences(found.code as u16).map_or_else(
        || (code.to_owned(), String::new(), String::new(), String::new()),
        |said| {
            let fill = |message| words.fill(message, &slots);
            (fill(said.what), fill(said.why), fill(said.fix), words.say(said.who.message()))
        },
    );
    let support = found.trace.as_ref().map_or_else(Vec::new, |trace| {
        let status = if trace.status == 0 { String::new() } else { format!("HTTP {} ", trace.status) };
        let mut lines = vec![format!("{status}{}", trace.code).trim().to_owned()];
        if !trace.request_id.is_empty() {
            lines.push(trace.request_id.clone());
        }
        lines.push(date::rfc3339(trace.at));
        lines.retain(|line| !line.is_empty());
        lines
    });
    FindingView {
        code: code.to_owned(),
        severity: match found.weight {
            Weight::Info => Severity::Info,
            Weight::Warning => Severity::Warning,
            Weight::Error => Severity::Error,
        },
        what,
        why,
        fix,
        who,
        support,
        actions: found.actions.iter().filter_map(|intent| action(words, intent)).gather(),
        link: None,
    }
}

/// A step's stable word as a short name.
fn step_word(words: &Catalogue, word: &str) -> String {
    words.say(match word {
        "application" => en::EVIDENCE_APPLICATION,
        "service-principal" => en::EVIDENCE_PRINCIPAL,
        "consent" => en::EVIDENCE_ROLES,
        "record" | "user" => en::EVIDENCE_USER,
        "permission-set" | "permission-sets" | "take-set" => en::EVIDENCE_SETS,
        "secret" | "remove-secret" => en::EVIDENCE_SECRET,
        "verify-entra" => en::STEP_VERIFY_ENTRA,
        "verify-business-central" => en::STEP_VERIFY_CENTRAL,
        "environments" | "companies" => en::CHECK_ENVIRONMENT,
        "policy" => en::CHECK_POLICY,
        "remove-package" => en::STEP_REMOVE_PACKAGE,
        "admin-center" => en::CHECK_ADMIN,
        "directory" => en::CHECK_BUSINESS_CENTRAL,
        "sign-in" => en::DO_SIGN_IN,
        other => return other.to_owned(),
    })
}

/// A button for an intent; `None` for intents that are no buttons.
pub(super) fn action(words: &Catalogue, intent: &Intent) -> Option<ActionView> {
    if let Intent::UseExisting { app_id } = intent {
        let label = words.fill(en::DO_USE_EXISTING, &[("id", app_id)]);
        return Some(ActionView { label, intent: intent.clone() });
    }
    let label = match intent {
        Intent::SignIn => en::DO_SIGN_IN,
        Intent::SwitchAccount => en::DO_SWITCH,
        Intent::OpenRelayAgain => en::DO_OPEN_AGAIN,
        Intent::CancelSignIn => en::DO_CANCEL,
        Intent::OpenAlone => en::DO_OPEN_ALONE,
        Intent::GrantConsent(_) => en::DO_CONSENT,
        Intent::CheckAgain => en::DO_CHECK_AGAIN,
        Intent::CheckPolicy => en::DO_CHECK_POLICY,
        Intent::MakeAnother => en::DO_MAKE_ANOTHER,
        Intent::WantSecret(false) => en::DO_NO_SECRET,
        Intent::Resume => en::DO_RESUME,
        Intent::Undo => en::DO_UNDO,
        Intent::Back => en::DO_BACK,
        Intent::GrantMorePermission => en::DO_MORE_PERMISSION,
        Intent::OpenConsentPage => en::DO_CONSENT_PAGE,
        Intent::Copy(Piece::ConsentLink) => en::DO_COPY_CONSENT,
        Intent::Copy(Piece::PageConsent) => en::DO_COPY_PAGE_CONSENT,
        Intent::Copy(Piece::Invitation) => en::DO_COPY_INVITATION,
        Intent::Copy(Piece::SupportReport) => en::DO_COPY_REPORT,
        Intent::OpenCard(_) => en::DO_OPEN_CARD,
        Intent::ShowCredential => en::DO_SHOW_CREDENTIAL,
        Intent::OpenAdminCenter => en::DO_OPEN_ADMIN,
        Intent::StartOver => en::DO_START_OVER,
        Intent::Confirm => en::DO_CONFIRM,
        Intent::DownloadCalendar => en::DO_REMINDER,
        Intent::Dismiss => en::DO_DISMISS,
        _ => return None,
    };
    Some(ActionView { label: words.say(label), intent: intent.clone() })
}

/// Why a plan line is as it is.
pub(super) fn reason(words: &Catalogue, reason: &Reason) -> String {
    match reason {
        Reason::Missing => words.say(en::WHY_MISSING),
        Reason::Same => words.say(en::WHY_SAME),
        Reason::Differs(what) => {
            let what: Vec<&str> = what
                .iter()
                .map(|what| {
                    words.get(match *what {
                        "name" => en::WHAT_NAME,
                        "roles" => en::WHAT_ROLES,
                        "redirect" => en::WHAT_REDIRECT,
                        "state" => en::WHAT_STATE,
                        _ => en::WHAT_TAGS,
                    })
                })
                .gather();
            words.fill(en::WHY_DIFFERS, &[("what", &what.join(", "))])
        }
        Reason::Vendor => words.say(en::WHY_VENDOR),
        Reason::Disabled => words.say(en::WHY_DISABLED),
        Reason::NotWanted => words.say(en::WHY_NOT_WANTED),
        Reason::NeedsUser => words.say(en::WHY_NEEDS_USER),
        Reason::ValidUntil(ends) => words.fill(en::WHY_VALID, &[("date", &date::day(*ends))]),
        Reason::Wanted => words.say(en::WHY_WANTED),
        Reason::NeverShown => words.say(en::WHY_NEVER_SHOWN),
        Reason::NotThere => words.say(en::WHY_NOT_THERE),
        Reason::NotChosen => words.say(en::WHY_NOT_CHOSEN),
        Reason::Made => words.say(en::WHY_MADE),
        Reason::Changed => words.say(en::WHY_CHANGED),
        Reason::Wider => words.say(en::WHY_WIDER),
        Reason::Ends(ends) => words.fill(en::WHY_ENDS, &[("date", &date::day(*ends))]),
        Reason::UserLost => words.say(en::WHY_USER_LOST),
        Reason::Since => words.say(en::WHY_SINCE),
        Reason::LeftBehind => words.say(en::WHY_LEFT_BEHIND),
    }
}
