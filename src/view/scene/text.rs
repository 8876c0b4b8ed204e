//! The width of text, and text shortened to a width. Widths are estimated without the fonts, so that the
//! layout is the same on every screen.

use crate::view::format::{narrow, number};

/// Estimated width of a text, in the unit of `size`: slightly more than with most fonts.
pub fn text_width(text: &str, size: f64) -> f64 {
    let small = |c: char| matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻' | '₀'..='₉');
    text.chars().map(|c| if small(c) { 0.4 } else { 0.6 }).sum::<f64>() * size
}

/// A number with as many significant digits as fit into `width`, at most `digits`. Numbers too long even
/// with an exponent and one digit are written as "…"; without room for that, the result is empty.
pub(super) fn fitting(value: f64, digits: usize, width: f64, size: f64) -> String {
    let digits = || (1..=digits.max(1)).rev();
    let plain = digits().map(|digits| number(value, digits));
    let narrow = digits().map(|digits| narrow(value, digits));
    let mut texts = plain.chain(narrow).chain(["…".to_owned()]);
    texts.find(|text| text_width(text, size) <= width + 1e-9).unwrap_or_default()
}

/// A text cut, with an ellipsis, to fit into `width`.
pub(in crate::view) fn shortened(words: &str, width: f64, size: f64) -> String {
    if text_width(words, size) <= width {
        return words.to_owned();
    }
    let room = (width / (0.6 * size)) as usize;
    let kept: String = words.chars().take(room.saturating_sub(1)).collect();
    match kept.trim_end() {
        "" => String::new(),
        kept => format!("{kept}…"),
    }
}

/// A symbol with the index of its neuron, counted from 1: "δ₁".
pub(super) fn subscripted(symbol: &str, neuron: usize) -> String {
    let digits = (neuron + 1).to_string();
    let low = digits.chars().filter_map(|c| char::from_u32('₀' as u32 + c.to_digit(10)?));
    symbol.chars().chain(low).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shortened_to_fit() {
        let room = |chars: f64| chars * 6.0;
        assert_eq!(fitting(-0.012345678, 4, room(8.0), 10.0), "−0.01235");
        assert_eq!(fitting(-0.012345678, 4, room(7.0), 10.0), "−0.0123");
        assert_eq!(fitting(-1.5e-12, 4, room(7.0), 10.0), "−2×10⁻¹²");
        assert_eq!(fitting(-0.00071, 3, room(6.0), 10.0), "−7e−4");
        assert_eq!(fitting(-1e-300, 3, room(4.0), 10.0), "…");
        assert_eq!(fitting(0.0, 3, room(4.0), 10.0), "0");
        assert_eq!(shortened("hidden 1 · sigmoid", room(8.0), 10.0), "hidden…");
        assert_eq!(subscripted("z", 11), "z₁₂");
    }
}
