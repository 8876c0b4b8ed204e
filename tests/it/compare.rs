//! Compare: the runs of `training.json`, the gradient check, the gradient of a sum and the sweep over η.

use crate::arbitrary::{Problem, near_a_kink, problem};
use crate::reference::{assert_close, cost, get, golden, network, parameters, samples};
use crate::sessions::{act, compared, diverging, finish_background_work, preset, settle, step};
use deltascope::nn::{
    BiasRule, Evaluation, Hyperparameters, LearningRateSweep, Network, Parameter, Reduction, Sample,
};
use deltascope::scenario::{
    Data, Position, Rate, RunConfig, SampleOrder, Samples, Scenario, Start, Updating,
};
use deltascope::session::{
    Compare, Comparison, Direction, Edit, GradientCheck, History, Look, Navigate, RunPass, RunSample,
    Session, StepSize, View, gradient_of_sum,
};
use proptest::prelude::*;
use std::sync::Arc;

fn comparison(session: &Session) -> &Comparison {
    session.comparison().unwrap()
}

fn pass(session: &Session, run: usize) -> &RunPass {
    &comparison(session).passes[run]
}

/// A scenario with one mini-batch of these samples.
fn scenario(network: Network, samples: Vec<Sample>, hyperparameters: Hyperparameters) -> Scenario {
    let sizes = network.sizes();
    let names = |count: usize| (0..count).map(|k| k.to_string()).collect();
    Scenario {
        title: String::new(),
        note: String::new(),
        activations: network.layers.iter().map(|layer| layer.activation).collect(),
        start: Start::Parameters { network: Arc::new(network), epoch: 0, mini_batch: 0 },
        hyperparameters,
        order: SampleOrder::File,
        runs: Vec::new(),
        data: Arc::new(Data {
            inputs: names(sizes[0]),
            targets: names(sizes[sizes.len() - 1]),
            samples: samples.into(),
            validation: Samples::default(),
        }),
        split_data: None,
        position: Position::default(),
        sizes,
    }
}

fn problem_scenario(problem: &Problem, learning_rate: f64) -> Scenario {
    let Problem { network, cost, samples } = problem.clone();
    let hyperparameters = Hyperparameters {
        cost,
        learning_rate,
        batch_size: samples.len(),
        reduction: Reduction::Sum,
        bias_rule: BiasRule::OwnDelta,
    };
    scenario(network, samples, hyperparameters)
}

#[test]
fn the_reference_trainings_are_reproduced_as_runs() {
    let file = golden("training.json");
    for run in file["runs"].as_array().unwrap() {
        let data = &file["datasets"][run["dataset"].as_str().unwrap()];
        let (batch_size, reduction) = (get::<usize>(run, "batch_size"), get(run, "reduction"));
        let hyperparameters = Hyperparameters {
            cost: cost(run),
            learning_rate: get(run, "eta"),
            batch_size: if batch_size == 1 { 4 } else { batch_size },
            reduction,
            bias_rule: BiasRule::OwnDelta,
        };
        let updating = match (batch_size, reduction) {
            (1, _) => Updating::PerSample,
            (_, Reduction::Sum) => Updating::Sum,
            (_, Reduction::Mean) => Updating::Mean,
        };
        let config = RunConfig::new(updating).with(get(run, "bias_rule"));
        let other = RunConfig::new(Updating::DuringBackward);
        let mut session =
            compared(scenario(network(run, &run["start"]), samples(data), hyperparameters), &[other, config]);
        for mark in run["trace"].as_array().unwrap() {
            let epoch: usize = get(mark, "epoch");
            if epoch > 1000 {
                continue; // would take too long
            }
            act(&mut session, Navigate::EpochChosen(epoch + 1));
            finish_background_work(&mut session);
            let name = |field| format!("{}, epoch {epoch}, {field}", run["id"]);
            let found = session.evaluation(1).unwrap();
            assert_close(&name("cost"), found.cost_mean(), &mark["cost_mean"], 1e-9);
            assert_close(&name("accuracy"), found.accuracy(), &mark["accuracy"], 1e-9);
            assert_eq!(found.correct_outputs, get::<usize>(mark, "outputs_right"), "{}", name("outputs"));
            assert_eq!(comparison(&session).before_epoch(session.scenario(), 1), Some(found));
        }
        let last: usize = get(run["trace"].as_array().unwrap().last().unwrap(), "epoch");
        if last <= 1000 {
            let (weights, biases) = parameters(pass(&session, 1).network().unwrap());
            assert_close("final weights", weights, &run["final"]["weights"], 1e-9);
            assert_close("final biases", biases, &run["final"]["biases"], 1e-9);
        }
    }
}

