//! The selected neuron, weight or input: its numbers to the last digit, and fields to edit them.

use super::format::{number, plain, signed};
use super::fragment::{Fragment, fragment};
use super::mathml::{math, symbol_as};
use crate::nn::{Parameter, Reduction};
use crate::session::{Item, MAX_DIGITS, Session, Visible};
use maud::{Markup, html};
use serde_json::{Value, json};

/// A neuron's other weights are edited by selecting them in the picture.
const MAX_WEIGHTS: usize = 100;

/// The panel for the selection: its title with fields, its numbers, and the weights of a neuron. They are
/// separate fragments so that a step need not rewrite all of them.
pub struct Inspector {
    /// The fragments.
    pub fragments: [Fragment; 3],
    /// The value of each field, by the field's id.
    pub fields: Vec<(String, String)>,
}

/// The panel for the selection.
pub fn inspector(session: &Session) -> Inspector {
    let mut panel = Panel { session, visible: session.visible(), fields: Vec::new() };
    let [head, numbers, weights] = match session.view_state().selected {
        None => [html! { p { "Select a neuron, weight or input in the picture." } }, html! {}, html! {}],
        Some(Item::Input { source }) => panel.input(source),
        Some(Item::Target { neuron }) => panel.neuron(session.scenario().layer_sizes().len() - 1, neuron),
        Some(Item::Weight { layer, neuron, source }) => panel.weight(layer, neuron, source),
        Some(
            Item::Bias { layer, neuron }
            | Item::Neuron { layer, neuron }
            | Item::WeightedInput { layer, neuron }
            | Item::Activation { layer, neuron }
            | Item::Delta { layer, neuron },
        ) => panel.neuron(layer, neuron),
    };
    Inspector {
        fragments: [
            fragment("selected", head),
            fragment("selected-numbers", numbers),
            fragment("selected-weights", weights),
        ],
        fields: panel.fields,
    }
}

struct Panel<'a> {
    session: &'a Session,
    visible: Visible<'a>,
    /// The values of the fields written so far.
    fields: Vec<(String, String)>,
}

