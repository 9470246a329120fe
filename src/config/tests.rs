//! Tests of the configuration reader.
use super::*;
use crate::protocol::oauth::Resource;
use serde_json::{Value, json};

fn sound() -> Value {
    json!({
        "$schema": "./config.schema.json",
        "clientId": "C0FFEE00-e474-4da0-8000-000000000001",
        "publisher": { "name": "Example Ltd." },
        "presets": [{ "id": "other", "name": "Other", "kind": "ownApplication", "applicationName": "Other integration",
            "appRoles": ["API.ReadWrite.All"] }],
    })
}

fn wrong(change: impl FnOnce(&mut Value)) -> Misread {
    let mut value = sound();
    change(&mut value);
    match read(&value.to_string()) {
        Err(ConfigError::Wrong(misread)) => misread,
        other => panic!("expected a mistake, got {other:?}"),
    }
}

#[test]
fn a_short_file_is_enough() {
    let config = read(&sound().to_string()).unwrap();
    assert_eq!(config.endpoints, Endpoints::worldwide());
    assert_eq!(
        (config.authority.as_str(), config.guided, config.credentials.default_months),
        ("organizations", true, 12)
    );
    assert_eq!(config.client_id, "c0ffee00-e474-4da0-8000-000000000001");
}

#[test]
fn the_placeholder_client_id_is_told_apart_from_a_mistake() {
    let mut value = sound();
    value["clientId"] = json!(NO_CLIENT);
    assert_eq!(read(&value.to_string()), Err(ConfigError::NotRegistered));
}

#[test]
fn every_mistake_names_its_place_and_what_is_allowed() {
    assert_eq!(wrong(|v| v["clientID"] = json!("x")).at, "$.clientID");
    assert!(wrong(|v| v["clientID"] = json!("x")).problem.contains("clientId, authority"));
    assert_eq!(wrong(|v| v["clientId"] = json!(7)).at, "$.clientId");
    assert_eq!(wrong(|v| v["authority"] = json!("evil/../x")).at, "$.authority");
    assert_eq!(
        wrong(|v| v["endpoints"] =
            json!({ "login": "http://evil.example", "graph": "https://g", "businessCentral": "https://b" }))
        .at,
        "$.endpoints.login"
    );
    assert_eq!(
        wrong(|v| v["endpoints"] =
            json!({ "login": "https://l/path", "graph": "https://g", "businessCentral": "https://b" }))
        .at,
        "$.endpoints.login"
    );
    assert_eq!(wrong(|v| v["presets"][0]["appRoles"] = json!(["Everything"])).at, "$.presets[0].appRoles[0]");
    assert_eq!(wrong(|v| v["presets"] = json!([])).at, "$.presets");
    assert_eq!(wrong(|v| v["presets"][0]["id"] = json!("Has Space")).at, "$.presets[0].id");
    assert_eq!(wrong(|v| v["presets"][0]["kind"] = json!("vendorApplication")).at, "$.presets[0].clientId");
    assert_eq!(wrong(|v| v["credentials"] = json!({ "months": [1200] })).at, "$.credentials.months[0]");
    assert_eq!(wrong(|v| v["credentials"] = json!({ "months": [24], "maxMonths": 12 })).at, "$.credentials.months");
    assert_eq!(wrong(|v| v["languages"] = json!(["xx"])).at, "$.languages[0]");
    assert_eq!(wrong(|v| v["support"] = json!({ "label": "x", "url": "javascript:alert(1)" })).at, "$.support.url");
    assert_eq!(
        wrong(|v| v["routes"] =
            json!({ "partnerApi": { "publisher": "a/../b", "group": "g", "version": "v1.0", "entitySet": "e" } }))
        .at,
        "$.routes.partnerApi.publisher"
    );
    assert_eq!(wrong(|v| v["publisher"] = json!({ "name": "two\nlines" })).at, "$.publisher.name");
    let host = json!({ "origin": "https://portal.example" });
    assert_eq!(wrong(|v| v["embedding"] = json!({ "hosts": [host, host] })).at, "$.embedding.hosts");
    assert_eq!(
        wrong(|v| v["embedding"] = json!({ "hosts": [host, { "origin": "https://*.x" }] })).at,
        "$.embedding.hosts[1].origin"
    );
}

