//! Everything about the selected neuron, weight or input: the full doubles, and fields to edit them.

use super::format::{number, plain, signed};
use super::html::{action, escape};
use super::mathml::{math, symbol_as};
use crate::json::numbers;
use crate::nn::{Parameter, Reduction};
use crate::session::{Item, MAX_DIGITS, Session, Visible};

/// Weights of a neuron beyond this are reached by selecting their edge.
const WEIGHTS: usize = 100;

/// The panel for the selected thing: three pieces of HTML, so that a step need not write all of them again,
/// and what stands in their fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspector {
    /// What is selected, and the field to edit it.
    pub head: String,
    /// Its numbers at this moment.
    pub numbers: String,
    /// A neuron's weights, to edit.
    pub weights: String,
    /// The number in each field, by the field's id.
    pub fields: Vec<(String, String)>,
}

/// The panel for the selected thing.
pub fn inspector(session: &Session) -> Inspector {
    let mut panel = Panel { session, visible: session.visible(), fields: Vec::new() };
    let html = match session.view_state().selected {
        None => Inspector {
            head: "<p>Select a neuron, an edge or an input in the picture.</p>".into(),
            ..Inspector::default()
        },
        Some(Item::Input { source }) => panel.input(source),
        Some(Item::Target { neuron }) => panel.neuron(session.scenario().layer_sizes().len() - 1, neuron),
        Some(Item::Weight { layer, neuron, source }) => panel.weight(layer, neuron, source),
        Some(item) => item.neuron().map(|(layer, neuron)| panel.neuron(layer, neuron)).unwrap_or_default(),
    };
    Inspector { fields: panel.fields, ..html }
}

struct Panel<'a> {
    session: &'a Session,
    visible: Visible<'a>,
    /// What stands in the fields written so far.
    fields: Vec<(String, String)>,
}

