//! Work that waits until the reader stays: the gradient check's differences, the identity, every run over all rows,
//! and the law of η². It goes on in slices, and changes nothing but what is known.

use super::gradient_check::{GradientCheck, GradientOfSum, gradient_of_sum, shared_with};
use crate::nn::{Evaluation, Extrapolation, LearningRateSweep, Parameter, Reduction, evaluate};
use crate::session::{Session, equivalent_learning_rate};

/// Multiplications in one slice: a few milliseconds.
const SLICE: usize = 4_000_000;
/// Multiplications that all rows may take in all runs; beyond, what is known before the epoch has to do.
const MAX: usize = 1_000_000_000;
/// How many times the scenario's η the law begins at.
const FROM: f64 = 8.0;

/// What has been found so far, and for which moment.
#[derive(Clone, Debug, Default)]
pub struct Background {
    gradient_check: For<(Place, Parameter), CheckInProgress>,
    evaluations: For<(Place, usize, bool), Vec<Evaluation>>,
    identities: For<(Place, Parameter), Option<Vec<GradientOfSum>>>,
    sweep: For<Place, Option<LearningRateSweep>>,
}

/// A scenario and one of its mini-batches.
type Place = (u64, u64);

/// Something found for `K`; nothing for any other.
#[derive(Clone, Debug)]
struct For<K, V> {
    key: Option<K>,
    found: V,
}

impl<K, V: Default> Default for For<K, V> {
    fn default() -> Self {
        Self { key: None, found: V::default() }
    }
}

impl<K: PartialEq, V: Default> For<K, V> {
    fn of(&self, key: &K) -> Option<&V> {
        (self.key.as_ref() == Some(key)).then_some(&self.found)
    }

    /// What has been found for `key`, begun anew where it was for another.
    fn begun(&mut self, key: K) -> &mut V {
        if self.key.as_ref() != Some(&key) {
            *self = Self { key: Some(key), found: V::default() };
        }
        &mut self.found
    }
}

#[derive(Clone, Debug, Default)]
struct CheckInProgress {
    own: Extrapolation,
    shared: Extrapolation,
}

impl Session {
    fn place(&self) -> Place {
        (self.scenario_version(), self.updates())
    }

    fn moment(&self) -> (Place, usize, bool) {
        (self.place(), self.visible().accumulated(), self.visible().finished())
    }

    /// The weight or bias that is selected: of a neuron, its bias.
    pub fn selected_parameter(&self) -> Option<Parameter> {
        self.view_state().selected.and_then(|item| item.parameter())
    }

    /// The same, or the first output's bias where nothing of that kind is selected.
    pub fn compared_parameter(&self) -> Parameter {
        let layer = self.scenario().layer_sizes().len() - 1;
        self.selected_parameter().unwrap_or(Parameter::Bias { layer, neuron: 0 })
    }

    /// The gradient_check's finding for the selected parameter, once it is known.
    pub fn gradient_check(&self) -> Option<GradientCheck> {
        let parameter = self.selected_parameter()?;
        let found = self.background.gradient_check.of(&(self.place(), parameter))?;
        if !self.checked(parameter) {
            return None;
        }
        GradientCheck::new(
            self.scenario(),
            self.mini_batch(),
            parameter,
            found.own.best()?,
            found.shared.best(),
        )
    }

    fn checked(&self, parameter: Parameter) -> bool {
        let shared = matches!(parameter, Parameter::Bias { .. });
        let found = self.background.gradient_check.of(&(self.place(), parameter));
        found.is_some_and(|found| found.own.finished() && (!shared || found.shared.finished()))
    }

    /// The identity for [`Session::compared_parameter`], once it is known.
    pub fn gradients_of_sum(&self) -> Option<&[GradientOfSum]> {
        let key = (self.place(), self.compared_parameter());
        self.background.identities.of(&key)?.as_deref()
    }

    /// This run over all rows at the present moment, once it is known.
    pub fn evaluation(&self, run: usize) -> Option<Evaluation> {
        let found = self.background.evaluations.of(&self.moment())?.get(run)?;
        (found.samples == self.scenario().data.samples.len()).then_some(*found)
    }

    /// Whether [`Session::evaluation`] would take too long to be worked out at every moment.
    pub fn evaluation_takes_too_long(&self) -> bool {
        let runs = self.comparison().map_or(0, |comparison| comparison.passes().len());
        let parameters = self.mini_batch().before.parameter_count();
        runs * parameters * self.scenario().data.samples.len() > MAX
    }

    /// How the distance between updating after each sample and once for the mini-batch's sum depends on η, for
    /// the mini-batch at hand; as far as it has been measured.
    pub fn sweep(&self) -> Option<&LearningRateSweep> {
        self.background.sweep.of(&self.place())?.as_ref()
    }

