//! A mini-batch of one sample of a small network, from its inputs to the update, in one function.
//!
//! With an update after every sample, the whole training is one chain of operations that depend on each other, and a
//! function call for each stage would take as long as the stage. The function is restricted to quadratic costs and to
//! biases that are updated by their own δ: browsers compile a longer one badly.

use super::layer::{PaddedLayer, PaddedMatrix};
use super::neurons::{activate, activation_derivative, cost_and_delta};
use crate::Cost;
use crate::simd::{Kernel, Simd, Strided, multiply_add, subtract_outer_product};

/// Trains on one sample. No parameter may be −0.
pub(super) struct SingleSample<'a> {
    /// x, shape (n₀)
    pub(super) x: &'a [f64],
    /// y, padded to the stride of the last layer
    pub(super) y: &'a [f64],
    pub(super) layers: &'a mut [PaddedLayer],
    pub(super) cost: Cost,
    pub(super) learning_rate: f64,
}

/// C of the latest sample.
#[inline(always)]
pub(super) fn cost(layers: &[PaddedLayer]) -> f64 {
    let terms = layers.last().map(|layer| &layer.weighted_inputs.values[..layer.neurons]);
    terms.into_iter().flatten().fold(0.0, |sum, term| sum + term)
}

impl Kernel for SingleSample<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let SingleSample { x, y, layers, cost, learning_rate } = self;
        let mut sources = x;
        for layer in layers.iter_mut() {
            forward::<S>(layer, sources);
            sources = layer.activations.rows(1);
        }
        let mut layers_back = layers.iter_mut().rev();
        let Some(mut next) = layers_back.next() else { return };
        output_deltas::<S>(next, cost, y);
        for layer in layers_back {
            backward::<S>(layer, next);
            next = layer;
        }
        let mut sources = x;
        for layer in layers {
            update::<S>(layer, sources, learning_rate);
            sources = layer.activations.rows(1);
        }
    }
}

/// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ)
#[inline(always)]
fn forward<S: Simd>(layer: &mut PaddedLayer, sources: &[f64]) {
    let products = &mut layer.weighted_inputs.values;
    multiply::<S>(&sources[..layer.sources], &layer.weights_by_source, products);
    for at in (0..layer.stride()).step_by(S::LANES) {
        let z = S::load(&layer.weighted_inputs.values[at..]) + S::load(&layer.biases[at..]);
        let a = activate(layer.activation, z).and(S::load(&layer.mask[at..]));
        a.store(&mut layer.activations.values[at..]);
    }
}

/// Equation (1): δᴸ = ∇ₐC ⊙ σ′(zᴸ). The terms of the cost replace zᴸ.
#[inline(always)]
fn output_deltas<S: Simd>(layer: &mut PaddedLayer, cost: Cost, y: &[f64]) {
    for at in (0..layer.stride()).step_by(S::LANES) {
        let a = S::load(&layer.activations.values[at..]);
        let (term, delta) = cost_and_delta(cost, layer.activation, a, a, S::load(&y[at..]));
        term.store(&mut layer.weighted_inputs.values[at..]);
        delta.store(&mut layer.deltas.values[at..]);
    }
}

/// Equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
#[inline(always)]
fn backward<S: Simd>(layer: &mut PaddedLayer, next: &PaddedLayer) {
    let Some(weights) = &next.weights_by_neuron else { return };
    multiply::<S>(&next.deltas.values[..next.neurons], weights, &mut layer.deltas.values);
    for at in (0..layer.stride()).step_by(S::LANES) {
        let a = S::load(&layer.activations.values[at..]);
        let products = S::load(&layer.deltas.values[at..]);
        (products * activation_derivative(layer.activation, a)).store(&mut layer.deltas.values[at..]);
    }
}

