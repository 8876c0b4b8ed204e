//! Helpers that drive a session.

use deltascope::data::presets;
use deltascope::nn::{Hyperparameters, Reduction};
use deltascope::scenario::{RunConfig, Scenario};
use deltascope::session::{Action, Direction, Navigate, Play, Session, StepSize};

/// The scenario of a preset.
pub(crate) fn preset(id: &str) -> Scenario {
    presets().iter().find(|preset| preset.id == id).unwrap().scenario().unwrap()
}

/// A session with a preset.
pub(crate) fn session(id: &str) -> Session {
    Session::new(preset(id)).unwrap()
}

/// A session that compares these runs.
pub(crate) fn compared(scenario: Scenario, runs: &[RunConfig]) -> Session {
    let mut session = Session::new(Scenario { runs: runs.to_vec(), ..scenario }).unwrap();
    settle(&mut session);
    assert_eq!(session.comparison().unwrap().passes.len(), runs.len());
    session
}

/// Carries out an action, with its replay.
#[track_caller]
pub(crate) fn act(session: &mut Session, action: impl Into<Action>) {
    session.update(action).unwrap();
    settle(session);
}

/// Takes a step, with its replay.
#[track_caller]
pub(crate) fn step(session: &mut Session, by: StepSize, direction: Direction) {
    act(session, Navigate::Stepped { by, direction });
}

/// Runs the replay to its end. Returns the number of slices.
#[track_caller]
pub(crate) fn settle(session: &mut Session) -> usize {
    let mut slices = 0;
    while session.progress().is_some() {
        session.update(Play::TimerFired).unwrap();
        slices += 1;
    }
    slices
}

/// Runs the background work to its end.
pub(crate) fn finish_background_work(session: &mut Session) {
    while session.has_background_work() {
        session.run_background_slice();
    }
}

/// Linnerud in full batches, with an η at which runs with too large steps diverge.
pub(crate) fn diverging(reduction: Reduction) -> Scenario {
    let scenario = preset("linnerud");
    let hyperparameters =
        Hyperparameters { batch_size: 20, learning_rate: 0.11, reduction, ..scenario.hyperparameters };
    Scenario { hyperparameters, ..scenario }
}
