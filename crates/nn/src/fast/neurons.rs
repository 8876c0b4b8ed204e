//! What neurons do one by one: activations, σ′, costs and the outputs' δ.

use crate::functions::{exp_of_negative, ln, ln_1p_lanes, sigmoid_lanes, tanh_lanes};
use crate::lanes::{Kernel, Lanes};
use crate::{Activation, Cost};

/// The slope of leaky ReLU for z ≤ 0, as in `Activation`.
const LEAK: f64 = 0.01;

/// a = σ(z), z = products + b, for a layer; softmax, which needs whole rows, is left to [`Softmax`].
pub(super) struct Activate<'a> {
    pub(super) activation: Activation,
    /// (stride)
    pub(super) biases: &'a [f64],
    /// (stride): all bits of what counts, none of the filling at the end of a row, which is to stay 0.
    pub(super) mask: &'a [f64],
    /// (samples, stride): the products, which become z.
    pub(super) weighted_inputs: &'a mut [f64],
    /// (samples, stride)
    pub(super) activations: &'a mut [f64],
}

impl Kernel for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        // One loop for each, so that each is known where it is compiled.
        match self.activation {
            Activation::Sigmoid => self.each::<L>(|z| activated(Activation::Sigmoid, z)),
            Activation::Tanh => self.each::<L>(|z| activated(Activation::Tanh, z)),
            activation => self.each::<L>(|z| activated(activation, z)),
        }
    }
}

/// σ(z) of a neuron; z of softmax, which needs its whole layer.
#[inline(always)]
pub(super) fn activated<L: Lanes>(activation: Activation, z: L) -> L {
    let zero = L::splat(0.0);
    match activation {
        Activation::Sigmoid => sigmoid_lanes(z),
        Activation::Tanh => tanh_lanes(z),
        Activation::Relu => L::select(z.above(zero), z, zero),
        Activation::LeakyRelu => L::select(z.above(zero), z, L::splat(LEAK) * z),
        Activation::Identity | Activation::Softmax => z,
    }
}

impl Activate<'_> {
    #[inline(always)]
    fn each<L: Lanes>(self, sigma: impl Fn(L) -> L) {
        let stride = self.biases.len();
        let rows =
            self.weighted_inputs.chunks_exact_mut(stride).zip(self.activations.chunks_exact_mut(stride));
        for (z, a) in rows {
            for at in (0..stride).step_by(L::COUNT) {
                let value = L::load(&z[at..]) + L::load(&self.biases[at..]);
                value.store(&mut z[at..]);
                sigma(value).and(L::load(&self.mask[at..])).store(&mut a[at..]);
            }
        }
    }
}

/// What softmax and its cost share: the largest z of a sample, and Σ e^(z − largest).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exponentials {
    largest: f64,
    sum: f64,
}

/// softmax(z) of each sample.
pub(super) struct Softmax<'a> {
    pub(super) neurons: usize,
    pub(super) stride: usize,
    pub(super) weighted_inputs: &'a [f64],
    pub(super) activations: &'a mut [f64],
    pub(super) exponentials: &'a mut [Exponentials],
    /// Whether the activations are wanted, or only what the cost needs.
    pub(super) divide: bool,
}

impl Kernel for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let rows = self.weighted_inputs.chunks_exact(self.stride);
        let rows = rows.zip(self.activations.chunks_exact_mut(self.stride)).zip(self.exponentials);
        let mut exponentials = [0.0; 64];
        for ((z, a), found) in rows {
            let largest = z[..self.neurons].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for from in (0..self.stride).step_by(exponentials.len()) {
                let to = (from + exponentials.len()).min(self.stride);
                for at in (from..to).step_by(L::COUNT) {
                    let value = exp_of_negative(L::load(&z[at..]) - L::splat(largest));
                    value.store(&mut exponentials[at - from..]);
                }
                let count = self.neurons.min(to) - from;
                for value in &exponentials[..count] {
                    sum += value;
                }
                if self.divide {
                    a[from..from + count].copy_from_slice(&exponentials[..count]);
                }
            }
            *found = Exponentials { largest, sum };
            if self.divide {
                for at in (0..self.stride).step_by(L::COUNT) {
                    (L::load(&a[at..]) / L::splat(sum)).store(&mut a[at..]);
                }
            }
        }
    }
}

