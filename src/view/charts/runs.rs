//! Lines of the compared runs over the samples they have seen or the updates they have made.

use super::limits::cut_huge;
use super::plot::{Plot, PlotLine};
use super::scale::{Scale, ScaleFor};
use crate::nn::{Evaluation, Parameter};
use crate::scenario::{RunConfig, Scenario, Updating};
use crate::session::{Axis, Comparison, RunCurves, RunPass, Session};
use crate::view::painter::{DrawResult, Painter};
use crate::view::theme::DASHES;
use plotters::prelude::*;

/// Width of one point of the cost, in CSS pixels: the costs of mini-batches oscillate, and denser lines would
/// overlap.
const POINT_WIDTH: f64 = 4.0;

/// The number of samples that a run has seen, or of updates it has made, from its start to the beginning of this
/// mini-batch (counted from the beginning of epoch 0).
pub fn across(scenario: &Scenario, axis: Axis, run: RunConfig, mini_batch: u64) -> u64 {
    let first = scenario.first_update();
    if axis == Axis::Updates && run.updating != Updating::PerSample {
        return mini_batch.saturating_sub(first);
    }
    let mini_batches = scenario.mini_batches().max(1) as u64;
    let (samples, size) = (scenario.data.samples.len() as u64, scenario.hyperparameters.batch_size as u64);
    // Only the last mini-batch of an epoch may be short, and none of the earlier ones of this epoch is the last.
    let samples = |before: u64| before / mini_batches * samples + before % mini_batches * size;
    samples(mini_batch).saturating_sub(samples(first))
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws the mean cost of each mini-batch, including the current one once it is finished.
    pub(super) fn run_costs(&self, session: &Session, comparison: &Comparison) -> DrawResult<DB> {
        let passes = &comparison.passes;
        let mut lines = comparison.cost_curves();
        if session.visible().finished() && !session.view_state().frozen {
            let here = passes.iter().map(|pass| Some((comparison.mini_batch, pass.cost_mean()?)));
            lines.iter_mut().zip(here).for_each(|(line, point)| line.extend(point));
        }
        let longest = lines.iter().map(Vec::len).max().unwrap_or(0);
        let size = longest.div_ceil((self.size().0 / POINT_WIDTH).max(1.0) as usize).max(1);
        let name = if size > 1 { "cost (smoothed)" } else { "cost" };
        let lines = lines.iter().map(|line| smoothed(line, size)).collect();
        self.run_lines(session, comparison, (name, Scale::from_zero), lines, |_| None)
    }

    /// Draws the share of all rows that are classified correctly.
    pub(super) fn run_accuracies(&self, session: &Session, comparison: &Comparison) -> DrawResult<DB> {
        if !session.scenario().has_classes() {
            return self.sentence("Regression: no accuracy");
        }
        let current = |run| session.evaluation(run).as_ref().map(Evaluation::accuracy);
        let lines = comparison.accuracy_curves(session.scenario());
        let scale = |_: &[f64], ticks| Scale::from_zero(&[0.0, 1.0], ticks);
        self.run_lines(session, comparison, ("accuracy", scale), lines, current)
    }

    /// Draws the selected bias or weight.
    pub(super) fn run_parameters(&self, session: &Session, comparison: &Comparison) -> DrawResult<DB> {
        let Some(parameter) = session.selected_parameter() else {
            return self.sentence("Select a neuron or weight to plot it");
        };
        let current = |run: usize| comparison.passes[run].network()?.get(parameter);
        let lines = comparison.parameter_curves(parameter);
        self.run_lines(session, comparison, (&name(parameter), Scale::around), lines, current)
    }

    /// Draws the distance of each run to the reference run, which itself has no line.
    pub(super) fn run_distances(&self, session: &Session, comparison: &Comparison) -> DrawResult<DB> {
        let reference = comparison.reference();
        let current = |run| comparison.distance(run, reference).filter(|_| run != reference);
        let mut lines = comparison.distance_curves();
        lines[reference].clear();
        let name = format!("distance to run {}", reference + 1);
        self.run_lines(session, comparison, (&name, Scale::from_zero), lines, current)
    }

    /// Draws one line per run, up to the current moment, with the y axis's name and scale. `current` is the value of
    /// a run at the current moment, if it is known.
    fn run_lines(
        &self,
        session: &Session,
        comparison: &Comparison,
        (name, scale): (&str, ScaleFor),
        lines: RunCurves,
        current: impl Fn(usize) -> Option<f64>,
    ) -> DrawResult<DB> {
        let axis = session.view_state().axis;
        let styles = self.palette.runs.into_iter().zip(DASHES);
        let runs = comparison.passes.iter().zip(&lines).zip(styles).enumerate();
        let lines = runs.map(|(run, ((pass, line), (colour, dashes)))| PlotLine {
            points: points(session, comparison, pass, line, current(run)),
            colour,
            dashes,
            name: (run + 1).to_string(),
            diverged: pass.divergence.is_some(),
            leaves_upwards: None,
        });
        let mut lines: Vec<PlotLine> = lines.collect();
        cut_huge(&mut lines);
        let (times, values): (Vec<f64>, Vec<f64>) =
            lines.iter().flat_map(|line| &line.points).copied().unzip();
        if values.is_empty() {
            return self.sentence("No update yet");
        }
        // On the axis of updates the runs have different current positions: the ends of their lines.
        let shared = comparison.passes.first().filter(|_| axis == Axis::Samples);
        let now = shared.map(|pass| position(session, comparison, pass));
        let last = times.into_iter().chain(now).fold(0.0, f64::max);
        let x_name = match axis {
            Axis::Samples => "samples seen",
            Axis::Updates => "updates made",
        };
        let x_scale = Scale::whole(0.0, last, self.max_characters());
        let plot = Plot::new(self, (x_name, x_scale), (name, scale(&values, self.max_ticks())))?;
        now.map_or(Ok(()), |now| plot.vertical_line(now))?;
        plot.lines(&lines)
    }
}

