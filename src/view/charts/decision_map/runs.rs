//! The decision map of each run of a comparison.

use super::{DecisionMap, GAP, MapTarget, axes_names, input_ranges};
use crate::session::{Comparison, Item, Session};
use crate::view::charts::is_regression;
use crate::view::charts::text::{LINE, SIZE};
use crate::view::painter::{DrawResult, Painter};
use crate::view::scene::{Point, Rect, shortened, text_width};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// In a narrower chart than this, at most two maps are side by side.
const NARROW: f64 = 520.0;

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws one map per run.
    pub(in crate::view::charts) fn run_maps(
        &self,
        session: &Session,
        comparison: &Comparison,
    ) -> DrawResult<DB> {
        let scenario = session.scenario();
        if scenario.sizes.first() != Some(&2) {
            return self.sentence("Needs two inputs");
        }
        let Some(target) = target(session) else {
            return self.sentence("Regression: choose “of the selected neuron”");
        };
        let ranges = input_ranges(&scenario.data);
        let passes = &comparison.passes;
        let (width, height) = self.size();
        let columns = if passes.len() > 2 && width < NARROW { 2 } else { passes.len() };
        let rows = passes.len().div_ceil(columns);
        let cell = Point { x: (width - GAP) / columns as f64, y: (height - LINE) / rows as f64 };
        for (run, pass) in passes.iter().enumerate() {
            let left = GAP + cell.x * (run % columns) as f64;
            let top = cell.y * (run / columns) as f64 + LINE + 2.0;
            let area = Rect { left, top, right: left + cell.x - GAP, bottom: top + cell.y - LINE - 6.0 };
            let map = DecisionMap { area, ranges, target, map_count: passes.len() };
            let title = format!("run {}", run + 1);
            let colour = self.palette.runs.get(run).copied().unwrap_or(self.palette.text);
            let beside = Point { x: left, y: top - LINE / 2.0 - 1.0 };
            self.write(&title, colour, HPos::Left, beside)?;
            match pass.network() {
                Some(network) => self.decision_map(&map, &map.outputs(network), network)?,
                None => {
                    self.fill_rect(area, self.palette.background)?;
                    let beside = Point { x: left + text_width(&format!("{title}  "), SIZE), ..beside };
                    self.write("diverged", self.palette.faded, HPos::Left, beside)?;
                }
            }
            self.map_samples(&map, &scenario.data.samples, false)?;
        }
        let centre = Point { x: width / 2.0, y: height - LINE / 2.0 };
        let names = shortened(&axes_names(&scenario.data), width - 2.0 * GAP, SIZE);
        self.write(&names, self.palette.faded, HPos::Center, centre)
    }
}

/// The selected neuron if the reader has asked for it; otherwise the classes, if there are any.
fn target(session: &Session) -> Option<MapTarget> {
    let selected = session.view_state().selected.filter(|_| session.view_state().map_of_selected);
    match selected.and_then(Item::neuron) {
        Some((layer, neuron)) => Some(MapTarget::Neuron { layer, neuron }),
        None => (!is_regression(session.scenario())).then_some(MapTarget::Classes),
    }
}
