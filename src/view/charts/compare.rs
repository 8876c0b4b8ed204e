//! The charts of the comparison: lines of runs over samples or updates, the law, the boundaries.

use super::{boundary, runs, sweep};
use crate::session::Session;
use crate::view::ink::{Drawn, Ink};
use crate::view::theme::Palette;
use plotters::coord::Shift;
use plotters::prelude::*;

/// A chart that runs are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareChart {
    /// The mean cost of each mini-batch.
    Cost,
    /// The share of all rows that are classified rightly.
    Accuracy,
    /// The way of the selected bias or weight.
    Bias,
    /// How far each run is from the reference run.
    Distance,
    /// That distance after one mini-batch, against η.
    Sweep,
    /// What each run makes of the plane of two inputs.
    Boundaries,
}

impl CompareChart {
    /// Every chart.
    pub const ALL: [Self; 6] =
        [Self::Cost, Self::Accuracy, Self::Bias, Self::Distance, Self::Sweep, Self::Boundaries];

    /// The id of its canvas on the page.
    pub fn id(self) -> &'static str {
        match self {
            Self::Cost => "compare-cost",
            Self::Accuracy => "compare-accuracy",
            Self::Bias => "compare-bias",
            Self::Distance => "compare-distance",
            Self::Sweep => "compare-law",
            Self::Boundaries => "compare-boundaries",
        }
    }

    /// The chart whose canvas has this id.
    ///
    /// ```
    /// use deltascope::view::charts::compare::CompareChart;
    ///
    /// assert_eq!(CompareChart::of("compare-law"), Some(CompareChart::Sweep));
    /// ```
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chart| chart.id() == id)
    }
}

/// Draws a chart of the session's runs at the present moment; where there is nothing to draw, a sentence that
/// says why. `scale` is pixels to a CSS pixel.
pub fn draw<DB: DrawingBackend>(
    chart: CompareChart,
    session: &Session,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    let ink = Ink::new(palette, scale, area)?;
    let Some(comparison) = session.comparison().filter(|comparison| !comparison.passes().is_empty()) else {
        return ink.sentence("The lanes are still on their way here");
    };
    let story = match chart {
        CompareChart::Cost => Ok(runs::cost(session, comparison, ink.size().0)),
        CompareChart::Accuracy => runs::accuracy(session, comparison),
        CompareChart::Bias => runs::way(session, comparison),
        CompareChart::Distance => Ok(runs::distance(comparison)),
        CompareChart::Sweep => return sweep::draw(session, &ink),
        CompareChart::Boundaries => return boundary::draw(session, comparison, &ink),
    };
    match story {
        Ok(story) => runs::draw(story, session, comparison, &ink),
        Err(sentence) => ink.sentence(sentence),
    }
}

/// The chart as an SVG file of this size.
pub fn svg(chart: CompareChart, session: &Session, width: u32, height: u32, palette: &Palette) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        // Writing to a string cannot fail.
        let _ = draw(chart, session, palette, 1.0, &area).and_then(|()| area.present());
    }
    text
}
