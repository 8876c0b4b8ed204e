//! Steps and jumps: where the reader goes in the run.

use super::{Session, StepSize, View, next, previous};
use crate::scenario::{Position, Scenario};

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
    pub(super) fn step_forward(&mut self, size: StepSize) -> Result<(), String> {
        let size = self.allowed_step(size);
        let end = || "this is as far as epochs are counted".to_owned();
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
    pub(super) fn step_back(&mut self, size: StepSize) -> Result<(), String> {
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

    /// Goes to the first moment of the run and forgets the training.
    pub(super) fn jump_to_start(&mut self) -> Result<(), String> {
        self.reset_training();
        self.replay_to(self.scenario.first_position(), Vec::new())
    }

    /// Goes to any position. An error if the scenario has no such position.
    pub(super) fn jump(&mut self, position: Position) -> Result<(), String> {
        let scenario = Scenario { position, ..Scenario::clone(&self.scenario) };
        scenario.check_position().map_err(|error| error.problem)?;
        self.replay_to(position, Vec::new())
    }

    /// Goes to the moment with this index in the present mini-batch.
    pub(super) fn jump_to_moment(&mut self, index: usize) -> Result<(), String> {
        let moment = self.timeline().moment(index);
        self.jump(Position { moment, neuron: None, ..self.position })
    }

    /// Goes to the first moment of this epoch, counted from 1.
    pub(super) fn jump_to_epoch(&mut self, number: usize) -> Result<(), String> {
        let epoch = number.checked_sub(1).and_then(|epoch| u32::try_from(epoch).ok());
        let epoch = epoch.ok_or("epochs are counted from 1")?;
        let first = self.scenario.first_position();
        let start = Position { epoch, ..Position::default() };
        self.jump(if epoch == first.epoch { first } else { start })
    }
}
