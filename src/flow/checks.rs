//! Facts: what is read before anything is planned. Each is asked once, again when what it depends on changes, and a
//! late answer to an old question is dropped by its generation.

use super::effect::Answer;
use super::finding::{Finding, FindingCode};
use super::moment::Out;
use super::net::Purpose;
use super::session::Session;
use super::{Model, Timer};
use crate::protocol::business_central::{
    self as bc, Company, EntraRecord, Environment, PermissionSet, Site, User, UserPermission,
};
use crate::protocol::graph::{
    self, Application, BUSINESS_CENTRAL_APP, BatchItem, CredentialPolicy, DirectoryRole, Grant, Graph, Organization,
    ServicePrincipal,
};
use crate::protocol::http::{CallError, Request, Response, Silence};
use crate::protocol::oauth::Resource;

/// A fact and how far we are with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Lookup<T> {
    /// Not asked.
    #[default]
    Unasked,
    /// Asked.
    Asking,
    /// Known.
    Known(T),
    /// Asked in vain.
    Failed(Finding),
}

impl<T> Lookup<T> {
    /// The fact, if known.
    pub fn known(&self) -> Option<&T> {
        if let Self::Known(fact) = self { Some(fact) } else { None }
    }

    /// Why it is not known, if that is known.
    pub fn failed(&self) -> Option<&Finding> {
        if let Self::Failed(finding) = self { Some(finding) } else { None }
    }

    /// True before it was asked.
    pub fn is_unasked(&self) -> bool {
        matches!(self, Self::Unasked)
    }

    /// True until it is known or has failed.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Unasked | Self::Asking)
    }
}

/// About the person and the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Active directory roles; `None` when they could not be read.
    pub roles: Option<Vec<DirectoryRole>>,
    /// The tenant.
    pub organization: Option<Organization>,
    /// Business Central's service principal, if Business Central was ever activated.
    pub business_central: Option<ServicePrincipal>,
    /// This page's own service principal, which carries the publisher badge.
    pub page: Option<ServicePrincipal>,
}

/// About the application that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The registration; `None` for a vendor's, which lives in the vendor's tenant.
    pub application: Option<Application>,
    /// Client id.
    pub app_id: String,
    /// Its service principal here.
    pub service_principal: Option<ServicePrincipal>,
    /// Roles it holds.
    pub grants: Vec<Grant>,
}

/// About the record in Business Central.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordFact {
    /// The partner's API page answered; the record, if there is an application to have one.
    Readable(Option<EntraRecord>),
    /// There is no such page.
    NoPage,
}

/// The application's user in Business Central.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFact {
    /// The user.
    pub user: User,
    /// Its permission sets.
    pub permissions: Vec<UserPermission>,
}

/// Everything read.
#[derive(Debug, Default)]
pub struct Facts {
    /// Person and tenant.
    pub directory: Lookup<Directory>,
    /// The application; `Known(None)` when it does not exist.
    pub registered: Lookup<Option<Registered>>,
    /// Applications with the wanted display name.
    pub namesakes: Lookup<Vec<Application>>,
    /// The tenant's credential policy; only asked on demand.
    pub policy: Lookup<CredentialPolicy>,
    /// Environments.
    pub environments: Lookup<Vec<Environment>>,
    /// Companies of the environment.
    pub companies: Lookup<Vec<Company>>,
    /// Permission sets of the environment.
    pub sets: Lookup<Vec<PermissionSet>>,
    /// The record.
    pub record: Lookup<RecordFact>,
    /// The user.
    pub user: Lookup<Option<UserFact>>,
    application_generation: u64,
    site_generation: u64,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// Person, tenant, application and namesakes in one batch.
    Everything { generation: u64 },
    /// Application and namesakes again.
    Application { generation: u64 },
    /// Service principal and grants of an application that exists.
    Details { generation: u64, found: Box<Option<Application>>, app_id: String },
    /// The credential policy.
    Policy,
    /// Environments from the admin center.
    AdminEnvironments,
    /// Environments from the smaller list, with the finding of the first.
    UserEnvironments { first: Box<Finding> },
    /// Companies, page by page.
    Companies { generation: u64, so_far: Vec<Company>, next: Option<String> },
    /// Permission sets, page by page.
    Sets { generation: u64, so_far: Vec<PermissionSet>, next: Option<String> },
    /// The record, or whether there is a page for it.
    Record { generation: u64 },
    /// The user by name or id.
    User { generation: u64 },
    /// The user's permission sets.
    Permissions { generation: u64, user: Box<User>, so_far: Vec<UserPermission>, next: Option<String> },
}

