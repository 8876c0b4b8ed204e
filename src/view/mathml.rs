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

/// numerator over denominator
pub fn frac(numerator: &str, denominator: &str) -> String {
    format!("<mfrac><mrow>{numerator}</mrow><mrow>{denominator}</mrow></mfrac>")
}

/// numerator / denominator, in one line: where terms stand above their numbers, a high one takes the room of a
/// line more.
pub fn ratio(numerator: &str, denominator: &str) -> String {
    format!("{numerator}<mo lspace=\"0\" rspace=\"0\">/</mo><mrow>{denominator}</mrow>")
}

/// The symbol of an item, indices counted from 1, in its hue, to be pointed at.
pub fn symbol(item: Item) -> String {
    symbol_as(item, true)
}

/// The symbol of an item; a row of many leaves most out of the order of the Tab key. As few elements as
/// will do: a page may hold hundreds.
pub fn symbol_as(item: Item, focusable: bool) -> String {
    let focus = if focusable { " tabindex=\"0\"" } else { "" };
    let (class, letter, layer, index) = match item {
        Item::Target { neuron } => {
            let index = neuron + 1;
            return format!("<msub class=\"y\" data-ref=\"{item}\"{focus}><mi>y</mi><mn>{index}</mn></msub>");
        }
        Item::Input { source } => ("a", "a", 0, (source + 1).to_string()),
        Item::Weight { layer, neuron, source } => {
            let separator = if neuron >= 9 || source >= 9 { "," } else { "" };
            ("w", "w", layer + 1, format!("{}{separator}{}", neuron + 1, source + 1))
        }
        Item::Bias { layer, neuron } => ("b", "b", layer + 1, (neuron + 1).to_string()),
        Item::WeightedInput { layer, neuron } => ("z", "z", layer + 1, (neuron + 1).to_string()),
        Item::Activation { layer, neuron } => ("a", "a", layer + 1, (neuron + 1).to_string()),
        Item::Delta { layer, neuron } => ("delta", "δ", layer + 1, (neuron + 1).to_string()),
        Item::Neuron { layer, neuron } => ("a", "n", layer + 1, (neuron + 1).to_string()),
    };
    format!(
        "<msubsup class=\"{class}\" data-ref=\"{item}\"{focus}><mi>{letter}</mi><mn>{index}</mn><mn>{layer}</mn></msubsup>"
    )
}

/// ∂C/∂ of an item.
pub fn derivative(item: Item) -> String {
    derivative_by(&symbol_as(item, false), frac)
}

/// ∂C/∂ of a symbol, as [`frac`] or as [`ratio`].
pub fn derivative_by(symbol: &str, over: fn(&str, &str) -> String) -> String {
    over("<mo>∂</mo><mi>C</mi>", &format!("<mo>∂</mo>{symbol}"))
}
