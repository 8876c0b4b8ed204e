//! Training at full speed, with the worker's part done by the test.

use crate::sessions::{act, preset, session};
use deltascope::scenario::{Moment, Position, Scenario};
use deltascope::session::{
    Direction, Edit, History, Keyboard, Look, Navigate, Open, Play, Session, StepSize, Train, TrainingStatus,
    View, WorkerCommand,
};
use deltascope::training::{StopReason, Task, TrainingLoop};
use deltascope::view::train::{fields, fragments};

/// Starts the training. The test does the worker's part.
#[track_caller]
fn begin(session: &mut Session) -> TrainingLoop {
    act(session, Train::TrainingToggled);
    assert_eq!(session.take_worker_commands()[0], WorkerCommand::Start);
    let task = Task::from_bytes(&session.task().to_bytes()).unwrap();
    TrainingLoop::new(task)
}

/// Pauses the training; the worker reports.
#[track_caller]
fn pause(session: &mut Session, training_loop: &TrainingLoop) {
    act(session, Train::TrainingToggled);
    assert_eq!(session.take_worker_commands(), [WorkerCommand::Pause]);
    session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
}

fn train(training_loop: &mut TrainingLoop, samples: u64) {
    let goal = training_loop.samples() + samples;
    while training_loop.samples() < goal && !training_loop.ended() {
        training_loop.advance(goal - training_loop.samples(), || false);
    }
}

#[track_caller]
fn text(session: &Session, id: &str) -> String {
    fragments(session).into_iter().find(|part| part.0 == id).unwrap().1
}

#[test]
fn stepping_continues_a_paused_training_with_the_same_doubles() {
    for (id, samples) in [("iris", 4242), ("digits", 5000), ("xor", 333), ("linnerud", 777)] {
        let mut trained = session(id);
        act(&mut trained, Look::ViewChanged(View::Train));
        let mut training_loop = begin(&mut trained);
        train(&mut training_loop, samples);
        pause(&mut trained, &training_loop);
        assert_eq!(trained.training().status, TrainingStatus::Paused);
        let position = trained.position();
        assert!(position.epoch > 1);

        let mut stepped = session(id);
        act(&mut stepped, Navigate::Jumped(position));
        assert_eq!(trained.mini_batch(), stepped.mini_batch(), "{id}");
        assert_eq!(trained.updates(), stepped.updates());
        // Forward and far back, both show the same.
        for (by, direction) in [
            (StepSize::Sample, Direction::Forward),
            (StepSize::MiniBatch, Direction::Forward),
            (StepSize::Epoch, Direction::Back),
            (StepSize::Epoch, Direction::Back),
        ] {
            for session in [&mut trained, &mut stepped] {
                act(session, Navigate::Stepped { by, direction });
            }
            assert_eq!(trained.position(), stepped.position());
            assert_eq!(trained.mini_batch(), stepped.mini_batch(), "{id}, {by:?} {direction:?}");
        }
        let costs =
            |session: &Session| session.costs().map(|(at, cost)| (at, cost.to_bits())).collect::<Vec<_>>();
        assert_eq!(costs(&trained), costs(&stepped));
    }
}

#[test]
fn training_resumes_where_it_paused_and_starts_again_elsewhere() {
    let mut session = session("iris");
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 1000);
    pause(&mut session, &training_loop);
    act(&mut session, Train::TrainingToggled);
    assert_eq!(session.take_worker_commands(), [WorkerCommand::Resume]);
    assert_eq!(session.training().status, TrainingStatus::Running);
    train(&mut training_loop, 1000);
    pause(&mut session, &training_loop);

    act(&mut session, Navigate::Stepped { by: StepSize::Sample, direction: Direction::Forward });
    act(&mut session, Train::TrainingToggled);
    let commands = session.take_worker_commands();
    assert_eq!(commands[..2], [WorkerCommand::Stop, WorkerCommand::Start]);
    assert_eq!(session.task().scenario.first_update(), session.updates());
}

#[test]
fn a_step_pauses_a_running_training() {
    let mut session = session("iris");
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 500);
    act(&mut session, Navigate::Stepped { by: StepSize::Sample, direction: Direction::Forward });
    assert_eq!(session.take_worker_commands(), [WorkerCommand::Pause]);
    assert_eq!(session.training().status, TrainingStatus::Pausing { to_end: false });
    act(&mut session, Look::ViewChanged(View::Stepper));
    session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
    assert_eq!(session.position(), training_loop.snapshot(true, 0.0, 0.0).position.to_position());
    assert_eq!(session.view_state().view, View::Stepper);
}

