//! Where columns and neurons stand, and how much each can say: the best of many ways to use the room.
//!
//! Nothing here looks at values, so the picture stands still while they change.

use super::Point;

/// Around the picture.
const MARGIN: f64 = 8.0;
/// Between circle and labels.
pub(super) const GAP: f64 = 5.0;
/// Between two labels side by side.
pub(super) const BETWEEN: f64 = 9.0;
/// From a card's edge to what it holds.
pub(super) const EDGE: f64 = 3.0;
/// From an output to its target.
const TO_TARGET: f64 = 20.0;
/// No longer edges than this are wanted.
const LONGEST_GAP: f64 = 240.0;
/// From here on, room is better given to numbers.
const LONG_ENOUGH: f64 = 50.0;
/// The most neurons shown of a layer: edges grow with its square.
const MAX_SHOWN: usize = 12;

/// Where the labels of a neuron stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Under the circle, in which a stands if it fits.
    Below,
    /// On a card to the right of the circle.
    Card,
    /// Under the circle where there is room, else to the right of it, over the edges; only where the
    /// moment has to do with them.
    Sparse,
}

/// One way to use the room.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Way {
    style: Style,
    shown: usize,
    font: f64,
    radius: f64,
    digits: usize,
    /// Labels side by side.
    across: usize,
    /// Characters that labels have more than these digits take in most cases.
    spare: usize,
}

/// The way taken, with everything that follows from it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) style: Style,
    pub(super) font: f64,
    /// The height of a line of labels.
    pub(super) line: f64,
    pub(super) radius: f64,
    pub(super) digits: usize,
    /// The width of a label.
    pub(super) label: f64,
    /// The width of a target's box.
    pub(super) target: f64,
    /// Lines of labels.
    pub(super) rows: usize,
    /// How many labels there is room for, without the one in the circle.
    pub(super) cells: usize,
    /// Whether a stands in the circle.
    pub(super) inside: bool,
    /// From the circle down to the labels under it.
    pub(super) under: f64,
    /// Whether labels over the edges stand under the circles.
    pub(super) sparse_under: bool,
    /// Input, layers, targets.
    pub(super) columns: Vec<Column>,
    /// Captions are in two lines.
    pub(super) tall_captions: bool,
}

/// A column of neurons.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// How many neurons there are, and how many are shown.
    pub(super) count: usize,
    pub(super) shown: usize,
    /// The middle of its circles.
    pub(super) x: f64,
    /// What it takes up.
    pub(super) left: f64,
    pub(super) right: f64,
    /// The middle of the first circle, and the way to the next.
    top: f64,
    pub(super) spacing: f64,
}

impl Column {
    /// The middle of the circle of the `place`th neuron shown.
    pub(super) fn centre(&self, place: usize) -> Point {
        Point { x: self.x, y: self.top + self.spacing * place as f64 }
    }
}

/// The height of a line of this font.
fn line(font: f64) -> f64 {
    (font * 1.2 + 0.5).round()
}

impl Way {
    /// The width of one label: symbol, a space, and a number of this many digits with sign, point and a
    /// leading zero.
    fn label(&self) -> f64 {
        let name = if self.style == Style::Below { 2.7 } else { 2.0 };
        (name + 0.7 + (self.digits + 4 + self.spare) as f64) * 0.6 * self.font
    }

    /// Whether "a₁" and a number under it fit into the circle.
    fn inside(&self) -> bool {
        let half_width = 0.3 * self.font * (self.digits as f64 + 3.0);
        self.style == Style::Below && half_width.hypot(self.font) + 3.0 <= self.radius
    }

    /// Whether labels over the edges have room under the circles.
    fn sparse_under(&self, slot: f64) -> bool {
        self.style == Style::Sparse && slot - 2.0 * self.radius - 6.0 >= line(self.font)
    }

    /// From an output to its target.
    fn target_gap(&self) -> f64 {
        if self.style == Style::Sparse { self.label() + 2.0 * GAP } else { TO_TARGET }
    }

    /// From the circle down to its labels.
    fn under(&self) -> f64 {
        if self.inside() { 6.0 } else { 2.0 }
    }

    fn target(&self) -> f64 {
        let chars = self.digits.min(3) as f64 + if self.style == Style::Below { 3.0 } else { 4.5 };
        chars * 0.6 * self.font + 8.0
    }

    /// Widths of an input, a neuron and a target.
    fn widths(&self) -> (f64, f64, f64) {
        let circle = 2.0 * self.radius;
        let framed = circle.max(self.label()) + 2.0 * EDGE;
        let labels = self.across as f64 * (self.label() + BETWEEN) - BETWEEN;
        match self.style {
            Style::Below if self.inside() => (circle, circle.max(self.label()), self.target()),
            Style::Below => (framed, framed, self.target()),
            Style::Card => (self.label() + GAP + circle, circle + GAP + labels + 3.0 * EDGE, self.target()),
            Style::Sparse => (circle + 3.0 * MARGIN, circle, self.target()),
        }
    }

