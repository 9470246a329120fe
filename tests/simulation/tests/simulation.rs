//! The simulation about itself: it replays, its rules can fail, and a broken rule is made small.

use entrada_simulation::facts::{Fact, Facts};
use entrada_simulation::invariants::{self, Ledger, Maker};
use entrada_simulation::schedule::{Disturbance, Schedule};
use entrada_simulation::world::World;
use std::collections::BTreeMap;
use uuid::Uuid;

fn app(id: u128, unique_name: &str) -> Fact {
    Fact::Application { app_id: Uuid::from_u128(id), unique_name: Some(unique_name.into()), content: String::new() }
}

fn secret(id: u128) -> Fact {
    Fact::Secret { app_id: Uuid::from_u128(1), key_id: Uuid::from_u128(id), name: "N".into() }
}

fn ledger(makers: &[(Fact, Maker)]) -> Ledger {
    let makers: BTreeMap<Fact, Maker> = makers.iter().cloned().collect();
    Ledger {
        makers,
        born: BTreeMap::new(),
        looked: Vec::new(),
        unsure: Vec::new(),
        deleted: BTreeMap::new(),
        takers: BTreeMap::new(),
        confirmed: Vec::new(),
        seen: Vec::new(),
        named: Vec::new(),
    }
}

#[test]
fn a_seed_tells_the_same_story_twice() {
    for seed in [3, 70, 264] {
        let schedule = Schedule::of(seed);
        let story = World::play(&schedule, true).story;
        assert!(story.len() > 10, "{story:?}");
        assert_eq!(story, World::play(&Schedule::of(seed), true).story, "seed {seed}");
    }
}

#[test]
fn schedules_hold_the_rules_and_meet_trouble() {
    let (mut faults, mut disturbances) = (0, 0);
    for seed in 20_000..20_040 {
        let report = World::play(&Schedule::of(seed), false);
        assert_eq!(report.violation, None, "seed {seed}: cargo xtask simulate --seed {seed}");
        faults += report.faults;
        disturbances += report.disturbances;
    }
    assert!(faults > 20 && disturbances > 10, "{faults} faults, {disturbances} disturbances");
}

#[test]
fn every_kind_of_trouble_is_drawn() {
    let schedules: Vec<Schedule> = (0..3_000).map(Schedule::of).collect();
    let faults: Vec<&str> = schedules.iter().flat_map(|it| &it.faults).map(|it| it.effect.word()).collect();
    for kind in [
        "drop_before",
        "drop_after",
        "delay",
        "status",
        "status_after",
        "no_cors",
        "opaque",
        "truncated",
        "html",
        "twice",
    ] {
        assert!(faults.iter().filter(|it| **it == kind).count() > 50, "{kind}");
    }
    let drawn = |what: fn(&Disturbance) -> bool| {
        schedules.iter().flat_map(|it| &it.disturbances).filter(|(_, it)| what(it)).count() > 20
    };
    assert!(drawn(|it| matches!(it, Disturbance::Reload)) && drawn(|it| matches!(it, Disturbance::Away { .. })));
    assert!(drawn(|it| matches!(it, Disturbance::Sleep { .. })) && drawn(|it| matches!(it, Disturbance::NoRoles)));
    assert!(schedules.iter().any(|it| it.scenario.second.is_some()));
}

#[test]
fn two_applications_of_one_name_are_found() {
    let one: Facts = [app(1, "entrada-x-main"), app(2, "entrada-y-main")].into();
    assert_eq!(invariants::one_application_per_name(&one), Ok(()));
    let two: Facts = [app(1, "entrada-x-main"), app(2, "entrada-x-main")].into();
    assert!(invariants::one_application_per_name(&two).unwrap_err().contains("entrada-x-main"));
}

#[test]
fn a_secret_that_nobody_saw_has_to_be_named() {
    let facts: Facts = [secret(7)].into();
    let apps = [Uuid::from_u128(1)];
    let mut of_a_tab = ledger(&[(secret(7), Maker::Tab(0))]);
    assert!(invariants::every_secret_is_known(&facts, &of_a_tab, "", &apps).is_err());
    let named = Uuid::from_u128(7).to_string();
    assert_eq!(invariants::every_secret_is_known(&facts, &of_a_tab, &named, &apps), Ok(()));
    of_a_tab.seen.push(Uuid::from_u128(7));
    assert_eq!(invariants::every_secret_is_known(&facts, &of_a_tab, "", &apps), Ok(()));
    let of_another = ledger(&[(secret(7), Maker::Other)]);
    assert_eq!(invariants::every_secret_is_known(&facts, &of_another, "", &apps), Ok(()));
}

#[test]
fn a_secret_asked_for_twice_is_found() {
    let both = ledger(&[(secret(7), Maker::Tab(0)), (secret(8), Maker::Tab(0))]);
    assert_eq!(invariants::one_secret_per_name(&[secret(7)].into(), &both), Ok(()));
    assert!(
        invariants::one_secret_per_name(&[secret(7), secret(8)].into(), &both).unwrap_err().contains("two secrets")
    );
}

#[test]
fn a_change_without_a_confirmed_plan_is_found() {
    let (before, after): (Facts, Facts) = ([].into(), [app(1, "entrada-x-main")].into());
    let nobody = ledger(&[]);
    assert!(invariants::every_change_was_confirmed(&before, &after, &nobody).unwrap_err().contains("came to be"));
    assert!(invariants::every_change_was_confirmed(&after, &before, &nobody).unwrap_err().contains("went away"));
    assert_eq!(invariants::every_change_was_confirmed(&after, &after, &nobody), Ok(()));
}

#[test]
fn taking_back_too_much_or_too_little_is_found() {
    let it = app(1, "entrada-x-main");
    let (with, without): (Facts, Facts) = ([it.clone()].into(), [].into());
    let of_another = ledger(&[(it.clone(), Maker::Other)]);
    let own = ledger(&[(it, Maker::Tab(0))]);
    assert!(invariants::undone(&with, &without, &of_another, 0).unwrap_err().contains("also took"));
    assert!(invariants::undone(&without, &with, &own, 0).unwrap_err().contains("still"));
    assert_eq!(invariants::undone(&without, &with, &of_another, 0), Ok(()), "what others made since is theirs");
    assert_eq!(invariants::undone(&with, &with, &of_another, 0), Ok(()));
}

#[test]
fn taking_what_somebody_needs_since_is_found() {
    let shown: Facts = [app(1, "entrada-x-main"), secret(7)].into();
    let mut of_this = ledger(&[(secret(7), Maker::Tab(0))]);
    of_this.takers = [(secret(7), Maker::Tab(0)), (app(1, "entrada-x-main"), Maker::Tab(0))].into();
    let without_secret: Facts = [app(1, "entrada-x-main")].into();
    assert_eq!(invariants::only_the_secret_went(&shown, &without_secret, &of_this, 0), Ok(()));
    assert!(invariants::only_the_secret_went(&shown, &[].into(), &of_this, 0).unwrap_err().contains("Application"));
}
