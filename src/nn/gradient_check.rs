//! The derivative without backpropagation: run the real network twice, a little apart.

use super::{Cost, Network, Parameter, Sample, feedforward};

/// (C(p + h) − C(p − h)) / 2h for the cost summed over `samples`, with error O(h²) + O(ε/h); `None`
/// where there is no such parameter.
///
/// ```
/// use deltascope::nn::{Activation, Cost, Network, Parameter, Sample, central_difference};
///
/// let network = Network::zeros(&[1, 1], &[Activation::Identity]);
/// let samples = [Sample { x: vec![3.0], y: vec![1.0] }];
/// let bias = Parameter::Bias { layer: 0, neuron: 0 };
/// let derivative = central_difference(&network, &samples, Cost::HalfMse, bias, 1e-5);
/// assert!((derivative.unwrap() - (0.0 - 1.0)).abs() < 1e-9);
/// ```
pub fn central_difference<'a>(
    network: &Network,
    samples: impl IntoIterator<Item = &'a Sample>,
    cost: Cost,
    parameter: Parameter,
    h: f64,
) -> Option<f64> {
    let (mut above, mut below) = (network.clone(), network.clone());
    *above.get_mut(parameter)? += h;
    *below.get_mut(parameter)? -= h;
    // The two points really used, which rounding may have moved.
    let width = above.get(parameter)? - below.get(parameter)?;
    let difference = samples.into_iter().fold(0.0, |sum, sample| {
        sum + (sample_cost(&above, sample, cost) - sample_cost(&below, sample, cost))
    });
    Some(difference / width)
}

fn sample_cost(network: &Network, sample: &Sample, cost: Cost) -> f64 {
    let forward = feedforward(network, &sample.x);
    match (forward.weighted_inputs.last(), forward.activations.last()) {
        (Some(z), Some(a)) => cost.value(z, a, &sample.y),
        _ => 0.0,
    }
}
