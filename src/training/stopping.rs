//! When a training ends by itself.

use super::EpochMetrics;
use serde::{Deserialize, Serialize};

/// What ends a training; all are looked at between epochs. None: it goes on until somebody pauses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoppingCriteria {
    /// So many epochs, counted from the beginning of the run.
    pub epochs: Option<u32>,
    /// A mean cost of a sample this low, on the held-out rows where there are any.
    pub cost: Option<f64>,
    /// A fraction of samples classified rightly, on the held-out rows where there are any.
    pub accuracy: Option<f64>,
}

impl StoppingCriteria {
    /// Whether every epoch has to be evaluated to know.
    pub(super) fn need_evaluation(&self) -> bool {
        self.cost.is_some() || self.accuracy.is_some()
    }

    /// Whether an evaluation is good enough.
    pub fn reached(&self, point: &EpochMetrics) -> bool {
        let found = point.validation_or_training();
        self.cost.is_some_and(|cost| found.cost_mean() <= cost)
            || self.accuracy.is_some_and(|accuracy| found.accuracy() >= accuracy)
    }
}
