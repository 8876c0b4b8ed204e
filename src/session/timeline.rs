//! The order of moments: which one comes next, for each step size, forward and back.
//!
//! Every step size has its own stops, and a stop of one size is a stop of every smaller size: the end of an epoch is
//! the end of a mini-batch, which is the end of a sample, which is the end of an equation. A step goes to the next
//! stop of its size, so a step back from a stop goes to the previous one.

use crate::scenario::{Moment, Position, Scenario};
use serde::Deserialize;

/// The size of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepSize {
    /// One neuron.
    Neuron,
    /// One equation of one layer.
    Equation,
    /// To the first moment of the next sample; after the last one of a mini-batch, to the end of the update.
    Sample,
    /// The rest of the mini-batch, with the update.
    MiniBatch,
    /// The rest of the epoch.
    Epoch,
}

impl StepSize {
    /// From the smallest to the largest.
    pub const ALL: [Self; 5] = [Self::Neuron, Self::Equation, Self::Sample, Self::MiniBatch, Self::Epoch];
}

/// The direction of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To a later moment.
    Forward,
    /// To an earlier moment.
    Back,
}

/// The moments of one mini-batch in order: for each sample input, forward by layer, cost, (1), (2) by
/// layer, (3) by layer, (4) by layer, accumulate; then the update by layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Number of samples.
    pub samples: usize,
    layers: usize,
}

impl Timeline {
    /// The timeline of mini-batch `mini_batch` of an epoch.
    pub fn of(scenario: &Scenario, mini_batch: u32) -> Self {
        Self { samples: scenario.mini_batch_len(mini_batch as usize), layers: scenario.layer_sizes().len() }
    }

    /// Number of moments of one sample.
    pub fn per_sample(&self) -> usize {
        4 * self.layers + 3
    }

    /// Number of moments of the mini-batch; at least one.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.samples * self.per_sample() + self.layers
    }

    /// The moment with this index; the last moment for any larger index.
    pub fn moment(&self, index: usize) -> Moment {
        let layers = self.layers;
        let back = |offset: usize| (layers - 1 - offset) as u32;
        let index = index.min(self.len() - 1);
        if index >= self.samples * self.per_sample() {
            return Moment::Update { layer: back(index - self.samples * self.per_sample()) };
        }
        let sample = (index / self.per_sample()) as u32;
        match index % self.per_sample() {
            0 => Moment::Input { sample },
            i if i <= layers => Moment::Forward { sample, layer: (i - 1) as u32 },
            i if i == layers + 1 => Moment::Cost { sample },
            i if i <= 2 * layers + 1 => Moment::Delta { sample, layer: back(i - layers - 2) },
            i if i <= 3 * layers + 1 => Moment::BiasGradient { sample, layer: back(i - 2 * layers - 2) },
            i if i <= 4 * layers + 1 => Moment::WeightGradient { sample, layer: back(i - 3 * layers - 2) },
            _ => Moment::Accumulate { sample },
        }
    }

    /// The index of a moment of this mini-batch.
    pub fn index(&self, moment: Moment) -> usize {
        let layers = self.layers;
        let back = |layer: u32| layers - 1 - layer as usize;
        let within = match moment {
            Moment::Input { .. } => 0,
            Moment::Forward { layer, .. } => 1 + layer as usize,
            Moment::Cost { .. } => layers + 1,
            Moment::Delta { layer, .. } => layers + 2 + back(layer),
            Moment::BiasGradient { layer, .. } => 2 * layers + 2 + back(layer),
            Moment::WeightGradient { layer, .. } => 3 * layers + 2 + back(layer),
            Moment::Accumulate { .. } => 4 * layers + 2,
            Moment::Update { layer } => back(layer),
        };
        moment.sample().unwrap_or(self.samples) * self.per_sample() + within
    }

    /// The index of the moment at `place` in the list of this sample's moments followed by the update's.
    pub fn index_at(&self, sample: usize, place: usize) -> usize {
        match place.checked_sub(self.per_sample()) {
            None => sample * self.per_sample() + place,
            Some(place) => self.samples * self.per_sample() + place,
        }
    }

    /// The last stop of this size at or before `last` in this mini-batch.
    fn last_stop(&self, last: usize, by: StepSize) -> Option<usize> {
        let end = self.len() - 1;
        match by {
            StepSize::Neuron | StepSize::Equation => Some(last.min(end)),
            _ if last >= end => Some(end),
            StepSize::Sample => Some((last / self.per_sample()).min(self.samples - 1) * self.per_sample()),
            StepSize::MiniBatch | StepSize::Epoch => None,
        }
    }

    /// The first stop of this size at or after `first` in this mini-batch.
    fn first_stop(&self, first: usize, by: StepSize) -> Option<usize> {
        let end = self.len() - 1;
        match by {
            _ if first > end => None,
            StepSize::Neuron | StepSize::Equation => Some(first),
            StepSize::Sample => {
                let sample = first.div_ceil(self.per_sample());
                Some(if sample < self.samples { sample * self.per_sample() } else { end })
            }
            StepSize::MiniBatch | StepSize::Epoch => Some(end),
        }
    }
}

