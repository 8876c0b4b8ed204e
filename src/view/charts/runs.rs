//! Lines of runs over the samples they have seen or the updates they have made.

use super::has_classes;
use super::plot::{Line, Plot};
use super::scale::Scale;
use crate::nn::{Evaluation, Parameter};
use crate::scenario::{RunConfig, Scenario, Updating};
use crate::session::{Axis, Comparison, RunCurves, RunPass, Session};
use crate::view::ink::{Drawn, Ink};
use crate::view::theme::DASHES;
use plotters::prelude::*;

/// A cost for so much width is enough: the costs of mini-batches go up and down, and the runs' lines would be
/// one blot.
const SMOOTH: f64 = 4.0;

/// How many samples a run has seen, or how many updates it has made, since the run began and before this
/// mini-batch (counted from the beginning of epoch 0).
pub fn across(scenario: &Scenario, axis: Axis, run: RunConfig, mini_batch: u64) -> u64 {
    let first = scenario.first_update();
    if axis == Axis::Updates && run.updating != Updating::PerSample {
        return mini_batch.saturating_sub(first);
    }
    let mini_batches = scenario.mini_batches().max(1) as u64;
    let (samples, size) = (scenario.data.samples.len() as u64, scenario.hyperparameters.batch_size as u64);
    // Only the last mini-batch of an epoch may be short, and it is none of those before.
    let samples = |before: u64| before / mini_batches * samples + before % mini_batches * size;
    samples(mini_batch).saturating_sub(samples(first))
}

/// What a chart of lines tells.
pub(super) struct Story {
    /// What goes up.
    name: String,
    lines: RunCurves,
    /// What each run has come to at the present moment, where that is known.
    visible: Vec<Option<f64>>,
    /// The scale for values and about so many ticks.
    scale: fn(&[f64], usize) -> Scale,
}

/// The mean cost of each mini-batch, the present one's once it is done.
pub(super) fn cost(session: &Session, comparison: &Comparison, width: f64) -> Story {
    let passes = comparison.passes();
    let mut lines = comparison.cost_curves();
    if session.visible().finished() && !session.view_state().frozen {
        let here = passes.iter().map(|pass| Some((comparison.mini_batch(), pass.cost_mean()?)));
        lines.iter_mut().zip(here).for_each(|(line, point)| line.extend(point));
    }
    let longest = lines.iter().map(Vec::len).max().unwrap_or(0);
    let size = longest.div_ceil((width / SMOOTH).max(1.0) as usize).max(1);
    let name = if size > 1 { "cost, smoothed" } else { "cost" }.to_owned();
    let lines = lines.iter().map(|line| smoothed(line, size)).collect();
    Story { name, lines, visible: vec![None; passes.len()], scale: Scale::from_zero }
}

/// The means of so many neighbours each.
fn smoothed(line: &[(u64, f64)], size: usize) -> Vec<(u64, f64)> {
    let mean = |points: &[(u64, f64)]| {
        let count = points.len() as f64;
        // Each divided by itself, lest the sum be infinite.
        let value = points.iter().map(|(_, value)| value / count).sum();
        (points[points.len() / 2].0, value)
    };
    line.chunks(size).map(mean).collect()
}

/// The share of all rows that are classified rightly, or why there is none.
pub(super) fn accuracy(session: &Session, comparison: &Comparison) -> Result<Story, &'static str> {
    if !has_classes(session.scenario()) {
        return Err("A regression has no classes, and so no accuracy");
    }
    let visible = |run| session.evaluation(run).as_ref().map(Evaluation::accuracy);
    Ok(Story {
        name: "accuracy".into(),
        lines: comparison.accuracy_curves(session.scenario()),
        visible: (0..comparison.passes().len()).map(visible).collect(),
        scale: |_, ticks| Scale::from_zero(&[0.0, 1.0], ticks),
    })
}

/// The way of the selected bias or weight; where none is selected, what would do.
pub(super) fn way(session: &Session, comparison: &Comparison) -> Result<Story, &'static str> {
    let parameter = session.selected_parameter().ok_or("Select a neuron or a weight to see its way")?;
    let visible = |pass: &RunPass| pass.current()?.get(parameter);
    Ok(Story {
        name: name(parameter),
        lines: comparison.parameter_curves(parameter),
        visible: comparison.passes().iter().map(visible).collect(),
        scale: Scale::around,
    })
}

/// How far each run is from the reference run, which is at no distance from itself and has no line.
pub(super) fn distance(comparison: &Comparison) -> Story {
    let reference = comparison.reference();
    let visible = |run| comparison.distance(run, reference).filter(|_| run != reference);
    let mut lines = comparison.distance_curves();
    lines[reference].clear();
    Story {
        name: format!("distance to lane {}", reference + 1),
        lines,
        visible: (0..comparison.passes().len()).map(visible).collect(),
        scale: Scale::from_zero,
    }
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

/// Draws the lines of a story, each up to the present moment.
pub(super) fn draw<DB: DrawingBackend>(
    Story { name, lines, visible, scale }: Story,
    session: &Session,
    comparison: &Comparison,
    ink: &Ink<'_, DB>,
) -> Drawn<DB> {
    let axis = session.view_state().axis;
    let looks = ink.palette.runs.into_iter().zip(DASHES);
    let passes = comparison.passes().iter().zip(looks).enumerate();
    let line =
        |((line, visible), (run, (pass, (colour, dashes)))): ((&Vec<_>, _), (usize, (&RunPass, _)))| Line {
            points: points(session, comparison, pass, line, visible),
            colour,
            dashes,
            name: (run + 1).to_string(),
            ended: pass.divergence.is_some(),
        };
    let lines: Vec<Line> = lines.iter().zip(visible).zip(passes).map(line).collect();
    let (times, values): (Vec<f64>, Vec<f64>) = lines.iter().flat_map(|line| &line.points).copied().unzip();
    if values.is_empty() {
        return ink.sentence("No update yet");
    }
    // On an axis of updates each run has a present of its own: the end of its line.
    let shared = comparison.passes().first().filter(|_| axis == Axis::Samples);
    let mark = shared.map(|pass| present(session, comparison, pass));
    let last = times.into_iter().chain(mark).fold(0.0, f64::max);
    let across = match axis {
        Axis::Samples => "samples seen",
        Axis::Updates => "updates made",
    };
    let (across, up) =
        ((across, Scale::whole(0.0, last, ink.columns())), (&*name, scale(&values, ink.rows())));
    let plot = Plot::new(ink, across, up)?;
    mark.map_or(Ok(()), |present| plot.mark(present))?;
    plot.lines(&lines)
}

/// A run's line, up to the present moment where that is known.
fn points(
    session: &Session,
    comparison: &Comparison,
    pass: &RunPass,
    line: &[(u64, f64)],
    visible: Option<f64>,
) -> Vec<(f64, f64)> {
    let before = |at| across(session.scenario(), session.view_state().axis, pass.run, at) as f64;
    let past = line.iter().map(|(at, value)| (before(*at), *value));
    let visible = visible.map(|value| (present(session, comparison, pass), value));
    past.chain(visible).filter(|(_, value)| value.is_finite()).collect()
}

/// Where a run stands on the axis at the present moment.
fn present(session: &Session, comparison: &Comparison, pass: &RunPass) -> f64 {
    let (axis, visible) = (session.view_state().axis, session.visible());
    let within = match axis {
        Axis::Samples => visible.accumulated(),
        Axis::Updates => pass.updates(visible.accumulated(), visible.finished()),
    };
    across(session.scenario(), axis, pass.run, comparison.mini_batch()) as f64 + within as f64
}
