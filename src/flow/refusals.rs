//! What Entra's refusals mean. The OAuth code decides, numbers are for the wording only (sign-in.md 2.4).

use super::effect::Piece;
use super::event::Intent;
use super::finding::{Finding, FindingCode as Code};
use crate::protocol::http::Refusal;
use crate::protocol::oauth::Resource;

/// A refused refresh.
pub(super) fn refresh_finding(tenant: &str, resource: Resource, refusal: &Refusal, now: u64) -> Finding {
    let consent = refusal.has_code("consent_required") || refusal.has_code("65001");
    let finding = if refusal.has_code("650052") || refusal.has_code("500011") {
        Finding::error(Code::BusinessCentralAbsent)
    } else if consent && resource == Resource::BusinessCentral {
        Finding::error(Code::BusinessCentralConsentMissing).action(Intent::GrantConsent(resource))
    } else if refusal.has_code("interaction_required") {
        Finding::error(Code::InteractionNeeded).action(Intent::GrantConsent(resource))
    } else if refusal.code == "invalid_grant" {
        session_ended()
    } else {
        return sign_in_finding(tenant, refusal, now);
    };
    finding.refused(refusal, now)
}

/// What a refusal at sign-in means; numbers are used for the wording only (sign-in.md 2.4).
pub(super) fn sign_in_finding(tenant: &str, refusal: &Refusal, now: u64) -> Finding {
    let number = refusal.details.first().cloned().unwrap_or_default();
    let finding = match number.as_str() {
        "65004" => consent_declined(),
        "90094" | "90095" => Finding::error(Code::AdminApprovalNeeded)
            .action(Intent::Copy(Piece::Invitation))
            .action(Intent::SwitchAccount),
        "53000" | "53001" | "53002" | "53003" | "530032" | "530035" | "50057" | "50053" => {
            Finding::error(Code::SignInBlocked).with("number", number).action(Intent::SwitchAccount)
        }
        "50020" | "50034" | "51004" | "90072" => Finding::error(Code::AccountNotInTenant).action(Intent::SwitchAccount),
        "50105" => Finding::error(Code::AssignmentRequired),
        "90002" | "50059" => Finding::error(Code::TenantUnknown).with("tenant", tenant),
        "650052" | "500011" => Finding::error(Code::BusinessCentralAbsent),
        "700016" | "650056" | "65005" | "50194" => Finding::error(Code::PageNotRegisteredThere).with("number", number),
        "9002326" | "9002327" => Finding::error(Code::RedirectNotSpa),
        "50076" | "50079" | "50072" | "50074" | "50078" | "53004" => {
            Finding::error(Code::InteractionNeeded).action(Intent::SignIn)
        }
        "700082" | "700084" | "70008" | "70043" | "50173" | "50089" | "50132" | "50133" => session_ended(),
        _ if refusal.code == "access_denied" => consent_declined(),
        _ => Finding::error(Code::SignInFailed)
            .with("code", refusal.code.clone())
            .with("number", number)
            .action(Intent::SignIn),
    };
    finding.refused(refusal, now)
}

/// Declined, or an ordinary user who was told that an administrator has to approve: both come back alike.
fn consent_declined() -> Finding {
    Finding::warning(Code::ConsentDeclined).action(Intent::SignIn).action(Intent::Copy(Piece::Invitation))
}

pub(super) fn session_ended() -> Finding {
    Finding::error(Code::SessionEnded).action(Intent::SignIn)
}
