//! The gradient of a sum is the sum of the gradients: shown with the numbers of the current mini-batch.

use crate::nn::{Cost, Gradient, Parameter, Reduction, backprop};
use crate::scenario::Scenario;
use crate::session::MiniBatch;

/// At fixed parameters: the derivative of each sample, their sum or mean, and the derivative of the mini-batch.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientOfSum {
    /// The cost of a sample.
    pub cost: Cost,
    /// Whether the cost of the mini-batch is their sum or mean.
    pub reduction: Reduction,
    /// ∂Cᵢ/∂p of each sample.
    pub terms: Vec<f64>,
    /// The sum or mean of those.
    pub added_up: f64,
    /// ∂C/∂p of the mini-batch, from its accumulated gradient.
    pub batch: f64,
    /// Number of parameters for which the two are the same double, and number of parameters.
    pub equal: (usize, usize),
}

/// The gradient of a sum for the current mini-batch, with the scenario's cost as a mean and as a sum. A squared error is
/// shown with ½ and without.
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
    let network = &*mini_batch.network_before;
    let count = mini_batch.rows.len();
    let mut batch = Gradient::zeros(network);
    let mut sum = Gradient::zeros(network);
    let mut terms = Vec::with_capacity(count);
    for sample in scenario.data.samples.select(&mini_batch.rows) {
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
