//! The input of a training, serialised to bytes from the page to the worker.

use super::StoppingCriteria;
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// What to train, and when to stop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Identifies the training, so that reports of an earlier one can be ignored.
    pub id: u32,
    /// Its start holds the parameters before the first update. Runs, texts and position are not used.
    pub scenario: Scenario,
    /// When to stop.
    pub criteria: StoppingCriteria,
}

impl Task {
    /// The bytes for [`Task::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        // Cannot fail: the vector grows, and every type here can be serialised.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads the bytes of [`Task::to_bytes`].
    ///
    /// # Errors
    /// If the bytes are not a valid task.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let error = |error: &dyn std::fmt::Display| format!("the training’s task cannot be read: {error}");
        let mut task: Self = postcard::from_bytes(bytes).map_err(|problem| error(&problem))?;
        task.scenario.check_shape().map_err(|problem| error(&problem))?;
        task.scenario.position = task.scenario.first_position();
        task.scenario.check().map_err(|problem| error(&problem))?;
        Ok(task)
    }
}
