//! The page's side of a training at full speed: what it asks of the worker, and what it takes from its reports.
//!
//! The worker trains a [`Task`]; its [`Snapshot`]s come here. While it runs, the session stays where it was. Where it
//! pauses or ends, the session goes to that very sample, with the same doubles.

use super::replay::{History, explained};
use super::{Action, Session, View};
use crate::nn::{Evaluation, Network};
use crate::scenario::{Position, Scenario, Start};
use crate::training::{EpochMetrics, Snapshot, State, StopReason, StoppingCriteria, Task};
use serde::Serialize;
use std::sync::Arc;

/// What the worker is to do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WorkerCommand {
    /// A new worker begins [`Session::task`].
    Start,
    /// The worker goes on from where it paused.
    Resume,
    /// It pauses and reports.
    Pause,
    /// From now on it keeps to these terms.
    SetCriteria {
        /// When it stops by itself.
        criteria: StoppingCriteria,
        /// The most samples a second.
        speed: Option<f64>,
    },
    /// It is no longer needed.
    Stop,
}

/// How far a training is, as the page knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum TrainingStatus {
    /// There is none.
    #[default]
    Idle,
    /// The worker trains.
    Running,
    /// It has been told to pause, and then perhaps to end.
    Pausing {
        /// Whether it is no longer needed then.
        to_end: bool,
    },
    /// It waits; the session has gone to where it paused.
    Paused,
    /// It has ended by itself.
    Ended(StopReason),
}

/// A training, and the terms of the present or the next one.
#[derive(Clone, Debug, Default)]
pub struct Training {
    id: u32,
    status: TrainingStatus,
    criteria: StoppingCriteria,
    speed: Option<f64>,
    /// The update that it began with.
    began: u64,
    snapshot: Option<Arc<Snapshot>>,
    /// What trainings before it have found on the way to where it began.
    earlier: Earlier,
    /// Where the session went when it paused or ended.
    stood: Option<Position>,
    /// The first update that a worker has made in this run: the way from there on is long.
    trained: Option<u64>,
    /// What is to be done once it has paused.
    pending: Option<Action>,
    orders: Vec<WorkerCommand>,
}

/// An evaluation: after how many epochs, of the training rows, of those held out.
pub type Evaluated = (f64, Evaluation, Option<Evaluation>);

/// Trainings that are over.
#[derive(Clone, Debug, Default)]
struct Earlier {
    points: Vec<Evaluated>,
    samples: u64,
    seconds: f64,
}

/// The evaluations of earlier trainings that are kept.
const EARLIER: usize = 1024;

impl Training {
    /// How far it is.
    pub fn status(&self) -> TrainingStatus {
        self.status
    }

    /// Whether the worker trains or is about to pause.
    pub fn is_running(&self) -> bool {
        matches!(self.status, TrainingStatus::Running | TrainingStatus::Pausing { .. })
    }

    /// When it stops by itself.
    pub fn criteria(&self) -> StoppingCriteria {
        self.criteria
    }

    /// The most samples a second.
    pub fn speed_limit(&self) -> Option<f64> {
        self.speed
    }

    /// The update that it began with, from the beginning of epoch 0.
    pub fn first_update(&self) -> u64 {
        self.began
    }

    /// The latest report.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    /// All evaluations on the way here, where an epoch has so many mini-batches.
    pub fn points(&self, mini_batches: usize) -> Vec<Evaluated> {
        let point = |point: &EpochMetrics| {
            (point.updates as f64 / mini_batches as f64, point.training, point.validation)
        };
        let own = self.snapshot().into_iter().flat_map(|snapshot| {
            let latest = snapshot.latest.iter();
            snapshot.points.points().iter().map(|(_, point)| point).chain(latest).map(point)
        });
        self.earlier.points.iter().copied().chain(own).collect()
    }

    /// Samples trained on, on the way here.
    pub fn samples(&self) -> u64 {
        self.earlier.samples + self.snapshot().map_or(0, |snapshot| snapshot.samples)
    }

    /// How long that took, in seconds.
    pub fn seconds(&self) -> f64 {
        self.earlier.seconds + self.snapshot().map_or(0.0, |snapshot| snapshot.seconds)
    }

    /// Whether the session is still where it paused or ended.
    pub fn stopped_at(&self, position: Position) -> bool {
        self.stood == Some(position)
    }

