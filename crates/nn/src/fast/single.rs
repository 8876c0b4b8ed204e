//! A mini-batch of one sample of a small network, from its inputs to the update, in one function.
//!
//! When every sample is followed by an update, each update needs the result of the one before: the whole training is one
//! chain of dependent operations, and a function call between two stages costs as much as a stage. So one function does
//! all stages. To keep it short, it handles quadratic costs and biases updated by their own δ only: browsers compile a
//! long function badly.

use super::layer::{Dense, Rows};
use super::neurons::{activated, derivative, term_and_delta};
use crate::Cost;
use crate::lanes::{Kernel, Lanes, Walk, move_rows, multiply_add};

/// The sample and the layers that it updates. No parameter may be −0.
pub(super) struct Single<'a> {
    /// x, shape (n₀)
    pub(super) x: &'a [f64],
    /// y, padded to the stride of the last layer
    pub(super) y: &'a [f64],
    pub(super) layers: &'a mut [Dense],
    pub(super) cost: Cost,
    pub(super) learning_rate: f64,
}

/// C of the sample that was trained last.
#[inline(always)]
pub(super) fn cost(layers: &[Dense]) -> f64 {
    let terms = layers.last().map(|layer| &layer.weighted_inputs.values[..layer.neurons]);
    terms.into_iter().flatten().fold(0.0, |sum, term| sum + term)
}

impl Kernel for Single<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Single { x, y, layers, cost, learning_rate } = self;
        let mut sources = x;
        for layer in layers.iter_mut() {
            forward::<L>(layer, sources);
            sources = layer.activations.first(1);
        }
        let mut layers_back = layers.iter_mut().rev();
        let Some(mut next) = layers_back.next() else { return };
        outputs::<L>(next, cost, y);
        for layer in layers_back {
            back::<L>(layer, next);
            next = layer;
        }
        let mut sources = x;
        for layer in layers {
            update::<L>(layer, sources, learning_rate);
            sources = layer.activations.first(1);
        }
    }
}

/// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ)
#[inline(always)]
fn forward<L: Lanes>(layer: &mut Dense, sources: &[f64]) {
    for at in (0..layer.stride()).step_by(L::COUNT) {
        let z = dot::<L>(&sources[..layer.sources], &layer.by_source, at) + L::load(&layer.biases[at..]);
        let a = activated(layer.activation, z).and(L::load(&layer.mask[at..]));
        a.store(&mut layer.activations.values[at..]);
    }
}

/// Equation (1): δᴸ = ∇ₐC ⊙ σ′(zᴸ). The terms of the cost take the place of zᴸ, which is not needed again.
#[inline(always)]
fn outputs<L: Lanes>(layer: &mut Dense, cost: Cost, y: &[f64]) {
    for at in (0..layer.stride()).step_by(L::COUNT) {
        let a = L::load(&layer.activations.values[at..]);
        let (term, delta) = term_and_delta(cost, layer.activation, a, a, L::load(&y[at..]));
        term.store(&mut layer.weighted_inputs.values[at..]);
        delta.store(&mut layer.deltas.values[at..]);
    }
}

/// Equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
#[inline(always)]
fn back<L: Lanes>(layer: &mut Dense, next: &Dense) {
    let Some(by_neuron) = &next.by_neuron else { return };
    for at in (0..layer.stride()).step_by(L::COUNT) {
        let sum = dot::<L>(&next.deltas.values[..next.neurons], by_neuron, at);
        let a = L::load(&layer.activations.values[at..]);
        (sum * derivative(layer.activation, a)).store(&mut layer.deltas.values[at..]);
    }
}

/// Equations (3) and (4), and the update.
#[inline(always)]
fn update<L: Lanes>(layer: &mut Dense, sources: &[f64], learning_rate: f64) {
    let deltas = layer.deltas.first(1);
    let mut total = L::splat(0.0);
    outer::<L>(&mut layer.by_source, &sources[..layer.sources], deltas, learning_rate, &mut total);
    for (delta, bias) in deltas.chunks_exact(L::COUNT).zip(layer.biases.chunks_exact_mut(L::COUNT)) {
        let new = L::load(bias) - L::splat(learning_rate) * L::load(delta);
        new.store(bias);
        total = total + new;
    }
    total.store(&mut layer.total);
    if let Some(by_neuron) = &mut layer.by_neuron {
        // The same weights again: their sum is known.
        let mut total = L::splat(0.0);
        outer::<L>(by_neuron, &deltas[..layer.neurons], sources, learning_rate, &mut total);
    }
}

/// Σ scalar · row, of the vector at place `at` of each row. The sum starts with the first product, where the plain path
/// starts with 0: the two differ in the sign of a zero only, see
/// [`zeros_are_alike`](super::Trainer::zeros_are_alike).
#[inline(always)]
fn dot<L: Lanes>(scalars: &[f64], rows: &Rows, at: usize) -> L {
    let scalars = Walk { values: scalars, from: 0, step: 1 };
    let vectors = Walk { values: &rows.values, from: at, step: rows.stride };
    let mut sums = [[L::splat(scalars.values[0]) * L::load(&rows.values[at..])]];
    multiply_add(&mut sums, scalars.values.len() - 1, scalars.rest(), 0, vectors.rest());
    sums[0][0]
}

/// w ← w − η (scalar · vector): each row of w has a scalar, and all have the same vectors.
#[inline(always)]
fn outer<L: Lanes>(rows: &mut Rows, scalars: &[f64], vectors: &[f64], learning_rate: f64, total: &mut L) {
    let rate = L::splat(learning_rate);
    for at in (0..rows.stride).step_by(L::COUNT) {
        let vectors = [L::load(&vectors[at..])];
        let scalars = Walk { values: scalars, from: 0, step: 1 };
        let count = scalars.values.len();
        move_rows(
            &mut rows.values,
            at,
            rows.stride,
            count,
            scalars,
            vectors,
            |product| rate * product,
            total,
        );
    }
}