#[test]
fn an_edit_of_a_running_training_is_made_where_it_pauses() {
    let mut session = session("iris");
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 1000);
    act(&mut session, Edit::LearningRateChanged(0.05));
    assert_eq!(session.take_worker_commands(), [WorkerCommand::Pause]);
    assert_eq!(session.scenario().hyperparameters.learning_rate, 0.1, "not before it has paused");
    // An edit that is not possible is refused at once; the training pauses all the same.
    assert_eq!(
        session.update(Edit::BatchSizeChanged(0)).unwrap_err(),
        "a mini-batch needs at least 1 sample; use 1 to update after each sample"
    );
    session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
    assert_eq!(session.take_worker_commands(), [WorkerCommand::Stop]);
    assert_eq!(session.scenario().hyperparameters.learning_rate, 0.05);
    let there = training_loop.snapshot(true, 0.0, 0.0);
    assert_eq!(session.position(), there.position.to_position());
    assert_eq!(*session.mini_batch().network_before, training_loop.network());
    assert!(session.notice().unwrap().contains("continues from these parameters"));
    assert_eq!(session.training().evaluations(15).len(), 8, "the curve stays");
    // Undo: the old η, at the same place with the same parameters.
    act(&mut session, History::Undo);
    assert_eq!(session.scenario().hyperparameters.learning_rate, 0.1);
    assert_eq!(
        (session.position(), &*session.mini_batch().network_before),
        (there.position.to_position(), &training_loop.network())
    );
    // After undo the run still counts as trained.
    act(&mut session, Edit::LearningRateChanged(0.2));
    assert_eq!(
        (session.position(), &*session.mini_batch().network_before),
        (there.position.to_position(), &training_loop.network())
    );
    // With other mini-batches the epoch begins again from these parameters.
    let mut again = begin(&mut session);
    train(&mut again, 777);
    pause(&mut session, &again);
    act(&mut session, Edit::BatchSizeChanged(20));
    assert_eq!(*session.mini_batch().network_before, again.network());
    assert_eq!(session.position(), Position { epoch: session.position().epoch, ..Position::default() });
}

#[test]
fn other_data_reset_a_trained_run() {
    let mut session = session("iris");
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 1000);
    pause(&mut session, &training_loop);
    act(&mut session, Edit::ValidationShareChanged(20));
    assert_eq!(session.position(), session.scenario().first_position());
    assert!(session.notice().unwrap().contains("Back at the start"));
    assert!(session.training().evaluations(12).is_empty());
}

#[test]
fn another_preset_ends_the_training_and_late_reports_are_ignored() {
    let mut session = session("iris");
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 500);
    let paused = training_loop.snapshot(true, 1.0, 1000.0);
    act(&mut session, Open::PresetChosen("xor".into()));
    session.take_worker_commands();
    session.report(paused.clone()).unwrap();
    assert_eq!((session.preset(), session.take_worker_commands()), (Some("xor"), vec![WorkerCommand::Stop]));
    assert_eq!(session.training().status, TrainingStatus::Idle);
    let before = session.position();
    session.report(paused.clone()).unwrap();
    assert_eq!(session.position(), before);
    assert!(session.training().snapshot().is_none());
    act(&mut session, History::Undo);
    assert_eq!(session.position(), paused.position.to_position(), "back to where it paused");
}

#[test]
fn reset_pauses_a_running_training_first() {
    let mut session = session("circle");
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 5000);
    act(&mut session, Navigate::JumpedToStart);
    session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
    assert_eq!(session.position(), session.scenario().first_position());
    assert_eq!(session.training().status, TrainingStatus::Idle);
    assert!(text(&session, "train-state").starts_with("Will start at epoch 1, mini-batch 1."));
    assert!(session.training().evaluations(20).is_empty());
}

#[test]
fn a_divergence_is_reported_and_one_key_restores_the_last_finite_state() {
    let mut session = session("linnerud");
    act(&mut session, Edit::LearningRateChanged(30.0));
    act(&mut session, Look::ViewChanged(View::Train));
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 1_000_000);
    assert!(training_loop.ended());
    let start = session.position();
    session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
    let TrainingStatus::Ended(StopReason::Diverged { update, .. }) = session.training().status else {
        panic!()
    };
    assert_eq!(session.position(), start, "the reader decides");
    let state = text(&session, "train-state");
    assert!(state.contains(&format!("update {}", update + 1)) && state.contains("η = 30. "), "{state}");

    session.update(Keyboard::KeyPressed { key: "b".into(), shift: false, control: false }).unwrap();
    assert_eq!(session.updates() + 1, update);
    assert!(session.visible().finished());
    assert!(session.mini_batch().network_after.first_not_finite().is_none());
    let error = session
        .update(Navigate::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward })
        .and_then(|()| session.update(Play::TimerFired))
        .unwrap_err();
    assert!(error.contains("overflows (∞ or NaN)"), "{error}");
    let error = session.update(Train::FiniteStateRestored).unwrap_err();
    assert_eq!(error, "no training has diverged; there is nothing to go back from");
}

