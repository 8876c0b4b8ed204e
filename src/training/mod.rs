//! Training at full speed, in a worker: the input ([`Task`]), the training itself ([`TrainingLoop`]) and its reports
//! ([`Snapshot`]).
//!
//! A training loop makes the same updates as the stepper, on the fast path of [`nn::fast`](crate::nn::fast). Where it
//! pauses, the stepper continues with the same doubles. This module uses no clock, worker or screen.

mod epoch_metrics;
mod evaluation;
mod series;
mod snapshot;
mod stopping_criteria;
mod task;
mod training_loop;

pub use epoch_metrics::EpochMetrics;
pub use evaluation::ClassificationReport;
pub use series::Series;
pub use snapshot::{LoopPosition, LoopState, Snapshot, StopReason};
pub use stopping_criteria::StoppingCriteria;
pub use task::Task;
pub use training_loop::TrainingLoop;

/// The number of points that a cost curve keeps.
pub(crate) const COST_POINTS: usize = 1024;
