//! Inputs that are images: the current sample's, and the misclassified ones.

use super::text::LINE;
use crate::nn::predicted_class;
use crate::scenario::Scenario;
use crate::session::Session;
use crate::view::painter::{DrawResult, Painter};
use crate::view::scene::{Point, Rect};
use crate::view::theme::{Palette, mix};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Number of shades of a pixel.
const SHADES: f64 = 8.0;
/// Gap between two images, in CSS pixels.
const GAP: f64 = 8.0;
/// Size of a misclassified image, in CSS pixels.
const SIZE: f64 = 44.0;

/// Width and height in pixels, if the scenario's inputs are the pixels of an image.
pub fn image_size(scenario: &Scenario) -> Option<(usize, usize)> {
    let data = &scenario.data;
    // Rows of numbers are images if their columns are named so.
    let side = (2..=64).find(|side| side * side == data.inputs.len());
    let named = data.inputs.first().is_some_and(|name| name == "row 1 column 1");
    data.samples.image_size().or(side.filter(|_| named).map(|side| (side, side)))
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws the image of the current sample.
    pub(super) fn sample_image(&self, session: &Session) -> DrawResult<DB> {
        let scenario = session.scenario();
        let Some(size) = image_size(scenario) else { return Ok(()) };
        let (width, height) = self.size();
        let side = width.min(height);
        let sample = scenario.data.samples.at(session.visible().row());
        self.image(&sample.x, size, Rect { left: 0.0, top: 0.0, right: side, bottom: side })
    }

    /// Draws misclassified images, each with its true and its predicted class.
    pub(super) fn misclassified(&self, session: &Session) -> DrawResult<DB> {
        let data = &session.scenario().data;
        let (Some(pixels), Some(snapshot)) = (image_size(session.scenario()), session.training().snapshot())
        else {
            return self.sentence("Press Train to see misclassified images.");
        };
        let misclassified = &snapshot.classification.misclassified;
        if misclassified.is_empty() {
            return self.sentence("No misclassified images");
        }
        let rows = data.validation_or_training();
        let (width, height) = self.size();
        let columns = ((width + GAP) / (SIZE + GAP)).floor().max(1.0) as usize;
        let lines = (height / (SIZE + LINE + 4.0)).floor().max(1.0) as usize;
        for (index, (row, predicted)) in misclassified.iter().take(columns * lines).enumerate() {
            let Some(sample) = rows.get(*row) else { continue };
            let left = (index % columns) as f64 * (SIZE + GAP);
            let top = (index / columns) as f64 * (SIZE + LINE + 4.0);
            self.image(&sample.x, pixels, Rect { left, top, right: left + SIZE, bottom: top + SIZE })?;
            let name = |class: usize| data.targets.get(class).map_or("", String::as_str);
            let words = format!("{} as {}", name(predicted_class(&sample.y)), name(*predicted));
            let at = Point { x: left, y: top + SIZE + LINE / 2.0 + 1.0 };
            self.write(&words, self.palette.text, HPos::Left, at)?;
        }
        Ok(())
    }

    /// Draws an image of `across` × `down` pixels, each 0 … 1; `x` has them row by row.
    fn image(&self, x: &[f64], (across, down): (usize, usize), area: Rect) -> DrawResult<DB> {
        let Palette { background, text, .. } = *self.palette;
        self.fill_rect(area, mix(text, background, 0.06))?;
        let step = (area.right - area.left) / across.max(down) as f64;
        let shade = |value: &f64| (value.clamp(0.0, 1.0) * SHADES).round();
        for (row, pixels) in x.chunks(across).enumerate() {
            let mut column = 0;
            for run in pixels.chunk_by(|one, other| shade(one) == shade(other)) {
                let along = |column: usize| area.left + column as f64 * step;
                let top = area.top + row as f64 * step;
                let cells =
                    Rect { left: along(column), top, right: along(column + run.len()), bottom: top + step };
                if shade(&run[0]) > 0.0 {
                    self.fill_rect(cells, mix(text, background, 0.06 + 0.94 * shade(&run[0]) / SHADES))?;
                }
                column += run.len();
            }
        }
        Ok(())
    }
}
