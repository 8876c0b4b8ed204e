//! Training at full speed, away from the page: what is trained ([`Task`]), the training itself ([`TrainingLoop`]), and what
//! it reports ([`Snapshot`]).
//!
//! A training loop makes the very updates that the stepper shows, by the fast path of [`kernels`](crate::nn::fast): where
//! it pauses, the stepper goes on with the same doubles. Nothing here knows a clock, a worker or a screen.

mod evaluating;
mod parameter_history;
mod series;
mod snapshot;
mod stopping;
mod task;
mod training_loop;

pub use evaluating::ClassificationReport;
pub use parameter_history::ParameterHistory;
pub use series::{EpochMetrics, Series};
pub use snapshot::{LoopPosition, LoopState, Snapshot, StopReason};
pub use stopping::StoppingCriteria;
pub use task::{Task, TaskError};
pub use training_loop::TrainingLoop;

/// The points that a run's cost curve keeps.
pub(crate) const COSTS: usize = 1024;