impl Panel<'_> {
    fn input(&mut self, source: usize) -> [Markup; 3] {
        let name = &self.session.scenario().data.inputs[source];
        let value = json!({ "row": self.visible.row(), "source": source });
        let input = self.visible.trace().input[source];
        let head = html! {
            h3 { "Input " (source + 1) ": " (name) }
            (self.field(Item::Input { source }, "InputEdited", &value, input))
            p { "Of " (self.sample()) ", the current sample." }
        };
        [head, html! {}, html! {}]
    }

    /// The current sample and its row.
    fn sample(&self) -> String {
        format!("sample {} (row {})", self.visible.sample() + 1, self.visible.row_number() + 1)
    }

    /// Which value the fields of a neuron's parameters show and edit.
    fn moment_of_fields(&self, layer: usize, neuron: usize) -> Markup {
        html! {
            p.when {
                @match self.visible.updated(layer, neuron) {
                    false => "Fields of b and w: before this mini-batch’s update.",
                    true => "Fields of b and w: after the update. A change starts this mini-batch again from there.",
                }
            }
        }
    }

    fn neuron(&mut self, layer: usize, neuron: usize) -> [Markup; 3] {
        let scenario = self.session.scenario();
        let is_output = layer + 1 == scenario.layer_sizes().len();
        let bias = Parameter::Bias { layer, neuron };
        let head = html! {
            h3 {
                "Layer " (layer + 1) ", neuron " (neuron + 1)
                @if is_output { ": " (scenario.data.targets[neuron]) }
            }
            (self.edit_parameter(bias))
            @if is_output {
                @let value = json!({ "neuron": neuron, "row": self.visible.row() });
                (self.field(Item::Target { neuron }, "TargetEdited", &value, self.visible.target()[neuron]))
                p { (math(symbol_as(Item::Target { neuron }, false))) ": target of " (self.sample()) "." }
            }
        };
        let numbers = html! {
            (self.moment_of_fields(layer, neuron))
            dl {
                (row("z", "z", self.visible.weighted_input(layer, neuron)))
                (row("a", "a", self.visible.activation(layer, neuron)))
                (row("δ", "delta", self.visible.delta(self.visible.sample(), layer, neuron)))
                (row("∂C/∂b", "b", self.visible.nabla_b(layer, neuron)))
                (self.total("Σ ∂C/∂b", "b", self.visible.accumulated_b(layer, neuron)))
                (self.change(bias))
            }
        };
        let sources = self.visible.trace().source_activations(layer).len();
        let weights = html! {
            h4 { "Incoming weights" }
            @for source in 0..sources.min(MAX_WEIGHTS) {
                (self.edit_parameter(Parameter::Weight { layer, neuron, source }))
            }
            @if sources > MAX_WEIGHTS {
                p { "The first " (MAX_WEIGHTS) " of " (sources) ". Select any other in the picture." }
            }
        };
        [head, numbers, weights]
    }

    fn weight(&mut self, layer: usize, neuron: usize, source: usize) -> [Markup; 3] {
        let kind = if layer == 0 { "input" } else { "neuron" };
        let parameter = Parameter::Weight { layer, neuron, source };
        let head = html! {
            h3 {
                "Weight into neuron " (neuron + 1) " of layer " (layer + 1) ", from " (kind) " " (source + 1)
            }
            (self.edit_parameter(parameter))
        };
        let numbers = html! {
            (self.moment_of_fields(layer, neuron))
            dl {
                (row("∂C/∂w", "w", self.visible.nabla_w(layer, neuron, source)))
                (self.total("Σ ∂C/∂w", "w", self.visible.accumulated_w(layer, neuron, source)))
                (self.change(parameter))
            }
        };
        [head, numbers, html! {}]
    }

    /// The sum over the samples so far, and the mean where the update uses it: the derivative for one sample does
    /// not determine the update.
    fn total(&self, name: &str, class: &str, sum: f64) -> Markup {
        let accumulated = self.visible.accumulated();
        let samples = self.session.timeline().samples;
        let mean = (accumulated == samples).then_some(sum / samples as f64);
        html! {
            (row(name, class, (accumulated > 0).then_some(sum)))
            @if self.session.scenario().hyperparameters.reduction == Reduction::Mean {
                (row(&format!("Σ / {samples}"), class, mean))
            }
        }
    }

    /// The update of a parameter: its change, and its values before and after.
    fn change(&self, parameter: Parameter) -> Markup {
        let digits = self.session.view_state().digits;
        let before = self.session.mini_batch().network_before.get(parameter);
        html! {
            dt { "update" }
            dd {
                @if let (Some(change), Some(before)) = (self.visible.change(parameter), before) {
                    (signed(change, digits)) br;
                    (number(before, digits)) " → " (number(self.visible.parameter(parameter), digits))
                } @else { "–" }
            }
        }
    }

    fn edit_parameter(&mut self, parameter: Parameter) -> Markup {
        let number = self.visible.parameter(parameter);
        self.field(parameter.into(), "ParameterEdited", &json!({ "parameter": parameter }), number)
    }

    /// A labelled field that edits one number. The number is set as the field's value: a step changes the numbers
    /// of many fields, and seldom the fields.
    fn field(&mut self, item: Item, action: &str, value: &Value, number: f64) -> Markup {
        self.fields.push((format!("edit-{item}"), plain(number)));
        let name = match item {
            Item::Input { .. } | Item::Target { .. } => format!("{} of {}", spoken(item), self.sample()),
            _ => spoken(item),
        };
        html! {
            label data-ref=(item) {
                span { (math(symbol_as(item, false))) }
                input id={ "edit-" (item) } data-action=(action) data-value=(value) inputmode="decimal"
                    autocomplete="off" spellcheck="false" aria-label=(name);
            }
        }
    }
}

/// One number to the last digit. Its name is plain text because each step rewrites it.
fn row(name: &str, class: &str, value: Option<f64>) -> Markup {
    let text = value.map_or("–".to_owned(), |value| number(value, MAX_DIGITS));
    html! { dt class=(class) { (name) } dd { (text) } }
}

/// An item's name in words.
pub(super) fn spoken(item: Item) -> String {
    match item {
        Item::Input { source } => format!("input {}", source + 1),
        Item::Target { neuron } => format!("target {}", neuron + 1),
        Item::Weight { layer, neuron, source } => {
            format!("weight of layer {}, into neuron {} from {}", layer + 1, neuron + 1, source + 1)
        }
        Item::Bias { layer, neuron } => format!("bias of layer {}, neuron {}", layer + 1, neuron + 1),
        Item::Neuron { layer, neuron }
        | Item::WeightedInput { layer, neuron }
        | Item::Activation { layer, neuron }
        | Item::Delta { layer, neuron } => format!("layer {}, neuron {}", layer + 1, neuron + 1),
    }
}
