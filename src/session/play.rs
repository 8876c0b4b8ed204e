//! Playing: steps at a steady speed, driven by the page's timer.

use super::{Session, StepSize, View};

/// Steps per second that play allows.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=60.0;
/// Steps per second above which nobody can read long sums.
const FAST: f64 = 4.0;

/// Whether and how the session plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play {
    /// Whether it plays.
    pub playing: bool,
    /// The size of its steps.
    pub step_size: StepSize,
    /// Steps per second.
    pub speed: f64,
}

impl Default for Play {
    fn default() -> Self {
        Self { playing: false, step_size: StepSize::Equation, speed: 1.0 }
    }
}

impl Session {
    /// Starts or pauses playing; in Train, training.
    pub(super) fn toggle_play(&mut self) -> Result<(), String> {
        if self.view_state.view == View::Train {
            return self.toggle_training();
        }
        self.play.playing = !self.play.playing;
        Ok(())
    }

    pub(super) fn set_play_speed(&mut self, speed: f64) -> Result<(), String> {
        if !SPEEDS.contains(&speed) {
            let (min, max) = (SPEEDS.start(), SPEEDS.end());
            return Err(format!("{speed} steps per second is not allowed; use {min} to {max}"));
        }
        self.play.speed = speed;
        Ok(())
    }

    /// Runs a slice of the replay, or takes the next step of playing.
    pub(super) fn timer_fired(&mut self) -> Result<(), String> {
        if self.replay.is_some() {
            return self.run_replay_slice();
        }
        if self.play.playing {
            let stepped = self.step_forward(self.play.step_size);
            self.play.playing = stepped.is_ok();
            return stepped;
        }
        Ok(())
    }

    /// Stops playing, the training and the replay.
    pub(super) fn cancel(&mut self) {
        self.play.playing = false;
        self.pause_training(true);
        if self.replay.take().is_some() {
            // Runs that were not replayed to any mini-batch cannot be shown.
            if self.comparison().is_some_and(|comparison| comparison.passes().is_empty()) {
                (self.comparison, self.view_state.view) = (None, View::Stepper);
            }
            self.notice = Some("Stopped. The position has not changed.".into());
        }
    }

    /// Whether and how it plays.
    pub fn play(&self) -> Play {
        self.play
    }

    /// Whether it plays too fast for long sums and other slow work to be read.
    pub fn plays_fast(&self) -> bool {
        self.play.playing && self.play.speed > FAST
    }
}
