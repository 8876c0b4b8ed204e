//! A mini-batch of one sample of a small network, from its inputs to the update, in one go.
//!
//! Updates after each sample are one long chain, each needing what the one before has left; all that is not in the
//! chain has to be over before it. So one function does the whole sample, where the cost is quadratic and each bias is
//! moved by its own δ: with the rest it would be huge, and browsers translate a huge function badly.

use super::layer::Dense;
use super::neurons::{activated, derivative, term_and_delta};
use crate::lanes::{Kernel, Lanes, Walk, Width, move_rows, multiply_add};
use crate::{Activation, BiasRule, Cost, Settings};

/// How single samples are done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Several vectors of sigmoids in a layer.
    Sigmoid,
    /// Several vectors of tanh in a layer.
    Tanh,
    /// One vector after the other, of whatever activation functions.
    Any,
}

impl Kind {
    /// Where single samples can be done in one go.
    pub(super) fn of(layers: &[Dense], settings: &Settings, width: Width) -> Option<Self> {
        let quadratic = matches!(settings.cost, Cost::Mse | Cost::HalfMse);
        let softmax = layers.iter().any(|layer| layer.activation == Activation::Softmax);
        if settings.bias_rule != BiasRule::OwnDelta || !quadratic || softmax {
            return None;
        }
        let narrow = layers.iter().all(|layer| layer.stride() == width.lanes());
        let all = |activation| !narrow && layers.iter().all(|layer| layer.activation == activation);
        Some(match () {
            () if all(Activation::Sigmoid) => Self::Sigmoid,
            () if all(Activation::Tanh) => Self::Tanh,
            () => Self::Any,
        })
    }
}

/// The sample, and what it moves.
pub(super) struct Single<'a> {
    pub(super) x: &'a [f64],
    /// y, as long as the last layer's rows.
    pub(super) y: &'a [f64],
    pub(super) layers: &'a mut [Dense],
    pub(super) cost: Cost,
    pub(super) learning_rate: f64,
}

impl Single<'_> {
    /// Returns C.
    pub(super) fn train(self, width: Width, kind: Kind) -> f64 {
        match kind {
            Kind::Sigmoid => width.run(Of::<{ Activation::Sigmoid as usize }>(self)),
            Kind::Tanh => width.run(Of::<{ Activation::Tanh as usize }>(self)),
            Kind::Any => width.run(Of::<ANY>(self)),
        }
    }
}

/// The number of no activation function: each layer is asked for its own.
const ANY: usize = usize::MAX;

/// The same where the activation function of all layers is known, if it is not [`ANY`].
struct Of<'a, const SIGMA: usize>(Single<'a>);

impl<const SIGMA: usize> Kernel for Of<'_, SIGMA> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self) -> f64 {
        let Single { x, y, layers, cost, learning_rate } = self.0;
        for l in 0..layers.len() {
            let (before, layer) = layers.split_at_mut(l);
            let before = before.last().map_or(x, |before| before.activations.first(1));
            forward::<L, SIGMA>(&mut layer[0], before);
        }
        let Some(last) = layers.last_mut() else { return 0.0 };
        let cost = outputs::<L, SIGMA>(last, cost, y);
        for l in (1..layers.len()).rev() {
            let (layer, next) = layers.split_at_mut(l);
            back::<L, SIGMA>(&mut layer[l - 1], &next[0]);
        }
        for l in 0..layers.len() {
            let (before, layer) = layers.split_at_mut(l);
            let before = before.last().map_or(x, |before| before.activations.first(1));
            descend::<L>(&mut layer[0], before, learning_rate);
        }
        cost
    }
}

/// The activation function of a layer.
#[inline(always)]
fn sigma<const SIGMA: usize>(layer: &Dense) -> Activation {
    match SIGMA {
        _ if SIGMA == Activation::Sigmoid as usize => Activation::Sigmoid,
        _ if SIGMA == Activation::Tanh as usize => Activation::Tanh,
        _ => layer.activation,
    }
}

/// z = w a + b, a = σ(z).
#[inline(always)]
fn forward<L: Lanes, const SIGMA: usize>(layer: &mut Dense, before: &[f64]) {
    let (stride, sigma) = (layer.by_source.stride, sigma::<SIGMA>(layer));
    let mut at = 0;
    while at < stride {
        at += L::COUNT
            * match (stride - at) / L::COUNT {
                _ if SIGMA == ANY => forward_strip::<L, 1>(layer, sigma, before, at),
                1 | 2 => forward_strip::<L, 1>(layer, sigma, before, at),
                _ => forward_strip::<L, 3>(layer, sigma, before, at),
            };
    }
}

