//! Which number of a training is NaN or infinite.

use super::{Cost, Forward, Network, Parameter, Sample, Trace, feedforward};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::fmt;

/// A number that is NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotFinite {
    /// z or δ of a neuron.
    Neuron {
        /// l
        layer: usize,
        /// j
        neuron: usize,
    },
    /// A weight or bias after the update.
    Parameter(Parameter),
    /// The cost.
    Cost,
    /// The term of the cost of an output.
    Term {
        /// l
        layer: usize,
        /// j
        neuron: usize,
    },
}

impl NotFinite {
    /// The first number of a mini-batch that is not finite, given the traces of its samples, the network after its update and
    /// the cost of each sample after it.
    pub fn find(traces: &[Trace], network_after: &Network, costs_after: &[f64]) -> Option<Self> {
        for trace in traces {
            let layers = trace.weighted_inputs.iter().zip(&trace.deltas).enumerate();
            for (layer, (z, delta)) in layers {
                let finite = |(z, delta): (&f64, &f64)| z.is_finite() && delta.is_finite();
                if let Some(neuron) = z.iter().zip(delta).position(|pair| !finite(pair)) {
                    return Some(Self::Neuron { layer, neuron });
                }
            }
        }
        if let Some(parameter) = network_after.first_not_finite() {
            return Some(Self::Parameter(parameter));
        }
        let cost_before = traces.iter().fold(0.0, |sum, trace| sum + trace.cost);
        let is_finite = cost_before.is_finite() && costs_after.iter().all(|cost| cost.is_finite());
        (!is_finite).then_some(Self::Cost)
    }

    /// The output whose cost term is NaN or largest over these samples: the cause of a cost that is not finite. `None` if there are no samples or no layers.
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

/// The name of the number, for messages. Layers, neurons and sources count from 1.
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
