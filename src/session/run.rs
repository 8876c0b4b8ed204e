//! The past of a run within bounded memory: parameters at some updates, from which the others are
//! run again, and the cost before each update, thinned out as it grows long.

use super::MiniBatch;
use crate::nn::{Network, Parameter, train_mini_batch};
use crate::scenario::Scenario;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Where a run left the finite numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diverged {
    /// In z or δ of a neuron.
    Neuron {
        /// l
        layer: usize,
        /// j
        neuron: usize,
    },
    /// In a weight or bias after the update.
    Parameter(Parameter),
    /// In the cost.
    Cost,
}

/// The bytes that the kept parameters of a run may take.
const MEMORY: usize = 64 << 20;
/// The points of the cost curve that are kept: when twice as many are there, every other one goes.
const CURVE: usize = 1024;

/// The parameters before some of a run's updates, and its cost curve.
#[derive(Clone, Debug)]
pub struct Run {
    /// Every `stride`-th update from the first, without a gap up to the furthest one reached.
    marks: BTreeMap<u64, Arc<Network>>,
    stride: u64,
    /// The latest ones passed: a step back is seldom a long one.
    recent: VecDeque<(u64, Arc<Network>)>,
    capacity: usize,
    costs: Costs,
    order: (u32, Vec<usize>),
}

/// The mean cost of the mini-batch before each update.
#[derive(Clone, Debug, Default)]
struct Costs {
    points: Vec<(u64, f64)>,
    stride: u64,
    next: u64,
}

impl Run {
    /// A run that has only begun.
    pub fn new(scenario: &Scenario) -> Self {
        let network = Arc::new(scenario.network().into_owned());
        let first = scenario.first_update();
        let bytes = (network.parameter_count() * size_of::<f64>()).max(1);
        Self {
            marks: BTreeMap::from([(first, network)]),
            stride: 1,
            recent: VecDeque::new(),
            capacity: (MEMORY / 2 / bytes).clamp(2, 256),
            costs: Costs { points: Vec::new(), stride: 1, next: first },
            order: (0, scenario.epoch_order(0)),
        }
    }

    /// The nearest known update at or before this one, and the parameters before it.
    pub fn nearest(&self, update: u64) -> (u64, Arc<Network>) {
        let mark = self.marks.range(..=update).next_back().map(|(at, network)| (*at, network));
        let recent = self.recent.iter().map(|(at, network)| (*at, network)).filter(|(at, _)| *at <= update);
        let first = self.marks.iter().next().map(|(at, network)| (*at, network));
        let nearest = recent.chain(mark).max_by_key(|(at, _)| *at).or(first);
        nearest.map_or_else(|| (0, Arc::default()), |(at, network)| (at, network.clone()))
    }

    /// The mini-batch of this update, given the parameters before it.
    pub fn mini_batch(
        &mut self,
        scenario: &Scenario,
        update: u64,
        network: Arc<Network>,
    ) -> Result<MiniBatch, Diverged> {
        let rows = self.rows(scenario, update).to_vec();
        self.remember(update, &network);
        let mini_batch = MiniBatch::new(scenario, rows, network)?;
        self.costs.push(update, mini_batch.cost_before / mini_batch.rows.len() as f64);
        Ok(mini_batch)
    }

    /// Makes this update on `network`, which holds the parameters before it.
    pub fn pass(
        &mut self,
        scenario: &Scenario,
        update: u64,
        network: &mut Arc<Network>,
    ) -> Result<(), Diverged> {
        self.remember(update, network);
        let rows = self.rows(scenario, update);
        let samples = rows.iter().map(|&row| &scenario.data.samples[row]);
        let count = rows.len() as f64;
        let mut after = Network::clone(network);
        let cost = train_mini_batch(&mut after, samples, &scenario.settings) / count;
        if let Some(parameter) = after.first_not_finite() {
            return Err(Diverged::Parameter(parameter));
        }
        if !cost.is_finite() {
            return Err(Diverged::Cost);
        }
        *network = after.into();
        self.costs.push(update, cost);
        Ok(())
    }

    /// Update and cost of the mini-batch before it, for the updates before `update`, in order.
    pub fn costs_before(&self, update: u64) -> impl Iterator<Item = (u64, f64)> + '_ {
        self.costs.points.iter().copied().take_while(move |point| point.0 < update)
    }

    /// The rows of the data in this update's mini-batch.
    fn rows(&mut self, scenario: &Scenario, update: u64) -> &[usize] {
        let mini_batches = scenario.mini_batches() as u64;
        let epoch = (update / mini_batches) as u32;
        if self.order.0 != epoch {
            self.order = (epoch, scenario.epoch_order(epoch));
        }
        let mini_batch = (update % mini_batches) as usize;
        let start = mini_batch * scenario.settings.batch_size;
        &self.order.1[start..][..scenario.mini_batch_len(mini_batch)]
    }

    fn remember(&mut self, update: u64, network: &Arc<Network>) {
        if !self.recent.iter().any(|(at, _)| *at == update) {
            self.recent.push_back((update, network.clone()));
            if self.recent.len() > self.capacity {
                self.recent.pop_front();
            }
        }
        let first = self.marks.keys().next().copied().unwrap_or(update);
        if (update - first).is_multiple_of(self.stride) {
            self.marks.insert(update, network.clone());
        }
        if self.marks.len() > self.capacity {
            self.stride *= 2;
            let stride = self.stride;
            self.marks.retain(|at, _| (at - first).is_multiple_of(stride));
        }
    }
}

impl Costs {
    fn push(&mut self, update: u64, cost: f64) {
        if update != self.next {
            return; // passed before
        }
        self.next += 1;
        if update.is_multiple_of(self.stride) {
            self.points.push((update, cost));
        }
        if self.points.len() >= 2 * CURVE {
            self.stride *= 2;
            let stride = self.stride;
            self.points.retain(|(at, _)| at.is_multiple_of(stride));
        }
    }
}