/// V vectors, from place `at` on. Returns V.
#[inline(always)]
fn forward_strip<L: Lanes, const V: usize>(
    layer: &mut Dense,
    sigma: Activation,
    before: &[f64],
    at: usize,
) -> usize {
    let sources = Walk { values: before, from: 0, step: 1 };
    let weights = Walk { values: &layer.by_source.values, from: at, step: layer.by_source.stride };
    let mut sums = [[L::splat(0.0); V]];
    multiply_add(&mut sums, layer.sources, sources, 0, weights);
    for (v, sum) in sums[0].into_iter().enumerate() {
        let at = at + v * L::COUNT;
        let z = sum + L::load(&layer.biases[at..]);
        activated(sigma, z).and(L::load(&layer.mask[at..])).store(&mut layer.activations.values[at..]);
    }
    V
}

/// Equation (1). Returns C.
#[inline(always)]
fn outputs<L: Lanes, const SIGMA: usize>(layer: &mut Dense, cost: Cost, y: &[f64]) -> f64 {
    let (stride, sigma) = (layer.by_source.stride, sigma::<SIGMA>(layer));
    let (a, deltas) =
        (vectors::<L>(layer.activations.first(1)), layer.deltas.values[..stride].chunks_exact_mut(L::COUNT));
    let mut sum = 0.0;
    for ((a, y), delta) in a.zip(vectors::<L>(y)).zip(deltas) {
        let (term, new) = term_and_delta(cost, sigma, a, a, y);
        new.store(delta);
        sum = term.added_to(sum);
    }
    sum
}

/// Equation (2).
#[inline(always)]
fn back<L: Lanes, const SIGMA: usize>(layer: &mut Dense, next: &Dense) {
    let (stride, sigma) = (layer.by_source.stride, sigma::<SIGMA>(layer));
    let Some(by_neuron) = &next.by_neuron else { return };
    let deltas = layer.deltas.values[..stride].chunks_exact_mut(L::COUNT);
    let mut from = 0;
    for (a, delta) in vectors::<L>(layer.activations.first(1)).zip(deltas) {
        let deltas = Walk { values: &next.deltas.values, from: 0, step: 1 };
        let weights = Walk { values: &by_neuron.values, from, step: by_neuron.stride };
        let mut sums = [[L::splat(0.0)]];
        multiply_add(&mut sums, next.neurons, deltas, 0, weights);
        (sums[0][0] * derivative(sigma, a)).store(delta);
        from += L::COUNT;
    }
}

/// Equations (3) and (4), and the update.
#[inline(always)]
fn descend<L: Lanes>(layer: &mut Dense, before: &[f64], learning_rate: f64) {
    let Dense { by_source, by_neuron, deltas, biases, .. } = layer;
    let stride = by_source.stride;
    let mut total = L::splat(0.0);
    let mut from = 0;
    for (delta, bias) in vectors::<L>(deltas.first(1)).zip(biases.chunks_exact_mut(L::COUNT)) {
        let sources = Walk { values: before, from: 0, step: 1 };
        let weights = &mut by_source.values;
        move_rows(weights, from, stride, layer.sources, sources, [delta], learning_rate, &mut total);
        let new = L::load(bias) - L::splat(learning_rate) * (L::splat(0.0) + delta);
        new.store(bias);
        total = total + new;
        from += L::COUNT;
    }
    layer.finite = total.sum().is_finite();
    let Some(by_neuron) = by_neuron else { return };
    // The same weights again, whose sum has been looked at.
    let mut from = 0;
    for source in vectors::<L>(before) {
        let deltas = Walk { values: &deltas.values, from: 0, step: 1 };
        let weights = &mut by_neuron.values;
        let mut total = L::splat(0.0);
        move_rows(
            weights,
            from,
            by_neuron.stride,
            layer.neurons,
            deltas,
            [source],
            learning_rate,
            &mut total,
        );
        from += L::COUNT;
    }
}

/// A row, by vectors.
#[inline(always)]
fn vectors<L: Lanes>(row: &[f64]) -> impl Iterator<Item = L> {
    row.chunks_exact(L::COUNT).map(L::load)
}
