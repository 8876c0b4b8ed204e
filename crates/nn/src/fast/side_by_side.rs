//! Mini-batches of a small network, with the samples side by side in the lanes of a vector.
//!
//! A layer of four neurons fills two vectors of two lanes, and a layer of one neuron wastes half of a vector. So here the
//! lanes are samples: a vector holds aₖ of as many samples as it has lanes. Samples are independent of each other, so
//! the processor can start on the next vectors while one waits for its tanh. Only the sums over samples, whose order
//! must be kept, add one sample after the other, several sums at a time.

use super::CHUNK_SAMPLES;
use super::layer::PaddedLayer;
use super::neurons::{TimesDerivative, cost_and_delta, with_constant};
use super::update::Update;
use crate::activation::activate;
use crate::functions::{TANHS, TanhArgument, tanh_argument, tanh_of_argument};
use crate::simd::{Kernel, PairTable, Simd, Strided, Width, for_each_group, multiply_blocks};
use crate::{Activation, BiasRule, Cost, Hyperparameters};

/// From this mini-batch size on, this path is faster than layer by layer.
const MIN_BATCH_SIZE: usize = 4;

/// The values of the samples in blocks: a block is as many samples as a vector has lanes, and has a vector for each value.
/// Lanes after the last sample hold arbitrary values, which are never added to a sum.
#[derive(Clone, Debug)]
pub(super) struct SideBySide {
    /// x, shape (blocks, sources, lanes)
    inputs: Vec<f64>,
    /// y, shape (blocks, outputs, lanes)
    targets: Vec<f64>,
    layers: Vec<LayerValues>,
}

/// z, a and δ of a layer, shape (blocks, neurons, lanes) each.
#[derive(Clone, Debug)]
struct LayerValues {
    weighted_inputs: Vec<f64>,
    activations: Vec<f64>,
    deltas: Vec<f64>,
}

impl SideBySide {
    /// `None` where this path is slower, or not possible: softmax and its cost need the outputs of a sample together.
    pub(super) fn new(layers: &[PaddedLayer], hyperparameters: &Hyperparameters) -> Option<Self> {
        let softmax = layers.iter().any(|layer| layer.activation == Activation::Softmax);
        if hyperparameters.batch_size < MIN_BATCH_SIZE || softmax || hyperparameters.cost == Cost::Cce {
            return None;
        }
        let zeros = |count: usize| vec![0.0; count * CHUNK_SAMPLES];
        let values = |layer: &PaddedLayer| LayerValues {
            weighted_inputs: zeros(layer.neurons),
            activations: zeros(layer.neurons),
            deltas: zeros(layer.neurons),
        };
        Some(Self {
            inputs: zeros(layers.first()?.sources),
            targets: zeros(layers.last()?.neurons),
            layers: layers.iter().map(values).collect(),
        })
    }

    /// Writes x and y of a sample.
    pub(super) fn set_sample(&mut self, width: Width, sample: usize, x: &[f64], y: &[f64]) {
        let lanes = width.lanes();
        // The number of lanes is a power of two, and a division would take as long as the rest of the function.
        let (block, lane) = (sample >> lanes.trailing_zeros(), sample & (lanes - 1));
        for (blocks, values) in [(&mut self.inputs, x), (&mut self.targets, y)] {
            let block = &mut blocks[block * values.len() * lanes..][..values.len() * lanes];
            match *values {
                // A loop would take longer than what is done in it.
                [value] => block[lane] = value,
                [first, second] => (block[lane], block[lanes + lane]) = (first, second),
                _ => {
                    for (vector, value) in block.chunks_exact_mut(lanes).zip(values) {
                        vector[lane] = *value;
                    }
                }
            }
        }
    }

