//! Answers: what each means for the facts, and the finding when a fact cannot be had.

use super::{Directory, Lookup, Question, RecordFact, Registered, UserFact};
use crate::flow::choices::{SetKey, Target};
use crate::flow::effect::{Answer, heard};
use crate::flow::finding::{Finding, FindingCode, Weight};
use crate::flow::moment::Out;
use crate::flow::{Intent, Model};
use crate::protocol::business_central::{self as bc, Company, Environment, PermissionSet, User, UserPermission};
use crate::protocol::graph::{self, Application};
use crate::protocol::http::{CallError, Response};
use crate::protocol::oauth::Resource;

impl Model {
    pub(super) fn take_everything(&mut self, generation: u64, answer: &Answer, out: &mut Out) {
        let parts = match heard(answer).and_then(graph::read_batch) {
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

    pub(super) fn take_application_batch(&mut self, generation: u64, answer: &Answer, out: &mut Out) {
        match heard(answer).and_then(graph::read_batch) {
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

    pub(super) fn take_application_parts(
        &mut self,
        generation: u64,
        wanted: &Response,
        names: Option<&Response>,
        out: &mut Out,
    ) {
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

    pub(super) fn take_details(
        &mut self,
        _: u64,
        found: Option<Application>,
        app_id: String,
        answer: &Answer,
        out: &mut Out,
    ) {
        let result = heard(answer).and_then(graph::read_batch).and_then(|parts| {
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

    pub(super) fn take_admin_environments(&mut self, answer: &Answer, out: &mut Out) {
        match heard(answer).and_then(bc::read_environments) {
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
                    other => Finding::of_call(other, "environments", out.now).weighing(Weight::Warning),
                };
                self.ask(Question::UserEnvironments { first: Box::new(first) }, 1, out);
            }
        }
    }

    pub(super) fn take_user_environments(&mut self, first: Finding, answer: &Answer) {
        let result = heard(answer).and_then(bc::read_environments);
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
        list = in_order(list, |it| [if it.kind == "Production" { "0" } else { "1" }, &it.name].concat());
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

    pub(super) fn take_companies(&mut self, generation: u64, mut so_far: Vec<Company>, answer: &Answer, out: &mut Out) {
        match heard(answer).and_then(bc::read_companies) {
            Ok((rows, next)) => {
                so_far.extend(rows);
                if next.is_some() {
                    self.ask(Question::Companies { generation, so_far, next }, 1, out);
                    return;
                }
                let so_far = in_order(so_far, |it| it.name.clone());
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
                            .action(Intent::SwitchAccount)
                    }
                    other => self.explain(other, Resource::BusinessCentral, "companies", out.now),
                };
                self.facts.companies = Lookup::Failed(finding.with("environment", environment));
            }
        }
    }

    pub(super) fn take_sets(
        &mut self,
        generation: u64,
        mut so_far: Vec<PermissionSet>,
        answer: &Answer,
        out: &mut Out,
    ) {
        match heard(answer).and_then(bc::read_permission_sets) {
            Ok((rows, next)) => {
                so_far.extend(rows);
                if next.is_some() {
                    self.ask(Question::Sets { generation, so_far, next }, 1, out);
                    return;
                }
                let so_far = in_order(so_far, |it| {
                    [&it.role_id, &it.app_id, &it.scope, &it.name, &it.extension].map(String::as_str).join("\0")
                });
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
    pub(in crate::flow) fn match_wanted_sets(&mut self) {
        let (Some(choices), Lookup::Known(sets)) = (&mut self.choices, &self.facts.sets) else { return };
        choices.sets.retain(|key| sets.iter().any(|set| set.is(&key.role_id, &key.app_id, &key.scope)));
        choices.wanted_sets.retain(|wanted| {
            let mut named = sets.iter().filter(|set| set.role_id.eq_ignore_ascii_case(wanted));
            let ticked = choices.sets.iter().any(|key| key.role_id.eq_ignore_ascii_case(wanted));
            match (named.next(), named.next()) {
                _ if ticked => false,
                (Some(set), None) => {
                    choices.sets.push(SetKey::of(set));
                    false
                }
                _ => true,
            }
        });
    }

    pub(super) fn take_record(&mut self, answer: &Answer, out: &mut Out) {
        let Some(api) = self.deployment().config.partner_api.as_ref().map(bc::RecordApi::partner) else { return };
        self.facts.record = match heard(answer).and_then(|response| bc::read_records(&api, response)) {
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

    pub(super) fn take_user(&mut self, generation: u64, answer: &Answer, out: &mut Out) {
        let name = self.record_description();
        let by_id =
            matches!(self.facts.record.known(), Some(RecordFact::Readable(Some(record))) if record.user_id.is_some());
        let result = heard(answer).and_then(|response| {
            if by_id {
                graph::or_missing(bc::read_user(response))
            } else {
                let (rows, _) = bc::read_users(response)?;
                Ok(rows.into_iter().find(|row| bc::code(&row.user_name) == bc::code(&name)))
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
                        .action(Intent::SwitchAccount),
                    other => self.explain(other, Resource::BusinessCentral, "user", out.now),
                };
                self.facts.user = Lookup::Failed(finding);
            }
        }
    }

    pub(super) fn take_permissions(
        &mut self,
        generation: u64,
        user: User,
        mut so_far: Vec<UserPermission>,
        answer: &Answer,
        out: &mut Out,
    ) {
        match heard(answer).and_then(bc::read_user_permissions) {
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

/// Puts rows into the order of their keys, one by one: lists are short, and a general sort weighs kilobytes per type.
fn in_order<T>(rows: Vec<T>, key: fn(&T) -> String) -> Vec<T> {
    let mut keys = Vec::new();
    let mut sorted = Vec::new();
    for row in rows {
        sorted.insert(place_of(&mut keys, key(&row)), row);
    }
    sorted
}

/// Puts a key behind those that are not greater, and says where that is.
#[inline(never)]
fn place_of(keys: &mut Vec<String>, key: String) -> usize {
    let place = keys.partition_point(|other| *other <= key);
    keys.insert(place, key);
    place
}

/// Stands for a part that the server left out of a batch.
fn missing() -> Response {
    Response { status: 500, headers: Vec::new(), body: crate::protocol::secret::Secret::new("") }
}
