//! Mini-batches of a small network with the samples side by side.
//!
//! A layer of four neurons fills two vectors of two lanes, and one of a single neuron wastes half of its own. So here
//! the lanes are samples: a vector holds aₖ of as many samples as it has lanes. The samples do not depend on each other,
//! and while one vector waits for its tanh the next ones are on their way. Only sums over the samples, which must keep
//! their order, are taken one sample at a time, several sums at once.

use super::CHUNK;
use super::descent::Step;
use super::layer::Dense;
use super::neurons::{activated, derivative, term_and_delta};
use crate::functions::{Nearest, nearest, tanh_of_nearest, tanhs};
use crate::lanes::{Kernel, Lanes, Walk, Width, multiply_add, sums_of_few};
use crate::{Activation, BiasRule, Cost, Hyperparameters};

/// From so many samples in a mini-batch on this is the quicker way.
const LEAST_SAMPLES: usize = 4;

/// What the samples bring, column by column: a column is as many samples as a vector has lanes, and holds a vector for
/// each number of theirs. Behind the last sample its column holds anything: no sum ever gets there.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// x, shape (columns, sources, lanes)
    inputs: Vec<f64>,
    /// y, shape (columns, outputs, lanes)
    targets: Vec<f64>,
    layers: Vec<Values>,
}

/// z, a and δ of a layer: (columns, neurons, lanes) each.
#[derive(Clone, Debug)]
struct Values {
    weighted_inputs: Vec<f64>,
    activations: Vec<f64>,
    deltas: Vec<f64>,
}

impl Columns {
    /// Room for the layers of a small network, where samples side by side pay. Softmax, which needs whole rows, and its
    /// cost do without.
    pub(super) fn new(layers: &[Dense], hyperparameters: &Hyperparameters) -> Option<Self> {
        let softmax = layers.iter().any(|layer| layer.activation == Activation::Softmax);
        if hyperparameters.batch_size < LEAST_SAMPLES || softmax || hyperparameters.cost == Cost::Cce {
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
    pub(super) fn fill(&mut self, width: Width, sample: usize, x: &[f64], y: &[f64]) {
        // Shifted rather than divided, which would take as long as all the rest.
        let (column, lane) = (sample >> width.lanes().trailing_zeros(), sample & (width.lanes() - 1));
        for (columns, values) in [(&mut self.inputs, x), (&mut self.targets, y)] {
            let column = &mut columns[column * values.len() * width.lanes()..];
            match *values {
                // A loop would take longer than what is done in it.
                [one] => column[lane] = one,
                [one, two] => {
                    let column = &mut column[..2 * width.lanes()];
                    (column[lane], column[width.lanes() + lane]) = (one, two);
                }
                _ => {
                    for (vector, value) in column.chunks_exact_mut(width.lanes()).zip(values) {
                        vector[lane] = *value;
                    }
                }
            }
        }
    }

    /// A piece of a mini-batch, of so many samples, whose costs come first in `costs`; with the last piece comes the
    /// update.
    pub(super) fn train(
        &mut self,
        on: Width,
        layers: &mut [Dense],
        cost: Cost,
        samples: usize,
        costs: &mut [f64],
        step: Step,
    ) {
        let columns = samples.div_ceil(on.lanes());
        let Self { inputs, targets, layers: values } = self;
        on.run(Forward { layers, values, inputs, columns });
        on.run(Back { layers, values, cost, targets, columns, costs });
        on.run(Descend { layers, values, inputs, samples, step });
    }
}

/// left · right: (rows, terms) times (terms, samples). The numbers of a row of `left` are `step` from each other, its
/// rows are `apart`: so it may be w or wᵀ. One column of `right` comes after the other: what needs a whole column of the
/// product then finds the first ones done while the last are on their way.
struct Product<'a> {
    left: &'a [f64],
    step: usize,
    apart: usize,
    rows: usize,
    terms: usize,
    columns: usize,
    /// (columns, terms, lanes)
    right: &'a [f64],
    /// (columns, rows, lanes)
    out: &'a mut [f64],
}

impl Product<'_> {
    /// What becomes of a vector of sums and of what is `beside` it in its column, `finish` says.
    #[inline(always)]
    fn run<L: Lanes, I: Iterator<Item = L>>(self, beside: impl Fn(usize) -> I, finish: impl Fn(L, L) -> L) {
        match self.terms {
            1 => self.of_few_terms::<L, 1, I>(beside, finish),
            2 => self.of_few_terms::<L, 2, I>(beside, finish),
            3 => self.of_few_terms::<L, 3, I>(beside, finish),
            4 => self.of_few_terms::<L, 4, I>(beside, finish),
            _ => self.of_many_terms(beside, finish),
        }
    }

