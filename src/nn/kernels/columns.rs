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

/// What the samples bring, a row of [`CHUNK`] places for each number of theirs. Behind the last sample a row holds
/// anything: no sum ever gets there.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// x, shape (sources, CHUNK)
    inputs: Vec<f64>,
    /// y, shape (outputs, CHUNK)
    targets: Vec<f64>,
    layers: Vec<Values>,
}

/// z, a and δ of a layer, shape (neurons, CHUNK) each, and what becomes of them.
#[derive(Clone, Debug)]
struct Values {
    weighted_inputs: Vec<f64>,
    activations: Vec<f64>,
    deltas: Vec<f64>,
    /// Σ aₖ δⱼ so far, as the weights by source: (sources, stride).
    weight_sums: Vec<f64>,
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
            weight_sums: vec![0.0; layer.by_source.values.len()],
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
        let samples = costs.len();
        let mut before = &self.inputs;
        for (layer, values) in layers.iter().zip(&mut self.layers) {
            width.run(Forward { layer, before, samples, z: &mut values.weighted_inputs });
            let (z, a) = (&mut values.weighted_inputs, &mut values.activations);
            width.run(Activate { layer, samples, z, a });
            before = &values.activations;
        }
        if let (Some(layer), Some(values)) = (layers.last(), self.layers.last_mut()) {
            width.run(Outputs { activation: layer.activation, cost, targets: &self.targets, values, costs });
        }
        for l in (1..layers.len()).rev() {
            let (values, next) = self.layers.split_at_mut(l);
            let (values, deltas) = (&mut values[l - 1], &next[0].deltas);
            width.run(Back {
                activation: layers[l - 1].activation,
                values,
                next: &layers[l],
                deltas,
                samples,
            });
        }
        let mut before = &self.inputs;
        for (layer, values) in layers.iter_mut().zip(&mut self.layers) {
            sum_up(layer, values, before, samples, step.first);
            before = &values.activations;
        }
        if step.last {
            for (layer, values) in layers.iter_mut().zip(&self.layers) {
                width.run(Update { layer, sums: &values.weight_sums, step });
            }
        }
    }
}

/// The part of each row that whole vectors of so many samples take.
#[inline(always)]
fn taken<L: Lanes>(samples: usize) -> usize {
    samples.next_multiple_of(L::COUNT)
}

/// out = left · right: (rows, terms) times (terms, CHUNK). The numbers of a row of `left` are `step` from each other,
/// its rows are `apart`: so it may be w or wᵀ.
struct Product<'a> {
    left: &'a [f64],
    step: usize,
    apart: usize,
    terms: usize,
    right: &'a [f64],
    out: &'a mut [f64],
}

impl Product<'_> {
    #[inline(always)]
    fn run<L: Lanes>(mut self, samples: usize) {
        let mut at = 0;
        while at < taken::<L>(samples) {
            at += L::COUNT
                * match (taken::<L>(samples) - at) / L::COUNT {
                    1 => self.strip::<L, 1>(at),
                    2 => self.strip::<L, 2>(at),
                    _ => self.strip::<L, 3>(at),
                };
        }
    }

    /// V vectors of each row. Returns V.
    #[inline(always)]
    fn strip<L: Lanes, const V: usize>(&mut self, at: usize) -> usize {
        let rows = self.out.len() / CHUNK;
        let mut row = 0;
        while row + 2 <= rows {
            self.tile::<L, V, 2>(row, at);
            row += 2;
        }
        if row < rows {
            self.tile::<L, V, 1>(row, at);
        }
        V
    }

    #[inline(always)]
    fn tile<L: Lanes, const V: usize, const R: usize>(&mut self, row: usize, at: usize) {
        let left = Walk { values: self.left, from: row * self.apart, step: self.step };
        let right = Walk { values: self.right, from: at, step: CHUNK };
        let mut sums = [[L::splat(0.0); V]; R];
        multiply_add(&mut sums, self.terms, left, self.apart, right);
        let out = self.out[row * CHUNK..][..R * CHUNK].chunks_exact_mut(CHUNK);
        for (out, sums) in out.zip(sums) {
            for (out, sum) in out[at..][..V * L::COUNT].chunks_exact_mut(L::COUNT).zip(sums) {
                sum.store(out);
            }
        }
    }
}

/// Σₖ wⱼₖ aₖ of each neuron j.
struct Forward<'a> {
    layer: &'a Dense,
    before: &'a [f64],
    samples: usize,
    z: &'a mut [f64],
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let weights = &self.layer.by_source;
        let product = Product {
            left: &weights.values,
            step: weights.stride,
            apart: 1,
            terms: self.layer.sources,
            right: self.before,
            out: self.z,
        };
        product.run::<L>(self.samples);
    }
}

/// z = products + b, a = σ(z).
struct Activate<'a> {
    layer: &'a Dense,
    samples: usize,
    z: &'a mut [f64],
    a: &'a mut [f64],
}

impl Kernel for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        // One loop for each, so that each is known where it is compiled.
        match self.layer.activation {
            Activation::Sigmoid => self.each::<L>(Activation::Sigmoid),
            Activation::Tanh => self.each::<L>(Activation::Tanh),
            activation => self.each::<L>(activation),
        }
    }
}