/// Tries before a question is given up; reads only, so repeating is safe.
const TRIES: u32 = 4;

impl Model {
    /// Asks all that does not depend on a choice.
    pub(super) fn ask_everything(&mut self, out: &mut Out) {
        self.facts = Facts {
            application_generation: self.facts.application_generation + 1,
            site_generation: self.facts.site_generation + 1,
            directory: Lookup::Asking,
            registered: Lookup::Asking,
            namesakes: Lookup::Asking,
            environments: Lookup::Asking,
            ..Facts::default()
        };
        let generation = self.facts.application_generation;
        self.ask(Question::Everything { generation }, 1, out);
        self.ask(Question::AdminEnvironments, 1, out);
    }

    /// Asks again what depends on the application's identity or name.
    pub(super) fn ask_application(&mut self, out: &mut Out) {
        self.facts.application_generation += 1;
        self.facts.registered = Lookup::Asking;
        self.facts.namesakes = Lookup::Asking;
        self.facts.record = Lookup::Unasked;
        self.facts.user = Lookup::Unasked;
        self.facts.site_generation += 1;
        // Companies and permission sets do not depend on the application, but questions under way belong to the old
        // generation and will be dropped.
        for_reasking(&mut self.facts.companies);
        for_reasking(&mut self.facts.sets);
        let generation = self.facts.application_generation;
        self.ask(Question::Application { generation }, 1, out);
    }

    /// Forgets what was read of an environment.
    pub(super) fn leave_site(&mut self) {
        self.facts.site_generation += 1;
        self.facts.companies = Lookup::Unasked;
        self.facts.sets = Lookup::Unasked;
        self.facts.record = Lookup::Unasked;
        self.facts.user = Lookup::Unasked;
    }

    /// The chosen environment's addresses.
    pub fn site(&self) -> Option<Site> {
        let environment = self.choices.as_ref()?.environment.as_deref()?;
        let tenant = &self.account()?.tenant;
        Some(Site::new(&self.deployment().config.endpoints.business_central, tenant, environment))
    }

    /// Id of a company through which the automation API is addressed; any will do.
    pub(super) fn any_company(&self) -> Option<String> {
        self.facts.companies.known()?.first().map(|company| company.id.clone())
    }

    /// The application's client id, once there is one.
    pub(super) fn known_app_id(&self) -> Option<String> {
        self.facts.registered.known()?.as_ref().map(|registered| registered.app_id.clone())
    }

    /// Asks whatever has become askable: companies once an environment is chosen, sets once a company is known, the
    /// record once the application is known.
    pub(super) fn ask_what_follows(&mut self, out: &mut Out) {
        if !matches!(self.session, Session::SignedIn(_)) || self.site().is_none() {
            return;
        }
        let generation = self.facts.site_generation;
        let typed = self.choices.as_ref().is_some_and(|choices| choices.typed);
        let listed = self.facts.environments.known().is_some_and(|list| {
            list.iter()
                .any(|it| it.active && Some(&it.name) == self.choices.as_ref().and_then(|it| it.environment.as_ref()))
        });
        if self.facts.companies.is_unasked() && (typed || listed) {
            self.facts.companies = Lookup::Asking;
            self.ask(Question::Companies { generation, so_far: Vec::new(), next: None }, 1, out);
        }
        if self.any_company().is_none() {
            return;
        }
        if self.facts.sets.is_unasked() {
            self.facts.sets = Lookup::Asking;
            self.ask(Question::Sets { generation, so_far: Vec::new(), next: None }, 1, out);
        }
        let registered = self.facts.registered.known().is_some();
        if self.facts.record.is_unasked() && registered {
            self.facts.record = Lookup::Asking;
            if self.deployment().config.partner_api.is_some() {
                self.ask(Question::Record { generation }, 1, out);
            } else {
                self.facts.record = Lookup::Known(RecordFact::NoPage);
            }
        }
        if self.facts.user.is_unasked() && registered && !self.facts.record.is_open() {
            self.facts.user = Lookup::Asking;
            // Asked also when nothing can have our client id yet: the answer tells whether the person may read users.
            self.ask(Question::User { generation }, 1, out);
        }
    }

