//! The `deltascope-1` format: reading, checking and writing.

use super::data_file::{self, DataFile};
use super::{Lane, MOST_LAYERS, MOST_PARAMETERS, Order, Position, Scenario, Split, Start, json, lane};
use crate::nn::{Activation, BiasRule, Cost, Initialisation, Layer, Matrix, Network, Reduction, Settings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, error::Category};
use std::fmt;
use std::sync::Arc;

/// The name of the format, and its first field.
const FORMAT: &str = "deltascope-1";

/// What is wrong with a scenario: where, what, and what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The field, as a path: `weights[0][1]`.
    pub field: String,
    /// What is wrong with it and what would do.
    pub problem: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for ScenarioError {}

/// Shorthand for the checks below.
pub(super) fn error<T>(field: impl Into<String>, problem: impl Into<String>) -> Result<T, ScenarioError> {
    Err(ScenarioError { field: field.into(), problem: problem.into() })
}

/// The fields as they stand in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a scenario, { \"format\": \"deltascope-1\", … },")]
struct File {
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
    #[serde(default = "file_order")]
    order: Order,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    initialisation: Option<Initialisation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Parameters>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lanes: Vec<Lane>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    split: Option<Split>,
    data: DataFile,
    #[serde(default)]
    position: Position,
}

fn own_delta() -> BiasRule {
    BiasRule::OwnDelta
}

fn file_order() -> Order {
    Order::File
}

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

/// Text → checked scenario.
pub(super) fn read(json: &str) -> Result<Scenario, ScenarioError> {
    let value = value(json)?;
    let file: File = json::read(&value).map_err(|problem| at(problem.path(), &problem))?;
    if file.format != FORMAT {
        return error("format", format!("{:?} is not known here; write {FORMAT:?}", file.format));
    }
    check_shape(&file.sizes, &file.activations)?;
    let mut scenario = Scenario {
        start: start(file.initialisation, file.parameters, &file.sizes, &file.activations)?,
        data: Arc::new(data_file::read(file.data, &file.sizes)?),
        parted: None,
        title: file.title,
        note: file.note,
        sizes: file.sizes,
        activations: file.activations,
        settings: Settings {
            cost: file.cost,
            learning_rate: file.learning_rate,
            batch_size: file.batch_size,
            reduction: file.reduction,
            bias_rule: file.bias_rule,
        },
        order: file.order,
        lanes: file.lanes,
        position: file.position,
    };
    if file.split.is_some() {
        data_file::check(&scenario)?;
        scenario.split_anew(scenario.data.clone(), file.split)?;
    }
    check(&scenario)?;
    Ok(scenario)
}

/// Text → JSON.
fn value(json: &str) -> Result<Value, ScenarioError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let remedy = match error.inner().classify() {
            Category::Eof => "the file ends too early: take a whole one",
            _ => "this is not JSON: take a file that was saved here, or mend this one there",
        };
        at(&error.path().to_string(), format!("{}; {remedy}", error.inner()))
    })?;
    match deserializer.end() {
        Ok(()) => Ok(value),
        Err(trailing) => error("the file", format!("one scenario and nothing after it is read: {trailing}")),
    }
}

/// What is wrong, with where it is.
fn at(path: &str, problem: impl fmt::Display) -> ScenarioError {
    let field = if matches!(path, "" | "." | "?") { "the file" } else { path };
    ScenarioError { field: field.to_owned(), problem: problem.to_string() }
}

/// Scenario → text.
pub(super) fn write(scenario: &Scenario) -> String {
    let (initialisation, parameters) = match &scenario.start {
        Start::Initialisation(initialisation) => (Some(*initialisation), None),
        Start::Parameters { network, epoch, mini_batch } => {
            let weights = network.layers.iter().map(|layer| layer.weights.clone()).collect();
            let biases = network.layers.iter().map(|layer| layer.biases.clone()).collect();
            (None, Some(Parameters { weights, biases, epoch: *epoch, mini_batch: *mini_batch }))
        }
    };
    let Settings { cost, learning_rate, batch_size, reduction, bias_rule } = scenario.settings;
    let file = File {
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
        lanes: scenario.lanes.clone(),
        split: scenario.split(),
        data: data_file::write(scenario.source()),
        position: scenario.position,
    };
    // Nothing in `File` can fail to be written: its keys are strings and its numbers are finite.
    serde_json::to_string(&file).unwrap_or_default()
}

/// Everything that the types leave open.
pub(super) fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    check_shape(&scenario.sizes, &scenario.activations)?;
    check_settings(scenario)?;
    check_start(scenario)?;
    lane::check(scenario)?;
    data_file::check(scenario)?;
    check_position(scenario)
}

pub(super) fn check_shape(sizes: &[usize], activations: &[Activation]) -> Result<(), ScenarioError> {
    if sizes.len() < 2 {
        return error("sizes", "an input and at least one layer are needed, as in [2, 1]");
    }
    if sizes.len() > MOST_LAYERS + 1 {
        return error("sizes", format!("{} layers are too many; at most {MOST_LAYERS}", sizes.len() - 1));
    }
    if let Some(empty) = sizes.iter().position(|&size| size == 0) {
        return error(format!("sizes[{empty}]"), "a layer needs at least 1 neuron");
    }
    let count = sizes
        .windows(2)
        .try_fold(0usize, |sum, pair| pair[0].checked_add(1)?.checked_mul(pair[1])?.checked_add(sum));
    if count.is_none_or(|count| count > MOST_PARAMETERS) {
        let problem = format!(
            "{sizes:?} makes more weights and biases than the {MOST_PARAMETERS} that fit; take smaller layers"
        );
        return error("sizes", problem);
    }
    if activations.len() != sizes.len() - 1 {
        let (got, want) = (activations.len(), sizes.len() - 1);
        return error("activations", format!("{got} given for {want} layers after the input; give {want}"));
    }
    Ok(())
}

