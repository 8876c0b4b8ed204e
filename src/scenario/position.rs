//! A position in a run: epoch, mini-batch and moment.

use serde::{Deserialize, Serialize};

/// The reader's position: after this moment's computation or, with `neuron`, after the computation of this neuron
/// of the moment's layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"epoch\": 0, \"mini_batch\": 0 }")]
pub struct Position {
    /// Counted from 0.
    pub epoch: u32,
    /// Within the epoch, counted from 0.
    pub mini_batch: u32,
    /// Within the mini-batch.
    #[serde(default)]
    pub moment: Moment,
    /// Within the moment's layer, counted from 0. `None`: the whole layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neuron: Option<u32>,
}

/// A moment of a mini-batch. `sample` counts within the mini-batch, `layer` after the input, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "a moment such as { \"update\": { \"layer\": 0 } }"
)]
#[allow(missing_docs)] // the two fields are described above
pub enum Moment {
    /// The sample is fed to the inputs.
    Input { sample: u32 },
    /// zˡ and aˡ.
    Forward { sample: u32, layer: u32 },
    /// C.
    Cost { sample: u32 },
    /// δˡ: equation (1) at the output layer, (2) at the others.
    Delta { sample: u32, layer: u32 },
    /// ∂C/∂bˡ: equation (3).
    BiasGradient { sample: u32, layer: u32 },
    /// ∂C/∂wˡ: equation (4).
    WeightGradient { sample: u32, layer: u32 },
    /// The sample's gradient is added to the mini-batch's.
    Accumulate { sample: u32 },
    /// The parameters of a layer are updated with the gradient of the mini-batch.
    Update { layer: u32 },
}

impl Default for Moment {
    fn default() -> Self {
        Self::Input { sample: 0 }
    }
}

impl Moment {
    /// The sample within the mini-batch; `None` at the update.
    pub fn sample(self) -> Option<usize> {
        match self {
            Self::Input { sample }
            | Self::Forward { sample, .. }
            | Self::Cost { sample }
            | Self::Delta { sample, .. }
            | Self::BiasGradient { sample, .. }
            | Self::WeightGradient { sample, .. }
            | Self::Accumulate { sample } => Some(sample as usize),
            Self::Update { .. } => None,
        }
    }

    /// The layer that is computed; `None` if the moment is not about one layer.
    pub fn layer(self) -> Option<usize> {
        match self {
            Self::Forward { layer, .. }
            | Self::Delta { layer, .. }
            | Self::BiasGradient { layer, .. }
            | Self::WeightGradient { layer, .. }
            | Self::Update { layer } => Some(layer as usize),
            Self::Input { .. } | Self::Cost { .. } | Self::Accumulate { .. } => None,
        }
    }
}