    #[inline(always)]
    fn of_few_terms<L: Lanes, const T: usize, I: Iterator<Item = L>>(
        self,
        beside: impl Fn(usize) -> I,
        finish: impl Fn(L, L) -> L,
    ) {
        let left = Walk { values: self.left, from: 0, step: self.apart };
        let columns = self.right.chunks_exact(T * L::COUNT).take(self.columns).enumerate();
        for (column, right) in columns {
            let right: [L; T] = std::array::from_fn(|t| L::load(&right[t * L::COUNT..]));
            let out = &mut self.out[column * self.rows * L::COUNT..][..self.rows * L::COUNT];
            sums_of_few(left, self.step, right, out, beside(column), &finish);
        }
    }

    #[inline(always)]
    fn of_many_terms<L: Lanes, I: Iterator<Item = L>>(
        mut self,
        beside: impl Fn(usize) -> I,
        finish: impl Fn(L, L) -> L,
    ) {
        for column in 0..self.columns {
            let mut beside = beside(column);
            let mut row = 0;
            while row + 4 <= self.rows {
                self.tile::<L, 4>(column, row, &mut beside, &finish);
                row += 4;
            }
            while row < self.rows {
                self.tile::<L, 1>(column, row, &mut beside, &finish);
                row += 1;
            }
        }
    }

    #[inline(always)]
    fn tile<L: Lanes, const R: usize>(
        &mut self,
        column: usize,
        row: usize,
        beside: &mut impl Iterator<Item = L>,
        finish: &impl Fn(L, L) -> L,
    ) {
        let left = Walk { values: self.left, from: row * self.apart, step: self.step };
        let right = Walk { values: self.right, from: column * self.terms * L::COUNT, step: L::COUNT };
        let mut sums = [[L::splat(0.0)]; R];
        multiply_add(&mut sums, self.terms, left, self.apart, right);
        let out = &mut self.out[(column * self.rows + row) * L::COUNT..];
        for (([sum], out), beside) in sums.into_iter().zip(out.chunks_exact_mut(L::COUNT)).zip(beside) {
            finish(sum, beside).store(out);
        }
    }
}

/// zⱼ = Σₖ wⱼₖ aₖ + bⱼ and a = σ(z) of each neuron j, layer by layer.
struct Forward<'a> {
    layers: &'a [Dense],
    values: &'a mut [Values],
    inputs: &'a [f64],
    columns: usize,
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let mut before = self.inputs;
        for (layer, values) in self.layers.iter().zip(self.values) {
            let Values { weighted_inputs: z, activations: a, deltas } = values;
            let count = layer.neurons * self.columns * L::COUNT;
            // δ comes later: until then its room is free.
            let (z, new, room) = (&mut z[..count], &mut a[..count], &mut deltas[..count]);
            let product = Product {
                left: &layer.by_source.values,
                step: layer.by_source.stride,
                apart: 1,
                rows: layer.neurons,
                terms: layer.sources,
                columns: self.columns,
                right: before,
                out: &mut *z,
            };
            product.run(|_| layer.biases.iter().map(|bias| L::splat(*bias)), |sum, bias: L| sum + bias);
            // One loop for each, so that each is known where it is compiled.
            match layer.activation {
                Activation::Sigmoid => activate::<L>(Activation::Sigmoid, z, new, room),
                Activation::Tanh => activate::<L>(Activation::Tanh, z, new, room),
                activation => activate::<L>(activation, z, new, room),
            }
            before = a;
        }
    }
}

/// a = σ(z). `room` is as long as a.
#[inline(always)]
fn activate<L: Lanes>(activation: Activation, z: &[f64], a: &mut [f64], room: &mut [f64]) {
    let z = || z.chunks_exact(L::COUNT);
    if activation != Activation::Tanh {
        for (z, a) in z().zip(a.chunks_exact_mut(L::COUNT)) {
            activated(activation, L::load(z)).store(a);
        }
        return;
    }
    let places = a.chunks_exact_mut(L::COUNT).zip(room.chunks_exact_mut(L::COUNT));
    for (z, (a, room)) in z().zip(places) {
        let Nearest { places, d } = nearest(L::load(z));
        places.store(room);
        d.store(a);
    }
    let table = tanhs();
    let places = a.chunks_exact_mut(L::COUNT).zip(room.chunks_exact(L::COUNT));
    for (z, (a, room)) in z().zip(places) {
        tanh_of_nearest(L::load(z), L::load(a), room, table).store(a);
    }
}

