//! What a reader does and sees, without a screen: [`Action`]s change a [`Session`], and nothing else does.
//!
//! What is shown is a pure function of scenario and position; a [`ReplayCache`] only remembers parts of it.
//! Whatever may take long (a jump, a change of the scenario while far into the run) is a *replay*: it
//! goes on in slices when the page wakes the session, can be stopped, and changes nothing before it arrives.

mod action;
mod checkpoints;
mod compare;
mod edit;
mod item;
mod keys;
mod mini_batch;
mod replay;
mod replay_cache;
mod rows;
mod timeline;
mod training;
mod typed;
mod view_state;
mod visible;

pub use action::Action;
pub use compare::{
    Background, Comparison, GradientCheck, GradientOfSum, RunCurves, RunDivergence, RunPass, RunRow,
    gradient_of_sum,
};
pub use edit::equivalent_learning_rate;
pub use item::Item;
pub use keys::{KEYS, Key, action_of};
pub use mini_batch::MiniBatch;
pub use replay::{Progress, divergence_message};
pub use replay_cache::ReplayCache;
pub use timeline::{Direction, StepSize, Timeline, next, previous};
pub use training::{Evaluated, Training, TrainingStatus, WorkerCommand};
pub use view_state::{Axis, MAX_DIGITS, RowTotal, View, ViewState};
pub use visible::Visible;

use crate::data::{Idx, mnist, presets};
use crate::json::quoted;
use crate::nn::Network;
use crate::scenario::{Position, Scenario};
use replay::{History, Replay, explained};
use std::sync::Arc;

/// How many steps forward lead back the way they came.
const MAX_STEP_HISTORY: usize = 1000;
/// The fastest and the slowest play, in steps a second.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=60.0;

/// Play is hurried above so many steps a second.
const HURRIED: f64 = 4.0;

/// A scenario, a place in it, and what the reader looks at.
#[derive(Clone, Debug)]
pub struct Session {
    scenario: Arc<Scenario>,
    /// The preset that was opened, for as long as nothing else was.
    preset: Option<&'static str>,
    position: Position,
    mini_batch: Arc<MiniBatch>,
    replay_cache: ReplayCache,
    /// The runs at this mini-batch, for as long as they are looked at.
    comparison: Option<Box<Comparison>>,
    background: Background,
    /// Where the latest steps forward began.
    step_history: Vec<(Position, StepSize)>,
    past: Vec<UndoEntry>,
    future: Vec<UndoEntry>,
    replay: Option<Replay>,
    training: Training,
    play: Play,
    view_state: ViewState,
    /// Something to be said that is not an error.
    notice: Option<String>,
    /// How often another scenario has taken the present one's place.
    scenario_version: u64,
}

/// A scenario with the place in it, to come back to.
#[derive(Clone, Debug)]
struct UndoEntry {
    scenario: Arc<Scenario>,
    preset: Option<&'static str>,
    /// The parameters before the mini-batch that its position is in, where they are still known.
    network: Option<Arc<Network>>,
    /// The first update that a worker has made on the way there.
    trained: Option<u64>,
}

/// Whether and how the session plays by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play {
    /// Whether it plays.
    pub playing: bool,
    /// The size of its steps.
    pub by: StepSize,
    /// Steps a second.
    pub speed: f64,
}

impl Session {
    /// A session at the position that the scenario names. An error where its numbers are not finite from the start.
    pub fn new(scenario: Scenario) -> Result<Self, String> {
        let scenario = Arc::new(scenario);
        let mut replay_cache = ReplayCache::new(&scenario);
        let position = scenario.first_position();
        let (first, network) = replay_cache.nearest(scenario.first_update());
        let mini_batch = replay_cache
            .mini_batch(&scenario, first, network)
            .map_err(|diverged| explained(&scenario, first, diverged))?;
        let mut session = Self {
            view_state: ViewState::of(&scenario),
            position,
            mini_batch: mini_batch.into(),
            replay_cache,
            comparison: None,
            background: Background::default(),
            step_history: Vec::new(),
            past: Vec::new(),
            future: Vec::new(),
            replay: None,
            training: Training::default(),
            play: Play { playing: false, by: StepSize::Equation, speed: 1.0 },
            notice: None,
            scenario_version: 0,
            preset: None,
            scenario,
        };
        if !session.scenario.runs.is_empty() {
            session.view_state.view = View::Compare;
        }
        session.go(session.scenario.position, Vec::new())?;
        Ok(session)
    }

