//! Each moment as a sentence: on the page, and for screen readers.

use super::format::{as_typed, count, number, signed};
use crate::nn::{BiasRule, Reduction, predicted_class};
use crate::scenario::Moment;
use crate::session::{Comparison, Session};

/// Longer lists of numbers are cut after this many.
const MAX_LISTED: usize = 4;

/// What happens at the current moment, in words and numbers: for one neuron if the reader stepped into it, else
/// for the whole layer.
pub fn sentence(session: &Session) -> String {
    if let Some(comparison) = session.comparison() {
        return runs(session, comparison);
    }
    let visible = session.visible();
    let digits = session.view_state().digits;
    let scenario = session.scenario();
    let sizes = scenario.layer_sizes();
    let subject = Subject::of(session);
    let (layer, name) = (subject.layer, &subject.name);
    let trace = visible.trace();
    let sample = visible.sample() + 1;
    let samples = session.timeline().samples;
    let deltas = || subject.listed(&trace.deltas[layer], |delta| signed(delta, digits));
    match session.position().moment {
        Moment::Input { .. } => format!(
            "Sample {sample} of {samples} (row {}) is fed to the inputs: {}.",
            visible.row_number() + 1,
            named(&scenario.data.inputs, &trace.input, digits)
        ),
        Moment::Forward { .. } => format!(
            "{}: weighted inputs plus bias give z = {}; the {} gives a = {}.",
            capitalised(name),
            subject.listed(&trace.weighted_inputs[layer], |z| number(z, digits)),
            scenario.activations[layer].name().replace('_', " "),
            subject.listed(&trace.activations[layer], |a| number(a, digits)),
        ),
        Moment::Cost { .. } => format!(
            "Output {}, target {}: cost {}.",
            vector(&trace.activations[sizes.len() - 1], |a| number(a, digits)),
            vector(visible.target(), |y| as_typed(y, digits)),
            number(trace.cost, digits)
        ),
        Moment::Delta { .. } if layer + 1 == sizes.len() => {
            let errors = if subject.neuron.is_some() { "error" } else { "errors" };
            format!("Equation (1): the cost gives the {errors} of {name}: δ = {}.", deltas())
        }
        Moment::Delta { .. } => {
            let (come, give) = match sizes[layer + 1] {
                1 => ("δ of layer {} comes", "it gives"),
                _ => ("δs of layer {} come", "they give"),
            };
            format!(
                "Equation (2), chain rule, for {name}: the {} back through the weights; times σ′(z) {give} δ = {}.",
                come.replace("{}", &(layer + 2).to_string()),
                deltas()
            )
        }
        Moment::BiasGradient { .. } => format!(
            "Equation (3), for {}: ∂C/∂b is the neuron’s own δ: {}. No other δ is used.",
            subject.biases(),
            deltas()
        ),
        Moment::WeightGradient { .. } => {
            let (_, neuron) = visible.focus();
            let delta = trace.deltas[layer][neuron];
            let nabla_w: Vec<f64> = trace.source_activations(layer).iter().map(|a| delta * a).collect();
            format!(
                "Equation (4): ∂C/∂w = a of the source × δ of the neuron: for neuron {} of layer {} {}.",
                neuron + 1,
                layer + 1,
                vector(&nabla_w, |nabla_w| signed(nabla_w, digits))
            )
        }
        Moment::Accumulate { .. } => format!(
            "The gradient of sample {sample} is added to the mini-batch’s sum, separately for each bias and weight. \
             Nothing is updated yet: {}.",
            samples_in(visible.accumulated(), samples)
        ),
        Moment::Update { .. } => update(session, &subject),
    }
}

/// The neuron or the layer that a sentence is about.
struct Subject {
    layer: usize,
    /// `None` for the whole layer.
    neuron: Option<usize>,
    name: String,
}

