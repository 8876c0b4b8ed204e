//! Draws a [`Scene`]: edges first, neurons above them, text on top.

use super::painter::{DrawResult, Painter, SANS, dashed};
use super::scene::{Edge, Highlight, Label, LabelKind, Node, Point, Rect, Scene, Text, text_width};
use super::theme::{Palette, mix};
use crate::session::Item;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Font family of symbols, as in formulas.
const SERIF: &str = "'STIX Two Math', 'STIX Two Text', 'Times New Roman', serif";
/// Maximum number of edges for which faded edges are dashed: among more, dashes are hard to see and slow to draw.
const MAX_DASHED: usize = 120;
/// Radius of the corners of cards and boxes.
const CORNER_RADIUS: f64 = 7.0;

/// Draws the scene at the upper left corner of the area, with `scale` backend pixels per CSS pixel.
pub fn draw<DB: DrawingBackend>(
    scene: &Scene,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> DrawResult<DB> {
    let dense = scene.edges.len() > MAX_DASHED;
    let painter = Painter { palette, scale, area };
    let mut network = NetworkPainter { painter, dense, fonts: Vec::new(), texts: Vec::new() };
    area.fill(&palette.surface)?;
    let mut edges: Vec<&Edge> = scene.edges.iter().collect();
    // Emphasised edges are drawn above the others.
    edges.sort_by_key(|edge| (edge.hovered, edge.selected, edge.highlight));
    for edge in edges {
        network.edge(edge)?;
    }
    for link in &scene.links {
        let colour = network.faded(palette.cost, link.highlight);
        let width = if link.highlight.is_active() { 2.0 } else { 1.0 };
        network.painter.line(link.from, link.to, colour, width)?;
    }
    for edge in &scene.edges {
        if let Some(label) = &edge.label {
            network.weight_label(label, edge.weight)?;
        }
    }
    for node in &scene.nodes {
        network.node(node)?;
    }
    for text in scene.captions.iter().chain(&scene.notes) {
        network.centred(text, palette.faded);
    }
    network.draw_texts()
}

/// Draws the elements of a scene.
struct NetworkPainter<'a, DB: DrawingBackend> {
    painter: Painter<'a, DB>,
    /// Whether there are more than [`MAX_DASHED`] edges: details that would not be seen are left out.
    dense: bool,
    /// The fonts used so far: size, whether it is that of symbols, and the style.
    fonts: Vec<((f64, bool), TextStyle<'static>)>,
    /// Texts to draw above everything else.
    texts: Vec<QueuedText<'a>>,
}

/// A text to draw later.
struct QueuedText<'a> {
    /// Index into [`NetworkPainter::fonts`].
    font: usize,
    colour: RGBColor,
    anchor: HPos,
    at: (i32, i32),
    text: &'a str,
}

impl<'a, DB: DrawingBackend> NetworkPainter<'a, DB> {
    /// A hue, faded according to the highlight.
    fn faded(&self, hue: RGBColor, highlight: Highlight) -> RGBColor {
        match highlight {
            Highlight::Faded => mix(hue, self.painter.palette.surface, 0.3),
            Highlight::Neutral => mix(hue, self.painter.palette.surface, 0.6),
            Highlight::Read | Highlight::Written => hue,
        }
    }

    /// The hue of a label.
    fn hue(&self, kind: LabelKind) -> RGBColor {
        match kind {
            LabelKind::Input | LabelKind::Activation => self.painter.palette.a,
            LabelKind::WeightedInput => self.painter.palette.z,
            LabelKind::Delta => self.painter.palette.delta,
            LabelKind::Bias | LabelKind::BiasChange => self.painter.palette.b,
            LabelKind::Weight => self.painter.palette.w,
            LabelKind::Target => self.painter.palette.cost,
            LabelKind::Name => self.painter.palette.faded,
        }
    }

    /// A ring; the radius is that of its centre line.
    fn ring(&self, centre: Point, radius: f64, colour: RGBColor, width: f64) -> DrawResult<DB> {
        self.painter.circle(centre, radius, colour.stroke_width(self.painter.pixels(width)))
    }

    /// A filled rectangle with a border; its corners are round unless the picture is dense.
    fn frame(&self, rect: Rect, fill: RGBColor, line: RGBColor, width: f64) -> DrawResult<DB> {
        if self.dense {
            self.painter.fill_rect(rect, line)?;
            let width = f64::from(self.painter.pixels(width)) / self.painter.scale;
            return self.painter.fill_rect(rect.grown(-width), fill);
        }
        let points = rounded(rect, CORNER_RADIUS);
        self.painter.polygon(&points, fill)?;
        let closed: Vec<_> = points.iter().chain(&points[..2]).copied().collect();
        self.painter.path(&closed, line, width)
    }