    /// Lines of labels in a slot of this height, no more than are wanted.
    fn rows(&self, slot: f64) -> usize {
        let room = match self.style {
            Style::Below => slot - 2.0 * self.radius - self.under() - 2.0 * EDGE - 4.0,
            Style::Card => slot - 8.0,
            Style::Sparse if self.sparse_under(slot) => slot - 2.0 * self.radius - 6.0,
            Style::Sparse => slot - 2.0,
        };
        let wanted = if self.inside() { 4 } else { 5_usize.div_ceil(self.across) };
        ((room / line(self.font)).max(0.0) as usize).min(wanted)
    }
}

impl Plan {
    /// The best way to show a network of these `sizes` [n₀ … n_L].
    pub(super) fn new(sizes: &[usize], width: f64, height: f64, digits: usize) -> Self {
        let most = if sizes.len() > 7 { 8 } else { MAX_SHOWN };
        let largest = sizes.iter().copied().max().unwrap_or(1);
        let mut best: Option<(f64, Fit)> = None;
        for way in ways(largest.min(most), digits.clamp(1, 8)) {
            if let Some(fit) = Fit::of(way, sizes, width, height) {
                let score = fit.score(largest);
                if best.as_ref().is_none_or(|(other, _)| score > *other) {
                    best = Some((score, fit));
                }
            }
        }
        let fit = best.map_or_else(|| Fit::dots(sizes, height), |(_, fit)| fit);
        // Where edges stay long enough, small numbers keep all their digits.
        let wider = (1..=2).rev().filter_map(|spare| {
            Fit::of(Way { spare, ..fit.way }, sizes, width, height).filter(|wider| wider.edge >= LONG_ENOUGH)
        });
        let fit = wider.take(1).last().unwrap_or(fit);
        let Fit { way, tall_captions, rows, slot, .. } = fit;
        let sparse_under = way.sparse_under(slot);
        let mut plan = Self {
            style: way.style,
            font: way.font,
            line: line(way.font),
            radius: way.radius,
            digits: way.digits,
            label: fit.label(),
            target: way.target(),
            rows,
            cells: fit.cells(),
            inside: way.inside(),
            sparse_under,
            under: way.under(),
            columns: Vec::new(),
            tall_captions,
        };
        plan.stand(sizes, &fit, width);
        plan
    }

    /// Puts the columns in their places.
    fn stand(&mut self, sizes: &[usize], fit: &Fit, width: f64) {
        let Fit { way, gap, top, room, slot, .. } = *fit;
        let (input, neuron, target) = way.widths();
        let layers = sizes.len() - 1;
        let all = input + layers as f64 * (gap + neuron) + way.target_gap() + target;
        let mut left = (width - all) / 2.0;
        for column in 0..=layers + 1 {
            let count = sizes.get(column).or(sizes.last()).copied().unwrap_or(1);
            let shown = count.min(way.shown);
            let (size, middle, after) = match (column, way.style) {
                (0, Style::Card) => (input, input - way.radius, gap),
                (0, _) => (input, input / 2.0, gap),
                (column, _) if column > layers => (target, target / 2.0, 0.0),
                (column, style) => {
                    let middle = if style == Style::Card { way.radius + EDGE } else { neuron / 2.0 };
                    (neuron, middle, if column == layers { way.target_gap() } else { gap })
                }
            };
            let spacing = (room / shown as f64).min((slot * 1.6).max(150.0));
            // Circle and labels together are in the middle of the slot.
            let lift = match way.style {
                Style::Card | Style::Sparse if !self.sparse_under => 0.0,
                _ => (fit.rows as f64 * self.line + way.under()) / 2.0,
            };
            let top = top + room / 2.0 - spacing * (shown as f64 - 1.0) / 2.0 - lift;
            let (x, right) = (left + middle, left + size);
            self.columns.push(Column { count, shown, x, left, right, top, spacing });
            left += size + after;
        }
    }
}

/// How a way fits into the room.
struct Fit {
    way: Way,
    /// Between two columns.
    gap: f64,
    /// As far as edges can be seen.
    edge: f64,
    tall_captions: bool,
    /// Under the captions.
    top: f64,
    /// From there down to the notes.
    room: f64,
    /// For one neuron where they are closest.
    slot: f64,
    rows: usize,
}

