//! The fast path: the same doubles as [`backprop`](super::backprop), [`Gradient`](super::Gradient) and
//! [`update`](super::update()), bit for bit, many times sooner.
//!
//! The order of every sum is the plain path's; only sums that do not depend on each other are worked out at the same
//! time. [`Trainer`] keeps the parameters in an order of its own, and all room that it needs.

mod columns;
mod descent;
mod layer;
mod neurons;
mod peak;
mod product;
mod single;
mod tame;

pub use super::lanes::Width;
pub use peak::busy_work;

use super::{Activation, BiasRule, Cost, Evaluation, Hyperparameters, Network, Parameter, Sample};
use columns::Columns;
use descent::Step;
use layer::{Dense, Rows};
use neurons::Exponentials;
use single::Single;
use std::borrow::Borrow;

/// Up to so many weights a network is small.
const MOST_WEIGHTS: usize = 256;

/// So many samples are taken at once; the sums of longer mini-batches are kept between.
const CHUNK: usize = 32;

/// Trains a network at full speed.
///
/// ```
/// use deltascope_nn::fast::Trainer;
/// use deltascope_nn::{Activation, BiasRule, Cost, Network, Reduction, Sample, Hyperparameters, train_mini_batch};
///
/// let mut network = Network::zeros(&[2, 1], &[Activation::Sigmoid]);
/// let samples = [Sample { x: vec![1.0, 0.0], y: vec![1.0] }];
/// let settings = Hyperparameters {
///     cost: Cost::HalfMse,
///     learning_rate: 0.5,
///     batch_size: 1,
///     reduction: Reduction::Mean,
///     bias_rule: BiasRule::OwnDelta,
/// };
/// let mut trainer = Trainer::new(&network, &settings);
/// let cost = trainer.train_mini_batch(&samples);
/// assert_eq!(cost, train_mini_batch(&mut network, &samples, &settings));
/// assert_eq!(trainer.network(), network);
/// ```
#[derive(Debug)]
pub struct Trainer {
    hyperparameters: Hyperparameters,
    width: Width,
    small: bool,
    /// Where mini-batches are single samples, done in one go.
    single: bool,
    /// Where mini-batches are done with the samples side by side.
    columns: Option<Columns>,
    /// The network's shape, whose parameters are not looked at.
    shape: Network,
    inputs: Rows,
    layers: Vec<Dense>,
    targets: Rows,
    exponentials: Vec<Exponentials>,
    costs: Vec<f64>,
    under_way: UnderWay,
}

/// What a mini-batch has come to that is not yet complete; all zero between mini-batches.
#[derive(Clone, Copy, Debug, Default)]
struct UnderWay {
    samples: usize,
    /// Σ C over them.
    cost: f64,
}

impl Trainer {
    /// Takes the network's parameters over.
    pub fn new(network: &Network, hyperparameters: &Hyperparameters) -> Self {
        Self::with_width(network, hyperparameters, Width::widest())
    }

    /// The same, as wide as this. The numbers do not depend on it.
    pub fn with_width(network: &Network, hyperparameters: &Hyperparameters, width: Width) -> Self {
        let mut layers: Vec<Dense> = Vec::with_capacity(network.layers.len());
        for layer in &network.layers {
            let before = layers.last().map(Dense::stride);
            layers.push(Dense::new(layer, before, CHUNK, width.lanes()));
        }
        let sources = network.layers.first().map_or(0, |layer| layer.sources());
        // An odd number of cache lines, so that the rows do not all fall into the same places of the cache.
        let lines = sources.div_ceil(8);
        let weights: usize = network.layers.iter().map(|layer| layer.weights.values().len()).sum();
        let full = network.layers.iter().all(|layer| layer.sources() > 0 && layer.neurons() > 0);
        let small = weights <= MOST_WEIGHTS && sources > 0 && full;
        let columns = if small { Columns::new(&layers, hyperparameters) } else { None };
        let mut trainer = Self {
            hyperparameters: *hyperparameters,
            width,
            small,
            single: false,
            columns,
            shape: network.clone(),
            inputs: Rows::new(CHUNK, (lines | 1) * 8),
            targets: Rows::new(CHUNK, layers.last().map_or(1, Dense::stride)),
            layers,
            exponentials: vec![Exponentials::default(); CHUNK],
            costs: vec![0.0; CHUNK],
            under_way: UnderWay::default(),
        };
        trainer.choose_ways();
        trainer
    }

