//! A layer as the kernels hold it: rows of whole vectors, filled up with zeros.

use super::descent::{BiasDescent, Descent, Step};
use super::neurons::{Activate, Exponentials, Outputs, Softmax, TimesDerivative};
use super::product::Product;
use super::tame::{Change, Tame, weights_are_tame};
use crate::lanes::Width;
use crate::{Activation, BiasRule, Cost, Layer};

/// Values of several samples, one row for each.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) values: Vec<f64>,
    pub(super) stride: usize,
}

impl Rows {
    /// All zero.
    pub(super) fn new(samples: usize, stride: usize) -> Self {
        Self { values: vec![0.0; samples * stride], stride }
    }

    /// The first rows.
    pub(super) fn first(&self, samples: usize) -> &[f64] {
        &self.values[..samples * self.stride]
    }

    pub(super) fn first_mut(&mut self, samples: usize) -> &mut [f64] {
        &mut self.values[..samples * self.stride]
    }

    /// Puts a sample's values into a row.
    pub(super) fn fill(&mut self, sample: usize, values: &[f64]) {
        let row = &mut self.values[sample * self.stride..][..values.len()];
        if values.len() >= 8 {
            row.copy_from_slice(values);
            return;
        }
        // For a few numbers the call that copies would cost more than the copy: four, two and one instead.
        let (row, values) = copy_if_longer::<4>(row, values);
        let (row, values) = copy_if_longer::<2>(row, values);
        copy_if_longer::<1>(row, values);
    }
}

/// Copies the first N numbers where there are so many; returns what is left.
#[inline(always)]
fn copy_if_longer<'t, 'f, const N: usize>(to: &'t mut [f64], from: &'f [f64]) -> (&'t mut [f64], &'f [f64]) {
    match from.split_first_chunk::<N>() {
        Some((first, rest)) => {
            let (place, left) = to.split_at_mut(N);
            place.copy_from_slice(first);
            (left, rest)
        }
        None => (to, from),
    }
}

/// Parameters, and what the samples of a mini-batch bring.
#[derive(Clone, Debug)]
pub(super) struct Dense {
    pub(super) sources: usize,
    pub(super) neurons: usize,
    pub(super) activation: Activation,
    /// wᵀ, shape (sources, stride): sums over the sources run down, neurons side by side.
    pub(super) by_source: Rows,
    /// w, shape (neurons, the layer before's stride), for equation (2); the first layer needs none.
    pub(super) by_neuron: Option<Rows>,
    pub(super) biases: Vec<f64>,
    pub(super) mask: Vec<f64>,
    pub(super) weighted_inputs: Rows,
    pub(super) activations: Rows,
    pub(super) deltas: Rows,
    /// Sums over the samples so far, where a mini-batch is longer than what is taken at once.
    weight_sums: Vec<f64>,
    pub(super) bias_sums: Vec<f64>,
    /// What all parameters came to when they were last looked at, in parts: finite only if they are.
    pub(super) total: [f64; 4],
    /// Whether all weights are known to be [tame](super::tame).
    tame: bool,
}

/// Up to so many samples it is quicker to update w beside wᵀ than to turn it over.
pub(super) const FEW: usize = 4;

impl Dense {
    /// For so many `samples` at once. `before` is the stride of the layer before; none for the first one.
    pub(super) fn new(layer: &Layer, before: Option<usize>, samples: usize, lanes: usize) -> Self {
        let (sources, neurons) = (layer.sources(), layer.neurons());
        let stride = neurons.next_multiple_of(lanes).max(lanes);
        let mask = (0..stride).map(|j| f64::from_bits(if j < neurons { u64::MAX } else { 0 })).collect();
        let mut dense = Self {
            sources,
            neurons,
            activation: layer.activation,
            by_source: Rows::new(sources, stride),
            by_neuron: before.map(|before| Rows::new(neurons, before)),
            biases: vec![0.0; stride],
            mask,
            weighted_inputs: Rows::new(samples, stride),
            activations: Rows::new(samples, stride),
            deltas: Rows::new(samples, stride),
            weight_sums: Vec::new(),
            bias_sums: vec![0.0; stride],
            total: [0.0; 4],
            tame: false,
        };
        dense.read(layer);
        dense
    }

