//! Answers: what each means for the facts, and the finding when a fact cannot be had.

use super::{About, Directory, Lookup, Question, RecordFact, Registered, SiteFacts, UserFact};
use crate::flow::choices::{SetKey, Target, keep};
use crate::flow::effect::{Answer, heard};
use crate::flow::finding::{Finding, FindingCode, Weight};
use crate::flow::moment::Out;
use crate::flow::{Intent, Model};
use crate::gather::Gather;
use crate::protocol::business_central::{self as bc, Company, Environment, PermissionSet, RecordApi};
use crate::protocol::graph::{self, Application};
use crate::protocol::http::{CallError, Response};
use crate::protocol::oauth::Resource;

impl Model {
    pub(super) fn take_everything(&mut self, generation: u64, answer: &Answer, out: &mut Out) {
        // The person may have chosen another application meanwhile: that was asked for by itself.
        let meant = generation == self.facts.application_generation;
        let parts = match heard(answer).and_then(graph::read_batch) {
            Ok(parts) => parts,
            Err(error) => {
                let finding = self.explain(&error, Resource::Graph, "directory", out.now);
                self.facts.directory = Lookup::Failed(finding.clone());
                if meant {
                    self.facts.registered = Lookup::Failed(finding.clone());
                    self.facts.namesakes = Lookup::Failed(finding);
                }
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
        if meant {
            self.take_application_parts(generation, part("application"), parts.get("namesakes"), out);
        }
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
        // Production first, then by name, as the admin center shows them; what cannot be chosen comes last.
        list = in_order(list, |it| {
            let rank = match (it.active, it.kind == "Production") {
                (true, true) => "0",
                (true, false) => "1",
                _ => "2",
            };
            [rank, &it.name].concat()
        });
        if let Some(choices) = &mut self.choices {
            choices.typed = false;
            let active = |name: &String| list.iter().find(|it| it.active && it.name.eq_ignore_ascii_case(name));
            choices.environments = choices.environments.iter().filter_map(active).map(|it| it.name.clone()).gather();
            let mut usable = list.iter().filter(|it| it.active);
            if let (true, Some(only), None) = (choices.environments.is_empty(), usable.next(), usable.next()) {
                choices.environments.push(only.name.clone());
            }
        }
        self.facts.environments = Lookup::Known(list);
    }

    pub(super) fn take_about(&mut self, number: u64, about: About, answer: &Answer, out: &mut Out) {
        let Some(environment) = self.facts.site_numbered(number).map(|site| site.environment.clone()) else { return };
        let result = heard(answer);
        match about {
            About::Companies { so_far, .. } => match result.and_then(bc::read_companies) {
                Ok(page) => self.take_companies(number, so_far, page, out),
                Err(error) => {
                    let finding = self.unreachable_site(&error, out.now).with("environment", environment);
                    self.set_site(number, |site| site.companies = Lookup::Failed(finding));
                }
            },
            About::Sets { mut so_far, .. } => match result.and_then(bc::read_permission_sets) {
                Ok((rows, next)) => {
                    so_far.extend(rows);
                    if next.is_some() {
                        self.ask(Question::Site { site: number, about: About::Sets { so_far, next } }, 1, out);
                        return;
                    }
                    let so_far = in_order(so_far, |it| {
                        [&it.role_id, &it.app_id, &it.scope, &it.name, &it.extension].map(String::as_str).join("\0")
                    });
                    self.set_site(number, |site| site.sets = Lookup::Known(so_far));
                    self.match_wanted_sets();
                }
                Err(error) => {
                    let finding = match &error {
                        CallError::Refused(refusal) => {
                            Finding::error(FindingCode::PermissionSetsUnreadable).refused(refusal, out.now)
                        }
                        other => self.explain(other, Resource::BusinessCentral, "permission-sets", out.now),
                    };
                    let finding = finding.with("environment", environment);
                    self.set_site(number, |site| site.sets = Lookup::Failed(finding));
                }
            },
            About::Bridge | About::Partner | About::Record => self.take_record(number, &about, result, out.now),
            About::Metadata => {
                let found = match result.and_then(bc::read_metadata) {
                    Ok(found) => Lookup::Known(found),
                    Err(CallError::Refused(refusal)) if refusal.status == 404 => Lookup::Known(None),
                    Err(error) => Lookup::Failed(self.explain(&error, Resource::BusinessCentral, "record", out.now)),
                };
                self.set_site(number, |site| site.odata = found);
            }
            About::Packages => {
                let found = match result.and_then(bc::read_packages) {
                    Ok(found) => Lookup::Known(found.into_iter().next().map(|package| package.id)),
                    Err(CallError::Refused(refusal)) => Lookup::Failed(
                        Finding::error(FindingCode::PackagesForbidden)
                            .refused(&refusal, out.now)
                            .with("environment", environment),
                    ),
                    Err(error) => Lookup::Failed(self.explain(&error, Resource::BusinessCentral, "record", out.now)),
                };
                self.set_site(number, |site| site.packages = found);
            }
            About::User => self.take_user(number, result, out),
            About::Permissions { user, mut so_far, .. } => match result.and_then(bc::read_user_permissions) {
                Ok((rows, next)) => {
                    so_far.extend(rows);
                    if next.is_some() {
                        let about = About::Permissions { user, so_far, next };
                        self.ask(Question::Site { site: number, about }, 1, out);
                    } else {
                        let fact = UserFact { user: *user, permissions: so_far };
                        self.set_site(number, |site| site.user = Lookup::Known(Some(fact)));
                    }
                }
                Err(error) => {
                    let finding = self.explain(&error, Resource::BusinessCentral, "permission-sets", out.now);
                    self.set_site(number, |site| site.user = Lookup::Failed(finding));
                }
            },
        }
    }

    fn set_site(&mut self, number: u64, change: impl FnOnce(&mut SiteFacts)) {
        if let Some(site) = self.facts.site_numbered(number) {
            change(site);
        }
    }

    fn unreachable_site(&self, error: &CallError, now: u64) -> Finding {
        match error {
            CallError::Refused(refusal) if refusal.status == 404 => {
                Finding::error(FindingCode::EnvironmentUnknown).refused(refusal, now)
            }
            CallError::Refused(refusal) if matches!(refusal.status, 401 | 403) => {
                Finding::error(FindingCode::EnvironmentForbidden).refused(refusal, now).action(Intent::SwitchAccount)
            }
            other => self.explain(other, Resource::BusinessCentral, "companies", now),
        }
    }

    fn take_companies(&mut self, number: u64, mut so_far: Vec<Company>, page: bc::Page<Company>, out: &mut Out) {
        let (rows, next) = page;
        so_far.extend(rows);
        if next.is_some() {
            self.ask(Question::Site { site: number, about: About::Companies { so_far, next } }, 1, out);
            return;
        }
        let so_far = in_order(so_far, |it| it.name.clone());
        self.set_site(number, |site| site.companies = Lookup::Known(so_far));
    }

    /// Ticks the preset's sets: those that exist under one key only. The others stay wanted and become findings.
    pub(in crate::flow) fn match_wanted_sets(&mut self) {
        let deployment = self.shared_deployment();
        let Some(choices) = &mut self.choices else { return };
        let preset = deployment.preset(&choices.preset);
        let asked = preset.map(|preset| preset.permission_sets.as_slice()).unwrap_or_default();
        let sites = &self.facts.sites;
        let all = || sites.iter().filter_map(|site| site.sets.known()).flatten();
        // Whoever answers first shall not decide which of two is meant.
        let open = |site: &SiteFacts| site.sets.is_open() && site.companies.failed().is_none();
        if sites.iter().any(open) {
            return;
        }
        if sites.iter().all(|site| site.sets.known().is_some()) {
            let wanted = &mut choices.wanted_sets;
            choices.sets.retain(|key| {
                let there = all().any(|set| set.is(&key.role_id, &key.app_id, &key.scope));
                // One that the preset needs and that is gone is missed, not forgotten.
                if !there && asked.iter().any(|set| set.role_id.eq_ignore_ascii_case(&key.role_id)) {
                    wanted.push(key.role_id.clone());
                }
                there
            });
        }
        keep(&mut choices.wanted_sets, &mut |wanted| {
            // A preset that knows which extension it means says so; then others of the same name are not meant.
            let exactly = asked.iter().find(|set| set.role_id.eq_ignore_ascii_case(wanted));
            let meant = |set: &&PermissionSet| match exactly {
                Some(exactly) => exactly.fits(set),
                None => set.role_id.eq_ignore_ascii_case(wanted),
            };
            let mut named = all().filter(meant);
            let ticked = choices.sets.iter().any(|key| key.role_id.eq_ignore_ascii_case(wanted));
            match named.next() {
                _ if ticked => false,
                Some(set) if named.all(|other| other.is(&set.role_id, &set.app_id, &set.scope)) => {
                    choices.sets.push(SetKey::of(set));
                    false
                }
                _ => true,
            }
        });
    }

    fn take_record(&mut self, number: u64, about: &About, result: Result<&Response, CallError>, now: u64) {
        let app_id = self.known_app_id();
        let partner = matches!(about, About::Partner);
        let bridge = matches!(about, About::Bridge);
        let api = if bridge {
            Some(RecordApi::bridge())
        } else if partner {
            self.deployment().config.partner_api.as_ref().map(RecordApi::partner)
        } else {
            self.facts.site_numbered(number).and_then(|site| site.odata.known().cloned().flatten())
        };
        let Some(api) = api else { return };
        let record = match result.and_then(|response| bc::read_records(&api, response)) {
            Ok((rows, _)) => {
                let ours =
                    |row: &bc::EntraRecord| app_id.as_ref().is_some_and(|id| row.client_id.eq_ignore_ascii_case(id));
                Lookup::Known(RecordFact::Readable(rows.into_iter().find(ours)))
            }
            // Without the better way the next best one is looked for.
            Err(CallError::Refused(refusal)) if bridge => {
                let environment = self.facts.site_numbered(number).map(|site| site.environment.clone());
                let finding = Finding::of_bridge(&refusal, environment.unwrap_or_default(), now);
                self.set_site(number, |site| {
                    site.bridge = Lookup::Failed(finding.action(Intent::CheckAgain));
                    site.record = Lookup::Unasked;
                });
                return;
            }
            Err(CallError::Refused(refusal)) if refusal.status == 404 && partner => Lookup::Unasked,
            Err(CallError::Refused(refusal)) if refusal.status == 404 => Lookup::Known(RecordFact::NoPage),
            Err(error) => Lookup::Failed(self.explain(&error, Resource::BusinessCentral, "record", now)),
        };
        self.set_site(number, |site| {
            if bridge {
                site.bridge = Lookup::Known(true);
            } else if partner {
                site.partner = match &record {
                    Lookup::Failed(finding) => Lookup::Failed(finding.clone()),
                    other => Lookup::Known(other.known().is_some()),
                };
            }
            site.record = record;
        });
    }

    fn take_user(&mut self, number: u64, result: Result<&Response, CallError>, out: &mut Out) {
        let Some(site) = self.facts.sites.iter().find(|site| site.number == number) else { return };
        let environment = site.environment.clone();
        let name = self.record_description(site);
        let by_id = site.known_record().is_some_and(|record| record.user_id.is_some());
        let result = result.and_then(|response| {
            if by_id {
                graph::or_missing(bc::read_user(response))
            } else {
                let (rows, _) = bc::read_users(response)?;
                Ok(rows.into_iter().find(|row| bc::code(&row.user_name) == bc::code(&name)))
            }
        });
        let user = match result {
            Ok(Some(user)) => {
                let about = About::Permissions { user: Box::new(user), so_far: Vec::new(), next: None };
                self.ask(Question::Site { site: number, about }, 1, out);
                return;
            }
            Ok(None) => Lookup::Known(None),
            Err(error) => Lookup::Failed(match &error {
                CallError::Refused(refusal) => Finding::error(FindingCode::SecurityMissing)
                    .refused(refusal, out.now)
                    .with("environment", environment)
                    .action(Intent::SwitchAccount),
                other => self.explain(other, Resource::BusinessCentral, "user", out.now),
            }),
        };
        self.set_site(number, |site| site.user = user);
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
