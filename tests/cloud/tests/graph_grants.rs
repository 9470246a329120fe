//! Granting app roles, who may do what, batches and replication in Graph (`graph.md` 7, 8, 12).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::control::Edit;
use entrada_cloud::seed::{self, roles};
use entrada_cloud::{Effect, Fault};
use serde_json::{Value, json};
use support::{BC_APP, NOW, World, body};

fn world() -> (World, String) {
    let mut world = World::new();
    let (token, _) = world.sign_in("ada@cronus.example");
    (world, token)
}

fn code(response: &entrada_cloud::Response) -> (u16, String) {
    (response.status().as_u16(), body(response)["error"]["code"].as_str().unwrap_or_default().to_owned())
}

/// Application, its service principal, and Business Central's: client id, and the two object ids.
fn prepared(world: &mut World, token: &str) -> (String, String, String) {
    let client = world.application(token, "a")["appId"].as_str().unwrap().to_owned();
    let principal = body(&world.upsert(token, &format!("/servicePrincipals(appId='{client}')"), json!({})));
    let resource = world.get(token, &format!("/servicePrincipals(appId='{BC_APP}')"));
    (client, principal["id"].as_str().unwrap().to_owned(), resource["id"].as_str().unwrap().to_owned())
}

fn grant(principal: &str, resource: &str) -> Value {
    json!({ "principalId": principal, "resourceId": resource, "appRoleId": seed::ROLE_API })
}

#[test]
fn a_role_is_granted_once_listed_and_taken_back() {
    let (mut world, token) = world();
    let (_, principal, resource) = prepared(&mut world, &token);
    let path = format!("/servicePrincipals/{resource}/appRoleAssignedTo");
    let response = world.graph(&token, "POST", &path, grant(&principal, &resource));
    assert_eq!(response.status(), 201);
    let id = body(&response)["id"].as_str().unwrap().to_owned();
    let again = world.graph(&token, "POST", &path, grant(&principal, &resource));
    assert_eq!(code(&again), (400, "Request_BadRequest".to_owned()));
    assert_eq!(body(&again)["error"]["message"], "Permission being assigned already exists on the object");
    let listed = world.get(&token, &format!("/servicePrincipals/{principal}/appRoleAssignments"));
    assert_eq!(listed["value"][0]["appRoleId"], seed::ROLE_API.to_string());
    assert_eq!(listed["value"][0]["resourceDisplayName"], "Dynamics 365 Business Central");
    assert_eq!(world.graph(&token, "DELETE", &format!("{path}/{id}"), Value::Null).status(), 204);
    assert_eq!(code(&world.graph(&token, "DELETE", &format!("{path}/{id}"), Value::Null)).0, 404);
    for wrong in [
        grant(&resource, &principal),
        grant("11111111-1111-4111-8111-111111111111", &resource),
        json!({ "principalId": principal, "resourceId": resource, "appRoleId": seed::SCOPE_FINANCIALS }),
        json!({ "principalId": principal, "resourceId": resource }),
    ] {
        assert_eq!(code(&world.graph(&token, "POST", &path, wrong)).0, 400);
    }
    assert!(world.cloud.violations().is_empty(), "{:#?}", world.cloud.violations());
}

#[test]
fn scope_and_directory_role_both_decide() {
    let mut world = World::new();
    let tokens: Vec<(&str, String)> = ["ada", "anton", "bea", "omar"]
        .into_iter()
        .map(|name| (name, world.sign_in_after_consent(&format!("{name}@cronus.example"))))
        .collect();
    for (name, token) in &tokens {
        let administrator = matches!(*name, "ada" | "anton");
        let made = world.upsert(token, &format!("/applications(uniqueName='{name}')"), json!({ "displayName": name }));
        assert_eq!(made.status().as_u16(), if administrator { 201 } else { 403 }, "{name}");
        if !administrator {
            assert_eq!(code(&made).1, "Authorization_RequestDenied");
        }
        let read = world.graph(token, "GET", "/applications", Value::Null);
        assert_eq!(read.status(), 200, "reading needs no role");
    }
    let (ada, bea) = (tokens[0].1.clone(), tokens[2].1.clone());
    let (client, principal, resource) = prepared(&mut world, &ada);
    let path = format!("/servicePrincipals/{resource}/appRoleAssignedTo");
    assert_eq!(code(&world.graph(&bea, "POST", &path, grant(&principal, &resource))).0, 403);
    assert_eq!(
        code(&world.graph(&bea, "POST", &format!("/applications(appId='{client}')/addPassword"), json!({}))).0,
        403
    );
    assert_eq!(
        code(&world.graph(
            &bea,
            "PATCH",
            &format!("/servicePrincipals/{principal}"),
            json!({ "accountEnabled": false })
        ))
        .0,
        403
    );
    assert_eq!(code(&world.graph(&bea, "DELETE", &format!("/applications(appId='{client}')"), Value::Null)).0, 403);
    let promote = |roles: Vec<uuid::Uuid>| Edit::Roles { upn: "bea@cronus.example".to_owned(), roles };
    world.cloud.edit(None, &promote(vec![roles::PRIVILEGED_ROLE_ADMINISTRATOR]), NOW).unwrap();
    assert_eq!(world.graph(&bea, "POST", &path, grant(&principal, &resource)).status(), 201, "may grant");
    assert_eq!(code(&world.upsert(&bea, "/applications(uniqueName='b')", json!({ "displayName": "b" }))).0, 403);
}

