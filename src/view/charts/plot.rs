//! Lines between two axes.

use super::scale::Scale;
use super::words::{LINE, SIZE};
use crate::view::ink::{Drawn, Ink, dashed};
use crate::view::scene::{Point, Rect, text_width};
use crate::view::theme::{Palette, mix};
use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The dot at the end of a line.
const DOT: f64 = 3.5;
/// At the right, wide enough for a name.
const MARGIN: f64 = 16.0;
/// For what stands below.
const BELOW: f64 = 34.0;
/// The length of a tick.
const TICK: f64 = 3.0;

/// One line of a chart.
pub(super) struct Line {
    /// Finite, in order.
    pub(super) points: Vec<(f64, f64)>,
    pub(super) colour: RGBColor,
    /// As in [`DASHES`](crate::view::theme::DASHES).
    pub(super) dashes: &'static [f64],
    /// What is written at its end.
    pub(super) name: String,
    /// It ends for good: a cross says so, in place of the dot.
    pub(super) ended: bool,
}

impl Line {
    /// A solid line without a name.
    pub(super) fn new(points: Vec<(f64, f64)>, colour: RGBColor) -> Self {
        Self { points, colour, dashes: &[], name: String::new(), ended: false }
    }
}

/// The room between two axes.
pub(super) struct Plot<'a, DB: DrawingBackend> {
    palette: &'a Palette,
    scale: f64,
    area: DrawingArea<DB, Shift>,
    across: Scale,
    up: Scale,
}

impl<DB: DrawingBackend> Ink<'_, DB> {
    /// How many ticks there is room for at the side of a plot.
    pub(super) fn rows(&self) -> usize {
        (self.size().1 / 40.0).clamp(2.0, 5.0) as usize
    }

    /// How many characters there is room for under a plot.
    pub(super) fn columns(&self) -> usize {
        ((self.size().0 - 80.0).max(0.0) / (0.6 * SIZE)) as usize
    }
}

impl<'a, DB: DrawingBackend> Plot<'a, DB> {
    /// Draws the axes, each with its name.
    pub(super) fn new(
        ink: &Ink<'a, DB>,
        (across_name, across): (&str, Scale),
        (up_name, up): (&str, Scale),
    ) -> Result<Self, DrawingAreaErrorKind<DB::ErrorType>> {
        let Ink { palette, scale, area } = *ink;
        let pixels = |length| ink.pixels(length) as i32;
        let beside = (up.widest() + 24.0).max(56.0);
        let (width, height) = area.dim_in_pixel();
        let (left, top) = (pixels(2.0) + pixels(beside), pixels(10.0));
        let size = (width as i32 - left - pixels(MARGIN), height as i32 - top - pixels(BELOW));
        let area = area.clone().shrink((left, top), (size.0.max(0), size.1.max(0)));
        let plot = Self { palette, scale, area, across, up };
        plot.axes(ink, (left, top), (across_name, up_name), beside)?;
        Ok(plot)
    }

