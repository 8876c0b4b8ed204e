//! An evaluation between two epochs, a piece at a time, so that it can be paused like the training.

use super::Point;
use crate::nn::kernels::Trainer;
use crate::nn::{Evaluation, class};
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// More classes make no table that anybody can read.
pub(super) const MOST_CLASSES: usize = 20;
/// So many of the rows that were classified wrongly are named.
const MOST_ERRORS: usize = 60;

/// What an evaluation found out about classes, over the held-out rows where there are any, else the training rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// How many classes; 0 where outputs name none, or too many.
    pub classes: usize,
    /// How often the class of a row (across) was taken for another (down): entry `class * classes + said`.
    pub confusion: Vec<u32>,
    /// The first rows that were classified wrongly, and what was said of them.
    pub errors: Vec<(usize, usize)>,
}

/// An evaluation that is under way.
#[derive(Clone, Debug)]
pub(super) struct Evaluating {
    updates: u64,
    training: Evaluation,
    held_out: Evaluation,
    findings: Findings,
}

impl Evaluating {
    pub(super) fn new(scenario: &Scenario, updates: u64) -> Self {
        let classes = match scenario.has_classes() {
            true => scenario.sizes.last().map_or(0, |outputs| (*outputs).max(2)),
            false => 0,
        };
        let classes = if classes > MOST_CLASSES { 0 } else { classes };
        let findings = Findings { classes, confusion: vec![0; classes * classes], errors: Vec::new() };
        Self { updates, training: Evaluation::default(), held_out: Evaluation::default(), findings }
    }

    /// Up to so many rows more. The results, when all are done.
    pub(super) fn go_on(
        &mut self,
        scenario: &Scenario,
        trainer: &mut Trainer,
        rows: usize,
    ) -> Option<(Point, Findings)> {
        let (samples, held_out) = (&scenario.data.samples, &scenario.data.held_out);
        let training = self.training.samples < samples.len();
        let (part, done) = match training {
            true => (samples, &mut self.training),
            false => (held_out, &mut self.held_out),
        };
        let tell = training == held_out.is_empty() && self.findings.classes > 0;
        let from = done.samples;
        let mut row = from;
        let piece = (from..part.len()).take(rows).map(|row| part.at(row));
        let findings = &mut self.findings;
        let found = trainer.evaluate_seen(piece, |a, y| {
            if tell {
                findings.count(row, class(y), class(a));
            }
            row += 1;
        });
        *done = done.and(found);
        let finished = self.training.samples == samples.len() && self.held_out.samples == held_out.len();
        finished.then(|| {
            let held_out = (!held_out.is_empty()).then_some(self.held_out);
            let point = Point { updates: self.updates, training: self.training, held_out };
            (point, std::mem::take(&mut self.findings))
        })
    }
}

impl Findings {
    fn count(&mut self, row: usize, class: usize, said: usize) {
        if let Some(count) = self.confusion.get_mut(class * self.classes + said) {
            *count += 1;
        }
        if said != class && self.errors.len() < MOST_ERRORS {
            self.errors.push((row, said));
        }
    }
}
