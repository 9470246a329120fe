//! Which applications may administer a tenant: listed by a person, and consented to in Entra (`business-central.md` 1.2).

mod business_central_support;
#[path = "support/mod.rs"]
mod support;

use business_central_support::{CLIENT, app, partner, person, world};
use entrada_cloud::control::Edit;
use entrada_cloud::seed;
use serde_json::{Value, json};
use support::{BC_SCOPES, body};
use uuid::Uuid;

const APPS: &str = "/admin/v2.29/authorizedAadApps";
const ENVIRONMENTS: &str = "/admin/v2.29/applications/environments";

fn one() -> String {
    format!("{APPS}/{CLIENT}")
}

#[test]
fn an_administrator_lists_an_application_and_only_then_it_may_administer() {
    let mut world = world();
    let robot = app(&["AdminCenter.ReadWrite.All"]);
    for caller in [person(&seed::BEA), partner()] {
        world.get(&robot, ENVIRONMENTS).expect(403);
        for _ in 0..2 {
            let answer = world.send(&caller, "PUT", &one(), &[], &Value::Null).expect(200);
            assert_eq!(answer.body, json!({ "appId": CLIENT, "isAdminConsentGranted": false }));
        }
        let listed = world.get(&caller, APPS).expect(200);
        assert_eq!(listed.body, json!([{ "appId": CLIENT, "isAdminConsentGranted": false }]), "once, and a bare list");
        world.get(&robot, ENVIRONMENTS).expect(200);
        world.send(&caller, "DELETE", &one(), &[], &Value::Null).expect(204);
        assert_eq!(
            world.send(&caller, "DELETE", &one(), &[], &Value::Null).expect(404).body["code"],
            "ResourceNotFound"
        );
    }
}

#[test]
fn applications_and_ordinary_people_do_not_touch_the_list() {
    let mut world = world();
    let robot = app(&["AdminCenter.ReadWrite.All"]);
    world.send(&robot, "PUT", &one(), &[], &Value::Null).expect(403);
    world.send(&person(&seed::ANTON), "PUT", &one(), &[], &Value::Null).expect(403);
    world.get(&person(&seed::OMAR), APPS).expect(403);
    world.send(&person(&seed::ADA), "PUT", &one(), &[], &Value::Null).expect(200);
    let refused = world.get(&robot, APPS).expect(403);
    assert_eq!(refused.body["code"], "Unauthorized", "even one that may administer: {}", refused.body);
    world.send(&robot, "DELETE", &one(), &[], &Value::Null).expect(403);
}

#[test]
fn what_is_no_client_id_or_no_method_is_refused_in_the_flat_shape() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let answer = world.send(&ada, "PUT", &format!("{APPS}/magento"), &[], &Value::Null).expect(400);
    assert!(answer.body["code"].is_string() && answer.body.get("error").is_none(), "{}", answer.body);
    world.send(&ada, "POST", APPS, &[], &json!({})).expect(405);
    world.get(&ada, &format!("{}/more", one())).expect(404);
    world.send(&ada, "PUT", &format!("/admin/v2.99/authorizedAadApps/{CLIENT}"), &[], &Value::Null).expect(404);
}

#[test]
fn the_consent_shown_is_the_one_entra_has() {
    let mut world = support::World::new();
    let (graph, refresh) = world.sign_in("ada@cronus.example");
    let (client, _) = world.service(&graph, "entrada-admin-1");
    let token = body(&world.refresh("organizations", &refresh, BC_SCOPES))["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let host = "https://api.businesscentral.dynamics.com";
    let ask = |world: &mut support::World, method: &str, path: &str| {
        let response = world.send(method, &format!("{host}{path}"), &[("authorization", bearer.as_str())], "");
        assert_eq!(response.status(), 200, "{}", body(&response));
        body(&response)
    };
    let path = format!("{APPS}/{client}");
    assert_eq!(ask(&mut world, "PUT", &path)["isAdminConsentGranted"], false);
    let resource = world.get(&graph, &format!("/servicePrincipals(appId='{}')", support::BC_APP));
    let principal = world.get(&graph, &format!("/servicePrincipals(appId='{client}')"));
    let sent = json!({
        "principalId": principal["id"], "resourceId": resource["id"], "appRoleId": seed::ROLE_ADMIN_CENTER,
    });
    let path = format!("/servicePrincipals/{}/appRoleAssignedTo", resource["id"].as_str().unwrap());
    assert_eq!(world.graph(&graph, "POST", &path, sent).status(), 201);
    assert_eq!(ask(&mut world, "GET", APPS)[0]["isAdminConsentGranted"], true);
    let edit = Edit::RemoveRoleAssignment { app_id: Uuid::parse_str(&client).unwrap(), role: None };
    world.cloud.edit(None, &edit, world.now).unwrap();
    assert_eq!(ask(&mut world, "GET", APPS)[0]["isAdminConsentGranted"], false);
}
