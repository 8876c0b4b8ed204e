//! The curves of the charts of runs.

use super::Comparison;
use crate::nn::{Evaluation, Network, Parameter};
use crate::scenario::Scenario;

/// One curve for each run: times in mini-batches, with a value at each.
pub type RunCurves = Vec<Vec<(u64, f64)>>;

impl Comparison {
    /// The mean cost of each mini-batch before the one shown.
    pub fn cost_curves(&self) -> RunCurves {
        let points = self.costs.points_before(self.mini_batch).map(|(at, costs)| (at, costs.as_slice()));
        self.curves(points, |cost| *cost)
    }

    /// Accuracy over all rows, before each epoch up to the current one.
    pub fn accuracy_curves(&self, scenario: &Scenario) -> RunCurves {
        let mini_batches = scenario.mini_batches() as u64;
        let points = self.epochs.points_before(self.mini_batch / mini_batches + 1);
        let points = points.map(|(epoch, found)| (epoch * mini_batches, found.as_slice()));
        self.curves(points, |found: &Option<Evaluation>| found.map(|found| found.accuracy()))
    }

    /// A weight or bias, at the kept mini-batches.
    pub fn parameter_curves(&self, parameter: Parameter) -> RunCurves {
        self.at_checkpoints(|network, _| network.get(parameter))
    }

    /// The distance to the reference run, at the kept mini-batches.
    pub fn distance_curves(&self) -> RunCurves {
        self.at_checkpoints(|network, reference| Some(network.distance(reference?)))
    }

    /// `value` of each run and the reference run (`None` once that has diverged), at the kept mini-batches and the one
    /// shown.
    fn at_checkpoints(&self, value: impl Fn(&Network, Option<&Network>) -> Option<f64>) -> RunCurves {
        let reference = self.reference();
        let mut curves = vec![Vec::new(); self.runs.len()];
        for (at, states) in self.checkpoints.regular(self.mini_batch) {
            let finite = |run: usize| states[run].diverged.is_none().then_some(&*states[run].network);
            for (run, curve) in curves.iter_mut().enumerate() {
                let value = finite(run).and_then(|network| value(network, finite(reference)));
                curve.extend(value.map(|value| (at, value)));
            }
        }
        for (curve, pass) in curves.iter_mut().zip(&self.passes) {
            let known = curve.last().is_some_and(|(at, _)| *at == self.mini_batch);
            let network = pass.network_before().filter(|_| !known);
            let value = network.and_then(|network| value(network, self.passes[reference].network_before()));
            curve.extend(value.map(|value| (self.mini_batch, value)));
        }
        curves
    }

    fn curves<'a, P: 'a>(
        &self,
        points: impl Iterator<Item = (u64, &'a [P])>,
        value: impl Fn(&P) -> Option<f64>,
    ) -> RunCurves {
        let mut curves = vec![Vec::new(); self.runs.len()];
        for (at, values) in points {
            for (curve, point) in curves.iter_mut().zip(values) {
                curve.extend(value(point).map(|value| (at, value)));
            }
        }
        curves
    }
}
