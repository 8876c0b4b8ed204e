//! Each moment as a sentence: on the page, and for the screen reader.

use super::format::{count, number, signed};
use crate::nn::{BiasRule, Parameter, Reduction, class};
use crate::scenario::Moment;
use crate::session::{Comparison, RunPass, Session};

/// Longer lists of numbers are cut after this many.
const LISTED: usize = 4;

/// What happens at the present moment, in words and numbers: for one neuron where the reader stepped
/// into it, else for the whole layer.
pub fn sentence(session: &Session) -> String {
    if let Some(comparison) = session.comparison() {
        return runs(session, comparison);
    }
    let visible = session.visible();
    let digits = session.view_state().digits;
    let scenario = session.scenario();
    let sizes = scenario.layer_sizes();
    let place = Place::of(session);
    let Place { layer, .. } = place;
    let trace = visible.trace();
    let sample = visible.sample() + 1;
    let samples = session.timeline().samples();
    match session.position().moment {
        Moment::Input { .. } => format!(
            "Sample {sample} of {samples}, row {} of the data, is laid on the input: {}.",
            visible.row_number() + 1,
            named(&scenario.data.inputs, &trace.input, digits)
        ),
        Moment::Forward { .. } => format!(
            "{} weighs its inputs and adds its bias: z is {}. The {} of that is a = {}.",
            upper(&place.name),
            place.listed(&trace.weighted_inputs[layer], |z| number(z, digits)),
            scenario.activations[layer].name().replace('_', " "),
            place.listed(&trace.activations[layer], |a| number(a, digits)),
        ),
        Moment::Cost { .. } => format!(
            "The output {} against the target {} costs {}.",
            listed(&trace.activations[sizes.len() - 1], |a| number(a, digits)),
            listed(visible.target(), |y| number(y, digits)),
            number(trace.cost, digits)
        ),
        Moment::Delta { .. } => {
            let delta = place.listed(&trace.deltas[layer], |delta| signed(delta, digits));
            if layer + 1 == sizes.len() {
                format!("Equation (1): {} gets its error from the cost: δ = {delta}.", place.name)
            } else {
                format!(
                    "Equation (2): {} gets back the δ of layer {} through the weights between: δ = {delta}.",
                    place.name,
                    layer + 2
                )
            }
        }
        Moment::BiasGradient { .. } => format!(
            "Equation (3): for {}, ∂C/∂b is the neuron’s own δ: {}. No other neuron’s δ comes in.",
            place.biases(),
            place.listed(&trace.deltas[layer], |delta| signed(delta, digits))
        ),
        Moment::WeightGradient { .. } => format!(
            "Equation (4): for each weight into {}, ∂C/∂w is the source’s a times the neuron’s δ: {}.",
            place.name,
            place.listed(&trace.deltas[layer], |delta| signed(delta, digits))
        ),
        Moment::Accumulate { .. } => format!(
            "The gradient of sample {sample} is added to that of the mini-batch, for each neuron apart: \
             {} of {samples} so far.",
            visible.accumulated()
        ),
        Moment::Update { .. } => update(session, &place),
    }
}

/// The neuron or the layer that a sentence is about.
struct Place {
    layer: usize,
    /// None where it is the whole layer.
    neuron: Option<usize>,
    name: String,
}

impl Place {
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

    /// This neuron's number, or the layer's.
    fn listed(&self, values: &[f64], text: impl Fn(f64) -> String) -> String {
        match self.neuron {
            Some(neuron) => text(values[neuron]),
            None => listed(values, text),
        }
    }
}

fn update(session: &Session, place: &Place) -> String {
    let visible = session.visible();
    let digits = session.view_state().digits;
    let hyperparameters = &session.scenario().hyperparameters;
    let mini_batch = session.mini_batch();
    let samples = session.timeline().samples();
    let over = match (hyperparameters.reduction, samples) {
        (_, 1) => "of its one sample".to_owned(),
        (Reduction::Sum, _) => format!("summed over {}", count(samples, "sample")),
        (Reduction::Mean, _) => format!("as the mean over {}", count(samples, "sample")),
    };
    let by = match hyperparameters.bias_rule {
        BiasRule::OwnDelta => format!("η times its own δ {over}"),
        BiasRule::LayerSum => format!("η times the whole layer’s δ {over}, which is the wrong rule"),
        BiasRule::SharedBias => format!("η times the whole layer’s δ {over}, for the layer shares one bias"),
        BiasRule::Frozen => "nothing, for biases are frozen".to_owned(),
    };
    let neurons = mini_batch.before.layers[place.layer].neurons();
    let change =
        |neuron| visible.planned_change(Parameter::Bias { layer: place.layer, neuron }).unwrap_or_default();
    let changes: Vec<f64> = (0..neurons).map(change).collect();
    let mut text = format!(
        "Update: {} moves by {}, to {}: {by}.",
        place.biases(),
        place.listed(&changes, |change| signed(change, digits)),
        place.listed(&mini_batch.after.layers[place.layer].biases, |bias| number(bias, digits)),
    );
    if visible.finished() {
        let mean = |sum: f64| number(sum / samples as f64, digits);
        text.push_str(&format!(
            " The mean cost of the mini-batch goes from {} to {}.",
            mean(mini_batch.cost_before),
            mean(mini_batch.cost_after())
        ));
    }
    text
}

/// What the runs have done with the mini-batch at hand.
fn runs(session: &Session, comparison: &Comparison) -> String {
    let visible = session.visible();
    let (done, finished) = (visible.accumulated(), visible.finished());
    let samples = session.timeline().samples();
    let run = |(run, pass): (usize, &RunPass)| {
        let made = match pass.divergence {
            Some(_) => "has diverged".to_owned(),
            None => format!("has made {}", count(pass.updates(done, finished), "update")),
        };
        format!("lane {} {made}", run + 1)
    };
    let runs: Vec<_> = comparison.passes().iter().enumerate().map(run).collect();
    let frozen = if session.view_state().frozen { " The parameters are frozen." } else { "" };
    let (scenario, size) = (session.scenario(), session.scenario().hyperparameters.batch_size);
    let short = match scenario.mini_batches() > 1 && samples < size {
        true => format!(" The rows of the epoch end here: this mini-batch has {samples}, not {size}."),
        false => String::new(),
    };
    let of = count(samples, "sample");
    format!("After {done} of {of} of this mini-batch: {}.{frozen}{short}", runs.join(", "))
}

/// With a capital, at the beginning of a sentence.
fn upper(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn listed(values: &[f64], text: impl Fn(f64) -> String) -> String {
    let shown: Vec<_> = values.iter().take(LISTED).map(|value| text(*value)).collect();
    let more = if values.len() > LISTED { " …" } else { "" };
    shown.join(", ") + more
}

fn named(names: &[String], values: &[f64], digits: usize) -> String {
    let shown: Vec<_> = names
        .iter()
        .zip(values)
        .take(LISTED)
        .map(|(name, value)| format!("{name} = {}", number(*value, digits)))
        .collect();
    let more = values.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

/// What the image of the sample at work shows, where it is one.
pub fn image(session: &Session) -> String {
    let scenario = session.scenario();
    let class = class(session.visible().target());
    let name = scenario.data.targets.get(class).map_or("", String::as_str);
    format!("The image of the sample at work: {name}")
}
