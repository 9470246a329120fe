//! Asking: which request answers which question, when a question becomes askable, and when to ask again.

use super::{Facts, Lookup, Question, RecordFact};
use crate::flow::choices::Target;
use crate::flow::effect::{Answer, heard};
use crate::flow::finding::Finding;
use crate::flow::moment::Out;
use crate::flow::net::Purpose;
use crate::flow::session::Session;
use crate::flow::{Intent, Model, Timer};
use crate::protocol::business_central::{self as bc, Site};
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
    pub(in crate::flow) fn ask_application(&mut self, out: &mut Out) {
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
    pub(in crate::flow) fn leave_site(&mut self) {
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
    pub(in crate::flow) fn any_company(&self) -> Option<String> {
        self.facts.companies.known()?.first().map(|company| company.id.clone())
    }

    /// The application's client id, once there is one.
    pub(in crate::flow) fn known_app_id(&self) -> Option<String> {
        self.facts.registered.known()?.as_ref().map(|registered| registered.app_id.clone())
    }

    /// Asks whatever has become askable: companies once an environment is chosen, sets once a company is known, the
    /// record once the application is known.
    pub(in crate::flow) fn ask_what_follows(&mut self, out: &mut Out) {
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
            Question::Companies { next, .. } => central(
                next.as_deref()
                    .map_or_else(|| self.site().map(|site| site.companies()), |link| Some(bc::next_page(link)))?,
            ),
            Question::Sets { next, .. } => central(match next {
                Some(link) => bc::next_page(link),
                None => self.site()?.permission_sets(&self.any_company()?),
            }),
            Question::Record { .. } => {
                let (site, company, api) = (self.site()?, self.any_company()?, deployment.config.partner_api.as_ref()?);
                let api = bc::RecordApi::partner(api);
                central(match self.known_app_id() {
                    Some(app_id) => site.find_record(&api, &company, &app_id),
                    None => site.probe_records(&api, &company),
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
    pub(in crate::flow) fn record_description(&self) -> String {
        if let Some(RecordFact::Readable(Some(record))) = self.facts.record.known() {
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
        if let Some(ms) = self.worth_repeating(&question, answer, attempt, out) {
            self.net.timer(Timer::Ask { question, attempt: attempt + 1 }, ms, out);
            return;
        }
        match *question {
            Question::Everything { generation } => self.take_everything(generation, answer, out),
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
    pub(in crate::flow) fn explain(&self, error: &CallError, resource: Resource, step: &str, now: u64) -> Finding {
        if let (CallError::Silent(_), Some(refused)) = (error, self.token_refused(resource)) {
            return refused.clone();
        }
        Finding::of_call(error, step, now).action(Intent::CheckAgain)
    }
}

fn for_reasking<T>(lookup: &mut Lookup<T>) {
    if matches!(lookup, Lookup::Asking) {
        *lookup = Lookup::Unasked;
    }
}
