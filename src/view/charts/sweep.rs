//! The learning-rate sweep: the distance between one update per mini-batch and one per sample against η, on
//! logarithmic axes. Its slope is 2 where the distance is O(η²).

use super::plot::Plot;
use super::scale::Scale;
use super::text::{LINE, SIZE};
use crate::nn::{LearningRateSweep, SweepPoint};
use crate::session::{Comparison, Session};
use crate::view::format::number;
use crate::view::painter::{DrawResult, Painter};
use crate::view::scene::{Point, Rect, text_width};
use crate::view::theme::mix;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws the points measured so far for the current mini-batch.
    pub(super) fn sweep(&self, session: &Session, _: &Comparison) -> DrawResult<DB> {
        if session.mini_batch().rows.len() < 2 {
            return self.sentence("A mini-batch of one sample is one update either way");
        }
        let Some(sweep) = session.sweep() else {
            return self.sentence("Not measured yet");
        };
        if session.sweep_learning_rate() == 0.0 {
            return self.sentence("η is 0: both end where they started");
        }
        let measured =
            sweep.points().iter().filter(|point| point.distance.is_finite() && point.distance > 0.0);
        let points: Vec<(f64, f64)> = measured.map(|point| (point.learning_rate, point.distance)).collect();
        let (Some(largest), Some(smallest)) = (points.first(), points.last()) else {
            return self.sentence("No finite distance above 0 has been measured");
        };
        let own = session.sweep_learning_rate();
        let fit = fitted_line(sweep, largest.0);
        let heights = || {
            points.iter().chain(fit.iter().flatten()).map(|point| point.1).chain([sweep.rounding_threshold()])
        };
        let (least, most) = (heights().fold(f64::INFINITY, f64::min), heights().fold(0.0, f64::max));
        let rates = Scale::logarithmic(smallest.0.min(own), largest.0.max(own), self.max_characters() / 10);
        let distances = Scale::logarithmic(least, most, self.max_ticks());
        let plot = Plot::new(self, ("η", rates), ("distance", distances))?;
        let (palette, end) = (self.palette, plot.end());
        let deviates_at = sweep.deviates_at().filter(|_| sweep.finished());
        if let Some(learning_rate) = deviates_at {
            // Halfway between the last point on the fitted line and the first point off it.
            let left = plot.at((learning_rate / std::f64::consts::SQRT_2, 0.0)).x;
            let shade = mix(palette.line, palette.surface, 0.5);
            plot.painter().fill_rect(Rect { left, top: 0.0, right: end.x, bottom: end.y }, shade)?;
        }
        plot.vertical_line(own)?;
        let left_of_own = plot.at((own, 0.0)).x - 5.0;
        // Beside the vertical line, on the side that has room.
        let name = "rounding";
        let right = if left_of_own < text_width(name, SIZE) { end.x } else { left_of_own };
        let Point { y, .. } = plot.at((own, sweep.rounding_threshold()));
        plot.painter().line(Point { x: 0.0, y }, Point { x: end.x, y }, palette.faded, 1.0)?;
        plot.painter().write(name, palette.faded, HPos::Right, Point { x: right, y: y - LINE / 2.0 })?;
        if let Some([from, to]) = fit {
            plot.painter().line(plot.at(from), plot.at(to), palette.faded, 1.5)?;
        }
        for point in points {
            plot.painter().circle(plot.at(point), 2.5, palette.text.filled())?;
        }
        plot.sweep_notes(sweep.slope().filter(|_| fit.is_some()), deviates_at.is_some(), (own, left_of_own))
    }
}

/// The fitted straight line, from the smallest fitted η to `largest`; `None` until everything is measured.
fn fitted_line(sweep: &LearningRateSweep, largest: f64) -> Option<[(f64, f64); 2]> {
    let points = sweep.fitted().filter(|_| sweep.finished())?;
    let (smallest, slope) = (points.last()?.learning_rate, sweep.slope()?);
    let mean = |part: fn(&SweepPoint) -> f64| {
        points.iter().map(|point| part(point).log10()).sum::<f64>() / points.len() as f64
    };
    let (x, y) = (mean(|point| point.learning_rate), mean(|point| point.distance));
    let at = |rate: f64| (rate, 10f64.powf(y + slope * (rate.log10() - x)).min(f64::MAX));
    Some([at(smallest), at(largest)])
}

impl<DB: DrawingBackend> Plot<'_, DB> {
    /// Writes the slope and the meaning of the shade in the upper left corner, where a rising line leaves room,
    /// and the meaning of the vertical line to its left.
    fn sweep_notes(&self, slope: Option<f64>, deviates: bool, (own, right): (f64, f64)) -> DrawResult<DB> {
        let painter = self.painter();
        let (left, faded) = (6.0, painter.palette.faded);
        let slope = slope.map_or(String::new(), |slope| format!("slope {}", number(slope, 3)));
        painter.write(&slope, painter.palette.text, HPos::Left, Point { x: left, y: LINE / 2.0 })?;
        let free = 0.75 * painter.size().0 - left;
        let meanings = ["shaded: higher powers of η matter too", "shaded: not O(η²)"];
        if let Some(meaning) = meanings.into_iter().find(|text| deviates && text_width(text, SIZE) <= free) {
            painter.write(meaning, faded, HPos::Left, Point { x: left, y: 1.5 * LINE })?;
        }
        let own_words = format!("η = {}", number(own, 3));
        if right - text_width(&own_words, SIZE) < left + text_width(&slope, SIZE) {
            return Ok(());
        }
        painter.write(&own_words, faded, HPos::Right, Point { x: right, y: LINE / 2.0 })
    }
}
