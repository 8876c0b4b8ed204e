//! Numbers as text: significant digits, a typographic minus sign, never −0, NaN or ∞. Also the names of classes.

pub use crate::scenario::count;

/// At this many significant digits or more: the shortest text that reads back as the same double.
const FULL: usize = 17;

/// A number rounded to this many significant digits; in words if it is not finite.
///
/// ```
/// use deltascope::view::format::number;
///
/// assert_eq!(number(0.59326999210718723, 4), "0.5933");
/// assert_eq!(number(-0.5, 3), "−0.500");
/// assert_eq!(number(0.0000123456, 4), "1.235×10⁻⁵");
/// assert_eq!(number(-0.0, 4), "0");
/// assert_eq!(number(0.1 + 0.2, 17), "0.30000000000000004");
/// assert_eq!(number(f64::INFINITY, 4), "not finite");
/// ```
pub fn number(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "not finite".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // Format with an exponent first: this rounds, and the exponent of the rounded number decides the notation.
    let scientific = match digits {
        FULL.. => format!("{value:e}"),
        digits => format!("{value:.*e}", digits.max(1) - 1),
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let text = if (-4..digits.min(FULL) as i32).contains(&exponent) {
        match digits {
            FULL.. => value.to_string(),
            digits => format!("{value:.*}", (digits as i32 - 1 - exponent).max(0) as usize),
        }
    } else {
        format!("{mantissa}×10{}", superscript(exponent))
    };
    text.replace('-', "−")
}

/// A number with its sign, also if positive: for changes and deltas.
pub fn signed(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    if value > 0.0 && value.is_finite() { format!("+{text}") } else { text }
}

/// A number that a person entered, as they would write it: 0.5, not 0.5000; with this many digits where that is
/// long.
pub fn as_typed(value: f64, digits: usize) -> String {
    let full = number(value, FULL);
    if full.chars().count() <= 8 { full } else { number(value, digits) }
}

/// [`as_typed`] with four digits.
pub fn typed(value: f64) -> String {
    as_typed(value, 4)
}

/// A number in exponent notation, for pictures: shorter than [`number`] where that has many zeros.
///
/// ```
/// assert_eq!(deltascope::view::format::narrow(-0.00071, 1), "−7e−4");
/// ```
pub fn narrow(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return number(value, digits);
    }
    format!("{value:.*e}", digits.max(1) - 1).replace('-', "−")
}

/// The shortest text that parses to the same double, for fields and tests: `-0.5`.
pub fn plain(value: f64) -> String {
    let value = if value == 0.0 { 0.0 } else { value };
    let size = value.abs();
    if size != 0.0 && !(1e-5..1e16).contains(&size) { format!("{value:e}") } else { value.to_string() }
}

/// A whole number in superscript digits.
fn superscript(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = number.to_string();
    digits.chars().map(|c| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize])).collect()
}

/// By which factor `one` is larger than `other`, as text; `None` if that is not a finite number.
pub fn ratio(one: f64, other: f64, digits: usize) -> Option<String> {
    let ratio = one / other;
    ratio.is_finite().then(|| number(ratio, digits))
}

/// A sum of numbers with its sign; "≈ 0 (rounding)" if the terms cancel except for rounding errors.
pub fn signed_sum(terms: &[f64], digits: usize) -> String {
    let sum = terms.iter().fold(0.0, |sum, term| sum + term);
    if is_rounding(terms, sum) { "≈ 0 (rounding)".to_owned() } else { signed(sum, digits) }
}

/// Whether a sum of terms that cancel is no larger than their rounding errors.
pub fn is_rounding(terms: &[f64], sum: f64) -> bool {
    let size = terms.iter().fold(0.0, |size, term| size + term.abs());
    sum != 0.0 && size.is_finite() && sum.abs() <= terms.len() as f64 * f64::EPSILON * size
}

/// A whole number in groups of three digits.
///
/// ```
/// # use deltascope::view::format::grouped;
/// assert_eq!([0, 999, 1_234_567].map(grouped), ["0", "999", "1\u{202f}234\u{202f}567"]);
/// ```
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join("\u{202f}") // narrow no-break space
}

/// The class names: the targets, or two names for a single target.
pub fn class_names(targets: &[String]) -> Vec<String> {
    match targets {
        [target] => vec![format!("not {target}"), target.clone()],
        targets => targets.to_vec(),
    }
}
