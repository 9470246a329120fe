//! Who gets into an environment: applications only when every part is right, people only when they belong there.

mod business_central_support;

use business_central_support::{CLIENT, World, app, full_app, partner, person, person_in, world};
use entrada_cloud::business_central::{EnvironmentStatus, License, State};
use entrada_cloud::caller::{Caller, TokenProblem};
use entrada_cloud::seed;
use serde_json::{Value, json};

const COMPANIES: &str = "/v2.0/Production/api/v2.0/companies";

/// A world in which the application may read customers.
fn connected() -> World {
    let mut world = world();
    world.register_with("D365 CUSTOMER, VIEW");
    world
}

#[track_caller]
fn rejected(world: &mut World, caller: &Caller) {
    for path in [COMPANIES.to_owned(), world.standard(0, "customers")] {
        world.get(caller, &path).refused(401, "Authentication_InvalidCredentials", "could not be authenticated");
    }
}

#[test]
fn an_application_with_every_part_lists_companies_and_what_its_permission_sets_open() {
    let mut world = connected();
    let companies = world.get(&full_app(), COMPANIES).expect(200);
    assert_eq!(companies.column("name"), ["CRONUS International Ltd.", "CRONUS Danmark A/S"]);
    let path = world.standard(0, "customers");
    assert_eq!(world.get(&full_app(), &path).expect(200).rows().len(), 3);
}

#[test]
fn an_entity_outside_the_permission_sets_is_a_400_that_names_the_table() {
    let mut world = connected();
    let path = world.standard(0, "vendors");
    world.get(&full_app(), &path).refused(
        400,
        "Internal_ServerError",
        "You do not have the following permissions on TableData 23 Vendor: Read",
    );
}

#[test]
fn without_a_record_an_application_is_refused_everything() {
    rejected(&mut world(), &full_app());
    let mut world = connected();
    world.production().entra_applications.clear();
    rejected(&mut world, &full_app());
}

#[test]
fn a_record_counts_in_its_own_environment_only() {
    let mut world = connected();
    world.get(&full_app(), "/v2.0/Sandbox/api/v2.0/companies").refused(
        401,
        "Authentication_InvalidCredentials",
        "could not be authenticated",
    );
}

#[test]
fn a_disabled_record_refuses_everything() {
    let mut world = connected();
    world.production().entra_application_mut(CLIENT).unwrap().state = State::Disabled;
    rejected(&mut world, &full_app());
}

#[test]
fn a_disabled_or_expired_or_removed_user_refuses_everything() {
    let mut world = connected();
    let user = world.production().application_user(CLIENT).unwrap().security_id;
    world.set_user_state(user, State::Disabled);
    rejected(&mut world, &full_app());

    world.set_user_state(user, State::Enabled);
    let now = world.now;
    world.production().users.iter_mut().find(|each| each.security_id == user).unwrap().expires_at_ms = Some(now);
    rejected(&mut world, &full_app());

    world.production().remove_user(user);
    rejected(&mut world, &full_app());
}

#[test]
fn without_the_app_role_everything_is_refused() {
    let mut world = connected();
    rejected(&mut world, &app(&[]));
    rejected(&mut world, &app(&["Automation.ReadWrite.All"]));
}

#[test]
fn without_any_permission_set_even_the_list_of_companies_is_refused() {
    let mut world = world();
    world.register("Magento integration");
    world.get(&full_app(), COMPANIES).refused(
        400,
        "Internal_ServerError",
        "You do not have the following permissions on",
    );
}

#[test]
fn a_permission_set_given_in_one_company_opens_nothing_in_another() {
    let mut world = world();
    let user = world.register("Magento integration");
    let set = json!({ "roleId": "D365 CUSTOMER, VIEW", "company": "CRONUS Danmark A/S" });
    world.assign(&person(&seed::ADA), user, &set).expect(201);
    world.get(&full_app(), COMPANIES).expect(200);
    let (first, second) = (world.standard(0, "customers"), world.standard(1, "customers"));
    world.get(&full_app(), &first).refused(400, "Internal_ServerError", "TableData 18 Customer");
    world.get(&full_app(), &second).expect(200);
}

#[test]
fn the_automation_api_wants_its_own_role_and_its_own_permission_set() {
    let mut world = connected();
    let path = world.automation("users");
    world.get(&app(&["API.ReadWrite.All"]), &path).refused(401, "Authentication_InvalidCredentials", "");
    world.get(&full_app(), &path).refused(403, "Authorization_RequestDenied", "automation");
    let user = world.production().application_user(CLIENT).unwrap().security_id;
    world.assign(&person(&seed::ADA), user, &json!({ "roleId": "D365 AUTOMATION" })).expect(201);
    world.get(&full_app(), &path).expect(200);
}

#[test]
fn the_read_pages_of_2026_are_outside_the_automation_role() {
    let mut world = connected();
    let user = world.production().application_user(CLIENT).unwrap().security_id;
    world.assign(&person(&seed::ADA), user, &json!({ "roleId": "D365 AUTOMATION" })).expect(201);
    let path = world.automation("accessControls");
    world.get(&full_app(), &path).expect(200);
    world.get(&app(&["Automation.ReadWrite.All"]), &path).refused(400, "Internal_ServerError", "Access Control");
}

