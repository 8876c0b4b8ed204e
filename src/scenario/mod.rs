//! A scenario: network, parameters, cost, data, hyperparameters and position, in one type and one JSON format,
//! `deltascope-1`, for presets, saved files and tests. It is checked once, when it is created.

mod check;
mod data_file;
mod error;
mod file;
mod position;
mod run_config;
mod samples;
mod split;

pub use error::{ScenarioError, count};
pub use position::{Moment, Position};
pub use run_config::{MAX_RUNS, MIN_RUNS, Rate, RunConfig, Updating};
pub use samples::{Image, MAX_LABELS, Samples};
pub use split::{Split, SplitData, VALIDATION_PERCENT};

pub(crate) use split::mean_and_deviation;

use file::ScenarioFile;

use crate::json;
#[cfg(doc)]
use crate::nn::BiasRule;
use crate::nn::{self, Activation, Hyperparameters, Initialisation, Network};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// Maximum number of parameters of a network: 8 bytes each, in several copies.
pub const MAX_PARAMETERS: usize = 2_000_000;
/// Maximum number of numbers in the data.
pub const MAX_DATA: usize = 64_000_000;
/// Maximum number of layers after the input.
pub const MAX_LAYERS: usize = 16;

/// Everything that determines a run, and the reader's position in it.
///
/// The same scenario gives the same numbers at the same [`Position`], independent of how it was reached.
///
/// It is serialised for the worker only, without the fields that a training does not use; a file has a form of its own,
/// [`Scenario::to_json`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its title.
    #[serde(skip)]
    pub title: String,
    /// What it shows, and the source of its numbers.
    #[serde(skip)]
    pub note: String,
    /// [n₀ … n_L]
    pub sizes: Vec<usize>,
    /// One activation function for each layer after the input.
    pub activations: Vec<Activation>,
    /// The initial parameters.
    pub start: Start,
    /// Cost, η, mini-batches and the bias rule.
    pub hyperparameters: Hyperparameters,
    /// The order of the samples.
    pub order: SampleOrder,
    /// The compared runs. Empty: the default ones, see [`Scenario::compared_runs`].
    #[serde(skip)]
    pub runs: Vec<RunConfig>,
    /// The samples and the names of their columns, after the split and standardisation.
    pub data: Arc<Data>,
    /// The split that made `data`, and the data before it. `None`: `data` are as in the file.
    #[serde(skip)]
    pub split_data: Option<SplitData>,
    /// The reader's position.
    #[serde(skip)]
    pub position: Position,
}

/// The initial parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Start {
    /// Random, from a seed.
    Initialisation(Initialisation),
    /// Given numbers, as they are before mini-batch `mini_batch` of epoch `epoch`.
    Parameters {
        /// The network with its weights and biases.
        network: Arc<Network>,
        /// The epoch in which the run starts.
        epoch: u32,
        /// The mini-batch with which the run starts.
        mini_batch: u32,
    },
}

/// The order of the samples within an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleOrder {
    /// As in the file.
    #[default]
    File,
    /// Shuffled for each epoch, from this seed.
    Shuffled(u32),
}

/// Samples and the names of their columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Data {
    /// A name for each input.
    pub inputs: Vec<String>,
    /// A name for each target.
    pub targets: Vec<String>,
    /// The samples to train on: an input for each name in `inputs`, a target for each name in `targets`.
    pub samples: Samples,
    /// The validation rows: evaluated, never trained on.
    pub validation: Samples,
}

impl Data {
    /// The rows on which a network is evaluated: the validation rows if there are any, else the training rows.
    pub fn validation_or_training(&self) -> &Samples {
        if self.validation.is_empty() { &self.samples } else { &self.validation }
    }

    /// The name of these rows.
    pub fn validation_or_training_name(&self) -> &'static str {
        if self.validation.is_empty() { "training rows" } else { "validation rows" }
    }
}

impl Scenario {
    /// Reads the `deltascope-1` format. An error names the field and says what would be right.
    ///
    /// ```
    /// use deltascope::scenario::Scenario;
    ///
    /// let error = Scenario::from_json(r#"{"format": "deltascope-1", "sizes": [2, -1]}"#).unwrap_err();
    /// assert_eq!(error.field, "sizes[1]");
    /// ```
    pub fn from_json(json: &str) -> Result<Self, ScenarioError> {
        json::from_str::<ScenarioFile>(json)?.try_into()
    }

    /// The same without [`Scenario::check`], for a preset whose rows are added later.
    pub(crate) fn from_json_unchecked(json: &str) -> Result<Self, ScenarioError> {
        json::from_str::<ScenarioFile>(json)?.into_unchecked()
    }

