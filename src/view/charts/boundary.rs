//! What each run makes of the plane of two inputs: a map of the classes that its outputs name, or of the
//! activation of one neuron, with the samples over it.

use super::has_classes;
use super::words::{LINE, SIZE};
use crate::nn::{Activation, Network, class, feedforward};
use crate::scenario::{Data, Samples};
use crate::session::{Comparison, Item, Session};
use crate::view::ink::{Drawn, Ink};
use crate::view::scene::{Point, Rect, shortened, text_width};
use crate::view::theme::{Palette, mix};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Cells of a map to each side, at the most and at the least.
const CELLS: f64 = 48.0;
const FEWEST: f64 = 8.0;
/// Multiplications that all maps together may take.
const WORK: f64 = 3e7;
/// Shades of a class: neighbours of one shade are one rectangle.
const SHADES: f64 = 6.0;
/// Samples that are drawn; of more, these come first.
const SAMPLES: usize = 400;
/// More samples than this are drawn small, lest they hide the map.
const CROWD: usize = 60;
/// In less width than this, more than two maps do not stand side by side.
const NARROW: f64 = 520.0;
/// Between maps.
const GAP: f64 = 10.0;

/// What is mapped.
#[derive(Clone, Copy)]
pub(super) enum Mapped {
    /// The class that the outputs name, and how clearly.
    Classes,
    /// The activation of a neuron.
    Neuron { layer: usize, neuron: usize },
}

/// A class and how clearly it is named, 0 … 1.
type Shade = (usize, f64);

/// Draws one map for each run.
pub(super) fn draw<DB: DrawingBackend>(
    session: &Session,
    comparison: &Comparison,
    ink: &Ink<'_, DB>,
) -> Drawn<DB> {
    let scenario = session.scenario();
    if scenario.sizes.first() != Some(&2) {
        return ink.sentence("A boundary can be drawn where there are two inputs");
    }
    let Some(mapped) = mapped(session) else {
        return ink.sentence("The outputs of a regression name no class; ask for the selected neuron");
    };
    let ranges = [0, 1].map(|input| range(&scenario.data, input));
    let passes = comparison.passes();
    let (width, height) = ink.size();
    let columns = if passes.len() > 2 && width < NARROW { 2 } else { passes.len() };
    let rows = passes.len().div_ceil(columns);
    let each = Point { x: (width - GAP) / columns as f64, y: (height - LINE) / rows as f64 };
    for (run, pass) in passes.iter().enumerate() {
        let left = GAP + each.x * (run % columns) as f64;
        let top = each.y * (run / columns) as f64 + LINE + 2.0;
        let area = Rect { left, top, right: left + each.x - GAP, bottom: top + each.y - LINE - 6.0 };
        let map = Map { area, ranges, mapped, maps: passes.len() };
        map.title(run, ink)?;
        match pass.current() {
            Some(network) => map.draw(&map.outputs(network), network, ink)?,
            None => map.diverged(ink)?,
        }
        map.samples(&scenario.data.samples, false, ink)?;
    }
    let names = &scenario.data.inputs;
    let axes = format!("across: {}; up: {}", names[0], names[1]);
    let at = Point { x: width / 2.0, y: height - LINE / 2.0 };
    ink.write(&shortened(&axes, width - 2.0 * GAP, SIZE), ink.palette.faded, HPos::Center, at)
}

/// The selected neuron, where it is asked for; else the classes, where there are any.
fn mapped(session: &Session) -> Option<Mapped> {
    let selected = session.view_state().selected.filter(|_| session.view_state().boundary_of_selected);
    match selected.and_then(Item::neuron) {
        Some((layer, neuron)) => Some(Mapped::Neuron { layer, neuron }),
        None => has_classes(session.scenario()).then_some(Mapped::Classes),
    }
}

/// From the least to the largest value of an input, and a tenth more to both sides.
fn range(data: &Data, input: usize) -> (f64, f64) {
    let samples = || data.samples.iter().chain(data.validation.iter());
    let values = || samples().filter_map(move |sample| sample.x.get(input).copied());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    // Each divided by itself, lest the whole be infinite.
    let margin = high / 10.0 - low / 10.0;
    let margin = if margin > 0.0 { margin } else { high.abs().max(1.0) };
    ((low - margin).max(-f64::MAX), (high + margin).min(f64::MAX))
}

