//! Saving: from the start, and with the parameters of this moment as the start.

use crate::sessions::{act, preset, session, settle};
use deltascope::nn::{Activation, BiasRule, Cost, Distribution, Parameter, Reduction, shuffled};
use deltascope::scenario::{Rate, RunConfig, SampleOrder, Scenario, Start, Updating};
use deltascope::session::{Direction, Edit, Look, Navigate, Session, StepSize, Train, View, WorkerCommand};
use deltascope::training::{Task, TrainingLoop};
use proptest::prelude::*;

/// The session that a saved file opens.
fn opened(scenario: &Scenario) -> Session {
    let mut session = Session::new(Scenario::from_json(&scenario.to_json()).unwrap()).unwrap();
    settle(&mut session);
    session
}

/// Asserts that both saved files open to the numbers of this moment and go on with the same ones.
fn assert_saved(session: &Session, context: &str) {
    let finished = session.visible().finished();
    for (from_here, scenario) in [(false, session.to_scenario()), (true, session.to_scenario_from_here())] {
        let context = format!("{context}, from here: {from_here}");
        let mut again = opened(&scenario);
        if from_here {
            let Start::Parameters { network, .. } = &again.scenario().start else { panic!("{context}") };
            let current = session.mini_batch();
            let parameters = if finished { &current.network_after } else { &current.network_before };
            assert_eq!(network, parameters, "{context}");
            assert_eq!(again.scenario().first_update(), session.updates() + u64::from(finished), "{context}");
        }
        let mut session = session.clone();
        if from_here && finished {
            // The file begins with the mini-batch that comes next.
            act(&mut session, Navigate::Stepped { by: StepSize::Equation, direction: Direction::Forward });
        }
        for _ in 0..3 {
            assert_eq!(again.position(), session.position(), "{context}");
            assert_eq!(again.mini_batch(), session.mini_batch(), "{context}");
            for session in [&mut again, &mut session] {
                act(session, Navigate::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward });
            }
        }
    }
}

#[test]
fn a_saved_moment_opens_with_the_same_numbers() {
    for id in ["mazur", "xor", "iris", "digits", "linnerud", "compare-and"] {
        let mut scenario = preset(id);
        scenario.order = SampleOrder::Shuffled(3);
        let mut session = Session::new(scenario).unwrap();
        act(&mut session, Look::ViewChanged(View::Stepper));
        let steps =
            [StepSize::Neuron, StepSize::Equation, StepSize::Sample, StepSize::MiniBatch, StepSize::Epoch];
        for (at, index) in shuffled(20, 7, 0).into_iter().enumerate() {
            assert_saved(&session, &format!("{id}, after {at} steps"));
            let by = steps[index % steps.len()];
            act(&mut session, Navigate::Stepped { by, direction: Direction::Forward });
        }
    }
}

/// After a training, the file with the parameters of this moment holds the trained ones.
#[test]
fn trained_parameters_can_be_saved() {
    for (id, samples) in [("iris", 1500), ("xor", 334)] {
        let mut session = session(id);
        act(&mut session, Train::TrainingToggled);
        assert_eq!(session.take_worker_commands()[0], WorkerCommand::Start);
        let mut training_loop = TrainingLoop::new(Task::from_bytes(&session.task().to_bytes()).unwrap());
        while training_loop.samples() < samples {
            training_loop.advance(samples - training_loop.samples(), || false);
        }
        act(&mut session, Train::TrainingToggled);
        session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
        assert!(session.updates() > 50, "{id}");
        assert_saved(&session, id);
        let saved = opened(&session.to_scenario_from_here());
        assert_ne!(saved.scenario().network(), preset(id).network(), "{id}");
    }
}

/// The rows of a file whose cost suits its targets only after the split: standardised, the one training row is 0.
const SPLIT_TARGETS: &str = r#"{"format": "deltascope-1", "sizes": [1, 1], "activations": ["sigmoid"], "cost": "bce",
    "learning_rate": 0.1, "batch_size": 3, "reduction": "mean",
    "initialisation": {"distribution": "zero", "seed": 0},
    "split": {"percent": 90, "seed": 1, "standardise": true, "standardise_targets": true},
    "data": {"x": [[1], [2], [3], [4], [5]], "y": [[1], [4], [9], [16], [25]]}}"#;

