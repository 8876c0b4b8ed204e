//! The ways of a session through time and from scenario to scenario. A replay makes the updates that
//! lie between in slices, as the page wakes the session; it changes nothing before it arrives.

use super::compare::States;
use super::{Comparison, MiniBatch, ReplayCache, Session, StepSize, UndoEntry, View};
use crate::nn::{Diverged, Network};
use crate::scenario::{Position, Scenario};
use std::sync::Arc;

/// How many changes of the scenario can be taken back.
const UNDO: usize = 100;
/// Multiplications that take some seconds.
const FAR: f64 = 4e9;
/// UndoEntry scenarios that keep their parameters.
const KEPT: usize = 8;
/// Multiplications in one slice of a replay: a few milliseconds.
const SLICE: usize = 6_000_000;

/// A way through updates that is not finished yet.
#[derive(Clone, Debug)]
pub(super) struct Replay {
    destination: Position,
    /// The next update to make, and the parameters before it.
    at: u64,
    network: Arc<Network>,
    from: u64,
    /// Where the runs are looked at: the next mini-batch that they go through, each run before it, and where
    /// they set out.
    runs: Option<(u64, States, u64)>,
    arrival: Arrival,
}

/// What happens when a replay arrives.
#[derive(Clone, Debug)]
enum Arrival {
    /// Only the position changes, and the step_history becomes this.
    Position(Vec<(Position, StepSize)>),
    /// Another scenario takes the place of the present one.
    Scenario {
        saved: UndoEntry,
        cache: Box<ReplayCache>,
        comparison: Option<Box<Comparison>>,
        history: History,
        notice: Option<String>,
    },
}

/// What a new scenario does to the list of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// Another scenario altogether is opened.
    Open,
    Change,
    Undo,
    Redo,
}

/// How far a replay is, in updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Updates made.
    pub done: u64,
    /// Updates to make in all.
    pub total: u64,
}

impl Session {
    /// Sets out for a position of this scenario.
    pub(super) fn go(
        &mut self,
        destination: Position,
        step_history: Vec<(Position, StepSize)>,
    ) -> Result<(), String> {
        let update = self.scenario.update_index(&destination);
        let here = update == self.scenario.update_index(&self.position);
        let compare = self.view_state.view == View::Compare;
        if here && (self.comparison.is_some() || !compare) {
            self.replay = None;
            (self.position, self.step_history) = (destination, step_history);
            self.place_runs();
            return Ok(());
        }
        let runs =
            compare.then(|| self.comparison.get_or_insert_with(|| Comparison::new(&self.scenario).into()));
        let runs =
            runs.and_then(|comparison| comparison.nearest(update)).map(|(at, states)| (at, states, at));
        let (at, network) = match update == self.updates() + 1 {
            true => (update, self.mini_batch.after.clone()),
            false => self.replay_cache.nearest(update),
        };
        self.depart(Replay {
            destination,
            at,
            network,
            from: at,
            runs,
            arrival: Arrival::Position(step_history),
        })
    }

    /// Sets out for the position that another scenario names, to put that in place of this one.
    pub(super) fn replace(
        &mut self,
        scenario: Scenario,
        preset: Option<&'static str>,
        history: History,
        notice: Option<String>,
    ) -> Result<(), String> {
        if scenario == self.to_scenario() && preset == self.preset {
            return Ok(());
        }
        self.set_out(
            UndoEntry { scenario: scenario.into(), preset, network: None, trained: None },
            history,
            notice,
        )
    }

    pub(super) fn restore(&mut self, history: History) -> Result<(), String> {
        let list = if history == History::Undo { &self.past } else { &self.future };
        match list.last() {
            Some(saved) => self.set_out(saved.clone(), history, None),
            None => {
                let word = if history == History::Undo { "undo" } else { "redo" };
                self.notice = Some(format!("There is nothing to {word}."));
                Ok(())
            }
        }
    }