    /// Queues a text for [`NetworkPainter::draw_texts`]; `anchor` says which side of it is at this point.
    fn text(&mut self, text: &'a str, font: (f64, bool), colour: RGBColor, anchor: HPos, at: Point) {
        let at = self.painter.pixel(at);
        let index = self.fonts.iter().position(|(other, _)| *other == font);
        let index = index.unwrap_or_else(|| {
            // Serif letters look smaller.
            let style = match font {
                (size, true) => self.painter.font(SERIF, size * 1.1, FontStyle::Italic),
                (size, false) => self.painter.font(SANS, size, FontStyle::Normal),
            };
            self.fonts.push((font, style));
            self.fonts.len() - 1
        });
        self.texts.push(QueuedText { font: index, colour, anchor, at, text });
    }

    /// Draws the queued texts, sorted by font and colour: changing these is slow on a canvas.
    fn draw_texts(mut self) -> DrawResult<DB> {
        self.texts.sort_by_key(|text| {
            let RGBColor(red, green, blue) = text.colour;
            (text.font, red, green, blue, text.anchor as u8)
        });
        for QueuedText { font, colour, anchor, at, text } in self.texts {
            let style = &mut self.fonts[font].1;
            style.color = colour.to_backend_color();
            style.pos = Pos::new(anchor, VPos::Center);
            self.painter.area.draw_text(text, style, at)?;
        }
        Ok(())
    }

    fn centred(&mut self, text: &'a Text, colour: RGBColor) {
        self.text(&text.text, (text.size, false), colour, HPos::Center, text.centre);
    }

    fn edge(&self, edge: &Edge) -> DrawResult<DB> {
        let palette = self.painter.palette;
        let negative = edge.weight < 0.0;
        let hue = if negative { palette.w_negative } else { palette.w };
        let pointed_at = edge.selected || edge.hovered;
        if pointed_at {
            let outline = if edge.hovered { palette.highlight } else { palette.selected };
            self.painter.line(edge.from, edge.to, outline, edge.width + 4.0)?;
            self.painter.line(edge.from, edge.to, palette.surface, edge.width + 1.0)?;
        }
        let colour = if pointed_at { hue } else { self.faded(hue, edge.highlight) };
        let width = if edge.highlight == Highlight::Faded { edge.width * 0.8 } else { edge.width };
        if !negative || self.dense && !edge.highlight.is_active() && !pointed_at {
            return self.painter.line(edge.from, edge.to, colour, width);
        }
        let length = (edge.to.x - edge.from.x).hypot(edge.to.y - edge.from.y);
        // A whole number of dashes, all of the same length.
        let period = if self.dense { 12.0 } else { 8.0 };
        let period = length / (length / (period + width)).round().clamp(2.0, 60.0);
        for dash in dashed(&[edge.from, edge.to], &[0.62 * period, 0.38 * period]) {
            self.painter.path(&dash, colour, width)?;
        }
        Ok(())
    }

    /// The label of a weight.
    fn weight_label(&mut self, label: &'a Label, weight: f64) -> DrawResult<DB> {
        let palette = self.painter.palette;
        let hue = if weight < 0.0 { palette.w_negative } else { palette.w };
        let ground = if label.highlight == Highlight::Written { self.marker() } else { palette.surface };
        self.painter.fill_rect(label.area, ground)?;
        let faded = label.highlight == Highlight::Faded && !label.hovered;
        let colour = if faded { palette.faded } else { hue };
        self.text(&label.value, (label.size, false), colour, HPos::Center, label.area.centre());
        Ok(())
    }

    /// Background of a number that is being written, like a highlighter pen.
    fn marker(&self) -> RGBColor {
        mix(self.painter.palette.highlight, self.painter.palette.surface, 0.28)
    }

