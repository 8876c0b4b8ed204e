//! Mini-batches of a small network with the samples side by side.
//!
//! A layer of four neurons fills two vectors of two lanes, and one of a single neuron wastes half of its own. So here
//! the lanes are samples: row k holds aₖ of every sample. The samples do not depend on each other, and while one
//! vector waits for its tanh the next ones are on their way. Only sums over the samples, which must keep their order,
//! are taken one double at a time, several sums at once.

use super::CHUNK;
use super::descent::Step;
use super::layer::Dense;
use super::neurons::{activated, derivative, term_and_delta};
use crate::lanes::{Kernel, Lanes, Walk, Width, multiply_add};
use crate::{Activation, BiasRule, Cost, Settings};

/// From so many samples in a mini-batch on this is the quicker way.
const LEAST_SAMPLES: usize = 4;

/// What the samples bring, a row for each number of theirs. The rows of x and y have [`CHUNK`] places; all others are
/// as long as the samples need, in whole vectors, so that a layer's lie side by side. Behind the last sample a row
/// holds anything: no sum ever gets there.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// x, shape (sources, CHUNK)
    inputs: Vec<f64>,
    /// y, shape (outputs, CHUNK)
    targets: Vec<f64>,
    layers: Vec<Values>,
}

/// z, a and δ of a layer: (neurons, across) each, in room for (neurons, CHUNK).
#[derive(Clone, Debug)]
struct Values {
    weighted_inputs: Vec<f64>,
    activations: Vec<f64>,
    deltas: Vec<f64>,
}

impl Columns {
    /// Room for the layers of a small network, where samples side by side pay. Softmax, which needs whole rows, and its
    /// cost do without.
    pub(super) fn new(layers: &[Dense], settings: &Settings) -> Option<Self> {
        let softmax = layers.iter().any(|layer| layer.activation == Activation::Softmax);
        if settings.batch_size < LEAST_SAMPLES || softmax || settings.cost == Cost::Cce {
            return None;
        }
        let rows = |count: usize| vec![0.0; count * CHUNK];
        let values = |layer: &Dense| Values {
            weighted_inputs: rows(layer.neurons),
            activations: rows(layer.neurons),
            deltas: rows(layer.neurons),
        };
        Some(Self {
            inputs: rows(layers.first()?.sources),
            targets: rows(layers.last()?.neurons),
            layers: layers.iter().map(values).collect(),
        })
    }

    /// Puts a sample into its column.
    pub(super) fn fill(&mut self, sample: usize, x: &[f64], y: &[f64]) {
        for (rows, values) in [(&mut self.inputs, x), (&mut self.targets, y)] {
            for (row, value) in rows.chunks_exact_mut(CHUNK).zip(values) {
                row[sample] = *value;
            }
        }
    }

    /// A piece of a mini-batch, as many samples as `costs`; with the last piece comes the update.
    pub(super) fn train(
        &mut self,
        width: Width,
        layers: &mut [Dense],
        cost: Cost,
        costs: &mut [f64],
        step: Step,
    ) {
        let across = costs.len().next_multiple_of(width.lanes());
        let Self { inputs, targets, layers: values } = self;
        let inputs = Grid { values: inputs, stride: CHUNK };
        width.run(Forward { layers, values, inputs, across });
        width.run(Back { layers, values, cost, targets, across, costs });
        width.run(Descend { layers, values, inputs, samples: costs.len(), across, step });
    }
}

/// Rows of samples, `stride` from each to the next.
#[derive(Clone, Copy)]
struct Grid<'a> {
    values: &'a [f64],
    stride: usize,
}

/// left · right: (rows, terms) times (terms, across). The numbers of a row of `left` are `step` from each other, its
/// rows are `apart`: so it may be w or wᵀ.
struct Product<'a> {
    left: &'a [f64],
    step: usize,
    apart: usize,
    rows: usize,
    terms: usize,
    right: Grid<'a>,
    across: usize,
    /// (rows, across)
    out: &'a mut [f64],
}

