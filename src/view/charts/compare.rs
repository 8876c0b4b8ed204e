//! The charts of the comparison: lines of lanes over samples or updates, the law, the boundaries.

use super::plot::{Line, Plot};
use super::scale::Scale;
use super::{boundary, law};
use crate::nn::{Activation, Evaluation, Parameter};
use crate::scenario::{Lane, Scenario, Updating};
use crate::session::{Axis, Comparison, LanePass, Lines, Session};
use crate::view::ink::{Drawn, Ink};
use crate::view::theme::{DASHES, Palette};
use plotters::coord::Shift;
use plotters::prelude::*;

/// A chart that lanes are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareChart {
    /// The mean cost of each mini-batch.
    Cost,
    /// The share of all rows that are classified rightly.
    Accuracy,
    /// The way of the selected bias or weight.
    Bias,
    /// How far each lane is from the reference lane.
    Distance,
    /// That distance after one mini-batch, against η.
    Law,
    /// What each lane makes of the plane of two inputs.
    Boundaries,
}

impl CompareChart {
    /// Every chart.
    pub const ALL: [Self; 6] =
        [Self::Cost, Self::Accuracy, Self::Bias, Self::Distance, Self::Law, Self::Boundaries];

    /// The id of its canvas on the page.
    pub fn id(self) -> &'static str {
        match self {
            Self::Cost => "compare-cost",
            Self::Accuracy => "compare-accuracy",
            Self::Bias => "compare-bias",
            Self::Distance => "compare-distance",
            Self::Law => "compare-law",
            Self::Boundaries => "compare-boundaries",
        }
    }

    /// The chart whose canvas has this id.
    ///
    /// ```
    /// use deltascope::view::charts::CompareChart;
    ///
    /// assert_eq!(CompareChart::of("compare-law"), Some(CompareChart::Law));
    /// ```
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chart| chart.id() == id)
    }
}

/// Draws a chart of the session's lanes at the present moment; where there is nothing to draw, a sentence that
/// says why. `scale` is pixels to a CSS pixel.
pub fn draw<DB: DrawingBackend>(
    chart: CompareChart,
    session: &Session,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    area.fill(&palette.surface)?;
    let ink = Ink { palette, scale, area };
    let Some(comparison) = session.comparison().filter(|comparison| !comparison.passes().is_empty()) else {
        return ink.sentence("The lanes are still on their way here");
    };
    match chart {
        CompareChart::Law => law::draw(session, &ink),
        CompareChart::Boundaries => boundary::draw(session, comparison, &ink),
        _ => match story(chart, session, comparison) {
            Ok(story) => lines(story, session, comparison, &ink),
            Err(sentence) => ink.sentence(sentence),
        },
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

/// Whether outputs name classes.
pub(super) fn has_classes(scenario: &Scenario) -> bool {
    scenario.activations.last().is_some_and(|activation| *activation != Activation::Identity)
}

/// What a chart of lines tells.
struct Story {
    /// What goes up.
    name: String,
    lines: Lines,
    /// What each lane has come to at the present moment, where that is known.
    now: Vec<Option<f64>>,
    /// The scale for values and about so many ticks.
    scale: fn(&[f64], usize) -> Scale,
}

/// What a chart tells of the lanes, or why it tells nothing.
fn story(chart: CompareChart, session: &Session, comparison: &Comparison) -> Result<Story, &'static str> {
    let (scenario, passes) = (session.scenario(), comparison.passes());
    match chart {
        CompareChart::Accuracy if !has_classes(scenario) => {
            Err("A regression has no classes, and so no accuracy")
        }
        CompareChart::Accuracy => {
            let accuracy = |lane| session.evaluation(lane).as_ref().map(Evaluation::accuracy);
            let lines = comparison.accuracy_lines(scenario);
            let now = (0..passes.len()).map(accuracy).collect();
            let scale: fn(&[f64], usize) -> Scale = |_, ticks| Scale::from_zero(&[0.0, 1.0], ticks);
            Ok(Story { name: "accuracy".into(), lines, now, scale })
        }
        CompareChart::Bias => {
            let parameter = session.chosen_parameter().ok_or("Select a neuron or a weight to see its way")?;
            let now = passes.iter().map(|pass| pass.now()?.get(parameter)).collect();
            let lines = comparison.parameter_lines(parameter);
            Ok(Story { name: name(parameter), lines, now, scale: Scale::around })
        }
        CompareChart::Distance => {
            let reference = comparison.reference();
            let now = (0..passes.len()).map(|lane| comparison.distance(lane, reference));
            let mut now: Vec<_> = now.collect();
            let mut lines = comparison.distance_lines();
            // It is at no distance from itself, always.
            lines[reference].clear();
            now[reference] = None;
            let name = format!("distance to lane {}", reference + 1);
            Ok(Story { name, lines, now, scale: Scale::from_zero })
        }
        _ => {
            let mut lines = comparison.cost_lines();
            if session.now().finished() && !session.sight().frozen {
                let here = passes.iter().map(|pass| Some((comparison.mini_batch(), pass.cost_mean()?)));
                lines.iter_mut().zip(here).for_each(|(line, point)| line.extend(point));
            }
            Ok(Story { name: "cost".into(), lines, now: vec![None; passes.len()], scale: Scale::from_zero })
        }
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

fn lines<DB: DrawingBackend>(
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
    let times = || times.iter().copied().chain(mark);
    let (from, to) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let across = match axis {
        Axis::Samples => "samples seen",
        Axis::Updates => "updates made",
    };
    let (across, up) =
        ((across, Scale::whole(from, to, ink.columns())), (&*name, scale(&values, ink.rows())));
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