    fn node(&mut self, node: &'a Node) -> DrawResult<DB> {
        let Palette { background, surface, line, text, faded, highlight, selected, a, .. } =
            *self.painter.palette;
        let active = node.labels.iter().filter(|label| label.highlight.is_active());
        let strongest = active.max_by_key(|label| label.highlight);
        let hue = strongest.map_or(a, |label| self.hue(label.kind));
        let border = match node.highlight {
            Highlight::Faded => (line, 1.0),
            Highlight::Neutral => (faded, 1.0),
            Highlight::Read | Highlight::Written => (hue, 1.5),
        };
        let ground = if node.hovered { mix(highlight, background, 0.18) } else { background };
        if let Some(card) = node.card {
            if node.selected {
                self.frame(card.grown(4.0), surface, selected, 1.5)?;
            }
            if node.highlight == Highlight::Written {
                self.frame(card.grown(1.5), highlight, highlight, 1.0)?;
            }
            self.frame(card, ground, border.0, border.1)?;
        }
        if !matches!(node.item, Item::Target { .. }) {
            let Node { centre, radius, .. } = *node;
            if node.card.is_none() {
                if node.selected {
                    self.painter.circle(centre, radius + 5.0, selected.filled())?;
                    self.painter.circle(centre, radius + 3.0, surface.filled())?;
                }
                if node.highlight == Highlight::Written {
                    self.painter.circle(centre, radius + 3.0, highlight.filled())?;
                }
            }
            self.painter.circle(centre, radius, ground.filled())?;
            if let Some(level) = node.level {
                let size = (radius - 2.0).max(1.0) * level.abs().min(1.0).sqrt();
                let has_text = node.index.is_some() || node.labels.iter().any(|label| label.stacked);
                if level > 0.0 {
                    self.painter.circle(centre, size, mix(a, ground, 0.17).filled())?;
                } else if level < 0.0 && has_text {
                    self.painter.circle(centre, size, mix(faded, ground, 0.17).filled())?;
                } else if level < 0.0 {
                    self.ring(centre, (size - 1.0).max(1.0), mix(a, ground, 0.4), 1.5)?;
                }
            }
            self.ring(centre, radius, border.0, border.1)?;
        }
        if let Some(index) = &node.index {
            self.centred(index, if node.highlight.is_active() { text } else { faded });
        }
        node.labels.iter().try_for_each(|label| self.label(label, node.card.is_none()))
    }

    /// A number with its symbol; `over_edges` says whether edges may pass behind it.
    fn label(&mut self, label: &'a Label, over_edges: bool) -> DrawResult<DB> {
        let Palette { text, faded, surface, .. } = *self.painter.palette;
        let hue = self.hue(label.kind);
        let Label { area, size, .. } = *label;
        let middle = area.centre();
        if label.hovered {
            self.painter.fill_rect(area, mix(hue, surface, 0.22))?;
        } else if label.highlight == Highlight::Written && !label.stacked && label.kind != LabelKind::Input {
            self.painter.fill_rect(area, self.marker())?;
        } else if over_edges && !label.stacked {
            // As narrow as possible, to hide little of the edges.
            let width = match label.kind {
                LabelKind::Name => text_width(&label.value, size) + 2.0,
                _ => area.right - area.left,
            };
            self.painter.fill_rect(Rect::around(middle, width, area.bottom - area.top), surface)?;
        }
        let colour = if label.highlight == Highlight::Faded { faded } else { text };
        let number = (size, false);
        if label.kind == LabelKind::Name {
            self.text(&label.value, number, faded, HPos::Center, middle);
        } else if label.stacked {
            let line = (area.bottom - area.top) / 4.0;
            let upper = Point { x: middle.x, y: middle.y - line * 0.9 };
            let lower = Point { x: middle.x, y: middle.y + line * 0.95 };
            self.text(&label.name, (size, true), hue, HPos::Center, upper);
            self.text(&label.value, number, colour, HPos::Center, lower);
        } else {
            let (left, right) = (area.left + 1.0, area.right - 1.0);
            self.text(&label.name, (size, true), hue, HPos::Left, Point { x: left, y: middle.y });
            self.text(&label.value, number, colour, HPos::Right, Point { x: right, y: middle.y });
        }
        Ok(())
    }
}

/// Cosine of the multiples of 45°.
const COSINES: [f64; 8] = {
    const HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
    [1.0, HALF, 0.0, -HALF, -1.0, -HALF, 0.0, HALF]
};

/// The outline of a rectangle with round corners: three points per corner.
fn rounded(rect: Rect, radius: f64) -> [Point; 12] {
    let radius = radius.min((rect.bottom - rect.top) / 2.0).min((rect.right - rect.left) / 2.0).max(0.0);
    let Rect { left, top, right, bottom } = rect;
    // Centre of each corner's arc. The first arc starts at 0°, each following one where the previous one ends.
    let corners = [
        (right - radius, bottom - radius),
        (left + radius, bottom - radius),
        (left + radius, top + radius),
        (right - radius, top + radius),
    ];
    std::array::from_fn(|index| {
        let (corner, point) = (index / 3, index % 3);
        let (x, y) = corners[corner];
        let (cosine, sine) = (COSINES[(2 * corner + point) % 8], COSINES[(2 * corner + point + 6) % 8]);
        Point { x: x + radius * cosine, y: y + radius * sine }
    })
}
