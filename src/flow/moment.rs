//! What the outside gives with every event: the time and randomness. And what the decisions give back.

use super::effect::{Effect, EffectId};
use crate::protocol::entropy::Entropy;

/// When an event happened, with fresh randomness.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Milliseconds since 1970 on this computer's clock, which may be wrong.
    pub now: u64,
    /// From the browser's cryptographic source.
    pub entropy: Entropy,
}

/// Collects the effects of one event.
#[derive(Debug)]
pub(super) struct Out {
    pub(super) now: u64,
    pub(super) entropy: Entropy,
    pub(super) effects: Vec<Effect>,
}

impl Out {
    pub(super) fn new(moment: Moment) -> Self {
        Self { now: moment.now, entropy: moment.entropy, effects: Vec::new() }
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn wait(&mut self, id: EffectId, ms: u64) {
        self.push(Effect::Wait { id, ms });
    }
}
