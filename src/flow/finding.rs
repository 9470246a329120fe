//! Findings: every failure a person can meet, with a stable code. The sentences are in `text::findings`, the long form
//! in `docs/errors.md`; codes never change their meaning.

use super::event::Intent;
use crate::protocol::business_central::{GONE, SILENT};
use crate::protocol::http::{CallError, Refusal, Silence};

/// How serious a finding is where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Good to know.
    Info,
    /// Can go on.
    Warning,
    /// Cannot go on like this.
    Error,
}

/// Declares the codes with the slots their sentences may use.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What was found. The documentation of each names the slots its sentences may use.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FindingCode { $($(#[$doc])* $name,)* }

        impl FindingCode {
            /// Stable word for people, logs and documentation.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// All of them, for the catalogue test.
            #[cfg(not(target_arch = "wasm32"))]
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

codes! {
    // Hosting
    /// `config.json` did not arrive. Slots: detail.
    ConfigMissing = "config_missing";
    /// `config.json` is wrong. Slots: at (path inside the JSON), problem (what is expected there).
    ConfigWrong = "config_wrong";
    /// `config.json` still has the all-zero client id.
    NotRegistered = "not_registered";
    /// The page is served over plain http from another machine; browsers and Entra refuse sign-in there. Slots: origin.
    InsecurePage = "insecure_page";
    /// A link tried to set something only the configuration may set, or something unreadable. Slots: name.
    LinkIgnored = "link_ignored";
    /// The page that shows this one in a frame is not among the allowed hosts. Slots: origin.
    HostNotAllowed = "host_not_allowed";
    /// The page that shows this one in a frame has not spoken to it.
    HostSilent = "host_silent";

    // Sign-in
    /// The person declined the consent page (`access_denied`, AADSTS65004).
    ConsentDeclined = "consent_declined";
    /// An administrator has to consent first (AADSTS90094, 90095).
    AdminApprovalNeeded = "admin_approval_needed";
    /// An answer of the sign-in page that does not belong to this tab: forged, used before, from another tab. Not used.
    AnswerNotOurs = "answer_not_ours";
    /// The sign-in took longer than 15 minutes.
    SignInExpired = "sign_in_expired";
    /// This tab's storage is blocked, so a sign-in could not be finished.
    StorageBlocked = "storage_blocked";
    /// In a frame: the window for the sign-in did not open.
    PopupBlocked = "popup_blocked";
    /// In a frame: the window for the sign-in did not answer within five minutes.
    RelayTimedOut = "relay_timed_out";
    /// Conditional Access or a blocked account stopped the sign-in (530xx). Slots: number (AADSTS number).
    SignInBlocked = "sign_in_blocked";
    /// Another factor or step is wanted by Entra (`interaction_required`): sign in again and answer it.
    InteractionNeeded = "interaction_needed";
    /// The account does not exist in the chosen tenant (50020, 50034, 51004, 90072).
    AccountNotInTenant = "account_not_in_tenant";
    /// The tenant assigns users to this page one by one and this one is not (50105).
    AssignmentRequired = "assignment_required";
    /// The tenant is not known to Entra (90002, 50059). Slots: tenant.
    TenantUnknown = "tenant_unknown";
    /// The page's own registration is missing in that tenant or wrong (700016, 650056, 65005, 50194). Slots: number.
    PageNotRegisteredThere = "page_not_registered_there";
    /// The token endpoint refused the redirect of this page (9002326 and relatives): platform must be "single-page application".
    RedirectNotSpa = "redirect_not_spa";
    /// The session ended: 24 h are over, or it was revoked (700082, 700084, 70043, 50173 …).
    SessionEnded = "session_ended";
    /// The sign-in ends within the hour. Slots: minutes.
    SessionShort = "session_short";
    /// Entra saw the same request too often in a short time (50196). Nothing is tried by itself any more.
    TooManyAttempts = "too_many_attempts";
    /// Entra has no time for the sign-in (90033, 90055, 50033, `temporarily_unavailable`).
    SignInBusy = "sign_in_busy";
    /// A partner works in a customer tenant that has not authorized this page (90099).
    PartnerNotAuthorized = "partner_not_authorized";
    /// A policy of the tenant keeps accounts of other organizations out (500212, 500213, 530034).
    OutsidersBlocked = "outsiders_blocked";
    /// Any other refusal at sign-in. Slots: code, number.
    SignInFailed = "sign_in_failed";
    /// The ID token does not fit the request (audience, issuer, nonce, tenant). Slots: detail.
    IdentityRejected = "identity_rejected";
    /// The discovery document of the configured OpenID provider did not arrive, or does not fit. Slots: detail.
    AuthorityUnreadable = "authority_unreadable";
    /// The computer's clock differs from the server's. Slots: minutes.
    ClockWrong = "clock_wrong";
    /// Consent for Business Central's delegated permissions is missing (65001 on the refresh).
    BusinessCentralConsentMissing = "business_central_consent_missing";
    /// Entra gave fewer permissions than were asked for, or wants consent for them (65001). Slots: permissions.
    PermissionMissing = "permission_missing";

    // Checks
    /// None of the Entra roles that can do this was found among the active ones. A warning: PIM or custom roles do not show.
    RoleMissing = "role_missing";
    /// The publisher of this page is not verified in this tenant, or none is recorded. Slots: expected.
    PublisherUnverified = "publisher_unverified";
    /// The publisher is verified, but is another than the configuration expects. Slots: expected, found.
    PublisherOther = "publisher_other";
    /// Business Central's service principal is missing: it was never activated in this tenant.
    BusinessCentralAbsent = "business_central_absent";
    /// Business Central's service principal is disabled in this tenant.
    BusinessCentralDisabled = "business_central_disabled";
    /// Business Central offers no application role of that name here. Slots: role.
    AppRoleUnknown = "app_role_unknown";
    /// No application role chosen.
    NoAppRole = "no_app_role";
    /// The list of environments was refused (403): the person is no Business Central or Dynamics 365 administrator.
    EnvironmentsForbidden = "environments_forbidden";
    /// The list of environments did not arrive: the browser was not allowed to read it, or no network.
    EnvironmentsUnreachable = "environments_unreachable";
    /// No environment is active.
    NoEnvironment = "no_environment";
    /// There is no environment of the typed name (404 `NoEnvironment`). Slots: environment.
    EnvironmentUnknown = "environment_unknown";
    /// Business Central does not let this person into the environment (401/403). Slots: environment.
    EnvironmentForbidden = "environment_forbidden";
    /// The person lacks SUPER or SECURITY in the environment, so cannot register applications or assign sets. Slots: environment.
    SecurityMissing = "security_missing";
    /// The list of permission sets could not be read. Slots: environment.
    PermissionSetsUnreadable = "permission_sets_unreadable";
    /// A set the preset needs does not exist here; its extension is probably not installed. Slots: set, environment.
    PermissionSetMissing = "permission_set_missing";
    /// A set the preset needs exists several times; choose one. Slots: set, count.
    PermissionSetAmbiguous = "permission_set_ambiguous";
    /// No permission set chosen.
    NoPermissionSet = "no_permission_set";
    /// Broad sets chosen. Slots: sets.
    PermissionSetBroad = "permission_set_broad";
    /// SUPER may not be given to applications.
    SuperBarred = "super_barred";
    /// No company chosen.
    NoCompany = "no_company";
    /// An application with this display name exists that Entrada did not make, or under another key. Slots: name, count.
    NameTaken = "name_taken";
    /// Applications with this display name exist that were made here for other integrations. Slots: name, count.
    NameShared = "name_shared";
    /// The application or its service principal is disabled, so it gets no tokens; the plan enables it. Slots: id.
    ApplicationDisabled = "application_disabled";
    /// The application name is empty.
    NameEmpty = "name_empty";
    /// The application name is too long or has characters that cannot be shown. Slots: limit.
    NameUnfit = "name_unfit";
    /// The tenant's credential policy was not read (needs one more permission).
    PolicyUnread = "policy_unread";
    /// The tenant's policy forbids client secrets.
    SecretForbidden = "secret_forbidden";
    /// The tenant's policy allows shorter secrets only. Slots: days (may be "?").
    SecretTooLong = "secret_too_long";
    /// The partner's API page is not there; the guided way is used. Slots: environment.
    PartnerApiMissing = "partner_api_missing";
    /// No way to register in Business Central is left: no partner API page and the guided way is switched off in the configuration.
    NoRoute = "no_route";
    /// Chosen companies that this environment does not have. Slots: companies, environment.
    CompanyMissing = "company_missing";
    /// The experimental route is chosen. Slots: environment.
    PackageExperimental = "package_experimental";
    /// The person may not use configuration packages here. Slots: environment.
    PackagesForbidden = "packages_forbidden";
    /// A record for this client id exists and is disabled; the plan enables it.
    RecordDisabled = "record_disabled";
    /// The record is enabled, and its user is disabled or gone; the plan brings it back. Slots: environment.
    ApplicationUserLost = "application_user_lost";
    /// A user of the wanted name exists already in Business Central and belongs to something else. Slots: name.
    UserNameTaken = "user_name_taken";
    /// An earlier run was interrupted; everything was read again. Slots: none.
    Interrupted = "interrupted";
    /// A secret of an earlier run was made and never shown; the plan removes it. Slots: name.
    SecretNeverShown = "secret_never_shown";

    // Calls
    /// Graph says the person may not (403 `Authorization_RequestDenied`). Slots: step.
    DirectoryForbidden = "directory_forbidden";
    /// Granting the roles was refused (403): fallbacks are offered.
    GrantForbidden = "grant_forbidden";
    /// Entra's object quota is used up (`Directory_QuotaExceeded`).
    QuotaExceeded = "quota_exceeded";
    /// Entra still does not know what it just created after five minutes. Slots: step.
    ReplicationSlow = "replication_slow";
    /// Business Central needs an enabled full user in the environment before an application can be enabled. Slots: environment.
    NoFullUser = "no_full_user";
    /// Business Central says which permission is missing (400 with a permission text). Slots: detail.
    BusinessCentralPermission = "business_central_permission";
    /// Business Central refused the person during the run (401/403). Slots: step.
    BusinessCentralForbidden = "business_central_forbidden";
    /// The published page refuses to be written (a list, or a card whose fields are locked). Slots: environment.
    PageReadOnly = "page_read_only";
    /// The Business Central page around this one said no. Slots: environment, detail (its own sentence).
    BridgeRefused = "bridge_refused";
    /// The Business Central page around this one did not answer in time. Slots: environment.
    BridgeSilent = "bridge_silent";
    /// There is no Business Central page around this one any more, or its session ended. Slots: environment.
    BridgeGone = "bridge_gone";
    /// The user it named is not the one that Business Central shows. Slots: environment.
    BridgeMismatch = "bridge_mismatch";
    /// Some environments are not set up yet, while others are. Slots: environments.
    EnvironmentUnfinished = "environment_unfinished";
    /// Business Central reported an error for the configuration package. Slots: detail.
    PackageFailed = "package_failed";
    /// The package was applied without error and no enabled user appeared. Slots: description.
    PackageWithoutUser = "package_without_user";
    /// Admission to the admin center API was refused (401/403).
    AdminCenterForbidden = "admin_center_forbidden";
    /// The user did not appear within ten minutes of the guided step. Slots: description.
    UserNeverAppeared = "user_never_appeared";
    /// Taking back: the record was to be deleted by hand and its user is still there. Slots: description.
    RecordStillThere = "record_still_there";
    /// Taking back: the record was to be disabled by hand and its user is still enabled. Slots: description.
    RecordStillEnabled = "record_still_enabled";
    /// Taking back: somebody got a secret for the application after it was planned, so the application stays. Slots: name.
    SecretSince = "secret_since";
    /// Taking back: between the plan and its confirmation something changed, so the plan is shown again.
    WayBackChanged = "way_back_changed";
    /// Taking back: what may have been made without an answer is not there.
    NothingToTakeBack = "nothing_to_take_back";
    /// Reading back did not see all of it within a minute: replication, or somebody took it away. Slots: step.
    NotSeen = "not_seen";
    /// A secret was probably made, but its text never arrived, and it could not be removed. Slots: name.
    SecretLost = "secret_lost";
    /// Still throttled after all attempts. Slots: step.
    StillBusy = "still_busy";
    /// No answer arrived after all attempts. Slots: step.
    Unreachable = "unreachable";
    /// The server answers, and the browser may not read it (CORS). Slots: step.
    AnswerBlocked = "answer_blocked";
    /// The browser is offline.
    Offline = "offline";
    /// The answer did not come in time. Slots: step.
    TimedOut = "timed_out";
    /// An answer could not be read. Slots: step, at.
    Unreadable = "unreadable";
    /// Any other refusal. Slots: step, status, code, message.
    Refused = "refused";
    /// A step that this one needs did not succeed. Slots: step.
    Blocked = "blocked";
    /// The clipboard refused; mark and copy by hand.
    CopyRefused = "copy_refused";
}

/// What support asks for; nothing secret, no names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// HTTP status, 0 when there was none.
    pub status: u16,
    /// The server's code.
    pub code: String,
    /// Correlation or request id.
    pub request_id: String,
    /// When, ms since 1970.
    pub at: u64,
}