impl Panel<'_> {
    fn input(&mut self, source: usize) -> Inspector {
        let name = &self.session.scenario().data.inputs[source];
        let place = numbers(&[("row", self.visible.row()), ("source", source)]);
        let value = self.visible.trace().input[source];
        let field = self.field(Item::Input { source }, "InputEdited", &place, value);
        Inspector {
            head: title(&format!("Input {}: {name}", source + 1)) + &field,
            numbers: format!(
                "<p>It belongs to row {} of the data, the sample at work.</p>",
                self.visible.row_number() + 1
            ),
            ..Inspector::default()
        }
    }

    fn neuron(&mut self, layer: usize, neuron: usize) -> Inspector {
        let scenario = self.session.scenario();
        let output = layer + 1 == scenario.layer_sizes().len();
        let bias = Parameter::Bias { layer, neuron };
        let mut head = format!("Layer {}, neuron {}", layer + 1, neuron + 1);
        if output {
            head = format!("{head}: {}", scenario.data.targets[neuron]);
        }
        head = title(&head) + &self.edit_parameter(bias);
        if output {
            let place = numbers(&[("neuron", neuron), ("row", self.visible.row())]);
            let target = self.visible.target()[neuron];
            head += &self.field(Item::Target { neuron }, "TargetEdited", &place, target);
        }
        let rows = [
            ("z", "z", self.visible.weighted_input(layer, neuron)),
            ("a", "a", self.visible.activation(layer, neuron)),
            ("δ", "delta", self.visible.delta(self.visible.sample(), layer, neuron)),
            ("∂C/∂b", "b", self.visible.nabla_b(layer, neuron)),
        ];
        let mut numbers: String =
            rows.into_iter().map(|(name, class, value)| row(name, class, value)).collect();
        numbers += &self.total("Σ ∂C/∂b", "b", self.visible.accumulated_b(layer, neuron));
        numbers += &self.change(bias);

        let sources = self.visible.trace().source_activations(layer).len();
        let mut weights = String::from("<h4>Weights into it</h4>");
        for source in 0..sources.min(WEIGHTS) {
            weights += &self.edit_parameter(Parameter::Weight { layer, neuron, source });
        }
        if sources > WEIGHTS {
            weights += &format!("<p>The first {WEIGHTS} of {sources}; select an edge for any other one.</p>");
        }
        Inspector { head, numbers: format!("<dl>{numbers}</dl>"), weights, ..Inspector::default() }
    }

    fn weight(&mut self, layer: usize, neuron: usize, source: usize) -> Inspector {
        let kind = if layer == 0 { "input" } else { "neuron" };
        let head =
            format!("Weight into neuron {} of layer {}, from {kind} {}", neuron + 1, layer + 1, source + 1);
        let parameter = Parameter::Weight { layer, neuron, source };
        let numbers = row("∂C/∂w", "w", self.visible.nabla_w(layer, neuron, source))
            + &self.total("Σ ∂C/∂w", "w", self.visible.accumulated_w(layer, neuron, source))
            + &self.change(parameter);
        Inspector {
            head: title(&head) + &self.edit_parameter(parameter),
            numbers: format!("<dl>{numbers}</dl>"),
            ..Inspector::default()
        }
    }

    /// The sum down the samples so far, and the mean where the update takes that: one sample’s derivative alone
    /// does not tell how far a parameter moves.
    fn total(&self, name: &str, class: &str, sum: f64) -> String {
        let accumulated = self.visible.accumulated();
        let samples = self.session.timeline().samples();
        let total = row(name, class, (accumulated > 0).then_some(sum));
        match self.session.scenario().hyperparameters.reduction {
            Reduction::Sum => total,
            Reduction::Mean => {
                let mean = (accumulated == samples).then_some(sum / samples as f64);
                total + &row(&format!("Σ / {samples}"), class, mean)
            }
        }
    }

    /// The update of a parameter: by how much, and from what to what.
    fn change(&self, parameter: Parameter) -> String {
        let digits = self.session.view_state().digits;
        let mini_batch = self.session.mini_batch();
        let text = match (self.visible.change(parameter), mini_batch.before.get(parameter)) {
            (Some(change), Some(before)) => format!(
                "{}<br>{} → {}",
                signed(change, digits),
                number(before, digits),
                number(self.visible.parameter(parameter), digits)
            ),
            _ => "–".to_owned(),
        };
        format!("<dt>update</dt><dd>{text}</dd>")
    }

    fn edit_parameter(&mut self, parameter: Parameter) -> String {
        let value = self.visible.parameter(parameter);
        let (kind, place) = match parameter {
            Parameter::Weight { layer, neuron, source } => {
                ("weight", numbers(&[("layer", layer), ("neuron", neuron), ("source", source)]))
            }
            Parameter::Bias { layer, neuron } => ("bias", numbers(&[("layer", layer), ("neuron", neuron)])),
        };
        let place = format!("{{\"parameter\":{{\"{kind}\":{place}}}}}");
        self.field(parameter.into(), "ParameterEdited", &place, value)
    }

    /// A labelled field that edits one number, which it gets as a field's value: a step changes the numbers of
    /// many fields and the fields themselves seldom.
    fn field(&mut self, item: Item, name: &str, value: &str, number: f64) -> String {
        self.fields.push((format!("edit-{item}"), plain(number)));
        format!(
            "<label data-ref=\"{item}\"><span>{}</span><input id=\"edit-{item}\" {} inputmode=\"decimal\" \
             autocomplete=\"off\" spellcheck=\"false\" aria-label=\"{}\"></label>",
            math(&symbol_as(item, false)),
            action(name, value),
            spoken(item),
        )
    }
}

fn title(text: &str) -> String {
    format!("<h3>{}</h3>", escape(text))
}

/// One number to the last digit. Its name is plain text, for a step writes it anew.
fn row(name: &str, class: &str, value: Option<f64>) -> String {
    let text = value.map_or("–".to_owned(), |value| number(value, MAX_DIGITS));
    format!("<dt class=\"{class}\">{name}</dt><dd>{text}</dd>")
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
