//! Judges facts and choices: the live checks of the second screen, and whether a plan can be shown. Pure functions of
//! the model; asked anew whenever the screen is drawn.

use super::Model;
use super::checks::{Lookup, RecordFact};
use super::choices::{SetKey, Target};
use super::effect::Piece;
use super::event::Intent;
use super::finding::{Finding, FindingCode as Code, Weight};
use super::route::RouteKind;
use crate::config::PresetKind;
use crate::protocol::graph::SecretInfo;
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
    /// State.
    pub state: State,
    /// What was found.
    pub detail: Detail,
    /// More, when it is not fine.
    pub finding: Option<Finding>,
}

impl Check {
    fn pass(key: &'static str, detail: Detail) -> Self {
        Self { key, state: State::Pass, detail, finding: None }
    }

    fn running(key: &'static str) -> Self {
        Self { key, state: State::Running, detail: Detail::None, finding: None }
    }

    fn unknown(key: &'static str) -> Self {
        Self { key, state: State::Unknown, detail: Detail::None, finding: None }
    }

    fn of(key: &'static str, finding: Finding) -> Self {
        let state = match finding.weight {
            Weight::Info => State::Unknown,
            Weight::Warning => State::Warn,
            Weight::Error => State::Fail,
        };
        Self { key, state, detail: Detail::None, finding: Some(finding) }
    }
}

/// Directory roles that suffice for everything here (graph.md 8): template ids.
const SUFFICIENT_ROLES: [&str; 3] = [
    "62e90394-69f5-4237-9190-012177145e10", // Global Administrator
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", // Application Administrator
    "158c047a-c907-4556-b7ef-446551a6b5f7", // Cloud Application Administrator
];

/// Sets that open nearly everything; allowed, but said.
const BROAD_SETS: [&str; 3] = ["SUPER (DATA)", "D365 BUS FULL ACCESS", "D365 BUS PREMIUM"];

/// The set an application may not have (business-central.md 3.1).
pub const BARRED_SET: &str = "SUPER";

/// True for a set that opens nearly everything.
pub fn is_broad(role_id: &str) -> bool {
    BROAD_SETS.iter().any(|broad| broad.eq_ignore_ascii_case(role_id))
}

impl Model {
    /// All checks, in the order of the journey.
    pub fn checks(&self) -> Vec<Check> {
        let mut checks = vec![
            self.check_roles(),
            self.check_publisher(),
            self.check_business_central(),
            self.check_name(),
            self.check_environment(),
            self.check_users(),
            self.check_route(),
            self.check_sets(),
        ];
        if self.wants_secret() {
            checks.push(self.check_policy());
        }
        checks
    }

    /// The first thing that keeps the plan from being shown.
    pub fn blocker(&self) -> Option<Blocker> {
        let checks = self.checks();
        if let Some(check) = checks.iter().find(|check| check.state == State::Fail) {
            return Some(Blocker::Check(check.key));
        }
        if self.choices.as_ref().is_none_or(|choices| choices.environment.is_none()) {
            return Some(Blocker::NoEnvironment);
        }
        let needed_open = checks.iter().any(|check| check.state == State::Running && check.key != "policy");
        needed_open.then_some(Blocker::Reading)
    }

