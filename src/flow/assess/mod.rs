//! Judges facts and choices: the live checks of the second screen, and whether a plan can be shown. Pure functions of
//! the model; asked anew whenever the screen is drawn.

use super::Model;
mod sites;

pub use sites::{BARRED_SET, is_broad};

use super::checks::Lookup;
use super::choices::{ADMIN_ROLE, Target};
use super::effect::Piece;
use super::event::Intent;
use super::finding::{Finding, FindingCode as Code, Weight};
use super::route::RouteKind;
use crate::config::PresetKind;
use crate::gather::Gather;
use crate::protocol::graph::{Application, SecretInfo};
use crate::protocol::oauth::Resource;

/// State of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Fine.
    Pass,
    /// Look at it.
    Warn,
    /// Stops the plan.
    Fail,
    /// Being read.
    Running,
    /// Not known, and not needed.
    Unknown,
}

impl State {
    /// How much it asks for attention: what speaks for many checks is the most urgent of them.
    pub fn urgency(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Unknown => 1,
            Self::Running => 2,
            Self::Warn => 3,
            Self::Fail => 4,
        }
    }
}

/// What was found, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing to add.
    None,
    /// Roles held.
    Roles(Vec<String>),
    /// Verified publisher.
    Publisher(String),
    /// Business Central is active in this tenant.
    Present,
    /// An environment: name, kind, country, version.
    Environment([String; 4]),
    /// So many environments are listed.
    Environments(usize),
    /// Users may be read.
    UsersReadable,
    /// All sets are there; how many are chosen.
    Sets(usize),
    /// The policy allows secrets, possibly up to so many days.
    Policy(Option<u64>),
    /// Nothing of that name.
    NameFree,
    /// The application exists already and is used again.
    AlreadyThere(String),
    /// The route that will be taken.
    Route(RouteKind),
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Stable word.
    pub key: &'static str,
    /// The environment it is about; empty when it is about the tenant.
    pub environment: String,
    /// State.
    pub state: State,
    /// What was found.
    pub detail: Detail,
    /// More, when it is not fine.
    pub finding: Option<Finding>,
}

// They stay calls, as the builders of findings do.
impl Check {
    #[inline(never)]
    fn pass(key: &'static str, detail: Detail) -> Self {
        Self { key, environment: String::new(), state: State::Pass, detail, finding: None }
    }

    #[inline(never)]
    fn running(key: &'static str) -> Self {
        Self { key, environment: String::new(), state: State::Running, detail: Detail::None, finding: None }
    }

    #[inline(never)]
    fn unknown(key: &'static str) -> Self {
        Self { key, environment: String::new(), state: State::Unknown, detail: Detail::None, finding: None }
    }

    #[inline(never)]
    fn of(key: &'static str, finding: Finding) -> Self {
        let state = match finding.weight {
            Weight::Info => State::Unknown,
            Weight::Warning => State::Warn,
            Weight::Error => State::Fail,
        };
        Self { key, environment: String::new(), state, detail: Detail::None, finding: Some(finding) }
    }
}

/// Directory roles that suffice for everything here (graph.md 8): template id and name.
const SUFFICIENT_ROLES: [(&str, &str); 3] = [
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"),
    ("158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"),
];

impl Model {
    /// All checks, in the order of the journey.
    pub fn checks(&self) -> Vec<Check> {
        let mut checks: Vec<Check> = self.check_session().into_iter().gather();
        checks.push(self.check_roles());
        checks.push(self.check_publisher());
        checks.push(self.check_business_central());
        checks.push(self.check_name());
        if self.wants_secret() {
            checks.push(self.check_policy());
        }
        if self.choices.as_ref().is_some_and(|choices| choices.app_roles.iter().any(|role| role == ADMIN_ROLE)) {
            checks.push(self.check_admin_center());
        }
        checks.push(self.check_environments());
        for site in &self.facts.sites {
            checks.extend(self.site_checks(site));
        }
        checks
    }

    /// The first thing that keeps the plan from being shown.
    pub fn blocker(&self) -> Option<Blocker> {
        let checks = self.checks();
        if let Some(check) = checks.iter().find(|check| check.state == State::Fail) {
            return Some(Blocker::Check(check.key));
        }
        if self.choices.as_ref().is_none_or(|it| it.environments.is_empty() && it.needs_environment()) {
            return Some(Blocker::NoEnvironment);
        }
        let needed_open = checks.iter().any(|check| check.state == State::Running && check.key != "policy");
        needed_open.then_some(Blocker::Reading)
    }

