//! Sessions of runs, for the tests of the comparison and of its charts.

use deltascope::data::presets;
use deltascope::scenario::{RunConfig, Scenario};
use deltascope::session::{Action, Direction, Navigate, Play, Session, StepSize};

/// The scenario of a preset.
pub(crate) fn preset(id: &str) -> Scenario {
    presets().iter().find(|preset| preset.id == id).unwrap().scenario()
}

/// A session of these runs.
pub(crate) fn compared(scenario: Scenario, runs: &[RunConfig]) -> Session {
    let mut session = Session::new(Scenario { runs: runs.to_vec(), ..scenario }).unwrap();
    finish(&mut session);
    assert_eq!(session.comparison().unwrap().passes().len(), runs.len());
    session
}

/// Does something, up to its end.
pub(crate) fn act(session: &mut Session, action: impl Into<Action>) {
    session.update(action).unwrap();
    finish(session);
}

/// Goes on until the replay under way arrives.
pub(crate) fn finish(session: &mut Session) {
    while session.progress().is_some() {
        session.update(Play::TimerFired).unwrap();
    }
}

/// A step, up to its end.
pub(crate) fn step(session: &mut Session, by: StepSize, direction: Direction) {
    act(session, Navigate::Stepped { by, direction });
}

/// All that waits until the reader stays.
pub(crate) fn stay(session: &mut Session) {
    while session.has_background_work() {
        session.run_background_slice();
    }
}
