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
pub use evaluation::Classification;
pub use series::Series;
pub use snapshot::{LoopPosition, LoopState, Snapshot, StopReason};
pub use stopping_criteria::StoppingCriteria;
pub use task::Task;
pub use training_loop::TrainingLoop;

/// The minimum number of points that a long cost curve keeps. The maximum is 2047.
pub(crate) const MIN_CURVE_POINTS: usize = 1024;
