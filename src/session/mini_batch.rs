//! The mini-batch that the reader stands in: every number of every moment of it, computed once.

use crate::nn::{Diverged, Gradient, Network, Trace, backprop, evaluate, update};
use crate::scenario::Scenario;
use std::sync::Arc;

/// One mini-batch from its first input to its update.
#[derive(Clone, Debug, PartialEq)]
pub struct MiniBatch {
    /// The row of the data that each sample is.
    pub rows: Vec<usize>,
    /// The parameters before the update; all of its samples run through these.
    pub before: Arc<Network>,
    /// Each sample forward and back.
    pub traces: Vec<Trace>,
    /// The sum of the samples' gradients.
    pub gradient_sum: Gradient,
    /// The gradient that the update takes: that sum, or their mean.
    pub gradient: Gradient,
    /// The parameters after the update.
    pub after: Arc<Network>,
    /// Σ C over the samples before the update.
    pub cost_before: f64,
    /// C of each sample after the update.
    pub costs_after: Vec<f64>,
}

impl MiniBatch {
    /// Runs the mini-batch with these `rows` of the data. An error where a number would be NaN or infinite.
    pub fn new(scenario: &Scenario, rows: Vec<usize>, before: Arc<Network>) -> Result<Self, Diverged> {
        let hyperparameters = &scenario.hyperparameters;
        let samples = || scenario.data.samples.of_rows(&rows);
        let traces: Vec<Trace> = samples().map(|s| backprop(&before, &s, hyperparameters.cost)).collect();
        let mut gradient_sum = Gradient::zeros(&before);
        for trace in &traces {
            gradient_sum.accumulate(trace);
        }
        let gradient = gradient_sum.clone().reduced(hyperparameters.reduction, rows.len());
        let mut after = Network::clone(&before);
        update(&mut after, &gradient, hyperparameters.learning_rate, hyperparameters.bias_rule);
        let costs_after: Vec<f64> =
            samples().map(|s| evaluate(&after, [s], hyperparameters.cost).cost_sum).collect();
        let cost_before = traces.iter().fold(0.0, |sum, trace| sum + trace.cost);
        if let Some(diverged) = Diverged::find(&traces, &after, &costs_after) {
            return Err(diverged);
        }
        Ok(Self {
            rows,
            before,
            traces,
            gradient_sum,
            gradient,
            after: after.into(),
            cost_before,
            costs_after,
        })
    }

    /// Σ C over the samples after the update.
    pub fn cost_after(&self) -> f64 {
        self.costs_after.iter().fold(0.0, |sum, cost| sum + cost)
    }
}
