//! The charts of the page: one [`Chart`] per canvas, on any plotters backend or as SVG.

mod cost;
mod decision_map;
pub mod images;
mod limits;
mod plot;
mod runs;
mod scale;
mod sweep;
mod text;
mod training;

pub use cost::cost_chart;
pub use runs::across;

use super::painter::{DrawResult, Painter};
use super::theme::Palette;
use crate::nn::Activation;
use crate::scenario::Scenario;
use crate::session::{Comparison, Session};
use plotters::coord::Shift;
use plotters::prelude::*;

/// A chart of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Step: the mean cost of each mini-batch before its update.
    Cost,
    /// Step: the input of the current sample as an image.
    SampleImage,
    /// Compare: the mean cost of each mini-batch.
    CompareCost,
    /// Compare: the share of all rows that are classified correctly.
    CompareAccuracy,
    /// Compare: the selected bias or weight.
    CompareParameter,
    /// Compare: the distance of each run to the reference run.
    CompareDistance,
    /// Compare: the distance after one mini-batch against η.
    CompareSweep,
    /// Compare: the decision map of each run.
    CompareMaps,
    /// Train: the mean cost of a sample.
    TrainCost,
    /// Train: the share of the rows that are classified correctly.
    TrainAccuracy,
    /// Train: decision maps of the outputs and of each neuron.
    TrainMaps,
    /// Train: the misclassified images.
    TrainMisclassified,
}

impl Chart {
    /// All charts.
    pub const ALL: [Self; 12] = [
        Self::Cost,
        Self::SampleImage,
        Self::CompareCost,
        Self::CompareAccuracy,
        Self::CompareParameter,
        Self::CompareDistance,
        Self::CompareSweep,
        Self::CompareMaps,
        Self::TrainCost,
        Self::TrainAccuracy,
        Self::TrainMaps,
        Self::TrainMisclassified,
    ];

    /// The id of the chart's canvas on the page.
    pub fn id(self) -> &'static str {
        match self {
            Self::Cost => "chart",
            Self::SampleImage => "sample-image",
            Self::CompareCost => "compare-cost",
            Self::CompareAccuracy => "compare-accuracy",
            Self::CompareParameter => "compare-parameter",
            Self::CompareDistance => "compare-distance",
            Self::CompareSweep => "compare-sweep",
            Self::CompareMaps => "compare-maps",
            Self::TrainCost => "train-cost",
            Self::TrainAccuracy => "train-accuracy",
            Self::TrainMaps => "train-maps",
            Self::TrainMisclassified => "train-misclassified-images",
        }
    }

    /// The chart whose canvas has this id.
    ///
    /// ```
    /// use deltascope::view::charts::Chart;
    ///
    /// assert_eq!(Chart::from_id("compare-cost"), Some(Chart::CompareCost));
    /// assert_eq!(Chart::from_id("network"), None);
    /// ```
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chart| chart.id() == id)
    }

    /// Whether the chart shows the training at full speed.
    pub fn is_of_training(self) -> bool {
        matches!(self, Self::TrainCost | Self::TrainAccuracy | Self::TrainMaps | Self::TrainMisclassified)
    }
}

/// Draws a chart of the session at the current moment, or a sentence that says why there is nothing to
/// draw. `scale` is the number of backend pixels per CSS pixel.
pub fn draw<DB: DrawingBackend>(
    chart: Chart,
    session: &Session,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> DrawResult<DB> {
    let painter = &Painter::new(palette, scale, area)?;
    match chart {
        Chart::Cost => {
            let points: Vec<_> = session.costs().collect();
            painter.costs(&points, session.updates() + u64::from(session.visible().finished()))
        }
        Chart::SampleImage => painter.sample_image(session),
        Chart::CompareCost => painter.comparison(session, Painter::run_costs),
        Chart::CompareAccuracy => painter.comparison(session, Painter::run_accuracies),
        Chart::CompareParameter => painter.comparison(session, Painter::run_parameters),
        Chart::CompareDistance => painter.comparison(session, Painter::run_distances),
        Chart::CompareSweep => painter.comparison(session, Painter::sweep),
        Chart::CompareMaps => painter.comparison(session, Painter::run_maps),
        Chart::TrainCost => painter.training_cost(session),
        Chart::TrainAccuracy => painter.training_accuracy(session),
        Chart::TrainMaps => painter.network_maps(session),
        Chart::TrainMisclassified => painter.misclassified(session),
    }
}

/// Draws a chart of a comparison.
type DrawComparison<P, DB> = fn(&P, &Session, &Comparison) -> DrawResult<DB>;

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws a chart of the comparison, once the comparison is computed.
    fn comparison(&self, session: &Session, draw: DrawComparison<Self, DB>) -> DrawResult<DB> {
        match session.comparison().filter(|comparison| !comparison.passes.is_empty()) {
            Some(comparison) => draw(self, session, comparison),
            None => self.sentence("Computing …"),
        }
    }
}

/// The chart as an SVG file of this size.
pub fn svg(chart: Chart, session: &Session, width: u32, height: u32, palette: &Palette) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        // Writing to a string cannot fail.
        let _ = draw(chart, session, palette, 1.0, &area).and_then(|()| area.present());
    }
    text
}

/// Whether the output activation is the identity, as for a regression.
fn is_regression(scenario: &Scenario) -> bool {
    scenario.activations.last().is_none_or(|activation| *activation == Activation::Identity)
}