#[test]
fn the_preset_and_is_learnt_with_own_deltas_and_never_with_the_layer_sum() {
    let runs = [Updating::PerSample, Updating::Sum].map(RunConfig::new);
    let mut session = compared(preset("and"), &[runs[0], runs[1].with(BiasRule::LayerSum)]);
    act(&mut session, Navigate::EpochChosen(51));
    finish_background_work(&mut session);
    assert_eq!(session.evaluation(0).unwrap().correct_samples, 4);
    let wrong = session.evaluation(1).unwrap();
    assert_eq!(wrong.cost_mean(), 0.25);
    assert_eq!(pass(&session, 1).network().unwrap().norm(), 0.0);
}

#[test]
fn backpropagating_through_updated_weights_gives_the_published_cost() {
    let published = golden("published.json").to_string();
    let runs = [Updating::Sum, Updating::DuringBackward].map(|u| RunConfig::new(u).with(BiasRule::Frozen));
    let mut session = compared(preset("mazur"), &runs);
    step(&mut session, StepSize::MiniBatch, Direction::Forward);
    finish_background_work(&mut session);
    let cost = |run| session.evaluation(run).unwrap().cost_mean();
    // His page says 0.291027924 after one round; the simultaneous update gives 0.291027774.
    assert_eq!(
        (format!("{:.9}", cost(0)), format!("{:.9}", cost(1))),
        ("0.291027774".into(), "0.291027924".into())
    );
    for cost in [cost(0), cost(1)] {
        assert!(published.contains(&format!("{cost:.12}")[..13]), "{cost}");
    }
}

/// Everything that a position determines.
fn state(session: &Session) -> Vec<(Vec<RunSample>, Option<Network>)> {
    comparison(session).passes.iter().map(|pass| (pass.samples.clone(), pass.network().cloned())).collect()
}

#[test]
fn runs_step_together_and_back_again() {
    for id in ["and", "xor", "brownlee", "iris", "digits", "linnerud"] {
        let mut scenario = preset(id);
        scenario.hyperparameters.batch_size = scenario.hyperparameters.batch_size.max(3);
        let runs = [Updating::PerSample, Updating::Sum, Updating::Mean, Updating::DuringBackward]
            .map(RunConfig::new);
        let mut session = compared(scenario.clone(), &runs);
        let mut places = vec![(session.position(), state(&session))];
        for by in [StepSize::Sample, StepSize::Sample, StepSize::MiniBatch, StepSize::Sample, StepSize::Epoch]
        {
            step(&mut session, by, Direction::Forward);
            places.push((session.position(), state(&session)));
        }
        for (position, want) in places.iter().rev() {
            act(&mut session, Navigate::Jumped(*position));
            assert!(state(&session) == *want, "{id} at {position:?}");
            // A new session at this position has the same state.
            let mut other = compared(Scenario { position: *position, ..scenario.clone() }, &runs);
            assert!(state(&other) == *want, "{id} at {position:?}, opened");
            step(&mut other, StepSize::Sample, Direction::Forward);
            step(&mut other, StepSize::Sample, Direction::Back);
            assert!(state(&other) == *want, "{id} at {position:?}, on and back");
        }
    }
}

#[test]
fn a_run_with_the_scenarios_settings_equals_its_own_training() {
    let mut session = compared(preset("iris"), &[Updating::Mean, Updating::PerSample].map(RunConfig::new));
    for _ in 0..2 {
        step(&mut session, StepSize::Epoch, Direction::Forward);
    }
    assert_eq!(pass(&session, 0).network(), Some(&*session.mini_batch().network_after));
    step(&mut session, StepSize::Sample, Direction::Forward);
    assert_eq!(pass(&session, 0).network(), Some(&*session.mini_batch().network_before));
    let deltas = session.mini_batch().traces.iter().map(|trace| &trace.deltas);
    assert!(pass(&session, 0).samples.iter().map(|row| &row.deltas).eq(deltas));
}

