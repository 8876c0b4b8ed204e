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
            && latest.is_some_and(|metrics| training.criteria.reached(&metrics))
        {
            return Err("the target is reached already; set a stricter one, or leave it empty".into());
        }
        Ok(())
    }
}
