//! The cost of the stepped training over its updates.

use super::plot::{Plot, PlotLine};
use super::scale::Scale;
use crate::view::painter::{DrawResult, Painter};
use crate::view::theme::Palette;
use plotters::coord::Shift;
use plotters::prelude::*;

/// Draws the mean cost of each mini-batch before its update: `points` are (update, cost), in order.
/// `updates` is the number of updates so far. `scale` is the number of backend pixels per CSS pixel.
pub fn cost_chart<DB: DrawingBackend>(
    points: &[(u64, f64)],
    updates: u64,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> DrawResult<DB> {
    Painter::new(palette, scale, area)?.costs(points, updates)
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// As [`cost_chart`], with a painter.
    pub(super) fn costs(&self, points: &[(u64, f64)], updates: u64) -> DrawResult<DB> {
        let points = points.iter().filter(|(_, cost)| cost.is_finite());
        let points = points.map(|(update, cost)| (*update as f64, *cost)).collect();
        let line = PlotLine::new(points, self.palette.cost);
        let (Some(first), Some(last)) = (line.points.first(), line.points.last()) else {
            return self.sentence("No update yet");
        };
        let now = updates as f64;
        let updates = Scale::whole(first.0.min(now), last.0.max(now), self.max_characters());
        let costs: Vec<f64> = line.points.iter().map(|point| point.1).collect();
        let costs = Scale::from_zero(&costs, self.max_ticks());
        let plot = Plot::new(self, ("updates", updates), ("cost", costs))?;
        plot.vertical_line(now)?;
        plot.lines(&[line])
    }
}
