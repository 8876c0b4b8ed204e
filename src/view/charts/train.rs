//! The charts of a training: cost and accuracy, what the network makes of the plane, and the images that it takes for
//! something else.

use super::boundary::{self, Mapped};
use super::images;
use super::plot::{Line, Plot};
use super::scale::Scale;
use super::words::{LINE, SIZE};
use crate::nn::{Evaluation, Network};
use crate::session::{Evaluated, Session};
use crate::view::ink::{Drawn, Ink};
use crate::view::scene::{Point as Place, Rect, shortened};
use crate::view::theme::{DASHES, Palette};
use crate::view::train::class_names;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// A chart of the training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrainChart {
    /// The mean cost of a sample.
    Cost,
    /// The share of the rows that are classified rightly.
    Accuracy,
    /// What outputs and neurons make of the plane of two inputs.
    Maps,
    /// Images that are classified wrongly.
    Digits,
}

impl TrainChart {
    /// Every chart.
    pub const ALL: [Self; 4] = [Self::Cost, Self::Accuracy, Self::Maps, Self::Digits];

    /// The id of its canvas on the page.
    pub fn id(self) -> &'static str {
        match self {
            Self::Cost => "train-cost",
            Self::Accuracy => "train-accuracy",
            Self::Maps => "train-maps",
            Self::Digits => "train-digits",
        }
    }

    /// The chart whose canvas has this id.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chart| chart.id() == id)
    }
}

/// Draws a chart of the session's training as the latest report has it; where there is nothing to draw, a sentence that
/// says why. `scale` is pixels to a CSS pixel.
pub fn draw<DB: DrawingBackend>(
    chart: TrainChart,
    session: &Session,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    let ink = Ink::new(palette, scale, area)?;
    match chart {
        TrainChart::Cost => curve(session, &ink, "cost", Evaluation::cost_mean, Scale::from_zero),
        TrainChart::Accuracy if !session.scenario().has_classes() => {
            ink.sentence("The outputs name no classes, so there is no accuracy")
        }
        TrainChart::Accuracy => curve(session, &ink, "accuracy", Evaluation::accuracy, |values, ticks| {
            // The least span that is worth a look: five in a hundred.
            let middle = values.iter().sum::<f64>() / values.len().max(1) as f64;
            let span = [(middle - 0.025).max(0.0), (middle + 0.025).min(1.0)];
            Scale::around(&[values, &span].concat(), ticks)
        }),
        TrainChart::Maps => maps(session, &ink),
        TrainChart::Digits => images::errors(session, &ink),
    }
}

/// A line for the training rows and one for those held out.
fn curve<DB: DrawingBackend>(
    session: &Session,
    ink: &Ink<'_, DB>,
    name: &str,
    value: impl Fn(&Evaluation) -> f64,
    scale: fn(&[f64], usize) -> Scale,
) -> Drawn<DB> {
    let points = session.training().points(session.scenario().mini_batches());
    if points.is_empty() {
        return ink.sentence(match session.training().is_running() {
            true => "The network is being evaluated",
            false => "The curves begin when the training does",
        });
    }
    let line = |part: fn(&Evaluated) -> Option<Evaluation>| -> Vec<(f64, f64)> {
        let values = points.iter().filter_map(|point| Some((point.0, value(&part(point)?))));
        values.filter(|point| point.1.is_finite()).collect()
    };
    let mut lines = vec![Line::new(line(|point| Some(point.1)), ink.palette.a)];
    let validation = line(|point| point.2);
    if !validation.is_empty() {
        lines.push(Line { dashes: DASHES[1], ..Line::new(validation, ink.palette.delta) });
    }
    let all = || lines.iter().flat_map(|line| &line.points);
    let (Some(first), Some(last)) = (lines[0].points.first(), lines[0].points.last()) else {
        return ink.sentence("No finite number has been found");
    };
    let epochs = Scale::whole(first.0.floor(), last.0, ink.columns());
    let values: Vec<f64> = all().map(|point| point.1).collect();
    let plot = Plot::new(ink, ("epochs", epochs), (name, scale(&values, ink.rows())))?;
    plot.lines(&lines)
}

