//! The messages when numbers are no longer finite.

use crate::nn::NotFinite;
use crate::scenario::Scenario;

/// The error when a replay or an edit diverges at this update.
pub(super) fn divergence_error(scenario: &Scenario, update: u64, diverged: NotFinite) -> String {
    format!("{}. Use a smaller η. Nothing was changed.", describe_divergence(scenario, update, diverged))
}

/// Says where a training diverged: the update, the number and η.
pub fn divergence_message(scenario: &Scenario, update: u64, diverged: NotFinite) -> String {
    format!(
        "{}. It was update {}. Go back to the last finite state (b), or use a smaller η.",
        describe_divergence(scenario, update, diverged),
        update + 1
    )
}

/// Where numbers stopped being finite, without a full stop.
fn describe_divergence(scenario: &Scenario, update: u64, diverged: NotFinite) -> String {
    let (epoch, mini_batch) = scenario.epoch_and_mini_batch(update);
    let (epoch, mini_batch) = (u64::from(epoch) + 1, u64::from(mini_batch) + 1);
    // Short for tiny and huge numbers too, and without a decimal point that is not needed.
    let learning_rate = format!("{:?}", scenario.hyperparameters.learning_rate);
    let learning_rate = learning_rate.trim_end_matches(".0");
    format!(
        "In epoch {epoch}, mini-batch {mini_batch}, {diverged} overflows (∞ or NaN): the run diverges with \
         η = {learning_rate}"
    )
}
