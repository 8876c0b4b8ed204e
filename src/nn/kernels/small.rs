//! A whole mini-batch of a small network in one go.
//!
//! Here the time goes into what surrounds the arithmetic: calls, room kept and looked up, numbers stored and loaded
//! again. Updates after each sample are one long chain besides, each needing what the one before has left. So there
//! is one function for everything, in which no operation waits that need not.

use super::layer::{Dense, Rows};
use super::neurons::{Exponentials, Softmax, activated, derivative};
use super::{descent::Step, neurons::Outputs};
use crate::lanes::{Kernel, Lanes, Walk, multiply_add};
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

impl Kernel for Small<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let samples = self.costs.len();
        for l in 0..self.layers.len() {
            let (before, layers) = self.layers.split_at_mut(l);
            let before = before.last().map_or(self.inputs, |layer| &layer.activations);
            match layers[0].activation {
                Activation::Tanh => {
                    forward::<L, { Activation::Tanh as usize }>(&mut layers[0], before, samples)
                }
                Activation::Sigmoid => {
                    forward::<L, { Activation::Sigmoid as usize }>(&mut layers[0], before, samples);
                }
                _ => forward::<L, OTHER>(&mut layers[0], before, samples),
            }
        }
        self.outputs::<L>();
        for l in (1..self.layers.len()).rev() {
            let (layers, next) = self.layers.split_at_mut(l);
            back::<L>(&mut layers[l - 1], &next[0], samples);
        }
        for l in 0..self.layers.len() {
            let (before, layers) = self.layers.split_at_mut(l);
            let before = before.last().map_or(self.inputs, |layer| &layer.activations);
            descend::<L>(&mut layers[0], before, samples, self.step);
        }
    }
}

/// No activation function of its own number.
const OTHER: usize = usize::MAX;

/// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ). σ is known where this is compiled if it is one of those that take time.
#[inline(always)]
fn forward<L: Lanes, const SIGMA: usize>(layer: &mut Dense, before: &Rows, samples: usize) {
    let stride = layer.by_source.stride;
    let activation = match SIGMA {
        _ if SIGMA == Activation::Tanh as usize => Activation::Tanh,
        _ if SIGMA == Activation::Sigmoid as usize => Activation::Sigmoid,
        _ => layer.activation,
    };
    for at in (0..stride).step_by(L::COUNT) {
        // With the sum's 0.0 added here, the sum itself may start with its first product: that differs for −0 alone.
        let bias = L::load(&layer.biases[at..]) + L::splat(0.0);
        let mask = L::load(&layer.mask[at..]);
        let first = L::load(&layer.by_source.values[at..]);
        for sample in 0..samples {
            let from = sample * before.stride;
            let sources = Walk { values: &before.values, from: from + 1, step: 1 };
            let weights = Walk { values: &layer.by_source.values, from: at + stride, step: stride };
            let mut sum = [[L::splat(before.values[from]) * first]];
            multiply_add(&mut sum, layer.sources - 1, sources, 0, weights);
            let z = sum[0][0] + bias;
            z.store(&mut layer.weighted_inputs.values[sample * stride + at..]);
            let a = activated(activation, z).and(mask);
            a.store(&mut layer.activations.values[sample * stride + at..]);
        }
    }
}

impl Small<'_> {
    /// Equation (1), and the costs.
    #[inline(always)]
    fn outputs<L: Lanes>(&mut self) {
        let Some(layer) = self.layers.last_mut() else { return };
        let (samples, stride) = (self.costs.len(), layer.by_source.stride);
        if layer.activation == Activation::Softmax || self.cost == Cost::Cce {
            let softmax = Softmax {
                neurons: layer.neurons,
                stride,
                weighted_inputs: layer.weighted_inputs.first(samples),
                activations: layer.activations.first_mut(samples),
                exponentials: &mut self.exponentials[..samples],
                divide: layer.activation == Activation::Softmax,
            };
            softmax.run::<L>();
        }
        let outputs = Outputs {
            cost: self.cost,
            activation: layer.activation,
            neurons: layer.neurons,
            stride,
            weighted_inputs: layer.weighted_inputs.first(samples),
            activations: layer.activations.first(samples),
            exponentials: self.exponentials,
            targets: self.targets.first(samples),
            deltas: layer.deltas.first_mut(samples),
            costs: self.costs,
        };
        outputs.run::<L>();
    }
}

/// δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
#[inline(always)]
fn back<L: Lanes>(layer: &mut Dense, next: &Dense, samples: usize) {
    let Some(by_neuron) = &next.by_neuron else { return };
    let stride = by_neuron.stride;
    for at in (0..stride).step_by(L::COUNT) {
        for sample in 0..samples {
            let deltas = Walk { values: &next.deltas.values, from: sample * next.deltas.stride, step: 1 };
            let weights = Walk { values: &by_neuron.values, from: at, step: stride };
            let mut sum = [[L::splat(0.0)]];
            multiply_add(&mut sum, next.neurons, deltas, 0, weights);
            let a = L::load(&layer.activations.values[sample * stride + at..]);
            let delta = sum[0][0] * derivative(layer.activation, a);
            delta.store(&mut layer.deltas.values[sample * stride + at..]);
        }
    }
}

/// Equations (3) and (4), and the update.
#[inline(always)]
fn descend<L: Lanes>(layer: &mut Dense, before: &Rows, samples: usize, step: Step) {
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
    weights.move_all(&mut layer.by_source.values, step, &mut total);
    if let Some(by_neuron) = &mut layer.by_neuron {
        let stride = by_neuron.stride;
        let weights = Weights {
            scalars: deltas,
            scalar_stride: layer.by_source.stride,
            vectors: activations,
            stride,
            samples,
            rows: layer.neurons,
        };
        weights.move_all(&mut by_neuron.values, step, &mut total);
    }
    for at in (0..stride).step_by(L::COUNT) {
        let mut sum = L::splat(0.0);
        for sample in 0..samples {
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
    let mut all = total.sum();
    if step.rule != BiasRule::OwnDelta {
        step.all_alike(&mut layer.biases[..layer.neurons], &layer.bias_sums);
        all += layer.biases.iter().sum::<f64>();
    }
    layer.finite = all.is_finite();
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
    fn move_all<L: Lanes>(&self, weights: &mut [f64], step: Step, total: &mut L) {
        for at in (0..self.stride).step_by(L::COUNT) {
            let mut row = 0;
            while row + 2 <= self.rows {
                self.move_rows::<L, 2>(row, at, weights, step, total);
                row += 2;
            }
            if row < self.rows {
                self.move_rows::<L, 1>(row, at, weights, step, total);
            }
        }
    }

    #[inline(always)]
    fn move_rows<L: Lanes, const R: usize>(
        &self,
        row: usize,
        at: usize,
        weights: &mut [f64],
        step: Step,
        total: &mut L,
    ) {
        let scalars = Walk { values: self.scalars, from: row, step: self.scalar_stride };
        let vectors = Walk { values: self.vectors, from: at, step: self.stride };
        let mut sums = [[L::splat(0.0)]; R];
        multiply_add(&mut sums, self.samples, scalars, 1, vectors);
        for (r, [sum]) in sums.into_iter().enumerate() {
            let place = &mut weights[(row + r) * self.stride + at..];
            let new = L::load(place) - step.change(sum);
            new.store(place);
            *total = *total + new;
        }
    }
}
