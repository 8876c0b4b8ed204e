//! Equations (3) and (4) and the update in one pass: a gradient is no sooner summed than it is used.

// A tile has two indices, which count in several arrays at once.
#![allow(clippy::needless_range_loop)]

use super::tame::Change;
use crate::lanes::{Kernel, Lanes, Walk, move_tile, multiply_add};
use crate::{BiasRule, Hyperparameters, Reduction};

/// What becomes of a sum over a mini-batch's samples.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) learning_rate: f64,
    /// The sum is divided by the count, or multiplied by its inverse where that is the same double.
    pub(super) count: f64,
    pub(super) inverse: Option<f64>,
    pub(super) rule: BiasRule,
    /// Whether the sums start here, and whether they end here; between, they are kept in the accumulators.
    pub(super) first: bool,
    pub(super) last: bool,
}

impl Step {
    /// For `samples` of a mini-batch so far.
    pub(super) fn new(hyperparameters: &Hyperparameters, samples: usize, first: bool, last: bool) -> Self {
        let (count, inverse) = match hyperparameters.reduction {
            Reduction::Sum => (1.0, Some(1.0)),
            Reduction::Mean => (samples as f64, samples.is_power_of_two().then(|| 1.0 / samples as f64)),
        };
        let (learning_rate, rule) = (hyperparameters.learning_rate, hyperparameters.bias_rule);
        Self { learning_rate, count, inverse, rule, first, last }
    }

    /// η times the reduced sum: what is taken off a parameter.
    #[inline(always)]
    pub(super) fn change<L: Lanes>(&self, sum: L) -> L {
        L::splat(self.learning_rate) * self.reduced(sum)
    }

    /// [`Self::change`] of every sum of a tile. How to reduce them is asked once.
    #[inline(always)]
    pub(super) fn changes<L: Lanes, const V: usize, const R: usize>(&self, sums: &mut [[L; V]; R]) {
        let learning_rate = L::splat(self.learning_rate);
        match self.inverse {
            Some(inverse) => {
                for sum in sums.as_flattened_mut() {
                    *sum = learning_rate * (*sum * L::splat(inverse));
                }
            }
            None => {
                for sum in sums.as_flattened_mut() {
                    *sum = learning_rate * (*sum / L::splat(self.count));
                }
            }
        }
    }

    /// Moves every bias of a layer by the same amount, given the sums of its δ.
    #[inline(always)]
    pub(super) fn all_alike(&self, biases: &mut [f64], sums: &[f64]) {
        let moves = match self.rule {
            BiasRule::Frozen => 0.0,
            _ => sums[..biases.len()].iter().fold(0.0, |sum, value| sum + self.reduced(*value)),
        };
        for bias in biases {
            *bias -= self.learning_rate * moves;
        }
    }

    /// The reduced sum.
    #[inline(always)]
    fn reduced<L: Lanes>(&self, sum: L) -> L {
        match self.inverse {
            Some(inverse) => sum * L::splat(inverse),
            None => sum / L::splat(self.count),
        }
    }
}

/// w ← w − η Σ aₖ δⱼ over the samples, for all of a layer's weights by source.
pub(super) struct Descent<'a> {
    pub(super) samples: usize,
    /// (samples, source_stride), of which the first `sources` of each row count.
    pub(super) activations: &'a [f64],
    pub(super) source_stride: usize,
    /// (samples, stride)
    pub(super) deltas: &'a [f64],
    /// The length of a row of deltas and weights, whole vectors.
    pub(super) stride: usize,
    /// (sources, stride)
    pub(super) weights: &'a mut [f64],
    /// As the weights; may be empty where the sums start and end here.
    pub(super) accumulators: &'a mut [f64],
    pub(super) step: Step,
    /// The quick way from sums to changes, where all numbers are [tame](super::tame).
    pub(super) change: Option<Change>,
    /// What all new weights come to, in parts: finite only if they are. Tame numbers make no others, and need no look.
    pub(super) total: &'a mut [f64; 4],
}

