//! A layer in the memory layout of the fast path: rows padded with zeros to whole vectors. Layer by layer is the path for
//! every network that is not small.

use super::neurons::{AddBiasAndActivate, Outputs, Softmax, SoftmaxSum, TimesDerivative};
use super::product::Product;
use super::update::{BiasUpdate, FastChange, InSafeRange, Update, WeightUpdate, weights_are_safe};
use crate::simd::Width;
use crate::{Activation, BiasRule, Cost, Layer};

/// A matrix whose rows are `stride` apart: long enough to consist of whole vectors.
#[derive(Clone, Debug)]
pub(super) struct PaddedMatrix {
    pub(super) values: Vec<f64>,
    pub(super) stride: usize,
}

impl PaddedMatrix {
    /// All zero.
    pub(super) fn zeros(rows: usize, stride: usize) -> Self {
        Self { values: vec![0.0; rows * stride], stride }
    }

    /// The first rows.
    pub(super) fn rows(&self, count: usize) -> &[f64] {
        &self.values[..count * self.stride]
    }

    /// The first rows.
    pub(super) fn rows_mut(&mut self, count: usize) -> &mut [f64] {
        &mut self.values[..count * self.stride]
    }

    /// Writes the values of a row. Its padding stays as it is.
    pub(super) fn set_row(&mut self, row: usize, values: &[f64]) {
        let row = &mut self.values[row * self.stride..][..values.len()];
        if values.len() >= 8 {
            row.copy_from_slice(values);
            return;
        }
        // For a few values, a call of memcpy takes longer than the copy, and a loop is compiled to such a call.
        let (row, values) = copy_if_longer::<4>(row, values);
        let (row, values) = copy_if_longer::<2>(row, values);
        copy_if_longer::<1>(row, values);
    }
}

/// Copies the first N values if there are as many. Returns the rest.
#[inline(always)]
fn copy_if_longer<'t, 'f, const N: usize>(to: &'t mut [f64], from: &'f [f64]) -> (&'t mut [f64], &'f [f64]) {
    match from.split_first_chunk::<N>() {
        Some((first, rest)) => {
            let (place, to) = to.split_at_mut(N);
            place.copy_from_slice(first);
            (to, rest)
        }
        None => (to, from),
    }
}

/// The parameters of a layer, and its values for the samples of a chunk.
#[derive(Clone, Debug)]
pub(super) struct PaddedLayer {
    pub(super) sources: usize,
    pub(super) neurons: usize,
    pub(super) activation: Activation,
    /// wᵀ, shape (sources, stride): the neurons lie side by side.
    pub(super) weights_by_source: PaddedMatrix,
    /// w, shape (neurons, stride of the previous layer), for equation (2); `None` for the first layer.
    pub(super) weights_by_neuron: Option<PaddedMatrix>,
    /// (stride)
    pub(super) biases: Vec<f64>,
    /// (stride): all bits set for neurons, none for the padding.
    pub(super) mask: Vec<f64>,
    /// (samples, stride)
    pub(super) weighted_inputs: PaddedMatrix,
    /// (samples, stride)
    pub(super) activations: PaddedMatrix,
    /// (samples, stride)
    pub(super) deltas: PaddedMatrix,
    /// Gradients summed over the previous chunks of a mini-batch, same shape as `weights_by_source`; empty until needed.
    pub(super) weight_gradient_sums: Vec<f64>,
    /// The same for the biases, (stride).
    pub(super) bias_gradient_sums: Vec<f64>,
    /// The sum of all parameters, in parts: finite only if they are.
    pub(super) parameter_total: [f64; 4],
    /// Whether [`weights_are_safe`] is known to hold.
    weights_are_safe: bool,
}

/// For up to this number of samples it is faster to update both w and wᵀ than to transpose wᵀ after its update.
const MAX_SAMPLES_TO_UPDATE_BOTH: usize = 4;

