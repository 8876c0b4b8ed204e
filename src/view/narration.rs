//! Each moment as a sentence: on the page, and for the screen reader.

use super::format::{count, number, signed};
use crate::nn::{BiasRule, Parameter, Reduction};
use crate::scenario::Moment;
use crate::session::{Now, Session};

/// Longer lists of numbers are cut after this many.
const LISTED: usize = 4;

/// What happens at the present moment, in words and numbers.
pub fn sentence(session: &Session) -> String {
    let now = session.now();
    let digits = session.sight().digits;
    let scenario = session.scenario();
    let sizes = scenario.layer_sizes();
    let (layer, neuron) = now.focus();
    let trace = now.trace();
    let whole_layer = session.position().neuron.is_none() && session.position().moment.layer().is_some();
    let place = match sizes[layer] {
        1 => format!("The neuron of layer {}", layer + 1),
        _ => format!("Neuron {} of layer {}", neuron + 1, layer + 1),
    };
    let sample = now.sample() + 1;
    let samples = session.timeline().samples();
    match session.position().moment {
        Moment::Input { .. } => format!(
            "Sample {sample} of {samples}, row {} of the data, is laid on the input: {}.",
            now.row() + 1,
            named(&scenario.data.inputs, &trace.input, digits)
        ),
        Moment::Forward { .. } => {
            let (z, a) = (trace.weighted_inputs[layer][neuron], trace.activations[layer][neuron]);
            let rest = others(whole_layer, "has fired", layer, sizes[layer]);
            format!(
                "{place} weighs its inputs and adds its bias: z is {}. Its {} gives a = {}.{rest}",
                number(z, digits),
                scenario.activations[layer].name().replace('_', " "),
                number(a, digits),
            )
        }
        Moment::Cost { .. } => format!(
            "The output {} against the target {} costs {}.",
            listed(&trace.activations[sizes.len() - 1], digits),
            listed(now.target(), digits),
            number(trace.cost, digits)
        ),
        Moment::Delta { .. } => {
            let delta = signed(trace.deltas[layer][neuron], digits);
            let rest = others(whole_layer, "has its δ", layer, sizes[layer]);
            if layer + 1 == sizes.len() {
                format!("Equation (1): {} gets its error from the cost: δ = {delta}.{rest}", lower(&place))
            } else {
                let next = layer + 2;
                format!(
                    "Equation (2): {} gets back the δ of layer {next} through its outgoing weights: δ = {delta}.{rest}",
                    lower(&place)
                )
            }
        }
        Moment::BiasGradient { .. } => format!(
            "Equation (3): for the bias of {}, ∂C/∂b is its own δ, {}. No other neuron’s δ comes in.",
            lower(&place),
            signed(trace.deltas[layer][neuron], digits)
        ),
        Moment::WeightGradient { .. } => format!(
            "Equation (4): for each weight into {}, ∂C/∂w is the source’s a times its δ, {}.",
            lower(&place),
            signed(trace.deltas[layer][neuron], digits)
        ),
        Moment::Accumulate { .. } => format!(
            "The gradient of sample {sample} is added to that of the mini-batch, for each neuron apart: {} of {samples} so far.",
            now.accumulated()
        ),
        Moment::Update { .. } => update(session, &now, &place, layer, neuron),
    }
}

fn update(session: &Session, now: &Now<'_>, place: &str, layer: usize, neuron: usize) -> String {
    let digits = session.sight().digits;
    let settings = &session.scenario().settings;
    let bias = Parameter::Bias { layer, neuron };
    let samples = session.timeline().samples();
    let over = match (settings.reduction, samples) {
        (_, 1) => "its one sample".to_owned(),
        (Reduction::Sum, _) => format!("the sum over {}", count(samples, "sample")),
        (Reduction::Mean, _) => format!("the mean over {}", count(samples, "sample")),
    };
    let by = match settings.bias_rule {
        BiasRule::OwnDelta => format!("η times its own δ, {over}"),
        BiasRule::LayerSum => format!("η times the whole layer’s δ, {over}, which is the wrong rule"),
        BiasRule::SharedBias => format!("η times the whole layer’s δ, {over}, for the layer shares one bias"),
        BiasRule::Frozen => "nothing, for biases are frozen".to_owned(),
    };
    let change = now.planned_change(bias).unwrap_or_default();
    let mini_batch = session.mini_batch();
    let before = number(mini_batch.before.get(bias).unwrap_or_default(), digits);
    let after = number(mini_batch.after.get(bias).unwrap_or_default(), digits);
    let mut text = format!(
        "Update: the bias of {} moves by {}, from {before} to {after}: {by}.",
        lower(place),
        signed(change, digits),
    );
    if now.finished() {
        let mean = |sum: f64| number(sum / samples as f64, digits);
        text.push_str(&format!(
            " The mean cost of the mini-batch goes from {} to {}.",
            mean(mini_batch.cost_before),
            mean(mini_batch.cost_after())
        ));
    }
    text
}

/// Says that the other neurons of the layer are done as well, where they are.
fn others(whole_layer: bool, done: &str, layer: usize, neurons: usize) -> String {
    if whole_layer && neurons > 1 { format!(" All of layer {} {done}.", layer + 1) } else { String::new() }
}

/// The sentence part in the middle of a sentence.
fn lower(place: &str) -> String {
    let mut characters = place.chars();
    characters.next().map_or(String::new(), |first| first.to_lowercase().chain(characters).collect())
}

fn listed(values: &[f64], digits: usize) -> String {
    let shown: Vec<_> = values.iter().take(LISTED).map(|value| number(*value, digits)).collect();
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
