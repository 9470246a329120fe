//! Drafting the plan: facts against choices, line by line.

use super::body::{Difference, WEB_CLIENT, application_body, difference};
use super::{Action, Brief, Line, Plan, Reason, SiteBrief, Step};
use crate::config::PresetKind;
use crate::flow::checks::{Lookup, RecordFact, Registered, SiteFacts};
use crate::flow::choices::{ADMIN_ROLE, Choices, Target};
use crate::flow::route::RouteKind;
use crate::flow::{Model, run};
use crate::gather::Gather;
use crate::protocol::business_central::{self as bc, PermissionSet, RecordApi, UserPermission};
use crate::protocol::graph::{AppRole, Application, SecretInfo};
use crate::protocol::oauth::Resource;
use crate::protocol::url;

impl Model {
    /// Builds the plan from what is known. `None` while something needed is missing.
    pub fn build_plan(&self) -> Option<Plan> {
        let choices = self.choices.as_ref()?;
        let deployment = self.deployment();
        let preset = self.preset()?;
        let directory = self.facts.directory.known()?;
        let central = directory.business_central.as_ref()?;
        let registered = self.facts.registered.known()?.as_ref();
        let account = self.account()?;
        let sites = self.facts.sites.iter().map(|site| self.site_brief(site, choices)).gather_all()?;
        let roles: Vec<AppRole> =
            central.roles.iter().filter(|role| choices.app_roles.contains(&role.value)).cloned().gather();
        let vendor = matches!(preset.kind, PresetKind::Vendor { .. });
        let body = application_body(choices, &roles, &sites, account, self.server_now());
        let application = registered.and_then(|registered| registered.application.as_ref());
        let Difference { change, before, differs } = application
            .map(|application| difference(application, &body, &roles, choices.target == Target::Ours))
            .unwrap_or_default();

        let brief = Brief {
            graph: deployment.config.endpoints.graph.clone(),
            business_central: deployment.config.endpoints.business_central.clone(),
            sites,
            unique_name: (choices.target == Target::Ours).then(|| choices.unique_name()),
            name: choices.trimmed_name().to_owned(),
            body,
            change,
            before,
            undo: false,
            central_sp: central.id.clone(),
            secret_name: preset.secret_name.clone(),
            months: choices.months,
            choices: choices.clone(),
            tenant: account.tenant.clone(),
            clock_offset: self.clock_offset,
            authority: self.authority()?.clone(),
            scope: deployment.config.endpoints.scope(Resource::BusinessCentral, ".default"),
            roles: roles.clone(),
        };
        let known = run::Known {
            app_object: application.map(|application| application.id.clone()),
            app_id: registered.map(|registered| registered.app_id.clone()),
            service_principal: registered
                .and_then(|registered| Some(registered.service_principal.as_ref()?.id.clone())),
            sites: self.facts.sites.iter().map(known_site).gather(),
            ..run::Known::default()
        };

        let mut drafts = Drafts::default();
        drafts.add(match (vendor, application) {
            (true, _) => (Step::Application, Action::Keep, Reason::Vendor),
            (_, None) => (Step::Application, Action::Create, Reason::Missing),
            (_, Some(_)) if differs.is_empty() => (Step::Application, Action::Keep, Reason::Same),
            _ => (Step::Application, Action::Change, Reason::Differs(differs)),
        });
        drafts.add(match registered.and_then(|registered| registered.service_principal.as_ref()) {
            Some(principal) if principal.enabled => (Step::ServicePrincipal, Action::Keep, Reason::Same),
            Some(_) => (Step::ServicePrincipal, Action::Change, Reason::Disabled),
            None => (Step::ServicePrincipal, Action::Create, Reason::Missing),
        });
        let (held, missing) = split_roles(&roles, registered, &central.id);
        if !held.is_empty() {
            drafts.add((Step::Consent(held), Action::Keep, Reason::Same));
        }
        if !missing.is_empty() {
            drafts.add((Step::Consent(missing), Action::Create, Reason::Missing));
        }
        self.draft_admin_center(choices, registered, &mut drafts);
        for (lane, site) in self.facts.sites.iter().enumerate() {
            drafts.lane = Some(lane);
            self.draft_site(choices, site, &mut drafts)?;
        }
        drafts.lane = None;
        self.draft_secret(application, vendor, &mut drafts);

        let lines = drafts
            .all
            .into_iter()
            .map(|(lane, (step, action, reason))| {
                let writes = matches!(action, Action::Create | Action::Change | Action::Remove);
                let requests = if writes { run::preview(&step, action, lane, &brief, &known) } else { Vec::new() };
                Line { lane, step, action, reason, requests }
            })
            .gather();
        Some(Plan { lines, brief, known })
    }

