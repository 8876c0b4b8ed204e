//! The picture of the network as plain data: the position and highlight of every neuron, edge and number.
//!
//! Session → [`Scene`] → [`network::draw`](super::network::draw). Lengths are CSS pixels, y downwards.
//! What the current moment reads and writes is highlighted; everything else is faded, never left out.
//! A number that has not been computed yet has no label.

mod captions;
mod edges;
mod highlight;
mod layout;
mod nodes;
mod text;

pub use highlight::Highlight;
pub(super) use text::shortened;
pub use text::text_width;

use crate::session::{Item, Session};

/// Maximum distance from an edge at which the pointer hits it, in CSS pixels.
const HIT_DISTANCE: f64 = 6.0;

/// The picture of the network at one moment, for one size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// CSS pixels.
    pub width: f64,
    /// CSS pixels.
    pub height: f64,
    /// Inputs, neurons and targets.
    pub nodes: Vec<Node>,
    /// Weights between the neurons shown.
    pub edges: Vec<Edge>,
    /// Lines between the outputs and their targets.
    pub links: Vec<Link>,
    /// Captions above the columns.
    pub captions: Vec<Text>,
    /// Notes below the columns that show only some of their neurons.
    pub notes: Vec<Text>,
}

/// An input, a neuron or a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// [`Item::Input`], [`Item::Neuron`] or [`Item::Target`].
    pub item: Item,
    /// Centre of the circle or box.
    pub centre: Point,
    /// Radius of the circle; half the height of a target's box.
    pub radius: f64,
    /// Card around circle and labels, or a target's box; `None` if the labels have no card.
    pub card: Option<Rect>,
    /// a divided by the largest |a| shown in its layer (at least 1): −1 … 1; `None` before a is computed.
    pub level: Option<f64>,
    /// Index within the layer, counted from 1, unless the labels show it.
    pub index: Option<Text>,
    /// Labels of its numbers.
    pub labels: Vec<Label>,
    /// Strongest highlight of its numbers.
    pub highlight: Highlight,
    /// Whether the moment is about this neuron.
    pub current: bool,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether the pointer or the focus is on it.
    pub hovered: bool,
}

/// A weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// [`Item::Weight`]
    pub item: Item,
    /// End at the source neuron.
    pub from: Point,
    /// End at the neuron that it belongs to.
    pub to: Point,
    /// Current value.
    pub weight: f64,
    /// Width of the line: grows with |w|, relative to the largest |w| of its layer.
    pub width: f64,
    /// Label of the value, if there is room.
    pub label: Option<Label>,
    /// Whether the moment reads or writes it.
    pub highlight: Highlight,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether the pointer or the focus is on it.
    pub hovered: bool,
}

/// The line between an output and its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// End at the output.
    pub from: Point,
    /// End at the target.
    pub to: Point,
    /// Whether the moment compares output and target.
    pub highlight: Highlight,
}

/// A number with its symbol, or the name of a data column.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The quantity shown.
    pub item: Item,
    /// The kind of quantity, which decides the hue.
    pub kind: LabelKind,
    /// For example "δ₁"; empty for column names and weights.
    pub name: String,
    /// For example "−0.1385".
    pub value: String,
    /// Area of the label: the name is left-aligned, the value right-aligned.
    pub area: Rect,
    /// Font size.
    pub size: f64,
    /// Whether the name is above the value, both centred.
    pub stacked: bool,
    /// Whether the moment reads or writes it.
    pub highlight: Highlight,
    /// Whether the pointer or the focus is on it.
    pub hovered: bool,
}

/// The kind of quantity that a label shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    /// x
    Input,
    /// z
    WeightedInput,
    /// a
    Activation,
    /// δ
    Delta,
    /// b
    Bias,
    /// Δb
    BiasChange,
    /// w
    Weight,
    /// y
    Target,
    /// Not a number: the name of a data column.
    Name,
}

/// Text, centred on a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Centre of the text.
    pub centre: Point,
    /// Font size.
    pub size: f64,
}

/// A point in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    /// The rectangle with this centre and size.
    pub fn around(centre: Point, width: f64, height: f64) -> Self {
        let (x, y) = (width / 2.0, height / 2.0);
        Self { left: centre.x - x, top: centre.y - y, right: centre.x + x, bottom: centre.y + y }
    }

    /// The rectangle with each edge moved outwards by this distance; inwards if it is negative.
    pub fn grown(self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether the rectangle contains this point.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// Whether the two rectangles share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// The smallest rectangle that contains both.
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The centre of the rectangle.
    pub fn centre(&self) -> Point {
        Point { x: (self.left + self.right) / 2.0, y: (self.top + self.bottom) / 2.0 }
    }
}

impl Scene {
    /// The network at the current moment, in `width` × `height` CSS pixels. Numbers have up to `digits`
    /// significant digits, fewer if there is no room.
    pub fn new(session: &Session, width: f64, height: f64, digits: usize) -> Self {
        let sizes = &session.scenario().sizes;
        let layout = layout::Layout::new(sizes, width, height, digits);
        let mut scene = nodes::build(session, &layout, width, height);
        edges::add(session, layout.digits, layout.font - 1.0, &mut scene);
        scene
    }

    /// The item at this point: an input, neuron or target, or else the nearest edge.
    pub fn hit(&self, x: f64, y: f64) -> Option<Item> {
        let node = self.nodes.iter().find(|node| {
            let (dx, dy) = (x - node.centre.x, y - node.centre.y);
            dx.hypot(dy) <= node.radius
                || node.card.is_some_and(|card| card.contains(x, y))
                || node.labels.iter().any(|label| label.area.contains(x, y))
        });
        if let Some(node) = node {
            return Some(node.item);
        }
        let at = Point { x, y };
        let distances = self.edges.iter().map(|edge| (distance(at, edge.from, edge.to), edge.item));
        let nearest = distances.min_by(|one, other| one.0.total_cmp(&other.0));
        nearest.filter(|(distance, _)| *distance <= HIT_DISTANCE).map(|(_, item)| item)
    }

    /// The node of an input, neuron or target, if it is shown.
    pub fn node(&self, item: Item) -> Option<&Node> {
        self.nodes.iter().find(|node| node.item == item)
    }

    /// The edge of a weight, if it is shown.
    pub fn edge(&self, item: Item) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.item == item)
    }
}

impl Node {
    /// The label of this kind, if it is shown.
    pub fn label(&self, kind: LabelKind) -> Option<&Label> {
        self.labels.iter().find(|label| label.kind == kind)
    }
}

/// Distance from the point `at` to the line between two others.
fn distance(at: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { ((at.x - from.x) * dx + (at.y - from.y) * dy) / length } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (at.x - from.x - along * dx).hypot(at.y - from.y - along * dy)
}
