//! A large customer: 500 permission sets, 300 companies, 40 environments, short pages (`business-central.md` 1.5).
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test it is in")]

mod business_central_support;

use std::collections::BTreeSet;

use business_central_support::{World, person, world};
use entrada_cloud::seed;
use serde_json::{Value, json};

/// Every row of a list, and in how many pages it came.
fn all(world: &mut World, path: &str, headers: &[(&str, &str)]) -> (Vec<Value>, usize) {
    let (mut rows, mut pages, mut next) = (Vec::new(), 0, path.to_owned());
    loop {
        let answer = world.send(&person(&seed::ADA), "GET", &next, headers, &Value::Null).expect(200);
        rows.extend_from_slice(answer.rows());
        pages += 1;
        match answer.body["@odata.nextLink"].as_str() {
            Some(link) => link.clone_into(&mut next),
            None => return (rows, pages),
        }
    }
}

#[test]
fn long_lists_come_in_pages_and_every_row_once() {
    let mut world = world();
    world.arrange(&json!({ "scale": {} }));
    let path = world.automation("permissionSets");
    let (sets, pages) = all(&mut world, &path, &[]);
    assert_eq!((sets.len(), pages), (500, 5));
    let distinct: BTreeSet<String> =
        sets.iter().map(|set| format!("{}{}{}", set["id"], set["appId"], set["scope"])).collect();
    assert_eq!(distinct.len(), 500);
    let names: BTreeSet<&str> = sets.iter().filter_map(|set| set["id"].as_str()).collect();
    assert!((440..500).contains(&names.len()), "some role ids exist twice: {}", names.len());
    assert!(names.iter().all(|name| name.chars().count() <= 20));
    let (companies, pages) = all(&mut world, "/v2.0/Production/api/v2.0/companies", &[]);
    assert_eq!((companies.len(), pages), (300, 3));
    assert!(companies.iter().all(|company| company["name"].as_str().unwrap().chars().count() <= 30));
    // Asking for more does not help, asking for less does.
    let (_, pages) = all(&mut world, "/v2.0/Production/api/v2.0/companies", &[("prefer", "odata.maxpagesize=1000")]);
    assert_eq!(pages, 3);
    let (_, pages) = all(&mut world, "/v2.0/Production/api/v2.0/companies", &[("prefer", "odata.maxpagesize=30")]);
    assert_eq!(pages, 10);
    let (found, pages) = all(&mut world, "/v2.0/Production/api/v2.0/companies?$filter=contains(name,'Odense')", &[]);
    assert_eq!((found.len(), pages), (30, 1));
}

#[test]
fn forty_environments_of_every_version_some_of_them_not_in_use() {
    let mut world = world();
    world.arrange(&json!({ "scale": {} }));
    let ada = person(&seed::ADA);
    let list = world.get(&ada, "/admin/v2.29/applications/environments").expect(200);
    assert_eq!(list.rows().len(), 40);
    let statuses: BTreeSet<&str> = list.column("status").into_iter().collect();
    assert_eq!(
        statuses.into_iter().collect::<Vec<_>>(),
        ["Active", "Preparing", "Recovering", "SoftDeleted", "Upgrading"]
    );
    let versions: BTreeSet<&str> = list
        .rows()
        .iter()
        .map(|row| row["versionDetails"]["version"].as_str().unwrap().split('.').next().unwrap())
        .collect();
    assert_eq!(versions.into_iter().collect::<Vec<_>>(), ["24", "25", "26", "27", "28", "29", "30"]);
    let mut ids = BTreeSet::new();
    for row in list.rows().iter().filter(|row| row["status"] == "Active") {
        let name = row["name"].as_str().unwrap();
        let companies = world.get(&ada, &format!("/v2.0/{name}/api/v2.0/companies?$top=2")).expect(200);
        ids.extend(companies.column("id").into_iter().map(str::to_owned));
        let company = companies.rows()[0]["id"].as_str().unwrap().to_owned();
        let users = format!("/v2.0/{name}/api/microsoft/automation/v2.0/companies({company})/users");
        assert!(world.get(&ada, &users).expect(200).rows().len() >= 3, "{name}");
    }
    let active = list.rows().iter().filter(|row| row["status"] == "Active").count();
    assert_eq!(ids.len(), 2 * active, "no two companies share an id");
}

#[test]
fn sizes_can_be_wished_for_and_nothing_shrinks() {
    let mut world = world();
    world.arrange(&json!({ "scale": { "permission_sets": 10, "companies": 4, "environments": 5, "page_rows": 3 } }));
    let (companies, pages) = all(&mut world, "/v2.0/Production/api/v2.0/companies", &[]);
    assert_eq!((companies.len(), pages), (4, 2));
    assert!(world.production().permission_sets.len() > 60);
    let list = world.get(&person(&seed::ADA), "/admin/v2.29/applications/environments").expect(200);
    assert_eq!(list.column("name"), ["Production", "Sandbox", "Archive", "Test-03", "Test-04"]);
    let wish = json!({ "environment": "Nowhere", "do": { "scale": {} } });
    assert!(world.bc.arrange(&wish, &mut world.ids).unwrap_err().contains("Nowhere"));
}