    /// A session with the first preset.
    pub fn first_preset() -> Result<Self, String> {
        let preset = presets().first().ok_or("there is no preset")?;
        let mut session = Self::new(preset.scenario())?;
        session.preset = Some(preset.id);
        Ok(session)
    }

    /// Carries out an action. An error says what was wrong and what would do, and leaves everything as it was.
    pub fn update(&mut self, action: Action) -> Result<(), String> {
        if action != Action::TimerFired {
            self.notice = None;
        }
        if self.training.is_running() {
            if matches!(action, Action::Stepped { .. }) {
                self.pause_training(false);
                self.notice = Some("The training pauses. Go on from here.".into());
                return Ok(());
            }
            if self.needs_pause(&action)? {
                self.await_pause(action);
                return Ok(());
            }
        }
        match action {
            Action::TimerFired => self.wake(),
            Action::Cancelled => {
                self.play.playing = false;
                self.pause_training(true);
                if self.replay.take().is_some() {
                    // Lanes that were never reached cannot be looked at.
                    if self.comparison().is_some_and(|comparison| comparison.passes().is_empty()) {
                        (self.comparison, self.view_state.view) = (None, View::Stepper);
                    }
                    self.notice = Some("Stopped. You are where you were.".into());
                }
                Ok(())
            }
            Action::Stepped { by, direction: Direction::Forward } => self.step_forward(self.at_least(by)),
            Action::Stepped { by, direction: Direction::Back } => self.step_back(self.at_least(by)),
            Action::JumpedToStart => {
                self.clear_training();
                self.go(self.scenario.first_position(), Vec::new())
            }
            Action::Jumped(position) => self.jump(position),
            Action::Scrubbed(index) => {
                let moment = self.timeline().moment(index);
                self.jump(Position { moment, neuron: None, ..self.position })
            }
            Action::MomentChosen(place) => {
                let timeline = self.timeline();
                let moment = timeline.moment(timeline.index_at(self.visible().sample(), place));
                self.jump(Position { moment, neuron: None, ..self.position })
            }
            Action::EpochChosen(number) => {
                let epoch = number.checked_sub(1).and_then(|epoch| u32::try_from(epoch).ok());
                let epoch = epoch.ok_or("the first epoch is 1; there is none before")?;
                let first = self.scenario.first_position();
                let start = Position { epoch, ..Position::default() };
                self.jump(if epoch == first.epoch { first } else { start })
            }
            Action::TrainingToggled => self.toggle_training(),
            Action::TrainingStopped => {
                self.pause_training(true);
                Ok(())
            }
            Action::FiniteStateRestored => self.restore_sound(),
            Action::EpochLimitChanged(_)
            | Action::CostLimitChanged(_)
            | Action::AccuracyLimitChanged(_)
            | Action::SpeedLimitChanged(_) => self.set_terms(&action),
            Action::PlayToggled if self.view_state.view == View::Train => self.toggle_training(),
            Action::PlayToggled => {
                self.play.playing = !self.play.playing;
                Ok(())
            }
            Action::PlayStepChanged(by) => {
                self.play.by = by;
                Ok(())
            }
            Action::PlaySpeedChanged(speed) if SPEEDS.contains(&speed) => {
                self.play.speed = speed;
                Ok(())
            }
            Action::PlaySpeedChanged(speed) => {
                let (slowest, fastest) = (SPEEDS.start(), SPEEDS.end());
                Err(format!("{speed} steps a second will not do; take {slowest} to {fastest}"))
            }
            Action::ViewChanged(view) => self.look_at(view),
            Action::ViewToggled => self.look_at(match self.view_state.view {
                View::Stepper => View::Compare,
                View::Compare | View::Train => View::Stepper,
            }),
            Action::FreezeToggled => {
                self.view_state.frozen = !self.view_state.frozen;
                self.compare_again();
                Ok(())
            }
            Action::Undo => self.restore(History::Undo),
            Action::Redo => self.restore(History::Redo),
            Action::PresetChosen(id) if id == mnist::ID => Err(mnist::ABSENT.into()),
            Action::PresetChosen(id) => {
                let preset = presets().iter().find(|preset| preset.id == id);
                let preset = preset.ok_or_else(|| format!("there is no preset {}", quoted(&id)))?;
                let scenario = preset.scenario();
                if scenario.data.samples.is_empty() {
                    return Err("the rows of this preset could not be loaded; load the page again".into());
                }
                self.replace(scenario, Some(preset.id), History::Open, None)
            }
            Action::DownloadStarted(title) => {
                self.notice = Some(format!("Loading {title} …"));
                Ok(())
            }
            Action::ScenarioOpened(json) => {
                let scenario = Scenario::from_json(&json).map_err(|error| error.to_string())?;
                self.replace(scenario, None, History::Open, None)
            }
            Action::KeyPressed { key, shift, control } => match action_of(&key, shift, control) {
                Some(action) => self.update(action.clone()),
                None => Ok(()),
            },
            _ => match self.changed(&action) {
                Some(change) => {
                    let change = change?;
                    if let Some(scenario) = self.going_on(&action, change.scenario.clone()) {
                        return self.go_on_with(scenario, change.notice);
                    }
                    self.replace(change.scenario, self.preset, History::Change, change.notice)
                }
                None => self.view_state.update(action, &self.scenario, self.position),
            },
        }
    }

