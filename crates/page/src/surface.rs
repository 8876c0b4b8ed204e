//! The canvases of the page, and when their pictures are out of date.

use deltascope::session::{Axis, Item, Session};
use deltascope::view::charts::Chart;

/// During training, text and each chart are updated once per this many reports.
pub(super) const REPORTS_PER_REDRAW: u64 = 6;

/// A canvas: its size in CSS pixels, and the number of device pixels per CSS pixel. A canvas out of sight has size 0.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Surface {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) scale: f64,
    /// The key of the picture on it; `None` if it is blank.
    pub(super) drawn: Option<PictureKey>,
}

/// What a picture depends on, besides the size of its canvas: it is drawn again when this changes.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct PictureKey {
    pub(super) dark: bool,
    /// Scenario version and update index.
    mini_batch: (u64, u64),
    /// Number of samples done, if the picture shows them, and whether the update is made. For the image of a sample,
    /// its row.
    done: (usize, bool),
    axis: Axis,
    selected: Option<Item>,
    map_of_selected: bool,
    frozen: bool,
    /// Number of points of the sweep, and whether there is background work left.
    background: (usize, bool),
    /// Changes when a chart of the training must be drawn again.
    training: u64,
}

impl PictureKey {
    pub(super) fn new(id: &str, session: &Session, reports: u64) -> Self {
        let (visible, view_state) = (session.visible(), session.view_state());
        let chart = Chart::from_id(id);
        // The other charts change once per mini-batch.
        let by_sample =
            matches!(chart, Some(Chart::CompareParameter | Chart::CompareDistance | Chart::CompareMaps));
        // While a training runs, its charts are drawn in different frames.
        let training = chart.filter(|chart| chart.is_of_training()).map_or(0, |chart| {
            match session.training().is_running() {
                true => (reports + chart as u64) / REPORTS_PER_REDRAW,
                false => u64::MAX - reports,
            }
        });
        let sweep = session.sweep().filter(|_| chart == Some(Chart::CompareSweep));
        Self {
            dark: view_state.dark,
            mini_batch: (session.scenario_version(), session.updates()),
            done: match id {
                "sample-image" => (visible.row(), false),
                _ => (if by_sample { visible.accumulated() } else { 0 }, visible.finished()),
            },
            axis: view_state.axis,
            selected: view_state.selected,
            map_of_selected: view_state.map_of_selected,
            frozen: view_state.frozen,
            training,
            background: (sweep.map_or(0, |sweep| sweep.points().len()), session.has_background_work()),
        }
    }
}
