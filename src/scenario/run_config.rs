//! Compared runs of one scenario, which differ only in how they update.

use super::{Scenario, file};
use crate::nn::{BiasRule, Hyperparameters, Reduction};
use serde::{Deserialize, Serialize};

/// Maximum number of compared runs.
pub const MAX_RUNS: usize = 4;
/// Minimum number of compared runs.
pub const MIN_RUNS: usize = 2;

/// One of the compared runs: all have the same start and the same samples in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"updating\": \"sum\" }")]
pub struct RunConfig {
    /// When it updates, and with which gradient.
    pub updating: Updating,
    /// Which deltas update a bias.
    #[serde(default = "file::own_delta")]
    pub bias_rule: BiasRule,
    /// Its learning rate.
    #[serde(default)]
    pub rate: Rate,
}

/// When a run updates, and with which gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Updating {
    /// After each sample: mini-batches of one.
    PerSample,
    /// Once per mini-batch, with the sum of its samples' gradients.
    Sum,
    /// Once per mini-batch, with their mean.
    Mean,
    /// Once per mini-batch, with the scenario's reduction, but layer by layer during the backward pass: each δ is
    /// computed with weights that are already updated. A mistake, shown for comparison.
    #[serde(rename = "sequential")]
    DuringBackward,
}

impl Updating {
    /// All variants.
    pub const ALL: [Self; 4] = [Self::PerSample, Self::Sum, Self::Mean, Self::DuringBackward];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::PerSample => "per_sample",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::DuringBackward => "sequential",
        }
    }
}

/// The learning rate of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// The scenario's η.
    #[default]
    Eta,
    /// η / M, where M is the number of samples in the mini-batch: with the sum it makes the same update as the mean.
    EtaOverM,
}

impl Rate {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eta => "eta",
            Self::EtaOverM => "eta_over_m",
        }
    }
}

impl RunConfig {
    /// A run with each neuron's own δ and the scenario's η.
    pub const fn new(updating: Updating) -> Self {
        Self { updating, bias_rule: BiasRule::OwnDelta, rate: Rate::Eta }
    }

    /// The same run with another bias rule.
    pub const fn with(self, bias_rule: BiasRule) -> Self {
        Self { bias_rule, ..self }
    }

    /// Its hyperparameters for a mini-batch of `samples` samples.
    pub fn hyperparameters(&self, scenario: &Hyperparameters, samples: usize) -> Hyperparameters {
        let (batch_size, reduction) = match self.updating {
            Updating::PerSample => (1, Reduction::Sum),
            Updating::Sum => (samples, Reduction::Sum),
            Updating::Mean => (samples, Reduction::Mean),
            Updating::DuringBackward => (samples, scenario.reduction),
        };
        let learning_rate = match self.rate {
            Rate::Eta => scenario.learning_rate,
            Rate::EtaOverM => scenario.learning_rate / samples as f64,
        };
        Hyperparameters { batch_size, reduction, learning_rate, bias_rule: self.bias_rule, ..*scenario }
    }

    /// Whether it updates once per mini-batch with the gradient of the mini-batch.
    pub fn is_mini_batch(&self) -> bool {
        matches!(self.updating, Updating::Sum | Updating::Mean)
    }
}

impl Scenario {
    /// The runs to compare. By default three: an update after each sample, one per mini-batch, and one per mini-batch
    /// with the layer's sum, the wrong rule.
    pub fn compared_runs(&self) -> Vec<RunConfig> {
        if !self.runs.is_empty() {
            return self.runs.clone();
        }
        let own = RunConfig::new(match self.hyperparameters.reduction {
            Reduction::Sum => Updating::Sum,
            Reduction::Mean => Updating::Mean,
        });
        vec![RunConfig::new(Updating::PerSample), own, own.with(BiasRule::LayerSum)]
    }
}
