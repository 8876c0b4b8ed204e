//! The caption above each column, and the note below a column that shows only some of its neurons.

use super::layout::LabelPlacement::{Below, Card, Sparse};
use super::layout::{Column, Layout};
use super::text::{shortened, text_width};
use super::{Point, Scene, Text};
use crate::session::Session;

/// Adds the caption and the note of the column at `index`, whose first neuron shown is `first`.
pub(super) fn add(session: &Session, layout: &Layout, index: usize, first: usize, scene: &mut Scene) {
    let Layout { font, line, .. } = *layout;
    let column = &layout.columns[index];
    let scenario = session.scenario();
    let layers = scenario.layer_sizes().len();
    let activation = index.checked_sub(1).and_then(|layer| scenario.activations.get(layer));
    let function = activation.map_or(String::new(), |activation| activation.name().replace('_', " "));
    let layer = match index {
        0 => "input".to_owned(),
        index if index > layers => "target".to_owned(),
        index if index == layers => "output".to_owned(),
        index => format!("hidden {index}"),
    };
    let middle = match layout.placement {
        Card => (column.left + column.right) / 2.0,
        Below | Sparse => column.x,
    };
    let (left, right) = extent(&layout.columns, index, scene.width);
    let width = right - left;
    let text = |text: String, y: f64| {
        let half = text_width(&text, font) / 2.0;
        let x = middle.min(right - half).max(left + half);
        Text { text, centre: Point { x, y }, size: font }
    };
    let lines = match layout.two_line_captions {
        true => vec![layer, function],
        false if function.is_empty() => vec![layer],
        false => vec![format!("{layer} · {function}")],
    };
    for (row, words) in lines.iter().enumerate() {
        let words = shortened(words, width, font);
        if !words.is_empty() {
            scene.captions.push(text(words, 6.0 + line * (row as f64 + 0.5)));
        }
    }
    if column.shown < column.count && index <= layers {
        let (from, to, of) = (first + 1, first + column.shown, column.count);
        let kind = if index == 0 { "inputs" } else { "neurons" };
        let long = format!("{of} {kind}, {from}–{to} shown");
        let fits = text_width(&long, font) <= width;
        let words = if fits { long } else { shortened(&format!("{from}–{to} of {of}"), width, font) };
        scene.notes.push(text(words, scene.height - 4.0 - line / 2.0));
    }
}

/// Left and right end of the space above a column: halfway to the columns beside it.
fn extent(columns: &[Column], index: usize, width: f64) -> (f64, f64) {
    let column = &columns[index];
    let before = index.checked_sub(1).map_or(-column.left, |before| columns[before].right);
    let after = columns.get(index + 1).map_or(2.0 * width - column.right, |after| after.left);
    ((before + column.left) / 2.0 + 2.0, (column.right + after) / 2.0 - 2.0)
}