fn check_settings(scenario: &Scenario) -> Result<(), ScenarioError> {
    let Settings { cost, learning_rate, batch_size, .. } = scenario.settings;
    let Some((&output, hidden)) = scenario.activations.split_last() else {
        return error("activations", "at least one layer is needed");
    };
    if let Some(layer) = hidden.iter().position(|&activation| activation == Activation::Softmax) {
        return error(
            format!("activations[{layer}]"),
            "softmax belongs in the output layer only; choose another one here",
        );
    }
    if !cost.suits(output) {
        let suits: Vec<_> =
            Activation::ALL.into_iter().filter(|&a| cost.suits(a)).map(|a| a.name()).collect();
        let instead: Vec<_> = Cost::ALL.into_iter().filter(|c| c.suits(output)).map(|c| c.name()).collect();
        let problem = format!(
            "{} needs {} outputs; with {} outputs take {}",
            cost.name(),
            suits.join(" or "),
            output.name(),
            instead.join(" or "),
        );
        return error("cost", problem);
    }
    if !(learning_rate.is_finite() && learning_rate > 0.0) {
        return error(
            "learning_rate",
            format!(
                "η must be a number above 0, not {}; 0.5 would do",
                format!("{learning_rate:?}").trim_end_matches(".0")
            ),
        );
    }
    if batch_size == 0 {
        return error("batch_size", "a mini-batch needs at least 1 sample; 1 updates after each sample");
    }
    if scenario.settings.bias_rule == BiasRule::SharedBias && !scenario.biases_start_equal() {
        return error(
            "bias_rule",
            "with shared_bias all biases of a layer are one number, so they must start equal; make them equal first",
        );
    }
    Ok(())
}

/// Builds the start from a file's two ways of giving it.
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
                    let problem = format!("{got} layers given, {} needed", activations.len());
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

fn check_parameters(network: &Network, sizes: &[usize]) -> Result<(), ScenarioError> {
    for (l, (layer, size)) in network.layers.iter().zip(sizes.windows(2)).enumerate() {
        let (rows, columns) = (layer.weights.rows(), layer.weights.columns());
        if (rows, columns) != (size[1], size[0]) {
            let problem = format!(
                "{rows} rows of {columns} given; sizes ask for {} rows (neurons) of {} (sources)",
                size[1], size[0]
            );
            return error(format!("parameters.weights[{l}]"), problem);
        }
        if layer.biases.len() != size[1] {
            let problem = format!("{} given for {} neurons", layer.biases.len(), size[1]);
            return error(format!("parameters.biases[{l}]"), problem);
        }
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        if !finite(layer.weights.values()) {
            return error(format!("parameters.weights[{l}]"), "every weight must be a finite number");
        }
        if !finite(&layer.biases) {
            return error(format!("parameters.biases[{l}]"), "every bias must be a finite number");
        }
    }
    Ok(())
}

fn check_start(scenario: &Scenario) -> Result<(), ScenarioError> {
    match &scenario.start {
        Start::Initialisation(_) => Ok(()),
        Start::Parameters { network, mini_batch, .. } => {
            let activations = network.layers.iter().map(|layer| layer.activation);
            if !activations.eq(scenario.activations.iter().copied()) {
                return error("activations", "the network's layers have other activations");
            }
            if *mini_batch as usize >= scenario.mini_batches() {
                let problem =
                    format!("an epoch has {} mini-batches, counted from 0", scenario.mini_batches());
                return error("parameters.mini_batch", problem);
            }
            check_parameters(network, &scenario.sizes)
        }
    }
}

pub(super) fn check_position(scenario: &Scenario) -> Result<(), ScenarioError> {
    let Position { mini_batch, moment, neuron, .. } = scenario.position;
    let first = scenario.first_position();
    let mini_batches = scenario.mini_batches();
    if mini_batch as usize >= mini_batches {
        let problem = format!("an epoch has {mini_batches} mini-batches, counted from 0");
        return error("position.mini_batch", problem);
    }
    if scenario.update_index(&scenario.position) < scenario.update_index(&first) {
        let problem = format!(
            "the parameters are given from epoch {}, mini-batch {} on; nothing before is known",
            first.epoch, first.mini_batch
        );
        return error("position", problem);
    }
    let samples = scenario.mini_batch_len(mini_batch as usize);
    if moment.sample().is_some_and(|sample| sample >= samples) {
        return error("position.moment", format!("this mini-batch has {samples} samples, counted from 0"));
    }
    let layers = scenario.layer_sizes();
    if moment.layer().is_some_and(|layer| layer >= layers.len()) {
        return error("position.moment", format!("there are {} layers, counted from 0", layers.len()));
    }
    let neurons = moment.layer().map_or(0, |layer| layers[layer]);
    if neuron.is_some_and(|neuron| neuron as usize >= neurons) {
        return error("position.neuron", format!("this moment has {neurons} neurons, counted from 0"));
    }
    Ok(())
}