    /// Trains on the first `samples`, whose costs are written to `costs`.
    pub(super) fn train(
        &mut self,
        width: Width,
        layers: &mut [PaddedLayer],
        cost: Cost,
        samples: usize,
        costs: &mut [f64],
        update: Update,
    ) {
        let blocks = samples.div_ceil(width.lanes());
        let Self { inputs, targets, layers: values } = self;
        width.run(ForwardLayers { layers, values, inputs, blocks });
        width.run(BackwardLayers { layers, values, cost, targets, blocks, costs });
        width.run(UpdateLayers { layers, values, inputs, samples, update });
    }
}

/// left · right + bias, shape (rows, samples) = (rows, terms) · (terms, samples). `left` may be w or wᵀ: entry (row, term)
/// is at `row * row_stride + term * term_stride`.
struct BlockProduct<'a> {
    left: &'a [f64],
    term_stride: usize,
    row_stride: usize,
    rows: usize,
    terms: usize,
    /// (rows)
    biases: Option<&'a [f64]>,
    /// (blocks, terms, lanes)
    right: &'a [f64],
    /// (blocks, rows, lanes)
    out: &'a mut [f64],
}

impl BlockProduct<'_> {
    #[inline(always)]
    fn run<S: Simd>(mut self) {
        for_each_group!(self.rows, [4, 2, 1], |row, R| self.tile::<S, R>(row));
    }

    /// R rows of every block.
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(&mut self, row: usize) {
        // A loop for each small number of terms, so that the number is a constant in it.
        match self.terms {
            1 => self.sums::<S, R>(row, 1),
            2 => self.sums::<S, R>(row, 2),
            3 => self.sums::<S, R>(row, 3),
            4 => self.sums::<S, R>(row, 4),
            terms => self.sums::<S, R>(row, terms),
        }
    }

    #[inline(always)]
    fn sums<S: Simd, const R: usize>(&mut self, row: usize, terms: usize) {
        let left = Strided { values: self.left, start: row * self.row_stride, stride: self.term_stride };
        let biases = self.biases.and_then(|biases| biases[row..].first_chunk::<R>());
        let (start, stride) = (row * S::LANES, self.rows * S::LANES);
        multiply_blocks::<S, R>(self.out, start, stride, left, self.row_stride, self.right, terms, biases);
    }
}

/// zˡ = wˡ aˡ⁻¹ + bˡ, aˡ = σ(zˡ), layer by layer.
struct ForwardLayers<'a> {
    layers: &'a [PaddedLayer],
    values: &'a mut [LayerValues],
    inputs: &'a [f64],
    blocks: usize,
}

impl Kernel for ForwardLayers<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let mut sources = self.inputs;
        for (layer, values) in self.layers.iter().zip(self.values) {
            let count = layer.neurons * self.blocks * S::LANES;
            let z = &mut values.weighted_inputs[..count];
            let product = BlockProduct {
                left: &layer.weights_by_source.values,
                term_stride: layer.weights_by_source.stride,
                row_stride: 1,
                rows: layer.neurons,
                terms: layer.sources,
                biases: Some(&layer.biases),
                right: sources,
                out: z,
            };
            product.run::<S>();
            // The deltas are not computed yet: their memory can hold intermediate results.
            activate_all::<S>(
                layer.activation,
                z,
                &mut values.activations[..count],
                &mut values.deltas[..count],
            );
            sources = &values.activations;
        }
    }
}

/// a = σ(z). `scratch` is as long as a.
#[inline(always)]
fn activate_all<S: Simd>(activation: Activation, z: &[f64], a: &mut [f64], scratch: &mut [f64]) {
    if activation == Activation::Tanh {
        return tanh_all::<S>(z, a, scratch);
    }
    with_constant!(
        activation,
        for (z, a) in z.chunks_exact(S::LANES).zip(a.chunks_exact_mut(S::LANES)) {
            activate(activation, S::load(z)).store(a);
        }
    )
}

