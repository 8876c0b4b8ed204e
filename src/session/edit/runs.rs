//! Edits of the list of compared runs.

use crate::scenario::{MAX_RUNS, MIN_RUNS, RunConfig};
use crate::session::Action;

/// The runs after this action.
pub(super) fn edited(mut runs: Vec<RunConfig>, action: &Action) -> Result<Vec<RunConfig>, String> {
    match action {
        Action::RunAdded(_) if runs.len() >= MAX_RUNS => {
            return Err(format!("at most {MAX_RUNS} runs; remove one first"));
        }
        Action::RunAdded(run) => runs.push(*run),
        Action::RunRemoved { .. } if runs.len() <= MIN_RUNS => {
            return Err(format!("a comparison needs {MIN_RUNS} runs; add another one first"));
        }
        Action::RunRemoved { run } => {
            existing(&mut runs, *run)?;
            runs.remove(*run);
        }
        Action::RunMoved { run } if (1..runs.len()).contains(run) => runs.swap(run - 1, *run),
        Action::RunMoved { run } => {
            return Err(format!("run {} cannot be moved further to the front", run.saturating_add(1)));
        }
        Action::RunUpdatingChanged { run, to } => existing(&mut runs, *run)?.updating = *to,
        Action::RunBiasRuleChanged { run, to } => existing(&mut runs, *run)?.bias_rule = *to,
        Action::RunRateChanged { run, to } => existing(&mut runs, *run)?.rate = *to,
        _ => {}
    }
    Ok(runs)
}

fn existing(runs: &mut [RunConfig], run: usize) -> Result<&mut RunConfig, String> {
    let count = runs.len();
    runs.get_mut(run)
        .ok_or_else(|| format!("there is no run {}; the last one is {count}", run.saturating_add(1)))
}
