//! A drawing as text.

use plotters::prelude::*;

/// What `draw` draws in this size.
pub(crate) fn svg<E: std::fmt::Debug>(
    size: (u32, u32),
    draw: impl FnOnce(&DrawingArea<SVGBackend, plotters::coord::Shift>) -> Result<(), E>,
) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(&area).unwrap();
        area.present().unwrap();
    }
    text
}