    pub(super) fn ask(&mut self, question: Question, attempt: u32, out: &mut Out) {
        let Some((resource, request)) = self.request_for(&question) else { return };
        self.send(resource, request, Purpose::Check { question, attempt }, out);
    }

    fn request_for(&self, question: &Question) -> Option<(Resource, Request)> {
        let deployment = self.deployment();
        let endpoints = &deployment.config.endpoints;
        let relative = Graph::relative();
        let item = |id: &str, request: Request| BatchItem { id: id.into(), request };
        let central = |request: Request| Some((Resource::BusinessCentral, request));
        match question {
            Question::Everything { .. } => {
                let mut items = vec![
                    item("roles", relative.my_roles()),
                    item("organization", relative.organization()),
                    item("business-central", relative.service_principal(BUSINESS_CENTRAL_APP)),
                    item("page", relative.service_principal(&deployment.config.client_id)),
                ];
                items.extend(self.application_items());
                Some((Resource::Graph, graph::batch(&endpoints.graph, &items)))
            }
            Question::Application { .. } => {
                Some((Resource::Graph, graph::batch(&endpoints.graph, &self.application_items())))
            }
            Question::Details { app_id, .. } => {
                let items =
                    [item("principal", relative.service_principal(app_id)), item("grants", relative.grants(app_id))];
                Some((Resource::Graph, graph::batch(&endpoints.graph, &items)))
            }
            Question::Policy => Some((Resource::Graph, Graph::at(&endpoints.graph).credential_policy())),
            Question::AdminEnvironments => central(bc::admin_environments(&endpoints.business_central)),
            Question::UserEnvironments { .. } => central(bc::user_environments(&endpoints.business_central)),
            Question::Companies { next, .. } => central(
                next.as_deref()
                    .map_or_else(|| self.site().map(|site| site.companies()), |link| Some(bc::next_page(link)))?,
            ),
            Question::Sets { next, .. } => central(match next {
                Some(link) => bc::next_page(link),
                None => self.site()?.permission_sets(&self.any_company()?),
            }),
            Question::Record { .. } => {
                let (site, company, api) = (self.site()?, self.any_company()?, deployment.config.partner_api.clone()?);
                central(match self.known_app_id() {
                    Some(app_id) => site.find_record(&api, &company, &app_id),
                    None => site.probe_partner(&api, &company),
                })
            }
            Question::User { .. } => {
                let (site, company) = (self.site()?, self.any_company()?);
                let by_record = match self.facts.record.known() {
                    Some(RecordFact::Readable(Some(record))) => record.user_id.clone(),
                    _ => None,
                };
                central(match by_record {
                    Some(id) => site.user(&company, &id),
                    None => site.users_named(&company, &self.record_description()),
                })
            }
            Question::Permissions { user, next, .. } => central(match next {
                Some(link) => bc::next_page(link),
                None => self.site()?.user_permissions(&self.any_company()?, &user.security_id),
            }),
        }
    }

    /// What the record is or will be described as.
    pub(super) fn record_description(&self) -> String {
        if let Some(RecordFact::Readable(Some(record))) = self.facts.record.known() {
            return record.description.clone();
        }
        let app_id = self.known_app_id().unwrap_or_else(|| "new".into());
        self.choices.as_ref().map(|choices| choices.description(&app_id)).unwrap_or_default()
    }

