//! The training loop compared with the plain path, and its ends.

use crate::arbitrary::{Problem, problem_of};
use deltascope::data::preset;
use deltascope::nn::{BiasRule, Hyperparameters, Network, NotFinite, Reduction, evaluate, train_mini_batch};
use deltascope::scenario::{Data, Position, SampleOrder, Samples, Scenario, Start};
use deltascope::training::{
    LoopPosition, LoopState, Snapshot, StopReason, StoppingCriteria, Task, TrainingLoop,
};
use proptest::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;

/// A scenario of a random problem.
fn scenario(problem: Problem, hyperparameters: Hyperparameters, order: SampleOrder) -> Scenario {
    let Problem { network, cost, samples } = problem;
    let name = |count: usize| vec![String::new(); count];
    let sizes = network.sizes();
    Scenario {
        activations: network.layers.iter().map(|layer| layer.activation).collect(),
        hyperparameters: Hyperparameters { cost, ..hyperparameters },
        order,
        data: Arc::new(Data {
            inputs: name(sizes[0]),
            targets: name(sizes[sizes.len() - 1]),
            samples: samples.into(),
            validation: Samples::default(),
        }),
        start: Start::Parameters { network: Arc::new(network), epoch: 0, mini_batch: 0 },
        position: Position::default(),
        sizes,
        ..preset("xor").unwrap().scenario().unwrap()
    }
}

fn task(scenario: &Scenario, criteria: StoppingCriteria) -> Task {
    Task { id: 1, scenario: scenario.clone(), criteria }
}

/// The network after this number of epochs on the plain path.
fn plain(scenario: &Scenario, epochs: u32) -> Network {
    let mut network = scenario.network().into_owned();
    for epoch in 0..epochs {
        for rows in scenario.epoch_order(epoch).chunks(scenario.hyperparameters.batch_size) {
            train_mini_batch(&mut network, scenario.data.samples.select(rows), &scenario.hyperparameters);
        }
    }
    network
}

/// Runs to the end, in slices of this number of samples.
fn run(mut training_loop: TrainingLoop, slice: u64) -> Snapshot {
    while !training_loop.ended() {
        training_loop.advance(slice, || true);
    }
    training_loop.snapshot(true, 0.0, 0.0)
}

fn bits(network: &Network) -> Vec<u64> {
    network.values().map(f64::to_bits).collect()
}

fn bits_of(snapshot: &Snapshot) -> Vec<u64> {
    snapshot.parameters.as_ref().unwrap().iter().map(|value| value.to_bits()).collect()
}

fn hyperparameters() -> impl Strategy<Value = Hyperparameters> {
    let reduction = prop::sample::select(vec![Reduction::Sum, Reduction::Mean]);
    // Random biases cannot be a shared bias. Its arithmetic is that of the layer sum.
    let rule = prop::sample::select(vec![BiasRule::OwnDelta, BiasRule::LayerSum, BiasRule::Frozen]);
    (1usize..=40, reduction, rule, 0.001..0.2).prop_map(
        |(batch_size, reduction, bias_rule, learning_rate)| Hyperparameters {
            batch_size,
            reduction,
            bias_rule,
            learning_rate,
            ..preset("xor").unwrap().scenario().unwrap().hyperparameters
        },
    )
}

proptest! {
    #[test]
    fn slices_give_the_same_parameters_as_the_plain_path(
        problem in problem_of(1..=9, 1..=70),
        hyperparameters in hyperparameters(),
        order in prop::sample::select(vec![SampleOrder::File, SampleOrder::Shuffled(7)]),
        slice in 1u64..50,
    ) {
        let scenario = scenario(problem, hyperparameters, order);
        let want = plain(&scenario, 3);
        prop_assume!(want.first_not_finite().is_none());
        let task = task(&scenario, StoppingCriteria { epochs: Some(3), ..StoppingCriteria::default() });
        let deserialised = Task::from_bytes(&task.to_bytes()).unwrap();
        let got = run(TrainingLoop::new(deserialised), slice);
        if let LoopState::Ended(StopReason::Diverged { .. }) = got.state {
            return Ok(()); // a cost that is not finite ends the training, too
        }
        let known = evaluate(&want, scenario.data.samples.iter(), scenario.hyperparameters.cost);
        prop_assume!(known.cost_sum.is_finite()); // NaN is not equal to itself
        prop_assert_eq!(got.state, LoopState::Ended(StopReason::Epochs));
        prop_assert_eq!(bits_of(&got), bits(&want));
        prop_assert_eq!(got.position, LoopPosition { epoch: 3, ..LoopPosition::default() });
        prop_assert_eq!(got.latest.unwrap().training, known);
        prop_assert_eq!(Snapshot::from_bytes(&got.to_bytes()).unwrap(), got);
    }
}

#[test]
fn one_hundred_epochs_of_digits_give_the_same_parameters_as_the_plain_path() {
    let scenario = preset("digits").unwrap().scenario().unwrap();
    let training_loop = TrainingLoop::new(task(
        &scenario,
        StoppingCriteria { epochs: Some(100), ..StoppingCriteria::default() },
    ));
    let got = run(training_loop, 1_000_000);
    assert_eq!(bits_of(&got), bits(&plain(&scenario, 100)));
}

