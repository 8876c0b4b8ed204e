//! Equations (1) and (2): one sample forward through the network, and its error δ backward.

use super::{Activation, Cost, Matrix, Network, Sample};

/// All numbers of the forward and backward pass of one sample. Index `l` counts the layers after the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// x, shape (n₀).
    pub input: Vec<f64>,
    /// zˡ by layer, shape (nˡ) each.
    pub weighted_inputs: Vec<Vec<f64>>,
    /// aˡ by layer, shape (nˡ) each.
    pub activations: Vec<Vec<f64>>,
    /// δˡ = ∂C/∂zˡ by layer, shape (nˡ) each.
    pub deltas: Vec<Vec<f64>>,
    /// C of this sample.
    pub cost: f64,
}

impl Trace {
    /// aˡ⁻¹, the sources of layer `l`: the input for the first layer.
    pub fn source_activations(&self, layer: usize) -> &[f64] {
        match layer.checked_sub(1) {
            Some(source) => &self.activations[source],
            None => &self.input,
        }
    }
}

/// z and a of every layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Forward {
    /// zˡ by layer.
    pub weighted_inputs: Vec<Vec<f64>>,
    /// aˡ by layer.
    pub activations: Vec<Vec<f64>>,
}

/// The forward pass: zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ). Panics unless `x` has shape (n₀).
pub fn feedforward(network: &Network, x: &[f64]) -> Forward {
    let mut forward = Forward { weighted_inputs: Vec::new(), activations: Vec::new() };
    for layer in &network.layers {
        let products = layer.weights.mul(forward.activations.last().map_or(x, Vec::as_slice));
        let z: Vec<f64> = products.iter().zip(&layer.biases).map(|(product, bias)| product + bias).collect();
        forward.activations.push(layer.activation.values(&z));
        forward.weighted_inputs.push(z);
    }
    forward
}

/// The forward and backward pass of one sample. Changes nothing. Panics unless the sample has the shape of the network
/// (the samples of a scenario have).
///
/// ```
/// use deltascope_nn::{Activation, Cost, Network, Sample, backprop};
///
/// let network = Network::zeros(&[2, 1], &[Activation::Sigmoid]);
/// let sample = Sample { x: vec![1.0, 0.0], y: vec![1.0] };
/// let trace = backprop(&network, &sample, Cost::HalfMse);
/// assert_eq!(trace.activations[0], [0.5]);
/// assert_eq!(trace.deltas[0], [(0.5 - 1.0) * 0.25]);
/// ```
pub fn backprop(network: &Network, sample: &Sample, cost: Cost) -> Trace {
    let Forward { weighted_inputs, activations } = feedforward(network, &sample.x);
    let mut deltas = vec![Vec::new(); network.layers.len()];
    let mut value = 0.0;
    for (l, layer) in network.layers.iter().enumerate().rev() {
        let (z, a) = (&weighted_inputs[l], &activations[l]);
        deltas[l] = match network.layers.get(l + 1) {
            None => {
                value = cost.value(z, a, &sample.y);
                output_delta(layer.activation, cost, a, &sample.y)
            }
            Some(next) => {
                let sigma_prime = layer.activation.derivatives(a);
                hidden_delta(&next.weights, &deltas[l + 1], &sigma_prime)
            }
        };
    }
    Trace { input: sample.x.clone(), weighted_inputs, activations, deltas, cost: value }
}

/// Equation (1): δᴸ = ∇ₐC ⊙ σ′(zᴸ), shape (n_L).
///
/// For sigmoid or softmax with its cross-entropy, σ′ cancels: δᴸ = a − y (for softmax a Σy − y, which is the same for
/// targets that sum to 1).
pub(super) fn output_delta(activation: Activation, cost: Cost, a: &[f64], y: &[f64]) -> Vec<f64> {
    match cost {
        Cost::Mse | Cost::HalfMse => {
            let nabla_a = cost.gradient(a, y);
            hadamard(&nabla_a, &activation.derivatives(a))
        }
        Cost::Bce => a.iter().zip(y).map(|(a, y)| a - y).collect(),
        Cost::Cce => {
            let sum_y = y.iter().fold(0.0, |sum, y| sum + y);
            a.iter().zip(y).map(|(a, y)| a * sum_y - y).collect()
        }
    }
}

/// Equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ), shape (nˡ).
pub(super) fn hidden_delta(next_weights: &Matrix, next_delta: &[f64], sigma_prime: &[f64]) -> Vec<f64> {
    hadamard(&next_weights.transpose_mul(next_delta), sigma_prime)
}

/// u ⊙ v, the elementwise product.
fn hadamard(u: &[f64], v: &[f64]) -> Vec<f64> {
    u.iter().zip(v).map(|(u, v)| u * v).collect()
}
