//! Steps and jumps: where the reader goes in the run.

use super::{Direction, Session, StepSize, View, next, previous, typed};
use crate::scenario::{Position, Scenario};
use serde::Deserialize;

/// Changes of the position.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Navigate {
    /// A step.
    Stepped {
        /// Its size.
        by: StepSize,
        /// Forward or back.
        direction: Direction,
    },
    /// To the first moment of the run.
    JumpedToStart,
    /// To any position.
    Jumped(Position),
    /// To the moment with this index in the current mini-batch.
    Scrubbed(#[serde(deserialize_with = "typed::count")] usize),
    /// To the moment with this index in the list of the current sample's moments followed by the update's.
    MomentChosen(#[serde(deserialize_with = "typed::count")] usize),
    /// To the first moment of this epoch, counted from 1.
    EpochChosen(#[serde(deserialize_with = "typed::count")] usize),
}

/// Maximum number of steps kept in the step history.
const MAX_STEP_HISTORY: usize = 1000;

/// A step forward, to be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The position before the step.
    from: Position,
    size: StepSize,
}

impl Session {
    pub(super) fn navigate(&mut self, action: Navigate) -> Result<(), String> {
        match action {
            Navigate::Stepped { by, direction: Direction::Forward } => self.step_forward(by),
            Navigate::Stepped { by, direction: Direction::Back } => self.step_back(by),
            Navigate::JumpedToStart => {
                self.reset_training();
                self.replay_to(self.scenario.first_position(), Vec::new())
            }
            Navigate::Jumped(position) => self.jump(position),
            Navigate::Scrubbed(index) => self.jump_to_moment(index),
            Navigate::MomentChosen(place) => {
                self.jump_to_moment(self.timeline().index_at(self.visible().sample(), place))
            }
            Navigate::EpochChosen(number) => {
                let epoch = number.checked_sub(1).and_then(|epoch| u32::try_from(epoch).ok());
                let epoch = epoch.ok_or("epochs are counted from 1")?;
                let first = self.scenario.first_position();
                let start = Position { epoch, ..Position::default() };
                self.jump(if epoch == first.epoch { first } else { start })
            }
        }
    }

    pub(super) fn step_forward(&mut self, size: StepSize) -> Result<(), String> {
        let size = self.allowed_step(size);
        let end = || "this is the last epoch".to_owned();
        let destination = next(&self.scenario, self.position, size).ok_or_else(end)?;
        let mut step_history = self.step_history.clone();
        step_history.push(Step { from: self.position, size });
        if step_history.len() > MAX_STEP_HISTORY {
            step_history.drain(..MAX_STEP_HISTORY / 2);
        }
        self.replay_to(destination, step_history)
    }

    /// Takes the last step forward back if it had this size. Otherwise goes to the previous end of a step of this
    /// size.
    fn step_back(&mut self, size: StepSize) -> Result<(), String> {
        let size = self.allowed_step(size);
        let mut step_history = self.step_history.clone();
        if let Some(step) = step_history.pop().filter(|step| step.size == size) {
            return self.replay_to(step.from, step_history);
        }
        match previous(&self.scenario, self.position, size) {
            Some(destination) => self.replay_to(destination, Vec::new()),
            None => self.say("This is the first moment of the run."),
        }
    }

    /// Compared runs step together, and a sample is their smallest step.
    fn allowed_step(&self, size: StepSize) -> StepSize {
        match self.view_state.view {
            View::Stepper | View::Train => size,
            View::Compare => size.max(StepSize::Sample),
        }
    }

    /// Goes to any position. An error if the scenario has no such position.
    fn jump(&mut self, position: Position) -> Result<(), String> {
        let scenario = Scenario { position, ..Scenario::clone(&self.scenario) };
        scenario.check_position().map_err(|error| error.problem)?;
        self.replay_to(position, Vec::new())
    }

    /// Goes to the moment with this index in the current mini-batch.
    fn jump_to_moment(&mut self, index: usize) -> Result<(), String> {
        let moment = self.timeline().moment(index);
        self.jump(Position { moment, neuron: None, ..self.position })
    }
}
