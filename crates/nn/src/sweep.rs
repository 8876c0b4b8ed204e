//! How one update for a mini-batch differs from one update after each sample, as a function of η.
//!
//! From the same parameters θ, the update with the sum ends at θ − η Σᵢ gᵢ(θ). Each per-sample update computes its gradient
//! gᵢ at parameters that the previous updates have changed. To first order in η both end at the same parameters. The
//! difference η² Σᵢ<ⱼ gⱼ′(θ) gᵢ(θ) + O(η³) falls to a quarter when η is halved.

use super::{Hyperparameters, Network, Sample, functions, train_mini_batch};
use std::borrow::Borrow;

/// The distance between the two results for one η.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepPoint {
    /// η
    pub learning_rate: f64,
    /// ‖θ after each sample − θ after the sum‖; infinite if a parameter is not finite.
    pub distance: f64,
}

/// Distances for η, η/2, η/4 …, in descending order of η, and the line through the smallest ones.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningRateSweep {
    points: Vec<SweepPoint>,
    next: f64,
    /// The distance that rounding alone can cause.
    rounding: f64,
    finished: bool,
}

/// The maximum and minimum number of points.
const MAX_POINTS: usize = 40;
const MIN_POINTS: usize = 12;
/// Distances below this multiple of the rounding error are not used for the slope.
const MIN_ROUNDING_ERRORS: f64 = 200.0;
/// The number of points for the slope.
const FITTED_POINTS: usize = 3;

impl LearningRateSweep {
    /// Starts at the largest η, which may be 0. `samples` is the number of samples in the mini-batch.
    pub fn new(network: &Network, largest: f64, samples: usize) -> Self {
        // Each update rounds each parameter once, by at most half a unit in the last place.
        let rounding = f64::EPSILON / 2.0 * network.norm().max(1.0) * libm::sqrt(samples as f64 + 1.0);
        Self { points: Vec::new(), next: largest, rounding, finished: false }
    }

    /// Measures the next distance: trains once with an update after each of the `samples`, and once with one update for
    /// their sum. Uses neither η nor the batch size of the hyperparameters. Does nothing once finished.
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
        let (mut per_sample, mut once) = (network.clone(), network.clone());
        train_mini_batch(&mut once, samples.clone(), &hyperparameters);
        for sample in samples {
            train_mini_batch(&mut per_sample, [sample.borrow()], &hyperparameters);
        }
        let distance = per_sample.distance(&once);
        let distance = if distance.is_finite() { distance } else { f64::INFINITY };
        self.points.push(SweepPoint { learning_rate, distance });
        self.next /= 2.0;
        // For smaller η, only rounding is left.
        let only_rounding = self.points.len() >= MIN_POINTS && distance <= 10.0 * self.rounding;
        self.finished = only_rounding || self.points.len() == MAX_POINTS || self.next == 0.0;
    }

    /// Whether all points are measured.
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// The measured points, in descending order of η.
    pub fn points(&self) -> &[SweepPoint] {
        &self.points
    }

    /// The distance below which rounding dominates.
    pub fn rounding_threshold(&self) -> f64 {
        MIN_ROUNDING_ERRORS * self.rounding
    }

    /// The points for the slope: those of the smallest η whose distances are above [`Self::rounding_threshold`]. How well
    /// they fit a line is not considered. `None` if there are too few, or if the distance is 0 for small η.
    pub fn fitted(&self) -> Option<&[SweepPoint]> {
        let is_usable =
            |point: &SweepPoint| point.distance.is_finite() && point.distance >= self.rounding_threshold();
        let first = self.points.iter().position(is_usable)?;
        let count = self.points[first..].iter().take_while(|point| is_usable(point)).count();
        let counted = &self.points[first..first + count];
        // The distance drops to rounding at once, for example behind the corner of a ReLU: it is 0 for small η.
        let stops = self.points.get(first + count).is_some_and(|next| {
            counted
                .last()
                .is_some_and(|last| last.distance / 64.0 > next.distance.max(self.rounding_threshold()))
        });
        (counted.len() >= FITTED_POINTS && !stops).then(|| &counted[counted.len() - FITTED_POINTS..])
    }

    /// The slope of log distance over log η, by least squares over [`LearningRateSweep::fitted`]. It is 2 for a distance
    /// proportional to η².
    pub fn slope(&self) -> Option<f64> {
        self.fitted().map(slope)
    }

    /// The smallest η above which the distance is not proportional to η²: the slope between two neighbouring points differs
    /// from 2 by more than 0.1.
    pub fn deviates_at(&self) -> Option<f64> {
        let smallest = self.fitted()?.last()?.learning_rate;
        let pairs = self.points.windows(2).rev().filter(|pair| pair[1].learning_rate >= smallest);
        let mut deviating = pairs.filter(|pair| {
            let slope = slope(pair);
            slope.is_nan() || (slope - 2.0).abs() > 0.1
        });
        deviating.next().map(|pair| pair[0].learning_rate)
    }
}

/// The slope of log distance over log η, by least squares.
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
