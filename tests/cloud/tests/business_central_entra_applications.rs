//! The partner's API page on table 9012 keeps the table's rules.

mod business_central_support;

use business_central_support::{CLIENT, World, app, partner, person, world};
use entrada_cloud::business_central::{License, State};
use entrada_cloud::caller::Caller;
use entrada_cloud::seed;
use serde_json::{Value, json};
use uuid::Uuid;

const ANY: [(&str, &str); 1] = [("if-match", "*")];

fn post(world: &mut World, caller: &Caller, body: &Value) -> business_central_support::Answer {
    let path = world.records("");
    world.send(caller, "POST", &path, &[], body)
}

fn patch(world: &mut World, caller: &Caller, body: &Value) -> business_central_support::Answer {
    let path = world.records(&format!("({CLIENT})"));
    world.send(caller, "PATCH", &path, &ANY, body)
}

fn delete(world: &mut World) -> business_central_support::Answer {
    let path = world.records(&format!("({CLIENT})"));
    world.send(&person(&seed::ADA), "DELETE", &path, &ANY, &Value::Null)
}

/// A caller who holds D365 AUTOMATION, and so every right on the table, but neither SUPER nor SECURITY.
fn automation_only(world: &mut World) -> Caller {
    let omar = world.user_named("OMAR");
    world.assign(&person(&seed::ADA), omar, &json!({ "roleId": "D365 AUTOMATION" })).expect(201);
    person(&seed::OMAR)
}

#[test]
fn a_new_record_is_disabled_and_has_no_user() {
    let mut world = world();
    let answer =
        post(&mut world, &person(&seed::ADA), &json!({ "clientId": CLIENT, "description": "Magento" })).expect(201);
    assert_eq!(answer.body["state"], "Disabled");
    assert_eq!(answer.body["userId"], Uuid::nil().to_string());
    assert_eq!(answer.body["permissionGranted"], false);
    assert_eq!(answer.headers["etag"].to_str().unwrap(), answer.body["@odata.etag"]);
    assert!(world.production().application_user(CLIENT).is_none());
}

#[test]
fn a_record_needs_a_client_id_and_has_only_one() {
    let mut world = world();
    let ada = person(&seed::ADA);
    for body in [json!({ "description": "x" }), json!({ "clientId": Uuid::nil() })] {
        post(&mut world, &ada, &body).refused(
            400,
            "Application_FieldValidationException",
            "Client Id must have a value",
        );
    }
    post(&mut world, &ada, &json!({ "clientId": CLIENT })).expect(201);
    post(&mut world, &ada, &json!({ "clientId": CLIENT })).refused(400, "Internal_EntityWithSameKeyExists", "");
}

#[test]
fn a_body_with_wrong_fields_or_values_is_refused() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let mut refused = |body: Value, code: &str, part: &str| post(&mut world, &ada, &body).refused(400, code, part);
    refused(json!({ "clientId": "magento" }), "BadRequest", "clientId");
    refused(json!({ "clientid": CLIENT }), "BadRequest", "Could not find a property named 'clientid'");
    refused(json!({ "clientId": CLIENT, "state": "On" }), "BadRequest", "state");
    refused(
        json!({ "clientId": CLIENT, "userId": CLIENT }),
        "BadRequest_InvalidOperation",
        "Control 'userId' is read-only",
    );
    refused(json!([]), "BadRequest", "Invalid Request Body");
}

#[test]
fn a_description_over_fifty_utf16_units_is_refused_and_fifty_are_fine() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let too_long = json!({ "clientId": CLIENT, "description": "x".repeat(51) });
    post(&mut world, &ada, &too_long).refused(400, "Application_StringExceededLength", "51");
    let emoji = json!({ "clientId": CLIENT, "description": "😀".repeat(26) });
    post(&mut world, &ada, &emoji).refused(400, "Application_StringExceededLength", "52");
    post(&mut world, &ada, &json!({ "clientId": CLIENT, "description": "ø".repeat(50) })).expect(201);
}

#[test]
fn enabling_inside_the_insert_fails_because_the_record_is_not_stored_yet() {
    let mut world = world();
    let body = json!({ "clientId": CLIENT, "description": "Magento", "state": "Enabled" });
    post(&mut world, &person(&seed::ADA), &body).refused(404, "Internal_RecordNotFound", "does not exist");
    assert!(world.production().entra_applications.is_empty());
    assert!(world.production().application_user(CLIENT).is_none());
}

