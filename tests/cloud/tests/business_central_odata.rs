//! Pages published as OData: metadata, the card and the list of table 9012, and the end of it with version 30
//! (`business-central.md` 3.4).

mod business_central_support;

use business_central_support::{Answer, CLIENT, World, app, full_app, person, world};
use entrada_cloud::business_central::State;
use entrada_cloud::seed;
use serde_json::{Value, json};
use uuid::Uuid;

const METADATA: &str = "/v2.0/Production/ODataV4/$metadata";
const ANY: [(&str, &str); 1] = [("if-match", "*")];

fn with_card() -> World {
    let mut world = world();
    world.arrange(&json!({ "publish_page": { "page": 9861, "service": "EntraApps" } }));
    world
}

fn card(world: &mut World, method: &str, tail: &str, body: &Value) -> Answer {
    let path = world.service(&format!("EntraApps{tail}"));
    world.send(&person(&seed::ADA), method, &path, &ANY, body)
}

fn register(world: &mut World) {
    card(world, "POST", "", &json!({ "Client_Id": CLIENT, "Description": "Magento" })).expect(201);
    card(world, "PATCH", &format!("({CLIENT})"), &json!({ "State": "Enabled" })).expect(200);
}

#[test]
fn metadata_tells_which_pages_there_are_and_what_their_properties_are_called() {
    let mut world = world();
    let before = world.get(&person(&seed::OMAR), METADATA).expect(200);
    assert_eq!(before.headers["content-type"], "application/xml");
    assert!(before.text.contains("<EntitySet Name=\"CustomerCard\""), "{}", before.text);
    assert!(!before.text.contains("Client_Id") && !before.text.contains("VendorCard"), "{}", before.text);
    world.arrange(&json!({ "publish_page": { "page": 9861, "service": "EntraApps" } }));
    world.arrange(&json!({ "publish_page": { "page": 9860, "service": "EntraAppList" } }));
    let after = world.get(&person(&seed::ADA), METADATA).expect(200).text;
    for part in [
        "<EntityType Name=\"EntraApps\"><Key><PropertyRef Name=\"Client_Id\" /></Key>\
         <Property Name=\"Client_Id\" Type=\"Edm.Guid\" Nullable=\"false\" />\
         <Property Name=\"Description\" Type=\"Edm.String\" MaxLength=\"50\" />",
        "<Property Name=\"User_Telemetry_Id\" Type=\"Edm.Guid\" />",
        "<EntityType Name=\"EntraAppList\"><Key><PropertyRef Name=\"Client_ID\" /></Key>",
        "<EntitySet Name=\"EntraApps\" EntityType=\"NAV.EntraApps\" />",
    ] {
        assert!(after.contains(part), "{part} in {after}");
    }
    let sets = world.get(&person(&seed::ADA), "/v2.0/Production/ODataV4").expect(200);
    assert_eq!(sets.column("name"), ["CustomerCard", "ItemCard", "RetailItems", "EntraApps", "EntraAppList"]);
    world.send(&person(&seed::ADA), "POST", METADATA, &[], &json!({})).refused(405, "BadRequest_MethodNotAllowed", "");
}

#[test]
fn the_card_registers_in_two_calls_and_finds_by_client_id() {
    let mut world = with_card();
    register(&mut world);
    let found = card(&mut world, "GET", &format!("?$filter=Client_Id%20eq%20{CLIENT}"), &Value::Null).expect(200);
    assert_eq!(found.column("State"), ["Enabled"]);
    assert_eq!(found.column("User_name"), ["MAGENTO"]);
    let user = world.production().application_user(CLIENT).unwrap().clone();
    assert_eq!(found.column("User_ID"), [user.security_id.to_string()]);
    assert_eq!(user.state, State::Enabled);
    for key in [format!("({CLIENT})"), format!("(Client_Id={CLIENT})")] {
        assert_eq!(card(&mut world, "GET", &key, &Value::Null).expect(200).body["Description"], "Magento");
    }
    card(&mut world, "DELETE", &format!("({CLIENT})"), &Value::Null).expect(204);
    assert!(world.production().application_user(CLIENT).is_none());
}

