//! Several runs of one scenario side by side: the same start and the same samples in the same order. Only the way of
//! updating differs.
//!
//! Time is counted in mini-batches of the scenario: a run that updates after each sample makes several updates in a
//! mini-batch, the others make one. As in the stepper, every number is a function of scenario and position;
//! [`Comparison`] only caches some.

mod background;
mod curves;
mod gradient_check;
mod gradient_of_sum;
mod pass;
mod show;

pub use background::BackgroundResults;
pub use curves::RunCurves;
pub use gradient_check::GradientCheck;
pub use gradient_of_sum::{GradientOfSum, gradient_of_sum};
pub use pass::{RunPass, RunSample};
pub use show::Compare;

use super::checkpoints::Checkpoints;
use super::replay_cache::EpochOrder;
use crate::nn::{BiasRule, Evaluation, Network, NotFinite, evaluate};
use crate::scenario::{RunConfig, Scenario, Updating};
use crate::training::{MIN_CURVE_POINTS, Series};
use std::sync::Arc;

/// Multiplications up to which an evaluation of all rows is done in one slice.
const MAX_UNSLICED: usize = 64_000_000;

/// The compared runs of a scenario at one of its mini-batches.
#[derive(Clone, Debug)]
pub struct Comparison {
    runs: Vec<RunConfig>,
    /// The states before some mini-batches.
    pub(super) checkpoints: Checkpoints<RunStates>,
    /// Mean cost of each mini-batch; each sample's cost is taken before its update. `None` once the run has diverged.
    costs: Series<Vec<Option<f64>>>,
    /// Evaluations of all rows before each epoch.
    epochs: Series<Vec<Option<Evaluation>>>,
    /// The epoch before which the runs are being evaluated, and the evaluations of the rows so far.
    evaluating: Option<(u64, Vec<Option<Evaluation>>)>,
    order: EpochOrder,
    /// The mini-batch shown, counted from the start of epoch 0.
    pub mini_batch: u64,
    /// Each run in the mini-batch shown.
    pub passes: Vec<RunPass>,
}

/// All runs before some mini-batch.
pub(super) type RunStates = Arc<[RunState]>;

/// One run before some mini-batch.
#[derive(Clone, Debug)]
pub(super) struct RunState {
    network: Arc<Network>,
    diverged: Option<RunDivergence>,
}

/// Where a run diverged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunDivergence {
    /// The mini-batch, counted from the start of epoch 0.
    pub mini_batch: u64,
    /// The number that is not finite.
    pub what: NotFinite,
}

impl Comparison {
    /// The runs of this scenario at its start.
    pub fn new(scenario: &Scenario) -> Self {
        let runs = scenario.compared_runs();
        let network = Arc::new(scenario.network().into_owned());
        let bytes = network.parameter_count() * size_of::<f64>() * runs.len();
        let state = |_: &RunConfig| RunState { network: network.clone(), diverged: None };
        let states: RunStates = runs.iter().map(state).collect();
        let first = scenario.first_update();
        Self {
            checkpoints: Checkpoints::new(first, states, bytes),
            costs: Series::new(first, MIN_CURVE_POINTS),
            epochs: Series::new(first.div_ceil(scenario.mini_batches() as u64), MIN_CURVE_POINTS),
            evaluating: None,
            order: EpochOrder::default(),
            mini_batch: first,
            passes: Vec::new(),
            runs,
        }
    }

    /// Trains every run over this mini-batch. Returns about how many multiplications that took.
    pub(super) fn train_mini_batch(
        &mut self,
        scenario: &Scenario,
        mini_batch: u64,
        states: &mut RunStates,
    ) -> usize {
        self.checkpoints.remember(mini_batch, states);
        let mut work = 0;
        let rows = self.order.rows(scenario, mini_batch);
        let mut costs = Vec::with_capacity(states.len());
        let passed = states.iter().zip(&self.runs).map(|(state, run)| {
            let mut network_after = Network::clone(&state.network);
            let passed = match state.diverged {
                None => pass::train(run, scenario, rows, &mut network_after, |_, _| {}),
                Some(_) => Err(NotFinite::Cost),
            };
            work += 3 * network_after.parameter_count() * rows.len();
            costs.push(passed.ok().map(|cost| cost / rows.len() as f64));
            match passed {
                Ok(_) => RunState { network: network_after.into(), diverged: None },
                Err(what) => RunState {
                    diverged: state.diverged.or(Some(RunDivergence { mini_batch, what })),
                    ..state.clone()
                },
            }
        });
        *states = passed.collect();
        self.costs.push(mini_batch, costs);
        work
    }

