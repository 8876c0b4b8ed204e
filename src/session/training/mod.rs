//! The page's side of training at full speed: commands to the worker, and its reports.
//!
//! The worker trains a [`Task`] and sends [`Snapshot`]s. While it runs, the session's position does not change. When
//! it pauses or ends, the session goes to that very sample, with the same doubles.

mod control;
mod limits;
mod report;

use super::{Action, MiniBatch, Session, typed};
use crate::nn::Evaluation;
use crate::scenario::{Position, Scenario, Start};
use crate::training::{EpochMetrics, Snapshot, StopReason, StoppingCriteria, Task};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Control of the training.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Train {
    /// Starts, pauses or resumes.
    TrainingToggled,
    /// Ends the training here.
    TrainingStopped,
    /// Goes back to the last finite state of a training that diverged.
    FiniteStateRestored,
    /// Stop after this epoch of the run.
    EpochLimitChanged(#[serde(deserialize_with = "typed::optional_count")] Option<u32>),
    /// Stop at this mean cost of a sample.
    CostLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),
    /// Stop at this accuracy, in percent.
    AccuracyLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),
    /// Maximum number of samples per second.
    SpeedLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),
}

/// A command to the worker.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WorkerCommand {
    /// Start [`Session::task`] in a new worker.
    Start,
    /// Continue after a pause.
    Resume,
    /// Pause and report.
    Pause,
    /// Replace the stopping criteria and the speed limit.
    SetCriteria {
        /// When to stop without being told to.
        criteria: StoppingCriteria,
        /// Maximum number of samples per second.
        speed: Option<f64>,
    },
    /// End the worker.
    Stop,
}

/// What the worker does, as far as the page knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum TrainingStatus {
    /// There is no training.
    #[default]
    Idle,
    /// The worker trains.
    Running,
    /// The worker has been told to pause and has not reported yet.
    Pausing {
        /// Whether the training ends then.
        to_end: bool,
    },
    /// The worker waits; the session has gone to where it paused.
    Paused,
    /// The training has ended.
    Ended(StopReason),
}

/// A training, and the settings of the current or the next one.
#[derive(Clone, Debug, Default)]
pub struct Training {
    id: u32,
    /// What the worker does.
    pub status: TrainingStatus,
    /// When the training ends, as entered; see [`Session::stopping_criteria`].
    pub criteria: StoppingCriteria,
    /// Maximum number of samples per second.
    pub speed_limit: Option<f64>,
    /// The first update of this training, from the start of epoch 0.
    pub first_update: u64,
    snapshot: Option<Arc<Snapshot>>,
    /// Trainings of this run before the current one, up to `first_update`.
    earlier: TrainingTotals,
    /// Where the session went when the training paused or ended.
    stopped_position: Option<Position>,
    /// The first update of this run that a worker has made, if any. Replaying from there takes long.
    pub(super) first_trained_update: Option<u64>,
    /// The action to carry out once the worker has paused.
    pending_action: Option<Action>,
    commands: Vec<WorkerCommand>,
}

/// An evaluation of the network during a training.
#[derive(Clone, Copy, Debug)]
pub struct EpochEvaluation {
    /// Epochs done, from the start of epoch 0.
    pub epochs: f64,
    /// Of the training rows.
    pub training: Evaluation,
    /// Of the validation rows, if there are any.
    pub validation: Option<Evaluation>,
}

/// The results of one or more trainings.
#[derive(Clone, Debug, Default)]
struct TrainingTotals {
    evaluations: Vec<EpochEvaluation>,
    samples: u64,
    seconds: f64,
}

/// Maximum number of evaluations kept of earlier trainings.
const MAX_EARLIER_EVALUATIONS: usize = 1024;

impl Training {
    /// Whether the worker trains, or is about to pause.
    pub fn is_running(&self) -> bool {
        matches!(self.status, TrainingStatus::Running | TrainingStatus::Pausing { .. })
    }

    /// The latest report.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    /// All evaluations of this run, given the number of mini-batches in an epoch.
    pub fn evaluations(&self, mini_batches: usize) -> Vec<EpochEvaluation> {
        let evaluation = |metrics: &EpochMetrics| EpochEvaluation {
            epochs: metrics.updates as f64 / mini_batches as f64,
            training: metrics.training,
            validation: metrics.validation,
        };
        let own = self.snapshot().into_iter().flat_map(|snapshot| {
            let points = snapshot.points.points().iter().map(|(_, metrics)| metrics);
            points.chain(&snapshot.latest).map(evaluation)
        });
        self.earlier.evaluations.iter().copied().chain(own).collect()
    }

