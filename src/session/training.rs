//! The page's side of a training at full speed: what it asks of the worker, and what it takes from its reports.
//!
//! The worker trains a [`Task`]; its [`Snapshot`]s come here. While it runs, the session stays where it was. Where it
//! pauses or ends, the session goes to that very sample, with the same doubles.

use super::journey::explained;
use super::{Action, Session, View};
use crate::nn::Network;
use crate::scenario::{Position, Scenario};
use crate::training::{End, Limits, Snapshot, State, Task};
use std::sync::Arc;

/// What the worker is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// A new worker begins [`Session::task`].
    Begin,
    /// The worker goes on from where it paused.
    GoOn,
    /// It pauses and reports.
    Pause,
    /// From now on it keeps to these terms.
    Terms {
        /// When it stops by itself.
        limits: Limits,
        /// The most samples a second.
        speed: Option<f64>,
    },
    /// It is no longer needed.
    End,
}

/// How far a training is, as the page knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Stage {
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
    Ended(End),
}

/// A training, and the terms of the present or the next one.
#[derive(Clone, Debug, Default)]
pub struct Training {
    id: u32,
    stage: Stage,
    limits: Limits,
    speed: Option<f64>,
    /// The update that it began with.
    began: u64,
    snapshot: Option<Arc<Snapshot>>,
    orders: Vec<Order>,
}

impl Training {
    /// How far it is.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether the worker trains or is about to pause.
    pub fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running | Stage::Pausing { .. })
    }

    /// When it stops by itself.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The most samples a second.
    pub fn speed_limit(&self) -> Option<f64> {
        self.speed
    }

    /// The update that it began with, from the beginning of epoch 0.
    pub fn began(&self) -> u64 {
        self.began
    }

    /// The latest report.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    fn order_terms(&mut self) {
        self.orders.push(Order::Terms { limits: self.limits, speed: self.speed });
    }
}

