//! Words in a chart: one size for all, and how many there is room for.

use crate::view::ink::{Drawn, Ink, SANS};
use crate::view::scene::{Point, text_width};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// CSS pixels.
pub(super) const SIZE: f64 = 11.0;
/// From one line of words to the next.
pub(super) const LINE: f64 = 14.0;

impl<DB: DrawingBackend> Ink<'_, DB> {
    /// Width and height of the area.
    pub(super) fn size(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width) / self.scale, f64::from(height) / self.scale)
    }

    /// The look of words.
    pub(super) fn words(&self, colour: RGBColor) -> TextStyle<'static> {
        TextStyle { color: colour.to_backend_color(), ..self.font(SANS, SIZE, FontStyle::Normal) }
    }

    /// Words that stand to this point as `side` says, in the middle of their height.
    pub(super) fn write(&self, words: &str, colour: RGBColor, side: HPos, at: Point) -> Drawn<DB> {
        let style = self.words(colour).pos(Pos::new(side, VPos::Center));
        self.area.draw_text(words, &style, self.pixel(at))
    }

    /// Words in the middle, in as many lines as they need, where there is nothing to draw.
    pub(super) fn sentence(&self, words: &str) -> Drawn<DB> {
        let (width, height) = self.size();
        let lines = broken(words, width - 16.0);
        let first = height / 2.0 - LINE * (lines.len() as f64 - 1.0) / 2.0;
        for (index, line) in lines.iter().enumerate() {
            let at = Point { x: width / 2.0, y: first + LINE * index as f64 };
            self.write(line, self.palette.faded, HPos::Center, at)?;
        }
        Ok(())
    }
}

/// Words in lines of at most this width, as far as none of them is wider alone.
fn broken(words: &str, width: f64) -> Vec<String> {
    let mut lines = Vec::<String>::new();
    for word in words.split(' ') {
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
