//! The fast path: the same doubles as [`backprop`](super::backprop()), [`Gradient`](super::Gradient) and
//! [`update`](super::update()), bit for bit, several times faster.
//!
//! Every sum adds its terms in the order of the plain path; only independent sums are computed at the same time.
//! [`Trainer`] keeps the parameters in a memory layout of its own and allocates nothing while it trains.
//!
//! Three paths share the operations on neurons (`neurons.rs`) and the layout of the parameters (`layer.rs`):
//!
//! | path | used for | speed natively |
//! |---|---|---|
//! | layer by layer (`layer.rs`, `product.rs`, `update.rs`) | everything that the two paths below do not handle | 1.8 to 5 times the plain path |
//! | samples side by side (`side_by_side.rs`) | small networks, mini-batches of four samples or more | twice the layer path (2-4-2-1, mini-batches of 10) |
//! | single sample (`single.rs`) | small networks, mini-batches of one sample | 2.5 to 2.8 times the layer path (2-2-1 and 7-5-3) |
//!
//! The ratios were measured with `cargo xtask bench native`, each pair in one run. They vary between machines and vector
//! widths by about a quarter.

mod layer;
mod neurons;
mod peak;
mod product;
mod side_by_side;
mod single;
mod update;

pub use super::simd::Width;
pub use peak::peak_operations;

use super::{Activation, BiasRule, Cost, Evaluation, Hyperparameters, Network, Parameter, Sample};
use layer::{PaddedLayer, PaddedMatrix};
use neurons::SoftmaxSum;
use side_by_side::SideBySide;
use single::SingleSample;
use std::borrow::Borrow;
use update::Update;

/// The number of weights up to which a network is small.
const MAX_SMALL_WEIGHTS: usize = 256;

/// The number of samples that are processed together. The gradients of longer mini-batches are accumulated.
const CHUNK_SAMPLES: usize = 32;

/// Trains a network at full speed.
///
/// ```
/// use deltascope_nn::fast::Trainer;
/// use deltascope_nn::{Activation, BiasRule, Cost, Hyperparameters, Network, Reduction, Sample, train_mini_batch};
///
/// let mut network = Network::zeros(&[2, 1], &[Activation::Sigmoid]);
/// let samples = [Sample { x: vec![1.0, 0.0], y: vec![1.0] }];
/// let hyperparameters = Hyperparameters {
///     cost: Cost::HalfMse,
///     learning_rate: 0.5,
///     batch_size: 1,
///     reduction: Reduction::Mean,
///     bias_rule: BiasRule::OwnDelta,
/// };
/// let mut trainer = Trainer::new(&network, &hyperparameters);
/// let cost = trainer.train_mini_batch(&samples);
/// assert_eq!(cost, train_mini_batch(&mut network, &samples, &hyperparameters));
/// assert_eq!(trainer.network(), network);
/// ```
#[derive(Debug)]
pub struct Trainer {
    hyperparameters: Hyperparameters,
    width: Width,
    path: Path,
    /// The shape of the network. Its parameters are not used.
    shape: Network,
    inputs: PaddedMatrix,
    layers: Vec<PaddedLayer>,
    targets: PaddedMatrix,
    softmax_sums: Vec<SoftmaxSum>,
    costs: Vec<f64>,
    partial: PartialMiniBatch,
}

/// How mini-batches are trained.
#[derive(Debug)]
enum Path {
    LayerByLayer,
    SideBySide(SideBySide),
    /// Mini-batches of one sample; others layer by layer.
    SingleSample,
}

/// The samples of a mini-batch that have been processed; none between mini-batches.
#[derive(Clone, Copy, Debug, Default)]
struct PartialMiniBatch {
    samples: usize,
    /// Σ C over them.
    cost: f64,
}

impl Trainer {
    /// Copies the parameters of the network.
    pub fn new(network: &Network, hyperparameters: &Hyperparameters) -> Self {
        Self::with_width(network, hyperparameters, Width::widest())
    }

    /// As [`Trainer::new`], with vectors of this width. Results do not depend on it.
    pub fn with_width(network: &Network, hyperparameters: &Hyperparameters, width: Width) -> Self {
        let mut layers: Vec<PaddedLayer> = Vec::with_capacity(network.layers.len());
        for layer in &network.layers {
            let source_stride = layers.last().map(PaddedLayer::stride);
            layers.push(PaddedLayer::new(layer, source_stride, CHUNK_SAMPLES, width.lanes()));
        }
        // An odd number of cache lines, so that the rows do not all map to the same cache sets.
        let inputs = network.layers.first().map_or(0, |layer| layer.sources());
        let input_stride = (inputs.div_ceil(8) | 1) * 8;
        let mut trainer = Self {
            hyperparameters: *hyperparameters,
            width,
            path: Path::LayerByLayer,
            shape: network.clone(),
            inputs: PaddedMatrix::zeros(CHUNK_SAMPLES, input_stride),
            targets: PaddedMatrix::zeros(CHUNK_SAMPLES, layers.last().map_or(1, PaddedLayer::stride)),
            layers,
            softmax_sums: vec![SoftmaxSum::default(); CHUNK_SAMPLES],
            costs: vec![0.0; CHUNK_SAMPLES],
            partial: PartialMiniBatch::default(),
        };
        trainer.choose_path();
        trainer
    }