#[test]
fn the_tables_rules_hold_for_the_card_too() {
    let mut world = with_card();
    let both = json!({ "Client_Id": CLIENT, "Description": "Magento", "State": "Enabled" });
    card(&mut world, "POST", "", &both).refused(404, "Internal_RecordNotFound", "");
    card(&mut world, "POST", "", &json!({ "Client_Id": CLIENT })).expect(201);
    let path = format!("({CLIENT})");
    card(&mut world, "PATCH", &path, &json!({ "State": "Enabled" })).refused(
        400,
        "Application_FieldValidationException",
        "Description",
    );
    card(&mut world, "PATCH", &path, &json!({ "State": "Aktiveret" })).refused(400, "BadRequest", "State");
    card(&mut world, "PATCH", &path, &json!({ "clientId": CLIENT })).refused(400, "BadRequest", "clientId");
    card(&mut world, "PATCH", &path, &json!({ "User_ID": CLIENT })).refused(
        400,
        "BadRequest_InvalidOperation",
        "User_ID",
    );
}

#[test]
fn a_write_needs_a_fresh_entity_tag() {
    let mut world = with_card();
    register(&mut world);
    let ada = person(&seed::ADA);
    let path = world.service(&format!("EntraApps({CLIENT})"));
    let body = json!({ "State": "Disabled" });
    world.send(&ada, "PATCH", &path, &[], &body).refused(400, "BadRequest_InvalidToken", "");
    let tag = world.get(&ada, &path).expect(200).body["@odata.etag"].as_str().unwrap().to_owned();
    world.send(&ada, "PATCH", &path, &[("if-match", tag.as_str())], &body).expect(200);
    world.send(&ada, "PATCH", &path, &[("if-match", tag.as_str())], &body).refused(409, "Request_EntityChanged", "");
}

#[test]
fn an_enabled_record_lets_only_its_state_be_changed() {
    let mut world = with_card();
    register(&mut world);
    let path = format!("({CLIENT})");
    let body = json!({ "Contact_Information": "ops@example.com" });
    card(&mut world, "PATCH", &path, &body).refused(400, "BadRequest_InvalidOperation", "Contact_Information");
    card(&mut world, "PATCH", &path, &json!({ "State": "Disabled" })).expect(200);
    card(&mut world, "PATCH", &path, &body).expect(200);
}

#[test]
fn a_card_whose_controls_are_read_only_takes_no_new_record_but_a_new_state() {
    let mut world = with_card();
    register(&mut world);
    world.arrange(&json!({ "odata_read_only": true }));
    let new = json!({ "Client_Id": Uuid::from_u128(5), "Description": "Second" });
    card(&mut world, "POST", "", &new).refused(400, "BadRequest_InvalidOperation", "'Client_Id' is read-only");
    let path = format!("({CLIENT})");
    card(&mut world, "PATCH", &path, &json!({ "State": "Disabled" })).expect(200);
    card(&mut world, "PATCH", &path, &json!({ "Description": "x" })).refused(400, "BadRequest_InvalidOperation", "");
}

#[test]
fn the_list_is_for_reading_and_calls_its_key_otherwise() {
    let mut world = with_card();
    register(&mut world);
    world.arrange(&json!({ "publish_page": { "page": 9860, "service": "EntraAppList" } }));
    let ada = person(&seed::ADA);
    let path = world.service(&format!("EntraAppList?$filter=Client_ID%20eq%20{CLIENT}"));
    let answer = world.get(&ada, &path).expect(200);
    assert_eq!(answer.column("Client_ID"), [CLIENT.to_string()]);
    let path = world.service(&format!("EntraAppList?$filter=Client_Id%20eq%20{CLIENT}"));
    world.get(&ada, &path).refused(400, "BadRequest", "Client_Id");
    let path = world.service(&format!("EntraAppList({CLIENT})"));
    world.send(&ada, "PATCH", &path, &ANY, &json!({ "State": "Disabled" })).refused(
        405,
        "BadRequest_MethodNotAllowed",
        "PATCH",
    );
}