#[test]
fn the_sum_at_eta_over_m_makes_the_same_updates_as_the_mean() {
    let mut scenario = preset("linnerud");
    scenario.hyperparameters.batch_size = 7; // of 20 rows: 7, 7 and 6
    let sum = RunConfig { rate: Rate::EtaOverM, ..RunConfig::new(Updating::Sum) };
    let mut session = compared(scenario, &[RunConfig::new(Updating::Mean), sum]);
    for _ in 0..9 {
        step(&mut session, StepSize::MiniBatch, Direction::Forward);
        let (distance, norm) =
            (comparison(&session).distance(0, 1).unwrap(), pass(&session, 0).network().unwrap().norm());
        assert!(distance <= 1e-14 * norm, "{distance:e} apart");
    }
}

#[test]
fn with_frozen_parameters_all_ledgers_are_equal() {
    let runs = [
        RunConfig::new(Updating::PerSample),
        RunConfig::new(Updating::Sum).with(BiasRule::LayerSum),
        RunConfig::new(Updating::Sum),
    ];
    let mut session = compared(preset("xor"), &runs);
    for _ in 0..3 {
        step(&mut session, StepSize::MiniBatch, Direction::Forward);
    }
    assert_ne!(pass(&session, 0).samples, pass(&session, 1).samples);
    let unfrozen = state(&session);
    act(&mut session, Compare::FreezeToggled);
    assert_eq!(pass(&session, 0).samples, pass(&session, 1).samples);
    assert_eq!(pass(&session, 0).samples, pass(&session, 2).samples);
    assert_eq!(pass(&session, 0).network(), pass(&session, 0).network_before());
    assert_eq!(pass(&session, 0).updates(4, true), 0);
    let deltas = session.mini_batch().traces.iter().map(|trace| &trace.deltas);
    assert!(pass(&session, 0).samples.iter().map(|row| &row.deltas).eq(deltas));
    act(&mut session, Compare::FreezeToggled);
    assert!(state(&session) == unfrozen);
}

#[test]
fn a_diverging_run_does_not_stop_the_others() {
    let runs = [RunConfig::new(Updating::Sum), RunConfig::new(Updating::Sum).with(BiasRule::LayerSum)];
    let mut session = compared(diverging(Reduction::Sum), &runs);
    let mut epochs = 0;
    while pass(&session, 1).divergence.is_none() {
        epochs += 50;
        assert!(epochs < 50_000);
        act(&mut session, Navigate::EpochChosen(epochs));
    }
    assert!(pass(&session, 0).network().is_some() && pass(&session, 1).network().is_none());
    assert_eq!(comparison(&session).distance(0, 1), None);
    let when = pass(&session, 1).divergence.unwrap();
    // Before that mini-batch the run has parameters again.
    act(&mut session, Navigate::EpochChosen(when.mini_batch as usize));
    assert!(pass(&session, 1).network().is_some());
    act(&mut session, Navigate::EpochChosen(when.mini_batch as usize + 20));
    assert_eq!(pass(&session, 1).divergence, Some(when));
}

#[test]
fn a_parameter_has_a_curve_where_the_reference_run_has_diverged() {
    let mut session =
        compared(diverging(Reduction::Mean), &[Updating::Sum, Updating::Mean].map(RunConfig::new));
    act(&mut session, Navigate::EpochChosen(1000));
    let comparison = comparison(&session);
    assert!(comparison.reference() == 0 && comparison.passes[0].divergence.is_some());
    let bias = Parameter::Bias { layer: 0, neuron: 0 };
    let reached = |lines: Vec<Vec<(u64, f64)>>| lines[1].last().unwrap().0;
    assert_eq!(reached(comparison.parameter_curves(bias)), 999);
    assert!(reached(comparison.distance_curves()) < 999);
}

