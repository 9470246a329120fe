//! The plan: what would change, what stays, and why, as a value. Nothing is written before it was shown.

use super::checks::{RecordFact, Registered};
use super::choices::Target;
use super::route::RouteKind;
use super::{Model, run};
use crate::config::PresetKind;
use crate::protocol::business_central::{PermissionSet, Site, UserPermission};
use crate::protocol::graph::{AppRole, Application, BUSINESS_CENTRAL_APP};
use crate::protocol::http::Request;
use crate::protocol::json::{Value, json, object};
use crate::protocol::{date, url};

/// What happens to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Made anew.
    Create,
    /// Left as it is.
    Keep,
    /// Changed.
    Change,
    /// Left out.
    Skip,
    /// Taken away.
    Remove,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It does not exist.
    Missing,
    /// It is as it should be.
    Same,
    /// It differs in these things: `name`, `roles`, `redirect`, `tags`.
    Differs(Vec<&'static str>),
    /// It is the vendor's.
    Vendor,
    /// It exists and is disabled.
    Disabled,
    /// Not wanted.
    NotWanted,
    /// Needs the user, which is left out.
    NeedsUser,
    /// A valid secret exists until then (ms).
    ValidUntil(u64),
    /// Wanted although a valid one exists.
    Wanted,
    /// Made by an interrupted run and never shown.
    NeverShown,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The application registration.
    Application,
    /// Its service principal.
    ServicePrincipal,
    /// Admin consent to these roles.
    Consent(Vec<AppRole>),
    /// The record in Business Central, and with it the user.
    Record(RouteKind),
    /// A permission set in a company; empty for all.
    PermissionSet {
        /// Which.
        set: PermissionSet,
        /// Company name.
        company: String,
    },
    /// Removing a secret nobody saw.
    RemoveSecret {
        /// Its id.
        key_id: String,
        /// Its name.
        name: String,
    },
    /// The secret.
    Secret,
    /// Reading back from Entra.
    VerifyEntra,
    /// Reading back from Business Central.
    VerifyBusinessCentral,
}

impl Step {
    /// Stable word, for findings and keys.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::ServicePrincipal => "service-principal",
            Self::Consent(_) => "consent",
            Self::Record(_) => "record",
            Self::PermissionSet { .. } => "permission-set",
            Self::RemoveSecret { .. } => "remove-secret",
            Self::Secret => "secret",
            Self::VerifyEntra => "verify-entra",
            Self::VerifyBusinessCentral => "verify-business-central",
        }
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What.
    pub step: Step,
    /// What happens to it.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The requests that will go out, with `{…}` where a value is not known yet.
    pub requests: Vec<Request>,
}

impl Line {
    /// True when something is written.
    pub fn writes(&self) -> bool {
        matches!(self.action, Action::Create | Action::Change | Action::Remove)
    }
}

/// All that a run needs to know, fixed when the plan is made.
#[derive(Debug, Clone)]
pub struct Brief {
    /// Graph origin.
    pub graph: String,
    /// The environment.
    pub site: Site,
    /// Company through which the automation API is addressed.
    pub company: String,
    /// The partner's API page.
    pub partner_api: Option<crate::protocol::business_central::PartnerApi>,
    /// Key of the application, when it is ours.
    pub unique_name: Option<String>,
    /// Display name.
    pub name: String,
    /// Full body of the application, for creating it.
    pub body: Value,
    /// Changed members only, for an application that exists.
    pub change: Value,
    /// Business Central's service principal.
    pub central_sp: String,
    /// Stem of the secret's name.
    pub secret_name: String,
    /// Lifetime in months.
    pub months: u32,
    /// Choices from which the record's description is made.
    pub choices: super::choices::Choices,
    /// Where the web client is, for the guided route.
    pub web_client: String,
    /// Tenant id.
    pub tenant: String,
    /// Server clock minus local clock.
    pub clock_offset: i64,
    /// Login origin, for the consent page.
    pub login: String,
    /// Roles the application should hold in the end.
    pub roles: Vec<AppRole>,
}

