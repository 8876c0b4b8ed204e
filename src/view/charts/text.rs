//! The text of charts, all of one size.

use crate::view::painter::{DrawResult, Painter, SANS};
use crate::view::scene::{Point, text_width};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Font size, in CSS pixels.
pub(super) const SIZE: f64 = 11.0;
/// Line height, in CSS pixels.
pub(super) const LINE: f64 = 14.0;

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Width and height of the area, in CSS pixels.
    pub(super) fn size(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width) / self.scale, f64::from(height) / self.scale)
    }

    /// The text style of charts, in this colour.
    pub(super) fn text_style(&self, colour: RGBColor) -> TextStyle<'static> {
        TextStyle { color: colour.to_backend_color(), ..self.font(SANS, SIZE, FontStyle::Normal) }
    }

    /// Draws a line of text; `anchor` says which side of it is at the point, vertically it is centred.
    pub(super) fn write(&self, text: &str, colour: RGBColor, anchor: HPos, at: Point) -> DrawResult<DB> {
        let style = self.text_style(colour).pos(Pos::new(anchor, VPos::Center));
        self.area.draw_text(text, &style, self.pixel(at))
    }

    /// Draws a sentence in the centre of the area, in as many lines as it needs.
    pub(super) fn sentence(&self, text: &str) -> DrawResult<DB> {
        let (width, height) = self.size();
        let lines = wrap_lines(text, width - 16.0);
        let first = height / 2.0 - LINE * (lines.len() as f64 - 1.0) / 2.0;
        for (index, line) in lines.iter().enumerate() {
            let at = Point { x: width / 2.0, y: first + LINE * index as f64 };
            self.write(line, self.palette.faded, HPos::Center, at)?;
        }
        Ok(())
    }
}

/// Wraps text to lines of at most this width; a wider word has a line of its own.
fn wrap_lines(text: &str, width: f64) -> Vec<String> {
    let mut lines = Vec::<String>::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if text_width(line, SIZE) + text_width(word, SIZE) + SIZE / 2.0 <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