#[test]
fn enabling_makes_an_enabled_application_user_named_after_the_description() {
    let mut world = world();
    let user = world.register("NaviPartner Magento 2 integration");
    let made = world.production().application_user(CLIENT).unwrap().clone();
    assert_eq!(made.security_id, user);
    assert_eq!(made.user_name, "NAVIPARTNER MAGENTO 2 INTEGRATION");
    assert_eq!(made.full_name, "NaviPartner Magento 2 integration");
    assert_eq!((made.state, made.license), (State::Enabled, License::Application));
    assert_eq!(world.production().assignments(user).count(), 0);
}

#[test]
fn enabling_needs_a_description() {
    let mut world = world();
    let ada = person(&seed::ADA);
    post(&mut world, &ada, &json!({ "clientId": CLIENT })).expect(201);
    patch(&mut world, &ada, &json!({ "state": "Enabled" })).refused(
        400,
        "Application_FieldValidationException",
        "Description must have a value",
    );
    patch(&mut world, &ada, &json!({ "state": "Enabled", "description": "Magento" })).expect(200);
}

#[test]
fn enabling_needs_an_enabled_full_user() {
    let mut world = world();
    post(&mut world, &person(&seed::ADA), &json!({ "clientId": CLIENT, "description": "Magento" })).expect(201);
    for user in &mut world.production().users {
        user.state = State::Disabled;
    }
    // The partner is no full user.
    patch(&mut world, &partner(), &json!({ "state": "Enabled" })).refused(
        400,
        "Application_DialogException",
        "Register a user before enabling",
    );
}

#[test]
fn enabling_needs_super_or_security_and_the_error_names_both() {
    let mut world = world();
    let omar = automation_only(&mut world);
    post(&mut world, &omar, &json!({ "clientId": CLIENT, "description": "Magento" })).expect(201);
    let answer = patch(&mut world, &omar, &json!({ "state": "Enabled" }));
    answer.refused(400, "Application_DialogException", "SUPER");
    answer.refused(400, "Application_DialogException", "SECURITY");
    assert!(world.production().application_user(CLIENT).is_none(), "a refused change leaves nothing behind");
    assert_eq!(world.production().entra_application(CLIENT).unwrap().state, State::Disabled);

    let user = world.user_named("OMAR");
    world.assign(&person(&seed::ADA), user, &json!({ "roleId": "SECURITY" })).expect(201);
    patch(&mut world, &omar, &json!({ "state": "Enabled" })).expect(200);
}

#[test]
fn the_missing_description_is_told_before_the_missing_rights() {
    let mut world = world();
    let omar = automation_only(&mut world);
    post(&mut world, &omar, &json!({ "clientId": CLIENT })).expect(201);
    patch(&mut world, &omar, &json!({ "state": "Enabled" })).refused(400, "Application_FieldValidationException", "");
}

#[test]
fn an_ordinary_user_has_no_right_on_the_table() {
    let mut world = world();
    let path = world.records("?$top=1");
    let omar = person(&seed::OMAR);
    world.get(&omar, &path).refused(400, "Internal_ServerError", "TableData 9012 AAD Application: Read");
    post(&mut world, &omar, &json!({ "clientId": CLIENT })).refused(400, "Internal_ServerError", "9012");
}

#[test]
fn user_names_are_unique() {
    let mut world = world();
    let ada = person(&seed::ADA);
    world.register("Magento");
    let other = Uuid::from_u128(7);
    let path = world.records("");
    world.send(&ada, "POST", &path, &[], &json!({ "clientId": other, "description": "magento" })).expect(201);
    let path = world.records(&format!("({other})"));
    world.send(&ada, "PATCH", &path, &ANY, &json!({ "state": "Enabled" })).refused(
        400,
        "Application_DialogException",
        "MAGENTO already exists",
    );
    world.send(&ada, "PATCH", &path, &ANY, &json!({ "state": "Enabled", "description": "Magento 2" })).expect(200);
}

#[test]
fn the_users_state_follows_the_records_state() {
    let mut world = world();
    world.register("Magento");
    patch(&mut world, &person(&seed::ADA), &json!({ "state": "Disabled" })).expect(200);
    assert_eq!(world.production().application_user(CLIENT).unwrap().state, State::Disabled);
    patch(&mut world, &person(&seed::ADA), &json!({ "state": "Enabled" })).expect(200);
    assert_eq!(world.production().application_user(CLIENT).unwrap().state, State::Enabled);
}

#[test]
fn setting_the_same_state_again_changes_nothing() {
    let mut world = world();
    let user = world.register("Magento");
    world.set_user_state(user, State::Disabled);
    patch(&mut world, &person(&seed::ADA), &json!({ "state": "Enabled" })).expect(200);
    assert_eq!(world.production().application_user(CLIENT).unwrap().state, State::Disabled);
}

#[test]
fn a_record_made_again_takes_the_user_that_is_still_there() {
    let mut world = world();
    let user = world.register("Magento");
    world.production().entra_applications.clear();
    assert_eq!(world.register("Another name"), user);
    assert_eq!(world.production().application_user(CLIENT).unwrap().user_name, "MAGENTO");
}

