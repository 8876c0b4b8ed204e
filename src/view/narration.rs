//! Each moment as a sentence: on the page, and for screen readers.
//!
//! A sentence is made of words and of [quantities](Quantity), so that a number cannot be another one than the words
//! say.

mod quantity;

pub use quantity::{Part, Quantity, Sentence};

use crate::nn::{BiasRule, Reduction, predicted_class};
use crate::scenario::Moment;
use crate::session::{Comparison, Session};
use quantity::{SentencePiece, sentence};

/// Longer lists of numbers are cut after this many.
const MAX_LISTED: usize = 4;

/// What happens at the current moment, in words and numbers: for one neuron if the reader stepped into it, else
/// for the whole layer.
pub fn sentence(session: &Session) -> String {
    narration(session).text(session)
}

/// [`sentence`] in its parts.
pub fn narration(session: &Session) -> Sentence {
    if let Some(comparison) = session.comparison() {
        return runs(session, comparison);
    }
    let visible = session.visible();
    let scenario = session.scenario();
    let sizes = scenario.layer_sizes();
    let subject = Subject::of(session);
    let (layer, name) = (subject.layer, subject.name.as_str());
    let output = sizes.len() - 1;
    let deltas = || subject.listed(|neuron| Quantity::Delta { layer, neuron });
    match session.position().moment {
        Moment::Input { .. } => sentence![
            "Sample ",
            Quantity::SampleNumber,
            " of ",
            Quantity::SampleCount,
            " (row ",
            Quantity::RowNumber,
            ") is fed to the inputs: ",
            inputs(&scenario.data.inputs),
            ".",
        ],
        Moment::Forward { .. } => sentence![
            capitalised(name),
            ": weighted inputs plus bias give z = ",
            subject.listed(|neuron| Quantity::WeightedInput { layer, neuron }),
            "; the ",
            scenario.activations[layer].name().replace('_', " "),
            " gives a = ",
            subject.listed(|neuron| Quantity::Activation { layer, neuron }),
            ".",
        ],
        Moment::Cost { .. } => sentence![
            "Output ",
            vector(sizes[output], |neuron| Quantity::Activation { layer: output, neuron }),
            ", target ",
            vector(sizes[output], |neuron| Quantity::Target { neuron }),
            ": cost ",
            Quantity::Cost,
            ".",
        ],
        Moment::Delta { .. } if layer == output => {
            let errors = if subject.neuron.is_some() { "error" } else { "errors" };
            sentence![format!("Equation (1): the cost gives the {errors} of {name}: δ = "), deltas(), "."]
        }
        Moment::Delta { .. } => {
            let (next, many) = (layer + 2, sizes[layer + 1] > 1);
            let come =
                if many { format!("δs of layer {next} come") } else { format!("δ of layer {next} comes") };
            let give = if many { "they give" } else { "it gives" };
            sentence![
                format!("Equation (2), chain rule, for {name}: the {come} back through the weights; "),
                format!("times σ′(z) {give} δ = "),
                deltas(),
                ".",
            ]
        }
        Moment::BiasGradient { .. } => sentence![
            format!("Equation (3), for {}: ∂C/∂b is the neuron’s own δ: ", subject.biases()),
            deltas(),
            ". No other δ is used.",
        ],
        Moment::WeightGradient { .. } => {
            let (_, neuron) = visible.focus();
            let (number, of_layer) = (neuron + 1, layer + 1);
            let sources = visible.trace().source_activations(layer).len();
            sentence![
                "Equation (4): ∂C/∂w = a of the source × δ of the neuron: ",
                format!("for neuron {number} of layer {of_layer} "),
                vector(sources, |source| Quantity::NablaW { layer, neuron, source }),
                ".",
            ]
        }
        Moment::Accumulate { .. } => sentence![
            "The gradient of sample ",
            Quantity::SampleNumber,
            " is added to the mini-batch’s sum, separately for each bias and weight. Nothing is updated yet: ",
            samples_in(visible.accumulated(), session.timeline().samples),
            ".",
        ],
        Moment::Update { .. } => update(session, &subject),
    }
}

/// The neuron or the layer that a sentence is about.
struct Subject {
    layer: usize,
    /// `None` for the whole layer.
    neuron: Option<usize>,
    /// Number of neurons of the layer.
    size: usize,
    name: String,
}

impl Subject {
    fn of(session: &Session) -> Self {
        let (layer, neuron) = session.visible().focus();
        let size = session.scenario().layer_sizes()[layer];
        match (session.position().neuron, size) {
            (_, 1) => {
                Self { layer, neuron: Some(0), size, name: format!("the neuron of layer {}", layer + 1) }
            }
            (None, _) => Self { layer, neuron: None, size, name: format!("layer {}", layer + 1) },
            (Some(_), _) => Self {
                layer,
                neuron: Some(neuron),
                size,
                name: format!("neuron {} of layer {}", neuron + 1, layer + 1),
            },
        }
    }

    fn biases(&self) -> String {
        match self.neuron {
            Some(_) => format!("the bias of {}", self.name),
            None => format!("each bias of {}", self.name),
        }
    }

    /// The neuron's number, or the layer's vector.
    fn listed(&self, quantity: impl Fn(usize) -> Quantity) -> Sentence {
        match self.neuron {
            Some(neuron) => sentence![quantity(neuron)],
            None => vector(self.size, quantity),
        }
    }
}

