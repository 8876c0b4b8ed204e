//! Edits of the layers and of the initial parameters.

use super::fit;
use crate::nn::{Activation, Distribution, Initialisation, Network, Parameter};
use crate::scenario::{Position, Scenario, Start};
use crate::session::Session;

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

impl Session {
    /// Changes the shown value of a parameter. Before its update this is the value that the mini-batch starts with.
    /// After its update the mini-batch starts again with all parameters as they are shown; returns a message then.
    pub(super) fn edit_parameter(
        &self,
        scenario: &mut Scenario,
        parameter: Parameter,
        to: f64,
    ) -> Result<Option<String>, String> {
        let (Parameter::Weight { layer, neuron, .. } | Parameter::Bias { layer, neuron }) = parameter;
        let visible = self.visible();
        let mut network = Network::clone(&self.mini_batch().network_before);
        let exists = network.get(parameter).is_some();
        let updated = exists && visible.updated(layer, neuron);
        if updated {
            let parameters: Vec<Parameter> = network.parameters().collect();
            for shown in parameters {
                if let Some(value) = network.get_mut(shown) {
                    *value = visible.parameter(shown);
                }
            }
        }
        *network.get_mut(parameter).ok_or("there is no such weight or bias")? = to;
        let Position { epoch, mini_batch, .. } = self.position();
        scenario.start = Start::Parameters { network: network.into(), epoch, mini_batch };
        if !updated {
            return Ok(None);
        }
        scenario.position = scenario.first_position();
        let value = format!("{to:?}").replace('-', "−");
        let value = value.strip_suffix(".0").unwrap_or(&value);
        Ok(Some(format!(
            "{} is now {value}. This mini-batch starts again from its first sample. Undo reverts the change.",
            name(parameter)
        )))
    }
}

/// A parameter in words, for the beginning of a sentence.
fn name(parameter: Parameter) -> String {
    match parameter {
        Parameter::Bias { layer, neuron } => format!("b of layer {}, neuron {}", layer + 1, neuron + 1),
        Parameter::Weight { layer, neuron, source } => {
            let from = if layer == 0 { "input" } else { "neuron" };
            format!("w into layer {}, neuron {} from {from} {}", layer + 1, neuron + 1, source + 1)
        }
    }
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