    /// The grid, and below and to the left of it an axis each, with its ticks, their texts and its name. The names are
    /// of the axes across and up; in `around` the plot begins at the pixel `corner`.
    fn axes(&self, around: &Ink<'_, DB>, corner: (i32, i32), names: (&str, &str), beside: f64) -> Drawn<DB> {
        let end = self.end();
        let at = |x: f64, y: f64| Point {
            x: f64::from(corner.0) / self.scale + x,
            y: f64::from(corner.1) / self.scale + y,
        };
        let (dark, light) = (self.palette.line, mix(self.palette.line, self.palette.surface, 0.5));
        let across: Vec<_> = self.across.ticks.iter().map(|(share, text)| (end.x * share, text)).collect();
        let up: Vec<_> = self.up.ticks.iter().map(|(share, text)| (end.y * (1.0 - share), text)).collect();
        for (x, _) in &across {
            around.rule(at(*x, 0.0), at(*x, end.y), light)?;
        }
        for (y, _) in &up {
            around.rule(at(0.0, *y), at(end.x, *y), light)?;
        }
        // The axes are one pixel outside.
        let (x0, y0) = (-1.0 / self.scale, end.y + 1.0 / self.scale);
        around.rule(at(0.0, y0), at(end.x, y0), dark)?;
        around.rule(at(x0, 0.0), at(x0, end.y), dark)?;
        let words = around.words(self.palette.faded);
        let write = |text: &str, style: &TextStyle, (h, v), at| {
            around.area.draw_text(text, &style.pos(Pos::new(h, v)), around.pixel(at))
        };
        for (x, text) in across {
            around.rule(at(x, y0), at(x, y0 + TICK), dark)?;
            write(text, &words, (HPos::Center, VPos::Top), at(x, y0 + 2.0 * TICK))?;
        }
        for (y, text) in up {
            around.rule(at(x0 - TICK, y), at(x0, y), dark)?;
            write(text, &words, (HPos::Right, VPos::Center), at(-2.0 * TICK, y))?;
        }
        let name = self.across.described(names.0);
        write(&name, &words, (HPos::Center, VPos::Bottom), at(end.x / 2.0, y0 + BELOW))?;
        let (name, upwards) = (self.up.described(names.1), words.transform(FontTransform::Rotate270));
        write(&name, &upwards, (HPos::Center, VPos::Top), at(-beside, end.y / 2.0))
    }

    /// To draw between the axes.
    pub(super) fn ink(&self) -> Ink<'_, DB> {
        Ink { palette: self.palette, scale: self.scale, area: &self.area }
    }

    /// Where the last pixel to the right and to the bottom is.
    pub(super) fn end(&self) -> Point {
        let (width, height) = self.area.dim_in_pixel();
        let last = |pixels: u32| f64::from(pixels.saturating_sub(1)) / self.scale;
        Point { x: last(width), y: last(height) }
    }

    /// Where two values meet.
    pub(super) fn at(&self, (across, up): (f64, f64)) -> Point {
        let end = self.end();
        Point { x: end.x * self.across.share(across), y: end.y * (1.0 - self.up.share(up)) }
    }

    /// A vertical line that marks the present.
    pub(super) fn mark(&self, across: f64) -> Drawn<DB> {
        let Point { x, .. } = self.at((across, 0.0));
        let colour = mix(self.palette.lit, self.palette.surface, 0.8);
        self.ink().line(Point { x, y: self.end().y }, Point { x, y: 0.0 }, colour, 2.0)
    }

    /// A faint horizontal line with its name over it, which ends at `right`.
    pub(super) fn level(&self, up: f64, name: &str, right: f64) -> Drawn<DB> {
        let (Point { y, .. }, Point { x, .. }) = (self.at((0.0, up)), self.end());
        self.ink().line(Point { x: 0.0, y }, Point { x, y }, self.palette.faded, 1.0)?;
        self.ink().write(name, self.palette.faded, HPos::Right, Point { x: right, y: y - LINE / 2.0 })
    }

    /// Shades all from here to the right.
    pub(super) fn shade(&self, across: f64) -> Drawn<DB> {
        let Point { x, .. } = self.at((across, 0.0));
        let Point { x: right, y: bottom } = self.end();
        self.ink().fill(
            Rect { left: x, top: 0.0, right, bottom },
            mix(self.palette.line, self.palette.surface, 0.5),
        )
    }

    /// Points of their own.
    pub(super) fn dots(&self, points: impl Iterator<Item = (f64, f64)>, colour: RGBColor) -> Drawn<DB> {
        for point in points {
            self.ink().circle(self.at(point), 2.5, colour.filled())?;
        }
        Ok(())
    }

    /// A straight line between two points.
    pub(super) fn straight(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Drawn<DB> {
        self.ink().line(self.at(from), self.at(to), colour, 1.5)
    }

    /// Lines, over them their names where these stand clear, and over those their ends.
    pub(super) fn lines(&self, lines: &[Line]) -> Drawn<DB> {
        for Line { points, colour, dashes, .. } in lines {
            let ends = points.first().zip(points.last());
            let width = ends.map_or(0.0, |(first, last)| self.at(*last).x - self.at(*first).x);
            let columns = (width * self.scale).round() as usize + 1;
            let path: Vec<Point> = thinned(points, columns).into_iter().map(|point| self.at(point)).collect();
            for dash in dashed(&path, dashes) {
                self.ink().path(&dash, *colour, 1.5)?;
            }
        }
        let mut ends: Vec<(&Line, Point)> =
            lines.iter().filter_map(|line| Some((line, self.at(*line.points.last()?)))).collect();
        ends.sort_by(|one, other| other.1.y.total_cmp(&one.1.y));
        self.names(&ends)?;
        for (Line { colour, ended, .. }, end) in ends {
            match ended {
                true => self.ink().cross(end, DOT + 0.5, *colour)?,
                false => self.ink().circle(end, DOT, colour.filled())?,
            }
        }
        Ok(())
    }

    /// Writes each name beside its line's end, or as little above it as keeps it clear of those before, or below.
    /// The ends come from the lowest up.
    fn names(&self, ends: &[(&Line, Point)]) -> Drawn<DB> {
        let mut taken: Vec<Rect> =
            ends.iter().map(|(_, end)| Rect::around(*end, 2.0 * DOT, 2.0 * DOT)).collect();
        for (Line { name, colour, .. }, end) in ends.iter().filter(|(line, _)| !line.name.is_empty()) {
            let width = text_width(name, SIZE);
            // Near the right side, beyond it, where the present may be marked.
            let right = self.end().x;
            let left = if end.x > right - MARGIN { right } else { end.x } + DOT + 2.0;
            let places = [0.0, -1.0, -2.0, -3.0, 1.0, 2.0, 3.0].into_iter().map(|lines| {
                let centre = Point { x: left + width / 2.0, y: end.y + lines * (SIZE + 1.0) };
                Rect::around(centre, width, SIZE)
            });
            let inside = |place: &Rect| place.top >= -SIZE && place.bottom <= self.end().y + SIZE / 2.0;
            let mut clear =
                places.filter(|place| inside(place) && !taken.iter().any(|other| place.overlaps(other)));
            if let Some(place) = clear.next() {
                self.ink().fill(place, self.palette.surface)?;
                self.ink().write(name, *colour, HPos::Left, Point { x: left, y: place.centre().y })?;
                taken.push(place);
            }
        }
        Ok(())
    }
}