    /// Some ways depend on the parameters too.
    fn choose_ways(&mut self) {
        // Columns do without w beside wᵀ, which a single sample needs.
        let quadratic = matches!(self.hyperparameters.cost, Cost::Mse | Cost::HalfMse);
        self.single = self.small && self.columns.is_none() && quadratic && self.zeros_are_alike();
    }

    /// Whether it does not matter if what is taken off a parameter is 0 or −0, so that no sum need start with 0. (0 + p
    /// differs from p where p is −0, and nowhere else, and then z = p + b is the same again.)
    ///
    /// So it is where no parameter is −0, and then none ever gets there: only −0 − 0 is −0.
    fn zeros_are_alike(&self) -> bool {
        let softmax = self.layers.iter().any(|layer| layer.activation == Activation::Softmax);
        self.hyperparameters.bias_rule == BiasRule::OwnDelta && !softmax && !self.has_negative_zero()
    }

    fn has_negative_zero(&self) -> bool {
        self.layers.iter().any(Dense::has_negative_zero)
    }

    /// The network as it is now.
    pub fn network(&self) -> Network {
        let mut network = self.shape.clone();
        self.write(&mut network);
        network
    }

    /// Takes the parameters of a network of the same shape over, and forgets a mini-batch that is under way.
    pub fn read(&mut self, network: &Network) {
        for (dense, layer) in self.layers.iter_mut().zip(&network.layers) {
            dense.read(layer);
        }
        self.choose_ways();
        self.under_way = UnderWay::default();
    }

    /// Writes the parameters into a network of the same shape.
    pub fn write(&self, network: &mut Network) {
        for (dense, layer) in self.layers.iter().zip(&mut network.layers) {
            dense.write(layer);
        }
    }

    /// The first parameter that is NaN or infinite, if any. That there is none is known without looking at them,
    /// so this may be asked after every mini-batch.
    pub fn first_not_finite(&self) -> Option<Parameter> {
        match self.layers.iter().all(Dense::finite) {
            true => None,
            false => self.network().first_not_finite(),
        }
    }

    /// One mini-batch, as [`train_mini_batch`](super::train_mini_batch) does it. Returns Σ C over its samples, taken
    /// before the update. The samples must have the network's shape.
    ///
    /// What has been [accumulated](Self::accumulate) before is its first part.
    pub fn train_mini_batch<S: Borrow<Sample>>(&mut self, samples: impl IntoIterator<Item = S>) -> f64 {
        let mut samples = samples.into_iter();
        if self.single
            && self.under_way.samples == 0
            && samples.size_hint() == (1, Some(1))
            && let Some(sample) = samples.next()
        {
            return self.single(sample.borrow());
        }
        let mut samples = samples.peekable();
        loop {
            let taken = self.take(&mut samples, true);
            let last = samples.peek().is_none();
            self.piece(taken, last);
            if last {
                return std::mem::take(&mut self.under_way).cost;
            }
        }
    }

    /// The next samples of a mini-batch that is too long to be done at once: their gradients are summed, and nothing
    /// moves before [`train_mini_batch`](Self::train_mini_batch) gets the last ones (or none, if there are no more).
    /// Into which pieces it is cut does not show in the result.
    ///
    /// ```
    /// # use deltascope_nn::fast::Trainer;
    /// # use deltascope_nn::{Activation, BiasRule, Cost, Network, Reduction, Sample, Hyperparameters};
    /// # let network = Network::zeros(&[2, 1], &[Activation::Sigmoid]);
    /// # let samples = vec![Sample { x: vec![1.0, 0.5], y: vec![1.0] }; 100];
    /// # let settings = Hyperparameters {
    /// #     cost: Cost::HalfMse,
    /// #     learning_rate: 0.5,
    /// #     batch_size: 100,
    /// #     reduction: Reduction::Mean,
    /// #     bias_rule: BiasRule::OwnDelta,
    /// # };
    /// let mut whole = Trainer::new(&network, &settings);
    /// let cost = whole.train_mini_batch(&samples);
    ///
    /// let mut in_pieces = Trainer::new(&network, &settings);
    /// for piece in samples.chunks(32) {
    ///     in_pieces.accumulate(piece); // time to look whether somebody wants to pause
    /// }
    /// assert_eq!(in_pieces.network(), network);
    /// assert_eq!(in_pieces.train_mini_batch::<&Sample>([]), cost);
    /// assert_eq!(in_pieces.network(), whole.network());
    /// ```
    pub fn accumulate<S: Borrow<Sample>>(&mut self, samples: impl IntoIterator<Item = S>) {
        let mut samples = samples.into_iter();
        loop {
            match self.take(&mut samples, true) {
                0 => return,
                taken => self.piece(taken, false),
            }
        }
    }

