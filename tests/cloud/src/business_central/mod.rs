//! Business Central, as far as setting up service-to-service access touches it: environments, companies, the automation API,
//! a partner's API page on the application table, pages published as web services, and the decision whether an application
//! gets in.
//!
//! Pure: a state value, a request, the caller the token proved, and the time. Rules cite `facts/business-central.md`.
//! Not here: CORS, throttling and faults (the rest of the cloud), `$batch`.

mod access;
mod arrange;
mod authorized_apps;
mod companies;
mod companion;
mod config_packages;
mod entity;
mod entra_applications;
mod environments;
mod errors;
mod extensions;
mod filter;
mod metadata;
mod model;
mod odata;
mod package_apply;
mod package_file;
mod packages;
mod pages;
mod permission_sets;
mod read_pages;
mod record_page;
mod scale;
pub mod seed;
mod text;
mod user_permissions;
mod users;
mod web_services;

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use uuid::Uuid;

use access::Surface;
use errors::Refusal;
pub use model::{
    AccessControl, Area, BcTenant, Company, EntraApplication, Environment, EnvironmentKind, EnvironmentStatus,
    Extension, License, PermissionSet, Right, Scope, State, User,
};
use odata::{Call, Segment};
pub use packages::{ConfigPackage, PackageError, PackageField, PackageStatus, PackageTable, PackageTask, PackageWork};
pub use pages::{ODATA_ENDS, PartnerPage, RecordNames, WebService};
use text::{Language, Message};

use crate::caller::{Caller, TokenProblem};
use crate::ids::Ids;
use crate::{Request, Response};

/// Every environment of every tenant.
#[derive(Clone, Debug, Default)]
pub struct BusinessCentral {
    tenants: BTreeMap<Uuid, BcTenant>,
    /// Per tenant, the applications whose `AdminCenter.ReadWrite.All` it granted: what Entra knows and the admin API shows.
    consents: BTreeMap<Uuid, BTreeSet<Uuid>>,
}

impl BusinessCentral {
    /// The state every test and demo starts from.
    pub fn seeded(ids: &mut Ids) -> Self {
        let tenants = seed::tenants(ids).into_iter().map(|tenant| (tenant.id, tenant)).collect();
        Self { tenants, consents: BTreeMap::new() }
    }

    /// Tells which applications hold `AdminCenter.ReadWrite.All` in a tenant; the directory knows, this part only shows it.
    pub fn set_admin_consents(&mut self, tenant: Uuid, app_ids: BTreeSet<Uuid>) {
        self.consents.insert(tenant, app_ids);
    }

    /// Business Central of a tenant.
    pub fn tenant(&self, tenant: Uuid) -> Option<&BcTenant> {
        self.tenants.get(&tenant)
    }

    /// Business Central of a tenant, to arrange a situation.
    pub fn tenant_mut(&mut self, tenant: Uuid) -> Option<&mut BcTenant> {
        self.tenants.get_mut(&tenant)
    }

    /// An environment of a tenant.
    pub fn environment(&self, tenant: Uuid, name: &str) -> Option<&Environment> {
        self.tenants.get(&tenant)?.environment(name)
    }

    /// An environment of a tenant, to arrange a situation.
    pub fn environment_mut(&mut self, tenant: Uuid, name: &str) -> Option<&mut Environment> {
        self.tenants.get_mut(&tenant)?.environment_mut(name)
    }

    /// Makes a sandbox as a copy of an environment.
    pub(super) fn copy_environment(&mut self, tenant: Uuid, from: &str, name: String) -> Result<(), String> {
        let tenant = self.tenants.get_mut(&tenant).ok_or("there is no such tenant")?;
        if tenant.environment_mut(&name).is_some() {
            return Err(format!("there is an environment `{name}` already"));
        }
        let mut copy = tenant.environment_mut(from).ok_or_else(|| format!("there is no environment `{from}`"))?.clone();
        copy.kind = EnvironmentKind::Sandbox;
        copy.name = name;
        tenant.environments.push(copy);
        Ok(())
    }

