//! Versions 24 to 30, extensions that come and go, and users of every licence type (`business-central.md` 2).

mod business_central_support;

use business_central_support::{CLIENT, World, full_app, person, world};
use entrada_cloud::seed;
use serde_json::json;

const NEW_PAGES: [&str; 3] = ["accessControls", "usersPermissions", "userPermissionSets"];

fn everybody() -> World {
    let mut world = world();
    for (name, license) in [
        ("Lena Limited", "limited_user"),
        ("Scanner 1", "device_only_user"),
        ("Axel Accountant", "external_accountant"),
        ("Del Agent", "external_administrator"),
        ("Zoe Zero", "full_user"),
    ] {
        let sets = if name == "Zoe Zero" { json!([]) } else { json!(["D365 READ"]) };
        world.arrange(&json!({ "add_user": { "user_name": name, "license": license, "role_ids": sets } }));
    }
    world.register_with("D365 CUSTOMER, VIEW");
    world
}

#[test]
fn each_list_of_users_shows_its_own_part_of_them() {
    let mut world = everybody();
    let ada = person(&seed::ADA);
    let names = |world: &mut World, page: &str, column: &str| {
        let path = world.automation(page);
        let mut names: Vec<String> =
            world.get(&ada, &path).expect(200).column(column).into_iter().map(str::to_owned).collect();
        names.sort();
        names.dedup();
        names
    };
    let users = names(&mut world, "users", "userName");
    assert!(users.contains(&"MAGENTO INTEGRATION".to_owned()) && users.contains(&"ZOE ZERO".to_owned()));
    assert!(!users.contains(&"EXTERNAL ACCOUNTING".to_owned()), "{users:?}");
    let people = names(&mut world, "usersPermissions", "userName");
    assert!(!people.contains(&"MAGENTO INTEGRATION".to_owned()) && people.contains(&"EXTERNAL ACCOUNTING".to_owned()));
    assert!(people.contains(&"ZOE ZERO".to_owned()), "{people:?}");
    let assigned = names(&mut world, "accessControls", "userName");
    assert!(assigned.contains(&"MAGENTO INTEGRATION".to_owned()) && !assigned.contains(&"ZOE ZERO".to_owned()));
    assert_eq!(
        names(&mut world, "accessControls", "userLicenseType"),
        [
            "Application",
            "Device Only User",
            "External Accountant",
            "External Administrator",
            "Full User",
            "Limited User"
        ]
    );
    let path = world.automation("usersPermissions?$select=userName&$expand=userPermissionSets");
    let expanded = world.get(&ada, &path).expect(200);
    let lena = expanded.rows().iter().find(|row| row["userName"] == "LENA LIMITED").unwrap();
    assert_eq!(lena["userPermissionSets"][0]["roleId"], "D365 READ");
    let user = world.production().application_user(CLIENT).unwrap().security_id;
    let path = world.automation(&format!("userPermissionSets?$filter=userSecurityId%20eq%20{user}"));
    assert_eq!(world.get(&ada, &path).expect(200).column("roleId"), ["D365 CUSTOMER, VIEW"]);
}

#[test]
fn the_read_pages_came_with_version_28_and_are_for_reading() {
    for (version, status) in [("24.0", 404), ("25.4", 404), ("26.1", 404), ("27.5", 404), ("28.0", 200), ("30.0", 200)]
    {
        let mut world = world();
        world.arrange(&json!({ "version": version }));
        for page in NEW_PAGES {
            let path = world.automation(page);
            world.get(&person(&seed::ADA), &path).expect(status);
        }
        for page in ["users", "permissionSets", "extensions"] {
            let path = world.automation(page);
            world.get(&person(&seed::ADA), &path).expect(200);
        }
    }
    let mut world = world();
    let path = world.automation("usersPermissions");
    world.send(&person(&seed::ADA), "POST", &path, &[], &json!({})).refused(405, "BadRequest_MethodNotAllowed", "POST");
    let wish = json!({ "do": { "version": "30.x" } });
    assert!(world.bc.arrange(&wish, &mut world.ids).unwrap_err().contains("30.x"));
}

#[test]
fn the_sets_of_an_extension_are_there_while_it_is_installed() {
    let mut world = world();
    let user = world.register_with("NPR KDS WebService");
    let ada = person(&seed::ADA);
    let items = world.standard(0, "items");
    world.get(&full_app(), &items).expect(200);
    world.arrange(&json!({ "extension": { "name": "NP Retail", "installed": false } }));
    let path = world.automation("permissionSets?$filter=id%20eq%20'NPR%20KDS%20WebService'");
    assert!(world.get(&ada, &path).expect(200).rows().is_empty());
    world.get(&full_app(), &items).refused(400, "Internal_ServerError", "27 Item");
    world.assign(&ada, user, &json!({ "roleId": "NPR NP RETAIL" })).refused(
        404,
        "Internal_RecordNotFound",
        "NPR NP RETAIL",
    );
    // Webshop API comes from an extension and from a user: without the extension it is one set, no longer ambiguous.
    world.assign(&ada, user, &json!({ "roleId": "WEBSHOP API" })).refused(400, "Application_DialogException", "");
    world.arrange(&json!({ "extension": { "name": "Webshop Connector", "installed": false } }));
    world.assign(&ada, user, &json!({ "roleId": "WEBSHOP API" })).expect(201);
    world.arrange(&json!({ "extension": { "name": "NP Retail", "installed": true } }));
    world.get(&full_app(), &items).expect(200);
    world.arrange(&json!({ "extension": { "name": "Entrada Setup", "installed": false } }));
    let path = world.records("?$top=1");
    world.get(&ada, &path).refused(404, "BadRequest_ResourceNotFound", "");
}

#[test]
fn a_renamed_company_keeps_its_id_and_its_assignments() {
    let mut world = world();
    let user = world.register("Magento integration");
    let ada = person(&seed::ADA);
    world.assign(&ada, user, &json!({ "roleId": "D365 CUSTOMER, VIEW", "company": "CRONUS Danmark A/S" })).expect(201);
    world.arrange(&json!({ "rename_company": { "from": "CRONUS Danmark A/S", "to": "CRONUS Norge AS" } }));
    let path = world.standard(1, "customers");
    world.get(&full_app(), &path).expect(200);
    let by_name = "/v2.0/Production/api/v2.0/customers?company=CRONUS%20Danmark%20A/S";
    world.get(&full_app(), by_name).refused(404, "Internal_CompanyNotFound", "");
}
