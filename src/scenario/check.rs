//! The checks of a scenario: everything that its types do not guarantee.

use super::error::{count, error};
use super::{
    Data, MAX_DATA, MAX_LAYERS, MAX_PARAMETERS, MAX_RUNS, MIN_RUNS, Position, Samples, Scenario,
    ScenarioError, Start,
};
use crate::nn::{Activation, BiasRule, Cost, Hyperparameters, Network, Sample};

impl Scenario {
    /// Checks everything that the types do not guarantee. After a change of its fields a scenario is checked again.
    pub fn check(&self) -> Result<(), ScenarioError> {
        self.check_shape()?;
        check_hyperparameters(self)?;
        check_start(self)?;
        check_runs(self)?;
        check_data(self)?;
        check_targets(self)?;
        self.check_position()
    }

    /// The part of [`Scenario::check`] about sizes and activations.
    pub fn check_shape(&self) -> Result<(), ScenarioError> {
        check_shape(&self.sizes, &self.activations)
    }

    /// The part of [`Scenario::check`] about the position.
    pub fn check_position(&self) -> Result<(), ScenarioError> {
        let Position { mini_batch, moment, neuron, .. } = self.position;
        let first = self.first_position();
        let mini_batches = self.mini_batches();
        if mini_batch as usize >= mini_batches {
            let problem = format!("an epoch has {}, counted from 0", count(mini_batches, "mini-batch"));
            return error("position.mini_batch", problem);
        }
        if self.update_index(&self.position) < self.update_index(&first) {
            let problem = format!(
                "this scenario starts at epoch {}, mini-batch {} (counted from 0); choose that position or a later one",
                first.epoch, first.mini_batch
            );
            return error("position", problem);
        }
        let samples = self.mini_batch_len(mini_batch as usize);
        if moment.sample().is_some_and(|sample| sample >= samples) {
            return error(
                "position.moment",
                format!("this mini-batch has {}, counted from 0", count(samples, "sample")),
            );
        }
        let layers = self.layer_sizes();
        if moment.layer().is_some_and(|layer| layer >= layers.len()) {
            return error(
                "position.moment",
                format!("the network has {}, counted from 0", count(layers.len(), "layer")),
            );
        }
        let neurons = moment.layer().map_or(0, |layer| layers[layer]);
        if neuron.is_some_and(|neuron| neuron as usize >= neurons) {
            return error(
                "position.neuron",
                format!("this moment has {}, counted from 0", count(neurons, "neuron")),
            );
        }
        Ok(())
    }
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
    let parameters = sizes
        .windows(2)
        .try_fold(0usize, |sum, pair| pair[0].checked_add(1)?.checked_mul(pair[1])?.checked_add(sum));
    if parameters.is_none_or(|parameters| parameters > MAX_PARAMETERS) {
        let problem = format!(
            "[{}] has too many weights and biases; the limit is {MAX_PARAMETERS}; use smaller layers",
            sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
        );
        return error("sizes", problem);
    }
    if activations.len() != sizes.len() - 1 {
        let (got, want) = (activations.len(), sizes.len() - 1);
        return error(
            "activations",
            format!("{got} given for {} after the input; give {want}", count(want, "layer")),
        );
    }
    Ok(())
}

fn check_hyperparameters(scenario: &Scenario) -> Result<(), ScenarioError> {
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
    if !cost.is_defined_for(output) {
        let suits: Vec<_> =
            Activation::ALL.into_iter().filter(|&a| cost.is_defined_for(a)).map(|a| a.name()).collect();
        let instead: Vec<_> =
            Cost::ALL.into_iter().filter(|c| c.is_defined_for(output)).map(|c| c.name()).collect();
        let problem = format!(
            "{} needs {} outputs; with {} outputs take {}",
            cost.name(),
            suits.join(" or "),
            output.name(),
            instead.join(" or "),
        );
        return error("cost", problem);
    }
    if !(learning_rate.is_finite() && learning_rate >= 0.0) {
        let eta = format!("{learning_rate:?}");
        let eta = eta.strip_suffix(".0").unwrap_or(&eta);
        return error("learning_rate", format!("η must be a number of 0 or more, not {eta}; 0.5 would do"));
    }
    if batch_size == 0 {
        return error(
            "batch_size",
            "a mini-batch needs at least 1 sample; use 1 to update after each sample",
        );
    }
    if scenario.hyperparameters.bias_rule == BiasRule::SharedBias && !scenario.biases_start_equal() {
        return error(
            "bias_rule",
            "with shared_bias all biases of a layer are one number, so they must start equal; make them equal first",
        );
    }
    Ok(())
}

