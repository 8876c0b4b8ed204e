//! A mini-batch of one sample of a small network, from its inputs to the update, in one go.
//!
//! Updates after each sample are one long chain, each needing what the one before has left; all that is not in the
//! chain has to be over before it. So one function does the whole sample, where the cost is quadratic and each bias is
//! moved by its own δ: with the rest it would be huge, and browsers translate a huge function badly.

use super::layer::{Dense, Rows};
use super::neurons::{activated, derivative, term_and_delta};
use crate::lanes::{Kernel, Lanes, Run, Tracer, Walk, Width, move_rows, multiply_add};
use crate::{Activation, Cost};

/// How single samples are done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Sigmoids in all layers, each of which is one vector.
    NarrowSigmoid,
    /// The same of tanh.
    NarrowTanh,
    /// Sigmoids in all layers, several vectors at once.
    Sigmoid,
    /// The same of tanh.
    Tanh,
    /// One vector after the other, of whatever activation functions.
    Any,
}

impl Kind {
    /// For networks [without −0](super::Trainer::zeros_are_alike).
    pub(super) fn of(layers: &[Dense], width: Width) -> Self {
        let narrow = layers.iter().all(|layer| layer.stride() == width.lanes());
        let all = |activation| layers.iter().all(|layer| layer.activation == activation);
        match narrow {
            true if all(Activation::Sigmoid) => Self::NarrowSigmoid,
            true if all(Activation::Tanh) => Self::NarrowTanh,
            false if all(Activation::Sigmoid) => Self::Sigmoid,
            false if all(Activation::Tanh) => Self::Tanh,
            _ => Self::Any,
        }
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
    pub(super) fn train(self, width: Width, kind: Kind) {
        const SIGMOID: usize = Activation::Sigmoid as usize;
        const TANH: usize = Activation::Tanh as usize;
        match kind {
            Kind::NarrowSigmoid => width.run(Of::<SIGMOID, 1>(self)),
            Kind::NarrowTanh => width.run(Of::<TANH, 1>(self)),
            Kind::Sigmoid => width.run(Of::<SIGMOID, MANY>(self)),
            Kind::Tanh => width.run(Of::<TANH, MANY>(self)),
            Kind::Any => width.run(Of::<ANY, MANY>(self)),
        }
    }

    /// The same as code: see [`compiled`](super::compiled).
    pub(super) fn trace(self, tracer: Tracer) {
        tracer.run(Of::<ANY, MANY>(self));
    }

    /// C of the sample that was trained last.
    #[inline(always)]
    pub(super) fn cost(layers: &[Dense]) -> f64 {
        let terms = layers.last().map(|layer| &layer.weighted_inputs.values[..layer.neurons]);
        terms.into_iter().flatten().fold(0.0, |sum, term| sum + term)
    }
}

/// The number of no activation function: each layer is asked for its own.
const ANY: usize = usize::MAX;
/// Rows of as many vectors as there may be.
const MANY: usize = usize::MAX;

/// The same where the activation function of all layers is known, if it is not [`ANY`], and how many vectors a row has,
/// if that is not [`MANY`].
struct Of<'a, const SIGMA: usize, const VECTORS: usize>(Single<'a>);

impl<const SIGMA: usize, const VECTORS: usize> Kernel for Of<'_, SIGMA, VECTORS> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Single { x, y, layers, cost, learning_rate } = self.0;
        let mut before = x;
        for layer in layers.iter_mut() {
            Self::strips::<L>(
                layer.stride(),
                Forward { before, sigma: Self::sigma(layer), layer: &mut *layer },
            );
            before = layer.activations.first(1);
        }
        let mut rest = layers.iter_mut().rev();
        let Some(mut next) = rest.next() else { return };
        outputs::<L>(next, Self::sigma(next), cost, y);
        for layer in rest {
            if let Some(by_neuron) = &next.by_neuron {
                let deltas = &next.deltas.values[..next.neurons];
                let sigma = Self::sigma(layer);
                Self::strips::<L>(layer.stride(), Back { by_neuron, deltas, sigma, layer: &mut *layer });
            }
            next = layer;
        }
        let mut before = x;
        for layer in layers {
            Self::descend::<L>(layer, before, learning_rate);
            before = layer.activations.first(1);
        }
    }
}

impl<const SIGMA: usize, const VECTORS: usize> Of<'_, SIGMA, VECTORS> {
    /// The activation function of a layer.
    #[inline(always)]
    fn sigma(layer: &Dense) -> Activation {
        match SIGMA {
            _ if SIGMA == Activation::Sigmoid as usize => Activation::Sigmoid,
            _ if SIGMA == Activation::Tanh as usize => Activation::Tanh,
            _ => layer.activation,
        }
    }

    /// Rows of this stride, up to three vectors at a time.
    #[inline(always)]
    fn strips<L: Lanes>(stride: usize, mut strip: impl Strip<L>) {
        let mut at = 0;
        while at < stride {
            let vectors = match (stride - at) / L::COUNT {
                _ if VECTORS == 1 => return strip.take::<1>(0),
                1 => 1,
                // Each activation function three times would be too much.
                _ if SIGMA == ANY => 1,
                2 => 2,
                _ => 3,
            };
            match vectors {
                1 => strip.take::<1>(at),
                2 => strip.take::<2>(at),
                _ => strip.take::<3>(at),
            }
            at += vectors * L::COUNT;
        }
    }

    /// Equations (3) and (4), and the update.
    #[inline(always)]
    fn descend<L: Lanes>(layer: &mut Dense, before: &[f64], learning_rate: f64) {
        let Dense { sources, neurons, by_source, by_neuron, deltas, biases, .. } = layer;
        let deltas = deltas.first(1);
        let mut total = L::splat(0.0);
        Self::strips::<L>(
            by_source.stride,
            Descend {
                weights: by_source,
                rows: *sources,
                scalars: before,
                vectors: deltas,
                learning_rate,
                total: &mut total,
            },
        );
        for (delta, bias) in vectors::<L>(deltas).zip(biases.chunks_exact_mut(L::COUNT)) {
            let new = L::load(bias) - L::splat(learning_rate) * delta;
            new.store(bias);
            total = total + new;
        }
        total.store(&mut layer.total);
        if let Some(weights) = by_neuron {
            // The same weights again, whose sum has been looked at.
            let mut total = L::splat(0.0);
            Self::strips::<L>(
                weights.stride,
                Descend {
                    weights,
                    rows: *neurons,
                    scalars: deltas,
                    vectors: before,
                    learning_rate,
                    total: &mut total,
                },
            );
        }
    }
}

