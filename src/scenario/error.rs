//! What is wrong with a scenario.

use crate::json::{self, ErrorKind};

/// What is wrong with a scenario: in which field, what, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ScenarioError {
    /// The field, as a path: `weights[0][1]`; or "the file".
    pub field: String,
    /// What is wrong with it and what would be right.
    pub problem: String,
}

impl From<json::Error> for ScenarioError {
    fn from(json::Error { path, problem, kind }: json::Error) -> Self {
        let problem = match kind {
            ErrorKind::Syntax => {
                format!("this is not a scenario file ({problem}); use one that was saved here")
            }
            ErrorKind::Incomplete => format!("this file is incomplete ({problem}); use a complete one"),
            ErrorKind::Trailing => format!("there is text after the scenario ({problem}); delete it"),
            ErrorKind::Value => problem,
        };
        Self { field: if path.is_empty() { "the file".to_owned() } else { path }, problem }
    }
}

/// An `Err` with a [`ScenarioError`].
pub(super) fn error<T>(field: impl Into<String>, problem: impl Into<String>) -> Result<T, ScenarioError> {
    Err(ScenarioError { field: field.into(), problem: problem.into() })
}

/// A number of things, such as "1 sample" or "2 samples".
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
