//! What Entra's refusals mean. The OAuth code decides what is done, numbers are for the wording (sign-in.md 2.4): a
//! number nobody knows falls back on its code.

use super::effect::Piece;
use super::event::Intent;
use super::finding::{Finding, FindingCode as Code};
use crate::protocol::http::Refusal;
use crate::protocol::oauth::Resource;
use crate::search;

/// AADSTS numbers and what they mean: sign-in.md 2.4, and 2.5 for partners and guests.
static NUMBERS: &[(u32, Code)] = &[
    // A further step of the person: second factor, registration, a session that is no longer usable.
    (50_072, Code::InteractionNeeded),
    (50_074, Code::InteractionNeeded),
    (50_076, Code::InteractionNeeded),
    (50_078, Code::InteractionNeeded),
    (50_079, Code::InteractionNeeded),
    (53_004, Code::InteractionNeeded),
    (50_058, Code::InteractionNeeded),
    (16_000, Code::InteractionNeeded),
    (16_003, Code::InteractionNeeded),
    // Refresh token or session over, revoked, or too old for the organization.
    (70_008, Code::SessionEnded),
    (70_043, Code::SessionEnded),
    (700_082, Code::SessionEnded),
    (700_084, Code::SessionEnded),
    (50_089, Code::SessionEnded),
    (50_132, Code::SessionEnded),
    (50_133, Code::SessionEnded),
    (50_173, Code::SessionEnded),
    // Consent.
    (65_001, Code::PermissionMissing),
    (65_004, Code::ConsentDeclined),
    (90_094, Code::AdminApprovalNeeded),
    (90_095, Code::AdminApprovalNeeded),
    // Conditional Access, or the account itself.
    (53_000, Code::SignInBlocked),
    (53_001, Code::SignInBlocked),
    (53_002, Code::SignInBlocked),
    (53_003, Code::SignInBlocked),
    (530_032, Code::SignInBlocked),
    (530_035, Code::SignInBlocked),
    (50_053, Code::SignInBlocked),
    (50_057, Code::SignInBlocked),
    // The account and the tenant.
    (50_020, Code::AccountNotInTenant),
    (50_034, Code::AccountNotInTenant),
    (51_004, Code::AccountNotInTenant),
    (90_072, Code::AccountNotInTenant),
    (50_105, Code::AssignmentRequired),
    (90_002, Code::TenantUnknown),
    (50_059, Code::TenantUnknown),
    // Partners and guests (2.5).
    (90_099, Code::PartnerNotAuthorized),
    (500_212, Code::OutsidersBlocked),
    (500_213, Code::OutsidersBlocked),
    (530_034, Code::OutsidersBlocked),
    // The registration of the page, or of Business Central.
    (500_011, Code::BusinessCentralAbsent),
    (650_052, Code::BusinessCentralAbsent),
    (700_016, Code::PageNotRegisteredThere),
    (650_056, Code::PageNotRegisteredThere),
    (65_005, Code::PageNotRegisteredThere),
    (50_194, Code::PageNotRegisteredThere),
    (50_011, Code::RedirectNotSpa),
    (9_002_326, Code::RedirectNotSpa),
    (9_002_327, Code::RedirectNotSpa),
    // Too often, or not now.
    (50_196, Code::TooManyAttempts),
    (90_033, Code::SignInBusy),
    (90_055, Code::SignInBusy),
    (50_033, Code::SignInBusy),
    // A code that does not fit its verifier, or was used: one fresh start, by click.
    (50_012, Code::SignInFailed),
    (501_481, Code::SignInFailed),
    (54_005, Code::SignInFailed),
];

/// OAuth codes and suberrors, for the numbers nobody knows (sign-in.md 2.4, first paragraph).
static WORDS: &[(&str, Code)] = &[
    ("interaction_required", Code::InteractionNeeded),
    ("login_required", Code::InteractionNeeded),
    ("additional_action", Code::InteractionNeeded),
    ("basic_action", Code::InteractionNeeded),
    ("message_only", Code::InteractionNeeded),
    ("user_password_expired", Code::InteractionNeeded),
    ("consent_required", Code::PermissionMissing),
    ("access_denied", Code::ConsentDeclined),
    ("temporarily_unavailable", Code::SignInBusy),
];

/// What a refusal means, whatever it refuses.
fn meaning(refusal: &Refusal) -> Option<Code> {
    // Its refresh token is no good any more, whatever else is said (sign-in.md 1.5).
    if refusal.has_code("bad_token") {
        return Some(Code::SessionEnded);
    }
    let number = refusal.details.first().and_then(|text| search::whole(text));
    let known = number.and_then(|number| NUMBERS.iter().find(|(known, _)| u64::from(*known) == number));
    known
        .map(|(_, code)| *code)
        .or_else(|| WORDS.iter().find(|(word, _)| refusal.has_code(word)).map(|(_, code)| *code))
}

