//! Asking: which request answers which question, when a question becomes askable, and when to ask again.

use super::{About, Facts, Lookup, Question, RecordFact, SiteFacts};
use crate::flow::choices::{ADMIN_ROLE, Target};
use crate::flow::effect::{Answer, heard};
use crate::flow::finding::{Finding, FindingCode};
use crate::flow::moment::Out;
use crate::flow::net::Purpose;
use crate::flow::route::RouteKind;
use crate::flow::session::Session;
use crate::flow::{Intent, Model, Timer};
use crate::protocol::business_central::{self as bc, RecordApi, Site};
use crate::protocol::graph::{self, BUSINESS_CENTRAL_APP, BatchItem, Graph};
use crate::protocol::http::{CallError, Request, Silence};
use crate::protocol::oauth::Resource;

/// Tries before a question is given up; reads only, so repeating is safe.
const TRIES: u32 = 4;

impl Model {
    /// Asks all that does not depend on a choice.
    pub(in crate::flow) fn ask_everything(&mut self, out: &mut Out) {
        self.facts = Facts {
            application_generation: self.facts.application_generation + 1,
            round: self.facts.round + 1,
            numbers: self.facts.numbers,
            directory: Lookup::Asking,
            registered: Lookup::Asking,
            namesakes: Lookup::Asking,
            environments: Lookup::Asking,
            ..Facts::default()
        };
        let (round, generation) = (self.facts.round, self.facts.application_generation);
        self.ask(Question::Everything { round, generation }, 1, out);
        self.ask(Question::AdminEnvironments, 1, out);
    }

    /// Asks again what depends on the application's identity or name.
    pub(in crate::flow) fn ask_application(&mut self, out: &mut Out) {
        self.facts.application_generation += 1;
        self.facts.registered = Lookup::Asking;
        self.facts.namesakes = Lookup::Asking;
        for index in 0..self.facts.sites.len() {
            let number = self.facts.next_number();
            self.facts.sites[index].reread(number);
        }
        let generation = self.facts.application_generation;
        self.ask(Question::Application { generation }, 1, out);
    }

    /// The addresses of an environment.
    pub fn site(&self, environment: &str) -> Option<Site> {
        let tenant = &self.account()?.tenant;
        Some(Site::new(&self.deployment().config.endpoints.business_central, tenant, environment))
    }

    /// The application's client id, once there is one.
    pub(in crate::flow) fn known_app_id(&self) -> Option<String> {
        self.facts.registered.known()?.as_ref().map(|registered| registered.app_id.clone())
    }

    /// Asks whatever has become askable: companies once an environment is chosen, sets once a company is known, the
    /// record once the application is known.
    pub(in crate::flow) fn ask_what_follows(&mut self, out: &mut Out) {
        let (Session::SignedIn(_), Some(choices)) = (&self.session, &self.choices) else { return };
        self.facts.choose(&choices.environments);
        if choices.app_roles.iter().any(|role| role == ADMIN_ROLE) && self.facts.admin_apps.is_unasked() {
            self.facts.admin_apps = Lookup::Asking;
            self.ask(Question::AdminApps, 1, out);
        }
        for index in 0..self.facts.sites.len() {
            for about in self.next_about(index) {
                let site = self.facts.sites[index].number;
                self.ask(Question::Site { site, about }, 1, out);
            }
        }
    }

