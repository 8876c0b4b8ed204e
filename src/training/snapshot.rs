//! The reports of a training, serialised to bytes from the worker to the page.

use super::{Classification, EpochMetrics, Series};
use crate::nn::NotFinite;
use crate::scenario::{Moment, Position};
use serde::{Deserialize, Serialize};

/// A training at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The id of the task.
    pub id: u32,
    /// The next sample.
    pub position: LoopPosition,
    /// The number of samples trained on since the task was started.
    pub samples: u64,
    /// The training time without pauses.
    pub seconds: f64,
    /// Samples per second, over the last seconds.
    pub speed: f64,
    /// Whether the training is running.
    pub state: LoopState,
    /// Evaluations between epochs, by epoch, downsampled.
    pub points: Series<EpochMetrics>,
    /// The latest evaluation.
    pub latest: Option<EpochMetrics>,
    /// The classification of the latest evaluation.
    pub classification: Classification,
    /// The parameters, in the order of [`Network::values`](crate::nn::Network::values), if the page needs them.
    pub parameters: Option<Vec<f64>>,
    /// If the training is not running: the parameters before some of its updates, as in `parameters`, and the mean cost
    /// of the mini-batches before their updates, both by update.
    pub history: Option<(Series<Vec<f64>>, Series<f64>)>,
}

/// The next sample of a training loop. All numbers count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopPosition {
    /// The epoch.
    pub epoch: u32,
    /// The mini-batch of the epoch.
    pub mini_batch: u32,
    /// The sample of the mini-batch.
    pub sample: u32,
}

impl LoopPosition {
    /// The position of the stepper before the same sample.
    pub fn to_position(self) -> Position {
        let Self { epoch, mini_batch, sample } = self;
        Position { epoch, mini_batch, moment: Moment::Input { sample }, neuron: None }
    }
}

/// Whether a training is running.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum LoopState {
    /// Running.
    Running,
    /// Paused by the user.
    Paused,
    /// Ended by itself.
    Ended(StopReason),
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum StopReason {
    /// The number of epochs in the stopping criteria was reached.
    Epochs,
    /// The cost or the accuracy in the stopping criteria was reached.
    TargetReached,
    /// The last epoch that can be counted is complete.
    LastEpoch,
    /// A number was NaN or infinite. The training goes back to the start of the update before.
    Diverged {
        /// The update, counted from the beginning of epoch 0.
        update: u64,
        /// The number.
        what: NotFinite,
    },
}

impl Snapshot {
    /// The bytes for [`Snapshot::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        // Cannot fail: the vector grows, and every type here can be serialised.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads the bytes of [`Snapshot::to_bytes`].
    ///
    /// # Errors
    /// If the bytes are not a snapshot.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(bytes).map_err(|error| format!("the training’s report cannot be read: {error}"))
    }
}
