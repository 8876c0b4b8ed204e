//! Reports of the worker: where the training is, and going there.

use super::{TrainingStatus, WorkerCommand};
use crate::scenario::Position;
use crate::session::divergence::divergence_error;
use crate::session::{Session, Timeline, View};
use crate::training::{LoopState, Snapshot, StopReason};
use std::sync::Arc;

impl Session {
    /// Takes a report of the worker. An error if the session cannot go to where it paused.
    pub fn report(&mut self, snapshot: Snapshot) -> Result<(), String> {
        let training = &mut self.training;
        if snapshot.id != training.id || !training.is_running() {
            return Ok(()); // a report of a training that is over
        }
        let snapshot = Arc::new(snapshot);
        training.snapshot = Some(snapshot.clone());
        match snapshot.state {
            LoopState::Running => return Ok(()),
            LoopState::Paused if training.status == (TrainingStatus::Pausing { to_end: true }) => {
                training.status = TrainingStatus::Idle;
                training.commands.push(WorkerCommand::Stop);
            }
            LoopState::Paused => training.status = TrainingStatus::Paused,
            LoopState::Ended(reason) => {
                training.status = TrainingStatus::Ended(reason);
                training.commands.push(WorkerCommand::Stop);
                if matches!(reason, StopReason::Diverged { .. }) {
                    training.pending_action = None;
                    return Ok(()); // the reader decides whether to go there
                }
            }
        }
        self.load_snapshot(&snapshot, snapshot.position.to_position())?;
        match self.training.pending_action.take() {
            Some(action) => self.update(action),
            None => Ok(()),
        }
    }

    /// The worker has failed, for a reason that only the browser knows.
    pub fn training_failed(&mut self, reason: &str) -> Result<(), String> {
        if !self.training.is_running() && self.training.status != TrainingStatus::Paused {
            return Ok(());
        }
        self.discard_training(self.training.first_trained_update);
        Err(format!("the training stopped: {reason}. You are where it began; start it again"))
    }

    /// Goes to the last finite state of a training that diverged.
    pub(in crate::session) fn restore_finite_state(&mut self) -> Result<(), String> {
        let TrainingStatus::Ended(StopReason::Diverged { update, .. }) = self.training.status else {
            return Err("no training has diverged; there is nothing to go back from".into());
        };
        let Some(snapshot) = self.training.snapshot.clone() else { return Ok(()) };
        let mut position = snapshot.position.to_position();
        if self.scenario.update_index(&position) < update {
            let timeline = Timeline::of(&self.scenario, position.mini_batch);
            position.moment = timeline.moment(timeline.len() - 1);
        }
        self.load_snapshot(&snapshot, position)?;
        self.training.status = TrainingStatus::Idle;
        self.say("This is the last moment at which every number was finite.")
    }

    /// Goes to a position with the parameters of the snapshot, and keeps its parameter history and costs.
    fn load_snapshot(&mut self, snapshot: &Snapshot, position: Position) -> Result<(), String> {
        let (Some(parameters), Some((history, costs))) = (&snapshot.parameters, &snapshot.history) else {
            return Err("the training’s report has no parameters; start it again".into());
        };
        let scenario = &*self.scenario;
        let shape = &self.mini_batch.network_before;
        let update = scenario.update_index(&position);
        let mut cache = self.replay_cache.clone();
        for (at, parameters) in history.points_before(update) {
            cache.networks.remember(at, &Arc::new(shape.with_values(parameters)));
        }
        cache.costs.append(costs.clone());
        let network = Arc::new(shape.with_values(parameters));
        let mini_batch = cache
            .mini_batch(scenario, update, network)
            .map_err(|diverged| divergence_error(scenario, update, diverged))?;
        (self.replay_cache, self.position, self.mini_batch) = (cache, position, mini_batch.into());
        self.step_history.clear();
        self.comparison = None;
        self.training.stopped_position = Some(position);
        match self.view_state.view {
            View::Compare => self.replay_to(position, Vec::new()), // the runs follow
            View::Stepper | View::Train => Ok(()),
        }
    }
}