#[test]
fn a_long_mini_batch_can_be_paused() {
    let mut scenario = preset("digits").unwrap().scenario().unwrap();
    scenario.hyperparameters.batch_size = 1797;
    scenario.sizes[1] = 300;
    let mut training_loop = TrainingLoop::new(task(&scenario, StoppingCriteria::default()));
    while training_loop.samples() == 0 {
        training_loop.advance(10, || true);
    }
    let paused = training_loop.snapshot(true, 0.0, 0.0);
    assert!(paused.position.sample > 0 && paused.position.epoch == 0, "{:?}", paused.position);
    assert_eq!(bits_of(&paused), bits(&scenario.network()), "no parameter changes before the update");
}

#[test]
fn a_reached_accuracy_ends_the_training() {
    let scenario = preset("iris").unwrap().scenario().unwrap();
    let criteria =
        StoppingCriteria { accuracy: Some(0.95), epochs: Some(500), ..StoppingCriteria::default() };
    let got = run(TrainingLoop::new(task(&scenario, criteria)), 1000);
    assert_eq!(got.state, LoopState::Ended(StopReason::TargetReached));
    let latest = got.latest.unwrap();
    let expected = evaluate(
        &plain(&scenario, got.position.epoch),
        scenario.data.samples.iter(),
        scenario.hyperparameters.cost,
    );
    assert_eq!(latest.training, expected);
    assert!(expected.accuracy() >= 0.95);
    let before = plain(&scenario, got.position.epoch - 1);
    assert!(evaluate(&before, scenario.data.samples.iter(), scenario.hyperparameters.cost).accuracy() < 0.95);
    let correct: u32 = (0..3).map(|class| got.classification.confusion[class * 4]).sum();
    assert_eq!(correct as usize, expected.correct_samples);
    assert_eq!(got.classification.misclassified.len(), expected.samples - expected.correct_samples);
}

#[test]
fn a_divergence_is_located_and_the_training_reset_to_before_it() {
    let mut scenario = preset("linnerud").unwrap().scenario().unwrap();
    scenario.hyperparameters.learning_rate = 30.0;
    let got = run(TrainingLoop::new(task(&scenario, StoppingCriteria::default())), 1_000_000);
    let LoopState::Ended(StopReason::Diverged { update, what }) = got.state else {
        panic!("{:?}", got.state)
    };
    assert!(!matches!(what, NotFinite::Cost), "the neuron is named: {what:?}");
    assert_eq!(scenario.update_index(&got.position.to_position()) + 1, update);
    // On the plain path, all numbers are finite up to there, and not after the next update.
    let mini_batches = scenario.mini_batches() as u64;
    let mut network = scenario.network().into_owned();
    let row_samples = |update: u64| {
        let order = scenario.epoch_order((update / mini_batches) as u32);
        let start = (update % mini_batches) as usize * scenario.hyperparameters.batch_size;
        let rows = &order[start..][..scenario.mini_batch_len((update % mini_batches) as usize)];
        scenario.data.samples.select(rows).map(Cow::into_owned).collect::<Vec<_>>()
    };
    let step = |network: &mut Network, update: u64| {
        let samples = row_samples(update);
        train_mini_batch(network, &samples, &scenario.hyperparameters);
        let cost = |sample| evaluate(network, [sample], scenario.hyperparameters.cost).cost_sum;
        samples.into_iter().all(|sample| cost(sample).is_finite())
    };
    for earlier in 0..update - 1 {
        assert!(step(&mut network, earlier));
    }
    assert_eq!(bits_of(&got), bits(&network));
    assert!(step(&mut network, update - 1) && network.first_not_finite().is_none());
    let cost_before = evaluate(&network, row_samples(update), scenario.hyperparameters.cost).cost_sum;
    let is_finite =
        step(&mut network, update) && network.first_not_finite().is_none() && cost_before.is_finite();
    assert!(!is_finite, "{what:?} in update {update}");
}

#[test]
fn reports_have_a_maximum_size() {
    let scenario = preset("xor").unwrap().scenario().unwrap();
    let mut training_loop = TrainingLoop::new(task(&scenario, StoppingCriteria::default()));
    let mut sizes = Vec::new();
    for _ in 0..4 {
        training_loop.advance(400_000, || false);
        sizes.push(training_loop.snapshot(true, 0.0, 0.0).to_bytes().len());
    }
    // Up to 256 evaluations, 2048 costs and 64 networks.
    let max = 256 * 100 + 2048 * 20 + 64 * (20 + 9 * 9) + 10_000;
    assert!(sizes.iter().all(|size| *size < max), "{sizes:?} must be below {max}");
}

#[test]
fn invalid_bytes_are_an_error() {
    let bytes = task(&preset("xor").unwrap().scenario().unwrap(), StoppingCriteria::default()).to_bytes();
    for end in 0..bytes.len() {
        assert!(Task::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(Snapshot::from_bytes(&[1, 2, 3]).is_err());
}
