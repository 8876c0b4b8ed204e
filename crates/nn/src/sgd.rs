//! Stochastic gradient descent: the update, and which deltas move a bias.

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

impl Reduction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sum, Self::Mean];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
        }
    }
}

/// Which deltas move a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BiasRule {
    /// Its own neuron's: equation (3), gradient descent.
    OwnDelta,
    /// The sum of its layer's: the mistake this app is about.
    LayerSum,
    /// The sum of its layer's, where the layer has one bias for all its neurons (they start equal).
    /// The same number as [`BiasRule::LayerSum`]'s, but here it *is* the derivative.
    SharedBias,
    /// None: biases stay as they are.
    Frozen,
}

impl BiasRule {
    /// Every rule.
    pub const ALL: [Self; 4] = [Self::OwnDelta, Self::LayerSum, Self::SharedBias, Self::Frozen];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::OwnDelta => "own_delta",
            Self::LayerSum => "layer_sum",
            Self::SharedBias => "shared_bias",
            Self::Frozen => "frozen",
        }
    }

    /// What moves each bias of a layer, given the layer's ∂C/∂b by equation (3); shape (n).
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
    /// M, the samples in a mini-batch; 1 updates after each sample.
    pub batch_size: usize,
    /// Sum or mean over the mini-batch.
    pub reduction: Reduction,
    /// Which deltas move a bias.
    pub bias_rule: BiasRule,
}

/// The update: w ← w − η ∂C/∂w and b ← b − η · (what the rule says moves b), everything at once.
pub fn update(network: &mut Network, gradient: &Gradient, learning_rate: f64, rule: BiasRule) {
    for (l, layer) in network.layers.iter_mut().enumerate() {
        layer.update(&gradient.weights[l], &gradient.biases[l], learning_rate, rule);
    }
}

impl Layer {
    /// The update of one layer, given ∂C/∂w and ∂C/∂b of its own.
    pub(super) fn update(&mut self, nabla_w: &Matrix, nabla_b: &[f64], learning_rate: f64, rule: BiasRule) {
        for (w, nabla_w) in self.weights.values_mut().iter_mut().zip(nabla_w.values()) {
            *w -= learning_rate * nabla_w;
        }
        for (b, nabla_b) in self.biases.iter_mut().zip(rule.apply(nabla_b)) {
            *b -= learning_rate * nabla_b;
        }
    }
}

/// One mini-batch: every sample's gradient at the same parameters, added up, and one update.
/// Returns Σ C over its samples, taken before the update.
pub fn train_mini_batch(
    network: &mut Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    hyperparameters: &Hyperparameters,
) -> f64 {
    let mut cost = 0.0;
    train_mini_batch_with(network, samples, hyperparameters, |trace| cost += trace.cost);
    cost
}

/// The same, showing each sample's [`Trace`] in passing.
pub fn train_mini_batch_with(
    network: &mut Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    hyperparameters: &Hyperparameters,
    mut see: impl FnMut(Trace),
) {
    let mut gradient = Gradient::zeros(network);
    let mut count = 0;
    for sample in samples {
        let trace = backprop(network, sample.borrow(), hyperparameters.cost);
        gradient.accumulate(&trace);
        see(trace);
        count += 1;
    }
    let gradient = gradient.reduced(hyperparameters.reduction, count);
    update(network, &gradient, hyperparameters.learning_rate, hyperparameters.bias_rule);
}
