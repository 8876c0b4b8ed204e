//! A mini-batch of one sample of a small network, from its inputs to the update, in one function.
//!
//! With an update after every sample, the whole training is one chain of operations that depend on each other, and a
//! function call for each stage would take as long as the stage. The function is restricted to quadratic costs and to
//! biases that are updated by their own δ: browsers compile a longer one badly.

use super::layer::{PaddedLayer, PaddedMatrix};
use super::neurons::{squared_cost_and_delta, with_constant};
use crate::activation::{activate, activation_derivative};
use crate::simd::{Kernel, Simd, Strided, for_each_group, multiply_add, subtract_outer_product};
use crate::{Activation, Cost};

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
        let Some((outputs, mut hidden)) = layers.split_last_mut() else { return };
        let mut sources = x;
        for layer in hidden.iter_mut() {
            for_each_group!(layer.stride() / S::LANES, [2, 1], |v, V| forward::<S, V>(
                layer,
                sources,
                v * S::LANES
            ));
            sources = layer.activations.rows(1);
        }
        let mut total = S::broadcast(0.0);
        for_each_group!(outputs.stride() / S::LANES, [2, 1], |v, V| {
            let at = v * S::LANES;
            let a = forward::<S, V>(outputs, sources, at);
            let deltas = output_deltas(outputs, at, cost, a, y);
            update(outputs, sources, at, deltas, learning_rate, &mut total);
        });
        total.store(&mut outputs.parameter_total);
        let mut next = outputs;
        while let Some((layer, before)) = hidden.split_last_mut() {
            let sources = before.last().map_or(x, |layer| layer.activations.rows(1));
            let mut total = S::broadcast(0.0);
            for_each_group!(layer.stride() / S::LANES, [2, 1], |v, V| {
                let at = v * S::LANES;
                let deltas = backward::<S, V>(layer, next, at, learning_rate);
                update(layer, sources, at, deltas, learning_rate, &mut total);
            });
            total.store(&mut layer.parameter_total);
            (hidden, next) = (before, layer);
        }
    }
}

/// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ) for the neurons of V vectors from index `at` on. Returns aˡ.
#[inline(always)]
fn forward<S: Simd, const V: usize>(layer: &mut PaddedLayer, sources: &[f64], at: usize) -> [S; V] {
    let mut values = weighted_sums::<S, V>(&sources[..layer.sources], &layer.weights_by_source, at);
    for (v, value) in values.iter_mut().enumerate() {
        *value = *value + S::load(&layer.biases[at + v * S::LANES..]);
    }
    let activation = layer.activation;
    with_constant!(
        activation,
        for value in &mut values {
            *value = activate(activation, *value);
        }
    );
    for (v, value) in values.iter_mut().enumerate() {
        let at = at + v * S::LANES;
        *value = value.and(S::load(&layer.mask[at..]));
        value.store(&mut layer.activations.values[at..]);
    }
    values
}

/// Equation (1): δᴸ = ∇ₐC ⊙ σ′(zᴸ). Returns δᴸ. The terms of the cost replace zᴸ.
#[inline(always)]
fn output_deltas<S: Simd, const V: usize>(
    layer: &mut PaddedLayer,
    at: usize,
    cost: Cost,
    a: [S; V],
    y: &[f64],
) -> [S; V] {
    let mut deltas = a;
    for (v, a) in a.into_iter().enumerate() {
        let at = at + v * S::LANES;
        let (term, delta) = squared_cost_and_delta(cost, layer.activation, a, S::load(&y[at..]));
        term.store(&mut layer.weighted_inputs.values[at..]);
        delta.store(&mut layer.deltas.values[at..]);
        deltas[v] = delta;
    }
    deltas
}

/// Equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ). Returns δˡ. Updates the copy of wˡ⁺¹ that equation (2) reads, because it is
/// not needed any more.
#[inline(always)]
fn backward<S: Simd, const V: usize>(
    layer: &mut PaddedLayer,
    next: &mut PaddedLayer,
    at: usize,
    learning_rate: f64,
) -> [S; V] {
    let mut a = [S::broadcast(0.0); V];
    let Some(weights) = &mut next.weights_by_neuron else { return a };
    let next_deltas = &next.deltas.values[..next.neurons];
    let mut deltas = weighted_sums::<S, V>(next_deltas, weights, at);
    for (v, (a, delta)) in a.iter_mut().zip(&mut deltas).enumerate() {
        let at = at + v * S::LANES;
        *a = S::load(&layer.activations.values[at..]);
        *delta = *delta * activation_derivative(layer.activation, *a);
        delta.store(&mut layer.deltas.values[at..]);
    }
    // The sum of these weights is known already.
    subtract_gradient(weights, next_deltas, at, a, learning_rate, &mut S::broadcast(0.0));
    deltas
}

/// Equations (3) and (4), and the update of the parameters of the neurons of V vectors from index `at` on. Adds the new
/// parameters to `total`.
#[inline(always)]
fn update<S: Simd, const V: usize>(
    layer: &mut PaddedLayer,
    sources: &[f64],
    at: usize,
    deltas: [S; V],
    learning_rate: f64,
    total: &mut S,
) {
    let sources = &sources[..layer.sources];
    subtract_gradient(&mut layer.weights_by_source, sources, at, deltas, learning_rate, total);
    for (v, delta) in deltas.into_iter().enumerate() {
        let bias = &mut layer.biases[at + v * S::LANES..];
        let new = S::load(bias) - S::broadcast(learning_rate) * delta;
        new.store(bias);
        *total = *total + new;
    }
}

/// Σₖ scalarₖ · rowₖ for V vectors of each row from index `at` on. The sum starts with the first product, where the plain
/// path starts with 0: a difference only in the sign of a zero, see
/// [`may_ignore_zero_signs`](super::Trainer::may_ignore_zero_signs).
#[inline(always)]
fn weighted_sums<S: Simd, const V: usize>(scalars: &[f64], rows: &PaddedMatrix, at: usize) -> [S; V] {
    let first = S::broadcast(scalars[0]);
    let mut sums = [[first; V]];
    for (v, sum) in sums[0].iter_mut().enumerate() {
        *sum = first * S::load(&rows.values[at + v * S::LANES..]);
    }
    let scalars = Strided { values: scalars, start: 0, stride: 1 };
    let vectors = Strided { values: &rows.values, start: at, stride: rows.stride };
    multiply_add(&mut sums, scalars.values.len() - 1, scalars.rest(), 0, vectors.rest());
    sums[0]
}

/// rowₖ ← rowₖ − η · (scalarₖ · vector), for V vectors of each row from index `at` on. Adds the new values to `total`.
#[inline(always)]
fn subtract_gradient<S: Simd, const V: usize>(
    rows: &mut PaddedMatrix,
    scalars: &[f64],
    at: usize,
    vectors: [S; V],
    learning_rate: f64,
    total: &mut S,
) {
    let (stride, count) = (rows.stride, scalars.len());
    let scalars = Strided { values: scalars, start: 0, stride: 1 };
    subtract_outer_product(&mut rows.values, at, stride, count, scalars, vectors, learning_rate, total);
}
