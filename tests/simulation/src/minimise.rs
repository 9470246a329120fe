//! Makes the schedule of a broken rule as small as it can be while the same rule stays broken.

use crate::schedule::{Before, Schedule, WayBack, Wish};
use crate::world::World;

/// The smallest schedule that still breaks a rule, and how many visits it took to find it.
pub fn minimise(schedule: &Schedule) -> (Schedule, u32) {
    let mut best = schedule.clone();
    let mut visits = 0;
    let rule = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
    let Some(wanted) = World::play(&best, false).violation.map(|it| rule(&it)) else { return (best, 1) };
    let mut breaks = |candidate: &Schedule| {
        visits += 1;
        World::play(candidate, false).violation.is_some_and(|it| rule(&it) == wanted)
    };
    loop {
        let smaller = candidates(&best).into_iter().find(|candidate| breaks(candidate));
        match smaller {
            Some(smaller) => best = smaller,
            None => return (best, visits),
        }
    }
}

/// Every schedule that is one step simpler.
fn candidates(schedule: &Schedule) -> Vec<Schedule> {
    let mut all = Vec::new();
    for at in 0..schedule.faults.len() {
        let mut fewer = schedule.clone();
        fewer.faults.remove(at);
        all.push(fewer);
    }
    for at in 0..schedule.disturbances.len() {
        let mut fewer = schedule.clone();
        fewer.disturbances.remove(at);
        all.push(fewer);
    }
    if let Some(way) = &schedule.way_back {
        let mut with = |change: &dyn Fn(&mut WayBack)| {
            let mut simpler = way.clone();
            change(&mut simpler);
            if simpler != *way {
                all.push(Schedule { way_back: Some(simpler), ..schedule.clone() });
            }
        };
        with(&|it| it.early = false);
        with(&|it| it.since = None);
        for at in 0..way.faults.len() {
            with(&|it| {
                it.faults.remove(at);
            });
        }
        for at in 0..way.disturbances.len() {
            with(&|it| {
                it.disturbances.remove(at);
            });
        }
        all.push(Schedule { way_back: None, ..schedule.clone() });
    }
    for at in 0..schedule.faults.len() {
        if schedule.faults[at].times > 1 {
            let mut fewer = schedule.clone();
            fewer.faults[at].times /= 2;
            all.push(fewer);
        }
    }
    let it = &schedule.scenario;
    let mut simpler = |change: &dyn Fn(&mut Schedule)| {
        let mut simpler = schedule.clone();
        change(&mut simpler);
        if simpler.scenario != *it {
            all.push(simpler);
        }
    };
    simpler(&|it| it.scenario.second = None);
    simpler(&|it| it.scenario.lag_ms = 0);
    simpler(&|it| it.scenario.wish = Wish::Plain);
    simpler(&|it| it.scenario.before = Before::Nothing);
    simpler(&|it| it.scenario.latency_ms = 50);
    simpler(&|it| it.scenario.preset = "magento");
    if it.places.len() > 1 {
        simpler(&|it| it.scenario.places.truncate(1));
        simpler(&|it| {
            it.scenario.places.remove(0);
        });
    }
    all
}
