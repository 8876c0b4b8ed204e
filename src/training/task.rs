//! The input of a training, serialised to bytes from the page to the worker.

use super::StoppingCriteria;
use crate::nn::{Activation, Hyperparameters, Network, Sample};
use crate::scenario::{Data, Position, SampleOrder, Samples, Scenario, Start};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// A scenario, the first update, and when to stop.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Identifies the training, so that reports of an earlier one can be ignored.
    pub id: u32,
    /// Network shape, hyperparameters, order and data. Start, runs, texts and position are not used.
    pub scenario: Scenario,
    /// The network before the first update.
    pub network: Network,
    /// The first update, counted from the beginning of epoch 0.
    pub update: u64,
    /// When to stop.
    pub criteria: StoppingCriteria,
}

/// The bytes are not a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskError(String);

impl std::fmt::Display for TaskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the training’s task cannot be read: {}", self.0)
    }
}

impl std::error::Error for TaskError {}

/// The serialised form of a [`Task`].
#[derive(Serialize, Deserialize)]
struct SerializedTask {
    id: u32,
    sizes: Vec<usize>,
    activations: Vec<Activation>,
    hyperparameters: Hyperparameters,
    order: SampleOrder,
    parameters: Vec<f64>,
    update: u64,
    criteria: StoppingCriteria,
    samples: SerializedSamples,
    validation: SerializedSamples,
}

/// The serialised form of [`Samples`].
#[derive(Serialize, Deserialize)]
enum SerializedSamples {
    /// All x one after the other, and all y.
    Doubles { x: Vec<f64>, y: Vec<f64> },
    /// The arguments of [`Samples::from_images`].
    Images { size: (usize, usize), pixels: Bytes, labels: Bytes, classes: usize },
}

impl SerializedSamples {
    fn new(samples: &Samples) -> Self {
        let images =
            samples.image_size().zip(samples.image_classes()).zip(samples.pixels().zip(samples.labels()));
        match images {
            Some(((size, classes), (pixels, labels))) => Self::Images {
                size,
                pixels: Bytes(pixels.into_owned()),
                labels: Bytes(labels.into_owned()),
                classes,
            },
            None => {
                let samples = || samples.as_slice().unwrap_or_default().iter();
                Self::Doubles {
                    x: samples().flat_map(|sample| sample.x.iter().copied()).collect(),
                    y: samples().flat_map(|sample| sample.y.iter().copied()).collect(),
                }
            }
        }
    }

    fn into_samples(self, inputs: usize, outputs: usize) -> Result<Samples, TaskError> {
        match self {
            Self::Doubles { x, y } => {
                let rows = x.chunks_exact(inputs.max(1)).zip(y.chunks_exact(outputs.max(1)));
                Ok(rows.map(|(x, y)| Sample { x: x.to_vec(), y: y.to_vec() }).collect())
            }
            Self::Images { size, pixels, labels, classes } => {
                Samples::from_images(size, pixels.0, labels.0, classes)
                    .map_err(|error| TaskError(error.to_string()))
            }
        }
    }
}

/// Bytes that are serialised together instead of one by one.
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(|bytes| Self(bytes.to_vec()))
    }
}

impl Task {
    /// The bytes for [`Task::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let scenario = &self.scenario;
        let task = SerializedTask {
            id: self.id,
            sizes: scenario.sizes.clone(),
            activations: scenario.activations.clone(),
            hyperparameters: scenario.hyperparameters,
            order: scenario.order,
            parameters: self.network.values().collect(),
            update: self.update,
            criteria: self.criteria,
            samples: SerializedSamples::new(&scenario.data.samples),
            validation: SerializedSamples::new(&scenario.data.validation),
        };
        // Cannot fail: the vector grows, and every type here can be serialised.
        postcard::to_allocvec(&task).unwrap_or_default()
    }

    /// Reads the bytes of [`Task::to_bytes`].
    ///
    /// # Errors
    /// If the bytes are not a task, or its scenario is not valid.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        let task: SerializedTask =
            postcard::from_bytes(bytes).map_err(|error| TaskError(error.to_string()))?;
        let (Some(&inputs), Some(&outputs)) = (task.sizes.first(), task.sizes.last()) else {
            return Err(TaskError("it has no layers".into()));
        };
        let network = Network::zeros(&task.sizes, &task.activations).with_values(&task.parameters);
        let data = Data {
            inputs: vec![String::new(); inputs],
            targets: vec![String::new(); outputs],
            samples: task.samples.into_samples(inputs, outputs)?,
            validation: task.validation.into_samples(inputs, outputs)?,
        };
        let scenario = Scenario {
            title: String::new(),
            note: String::new(),
            sizes: task.sizes,
            activations: task.activations,
            start: Start::Parameters { network: Arc::new(network.clone()), epoch: 0, mini_batch: 0 },
            hyperparameters: task.hyperparameters,
            order: task.order,
            runs: Vec::new(),
            data: Arc::new(data),
            split_data: None,
            position: Position::default(),
        };
        scenario.check().map_err(|error| TaskError(error.to_string()))?;
        Ok(Self { id: task.id, scenario, network, update: task.update, criteria: task.criteria })
    }
}
