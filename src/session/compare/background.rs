//! Background work: the gradient check, the gradient of a sum, the evaluation of every run over all rows, and the
//! sweep over learning rates. It runs in slices while the reader stays at a moment.

use super::gradient_check::{GradientCheck, shared_with};
use super::gradient_of_sum::{GradientOfSum, gradient_of_sum};
use crate::nn::{Evaluation, Extrapolation, LearningRateSweep, Parameter, Reduction, evaluate};
use crate::session::Session;

/// Multiplications in one slice: a few milliseconds.
const SLICE: usize = 4_000_000;
/// Maximum number of multiplications of an evaluation of all runs over all rows. Beyond it, only the evaluation before
/// the epoch is shown.
const MAX_EVALUATION: usize = 1_000_000_000;
/// The sweep starts at this multiple of the scenario's η.
const SWEEP_START: f64 = 8.0;

/// Results of background work so far.
#[derive(Clone, Debug, Default)]
pub struct BackgroundResults {
    gradient_check: CachedFor<(MiniBatchKey, Parameter), CheckInProgress>,
    evaluations: CachedFor<MomentKey, Vec<Evaluation>>,
    gradients_of_sum: CachedFor<(MiniBatchKey, Parameter), Vec<GradientOfSum>>,
    sweep: CachedFor<MiniBatchKey, Option<LearningRateSweep>>,
}

/// The scenario's version and the update index.
type MiniBatchKey = (u64, u64);
/// The mini-batch, the number of samples done, and whether the update is made.
type MomentKey = (MiniBatchKey, usize, bool);

/// A cache of one entry: a result and its key.
type CachedFor<K, V> = Option<(K, V)>;

/// The result for `key`, if it is known.
fn result_for<'a, K: PartialEq, V>(known: &'a CachedFor<K, V>, key: &K) -> Option<&'a V> {
    known.as_ref().filter(|(known, _)| known == key).map(|(_, value)| value)
}

/// The result for `key`; a default value if it is not known.
fn result_or_default<K: PartialEq, V: Default>(known: &mut CachedFor<K, V>, key: K) -> &mut V {
    let value = known.take().filter(|(known, _)| *known == key).map(|(_, value)| value);
    &mut known.insert((key, value.unwrap_or_default())).1
}

#[derive(Clone, Debug, Default)]
struct CheckInProgress {
    own: Extrapolation,
    shared: Extrapolation,
}

impl Session {
    fn mini_batch_key(&self) -> MiniBatchKey {
        (self.scenario_version(), self.updates())
    }

    fn moment_key(&self) -> MomentKey {
        (self.mini_batch_key(), self.visible().accumulated(), self.visible().finished())
    }

    /// The selected weight or bias; for a neuron, its bias.
    pub fn selected_parameter(&self) -> Option<Parameter> {
        self.view_state().selected.and_then(|item| item.parameter())
    }

    /// The selected weight or bias, or the first output's bias if none is selected.
    pub fn compared_parameter(&self) -> Parameter {
        let layer = self.scenario().layer_sizes().len() - 1;
        self.selected_parameter().unwrap_or(Parameter::Bias { layer, neuron: 0 })
    }

    /// The gradient check of the selected parameter; `None` until it is computed, and if its costs are not finite.
    pub fn gradient_check(&self) -> Option<GradientCheck> {
        let parameter = self.selected_parameter()?;
        let found = self.finished_check(parameter)?;
        GradientCheck::new(
            self.scenario(),
            self.mini_batch(),
            parameter,
            found.own.best()?,
            found.shared.best(),
        )
    }

    /// Whether the gradient check of the selected parameter is computed.
    pub fn gradient_check_finished(&self) -> bool {
        self.selected_parameter().is_some_and(|parameter| self.finished_check(parameter).is_some())
    }

    fn finished_check(&self, parameter: Parameter) -> Option<&CheckInProgress> {
        let shared = matches!(parameter, Parameter::Bias { .. });
        let found = result_for(&self.background.gradient_check, &(self.mini_batch_key(), parameter));
        found.filter(|found| found.own.finished() && (!shared || found.shared.finished()))
    }

    /// The gradient of a sum for [`Session::compared_parameter`]; `None` until it is computed.
    pub fn gradients_of_sum(&self) -> Option<&[GradientOfSum]> {
        let key = (self.mini_batch_key(), self.compared_parameter());
        result_for(&self.background.gradients_of_sum, &key).map(Vec::as_slice)
    }

    /// The evaluation of a run at the current moment over all rows; `None` until it is computed.
    pub fn evaluation(&self, run: usize) -> Option<Evaluation> {
        let found = result_for(&self.background.evaluations, &self.moment_key())?.get(run)?;
        (found.samples == self.scenario().data.samples.len()).then_some(*found)
    }

    /// Whether [`Session::evaluation`] takes too long to be computed at every moment.
    pub fn evaluation_takes_too_long(&self) -> bool {
        let runs = self.comparison().map_or(0, |comparison| comparison.passes.len());
        let parameters = self.mini_batch().network_before.parameter_count();
        runs * parameters * self.scenario().data.samples.len() > MAX_EVALUATION
    }