#[test]
fn the_client_id_of_a_record_cannot_be_changed() {
    let mut world = world();
    world.register("Magento");
    patch(&mut world, &person(&seed::ADA), &json!({ "clientId": Uuid::from_u128(9) })).refused(
        400,
        "Application_DialogException",
        "cannot be changed",
    );
    patch(&mut world, &person(&seed::ADA), &json!({ "clientId": CLIENT })).expect(200);
}

#[test]
fn a_change_needs_a_fresh_entity_tag() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let first = post(&mut world, &ada, &json!({ "clientId": CLIENT, "description": "Magento" })).expect(201);
    let old = first.body["@odata.etag"].as_str().unwrap().to_owned();
    let path = world.records(&format!("({CLIENT})"));
    let body = json!({ "contactInformation": "ops@example.com" });
    world.send(&ada, "PATCH", &path, &[], &body).refused(400, "BadRequest_InvalidToken", "If-Match");
    world.send(&ada, "PATCH", &path, &[("if-match", "nonsense")], &body).refused(400, "BadRequest_InvalidToken", "");
    let second = world.send(&ada, "PATCH", &path, &[("if-match", old.as_str())], &body).expect(200);
    world.send(&ada, "PATCH", &path, &[("if-match", old.as_str())], &body).refused(409, "Request_EntityChanged", "");
    let fresh = second.body["@odata.etag"].as_str().unwrap().to_owned();
    assert_ne!(old, fresh);
    world.send(&ada, "DELETE", &path, &[], &Value::Null).refused(400, "BadRequest_InvalidToken", "");
    world.send(&ada, "DELETE", &path, &[("if-match", fresh.as_str())], &Value::Null).expect(204);
}

#[test]
fn deleting_a_record_removes_its_user_with_every_permission_set() {
    let mut world = world();
    let user = world.register_with("D365 CUSTOMER, VIEW");
    delete(&mut world).expect(204);
    assert!(world.production().user(user).is_none());
    assert_eq!(world.production().assignments(user).count(), 0);
    delete(&mut world).refused(404, "Internal_RecordNotFound", "");
}

#[test]
fn a_record_is_found_by_client_id() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let path = world.records(&format!("?$filter=clientId%20eq%20{CLIENT}"));
    assert!(world.get(&ada, &path).expect(200).rows().is_empty());
    world.register("Magento");
    let answer = world.get(&ada, &path).expect(200);
    assert_eq!(answer.column("clientId"), [CLIENT.to_string()]);
    assert_eq!(answer.column("state"), ["Enabled"]);
    let path = world.records(&format!("({CLIENT})"));
    assert_eq!(world.get(&ada, &path).expect(200).body["description"], "Magento");
    let path = world.records("(magento)");
    world.get(&ada, &path).refused(404, "BadRequest_NotFound", "");
}

#[test]
fn without_the_extension_the_page_does_not_exist() {
    let mut world = world();
    world.production().partner_extension_installed = false;
    let path = world.records("?$top=1");
    world.get(&person(&seed::ADA), &path).refused(404, "BadRequest_ResourceNotFound", "");
    let path = world.automation("extensions?$filter=isInstalled%20eq%20false");
    assert_eq!(world.get(&person(&seed::ADA), &path).expect(200).column("displayName"), ["Entrada Setup"]);
}

#[test]
fn an_application_with_security_may_register_further_applications() {
    let mut world = world();
    world.register_with("SECURITY");
    let path = world.records("");
    let body = json!({ "clientId": Uuid::from_u128(11), "description": "Second" });
    world.send(&app(&["Automation.ReadWrite.All"]), "POST", &path, &[], &body).expect(201);
}

#[test]
fn a_person_registers_by_hand_with_the_cards_own_rules() {
    let mut world = world();
    let World { bc, ids, .. } = &mut world;
    let mut by_hand =
        |client, description: &str| bc.register_by_hand(seed::CRONUS, "Sandbox", client, description, ids);
    let user = by_hand(CLIENT, "Magento").unwrap();
    assert!(by_hand(CLIENT, "Magento").unwrap_err().contains("already exists"));
    assert!(by_hand(Uuid::from_u128(3), "magento").unwrap_err().contains("MAGENTO"));
    assert!(by_hand(Uuid::from_u128(4), " ").unwrap_err().contains("Description"));
    let sandbox = world.bc.environment(seed::CRONUS, "Sandbox").unwrap();
    assert_eq!(sandbox.user(user).unwrap().state, State::Enabled);
    assert_eq!(sandbox.entra_application(CLIENT).unwrap().user_id, user);
}
