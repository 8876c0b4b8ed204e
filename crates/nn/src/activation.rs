//! Activation functions σ and their derivatives σ′.

use super::functions::{self, sigmoid_simd, tanh_simd};
use super::simd::Simd;
use serde::{Deserialize, Serialize};

/// The activation function of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// σ(z) = 1 / (1 + e⁻ᶻ)
    Sigmoid,
    /// σ(z) = tanh z
    Tanh,
    /// σ(z) = max(0, z), with σ′(0) = 0
    Relu,
    /// σ(z) = z for z > 0, else 0.01 z
    LeakyRelu,
    /// σ(z) = z
    Identity,
    /// σ(z)ⱼ = e^zⱼ / Σᵢ e^zᵢ over the layer; the output layer only, with [`Cost::Cce`](super::Cost::Cce)
    Softmax,
}

/// The slope of [`Activation::LeakyRelu`] for z ≤ 0.
pub(crate) const LEAK: f64 = 0.01;

names!(
    Activation: Sigmoid = "sigmoid", Tanh = "tanh", Relu = "relu",
    LeakyRelu = "leaky_relu", Identity = "identity", Softmax = "softmax"
);

impl Activation {
    /// a = σ(z) of one neuron. For softmax, which needs a whole layer, the value in a layer of one neuron.
    ///
    /// ```
    /// # use deltascope_nn::Activation;
    /// assert_eq!(Activation::Sigmoid.value(0.0), 0.5);
    /// assert_eq!(Activation::Sigmoid.value(-1000.0), 0.0); // no overflow
    /// ```
    pub fn value(self, z: f64) -> f64 {
        match self {
            Self::Softmax => 1.0,
            _ => activate(self, z),
        }
    }

    /// a = σ(z) of a layer, shape (n).
    pub fn values(self, z: &[f64]) -> Vec<f64> {
        match self {
            Self::Softmax => softmax(z),
            _ => z.iter().map(|&z| self.value(z)).collect(),
        }
    }

    /// σ′(z) of one neuron from a = σ(z), which determines it for every activation function. For softmax, whose derivative
    /// is a matrix, the diagonal entry ∂aⱼ/∂zⱼ = aⱼ (1 − aⱼ).
    pub fn derivative(self, a: f64) -> f64 {
        activation_derivative(self, a)
    }

    /// σ′(z) of a layer from a = σ(z), shape (n).
    pub fn derivatives(self, a: &[f64]) -> Vec<f64> {
        a.iter().map(|&a| self.derivative(a)).collect()
    }
}

/// σ(z). For softmax, which needs a whole layer, z.
#[inline(always)]
pub(crate) fn activate<S: Simd>(activation: Activation, z: S) -> S {
    let zero = S::broadcast(0.0);
    match activation {
        Activation::Sigmoid => sigmoid_simd(z),
        Activation::Tanh => tanh_simd(z),
        Activation::Relu => S::select(z.gt(zero), z, zero),
        Activation::LeakyRelu => S::select(z.gt(zero), z, S::broadcast(LEAK) * z),
        Activation::Identity | Activation::Softmax => z,
    }
}

/// σ′(z) from a = σ(z), as [`Activation::derivative`].
#[inline(always)]
pub(crate) fn activation_derivative<S: Simd>(activation: Activation, a: S) -> S {
    let (zero, one) = (S::broadcast(0.0), S::broadcast(1.0));
    match activation {
        Activation::Sigmoid | Activation::Softmax => a * (one - a),
        Activation::Tanh => one - a * a,
        Activation::Relu => S::select(a.gt(zero), one, zero),
        Activation::LeakyRelu => S::select(a.gt(zero), one, S::broadcast(LEAK)),
        Activation::Identity => one,
    }
}

/// Subtracts the largest z first, which does not change the result and keeps every exponential at or below 1.
fn softmax(z: &[f64]) -> Vec<f64> {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = z.iter().map(|z| functions::exp(z - largest)).collect();
    let sum = exponentials.iter().fold(0.0, |sum, e| sum + e);
    exponentials.into_iter().map(|e| e / sum).collect()
}
