//! Everything about the selected neuron, weight or input: the full doubles, and fields to edit them.

use super::format::{number, plain, signed};
use super::html::{action, escape};
use super::mathml::{derivative, math, symbol_as};
use crate::nn::Parameter;
use crate::session::{Item, Now, Session};
use serde_json::json;
use std::fmt::Write;

/// Weights of a neuron beyond this are reached by selecting their edge.
const WEIGHTS: usize = 100;

/// The panel for the selected thing, as HTML.
pub fn panel(session: &Session) -> String {
    let mut panel = Panel { html: String::new(), session, now: session.now() };
    match session.sight().selected {
        None => panel.html.push_str("<p>Select a neuron, an edge or an input in the picture.</p>"),
        Some(Item::Input { source }) => panel.input(source),
        Some(Item::Target { neuron }) => panel.neuron(session.scenario().layer_sizes().len() - 1, neuron),
        Some(Item::Weight { layer, neuron, source }) => panel.weight(layer, neuron, source),
        Some(item) => {
            if let Some((layer, neuron)) = item.neuron() {
                panel.neuron(layer, neuron);
            }
        }
    }
    panel.html
}

struct Panel<'a> {
    html: String,
    session: &'a Session,
    now: Now<'a>,
}

impl Panel<'_> {
    fn title(&mut self, text: &str) {
        // Writing to a string cannot fail, here and below.
        let _ = write!(self.html, "<h3>{}</h3>", escape(text));
    }

    fn input(&mut self, source: usize) {
        let name = self.session.scenario().data.inputs[source].clone();
        self.title(&format!("Input {}: {name}", source + 1));
        let value = self.now.trace().input[source];
        let place = json!({ "row": self.now.row(), "source": source });
        self.field(Item::Input { source }, "InputEdited", &place, value);
        let row = self.now.row() + 1;
        let _ = write!(self.html, "<p>It belongs to row {row} of the data, the sample at work.</p>");
    }

    fn neuron(&mut self, layer: usize, neuron: usize) {
        let sizes = self.session.scenario().layer_sizes();
        let output = layer + 1 == sizes.len();
        let name = match output {
            true => format!(": {}", self.session.scenario().data.targets[neuron]),
            false => String::new(),
        };
        self.title(&format!("Layer {}, neuron {}{name}", layer + 1, neuron + 1));
        let bias = Parameter::Bias { layer, neuron };
        self.edit_parameter(bias);
        if output {
            let place = json!({ "row": self.now.row(), "neuron": neuron });
            self.field(Item::Target { neuron }, "TargetEdited", &place, self.now.target()[neuron]);
        }
        self.html.push_str("<dl>");
        self.row(
            &symbol_as(Item::WeightedInput { layer, neuron }, false),
            "z",
            self.now.weighted_input(layer, neuron),
        );
        self.row(
            &symbol_as(Item::Activation { layer, neuron }, false),
            "a",
            self.now.activation(layer, neuron),
        );
        let delta = self.now.delta(self.now.sample(), layer, neuron);
        self.row(&symbol_as(Item::Delta { layer, neuron }, false), "delta", delta);
        self.row(&derivative(bias.into()), "b", self.now.nabla_b(layer, neuron));
        self.change(bias);
        self.html.push_str("</dl>");
        let sources = self.now.trace().source_activations(layer).len();
        let _ = write!(self.html, "<h4>Weights into it</h4>");
        for source in 0..sources.min(WEIGHTS) {
            self.edit_parameter(Parameter::Weight { layer, neuron, source });
        }
        if sources > WEIGHTS {
            let _ = write!(
                self.html,
                "<p>The first {WEIGHTS} of {sources}; select an edge for any other one.</p>"
            );
        }
    }

    fn weight(&mut self, layer: usize, neuron: usize, source: usize) {
        self.title(&format!(
            "Weight into neuron {} of layer {}, from {} {}",
            neuron + 1,
            layer + 1,
            if layer == 0 { "input" } else { "neuron" },
            source + 1
        ));
        let parameter = Parameter::Weight { layer, neuron, source };
        self.edit_parameter(parameter);
        self.html.push_str("<dl>");
        self.row(&derivative(parameter.into()), "w", self.now.nabla_w(layer, neuron, source));
        let sum = format!("<mo>Σ</mo>{}", derivative(parameter.into()));
        let accumulated = self.now.accumulated();
        let total = (accumulated > 0).then(|| self.now.accumulated_w(layer, neuron, source));
        self.row(&sum, "w", total);
        self.change(parameter);
        self.html.push_str("</dl>");
    }

    /// The update of a parameter: by how much, and from what to what.
    fn change(&mut self, parameter: Parameter) {
        let digits = self.session.sight().digits;
        let mini_batch = self.session.mini_batch();
        let text = match (self.now.change(parameter), mini_batch.before.get(parameter)) {
            (Some(change), Some(before)) => format!(
                "{}<br>{} → {}",
                signed(change, digits),
                number(before, digits),
                number(self.now.parameter(parameter), digits)
            ),
            _ => "–".to_owned(),
        };
        let _ = write!(self.html, "<dt>update</dt><dd>{text}</dd>");
    }

    /// One number to the last digit.
    fn row(&mut self, symbol: &str, class: &str, value: Option<f64>) {
        let text = value.map_or("–".to_owned(), |value| number(value, crate::session::MOST_DIGITS));
        let _ = write!(self.html, "<dt class=\"{class}\">{}</dt><dd>{text}</dd>", math(symbol));
    }

    fn edit_parameter(&mut self, parameter: Parameter) {
        let value = self.now.parameter(parameter);
        self.field(parameter.into(), "ParameterEdited", &json!({ "parameter": parameter }), value);
    }

    /// A labelled field that edits one number.
    fn field(&mut self, item: Item, name: &str, value: &serde_json::Value, number: f64) {
        let _ = write!(
            self.html,
            "<label data-ref=\"{item}\"><span>{}</span><input id=\"edit-{item}\" {} value=\"{}\" inputmode=\"decimal\" \
             autocomplete=\"off\" spellcheck=\"false\" aria-label=\"{}\"></label>",
            math(&symbol_as(item, false)),
            action(name, value),
            plain(number),
            spoken(item),
        );
    }
}

/// An item's name in words.
fn spoken(item: Item) -> String {
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
