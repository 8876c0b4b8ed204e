//! One run in one mini-batch: δ and cost of each sample, at the parameters that the run had then.

use super::RunDivergence;
use crate::nn::{
    Hyperparameters, Network, NotFinite, Parameter, Trace, backprop,
    train_mini_batch_updating_during_backward, train_mini_batch_with,
};
use crate::scenario::{RunConfig, Scenario, Updating};
use std::sync::Arc;

/// One run in one mini-batch.
#[derive(Clone, Debug)]
pub struct RunPass {
    /// Which run.
    pub run: RunConfig,
    /// Its hyperparameters in this mini-batch.
    pub hyperparameters: Hyperparameters,
    /// The samples before the run diverged.
    pub samples: Vec<RunSample>,
    /// Where the run diverged, if it did: in this mini-batch or before.
    pub divergence: Option<RunDivergence>,
    network_before: Arc<Network>,
    network_after: Arc<Network>,
    /// Samples done at the current moment, and the parameters then.
    current: (usize, Arc<Network>),
    /// The row of the data of each sample.
    rows: Vec<usize>,
    /// Whether all δ are computed at the same parameters, without updates.
    frozen: bool,
}

/// One sample of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSample {
    /// bˡ by layer, before this sample.
    pub biases: Arc<[Vec<f64>]>,
    /// δˡ by layer.
    pub deltas: Vec<Vec<f64>>,
    /// C.
    pub cost: f64,
}

impl RunPass {
    pub(super) fn new(
        run: RunConfig,
        scenario: &Scenario,
        rows: &[usize],
        network_before: Arc<Network>,
        divergence: Option<RunDivergence>,
        mini_batch: u64,
        frozen: Option<&Arc<Network>>,
    ) -> Self {
        let mut samples = Vec::with_capacity(rows.len());
        let mut network_after = Network::clone(&network_before);
        let trained = match divergence {
            Some(divergence) => Err(divergence),
            None => train(&run, scenario, rows, &mut network_after, |biases, trace| {
                samples.push(RunSample { biases: biases.clone(), deltas: trace.deltas, cost: trace.cost });
            })
            .map_err(|what| RunDivergence { mini_batch, what }),
        };
        if trained.is_err() {
            network_after = Network::clone(&network_before);
            samples.retain(|sample| {
                sample.cost.is_finite() && sample.deltas.iter().flatten().all(|delta| delta.is_finite())
            });
        }
        if let Some(frozen) = frozen {
            let biases = biases(frozen);
            samples = scenario
                .data
                .samples
                .select(rows)
                .map(|sample| backprop(frozen, &sample, scenario.hyperparameters.cost))
                .map(|trace| RunSample { biases: biases.clone(), deltas: trace.deltas, cost: trace.cost })
                .collect();
        }
        Self {
            run,
            hyperparameters: run.hyperparameters(&scenario.hyperparameters, rows.len()),
            samples,
            divergence: trained.err(),
            current: (0, network_before.clone()),
            network_after: network_after.into(),
            network_before,
            rows: rows.to_vec(),
            frozen: frozen.is_some(),
        }
    }

    /// The parameters before the mini-batch; `None` once the run has diverged.
    pub fn network_before(&self) -> Option<&Network> {
        self.divergence.is_none().then_some(&*self.network_before)
    }

    /// The parameters at the current moment; `None` once the run has diverged.
    pub fn network(&self) -> Option<&Network> {
        self.divergence.is_none().then_some(&*self.current.1)
    }

    /// The parameters after the mini-batch; `None` once the run has diverged.
    pub fn network_after(&self) -> Option<&Network> {
        self.divergence.is_none().then_some(&*self.network_after)
    }

    /// The change of a weight or bias since the start of the mini-batch.
    pub fn change(&self, parameter: Parameter) -> Option<f64> {
        Some(self.network()?.get(parameter)? - self.network_before()?.get(parameter)?)
    }

    /// The mean cost of the samples, each before its update; `None` once the run has diverged.
    pub fn cost_mean(&self) -> Option<f64> {
        let sum = self.samples.iter().fold(0.0, |sum, sample| sum + sample.cost);
        self.divergence.is_none().then_some(sum / self.samples.len() as f64)
    }

    /// Number of updates in this mini-batch after `samples` samples; `finished` says whether the mini-batch's update is
    /// made. 0 while the parameters are frozen.
    pub fn updates(&self, samples: usize, finished: bool) -> usize {
        match self.run.updating {
            _ if self.frozen => 0,
            Updating::PerSample => samples,
            _ => usize::from(finished),
        }
    }

    /// Moves to the moment after `samples` samples.
    pub(super) fn move_to(&mut self, scenario: &Scenario, samples: usize, finished: bool) {
        // Frozen parameters stay those before the mini-batch.
        if self.divergence.is_some() || self.frozen {
            return;
        }
        let done = match self.run.updating {
            Updating::PerSample => samples,
            _ if finished => self.rows.len(),
            _ => 0,
        };
        if done == self.rows.len() || done == 0 {
            self.current = (done, if done == 0 { &self.network_before } else { &self.network_after }.clone());
            return;
        }
        // Continue from the current sample, or start again to go back.
        let (from, network) =
            if self.current.0 <= done { self.current.clone() } else { (0, self.network_before.clone()) };
        if from < done {
            let mut network = Network::clone(&network);
            let len = self.rows.len();
            let _ = train_part(&self.run, scenario, &self.rows[from..done], len, &mut network, |_, _| {});
            self.current = (done, network.into());
        }
    }
}

/// Trains a run over a mini-batch; `observe` gets the biases before each sample and its trace. Returns Σ C.
pub(super) fn train(
    run: &RunConfig,
    scenario: &Scenario,
    rows: &[usize],
    network: &mut Network,
    observe: impl FnMut(&Arc<[Vec<f64>]>, Trace),
) -> Result<f64, NotFinite> {
    train_part(run, scenario, rows, rows.len(), network, observe)
}

/// Trains a run over `rows`, a part of a mini-batch of `mini_batch_len` samples.
fn train_part(
    run: &RunConfig,
    scenario: &Scenario,
    rows: &[usize],
    mini_batch_len: usize,
    network: &mut Network,
    mut observe: impl FnMut(&Arc<[Vec<f64>]>, Trace),
) -> Result<f64, NotFinite> {
    let hyperparameters = run.hyperparameters(&scenario.hyperparameters, mini_batch_len);
    let mut sum = 0.0;
    for update in rows.chunks(hyperparameters.batch_size) {
        let biases_before = biases(network);
        let samples = scenario.data.samples.select(update);
        let mut record = |trace: Trace| {
            sum += trace.cost;
            observe(&biases_before, trace);
        };
        match run.updating {
            Updating::DuringBackward => {
                train_mini_batch_updating_during_backward(network, samples, &hyperparameters)
                    .into_iter()
                    .for_each(record);
            }
            _ => train_mini_batch_with(network, samples, &hyperparameters, &mut record),
        }
        if let Some(parameter) = network.first_not_finite() {
            return Err(NotFinite::Parameter(parameter));
        }
    }
    if sum.is_finite() { Ok(sum) } else { Err(NotFinite::Cost) }
}

/// bˡ by layer.
fn biases(network: &Network) -> Arc<[Vec<f64>]> {
    network.layers.iter().map(|layer| layer.biases.clone()).collect()
}
