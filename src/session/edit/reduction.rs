//! The exchange of sum and mean: the other reduction with the η that makes the same updates.

use crate::nn::Reduction;
use crate::scenario::Scenario;
use std::fmt;

/// The other reduction, with the η that makes the same updates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SameUpdate {
    /// Mean for the sum, sum for the mean.
    pub reduction: Reduction,
    /// η of the sum = η of the mean / M.
    pub learning_rate: f64,
}

/// Why no η makes the same updates with the other reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSameUpdate {
    /// Each mini-batch has one sample: sum and mean are the same.
    OneSample,
    /// The last mini-batch of an epoch is shorter, so that it needs another factor than the others.
    UnequalLengths {
        /// The number of samples of the other mini-batches.
        full: usize,
        /// The number of samples of the last one.
        last: usize,
    },
    /// The other η is not a finite number, or it is rounded to 0.
    OutOfRange,
}

impl Scenario {
    /// The other reduction with the η that makes the same updates: one factor must serve all mini-batches.
    pub fn same_update(&self) -> Result<SameUpdate, NoSameUpdate> {
        let (rows, learning_rate) = (self.data.samples.len(), self.hyperparameters.learning_rate);
        let full = self.hyperparameters.batch_size.min(rows);
        let last = self.mini_batch_len(self.mini_batches().saturating_sub(1));
        if full == 1 {
            return Err(NoSameUpdate::OneSample);
        }
        if full != last {
            return Err(NoSameUpdate::UnequalLengths { full, last });
        }
        let same = match self.hyperparameters.reduction {
            Reduction::Mean => {
                SameUpdate { reduction: Reduction::Sum, learning_rate: learning_rate / full as f64 }
            }
            Reduction::Sum => {
                SameUpdate { reduction: Reduction::Mean, learning_rate: learning_rate * full as f64 }
            }
        };
        let in_range =
            same.learning_rate.is_finite() && (same.learning_rate == 0.0) == (learning_rate == 0.0);
        if in_range { Ok(same) } else { Err(NoSameUpdate::OutOfRange) }
    }
}

impl fmt::Display for NoSameUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneSample => f.write_str("With one sample in each mini-batch, sum and mean are the same."),
            Self::UnequalLengths { full, last } => write!(
                f,
                "No η makes the sum and the mean equal in every update: the mini-batches have {full} samples, the \
                 last one has {last}."
            ),
            Self::OutOfRange => f.write_str(
                "The η that would make the same update is too large or too small for a number of 64 bits.",
            ),
        }
    }
}