    fn set_out(
        &mut self,
        mut saved: UndoEntry,
        history: History,
        mut notice: Option<String>,
    ) -> Result<(), String> {
        if history == History::Change && self.is_far(&saved.scenario) {
            let position = saved.scenario.first_position();
            saved.scenario = Scenario { position, ..Scenario::clone(&saved.scenario) }.into();
            let again =
                "You are at the start: with this change the way to where you were would be another one.";
            notice = Some(notice.map_or(again.to_owned(), |notice| format!("{notice} {again}")));
        }
        let scenario = &saved.scenario;
        let destination = scenario.position;
        let update = scenario.update_index(&destination);
        // Other runs leave the scenario's own run as it is.
        let mut cache = match scenario.runs_like(&self.scenario) {
            true => self.replay_cache.clone(),
            false => ReplayCache::new(scenario),
        };
        if let Some(network) = &saved.network {
            cache.remember(update, network);
        }
        let (at, network) = cache.nearest(update);
        let compare = self.view_state.view == View::Compare || opens_runs(scenario, history);
        let comparison = compare.then(|| Box::new(Comparison::new(scenario)));
        let runs = comparison.as_ref().and_then(|comparison| comparison.nearest(update));
        let runs = runs.map(|(at, states)| (at, states, at));
        let arrival = Arrival::Scenario { saved, cache: cache.into(), comparison, history, notice };
        self.depart(Replay { destination, at, network, from: at, runs, arrival })
    }

    /// Whether another run would have to be made again for longer than a reader waits.
    fn is_far(&self, scenario: &Scenario) -> bool {
        let samples = |update| scenario.samples_before(update) as f64;
        let way = samples(scenario.update_index(&scenario.position)) - samples(scenario.first_update());
        let weights: usize = scenario.sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        let long = self.is_trained() || 3.0 * weights as f64 * way > FAR;
        way > 0.0 && long && !scenario.runs_like(&self.scenario)
    }

    /// Begins a replay; short ones arrive at once.
    fn depart(&mut self, replay: Replay) -> Result<(), String> {
        self.replay = Some(replay);
        self.travel()
    }

    /// One slice of the replay.
    pub(super) fn travel(&mut self) -> Result<(), String> {
        let Some(mut replay) = self.replay.take() else { return Ok(()) };
        let (scenario, cache, comparison) = match &mut replay.arrival {
            Arrival::Position(_) => (self.scenario.clone(), &mut self.replay_cache, &mut self.comparison),
            Arrival::Scenario { saved, cache, comparison, .. } => {
                (saved.scenario.clone(), &mut **cache, comparison)
            }
        };
        let update = scenario.update_index(&replay.destination);
        let samples = scenario.hyperparameters.batch_size.min(scenario.data.samples.len());
        // Each weight takes part in three products: forward, back and in its gradient.
        let work = (3 * replay.network.parameter_count() * samples).max(1);
        let mut slice = (SLICE / work).max(1);
        while replay.at < update && slice > 0 {
            cache
                .pass(&scenario, replay.at, &mut replay.network)
                .map_err(|diverged| explained(&scenario, replay.at, diverged))?;
            replay.at += 1;
            slice -= 1;
        }
        let mut left = slice.saturating_mul(work) as i64;
        let mut arrived = replay.at == update;
        while let (Some((at, states, _)), Some(comparison)) = (&mut replay.runs, comparison.as_mut())
            && replay.at == update
        {
            let evaluates = comparison.has_to_evaluate(&scenario, *at);
            arrived = *at == update && !evaluates;
            if arrived || left <= 0 {
                break;
            }
            if evaluates {
                left -= comparison.evaluate(&scenario, *at, states, left as usize) as i64;
            } else {
                left -= comparison.march(&scenario, *at, states) as i64;
                *at += 1;
            }
        }
        if !arrived {
            self.replay = Some(replay);
            return Ok(());
        }
        let mini_batch = cache
            .mini_batch(&scenario, update, replay.network.clone())
            .map_err(|diverged| explained(&scenario, update, diverged))?;
        self.arrive(replay, mini_batch);
        Ok(())
    }

