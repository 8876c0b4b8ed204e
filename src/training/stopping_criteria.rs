//! When a training ends by itself.

use super::EpochMetrics;
use serde::{Deserialize, Serialize};

/// The conditions that end a training, checked between epochs. Without any, it runs until it is paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoppingCriteria {
    /// The number of epochs, counted from the beginning of epoch 0.
    pub epochs: Option<u32>,
    /// The maximum mean cost of a sample, over the validation rows if there are any.
    pub cost: Option<f64>,
    /// The minimum fraction of correctly classified samples, over the validation rows if there are any.
    pub accuracy: Option<f64>,
}

impl StoppingCriteria {
    /// Whether every epoch has to be evaluated to check them.
    pub(super) fn need_evaluation(&self) -> bool {
        self.cost.is_some() || self.accuracy.is_some()
    }

    /// Whether an evaluation reaches the cost or the accuracy.
    pub fn reached(&self, metrics: &EpochMetrics) -> bool {
        let evaluation = metrics.validation_or_training();
        self.cost.is_some_and(|cost| evaluation.cost_mean() <= cost)
            || self.accuracy.is_some_and(|accuracy| evaluation.accuracy() >= accuracy)
    }
}
