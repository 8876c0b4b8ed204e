//! Edits of the layers and of the initial parameters.

use super::fit;
use crate::nn::{Activation, Distribution, Initialisation};
use crate::scenario::{Scenario, Start};

/// The neurons of a new hidden layer.
const NEW_LAYER: usize = 3;

pub(super) fn add_layer(scenario: &mut Scenario) {
    let output = scenario.sizes.len() - 1;
    scenario.sizes.insert(output, NEW_LAYER);
    let activation = match scenario.activations.len() {
        1 => Activation::Sigmoid,
        layers => scenario.activations[layers - 2],
    };
    scenario.activations.insert(output - 1, activation);
}

pub(super) fn remove_layer(scenario: &mut Scenario, layer: usize) -> Result<(), String> {
    if layer + 1 >= scenario.activations.len() {
        return Err("only hidden layers can be removed: the data need inputs and outputs".into());
    }
    scenario.sizes.remove(layer + 1);
    scenario.activations.remove(layer);
    Ok(())
}

pub(super) fn set_layer_size(scenario: &mut Scenario, layer: usize, neurons: usize) -> Result<(), String> {
    if layer + 1 >= scenario.activations.len() {
        return Err("the data fix the number of inputs and outputs".into());
    }
    scenario.sizes[layer + 1] = neurons;
    Ok(())
}

/// Returns a message if the cost was changed with the activation.
pub(super) fn set_activation(
    scenario: &mut Scenario,
    layer: usize,
    activation: Activation,
) -> Result<Option<String>, String> {
    let layers = scenario.activations.len();
    let there_is_none = || format!("there is no layer {}; the last one is {layers}", layer.saturating_add(1));
    *scenario.activations.get_mut(layer).ok_or_else(there_is_none)? = activation;
    Ok(fit::cost(scenario))
}

/// The initialisation; for given parameters the normal distribution and seed 1.
pub(super) fn initialisation(scenario: &Scenario) -> Initialisation {
    match scenario.start {
        Start::Initialisation(initialisation) => initialisation,
        Start::Parameters { .. } => Initialisation { distribution: Distribution::Normal, seed: 1 },
    }
}
