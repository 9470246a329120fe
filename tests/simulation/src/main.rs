//! `entrada-simulate [--seeds N] [--from S] [--seed S]`: plays schedules and prints what came of them.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "this program speaks to a person, and says how long it took"
)]

use entrada_cloud::Contract;
use entrada_simulation::minimise::minimise;
use entrada_simulation::report::Totals;
use entrada_simulation::schedule::Schedule;
use entrada_simulation::world::World;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Two fifths of a visit were spent in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stories of broken rules that are told in full.
const STORIES: usize = 3;

struct Wanted {
    from: u64,
    seeds: u64,
    story: bool,
    stop: bool,
}

fn wanted() -> Result<Wanted, String> {
    let mut wanted = Wanted { from: 0, seeds: 10_000, story: false, stop: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().ok_or_else(|| format!("{word} needs a number"))?;
            value.replace('_', "").parse::<u64>().map_err(|_| format!("{word} needs a number, not {value:?}"))
        };
        match word.as_str() {
            "--from" => wanted.from = number()?,
            "--seeds" => wanted.seeds = number()?,
            "--seed" => {
                wanted.from = number()?;
                wanted.seeds = 1;
                wanted.story = true;
            }
            "--stop" => wanted.stop = true,
            _ => {
                return Err(format!(
                    "unknown word {word:?}; there are --seeds N, --from S, --seed S (its whole story), --stop (at the first broken rule)"
                ));
            }
        }
    }
    Ok(wanted)
}

fn main() -> ExitCode {
    let wanted = match wanted() {
        Ok(wanted) => wanted,
        Err(why) => {
            println!("{why}");
            return ExitCode::from(2);
        }
    };
    match Contract::locate() {
        Some(path) if Contract::load(&path).is_ok() => {}
        None if std::env::var("CI").as_deref() != Ok("true") => {
            println!("skipped: the Graph contract is not beside this checkout, so no exchange is held against it");
        }
        _ => {
            println!("the Graph contract is missing or cannot be read");
            return ExitCode::FAILURE;
        }
    }
    let began = Instant::now();
    let totals = play(&wanted);
    let took = began.elapsed().as_secs_f64();
    println!("{totals}");
    println!("  {took:.1} s, {:.0} schedules a second", totals.visits as f64 / took.max(0.001));
    if wanted.story && totals.broken.is_empty() {
        tell(&Schedule::of(wanted.from));
    }
    for (seed, why) in totals.broken.iter().take(STORIES) {
        println!("\nseed {seed}: {why}");
        if wanted.stop {
            break;
        }
        let (schedule, visits) = minimise(&Schedule::of(*seed));
        println!("made small in {visits} visits; the same again with: cargo xtask simulate --seed {seed}");
        tell(&schedule);
    }
    if totals.broken.len() > STORIES {
        let rest: Vec<String> =
            totals.broken.iter().skip(STORIES).take(40).map(|(seed, why)| format!("{seed}: {why}")).collect();
        println!("\nalso broken:\n  {}", rest.join("\n  "));
    }
    if totals.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(schedule: &Schedule) {
    print!("{schedule}");
    for line in World::play(schedule, true).story {
        println!("  {line}");
    }
}

/// Plays all seeds, as many side by side as there are cores.
fn play(wanted: &Wanted) -> Totals {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(wanted.from);
    let end = wanted.from.saturating_add(wanted.seeds);
    let work = || {
        let mut totals = Totals::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return totals;
            }
            totals.add(seed, World::play(&Schedule::of(seed), false));
            if wanted.stop && !totals.broken.is_empty() {
                next.store(end, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let mut totals = Totals::default();
        for hand in hands {
            match hand.join() {
                Ok(part) => totals.join(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        totals
    })
}
