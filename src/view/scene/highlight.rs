//! What the current moment reads and writes.

use super::LabelKind;
use crate::scenario::Moment;
use crate::session::{Session, Visible};

/// How strongly an element of the picture is emphasised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Highlight {
    /// Not used by the current moment.
    Faded,
    /// Used while the moment reads and writes nothing in the picture.
    Neutral,
    /// Read by the current moment.
    Read,
    /// Written by the current moment.
    Written,
}

impl Highlight {
    /// Whether the current moment reads or writes the element.
    pub fn is_active(self) -> bool {
        self >= Self::Read
    }
}

/// The highlights of all elements at one moment.
pub(super) struct Highlights<'a> {
    visible: Visible<'a>,
    moment: Moment,
    /// Index of the output layer.
    last: usize,
    /// Whether δᴸ = a − y, so that σ′(zᴸ) is not computed.
    cancels_sigma_prime: bool,
}

impl<'a> Highlights<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        let scenario = session.scenario();
        Self {
            visible: session.visible(),
            moment: session.position().moment,
            last: scenario.layer_sizes().len() - 1,
            cancels_sigma_prime: scenario.hyperparameters.cost.cancels_sigma_prime(),
        }
    }

    /// The highlight of an element that the current moment does not use.
    fn unused(&self) -> Highlight {
        match self.moment {
            Moment::Accumulate { .. } => Highlight::Neutral,
            _ => Highlight::Faded,
        }
    }

    fn read_if(&self, is_read: bool) -> Highlight {
        if is_read { Highlight::Read } else { self.unused() }
    }

    /// x of any input.
    pub(super) fn input(&self) -> Highlight {
        match self.moment {
            Moment::Input { .. } => Highlight::Written,
            Moment::Forward { layer: 0, .. } | Moment::WeightGradient { layer: 0, .. } => Highlight::Read,
            _ => self.unused(),
        }
    }

    /// y of this output.
    pub(super) fn target(&self, neuron: usize) -> Highlight {
        let output = Moment::Delta { sample: self.visible.sample() as u32, layer: self.last as u32 };
        let compared = self.moment == output && self.visible.is_current(self.last, neuron);
        self.read_if(compared || matches!(self.moment, Moment::Cost { .. }))
    }

    /// This number of this neuron.
    pub(super) fn number(&self, layer: usize, neuron: usize, kind: LabelKind) -> Highlight {
        use LabelKind::{Activation, Bias, BiasChange, Delta, WeightedInput};
        let current = self.visible.is_current(layer, neuron);
        // Whether the moment's layer comes directly after this one, or directly before it.
        let feeds_current = self.moment.layer() == Some(layer + 1);
        let fed_by_current = layer > 0 && self.moment.layer() == Some(layer - 1);
        let output = layer == self.last;
        match (self.moment, kind) {
            (Moment::Forward { .. }, WeightedInput | Activation) if current => Highlight::Written,
            (Moment::Forward { .. }, Bias) => self.read_if(current),
            (Moment::Forward { .. } | Moment::WeightGradient { .. }, Activation) => {
                self.read_if(feeds_current)
            }
            (Moment::Cost { .. }, Activation) => self.read_if(output),
            (Moment::Delta { .. }, Delta) if current => Highlight::Written,
            (Moment::Delta { .. }, Delta) => self.read_if(fed_by_current),
            (Moment::Delta { .. }, Activation) => self.read_if(current && output),
            (Moment::Delta { .. }, WeightedInput) => {
                self.read_if(current && !(output && self.cancels_sigma_prime))
            }
            (Moment::BiasGradient { .. } | Moment::WeightGradient { .. }, Delta) => self.read_if(current),
            (Moment::Update { .. }, Bias | BiasChange) if current => Highlight::Written,
            _ => self.unused(),
        }
    }

    /// The weight from this source to this neuron.
    pub(super) fn weight(&self, layer: usize, neuron: usize, source: usize) -> Highlight {
        match self.moment {
            Moment::Forward { .. } => self.read_if(self.visible.is_current(layer, neuron)),
            // Equation (2) reads the outgoing weights of the current neuron.
            Moment::Delta { .. } => self.read_if(layer > 0 && self.visible.is_current(layer - 1, source)),
            Moment::WeightGradient { .. } | Moment::Update { .. }
                if self.visible.is_current(layer, neuron) =>
            {
                Highlight::Written
            }
            _ => self.unused(),
        }
    }
}