    fn application_items(&self) -> Vec<BatchItem> {
        use super::choices::Target;
        let Some(choices) = &self.choices else { return Vec::new() };
        let relative = Graph::relative();
        let wanted = match &choices.target {
            Target::Ours => relative.application_by_unique_name(&choices.unique_name()),
            Target::Existing(app_id) => relative.application_by_app_id(app_id),
        };
        let mut items = vec![BatchItem { id: "application".into(), request: wanted }];
        if !choices.trimmed_name().is_empty() && choices.name_fits() {
            let request = relative.applications_named(choices.trimmed_name());
            items.push(BatchItem { id: "namesakes".into(), request });
        }
        items
    }

    pub(super) fn answered(&mut self, question: Question, attempt: u32, answer: Answer, out: &mut Out) {
        // An answer for an environment or application that is no longer meant says nothing.
        let current = match &question {
            Question::Everything { generation }
            | Question::Application { generation }
            | Question::Details { generation, .. } => *generation == self.facts.application_generation,
            Question::Companies { generation, .. }
            | Question::Sets { generation, .. }
            | Question::Record { generation }
            | Question::User { generation }
            | Question::Permissions { generation, .. } => *generation == self.facts.site_generation,
            Question::Policy | Question::AdminEnvironments | Question::UserEnvironments { .. } => true,
        };
        if !current {
            return;
        }
        if let Some(ms) = self.worth_repeating(&question, &answer, attempt, out) {
            self.net.timer(Timer::Ask { question: Box::new(question), attempt: attempt + 1 }, ms, out);
            return;
        }
        match question {
            Question::Everything { generation } => self.take_everything(generation, answer, out),
            Question::Application { generation } => self.take_application_batch(generation, answer, out),
            Question::Details { generation, found, app_id } => {
                self.take_details(generation, *found, app_id, answer, out);
            }
            Question::Policy => {
                let result = answer.map_err(CallError::Silent).and_then(|response| graph::read_policy(&response));
                self.facts.policy = match result {
                    Ok(policy) => Lookup::Known(policy),
                    Err(error) => Lookup::Failed(self.explain(&error, Resource::Graph, "policy", out.now)),
                };
            }
            Question::AdminEnvironments => self.take_admin_environments(answer, out),
            Question::UserEnvironments { first } => self.take_user_environments(*first, answer),
            Question::Companies { generation, so_far, .. } => self.take_companies(generation, so_far, answer, out),
            Question::Sets { generation, so_far, .. } => self.take_sets(generation, so_far, answer, out),
            Question::Record { .. } => self.take_record(answer, out),
            Question::User { generation } => self.take_user(generation, answer, out),
            Question::Permissions { generation, user, so_far, .. } => {
                self.take_permissions(generation, *user, so_far, answer, out);
            }
        }
    }

    /// How long to wait before asking again, when asking again can help. A missing token is not cured by repeating,
    /// and the environments list has a fallback that is quicker than waiting.
    fn worth_repeating(&self, question: &Question, answer: &Answer, attempt: u32, out: &mut Out) -> Option<u64> {
        let listing = matches!(question, Question::AdminEnvironments | Question::UserEnvironments { .. });
        let resource = if listing { Resource::BusinessCentral } else { Resource::Graph };
        let wished = match answer {
            Ok(response) if matches!(response.status, 429 | 500 | 502 | 503 | 504) => response.retry_after_ms(),
            Err(Silence::Unreachable | Silence::TimedOut) if !listing && self.token_refused(resource).is_none() => None,
            _ => return None,
        };
        if attempt >= TRIES {
            return None;
        }
        Some(wished.unwrap_or_else(|| (500_u64 << attempt) + out.entropy.permille() / 2))
    }

    /// A finding for a read that failed; when there was no token, the reason for that is the reason.
    pub(super) fn explain(&self, error: &CallError, resource: Resource, step: &str, now: u64) -> Finding {
        if let (CallError::Silent(_), Some(refused)) = (error, self.token_refused(resource)) {
            return refused.clone();
        }
        Finding::of_call(error, step, now).action(super::Intent::CheckAgain)
    }

