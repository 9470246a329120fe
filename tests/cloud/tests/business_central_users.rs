//! Users, their permission sets, and the sets themselves on the automation API.

mod business_central_support;

use business_central_support::{CLIENT, World, person, world};
use entrada_cloud::business_central::seed::{AMBIGUOUS_SET, BASE_APPLICATION, WEBSHOP_EXTENSION};
use entrada_cloud::business_central::{License, Scope, State};
use entrada_cloud::seed;
use serde_json::{Value, json};
use uuid::Uuid;

const ANY: [(&str, &str); 1] = [("if-match", "*")];

#[test]
fn users_are_listed_with_application_users_and_without_external_ones() {
    let mut world = world();
    world.register("Magento");
    let path = world.automation("users");
    let answer = world.get(&person(&seed::ADA), &path).expect(200);
    assert_eq!(answer.column("userName"), ["ADA", "BEA", "OMAR", "MAGENTO"]);
    let row = answer.rows()[3].as_object().unwrap();
    let names: Vec<_> = row.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["@odata.etag", "contactEmail", "displayName", "expiryDate", "state", "userName", "userSecurityId"],
        "no client id and no licence type"
    );
    assert!(world.production().users.iter().any(|user| user.license == License::ExternalUser));
}

#[test]
fn an_ordinary_user_may_look_at_users_and_permission_sets() {
    let mut world = world();
    for entity in ["users", "permissionSets", "extensions", "automationCompanies"] {
        let path = world.automation(entity);
        assert!(!world.get(&person(&seed::OMAR), &path).expect(200).rows().is_empty());
    }
}

#[test]
fn a_user_name_is_found_in_any_case_because_it_is_a_code() {
    let mut world = world();
    world.register("NaviPartner Magento 2 integration");
    let path = world.automation("users?$filter=userName%20eq%20'NaviPartner%20Magento%202%20integration'");
    let answer = world.get(&person(&seed::ADA), &path).expect(200);
    assert_eq!(answer.column("displayName"), ["NaviPartner Magento 2 integration"]);
    let path = world.automation("users?$filter=displayName%20eq%20'navipartner%20magento%202%20integration'");
    assert!(world.get(&person(&seed::ADA), &path).expect(200).rows().is_empty(), "a text is compared as it is");
}

#[test]
fn permission_sets_of_a_user_come_along_when_expanded() {
    let mut world = world();
    let path = world.automation("users?$expand=userPermissions&$select=userName");
    let answer = world.get(&person(&seed::ADA), &path).expect(200);
    assert_eq!(answer.rows()[2]["userPermissions"][0]["roleId"], "D365 BUS FULL ACCESS");
}

#[test]
fn a_user_is_disabled_with_the_right_tag_and_its_record_stays_as_it_was() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let user = world.register("Magento");
    let path = world.automation(&format!("users({user})"));
    let body = json!({ "state": "Disabled" });
    world.send(&ada, "PATCH", &path, &[], &body).refused(400, "BadRequest_InvalidToken", "");
    let tag = world.get(&ada, &path).expect(200).body["@odata.etag"].as_str().unwrap().to_owned();
    let answer = world.send(&ada, "PATCH", &path, &[("if-match", tag.as_str())], &body).expect(200);
    assert_eq!(answer.body["state"], "Disabled");
    world.send(&ada, "PATCH", &path, &[("if-match", tag.as_str())], &body).refused(409, "Request_EntityChanged", "");
    assert_eq!(world.production().entra_application(CLIENT).unwrap().state, State::Enabled);
}

