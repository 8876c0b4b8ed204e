//! The gradient check: ∂C/∂p of one parameter by central differences, beside the result of backpropagation.

use crate::nn::{BiasRule, NumericalDerivative, Parameter, Reduction, certain_digits};
use crate::scenario::Scenario;
use crate::session::MiniBatch;

/// ∂C/∂p of the current mini-batch, numerically and by backpropagation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientCheck {
    /// p
    pub parameter: Parameter,
    /// By central differences: the cost with p a little larger and a little smaller.
    pub numerical: NumericalDerivative,
    /// By backpropagation: for a bias the sum of its own δ over the samples.
    pub backpropagated: f64,
    /// For a bias: the layer's sum, which the wrong rule uses.
    pub layer_sum: Option<f64>,
    /// For a bias: the numerical derivative of one bias shared by the layer (all of its biases changed together).
    pub shared: Option<NumericalDerivative>,
}

impl GradientCheck {
    /// How well a number agrees with a numerical derivative: the number of equal digits, at most those that the error
    /// bound leaves certain, and whether the difference is within that bound.
    pub fn agreement(value: f64, numerical: NumericalDerivative) -> (u32, bool) {
        let NumericalDerivative { value: estimate, error_bound, .. } = numerical;
        let difference = (value - estimate).abs();
        let size = f64::max(value.abs(), estimate.abs());
        (certain_digits(size, difference + error_bound), difference <= error_bound)
    }

    /// The check, from the derivatives of the sum over the samples. `None` if there is no such parameter.
    pub(super) fn new(
        scenario: &Scenario,
        mini_batch: &MiniBatch,
        parameter: Parameter,
        numerical: NumericalDerivative,
        shared: Option<NumericalDerivative>,
    ) -> Option<Self> {
        let reduced = |found: NumericalDerivative| match scenario.hyperparameters.reduction {
            Reduction::Sum => found,
            Reduction::Mean => {
                let count = mini_batch.rows.len() as f64;
                NumericalDerivative {
                    value: found.value / count,
                    error_bound: found.error_bound / count + f64::EPSILON * (found.value / count).abs(),
                    ..found
                }
            }
        };
        let layer_sum = match parameter {
            Parameter::Bias { layer, neuron } => {
                let nabla_b = mini_batch.gradient.nabla_b.get(layer)?;
                BiasRule::LayerSum.apply(nabla_b).get(neuron).copied()
            }
            Parameter::Weight { .. } => None,
        };
        Some(Self {
            parameter,
            numerical: reduced(numerical),
            backpropagated: mini_batch.gradient.get(parameter)?,
            layer_sum,
            shared: shared.map(reduced),
        })
    }
}

/// The parameters that [`GradientCheck::shared`] changes together: all biases of the layer.
pub(super) fn shared_with(scenario: &Scenario, parameter: Parameter) -> Option<Vec<Parameter>> {
    match parameter {
        Parameter::Bias { layer, .. } => {
            let count = *scenario.layer_sizes().get(layer)?;
            Some((0..count).map(|neuron| Parameter::Bias { layer, neuron }).collect())
        }
        Parameter::Weight { .. } => None,
    }
}
