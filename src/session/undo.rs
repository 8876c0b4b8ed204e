//! Replacing the scenario, undo and redo.
//!
//! Every edit, every opened file and every preset replaces the whole scenario. The former one goes to the undo
//! history with the position in it.

use super::replacement::{ReplaceReason, Replacement, UndoEntry};
use super::replay::{Arrival, PartialReplay, Replay};
use super::{Comparison, ReplayCache, Session, View};
use crate::scenario::Scenario;
use serde::Deserialize;
use std::sync::Arc;

/// Undo and redo.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum History {
    /// Reverts the last edit or opened file.
    Undo,
    /// Makes the edit reverted last again.
    Redo,
}

/// Maximum number of entries in the undo history.
const MAX_UNDO: usize = 100;
/// Number of undo entries that keep their parameters. Those of older entries are replayed when they are needed.
const MAX_UNDO_NETWORKS: usize = 8;
/// An edit whose replay needs more multiplications goes back to the start.
const MAX_REPLAY_AFTER_EDIT: f64 = 4e9;

impl Session {
    /// Replaces the scenario by this one, at the position that it names.
    pub(super) fn replace(
        &mut self,
        scenario: Scenario,
        preset: Option<&'static str>,
        reason: ReplaceReason,
        notice: Option<String>,
    ) -> Result<(), String> {
        if scenario == self.to_scenario() && preset == self.preset {
            return Ok(());
        }
        let entry =
            UndoEntry { scenario: scenario.into(), preset, network: None, first_trained_update: None };
        self.start_replacement(entry, reason, notice)
    }

    pub(super) fn undo_or_redo(&mut self, action: History) -> Result<(), String> {
        let (history, reason, nothing) = match action {
            History::Undo => (&self.undo_history, ReplaceReason::Undone, "There is nothing to undo."),
            History::Redo => (&self.redo_history, ReplaceReason::Redone, "There is nothing to redo."),
        };
        match history.last() {
            Some(entry) => self.start_replacement(entry.clone(), reason, None),
            None => self.say(nothing),
        }
    }

    /// Starts the replay to the position of another scenario.
    fn start_replacement(
        &mut self,
        mut entry: UndoEntry,
        reason: ReplaceReason,
        mut notice: Option<String>,
    ) -> Result<(), String> {
        if reason == ReplaceReason::Edited && self.replay_takes_too_long(&entry.scenario) {
            let position = entry.scenario.first_position();
            entry.scenario = Scenario { position, ..Scenario::clone(&entry.scenario) }.into();
            notice = joined(notice, "Back at the start: this change affects everything after it.");
        }
        let scenario = &entry.scenario;
        let destination = scenario.position;
        let update = scenario.update_index(&destination);
        // The scenario's own run does not depend on the compared runs.
        let mut cache = match scenario.has_same_run(&self.scenario) {
            true => self.replay_cache.clone(),
            false => ReplayCache::new(scenario),
        };
        if let Some(network) = &entry.network {
            cache.networks.remember(update, network);
        }
        let own = PartialReplay::new(cache.nearest(update));
        let compare = self.view_state.view == View::Compare || opens_compare(scenario, reason);
        let comparison = compare.then(|| Box::new(Comparison::new(scenario)));
        let runs = comparison
            .as_ref()
            .and_then(|comparison| comparison.checkpoints.nearest(update))
            .map(PartialReplay::new);
        let replacement = Replacement { entry, cache, comparison, reason, notice };
        self.start_replay(Replay { destination, own, runs, arrival: Arrival::Scenario(replacement.into()) })
    }

    /// Whether replaying an edited scenario to its position takes longer than a reader waits.
    fn replay_takes_too_long(&self, scenario: &Scenario) -> bool {
        let samples_before = |update| scenario.samples_before(update) as f64;
        let samples = samples_before(scenario.update_index(&scenario.position))
            - samples_before(scenario.first_update());
        let weights: usize = scenario.sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        let long = self.was_trained() || 3.0 * weights as f64 * samples > MAX_REPLAY_AFTER_EDIT;
        samples > 0.0 && long && !scenario.has_same_run(&self.scenario)
    }

    /// Puts the replacement in place of the current scenario; position and mini-batch follow.
    pub(super) fn adopt(&mut self, replacement: Replacement) {
        let Replacement { entry, cache, comparison, reason, notice } = replacement;
        let current = UndoEntry {
            scenario: Arc::new(self.to_scenario()),
            preset: self.preset,
            network: Some(self.mini_batch.network_before.clone()),
            first_trained_update: self.training.first_trained_update,
        };
        match reason {
            ReplaceReason::Opened | ReplaceReason::Edited => {
                self.redo_history.clear();
                self.undo_history.push(current);
                if self.undo_history.len() > MAX_UNDO {
                    self.undo_history.remove(0);
                }
            }
            ReplaceReason::Undone => {
                self.undo_history.pop();
                self.redo_history.push(current);
            }
            ReplaceReason::Redone => {
                self.redo_history.pop();
                self.undo_history.push(current);
            }
        }
        for history in [&mut self.undo_history, &mut self.redo_history] {
            if let Some(old) = history.len().checked_sub(MAX_UNDO_NETWORKS + 1) {
                history[old].network = None;
            }
        }
        self.step_history.clear();
        self.scenario_version += 1;
        if !entry.scenario.has_same_run(&self.scenario) {
            self.discard_training(entry.first_trained_update);
        }
        (self.replay_cache, self.comparison) = (cache, comparison);
        if opens_compare(&entry.scenario, reason) {
            self.view_state.view = View::Compare;
        }
        let (data, new) = (&self.scenario.data, &entry.scenario.data);
        let same_data = data.inputs == new.inputs && data.targets == new.targets;
        self.view_state.fit(&entry.scenario, same_data);
        (self.scenario, self.preset, self.notice) = (entry.scenario, entry.preset, notice);
    }

    /// Whether undo and redo have something to do.
    pub fn can_undo_redo(&self) -> (bool, bool) {
        (!self.undo_history.is_empty(), !self.redo_history.is_empty())
    }
}

/// A notice with a sentence appended.
pub(super) fn joined(notice: Option<String>, sentence: &str) -> Option<String> {
    Some(notice.map_or_else(|| sentence.to_owned(), |notice| format!("{notice} {sentence}")))
}

/// Whether opening this scenario shows Compare: it has runs of its own.
fn opens_compare(scenario: &Scenario, reason: ReplaceReason) -> bool {
    reason == ReplaceReason::Opened && !scenario.runs.is_empty()
}