    /// What a person with SUPER does by hand on the card: client id and description, then enable (`business-central.md` 3.6).
    /// Gives the security id of the application's user, or the card's words.
    pub fn register_by_hand(
        &mut self,
        tenant: Uuid,
        environment: &str,
        client_id: Uuid,
        description: &str,
        ids: &mut Ids,
    ) -> Result<Uuid, String> {
        let environment = self
            .environment_mut(tenant, environment)
            .ok_or_else(|| format!("there is no environment `{environment}`"))?;
        entra_applications::register_by_hand(environment, client_id, description, ids)
            .map_err(|refusal| refusal.english())
    }

    /// What the companion extension's bridge answers to a request, in the session of a person (by object id) who is signed in to
    /// this environment and has answered its questions with yes. `None` when there is no such environment.
    pub fn bridge(
        &mut self,
        tenant: Uuid,
        environment: &str,
        person: Uuid,
        request: &Value,
        ids: &mut Ids,
    ) -> Option<Value> {
        Some(companion::answer(self.environment_mut(tenant, environment)?, person, request, ids))
    }

    /// Carries out an arrangement of a test written as JSON, such as
    /// `{"environment": "Sandbox", "do": {"partner_extension": true}}`; see `arrange.rs` for all of them. Tenant and environment
    /// default to Cronus and Production. The error says what is wrong with the wish.
    pub fn arrange(&mut self, wish: &Value, ids: &mut Ids) -> Result<(), String> {
        arrange::arrange(self, wish, ids)
    }

    /// The whole state for `GET /_cloud/state`. There are no secrets in it.
    pub fn state_json(&self) -> Value {
        json!({ "tenants": self.tenants.values().collect::<Vec<_>>() })
    }

    /// Answers one request to the Business Central origin.
    pub fn handle(
        &mut self,
        request: &Request,
        caller: Result<Caller, TokenProblem>,
        ids: &mut Ids,
        now_ms: u64,
    ) -> Response {
        let segments: Vec<&str> = request.uri().path().split('/').skip(1).filter(|part| !part.is_empty()).collect();
        let origin = origin(request);
        match segments.as_slice() {
            ["environments", "v1.2"] => match caller {
                Ok(caller) => environments::list_for_user(self.tenant(caller.tenant()), request.method(), &origin),
                Err(problem) => rejected(problem, request, ids),
            },
            ["admin", rest @ ..] => match caller {
                Ok(caller) => {
                    let rest: Vec<String> = rest.iter().map(|part| decoded(part)).collect();
                    let id = caller.tenant();
                    let consents = self.consents.get(&id).cloned().unwrap_or_default();
                    environments::admin(self.tenant_mut(id), &consents, &caller, request.method(), &rest, &origin)
                }
                Err(_) => errors::admin_error(
                    StatusCode::UNAUTHORIZED,
                    "Unknown",
                    "The access token is missing or not valid.",
                ),
            },
            ["v2.0", rest @ ..] => match caller {
                Ok(caller) => self.environment_call(request, &caller, rest, ids, now_ms),
                Err(problem) => rejected(problem, request, ids),
            },
            other => {
                let refusal = Refusal::no_segment(other.first().copied().unwrap_or("/"));
                refusal.answer(language(request, ""), ids.uuid())
            }
        }
    }

    /// `/v2.0/{tenant?}/{environment}/…` (`business-central.md` 1.1).
    fn environment_call(
        &mut self,
        request: &Request,
        caller: &Caller,
        segments: &[&str],
        ids: &mut Ids,
        now_ms: u64,
    ) -> Response {
        let tenant = caller.tenant();
        let (named_tenant, rest) = match segments {
            [first, rest @ ..] if Uuid::parse_str(first).is_ok() || first.contains('.') => (Some(decoded(first)), rest),
            other => (None, other),
        };
        let name = rest.first().map(|part| decoded(part)).unwrap_or_default();
        let found = self.tenants.get_mut(&tenant).filter(|known| {
            // A tenant segment that is not the token's tenant finds nothing (`business-central.md` 9, pain 9).
            named_tenant.as_ref().is_none_or(|named| {
                Uuid::parse_str(named).is_ok_and(|id| id == known.id)
                    || known.domains.iter().any(|domain| domain.eq_ignore_ascii_case(named))
            })
        });
        let environment = found
            .and_then(|known| known.environment_mut(&name))
            .filter(|environment| environment.status != EnvironmentStatus::SoftDeleted);
        let Some(environment) = environment else {
            let refusal = Refusal::missing("NoEnvironment", Message::NoEnvironment { name });
            return refusal.answer(language(request, ""), ids.uuid());
        };
        let language = language(request, &environment.country);
        config_packages::advance(environment, ids, now_ms);
        let outcome = if environment.status == EnvironmentStatus::Active {
            route(environment, request, caller, rest, language, ids, now_ms)
        } else {
            Err(Refusal::unavailable(&environment.name))
        };
        outcome.unwrap_or_else(|refusal| refusal.answer(language, ids.uuid()))
    }
}

