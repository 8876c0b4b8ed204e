//! Several runs of one scenario side by side: the same start, the same samples in the same order, and only
//! the way of updating differs.
//!
//! Time is counted in mini-batches of the scenario, whatever a run does within one. A run that updates after
//! each sample makes several updates there; one that updates once makes one. As in the stepper, every number is
//! a function of scenario and position; [`Comparison`] only remembers some.

mod background;
mod gradient_check;
mod pass;

pub use background::Background;
pub use gradient_check::{GradientCheck, GradientOfSum, gradient_of_sum};
pub use pass::{RunPass, RunRow};

use super::checkpoints::Checkpoints;
use super::replay_cache::EpochOrder;
use crate::nn::{BiasRule, Diverged, Evaluation, Network, Parameter, evaluate};
use crate::scenario::{RunConfig, Scenario, Updating};
use crate::training::{COSTS, Series};
use std::sync::Arc;

/// Multiplications for which an evaluation over all rows is not cut into slices.
const AT_ONCE: usize = 64_000_000;

/// The runs of a scenario, at one of its mini-batches.
#[derive(Clone, Debug)]
pub struct Comparison {
    runs: Vec<RunConfig>,
    past: Checkpoints<States>,
    /// The mean cost of each mini-batch's samples as the run met them; none once it has diverged.
    costs: Series<Vec<Option<f64>>>,
    /// Over all rows, before each epoch.
    epochs: Series<Vec<Option<Evaluation>>>,
    /// The epoch that the runs are being evaluated before, and what the rows so far have come to.
    evaluating: Option<(u64, Vec<Option<Evaluation>>)>,
    order: EpochOrder,
    /// The mini-batch that is shown, and each run's way through it.
    shown: u64,
    passes: Vec<RunPass>,
}

/// Every run before some mini-batch.
pub(super) type States = Arc<[RunState]>;

/// One run before some mini-batch.
#[derive(Clone, Debug)]
pub(super) struct RunState {
    network: Arc<Network>,
    diverged: Option<RunDivergence>,
}

/// That a run left the finite numbers: in which mini-batch, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunDivergence {
    /// The mini-batch, counted from the beginning of epoch 0.
    pub mini_batch: u64,
    /// In which number.
    pub what: Diverged,
}

/// A line of a chart, for each run: times in mini-batches, and a value at each.
pub type RunCurves = Vec<Vec<(u64, f64)>>;

impl Comparison {
    /// The runs of this scenario at its start.
    pub fn new(scenario: &Scenario) -> Self {
        let runs = scenario.compared();
        let network = Arc::new(scenario.network().into_owned());
        let bytes = network.parameter_count() * size_of::<f64>() * runs.len();
        let state = |_: &RunConfig| RunState { network: network.clone(), diverged: None };
        let states: States = runs.iter().map(state).collect();
        let first = scenario.first_update();
        Self {
            past: Checkpoints::new(first, states, bytes),
            costs: Series::new(first, COSTS),
            epochs: Series::new(first.div_ceil(scenario.mini_batches() as u64), COSTS),
            evaluating: None,
            order: EpochOrder::default(),
            shown: first,
            passes: Vec::new(),
            runs,
        }
    }

    /// The nearest known mini-batch at or before this one, and every run before it.
    pub(super) fn nearest(&self, mini_batch: u64) -> Option<(u64, States)> {
        self.past.nearest(mini_batch)
    }

