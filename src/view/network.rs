//! Draws a [`Scene`]: edges below, neurons over them, numbers on top.

use super::ink::{Drawn, Ink, SANS, dashed};
use super::scene::{Edge, Label, Light, Node, Point, Rect, Scene, Symbol, Text, text_width};
use super::theme::{Palette, mix};
use crate::session::Item;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Symbols, as in formulas.
const SERIF: &str = "'STIX Two Math', 'STIX Two Text', 'Times New Roman', serif";
/// With more edges than this, faded ones are not dashed: it could not be seen, and takes time.
const MAX_DASHED: usize = 120;
/// The corners of cards and boxes.
const CORNER: f64 = 7.0;

/// Draws the scene at the upper left of the area, with `scale` pixels to each of its CSS pixels.
pub fn draw<DB: DrawingBackend>(
    scene: &Scene,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    let dense = scene.edges.len() > MAX_DASHED;
    let ink = Ink { palette, scale, area };
    let mut pen = Pen { ink, dense, styles: Vec::new(), texts: Vec::new() };
    area.fill(&palette.surface)?;
    let mut edges: Vec<&Edge> = scene.edges.iter().collect();
    // What stands out is drawn over the others.
    edges.sort_by_key(|edge| (edge.hovered, edge.selected, edge.light));
    for edge in edges {
        pen.edge(edge)?;
    }
    for link in &scene.links {
        let colour = pen.lit(palette.cost, link.light);
        pen.ink.line(link.from, link.to, colour, if link.light.is_lit() { 2.0 } else { 1.0 })?;
    }
    for edge in &scene.edges {
        if let Some(label) = &edge.label {
            pen.weight(label, edge.weight)?;
        }
    }
    for node in &scene.nodes {
        pen.node(node)?;
    }
    for text in scene.captions.iter().chain(&scene.notes) {
        pen.words(text, palette.faded);
    }
    pen.write()
}

/// What it takes to draw.
struct Pen<'a, DB: DrawingBackend> {
    ink: Ink<'a, DB>,
    /// There is much to draw in little room.
    dense: bool,
    /// The fonts in use: size, whether a symbol's, whether bold.
    styles: Vec<((f64, bool, bool), TextStyle<'static>)>,
    /// What is to be written over everything else.
    texts: Vec<Writing<'a>>,
}

