//! Values of form fields: the page sends what was typed as text, saved actions hold numbers. Both are read here, by
//! functions for `#[serde(deserialize_with = "…")]`.

use crate::json::{self, quoted};
use crate::scenario::RunConfig;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The text of a field or number, trimmed; `None` for any other JSON value.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    })
}

/// The number in a text. The page shows a minus sign (U+2212), so that one is accepted too.
fn parse(text: &str) -> Option<f64> {
    text.replace('−', "-").parse().ok()
}

/// A finite number and its text.
fn number_and_text<E: Error>(text: Option<String>) -> Result<(f64, String), E> {
    let Some(text) = text else { return Err(E::custom("a number is needed, such as 0.5 or -1e-3")) };
    let problem = match parse(&text) {
        Some(number) if number.is_finite() => return Ok((number, text)),
        Some(_) => format!("{text} is not finite; take a number such as 0.5"),
        None if text.is_empty() => "a number is needed, such as 0.5".to_owned(),
        None if text.contains(',') => {
            format!("{} is not a number; write the point as in 0.5", quoted(&text))
        }
        None => format!("{} is not a number; 0.5 or -1e-3 would be", quoted(&text)),
    };
    Err(E::custom(problem))
}

/// A finite number.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    number_and_text(text(deserializer)?).map(|(number, _)| number)
}

/// A finite number; `None` for an empty field.
pub(super) fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    match text(deserializer)?.filter(|text| !text.is_empty()) {
        None => Ok(None),
        text => number_and_text(text).map(|(number, _)| Some(number)),
    }
}

/// A learning rate: a number of 0 or more. Text that is not 0 but is rounded to it, such as 1e-400, is refused.
pub(super) fn learning_rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let (number, text) = number_and_text(text(deserializer)?)?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let underflow = number == 0.0 && mantissa.contains(|c| matches!(c, '1'..='9'));
    Err(D::Error::custom(if underflow {
        format!("{text} is so small that it is rounded to 0; take 0 itself, or a larger number such as 0.5")
    } else if number < 0.0 {
        format!("η must be a number of 0 or more, not {text}; 0.5 would do")
    } else {
        return Ok(number.abs()); // without the sign of −0
    }))
}

/// A whole number, 0 or more.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    whole(&text(deserializer)?.unwrap_or_default(), 1e9).map(|number| number as usize)
}

/// A whole number in 32 bits.
pub(super) fn seed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    whole(&text(deserializer)?.unwrap_or_default(), u32::MAX.into()).map(|number| number as u32)
}

fn whole<E: Error>(text: &str, max: f64) -> Result<f64, E> {
    Err(E::custom(match parse(text) {
        Some(number) if number.fract() == 0.0 && (0.0..=max).contains(&number) => return Ok(number),
        Some(number) if number > max => format!("{text} is too large; the maximum is {max}"),
        None if text.is_empty() => "a whole number is needed, such as 4".to_owned(),
        _ => format!("{} is not a whole number; 4 would do", quoted(text)),
    }))
}

/// A whole number; `None` for an empty field.
pub(super) fn optional_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(text) = text(deserializer)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    match parse(&text) {
        Some(number) if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) => {
            Ok(Some(number as u32))
        }
        _ => Err(D::Error::custom(format!("{} is not a whole number; 30 would do", quoted(&text)))),
    }
}

/// A run, or its JSON as the text of an option.
pub(super) fn run<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RunConfig, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => json::parse(&text).and_then(|run| json::from_value(&run)).map_err(|_| {
            D::Error::custom(format!("{} is not a run; choose one from the list", quoted(&text)))
        }),
        value => json::from_value(&value).map_err(D::Error::custom),
    }
}
