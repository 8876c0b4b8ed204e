//! The app without a screen. Every [`Action`] goes through [`Session::update`]; worker reports, opened files and
//! background work have methods of their own.
//!
//! What is shown is a pure function of scenario and position; [`ReplayCache`] and [`Comparison`] only cache parts of
//! it. Whatever may take long (a jump, an edit far into the run) is a *replay*: it runs in slices, can be cancelled,
//! and changes nothing before it is finished.

mod action;
mod checkpoints;
mod compare;
mod divergence;
mod edit;
mod item;
mod keys;
mod look;
mod mini_batch;
mod navigate;
mod open;
mod play;
mod replacement;
mod replay;
mod replay_cache;
mod timeline;
mod training;
mod typed;
mod undo;
mod view_state;
mod visible;

pub use action::Action;
pub use compare::{
    BackgroundResults, Compare, Comparison, GradientCheck, GradientOfSum, RunCurves, RunDivergence, RunPass,
    RunSample, gradient_of_sum,
};
pub use divergence::divergence_message;
pub use edit::{Edit, NoSameUpdate, SameUpdate};
pub use item::Item;
pub use keys::{KEYS, KeyBinding, Keyboard, action_of};
pub use look::Look;
pub use mini_batch::MiniBatch;
pub use navigate::Navigate;
pub use open::Open;
pub use play::{Play, Playback};
pub use replay::Progress;
pub use replay_cache::ReplayCache;
pub use timeline::{Direction, StepSize, Timeline, next, previous};
pub use training::{EpochEvaluation, Train, Training, TrainingStatus, WorkerCommand};
pub use undo::History;
pub use view_state::{Axis, MAX_DIGITS, RowSum, View, ViewState};
pub use visible::Visible;

use crate::nn::BiasRule;
use crate::scenario::{MIN_RUNS, Position, Scenario};
use divergence::divergence_error;
use navigate::Step;
use replacement::UndoEntry;
use replay::Replay;
use std::sync::Arc;

/// A scenario, the position in it, and what the reader looks at.
#[derive(Clone, Debug)]
pub struct Session {
    scenario: Arc<Scenario>,
    /// The preset that was opened last, unless something else was opened since.
    preset: Option<&'static str>,
    position: Position,
    mini_batch: Arc<MiniBatch>,
    replay_cache: ReplayCache,
    /// The compared runs at this mini-batch, in Compare.
    comparison: Option<Box<Comparison>>,
    background: BackgroundResults,
    /// The latest steps forward.
    step_history: Vec<Step>,
    undo_history: Vec<UndoEntry>,
    redo_history: Vec<UndoEntry>,
    replay: Option<Replay>,
    training: Training,
    playback: Playback,
    view_state: ViewState,
    /// A message that is not an error.
    notice: Option<String>,
    /// Number of times the scenario was replaced.
    scenario_version: u64,
}

impl Session {
    /// A session at the position that the scenario names. An error if a number is not finite there.
    pub fn new(scenario: Scenario) -> Result<Self, String> {
        let scenario = Arc::new(scenario);
        let mut replay_cache = ReplayCache::new(&scenario);
        let position = scenario.first_position();
        let (first, network) = replay_cache.nearest(scenario.first_update());
        let mini_batch = replay_cache
            .mini_batch(&scenario, first, network)
            .map_err(|diverged| divergence_error(&scenario, first, diverged))?;
        let mut session = Self {
            view_state: ViewState::new(&scenario),
            position,
            mini_batch: mini_batch.into(),
            replay_cache,
            comparison: None,
            background: BackgroundResults::default(),
            step_history: Vec::new(),
            undo_history: Vec::new(),
            redo_history: Vec::new(),
            replay: None,
            training: Training::default(),
            playback: Playback::default(),
            notice: None,
            scenario_version: 0,
            preset: None,
            scenario,
        };
        if !session.scenario.runs.is_empty() {
            session.view_state.view = View::Compare;
        }
        session.replay_to(session.scenario.position, Vec::new())?;
        Ok(session)
    }

    /// Carries out an action. An error says what is wrong and what would do; the session does not change then.
    pub fn update(&mut self, action: impl Into<Action>) -> Result<(), String> {
        let action = action.into();
        if action != Action::Play(Play::TimerFired) {
            self.notice = None;
        }
        if self.waits_for_pause(&action) {
            return self.pause_for(action);
        }
        match action {
            Action::Open(action) => self.open(action),
            Action::Edit(edit) => self.edit(edit),
            Action::History(action) => self.undo_or_redo(action),
            Action::Navigate(action) => self.navigate(action),
            Action::Play(action) => self.control_play(action),
            Action::Train(action) => self.control_training(action),
            Action::Compare(action) => {
                self.control_comparison(action);
                Ok(())
            }
            Action::Look(action) => self.look(action),
            Action::Keyboard(key) => self.press(key),
        }
    }

    /// Shows a message that is not an error.
    fn say(&mut self, notice: &str) -> Result<(), String> {
        self.notice = Some(notice.to_owned());
        Ok(())
    }

    /// The scenario, with the position that it was opened at; the current one is [`Session::position`].
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The scenario with the current position, to be saved.
    pub fn to_scenario(&self) -> Scenario {
        Scenario { position: self.position, ..Scenario::clone(&self.scenario) }
    }

    /// The scenario with the parameters of this moment as its start, to be saved. After an update the run starts with the
    /// next mini-batch, before it with this one. A compared run with one shared bias cannot start from biases that
    /// differ; it is left out then.
    pub fn to_scenario_from_here(&self) -> Scenario {
        let mut scenario = Scenario { start: self.next_start(), ..self.to_scenario() };
        if self.visible().finished() {
            scenario.position = scenario.first_position();
        }
        if scenario.check().is_err() {
            scenario.runs.retain(|run| run.bias_rule != BiasRule::SharedBias);
            if scenario.runs.len() < MIN_RUNS {
                scenario.runs.clear();
            }
        }
        scenario
    }

    /// The id of the preset that this is, or was edited from.
    pub fn preset(&self) -> Option<&'static str> {
        self.preset
    }

    /// The current position.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The mini-batch of the current position.
    pub fn mini_batch(&self) -> &MiniBatch {
        &self.mini_batch
    }

    /// The compared runs at that mini-batch, in Compare.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_deref()
    }

    /// Whether the gradient check is shown.
    pub fn shows_gradient_check(&self) -> bool {
        self.view_state.view == View::Compare || self.view_state.gradient_check_open
    }

    /// The moments of the current mini-batch.
    pub fn timeline(&self) -> Timeline {
        Timeline::of(&self.scenario, self.position.mini_batch)
    }

    /// Number of updates before the current mini-batch, from the start of epoch 0.
    pub fn updates(&self) -> u64 {
        self.scenario.update_index(&self.position)
    }

    /// Each update so far: its index, and its mini-batch's mean cost before the update.
    pub fn costs(&self) -> impl Iterator<Item = (u64, f64)> + '_ {
        let mini_batch = &self.mini_batch;
        let mean = mini_batch.cost_sum_before / mini_batch.rows.len() as f64;
        let current = self.visible().finished().then_some((self.updates(), mean));
        self.replay_cache.costs_before(self.updates()).chain(current)
    }

    /// What the reader looks at.
    pub fn view_state(&self) -> &ViewState {
        &self.view_state
    }

    /// Number of times the scenario was replaced: tells whether a drawing is of an older one.
    pub fn scenario_version(&self) -> u64 {
        self.scenario_version
    }

    /// A message that is not an error.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }
}
