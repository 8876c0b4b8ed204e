//! An evaluation between two epochs, a piece at a time, so that it can be paused like the training.

use super::EpochMetrics;
use crate::nn::fast::Trainer;
use crate::nn::{Evaluation, predicted_class};
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// More classes make no table that anybody can read.
pub(super) const MAX_CLASSES: usize = 20;
/// So many of the rows that were classified wrongly are named.
const MAX_ERRORS: usize = 60;

/// What an evaluation found out about classes, over the held-out rows where there are any, else the training rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassificationReport {
    /// How many classes; 0 where outputs name none, or too many.
    pub classes: usize,
    /// How often the class of a row (across) was taken for another (down): entry `class * classes + said`.
    pub confusion: Vec<u32>,
    /// The first rows that were classified wrongly, and what was said of them.
    pub errors: Vec<(usize, usize)>,
}

/// An evaluation that is under way.
#[derive(Clone, Debug)]
pub(super) struct EvaluationInProgress {
    updates: u64,
    training: Evaluation,
    validation: Evaluation,
    classification: ClassificationReport,
}

impl EvaluationInProgress {
    pub(super) fn new(scenario: &Scenario, updates: u64) -> Self {
        let classes = match scenario.has_classes() {
            true => scenario.sizes.last().map_or(0, |outputs| (*outputs).max(2)),
            false => 0,
        };
        let classes = if classes > MAX_CLASSES { 0 } else { classes };
        let classification =
            ClassificationReport { classes, confusion: vec![0; classes * classes], errors: Vec::new() };
        Self { updates, training: Evaluation::default(), validation: Evaluation::default(), classification }
    }

    /// Up to so many rows more. The results, when all are done.
    pub(super) fn go_on(
        &mut self,
        scenario: &Scenario,
        trainer: &mut Trainer,
        rows: usize,
    ) -> Option<(EpochMetrics, ClassificationReport)> {
        let (samples, validation) = (&scenario.data.samples, &scenario.data.validation);
        let training = self.training.samples < samples.len();
        let (part, done) = match training {
            true => (samples, &mut self.training),
            false => (validation, &mut self.validation),
        };
        let tell = training == validation.is_empty() && self.classification.classes > 0;
        let from = done.samples;
        let mut row = from;
        let piece = (from..part.len()).take(rows).map(|row| part.at(row));
        let classification = &mut self.classification;
        let found = trainer.evaluate_with(piece, |a, y| {
            if tell {
                classification.count(row, predicted_class(y), predicted_class(a));
            }
            row += 1;
        });
        *done = done.and(found);
        let finished = self.training.samples == samples.len() && self.validation.samples == validation.len();
        finished.then(|| {
            let validation = (!validation.is_empty()).then_some(self.validation);
            let point = EpochMetrics { updates: self.updates, training: self.training, validation };
            (point, std::mem::take(&mut self.classification))
        })
    }
}

impl ClassificationReport {
    fn count(&mut self, row: usize, class: usize, said: usize) {
        if let Some(count) = self.confusion.get_mut(class * self.classes + said) {
            *count += 1;
        }
        if said != class && self.errors.len() < MAX_ERRORS {
            self.errors.push((row, said));
        }
    }
}