#[test]
fn a_cloud_brings_what_microsoft_documents_of_it_and_asks_for_the_rest() {
    let with = |endpoints: Value| {
        let mut value = sound();
        value["endpoints"] = endpoints;
        read(&value.to_string()).map(|config| config.endpoints)
    };
    assert_eq!(with(json!({ "cloud": "worldwide" })).unwrap(), Endpoints::worldwide());
    let government = with(json!({ "cloud": "us-government", "businessCentral": "https://bc.example" })).unwrap();
    assert_eq!(government.login, "https://login.microsoftonline.us");
    assert_eq!(government.scope(Resource::Graph, "User.Read"), "https://graph.microsoft.us/User.Read");
    assert_eq!(government.origin(Resource::BusinessCentral), "https://bc.example");
    assert_eq!(
        government.scope(Resource::BusinessCentral, "user_impersonation"),
        "https://api.businesscentral.dynamics.com/user_impersonation"
    );
    let Err(ConfigError::Wrong(misread)) = with(json!({ "cloud": "china" })) else { panic!() };
    assert_eq!(misread.at, "$.endpoints.businessCentral");

    let other =
        json!({ "authority": "https://id.example/realm/", "graph": "https://g", "businessCentral": "https://b" });
    let other = with(other).unwrap();
    assert_eq!(
        (other.login.as_str(), other.issuer.as_deref()),
        ("https://id.example", Some("https://id.example/realm/"))
    );
    assert_eq!(other.entra("organizations"), None, "where it is has to be asked");
    assert!(government.entra("organizations").is_some());
}

#[test]
fn what_is_no_json_says_where() {
    let Err(ConfigError::Wrong(misread)) = read("{ \"clientId\": ") else { panic!() };
    assert!(misread.problem.contains("line 1"), "{misread}");
}

#[test]
fn the_file_we_ship_is_sound_but_for_its_client_id() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/config.json")).unwrap();
    assert_eq!(read(&text), Err(ConfigError::NotRegistered));
    let config = read(&text.replace(NO_CLIENT, "c0ffee00-e474-4da0-8000-000000000001")).unwrap();
    assert_eq!(config.presets.len(), 14);
}

#[test]
fn the_shape_of_the_partners_page_can_be_told() {
    let with = |api: Value| {
        let mut json = sound();
        json["routes"] = json!({ "partnerApi": api });
        read(&json.to_string()).map(|config| config.partner_api.unwrap())
    };
    let place = json!({ "publisher": "np", "group": "retail", "version": "v2.0", "entitySet": "apps" });
    let plain = with(place.clone()).unwrap();
    assert_eq!((plain.fields, plain.action), (RecordFields::companion(), None));

    let mut own = place.clone();
    own["fields"] = json!({ "clientId": "appId", "state": "app_State1", "userId": "" });
    own["action"] = json!("enable");
    let own = with(own).unwrap();
    assert_eq!(own.fields.client_id, "appId");
    assert_eq!(own.fields.state, "app_State1");
    assert_eq!(own.fields.description, "description");
    assert_eq!((own.fields.user_id, own.action.as_deref()), (None, Some("enable")));

    for (member, wrong, at) in [
        ("fields", json!({ "clientId": "a b" }), "$.routes.partnerApi.fields.clientId"),
        ("fields", json!({ "clientId": "" }), "$.routes.partnerApi.fields.clientId"),
        ("fields", json!({ "id": "x" }), "$.routes.partnerApi.fields.id"),
        ("action", json!("NAV.enable"), "$.routes.partnerApi.action"),
        ("entitySet", json!("a/../b"), "$.routes.partnerApi.entitySet"),
    ] {
        let mut json = place.clone();
        json[member] = wrong;
        let Err(ConfigError::Wrong(misread)) = with(json) else { panic!("{member} was accepted") };
        assert_eq!(misread.at, at);
    }
}