impl<DB: DrawingBackend> Ink<'_, DB> {
    /// A cross from corner to corner of a square around this point.
    pub(super) fn cross(&self, centre: Point, reach: f64, colour: RGBColor) -> Drawn<DB> {
        let at = |x: f64, y: f64| Point { x: centre.x + x * reach, y: centre.y + y * reach };
        self.line(at(-1.0, -1.0), at(1.0, 1.0), colour, 2.0)?;
        self.line(at(-1.0, 1.0), at(1.0, -1.0), colour, 2.0)
    }
}

/// At most two points to a pixel, the lowest and the highest, and always the first and the last.
fn thinned(points: &[(f64, f64)], columns: usize) -> Vec<(f64, f64)> {
    let size = points.len().div_ceil(columns.max(1));
    if size <= 2 {
        return points.to_vec();
    }
    let mut thin = Vec::with_capacity(2 * columns + 2);
    thin.extend(points.first());
    for chunk in points.chunks(size) {
        let by_value = |one: &&(f64, f64), other: &&(f64, f64)| one.1.total_cmp(&other.1);
        let (lowest, highest) = (chunk.iter().min_by(by_value), chunk.iter().max_by(by_value));
        let in_order = lowest <= highest; // the x of points are in order, and differ
        thin.extend(if in_order { [lowest, highest] } else { [highest, lowest] }.into_iter().flatten());
    }
    thin.extend(points.last());
    thin
}
