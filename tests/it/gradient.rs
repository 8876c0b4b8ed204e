//! Backpropagation compared with numerical derivatives, and for very large weighted inputs.

use crate::arbitrary::{Problem, near_a_kink, problem};
use crate::reference::{cost, golden, network, samples};
use deltascope::nn::{
    Activation, BiasRule, Cost, Gradient, Layer, Matrix, Network, Parameter, Reduction, Sample, backprop,
    central_difference, evaluate, update,
};
use proptest::prelude::*;

const H: f64 = 1e-5;
const TOLERANCE: f64 = 1e-6;

/// ∂C/∂p by backpropagation.
fn entry(gradient: &Gradient, parameter: Parameter) -> f64 {
    match parameter {
        Parameter::Weight { layer, neuron, source } => gradient.nabla_w[layer][(neuron, source)],
        Parameter::Bias { layer, neuron } => gradient.nabla_b[layer][neuron],
    }
}

/// The gradient summed over the samples.
fn batch_gradient(Problem { network, cost, samples }: &Problem) -> Gradient {
    let mut gradient = Gradient::zeros(network);
    for sample in samples {
        gradient.accumulate(&backprop(network, sample, *cost));
    }
    gradient
}

fn check_every_parameter(problem: &Problem) -> Result<(), TestCaseError> {
    let gradient = batch_gradient(problem);
    let Problem { network, cost, samples } = problem;
    for parameter in network.parameters() {
        let got = entry(&gradient, parameter);
        let want = central_difference(network, samples, *cost, &[parameter], H).unwrap();
        prop_assert!(
            (got - want).abs() <= TOLERANCE * want.abs().max(1.0),
            "{parameter:?}: {got:e} by backpropagation, {want:e} by difference"
        );
    }
    Ok(())
}

#[test]
fn every_weight_and_bias_of_the_golden_cases() {
    let mut checked = 0;
    for case in golden("golden.json")["cases"].as_array().unwrap() {
        // For a z exactly at the corner of a ReLU there is no derivative.
        if case["check"]["kink"] == true {
            continue;
        }
        let problem = Problem { network: network(case, case), cost: cost(case), samples: samples(case) };
        check_every_parameter(&problem).unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
        checked += 1;
    }
    assert!(checked >= 18, "{checked} cases");
}

proptest! {
    #[test]
    fn every_weight_and_bias_of_random_networks(problem in problem()) {
        prop_assume!(!near_a_kink(&problem));
        check_every_parameter(&problem)?;
    }

    #[test]
    fn the_mean_of_the_samples_gradients_is_the_batch_gradient(problem in problem()) {
        let Problem { network, cost, samples } = &problem;
        let apart = samples.iter().map(|s| Gradient::of_sample(network, &backprop(network, s, *cost)));
        let apart: Vec<_> = apart.collect();
        let count = samples.len() as f64;
        let sum = batch_gradient(&problem);
        let mean = sum.clone().reduced(Reduction::Mean, samples.len());
        for parameter in network.parameters() {
            let total = apart.iter().fold(0.0, |sum, gradient| sum + entry(gradient, parameter));
            // The same bits: the same terms in the same order.
            prop_assert_eq!(entry(&sum, parameter), total);
            prop_assert_eq!(entry(&mean, parameter), total / count);
        }
    }

    #[test]
    fn the_sum_over_a_layer_is_the_derivative_of_a_shared_bias(problem in problem()) {
        prop_assume!(!near_a_kink(&problem));
        let Problem { network, cost, samples } = &problem;
        let gradient = batch_gradient(&problem);
        for (l, layer) in network.layers.iter().enumerate() {
            let shifted = |h: f64| {
                let mut network = network.clone();
                network.layers[l].biases.iter_mut().for_each(|bias| *bias += h);
                evaluate(&network, samples, *cost).cost_sum
            };
            let want = (shifted(H) - shifted(-H)) / (2.0 * H);
            let moved = BiasRule::SharedBias.apply(&gradient.nabla_b[l]);
            prop_assert_eq!(moved.len(), layer.neurons());
            for got in moved {
                prop_assert!((got - want).abs() <= TOLERANCE * want.abs().max(1.0), "{} {}", got, want);
            }
        }
    }

    #[test]
    fn an_update_changes_every_parameter_against_its_derivative(problem in problem(), eta in 0.01..2.0) {
        let gradient = batch_gradient(&problem);
        let mut after = problem.network.clone();
        update(&mut after, &gradient, eta, BiasRule::OwnDelta);
        for parameter in after.parameters() {
            let want = problem.network.get(parameter).unwrap() - eta * entry(&gradient, parameter);
            prop_assert_eq!(after.get(parameter).unwrap(), want);
        }
    }

    #[test]
    fn softmax_deltas_of_a_sample_sum_to_zero(z in prop::collection::vec(-1000.0..1000.0, 2..6)) {
        let mut y = vec![0.0; z.len()];
        y[0] = 1.0;
        let trace = backprop(&outputs(&z, Activation::Softmax), &Sample { x: vec![1.0], y }, Cost::Cce);
        prop_assert!(trace.deltas[0].iter().sum::<f64>().abs() < 1e-14);
    }

    #[test]
    fn costs_and_deltas_stay_finite_for_z_up_to_1000(
        z in prop::collection::vec(-1000.0..1000.0, 1..5),
        right in 0usize..5,
    ) {
        let y: Vec<f64> = (0..z.len()).map(|j| if j == right % z.len() { 1.0 } else { 0.0 }).collect();
        for cost in Cost::ALL {
            for output in Activation::ALL.into_iter().filter(|&output| cost.is_defined_for(output)) {
                let trace = backprop(&outputs(&z, output), &Sample { x: vec![1.0], y: y.clone() }, cost);
                prop_assert!(trace.cost.is_finite() && trace.cost >= 0.0, "{:?} {:?}", cost, output);
                prop_assert!(trace.deltas[0].iter().all(|delta| delta.is_finite()), "{:?} {:?}", cost, output);
            }
        }
    }
}

