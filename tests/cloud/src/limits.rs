//! What Business Central allows one user at a time and in five minutes (`business-central.md` 1.5), and what it does beyond.
//!
//! Answers are made at once, so how long a request runs is a setting: from its arrival it keeps one of the user's places for
//! `service_ms` of the caller's time, waits for a place when all are taken, and its answer comes that much later. With the
//! default of no time at all, requests never overlap and only the five minutes count.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Response;
use crate::wire::{json, set};

/// The limits of one user. A service principal counts as a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How long a request runs, in milliseconds.
    pub service_ms: u64,
    /// Requests that run side by side.
    pub running: usize,
    /// Requests that wait besides; one more is refused.
    pub waiting: usize,
    /// Requests within the window.
    pub per_window: usize,
    /// Length of the sliding window.
    pub window_ms: u64,
    /// A request that would wait longer than this is given up.
    pub longest_wait_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            service_ms: 0,
            running: 5,
            waiting: 95,
            per_window: 6_000,
            window_ms: 5 * 60 * 1_000,
            longest_wait_ms: 8 * 60 * 1_000,
        }
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is carried out, and its answer comes this much later.
    Served { after_ms: u64 },
    /// Too many at once, or in the window: 429.
    TooMany { actual: usize, maximum: usize },
    /// It would have waited too long: 503.
    WaitedTooLong,
}

/// What the users did lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) limits: Limits,
    users: BTreeMap<String, User>,
}

#[derive(Clone, Debug, Default)]
struct User {
    arrivals: VecDeque<u64>,
    /// When each request that is not through yet will be.
    ends: Vec<u64>,
    most_at_once: usize,
}

impl Usage {
    /// A request of a user arrives.
    pub(crate) fn arrive(&mut self, user: &str, now_ms: u64) -> Verdict {
        let limits = self.limits;
        let user = self.users.entry(user.to_owned()).or_default();
        while user.arrivals.front().is_some_and(|first| first.saturating_add(limits.window_ms) <= now_ms) {
            user.arrivals.pop_front();
        }
        if user.arrivals.len() >= limits.per_window {
            return Verdict::TooMany { actual: user.arrivals.len() + 1, maximum: limits.per_window };
        }
        user.arrivals.push_back(now_ms);
        user.ends.retain(|end| *end > now_ms);
        user.most_at_once = user.most_at_once.max(user.ends.len() + 1);
        let places = limits.running + limits.waiting;
        if user.ends.len() >= places {
            return Verdict::TooMany { actual: user.ends.len() + 1, maximum: places };
        }
        if limits.service_ms == 0 {
            return Verdict::Served { after_ms: 0 };
        }
        // The place that is free first: of those still to end, all but the last `running` end before this one starts.
        user.ends.sort_unstable();
        let begins = match user.ends.len().checked_sub(limits.running) {
            None => now_ms,
            Some(before) => user.ends.get(before).copied().unwrap_or(now_ms),
        };
        if begins.saturating_sub(now_ms) > limits.longest_wait_ms {
            return Verdict::WaitedTooLong;
        }
        let end = begins.saturating_add(limits.service_ms);
        user.ends.push(end);
        Verdict::Served { after_ms: end - now_ms }
    }

    /// The most requests of one user that were under way at once, waiting ones included.
    pub(crate) fn most_at_once(&self) -> usize {
        self.users.values().map(|user| user.most_at_once).max().unwrap_or_default()
    }
}

/// The answer to a request that was not served. The words are those of real answers; 429 asks for back-off without saying how
/// long, 503 says (`business-central.md` 1.5).
pub(crate) fn refusal(verdict: Verdict, correlation: Uuid) -> Response {
    let (status, code, text) = match verdict {
        Verdict::TooMany { actual, maximum } => {
            let text = format!("Too many requests reached. Actual ({actual}). Maximum ({maximum}).");
            (429, "Application_TooManyRequests", text)
        }
        Verdict::WaitedTooLong | Verdict::Served { .. } => {
            (503, "Unknown", "The request waited too long to be carried out.".to_owned())
        }
    };
    let text = format!("{text}  CorrelationId:  {correlation}.");
    let mut response = json(status, &serde_json::json!({ "error": { "code": code, "message": text } }));
    if status == 503 {
        set(&mut response, "retry-after", "30");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{Limits, Usage, Verdict};

    fn usage(service_ms: u64) -> Usage {
        Usage { limits: Limits { service_ms, ..Limits::default() }, ..Usage::default() }
    }

    #[test]
    fn five_run_at_once_and_the_sixth_waits_for_the_first() {
        let mut usage = usage(100);
        for at in 0..5 {
            assert_eq!(usage.arrive("ada", at), Verdict::Served { after_ms: 100 });
        }
        assert_eq!(usage.arrive("ada", 10), Verdict::Served { after_ms: 190 });
        assert_eq!(usage.arrive("ada", 10), Verdict::Served { after_ms: 191 });
        assert_eq!(usage.arrive("bea", 10), Verdict::Served { after_ms: 100 });
        assert_eq!(usage.most_at_once(), 7);
        assert_eq!(usage.arrive("ada", 1_000), Verdict::Served { after_ms: 100 });
    }

    #[test]
    fn one_more_than_a_hundred_is_too_many() {
        let mut usage = usage(100);
        for _ in 0..100 {
            assert!(matches!(usage.arrive("ada", 0), Verdict::Served { .. }));
        }
        assert_eq!(usage.arrive("ada", 0), Verdict::TooMany { actual: 101, maximum: 100 });
        assert!(matches!(usage.arrive("ada", 100), Verdict::Served { .. }));
    }

    #[test]
    fn whoever_would_wait_more_than_eight_minutes_is_given_up() {
        let mut usage = usage(60_000);
        for _ in 0..45 {
            assert!(matches!(usage.arrive("ada", 0), Verdict::Served { .. }));
        }
        assert_eq!(usage.arrive("ada", 0), Verdict::WaitedTooLong);
    }

    #[test]
    fn six_thousand_in_five_minutes_slide() {
        let mut usage = usage(0);
        for at in 0..6_000 {
            assert_eq!(usage.arrive("ada", at), Verdict::Served { after_ms: 0 });
        }
        assert_eq!(usage.arrive("ada", 6_000), Verdict::TooMany { actual: 6_001, maximum: 6_000 });
        assert_eq!(usage.arrive("ada", 300_000), Verdict::Served { after_ms: 0 });
        assert_eq!(usage.most_at_once(), 1);
    }
}
