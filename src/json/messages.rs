//! The words of the error messages.

use super::quoted;
use serde::de::{self, Expected, Unexpected};
use std::fmt::Display;

/// The names in quotes, the last after an "or".
fn one_of(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    match quoted.split_last() {
        Some((last, others @ [_, ..])) => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// An error without its path.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("{0}")]
    Message(String),
    /// A group where a name alone is right; the name in the group is at the end of the path.
    #[error("a group {{ … }} will not do; a name in quotes would")]
    NotANameAlone,
    /// For [`from_variant`](super::from_variant).
    #[error("this type is not known here")]
    NoSuchVariant,
}

impl de::Error for ReadError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Message(format!("{} will not do; {} would", found_text(found), expected_text(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::Message(format!("{} is not known here; take {}", quoted(name), one_of(known)))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::Message(format!("{} is not known here; what may stand here is {}", quoted(name), one_of(known)))
    }

    fn missing_field(name: &'static str) -> Self {
        let example = example(name).map_or(String::new(), |value| format!(", such as \"{name}\": {value}"));
        Self::Message(format!("\"{name}\" is missing; add it{example}"))
    }
}

/// The value that was found, as it is written in the file.
fn found_text(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => format!("{number:?}"),
        Unexpected::Str(text) => quoted(text),
        Unexpected::Unit => "null".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a group { … }".into(),
        Unexpected::UnitVariant => "the name alone".into(),
        other => other.to_string(),
    }
}

/// What would be right, with an example, in place of serde's name for it.
fn expected_text(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    match expected.as_str() {
        "f64" => "a number such as 0.5",
        "u32" | "i32" | "usize" => "a whole number such as 4",
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        "a sequence" => "a list such as [2, 1]",
        "newtype variant" => "the name with its number, such as { \"shuffled\": 1 },",
        name if name.starts_with("struct variant ") => "a group { … }",
        name if name.starts_with("enum ") => "a name in quotes",
        name if name.starts_with("unit") => "null",
        other => other,
    }
    .to_owned()
}

/// A value for a field that must not be left out.
fn example(field: &str) -> Option<&'static str> {
    Some(match field {
        "format" => "\"deltascope-1\"",
        "sizes" => "[2, 1]",
        "activations" => "[\"sigmoid\"]",
        "cost" => "\"half_mse\"",
        "learning_rate" => "0.5",
        "batch_size" => "4",
        "reduction" | "updating" => "\"sum\"",
        "data" => "{ \"x\": [[0, 1]], \"y\": [[1]] }",
        "x" => "[[0, 1]]",
        "y" => "[[1]]",
        "percent" => "20",
        "rows" | "columns" => "28",
        "pixels" | "labels" => "\"AP8=\"",
        "weights" => "[[[0.5, -0.5]]]",
        "biases" => "[[0]]",
        "distribution" => "\"normal\"",
        "epoch" | "mini_batch" | "sample" | "layer" => "0",
        _ => return None,
    })
}
