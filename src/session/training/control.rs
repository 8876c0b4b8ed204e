//! Starting, pausing and ending a training; edits of a trained run.

use super::{TrainingStatus, TrainingTotals, WorkerCommand};
use crate::scenario::{Scenario, Start};
use crate::session::replacement::ReplaceReason;
use crate::session::undo::joined;
use crate::session::{Action, Edit, Navigate, Open, Session};

impl Session {
    /// Starts, pauses or resumes the training.
    pub(in crate::session) fn toggle_training(&mut self) -> Result<(), String> {
        match self.training.status {
            TrainingStatus::Running => {
                self.pause_training(false);
                Ok(())
            }
            TrainingStatus::Pausing { .. } => Ok(()),
            TrainingStatus::Paused if self.training.stopped_at(self.position) => {
                self.check_criteria()?;
                self.training.status = TrainingStatus::Running;
                self.training.commands.push(WorkerCommand::Resume);
                Ok(())
            }
            TrainingStatus::Idle | TrainingStatus::Paused | TrainingStatus::Ended(_) => self.start_training(),
        }
    }

    fn start_training(&mut self) -> Result<(), String> {
        self.check_criteria()?;
        if self.replay.is_some() {
            return Err("still computing; wait or stop it first".into());
        }
        self.playback.playing = false;
        let first_update = self.next_update();
        let mini_batches = self.scenario.mini_batches();
        let training = &mut self.training;
        let epoch = first_update as f64 / mini_batches as f64;
        training.earlier = training.totals_before(mini_batches, epoch);
        let first_trained = training.first_trained_update.unwrap_or(first_update);
        training.first_trained_update = Some(first_trained.min(first_update));
        training.first_update = first_update;
        if training.status == TrainingStatus::Paused {
            training.commands.push(WorkerCommand::Stop);
        }
        training.id = training.id.wrapping_add(1);
        training.snapshot = None;
        training.status = TrainingStatus::Running;
        training.commands.push(WorkerCommand::Start);
        self.send_criteria();
        Ok(())
    }

    /// Pauses a training that runs; with `to_end`, ends it.
    pub(in crate::session) fn pause_training(&mut self, to_end: bool) {
        let training = &mut self.training;
        match training.status {
            TrainingStatus::Running => {
                training.status = TrainingStatus::Pausing { to_end };
                training.commands.push(WorkerCommand::Pause);
            }
            TrainingStatus::Pausing { .. } if to_end => training.status = TrainingStatus::Pausing { to_end },
            TrainingStatus::Paused if to_end => {
                training.status = TrainingStatus::Idle;
                training.commands.push(WorkerCommand::Stop);
            }
            TrainingStatus::Idle
            | TrainingStatus::Pausing { .. }
            | TrainingStatus::Paused
            | TrainingStatus::Ended(_) => {}
        }
    }

    /// Whether an action waits until the training has paused: it changes the scenario or the position.
    pub(in crate::session) fn waits_for_pause(&self, action: &Action) -> bool {
        self.training.is_running()
            && matches!(
                action,
                Action::Edit(_)
                    | Action::History(_)
                    | Action::Navigate(_)
                    | Action::Open(Open::PresetChosen(_) | Open::ScenarioOpened(_))
            )
    }

    /// Pauses the training and then carries out an action. An error if it is an edit that is not possible.
    pub(in crate::session) fn pause_for(&mut self, action: Action) -> Result<(), String> {
        if let Action::Navigate(Navigate::Stepped { .. }) = action {
            self.pause_training(false);
            return self.say("Training paused. Step on from here."); // the step would be from an unknown position
        }
        if let Action::Edit(edit) = &action {
            self.edited(edit)?;
        }
        self.pause_training(false);
        self.training.pending_action = Some(action);
        Ok(())
    }

    /// Ends the training and forgets its results: the run begins again.
    pub(in crate::session) fn reset_training(&mut self) {
        self.pause_training(true);
        let training = &mut self.training;
        training.status = TrainingStatus::Idle;
        training.clear_results();
    }

    /// Forgets the training: another scenario replaces the trained one. `first_trained_update` is that of the new
    /// one.
    pub(in crate::session) fn discard_training(&mut self, first_trained_update: Option<u64>) {
        let training = &mut self.training;
        if training.is_running() || training.status == TrainingStatus::Paused {
            training.commands.push(WorkerCommand::Stop);
        }
        training.id = training.id.wrapping_add(1);
        training.status = TrainingStatus::Idle;
        training.clear_results();
        (training.first_trained_update, training.pending_action) = (first_trained_update, None);
    }

    /// After an edit of a trained run: the edited scenario with the current parameters as its start. `None` if the
    /// run was not trained, or if the parameters would lose their meaning; the run is then replayed.
    pub(in crate::session) fn continued(&self, edit: &Edit, edited: &Scenario) -> Option<Scenario> {
        let same_batches = matches!(
            edit,
            Edit::LearningRateChanged(_)
                | Edit::ReductionChanged(_)
                | Edit::ReductionSwitched
                | Edit::BiasRuleChanged(_)
        );
        let other_batches = matches!(edit, Edit::BatchSizeChanged(_));
        if !self.was_trained() || !(same_batches || other_batches) {
            return None;
        }
        let mut scenario = edited.clone();
        scenario.start = self.next_start();
        if let Start::Parameters { mini_batch, .. } = &mut scenario.start
            && other_batches
        {
            *mini_batch = 0; // the epoch begins again
        }
        if self.visible().finished() || other_batches {
            scenario.position = scenario.first_position();
        }
        scenario.check().is_ok().then_some(scenario)
    }

    /// Replaces the scenario by a [continued](Self::continued) one; the curves stay.
    pub(in crate::session) fn continue_with(
        &mut self,
        scenario: Scenario,
        notice: Option<String>,
    ) -> Result<(), String> {
        let totals = self.training.totals_before(self.scenario.mini_batches(), f64::INFINITY);
        let notice = joined(notice, "The run continues from these parameters. Undo reverts the change.");
        self.replace(scenario, self.preset, ReplaceReason::Edited, notice)?;
        self.training.earlier = totals;
        Ok(())
    }
}

impl super::Training {
    fn clear_results(&mut self) {
        (self.snapshot, self.stopped_position, self.earlier) = (None, None, TrainingTotals::default());
    }
}
