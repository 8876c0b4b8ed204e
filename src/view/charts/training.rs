//! Cost and accuracy of the training at full speed, over its epochs.

use super::plot::{Plot, PlotLine};
use super::scale::{Scale, ScaleFor};
use crate::nn::Evaluation;
use crate::session::{EpochEvaluation, Session};
use crate::view::painter::{DrawResult, Painter};
use crate::view::theme::DASHES;
use plotters::prelude::*;

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws the mean cost of a sample.
    pub(super) fn training_cost(&self, session: &Session) -> DrawResult<DB> {
        self.training_curves(session, "cost", Evaluation::cost_mean, Scale::from_zero)
    }

    /// Draws the share of the rows that are classified correctly.
    pub(super) fn training_accuracy(&self, session: &Session) -> DrawResult<DB> {
        if !session.scenario().has_classes() {
            return self.sentence("Not a classifier: no accuracy");
        }
        self.training_curves(session, "accuracy", Evaluation::accuracy, |values, ticks| {
            // At least five percentage points.
            let middle = values.iter().sum::<f64>() / values.len().max(1) as f64;
            let span = [(middle - 0.025).max(0.0), (middle + 0.025).min(1.0)];
            Scale::around(&[values, &span].concat(), ticks)
        })
    }

    /// Draws one line for the training rows and one for the validation rows.
    fn training_curves(
        &self,
        session: &Session,
        name: &str,
        value: impl Fn(&Evaluation) -> f64,
        scale: ScaleFor,
    ) -> DrawResult<DB> {
        let points = session.training().evaluations(session.scenario().mini_batches());
        if points.is_empty() {
            return self.sentence(match session.training().is_running() {
                true => "The network is being evaluated",
                false => "Press Train to see curves.",
            });
        }
        let line = |part: fn(&EpochEvaluation) -> Option<Evaluation>| -> Vec<(f64, f64)> {
            let values = points.iter().filter_map(|point| Some((point.epochs, value(&part(point)?))));
            values.filter(|point| point.1.is_finite()).collect()
        };
        let mut lines = vec![PlotLine::new(line(|point| Some(point.training)), self.palette.a)];
        let validation = line(|point| point.validation);
        if !validation.is_empty() {
            lines.push(PlotLine { dashes: DASHES[1], ..PlotLine::new(validation, self.palette.delta) });
        }
        let (Some(first), Some(last)) = (lines[0].points.first(), lines[0].points.last()) else {
            return self.sentence("No finite value");
        };
        let epochs = Scale::whole(first.0.floor(), last.0, self.max_characters());
        let values: Vec<f64> = lines.iter().flat_map(|line| &line.points).map(|point| point.1).collect();
        let plot = Plot::new(self, ("epochs", epochs), (name, scale(&values, self.max_ticks())))?;
        plot.lines(&lines)
    }
}