/// The plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Lines in the order of the work.
    pub lines: Vec<Line>,
    /// What the run needs.
    pub brief: Brief,
    /// What is known before the run.
    pub known: run::Known,
}

impl Plan {
    /// True when nothing would be written.
    pub fn is_empty(&self) -> bool {
        !self.lines.iter().any(Line::writes)
    }

    /// How many lines do this.
    pub fn count(&self, action: Action) -> usize {
        self.lines.iter().filter(|line| line.action == action).count()
    }
}

/// Host of Business Central's web client when the environment does not name its own.
const WEB_CLIENT: &str = "https://businesscentral.dynamics.com";

impl Model {
    /// Builds the plan from what is known. `None` while something needed is missing.
    pub fn build_plan(&self) -> Option<Plan> {
        let choices = self.choices.clone()?;
        let deployment = self.deployment();
        let preset = self.preset()?;
        let directory = self.facts.directory.known()?;
        let central = directory.business_central.as_ref()?;
        let registered = self.facts.registered.known()?.clone();
        let environment = choices.environment.clone()?;
        let listed = self.facts.environments.known().and_then(|list| list.iter().find(|it| it.name == environment));
        let account = self.account()?;
        let web_client = listed.map(|it| it.web_client.clone()).filter(|address| url::origin(address).is_some());
        let web_client = web_client
            .unwrap_or_else(|| format!("{WEB_CLIENT}/{}/{}", url::encode(&account.tenant), url::encode(&environment)));
        let roles: Vec<AppRole> =
            central.roles.iter().filter(|role| choices.app_roles.contains(&role.value)).cloned().collect();
        let vendor = matches!(preset.kind, PresetKind::Vendor { .. });
        let body = application_body(&choices, &roles, &web_client, account, self.server_now());
        let application = registered.as_ref().and_then(|registered| registered.application.as_ref());
        let (change, differs) = application
            .map(|application| difference(application, &body, &roles, choices.target == Target::Ours))
            .unwrap_or_default();

        let brief = Brief {
            graph: deployment.config.endpoints.graph.clone(),
            site: self.site()?,
            company: self.any_company()?,
            partner_api: deployment.config.partner_api.clone(),
            unique_name: (choices.target == Target::Ours).then(|| choices.unique_name()),
            name: choices.trimmed_name().to_owned(),
            body,
            change,
            central_sp: central.id.clone(),
            secret_name: preset.secret_name.clone(),
            months: choices.months,
            choices: choices.clone(),
            web_client,
            tenant: account.tenant.clone(),
            clock_offset: self.clock_offset,
            login: deployment.config.endpoints.login.clone(),
            roles: roles.clone(),
        };
        let mut known = run::Known {
            app_object: application.map(|application| application.id.clone()),
            app_id: registered.as_ref().map(|registered| registered.app_id.clone()),
            service_principal: registered
                .as_ref()
                .and_then(|registered| Some(registered.service_principal.as_ref()?.id.clone())),
            ..run::Known::default()
        };
        if let Some(RecordFact::Readable(Some(record))) = self.facts.record.known() {
            known.user.clone_from(&record.user_id);
            known.description = Some(record.description.clone());
        }
        if let Some(Some(fact)) = self.facts.user.known() {
            known.user = Some(fact.user.security_id.clone());
        }

        let mut drafts: Vec<(Step, Action, Reason)> = Vec::new();
        drafts.push(match (vendor, &registered, application) {
            (true, ..) => (Step::Application, Action::Keep, Reason::Vendor),
            (_, _, None) => (Step::Application, Action::Create, Reason::Missing),
            (_, _, Some(_)) if differs.is_empty() => (Step::Application, Action::Keep, Reason::Same),
            _ => (Step::Application, Action::Change, Reason::Differs(differs)),
        });
        drafts.push(match registered.as_ref().and_then(|registered| registered.service_principal.as_ref()) {
            Some(_) => (Step::ServicePrincipal, Action::Keep, Reason::Same),
            None => (Step::ServicePrincipal, Action::Create, Reason::Missing),
        });
        let (held, missing) = split_roles(&roles, registered.as_ref(), &central.id);
        if !held.is_empty() {
            drafts.push((Step::Consent(held), Action::Keep, Reason::Same));
        }
        if !missing.is_empty() {
            drafts.push((Step::Consent(missing), Action::Create, Reason::Missing));
        }
        self.draft_business_central(&choices, &mut drafts)?;
        self.draft_secret(application, vendor, &mut drafts);

        let lines = drafts
            .into_iter()
            .map(|(step, action, reason)| {
                let writes = matches!(action, Action::Create | Action::Change | Action::Remove);
                let requests = if writes { run::preview(&step, action, &brief, &known) } else { Vec::new() };
                Line { step, action, reason, requests }
            })
            .collect();
        Some(Plan { lines, brief, known })
    }