#[test]
fn two_presets_may_share_a_name_but_not_an_id_or_a_vendor() {
    let preset = |id: &str, vendor: Option<&str>| {
        let mut preset = sound()["presets"][0].clone();
        preset["id"] = json!(id);
        if let Some(client_id) = vendor {
            preset["kind"] = json!("vendorApplication");
            preset["clientId"] = json!(client_id);
        }
        preset
    };
    let vendor = Some("c0ffee00-e474-4da0-8000-000000000002");
    let mut value = sound();
    value["presets"] = json!([preset("a", None), preset("b", None), preset("c", vendor)]);
    assert_eq!(read(&value.to_string()).unwrap().presets.len(), 3);
    assert_eq!(wrong(|v| v["presets"] = json!([preset("a", None), preset("a", None)])).at, "$.presets[1].id");
    let twice = wrong(|v| v["presets"] = json!([preset("a", vendor), preset("b", vendor)]));
    assert_eq!(twice.at, "$.presets[1].clientId");
}

#[test]
fn a_permission_set_can_be_told_exactly() {
    let app = "437dbf0e-84ff-417a-965d-ed2bb9650972";
    let mut value = sound();
    value["presets"][0]["permissionSets"] =
        json!(["D365 READ", { "roleId": "OWN", "appId": app, "scope": "System", "why": "reads items" }]);
    let preset = read(&value.to_string()).unwrap().presets.remove(0);
    assert_eq!(preset.role_ids(), ["D365 READ", "OWN"]);
    assert_eq!(preset.permission_sets[1].why.as_deref(), Some("reads items"));
    let set = |role_id: &str, app_id: &str, scope: &str| crate::protocol::business_central::PermissionSet {
        role_id: role_id.into(),
        app_id: app_id.into(),
        scope: scope.into(),
        name: String::new(),
        extension: String::new(),
    };
    assert!(preset.permission_sets[0].fits(&set("d365 read", "any", "Tenant")));
    assert!(preset.permission_sets[1].fits(&set("own", &app.to_uppercase(), "System")));
    assert!(!preset.permission_sets[1].fits(&set("OWN", app, "Tenant")));
    assert!(!preset.permission_sets[1].fits(&set("OWN", "other", "System")));
}