    /// The epoch that begins with this mini-batch, if the runs must still be evaluated before it.
    pub(super) fn epoch_to_evaluate(&self, scenario: &Scenario, mini_batch: u64) -> Option<u64> {
        let mini_batches = scenario.mini_batches() as u64;
        let epoch = mini_batch / mini_batches;
        (mini_batch.is_multiple_of(mini_batches) && self.epochs.is_next(epoch)).then_some(epoch)
    }

    /// Continues the evaluation of all rows before this epoch for about `work` multiplications; a short one is done at once. Returns about how many
    /// it took.
    pub(super) fn evaluate(
        &mut self,
        scenario: &Scenario,
        epoch: u64,
        states: &RunStates,
        work: usize,
    ) -> usize {
        let new = || states.iter().map(|state| state.diverged.is_none().then(Evaluation::default)).collect();
        let known = self.evaluating.take().filter(|(at, _)| *at == epoch);
        let mut found: Vec<Option<Evaluation>> = known.map_or_else(new, |(_, found)| found);

        let samples = &scenario.data.samples;
        let from = found.iter().flatten().next().map_or(samples.len(), |found| found.samples);
        let each = (states.len() * states[0].network.parameter_count()).max(1);
        let short = each.saturating_mul(samples.len()) <= MAX_UNSLICED;
        let to = if short { samples.len() } else { (from + (work / each).max(1)).min(samples.len()) };
        for sample in (from..to).map(|row| samples.at(row)) {
            for (found, state) in found.iter_mut().zip(states.iter()) {
                let one = |found: Evaluation| {
                    found.merged(evaluate(&state.network, [&*sample], scenario.hyperparameters.cost))
                };
                *found = found.map(one);
            }
        }
        match to == samples.len() {
            true => self.epochs.push(epoch, found),
            false => self.evaluating = Some((epoch, found)),
        }
        each * (to - from)
    }

    /// Shows this mini-batch, given the states before it. With `frozen` parameters all δ are computed at these.
    pub(super) fn show(
        &mut self,
        scenario: &Scenario,
        mini_batch: u64,
        states: &RunStates,
        frozen: Option<&Arc<Network>>,
    ) {
        self.checkpoints.remember(mini_batch, states);
        let rows = self.order.rows(scenario, mini_batch);
        let pass = |(run, state): (&RunConfig, &RunState)| {
            RunPass::new(*run, scenario, rows, state.network.clone(), state.diverged, mini_batch, frozen)
        };
        self.passes = self.runs.iter().zip(states.iter()).map(pass).collect();
        self.mini_batch = mini_batch;
        if frozen.is_none() {
            self.costs.push(mini_batch, self.passes.iter().map(RunPass::cost_mean).collect());
        }
    }

    /// Moves within the mini-batch: `samples` are done, and `finished` says whether its update is made.
    pub(super) fn move_to(&mut self, scenario: &Scenario, samples: usize, finished: bool) {
        for pass in &mut self.passes {
            pass.move_to(scenario, samples, finished);
        }
    }

    /// Number of updates of a run before the mini-batch shown, from the start of epoch 0.
    pub fn updates_before(&self, scenario: &Scenario, run: usize) -> u64 {
        match self.runs.get(run).map(|run| run.updating) {
            Some(Updating::PerSample) => scenario.samples_before(self.mini_batch),
            _ => self.mini_batch,
        }
    }

    /// The run that the others are compared with: the first that updates once for the mini-batch, with own δ; else
    /// the first that updates once; else the first.
    pub fn reference(&self) -> usize {
        let own = |run: &RunConfig| run.is_mini_batch() && run.bias_rule == BiasRule::OwnDelta;
        let first = |is: &dyn Fn(&RunConfig) -> bool| self.runs.iter().position(is);
        first(&own).or_else(|| first(&RunConfig::is_mini_batch)).unwrap_or(0)
    }

    /// ‖θ − θ′‖ of two runs at the current moment; `None` if one has diverged.
    pub fn distance(&self, one: usize, other: usize) -> Option<f64> {
        let network = |run: usize| self.passes.get(run)?.network();
        Some(network(one)?.distance(network(other)?))
    }

    /// The evaluation of a run before the current epoch, over all rows.
    pub fn before_epoch(&self, scenario: &Scenario, run: usize) -> Option<Evaluation> {
        let epoch = self.mini_batch / scenario.mini_batches() as u64;
        let (at, found) = self.epochs.points_before(epoch + 1).last()?;
        (at == epoch).then(|| found.get(run).copied().flatten()).flatten()
    }
}