/// How many samples have been added to the sum.
fn samples_in(done: usize, samples: usize) -> Sentence {
    match done {
        _ if samples == 1 => sentence!["the only sample is in"],
        _ if done == samples => sentence!["all ", Quantity::SampleCount, " samples are in"],
        1 => sentence![Quantity::Accumulated, " of ", Quantity::SampleCount, " samples is in"],
        _ => sentence![Quantity::Accumulated, " of ", Quantity::SampleCount, " samples are in"],
    }
}

fn update(session: &Session, subject: &Subject) -> Sentence {
    let hyperparameters = &session.scenario().hyperparameters;
    let samples = session.timeline().samples;
    let (layer, biases) = (subject.layer, subject.biases());
    let all = samples_in(samples, samples);
    let own = match (hyperparameters.reduction, samples) {
        (_, 1) => "its own δ",
        (Reduction::Sum, _) => "the sum of its own δ",
        (Reduction::Mean, _) => "the mean of its own δ",
    };
    let layer_sum = match (hyperparameters.reduction, samples) {
        (Reduction::Mean, 2..) => "the mean of the layer’s sum",
        _ => "the layer’s sum",
    };
    let after = subject.listed(|neuron| Quantity::BiasAfter { layer, neuron });
    let before = subject.listed(|neuron| Quantity::BiasBefore { layer, neuron });
    let once = |by: &str| format!(", so {biases} is updated once, by −η × {by}");
    let goes = |after: Sentence| sentence![". b goes from ", before, " to ", after, "."];
    let text = match hyperparameters.bias_rule {
        BiasRule::OwnDelta => sentence!["Gradient descent: ", all, once(own), goes(after)],
        BiasRule::LayerSum => sentence!["Update: ", all, once(layer_sum), ": the wrong rule", goes(after)],
        BiasRule::SharedBias => sentence![
            "Gradient descent: ",
            all,
            once(layer_sum),
            ", because the layer shares one bias",
            goes(after)
        ],
        BiasRule::Frozen => sentence![
            "Update: ",
            all,
            ". Only weights are updated, because biases are fixed: b stays ",
            after,
            "."
        ],
    };
    match session.visible().finished() {
        true => {
            sentence![text, " Mean cost: ", Quantity::MeanCostBefore, " → ", Quantity::MeanCostAfter, "."]
        }
        false => text,
    }
}

/// What the runs have done with the current mini-batch.
fn runs(session: &Session, comparison: &Comparison) -> Sentence {
    let visible = session.visible();
    let (done, finished) = (visible.accumulated(), visible.finished());
    let mut text = match done {
        0 => sentence!["Before sample ", Quantity::SampleNumber, " of ", Quantity::SampleCount, ": "],
        _ => sentence!["After sample ", Quantity::Accumulated, " of ", Quantity::SampleCount, ": "],
    };
    for (run, pass) in comparison.passes.iter().enumerate() {
        let comma = if run == 0 { "" } else { ", " };
        let name = format!("{comma}run {}", run + 1);
        let updates = Quantity::RunUpdates { run };
        let of_run = match (pass.divergence, pass.updates(done, finished)) {
            (Some(_), _) => sentence![name, " has diverged"],
            (None, 0) if run == 0 => sentence![name, " has made no update yet"],
            (None, 0) => sentence![name, " none yet"],
            (None, 1) => sentence![name, " has made ", updates, " update"],
            (None, _) => sentence![name, " has made ", updates, " updates"],
        };
        of_run.append_to(&mut text);
    }
    ".".append_to(&mut text);
    if session.view_state().frozen {
        " The parameters are frozen.".append_to(&mut text);
    }
    let (scenario, samples) = (session.scenario(), session.timeline().samples);
    if scenario.mini_batches() > 1 && samples < scenario.hyperparameters.batch_size {
        let of = if samples == 1 { " sample instead of " } else { " samples instead of " };
        let short =
            sentence![" Last mini-batch of the epoch: ", Quantity::SampleCount, of, Quantity::BatchSize, "."];
        short.append_to(&mut text);
    }
    text
}

/// The text with a capital letter, for the beginning of a sentence.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Numbers in brackets; a single number without.
fn vector(count: usize, quantity: impl Fn(usize) -> Quantity) -> Sentence {
    if count == 1 {
        return sentence![quantity(0)];
    }
    let mut list = sentence!["["];
    for index in 0..count.min(MAX_LISTED) {
        if index > 0 {
            ", ".append_to(&mut list);
        }
        quantity(index).append_to(&mut list);
    }
    let end = if count > MAX_LISTED { ", …]" } else { "]" };
    sentence![list, end]
}

/// "A = 0, B = 1"
fn inputs(names: &[String]) -> Sentence {
    let mut list = Sentence::default();
    for (source, name) in names.iter().take(MAX_LISTED).enumerate() {
        let comma = if source == 0 { "" } else { ", " };
        sentence![format!("{comma}{name} = "), Quantity::Input { source }].append_to(&mut list);
    }
    match names.len().saturating_sub(MAX_LISTED) {
        0 => list,
        more => sentence![list, format!(" and {more} more")],
    }
}

/// What the image of the current sample shows: its class.
pub fn image(session: &Session) -> String {
    let scenario = session.scenario();
    let class = predicted_class(session.visible().target());
    let name = scenario.data.targets.get(class).map_or("", String::as_str);
    format!("Image of the current sample: {name}")
}
