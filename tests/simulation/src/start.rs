//! How the tenant looks when a visit begins, and what other people do to it.

use crate::schedule::{Before, Disturbance, Scenario, Wish};
use crate::world::World;
use entrada::flow::route::RouteKind;
use entrada_cloud::business_central::{AccessControl, State};
use entrada_cloud::control::Edit;
use entrada_cloud::state::{Application, ClientSecret};
use entrada_cloud::{Cloud, Contract, Origins, Settings, seed};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use uuid::Uuid;

/// 23 November 2026.
pub const MORNING: u64 = 1_795_412_640_000;
const DAY: u64 = 24 * 60 * 60_000;

/// A tenant before a visit.
#[derive(Clone)]

pub struct Tenant {
    /// The cloud.
    pub cloud: Cloud,
    /// When the visit begins.
    pub now: u64,
    /// Id of the secret that the person has in hand from before.
    pub holds: Option<String>,
}

/// The shipped configuration with the seeded client id and publisher.
pub fn config() -> String {
    static CONFIG: OnceLock<String> = OnceLock::new();
    let make = || {
        let mut value: Value = serde_json::from_str(include_str!("../../../www/config.json"))
            .unwrap_or_else(|error| unreachable!("{error}"));
        value["clientId"] = json!(seed::ENTRADA_CLIENT_ID);
        value["publisher"] = json!({ "name": seed::ENTRADA_PUBLISHER });
        value.to_string()
    };
    CONFIG.get_or_init(make).clone()
}

/// The seeded cloud, with Graph's contract when it is beside this checkout.
pub fn fresh() -> Cloud {
    static FRESH: OnceLock<Cloud> = OnceLock::new();
    let make = || {
        let settings = Settings {
            origins: Origins::default(),
            page_redirect_uris: vec![format!("{}redirect.html", crate::tab::FOLDER)],
            seed: 7,
        };
        let mut cloud = Cloud::new(settings);
        cloud.set_unsigned();
        cloud.set_brief_log();
        if let Some(path) = Contract::locate() {
            cloud.set_contract(Contract::load(&path).ok());
        }
        give_roles(&mut cloud);
        cloud
    };
    FRESH.get_or_init(make).clone()
}

/// The tenant in which a visit begins.
pub fn tenant(scenario: &Scenario) -> Tenant {
    static PREPARED: OnceLock<Mutex<HashMap<String, Tenant>>> = OnceLock::new();
    let earlier = match scenario.before {
        Before::Complete | Before::Disabled | Before::Changed => true,
        Before::Nothing | Before::Namesake => false,
    };
    let key = format!("{:?} {} {:?} {}", scenario.before, scenario.preset, scenario.places, earlier);
    let kept = PREPARED.get_or_init(Mutex::default);
    if let Some(tenant) = kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return tenant.clone();
    }
    let tenant = prepare(scenario, earlier);
    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(key, tenant.clone());
    tenant
}

fn prepare(scenario: &Scenario, earlier: bool) -> Tenant {
    let mut cloud = fresh();
    cloud.set_contract(None);
    for place in scenario.places.iter().filter(|place| place.route == RouteKind::OData) {
        let page = json!({ "page": 9861, "service": "EntraCard" });
        let wish = json!({ "environment": place.environment, "do": { "publish_page": page } });
        // A wish that this file writes down wrongly shows as a plan without its route, at once and in every visit.
        let _ = cloud.arrange_business_central(&wish);
    }
    let mut tenant = Tenant { cloud, now: MORNING, holds: None };
    if earlier {
        let calm = Scenario { before: Before::Nothing, wish: Wish::Plain, second: None, lag_ms: 0, ..scenario.clone() };
        tenant = World::prepare(&calm, tenant);
        tenant.now += DAY;
    }
    match scenario.before {
        Before::Nothing | Before::Complete => {}
        Before::Disabled => {
            for place in &scenario.places {
                switch(&mut tenant.cloud, place.environment, None, State::Disabled);
            }
        }
        Before::Changed => change(&mut tenant.cloud, tenant.now),
        Before::Namesake => {
            let name = preset_name(scenario.preset);
            add_application(&mut tenant.cloud, &name);
        }
    }
    tenant
}

/// What somebody changed since an earlier set-up.
fn change(cloud: &mut Cloud, now: u64) {
    let Some(tenant) = cloud.tenant_mut(&seed::CRONUS.to_string()) else { return };
    let ours: Vec<Uuid> =
        tenant.applications.iter().filter(|app| app.unique_name.is_some()).map(|app| app.app_id).collect();
    for app in tenant.applications.iter_mut().filter(|app| app.unique_name.is_some()) {
        app.properties.insert("displayName".into(), "Renamed".into());
        app.properties.insert("requiredResourceAccess".into(), json!([]));
    }
    let principals: Vec<Uuid> =
        tenant.service_principals.iter().filter(|it| ours.contains(&it.app_id)).map(|it| it.id).collect();
    tenant.app_role_assignments.retain(|grant| !principals.contains(&grant.principal));
    for app in ours {
        interfere(cloud, Disturbance::ForeignSet, app, now);
    }
}