    /// What can be asked about an environment now; marks it as asked.
    fn next_about(&mut self, index: usize) -> Vec<About> {
        let deployment = self.shared_deployment();
        let Some(choices) = &self.choices else { return Vec::new() };
        let registered = self.facts.registered.known().is_some();
        let environment = self.facts.sites[index].environment.clone();
        let listed = self.facts.listed(&environment);
        let odata = deployment.config.odata && !listed.is_some_and(|it| is_retired(&it.version));
        let reachable = choices.typed || listed.is_some_and(|it| it.active);
        let chosen = choices.route_for(&environment);
        let bridge = self.has_bridge(&environment);
        let site = &mut self.facts.sites[index];
        let mut asked = Vec::new();
        if site.companies.is_unasked() && reachable {
            site.companies = Lookup::Asking;
            asked.push(About::Companies { so_far: Vec::new(), next: None });
        }
        if site.any_company().is_none() {
            return asked;
        }
        if site.sets.is_unasked() {
            site.sets = Lookup::Asking;
            asked.push(About::Sets { so_far: Vec::new(), next: None });
        }
        // Where a better route is there, published pages are only looked for when the person wants that route.
        if chosen == Some(RouteKind::OData) && odata && site.odata.is_unasked() {
            site.odata = Lookup::Asking;
            asked.push(About::Metadata);
        }
        if !registered {
            return asked;
        }
        let partner = deployment.config.partner_api.is_some();
        if chosen == Some(RouteKind::PartnerApi) && partner && site.partner.is_unasked() && !site.record.is_open() {
            site.partner = Lookup::Asking;
            asked.push(About::Partner);
        }
        if chosen == Some(RouteKind::Package) && site.packages.is_unasked() {
            site.packages = Lookup::Asking;
            asked.push(About::Packages);
        }
        if site.record.is_unasked() {
            let partner = partner && !matches!(site.partner, Lookup::Known(false));
            match &site.odata {
                _ if bridge && site.bridge.failed().is_none() => {
                    site.record = Lookup::Asking;
                    site.bridge = Lookup::Asking;
                    asked.push(About::Bridge);
                }
                _ if partner => {
                    site.record = Lookup::Asking;
                    asked.push(About::Partner);
                }
                Lookup::Unasked if odata => {
                    site.odata = Lookup::Asking;
                    asked.push(About::Metadata);
                }
                Lookup::Asking => {}
                Lookup::Known(Some(_)) => {
                    site.record = Lookup::Asking;
                    asked.push(About::Record);
                }
                Lookup::Unasked | Lookup::Known(None) | Lookup::Failed(_) => {
                    site.record = Lookup::Known(RecordFact::NoPage);
                }
            }
        }
        if site.user.is_unasked() && !site.record.is_open() {
            // Asked also when nothing can have our client id yet: the answer tells whether the person may read users.
            site.user = Lookup::Asking;
            asked.push(About::User);
        }
        asked
    }

