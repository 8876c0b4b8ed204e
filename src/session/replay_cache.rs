//! A cache for replays: parameters before some updates of a run, and the cost before each update.

use super::MiniBatch;
use super::checkpoints::Checkpoints;
use crate::nn::{Network, NotFinite, train_mini_batch};
use crate::scenario::Scenario;
use crate::training::{MIN_CURVE_POINTS, Series};
use std::sync::Arc;

/// Parameters before some of a run's updates, and the cost curve.
#[derive(Clone, Debug)]
pub struct ReplayCache {
    /// The parameters before some updates.
    pub(super) networks: Checkpoints<Arc<Network>>,
    /// The mean cost of the mini-batch before each update.
    pub(super) costs: Series<f64>,
    order: EpochOrder,
}

/// The order of the samples in the epoch used last.
#[derive(Clone, Debug, Default)]
pub(super) struct EpochOrder(Option<(u32, Vec<usize>)>);

impl EpochOrder {
    /// The rows of the data in the mini-batch of this update.
    pub(super) fn rows(&mut self, scenario: &Scenario, update: u64) -> &[usize] {
        let (epoch, mini_batch) = scenario.epoch_and_mini_batch(update);
        let known = self.0.take().filter(|(at, _)| *at == epoch);
        let (_, order) = self.0.insert(known.unwrap_or_else(|| (epoch, scenario.epoch_order(epoch))));
        scenario.mini_batch_rows(order, mini_batch as usize)
    }
}

impl ReplayCache {
    /// The cache of a run at its start.
    pub fn new(scenario: &Scenario) -> Self {
        let network = Arc::new(scenario.network().into_owned());
        let first = scenario.first_update();
        let bytes = network.parameter_count() * size_of::<f64>();
        Self {
            networks: Checkpoints::new(first, network, bytes),
            costs: Series::new(first, MIN_CURVE_POINTS),
            order: EpochOrder::default(),
        }
    }

    /// The latest update at or before this one whose parameters are kept, and the parameters before it.
    pub fn nearest(&self, update: u64) -> (u64, Arc<Network>) {
        self.networks.nearest(update).unwrap_or_default()
    }

    /// Computes the mini-batch of this update from the parameters before it.
    pub fn mini_batch(
        &mut self,
        scenario: &Scenario,
        update: u64,
        network: Arc<Network>,
    ) -> Result<MiniBatch, NotFinite> {
        let rows = self.order.rows(scenario, update).to_vec();
        self.networks.remember(update, &network);
        let mini_batch = MiniBatch::new(scenario, rows, network)?;
        self.costs.push(update, mini_batch.cost_sum_before / mini_batch.rows.len() as f64);
        Ok(mini_batch)
    }

    /// Makes this update: `network` holds the parameters before it, and then those after it.
    pub fn train_and_record(
        &mut self,
        scenario: &Scenario,
        update: u64,
        network: &mut Arc<Network>,
    ) -> Result<(), NotFinite> {
        self.networks.remember(update, network);
        let rows = self.order.rows(scenario, update);
        let samples = scenario.data.samples.select(rows);
        let count = rows.len() as f64;
        let mut network_after = Network::clone(network);
        let cost = train_mini_batch(&mut network_after, samples, &scenario.hyperparameters) / count;
        if let Some(parameter) = network_after.first_not_finite() {
            return Err(NotFinite::Parameter(parameter));
        }
        if !cost.is_finite() {
            return Err(NotFinite::Cost);
        }
        *network = network_after.into();
        self.costs.push(update, cost);
        Ok(())
    }

    /// Each update before `update`, in order: its index, and its mini-batch's mean cost before the update.
    pub fn costs_before(&self, update: u64) -> impl Iterator<Item = (u64, f64)> + '_ {
        self.costs.points_before(update).map(|(at, cost)| (at, *cost))
    }
}