/// Equation (1), the costs, and equation (2): δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ), layer by layer.
struct Back<'a> {
    layers: &'a [Dense],
    values: &'a mut [Values],
    cost: Cost,
    targets: &'a [f64],
    columns: usize,
    costs: &'a mut [f64],
}

impl Kernel for Back<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { layers, values, columns, .. } = self;
        let (Some(outputs), Some(last)) = (layers.last(), values.last_mut()) else { return };
        let Values { weighted_inputs: z, activations: a, deltas } = last;
        let mut place = 0;
        for cost in self.costs[..columns * L::COUNT].chunks_exact_mut(L::COUNT) {
            let mut sum = L::splat(0.0);
            for _ in 0..outputs.neurons {
                let (z, a, y) = (L::load(&z[place..]), L::load(&a[place..]), L::load(&self.targets[place..]));
                let (term, delta) = term_and_delta(self.cost, outputs.activation, z, a, y);
                delta.store(&mut deltas[place..]);
                sum = sum + term;
                place += L::COUNT;
            }
            sum.store(cost);
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
                columns,
                right: &next_values[0].deltas,
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
    let vectors = product.rows * L::COUNT;
    product.run(
        |column| a[column * vectors..].chunks_exact(L::COUNT).map(L::load),
        |sum, a: L| sum * derivative(activation, a),
    );
}

/// Equations (3) and (4), summed over the samples one after the other, and the update, layer by layer.
struct Descend<'a> {
    layers: &'a mut [Dense],
    values: &'a [Values],
    inputs: &'a [f64],
    samples: usize,
    step: Step,
}

impl Kernel for Descend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { samples, step, .. } = self;
        let mut before = self.inputs;
        for (layer, values) in self.layers.iter_mut().zip(self.values) {
            let mut total = L::splat(0.0);
            for j in (0..layer.neurons).step_by(L::COUNT) {
                let mut of_neurons = OfNeurons { layer, deltas: &values.deltas, before, samples, step, j };
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
                total.store(&mut layer.total);
                layer.settle(step);
            }
            before = &values.activations;
        }
    }
}

/// As many neurons as there are lanes, from j on.
struct OfNeurons<'a> {
    layer: &'a mut Dense,
    deltas: &'a [f64],
    before: &'a [f64],
    samples: usize,
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
        let (sources, neurons) = (self.layer.sources * L::COUNT, self.layer.neurons * L::COUNT);
        let mut columns = self.before.chunks_exact(sources).zip(self.deltas.chunks_exact(neurons));
        for (before, deltas) in columns.by_ref().take(self.samples / L::COUNT) {
            add_column(&mut tile, &mut bias, &before[k * L::COUNT..], &deltas[j * L::COUNT..], L::COUNT);
        }
        if let (rest @ 1.., Some((before, deltas))) = (self.samples % L::COUNT, columns.next()) {
            add_column(&mut tile, &mut bias, &before[k * L::COUNT..], &deltas[j * L::COUNT..], rest);
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

/// Adds the gradients of a column's first `samples`, one sample after the other. The vectors of a and δ start with those
/// of the tile.
#[inline(always)]
fn add_column<L: Lanes, const R: usize>(
    tile: &mut [L; R],
    bias: &mut L,
    before: &[f64],
    deltas: &[f64],
    samples: usize,
) {
    // δ of a neuron becomes δ of a sample; what fills up a vector of neurons is 0.
    let mut rows = [L::splat(0.0); 4];
    for (i, row) in rows[..L::COUNT].iter_mut().enumerate() {
        if i * L::COUNT < deltas.len() {
            *row = L::load(&deltas[i * L::COUNT..]);
        }
    }
    L::turn(&mut rows);
    let before = &before[..R * L::COUNT];
    for (i, delta) in rows[..L::COUNT].iter().enumerate() {
        if i < samples {
            *bias = *bias + *delta;
            for (r, sum) in tile.iter_mut().enumerate() {
                *sum = *sum + L::splat(before[r * L::COUNT + i]) * *delta;
            }
        }
    }
}
