//! The operations on each neuron in vector form, shared by all paths: a = σ(z), σ′(z), the cost and δ of the outputs.

use crate::activation::{activate, activation_derivative};
use crate::cost::binary_cross_entropy;
use crate::functions::{exp_of_negative, ln};
use crate::simd::{Kernel, Simd};
use crate::{Activation, Cost};

/// Evaluates `$body` with `$activation` as a constant where the function is expensive: a loop of its own for each of them.
macro_rules! with_constant {
    ($activation:ident, $body:expr) => {
        match $activation {
            Activation::Sigmoid => {
                let $activation = Activation::Sigmoid;
                $body
            }
            Activation::Tanh => {
                let $activation = Activation::Tanh;
                $body
            }
            _ => $body,
        }
    };
}
pub(super) use with_constant;

/// An output's term of the cost, and its δ by equation (1). Both are 0 for [`Cost::Cce`], which needs a whole layer.
#[inline(always)]
pub(super) fn cost_and_delta<S: Simd>(cost: Cost, activation: Activation, z: S, a: S, y: S) -> (S, S) {
    match cost {
        Cost::Mse | Cost::HalfMse => squared_cost_and_delta(cost, activation, a, y),
        Cost::Bce => (binary_cross_entropy(z, y), a - y),
        Cost::Cce => (S::broadcast(0.0), S::broadcast(0.0)),
    }
}

/// [`cost_and_delta`] for [`Cost::Mse`], and for [`Cost::HalfMse`] otherwise.
#[inline(always)]
pub(super) fn squared_cost_and_delta<S: Simd>(cost: Cost, activation: Activation, a: S, y: S) -> (S, S) {
    let difference = a - y;
    let sigma_prime = activation_derivative(activation, a);
    match cost {
        Cost::Mse => (difference * difference, S::broadcast(2.0) * difference * sigma_prime),
        _ => (S::broadcast(0.5) * (difference * difference), difference * sigma_prime),
    }
}

/// z = w a + b from the products w a, and a = σ(z), for a layer. [`Softmax`] has to follow for a softmax layer.
pub(super) struct AddBiasAndActivate<'a> {
    pub(super) activation: Activation,
    /// (stride)
    pub(super) biases: &'a [f64],
    /// (stride): all bits set for neurons, none for the padding, so that its activations are 0
    pub(super) mask: &'a [f64],
    /// (samples, stride): the products, replaced by z
    pub(super) weighted_inputs: &'a mut [f64],
    /// (samples, stride)
    pub(super) activations: &'a mut [f64],
}

impl Kernel for AddBiasAndActivate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { activation, biases, mask, weighted_inputs, activations } = self;
        let stride = biases.len();
        let rows = weighted_inputs.chunks_exact_mut(stride).zip(activations.chunks_exact_mut(stride));
        with_constant!(
            activation,
            for (z, a) in rows {
                for at in (0..stride).step_by(S::LANES) {
                    let value = S::load(&z[at..]) + S::load(&biases[at..]);
                    value.store(&mut z[at..]);
                    activate(activation, value).and(S::load(&mask[at..])).store(&mut a[at..]);
                }
            }
        )
    }
}

/// Intermediate results of softmax and its cost for a sample: the largest z, and Σ e^(z − largest).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SoftmaxSum {
    largest: f64,
    sum: f64,
}

/// softmax(z) of each sample.
pub(super) struct Softmax<'a> {
    pub(super) neurons: usize,
    pub(super) stride: usize,
    /// (samples, stride)
    pub(super) weighted_inputs: &'a [f64],
    /// (samples, stride)
    pub(super) activations: &'a mut [f64],
    /// (samples)
    pub(super) sums: &'a mut [SoftmaxSum],
    /// Whether to compute the activations too, or only the sums.
    pub(super) with_activations: bool,
}

impl Kernel for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let rows = self.weighted_inputs.chunks_exact(self.stride);
        let rows = rows.zip(self.activations.chunks_exact_mut(self.stride)).zip(self.sums);
        let mut exponentials = [0.0; 64];
        for ((z, a), softmax_sum) in rows {
            let largest = z[..self.neurons].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for from in (0..self.stride).step_by(exponentials.len()) {
                let to = (from + exponentials.len()).min(self.stride);
                for at in (from..to).step_by(S::LANES) {
                    let value = exp_of_negative(S::load(&z[at..]) - S::broadcast(largest));
                    value.store(&mut exponentials[at - from..]);
                }
                let count = self.neurons.min(to) - from;
                for value in &exponentials[..count] {
                    sum += value;
                }
                if self.with_activations {
                    a[from..from + count].copy_from_slice(&exponentials[..count]);
                }
            }
            *softmax_sum = SoftmaxSum { largest, sum };
            if self.with_activations {
                for at in (0..self.stride).step_by(S::LANES) {
                    (S::load(&a[at..]) / S::broadcast(sum)).store(&mut a[at..]);
                }
            }
        }
    }
}

/// δ ⊙ σ′(z) in place: the second part of equation (2).
pub(super) struct TimesDerivative<'a> {
    pub(super) activation: Activation,
    pub(super) activations: &'a [f64],
    pub(super) deltas: &'a mut [f64],
}

impl Kernel for TimesDerivative<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { activation, activations, deltas } = self;
        with_constant!(
            activation,
            for (a, delta) in activations.chunks_exact(S::LANES).zip(deltas.chunks_exact_mut(S::LANES)) {
                (S::load(delta) * activation_derivative(activation, S::load(a))).store(delta);
            }
        )
    }
}

/// Equation (1), and the cost of each sample.
pub(super) struct Outputs<'a> {
    pub(super) cost: Cost,
    pub(super) activation: Activation,
    pub(super) neurons: usize,
    pub(super) stride: usize,
    /// As in [`AddBiasAndActivate`].
    pub(super) mask: &'a [f64],
    /// (samples, stride)
    pub(super) weighted_inputs: &'a [f64],
    /// (samples, stride)
    pub(super) activations: &'a [f64],
    /// (samples), used by [`Cost::Cce`] only
    pub(super) softmax_sums: &'a [SoftmaxSum],
    /// (samples, stride)
    pub(super) targets: &'a [f64],
    /// (samples, stride)
    pub(super) deltas: &'a mut [f64],
    /// (samples)
    pub(super) costs: &'a mut [f64],
}

impl Kernel for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for sample in 0..self.costs.len() {
            let row = sample * self.stride;
            let SoftmaxSum { largest, sum } = self.softmax_sums.get(sample).copied().unwrap_or_default();
            let (sum_y, log_sum) = match self.cost {
                Cost::Cce => {
                    let targets = &self.targets[row..][..self.neurons];
                    (targets.iter().fold(0.0, |sum, y| sum + y), ln(sum))
                }
                _ => (0.0, 0.0),
            };
            let mut cost = 0.0;
            for at in (0..self.stride).step_by(S::LANES) {
                let z = S::load(&self.weighted_inputs[row + at..]);
                let a = S::load(&self.activations[row + at..]);
                let y = S::load(&self.targets[row + at..]);
                let (term, delta) = match self.cost {
                    Cost::Cce => {
                        let below = S::broadcast(largest) - z;
                        (y * (below + S::broadcast(log_sum)), a * S::broadcast(sum_y) - y)
                    }
                    cost => cost_and_delta(cost, self.activation, z, a, y),
                };
                delta.store(&mut self.deltas[row + at..]);
                cost = term.and(S::load(&self.mask[at..])).add_lanes_to(cost);
            }
            self.costs[sample] = cost;
        }
    }
}