pub(super) fn check_parameters(network: &Network, sizes: &[usize]) -> Result<(), ScenarioError> {
    for (l, (layer, size)) in network.layers.iter().zip(sizes.windows(2)).enumerate() {
        let (rows, columns) = (layer.weights.rows(), layer.weights.columns());
        if (rows, columns) != (size[1], size[0]) {
            let problem = format!(
                "{} of {columns} given; sizes ask for {} (neurons) of {} (sources)",
                count(rows, "row"),
                count(size[1], "row"),
                size[0]
            );
            return error(format!("parameters.weights[{l}]"), problem);
        }
        if layer.biases.len() != size[1] {
            let problem = format!("{} given for {}", layer.biases.len(), count(size[1], "neuron"));
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
                    format!("an epoch has {}, counted from 0", count(scenario.mini_batches(), "mini-batch"));
                return error("parameters.mini_batch", problem);
            }
            check_parameters(network, &scenario.sizes)
        }
    }
}

/// Checks the compared runs; an empty list means the default ones.
fn check_runs(scenario: &Scenario) -> Result<(), ScenarioError> {
    let runs = &scenario.runs;
    if !runs.is_empty() && !(MIN_RUNS..=MAX_RUNS).contains(&runs.len()) {
        let problem = format!("{MIN_RUNS} to {MAX_RUNS} runs can be compared, not {}", runs.len());
        return error("lanes", problem);
    }
    for (index, run) in runs.iter().enumerate() {
        if runs[..index].contains(run) {
            return error(
                format!("lanes[{index}]"),
                "this run is already in the list; choose a different one",
            );
        }
        if run.bias_rule == BiasRule::SharedBias && !scenario.biases_start_equal() {
            let problem = "a run with one shared bias needs all biases of a layer to start equal; make them \
                           equal, or remove the run";
            return error(format!("lanes[{index}]"), problem);
        }
    }
    Ok(())
}

/// Checks that the data, training and validation rows, have the shape of the network and are finite.
pub(super) fn check_data(scenario: &Scenario) -> Result<(), ScenarioError> {
    let Data { inputs, targets, samples, validation } = &*scenario.data;
    let sizes = &scenario.sizes;
    let (n_in, n_out) = (sizes[0], sizes[sizes.len() - 1]);
    if samples.is_empty() {
        return error("data.x", "at least one row is needed");
    }
    if (samples.len() + validation.len()).saturating_mul(n_in + n_out) > MAX_DATA {
        return error("data", format!("too many numbers (limit {MAX_DATA}); use fewer rows"));
    }
    for (field, names, columns) in [("inputs", inputs, n_in), ("targets", targets, n_out)] {
        if names.len() != columns {
            let problem = format!("{} given for {}", count(names.len(), "name"), count(columns, "column"));
            return error(format!("data.{field}"), problem);
        }
    }
    check_rows(scenario, samples, "data")?;
    check_rows(scenario, validation, validation_field(scenario))
}

/// In the file, the validation rows of a split are among the others.
fn validation_field(scenario: &Scenario) -> &'static str {
    if scenario.split_data.is_some() { "data" } else { "data.held_out" }
}

/// Checks that the cost is defined for the targets that it is used with: after the split and standardisation.
fn check_targets(scenario: &Scenario) -> Result<(), ScenarioError> {
    let cost = scenario.hyperparameters.cost;
    let Data { samples, validation, .. } = &*scenario.data;
    for (samples, field) in [(samples, "data"), (validation, validation_field(scenario))] {
        // The targets of images are 0 and 1.
        let rows = samples.as_slice().unwrap_or_default();
        let out_of_range = |sample: &Sample| !sample.y.iter().all(|y| (0.0..=1.0).contains(y));
        if cost.cancels_sigma_prime()
            && let Some(row) = rows.iter().position(out_of_range)
        {
            let problem = format!("with {} every target must lie between 0 and 1", cost.name());
            return error(format!("{field}.y[{}]", samples.row_number(row)), problem);
        }
    }
    Ok(())
}

fn check_rows(scenario: &Scenario, samples: &Samples, field: &str) -> Result<(), ScenarioError> {
    let (n_in, n_out) = (scenario.sizes[0], scenario.layer_sizes()[scenario.layer_sizes().len() - 1]);
    if let (Some((width, height)), Some(classes)) = (samples.image_size(), samples.image_classes()) {
        if width * height != n_in {
            let problem =
                format!("{height} × {width} pixels given; the network has {}", count(n_in, "input"));
            return error(format!("{field}.images.rows"), problem);
        }
        if classes != n_out {
            let problem = format!("{classes} classes given; the network has {}", count(n_out, "output"));
            return error(format!("{field}.images.labels"), problem);
        }
        return Ok(()); // every byte is a finite number
    }
    for (row, Sample { x, y }) in samples.as_slice().unwrap_or_default().iter().enumerate() {
        let row = samples.row_number(row);
        for (name, values, expected) in [("x", x, n_in), ("y", y, n_out)] {
            if values.len() != expected {
                let problem =
                    format!("{} given; the network has {expected} there", count(values.len(), "number"));
                return error(format!("{field}.{name}[{row}]"), problem);
            }
            if !values.iter().all(|value| value.is_finite()) {
                return error(format!("{field}.{name}[{row}]"), "every number must be finite");
            }
        }
    }
    Ok(())
}
