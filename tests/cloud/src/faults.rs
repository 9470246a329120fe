//! Trouble on request: lost answers, delays, throttling, answers a browser may not read.

use serde::{Deserialize, Serialize};

/// Which requests a fault meets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// Method, or any.
    #[serde(default)]
    pub method: Option<String>,
    /// Part of path and query (percent-encoded as sent); also compared with the items of a `$batch`.
    #[serde(default)]
    pub path: String,
    /// The request with this number and no other. Numbers count what reaches this cloud from 0 on, preflights, control
    /// requests and the pages of a sign-in left out; an item of a `$batch` has the number of its batch.
    #[serde(default)]
    pub number: Option<u64>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The request is lost: nothing happens, no answer. For an item of a `$batch`: the whole batch is lost.
    DropBefore,
    /// The request is carried out and its answer is lost. For an item of a `$batch`: the whole answer is lost.
    DropAfter,
    /// The answer comes this much later.
    Delay {
        /// How much later.
        ms: u64,
    },
    /// The service answers this instead of doing it.
    Status {
        /// Status of the answer.
        status: u16,
        /// `Retry-After` in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
        /// Code in the body's error.
        #[serde(default)]
        code: String,
    },
    /// Carried out, but the answer lacks every CORS header: a browser gives its page nothing.
    NoCors,
    /// Refused already at the preflight, or not carried out and answered without CORS headers.
    Opaque,
    /// The request waits at a gate and is carried out when that opens. Whose sender has gone by then is never carried out.
    /// Only sockets wait: in-process it is a lost request. Items of a `$batch` cannot be held before.
    HoldBefore {
        /// Which gate.
        gate: String,
    },
    /// The request is carried out and its answer waits at a gate. Only sockets wait: in-process the answer comes at once.
    Hold {
        /// Which gate.
        gate: String,
    },
    /// Carried out, and this is answered all the same, as services do that fail between the work and its answer.
    StatusAfter {
        /// Status of the answer.
        status: u16,
        /// `Retry-After` in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
        /// Code in the body's error.
        #[serde(default)]
        code: String,
    },
    /// Carried out; only so many thousandths of the answer's body arrive.
    Truncated {
        /// Thousandths.
        permille: u16,
    },
    /// A page of HTML is answered with status 200, as proxies and login portals of networks do.
    Html {
        /// Whether the request was carried out nevertheless.
        done: bool,
    },
    /// Carried out twice, as a proxy does that sends again what it got no answer to; the second answer arrives.
    Twice,
}

impl Effect {
    /// Its kind, as in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::DropBefore => "drop_before",
            Self::DropAfter => "drop_after",
            Self::Delay { .. } => "delay",
            Self::Status { .. } => "status",
            Self::NoCors => "no_cors",
            Self::Opaque => "opaque",
            Self::StatusAfter { .. } => "status_after",
            Self::Truncated { .. } => "truncated",
            Self::Html { .. } => "html",
            Self::Twice => "twice",
            Self::HoldBefore { .. } => "hold_before",
            Self::Hold { .. } => "hold",
        }
    }
}

/// A request that was stopped at a gate.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// Which gate.
    pub gate: String,
    /// Method.
    pub method: String,
    /// Path and query.
    pub url: String,
}

/// One fault, and how often it strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests it meets.
    pub matcher: Matcher,
    /// What goes wrong.
    pub effect: Effect,
    /// How many requests it meets before it is gone.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// A fault that strikes once.
    pub fn once(method: &str, path: &str, effect: Effect) -> Self {
        Self::times(method, path, effect, 1)
    }

    /// A fault that strikes several times. An empty method means any.
    pub fn times(method: &str, path: &str, effect: Effect, times: u32) -> Self {
        let method = (!method.is_empty()).then(|| method.to_owned());
        Self { matcher: Matcher { method, path: path.to_owned(), number: None }, effect, times }
    }

    /// A fault that meets the request with this number.
    pub fn at(number: u64, effect: Effect) -> Self {
        Self { matcher: Matcher { number: Some(number), ..Matcher::default() }, effect, times: 1 }
    }
}

impl Effect {
    /// True for what only makes waiting, beside which another fault may strike.
    pub(crate) const fn only_waits(&self) -> bool {
        matches!(self, Self::Delay { .. } | Self::Hold { .. } | Self::HoldBefore { .. })
    }
}

impl Matcher {
    fn meets(&self, number: u64, method: &str, url: &str) -> bool {
        self.number.is_none_or(|wanted| wanted == number)
            && self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && url.contains(&self.path)
    }
}

/// The faults still to come.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    /// Requests that arrived.
    arrived: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        if fault.times > 0 {
            self.waiting.push(fault);
        }
    }

    /// Counts a request; the answer is its number.
    pub(crate) fn arrive(&mut self) -> u64 {
        self.arrived += 1;
        self.number()
    }

    /// Counts from 0 again.
    pub(crate) fn restart(&mut self) {
        self.arrived = 0;
    }

    /// Number of the request being answered.
    pub(crate) fn number(&self) -> u64 {
        self.arrived.saturating_sub(1)
    }

    /// Ends all faults; the count goes on.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Takes one strike of the first fault that meets this request and passes `wanted`.
    pub(crate) fn take(&mut self, method: &str, url: &str, wanted: impl Fn(&Effect) -> bool) -> Option<Effect> {
        let number = self.number();
        let at =
            self.waiting.iter().position(|fault| fault.matcher.meets(number, method, url) && wanted(&fault.effect))?;
        let fault = self.waiting.get_mut(at)?;
        fault.times -= 1;
        let effect = fault.effect.clone();
        if fault.times == 0 {
            self.waiting.remove(at);
        }
        Some(effect)
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, Fault, Faults};

    #[test]
    fn a_fault_strikes_as_often_as_asked_and_only_what_it_names() {
        let mut faults = Faults::default();
        faults.add(Fault::times("POST", "addPassword", Effect::DropAfter, 2));
        assert_eq!(faults.take("GET", "/v1.0/applications/1/addPassword", |_| true), None);
        for _ in 0..2 {
            assert_eq!(faults.take("POST", "/x/addPassword", |_| true), Some(Effect::DropAfter));
        }
        assert_eq!(faults.take("POST", "/x/addPassword", |_| true), None);
    }

    #[test]
    fn a_fault_with_a_number_meets_that_request_alone() {
        let mut faults = Faults::default();
        faults.add(Fault::at(1, Effect::Twice));
        for struck in [false, true, false] {
            faults.arrive();
            assert_eq!(faults.take("GET", "/v1.0/me", |_| true).is_some(), struck);
        }
    }
}
