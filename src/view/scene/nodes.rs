//! The inputs, neurons and targets with their numbers.

use super::captions;
use super::highlight::{Highlight, Highlights};
use super::layout::LabelPlacement::{Below, Card, Sparse};
use super::layout::{Column, EDGE, GAP, LABEL_GAP, Layout};
use super::text::{fitting, subscripted, text_width};
use super::{Label, LabelKind, Link, Node, Point, Rect, Scene, Text};
use crate::nn::Parameter;
use crate::session::{Item, Session, Visible};

/// The scene without its edges.
pub(super) fn build(session: &Session, layout: &Layout, width: f64, height: f64) -> Scene {
    let builder = NodeBuilder {
        session,
        visible: session.visible(),
        layout,
        highlights: Highlights::new(session),
        layers: session.scenario().layer_sizes().len(),
    };
    let mut scene = Scene { width, height, ..Scene::default() };
    for (index, column) in layout.columns.iter().enumerate() {
        let first = builder.first_shown(index.min(builder.layers), column);
        captions::add(session, layout, index, first, &mut scene);
        let nodes = (0..column.shown).map(|place| {
            let centre = column.centre(place);
            match index.checked_sub(1) {
                None => builder.input(first + place, centre, column),
                Some(layer) if layer < builder.layers => builder.neuron(layer, first + place, centre),
                Some(_) => builder.target(first + place, centre),
            }
        });
        scene.nodes.extend(nodes);
        if index == 0 && layout.placement == Card {
            align_symbols(&mut scene.nodes);
        }
    }
    builder.set_levels(&mut scene.nodes);
    scene.links = builder.links(&scene);
    scene
}

/// Makes the nodes of a scene and their labels.
struct NodeBuilder<'a> {
    session: &'a Session,
    visible: Visible<'a>,
    layout: &'a Layout,
    highlights: Highlights<'a>,
    layers: usize,
}

