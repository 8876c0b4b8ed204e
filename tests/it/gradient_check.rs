//! The gradient check against derivatives with 60 digits.

use crate::arbitrary::{Problem, problem};
use crate::sessions::{act, finish_background_work};
use crate::views::text;
use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use deltascope::nn::{
    Activation, Cost, Extrapolation, Layer, Matrix, Network, NumericalDerivative, Parameter, Sample,
};
use deltascope::scenario::Scenario;
use deltascope::session::{GradientCheck, Look, Session};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

type Big = FBig<HalfEven, 2>;

/// An exact double, for calculations with 200 bits.
fn big(value: f64) -> Big {
    Big::try_from(value).unwrap().with_precision(200).value()
}

/// σ(z) and σ′(z).
fn activation(activation: Activation, z: &Big) -> (Big, Big) {
    let leak = |slope: f64| if *z > Big::ZERO { (z.clone(), big(1.0)) } else { (z * big(slope), big(slope)) };
    let magnitude = if *z < Big::ZERO { -z.clone() } else { z.clone() };
    match activation {
        Activation::Sigmoid => {
            let e = (-magnitude).exp();
            let below = &e / (big(1.0) + &e);
            let prime = &below / (big(1.0) + e);
            (if *z > Big::ZERO { big(1.0) - below } else { below }, prime)
        }
        Activation::Tanh => {
            let e = (magnitude * big(-2.0)).exp();
            let size = (big(1.0) - &e) / (big(1.0) + &e);
            let sum = big(1.0) + &e;
            let prime = big(4.0) * e / (&sum * &sum);
            (if *z < Big::ZERO { -size } else { size }, prime)
        }
        Activation::Relu => leak(0.0),
        Activation::LeakyRelu => leak(0.01),
        Activation::Identity => (z.clone(), big(1.0)),
        Activation::Softmax => unreachable!("a function of the whole layer"),
    }
}

fn sum(terms: impl Iterator<Item = Big>) -> Big {
    terms.fold(big(0.0), |sum, term| sum + term)
}

/// ∂C/∂b and ∂C/∂w of each layer for one sample, as δ and the activations of the sources.
fn deltas_and_sources(network: &Network, sample: &Sample, cost: Cost) -> Vec<(Vec<Big>, Vec<Big>)> {
    let mut sources = vec![sample.x.iter().map(|&x| big(x)).collect::<Vec<_>>()];
    let mut primes = Vec::new();
    for layer in &network.layers {
        let a = sources.last().unwrap();
        let z = (0..layer.neurons())
            .map(|j| sum((0..a.len()).map(|k| big(layer.weights[(j, k)]) * &a[k])) + big(layer.biases[j]));
        let z: Vec<Big> = z.collect();
        if layer.activation == Activation::Softmax {
            let largest = z.iter().max().unwrap().clone();
            let exponentials: Vec<Big> = z.iter().map(|z| (z - &largest).exp()).collect();
            let total = sum(exponentials.iter().cloned());
            sources.push(exponentials.into_iter().map(|e| e / &total).collect());
            primes.push(Vec::new());
        } else {
            let (a, prime) = z.iter().map(|z| activation(layer.activation, z)).unzip();
            sources.push(a);
            primes.push(prime);
        }
    }
    let outputs = sources.pop().unwrap();
    let y: Vec<Big> = sample.y.iter().map(|&y| big(y)).collect();
    let sum_y = sum(y.iter().cloned());
    let output_primes = primes.pop().unwrap();
    let deltas = outputs.iter().zip(&y).enumerate().map(|(j, (a, y))| match cost {
        Cost::Mse => big(2.0) * (a - y) * &output_primes[j],
        Cost::HalfMse => (a - y) * &output_primes[j],
        Cost::Bce => a - y,
        Cost::Cce => a * &sum_y - y,
    });
    let mut deltas: Vec<Vec<Big>> = vec![deltas.collect()];
    for (layer, primes) in network.layers[1..].iter().zip(&primes).rev() {
        let later = deltas.last().unwrap();
        let delta = primes.iter().enumerate().map(|(k, prime)| {
            sum(later.iter().enumerate().map(|(j, delta)| big(layer.weights[(j, k)]) * delta)) * prime
        });
        let delta = delta.collect();
        deltas.push(delta);
    }
    deltas.reverse();
    deltas.into_iter().zip(sources).collect()
}

fn reference(problem: &Problem, parameter: Parameter, samples: &[Vec<(Vec<Big>, Vec<Big>)>]) -> Big {
    assert_eq!(samples.len(), problem.samples.len());
    sum(samples.iter().map(|layers| match parameter {
        Parameter::Bias { layer, neuron } => layers[layer].0[neuron].clone(),
        Parameter::Weight { layer, neuron, source } => &layers[layer].0[neuron] * &layers[layer].1[source],
    }))
}

