//! Inputs that are images: the one at work, and those that are taken for something else.

use super::words::LINE;
use crate::nn::class;
use crate::scenario::Scenario;
use crate::session::Session;
use crate::view::ink::{Drawn, Ink};
use crate::view::scene::{Point, Rect};
use crate::view::theme::{Palette, mix};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Width and height of an image, where the scenario's inputs are one.
pub fn image_size(scenario: &Scenario) -> Option<(usize, usize)> {
    let data = &scenario.data;
    // Doubles say by their names that they are one.
    let side = (2..=64).find(|side| side * side == data.inputs.len());
    let named = data.inputs.first().is_some_and(|name| name == "row 1 column 1");
    data.samples.image_size().or(side.filter(|_| named).map(|side| (side, side)))
}

/// Draws the image of the sample at work. `scale` is pixels to a CSS pixel.
pub fn sample_image<DB: DrawingBackend>(
    session: &Session,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    let ink = Ink::new(palette, scale, area)?;
    let scenario = session.scenario();
    let Some(size) = image_size(scenario) else { return Ok(()) };
    let (width, height) = ink.size();
    let side = width.min(height);
    let sample = scenario.data.samples.at(session.visible().row());
    image(&sample.x, size, Rect { left: 0.0, top: 0.0, right: side, bottom: side }, &ink)
}

/// Shades of a pixel.
const SHADES: f64 = 8.0;
/// From one image to the next, in CSS pixels.
const IMAGE_GAP: f64 = 8.0;

/// Images that are classified wrongly, each with what it is and what is said of it.
pub(super) fn errors<DB: DrawingBackend>(session: &Session, ink: &Ink<'_, DB>) -> Drawn<DB> {
    let data = &session.scenario().data;
    let (Some(pixels), Some(snapshot)) = (image_size(session.scenario()), session.training().snapshot())
    else {
        return ink
            .sentence("The images that are classified wrongly are shown here when the training has begun");
    };
    let errors = &snapshot.classification.errors;
    if errors.is_empty() {
        return ink.sentence("No image is classified wrongly");
    }
    let rows = data.validation_or_training();
    let (width, height) = ink.size();
    let size = 44.0;
    let columns = ((width + IMAGE_GAP) / (size + IMAGE_GAP)).floor().max(1.0) as usize;
    let lines = (height / (size + LINE + 4.0)).floor().max(1.0) as usize;
    for (index, (row, said)) in errors.iter().take(columns * lines).enumerate() {
        let Some(sample) = rows.get(*row) else { continue };
        let left = (index % columns) as f64 * (size + IMAGE_GAP);
        let top = (index / columns) as f64 * (size + LINE + 4.0);
        image(&sample.x, pixels, Rect { left, top, right: left + size, bottom: top + size }, ink)?;
        let name = |class: usize| data.targets.get(class).map_or("", String::as_str);
        let words = format!("{} as {}", name(class(&sample.y)), name(*said));
        let at = Point { x: left, y: top + size + LINE / 2.0 + 1.0 };
        ink.write(&words, ink.palette.text, HPos::Left, at)?;
    }
    Ok(())
}

/// An image of so many pixels across and down, each 0 … 1.
fn image<DB: DrawingBackend>(
    x: &[f64],
    (across, down): (usize, usize),
    area: Rect,
    ink: &Ink<'_, DB>,
) -> Drawn<DB> {
    let Palette { background, text, .. } = *ink.palette;
    ink.fill(area, mix(text, background, 0.06))?;
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
                ink.fill(cells, mix(text, background, 0.06 + 0.94 * shade(&run[0]) / SHADES))?;
            }
            column += run.len();
        }
    }
    Ok(())
}