    fn draft_business_central(
        &self,
        choices: &super::choices::Choices,
        drafts: &mut Vec<(Step, Action, Reason)>,
    ) -> Option<()> {
        let sets = self.chosen_sets();
        let companies = choices.companies.clone().unwrap_or_else(|| vec![String::new()]);
        if !choices.want_user {
            let route = self.route().unwrap_or(RouteKind::Guided);
            drafts.push((Step::Record(route), Action::Skip, Reason::NotWanted));
            for set in sets {
                drafts.push((Step::PermissionSet { set, company: String::new() }, Action::Skip, Reason::NeedsUser));
            }
            return Some(());
        }
        let route = self.route()?;
        let user = self.facts.user.known()?.as_ref();
        let record = match self.facts.record.known()? {
            RecordFact::Readable(record) => record.as_ref(),
            RecordFact::NoPage => None,
        };
        // Without the partner's page the record itself cannot be read; its enabled user is the evidence there is.
        let there = match record {
            Some(record) => Some(record.enabled),
            None => user
                .filter(|_| matches!(self.facts.record.known(), Some(RecordFact::NoPage)))
                .map(|fact| fact.user.enabled),
        };
        drafts.push(match there {
            Some(true) => (Step::Record(route), Action::Keep, Reason::Same),
            Some(false) => (Step::Record(route), Action::Change, Reason::Disabled),
            None => (Step::Record(route), Action::Create, Reason::Missing),
        });
        let given = user.map(|fact| fact.permissions.as_slice()).unwrap_or_default();
        for set in &sets {
            for company in &companies {
                let step = Step::PermissionSet { set: set.clone(), company: company.clone() };
                drafts.push(if is_given(given, set, company) {
                    (step, Action::Keep, Reason::Same)
                } else {
                    (step, Action::Create, Reason::Missing)
                });
            }
        }
        Some(())
    }

    fn draft_secret(&self, application: Option<&Application>, vendor: bool, drafts: &mut Vec<(Step, Action, Reason)>) {
        let unseen = self.unseen_secrets();
        for secret in application.map(|application| application.secrets.as_slice()).unwrap_or_default() {
            if unseen.contains(&secret.name) {
                let step = Step::RemoveSecret { key_id: secret.key_id.clone(), name: secret.name.clone() };
                drafts.push((step, Action::Remove, Reason::NeverShown));
            }
        }
        let valid = self.valid_secret().and_then(|secret| secret.ends);
        drafts.push(match (vendor, self.wants_secret(), valid) {
            (true, ..) => (Step::Secret, Action::Skip, Reason::Vendor),
            (_, true, None) => (Step::Secret, Action::Create, Reason::Missing),
            (_, true, Some(_)) => (Step::Secret, Action::Create, Reason::Wanted),
            (_, false, Some(ends)) => (Step::Secret, Action::Keep, Reason::ValidUntil(ends)),
            (_, false, None) => (Step::Secret, Action::Skip, Reason::NotWanted),
        });
    }
}

/// True when the set is given in this company, or in all.
pub(super) fn is_given(given: &[UserPermission], set: &PermissionSet, company: &str) -> bool {
    given.iter().any(|it| {
        set.is(&it.role_id, &it.app_id, &it.scope)
            && (it.company.is_empty() || it.company.eq_ignore_ascii_case(company))
    })
}