    /// η as the law counts it: that of the sum.
    pub fn sweep_learning_rate(&self) -> f64 {
        match self.scenario().hyperparameters.reduction {
            Reduction::Sum => self.scenario().hyperparameters.learning_rate,
            Reduction::Mean => equivalent_learning_rate(self.scenario()),
        }
    }

    /// Whether there is work that waits until the reader stays.
    pub fn has_background_work(&self) -> bool {
        self.next_work().is_some()
    }

    fn next_work(&self) -> Option<Work> {
        if let Some(parameter) = self.selected_parameter()
            && self.shows_gradient_check()
            && !self.checked(parameter)
        {
            return Some(Work::GradientCheck(parameter));
        }
        let passes = self.comparison()?.passes();
        if self.gradients_of_sum().is_none() {
            return Some(Work::GradientOfSum(self.compared_parameter()));
        }
        let run =
            (0..passes.len()).find(|&run| passes[run].current().is_some() && self.evaluation(run).is_none());
        match run {
            Some(run) if !self.evaluation_takes_too_long() => Some(Work::Evaluation(run)),
            _ if self.mini_batch().rows.len() > 1 && self.sweep().is_none_or(|sweep| !sweep.finished()) => {
                Some(Work::LearningRateSweep)
            }
            _ => None,
        }
    }

    /// One slice of that work.
    pub fn run_background_slice(&mut self) {
        let samples = self.mini_batch().rows.len();
        let parameters = self.mini_batch().before.parameter_count().max(1);
        let mut left = SLICE;
        while left > 0
            && let Some(work) = self.next_work()
        {
            let spent = match work {
                // Two runs forward, and again for the shared bias.
                Work::GradientCheck(parameter) => {
                    self.refine(parameter);
                    4 * samples * parameters
                }
                // Each sample forward, back and added up, for two costs.
                Work::GradientOfSum(parameter) => {
                    let found = gradient_of_sum(&self.scenario, &self.mini_batch, parameter);
                    let key = (self.place(), parameter);
                    *self.background.identities.begun(key) = Some(found);
                    8 * samples * parameters
                }
                Work::Evaluation(run) => {
                    let rows = (left / parameters).max(1);
                    self.evaluate(run, rows);
                    rows * parameters
                }
                // Two passes, three products for each weight.
                Work::LearningRateSweep => {
                    self.measure();
                    6 * samples * parameters
                }
            };
            left = left.saturating_sub(spent);
        }
    }

    fn refine(&mut self, parameter: Parameter) {
        let (scenario, mini_batch) = (self.scenario.clone(), self.mini_batch.clone());
        let cost = scenario.hyperparameters.cost;
        let samples = || scenario.data.samples.of_rows(&mini_batch.rows);
        let found = self
            .background
            .gradient_check
            .begun(((self.scenario_version, scenario.update_index(&self.position)), parameter));
        found.own.refine(&mini_batch.before, samples(), cost, &[parameter]);
        if let Some(together) = shared_with(&scenario, parameter) {
            found.shared.refine(&mini_batch.before, samples(), cost, &together);
        }
    }

    fn evaluate(&mut self, run: usize, rows: usize) {
        let key = self.moment();
        let Some(comparison) = &self.comparison else { return };
        let Some(network) = comparison.passes()[run].current() else { return };
        let found = self.background.evaluations.begun(key);
        found.resize(comparison.passes().len(), Evaluation::default());
        let samples = &self.scenario.data.samples;
        let from = found[run].samples;
        // One sample after the other, so that the sum has the same bits however it is sliced.
        for sample in (from..from + rows).map_while(|row| samples.get(row)) {
            found[run] = found[run].and(evaluate(network, [sample], self.scenario.hyperparameters.cost));
        }
    }

    fn measure(&mut self) {
        let (key, from) = (self.place(), FROM * self.sweep_learning_rate());
        let (scenario, mini_batch) = (self.scenario.clone(), self.mini_batch.clone());
        let sweep = self.background.sweep.begun(key);
        let sweep = sweep
            .get_or_insert_with(|| LearningRateSweep::new(&mini_batch.before, from, mini_batch.rows.len()));
        sweep.measure(
            &mini_batch.before,
            scenario.data.samples.of_rows(&mini_batch.rows),
            &scenario.hyperparameters,
        );
    }
}

/// The next thing to do.
#[derive(Clone, Copy, Debug)]
enum Work {
    GradientCheck(Parameter),
    GradientOfSum(Parameter),
    Evaluation(usize),
    LearningRateSweep,
}
