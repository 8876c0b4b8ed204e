//! An evaluation between two epochs, in parts, so that it can be paused as the training can.

use super::EpochMetrics;
use crate::nn::fast::Trainer;
use crate::nn::{Evaluation, predicted_class};
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};

/// The maximum number of classes of a confusion matrix. A larger one is not readable.
pub(super) const MAX_CLASSES: usize = 20;
/// The maximum number of misclassified rows in a report.
const MAX_MISCLASSIFIED: usize = 60;

/// Confusion matrix and misclassified rows, of the validation rows if there are any, otherwise of the training rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    /// The number of classes; 0 if the outputs are not classes, or too many.
    pub classes: usize,
    /// The number of rows for each pair of classes, shape (classes, classes): entry `true * classes + predicted`.
    pub confusion: Vec<u32>,
    /// The first misclassified rows, with the predicted class.
    pub misclassified: Vec<(usize, usize)>,
}

/// An evaluation that is not complete.
#[derive(Clone, Debug)]
pub(super) struct PartialEvaluation {
    updates: u64,
    training: Evaluation,
    validation: Evaluation,
    classification: Classification,
}

impl PartialEvaluation {
    /// After this number of updates.
    pub(super) fn new(scenario: &Scenario, updates: u64) -> Self {
        let classes = match scenario.has_classes() {
            true => scenario.sizes.last().map_or(0, |outputs| (*outputs).max(2)),
            false => 0,
        };
        let classes = if classes > MAX_CLASSES { 0 } else { classes };
        let classification =
            Classification { classes, confusion: vec![0; classes * classes], misclassified: Vec::new() };
        Self { updates, training: Evaluation::default(), validation: Evaluation::default(), classification }
    }

    /// Evaluates at most this number of further rows. Returns the results when all rows are evaluated.
    pub(super) fn advance(
        &mut self,
        scenario: &Scenario,
        trainer: &mut Trainer,
        rows: usize,
    ) -> Option<(EpochMetrics, Classification)> {
        let (samples, validation) = (&scenario.data.samples, &scenario.data.validation);
        let is_training = self.training.samples < samples.len();
        let (part, evaluation) = match is_training {
            true => (samples, &mut self.training),
            false => (validation, &mut self.validation),
        };
        let is_reported = is_training == validation.is_empty() && self.classification.classes > 0;
        let first = evaluation.samples;
        let mut row = first;
        let next_rows = (first..part.len()).take(rows).map(|row| part.at(row));
        let classification = &mut self.classification;
        let next = trainer.evaluate_with(next_rows, |a, y| {
            if is_reported {
                classification.add_row(row, predicted_class(y), predicted_class(a));
            }
            row += 1;
        });
        *evaluation = evaluation.merged(next);
        let complete = self.training.samples == samples.len() && self.validation.samples == validation.len();
        complete.then(|| {
            let validation = (!validation.is_empty()).then_some(self.validation);
            let metrics = EpochMetrics { updates: self.updates, training: self.training, validation };
            (metrics, std::mem::take(&mut self.classification))
        })
    }
}

impl Classification {
    fn add_row(&mut self, row: usize, class: usize, predicted: usize) {
        if let Some(count) = self.confusion.get_mut(class * self.classes + predicted) {
            *count += 1;
        }
        if predicted != class && self.misclassified.len() < MAX_MISCLASSIFIED {
            self.misclassified.push((row, predicted));
        }
    }
}
