//! What the present moment reads and writes.

use super::Symbol;
use crate::scenario::Moment;
use crate::session::{Session, Visible};

/// How something stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// Not part of the present moment.
    Faded,
    /// At moments that have no part.
    Plain,
    /// The present moment takes it.
    Read,
    /// The present moment makes it.
    Written,
}

impl Light {
    /// Whether the present moment has to do with it.
    pub fn is_lit(self) -> bool {
        self >= Self::Read
    }
}

/// The light of everything at one moment.
pub(super) struct Lights<'a> {
    visible: Visible<'a>,
    moment: Moment,
    /// The index of the output layer.
    last: usize,
    /// Whether δᴸ is a − y, so that σ′(zᴸ) has no part in it.
    folded: bool,
}

impl<'a> Lights<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        let scenario = session.scenario();
        Self {
            visible: session.visible(),
            moment: session.position().moment,
            last: scenario.layer_sizes().len() - 1,
            folded: scenario.hyperparameters.cost.folds_sigma_prime(),
        }
    }

    /// What has no part in the present moment.
    fn rest(&self) -> Light {
        if matches!(self.moment, Moment::Accumulate { .. }) { Light::Plain } else { Light::Faded }
    }

    fn read_if(&self, yes: bool) -> Light {
        if yes { Light::Read } else { self.rest() }
    }

    /// Whether the moment is told for this neuron.
    pub(super) fn at_work(&self, layer: usize, neuron: usize) -> bool {
        self.visible.is_current(layer, neuron)
    }

    /// x of any input.
    pub(super) fn input(&self) -> Light {
        match self.moment {
            Moment::Input { .. } => Light::Written,
            Moment::Forward { layer: 0, .. } | Moment::WeightGradient { layer: 0, .. } => Light::Read,
            _ => self.rest(),
        }
    }

    /// y of this output.
    pub(super) fn target(&self, neuron: usize) -> Light {
        let output = Moment::Delta { sample: self.visible.sample() as u32, layer: self.last as u32 };
        let compared = self.moment == output && self.at_work(self.last, neuron);
        self.read_if(compared || matches!(self.moment, Moment::Cost { .. }))
    }

    /// This kind of number of this neuron.
    pub(super) fn number(&self, layer: usize, neuron: usize, symbol: Symbol) -> Light {
        use Symbol::{Activation, Bias, BiasChange, Delta, WeightedInput};
        let here = self.at_work(layer, neuron);
        // The layer before, and the layer after, the one at work.
        let before = self.moment.layer() == Some(layer + 1);
        let after = layer > 0 && self.moment.layer() == Some(layer - 1);
        let output = layer == self.last;
        match (self.moment, symbol) {
            (Moment::Forward { .. }, WeightedInput | Activation) if here => Light::Written,
            (Moment::Forward { .. }, Bias) => self.read_if(here),
            (Moment::Forward { .. } | Moment::WeightGradient { .. }, Activation) => self.read_if(before),
            (Moment::Cost { .. }, Activation) => self.read_if(output),
            (Moment::Delta { .. }, Delta) if here => Light::Written,
            (Moment::Delta { .. }, Delta) => self.read_if(after),
            (Moment::Delta { .. }, Activation) => self.read_if(here && output),
            (Moment::Delta { .. }, WeightedInput) => self.read_if(here && !(output && self.folded)),
            (Moment::BiasGradient { .. } | Moment::WeightGradient { .. }, Delta) => self.read_if(here),
            (Moment::Update { .. }, Bias | BiasChange) if here => Light::Written,
            _ => self.rest(),
        }
    }

    /// The weight into this neuron from this source.
    pub(super) fn weight(&self, layer: usize, neuron: usize, source: usize) -> Light {
        match self.moment {
            Moment::Forward { .. } => self.read_if(self.at_work(layer, neuron)),
            // Equation (2) goes back along the weights out of the neuron at work.
            Moment::Delta { .. } => self.read_if(layer > 0 && self.at_work(layer - 1, source)),
            Moment::WeightGradient { .. } | Moment::Update { .. } if self.at_work(layer, neuron) => {
                Light::Written
            }
            _ => self.rest(),
        }
    }
}