impl NodeBuilder<'_> {
    /// Index of the first neuron shown of a column. A column with more neurons than it can show is
    /// divided into pages; the page with the current neuron is shown, or else the one with the
    /// selected neuron.
    fn first_shown(&self, index: usize, column: &Column) -> usize {
        let position = self.session.position();
        let current = position.moment.layer().filter(|layer| layer + 1 == index).and(position.neuron);
        let selected = || match self.session.view_state().selected? {
            Item::Input { source } if index == 0 => Some(source),
            Item::Target { neuron } if index == self.layers => Some(neuron),
            Item::Weight { layer, source, .. } if layer == index => Some(source),
            item => item.neuron().filter(|(layer, _)| layer + 1 == index).map(|(_, neuron)| neuron),
        };
        let neuron = current.map(|neuron| neuron as usize).or_else(selected).unwrap_or(0);
        let page = neuron / column.shown.max(1) * column.shown;
        page.min(column.count.saturating_sub(column.shown))
    }

    /// A node without a card.
    fn node(&self, item: Item, centre: Point, mut labels: Vec<Label>) -> Node {
        // An empty value means there was no room for one digit.
        labels.retain(|label| !label.value.is_empty());
        let view_state = self.session.view_state();
        let neuron = |item: Item| match item {
            Item::Weight { .. } => None,
            item => item.neuron(),
        };
        let belongs_here = |other: Option<Item>| {
            other.is_some_and(|other| {
                other == item || neuron(other).is_some() && neuron(other) == neuron(item)
            })
        };
        let current = neuron(item).is_some_and(|(layer, neuron)| self.visible.is_current(layer, neuron));
        let highlight = labels.iter().map(|label| label.highlight).max();
        Node {
            item,
            centre,
            radius: self.layout.radius,
            card: None,
            level: None,
            index: None,
            labels,
            highlight: highlight.unwrap_or(Highlight::Faded),
            current,
            selected: belongs_here(view_state.selected),
            hovered: belongs_here(view_state.hovered),
        }
    }

    /// The label of a number.
    fn label(
        &self,
        item: Item,
        (kind, letter, neuron): (LabelKind, &str, usize),
        value: f64,
        area: Rect,
    ) -> Label {
        let Layout { font: size, digits, placement, .. } = *self.layout;
        let stacked = area.bottom - area.top > 1.5 * self.layout.line;
        let name = if placement == Below { subscripted(letter, neuron) } else { letter.to_owned() };
        let name_width = if stacked { 0.0 } else { text_width(&name, size) + 0.4 * size };
        let highlight = match item {
            Item::Input { .. } => self.highlights.input(),
            Item::Target { neuron } => self.highlights.target(neuron),
            _ => item
                .neuron()
                .map_or(Highlight::Faded, |(layer, neuron)| self.highlights.number(layer, neuron, kind)),
        };
        Label {
            item,
            kind,
            value: fitting(value, digits.max(3), area.right - area.left - name_width, size),
            name,
            area,
            size,
            stacked,
            highlight,
            hovered: self.session.view_state().hovered == Some(item),
        }
    }

    /// The name of a data column, unless it is a default such as x1 or does not fit.
    fn column_name(&self, item: Item, words: &str, letter: char, area: Rect) -> Option<Label> {
        let size = self.layout.font - 1.0;
        let is_default = words.strip_prefix(letter).is_some_and(|rest| rest.parse::<usize>().is_ok());
        let fits = !words.is_empty() && text_width(words, size) <= area.right - area.left;
        (fits && !is_default).then(|| Label {
            item,
            kind: LabelKind::Name,
            name: String::new(),
            value: words.to_owned(),
            area,
            size,
            stacked: false,
            highlight: Highlight::Faded,
            hovered: false,
        })
    }

    /// The area of two lines inside the circle.
    fn inside_circle(&self, centre: Point) -> Rect {
        Rect::around(centre, 2.0 * self.layout.radius - 14.0, 2.0 * self.layout.line)
    }

    /// The area of a line of labels below a circle.
    fn below(&self, centre: Point, row: usize, width: f64) -> Rect {
        let Layout { radius, line, .. } = *self.layout;
        let top = centre.y + radius + self.layout.gap_below + line * row as f64;
        Rect { left: centre.x - width / 2.0, top, right: centre.x + width / 2.0, bottom: top + line }
    }

    /// The area of a card with a circle and `rows` lines of labels below it.
    fn card_with_rows(&self, centre: Point, rows: usize) -> Rect {
        let circle = Rect::around(centre, 2.0 * self.layout.radius, 2.0 * self.layout.radius);
        circle.union(self.below(centre, rows.max(1) - 1, self.layout.label_width)).grown(EDGE)
    }

    fn index(&self, neuron: usize, centre: Point) -> Option<Text> {
        let text = (neuron + 1).to_string();
        let size = (self.layout.font - 1.0).min(11.0);
        let fits = text_width(&text, size) < 2.0 * self.layout.radius - 3.0 && self.layout.radius >= 7.0;
        (self.layout.placement != Below && fits).then_some(Text { text, centre, size })
    }

    fn input(&self, source: usize, centre: Point, column: &Column) -> Node {
        let Layout { radius, line, label_width: width, placement, activation_inside, max_labels, .. } =
            *self.layout;
        let item = Item::Input { source };
        let scenario = self.session.scenario();
        let value = self.visible.trace().input[source];
        let words = scenario.data.inputs.get(source).map_or("", String::as_str);
        let line_at = |left: f64, row: f64| {
            let middle = centre.y + line * row;
            Rect { left, top: middle - line / 2.0, right: left + width, bottom: middle + line / 2.0 }
        };
        let (area, name) = match placement {
            Below => {
                let area =
                    if activation_inside { self.inside_circle(centre) } else { self.below(centre, 0, width) };
                let row = usize::from(!activation_inside);
                // Symmetric about the circle, and within the card if there is one.
                let room = if activation_inside { 2.0 * (centre.x - 2.0).min(width) } else { width };
                let name = || self.column_name(item, words, 'x', self.below(centre, row, room));
                (area, (row < self.layout.rows).then(name).flatten())
            }
            Card => {
                let left = centre.x - radius - GAP - width;
                let area = line_at(left, -0.5);
                let name = || self.column_name(item, words, 'x', Rect { left: left - NAME_EDGE, ..area });
                let name = (column.spacing >= 2.0 * line).then(name).flatten();
                (line_at(left, if name.is_some() { 0.5 } else { 0.0 }), name)
            }
            Sparse if self.layout.sparse_below => (self.below(centre, 0, width), None),
            Sparse => (line_at(centre.x + radius + GAP - 2.0, 0.0), None),
        };
        let label = self.label(item, (LabelKind::Input, "x", source), value, area);
        let selected = self.session.view_state().selected == Some(item);
        let shown = placement != Sparse || max_labels > 0 && (label.highlight.is_active() || selected);
        let labels = shown.then_some(label).into_iter().chain(name).collect();
        let highlight = self.highlights.input();
        let mut node = self.node(item, centre, labels);
        if placement == Below && !activation_inside {
            let rows = node.labels.len();
            node.card = Some(self.card_with_rows(centre, rows));
        }
        Node { highlight, index: self.index(source, centre), ..node }
    }

    fn target(&self, neuron: usize, centre: Point) -> Node {
        let Layout { line, target_width: width, placement, font, .. } = *self.layout;
        let item = Item::Target { neuron };
        let scenario = self.session.scenario();
        let lines = if placement == Below { 2.0 } else { 1.0 };
        let card = Rect::around(centre, width, line * lines + 4.0);
        let area = Rect::around(centre, width - 8.0, line * lines);
        let mut labels =
            vec![self.label(item, (LabelKind::Target, "y", neuron), self.visible.target()[neuron], area)];
        let words = scenario.data.targets.get(neuron).map_or("", String::as_str);
        let spacing = self.layout.columns.last().map_or(0.0, |column| column.spacing);
        if spacing >= card.bottom - card.top + 2.0 * line {
            let room = (text_width(words, font) + 2.0).min(width + 2.0 * (TO_EDGE - 2.0));
            let middle = Point { x: centre.x, y: card.bottom + line / 2.0 + 1.0 };
            labels.extend(self.column_name(item, words, 'y', Rect::around(middle, room, line)));
        }
        let half = (card.bottom - card.top) / 2.0;
        let node = self.node(item, centre, labels);
        Node { card: Some(card), radius: half, ..node }
    }

    fn neuron(&self, layer: usize, neuron: usize, centre: Point) -> Node {
        let Layout {
            radius, line, label_width: width, placement, activation_inside, rows, max_labels, ..
        } = *self.layout;
        let item = Item::Neuron { layer, neuron };
        let mut labels = Vec::new();
        if activation_inside && let Some(a) = self.visible.activation(layer, neuron) {
            let item = Item::Activation { layer, neuron };
            labels.push(self.label(
                item,
                (LabelKind::Activation, "a", neuron),
                a,
                self.inside_circle(centre),
            ));
        }
        let columns = max_labels.div_ceil(rows.max(1)).max(1);
        for (cell, alternatives) in slots(max_labels, activation_inside).iter().enumerate() {
            let (across, row) = (cell / rows.max(1), cell % rows.max(1));
            let area = match placement {
                Below => self.below(centre, row, width),
                Sparse if self.layout.sparse_below => self.below(centre, row, width),
                Card | Sparse => {
                    let gap = if placement == Card { GAP } else { GAP - 2.0 };
                    let left = centre.x + radius + gap + across as f64 * (width + LABEL_GAP);
                    let top = centre.y + line * (row as f64 - rows as f64 / 2.0);
                    Rect { left, top, right: left + width, bottom: top + line }
                }
            };
            labels.extend(self.first_of(layer, neuron, alternatives, area));
        }
        if placement == Sparse {
            let active = labels.iter().any(|label| label.highlight.is_active());
            let selected = self.session.view_state().selected.and_then(Item::neuron) == Some((layer, neuron));
            if !(active || selected) {
                labels.clear();
            }
        }
        let mut node = self.node(item, centre, labels);
        node.highlight = self.strongest_highlight(layer, neuron);
        node.index = self.index(neuron, centre);
        if placement == Card {
            let right =
                centre.x + radius + GAP + columns as f64 * (width + LABEL_GAP) - LABEL_GAP + 2.0 * EDGE;
            let half = (rows as f64 * line / 2.0 + 1.0).max(radius + 2.0);
            let (top, bottom) = (centre.y - half, centre.y + half);
            node.card = Some(Rect { left: centre.x - radius - EDGE, top, right, bottom });
        } else if placement == Below && !activation_inside {
            node.card = Some(self.card_with_rows(centre, rows));
        }
        if node.current && node.highlight < Highlight::Written {
            node.highlight = Highlight::Written;
        }
        node
    }

    /// The strongest highlight of a neuron's numbers, shown or not.
    fn strongest_highlight(&self, layer: usize, neuron: usize) -> Highlight {
        let kinds = [LabelKind::Bias, LabelKind::WeightedInput, LabelKind::Activation, LabelKind::Delta];
        let highlights = kinds.map(|kind| self.highlights.number(layer, neuron, kind));
        highlights.into_iter().max().unwrap_or(Highlight::Faded)
    }

    /// The label of one of several numbers that share an area: the one that the moment writes, or else
    /// reads, or else the first that is known.
    fn first_of(&self, layer: usize, neuron: usize, kinds: &[LabelKind], area: Rect) -> Option<Label> {
        let known = kinds.iter().filter_map(|&kind| {
            let bias = Parameter::Bias { layer, neuron };
            let (letter, item, value) = match kind {
                LabelKind::Bias => ("b", Item::Bias { layer, neuron }, Some(self.visible.parameter(bias))),
                LabelKind::BiasChange => ("Δb", Item::Bias { layer, neuron }, self.visible.change(bias)),
                LabelKind::WeightedInput => {
                    ("z", Item::WeightedInput { layer, neuron }, self.visible.weighted_input(layer, neuron))
                }
                LabelKind::Activation => {
                    ("a", Item::Activation { layer, neuron }, self.visible.activation(layer, neuron))
                }
                _ => {
                    let delta = self.visible.delta(self.visible.sample(), layer, neuron);
                    ("δ", Item::Delta { layer, neuron }, delta)
                }
            };
            Some((kind, letter, item, value?))
        });
        // `max_by_key` returns the last of several maxima, so the iterator is reversed.
        let highlight = |kind: LabelKind| match self.highlights.number(layer, neuron, kind) {
            highlight if highlight.is_active() => highlight,
            _ => Highlight::Neutral,
        };
        let (kind, letter, item, value) = known.rev().max_by_key(|(kind, ..)| highlight(*kind))?;
        Some(self.label(item, (kind, letter, neuron), value, area))
    }

    /// Sets the level of each node: a or x divided by the largest magnitude shown in its column, at
    /// least 1.
    fn set_levels(&self, nodes: &mut [Node]) {
        let value = |item: Item| match item {
            Item::Input { source } => Some(self.visible.trace().input[source]),
            Item::Neuron { layer, neuron } => self.visible.activation(layer, neuron),
            _ => None,
        };
        let column = |item: Item| item.neuron().map(|(layer, _)| layer);
        for group in nodes.chunk_by_mut(|one, other| column(one.item) == column(other.item)) {
            let values = group.iter().filter_map(|node| value(node.item));
            let largest = values.fold(1.0, |largest: f64, value| largest.max(value.abs()));
            for node in group {
                node.level = value(node.item).map(|value| value / largest);
            }
        }
    }

    /// The lines between the outputs and their targets.
    fn links(&self, scene: &Scene) -> Vec<Link> {
        let output = |item: Item| match item {
            Item::Neuron { layer, neuron } if layer + 1 == self.layers => Some(neuron),
            _ => None,
        };
        let links = scene.nodes.iter().filter_map(|node| {
            let neuron = output(node.item)?;
            let target = scene.node(Item::Target { neuron })?;
            let start = node.card.map_or(node.centre.x + node.radius, |card| card.right);
            Some(Link {
                from: Point { x: start, y: node.centre.y },
                to: Point { x: target.card.map_or(target.centre.x, |card| card.left), y: node.centre.y },
                highlight: self.highlights.target(neuron),
            })
        });
        links.collect()
    }
}

