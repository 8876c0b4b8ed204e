//! Random small networks and samples for the property tests.

use deltascope::nn::{Activation, Cost, Network, Sample, backprop};
use proptest::prelude::*;
use std::ops::RangeInclusive;

/// A network, its cost and samples for a property test.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) network: Network,
    pub(crate) cost: Cost,
    pub(crate) samples: Vec<Sample>,
}

/// One to three layers of one to four neurons, every valid combination of activations and cost, and one to four samples
/// with valid targets.
pub(crate) fn problem() -> impl Strategy<Value = Problem> {
    problem_of(1..=4, 1..=4)
}

/// The same with these numbers of neurons in a layer and of samples.
pub(crate) fn problem_of(
    neurons: RangeInclusive<usize>,
    samples: RangeInclusive<usize>,
) -> impl Strategy<Value = Problem> {
    let sizes = prop::collection::vec(neurons, 2..=4);
    let ends = Cost::ALL.into_iter().flat_map(|cost| {
        Activation::ALL
            .into_iter()
            .filter(move |&output| cost.is_defined_for(output))
            .map(move |output| (cost, output))
    });
    let hidden = Activation::ALL.into_iter().filter(|&activation| activation != Activation::Softmax);
    let hidden = prop::sample::select(hidden.collect::<Vec<_>>());
    let hidden = prop::collection::vec(hidden, 2);
    (sizes, prop::sample::select(ends.collect::<Vec<_>>()), hidden).prop_flat_map(
        move |(sizes, (cost, output), hidden)| {
            let layers = sizes.len() - 1;
            let activations: Vec<_> = hidden[..layers - 1].iter().copied().chain([output]).collect();
            let network = Network::zeros(&sizes, &activations);
            let parameters = prop::collection::vec(-1.5..1.5, network.parameter_count());
            let row =
                (prop::collection::vec(-2.0..2.0, sizes[0]), prop::collection::vec(0.0..1.0, sizes[layers]));
            let rows = prop::collection::vec(row, samples.clone());
            (parameters, rows).prop_map(move |(values, rows)| {
                let mut network = network.clone();
                let parameters: Vec<_> = network.parameters().collect();
                for (parameter, value) in parameters.into_iter().zip(values) {
                    *network.get_mut(parameter).unwrap() = value;
                }
                let samples = rows.into_iter().map(|(x, y)| Sample { x, y: targets(cost, y) }).collect();
                Problem { network, cost, samples }
            })
        },
    )
}

/// Valid targets from numbers 0 … 1: probabilities for cce, unchanged for bce, −1 … 1 for the squared errors.
fn targets(cost: Cost, y: Vec<f64>) -> Vec<f64> {
    let sum: f64 = y.iter().sum();
    match cost {
        Cost::Cce if sum > 0.0 => y.iter().map(|y| y / sum).collect(),
        Cost::Mse | Cost::HalfMse => y.iter().map(|y| 2.0 * y - 1.0).collect(),
        _ => y,
    }
}

/// Whether a z is so close to 0 that a central difference would include the kink of ReLU.
pub(crate) fn near_a_kink(Problem { network, cost, samples }: &Problem) -> bool {
    samples.iter().any(|sample| {
        let trace = backprop(network, sample, *cost);
        let layers = network.layers.iter().zip(&trace.weighted_inputs);
        layers
            .filter(|(layer, _)| matches!(layer.activation, Activation::Relu | Activation::LeakyRelu))
            .any(|(_, z)| z.iter().any(|z| z.abs() < 1e-2))
    })
}