    /// The scenario after an action that changes it.
    fn changed(&self, action: &Action) -> Option<Result<edit::Change, String>> {
        let present = edit::Present {
            scenario: &self.scenario,
            position: self.position,
            network: &self.mini_batch.before,
        };
        edit::changed(&present, action)
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

    /// Opens files, given by their names and bytes: a scenario, if it is one file of text, else idx files.
    pub fn open_files(&mut self, files: Vec<(String, Vec<u8>)>) -> Result<(), String> {
        match files.as_slice() {
            [(_, bytes)] if !Idx::looks_like(bytes) => match std::str::from_utf8(bytes) {
                // Some editors begin a file with a mark that is no part of the text.
                Ok(text) => {
                    self.update(Action::ScenarioOpened(text.trim_start_matches('\u{feff}').to_owned()))
                }
                Err(_) => self.open_images(files),
            },
            _ => self.open_images(files),
        }
    }

    /// Opens idx files, given by their names and bytes, as a scenario of their images. It can be undone like any
    /// other; after an error everything is as it was.
    pub fn open_images(&mut self, files: Vec<(String, Vec<u8>)>) -> Result<(), String> {
        self.notice = None;
        let mut scenario = mnist::scenario(files).map_err(|error| error.to_string())?;
        // What can be come back to may hold the same images: they are large, and kept once.
        let others = self.past.iter().chain(&self.future).map(|saved| saved.scenario.source());
        let kept = others.chain([self.scenario.source()]).find(|source| **source == scenario.data);
        if let Some(kept) = kept.cloned() {
            scenario.data = kept;
        }
        let preset = mnist::is_whole(&scenario).then_some(mnist::ID);
        self.replace(scenario, preset, History::Open, None)
    }

    /// Goes on with a replay, or takes the next step of playing.
    fn wake(&mut self) -> Result<(), String> {
        if self.replay.is_some() {
            return self.travel();
        }
        if self.play.playing {
            let stepped = self.step_forward(self.at_least(self.play.by));
            self.play.playing = stepped.is_ok();
            return stepped;
        }
        Ok(())
    }

    /// Lanes step together, which they can do from sample to sample.
    fn at_least(&self, by: StepSize) -> StepSize {
        match self.view_state.view {
            View::Stepper | View::Train => by,
            View::Compare => by.max(StepSize::Sample),
        }
    }

    /// Changes between the views. The runs are run up to here when they are looked at.
    fn look_at(&mut self, view: View) -> Result<(), String> {
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
            View::Compare => self.go(self.position, self.step_history.clone()),
        }
    }

