//! Lanes: runs of one scenario that differ only in how they update, to be compared.

use super::{Scenario, file};
use crate::nn::{BiasRule, Hyperparameters, Reduction};
use serde::{Deserialize, Serialize};

/// The most runs side by side.
pub const MAX_RUNS: usize = 4;
/// The fewest that make a comparison.
pub const MIN_RUNS: usize = 2;

/// One run among several from the same start over the same samples in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"updating\": \"sum\" }")]
pub struct RunConfig {
    /// When it updates, and by which gradient.
    pub updating: Updating,
    /// Which deltas move a bias.
    #[serde(default = "file::own_delta")]
    pub bias_rule: BiasRule,
    /// Its η.
    #[serde(default)]
    pub rate: Rate,
}

/// When a run updates, and by which gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Updating {
    /// After each sample: mini-batches of one.
    PerSample,
    /// Once for the mini-batch, by the sum of its samples' gradients.
    Sum,
    /// Once for the mini-batch, by their mean.
    Mean,
    /// Once for the mini-batch, by the scenario's reduction, but layer by layer on the way back: each δ is
    /// taken through weights that have already moved. A mistake, to be seen.
    Sequential,
}

impl Updating {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::PerSample, Self::Sum, Self::Mean, Self::Sequential];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::PerSample => "per_sample",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Sequential => "sequential",
        }
    }
}

/// The η of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// The scenario's.
    #[default]
    Eta,
    /// The scenario's over M, the samples of the mini-batch at hand: with the sum it makes the mean's step.
    EtaOverM,
}

impl Rate {
    /// Every η.
    pub const ALL: [Self; 2] = [Self::Eta, Self::EtaOverM];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eta => "eta",
            Self::EtaOverM => "eta_over_m",
        }
    }
}

impl RunConfig {
    /// By each neuron's own δ, at the scenario's η.
    pub const fn new(updating: Updating) -> Self {
        Self { updating, bias_rule: BiasRule::OwnDelta, rate: Rate::Eta }
    }

    /// The same with another bias rule.
    pub const fn with(self, bias_rule: BiasRule) -> Self {
        Self { bias_rule, ..self }
    }

    /// How it trains over a mini-batch of this many samples.
    pub fn hyperparameters(&self, scenario: &Hyperparameters, samples: usize) -> Hyperparameters {
        let (batch_size, reduction) = match self.updating {
            Updating::PerSample => (1, Reduction::Sum),
            Updating::Sum => (samples, Reduction::Sum),
            Updating::Mean => (samples, Reduction::Mean),
            Updating::Sequential => (samples, scenario.reduction),
        };
        let learning_rate = match self.rate {
            Rate::Eta => scenario.learning_rate,
            Rate::EtaOverM => scenario.learning_rate / samples as f64,
        };
        Hyperparameters { batch_size, reduction, learning_rate, bias_rule: self.bias_rule, ..*scenario }
    }

    /// Whether it updates once for the mini-batch, as a gradient step does.
    pub fn is_mini_batch(&self) -> bool {
        matches!(self.updating, Updating::Sum | Updating::Mean)
    }
}

impl Scenario {
    /// The runs to compare: those it names, else updates after each sample, by its own mini-batch, and by the
    /// wrong rule.
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