#[test]
fn only_state_expiry_and_contact_of_a_user_can_be_changed() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let omar = world.user_named("OMAR");
    let path = world.automation(&format!("users({omar})"));
    let body = json!({ "expiryDate": "2027-01-01T00:00:00Z", "contactEmail": "omar@example.com" });
    let answer = world.send(&ada, "PATCH", &path, &ANY, &body).expect(200);
    assert_eq!(answer.body["expiryDate"], "2027-01-01T00:00:00Z");
    assert_eq!(answer.body["contactEmail"], "omar@example.com");
    let back = json!({ "expiryDate": "0001-01-01T00:00:00Z" });
    assert_eq!(world.send(&ada, "PATCH", &path, &ANY, &back).expect(200).body["expiryDate"], "0001-01-01T00:00:00Z");
    world.send(&ada, "PATCH", &path, &ANY, &json!({ "userName": "X" })).refused(
        400,
        "BadRequest_InvalidOperation",
        "userName",
    );
    world.send(&ada, "DELETE", &path, &ANY, &Value::Null).refused(405, "BadRequest_MethodNotAllowed", "");
    let all = world.automation("users");
    world.send(&ada, "POST", &all, &[], &json!({})).refused(405, "BadRequest_MethodNotAllowed", "");
}

#[test]
fn changing_users_or_permission_sets_needs_super_or_security() {
    let mut world = world();
    let user = world.register("Magento");
    let omar = person(&seed::OMAR);
    let words = "must be granted either the SUPER or SECURITY";
    world.assign(&omar, user, &json!({ "roleId": "LOCAL" })).refused(400, "Internal_ServerError", words);
    let path = world.automation(&format!("users({user})"));
    world.send(&omar, "PATCH", &path, &ANY, &json!({ "state": "Disabled" })).refused(
        400,
        "Internal_ServerError",
        words,
    );
    let given = world.assign(&person(&seed::ADA), user, &json!({ "roleId": "LOCAL" })).expect(201);
    let id = given.body["id"].as_str().unwrap();
    let path = world.automation(&format!("users({user})/userPermissions({id})"));
    world.send(&omar, "DELETE", &path, &ANY, &Value::Null).refused(400, "Internal_ServerError", words);
}

#[test]
fn security_in_one_company_allows_assignments_in_that_company_only() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let user = world.register("Magento");
    let omar = world.user_named("OMAR");
    world.assign(&ada, omar, &json!({ "roleId": "SECURITY", "company": "CRONUS Danmark A/S" })).expect(201);
    let omar = person(&seed::OMAR);
    world.assign(&omar, user, &json!({ "roleId": "LOCAL", "company": "CRONUS Danmark A/S" })).expect(201);
    world.assign(&omar, user, &json!({ "roleId": "LOCAL" })).refused(400, "Internal_ServerError", "SECURITY");
}

#[test]
fn a_permission_set_is_given_in_all_companies_and_shows_where_it_comes_from() {
    let mut world = world();
    let user = world.register("Magento");
    let body = json!({ "roleId": "D365 BUS FULL ACCESS", "appId": BASE_APPLICATION, "scope": "System", "company": "" });
    let answer = world.assign(&person(&seed::ADA), user, &body).expect(201);
    assert_eq!(answer.body["company"], "");
    assert_eq!(answer.body["extensionName"], "Base Application");
    assert_eq!(answer.body["userSecurityId"], user.to_string());
    let path = world.automation(&format!("users({user})/userPermissions"));
    let listed = world.get(&person(&seed::ADA), &path).expect(200);
    assert_eq!(listed.column("roleId"), ["D365 BUS FULL ACCESS"]);
    assert_eq!(listed.rows()[0]["id"], answer.body["id"]);
}

#[test]
fn a_role_id_that_exists_twice_must_come_with_its_extension_or_scope() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let user = world.register("Magento");
    world.assign(&ada, user, &json!({ "roleId": AMBIGUOUS_SET })).refused(
        400,
        "Application_DialogException",
        "defined multiple times",
    );
    let by_scope = world.assign(&ada, user, &json!({ "roleId": AMBIGUOUS_SET, "scope": "Tenant" })).expect(201);
    assert_eq!(by_scope.body["appId"], Uuid::nil().to_string());
    let by_app = world.assign(&ada, user, &json!({ "roleId": AMBIGUOUS_SET, "appId": WEBSHOP_EXTENSION })).expect(201);
    assert_eq!(by_app.body["scope"], "System");
    let neither = json!({ "roleId": AMBIGUOUS_SET, "appId": WEBSHOP_EXTENSION, "scope": "Tenant" });
    world.assign(&ada, user, &neither).refused(404, "Internal_RecordNotFound", AMBIGUOUS_SET);
}