    fn take_everything(&mut self, generation: u64, answer: Answer, out: &mut Out) {
        let parts = match answer.map_err(CallError::Silent).and_then(|response| graph::read_batch(&response)) {
            Ok(parts) => parts,
            Err(error) => {
                let finding = self.explain(&error, Resource::Graph, "directory", out.now);
                self.facts.directory = Lookup::Failed(finding.clone());
                self.facts.registered = Lookup::Failed(finding.clone());
                self.facts.namesakes = Lookup::Failed(finding);
                return;
            }
        };
        let missing = missing();
        let part = |id: &str| parts.get(id).unwrap_or(&missing);
        let central = graph::or_missing(graph::read_service_principal(part("business-central")));
        self.facts.directory = match central {
            Ok(business_central) => Lookup::Known(Directory {
                roles: graph::read_roles(part("roles")).ok(),
                organization: graph::read_organization(part("organization")).ok(),
                page: graph::read_service_principal(part("page")).ok(),
                business_central,
            }),
            Err(error) => Lookup::Failed(self.explain(&error, Resource::Graph, "directory", out.now)),
        };
        self.take_application_parts(generation, part("application"), parts.get("namesakes"), out);
    }

    fn take_application_batch(&mut self, generation: u64, answer: Answer, out: &mut Out) {
        match answer.map_err(CallError::Silent).and_then(|response| graph::read_batch(&response)) {
            Ok(parts) => {
                let missing = missing();
                let application = parts.get("application").unwrap_or(&missing);
                self.take_application_parts(generation, application, parts.get("namesakes"), out);
            }
            Err(error) => {
                let finding = self.explain(&error, Resource::Graph, "application", out.now);
                self.facts.registered = Lookup::Failed(finding.clone());
                self.facts.namesakes = Lookup::Failed(finding);
            }
        }
    }

    fn take_application_parts(&mut self, generation: u64, wanted: &Response, names: Option<&Response>, out: &mut Out) {
        use super::choices::Target;
        self.facts.namesakes = match names.map(graph::read_applications) {
            Some(Ok(found)) => Lookup::Known(found),
            Some(Err(error)) => Lookup::Failed(self.explain(&error, Resource::Graph, "application", out.now)),
            None => Lookup::Known(Vec::new()),
        };
        let found = match graph::or_missing(graph::read_application(wanted)) {
            Ok(found) => found,
            Err(error) => {
                self.facts.registered = Lookup::Failed(self.explain(&error, Resource::Graph, "application", out.now));
                return;
            }
        };
        let target = self.choices.as_ref().map(|choices| choices.target.clone());
        let app_id = match (&found, target) {
            (Some(application), _) => application.app_id.clone(),
            (None, Some(Target::Existing(app_id))) => app_id,
            (None, _) => {
                self.facts.registered = Lookup::Known(None);
                return;
            }
        };
        self.ask(Question::Details { generation, found: Box::new(found), app_id }, 1, out);
    }

    fn take_details(&mut self, _: u64, found: Option<Application>, app_id: String, answer: Answer, out: &mut Out) {
        let result =
            answer.map_err(CallError::Silent).and_then(|response| graph::read_batch(&response)).and_then(|parts| {
                let missing = missing();
                let part = |id: &str| parts.get(id).unwrap_or(&missing);
                let principal = graph::or_missing(graph::read_service_principal(part("principal")))?;
                let grants = graph::or_missing(graph::read_grants(part("grants")))?.unwrap_or_default();
                Ok(Registered { application: found, app_id, service_principal: principal, grants })
            });
        self.facts.registered = match result {
            Ok(registered) => Lookup::Known(Some(registered)),
            Err(error) => Lookup::Failed(self.explain(&error, Resource::Graph, "application", out.now)),
        };
    }

    fn take_admin_environments(&mut self, answer: Answer, out: &mut Out) {
        match answer.map_err(CallError::Silent).and_then(|response| bc::read_environments(&response)) {
            Ok(list) => self.environments_known(list),
            Err(error) => {
                if let Some(refused) = self.token_refused(Resource::BusinessCentral) {
                    self.facts.environments = Lookup::Failed(refused.clone());
                    return;
                }
                let first = match &error {
                    CallError::Refused(refusal) if matches!(refusal.status, 401 | 403) => {
                        Finding::warning(FindingCode::EnvironmentsForbidden).refused(refusal, out.now)
                    }
                    CallError::Silent(_) => Finding::warning(FindingCode::EnvironmentsUnreachable),
                    other => {
                        Finding { weight: super::Weight::Warning, ..Finding::of_call(other, "environments", out.now) }
                    }
                };
                self.ask(Question::UserEnvironments { first: Box::new(first) }, 1, out);
            }
        }
    }