    fn arrive(&mut self, Replay { destination, runs, arrival, .. }: Replay, mini_batch: MiniBatch) {
        match arrival {
            Arrival::Position(step_history) => self.step_history = step_history,
            Arrival::Scenario { saved, cache, comparison, history, notice } => {
                let present = UndoEntry {
                    scenario: Arc::new(self.to_scenario()),
                    preset: self.preset,
                    network: Some(self.mini_batch.before.clone()),
                    trained: self.trained_from(),
                };
                match history {
                    History::Open | History::Change => {
                        self.future.clear();
                        self.past.push(present);
                        if self.past.len() > UNDO {
                            self.past.remove(0);
                        }
                    }
                    History::Undo => {
                        self.past.pop();
                        self.future.push(present);
                    }
                    History::Redo => {
                        self.future.pop();
                        self.past.push(present);
                    }
                }
                for list in [&mut self.past, &mut self.future] {
                    if let Some(old) = list.len().checked_sub(KEPT + 1) {
                        list[old].network = None;
                    }
                }
                self.step_history.clear();
                self.scenario_version += 1;
                if !saved.scenario.runs_like(&self.scenario) {
                    self.forget_training(saved.trained);
                }
                (self.replay_cache, self.comparison) = (*cache, comparison);
                if opens_runs(&saved.scenario, history) {
                    self.view_state.view = View::Compare;
                }
                let (data, other) = (&self.scenario.data, &saved.scenario.data);
                let same = data.inputs == other.inputs && data.targets == other.targets;
                self.view_state.fit(&saved.scenario, !same);
                (self.scenario, self.preset, self.notice) = (saved.scenario, saved.preset, notice);
            }
        }
        self.position = destination;
        self.mini_batch = mini_batch.into();
        if let Some((at, states, _)) = runs {
            self.show_runs(at, &states);
        }
    }

    fn show_runs(&mut self, mini_batch: u64, states: &States) {
        let frozen = self.view_state.frozen.then_some(&self.mini_batch.before);
        if let Some(comparison) = &mut self.comparison {
            comparison.show(&self.scenario, mini_batch, states, frozen);
        }
        self.place_runs();
    }

    /// Shows the runs at this mini-batch anew.
    pub(super) fn compare_again(&mut self) {
        let known =
            self.comparison.as_ref().and_then(|comparison| comparison.nearest(comparison.mini_batch()));
        if let Some((at, states)) = known {
            self.show_runs(at, &states);
        }
    }

    /// Moves the runs to the present moment of their mini-batch.
    fn place_runs(&mut self) {
        let (samples, finished) = (self.visible().accumulated(), self.visible().finished());
        if let Some(comparison) = &mut self.comparison {
            comparison.place(&self.scenario, samples, finished);
        }
    }

    /// How far the replay under way is, if there is one.
    pub fn progress(&self) -> Option<Progress> {
        self.replay.as_ref().map(|replay| {
            let scenario = match &replay.arrival {
                Arrival::Position(_) => &self.scenario,
                Arrival::Scenario { saved, .. } => &saved.scenario,
            };
            let update = scenario.update_index(&replay.destination);
            let way = |at: u64, from: u64| Progress { done: at - from, total: update - from };
            let own = way(replay.at, replay.from);
            // The runs go the same way once more.
            replay.runs.as_ref().map_or(own, |&(at, _, from)| {
                let runs = way(at, from);
                Progress { done: own.done + runs.done, total: own.total + runs.total }
            })
        })
    }
}

/// Whether a scenario is opened that is about its runs.
fn opens_runs(scenario: &Scenario, history: History) -> bool {
    history == History::Open && !scenario.runs.is_empty()
}

/// Says where numbers stopped being finite, and what would do.
pub(super) fn explained(scenario: &Scenario, update: u64, diverged: Diverged) -> String {
    format!("{}. A smaller η would do. Nothing was changed.", divergence(scenario, update, diverged))
}

/// Says where numbers stopped being finite, without a full stop.
fn divergence(scenario: &Scenario, update: u64, diverged: Diverged) -> String {
    let (epoch, mini_batch) = scenario.epoch_and_mini_batch(update);
    let (epoch, mini_batch) = (u64::from(epoch) + 1, u64::from(mini_batch) + 1);
    let learning_rate = scenario.hyperparameters.learning_rate;
    format!(
        "In epoch {epoch}, mini-batch {mini_batch}, {diverged} grows beyond all numbers: the run diverges with \
         η = {learning_rate:?}"
    )
}

/// Says where a training stopped being finite: the update, the number and η.
pub fn divergence_message(scenario: &Scenario, update: u64, diverged: Diverged) -> String {
    format!(
        "{}. It was update {}. Go back to the last sound moment (b), or take a smaller η.",
        divergence(scenario, update, diverged),
        update + 1
    )
}
