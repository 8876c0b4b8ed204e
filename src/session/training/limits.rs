//! Stopping criteria and the speed limit.

use super::{TrainingStatus, WorkerCommand};
use crate::session::Session;
use crate::training::{StopReason, StoppingCriteria};

impl Session {
    /// The stopping criteria. A regression has no accuracy, so it does not stop at one that was entered for an earlier
    /// scenario.
    pub fn stopping_criteria(&self) -> StoppingCriteria {
        let criteria = self.training.criteria;
        let accuracy = criteria.accuracy.filter(|_| self.scenario.has_classes());
        StoppingCriteria { accuracy, ..criteria }
    }

    pub(super) fn send_criteria(&mut self) {
        let (criteria, speed) = (self.stopping_criteria(), self.training.speed_limit);
        self.training.commands.push(WorkerCommand::SetCriteria { criteria, speed });
    }

    /// An error if the training would end before its first update.
    pub(super) fn check_criteria(&self) -> Result<(), String> {
        let training = &self.training;
        let epochs_done = self.next_update() / self.scenario.mini_batches() as u64;
        if let Some(epochs) = training.criteria.epochs
            && u64::from(epochs) <= epochs_done
        {
            return Err(format!(
                "{} done already: the run is in epoch {}. Use more epochs, or go back to the \
                 start (Home)",
                if epochs == 1 { "1 epoch is".to_owned() } else { format!("{epochs} epochs are") },
                epochs_done + 1
            ));
        }
        let latest = training.snapshot().and_then(|snapshot| snapshot.latest);
        if training.status == TrainingStatus::Ended(StopReason::TargetReached)
            && training.stopped_at(self.position)
            && latest.is_some_and(|metrics| self.stopping_criteria().reached(&metrics))
        {
            return Err("the target is reached already; set a stricter one, or leave it empty".into());
        }
        Ok(())
    }
}
