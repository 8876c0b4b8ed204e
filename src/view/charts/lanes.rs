//! Lines of lanes over the samples they have seen or the updates they have made.

use super::has_classes;
use super::plot::{Line, Plot};
use super::scale::Scale;
use crate::nn::{Evaluation, Parameter};
use crate::scenario::{Lane, Scenario, Updating};
use crate::session::{Axis, Comparison, LanePass, Lines, Session};
use crate::view::ink::{Drawn, Ink};
use crate::view::theme::DASHES;
use plotters::prelude::*;

/// A cost for so much width is enough: the costs of mini-batches go up and down, and the lanes' lines would be
/// one blot.
const SMOOTH: f64 = 4.0;

/// How many samples a lane has seen, or how many updates it has made, since the run began and before this
/// mini-batch (counted from the beginning of epoch 0).
pub fn across(scenario: &Scenario, axis: Axis, lane: Lane, mini_batch: u64) -> u64 {
    let first = scenario.first_update();
    if axis == Axis::Updates && lane.updating != Updating::PerSample {
        return mini_batch.saturating_sub(first);
    }
    let mini_batches = scenario.mini_batches().max(1) as u64;
    let (samples, size) = (scenario.data.samples.len() as u64, scenario.settings.batch_size as u64);
    // Only the last mini-batch of an epoch may be short, and it is none of those before.
    let samples = |before: u64| before / mini_batches * samples + before % mini_batches * size;
    samples(mini_batch).saturating_sub(samples(first))
}

/// What a chart of lines tells.
pub(super) struct Story {
    /// What goes up.
    name: String,
    lines: Lines,
    /// What each lane has come to at the present moment, where that is known.
    now: Vec<Option<f64>>,
    /// The scale for values and about so many ticks.
    scale: fn(&[f64], usize) -> Scale,
}

/// The mean cost of each mini-batch, the present one's once it is done.
pub(super) fn cost(session: &Session, comparison: &Comparison, width: f64) -> Story {
    let passes = comparison.passes();
    let mut lines = comparison.cost_lines();
    if session.now().finished() && !session.sight().frozen {
        let here = passes.iter().map(|pass| Some((comparison.mini_batch(), pass.cost_mean()?)));
        lines.iter_mut().zip(here).for_each(|(line, point)| line.extend(point));
    }
    let longest = lines.iter().map(Vec::len).max().unwrap_or(0);
    let size = longest.div_ceil((width / SMOOTH).max(1.0) as usize).max(1);
    let name = if size > 1 { "cost, smoothed" } else { "cost" }.to_owned();
    let lines = lines.iter().map(|line| smoothed(line, size)).collect();
    Story { name, lines, now: vec![None; passes.len()], scale: Scale::from_zero }
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
    let now = |lane| session.evaluation(lane).as_ref().map(Evaluation::accuracy);
    Ok(Story {
        name: "accuracy".into(),
        lines: comparison.accuracy_lines(session.scenario()),
        now: (0..comparison.passes().len()).map(now).collect(),
        scale: |_, ticks| Scale::from_zero(&[0.0, 1.0], ticks),
    })
}

/// The way of the selected bias or weight; where none is selected, what would do.
pub(super) fn way(session: &Session, comparison: &Comparison) -> Result<Story, &'static str> {
    let parameter = session.chosen_parameter().ok_or("Select a neuron or a weight to see its way")?;
    let now = |pass: &LanePass| pass.now()?.get(parameter);
    Ok(Story {
        name: name(parameter),
        lines: comparison.parameter_lines(parameter),
        now: comparison.passes().iter().map(now).collect(),
        scale: Scale::around,
    })
}

/// How far each lane is from the reference lane, which is at no distance from itself and has no line.
pub(super) fn distance(comparison: &Comparison) -> Story {
    let reference = comparison.reference();
    let now = |lane| comparison.distance(lane, reference).filter(|_| lane != reference);
    let mut lines = comparison.distance_lines();
    lines[reference].clear();
    Story {
        name: format!("distance to lane {}", reference + 1),
        lines,
        now: (0..comparison.passes().len()).map(now).collect(),
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
    Story { name, lines, now, scale }: Story,
    session: &Session,
    comparison: &Comparison,
    ink: &Ink<'_, DB>,
) -> Drawn<DB> {
    let axis = session.sight().axis;
    let looks = ink.palette.lanes.into_iter().zip(DASHES);
    let passes = comparison.passes().iter().zip(looks).enumerate();
    let line =
        |((line, now), (lane, (pass, (colour, dashes)))): ((&Vec<_>, _), (usize, (&LanePass, _)))| Line {
            points: points(session, comparison, pass, line, now),
            colour,
            dashes,
            name: (lane + 1).to_string(),
            ended: pass.divergence.is_some(),
        };
    let lines: Vec<Line> = lines.iter().zip(now).zip(passes).map(line).collect();
    let (times, values): (Vec<f64>, Vec<f64>) = lines.iter().flat_map(|line| &line.points).copied().unzip();
    if values.is_empty() {
        return ink.sentence("No update yet");
    }
    // On an axis of updates each lane has a present of its own: the end of its line.
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

/// A lane's line, up to the present moment where that is known.
fn points(
    session: &Session,
    comparison: &Comparison,
    pass: &LanePass,
    line: &[(u64, f64)],
    now: Option<f64>,
) -> Vec<(f64, f64)> {
    let before = |at| across(session.scenario(), session.sight().axis, pass.lane, at) as f64;
    let past = line.iter().map(|(at, value)| (before(*at), *value));
    let now = now.map(|value| (present(session, comparison, pass), value));
    past.chain(now).filter(|(_, value)| value.is_finite()).collect()
}

/// Where a lane stands on the axis at the present moment.
fn present(session: &Session, comparison: &Comparison, pass: &LanePass) -> f64 {
    let (axis, now) = (session.sight().axis, session.now());
    let within = match axis {
        Axis::Samples => now.accumulated(),
        Axis::Updates => pass.updates(now.accumulated(), now.finished()),
    };
    across(session.scenario(), axis, pass.lane, comparison.mini_batch()) as f64 + within as f64
}