/// A failure or a thing to know, as data. One pointer, because it travels in many states and results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding(Box<Found>);

/// What a [`Finding`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub code: FindingCode,
    /// How serious it is here.
    pub weight: Weight,
    /// Values for the sentences.
    pub slots: Vec<(&'static str, String)>,
    /// What support asks for.
    pub trace: Option<Trace>,
    /// What can be done here and now.
    pub actions: Vec<Intent>,
}

impl std::ops::Deref for Finding {
    type Target = Found;

    fn deref(&self) -> &Found {
        &self.0
    }
}

impl std::ops::DerefMut for Finding {
    fn deref_mut(&mut self) -> &mut Found {
        &mut self.0
    }
}

// The builders stay calls: inlined at some hundred places they weigh more than all the sentences.
impl Finding {
    #[inline(never)]
    fn new(code: FindingCode, weight: Weight) -> Self {
        Self(Box::new(Found { code, weight, slots: Vec::new(), trace: None, actions: Vec::new() }))
    }

    /// Something that stops the work.
    pub fn error(code: FindingCode) -> Self {
        Self::new(code, Weight::Error)
    }

    /// Something to look at.
    pub fn warning(code: FindingCode) -> Self {
        Self::new(code, Weight::Warning)
    }

    /// Something good to know.
    pub fn info(code: FindingCode) -> Self {
        Self::new(code, Weight::Info)
    }

