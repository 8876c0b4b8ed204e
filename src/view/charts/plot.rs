//! A plot: two axes with lines, points and marks between them.

use super::scale::Scale;
use super::text::SIZE;
use crate::view::painter::{DrawResult, Painter, dashed};
use crate::view::scene::{Point, Rect, text_width};
use crate::view::theme::{Palette, mix};
use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Radius of the dot at the end of a line.
const DOT: f64 = 3.5;
/// Right margin, wide enough for a name.
const MARGIN: f64 = 16.0;
/// Height of the tick texts and the name below the plot.
const X_AXIS_HEIGHT: f64 = 34.0;
/// Length of a tick.
const TICK: f64 = 3.0;

/// A line of a plot.
pub(super) struct PlotLine {
    /// Finite points in order of x.
    pub(super) points: Vec<(f64, f64)>,
    pub(super) colour: RGBColor,
    /// As in [`DASHES`](crate::view::theme::DASHES).
    pub(super) dashes: &'static [f64],
    /// Name, written at the line's end.
    pub(super) name: String,
    /// Whether the run diverged: the line ends with a cross instead of a dot.
    pub(super) diverged: bool,
    /// Whether it is cut where it leaves the range of the axis, upwards or downwards: it ends with an arrow.
    pub(super) leaves_upwards: Option<bool>,
}

impl PlotLine {
    /// A solid line without a name.
    pub(super) fn new(points: Vec<(f64, f64)>, colour: RGBColor) -> Self {
        Self { points, colour, dashes: &[], name: String::new(), diverged: false, leaves_upwards: None }
    }
}

/// The area between two axes.
pub(super) struct Plot<'a, DB: DrawingBackend> {
    palette: &'a Palette,
    scale: f64,
    area: DrawingArea<DB, Shift>,
    x_scale: Scale,
    y_scale: Scale,
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Maximum number of ticks on a plot's y axis.
    pub(super) fn max_ticks(&self) -> usize {
        (self.size().1 / 40.0).clamp(2.0, 5.0) as usize
    }

    /// Maximum number of characters along a plot's x axis.
    pub(super) fn max_characters(&self) -> usize {
        ((self.size().0 - 80.0).max(0.0) / (0.6 * SIZE)) as usize
    }
}

impl<'a, DB: DrawingBackend> Plot<'a, DB> {
    /// Draws the grid and the two axes with ticks. Each axis has a name and a scale.
    pub(super) fn new(
        painter: &Painter<'a, DB>,
        (x_name, x_scale): (&str, Scale),
        (y_name, y_scale): (&str, Scale),
    ) -> Result<Self, DrawingAreaErrorKind<DB::ErrorType>> {
        let Painter { palette, scale, area } = *painter;
        let pixels = |length| painter.pixels(length) as i32;
        let beside = (y_scale.max_tick_width() + 24.0).max(56.0);
        let (width, height) = area.dim_in_pixel();
        let (left, top) = (pixels(2.0) + pixels(beside), pixels(10.0));
        let size = (width as i32 - left - pixels(MARGIN), height as i32 - top - pixels(X_AXIS_HEIGHT));
        let area = area.clone().shrink((left, top), (size.0.max(0), size.1.max(0)));
        let plot = Self { palette, scale, area, x_scale, y_scale };
        let end = plot.end();
        let at = |x: f64, y: f64| Point { x: f64::from(left) / scale + x, y: f64::from(top) / scale + y };
        let (dark, light) = (palette.line, mix(palette.line, palette.surface, 0.5));
        let x_ticks = || plot.x_scale.ticks.iter().map(|(share, text)| (end.x * share, text));
        let y_ticks = || plot.y_scale.ticks.iter().map(|(share, text)| (end.y * (1.0 - share), text));
        for (x, _) in x_ticks() {
            painter.rule(at(x, 0.0), at(x, end.y), light)?;
        }
        for (y, _) in y_ticks() {
            painter.rule(at(0.0, y), at(end.x, y), light)?;
        }
        // The axes are one pixel outside the plot.
        let (x0, y0) = (-1.0 / scale, end.y + 1.0 / scale);
        painter.rule(at(0.0, y0), at(end.x, y0), dark)?;
        painter.rule(at(x0, 0.0), at(x0, end.y), dark)?;
        let words = painter.text_style(palette.faded);
        let write = |text: &str, style: &TextStyle, (h, v), at| {
            painter.area.draw_text(text, &style.pos(Pos::new(h, v)), painter.pixel(at))
        };
        for (x, text) in x_ticks() {
            painter.rule(at(x, y0), at(x, y0 + TICK), dark)?;
            write(text, &words, (HPos::Center, VPos::Top), at(x, y0 + 2.0 * TICK))?;
        }
        for (y, text) in y_ticks() {
            painter.rule(at(x0 - TICK, y), at(x0, y), dark)?;
            write(text, &words, (HPos::Right, VPos::Center), at(-2.0 * TICK, y))?;
        }
        let name = plot.x_scale.axis_name(x_name);
        write(&name, &words, (HPos::Center, VPos::Bottom), at(end.x / 2.0, y0 + X_AXIS_HEIGHT))?;
        let (name, rotated) = (plot.y_scale.axis_name(y_name), words.transform(FontTransform::Rotate270));
        write(&name, &rotated, (HPos::Center, VPos::Top), at(-beside, end.y / 2.0))?;
        Ok(plot)
    }