fn preset_name(preset: &str) -> String {
    let config: Value = serde_json::from_str(&config()).unwrap_or_default();
    let presets = config["presets"].as_array().cloned().unwrap_or_default();
    let found = presets.iter().find(|it| it["id"] == preset);
    found.and_then(|it| it["applicationName"].as_str()).unwrap_or_default().to_owned()
}

fn add_application(cloud: &mut Cloud, name: &str) {
    let Some(tenant) = cloud.tenant_mut(&seed::CRONUS.to_string()) else { return };
    let mut properties = serde_json::Map::new();
    properties.insert("displayName".into(), name.into());
    properties.insert("signInAudience".into(), "AzureADMyOrg".into());
    let id = |digit: u128| Uuid::from_u128(0xf0e1_0000_0000_4000_8000_0000_0000_0000 + digit);
    tenant.applications.push(Application {
        id: id(1),
        app_id: id(2),
        unique_name: None,
        created_ms: MORNING,
        created_by: None,
        owners: Vec::new(),
        properties,
        secrets: vec![secret(id(3), "Somebody else's")],
        keys: Vec::new(),
        federated: Vec::new(),
        verified_publisher: None,
        visible_ms: 0,
        deleted_ms: None,
    });
}

fn secret(key_id: Uuid, name: &str) -> ClientSecret {
    ClientSecret {
        key_id,
        display_name: Some(name.to_owned()),
        start_ms: MORNING,
        end_ms: MORNING + 300 * DAY,
        hint: "abc".into(),
        text: "somebody's".into(),
        visible_ms: 0,
    }
}

/// Ada and Bea may do all that a set-up needs.
pub fn give_roles(cloud: &mut Cloud) {
    use seed::roles::{APPLICATION_ADMINISTRATOR, BUSINESS_CENTRAL_ADMINISTRATOR, GLOBAL_ADMINISTRATOR};
    let all = [
        (seed::ADA.upn, vec![GLOBAL_ADMINISTRATOR]),
        (seed::BEA.upn, vec![APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, BUSINESS_CENTRAL_ADMINISTRATOR]),
    ];
    for (upn, roles) in all {
        let _ = cloud.edit(None, &Edit::Roles { upn: upn.into(), roles }, MORNING);
    }
}

/// Takes the right to manage users from everybody in Business Central, or gives it back.
pub fn take_users_rights(cloud: &mut Cloud, take: bool) {
    for environment in ["Production", "Sandbox"] {
        let Some(it) = cloud.business_central_mut().environment_mut(seed::CRONUS, environment) else { continue };
        for given in &mut it.access_control {
            let (from, to) = if take { ("SUPER", "D365 READ") } else { ("D365 READ", "SUPER") };
            let people = it.users.iter().any(|user| user.security_id == given.user && user.oid.is_some());
            if people && given.role_id == from {
                to.clone_into(&mut given.role_id);
            }
        }
    }
}

/// What somebody else does to the application behind the page's back.
pub fn interfere(cloud: &mut Cloud, what: Disturbance, app: Uuid, now: u64) {
    match what {
        Disturbance::ForeignSecret => {
            let tenant = cloud.tenant_mut(&seed::CRONUS.to_string());
            if let Some(application) = tenant.and_then(|tenant| tenant.application_mut(app)) {
                let id = Uuid::from_u128(0xf0e1_0000_0000_4000_8000_0000_0000_0100 + application.secrets.len() as u128);
                application.secrets.push(secret(id, "Somebody else's"));
            }
        }
        Disturbance::ForeignDelete => {
            let _ = cloud.edit(None, &Edit::DeleteApplication(app), now);
        }
        Disturbance::ForeignSet => {
            for environment in ["Production", "Sandbox"] {
                let Some(it) = cloud.business_central_mut().environment_mut(seed::CRONUS, environment) else {
                    continue;
                };
                let Some(user) = it.application_user(app).map(|user| user.security_id) else { continue };
                it.access_control.push(AccessControl {
                    id: Uuid::from_u128(u128::from(now)),
                    user,
                    role_id: "D365 BASIC".into(),
                    company: String::new(),
                    app_id: entrada_cloud::business_central::seed::BASE_APPLICATION,
                    scope: entrada_cloud::business_central::Scope::System,
                });
            }
        }
        Disturbance::ForeignDisable => {
            for environment in ["Production", "Sandbox"] {
                switch(cloud, environment, Some(app), State::Disabled);
            }
        }
        _ => {}
    }
}

/// Sets the state of an application's record with its user, as the card does; without an application that of all.
pub fn switch(cloud: &mut Cloud, environment: &str, app_id: Option<Uuid>, state: State) {
    let Some(it) = cloud.business_central_mut().environment_mut(seed::CRONUS, environment) else { return };
    for record in it.entra_applications.iter_mut().filter(|it| app_id.is_none_or(|wanted| wanted == it.client_id)) {
        record.state = state;
        for user in it.users.iter_mut().filter(|user| user.security_id == record.user_id) {
            user.state = state;
        }
    }
}
