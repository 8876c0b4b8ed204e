//! A bound of the rounding error of a cost: a running error analysis of the forward pass (N. J. Higham, *Accuracy and
//! Stability of Numerical Algorithms*, 2002, section 3.3).

use super::activation::LEAK;
use super::{Activation, Cost, Forward, Network, Sample};

/// The maximum relative error of a rounded operation: 2⁻⁵³.
pub(super) const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;
/// The maximum relative error of exp, tanh, the sigmoid and the logarithms: 3 units in the last place.
const FUNCTION_ERROR: f64 = 3.0 * f64::EPSILON;
/// More than what the terms of second order, which the bounds leave out, can add.
const SECOND_ORDER: f64 = 1.01;

/// An upper bound of |C − Ĉ| for one sample, where Ĉ is computed from `forward` and C is exact. Each parameter may itself
/// have been rounded once.
pub(super) fn cost_error(network: &Network, sample: &Sample, cost: Cost, forward: &Forward) -> f64 {
    let mut sources = sample.x.as_slice();
    let mut source_errors = vec![0.0; sources.len()];
    let mut z_errors = Vec::new();
    let layers = network.layers.iter().zip(&forward.weighted_inputs).zip(&forward.activations);
    for ((layer, z), a) in layers {
        // Each product and each addition is rounded, and so is the parameter.
        let roundings = (sources.len() + 3) as f64 * UNIT_ROUNDOFF;
        z_errors.clear();
        for (j, bias) in layer.biases.iter().enumerate() {
            let (mut size, mut passed_on) = (bias.abs(), 0.0);
            for (k, (source, error)) in sources.iter().zip(&source_errors).enumerate() {
                let weight = layer.weights[(j, k)].abs();
                size += weight * source.abs();
                passed_on += weight * error;
            }
            z_errors.push(passed_on + roundings * size);
        }
        let errors = z.iter().zip(a).zip(&z_errors);
        source_errors =
            errors.map(|((&z, &a), &error)| activation_error(layer.activation, z, a, error)).collect();
        sources = a;
    }
    let Some(z) = forward.weighted_inputs.last() else { return 0.0 };
    let outputs = sample.y.len() as f64;
    let terms = cost.terms(z, sources, &sample.y);
    let size = terms.iter().fold(0.0, |sum, term| sum + term.abs());
    let passed_on = match cost {
        Cost::Mse | Cost::HalfMse => {
            let errors = sources.iter().zip(&sample.y).zip(&source_errors);
            let factor = if cost == Cost::Mse { 1.0 } else { 0.5 };
            errors.fold(0.0, |sum, ((a, y), error)| sum + factor * (2.0 * (a - y).abs() + error) * error)
        }
        Cost::Bce => {
            let errors = sources.iter().zip(&sample.y).zip(&z_errors);
            errors.fold(0.0, |sum, ((a, y), error)| sum + ((a - y).abs() + error) * error)
        }
        Cost::Cce => {
            // ∂/∂z of ln Σ e^z is a; the sum of the exponentials, at least 1, is rounded as well.
            let log_sum_error =
                sources.iter().zip(&z_errors).fold(0.0, |sum, (a, error)| sum + (a + error) * error);
            let rounding = (outputs + 1.0) * FUNCTION_ERROR;
            let errors = sample.y.iter().zip(&z_errors);
            errors.fold(0.0, |sum, (y, error)| sum + y.abs() * (error + log_sum_error + rounding))
        }
    };
    // Numbers below the smallest normal one have larger relative errors.
    let underflow = (outputs + 1.0) * f64::MIN_POSITIVE;
    SECOND_ORDER * (passed_on + (2.0 * FUNCTION_ERROR + (outputs + 4.0) * UNIT_ROUNDOFF) * size) + underflow
}

/// An upper bound of the error of a = σ(z), where z has at most this `error`.
fn activation_error(activation: Activation, z: f64, a: f64, error: f64) -> f64 {
    // The distance of z from 0 at least; σ′ decreases with it.
    let distance = (z.abs() - error).max(0.0);
    match activation {
        Activation::Sigmoid => {
            f64::min(error * f64::min(0.25, libm::exp(-distance)), 1.0) + FUNCTION_ERROR * a
        }
        Activation::Tanh => {
            f64::min(error * f64::min(1.0, 4.0 * libm::exp(-2.0 * distance)), 2.0) + FUNCTION_ERROR * a.abs()
        }
        Activation::Relu if z < -error => 0.0,
        Activation::LeakyRelu if z < -error => LEAK * error + UNIT_ROUNDOFF * a.abs(),
        Activation::LeakyRelu => error + UNIT_ROUNDOFF * a.abs(),
        Activation::Relu | Activation::Identity | Activation::Softmax => error,
    }
}