/// A text on its way to the picture.
#[derive(Clone, Copy)]
struct Writing<'a> {
    /// Its place in [`Pen::styles`].
    style: usize,
    colour: RGBColor,
    anchor: HPos,
    at: (i32, i32),
    text: &'a str,
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    /// A hue, faded as the light says.
    fn lit(&self, hue: RGBColor, light: Light) -> RGBColor {
        match light {
            Light::Faded => mix(hue, self.ink.palette.surface, 0.3),
            Light::Plain => mix(hue, self.ink.palette.surface, 0.6),
            Light::Read | Light::Written => hue,
        }
    }

    fn hue(&self, symbol: Symbol) -> RGBColor {
        match symbol {
            Symbol::Input | Symbol::Activation => self.ink.palette.a,
            Symbol::WeightedInput => self.ink.palette.z,
            Symbol::Delta => self.ink.palette.delta,
            Symbol::Bias | Symbol::BiasChange => self.ink.palette.b,
            Symbol::Weight => self.ink.palette.w,
            Symbol::Target => self.ink.palette.cost,
            Symbol::Name => self.ink.palette.faded,
        }
    }

    /// A ring whose middle line has this radius.
    fn ring(&self, centre: Point, radius: f64, colour: RGBColor, width: f64) -> Drawn<DB> {
        self.ink.circle(centre, radius, colour.stroke_width(self.ink.pixels(width)))
    }

    /// A frame with round corners; in a dense picture, where they would not be seen, with plain ones.
    fn frame(&self, rect: Rect, fill: RGBColor, line: RGBColor, width: f64) -> Drawn<DB> {
        if self.dense {
            self.ink.fill(rect, line)?;
            let width = f64::from(self.ink.pixels(width)) / self.ink.scale;
            return self.ink.fill(rect.grown(-width), fill);
        }
        let points = rounded(rect, CORNER);
        self.ink.polygon(&points, fill)?;
        let closed: Vec<_> = points.iter().chain(&points[..2]).copied().collect();
        self.ink.path(&closed, line, width)
    }

    /// Text at a point of its own that `anchor` says; written by [`Pen::write`].
    fn text(
        &mut self,
        text: &'a str,
        (size, symbol, bold): (f64, bool, bool),
        colour: RGBColor,
        anchor: HPos,
        at: Point,
    ) {
        let at = self.ink.pixel(at);
        let key = (size, symbol, bold);
        let place = self.styles.iter().position(|(other, _)| *other == key);
        let place = place.unwrap_or_else(|| {
            let (family, style) = match (symbol, bold) {
                (true, _) => (SERIF, FontStyle::Italic),
                (false, true) => (SANS, FontStyle::Bold),
                (false, false) => (SANS, FontStyle::Normal),
            };
            // Serif letters look smaller.
            let size = if symbol { size * 1.1 } else { size };
            self.styles.push((key, self.ink.font(family, size, style)));
            self.styles.len() - 1
        });
        self.texts.push(Writing { style: place, colour, anchor, at, text });
    }

    /// Writes the texts, those of one look after each other: a canvas takes its time over another font or colour.
    fn write(mut self) -> Drawn<DB> {
        self.texts.sort_by_key(|text| {
            let RGBColor(red, green, blue) = text.colour;
            (text.style, red, green, blue, text.anchor as u8)
        });
        for Writing { style, colour, anchor, at, text } in self.texts {
            let style = &mut self.styles[style].1;
            style.color = colour.to_backend_color();
            style.pos = Pos::new(anchor, VPos::Center);
            self.ink.area.draw_text(text, style, at)?;
        }
        Ok(())
    }

    fn words(&mut self, text: &'a Text, colour: RGBColor) {
        self.text(&text.text, (text.size, false, false), colour, HPos::Center, text.centre);
    }

    fn edge(&self, edge: &Edge) -> Drawn<DB> {
        let negative = edge.weight < 0.0;
        let hue = if negative { self.ink.palette.w_negative } else { self.ink.palette.w };
        let pointed_at = edge.selected || edge.hovered;
        if pointed_at {
            let under = if edge.hovered { self.ink.palette.lit } else { self.ink.palette.selected };
            self.ink.line(edge.from, edge.to, under, edge.width + 4.0)?;
            self.ink.line(edge.from, edge.to, self.ink.palette.surface, edge.width + 1.0)?;
        }
        let colour = if pointed_at { hue } else { self.lit(hue, edge.light) };
        let width = if edge.light == Light::Faded { edge.width * 0.8 } else { edge.width };
        if !negative || self.dense && !edge.light.is_lit() && !pointed_at {
            return self.ink.line(edge.from, edge.to, colour, width);
        }
        let length = (edge.to.x - edge.from.x).hypot(edge.to.y - edge.from.y);
        // Whole dashes, the same length all along.
        let period = if self.dense { 12.0 } else { 8.0 };
        let period = length / (length / (period + width)).round().clamp(2.0, 60.0);
        for dash in dashed(&[edge.from, edge.to], &[0.62 * period, 0.38 * period]) {
            self.ink.path(&dash, colour, width)?;
        }
        Ok(())
    }

    /// The value of a weight, at its edge.
    fn weight(&mut self, label: &'a Label, weight: f64) -> Drawn<DB> {
        let hue = if weight < 0.0 { self.ink.palette.w_negative } else { self.ink.palette.w };
        let ground = if label.light == Light::Written { self.glow() } else { self.ink.palette.surface };
        self.ink.fill(label.area, ground)?;
        let faded = label.light == Light::Faded && !label.hovered;
        let colour = if faded { self.ink.palette.faded } else { hue };
        self.text(&label.value, (label.size, false, false), colour, HPos::Center, label.area.centre());
        Ok(())
    }

    /// Behind what is being written: the stroke of a marker.
    fn glow(&self) -> RGBColor {
        mix(self.ink.palette.lit, self.ink.palette.surface, 0.28)
    }

    fn node(&mut self, node: &'a Node) -> Drawn<DB> {
        let Palette { background, line, text, faded, lit, selected, a, .. } = *self.ink.palette;
        let strongest =
            node.labels.iter().filter(|label| label.light.is_lit()).max_by_key(|label| label.light);
        let hue = strongest.map_or(a, |label| self.hue(label.symbol));
        let is_box = matches!(node.item, Item::Target { .. });
        let border = match node.light {
            Light::Faded => (line, 1.0),
            Light::Plain => (faded, 1.0),
            Light::Read => (hue, 1.5),
            Light::Written => (hue, 1.5),
        };
        if let Some(card) = node.card {
            if node.selected {
                self.frame(card.grown(4.0), self.ink.palette.surface, selected, 1.5)?;
            }
            if node.light == Light::Written {
                self.frame(card.grown(1.5), lit, lit, 1.0)?;
            }
            let fill = if node.hovered { mix(lit, background, 0.18) } else { background };
            self.frame(card, fill, border.0, border.1)?;
        }
        if !is_box {
            let Node { centre, radius, .. } = *node;
            if node.card.is_none() {
                if node.selected {
                    self.ink.circle(centre, radius + 5.0, selected.filled())?;
                    self.ink.circle(centre, radius + 3.0, self.ink.palette.surface.filled())?;
                }
                if node.light == Light::Written {
                    self.ink.circle(centre, radius + 3.0, lit.filled())?;
                }
            }
            let ground = if node.hovered { mix(lit, background, 0.18) } else { background };
            self.ink.circle(centre, radius, ground.filled())?;
            if let Some(level) = node.level {
                let size = (radius - 2.0).max(1.0) * level.abs().min(1.0).sqrt();
                let written_over = node.index.is_some() || node.labels.iter().any(|label| label.upright);
                if level > 0.0 {
                    self.ink.circle(centre, size, mix(a, ground, 0.17).filled())?;
                } else if level < 0.0 && written_over {
                    self.ink.circle(centre, size, mix(faded, ground, 0.17).filled())?;
                } else if level < 0.0 {
                    self.ring(centre, (size - 1.0).max(1.0), mix(a, ground, 0.4), 1.5)?;
                }
            }
            self.ring(centre, radius, border.0, border.1)?;
        }
        if let Some(index) = &node.index {
            self.words(index, if node.light.is_lit() { text } else { faded });
        }
        let free = node.card.is_none();
        for label in &node.labels {
            self.label(label, free)?;
        }
        Ok(())
    }

    /// A number with its symbol; `free` where edges may run under it.
    fn label(&mut self, label: &'a Label, free: bool) -> Drawn<DB> {
        let Palette { text, faded, surface, .. } = *self.ink.palette;
        let hue = self.hue(label.symbol);
        let Label { area, size, .. } = *label;
        let middle = area.centre();
        if label.hovered {
            self.ink.fill(area, mix(hue, surface, 0.22))?;
        } else if label.light == Light::Written && !label.upright && label.symbol != Symbol::Input {
            self.ink.fill(area, self.glow())?;
        } else if free && !label.upright {
            // Only as wide as it has to be: edges run under it.
            let width = match label.symbol {
                Symbol::Name => text_width(&label.value, size) + 2.0,
                _ => area.right - area.left,
            };
            self.ink.fill(Rect::around(middle, width, area.bottom - area.top), surface)?;
        }
        let colour = if label.light == Light::Faded { faded } else { text };
        let number = (size, false, false);
        if label.symbol == Symbol::Name {
            self.text(&label.value, number, faded, HPos::Center, middle);
            return Ok(());
        }
        if label.upright {
            let line = (area.bottom - area.top) / 4.0;
            let over = Point { x: middle.x, y: middle.y - line * 0.9 };
            let under = Point { x: middle.x, y: middle.y + line * 0.95 };
            self.text(&label.name, (size, true, false), hue, HPos::Center, over);
            self.text(&label.value, number, colour, HPos::Center, under);
            return Ok(());
        }
        let left = Point { x: area.left + 1.0, y: middle.y };
        let right = Point { x: area.right - 1.0, y: middle.y };
        self.text(&label.name, (size, true, false), hue, HPos::Left, left);
        self.text(&label.value, number, colour, HPos::Right, right);
        Ok(())
    }
}

/// Cosine and sine of every eighth of a turn.
const EIGHTHS: [(f64, f64); 8] = {
    const HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
    [
        (1.0, 0.0),
        (HALF, HALF),
        (0.0, 1.0),
        (-HALF, HALF),
        (-1.0, 0.0),
        (-HALF, -HALF),
        (0.0, -1.0),
        (HALF, -HALF),
    ]
};

/// The outline of a rectangle with round corners: three points to each.
fn rounded(rect: Rect, radius: f64) -> [Point; 12] {
    let radius = radius.min((rect.bottom - rect.top) / 2.0).min((rect.right - rect.left) / 2.0).max(0.0);
    let Rect { left, top, right, bottom } = rect;
    // The middle of each corner's arc. The first begins to the right, and each goes on where the one before ends.
    let corners = [
        (right - radius, bottom - radius),
        (left + radius, bottom - radius),
        (left + radius, top + radius),
        (right - radius, top + radius),
    ];
    std::array::from_fn(|index| {
        let (corner, place) = (index / 3, index % 3);
        let (x, y) = corners[corner];
        let (across, down) = EIGHTHS[(2 * corner + place) % EIGHTHS.len()];
        Point { x: x + radius * across, y: y + radius * down }
    })
}