#[test]
fn an_integration_of_the_admin_center_needs_nothing_in_an_environment() {
    let shipped = include_str!("../../www/config.json").replace(NO_CLIENT, "c0ffee00-e474-4da0-8000-000000000001");
    let config = read(&shipped).unwrap();
    let users = config.presets.iter().filter(|preset| !preset.application_user).collect::<Vec<_>>();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].app_roles, ["AdminCenter.ReadWrite.All"]);
    assert!(config.odata && config.guided && config.package);
}

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("../../www/config.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// The schema is what an editor tells the partner, the reader what the page does: they must not contradict each other.
#[test]
fn schema_and_reader_agree() {
    let schema = schema();
    let shipped: Value = serde_json::from_str(include_str!("../../www/config.json")).unwrap();
    assert!(
        schema.is_valid(&shipped),
        "{:?}",
        schema.iter_errors(&shipped).map(|it| it.to_string()).collect::<Vec<_>>()
    );
    let api = json!({ "publisher": "p", "group": "g", "version": "v1.0", "entitySet": "e" });
    let with = |member: &str, value: Value| {
        let mut api = api.clone();
        api[member] = value;
        json!({ "partnerApi": api })
    };
    let vendor = "c0ffee00-e474-4da0-8000-000000000002";
    let samples: Vec<(&str, Value)> = vec![
        ("/clientId", json!("no guid")),
        ("/clientId", json!(null)),
        ("/surprise", json!(1)),
        ("/authority", json!("organizations")),
        ("/authority", json!("a.example")),
        ("/authority", json!("a/b")),
        ("/authority", json!(null)),
        ("/publisher", json!({ "name": "x", "verifiedPublisherId": "12" })),
        ("/publisher", json!({ "name": " " })),
        ("/publisher", json!({ "name": "a\nb" })),
        ("/publisher", json!({ "name": "x".repeat(121) })),
        (
            "/endpoints",
            json!({ "login": "https://l", "graph": "https://g:8", "businessCentral": "http://bc.localhost:1" }),
        ),
        ("/endpoints", json!({ "login": "https://l/x", "graph": "https://g", "businessCentral": "https://b" })),
        ("/endpoints", json!({ "login": "http://l", "graph": "https://g", "businessCentral": "https://b" })),
        ("/endpoints", json!({ "login": "https://l" })),
        ("/endpoints", json!({})),
        ("/endpoints", json!({ "cloud": "worldwide" })),
        ("/endpoints", json!({ "cloud": "worldwide", "graph": "https://g", "login": null })),
        ("/endpoints", json!({ "cloud": "worldwide", "login": "https://l" })),
        ("/endpoints", json!({ "cloud": "us-government" })),
        ("/endpoints", json!({ "cloud": "us-government", "businessCentral": "https://b" })),
        (
            "/endpoints",
            json!({ "cloud": "china", "businessCentral": "https://b", "businessCentralResource": "https://b" }),
        ),
        ("/endpoints", json!({ "cloud": "us-government-dod", "businessCentral": null })),
        ("/endpoints", json!({ "cloud": "germany", "businessCentral": "https://b" })),
        (
            "/endpoints",
            json!({ "authority": "https://id/realm", "graph": "https://g", "businessCentral": "https://b" }),
        ),
        ("/endpoints", json!({ "authority": "https://id/realm", "graph": "https://g" })),
        ("/endpoints", json!({ "authority": "https://id?x", "graph": "https://g", "businessCentral": "https://b" })),
        ("/endpoints", json!({ "authority": "http://id", "graph": "https://g", "businessCentral": "https://b" })),
        (
            "/endpoints",
            json!({ "login": "https://l", "graph": "https://g", "businessCentral": "https://b",
                "graphResource": "api://graph/", "businessCentralResource": "https://b/x" }),
        ),
        ("/endpoints", json!({ "cloud": "worldwide", "graphResource": "https://" })),
        ("/endpoints", json!({ "cloud": "worldwide", "graphResource": "https://g https://h" })),
        ("/endpoints", json!({ "cloud": "worldwide", "graphResource": "graph" })),
        ("/presets", json!([])),
        ("/presets/0/id", json!("UPPER")),
        ("/presets/0/id", json!("x".repeat(41))),
        ("/presets/0/name", json!("x".repeat(81))),
        ("/presets/0/description", json!(null)),
        ("/presets/0/description", json!("")),
        ("/presets/0/kind", json!("other")),
        ("/presets/0/kind", json!("vendorApplication")),
        ("/presets/0/clientId", json!(vendor)),
        ("/presets/0/secretName", json!("x")),
        ("/presets/0/appRoles", json!([])),
        ("/presets/0/appRoles", json!(["Everything"])),
        ("/presets/0/appRoles", json!(["API.ReadWrite.All", "API.ReadWrite.All"])),
        ("/presets/0/permissionSets", json!(["D365 READ"])),
        ("/presets/0/permissionSets", json!(["x".repeat(21)])),
        ("/presets/0/permissionSets", json!([{ "roleId": "R", "scope": "Tenant", "why": "w" }])),
        ("/presets/0/permissionSets", json!([{ "roleId": "R", "scope": "tenant" }])),
        ("/presets/0/permissionSets", json!([{ "roleId": "R", "appId": "x" }])),
        ("/presets/0/permissionSets", json!([{ "appId": vendor }])),
        ("/presets/0/permissionSets", json!([7])),
        ("/presets/0/applicationUser", json!(false)),
        ("/presets/0/applicationUser", json!("no")),
        ("/presets/0/documentation", json!("https://docs.example/a?b#c")),
        ("/presets/0/documentation", json!("javascript:alert(1)")),
        ("/presets/0/documentation", json!("https://user@host/")),
        ("/routes", json!({})),
        ("/routes", json!(null)),
        ("/routes", json!({ "guided": false })),
        ("/routes", json!({ "guided": false, "odata": false, "package": false })),
        ("/routes", json!({ "guided": false, "odata": false, "package": false, "partnerApi": null })),
        ("/routes", json!({ "guided": false, "odata": false, "package": false, "partnerApi": api.clone() })),
        ("/routes", json!({ "package": 1 })),
        ("/routes", with("group", json!("a/b"))),
        ("/routes", with("group", json!(""))),
        ("/routes", with("action", json!("enable_it"))),
        ("/routes", with("action", json!("NAV.enable"))),
        ("/routes", with("fields", json!({ "userId": "", "state": "State_1" }))),
        ("/routes", with("fields", json!({ "state": "" }))),
        ("/routes", with("fields", json!({ "other": "x" }))),
        ("/credentials", json!({ "months": [6] })),
        ("/credentials", json!({ "months": [] })),
        ("/credentials", json!({ "months": [25] })),
        ("/credentials", json!({ "months": [6], "maxMonths": 0 })),
        ("/languages", json!(["de"])),
        ("/languages", json!([])),
        ("/languages", json!(["xx"])),
        ("/defaultLanguage", json!("xx")),
        ("/support", json!({ "label": "Help", "url": "https://help.example" })),
        ("/support", json!({ "label": "Help", "url": "http://help.example" })),
        ("/support", json!({ "label": "x".repeat(81), "url": "https://help.example" })),
        ("/embedding", json!(null)),
        ("/embedding", json!({})),
        ("/embedding", json!({ "hosts": [] })),
        ("/embedding", json!({ "hosts": [{ "origin": "https://portal.example", "credential": true }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "http://partner.localhost:8080" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "https://portal.example/page" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "https://*.example" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "*" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "null" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "http://portal.example" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "https://Portal.example" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "https://portal.example:443" }] })),
        ("/embedding", json!({ "hosts": [{ "origin": "https://portal.example", "credential": "yes" }] })),
        ("/embedding", json!({ "hosts": [{ "credential": true }] })),
        ("/embedding", json!({ "hosts": "https://portal.example" })),
        ("/embedding", json!({ "ancestors": [] })),
    ];
    let (mut sound_ones, mut wrong_ones) = (0, 0);
    for (place, value) in samples {
        let mut json = sound();
        let (parent, name) = place.rsplit_once('/').unwrap();
        json.pointer_mut(parent).unwrap()[name] = value;
        let read = read(&json.to_string());
        assert_eq!(schema.is_valid(&json), read.is_ok(), "{place}: {json}\n{read:?}");
        if read.is_ok() { sound_ones += 1 } else { wrong_ones += 1 }
    }
    assert!(sound_ones > 15 && wrong_ones > 30, "{sound_ones} {wrong_ones}");
}