impl Product<'_> {
    /// What becomes of a vector of sums, `finish` says: it is given them, their row and their place in `out`.
    #[inline(always)]
    fn run<L: Lanes>(mut self, finish: impl Fn(L, usize, usize) -> L) {
        let mut at = 0;
        while at < self.across {
            at += L::COUNT
                * match (self.across - at) / L::COUNT {
                    1 => self.strip::<L, 1>(at, &finish),
                    2 => self.strip::<L, 2>(at, &finish),
                    _ => self.strip::<L, 3>(at, &finish),
                };
        }
    }

    /// V vectors of each row. Returns V.
    #[inline(always)]
    fn strip<L: Lanes, const V: usize>(
        &mut self,
        at: usize,
        finish: &impl Fn(L, usize, usize) -> L,
    ) -> usize {
        let mut row = 0;
        while row + 2 <= self.rows {
            self.tile::<L, V, 2>(row, at, finish);
            row += 2;
        }
        if row < self.rows {
            self.tile::<L, V, 1>(row, at, finish);
        }
        V
    }

    #[inline(always)]
    fn tile<L: Lanes, const V: usize, const R: usize>(
        &mut self,
        row: usize,
        at: usize,
        finish: &impl Fn(L, usize, usize) -> L,
    ) {
        let left = Walk { values: self.left, from: row * self.apart, step: self.step };
        let right = Walk { values: self.right.values, from: at, step: self.right.stride };
        let mut sums = [[L::splat(0.0); V]; R];
        multiply_add(&mut sums, self.terms, left, self.apart, right);
        for (r, sums) in sums.into_iter().enumerate() {
            for (v, sum) in sums.into_iter().enumerate() {
                let place = (row + r) * self.across + at + v * L::COUNT;
                finish(sum, row + r, place).store(&mut self.out[place..]);
            }
        }
    }
}

/// zⱼ = Σₖ wⱼₖ aₖ + bⱼ and a = σ(z) of each neuron j, layer by layer.
struct Forward<'a> {
    layers: &'a [Dense],
    values: &'a mut [Values],
    inputs: Grid<'a>,
    across: usize,
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let across = self.across;
        let mut before = self.inputs;
        for (layer, values) in self.layers.iter().zip(self.values) {
            let Values { weighted_inputs: z, activations: a, .. } = values;
            let product = Product {
                left: &layer.by_source.values,
                step: layer.by_source.stride,
                apart: 1,
                rows: layer.neurons,
                terms: layer.sources,
                right: before,
                across,
                out: z,
            };
            product.run::<L>(|sum, row, _| sum + L::splat(layer.biases[row]));
            let count = layer.neurons * across;
            let (z, new) = (&z[..count], &mut a[..count]);
            // One loop for each, so that each is known where it is compiled.
            match layer.activation {
                Activation::Sigmoid => activate::<L>(Activation::Sigmoid, z, new),
                Activation::Tanh => activate::<L>(Activation::Tanh, z, new),
                activation => activate::<L>(activation, z, new),
            }
            before = Grid { values: a, stride: across };
        }
    }
}

#[inline(always)]
fn activate<L: Lanes>(activation: Activation, z: &[f64], a: &mut [f64]) {
    for (z, a) in z.chunks_exact(L::COUNT).zip(a.chunks_exact_mut(L::COUNT)) {
        activated(activation, L::load(z)).store(a);
    }
}

/// Equation (1), the costs, and equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ), layer by layer.
struct Back<'a> {
    layers: &'a [Dense],
    values: &'a mut [Values],
    cost: Cost,
    targets: &'a [f64],
    across: usize,
    costs: &'a mut [f64],
}

impl Kernel for Back<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { layers, values, across, .. } = self;
        let (Some(outputs), Some(last)) = (layers.last(), values.last_mut()) else { return };
        let mut costs = [0.0; CHUNK];
        for at in (0..across).step_by(L::COUNT) {
            let mut cost = L::splat(0.0);
            for j in 0..outputs.neurons {
                let place = j * across + at;
                let (z, a) = (L::load(&last.weighted_inputs[place..]), L::load(&last.activations[place..]));
                let y = L::load(&self.targets[j * CHUNK + at..]);
                let (term, delta) = term_and_delta(self.cost, outputs.activation, z, a, y);
                delta.store(&mut last.deltas[place..]);
                cost = cost + term;
            }
            cost.store(&mut costs[at..]);
        }
        // A call that copies would take longer.
        for (to, cost) in self.costs.iter_mut().zip(costs) {
            *to = cost;
        }
        for l in (1..layers.len()).rev() {
            let (values, next_values) = values.split_at_mut(l);
            let Values { activations: a, deltas, .. } = &mut values[l - 1];
            let (layer, next) = (&layers[l - 1], &layers[l]);
            let product = Product {
                left: &next.by_source.values,
                step: 1,
                apart: next.by_source.stride,
                rows: layer.neurons,
                terms: next.neurons,
                right: Grid { values: &next_values[0].deltas, stride: across },
                across,
                out: deltas,
            };
            // As in `Forward`.
            match layer.activation {
                Activation::Sigmoid => times_derivative::<L>(Activation::Sigmoid, product, a),
                Activation::Tanh => times_derivative::<L>(Activation::Tanh, product, a),
                activation => times_derivative::<L>(activation, product, a),
            }
        }
    }
}

#[inline(always)]
fn times_derivative<L: Lanes>(activation: Activation, product: Product, a: &[f64]) {
    product.run::<L>(|sum, _, place| sum * derivative(activation, L::load(&a[place..])));
}

