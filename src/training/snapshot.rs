//! What a training reports: bytes from the worker to the page.

use super::{ClassificationReport, EpochMetrics, ParameterHistory, Series};
use crate::nn::NotFinite;
use crate::scenario::{Moment, Position};
use serde::{Deserialize, Serialize};

/// A training at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The task's.
    pub id: u32,
    /// Where it stands.
    pub position: LoopPosition,
    /// Samples trained on since it began.
    pub samples: u64,
    /// How long it has trained, without pauses.
    pub seconds: f64,
    /// Samples a second, of late.
    pub speed: f64,
    /// Whether it goes on.
    pub state: LoopState,
    /// Evaluations between epochs, thinned out.
    pub points: Series<EpochMetrics>,
    /// The latest evaluation.
    pub latest: Option<EpochMetrics>,
    /// What the latest evaluation found out about classes.
    pub classification: ClassificationReport,
    /// The parameters, in the order of [`Network::values`](crate::nn::Network::values), where they are needed.
    pub parameters: Option<Vec<f64>>,
    /// Where it does not go on: the way it came, and the mean cost of each mini-batch before its update.
    pub history: Option<(ParameterHistory, Series<f64>)>,
}

/// Before a sample. All are counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopPosition {
    /// In which epoch.
    pub epoch: u32,
    /// In which mini-batch of it.
    pub mini_batch: u32,
    /// Before which sample of that.
    pub sample: u32,
}

impl LoopPosition {
    /// The stepper's moment there.
    pub fn to_position(self) -> Position {
        let Self { epoch, mini_batch, sample } = self;
        Position { epoch, mini_batch, moment: Moment::Input { sample }, neuron: None }
    }
}

/// Whether a training goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum LoopState {
    /// It does.
    Running,
    /// Somebody has paused it.
    Paused,
    /// It has ended by itself.
    Ended(StopReason),
}

/// Why a training has ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum StopReason {
    /// So many epochs are done as were wanted.
    Epochs,
    /// Cost or accuracy is as good as was wanted.
    TargetReached,
    /// Epochs are counted no further.
    LastEpoch,
    /// A number was NaN or infinite. The training stands before the update that came before.
    Diverged {
        /// The update, from the beginning of epoch 0.
        update: u64,
        /// Which number.
        what: NotFinite,
    },
}

impl Snapshot {
    /// As bytes for [`Snapshot::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        // Into a growing vector everything here can be written.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Out of the bytes of [`Snapshot::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(bytes).map_err(|error| format!("the training’s report cannot be read: {error}"))
    }
}
