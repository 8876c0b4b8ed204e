//! What a reader can point at, in the picture and in the text.

use crate::json::quoted;
use crate::nn::Parameter;
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// A number of the network, or a whole neuron. Its text form is a letter and indices: `w-0-1-2` is the weight of layer
/// 0 into neuron 1 from source 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
#[allow(missing_docs)] // `layer`, `neuron`, `source`: l, j, k as everywhere
pub enum Item {
    /// An input xₖ.
    Input { source: usize },
    /// A target yⱼ.
    Target { neuron: usize },
    /// A neuron with all its numbers.
    Neuron { layer: usize, neuron: usize },
    /// wˡⱼₖ
    Weight { layer: usize, neuron: usize, source: usize },
    /// bˡⱼ
    Bias { layer: usize, neuron: usize },
    /// zˡⱼ
    WeightedInput { layer: usize, neuron: usize },
    /// aˡⱼ
    Activation { layer: usize, neuron: usize },
    /// δˡⱼ
    Delta { layer: usize, neuron: usize },
}

impl Item {
    /// aˡ⁻¹ₖ: for the first layer an input.
    pub fn source_of(layer: usize, source: usize) -> Self {
        match layer.checked_sub(1) {
            None => Self::Input { source },
            Some(layer) => Self::Activation { layer, neuron: source },
        }
    }

    /// Layer and neuron that this belongs to; `None` for inputs and targets.
    pub fn neuron(self) -> Option<(usize, usize)> {
        match self {
            Self::Neuron { layer, neuron }
            | Self::Weight { layer, neuron, .. }
            | Self::Bias { layer, neuron }
            | Self::WeightedInput { layer, neuron }
            | Self::Activation { layer, neuron }
            | Self::Delta { layer, neuron } => Some((layer, neuron)),
            Self::Input { .. } | Self::Target { .. } => None,
        }
    }

    /// A weight itself, otherwise the bias of the neuron; `None` for inputs and targets.
    pub fn parameter(self) -> Option<Parameter> {
        match self {
            Self::Weight { layer, neuron, source } => Some(Parameter::Weight { layer, neuron, source }),
            _ => self.neuron().map(|(layer, neuron)| Parameter::Bias { layer, neuron }),
        }
    }

    /// The items to highlight with this one: for a neuron, all of its numbers.
    pub fn highlights(self) -> Vec<Self> {
        match self {
            Self::Neuron { layer, neuron } => vec![
                self,
                Self::Bias { layer, neuron },
                Self::WeightedInput { layer, neuron },
                Self::Activation { layer, neuron },
                Self::Delta { layer, neuron },
            ],
            _ => vec![self],
        }
    }

    /// Whether a network of these sizes [n₀ … n_L] has this item.
    pub fn exists_in(self, sizes: &[usize]) -> bool {
        let inputs = sizes[0];
        let in_layer = |layer: usize, neuron: usize| {
            sizes.get(layer.saturating_add(1)).is_some_and(|&count| neuron < count)
        };
        match self {
            Self::Input { source } => source < inputs,
            Self::Target { neuron } => in_layer(sizes.len() - 2, neuron),
            Self::Weight { layer, neuron, source } => in_layer(layer, neuron) && source < sizes[layer],
            _ => self.neuron().is_some_and(|(layer, neuron)| in_layer(layer, neuron)),
        }
    }
}

impl From<Parameter> for Item {
    fn from(parameter: Parameter) -> Self {
        match parameter {
            Parameter::Weight { layer, neuron, source } => Self::Weight { layer, neuron, source },
            Parameter::Bias { layer, neuron } => Self::Bias { layer, neuron },
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Input { source } => write!(f, "x-{source}"),
            Self::Target { neuron } => write!(f, "y-{neuron}"),
            Self::Neuron { layer, neuron } => write!(f, "n-{layer}-{neuron}"),
            Self::Weight { layer, neuron, source } => write!(f, "w-{layer}-{neuron}-{source}"),
            Self::Bias { layer, neuron } => write!(f, "b-{layer}-{neuron}"),
            Self::WeightedInput { layer, neuron } => write!(f, "z-{layer}-{neuron}"),
            Self::Activation { layer, neuron } => write!(f, "a-{layer}-{neuron}"),
            Self::Delta { layer, neuron } => write!(f, "d-{layer}-{neuron}"),
        }
    }
}

impl TryFrom<String> for Item {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Item {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("{} is not an item of the network; w-0-1-2 would be a weight", quoted(text));
        let (letter, indices) = text.split_once('-').ok_or_else(unknown)?;
        let indices: Vec<usize> =
            indices.split('-').map(|i| i.parse().map_err(|_| unknown())).collect::<Result<_, _>>()?;
        match (letter, indices.as_slice()) {
            ("x", &[source]) => Ok(Self::Input { source }),
            ("y", &[neuron]) => Ok(Self::Target { neuron }),
            ("n", &[layer, neuron]) => Ok(Self::Neuron { layer, neuron }),
            ("w", &[layer, neuron, source]) => Ok(Self::Weight { layer, neuron, source }),
            ("b", &[layer, neuron]) => Ok(Self::Bias { layer, neuron }),
            ("z", &[layer, neuron]) => Ok(Self::WeightedInput { layer, neuron }),
            ("a", &[layer, neuron]) => Ok(Self::Activation { layer, neuron }),
            ("d", &[layer, neuron]) => Ok(Self::Delta { layer, neuron }),
            _ => Err(unknown()),
        }
    }
}
