//! Cost and accuracy of a network.

use super::{Cost, Network, Sample, feedforward};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// Cost and accuracy over some samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The number of samples.
    pub samples: usize,
    /// Σ C over the samples.
    pub cost_sum: f64,
    /// The number of samples whose outputs and targets have the same [`predicted_class`].
    pub correct_samples: usize,
    /// The number of outputs on the same side of 0.5 as their target.
    pub correct_outputs: usize,
}

impl Evaluation {
    /// The evaluation of the samples of both, in this order.
    pub fn merged(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            cost_sum: self.cost_sum + other.cost_sum,
            correct_samples: self.correct_samples + other.correct_samples,
            correct_outputs: self.correct_outputs + other.correct_outputs,
        }
    }

    /// The mean cost of a sample.
    pub fn cost_mean(&self) -> f64 {
        self.cost_sum / self.samples as f64
    }

    /// The fraction of correctly classified samples.
    pub fn accuracy(&self) -> f64 {
        self.correct_samples as f64 / self.samples as f64
    }

    /// Adds a sample with its outputs, targets and cost.
    pub(super) fn add_sample(&mut self, a: &[f64], y: &[f64], cost: f64) {
        let correct_outputs = a.iter().zip(y).filter(|(a, y)| (**a > 0.5) == (**y > 0.5)).count();
        self.samples += 1;
        self.cost_sum += cost;
        self.correct_outputs += correct_outputs;
        self.correct_samples += usize::from(predicted_class(a) == predicted_class(y));
    }
}

/// Runs the samples forward through the network. Changes nothing.
pub fn evaluate(
    network: &Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    cost: Cost,
) -> Evaluation {
    let mut evaluation = Evaluation::default();
    for sample in samples {
        let sample = sample.borrow();
        let forward = feedforward(network, &sample.x);
        let (Some(z), Some(a)) = (forward.weighted_inputs.last(), forward.activations.last()) else {
            continue;
        };
        evaluation.add_sample(a, &sample.y, cost.value(z, a, &sample.y));
    }
    evaluation
}

/// The class that outputs predict, or that targets encode: the index of the largest value (the lowest one of equal values);
/// for a single value, 1 if it is above 0.5, else 0.
///
/// ```
/// # use deltascope_nn::predicted_class;
/// assert_eq!((predicted_class(&[0.2, 0.7, 0.7]), predicted_class(&[0.5]), predicted_class(&[0.6])), (1, 0, 1));
/// ```
pub fn predicted_class(values: &[f64]) -> usize {
    if let [value] = values {
        return usize::from(*value > 0.5);
    }
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
