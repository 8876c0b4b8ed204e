//! Edits of the list of compared runs. After an error the scenario is discarded.

use crate::scenario::{MAX_RUNS, MIN_RUNS, RunConfig, Scenario};

pub(super) fn add(scenario: &mut Scenario, run: RunConfig) -> Result<(), String> {
    let runs = runs(scenario);
    if runs.len() >= MAX_RUNS {
        return Err(format!("at most {MAX_RUNS} runs; remove one first"));
    }
    runs.push(run);
    Ok(())
}

pub(super) fn remove(scenario: &mut Scenario, run: usize) -> Result<(), String> {
    if runs(scenario).len() <= MIN_RUNS {
        return Err(format!("a comparison needs {MIN_RUNS} runs; add another one first"));
    }
    existing(scenario, run)?;
    scenario.runs.remove(run);
    Ok(())
}

/// Moves a run one place forward.
pub(super) fn move_forward(scenario: &mut Scenario, run: usize) -> Result<(), String> {
    let runs = runs(scenario);
    if !(1..runs.len()).contains(&run) {
        return Err(format!("run {} cannot be moved further to the front", run.saturating_add(1)));
    }
    runs.swap(run - 1, run);
    Ok(())
}

/// The runs. If they are the default ones, they become the scenario's own.
fn runs(scenario: &mut Scenario) -> &mut Vec<RunConfig> {
    scenario.runs = scenario.compared_runs();
    &mut scenario.runs
}

/// A run, to be changed in place.
pub(super) fn existing(scenario: &mut Scenario, run: usize) -> Result<&mut RunConfig, String> {
    let runs = runs(scenario);
    let count = runs.len();
    runs.get_mut(run)
        .ok_or_else(|| format!("there is no run {}; the last one is {count}", run.saturating_add(1)))
}