/// A refused refresh.
pub(super) fn refresh_finding(tenant: &str, resource: Resource, refusal: &Refusal, now: u64) -> Finding {
    let central = resource == Resource::BusinessCentral;
    let code = match meaning(refusal) {
        Some(Code::PermissionMissing) if central => Code::BusinessCentralConsentMissing,
        Some(Code::BusinessCentralAbsent) if !central => Code::PageNotRegisteredThere,
        Some(code) => code,
        None if refusal.code == "invalid_grant" => Code::SessionEnded,
        None => Code::SignInFailed,
    };
    finding(code, tenant, resource, refusal, now)
}

/// What a refusal at sign-in means.
pub(super) fn sign_in_finding(tenant: &str, refusal: &Refusal, now: u64) -> Finding {
    finding(meaning(refusal).unwrap_or(Code::SignInFailed), tenant, Resource::Graph, refusal, now)
}

fn finding(code: Code, tenant: &str, resource: Resource, refusal: &Refusal, now: u64) -> Finding {
    use Intent::{Copy, GrantConsent, SignIn, SwitchAccount};
    let number = refusal.details.first().cloned().unwrap_or_default();
    let weight = if code == Code::ConsentDeclined { Finding::warning(code) } else { Finding::error(code) };
    let finding = match code {
        Code::SignInBlocked | Code::PageNotRegisteredThere => weight.with("number", number),
        Code::SignInFailed => weight.with("code", refusal.code.clone()).with("number", number),
        Code::TenantUnknown => weight.with("tenant", tenant),
        Code::PermissionMissing => weight.with("permissions", super::session::names(resource)),
        _ => weight,
    };
    let actions: &[Intent] = match code {
        Code::ConsentDeclined => &[SignIn, Copy(Piece::Invitation)],
        Code::AdminApprovalNeeded => &[Copy(Piece::PageConsent), Copy(Piece::Invitation), SwitchAccount],
        Code::PartnerNotAuthorized => &[Copy(Piece::PageConsent), SwitchAccount],
        Code::PermissionMissing | Code::BusinessCentralConsentMissing => &[GrantConsent(resource)],
        Code::SignInBlocked | Code::AccountNotInTenant | Code::OutsidersBlocked => &[SwitchAccount],
        Code::InteractionNeeded
        | Code::SessionEnded
        | Code::SignInFailed
        | Code::SignInBusy
        | Code::TooManyAttempts => &[SignIn],
        _ => &[],
    };
    actions.iter().fold(finding, |finding, action| finding.action(action.clone())).refused(refusal, now)
}

