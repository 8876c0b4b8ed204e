//! The law of η²: one update for a mini-batch is not the same as one after each sample.
//!
//! From the same start θ, the sum's single step ends at θ − η Σᵢ gᵢ(θ). The per-sample steps take each gᵢ where
//! the ones before have left θ; to first order in η they end at the same place, and what is left,
//! η² Σᵢ<ⱼ gⱼ′(θ) gᵢ(θ) + O(η³), falls to a quarter when η is halved.

use super::{Hyperparameters, Network, Sample, functions, train_mini_batch};
use std::borrow::Borrow;

/// How far apart the two ends are for one η.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepPoint {
    /// η
    pub learning_rate: f64,
    /// ‖θ after each sample − θ after the sum‖; infinite where a run left the finite numbers.
    pub distance: f64,
}

/// Distances for η, η/2, η/4 …, from the largest on, and the straight line through the smallest of them.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningRateSweep {
    points: Vec<SweepPoint>,
    next: f64,
    /// How far rounding alone may move the two ends apart.
    rounding: f64,
    finished: bool,
}

/// Halvings that are looked at, at the most and at the least.
const HALVINGS: usize = 40;
const LEAST: usize = 12;
/// A distance of fewer roundings than this says little about η.
const ROUNDINGS: f64 = 200.0;
/// The slope is taken over this many points: those of the smallest η that still count.
const FITTED: usize = 3;

impl LearningRateSweep {
    /// Begins at this largest η. `samples` is how many a pass takes.
    pub fn new(network: &Network, largest: f64, samples: usize) -> Self {
        // Each update rounds each parameter once, by at most half of its last place.
        let rounding = f64::EPSILON / 2.0 * network.norm().max(1.0) * libm::sqrt(samples as f64 + 1.0);
        Self { points: Vec::new(), next: largest, rounding, finished: false }
    }

    /// Measures the next distance: one pass over `samples` updating after each, and one update with their sum.
    /// Of `settings`, η and the mini-batch are not looked at. Nothing more is done once it is finished.
    pub fn measure(
        &mut self,
        network: &Network,
        samples: impl IntoIterator<Item: Borrow<Sample>> + Clone,
        hyperparameters: &Hyperparameters,
    ) {
        if self.finished {
            return;
        }
        let learning_rate = self.next;
        let hyperparameters =
            Hyperparameters { learning_rate, reduction: super::Reduction::Sum, ..*hyperparameters };
        let (mut apart, mut together) = (network.clone(), network.clone());
        train_mini_batch(&mut together, samples.clone(), &hyperparameters);
        for sample in samples {
            train_mini_batch(&mut apart, [sample.borrow()], &hyperparameters);
        }
        let distance = apart.distance(&together);
        let distance = if distance.is_finite() { distance } else { f64::INFINITY };
        self.points.push(SweepPoint { learning_rate, distance });
        self.next /= 2.0;
        // Far below what counts, smaller η only show more of the rounding.
        let told = self.points.len() >= LEAST && distance <= 10.0 * self.rounding;
        self.finished = told || self.points.len() == HALVINGS;
    }

    /// Whether there is nothing more to measure.
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// What has been measured, from the largest η on.
    pub fn points(&self) -> &[SweepPoint] {
        &self.points
    }

    /// Below this distance rounding begins to tell.
    pub fn rounding_threshold(&self) -> f64 {
        ROUNDINGS * self.rounding
    }

    /// The points that the slope is taken over: the smallest η whose distances are well above rounding. They
    /// are chosen by that alone, not by how well they fit. None where there are too few to tell, or where
    /// nothing comes between the samples once η is small.
    pub fn fitted(&self) -> Option<&[SweepPoint]> {
        let counts =
            |point: &SweepPoint| point.distance.is_finite() && point.distance >= self.rounding_threshold();
        let first = self.points.iter().position(counts)?;
        let count = self.points[first..].iter().take_while(|point| counts(point)).count();
        let counted = &self.points[first..first + count];
        // Where the distance does not fade but stops (as behind the corner of a ReLU), small η have none.
        let stops = self.points.get(first + count).is_some_and(|next| {
            counted
                .last()
                .is_some_and(|last| last.distance / 64.0 > next.distance.max(self.rounding_threshold()))
        });
        (counted.len() >= FITTED && !stops).then(|| &counted[counted.len() - FITTED..])
    }

    /// The slope of log distance against log η, by least squares over [`LearningRateSweep::fitted`]; 2 where the law holds.
    pub fn slope(&self) -> Option<f64> {
        self.fitted().map(slope)
    }

    /// From which η on, going up, each halving no longer divides by four: where the slope between two
    /// neighbours leaves 2 by more than a tenth.
    pub fn deviates_at(&self) -> Option<f64> {
        let smallest = self.fitted()?.last()?.learning_rate;
        let pairs = self.points.windows(2).rev().filter(|pair| pair[1].learning_rate >= smallest);
        let mut leaving = pairs.filter(|pair| {
            let slope = slope(pair);
            slope.is_nan() || (slope - 2.0).abs() > 0.1
        });
        leaving.next().map(|pair| pair[0].learning_rate)
    }
}

/// Least squares in the logarithms.
fn slope(points: &[SweepPoint]) -> f64 {
    let count = points.len() as f64;
    let logs =
        || points.iter().map(|point| (functions::ln(point.learning_rate), functions::ln(point.distance)));
    let mean = |part: fn((f64, f64)) -> f64| logs().map(part).fold(0.0, |sum, log| sum + log) / count;
    let (x, y) = (mean(|log| log.0), mean(|log| log.1));
    let covariance = logs().fold(0.0, |sum, log| sum + (log.0 - x) * (log.1 - y));
    let variance = logs().fold(0.0, |sum, log| sum + (log.0 - x) * (log.0 - x));
    covariance / variance
}
