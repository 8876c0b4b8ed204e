//! The gradient_check: what moves a parameter, by means that know nothing of backpropagation; and the identity that
//! the derivative of a sum is the sum of the derivatives.

use crate::nn::{
    BiasRule, Cost, Gradient, NumericalDerivative, Parameter, Reduction, agreeing_digits, backprop,
};
use crate::scenario::Scenario;
use crate::session::MiniBatch;

/// ∂C/∂p of the mini-batch at hand, from every side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientCheck {
    /// p
    pub parameter: Parameter,
    /// By running the network a little to both sides.
    pub numerical: NumericalDerivative,
    /// By backpropagation: for a bias its own δ, down the samples.
    pub backpropagated: f64,
    /// Of a bias: the layer's sum, which the wrong rule moves it by.
    pub layer_sum: Option<f64>,
    /// Of a bias: all biases of the layer moved together, as the one bias that they would be if they were shared.
    pub shared: Option<NumericalDerivative>,
}

impl GradientCheck {
    /// The verdict over a number that is said to be a derivative: to how many digits it agrees with this one, and
    /// whether the two are apart by no more than the estimate's own error and the rounding of what it is made of.
    pub fn agreement(said: f64, numerical: NumericalDerivative) -> (u32, bool) {
        let NumericalDerivative { value, error, .. } = numerical;
        let rounding = 1e-9 * f64::max(said.abs(), value.abs()) + 1e-12;
        (agreeing_digits(said, value), (said - value).abs() <= 10.0 * error + rounding)
    }

    /// What stands beside the numerical derivative.
    pub(super) fn new(
        scenario: &Scenario,
        mini_batch: &MiniBatch,
        parameter: Parameter,
        numerical: NumericalDerivative,
        shared: Option<NumericalDerivative>,
    ) -> Option<Self> {
        // Differences are taken of the sum over the samples.
        let reduced = |found: NumericalDerivative| match scenario.hyperparameters.reduction {
            Reduction::Sum => found,
            Reduction::Mean => {
                let count = mini_batch.rows.len() as f64;
                NumericalDerivative { value: found.value / count, error: found.error / count, ..found }
            }
        };
        let layer_sum = match parameter {
            Parameter::Bias { layer, neuron } => {
                let nabla_b = mini_batch.gradient.biases.get(layer)?;
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

/// The parameters that a gradient_check moves together for [`GradientCheck::shared`]: all biases of the layer.
pub(super) fn shared_with(scenario: &Scenario, parameter: Parameter) -> Option<Vec<Parameter>> {
    match parameter {
        Parameter::Bias { layer, .. } => {
            let count = *scenario.layer_sizes().get(layer)?;
            Some((0..count).map(|neuron| Parameter::Bias { layer, neuron }).collect())
        }
        Parameter::Weight { .. } => None,
    }
}

/// With the parameters frozen: each sample's derivative, their sum or mean, and the mini-batch's own.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientOfSum {
    /// C of a sample.
    pub cost: Cost,
    /// Whether the mini-batch's cost is the sum or the mean of those.
    pub reduction: Reduction,
    /// ∂Cᵢ/∂p of each sample.
    pub terms: Vec<f64>,
    /// Added up, and divided by their number where it is a mean.
    pub added_up: f64,
    /// ∂C/∂p of the mini-batch, by its own accumulator.
    pub batch: f64,
    /// Parameters for which the two are the same double, and how many there are.
    pub equal: (usize, usize),
}

/// The identity for the mini-batch at hand, for the scenario's cost as a sum and as a mean; a square is shown
/// with ½ and without.
pub fn gradient_of_sum(
    scenario: &Scenario,
    mini_batch: &MiniBatch,
    parameter: Parameter,
) -> Vec<GradientOfSum> {
    let forms = match scenario.hyperparameters.cost {
        Cost::Mse | Cost::HalfMse => [(Cost::Mse, Reduction::Mean), (Cost::HalfMse, Reduction::Sum)],
        cost => [(cost, Reduction::Mean), (cost, Reduction::Sum)],
    };
    forms.into_iter().filter_map(|form| gradient_of_sum_for(scenario, mini_batch, parameter, form)).collect()
}

fn gradient_of_sum_for(
    scenario: &Scenario,
    mini_batch: &MiniBatch,
    parameter: Parameter,
    (cost, reduction): (Cost, Reduction),
) -> Option<GradientOfSum> {
    let network = &*mini_batch.before;
    let count = mini_batch.rows.len();
    let mut batch = Gradient::zeros(network);
    let mut sum = Gradient::zeros(network);
    let mut terms = Vec::with_capacity(count);
    for sample in scenario.data.samples.of_rows(&mini_batch.rows) {
        let trace = backprop(network, &sample, cost);
        batch.accumulate(&trace);
        let own = Gradient::of_sample(network, &trace);
        terms.push(own.get(parameter)?);
        sum.add(&own);
    }
    let (batch, added_up) = (batch.reduced(reduction, count), sum.reduced(reduction, count));
    let equal = network.parameters().filter(|&p| batch.get(p) == added_up.get(p)).count();
    Some(GradientOfSum {
        cost,
        reduction,
        terms,
        added_up: added_up.get(parameter)?,
        batch: batch.get(parameter)?,
        equal: (equal, network.parameter_count()),
    })
}