/// The stop after this position; `None` at the end of the last epoch (2³²).
pub fn next(scenario: &Scenario, position: Position, by: StepSize) -> Option<Position> {
    let timeline = Timeline::of(scenario, position.mini_batch);
    let index = timeline.index(position.moment);
    if by == StepSize::Neuron {
        return next_neuron(scenario, position);
    }
    let last_mini_batch = scenario.mini_batches() as u32 - 1;
    if by == StepSize::Epoch && position.mini_batch < last_mini_batch {
        return Some(mini_batch_end(scenario, position.epoch, last_mini_batch));
    }
    // The neurons of a moment come before the whole moment.
    let first = if position.neuron.is_some() { index } else { index + 1 };
    if let Some(stop) = timeline.first_stop(first, by) {
        return Some(Position { moment: timeline.moment(stop), neuron: None, ..position });
    }
    let start = next_mini_batch(scenario, position)?;
    match by {
        StepSize::Epoch => Some(mini_batch_end(scenario, start.epoch, last_mini_batch)),
        _ => {
            let timeline = Timeline::of(scenario, start.mini_batch);
            let stop = timeline.first_stop(0, by)?;
            Some(Position { moment: timeline.moment(stop), ..start })
        }
    }
}

/// The stop before this position; `None` at the first moment of the run.
pub fn previous(scenario: &Scenario, position: Position, by: StepSize) -> Option<Position> {
    let first = scenario.first_position();
    if position == first {
        return None;
    }
    if by == StepSize::Neuron {
        return previous_neuron(scenario, position);
    }
    let timeline = Timeline::of(scenario, position.mini_batch);
    let index = timeline.index(position.moment);
    // No epoch end lies before this moment in the same mini-batch.
    let within = index.checked_sub(1).and_then(|last| timeline.last_stop(last, by));
    if let Some(stop) = within.filter(|_| by != StepSize::Epoch) {
        return Some(Position { moment: timeline.moment(stop), neuron: None, ..position });
    }
    let before = match by {
        StepSize::Epoch => {
            position.epoch.checked_sub(1).map(|epoch| (epoch, scenario.mini_batches() as u32 - 1))
        }
        _ => {
            let update = scenario.update_index(&position).checked_sub(1);
            update.map(|update| scenario.epoch_and_mini_batch(update))
        }
    };
    let before = before.map(|(epoch, mini_batch)| mini_batch_end(scenario, epoch, mini_batch));
    Some(before.filter(|p| scenario.update_index(p) >= scenario.update_index(&first)).unwrap_or(first))
}

/// The last moment of a mini-batch.
fn mini_batch_end(scenario: &Scenario, epoch: u32, mini_batch: u32) -> Position {
    let timeline = Timeline::of(scenario, mini_batch);
    Position { epoch, mini_batch, moment: timeline.moment(timeline.len() - 1), neuron: None }
}

/// The first moment of the next mini-batch.
fn next_mini_batch(scenario: &Scenario, position: Position) -> Option<Position> {
    let (epoch, mini_batch) = if position.mini_batch as usize + 1 < scenario.mini_batches() {
        (position.epoch, position.mini_batch + 1)
    } else {
        (position.epoch.checked_add(1)?, 0)
    };
    Some(Position { epoch, mini_batch, ..Position::default() })
}

/// Number of neurons that a moment steps through; 1 if it has no layer.
fn neurons(scenario: &Scenario, moment: Moment) -> u32 {
    moment.layer().map_or(1, |layer| scenario.layer_sizes()[layer] as u32)
}

fn next_neuron(scenario: &Scenario, position: Position) -> Option<Position> {
    let timeline = Timeline::of(scenario, position.mini_batch);
    if let Some(neuron) = position.neuron {
        let next = Some(neuron + 1).filter(|&next| next < neurons(scenario, position.moment));
        return Some(Position { neuron: next, ..position });
    }
    let index = timeline.index(position.moment) + 1;
    let moment_start = if index < timeline.len() {
        Position { moment: timeline.moment(index), ..position }
    } else {
        next_mini_batch(scenario, position)?
    };
    let neuron = (neurons(scenario, moment_start.moment) > 1).then_some(0);
    Some(Position { neuron, ..moment_start })
}

fn previous_neuron(scenario: &Scenario, position: Position) -> Option<Position> {
    match position.neuron {
        Some(0) => {}
        Some(neuron) => return Some(Position { neuron: Some(neuron - 1), ..position }),
        None => {
            let count = neurons(scenario, position.moment);
            if count > 1 {
                return Some(Position { neuron: Some(count - 1), ..position });
            }
        }
    }
    previous(scenario, Position { neuron: None, ..position }, StepSize::Equation)
}