impl Fit {
    /// None where there is no room for it.
    fn of(way: Way, sizes: &[usize], width: f64, height: f64) -> Option<Self> {
        let layers = sizes.len() as f64 - 1.0;
        let (input, neuron, target) = way.widths();
        let gap = (width - 2.0 * MARGIN - input - layers * neuron - way.target_gap() - target) / layers;
        let (edge, least) = match way.style {
            Style::Below if way.inside() => (gap + neuron - 2.0 * way.radius, 40.0),
            Style::Below => (gap, 18.0),
            Style::Card => (gap, 36.0),
            Style::Sparse => (gap, 6.0),
        };
        if edge < least || gap < 6.0 {
            return None;
        }
        let gap = gap.min(LONGEST_GAP);
        let tall_captions = neuron + gap < 8.0 + 19.0 * 0.6 * way.font;
        let top = MARGIN + line(way.font) * if tall_captions { 2.0 } else { 1.0 } + 4.0;
        let cut = sizes.iter().any(|&size| size > way.shown);
        let room = height - top - if cut { line(way.font) + 6.0 } else { 6.0 };
        let most = sizes.iter().map(|&size| size.min(way.shown)).max().unwrap_or(1);
        let slot = room / most as f64;
        let rows = way.rows(slot);
        let none = rows == 0 && way.style != Style::Sparse;
        let fits = slot >= 2.0 * way.radius + 5.0 && !none;
        fits.then_some(Self { way, gap, edge, tall_captions, top, room, slot, rows })
    }

    /// Too small for anything: dots, where they have to one over the other.
    fn dots(sizes: &[usize], height: f64) -> Self {
        let shown = sizes.iter().copied().max().unwrap_or(1).min(4);
        let way =
            Way { style: Style::Sparse, shown, font: 10.0, radius: 3.0, digits: 1, across: 1, spare: 0 };
        let room = (height - 20.0).max(1.0);
        let slot = room / shown as f64;
        Self { way, gap: 4.0, edge: 4.0, tall_captions: false, top: 20.0, room, slot, rows: 0 }
    }

    /// How many labels there is room for, without the one in the circle.
    fn cells(&self) -> usize {
        (self.rows * self.way.across).min(if self.way.inside() { 4 } else { 5 })
    }

    /// The width of a label.
    fn label(&self) -> f64 {
        let Self { way, gap, slot, .. } = self;
        let room = match way.style {
            Style::Below | Style::Card => f64::INFINITY,
            Style::Sparse if way.sparse_under(*slot) => {
                (gap + 2.0 * way.radius - 6.0).min(2.0 * way.radius + 5.0 * MARGIN - 2.0)
            }
            Style::Sparse => gap - GAP - 4.0,
        };
        way.label().min(room)
    }

    /// How good it is: first that all numbers are there, then that they can be read, then that there
    /// is air.
    fn score(&self, largest: usize) -> f64 {
        let way = &self.way;
        let said = self.cells() + usize::from(way.inside());
        let said = [0.0, 8.0, 20.0, 42.0, 48.0, 52.0][said.min(5)];
        let digits = 4.0 * way.digits.min(4) as f64 + 0.5 * way.digits.saturating_sub(4) as f64;
        let font = 3.0 * (way.font - 10.0).min(2.0) + (way.font - 12.0).max(0.0);
        let style = match way.style {
            Style::Below if way.inside() => 8.0,
            Style::Below | Style::Card => 0.0,
            Style::Sparse => -100.0 + 3.0 * (self.label() / way.font / 0.6).min(9.0),
        };
        // A small layer is shown whole.
        let hidden = largest.min(MAX_SHOWN).saturating_sub(way.shown) as f64;
        let hidden = hidden * if largest <= 8 { 14.0 } else { 6.0 };
        let air = 0.4 * self.edge.min(60.0) + 0.08 * self.edge.min(120.0) + 0.4 * way.radius.min(30.0);
        said + digits + font + style + air - hidden
    }
}

/// Every way worth a look.
fn ways(largest: usize, digits: usize) -> impl Iterator<Item = Way> {
    let shown = [12, 10, 8, 6, 4].into_iter().filter(move |&shown| shown <= largest);
    let shown = shown.chain((![12, 10, 8, 6, 4].contains(&largest)).then_some(largest));
    shown.flat_map(move |shown| {
        [13.0, 12.0, 11.0, 10.0].into_iter().flat_map(move |font| {
            (1..=digits).flat_map(move |digits| {
                let way =
                    move |style, radius, across| Way { style, shown, font, radius, digits, across, spare: 0 };
                let below = [34.0, 30.0, 27.0, 24.0, 22.0, 18.0, 14.0, 11.0, 9.0];
                let below = below.into_iter().map(move |radius| way(Style::Below, radius, 1));
                let card = [24.0, 22.0, 18.0, 14.0, 11.0, 9.0].into_iter();
                let card =
                    card.flat_map(move |radius| (1..=3).map(move |across| way(Style::Card, radius, across)));
                let sparse = [14.0, 11.0, 9.0, 7.0, 5.0];
                let sparse = sparse.into_iter().map(move |radius| way(Style::Sparse, radius, 1));
                below.chain(card).chain(sparse)
            })
        })
    })
}
