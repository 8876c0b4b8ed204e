//! The mathematics of backpropagation, independent of sessions and screens.
//!
//! Notation of Nielsen, *Neural Networks and Deep Learning*, chapter 2, but with `l = 0` for the first layer after the
//! input, so that every layer has weights:
//!
//! | symbol | in code | shape |
//! |---|---|---|
//! | x, the activations of the input | [`Sample::x`] | (n₀) |
//! | y | [`Sample::y`] | (n_L) |
//! | wˡ | [`Layer::weights`] | (nˡ, nˡ⁻¹): row j has the weights into neuron j |
//! | bˡ | [`Layer::biases`] | (nˡ) |
//! | zˡ = wˡ aˡ⁻¹ + bˡ | [`Trace::weighted_inputs`] | (nˡ) |
//! | aˡ = σ(zˡ) | [`Trace::activations`] | (nˡ) |
//! | δˡ = ∂C/∂zˡ | [`Trace::deltas`] | (nˡ) |
//! | ∂C/∂w, ∂C/∂b | [`Gradient::nabla_w`], [`Gradient::nabla_b`] | as the parameters |
//! | η | [`Hyperparameters::learning_rate`] | scalar |
//!
//! The flow is [`backprop()`] → [`Trace`] → [`Gradient`] → [`update()`]. Only `update` changes a network, except for the
//! deliberate mistake in [`train_mini_batch_updating_during_backward`]. [`fast`] computes the same numbers faster, on
//! parameters of its own.

/// Defines the list of an enum's variants and their names.
macro_rules! names {
    ($type:ident: $($variant:ident = $name:literal),+) => {
        impl $type {
            /// Every variant.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The name in files.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }
    };
}

mod activation;
mod backprop;
mod cost;
mod evaluation;
pub mod fast;
pub mod functions;
mod gradient;
mod gradient_check;
mod initialisation;
mod matrix;
mod network;
mod not_finite;
mod rounding;
mod sgd;
mod simd;
mod sweep;
mod update_during_backward;

pub use activation::Activation;
pub use backprop::{Forward, Trace, backprop, feedforward};
pub use cost::Cost;
pub use evaluation::{Evaluation, evaluate, predicted_class};
pub use gradient::Gradient;
pub use gradient_check::{Extrapolation, NumericalDerivative, central_difference, certain_digits};
pub use initialisation::{Distribution, Initialisation, shuffled};
pub use matrix::Matrix;
pub use network::{Layer, Network, Parameter};
pub use not_finite::NotFinite;
pub use sgd::{BiasRule, Hyperparameters, Reduction, train_mini_batch, train_mini_batch_with, update};
pub use sweep::{LearningRateSweep, SweepPoint};
pub use update_during_backward::train_mini_batch_updating_during_backward;

use serde::{Deserialize, Serialize};

/// One row of the data: an input `x` of shape (n₀) and its target `y` of shape (n_L).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The input.
    pub x: Vec<f64>,
    /// The target.
    pub y: Vec<f64>,
}