/// σ′(z), which of every activation function can be told from a = σ(z).
#[inline(always)]
pub(super) fn derivative<L: Lanes>(activation: Activation, a: L) -> L {
    let (zero, one) = (L::splat(0.0), L::splat(1.0));
    match activation {
        Activation::Sigmoid | Activation::Softmax => a * (one - a),
        Activation::Tanh => one - a * a,
        Activation::Relu => L::select(a.above(zero), one, zero),
        Activation::LeakyRelu => L::select(a.above(zero), one, L::splat(LEAK)),
        Activation::Identity => one,
    }
}

/// δ ⊙ σ′(z) in place: the rest of equation (2).
pub(super) struct TimesDerivative<'a> {
    pub(super) activation: Activation,
    pub(super) activations: &'a [f64],
    pub(super) deltas: &'a mut [f64],
}

impl Kernel for TimesDerivative<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let vectors = self.activations.chunks_exact(L::COUNT).zip(self.deltas.chunks_exact_mut(L::COUNT));
        for (a, delta) in vectors {
            (L::load(delta) * derivative(self.activation, L::load(a))).store(delta);
        }
    }
}

/// Equation (1), and the costs: of each sample's outputs.
pub(super) struct Outputs<'a> {
    pub(super) cost: Cost,
    pub(super) activation: Activation,
    pub(super) neurons: usize,
    pub(super) stride: usize,
    /// As for [`Activate`].
    pub(super) mask: &'a [f64],
    pub(super) weighted_inputs: &'a [f64],
    pub(super) activations: &'a [f64],
    pub(super) exponentials: &'a [Exponentials],
    pub(super) targets: &'a [f64],
    pub(super) deltas: &'a mut [f64],
    /// (samples)
    pub(super) costs: &'a mut [f64],
}

impl Kernel for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for sample in 0..self.costs.len() {
            let row = sample * self.stride;
            let from = |values: &'_ [f64], at: usize| L::load(&values[row + at..]);
            let Exponentials { largest, sum } = self.exponentials.get(sample).copied().unwrap_or_default();
            let (sum_y, log_sum) = match self.cost {
                Cost::Cce => {
                    let targets = &self.targets[row..][..self.neurons];
                    (targets.iter().fold(0.0, |sum, y| sum + y), ln(sum))
                }
                _ => (0.0, 0.0),
            };
            let mut cost = 0.0;
            for at in (0..self.stride).step_by(L::COUNT) {
                let (a, y) = (from(self.activations, at), from(self.targets, at));
                let z = from(self.weighted_inputs, at);
                let (term, delta) = match self.cost {
                    Cost::Cce => {
                        let below = L::splat(largest) - z;
                        (y * (below + L::splat(log_sum)), a * L::splat(sum_y) - y)
                    }
                    cost => term_and_delta(cost, self.activation, z, a, y),
                };
                delta.store(&mut self.deltas[row + at..]);
                cost = term.and(L::load(&self.mask[at..])).added_to(cost);
            }
            self.costs[sample] = cost;
        }
    }
}

/// An output's share of the cost, and its δ; of [`Cost::Cce`], which needs whole rows, nothing.
#[inline(always)]
pub(super) fn term_and_delta<L: Lanes>(cost: Cost, activation: Activation, z: L, a: L, y: L) -> (L, L) {
    let difference = a - y;
    match cost {
        Cost::Mse => (difference * difference, L::splat(2.0) * difference * derivative(activation, a)),
        Cost::HalfMse => (L::splat(0.5) * (difference * difference), difference * derivative(activation, a)),
        Cost::Bce => (binary_cross_entropy(z, y), difference),
        Cost::Cce => (L::splat(0.0), L::splat(0.0)),
    }
}

/// y · (−ln σ(z)) + (1 − y) · (−ln(1 − σ(z))), as in `Cost::terms`.
#[inline(always)]
fn binary_cross_entropy<L: Lanes>(z: L, y: L) -> L {
    let (zero, one, minus) = (L::splat(0.0), L::splat(1.0), L::bits(1 << 63));
    let positive = |x: L| L::select(x.above(zero), x, zero);
    let tail = ln_1p_lanes(exp_of_negative(z.or(minus)));
    y * (positive(z.xor(minus)) + tail) + (one - y) * (positive(z) + tail)
}