impl PaddedLayer {
    /// For chunks of `samples`. `source_stride` is the stride of the previous layer; `None` for the first layer.
    pub(super) fn new(layer: &Layer, source_stride: Option<usize>, samples: usize, lanes: usize) -> Self {
        let (sources, neurons) = (layer.sources(), layer.neurons());
        let stride = neurons.next_multiple_of(lanes).max(lanes);
        let mask = (0..stride).map(|j| f64::from_bits(if j < neurons { u64::MAX } else { 0 })).collect();
        let mut padded = Self {
            sources,
            neurons,
            activation: layer.activation,
            weights_by_source: PaddedMatrix::zeros(sources, stride),
            weights_by_neuron: source_stride.map(|stride| PaddedMatrix::zeros(neurons, stride)),
            biases: vec![0.0; stride],
            mask,
            weighted_inputs: PaddedMatrix::zeros(samples, stride),
            activations: PaddedMatrix::zeros(samples, stride),
            deltas: PaddedMatrix::zeros(samples, stride),
            weight_gradient_sums: Vec::new(),
            bias_gradient_sums: vec![0.0; stride],
            parameter_total: [0.0; 4],
            weights_are_safe: false,
        };
        padded.set_parameters(layer);
        padded
    }

    /// Copies the parameters of a layer of the same shape.
    pub(super) fn set_parameters(&mut self, layer: &Layer) {
        let stride = self.stride();
        for j in 0..self.neurons {
            for (k, weight) in layer.weights.row(j).iter().enumerate() {
                self.weights_by_source.values[k * stride + j] = *weight;
            }
        }
        self.biases[..self.neurons].copy_from_slice(&layer.biases);
        self.transpose_weights();
        self.parameter_total = [layer.weights.values().iter().chain(&layer.biases).sum(), 0.0, 0.0, 0.0];
        self.weights_are_safe = false;
    }

    /// Copies the parameters to a layer of the same shape.
    pub(super) fn copy_parameters_to(&self, layer: &mut Layer) {
        let stride = self.stride();
        for (j, row) in layer.weights.values_mut().chunks_exact_mut(self.sources.max(1)).enumerate() {
            for (k, weight) in row.iter_mut().enumerate() {
                *weight = self.weights_by_source.values[k * stride + j];
            }
        }
        layer.biases.copy_from_slice(&self.biases[..self.neurons]);
    }

    /// Computes w from wᵀ.
    fn transpose_weights(&mut self) {
        let Some(by_neuron) = &mut self.weights_by_neuron else { return };
        for (j, row) in by_neuron.values.chunks_exact_mut(by_neuron.stride).enumerate() {
            let column = self.weights_by_source.values[j..].iter().step_by(self.weights_by_source.stride);
            for (weight, transposed) in row.iter_mut().zip(column) {
                *weight = *transposed;
            }
        }
    }

    /// Makes room for sums of gradients where the update needs them: for a part of a mini-batch.
    #[inline(always)]
    pub(super) fn reserve_gradient_sums(&mut self, update: Update) {
        if !update.is_whole() && self.weight_gradient_sums.is_empty() {
            self.weight_gradient_sums = vec![0.0; self.weights_by_source.values.len()];
        }
    }

    /// For bias rules other than [`BiasRule::OwnDelta`]: updates the biases, given `bias_gradient_sums`, and adds them to the
    /// parameter sum.
    #[inline(always)]
    pub(super) fn update_biases_together(&mut self, update: Update) {
        if update.rule != BiasRule::OwnDelta {
            update.update_biases_together(&mut self.biases[..self.neurons], &self.bias_gradient_sums);
            self.parameter_total[0] += self.biases.iter().sum::<f64>();
        }
    }

    /// Whether a parameter is −0.
    pub(super) fn has_negative_zero(&self) -> bool {
        let mut parameters = self.weights_by_source.values.iter().chain(&self.biases);
        parameters.any(|value| *value == 0.0 && value.is_sign_negative())
    }

    /// The row length of the layer's values, a multiple of the number of lanes.
    #[inline(always)]
    pub(super) fn stride(&self) -> usize {
        self.weights_by_source.stride
    }

    /// If true, all parameters are finite. If false, the sum may only have overflowed.
    pub(super) fn has_finite_total(&self) -> bool {
        self.parameter_total.iter().sum::<f64>().is_finite()
    }

    /// a of a sample, shape (neurons).
    pub(super) fn activations_of(&self, sample: usize) -> &[f64] {
        &self.activations.values[sample * self.stride()..][..self.neurons]
    }

