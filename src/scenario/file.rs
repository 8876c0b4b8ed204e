//! The `deltascope-1` format: reading, checking and writing.

use super::data_file::{self, DataFile};
use super::{
    MAX_LAYERS, MAX_PARAMETERS, Position, RunConfig, SampleOrder, Scenario, Split, Start, run_config,
};
use crate::json::{Read, Value, Writer, quoted, written};
use crate::nn::{
    Activation, BiasRule, Cost, Distribution, Hyperparameters, Initialisation, Layer, Matrix, Network,
    Reduction,
};
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
struct File {
    format: String,
    title: String,
    note: String,
    sizes: Vec<usize>,
    activations: Vec<Activation>,
    hyperparameters: Hyperparameters,
    order: SampleOrder,
    initialisation: Option<Initialisation>,
    parameters: Option<Parameters>,
    runs: Vec<RunConfig>,
    split: Option<Split>,
    data: DataFile,
    position: Position,
}

struct Parameters {
    weights: Vec<Matrix>,
    biases: Vec<Vec<f64>>,
    epoch: u32,
    mini_batch: u32,
}

impl File {
    fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        let known = [
            "format",
            "title",
            "note",
            "sizes",
            "activations",
            "cost",
            "learning_rate",
            "batch_size",
            "reduction",
            "bias_rule",
            "order",
            "initialisation",
            "parameters",
            "lanes",
            "split",
            "data",
            "position",
        ];
        value.only(&known, "a scenario, { \"format\": \"deltascope-1\", … },")?;
        let text = |name| Ok(value.given(name).map(Value::text).transpose()?.unwrap_or_default().to_owned());
        Ok(Self {
            format: value.field("format")?.text()?.to_owned(),
            title: text("title")?,
            note: text("note")?,
            sizes: value.field("sizes")?.list(Value::whole)?,
            activations: value.field("activations")?.list(activation)?,
            hyperparameters: Hyperparameters {
                cost: value.field("cost")?.one_of(Cost::ALL, Cost::name)?,
                learning_rate: value.field("learning_rate")?.number()?,
                batch_size: value.field("batch_size")?.whole()?,
                reduction: reduction(value.field("reduction")?)?,
                bias_rule: value.given("bias_rule").map_or(Ok(BiasRule::OwnDelta), bias_rule)?,
            },
            order: value.given("order").map_or(Ok(SampleOrder::File), order)?,
            initialisation: value.set("initialisation").map(initialisation).transpose()?,
            parameters: value.set("parameters").map(Parameters::read).transpose()?,
            runs: value.given("lanes").map_or(Ok(Vec::new()), |runs| runs.list(RunConfig::read))?,
            split: value.set("split").map(Split::read).transpose()?,
            data: DataFile::read(value.field("data")?)?,
            position: value.given("position").map_or(Ok(Position::default()), Position::read)?,
        })
    }
}

impl Parameters {
    fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        let would_do = "{ \"weights\": [[[0.5, -0.5]]], \"biases\": [[0]] }";
        value.only(&["weights", "biases", "epoch", "mini_batch"], would_do)?;
        let count = |name| value.given(name).map_or(Ok(0), Value::whole);
        Ok(Self {
            weights: value.field("weights")?.list(matrix)?,
            biases: value.field("biases")?.list(Value::numbers)?,
            epoch: count("epoch")?,
            mini_batch: count("mini_batch")?,
        })
    }
}

fn matrix<'a>(value: &'a Value<'a>) -> Read<'a, Matrix> {
    let rows = value.list(Value::numbers)?;
    let uneven = || value.problem("the rows of a matrix must be equally long");
    Matrix::from_rows(&rows).map_or_else(uneven, Ok)
}

pub(crate) fn activation<'a>(value: &'a Value<'a>) -> Read<'a, Activation> {
    value.one_of(Activation::ALL, Activation::name)
}

pub(crate) fn reduction<'a>(value: &'a Value<'a>) -> Read<'a, Reduction> {
    value.one_of(Reduction::ALL, Reduction::name)
}

pub(crate) fn bias_rule<'a>(value: &'a Value<'a>) -> Read<'a, BiasRule> {
    value.one_of(BiasRule::ALL, BiasRule::name)
}

pub(crate) fn distribution<'a>(value: &'a Value<'a>) -> Read<'a, Distribution> {
    value.one_of(Distribution::ALL, Distribution::name)
}

fn initialisation<'a>(value: &'a Value<'a>) -> Read<'a, Initialisation> {
    value.only(&["distribution", "seed"], "{ \"distribution\": \"normal\", \"seed\": 1 }")?;
    Ok(Initialisation {
        distribution: distribution(value.field("distribution")?)?,
        seed: value.given("seed").map_or(Ok(0), Value::whole)?,
    })
}

fn order<'a>(value: &'a Value<'a>) -> Read<'a, SampleOrder> {
    match value.variant(&["file", "shuffled"], "a name in quotes")? {
        (0, _) => Ok(SampleOrder::File),
        (_, seed) => {
            let would_do = "the name with its number, such as { \"shuffled\": 1 },";
            Ok(SampleOrder::Shuffled(value.belonging(seed, would_do)?.whole()?))
        }
    }
}