/// Equations (3) and (4), summed over the samples one after the other, and the update, layer by layer.
struct Descend<'a> {
    layers: &'a mut [Dense],
    values: &'a [Values],
    inputs: Grid<'a>,
    samples: usize,
    across: usize,
    step: Step,
}

impl Kernel for Descend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { samples, across, step, .. } = self;
        let mut before = self.inputs;
        for (layer, values) in self.layers.iter_mut().zip(self.values) {
            let mut total = L::splat(0.0);
            for j in (0..layer.neurons).step_by(L::COUNT) {
                let mut of_neurons =
                    OfNeurons { layer, deltas: &values.deltas, before, samples, across, step, j };
                let mut k = 0;
                while k + 4 <= of_neurons.layer.sources {
                    of_neurons.tile::<L, 4>(k, &mut total);
                    k += 4;
                }
                if k + 2 <= of_neurons.layer.sources {
                    of_neurons.tile::<L, 2>(k, &mut total);
                    k += 2;
                }
                if k < of_neurons.layer.sources {
                    of_neurons.tile::<L, 1>(k, &mut total);
                }
            }
            if step.last {
                layer.settle(step, total.sum());
            }
            before = Grid { values: &values.activations, stride: across };
        }
    }
}

/// δ of neurons that only fill up a vector.
static NOTHING: [f64; CHUNK] = [0.0; CHUNK];

/// As many neurons as there are lanes, from j on.
struct OfNeurons<'a> {
    layer: &'a mut Dense,
    deltas: &'a [f64],
    before: Grid<'a>,
    samples: usize,
    across: usize,
    step: Step,
    j: usize,
}

impl OfNeurons<'_> {
    /// R of their weights, from source k on; with the first ones go the biases.
    #[inline(always)]
    fn tile<L: Lanes, const R: usize>(&mut self, k: usize, total: &mut L) {
        let (stride, j, step) = (self.layer.by_source.stride, self.j, self.step);
        let sums = self.layer.weight_sums_mut(!(step.first && step.last));
        let place = |r: usize| (k + r) * stride + j;
        let (mut tile, mut bias) = ([L::splat(0.0); R], L::splat(0.0));
        if !step.first {
            for (r, sum) in tile.iter_mut().enumerate() {
                *sum = L::load(&sums[place(r)..]);
            }
            bias = L::load(&self.layer.bias_sums[j..]);
        }
        // Cut to the same length, so that the loop need not ask for each whether it is long enough.
        let count = self.samples;
        let activations: [&[f64]; R] =
            std::array::from_fn(|r| &self.before.values[(k + r) * self.before.stride..][..count]);
        let deltas: [&[f64]; 4] = std::array::from_fn(|i| match i < L::COUNT && j + i < self.layer.neurons {
            true => &self.deltas[(j + i) * self.across..][..count],
            false => &NOTHING[..count],
        });
        let mut add = |delta: L, s: usize| {
            bias = bias + delta;
            for (sum, a) in tile.iter_mut().zip(activations) {
                *sum = *sum + L::splat(a[s]) * delta;
            }
        };
        let mut s = 0;
        while s + L::COUNT <= count {
            // Rows of neurons become rows of samples.
            let mut rows = [L::splat(0.0); 4];
            for (row, deltas) in rows[..L::COUNT].iter_mut().zip(deltas) {
                *row = L::load(&deltas[s..s + L::COUNT]);
            }
            L::turn(&mut rows);
            for (i, delta) in rows[..L::COUNT].iter().enumerate() {
                add(*delta, s + i);
            }
            s += L::COUNT;
        }
        while s < count {
            let mut lanes = [0.0; 4];
            for (lane, deltas) in lanes.iter_mut().zip(deltas) {
                *lane = deltas[s];
            }
            add(L::load(&lanes), s);
            s += 1;
        }
        if !step.last {
            let sums = self.layer.weight_sums_mut(true);
            for (r, sum) in tile.into_iter().enumerate() {
                sum.store(&mut sums[place(r)..]);
            }
            if k == 0 {
                bias.store(&mut self.layer.bias_sums[j..]);
            }
            return;
        }
        for (r, sum) in tile.into_iter().enumerate() {
            let weights = &mut self.layer.by_source.values[place(r)..];
            let new = L::load(weights) - step.change(sum);
            new.store(weights);
            *total = *total + new;
        }
        if k == 0 {
            match step.rule {
                BiasRule::OwnDelta => {
                    let biases = &mut self.layer.biases[j..];
                    let new = L::load(biases) - step.change(bias);
                    new.store(biases);
                    *total = *total + new;
                }
                _ => bias.store(&mut self.layer.bias_sums[j..]),
            }
        }
    }
}