    /// The samples that have been taken, as a piece of the mini-batch under way; with the last one comes the update.
    fn piece(&mut self, taken: usize, last: bool) {
        let first = self.under_way.samples == 0;
        self.under_way.samples += taken;
        let step = Step::new(&self.hyperparameters, self.under_way.samples, first, last);
        if let Some(columns) = &mut self.columns {
            columns.train(
                self.width,
                &mut self.layers,
                self.hyperparameters.cost,
                taken,
                &mut self.costs,
                step,
            );
        } else {
            self.forward(taken);
            self.back(taken);
            self.descend(taken, step);
        }
        self.under_way.cost = self.costs[..taken].iter().fold(self.under_way.cost, |sum, cost| sum + cost);
    }

    /// Runs the samples forward and counts, as [`evaluate`](super::evaluate) does. A mini-batch that is under way stays
    /// as it is.
    pub fn evaluate<S: Borrow<Sample>>(&mut self, samples: impl IntoIterator<Item = S>) -> Evaluation {
        self.evaluate_seen(samples, |_, _| ())
    }

    /// The same, showing each sample's outputs a and targets y in passing.
    pub fn evaluate_seen<S: Borrow<Sample>>(
        &mut self,
        samples: impl IntoIterator<Item = S>,
        mut see: impl FnMut(&[f64], &[f64]),
    ) -> Evaluation {
        let mut samples = samples.into_iter().peekable();
        let mut evaluation = Evaluation::default();
        while samples.peek().is_some() && !self.layers.is_empty() {
            let taken = self.take(&mut samples, false);
            self.forward(taken);
            self.output_costs(taken);
            let Some(outputs) = self.layers.last() else { break };
            for sample in 0..taken {
                let a = outputs.outputs(sample);
                let y = &self.targets.values[sample * self.targets.stride..][..a.len()];
                evaluation.count(a, y, self.costs[sample]);
                see(a, y);
            }
        }
        evaluation
    }

    /// Takes the next samples, as many as there is room for, to where they are trained on or evaluated. Returns how
    /// many.
    fn take<S: Borrow<Sample>>(&mut self, samples: &mut impl Iterator<Item = S>, to_train: bool) -> usize {
        let mut columns = self.columns.as_mut().filter(|_| to_train);
        let mut taken = 0;
        for sample in samples.take(self.costs.len()) {
            let Sample { x, y } = sample.borrow();
            match &mut columns {
                Some(columns) => columns.fill(self.width, taken, x, y),
                None => {
                    self.inputs.fill(taken, x);
                    self.targets.fill(taken, y);
                }
            }
            taken += 1;
        }
        taken
    }

    /// A mini-batch of one sample, whose cost is returned.
    fn single(&mut self, Sample { x, y }: &Sample) -> f64 {
        self.targets.fill(0, y);
        let Hyperparameters { cost, learning_rate, .. } = self.hyperparameters;
        let y = self.targets.first(1);
        self.width.run(Single { x, y, layers: &mut self.layers, cost, learning_rate });
        single::cost(&self.layers)
    }

    fn forward(&mut self, samples: usize) {
        let mut before = &self.inputs;
        for layer in &mut self.layers {
            layer.forward(self.width, samples, before, &mut self.exponentials);
            before = &layer.activations;
        }
    }

    fn output_costs(&mut self, samples: usize) {
        if let Some(outputs) = self.layers.last_mut() {
            let costs = &mut self.costs[..samples];
            let (width, cost) = (self.width, self.hyperparameters.cost);
            outputs.outputs_back(width, cost, &self.targets, &mut self.exponentials, costs);
        }
    }

    /// Every layer's δ, from the last one on.
    fn back(&mut self, samples: usize) {
        self.output_costs(samples);
        let mut layers = self.layers.iter_mut().rev();
        let Some(mut next) = layers.next() else { return };
        for layer in layers {
            layer.back(self.width, samples, next);
            next = layer;
        }
    }

    fn descend(&mut self, samples: usize, step: Step) {
        let mut before = &self.inputs;
        for layer in &mut self.layers {
            layer.descend(self.width, samples, before, step);
            before = &layer.activations;
        }
    }
}
