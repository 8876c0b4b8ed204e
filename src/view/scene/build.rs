//! The neurons with their numbers, and the words around them.

use super::light::{Light, Lights};
use super::plan::{BETWEEN, Column, EDGE, GAP, Plan, Style};
use super::text::{fitting, shortened, subscripted, text_width};
use super::{Label, Link, Node, Point, Rect, Scene, Symbol, Text};
use crate::nn::Parameter;
use crate::session::{Item, Session, Visible};

/// Everything but the edges.
pub(super) fn scene(session: &Session, plan: &Plan, width: f64, height: f64) -> Scene {
    let builder = Builder {
        session,
        width,
        visible: session.visible(),
        plan,
        lights: Lights::new(session),
        layers: session.scenario().layer_sizes().len(),
    };
    let mut scene = Scene {
        width,
        height,
        nodes: Vec::new(),
        edges: Vec::new(),
        links: Vec::new(),
        captions: Vec::new(),
        notes: Vec::new(),
    };
    for (index, column) in plan.columns.iter().enumerate() {
        let first = builder.first(index.min(builder.layers), column);
        builder.words(index, first, column, &mut scene);
        let nodes = (0..column.shown).map(|place| {
            let centre = column.centre(place);
            match index.checked_sub(1) {
                None => builder.input(first + place, centre, column),
                Some(layer) if layer < builder.layers => builder.neuron(layer, first + place, centre),
                Some(_) => builder.target(first + place, centre),
            }
        });
        scene.nodes.extend(nodes);
        if index == 0 && plan.style == Style::Card {
            tighten(&mut scene.nodes);
        }
    }
    builder.levels(&mut scene.nodes);
    builder.links(&mut scene);
    scene
}

struct Builder<'a> {
    session: &'a Session,
    width: f64,
    visible: Visible<'a>,
    plan: &'a Plan,
    lights: Lights<'a>,
    layers: usize,
}