pub(super) fn session_ended() -> Finding {
    Finding::error(Code::SessionEnded).action(Intent::SignIn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str, number: u32, suberror: &str) -> Refusal {
        let details = [number.to_string(), suberror.to_owned()];
        Refusal {
            status: 400,
            code: code.into(),
            details: details.into_iter().filter(|it| !it.is_empty() && it != "0").collect(),
            ..Refusal::default()
        }
    }

    fn at_sign_in(code: &str, number: u32) -> &'static str {
        sign_in_finding("t.example", &refusal(code, number, ""), 0).code.code()
    }

    fn at_refresh(resource: Resource, code: &str, number: u32, suberror: &str) -> &'static str {
        refresh_finding("t.example", resource, &refusal(code, number, suberror), 0).code.code()
    }

    /// Every row of the table in sign-in.md 2.4 and the codes of 2.5, as they come: OAuth code, numbers, finding.
    const ROWS: &[(&str, &[u32], &str)] = &[
        ("interaction_required", &[50_076, 50_079, 50_072, 50_074, 50_078, 53_004], "interaction_needed"),
        ("invalid_grant", &[700_082, 700_084, 70_008, 70_043, 50_173, 50_089, 50_132, 50_133], "session_ended"),
        ("login_required", &[50_058, 16_000, 16_003], "interaction_needed"),
        ("consent_required", &[65_001], "permission_missing"),
        ("access_denied", &[65_004], "consent_declined"),
        ("access_denied", &[90_094, 90_095], "admin_approval_needed"),
        ("access_denied", &[53_000, 53_001, 53_003, 530_032, 530_035], "sign_in_blocked"),
        ("invalid_grant", &[50_020, 50_034, 51_004, 90_072], "account_not_in_tenant"),
        ("invalid_grant", &[50_105], "assignment_required"),
        ("unauthorized_client", &[700_016, 650_056, 65_005], "page_not_registered_there"),
        ("invalid_resource", &[500_011, 650_052], "business_central_absent"),
        ("invalid_request", &[90_002, 50_059], "tenant_unknown"),
        ("invalid_request", &[50_011], "redirect_not_spa"),
        ("invalid_request", &[9_002_326, 9_002_327], "redirect_not_spa"),
        ("invalid_request", &[50_194], "page_not_registered_there"),
        ("invalid_grant", &[50_196], "too_many_attempts"),
        ("invalid_grant", &[50_012, 501_481, 54_005], "sign_in_failed"),
        ("temporarily_unavailable", &[90_033, 90_055, 50_033, 0], "sign_in_busy"),
        ("invalid_grant", &[90_099], "partner_not_authorized"),
        ("access_denied", &[500_212, 500_213, 530_034], "outsiders_blocked"),
    ];

    #[test]
    fn every_code_of_the_digest_comes_to_its_finding() {
        let mut seen = 0;
        for (code, numbers, wanted) in ROWS {
            for number in *numbers {
                assert_eq!(at_sign_in(code, *number), *wanted, "{code} {number}");
                seen += 1;
            }
        }
        let listed = NUMBERS.len();
        assert!(seen >= 50, "{seen}");
        // Nothing is in the table that no row of the digest speaks of, but these: a relative (53002) and two that stop
        // the account itself.
        let spoken: Vec<u32> = ROWS.iter().flat_map(|(_, numbers, _)| numbers.iter().copied()).collect();
        let beyond: Vec<u32> = NUMBERS.iter().map(|(number, _)| *number).filter(|it| !spoken.contains(it)).collect();
        assert_eq!((beyond, listed), (vec![53_002, 50_053, 50_057], spoken.len() - 1 + 3));
    }

    #[test]
    fn the_same_codes_at_a_refresh_speak_of_the_resource() {
        let (graph, central) = (Resource::Graph, Resource::BusinessCentral);
        for (code, numbers, wanted) in ROWS {
            for number in *numbers {
                let found = at_refresh(central, code, *number, "");
                let wanted = if *wanted == "permission_missing" { "business_central_consent_missing" } else { wanted };
                assert_eq!(found, wanted, "{code} {number}");
            }
        }
        assert_eq!(at_refresh(graph, "invalid_grant", 65_001, "consent_required"), "permission_missing");
        assert_eq!(at_refresh(graph, "invalid_resource", 500_011, ""), "page_not_registered_there");
    }

    #[test]
    fn a_number_nobody_knows_falls_back_on_its_code() {
        let central = Resource::BusinessCentral;
        for (code, suberror, wanted) in [
            ("interaction_required", "", "interaction_needed"),
            ("login_required", "", "interaction_needed"),
            ("consent_required", "", "business_central_consent_missing"),
            ("invalid_grant", "consent_required", "business_central_consent_missing"),
            ("invalid_grant", "basic_action", "interaction_needed"),
            ("invalid_grant", "additional_action", "interaction_needed"),
            ("invalid_grant", "message_only", "interaction_needed"),
            ("invalid_grant", "user_password_expired", "interaction_needed"),
            ("access_denied", "", "consent_declined"),
            ("temporarily_unavailable", "", "sign_in_busy"),
            ("invalid_grant", "", "session_ended"),
            ("invalid_client", "", "sign_in_failed"),
        ] {
            assert_eq!(at_refresh(central, code, 999_999, suberror), wanted, "{code} {suberror}");
        }
        assert_eq!(at_sign_in("server_error", 999_999), "sign_in_failed");
        assert_eq!(
            at_refresh(central, "invalid_grant", 50_076, "bad_token"),
            "session_ended",
            "the token itself is bad"
        );
    }

    #[test]
    fn what_a_person_can_do_stands_beside_what_happened() {
        let actions = |code: &str, number| sign_in_finding("t", &refusal(code, number, ""), 0).actions.clone();
        assert_eq!(actions("access_denied", 53_003), [Intent::SwitchAccount], "no way to try the same again");
        assert!(actions("access_denied", 90_094).contains(&Intent::Copy(Piece::PageConsent)));
        assert!(actions("invalid_grant", 90_099).contains(&Intent::Copy(Piece::PageConsent)));
        assert_eq!(actions("consent_required", 65_001), [Intent::GrantConsent(Resource::Graph)]);
        assert_eq!(actions("invalid_grant", 50_105), []);
    }
}
