//! MathML Core for formulas in which every symbol can be pointed at.

use crate::session::Item;
use maud::{Markup, html};

/// `<math>` around `inner`.
pub fn math(inner: Markup) -> Markup {
    html! { math { (inner) } }
}

/// An identifier.
pub fn mi(name: &str) -> Markup {
    html! { mi { (name) } }
}

/// A number or other upright text.
pub fn mn(text: &str) -> Markup {
    html! { mn { (text) } }
}

/// An operator.
pub fn mo(operator: &str) -> Markup {
    html! { mo { (operator) } }
}

/// `inner` in parentheses of normal height.
pub fn parentheses(inner: Markup) -> Markup {
    html! { mo stretchy="false" { "(" } (inner) mo stretchy="false" { ")" } }
}

/// `base` to the power of `exponent`.
pub fn power(base: Markup, exponent: Markup) -> Markup {
    html! { msup { (base) (exponent) } }
}

/// `numerator` over `denominator`.
pub fn frac(numerator: Markup, denominator: Markup) -> Markup {
    html! { mfrac { mrow { (numerator) } mrow { (denominator) } } }
}

/// `numerator`/`denominator` in one line: a term is above its number, and a fraction would need a second
/// line.
pub fn ratio(numerator: Markup, denominator: Markup) -> Markup {
    html! { (numerator) mo lspace="0" rspace="0" { "/" } mrow { (denominator) } }
}

/// The symbol of an item, with indices counted from 1, in its colour. It can be pointed at and focused.
pub fn symbol(item: Item) -> Markup {
    symbol_as(item, true)
}

/// The symbol of an item. In a long row most symbols are left out of the tab order. A page can hold hundreds of
/// symbols, so each has as few elements as possible.
pub fn symbol_as(item: Item, focusable: bool) -> Markup {
    let tab_index = focusable.then_some(0);
    let (class, letter, layer, index) = match item {
        Item::Target { neuron } => {
            return html! {
                msub class="y" data-ref=(item) tabindex=[tab_index] { mi { "y" } mn { (neuron + 1) } }
            };
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
    html! {
        msubsup class=(class) data-ref=(item) tabindex=[tab_index] { mi { (letter) } mn { (index) } mn { (layer) } }
    }
}

/// ∂C/∂ of an item, as a fraction.
pub fn derivative(item: Item) -> Markup {
    derivative_by(symbol_as(item, false), frac)
}

/// ∂C/∂ of a symbol, laid out by [`frac`] or [`ratio`].
pub fn derivative_by(symbol: Markup, layout: fn(Markup, Markup) -> Markup) -> Markup {
    layout(html! { mo { "∂" } mi { "C" } }, html! { mo { "∂" } (symbol) })
}
