//! The network as plain data: where every neuron, edge and number stands and what is lit.
//!
//! Session → [`Scene`] → [`network::draw`](super::network::draw). Lengths are CSS pixels, y downwards.
//! What the present moment reads and writes is lit; the rest is faded, never left out. A number that
//! has not been computed yet is not there.

mod build;
mod edges;
mod light;
mod plan;
mod text;

pub use light::Light;
pub(super) use text::shortened;
pub use text::text_width;

use crate::session::{Item, Session};

/// How far from an edge a click still means it.
const NEAR: f64 = 6.0;

/// The network at one moment, laid out for one size.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// CSS pixels.
    pub width: f64,
    /// CSS pixels.
    pub height: f64,
    /// Inputs, neurons and targets.
    pub nodes: Vec<Node>,
    /// The weights between the neurons shown.
    pub edges: Vec<Edge>,
    /// What joins each output to its target.
    pub links: Vec<Link>,
    /// A caption over each column.
    pub captions: Vec<Text>,
    /// How many neurons there are where not all are shown.
    pub notes: Vec<Text>,
}

/// An input, a neuron or a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// [`Item::Input`], [`Item::Neuron`] or [`Item::Target`].
    pub item: Item,
    /// The middle of its circle or box.
    pub centre: Point,
    /// Of its circle; half the height of a target's box.
    pub radius: f64,
    /// The frame around circle and labels, or a target's box; none where labels stand free.
    pub card: Option<Rect>,
    /// All of it.
    pub bounds: Rect,
    /// a as a share of the largest in its layer, −1 … 1, once it is known.
    pub level: Option<f64>,
    /// Its number within the layer, counted from 1, where the labels do not say it.
    pub index: Option<Text>,
    /// Its numbers.
    pub labels: Vec<Label>,
    /// Whether the moment reads or writes any of them.
    pub light: Light,
    /// Whether the moment is told for it.
    pub at_work: bool,
    /// Whether the reader selected it.
    pub selected: bool,
    /// Whether the pointer or focus is on it.
    pub hovered: bool,
}

/// A weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// [`Item::Weight`]
    pub item: Item,
    /// At its source neuron.
    pub from: Point,
    /// At the neuron that it belongs to.
    pub to: Point,
    /// Its value now.
    pub weight: f64,
    /// As drawn: grows with |w|, relative to the largest of its layer.
    pub width: f64,
    /// Its value as text, where there is room.
    pub label: Option<Label>,
    /// Whether the moment reads or writes it.
    pub light: Light,
    /// Whether the reader selected it.
    pub selected: bool,
    /// Whether the pointer or focus is on it.
    pub hovered: bool,
}

/// From an output to its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// At the output.
    pub from: Point,
    /// At the target.
    pub to: Point,
    /// Whether the moment compares the two.
    pub light: Light,
}

/// A number with its symbol.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Whose number it is.
    pub item: Item,
    /// Which hue it has.
    pub symbol: Symbol,
    /// "δ₁"; empty for names of columns and for weights.
    pub name: String,
    /// "−0.1385"
    pub value: String,
    /// The room that it has; the name stands at the left, the value at the right.
    pub area: Rect,
    /// Font size.
    pub size: f64,
    /// Whether name and value stand one above the other, centred.
    pub upright: bool,
    /// Whether the moment reads or writes it.
    pub light: Light,
    /// Whether the pointer or focus is on it.
    pub hovered: bool,
}

/// The kinds of numbers in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
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
    /// Not a number: what a column of the data is called.
    Name,
}

/// Words, centred on a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The words.
    pub text: String,
    /// Their middle.
    pub centre: Point,
    /// Font size.
    pub size: f64,
}

/// A place in CSS pixels.
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
    /// Around a middle.
    pub fn around(centre: Point, width: f64, height: f64) -> Self {
        let (x, y) = (width / 2.0, height / 2.0);
        Self { left: centre.x - x, top: centre.y - y, right: centre.x + x, bottom: centre.y + y }
    }

    /// With its edges moved out by so much; in, where that is negative.
    pub fn grown(self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether a point lies in it.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// Whether the two share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// The smallest rectangle around both.
    pub fn and(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Its middle.
    pub fn centre(&self) -> Point {
        Point { x: (self.left + self.right) / 2.0, y: (self.top + self.bottom) / 2.0 }
    }
}

impl Scene {
    /// The network at the present moment, in `width` × `height` CSS pixels, its numbers with up to
    /// `digits` significant digits: fewer where there is no room.
    pub fn new(session: &Session, width: f64, height: f64, digits: usize) -> Self {
        let sizes = &session.scenario().sizes;
        let plan = plan::Plan::new(sizes, width, height, digits);
        let mut scene = build::scene(session, &plan, width, height);
        edges::place(session, plan.digits, plan.font - 1.0, &mut scene);
        scene
    }

    /// What is at this point: neurons, inputs and targets first, then the nearest edge.
    pub fn hit(&self, x: f64, y: f64) -> Option<Item> {
        let node = self.nodes.iter().find(|node| {
            let (dx, dy) = (x - node.centre.x, y - node.centre.y);
            let circle = dx.hypot(dy) <= node.radius;
            circle
                || node.card.is_some_and(|card| card.contains(x, y))
                || node.labels.iter().any(|label| label.area.contains(x, y))
        });
        if let Some(node) = node {
            return Some(node.item);
        }
        let at = Point { x, y };
        let near = self.edges.iter().map(|edge| (distance(at, edge.from, edge.to), edge.item));
        let nearest = near.min_by(|one, other| one.0.total_cmp(&other.0));
        nearest.filter(|(distance, _)| *distance <= NEAR).map(|(_, item)| item)
    }

    /// The node of this input, neuron or target, if it is shown.
    pub fn node(&self, item: Item) -> Option<&Node> {
        self.nodes.iter().find(|node| node.item == item)
    }

    /// The edge of this weight, if it is shown.
    pub fn edge(&self, item: Item) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.item == item)
    }
}

impl Node {
    /// Its number of this kind, if it is shown.
    pub fn label(&self, symbol: Symbol) -> Option<&Label> {
        self.labels.iter().find(|label| label.symbol == symbol)
    }
}

/// From a point to the line between two others.
fn distance(at: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { ((at.x - from.x) * dx + (at.y - from.y) * dy) / length } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (at.x - from.x - along * dx).hypot(at.y - from.y - along * dy)
}
