//! Environments both ways, companies, and what the list operations of OData give.

mod business_central_support;

use business_central_support::{app, full_app, partner, person, person_in, world};
use entrada_cloud::seed;
use serde_json::{Value, json};

const ADMIN: &str = "/admin/v2.29/applications/environments";

#[test]
fn any_signed_in_person_lists_the_environments_of_their_tenant() {
    let mut world = world();
    let answer = world.get(&person(&seed::ANTON), "/environments/v1.2").expect(200);
    assert_eq!(answer.column("name"), ["Production", "Sandbox"]);
    let first = &answer.rows()[0];
    assert_eq!(first["type"], "Production");
    assert_eq!(first["aadTenantId"], seed::CRONUS.to_string());
    assert!(first.get("status").is_none(), "the short list knows no status");
    let nora = person_in(seed::NORTHWIND, &seed::NORA);
    assert!(world.get(&nora, "/environments/v1.2").expect(200).rows().is_empty());
}

#[test]
fn administrators_and_partners_list_environments_with_status_and_version() {
    let mut world = world();
    for caller in [person(&seed::ADA), person(&seed::BEA), partner()] {
        for path in [ADMIN, "/admin/v2.29/applications/BusinessCentral/environments"] {
            let answer = world.get(&caller, path).expect(200);
            let status: Vec<_> = answer.rows().iter().map(|row| row["status"].as_str().unwrap()).collect();
            assert_eq!(status, ["Active", "Active", "SoftDeleted"]);
            assert!(answer.rows()[0]["versionDetails"]["version"].as_str().unwrap().starts_with("28."));
        }
    }
}

#[test]
fn other_people_and_unlisted_applications_are_refused_by_the_admin_api_in_its_flat_shape() {
    let mut world = world();
    for caller in [person(&seed::ANTON), person(&seed::OMAR), app(&["AdminCenter.ReadWrite.All"])] {
        let answer = world.get(&caller, ADMIN).expect(403);
        assert!(answer.body["code"].is_string() && answer.body.get("error").is_none(), "{}", answer.body);
    }
}

#[test]
fn an_application_administers_when_it_has_the_role_and_is_listed() {
    let mut world = world();
    let Some(tenant) = world.bc.tenant_mut(seed::CRONUS) else { panic!("Cronus is seeded") };
    tenant.authorized_apps.push(business_central_support::CLIENT);
    world.get(&app(&["AdminCenter.ReadWrite.All"]), ADMIN).expect(200);
    world.get(&full_app(), ADMIN).expect(403);
}

#[test]
fn one_environment_is_found_by_name_and_a_wrong_one_has_its_own_code() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let base = "/admin/v2.29/applications/BusinessCentral/environments";
    assert_eq!(world.get(&ada, &format!("{base}/sandbox")).expect(200).body["name"], "Sandbox");
    assert_eq!(world.get(&ada, &format!("{base}/Nowhere")).expect(404).body["code"], "environmentNotFound");
    let family = "/admin/v2.29/applications/Sales/environments";
    assert_eq!(world.get(&ada, family).expect(404).body["code"], "applicationTypeDoesNotExist");
    world.get(&ada, "/admin/v2.99/applications/environments").expect(404);
}

#[test]
fn companies_are_the_same_on_both_apis_and_automation_companies_say_whether_they_are_trials() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let standard = world.get(&ada, "/v2.0/Production/api/v2.0/companies").expect(200);
    let automation = world.get(&ada, "/v2.0/Production/api/microsoft/automation/v2.0/companies").expect(200);
    assert_eq!(standard.column("id"), automation.column("id"));
    assert_eq!(
        automation.body["@odata.context"],
        "https://api.businesscentral.dynamics.com/v2.0/Production/api/microsoft/automation/v2.0/$metadata#companies"
    );
    for path in [
        "/v2.0/Production/api/microsoft/automation/v2.0/automationCompanies".to_owned(),
        world.automation("automationCompanies"),
    ] {
        assert_eq!(world.get(&ada, &path).expect(200).rows()[0]["evaluationCompany"], false);
    }
}

#[test]
fn one_company_is_read_by_id_and_an_unknown_one_has_its_own_code() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let id = world.company(1);
    let answer = world.get(&ada, &format!("/v2.0/Production/api/v2.0/companies({id})")).expect(200);
    assert_eq!(answer.body["name"], "CRONUS Danmark A/S");
    assert!(answer.body["@odata.context"].as_str().unwrap().ends_with("$metadata#companies/$entity"));
    world.get(&ada, &format!("/v2.0/Production/api/v2.0/companies({})", seed::CRONUS)).refused(
        404,
        "Internal_CompanyNotFound",
        "",
    );
    world.get(&ada, "/v2.0/Production/api/v2.0/companies(first)").refused(404, "BadRequest_NotFound", "first");
}

