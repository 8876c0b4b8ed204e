//! A whole mini-batch of a small network in one go.
//!
//! Here the time goes into what surrounds the arithmetic: numbers looked up, stored and loaded again. So the sums of a
//! whole row stay in registers. A function for each stage, because browsers translate a huge one badly. Most single
//! samples (`single.rs`) and longer mini-batches (`columns.rs`) have a way of their own.

use super::descent::Step;
use super::layer::{Dense, FEW, Rows};
use super::neurons::{Exponentials, activated, derivative};
use crate::lanes::{Kernel, Lanes, Walk, Width, move_rows, multiply_add};
use crate::{Activation, BiasRule, Cost};

/// Up to so many weights a network is small.
pub(super) const MOST_WEIGHTS: usize = 256;

/// A mini-batch, from its inputs to the update.
pub(super) struct Small<'a> {
    pub(super) inputs: &'a Rows,
    pub(super) layers: &'a mut [Dense],
    pub(super) targets: &'a Rows,
    pub(super) exponentials: &'a mut [Exponentials],
    /// (samples)
    pub(super) costs: &'a mut [f64],
    pub(super) cost: Cost,
    pub(super) step: Step,
}

impl Small<'_> {
    pub(super) fn train(mut self, width: Width) {
        let samples = self.costs.len();
        for l in 0..self.layers.len() {
            let (before, layers) = self.layers.split_at_mut(l);
            let before = before.last().map_or(self.inputs, |layer| &layer.activations);
            let layer = &mut layers[0];
            width.run(Forward { layer, before, samples });
        }
        self.outputs(width);
        for l in (1..self.layers.len()).rev() {
            let (layers, next) = self.layers.split_at_mut(l);
            let (layer, next) = (&mut layers[l - 1], &next[0]);
            width.run(Back { layer, next, samples });
        }
        for l in 0..self.layers.len() {
            let (before, layers) = self.layers.split_at_mut(l);
            let before = before.last().map_or(self.inputs, |layer| &layer.activations);
            let (layer, step) = (&mut layers[0], self.step);
            match samples {
                1 => width.run(Descend::<true> { layer, before, samples, step }),
                _ => width.run(Descend::<false> { layer, before, samples, step }),
            }
        }
    }

    /// Equation (1), and the costs.
    fn outputs(&mut self, width: Width) {
        if let Some(layer) = self.layers.last_mut() {
            if layer.activation == Activation::Softmax {
                layer.softmax(width, self.costs.len(), self.exponentials, true);
            }
            layer.outputs_back(width, self.cost, self.targets, self.exponentials, self.costs);
        }
    }
}

/// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ).
struct Forward<'a> {
    layer: &'a mut Dense,
    before: &'a Rows,
    samples: usize,
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { layer, before, samples } = self;
        let (stride, activation) = (layer.by_source.stride, layer.activation);
        let mut at = 0;
        while at < stride {
            at += L::COUNT
                * match (stride - at) / L::COUNT {
                    1 => forward_strip::<L, 1>(layer, activation, before, samples, at),
                    2 => forward_strip::<L, 2>(layer, activation, before, samples, at),
                    _ => forward_strip::<L, 3>(layer, activation, before, samples, at),
                };
        }
    }
}

/// V vectors, from place `at` on. (A function of the standard library would do, were it always inlined.)
#[inline(always)]
fn vectors<L: Lanes, const V: usize>(values: &[f64], at: usize) -> [L; V] {
    let mut vectors = [L::splat(0.0); V];
    for (v, vector) in vectors.iter_mut().enumerate() {
        *vector = L::load(&values[at + v * L::COUNT..]);
    }
    vectors
}

