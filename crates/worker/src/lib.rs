//! The worker: trains a task in slices, keeps to a speed limit, and reports. `www/worker.js` calls it.
//!
//! It is a wasm module of its own, so that the page's does not contain the fast path. Both come from the same build, so the
//! formats of tasks and reports always match.

#![cfg(target_arch = "wasm32")]

use deltascope::training::{StoppingCriteria, Task, TrainingLoop};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker started.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

thread_local! {
    /// The current training.
    static TRAINING: RefCell<Option<WorkerTraining>> = const { RefCell::new(None) };
}

/// The speed is measured over this number of milliseconds.
const SPEED_WINDOW: f64 = 1500.0;
/// Under a speed limit, a delay of up to this number of milliseconds is caught up.
const MAX_CATCH_UP: f64 = 250.0;

struct WorkerTraining {
    training_loop: TrainingLoop,
    /// The maximum speed in samples per second.
    speed_limit: Option<f64>,
    /// The number of samples that the limit allows, and the time when it was computed.
    allowance: f64,
    allowance_time: f64,
    /// Milliseconds of training.
    elapsed: f64,
    /// `elapsed` and the number of samples when the speed was last measured, and the speed.
    measured: (f64, u64),
    speed: f64,
}

/// Starts a task. Returns an error message, or an empty string.
#[wasm_bindgen]
pub fn train_start(task: &[u8]) -> String {
    console_error_panic_hook::set_once();
    let training_loop = match Task::from_bytes(task) {
        Ok(task) => TrainingLoop::new(task),
        Err(error) => return error.to_string(),
    };
    let training = WorkerTraining {
        training_loop,
        speed_limit: None,
        allowance: 0.0,
        allowance_time: now(),
        elapsed: 0.0,
        measured: (0.0, 0),
        speed: 0.0,
    };
    TRAINING.set(Some(training));
    String::new()
}

/// Replaces the [`StoppingCriteria`] and the speed limit in samples per second.
#[wasm_bindgen]
pub fn train_set_criteria(epochs: Option<u32>, cost: Option<f64>, accuracy: Option<f64>, speed: Option<f64>) {
    let criteria = StoppingCriteria { epochs, cost, accuracy };
    with_training(|training| {
        training.training_loop.set_criteria(criteria);
        training.speed_limit = speed;
        training.reset_allowance();
    });
}

/// Continues after a pause, which does not count as training time.
#[wasm_bindgen]
pub fn train_resume() {
    with_training(WorkerTraining::reset_allowance);
}

/// Trains for a number of milliseconds. Returns how many milliseconds to wait before the next slice, or a negative number
/// if the training has ended.
#[wasm_bindgen]
pub fn train_slice(milliseconds: f64) -> f64 {
    with_training(|training| training.slice(milliseconds)).unwrap_or(-1.0)
}

/// A report. If `complete`, it contains what the page needs to continue from here.
#[wasm_bindgen]
pub fn train_report(complete: bool) -> Vec<u8> {
    let report = |WorkerTraining { training_loop, elapsed, speed, .. }: &mut WorkerTraining| {
        training_loop.snapshot(complete, *elapsed / 1000.0, *speed).to_bytes()
    };
    with_training(report).unwrap_or_default()
}

/// Calls `act` with the current training, if there is one.
fn with_training<T>(act: impl FnOnce(&mut WorkerTraining) -> T) -> Option<T> {
    TRAINING.with_borrow_mut(|training| training.as_mut().map(act))
}

impl WorkerTraining {
    fn reset_allowance(&mut self) {
        (self.allowance, self.allowance_time) = (0.0, now());
    }

    fn slice(&mut self, milliseconds: f64) -> f64 {
        let start = now();
        let max_samples = match self.speed_limit {
            None => u64::MAX,
            Some(limit) => {
                let new = limit * (start - self.allowance_time) / 1000.0;
                self.allowance = (self.allowance + new).min((limit * MAX_CATCH_UP / 1000.0).max(1.0));
                if self.allowance < 1.0 {
                    self.elapsed += start - self.allowance_time;
                    self.allowance_time = start;
                    return ((1.0 - self.allowance) / limit * 1000.0).min(MAX_CATCH_UP);
                }
                self.allowance as u64
            }
        };
        let samples_before = self.training_loop.samples();
        self.training_loop.advance(max_samples, || now() - start >= milliseconds);
        let end = now();
        self.allowance -= (self.training_loop.samples() - samples_before) as f64;
        // Under a limit, waiting counts as training time.
        let since = if self.speed_limit.is_some() { self.allowance_time } else { start };
        self.elapsed += end - since;
        self.allowance_time = start;
        self.measure_speed();
        if self.training_loop.ended() { -1.0 } else { 0.0 }
    }

    fn measure_speed(&mut self) {
        let (elapsed, samples) = self.measured;
        let (time, count) = (self.elapsed - elapsed, self.training_loop.samples() - samples);
        // During an evaluation, or a wait under a low limit, the speed stays the same.
        if count == 0 {
            return;
        }
        // At first it is the speed since the start.
        if time >= SPEED_WINDOW || (elapsed == 0.0 && time > 0.0) {
            self.speed = count as f64 / time * 1000.0;
        }
        if time >= SPEED_WINDOW {
            self.measured = (self.elapsed, self.training_loop.samples());
        }
    }
}
