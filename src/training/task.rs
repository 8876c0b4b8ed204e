//! What is trained: bytes from the page to the worker.

use super::StoppingCriteria;
use crate::nn::{Activation, Hyperparameters, Network, Sample};
use crate::scenario::{Data, Position, SampleOrder, Samples, Scenario, Start};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// A scenario, a place in it, and when to stop.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Which training this is: reports of an older one are known by theirs.
    pub id: u32,
    /// What is trained. Its start, runs, words and position do not count here.
    pub scenario: Scenario,
    /// The parameters before this update.
    pub network: Network,
    /// The first update to make, from the beginning of epoch 0.
    pub update: u64,
    /// When to stop.
    pub criteria: StoppingCriteria,
}

/// Bytes that are no task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskError(String);

impl std::fmt::Display for TaskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the training’s task cannot be read: {}", self.0)
    }
}

impl std::error::Error for TaskError {}

/// A task as it travels.
#[derive(Serialize, Deserialize)]
struct Wire {
    id: u32,
    sizes: Vec<usize>,
    activations: Vec<Activation>,
    hyperparameters: Hyperparameters,
    order: SampleOrder,
    parameters: Vec<f64>,
    update: u64,
    criteria: StoppingCriteria,
    samples: Rows,
    validation: Rows,
}

/// Samples as they travel.
#[derive(Serialize, Deserialize)]
enum Rows {
    /// All x one after the other, and all y.
    Doubles { x: Vec<f64>, y: Vec<f64> },
    /// As [`Samples::from_images`] takes them.
    Images { size: (usize, usize), pixels: Bytes, labels: Bytes, classes: usize },
}

impl Rows {
    fn of(samples: &Samples) -> Self {
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

    fn samples(self, inputs: usize, outputs: usize) -> Result<Samples, TaskError> {
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

/// Bytes in one go: a list of them would be read one by one.
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
    /// As bytes for [`Task::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let scenario = &self.scenario;
        let wire = Wire {
            id: self.id,
            sizes: scenario.sizes.clone(),
            activations: scenario.activations.clone(),
            hyperparameters: scenario.hyperparameters,
            order: scenario.order,
            parameters: self.network.values().collect(),
            update: self.update,
            criteria: self.criteria,
            samples: Rows::of(&scenario.data.samples),
            validation: Rows::of(&scenario.data.validation),
        };
        // Into a growing vector everything here can be written.
        postcard::to_allocvec(&wire).unwrap_or_default()
    }

    /// Out of the bytes of [`Task::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TaskError> {
        let wire: Wire = postcard::from_bytes(bytes).map_err(|error| TaskError(error.to_string()))?;
        let (Some(&inputs), Some(&outputs)) = (wire.sizes.first(), wire.sizes.last()) else {
            return Err(TaskError("it has no layers".into()));
        };
        let network = Network::zeros(&wire.sizes, &wire.activations).with_values(&wire.parameters);
        let data = Data {
            inputs: vec![String::new(); inputs],
            targets: vec![String::new(); outputs],
            samples: wire.samples.samples(inputs, outputs)?,
            validation: wire.validation.samples(inputs, outputs)?,
        };
        let scenario = Scenario {
            title: String::new(),
            note: String::new(),
            sizes: wire.sizes,
            activations: wire.activations,
            start: Start::Parameters { network: Arc::new(network.clone()), epoch: 0, mini_batch: 0 },
            hyperparameters: wire.hyperparameters,
            order: wire.order,
            runs: Vec::new(),
            data: Arc::new(data),
            split_data: None,
            position: Position::default(),
        };
        scenario.check().map_err(|error| TaskError(error.to_string()))?;
        Ok(Self { id: wire.id, scenario, network, update: wire.update, criteria: wire.criteria })
    }
}