/// Every problem of a token gives the same 401 (`business-central.md` 9); a request without one is asked for it.
fn rejected(problem: TokenProblem, request: &Request, ids: &mut Ids) -> Response {
    let mut response = Refusal::unauthorized(Message::RejectedCredentials).answer(language(request, ""), ids.uuid());
    let challenge = match problem {
        TokenProblem::Missing => "Bearer",
        TokenProblem::Malformed | TokenProblem::Expired | TokenProblem::WrongAudience | TokenProblem::WrongTenant => {
            "Bearer error=\"invalid_token\""
        }
    };
    response.headers_mut().insert(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static(challenge));
    response
}

fn language(request: &Request, country: &str) -> Language {
    let wanted = request.headers().get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose(wanted, country)
}

fn origin(request: &Request) -> String {
    let uri = request.uri();
    let host = request.headers().get(http::header::HOST).and_then(|value| value.to_str().ok());
    let authority = uri.authority().map(http::uri::Authority::as_str).or(host).unwrap_or_default();
    format!("{}://{authority}", uri.scheme_str().unwrap_or("https"))
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// One request inside an active environment; `segments` starts with the environment's name.
fn route(
    environment: &mut Environment,
    request: &Request,
    caller: &Caller,
    segments: &[&str],
    language: Language,
    ids: &mut Ids,
    now_ms: u64,
) -> Result<Response, Refusal> {
    let (surface, version_parts) = match segments {
        [_, "api", "v2.0", ..] => (Surface::Standard, 3),
        [_, "api", "microsoft", "automation", "v2.0", ..] => (Surface::Automation, 5),
        [_, "ODataV4", ..] => (Surface::WebServices, 2),
        [_, "api", publisher, group, version, ..]
            if environment.partner_page.publisher == decoded(publisher)
                && environment.partner_page.group == decoded(group)
                && environment.partner_page.version == decoded(version) =>
        {
            (Surface::Custom, 5)
        }
        _ => {
            let unknown = segments.get(1).copied().unwrap_or_default();
            return Err(Refusal::no_segment(segments.get(2).copied().unwrap_or(unknown)));
        }
    };
    let principal = access::enter(environment, caller, surface, ids, now_ms)?;
    if surface == Surface::Custom && !environment.partner_extension_installed {
        return Err(Refusal::no_segment(segments[2]));
    }
    // A reading replica takes no writes (`business-central.md` 1.5).
    let reading = request.headers().get("data-access-intent").is_some_and(|intent| intent == "ReadOnly");
    if reading && request.method() != Method::GET {
        return Err(Refusal::bad("BadRequest", Message::ReadOnlyIntent));
    }
    let path = request.uri().path();
    let below: Vec<Segment> = segments[version_parts..].iter().map(|part| Segment::read(part)).collect();
    let tail: usize = segments[version_parts..].iter().map(|part| part.len() + 1).sum();
    let origin = origin(request);
    let root = path.trim_end_matches('/');
    let call = Call {
        method: request.method(),
        headers: request.headers(),
        body: request.body(),
        options: odata::options(request.uri().query().unwrap_or_default()),
        root: format!("{origin}{}", root.get(..root.len().saturating_sub(tail)).unwrap_or(root)),
        address: format!("{origin}{path}"),
        language,
        page_rows: environment.page_rows,
    };
    if surface == Surface::WebServices {
        return web_services::handle(environment, &principal, &call, &below, ids);
    }
    dispatch(environment, &principal, &call, surface, &below, ids, now_ms)
}

/// From entity to handler. `companies` belongs to the environment; everything else to a company.
fn dispatch(
    environment: &mut Environment,
    principal: &access::Principal,
    call: &Call<'_>,
    surface: Surface,
    below: &[Segment],
    ids: &mut Ids,
    now_ms: u64,
) -> Result<Response, Refusal> {
    let (in_path, rest) = match below {
        [only] if only.name == "companies" => {
            return companies::handle(environment, principal, call, only);
        }
        [only] if only.name == "automationCompanies" && surface == Surface::Automation => {
            access::permit_automation(environment, principal, None)?;
            return companies::handle_automation(environment, call, only, "automationCompanies");
        }
        [first, rest @ ..] if first.name == "companies" => (Some(first), rest),
        other => (None, other),
    };
    let Some(entity) = rest.first() else {
        return Err(Refusal::no_segment(in_path.map_or("", |segment| segment.name.as_str())));
    };
    let known = match surface {
        Surface::Standard | Surface::WebServices => true,
        Surface::Custom => entity.name == environment.partner_page.entity_set,
        Surface::Automation => {
            let old = ["users", "userPermissions", "permissionSets", "extensions", "automationCompanies"];
            old.contains(&entity.name.as_str())
                || config_packages::is(&entity.name)
                || read_pages::known(environment, &entity.name)
        }
    };
    if !known {
        return Err(Refusal::no_segment(&entity.name));
    }
    let company = companies::chosen(environment, call, in_path)?.clone();
    let context = match in_path {
        Some(_) => format!("companies({})/{}", company.id, entity.name),
        None => entity.name.clone(),
    };
    let deepest = match surface {
        Surface::Automation if config_packages::is(&entity.name) => 3,
        Surface::Automation if entity.name == "users" => 2,
        Surface::Custom => 2,
        Surface::Automation | Surface::Standard | Surface::WebServices => 1,
    };
    if rest.len() > deepest {
        return Err(Refusal::no_segment(&rest[rest.len() - 1].name));
    }
    match surface {
        Surface::Standard | Surface::WebServices => {
            companies::handle_standard(environment, principal, call, &company, entity, &context)
        }
        Surface::Custom => {
            let action = rest.get(1);
            entra_applications::handle(environment, principal, call, entity, action, &context, &company.name, ids)
        }
        Surface::Automation => {
            access::permit_automation(environment, principal, Some(&company.name))?;
            if config_packages::is(&entity.name) {
                let (below, company) = (&rest[1..], &company.name);
                return config_packages::handle(
                    environment,
                    principal,
                    call,
                    entity,
                    below,
                    &context,
                    company,
                    ids,
                    now_ms,
                );
            }
            automation(environment, principal, call, entity, rest.get(1), &context, ids)
        }
    }
}

fn automation(
    environment: &mut Environment,
    principal: &access::Principal,
    call: &Call<'_>,
    entity: &Segment,
    part: Option<&Segment>,
    context: &str,
    ids: &mut Ids,
) -> Result<Response, Refusal> {
    match (entity.name.as_str(), part) {
        ("users", Some(part)) if part.name == user_permissions::USER_PERMISSIONS.name => {
            let user = entity.id()?.ok_or_else(|| Refusal::dialog(Message::UserRequired))?;
            let context = format!("{context}({user})/{}", part.name);
            user_permissions::handle(environment, principal, call, user, part, &context, ids)
        }
        ("users", Some(part)) => Err(Refusal::no_segment(&part.name)),
        ("users", None) => users::handle(environment, principal, call, entity, context),
        // Without a user in the path the page cannot be read (`business-central.md` 2).
        ("userPermissions", _) => Err(Refusal::dialog(Message::UserRequired)),
        ("permissionSets", _) => permission_sets::handle(environment, call, entity, context),
        (name, _) if read_pages::known(environment, name) => {
            read_pages::handle(environment, principal, call, entity, context)
        }
        ("extensions", _) => extensions::handle(environment, call, entity, context),
        (_, _) => companies::handle_automation(environment, call, entity, context),
    }
}