/// The same for V vectors of each row. Returns V.
#[inline(always)]
fn forward_strip<L: Lanes, const V: usize>(
    layer: &mut Dense,
    activation: Activation,
    before: &Rows,
    samples: usize,
    at: usize,
) -> usize {
    let stride = layer.by_source.stride;
    // With the sum's 0.0 added here, the sum itself may start with its first product: that differs for −0 alone.
    let mut bias: [L; V] = vectors(&layer.biases, at);
    for bias in &mut bias {
        *bias = *bias + L::splat(0.0);
    }
    let mask: [L; V] = vectors(&layer.mask, at);
    let first: [L; V] = vectors(&layer.by_source.values, at);
    for sample in 0..samples {
        let from = sample * before.stride;
        let sources = Walk { values: &before.values, from: from + 1, step: 1 };
        let weights = Walk { values: &layer.by_source.values, from: at + stride, step: stride };
        let mut sums = [first];
        for sum in &mut sums[0] {
            *sum = L::spread(&before.values[from]) * *sum;
        }
        multiply_add(&mut sums, layer.sources - 1, sources, 0, weights);
        let z = &mut layer.weighted_inputs.values[sample * stride + at..][..V * L::COUNT];
        let a = &mut layer.activations.values[sample * stride + at..][..V * L::COUNT];
        for v in 0..V {
            let sum = sums[0][v] + bias[v];
            sum.store(&mut z[v * L::COUNT..]);
            activated(activation, sum).and(mask[v]).store(&mut a[v * L::COUNT..]);
        }
    }
    V
}

/// δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
struct Back<'a> {
    layer: &'a mut Dense,
    next: &'a Dense,
    samples: usize,
}

impl Kernel for Back<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { layer, next, samples } = self;
        let mut at = 0;
        while at < layer.by_source.stride {
            at += L::COUNT
                * match (layer.by_source.stride - at) / L::COUNT {
                    1 => back_strip::<L, 1>(layer, next, samples, at),
                    2 => back_strip::<L, 2>(layer, next, samples, at),
                    _ => back_strip::<L, 3>(layer, next, samples, at),
                };
        }
    }
}

/// The same for V vectors of each row. Returns V.
#[inline(always)]
fn back_strip<L: Lanes, const V: usize>(layer: &mut Dense, next: &Dense, samples: usize, at: usize) -> usize {
    let Some(by_neuron) = &next.by_neuron else { return V };
    let stride = by_neuron.stride;
    for sample in 0..samples {
        let deltas = Walk { values: &next.deltas.values, from: sample * next.deltas.stride, step: 1 };
        let weights = Walk { values: &by_neuron.values, from: at, step: stride };
        let mut sums = [[L::splat(0.0); V]];
        multiply_add(&mut sums, next.neurons, deltas, 0, weights);
        let a = &layer.activations.values[sample * stride + at..][..V * L::COUNT];
        let deltas = &mut layer.deltas.values[sample * stride + at..][..V * L::COUNT];
        for v in 0..V {
            let a = L::load(&a[v * L::COUNT..]);
            (sums[0][v] * derivative(layer.activation, a)).store(&mut deltas[v * L::COUNT..]);
        }
    }
    V
}

/// Equations (3) and (4), and the update. With ONE sample there is nothing to sum.
struct Descend<'a, const ONE: bool> {
    layer: &'a mut Dense,
    before: &'a Rows,
    samples: usize,
    step: Step,
}