#[test]
fn the_examples_in_the_documentation_are_sound() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    let (schema, mut read_ones) = (schema(), 0);
    for example in text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap().trim()) {
        let mut json = sound();
        if example.starts_with('{') {
            let example: Value = serde_json::from_str(example).unwrap();
            if example["kind"].is_string() {
                json["presets"][0] = example;
            } else {
                json["presets"][0]["permissionSets"] = json!([example]);
            }
        } else {
            let example: Value = serde_json::from_str(&format!("{{ {example} }}")).unwrap();
            let (name, value) = example.as_object().unwrap().iter().next().unwrap();
            let whole = ["endpoints", "embedding"].contains(&name.as_str());
            if whole { json[name] = value.clone() } else { json["routes"] = example }
        }
        assert!(read(&json.to_string()).is_ok(), "{example}: {:?}", read(&json.to_string()));
        assert!(schema.is_valid(&json), "{example}");
        read_ones += 1;
    }
    assert_eq!(read_ones, 8);
    // Every member the reader knows is explained.
    let members: Value = serde_json::from_str(include_str!("../../www/config.schema.json")).unwrap();
    let presets = &members["properties"]["presets"]["items"]["oneOf"];
    let endpoints = &members["properties"]["endpoints"]["anyOf"][1]["properties"];
    let lists = [&members["properties"], endpoints, &presets[0]["properties"], &presets[1]["properties"]];
    for name in lists.into_iter().flat_map(|list| list.as_object().unwrap().keys()) {
        assert!(text.contains(&format!("`{name}`")), "docs/configuration.md does not explain {name}");
    }
}
