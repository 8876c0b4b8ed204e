//! Equations (3) and (4): the derivatives of the cost from δ, and their sum over samples.

use super::{Matrix, Network, Parameter, Reduction, Trace};

/// ∇C: the derivative with respect to every parameter of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient {
    /// ∂C/∂wˡ by layer, shape (out, in) each.
    pub nabla_w: Vec<Matrix>,
    /// ∂C/∂bˡ by layer, shape (out) each.
    pub nabla_b: Vec<Vec<f64>>,
}

impl Gradient {
    /// All zero, in the shape of this network.
    pub fn zeros(network: &Network) -> Self {
        let layers = || network.layers.iter();
        Self {
            nabla_w: layers().map(|l| Matrix::zeros(l.neurons(), l.sources())).collect(),
            nabla_b: layers().map(|l| vec![0.0; l.neurons()]).collect(),
        }
    }

    /// The gradient of one sample's cost.
    pub fn of_sample(network: &Network, trace: &Trace) -> Self {
        let mut gradient = Self::zeros(network);
        gradient.accumulate(trace);
        gradient
    }

    /// Adds the gradient of one sample: the derivative of a sum is the sum of the derivatives.
    ///
    /// - (3) ∂C/∂bˡⱼ = δˡⱼ
    /// - (4) ∂C/∂wˡⱼₖ = aˡ⁻¹ₖ δˡⱼ
    pub fn accumulate(&mut self, trace: &Trace) {
        for (l, delta) in trace.deltas.iter().enumerate() {
            self.accumulate_layer(l, delta, trace.source_activations(l));
        }
    }

    /// [`Self::accumulate`] for layer `l` only, given its δ and the activations of its sources.
    pub(super) fn accumulate_layer(&mut self, l: usize, delta: &[f64], sources: &[f64]) {
        add(&mut self.nabla_b[l], delta);
        self.nabla_w[l].add_outer(delta, sources);
    }

    /// Adds another gradient elementwise.
    pub fn add(&mut self, other: &Self) {
        for (matrix, other) in self.nabla_w.iter_mut().zip(&other.nabla_w) {
            add(matrix.values_mut(), other.values());
        }
        for (biases, other) in self.nabla_b.iter_mut().zip(&other.nabla_b) {
            add(biases, other);
        }
    }

    /// The derivative with respect to a parameter; `None` if there is no such parameter.
    pub fn get(&self, parameter: Parameter) -> Option<f64> {
        match parameter {
            Parameter::Weight { layer, neuron, source } => {
                let matrix = self.nabla_w.get(layer)?;
                (neuron < matrix.rows() && source < matrix.columns()).then(|| matrix[(neuron, source)])
            }
            Parameter::Bias { layer, neuron } => self.nabla_b.get(layer)?.get(neuron).copied(),
        }
    }

    /// The gradient of the mini-batch's cost from the accumulated sum over its `samples`.
    pub fn reduced(mut self, reduction: Reduction, samples: usize) -> Self {
        if reduction == Reduction::Mean {
            let count = samples as f64;
            let weights = self.nabla_w.iter_mut().flat_map(|matrix| matrix.values_mut());
            for value in weights.chain(self.nabla_b.iter_mut().flatten()) {
                *value /= count;
            }
        }
        self
    }
}

/// u ← u + v
fn add(u: &mut [f64], v: &[f64]) {
    for (u, v) in u.iter_mut().zip(v) {
        *u += v;
    }
}