/// The means of groups of `size` neighbouring points.
fn smoothed(line: &[(u64, f64)], size: usize) -> Vec<(u64, f64)> {
    let mean = |points: &[(u64, f64)]| {
        let count = points.len() as f64;
        // Divided before the sum, to avoid an overflow.
        let value = points.iter().map(|(_, value)| value / count).sum();
        (points[points.len() / 2].0, value)
    };
    line.chunks(size).map(mean).collect()
}

/// A weight or bias in words.
fn name(parameter: Parameter) -> String {
    match parameter {
        Parameter::Bias { layer, neuron } => format!("bias {} of layer {}", neuron + 1, layer + 1),
        Parameter::Weight { layer, neuron, source } => {
            format!("weight {} to {} of layer {}", source + 1, neuron + 1, layer + 1)
        }
    }
}

/// The finite points of a run's line, with the current one if it is known.
fn points(
    session: &Session,
    comparison: &Comparison,
    pass: &RunPass,
    line: &[(u64, f64)],
    current: Option<f64>,
) -> Vec<(f64, f64)> {
    let before = |at| across(session.scenario(), session.view_state().axis, pass.run, at) as f64;
    let past = line.iter().map(|(at, value)| (before(*at), *value));
    let current = current.map(|value| (position(session, comparison, pass), value));
    past.chain(current).filter(|(_, value)| value.is_finite()).collect()
}

/// The position of a run on the x axis at the current moment.
fn position(session: &Session, comparison: &Comparison, pass: &RunPass) -> f64 {
    let (axis, visible) = (session.view_state().axis, session.visible());
    let within = match axis {
        Axis::Samples => visible.accumulated(),
        Axis::Updates => pass.updates(visible.accumulated(), visible.finished()),
    };
    across(session.scenario(), axis, pass.run, comparison.mini_batch) as f64 + within as f64
}
