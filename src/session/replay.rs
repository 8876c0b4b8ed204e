//! Replay: the updates between a known state and a destination are made again, in slices of a few milliseconds.
//!
//! The page runs one slice each time its timer fires. A replay can be cancelled; the session does not change before
//! the destination is reached.

use super::compare::RunStates;
use super::divergence::divergence_error;
use super::navigate::Step;
use super::replacement::Replacement;
use super::{Comparison, MiniBatch, Session, View};
use crate::nn::Network;
use crate::scenario::Position;
use std::sync::Arc;

/// Multiplications in one slice: a few milliseconds.
const SLICE: usize = 6_000_000;

/// A replay that has not reached its destination yet.
#[derive(Clone, Debug)]
pub(super) struct Replay {
    pub(super) destination: Position,
    /// The scenario's own run.
    pub(super) own: PartialReplay<Arc<Network>>,
    /// The compared runs, if they are shown.
    pub(super) runs: Option<PartialReplay<RunStates>>,
    pub(super) arrival: Arrival,
}

/// How far a replay has come, and the parameters there.
#[derive(Clone, Debug)]
pub(super) struct PartialReplay<T> {
    /// The first update of the replay.
    first: u64,
    /// The next update to make.
    next: u64,
    /// The parameters before the next update.
    state: T,
}

/// What changes when a replay reaches its destination.
#[derive(Clone, Debug)]
pub(super) enum Arrival {
    /// Only the position changes; the step history is replaced by this.
    Position(Vec<Step>),
    /// The scenario.
    Scenario(Box<Replacement>),
}

/// Progress of a replay, in updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Updates made.
    pub done: u64,
    /// Updates to make in all.
    pub total: u64,
}

impl<T> PartialReplay<T> {
    /// Begins at a known update with the parameters before it.
    pub(super) fn new((first, state): (u64, T)) -> Self {
        Self { first, next: first, state }
    }

    fn progress(&self, target: u64) -> Progress {
        Progress { done: self.next - self.first, total: target - self.first }
    }
}

impl Session {
    /// Goes to a position of the current scenario.
    pub(super) fn replay_to(&mut self, destination: Position, step_history: Vec<Step>) -> Result<(), String> {
        let update = self.scenario.update_index(&destination);
        let same_mini_batch = update == self.updates();
        let compare = self.view_state.view == View::Compare;
        if same_mini_batch && (self.comparison.is_some() || !compare) {
            self.replay = None;
            (self.position, self.step_history) = (destination, step_history);
            self.move_runs();
            return Ok(());
        }
        let comparison =
            compare.then(|| self.comparison.get_or_insert_with(|| Comparison::new(&self.scenario).into()));
        let runs =
            comparison.and_then(|comparison| comparison.checkpoints.nearest(update)).map(PartialReplay::new);
        let own = match update == self.updates() + 1 {
            true => (update, self.mini_batch.network_after.clone()),
            false => self.replay_cache.nearest(update),
        };
        let arrival = Arrival::Position(step_history);
        self.start_replay(Replay { destination, own: PartialReplay::new(own), runs, arrival })
    }

    /// Starts a replay and runs its first slice: a short replay is finished at once.
    pub(super) fn start_replay(&mut self, replay: Replay) -> Result<(), String> {
        self.replay = Some(replay);
        self.run_replay_slice()
    }

    /// Runs one slice of the replay. An error ends the replay: a number is no longer finite.
    pub(super) fn run_replay_slice(&mut self) -> Result<(), String> {
        let Some(mut replay) = self.replay.take() else { return Ok(()) };
        let (scenario, cache, comparison) = match &mut replay.arrival {
            Arrival::Position(_) => (self.scenario.clone(), &mut self.replay_cache, &mut self.comparison),
            Arrival::Scenario(replacement) => {
                let scenario = replacement.entry.scenario.clone();
                (scenario, &mut replacement.cache, &mut replacement.comparison)
            }
        };
        let target = scenario.update_index(&replay.destination);
        let own = &mut replay.own;
        let samples = scenario.hyperparameters.batch_size.min(scenario.data.samples.len());
        // Each weight takes part in three products: forward pass, backward pass and gradient.
        let work = (3 * own.state.parameter_count() * samples).max(1);
        let mut updates_left = (SLICE / work).max(1);
        while own.next < target && updates_left > 0 {
            cache
                .train_and_record(&scenario, own.next, &mut own.state)
                .map_err(|diverged| divergence_error(&scenario, own.next, diverged))?;
            own.next += 1;
            updates_left -= 1;
        }
        let mut work_left = updates_left.saturating_mul(work) as i64;
        let mut arrived = own.next == target;
        while let (Some(runs), Some(comparison)) = (&mut replay.runs, comparison.as_mut())
            && own.next == target
        {
            let epoch = comparison.epoch_to_evaluate(&scenario, runs.next);
            arrived = runs.next == target && epoch.is_none();
            if arrived || work_left <= 0 {
                break;
            }
            if let Some(epoch) = epoch {
                let max_work = work_left as usize;
                work_left -= comparison.evaluate(&scenario, epoch, &runs.state, max_work) as i64;
            } else {
                work_left -= comparison.train_mini_batch(&scenario, runs.next, &mut runs.state) as i64;
                runs.next += 1;
            }
        }
        if !arrived {
            self.replay = Some(replay);
            return Ok(());
        }
        let mini_batch = cache
            .mini_batch(&scenario, target, own.state.clone())
            .map_err(|diverged| divergence_error(&scenario, target, diverged))?;
        self.finish_replay(replay, mini_batch);
        Ok(())
    }

    fn finish_replay(&mut self, replay: Replay, mini_batch: MiniBatch) {
        let Replay { destination, runs, arrival, .. } = replay;
        match arrival {
            Arrival::Position(step_history) => self.step_history = step_history,
            Arrival::Scenario(replacement) => self.adopt(*replacement),
        }
        self.position = destination;
        self.mini_batch = mini_batch.into();
        if let Some(PartialReplay { next, state, .. }) = runs {
            self.show_runs(next, &state);
        }
    }

    /// The progress of the replay; `None` if there is no replay.
    pub fn progress(&self) -> Option<Progress> {
        let replay = self.replay.as_ref()?;
        let scenario = match &replay.arrival {
            Arrival::Position(_) => &self.scenario,
            Arrival::Scenario(replacement) => &replacement.entry.scenario,
        };
        let target = scenario.update_index(&replay.destination);
        let own = replay.own.progress(target);
        let runs = replay.runs.as_ref().map_or(Progress { done: 0, total: 0 }, |runs| runs.progress(target));
        Some(Progress { done: own.done + runs.done, total: own.total + runs.total })
    }
}