    /// Writes the `deltascope-1` format; reading it again gives the same scenario.
    pub fn to_json(&self) -> String {
        // Serialising cannot fail: all keys are strings.
        serde_json::to_string(&ScenarioFile::from(self)).unwrap_or_default()
    }

    /// Whether the outputs are classes, so that there is an accuracy: sigmoid or softmax outputs, every target 0 … 1.
    pub fn has_classes(&self) -> bool {
        let outputs = self.activations.last();
        // The targets of images are 0 and 1.
        let in_range = |samples: &Samples| {
            let mut targets = samples.as_slice().unwrap_or_default().iter().flat_map(|sample| &sample.y);
            targets.all(|y| (0.0..=1.0).contains(y))
        };
        matches!(outputs, Some(Activation::Sigmoid | Activation::Softmax))
            && in_range(&self.data.samples)
            && in_range(&self.data.validation)
    }

    /// Whether training gives the same parameters as with another scenario: all fields are equal but title, note,
    /// compared runs and position.
    pub fn has_same_run(&self, other: &Self) -> bool {
        let Self {
            sizes,
            activations,
            start,
            hyperparameters,
            order,
            data,
            split_data: _, // included in `data`
            title: _,
            note: _,
            runs: _,
            position: _,
        } = self;
        Arc::ptr_eq(data, &other.data)
            && (sizes, activations, start, hyperparameters, order)
                == (&other.sizes, &other.activations, &other.start, &other.hyperparameters, &other.order)
    }

    /// The network with the initial parameters.
    pub fn network(&self) -> Cow<'_, Network> {
        match &self.start {
            Start::Initialisation(initialisation) => {
                Cow::Owned(initialisation.network(&self.sizes, &self.activations))
            }
            Start::Parameters { network, .. } => Cow::Borrowed(network),
        }
    }

    /// The number of mini-batches in an epoch; the last one may be short.
    pub fn mini_batches(&self) -> usize {
        self.data.samples.len().div_ceil(self.hyperparameters.batch_size.max(1))
    }

    /// The number of samples in a mini-batch of an epoch.
    pub fn mini_batch_len(&self, mini_batch: usize) -> usize {
        let size = self.hyperparameters.batch_size;
        size.min(self.data.samples.len().saturating_sub(mini_batch * size))
    }

    /// The rows of the data in the order of an epoch.
    pub fn epoch_order(&self, epoch: u32) -> Vec<usize> {
        let count = self.data.samples.len();
        match self.order {
            SampleOrder::File => (0..count).collect(),
            SampleOrder::Shuffled(seed) => nn::shuffled(count, seed, epoch),
        }
    }

    /// The index of the next update after a position, counted from 0 at the beginning of epoch 0.
    pub fn update_index(&self, position: &Position) -> u64 {
        u64::from(position.epoch) * self.mini_batches() as u64 + u64::from(position.mini_batch)
    }

    /// The epoch and the mini-batch of an update, the inverse of [`Scenario::update_index`].
    pub fn epoch_and_mini_batch(&self, update: u64) -> (u32, u32) {
        let mini_batches = self.mini_batches().max(1) as u64;
        ((update / mini_batches) as u32, (update % mini_batches) as u32)
    }

    /// The rows of a mini-batch, from the order of its epoch.
    pub fn mini_batch_rows<'a>(&self, order: &'a [usize], mini_batch: usize) -> &'a [usize] {
        &order[mini_batch * self.hyperparameters.batch_size..][..self.mini_batch_len(mini_batch)]
    }

    /// The number of samples before a mini-batch, which is counted as in [`Scenario::update_index`].
    pub fn samples_before(&self, mini_batch: u64) -> u64 {
        let (mini_batches, samples) = (self.mini_batches() as u64, self.data.samples.len() as u64);
        let within = (mini_batch % mini_batches) * self.hyperparameters.batch_size as u64;
        (mini_batch / mini_batches) * samples + within
    }

    /// The index of the first update of the run.
    pub fn first_update(&self) -> u64 {
        self.update_index(&self.first_position())
    }

    /// The first moment of the run.
    pub fn first_position(&self) -> Position {
        let (epoch, mini_batch) = match self.start {
            Start::Initialisation(_) => (0, 0),
            Start::Parameters { epoch, mini_batch, .. } => (epoch, mini_batch),
        };
        Position { epoch, mini_batch, ..Position::default() }
    }

    /// The numbers of neurons of the layers after the input.
    pub fn layer_sizes(&self) -> &[usize] {
        self.sizes.get(1..).unwrap_or_default()
    }

    /// Whether the initial biases are equal within each layer, as [`BiasRule::SharedBias`] requires.
    fn biases_start_equal(&self) -> bool {
        let network = self.network();
        network.layers.iter().all(|layer| layer.biases.iter().all(|bias| *bias == layer.biases[0]))
    }
}