    /// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ) for the first `samples`, given the activations of the previous layer.
    pub(super) fn forward(
        &mut self,
        width: Width,
        samples: usize,
        sources: &PaddedMatrix,
        softmax_sums: &mut [SoftmaxSum],
    ) {
        width.run(Product {
            left: &sources.values,
            left_stride: sources.stride,
            terms: self.sources,
            right: &self.weights_by_source.values,
            stride: self.weights_by_source.stride,
            out: self.weighted_inputs.rows_mut(samples),
        });
        width.run(AddBiasAndActivate {
            activation: self.activation,
            biases: &self.biases,
            mask: &self.mask,
            weighted_inputs: self.weighted_inputs.rows_mut(samples),
            activations: self.activations.rows_mut(samples),
        });
        if self.activation == Activation::Softmax {
            self.softmax(width, samples, softmax_sums, true);
        }
    }

    fn softmax(
        &mut self,
        width: Width,
        samples: usize,
        softmax_sums: &mut [SoftmaxSum],
        with_activations: bool,
    ) {
        width.run(Softmax {
            neurons: self.neurons,
            stride: self.weights_by_source.stride,
            weighted_inputs: self.weighted_inputs.rows(samples),
            activations: self.activations.rows_mut(samples),
            sums: &mut softmax_sums[..samples],
            with_activations,
        });
    }

    /// Equation (1) for the output layer: δᴸ and the cost of each sample. `costs` has an entry for each sample.
    pub(super) fn output_deltas(
        &mut self,
        width: Width,
        cost: Cost,
        targets: &PaddedMatrix,
        softmax_sums: &mut [SoftmaxSum],
        costs: &mut [f64],
    ) {
        let samples = costs.len();
        if cost == Cost::Cce && self.activation != Activation::Softmax {
            self.softmax(width, samples, softmax_sums, false);
        }
        width.run(Outputs {
            cost,
            activation: self.activation,
            neurons: self.neurons,
            stride: self.weights_by_source.stride,
            mask: &self.mask,
            weighted_inputs: self.weighted_inputs.rows(samples),
            activations: self.activations.rows(samples),
            softmax_sums,
            targets: targets.rows(samples),
            deltas: self.deltas.rows_mut(samples),
            costs,
        });
    }

    /// Equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)
    pub(super) fn backward(&mut self, width: Width, samples: usize, next: &Self) {
        let Some(weights) = &next.weights_by_neuron else { return };
        width.run(Product {
            left: &next.deltas.values,
            left_stride: next.deltas.stride,
            terms: next.neurons,
            right: &weights.values,
            stride: weights.stride,
            out: self.deltas.rows_mut(samples),
        });
        width.run(TimesDerivative {
            activation: self.activation,
            activations: self.activations.rows(samples),
            deltas: self.deltas.rows_mut(samples),
        });
    }

    /// Equations (3) and (4): adds the gradients of the first `samples`, and updates the parameters after the last ones of
    /// the mini-batch.
    pub(super) fn update(&mut self, width: Width, samples: usize, sources: &PaddedMatrix, update: Update) {
        self.reserve_gradient_sums(update);
        let (activations, deltas) = (sources.rows(samples), self.deltas.rows(samples));
        let fast_change = FastChange::new(&update).filter(|_| {
            width.run(InSafeRange(activations))
                && width.run(InSafeRange(deltas))
                && (self.weights_are_safe || weights_are_safe(&self.weights_by_source.values))
        });
        self.weights_are_safe = fast_change.is_some();
        width.run(WeightUpdate {
            samples,
            activations,
            source_stride: sources.stride,
            deltas,
            stride: self.weights_by_source.stride,
            weights: &mut self.weights_by_source.values,
            accumulators: &mut self.weight_gradient_sums,
            update,
            fast_change,
            weight_total: &mut self.parameter_total,
        });
        let bias_total = width.run(BiasUpdate {
            deltas,
            biases: &mut self.biases,
            neurons: self.neurons,
            accumulators: &mut self.bias_gradient_sums,
            update,
        });
        if !update.last {
            return;
        }
        self.parameter_total[0] += bias_total;
        match &mut self.weights_by_neuron {
            Some(weights) if update.is_whole() && samples <= MAX_SAMPLES_TO_UPDATE_BOTH => {
                // For w instead of wᵀ, activations and δ change places.
                width.run(WeightUpdate {
                    samples,
                    activations: deltas,
                    source_stride: self.deltas.stride,
                    deltas: activations,
                    stride: weights.stride,
                    weights: &mut weights.values,
                    accumulators: &mut [],
                    update,
                    fast_change,
                    weight_total: &mut [0.0; 4],
                });
            }
            _ => self.transpose_weights(),
        }
    }
}
