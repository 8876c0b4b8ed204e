//! A scenario that replaces the present one, and the entries of the undo history.

use super::{Comparison, ReplayCache};
use crate::nn::Network;
use crate::scenario::Scenario;
use std::sync::Arc;

/// A scenario with the position in it, to return to.
#[derive(Clone, Debug)]
pub(super) struct UndoEntry {
    pub(super) scenario: Arc<Scenario>,
    pub(super) preset: Option<&'static str>,
    /// The parameters before the mini-batch of its position, if they are still kept.
    pub(super) network: Option<Arc<Network>>,
    /// See [`Training::first_trained_update`](super::Training).
    pub(super) first_trained_update: Option<u64>,
}

/// A scenario about to replace the current one.
#[derive(Clone, Debug)]
pub(super) struct Replacement {
    pub(super) entry: UndoEntry,
    pub(super) cache: ReplayCache,
    pub(super) comparison: Option<Box<Comparison>>,
    pub(super) reason: ReplaceReason,
    pub(super) notice: Option<String>,
}

/// Why the scenario is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplaceReason {
    /// A preset or a file was opened.
    Opened,
    /// The scenario was edited.
    Edited,
    /// Undo.
    Undone,
    /// Redo.
    Redone,
}