/// Text → checked scenario.
pub(super) fn read(json: &str) -> Result<Scenario, ScenarioError> {
    let value = Value::parse(json).map_err(|mistake| at(mistake.path(), &mistake))?;
    let file = File::read(&value).map_err(|problem| at(&problem.path(&value), &problem))?;
    if file.format != FORMAT {
        return error("format", format!("{} is not known here; write \"{FORMAT}\"", quoted(&file.format)));
    }
    check_shape(&file.sizes, &file.activations)?;
    let mut scenario = Scenario {
        start: start(file.initialisation, file.parameters, &file.sizes, &file.activations)?,
        data: Arc::new(file.data.data(&file.sizes)?),
        split_data: None,
        title: file.title,
        note: file.note,
        sizes: file.sizes,
        activations: file.activations,
        hyperparameters: file.hyperparameters,
        order: file.order,
        runs: file.runs,
        position: file.position,
    };
    if file.split.is_some() {
        data_file::check(&scenario)?;
        scenario.split_anew(scenario.data.clone(), file.split)?;
    }
    check(&scenario)?;
    Ok(scenario)
}

/// What is wrong, with where it is.
fn at(path: &str, problem: impl fmt::Display) -> ScenarioError {
    let field = if path.is_empty() { "the file" } else { path };
    ScenarioError { field: field.to_owned(), problem: problem.to_string() }
}

/// Scenario → text.
pub(super) fn write(scenario: &Scenario) -> String {
    let Hyperparameters { cost, learning_rate, batch_size, reduction, bias_rule } = scenario.hyperparameters;
    let content = |json: &mut Writer| {
        json.field("format").text(FORMAT);
        json.field("title").text(&scenario.title);
        if !scenario.note.is_empty() {
            json.field("note").text(&scenario.note);
        }
        json.field("sizes").list(&scenario.sizes, Writer::plain);
        json.field("activations")
            .list(&scenario.activations, |json, activation| json.text(activation.name()));
        json.field("cost").text(cost.name());
        json.field("learning_rate").number(learning_rate);
        json.field("batch_size").plain(batch_size);
        json.field("reduction").text(reduction.name());
        json.field("bias_rule").text(bias_rule.name());
        match scenario.order {
            SampleOrder::File => json.field("order").text("file"),
            SampleOrder::Shuffled(seed) => {
                json.field("order").group(|json| json.field("shuffled").plain(seed))
            }
        }
        write_start(&scenario.start, json);
        if !scenario.runs.is_empty() {
            json.field("lanes").list(&scenario.runs, |json, run| run.write(json));
        }
        if let Some(split) = scenario.split() {
            split.write(json.field("split"));
        }
        data_file::write(scenario.source(), json.field("data"));
        scenario.position.write(json.field("position"));
    };
    written(|json| json.group(content))
}

fn write_start(start: &Start, json: &mut Writer) {
    match start {
        Start::Initialisation(Initialisation { distribution, seed }) => {
            json.field("initialisation").group(|json| {
                json.field("distribution").text(distribution.name());
                json.field("seed").plain(seed);
            });
        }
        Start::Parameters { network, epoch, mini_batch } => json.field("parameters").group(|json| {
            json.field("weights").list(&network.layers, |json, layer| {
                let weights = &layer.weights;
                json.list((0..weights.rows()).map(|j| weights.row(j)), Writer::numbers);
            });
            json.field("biases").list(&network.layers, |json, layer| json.numbers(&layer.biases));
            json.field("epoch").plain(epoch);
            json.field("mini_batch").plain(mini_batch);
        }),
    }
}

/// Everything that the types leave open.
pub(super) fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    check_shape(&scenario.sizes, &scenario.activations)?;
    check_settings(scenario)?;
    check_start(scenario)?;
    run_config::check(scenario)?;
    data_file::check(scenario)?;
    check_position(scenario)
}

pub(super) fn check_shape(sizes: &[usize], activations: &[Activation]) -> Result<(), ScenarioError> {
    if sizes.len() < 2 {
        return error("sizes", "an input and at least one layer are needed, as in [2, 1]");
    }
    if sizes.len() > MAX_LAYERS + 1 {
        return error("sizes", format!("{} layers are too many; at most {MAX_LAYERS}", sizes.len() - 1));
    }
    if let Some(empty) = sizes.iter().position(|&size| size == 0) {
        return error(format!("sizes[{empty}]"), "a layer needs at least 1 neuron");
    }
    let count = sizes
        .windows(2)
        .try_fold(0usize, |sum, pair| pair[0].checked_add(1)?.checked_mul(pair[1])?.checked_add(sum));
    if count.is_none_or(|count| count > MAX_PARAMETERS) {
        let problem = format!(
            "[{}] makes more weights and biases than the {MAX_PARAMETERS} that fit; take smaller layers",
            sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
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
    let Hyperparameters { cost, learning_rate, batch_size, .. } = scenario.hyperparameters;
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
        let eta = format!("{learning_rate:?}");
        let eta = eta.strip_suffix(".0").unwrap_or(&eta);
        return error("learning_rate", format!("η must be a number above 0, not {eta}; 0.5 would do"));
    }
    if batch_size == 0 {
        return error("batch_size", "a mini-batch needs at least 1 sample; 1 updates after each sample");
    }
    if scenario.hyperparameters.bias_rule == BiasRule::SharedBias && !scenario.biases_start_equal() {
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
