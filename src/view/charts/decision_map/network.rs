//! The decision maps of one network: a large one of its outputs, and a small one per neuron.

use super::{DecisionMap, MapOutputs, MapTarget, axes_names, input_ranges};
use crate::nn::Network;
use crate::scenario::Scenario;
use crate::session::Session;
use crate::view::charts::is_regression;
use crate::view::charts::text::{LINE, SIZE};
use crate::view::format::class_names;
use crate::view::painter::{DrawResult, Painter};
use crate::view::scene::{Point, Rect, shortened};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// Maximum number of neurons with a map of their own.
const MAX_MAPS: usize = 24;
/// Size of the smallest map with a full title, in CSS pixels.
const MIN_TITLED: f64 = 56.0;
/// Gap between the map of the outputs and those of the neurons.
const BESIDE: f64 = 12.0;
/// Gap between the maps of two neurons.
const MAP_GAP: f64 = 6.0;

/// The area, content and title of a map.
type Frame = (Rect, MapTarget, String);

impl<DB: DrawingBackend> Painter<'_, DB> {
    /// Draws the maps of the network in training, or of the session's network.
    pub(in crate::view::charts) fn network_maps(&self, session: &Session) -> DrawResult<DB> {
        let scenario = session.scenario();
        if scenario.sizes.first() != Some(&2) {
            return self.sentence("Needs two inputs");
        }
        let Some(network) = network(session) else {
            return self.sentence("Shown when paused (large network)");
        };
        let (width, height) = self.size();
        let size = (height - 3.0 * LINE - 4.0).min(width * 0.45).max(MIN_TITLED);
        let mut frames = vec![outputs_frame(scenario, size)];
        frames.extend(neuron_frames(scenario, size + BESIDE, width, height));

        let below = |line: f64| Point { x: 0.0, y: LINE + size + (line - 0.5) * LINE + 4.0 };
        let names = shortened(&axes_names(&scenario.data), size, SIZE);
        self.write(&names, self.palette.faded, HPos::Left, below(1.0))?;
        if !is_regression(scenario) {
            self.class_legend(&class_names(&scenario.data.targets), below(2.0), size + 40.0)?;
        }
        for (index, (area, _, title)) in frames.iter().enumerate() {
            let above = Point { x: area.left, y: area.top - LINE / 2.0 };
            let colour = if index == 0 { self.palette.text } else { self.palette.faded };
            self.write(title, colour, HPos::Left, above)?;
        }
        self.frames(&network, scenario, &frames)
    }

    /// Draws the maps in their frames, the first with the samples.
    fn frames(&self, network: &Network, scenario: &Scenario, frames: &[Frame]) -> DrawResult<DB> {
        let ranges = input_ranges(&scenario.data);
        let mut cached: Option<MapOutputs> = None;
        for (index, (area, target, _)) in frames.iter().enumerate() {
            let map = DecisionMap { area: *area, ranges, target: *target, map_count: frames.len() };
            // Maps of the same size share the activations.
            let known = cached.take().filter(|known| (known.columns, known.rows) == map.grid_size(network));
            let outputs = cached.insert(known.unwrap_or_else(|| map.outputs(network)));
            self.decision_map(&map, outputs, network)?;
            if index == 0 {
                self.map_samples(&map, &scenario.data.samples, false)?;
                self.map_samples(&map, &scenario.data.validation, true)?;
            }
        }
        Ok(())
    }
}

/// The network of the latest training snapshot while the training runs, or else the session's network. A
/// snapshot of a large network has no parameters.
fn network(session: &Session) -> Option<Network> {
    let mini_batch = session.mini_batch();
    let own =
        if session.visible().finished() { &mini_batch.network_after } else { &mini_batch.network_before };
    match session.training().snapshot().filter(|_| session.training().is_running()) {
        Some(snapshot) => Some(own.with_values(snapshot.parameters.as_ref()?)),
        None => Some(Network::clone(own)),
    }
}

/// The frame of the outputs, a square at the left.
fn outputs_frame(scenario: &Scenario, size: f64) -> Frame {
    let target = if is_regression(scenario) {
        MapTarget::Neuron { layer: scenario.sizes.len() - 2, neuron: 0 }
    } else {
        MapTarget::Classes
    };
    (Rect { left: 0.0, top: LINE, right: size, bottom: LINE + size }, target, "outputs".to_owned())
}

/// The frames of the neurons, layer by layer, to the right of `left`.
fn neuron_frames(scenario: &Scenario, left: f64, width: f64, height: f64) -> Vec<Frame> {
    let layers = scenario.layer_sizes().iter().enumerate();
    let neurons = layers.flat_map(|(layer, size)| (0..*size).map(move |neuron| (layer, neuron)));
    let neurons: Vec<_> = neurons.take(MAX_MAPS).collect();
    let room = width - left;
    let row_height = |size: f64| size + LINE + 2.0;
    let size = |columns: usize| room / columns as f64 - MAP_GAP;
    let columns = (1..=neurons.len())
        .find(|&columns| neurons.len().div_ceil(columns) as f64 * row_height(size(columns)) <= height)
        .unwrap_or(neurons.len().max(1));
    let size = size(columns).max(8.0);
    let frame = |(index, (layer, neuron)): (usize, (usize, usize))| {
        let left = left + (index % columns) as f64 * (size + MAP_GAP);
        let top = LINE + (index / columns) as f64 * row_height(size);
        let name = format!("{}, {}", layer + 1, neuron + 1);
        let title = if size >= MIN_TITLED { format!("layer {name}") } else { name };
        let area = Rect { left, top, right: left + size, bottom: top + size };
        (area, MapTarget::Neuron { layer, neuron }, title)
    };
    neurons.into_iter().enumerate().map(frame).collect()
}