#[test]
fn criteria_that_are_met_already_are_refused() {
    let mut session = session("iris");
    act(&mut session, Navigate::EpochChosen(4));
    act(&mut session, Train::EpochLimitChanged(Some(3)));
    let error = session.update(Train::TrainingToggled).unwrap_err();
    assert_eq!(
        error,
        "3 epochs are done already: the run is in epoch 4. Use more epochs, or go back to the start (Home)"
    );
    assert_eq!(session.training().status, TrainingStatus::Idle);

    act(&mut session, Train::EpochLimitChanged(Some(6)));
    session.take_worker_commands();
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 1_000_000);
    session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
    assert_eq!(session.training().status, TrainingStatus::Ended(StopReason::Epochs));
    let want = Position { epoch: 6, mini_batch: 0, moment: Moment::Input { sample: 0 }, neuron: None };
    assert_eq!(session.position(), want);
    assert_eq!(session.take_worker_commands().last(), Some(&WorkerCommand::Stop));
    assert!(text(&session, "train-remaining").starts_with("100 %"));
}

#[test]
fn invalid_stopping_criteria_are_refused() {
    let mut regression = session("linnerud");
    for (action, message) in [
        (Train::EpochLimitChanged(Some(0)), "use 1 epoch or more, or leave it empty"),
        (Train::CostLimitChanged(Some(-1.0)), "a cost cannot be below 0; use 0.01"),
        (
            Train::AccuracyLimitChanged(Some(101.0)),
            "101 % is not an accuracy; use a number up to 100, such as 95",
        ),
        (
            Train::AccuracyLimitChanged(Some(90.0)),
            "this network is not a classifier, so it has no accuracy; use a cost limit",
        ),
        (Train::SpeedLimitChanged(Some(0.0)), "0 samples per second would never train; 100 would do"),
    ] {
        let before = regression.training().criteria;
        assert_eq!(regression.update(action.clone()), Err(message.to_owned()), "{action:?}");
        assert_eq!(regression.training().criteria, before);
    }
    act(&mut regression, Train::AccuracyLimitChanged(None));
}

#[test]
fn an_accuracy_limit_does_not_stop_a_regression() {
    let mut session = session("iris");
    act(&mut session, Train::AccuracyLimitChanged(Some(1.0)));
    act(&mut session, Open::PresetChosen("linnerud".into()));
    act(&mut session, Train::EpochLimitChanged(Some(3)));
    let fields = fields(&session);
    assert!(fields.contains(&("accuracy-limit", String::new())), "{fields:?}");
    session.take_worker_commands();
    let mut training_loop = begin(&mut session);
    train(&mut training_loop, 1_000_000);
    session.report(training_loop.snapshot(true, 1.0, 1000.0)).unwrap();
    assert_eq!(session.training().status, TrainingStatus::Ended(StopReason::Epochs));
    assert_eq!(session.position().epoch, 3);
    assert!(!text(&session, "train-evaluation").contains("accuracy"));
    // The limit applies again to the next classifier.
    act(&mut session, Open::PresetChosen("iris".into()));
    assert_eq!(session.stopping_criteria().accuracy, Some(0.01));
}

#[test]
fn an_edit_after_a_long_training_resets_the_run_and_undo_returns() {
    let mut session = session("digits");
    let mut training_loop = begin(&mut session);
    // Replaying this far would take a minute.
    train(&mut training_loop, 650_000);
    pause(&mut session, &training_loop);
    let (position, mini_batch) = (session.position(), session.mini_batch().clone());
    session.update(Edit::SeedChanged(2)).unwrap();
    assert!(session.progress().is_none(), "there is no long replay");
    assert_eq!(session.position(), session.scenario().first_position());
    assert!(session.notice().unwrap().contains("Back at the start"));
    session.update(History::Undo).unwrap();
    assert!(session.progress().is_none());
    assert_eq!((session.position(), session.mini_batch()), (position, &mini_batch));
}

#[test]
fn a_million_parameters_train_and_can_be_paused() {
    let mut scenario: Scenario = preset("digits");
    scenario.sizes = vec![64, 2000, 440, 10];
    scenario.activations = [[scenario.activations[0]; 2].as_slice(), &scenario.activations[1..]].concat();
    let mut session = Session::new(scenario).unwrap();
    assert!(session.mini_batch().network_before.parameter_count() > 1_000_000);
    let mut training_loop = begin(&mut session);
    let mut checks = 0;
    training_loop.advance(10, || {
        checks += 1;
        true // at the first check
    });
    assert_eq!(checks, 1);
    while training_loop.samples() < 10 {
        training_loop.advance(10, || true);
    }
    pause(&mut session, &training_loop);
    assert_eq!(session.updates(), 1);
}
