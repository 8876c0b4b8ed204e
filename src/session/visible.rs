//! What is known at the current moment: the numbers computed so far, and none of the later ones.

use super::{Item, MiniBatch, Session};
use crate::nn::{Parameter, Trace};
use crate::scenario::{Moment, Position};

/// The numbers at the current moment. Each is `None` until it has been computed.
#[derive(Clone, Copy, Debug)]
pub struct Visible<'a> {
    session: &'a Session,
    position: Position,
    /// The index of the current moment in its mini-batch.
    index: usize,
}

impl Session {
    /// What is known at the current moment.
    pub fn visible(&self) -> Visible<'_> {
        let position = self.position();
        Visible { session: self, position, index: self.timeline().index(position.moment) }
    }
}

impl<'a> Visible<'a> {
    fn mini_batch(&self) -> &'a MiniBatch {
        self.session.mini_batch()
    }

    /// Index of the current sample in the mini-batch; during the update, of the last one.
    pub fn sample(&self) -> usize {
        self.position.moment.sample().unwrap_or(self.session.timeline().samples - 1)
    }

    /// Every number of the current sample, computed or not yet.
    pub fn trace(&self) -> &'a Trace {
        &self.mini_batch().traces[self.sample()]
    }

    /// The current row of the data.
    pub fn row(&self) -> usize {
        self.mini_batch().rows[self.sample()]
    }

    /// The index of that row in the file. Row numbers on the page are of the file.
    pub fn row_number(&self) -> usize {
        self.session.scenario().data.samples.row_number(self.row())
    }

    /// y of the current sample.
    pub fn target(&self) -> &'a [f64] {
        self.session.scenario().data.samples.target(self.row())
    }

    /// Whether this moment is reached for this neuron of its layer.
    pub fn reached(&self, moment: Moment, neuron: usize) -> bool {
        let index = self.session.timeline().index(moment);
        let all = || self.position.neuron.is_none_or(|last| neuron <= last as usize);
        index < self.index || index == self.index && all()
    }

    /// Whether the current moment computes this neuron of this layer.
    pub fn is_current(&self, layer: usize, neuron: usize) -> bool {
        let here = self.position.moment.layer() == Some(layer);
        here && self.position.neuron.is_none_or(|at| at as usize == neuron)
    }

    /// zˡⱼ of the current sample.
    pub fn weighted_input(&self, layer: usize, neuron: usize) -> Option<f64> {
        let moment = Moment::Forward { sample: self.sample() as u32, layer: layer as u32 };
        self.reached(moment, neuron).then(|| self.trace().weighted_inputs[layer][neuron])
    }

    /// aˡⱼ of the current sample.
    pub fn activation(&self, layer: usize, neuron: usize) -> Option<f64> {
        self.weighted_input(layer, neuron).map(|_| self.trace().activations[layer][neuron])
    }

    /// C of this sample of the mini-batch.
    pub fn cost(&self, sample: usize) -> Option<f64> {
        let known = self.reached(Moment::Cost { sample: sample as u32 }, 0);
        known.then(|| self.mini_batch().traces[sample].cost)
    }

    /// δˡⱼ of this sample of the mini-batch.
    pub fn delta(&self, sample: usize, layer: usize, neuron: usize) -> Option<f64> {
        let moment = Moment::Delta { sample: sample as u32, layer: layer as u32 };
        self.reached(moment, neuron).then(|| self.mini_batch().traces[sample].deltas[layer][neuron])
    }

    /// ∂C/∂bˡⱼ of the current sample: equation (3).
    pub fn nabla_b(&self, layer: usize, neuron: usize) -> Option<f64> {
        let moment = Moment::BiasGradient { sample: self.sample() as u32, layer: layer as u32 };
        self.reached(moment, neuron).then(|| self.trace().deltas[layer][neuron])
    }

    /// ∂C/∂wˡⱼₖ of the current sample: equation (4).
    pub fn nabla_w(&self, layer: usize, neuron: usize, source: usize) -> Option<f64> {
        let moment = Moment::WeightGradient { sample: self.sample() as u32, layer: layer as u32 };
        let trace = self.trace();
        self.reached(moment, neuron)
            .then(|| trace.deltas[layer][neuron] * trace.source_activations(layer)[source])
    }

    /// Number of samples in the accumulated gradient.
    pub fn accumulated(&self) -> usize {
        match self.position.moment {
            Moment::Accumulate { sample } => sample as usize + 1,
            _ => self.position.moment.sample().unwrap_or(self.session.timeline().samples),
        }
    }

    /// Σ ∂C/∂bˡⱼ over the samples accumulated so far.
    pub fn accumulated_b(&self, layer: usize, neuron: usize) -> f64 {
        let traces = &self.mini_batch().traces[..self.accumulated()];
        traces.iter().fold(0.0, |sum, trace| sum + trace.deltas[layer][neuron])
    }

    /// Σ ∂C/∂wˡⱼₖ over the samples accumulated so far.
    pub fn accumulated_w(&self, layer: usize, neuron: usize, source: usize) -> f64 {
        let traces = &self.mini_batch().traces[..self.accumulated()];
        traces.iter().fold(0.0, |sum, trace| {
            sum + trace.deltas[layer][neuron] * trace.source_activations(layer)[source]
        })
    }

    /// Whether this neuron's bias and weights have been updated.
    pub fn updated(&self, layer: usize, neuron: usize) -> bool {
        self.reached(Moment::Update { layer: layer as u32 }, neuron)
    }

    /// Whether the mini-batch is finished: all of its update is made.
    pub fn finished(&self) -> bool {
        self.updated(0, self.session.scenario().layer_sizes()[0] - 1)
    }

    /// The current value of a weight or bias; 0 if there is no such parameter.
    pub fn parameter(&self, parameter: Parameter) -> f64 {
        let (Parameter::Weight { layer, neuron, .. } | Parameter::Bias { layer, neuron }) = parameter;
        let mini_batch = self.mini_batch();
        let network =
            if self.updated(layer, neuron) { &mini_batch.network_after } else { &mini_batch.network_before };
        network.get(parameter).unwrap_or_default()
    }

    /// The change of a weight or bias by the update: −η times its gradient, by the bias rule. `None` before the update.
    pub fn change(&self, parameter: Parameter) -> Option<f64> {
        let (Parameter::Weight { layer, neuron, .. } | Parameter::Bias { layer, neuron }) = parameter;
        self.updated(layer, neuron).then(|| self.planned_change(parameter)).flatten()
    }

    /// The change of a weight or bias by the update, also before the update.
    pub fn planned_change(&self, parameter: Parameter) -> Option<f64> {
        let hyperparameters = &self.session.scenario().hyperparameters;
        let gradient = &self.mini_batch().gradient;
        let gradient = match parameter {
            Parameter::Weight { layer, neuron, source } => gradient.nabla_w.get(layer)?[(neuron, source)],
            Parameter::Bias { layer, neuron } => {
                *hyperparameters.bias_rule.apply(gradient.nabla_b.get(layer)?).get(neuron)?
            }
        };
        Some(-hyperparameters.learning_rate * gradient)
    }

    /// Layer and neuron whose numbers are explained: the neuron stepped into, else the selected one if it is in the
    /// layer of the current moment, else the first of that layer. Moments without a layer explain the last layer.
    pub fn focus(&self) -> (usize, usize) {
        let sizes = self.session.scenario().layer_sizes();
        let layer = self.position.moment.layer().unwrap_or(sizes.len() - 1);
        if let Some(neuron) = self.position.neuron {
            return (layer, neuron as usize);
        }
        let selected = match self.session.view_state().selected {
            Some(Item::Target { neuron }) => Some((sizes.len() - 1, neuron)),
            selected => selected.and_then(Item::neuron),
        };
        match selected {
            Some((selected, neuron)) if selected == layer => (layer, neuron),
            _ => (layer, 0),
        }
    }
}