impl Session {
    /// The training at full speed, or what there is to say of the next one.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// What the worker is to do since this was asked last.
    pub fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.training.orders)
    }

    /// What [`Order::Begin`] is about: the scenario from the mini-batch that the reader stands in, or from the next one
    /// where that is finished.
    pub fn task(&self) -> Task {
        let finished = self.now().finished();
        let network = if finished { &self.mini_batch.after } else { &self.mini_batch.before };
        Task {
            id: self.training.id,
            scenario: self.scenario.as_ref().clone(),
            network: Network::clone(network),
            update: self.updates() + u64::from(finished),
            limits: self.training.limits,
        }
    }

    /// Starts, pauses or goes on.
    pub(super) fn toggle_training(&mut self) -> Result<(), String> {
        match self.training.stage {
            Stage::Running => {
                self.pause_training(false);
                Ok(())
            }
            Stage::Pausing { .. } => Ok(()),
            Stage::Paused
                if self.training.snapshot().is_some_and(|at| at.place.position() == self.position) =>
            {
                self.check_limits()?;
                self.training.stage = Stage::Running;
                self.training.orders.push(Order::GoOn);
                Ok(())
            }
            Stage::Idle | Stage::Paused | Stage::Ended(_) => self.begin_training(),
        }
    }

    fn begin_training(&mut self) -> Result<(), String> {
        self.check_limits()?;
        if self.journey.is_some() {
            return Err("the run is still on its way; wait for it, or stop it first".into());
        }
        self.play.playing = false;
        let training = &mut self.training;
        if training.stage == Stage::Paused {
            training.orders.push(Order::End);
        }
        training.id = training.id.wrapping_add(1);
        training.snapshot = None;
        training.stage = Stage::Running;
        training.orders.push(Order::Begin);
        training.order_terms();
        self.training.began = self.updates() + u64::from(self.now().finished());
        Ok(())
    }

    /// Refuses what would end before it begins.
    fn check_limits(&self) -> Result<(), String> {
        let begin = self.updates() + u64::from(self.now().finished());
        let done = begin / self.scenario.mini_batches() as u64;
        match self.training.limits.epochs {
            Some(epochs) if u64::from(epochs) <= done => Err(format!(
                "{epochs} epochs are done already: the run stands in epoch {}. Take more epochs, or go back to the \
                 start (Home)",
                done + 1
            )),
            _ => Ok(()),
        }
    }

    /// Pauses a training that runs; `to_end` also ends it.
    pub(super) fn pause_training(&mut self, to_end: bool) {
        match self.training.stage {
            Stage::Running => {
                self.training.stage = Stage::Pausing { to_end };
                self.training.orders.push(Order::Pause);
            }
            Stage::Pausing { .. } if to_end => self.training.stage = Stage::Pausing { to_end },
            Stage::Paused if to_end => {
                self.training.stage = Stage::Idle;
                self.training.orders.push(Order::End);
            }
            _ => {}
        }
    }

    /// Another scenario has taken the place of the one that is trained.
    pub(super) fn forget_training(&mut self) {
        let training = &mut self.training;
        if training.is_running() || training.stage == Stage::Paused {
            training.orders.push(Order::End);
        }
        training.id = training.id.wrapping_add(1);
        training.stage = Stage::Idle;
        training.snapshot = None;
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
            State::Paused if training.stage == (Stage::Pausing { to_end: true }) => {
                training.stage = Stage::Idle;
                training.orders.push(Order::End);
            }
            State::Paused => training.stage = Stage::Paused,
            State::Ended(end) => {
                training.stage = Stage::Ended(end);
                training.orders.push(Order::End);
                if matches!(end, End::Diverged { .. }) {
                    return Ok(()); // the reader decides whether to go there
                }
            }
        }
        self.take_over(&snapshot, snapshot.place.position())
    }

    /// The worker is gone, for a reason that only the browser knows.
    pub fn training_failed(&mut self, reason: &str) -> Result<(), String> {
        if !self.training.is_running() && self.training.stage != Stage::Paused {
            return Ok(());
        }
        self.forget_training();
        Err(format!("the training stopped: {reason}. You are where it began; start it again"))
    }

    /// To the last sound moment of a training that diverged.
    pub(super) fn restore_sound(&mut self) -> Result<(), String> {
        let Stage::Ended(End::Diverged { update, .. }) = self.training.stage else {
            return Err("no training has diverged; there is nothing to go back from".into());
        };
        let Some(snapshot) = self.training.snapshot.clone() else { return Ok(()) };
        let mut position = snapshot.place.position();
        if self.scenario.update_index(&position) < update {
            let timeline = super::Timeline::of(&self.scenario, position.mini_batch);
            position.moment = timeline.moment(timeline.len() - 1);
        }
        self.take_over(&snapshot, position)?;
        self.training.stage = Stage::Idle;
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
        let mut run = self.run.clone();
        for (at, network) in past.networks(shape).filter(|(at, _)| *at < update) {
            run.remember(at, &Arc::new(network));
        }
        run.append_costs(costs.clone());
        let mini_batch = run
            .mini_batch(scenario, update, Arc::new(network))
            .map_err(|diverged| explained(scenario, update, diverged))?;
        (self.run, self.position, self.mini_batch) = (run, position, mini_batch.into());
        self.trail.clear();
        self.comparison = None;
        match self.sight.view {
            View::Compare => self.go(position, Vec::new()), // the lanes follow
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
            Action::EpochLimitChanged(to) => training.limits.epochs = to,
            Action::CostLimitChanged(Some(cost)) if cost < 0.0 => {
                return Err(format!("a cost is never below 0, so never as low as {cost}; 0.01 would do"));
            }
            Action::CostLimitChanged(to) => training.limits.cost = to,
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
                training.limits.accuracy = to.map(|percent| percent / 100.0);
            }
            Action::TrainingSpeedChanged(Some(speed)) if speed <= 0.0 => {
                return Err(format!("{speed} samples a second would be none; 100 would do"));
            }
            Action::TrainingSpeedChanged(to) => training.speed = to,
            _ => {}
        }
        training.order_terms();
        Ok(())
    }
}