/// Moves the symbols of the inputs to the right, up to the longest number.
fn align_symbols(inputs: &mut [Node]) {
    let width = |label: &Label| text_width(&label.name, label.size) + text_width(&label.value, label.size);
    let numbers = inputs.iter().flat_map(|node| &node.labels);
    let widest = numbers.filter(|label| label.kind == LabelKind::Input).map(width).fold(0.0, f64::max);
    for node in inputs {
        let [first, ..] = &mut node.labels[..] else { continue };
        first.area.left = first.area.left.max(first.area.right - widest - 0.5 * first.size);
    }
}

/// How far a target's name may extend beyond its box, on either side.
const TO_EDGE: f64 = 8.0;
/// How far an input's name may extend beyond its number, on the left.
const NAME_EDGE: f64 = 6.0;

/// The numbers that share each of up to `max_labels` labels; the one to show is chosen by
/// [`NodeBuilder::first_of`].
fn slots(max_labels: usize, activation_inside: bool) -> &'static [&'static [LabelKind]] {
    use LabelKind::{Activation as A, Bias as B, BiasChange as C, Delta as D, WeightedInput as Z};
    match (max_labels, activation_inside) {
        (0, _) => &[],
        (1, false) => &[&[C, D, A, Z, B]],
        (2, false) => &[&[A, B], &[C, D, Z]],
        (3, false) => &[&[B], &[A], &[C, D, Z]],
        (4, false) => &[&[B], &[C, Z], &[A], &[D]],
        (_, false) => &[&[B], &[Z], &[A], &[D], &[C]],
        (1, true) => &[&[C, D, Z, B]],
        (2, true) => &[&[B], &[C, D, Z]],
        (3, true) => &[&[B], &[C, Z], &[D]],
        (_, true) => &[&[B], &[Z], &[D], &[C]],
    }
}