#[test]
fn an_application_developer_owns_what_they_make_and_nothing_else() {
    let mut world = World::new();
    let token = world.sign_in_after_consent("omar@cronus.example");
    let (ada, _) = world.sign_in("ada@cronus.example");
    let edit = Edit::Roles { upn: "omar@cronus.example".to_owned(), roles: vec![roles::APPLICATION_DEVELOPER] };
    world.cloud.edit(None, &edit, NOW).unwrap();
    let (_, principal, resource) = prepared(&mut world, &token);
    let below = world.graph(&token, "POST", "/applications(uniqueName='a')/addPassword", json!({}));
    assert_eq!(below.status(), 400, "actions go by id or appId");
    let id = world.get(&token, "/applications(uniqueName='a')")["id"].as_str().unwrap().to_owned();
    let own = world.get(&token, &format!("/applications/{id}/owners"));
    assert_eq!(own["value"][0]["id"], seed::OMAR.oid.to_string());
    assert_eq!(world.graph(&token, "POST", &format!("/applications/{id}/addPassword"), json!({})).status(), 200);
    let path = format!("/servicePrincipals/{resource}/appRoleAssignedTo");
    assert_eq!(code(&world.graph(&token, "POST", &path, grant(&principal, &resource))).0, 403, "cannot consent");
    let foreign = world.application(&ada, "foreign")["id"].as_str().unwrap().to_owned();
    assert_eq!(code(&world.graph(&token, "POST", &format!("/applications/{foreign}/addPassword"), json!({}))).0, 403);
}