/// What is done to V vectors of a row, or of rows that lie below each other, from place `at` on.
trait Strip<L: Lanes> {
    fn take<const V: usize>(&mut self, at: usize);
}

/// Σ scalar · vector, of `count` of both. It starts with the first product, where the plain path starts with 0: see
/// [`zeros_are_alike`](super::Trainer::zeros_are_alike).
#[inline(always)]
fn sums<L: Lanes, const V: usize>(count: usize, scalars: Walk, vectors: Walk) -> [L; V] {
    let scalar = L::spread(&scalars.values[scalars.from]);
    let first = |v: usize| scalar * L::load(&vectors.values[vectors.from + v * L::COUNT..]);
    let mut sums = [std::array::from_fn(first)];
    multiply_add(&mut sums, count - 1, scalars.rest(), 0, vectors.rest());
    sums[0]
}

/// z = w a + b, a = σ(z).
struct Forward<'a> {
    layer: &'a mut Dense,
    sigma: Activation,
    before: &'a [f64],
}

impl<L: Lanes> Strip<L> for Forward<'_> {
    #[inline(always)]
    fn take<const V: usize>(&mut self, at: usize) {
        let layer = &mut *self.layer;
        let sources = Walk { values: self.before, from: 0, step: 1 };
        let weights = Walk { values: &layer.by_source.values, from: at, step: layer.by_source.stride };
        for (v, sum) in sums::<L, V>(layer.sources, sources, weights).into_iter().enumerate() {
            let at = at + v * L::COUNT;
            let z = sum + L::load(&layer.biases[at..]);
            let a = activated(self.sigma, z).and(L::load(&layer.mask[at..]));
            a.store(&mut layer.activations.values[at..]);
        }
    }
}

/// Equation (1). The outputs' shares of C are put where their z, which nobody needs, would be.
#[inline(always)]
fn outputs<L: Lanes>(layer: &mut Dense, sigma: Activation, cost: Cost, y: &[f64]) {
    let stride = layer.stride();
    let (terms, deltas) = (&mut layer.weighted_inputs.values[..stride], &mut layer.deltas.values[..stride]);
    let places = terms.chunks_exact_mut(L::COUNT).zip(deltas.chunks_exact_mut(L::COUNT));
    for ((a, y), (place, delta)) in vectors::<L>(layer.activations.first(1)).zip(vectors(y)).zip(places) {
        let (term, new) = term_and_delta(cost, sigma, a, a, y);
        new.store(delta);
        term.store(place);
    }
}

/// Equation (2).
struct Back<'a> {
    layer: &'a mut Dense,
    sigma: Activation,
    /// w and δ of the next layer.
    by_neuron: &'a Rows,
    deltas: &'a [f64],
}

impl<L: Lanes> Strip<L> for Back<'_> {
    #[inline(always)]
    fn take<const V: usize>(&mut self, at: usize) {
        let deltas = Walk { values: self.deltas, from: 0, step: 1 };
        let weights = Walk { values: &self.by_neuron.values, from: at, step: self.by_neuron.stride };
        for (v, sum) in sums::<L, V>(self.deltas.len(), deltas, weights).into_iter().enumerate() {
            let at = at + v * L::COUNT;
            let a = L::load(&self.layer.activations.values[at..]);
            (sum * derivative(self.sigma, a)).store(&mut self.layer.deltas.values[at..]);
        }
    }
}

/// w ← w − η (scalar · vector): each row has a scalar, and all have the same vectors.
struct Descend<'a, L> {
    weights: &'a mut Rows,
    rows: usize,
    scalars: &'a [f64],
    vectors: &'a [f64],
    learning_rate: f64,
    total: &'a mut L,
}

impl<L: Lanes> Strip<L> for Descend<'_, L> {
    #[inline(always)]
    fn take<const V: usize>(&mut self, at: usize) {
        let vectors: [L; V] = std::array::from_fn(|v| L::load(&self.vectors[at + v * L::COUNT..]));
        let scalars = Walk { values: self.scalars, from: 0, step: 1 };
        let rate = L::splat(self.learning_rate);
        let Rows { values, stride } = self.weights;
        move_rows(values, at, *stride, self.rows, scalars, vectors, |product| rate * product, self.total);
    }
}

/// A row, by vectors.
#[inline(always)]
fn vectors<L: Lanes>(row: &[f64]) -> impl Iterator<Item = L> {
    row.chunks_exact(L::COUNT).map(L::load)
}
