//! Formula markup: MathML Core, written by hand, so that every symbol can be pointed at.

use super::html::escape;
use crate::session::Item;

/// `<math>` around some markup.
pub fn math(inner: &str) -> String {
    format!("<math>{inner}</math>")
}

/// An identifier.
pub fn mi(name: &str) -> String {
    format!("<mi>{name}</mi>")
}

/// A number or other upright text.
pub fn mn(text: &str) -> String {
    format!("<mn>{}</mn>", escape(text))
}

/// An operator.
pub fn mo(operator: &str) -> String {
    format!("<mo>{operator}</mo>")
}

/// Base with subscript and superscript.
pub fn sub_sup(base: &str, sub: &str, sup: &str) -> String {
    format!("<msubsup><mi>{base}</mi><mrow>{sub}</mrow><mrow>{sup}</mrow></msubsup>")
}

/// numerator over denominator
pub fn frac(numerator: &str, denominator: &str) -> String {
    format!("<mfrac><mrow>{numerator}</mrow><mrow>{denominator}</mrow></mfrac>")
}

/// A group of a symbol's hue that can be pointed at: `class` names the hue.
pub fn group(class: &str, item: Option<Item>, focusable: bool, inner: &str) -> String {
    let pointer = item.map(|item| format!(" data-ref=\"{item}\"")).unwrap_or_default();
    let focus = if focusable && item.is_some() { " tabindex=\"0\"" } else { "" };
    format!("<mrow class=\"{class}\"{pointer}{focus}>{inner}</mrow>")
}

/// A layer's number as the reader counts: the first layer after the input is 1.
pub fn layer_number(layer: usize) -> String {
    format!("<mn>{}</mn>", layer + 1)
}

/// The symbol of an item, indices counted from 1, in its hue.
pub fn symbol(item: Item) -> String {
    symbol_as(item, true)
}

/// The symbol of an item; a row of many leaves most out of the order of the Tab key.
pub fn symbol_as(item: Item, focusable: bool) -> String {
    let index = |i: usize| format!("<mn>{}</mn>", i + 1);
    let (class, inner) = match item {
        Item::Input { source } => ("a", sub_sup("a", &index(source), "<mn>0</mn>")),
        Item::Target { neuron } => ("y", format!("<msub><mi>y</mi>{}</msub>", index(neuron))),
        Item::Weight { layer, neuron, source } => {
            let separator = if neuron >= 9 || source >= 9 { "<mo>,</mo>" } else { "" };
            let sub = format!("{}{separator}{}", index(neuron), index(source));
            ("w", sub_sup("w", &sub, &index(layer)))
        }
        Item::Bias { layer, neuron } => ("b", sub_sup("b", &index(neuron), &index(layer))),
        Item::WeightedInput { layer, neuron } => ("z", sub_sup("z", &index(neuron), &index(layer))),
        Item::Activation { layer, neuron } => ("a", sub_sup("a", &index(neuron), &index(layer))),
        Item::Delta { layer, neuron } => ("delta", sub_sup("δ", &index(neuron), &index(layer))),
        Item::Neuron { layer, neuron } => ("a", sub_sup("n", &index(neuron), &index(layer))),
    };
    group(class, Some(item), focusable, &inner)
}

/// ∂C/∂ of a weight or bias.
pub fn derivative(item: Item) -> String {
    frac("<mo>∂</mo><mi>C</mi>", &format!("<mo>∂</mo>{}", symbol_as(item, false)))
}
