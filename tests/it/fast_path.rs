//! The fast path gives the same doubles as the plain path, bit for bit.

use crate::arbitrary::{Problem, problem, problem_of};
use deltascope::data::preset;
use deltascope::nn::fast::{Trainer, Width};
use deltascope::nn::{
    Activation, BiasRule, Cost, Distribution, Hyperparameters, Initialisation, Network, Parameter, Reduction,
    Sample, evaluate, shuffled, train_mini_batch,
};
use proptest::prelude::*;

/// Every vector width of this machine.
fn widths() -> impl Iterator<Item = Width> {
    [Width::TWO].into_iter().chain(Width::four())
}

/// Whether two doubles have the same bits, or are both NaN.
fn same(one: f64, other: f64) -> bool {
    one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
}

#[track_caller]
fn assert_same(got: &Network, want: &Network, what: &str) {
    for parameter in want.parameters() {
        let (got, want) = (got.get(parameter).unwrap(), want.get(parameter).unwrap());
        assert!(same(got, want), "{what}: {parameter:?} is {got:e}, but {want:e} on the plain path");
    }
}

/// Trains on `mini_batches` with both paths and compares everything after each.
fn check(network: &Network, hyperparameters: &Hyperparameters, mini_batches: &[&[Sample]]) {
    for width in widths() {
        let mut plain = network.clone();
        let mut trainer = Trainer::with_width(network, hyperparameters, width);
        assert_eq!(trainer.network(), plain);
        for (index, samples) in mini_batches.iter().enumerate() {
            let what = format!("{hyperparameters:?}, {:?}, {width:?}, mini-batch {index}", network.sizes());
            let (got, want) =
                (trainer.train_mini_batch(*samples), train_mini_batch(&mut plain, *samples, hyperparameters));
            assert!(same(got, want), "{what}: the cost is {got:e}, but {want:e} on the plain path");
            assert_same(&trainer.network(), &plain, &what);
            assert_eq!(trainer.first_not_finite(), plain.first_not_finite(), "{what}");
            let (got, want) = (trainer.evaluate(*samples), evaluate(&plain, *samples, hyperparameters.cost));
            assert!(same(got.cost_sum, want.cost_sum), "{what}: {got:?}, but {want:?} on the plain path");
            let counts = |evaluation: deltascope::nn::Evaluation| {
                (evaluation.samples, evaluation.correct_samples, evaluation.correct_outputs)
            };
            assert_eq!(counts(got), counts(want), "{what}");
        }
    }
}

fn hyperparameters() -> impl Strategy<Value = Hyperparameters> {
    let reduction = prop::sample::select(vec![Reduction::Sum, Reduction::Mean]);
    let rule = prop::sample::select(BiasRule::ALL.to_vec());
    (1usize..=9, reduction, rule, 0.01..3.0).prop_map(|(batch_size, reduction, bias_rule, learning_rate)| {
        Hyperparameters { cost: Cost::Mse, learning_rate, batch_size, reduction, bias_rule }
    })
}

proptest! {
    #[test]
    fn random_small_problems(problem in problem(), hyperparameters in hyperparameters()) {
        let Problem { network, cost, samples } = &problem;
        let hyperparameters = Hyperparameters { cost: *cost, ..hyperparameters };
        let mini_batches: Vec<_> = samples.chunks(hyperparameters.batch_size).collect();
        check(network, &hyperparameters, &mini_batches.repeat(3));
    }

    #[test]
    fn random_larger_problems(problem in problem_of(1..=23, 1..=80), hyperparameters in hyperparameters(), size in 1usize..=80) {
        let Problem { network, cost, samples } = &problem;
        let hyperparameters = Hyperparameters { cost: *cost, batch_size: size, ..hyperparameters };
        let mini_batches: Vec<_> = samples.chunks(size).take(6).collect();
        check(network, &hyperparameters, &mini_batches);
    }

    #[test]
    fn random_small_networks_with_many_samples(
        problem in problem_of(1..=8, 1..=100),
        hyperparameters in hyperparameters(),
        size in 1usize..=40,
        piece in 1usize..=40,
    ) {
        let Problem { network, cost, samples } = &problem;
        let hyperparameters = Hyperparameters { cost: *cost, batch_size: size, ..hyperparameters };
        let mini_batches: Vec<_> = samples.chunks(size).collect();
        check(network, &hyperparameters, &mini_batches);
        check_parts(network, &hyperparameters, samples, piece);
    }
}

