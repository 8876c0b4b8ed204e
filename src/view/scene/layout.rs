//! Computes the position of each column and neuron, and how many numbers each neuron shows: the
//! [`Candidate`] with the best score.
//!
//! The layout does not depend on values, so the picture does not move while they change.

use super::Point;
use LabelPlacement::{Below, Card, Sparse};

/// Margin around the picture.
const MARGIN: f64 = 8.0;
/// Gap between circle and labels.
pub(super) const GAP: f64 = 5.0;
/// Gap between two labels side by side.
pub(super) const LABEL_GAP: f64 = 9.0;
/// Padding of a card.
pub(super) const EDGE: f64 = 3.0;
/// Gap between an output and its target.
const TO_TARGET: f64 = 20.0;
/// Maximum length of an edge.
const MAX_GAP: f64 = 240.0;
/// Edges of at least this length leave room for wider labels.
const LONG_ENOUGH: f64 = 50.0;
/// Maximum number of neurons shown of a layer: the number of edges grows with its square.
const MAX_SHOWN: usize = 12;

/// Position of a neuron's labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelPlacement {
    /// Below the circle; the activation is inside the circle if it fits.
    Below,
    /// To the right of the circle, on a card.
    Card,
    /// Below the circle if there is room, otherwise to its right, over the edges; only for neurons
    /// that the moment reads or writes.
    Sparse,
}

/// One combination of sizes to try.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    placement: LabelPlacement,
    /// Maximum number of neurons shown of a layer.
    shown: usize,
    font: f64,
    radius: f64,
    digits: usize,
    /// Labels side by side.
    per_row: usize,
    /// Characters of a label beyond those that its digits usually need.
    extra_chars: usize,
}

/// The chosen candidate with all sizes derived from it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) placement: LabelPlacement,
    pub(super) font: f64,
    /// Height of a line of labels.
    pub(super) line: f64,
    pub(super) radius: f64,
    pub(super) digits: usize,
    /// Width of a label.
    pub(super) label_width: f64,
    /// Width of a target's box.
    pub(super) target_width: f64,
    /// Lines of labels.
    pub(super) rows: usize,
    /// Maximum number of labels of a neuron, not counting the one inside the circle.
    pub(super) max_labels: usize,
    /// Whether the activation is inside the circle.
    pub(super) activation_inside: bool,
    /// Gap between the circle and the labels below it.
    pub(super) gap_below: f64,
    /// Whether the labels of [`LabelPlacement::Sparse`] are below the circles.
    pub(super) sparse_below: bool,
    /// Input, layers, targets.
    pub(super) columns: Vec<Column>,
    /// Whether captions have two lines.
    pub(super) two_line_captions: bool,
}

/// A column of neurons.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// Number of neurons of the layer.
    pub(super) count: usize,
    /// Number of neurons shown.
    pub(super) shown: usize,
    /// Centre of the circles.
    pub(super) x: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Centre of the first circle.
    top: f64,
    /// Distance between the centres of two neighbouring circles.
    pub(super) spacing: f64,
}

impl Column {
    /// Centre of the circle of the neuron shown at this index.
    pub(super) fn centre(&self, index: usize) -> Point {
        Point { x: self.x, y: self.top + self.spacing * index as f64 }
    }
}

/// Line height of a font.
fn line(font: f64) -> f64 {
    (font * 1.2 + 0.5).round()
}

impl Candidate {
    /// Width of one label: symbol, a space, and a number of `digits` digits with sign, point and a
    /// leading zero.
    fn label_width(&self) -> f64 {
        let name = if self.placement == Below { 2.7 } else { 2.0 };
        (name + 0.7 + (self.digits + 4 + self.extra_chars) as f64) * 0.6 * self.font
    }

    /// Whether "a₁" and a number below it fit into the circle.
    fn activation_inside(&self) -> bool {
        let half_width = 0.3 * self.font * (self.digits as f64 + 3.0);
        self.placement == Below && half_width.hypot(self.font) + 3.0 <= self.radius
    }

