//! Drawing in CSS pixels on any plotters backend; used by the network and the charts.

use super::scene::{Point, Rect};
use super::theme::Palette;
use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;

/// Font family of words and numbers.
pub(super) const SANS: &str = "system-ui, sans-serif";

/// The result of drawing.
pub(super) type DrawResult<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Draws on an area, in CSS pixels from its upper left corner.
pub(super) struct Painter<'a, DB: DrawingBackend> {
    pub(super) palette: &'a Palette,
    /// Backend pixels per CSS pixel.
    pub(super) scale: f64,
    pub(super) area: &'a DrawingArea<DB, Shift>,
}

impl<'a, DB: DrawingBackend> Painter<'a, DB> {
    /// Clears the area.
    pub(super) fn new(
        palette: &'a Palette,
        scale: f64,
        area: &'a DrawingArea<DB, Shift>,
    ) -> Result<Self, DrawingAreaErrorKind<DB::ErrorType>> {
        area.fill(&palette.surface)?;
        Ok(Self { palette, scale, area })
    }

    /// A point in backend pixels.
    pub(super) fn pixel(&self, point: Point) -> (i32, i32) {
        ((point.x * self.scale).round() as i32, (point.y * self.scale).round() as i32)
    }

    /// A length in whole backend pixels, at least one.
    pub(super) fn pixels(&self, length: f64) -> u32 {
        (length * self.scale).round().max(1.0) as u32
    }

    /// A font of this size.
    pub(super) fn font(&self, family: &'static str, size: f64, style: FontStyle) -> TextStyle<'static> {
        FontDesc::new(FontFamily::Name(family), size * self.scale, style).into()
    }

    pub(super) fn line(&self, from: Point, to: Point, colour: RGBColor, width: f64) -> DrawResult<DB> {
        self.path(&[from, to], colour, width)
    }

    /// A horizontal or vertical line, one CSS pixel wide and aligned to backend pixels.
    pub(super) fn rule(&self, from: Point, to: Point, colour: RGBColor) -> DrawResult<DB> {
        let (width, (left, top), (right, bottom)) =
            (self.pixels(1.0) as i32, self.pixel(from), self.pixel(to));
        let (x, y) = if left == right { (width, 1) } else { (1, width) };
        let corners = [(left - x / 2, top - y / 2), (right - x / 2 + x, bottom - y / 2 + y)];
        self.area.draw(&Rectangle::new(corners, colour.filled()))
    }

    pub(super) fn path(&self, points: &[Point], colour: RGBColor, width: f64) -> DrawResult<DB> {
        let points: Vec<_> = points.iter().map(|point| self.pixel(*point)).collect();
        self.area.draw(&PathElement::new(points, colour.stroke_width(self.pixels(width))))
    }

    pub(super) fn polygon(&self, points: &[Point], colour: RGBColor) -> DrawResult<DB> {
        let points: Vec<_> = points.iter().map(|point| self.pixel(*point)).collect();
        self.area.draw(&Polygon::new(points, colour.filled()))
    }

    pub(super) fn circle(&self, centre: Point, radius: f64, style: impl Into<ShapeStyle>) -> DrawResult<DB> {
        self.area.draw(&Circle::new(self.pixel(centre), (radius * self.scale).round().max(0.0) as i32, style))
    }

    pub(super) fn fill_rect(&self, rect: Rect, colour: RGBColor) -> DrawResult<DB> {
        let corners = [Point { x: rect.left, y: rect.top }, Point { x: rect.right, y: rect.bottom }];
        self.area.draw(&Rectangle::new(corners.map(|corner| self.pixel(corner)), colour.filled()))
    }
}

/// The dashes of a path. `pattern` has the lengths of dash, gap, dash, …; an empty pattern returns the whole
/// path. A dash may go around corners.
pub(super) fn dashed(path: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let Some(&first) = path.first().filter(|_| path.len() > 1) else { return Vec::new() };
    if pattern.iter().sum::<f64>() <= 0.0 {
        return vec![path.to_vec()];
    }
    let mut dashes = Vec::new();
    let mut dash = vec![first];
    // Index into the pattern (dashes are even), and the length left of that dash or gap.
    let (mut index, mut left) = (0, pattern[0]);
    for ends in path.windows(2) {
        let (dx, dy) = (ends[1].x - ends[0].x, ends[1].y - ends[0].y);
        let length = dx.hypot(dy);
        let at = |distance: f64| Point {
            x: ends[0].x + dx * distance / length,
            y: ends[0].y + dy * distance / length,
        };
        let mut distance = 0.0;
        // The tolerance avoids a dash as short as a rounding error.
        while length - distance > left + 1e-6 {
            distance += left;
            let dash_ends = index % 2 == 0;
            index += 1;
            left = pattern[index % pattern.len()];
            if dash_ends {
                dash.push(at(distance));
                dashes.push(std::mem::take(&mut dash));
            } else {
                dash = vec![at(distance)];
            }
        }
        left -= length - distance;
        if index % 2 == 0 {
            dash.push(ends[1]);
        }
    }
    dashes.extend((dash.len() > 1).then_some(dash));
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_around_corners() {
        let path = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)].map(|(x, y)| Point { x, y });
        let dashes = |pattern: &[f64]| -> Vec<Vec<(f64, f64)>> {
            let dashes = dashed(&path, pattern).into_iter();
            dashes.map(|dash| dash.into_iter().map(|point| (point.x, point.y)).collect()).collect()
        };
        assert_eq!(dashes(&[]), [[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]]);
        assert_eq!(
            dashes(&[4.0, 4.0]),
            [
                vec![(0.0, 0.0), (4.0, 0.0)],
                vec![(8.0, 0.0), (10.0, 0.0), (10.0, 2.0)],
                vec![(10.0, 6.0), (10.0, 10.0)]
            ]
        );
        assert_eq!(dashes(&[1.0, 17.0, 1.5, 9.0]), [[(0.0, 0.0), (1.0, 0.0)], [(10.0, 8.0), (10.0, 9.5)]]);
        assert_eq!(dashes(&[100.0, 1.0]).len(), 1);
        assert_eq!((dashed(&[], &[]), dashed(&path[..1], &[3.0, 2.0])), (Vec::new(), Vec::new()));
    }
}
