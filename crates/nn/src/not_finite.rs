//! Where numbers stop being finite.

use super::{Cost, Forward, Network, Parameter, Sample, Trace, feedforward};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::fmt;

/// Where a run left the finite numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotFinite {
    /// In z or δ of a neuron.
    Neuron {
        /// l
        layer: usize,
        /// j
        neuron: usize,
    },
    /// In a weight or bias after the update.
    Parameter(Parameter),
    /// In the cost.
    Cost,
    /// In an output's share of the cost.
    Term {
        /// l
        layer: usize,
        /// j
        neuron: usize,
    },
}

impl NotFinite {
    /// Looks at a mini-batch: its samples forward and back, the parameters after its update, and the cost of each
    /// sample then.
    pub fn find(traces: &[Trace], after: &Network, costs_after: &[f64]) -> Option<Self> {
        for trace in traces {
            let layers = trace.weighted_inputs.iter().zip(&trace.deltas).enumerate();
            for (layer, (z, delta)) in layers {
                let finite = |(z, delta): (&f64, &f64)| z.is_finite() && delta.is_finite();
                if let Some(neuron) = z.iter().zip(delta).position(|pair| !finite(pair)) {
                    return Some(Self::Neuron { layer, neuron });
                }
            }
        }
        if let Some(parameter) = after.first_not_finite() {
            return Some(Self::Parameter(parameter));
        }
        let cost_before = traces.iter().fold(0.0, |sum, trace| sum + trace.cost);
        let sound = cost_before.is_finite() && costs_after.iter().all(|cost| cost.is_finite());
        (!sound).then_some(Self::Cost)
    }

    /// The output whose share of the cost is largest among these samples, or no number at all: where a cost is not
    /// finite, it is this one's doing.
    pub fn largest_term<S: Borrow<Sample>>(
        network: &Network,
        samples: impl IntoIterator<Item = S>,
        cost: Cost,
    ) -> Option<Self> {
        let layer = network.layers.len().checked_sub(1)?;
        let terms = samples.into_iter().flat_map(|sample| {
            let Sample { x, y } = sample.borrow();
            let Forward { weighted_inputs, activations } = feedforward(network, x);
            cost.terms(&weighted_inputs[layer], &activations[layer], y).into_iter().enumerate()
        });
        let size = |term: f64| if term.is_nan() { f64::INFINITY } else { term.abs() };
        let (neuron, _) = terms.max_by(|one, other| size(one.1).total_cmp(&size(other.1)))?;
        Some(Self::Term { layer, neuron })
    }
}

/// In which number, in words.
impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Neuron { layer, neuron } => {
                write!(f, "z or δ of neuron {} in layer {}", neuron + 1, layer + 1)
            }
            Self::Parameter(Parameter::Weight { layer, neuron, source }) => {
                write!(f, "the weight from {} to neuron {} of layer {}", source + 1, neuron + 1, layer + 1)
            }
            Self::Parameter(Parameter::Bias { layer, neuron }) => {
                write!(f, "the bias of neuron {} in layer {}", neuron + 1, layer + 1)
            }
            Self::Cost => f.write_str("the cost"),
            Self::Term { layer, neuron } => {
                write!(f, "the cost of neuron {} in layer {}", neuron + 1, layer + 1)
            }
        }
    }
}
