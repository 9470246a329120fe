//! Adds visits up and shows them as a table.

use crate::world::Report;
use std::collections::BTreeMap;
use std::fmt;

/// Many visits in numbers.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Visits.
    pub visits: u64,
    /// How visits stood when the trouble ended, by word.
    pub troubled: BTreeMap<&'static str, u64>,
    /// How they ended.
    pub ended: BTreeMap<&'static str, u64>,
    attempts: u64,
    faults: u64,
    disturbances: u64,
    requests: u64,
    /// Seeds whose visit broke a rule.
    pub broken: Vec<(u64, String)>,
}

impl Totals {
    /// Adds a visit.
    pub fn add(&mut self, seed: u64, report: Report) {
        self.visits += 1;
        for word in report.troubled {
            *self.troubled.entry(word).or_default() += 1;
        }
        for word in report.ended {
            *self.ended.entry(word).or_default() += 1;
        }
        self.attempts += u64::from(report.attempts);
        self.faults += report.faults;
        self.disturbances += report.disturbances;
        self.requests += report.requests;
        self.broken.extend(report.violation.map(|why| (seed, why)));
    }

    /// Adds other totals.
    pub fn join(&mut self, other: Self) {
        self.visits += other.visits;
        for (word, count) in other.troubled {
            *self.troubled.entry(word).or_default() += count;
        }
        for (word, count) in other.ended {
            *self.ended.entry(word).or_default() += count;
        }
        self.attempts += other.attempts;
        self.faults += other.faults;
        self.disturbances += other.disturbances;
        self.requests += other.requests;
        self.broken.extend(other.broken);
        self.broken.sort();
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |count: u64| count as f64 / self.visits.max(1) as f64;
        writeln!(out, "  outcome     when the trouble ended    in the end")?;
        for word in ["complete", "partial", "nothing", "undone", "open"] {
            let of = |map: &BTreeMap<&'static str, u64>| map.get(word).copied().unwrap_or_default();
            writeln!(out, "  {word:<12}{:>21}    {:>10}", of(&self.troubled), of(&self.ended))?;
        }
        writeln!(
            out,
            "  per schedule: {:.2} attempts, {:.2} faults met, {:.2} disturbances, {:.1} requests",
            each(self.attempts),
            each(self.faults),
            each(self.disturbances),
            each(self.requests)
        )?;
        write!(out, "  {} schedules, {} violations", self.visits, self.broken.len())
    }
}
