//! The `deltascope-1` format: the fields of a file, and the conversions between them and a [`Scenario`].

use super::check::{check_data, check_parameters, check_shape};
use super::data_file::DataFile;
use super::error::{count, error};
use super::{Position, RunConfig, SampleOrder, Scenario, ScenarioError, Split, Start};
use crate::json::quoted;
use crate::nn::{
    Activation, BiasRule, Cost, Hyperparameters, Initialisation, Layer, Matrix, Network, Reduction,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The name of the format, and its first field.
const FORMAT: &str = "deltascope-1";

/// A scenario as it is written in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a scenario, { \"format\": \"deltascope-1\", … },")]
pub(super) struct ScenarioFile {
    format: String,
    #[serde(default)]
    title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
    sizes: Vec<usize>,
    activations: Vec<Activation>,
    cost: Cost,
    learning_rate: f64,
    batch_size: usize,
    reduction: Reduction,
    #[serde(default = "own_delta")]
    bias_rule: BiasRule,
    #[serde(default)]
    order: SampleOrder,
    #[serde(skip_serializing_if = "Option::is_none")]
    initialisation: Option<Initialisation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Parameters>,
    #[serde(default, rename = "lanes", skip_serializing_if = "Vec::is_empty")]
    runs: Vec<RunConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<Split>,
    data: DataFile,
    #[serde(default)]
    position: Position,
}

pub(super) fn own_delta() -> BiasRule {
    BiasRule::OwnDelta
}

/// Weights and biases, layer by layer, as they are before a mini-batch of an epoch.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"weights\": [[[0.5, -0.5]]], \"biases\": [[0]] }")]
struct Parameters {
    weights: Vec<Matrix>,
    biases: Vec<Vec<f64>>,
    #[serde(default)]
    epoch: u32,
    #[serde(default)]
    mini_batch: u32,
}

impl ScenarioFile {
    /// The scenario, of which only the shape has been checked.
    pub(super) fn into_unchecked(self) -> Result<Scenario, ScenarioError> {
        if self.format != FORMAT {
            let problem = format!("{} is not known here; write \"{FORMAT}\"", quoted(&self.format));
            return error("format", problem);
        }
        check_shape(&self.sizes, &self.activations)?;
        let mut scenario = Scenario {
            start: start(self.initialisation, self.parameters, &self.sizes, &self.activations)?,
            data: Arc::new(self.data.into_data(&self.sizes)?),
            split_data: None,
            title: self.title,
            note: self.note,
            sizes: self.sizes,
            activations: self.activations,
            hyperparameters: Hyperparameters {
                cost: self.cost,
                learning_rate: self.learning_rate,
                batch_size: self.batch_size,
                reduction: self.reduction,
                bias_rule: self.bias_rule,
            },
            order: self.order,
            runs: self.runs,
            position: self.position,
        };
        if self.split.is_some() {
            check_data(&scenario)?;
            scenario.set_split(scenario.data.clone(), self.split)?;
        }
        Ok(scenario)
    }
}

impl TryFrom<ScenarioFile> for Scenario {
    type Error = ScenarioError;

    fn try_from(file: ScenarioFile) -> Result<Self, ScenarioError> {
        let scenario = file.into_unchecked()?;
        scenario.check()?;
        Ok(scenario)
    }
}

impl From<&Scenario> for ScenarioFile {
    fn from(scenario: &Scenario) -> Self {
        let (initialisation, parameters) = match &scenario.start {
            Start::Initialisation(initialisation) => (Some(*initialisation), None),
            Start::Parameters { network, epoch, mini_batch } => {
                let weights = network.layers.iter().map(|layer| layer.weights.clone()).collect();
                let biases = network.layers.iter().map(|layer| layer.biases.clone()).collect();
                (None, Some(Parameters { weights, biases, epoch: *epoch, mini_batch: *mini_batch }))
            }
        };
        let Hyperparameters { cost, learning_rate, batch_size, reduction, bias_rule } =
            scenario.hyperparameters;
        Self {
            format: FORMAT.to_owned(),
            title: scenario.title.clone(),
            note: scenario.note.clone(),
            sizes: scenario.sizes.clone(),
            activations: scenario.activations.clone(),
            cost,
            learning_rate,
            batch_size,
            reduction,
            bias_rule,
            order: scenario.order,
            initialisation,
            parameters,
            runs: scenario.runs.clone(),
            split: scenario.split(),
            data: scenario.source().as_ref().into(),
            position: scenario.position,
        }
    }
}

/// The initial parameters: a file has either an initialisation or the numbers.
fn start(
    initialisation: Option<Initialisation>,
    parameters: Option<Parameters>,
    sizes: &[usize],
    activations: &[Activation],
) -> Result<Start, ScenarioError> {
    match (initialisation, parameters) {
        (Some(initialisation), None) => Ok(Start::Initialisation(initialisation)),
        (None, Some(Parameters { weights, biases, epoch, mini_batch })) => {
            for (name, got) in [("weights", weights.len()), ("biases", biases.len())] {
                if got != activations.len() {
                    let problem = format!("{} given, {} needed", count(got, "layer"), activations.len());
                    return error(format!("parameters.{name}"), problem);
                }
            }
            let layers = weights.into_iter().zip(biases).zip(activations);
            let layers = layers.map(|((weights, biases), &activation)| Layer { weights, biases, activation });
            let network = Network { layers: layers.collect() };
            check_parameters(&network, sizes)?;
            Ok(Start::Parameters { network: Arc::new(network), epoch, mini_batch })
        }
        _ => error("parameters", "give either parameters or an initialisation, and not both"),
    }
}
