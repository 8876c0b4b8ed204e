//! A mistake: updating each layer during the backward pass.
//!
//! Equation (2) needs the wˡ⁺¹ of the forward pass. Code that updates layer l + 1 before it computes δˡ uses the new wˡ⁺¹
//! instead, and the result is not the gradient of any function.

use super::backprop::{Forward, Trace, feedforward, hidden_delta, output_delta};
use super::{Gradient, Hyperparameters, Matrix, Network, Sample};
use std::borrow::Borrow;

/// Trains on one mini-batch, layer by layer from the last one: computes δˡ of every sample from the *updated* wˡ⁺¹, and
/// then updates layer l. Returns the trace of each sample, with these δ. Panics if there are no layers.
pub fn train_mini_batch_updating_during_backward(
    network: &mut Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    hyperparameters: &Hyperparameters,
) -> Vec<Trace> {
    let Hyperparameters { cost, learning_rate, reduction, bias_rule, .. } = *hyperparameters;
    let last = network.layers.len() - 1;
    let trace = |sample: &Sample| {
        let Forward { weighted_inputs, activations } = feedforward(network, &sample.x);
        let (z, a) = (&weighted_inputs[last], &activations[last]);
        let value = cost.value(z, a, &sample.y);
        let mut deltas = vec![Vec::new(); network.layers.len()];
        deltas[last] = output_delta(network.layers[last].activation, cost, a, &sample.y);
        Trace { input: sample.x.clone(), weighted_inputs, activations, deltas, cost: value }
    };
    let mut traces: Vec<Trace> = samples.into_iter().map(|sample| trace(sample.borrow())).collect();
    for l in (0..=last).rev() {
        if l < last {
            for trace in &mut traces {
                let sigma_prime = network.layers[l].activation.derivatives(&trace.activations[l]);
                trace.deltas[l] =
                    hidden_delta(&network.layers[l + 1].weights, &trace.deltas[l + 1], &sigma_prime);
            }
        }
        let layer = &mut network.layers[l];
        let mut gradient = Gradient {
            nabla_w: vec![Matrix::zeros(layer.neurons(), layer.sources())],
            nabla_b: vec![vec![0.0; layer.neurons()]],
        };
        for trace in &traces {
            gradient.accumulate_layer(0, &trace.deltas[l], trace.source_activations(l));
        }
        let gradient = gradient.reduced(reduction, traces.len());
        layer.update(&gradient.nabla_w[0], &gradient.nabla_b[0], learning_rate, bias_rule);
    }
    traces
}