    /// Whether the labels of [`LabelPlacement::Sparse`] fit below the circles.
    fn sparse_below(&self, slot: f64) -> bool {
        self.placement == Sparse && slot - 2.0 * self.radius - 6.0 >= line(self.font)
    }

    /// Gap between an output and its target.
    fn target_gap(&self) -> f64 {
        match self.placement {
            Sparse => self.label_width() + 2.0 * GAP,
            Below | Card => TO_TARGET,
        }
    }

    /// Gap between the circle and the labels below it.
    fn gap_below(&self) -> f64 {
        if self.activation_inside() { 6.0 } else { 2.0 }
    }

    /// Width of a target's box.
    fn target_width(&self) -> f64 {
        let name = if self.placement == Below { 3.0 } else { 4.5 };
        (self.digits.min(3) as f64 + name) * 0.6 * self.font + 8.0
    }

    /// Widths of an input, a neuron and a target.
    fn widths(&self) -> (f64, f64, f64) {
        let circle = 2.0 * self.radius;
        let label = self.label_width();
        let labels = self.per_row as f64 * (label + LABEL_GAP) - LABEL_GAP;
        let (input, neuron) = match self.placement {
            Below if self.activation_inside() => (circle, circle.max(label)),
            Below => {
                let card = circle.max(label) + 2.0 * EDGE;
                (card, card)
            }
            Card => (label + GAP + circle, circle + GAP + labels + 3.0 * EDGE),
            Sparse => (circle + 3.0 * MARGIN, circle),
        };
        (input, neuron, self.target_width())
    }

    /// Number of lines of labels that fit into a slot of this height, at most as many as are needed.
    fn rows(&self, slot: f64) -> usize {
        let room = match self.placement {
            Below => slot - 2.0 * self.radius - self.gap_below() - 2.0 * EDGE - 4.0,
            Card => slot - 8.0,
            Sparse if self.sparse_below(slot) => slot - 2.0 * self.radius - 6.0,
            Sparse => slot - 2.0,
        };
        let needed = if self.activation_inside() { 4 } else { 5_usize.div_ceil(self.per_row) };
        ((room / line(self.font)).max(0.0) as usize).min(needed)
    }
}

impl Layout {
    /// The layout with the best score for a network of these `sizes` [n₀ … n_L].
    pub(super) fn new(sizes: &[usize], width: f64, height: f64, digits: usize) -> Self {
        let max_shown = if sizes.len() > 7 { 8 } else { MAX_SHOWN };
        let largest = sizes.iter().copied().max().unwrap_or(1);
        let mut best: Option<(f64, Fitted)> = None;
        for candidate in candidates(largest.min(max_shown), digits.clamp(1, 8)) {
            if let Some(fitted) = Fitted::new(candidate, sizes, width, height) {
                let score = fitted.score(largest);
                if best.as_ref().is_none_or(|(other, _)| score > *other) {
                    best = Some((score, fitted));
                }
            }
        }
        let fitted = best.map_or_else(|| Fitted::dots(sizes, height), |(_, fitted)| fitted);
        // If the edges stay long enough, widen the labels, so that small numbers keep all their digits.
        let widened = [2, 1].into_iter().find_map(|extra_chars| {
            let candidate = Candidate { extra_chars, ..fitted.candidate };
            Fitted::new(candidate, sizes, width, height).filter(|wider| wider.edge >= LONG_ENOUGH)
        });
        let fitted = widened.unwrap_or(fitted);
        let Fitted { candidate, two_line_captions, rows, slot, .. } = fitted;
        let mut layout = Self {
            placement: candidate.placement,
            font: candidate.font,
            line: line(candidate.font),
            radius: candidate.radius,
            digits: candidate.digits,
            label_width: fitted.label_width(),
            target_width: candidate.target_width(),
            rows,
            max_labels: fitted.max_labels(),
            activation_inside: candidate.activation_inside(),
            sparse_below: candidate.sparse_below(slot),
            gap_below: candidate.gap_below(),
            columns: Vec::new(),
            two_line_captions,
        };
        layout.place_columns(sizes, &fitted, width);
        layout
    }