impl Subject {
    fn of(session: &Session) -> Self {
        let (layer, neuron) = session.visible().focus();
        let alone = session.scenario().layer_sizes()[layer] == 1;
        match (session.position().neuron, alone) {
            (_, true) => Self { layer, neuron: Some(0), name: format!("the neuron of layer {}", layer + 1) },
            (None, false) => Self { layer, neuron: None, name: format!("layer {}", layer + 1) },
            (Some(_), false) => Self {
                layer,
                neuron: Some(neuron),
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
    fn listed(&self, values: &[f64], text: impl Fn(f64) -> String) -> String {
        match self.neuron {
            Some(neuron) => text(values[neuron]),
            None => vector(values, text),
        }
    }
}

/// How many samples have been added to the sum.
fn samples_in(done: usize, samples: usize) -> String {
    match done {
        _ if samples == 1 => "the only sample is in".to_owned(),
        _ if done == samples => format!("all {samples} samples are in"),
        1 => format!("1 of {samples} samples is in"),
        _ => format!("{done} of {samples} samples are in"),
    }
}

fn update(session: &Session, subject: &Subject) -> String {
    let visible = session.visible();
    let digits = session.view_state().digits;
    let hyperparameters = &session.scenario().hyperparameters;
    let mini_batch = session.mini_batch();
    let samples = session.timeline().samples;
    let biases = subject.biases();
    let all = samples_in(samples, samples);
    let summed = |of: &str| match (hyperparameters.reduction, samples) {
        (_, 1) => of.to_owned(),
        (Reduction::Sum, _) => format!("the sum of {of}"),
        (Reduction::Mean, _) => format!("the mean of {of}"),
    };
    let before =
        subject.listed(&mini_batch.network_before.layers[subject.layer].biases, |bias| number(bias, digits));
    let after =
        subject.listed(&mini_batch.network_after.layers[subject.layer].biases, |bias| number(bias, digits));
    let goes = format!("b goes from {before} to {after}");
    let layer_sum = match (hyperparameters.reduction, samples) {
        (Reduction::Mean, 2..) => "the mean of the layer’s sum",
        _ => "the layer’s sum",
    };
    let mut text = match hyperparameters.bias_rule {
        BiasRule::OwnDelta => format!(
            "Gradient descent: {all}, so {biases} is updated once, by −η × {}. {goes}.",
            summed("its own δ")
        ),
        BiasRule::LayerSum => {
            format!(
                "Update: {all}, so {biases} is updated once, by −η × {layer_sum}: the wrong rule. {goes}."
            )
        }
        BiasRule::SharedBias => format!(
            "Gradient descent: {all}, so {biases} is updated once, by −η × {layer_sum}, because the layer shares \
             one bias. {goes}."
        ),
        BiasRule::Frozen => {
            format!("Update: {all}. Only weights are updated, because biases are fixed: b stays {after}.")
        }
    };
    if visible.finished() {
        let mean = |sum: f64| number(sum / samples as f64, digits);
        text += &format!(" Mean cost: {} → {}.", mean(mini_batch.cost_before), mean(mini_batch.cost_after()));
    }
    text
}

/// What the runs have done with the current mini-batch.
fn runs(session: &Session, comparison: &Comparison) -> String {
    let visible = session.visible();
    let (done, finished) = (visible.accumulated(), visible.finished());
    let samples = session.timeline().samples;
    let runs = comparison.passes.iter().enumerate().map(|(run, pass)| {
        let name = format!("run {}", run + 1);
        match (pass.divergence, pass.updates(done, finished)) {
            (Some(_), _) => format!("{name} has diverged"),
            (None, 0) if run == 0 => format!("{name} has made no update yet"),
            (None, 0) => format!("{name} none yet"),
            (None, updates) => format!("{name} has made {}", count(updates, "update")),
        }
    });
    let runs = runs.collect::<Vec<_>>().join(", ");
    let when = match done {
        0 => format!("Before sample 1 of {samples}"),
        _ => format!("After sample {done} of {samples}"),
    };
    let frozen = if session.view_state().frozen { " The parameters are frozen." } else { "" };
    let (scenario, size) = (session.scenario(), session.scenario().hyperparameters.batch_size);
    let short = match scenario.mini_batches() > 1 && samples < size {
        true => {
            format!(" Last mini-batch of the epoch: {} instead of {size}.", count(samples, "sample"))
        }
        false => String::new(),
    };
    format!("{when}: {runs}.{frozen}{short}")
}

/// The text with a capital letter, for the beginning of a sentence.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Numbers in brackets; a single number without.
fn vector(values: &[f64], text: impl Fn(f64) -> String) -> String {
    if let [value] = values {
        return text(*value);
    }
    let shown: Vec<_> = values.iter().take(MAX_LISTED).map(|value| text(*value)).collect();
    let more = if values.len() > MAX_LISTED { ", …" } else { "" };
    format!("[{}{more}]", shown.join(", "))
}

/// "A = 0, B = 1"
fn named(names: &[String], values: &[f64], digits: usize) -> String {
    let pairs = names.iter().zip(values).take(MAX_LISTED);
    let shown: Vec<_> = pairs.map(|(name, value)| format!("{name} = {}", as_typed(*value, digits))).collect();
    let more = match values.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

/// What the image of the current sample shows: its class.
pub fn image(session: &Session) -> String {
    let scenario = session.scenario();
    let class = predicted_class(session.visible().target());
    let name = scenario.data.targets.get(class).map_or("", String::as_str);
    format!("Image of the current sample: {name}")
}