    /// Takes every run through this mini-batch, before which they have been evaluated where they are to be. Returns
    /// how many multiplications that took, about.
    pub(super) fn march(&mut self, scenario: &Scenario, mini_batch: u64, states: &mut States) -> usize {
        self.past.remember(mini_batch, states);
        let mut work = 0;
        let rows = self.order.rows(scenario, mini_batch);
        let mut costs = Vec::with_capacity(states.len());
        let passed = states.iter().zip(&self.runs).map(|(state, run)| {
            let mut after = Network::clone(&state.network);
            let passed = match state.diverged {
                None => pass::train(run, scenario, rows, &mut after, |_, _| {}),
                Some(_) => Err(Diverged::Cost),
            };
            work += 3 * after.parameter_count() * rows.len();
            costs.push(passed.ok().map(|cost| cost / rows.len() as f64));
            match passed {
                Ok(_) => RunState { network: after.into(), diverged: None },
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

    /// The epoch that begins with this mini-batch, if the runs are still to be evaluated before it.
    fn epoch_to_evaluate(&self, scenario: &Scenario, mini_batch: u64) -> Option<u64> {
        let mini_batches = scenario.mini_batches() as u64;
        let epoch = mini_batch / mini_batches;
        (mini_batch.is_multiple_of(mini_batches) && self.epochs.wants(epoch)).then_some(epoch)
    }

    /// Whether the runs are still to be evaluated over all rows before this mini-batch.
    pub(super) fn has_to_evaluate(&self, scenario: &Scenario, mini_batch: u64) -> bool {
        self.epoch_to_evaluate(scenario, mini_batch).is_some()
    }

    /// Goes on with that, for about so many multiplications; all at once where it is soon done. Returns how many
    /// that took.
    pub(super) fn evaluate(
        &mut self,
        scenario: &Scenario,
        mini_batch: u64,
        states: &States,
        work: usize,
    ) -> usize {
        let Some(epoch) = self.epoch_to_evaluate(scenario, mini_batch) else { return 0 };
        let fresh =
            || states.iter().map(|state| state.diverged.is_none().then(Evaluation::default)).collect();
        let known = self.evaluating.take().filter(|(at, _)| *at == epoch);
        let mut found: Vec<Option<Evaluation>> = known.map_or_else(fresh, |(_, found)| found);

        let samples = &scenario.data.samples;
        let from = found.iter().flatten().next().map_or(samples.len(), |found| found.samples);
        let each = (states.len() * states[0].network.parameter_count()).max(1);
        let soon = each.saturating_mul(samples.len()) <= AT_ONCE;
        let to = if soon { samples.len() } else { (from + (work / each).max(1)).min(samples.len()) };
        for sample in (from..to).map(|row| samples.at(row)) {
            for (found, state) in found.iter_mut().zip(states.iter()) {
                let one = |found: Evaluation| {
                    found.and(evaluate(&state.network, [&*sample], scenario.hyperparameters.cost))
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

    /// Shows this mini-batch, given every run before it. With `frozen` parameters no row moves them: each
    /// row's δ is taken there.
    pub(super) fn show(
        &mut self,
        scenario: &Scenario,
        mini_batch: u64,
        states: &States,
        frozen: Option<&Arc<Network>>,
    ) {
        self.past.remember(mini_batch, states);
        let rows = self.order.rows(scenario, mini_batch);
        let pass = |(run, state): (&RunConfig, &RunState)| {
            RunPass::new(*run, scenario, rows, state.network.clone(), state.diverged, mini_batch, frozen)
        };
        self.passes = self.runs.iter().zip(states.iter()).map(pass).collect();
        self.shown = mini_batch;
        if frozen.is_none() {
            self.costs.push(mini_batch, self.passes.iter().map(RunPass::cost_mean).collect());
        }
    }

    /// Moves within the mini-batch: `samples` are done, and whether the mini-batch's own update is.
    pub(super) fn place(&mut self, scenario: &Scenario, samples: usize, finished: bool) {
        for pass in &mut self.passes {
            pass.place(scenario, samples, finished);
        }
    }

    /// Each run's way through the mini-batch shown.
    pub fn passes(&self) -> &[RunPass] {
        &self.passes
    }

    /// The mini-batch shown, counted from the beginning of epoch 0.
    pub fn mini_batch(&self) -> u64 {
        self.shown
    }

    /// Updates that this run has made before the mini-batch shown, from the beginning of epoch 0.
    pub fn updates_before(&self, scenario: &Scenario, run: usize) -> u64 {
        match self.runs.get(run).map(|run| run.updating) {
            Some(Updating::PerSample) => scenario.samples_before(self.shown),
            _ => self.shown,
        }
    }

    /// The run that the others are compared with: the first that makes one gradient step for the mini-batch,
    /// each bias by its own δ; else the first that makes one step; else the first.
    pub fn reference(&self) -> usize {
        let own = |run: &RunConfig| run.is_mini_batch() && run.bias_rule == BiasRule::OwnDelta;
        let first = |is: &dyn Fn(&RunConfig) -> bool| self.runs.iter().position(is);
        first(&own).or_else(|| first(&RunConfig::is_mini_batch)).unwrap_or(0)
    }

    /// ‖θ − θ′‖ between two runs at the present moment; none where one has diverged.
    pub fn distance(&self, one: usize, other: usize) -> Option<f64> {
        let network = |run: usize| self.passes.get(run)?.current();
        Some(network(one)?.distance(network(other)?))
    }

    /// The mean cost of each mini-batch before the one shown.
    pub fn cost_curves(&self) -> RunCurves {
        let points = self.costs.before(self.shown).map(|(at, costs)| (at, costs.as_slice()));
        self.lines(points, |cost| *cost)
    }

    /// The share of all rows that are classified rightly, before each epoch up to the present one.
    pub fn accuracy_curves(&self, scenario: &Scenario) -> RunCurves {
        let mini_batches = scenario.mini_batches() as u64;
        let points = self.epochs.before(self.shown / mini_batches + 1);
        let points = points.map(|(epoch, found)| (epoch * mini_batches, found.as_slice()));
        self.lines(points, |found: &Option<Evaluation>| found.map(|found| found.accuracy()))
    }

    /// Over all rows, as this run was before the present epoch.
    pub fn before_epoch(&self, scenario: &Scenario, run: usize) -> Option<Evaluation> {
        let epoch = self.shown / scenario.mini_batches() as u64;
        let (at, found) = self.epochs.before(epoch + 1).last()?;
        (at == epoch).then(|| found.get(run).copied().flatten()).flatten()
    }

    /// A weight or bias, as far as it is remembered.
    pub fn parameter_curves(&self, parameter: Parameter) -> RunCurves {
        self.remembered(|network, _| network.get(parameter))
    }

    /// The distance to the reference run, as far as it is remembered.
    pub fn distance_curves(&self) -> RunCurves {
        self.remembered(|network, reference| Some(network.distance(reference?)))
    }

    /// Something of each run and the reference run (none once that has diverged), at the mini-batches
    /// remembered and the one shown.
    fn remembered(&self, value: impl Fn(&Network, Option<&Network>) -> Option<f64>) -> RunCurves {
        let reference = self.reference();
        let mut lines = vec![Vec::new(); self.runs.len()];
        for (at, states) in self.past.marks(self.shown) {
            let sound = |run: usize| states[run].diverged.is_none().then_some(&*states[run].network);
            for (run, line) in lines.iter_mut().enumerate() {
                let value = sound(run).and_then(|network| value(network, sound(reference)));
                line.extend(value.map(|value| (at, value)));
            }
        }
        for (line, pass) in lines.iter_mut().zip(&self.passes) {
            let known = line.last().is_some_and(|(at, _)| *at == self.shown);
            let network = pass.before().filter(|_| !known);
            let value = network.and_then(|network| value(network, self.passes[reference].before()));
            line.extend(value.map(|value| (self.shown, value)));
        }
        lines
    }

    fn lines<'a, P: 'a>(
        &self,
        points: impl Iterator<Item = (u64, &'a [P])>,
        value: impl Fn(&P) -> Option<f64>,
    ) -> RunCurves {
        let mut lines = vec![Vec::new(); self.runs.len()];
        for (at, values) in points {
            for (line, point) in lines.iter_mut().zip(values) {
                line.extend(value(point).map(|value| (at, value)));
            }
        }
        lines
    }
}