#[test]
fn every_problem_of_a_token_gives_the_same_401() {
    let mut world = world();
    for problem in [
        TokenProblem::Missing,
        TokenProblem::Malformed,
        TokenProblem::Expired,
        TokenProblem::WrongAudience,
        TokenProblem::WrongTenant,
    ] {
        for path in [COMPANIES, "/environments/v1.2"] {
            let answer = world.send_raw(Err(problem), "GET", path, &[("accept-language", "en")], &Value::Null);
            answer.refused(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials");
            assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        }
    }
}

#[test]
fn a_person_who_is_no_user_is_refused() {
    world().get(&person(&seed::ANTON), COMPANIES).refused(401, "Authentication_InvalidCredentials", "");
}

#[test]
fn a_person_without_a_delegated_scope_is_refused() {
    let Caller::Person { tenant, oid, upn, name, role_template_ids, .. } = person(&seed::ADA) else { unreachable!() };
    let caller =
        Caller::Person { tenant, oid, upn, name, role_template_ids, scopes: Vec::new(), delegated_partner: false };
    world().get(&caller, COMPANIES).refused(401, "Authentication_InvalidCredentials", "");
}

#[test]
fn an_administrator_of_the_tenant_becomes_a_user_with_super_at_the_first_sign_in_but_no_full_user() {
    let mut world = world();
    world.get(&person(&seed::MIA), COMPANIES).expect(200);
    world.get(&person(&seed::MIA), COMPANIES).expect(200);
    let mias: Vec<_> =
        world.production().users.iter().filter(|user| user.oid == Some(seed::MIA.oid)).cloned().collect();
    assert_eq!(mias.len(), 1);
    assert_eq!(mias[0].license, License::InternalAdministrator);
    let assigned: Vec<_> = world.production().assignments(mias[0].security_id).map(|row| row.role_id.clone()).collect();
    assert_eq!(assigned, ["SUPER"]);
}

#[test]
fn an_administrator_without_a_licence_reads_business_data_and_does_not_write_it() {
    let mut world = world();
    let path = world.standard(0, "customers");
    world.get(&person(&seed::MIA), &path).expect(200);
    world.send(&person(&seed::MIA), "POST", &path, &[], &json!({})).refused(
        400,
        "Internal_ServerError",
        "TableData 18 Customer: Insert, Modify",
    );
}

#[test]
fn a_partner_with_delegated_rights_is_let_in_and_may_manage_users() {
    let mut world = world();
    world.get(&partner(), COMPANIES).expect(200);
    let user = world.register("Magento integration");
    world.assign(&partner(), user, &json!({ "roleId": "LOCAL" })).expect(201);
}

#[test]
fn a_disabled_person_is_refused() {
    let mut world = world();
    let omar = world.user_named("OMAR");
    world.set_user_state(omar, State::Disabled);
    world.get(&person(&seed::OMAR), COMPANIES).refused(401, "Authentication_InvalidCredentials", "");
}

#[test]
fn a_wrong_environment_or_a_foreign_tenant_in_the_address_does_not_exist() {
    let mut world = world();
    let ada = person(&seed::ADA);
    for path in [
        "/v2.0/Prodction/api/v2.0/companies".to_owned(),
        "/v2.0/Archive/api/v2.0/companies".to_owned(),
        format!("/v2.0/{}/Production/api/v2.0/companies", seed::FABRIKAM),
        "/v2.0/fabrikam.example/Production/api/v2.0/companies".to_owned(),
    ] {
        world.get(&ada, &path).refused(404, "NoEnvironment", "No environment");
    }
    let nora = person_in(seed::NORTHWIND, &seed::NORA);
    world.get(&nora, COMPANIES).refused(404, "NoEnvironment", "");
}

#[test]
fn the_tenant_may_stand_in_the_address_as_id_or_domain_and_the_environment_in_any_case() {
    let mut world = world();
    let ada = person(&seed::ADA);
    for path in [
        format!("/v2.0/{}/production/api/v2.0/companies", seed::CRONUS),
        "/v2.0/cronus.example/PRODUCTION/api/v2.0/companies".to_owned(),
        "/v2.0/cronusint.onmicrosoft.com/Sandbox/api/v2.0/companies".to_owned(),
    ] {
        assert_eq!(world.get(&ada, &path).expect(200).rows().len(), 2);
    }
}

#[test]
fn an_environment_being_upgraded_is_unavailable_for_a_while() {
    let mut world = world();
    world.production().status = EnvironmentStatus::Upgrading;
    let answer = world.get(&person(&seed::ADA), COMPANIES);
    answer.refused(503, "Internal_TenantUnavailable", "Production");
    assert!(answer.headers.contains_key("retry-after"));
}

#[test]
fn an_error_speaks_the_environments_language_unless_asked_and_ends_with_its_correlation_id() {
    let mut world = world();
    let path = world.standard(0, "lunches");
    let danish = world.send_raw(Ok(person(&seed::ADA)), "GET", &path, &[], &Value::Null);
    danish.refused(404, "BadRequest_ResourceNotFound", "blev ikke fundet");
    let english = world.get(&person(&seed::ADA), &path);
    english.refused(404, "BadRequest_ResourceNotFound", "Resource not found for the segment 'lunches'.");
    let id = english.headers["ms-correlation-x"].to_str().unwrap();
    assert!(english.message().ends_with(&format!("  CorrelationId:  {id}.")), "{}", english.message());

    let american = world.send_raw(
        Ok(person_in(seed::FABRIKAM, &seed::GUS)),
        "GET",
        "/v2.0/Production/api/v2.0/lunches?company=Fabrikam%20Ltd.",
        &[],
        &Value::Null,
    );
    american.refused(404, "BadRequest_ResourceNotFound", "Resource not found");
}