impl Activate<'_> {
    #[inline(always)]
    fn each<L: Lanes>(self, activation: Activation) {
        let taken = taken::<L>(self.samples);
        let rows = self.z.chunks_exact_mut(CHUNK).zip(self.a.chunks_exact_mut(CHUNK));
        for ((z, a), bias) in rows.zip(&self.layer.biases) {
            let bias = L::splat(*bias);
            for (z, a) in z[..taken].chunks_exact_mut(L::COUNT).zip(a[..taken].chunks_exact_mut(L::COUNT)) {
                let value = L::load(z) + bias;
                value.store(z);
                activated(activation, value).store(a);
            }
        }
    }
}

/// Equation (1), and the costs.
struct Outputs<'a> {
    activation: Activation,
    cost: Cost,
    targets: &'a [f64],
    values: &'a mut Values,
    costs: &'a mut [f64],
}

impl Kernel for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Values { weighted_inputs, activations, deltas, .. } = self.values;
        let mut costs = [0.0; CHUNK];
        for at in (0..taken::<L>(self.costs.len())).step_by(L::COUNT) {
            let mut cost = L::splat(0.0);
            for row in (at..deltas.len()).step_by(CHUNK) {
                let z = L::load(&weighted_inputs[row..]);
                let (a, y) = (L::load(&activations[row..]), L::load(&self.targets[row..]));
                let (term, delta) = term_and_delta(self.cost, self.activation, z, a, y);
                delta.store(&mut deltas[row..]);
                cost = cost + term;
            }
            cost.store(&mut costs[at..]);
        }
        // A call that copies would take longer.
        for (to, cost) in self.costs.iter_mut().zip(costs) {
            *to = cost;
        }
    }
}

/// Equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ).
struct Back<'a> {
    activation: Activation,
    values: &'a mut Values,
    next: &'a Dense,
    /// δˡ⁺¹
    deltas: &'a [f64],
    samples: usize,
}

impl Kernel for Back<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Values { activations, deltas, .. } = self.values;
        let weights = &self.next.by_source;
        let product = Product {
            left: &weights.values,
            step: 1,
            apart: weights.stride,
            terms: self.next.neurons,
            right: self.deltas,
            out: deltas,
        };
        product.run::<L>(self.samples);
        let taken = taken::<L>(self.samples);
        for (a, delta) in activations.chunks_exact(CHUNK).zip(deltas.chunks_exact_mut(CHUNK)) {
            let vectors = a[..taken].chunks_exact(L::COUNT).zip(delta[..taken].chunks_exact_mut(L::COUNT));
            for (a, delta) in vectors {
                (L::load(delta) * derivative(self.activation, L::load(a))).store(delta);
            }
        }
    }
}

/// Equations (3) and (4), summed over the samples one after the other; `first` starts the sums at 0.
#[inline(never)]
fn sum_up(layer: &mut Dense, values: &mut Values, before: &[f64], samples: usize, first: bool) {
    let mut sums = Sums {
        sums: &mut values.weight_sums,
        stride: layer.by_source.stride,
        before,
        deltas: &values.deltas,
        samples,
        first,
    };
    for j in 0..layer.neurons {
        let mut k = 0;
        while k + 4 <= layer.sources {
            sums.tile::<4>(k, j);
            k += 4;
        }
        if k + 2 <= layer.sources {
            sums.tile::<2>(k, j);
            k += 2;
        }
        if k < layer.sources {
            sums.tile::<1>(k, j);
        }
    }
    for (sum, deltas) in layer.bias_sums.iter_mut().zip(values.deltas.chunks_exact(CHUNK)) {
        let start = if first { 0.0 } else { *sum };
        *sum = deltas[..samples].iter().fold(start, |sum, delta| sum + delta);
    }
}

/// Σ aₖ δⱼ over the samples.
struct Sums<'a> {
    /// As the weights by source: (sources, stride).
    sums: &'a mut [f64],
    stride: usize,
    before: &'a [f64],
    deltas: &'a [f64],
    samples: usize,
    first: bool,
}

impl Sums<'_> {
    /// Of R sources, from k on, with neuron j.
    #[inline(always)]
    fn tile<const R: usize>(&mut self, k: usize, j: usize) {
        let place = |r: usize| (k + r) * self.stride + j;
        let mut sums = [[0.0]; R];
        if !self.first {
            for (r, sum) in sums.iter_mut().enumerate() {
                *sum = [self.sums[place(r)]];
            }
        }
        let activations = Walk { values: self.before, from: k * CHUNK, step: 1 };
        let deltas = Walk { values: self.deltas, from: j * CHUNK, step: 1 };
        multiply_add(&mut sums, self.samples, activations, CHUNK, deltas);
        for (r, [sum]) in sums.into_iter().enumerate() {
            self.sums[place(r)] = sum;
        }
    }
}

/// The update of a layer.
struct Update<'a> {
    layer: &'a mut Dense,
    sums: &'a [f64],
    step: Step,
}

impl Kernel for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { layer, sums, step } = self;
        let mut total = L::splat(0.0);
        move_all(&mut layer.by_source.values, sums, step, &mut total);
        if step.rule == BiasRule::OwnDelta {
            move_all(&mut layer.biases, &layer.bias_sums, step, &mut total);
        }
        layer.settle(step, total.sum());
    }
}

/// Moves parameters by their sums, and adds what they come to.
#[inline(always)]
fn move_all<L: Lanes>(values: &mut [f64], sums: &[f64], step: Step, total: &mut L) {
    for (value, sum) in values.chunks_exact_mut(L::COUNT).zip(sums.chunks_exact(L::COUNT)) {
        let new = L::load(value) - step.change(L::load(sum));
        new.store(value);
        *total = *total + new;
    }
}
