//! Stopping criteria and the speed limit.

use super::{Training, TrainingStatus, WorkerCommand};
use crate::session::Session;
use crate::training::StopReason;

impl Training {
    pub(super) fn send_criteria(&mut self) {
        let (criteria, speed) = (self.criteria, self.speed_limit);
        self.commands.push(WorkerCommand::SetCriteria { criteria, speed });
    }
}

impl Session {
    pub(super) fn set_epoch_limit(&mut self, epochs: Option<u32>) -> Result<(), String> {
        if epochs == Some(0) {
            return Err("use 1 epoch or more, or leave it empty".into());
        }
        self.training.criteria.epochs = epochs;
        self.training.send_criteria();
        Ok(())
    }

    pub(super) fn set_cost_limit(&mut self, cost: Option<f64>) -> Result<(), String> {
        if let Some(cost) = cost.filter(|cost| *cost < 0.0) {
            return Err(format!("a cost is never below 0, so never as low as {cost}; 0.01 would do"));
        }
        self.training.criteria.cost = cost;
        self.training.send_criteria();
        Ok(())
    }

    pub(super) fn set_accuracy_limit(&mut self, percent: Option<f64>) -> Result<(), String> {
        if let Some(percent) = percent {
            if !(percent > 0.0 && percent <= 100.0) {
                return Err(format!("{percent} % is not an accuracy; use a number up to 100, such as 95"));
            }
            if !self.scenario.has_classes() {
                return Err(
                    "this network is not a classifier, so it has no accuracy; use a cost limit".into()
                );
            }
        }
        self.training.criteria.accuracy = percent.map(|percent| percent / 100.0);
        self.training.send_criteria();
        Ok(())
    }

    pub(super) fn set_speed_limit(&mut self, speed: Option<f64>) -> Result<(), String> {
        if let Some(speed) = speed.filter(|speed| *speed <= 0.0) {
            return Err(format!("{speed} samples per second would never train; 100 would do"));
        }
        self.training.speed_limit = speed;
        self.training.send_criteria();
        Ok(())
    }

    /// An error if the training would end before its first update.
    pub(super) fn check_criteria(&self) -> Result<(), String> {
        let training = &self.training;
        let epochs_done = self.next_update() / self.scenario.mini_batches() as u64;
        if let Some(epochs) = training.criteria.epochs
            && u64::from(epochs) <= epochs_done
        {
            return Err(format!(
                "{epochs} epochs are done already: the run is in epoch {}. Use more epochs, or go back to the \
                 start (Home)",
                epochs_done + 1
            ));
        }
        let latest = training.snapshot().and_then(|snapshot| snapshot.latest);
        if training.status == TrainingStatus::Ended(StopReason::TargetReached)
            && training.stopped_at(self.position)
            && latest.is_some_and(|metrics| training.criteria.reached(&metrics))
        {
            return Err("the target is reached already; set a stricter one, or leave it empty".into());
        }
        Ok(())
    }
}