fn numerical(Problem { network, cost, samples }: &Problem, parameter: Parameter) -> NumericalDerivative {
    let mut extrapolation = Extrapolation::default();
    while !extrapolation.finished() {
        extrapolation.refine(network, samples, *cost, &[parameter]);
    }
    extrapolation.best().unwrap()
}

/// The error of the numerical derivative.
fn error(found: NumericalDerivative, right: &Big) -> f64 {
    (big(found.value) - right).to_f64().value().abs()
}

#[test]
fn the_error_bound_holds_for_random_networks_saturated_ones_included() {
    let mut runner = TestRunner::deterministic();
    let (mut checked, mut wrong, mut saturated, mut precise) = (0, Vec::new(), 0, 0);
    for index in 0..1000 {
        let mut problem = problem().new_tree(&mut runner).unwrap().current();
        // Every second network has larger parameters, up to weighted inputs of several hundred.
        let factor = [1.0, 5.0, 1.0, 20.0, 1.0, 100.0][index % 6];
        for parameter in problem.network.parameters().collect::<Vec<_>>() {
            *problem.network.get_mut(parameter).unwrap() *= factor;
        }
        for sample in &mut problem.samples {
            let factor = [1.0, 10.0, 1.0, 100.0, 1000.0][index % 5];
            sample.x.iter_mut().for_each(|x| *x *= factor);
        }
        let samples: Vec<_> = problem
            .samples
            .iter()
            .map(|sample| deltas_and_sources(&problem.network, sample, problem.cost))
            .collect();
        for parameter in problem.network.parameters() {
            let right = reference(&problem, parameter, &samples);
            let found = numerical(&problem, parameter);
            assert!(found.error_bound > 0.0, "{index} {parameter:?}: {found:?}");
            checked += 1;
            saturated += usize::from(right.to_f64().value().abs() < 1e-10);
            precise += usize::from(found.error_bound <= 1e-8 * right.to_f64().value().abs());
            if error(found, &right) > found.error_bound {
                wrong.push((index, problem.network.sizes(), parameter, found, right.to_f64().value()));
            }
        }
    }
    assert!(
        wrong.len() * 1000 <= checked,
        "{} of {checked}: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(12)]
    );
    // The test is about something, and a bound that is always large would be of no use.
    assert!(checked > 10_000 && saturated > 1000 && precise > checked / 2, "{checked} {saturated} {precise}");
}

#[test]
fn the_derivative_of_a_saturated_neuron_is_not_claimed_to_be_0() {
    let weights = Matrix::from_rows(&[vec![30.0]]).unwrap();
    let network =
        Network { layers: vec![Layer { weights, biases: vec![0.0], activation: Activation::Sigmoid }] };
    let samples = vec![Sample { x: vec![1.0], y: vec![0.0] }];
    let problem = Problem { network, cost: Cost::HalfMse, samples };
    let found = numerical(&problem, Parameter::Bias { layer: 0, neuron: 0 });
    let right = 9.357_622_968_840_173e-14;
    assert!(found.error_bound > 0.0 && (found.value - right).abs() <= found.error_bound, "{found:?}");
    assert!(found.error_bound < 1e-12, "{found:?}");
}

#[test]
fn the_page_never_shows_an_error_of_0_and_never_claims_digits_beyond_the_bound() {
    for weight in [0.5, 5.0, 30.0, 300.0, -3.0] {
        let json = format!(
            "{{\"format\":\"deltascope-1\",\"sizes\":[1,1,1],\"activations\":[\"relu\",\"sigmoid\"],\
             \"cost\":\"half_mse\",\"learning_rate\":0.5,\"batch_size\":2,\"reduction\":\"mean\",\
             \"parameters\":{{\"weights\":[[[{weight}]],[[1]]],\"biases\":[[0],[0]]}},\
             \"lanes\":[{{\"updating\":\"sum\"}},{{\"updating\":\"mean\"}}],\
             \"data\":{{\"x\":[[1],[-1]],\"y\":[[0],[0.5]]}}}}"
        );
        let mut session = Session::new(Scenario::from_json(&json).unwrap()).unwrap();
        act(&mut session, Look::GradientCheckToggled);
        for parameter in session.mini_batch().network_before.parameters().collect::<Vec<_>>() {
            act(&mut session, Look::Selected(Some(parameter.into())));
            finish_background_work(&mut session);
            let text = text(&deltascope::view::compare::gradient_check(&session).into_string());
            let check = session.gradient_check().unwrap();
            let NumericalDerivative { value, error_bound, .. } = check.numerical;
            assert!(text.contains(" ± ") && !text.contains("± 0 ") && error_bound > 0.0, "{text}");
            assert!(text.contains("✓") && !text.contains("last bit"), "{weight}: {text}");
            let certain = (value.abs() / error_bound).log10().floor().max(0.0) as u32;
            assert!(GradientCheck::agreement(check.backpropagated, check.numerical).0 <= certain, "{text}");
            assert!(GradientCheck::agreement(value, check.numerical).0 <= certain, "{text}");
        }
    }
}