    fn take_user_environments(&mut self, first: Finding, answer: Answer) {
        let result = answer.map_err(CallError::Silent).and_then(|response| bc::read_environments(&response));
        if let Ok(list) = result {
            self.environments_known(list);
            return;
        }
        // The first refusal says more than the second: this list has no documented rules (business-central.md 1.2).
        self.facts.environments = Lookup::Failed(first);
        if let Some(choices) = &mut self.choices {
            choices.typed = true;
        }
    }

    fn environments_known(&mut self, mut list: Vec<Environment>) {
        // Production first, then by name: the order the admin center shows.
        list.sort_by(|a, b| (a.kind != "Production", &a.name).cmp(&(b.kind != "Production", &b.name)));
        if let Some(choices) = &mut self.choices {
            choices.typed = false;
            let wanted = choices.environment.take();
            let active = |name: &String| list.iter().find(|it| it.active && it.name.eq_ignore_ascii_case(name));
            choices.environment = wanted.as_ref().and_then(active).map(|it| it.name.clone());
            let mut usable = list.iter().filter(|it| it.active);
            if let (None, Some(only), None) = (&choices.environment, usable.next(), usable.next()) {
                choices.environment = Some(only.name.clone());
            }
        }
        self.facts.environments = Lookup::Known(list);
    }

    fn take_companies(&mut self, generation: u64, mut so_far: Vec<Company>, answer: Answer, out: &mut Out) {
        match answer.map_err(CallError::Silent).and_then(|response| bc::read_companies(&response)) {
            Ok((rows, next)) => {
                so_far.extend(rows);
                if next.is_some() {
                    self.ask(Question::Companies { generation, so_far, next }, 1, out);
                    return;
                }
                so_far.sort_by(|a, b| a.name.cmp(&b.name));
                if let Some(chosen) = self.choices.as_mut().and_then(|choices| choices.companies.as_mut()) {
                    chosen.retain(|name| so_far.iter().any(|company| &company.name == name));
                }
                self.facts.companies = Lookup::Known(so_far);
            }
            Err(error) => {
                let environment =
                    self.choices.as_ref().and_then(|choices| choices.environment.clone()).unwrap_or_default();
                let finding = match &error {
                    CallError::Refused(refusal) if refusal.status == 404 => {
                        Finding::error(FindingCode::EnvironmentUnknown).refused(refusal, out.now)
                    }
                    CallError::Refused(refusal) if matches!(refusal.status, 401 | 403) => {
                        Finding::error(FindingCode::EnvironmentForbidden)
                            .refused(refusal, out.now)
                            .action(super::Intent::SwitchAccount)
                    }
                    other => self.explain(other, Resource::BusinessCentral, "companies", out.now),
                };
                self.facts.companies = Lookup::Failed(finding.with("environment", environment));
            }
        }
    }

    fn take_sets(&mut self, generation: u64, mut so_far: Vec<PermissionSet>, answer: Answer, out: &mut Out) {
        match answer.map_err(CallError::Silent).and_then(|response| bc::read_permission_sets(&response)) {
            Ok((rows, next)) => {
                so_far.extend(rows);
                if next.is_some() {
                    self.ask(Question::Sets { generation, so_far, next }, 1, out);
                    return;
                }
                so_far.sort();
                self.facts.sets = Lookup::Known(so_far);
                self.match_wanted_sets();
            }
            Err(error) => {
                let environment =
                    self.choices.as_ref().and_then(|choices| choices.environment.clone()).unwrap_or_default();
                let finding = match &error {
                    CallError::Refused(refusal) => {
                        Finding::error(FindingCode::PermissionSetsUnreadable).refused(refusal, out.now)
                    }
                    other => self.explain(other, Resource::BusinessCentral, "permission-sets", out.now),
                };
                self.facts.sets = Lookup::Failed(finding.with("environment", environment));
            }
        }
    }

