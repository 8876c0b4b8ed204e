//! Training at full speed, away from the page: what is trained ([`Task`]), the training itself ([`Course`]), and what
//! it reports ([`Snapshot`]).
//!
//! A course makes the very updates that the stepper shows, by the fast path of [`kernels`](crate::nn::kernels): where
//! it pauses, the stepper goes on with the same doubles. Nothing here knows a clock, a worker or a screen.

mod course;
mod curve;
mod evaluating;
mod limits;
mod past;
mod snapshot;
mod task;

pub use course::Course;
pub use curve::{Curve, Point};
pub use evaluating::Findings;
pub use limits::Limits;
pub use past::Past;
pub use snapshot::{End, Place, Snapshot, State};
pub use task::{Task, TaskError};

/// The points that a run's cost curve keeps.
pub(crate) const COSTS: usize = 1024;