#[test]
fn edits_of_runs_are_made_undone_and_refused() {
    let mut session = Session::new(preset("brownlee")).unwrap();
    assert!(session.comparison().is_none());
    act(&mut session, Look::ViewChanged(View::Compare));
    step(&mut session, StepSize::Sample, Direction::Forward);
    let usual = session.scenario().compared_runs();
    assert_eq!(comparison(&session).passes.len(), usual.len());
    let added = RunConfig::new(Updating::Mean);
    act(&mut session, Edit::RunAdded(added));
    assert_eq!(session.scenario().runs.last(), Some(&added));
    let before = session.to_scenario();
    for (action, message) in [
        (Edit::RunAdded(RunConfig::new(Updating::DuringBackward)), "at most 4 runs; remove one first"),
        (Edit::RunRemoved { run: 9 }, "there is no run 10; the last one is 4"),
        (Edit::RunMoved { run: 0 }, "run 1 is already first"),
        (
            Edit::RunUpdatingChanged { run: 3, to: usual[0].updating },
            "this run is already in the list; choose a different one",
        ),
        (
            Edit::RunBiasRuleChanged { run: 0, to: BiasRule::SharedBias }, // the biases start unequal
            "a run with one shared bias needs all biases of a layer to start equal; make them equal, or remove the run",
        ),
    ] {
        assert_eq!(session.update(action.clone()), Err(message.to_owned()), "{action:?}");
        assert_eq!(session.to_scenario(), before, "{action:?}");
    }
    act(&mut session, Edit::RunMoved { run: 3 });
    assert_eq!(session.scenario().runs[2], added);
    act(&mut session, Edit::RunRemoved { run: 0 });
    act(&mut session, Edit::RunRemoved { run: 0 });
    let error = session.update(Edit::RunRemoved { run: 0 }).unwrap_err();
    assert_eq!(error, "a comparison needs 2 runs; add another one first");
    for _ in 0..4 {
        act(&mut session, History::Undo);
    }
    assert_eq!(session.scenario().compared_runs(), usual);
}

#[test]
fn the_gradient_check_agrees_for_every_parameter() {
    for id in ["mazur", "xor", "iris"] {
        let mut session = compared(preset(id), &[Updating::Sum, Updating::PerSample].map(RunConfig::new));
        let network = session.mini_batch().network_before.clone();
        for parameter in network.parameters() {
            act(&mut session, Look::Selected(Some(parameter.into())));
            finish_background_work(&mut session);
            let gradient_check = session.gradient_check().unwrap();
            let (digits, agrees) =
                GradientCheck::agreement(gradient_check.backpropagated, gradient_check.numerical);
            assert!(
                agrees && (digits >= 6 || gradient_check.backpropagated.abs() < 1e-6),
                "{id} {parameter:?}: {gradient_check:?}"
            );
            if let Parameter::Bias { layer, .. } = parameter {
                let (sum, shared) = (gradient_check.layer_sum.unwrap(), gradient_check.shared.unwrap());
                assert!(GradientCheck::agreement(sum, shared).1, "{id} {parameter:?}: {gradient_check:?}");
                let alone = session.scenario().layer_sizes()[layer] == 1;
                assert_eq!(
                    GradientCheck::agreement(sum, gradient_check.numerical).1,
                    alone,
                    "{id} {parameter:?}: {gradient_check:?}"
                );
            } else {
                assert_eq!((gradient_check.layer_sum, gradient_check.shared), (None, None));
            }
        }
    }
}

fn sweep(problem: &Problem) -> LearningRateSweep {
    let mut session =
        compared(problem_scenario(problem, 0.05), &[Updating::PerSample, Updating::Sum].map(RunConfig::new));
    finish_background_work(&mut session);
    session.sweep().unwrap().clone()
}

