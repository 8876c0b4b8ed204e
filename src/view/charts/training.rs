//! Cost and accuracy of the training at full speed, over its epochs.

use super::plot::{Line, Plot};
use super::scale::Scale;
use crate::nn::Evaluation;
use crate::session::{EpochEvaluation, Session};
use crate::view::painter::{DrawResult, Painter};
use crate::view::theme::DASHES;
use plotters::prelude::*;

/// Draws the mean cost of a sample.
pub(super) fn cost<DB: DrawingBackend>(session: &Session, painter: &Painter<'_, DB>) -> DrawResult<DB> {
    curves(session, painter, "cost", Evaluation::cost_mean, Scale::from_zero)
}

/// Draws the share of the rows that are classified correctly.
pub(super) fn accuracy<DB: DrawingBackend>(session: &Session, painter: &Painter<'_, DB>) -> DrawResult<DB> {
    if !session.scenario().has_classes() {
        return painter.sentence("Not a classifier: no accuracy");
    }
    curves(session, painter, "accuracy", Evaluation::accuracy, |values, ticks| {
        // At least five percentage points.
        let middle = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let span = [(middle - 0.025).max(0.0), (middle + 0.025).min(1.0)];
        Scale::around(&[values, &span].concat(), ticks)
    })
}

/// Draws one line for the training rows and one for the validation rows.
fn curves<DB: DrawingBackend>(
    session: &Session,
    painter: &Painter<'_, DB>,
    name: &str,
    value: impl Fn(&Evaluation) -> f64,
    scale: fn(&[f64], usize) -> Scale,
) -> DrawResult<DB> {
    let points = session.training().evaluations(session.scenario().mini_batches());
    if points.is_empty() {
        return painter.sentence(match session.training().is_running() {
            true => "The network is being evaluated",
            false => "Press Train to see curves.",
        });
    }
    let line = |part: fn(&EpochEvaluation) -> Option<Evaluation>| -> Vec<(f64, f64)> {
        let values = points.iter().filter_map(|point| Some((point.epochs, value(&part(point)?))));
        values.filter(|point| point.1.is_finite()).collect()
    };
    let mut lines = vec![Line::new(line(|point| Some(point.training)), painter.palette.a)];
    let validation = line(|point| point.validation);
    if !validation.is_empty() {
        lines.push(Line { dashes: DASHES[1], ..Line::new(validation, painter.palette.delta) });
    }
    let (Some(first), Some(last)) = (lines[0].points.first(), lines[0].points.last()) else {
        return painter.sentence("No finite value");
    };
    let epochs = Scale::whole(first.0.floor(), last.0, painter.max_characters());
    let values: Vec<f64> = lines.iter().flat_map(|line| &line.points).map(|point| point.1).collect();
    let plot = Plot::new(painter, ("epochs", epochs), (name, scale(&values, painter.max_ticks())))?;
    plot.lines(&lines)
}