/// Draws maps of one network, the first with the samples over it.
pub(super) fn maps<DB: DrawingBackend>(
    network: &Network,
    data: &Data,
    frames: &[(Rect, Mapped)],
    ink: &Ink<'_, DB>,
) -> Drawn<DB> {
    let ranges = [0, 1].map(|input| range(data, input));
    let mut outputs = None;
    for (index, (area, mapped)) in frames.iter().enumerate() {
        let map = Map { area: *area, ranges, mapped: *mapped, maps: frames.len() };
        // Most maps are of one size, and share what the network says.
        let known =
            outputs.take().filter(|known: &Outputs| (known.columns, known.rows) == map.cells(network));
        let outputs = outputs.insert(known.unwrap_or_else(|| map.outputs(network)));
        map.draw(outputs, network, ink)?;
        if index == 0 {
            map.samples(&data.samples, false, ink)?;
            map.samples(&data.validation, true, ink)?;
        }
    }
    Ok(())
}

/// Which shape and colour is which class, from this point to the right as far as there is room.
pub(super) fn key<DB: DrawingBackend>(
    names: &[String],
    from: Point,
    width: f64,
    ink: &Ink<'_, DB>,
) -> Drawn<DB> {
    let mut x = from.x;
    for (class, name) in names.iter().enumerate() {
        let words = text_width(name, SIZE);
        if x + words + 2.0 * SIZE > from.x + width {
            break;
        }
        shape(ink, class, Point { x: x + 5.0, y: from.y }, 4.0, hue(ink.palette, class))?;
        ink.write(name, ink.palette.faded, HPos::Left, Point { x: x + 13.0, y: from.y })?;
        x += words + 2.0 * SIZE + 4.0;
    }
    Ok(())
}

/// The map of one network.
struct Map {
    area: Rect,
    /// Of the inputs: across, up.
    ranges: [(f64, f64); 2],
    mapped: Mapped,
    /// So many share the time that there is.
    maps: usize,
}

/// The activations of every layer in each cell of a map, row by row from the top.
struct Outputs {
    columns: usize,
    rows: usize,
    cells: Vec<Vec<Vec<f64>>>,
}

impl Map {
    fn title<DB: DrawingBackend>(&self, run: usize, ink: &Ink<'_, DB>) -> Drawn<DB> {
        let colour = ink.palette.runs.get(run).copied().unwrap_or(ink.palette.text);
        let at = Point { x: self.area.left, y: self.area.top - LINE / 2.0 - 1.0 };
        ink.write(&format!("lane {}", run + 1), colour, HPos::Left, at)
    }

    fn diverged<DB: DrawingBackend>(&self, ink: &Ink<'_, DB>) -> Drawn<DB> {
        ink.fill(self.area, ink.palette.background)?;
        let left = self.area.left + text_width("lane 1  ", SIZE);
        let beside = Point { x: left, y: self.area.top - LINE / 2.0 - 1.0 };
        ink.write("diverged", ink.palette.faded, HPos::Left, beside)
    }

    /// How many cells there are across and down.
    fn cells(&self, network: &Network) -> (usize, usize) {
        let Rect { left, top, right, bottom } = self.area;
        let most = (WORK / (self.maps * network.parameter_count()) as f64).sqrt();
        let count = |length: f64| length.min(most).clamp(FEWEST, CELLS) as usize;
        (count(right - left), count(bottom - top))
    }

    /// Runs the network for the middle of each cell.
    fn outputs(&self, network: &Network) -> Outputs {
        let (columns, rows) = self.cells(network);
        let middle = |(low, high): (f64, f64), cell: usize, count: usize| {
            let share = (cell as f64 + 0.5) / count as f64;
            low * (1.0 - share) + high * share
        };
        let [across, up] = self.ranges;
        let cells = (0..rows).rev().flat_map(|row| (0..columns).map(move |column| (column, row)));
        let cells = cells.map(|(column, row)| {
            let x = [middle(across, column, columns), middle(up, row, rows)];
            feedforward(network, &x).activations
        });
        Outputs { columns, rows, cells: cells.collect() }
    }

    fn draw<DB: DrawingBackend>(&self, outputs: &Outputs, network: &Network, ink: &Ink<'_, DB>) -> Drawn<DB> {
        let Rect { left, top, right, bottom } = self.area;
        let Outputs { columns, rows, cells } = outputs;
        let shades = self.shades(network, cells);
        let edge = |from: f64, to: f64, share: f64| from + (to - from) * share;
        for (row, shades) in shades.chunks(*columns).enumerate() {
            let down = |row: usize| edge(top, bottom, row as f64 / *rows as f64);
            let mut column = 0;
            for run in shades.chunk_by(|one, other| one == other) {
                let along = |column: usize| edge(left, right, column as f64 / *columns as f64);
                let (from, to) = (along(column), along(column + run.len()));
                let cells = Rect { left: from, top: down(row), right: to, bottom: down(row + 1) };
                ink.fill(cells, tint(ink.palette, run[0]))?;
                column += run.len();
            }
        }
        Ok(())
    }