#[test]
fn other_names_of_the_card_show_in_metadata_and_hold_everywhere() {
    let mut world = with_card();
    world.arrange(&json!({ "odata_card": { "client_id": "ClientId", "contact_information": null } }));
    let metadata = world.get(&person(&seed::ADA), METADATA).expect(200).text;
    assert!(metadata.contains("<PropertyRef Name=\"ClientId\" />") && !metadata.contains("Contact_Information"));
    card(&mut world, "POST", "", &json!({ "ClientId": CLIENT, "Description": "Magento" })).expect(201);
    let found = card(&mut world, "GET", &format!("?$filter=ClientId%20eq%20{CLIENT}"), &Value::Null).expect(200);
    assert_eq!(found.column("ClientId"), [CLIENT.to_string()]);
}

#[test]
fn a_company_is_chosen_by_name_or_id_and_a_wrong_one_has_its_own_code() {
    let mut world = with_card();
    let ada = person(&seed::ADA);
    let (id, other) = (world.company(0), Uuid::from_u128(1));
    world.production().companies[1].name = "Mom's Shop".to_owned();
    for company in [
        format!("Company({id})/"),
        format!("Company(Id={id})/"),
        "Company('Mom''s%20Shop')/".to_owned(),
        "Company('CRONUS%20International%20Ltd.')/".to_owned(),
    ] {
        world.get(&ada, &format!("/v2.0/Production/ODataV4/{company}EntraApps")).expect(200);
    }
    world.get(&ada, &format!("/v2.0/Production/ODataV4/EntraApps?company={id}")).expect(200);
    for address in
        [format!("Company({other})/EntraApps"), "Company('Nobody')/EntraApps".to_owned(), "EntraApps".to_owned()]
    {
        let path = format!("/v2.0/Production/ODataV4/{address}");
        world.get(&ada, &path).refused(404, "Internal_CompanyNotFound", "company");
    }
}

#[test]
fn what_is_not_published_does_not_exist() {
    let mut world = with_card();
    world.arrange(&json!({ "unpublish_page": "EntraApps" }));
    card(&mut world, "GET", "", &Value::Null).refused(404, "BadRequest_ResourceNotFound", "'EntraApps'");
    world.arrange(&json!({ "publish_page": { "page": 9861, "service": "EntraApps", "published": false } }));
    card(&mut world, "GET", "", &Value::Null).refused(404, "BadRequest_ResourceNotFound", "'EntraApps'");
}

#[test]
fn from_version_30_only_pages_of_partners_are_left() {
    let mut world = with_card();
    register(&mut world);
    world.arrange(&json!({ "version": "29.5.1.0" }));
    card(&mut world, "GET", "", &Value::Null).expect(200);
    world.arrange(&json!({ "version": "30.0" }));
    card(&mut world, "GET", "", &Value::Null).refused(404, "BadRequest_ResourceNotFound", "'EntraApps'");
    let metadata = world.get(&person(&seed::ADA), METADATA).expect(200).text;
    assert!(metadata.contains("RetailItems") && !metadata.contains("EntraApps") && !metadata.contains("CustomerCard"));
    let list = world.get(&person(&seed::ADA), "/admin/v2.29/applications/environments").expect(200);
    assert_eq!(list.rows()[0]["versionDetails"]["version"], "30.0.0.0");
}

#[test]
fn rights_on_the_table_and_the_app_role_decide() {
    let mut world = with_card();
    let path = world.service("EntraApps");
    world.get(&person(&seed::OMAR), &path).refused(400, "Internal_ServerError", "9012");
    world.register_with("D365 CUSTOMER, VIEW");
    world.get(&app(&["Automation.ReadWrite.All"]), &path).refused(401, "Authentication_InvalidCredentials", "");
    world.get(&full_app(), &path).refused(400, "Internal_ServerError", "9012");
    let path = world.service("CustomerCard?$filter=No%20eq%20'10000'");
    assert_eq!(world.get(&full_app(), &path).expect(200).column("Name"), ["Adatum Corporation"]);
    let path = world.service("ItemCard");
    world.get(&full_app(), &path).refused(400, "Internal_ServerError", "27 Item");
}
