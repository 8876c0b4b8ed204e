//! The law of η²: the distance between the two ends of a mini-batch against η, both by their logarithms.

use super::plot::Plot;
use super::scale::Scale;
use super::words::{LINE, SIZE};
use crate::nn::{LearningRateSweep, SweepPoint};
use crate::session::Session;
use crate::view::format::number;
use crate::view::ink::{Drawn, Ink};
use crate::view::scene::{Point, text_width};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Draws what has been measured for the mini-batch at hand.
pub(super) fn draw<DB: DrawingBackend>(session: &Session, ink: &Ink<'_, DB>) -> Drawn<DB> {
    if session.mini_batch().rows.len() < 2 {
        return ink.sentence("A mini-batch of one sample is one update either way");
    }
    let Some(sweep) = session.sweep() else {
        return ink.sentence("Not measured yet");
    };
    let measured = sweep.points().iter().filter(|point| point.distance.is_finite() && point.distance > 0.0);
    let points: Vec<(f64, f64)> = measured.map(|point| (point.learning_rate, point.distance)).collect();
    let (Some(largest), Some(smallest)) = (points.first(), points.last()) else {
        return ink.sentence("No distance above 0 has been measured");
    };
    let own = session.sweep_learning_rate();
    let fit = fitted(sweep, largest.0);
    let heights = || points.iter().chain(fit.iter().flatten()).map(|point| point.1).chain([sweep.least()]);
    let (least, most) = (heights().fold(f64::INFINITY, f64::min), heights().fold(0.0, f64::max));
    let rates = Scale::logarithmic(smallest.0.min(own), largest.0.max(own), ink.columns() / 10);
    let distances = Scale::logarithmic(least, most, ink.rows());
    let plot = Plot::new(ink, ("η", rates), ("distance", distances))?;
    let palette = ink.palette;
    let leaves_at = sweep.leaves_at().filter(|_| sweep.finished());
    if let Some(learning_rate) = leaves_at {
        // Between the last two points of which one still obeys.
        plot.shade(learning_rate / std::f64::consts::SQRT_2)?;
    }
    plot.mark(own)?;
    let left_of_mark = plot.at((own, 0.0)).x - 5.0;
    // Beside the mark, on the side that has room for it.
    let name = "rounding";
    let right = if left_of_mark < text_width(name, SIZE) { plot.end().x } else { left_of_mark };
    plot.level(sweep.least(), name, right)?;
    if let Some([from, to]) = fit {
        plot.straight(from, to, palette.faded)?;
    }
    plot.dots(points.into_iter(), palette.text)?;
    notes(&plot, sweep.slope().filter(|_| fit.is_some()), leaves_at.is_some(), (own, left_of_mark))
}

/// The straight line through the points that count, from the smallest of them to the largest η. None before all
/// is measured.
fn fitted(sweep: &LearningRateSweep, largest: f64) -> Option<[(f64, f64); 2]> {
    let points = sweep.fitted().filter(|_| sweep.finished())?;
    let (smallest, slope) = (points.last()?.learning_rate, sweep.slope()?);
    let mean = |part: fn(&SweepPoint) -> f64| {
        points.iter().map(|point| part(point).log10()).sum::<f64>() / points.len() as f64
    };
    let (x, y) = (mean(|point| point.learning_rate), mean(|point| point.distance));
    let at = |rate: f64| (rate, 10f64.powf(y + slope * (rate.log10() - x)).min(f64::MAX));
    Some([at(smallest), at(largest)])
}

/// In the upper left, where a rising line leaves room; and what the mark means, at its left.
fn notes<DB: DrawingBackend>(
    plot: &Plot<'_, DB>,
    slope: Option<f64>,
    leaves: bool,
    (own, right): (f64, f64),
) -> Drawn<DB> {
    let ink = plot.ink();
    let (left, faded) = (6.0, ink.palette.faded);
    let slope = slope.map_or(String::new(), |slope| format!("slope {}", number(slope, 3)));
    ink.write(&slope, ink.palette.text, HPos::Left, Point { x: left, y: LINE / 2.0 })?;
    let free = 0.75 * ink.size().0 - left;
    let why = ["shaded: higher powers of η count", "shaded: not η²"];
    if let Some(why) = why.into_iter().find(|why| leaves && text_width(why, SIZE) <= free) {
        ink.write(why, faded, HPos::Left, Point { x: left, y: 1.5 * LINE })?;
    }
    let own_words = format!("η = {}", number(own, 3));
    if right - text_width(&own_words, SIZE) < left + text_width(&slope, SIZE) {
        return Ok(());
    }
    ink.write(&own_words, faded, HPos::Right, Point { x: right, y: LINE / 2.0 })
}
