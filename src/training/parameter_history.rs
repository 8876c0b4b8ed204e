//! The parameters at some of the updates of a training. The others are computed again from the previous one.

use crate::nn::Network;
use serde::{Deserialize, Serialize};

/// The maximum number of doubles in a history.
const MAX_VALUES: usize = 1 << 20;
/// The maximum number of entries.
const MAX_ENTRIES: usize = 64;

/// The parameters before evenly spaced updates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterHistory {
    /// Updates, ascending, with the parameters before each.
    entries: Vec<(u64, Vec<f64>)>,
    /// The distance between two entries, a power of two.
    stride: u64,
    max_entries: usize,
}

impl ParameterHistory {
    /// An empty history of a network with this number of parameters.
    pub(super) fn new(parameters: usize) -> Self {
        let max_entries = (MAX_VALUES / parameters.max(1)).clamp(2, MAX_ENTRIES);
        Self { entries: Vec::new(), stride: 1, max_entries }
    }

    /// Whether the history keeps the parameters before this update.
    pub(super) fn retains(&self, update: u64) -> bool {
        update & (self.stride - 1) == 0
    }

    /// Adds the parameters before an update. If there are too many entries, doubles the distance between them.
    pub(super) fn push(&mut self, update: u64, parameters: Vec<f64>) {
        self.entries.push((update, parameters));
        while self.entries.len() > self.max_entries {
            self.stride *= 2;
            let stride = self.stride;
            self.entries.retain(|(at, _)| at & (stride - 1) == 0);
        }
    }

    /// The updates, ascending, with the network before each; `shape` gives sizes and activations.
    pub fn networks<'a>(&'a self, shape: &'a Network) -> impl Iterator<Item = (u64, Network)> + 'a {
        self.entries.iter().map(|(at, parameters)| (*at, shape.with_values(parameters)))
    }
}