    /// Takes the parameters over.
    pub(super) fn read(&mut self, layer: &Layer) {
        let stride = self.by_source.stride;
        for j in 0..self.neurons {
            for (k, weight) in layer.weights.row(j).iter().enumerate() {
                self.by_source.values[k * stride + j] = *weight;
            }
        }
        self.biases[..self.neurons].copy_from_slice(&layer.biases);
        self.turn();
        self.total = [layer.weights.values().iter().chain(&layer.biases).sum(), 0.0, 0.0, 0.0];
        self.tame = false;
    }

    /// Gives the parameters back to a layer of the same shape.
    pub(super) fn write(&self, layer: &mut Layer) {
        let stride = self.by_source.stride;
        for (j, row) in layer.weights.values_mut().chunks_exact_mut(self.sources.max(1)).enumerate() {
            for (k, weight) in row.iter_mut().enumerate() {
                *weight = self.by_source.values[k * stride + j];
            }
        }
        layer.biases.copy_from_slice(&self.biases[..self.neurons]);
    }

    /// w from wᵀ.
    pub(super) fn turn(&mut self) {
        let Some(by_neuron) = &mut self.by_neuron else { return };
        for (j, row) in by_neuron.values.chunks_exact_mut(by_neuron.stride).enumerate() {
            let column = self.by_source.values[j..].iter().step_by(self.by_source.stride);
            for (weight, turned) in row.iter_mut().zip(column) {
                *weight = *turned;
            }
        }
    }

    /// Where sums of the gradients are kept over the pieces of a mini-batch, as the weights by source; empty where that
    /// is never `needed`.
    pub(super) fn weight_sums_mut(&mut self, needed: bool) -> &mut [f64] {
        if needed && self.weight_sums.is_empty() {
            self.weight_sums = vec![0.0; self.by_source.values.len()];
        }
        &mut self.weight_sums
    }

    /// The end of an update: biases that are not moved by their own δ follow the sums of δ, and are the last part of the
    /// total.
    #[inline(always)]
    pub(super) fn settle(&mut self, step: Step) {
        if step.rule != BiasRule::OwnDelta {
            step.all_alike(&mut self.biases[..self.neurons], &self.bias_sums);
            self.total[0] += self.biases.iter().sum::<f64>();
        }
    }

    /// Whether a parameter is −0.
    pub(super) fn has_negative_zero(&self) -> bool {
        let mut parameters = self.by_source.values.iter().chain(&self.biases);
        parameters.any(|value| *value == 0.0 && value.is_sign_negative())
    }

    /// The length of its rows.
    pub(super) fn stride(&self) -> usize {
        self.by_source.stride
    }

    /// Whether all parameters are finite; they may be where this says no (their sum was not).
    pub(super) fn finite(&self) -> bool {
        self.total.iter().sum::<f64>().is_finite()
    }

    /// a of one sample.
    pub(super) fn outputs(&self, sample: usize) -> &[f64] {
        &self.activations.values[sample * self.stride()..][..self.neurons]
    }

    /// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ) for so many samples.
    pub(super) fn forward(
        &mut self,
        width: Width,
        samples: usize,
        before: &Rows,
        exponentials: &mut [Exponentials],
    ) {
        width.run(Product {
            left: &before.values,
            left_stride: before.stride,
            terms: self.sources,
            right: &self.by_source.values,
            stride: self.by_source.stride,
            out: self.weighted_inputs.first_mut(samples),
        });
        width.run(Activate {
            activation: self.activation,
            biases: &self.biases,
            mask: &self.mask,
            weighted_inputs: self.weighted_inputs.first_mut(samples),
            activations: self.activations.first_mut(samples),
        });
        if self.activation == Activation::Softmax {
            self.softmax(width, samples, exponentials, true);
        }
    }