proptest! {
    #[test]
    fn the_gradient_of_a_sum_is_the_sum_of_the_gradients_bit_for_bit(problem in problem()) {
        let session = Session::new(problem_scenario(&problem, 0.1)).unwrap();
        let smooth = !near_a_kink(&problem);
        for parameter in problem.network.parameters() {
            for gradient in gradient_of_sum(session.scenario(), session.mini_batch(), parameter) {
                prop_assert_eq!(gradient.added_up.to_bits(), gradient.batch.to_bits());
                prop_assert_eq!(gradient.equal.0, problem.network.parameter_count());
                prop_assert_eq!(gradient.terms.len(), problem.samples.len());
                if smooth {
                    let samples = &problem.samples;
                    let h = 1e-5;
                    let sum = deltascope::nn::central_difference(
                        &problem.network, samples, gradient.cost, &[parameter], h,
                    ).unwrap();
                    let count = samples.len() as f64;
                    let want = if gradient.reduction == Reduction::Mean { sum / count } else { sum };
                    let close = (gradient.batch - want).abs() <= 1e-6 * want.abs().max(1.0);
                    prop_assert!(close, "{} {}", gradient.batch, want);
                }
            }
        }
    }

    #[test]
    fn the_distance_is_proportional_to_the_square_of_eta(problem in problem()) {
        prop_assume!(problem.samples.len() > 1 && !near_a_kink(&problem));
        let sweep = sweep(&problem);
        prop_assert!(sweep.finished());
        if let Some(slope) = sweep.slope() {
            // About once in 40,000 problems even the smallest measured η are so large that higher powers of η matter. Then
            // the slope between neighbours comes closer to 2 as η falls.
            let fitted = sweep.fitted().unwrap();
            let deviations = fitted.windows(2).map(|pair| ((pair[0].distance / pair[1].distance).log2() - 2.0).abs());
            let deviations: Vec<f64> = deviations.collect();
            let is_higher = (slope - 2.0).abs() > 0.05 && deviations[0] > 0.1 && deviations[1] < deviations[0];
            prop_assert!((slope - 2.0).abs() <= 0.05 || is_higher, "{}: {:?}", slope, sweep);
        } else {
            // There is no slope for two reasons. Either fewer than three neighbouring distances are large enough to be
            // measured; a few more may be where the distance is not monotonic. Or the distance drops to rounding at
            // once: there a ReLU has its kink, below which the samples do not influence each other, and the distance is
            // exactly 0 for every smaller η.
            let (points, threshold) = (sweep.points(), sweep.rounding_threshold());
            let measured = points.iter().filter(|point| point.distance >= threshold).count();
            if measured >= 5 {
                let last = points.iter().rposition(|point| point.distance >= threshold).unwrap();
                let smaller = &points[last + 1..];
                prop_assert!(!smaller.is_empty() && smaller.iter().all(|point| point.distance == 0.0), "{:?}", sweep);
                // From twelve points on, the sweep ends at its first 0. The next two are 0 too.
                let scenario = problem_scenario(&problem, 0.05);
                let next = points[points.len() - 1].learning_rate / 2.0;
                let mut further = LearningRateSweep::new(&problem.network, next, problem.samples.len());
                for _ in 0..2 {
                    further.measure(&problem.network, &problem.samples, &scenario.hyperparameters);
                }
                prop_assert!(further.points().iter().all(|point| point.distance == 0.0), "{:?}", further);
            }
        }
    }
}

/// The evaluation of each run after so many epochs.
fn after(id: &str, epochs: usize) -> (Session, Vec<Evaluation>) {
    let mut session = Session::new(preset(id)).unwrap();
    settle(&mut session);
    assert_eq!(session.view_state().view, View::Compare);
    act(&mut session, Navigate::EpochChosen(epochs + 1));
    finish_background_work(&mut session);
    let runs = comparison(&session).passes.len();
    let found = (0..runs).map(|run| session.evaluation(run).unwrap()).collect();
    (session, found)
}

#[test]
fn the_presets_show_what_their_notes_say() {
    let (session, runs) = after("compare-and", 500);
    assert_eq!((runs[0].correct_samples, runs[1].correct_samples), (4, 4));
    assert_eq!((runs[2].cost_mean(), pass(&session, 2).network().unwrap().norm()), (0.25, 0.0));

    let (_, runs) = after("compare-gates", 500);
    assert_eq!((runs[0].correct_outputs, runs[1].correct_outputs), (16, 16));
    assert!(runs[2].correct_outputs < 13 && runs[3].correct_outputs < 13, "{runs:?}");

    let (session, runs) = after("compare-iris", 100);
    let distance = comparison(&session).distance(2, 3).unwrap();
    assert!(distance < 1e-12, "the sum is {distance:e} from frozen biases");
    assert!(runs[1].accuracy() > 0.94 && runs[2].accuracy() < 0.8, "{runs:?}");

    let (session, runs) = after("compare-outputs", 20);
    assert!(runs[0].cost_mean() < 1e-4 && runs[1].cost_mean() > 1e6, "{runs:?}");
    let mut session = session;
    act(&mut session, Navigate::EpochChosen(5000));
    assert!(pass(&session, 0).divergence.is_none() && pass(&session, 1).divergence.is_some());

    let (session, runs) = after("compare-one", 500);
    assert_eq!(runs[1], runs[2]);
    assert_eq!(comparison(&session).distance(1, 2), Some(0.0));
    assert_eq!(runs[1].correct_samples, 4);

    let (_, runs) = after("compare-digits", 10);
    let (best, worst) = (runs[1].accuracy(), runs[2].accuracy().min(runs[3].accuracy()));
    assert!(best > 0.97 && best - worst < 0.01, "{runs:?}");
}
