//! The mini-batch that the reader stands in: every number of every moment of it, computed once.

use super::run::Diverged;
use crate::nn::{Gradient, Network, Trace, backprop, evaluate, update};
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
        let settings = &scenario.settings;
        let samples = || rows.iter().map(|&row| &scenario.data.samples[row]);
        let traces: Vec<Trace> = samples().map(|s| backprop(&before, s, settings.cost)).collect();
        let mut gradient_sum = Gradient::zeros(&before);
        for trace in &traces {
            gradient_sum.accumulate(trace);
        }
        let gradient = gradient_sum.clone().reduced(settings.reduction, rows.len());
        let mut after = Network::clone(&before);
        update(&mut after, &gradient, settings.learning_rate, settings.bias_rule);
        let costs_after: Vec<f64> =
            samples().map(|s| evaluate(&after, [s], settings.cost).cost_sum).collect();
        let cost_before = traces.iter().fold(0.0, |sum, trace| sum + trace.cost);
        check_finite(&traces, &after, cost_before, &costs_after)?;
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

fn check_finite(traces: &[Trace], after: &Network, cost: f64, costs_after: &[f64]) -> Result<(), Diverged> {
    for trace in traces {
        let layers = trace.weighted_inputs.iter().zip(&trace.deltas).enumerate();
        for (layer, (z, delta)) in layers {
            let finite = |(z, delta): (&f64, &f64)| z.is_finite() && delta.is_finite();
            if let Some(neuron) = z.iter().zip(delta).position(|pair| !finite(pair)) {
                return Err(Diverged::Neuron { layer, neuron });
            }
        }
    }
    if let Some(parameter) = after.first_not_finite() {
        return Err(Diverged::Parameter(parameter));
    }
    let sound = cost.is_finite() && costs_after.iter().all(|cost| cost.is_finite());
    if sound { Ok(()) } else { Err(Diverged::Cost) }
}
