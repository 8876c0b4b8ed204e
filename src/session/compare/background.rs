//! Work that waits until the reader stays: the referee's differences, the identity, every lane over all rows,
//! and the law of η². It goes on in slices, and changes nothing but what is known.

use super::referee::{Identity, Referee, identity, shared_with};
use crate::nn::{Evaluation, Extrapolation, Law, Parameter, Reduction, evaluate};
use crate::session::{Session, equivalent_learning_rate};

/// Multiplications in one slice: a few milliseconds.
const SLICE: usize = 4_000_000;
/// Multiplications that all rows may take in all lanes; beyond, what is known before the epoch has to do.
const MOST: usize = 1_000_000_000;
/// How many times the scenario's η the law begins at.
const FROM: f64 = 8.0;

/// What has been found so far, and for which moment.
#[derive(Clone, Debug, Default)]
pub struct Background {
    referee: For<(Place, Parameter), Refereeing>,
    evaluations: For<(Place, usize, bool), Vec<Evaluation>>,
    identities: For<(Place, Parameter), Option<Vec<Identity>>>,
    law: For<Place, Option<Law>>,
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
struct Refereeing {
    own: Extrapolation,
    shared: Extrapolation,
}

impl Session {
    fn place(&self) -> Place {
        (self.changes(), self.updates())
    }

    fn moment(&self) -> (Place, usize, bool) {
        (self.place(), self.now().accumulated(), self.now().finished())
    }

    /// The weight or bias that is selected: of a neuron, its bias.
    pub fn chosen_parameter(&self) -> Option<Parameter> {
        self.sight().selected.and_then(|item| item.parameter())
    }

    /// The same, or the first output's bias where nothing of that kind is selected.
    pub fn compared_parameter(&self) -> Parameter {
        let layer = self.scenario().layer_sizes().len() - 1;
        self.chosen_parameter().unwrap_or(Parameter::Bias { layer, neuron: 0 })
    }

    /// The referee's finding for the selected parameter, once it is known.
    pub fn referee(&self) -> Option<Referee> {
        let parameter = self.chosen_parameter()?;
        let found = self.background.referee.of(&(self.place(), parameter))?;
        if !self.refereed(parameter) {
            return None;
        }
        Referee::new(self.scenario(), self.mini_batch(), parameter, found.own.best()?, found.shared.best())
    }

    fn refereed(&self, parameter: Parameter) -> bool {
        let shared = matches!(parameter, Parameter::Bias { .. });
        let found = self.background.referee.of(&(self.place(), parameter));
        found.is_some_and(|found| found.own.finished() && (!shared || found.shared.finished()))
    }

    /// The identity for [`Session::compared_parameter`], once it is known.
    pub fn identities(&self) -> Option<&[Identity]> {
        let key = (self.place(), self.compared_parameter());
        self.background.identities.of(&key)?.as_deref()
    }

    /// This lane over all rows at the present moment, once it is known.
    pub fn evaluation(&self, lane: usize) -> Option<Evaluation> {
        let found = self.background.evaluations.of(&self.moment())?.get(lane)?;
        (found.samples == self.scenario().data.samples.len()).then_some(*found)
    }

    /// Whether [`Session::evaluation`] would take too long to be worked out at every moment.
    pub fn too_many_rows(&self) -> bool {
        let lanes = self.comparison().map_or(0, |comparison| comparison.passes().len());
        let parameters = self.mini_batch().before.parameter_count();
        lanes * parameters * self.scenario().data.samples.len() > MOST
    }

    /// How the distance between updating after each sample and once for the mini-batch's sum depends on η, for
    /// the mini-batch at hand; as far as it has been measured.
    pub fn law(&self) -> Option<&Law> {
        self.background.law.of(&self.place())?.as_ref()
    }

    /// η as the law counts it: that of the sum.
    pub fn law_learning_rate(&self) -> f64 {
        match self.scenario().settings.reduction {
            Reduction::Sum => self.scenario().settings.learning_rate,
            Reduction::Mean => equivalent_learning_rate(self.scenario()),
        }
    }