    fn site_brief(&self, site: &SiteFacts, choices: &Choices) -> Option<SiteBrief> {
        let environment = site.environment.clone();
        let listed = self.facts.listed(&environment);
        let web_client = listed.map(|it| it.web_client.clone()).filter(|address| url::origin(address).is_some());
        let tenant = &self.account()?.tenant;
        let partner = || self.deployment().config.partner_api.as_ref().map(RecordApi::partner);
        let odata = || site.odata.known().cloned().flatten();
        let api = match self.route(site) {
            Some(RouteKind::Host) => Some(RecordApi::bridge()),
            Some(RouteKind::PartnerApi) => partner(),
            Some(RouteKind::OData) => odata(),
            _ => None,
        };
        let reads = match site.record.known() {
            _ if api.is_some() => api.clone(),
            // Not written through, but the record can be read back by its client id (business-central.md 3.4).
            Some(RecordFact::Readable(_)) if matches!(site.partner, Lookup::Known(true)) => partner(),
            Some(RecordFact::Readable(_)) if matches!(site.bridge, Lookup::Known(true)) => Some(RecordApi::bridge()),
            Some(RecordFact::Readable(_)) => odata(),
            _ => None,
        };
        Some(SiteBrief {
            site: self.site(&environment)?,
            company: site.any_company()?.to_owned(),
            api,
            reads,
            web_client: web_client
                .unwrap_or_else(|| format!("{WEB_CLIENT}/{}/{}", url::encode(tenant), url::encode(&environment))),
            tells_kinds: listed.is_some_and(|it| bc::major(&it.version) >= Some(bc::READ_PAGES)),
            exact: choices.exact,
            environment,
        })
    }

    fn draft_admin_center(&self, choices: &Choices, registered: Option<&Registered>, drafts: &mut Drafts) {
        if !choices.app_roles.iter().any(|role| role == ADMIN_ROLE) {
            return;
        }
        let apps = self.facts.admin_apps.known().map(Vec::as_slice).unwrap_or_default();
        let listed = registered.is_some_and(|it| apps.iter().any(|app| app.client_id.eq_ignore_ascii_case(&it.app_id)));
        drafts.add(if listed {
            (Step::AdminCenter, Action::Keep, Reason::Same)
        } else {
            (Step::AdminCenter, Action::Create, Reason::Missing)
        });
    }

    fn draft_site(&self, choices: &Choices, site: &SiteFacts, drafts: &mut Drafts) -> Option<()> {
        let sets = self.chosen_sets(site);
        if !choices.want_user {
            let route = self.route(site).unwrap_or(RouteKind::Guided);
            drafts.add((Step::Record(route), Action::Skip, Reason::NotWanted));
            for set in sets {
                drafts.add((Step::PermissionSet { set, company: String::new() }, Action::Skip, Reason::NeedsUser));
            }
            return Some(());
        }
        let route = self.route(site)?;
        let user = site.user.known()?.as_ref();
        // Without a page over the record it cannot be read itself; its enabled user is the evidence there is.
        let there = match site.record.known() {
            Some(RecordFact::Readable(record)) => record.as_ref().map(|record| record.enabled),
            _ => user.map(|fact| fact.user.enabled),
        };
        drafts.add(match there {
            Some(true) if site.user_is_lost() => (Step::Record(route), Action::Change, Reason::UserLost),
            Some(true) => (Step::Record(route), Action::Keep, Reason::Same),
            Some(false) => (Step::Record(route), Action::Change, Reason::Disabled),
            None => (Step::Record(route), Action::Create, Reason::Missing),
        });
        // A record that is written sweeps by itself.
        if let (Some(true), RouteKind::Package, Some(Some(package))) = (there, route, site.packages.known()) {
            drafts.add((Step::RemovePackage(package.clone()), Action::Remove, Reason::LeftBehind));
        }
        let given = user.map(|fact| fact.permissions.as_slice()).unwrap_or_default();
        let companies = companies_here(choices, site);
        for set in &sets {
            for company in &companies {
                let step = Step::PermissionSet { set: set.clone(), company: company.clone() };
                let covered =
                    if choices.exact { has_exactly(given, set, company) } else { is_given(given, set, company) };
                drafts.add(if covered {
                    (step, Action::Keep, Reason::Same)
                } else if given.iter().any(|it| set.is(&it.role_id, &it.app_id, &it.scope)) {
                    (step, Action::Create, Reason::Wider)
                } else {
                    (step, Action::Create, Reason::Missing)
                });
            }
        }
        let missing = self.missing_sets(site);
        if !missing.is_empty() {
            drafts.add((Step::MissingSets(missing), Action::Skip, Reason::NotThere));
        }
        if choices.exact {
            for permission in given {
                let of = |set: &&PermissionSet| set.is(&permission.role_id, &permission.app_id, &permission.scope);
                let wanted = sets.iter().find(of);
                let here = companies.iter().any(|company| company.eq_ignore_ascii_case(&permission.company));
                let reason = match wanted {
                    Some(_) if here => continue,
                    Some(_) => Reason::Wider,
                    None => Reason::NotChosen,
                };
                drafts.add((Step::TakeSet(permission.clone()), Action::Remove, reason));
            }
        }
        Some(())
    }

