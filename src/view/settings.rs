//! The settings: the value of each field, and the list of layers.

use super::format::plain;
use crate::data::{mnist, presets};
use crate::nn::{Activation, Distribution};
use crate::scenario::{SampleOrder, Start};
use crate::session::{KEYS, Session, StepSize};
use maud::{Markup, html};
use serde_json::json;

/// The presets as options, and one for any other scenario.
pub fn preset_options(session: &Session) -> Markup {
    // The current preset is marked in the markup, so that the page can show it again after another was refused.
    let current = |id: &str| session.preset() == Some(id);
    html! {
        @if session.preset().is_none() { option value="" disabled selected { "your own" } }
        @for (label, is_comparison) in [("Step", false), ("Compare", true)] {
            optgroup label=(label) {
                @for preset in presets().iter().filter(|preset| preset.is_comparison == is_comparison) {
                    option value=(preset.id) data-needs-digits[preset.needs_digits()] selected[current(preset.id)] {
                        (preset.title)
                    }
                }
                @if !is_comparison {
                    // Its files are fetched when it is chosen.
                    option value=(mnist::ID) data-fetches selected[current(mnist::ID)] { (mnist::TITLE) }
                }
            }
        }
    }
}

/// The value of each field of `index.html`, by its id.
pub fn fields(session: &Session) -> Vec<(&'static str, String)> {
    let scenario = session.scenario();
    let hyperparameters = &scenario.hyperparameters;
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
    let by = match session.playback().step_size {
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
        ("reduction", hyperparameters.reduction.name().to_owned()),
        ("bias-rule", hyperparameters.bias_rule.name().to_owned()),
        ("cost", hyperparameters.cost.name().to_owned()),
        ("distribution", distribution.to_owned()),
        ("seed", seed),
        ("shuffle", shuffle.to_string()),
        ("shuffle-seed", shuffle_seed),
        ("digits", session.view_state().digits.to_string()),
        ("play-by", by.to_owned()),
        ("speed", plain(session.playback().speed)),
        ("epoch", (u64::from(session.position().epoch) + 1).to_string()),
        ("scrub", moment.to_string()),
        ("run-choice", String::new()),
    ]
}

/// The layers: the number of neurons, the activation, and a button that removes a hidden layer.
pub fn layers(session: &Session) -> Markup {
    let scenario = session.scenario();
    let output = scenario.activations.len() - 1;
    html! {
        li { span { "input" } span { (scenario.sizes[0]) " (set by the data)" } }
        @for (layer, (size, current)) in scenario.layer_sizes().iter().zip(&scenario.activations).enumerate() {
            @let is_output = layer == output;
            @let name = if is_output { "output".to_owned() } else { format!("hidden layer {}", layer + 1) };
            @let value = json!({ "layer": layer });
            li {
                span { (name) }
                @if is_output {
                    span { (size) " (set by the data)" }
                } @else {
                    input id={ "size-" (layer) } type="number" min="1" value=(size)
                        data-action="LayerSizeChanged" data-value=(value) aria-label={ "neurons of " (name) };
                }
                select id={ "activation-" (layer) } data-action="ActivationChanged" data-value=(value)
                    aria-label={ "activation of " (name) }
                {
                    @for activation in Activation::ALL {
                        @if is_output || activation != Activation::Softmax {
                            option value=(activation.name()) selected[activation == *current] {
                                (activation.name().replace('_', " "))
                            }
                        }
                    }
                }
                @if !is_output {
                    button type="button" id={ "remove-" (layer) } data-action="LayerRemoved" data-value=(value)
                        aria-label={ "remove " (name) } { "remove" }
                }
            }
        }
    }
}

/// The distributions as options, and one for parameters given as numbers.
pub fn distribution_options(session: &Session) -> Markup {
    html! {
        @if matches!(session.scenario().start, Start::Parameters { .. }) {
            option value="" disabled { "my numbers" }
        }
        @for distribution in Distribution::ALL {
            option value=(distribution.name()) {
                @match distribution {
                    Distribution::Uniform => "uniform ±1/√fan-in",
                    Distribution::Normal => "normal, standard deviation 1/√fan-in",
                    Distribution::StandardNormal => "normal, standard deviation 1, biases too",
                    Distribution::Zero => "zero",
                }
            }
        }
    }
}

/// The list of keys.
pub fn keys() -> Markup {
    html! {
        @for key in &KEYS { dt { kbd { (key.label) } } dd { (key.description) } }
    }
}
