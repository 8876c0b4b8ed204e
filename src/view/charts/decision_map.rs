//! Decision maps: the plane of two inputs, coloured by the class that the outputs name or by the activation
//! of one neuron, with the samples above it.

mod network;
mod runs;

use super::text::SIZE;
use crate::nn::{Activation, Network, feedforward, predicted_class};
use crate::scenario::{Data, Samples};
use crate::view::painter::{DrawResult, Painter};
use crate::view::scene::{Point, Rect, text_width};
use crate::view::theme::{Palette, mix};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Maximum number of cells of a map in each direction.
const MAX_CELLS: f64 = 48.0;
/// Minimum number of cells of a map in each direction.
const MIN_CELLS: f64 = 8.0;
/// Maximum number of multiplications for all maps together.
const MAX_MULTIPLICATIONS: f64 = 3e7;
/// Number of shades of a colour; neighbouring cells of the same shade are drawn as one rectangle.
const SHADES: f64 = 6.0;
/// Maximum number of samples drawn: the first ones.
const MAX_SAMPLES: usize = 400;
/// More samples than this are drawn smaller, so that they do not hide the map.
const MANY_SAMPLES: usize = 60;
/// Gap between maps.
const GAP: f64 = 10.0;

/// What a map shows.
#[derive(Clone, Copy)]
enum MapTarget {
    /// The class that the outputs name, and by what margin.
    Classes,
    /// The activation of a neuron.
    Neuron { layer: usize, neuron: usize },
}

/// A class and its margin, 0 … 1.
type ClassMargin = (usize, f64);

/// The ranges of the two inputs' values, extended by a tenth on both sides.
fn input_ranges(data: &Data) -> [(f64, f64); 2] {
    let samples = || data.samples.iter().chain(data.validation.iter());
    [0, 1].map(|input| {
        let values = || samples().filter_map(|sample| sample.x.get(input).copied());
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        // Divided before the subtraction, to avoid an overflow.
        let margin = high / 10.0 - low / 10.0;
        let margin = if margin > 0.0 { margin } else { high.abs().max(1.0) };
        ((low - margin).max(-f64::MAX), (high + margin).min(f64::MAX))
    })
}

/// The names of the inputs and their directions.
fn axes_names(data: &Data) -> String {
    format!("{} horizontal, {} vertical", data.inputs[0], data.inputs[1])
}

/// The decision map of one network.
struct DecisionMap {
    area: Rect,
    /// Ranges of the inputs: horizontal, vertical.
    ranges: [(f64, f64); 2],
    target: MapTarget,
    /// Number of maps that share [`MAX_MULTIPLICATIONS`].
    map_count: usize,
}

/// The activations of all layers in each cell of a map, row by row from the top.
struct MapOutputs {
    columns: usize,
    rows: usize,
    cells: Vec<Vec<Vec<f64>>>,
}

impl DecisionMap {
    /// Number of columns and rows of cells.
    fn grid_size(&self, network: &Network) -> (usize, usize) {
        let Rect { left, top, right, bottom } = self.area;
        let limit = (MAX_MULTIPLICATIONS / (self.map_count * network.parameter_count()) as f64).sqrt();
        let count = |length: f64| length.min(limit).clamp(MIN_CELLS, MAX_CELLS) as usize;
        (count(right - left), count(bottom - top))
    }

    /// Runs the network for the centre of each cell.
    fn outputs(&self, network: &Network) -> MapOutputs {
        let (columns, rows) = self.grid_size(network);
        let middle = |(low, high): (f64, f64), cell: usize, count: usize| {
            let share = (cell as f64 + 0.5) / count as f64;
            low * (1.0 - share) + high * share
        };
        let [horizontal, vertical] = self.ranges;
        let cells = (0..rows).rev().flat_map(|row| (0..columns).map(move |column| (column, row)));
        let cells = cells.map(|(column, row)| {
            let x = [middle(horizontal, column, columns), middle(vertical, row, rows)];
            feedforward(network, &x).activations
        });
        MapOutputs { columns, rows, cells: cells.collect() }
    }

    /// The class of each cell and its shade, 0 … [`SHADES`].
    fn classes_and_shades(&self, network: &Network, cells: &[Vec<Vec<f64>>]) -> Vec<(usize, u8)> {
        let margins: Vec<ClassMargin> = match self.target {
            MapTarget::Classes => {
                cells.iter().map(|a| a.last().map_or((0, 0.0), |a| class_margin(a))).collect()
            }
            MapTarget::Neuron { layer, neuron } => {
                let values: Vec<f64> = cells.iter().map(|a| a[layer][neuron]).collect();
                let (middle, half) = middle_and_half_range(network.layers[layer].activation, &values);
                let margin = |value: f64| (usize::from(value > middle), (value - middle).abs() / half);
                values.into_iter().map(margin).collect()
            }
        };
        // A cast turns NaN into 0.
        margins
            .into_iter()
            .map(|(class, margin)| (class, (margin.clamp(0.0, 1.0) * SHADES).round() as u8))
            .collect()
    }
}

