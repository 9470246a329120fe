//! Arrangements of tests over HTTP, and input nobody means well with.

mod business_central_support;

use business_central_support::{CLIENT, full_app, person, world};
use entrada_cloud::business_central::State;
use entrada_cloud::seed;
use serde_json::{Value, json};
use uuid::Uuid;

#[test]
fn each_part_of_the_access_can_be_taken_away_on_its_own() {
    for (wish, status) in [
        (json!({ "record_state": { "client_id": CLIENT, "state": "Disabled" } }), 401),
        (json!({ "remove_record": CLIENT }), 401),
        (json!({ "remove_application_user": CLIENT }), 401),
        (json!({ "user_state": { "user_name": "MAGENTO INTEGRATION", "state": "Disabled" } }), 401),
        (json!({ "permission_sets": { "user_name": "MAGENTO INTEGRATION", "role_ids": [] } }), 400),
        (json!({ "environment_status": "Upgrading" }), 503),
    ] {
        let mut world = world();
        world.register_with("D365 CUSTOMER, VIEW");
        world.get(&full_app(), "/v2.0/Production/api/v2.0/companies").expect(200);
        world.bc.arrange(&json!({ "do": wish }), &mut world.ids).unwrap();
        world.get(&full_app(), "/v2.0/Production/api/v2.0/companies").expect(status);
    }
}

#[test]
fn a_person_registers_the_application_in_another_environment_while_the_page_waits() {
    let mut world = world();
    let wish = json!({
        "tenant": seed::CRONUS, "environment": "Sandbox",
        "do": { "register_by_hand": { "client_id": CLIENT, "description": "Magento" } },
    });
    world.bc.arrange(&wish, &mut world.ids).unwrap();
    let sandbox = world.bc.environment(seed::CRONUS, "Sandbox").unwrap();
    assert_eq!(sandbox.application_user(CLIENT).unwrap().state, State::Enabled);
}

#[test]
fn the_extension_and_somebodys_permission_sets_change() {
    let mut world = world();
    world.bc.arrange(&json!({ "do": { "partner_extension": false } }), &mut world.ids).unwrap();
    let path = world.records("");
    world.get(&person(&seed::ADA), &path).refused(404, "BadRequest_ResourceNotFound", "");
    let wish = json!({ "do": { "permission_sets": { "user_name": "ADA", "role_ids": ["LOCAL", "SECURITY"] } } });
    world.bc.arrange(&wish, &mut world.ids).unwrap();
    let ada = world.user_named("ADA");
    let held: Vec<_> = world.production().assignments(ada).map(|row| row.role_id.clone()).collect();
    assert_eq!(held, ["LOCAL", "SECURITY"]);
}

#[test]
fn a_wish_that_cannot_be_carried_out_says_why() {
    let mut world = world();
    let mut refused = |wish: Value| world.bc.arrange(&wish, &mut world.ids).unwrap_err();
    assert!(refused(json!({ "do": { "partner_extensoin": true } })).contains("partner_extensoin"));
    assert!(refused(json!({ "environment": "Nowhere", "do": { "partner_extension": true } })).contains("Nowhere"));
    assert!(refused(json!({ "do": { "remove_record": CLIENT } })).contains("no such record"));
    let unknown_set = json!({ "do": { "permission_sets": { "user_name": "ADA", "role_ids": ["NOPE"] } } });
    assert!(refused(unknown_set).contains("NOPE"));
}

#[test]
fn odd_addresses_queries_and_bodies_are_refused_and_never_break_the_server() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let company = world.company(0);
    let base = format!("/v2.0//Production/api/microsoft/automation/v2.0//companies({company})");
    let tails = [
        "",
        "/",
        "//",
        "/users(",
        "/users()",
        "/users)",
        "/users(())",
        "/users('x')/userPermissions(%27)",
        "/%F0%9F%98%80",
        "/users?$filter=%27",
        "/users?$filter=((((",
        "/users?$filter=not",
        "/users?$filter=contains(userName,)",
        "/users?$top=-1",
        "/users?$skip=99999999999999999999",
        "/users?$skiptoken=18446744073709551615",
        "/users?$select=",
        "/users?%00=%FF",
        "/users?$orderby=",
        "/users?$filter=%C3%A6%20eq%20%27%C3%B8%27",
    ];
    for tail in tails {
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT"] {
            for body in [json!(null), json!([]), json!("x"), json!({ "state": 5 }), json!({ "@odata.type": "x" })] {
                let answer = world.send(&ada, method, &format!("{base}{tail}"), &[("if-match", "W/")], &body);
                assert!(answer.status < 500, "{method} {tail}: {}", answer.body);
            }
        }
    }
    assert_eq!(world.production().users.len(), 4, "nothing was changed");
    assert_eq!(world.production().access_control.len(), 3);
    world.get(&ada, &format!("/v2.0/Production/api/v2.0/companies({})", Uuid::nil())).expect(404);
}