#[test]
fn granting_may_need_the_older_scope_where_the_newer_rule_has_not_arrived() {
    let (mut world, token) = world();
    let (_, principal, resource) = prepared(&mut world, &token);
    let path = format!("/servicePrincipals/{resource}/appRoleAssignedTo");
    world.cloud.edit(None, &Edit::ApplicationScopeGrantsRoles(false), NOW).unwrap();
    assert_eq!(
        code(&world.graph(&token, "POST", &path, grant(&principal, &resource))),
        (403, "Authorization_RequestDenied".to_owned())
    );
    let scope = "openid offline_access AppRoleAssignment.ReadWrite.All";
    let url = world.authorize_url("organizations", &[("scope", scope)]);
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", entrada_cloud::ConsentAnswer::Accept, NOW).unwrap();
    let sent = support::field(&back, "code").unwrap();
    let more = body(&world.redeem("organizations", &sent, scope))["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.graph(&more, "POST", &path, grant(&principal, &resource)).status(), 201);
}

#[test]
fn who_is_signed_in_and_where_can_be_read() {
    let (mut world, token) = world();
    assert_eq!(world.get(&token, "/me?$select=id,userPrincipalName")["userPrincipalName"], "ada@cronus.example");
    let organization = world.get(&token, "/organization?$select=id,displayName,verifiedDomains,tenantType");
    assert_eq!(organization["value"][0]["id"], seed::CRONUS.to_string());
    assert_eq!(organization["value"][0]["verifiedDomains"][0]["name"], seed::CRONUS_DOMAIN);
    let path = "/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true&$select=id,displayName,roleTemplateId";
    assert_eq!(code(&world.graph(&token, "GET", path, Value::Null)), (400, "Request_UnsupportedQuery".to_owned()));
    let roles = body(&world.graph_with(&token, "GET", path, &[("consistencylevel", "eventual")], Value::Null));
    assert_eq!(roles["value"][0]["roleTemplateId"], roles::GLOBAL_ADMINISTRATOR.to_string());
    assert_eq!(roles["@odata.count"], 1);
    assert!(world.cloud.violations().is_empty(), "{:#?}", world.cloud.violations());
}

fn item(id: &str, method: &str, url: &str, sent: Value) -> Value {
    let mut item = json!({ "id": id, "method": method, "url": url });
    if !sent.is_null() {
        item["headers"] = json!({ "Content-Type": "application/json" });
        item["body"] = sent;
    }
    item
}

#[test]
fn each_item_of_a_batch_counts_for_itself() {
    let (mut world, token) = world();
    let (_, principal, resource) = prepared(&mut world, &token);
    let path = format!("/servicePrincipals/{resource}/appRoleAssignedTo");
    let throttled = Effect::Status { status: 429, retry_after: Some(3), code: String::new() };
    world.cloud.add_fault(Fault::once("GET", "/organization", throttled));
    let sent = json!({ "requests": [
        item("me", "GET", "/me", Value::Null),
        item("org", "GET", "/organization", Value::Null),
        item("gone", "GET", "/applications(uniqueName='nobody')", Value::Null),
        item("grant", "POST", &path, grant(&principal, &resource)),
        item("again", "POST", &path, grant(&principal, &resource)),
    ] });
    let response = world.graph(&token, "POST", "/$batch", sent);
    assert_eq!(response.status(), 200);
    let answers = body(&response)["responses"].as_array().unwrap().clone();
    let status = |id: &str| answers.iter().find(|answer| answer["id"] == id).unwrap()["status"].as_u64().unwrap();
    assert_eq!(["me", "org", "gone", "grant", "again"].map(status), [200, 429, 404, 201, 400]);
    let throttled = answers.iter().find(|answer| answer["id"] == "org").unwrap();
    assert_eq!(throttled["headers"]["Retry-After"], "3");
    assert_eq!(world.cloud.log().last().unwrap().items.len(), 5);
    assert!(world.cloud.violations().is_empty(), "{:#?}", world.cloud.violations());
}

#[test]
fn a_failed_dependency_stops_what_depends_on_it() {
    let (mut world, token) = world();
    let mut second = item("2", "GET", "/me", Value::Null);
    second["dependsOn"] = json!(["1"]);
    let sent = json!({ "requests": [item("1", "GET", "/applications/nobody", Value::Null), second] });
    let answers = body(&world.graph(&token, "POST", "/$batch", sent))["responses"].clone();
    assert_eq!((answers[0]["status"].as_u64(), answers[1]["status"].as_u64()), (Some(404), Some(424)));
}

#[test]
fn a_malformed_batch_is_refused_whole() {
    let (mut world, token) = world();
    let mut no_kind = item("1", "POST", "/applications", json!({ "displayName": "x" }));
    no_kind.as_object_mut().unwrap().remove("headers");
    let many: Vec<Value> = (0..21).map(|at| item(&at.to_string(), "GET", "/me", Value::Null)).collect();
    for sent in [
        json!({ "requests": [] }),
        json!({ "requests": many }),
        json!({ "requests": [item("1", "GET", "/me", Value::Null), item("1", "GET", "/me", Value::Null)] }),
        json!({ "requests": [no_kind] }),
        json!({}),
    ] {
        assert_eq!(code(&world.graph(&token, "POST", "/$batch", sent)).0, 400);
    }
    let tenant = world.cloud.tenant("cronus.example").unwrap();
    assert!(tenant.applications.is_empty());
}

#[test]
fn new_objects_are_unseen_for_a_while_with_the_error_that_belongs_to_each_place() {
    let (mut world, token) = world();
    world.cloud.set_lag(5 * 60 * 1000);
    let application = world.application(&token, "a");
    let (id, client) = (application["id"].as_str().unwrap(), application["appId"].as_str().unwrap());
    assert_eq!(code(&world.graph(&token, "GET", &format!("/applications/{id}"), Value::Null)).0, 404);
    assert_eq!(code(&world.graph(&token, "POST", &format!("/applications/{id}/addPassword"), json!({}))).0, 404);
    assert_eq!(
        world.upsert(&token, "/applications(uniqueName='a')", json!({ "displayName": "a" })).status(),
        204,
        "the key is unique at once"
    );
    let sp = format!("/servicePrincipals(appId='{client}')");
    let upsert = world.upsert(&token, &sp, json!({}));
    assert_eq!(upsert.status(), 403);
    assert!(body(&upsert)["error"]["message"].as_str().unwrap().contains("backing application"));
    let post = world.graph(&token, "POST", "/servicePrincipals", json!({ "appId": client }));
    assert_eq!(body(&post)["error"]["details"][0]["code"], "NoBackingApplicationObject");
    world.now += 5 * 60 * 1000;
    let made = world.upsert(&token, &sp, json!({}));
    assert_eq!(made.status(), 201);
    let principal = body(&made)["id"].as_str().unwrap().to_owned();
    assert_eq!(world.upsert(&token, &sp, json!({})).status(), 204);
    let resource =
        world.get(&token, &format!("/servicePrincipals(appId='{BC_APP}')"))["id"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals/{resource}/appRoleAssignedTo");
    let early = world.graph(&token, "POST", &path, grant(&principal, &resource));
    assert_eq!(body(&early)["error"]["message"], "Not a valid reference update.");
    world.now += 5 * 60 * 1000;
    assert_eq!(world.graph(&token, "POST", &path, grant(&principal, &resource)).status(), 201);
    let listed = format!("/servicePrincipals/{principal}/appRoleAssignments");
    assert_eq!(world.get(&token, &listed)["value"].as_array().unwrap().len(), 0);
    let again = world.graph(&token, "POST", &path, grant(&principal, &resource));
    assert_eq!(again.status(), 400, "it is there all the same");
    world.now += 5 * 60 * 1000;
    assert_eq!(world.get(&token, &listed)["value"].as_array().unwrap().len(), 1);
    assert!(world.cloud.violations().is_empty(), "{:#?}", world.cloud.violations());
}

#[test]
fn delegated_grants_can_be_read_with_their_own_scope() {
    let (mut world, token) = world();
    assert_eq!(code(&world.graph(&token, "GET", "/oauth2PermissionGrants", Value::Null)).0, 403);
    let scope = "openid offline_access Directory.Read.All";
    let url = world.authorize_url("organizations", &[("scope", scope)]);
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", entrada_cloud::ConsentAnswer::Accept, NOW).unwrap();
    let sent = support::field(&back, "code").unwrap();
    let more = body(&world.redeem("organizations", &sent, scope))["access_token"].as_str().unwrap().to_owned();
    let own = world.get(&more, &format!("/servicePrincipals(appId='{}')", seed::ENTRADA_CLIENT_ID))["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let grants = world.get(&more, &format!("/oauth2PermissionGrants?$filter=clientId%20eq%20'{own}'"));
    assert!(grants["value"].as_array().unwrap().iter().any(|grant| grant["consentType"] == "AllPrincipals"));
}

#[test]
fn an_address_outside_the_contract_is_reported_as_a_violation() {
    let (mut world, token) = world();
    world.graph(&token, "GET", "/groups", Value::Null);
    // Without the shared folder there is no contract to judge by.
    assert_eq!(world.cloud.violations().is_empty(), entrada_cloud::Contract::locate().is_none());
}

#[test]
fn eligible_roles_show_with_the_scope_for_them() {
    let (mut world, token) = world();
    let path = "/roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')";
    assert_eq!(code(&world.graph(&token, "GET", path, Value::Null)).0, 403);
    let tenant = world.cloud.tenant_mut("cronus.example").unwrap();
    tenant.people[0].eligible_roles = vec![roles::APPLICATION_ADMINISTRATOR];
    let scope = "openid offline_access RoleEligibilitySchedule.Read.Directory";
    let url = world.authorize_url("organizations", &[("scope", scope)]);
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", entrada_cloud::ConsentAnswer::Accept, NOW).unwrap();
    let sent = support::field(&back, "code").unwrap();
    let more = body(&world.redeem("organizations", &sent, scope))["access_token"].as_str().unwrap().to_owned();
    let found = world.get(&more, path);
    assert_eq!(found["value"][0]["roleDefinitionId"], roles::APPLICATION_ADMINISTRATOR.to_string());
    assert!(world.cloud.violations().is_empty(), "{:#?}", world.cloud.violations());
}
