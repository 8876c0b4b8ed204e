//! JSON text → any type that serde reads. Error messages say what is there, where it is, and what would be right.
//!
//! serde_json reports errors in the words of Rust ("invalid type: string, expected f64"). So the text is first parsed
//! to a [`Value`], and types are read from it by a small deserializer whose error type words the messages;
//! `serde_path_to_error` adds the path.

mod deserializer;
mod messages;

use deserializer::{Json, Variant};
use messages::ReadError;
use serde::de::{self, DeserializeOwned};
use serde_json::{Value, error::Category};

/// Why a JSON text cannot be read as the type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Error {
    /// Where in the text, as in `weights[0][1]`; empty for the whole.
    pub path: String,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

impl Error {
    fn new(path: &serde_path_to_error::Path, problem: String) -> Self {
        // "." is the whole, and "?" a field whose name could not be read.
        let path = path.to_string().trim_end_matches(['.', '?']).to_owned();
        Self { path, problem }
    }
}

/// Reads a value of type `T` from a JSON text.
///
/// ```
/// use deltascope::json;
///
/// assert_eq!(json::from_str("[1, 0.5]"), Ok(vec![1.0, 0.5]));
/// let error = json::from_str::<Vec<f64>>("[1, null]").unwrap_err();
/// assert_eq!((error.path.as_str(), error.problem.as_str()), ("[1]", "null will not do; a number such as 0.5 would"));
/// ```
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_path_to_error::deserialize(Json(&parse(text)?))
        .map_err(|error| Error::new(error.path(), error.inner().to_string()))
}

/// Reads a small value from parsed JSON. The path of an error is empty.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(Json(value)).map_err(|problem| Error { path: String::new(), problem: problem.to_string() })
}

/// Reads `{ "type": "LayerRemoved", "value": { "layer": 1 } }` as the variant `LayerRemoved { layer: 1 }` of the enum `T`.
/// The path of the error is `type` if `T` has no such variant, and else empty.
pub fn from_tagged<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    let error =
        |path: &str, problem: ReadError| Error { path: path.to_owned(), problem: problem.to_string() };
    let fields = value.as_object().map(|fields| (fields, fields.get("type"), fields.get("value")));
    let Some((fields, Some(tag), content)) = fields else {
        return Err(error("", de::Error::missing_field("type")));
    };
    if let Some(name) = fields.keys().find(|name| !matches!(name.as_str(), "type" | "value")) {
        return Err(error("", de::Error::unknown_field(name, &["type", "value"])));
    }
    let name = tag.as_str().unwrap_or_default();
    let variant = Variant { name, content: Some(content.unwrap_or(&Value::Null)) };
    T::deserialize(variant).map_err(|problem| match problem {
        ReadError::NoSuchVariant => error("type", problem),
        ReadError::Message(_) => error("", problem),
    })
}

/// Parses a JSON text. Lists and groups may be nested 127 deep: deeper ones could overflow the stack.
pub fn parse(text: &str) -> Result<Value, Error> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let syntax = error.inner().to_string();
        let problem = match error.inner().classify() {
            Category::Eof => format!("this file is incomplete ({syntax}); use a complete one"),
            _ if syntax.starts_with("number out of range") => format!("{syntax}; one such as 0.5 would do"),
            _ => format!("this is not a scenario file ({syntax}); use one that was saved here"),
        };
        Error::new(error.path(), problem)
    })?;
    parser.end().map_err(|trailing| Error {
        path: String::new(),
        problem: format!("there is text after the scenario ({trailing}); delete it"),
    })?;
    Ok(value)
}

/// A text in quotes for a message; a long one is cut off.
pub(crate) fn quoted(text: &str) -> String {
    const MAX: usize = 40;
    Value::from(match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    })
    .to_string()
}
