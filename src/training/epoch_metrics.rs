//! The evaluation after an epoch.

use crate::nn::Evaluation;
use serde::{Deserialize, Serialize};

/// The evaluation of the network between two epochs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// The number of updates before, counted from the beginning of epoch 0.
    pub updates: u64,
    /// Over all training rows.
    pub training: Evaluation,
    /// Over all validation rows, if there are any.
    pub validation: Option<Evaluation>,
}

impl EpochMetrics {
    /// The evaluation of the validation rows, or of the training rows if there are no validation rows.
    pub fn validation_or_training(&self) -> Evaluation {
        self.validation.unwrap_or(self.training)
    }
}