/// Trains on one mini-batch of all samples, in parts on the fast path, and compares with the plain path.
fn check_parts(network: &Network, hyperparameters: &Hyperparameters, samples: &[Sample], piece: usize) {
    for width in widths() {
        let mut plain = network.clone();
        let mut trainer = Trainer::with_width(network, hyperparameters, width);
        for _ in 0..2 {
            samples.chunks(piece).for_each(|piece| trainer.accumulate(piece));
            trainer.evaluate(samples); // must not change anything
            let (got, want) = (
                trainer.train_mini_batch::<&Sample>([]),
                train_mini_batch(&mut plain, samples, hyperparameters),
            );
            let what = format!("{hyperparameters:?}, {:?}, {width:?}, pieces of {piece}", network.sizes());
            assert!(same(got, want), "{what}: the cost is {got:e}, but {want:e} on the plain path");
            assert_same(&trainer.network(), &plain, &what);
        }
    }
}

/// Samples of these shapes with arbitrary values.
fn samples(count: usize, inputs: usize, outputs: usize) -> Vec<Sample> {
    let value = |index: usize| ((index * 7919 + 13) % 1009) as f64 / 1009.0;
    let row = |from: usize, length: usize| (from..from + length).map(value).collect();
    (0..count).map(|i| Sample { x: row(i * inputs, inputs), y: row(i * outputs + 5, outputs) }).collect()
}

fn drawn(sizes: &[usize], activations: &[Activation]) -> Network {
    Initialisation { distribution: Distribution::Normal, seed: 7 }.network(sizes, activations)
}

const DEFAULTS: Hyperparameters = Hyperparameters {
    cost: Cost::HalfMse,
    learning_rate: 0.7,
    batch_size: 1,
    reduction: Reduction::Mean,
    bias_rule: BiasRule::OwnDelta,
};