/// a = tanh z in two loops, see [`tanh_argument`].
#[inline(always)]
fn tanh_all<S: Simd>(z: &[f64], a: &mut [f64], scratch: &mut [f64]) {
    let results = || z.chunks_exact(S::LANES);
    for ((z, a), scratch) in
        results().zip(a.chunks_exact_mut(S::LANES)).zip(scratch.chunks_exact_mut(S::LANES))
    {
        let TanhArgument { indices, d } = tanh_argument(S::load(z));
        indices.store(scratch);
        d.store(a);
    }
    let table: &PairTable = &TANHS;
    for ((z, a), scratch) in results().zip(a.chunks_exact_mut(S::LANES)).zip(scratch.chunks_exact(S::LANES)) {
        tanh_of_argument(S::load(z), S::load(a), scratch, table).store(a);
    }
}

/// Equation (1), the costs, and equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ), layer by layer.
struct BackwardLayers<'a> {
    layers: &'a [PaddedLayer],
    values: &'a mut [LayerValues],
    cost: Cost,
    targets: &'a [f64],
    blocks: usize,
    costs: &'a mut [f64],
}

impl Kernel for BackwardLayers<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { layers, values, blocks, .. } = self;
        let (Some(outputs), Some(last)) = (layers.last(), values.last_mut()) else { return };
        let (cost, costs) = (self.cost, &mut self.costs[..blocks * S::LANES]);
        // A loop of its own for each of the quadratic costs, so that the cost is a constant in it.
        match cost {
            Cost::Mse => output_deltas::<S>(outputs, last, Cost::Mse, self.targets, costs),
            Cost::HalfMse => output_deltas::<S>(outputs, last, Cost::HalfMse, self.targets, costs),
            cost => output_deltas::<S>(outputs, last, cost, self.targets, costs),
        }
        for l in (1..layers.len()).rev() {
            let (values, next_values) = values.split_at_mut(l);
            let (layer, next) = (&layers[l - 1], &layers[l]);
            let LayerValues { activations, deltas, .. } = &mut values[l - 1];
            let deltas = &mut deltas[..layer.neurons * blocks * S::LANES];
            let product = BlockProduct {
                left: &next.weights_by_source.values,
                term_stride: 1,
                row_stride: next.weights_by_source.stride,
                rows: layer.neurons,
                terms: next.neurons,
                biases: None,
                right: &next_values[0].deltas,
                out: deltas,
            };
            product.run::<S>();
            TimesDerivative { activation: layer.activation, activations, deltas }.run::<S>();
        }
    }
}

/// Equation (1), and the costs of the samples.
#[inline(always)]
fn output_deltas<S: Simd>(
    layer: &PaddedLayer,
    values: &mut LayerValues,
    cost: Cost,
    targets: &[f64],
    costs: &mut [f64],
) {
    let LayerValues { weighted_inputs, activations, deltas } = values;
    let mut vectors = weighted_inputs
        .chunks_exact(S::LANES)
        .zip(activations.chunks_exact(S::LANES))
        .zip(targets.chunks_exact(S::LANES))
        .zip(deltas.chunks_exact_mut(S::LANES));
    for costs in costs.chunks_exact_mut(S::LANES) {
        let mut sum = S::broadcast(0.0);
        for (((z, a), y), delta) in vectors.by_ref().take(layer.neurons) {
            let (term, value) = cost_and_delta(cost, layer.activation, S::load(z), S::load(a), S::load(y));
            value.store(delta);
            sum = sum + term;
        }
        sum.store(costs);
    }
}

/// Equations (3) and (4), summed over the samples in order, and the update, layer by layer.
struct UpdateLayers<'a> {
    layers: &'a mut [PaddedLayer],
    values: &'a [LayerValues],
    inputs: &'a [f64],
    samples: usize,
    update: Update,
}

impl Kernel for UpdateLayers<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { samples, update, .. } = self;
        let mut sources = self.inputs;
        for (layer, values) in self.layers.iter_mut().zip(self.values) {
            layer.reserve_gradient_sums(update);
            let mut total = S::broadcast(0.0);
            for j in (0..layer.neurons).step_by(S::LANES) {
                let mut neurons =
                    UpdateNeurons { layer, deltas: &values.deltas, activations: sources, samples, update, j };
                for_each_group!(neurons.layer.sources, [4, 2, 1], |k, R| neurons.tile::<S, R>(k, &mut total));
            }
            if update.last {
                total.store(&mut layer.parameter_total);
                layer.update_biases_together(update);
            }
            sources = &values.activations;
        }
    }
}