    pub(in crate::flow) fn ask(&mut self, question: Question, attempt: u32, out: &mut Out) {
        let Some((resource, request)) = self.request_for(&question) else { return };
        self.send(resource, request, Purpose::Check { question: Box::new(question), attempt }, out);
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
            Question::AdminApps => central(bc::authorized_apps(&endpoints.business_central)),
            Question::Site { site, about } => central(self.request_about(*site, about)?),
        }
    }

    fn request_about(&self, number: u64, about: &About) -> Option<Request> {
        if let About::Companies { next: Some(link), .. }
        | About::Sets { next: Some(link), .. }
        | About::Permissions { next: Some(link), .. } = about
        {
            return Some(bc::next_page(link));
        }
        let facts = self.facts.sites.iter().find(|site| site.number == number)?;
        let site = self.site(&facts.environment)?;
        if matches!(about, About::Companies { .. }) {
            return Some(site.companies());
        }
        let company = facts.any_company()?;
        let find = |api: &RecordApi| match self.known_app_id() {
            Some(app_id) => site.find_record(api, company, &app_id),
            None => site.probe_records(api, company),
        };
        Some(match about {
            About::Companies { .. } => site.companies(),
            About::Sets { .. } => site.permission_sets(company),
            About::Bridge => find(&RecordApi::bridge()),
            About::Partner => find(&RecordApi::partner(self.deployment().config.partner_api.as_ref()?)),
            About::Metadata => site.metadata(),
            About::Record => find(facts.odata.known()?.as_ref()?),
            About::Packages => site.find_package(company, &bc::package_code(&self.known_app_id().unwrap_or_default())),
            About::User => match facts.known_record().and_then(|record| record.user_id.as_ref()) {
                Some(id) => site.user(company, id),
                None => site.users_named(company, &self.record_description(facts)),
            },
            About::Permissions { user, .. } => site.user_permissions(company, &user.security_id),
        })
    }

    /// What the record in an environment is or will be described as.
    pub(in crate::flow) fn record_description(&self, site: &SiteFacts) -> String {
        if let Some(record) = site.known_record() {
            return record.description.clone();
        }
        let app_id = self.known_app_id().unwrap_or_else(|| "new".into());
        self.choices.as_ref().map(|choices| choices.description(&app_id)).unwrap_or_default()
    }

    fn application_items(&self) -> Vec<BatchItem> {
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

    pub(in crate::flow) fn answered(&mut self, question: Box<Question>, attempt: u32, answer: &Answer, out: &mut Out) {
        // An answer for an environment or application that is no longer meant says nothing.
        let current = match &*question {
            Question::Everything { round, .. } => *round == self.facts.round,
            Question::Application { generation } | Question::Details { generation, .. } => {
                *generation == self.facts.application_generation
            }
            Question::Site { site, .. } => self.facts.sites.iter().any(|facts| facts.number == *site),
            Question::Policy
            | Question::AdminEnvironments
            | Question::UserEnvironments { .. }
            | Question::AdminApps => true,
        };
        if !current {
            return;
        }
        if let Some(ms) = self.worth_repeating(&question, answer, attempt, out) {
            self.net.timer(Timer::Ask { question, attempt: attempt + 1 }, ms, out);
            return;
        }
        match *question {
            Question::Everything { generation, .. } => self.take_everything(generation, answer, out),
            Question::Application { generation } => self.take_application_batch(generation, answer, out),
            Question::Details { generation, found, app_id } => {
                self.take_details(generation, *found, app_id, answer, out);
            }
            Question::Policy => {
                let result = heard(answer).and_then(graph::read_policy);
                self.facts.policy = match result {
                    Ok(policy) => Lookup::Known(policy),
                    Err(error) => Lookup::Failed(self.explain(&error, Resource::Graph, "policy", out.now)),
                };
            }
            Question::AdminEnvironments => self.take_admin_environments(answer, out),
            Question::UserEnvironments { first } => self.take_user_environments(*first, answer),
            Question::AdminApps => {
                self.facts.admin_apps = match heard(answer).and_then(bc::read_authorized_apps) {
                    Ok(apps) => Lookup::Known(apps),
                    Err(CallError::Refused(refusal)) if matches!(refusal.status, 401 | 403) => Lookup::Failed(
                        Finding::error(FindingCode::AdminCenterForbidden)
                            .refused(&refusal, out.now)
                            .action(Intent::SwitchAccount),
                    ),
                    Err(error) => {
                        Lookup::Failed(self.explain(&error, Resource::BusinessCentral, "admin-center", out.now))
                    }
                };
            }
            Question::Site { site, about } => self.take_about(site, about, answer, out),
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
        Some(wished.map_or_else(|| (500_u64 << attempt) + out.entropy.permille() / 2, u64::from))
    }

    /// A finding for a read that failed; when there was no token, the reason for that is the reason.
    pub(in crate::flow) fn explain(&self, error: &CallError, resource: Resource, step: &str, now: u64) -> Finding {
        if let (CallError::Silent(_), Some(refused)) = (error, self.token_refused(resource)) {
            return refused.clone();
        }
        Finding::of_call(error, step, now).action(Intent::CheckAgain)
    }
}

/// True from the version on in which Microsoft's pages are no OData endpoints.
pub(in crate::flow) fn is_retired(version: &str) -> bool {
    bc::major(version).is_some_and(|major| major >= bc::ODATA_RETIRED)
}
