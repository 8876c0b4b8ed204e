//! The numbers of a sentence, by name: a sentence names a quantity, and its value is looked up here.

use crate::session::Session;
use crate::view::format::{as_typed, number, signed};

/// A number of a sentence. Layers, neurons, sources and runs are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)] // `layer`, `neuron`, `source`: l, j, k as everywhere
pub enum Quantity {
    /// The number of the current sample in its mini-batch, counted from 1.
    SampleNumber,
    /// The number of samples of the mini-batch.
    SampleCount,
    /// The number of the current row in the data, counted from 1.
    RowNumber,
    /// The number of samples whose gradients have been added up.
    Accumulated,
    /// The number of samples of a full mini-batch.
    BatchSize,
    /// The number of updates of a compared run in this mini-batch.
    RunUpdates { run: usize },
    /// xₖ of the current sample.
    Input { source: usize },
    /// yⱼ of the current sample.
    Target { neuron: usize },
    /// zˡⱼ of the current sample.
    WeightedInput { layer: usize, neuron: usize },
    /// aˡⱼ of the current sample.
    Activation { layer: usize, neuron: usize },
    /// C of the current sample.
    Cost,
    /// δˡⱼ of the current sample, which is also ∂C/∂bˡⱼ.
    Delta { layer: usize, neuron: usize },
    /// ∂C/∂wˡⱼₖ of the current sample.
    NablaW { layer: usize, neuron: usize, source: usize },
    /// bˡⱼ before the update.
    BiasBefore { layer: usize, neuron: usize },
    /// bˡⱼ after the update.
    BiasAfter { layer: usize, neuron: usize },
    /// The mean of C over the mini-batch before the update.
    MeanCostBefore,
    /// The mean of C over the mini-batch after the update.
    MeanCostAfter,
}

impl Quantity {
    /// Its value at the current moment.
    pub fn value(self, session: &Session) -> f64 {
        let (visible, mini_batch) = (session.visible(), session.mini_batch());
        let trace = visible.trace();
        let samples = session.timeline().samples;
        match self {
            Self::SampleNumber => (visible.sample() + 1) as f64,
            Self::SampleCount => samples as f64,
            Self::RowNumber => (visible.row_number() + 1) as f64,
            Self::Accumulated => visible.accumulated() as f64,
            Self::BatchSize => session.scenario().hyperparameters.batch_size as f64,
            Self::RunUpdates { run } => session.comparison().map_or(0.0, |comparison| {
                comparison.passes[run].updates(visible.accumulated(), visible.finished()) as f64
            }),
            Self::Input { source } => trace.input[source],
            Self::Target { neuron } => visible.target()[neuron],
            Self::WeightedInput { layer, neuron } => trace.weighted_inputs[layer][neuron],
            Self::Activation { layer, neuron } => trace.activations[layer][neuron],
            Self::Cost => trace.cost,
            Self::Delta { layer, neuron } => trace.deltas[layer][neuron],
            Self::NablaW { layer, neuron, source } => {
                trace.deltas[layer][neuron] * trace.source_activations(layer)[source]
            }
            Self::BiasBefore { layer, neuron } => mini_batch.network_before.layers[layer].biases[neuron],
            Self::BiasAfter { layer, neuron } => mini_batch.network_after.layers[layer].biases[neuron],
            Self::MeanCostBefore => mini_batch.cost_sum_before / samples as f64,
            Self::MeanCostAfter => mini_batch.cost_sum_after() / samples as f64,
        }
    }

    /// Its value as the page writes it: counts whole, given numbers as typed, errors and gradients with their sign.
    pub fn text(self, session: &Session) -> String {
        let (value, digits) = (self.value(session), session.view_state().digits);
        match self {
            Self::SampleNumber
            | Self::SampleCount
            | Self::RowNumber
            | Self::Accumulated
            | Self::BatchSize
            | Self::RunUpdates { .. } => value.to_string(),
            Self::Input { .. } | Self::Target { .. } => as_typed(value, digits),
            Self::Delta { .. } | Self::NablaW { .. } => signed(value, digits),
            Self::WeightedInput { .. }
            | Self::Activation { .. }
            | Self::Cost
            | Self::BiasBefore { .. }
            | Self::BiasAfter { .. }
            | Self::MeanCostBefore
            | Self::MeanCostAfter => number(value, digits),
        }
    }
}

/// Words and quantities in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence(pub Vec<Part>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Words, with no number but those of equations, layers, neurons and runs.
    Words(String),
    /// A number.
    Quantity(Quantity),
}

impl Sentence {
    /// The sentence as text.
    pub fn text(&self, session: &Session) -> String {
        let text = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Quantity(quantity) => quantity.text(session),
        };
        self.0.iter().map(text).collect()
    }
}

/// What a sentence can be made of.
pub(super) trait SentencePiece {
    fn append_to(self, sentence: &mut Sentence);
}

impl SentencePiece for &str {
    fn append_to(self, sentence: &mut Sentence) {
        sentence.0.push(Part::Words(self.to_owned()));
    }
}

impl SentencePiece for String {
    fn append_to(self, sentence: &mut Sentence) {
        sentence.0.push(Part::Words(self));
    }
}

impl SentencePiece for Quantity {
    fn append_to(self, sentence: &mut Sentence) {
        sentence.0.push(Part::Quantity(self));
    }
}

impl SentencePiece for Sentence {
    fn append_to(self, sentence: &mut Sentence) {
        sentence.0.extend(self.0);
    }
}

/// Joins words, quantities and sentences.
macro_rules! sentence {
    ($($part:expr),* $(,)?) => {{
        let mut sentence = Sentence::default();
        $($part.append_to(&mut sentence);)*
        sentence
    }};
}
pub(super) use sentence;