    /// Computes the columns.
    fn place_columns(&mut self, sizes: &[usize], fitted: &Fitted, width: f64) {
        let Fitted { candidate, gap, top, room, slot, .. } = *fitted;
        let (input, neuron, target) = candidate.widths();
        let layers = sizes.len() - 1;
        let all = input + layers as f64 * (gap + neuron) + candidate.target_gap() + target;
        let mut left = (width - all) / 2.0;
        for column in 0..=layers + 1 {
            let count = sizes.get(column).or(sizes.last()).copied().unwrap_or(1);
            let shown = count.min(candidate.shown);
            let (size, middle, after) = match (column, candidate.placement) {
                (0, Card) => (input, input - candidate.radius, gap),
                (0, _) => (input, input / 2.0, gap),
                (column, _) if column > layers => (target, target / 2.0, 0.0),
                (column, placement) => {
                    let on_card = placement == Card;
                    let middle = if on_card { candidate.radius + EDGE } else { neuron / 2.0 };
                    (neuron, middle, if column == layers { candidate.target_gap() } else { gap })
                }
            };
            let spacing = (room / shown as f64).min((slot * 1.6).max(150.0));
            // Circle and labels together are centred in the slot.
            let lift = match candidate.placement {
                Card | Sparse if !self.sparse_below => 0.0,
                _ => (fitted.rows as f64 * self.line + candidate.gap_below()) / 2.0,
            };
            let top = top + room / 2.0 - spacing * (shown as f64 - 1.0) / 2.0 - lift;
            let (x, right) = (left + middle, left + size);
            self.columns.push(Column { count, shown, x, left, right, top, spacing });
            left += size + after;
        }
    }
}

/// A candidate with the space that it has in a picture of a given size.
struct Fitted {
    candidate: Candidate,
    /// Gap between two columns.
    gap: f64,
    /// Visible length of an edge.
    edge: f64,
    two_line_captions: bool,
    /// Top of the neurons, below the captions.
    top: f64,
    /// Height from there to the notes.
    room: f64,
    /// Height for one neuron of the largest layer.
    slot: f64,
    rows: usize,
}

impl Fitted {
    /// `None` if the candidate does not fit.
    fn new(candidate: Candidate, sizes: &[usize], width: f64, height: f64) -> Option<Self> {
        let layers = sizes.len() as f64 - 1.0;
        let (input, neuron, target) = candidate.widths();
        let gap = (width - 2.0 * MARGIN - input - layers * neuron - candidate.target_gap() - target) / layers;
        let (edge, min_edge) = match candidate.placement {
            Below if candidate.activation_inside() => (gap + neuron - 2.0 * candidate.radius, 40.0),
            Below => (gap, 18.0),
            Card => (gap, 36.0),
            Sparse => (gap, 6.0),
        };
        if edge < min_edge || gap < 6.0 {
            return None;
        }
        let gap = gap.min(MAX_GAP);
        let two_line_captions = neuron + gap < 8.0 + 19.0 * 0.6 * candidate.font;
        let top = MARGIN + line(candidate.font) * if two_line_captions { 2.0 } else { 1.0 } + 4.0;
        let partial = sizes.iter().any(|&size| size > candidate.shown);
        let room = height - top - if partial { line(candidate.font) + 6.0 } else { 6.0 };
        let most = sizes.iter().map(|&size| size.min(candidate.shown)).max().unwrap_or(1);
        let slot = room / most as f64;
        let rows = candidate.rows(slot);
        let no_labels = rows == 0 && candidate.placement != Sparse;
        let fits = slot >= 2.0 * candidate.radius + 5.0 && !no_labels;
        fits.then_some(Self { candidate, gap, edge, two_line_captions, top, room, slot, rows })
    }