/// A network whose outputs are σ(z) for the input 1.
fn outputs(z: &[f64], activation: Activation) -> Network {
    let weights = Matrix::from_rows(&z.iter().map(|&z| vec![z]).collect::<Vec<_>>()).unwrap();
    Network { layers: vec![Layer { weights, biases: vec![0.0; z.len()], activation }] }
}

#[test]
fn costs_are_accurate_where_the_plain_formula_fails() {
    // −ln σ(z) and −ln softmax(z), computed with 60 digits.
    for (cost, output, z, y, want) in [
        (Cost::Bce, Activation::Sigmoid, vec![1000.0], vec![1.0], 0.0),
        (Cost::Bce, Activation::Sigmoid, vec![1000.0], vec![0.0], 1000.0),
        (Cost::Bce, Activation::Sigmoid, vec![-1000.0], vec![1.0], 1000.0),
        (Cost::Bce, Activation::Sigmoid, vec![-1000.0], vec![0.0], 0.0),
        (Cost::Bce, Activation::Sigmoid, vec![800.0], vec![0.25], 600.0),
        (Cost::Bce, Activation::Sigmoid, vec![50.0], vec![1.0], 1.928_749_847_963_917_8e-22),
        (Cost::Bce, Activation::Sigmoid, vec![-50.0], vec![0.0], 1.928_749_847_963_917_8e-22),
        (Cost::Cce, Activation::Softmax, vec![1000.0, -1000.0], vec![0.0, 1.0], 2000.0),
        (Cost::Cce, Activation::Softmax, vec![1000.0, -1000.0], vec![1.0, 0.0], 0.0),
        (Cost::Cce, Activation::Softmax, vec![1000.0; 4], vec![0.0, 0.0, 1.0, 0.0], 1.386_294_361_119_890_6),
        (Cost::Cce, Activation::Softmax, vec![-999.0, -1000.0], vec![1.0, 0.0], 0.313_261_687_518_222_8),
        (Cost::Cce, Activation::Softmax, vec![999.0, 1000.0], vec![1.0, 0.0], 1.313_261_687_518_222_8),
    ] {
        let trace = backprop(&outputs(&z, output), &Sample { x: vec![1.0], y: y.clone() }, cost);
        let close = (trace.cost - want).abs() <= 1e-14 * f64::abs(want);
        assert!(close, "{cost:?} of {z:?} for {y:?}: {:e}, but {want:e} is right", trace.cost);
    }
}
