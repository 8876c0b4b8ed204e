//! Stochastic gradient descent: the update, and which deltas update a bias.

use super::{Cost, Gradient, Layer, Matrix, Network, Sample, Trace, backprop};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// Whether a mini-batch's cost is the sum or the mean of its samples' costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// C = Σᵢ Cᵢ
    Sum,
    /// C = 1/M Σᵢ Cᵢ
    Mean,
}

names!(Reduction: Sum = "sum", Mean = "mean");

/// Which deltas update a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BiasRule {
    /// That of its own neuron: equation (3), gradient descent.
    OwnDelta,
    /// The sum over its layer: the mistake that this app explains.
    LayerSum,
    /// The sum over its layer, whose neurons share one bias (the biases start equal). The same number as for
    /// [`BiasRule::LayerSum`], but here it *is* the derivative.
    SharedBias,
    /// None: biases are constant.
    Frozen,
}

names!(
    BiasRule: OwnDelta = "own_delta", LayerSum = "layer_sum", SharedBias = "shared_bias", Frozen = "frozen"
);

impl BiasRule {
    /// The value that replaces ∂C/∂b in the update of each bias of a layer, given ∂C/∂b by equation (3); shape (n).
    pub fn apply(self, nabla_b: &[f64]) -> Vec<f64> {
        match self {
            Self::OwnDelta => nabla_b.to_vec(),
            Self::LayerSum | Self::SharedBias => {
                vec![nabla_b.iter().fold(0.0, |sum, value| sum + value); nabla_b.len()]
            }
            Self::Frozen => vec![0.0; nabla_b.len()],
        }
    }
}

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyperparameters {
    /// C of one sample.
    pub cost: Cost,
    /// η
    pub learning_rate: f64,
    /// M, the number of samples in a mini-batch; 1 for an update after each sample.
    pub batch_size: usize,
    /// Sum or mean over the mini-batch.
    pub reduction: Reduction,
    /// Which deltas update a bias.
    pub bias_rule: BiasRule,
}

/// The update: w ← w − η ∂C/∂w and b ← b − η ∂C/∂b, with ∂C/∂b replaced by the bias rule.
pub fn update(network: &mut Network, gradient: &Gradient, learning_rate: f64, rule: BiasRule) {
    for (l, layer) in network.layers.iter_mut().enumerate() {
        layer.update(&gradient.nabla_w[l], &gradient.nabla_b[l], learning_rate, rule);
    }
}

impl Layer {
    /// The update of one layer, given its ∂C/∂w and ∂C/∂b.
    pub(super) fn update(&mut self, nabla_w: &Matrix, nabla_b: &[f64], learning_rate: f64, rule: BiasRule) {
        for (w, nabla_w) in self.weights.values_mut().iter_mut().zip(nabla_w.values()) {
            *w -= learning_rate * nabla_w;
        }
        for (b, nabla_b) in self.biases.iter_mut().zip(rule.apply(nabla_b)) {
            *b -= learning_rate * nabla_b;
        }
    }
}

/// Trains on one mini-batch: adds the gradients of all samples at the same parameters, and performs one update. Returns Σ C
/// over the samples, computed before the update.
pub fn train_mini_batch(
    network: &mut Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    hyperparameters: &Hyperparameters,
) -> f64 {
    let mut cost = 0.0;
    train_mini_batch_with(network, samples, hyperparameters, |trace| cost += trace.cost);
    cost
}

/// As [`train_mini_batch`], and calls `visit` with the [`Trace`] of each sample.
pub fn train_mini_batch_with(
    network: &mut Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    hyperparameters: &Hyperparameters,
    mut visit: impl FnMut(Trace),
) {
    let mut gradient = Gradient::zeros(network);
    let mut count = 0;
    for sample in samples {
        let trace = backprop(network, sample.borrow(), hyperparameters.cost);
        gradient.accumulate(&trace);
        visit(trace);
        count += 1;
    }
    let gradient = gradient.reduced(hyperparameters.reduction, count);
    update(network, &gradient, hyperparameters.learning_rate, hyperparameters.bias_rule);
}