    /// What has been found so far, up to this epoch.
    fn so_far(&self, mini_batches: usize, epoch: f64) -> Earlier {
        let mut points = self.points(mini_batches);
        points.retain(|point| point.0 < epoch);
        while points.len() > EARLIER {
            let mut index = 0;
            points.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        match points.is_empty() {
            true => Earlier::default(),
            false => Earlier { points, samples: self.samples(), seconds: self.seconds() },
        }
    }

    fn order_terms(&mut self) {
        self.orders.push(WorkerCommand::SetCriteria { criteria: self.criteria, speed: self.speed });
    }
}

impl Session {
    /// The training at full speed, or what there is to say of the next one.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// What the worker is to do since this was asked last.
    pub fn take_worker_commands(&mut self) -> Vec<WorkerCommand> {
        std::mem::take(&mut self.training.orders)
    }

    /// What [`WorkerCommand::Start`] is about: the scenario from the mini-batch that the reader stands in, or from the next one
    /// where that is finished.
    pub fn task(&self) -> Task {
        let finished = self.visible().finished();
        let network = if finished { &self.mini_batch.after } else { &self.mini_batch.before };
        Task {
            id: self.training.id,
            scenario: self.scenario.as_ref().clone(),
            network: Network::clone(network),
            update: self.updates() + u64::from(finished),
            limits: self.training.criteria,
        }
    }

    /// Starts, pauses or goes on.
    pub(super) fn toggle_training(&mut self) -> Result<(), String> {
        match self.training.status {
            TrainingStatus::Running => {
                self.pause_training(false);
                Ok(())
            }
            TrainingStatus::Pausing { .. } => Ok(()),
            TrainingStatus::Paused if self.training.stopped_at(self.position) => {
                self.check_limits()?;
                self.training.status = TrainingStatus::Running;
                self.training.orders.push(WorkerCommand::Resume);
                Ok(())
            }
            TrainingStatus::Idle | TrainingStatus::Paused | TrainingStatus::Ended(_) => self.begin_training(),
        }
    }

    fn begin_training(&mut self) -> Result<(), String> {
        self.check_limits()?;
        if self.replay.is_some() {
            return Err("the run is still on its way; wait for it, or stop it first".into());
        }
        self.play.playing = false;
        let began = self.updates() + u64::from(self.visible().finished());
        let mini_batches = self.scenario.mini_batches();
        let training = &mut self.training;
        training.earlier = training.so_far(mini_batches, began as f64 / mini_batches as f64);
        training.trained = Some(training.trained.unwrap_or(began).min(began));
        training.began = began;
        if training.status == TrainingStatus::Paused {
            training.orders.push(WorkerCommand::Stop);
        }
        training.id = training.id.wrapping_add(1);
        training.snapshot = None;
        training.status = TrainingStatus::Running;
        training.orders.push(WorkerCommand::Start);
        training.order_terms();
        Ok(())
    }

    /// Forgets what has been found: the run begins again.
    pub(super) fn clear_training(&mut self) {
        self.pause_training(true);
        let training = &mut self.training;
        training.status = TrainingStatus::Idle;
        (training.snapshot, training.stood, training.earlier) = (None, None, Earlier::default());
    }

    /// Waits with an action until the training has paused: it is then done from there.
    pub(super) fn await_pause(&mut self, action: Action) {
        self.pause_training(false);
        self.training.pending = Some(action);
    }

    /// Whether a worker has made some of the updates on the way here.
    pub(super) fn is_trained(&self) -> bool {
        self.training.trained.is_some_and(|first| first < self.updates())
    }

    /// The scenario from the present parameters on, where its way here was trained and this change leaves them their
    /// meaning: who changes η in the middle of a training does not want to begin again.
    pub(super) fn going_on(&self, action: &Action, mut scenario: Scenario) -> Option<Scenario> {
        let same_batches = match action {
            Action::LearningRateChanged(_)
            | Action::ReductionChanged(_)
            | Action::ReductionSwitched
            | Action::BiasRuleChanged(_) => true,
            Action::BatchSizeChanged(_) => false,
            _ => return None,
        };
        if !self.is_trained() {
            return None;
        }
        let finished = self.visible().finished();
        let network = if finished { &self.mini_batch.after } else { &self.mini_batch.before };
        let update = self.updates() + u64::from(finished);
        let (epoch, mini_batch) = self.scenario.epoch_and_mini_batch(update);
        // With other mini-batches the epoch begins again.
        let mini_batch = if same_batches { mini_batch } else { 0 };
        scenario.start = Start::Parameters { network: network.clone(), epoch, mini_batch };
        if finished || !same_batches {
            scenario.position = Position { epoch, mini_batch, ..Position::default() };
        }
        scenario.check().is_ok().then_some(scenario)
    }