    /// The same with another weight.
    #[must_use]
    pub fn weighing(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// With a value for a slot.
    #[must_use]
    pub fn with(self, slot: &'static str, value: impl Into<String>) -> Self {
        self.with_text(slot, value.into())
    }

    #[inline(never)]
    fn with_text(mut self, slot: &'static str, value: String) -> Self {
        self.slots.push((slot, value));
        self
    }

    /// With a button.
    #[inline(never)]
    #[must_use]
    pub fn action(mut self, intent: Intent) -> Self {
        self.actions.push(intent);
        self
    }

    /// With what the server said about itself.
    #[inline(never)]
    #[must_use]
    pub fn refused(mut self, refusal: &Refusal, at: u64) -> Self {
        self.trace = Some(Trace {
            status: refusal.status,
            code: refusal.code.clone(),
            request_id: refusal.request_id.clone(),
            at,
        });
        self
    }

    /// The finding for what the Business Central page around this one did not do.
    pub fn of_bridge(refusal: &Refusal, environment: String, at: u64) -> Self {
        let code = match &*refusal.code {
            SILENT => FindingCode::BridgeSilent,
            GONE => FindingCode::BridgeGone,
            _ => FindingCode::BridgeRefused,
        };
        Self::error(code).refused(refusal, at).with("environment", environment).with("detail", refusal.message.clone())
    }

    /// The finding for a call that failed in a way nobody knows better. `step` is the step's stable word.
    pub fn of_call(error: &CallError, step: &str, at: u64) -> Self {
        match error {
            CallError::Refused(refusal) => Self::error(FindingCode::Refused)
                .with("step", step)
                .with("status", refusal.status.to_string())
                .with("code", refusal.code.clone())
                .with("message", refusal.message.clone())
                .refused(refusal, at),
            CallError::Busy { status, .. } => {
                let mut finding = Self::error(FindingCode::StillBusy).with("step", step);
                finding.trace = Some(Trace { status: *status, at, ..Trace::default() });
                finding
            }
            CallError::Silent(Silence::Unreachable) => Self::error(FindingCode::Unreachable).with("step", step),
            CallError::Silent(Silence::Blocked) => Self::error(FindingCode::AnswerBlocked).with("step", step),
            CallError::Silent(Silence::Offline) => Self::error(FindingCode::Offline),
            CallError::Silent(Silence::TimedOut) => Self::error(FindingCode::TimedOut).with("step", step),
            CallError::Unreadable(misread) => {
                Self::error(FindingCode::Unreadable).with("step", step).with("at", misread.at.clone())
            }
        }
    }
}