    /// How long the sign-in still lasts, when that is not long (sign-in.md 5): said before a run begins that may outlast
    /// it. One that is over keeps a run from beginning.
    pub fn check_session(&self) -> Option<Check> {
        let left = self.session_left_ms()?;
        let finding = match left.div_ceil(60_000) {
            0 => super::refusals::session_ended(),
            minutes @ 1..=60 => {
                Finding::warning(Code::SessionShort).with("minutes", minutes.to_string()).action(Intent::SignIn)
            }
            _ => return None,
        };
        Some(Check::of("session", finding))
    }

    fn check_roles(&self) -> Check {
        let key = "roles";
        match &self.facts.directory {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Failed(finding) => Check::of(key, finding.clone()),
            Lookup::Known(directory) => {
                // A partner's delegated roles are not in the directory but in the token (sign-in.md 2.5).
                let listed = directory.roles.iter().flatten().map(|role| &role.template_id);
                let told = self.account().map(|account| account.roles.as_slice()).unwrap_or_default();
                let mut held: Vec<String> = Vec::new();
                for id in listed.chain(told) {
                    let known = SUFFICIENT_ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id));
                    if let Some((_, name)) = known
                        && !held.iter().any(|it| it == name)
                    {
                        held.push((*name).to_owned());
                    }
                }
                if held.is_empty() {
                    // A warning, not a block: PIM, custom roles and ownership do not show (graph.md 8).
                    let finding = Finding::warning(Code::RoleMissing)
                        .action(Intent::Copy(Piece::Invitation))
                        .action(Intent::SwitchAccount);
                    Check::of(key, finding)
                } else {
                    Check::pass(key, Detail::Roles(held))
                }
            }
        }
    }

    fn check_publisher(&self) -> Check {
        let key = "publisher";
        let expected = &self.deployment().config.publisher;
        match &self.facts.directory {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Failed(_) => Check::unknown(key),
            Lookup::Known(directory) => {
                let page = directory.page.as_ref();
                let id = page.and_then(|page| page.publisher_id.as_ref());
                match page.and_then(|page| page.publisher.as_ref()) {
                    None => {
                        let finding = Finding::warning(Code::PublisherUnverified);
                        Check::of(key, finding.with("expected", expected.name.as_str()))
                    }
                    Some(name)
                        if *name == expected.name
                            && (expected.verified_id.is_none() || expected.verified_id.as_ref() == id) =>
                    {
                        Check::pass(key, Detail::Publisher(name.clone()))
                    }
                    Some(name) => {
                        let finding = Finding::warning(Code::PublisherOther)
                            .with("expected", expected.name.as_str())
                            .with("found", name.as_str());
                        Check::of(key, finding)
                    }
                }
            }
        }
    }

    fn check_business_central(&self) -> Check {
        let key = "business-central";
        let wanted = self.choices.as_ref().map(|choices| choices.app_roles.as_slice()).unwrap_or_default();
        match &self.facts.directory {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Failed(_) => Check::unknown(key),
            Lookup::Known(directory) => match &directory.business_central {
                None => Check::of(key, Finding::error(Code::BusinessCentralAbsent).action(Intent::CheckAgain)),
                Some(central) if !central.enabled => {
                    Check::of(key, Finding::error(Code::BusinessCentralDisabled).action(Intent::CheckAgain))
                }
                Some(_) if wanted.is_empty() => Check::of(key, Finding::error(Code::NoAppRole)),
                Some(central) => {
                    let unknown = wanted.iter().find(|value| !central.roles.iter().any(|role| &&role.value == value));
                    match unknown {
                        Some(role) => Check::of(key, Finding::error(Code::AppRoleUnknown).with("role", role.clone())),
                        None => Check::pass(key, Detail::Present),
                    }
                }
            },
        }
    }

    fn check_name(&self) -> Check {
        let key = "name";
        let Some(choices) = &self.choices else { return Check::unknown(key) };
        if choices.trimmed_name().is_empty() {
            return Check::of(key, Finding::error(Code::NameEmpty));
        }
        if !choices.name_fits() {
            let limit = super::choices::NAME_LIMIT.to_string();
            return Check::of(key, Finding::error(Code::NameUnfit).with("limit", limit));
        }
        if let Some(finding) = self.facts.registered.failed() {
            return Check::of(key, finding.clone());
        }
        if self.facts.registered.is_open() || self.facts.namesakes.is_open() {
            return Check::running(key);
        }
        if let Some(registered) = self.facts.registered.known().and_then(Option::as_ref) {
            let detail = Detail::AlreadyThere(registered.app_id.clone());
            let off = registered.application.as_ref().is_some_and(|it| it.disabled)
                || registered.service_principal.as_ref().is_some_and(|it| !it.enabled);
            if off {
                let finding = Finding::warning(Code::ApplicationDisabled).with("id", registered.app_id.clone());
                return Check { detail, ..Check::of(key, finding) };
            }
            return Check::pass(key, detail);
        }
        let namesakes = self.facts.namesakes.known().map(Vec::as_slice).unwrap_or_default();
        if choices.target == Target::Ours && !namesakes.is_empty() {
            // One made here for another integration is no rival: its key, its tag and its user's name are others.
            let ours = ["entrada-preset-", &choices.preset].concat();
            let of_another = |it: &Application| {
                let mut tags = it.tags.iter().filter(|tag| tag.starts_with("entrada-preset-")).peekable();
                tags.peek().is_some() && tags.all(|tag| *tag != ours)
            };
            if namesakes.iter().all(of_another) {
                let finding = Finding::info(Code::NameShared)
                    .with("name", choices.trimmed_name())
                    .with("count", namesakes.len().to_string());
                return Check { state: State::Pass, detail: Detail::NameFree, ..Check::of(key, finding) };
            }
            if choices.instance != "main" {
                return Check::pass(key, Detail::NameFree);
            }
            let mut finding = Finding::error(Code::NameTaken)
                .with("name", choices.trimmed_name())
                .with("count", namesakes.len().to_string());
            for namesake in namesakes.iter().take(3) {
                finding = finding.action(Intent::UseExisting { app_id: namesake.app_id.clone() });
            }
            return Check::of(key, finding.action(Intent::MakeAnother));
        }
        Check::pass(key, Detail::NameFree)
    }

    fn check_admin_center(&self) -> Check {
        let key = "admin-center";
        match &self.facts.admin_apps {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            // The plan can be made without the list; the run will say more exactly what is refused.
            Lookup::Failed(finding) => Check::of(key, finding.clone().weighing(Weight::Warning)),
            Lookup::Known(_) => Check::pass(key, Detail::Present),
        }
    }

    fn check_policy(&self) -> Check {
        let key = "policy";
        match &self.facts.policy {
            Lookup::Unasked => Check::of(key, Finding::info(Code::PolicyUnread).action(Intent::CheckPolicy)),
            Lookup::Asking => Check::running(key),
            Lookup::Failed(finding) => {
                let finding = finding.clone().weighing(Weight::Info);
                Check::of(key, finding.action(Intent::CheckPolicy))
            }
            Lookup::Known(policy) => {
                let days = self.choices.as_ref().map_or(0, |choices| u64::from(choices.months) * 30);
                if policy.secrets_forbidden {
                    return Check::of(key, Finding::error(Code::SecretForbidden).action(Intent::WantSecret(false)));
                }
                match policy.max_days {
                    Some(max) if max < days => {
                        Check::of(key, Finding::error(Code::SecretTooLong).with("days", max.to_string()))
                    }
                    max => Check::pass(key, Detail::Policy(max)),
                }
            }
        }
    }

    /// A secret of the application that is still good for a month at least.
    pub fn valid_secret(&self) -> Option<&SecretInfo> {
        let application = self.facts.registered.known()?.as_ref()?.application.as_ref()?;
        let unseen = self.unseen_secrets();
        let soon = crate::protocol::date::add_days(self.server_now(), 30);
        application
            .secrets
            .iter()
            .filter(|secret| secret.ends.is_some_and(|ends| ends > soon) && !unseen.contains(&secret.name))
            .max_by_key(|secret| secret.ends)
    }

    /// Names of secrets an interrupted run tried to make and nobody stored.
    pub fn unseen_secrets(&self) -> Vec<String> {
        self.interrupted.as_ref().map(|interrupted| interrupted.secrets.clone()).unwrap_or_default()
    }

    /// True when the preset brings a vendor's application.
    pub fn is_vendor(&self) -> bool {
        self.preset().is_some_and(|preset| matches!(preset.kind, PresetKind::Vendor { .. }))
    }

    /// Whether the plan makes a secret: as chosen, else when there is no valid one. A vendor's has its own.
    pub fn wants_secret(&self) -> bool {
        let chosen = self.choices.as_ref().and_then(|choices| choices.want_secret);
        !self.is_vendor() && chosen.unwrap_or_else(|| self.valid_secret().is_none())
    }

    /// Why there is no token for Business Central, if so; shown page-wide because half of the work needs it.
    pub fn business_central_refused(&self) -> Option<&Finding> {
        self.token_refused(Resource::BusinessCentral)
    }
}

/// What keeps the plan from being shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocker {
    /// A failed check, by its word.
    Check(&'static str),
    /// No environment chosen.
    NoEnvironment,
    /// Something is still being read.
    Reading,
}
