//! The worker's part: it trains a task in slices, keeps to a speed, and reports.
//!
//! A wasm of its own: the page's holds no kernels. Both are of one build, so each reads what the other writes.

#![cfg(target_arch = "wasm32")]

use deltascope::training::{StoppingCriteria, Task, TrainingLoop};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker began.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

thread_local! {
    /// The worker's one training.
    static TRAINING: RefCell<Option<Training>> = const { RefCell::new(None) };
}

/// The speed is taken over so many milliseconds.
const LATELY: f64 = 1500.0;
/// A limited training may catch up on so many milliseconds, not more.
const CATCH_UP: f64 = 250.0;

struct Training {
    training_loop: TrainingLoop,
    /// The most samples a second.
    limit: Option<f64>,
    /// Samples that the limit allows by now, and when that was last told.
    allowed: f64,
    told: f64,
    /// Milliseconds of training.
    spent: f64,
    /// Milliseconds and samples when the speed was last taken, and the speed.
    taken: (f64, u64),
    speed: f64,
}

/// Begins a task. Returns what is wrong with it, or nothing.
#[wasm_bindgen]
pub fn train_start(task: &[u8]) -> String {
    console_error_panic_hook::set_once();
    let training_loop = match Task::from_bytes(task) {
        Ok(task) => TrainingLoop::new(task),
        Err(error) => return error.to_string(),
    };
    let training = Training {
        training_loop,
        limit: None,
        allowed: 0.0,
        told: now(),
        spent: 0.0,
        taken: (0.0, 0),
        speed: 0.0,
    };
    TRAINING.set(Some(training));
    String::new()
}

/// From now on the training keeps to these [`StoppingCriteria`], and to a speed in samples a second.
#[wasm_bindgen]
pub fn train_set_criteria(epochs: Option<u32>, cost: Option<f64>, accuracy: Option<f64>, speed: Option<f64>) {
    let criteria = StoppingCriteria { epochs, cost, accuracy };
    TRAINING.with_borrow_mut(|training| {
        if let Some(training) = training {
            training.training_loop.set_criteria(criteria);
            (training.limit, training.allowed, training.told) = (speed, 0.0, now());
        }
    });
}

/// It goes on after a pause: the time until now does not count.
#[wasm_bindgen]
pub fn train_resume() {
    TRAINING.with_borrow_mut(|training| {
        if let Some(training) = training {
            (training.allowed, training.told) = (0.0, now());
        }
    });
}

/// Trains for so many milliseconds. Returns how many to wait before the next slice; below 0: the training has ended.
#[wasm_bindgen]
pub fn train_slice(milliseconds: f64) -> f64 {
    TRAINING
        .with_borrow_mut(|training| training.as_mut().map_or(-1.0, |training| training.slice(milliseconds)))
}

/// A report; `all` is also what the page needs to go on from there.
#[wasm_bindgen]
pub fn train_report(all: bool) -> Vec<u8> {
    TRAINING.with_borrow(|training| {
        training.as_ref().map_or(Vec::new(), |training| {
            training.training_loop.snapshot(all, training.spent / 1000.0, training.speed).to_bytes()
        })
    })
}

impl Training {
    fn slice(&mut self, milliseconds: f64) -> f64 {
        let start = now();
        let most = match self.limit {
            None => u64::MAX,
            Some(limit) => {
                let more = limit * (start - self.told) / 1000.0;
                self.allowed = (self.allowed + more).min((limit * CATCH_UP / 1000.0).max(1.0));
                if self.allowed < 1.0 {
                    (self.told, self.spent) = (start, self.spent + start - self.told);
                    return ((1.0 - self.allowed) / limit * 1000.0).min(CATCH_UP);
                }
                self.allowed as u64
            }
        };
        let before = self.training_loop.samples();
        self.training_loop.advance(most, || now() - start >= milliseconds);
        let end = now();
        self.allowed -= (self.training_loop.samples() - before) as f64;
        // With a limit, waiting is part of it.
        let since = if self.limit.is_some() { self.told } else { start };
        (self.spent, self.told) = (self.spent + end - since, start);
        self.take_speed();
        if self.training_loop.ended() { -1.0 } else { 0.0 }
    }

    fn take_speed(&mut self) {
        let (spent, samples) = self.taken;
        let (time, done) = (self.spent - spent, self.training_loop.samples() - samples);
        // While a large network is evaluated, or waits for a low limit, the speed is what it was.
        if done == 0 {
            return;
        }
        // At first it is the speed since the beginning.
        if time >= LATELY || (spent == 0.0 && time > 0.0) {
            self.speed = done as f64 / time * 1000.0;
        }
        if time >= LATELY {
            self.taken = (self.spent, self.training_loop.samples());
        }
    }
}
