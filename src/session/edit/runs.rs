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
    existing(scenario, run)?;
    let before = run.checked_sub(1).ok_or("run 1 is already first")?;
    scenario.runs.swap(before, run);
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
