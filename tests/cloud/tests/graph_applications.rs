//! Applications, their credentials and service principals in Graph (`graph.md` 1 to 6).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod support;

use entrada_cloud::control::Edit;
use entrada_cloud::{Effect, Fault, seed};
use serde_json::{Value, json};
use support::{BC_APP, NOW, PAGE, World, body, head};

fn world() -> (World, String) {
    let mut world = World::new();
    let (token, _) = world.sign_in("ada@cronus.example");
    (world, token)
}

fn code(response: &entrada_cloud::Response) -> (u16, String) {
    (response.status().as_u16(), body(response)["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn clean(world: &World) {
    assert!(world.cloud.violations().is_empty(), "{:#?}", world.cloud.violations());
}

#[test]
fn an_upsert_creates_once_and_updates_afterwards() {
    let (mut world, token) = world();
    let path = "/applications(uniqueName='entrada-magento-1')";
    let sent = json!({ "displayName": "Magento", "signInAudience": "AzureADMyOrg", "tags": ["entrada"],
        "requiredResourceAccess": [{ "resourceAppId": BC_APP,
            "resourceAccess": [{ "id": seed::ROLE_API, "type": "Role" }] }],
        "web": { "redirectUris": ["https://businesscentral.dynamics.com/OAuthLanding.htm"] },
        "servicePrincipalLockConfiguration": { "isEnabled": true, "allProperties": true } });
    let plain = world.graph(&token, "PATCH", path, sent.clone());
    assert_eq!(code(&plain), (404, "Request_ResourceNotFound".to_owned()), "without the preference it is an update");
    let first = world.upsert(&token, path, sent.clone());
    assert_eq!(first.status(), 201);
    let made = body(&first);
    assert_eq!(made["uniqueName"], "entrada-magento-1");
    assert_eq!(made["createdByAppId"], seed::ENTRADA_CLIENT_ID.to_string());
    assert_eq!(made["web"]["redirectUris"][0], "https://businesscentral.dynamics.com/OAuthLanding.htm");
    let second = world.upsert(&token, path, json!({ "displayName": "Magento shop" }));
    assert_eq!((second.status().as_u16(), second.body().len()), (204, 0));
    let read = world.get(&token, path);
    assert_eq!((&read["id"], &read["displayName"]), (&made["id"], &json!("Magento shop")));
    assert_eq!(read["tags"], json!(["entrada"]), "what was not sent stays");
    assert_eq!(
        world.get(&token, &format!("/applications(appId='{}')", made["appId"].as_str().unwrap()))["id"],
        made["id"]
    );
    clean(&world);
}

#[test]
fn an_upsert_needs_a_name_and_takes_no_secrets() {
    let (mut world, token) = world();
    let path = "/applications(uniqueName='x')";
    for sent in
        [json!({ "signInAudience": "AzureADMyOrg" }), json!({ "displayName": "x", "passwordCredentials": [{}] })]
    {
        assert_eq!(code(&world.upsert(&token, path, sent)), (400, "Request_BadRequest".to_owned()));
    }
}

#[test]
fn two_posts_make_two_applications_of_one_name() {
    let (mut world, token) = world();
    for _ in 0..2 {
        let sent = json!({ "displayName": "Same", "passwordCredentials": [{ "displayName": "first" }] });
        let response = world.graph(&token, "POST", "/applications", sent);
        assert_eq!(response.status(), 201);
        let made = body(&response);
        assert_eq!(made["signInAudience"], "AzureADandPersonalMicrosoftAccount");
        assert_eq!(made["passwordCredentials"][0]["secretText"].as_str().unwrap().len(), 40);
        let read = world.get(&token, &format!("/applications/{}", made["id"].as_str().unwrap()));
        assert_eq!(read["passwordCredentials"][0]["secretText"], Value::Null);
    }
    let found = world.get(&token, "/applications?$filter=displayName%20eq%20'same'");
    assert_eq!(found["value"].as_array().unwrap().len(), 2);
    let response = world.graph(&token, "POST", "/applications", json!({ "displayName": "x", "uniqueName": "x" }));
    assert_eq!(body(&response)["error"]["details"][0]["target"], "uniqueName");
    clean(&world);
}

#[test]
fn lists_are_filtered_searched_paged_and_selected() {
    let (mut world, token) = world();
    for at in 0..5 {
        let sent = json!({ "displayName": format!("Shop {at}"), "signInAudience": "AzureADMyOrg", "tags": [format!("t{}", at % 2)] });
        world.upsert(&token, &format!("/applications(uniqueName='shop-{at}')"), sent);
    }
    let tagged = world.get(&token, "/applications?$filter=tags/any(t:t%20eq%20't1')&$select=id,displayName");
    assert_eq!(tagged["value"].as_array().unwrap().len(), 2);
    assert_eq!(tagged["value"][0].as_object().unwrap().len(), 2);
    let mut page = world.get(&token, "/applications?$top=2&$select=displayName");
    let mut names = Vec::new();
    loop {
        names.extend(page["value"].as_array().unwrap().iter().map(|item| item["displayName"].clone()));
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        let path = next.strip_prefix("https://graph.microsoft.com/v1.0").unwrap().to_owned();
        page = world.get(&token, &path);
    }
    assert_eq!(names.len(), 5);
    clean(&world);
    let search = "/applications?$search=%22displayName:shop%203%22";
    assert_eq!(code(&world.graph(&token, "GET", search, Value::Null)), (400, "Request_UnsupportedQuery".to_owned()));
    let found = world.graph_with(
        &token,
        "GET",
        &format!("{search}&$count=true"),
        &[("consistencylevel", "eventual")],
        Value::Null,
    );
    assert_eq!(body(&found)["@odata.count"], 1);
    for (query, expected) in [
        ("$filter=uniqueName%20eq%20'shop-1'", "Request_UnsupportedQuery"),
        ("$filter=displayName%20ne%20'x'", "Request_UnsupportedQuery"),
        ("$filter=displayName", "BadRequest"),
        ("$top=1000", "Request_UnsupportedQuery"),
        ("$select=colour", "BadRequest"),
    ] {
        let response = world.graph(&token, "GET", &format!("/applications?{query}"), Value::Null);
        assert_eq!(code(&response), (400, expected.to_owned()), "{query}");
    }
}

#[test]
fn a_secret_is_shown_once_and_removed_by_its_key_id() {
    let (mut world, token) = world();
    let id = world.application(&token, "a")["id"].as_str().unwrap().to_owned();
    let sent = json!({ "passwordCredential": { "displayName": "run-1", "endDateTime": "2027-12-01T00:00:00Z" } });
    let response = world.graph(&token, "POST", &format!("/applications/{id}/addPassword"), sent);
    assert_eq!(response.status(), 200);
    let secret = body(&response);
    let text = secret["secretText"].as_str().unwrap();
    assert!(text.starts_with(secret["hint"].as_str().unwrap()) && secret["hint"].as_str().unwrap().len() == 3);
    assert_eq!(
        (secret["displayName"].as_str(), secret["endDateTime"].as_str()),
        (Some("run-1"), Some("2027-12-01T00:00:00Z"))
    );
    let listed = world.get(&token, &format!("/applications/{id}?$select=passwordCredentials"));
    assert_eq!(listed["passwordCredentials"][0]["keyId"], secret["keyId"]);
    assert_eq!(listed["passwordCredentials"][0]["secretText"], Value::Null);
    let state = world.cloud.state_json(NOW).to_string();
    assert!(!state.contains(text), "the log and state never hold a secret");
    let path = format!("/applications/{id}/removePassword");
    assert_eq!(world.graph(&token, "POST", &path, json!({ "keyId": secret["keyId"] })).status(), 204);
    assert_eq!(code(&world.graph(&token, "POST", &path, json!({ "keyId": secret["keyId"] }))).0, 400);
    let past = json!({ "passwordCredential": { "endDateTime": "2020-01-01T00:00:00Z" } });
    assert_eq!(code(&world.graph(&token, "POST", &format!("/applications/{id}/addPassword"), past)).0, 400);
    clean(&world);
}

#[test]
fn the_tenants_policy_refuses_secrets_and_long_lives() {
    let (mut world, token) = world();
    let id = world.application(&token, "a")["id"].as_str().unwrap().to_owned();
    let path = format!("/applications/{id}/addPassword");
    let policy = |forbidden, days| Edit::Policy {
        secrets_forbidden: forbidden,
        secret_max_days: days,
        certificate_max_days: None,
    };
    world.cloud.edit(None, &policy(false, Some(90)), NOW).unwrap();
    let long = world.graph(&token, "POST", &path, json!({}));
    assert_eq!(code(&long), (400, "CredentialInvalidLifetimeAsPerAppPolicy".to_owned()));
    let short = json!({ "passwordCredential": { "endDateTime": "2027-02-01T00:00:00Z" } });
    assert_eq!(world.graph(&token, "POST", &path, short).status(), 200);
    world.cloud.edit(None, &policy(true, None), NOW).unwrap();
    let refused = world.graph(&token, "POST", &path, json!({}));
    assert_eq!(code(&refused), (400, "CredentialTypeNotAllowedAsPerAppPolicy".to_owned()));

    let policy = "/policies/defaultAppManagementPolicy";
    assert_eq!(code(&world.graph(&token, "GET", policy, Value::Null)).0, 403, "needs its own scope");
    let url = world.authorize_url("organizations", &[("scope", "openid offline_access Policy.Read.All")]);
    let back = world.cloud.sign_in_code(&url, "ada@cronus.example", entrada_cloud::ConsentAnswer::Accept, NOW).unwrap();
    let code = support::field(&back, "code").unwrap();
    let more =
        body(&world.redeem("organizations", &code, "Policy.Read.All"))["access_token"].as_str().unwrap().to_owned();
    let read = world.get(&more, policy);
    assert_eq!(read["applicationRestrictions"]["passwordCredentials"][0]["restrictionType"], "passwordAddition");
    clean(&world);
}

#[test]
fn a_deleted_application_takes_its_service_principal_along_and_comes_back_without_it() {
    let (mut world, token) = world();
    let (client, _) = world.service(&token, "a");
    let application = world.get(&token, &format!("/applications(appId='{client}')"));
    let principal = world.get(&token, &format!("/servicePrincipals(appId='{client}')"));
    let (id, sp) = (application["id"].as_str().unwrap(), principal["id"].as_str().unwrap());
    assert_eq!(world.graph(&token, "DELETE", &format!("/applications/{id}"), Value::Null).status(), 204);
    assert_eq!(world.graph(&token, "GET", &format!("/servicePrincipals/{sp}"), Value::Null).status(), 404);
    let gone = world.get(&token, "/directory/deletedItems/microsoft.graph.application");
    assert_eq!(gone["value"][0]["id"], id);
    let restore = |id: &str| format!("/directory/deletedItems/{id}/restore");
    assert_eq!(world.graph(&token, "POST", &restore(id), Value::Null).status(), 200);
    assert_eq!(world.graph(&token, "GET", &format!("/servicePrincipals/{sp}"), Value::Null).status(), 404);
    assert_eq!(world.graph(&token, "POST", &restore(sp), Value::Null).status(), 200);
    let path = format!("/servicePrincipals/{sp}/appRoleAssignments");
    assert_eq!(world.get(&token, &path)["value"].as_array().unwrap().len(), 2);
    world.graph(&token, "DELETE", &format!("/applications/{id}"), Value::Null);
    assert_eq!(world.graph(&token, "DELETE", &format!("/directory/deletedItems/{id}"), Value::Null).status(), 204);
    assert_eq!(world.graph(&token, "POST", &restore(id), Value::Null).status(), 404);
    clean(&world);
}

#[test]
fn a_deleted_unique_name_is_free_or_held_as_arranged() {
    let (mut world, token) = world();
    let first = world.application(&token, "a");
    world.graph(&token, "DELETE", &format!("/applications/{}", first["id"].as_str().unwrap()), Value::Null);
    world.cloud.edit(None, &Edit::DeletedKeepsUniqueName(true), NOW).unwrap();
    let response = world.upsert(&token, "/applications(uniqueName='a')", json!({ "displayName": "a" }));
    assert_eq!(code(&response), (409, "Request_MultipleObjectsWithSameKeyValue".to_owned()));
    world.cloud.edit(None, &Edit::DeletedKeepsUniqueName(false), NOW).unwrap();
    let second = world.application(&token, "a");
    assert_ne!(first["appId"], second["appId"]);
    let restore = format!("/directory/deletedItems/{}/restore", first["id"].as_str().unwrap());
    assert_eq!(code(&world.graph(&token, "POST", &restore, Value::Null)).0, 409);
}

#[test]
fn a_service_principal_is_made_once_and_business_central_can_be_brought_in() {
    let (mut world, token) = world();
    let client = world.application(&token, "a")["appId"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals(appId='{client}')");
    assert_eq!(world.upsert(&token, &path, json!({})).status(), 201);
    assert_eq!(world.upsert(&token, &path, json!({ "tags": ["entrada"] })).status(), 204);
    let again = world.graph(&token, "POST", "/servicePrincipals", json!({ "appId": client }));
    assert_eq!(code(&again), (409, "Request_MultipleObjectsWithSameKeyValue".to_owned()));
    let unknown =
        world.graph(&token, "POST", "/servicePrincipals", json!({ "appId": "11111111-1111-4111-8111-111111111111" }));
    assert_eq!(body(&unknown)["error"]["details"][0]["code"], "NoBackingApplicationObject");
    let rename = world.graph(
        &token,
        "PATCH",
        &format!("/servicePrincipals(appId='{BC_APP}')"),
        json!({ "displayName": "mine" }),
    );
    assert_eq!(code(&rename).0, 403);

    let url = world.authorize_url("organizations", &[("scope", support::GRAPH_SCOPES)]);
    let back =
        world.cloud.sign_in_code(&url, "nora@northwind.example", entrada_cloud::ConsentAnswer::Accept, NOW).unwrap();
    let sent = support::field(&back, "code").unwrap();
    let nora =
        body(&world.redeem("organizations", &sent, support::GRAPH_SCOPES))["access_token"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals(appId='{BC_APP}')");
    assert_eq!(world.graph(&nora, "GET", &path, Value::Null).status(), 404);
    assert_eq!(world.graph(&nora, "POST", "/servicePrincipals", json!({ "appId": BC_APP })).status(), 201);
    let roles = world.get(&nora, &path)["appRoles"].clone();
    assert_eq!(roles.as_array().unwrap().len(), 4);
    clean(&world);
}

#[test]
fn the_tools_own_service_principal_shows_its_verified_publisher() {
    let (mut world, token) = world();
    let path = format!(
        "/servicePrincipals(appId='{}')?$select=verifiedPublisher,appOwnerOrganizationId",
        seed::ENTRADA_CLIENT_ID
    );
    let own = world.get(&token, &path);
    assert_eq!(own["verifiedPublisher"]["displayName"], seed::ENTRADA_PUBLISHER);
    assert_eq!(own["appOwnerOrganizationId"], seed::VENDOR.to_string());
}

#[test]
fn every_answer_can_be_read_by_a_page_and_names_its_request() {
    let (mut world, token) = world();
    let response = world.graph_with(
        &token,
        "GET",
        "/me",
        &[("client-request-id", "11111111-1111-4111-8111-111111111111")],
        Value::Null,
    );
    assert_eq!(head(&response, "access-control-allow-origin").as_deref(), Some("*"));
    assert!(head(&response, "access-control-expose-headers").unwrap().contains("Retry-After"));
    assert_eq!(head(&response, "client-request-id").as_deref(), Some("11111111-1111-4111-8111-111111111111"));
    let preflight = world.send(
        "OPTIONS",
        "https://graph.microsoft.com/v1.0/$batch",
        &[
            ("origin", PAGE),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,prefer"),
        ],
        "",
    );
    assert_eq!(preflight.status(), 204);
    assert_eq!(head(&preflight, "access-control-allow-headers").as_deref(), Some("authorization,prefer"));
}

#[test]
fn tokens_that_do_not_hold_are_refused() {
    let (mut world, token) = world();
    let (_, refresh) = world.sign_in("ada@cronus.example");
    let central = body(&world.refresh("organizations", &refresh, support::BC_SCOPES))["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    for wrong in [central.as_str(), "nonsense", ""] {
        let response = world.graph(wrong, "GET", "/me", Value::Null);
        assert_eq!(code(&response), (401, "InvalidAuthenticationToken".to_owned()));
        assert!(head(&response, "www-authenticate").is_some());
    }
    world.now += 2 * 60 * 60 * 1000;
    assert_eq!(world.graph(&token, "GET", "/me", Value::Null).status(), 401);
}

#[test]
fn a_refused_concurrent_write_and_throttling_come_as_asked() {
    let (mut world, token) = world();
    let conflict = Effect::Status { status: 409, retry_after: None, code: "Directory_ConcurrencyViolation".to_owned() };
    world.cloud.add_fault(Fault::once("POST", "removePassword", conflict));
    let throttled = Effect::Status { status: 429, retry_after: Some(12), code: String::new() };
    world.cloud.add_fault(Fault::once("GET", "/me", throttled));
    let response = world.graph(&token, "GET", "/me", Value::Null);
    assert_eq!(code(&response), (429, "TooManyRequests".to_owned()));
    assert_eq!(head(&response, "retry-after").as_deref(), Some("12"));
    assert_eq!(world.graph(&token, "GET", "/me", Value::Null).status(), 200);
    let response = world.graph(&token, "POST", "/applications/x/removePassword", json!({ "keyId": seed::ROLE_API }));
    assert_eq!(code(&response), (409, "Directory_ConcurrencyViolation".to_owned()));
    clean(&world);
}

#[test]
fn a_certificate_list_is_replaced_whole_and_only_real_certificates_within_policy_enter() {
    let (mut world, token) = world();
    let id = world.application(&token, "a")["id"].as_str().unwrap().to_owned();
    let path = format!("/applications/{id}");
    let key = include_str!("fixtures/certificate.txt").replace('\n', "");
    let item =
        |key: &str| json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": key, "displayName": "CN=one" });
    let patch = |world: &mut World, keys: Vec<Value>| {
        world.graph(&token, "PATCH", &path, json!({ "keyCredentials": keys })).status().as_u16()
    };
    assert_eq!(patch(&mut world, vec![item("bm90IGEgY2VydA==")]), 400);
    assert_eq!(patch(&mut world, vec![json!({ "type": "Symmetric", "usage": "Verify", "key": key })]), 400);
    assert_eq!(patch(&mut world, vec![item(&key)]), 204);
    let kept = world.get(&token, &format!("{path}?$select=keyCredentials"))["keyCredentials"][0].clone();
    let policy = Edit::Policy { secrets_forbidden: false, secret_max_days: None, certificate_max_days: Some(180) };
    world.cloud.edit(None, &policy, NOW).unwrap();
    let refused = world.graph(&token, "PATCH", &path, json!({ "keyCredentials": [kept, item(&key)] }));
    assert_eq!(code(&refused).1, "CredentialInvalidLifetimeAsPerAppPolicy");
    assert_eq!(patch(&mut world, vec![kept.clone()]), 204, "what is there already stays");
    let after = world.get(&token, &path);
    assert_eq!(after["keyCredentials"][0]["keyId"], kept["keyId"]);
    assert_eq!(patch(&mut world, Vec::new()), 204);
    assert_eq!(world.get(&token, &path)["keyCredentials"], json!([]));
    clean(&world);
}

#[test]
fn federated_credentials_keep_their_limits() {
    let (mut world, token) = world();
    let id = world.application(&token, "a")["id"].as_str().unwrap().to_owned();
    let path = format!("/applications/{id}/federatedIdentityCredentials");
    let good = json!({ "name": "one", "issuer": "https://i.example", "subject": "s", "audiences": ["api://AzureADTokenExchange"] });
    let with = |name: &str, value: Value| {
        let mut item = good.clone();
        item[name] = value;
        item
    };
    assert_eq!(world.graph(&token, "POST", &path, good.clone()).status(), 201);
    for (wrong, expected) in [
        (good.clone(), 409),
        (with("name", json!("two")), 409),
        (with("name", json!("with space")), 400),
        (with("issuer", json!("http://i.example")), 400),
        (with("audiences", json!(["a", "b"])), 400),
        (with("subject", json!("x".repeat(601))), 400),
    ] {
        assert_eq!(world.graph(&token, "POST", &path, wrong).status(), expected);
    }
    for at in 1..20 {
        let mut item = with("name", json!(format!("n{at}")));
        item["subject"] = json!(format!("s{at}"));
        assert_eq!(world.graph(&token, "POST", &path, item).status(), 201);
    }
    let mut one_more = with("name", json!("n20"));
    one_more["subject"] = json!("s20");
    assert_eq!(world.graph(&token, "POST", &path, one_more).status(), 400);
    let one = world.get(&token, &format!("{path}(name='one')"));
    let by_id = format!("{path}/{}", one["id"].as_str().unwrap());
    assert_eq!(world.graph(&token, "PATCH", &by_id, json!({ "subject": "other" })).status(), 204);
    assert_eq!(world.graph(&token, "DELETE", &by_id, Value::Null).status(), 204);
    assert_eq!(world.graph(&token, "GET", &by_id, Value::Null).status(), 404);
    clean(&world);
}