    /// Ticks the preset's sets: those that exist exactly once. The others stay wanted and become findings.
    pub(super) fn match_wanted_sets(&mut self) {
        let (Some(choices), Lookup::Known(sets)) = (&mut self.choices, &self.facts.sets) else { return };
        choices.sets.retain(|key| sets.iter().any(|set| set.is(&key.role_id, &key.app_id, &key.scope)));
        choices.wanted_sets.retain(|wanted| {
            let mut named = sets.iter().filter(|set| set.role_id.eq_ignore_ascii_case(wanted));
            let ticked = choices.sets.iter().any(|key| key.role_id.eq_ignore_ascii_case(wanted));
            match (named.next(), named.next()) {
                _ if ticked => false,
                (Some(set), None) => {
                    choices.sets.push(super::choices::SetKey::of(set));
                    false
                }
                _ => true,
            }
        });
    }

    fn take_record(&mut self, answer: Answer, out: &mut Out) {
        self.facts.record = match answer.map_err(CallError::Silent).and_then(|response| bc::read_records(&response)) {
            Ok((rows, _)) => {
                let app_id = self.known_app_id();
                let record = rows
                    .into_iter()
                    .find(|row| app_id.as_ref().is_some_and(|id| row.client_id.eq_ignore_ascii_case(id)));
                Lookup::Known(RecordFact::Readable(record))
            }
            Err(CallError::Refused(refusal)) if refusal.status == 404 => Lookup::Known(RecordFact::NoPage),
            Err(error) => Lookup::Failed(self.explain(&error, Resource::BusinessCentral, "record", out.now)),
        };
    }

    fn take_user(&mut self, generation: u64, answer: Answer, out: &mut Out) {
        let name = self.record_description();
        let by_id =
            matches!(self.facts.record.known(), Some(RecordFact::Readable(Some(record))) if record.user_id.is_some());
        let result = answer.map_err(CallError::Silent).and_then(|response| {
            if by_id {
                graph::or_missing(bc::read_user(&response))
            } else {
                let (rows, _) = bc::read_users(&response)?;
                Ok(rows.into_iter().find(|row| row.user_name.eq_ignore_ascii_case(&name)))
            }
        });
        match result {
            Ok(Some(user)) => {
                let question =
                    Question::Permissions { generation, user: Box::new(user), so_far: Vec::new(), next: None };
                self.ask(question, 1, out);
            }
            Ok(None) => self.facts.user = Lookup::Known(None),
            Err(error) => {
                let environment =
                    self.choices.as_ref().and_then(|choices| choices.environment.clone()).unwrap_or_default();
                let finding = match &error {
                    CallError::Refused(refusal) => Finding::error(FindingCode::SecurityMissing)
                        .refused(refusal, out.now)
                        .with("environment", environment)
                        .action(super::Intent::SwitchAccount),
                    other => self.explain(other, Resource::BusinessCentral, "user", out.now),
                };
                self.facts.user = Lookup::Failed(finding);
            }
        }
    }

    fn take_permissions(
        &mut self,
        generation: u64,
        user: User,
        mut so_far: Vec<UserPermission>,
        answer: Answer,
        out: &mut Out,
    ) {
        match answer.map_err(CallError::Silent).and_then(|response| bc::read_user_permissions(&response)) {
            Ok((rows, next)) => {
                so_far.extend(rows);
                if next.is_some() {
                    self.ask(Question::Permissions { generation, user: Box::new(user), so_far, next }, 1, out);
                } else {
                    self.facts.user = Lookup::Known(Some(UserFact { user, permissions: so_far }));
                }
            }
            Err(error) => {
                self.facts.user =
                    Lookup::Failed(self.explain(&error, Resource::BusinessCentral, "permission-sets", out.now));
            }
        }
    }
}

fn for_reasking<T>(lookup: &mut Lookup<T>) {
    if matches!(lookup, Lookup::Asking) {
        *lookup = Lookup::Unasked;
    }
}

/// Stands for a part that the server left out of a batch.
fn missing() -> Response {
    Response { status: 500, headers: Vec::new(), body: crate::protocol::secret::Secret::new("") }
}