/// The update of as many neurons as there are lanes, from j on.
struct UpdateNeurons<'a> {
    layer: &'a mut PaddedLayer,
    /// (blocks, neurons, lanes)
    deltas: &'a [f64],
    /// (blocks, sources, lanes)
    activations: &'a [f64],
    samples: usize,
    update: Update,
    j: usize,
}

impl UpdateNeurons<'_> {
    /// The weights from R sources, from source k on, and with k = 0 the biases.
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(&mut self, k: usize, total: &mut S) {
        let (stride, j, update) = (self.layer.stride(), self.j, self.update);
        let start = k * stride + j;
        let (mut sums, mut bias_gradient_sum) = ([S::broadcast(0.0); R], S::broadcast(0.0));
        if !update.first {
            for (r, sum) in sums.iter_mut().enumerate() {
                *sum = S::load(&self.layer.weight_gradient_sums[start + r * stride..]);
            }
            bias_gradient_sum = S::load(&self.layer.bias_gradient_sums[j..]);
        }
        let (sources, neurons) = (self.layer.sources * S::LANES, self.layer.neurons * S::LANES);
        let mut blocks = self.activations.chunks_exact(sources).zip(self.deltas.chunks_exact(neurons));
        for (a, deltas) in blocks.by_ref().take(self.samples / S::LANES) {
            add_block(
                &mut sums,
                &mut bias_gradient_sum,
                &a[k * S::LANES..],
                &deltas[j * S::LANES..],
                S::LANES,
            );
        }
        if let (rest @ 1.., Some((a, deltas))) = (self.samples % S::LANES, blocks.next()) {
            add_block(&mut sums, &mut bias_gradient_sum, &a[k * S::LANES..], &deltas[j * S::LANES..], rest);
        }
        if !update.last {
            for (r, sum) in sums.iter().enumerate() {
                sum.store(&mut self.layer.weight_gradient_sums[start + r * stride..]);
            }
            if k == 0 {
                bias_gradient_sum.store(&mut self.layer.bias_gradient_sums[j..]);
            }
            return;
        }
        for (r, sum) in sums.iter().enumerate() {
            let weights = &mut self.layer.weights_by_source.values[start + r * stride..];
            let new = S::load(weights) - update.change(*sum);
            new.store(weights);
            *total = *total + new;
        }
        if k == 0 && update.rule == BiasRule::OwnDelta {
            let biases = &mut self.layer.biases[j..];
            let new = S::load(biases) - update.change(bias_gradient_sum);
            new.store(biases);
            *total = *total + new;
        } else if k == 0 {
            bias_gradient_sum.store(&mut self.layer.bias_gradient_sums[j..]);
        }
    }
}

/// Adds the gradients of the first `samples` of a block, one sample after the other. `activations` and `deltas` start with
/// the vectors of the tile.
#[inline(always)]
fn add_block<S: Simd, const R: usize>(
    sums: &mut [S; R],
    bias_gradient_sum: &mut S,
    activations: &[f64],
    deltas: &[f64],
    samples: usize,
) {
    // From a vector for each neuron to a vector for each sample. The padding of the neurons is 0.
    let mut by_sample = [S::broadcast(0.0); 4];
    for (row, deltas) in by_sample[..S::LANES].iter_mut().zip(deltas.chunks_exact(S::LANES)) {
        *row = S::load(deltas);
    }
    S::transpose(&mut by_sample);
    let activations = &activations[..R * S::LANES];
    for (i, delta) in by_sample[..S::LANES].iter().enumerate() {
        if i < samples {
            *bias_gradient_sum = *bias_gradient_sum + *delta;
            for (r, sum) in sums.iter_mut().enumerate() {
                *sum = *sum + S::broadcast(activations[r * S::LANES + i]) * *delta;
            }
        }
    }
}