    /// For the current mini-batch: the distance between updating after each sample and once for the sum, by η; as far
    /// as it has been computed.
    pub fn sweep(&self) -> Option<&LearningRateSweep> {
        result_for(&self.background.sweep, &self.mini_batch_key())?.as_ref()
    }

    /// The scenario's η as an η of the sum, as the sweep has it.
    pub fn sweep_learning_rate(&self) -> f64 {
        match self.scenario().hyperparameters.reduction {
            Reduction::Sum => self.scenario().hyperparameters.learning_rate,
            Reduction::Mean => self.scenario().hyperparameters.learning_rate / self.timeline().samples as f64,
        }
    }

    /// Whether there is background work left.
    pub fn has_background_work(&self) -> bool {
        self.next_task().is_some()
    }

    fn next_task(&self) -> Option<BackgroundTask> {
        if let Some(parameter) = self.selected_parameter()
            && self.shows_gradient_check()
            && self.finished_check(parameter).is_none()
        {
            return Some(BackgroundTask::GradientCheck(parameter));
        }
        let passes = &self.comparison()?.passes;
        if self.gradients_of_sum().is_none() {
            return Some(BackgroundTask::GradientOfSum(self.compared_parameter()));
        }
        let run =
            (0..passes.len()).find(|&run| passes[run].network().is_some() && self.evaluation(run).is_none());
        match run {
            Some(run) if !self.evaluation_takes_too_long() => Some(BackgroundTask::Evaluation(run)),
            _ if self.mini_batch().rows.len() > 1 && self.sweep().is_none_or(|sweep| !sweep.finished()) => {
                Some(BackgroundTask::LearningRateSweep)
            }
            _ => None,
        }
    }

    /// Runs one slice of the background work.
    pub fn run_background_slice(&mut self) {
        let samples = self.mini_batch().rows.len();
        let parameters = self.mini_batch().network_before.parameter_count().max(1);
        let mut left = SLICE;
        while left > 0
            && let Some(task) = self.next_task()
        {
            let spent = match task {
                // Two forward passes with their error bounds, and two more for the shared bias.
                BackgroundTask::GradientCheck(parameter) => {
                    self.refine_gradient_check(parameter);
                    8 * samples * parameters
                }
                // Forward pass, backward pass and gradient of each sample, for two costs.
                BackgroundTask::GradientOfSum(parameter) => {
                    let found = gradient_of_sum(&self.scenario, &self.mini_batch, parameter);
                    let key = (self.mini_batch_key(), parameter);
                    self.background.gradients_of_sum = Some((key, found));
                    8 * samples * parameters
                }
                BackgroundTask::Evaluation(run) => {
                    let rows = (left / parameters).max(1);
                    self.evaluate_run(run, rows);
                    rows * parameters
                }
                // Two passes, three products for each weight.
                BackgroundTask::LearningRateSweep => {
                    self.extend_sweep();
                    6 * samples * parameters
                }
            };
            left = left.saturating_sub(spent);
        }
    }

    fn refine_gradient_check(&mut self, parameter: Parameter) {
        let key = self.mini_batch_key();
        let (scenario, mini_batch) = (self.scenario.clone(), self.mini_batch.clone());
        let cost = scenario.hyperparameters.cost;
        let samples = || scenario.data.samples.select(&mini_batch.rows);
        let found = result_or_default(&mut self.background.gradient_check, (key, parameter));
        found.own.refine(&mini_batch.network_before, samples(), cost, &[parameter]);
        if let Some(shared) = shared_with(&scenario, parameter) {
            found.shared.refine(&mini_batch.network_before, samples(), cost, &shared);
        }
    }

    fn evaluate_run(&mut self, run: usize, rows: usize) {
        let key = self.moment_key();
        let Some(comparison) = &self.comparison else { return };
        let Some(network) = comparison.passes[run].network() else { return };
        let found = result_or_default(&mut self.background.evaluations, key);
        found.resize(comparison.passes.len(), Evaluation::default());
        let samples = &self.scenario.data.samples;
        let from = found[run].samples;
        // Sample by sample, so that the sum has the same bits however it is sliced.
        for sample in (from..from + rows).map_while(|row| samples.get(row)) {
            found[run] = found[run].merged(evaluate(network, [sample], self.scenario.hyperparameters.cost));
        }
    }

    fn extend_sweep(&mut self) {
        let (key, eta) = (self.mini_batch_key(), self.sweep_learning_rate());
        // For a very large η the largest finite multiple.
        let from = [SWEEP_START, SWEEP_START / 2.0, SWEEP_START / 4.0].map(|factor| factor * eta);
        let from = from.into_iter().find(|from| from.is_finite()).unwrap_or(eta);
        let (scenario, mini_batch) = (self.scenario.clone(), self.mini_batch.clone());
        let sweep = result_or_default(&mut self.background.sweep, key);
        let sweep = sweep.get_or_insert_with(|| {
            LearningRateSweep::new(&mini_batch.network_before, from, mini_batch.rows.len())
        });
        sweep.measure(
            &mini_batch.network_before,
            scenario.data.samples.select(&mini_batch.rows),
            &scenario.hyperparameters,
        );
    }
}

/// A piece of background work.
#[derive(Clone, Copy, Debug)]
enum BackgroundTask {
    GradientCheck(Parameter),
    GradientOfSum(Parameter),
    Evaluation(usize),
    LearningRateSweep,
}
