//! A partner's API page in other shapes than the one this project ships (`business-central.md` 3.3).

mod business_central_support;

use business_central_support::{CLIENT, World, person, world};
use entrada_cloud::business_central::State;
use entrada_cloud::seed;
use serde_json::{Value, json};

const ANY: [(&str, &str); 1] = [("if-match", "*")];

fn contoso() -> World {
    let mut world = world();
    world.arrange(&json!({ "partner_page": {
        "publisher": "contoso", "group": "integration", "version": "v2.1",
        "entity_set": "azureApps", "entity": "azureApp", "keyed_by_system_id": true,
        "action": "Microsoft.NAV.activate",
        "names": { "system_id": "id", "client_id": "applicationId", "description": "title", "state": null, "user_id": "user" },
    } }));
    world
}

fn path(world: &mut World, tail: &str) -> String {
    format!("/v2.0/Production/api/contoso/integration/v2.1/companies({})/azureApps{tail}", world.company(0))
}

#[test]
fn a_page_of_another_shape_answers_at_its_own_address_and_nowhere_else() {
    let mut world = contoso();
    let ada = person(&seed::ADA);
    let standard = world.records("?$top=1");
    world.get(&ada, &standard).refused(404, "BadRequest_ResourceNotFound", "entrada");
    let address = path(&mut world, "");
    let made =
        world.send(&ada, "POST", &address, &[], &json!({ "applicationId": CLIENT, "title": "Magento" })).expect(201);
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_ne!(id, CLIENT.to_string());
    assert!(made.body.get("state").is_none() && made.body.get("clientId").is_none(), "{}", made.body);
    let address = path(&mut world, &format!("?$filter=applicationId%20eq%20{CLIENT}&$select=title"));
    assert_eq!(world.get(&ada, &address).expect(200).column("title"), ["Magento"]);
    let address = path(&mut world, &format!("({CLIENT})"));
    world.get(&ada, &address).refused(404, "Internal_RecordNotFound", "SystemId");
    let address = path(&mut world, &format!("({id})"));
    world.send(&ada, "PATCH", &address, &ANY, &json!({ "state": "Enabled" })).refused(400, "BadRequest", "'state'");
}

#[test]
fn a_bound_action_enables_the_record_with_the_tables_rules() {
    let mut world = contoso();
    let ada = person(&seed::ADA);
    let address = path(&mut world, "");
    let made = world.send(&ada, "POST", &address, &[], &json!({ "applicationId": CLIENT })).expect(201);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let action = path(&mut world, &format!("({id})/Microsoft.NAV.activate"));
    world.send(&ada, "POST", &action, &[], &Value::Null).refused(
        400,
        "Application_FieldValidationException",
        "Description",
    );
    let address = path(&mut world, &format!("({id})"));
    world.send(&ada, "PATCH", &address, &ANY, &json!({ "title": "Magento" })).expect(200);
    world.send(&person(&seed::OMAR), "POST", &action, &[], &Value::Null).refused(400, "Internal_ServerError", "9012");
    world.get(&ada, &action).refused(405, "BadRequest_MethodNotAllowed", "");
    assert_eq!(world.send(&ada, "POST", &action, &[], &Value::Null).expect(200).text, "");
    let user = world.production().application_user(CLIENT).unwrap().clone();
    assert_eq!((user.state, user.user_name.as_str()), (State::Enabled, "MAGENTO"));
    assert_eq!(world.get(&ada, &address).expect(200).body["user"], user.security_id.to_string());
    let wrong = path(&mut world, &format!("({id})/Microsoft.NAV.enable"));
    world.send(&ada, "POST", &wrong, &[], &Value::Null).refused(404, "BadRequest_ResourceNotFound", "enable");
    let unbound = path(&mut world, "/Microsoft.NAV.activate");
    world.send(&ada, "POST", &unbound, &[], &Value::Null).refused(404, "BadRequest_ResourceNotFound", "activate");
}

#[test]
fn the_default_shape_has_no_action_and_a_misspelt_wish_says_so() {
    let mut world = world();
    world.register("Magento");
    let action = world.records(&format!("({CLIENT})/Microsoft.NAV.enable"));
    world.send(&person(&seed::ADA), "POST", &action, &[], &Value::Null).refused(404, "BadRequest_ResourceNotFound", "");
    let wish = json!({ "do": { "partner_page": { "publishr": "contoso" } } });
    assert!(world.bc.arrange(&wish, &mut world.ids).unwrap_err().contains("publishr"));
}
