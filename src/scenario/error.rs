//! What is wrong with a scenario.

use crate::json;

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
    fn from(json::Error { path, problem }: json::Error) -> Self {
        Self { field: if path.is_empty() { "the file".to_owned() } else { path }, problem }
    }
}

/// An `Err` with a [`ScenarioError`].
pub(super) fn error<T>(field: impl Into<String>, problem: impl Into<String>) -> Result<T, ScenarioError> {
    Err(ScenarioError { field: field.into(), problem: problem.into() })
}
