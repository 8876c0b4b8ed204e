//! The network: layers of weights, biases and an activation function.

use super::{Activation, Matrix};
use serde::{Deserialize, Serialize};

/// One layer after the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// wˡ, shape (out, in): entry (j, k) runs from source neuron k to neuron j.
    pub weights: Matrix,
    /// bˡ, shape (out).
    pub biases: Vec<f64>,
    /// σ.
    pub activation: Activation,
}

impl Layer {
    /// The number of neurons.
    pub fn neurons(&self) -> usize {
        self.biases.len()
    }

    /// The number of source neurons.
    pub fn sources(&self) -> usize {
        self.weights.columns()
    }
}

/// A multilayer perceptron. Each layer has as many sources as the previous layer has neurons.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// The layers after the input, first to last.
    pub layers: Vec<Layer>,
}

/// The index of a weight or bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Parameter {
    /// wˡⱼₖ
    Weight {
        /// l
        layer: usize,
        /// j
        neuron: usize,
        /// k
        source: usize,
    },
    /// bˡⱼ
    Bias {
        /// l
        layer: usize,
        /// j
        neuron: usize,
    },
}

impl Network {
    /// A network of these `sizes` [n₀ … n_L] with all parameters zero; one activation for each layer.
    pub fn zeros(sizes: &[usize], activations: &[Activation]) -> Self {
        let layers = sizes
            .windows(2)
            .zip(activations)
            .map(|(sizes, &activation)| Layer {
                weights: Matrix::zeros(sizes[1], sizes[0]),
                biases: vec![0.0; sizes[1]],
                activation,
            })
            .collect();
        Self { layers }
    }

    /// [n₀ … n_L]
    pub fn sizes(&self) -> Vec<usize> {
        let inputs = self.layers.first().map(Layer::sources);
        inputs.into_iter().chain(self.layers.iter().map(Layer::neurons)).collect()
    }

    /// The number of weights and biases.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.weights.values().len() + layer.biases.len()).sum()
    }

    /// Every weight and bias, layer by layer, the weights first.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + '_ {
        self.layers.iter().enumerate().flat_map(|(layer, l)| {
            let weights = (0..l.neurons()).flat_map(move |neuron| {
                (0..l.sources()).map(move |source| Parameter::Weight { layer, neuron, source })
            });
            weights.chain((0..l.neurons()).map(move |neuron| Parameter::Bias { layer, neuron }))
        })
    }

    /// The value of a parameter; `None` if there is no such parameter.
    pub fn get(&self, parameter: Parameter) -> Option<f64> {
        match parameter {
            Parameter::Weight { layer, neuron, source } => {
                let layer = self.layers.get(layer)?;
                (neuron < layer.neurons() && source < layer.sources())
                    .then(|| layer.weights[(neuron, source)])
            }
            Parameter::Bias { layer, neuron } => self.layers.get(layer)?.biases.get(neuron).copied(),
        }
    }

    /// A mutable reference to a parameter; `None` if there is no such parameter.
    pub fn get_mut(&mut self, parameter: Parameter) -> Option<&mut f64> {
        match parameter {
            Parameter::Weight { layer, neuron, source } => {
                let layer = self.layers.get_mut(layer)?;
                (neuron < layer.neurons() && source < layer.sources())
                    .then(|| &mut layer.weights[(neuron, source)])
            }
            Parameter::Bias { layer, neuron } => self.layers.get_mut(layer)?.biases.get_mut(neuron),
        }
    }

    /// ‖θ − θ′‖, the Euclidean distance between all parameters of two networks of the same shape.
    ///
    /// ```
    /// # use deltascope_nn::{Activation, Network, Parameter};
    /// let one = Network::zeros(&[1, 1], &[Activation::Identity]);
    /// let mut other = one.clone();
    /// *other.get_mut(Parameter::Bias { layer: 0, neuron: 0 }).unwrap() = 3.0;
    /// *other.get_mut(Parameter::Weight { layer: 0, neuron: 0, source: 0 }).unwrap() = -4.0;
    /// assert_eq!(one.distance(&other), 5.0);
    /// *other.get_mut(Parameter::Bias { layer: 0, neuron: 0 }).unwrap() = 3e-250;
    /// *other.get_mut(Parameter::Weight { layer: 0, neuron: 0, source: 0 }).unwrap() = 0.0;
    /// assert_eq!(one.distance(&other), 3e-250); // though its square is rounded to 0
    /// ```
    pub fn distance(&self, other: &Self) -> f64 {
        length(|| self.values().zip(other.values()).map(|(one, other)| one - other))
    }

    /// ‖θ‖, the Euclidean length of all parameters.
    pub fn norm(&self) -> f64 {
        length(|| self.values())
    }

    /// The values of all weights and biases, in the order of [`Network::parameters`].
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.layers.iter().flat_map(|layer| layer.weights.values().iter().chain(&layer.biases).copied())
    }

    /// A network of this shape with these values, in the order of [`Network::values`]. If `values` is too
    /// short, the remaining parameters stay.
    pub fn with_values(&self, values: &[f64]) -> Self {
        let mut network = self.clone();
        let parameters = network
            .layers
            .iter_mut()
            .flat_map(|layer| layer.weights.values_mut().iter_mut().chain(&mut layer.biases));
        for (parameter, value) in parameters.zip(values) {
            *parameter = *value;
        }
        network
    }

    /// The first parameter that is NaN or infinite, if any.
    pub fn first_not_finite(&self) -> Option<Parameter> {
        let is_finite =
            |layer: &Layer| layer.weights.values().iter().chain(&layer.biases).all(|value| value.is_finite());
        if self.layers.iter().all(is_finite) {
            return None;
        }
        self.parameters().find(|&parameter| self.get(parameter).is_some_and(|value| !value.is_finite()))
    }
}

/// The Euclidean length of a vector, also where the squares overflow or underflow.
fn length<I: Iterator<Item = f64>>(values: impl Fn() -> I) -> f64 {
    let squares = values().fold(0.0, |sum, value| sum + value * value);
    let largest = values().fold(0.0, |largest, value| f64::max(largest, value.abs()));
    if squares.is_nan() || (1e-200..=f64::MAX).contains(&squares) || largest == 0.0 || largest.is_infinite() {
        return libm::sqrt(squares);
    }
    let scaled = values().fold(0.0, |sum, value| sum + (value / largest) * (value / largest));
    largest * libm::sqrt(scaled)
}