fn split_roles(roles: &[AppRole], registered: Option<&Registered>, central: &str) -> (Vec<AppRole>, Vec<AppRole>) {
    let grants = registered.map(|registered| registered.grants.as_slice()).unwrap_or_default();
    roles.iter().cloned().partition(|role| grants.iter().any(|it| it.resource_id == central && it.role_id == role.id))
}

/// Every member that we set on an application of our own (design section 5).
fn application_body(
    choices: &super::choices::Choices,
    roles: &[AppRole],
    web_client: &str,
    account: &super::session::Account,
    now: u64,
) -> Value {
    let access: Vec<Value> = roles.iter().map(|role| json!({ "id": &role.id, "type": "Role" })).collect();
    let client = url::origin(web_client).unwrap_or_else(|| WEB_CLIENT.into());
    json!({
        "displayName": choices.trimmed_name(),
        "signInAudience": "AzureADMyOrg",
        "requiredResourceAccess": vec![json!({ "resourceAppId": BUSINESS_CENTRAL_APP, "resourceAccess": access })],
        // Lets "Grant Consent" on the card inside Business Central work (business-central.md 4).
        "web": json!({ "redirectUris": vec![format!("{client}/OAuthLanding.htm").into()] }),
        "tags": vec!["entrada".into(), format!("entrada-preset-{}", choices.preset).into()],
        "notes": format!("Made with Entrada by {} on {}.", account.username, date::day(now)),
        // Nobody can add a credential behind our back on the service principal (graph.md 13).
        "servicePrincipalLockConfiguration": json!({ "isEnabled": true, "allProperties": true }),
    })
}

/// What has to change on an application that exists, and what it is called. On an application that is not ours only
/// the declared roles are touched, and what it declares besides stays.
fn difference(application: &Application, body: &Value, roles: &[AppRole], ours: bool) -> (Value, Vec<&'static str>) {
    let mut change = object(&mut []);
    let mut differs = Vec::new();
    if roles.iter().any(|role| !application.declared_roles.contains(&role.id)) {
        change.insert("requiredResourceAccess", merged_access(&application.required_access, roles));
        differs.push("roles");
    }
    if ours {
        if application.name != body["displayName"].as_str().unwrap_or_default() {
            change.insert("displayName", body["displayName"].clone());
            differs.push("name");
        }
        // PATCH replaces a collection whole (graph.md 2), so what is there is sent again.
        let mut merge =
            |member: &'static str, word: &'static str, there: &[String], wanted: &Value, wrap: fn(Value) -> Value| {
                let before = there.len();
                let mut all: Vec<Value> = there.iter().map(Value::from).collect();
                for item in wanted.items() {
                    if !all.contains(item) {
                        all.push(item.clone());
                    }
                }
                if all.len() > before {
                    change.insert(member, wrap(Value::List(all)));
                    differs.push(word);
                }
            };
        merge(
            "web",
            "redirect",
            &application.redirect_uris,
            &body["web"]["redirectUris"],
            |all| json!({ "redirectUris": all }),
        );
        merge("tags", "tags", &application.tags, &body["tags"], |all| all);
    }
    (change, differs)
}

fn merged_access(there: &Value, roles: &[AppRole]) -> Value {
    let mut all = there.items().to_vec();
    let place = all.iter().position(|entry| entry["resourceAppId"] == BUSINESS_CENTRAL_APP).unwrap_or_else(|| {
        all.push(json!({ "resourceAppId": BUSINESS_CENTRAL_APP, "resourceAccess": Vec::new() }));
        all.len() - 1
    });
    if let Some(Value::List(entries)) = all[place].get_mut("resourceAccess") {
        for role in roles {
            if !entries.iter().any(|entry| entry["id"] == role.id.as_str()) {
                entries.push(json!({ "id": &role.id, "type": "Role" }));
            }
        }
    }
    Value::List(all)
}