#[test]
fn an_assignment_that_names_nothing_real_is_refused() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let user = world.register("Magento");
    world.assign(&ada, user, &json!({ "roleId": "NO SUCH SET" })).refused(
        404,
        "Internal_RecordNotFound",
        "NO SUCH SET",
    );
    world.assign(&ada, user, &json!({})).refused(400, "Application_FieldValidationException", "Role ID");
    world.assign(&ada, user, &json!({ "roleId": "LOCAL", "company": "Acme" })).refused(
        400,
        "Internal_InvalidTableRelation",
        "Acme",
    );
    world.assign(&ada, user, &json!({ "roleId": "X".repeat(21) })).refused(
        400,
        "Application_StringExceededLength",
        "21",
    );
    world.assign(&ada, Uuid::from_u128(5), &json!({ "roleId": "LOCAL" })).refused(
        404,
        "Internal_RecordNotFound",
        "User",
    );
}

#[test]
fn the_same_assignment_twice_is_refused_and_another_company_is_another_assignment() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let user = world.register("Magento");
    world.assign(&ada, user, &json!({ "roleId": "LOCAL" })).expect(201);
    world.assign(&ada, user, &json!({ "roleId": "local" })).refused(400, "Internal_EntityWithSameKeyExists", "LOCAL");
    world.assign(&ada, user, &json!({ "roleId": "LOCAL", "company": "CRONUS Danmark A/S" })).expect(201);
}

#[test]
fn an_application_never_gets_super() {
    let mut world = world();
    let user = world.register("Magento");
    world.assign(&person(&seed::ADA), user, &json!({ "roleId": "SUPER" })).refused(
        400,
        "Internal_ServerError",
        "cannot be assigned to an application",
    );
    let omar = world.user_named("OMAR");
    world.assign(&person(&seed::ADA), omar, &json!({ "roleId": "SUPER" })).expect(201);
}

/// Id of the first assignment of a user.
fn assignment_of(world: &mut World, user: Uuid) -> Uuid {
    let mut assignments = world.production().assignments(user).map(|row| row.id).collect::<Vec<_>>();
    assignments.swap_remove(0)
}

#[test]
fn the_last_super_user_keeps_super_and_stays_enabled() {
    let mut world = world();
    let (admin, bea) = (person(&seed::ADA), world.user_named("BEA"));
    let ada = world.user_named("ADA");
    let id = assignment_of(&mut world, bea);
    let path = world.automation(&format!("users({bea})/userPermissions({id})"));
    world.send(&admin, "DELETE", &path, &ANY, &Value::Null).expect(204);
    let id = assignment_of(&mut world, ada);
    let path = world.automation(&format!("users({ada})/userPermissions({id})"));
    world.send(&admin, "DELETE", &path, &ANY, &Value::Null).refused(400, "Application_DialogException", "SUPER");
    world.send(&admin, "PATCH", &path, &ANY, &json!({ "roleId": "LOCAL" })).refused(
        400,
        "Application_DialogException",
        "SUPER",
    );
    let path = world.automation(&format!("users({ada})"));
    world.send(&admin, "PATCH", &path, &ANY, &json!({ "state": "Disabled" })).refused(
        400,
        "Application_DialogException",
        "SUPER",
    );
}

