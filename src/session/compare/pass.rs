//! One run's way through one mini-batch: each sample as this run met it.

use super::RunDivergence;
use crate::nn::{
    Diverged, Hyperparameters, Network, Parameter, Trace, backprop, train_mini_batch_seen,
    train_mini_batch_sequentially,
};
use crate::scenario::{RunConfig, Scenario, Updating};
use std::sync::Arc;

/// One run over one mini-batch.
#[derive(Clone, Debug)]
pub struct RunPass {
    /// Which run.
    pub run: RunConfig,
    /// How it trains over this mini-batch.
    pub hyperparameters: Hyperparameters,
    /// Each sample as the run met it; fewer than the mini-batch has where it diverged on the way.
    pub rows: Vec<RunRow>,
    /// Where and when it left the finite numbers, if it did: in this mini-batch or before.
    pub divergence: Option<RunDivergence>,
    before: Arc<Network>,
    after: Arc<Network>,
    /// Samples done, and the parameters then.
    present: (usize, Arc<Network>),
    samples: Vec<usize>,
    /// Whether each row's δ is taken at one and the same parameters, which then no row moves.
    frozen: bool,
}

/// One sample as a run met it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// bˡ by layer, as the sample found them.
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
        samples: &[usize],
        before: Arc<Network>,
        divergence: Option<RunDivergence>,
        mini_batch: u64,
        frozen: Option<&Arc<Network>>,
    ) -> Self {
        let mut rows = Vec::with_capacity(samples.len());
        let mut after = Network::clone(&before);
        let trained = match divergence {
            Some(divergence) => Err(divergence),
            None => train(&run, scenario, samples, &mut after, |biases, trace| {
                rows.push(RunRow { biases: biases.clone(), deltas: trace.deltas, cost: trace.cost });
            })
            .map_err(|what| RunDivergence { mini_batch, what }),
        };
        if trained.is_err() {
            after = Network::clone(&before);
            rows.retain(|row| {
                row.cost.is_finite() && row.deltas.iter().flatten().all(|delta| delta.is_finite())
            });
        }
        if let Some(frozen) = frozen {
            let biases = biases(frozen);
            let met = scenario.data.samples.of_rows(samples);
            rows = met
                .map(|sample| backprop(frozen, &sample, scenario.hyperparameters.cost))
                .map(|trace| RunRow { biases: biases.clone(), deltas: trace.deltas, cost: trace.cost })
                .collect();
        }
        Self {
            run,
            hyperparameters: run.hyperparameters(&scenario.hyperparameters, samples.len()),
            rows,
            divergence: trained.err(),
            present: (0, before.clone()),
            after: after.into(),
            before,
            samples: samples.to_vec(),
            frozen: frozen.is_some(),
        }
    }

    /// The parameters before the mini-batch; none once the run has diverged.
    pub fn before(&self) -> Option<&Network> {
        self.divergence.is_none().then_some(&*self.before)
    }

    /// The parameters at the present moment; none once the run has diverged.
    pub fn current(&self) -> Option<&Network> {
        self.divergence.is_none().then_some(&*self.present.1)
    }

    /// The parameters after the mini-batch; none once the run has diverged.
    pub fn after(&self) -> Option<&Network> {
        self.divergence.is_none().then_some(&*self.after)
    }

    /// By how much a weight or bias has moved since the mini-batch began.
    pub fn change(&self, parameter: Parameter) -> Option<f64> {
        Some(self.current()?.get(parameter)? - self.before()?.get(parameter)?)
    }

    /// The mean cost of the samples as the run met them.
    pub fn cost_mean(&self) -> Option<f64> {
        let sum = self.rows.iter().fold(0.0, |sum, row| sum + row.cost);
        self.divergence.is_none().then_some(sum / self.rows.len() as f64)
    }

    /// Updates made in this mini-batch once so many samples are done, and whether its own update is; none while
    /// the parameters are frozen.
    pub fn updates(&self, samples: usize, finished: bool) -> usize {
        match self.run.updating {
            _ if self.frozen => 0,
            Updating::PerSample => samples,
            _ => usize::from(finished),
        }
    }

    pub(super) fn place(&mut self, scenario: &Scenario, samples: usize, finished: bool) {
        // Frozen parameters stay those before the mini-batch.
        if self.divergence.is_some() || self.frozen {
            return;
        }
        let done = match self.run.updating {
            Updating::PerSample => samples,
            _ if finished => self.samples.len(),
            _ => 0,
        };
        if done == self.samples.len() || done == 0 {
            self.present = (done, if done == 0 { &self.before } else { &self.after }.clone());
            return;
        }
        // On from where it is, or once more from the beginning.
        let (from, network) =
            if self.present.0 <= done { self.present.clone() } else { (0, self.before.clone()) };
        if from < done {
            let mut network = Network::clone(&network);
            let all = self.samples.len();
            let _ = train_as(&self.run, scenario, &self.samples[from..done], all, &mut network, |_, _| {});
            self.present = (done, network.into());
        }
    }
}

/// Trains over a whole mini-batch and shows each sample with the biases that it found. Returns Σ C.
pub(super) fn train(
    run: &RunConfig,
    scenario: &Scenario,
    rows: &[usize],
    network: &mut Network,
    see: impl FnMut(&Arc<[Vec<f64>]>, Trace),
) -> Result<f64, Diverged> {
    train_as(run, scenario, rows, rows.len(), network, see)
}

/// The same over `rows` that are part of a mini-batch of `all` samples.
fn train_as(
    run: &RunConfig,
    scenario: &Scenario,
    rows: &[usize],
    all: usize,
    network: &mut Network,
    mut see: impl FnMut(&Arc<[Vec<f64>]>, Trace),
) -> Result<f64, Diverged> {
    let hyperparameters = run.hyperparameters(&scenario.hyperparameters, all);
    let mut sum = 0.0;
    for update in rows.chunks(hyperparameters.batch_size) {
        let found = biases(network);
        let samples = scenario.data.samples.of_rows(update);
        let mut met = |trace: Trace| {
            sum += trace.cost;
            see(&found, trace);
        };
        match run.updating {
            Updating::Sequential => {
                train_mini_batch_sequentially(network, samples, &hyperparameters).into_iter().for_each(met);
            }
            _ => train_mini_batch_seen(network, samples, &hyperparameters, &mut met),
        }
        if let Some(parameter) = network.first_not_finite() {
            return Err(Diverged::Parameter(parameter));
        }
    }
    if sum.is_finite() { Ok(sum) } else { Err(Diverged::Cost) }
}

/// bˡ by layer.
fn biases(network: &Network) -> Arc<[Vec<f64>]> {
    network.layers.iter().map(|layer| layer.biases.clone()).collect()
}