    fn draft_secret(&self, application: Option<&Application>, vendor: bool, drafts: &mut Drafts) {
        let unseen = self.unseen_secrets();
        for secret in application.map(|application| application.secrets.as_slice()).unwrap_or_default() {
            if unseen.contains(&secret.name) {
                let step = Step::RemoveSecret { key_id: secret.key_id.clone(), name: secret.name.clone() };
                drafts.add((step, Action::Remove, Reason::NeverShown));
            } else if let Some(ends) = secret.ends {
                // Nobody can read whether somebody holds its text, so none stays without being named.
                let step = Step::RemoveSecret { key_id: String::new(), name: secret.named() };
                drafts.add((step, Action::Keep, Reason::ValidUntil(ends)));
            }
        }
        let valid = self.valid_secret().and_then(|secret| secret.ends);
        let seen = |it: &&SecretInfo| !unseen.contains(&it.name);
        let last = application.and_then(|it| it.secrets.iter().filter(seen).filter_map(|secret| secret.ends).max());
        drafts.add(match (vendor, self.wants_secret(), valid) {
            (true, ..) => (Step::Secret, Action::Skip, Reason::Vendor),
            (_, true, None) => (Step::Secret, Action::Create, last.map_or(Reason::Missing, Reason::Ends)),
            (_, true, Some(_)) => (Step::Secret, Action::Create, Reason::Wanted),
            (_, false, Some(ends)) => (Step::Secret, Action::Keep, Reason::ValidUntil(ends)),
            (_, false, None) => (Step::Secret, Action::Skip, Reason::NotWanted),
        });
    }
}

/// Lines being drafted, each with the lane it belongs to.
#[derive(Default)]
struct Drafts {
    lane: Option<usize>,
    all: Vec<(Option<usize>, Draft)>,
}

type Draft = (Step, Action, Reason);

impl Drafts {
    fn add(&mut self, draft: Draft) {
        self.all.push((self.lane, draft));
    }
}

/// What is known of an environment before the run.
fn known_site(site: &SiteFacts) -> run::KnownSite {
    let mut known = run::KnownSite::default();
    if let Some(record) = site.known_record() {
        known.user.clone_from(&record.user_id);
        known.description = Some(record.description.clone());
        known.etag.clone_from(&record.etag);
        known.user_is_lost = site.user_is_lost();
    }
    if let Some(Some(fact)) = site.user.known() {
        known.user = Some(fact.user.security_id.clone());
    }
    known
}

/// The chosen companies that an environment has, by name; one empty name stands for all.
fn companies_here(choices: &Choices, site: &SiteFacts) -> Vec<String> {
    let Some(chosen) = &choices.companies else { return vec![String::new()] };
    let here = site.companies.known().map(Vec::as_slice).unwrap_or_default();
    chosen.iter().filter(|name| here.iter().any(|company| &company.name == *name)).cloned().gather()
}

/// True when the set is given for just this company, or for all when all are meant.
fn has_exactly(given: &[UserPermission], set: &PermissionSet, company: &str) -> bool {
    given.iter().any(|it| set.is(&it.role_id, &it.app_id, &it.scope) && it.company.eq_ignore_ascii_case(company))
}

/// True when the set is given in this company, or in all.
pub(in crate::flow) fn is_given(given: &[UserPermission], set: &PermissionSet, company: &str) -> bool {
    given.iter().any(|it| {
        set.is(&it.role_id, &it.app_id, &it.scope)
            && (it.company.is_empty() || it.company.eq_ignore_ascii_case(company))
    })
}

fn split_roles(roles: &[AppRole], registered: Option<&Registered>, central: &str) -> (Vec<AppRole>, Vec<AppRole>) {
    let grants = registered.map(|registered| registered.grants.as_slice()).unwrap_or_default();
    let (mut held, mut missing) = (Vec::new(), Vec::new());
    for role in roles {
        let holds = grants.iter().any(|it| it.resource_id == central && it.role_id == role.id);
        let list = if holds { &mut held } else { &mut missing };
        list.push(role.clone());
    }
    (held, missing)
}