    pub(super) fn softmax(
        &mut self,
        width: Width,
        samples: usize,
        exponentials: &mut [Exponentials],
        divide: bool,
    ) {
        width.run(Softmax {
            neurons: self.neurons,
            stride: self.by_source.stride,
            weighted_inputs: self.weighted_inputs.first(samples),
            activations: self.activations.first_mut(samples),
            exponentials: &mut exponentials[..samples],
            divide,
        });
    }

    /// δ and the costs of the output layer, one for each of `costs`.
    pub(super) fn outputs_back(
        &mut self,
        width: Width,
        cost: Cost,
        targets: &Rows,
        exponentials: &mut [Exponentials],
        costs: &mut [f64],
    ) {
        let samples = costs.len();
        if cost == Cost::Cce && self.activation != Activation::Softmax {
            self.softmax(width, samples, exponentials, false);
        }
        width.run(Outputs {
            cost,
            activation: self.activation,
            neurons: self.neurons,
            stride: self.by_source.stride,
            mask: &self.mask,
            weighted_inputs: self.weighted_inputs.first(samples),
            activations: self.activations.first(samples),
            exponentials,
            targets: targets.first(samples),
            deltas: self.deltas.first_mut(samples),
            costs,
        });
    }

    /// δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
    pub(super) fn back(&mut self, width: Width, samples: usize, next: &Self) {
        let Some(by_neuron) = &next.by_neuron else { return };
        width.run(Product {
            left: &next.deltas.values,
            left_stride: next.deltas.stride,
            terms: next.neurons,
            right: &by_neuron.values,
            stride: by_neuron.stride,
            out: self.deltas.first_mut(samples),
        });
        width.run(TimesDerivative {
            activation: self.activation,
            activations: self.activations.first(samples),
            deltas: self.deltas.first_mut(samples),
        });
    }

    fn descent<'a>(
        &'a mut self,
        samples: usize,
        before: &'a Rows,
        step: Step,
        change: Option<Change>,
    ) -> Descent<'a> {
        Descent {
            samples,
            activations: before.first(samples),
            source_stride: before.stride,
            deltas: self.deltas.first(samples),
            stride: self.by_source.stride,
            weights: &mut self.by_source.values,
            accumulators: &mut self.weight_sums,
            step,
            change,
            total: &mut self.total,
        }
    }

    /// Sums the gradients of so many samples, and moves the parameters where that is the end of the mini-batch.
    pub(super) fn descend(&mut self, width: Width, samples: usize, before: &Rows, step: Step) {
        let whole = step.first && step.last;
        if !whole && self.weight_sums.is_empty() {
            self.weight_sums = vec![0.0; self.by_source.values.len()];
        }
        let change = Change::new(&step).filter(|_| {
            width.run(Tame(before.first(samples)))
                && width.run(Tame(self.deltas.first(samples)))
                && (self.tame || weights_are_tame(&self.by_source.values))
        });
        self.tame = change.is_some();
        width.run(self.descent(samples, before, step, change));
        let biases = width.run(BiasDescent {
            deltas: self.deltas.first(samples),
            biases: &mut self.biases,
            neurons: self.neurons,
            accumulators: &mut self.bias_sums,
            step,
        });
        if !step.last {
            return;
        }
        self.total[0] += biases;
        match &mut self.by_neuron {
            Some(by_neuron) if whole && samples <= FEW => {
                width.run(Descent {
                    samples,
                    activations: self.deltas.first(samples),
                    source_stride: self.by_source.stride,
                    deltas: before.first(samples),
                    stride: by_neuron.stride,
                    weights: &mut by_neuron.values,
                    accumulators: &mut [],
                    step,
                    change,
                    total: &mut [0.0; 4],
                });
            }
            _ => self.turn(),
        }
    }
}