    fn step_forward(&mut self, by: StepSize) -> Result<(), String> {
        let end = || "this is as far as epochs are counted".to_owned();
        let destination = next(&self.scenario, self.position, by).ok_or_else(end)?;
        let mut step_history = self.step_history.clone();
        step_history.push((self.position, by));
        if step_history.len() > MAX_STEP_HISTORY {
            step_history.drain(..MAX_STEP_HISTORY / 2);
        }
        self.go(destination, step_history)
    }

    /// A step back of the same size as the step forward that led here ends where that began; otherwise
    /// it ends at the resting place before.
    fn step_back(&mut self, by: StepSize) -> Result<(), String> {
        let mut step_history = self.step_history.clone();
        let came_from = step_history.pop().filter(|(_, stepped)| *stepped == by).map(|(from, _)| from);
        match came_from.or_else(|| previous(&self.scenario, self.position, by)) {
            Some(destination) => {
                self.go(destination, if came_from.is_some() { step_history } else { Vec::new() })
            }
            None => {
                self.notice = Some("This is the first moment of the run.".into());
                Ok(())
            }
        }
    }

    fn jump(&mut self, position: Position) -> Result<(), String> {
        let there = Scenario { position, ..Scenario::clone(&self.scenario) };
        there.check_position().map_err(|error| error.problem)?;
        self.go(position, Vec::new())
    }

    /// The scenario in use; where the reader stands in it is [`Session::position`].
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The scenario with the present position, to be saved.
    pub fn to_scenario(&self) -> Scenario {
        Scenario { position: self.position, ..Scenario::clone(&self.scenario) }
    }

    /// The id of the preset that this is, or was changed from.
    pub fn preset(&self) -> Option<&'static str> {
        self.preset
    }

    /// Where the reader stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The mini-batch that the reader stands in.
    pub fn mini_batch(&self) -> &MiniBatch {
        &self.mini_batch
    }

    /// The runs at that mini-batch, where they are looked at.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_deref()
    }

    /// Whether the gradient check is looked at.
    pub fn shows_gradient_check(&self) -> bool {
        self.view_state.view == View::Compare || self.view_state.gradient_check_open
    }

    /// The moments of that mini-batch.
    pub fn timeline(&self) -> Timeline {
        Timeline::of(&self.scenario, self.position.mini_batch)
    }

    /// The number of updates before this mini-batch's, from the beginning of epoch 0.
    pub fn updates(&self) -> u64 {
        self.scenario.update_index(&self.position)
    }

    /// Update and mean cost of the mini-batch before it, for all updates made so far.
    pub fn costs(&self) -> impl Iterator<Item = (u64, f64)> + '_ {
        let mini_batch = &self.mini_batch;
        let mean = mini_batch.cost_before / mini_batch.rows.len() as f64;
        let present = self.visible().finished().then_some((self.updates(), mean));
        self.replay_cache.costs_before(self.updates()).chain(present)
    }

    /// Whether and how it plays.
    pub fn play(&self) -> Play {
        self.play
    }

    /// Whether it plays so quickly that nobody could read what takes long to work out or to lay out.
    pub fn plays_fast(&self) -> bool {
        self.play.playing && self.play.speed > HURRIED
    }

    /// What the reader looks at.
    pub fn view_state(&self) -> &ViewState {
        &self.view_state
    }

    /// How often another scenario has taken the present one's place: tells what was drawn of an older one.
    pub fn scenario_version(&self) -> u64 {
        self.scenario_version
    }

    /// Whether there is a change to take back, and one to make again.
    pub fn can_undo_redo(&self) -> (bool, bool) {
        (!self.past.is_empty(), !self.future.is_empty())
    }

    /// Something to be said that is not an error.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }
}