impl<const ONE: bool> Kernel for Descend<'_, ONE> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { layer, before, samples, step } = self;
        let stride = layer.by_source.stride;
        let (activations, deltas) = (before.first(samples), &layer.deltas.values[..samples * stride]);
        let mut total = L::splat(0.0);
        let weights = Weights {
            scalars: activations,
            scalar_stride: before.stride,
            vectors: deltas,
            stride,
            samples,
            rows: layer.sources,
        };
        weights.move_all::<L, ONE>(&mut layer.by_source.values, step, &mut total);
        if let Some(by_neuron) = &mut layer.by_neuron
            && (ONE || samples <= FEW)
        {
            let stride = by_neuron.stride;
            let weights = Weights {
                scalars: deltas,
                scalar_stride: layer.by_source.stride,
                vectors: activations,
                stride,
                samples,
                rows: layer.neurons,
            };
            weights.move_all::<L, ONE>(&mut by_neuron.values, step, &mut total);
        }
        for at in (0..stride).step_by(L::COUNT) {
            let mut sum = L::splat(0.0);
            for sample in 0..if ONE { 1 } else { samples } {
                sum = sum + L::load(&deltas[sample * stride + at..]);
            }
            if step.rule == BiasRule::OwnDelta {
                let new = L::load(&layer.biases[at..]) - step.change(sum);
                new.store(&mut layer.biases[at..]);
                total = total + new;
            } else {
                sum.store(&mut layer.bias_sums[at..]);
            }
        }
        total.store(&mut layer.total);
        layer.settle(step);
        if !ONE && samples > FEW {
            layer.turn();
        }
    }
}

/// What moves weights: for each row of them a scalar of every sample, for each row's vectors a vector.
struct Weights<'a> {
    scalars: &'a [f64],
    scalar_stride: usize,
    vectors: &'a [f64],
    stride: usize,
    samples: usize,
    rows: usize,
}

impl Weights<'_> {
    #[inline(always)]
    fn move_all<L: Lanes, const ONE: bool>(&self, weights: &mut [f64], step: Step, total: &mut L) {
        let mut at = 0;
        while at < self.stride {
            at += L::COUNT
                * match (self.stride - at) / L::COUNT {
                    1 => self.move_strip::<L, 1, ONE>(at, weights, step, total),
                    2 => self.move_strip::<L, 2, ONE>(at, weights, step, total),
                    _ => self.move_strip::<L, 3, ONE>(at, weights, step, total),
                };
        }
    }

    /// V vectors of each row. Returns V.
    #[inline(always)]
    fn move_strip<L: Lanes, const V: usize, const ONE: bool>(
        &self,
        at: usize,
        weights: &mut [f64],
        step: Step,
        total: &mut L,
    ) -> usize {
        if ONE {
            self.move_at_once::<L, V>(at, weights, step, total);
            return V;
        }
        let mut row = 0;
        while row + 2 <= self.rows {
            self.move_rows::<L, V, 2>(row, at, weights, step, total);
            row += 2;
        }
        if row < self.rows {
            self.move_rows::<L, V, 1>(row, at, weights, step, total);
        }
        V
    }

    /// All rows, where there is one sample and so nothing to sum.
    #[inline(always)]
    fn move_at_once<L: Lanes, const V: usize>(
        &self,
        at: usize,
        weights: &mut [f64],
        step: Step,
        total: &mut L,
    ) {
        let vectors: [L; V] = vectors(self.vectors, at);
        let scalars = Walk { values: self.scalars, from: 0, step: 1 };
        let change = |product| L::splat(step.learning_rate) * (L::splat(0.0) + product);
        move_rows(weights, at, self.stride, self.rows, scalars, vectors, change, total);
    }

    #[inline(always)]
    fn move_rows<L: Lanes, const V: usize, const R: usize>(
        &self,
        row: usize,
        at: usize,
        weights: &mut [f64],
        step: Step,
        total: &mut L,
    ) {
        let scalars = Walk { values: self.scalars, from: row, step: self.scalar_stride };
        let vectors = Walk { values: self.vectors, from: at, step: self.stride };
        let mut sums = [[L::splat(0.0); V]; R];
        multiply_add(&mut sums, self.samples, scalars, 1, vectors);
        step.changes(&mut sums);
        for (r, changes) in sums.into_iter().enumerate() {
            let place = &mut weights[(row + r) * self.stride + at..][..V * L::COUNT];
            for (v, change) in changes.into_iter().enumerate() {
                let new = L::load(&place[v * L::COUNT..]) - change;
                new.store(&mut place[v * L::COUNT..]);
                *total = *total + new;
            }
        }
    }
}
