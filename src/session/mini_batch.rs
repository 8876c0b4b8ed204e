//! The current mini-batch: every number of every moment of it, computed once.

use crate::nn::{Gradient, Network, NotFinite, Trace, backprop, evaluate, update};
use crate::scenario::Scenario;
use std::sync::Arc;

/// All numbers of one mini-batch, from its first input to its update.
#[derive(Clone, Debug, PartialEq)]
pub struct MiniBatch {
    /// The row of the data of each sample.
    pub rows: Vec<usize>,
    /// The parameters before the update. All samples use them.
    pub network_before: Arc<Network>,
    /// Forward and backward pass of each sample.
    pub traces: Vec<Trace>,
    /// The sum of the samples' gradients.
    pub gradient_sum: Gradient,
    /// The gradient of the update: that sum, or the mean.
    pub gradient: Gradient,
    /// The parameters after the update.
    pub network_after: Arc<Network>,
    /// Σ C over the samples before the update.
    pub cost_sum_before: f64,
    /// C of each sample after the update.
    pub costs_after: Vec<f64>,
}

impl MiniBatch {
    /// Computes the mini-batch of these rows of the data. An error if a number is NaN or infinite.
    pub fn new(
        scenario: &Scenario,
        rows: Vec<usize>,
        network_before: Arc<Network>,
    ) -> Result<Self, NotFinite> {
        let hyperparameters = &scenario.hyperparameters;
        let samples = || scenario.data.samples.select(&rows);
        let traces: Vec<Trace> =
            samples().map(|s| backprop(&network_before, &s, hyperparameters.cost)).collect();
        let mut gradient_sum = Gradient::zeros(&network_before);
        for trace in &traces {
            gradient_sum.accumulate(trace);
        }
        let gradient = gradient_sum.clone().reduced(hyperparameters.reduction, rows.len());
        let mut network_after = Network::clone(&network_before);
        update(&mut network_after, &gradient, hyperparameters.learning_rate, hyperparameters.bias_rule);
        let costs_after: Vec<f64> =
            samples().map(|s| evaluate(&network_after, [s], hyperparameters.cost).cost_sum).collect();
        let cost_sum_before = traces.iter().fold(0.0, |sum, trace| sum + trace.cost);
        if let Some(diverged) = NotFinite::find(&traces, &network_after, &costs_after) {
            return Err(diverged);
        }
        Ok(Self {
            rows,
            network_before,
            traces,
            gradient_sum,
            gradient,
            network_after: network_after.into(),
            cost_sum_before,
            costs_after,
        })
    }

    /// Σ C over the samples after the update.
    pub fn cost_sum_after(&self) -> f64 {
        self.costs_after.iter().fold(0.0, |sum, cost| sum + cost)
    }
}