    /// Number of samples trained on in this run.
    pub fn samples(&self) -> u64 {
        self.earlier.samples + self.snapshot().map_or(0, |snapshot| snapshot.samples)
    }

    /// Training time of this run, in seconds.
    pub fn seconds(&self) -> f64 {
        self.earlier.seconds + self.snapshot().map_or(0.0, |snapshot| snapshot.seconds)
    }

    /// Whether `position` is where the training paused or ended.
    pub fn stopped_at(&self, position: Position) -> bool {
        self.stopped_position == Some(position)
    }

    /// The results of this run before this epoch, thinned out.
    fn totals_before(&self, mini_batches: usize, epoch: f64) -> TrainingTotals {
        let mut evaluations = self.evaluations(mini_batches);
        evaluations.retain(|evaluation| evaluation.epochs < epoch);
        while evaluations.len() > MAX_EARLIER_EVALUATIONS {
            evaluations = evaluations.into_iter().step_by(2).collect();
        }
        match evaluations.is_empty() {
            true => TrainingTotals::default(),
            false => TrainingTotals { evaluations, samples: self.samples(), seconds: self.seconds() },
        }
    }
}

impl Session {
    pub(super) fn control_training(&mut self, action: Train) -> Result<(), String> {
        let Training { criteria, speed_limit, .. } = &mut self.training;
        match action {
            Train::TrainingToggled => return self.toggle_training(),
            Train::TrainingStopped => {
                self.pause_training(true);
                return Ok(());
            }
            Train::FiniteStateRestored => return self.restore_finite_state(),
            Train::EpochLimitChanged(Some(0)) => {
                return Err("use 1 epoch or more, or leave it empty".into());
            }
            Train::EpochLimitChanged(epochs) => criteria.epochs = epochs,
            Train::CostLimitChanged(Some(cost)) if cost < 0.0 => {
                return Err("a cost cannot be below 0; use 0.01".into());
            }
            Train::CostLimitChanged(cost) => criteria.cost = cost,
            Train::AccuracyLimitChanged(Some(percent)) if !(percent > 0.0 && percent <= 100.0) => {
                return Err(format!("{percent} % is not an accuracy; use a number up to 100, such as 95"));
            }
            Train::AccuracyLimitChanged(Some(_)) if !self.scenario.has_classes() => {
                return Err(
                    "this network is not a classifier, so it has no accuracy; use a cost limit".into()
                );
            }
            Train::AccuracyLimitChanged(percent) => {
                criteria.accuracy = percent.map(|percent| percent / 100.0)
            }
            Train::SpeedLimitChanged(Some(speed)) if speed <= 0.0 => {
                return Err(format!("{speed} samples per second would never train; 100 would do"));
            }
            Train::SpeedLimitChanged(speed) => *speed_limit = speed,
        }
        self.send_criteria();
        Ok(())
    }

    /// The training at full speed, and the settings of the next one.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// The commands to the worker since the last call.
    pub fn take_worker_commands(&mut self) -> Vec<WorkerCommand> {
        std::mem::take(&mut self.training.commands)
    }

    /// The task of [`WorkerCommand::Start`]: the scenario from the current mini-batch on, or from the next one if the
    /// current one is finished.
    pub fn task(&self) -> Task {
        let scenario = Scenario { start: self.next_start(), ..Scenario::clone(&self.scenario) };
        Task { id: self.training.id, scenario, criteria: self.stopping_criteria() }
    }

    /// The current parameters as a start, before the first update that is not made yet.
    pub(super) fn next_start(&self) -> Start {
        let (epoch, mini_batch) = self.scenario.epoch_and_mini_batch(self.next_update());
        let MiniBatch { network_before: before, network_after: after, .. } = &*self.mini_batch;
        let network = if self.visible().finished() { after } else { before };
        Start::Parameters { network: network.clone(), epoch, mini_batch }
    }

    /// The first update that is not made yet.
    fn next_update(&self) -> u64 {
        self.updates() + u64::from(self.visible().finished())
    }

    /// Whether a worker has made some of the updates before the current position.
    pub(super) fn was_trained(&self) -> bool {
        self.training.first_trained_update.is_some_and(|first| first < self.updates())
    }
}