    fn check_roles(&self) -> Check {
        let key = "roles";
        match &self.facts.directory {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Failed(finding) => Check::of(key, finding.clone()),
            Lookup::Known(directory) => {
                let Some(roles) = &directory.roles else { return Check::of(key, Finding::warning(Code::RoleMissing)) };
                let held: Vec<String> = roles
                    .iter()
                    .filter(|role| SUFFICIENT_ROLES.iter().any(|id| id.eq_ignore_ascii_case(&role.template_id)))
                    .map(|role| role.name.clone())
                    .collect();
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
        let expected = self.deployment().config.publisher.clone();
        match &self.facts.directory {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Failed(_) => Check::unknown(key),
            Lookup::Known(directory) => {
                let page = directory.page.as_ref();
                let found = page.and_then(|page| page.publisher.clone());
                let id = page.and_then(|page| page.publisher_id.clone());
                match found {
                    None => Check::of(key, Finding::warning(Code::PublisherUnverified).with("expected", expected.name)),
                    Some(name)
                        if name == expected.name && (expected.verified_id.is_none() || expected.verified_id == id) =>
                    {
                        Check::pass(key, Detail::Publisher(name))
                    }
                    Some(name) => {
                        let finding =
                            Finding::warning(Code::PublisherOther).with("expected", expected.name).with("found", name);
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
            return Check::pass(key, Detail::AlreadyThere(registered.app_id.clone()));
        }
        let namesakes = self.facts.namesakes.known().map(Vec::as_slice).unwrap_or_default();
        if choices.target == Target::Ours && !namesakes.is_empty() {
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

    fn check_environment(&self) -> Check {
        let key = "environment";
        if let Some(finding) = self.facts.companies.failed() {
            return Check::of(key, finding.clone());
        }
        let chosen = self.choices.as_ref().and_then(|choices| choices.environment.clone());
        let typed = self.choices.as_ref().is_some_and(|choices| choices.typed);
        match (&self.facts.environments, chosen) {
            (Lookup::Unasked | Lookup::Asking, _) => Check::running(key),
            (Lookup::Failed(finding), None) => Check::of(key, finding.clone().weighing(Weight::Warning)),
            (Lookup::Failed(finding), Some(_)) if !typed => Check::of(key, finding.clone().weighing(Weight::Error)),
            (Lookup::Known(list), _) if !list.iter().any(|it| it.active) => {
                Check::of(key, Finding::error(Code::NoEnvironment).action(Intent::CheckAgain))
            }
            (Lookup::Known(_), None) => Check::unknown(key),
            (environments, Some(name)) => {
                if self.facts.companies.is_open() {
                    return Check::running(key);
                }
                let found = environments.known().and_then(|list| list.iter().find(|it| it.name == name));
                Check::pass(
                    key,
                    Detail::Environment(found.map_or_else(
                        || [name.clone(), String::new(), String::new(), String::new()],
                        |it| [it.name.clone(), it.kind.clone(), it.country.clone(), it.version.clone()],
                    )),
                )
            }
        }
    }

    fn check_users(&self) -> Check {
        let key = "users";
        if self.facts.companies.known().is_none() {
            return Check::unknown(key);
        }
        match &self.facts.user {
            Lookup::Unasked | Lookup::Asking => Check::running(key),
            Lookup::Failed(finding) => Check::of(key, finding.clone()),
            Lookup::Known(found) => {
                if let (Some(fact), Some(RecordFact::Readable(None))) = (found, self.facts.record.known()) {
                    // Somebody else's user has the name that ours would get.
                    return Check::of(
                        key,
                        Finding::error(Code::UserNameTaken).with("name", fact.user.user_name.clone()),
                    );
                }
                Check::pass(key, Detail::UsersReadable)
            }
        }
    }

    /// The route that will be taken, and whether the person's choice or the best available decided.
    pub fn route(&self) -> Option<RouteKind> {
        let wanted = self.choices.as_ref().and_then(|choices| choices.route);
        let available = self.routes();
        wanted.filter(|kind| available.contains(kind)).or_else(|| available.first().copied())
    }

    /// Routes that are available, best first.
    pub fn routes(&self) -> Vec<RouteKind> {
        let mut routes = Vec::new();
        if matches!(self.facts.record.known(), Some(RecordFact::Readable(_))) {
            routes.push(RouteKind::PartnerApi);
        }
        if self.deployment().config.guided {
            routes.push(RouteKind::Guided);
        }
        routes
    }

    fn check_route(&self) -> Check {
        let key = "route";
        if self.choices.as_ref().is_some_and(|choices| !choices.want_user) || self.facts.companies.known().is_none() {
            return Check::unknown(key);
        }
        if self.facts.registered.known().is_some() && self.facts.record.is_open() {
            return Check::running(key);
        }
        let environment = self.choices.as_ref().and_then(|choices| choices.environment.clone()).unwrap_or_default();
        match (self.route(), &self.facts.record) {
            (None, Lookup::Failed(finding)) => Check::of(key, finding.clone()),
            (None, Lookup::Known(_)) => Check::of(key, Finding::error(Code::NoRoute)),
            (None, _) => Check::unknown(key),
            (Some(RouteKind::Guided), Lookup::Known(RecordFact::NoPage))
                if self.deployment().config.partner_api.is_some() =>
            {
                let finding = Finding::info(Code::PartnerApiMissing).with("environment", environment);
                Check { state: State::Pass, detail: Detail::Route(RouteKind::Guided), ..Check::of(key, finding) }
            }
            (Some(route), Lookup::Known(RecordFact::Readable(Some(record)))) if !record.enabled => {
                let finding = Finding::info(Code::RecordDisabled);
                Check { state: State::Warn, detail: Detail::Route(route), ..Check::of(key, finding) }
            }
            (Some(route), _) => Check::pass(key, Detail::Route(route)),
        }
    }

    /// Chosen sets that exist in the environment.
    pub fn chosen_sets(&self) -> Vec<crate::protocol::business_central::PermissionSet> {
        let (Some(choices), Some(sets)) = (&self.choices, self.facts.sets.known()) else { return Vec::new() };
        let chosen = |set: &&_| choices.sets.contains(&SetKey::of(set));
        sets.iter().filter(chosen).cloned().collect()
    }

    fn check_sets(&self) -> Check {
        let key = "permission-sets";
        let Some(choices) = &self.choices else { return Check::unknown(key) };
        if !choices.want_user || self.facts.companies.known().is_none() {
            return Check::unknown(key);
        }
        if choices.companies.as_ref().is_some_and(Vec::is_empty) {
            return Check::of(key, Finding::error(Code::NoCompany));
        }
        let sets = match &self.facts.sets {
            Lookup::Unasked | Lookup::Asking => return Check::running(key),
            Lookup::Failed(finding) => return Check::of(key, finding.clone()),
            Lookup::Known(sets) => sets,
        };
        let environment = choices.environment.clone().unwrap_or_default();
        if let Some(wanted) = choices.wanted_sets.first() {
            let count = sets.iter().filter(|set| set.role_id.eq_ignore_ascii_case(wanted)).count();
            let finding = if count > 1 {
                Finding::error(Code::PermissionSetAmbiguous).with("count", count.to_string())
            } else {
                Finding::warning(Code::PermissionSetMissing).with("environment", environment)
            };
            return Check::of(key, finding.with("set", wanted.clone()));
        }
        if choices.sets.is_empty() {
            return Check::of(key, Finding::error(Code::NoPermissionSet));
        }
        if choices.sets.iter().any(|set| set.role_id.eq_ignore_ascii_case(BARRED_SET)) {
            return Check::of(key, Finding::error(Code::SuperBarred));
        }
        let broad: Vec<&str> =
            choices.sets.iter().map(|set| set.role_id.as_str()).filter(|role| is_broad(role)).collect();
        if broad.is_empty() {
            return Check::pass(key, Detail::Sets(choices.sets.len()));
        }
        let finding = Finding::info(Code::PermissionSetBroad).with("sets", broad.join(", "));
        Check { state: State::Pass, detail: Detail::Sets(choices.sets.len()), ..Check::of(key, finding) }
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