    /// Changes the scenario of a trained run and goes on with it; the curves stay.
    pub(super) fn go_on_with(
        &mut self,
        scenario: Scenario,
        mut notice: Option<String>,
    ) -> Result<(), String> {
        let mini_batches = self.scenario.mini_batches();
        let kept = self.training.so_far(mini_batches, f64::INFINITY);
        let words = "The run goes on from these parameters; Undo takes the change back.";
        notice = Some(notice.map_or(words.to_owned(), |notice| format!("{notice} {words}")));
        self.replace(scenario, self.preset, History::Change, notice)?;
        self.training.earlier = kept;
        Ok(())
    }

    /// Refuses what would end before it begins.
    fn check_limits(&self) -> Result<(), String> {
        let begin = self.updates() + u64::from(self.visible().finished());
        let done = begin / self.scenario.mini_batches() as u64;
        match self.training.criteria.epochs {
            Some(epochs) if u64::from(epochs) <= done => Err(format!(
                "{epochs} epochs are done already: the run stands in epoch {}. Take more epochs, or go back to the \
                 start (Home)",
                done + 1
            )),
            _ if self.training.status == TrainingStatus::Ended(StopReason::TargetReached)
                && self.training.stopped_at(self.position)
                && self
                    .training
                    .snapshot()
                    .and_then(|now| now.latest)
                    .is_some_and(|found| self.training.criteria.reached(&found)) =>
            {
                Err("cost or accuracy is as good as was wanted already; ask for more, or leave it empty"
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Pauses a training that runs; `to_end` also ends it.
    pub(super) fn pause_training(&mut self, to_end: bool) {
        match self.training.status {
            TrainingStatus::Running => {
                self.training.status = TrainingStatus::Pausing { to_end };
                self.training.orders.push(WorkerCommand::Pause);
            }
            TrainingStatus::Pausing { .. } if to_end => {
                self.training.status = TrainingStatus::Pausing { to_end }
            }
            TrainingStatus::Paused if to_end => {
                self.training.status = TrainingStatus::Idle;
                self.training.orders.push(WorkerCommand::Stop);
            }
            _ => {}
        }
    }

    /// The first update that a worker has made in this run, if any.
    pub(super) fn trained_from(&self) -> Option<u64> {
        self.training.trained
    }

    /// Another scenario has taken the place of the one that is trained; of its own way here a worker has made the
    /// updates from `trained` on, if any.
    pub(super) fn forget_training(&mut self, trained: Option<u64>) {
        let training = &mut self.training;
        if training.is_running() || training.status == TrainingStatus::Paused {
            training.orders.push(WorkerCommand::Stop);
        }
        training.id = training.id.wrapping_add(1);
        training.status = TrainingStatus::Idle;
        (training.snapshot, training.stood, training.earlier) = (None, None, Earlier::default());
        (training.trained, training.pending) = (trained, None);
    }

    /// Takes a report of the worker. An error where the stepper cannot go to where it paused.
    pub fn report(&mut self, snapshot: Snapshot) -> Result<(), String> {
        let training = &mut self.training;
        if snapshot.id != training.id || !training.is_running() {
            return Ok(()); // it is about a training that is over
        }
        let state = snapshot.state;
        let snapshot = Arc::new(snapshot);
        training.snapshot = Some(snapshot.clone());
        match state {
            State::Running => return Ok(()),
            State::Paused if training.status == (TrainingStatus::Pausing { to_end: true }) => {
                training.status = TrainingStatus::Idle;
                training.orders.push(WorkerCommand::Stop);
            }
            State::Paused => training.status = TrainingStatus::Paused,
            State::Ended(end) => {
                training.status = TrainingStatus::Ended(end);
                training.orders.push(WorkerCommand::Stop);
                if matches!(end, StopReason::Diverged { .. }) {
                    training.pending = None;
                    return Ok(()); // the reader decides whether to go there
                }
            }
        }
        self.take_over(&snapshot, snapshot.place.position())?;
        match self.training.pending.take() {
            Some(action) => self.update(action),
            None => Ok(()),
        }
    }

    /// The worker is gone, for a reason that only the browser knows.
    pub fn training_failed(&mut self, reason: &str) -> Result<(), String> {
        if !self.training.is_running() && self.training.status != TrainingStatus::Paused {
            return Ok(());
        }
        self.forget_training(self.training.trained);
        Err(format!("the training stopped: {reason}. You are where it began; start it again"))
    }

    /// To the last sound moment of a training that diverged.
    pub(super) fn restore_sound(&mut self) -> Result<(), String> {
        let TrainingStatus::Ended(StopReason::Diverged { update, .. }) = self.training.status else {
            return Err("no training has diverged; there is nothing to go back from".into());
        };
        let Some(snapshot) = self.training.snapshot.clone() else { return Ok(()) };
        let mut position = snapshot.place.position();
        if self.scenario.update_index(&position) < update {
            let timeline = super::Timeline::of(&self.scenario, position.mini_batch);
            position.moment = timeline.moment(timeline.len() - 1);
        }
        self.take_over(&snapshot, position)?;
        self.training.status = TrainingStatus::Idle;
        self.notice = Some("This is the last moment at which every number was finite.".into());
        Ok(())
    }

    /// Goes to where a training stands, and remembers the way it came.
    fn take_over(&mut self, snapshot: &Snapshot, position: Position) -> Result<(), String> {
        let (Some(parameters), Some((past, costs))) = (&snapshot.parameters, &snapshot.past) else {
            return Err("the training’s report has no parameters; start it again".into());
        };
        let scenario: &Scenario = &self.scenario;
        let shape = &self.mini_batch.before;
        let network = shape.with_values(parameters);
        let update = scenario.update_index(&position);
        let mut cache = self.replay_cache.clone();
        for (at, network) in past.networks(shape).filter(|(at, _)| *at < update) {
            cache.remember(at, &Arc::new(network));
        }
        cache.append_costs(costs.clone());
        let mini_batch = cache
            .mini_batch(scenario, update, Arc::new(network))
            .map_err(|diverged| explained(scenario, update, diverged))?;
        (self.replay_cache, self.position, self.mini_batch) = (cache, position, mini_batch.into());
        self.step_history.clear();
        self.comparison = None;
        self.training.stood = Some(position);
        match self.view_state.view {
            View::Compare => self.go(position, Vec::new()), // the runs follow
            View::Stepper | View::Train => Ok(()),
        }
    }

    /// What ends a training, and how fast it may be.
    pub(super) fn set_terms(&mut self, action: &Action) -> Result<(), String> {
        let training = &mut self.training;
        match *action {
            Action::EpochLimitChanged(Some(0)) => {
                return Err("take 1 epoch or more, or leave it empty".into());
            }
            Action::EpochLimitChanged(to) => training.criteria.epochs = to,
            Action::CostLimitChanged(Some(cost)) if cost < 0.0 => {
                return Err(format!("a cost is never below 0, so never as low as {cost}; 0.01 would do"));
            }
            Action::CostLimitChanged(to) => training.criteria.cost = to,
            Action::AccuracyLimitChanged(Some(percent)) if !(percent > 0.0 && percent <= 100.0) => {
                return Err(format!("{percent} % will not do; take a number up to 100, such as 95"));
            }
            Action::AccuracyLimitChanged(Some(_)) if !self.scenario.has_classes() => {
                return Err(
                    "the outputs of this network name no classes, so there is no accuracy; take a cost"
                        .into(),
                );
            }
            Action::AccuracyLimitChanged(to) => {
                training.criteria.accuracy = to.map(|percent| percent / 100.0);
            }
            Action::SpeedLimitChanged(Some(speed)) if speed <= 0.0 => {
                return Err(format!("{speed} samples a second would be none; 100 would do"));
            }
            Action::SpeedLimitChanged(to) => training.speed = to,
            _ => {}
        }
        training.order_terms();
        Ok(())
    }
}