    /// For a picture too small for every candidate: dots, which may overlap.
    fn dots(sizes: &[usize], height: f64) -> Self {
        let shown = sizes.iter().copied().max().unwrap_or(1).min(4);
        let candidate = Candidate {
            placement: Sparse,
            shown,
            font: 10.0,
            radius: 3.0,
            digits: 1,
            per_row: 1,
            extra_chars: 0,
        };
        let room = (height - 20.0).max(1.0);
        let slot = room / shown as f64;
        Self { candidate, gap: 4.0, edge: 4.0, two_line_captions: false, top: 20.0, room, slot, rows: 0 }
    }

    /// Maximum number of labels of a neuron, not counting the one inside the circle.
    fn max_labels(&self) -> usize {
        (self.rows * self.candidate.per_row).min(if self.candidate.activation_inside() { 4 } else { 5 })
    }

    /// Width of a label.
    fn label_width(&self) -> f64 {
        let Self { candidate, gap, slot, .. } = self;
        let room = match candidate.placement {
            Below | Card => f64::INFINITY,
            Sparse if candidate.sparse_below(*slot) => {
                (gap + 2.0 * candidate.radius - 6.0).min(2.0 * candidate.radius + 5.0 * MARGIN - 2.0)
            }
            Sparse => gap - GAP - 4.0,
        };
        candidate.label_width().min(room)
    }

    /// The quality of the layout; in order of weight: all numbers are shown, they can be read, there
    /// is space around them.
    fn score(&self, largest: usize) -> f64 {
        let candidate = &self.candidate;
        let numbers = self.max_labels() + usize::from(candidate.activation_inside());
        let numbers = [0.0, 8.0, 20.0, 42.0, 48.0, 52.0][numbers.min(5)];
        let digits = 4.0 * candidate.digits.min(4) as f64 + 0.5 * candidate.digits.saturating_sub(4) as f64;
        let font = 3.0 * (candidate.font - 10.0).min(2.0) + (candidate.font - 12.0).max(0.0);
        let placement = match candidate.placement {
            Below if candidate.activation_inside() => 8.0,
            Below | Card => 0.0,
            Sparse => -100.0 + 3.0 * (self.label_width() / candidate.font / 0.6).min(9.0),
        };
        // Hiding neurons of a small layer costs more.
        let hidden = largest.min(MAX_SHOWN).saturating_sub(candidate.shown) as f64;
        let hidden = hidden * if largest <= 8 { 14.0 } else { 6.0 };
        let space =
            0.4 * self.edge.min(60.0) + 0.08 * self.edge.min(120.0) + 0.4 * candidate.radius.min(30.0);
        numbers + digits + font + placement + space - hidden
    }
}

/// All candidates.
fn candidates(largest: usize, digits: usize) -> Vec<Candidate> {
    const SHOWN: [usize; 5] = [12, 10, 8, 6, 4];
    let below = [34.0, 30.0, 27.0, 24.0, 22.0, 18.0, 14.0, 11.0, 9.0].map(|radius| (Below, radius, 1));
    let card =
        [24.0, 22.0, 18.0, 14.0, 11.0, 9.0].map(|radius| [1, 2, 3].map(|per_row| (Card, radius, per_row)));
    let sparse = [14.0, 11.0, 9.0, 7.0, 5.0].map(|radius| (Sparse, radius, 1));
    let kinds = [&below, card.as_flattened(), &sparse].concat();
    let shown = SHOWN.into_iter().filter(|&shown| shown <= largest);
    let shown = shown.chain((!SHOWN.contains(&largest)).then_some(largest));
    let mut candidates = Vec::new();
    for (shown, font) in shown.flat_map(|shown| [13.0, 12.0, 11.0, 10.0].map(|font| (shown, font))) {
        for digits in 1..=digits {
            candidates.extend(kinds.iter().map(|&(placement, radius, per_row)| Candidate {
                placement,
                shown,
                font,
                radius,
                digits,
                per_row,
                extra_chars: 0,
            }));
        }
    }
    candidates
}
