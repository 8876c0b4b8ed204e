//! Edits of the list of compared runs.

use crate::scenario::{MAX_RUNS, MIN_RUNS, RunConfig, Scenario};

pub(super) fn add(scenario: &mut Scenario, run: RunConfig) -> Result<(), String> {
    let mut runs = scenario.compared_runs();
    if runs.len() >= MAX_RUNS {
        return Err(format!("at most {MAX_RUNS} runs; remove one first"));
    }
    runs.push(run);
    scenario.runs = runs;
    Ok(())
}

pub(super) fn remove(scenario: &mut Scenario, run: usize) -> Result<(), String> {
    let mut runs = scenario.compared_runs();
    if runs.len() <= MIN_RUNS {
        return Err(format!("a comparison needs {MIN_RUNS} runs; add another one first"));
    }
    existing(&mut runs, run)?;
    runs.remove(run);
    scenario.runs = runs;
    Ok(())
}

/// Moves a run one place to the front.
pub(super) fn move_to_front(scenario: &mut Scenario, run: usize) -> Result<(), String> {
    let mut runs = scenario.compared_runs();
    if !(1..runs.len()).contains(&run) {
        return Err(format!("run {} cannot be moved further to the front", run.saturating_add(1)));
    }
    runs.swap(run - 1, run);
    scenario.runs = runs;
    Ok(())
}

/// Changes a run in place.
pub(super) fn change(
    scenario: &mut Scenario,
    run: usize,
    change: impl FnOnce(&mut RunConfig),
) -> Result<(), String> {
    let mut runs = scenario.compared_runs();
    change(existing(&mut runs, run)?);
    scenario.runs = runs;
    Ok(())
}

fn existing(runs: &mut [RunConfig], run: usize) -> Result<&mut RunConfig, String> {
    let count = runs.len();
    runs.get_mut(run)
        .ok_or_else(|| format!("there is no run {}; the last one is {count}", run.saturating_add(1)))
}