    /// The shade of each cell, in one of so many steps.
    fn shades(&self, network: &Network, cells: &[Vec<Vec<f64>>]) -> Vec<(usize, u8)> {
        let shades: Vec<Shade> = match self.mapped {
            Mapped::Classes => cells.iter().map(|a| a.last().map_or((0, 0.0), |a| clearness(a))).collect(),
            Mapped::Neuron { layer, neuron } => {
                let values: Vec<f64> = cells.iter().map(|a| a[layer][neuron]).collect();
                let (middle, half) = spread(network.layers[layer].activation, &values);
                values
                    .into_iter()
                    .map(|value| (usize::from(value > middle), (value - middle).abs() / half))
                    .collect()
            }
        };
        // What is no number has no shade.
        shades
            .into_iter()
            .map(|(class, clear)| (class, (clear.clamp(0.0, 1.0) * SHADES).round() as u8))
            .collect()
    }

    /// The samples, each class with a shape of its own; those held out are hollow.
    fn samples<DB: DrawingBackend>(&self, samples: &Samples, hollow: bool, ink: &Ink<'_, DB>) -> Drawn<DB> {
        let Rect { left, top, right, bottom } = self.area;
        let radius = if samples.len() > CROWD { 2.0 } else { 3.0 };
        for sample in samples.iter().take(SAMPLES) {
            let share = |input: usize| {
                let (low, high) = self.ranges[input];
                (sample.x[input] / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
            };
            let at = Point { x: left + (right - left) * share(0), y: bottom - (bottom - top) * share(1) };
            let class = class(&sample.y);
            shape(ink, class, at, radius + 1.0, ink.palette.surface)?;
            shape(ink, class, at, radius, hue(ink.palette, class))?;
            if hollow {
                shape(ink, class, at, radius / 2.0, ink.palette.surface)?;
            }
        }
        Ok(())
    }
}

/// The class that outputs name, and how far it is ahead of the next, or a single output from 0.5.
fn clearness(outputs: &[f64]) -> Shade {
    let class = class(outputs);
    if let [value] = outputs {
        return (class, 2.0 * (value - 0.5).abs());
    }
    let others = outputs.iter().enumerate().filter(|(index, _)| *index != class).map(|(_, value)| *value);
    (class, outputs[class] - others.fold(f64::NEG_INFINITY, f64::max))
}

/// The middle of what an activation can be, and how far it can be from there; where it has no bounds, around 0
/// as far as it goes.
fn spread(activation: Activation, values: &[f64]) -> (f64, f64) {
    match activation {
        Activation::Sigmoid | Activation::Softmax => (0.5, 0.5),
        Activation::Tanh => (0.0, 1.0),
        Activation::Relu | Activation::LeakyRelu | Activation::Identity => {
            let largest = values.iter().fold(0.0, |largest, value| f64::max(largest, value.abs()));
            (0.0, if largest > 0.0 { largest } else { 1.0 })
        }
    }
}

/// The hue of a class. They are those of symbols: there is none besides that every eye tells apart.
fn hue(palette: &Palette, class: usize) -> RGBColor {
    let Palette { a, delta, cost, b, w, w_negative, .. } = *palette;
    let hues = [delta, a, cost, b, w, w_negative];
    hues[class % hues.len()]
}

/// Even the faintest shade tells its class: the boundary is where the hue changes.
fn tint(palette: &Palette, (class, shade): (usize, u8)) -> RGBColor {
    mix(hue(palette, class), palette.surface, 0.16 + 0.4 * f64::from(shade) / SHADES)
}

/// The shape of a class: a circle, a triangle, a diamond, a cross.
fn shape<DB: DrawingBackend>(
    ink: &Ink<'_, DB>,
    class: usize,
    centre: Point,
    radius: f64,
    colour: RGBColor,
) -> Drawn<DB> {
    let around = |(x, y): (f64, f64)| Point { x: centre.x + radius * x, y: centre.y + radius * y };
    match class % 4 {
        0 => ink.circle(centre, radius, colour.filled()),
        1 => ink.polygon(&[(0.0, -1.25), (1.15, 0.85), (-1.15, 0.85)].map(around), colour),
        2 => ink.polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)].map(around), colour),
        _ => ink.cross(centre, radius, colour),
    }
}