impl Kernel for Descent<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let rows = self.weights.len() / self.stride;
        let mut total = L::splat(0.0);
        let mut row = 0;
        while row + 4 <= rows {
            total = self.rows::<L, 4>(row, total);
            row += 4;
        }
        if row + 2 <= rows {
            total = self.rows::<L, 2>(row, total);
            row += 2;
        }
        if row < rows {
            total = self.rows::<L, 1>(row, total);
        }
        if self.step.last {
            total.store(self.total);
        }
    }
}

impl Descent<'_> {
    /// R rows of weights.
    #[inline(always)]
    fn rows<L: Lanes, const R: usize>(&mut self, row: usize, mut total: L) -> L {
        let mut at = 0;
        while at < self.stride {
            let vectors = (self.stride - at) / L::COUNT;
            at += L::COUNT
                * match vectors {
                    1 => self.tile::<L, 1, R>(row, at, &mut total),
                    _ => self.tile::<L, 2, R>(row, at, &mut total),
                };
        }
        total
    }

    #[inline(always)]
    fn tile<L: Lanes, const V: usize, const R: usize>(
        &mut self,
        row: usize,
        at: usize,
        total: &mut L,
    ) -> usize {
        let mut sums = [[L::splat(0.0); V]; R];
        if !self.step.first {
            for r in 0..R {
                for v in 0..V {
                    sums[r][v] = L::load(&self.accumulators[(row + r) * self.stride + at + v * L::COUNT..]);
                }
            }
        }
        let activations = Walk { values: self.activations, from: row, step: self.source_stride };
        let deltas = Walk { values: self.deltas, from: at, step: self.stride };
        multiply_add(&mut sums, self.samples, activations, 1, deltas);
        if !self.step.last {
            for r in 0..R {
                for v in 0..V {
                    sums[r][v].store(&mut self.accumulators[(row + r) * self.stride + at + v * L::COUNT..]);
                }
            }
            return V;
        }
        if let Some(change) = self.change {
            let from = row * self.stride + at;
            match change {
                Change::Times(rate) => {
                    move_tile(self.weights, from, self.stride, sums, |sum| L::splat(rate) * sum)
                }
                Change::Quotient(quotient) => {
                    move_tile(self.weights, from, self.stride, sums, |sum| quotient.of(sum))
                }
            }
            return V;
        }
        self.step.changes(&mut sums);
        let weights = &mut self.weights[row * self.stride..][..R * self.stride];
        for (row, changes) in weights.chunks_exact_mut(self.stride).zip(sums) {
            let row = &mut row[at..][..V * L::COUNT];
            for (weight, change) in row.chunks_exact_mut(L::COUNT).zip(changes) {
                let new = L::load(weight) - change;
                new.store(weight);
                *total = *total + new;
            }
        }
        V
    }
}

/// b ← b − η · (what the rule says moves b), for a layer.
pub(super) struct BiasDescent<'a> {
    /// (samples, stride)
    pub(super) deltas: &'a [f64],
    /// (stride), of which the first `neurons` count.
    pub(super) biases: &'a mut [f64],
    pub(super) neurons: usize,
    /// (stride)
    pub(super) accumulators: &'a mut [f64],
    pub(super) step: Step,
}

impl Kernel for BiasDescent<'_> {
    /// The sum of all new biases: finite only if they are.
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self) -> f64 {
        let stride = self.biases.len();
        let own = self.step.rule == BiasRule::OwnDelta;
        let mut total = L::splat(0.0);
        for at in (0..stride).step_by(L::COUNT) {
            let mut sum = match self.step.first {
                true => L::splat(0.0),
                false => L::load(&self.accumulators[at..]),
            };
            for deltas in self.deltas.chunks_exact(stride) {
                sum = sum + L::load(&deltas[at..]);
            }
            if self.step.last && own {
                let new = L::load(&self.biases[at..]) - self.step.change(sum);
                new.store(&mut self.biases[at..]);
                total = total + new;
            } else {
                sum.store(&mut self.accumulators[at..]);
            }
        }
        if self.step.last && !own {
            self.step.all_alike(&mut self.biases[..self.neurons], self.accumulators);
            return self.biases.iter().sum();
        }
        total.sum()
    }
}
