//! The mistake of updating on the way back: each layer's δ from weights that have already moved.
//!
//! Equation (2) takes wˡ⁺¹ as it was on the way forward. Code that updates a layer before it has gone on to the
//! one before takes the new wˡ⁺¹ instead, which is no gradient of anything.

use super::backprop::{Forward, Trace, feedforward, hidden_delta, output_delta};
use super::{Gradient, Hyperparameters, Matrix, Network, Sample};
use std::borrow::Borrow;

/// One mini-batch, layer by layer from the last: δˡ of every sample from the *updated* wˡ⁺¹, and the update of
/// layer l at once. Returns what each sample brought, its δ as they were used.
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
        deltas[last] = output_delta(network.layers[last].activation, cost, z, a, &sample.y);
        Trace { input: sample.x.clone(), weighted_inputs, activations, deltas, cost: value }
    };
    let mut traces: Vec<Trace> = samples.into_iter().map(|sample| trace(sample.borrow())).collect();
    for l in (0..=last).rev() {
        if l < last {
            for trace in &mut traces {
                let (z, a) = (&trace.weighted_inputs[l], &trace.activations[l]);
                let sigma_prime = network.layers[l].activation.derivatives(z, a);
                trace.deltas[l] =
                    hidden_delta(&network.layers[l + 1].weights, &trace.deltas[l + 1], &sigma_prime);
            }
        }
        let layer = &mut network.layers[l];
        let mut gradient = Gradient {
            weights: vec![Matrix::zeros(layer.neurons(), layer.sources())],
            biases: vec![vec![0.0; layer.neurons()]],
        };
        for trace in &traces {
            gradient.accumulate_layer(0, &trace.deltas[l], trace.source_activations(l));
        }
        let gradient = gradient.reduced(reduction, traces.len());
        layer.update(&gradient.weights[0], &gradient.biases[0], learning_rate, bias_rule);
    }
    traces
}
