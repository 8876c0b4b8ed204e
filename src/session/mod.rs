//! The app without a screen: [`Action`]s change a [`Session`], and nothing else does.
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
mod mini_batch;
mod navigate;
mod open;
mod play;
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
    Background, Comparison, GradientCheck, GradientOfSum, RunCurves, RunDivergence, RunPass, RunRow,
    gradient_of_sum,
};
pub use divergence::divergence_message;
pub use edit::equivalent_learning_rate;
pub use item::Item;
pub use keys::{KEYS, KeyBinding, action_of};
pub use mini_batch::MiniBatch;
pub use play::Play;
pub use replay::Progress;
pub use replay_cache::ReplayCache;
pub use timeline::{Direction, StepSize, Timeline, next, previous};
pub use training::{Evaluated, Training, TrainingStatus, WorkerCommand};
pub use view_state::{Axis, MAX_DIGITS, RowTotal, View, ViewState};
pub use visible::Visible;

use crate::scenario::{Position, Scenario};
use divergence::divergence_error;
use navigate::Step;
use replay::Replay;
use std::sync::Arc;
use undo::{Reason, UndoEntry};

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
    background: Background,
    /// The latest steps forward.
    step_history: Vec<Step>,
    undo_history: Vec<UndoEntry>,
    redo_history: Vec<UndoEntry>,
    replay: Option<Replay>,
    training: Training,
    play: Play,
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
            background: Background::default(),
            step_history: Vec::new(),
            undo_history: Vec::new(),
            redo_history: Vec::new(),
            replay: None,
            training: Training::default(),
            play: Play::default(),
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
    pub fn update(&mut self, action: Action) -> Result<(), String> {
        if action != Action::TimerFired {
            self.notice = None;
        }
        if self.training.is_running() {
            if matches!(action, Action::Stepped { .. }) {
                self.pause_training(false);
                return self.say("Training paused. Step on from here.");
            }
            if self.needs_pause(&action)? {
                self.pause_then(action);
                return Ok(());
            }
        }
        match action {
            Action::TimerFired => self.timer_fired(),
            Action::Cancelled => {
                self.cancel();
                Ok(())
            }
            Action::Stepped { by, direction: Direction::Forward } => self.step_forward(by),
            Action::Stepped { by, direction: Direction::Back } => self.step_back(by),
            Action::JumpedToStart => self.jump_to_start(),
            Action::Jumped(position) => self.jump(position),
            Action::Scrubbed(index) => self.jump_to_moment(index),
            Action::MomentChosen(place) => {
                self.jump_to_moment(self.timeline().index_at(self.visible().sample(), place))
            }
            Action::EpochChosen(number) => self.jump_to_epoch(number),
            Action::TrainingToggled => self.toggle_training(),
            Action::TrainingStopped => {
                self.pause_training(true);
                Ok(())
            }
            Action::FiniteStateRestored => self.restore_finite_state(),
            Action::EpochLimitChanged(_)
            | Action::CostLimitChanged(_)
            | Action::AccuracyLimitChanged(_)
            | Action::SpeedLimitChanged(_) => self.set_criteria(&action),
            Action::PlayToggled => self.toggle_play(),
            Action::PlayStepChanged(size) => {
                self.play.step_size = size;
                Ok(())
            }
            Action::PlaySpeedChanged(speed) => self.set_play_speed(speed),
            Action::ViewChanged(view) => self.show_view(view),
            Action::ViewToggled => self.show_view(match self.view_state.view {
                View::Stepper => View::Compare,
                View::Compare | View::Train => View::Stepper,
            }),
            Action::FreezeToggled => {
                self.view_state.frozen = !self.view_state.frozen;
                self.refresh_runs();
                Ok(())
            }
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::PresetChosen(id) => self.open_preset(&id),
            Action::DownloadStarted(title) => self.say(&format!("Loading {title} …")),
            Action::ScenarioOpened(json) => self.open_scenario(&json),
            Action::KeyPressed { key, shift, control } => match action_of(&key, shift, control) {
                Some(action) => self.update(action.clone()),
                None => Ok(()),
            },
            _ => match self.changed(&action) {
                Some(change) => {
                    let change = change?;
                    if let Some(scenario) = self.continued(&action, change.scenario.clone()) {
                        return self.continue_with(scenario, change.notice);
                    }
                    self.replace(change.scenario, self.preset, Reason::Edited, change.notice)
                }
                None => self.view_state.update(action, &self.scenario, self.position),
            },
        }
    }

    /// The scenario after an action that changes it.
    fn changed(&self, action: &Action) -> Option<Result<edit::Edited, String>> {
        let current = edit::Current {
            scenario: &self.scenario,
            position: self.position,
            network: &self.mini_batch.before,
        };
        edit::changed(&current, action)
    }

    /// Whether an action is about where a training is: it is done there. An error where it cannot be done at all.
    fn needs_pause(&self, action: &Action) -> Result<bool, String> {
        let moves = matches!(
            action,
            Action::JumpedToStart
                | Action::Jumped(_)
                | Action::Scrubbed(_)
                | Action::MomentChosen(_)
                | Action::EpochChosen(_)
                | Action::Undo
                | Action::Redo
                | Action::PresetChosen(_)
                | Action::ScenarioOpened(_)
        );
        Ok(moves || self.changed(action).transpose()?.is_some())
    }

    /// Shows a message that is not an error.
    fn say(&mut self, notice: &str) -> Result<(), String> {
        self.notice = Some(notice.to_owned());
        Ok(())
    }

    /// Switches to a view. Compare replays its runs up to the present position.
    fn show_view(&mut self, view: View) -> Result<(), String> {
        self.view_state.view = view;
        if view != View::Train {
            self.pause_training(false);
        }
        match view {
            View::Stepper | View::Train => {
                self.play.playing &= view == View::Stepper;
                self.comparison = None;
                Ok(())
            }
            View::Compare => self.replay_to(self.position, self.step_history.clone()),
        }
    }

    /// The scenario, with the position that it was opened at; the present one is [`Session::position`].
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The scenario with the present position, to be saved.
    pub fn to_scenario(&self) -> Scenario {
        Scenario { position: self.position, ..Scenario::clone(&self.scenario) }
    }

    /// The id of the preset that this is, or was edited from.
    pub fn preset(&self) -> Option<&'static str> {
        self.preset
    }

    /// The present position.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The mini-batch of the present position.
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

    /// The moments of the present mini-batch.
    pub fn timeline(&self) -> Timeline {
        Timeline::of(&self.scenario, self.position.mini_batch)
    }

    /// Number of updates before the present mini-batch's, from the start of epoch 0.
    pub fn updates(&self) -> u64 {
        self.scenario.update_index(&self.position)
    }

    /// For all updates made so far: its index, and the mean cost of its mini-batch before it.
    pub fn costs(&self) -> impl Iterator<Item = (u64, f64)> + '_ {
        let mini_batch = &self.mini_batch;
        let mean = mini_batch.cost_before / mini_batch.rows.len() as f64;
        let present = self.visible().finished().then_some((self.updates(), mean));
        self.replay_cache.costs_before(self.updates()).chain(present)
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
