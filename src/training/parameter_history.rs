//! The way that a training came: parameters at some of its updates, from which the others are run again.

use crate::nn::Network;
use serde::{Deserialize, Serialize};

/// The most numbers that are kept.
const MEMORY: usize = 1 << 20;
/// The most places that are kept.
const MARKS: usize = 64;

/// Parameters before some updates, evenly spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterHistory {
    marks: Vec<(u64, Vec<f64>)>,
    /// A power of two.
    stride: u64,
    most: usize,
}

impl ParameterHistory {
    /// Nothing yet, of a network with so many parameters.
    pub(super) fn new(parameters: usize) -> Self {
        Self { marks: Vec::new(), stride: 1, most: (MEMORY / parameters.max(1)).clamp(2, MARKS) }
    }

    /// Whether the parameters before this update are to be kept.
    pub(super) fn wants(&self, update: u64) -> bool {
        update & (self.stride - 1) == 0
    }

    /// Keeps the parameters before this update.
    pub(super) fn keep(&mut self, update: u64, parameters: Vec<f64>) {
        self.marks.push((update, parameters));
        while self.marks.len() > self.most {
            self.stride *= 2;
            let stride = self.stride;
            self.marks.retain(|(at, _)| at & (stride - 1) == 0);
        }
    }

    /// Update and network before it, in order; `shape` gives sizes and activations.
    pub fn networks<'a>(&'a self, shape: &'a Network) -> impl Iterator<Item = (u64, Network)> + 'a {
        self.marks.iter().map(|(at, parameters)| (*at, shape.with_values(parameters)))
    }
}
