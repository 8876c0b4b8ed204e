//! Playing: steps at a steady speed, driven by the page's timer.

use super::{Session, StepSize, View, typed};
use serde::Deserialize;

/// Playing, the page's timer, and stopping whatever takes long.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Play {
    /// Starts or pauses playing; in Train, training.
    PlayToggled,
    /// The size of the steps.
    PlayStepChanged(StepSize),
    /// Steps per second.
    PlaySpeedChanged(#[serde(deserialize_with = "typed::number")] f64),
    /// The timer that the last reply set has fired.
    TimerFired,
    /// Stops playing, the training and the replay.
    Cancelled,
}

/// Steps per second that play allows.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=60.0;
/// Steps per second above which nobody can read long sums.
const FAST: f64 = 4.0;

/// Whether and how the session plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playback {
    /// Whether it plays.
    pub playing: bool,
    /// The size of its steps.
    pub step_size: StepSize,
    /// Steps per second.
    pub speed: f64,
}

impl Default for Playback {
    fn default() -> Self {
        Self { playing: false, step_size: StepSize::Equation, speed: 1.0 }
    }
}

impl Session {
    pub(super) fn control_play(&mut self, action: Play) -> Result<(), String> {
        match action {
            Play::PlayToggled if self.view_state.view == View::Train => return self.toggle_training(),
            Play::PlayToggled => self.playback.playing = !self.playback.playing,
            Play::PlayStepChanged(size) => self.playback.step_size = size,
            Play::PlaySpeedChanged(speed) if SPEEDS.contains(&speed) => self.playback.speed = speed,
            Play::PlaySpeedChanged(speed) => {
                let (min, max) = (SPEEDS.start(), SPEEDS.end());
                return Err(format!("{speed} steps per second is not allowed; use {min} to {max}"));
            }
            Play::TimerFired => return self.timer_fired(),
            Play::Cancelled => self.cancel(),
        }
        Ok(())
    }

    /// Runs a slice of the replay, or takes the next step of playing.
    fn timer_fired(&mut self) -> Result<(), String> {
        if self.replay.is_some() {
            return self.run_replay_slice();
        }
        if self.playback.playing {
            let stepped = self.step_forward(self.playback.step_size);
            self.playback.playing = stepped.is_ok();
            return stepped;
        }
        Ok(())
    }

    /// Stops playing, the training and the replay.
    fn cancel(&mut self) {
        self.playback.playing = false;
        self.pause_training(true);
        if self.replay.take().is_some() {
            // Runs that were not replayed to any mini-batch cannot be shown.
            if self.comparison().is_some_and(|comparison| comparison.passes.is_empty()) {
                (self.comparison, self.view_state.view) = (None, View::Stepper);
            }
            self.notice = Some("Stopped. The position has not changed.".into());
        }
    }

    /// Whether and how it plays.
    pub fn playback(&self) -> Playback {
        self.playback
    }

    /// Whether it plays too fast for long sums and other slow work to be read.
    pub fn plays_fast(&self) -> bool {
        self.playback.playing && self.playback.speed > FAST
    }
}