#[test]
fn very_small_and_very_large_numbers() {
    let network = Network::zeros(&[20, 30, 3], &[Activation::Identity, Activation::Identity]);
    let drawn = drawn(&[20, 30, 3], &[Activation::Tanh, Activation::Identity]);
    for size in [5e-324, 1e-310, 1e-200, 1e-120, 1e120, 1e200, 1e300] {
        for batch_size in [3, 7, 10, 11] {
            let mut samples = samples(3 * batch_size, 20, 3);
            samples.iter_mut().flat_map(|sample| &mut sample.x).for_each(|x| *x *= size);
            let hyperparameters = Hyperparameters { batch_size, ..DEFAULTS };
            for network in [&network, &drawn] {
                check(network, &hyperparameters, &samples.chunks(batch_size).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn every_remainder_of_every_tile() {
    use Activation::{Sigmoid, Tanh};
    for sources in 1..=9 {
        for neurons in 1..=9 {
            let network = drawn(&[sources, neurons, sources], &[Tanh, Sigmoid]);
            for batch_size in (1usize..=9).chain([31, 32, 33, 65]) {
                let samples = samples(batch_size + batch_size.div_ceil(2), sources, sources);
                let hyperparameters = Hyperparameters { batch_size, ..DEFAULTS };
                check(&network, &hyperparameters, &samples.chunks(batch_size).collect::<Vec<_>>());
            }
        }
    }
}

/// −0 − (−0) is 0, but −0 − 0 is −0: a weight of −0 shows the sign of a zero that is subtracted from it.
#[test]
fn single_samples_and_negative_zeros() {
    use Activation::{LeakyRelu, Sigmoid, Tanh};
    for activations in [[Sigmoid; 2], [Tanh; 2], [LeakyRelu, Sigmoid]] {
        for neurons in 1..=7 {
            for inputs in [1, 2, 3, 6] {
                let network = drawn(&[inputs, neurons, inputs], &activations);
                let mut zeros = network.clone();
                for layer in &mut zeros.layers {
                    layer.weights.values_mut().iter_mut().step_by(2).for_each(|weight| *weight = -0.0);
                    layer.biases.iter_mut().step_by(2).for_each(|bias| *bias = -0.0);
                }
                let mut samples = samples(6, inputs, inputs);
                samples.iter_mut().step_by(2).for_each(|sample| sample.x[0] = 0.0);
                for network in [&network, &zeros] {
                    check(network, &DEFAULTS, &samples.chunks(1).collect::<Vec<_>>());
                }
                // The zeros are set later.
                let (mut trainer, mut plain) = (Trainer::new(&network, &DEFAULTS), zeros.clone());
                trainer.set_network(&zeros);
                for sample in samples.chunks(1) {
                    trainer.train_mini_batch(sample);
                    train_mini_batch(&mut plain, sample, &DEFAULTS);
                    assert_same(&trainer.network(), &plain, "set later");
                }
            }
        }
    }
}

#[test]
fn long_sums_in_blocks() {
    let network = drawn(&[300, 90, 70], &[Activation::Sigmoid, Activation::Softmax]);
    let samples = samples(40, 300, 70);
    for batch_size in [1, 7, 40] {
        let hyperparameters = Hyperparameters { cost: Cost::Cce, batch_size, ..DEFAULTS };
        check(&network, &hyperparameters, &samples.chunks(batch_size).take(3).collect::<Vec<_>>());
    }
}

#[test]
fn mini_batches_of_other_lengths_than_the_batch_size() {
    let network = drawn(&[3, 4, 2], &[Activation::Relu, Activation::Identity]);
    let samples = samples(100, 3, 2);
    for bias_rule in BiasRule::ALL {
        let hyperparameters = Hyperparameters { bias_rule, batch_size: 10, ..DEFAULTS };
        check(&network, &hyperparameters, &[&samples[..5], &samples, &samples[..1], &samples[..50]]);
    }
}

#[test]
fn a_mini_batch_in_parts_of_any_length() {
    let samples = samples(150, 9, 3);
    for activations in [[Activation::Tanh, Activation::Sigmoid], [Activation::Relu, Activation::Softmax]] {
        let network = drawn(&[9, 6, 3], &activations);
        for (bias_rule, batch_size) in BiasRule::ALL.into_iter().zip([150, 10, 64, 32]) {
            let hyperparameters = Hyperparameters { bias_rule, batch_size, ..DEFAULTS };
            for width in widths() {
                let mut plain = network.clone();
                let mut trainer = Trainer::with_width(&network, &hyperparameters, width);
                for piece in [1, 7, 32, 45, 150] {
                    let want = train_mini_batch(&mut plain, &samples, &hyperparameters);
                    let before = trainer.network();
                    // Accumulates all samples, or all but the last ones.
                    let early = samples.len() - if piece % 2 == 0 { piece } else { 0 };
                    samples[..early].chunks(piece).for_each(|piece| trainer.accumulate(piece));
                    assert_eq!(trainer.network(), before);
                    trainer.evaluate(&samples); // must not change anything
                    let got = trainer.train_mini_batch(&samples[early..]);
                    let what = format!("{hyperparameters:?}, {width:?}, pieces of {piece}");
                    assert!(same(got, want), "{what}: {got:e}, but {want:e} in one go");
                    assert_same(&trainer.network(), &plain, &what);
                }
            }
        }
    }
}

#[test]
fn resetting_to_an_earlier_network() {
    let network = drawn(&[5, 4, 3], &[Activation::Sigmoid; 2]);
    let samples = samples(20, 5, 3);
    let hyperparameters = Hyperparameters { batch_size: 4, ..DEFAULTS };
    let mut trainer = Trainer::new(&network, &hyperparameters);
    let epoch = |trainer: &mut Trainer| {
        let cost: f64 = samples.chunks(4).map(|samples| trainer.train_mini_batch(samples)).sum();
        (cost, trainer.network())
    };
    let first = epoch(&mut trainer);
    assert_ne!(epoch(&mut trainer), first);
    trainer.accumulate(&samples[..3]);
    trainer.set_network(&network);
    assert_eq!(trainer.network(), network);
    assert_eq!(epoch(&mut trainer), first);
}

#[test]
fn numbers_that_are_not_finite_are_found_at_once() {
    let network = drawn(&[4, 5, 3], &[Activation::LeakyRelu, Activation::Identity]);
    let samples = samples(20, 4, 3);
    let hyperparameters = Hyperparameters { learning_rate: 1e30, batch_size: 4, ..DEFAULTS };
    check(&network, &hyperparameters, &samples.chunks(4).collect::<Vec<_>>().repeat(4));

    let mut network = network;
    *network.get_mut(Parameter::Bias { layer: 0, neuron: 2 }).unwrap() = f64::INFINITY;
    let trainer = Trainer::new(&network, &hyperparameters);
    assert_eq!(trainer.first_not_finite(), network.first_not_finite());
    assert!(trainer.first_not_finite().is_some());
    // Finite parameters whose sum is not finite.
    let mut network = drawn(&[2, 2], &[Activation::Identity]);
    for parameter in network.parameters().collect::<Vec<_>>() {
        *network.get_mut(parameter).unwrap() = 1e308;
    }
    let mut trainer = Trainer::new(&network, &Hyperparameters { learning_rate: 0.0, ..hyperparameters });
    trainer.train_mini_batch(&[Sample { x: vec![0.0; 2], y: vec![0.0; 2] }]);
    assert_eq!(trainer.first_not_finite(), None);
}

#[test]
fn three_epochs_of_digits() {
    let scenario = preset("digits").unwrap().scenario().unwrap();
    let (network, rows) = (scenario.network().into_owned(), scenario.data.samples.as_slice().unwrap());
    for width in widths() {
        let mut plain = network.clone();
        let mut trainer = Trainer::with_width(&network, &scenario.hyperparameters, width);
        for epoch in 0..3 {
            for mini_batch in shuffled(rows.len(), 1, epoch).chunks(scenario.hyperparameters.batch_size) {
                let samples = || mini_batch.iter().map(|&row| &rows[row]);
                let want = train_mini_batch(&mut plain, samples(), &scenario.hyperparameters);
                assert!(same(trainer.train_mini_batch(samples()), want), "epoch {epoch}");
            }
        }
        assert_same(&trainer.network(), &plain, "digits");
        assert_eq!(trainer.evaluate(rows), evaluate(&plain, rows, scenario.hyperparameters.cost));
    }
}

#[test]
fn numbers_that_are_not_finite_are_found_during_a_mini_batch() {
    for sizes in [[30, 20, 3], [3, 4, 2]] {
        let mut network = drawn(&sizes, &[Activation::Tanh; 2]);
        network.layers[0].weights.values_mut()[5] = f64::NAN;
        let samples = samples(9, sizes[0], sizes[2]);
        let mut trainer = Trainer::new(&network, &Hyperparameters { batch_size: 9, ..DEFAULTS });
        trainer.accumulate(&samples[..5]);
        assert_eq!(trainer.first_not_finite(), network.first_not_finite());
        assert!(trainer.first_not_finite().is_some());
    }
}