/// The class that the outputs name, and its margin: the difference to the second-largest output, or twice the
/// distance of a single output from 0.5.
fn class_margin(outputs: &[f64]) -> ClassMargin {
    let class = predicted_class(outputs);
    if let [value] = outputs {
        return (class, 2.0 * (value - 0.5).abs());
    }
    let others = outputs.iter().enumerate().filter(|(index, _)| *index != class).map(|(_, value)| *value);
    (class, outputs[class] - others.fold(f64::NEG_INFINITY, f64::max))
}

/// The middle of an activation's range and half its width; for an unbounded activation, 0 and the largest
/// magnitude of the values.
fn middle_and_half_range(activation: Activation, values: &[f64]) -> (f64, f64) {
    match activation {
        Activation::Sigmoid | Activation::Softmax => (0.5, 0.5),
        Activation::Tanh => (0.0, 1.0),
        Activation::Relu | Activation::LeakyRelu | Activation::Identity => {
            let largest = values.iter().fold(0.0, |largest, value| f64::max(largest, value.abs()));
            (0.0, if largest > 0.0 { largest } else { 1.0 })
        }
    }
}

/// The hue of a class. The hues of the symbols are reused: they are the ones that colour-blind readers can tell
/// apart.
fn hue(palette: &Palette, class: usize) -> RGBColor {
    let Palette { a, delta, cost, b, w, w_negative, .. } = *palette;
    let hues = [delta, a, cost, b, w, w_negative];
    hues[class % hues.len()]
}

/// The colour of a cell. Even the faintest shade shows the class: the boundary is where the hue changes.
fn tint(palette: &Palette, (class, shade): (usize, u8)) -> RGBColor {
    mix(hue(palette, class), palette.surface, 0.16 + 0.4 * f64::from(shade) / SHADES)
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws the shape and colour of each class with its name, to the right of `from`, as many as fit into `width`.
    fn class_legend(&self, names: &[String], from: Point, width: f64) -> DrawResult<DB> {
        let mut x = from.x;
        for (class, name) in names.iter().enumerate() {
            let name_width = text_width(name, SIZE);
            if x + name_width + 2.0 * SIZE > from.x + width {
                break;
            }
            self.class_shape(class, Point { x: x + 5.0, y: from.y }, 4.0, hue(self.palette, class))?;
            self.write(name, self.palette.faded, HPos::Left, Point { x: x + 13.0, y: from.y })?;
            x += name_width + 2.0 * SIZE + 4.0;
        }
        Ok(())
    }

    /// The shape of a class: a circle, a triangle, a diamond or a cross.
    fn class_shape(&self, class: usize, centre: Point, radius: f64, colour: RGBColor) -> DrawResult<DB> {
        let around = |(x, y): (f64, f64)| Point { x: centre.x + radius * x, y: centre.y + radius * y };
        match class % 4 {
            0 => self.circle(centre, radius, colour.filled()),
            1 => self.polygon(&[(0.0, -1.25), (1.15, 0.85), (-1.15, 0.85)].map(around), colour),
            2 => self.polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)].map(around), colour),
            _ => self.cross(centre, radius, colour),
        }
    }

    /// Draws the cells of a map.
    fn decision_map(&self, map: &DecisionMap, outputs: &MapOutputs, network: &Network) -> DrawResult<DB> {
        let Rect { left, top, right, bottom } = map.area;
        let MapOutputs { columns, rows, cells } = outputs;
        let shades = map.classes_and_shades(network, cells);
        let between = |from: f64, to: f64, share: f64| from + (to - from) * share;
        for (row, shades) in shades.chunks(*columns).enumerate() {
            let y = |row: usize| between(top, bottom, row as f64 / *rows as f64);
            let mut column = 0;
            for run in shades.chunk_by(|one, other| one == other) {
                let x = |column: usize| between(left, right, column as f64 / *columns as f64);
                let end = column + run.len();
                let cells = Rect { left: x(column), top: y(row), right: x(end), bottom: y(row + 1) };
                self.fill_rect(cells, tint(self.palette, run[0]))?;
                column = end;
            }
        }
        Ok(())
    }

    /// Draws the samples, each class with its own shape; `hollow` ones are the validation rows.
    fn map_samples(&self, map: &DecisionMap, samples: &Samples, hollow: bool) -> DrawResult<DB> {
        let Rect { left, top, right, bottom } = map.area;
        let radius = if samples.len() > MANY_SAMPLES { 2.0 } else { 3.0 };
        for sample in samples.iter().take(MAX_SAMPLES) {
            let share = |input: usize| {
                let (low, high) = map.ranges[input];
                (sample.x[input] / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
            };
            let at = Point { x: left + (right - left) * share(0), y: bottom - (bottom - top) * share(1) };
            let class = predicted_class(&sample.y);
            self.class_shape(class, at, radius + 1.0, self.palette.surface)?;
            self.class_shape(class, at, radius, hue(self.palette, class))?;
            if hollow {
                self.class_shape(class, at, radius / 2.0, self.palette.surface)?;
            }
        }
        Ok(())
    }
}
