//! After an edit: what must change with it so that the scenario stays valid.

use crate::nn::{Activation, Cost, Distribution, Initialisation, Parameter};
use crate::scenario::{Scenario, Start};
use std::sync::Arc;

/// After a change of the cost: an output activation that it is defined on. Returns a message about it.
pub(super) fn output_activation(scenario: &mut Scenario) -> Option<String> {
    let cost = scenario.hyperparameters.cost;
    let output = scenario.activations.last_mut()?;
    if cost.is_defined_for(*output) {
        return None;
    }
    let before = *output;
    *output = if cost == Cost::Cce { Activation::Softmax } else { Activation::Sigmoid };
    Some(format!("The output layer is now {}; {}.", output.name(), mismatch(cost, before)))
}

/// After a change of the output activation: a cost that is defined on it. Returns a message about it.
pub(super) fn cost(scenario: &mut Scenario) -> Option<String> {
    let output = *scenario.activations.last()?;
    let cost = &mut scenario.hyperparameters.cost;
    if cost.is_defined_for(output) {
        return None;
    }
    let before = *cost;
    *cost = if output == Activation::Softmax { Cost::Cce } else { Cost::HalfMse };
    Some(format!("The cost is now {}; {}.", displayed(*cost), mismatch(before, output)))
}

fn mismatch(cost: Cost, output: Activation) -> String {
    format!("{} does not go with {} outputs", displayed(cost), output.name().replace('_', " "))
}

/// A cost as the page shows it.
fn displayed(cost: Cost) -> &'static str {
    match cost {
        Cost::HalfMse => "½ Σ (a − y)²",
        Cost::Mse => "Σ (a − y)²",
        Cost::Bce => "binary cross-entropy",
        Cost::Cce => "categorical cross-entropy",
    }
}

/// After a change of the shape: parameters of the new shape. Given values are kept where they still exist; the others
/// are drawn from seed 1.
pub(super) fn start(scenario: &mut Scenario) {
    let Start::Parameters { network, .. } = &mut scenario.start else { return };
    let same_activations =
        network.layers.iter().map(|layer| layer.activation).eq(scenario.activations.iter().copied());
    if network.sizes() == scenario.sizes && same_activations {
        return;
    }
    let initialisation = Initialisation { distribution: Distribution::Normal, seed: 1 };
    let mut fitted = initialisation.network(&scenario.sizes, &scenario.activations);
    let same_depth = network.layers.len() == fitted.layers.len();
    let parameters: Vec<Parameter> = if same_depth { fitted.parameters().collect() } else { Vec::new() };
    for parameter in parameters {
        if let (Some(to), Some(value)) = (fitted.get_mut(parameter), network.get(parameter)) {
            *to = value;
        }
    }
    *network = Arc::new(fitted);
}

/// After a change of the mini-batches or layers: a position that exists.
pub(super) fn position(scenario: &mut Scenario) {
    if let Start::Parameters { mini_batch, .. } = &mut scenario.start
        && *mini_batch as usize
            >= scenario.data.samples.len().div_ceil(scenario.hyperparameters.batch_size.max(1))
    {
        *mini_batch = 0;
    }
    if scenario.check_position().is_err() {
        scenario.position = scenario.first_position();
    }
}