/// The network of the latest report, else the session's own; none while a large one trains.
fn network(session: &Session) -> Option<Network> {
    let mini_batch = session.mini_batch();
    let own = if session.visible().finished() { &mini_batch.after } else { &mini_batch.before };
    match session.training().snapshot().filter(|_| session.training().is_running()) {
        Some(snapshot) => Some(own.with_values(snapshot.parameters.as_ref()?)),
        None => Some(Network::clone(own)),
    }
}

/// The most neurons that have a map of their own.
const MAX_MAPS: usize = 24;
/// The smallest map, in CSS pixels.
const SMALLEST: f64 = 56.0;

/// The outputs' map, large, and beside it one for each neuron, layer by layer.
fn maps<DB: DrawingBackend>(session: &Session, ink: &Ink<'_, DB>) -> Drawn<DB> {
    let scenario = session.scenario();
    if scenario.sizes.first() != Some(&2) {
        return ink.sentence("A boundary can be drawn where there are two inputs");
    }
    let Some(network) = network(session) else {
        return ink.sentence("So large a network is mapped when it pauses");
    };
    let (width, height) = ink.size();
    let large = (height - 3.0 * LINE - 4.0).min(width * 0.45).max(SMALLEST);
    let output = scenario.sizes.len() - 2;
    let whole = if super::has_classes(scenario) {
        Mapped::Classes
    } else {
        Mapped::Neuron { layer: output, neuron: 0 }
    };
    let mut frames = vec![(
        Rect { left: 0.0, top: LINE, right: large, bottom: LINE + large },
        whole,
        "outputs".to_owned(),
    )];
    let neurons = scenario
        .layer_sizes()
        .iter()
        .enumerate()
        .flat_map(|(layer, size)| (0..*size).map(move |neuron| (layer, neuron)));
    let neurons: Vec<_> = neurons.take(MAX_MAPS).collect();
    let room = width - large - 12.0;
    let columns = (1..=neurons.len())
        .find(|columns| {
            let side = room / *columns as f64 - 6.0;
            neurons.len().div_ceil(*columns) as f64 * (side + LINE + 2.0) <= height
        })
        .unwrap_or(neurons.len().max(1));
    let side = (room / columns as f64 - 6.0).max(8.0);
    for (index, (layer, neuron)) in neurons.into_iter().enumerate() {
        let left = large + 12.0 + (index % columns) as f64 * (side + 6.0);
        let top = LINE + (index / columns) as f64 * (side + LINE + 2.0);
        let area = Rect { left, top, right: left + side, bottom: top + side };
        let name = if side >= SMALLEST {
            format!("layer {}, {}", layer + 1, neuron + 1)
        } else {
            format!("{}, {}", layer + 1, neuron + 1)
        };
        frames.push((area, Mapped::Neuron { layer, neuron }, name));
    }
    let names = &scenario.data.inputs;
    let axes = format!("across: {}; up: {}", names[0], names[1]);
    let below = |line: f64| Place { x: 0.0, y: LINE + large + (line - 0.5) * LINE + 4.0 };
    ink.write(&shortened(&axes, large, SIZE), ink.palette.faded, HPos::Left, below(1.0))?;
    if super::has_classes(scenario) {
        boundary::key(&class_names(&scenario.data.targets), below(2.0), large + 40.0, ink)?;
    }
    for (index, (area, _, name)) in frames.iter().enumerate() {
        let at = Place { x: area.left, y: area.top - LINE / 2.0 };
        let colour = if index == 0 { ink.palette.text } else { ink.palette.faded };
        ink.write(name, colour, HPos::Left, at)?;
    }
    let frames: Vec<(Rect, Mapped)> = frames.into_iter().map(|(area, mapped, _)| (area, mapped)).collect();
    boundary::maps(&network, &scenario.data, &frames, ink)
}
