//! Charts: the cost over the updates, and what runs are compared by.

mod boundary;
pub mod compare;
pub mod images;
mod plot;
mod runs;
mod scale;
mod sweep;
pub mod train;
mod words;

pub use runs::across;

use super::ink::{Drawn, Ink};
use super::theme::Palette;
use crate::nn::Activation;
use crate::scenario::Scenario;
use plot::{Line, Plot};
use plotters::coord::Shift;
use plotters::prelude::*;
use scale::Scale;

/// Draws the mean cost of each mini-batch before its update: `points` are (update, cost), in order.
/// `now` is how many updates have been made. `scale` is pixels to a CSS pixel.
pub fn cost_chart<DB: DrawingBackend>(
    points: &[(u64, f64)],
    now: u64,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    let ink = Ink::new(palette, scale, area)?;
    let points = points.iter().filter(|(_, cost)| cost.is_finite());
    let line = Line::new(points.map(|(update, cost)| (*update as f64, *cost)).collect(), palette.cost);
    let (Some(first), Some(last)) = (line.points.first(), line.points.last()) else {
        return ink.sentence("No update yet");
    };
    let now = now as f64;
    let updates = Scale::whole(first.0.min(now), last.0.max(now), ink.columns());
    let costs: Vec<f64> = line.points.iter().map(|point| point.1).collect();
    let costs = Scale::from_zero(&costs, ink.rows());
    let plot = Plot::new(&ink, ("updates", updates), ("cost", costs))?;
    plot.mark(now)?;
    plot.lines(&[line])
}

/// Whether outputs name classes.
fn has_classes(scenario: &Scenario) -> bool {
    scenario.activations.last().is_some_and(|activation| *activation != Activation::Identity)
}