    /// The painter of the area between the axes.
    pub(super) fn painter(&self) -> Painter<'_, DB> {
        Painter { palette: self.palette, scale: self.scale, area: &self.area }
    }

    /// The last pixel at the right and at the bottom.
    pub(super) fn end(&self) -> Point {
        let (width, height) = self.area.dim_in_pixel();
        let last = |pixels: u32| f64::from(pixels.saturating_sub(1)) / self.scale;
        Point { x: last(width), y: last(height) }
    }

    /// The position of a point of the plot.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> Point {
        let end = self.end();
        Point { x: end.x * self.x_scale.share(x), y: end.y * (1.0 - self.y_scale.share(y)) }
    }

    /// Draws a vertical line that marks the current value of x.
    pub(super) fn vertical_line(&self, x: f64) -> DrawResult<DB> {
        let Point { x, .. } = self.at((x, 0.0));
        let colour = mix(self.palette.highlight, self.palette.surface, 0.8);
        self.painter().line(Point { x, y: self.end().y }, Point { x, y: 0.0 }, colour, 2.0)
    }

    /// Draws lines, above them their names where there is room, and above those the dots at their ends.
    pub(super) fn lines(&self, lines: &[PlotLine]) -> DrawResult<DB> {
        for PlotLine { points, colour, dashes, .. } in lines {
            let ends = points.first().zip(points.last());
            let width = ends.map_or(0.0, |(first, last)| self.at(*last).x - self.at(*first).x);
            let columns = (width * self.scale).round() as usize + 1;
            let path: Vec<Point> =
                downsampled(points, columns).into_iter().map(|point| self.at(point)).collect();
            for dash in dashed(&path, dashes) {
                self.painter().path(&dash, *colour, 1.5)?;
            }
        }
        let mut ends: Vec<(&PlotLine, Point)> =
            lines.iter().filter_map(|line| Some((line, self.at(*line.points.last()?)))).collect();
        ends.sort_by(|one, other| other.1.y.total_cmp(&one.1.y));
        self.names(&ends)?;
        for (PlotLine { colour, diverged, leaves_upwards, .. }, end) in ends {
            match (leaves_upwards, diverged) {
                (Some(upwards), _) => self.painter().arrow(end, *upwards, *colour)?,
                (None, true) => self.painter().cross(end, DOT + 0.5, *colour)?,
                (None, false) => self.painter().circle(end, DOT, colour.filled())?,
            }
        }
        Ok(())
    }

    /// Writes each name beside its line's end, shifted by up to three lines if it would overlap others. `ends` are
    /// sorted from bottom to top.
    fn names(&self, ends: &[(&PlotLine, Point)]) -> DrawResult<DB> {
        let mut taken: Vec<Rect> =
            ends.iter().map(|(_, end)| Rect::around(*end, 2.0 * DOT, 2.0 * DOT)).collect();
        for (PlotLine { name, colour, .. }, end) in ends.iter().filter(|(line, _)| !line.name.is_empty()) {
            let width = text_width(name, SIZE);
            // Near the right side the name is outside the plot, beside the vertical line that may be there.
            let right = self.end().x;
            let left = if end.x > right - MARGIN { right } else { end.x } + DOT + 2.0;
            let areas = [0.0, -1.0, -2.0, -3.0, 1.0, 2.0, 3.0].into_iter().map(|lines| {
                let centre = Point { x: left + width / 2.0, y: end.y + lines * (SIZE + 1.0) };
                Rect::around(centre, width, SIZE)
            });
            let inside = |area: &Rect| area.top >= -SIZE && area.bottom <= self.end().y + SIZE / 2.0;
            let free = |area: &Rect| inside(area) && !taken.iter().any(|other| area.overlaps(other));
            if let Some(area) = areas.into_iter().find(free) {
                self.painter().fill_rect(area, self.palette.surface)?;
                self.painter().write(name, *colour, HPos::Left, Point { x: left, y: area.centre().y })?;
                taken.push(area);
            }
        }
        Ok(())
    }
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// A diagonal cross; `radius` is half its width.
    pub(super) fn cross(&self, centre: Point, radius: f64, colour: RGBColor) -> DrawResult<DB> {
        let at = |x: f64, y: f64| Point { x: centre.x + x * radius, y: centre.y + y * radius };
        self.line(at(-1.0, -1.0), at(1.0, 1.0), colour, 2.0)?;
        self.line(at(-1.0, 1.0), at(1.0, -1.0), colour, 2.0)
    }
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// An arrow head with its tip at this point, upwards or downwards.
    fn arrow(&self, tip: Point, upwards: bool, colour: RGBColor) -> DrawResult<DB> {
        let y = tip.y + if upwards { 2.0 * DOT } else { -2.0 * DOT };
        for x in [tip.x - 1.2 * DOT, tip.x + 1.2 * DOT] {
            self.line(Point { x, y }, tip, colour, 2.5)?;
        }
        Ok(())
    }
}

/// At most two points per pixel column, the lowest and the highest, and always the first and the last.
fn downsampled(points: &[(f64, f64)], columns: usize) -> Vec<(f64, f64)> {
    let size = points.len().div_ceil(columns.max(1));
    if size <= 2 {
        return points.to_vec();
    }
    let mut kept = Vec::with_capacity(2 * columns + 2);
    kept.extend(points.first());
    for chunk in points.chunks(size) {
        let by_value = |one: &&(f64, f64), other: &&(f64, f64)| one.1.total_cmp(&other.1);
        let (lowest, highest) = (chunk.iter().min_by(by_value), chunk.iter().max_by(by_value));
        let in_order = lowest <= highest; // compares x first; all x differ
        kept.extend(if in_order { [lowest, highest] } else { [highest, lowest] }.into_iter().flatten());
    }
    kept.extend(points.last());
    kept
}