/// Equations (3) and (4), and the update.
#[inline(always)]
fn update<S: Simd>(layer: &mut PaddedLayer, sources: &[f64], learning_rate: f64) {
    let deltas = layer.deltas.rows(1);
    let mut total = S::broadcast(0.0);
    let weights = &mut layer.weights_by_source;
    subtract_gradient(weights, &sources[..layer.sources], deltas, learning_rate, &mut total);
    for (delta, bias) in deltas.chunks_exact(S::LANES).zip(layer.biases.chunks_exact_mut(S::LANES)) {
        let new = S::load(bias) - S::broadcast(learning_rate) * S::load(delta);
        new.store(bias);
        total = total + new;
    }
    total.store(&mut layer.parameter_sum);
    if let Some(weights) = &mut layer.weights_by_neuron {
        // The sum of these is known already.
        let mut total = S::broadcast(0.0);
        subtract_gradient(weights, &deltas[..layer.neurons], sources, learning_rate, &mut total);
    }
}

/// out = Σₖ scalarₖ · rowₖ. The sum starts with the first product, where the plain path starts with 0: a difference only in
/// the sign of a zero, see [`is_zero_sign_irrelevant`](super::Trainer::is_zero_sign_irrelevant).
#[inline(always)]
fn multiply<S: Simd>(scalars: &[f64], rows: &PaddedMatrix, out: &mut [f64]) {
    let mut at = 0;
    while at < rows.stride {
        at += S::LANES
            * match (rows.stride - at) / S::LANES {
                1 => multiply_vectors::<S, 1>(scalars, rows, at, out),
                2 => multiply_vectors::<S, 2>(scalars, rows, at, out),
                _ => multiply_vectors::<S, 3>(scalars, rows, at, out),
            };
    }
}

/// [`multiply`] for V vectors from index `at` on. Returns V.
#[inline(always)]
fn multiply_vectors<S: Simd, const V: usize>(
    scalars: &[f64],
    rows: &PaddedMatrix,
    at: usize,
    out: &mut [f64],
) -> usize {
    let first = S::broadcast(scalars[0]);
    let mut sums = [[first; V]];
    for (sum, row) in sums[0].iter_mut().zip(rows.values[at..].chunks_exact(S::LANES)) {
        *sum = first * S::load(row);
    }
    let scalars = Strided { values: scalars, start: 0, stride: 1 };
    let vectors = Strided { values: &rows.values, start: at, stride: rows.stride };
    multiply_add(&mut sums, scalars.values.len() - 1, scalars.rest(), 0, vectors.rest());
    for (sum, out) in sums[0].iter().zip(out[at..].chunks_exact_mut(S::LANES)) {
        sum.store(out);
    }
    V
}

/// rowₖ ← rowₖ − η · scalarₖ · vector
#[inline(always)]
fn subtract_gradient<S: Simd>(
    rows: &mut PaddedMatrix,
    scalars: &[f64],
    vector: &[f64],
    learning_rate: f64,
    total: &mut S,
) {
    let mut at = 0;
    while at < rows.stride {
        at += S::LANES
            * match (rows.stride - at) / S::LANES {
                1 => subtract_vectors::<S, 1>(rows, scalars, vector, at, learning_rate, total),
                2 => subtract_vectors::<S, 2>(rows, scalars, vector, at, learning_rate, total),
                _ => subtract_vectors::<S, 3>(rows, scalars, vector, at, learning_rate, total),
            };
    }
}

/// [`subtract_gradient`] for V vectors from index `at` on. Returns V.
#[inline(always)]
fn subtract_vectors<S: Simd, const V: usize>(
    rows: &mut PaddedMatrix,
    scalars: &[f64],
    vector: &[f64],
    at: usize,
    learning_rate: f64,
    total: &mut S,
) -> usize {
    let mut vectors = [S::broadcast(0.0); V];
    for (v, vectors) in vectors.iter_mut().enumerate() {
        *vectors = S::load(&vector[at + v * S::LANES..]);
    }
    let (stride, count) = (rows.stride, scalars.len());
    let scalars = Strided { values: scalars, start: 0, stride: 1 };
    subtract_outer_product(&mut rows.values, at, stride, count, scalars, vectors, learning_rate, total);
    V
}