#[test]
fn an_entity_needs_a_company_in_the_path_or_in_the_query() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let id = world.company(0);
    let base = "/v2.0/Production/api/v2.0/customers";
    world.get(&ada, base).refused(404, "Internal_CompanyNotFound", "");
    world.get(&ada, &format!("{base}?company={}", seed::CRONUS)).refused(404, "Internal_CompanyNotFound", "");
    assert_eq!(world.get(&ada, &format!("{base}?company={id}")).expect(200).rows().len(), 3);
    let by_name = format!("{base}?company=CRONUS%20Danmark%20A/S");
    assert_eq!(world.get(&ada, &by_name).expect(200).rows().len(), 3);
}

#[test]
fn an_unknown_api_or_segment_is_not_found() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let company = world.company(0);
    for path in [
        "/v2.0/Production/api/acme/things/v1.0/companies".to_owned(),
        "/v2.0/Production/ODataV4/Company('x')/Cards".to_owned(),
        "/v2.0/Production".to_owned(),
        "/v3.0/Production/api/v2.0/companies".to_owned(),
        format!("/v2.0/Production/api/v2.0/companies({company})/customers/extra"),
        world.automation("lunches"),
    ] {
        world.get(&ada, &path).refused(404, "BadRequest_ResourceNotFound", "segment");
    }
}

#[test]
fn rows_are_filtered_selected_skipped_and_counted() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let path = world.standard(0, "customers");
    let mut names = |query: &str| {
        let answer = world.get(&ada, &format!("{path}?{query}")).expect(200);
        answer.column("displayName").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names("$filter=number%20eq%20'20000'"), ["Trey Research"]);
    assert_eq!(names("$filter=startswith(displayName,'Adatum')%20or%20number%20eq%20'30000'").len(), 2);
    assert_eq!(names("$filter=contains(displayName,'Research')%20and%20not%20(number%20eq%20'10000')").len(), 1);
    assert_eq!(names("$filter=number%20ne%20'10000'&$orderby=displayName").first().unwrap(), "School of Fine Art");
    assert_eq!(names("$skip=1&$top=1"), ["Trey Research"]);
    let answer = world.get(&ada, &format!("{path}?$select=number&$top=1&$count=true")).expect(200);
    assert_eq!(answer.body["@odata.count"], 3);
    let row = answer.rows()[0].as_object().unwrap();
    assert_eq!(row.keys().collect::<Vec<_>>(), ["@odata.etag", "number"]);
}

#[test]
fn a_text_in_a_filter_may_hold_quotes() {
    let mut world = world();
    let path = world.standard(0, "customers");
    let answer = world.get(&person(&seed::ADA), &format!("{path}?$filter=displayName%20eq%20'it''s%20(a),%20b'"));
    assert!(answer.expect(200).rows().is_empty());
}

#[test]
fn a_filter_that_cannot_be_read_is_refused_with_its_reason() {
    let mut world = world();
    let path = world.automation("users");
    let mut refused = |query: &str, part: &str| {
        world.get(&person(&seed::ADA), &format!("{path}?{query}")).refused(400, "BadRequest", part);
    };
    refused("$filter=clientId%20eq%20'x'", "Could not find a property named 'clientId'");
    refused("$filter=userName%20eq%20'x", "closing quote");
    refused("$filter=userName", "`eq` or `ne`");
    refused("$filter=userName%20like%20'x'", "`eq` or `ne`");
    refused("$filter=(userName%20eq%20'x'", "ends too early");
    refused("$filter=userSecurityId%20eq%20'a0000000-0000-4000-8000-0000000000a1'", "incompatible type");
    refused("$select=lunch", "lunch");
    refused("$top=many", "$top");
    refused("$search=x", "'$search' is not supported");
}

#[test]
fn pages_follow_each_other_until_every_row_was_seen_once() {
    let mut world = world();
    let ada = person(&seed::ADA);
    let prefer = [("prefer", "odata.maxpagesize=25")];
    let mut path = world.automation("permissionSets") + "?$select=id,appId,scope&$filter=scope%20eq%20'System'";
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let answer = world.send(&ada, "GET", &path, &prefer, &Value::Null).expect(200);
        assert!(answer.rows().len() <= 25);
        assert_eq!(answer.headers["preference-applied"], "odata.maxpagesize=25");
        seen.extend(answer.rows().iter().map(|row| format!("{}{}", row["id"], row["appId"])));
        pages += 1;
        match answer.body["@odata.nextLink"].as_str() {
            Some(link) => link.clone_into(&mut path),
            None => break,
        }
    }
    let all = world.production().permission_sets.len() - 1;
    assert_eq!((seen.len(), pages), (all, all.div_ceil(25)));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[test]
fn a_write_with_a_reading_intent_is_refused() {
    let mut world = world();
    let path = world.records("");
    let intent = [("data-access-intent", "ReadOnly")];
    world.send(&person(&seed::ADA), "POST", &path, &intent, &json!({})).refused(400, "BadRequest", "ReadOnly");
    world.send(&person(&seed::ADA), "GET", &path, &intent, &Value::Null).expect(200);
}

#[test]
fn standard_entities_are_for_reading_here() {
    let mut world = world();
    let path = world.standard(0, "customers");
    world.send(&person(&seed::ADA), "POST", &path, &[], &json!({})).refused(405, "BadRequest_MethodNotAllowed", "POST");
}