    /// The choice depends on the parameters: see [`Self::may_ignore_zero_signs`].
    fn choose_path(&mut self) {
        let weights: usize = self.shape.layers.iter().map(|layer| layer.weights.values().len()).sum();
        let empty = self.layers.iter().any(|layer| layer.sources == 0 || layer.neurons == 0);
        self.path = Path::LayerByLayer;
        if weights > MAX_SMALL_WEIGHTS || self.layers.is_empty() || empty {
            return;
        }
        if let Some(side_by_side) = SideBySide::new(&self.layers, &self.hyperparameters) {
            self.path = Path::SideBySide(side_by_side);
        } else if matches!(self.hyperparameters.cost, Cost::Mse | Cost::HalfMse)
            && self.may_ignore_zero_signs()
        {
            self.path = Path::SingleSample;
        }
    }

    /// Whether results are the same if a zero that is subtracted from a parameter has the other sign, so that a sum may
    /// start with its first product p instead of 0. (0 + p differs from p only for p = −0, and then z = p + b is the
    /// same.)
    ///
    /// This holds if no parameter is −0. Then none will ever be: only −0 − 0 is −0.
    fn may_ignore_zero_signs(&self) -> bool {
        let softmax = self.layers.iter().any(|layer| layer.activation == Activation::Softmax);
        let negative_zero = self.layers.iter().any(PaddedLayer::has_negative_zero);
        self.hyperparameters.bias_rule == BiasRule::OwnDelta && !softmax && !negative_zero
    }

    /// The network with the current parameters.
    pub fn network(&self) -> Network {
        let mut network = self.shape.clone();
        for (padded, layer) in self.layers.iter().zip(&mut network.layers) {
            padded.copy_parameters_to(layer);
        }
        network
    }

    /// Copies the parameters of a network of the same shape, and discards an incomplete mini-batch.
    pub fn set_network(&mut self, network: &Network) {
        for (padded, layer) in self.layers.iter_mut().zip(&network.layers) {
            padded.set_parameters(layer);
        }
        self.choose_path();
        self.partial = PartialMiniBatch::default();
    }

    /// The first parameter that is NaN or infinite, if any. Cheap enough to call after every mini-batch: the parameters
    /// are only searched if their sum, which each update computes, is not finite.
    pub fn first_not_finite(&self) -> Option<Parameter> {
        match self.layers.iter().all(PaddedLayer::has_finite_total) {
            true => None,
            false => self.network().first_not_finite(),
        }
    }

    /// Trains on one mini-batch, as [`train_mini_batch`](super::train_mini_batch) does. Returns Σ C over its samples,
    /// computed before the update. The samples must have the network's shape.
    ///
    /// Samples that were [accumulated](Self::accumulate) before are its first part.
    pub fn train_mini_batch<S: Borrow<Sample>>(&mut self, samples: impl IntoIterator<Item = S>) -> f64 {
        let mut samples = samples.into_iter();
        if matches!(self.path, Path::SingleSample)
            && self.partial.samples == 0
            && samples.size_hint() == (1, Some(1))
            && let Some(sample) = samples.next()
        {
            return self.train_single_sample(sample.borrow());
        }
        let mut samples = samples.peekable();
        loop {
            let count = self.fill(&mut samples, true);
            let last = samples.peek().is_none();
            self.train_chunk(count, last);
            if last {
                return std::mem::take(&mut self.partial).cost;
            }
        }
    }

    /// Adds the gradients of the next samples of a mini-batch, without an update: that follows when
    /// [`train_mini_batch`](Self::train_mini_batch) is called with the last samples, or with none. Results do not depend
    /// on how a mini-batch is divided.
    ///
    /// ```
    /// # use deltascope_nn::fast::Trainer;
    /// # use deltascope_nn::{Activation, BiasRule, Cost, Hyperparameters, Network, Reduction, Sample};
    /// # let network = Network::zeros(&[2, 1], &[Activation::Sigmoid]);
    /// # let samples = vec![Sample { x: vec![1.0, 0.5], y: vec![1.0] }; 100];
    /// # let (cost, reduction, bias_rule) = (Cost::HalfMse, Reduction::Mean, BiasRule::OwnDelta);
    /// # let hyperparameters = Hyperparameters { cost, learning_rate: 0.5, batch_size: 100, reduction, bias_rule };
    /// let mut whole = Trainer::new(&network, &hyperparameters);
    /// let cost = whole.train_mini_batch(&samples);
    ///
    /// let mut in_parts = Trainer::new(&network, &hyperparameters);
    /// for part in samples.chunks(32) {
    ///     in_parts.accumulate(part); // a chance to pause after each part
    /// }
    /// assert_eq!(in_parts.network(), network);
    /// assert_eq!(in_parts.train_mini_batch::<&Sample>([]), cost);
    /// assert_eq!(in_parts.network(), whole.network());
    /// ```
    pub fn accumulate<S: Borrow<Sample>>(&mut self, samples: impl IntoIterator<Item = S>) {
        let mut samples = samples.into_iter();
        loop {
            match self.fill(&mut samples, true) {
                0 => return,
                count => self.train_chunk(count, false),
            }
        }
    }

