//! Every preset we ship, once through.

use crate::world::{World, config};
use entrada::flow::run::Outcome;
use entrada::flow::{Intent, Place};
use entrada::view_model::Page;

fn preset_ids() -> Vec<(String, bool)> {
    let config = config();
    let presets = config["presets"].as_array().unwrap();
    presets.iter().map(|it| (it["id"].as_str().unwrap().to_owned(), it["kind"] == "vendorApplication")).collect()
}

#[test]
fn every_shipped_preset_reaches_its_end_in_one_tenant() {
    let mut world = World::ready("magento");
    let mut applications = Vec::new();
    for (id, vendor) in preset_ids() {
        world.press(Intent::Preset(id.clone()));
        if world.codes().contains(&"no_permission_set".to_owned()) {
            // These leave the choice of sets to the person.
            let key = first_set(&world, "D365 READ");
            world.press(Intent::PermissionSet { key, chosen: true });
        }
        assert_eq!(world.model.blocker(), None, "{id}: {:?}", world.codes());
        world.set_up();
        assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Complete), "{id}: {:?}", world.codes());
        if vendor {
            assert_eq!(world.model.place, Place::Done, "{id}: a vendor's application brings its own credential");
            assert!(world.secret().is_none());
        } else {
            assert!(matches!(world.page(), Page::HandOver(_)), "{id}");
            world.press(Intent::Stored(true));
            world.press(Intent::Finish);
        }
        applications.push(world.app_id());
        world.press(Intent::StartOver);
    }
    let count = applications.len();
    applications.sort();
    applications.dedup();
    assert_eq!(applications.len(), count, "no two presets share an application");
    world.assert_contract();
}

fn first_set(world: &World, role_id: &str) -> String {
    let sets = world.site("Production").sets.known().unwrap();
    entrada::flow::choices::SetKey::of(sets.iter().find(|set| set.role_id == role_id).unwrap()).word()
}

#[test]
fn an_integration_of_the_admin_center_gets_a_place_on_its_list_and_nothing_in_an_environment() {
    let mut world = World::signed_in("ada@cronus.example");
    world.press(Intent::Preset("admin-center".into()));
    assert_eq!(world.model.blocker(), None, "no environment is needed: {:?}", world.codes());
    let before = world.cloud.log().len();
    world.set_up();
    assert_eq!(world.model.run.as_ref().unwrap().outcome, Some(Outcome::Complete), "{:?}", world.codes());
    assert!(world.secret().is_some());
    let writes = world.writes_since(before);
    let listed = format!("/authorizedAadApps/{}", world.app_id());
    assert!(writes.iter().any(|it| it.starts_with("PUT") && it.ends_with(&listed)), "{writes:?}");
    assert!(!writes.iter().any(|it| it.contains("/api/")), "nothing is written into an environment: {writes:?}");
}