/// Reading checks the targets that the cost is used with, as an edit does.
#[test]
fn targets_are_checked_after_the_split_when_reading_too() {
    let scenario = Scenario::from_json(SPLIT_TARGETS).unwrap();
    assert_eq!(Scenario::from_json(&scenario.to_json()).unwrap(), scenario);
    let mut session = Session::new(scenario).unwrap();
    let error = session.update(Edit::StandardiseChanged(false)).unwrap_err();
    assert_eq!(error, "with bce every target must lie between 0 and 1");
    let error = session.update(Edit::ValidationShareChanged(0)).unwrap_err();
    assert_eq!(error, "with bce every target must lie between 0 and 1");
}

/// An edit by three random numbers: which one, where, and to what.
fn edit(session: &Session, which: usize, place: usize, to: usize) -> Edit {
    let scenario = session.scenario();
    let numbers: [f64; 8] = [0.0, -1.0, 0.25, 1.0, 3.0, 25.0, -0.0, 1e-9];
    let number = numbers[to % numbers.len()];
    let layer = place % scenario.activations.len();
    let row = place % scenario.data.samples.len();
    let run = RunConfig {
        updating: Updating::ALL[place % 4],
        bias_rule: BiasRule::ALL[to % BiasRule::ALL.len()],
        rate: [Rate::Eta, Rate::EtaOverM][to % 2],
    };
    match which {
        0 => Edit::LearningRateChanged(number.abs().max(0.01)),
        1 => Edit::BatchSizeChanged(1 + to % 6),
        2 => Edit::ReductionChanged([Reduction::Sum, Reduction::Mean][to % 2]),
        3 => Edit::ReductionSwitched,
        4 => Edit::BiasRuleChanged(BiasRule::ALL[to % BiasRule::ALL.len()]),
        5 | 6 => Edit::CostChanged(Cost::ALL[to % Cost::ALL.len()]),
        7 => Edit::ActivationChanged { layer, to: Activation::ALL[to % Activation::ALL.len()] },
        8 => Edit::LayerAdded,
        9 => Edit::LayerRemoved { layer },
        10 => Edit::LayerSizeChanged { layer, to: 1 + to % 3 },
        11 => Edit::DistributionChanged(Distribution::ALL[to % Distribution::ALL.len()]),
        12 => Edit::SeedChanged(to as u32),
        13 => Edit::ShuffleChanged(to.is_multiple_of(2)),
        14 => Edit::ShuffleSeedChanged(to as u32),
        15 | 16 => Edit::ValidationShareChanged([0, 20, 50, 90][to % 4]),
        17 => Edit::SplitSeedChanged(to as u32),
        18 => Edit::StandardiseChanged(to.is_multiple_of(2)),
        19 => Edit::ParameterEdited { parameter: Parameter::Bias { layer, neuron: 0 }, to: number },
        20 => {
            Edit::ParameterEdited { parameter: Parameter::Weight { layer, neuron: 0, source: 0 }, to: number }
        }
        21 => Edit::InputEdited { row, source: 0, to: number },
        22 => Edit::TargetEdited { row, neuron: 0, to: number },
        23 => Edit::RunAdded(run),
        24 => Edit::RunRemoved { run: place % 4 },
        25 => Edit::RunUpdatingChanged { run: place % 4, to: run.updating },
        _ => Edit::RunBiasRuleChanged { run: place % 4, to: run.bias_rule },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Whatever edits lead to, both saved files open to the same numbers.
    #[test]
    fn what_edits_lead_to_can_be_saved_and_opened(
        start in 0..6usize,
        edits in prop::collection::vec((0..27usize, 0..1000usize, 0..1000usize, 0..3usize), 1..14),
    ) {
        let scenario = match ["and", "xor", "mazur", "linnerud", "compare-and"].get(start) {
            Some(id) => preset(id),
            None => Scenario::from_json(SPLIT_TARGETS).unwrap(),
        };
        let mut session = Session::new(scenario).unwrap();
        for (which, place, to, steps) in edits {
            let edit = edit(&session, which, place, to);
            let _refused = session.update(edit.clone());
            settle(&mut session);
            let by = [StepSize::Equation, StepSize::Sample, StepSize::MiniBatch][to % 3];
            for _ in 0..steps {
                let _diverged = session.update(Navigate::Stepped { by, direction: Direction::Forward });
                settle(&mut session);
            }
            for scenario in [session.to_scenario(), session.to_scenario_from_here()] {
                let again = Scenario::from_json(&scenario.to_json());
                prop_assert_eq!(again.as_ref(), Ok(&scenario), "after {:?}", edit);
                let again = opened(&scenario);
                if again.position() == session.position() {
                    prop_assert_eq!(again.mini_batch(), session.mini_batch(), "after {:?}", edit);
                } else {
                    prop_assert!(session.visible().finished());
                    prop_assert_eq!(&again.mini_batch().network_before, &session.mini_batch().network_after);
                }
            }
        }
    }
}