    /// Evaluates the network on samples, as [`evaluate`](super::evaluate) does. An incomplete mini-batch is not affected.
    pub fn evaluate<S: Borrow<Sample>>(&mut self, samples: impl IntoIterator<Item = S>) -> Evaluation {
        self.evaluate_with(samples, |_, _| ())
    }

    /// As [`evaluate`](Self::evaluate), and calls `visit` with the outputs a and the targets y of each sample.
    pub fn evaluate_with<S: Borrow<Sample>>(
        &mut self,
        samples: impl IntoIterator<Item = S>,
        mut visit: impl FnMut(&[f64], &[f64]),
    ) -> Evaluation {
        let mut samples = samples.into_iter().peekable();
        let mut evaluation = Evaluation::default();
        while samples.peek().is_some() && !self.layers.is_empty() {
            let count = self.fill(&mut samples, false);
            self.forward(count);
            self.output_deltas(count);
            let Some(outputs) = self.layers.last() else { break };
            for sample in 0..count {
                let a = outputs.activations_of(sample);
                let y = &self.targets.values[sample * self.targets.stride..][..a.len()];
                evaluation.add_sample(a, y, self.costs[sample]);
                visit(a, y);
            }
        }
        evaluation
    }

    /// Copies the next samples, at most a chunk, to where they are trained on or evaluated. Returns their number.
    fn fill<S: Borrow<Sample>>(&mut self, samples: &mut impl Iterator<Item = S>, to_train: bool) -> usize {
        let mut count = 0;
        for sample in samples.take(CHUNK_SAMPLES) {
            let Sample { x, y } = sample.borrow();
            match &mut self.path {
                Path::SideBySide(side_by_side) if to_train => {
                    side_by_side.set_sample(self.width, count, x, y);
                }
                _ => {
                    self.inputs.set_row(count, x);
                    self.targets.set_row(count, y);
                }
            }
            count += 1;
        }
        count
    }

    /// Trains on the filled samples as the next ones of the mini-batch, and updates the parameters after the last ones.
    fn train_chunk(&mut self, samples: usize, last: bool) {
        let first = self.partial.samples == 0;
        self.partial.samples += samples;
        let update = Update::new(&self.hyperparameters, self.partial.samples, first, last);
        if let Path::SideBySide(side_by_side) = &mut self.path {
            let (layers, cost) = (&mut self.layers, self.hyperparameters.cost);
            side_by_side.train(self.width, layers, cost, samples, &mut self.costs, update);
        } else {
            self.forward(samples);
            self.output_deltas(samples);
            self.backward(samples);
            self.update(samples, update);
        }
        self.partial.cost = self.costs[..samples].iter().fold(self.partial.cost, |sum, cost| sum + cost);
    }

    /// Trains on a mini-batch of one sample. Returns its cost.
    fn train_single_sample(&mut self, Sample { x, y }: &Sample) -> f64 {
        self.targets.set_row(0, y);
        let Hyperparameters { cost, learning_rate, .. } = self.hyperparameters;
        let y = self.targets.rows(1);
        self.width.run(SingleSample { x, y, layers: &mut self.layers, cost, learning_rate });
        single::cost(&self.layers)
    }

    fn forward(&mut self, samples: usize) {
        let mut sources = &self.inputs;
        for layer in &mut self.layers {
            layer.forward(self.width, samples, sources, &mut self.softmax_sums);
            sources = &layer.activations;
        }
    }

    /// δ and the costs of the output layer.
    fn output_deltas(&mut self, samples: usize) {
        if let Some(outputs) = self.layers.last_mut() {
            let (cost, costs) = (self.hyperparameters.cost, &mut self.costs[..samples]);
            outputs.output_deltas(self.width, cost, &self.targets, &mut self.softmax_sums, costs);
        }
    }

    /// δ of the hidden layers, from the last one on.
    fn backward(&mut self, samples: usize) {
        let mut layers = self.layers.iter_mut().rev();
        let Some(mut next) = layers.next() else { return };
        for layer in layers {
            layer.backward(self.width, samples, next);
            next = layer;
        }
    }

    fn update(&mut self, samples: usize, update: Update) {
        let mut sources = &self.inputs;
        for layer in &mut self.layers {
            layer.update(self.width, samples, sources, update);
            sources = &layer.activations;
        }
    }
}