impl Builder<'_> {
    /// The first neuron shown of a column: its pages are turned so that the neuron at work, else the
    /// selected one, is on the page.
    fn first(&self, index: usize, column: &Column) -> usize {
        let position = self.session.position();
        let at_work = position.moment.layer().filter(|layer| layer + 1 == index).and(position.neuron);
        let selected = || match self.session.view_state().selected? {
            Item::Input { source } if index == 0 => Some(source),
            Item::Target { neuron } if index == self.layers => Some(neuron),
            Item::Weight { layer, source, .. } if layer == index => Some(source),
            item => item.neuron().filter(|(layer, _)| layer + 1 == index).map(|(_, neuron)| neuron),
        };
        let there = at_work.map(|neuron| neuron as usize).or_else(selected).unwrap_or(0);
        let page = there / column.shown.max(1) * column.shown;
        page.min(column.count.saturating_sub(column.shown))
    }

    /// Caption and note of a column.
    fn words(&self, index: usize, first: usize, column: &Column, scene: &mut Scene) {
        let Plan { font, line, .. } = *self.plan;
        let activations = &self.session.scenario().activations;
        let activation = index.checked_sub(1).and_then(|layer| activations.get(layer));
        let function = activation.map(|activation| activation.name().replace('_', " "));
        let (what, function) = match function {
            None if index == 0 => ("input".to_owned(), String::new()),
            None => ("target".to_owned(), String::new()),
            Some(function) if index == self.layers => ("output".to_owned(), function),
            Some(function) => (format!("hidden {index}"), function),
        };
        let middle = match self.plan.style {
            Style::Card => (column.left + column.right) / 2.0,
            _ => column.x,
        };
        // Halfway to the neighbours.
        let columns = &self.plan.columns;
        let before = index.checked_sub(1).map_or(-column.left, |before| columns[before].right);
        let after = columns.get(index + 1).map_or(2.0 * self.width - column.right, |after| after.left);
        let (left, right) = ((before + column.left) / 2.0 + 2.0, (column.right + after) / 2.0 - 2.0);
        let width = right - left;
        let text = |text: String, y: f64| {
            let half = text_width(&text, font) / 2.0;
            let x = middle.min(right - half).max(left + half);
            Text { text, centre: Point { x, y }, size: font }
        };
        let mut caption = |words: &str, row: f64| {
            let words = shortened(words, width, font);
            if !words.is_empty() {
                scene.captions.push(text(words, 6.0 + line * (row + 0.5)));
            }
        };
        if self.plan.tall_captions {
            caption(&what, 0.0);
            caption(&function, 1.0);
        } else if function.is_empty() {
            caption(&what, 0.0);
        } else {
            caption(&format!("{what} · {function}"), 0.0);
        }
        if column.shown < column.count && index <= self.layers {
            let (from, to, of) = (first + 1, first + column.shown, column.count);
            let what = if index == 0 { "inputs" } else { "neurons" };
            let long = format!("{of} {what}, {from}–{to} shown");
            let fits = text_width(&long, font) <= width;
            let words = if fits { long } else { shortened(&format!("{from}–{to} of {of}"), width, font) };
            scene.notes.push(text(words, scene.height - 4.0 - line / 2.0));
        }
    }

    /// What is said of a whole node.
    fn node(&self, item: Item, centre: Point, mut labels: Vec<Label>) -> Node {
        // Where not even a number without digits fits.
        labels.retain(|label| !label.value.is_empty());
        let view_state = self.session.view_state();
        let place = |item: Item| match item {
            Item::Weight { .. } => None,
            item => item.neuron(),
        };
        let same = |other: Option<Item>| {
            other.is_some_and(|other| other == item || place(other).is_some() && place(other) == place(item))
        };
        let at_work = place(item).is_some_and(|(layer, neuron)| self.lights.at_work(layer, neuron));
        let light = labels.iter().map(|label| label.light).max();
        let circle = Rect::around(centre, 2.0 * self.plan.radius, 2.0 * self.plan.radius);
        Node {
            item,
            centre,
            radius: self.plan.radius,
            card: None,
            bounds: labels.iter().fold(circle, |bounds, label| bounds.and(label.area)),
            level: None,
            index: None,
            labels,
            light: light.unwrap_or(Light::Faded),
            at_work,
            selected: same(view_state.selected),
            hovered: same(view_state.hovered),
        }
    }

    /// A number in an area of its own.
    fn label(
        &self,
        item: Item,
        (symbol, letter, neuron): (Symbol, &str, usize),
        value: f64,
        area: Rect,
    ) -> Label {
        let Plan { font: size, digits, style, .. } = *self.plan;
        let upright = area.bottom - area.top > 1.5 * self.plan.line;
        let name = if style == Style::Below { subscripted(letter, neuron) } else { letter.to_owned() };
        let taken = if upright { 0.0 } else { text_width(&name, size) + 0.4 * size };
        let light = match item {
            Item::Input { .. } => self.lights.input(),
            Item::Target { neuron } => self.lights.target(neuron),
            _ => item
                .neuron()
                .map_or(Light::Faded, |(layer, neuron)| self.lights.number(layer, neuron, symbol)),
        };
        Label {
            item,
            symbol,
            value: fitting(value, digits.max(3), area.right - area.left - taken, size),
            name,
            area,
            size,
            upright,
            light,
            hovered: self.session.view_state().hovered == Some(item),
        }
    }

    /// What a column of the data is called, where it says more than x₁ does.
    fn name(&self, item: Item, words: &str, letter: char, area: Rect) -> Option<Label> {
        let size = self.plan.font - 1.0;
        let says_nothing = words.strip_prefix(letter).is_some_and(|rest| rest.parse::<usize>().is_ok());
        let fits = !words.is_empty() && text_width(words, size) <= area.right - area.left;
        (fits && !says_nothing).then(|| Label {
            item,
            symbol: Symbol::Name,
            name: String::new(),
            value: words.to_owned(),
            area,
            size,
            upright: false,
            light: Light::Faded,
            hovered: false,
        })
    }

    /// Two lines in the circle.
    fn inner(&self, centre: Point) -> Rect {
        Rect::around(centre, 2.0 * self.plan.radius - 14.0, 2.0 * self.plan.line)
    }

    /// The `row`th line under a circle.
    fn under(&self, centre: Point, row: usize, width: f64) -> Rect {
        let Plan { radius, line, .. } = *self.plan;
        let top = centre.y + radius + self.plan.under + line * row as f64;
        Rect { left: centre.x - width / 2.0, top, right: centre.x + width / 2.0, bottom: top + line }
    }

    /// Around a circle and this many lines under it.
    fn under_card(&self, centre: Point, rows: usize) -> Rect {
        let circle = Rect::around(centre, 2.0 * self.plan.radius, 2.0 * self.plan.radius);
        let Rect { left, top, right, bottom } =
            circle.and(self.under(centre, rows.max(1) - 1, self.plan.label));
        Rect { left: left - EDGE, top: top - EDGE, right: right + EDGE, bottom: bottom + EDGE }
    }

    fn index(&self, neuron: usize, centre: Point) -> Option<Text> {
        let text = (neuron + 1).to_string();
        let size = (self.plan.font - 1.0).min(11.0);
        let fits = text_width(&text, size) < 2.0 * self.plan.radius - 3.0 && self.plan.radius >= 7.0;
        (self.plan.style != Style::Below && fits).then_some(Text { text, centre, size })
    }

    fn input(&self, source: usize, centre: Point, column: &Column) -> Node {
        let Plan { radius, line, label: width, style, inside, .. } = *self.plan;
        let item = Item::Input { source };
        let scenario = self.session.scenario();
        let value = self.visible.trace().input[source];
        let words = scenario.data.inputs.get(source).map_or("", String::as_str);
        let kind = (Symbol::Input, "x", source);
        let mut labels = Vec::new();
        match style {
            Style::Below => {
                let area = if inside { self.inner(centre) } else { self.under(centre, 0, width) };
                labels.push(self.label(item, kind, value, area));
                let row = usize::from(!inside);
                // As far to the right as to the left; within the card where there is one.
                let room = if inside { 2.0 * (centre.x - 2.0).min(width) } else { width };
                labels.extend(
                    (row < self.plan.rows)
                        .then(|| self.name(item, words, 'x', self.under(centre, row, room)))
                        .flatten(),
                );
            }
            Style::Card => {
                let right = centre.x - radius - GAP;
                let area = |row: f64| Rect {
                    left: right - width,
                    top: centre.y + line * (row - 0.5),
                    right,
                    bottom: centre.y + line * (row + 0.5),
                };
                let room = column.spacing >= 2.0 * line;
                let wide = Rect { left: area(-0.5).left - NAME_EDGE, ..area(-0.5) };
                let name = room.then(|| self.name(item, words, 'x', wide)).flatten();
                let row = if name.is_some() { 0.5 } else { 0.0 };
                labels.push(self.label(item, kind, value, area(row)));
                labels.extend(name);
            }
            Style::Sparse => labels.extend(self.sparse(item, kind, value, centre)),
        }
        let light = self.lights.input();
        let mut node = self.node(item, centre, labels);
        if style == Style::Below && !inside {
            let rows = node.labels.len();
            node = framed(node, self.under_card(centre, rows));
        }
        Node { light, index: self.index(source, centre), ..node }
    }

    /// The one label of an input where there is little room.
    fn sparse(&self, item: Item, kind: (Symbol, &str, usize), value: f64, centre: Point) -> Option<Label> {
        let Plan { radius, line, label: width, cells, .. } = *self.plan;
        let left = centre.x + radius + GAP - 2.0;
        let (top, bottom) = (centre.y - line / 2.0, centre.y + line / 2.0);
        let beside = Rect { left, top, right: left + width, bottom };
        let area = if self.plan.sparse_under { self.under(centre, 0, width) } else { beside };
        let label = self.label(item, kind, value, area);
        let wanted = label.light.is_lit() || self.session.view_state().selected == Some(item);
        (wanted && cells > 0).then_some(label)
    }

    fn target(&self, neuron: usize, centre: Point) -> Node {
        let Plan { line, target: width, style, font, .. } = *self.plan;
        let item = Item::Target { neuron };
        let scenario = self.session.scenario();
        let lines = if style == Style::Below { 2.0 } else { 1.0 };
        let card = Rect::around(centre, width, line * lines + 4.0);
        let area = Rect::around(centre, width - 8.0, line * lines);
        let mut labels =
            vec![self.label(item, (Symbol::Target, "y", neuron), self.visible.target()[neuron], area)];
        let words = scenario.data.targets.get(neuron).map_or("", String::as_str);
        let spacing = self.plan.columns.last().map_or(0.0, |column| column.spacing);
        if spacing >= card.bottom - card.top + 2.0 * line {
            let room = (text_width(words, font) + 2.0).min(width + 2.0 * (TO_EDGE - 2.0));
            let middle = Point { x: centre.x, y: card.bottom + line / 2.0 + 1.0 };
            labels.extend(self.name(item, words, 'y', Rect::around(middle, room, line)));
        }
        let half = (card.bottom - card.top) / 2.0;
        let node = self.node(item, centre, labels);
        let bounds = node.labels.iter().fold(card, |bounds, label| bounds.and(label.area));
        Node { card: Some(card), radius: half, bounds, ..node }
    }

    fn neuron(&self, layer: usize, neuron: usize, centre: Point) -> Node {
        let Plan { radius, line, label: width, style, inside, rows, cells, .. } = *self.plan;
        let item = Item::Neuron { layer, neuron };
        let mut labels = Vec::new();
        if inside && let Some(a) = self.visible.activation(layer, neuron) {
            let item = Item::Activation { layer, neuron };
            labels.push(self.label(item, (Symbol::Activation, "a", neuron), a, self.inner(centre)));
        }
        let columns = cells.div_ceil(rows.max(1)).max(1);
        for (cell, alternatives) in slots(cells, inside).iter().enumerate() {
            let (across, row) = (cell / rows.max(1), cell % rows.max(1));
            let area = match style {
                Style::Below => self.under(centre, row, width),
                Style::Sparse if self.plan.sparse_under => self.under(centre, row, width),
                Style::Card | Style::Sparse => {
                    let gap = if style == Style::Card { GAP } else { GAP - 2.0 };
                    let left = centre.x + radius + gap + across as f64 * (width + BETWEEN);
                    let top = centre.y + line * (row as f64 - rows as f64 / 2.0);
                    Rect { left, top, right: left + width, bottom: top + line }
                }
            };
            labels.extend(self.chosen(layer, neuron, alternatives, area));
        }
        if style == Style::Sparse {
            let lit = labels.iter().any(|label| label.light.is_lit());
            let selected = self.session.view_state().selected.and_then(Item::neuron) == Some((layer, neuron));
            if !(lit || selected) {
                labels.clear();
            }
        }
        let mut node = self.node(item, centre, labels);
        node.light = self.light(layer, neuron);
        node.index = self.index(neuron, centre);
        if style == Style::Card {
            let right = centre.x + radius + GAP + columns as f64 * (width + BETWEEN) - BETWEEN + 2.0 * EDGE;
            let half = (rows as f64 * line / 2.0 + 1.0).max(radius + 2.0);
            let (top, bottom) = (centre.y - half, centre.y + half);
            node = framed(node, Rect { left: centre.x - radius - EDGE, top, right, bottom });
        } else if style == Style::Below && !inside {
            node = framed(node, self.under_card(centre, rows));
        }
        if node.at_work && node.light < Light::Written {
            node.light = Light::Written;
        }
        node
    }

    /// The strongest light of a neuron's numbers, shown or not.
    fn light(&self, layer: usize, neuron: usize) -> Light {
        let kinds = [Symbol::Bias, Symbol::WeightedInput, Symbol::Activation, Symbol::Delta];
        let lights = kinds.map(|symbol| self.lights.number(layer, neuron, symbol));
        lights.into_iter().max().unwrap_or(Light::Faded)
    }

    /// Of several numbers for one place, the one that the moment writes, else reads, else the first that
    /// is known.
    fn chosen(&self, layer: usize, neuron: usize, kinds: &[Symbol], area: Rect) -> Option<Label> {
        let known = kinds.iter().filter_map(|&symbol| {
            let bias = Parameter::Bias { layer, neuron };
            let (letter, item, value) = match symbol {
                Symbol::Bias => ("b", Item::Bias { layer, neuron }, Some(self.visible.parameter(bias))),
                Symbol::BiasChange => ("Δb", Item::Bias { layer, neuron }, self.visible.change(bias)),
                Symbol::WeightedInput => {
                    ("z", Item::WeightedInput { layer, neuron }, self.visible.weighted_input(layer, neuron))
                }
                Symbol::Activation => {
                    ("a", Item::Activation { layer, neuron }, self.visible.activation(layer, neuron))
                }
                _ => {
                    let delta = self.visible.delta(self.visible.sample(), layer, neuron);
                    ("δ", Item::Delta { layer, neuron }, delta)
                }
            };
            Some((symbol, letter, item, value?))
        });
        // Of equals the last is taken, so they come in reverse.
        let light = |symbol: Symbol| match self.lights.number(layer, neuron, symbol) {
            light if light.is_lit() => light,
            _ => Light::Plain,
        };
        let (symbol, letter, item, value) = known.rev().max_by_key(|(symbol, ..)| light(*symbol))?;
        Some(self.label(item, (symbol, letter, neuron), value, area))
    }

    /// a and x as shares of the largest shown in their column; of 1 where all are smaller.
    fn levels(&self, nodes: &mut [Node]) {
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

    /// From the outputs to their targets.
    fn links(&self, scene: &mut Scene) {
        let output = |item: Item| match item {
            Item::Neuron { layer, neuron } if layer + 1 == self.layers => Some(neuron),
            _ => None,
        };
        let links = scene.nodes.iter().filter_map(|node| {
            let neuron = output(node.item)?;
            let target = scene.node(Item::Target { neuron })?;
            let left = node.card.map_or(node.centre.x + node.radius, |card| card.right);
            Some(Link {
                from: Point { x: left, y: node.centre.y },
                to: Point { x: target.card.map_or(target.centre.x, |card| card.left), y: node.centre.y },
                light: self.lights.target(neuron),
            })
        });
        scene.links = links.collect();
    }
}

/// On a card.
fn framed(node: Node, card: Rect) -> Node {
    Node { card: Some(card), bounds: card, ..node }
}

/// Brings the symbols of inputs as near to their numbers as the longest number lets them.
fn tighten(inputs: &mut [Node]) {
    let width = |label: &Label| text_width(&label.name, label.size) + text_width(&label.value, label.size);
    let numbers = inputs.iter().flat_map(|node| &node.labels);
    let widest = numbers.filter(|label| label.symbol == Symbol::Input).map(width).fold(0.0, f64::max);
    for node in inputs {
        let [first, ..] = &mut node.labels[..] else { continue };
        first.area.left = first.area.left.max(first.area.right - widest - 0.5 * first.size);
    }
}

/// How far a target's name may stand out beside its box.
const TO_EDGE: f64 = 8.0;
/// How far an input's name may stand out beside its number.
const NAME_EDGE: f64 = 6.0;

/// What stands in each of so many places. Where there are too few, numbers take turns.
fn slots(cells: usize, inside: bool) -> &'static [&'static [Symbol]] {
    use Symbol::{Activation as A, Bias as B, BiasChange as C, Delta as D, WeightedInput as Z};
    match (cells, inside) {
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
