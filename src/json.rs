//! JSON text → any type that serde reads. Error messages say what is there, where it is, and what would be right.
//!
//! serde_json reports errors in the words of Rust ("invalid type: string, expected f64"). So the text is first parsed
//! to a [`Value`], and types are read from it by a small deserializer whose error type words the messages;
//! `serde_path_to_error` adds the path.

mod deserializer;
mod messages;

use deserializer::{Json, Variant};
use messages::ReadError;
use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};

/// Why a JSON text cannot be read as the type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Error {
    /// Where in the text, as in `weights[0][1]`; empty for the whole.
    pub path: String,
    /// What is wrong there, and what would be right.
    pub problem: String,
    /// What kind of error it is.
    pub kind: ErrorKind,
}

/// Whether a text is JSON at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It is not JSON.
    Syntax,
    /// It ends too early.
    Incomplete,
    /// There is more text after the JSON.
    Trailing,
    /// It is JSON, but a value in it is wrong.
    Value,
}

impl Error {
    fn new(path: &serde_path_to_error::Path, problem: String, kind: ErrorKind) -> Self {
        // "." is the whole, and "?" a field whose name could not be read.
        let path = path.to_string().trim_end_matches(['.', '?']).to_owned();
        Self { path, problem, kind }
    }

    /// An error of a value, without a path.
    fn value(problem: ReadError) -> Self {
        Self { path: String::new(), problem: problem.to_string(), kind: ErrorKind::Value }
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
    serde_path_to_error::deserialize(Json(&parse(text)?)).map_err(|error| {
        let mut result = Error::new(error.path(), error.inner().to_string(), ErrorKind::Value);
        if let (ReadError::NotANameAlone, Some((group, _))) = (error.inner(), result.path.rsplit_once('.')) {
            result.path = group.to_owned();
        }
        result
    })
}

/// Reads a small value from parsed JSON. The path of an error is empty.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(Json(value)).map_err(Error::value)
}

/// Reads the variant of the enum `T` with this name: `LayerRemoved` with the content `{ "layer": 1 }` is
/// `LayerRemoved { layer: 1 }`. A variant without content has the content `null`. `None` if `T` has no such variant.
pub fn from_variant<T: DeserializeOwned>(name: &str, content: &Value) -> Option<Result<T, Error>> {
    match T::deserialize(Variant { name, content: Some(content), tagged: true }) {
        Err(ReadError::NoSuchVariant) => None,
        result => Some(result.map_err(Error::value)),
    }
}

/// Parses a JSON text. Lists and groups may be nested 127 deep: deeper ones could overflow the stack.
pub fn parse(text: &str) -> Result<Value, Error> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let syntax = error.inner();
        let (kind, problem) = match syntax.classify() {
            Category::Eof => (ErrorKind::Incomplete, syntax.to_string()),
            _ if syntax.to_string().starts_with("number out of range") => {
                let number = number_at(text, syntax.line(), syntax.column());
                let problem = format!("{number} is a number out of range; one such as 0.5 would do");
                (ErrorKind::Value, problem)
            }
            _ => (ErrorKind::Syntax, syntax.to_string()),
        };
        Error::new(error.path(), problem, kind)
    })?;
    parser.end().map_err(|trailing| Error {
        path: String::new(),
        problem: trailing.to_string(),
        kind: ErrorKind::Trailing,
    })?;
    Ok(value)
}

/// The number around a position in a text: `column` counts bytes from 1.
fn number_at(text: &str, line: usize, column: usize) -> &str {
    let line = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let is_other = |c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
    let (before, after) = line.split_at_checked(column).unwrap_or((line, ""));
    let start = before.rfind(is_other).map_or(0, |at| at + 1);
    let end = before.len() + after.find(is_other).unwrap_or(after.len());
    line.get(start..end).unwrap_or_default()
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