    /// Whether there is work that waits until the reader stays.
    pub fn has_work(&self) -> bool {
        self.next_work().is_some()
    }

    fn next_work(&self) -> Option<Work> {
        if let Some(parameter) = self.chosen_parameter()
            && self.is_refereed()
            && !self.refereed(parameter)
        {
            return Some(Work::Referee(parameter));
        }
        let passes = self.comparison()?.passes();
        if self.identities().is_none() {
            return Some(Work::Identity(self.compared_parameter()));
        }
        let lane =
            (0..passes.len()).find(|&lane| passes[lane].now().is_some() && self.evaluation(lane).is_none());
        match lane {
            Some(lane) if !self.too_many_rows() => Some(Work::Evaluation(lane)),
            _ if self.mini_batch().rows.len() > 1 && self.law().is_none_or(|law| !law.finished()) => {
                Some(Work::Law)
            }
            _ => None,
        }
    }

    /// One slice of that work.
    pub fn work(&mut self) {
        let samples = self.mini_batch().rows.len();
        let parameters = self.mini_batch().before.parameter_count().max(1);
        let mut left = SLICE;
        while left > 0
            && let Some(work) = self.next_work()
        {
            let spent = match work {
                // Two runs forward, and again for the shared bias.
                Work::Referee(parameter) => {
                    self.refine(parameter);
                    4 * samples * parameters
                }
                // Each sample forward, back and added up, for two costs.
                Work::Identity(parameter) => {
                    let found = identity(&self.scenario, &self.mini_batch, parameter);
                    let key = (self.place(), parameter);
                    *self.background.identities.begun(key) = Some(found);
                    8 * samples * parameters
                }
                Work::Evaluation(lane) => {
                    let rows = (left / parameters).max(1);
                    self.evaluate(lane, rows);
                    rows * parameters
                }
                // Two passes, three products for each weight.
                Work::Law => {
                    self.measure();
                    6 * samples * parameters
                }
            };
            left = left.saturating_sub(spent);
        }
    }

    fn refine(&mut self, parameter: Parameter) {
        let (scenario, mini_batch) = (self.scenario.clone(), self.mini_batch.clone());
        let cost = scenario.settings.cost;
        let samples = || scenario.data.samples.of_rows(&mini_batch.rows);
        let found =
            self.background.referee.begun(((self.changes, scenario.update_index(&self.position)), parameter));
        found.own.refine(&mini_batch.before, samples(), cost, &[parameter]);
        if let Some(together) = shared_with(&scenario, parameter) {
            found.shared.refine(&mini_batch.before, samples(), cost, &together);
        }
    }

    fn evaluate(&mut self, lane: usize, rows: usize) {
        let key = self.moment();
        let Some(comparison) = &self.comparison else { return };
        let Some(network) = comparison.passes()[lane].now() else { return };
        let found = self.background.evaluations.begun(key);
        found.resize(comparison.passes().len(), Evaluation::default());
        let samples = &self.scenario.data.samples;
        let from = found[lane].samples;
        // One sample after the other, so that the sum has the same bits however it is sliced.
        for sample in (from..from + rows).map_while(|row| samples.get(row)) {
            found[lane] = found[lane].and(evaluate(network, [sample], self.scenario.settings.cost));
        }
    }

    fn measure(&mut self) {
        let (key, from) = (self.place(), FROM * self.law_learning_rate());
        let (scenario, mini_batch) = (self.scenario.clone(), self.mini_batch.clone());
        let law = self.background.law.begun(key);
        let law = law.get_or_insert_with(|| Law::new(&mini_batch.before, from, mini_batch.rows.len()));
        law.measure(&mini_batch.before, scenario.data.samples.of_rows(&mini_batch.rows), &scenario.settings);
    }
}

/// The next thing to do.
#[derive(Clone, Copy, Debug)]
enum Work {
    Referee(Parameter),
    Identity(Parameter),
    Evaluation(usize),
    Law,
}
