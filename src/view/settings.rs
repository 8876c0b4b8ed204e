//! The settings: what each field holds, and the list of layers.

use super::format::plain;
use super::html::{action, escape};
use crate::data::{mnist, presets};
use crate::json::numbers;
use crate::nn::{Activation, Distribution, Reduction};
use crate::scenario::{SampleOrder, Start};
use crate::session::{KEYS, Session, StepSize};
use std::fmt::Write;

/// The presets as options, and one for a scenario that is none of them.
pub fn preset_options(session: &Session) -> String {
    let mut html = String::new();
    if session.preset().is_none() {
        html.push_str("<option value=\"\" disabled selected>own scenario</option>");
    }
    // The one that holds is shown again where another one is refused.
    let selected = |id: &str| if session.preset() == Some(id) { " selected" } else { "" };
    for (about, compared) in [("Step", false), ("Compare", true)] {
        // Writing to a string cannot fail, here and below.
        let _ = write!(html, "<optgroup label=\"{about}\">");
        for preset in presets().iter().filter(|preset| preset.is_comparison() == compared) {
            let (id, title) = (preset.id, escape(preset.title()));
            let needs = if preset.needs_digits() { " data-needs-digits" } else { "" };
            let _ = write!(html, "<option value=\"{id}\"{needs}{}>{title}</option>", selected(id));
        }
        if !compared {
            // Its files are fetched when it is chosen.
            let (id, title) = (mnist::ID, mnist::TITLE);
            let _ = write!(html, "<option value=\"{id}\" data-fetches{}>{title}</option>", selected(id));
        }
        html.push_str("</optgroup>");
    }
    html
}

/// What each field of `index.html` holds, by its id.
pub fn fields(session: &Session) -> Vec<(&'static str, String)> {
    let scenario = session.scenario();
    let hyperparameters = &scenario.hyperparameters;
    let reduction = match hyperparameters.reduction {
        Reduction::Sum => "sum",
        Reduction::Mean => "mean",
    };
    let (distribution, seed) = match scenario.start {
        Start::Initialisation(initialisation) => {
            (initialisation.distribution.name(), initialisation.seed.to_string())
        }
        Start::Parameters { .. } => ("", String::new()),
    };
    let (shuffle, shuffle_seed) = match scenario.order {
        SampleOrder::File => (false, String::new()),
        SampleOrder::Shuffled(seed) => (true, seed.to_string()),
    };
    let by = match session.play().step_size {
        StepSize::Neuron => "neuron",
        StepSize::Equation => "equation",
        StepSize::Sample => "sample",
        StepSize::MiniBatch => "mini_batch",
        StepSize::Epoch => "epoch",
    };
    let moment = session.timeline().index(session.position().moment);
    vec![
        ("preset", session.preset().unwrap_or_default().to_owned()),
        ("learning-rate", plain(hyperparameters.learning_rate)),
        ("batch-size", hyperparameters.batch_size.to_string()),
        ("reduction", reduction.to_owned()),
        ("bias-rule", hyperparameters.bias_rule.name().to_owned()),
        ("cost", hyperparameters.cost.name().to_owned()),
        ("distribution", distribution.to_owned()),
        ("seed", seed),
        ("shuffle", shuffle.to_string()),
        ("shuffle-seed", shuffle_seed),
        ("digits", session.view_state().digits.to_string()),
        ("play-by", by.to_owned()),
        ("speed", plain(session.play().speed)),
        ("epoch", (u64::from(session.position().epoch) + 1).to_string()),
        ("scrub", moment.to_string()),
        ("lane-choice", String::new()),
    ]
}

/// The layers: how many neurons, which activation, add and remove.
pub fn layers(session: &Session) -> String {
    let scenario = session.scenario();
    let output = scenario.activations.len() - 1;
    let mut html = format!("<li><span>input</span><span>{} (from the data)</span></li>", scenario.sizes[0]);
    for (layer, (size, current)) in scenario.layer_sizes().iter().zip(&scenario.activations).enumerate() {
        let name = if layer == output { "output".to_owned() } else { format!("layer {}", layer + 1) };
        let _ = write!(html, "<li><span>{name}</span>");
        let value = numbers(&[("layer", layer)]);
        if layer == output {
            let _ = write!(html, "<span>{size} (from the data)</span>");
        } else {
            let _ = write!(
                html,
                "<input id=\"size-{layer}\" type=\"number\" min=\"1\" value=\"{size}\" {} aria-label=\"neurons of {name}\">",
                action("LayerSizeChanged", &value),
            );
        }
        let _ = write!(
            html,
            "<select id=\"activation-{layer}\" {} aria-label=\"activation of {name}\">",
            action("ActivationChanged", &value),
        );
        for activation in Activation::ALL {
            if layer != output && activation == Activation::Softmax {
                continue;
            }
            let selected = if activation == *current { " selected" } else { "" };
            let name = activation.name();
            let _ = write!(html, "<option value=\"{name}\"{selected}>{}</option>", name.replace('_', " "));
        }
        html.push_str("</select>");
        if layer != output {
            let _ = write!(
                html,
                "<button type=\"button\" id=\"remove-{layer}\" {} aria-label=\"remove {name}\">remove</button>",
                action("LayerRemoved", &value),
            );
        }
        html.push_str("</li>");
    }
    html
}

/// The distributions as options, and one for given parameters.
pub fn distribution_options(session: &Session) -> String {
    let mut html = String::new();
    if matches!(session.scenario().start, Start::Parameters { .. }) {
        html.push_str("<option value=\"\" disabled>given numbers</option>");
    }
    for distribution in Distribution::ALL {
        let name = distribution.name();
        let text = match distribution {
            Distribution::Uniform => "uniform ±1/√fan-in",
            Distribution::Normal => "normal, σ = 1/√fan-in",
            Distribution::StandardNormal => "normal, σ = 1, biases too",
            Distribution::Zero => "all zero",
        };
        let _ = write!(html, "<option value=\"{name}\">{text}</option>");
    }
    html
}

/// The list of keys.
pub fn keys() -> String {
    let mut html = String::new();
    for key in &KEYS {
        let _ = write!(html, "<dt><kbd>{}</kbd></dt><dd>{}</dd>", escape(key.label), escape(key.description));
    }
    html
}
