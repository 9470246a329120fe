//! Tests of the configuration reader.
use super::*;
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
}

#[test]
fn two_presets_cannot_share_id_or_name() {
    let twice = |field: &str, value: &str| {
        wrong(|v| {
            let mut copy = v["presets"][0].clone();
            copy["id"] = json!("second");
            copy["applicationName"] = json!("Second");
            copy[field] = json!(value);
            v["presets"].as_array_mut().unwrap().push(copy);
        })
    };
    assert_eq!(twice("id", "other").at, "$.presets[1].id");
    assert_eq!(twice("applicationName", "Other integration").at, "$.presets[1].applicationName");
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
    assert_eq!(config.presets.len(), 13);
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
