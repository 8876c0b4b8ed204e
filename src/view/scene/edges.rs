//! The edges: the weights between the neurons shown.

use super::highlight::Highlights;
use super::text::{fitting, text_width};
use super::{Edge, Label, LabelKind, Node, Point, Rect, Scene};
use crate::nn::Parameter;
use crate::session::{Item, Session};

/// Width of an edge with weight 0.
const MIN_WIDTH: f64 = 0.7;
/// Additional width of the edge with the largest |w| of its layer.
const EXTRA_WIDTH: f64 = 4.0;
/// In a layer with more weights than this, only selected and hovered edges have labels.
const MAX_LABELLED: usize = 6;
/// Possible positions of a label along its edge, from 0 to 1, best first.
const LABEL_FRACTIONS: [f64; 7] = [0.3, 0.38, 0.22, 0.46, 0.56, 0.66, 0.76];

/// Adds the edges to a scene that has its nodes. `digits` and `font` are those of the labels.
pub(super) fn add(session: &Session, digits: usize, font: f64, scene: &mut Scene) {
    let visible = session.visible();
    let view_state = session.view_state();
    let highlights = Highlights::new(session);
    for layer in 0..session.scenario().layer_sizes().len() {
        let largest = session.mini_batch().network_before.layers[layer].weights.values().iter();
        let largest = largest.fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
        let sources = scene.nodes.iter().filter_map(|node| match node.item {
            Item::Input { source } if layer == 0 => Some((source, node)),
            Item::Neuron { layer: l, neuron } if l + 1 == layer => Some((neuron, node)),
            _ => None,
        });
        let sources: Vec<(usize, &Node)> = sources.collect();
        let mut edges = Vec::new();
        for node in &scene.nodes {
            let Item::Neuron { layer: l, neuron } = node.item else { continue };
            if l != layer {
                continue;
            }
            for &(source, from) in &sources {
                let item = Item::Weight { layer, neuron, source };
                let weight = visible.parameter(Parameter::Weight { layer, neuron, source });
                let share = if largest > 0.0 { (weight.abs() / largest).min(1.5) } else { 0.0 };
                let start = match from.card {
                    Some(card) => Point { x: card.right, y: from.centre.y },
                    None => towards(from.centre, node.centre, from.radius),
                };
                let end = match node.card {
                    Some(card) => Point { x: card.left, y: node.centre.y },
                    None => towards(node.centre, start, node.radius + 1.0),
                };
                edges.push(Edge {
                    item,
                    from: start,
                    to: end,
                    weight,
                    width: MIN_WIDTH + EXTRA_WIDTH * share,
                    label: None,
                    highlight: highlights.weight(layer, neuron, source),
                    selected: view_state.selected == Some(item),
                    hovered: view_state.hovered == Some(item),
                });
            }
        }
        scene.edges.extend(edges);
    }
    add_labels(scene, digits, font);
}

/// The point at this distance from `from` in the direction of `to`.
fn towards(from: Point, to: Point, distance: f64) -> Point {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let share = distance / dx.hypot(dy).max(1e-9);
    Point { x: from.x + dx * share, y: from.y + dy * share }
}

/// Adds labels to the edges of layers with few weights, and to selected and hovered edges, where there
/// is free space.
fn add_labels(scene: &mut Scene, digits: usize, size: f64) {
    let height = size + 3.0;
    let mut taken: Vec<Rect> = Vec::new();
    for node in &scene.nodes {
        let circle = Rect::around(node.centre, 2.0 * node.radius, 2.0 * node.radius);
        taken.push(node.card.unwrap_or(circle));
        taken.extend(node.labels.iter().map(|label| label.area));
    }
    let layer = |edge: &Edge| edge.item.neuron().map(|(layer, _)| layer);
    let pointed_at = |edge: &Edge| edge.selected || edge.hovered;
    let few = |edge: &Edge| {
        let same_layer = scene.edges.iter().filter(|other| layer(other) == layer(edge));
        same_layer.take(MAX_LABELLED + 1).count() <= MAX_LABELLED
    };
    let labelled = |index: &usize| pointed_at(&scene.edges[*index]) || few(&scene.edges[*index]);
    let mut labelled: Vec<usize> = (0..scene.edges.len()).filter(labelled).collect();
    // Selected and hovered edges first.
    labelled.sort_by_key(|&index| !pointed_at(&scene.edges[index]));
    for index in labelled {
        let edge = &scene.edges[index];
        let value = fitting(edge.weight, digits.max(3), f64::INFINITY, size);
        let width = text_width(&value, size) + 6.0;
        let areas = LABEL_FRACTIONS.iter().map(|share| {
            let x = edge.from.x + share * (edge.to.x - edge.from.x);
            let y = edge.from.y + share * (edge.to.y - edge.from.y);
            Rect::around(Point { x, y }, width, height)
        });
        let fits = |area: &Rect| {
            let inside = edge.from.x + 2.0 < area.left && area.right < edge.to.x - 2.0;
            inside && !taken.iter().any(|other| other.overlaps(area))
        };
        let area = areas.into_iter().find(|area| fits(area));
        let label = area.map(|area| Label {
            item: edge.item,
            kind: LabelKind::Weight,
            name: String::new(),
            value,
            area,
            size,
            stacked: false,
            highlight: edge.highlight,
            hovered: edge.hovered,
        });
        taken.extend(label.iter().map(|label| label.area));
        scene.edges[index].label = label;
    }
}
