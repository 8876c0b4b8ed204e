//! Cost functions C of one sample: sums over the outputs, not divided by their number.

use super::functions::{self, exp_of_negative, ln_1p_simd};
use super::{Activation, simd::Simd};
use serde::{Deserialize, Serialize};

/// The cost of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// C = Σ (a − y)²
    Mse,
    /// C = ½ Σ (a − y)²
    HalfMse,
    /// C = −Σ [y ln a + (1 − y) ln(1 − a)], binary cross-entropy on sigmoid outputs
    Bce,
    /// C = −Σ y ln a, categorical cross-entropy on softmax outputs
    Cce,
}

names!(Cost: Mse = "mse", HalfMse = "half_mse", Bce = "bce", Cce = "cce");

impl Cost {
    /// Whether this cost is defined on outputs of this activation function.
    pub fn is_defined_for(self, output: Activation) -> bool {
        match self {
            Self::Mse | Self::HalfMse => output != Activation::Softmax,
            Self::Bce => output == Activation::Sigmoid,
            Self::Cce => output == Activation::Softmax,
        }
    }

    /// Whether σ′ cancels in δᴸ, so that δᴸ = a − y: the cross-entropies.
    pub fn cancels_sigma_prime(self) -> bool {
        matches!(self, Self::Bce | Self::Cce)
    }

    /// The terms of the cost, one for each output, shape (n_L). The cross-entropies are computed from z, so that they stay
    /// finite and accurate where a is rounded to 0 or 1:
    /// −ln σ(z) = max(−z, 0) + ln(1 + e^−|z|), and −ln softmax(z)ⱼ = ln Σ e^z − zⱼ.
    pub fn terms(self, z: &[f64], a: &[f64], y: &[f64]) -> Vec<f64> {
        match self {
            Self::Mse => a.iter().zip(y).map(|(a, y)| (a - y) * (a - y)).collect(),
            Self::HalfMse => a.iter().zip(y).map(|(a, y)| 0.5 * ((a - y) * (a - y))).collect(),
            Self::Bce => z.iter().zip(y).map(|(&z, &y)| binary_cross_entropy(z, y)).collect(),
            Self::Cce => {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum = z.iter().fold(0.0, |sum, z| sum + functions::exp(z - largest));
                // (largest + log_sum) − z would lose a small cost beside a large z.
                let log_sum = functions::ln(sum);
                z.iter().zip(y).map(|(z, y)| y * ((largest - z) + log_sum)).collect()
            }
        }
    }

    /// C of one sample.
    ///
    /// ```
    /// # use deltascope_nn::Cost;
    /// assert_eq!(Cost::HalfMse.value(&[2.0], &[2.0], &[1.0]), 0.5);
    /// assert_eq!(Cost::Bce.value(&[-1000.0], &[0.0], &[1.0]), 1000.0); // though ln 0 is infinite
    /// ```
    pub fn value(self, z: &[f64], a: &[f64], y: &[f64]) -> f64 {
        self.terms(z, a, y).iter().fold(0.0, |sum, term| sum + term)
    }

    /// ∇ₐC, shape (n_L): ∂C/∂aⱼ.
    pub fn gradient(self, a: &[f64], y: &[f64]) -> Vec<f64> {
        a.iter()
            .zip(y)
            .map(|(a, y)| match self {
                Self::Mse => 2.0 * (a - y),
                Self::HalfMse => a - y,
                Self::Bce => (a - y) / (a * (1.0 - a)),
                Self::Cce => -y / a,
            })
            .collect()
    }
}

/// y · (−ln σ(z)) + (1 − y) · (−ln(1 − σ(z))), computed as described at [`Cost::terms`].
#[inline(always)]
pub(crate) fn binary_cross_entropy<S: Simd>(z: S, y: S) -> S {
    let (zero, one, sign) = (S::broadcast(0.0), S::broadcast(1.0), S::from_bits(1 << 63));
    let negated = z.xor(sign);
    let tail = ln_1p_simd(exp_of_negative(z.or(sign)));
    let (negative_part, positive_part) =
        (S::select(negated.gt(zero), negated, zero), S::select(z.gt(zero), z, zero));
    y * (negative_part + tail) + (one - y) * (positive_part + tail)
}