#[test]
fn an_assignment_is_read_changed_and_removed_by_its_id() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let user = world.register_with("LOCAL");
    let id = assignment_of(&mut world, user);
    let path = world.automation(&format!("users({user})/userPermissions({id})"));
    let tag = world.get(&ada, &path).expect(200).body["@odata.etag"].as_str().unwrap().to_owned();
    let body = json!({ "company": "CRONUS Danmark A/S" });
    let changed = world.send(&ada, "PATCH", &path, &[("if-match", tag.as_str())], &body).expect(200);
    assert_eq!(
        (changed.body["roleId"].as_str(), changed.body["company"].as_str()),
        (Some("LOCAL"), Some("CRONUS Danmark A/S"))
    );
    assert_eq!(changed.body["id"], id.to_string());
    world.send(&ada, "PATCH", &path, &ANY, &json!({ "roleId": "SUPER" })).refused(
        400,
        "Internal_ServerError",
        "application",
    );
    assert_eq!(world.production().assignments(user).count(), 1, "a refused change leaves the row");
    world.send(&ada, "DELETE", &path, &[], &Value::Null).refused(400, "BadRequest_InvalidToken", "");
    world.send(&ada, "DELETE", &path, &ANY, &Value::Null).expect(204);
    world.get(&ada, &path).refused(404, "Internal_RecordNotFound", "");
}

#[test]
fn permissions_without_a_user_in_the_path_ask_for_a_user_security_id() {
    let mut world = world();
    for entity in ["userPermissions", "users/userPermissions"] {
        let path = world.automation(entity);
        world.get(&person(&seed::ADA), &path).refused(400, "Application_DialogException", "User Security ID");
    }
}

#[test]
fn permission_sets_are_a_read_only_list_in_which_a_role_id_may_come_twice() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let path = world.automation("permissionSets");
    let all = world.get(&ada, &path).expect(200);
    assert!(all.rows().len() > 60, "{}", all.rows().len());
    for wanted in ["SUPER", "SECURITY", "D365 AUTOMATION", "EXTEN. MGT. - ADMIN", "NPR NP RETAIL", "NPR KDS WebService"]
    {
        assert!(all.column("id").contains(&wanted), "{wanted}");
    }
    assert!(all.column("id").iter().all(|id| id.len() <= 20));
    let path = world.automation("permissionSets?$filter=id%20eq%20'webshop%20api'");
    assert_eq!(world.get(&ada, &path).expect(200).column("scope"), ["System", "Tenant"]);
    let path = world.automation("permissionSets");
    world.send(&ada, "POST", &path, &[], &json!({})).refused(405, "BadRequest_MethodNotAllowed", "");
}

#[test]
fn access_controls_show_the_licence_in_the_callers_language_and_only_on_newer_versions() {
    let mut world = world();
    let ada = person(&seed::ADA);
    world.register_with("LOCAL");
    let path = world.automation("accessControls");
    let english = world.get(&ada, &path).expect(200);
    assert!(english.column("userLicenseType").contains(&"Application"));
    assert_eq!(english.column("roleId"), ["SUPER", "SUPER", "D365 BUS FULL ACCESS", "LOCAL"]);
    let danish = world.send_raw(Ok(ada.clone()), "GET", &path, &[], &Value::Null).expect(200);
    assert!(danish.column("userLicenseType").contains(&"Applikation"));
    world.production().version = [27, 5, 0, 0];
    world.get(&ada, &path).refused(404, "BadRequest_ResourceNotFound", "accessControls");
}

#[test]
fn an_assignment_whose_set_was_removed_opens_nothing() {
    let mut world = world();
    world.register_with("D365 CUSTOMER, VIEW");
    world.production().permission_sets.retain(|set| set.role_id != "D365 CUSTOMER, VIEW" || set.scope == Scope::Tenant);
    let path = world.standard(0, "customers");
    world.get(&business_central_support::full_app(), &path).refused(400, "Internal_ServerError", "Customer");
}

#[test]
fn the_state_as_json_names_everything_and_is_the_same_for_the_same_seed() {
    let state = world().bc.state_json();
    let environment = &state["tenants"][0]["environments"][0];
    assert!(environment["users"].is_array() && environment["permission_sets"].is_array());
    assert_eq!(state, world().bc.state_json());
}
